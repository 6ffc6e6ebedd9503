"""Decimals in contexts of any digits and rounding: whole programs, against CPython's decimal."""

from __future__ import annotations

import contextlib
import decimal
import io
import random

import pytest

import belljar

PROGRAM = """
from decimal import *

numbers = NUMBERS
modes = [ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_DOWN, ROUND_UP, ROUND_FLOOR, ROUND_CEILING, ROUND_05UP]
operations = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b, lambda a, b: a // b, lambda a, b: a % b,
    lambda a, b: -a, lambda a, b: +a, lambda a, b: abs(a), lambda a, b: a.sqrt(), lambda a, b: a.ln(), lambda a, b: a.log10(),
    lambda a, b: a.exp(), lambda a, b: a.quantize(b), lambda a, b: round(a, 3), lambda a, b: a.normalize(), lambda a, b: a.max(b),
    lambda a, b: f"{a:.4f}" if abs(a.adjusted()) < 100 else "", lambda a, b: f"{a:.5e}", lambda a, b: a.to_integral_value(),
    lambda a, b: a.fma(b, a), lambda a, b: a**3, lambda a, b: a**-2, lambda a, b: abs(a) ** Decimal("0.37"), lambda a, b: a.compare(b),
]
for digits in DIGITS:
    for mode in range(len(modes)):
        getcontext().prec = digits
        getcontext().rounding = modes[mode]
        for place, (x, y) in enumerate(numbers):
            a, b = Decimal(x), Decimal(y)
            for k in range(place % 3, len(operations), 3):
                try:
                    result = str(operations[k](a, b))
                except (DecimalException, ValueError, TypeError, OverflowError) as e:
                    result = type(e).__name__ + str(e)
                print(digits, mode, k, x, y, result)
"""
EDGES = ("0", "-0", "1", "1.000", "10", "Infinity", "-Infinity", "NaN", "0E+5", "1E-999999", "9.99E+999999", "1E-1000026")


def number(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return rng.choice(EDGES)
    digits = rng.choice((1, 2, 3, 5, 9, 15, 20, 28, 40, 60))
    return f"{rng.choice('-  ').strip()}{rng.randrange(10**digits)}E{rng.choice((0, -1, -2, -digits, -digits - 3, 5, -30, 12))}"


@pytest.mark.parametrize("seed", range(6))
def test_programs_agree_with_cpython(seed: int) -> None:
    rng = random.Random(seed)
    numbers = [(number(rng), number(rng)) for _ in range(16)]
    digits = [rng.choice((1, 2, 5, 9, 16, 19, 20, 27, 28, 29, 50, 77, 120)) for _ in range(2)]
    text = PROGRAM.replace("NUMBERS", repr(numbers)).replace("DIGITS", repr(digits))
    out = io.StringIO()
    with contextlib.redirect_stdout(out), decimal.localcontext(decimal.DefaultContext):
        exec(text, {})
    pieces: list[str] = []
    belljar.compile(text).run(engine="vm", write=pieces.append)
    assert "".join(pieces).split("\n") == out.getvalue().split("\n")
