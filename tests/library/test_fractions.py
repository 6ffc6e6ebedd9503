from __future__ import annotations

import fractions
import math
import operator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check, outcome

OURS = bell("fractions")
RATIOS = st.tuples(st.integers(-50, 50) | st.integers(), st.integers(1, 50) | st.integers(1))


def plain(value: Any) -> Any:
    """Our fractions as those of the standard library."""
    if isinstance(value, OURS.Fraction):
        made = fractions.Fraction(value.numerator, value.denominator)
        assert (made.numerator, made.denominator) == (value.numerator, value.denominator)
        return made
    return tuple(map(plain, value)) if isinstance(value, tuple) else value


def agree(call: Any) -> None:
    check(lambda: plain(call(OURS.Fraction)), lambda: call(fractions.Fraction))


PIECES = ["1", "12", "3_4", "/", ".", "e", "E-", "+", "-", " ", "_", "٣", "5", "0"]


@given(st.one_of(st.text(max_size=4), st.lists(st.sampled_from(PIECES), max_size=6).map("".join)))
def test_text(text: str) -> None:
    agree(lambda made: made(text))


@pytest.mark.parametrize("text", ["1.", ".5", "1_0.5", "1e3", "-1.5E-2", "+7/3", "1/0", "1.1_1", " 3 ", "3 /4", "1__0", "d", "inf"])
def test_text_by_hand(text: str) -> None:
    agree(lambda made: made(text))


@given(st.integers() | st.floats() | st.decimals() | st.booleans() | st.sampled_from([None, [], b"1"]))
def test_numbers(value: Any) -> None:
    agree(lambda made: made(value) if value is not None else made())
    agree(lambda made: made.from_float(value))
    agree(lambda made: made.from_decimal(value))


@given(RATIOS, st.integers(-9, 9) | st.floats())
def test_two_arguments(ratio: tuple[int, int], other: Any) -> None:
    agree(lambda made: made(ratio[0], other))
    agree(lambda made: made(made(*ratio), other))
    agree(lambda made: made(5, made(*ratio)))


BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, divmod]
ORDERS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@given(RATIOS, RATIOS, st.integers(-9, 9), st.floats())
def test_arithmetic(left: tuple[int, int], right: tuple[int, int], number: int, real: float) -> None:
    for operation in (*BINARY, *ORDERS):
        agree(lambda made: operation(made(*left), made(*right)))
        agree(lambda made: operation(made(*left), number))
        agree(lambda made: operation(number, made(*left)))
        agree(lambda made: operation(made(*left), real))
        agree(lambda made: operation(real, made(*left)))
        agree(lambda made: operation(made(*left), made(*left)))


@given(st.tuples(st.integers(-9, 9), st.integers(1, 9)), st.tuples(st.integers(-9, 9), st.integers(1, 3)), st.integers(-5, 5))
def test_powers(base: tuple[int, int], exponent: tuple[int, int], number: int) -> None:
    agree(lambda made: made(*base) ** number)
    agree(lambda made: made(*base) ** made(*exponent))
    agree(lambda made: number ** made(*base))
    agree(lambda made: made(*base) ** 0.5)
    agree(lambda made: 2.0 ** made(*base))


@given(RATIOS, st.integers(-3, 3))
def test_one_argument(ratio: tuple[int, int], digits: int) -> None:
    for call in (
        operator.neg, operator.pos, abs, bool, int, float, math.floor, math.ceil, math.trunc, round, hash, str, repr,
        lambda x: x.as_integer_ratio(), lambda x: x.real, lambda x: x.imag, lambda x: x.conjugate(),
    ):  # fmt: skip
        agree(lambda made: call(made(*ratio)))
    agree(lambda made: round(made(*ratio), digits))
    assert hash(OURS.Fraction(ratio[0])) == hash(ratio[0])


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 1000))
def test_limit_denominator(value: float, most: int) -> None:
    agree(lambda made: made(value).limit_denominator(most))
    agree(lambda made: made(value).limit_denominator())


def test_edges() -> None:
    assert outcome(lambda: OURS.Fraction(1, 2) + Decimal(1))[0] == "TypeError"
    assert OURS.Fraction(1, 2) != "a"
    agree(lambda made: hash(made(1, 2**61 - 1)))
    agree(lambda made: hash(made(-1, 2**61)))
