"""The meaning of every op in plain Python, on the values of :mod:`belljar.ir.guest`. Python is the reference: C and native code agree with what stands here.

``meaning(op)`` takes the op's operands and immediates in order and gives its result (None where it has none), or raises :class:`GuestFault` with one of the op's
codes. A record's layout stands for its type in ``record.new``, a pair of signature and type for the type in ``fn.new``. Ops of ``ENGINE_OPS`` are about the engine's own state and have no meaning as values.

Beyond the codes of their rows, ops that allocate can end with E0803 and ops that walk nested values with E0804 (:data:`~belljar.ir.guest.NESTING_MAX`).

What folds constants with these functions must first bound :func:`belljar.ir.charges.extra_fuel`, since results can be long, and fold ops that depend on Unicode tables (case, ``is...``,
``repr``) on ASCII only, since the tables of two Pythons differ.
"""

from __future__ import annotations

import math
import operator
from itertools import count

from belljar.ir import any_sets, methods, numbers
from belljar.ir.abi import CONSTANTS
from belljar.ir.any_bytes import make_bytes
from belljar.ir.any_items import ANYS, ITEM_MEANINGS, splice, underlying
from belljar.ir.any_sets import add_items, changed, combined, set_from
from belljar.ir.attributes import del_attr, get_attr, has_attr, set_attr
from belljar.ir.formatting import ascii_of, format_args, percent
from belljar.ir.function import COMPARING, IN_PLACE, PLAIN, REFLECTED, UNARY
from belljar.ir.guest import (
    ABSENT,
    INT_MAX,
    INT_MIN,
    UNSET,
    GuestDict,
    GuestFault,
    GuestList,
    GuestRecord,
    GuestRegex,
    GuestSet,
    GuestTuple,
    absent,
    call_special,
    cut,
    equal,
    equal_items,
    hash_of,
    is_decimal,
    is_kind,
    is_written,
    less,
    paid,
    pay,
    sort,
    sorted_places,
    special,
    special_binary,
    special_compare,
    special_index,
    special_text,
    truth,
    try_special,
    type_name,
    type_of,
    unpaid,
)
from belljar.ir.guest_functions import GuestFunction, same_function
from belljar.ir.host import host, may_call
from belljar.ir.iterators import ITERATOR_MEANINGS, extend
from belljar.ir.meanings import CHARGES
from belljar.ir.meanings import MEANINGS as MEANINGS
from belljar.ir.method_costs import cost as method_cost
from belljar.ir.ops import BINARY_OPERATORS, COMPARISONS, DECIMAL_METHODS, MATH_FUNCTIONS, OPS, ORDER_OPERATORS, UNARY_OPERATORS, Op
from belljar.ir.printing import literal
from belljar.types import ANY, FLOAT, FROZENSET, FUNCTION, INT, STR, DictType, ListType, RecordType, SetType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from belljar.ir.function import Layout
    from belljar.ir.meanings import Meaning

ENGINE_OPS: Final = frozenset(
    {
        "jump",
        "br",
        "ret",
        "call",
        "fuel",
        "unreachable",
        "guard",
        "exc.current",
        "exc.clear",
        "trace.point",
        "trace.word",
        "trace.value",
        "trace.size",
        "trace.free",
        "profile.at",
        "yield",
        "yield.from",
        "global.get",
        "global.set",
        "io.write",
        *("event.admit", "io.admit", "loop.pass", "alloc.at"),
        *("decimal.context", "host.call"),
        "any.call",
        "any.call_method",
        "any.call_spread",
    }
)
"""Ops about control, globals, fuel, output and the host, which only an engine has."""


def meaning(op: Op) -> Meaning:
    """The function that computes the op. Raises KeyError for ENGINE_OPS."""
    return MEANINGS[op.name]


def _means(*names: str) -> Callable[[Meaning], Meaning]:
    def register(function: Meaning) -> Meaning:
        for name in names:
            if name in MEANINGS or name not in OPS:
                raise ValueError(f"{name} has a meaning already, or is no op")
            MEANINGS[name] = function
        return function

    return register


def _define(name: str, function: Meaning) -> None:
    _means(name)(function)


