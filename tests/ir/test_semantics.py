"""Meanings that are not one call of Python's own, against definitions of Python's own."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.ir.guest import GuestFault, GuestList
from belljar.ir.ops import OPS
from belljar.ir.semantics import DIGITS_MAX, _long_to_int, meaning
from belljar.types import FLOAT, INT, ListType

MIN, MAX = -(2**63), 2**63 - 1
ints = st.one_of(st.integers(MIN, MAX), st.integers(-70, 70), st.sampled_from([MIN, MIN + 1, MAX, MAX - 1]))
small = st.integers(-70, 70)


def run(name: str, *args: object) -> object:
    """The op's result, or its code."""
    try:
        return meaning(OPS[name])(*args)
    except GuestFault as fault:
        return fault.code


def fitting(value: int) -> object:
    return value if MIN <= value <= MAX else "E0502"


@given(ints, ints)
def test_arithmetic_is_exact_or_an_error(a: int, b: int) -> None:
    assert run("int.add", a, b) == fitting(a + b)
    assert run("int.sub", a, b) == fitting(a - b)
    assert run("int.mul", a, b) == fitting(a * b)
    assert run("int.gcd", a, b) == fitting(math.gcd(a, b))
    assert run("int.lcm", a, b) == fitting(math.lcm(a, b))
    assert run("int.floordiv", a, b) == ("E0501" if b == 0 else fitting(a // b))
    assert run("int.mod", a, b) == ("E0501" if b == 0 else a % b)
    assert run("int.add.wrap", a, b) in (a + b, a + b - 2**64, a + b + 2**64)
    if b:
        assert run("int.truediv", a, b) == float(Fraction(a, b))


@given(ints, small)
def test_powers_shifts_and_rounding(a: int, b: int) -> None:
    assert run("int.pow", a, b) == ("E0510" if b < 0 else fitting(a**b))
    assert run("int.shl", a, b) == ("E0505" if b < 0 else fitting(a << b))
    assert run("int.shr", a, b) == ("E0505" if b < 0 else a >> b)
    assert run("int.round", a, b) == fitting(round(a, b))


@given(st.integers(-2, 80), st.integers(-2, 80))
def test_combinatorics(n: int, k: int) -> None:
    bad = n < 0 or k < 0
    assert run("int.comb", n, k) == ("E0719" if bad else fitting(math.comb(n, k)))
    assert run("int.perm", n, k) == ("E0719" if bad else fitting(math.perm(n, k)))
    assert run("int.factorial", n) == ("E0719" if n < 0 else fitting(math.factorial(n)))


@given(ints, ints, ints)
def test_ranges(start: int, stop: int, step: int) -> None:
    if step == 0:
        assert run("int.range_len", start, stop, step) == run("int.range_stop", start, stop, step) == "E0601"
        return
    walk = range(start, stop, step)
    length = 0 if not walk else (walk[-1] - start) // step + 1
    assert run("int.range_len", start, stop, step) == fitting(length)
    end = run("int.range_stop", start, stop, step)
    assert isinstance(end, int)
    assert (end - (start + step * length)) % 2**64 == 0
    assert MIN <= end <= MAX


@given(ints, st.floats())
def test_ints_and_floats_compare_exactly(a: int, b: float) -> None:
    exact = None if math.isnan(b) else math.inf if b == math.inf else -math.inf if b == -math.inf else Fraction(b)
    assert run("intfloat.lt", a, b) == (exact is not None and a < exact)
    assert run("intfloat.eq", a, b) == (exact is not None and a == exact)


@given(st.floats())
def test_floats_become_ints_or_say_why(a: float) -> None:
    for name, function in (("float.to_int", math.trunc), ("float.floor", math.floor), ("float.ceil", math.ceil), ("float.round", round)):
        try:
            expected: object = function(a)
        except ValueError:
            expected = "E0509"
        except OverflowError:
            expected = "E0504"
        if isinstance(expected, int) and not MIN <= expected <= MAX:
            expected = "E0504"
        assert run(name, a) == expected


@given(
    st.sampled_from(["", " ", "\u2003\n"]),
    st.sampled_from(["", "+", "-", "--"]),
    st.sampled_from(["", "0x", "0B", "0o", "0x_", "_"]),
    st.text(st.sampled_from("019afzZ_\u0663²"), max_size=6),
    st.sampled_from([0, 2, 8, 10, 16, 36]),
)
def test_long_texts_are_read_like_short_ones(space: str, sign: str, prefix: str, digits: str, base: int) -> None:
    """The reader of long texts, on a short text with zeros that say nothing put into it."""
    text = f"{space}{sign}{prefix}{digits}{space}"

    def code(function: object) -> object:
        try:
            return function(text, base)  # type: ignore[operator]
        except GuestFault as fault:
            return fault.code

    assert code(_long_to_int) == run("str.to_int", text, base)


def test_very_long_texts() -> None:
    assert run("str.to_int", "0" * DIGITS_MAX + "12", 10) == 12
    assert run("str.to_int", "0" * DIGITS_MAX + "12", 0) == "E0703"
    assert run("str.to_int", "0x" + "0" * DIGITS_MAX + "_ff", 0) == 255
    assert run("str.to_int", "-" + "9" * 10**5, 10) == "E0502"


@pytest.mark.parametrize("name", [op.name for op in OPS.values() if op.name.endswith((".nw", ".nc"))])
def test_a_broken_proof_is_our_error(name: str) -> None:
    """With operands on which the unproven op faults."""
    empty = GuestList(ListType(INT))
    operands = {
        "float.div.nc": (1.0, 0.0),
        "list.get.nc": (empty, 0),
        "list.set.nc": (empty, 0, 1),
        "str.index.nc": ("", 0),
        "str.code_at.nc": ("", 0),
        "int.neg.nw": (MIN,),
        "int.abs.nw": (MIN,),
        "int.shl.nw": (1, -1),
        "int.shr.nw": (1, -1),
        "int.sub.nw": (MIN, 1),
    }.get(name, (MIN, 0) if "div" in name or "mod" in name else (MIN, MIN))
    assert run(name, *operands) == "E1201"


def test_sums_of_floats_go_from_the_left() -> None:
    items = [0.1] * 10
    total = 0.0
    for item in items:
        total += item
    assert run("list.sum_float", GuestList(ListType(FLOAT), items)) == total != math.fsum(items)
