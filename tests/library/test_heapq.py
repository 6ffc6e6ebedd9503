from __future__ import annotations

import heapq
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check

OURS = bell("heapq")
ITEMS = st.lists(st.integers(-20, 20) | st.floats(-20, 20), max_size=60)
KEYS = st.sampled_from([None, abs, lambda x: x // 4, lambda x: -x])


@given(ITEMS, st.lists(st.tuples(st.sampled_from(["heappush", "heappop", "heapreplace", "heappushpop"]), st.integers(-20, 20))))
def test_heap(items: list[float], steps: list[tuple[str, int]]) -> None:
    ours, theirs = items[:], items[:]
    OURS.heapify(ours)
    heapq.heapify(theirs)
    assert ours == theirs
    for name, item in steps:
        arguments = () if name == "heappop" else (item,)
        check(lambda: getattr(OURS, name)(ours, *arguments), lambda: getattr(heapq, name)(theirs, *arguments))
        assert ours == theirs


@given(st.integers(-1, 12), ITEMS, KEYS)
def test_extremes(n: int, items: list[float], key: Any) -> None:
    many = items * 5
    for name in ("nsmallest", "nlargest"):
        check(lambda: getattr(OURS, name)(n, many, key=key), lambda: getattr(heapq, name)(n, many, key=key))


def test_extremes_of_many() -> None:
    items = [(i * 7919) % 10_007 for i in range(10_000)]
    for n in (1, 5, 100):
        assert OURS.nsmallest(n, items) == sorted(items)[:n]
        assert OURS.nlargest(n, iter(items)) == sorted(items, reverse=True)[:n]
        assert OURS.nlargest(n, items, key=lambda x: x % 100) == sorted(items, key=lambda x: x % 100, reverse=True)[:n]
        assert OURS.nsmallest(n, items, key=lambda x: x % 100) == sorted(items, key=lambda x: x % 100)[:n]


@given(st.lists(ITEMS, max_size=4), KEYS, st.booleans())
def test_merge(rows: list[list[float]], key: Any, reverse: bool) -> None:
    rows = [sorted(row, key=key, reverse=reverse) for row in rows]
    check(
        lambda: list(OURS.merge(*rows, key=key, reverse=reverse)),
        lambda: list(heapq.merge(*rows, key=key, reverse=reverse)),
    )