def checked(value: int) -> int:
    """The int if it fits in 64 bits, else E0502."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise GuestFault("E0502")


def _proven(name: str, base: str) -> None:
    """``name`` is ``base`` with its faults proven away: one that happens all the same is a compiler's mistake, not the program's."""

    def proven(*args: Any) -> Any:
        try:
            return MEANINGS[base](*args)
        except GuestFault as fault:
            raise GuestFault("E1201", f"{name} was proven not to fault, and {base} gives {fault.code}") from None

    _define(name, proven)


# --- control and constants --------------------------------------------------------------------------------------------------------


@_means("raise")
def _raise(name: str, message: str) -> None:
    raise GuestFault("E0705")


@_means("raise.any")
def _raise_any(error: Any) -> None:
    raise GuestFault("E0705")


@_means("fault")
def _fault(code: str, *operands: Any) -> None:
    raise GuestFault(code)


for _name in ("const.int", "const.float", "const.bool", "const.str", "move"):
    _define(_name, lambda value: value)
_define("const.none", lambda: None)
_define("const.unset", lambda: UNSET)
_define("any.is_unset", lambda value: value is UNSET)
_define("const.not_implemented", lambda: NotImplemented)
_define("const.absent", absent)
_define("select", lambda condition, first, second: first if condition else second)

_define("bool.not", lambda a: not a)
_define("bool.and", lambda a, b: a and b)
_define("bool.or", lambda a, b: a or b)
_define("bool.to_int", int)


# --- int --------------------------------------------------------------------------------------------------------------------------


def _divided(function: Callable[[Any, Any], Any]) -> Meaning:
    def divide(a: Any, b: Any) -> Any:
        if b == 0:
            raise GuestFault("E0501")
        return function(a, b)

    return divide


@_means("int.pow")
def _int_pow(base: int, exponent: int) -> int:
    if exponent < 0:
        raise GuestFault("E0510")
    if base in (0, 1, -1):
        return int(base ** (exponent if exponent < 2 else 2 + exponent % 2))
    if exponent > 63:
        raise GuestFault("E0502")
    return checked(int(base**exponent))


@_means("int.shl")
def _int_shl(a: int, count: int) -> int:
    if count < 0:
        raise GuestFault("E0505")
    return checked(a << min(count, 64))  # 64 is enough to overflow with anything but 0


@_means("int.shr")
def _int_shr(a: int, count: int) -> int:
    if count < 0:
        raise GuestFault("E0505")
    return a >> min(count, 63)


@_means("int.round")
def _int_round(a: int, digits: int) -> int:
    return checked(round(a, max(digits, -20)))  # at -20 digits every int64 is 0 already


def range_length(start: int, stop: int, step: int) -> int:
    """``len(range(start, stop, step))``, which may be beyond 64 bits; 0 for a step of zero."""
    if step == 0 or (step > 0) != (start < stop):
        return 0
    return (abs(stop - start) + abs(step) - 1) // abs(step)


@_means("int.range_len")
def _range_len(start: int, stop: int, step: int) -> int:
    if step == 0:
        raise GuestFault("E0601")
    return checked(range_length(start, stop, step))


def wrapped(value: int) -> int:
    """The int64 with the value's lowest 64 bits."""
    return (value - INT_MIN) % 2**64 + INT_MIN


@_means("int.range_stop")
def _range_stop(start: int, stop: int, step: int) -> int:
    if step == 0:
        raise GuestFault("E0601")
    return wrapped(start + step * range_length(start, stop, step))


@_means("int.isqrt")
def _isqrt(a: int) -> int:
    if a < 0:
        raise GuestFault("E0719")
    return math.isqrt(a)


@_means("int.factorial")
def _factorial(a: int) -> int:
    if a < 0:
        raise GuestFault("E0719")
    return checked(math.factorial(min(a, 21)))


