"""Exports for the viewers of others: strict shapes, balanced, in order, and refused where a trace does not nest."""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given

from belljar.errors import ReplayError
from belljar.trace.events import TraceCollector, TraceEvent
from belljar.trace.formats import otlp
from belljar.trace.formats.table import FORMATS, write
from tests.trace.formats.shapes import CHROME, OTLP, SPEEDSCOPE, fits
from tests.trace.traces import bare, example, traces

VIEWERS = [name for name in FORMATS if name != "jsonl"]


def text(trace: Any, format: str, name: str = "") -> str:
    out = io.StringIO()
    write(trace, format, out, name)
    out.getvalue().encode()
    return out.getvalue()


def data(trace: Any, format: str, name: str = "") -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text(trace, format, name), parse_constant=refuse)


def spans(trace: Any, name: str = "") -> list[dict[str, Any]]:
    made = data(trace, "otlp", name)
    fits(made, OTLP)
    return made["resourceSpans"][0]["scopeSpans"][0]["spans"]  # type: ignore[no-any-return]


def test_chrome() -> None:
    made = data(example(), "chrome", "run")
    fits(made, CHROME)
    rows = made["traceEvents"]
    assert [row["ph"] for row in rows[:4]] == ["M", "M", "B", "i"]
    assert rows[0]["args"] == {"name": "run"}
    assert rows[2] | {"args": 0} == {"name": "total", "cat": "TASKDEF", "pid": 1, "tid": 1, "ts": 0, "ph": "B", "args": 0}
    assert rows[2]["args"]["arguments"] == {"prices": [10, 60, 50], "limit": 55}
    assert rows[3] == {
        "name": "expression, line 5", "cat": "EXPRESSION", "pid": 1, "tid": 1, "ts": 1, "ph": "i", "s": "t", "args": {"line": 5, "variable": "sum", "value": 0},
    }  # fmt: skip
    assert [row["ts"] for row in rows[2:]] == list(range(len(example())))


def test_an_end_in_chrome_has_the_name_of_its_beginning() -> None:
    run = [
        TraceEvent("MODULE", "enter", {}, {"file": "a.bell"}),
        TraceEvent("IF", "enter", {}, {"line": 2}),
        TraceEvent("IF", "exit"),
        TraceEvent("MODULE", "exit"),
    ]
    rows = data(run, "chrome")["traceEvents"][2:]
    assert [(row["ph"], row["name"]) for row in rows] == [("B", "a.bell"), ("B", "if, line 2"), ("E", "if, line 2"), ("E", "a.bell")]


def test_speedscope() -> None:
    made = data(example(), "speedscope", "run")
    fits(made, SPEEDSCOPE)
    (profile,) = made["profiles"]
    assert (made["name"], profile["name"], profile["endValue"]) == ("run", "run", len(example()))
    frames = made["shared"]["frames"]
    assert frames[0] == {"name": "total", "line": 4}
    assert {"name": "double", "line": 1} in frames
    assert len({(frame["name"], frame.get("line")) for frame in frames}) == len(frames)
    balanced(profile["events"])


def balanced(events: list[dict[str, Any]]) -> None:
    stack, at = [], 0
    for event in events:
        assert event["at"] >= at
        at = event["at"]
        if event["type"] == "O":
            stack.append(event["frame"])
        else:
            assert stack.pop() == event["frame"]
    assert not stack


def test_collapsed() -> None:
    lines = text(example(), "collapsed").splitlines()
    assert lines == sorted(lines)
    counts = {stack: int(count) for stack, _, count in (line.rpartition(" ") for line in lines)}
    assert counts["total"] == 5  # its enter, an assignment, a return, and behind each of two loops
    assert counts["total;while, line 11;double"] == 2
    assert counts["total;for, line 6;if, line 7"] == 6
    assert sum(counts.values()) == len(example()) - 1  # behind the last exit nothing is open
    odd = text(
        [bare("CALL", "enter", function="a;b \n c"), bare("CALL", "enter", function=" "), bare("CALL", "exit"), bare("CALL", "exit")],
        "collapsed",
    )
    assert odd == "a,b c 2\na,b c;? 1\n"


def test_otlp() -> None:
    made = spans(example(), "run")
    root = made[-1]
    assert "parentSpanId" not in root
    assert (root["name"], root["kind"], root["startTimeUnixNano"]) == ("run", 1, "1000")
    by_identity = {span["spanId"]: span for span in made}
    assert len(by_identity) == len(made) == 1 + sum(event.phase == "enter" for event in example())
    for span in made[:-1]:
        parent = by_identity[span["parentSpanId"]]
        assert (
            int(parent["startTimeUnixNano"])
            <= int(span["startTimeUnixNano"])
            < int(span["endTimeUnixNano"])
            <= int(parent["endTimeUnixNano"])
        )
        assert span["traceId"] == root["traceId"]
    (double,) = [span for span in made if span["name"] == "double"]
    assert {"key": "code.line.number", "value": {"intValue": "2"}} in double["attributes"]
    assert {"key": "belljar.result", "value": {"intValue": "230"}} in double["attributes"]
    assert [event["name"] for event in double["events"]] == ["return, line 2"]
    assert double["status"] == {"code": 1}


