from __future__ import annotations

import bisect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check

OURS = bell("bisect")


@pytest.mark.parametrize("name", ["bisect", "bisect_left", "bisect_right"])
@given(items=st.lists(st.integers(-9, 9), max_size=12), x=st.integers(-10, 10), lo=st.integers(-1, 5), key=st.sampled_from([None, abs]))
def test_bisect(name: str, items: list[int], x: int, lo: int, key: Any) -> None:
    items.sort(key=key)
    hi = max(lo, len(items) - 1)
    check(lambda: getattr(OURS, name)(items, x, key=key), lambda: getattr(bisect, name)(items, x, key=key))
    if hi < len(items):
        check(lambda: getattr(OURS, name)(items, x, lo, hi, key=key), lambda: getattr(bisect, name)(items, x, lo, hi, key=key))


@pytest.mark.parametrize("name", ["insort", "insort_left", "insort_right"])
@given(items=st.lists(st.integers(-9, 9)), key=st.sampled_from([None, abs]))
def test_insort(name: str, items: list[int], key: Any) -> None:
    ours: list[int] = []
    theirs: list[int] = []
    for item in items:
        getattr(OURS, name)(ours, item, key=key)
        getattr(bisect, name)(theirs, item, key=key)
    assert ours == theirs
