"""Executors: inputs and names of a context, dry runs, limits, traces that tell the same run, functions of the host."""

from __future__ import annotations

from typing import Any

import pytest

import belljar
from belljar import (
    ExecutionContext,
    ExplanationEngine,
    HostFunctions,
    ReplayEngine,
    ResourceLimits,
    RuntimeExecutor,
    TraceCollector,
)
from tests.trace.index_law import disagreement

SUMS = """
y = x * 2
total = 0
for item in items:
    total += item
if total > 5:
    verdict = "much"
else:
    verdict = "little"
print(verdict)
"""


def silent(text: str) -> None:
    pass


def test_names_of_the_context_are_inputs_and_get_the_values_left() -> None:
    context = ExecutionContext(x=5)
    context.set("items", [1, 2, 3])
    done = RuntimeExecutor(write=silent).execute(SUMS, context)
    assert (done["y"], done["total"], done.output, done.ok, done.dry_run) == (10, 6, "much\n", True, False)
    assert (context.get("verdict"), context.get("nothing", 7), "y" in context, len(context)) == ("much", 7, True, 6)


def test_a_program_that_was_compiled_and_a_plain_mapping() -> None:
    program = belljar.compile("y = x + 1", inputs={"x": int})
    assert RuntimeExecutor().execute(program, {"x": 41})["y"] == 42
    with pytest.raises(belljar.BellError, match="No value given for input 'x'"):
        RuntimeExecutor().execute(program)


@pytest.mark.parametrize("engine", ["vm", "jit", "auto", "reference"])
def test_the_trace_is_that_of_the_run(engine: str) -> None:
    trace = TraceCollector()
    context = ExecutionContext(x=5, items=[1, 2, 3])
    RuntimeExecutor(trace=trace, engine=engine, write=silent).execute(SUMS, context)
    ReplayEngine().replay(trace)
    said = [step.summary for step in ExplanationEngine.from_trace(trace)]
    for sentence in (
        "Variable 'y' set to 10",
        "Iterating over collection of 3 items (iteration 2)",
        "Loop terminated after 3 iterations (collection exhausted)",
        "Condition evaluated to true → entered then branch",
    ):
        assert sentence in said
    assert trace[len(trace) - 1].node_type == "MODULE"


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_snapshots_have_the_names_of_the_context(engine: str) -> None:
    trace = TraceCollector()
    context = ExecutionContext(n=2, xs=[1], gone="a", unused=None)
    text = "xs.append(n)\nif n > 1:\n    last = n\ndel gone\nfor i in range(2500):\n    n = i\n"
    executor = RuntimeExecutor(trace=trace, engine=engine)
    executor.execute(text, context)
    first, *_, last = trace
    assert first.context_snapshot == {"n": 2, "xs": [1], "gone": "a", "unused": None}
    assert [event.context_snapshot for event in trace if event.node_type == "IF"][-1]["xs"] == [1, 2]
    assert last.context_snapshot == {"n": 2499, "xs": [1, 2], "last": 2, "unused": None, "i": 2499}
    assert trace[4500].context_snapshot == {"n": 2246, "xs": [1, 2], "last": 2, "unused": None, "i": 2246}
    assert disagreement(recorded(trace).points, b"".join(recorded(trace).blocks[k] for k in range(len(recorded(trace).blocks))), 500) == ""
    assert ReplayEngine.re_execute(trace, text)


def recorded(trace: TraceCollector) -> Any:
    """The run that a collector shows."""
    assert trace._parts is not None
    return trace._parts.parts[0]


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_snapshots_of_the_module_level_have_what_functions_changed(engine: str) -> None:
    text = """
total = 0
seen = []
best: int | None = None
def add(k):
    global total, best, late
    total += k
    seen.append(k)
    late = (k, total)
    if k > 2:
        best = k
add(1)
print(total)
for i in range(600):
    add(i % 4)
x = add(3)
"""
    trace = TraceCollector()
    RuntimeExecutor(trace=trace, engine=engine, write=silent).execute(text)
    printed = next(event for event in trace if event.node_type == "PRINT")
    assert printed.context_snapshot == {"total": 1, "seen": [1], "best": None, "late": (1, 1)}
    names = trace[-1].context_snapshot
    assert names is not None
    assert (names["total"], names["best"], names["late"], names["seen"][:3]) == (904, 3, (3, 904), [1, 0, 1])
    run = recorded(trace)
    assert disagreement(run.points, b"".join(run.blocks[number] for number in range(len(run.blocks))), 700) == ""


def test_a_second_execution_begins_with_what_the_first_one_left() -> None:
    runtime = belljar.Runtime("if k > 1:\n    y = k\nk += 1\n", trace=TraceCollector())
    runtime.state["k"] = 1
    runtime.execute_once()
    runtime.execute_once()
    begun = [event.context_snapshot for event in runtime.trace if (event.node_type, event.phase) == ("MODULE", "enter")]
    assert begun == [{"k": 1}, {"k": 2}]
    runtime.execute_once()
    assert [event.context_snapshot for event in runtime.trace if event.phase == "enter" and event.node_type == "MODULE"][-1] == {
        "k": 3, "y": 2,
    }  # fmt: skip


def test_an_expression_says_whether_it_is_dry() -> None:
    for dry_run in (False, True):
        trace = TraceCollector()
        RuntimeExecutor(trace=trace, dry_run=dry_run).execute("y = 20")
        assert [(e.metadata["variable"], e.metadata["value"], e.metadata["dry_run"]) for e in trace[1:2]] == [("y", 20, dry_run)]


