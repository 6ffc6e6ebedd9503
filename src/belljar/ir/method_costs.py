"""What a call of ``any.method`` costs beyond its fixed fuel.

The costs mirror the C functions step by step (``csrc/runtime/method_*.c``): what is refused before the work costs nothing, and the work costs what the ops of the static types do, whose
formulas are :mod:`belljar.ir.formulas`.
"""

from __future__ import annotations

import operator
from copy import copy

from belljar.ir import integers
from belljar.ir.any_bytes import codec, is_byte, make_bytes, make_bytes_cost
from belljar.ir.formatting import format_fields, spent
from belljar.ir.formulas import compared, inserted, joined, justified, moved, replaced, tabs_expanded
from belljar.ir.guest import (
    INT_MAX,
    INT_MIN,
    UNSET,
    GuestDict,
    GuestFault,
    GuestIter,
    GuestList,
    GuestTuple,
    equal_items,
    is_hashable,
    paid,
    pay,
    weight,
)
from belljar.ir.iterators import iterated as walked
from belljar.ir.methods import STR_METHODS, TAKES_NAMES, bounds, is_in_range, look_up, passed, plain
from belljar.ir.printing import literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Final


def cost(name: str, keywords: str, receiver: Any, *args: Any) -> int:
    """The extra fuel of ``any.method``. Nothing where it refuses its arguments."""
    positional, named = passed(keywords, args)
    formula = COSTS.get(type(receiver), {}).get(name)
    if formula is None or (named and name not in TAKES_NAMES.get(type(receiver), ())):
        return 0
    before = paid()
    try:
        return formula(receiver, *positional, **named)
    except (TypeError, ValueError, LookupError, OverflowError):
        return paid() - before


def iterated(value: Any) -> list[Any]:
    """The values of an iterable, without taking them from an iterator."""
    return walked(copy(value) if isinstance(value, GuestIter) else value)


# --- str --------------------------------------------------------------------------------------------------------------------------


def size(value: Any, least: int = INT_MIN, most: int = INT_MAX) -> int:
    """An argument as C's ssize_t, or within other bounds."""
    number = operator.index(value)
    if not least <= number <= most:
        raise OverflowError
    return number


def small(value: Any) -> int:
    """An argument as C's int."""
    return size(value, -(2**31), 2**31 - 1)


def text(value: Any) -> str:
    """An argument that must be a str."""
    if not isinstance(value, str):
        raise TypeError
    return value


def edge(value: Any) -> int:
    """A bound of a slice as C has it, clamped to 64 bits."""
    return INT_MIN if value is None else min(max(operator.index(value), INT_MIN + 1), INT_MAX)


def _affixes(s: str, affix: Any, start: Any = None, stop: Any = None, *, at_end: bool) -> int:
    edge(start), edge(stop)
    if isinstance(affix, str):
        return len(affix) // 16
    if not isinstance(affix, GuestTuple):
        raise TypeError
    units = 0
    for part in affix:
        if not isinstance(part, str):
            break
        units += len(part) // 16
        if (s.endswith if at_end else s.startswith)(part, start, stop):
            break
    return units


def _find(s: str, part: Any, start: Any = None, stop: Any = None) -> int:
    edge(start), edge(stop)
    return (len(s) + len(text(part))) // 16


def _split(s: str, sep: Any = None, maxsplit: Any = -1) -> int:
    size(maxsplit)
    if sep is not None and not text(sep):
        raise ValueError
    return len(s) // 16


def _splitlines(s: str, keepends: Any = False) -> int:
    small(keepends)
    return len(s) // 16


def _partition(s: str, sep: Any) -> int:
    if not text(sep):
        raise ValueError
    return len(s) // 16


def _join(s: str, parts: Any) -> int:
    items = iterated(parts)
    collecting = 0 if isinstance(parts, GuestList) else len(items) // 4
    return collecting + (joined(s, items) if all(isinstance(item, str) for item in items) else 0)


def _justify(s: str, width: Any, fill: Any = " ") -> int:
    return justified(s, size(width), text(fill))


def _with_text(s: str, affix: Any) -> int:
    text(affix)
    return len(s) // 16


def _strip(s: str, characters: Any = None) -> int:
    return len(s) // 16 if characters is None else (len(s) + len(text(characters))) // 16


