"""Arithmetic of ints and floats and the math functions: CPython's bits, or the error that stands for CPython's."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from belljar.ir.ops import OPS
from tests.rounds import rounds
from tests.runtime_text.probe import AS_CPYTHON_311, Probe, bits
from tests.runtime_text.test_number import from_bits, random_floats

pytestmark = AS_CPYTHON_311

INT_MAX, INT_MIN = 2**63 - 1, -(2**63)
DOMAIN: dict[type[Exception], int] = {ValueError: 503, OverflowError: 506, ZeroDivisionError: 501}


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    probe = Probe(1 << 20)
    yield probe
    probe.close()


SPECIAL = [
    0.0, 5e-324, 1e-310, 2.2250738585072014e-308, 1e-160, 1e-20, 0.1, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, math.pi, 10.0, 63.0, 100.0, 709.7, 710.5, 745.0, 1e6, 1e15,
    2.0**53, 2.0**63, 1e22, 1e100, 1e155, 1e308, 1.7976931348623157e308, math.inf, math.nan,
]  # fmt: skip
FLOATS = SPECIAL + [-value for value in SPECIAL]
INTS = [0, 1, 2, 3, 5, 7, 10, 63, 64, 100, 2**31, 2**32, 2**52, 2**53, 2**53 + 1, 2**54 - 1, 2**62, 3**39, 10**18, INT_MAX - 1, INT_MAX]
INTS += [-value for value in INTS] + [INT_MIN, INT_MIN + 1]


def a_float(rng: random.Random) -> float:
    kind = rng.randrange(5)
    if kind == 0:
        return rng.choice(FLOATS)
    if kind == 1:
        return from_bits(rng.getrandbits(64))
    return rng.uniform(-1, 1) if kind == 2 else rng.uniform(-50, 50) if kind == 3 else float(rng.randrange(-100, 100))


def an_int(rng: random.Random) -> int:
    return rng.choice(INTS) if rng.random() < 0.4 else rng.getrandbits(rng.randrange(1, 64)) * rng.choice((1, -1))


def word(value: int) -> Any:
    return value if INT_MIN <= value <= INT_MAX else ("fault", 502)


def real(function: Callable[..., Any], *args: Any, codes: dict[type[Exception], int] = DOMAIN) -> Any:
    """The result as Probe.outcome gives it."""
    try:
        result = function(*args)
    except tuple(codes) as error:
        return ("fault", codes[type(error)])
    return bits(result) if isinstance(result, float) else word(result)


def power(x: float, y: float) -> Any:
    if math.isfinite(x) and math.isfinite(y) and x < 0 and y != math.floor(y):
        return ("fault", 508)  # complex in CPython, or too large even for that
    try:
        result = x**y
    except ZeroDivisionError:
        return ("fault", 507)
    except OverflowError:
        return ("fault", 506)
    return ("fault", 508) if isinstance(result, complex) else bits(result)


def integer_power(base: int, exponent: int) -> Any:
    if exponent < 0:
        return ("fault", 510)
    return (
        ("fault", 502)
        if abs(base) > 1 and exponent > 64
        else word(base ** (exponent if abs(base) > 1 else exponent % 2 + 2 * (exponent > 1)))
    )


def ratio(a: int, b: int) -> Any:
    return real(lambda: a / b)


def range_length(start: int, stop: int, step: int) -> int:
    """len(range(...)) without len()'s limit."""
    return max(0, (stop - start + step - (1 if step > 0 else -1)) // step)


def range_stop(start: int, stop: int, step: int) -> int:
    return (start + step * range_length(start, stop, step) + 2**63) % 2**64 - 2**63


def range_case(rng: random.Random) -> tuple[int, int, int]:
    return an_int(rng), an_int(rng), rng.choice([1, -1, 2, -3, 0, an_int(rng)])


def small(rng: random.Random) -> int:
    return rng.choice([rng.randrange(-3, 70), rng.randrange(-3, 25), an_int(rng)])


def combinations(function: Callable[[int, int], int], n: int, k: int) -> Any:
    if n < 0 or k < 0:
        return ("fault", 719)
    if min(k, n - k) > 100 or (function is math.perm and n >= k > 100):
        return ("fault", 502) if k <= n else 0
    return word(function(n, k))


def vector(rng: random.Random) -> tuple[float, ...]:
    """Up to nine components, of one size or of any."""
    size = 2.0 ** rng.randrange(-1074, 1000)
    return tuple(a_float(rng) if rng.random() < 0.1 else size * rng.uniform(-1, 1) for _ in range(rng.randrange(10)))


ONE_FLOAT = "exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc cbrt degrees radians ulp isnan isinf isfinite gamma lgamma"
TWO_FLOATS = "atan2 pow fmod copysign hypot remainder nextafter"

CASES: dict[str, tuple[Callable[[random.Random], tuple[Any, ...]], Callable[..., Any]]] = {
    "int.pow": (
        lambda rng: (an_int(rng) if rng.random() < 0.3 else rng.randrange(-12, 13), rng.choice([*range(-1, 66), INT_MAX])),
        integer_power,
    ),
    "int.truediv": (lambda rng: (an_int(rng), an_int(rng)), ratio),
    "int.round": (
        lambda rng: (an_int(rng), rng.choice([*range(-22, 3), INT_MIN, INT_MAX])),
        lambda a, n: word(round(a, max(min(n, 0), -40))),
    ),
    "int.range_len": (range_case, lambda *a: word(range_length(*a)) if a[2] else ("fault", 601)),
    "int.range_stop": (range_case, lambda *a: range_stop(*a) if a[2] else ("fault", 601)),
    "int.gcd": (lambda rng: (an_int(rng), an_int(rng)), lambda a, b: word(math.gcd(a, b))),
    "int.lcm": (lambda rng: (small(rng), small(rng)), lambda a, b: word(math.lcm(a, b))),
    "int.isqrt": (
        lambda rng: (rng.choice([an_int(rng), rng.getrandbits(31) ** 2 + rng.randrange(-1, 2)]),),
        lambda a: real(math.isqrt, a, codes={ValueError: 719}),
    ),
    "int.factorial": (
        lambda rng: (rng.randrange(-2, 30),),
        lambda n: ("fault", 719) if n < 0 else word(math.factorial(n)),
    ),
    "int.comb": (lambda rng: (small(rng), small(rng)), lambda n, k: combinations(math.comb, n, k)),
    "int.perm": (lambda rng: (small(rng), small(rng)), lambda n, k: combinations(math.perm, n, k)),
    "int.bit_length": (lambda rng: (an_int(rng),), lambda a: a.bit_length()),
    "int.bit_count": (lambda rng: (an_int(rng),), lambda a: a.bit_count()),
    "float.floordiv": (lambda rng: (a_float(rng), a_float(rng)), lambda a, b: real(lambda: a // b)),
    "float.mod": (lambda rng: (a_float(rng), a_float(rng)), lambda a, b: real(lambda: a % b)),
    "float.pow": (lambda rng: (a_float(rng), a_float(rng)), power),
    "float.is_integer": (lambda rng: (a_float(rng),), lambda a: a.is_integer()),
    "math.isclose": (
        lambda rng: (
            a := a_float(rng),
            rng.choice([a, a * (1 + 1e-9), a_float(rng)]),
            rng.choice([1e-9, 0.0, 0.1, -1.0, math.inf, math.nan]),
            rng.choice([0.0, 1.0, -1.0]),
        ),
        lambda a, b, relative, absolute: real(lambda: math.isclose(a, b, rel_tol=relative, abs_tol=absolute), codes={ValueError: 719}),
    ),
    "math.ldexp": (lambda rng: (a_float(rng), rng.choice([rng.randrange(-2200, 2200), an_int(rng)])), lambda x, i: real(math.ldexp, x, i)),
    "math.logb": (lambda rng: (a_float(rng), a_float(rng)), lambda x, base: real(math.log, x, base)),
    "math.exponent": (lambda rng: (a_float(rng),), lambda x: math.frexp(x)[1]),
    "math.norm": (lambda rng: vector(rng), lambda *vector: bits(math.hypot(*vector))),
}
CASES |= {f"math.{name}": (lambda rng: (a_float(rng),), partial(real, getattr(math, name, None))) for name in ONE_FLOAT.split()}
CASES |= {
    f"math.{name}": (lambda rng: (a_float(rng), a_float(rng)), partial(real, getattr(math, name, None))) for name in TWO_FLOATS.split()
}
for _name, _compare in {
    "eq": lambda i, f: i == f, "ne": lambda i, f: i != f, "lt": lambda i, f: i < f, "le": lambda i, f: i <= f, "gt": lambda i, f: i > f, "ge": lambda i, f: i >= f,
}.items():  # fmt: skip
    CASES[f"intfloat.{_name}"] = (
        lambda rng: (
            i := an_int(rng),
            rng.choice([float(i), math.nextafter(float(i), math.inf), math.nextafter(float(i), -math.inf), float(i) + 0.5, a_float(rng)]),
        ),
        _compare,
    )


def test_every_op_has_a_case() -> None:
    elsewhere = {f"{kind}.{action}" for kind in ("int", "float", "bool") for action in ("to_str", "to_base", "format", "round_to")}
    kinds = ("int.", "float.", "bool.", "intfloat.", "math.")
    assert {op.name for op in OPS.values() if op.name.startswith(kinds) and not op.is_inline} - elsewhere == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_as_cpython(probe: Probe, name: str) -> None:
    make, reference = CASES[name]
    rng = random.Random(name)
    for _ in range(rounds(5_000)):
        args = make(rng)
        assert probe.outcome(name, *args) == reference(*args), args


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(("math.", "float."))])
def test_all_special_values(probe: Probe, name: str) -> None:
    reference = CASES[name][1]
    kinds = OPS[name].operands
    if kinds == ("float",):
        for x in FLOATS:
            assert probe.outcome(name, x) == reference(x), x
    elif kinds == ("float", "float"):
        for x in FLOATS:
            for y in FLOATS:
                assert probe.outcome(name, x, y) == reference(x, y), (x, y)


def test_hypot_bits(probe: Probe) -> None:
    """It is not the C library's: many inputs, of close and of far exponents."""
    values = list(random_floats(60_000, 3))
    rng = random.Random(4)
    for x in values:
        y = rng.choice([rng.choice(values), x * rng.uniform(-2, 2), x * 2.0 ** rng.randrange(-30, 30)])
        assert probe.outcome("math.hypot", x, y) == bits(math.hypot(x, y)), (x, y)


@pytest.mark.parametrize("name", ["gamma", "lgamma"])
def test_gamma_bits(probe: Probe, name: str) -> None:
    """It is not the C library's: where it is finite, near its poles, where the formula changes, and anywhere."""
    rng = random.Random(name)
    inputs = list(random_floats(20_000, 5))
    inputs += [rng.uniform(-185, 175) for _ in range(rounds(40_000))] + [rng.uniform(-3, 6) for _ in range(rounds(20_000))]
    for edge in [*range(-200, 201), 5.524680040776729583740234375, 1e-20, -1e-20, 171.62437695630271, 2.0**-1022, -0.5, 139.5]:
        below = above = float(edge)
        for _ in range(4):
            inputs += [below, above]
            below, above = math.nextafter(below, -math.inf), math.nextafter(above, math.inf)
    for x in inputs:
        assert probe.outcome(f"math.{name}", x) == real(getattr(math, name), x), x
