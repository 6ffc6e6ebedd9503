"""The names a program has without defining them: built-in functions, modules, exception classes."""

from __future__ import annotations

import math

from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final


class Builtin(Frozen):
    """``walks``: how many leading arguments are walked as iterables (-1: all of them); ``only_walked``: its result is a view that must be walked at once;
    ``refused``: what to write instead of a built-in Bell does not have (``later``: not yet); ``refused_keywords``: the same for some of its keywords."""

    __slots__ = ("later", "only_walked", "refused", "refused_keywords", "walks")

    def __init__(
        self,
        walks: int = 0,
        only_walked: bool = False,
        refused: str = "",
        later: bool = True,
        refused_keywords: Mapping[str, str] | None = None,
    ) -> None:
        self.walks: Final = walks
        self.only_walked: Final = only_walked
        self.refused: Final = refused
        self.later: Final = later
        self.refused_keywords: Final = refused_keywords or {}


_KEY = {"key": "make tuples that begin with the key"}

BUILTINS: dict[str, Builtin] = {
    "abs": Builtin(),
    "all": Builtin(walks=1),
    "any": Builtin(walks=1),
    "bin": Builtin(),
    "bool": Builtin(),
    "chr": Builtin(),
    "dict": Builtin(walks=1),
    "divmod": Builtin(),
    "enumerate": Builtin(walks=1, only_walked=True),
    "float": Builtin(),
    "hex": Builtin(),
    "int": Builtin(),
    "isinstance": Builtin(),
    "len": Builtin(),
    "list": Builtin(walks=1),
    "max": Builtin(walks=1, refused_keywords=_KEY),
    "min": Builtin(walks=1, refused_keywords=_KEY),
    "oct": Builtin(),
    "ord": Builtin(),
    "pow": Builtin(),
    "print": Builtin(refused_keywords={"file": "programs have one output", "flush": "output is flushed by the host"}),
    "range": Builtin(),
    "repr": Builtin(),
    "reversed": Builtin(walks=1, only_walked=True),
    "round": Builtin(),
    "set": Builtin(walks=1),
    "sorted": Builtin(walks=1, refused_keywords=_KEY),
    "str": Builtin(),
    "sum": Builtin(walks=1),
    "tuple": Builtin(walks=1),
    "zip": Builtin(walks=-1, only_walked=True),
    # known to Python, refused by name
    "ascii": Builtin(refused="use repr()"),
    "bytearray": Builtin(refused="use a list of int"),
    "bytes": Builtin(refused="use str"),
    "callable": Builtin(refused="functions are not values", later=False),
    "classmethod": Builtin(refused="write a function"),
    "compile": Builtin(refused="programs do not make programs", later=False),
    "complex": Builtin(refused="use two floats", later=False),
    "delattr": Builtin(refused="records have fixed fields", later=False),
    "dir": Builtin(refused="records have fixed fields", later=False),
    "eval": Builtin(refused="programs do not make programs", later=False),
    "exec": Builtin(refused="programs do not make programs", later=False),
    "filter": Builtin(refused="write a for loop with an if"),
    "format": Builtin(refused="use an f-string"),
    "frozenset": Builtin(refused="use a set"),
    "getattr": Builtin(refused="write the field's name", later=False),
    "globals": Builtin(refused="name the variables", later=False),
    "hasattr": Builtin(refused="records have fixed fields", later=False),
    "hash": Builtin(refused="hash values differ between hosts", later=False),
    "help": Builtin(refused="see the documentation", later=False),
    "id": Builtin(refused="programs have no addresses", later=False),
    "input": Builtin(refused="take a parameter", later=False),
    "issubclass": Builtin(refused="records have no base classes"),
    "iter": Builtin(refused="use a for loop"),
    "locals": Builtin(refused="name the variables", later=False),
    "map": Builtin(refused="write a for loop"),
    "memoryview": Builtin(refused="use a list", later=False),
    "next": Builtin(refused="use a for loop"),
    "object": Builtin(refused="define a record", later=False),
    "open": Builtin(refused="programs have no files; take the data as a parameter", later=False),
    "property": Builtin(refused="write a function"),
    "setattr": Builtin(refused="write the field's name", later=False),
    "slice": Builtin(refused="write x[a:b:c]"),
    "staticmethod": Builtin(refused="write a function"),
    "super": Builtin(refused="records have no base classes"),
    "type": Builtin(refused="use isinstance()"),
    "vars": Builtin(refused="records have fixed fields", later=False),
    "Ellipsis": Builtin(refused="use None", later=False),
    "NotImplemented": Builtin(refused="raise NotImplementedError('...')", later=False),
    "aiter": Builtin(refused="use a for loop", later=False),
    "anext": Builtin(refused="use a for loop", later=False),
    "breakpoint": Builtin(refused="set breakpoints from outside", later=False),
    "copyright": Builtin(refused="see the documentation", later=False),
    "credits": Builtin(refused="see the documentation", later=False),
    "exit": Builtin(refused="return, or raise an exception", later=False),
    "license": Builtin(refused="see the documentation", later=False),
    "quit": Builtin(refused="return, or raise an exception", later=False),
    **{
        name: Builtin(refused="raise one that Bell has, such as ValueError, LookupError or RuntimeError", later=later)
        for later, names in (
            (
                True,
                "BufferError EOFError ImportError ModuleNotFoundError OSError IOError EnvironmentError BlockingIOError ChildProcessError ConnectionError "
                "BrokenPipeError ConnectionAbortedError ConnectionRefusedError ConnectionResetError FileExistsError FileNotFoundError InterruptedError "
                "IsADirectoryError NotADirectoryError PermissionError ProcessLookupError TimeoutError UnboundLocalError ReferenceError StopIteration "
                "StopAsyncIteration SyntaxError IndentationError TabError UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError Warning "
                "DeprecationWarning UserWarning",
            ),
            (
                False,
                "BaseException BaseExceptionGroup ExceptionGroup GeneratorExit KeyboardInterrupt MemoryError RecursionError SystemError SystemExit",
            ),
        )
        for name in names.split()
    },
}

