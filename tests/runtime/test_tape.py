"""What a runtime and an executor record of their calls."""

from __future__ import annotations

from typing import Any

import pytest

from belljar import (
    BellError,
    ExecutionContext,
    ExplanationEngine,
    ReplayEngine,
    ResourceLimits,
    Runtime,
    RuntimeExecutor,
    TraceCollector,
)

SHOP = """
total = 0

@on("paid")
def paid(amount: int):
    global total
    if amount > 0:
        total += amount

def add(n: int) -> int:
    global total
    total += n
    return total

def grow(n: int) -> int:
    x = 2
    for _ in range(n):
        x *= x
    return x

def say(text: str):
    print(text)
"""
ENGINES = ("vm", "auto", "reference")


def kinds(trace: Any) -> list[str]:
    return [f"{event.node_type} {event.phase}" for event in trace]


@pytest.mark.parametrize("engine", ENGINES)
def test_each_call_is_behind_those_before_it(engine: str) -> None:
    runtime = Runtime(SHOP, engine=engine, trace=TraceCollector())
    runtime.execute_once()
    assert kinds(runtime.trace) == ["MODULE enter", "EXPRESSION point", "MODULE exit"]
    assert runtime.call("add", 7) == 7
    assert kinds(runtime.trace)[3:] == ["TASKDEF enter", "EXPRESSION point", "RETURN point", "TASKDEF exit"]
    assert runtime.trace[3].metadata["arguments"] == {"n": 7}
    assert runtime.trace[4].metadata["value"] == 7
    assert runtime.trace[6].metadata["result"] == 7
    ReplayEngine().replay(runtime.trace)


def test_events_are_around_their_handlers() -> None:
    runtime = Runtime(SHOP, trace=TraceCollector())
    runtime.execute_once()
    before = len(runtime.trace)
    runtime.emit("paid", 5)
    runtime.process_events()
    shown = kinds(runtime.trace)[before:]
    assert shown[:2] == ["EVENT point", "EVENT enter"]
    assert shown[-1] == "EVENT exit"
    assert "IF enter" in shown
    ReplayEngine().replay(runtime.trace)
    sentences = [step.summary for step in ExplanationEngine().from_trace(runtime.trace)]
    assert "Event paid emitted, carrying 5" in sentences


def test_an_event_whose_handler_fails_says_so() -> None:
    runtime = Runtime('@on("x")\ndef f(n: int):\n    return 1 // n\n', trace=TraceCollector(), safe_mode=True)
    runtime.emit("x", 0)
    runtime.process_events()
    assert runtime.last_error is not None
    assert runtime.trace[-1].node_type == "EVENT"
    assert runtime.trace[-1].metadata["error"]["code"] == runtime.last_error.code
    ReplayEngine().replay(runtime.trace)


def test_a_run_that_is_made_again_with_wide_ints_is_told_once() -> None:
    runtime = Runtime(SHOP, trace=TraceCollector())
    runtime.execute_once()
    before = len(runtime.trace)
    assert runtime.call("grow", 7) == 2**128
    assert kinds(runtime.trace)[before:].count("TASKDEF enter") == 1
    assert runtime.trace[-1].metadata["result"] == 2**128


@pytest.mark.parametrize("level", ["branches", "calls"])
def test_a_level_has_its_kinds(level: str) -> None:
    runtime = Runtime(SHOP, trace=TraceCollector(level=level))
    runtime.execute_once()
    runtime.emit("paid", 5)
    runtime.process_events()
    found = {event.node_type for event in runtime.trace}
    assert ("IF" in found) == (level == "branches")
    assert "EXPRESSION" not in found
    assert ("EVENT" in found) == (level == "calls")
    assert len(runtime.trace) == len(list(runtime.trace))


def test_a_failed_call_is_told_and_the_next_one_works() -> None:
    runtime = Runtime("def f(n: int) -> int:\n    return 10 // n\n", trace=TraceCollector(), safe_mode=True)
    runtime.call("f", 0)
    assert runtime.trace[-1].metadata["error"].startswith("ZeroDivisionError")
    assert runtime.call("f", 5) == 2
    assert runtime.trace[-1].metadata["result"] == 2
    ReplayEngine().replay(runtime.trace)


