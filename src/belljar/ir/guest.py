"""Guest values as Python values: what :mod:`belljar.ir.semantics` computes with.

==================  ==================================================================================================
storage type        Python value
==================  ==================================================================================================
int float bool str  int, float, bool, str
any                 the value itself; None is None
list                :class:`GuestList`, a list that knows its type
tuple               :class:`GuestTuple`
dict set            :class:`GuestDict`, :class:`GuestSet`: entries in the order they were added
record              :class:`GuestRecord`
==================  ==================================================================================================

What an optional without a value holds is ``absent(type)``: a zero, the empty string, or None for a reference.

Rules of comparison, which C follows: the same object equals itself; floats compare as IEEE says even inside containers (nan equals nothing); bool, int and float compare
by value, exactly; containers by their elements; records of one type by their slots. A walk more than ``NESTING_MAX`` containers deep is fault E0804, so that cycles end.
"""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.ir.function import Layout
from belljar.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
    NUMBER,
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
    storage,
)
from belljar.values import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, Final
else:
    Any = object

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
ABSENT: Final = INT_MIN
"""An absent bound of a slice or a search."""
CLASSES: Final[dict[Type, Any]] = {INT: int, FLOAT: float, BOOL: bool, STR: str}
NESTING_MAX: Final = 200
"""How many containers may stand inside one another where values are compared, hashed or printed."""


class GuestFault(Exception):
    """An op ended with an error code. ``text`` is a message of the op's own, as ``ctx->fault_text`` in C."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


class GuestList(list[Any]):
    """A list and its type."""

    __slots__ = ("type",)

    def __init__(self, type: Type, items: Iterable[Any] = ()) -> None:
        super().__init__(items)
        self.type = type


class GuestTuple(tuple[Any, ...]):
    """A heap tuple and its type."""

    type: Type

    def __new__(cls, type: Type, items: Iterable[Any] = ()) -> GuestTuple:
        self = super().__new__(cls, items)
        self.type = type
        return self

    def __getnewargs__(self) -> Any:
        return self.type, tuple(self)


class GuestSet:
    """A set and its type; elements in the order they were added."""

    __slots__ = ("items", "type")

    def __init__(self, type: Type, items: Iterable[Any] = ()) -> None:
        self.type = type
        self.items: dict[Any, None] = {_key(item): None for item in items}

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def add(self, item: Any) -> None:
        self.items.setdefault(_key(item))

    def contains(self, item: Any) -> bool:
        return _key(item) in self.items

    def remove(self, item: Any) -> bool:
        item = _key(item)
        if item not in self.items:
            return False
        del self.items[item]
        return True


class GuestDict:
    """A dict and its type. An entry keeps its position until the dict is cleared; a removed entry leaves a hole."""

    __slots__ = ("entries", "index", "type")

    def __init__(self, type: Type, items: Iterable[tuple[Any, Any]] = ()) -> None:
        self.type = type
        self.entries: list[tuple[Any, Any] | None] = []
        self.index: dict[Any, int] = {}
        for key, value in items:
            self.set(key, value)

    def __len__(self) -> int:
        return len(self.index)

    def items(self) -> Iterator[tuple[Any, Any]]:
        return (entry for entry in self.entries if entry is not None)

    def find(self, key: Any) -> int:
        """The position of the key's entry, or -1."""
        return self.index.get(_key(key), -1)

    def entry(self, position: int) -> tuple[Any, Any]:
        """The entry at a position that :meth:`find` or :meth:`next` gave. Any other is E0701."""
        found = self.entries[position] if 0 <= position < len(self.entries) else None
        if found is None:
            raise GuestFault("E0701")
        return found

    def next(self, position: int) -> int:
        """The first position from here on that is in use, or -1."""
        for place in range(max(position, 0), len(self.entries)):
            if self.entries[place] is not None:
                return place
        return -1

    def set(self, key: Any, value: Any) -> None:
        key = _key(key)
        position = self.index.get(key)
        if position is None:
            self.index[key] = len(self.entries)
            self.entries.append((key, value))
        else:
            entry = self.entries[position]
            assert entry is not None
            self.entries[position] = (entry[0], value)

    def remove(self, key: Any) -> bool:
        position = self.index.pop(_key(key), None)
        if position is None:
            return False
        self.entries[position] = None
        return True

    def clear(self) -> None:
        self.entries.clear()
        self.index.clear()


class GuestRecord:
    """A record: its layout and its slots, which can be assigned."""

    __slots__ = ("layout", "slots")

    def __init__(self, layout: Layout, slots: Iterable[Any]) -> None:
        self.layout = layout
        self.slots = list(slots)


def _key(key: Any) -> Any:
    """The key as Python may hash it: a nan is a new object each time, since Python's dicts would find it again by its identity. E0309 for what cannot be a key."""
    if not is_hashable(key):
        raise GuestFault("E0309")
    if isinstance(key, float) and key != key:
        return float("nan")
    if isinstance(key, GuestTuple):
        return GuestTuple(key.type, map(_key, key))
    return key


