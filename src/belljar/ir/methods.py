"""The methods of built-in types as ``any.method`` calls them. What they cost is in :mod:`belljar.ir.method_costs`.

A method of str does what CPython's own does: it is called, on plain values that stand for the guest ones. Methods of containers compare and hash guest values, so they are written here; how many
arguments they take is asked of CPython's all the same. A method ends with the exception CPython's would, as a fault whose text is the exception's (:data:`FAULTS`).
"""

from __future__ import annotations

import operator

from belljar.ir.any_items import ANYS, OPEN_DICT, is_iterable, items_of
from belljar.ir.formatting import format_fields
from belljar.ir.guest import (
    INT_MAX,
    INT_MIN,
    GuestDict,
    GuestFault,
    GuestFunction,
    GuestIter,
    GuestList,
    GuestMethod,
    GuestRecord,
    GuestSet,
    GuestTuple,
    cut,
    equal_items,
    literal,
    sort,
    type_name,
)
from belljar.ir.iterators import END, iterator, next_item, view
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


def method(name: str, keywords: str, receiver: Any, *args: Any) -> Any:
    """What ``any.method`` gives."""
    positional, named = passed(keywords, args)
    functions = FUNCTIONS.get(type(receiver), {})
    if name not in functions:
        raise GuestFault("E0792", cut(f"'{type_name(receiver)}' object has no attribute '{name}'"))
    if named and name not in TAKES_NAMES.get(type(receiver), ()):  # CPython 3.11 leaves the type out where it is traced
        raise GuestFault("E0790", f"{type_name(receiver)}.{name}() takes no keyword arguments")
    try:
        return functions[name](receiver, *positional, **named)
    except (TypeError, ValueError, LookupError, OverflowError) as problem:
        raise fault_of(problem) from None


def passed(keywords: str, args: tuple[Any, ...]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments by position and those by name."""
    names = keywords.split(",") if keywords else []
    first = len(args) - len(names)
    return args[:first], dict(zip(names, args[first:], strict=True))


def iterated(value: Any) -> list[Any]:
    """The values of an iterable."""
    if isinstance(value, GuestIter):
        walk, found = iterator(value), []
        while (item := next_item(walk)) is not END:
            found.append(item)
        return found
    if not is_iterable(value):
        raise TypeError(f"'{type_name(value)}' object is not iterable")
    return items_of(value)


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
    for position in bounds(items, start, stop):
        if equal_items(items[position], value)[0]:
            return position
    if isinstance(items, GuestTuple):
        raise ValueError("tuple.index(x): x not in tuple")
    raise ValueError(f"{literal(value)[0]} is not in list")


def _count(items: Any, value: Any) -> int:
    return sum(equal_items(item, value)[0] for item in items)


def _remove(items: GuestList, value: Any) -> None:
    for position, item in enumerate(items):
        if equal_items(item, value)[0]:
            del items[position]
            return
    raise ValueError("list.remove(x): x not in list")


def _sort(items: GuestList, *, key: Any = None, reverse: Any = False) -> None:
    descending = operator.index(plain(reverse))
    if not -(2**31) <= descending < 2**31:
        raise OverflowError("Python int too large to convert to C int")
    if key is None:
        sort(items, bool(descending))
    elif items:
        raise TypeError(f"'{type_name(key)}' object is not callable")


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


# --- dict -------------------------------------------------------------------------------------------------------------------------


def _get(table: GuestDict, key: Any, default: Any = None) -> Any:
    position = table.find(key)
    return default if position < 0 else table.entry(position)[1]


def _setdefault(table: GuestDict, key: Any, default: Any = None) -> Any:
    position = table.find(key)
    if position >= 0:
        return table.entry(position)[1]
    table.set(key, default)
    return default


def _pop_key(table: GuestDict, key: Any, *default: Any) -> Any:
    position = table.find(key) if len(table) else -1
    if position >= 0:
        value = table.entry(position)[1]
        table.remove(key)
        return value
    if default:
        return default[0]
    raise GuestFault("E0702")


def _popitem(table: GuestDict) -> GuestTuple:
    if not len(table):
        raise KeyError("popitem(): dictionary is empty")
    key, value = list(table.items())[-1]
    table.remove(key)
    return GuestTuple(ANY, (key, value))


def _update(table: GuestDict, /, *others: Any, **named: Any) -> None:
    for other in others:
        if isinstance(other, GuestDict):
            for key, value in list(other.items()):
                table.set(key, value)
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
    "copy": lambda table: GuestDict(table.type, table.items()),
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
        "format": _format,
        "format_map": _checked(str, "format_map", _format_map),
    },
    GuestList: {name: _checked(list, name, function) for name, function in LIST_FUNCTIONS.items()},
    GuestTuple: {name: _checked(tuple, name, LIST_FUNCTIONS[name]) for name in ("count", "index")},
    GuestDict: {name: _checked(dict, name, function) for name, function in DICT_FUNCTIONS.items()},
}
"""The methods by the class of the receiver and their own name."""

TAKES_NAMES: Final[dict[type, tuple[str, ...]]] = {
    str: ("expandtabs", "format", "rsplit", "split", "splitlines"),
    GuestList: ("sort",),
    GuestDict: ("update",),
}
"""The methods that take arguments by name."""
