"""The meaning of operators and of ops of class ``any`` on numbers: bool, int of any size and float, mixed as in CPython 3.11, with its words where they fail.

What each costs beyond its fixed fuel is in :mod:`belljar.ir.integers`.
"""

from __future__ import annotations

import math

from belljar.ir import integers
from belljar.ir.guest import GuestFault, GuestTuple, cut, int_text, is_decimal, type_name
from belljar.types import ANY, TupleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

NUMBERS: Final = (int, float)
PAIR: Final = TupleType((ANY, ANY))
TOO_LARGE: Final = "int too large to convert to float"

SPEC: Final = r"(?s)(?:.?[<>=^])?[-+ ]?z?#?0?(\d*)[,_]?(?:\.(\d+))?.?"
"""A format spec: its width and precision are the groups."""

BY_ZERO: Final = {
    "/": ("division by zero", "float division by zero"),
    "//": ("integer division or modulo by zero", "float floor division by zero"),
    "%": ("integer modulo by zero", "float modulo"),
    "divmod": ("integer division or modulo by zero", "float divmod()"),
}
"""The words for a divisor of zero: of ints, of floats."""
FRACTIONAL_POWER: Final = "a negative number to a fractional power is complex"
POWER_OF_ZERO: Final = "0.0 cannot be raised to a negative power"
POWER_TOO_LARGE: Final = "(34, 'Numerical result out of range')"


def to_float(value: int | float) -> float:
    """The nearest float, or E0770."""
    try:
        return float(value)
    except OverflowError:
        raise GuestFault("E0770", TOO_LARGE) from None


def float_power(a: float, b: float) -> float:
    if a < 0 and math.isfinite(a) and math.isfinite(b) and b != math.floor(b):
        raise GuestFault("E0508", FRACTIONAL_POWER)
    try:
        return float(a**b)
    except ZeroDivisionError:
        raise GuestFault("E0507", POWER_OF_ZERO) from None
    except OverflowError:
        raise GuestFault("E0506", POWER_TOO_LARGE) from None


def binary(sign: str, a: Any, b: Any) -> Any:
    """An operator on two numbers; NotImplemented where it has no meaning for them."""
    if sign == "@":
        return NotImplemented
    if is_decimal(a) or is_decimal(b):
        from belljar.ir import decimals

        return decimals.binary(sign, a, b)
    if not isinstance(a, NUMBERS) or not isinstance(b, NUMBERS):
        return NotImplemented
    if isinstance(a, int) and isinstance(b, int):
        if isinstance(a, bool) and isinstance(b, bool) and sign in ("&", "|", "^"):
            return a & b if sign == "&" else a | b if sign == "|" else a ^ b
        return _ints(sign, int(a), int(b))
    if sign in ("<<", ">>", "&", "|", "^"):
        return NotImplemented
    x, y = to_float(a), to_float(b)
    if sign in BY_ZERO and y == 0:
        raise GuestFault("E0501", BY_ZERO[sign][1])
    if sign == "**":
        return float_power(x, y)
    return {"+": x.__add__, "-": x.__sub__, "*": x.__mul__, "/": x.__truediv__, "//": x.__floordiv__, "%": x.__mod__}[sign](y)


def _ints(sign: str, a: int, b: int) -> int | float:
    if sign in BY_ZERO and b == 0:
        raise GuestFault("E0501", BY_ZERO[sign][0])
    if sign in ("<<", ">>") and b < 0:
        raise GuestFault("E0505", "negative shift count")
    if sign == "/":
        try:
            return a / b
        except OverflowError:
            raise GuestFault("E0770", "integer division result too large for a float") from None
    if sign == "**":
        return int(a**b) if b >= 0 else float_power(to_float(a), to_float(b))
    if sign == "<<":
        if a and b >= 2**63:
            raise GuestFault("E0770", "too many digits in integer")
        return a << b if a else 0
    if sign == ">>":
        return a >> min(b, a.bit_length() + 1)
    operations = {"+": a.__add__, "-": a.__sub__, "*": a.__mul__, "//": a.__floordiv__, "%": a.__mod__}
    return {**operations, "&": a.__and__, "|": a.__or__, "^": a.__xor__}[sign](b)


