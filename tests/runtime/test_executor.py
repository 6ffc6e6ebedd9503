"""Executors: inputs and names of a context, dry runs, limits, traces that tell the same run, functions of the host."""

from __future__ import annotations

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
    ):
        with pytest.raises(belljar.BellError) as caught:
            make()
        assert caught.value.code == "E0003"
