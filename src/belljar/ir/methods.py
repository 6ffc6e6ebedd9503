"""The methods of built-in types as ``any.method`` calls them. What they cost is in :mod:`belljar.ir.method_costs`.

A method of str does what CPython's own does: it is called, on plain values that stand for the guest ones. Methods of containers compare and hash guest values, so they are written here; how many
arguments they take is asked of CPython's all the same. A method ends with the exception CPython's would, as a fault whose text is the exception's (:data:`FAULTS`).
"""

from __future__ import annotations

import itertools
import operator

from belljar.ir.any_bytes import decode, encode
from belljar.ir.any_items import ANYS, OPEN_DICT, SEQUENCES, is_iterable
from belljar.ir.calls import bind
from belljar.ir.formatting import format_fields
from belljar.ir.formulas import sorting
from belljar.ir.generator_methods import END, GENERATOR_FUNCTIONS
from belljar.ir.guest import (
    INT_MAX,
    INT_MIN,
    UNSET,
    GuestDict,
    GuestFault,
    GuestIter,
    GuestList,
    GuestRecord,
    GuestSet,
    GuestTuple,
    cut,
    equal_items,
    is_set_like,
    pay,
    sort,
    sorted_places,
    type_name,
    unpaid,
)
from belljar.ir.guest_functions import GuestFunction, GuestMethod
from belljar.ir.host import host
from belljar.ir.iterators import has_iterator, iterated, iterator, next_item, view
from belljar.ir.printing import literal
from belljar.ir.set_methods import FROZEN_METHODS, SET_METHODS, VIEW_METHODS
from belljar.types import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

FAULTS: Final = {
    TypeError: "E0790",
    ValueError: "E0791",
    AttributeError: "E0792",
    IndexError: "E0793",
    LookupError: "E0794",
    UnicodeDecodeError: "E0795",
    UnicodeEncodeError: "E0796",
    OverflowError: "E0797",
    KeyError: "E0798",
}
"""The code of an exception, most derived class first found."""


def fault_of(problem: BaseException) -> GuestFault:
    """The fault that stands for an exception of CPython's, with its text."""
    for cls in type(problem).__mro__:
        if cls in FAULTS:
            return GuestFault(FAULTS[cls], str(problem.args[0]) if cls is KeyError else str(problem))
    raise problem


def _stand_in(name: str, base: type) -> type:
    return type(name, (base,), {})


_STAND_INS: Final = {GuestList: list, GuestTuple: tuple, GuestDict: _stand_in("dict", list), GuestSet: _stand_in("set", list)}


def plain(value: Any, inside: bool = False) -> Any:
    """A value that CPython takes for the guest's: of the same type name, giving the same values when it is walked. What is in a container ``inside`` another, nobody looks at."""
    if isinstance(value, (GuestRecord, GuestFunction, GuestMethod, GuestIter)):
        return _stand_in(type_name(value), object)()
    stand_in = _STAND_INS.get(type(value))
    if stand_in is None:
        return value
    return stand_in(() if inside else [plain(item, True) for item in iterated(value)])


def guest(value: Any) -> Any:
    """A result of CPython's as a guest value."""
    if isinstance(value, list):
        return GuestList(ANYS, value)
    if isinstance(value, tuple):
        return GuestTuple(ANY, value)
    return value


def has_method(value: Any, name: str) -> bool:
    """Whether a built-in type has the method."""
    if isinstance(value, GuestRecord):
        return name in functions_of(value)
    return name in FUNCTIONS.get(type(value), {})


def method(name: str, keywords: str, receiver: Any, *args: Any) -> Any:
    """What ``any.method`` gives."""
    positional, named = passed(keywords, args)
    functions = functions_of(receiver)
    if name not in functions:
        raise GuestFault("E0792", cut(f"'{type_name(receiver)}' object has no attribute '{name}'"))
    if named and name not in TAKES_NAMES.get(type(receiver), ()):  # CPython 3.11 leaves the type out where it is traced
        owner = "int" if isinstance(receiver, bool) else type_name(receiver)
        raise GuestFault("E0790", f"{owner}.{name}() takes no keyword arguments")
    try:
        return functions[name](receiver, *positional, **named)
    except (TypeError, ValueError, LookupError, OverflowError) as problem:
        raise fault_of(problem) from None


