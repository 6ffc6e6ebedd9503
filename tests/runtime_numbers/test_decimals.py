"""Decimals: C against the reference, which is Python's decimal in its default context: results, messages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from belljar.ir.decimals import ROUNDINGS
from belljar.ir.ops import BINARY_OPERATORS, DECIMAL_METHODS, ORDER_OPERATORS, UNARY_OPERATORS
from tests.runtime_numbers.number_probe import NumberProbe, reference
from tests.runtime_text.probe import AS_CPYTHON_311

EDGES = (
    *("NaN", "Infinity", "-Infinity", "0", "-0", "0E+5", "-0E-7", "0.000", "1", "-1", "1.00", "10", "1E+6", "1E-6", "9" * 28, "9" * 29),
    *("1E+999999", "9.99E+999999", "1E-999999", "1E-1000026", "1E-1000030"),
)


@pytest.fixture(scope="module")
def probe() -> Iterator[NumberProbe]:
    probe = NumberProbe()
    yield probe
    probe.close()


def random_decimal(rng: random.Random) -> Decimal:
    if rng.random() < 0.08:
        return Decimal(rng.choice(EDGES))
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randrange(1, rng.choice((2, 3, 6, 16, 28, 30, 31, 46, 100)))))
    if rng.random() < 0.2:
        digits += rng.choice(("5", "50", "500", "9999", "000"))
    exponent = rng.choice((0, 0, -2, -2, rng.randrange(-10, 10), rng.randrange(-40, 40), rng.randrange(-1000, 1000)))
    return Decimal((rng.randrange(2), tuple(map(int, digits)), exponent))


def random_number(rng: random.Random) -> Decimal | int:
    return random_decimal(rng) if rng.random() < 0.85 else rng.choice((0, 1, -1, 10, rng.getrandbits(70), -rng.getrandbits(200), True))


def agree(probe: NumberProbe, name: str, *args: Any) -> None:
    assert probe.outcome(name, *args)[:2] == reference(name, *args)[:2], (name, args)


@AS_CPYTHON_311
@pytest.mark.parametrize("seed", range(4))
def test_operators(probe: NumberProbe, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(300):
        a, b = random_decimal(rng), random_number(rng)
        if rng.random() < 0.3:
            a, b = b, a
        if isinstance(a, Decimal) or isinstance(b, Decimal):
            for sign in ("+", "-", "*", "/", "//", "%"):
                agree(probe, "any.binary", BINARY_OPERATORS.index(sign), a, b)
            agree(probe, "any.eq", a, b)
            for index in range(len(ORDER_OPERATORS)):
                agree(probe, "any.compare", index, a, b)
        value = random_decimal(rng)
        exponent = rng.choice(
            (rng.randrange(-30, 30), rng.randrange(1000), Decimal("0.5"), Decimal("Infinity"), Decimal("1E+2"), Decimal(0))
        )
        agree(probe, "any.binary", BINARY_OPERATORS.index("**"), value, exponent)
        for sign in ("-", "+", "abs"):
            agree(probe, "any.unary", UNARY_OPERATORS.index(sign), value)
        for other in (0.1, -2.5, 1e300, float("inf"), float("nan")):
            agree(probe, "any.eq", value, other)
            agree(probe, "any.compare", 0, value, other)
        for name in ("any.to_str", "any.repr", "any.truth"):
            agree(probe, name, value)


@AS_CPYTHON_311
@pytest.mark.parametrize("method", DECIMAL_METHODS)
def test_methods(probe: NumberProbe, method: str) -> None:
    rng = random.Random(method)
    for _ in range(150):
        value = random_decimal(rng)
        rounding = rng.choice((None, *ROUNDINGS))
        args: tuple[Any, ...] = ()
        if method == "quantize":
            args = (rng.choice((Decimal("0.01"), Decimal(1), Decimal("1E+2"), random_number(rng))), rounding)
        elif method == "to_integral_value":
            args = (rounding,)
        elif method in ("copy_sign", "compare", "min", "max", "same_quantum"):
            args = (random_number(rng),)
        elif method == "scaleb":
            args = (rng.choice((3, -5, Decimal("1.5"), Decimal("NaN"), 2000055)),)
        elif method == "fma":
            args = (random_number(rng), random_number(rng))
        elif method == "round":
            args = (rng.choice((None, 0, 1, 2, -2, 30)),)
        if method in ("to_int", "floor", "ceil", "as_integer_ratio", "round") and value.is_finite() and abs(value.adjusted()) > 3000:
            continue
        agree(probe, "decimal.call", DECIMAL_METHODS.index(method), value, *args)


@AS_CPYTHON_311
def test_reading(probe: NumberProbe) -> None:
    texts = (
        "1",
        "-1.50",
        " 12 ",
        "1e5",
        ".5",
        "5.",
        ".",
        "",
        "abc",
        "1_000",
        "inf",
        "-Infinity",
        "nan",
        "sNaN",
        "1e",
        "1e5x",
        "٣.٥",
        "--1",
        "1.2.3",
    )
    for value in (
        *texts,
        "1" * 770,
        "1" * 771,
        0.1,
        -2.5,
        1e300,
        5e-324,
        float("inf"),
        float("nan"),
        -0.0,
        7,
        -(2**100),
        True,
        10**700,
        10**800,
        None,
    ):
        agree(probe, "decimal.new", value)


@AS_CPYTHON_311
def test_formatting(probe: NumberProbe) -> None:
    rng = random.Random(5)
    for _ in range(1500):
        value = random_decimal(rng)
        if value.is_finite() and abs(value.adjusted()) > 200:
            continue
        spec = "".join(
            rng.choice(choices) if rng.random() < share else ""
            for share, choices in (
                *((0.3, ("<", ">", "^", "=", "*<", "0>")), (0.3, "+- "), (0.3, "0"), (0.4, ("1", "20", "40"))),
                *((0.3, ","), (0.5, (".0", ".2", ".5", ".30")), (0.8, "eEfFgGn%")),
            )
        )
        if not spec.endswith("n"):
            agree(probe, "any.format", value, spec)