def is_hashable(value: Any) -> bool:
    """Whether a value can be a dict key or a set element."""
    return value is None or isinstance(value, (int, float, str)) or (isinstance(value, GuestTuple) and all(map(is_hashable, value)))


def type_of(value: Any) -> Type:
    """The exact storage type of a value: what ``any.to`` asks for."""
    if value is None:
        return NONE
    scalar = {bool: BOOL, int: INT, float: FLOAT, str: STR}.get(type(value))
    if scalar is not None:
        return scalar
    if isinstance(value, GuestRecord):
        return RecordType(value.layout.name)
    return value.type  # type: ignore[no-any-return]


def is_kind(value: Any, type: Type) -> bool:
    """Whether ``any.is`` says yes: a container is of a kind whatever it holds, all else of exactly its type."""
    found = type_of(value)
    return found.__class__ is type.__class__ if isinstance(type, (ListType, SetType, DictType, TupleType)) else found == type


def type_name(value: Any) -> str:
    """The name of a value's type as CPython gives it: ``int``, ``NoneType``, ``list``, the record's name. Takes guest and plain values."""
    if isinstance(value, GuestRecord):
        return value.layout.name
    if isinstance(value, Record):
        return value._name
    for cls, name in ((GuestList, "list"), (GuestTuple, "tuple"), (GuestDict, "dict"), (GuestSet, "set")):
        if isinstance(value, cls):
            return name
    return type(value).__name__


def absent(type: Type) -> Any:
    """What a register of this storage type holds where an optional has no value."""
    values: dict[Type, Any] = {INT: 0, FLOAT: 0.0, BOOL: False, STR: ""}
    return values.get(type)


# --- comparing --------------------------------------------------------------------------------------------------------------------


def _children(value: Any) -> list[Any] | None:
    """The values in a list, tuple or record; None for all else."""
    if isinstance(value, (GuestList, GuestTuple)):
        return list(value)
    return value.slots if isinstance(value, GuestRecord) else None


def equal(a: Any, b: Any, depth: int = 0) -> tuple[bool, int]:
    """Whether two values are equal, and what comparing them costs in fuel.

    The cost: a sixteenth of the shorter string for two strings, rounded down. For two containers of one kind, when their lengths agree, the sum over what is visited, up to
    and including the first difference: of lists, tuples and records one for each pair, plus its cost; of sets one for each element of the first, plus its
    :func:`weight`; of dicts one for each entry of the first, plus the weight of its key and, where the second has the key, the cost of the two values.
    All else, and one and the same container, costs nothing.
    """
    if isinstance(a, str) and isinstance(b, str):
        return a == b, min(len(a), len(b)) // 16  # for one object too: which strings share one is an engine's own affair
    if a is None or b is None or isinstance(a, (int, float, str)) or isinstance(b, (int, float, str)):
        return bool(a == b), 0
    if a is b:
        return True, 0
    if depth >= NESTING_MAX:
        raise GuestFault("E0804")
    cost = 0
    if isinstance(a, GuestDict) and isinstance(b, GuestDict):
        if len(a) != len(b):
            return False, 0
        for key, value in a.items():
            cost += 1 + weight(key)
            position = b.find(key)
            if position < 0:
                return False, cost
            same, more = equal(value, b.entry(position)[1], depth + 1)
            cost += more
            if not same:
                return False, cost
        return True, cost
    if isinstance(a, GuestSet) and isinstance(b, GuestSet):
        if len(a) != len(b):
            return False, 0
        for item in a:
            cost += 1 + weight(item)
            if not b.contains(item):
                return False, cost
        return True, cost
    one, other = _children(a), _children(b)
    alike = a.layout.name == b.layout.name if isinstance(a, GuestRecord) and isinstance(b, GuestRecord) else type(a) is type(b)
    if one is None or other is None or not alike or len(one) != len(other):
        return False, 0
    for x, y in zip(one, other, strict=True):
        same, more = equal(x, y, depth + 1)
        cost += 1 + more
        if not same:
            return False, cost
    return True, cost


def weight(value: Any, depth: int = 0) -> int:
    """The fuel of walking a value once, as hashing it or comparing it with another does: a sixteenth of a string's length, rounded down; for a list, tuple or record
    one for each element plus its weight; nothing for all else."""
    if isinstance(value, str):
        return len(value) // 16
    children = _children(value)
    if not children:
        return 0
    if depth >= NESTING_MAX:
        raise GuestFault("E0804")
    return sum(1 + weight(child, depth + 1) for child in children)


