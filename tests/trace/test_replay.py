"""Validation: the exact messages, every finding, and a brute-force model of nesting beside it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import belljar
from belljar.errors import CODES, BellError, ReplayError
from belljar.trace.events import TraceCollector, TraceEvent
from belljar.trace.replay import FINDINGS_MAX, Validation, findings
from tests.trace.traces import bare, example, traces


def replay(*events: Any) -> tuple[str, str]:
    """Code and message of the first finding."""
    with pytest.raises(ReplayError) as caught:
        Validation.replay(list(events))
    return caught.value.code, caught.value.message


def test_public_names() -> None:
    assert issubclass(belljar.ReplayEngine, Validation)
    assert belljar.ReplayError is ReplayError
    assert issubclass(ReplayError, BellError)


def test_the_example_is_valid() -> None:
    for engine in (Validation, Validation()):
        found = engine.replay(example())
        assert (found.events, found.depth) == (len(example()), 3)
        assert found.counts["IF enter"] == found.counts["IF exit"] == found.counts["FOR point"] == 3


def test_an_empty_trace_is_valid() -> None:
    assert Validation.replay([]) == Validation.replay(TraceCollector()) == Validation.replay(iter(()))


def test_the_messages() -> None:
    assert replay(bare("IF", "enter")) == ("E1301", "Unclosed events at end of trace: ['IF']")
    assert replay(bare("FOR", "enter"), bare("IF", "enter")) == ("E1301", "Unclosed events at end of trace: ['FOR', 'IF']")
    assert replay(bare("IF", "enter"), bare("WHILE", "exit")) == ("E1302", "Exit event node_type mismatch: expected IF, got WHILE")
    assert replay(bare("IF", "exit")) == ("E1303", "Exit event for IF without matching enter")
    assert replay(bare("IFF", "enter")) == ("E1304", "Unknown node_type 'IFF'")
    assert replay(bare("RETURN", "enter")) == ("E1305", "RETURN has no phase 'enter'")
    assert replay(bare("IF", "middle")) == ("E1305", "IF has no phase 'middle'")
    assert replay(bare("IF", "enter", condition_result=1)) == ("E1306", "'condition_result' of IF must be a bool, got an int")
    assert replay(bare("RETURN", "point", line="3")) == ("E1306", "'line' of RETURN must be an int, got a text")
    assert replay(TraceEvent("RETURN", "point", None, [1])) == ("E1306", "'metadata' of RETURN must be a mapping, got a list")  # type: ignore[arg-type]
    assert replay(TraceEvent("RETURN", "point", None, {1: 2})) == (
        "E1306",
        "'1' of RETURN must be a text, as keys of metadata are, got an int",
    )  # type: ignore[dict-item]
    assert replay(TraceEvent("RETURN", "point", 5)) == ("E1307", "Context snapshot: a mapping of names to values is needed, got an int")  # type: ignore[arg-type]
    assert replay(TraceEvent("RETURN", "point", {1: 2})) == ("E1307", "Context snapshot: names are texts, got an int")  # type: ignore[dict-item]
    assert replay(bare("FOR", "point")) == ("E1308", "Iteration of FOR outside of its loop")
    assert replay(bare("FOR", "enter"), bare("FOR", "exit"), "IF") == ("E1310", "Not a trace event: a str")
    assert replay(bare("TASKDEF", "enter", task="f"), bare("TASKDEF", "exit", task="g")) == (
        "E1311",
        "Exit event for TASKDEF names 'g', its enter 'f'",
    )


def test_iterations_are_inside_of_their_loop() -> None:
    assert replay(bare("FOR", "enter"), bare("IF", "enter"), bare("FOR", "point"), bare("IF", "exit"), bare("FOR", "exit"))[0] == "E1308"
    assert replay(bare("FOR", "enter"), bare("WHILE", "point"), bare("FOR", "exit"))[0] == "E1308"


def loop(*numbers: int | None, exit: int | None = None) -> list[TraceEvent]:
    points = [bare("WHILE", "point", **({} if number is None else {"iteration": number})) for number in numbers]
    return [bare("WHILE", "enter"), *points, bare("WHILE", "exit", **({} if exit is None else {"iterations": exit}))]


def test_iterations_are_counted() -> None:
    for good in (loop(), loop(exit=3), loop(1, 2, exit=2), loop(0, 1), loop(None, None, exit=2)):
        Validation.replay(good)
    assert replay(*loop(2)) == ("E1309", "Iterations of WHILE: the first one is number 2")
    assert replay(*loop(1, 3)) == ("E1309", "Iterations of WHILE: number 3 follows number 1")
    assert replay(*loop(1, 2, exit=3)) == ("E1309", "Iterations of WHILE: the exit tells of 3, the trace has 2")


def test_a_loop_that_goes_on_may_be_at_any_iteration() -> None:
    def resumed(*numbers: int) -> list[TraceEvent]:
        points = [bare("FOR", "point", iteration=number) for number in numbers]
        return [bare("FOR", "enter", resumed=True), *points, bare("FOR", "exit", iterations=9)]

    Validation.replay(resumed(5, 6))
    assert replay(*resumed(5, 7))[0] == "E1309"


def test_snapshots_fit_assignments() -> None:
    def assignment(held: Any, **metadata: Any) -> TraceEvent:
        return TraceEvent("EXPRESSION", "point", {"y": held}, {"variable": "y", **metadata})

    for good in (
        assignment(20, value=20), assignment(20), assignment([1, "..."], value=[1, 2]), assignment(10, value=20, dry_run=True), assignment(float("nan"), value=float("nan")),
        assignment("cut…", value="cut short"),
    ):  # fmt: skip
        Validation.replay([good])
    assert replay(assignment(10, value=20)) == ("E1307", "Context snapshot: 'y' was set to 20 and is 10")
    assert replay(assignment(1, value=True)) == ("E1307", "Context snapshot: 'y' was set to True and is 1")


def test_every_finding_is_there_as_data() -> None:
    events = [
        bare("IF", "exit", line=1),
        bare("FOR", "enter", line=2),
        bare("IF", "enter", line="3"),
        bare("FOR", "exit", line=4),
        bare("NONE", "enter"),
    ]
    with pytest.raises(ReplayError, match="Exit event for IF without matching enter") as caught:
        Validation.replay(events)
    error = caught.value
    assert error.findings == [
        {"code": "E1303", "message": "Exit event for IF without matching enter", "event": 0, "line": 1},
        {"code": "E1306", "message": "'line' of IF must be an int, got a text", "event": 2, "line": 0},
        {"code": "E1302", "message": "Exit event node_type mismatch: expected IF, got FOR", "event": 3, "line": 4},
        {"code": "E1304", "message": "Unknown node_type 'NONE'", "event": 4, "line": 0},
        {"code": "E1301", "message": "Unclosed events at end of trace: ['NONE']", "event": 5, "line": 0},
    ]
    assert error.kind == "ReplayError"
    assert error.exit_status == 1
    assert error.notes == ["event 0, line 1"]
    assert error.diagnostics[-1].notes == ["at the end, behind 5 events"]
    assert str(error).startswith("ReplayError: Exit event for IF without matching enter\n  Line: 1")
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(copy, ReplayError)
    assert copy.findings == error.findings


def test_a_hint_for_node_types_that_are_nearly_right() -> None:
    (error,) = findings([bare("Expresion", "point")])
    assert error.hint == "did you mean 'EXPRESSION'?"
    (error,) = findings([TraceEvent(5, "point")])  # type: ignore[arg-type]
    assert (error.code, error.hint) == ("E1304", "")


def test_findings_are_bounded() -> None:
    with pytest.raises(ReplayError) as caught:
        Validation.replay(bare("IF", "exit") for _ in range(10 * FINDINGS_MAX))
    assert len(caught.value.findings) == FINDINGS_MAX
    assert caught.value.diagnostics[-1].notes[-1] == "and 900 more findings"


def test_a_trace_without_its_beginning() -> None:
    collector = TraceCollector(max_bytes=20_000, when_full="drop_oldest")
    for event in (*[bare("FOR", "enter")] * 5, *[bare("FOR", "point")] * 5_000, *[bare("FOR", "exit")] * 5):
        collector.record(event)
    assert collector.dropped
    assert Validation.replay(collector).events == len(collector)
    collector.record(bare("IF", "enter"))
    with pytest.raises(ReplayError, match="Unclosed"):
        Validation.replay(collector)


class Numbered:
    """A trace by number alone."""

    def __init__(self, events: list[TraceEvent]) -> None:
        self.events = events

    def __len__(self) -> int:
        return len(self.events)

    def __getitem__(self, index: int) -> TraceEvent:
        return self.events[index]


def test_traces_of_every_form() -> None:
    for trace in (Numbered(example()), TraceCollector(example()), tuple(example()), (event for event in example())):
        assert Validation.replay(trace).events == len(example())


@given(traces())
def test_valid_traces_are_valid(trace: list[TraceEvent]) -> None:
    assert Validation.replay(trace).events == len(trace)
    assert Validation.replay(TraceCollector(trace, max_bytes=100)).events == len(trace)


GARBAGE = st.one_of(
    st.none(),
    st.integers(),
    st.text(max_size=3),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.one_of(st.integers(), st.text(max_size=2)), st.none()),
)


@given(
    st.lists(
        st.builds(
            TraceEvent,
            st.one_of(GARBAGE, st.sampled_from(["IF", "FOR", "TASKDEF", "EXPRESSION"])),
            st.one_of(GARBAGE, st.sampled_from(["enter", "exit", "point"])),
            GARBAGE,
            st.one_of(GARBAGE, st.dictionaries(st.sampled_from(["line", "iteration", "iterations", "task", "value", "variable"]), GARBAGE)),
        ),
        max_size=8,
    )
)
def test_whatever_a_trace_holds_is_a_finding_and_no_crash(trace: list[TraceEvent]) -> None:
    for error in findings(trace):
        assert error.code in CODES
        assert str(error)


# --- the model --------------------------------------------------------------------------------------------------------------------------

SYMBOLS = {
    "(": bare("IF", "enter"),
    ")": bare("IF", "exit"),
    "[": bare("FOR", "enter"),
    ".": bare("FOR", "point"),
    "]": bare("FOR", "exit"),
    "-": bare("PRINT", "point"),
}


def reductions(text: str) -> Iterator[str]:
    for whole, rest in (("-", ""), ("()", ""), ("[]", ""), ("[.", "[")):
        place = text.find(whole)
        if place >= 0:
            yield text[:place] + rest + text[place + len(whole) :]


def is_well_nested(text: str) -> bool:
    """Whether the text can be taken away piece by piece: no stack, no state."""
    while text:
        for shorter in reductions(text):
            text = shorter
            break
        else:
            return False
    return True


@given(st.text("()[].-", max_size=12))
def test_exactly_well_nested_traces_are_accepted(text: str) -> None:
    try:
        Validation.replay([SYMBOLS[symbol] for symbol in text])
    except ReplayError:
        assert not is_well_nested(text)
    else:
        assert is_well_nested(text)


@given(traces(), st.data())
def test_a_trace_without_one_of_its_events(trace: list[TraceEvent], data: st.DataObject) -> None:
    places = [place for place, event in enumerate(trace) if event.phase != "point"]
    if places:
        place = data.draw(st.sampled_from(places))
        with pytest.raises(ReplayError):
            Validation.replay(trace[:place] + trace[place + 1 :])