def test_otlp_says_what_failed() -> None:
    made = spans(
        [
            bare("HOST", "enter", name="mail.send"),
            bare("HOST", "exit", error={"message": "no"}),
            bare("CALL", "enter"),
            bare("CALL", "exit", error="why"),
        ]
    )
    assert [(span["kind"], span["status"]) for span in made] == [
        (3, {"code": 2, "message": "no"}),
        (1, {"code": 2, "message": "why"}),
        (1, {"code": 1}),
    ]


def test_otlp_values() -> None:
    values = [None, True, 1, 2**70, 1.5, float("nan"), float("-inf"), "a\ud800", b"ab", [1, (2,)], {"a": 1}, {1: 2}, {3}]
    (span,) = spans([bare("RETURN", "point", value=values)])
    (value,) = [row["value"] for row in span["events"][0]["attributes"] if row["key"] == "belljar.value"]
    assert value["arrayValue"]["values"] == [
        {}, {"boolValue": True}, {"intValue": "1"}, {"stringValue": '{"$int":"0x400000000000000000"}'}, {"doubleValue": 1.5}, {"doubleValue": "NaN"}, {"doubleValue": "-Infinity"},
        {"stringValue": "a?"}, {"bytesValue": "YWI="}, {"arrayValue": {"values": [{"intValue": "1"}, {"arrayValue": {"values": [{"intValue": "2"}]}}]}},
        {"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "1"}}]}}, {"stringValue": '{"$dict":[1,2]}'}, {"stringValue": '{"$set":[3]}'},
    ]  # fmt: skip


def test_otlp_bounds_the_events_of_a_span(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "SPAN_EVENTS_MAX", 3)
    (span,) = spans([bare("PRINT", "point") for _ in range(5)])
    assert (len(span["events"]), span["droppedEventsCount"]) == (3, 2)


def test_otlp_identities_are_of_the_trace() -> None:
    assert text(example(), "otlp") == text(TraceCollector(example()), "otlp") == text(iter(example()), "otlp")
    other = [*example(), bare("PRINT", "point")]
    assert spans(example())[0]["traceId"] != spans(other)[0]["traceId"]
    out = io.StringIO()
    otlp.write(example(), out, start_ns=10**18)
    assert '"startTimeUnixNano":"1000000000000001000"' in out.getvalue()


@pytest.mark.parametrize("format", VIEWERS)
def test_a_trace_that_does_not_nest_is_refused(format: str) -> None:
    for trace, code in (
        ([bare("IF", "exit")], "E1303"),
        ([bare("IF", "enter"), bare("WHILE", "exit")], "E1302"),
        ([bare("IF", "enter", line=3)], "E1301"),
        ([bare("FOR", "point")], "E1308"),
        ([5], "E1310"),
        ([TraceEvent("IF", "enter", None, 5)], "E1310"),  # type: ignore[arg-type]
    ):
        with pytest.raises(ReplayError) as caught:
            text(trace, format)
        assert caught.value.code == code


@pytest.mark.parametrize("format", VIEWERS)
def test_empty_traces(format: str) -> None:
    made = text([], format)
    assert made == "" if format == "collapsed" else json.loads(made)


@pytest.mark.parametrize("format", VIEWERS)
def test_a_trace_without_its_beginning(format: str) -> None:
    collector = TraceCollector(max_bytes=5_000, when_full="drop_oldest")
    for event in (
        bare("IF", "enter"),
        *[bare("PRINT", "point")] * 2_000,
        bare("IF", "exit"),
        bare("CALL", "enter", function="f"),
        bare("CALL", "exit"),
    ):
        collector.record(event)
    assert "f" in text(collector, format)


def test_unknown_formats() -> None:
    with pytest.raises(KeyError):
        write([], "gif", io.StringIO())


@given(traces())
def test_every_valid_trace_is_exported(trace: list[TraceEvent]) -> None:
    fits(data(trace, "chrome"), CHROME)
    profile = data(trace, "speedscope")
    fits(profile, SPEEDSCOPE)
    balanced(profile["profiles"][0]["events"])
    kinds = Counter(event.phase for event in trace)
    assert len(spans(trace)) == 1 + kinds["enter"]
    for line in text(trace, "collapsed").splitlines():
        stack, _, count = line.rpartition(" ")
        assert stack
        assert int(count) > 0


def test_long_traces_are_written_piece_by_piece() -> None:
    trace = [bare("FOR", "enter"), *(bare("FOR", "point", iteration=number) for number in range(1, 3_000)), bare("FOR", "exit")]
    assert len(data(trace, "chrome")["traceEvents"]) == len(trace) + 2
