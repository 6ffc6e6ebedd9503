"""Values on their way between the host and the reference: from Python's to registers, and back."""

from __future__ import annotations

from itertools import chain

from belljar.errors import bell_error
from belljar.ir.function import Layout
from belljar.ir.guest import (
    CLASSES,
    INT_MAX,
    INT_MIN,
    UNSET,
    GuestDict,
    GuestFault,
    GuestIter,
    GuestList,
    GuestRecord,
    GuestRegex,
    GuestSet,
    GuestTuple,
    absent,
    assemble,
    hash_of,
    is_decimal,
    type_name,
)
from belljar.ir.guest_functions import GuestBuiltIn, GuestFunction, GuestMethod
from belljar.types import (
    ANY,
    BOOL,
    BYTES,
    DECIMAL,
    FLOAT,
    FROZENSET,
    INT,
    NEVER,
    NONE,
    NUMBER,
    RANGE,
    STR,
    DictType,
    ListType,
    OptionalType,
    RangeType,
    RecordType,
    SetType,
    TupleType,
    Type,
    components,
)
from belljar.values import NESTING_MAX, Record
from belljar.values import Callable as HostCallable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


def disassemble(value: Any, type: Type) -> Iterator[Any]:
    """The components of a value of a source type; the inverse of :func:`assemble`."""
    if isinstance(type, OptionalType):
        yield value is not None
        if value is None:
            yield from map(absent, components(type.item))
        else:
            yield from disassemble(value, type.item)
    elif isinstance(type, TupleType):
        for item, item_type in zip(value, type.items, strict=True):
            yield from disassemble(item, item_type)
    elif isinstance(type, RangeType):
        yield from (value.start, value.stop, value.step)
    elif type == NUMBER:
        yield from (True, 0, value) if isinstance(value, float) else (False, value, 0.0)
    elif type not in (NONE, NEVER):
        yield value


# --- in and out -------------------------------------------------------------------------------------------------------------------


def enter(value: Any, type: Type, records: Mapping[str, Layout], depth: int = 0) -> Any:
    """The guest value of a host value of a storage type: a copy. For ``any`` a list becomes ``list[any]``, and so on. Raises E0302 where the value is not of the type; None
    stands for the value an optional does not have."""
    if is_decimal(value) and type in (ANY, DECIMAL):
        return value
    any_type = None
    if type == ANY:
        type = any_type = _any_type(value)
        if type == NONE:
            return None
    if value is None:
        return absent(type)
    if type == RANGE and isinstance(value, range):
        if not all(INT_MIN <= bound <= INT_MAX for bound in (value.start, value.stop, value.step)):
            raise _misfit(type, value)
        return value
    if any_type == INT:
        return int(value)
    if type == BYTES and isinstance(value, bytes):
        return bytes(value)
    expected = CLASSES.get(type)
    if expected is not None:
        if value.__class__ is not expected or (expected is int and not INT_MIN <= value <= INT_MAX):
            raise _misfit(type, value)
        return value
    if depth > NESTING_MAX:
        raise bell_error("E0302", what="a value from outside", expected=f"nested at most {NESTING_MAX} deep", found="more")
    depth += 1
    if isinstance(type, ListType) and isinstance(value, list):
        return GuestList(type, [enter(item, type.item, records, depth) for item in value])
    if isinstance(type, SetType) and isinstance(value, (set, frozenset)):
        return GuestSet(type, sorted([enter(item, type.item, records, depth) for item in value], key=hash_of))
    if type == FROZENSET and isinstance(value, frozenset):
        return GuestSet(type, sorted([enter(item, ANY, records, depth) for item in value], key=hash_of))
    if isinstance(type, DictType) and isinstance(value, dict):
        return GuestDict(type, [(enter(k, type.key, records, depth), enter(v, type.value, records, depth)) for k, v in value.items()])
    if isinstance(type, TupleType) and isinstance(value, tuple) and len(value) == len(type.items):
        return GuestTuple(type, [enter(item, item_type, records, depth) for item, item_type in zip(value, type.items, strict=True)])
    if isinstance(type, RecordType) and isinstance(value, Record) and value._name == type.name:
        layout = records[type.name]
        slots = [slot for name, field_type in layout.fields for slot in disassemble(value._fields[name], field_type)]
        return GuestRecord(
            layout, [enter(slot, slot_type, records, depth) for slot, (_, slot_type) in zip(slots, layout.slots, strict=True)]
        )
    raise _misfit(type, value)