def unary(sign: str, a: Any) -> Any:
    """An operator on one number; NotImplemented where it has no meaning for it."""
    if is_decimal(a):
        from belljar.ir import decimals

        return decimals.unary(sign, a)
    if not isinstance(a, NUMBERS) or (sign == "~" and isinstance(a, float)):
        return NotImplemented
    if isinstance(a, int):
        return -a if sign == "-" else ~a if sign == "~" else abs(a) if sign == "abs" else +a
    return -a if sign == "-" else abs(a) if sign == "abs" else a


def _index(value: Any) -> int:
    if isinstance(value, int):
        return int(value)
    raise GuestFault("E0771", f"'{type_name(value)}' object cannot be interpreted as an integer")


def float_to_int(value: float) -> int:
    if math.isnan(value):
        raise GuestFault("E0509", "cannot convert float NaN to integer")
    if math.isinf(value):
        raise GuestFault("E0504", "cannot convert float infinity to integer")
    return int(value)


# --- reading ----------------------------------------------------------------------------------------------------------------------


def count_digits(source: str, base: int) -> tuple[int, int]:
    """Digits that reading the text as an int gets to before it ends or fails, and the base they are in."""
    from unicodedata import decimal

    text = source.strip().replace("_", "")
    text = text[1:] if text[:1] in ("+", "-") else text
    prefix = {"0x": 16, "0o": 8, "0b": 2}.get(text[:2].lower(), 0)
    base = base or prefix or 10
    text = text[2:] if prefix == base else text
    count = 0
    for c in text:
        digit = decimal(c, 99)
        if digit == 99 and c.isascii() and c.isalpha():
            digit = ord(c.lower()) - ord("a") + 10
        if digit >= base:
            break
        count += 1
    return count, base


def digits_of(source: str | bytes) -> str:
    """What is read of a text, or of bytes, in which nothing beyond ASCII has a meaning."""
    return source if isinstance(source, str) else source.decode("ascii", "replace")


def read_int(source: str | bytes, base: int) -> int:
    """``int(source, base)``, or E0703 or E0719."""
    count, found = count_digits(digits_of(source), base)
    if count > integers.DIGITS_MAX and not integers.bits_per_digit(found):
        raise GuestFault("E0719", f"{integers.EXCEEDED}: value has {count} digits{integers.RAISE_LIMIT}")
    try:
        return int(source, base)
    except ValueError:
        raise GuestFault("E0703", f"invalid literal for int() with base {base}: {repr(source)[:200]}") from None


def read_cost(source: str | bytes, base: int) -> int:
    """Of :func:`read_int`, beyond a sixteenth of the text's length."""
    count, found = count_digits(digits_of(source), base)
    if count > integers.DIGITS_MAX and not integers.bits_per_digit(found):
        return 0
    try:
        value = int(source, base)
    except ValueError:
        return 0
    return 0 if -(2**63) <= value < 2**63 else integers.read_cost(count, found)


def to_int(value: Any) -> int:
    if isinstance(value, (str, bytes)):
        return read_int(value, 10)
    if isinstance(value, float):
        return float_to_int(value)
    if isinstance(value, int):
        return int(value)
    if is_decimal(value):
        return int(_decimal("to_int", value))
    found = type_name(value)
    raise GuestFault("E0771", f"int() argument must be a string, a bytes-like object or a real number, not '{found}'")


def _decimal(name: str, value: Any, *args: Any) -> Any:
    from belljar.ir import decimals

    return decimals.call(name, value, *args)


def to_int_base(value: Any, base: Any) -> int:
    base = _index(base)
    if not isinstance(value, (str, bytes)):
        raise GuestFault("E0771", "int() can't convert non-string with explicit base")
    if base != 0 and not 2 <= base <= 36:
        raise GuestFault("E0719", "int() base must be >= 2 and <= 36, or 0")
    return read_int(value, base)


def format_code(spec: str) -> str:
    """The presentation type of a spec that formats an int, ``d`` when it says none; ``""`` for a spec that is refused."""
    import re

    match = re.fullmatch(SPEC, spec)
    try:
        format(1, spec[: match.start(1)] + spec[match.end(1) :] if match else spec)
    except (ValueError, OverflowError):
        return ""
    return spec[-1] if spec[-1:] in tuple("bcdeEfFgGnoxX%") else "d"


