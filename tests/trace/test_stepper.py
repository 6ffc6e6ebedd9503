"""Walking through the trace of a program, and through traces at random."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.trace.events import TraceCollector, TraceEvent
from belljar.trace.nesting import Nesting
from belljar.trace.stepper import Stepper
from tests.trace.traces import bare, example, traces

EVENTS = example()


def at(**wanted: object) -> int:
    """The number of the first event with such metadata, or such a node type and phase."""
    for number, event in enumerate(EVENTS):
        facts = {"node_type": event.node_type, "phase": event.phase, **event.metadata}
        if all(facts.get(key) == value for key, value in wanted.items()):
            return number
    raise AssertionError(wanted)


def stepper(position: int = 0) -> Stepper:
    made = Stepper(TraceCollector(EVENTS))
    made.to(position)
    return made


def test_one_by_one() -> None:
    walk = stepper()
    assert (walk.position, len(walk), walk.is_at_start, walk.is_at_end) == (0, len(EVENTS), True, False)
    seen = [walk.event]
    while (event := walk.forward()) is not None:
        seen.append(event)
    assert seen == EVENTS
    assert walk.is_at_end
    assert walk.forward() is None
    assert walk.position == len(EVENTS) - 1
    back = [walk.event]
    while (event := walk.back()) is not None:
        back.append(event)
    assert back == EVENTS[::-1]
    assert (walk.back(), walk.position) == (None, 0)
    assert walk.forward(3) == EVENTS[3]
    assert walk.forward(1000) is None
    assert walk.to(-1) == EVENTS[-1]
    with pytest.raises(IndexError):
        walk.to(len(EVENTS))


def test_state_is_that_of_the_frame() -> None:
    walk = stepper(at(node_type="CALL", phase="enter"))
    assert (walk.state, walk.function, walk.line) == ({"x": 115}, "double", 1)
    walk.to(at(node_type="CALL", phase="exit"))
    assert (walk.state, walk.function) == ({"x": 115}, "double")
    walk.forward()
    assert (walk.state["sum"], walk.function, walk.line) == (80, "total", 12)


def test_the_last_snapshot_of_the_frame_counts() -> None:
    walk = Stepper(
        [
            TraceEvent("TASKDEF", "enter", {"a": 1}, {"task": "t", "line": 5}),
            TraceEvent("CALL", "enter", {"b": 2}, {"function": "f"}),
            bare("CALL", "exit"),
            bare("IF", "enter"),
        ]
    )
    walk.to(3)
    assert (walk.state, walk.function, walk.line) == ({"a": 1}, "t", 5)
    walk.to(2)
    assert (walk.state, walk.function) == ({"b": 2}, "f")
    nothing = Stepper([bare("MODULE", "enter"), bare("PRINT", "point")])
    assert (nothing.state, nothing.function, nothing.line) == ({}, "", 0)


def test_an_empty_trace() -> None:
    walk = Stepper([])
    assert (walk.position, walk.event, walk.line, walk.state, walk.stack, walk.function) == (-1, None, 0, {}, [], "")
    moves = (
        walk.forward,
        walk.back,
        walk.next_line,
        walk.previous_line,
        walk.next_call,
        walk.next_iteration,
        walk.over,
        walk.back_over,
        walk.out,
        walk.back_out,
        walk.skip,
    )
    assert [move() for move in moves] == [None] * len(moves)


def test_stack() -> None:
    walk = stepper(at(node_type="RETURN", line=2))
    assert [event.node_type for _, event in walk.stack] == ["TASKDEF", "WHILE", "CALL"]
    assert [EVENTS[number] for number, _ in walk.stack] == [event for _, event in walk.stack]


def test_lines() -> None:
    walk = stepper()
    lines = [walk.line]
    while walk.next_line() is not None:
        lines.append(walk.line)
    assert lines == [4, 5, 6, 7, 10, 7, 6, 7, 8, 7, 6, 7, 10, 7, 6, 11, 1, 2, 12, 11, 13]
    back = [walk.line]
    while walk.previous_line() is not None:
        back.append(walk.line)
    assert back == lines[::-1]


def test_calls() -> None:
    walk = stepper()
    call = at(node_type="CALL", phase="enter")
    assert (walk.next_call(), walk.position) == (EVENTS[call], call)
    assert walk.next_call() is None
    walk.to(-1)
    assert walk.previous_call() == EVENTS[call]
    assert walk.previous_call() == EVENTS[0]
    assert Stepper([bare("IF", "enter"), bare("HOST", "point")]).next_call() == bare("HOST", "point")


def test_iterations() -> None:
    walk = stepper()
    first, second, third = (at(node_type="FOR", phase="point", iteration=number) for number in (1, 2, 3))
    assert [walk.next_iteration() is not None and walk.position for _ in range(4)] == [first, second, third, False]
    assert [walk.previous_iteration() is not None and walk.position for _ in range(3)] == [second, first, False]
    walk.to(third + 1)
    assert walk.previous_iteration() == EVENTS[third]
    walk.to(at(node_type="FOR", phase="exit"))
    assert walk.next_iteration() == EVENTS[at(node_type="WHILE", phase="point")]
    walk.to(at(node_type="FOR", phase="enter"))
    assert walk.previous_iteration() is None


def test_loops_in_loops() -> None:
    inner = [bare("WHILE", "enter"), bare("WHILE", "point"), bare("WHILE", "exit")]
    walk = Stepper(
        [bare("FOR", "enter"), bare("FOR", "point", iteration=1), *inner, bare("FOR", "point", iteration=2), bare("FOR", "exit")]
    )
    walk.to(1)
    assert (walk.next_iteration(), walk.position) == (bare("FOR", "point", iteration=2), 5)
    assert (walk.previous_iteration(), walk.position) == (bare("FOR", "point", iteration=1), 1)
    walk.to(2)
    assert (walk.next_iteration(), walk.position) == (bare("WHILE", "point"), 3)
    assert walk.next_iteration() is None


def test_over_and_out() -> None:
    walk = stepper(at(node_type="WHILE", phase="point"))
    walk.over()
    assert (walk.line, walk.event) == (12, EVENTS[at(variable="sum", line=12)])
    walk.back_over()
    assert walk.line == 11
    walk.to(at(node_type="RETURN", line=2))
    assert walk.over() == EVENTS[at(node_type="CALL", phase="exit")]
    assert walk.out() == EVENTS[-1]
    assert walk.out() is None
    walk.to(at(node_type="RETURN", line=2))
    assert walk.back_over() == EVENTS[at(node_type="CALL", phase="enter")]
    walk.to(at(node_type="RETURN", line=2))
    assert walk.out() == EVENTS[at(node_type="CALL", phase="exit")]
    assert walk.back_out() == EVENTS[at(node_type="CALL", phase="enter")]
    assert walk.back_out() == EVENTS[0]
    assert walk.back_out() is None


def test_skip() -> None:
    walk = stepper(at(node_type="IF", phase="enter") + 1)
    assert walk.skip() == EVENTS[at(node_type="IF", phase="exit")]
    assert walk.skip() == EVENTS[at(node_type="FOR", phase="exit")]
    assert walk.back_skip() == EVENTS[at(node_type="FOR", phase="enter")]
    assert walk.back_skip() == EVENTS[0]


@given(traces(), st.data())
def test_the_stack_is_that_of_nesting(trace: list[TraceEvent], data: st.DataObject) -> None:
    if trace:
        walk = Stepper(TraceCollector(trace, max_bytes=0))
        walk.to(data.draw(st.integers(0, len(trace) - 1)))
        nesting = Nesting()
        for number, event in enumerate(trace[: walk.position + 1]):
            nesting.take(number, event)
        assert [number for number, _ in walk.stack] == [opened.index for opened in nesting.open]
        before = walk.position
        if walk.skip() is not None:
            assert trace[walk.position].phase == "exit"
            nesting = Nesting()
            for number, event in enumerate(trace[: walk.position + 1]):
                nesting.take(number, event)
            assert nesting.closed is not None
            assert nesting.closed.index <= before


def test_moves_in_a_long_trace_read_what_they_pass() -> None:
    class Long:
        reads = 0

        def __len__(self) -> int:
            return 10**8

        def __getitem__(self, index: int) -> TraceEvent:
            self.reads += 1
            return TraceEvent("RETURN", "point", {"n": index}, {"line": 1 + index % 5})

    trace = Long()
    walk = Stepper(trace)
    walk.to(5 * 10**7)
    walk.next_line()
    walk.previous_line()
    assert walk.state == {"n": 5 * 10**7}
    assert trace.reads < 10_000
