"""The names a program has without defining them: built-in functions, modules, exception classes."""

from __future__ import annotations

import math

from belljar.ir.exceptions import BASES
from belljar.lang.library import internal_names, library_names
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class Builtin(Frozen):
    """``refused``: what to write instead of a built-in Bell does not have (``later``: not yet)."""

    __slots__ = ("later", "refused")

    def __init__(self, refused: str = "", later: bool = True) -> None:
        self.refused: Final = refused
        self.later: Final = later


BUILTINS: dict[str, Builtin] = {
    **{
        name: Builtin()
        for name in (
            "abs all any ascii bin bool bytes callable chr dict divmod enumerate filter float format frozenset getattr hasattr hash hex int isinstance issubclass iter len list "
            "map max min next oct ord pow print property range repr reversed round set setattr slice sorted staticmethod classmethod str sum super tuple type zip object "
            "NotImplemented Ellipsis id"
        ).split()
    },
    # known to Python, refused by name
    "compile": Builtin(refused="programs do not make programs", later=False),
    "complex": Builtin(refused="use two floats", later=False),
    "delattr": Builtin(refused="use `del x.name`", later=False),
    "dir": Builtin(refused="name the attributes", later=False),
    "eval": Builtin(refused="programs do not make programs", later=False),
    "exec": Builtin(refused="programs do not make programs", later=False),
    "globals": Builtin(refused="name the variables", later=False),
    "help": Builtin(refused="see the documentation", later=False),
    "input": Builtin(refused="take a parameter", later=False),
    "locals": Builtin(refused="name the variables", later=False),
    "memoryview": Builtin(refused="use bytes", later=False),
    "open": Builtin(refused="programs have no files; take the data as a parameter", later=False),
    "vars": Builtin(refused="name the attributes", later=False),
    "aiter": Builtin(refused="use a for loop", later=False),
    "anext": Builtin(refused="use a for loop", later=False),
    "breakpoint": Builtin(refused="set breakpoints from outside", later=False),
    "copyright": Builtin(refused="see the documentation", later=False),
    "credits": Builtin(refused="see the documentation", later=False),
    "exit": Builtin(refused="return, or raise an exception", later=False),
    "license": Builtin(refused="see the documentation", later=False),
    "quit": Builtin(refused="return, or raise an exception", later=False),
    "BaseExceptionGroup": Builtin(refused="raise one exception", later=False),
    "ExceptionGroup": Builtin(refused="raise one exception", later=False),
    "EnvironmentError": Builtin(refused="use OSError", later=False),
    "IOError": Builtin(refused="use OSError", later=False),
}

EXCEPTIONS: frozenset[str] = frozenset(BASES)
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

ASKED_OF_HOSTS: frozenset[str] = frozenset({"logging", "os", "os.path", "pathlib", "posixpath", "sys"})
"""Modules that in Python reach outside: what they and their classes do not offer here is refused, and no attribute that happens to be missing."""
OUTSIDE = "programs reach nothing outside but through functions of the host"
"""What is said of it."""

MEMBERS_REFUSED: dict[str, dict[str, str]] = {
    "math": {"fma": "write a * b + c", "sumprod": "write a for loop"},
    "collections": {"namedtuple": "give what it makes a name: Point = namedtuple(...)"},
    "sys": {
        "stdin": "take the data as a parameter",
        "path": "import what Bell has",
        "modules": "name what you import",
        "exc_info": "write `except Exception as problem`",
        "getsizeof": "values have no size of their own",
        "getrefcount": "values are not counted",
        "platform": "programs run the same everywhere",
        "version": "see sys.version_info",
        "executable": "programs run the same everywhere",
    },
}
"""What modules do not offer and programs ask for, with what to write instead."""

