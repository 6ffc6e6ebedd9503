"""Extra fuel: formulas that speak of a result's length know it before the work, and every op that charges has one."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from belljar.ir.charges import CHARGES, extra_fuel, spec_size
from belljar.ir.guest import GuestFault, GuestList
from belljar.ir.ops import OPS
from belljar.ir.semantics import ENGINE_OPS, MEANINGS, meaning
from belljar.types import ANY, INT, ListType

texts = st.text(st.sampled_from("ab\t\n\ré\U0001f600"), max_size=200)
shorts = st.text(st.sampled_from("ab\t"), max_size=3)
counts = st.integers(-3, 40)
bounds = st.one_of(st.integers(-50, 50), st.just(-(2**63)), st.just(2**63 - 1))
ints = st.lists(st.integers(-9, 9), max_size=80).map(lambda items: GuestList(ListType(INT), items))


def test_every_op_that_charges_has_a_formula_and_no_other() -> None:
    assert CHARGES.keys() == {op.name for op in OPS.values() if "charges" in op.flags}
    assert all(words for words, _ in CHARGES.values())


def test_every_op_has_a_meaning_or_is_the_engines_own() -> None:
    assert MEANINGS.keys() | ENGINE_OPS == OPS.keys()
    assert not MEANINGS.keys() & ENGINE_OPS


def lengths(name: str, *args: Any) -> tuple[int, int]:
    """The extra fuel of an op, and the length of what it gives (0 when it ends with an error)."""
    op = OPS[name]
    fuel = extra_fuel(op, args)
    try:
        return fuel, len(meaning(op)(*args))
    except GuestFault:
        return fuel, 0


@given(texts, texts, counts)
def test_strings_by_the_length_of_the_result(a: str, b: str, count: int) -> None:
    for name, args in (("str.concat", (a, b)), ("str.build", (a, b, a)), ("str.repeat", (a, count)), ("str.zfill", (a, count * 9))):
        fuel, length = lengths(name, *args)
        assert fuel == length // 16
    for name in ("str.center", "str.ljust", "str.rjust"):
        fuel, length = lengths(name, a, count * 9, b)
        assert fuel == length // 16
    fuel, length = lengths("str.expandtabs", a, count)
    assert fuel == (len(a) + length) // 16


@given(texts, bounds, bounds, bounds)
def test_slices_by_the_length_of_the_result(s: str, start: int, stop: int, step: int) -> None:
    fuel, length = lengths("str.slice", s, start, stop, step)
    assert fuel == length // 16
    fuel, length = lengths("list.slice", GuestList(ListType(ANY), s), start, stop, step)
    assert fuel == length // 4


@given(texts, shorts, shorts, st.integers(-1, 5))
def test_replacements_by_the_length_of_the_result(s: str, old: str, new: str, count: int) -> None:
    fuel, length = lengths("str.replace", s, old, new, count)
    assert fuel == (len(s) + length) // 16


@given(shorts, st.lists(shorts, max_size=9))
def test_joins_by_the_length_of_the_result(s: str, parts: list[str]) -> None:
    fuel, length = lengths("str.join", s, GuestList(ListType(ANY), parts))
    assert fuel == length // 16 + len(parts) // 4


@given(ints, ints, counts)
def test_lists_by_the_length_of_the_result(a: GuestList, b: GuestList, count: int) -> None:
    for name, args in (
        ("list.concat", (a, b)),
        ("list.repeat", (a, count)),
        ("list.range", (0, count, 1)),
        ("list.range", (count, -5, -3)),
    ):
        fuel, length = lengths(name, *args)
        assert fuel == length // 4


@given(
    st.sampled_from(["", "*<", "é^"]), st.sampled_from(["", "+", "-"]), st.sampled_from(["", "#"]), st.integers(0, 300), st.integers(-1, 40)
)
def test_formats_by_width_and_precision(align: str, sign: str, form: str, width: int, precision: int) -> None:
    spec = f"{align}{sign}{form}{width or ''}{f'.{precision}' if precision >= 0 else ''}f"
    assert spec_size(spec) == width + max(precision, 0)
    assert len(meaning(OPS["float.format"])(1.5, spec)) <= spec_size(spec) + 16


def test_what_is_no_spec_has_no_size() -> None:
    assert spec_size("5" * 2_000) == 0
    assert spec_size("5 5 5") == 0
    assert spec_size("") == 0
