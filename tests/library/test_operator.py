from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.library.shelf import bell, check

OURS = bell("operator")
BINARY = """lt le eq ne ge gt is_ is_not add and_ floordiv lshift mod mul or_ rshift sub truediv xor concat contains countOf indexOf
getitem iadd iand iconcat ifloordiv ilshift imod imul ior irshift isub itruediv ixor""".split()
VALUES = st.one_of(
    st.integers(-9, 9), st.booleans(), st.floats(-9, 9), st.sampled_from(["", "ab", "%d"]), st.lists(st.integers(0, 3), max_size=3)
)


@pytest.mark.parametrize("name", BINARY)
@settings(max_examples=30)
@given(data=st.data())
def test_binary(name: str, data: st.DataObject) -> None:
    left, right = data.draw(VALUES), data.draw(VALUES)
    if name in ("concat", "iconcat", "countOf", "indexOf", "contains") and not isinstance(left, list | str):
        return
    if name in ("concat", "iconcat") and type(left) is not type(right):
        return
    copied = left[:] if isinstance(left, list) else left
    check(lambda: getattr(OURS, name)(copied, right), lambda: getattr(operator, name)(left, right))


@pytest.mark.parametrize("name", ["not_", "truth", "abs", "inv", "invert", "neg", "pos", "index"])
@given(value=VALUES)
def test_unary(name: str, value: Any) -> None:
    check(lambda: getattr(OURS, name)(value), lambda: getattr(operator, name)(value))


@given(st.integers(-4, 9), st.integers(-2, 9))
def test_powers(base: int, exponent: int) -> None:
    check(lambda: OURS.pow(base, exponent), lambda: operator.pow(base, exponent))
    check(lambda: OURS.ipow(base, exponent), lambda: operator.ipow(base, exponent))


@given(st.lists(st.integers(), max_size=4), st.lists(st.integers(-5, 5), min_size=1, max_size=3))
def test_itemgetter(items: list[int], places: list[int]) -> None:
    check(lambda: OURS.itemgetter(*places)(items), lambda: operator.itemgetter(*places)(items))
    assert repr(OURS.itemgetter(*places)) == repr(operator.itemgetter(*places))


def test_items() -> None:
    items = [1, 2, 3]
    OURS.setitem(items, 1, 9)
    OURS.delitem(items, 0)
    assert items == [9, 3]
    assert OURS.call(max, 1, 2, key=abs) == 2