_TYPING = frozenset(
    "AbstractSet Annotated Any AnyStr AsyncGenerator AsyncIterable AsyncIterator Awaitable BinaryIO ByteString Callable ChainMap ClassVar "
    "Collection Concatenate Container ContextManager Coroutine Counter DefaultDict Deque Dict Final FrozenSet Generator Generic Hashable IO "
    "ItemsView Iterable Iterator KeysView List Literal LiteralString Mapping MappingView Match MutableMapping MutableSequence MutableSet "
    "NamedTuple Never NewType NoReturn NotRequired Optional OrderedDict ParamSpec Pattern Protocol Required Reversible Self Sequence Set Sized "
    "SupportsAbs SupportsBytes SupportsFloat SupportsIndex SupportsInt SupportsRound TYPE_CHECKING Text TextIO Tuple Type TypeAlias TypeGuard "
    "TypeVar TypeVarTuple TypedDict Union Unpack ValuesView assert_never assert_type cast final no_type_check overload override runtime_checkable".split()
)

MODULES: dict[str, frozenset[str] | None] = {
    **dict.fromkeys(sorted(library_names())),
    "__future__": frozenset({"annotations"}),
    "abc": frozenset({"ABC", "ABCMeta", "abstractmethod"}),
    "collections.abc": frozenset(
        "AsyncGenerator AsyncIterable AsyncIterator Awaitable ByteString Callable Collection Container Coroutine Generator Hashable ItemsView Iterable Iterator "
        "KeysView Mapping MappingView MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized ValuesView".split()
    ),
    "dataclasses": frozenset(
        {"FrozenInstanceError", "InitVar", "KW_ONLY", "dataclass", "field", "replace", "asdict", "astuple", "fields", "is_dataclass"}
    ),
    "enum": frozenset({"Enum", "EnumMeta", "EnumType", "IntEnum", "StrEnum", "Flag", "IntFlag", "auto", "unique"}),
    "math": MATH_FUNCTIONS | frozenset(MATH_CONSTANTS),
    "numbers": frozenset({"Complex", "Integral", "Number", "Rational", "Real"}),
    "typing": _TYPING,
}
"""Modules a program may import, with what they offer: names, or, where a module is written in Bell (None), what it defines."""

FORMS: dict[str, frozenset[str]] = {
    "collections": frozenset({"namedtuple"}),
    "decimal": frozenset({"Decimal"}),
    "contextlib": frozenset({"redirect_stdout"}),
    "functools": frozenset({"total_ordering", "cached_property", "partialmethod", "singledispatchmethod"}),
    "operator": frozenset({"attrgetter", "methodcaller"}),
}
"""What modules written in Bell offer besides: forms that are read statically."""

CLASSES: dict[str, str] = {"dataclasses.FrozenInstanceError": "_frozen.FrozenInstanceError"}
"""Classes that such modules offer, with where in the library they are."""

MOVED: dict[str, str] = {"contextlib.redirect_stdout": "_redirect.redirect_stdout"}
"""Members of modules written in Bell that stand in modules of their own, as they change what those do that do not use them."""

IMPLIED: dict[str, str] = {"bytearray": "_bytearray"}
"""Built-in classes that are written in Bell, with the modules they stand in: a program that names one imports it without saying so."""

ASKING: frozenset[str] = frozenset({"calendar", "contextlib", "datetime", "logging", "os", "random", "secrets", "sys", "time"})
"""The modules of which functions may call functions of the host."""

INTERNAL: dict[str, frozenset[str] | None] = {
    **dict.fromkeys(sorted(internal_names())),
    "_bell": frozenset(
        "type_name class_of enum_members plain_member is_function is_instance_of is_subclass_of is_dataclass is_named_tuple fields_text compared_fields identity is_record blank_like copy_fields like loose regex_compile regex_match regex_look regex_looks regex_groups regex_group_names regex_flags admit_event admit_output loop_pass decimal_context program_name host_now host_monotonic host_sleep host_seed host_env host_stderr".split()
    ),
}
"""Modules that only those of the library may import."""
INTERNAL_MODULES = tuple("_builtins _enums _exceptions _field _hex_floats _iterables _named _numbers _plain _records _slice".split())
"""Those of which only the functions are run: what stands outside of them is not."""
