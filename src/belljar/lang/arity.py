"""What CPython says to built-in functions that are called with too few or too many arguments, or with keywords they do not have."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from belljar.lang.graph import ClassDecl

ONE: Final = frozenset({"abs", "all", "any", "ascii", "bin", "callable", "chr", "hash", "hex", "len", "oct", "ord", "repr"})
"""Functions of one argument and nothing else."""
COUNTED: Final = frozenset({"bytes", "int", "str"})
"""Those that count as ``int() takes at most 2 arguments (3 given)``."""
NAMED: Final = {"round": ("number",), "pow": ("base", "exp"), "enumerate": ("iterable",)}
"""By function the names of the arguments that it says are missing."""
WITH_KEYWORDS: Final = frozenset({"bytes", "enumerate", "int", "max", "min", "pow", "print", "round", "sorted", "str", "sum", "zip"})


def tuple_maker(decl: ClassDecl, classes: Mapping[str, ClassDecl]) -> str:
    """What is called where an object of a class of named tuples is made: the ``__new__`` of the class that has the fields."""
    owner = [classes[name] for name in decl.order if name in classes and classes[name].kind == "namedtuple"][-1]
    return f"{owner.shown}.__new__"


def miscounted(name: str, low: int, high: int, found: int) -> str:
    """The message for ``found`` arguments of a function that takes ``low`` to ``high`` of them (-1: any number)."""
    short = name.removeprefix("math.")
    if name == "math.log":
        return "math.log requires 1 to 2 arguments"
    if name == "math.isclose" and found < low:
        return f"isclose() missing required argument '{'ab'[found]}' (pos {found + 1})"
    if name in ("math.isclose", "math.prod"):
        places = f"{low} positional argument{'' if low == 1 else 's'}"
        most = 4 if short == "isclose" else 2
        return (
            f"{short}() takes exactly {places} ({found} given)"
            if found <= most
            else f"{short}() takes at most {most} arguments ({found} given)"
        )
    if name in ONE or (short != name and low == high == 1):
        return f"{name}() takes exactly one argument ({found} given)"
    if name == "map":
        return "map() must have at least two arguments."
    if name in NAMED and found < low:
        missing = NAMED[name][found]
        place = "" if name == "enumerate" else f" (pos {found + 1})"
        return f"{name}() missing required argument '{missing}'{place}"
    if name == "sum" and found < low:
        return "sum() takes at least 1 positional argument (0 given)"
    if name in COUNTED or name in NAMED or name == "sum":
        return f"{name}() takes at most {high} arguments ({found} given)"
    bound, word = (low, "" if low == high else "at least ") if found < low else (high, "" if low == high else "at most ")
    return f"{short} expected {word}{bound} argument{'' if bound == 1 else 's'}, got {found}"


def misnamed(name: str, keyword: str) -> str:
    """The message for a keyword that a function does not have."""
    if name in WITH_KEYWORDS:
        return f"'{keyword}' is an invalid keyword argument for {'sort' if name == 'sorted' else name}()"
    if name in ("math.isclose", "math.prod"):
        return f"'{keyword}' is an invalid keyword argument for {name.removeprefix('math.')}()"
    return f"{'log' if name == 'math.log' else name}() takes no keyword arguments"