def formatted(value: int, spec: str) -> str:
    """``format`` of an int beyond 64 bits."""
    code = format_code(spec)
    if code == "c":
        raise GuestFault("E0770", "Python int too large to convert to C long")
    if code and code in "dn":
        int_text(value)
    try:
        return format(value, spec[:-1] + "d" if code == "n" else spec)
    except OverflowError:
        raise GuestFault("E0770", TOO_LARGE) from None
    except ValueError as problem:
        raise GuestFault("E0710", str(problem)) from None


def format_cost(value: int, spec: str) -> int:
    """Of the digits of an int beyond 64 bits."""
    code = format_code(spec)
    if code and code in "dn":
        return integers.digits_cost(value)
    bits = {"b": 1, "o": 3, "x": 4, "X": 4}.get(code)
    return integers.base_length(value, bits) // 16 if bits else 0


# --- functions --------------------------------------------------------------------------------------------------------------------


def divided(a: Any, b: Any) -> GuestTuple:
    """divmod."""
    if not isinstance(a, NUMBERS) or not isinstance(b, NUMBERS):
        raise GuestFault("E0308", cut(f"{type_name(a)} and {type_name(b)}"))
    floats = isinstance(a, float) or isinstance(b, float)
    if floats:
        a, b = to_float(a), b if b == 0 else to_float(b)
    if b == 0:
        raise GuestFault("E0501", BY_ZERO["divmod"][floats])
    return GuestTuple(PAIR, (binary("//", a, b), binary("%", a, b)))


def power_modulo(a: Any, b: Any, modulus: Any) -> Any:
    """pow of three; of two for a modulus of None, which is the caller's."""
    if not all(isinstance(value, int) for value in (a, b, modulus)):
        if any(isinstance(value, float) for value in (a, b, modulus)):  # which is asked first, whatever the others are
            raise GuestFault("E0771", "pow() 3rd argument not allowed unless all arguments are integers")
        names = ", ".join(f"'{type_name(value)}'" for value in (a, b, modulus))
        raise GuestFault("E0771", f"unsupported operand type(s) for ** or pow(): {names}")
    if modulus == 0:
        raise GuestFault("E0719", "pow() 3rd argument cannot be 0")
    a, b, modulus = int(a), int(b), int(modulus)
    if b < 0:
        inverse = integers.inverse(a, modulus)[0]
        if inverse is None:
            raise GuestFault("E0719", "base is not invertible for the given modulus")
        a, b = inverse, -b
    return pow(a, b, modulus)


def rounded(value: Any, digits: Any) -> Any:
    if is_decimal(value):
        return _decimal("round", value, digits)
    if not isinstance(value, NUMBERS):
        raise GuestFault("E0771", f"type {type_name(value)} doesn't define __round__ method")
    if isinstance(value, float):
        if digits is None:
            return float_to_int(round(value) if math.isfinite(value) else value)
        try:
            return round(value, max(min(_index(digits), 2**31), -(2**31)))
        except OverflowError:
            raise GuestFault("E0770", "rounded value too large to represent") from None
    places = 0 if digits is None else _index(digits)
    return integers.rounded(int(value), -places)[0] if places < 0 else int(value)


def to_base(base: int, value: Any) -> str:
    value = _index(value)
    return bin(value) if base == 2 else oct(value) if base == 8 else hex(value)


# --- math -------------------------------------------------------------------------------------------------------------------------


def _to_whole(name: str, value: Any) -> int:
    if isinstance(value, int):
        return int(value)
    if is_decimal(value):
        return int(_decimal("to_int" if name == "trunc" else name, value))
    if not isinstance(value, float):
        found = type_name(value)
        raise GuestFault(
            "E0771", f"type {found} doesn't define __trunc__ method" if name == "trunc" else f"must be real number, not {found}"
        )
    if not math.isfinite(value) or name == "trunc":
        return float_to_int(value)
    return math.floor(value) if name == "floor" else math.ceil(value)


def _logarithm(name: str, value: Any) -> float:
    if not isinstance(value, NUMBERS):
        raise GuestFault("E0771", f"must be real number, not {type_name(value)}")
    try:
        return float(getattr(math, name)(value))
    except ValueError:
        raise GuestFault("E0503", "math domain error") from None


