"""Comparison of traces: the first divergence, its line and its sides."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.errors import ReplayError
from belljar.trace.compare import compare
from belljar.trace.events import TraceCollector, TraceEvent
from belljar.trace.replay import Validation
from belljar.values import Record
from tests.trace.test_plain_data import exact
from tests.trace.traces import VALUES, bare, events, example


def value(one: Any, **more: Any) -> TraceEvent:
    return bare("RETURN", "point", value=one, **more)


def test_the_same_traces() -> None:
    for engine in (Validation, Validation()):
        comparison = engine.validate_determinism(example(), TraceCollector(example()))
        assert comparison
        assert (comparison.events, comparison.divergence) == (len(example()), None)
        assert comparison.message == f"The traces are the same: {len(example())} events"
    assert compare([], [])
    assert compare([value(1)], [value(1)]).message == "The traces are the same: 1 event"


def test_the_first_divergence() -> None:
    other = example()
    place = next(number for number, event in enumerate(other) if event.metadata.get("variable") == "sum" and event.line == 8)
    other[place].metadata["value"] = 60  # type: ignore[index]
    other[place + 3] = bare("PRINT", "point")
    comparison = compare(example(), other)
    assert not comparison
    found = comparison.divergence
    assert found is not None
    assert (comparison.events, found.index, found.line, found.what) == (place, place, 8, "metadata.value")
    assert (found.left, found.right) == (example()[place], other[place])
    assert comparison.message == f"First divergence at event {place} (line 8): metadata.value: 65 against 60"
    assert found.to_dict() == {"event": place, "line": 8, "what": "metadata.value", "left": "65", "right": "60"}


def test_one_side_is_longer() -> None:
    found = compare([value(1)], [value(1), value(2, line=7)]).divergence
    assert found is not None
    assert (found.index, found.what, found.line, found.left) == (1, "length", 7, None)
    assert found.sides() == ("the end of the trace", "RETURN point")
    assert hash(found) == hash(found)


@pytest.mark.parametrize(
    ("left", "right", "what"),
    [
        (value(1), value(True), "metadata.value"),
        (value(1), value(1.0), "metadata.value"),
        (value(0.0), value(-0.0), "metadata.value"),
        (value((1,)), value([1]), "metadata.value"),
        (value({True}), value(frozenset({True})), "metadata.value"),
        (value({True}), value({1}), "metadata.value"),
        (value({"a": 1, "b": 2}), value({"b": 2, "a": 1}), "metadata.value"),
        (value("x" * 1000), value("y"), "metadata.value"),
        (value(1, line=1), value(1), "metadata.line"),
        (value(1), value(1, line=1), "metadata.line"),
        (bare("IF", "enter"), bare("FOR", "enter"), "node_type"),
        (bare("IF", "enter"), bare("IF", "exit"), "phase"),
        (TraceEvent("IF", "enter", {"x": 1}), TraceEvent("IF", "enter", {"x": 2}), "context_snapshot.x"),
        (TraceEvent("IF", "enter", {"x": 1}), TraceEvent("IF", "enter"), "context_snapshot"),
    ],
    ids=str,
)
def test_what_differs(left: TraceEvent, right: TraceEvent, what: str) -> None:
    found, mirrored = compare([left], [right]).divergence, compare([right], [left]).divergence
    assert found is not None
    assert mirrored is not None
    assert found.what == mirrored.what == what
    assert found.sides() == mirrored.sides()[::-1]
    assert all(len(side) <= 200 for side in found.sides())


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (value(float("nan")), value(float("nan"))),
        (value(float("nan")), value(math.copysign(float("nan"), -1))),
        (value([[math.inf]] * 3), value([[math.inf], [math.inf], [math.inf]])),
        (value(Record("P", {"x": 1})), value(Record("P", {"x": 1}))),
        (value(2**100), value(2**100)),
        (value({1, 2, 3}), value({3, 2, 1})),
        (value("\ud800"), value("\ud800")),
        (bare("IF", "enter", line=1, column=2), bare("IF", "enter", column=2, line=1)),
        (TraceEvent("IF", "enter", {"x": 1, "y": 2}), TraceEvent("IF", "enter", {"y": 2, "x": 1})),
    ],
    ids=str,
)
def test_what_does_not_differ(left: TraceEvent, right: TraceEvent) -> None:
    assert compare([left], [right])


def test_what_is_no_event() -> None:
    with pytest.raises(ReplayError) as caught:
        compare([value(1), 5], [value(1), value(2)])  # type: ignore[list-item]
    assert (caught.value.code, caught.value.event) == ("E1310", 1)


def same(left: TraceEvent, right: TraceEvent) -> bool:
    def of(event: TraceEvent) -> Any:
        mappings = (event.metadata, event.context_snapshot)
        return (
            event.node_type,
            event.phase,
            [None if one is None else sorted((key, repr(exact(item))) for key, item in one.items()) for one in mappings],
        )

    return of(left) == of(right)


@given(st.lists(events(), max_size=4), st.lists(events(), max_size=4), st.integers(0, 4))
def test_the_first_difference_is_found_from_both_sides(one: list[TraceEvent], other: list[TraceEvent], shared: int) -> None:
    other = one[:shared] + other
    expected = next(
        (place for place in range(max(len(one), len(other))) if place >= min(len(one), len(other)) or not same(one[place], other[place])),
        None,
    )
    for left, right in ((one, other), (other, one)):
        comparison = compare(left, right)
        assert (None if comparison.divergence is None else comparison.divergence.index) == expected
        assert bool(comparison) == (expected is None)


@given(VALUES, VALUES)
def test_values_are_compared_exactly(one: Any, other: Any) -> None:
    assert bool(compare([value(one)], [value(other)])) == (exact(one) == exact(other))


def test_long_traces_are_read_side_by_side() -> None:
    made = 0

    def endless(until: int, last: int):  # type: ignore[no-untyped-def]
        nonlocal made
        for number in range(until):
            made += 1
            yield value(number)
        yield value(last)
        raise AssertionError("nobody reads further")

    found = compare(endless(5_000, 1), endless(5_000, 2)).divergence
    assert found is not None
    assert (found.index, made) == (5_000, 10_000)