def test_a_limit_is_told_by_the_run_that_met_it() -> None:
    trace = TraceCollector()
    executor = RuntimeExecutor(trace=trace, max_iterations=10)
    with pytest.raises(BellError) as caught:
        executor.execute("i = 0\nwhile True:\n    i += 1\n", ExecutionContext())
    assert caught.value.code == "E0809"
    assert [event.metadata["code"] for event in trace if event.node_type == "LIMIT"] == ["E0809"]
    assert sum(event.node_type == "EXPRESSION" for event in trace) == 11


def test_lines_of_a_second_program_are_its_own() -> None:
    runtime = Runtime("a = 1\n", trace=TraceCollector())
    runtime.execute_once()
    before = len(runtime.trace)
    runtime.execute("b = a + 1\nif b > 1:\n    c = 3\n")
    told = {event.metadata["variable"]: event.line for event in list(runtime.trace)[before:] if event.node_type == "EXPRESSION"}
    assert told == {"b": 1, "c": 3}


def test_a_dry_run_prints_nothing_and_says_what_it_would(capsys: pytest.CaptureFixture[str]) -> None:
    runtime = Runtime(SHOP, trace=TraceCollector(), dry_run=True, grants=["io.stdout"])
    runtime.call("say", "hello")
    assert capsys.readouterr().out == ""
    assert runtime.withheld == "hello\n"
    sentences = [step.summary for step in ExplanationEngine().from_trace(runtime.trace)]
    assert "'hello\\n' would be printed (dry-run)" in sentences

    written: list[str] = []
    execution = RuntimeExecutor(dry_run=True, write=written.append).execute("print(1)\nprint(2)\n")
    assert execution.output == "1\n2\n"
    assert written == []


def test_a_profile_that_traces_records() -> None:
    runtime = Runtime("x = 1\n", profile="debug")
    runtime.execute_once()
    assert kinds(runtime.trace) == ["MODULE enter", "EXPRESSION point", "MODULE exit"]
    assert len(Runtime("x = 1\n").trace) == 0


def test_marks_beyond_the_bound_of_a_collector_go_to_a_file() -> None:
    trace = TraceCollector(max_bytes=1 << 18)
    runtime = Runtime("def f(n: int) -> int:\n    t = 0\n    for i in range(n):\n        t += i\n    return t\n", trace=trace)
    first = runtime.call("f", 40_000)
    runtime.call("f", 10)
    assert first == sum(range(40_000))
    shown = [event for event in trace if event.node_type == "FOR" and event.phase == "point"]
    assert [event.metadata["value"] for event in shown[39_990:40_010]] == [*range(39_990, 40_000), *range(10)]


def test_the_newest_marks_are_kept_where_a_collector_drops() -> None:
    trace = TraceCollector(max_bytes=1 << 18, when_full="drop_oldest")
    runtime = Runtime("def f(n: int) -> int:\n    t = 0\n    for i in range(n):\n        t += i\n    return t\n", trace=trace)
    runtime.call("f", 40_000)
    values = [event.metadata["value"] for event in trace if event.node_type == "FOR" and event.phase == "point"]
    assert 0 < len(values) < 40_000
    assert values[-1] == 39_999


def test_a_collector_of_another_level_comes_too_late() -> None:
    runtime = Runtime("x = 1\n", trace=TraceCollector())
    runtime.execute_once()
    other = TraceCollector()
    runtime.trace = other
    runtime.execute_once()
    assert len(other) == 3
    with pytest.raises(BellError, match="compiled already"):
        runtime.trace = TraceCollector(level="calls")
    with pytest.raises(BellError, match="takes a TraceCollector"):
        Runtime("x = 1\n", trace=[])  # type: ignore[arg-type]


def test_a_traced_runtime_costs_what_one_without_does() -> None:
    used = []
    for trace in (None, TraceCollector()):
        runtime = Runtime(SHOP, trace=trace, limits=ResourceLimits(max_iterations=1000))
        runtime.execute_once()
        runtime.call("grow", 4)
        used.append((runtime.resource_tracker["max_fuel"], runtime.resource_tracker["max_iterations"]))
    assert used[0] == used[1]