def mathematics(name: str, *args: Any) -> Any:
    """A function of MATH_FUNCTIONS."""
    if name in ("log", "log2", "log10"):
        x = _logarithm(name, args[0])
        if len(args) == 1:
            return x
        base = _logarithm(name, args[1])
        if base == 0:
            raise GuestFault("E0501", BY_ZERO["/"][1])
        return x / base
    if name in ("floor", "ceil", "trunc"):
        return _to_whole(name, args[0])
    if name in ("gcd", "lcm"):
        result = 0 if name == "gcd" else 1
        for value in [_index(arg) for arg in args]:
            result = math.gcd(result, value) if name == "gcd" else abs(result * value) // (math.gcd(result, value) or 1)
        return result
    n = _index(args[0])
    if name == "isqrt":
        if n < 0:
            raise GuestFault("E0719", "isqrt() argument must be nonnegative")
        return math.isqrt(n)
    k = None if len(args) == 1 or args[1] is None else _index(args[1])
    if k is None:
        if n < 0:
            raise GuestFault("E0719", "factorial() not defined for negative values")
        if n >= 2**63:
            raise GuestFault("E0770", "factorial() argument should not exceed 9223372036854775807")
        return math.factorial(n)
    if n < 0 or k < 0:
        raise GuestFault("E0719", f"{'n' if n < 0 else 'k'} must be a non-negative integer")
    if k > n:
        return 0
    if name == "perm":
        if k >= 2**63:
            raise GuestFault("E0770", "k must not exceed 9223372036854775807")
        return math.perm(n, k)
    if min(k, n - k) >= 2**63:
        raise GuestFault("E0770", "min(n - k, k) must not exceed 9223372036854775807")
    return math.comb(n, k)


# --- costs ------------------------------------------------------------------------------------------------------------------------


def power_modulo_cost(a: Any, b: Any, modulus: Any) -> int:
    if not all(isinstance(value, int) for value in (a, b, modulus)) or modulus == 0:
        return 0
    a, b, modulus = int(a), int(b), int(modulus)
    cost = 0
    if b < 0:
        inverse, cost = integers.inverse(a, modulus)
        if inverse is None:
            return cost
        a, b = inverse, -b
    return cost + integers.power_modulo_cost(a, b, modulus)


def round_cost(value: Any, digits: Any) -> int:
    if isinstance(value, int) and isinstance(digits, int) and digits < 0:
        return integers.rounded(int(value), -digits)[1]
    return 0


def to_base_cost(base: int, value: Any) -> int:
    return len(to_base(base, value)) // 16 if isinstance(value, int) else 0


def mathematics_cost(name: str, *args: Any) -> int:
    if not all(isinstance(value, int) or (place == 1 and value is None) for place, value in enumerate(args)) or not args:
        return 0
    if name in ("gcd", "lcm"):
        result, cost = (0 if name == "gcd" else 1), 0
        for value in map(int, args):
            if name == "gcd":
                cost += integers.gcd_cost(result, value)
                result = math.gcd(result, value)
            elif result == 0 or value == 0:
                result = 0
            else:
                divisor = math.gcd(result, value)
                part = result // divisor
                cost += integers.gcd_cost(result, value) + integers.binary_cost("//", result, divisor)
                cost += integers.binary_cost("*", part, value) + integers.unary_cost("abs", part * value)
                result = abs(part * value)
        return cost
    n = int(args[0])
    if n < 0:
        return 0
    if name == "isqrt":
        return integers.isqrt_cost(n)
    if name in ("factorial", "perm", "comb"):
        k = None if len(args) == 1 or args[1] is None else int(args[1])
        if k is None:
            return integers.range_product_cost(1, n) if 20 < n < 2**63 else 0
        if k < 0 or k > n:
            return 0
        if name == "comb":
            cost = integers.binary_cost("-", n, k)
            k = min(k, n - k)
            return cost + (integers.falling_cost(n, k, integers.combinations_limbs(n, k)) if k < 2**63 else 0)
        if k == 0 or k >= 2**63:
            return 0
        if n < 2**63:
            return integers.range_product_cost(n - k + 1, k)
        return integers.falling_cost(n, k, integers.product_limbs(k, n.bit_length()))
    return 0


def mathematics_bytes(name: str, *args: Any) -> int:
    """Bytes of the result that are known beforehand."""
    if name == "factorial" and isinstance(args[0], int) and 20 < args[0] < 2**63:
        return int(args[0] * max(args[0].bit_length() - 3, 1) // 8)  # n! > (n / e)**n
    return 0