def test_what_ended_a_run_is_told_once() -> None:
    trace = TraceCollector()
    with pytest.raises(belljar.BellError):
        RuntimeExecutor(trace=trace).execute("def f(n):\n    raise ValueError('bad')\nf(1)\n")
    said = [step.summary for step in ExplanationEngine.from_trace(trace)]
    assert said[-2:] == ["Function f failed: ValueError: bad", "Program ended with an error: ValueError: bad"]


def test_a_trace_whose_beginning_was_overwritten_says_so() -> None:
    trace = TraceCollector(max_bytes=100_000, when_full="drop_oldest")
    text = "t = 0\nfor i in range(30000):\n    t += i\n"
    RuntimeExecutor(trace=trace).execute(text)
    assert trace.lost > 0
    assert 0 < trace.bytes_in_memory <= 150_000
    ReplayEngine.replay(trace)
    with pytest.raises(belljar.ReplayError, match="the beginning of the trace was not kept"):
        ReplayEngine.re_execute(trace, text)
    spilled = TraceCollector(max_bytes=100_000)
    RuntimeExecutor(trace=spilled).execute(text)
    assert (spilled.lost, spilled.bytes_in_memory, spilled.bytes_spilled > 100_000, len(spilled)) == (0, 0, True, 60_005)


def test_a_dry_run_leaves_the_context_and_says_what_would_be() -> None:
    trace = TraceCollector()
    context = ExecutionContext(x=10)
    done = RuntimeExecutor(trace=trace, dry_run=True).execute("y = x * 2", context)
    assert (done["y"], done.dry_run, context.variables) == (20, True, {"x": 10})
    assert "Variable 'y' would be set to 20 (dry-run)" in [step.summary for step in ExplanationEngine.from_trace(trace)]
    assert RuntimeExecutor().execute("y = x * 2", ExecutionContext(x=1, dry_run=True)).dry_run


def test_limits_and_safe_mode() -> None:
    endless = "n = 0\nwhile True:\n    n += 1\n"
    trace = TraceCollector()
    executor = RuntimeExecutor(trace=trace, max_iterations=20)
    with pytest.raises(belljar.BellError) as caught:
        executor.execute(endless)
    assert caught.value.code == "E0809"
    assert executor.last_error is caught.value
    assert 20 <= len(trace) < 200
    safe = RuntimeExecutor(limits=ResourceLimits(max_fuel=1000), safe_mode=True)
    assert safe.execute(endless).error is safe.last_error is not None
    assert safe.last_error.code == "E0801"
    assert safe.execute("n = 1")["n"] == 1
    assert safe.last_error is None


def test_functions_of_the_host_are_called_once_and_traced_from_the_journal() -> None:
    sent: list[str] = []
    hosts = HostFunctions()
    hosts.add("mail.send", lambda to: sent.append(to), capability="mail", effect="write", signature="(to: str) -> None")
    hosts.add("store.get", lambda: len(sent) + 1, capability="store.read", effect="read", signature="() -> int")
    program = "mail.send('ada')\nn = store.get()\n"
    trace = TraceCollector()
    context = ExecutionContext(grants=["mail", "store.*"])
    done = RuntimeExecutor(trace=trace, hosts=hosts).execute(program, context)
    assert (sent, done["n"], done.used) == (["ada"], 2, {"mail", "store.read"})
    assert [call.name for call in done.journal] == ["mail.send", "store.get"]
    assert "Variable 'n' set to 2" in [step.summary for step in ExplanationEngine.from_trace(trace)]
    done = RuntimeExecutor(hosts=hosts, dry_run=True).execute(program, context)
    assert (sent, [call.dry_run for call in done.journal]) == (["ada"], [True, False])
    with pytest.raises(belljar.BellCapabilityError):
        RuntimeExecutor(hosts=hosts).execute(program, ExecutionContext(grants=["mail"]))


def test_profiles_say_what_is_not_given() -> None:
    with pytest.raises(belljar.BellCapabilityError):
        RuntimeExecutor(profile="analysis").execute("print(1)")
    executor = RuntimeExecutor(profile="test", write=silent)
    assert executor.execute("print(1)").output == "1\n"
    assert executor.trace is not None
    assert len(executor.trace) > 0
    assert RuntimeExecutor(profile="debug").max_iterations == 1000


def test_what_is_no_argument_is_told() -> None:
    for make in (
        lambda: RuntimeExecutor(trace=[]),  # type: ignore[arg-type]
        lambda: RuntimeExecutor(limits={"time": 1}),  # type: ignore[arg-type]
        lambda: RuntimeExecutor().execute("x = 1", 5),  # type: ignore[arg-type]
        lambda: ExecutionContext(grants="io.stdout"),
        lambda: ExecutionContext().set("two words", 1),
        lambda: ExecutionContext().set("if", 1),
        lambda: ExecutionContext(grants=5),  # type: ignore[arg-type]
        lambda: RuntimeExecutor().execute(5),  # type: ignore[arg-type]
        lambda: ReplayEngine.replay(None),  # type: ignore[arg-type]
        lambda: ReplayEngine.re_execute(TraceCollector(), 5),  # type: ignore[arg-type]
    ):
        with pytest.raises(belljar.BellError) as caught:
            make()
        assert caught.value.code == "E0003"