EXCEPTIONS: frozenset[str] = frozenset(
    {
        "ArithmeticError",
        "AssertionError",
        "AttributeError",
        "Exception",
        "FloatingPointError",
        "IndexError",
        "KeyError",
        "LookupError",
        "NameError",
        "NotImplementedError",
        "OverflowError",
        "RuntimeError",
        "TypeError",
        "UnicodeError",
        "ValueError",
        "ZeroDivisionError",
    }
)
"""Exception classes a program may raise."""

MATH_CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}

MATH_FUNCTIONS: frozenset[str] = frozenset(
    "acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist erf erfc exp exp2 expm1 fabs factorial floor fmod frexp fsum "
    "gamma gcd hypot isclose isfinite isinf isnan isqrt lcm ldexp lgamma log log10 log1p log2 modf nextafter perm pow prod radians remainder sin sinh sqrt "
    "tan tanh trunc ulp".split()
)
"""Functions of ``math`` that Bell has."""

WALKING_MATH: dict[str, int] = {"dist": 2, "fsum": 1, "prod": 1}
"""Those that walk their first arguments."""

MATH_REFUSED: dict[str, str] = {
    "fma": "write a * b + c",
    "sumprod": "write a for loop",
}
"""Those that Bell does not have yet, with what to write instead."""

MODULES: dict[str, frozenset[str]] = {
    "__future__": frozenset({"annotations"}),
    "dataclasses": frozenset({"dataclass"}),
    "math": MATH_FUNCTIONS | frozenset(MATH_CONSTANTS),
    "typing": frozenset({"Any", "Dict", "List", "Optional", "Set", "Tuple", "Union"}),
}
"""Modules a program may import, with what they offer."""