STR_COSTS: Final[dict[str, Callable[..., int]]] = {
    **{name: lambda s: len(s) // 16 for name in STR_METHODS if name.startswith("is")},
    **dict.fromkeys(("upper", "lower", "title", "capitalize", "casefold", "swapcase"), lambda s: len(s) // 16),
    **dict.fromkeys(("strip", "lstrip", "rstrip"), _strip),
    **dict.fromkeys(("removeprefix", "removesuffix"), _with_text),
    "startswith": lambda *args: _affixes(*args, at_end=False),
    "endswith": lambda *args: _affixes(*args, at_end=True),
    **dict.fromkeys(("find", "rfind", "index", "rindex", "count"), _find),
    "replace": lambda s, old, new, count=-1: (len(s) + replaced(s, text(old), text(new), size(count))) // 16,
    **dict.fromkeys(("split", "rsplit"), _split),
    "splitlines": _splitlines,
    **dict.fromkeys(("partition", "rpartition"), _partition),
    "join": _join,
    **dict.fromkeys(("center", "ljust", "rjust"), _justify),
    "zfill": lambda s, width: max(len(s), size(width)) // 16,
    "encode": lambda s, /, *args, **named: _encoded(s, *args, **named),
    "format": lambda s, /, *args, **named: spent(format_fields, s, args, named),
    "format_map": lambda s, mapping: spent(format_fields, s, None, None, mapping),
    "expandtabs": lambda s, tabsize=8: (len(s) + tabs_expanded(s, small(tabsize))) // 16,
}


# --- bytes ------------------------------------------------------------------------------------------------------------------------


def blob(value: Any) -> bytes:
    """An argument that must be bytes."""
    if not isinstance(value, bytes):
        raise TypeError
    return value


def _find_bytes(data: bytes, part: Any, start: Any = None, stop: Any = None) -> int:
    edge(start), edge(stop)
    if isinstance(part, int) and not is_byte(part):
        raise ValueError
    return (len(data) + (1 if isinstance(part, int) else len(blob(part)))) // 16


def _affixes_of_bytes(data: bytes, affix: Any, start: Any = None, stop: Any = None, *, at_end: bool) -> int:
    edge(start), edge(stop)
    if isinstance(affix, bytes):
        return len(affix) // 16
    if not isinstance(affix, GuestTuple):
        raise TypeError
    units = 0
    for part in affix:
        if not isinstance(part, bytes):
            break
        units += len(part) // 16
        if (data.endswith if at_end else data.startswith)(part, start, stop):
            break
    return units


def _strip_bytes(data: bytes, dropped: Any = None) -> int:
    return (0 if dropped is None else len(blob(dropped)) // 16) + len(data) // 16


def _split_bytes(data: bytes, sep: Any = None, maxsplit: Any = -1) -> int:
    size(maxsplit)
    if sep is not None and not blob(sep):
        raise ValueError
    return len(data) // 2


def _splitlines_of_bytes(data: bytes, keepends: Any = False) -> int:
    small(keepends)
    return len(data) // 2


def _partition_bytes(data: bytes, sep: Any) -> int:
    if not blob(sep):
        raise ValueError
    return len(data) // 16


def _join_bytes(data: bytes, parts: Any) -> int:
    items = iterated(parts)
    collecting = 0 if isinstance(parts, GuestList) else len(items) // 4
    return collecting + (joined(data, items) if all(isinstance(item, bytes) for item in items) else 0)


def _justify_bytes(data: bytes, width: Any, fill: Any = b" ") -> int:
    return justified(data, size(width), blob(fill))


def _translate_bytes(data: bytes, table: Any, delete: Any = b"") -> int:
    if table is not None and len(blob(table)) != 256:
        raise ValueError
    return len(blob(delete)) // 16 + len(data) // 16


def _maketrans_of_bytes(data: bytes, old: Any, new: Any) -> int:
    if len(blob(old)) != len(blob(new)):
        raise ValueError
    return len(old) // 16


def _hex(data: bytes, *args: Any, **named: Any) -> int:
    return len(data.hex(*args, **named)) // 16


def _decoded(data: bytes, encoding: Any = "utf-8", errors: Any = "strict") -> int:
    text(errors)
    if not data:
        return 0
    return _coded(data, encoding)


def _coded(value: Any, encoding: Any) -> int:
    try:
        codec(text(encoding))
    except GuestFault:
        return 0
    return len(value) // 4


def _encoded(s: str, encoding: Any = "utf-8", errors: Any = "strict") -> int:
    text(errors)
    return _coded(s, encoding)


BYTES_COSTS: Final[dict[str, Callable[..., int]]] = {
    **dict.fromkeys(
        ("isalnum", "isalpha", "isascii", "isdigit", "islower", "isspace", "istitle", "isupper"),
        lambda data: len(data) // 16,
    ),
    **dict.fromkeys(("capitalize", "lower", "swapcase", "title", "upper"), lambda data: len(data) // 16),
    **dict.fromkeys(("strip", "lstrip", "rstrip"), _strip_bytes),
    **dict.fromkeys(("removeprefix", "removesuffix"), lambda data, affix: len(data) // 16 if isinstance(affix, bytes) else 0),
    "startswith": lambda *args: _affixes_of_bytes(*args, at_end=False),
    "endswith": lambda *args: _affixes_of_bytes(*args, at_end=True),
    **dict.fromkeys(("find", "rfind", "index", "rindex", "count"), _find_bytes),
    "replace": lambda data, old, new, count=-1: (len(data) + replaced(data, blob(old), blob(new), size(count))) // 16,
    **dict.fromkeys(("split", "rsplit"), _split_bytes),
    "splitlines": _splitlines_of_bytes,
    **dict.fromkeys(("partition", "rpartition"), _partition_bytes),
    "join": _join_bytes,
    **dict.fromkeys(("center", "ljust", "rjust"), _justify_bytes),
    "zfill": lambda data, width: max(len(data), size(width)) // 16,
    "expandtabs": lambda data, tabsize=8: (len(data) + tabs_expanded(data.decode("latin-1"), small(tabsize))) // 16,
    "translate": _translate_bytes,
    "maketrans": _maketrans_of_bytes,
    "hex": _hex,
    "fromhex": lambda data, digits: len(text(digits)) // 16,
    "decode": _decoded,
}


# --- list and tuple ---------------------------------------------------------------------------------------------------------------


def _compared(items: Iterable[Any], value: Any) -> int:
    """What comparing costs up to the first that is equal; -1 - cost when none is."""
    units = 0
    for item in items:
        same, more = equal_items(item, value)
        units += more
        if same:
            return units
    return -1 - units


def _position_cost(items: Any, value: Any, start: Any = 0, stop: Any = INT_MAX) -> int:
    places = bounds(items, start, stop)
    units = pay(len(items) // 4)
    found = _compared([items[place] for place in places], value)
    if found >= 0:
        return units + found
    units += -1 - found
    if isinstance(items, GuestTuple):
        return units
    shown, nested = literal(value)
    message = pay((len(shown) + 15) // 16)
    return units + len(shown) // 16 + nested + message


def _remove_cost(items: GuestList, value: Any) -> int:
    units = pay(len(items) // 4)
    for position, item in enumerate(items):
        same, more = equal_items(item, value)
        units += more
        if same:
            return units + pay((len(items) - 1 - position) // 16)
    return units


def _extend_cost(items: GuestList, more: Any) -> int:
    found = iterated(more)
    return len(found) // 4 * (1 if isinstance(more, GuestList) else 2)


LIST_COSTS: Final[dict[str, Callable[..., int]]] = {
    "copy": lambda items: len(items) // 4,
    "count": lambda items, value: pay(len(items) // 4) + compared(items, value, to_end=True),
    "extend": _extend_cost,
    "index": _position_cost,
    "insert": lambda items, place, value: inserted(items, size(place)) // 16,
    "pop": lambda items, place=-1: moved(items, size(place)) // 16,
    "remove": _remove_cost,
    "reverse": lambda items: len(items) // 8,
}


# --- dict -------------------------------------------------------------------------------------------------------------------------


def _weights(keys: Iterable[Any]) -> int:
    """The weight of each key, up to one that cannot be hashed."""
    units = 0
    for key in keys:
        units += weight(key)
        if not is_hashable(key):
            break
    return units


def _update_cost(table: GuestDict, /, *others: Any, **named: Any) -> int:
    if len(others) > 1:
        return 0
    units = 0
    for other in others:
        if isinstance(other, GuestDict):
            units += pay(len(other))
            continue
        units += 0 if isinstance(other, GuestList) else pay(len(iterated(other)) // 4)
        for pair in iterated(other):
            try:
                parts = iterated(pair)
            except TypeError:
                return units
            units += pay(len(parts) // 4)
            if len(parts) != 2:
                return units
            units += weight(parts[0])
            if not is_hashable(parts[0]):
                return units
    return units + sum(map(weight, named))


def _fromkeys_cost(table: GuestDict, keys: Any, value: Any = None) -> int:
    items = iterated(keys)
    return (0 if isinstance(keys, GuestList) else pay(len(items) // 4)) + _weights(items)


DICT_COSTS: Final[dict[str, Callable[..., int]]] = {
    "copy": len,
    "fromkeys": _fromkeys_cost,
    "get": lambda table, key, default=None: weight(key),
    "pop": lambda table, key, default=None: weight(key) if len(table) else 0,
    "popitem": lambda table: weight(list(table.items())[-1][0]) if len(table) else 0,
    "setdefault": lambda table, key, default=None: weight(key),
    "update": _update_cost,
}

# --- numbers, sets and the rest ---------------------------------------------------------------------------------------------------


def _to_bytes(value: int, /, length: Any = 1, byteorder: Any = "big", *, signed: Any = False) -> int:
    order: Any = text(byteorder)
    int(value).to_bytes(size(length), order, signed=bool(plain(signed)))
    return int(length) // 16


def _from_bytes(value: int, /, *args: Any, **named: Any) -> int:
    """``from_bytes(bytes, byteorder="big", *, signed=False)``: its first argument may have a name, which here is a type's."""
    data = args[0] if args else named.pop("bytes")
    return _from_data(data, *args[1:], **named)


def _from_data(data: Any, byteorder: Any = "big", *, signed: Any = False) -> int:
    order: Any = text(byteorder)
    int.from_bytes(b"", order, signed=bool(plain(signed)))
    if isinstance(data, bytes):
        return len(data) // 8
    if isinstance(data, (str, int)):
        return 0
    units = make_bytes_cost(data)
    try:
        return units + len(make_bytes(copy(data) if isinstance(data, GuestIter) else data)) // 8
    except GuestFault:
        return units


def _float_ratio(value: float) -> int:
    return integers.binary_cost("<<", 1, value.as_integer_ratio()[1].bit_length() - 1)


def _range_index_cost(value: range, item: Any) -> int:
    if is_in_range(value, item) or not isinstance(item, int):
        return 0
    shown, nested = literal(item)
    return len(shown) // 16 + nested + pay((len(shown) + 16) // 16)


def _maketrans_cost(s: str, *args: Any) -> int:
    if len(args) == 1 and isinstance(args[0], GuestDict):
        return pay(len(args[0]))
    str.maketrans(*map(text, args))
    return len(args[1]) + len("".join(args[2:]))


def _translate_cost(s: str, table: Any) -> int:
    units = pay(len(s) // 2)
    for character in s:
        found = look_up(table, ord(character))
        if isinstance(found, str):
            units += pay(len(found) // 16)
        elif (isinstance(found, int) and not 0 <= found <= 0x10FFFF) or (
            found is not UNSET and found is not None and not isinstance(found, int)
        ):
            break
    return units


STR_COSTS["maketrans"] = _maketrans_cost
STR_COSTS["translate"] = _translate_cost
INT_COSTS: Final[dict[str, Callable[..., int]]] = {
    "bit_count": lambda value: integers.limbs(int(value)) // 4,
    "from_bytes": _from_bytes,
    "to_bytes": _to_bytes,
}


COSTS: Final[dict[type, dict[str, Callable[..., int]]]] = {
    str: STR_COSTS,
    bool: INT_COSTS,
    int: INT_COSTS,
    float: {"as_integer_ratio": _float_ratio},
    range: {"index": _range_index_cost},
    bytes: BYTES_COSTS,
    GuestList: LIST_COSTS,
    GuestTuple: {name: LIST_COSTS[name] for name in ("count", "index")},
    GuestDict: DICT_COSTS,
}