def less(a: Any, b: Any, operator: str = "<", depth: int = 0) -> tuple[bool, int]:
    """``a operator b`` for an ordering operator, and its cost: that of :func:`equal` for the pairs visited, one more for each. Numbers, strings, and lists and tuples of
    them have an order; all else is E0308."""
    numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
    if numbers or (isinstance(a, str) and isinstance(b, str)):
        answer = a < b if operator == "<" else a <= b if operator == "<=" else a > b if operator == ">" else a >= b
        return answer, 0 if numbers else min(len(a), len(b)) // 16
    if not (isinstance(a, GuestList) and isinstance(b, GuestList)) and not (isinstance(a, GuestTuple) and isinstance(b, GuestTuple)):
        raise GuestFault("E0308")
    if depth >= NESTING_MAX:
        raise GuestFault("E0804")
    cost = 0
    for x, y in zip(a, b, strict=False):
        same, more = equal(x, y, depth + 1)
        cost += 1 + more
        if not same:
            answer, more = less(x, y, operator, depth + 1)
            return answer, cost + more
    return less(len(a), len(b), operator)[0], cost


# --- printing ---------------------------------------------------------------------------------------------------------------------


def literal(value: Any, inside: tuple[Any, ...] = ()) -> tuple[str, int]:
    """The value as ``repr`` shows it, and how many values stand nested in it (keys, values, elements and fields, at every depth).

    ``inside`` are the containers being shown, outermost first; one that is inside itself is shown as ``[...]``, ``{...}``, ``(...)`` or ``...`` there.
    """
    if value is None or isinstance(value, (int, float, str)):
        return repr(value), 0
    if any(other is value for other in inside):
        return next((shown for kind, shown in _INSIDE_ITSELF if isinstance(value, kind)), "..."), 0
    if len(inside) >= NESTING_MAX:
        raise GuestFault("E0804")
    within = (*inside, value)
    if isinstance(value, GuestRecord):
        fields = list(fields_of(value))
        parts = [literal(item, within) for _, item in fields]
        shown = ", ".join(f"{name}={text}" for (name, _), (text, _) in zip(fields, parts, strict=True))
        return f"{value.layout.name}({shown})", sum(1 + count for _, count in parts)
    if isinstance(value, GuestDict):
        pairs = [(literal(key, within), literal(item, within)) for key, item in value.items()]
        shown = ", ".join(f"{key}: {item}" for (key, _), (item, _) in pairs)
        return f"{{{shown}}}", sum(2 + key + item for (_, key), (_, item) in pairs)
    parts = [literal(item, within) for item in value]
    shown = ", ".join(text for text, _ in parts)
    count = sum(1 + nested for _, nested in parts)
    if isinstance(value, GuestList):
        return f"[{shown}]", count
    if isinstance(value, GuestSet):
        return (f"{{{shown}}}" if parts else "set()"), count
    return (f"({shown},)" if len(parts) == 1 else f"({shown})"), count


_INSIDE_ITSELF = ((GuestList, "[...]"), (GuestDict, "{...}"), (GuestTuple, "(...)"))


def fields_of(record: GuestRecord) -> Iterator[tuple[str, Any]]:
    """The fields of a record as people see them: an optional is None or its value, a tuple is one value."""
    slots = iter(record.slots)
    for name, type in record.layout.fields:
        yield name, assemble(type, slots)


# --- values and components --------------------------------------------------------------------------------------------------------


def assemble(type: Type, parts: Iterator[Any]) -> Any:
    """The value of a source type from its components, taken from ``parts``. Guest values stay guest values."""
    if type in (NONE, NEVER):
        return None
    if isinstance(type, OptionalType):
        present = next(parts)
        value = assemble(type.item, parts)
        return value if present else None
    if isinstance(type, TupleType):
        return GuestTuple(storage(type), [assemble(item, parts) for item in type.items])
    if isinstance(type, RangeType):
        return range(next(parts), next(parts), next(parts))
    if type == NUMBER:
        is_float, whole, real = next(parts), next(parts), next(parts)
        return real if is_float else whole
    return next(parts)


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
    if type == ANY:
        type = _any_type(value)
        if type == NONE:
            return None
    if value is None:
        return absent(type)
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
        return GuestSet(type, [enter(item, type.item, records, depth) for item in value])
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
        frozenset: SetType(ANY),
    }
    return kinds.get(type(value), NONE if value is None else ANY)


def _misfit(type: Type, value: Any) -> Exception:
    found = f"{value} (beyond 64 bits)" if value.__class__ is int and type == INT else type_name(value)
    return bell_error("E0302", what="a value from outside", expected=str(type), found=found)


def leave(value: Any, depth: int = 0) -> Any:
    """The host value of a guest value: plain lists, dicts, sets and tuples, :class:`~belljar.values.Record` for records. E0804 for one nested too deep."""
    if value is None or isinstance(value, (int, float, str)):
        return value
    if depth > NESTING_MAX:
        raise GuestFault("E0804")
    depth += 1
    if isinstance(value, GuestRecord):
        return Record(value.layout.name, {name: leave(item, depth) for name, item in fields_of(value)})
    if isinstance(value, GuestDict):
        return {leave(key, depth): leave(item, depth) for key, item in value.items()}
    items = [leave(item, depth) for item in value]
    return items if isinstance(value, GuestList) else set(items) if isinstance(value, GuestSet) else tuple(items)