PAYING: Final = frozenset(
    {
        *((GuestList, name) for name in ("count", "index", "remove")),
        *((GuestTuple, name) for name in ("count", "index")),
        (str, "format"),
        (str, "format_map"),
        (GuestList, "sort"),
        *((GuestSet, name) for name in SET_METHODS),
        *((GuestIter, name) for name in VIEW_METHODS),
    }
)
"""Methods that pay while they work, as they may run functions of the program meanwhile; by class and name. What others cost is in :mod:`belljar.ir.method_costs`."""
WALKING: Final = frozenset({(str, "join"), (GuestList, "extend"), (GuestDict, "update"), (GuestDict, "fromkeys"), (bytes, "join")})
"""Methods that take all items of their first argument before anything else."""


def collected(name: str, receiver: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments, with the items of what can only be walked in place of the first."""
    if (
        (type(receiver), name) not in WALKING
        or not args
        or is_iterable(args[0])
        or (isinstance(args[0], GuestIter) and args[0].walk != "record")
        or not has_iterator(args[0])
    ):
        return args
    walk, found = iterator(args[0]), []
    while (item := next_item(walk)) is not END:
        found.append(item)
    return GuestTuple(ANY, found), *args[1:]


def functions_of(receiver: Any) -> dict[str, Callable[..., Any]]:
    """The methods of a value."""
    if isinstance(receiver, GuestSet):
        return FROZENSET_FUNCTIONS if receiver.is_frozen else FUNCTIONS[GuestSet]
    if isinstance(receiver, GuestIter):
        return FUNCTIONS[GuestIter] if is_set_like(receiver) else {}
    if isinstance(receiver, GuestRecord):
        return GENERATOR_FUNCTIONS if receiver.layout.entry else {}
    return FUNCTIONS.get(type(receiver), {})


def passed(keywords: str, args: tuple[Any, ...]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments by position and those by name."""
    names = keywords.split(",") if keywords else []
    first = len(args) - len(names)
    return args[:first], dict(zip(names, args[first:], strict=True))


# --- str --------------------------------------------------------------------------------------------------------------------------

STR_METHODS: Final = (
    *("capitalize", "casefold", "center", "count", "endswith", "expandtabs", "find", "index", "isalnum", "isalpha", "isascii", "isdecimal"),
    *(
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isprintable",
        "isspace",
        "istitle",
        "isupper",
        "join",
        "ljust",
        "lower",
        "lstrip",
    ),
    *("partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split"),
    *("splitlines", "startswith", "strip", "swapcase", "title", "upper", "zfill"),
)


def _format(s: str, /, *args: Any, **named: Any) -> str:
    return format_fields(s, args, named)


def _format_map(s: str, mapping: Any) -> str:
    return format_fields(s, None, None, mapping)


def _of_str(name: str) -> Callable[..., Any]:
    function = getattr(str, name)

    def call(s: str, /, *args: Any, **named: Any) -> Any:
        if name == "join" and len(args) == 1 and isinstance(args[0], GuestIter):
            args = (GuestList(ANYS, iterated(args[0])),)
        return guest(function(s, *map(plain, args), **{key: plain(value) for key, value in named.items()}))

    return call


def _maketrans(s: str, *args: Any, **named: Any) -> GuestDict:
    if len(args) == 1 and isinstance(args[0], GuestDict) and not named:
        made = str.maketrans(dict(args[0].items()))
    else:
        made = str.maketrans(*map(plain, args), **named)
    return GuestDict(OPEN_DICT, made.items())


def look_up(table: Any, code: int) -> Any:
    """What a table for translate has for a code; UNSET for nothing."""
    if isinstance(table, GuestDict):
        position = table.find(code)
        return UNSET if position < 0 else table.entry(position)[1]
    if not isinstance(table, SEQUENCES):
        raise TypeError(f"'{type_name(table)}' object is not subscriptable")
    return table[code] if code < len(table) else UNSET


def _translate(s: str, table: Any) -> str:
    parts = []
    for character in s:
        found = look_up(table, ord(character))
        if found is UNSET:
            parts.append(character)
        elif isinstance(found, str):
            parts.append(found)
        elif isinstance(found, int):
            if not 0 <= found <= 0x10FFFF:
                raise ValueError("character mapping must be in range(0x110000)")
            parts.append(chr(found))
        elif found is not None:
            raise TypeError("character mapping must return integer, None or str")
    return "".join(parts)


# --- bytes ------------------------------------------------------------------------------------------------------------------------

BYTES_METHODS: Final = (
    *("capitalize", "center", "count", "endswith", "expandtabs", "find", "hex", "index", "isalnum", "isalpha", "isascii", "isdigit"),
    *("islower", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "partition", "removeprefix", "removesuffix"),
    *("replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase"),
    *("title", "translate", "upper", "zfill"),
)


def _of_bytes(name: str) -> Callable[..., Any]:
    function = getattr(bytes, name)
    is_static = name in ("fromhex", "maketrans")

    def call(data: bytes, *args: Any, **named: Any) -> Any:
        if name == "join" and len(args) == 1 and isinstance(args[0], GuestIter):
            args = (GuestList(ANYS, iterated(args[0])),)
        receiver = () if is_static else (data,)
        return guest(function(*receiver, *map(plain, args), **{key: plain(value) for key, value in named.items()}))

    return call


def _encode(s: str, *args: Any, **named: Any) -> bytes:
    try:
        "".encode(*map(plain, args), **{key: plain(value) for key, value in named.items()})
    except LookupError:
        pass
    return bytes(_codec_arguments(encode, s, *args, **named))


def _codec_arguments(function: Any, value: Any, encoding: Any = None, errors: Any = None) -> Any:
    return function(value, encoding, errors)


def _decode(data: bytes, *args: Any, **named: Any) -> str:
    b"".decode(*map(plain, args), **{key: plain(value) for key, value in named.items()})
    return str(_codec_arguments(decode, data, *args, **named))


# --- list and tuple ---------------------------------------------------------------------------------------------------------------


def _checked(cls: type, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, behind CPython's own check of how many arguments there are and of their names."""

    def call(receiver: Any, /, *args: Any, **named: Any) -> Any:
        probe = _PROBES[cls, name]
        try:
            probe(*[_Probe()] * len(args), **named)
        except TypeError as problem:
            if any(word in str(problem) for word in ("argument", "given", "expected")) and "cannot be interpreted" not in str(problem):
                raise
        except (LookupError, ValueError, OverflowError):
            pass
        return function(receiver, *args, **named)

    return call


class _Probe:
    """An argument that CPython takes for anything."""

    def __index__(self) -> int:
        return 0

    def __iter__(self) -> Any:
        return iter(())

    def keys(self) -> tuple[Any, ...]:
        return ()


class _Probes(dict[tuple[type, str], "Callable[..., Any]"]):
    def __missing__(self, key: tuple[type, str]) -> Callable[..., Any]:
        cls, name = key
        if cls in (set, frozenset):  # not bound, as a call written out in a program is made: CPython names the class then
            return lambda *args, **named: getattr(cls, name)(cls(), *args, **named)
        if cls is range:
            return getattr(range(0), name)  # type: ignore[no-any-return]
        if cls is type({}.keys()):
            return getattr({}.keys(), name)  # type: ignore[no-any-return]
        return getattr(cls(), name)  # type: ignore[no-any-return]


_PROBES: Final = _Probes()


def _insert(items: GuestList, place: Any, value: Any) -> None:
    items.insert(_index(place), value)


def _index(value: Any) -> int:
    """``operator.index``, of a plain value."""
    number = operator.index(plain(value))
    if not INT_MIN <= number <= INT_MAX:
        raise OverflowError("Python int too large to convert to C ssize_t")
    return number


def _pop(items: GuestList, place: Any = -1) -> Any:
    return items.pop(_index(place))


def bounds(items: Any, start: Any, stop: Any) -> range:
    for bound in (start, stop):
        if not hasattr(plain(bound), "__index__"):
            raise TypeError("slice indices must be integers or have an __index__ method")
    return range(*slice(start, stop).indices(len(items)))


def _position(items: Any, value: Any, start: Any = 0, stop: Any = INT_MAX) -> int:
    places = bounds(items, start, stop)
    pay(len(items) // 4)
    for position in itertools.count(places.start):
        if position >= (len(items) if stop is INT_MAX else min(places.stop, len(items))):  # comparing may change it
            break
        if equal_items(items[position], value)[0]:
            return position
    if isinstance(items, GuestTuple):
        raise ValueError("tuple.index(x): x not in tuple")
    shown = literal(value)[0]
    pay((len(shown) + 15) // 16)
    raise ValueError(f"{shown} is not in list")


def _count(items: Any, value: Any) -> int:
    pay(len(items) // 4)
    return sum(equal_items(item, value)[0] for item in items)


def _remove(items: GuestList, value: Any) -> None:
    pay(len(items) // 4)
    for position, item in enumerate(items):
        if equal_items(item, value)[0]:
            if position < len(items):
                pay((len(items) - 1 - position) // 16)
                del items[position]
            return
    raise ValueError("list.remove(x): x not in list")


def _sort(items: GuestList, *, key: Any = None, reverse: Any = False) -> None:
    descending = operator.index(plain(reverse))
    if not -(2**31) <= descending < 2**31:
        raise OverflowError("Python int too large to convert to C int")
    if key is None:
        sorting(items)
        unpaid(sort, items, bool(descending))
    elif items:
        _sort_by_key(items, key, bool(descending))


def _sort_by_key(items: GuestList, key: Any, descending: bool) -> None:
    """While the keys are made the list is empty, as in CPython; its elements are put back whatever happens."""
    pay(len(items) // 4)
    taken, keys = list(items), []
    items.clear()
    try:
        for item in taken:
            keys.append(host().finished(bind("", key, item)))
        sorting(keys)
        places = unpaid(sorted_places, keys, descending)
        pay(len(keys) // 4)
        taken = [taken[place] for place in places]
    finally:
        is_modified = bool(items)
        items[:] = taken
    if is_modified:
        raise ValueError("list modified during sort")


LIST_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "append": lambda items, value: items.append(value),
    "clear": lambda items: items.clear(),
    "copy": lambda items: GuestList(items.type, items),
    "count": _count,
    "extend": lambda items, more: items.extend(iterated(more)),
    "index": _position,
    "insert": _insert,
    "pop": _pop,
    "remove": _remove,
    "reverse": lambda items: items.reverse(),
    "sort": _sort,
}


# --- numbers ----------------------------------------------------------------------------------------------------------------------


def _of_number(cls: type, name: str) -> Callable[..., Any]:
    function = getattr(cls, name)

    def call(value: Any, /, *args: Any, **named: Any) -> Any:
        owner = function
        if name == "from_bytes":
            owner = bool.from_bytes if isinstance(value, bool) else function
            args = tuple(GuestList(ANYS, iterated(arg)) if isinstance(arg, GuestIter) else arg for arg in args)
        receiver = () if name == "from_bytes" else (cls(value),)
        return guest(owner(*receiver, *map(plain, args), **{key: plain(given) for key, given in named.items()}))

    return call


INT_METHODS: Final = ("as_integer_ratio", "bit_count", "bit_length", "conjugate", "from_bytes", "to_bytes")
FLOAT_METHODS: Final = ("as_integer_ratio", "conjugate", "hex", "is_integer")


def is_in_range(value: range, item: Any) -> bool:
    return isinstance(item, (int, float)) and (isinstance(item, int) or item.is_integer()) and int(item) in value


def _range_index(value: range, item: Any) -> int:
    if is_in_range(value, item):
        return (int(item) - value.start) // value.step
    if isinstance(item, int):
        raise ValueError(f"{literal(item)[0]} is not in range")
    raise ValueError("sequence.index(x): x not in sequence")


# --- dict -------------------------------------------------------------------------------------------------------------------------


def _get(table: GuestDict, key: Any, default: Any = None) -> Any:
    position = table.find(key)
    return default if position < 0 else table.entry(position)[1]


def _setdefault(table: GuestDict, key: Any, default: Any = None) -> Any:
    return table.entry(table.put(key, default, False))[1]


def _pop_key(table: GuestDict, key: Any, *default: Any) -> Any:
    position = table.find(key) if len(table) else -1
    if position >= 0:
        value = table.entry(position)[1]
        table.erase(position)
        return value
    if default:
        return default[0]
    raise GuestFault("E0702")


def _popitem(table: GuestDict) -> GuestTuple:
    if not len(table):
        raise KeyError("popitem(): dictionary is empty")
    position = table.prev(len(table.entries))
    key, value = table.entry(position)
    table.remove_at(position)
    if not len(table):
        table.clear()
    return GuestTuple(ANY, (key, value))


def _update(table: GuestDict, /, *others: Any, **named: Any) -> None:
    for other in others:
        if isinstance(other, GuestDict):
            place = -1
            while table is not other and (place := other.next(place + 1)) >= 0:
                table.set(*other.entry(place))
            continue
        for place, pair in enumerate(iterated(other)):
            try:
                parts = iterated(pair)
            except TypeError:
                raise TypeError(f"cannot convert dictionary update sequence element #{place} to a sequence") from None
            if len(parts) != 2:
                raise ValueError(f"dictionary update sequence element #{place} has length {len(parts)}; 2 is required")
            table.set(parts[0], parts[1])
    for key, value in named.items():
        table.set(key, value)


DICT_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "clear": lambda table: table.clear(),
    "copy": lambda table: table.copied(),
    "fromkeys": lambda table, keys, value=None: GuestDict(OPEN_DICT, [(key, value) for key in iterated(keys)]),
    "get": _get,
    "pop": _pop_key,
    "items": lambda table: view(2, table),
    "keys": lambda table: view(0, table),
    "popitem": _popitem,
    "setdefault": _setdefault,
    "update": _update,
    "values": lambda table: view(1, table),
}


FUNCTIONS: Final[dict[type, dict[str, Callable[..., Any]]]] = {
    str: {
        **{name: _of_str(name) for name in STR_METHODS},
        "encode": _encode,
        "maketrans": _maketrans,
        "translate": _checked(str, "translate", _translate),
        "format": _format,
        "format_map": _checked(str, "format_map", _format_map),
    },
    bytes: {**{name: _of_bytes(name) for name in (*BYTES_METHODS, "fromhex", "maketrans")}, "decode": _decode},
    bool: {name: _of_number(int, name) for name in INT_METHODS},
    int: {name: _of_number(int, name) for name in INT_METHODS},
    float: {name: _of_number(float, name) for name in FLOAT_METHODS},
    range: {
        "count": _checked(range, "count", lambda value, item: int(is_in_range(value, item))),
        "index": _checked(range, "index", _range_index),
    },
    GuestSet: {name: _checked(set, name, function) for name, function in SET_METHODS.items()},
    GuestIter: {name: _checked(type({}.keys()), name, function) for name, function in VIEW_METHODS.items()},
    GuestList: {name: _checked(list, name, function) for name, function in LIST_FUNCTIONS.items()},
    GuestTuple: {name: _checked(tuple, name, LIST_FUNCTIONS[name]) for name in ("count", "index")},
    GuestDict: {name: _checked(dict, name, function) for name, function in DICT_FUNCTIONS.items()},
}
"""The methods by the class of the receiver and their own name."""
FROZENSET_FUNCTIONS: Final = {
    **{name: _checked(frozenset, name, function) for name, function in FROZEN_METHODS.items()},
    "copy": _checked(frozenset, "copy", lambda items: items),
}
"""Those of frozensets."""

TAKES_NAMES: Final[dict[type, tuple[str, ...]]] = {
    str: ("encode", "expandtabs", "format", "rsplit", "split", "splitlines"),
    bytes: ("decode", "expandtabs", "hex", "rsplit", "split", "splitlines", "translate"),
    int: ("to_bytes", "from_bytes"),
    bool: ("to_bytes", "from_bytes"),
    GuestList: ("sort",),
    GuestDict: ("update",),
}
"""The methods that take arguments by name."""
