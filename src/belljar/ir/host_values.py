"""What functions of the host are given and give, as plain values of Python: how large it is, and copies that nothing changes later.

Plain are None, bools, ints, floats, strs, bytes, Decimals, ranges, :class:`~belljar.values.Record`, and lists, tuples, sets, frozensets and dicts of these; besides them a host may answer with
numbers and arrays of NumPy and its kin. Everything else is refused: nothing of the host comes into a program.
"""

from __future__ import annotations

from belljar.ir.guest import is_decimal
from belljar.types import ANY, BOOL, FLOAT, INT, STR, DictType, ListType, RecordType, SetType, TupleType, Type
from belljar.values import NESTING_MAX, Callable, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

NUMBER_BYTES = 8
CONTAINER_BYTES = 16


FIXED = frozenset({int, float, bool, str, bytes, type(None)})
"""Classes whose values nothing can change."""


class Unfit(Exception):
    """A value is none that may cross; the text says what it is."""


class TooLarge(Exception):
    """A value is larger than it may be."""


def measure(value: Any, most: int = 1 << 62) -> int:
    """The size of a value in bytes: 8 for a number, None or a bool, and for a text or bytes besides its length; 16 for a container, besides its parts, each time they are seen. Raises TooLarge beyond
    ``most``, Unfit for what is not plain."""
    return size_within(value, most, 0)


def size_within(value: Any, room: int, depth: int) -> int:
    """As :func:`measure`, for a value with ``depth`` containers around it and so many bytes of room left."""
    size = NUMBER_BYTES
    if isinstance(value, str):
        size += str.__len__(value)
    elif isinstance(value, (bytes, bytearray)):
        size += len(bytes(value)) if type(value) is bytearray else bytes.__len__(value)  # type: ignore[arg-type]
    elif isinstance(value, int):
        size += 0 if -(1 << 63) <= value < 1 << 63 else int.bit_length(value) // 64 * 8
    elif not (value is None or isinstance(value, (float, range)) or is_decimal(value)):
        parts = _parts(value)
        if parts is None:
            size = _foreign(value)
        elif depth > NESTING_MAX:
            raise Unfit(f"containers nested more than {NESTING_MAX} deep")
        else:
            size = CONTAINER_BYTES
            for part in parts:
                if size > room:
                    raise TooLarge
                size += size_within(part, room - size, depth + 1)
    if size > room:
        raise TooLarge
    return size


def _parts(value: Any) -> Iterable[Any] | None:
    """What is in a container; None for what is none."""
    if isinstance(value, list):
        return list.__iter__(value)
    if isinstance(value, tuple):
        return tuple.__iter__(value)
    if isinstance(value, set):
        return set.__iter__(value)
    if isinstance(value, frozenset):
        return frozenset.__iter__(value)
    if isinstance(value, dict):
        return [part for pair in dict.items(value) for part in pair]
    if isinstance(value, Record):
        return value._fields.values()
    return None


def _foreign(value: Any) -> int:
    """The size of a number or an array of somebody else's, or of a function of a program seen from outside."""
    if isinstance(value, Callable):
        return NUMBER_BYTES
    cls = type(value)
    if not hasattr(cls, "__index__") and not hasattr(cls, "__float__") and cls.__name__ not in ("bool", "bool_"):
        try:
            return CONTAINER_BYTES + memoryview(value).nbytes
        except (TypeError, ValueError, BufferError):
            raise Unfit(cls.__name__) from None
    try:
        return CONTAINER_BYTES + memoryview(value).nbytes if getattr(value, "ndim", 0) else NUMBER_BYTES
    except (TypeError, ValueError, BufferError):
        raise Unfit(cls.__name__) from None


_CLASSES: dict[Type, type] = {FLOAT: float, BOOL: bool, STR: str}


def is_plainly(value: Any, type: Type) -> bool:
    """Whether a value is of a storage type as it stands, without anything being converted."""
    if isinstance(type, ListType):
        return isinstance(value, list) and all(is_plainly(item, type.item) for item in value)
    if isinstance(type, SetType):
        return isinstance(value, (set, frozenset)) and all(is_plainly(item, type.item) for item in value)
    if isinstance(type, DictType):
        return isinstance(value, dict) and all(is_plainly(key, type.key) and is_plainly(item, type.value) for key, item in value.items())
    if isinstance(type, TupleType):
        fits = isinstance(value, tuple) and len(value) == len(type.items)
        return fits and all(is_plainly(item, part) for item, part in zip(value, type.items, strict=True))
    if isinstance(type, RecordType):
        return isinstance(value, Record) and value._name == type.name
    if type == ANY:
        return True
    if type == INT:
        return value.__class__ is int and -(1 << 63) <= value < 1 << 63
    return value.__class__ is _CLASSES.get(type)


def plain_copy(value: Any) -> Any:
    """A copy of a plain value that shares no container with it, of plain classes only. What is not plain is left as it is."""
    if value.__class__ in FIXED:
        return value
    if isinstance(value, list):
        if FIXED.issuperset(map(type, list.__iter__(value))):
            return list.__getitem__(value, slice(None))
        return [plain_copy(part) for part in list.__iter__(value)]
    if isinstance(value, tuple):
        return tuple([plain_copy(part) for part in tuple.__iter__(value)])
    if isinstance(value, dict):
        return {plain_copy(key): plain_copy(part) for key, part in dict.items(value)}
    if isinstance(value, frozenset):
        return frozenset(value)
    if isinstance(value, set):
        return set(value)
    if isinstance(value, bytearray):
        return bytes(value)
    if isinstance(value, Record):
        return Record(value._name, {field: plain_copy(part) for field, part in value._fields.items()})
    if hasattr(value, "tolist"):
        return value.tolist()
    return value
