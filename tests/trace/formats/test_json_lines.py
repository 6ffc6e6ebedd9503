"""JSON lines: what is written is read again to the bit, and damage is one clear error with its line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.errors import BellError, ReplayError
from belljar.trace.compare import compare
from belljar.trace.events import TraceCollector, TraceEvent
from belljar.trace.formats import json_lines
from belljar.trace.formats.json_lines import STRIDE, TraceFile, read, write
from tests.trace.test_plain_data import exact
from tests.trace.traces import bare, events, example

HEAD = b'{"belljar_trace":1,"dropped":0}\n'
EVENT = b'{"node_type":"IF","phase":"enter","metadata":{}}\n'


def written(trace: Any) -> bytes:
    out = io.StringIO()
    write(trace, out)
    return out.getvalue().encode()


def facts(event: TraceEvent) -> Any:
    return event.node_type, event.phase, exact(event.metadata), exact(event.context_snapshot)


def test_the_text() -> None:
    event = TraceEvent("RETURN", "point", {"x": (1, 2.5)}, {"value": None, "line": 3})
    assert written([event, bare("IF", "enter")]).decode().splitlines() == [
        '{"belljar_trace":1,"dropped":0}',
        '{"node_type":"RETURN","phase":"point","metadata":{"value":null,"line":3},"context_snapshot":{"x":{"$tuple":[1,2.5]}}}',
        '{"node_type":"IF","phase":"enter","metadata":{}}',
        '{"end":2}',
    ]


@given(st.lists(events(), max_size=8))
def test_reading_gives_what_was_written(trace: list[TraceEvent]) -> None:
    lines = written(trace)
    again = list(read(io.BytesIO(lines)))
    assert [facts(event) for event in again] == [facts(event) for event in trace]
    assert written(again) == lines
    assert compare(trace, again)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(written(example()))
    with TraceFile(path) as trace:
        assert len(trace) == len(example())
        assert list(trace) == example()
        assert trace[3] == example()[3]
        assert trace[-1] == example()[-1]
        assert trace.window(-3, 4) == example()[:4]
        assert trace.window(5, 5) == []
        assert trace[2:5] == example()[2:5]
        assert trace[::-3] == example()[::-3]
        assert trace.dropped == 0
        for wrong in (len(example()), -len(example()) - 1):
            with pytest.raises(IndexError):
                trace[wrong]


def test_long_files_are_read_in_windows(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    count = 3 * STRIDE + 5
    path.write_bytes(written([bare("RETURN", "point", value=number) for number in range(count)]))
    with TraceFile(path) as trace:
        assert [event.metadata["value"] for event in trace] == list(range(count))
        for place in (0, STRIDE - 2, STRIDE - 1, STRIDE, 2 * STRIDE - 1, count - 1):
            assert trace[place].metadata["value"] == place
        assert [event.metadata["value"] for event in trace.window(STRIDE - 3, 2 * STRIDE + 3)] == list(range(STRIDE - 3, 2 * STRIDE + 3))


def test_what_was_dropped_is_told(tmp_path: Path) -> None:
    collector = TraceCollector(max_bytes=1_000, when_full="drop_oldest")
    for number in range(500):
        collector.record(bare("RETURN", "point", value=number))
    path = tmp_path / "run.jsonl"
    path.write_bytes(written(collector))
    with TraceFile(path) as trace:
        assert trace.dropped == collector.dropped > 0


def test_what_is_no_event_is_not_written() -> None:
    for wrong in (5, TraceEvent(5, "enter"), TraceEvent("IF", "enter", [])):  # type: ignore[arg-type]
        with pytest.raises(ReplayError) as caught:
            written([bare("IF", "enter"), wrong])
        assert (caught.value.code, caught.value.event) == ("E1310", 1)


DAMAGED = [
    (b"", 1, "it is empty"),
    (b"{}\n", 1, "not a trace"),
    (b"[]\n", 1, "a JSON object is needed"),
    (b"hello\n", 1, "not JSON"),
    (b'{"belljar_trace":2}\n{"end":0}\n', 1, "version 2 is not known"),
    (b'{"belljar_trace":true}\n{"end":0}\n', 1, "version True is not known"),
    (b'{"belljar_trace":1,"dropped":-1}\n{"end":0}\n', 1, '"dropped" must be a number of events'),
    (HEAD, 1, "the last line is missing"),
    (HEAD + EVENT, 2, "the last line is missing"),
    (HEAD + EVENT[:20], 2, "the line was cut"),
    (HEAD + EVENT + b'{"end":2}\n', 3, "the last line tells of 2 events, there are 1"),
    (HEAD + b'{"end":true}\n', 2, "the last line tells of True events"),
    (HEAD + b'{"end":0,"more":1}\n', 2, "the last line tells of 0 events"),
    (HEAD + b'{"end":0}\n{"end":0}\n', 3, "there is more behind the last line"),
    (HEAD + EVENT + b"\n" + b'{"end":2}\n', 3, "not JSON"),
    (HEAD + b'{"node_type":"IF"\n{"end":1}\n', 2, "not JSON"),
    (HEAD + b'{"node_type":"\xff","phase":"enter","metadata":{}}\n{"end":1}\n', 2, "not JSON"),
    (HEAD + b'{"phase":"enter","metadata":{}}\n{"end":1}\n', 2, '"node_type" must be a text'),
    (HEAD + b'{"node_type":"IF","phase":1,"metadata":{}}\n{"end":1}\n', 2, '"phase" must be a text'),
    (HEAD + b'{"node_type":"IF","phase":"enter"}\n{"end":1}\n', 2, '"metadata" must be an object'),
    (
        HEAD + b'{"node_type":"IF","phase":"enter","metadata":{},"context_snapshot":[]}\n{"end":1}\n',
        2,
        '"context_snapshot" must be an object',
    ),
    (HEAD + b'{"node_type":"IF","phase":"enter","metadata":{},"more":1}\n{"end":1}\n', 2, 'an event has no "more"'),
    (HEAD + b'{"node_type":"IF","phase":"enter","metadata":{"x":{"$tuple":1}}}\n{"end":1}\n', 2, "not the content of $tuple"),
    (HEAD + b'{"node_type":"IF","phase":"enter","metadata":{"x":{"$what":1}}}\n{"end":1}\n', 2, "no such kind of value: $what"),
    (HEAD + b'{"node_type":"IF","phase":"enter","metadata":{"x":NaN}}\n{"end":1}\n', 2, "not JSON"),
    (
        HEAD + b'{"node_type":"IF","phase":"enter","metadata":{"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}}\n" + b'{"end":1}\n',
        2,
        "nested too deep",
    ),
]


@pytest.mark.parametrize(("data", "line", "said"), DAMAGED, ids=range(len(DAMAGED)))
def test_damage_is_told_with_its_line(data: bytes, line: int, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(data)
    with pytest.raises(BellError) as caught:
        list(read(io.BytesIO(data), str(path)))
    assert (caught.value.code, caught.value.line, caught.value.file) == ("E1321", line, str(path))
    assert said in caught.value.message
    assert caught.value.exit_status == 2
    with pytest.raises(BellError) as caught, TraceFile(path) as trace:
        list(trace)
    assert caught.value.code == "E1321"
    assert caught.value.line >= 1


@given(st.integers(0, 10_000), st.binary(max_size=3))
def test_a_damaged_file_is_never_a_crash(place: int, other: bytes) -> None:
    data = written(example())
    place %= len(data)
    damaged = data[:place] + other + data[place + len(other) + 1 :]
    found = None
    try:
        trace = list(read(io.BytesIO(damaged)))
    except BellError as error:
        found = error
    if found is None:
        assert all(isinstance(event, TraceEvent) for event in trace)
    else:
        assert found.code == "E1321"
        assert 1 <= found.line <= data.count(b"\n") + 4


@given(st.integers(0, 10_000))
def test_a_file_that_was_cut_is_never_taken_as_whole(size: int) -> None:
    data = written(example())
    with pytest.raises(BellError) as caught:
        list(read(io.BytesIO(data[: size % len(data)])))
    assert caught.value.code == "E1321"


def test_long_lines_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(json_lines, "LINE_BYTES_MAX", 100)
    path = tmp_path / "long.jsonl"
    path.write_bytes(written([bare("PRINT", "point", text="x" * 200)]))
    for reading in (lambda: list(read(io.BytesIO(path.read_bytes()))), lambda: TraceFile(path)):
        with pytest.raises(BellError, match="longer than 100 bytes") as caught:
            reading()
        assert caught.value.line == 2


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.jsonl", "E0001"), (tmp_path, "E0002")):
        with pytest.raises(BellError) as caught:
            TraceFile(path)
        assert caught.value.code == code


def test_the_file_is_json_lines(tmp_path: Path) -> None:
    for line in written(example()).splitlines():
        json.loads(line)


def slow(line: bytes) -> Any:
    """The event of a line, or None, by the way that looks at every value."""
    try:
        return json_lines.event_of(json_lines.row_of(line, "", 1), "", 1)
    except BellError:
        return None


ODD = [
    b'{"node_type":"IF","phase":"enter","metadata":{"\\u0024tuple":[1]}}\n',
    b'{"node_type":"IF","phase":"enter","metadata":{"$tuple":[1]}}\n',
    b'{"node_type":"IF","phase":"enter","metadata":{"$dict":["a",1]}}\n',
    b'{"node_type":"IF","phase":"enter","metadata":{"a":{"$dict":["a",1]}},"context_snapshot":{"$dict":[1,2]}}\n',
    b'{"node_type":"IF","phase":"enter","metadata":{"a":{"$set":[1]}},"context_snapshot":{"b":{"$what":[1]}}}\n',
    b'{"node_type":"IF","phase":"enter","metadata":{"a":{"$int":"9","b":1}}}\n',
    b'{"node_type":{"$text":[65]},"phase":"enter","metadata":{}}\n',
    b'{"node_type":"IF","phase":"enter","metadata":{},"context_snapshot":null}\n',
    b'{"node_type":"IF","phase":"enter","metadata":{},"context_snapshot":[]}\n',
    b'{"node_type":"IF","phase":"enter","metadata":{"a":' + b"[" * 405 + b"]" * 405 + b"}}\n",
    b'{"node_type":"IF","phase":"enter","metadata":{"a":' + b"[" * 90 + b"]" * 90 + b"}}\n",
    b'{"node_type":"IF","phase":"enter","metadata":{"a":1e999,"b":123456789012345678901234567890}}\n',
    b'{"node_type":"IF","phase":"enter","metadata":{"a":"' + b"[" * 500 + b'"}}\n',
    b'{"node_type":"IF","phase":"enter","metadata":{},"end":0}\n',
    b'{"node_type":"IF","phase":"enter","metadata":{}}',
]


@pytest.mark.parametrize("line", ODD, ids=range(len(ODD)))
def test_the_quick_way_takes_no_other_line(line: bytes) -> None:
    same(line)


def same(line: bytes) -> None:
    event = slow(line)
    if (quick := json_lines.quick_event(line)) is not None:
        assert event is not None
        assert facts(quick) == facts(event)
    if (short := json_lines.bare_event(line)) is not None and event is not None:  # damage of a snapshot is not looked for
        assert facts(short) == (*facts(event)[:3], exact(None))


@given(events(), st.integers(0, 10_000), st.binary(max_size=3))
def test_the_quick_way_reads_what_the_other_reads(event: TraceEvent, place: int, other: bytes) -> None:
    line = json_lines.line_of(event).encode()
    same(line)
    at = place % len(line)
    same(line[:at] + other + line[at + len(other) :])


def test_most_lines_go_the_quick_way() -> None:
    event = TraceEvent("RETURN", "point", {"x": (1, {2, 3}), "y": [None]}, {"value": {"a": 2.5}, "line": 3})
    for one in (event, *example()):
        line = json_lines.line_of(one).encode()
        assert json_lines.quick_event(line) == one
        assert json_lines.bare_event(line) == TraceEvent(one.node_type, one.phase, None, one.metadata)


def test_a_file_is_copied_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    lines = written([*example()] * 30)
    path.write_bytes(lines)
    with TraceFile(path) as trace:
        assert written(trace) == lines
        assert [facts(event) for event in trace.bare()] == [(*facts(event)[:3], exact(None)) for event in trace]
    path.write_bytes(lines.replace(b'"point"', b'"\\u0024"', 1).replace(b'"metadata"', b'"metadatum"', 1))
    with TraceFile(path) as trace, pytest.raises(BellError, match="metadatum"):
        written(trace)
