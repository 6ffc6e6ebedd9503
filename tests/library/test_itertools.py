from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check, listed

OURS = bell("itertools")
ITEMS = st.lists(st.integers(-5, 5), max_size=6)


def both(call: Callable[[Any], Any], most: int = 300) -> None:
    """The same items from our module and from the standard one."""
    check(lambda: listed(call(OURS), most), lambda: listed(call(itertools), most))


@given(st.integers(-5, 5) | st.floats(-5, 5), st.integers(-3, 3) | st.floats(-3, 3))
def test_count(start: float, step: float) -> None:
    if start == 0 and isinstance(start, float):
        start = 0.0
    both(lambda module: module.count(start, step), 6)
    both(lambda module: module.count(), 6)
    both(lambda module: module.count(step=2), 6)


@given(ITEMS, st.integers(-1, 4))
def test_cycle_and_repeat(items: list[int], times: int) -> None:
    both(lambda module: module.cycle(items), 20)
    both(lambda module: module.repeat(items, times), 9)
    both(lambda module: module.repeat("a"), 9)


@given(ITEMS, st.none() | st.integers(-5, 5))
def test_accumulate(items: list[int], initial: int | None) -> None:
    both(lambda module: module.accumulate(items))
    both(lambda module: module.accumulate(items, initial=initial))
    both(lambda module: module.accumulate(items, max))
    both(lambda module: module.accumulate(iter(items), lambda a, b: 2 * a - b, initial=initial))


@given(st.lists(ITEMS, max_size=4))
def test_chain(rows: list[list[int]]) -> None:
    both(lambda module: module.chain(*rows))
    both(lambda module: module.chain.from_iterable(rows))

    def taken_apart(module: Any) -> list[Any]:
        walk = module.chain(*rows)
        first = [next(walk, None), next(walk, None)]
        return [*first, *walk]

    both(taken_apart)


@given(ITEMS, ITEMS)
def test_choosers(items: list[int], selectors: list[int]) -> None:
    both(lambda module: module.compress(items, selectors))
    both(lambda module: module.dropwhile(lambda x: x > 0, items))
    both(lambda module: module.takewhile(lambda x: x > 0, items))
    both(lambda module: module.filterfalse(lambda x: x > 0, items))
    both(lambda module: module.filterfalse(None, items))
    both(lambda module: module.pairwise(iter(items)))
    both(lambda module: module.starmap(pow, zip(items, map(abs, selectors))))


@given(ITEMS, st.sampled_from([None, abs, lambda x: x // 3]))
def test_groupby(items: list[int], key: Any) -> None:
    both(lambda module: [(k, list(group)) for k, group in module.groupby(items, key)])
    both(lambda module: [k for k, _ in module.groupby(items, key)])
    both(lambda module: [(k, list(group)) for k, group in list(module.groupby(items, key))])
    both(lambda module: [(k, next(group), next(group, 99)) for k, group in module.groupby(iter(items), key)])

    def left_behind(module: Any) -> list[Any]:
        walk = module.groupby(items, key)
        _, first = next(walk, (0, iter(())))
        next(walk, None)
        return list(first)

    both(left_behind)


BOUND = st.none() | st.integers(-1, 8) | st.just("a")


@given(ITEMS, st.lists(BOUND, max_size=4))
def test_islice(items: list[int], bounds: list[Any]) -> None:
    both(lambda module: module.islice(items, *bounds))

    def left(module: Any) -> list[Any]:
        walk = iter(items)
        return [list(module.islice(walk, *bounds)), list(walk)]

    both(left)


@given(ITEMS, st.lists(st.integers(0, 3), max_size=20), st.integers(-1, 4))
def test_tee(items: list[int], order: list[int], n: int) -> None:
    def walked(module: Any) -> list[Any]:
        walks = module.tee(iter(items), n)
        trace = [next(walks[place], None) for place in order if place < n]
        return [*trace, *map(list, walks)]

    both(walked)
    first, second = OURS.tee(items)
    next(first, None)
    third, fourth = OURS.tee(first)
    assert [list(third), list(fourth), list(second)] == [items[1:], items[1:], items]


@given(st.lists(ITEMS, max_size=4))
def test_zip_longest(rows: list[list[int]]) -> None:
    both(lambda module: module.zip_longest(*rows))
    both(lambda module: module.zip_longest(*map(iter, rows), fillvalue="x"))


SMALL = st.lists(st.integers(0, 9), max_size=4)


@given(st.lists(SMALL, max_size=3), st.integers(-1, 2))
def test_product(rows: list[list[int]], repeat: int) -> None:
    both(lambda module: module.product(*rows, repeat=repeat))
    both(lambda module: module.product(*rows))


@given(st.lists(st.integers(0, 9), max_size=5), st.none() | st.integers(-1, 6) | st.just("a"))
def test_combinatorics(items: list[int], r: Any) -> None:
    both(lambda module: module.permutations(items, r))
    if isinstance(r, int):
        both(lambda module: module.combinations(items, r))
        both(lambda module: module.combinations_with_replacement(items, r))


@pytest.mark.parametrize("name", ["pairwise", "cycle", "accumulate", "chain", "permutations", "tee"])
def test_what_cannot_be_iterated(name: str) -> None:
    both(lambda module: getattr(module, name)(5))


def test_iterators_are_their_own_iterators() -> None:
    for made in (OURS.count(), OURS.cycle([1]), OURS.groupby([1]), OURS.tee([1])[0], OURS.islice([1], 1)):
        assert iter(made) is made
        assert isinstance(made, Iterator)