def _any_type(value: Any) -> Type:
    if isinstance(value, Record):
        return RecordType(value._name)
    if isinstance(value, tuple):
        return TupleType((ANY,) * len(value))
    kinds: dict[type, Type] = {
        bool: BOOL,
        int: INT,
        float: FLOAT,
        str: STR,
        list: ListType(ANY),
        dict: DictType(ANY, ANY),
        set: SetType(ANY),
        frozenset: FROZENSET,
        bytes: BYTES,
        range: RANGE,
    }
    return kinds.get(type(value), NONE if value is None else ANY)


def _misfit(type: Type, value: Any) -> Exception:
    found = f"{value} (beyond 64 bits)" if value.__class__ is int and type == INT else type_name(value)
    return bell_error("E0302", what="a value from outside", expected=str(type), found=found)


def leave(value: Any, values_max: int = INT_MAX, arrays: bool = False) -> Any:
    """The host value of a guest value: plain lists, dicts, sets and tuples, :class:`~belljar.values.Record` for records.

    What the guest value holds twice, the host value holds twice: it is converted once. E0804 for one nested too deep, E0803 for one that shows more than ``values_max`` values, counted wherever they
    are seen: who prints it would have to write them all. With ``arrays`` lists of numbers become NumPy arrays.
    """
    return _Leaving(values_max, arrays).convert(value, 0)[0]


class _Leaving:
    """One value on its way out. Containers by identity: the guest value (so that it stays alive), the host value, how many containers are inside one another in it, and how many values it shows."""

    def __init__(self, values_max: int, arrays: bool) -> None:
        self.values_max = values_max
        self.arrays = arrays
        self.made: dict[int, tuple[Any, Any, int, int]] = {}

    def convert(self, value: Any, depth: int) -> tuple[Any, int, int]:
        if value is UNSET or value is NotImplemented:
            return None, 0, 0
        if value is None or isinstance(value, (int, float, str, bytes, range)) or is_decimal(value):
            return value, 0, 0
        if isinstance(value, GuestRecord) and value.layout.entry:
            return HostCallable("generator object", value.layout.generator), 0, 0
        if isinstance(value, GuestIter):
            return HostCallable(value.name, "object"), 0, 0
        if isinstance(value, GuestBuiltIn):
            return HostCallable(type_name(value), value.name), 0, 0
        if isinstance(value, (GuestFunction, GuestMethod)):
            return HostCallable(type_name(value), value.signature.record if type_name(value) == "type" else value.signature.title), 0, 0
        if isinstance(value, GuestRegex):
            return Record("regex", {"pattern": value.pattern, "flags": value.flags}), 0, 0
        if depth > NESTING_MAX:
            raise GuestFault("E0804")
        known = self.made.get(id(value))
        if known is not None:
            if depth + known[2] > NESTING_MAX + 1:
                raise GuestFault("E0804")
            return known[1:]
        children = (
            value.slots if isinstance(value, GuestRecord) else chain.from_iterable(value.items()) if isinstance(value, GuestDict) else value
        )
        height = shown = 0
        parts = []
        for child in children:
            part, part_height, part_shown = self.convert(child, depth + 1)
            parts.append(part)
            height = max(height, part_height)
            shown += 1 + part_shown
            if shown > self.values_max:
                raise GuestFault("E0803")
        host: Any = parts
        if isinstance(value, GuestRecord):
            slots = iter(parts)
            host = Record(
                value.layout.name, {name: assemble(type, slots, lambda _, items: tuple(items)) for name, type in value.layout.fields}
            )
        elif isinstance(value, GuestDict):
            host = dict(zip(parts[::2], parts[1::2], strict=True))
        elif isinstance(value, GuestList):
            host = _array(parts, value.type) if self.arrays else parts
        else:
            host = tuple(parts) if not isinstance(value, GuestSet) else frozenset(parts) if value.is_frozen else set(parts)
        self.made[id(value)] = (value, host, height + 1, shown)
        return host, height + 1, shown


def _array(parts: list[Any], type: Type) -> Any:
    """A list of numbers as a NumPy array; any other as it is."""
    names: dict[Type, str] = {INT: "int64", FLOAT: "float64", BOOL: "bool"}
    dtype = names.get(type.item) if isinstance(type, ListType) else None
    if dtype is None:
        return parts
    import numpy

    return numpy.array(parts, dtype)
