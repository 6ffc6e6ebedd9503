"""Ints of any size: what arithmetic on them costs, and how many bytes its results take. C has the same formulas (``csrc/runtime/limbs.c``, ``big.c``, ``big_math.c``).

A *limb* is 64 bits of a magnitude. Ints of one limb cost nothing beyond the fixed fuel of the op, but where the result is long. A unit is about two products of limbs. No cost is
more than ``COST_MAX``, which no fuel limit grants twice.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

COST_MAX: Final = 2**63 - 1
KARATSUBA_MIN: Final = 32
"""Limbs of the shorter factor from which on products are made of three smaller ones."""
DIGITS_MAX: Final = 4300
"""Decimal digits that ``str()`` and ``int()`` convert, as in CPython 3.11."""
DIGITS_LIMBS_MAX: Final = 224
"""Limbs of ``10**DIGITS_MAX``."""
SIZE_MAX: Final = 2**56
"""Limbs that no memory has."""
EXCEEDED: Final = f"Exceeds the limit ({DIGITS_MAX} digits) for integer string conversion"
RAISE_LIMIT: Final = "; use sys.set_int_max_str_digits() to increase the limit"


def limbs(value: int) -> int:
    """Limbs of the magnitude; 0 for 0."""
    return (value.bit_length() + 63) // 64


def _equal_products(n: int) -> int:
    return n * n if n < KARATSUBA_MIN else 3 * _equal_products(n - n // 2) + 8 * n


def multiply_cost(n: int, m: int) -> int:
    """Of ``n`` by ``m`` limbs."""
    longer, shorter = max(n, m), min(n, m)
    if longer >= SIZE_MAX:
        return COST_MAX if shorter else 0
    products = 0
    while shorter >= KARATSUBA_MIN:
        products += longer // shorter * _equal_products(shorter)
        longer, shorter = shorter, longer % shorter
    return min((products + longer * shorter) // 2, COST_MAX)


def divide_cost(n: int, m: int) -> int:
    """Of ``n`` by ``m`` limbs."""
    return 0 if n < m or n < 2 else min((n - m + 1) * (m + 8) // 2, COST_MAX)


def power_limbs(a: int, b: int) -> int:
    """Limbs of ``a ** b`` at most; for an exponent beyond one limb more than there can be."""
    if abs(a) <= 1 or b == 0:
        return 1
    bits = 2**120 if limbs(b) > 1 else a.bit_length() * b
    return min((bits + 63) // 64, COST_MAX)


def _is_power_of_two(a: int) -> bool:
    return abs(a) & (abs(a) - 1) == 0


def binary_cost(sign: str, a: int, b: int) -> int:
    """Of an operator on two ints."""
    n, m = limbs(a), limbs(b)
    if sign == "*":
        return multiply_cost(n, m)
    if sign in ("//", "%"):
        return divide_cost(n, m) if m else 0
    if sign == "/":
        return n + m if max(n, m) > 1 and m else 0
    if sign == "**":
        if b < 0 or abs(a) <= 1 or b == 0:
            return 0
        size = power_limbs(a, b)
        return size // 4 if _is_power_of_two(a) else multiply_cost(size, size)
    if sign in ("<<", ">>"):
        if b < 0 or a == 0 or (sign == "<<" and b >= 2**63):
            return 0
        return (n + b // 64 if sign == "<<" else n) // 4
    return max(n, m) // 4


def binary_bytes(sign: str, a: int, b: int) -> int:
    """Bytes that the result takes at least, known before it is made; 0 where it cannot be long."""
    if sign == "**" and b >= 0 and abs(a) > 1:
        return min((a.bit_length() - 1) * b, 2**120) // 8
    return (a.bit_length() + b) // 8 if sign == "<<" and a and 0 <= b < 2**63 else 0


def compare_cost(a: int, b: int) -> int:
    return min(limbs(a), limbs(b)) // 4


def digits_cost(value: int) -> int:
    """Of making the decimal digits; 0 where there are too many."""
    n = limbs(value)
    return 4 * n * n if 1 < n <= DIGITS_LIMBS_MAX else 0


def has_too_many_digits(value: int) -> bool:
    """Whether ``str()`` refuses the int."""
    return value.bit_length() > 14_284 and abs(value) >= 10**DIGITS_MAX


def literal(value: int) -> str:
    """Digits that any int is read from: in base 16 where ``str()`` refuses it, which literals of that base can reach."""
    return hex(value) if has_too_many_digits(value) else str(value)


def bits_per_digit(base: int) -> int:
    """Of a base that is a power of two; 0 for others."""
    return base.bit_length() - 1 if base & (base - 1) == 0 else 0


def read_cost(digits: int, base: int) -> int:
    """Of reading so many digits whose value is beyond 64 bits."""
    if bits_per_digit(base):
        return digits // 16
    step = 1
    while base ** (step + 1) < 2**64:
        step += 1
    return (digits // step) ** 2 // 2


def base_length(value: int, bits: int) -> int:
    """Digits in base ``2**bits``."""
    return max((value.bit_length() + bits - 1) // bits, 1)


# --- what takes several steps: the result, None where there is none, and the cost -----------------------------------------------------


def rounded(value: int, places: int) -> tuple[int, int]:
    """The int rounded to a multiple of ``10**places``, ``places`` above 0, half to even."""
    if places > value.bit_length() * 1233 // 4096 + 2:
        return 0, 0
    unit = 10**places
    quotient = value // unit
    whole = quotient * unit
    rest = value - whole
    cost = binary_cost("**", 10, places) + binary_cost("//", value, unit) + binary_cost("*", quotient, unit)
    cost += binary_cost("-", value, whole) + binary_cost("+", rest, rest)
    if 2 * rest > unit or (2 * rest == unit and quotient % 2):
        return whole + unit, cost + binary_cost("+", whole, unit)
    return whole, cost


def inverse(a: int, modulus: int) -> tuple[int | None, int]:
    """The inverse of ``a``, between ``-abs(modulus)`` and ``abs(modulus)``."""
    cost = unary_cost("abs", modulus)
    modulus = abs(modulus)
    if modulus == 1:
        return 0, cost
    cost += binary_cost("%", a, modulus)
    r0, r1, t0, t1 = modulus, a % modulus, 0, 1
    while r1:
        q = r0 // r1
        cost += binary_cost("//", r0, r1) + binary_cost("*", q, r1) + binary_cost("-", r0, q * r1)
        cost += binary_cost("*", q, t1) + binary_cost("-", t0, q * t1)
        r0, r1, t0, t1 = r1, r0 - q * r1, t1, t0 - q * t1
    return (t0 if r0 == 1 else None), cost


def unary_cost(sign: str, a: int) -> int:
    """Of an operator on one int."""
    if -(2**63) < a < 2**63:
        return 0
    return limbs(a) // 4 if sign in ("-", "~") or (sign == "abs" and a < 0) else 0


def power_modulo_cost(a: int, exponent: int, modulus: int) -> int:
    """Of ``pow(a, exponent, modulus)``, the exponent not negative."""
    n, bits = limbs(modulus), exponent.bit_length()
    if n == 1 and bits <= 64:
        return 0
    step = min(multiply_cost(n, n) + divide_cost(2 * n, n), COST_MAX)
    cost = min(2 * bits * min(step + n, COST_MAX), COST_MAX)
    return min(cost + divide_cost(limbs(a), n), COST_MAX)


def gcd_cost(a: int, b: int) -> int:
    n = max(limbs(a), limbs(b))
    return min(6 * n * n + 256 * n, COST_MAX) if n > 1 else 0


def isqrt_cost(a: int) -> int:
    return 0 if a < 2**63 else limbs(a) ** 2


def product_limbs(count: int, bits: int) -> int:
    """Limbs of a product of so many factors, each of at most so many bits."""
    return min((count * bits + 63) // 64, 2**56 - 1)


def range_product_cost(low: int, count: int) -> int:
    """Of ``low * (low + 1) * ...``."""
    size = product_limbs(count, ((low + count - 1) | 1).bit_length())
    return multiply_cost(size, size) if size > 1 else 0


def falling_cost(n: int, count: int, size: int) -> int:
    """Of ``n * (n - 1) * ...``, the result of at most ``size`` limbs."""
    return min(min(count * size, COST_MAX) * (limbs(n) + 8), COST_MAX) // 2 if size > 1 else 0


def combinations_limbs(n: int, k: int) -> int:
    size = product_limbs(k, n.bit_length())
    return min(size, n // 64 + 1) if n < 2**63 else size
