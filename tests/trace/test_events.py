"""Events, and collectors that keep them in memory, in a file, or let them go."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import belljar
from belljar.errors import BellError
from belljar.trace import parts
from belljar.trace.events import TraceCollector, TraceEvent
from tests.trace.traces import bare, events


def number(value: int) -> TraceEvent:
    return TraceEvent("RETURN", "point", {"x": value}, {"value": value, "line": 1})


def numbers(trace: Any) -> list[int]:
    return [event.metadata["value"] for event in trace]


class Recorded:
    """A trace as an engine records it: events are made when they are read."""

    def __init__(self, count: int, first: int = 0) -> None:
        self.count, self.first, self.reads = count, first, 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> TraceEvent:
        if not 0 <= index < self.count:
            raise IndexError(index)
        self.reads += 1
        return number(self.first + index)


def test_public_names() -> None:
    assert belljar.TraceEvent is TraceEvent
    assert belljar.TraceCollector is TraceCollector


def test_an_event() -> None:
    event = TraceEvent("IF", "enter", {"x": 1}, {"line": 3})
    assert (event.node_type, event.phase, event.context_snapshot, event.metadata, event.line) == ("IF", "enter", {"x": 1}, {"line": 3}, 3)
    assert event == TraceEvent(node_type="IF", phase="enter", context_snapshot={"x": 1}, metadata={"line": 3})
    assert event != TraceEvent("IF", "exit", {"x": 1}, {"line": 3})
    assert event != "IF"
    assert eval(repr(event)) == event
    assert event.to_dict() == {"node_type": "IF", "phase": "enter", "metadata": {"line": 3}, "context_snapshot": {"x": 1}}
    assert TraceEvent("IF", "enter").to_dict() == {"node_type": "IF", "phase": "enter", "metadata": {}, "context_snapshot": None}
    assert TraceEvent("IF", "enter", None, {"line": "x"}).line == 0
    with pytest.raises(TypeError):
        hash(event)


def test_a_collector_is_like_a_list() -> None:
    trace = TraceCollector([number(0), number(1)])
    trace.record(number(2))
    assert len(trace) == 3
    assert numbers(trace) == [0, 1, 2]
    assert trace[0] == number(0)
    assert trace[-1] == number(2)
    assert trace[1:] == [number(1), number(2)]
    assert trace[::-2] == [number(2), number(0)]
    assert trace.window(-5, 2) == [number(0), number(1)]
    assert trace.window(2, 1) == []
    for wrong in (3, -4):
        with pytest.raises(IndexError):
            trace[wrong]
    assert repr(trace) == "<TraceCollector of 3 events>"
    trace.clear()
    assert (len(trace), list(trace), trace.dropped, trace.bytes_in_memory) == (0, [], 0, 0)


def test_what_is_recorded_is_copied() -> None:
    values = [1]
    trace = TraceCollector()
    trace.record(TraceEvent("RETURN", "point", {"xs": values}, {"value": values}))
    values.append(2)
    assert trace[0] == TraceEvent("RETURN", "point", {"xs": [1]}, {"value": [1]})


@given(st.lists(events(), max_size=8), st.sampled_from([0, 200, 1 << 20]))
def test_events_are_read_as_they_were(recorded: list[TraceEvent], max_bytes: int) -> None:
    trace = TraceCollector(recorded, max_bytes=max_bytes)
    assert repr(list(trace)) == repr(list(TraceCollector(recorded))) == repr([trace[place] for place in range(len(recorded))])
    assert [(event.node_type, event.phase) for event in trace] == [(event.node_type, event.phase) for event in recorded]


def test_levels() -> None:
    made = [
        bare("IF", "enter"),
        bare("IF", "exit"),
        bare("CALL", "enter"),
        bare("CALL", "exit"),
        bare("PRINT", "point"),
        bare("NEW", "point"),
    ]
    kept = {level: [event.node_type for event in TraceCollector(made, level=level)] for level in ("off", "branches", "calls", "full")}
    assert kept == {
        "off": [],
        "branches": ["IF", "IF", "NEW"],
        "calls": ["IF", "IF", "CALL", "CALL", "NEW"],
        "full": ["IF", "IF", "CALL", "CALL", "PRINT", "NEW"],
    }


@pytest.mark.parametrize("options", [{"level": "most"}, {"when_full": "stop"}, {"max_bytes": -1}, {"max_bytes": "1"}])
def test_bad_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(BellError) as caught:
        TraceCollector(**options)
    assert caught.value.code == "E0003"


def test_only_events_are_recorded() -> None:
    with pytest.raises(TypeError, match="a TraceEvent is needed, got dict"):
        TraceCollector().record({"node_type": "IF"})  # type: ignore[arg-type]


def test_a_long_trace_spills(tmp_path: Path) -> None:
    count = 20_000
    trace = TraceCollector(max_bytes=100_000, spill_to=tmp_path)
    for value in range(count):
        trace.record(number(value))
        assert trace.bytes_in_memory <= 100_000
    assert len(trace) == count
    assert trace.bytes_spilled > 100_000
    assert os.listdir(tmp_path) == []  # it has no name
    assert numbers(trace) == list(range(count))
    assert numbers(trace[9_000:9_100]) == list(range(9_000, 9_100))
    for place in (0, 1, 1023, 1024, 7_777, count - 1, -1):
        assert trace[place] == number(range(count)[place])
    trace.clear()
    assert trace.bytes_spilled == 0


def test_reading_keeps_little_in_memory() -> None:
    trace = TraceCollector((number(value) for value in range(30_000)), max_bytes=50_000)
    for place in range(0, 30_000, 997):
        assert trace[place] == number(place)
    assert trace._parts is not None
    assert len(trace._parts.read) <= parts.CHUNKS_KEPT


def test_the_oldest_are_dropped() -> None:
    trace = TraceCollector(max_bytes=50_000, when_full="drop_oldest")
    for value in range(20_000):
        trace.record(number(value))
    assert trace.dropped + len(trace) == 20_000
    assert 0 < len(trace) < 20_000
    assert trace.bytes_spilled == 0
    assert trace.bytes_in_memory <= 50_000
    assert numbers(trace) == list(range(trace.dropped, 20_000))
    assert trace[0] == number(trace.dropped)
    assert trace[-1] == number(19_999)


def test_dropping_while_it_is_read() -> None:
    trace = TraceCollector(max_bytes=50_000, when_full="drop_oldest")
    seen = []
    for value in range(2_000):
        trace.record(number(value))
    for event in trace:
        seen.append(event.metadata["value"])
        if len(seen) < 3_000:
            trace.record(number(2_000 + len(seen)))
    assert seen == sorted(set(seen))


@given(
    st.lists(st.one_of(st.integers(1, 40), st.just("attach")), max_size=30),
    st.sampled_from(["spill", "drop_oldest"]),
    st.integers(0, 3_000),
)
def test_parts_are_one_sequence(steps: list[Any], when_full: str, max_bytes: int) -> None:
    trace = TraceCollector(max_bytes=max_bytes, when_full=when_full)
    model: list[int] = []
    for step in steps:
        if step == "attach":
            trace.attach(Recorded(5, len(model)))
            model += range(len(model), len(model) + 5)
        else:
            for _ in range(step):
                trace.record(number(len(model)))
                model.append(len(model))
    kept = model[trace.dropped :]
    assert len(trace) == len(kept)
    assert numbers(trace) == kept
    for place in range(0, len(kept), 7):
        assert trace[place].metadata["value"] == kept[place]
        assert numbers(trace[place : place + 9]) == kept[place : place + 9]


def test_a_recorded_trace_is_read_when_it_is_asked() -> None:
    recorded = Recorded(10**9)
    trace = TraceCollector([number(-1)])
    trace.attach(recorded)
    trace.attach([])
    trace.attach((number(-3),))
    trace.record(number(-2))
    assert len(trace) == 10**9 + 3
    assert numbers([trace[0], trace[1], trace[10**9], trace[-2], trace[-1]]) == [-1, 0, 10**9 - 1, -3, -2]
    assert recorded.reads == 2
    assert numbers(trace[5:8]) == [4, 5, 6]
    assert recorded.reads == 5


def test_the_events_of_a_recorded_trace_are_not_counted_before_they_must_be() -> None:
    counted = 0

    class Costly(Recorded):
        def __len__(self) -> int:
            nonlocal counted
            counted += 1
            return super().__len__()

        def __iter__(self):  # type: ignore[no-untyped-def]
            return (number(self.first + index) for index in range(self.count))

    trace = TraceCollector([number(0), number(1)])
    trace.attach(Costly(3_000, 2))
    assert numbers([trace[0], trace[1], trace[2], trace[2_999]]) == [0, 1, 2, 2_999]
    with pytest.raises(IndexError):
        trace[3_002]
    assert numbers(trace) == list(range(3_002))
    assert counted == 0
    assert numbers(trace) == list(range(3_002))
    assert len(trace) == 3_002
    assert counted == 0
    trace.attach(Costly(5, 3_002))
    trace.record(number(3_007))
    assert counted == 1
    assert numbers(trace) == list(range(3_008))


def test_a_spill_file_that_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = TraceCollector((number(value) for value in range(5_000)), max_bytes=10_000)
    assert trace._parts is not None
    real = os.pread
    monkeypatch.setattr(parts.os, "pread", lambda file, size, offset: real(file, max(1, size // 3), offset))
    assert trace[0] == number(0)
    trace._parts.read.clear()
    os.ftruncate(trace._parts.file, 10)
    with pytest.raises(OSError, match="was cut"):
        trace[0]


def test_bookkeeping_of_chunks_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "CHUNK_EVENTS_MAX", 1)
    trace = TraceCollector((number(value) for value in range(12_000)), max_bytes=1_000)
    assert trace._parts is not None
    assert len(trace._parts.in_memory) < 9_000
    assert numbers(trace) == list(range(12_000))