@_means("int.comb")
def _comb(n: int, k: int) -> int:
    if n < 0 or k < 0:
        raise GuestFault("E0719")
    k = min(k, n - k)
    result = 1 if k >= 0 else 0
    for i in range(k):  # grows with every factor, so it overflows or ends soon
        result = checked(result * (n - i) // (i + 1))
    return result


@_means("int.perm")
def _perm(n: int, k: int) -> int:
    if n < 0 or k < 0:
        raise GuestFault("E0719")
    if k > n:
        return 0
    result = 1
    for i in range(k):
        result = checked(result * (n - i))
    return result


_define("int.add", lambda a, b: checked(a + b))
_define("int.sub", lambda a, b: checked(a - b))
_define("int.mul", lambda a, b: checked(a * b))
_define("int.floordiv", _divided(lambda a, b: checked(a // b)))
_define("int.mod", _divided(lambda a, b: a % b))
_define("int.neg", lambda a: checked(-a))
_define("int.abs", lambda a: checked(abs(a)))
_define("int.and", lambda a, b: a & b)
_define("int.or", lambda a, b: a | b)
_define("int.xor", lambda a, b: a ^ b)
_define("int.invert", lambda a: ~a)
_define("int.truediv", _divided(lambda a, b: a / b))  # CPython rounds the exact quotient once
_define("int.to_float", float)
_define("int.to_bool", bool)
_define("int.min", lambda a, b: b if b < a else a)
_define("int.max", lambda a, b: b if b > a else a)
_define("int.gcd", lambda a, b: checked(math.gcd(a, b)))
_define("int.add.wrap", lambda a, b: wrapped(a + b))
_define("int.lcm", lambda a, b: checked(math.lcm(a, b)))
_define("int.bit_length", lambda a: a.bit_length())
_define("int.bit_count", lambda a: bin(a).count("1"))

for _action in ("add", "sub", "mul", "neg", "floordiv", "mod", "shl", "shr", "abs"):
    _proven(f"int.{_action}.nw", f"int.{_action}")

for _kind in ("bool", "int", "float", "intfloat"):  # Python compares an int with a float exactly
    for _action in ("eq", "ne") if _kind == "bool" else ("eq", "ne", "lt", "le", "gt", "ge"):
        _define(f"{_kind}.{_action}", getattr(operator, _action))


# --- float ------------------------------------------------------------------------------------------------------------------------


@_means("float.pow")
def _float_pow(a: float, b: float) -> float:
    if a < 0 and math.isfinite(a) and math.isfinite(b) and b != math.floor(b):
        raise GuestFault("E0508")  # also where CPython finds the complex result too large
    try:
        result: Any = a**b
    except ZeroDivisionError:
        raise GuestFault("E0507") from None
    except OverflowError:
        raise GuestFault("E0506") from None
    if isinstance(result, complex):
        raise GuestFault("E0508")
    return float(result)


def _to_int(function: Callable[[float], int]) -> Meaning:
    def convert(a: float) -> int:
        if math.isnan(a):
            raise GuestFault("E0509")
        # The bounds are floats: -2**63 is an int64, 2**63 is the first that is not. Rounding moves no float of this size.
        if math.isinf(a) or not -(2.0**63) <= a < 2.0**63:
            raise GuestFault("E0504")
        return function(a)

    return convert


@_means("float.round_to")
def _round_to(a: float, digits: int) -> float:
    try:
        return round(a, digits)
    except OverflowError:
        raise GuestFault("E0506") from None


_define("float.add", lambda a, b: a + b)
_define("float.sub", lambda a, b: a - b)
_define("float.mul", lambda a, b: a * b)
_define("float.div", _divided(lambda a, b: a / b))
_define("float.floordiv", _divided(lambda a, b: a // b))
_define("float.mod", _divided(lambda a, b: a % b))
_define("float.neg", lambda a: -a)
_define("float.abs", abs)
_define("float.to_int", _to_int(int))
_define("float.floor", _to_int(math.floor))
_define("float.ceil", _to_int(math.ceil))
_define("float.round", _to_int(round))
_define("float.to_bool", bool)
_define("float.is_integer", lambda a: a.is_integer())
_proven("float.div.nc", "float.div")


# --- math -------------------------------------------------------------------------------------------------------------------------


def _math(function: Callable[..., Any]) -> Meaning:
    """A function of Python's math: its exceptions as codes."""

    def compute(*args: Any) -> Any:
        try:
            return function(*args)
        except ZeroDivisionError:
            raise GuestFault("E0501") from None
        except ValueError:
            raise GuestFault("E0503") from None
        except OverflowError:
            raise GuestFault("E0506") from None

    return compute


def _libm(name: str) -> Callable[[float], float]:
    """A function of the C library that ``math`` has only since Python 3.11: exp2, cbrt."""
    import ctypes
    import ctypes.util

    library = ctypes.CDLL(ctypes.util.find_library("m"))
    native = library[name]
    native.argtypes, native.restype = [ctypes.c_double], ctypes.c_double

    def compute(a: float) -> float:
        result = float(native(a))
        if math.isinf(result) and not math.isinf(a):
            raise OverflowError
        return result

    return compute


for _op in OPS.values():
    if _op.name.startswith("math.") and _op.name not in ("math.logb", "math.isclose", "math.exponent", "math.norm"):
        _name = _op.name.removeprefix("math.")
        _define(_op.name, _math(getattr(math, _name, None) or _libm(_name)))
_define("float.sqrt", _math(math.sqrt))
_define("math.logb", _math(lambda a, base: math.log(a, base)))
_define("math.exponent", lambda a: math.frexp(a)[1])
_define("math.norm", math.hypot)


@_means("math.isclose")
def _isclose(a: float, b: float, relative: float, absolute: float) -> bool:
    if relative < 0 or absolute < 0:
        raise GuestFault("E0719")
    return math.isclose(a, b, rel_tol=relative, abs_tol=absolute)


# --- str --------------------------------------------------------------------------------------------------------------------------


def bound(value: int) -> int | None:
    """A bound of a slice or search as Python has it."""
    return None if value == ABSENT else value


def slice_of(start: int, stop: int, step: int) -> slice:
    """The slice of three words, or E0714."""
    if step == 0:
        raise GuestFault("E0714")
    return slice(bound(start), bound(stop), bound(step))


def _at(sequence: Any, index: int) -> Any:
    if not -len(sequence) <= index < len(sequence):
        raise GuestFault("E0701")
    return sequence[index]


@_means("str.ord")
def _ord(s: str) -> int:
    if len(s) != 1:
        raise GuestFault("E0716")
    return ord(s)


@_means("str.from_code")
def _from_code(code: int) -> str:
    if not 0 <= code <= 0x10FFFF:
        raise GuestFault("E0711")
    return chr(code)


DIGITS_MAX: Final = 4_000
"""Longest text that CPython reads as an int whatever its settings."""


@_means("str.to_int")
def str_to_int(s: str | bytes, base: int) -> int:
    if base != 0 and not 2 <= base <= 36:
        raise GuestFault("E0718")
    if len(s) > DIGITS_MAX:
        return _long_to_int(numbers.digits_of(s), base)
    try:
        return checked(int(s, base))
    except ValueError:
        raise GuestFault("E0703") from None


def _long_to_int(s: str, base: int) -> int:
    """``int(s, base)`` digit by digit: CPython refuses texts of this length, whatever their value."""
    text = s.strip()
    negative = text.startswith("-")
    if text[:1] in ("+", "-"):
        text = text[1:]
    prefix = {"0x": 16, "0o": 8, "0b": 2}.get(text[:2].lower(), 0)
    if prefix and base in (0, prefix):
        text, base = text[2:].removeprefix("_"), prefix
    elif base == 0:
        base = 10
        if text.startswith("0") and text.strip("0_"):
            raise GuestFault("E0703")
    from unicodedata import decimal

    value, before = 0, "_"
    for character in text:
        if character != "_":
            digit = decimal(character, -1)
            if digit < 0 and character.isascii() and character.isalpha():
                digit = ord(character.lower()) - ord("a") + 10
            if not 0 <= digit < base:
                raise GuestFault("E0703")
            value = min(value * base + digit, 2**64)
        elif before == "_":
            raise GuestFault("E0703")
        before = character
    if before == "_":
        raise GuestFault("E0703")
    return checked(-value if negative else value)


@_means("str.to_float")
def str_to_float(s: str | bytes) -> float:
    try:
        return float(s)
    except ValueError:
        raise GuestFault("E0713") from None


SPEC_MAX: Final = 1_000
"""Format specs of so many characters and more are refused."""


@_means("int.format", "float.format", "str.format", "bool.format")
def formatted(value: int | float | str, spec: str) -> str:
    if len(spec) >= SPEC_MAX:
        raise GuestFault("E0710", "Format specifier too long")
    if isinstance(value, int) and not INT_MIN <= value <= INT_MAX:
        return numbers.formatted(value, spec)
    try:
        text = format(value, spec)
        if spec.endswith("n") and not isinstance(value, str):  # as in the C locale, whatever the host's is
            text = format(value, spec[:-1] + ("g" if isinstance(value, float) else "d"))
    except (ValueError, OverflowError) as problem:
        raise GuestFault("E0710", str(problem)) from None
    return text


@_means("int.to_base")
def _to_base(a: int, base: int) -> str:
    return bin(a) if base == 2 else oct(a) if base == 8 else hex(a)


def _padded(pad: Callable[[str, int, str], str]) -> Meaning:
    def compute(s: str, width: int, fill: str) -> str:
        if len(fill) != 1:
            raise GuestFault("E0717")
        return pad(s, width, fill)

    return compute


def _separated(function: Callable[..., Any]) -> Meaning:
    def compute(s: str, separator: str, *rest: int) -> Any:
        if not separator:
            raise GuestFault("E0715")
        return function(s, separator, *rest)

    return compute


STRINGS: Final = ListType(STR)
PARTS: Final = TupleType((STR, STR, STR))

for _kind in ("eq", "ne", "lt", "le", "gt", "ge"):
    _define(f"str.{_kind}", getattr(operator, _kind))
for _name in (
    *("upper", "lower", "title", "capitalize", "casefold", "swapcase", "strip", "lstrip", "rstrip"),
    *("isalpha", "isdigit", "isalnum", "isspace", "isupper", "islower", "istitle", "isnumeric", "isdecimal", "isascii"),
    *("isidentifier", "isprintable", "removeprefix", "removesuffix", "replace", "startswith", "endswith", "zfill"),
):
    _define(f"str.{_name}", getattr(str, _name))
_define("str.strip_chars", str.strip)
_define("str.lstrip_chars", str.lstrip)
_define("str.rstrip_chars", str.rstrip)
_define("str.len", len)
_define("str.index", _at)
_define("str.code_at", lambda s, index: ord(_at(s, index)))
_proven("str.index.nc", "str.index")
_proven("str.code_at.nc", "str.code_at")
_define("str.slice", lambda s, start, stop, step: s[slice_of(start, stop, step)])
_define("str.concat", lambda a, b: a + b)
_define("str.build", lambda *parts: "".join(parts))


@_means("str.compose")
def _compose(*parts: Any) -> str:
    if not all(isinstance(part, (str, int)) and not isinstance(part, bool) for part in parts):
        raise GuestFault("E1201")
    return "".join(map(str, parts))


_define("str.repeat", lambda s, count: s * count)
_define("str.contains", lambda s, part: part in s)
_define("str.to_bool", bool)
_define("str.repr", repr)
_define("int.to_str", str)
_define("float.to_str", repr)
_define("bool.to_str", str)
_define("str.find", lambda s, part, start, stop: s.find(part, bound(start), bound(stop)))
_define("str.rfind", lambda s, part, start, stop: s.rfind(part, bound(start), bound(stop)))
_define("str.count", lambda s, part, start, stop: s.count(part, bound(start), bound(stop)))
_define("str.split", lambda s, count: GuestList(STRINGS, s.split(None, count)))
_define("str.rsplit", lambda s, count: GuestList(STRINGS, s.rsplit(None, count)))
_define("str.split_by", _separated(lambda s, separator, count: GuestList(STRINGS, s.split(separator, count))))
_define("str.rsplit_by", _separated(lambda s, separator, count: GuestList(STRINGS, s.rsplit(separator, count))))
_define("str.splitlines", lambda s, keep: GuestList(STRINGS, s.splitlines(keep)))
_define("str.join", lambda s, parts: s.join(parts))
_define("str.partition", _separated(lambda s, separator: GuestTuple(PARTS, s.partition(separator))))
_define("str.rpartition", _separated(lambda s, separator: GuestTuple(PARTS, s.rpartition(separator))))
_define("str.center", _padded(str.center))
_define("str.ljust", _padded(str.ljust))
_define("str.rjust", _padded(str.rjust))
_define("str.expandtabs", lambda s, size: s.expandtabs(min(max(size, 0), 2**31 - 1)))  # what CPython takes; more fits in no memory


# --- list -------------------------------------------------------------------------------------------------------------------------


@_means("list.set")
def _list_set(items: GuestList, index: int, value: Any) -> None:
    _at(items, index)
    items[index] = value


@_means("list.pop")
def _pop(items: GuestList, index: int) -> Any:
    if not items:
        raise GuestFault("E0706")
    _at(items, index)
    return items.pop(index)


@_means("list.delete")
def _delete(items: GuestList, index: int) -> None:
    _at(items, index)
    del items[index]


@_means("list.find")
def _find(items: GuestList, value: Any, start: int, stop: int) -> int:
    pay(len(items) // 4)
    first, last, _ = slice(bound(start), bound(stop)).indices(len(items))
    for position in count(first):
        if position >= (len(items) if stop == ABSENT else min(last, len(items))):  # comparing may change it
            return -1
        if equal_items(items[position], value)[0]:
            return position
    return -1


@_means("list.range")
def _range(start: int, stop: int, step: int) -> GuestList:
    if step == 0:
        raise GuestFault("E0601")
    return GuestList(ListType(INT), range(start, stop, step))


@_means("list.sum_int")
def _sum_int(items: GuestList) -> int:
    total = 0
    for item in items:
        total = checked(total + item)
    return total


@_means("list.sum_float")
def _sum_float(items: GuestList) -> float:
    total = 0.0  # plain addition: since Python 3.12 sum() compensates rounding, which gives other bits
    for item in items:
        total += item
    return total


@_means("list.dist")
def _dist(p: GuestList, q: GuestList) -> float:
    if len(p) != len(q):
        raise GuestFault("E0719")
    return math.dist(p, q)


@_means("list.del_slice")
def _del_slice(items: GuestList, start: int, stop: int, step: int) -> None:
    del items[slice_of(start, stop, step)]


@_means("list.remove")
def _remove(items: GuestList, value: Any) -> None:
    place = _find(items, value, ABSENT, ABSENT)
    if place < 0:
        raise GuestFault("E0707", "list.remove(x): x not in list")
    if place < len(items):
        pay((len(items) - 1 - place) // 16)
        del items[place]


@_means("list.argsort")
def _argsort(items: GuestList, descending: bool) -> GuestList:
    return GuestList(ListType(INT), sorted_places(items, descending))


_define("list.set_slice", lambda items, values, start, stop, step: splice(items, slice_of(start, stop, step), list(values)))
_define("list.reverse_copy", lambda items: GuestList(items.type, items[::-1]))
_define("list.gather", lambda items, places: GuestList(items.type, [_at(items, place) for place in places]))
_define("list.sort", sort)
_define("list.fsum", _math(math.fsum))
_define("list.new", lambda type, capacity: GuestList(type))
_define("list.of", lambda type, *items: GuestList(type, items))
_define("list.len", len)
_define("list.get", _at)
_proven("list.get.nc", "list.get")
_proven("list.set.nc", "list.set")
_define("list.append", lambda items, value: items.append(value))
_define("list.insert", lambda items, index, value: items.insert(index, value))
_define("list.extend", lambda items, more: items.extend(more))
_define("list.concat", lambda a, b: GuestList(a.type, [*a, *b]))
_define("list.repeat", lambda items, count: GuestList(items.type, list(items) * count))
_define("list.slice", lambda items, start, stop, step: GuestList(items.type, items[slice_of(start, stop, step)]))
_define("list.contains", lambda items, value: _find(items, value, ABSENT, ABSENT) >= 0)


@_means("list.count")
def _list_count(items: GuestList, value: Any) -> int:
    pay(len(items) // 4)
    return sum(equal_items(item, value)[0] for item in items)


_define("list.reverse", lambda items: items.reverse())
_define("list.clear", lambda items: items.clear())


@_means("list.eq")
def _lists_equal(a: GuestList, b: GuestList) -> bool:
    pay(min(len(a), len(b)) // 4)
    if a is b or len(a) != len(b):
        return a is b
    place = 0
    while place < min(len(a), len(b)):
        if not equal_items(a[place], b[place], 1)[0]:
            return False
        place += 1
    return len(a) == len(b)


def _lists_ordered(a: GuestList, b: GuestList, sign: str) -> bool:
    pay(min(len(a), len(b)) // 4)
    place = 0
    while place < min(len(a), len(b)):
        x, y = a[place], b[place]
        if not equal_items(x, y, 1)[0]:
            return less(x, y, sign, 1)[0]
        place += 1
    return len(a) < len(b) if sign == "<" else len(a) <= len(b)


_define("list.lt", lambda a, b: _lists_ordered(a, b, "<"))
_define("list.le", lambda a, b: _lists_ordered(a, b, "<="))
_define("list.from_str", lambda s: GuestList(STRINGS, s))

# --- tuple, record, dict, set -----------------------------------------------------------------------------------------------------


@_means("dict.get")
def _dict_get(table: GuestDict, key: Any) -> Any:
    position = table.find(key)
    if position < 0:
        raise GuestFault("E0702")
    return table.entry(position)[1]


def _record_set(record: GuestRecord, slot: int, value: Any) -> None:
    record.slots[slot] = value


_define("tuple.new", lambda type, *items: GuestTuple(type, items))
_define("tuple.get", lambda items, position: items[position])


@_means("record.new")
def _record_new(layout: Layout, *slots: Any) -> GuestRecord:
    made = GuestRecord(layout, slots)
    member = layout.specials.get("__hash__")
    if member is not None and member.kind == "object":
        host().serial = made.serial = host().serial % 0xFFFF + 1
    return made


_define("record.get", lambda record, slot: record.slots[slot])
_define("record.set", _record_set)
_define("record.is", lambda record, type: record is not None and record.layout.derives_from(type.name))
_define("fn.new", lambda made, *items: GuestFunction(made[0], made[1], items))
_define("fn.get", lambda function, position: function.captured[position])
_define("ref.is", lambda a, b: a is b)
_define("dict.new", lambda type, capacity: GuestDict(type))
_define("dict.len", len)
_define("dict.set", lambda table, key, value: table.set(key, value))
_define("dict.find", lambda table, key: table.find(key))
_define("dict.walk", lambda table, position, size, left: table.walk(position, size, left))
_define("dict.key_at", lambda table, position: table.entry(position)[0])
_define("dict.value_at", lambda table, position: table.entry(position)[1])
_define("dict.remove", lambda table, key: table.remove(key))
_define("dict.clear", lambda table: table.clear())
_define("dict.copy", lambda table: table.copied())
_define("dict.eq", lambda a, b: (pay(2 * len(a)), equal(a, b)[0])[1])
_define("set.new", lambda type, capacity: GuestSet(type))
_define("set.len", len)
_define("set.add", lambda items, item: items.add(item))
_define("set.contains", lambda items, item: items.contains(item))
_define("set.remove", lambda items, item: items.remove(item))
_define("set.to_list", lambda items: GuestList(ListType(items.type.item), items))
_define("set.eq", lambda a, b: (pay(2 * len(a)), equal(a, b)[0])[1])
_define("dict.prev", lambda table, position: table.prev(position))
_define("dict.remove_at", lambda table, position: table.remove_at(position))


@_means("dict.update")
def _update(table: GuestDict, other: GuestDict) -> None:
    place = -1
    while table is not other and (place := other.next(place + 1)) >= 0:
        table.set(*other.entry(place))


@_means("dict.merge")
def _merge(table: GuestDict, other: GuestDict) -> GuestDict:
    made = table.copied()
    _update(made, other)
    return made


@_means("dict.set_default")
def _set_default(table: GuestDict, key: Any, value: Any) -> Any:
    return table.entry(table.put(key, value, False))[1]


@_means("set.pop")
def _set_pop(items: GuestSet) -> Any:
    if not len(items):
        raise GuestFault("E0781", "pop from an empty set")
    return items.table.pop()


@_means("set.is_disjoint")
def _is_disjoint(a: GuestSet, b: GuestSet) -> bool:
    walked, asked = (a, b) if len(b) > len(a) else (b, a)
    return not len(a) if a is b else not any(asked.table.find(*place) >= 0 for place in walked.table.places())


def is_subset(a: GuestSet, b: GuestSet) -> bool:
    return a is b or (len(a) <= len(b) and all(b.table.find(*place) >= 0 for place in a.table.places()))


_define("set.add_items", add_items)


def _set_operator(name: str) -> None:
    _define(f"set.{name}", lambda a, b: combined(name, a, b))
    _define(f"set.{'update' if name == 'union' else f'{name}_update'}", lambda a, b: changed(name, a, b))


for _name in ("union", "intersection", "difference", "symmetric_difference"):
    _set_operator(_name)
_define("dict.from_keys", lambda type, keys, value: GuestDict(type, [(key, value) for key in keys]))
_define("set.is_subset", is_subset)
_define("set.copy", lambda items: combined("union", items, items))
_define("set.clear", lambda items: items.table.clear())
_define("set.next", lambda items, position: items.table.next(position))
_define("set.at", lambda items, position: items.at(position))
_define("any.to_set", lambda value: set_from(SetType(ANY), value))
_define("any.to_frozenset", lambda value: value if type_of(value) == FROZENSET else set_from(FROZENSET, value))
_define("any.hash", hash_of)


# --- any --------------------------------------------------------------------------------------------------------------------------


@_means("any.to", "record.to")
def _any_to(value: Any, type: Type) -> Any:
    if not (is_kind(value, type) if type == FUNCTION or isinstance(type, RecordType) else type_of(value) == type):
        raise GuestFault("E0309")
    return checked(value) if type == INT else value


def _is_sequence(value: Any) -> bool:
    return isinstance(value, (str, bytes, GuestList, GuestTuple))


@_means("any.binary")
def _any_binary(index: int, a: Any, b: Any) -> Any:
    result = numbers.binary(BINARY_OPERATORS[index], a, b)
    if result is not NotImplemented:
        return result
    sign = BINARY_OPERATORS[index]
    if sign == "%" and isinstance(a, str):
        return percent(a, b)
    if may_call() and (isinstance(a, GuestRecord) or isinstance(b, GuestRecord)):
        result = special_binary(PLAIN[index], REFLECTED[index], a, b)
        if result is not NotImplemented:
            return result
        if sign == "*":
            a, b = (a, special_index(b)) if _is_sequence(a) else (special_index(a), b) if _is_sequence(b) else (a, b)
            if not (isinstance(a, GuestRecord) or isinstance(b, GuestRecord)):
                pay(CHARGES["any.binary"][1](index, a, b))
    if any_sets.is_operator(sign, a, b):
        return any_sets.binary(sign, a, b)
    name = underlying(sign, a, b)
    if not name:
        raise GuestFault("E0308", cut(f"{type_name(a)} and {type_name(b)}"))
    if name.endswith(".repeat"):
        a, b = (b, a) if isinstance(a, int) else (a, b)
        if not INT_MIN <= b <= INT_MAX:
            raise GuestFault("E0770", "cannot fit 'int' into an index-sized integer")
    made = MEANINGS[name](a, b)
    if isinstance(a, GuestList) and isinstance(b, GuestList) and a.type != b.type:
        made.type = ANYS
    return GuestTuple(ANY, made) if isinstance(a, GuestTuple) else made


def _pay_for(formula: Callable[..., int], *args: Any) -> None:
    """Pay what the formula gives and has not paid yet."""
    before = paid()
    units = formula(*args)
    pay(units - (paid() - before))


SET_CHANGES: Final = {"-": "difference", "&": "intersection", "^": "symmetric_difference", "|": "union"}


@_means("any.in_place")
def _any_in_place(index: int, a: Any, b: Any) -> Any:
    sign = BINARY_OPERATORS[index]
    found = try_special(a, IN_PLACE[index], b)
    if found is not NotImplemented:
        return found
    if isinstance(a, GuestDict) and sign == "|":
        args = methods.collected("update", a, (b,))
        _pay_for(method_cost, "update", "", a, *args)
        unpaid(methods.method, "update", "", a, *args)
        return a
    if isinstance(a, GuestSet) and not a.is_frozen and isinstance(b, GuestSet) and sign in SET_CHANGES:
        if a.type != SetType(ANY) or b.type not in (SetType(ANY), FROZENSET):
            raise GuestFault("E1201")
        _pay_for(CHARGES[f"set.{'intersection_update' if sign == '&' else 'update'}"][1], a, b)
        unpaid(changed, SET_CHANGES[sign], a, b)
        return a
    if isinstance(a, GuestList) and sign in ("+", "*"):
        if isinstance(b, GuestRecord) and may_call():
            found = special_binary(PLAIN[index], REFLECTED[index], a, b)
            if found is not NotImplemented:
                return found
        if a.type != ListType(ANY):
            raise GuestFault("E1201")
        if sign == "+":
            extend(a, b)
            return a
        if not isinstance(count := special_index(b), int):
            raise GuestFault("E0780", f"can't multiply sequence by non-int of type '{type_name(count)}'")
        if not INT_MIN <= count <= INT_MAX:
            raise GuestFault("E0770", "cannot fit 'int' into an index-sized integer")
        pay(len(a) * max(count, 0) // 4)
        a[:] = list(a) * count
        return a
    if any_sets.is_operator(sign, a, b):
        return any_sets.binary(sign, a, b)
    _pay_for(CHARGES["any.binary"][1], index, a, b)
    is_asked = isinstance(a, GuestRecord) or isinstance(b, GuestRecord)
    return _any_binary(index, a, b) if is_asked else unpaid(_any_binary, index, a, b)


@_means("any.unary")
def _any_unary(index: int, a: Any) -> Any:
    result = numbers.unary(UNARY_OPERATORS[index], a)
    if result is NotImplemented:
        result = try_special(a, UNARY[index])
        if special(a, UNARY[index]) is not None:
            return result
        raise GuestFault("E0308", cut(type_name(a)))
    return result


_define("any.to_int_base", numbers.to_int_base)


@_means("any.to_int")
def _any_to_int(value: Any) -> Any:
    if not isinstance(value, GuestRecord):
        return numbers.to_int(value)
    member = special(value, "__int__")
    if member is not None:
        found = call_special(member, value)
        if not isinstance(found, int):
            raise GuestFault("E0780", f"__int__ returned non-int (type {type_name(found)})")
        return int(found)
    found = special_index(value)
    if found is not value:
        return int(found)
    member = special(value, "__trunc__")
    if member is None:
        return numbers.to_int(value)
    found = special_index(call_special(member, value))
    if not isinstance(found, int):
        raise GuestFault("E0780", f"__trunc__ returned non-Integral (type {type_name(found)})")
    return found


@_means("any.divmod")
def _any_divmod(a: Any, b: Any) -> Any:
    if may_call() and (isinstance(a, GuestRecord) or isinstance(b, GuestRecord)):
        found = special_binary("__divmod__", "__rdivmod__", a, b)
        if found is not NotImplemented:
            return found
    return numbers.divided(a, b)


@_means("any.round")
def _any_round(value: Any, digits: Any) -> Any:
    member = special(value, "__round__")
    if member is not None:
        return call_special(member, value, *(() if digits is None else (digits,)))
    return numbers.rounded(value, digits)


@_means("any.math")
def _any_math(index: int, *args: Any) -> Any:
    name = MATH_FUNCTIONS[index]
    member = special(args[0], f"__{name}__") if name in ("floor", "ceil", "trunc") else None
    return numbers.mathematics(name, *args) if member is None else call_special(member, args[0])


_define("any.to_base", numbers.to_base)
_define("const.big", lambda digits: int(digits, 0))
_define("const.bytes", lambda characters: characters.encode("latin-1"))
_define("any.bytes", make_bytes)


@_means("decimal.new")
def _decimal_new(value: Any) -> Any:
    from belljar.ir import decimals

    return decimals.new(value)


@_means("decimal.call")
def _decimal_call(index: int, value: Any, *args: Any) -> Any:
    from belljar.ir import decimals

    if not is_decimal(value):
        raise GuestFault("E1201")
    return decimals.call(DECIMAL_METHODS[index], value, *args)


@_means("any.pow_mod")
def _any_pow_mod(a: Any, b: Any, modulus: Any) -> Any:
    return _any_binary(BINARY_OPERATORS.index("**"), a, b) if modulus is None else numbers.power_modulo(a, b, modulus)


for _name, _meaning in (*ITEM_MEANINGS.items(), *ITERATOR_MEANINGS.items()):
    _define(_name, _meaning)


_define("any.truth", truth)


@_means("any.to_str")
def shown(value: Any) -> str:
    """The value as print shows it."""
    if is_decimal(value):
        pay(len(str(value)) // 16)
        return str(value)
    member = special(value, "__str__") or special(value, "__repr__")
    if member is not None and is_written(member):
        return _paid(special_text(value, member, asked="__str__"))
    return _paid(value) if isinstance(value, str) else literal(value)[0]


def _paid(text: str) -> str:
    pay(len(text) // 16)
    return text


@_means("any.format")
def _any_format(value: Any, spec: str) -> str:
    member = special(value, "__format__")
    if member is not None:
        return _paid(special_text(value, member, spec))
    if not spec:
        return str(shown(value))
    pay(CHARGES["any.format"][1](value, spec))
    if is_decimal(value):
        if len(spec) >= SPEC_MAX:
            raise GuestFault("E0710", "invalid format string")
        from belljar.ir import decimals

        return decimals.formatted(value, spec)
    if isinstance(value, (int, float, str)):
        return str(formatted(value, spec))
    raise GuestFault("E0710")


def _record_to_float(record: GuestRecord) -> float:
    member = special(record, "__float__")
    if member is not None:
        found = call_special(member, record)
        if not isinstance(found, float):
            raise GuestFault("E0780", f"{type_name(record)}.__float__ returned non-float (type {type_name(found)})")
        return found
    whole = special_index(record)
    if whole is record:
        raise GuestFault("E0309")
    return numbers.to_float(whole)


@_means("any.to_number")
def _any_to_number(value: Any, type: Type) -> int | float:
    if isinstance(value, (str, bytes)):
        return int(str_to_int(value, 10)) if type == INT else float(str_to_float(value))
    if is_decimal(value) and type == FLOAT:
        return float(value)
    if isinstance(value, GuestRecord) and type == FLOAT:
        return _record_to_float(value)
    if not isinstance(value, (int, float)):
        raise GuestFault("E0309")
    if type == FLOAT:
        return numbers.to_float(value)
    return int(MEANINGS["float.to_int"](value)) if isinstance(value, float) else checked(int(value))


@_means("any.is_same")
def _is_same(a: Any, b: Any) -> bool:
    """The same object or constant, ints of the same value, texts of one character of Latin-1, or one function."""
    if isinstance(a, (int, str)) and type(a) is type(b):
        return a == b if isinstance(a, int) or (a <= "\xff" and len(a) < 2) else a is b
    return same_function(a, b) if isinstance(a, GuestFunction) else a is b


_define("any.identity", lambda value: CONSTANTS["BELL_NONE"] if value is None else id(value))
_define("any.method", methods.method)
_define("any.get_attr", get_attr)
_define("any.set_attr", set_attr)
_define("any.del_attr", del_attr)
_define("any.has_attr", has_attr)
_define("any.get_named", get_attr)
_define("any.set_named", set_attr)
_define("any.has_named", has_attr)
_define("str.percent", percent)
_define("str.format_args", format_args)
_define("any.ascii", lambda value: ascii_of(literal(value)[0]))
_define("any.from", lambda value: value)
_define("any.is", is_kind)
_define("any.eq", lambda a, b: equal(a, b)[0])
_define("any.compare", lambda index, a, b: less(a, b, ORDER_OPERATORS[index])[0])


@_means("any.comparison")
def _any_comparison(index: int, a: Any, b: Any) -> Any:
    if may_call() and (isinstance(a, GuestRecord) or isinstance(b, GuestRecord)):
        found = special_compare(COMPARING[index], a, b)
        if found is not NotImplemented:
            return found
        if index < len(ORDER_OPERATORS):
            raise GuestFault("E0308", cut(f"{type_name(a)} and {type_name(b)}"))
        return (a is b) == (COMPARISONS[index] == "==")
    if index < len(ORDER_OPERATORS):
        return less(a, b, ORDER_OPERATORS[index])[0]
    return equal(a, b)[0] == (COMPARISONS[index] == "==")


_define("any.repr", lambda value: literal(value)[0])
_define("any.type_name", lambda value: "Decimal" if is_decimal(value) else type_name(value))


# --- regular expressions ----------------------------------------------------------------------------------------------------------


@_means("regex.compile")
def _regex_compile(pattern: str, flags: int) -> GuestRegex:
    from belljar.ir.regex import compiled
    from belljar.ir.regex_parse import RegexFault

    try:
        return compiled(pattern, flags)
    except RegexFault as fault:
        raise GuestFault(fault.code, fault.text) from None


def _of_regex(function: Callable[..., Any]) -> Meaning:
    def compute(regex: Any, *args: Any) -> Any:
        if not isinstance(regex, GuestRegex):
            raise GuestFault("E0309")
        return function(regex, *args)

    return compute


_define("regex.match", _of_regex(lambda regex, *operands: GuestList(ListType(INT), regex.run(*operands)[0])))
_define("regex.look", _of_regex(lambda regex, text, end: regex.look(text, end)))
_define("regex.looks", _of_regex(lambda regex: len(regex.looks)))
_define("regex.groups", _of_regex(lambda regex: regex.groups))
_define("regex.group_names", _of_regex(lambda regex: GuestDict(DictType(STR, INT), regex.names.items())))
_define("regex.pattern", _of_regex(lambda regex: regex.pattern))
_define("regex.flags", _of_regex(lambda regex: regex.flags))
