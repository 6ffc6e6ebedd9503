"""Calls of the host in traces, and runs that are made again from their traces: what the first divergence is, and what no trace may show."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

import belljar
from belljar.errors import BellError
from belljar.runtime.recording import Recording
from belljar.runtime.replay import ReplayEngine
from belljar.trace.events import TraceCollector, TraceEvent
from belljar.trace.explain import ExplanationEngine
from belljar.trace.formats.json_lines import TraceFile
from belljar.trace.formats.table import FORMATS

MAIL = """
import random
import time
from datetime import datetime

def go(n: int) -> int:
    total = 0
    for i in range(n):
        if i > 0:
            total += mail.send("a" + str(i), i)
        t = time.time()
    try:
        store.read(3)
    except ValueError as problem:
        print("caught", problem)
    now = datetime.now()
    x = random.random()
    return total
"""


def hosts_for(calls: list[str]) -> belljar.HostFunctions:
    hosts = belljar.HostFunctions()

    @hosts.add("mail.send")
    def send(to: str, n: int) -> int:
        calls.append(to)
        return n + 1

    @hosts.add("store.read", effect="read")
    def read(x: int) -> int:
        raise ValueError("closed")

    return hosts


def recorded(text: str = MAIL, *args: Any, hosts: belljar.HostFunctions | None = None, task: str = "go", **options: Any) -> Any:
    hosts = hosts or hosts_for([])
    recording = Recording(belljar.compile(text, hosts=hosts), grants=["*"], **options)
    return recording.call(task, *(args or (3,))) if task else recording.run()


def saved(trace: Any, path: Path) -> TraceFile:
    with path.open("w", encoding="utf-8") as out:
        FORMATS["jsonl"].write(trace, out)
    return TraceFile(path)


def calls_of(trace: Any) -> list[TraceEvent]:
    return [event for event in trace if event.node_type == "HOST"]


@pytest.mark.parametrize("engine", ["vm", "reference"])
@pytest.mark.parametrize("level", ["full", "calls"])
def test_every_call_is_told(engine: str, level: str) -> None:
    trace = recorded(engine=engine, level=level)
    told = [(event.facts["name"], event.line, event.facts["arguments"]) for event in calls_of(trace)]
    assert told == [
        ("time.now", 11, {}),
        ("mail.send", 10, {"to": "a1", "n": 1}),
        ("time.now", 11, {}),
        ("mail.send", 10, {"to": "a2", "n": 2}),
        ("time.now", 11, {}),
        ("store.read", 13, {"x": 3}),
        ("time.now", 16, {}),
        ("random.seed", 17, {}),
    ]
    mail, failed = calls_of(trace)[1], calls_of(trace)[5]
    assert (mail.facts["answer"], mail.facts["capability"], mail.facts["effect"]) == (2, "mail.send", "write")
    assert failed.facts["error"] == "ValueError: closed"
    assert "answer" not in failed.facts
    assert ReplayEngine.replay(trace).events == len(trace)
    sentences = [step.summary for step in ExplanationEngine.from_trace(trace) if step.node_type == "HOST"]
    assert sentences[1] == "Host function mail.send called with to = 'a1', n = 1 and answered 2"
    assert sentences[5] == "Host function store.read failed: ValueError: closed"
    assert [trace[index] for index in range(len(trace))] == list(trace)


def test_engines_tell_the_same() -> None:
    text = "def go(n: int) -> int:\n    s = 0\n    for i in range(n):\n        s += mail.send(str(i), i)\n    return s\n"
    traces = [recorded(text, engine=engine) for engine in ("vm", "jit", "reference")]
    assert ReplayEngine.validate_determinism(traces[0], traces[1])
    assert ReplayEngine.validate_determinism(traces[0], traces[2])


def test_a_call_that_never_came_to_the_function() -> None:
    text = """
def go(n: int) -> int:
    box = []
    box.append("text" if n > 0 else 5)
    try:
        mail.send("a", box[0])
    except TypeError:
        n = 7
    return mail.send("b", n)
"""
    for engine in ("vm", "reference"):
        calls: list[str] = []
        first, second = calls_of(recorded(text, engine=engine, hosts=hosts_for(calls)))
        assert "'n' of mail.send() must be int" in first.facts["error"]
        assert (second.facts["arguments"], second.facts["answer"], calls) == ({"to": "b", "n": 7}, 8, ["b"])
    refused = Recording(belljar.compile(text, hosts=hosts_for([]))).call("go", 1)
    assert calls_of(refused)[0].facts["error"] == "'mail.send' is not granted"
    assert refused.outcome.error.code == "E0901"


def test_calls_are_not_made_twice_where_ints_grow() -> None:
    calls: list[str] = []
    text = "def go(n: int) -> int:\n    a = mail.send('one', n)\n    b = 2 ** 62 * a\n    return b + mail.send('two', n)\n"
    trace = recorded(text, hosts=hosts_for(calls))
    assert calls == ["one", "two"]
    assert trace.outcome.result == 2**62 * 4 + 4
    assert [event.facts["answer"] for event in calls_of(trace)] == [4, 4]
    assert ReplayEngine.re_execute(trace, text)


def test_dry_runs_tell_what_would_be_called() -> None:
    calls: list[str] = []
    hosts = hosts_for(calls)
    collector = TraceCollector()
    executor = belljar.RuntimeExecutor(collector, dry_run=True, hosts=hosts)
    executor.execute("x = mail.send('a', 2)\n", belljar.ExecutionContext(grants=["*"]))
    (event,) = calls_of(collector)
    assert (calls, event.facts["dry_run"], event.facts["arguments"]) == ([], True, {"to": "a", "n": 2})
    told = [str(step) for step in ExplanationEngine.from_trace(collector)]
    assert "Host function mail.send would be called with to = 'a', n = 2 (dry-run)" in told
    assert "Variable 'x' would be set to 0 (dry-run)" in told
    assert ReplayEngine.re_execute(collector, "x = mail.send('a', 2)\n")
    trace = recorded("x = mail.send('a', 2)\n", task="", hosts=hosts, dry_run=True)
    assert [event.metadata for event in trace][1:-1] == [event.metadata for event in collector][1:-1]
    assert calls == []


def test_secrets_are_in_no_trace_and_no_export() -> None:
    hosts = belljar.HostFunctions()
    hosts.secret("TOKEN", "hunter2222")
    hosts.add("api.call", lambda token, q: f"{q} with {token}", signature="(token: secret, q: str) -> str")

    def fails(token: str) -> str:
        raise ValueError(f"bad {token}")

    hosts.add("api.fail", fails, signature="(token: secret) -> str")
    text = 't = secret("TOKEN")\nr = api.call(t, "x")\ntry:\n    api.fail(t)\nexcept ValueError as e:\n    print(e, r)\n'
    trace = recorded(text, task="", hosts=hosts)
    assert calls_of(trace)[1].facts["answer"] == "x with [secret TOKEN]"
    for format in FORMATS.values():
        out = io.StringIO()
        format.write(trace, out)
        assert "hunter" not in out.getvalue()
        assert "api.call" in out.getvalue()
    assert "hunter" not in ExplanationEngine().html(trace)
    assert ReplayEngine.re_execute(trace, text)


def test_the_end_of_a_long_trace_tells_the_last_calls() -> None:
    text = "def go(n: int) -> int:\n    s = 0\n    for i in range(n):\n        s = mail.send('m', i)\n    return s\n"
    trace = recorded(text, 20_000, max_bytes=300_000)
    assert trace.lost
    assert calls_of(trace)[-1].facts["arguments"]["n"] == 19_999
    assert all(event.facts["answer"] == event.facts["arguments"]["n"] + 1 for event in calls_of(trace))
    with pytest.raises(BellError, match="beginning of the trace was not kept") as caught:
        ReplayEngine.re_execute(trace, text)
    assert caught.value.code == "E1312"


# --- made again ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["full", "calls", "branches"])
def test_a_run_is_made_again_from_a_file(tmp_path: Path, level: str) -> None:
    calls: list[str] = []
    with saved(recorded(level=level, hosts=hosts_for(calls)), tmp_path / "t.jsonl") as trace:
        made = ReplayEngine.re_execute(trace, MAIL)
        assert made
        assert made.is_same_program
        assert made.events == len(trace)
        assert made.message == f"The run is the same as the trace: {len(trace)} events"
        assert ReplayEngine.re_execute(trace, belljar.compile(MAIL, hosts=hosts_for(calls)))
    assert calls == ["a1", "a2"]


@pytest.mark.parametrize(
    ("old", "new", "what", "line", "sides"),
    [
        ('"a" +', '"b" +', "host call", 10, ("mail.send(to='a1', n=1)", "mail.send(to='b1', n=1)")),
        ("store.read(3)", "mail.send('', 3)", "host call", 13, ("store.read(x=3)", "mail.send(to='', n=3)")),
        ("return total", "return mail.send('z', total)", "host call", 18, ("no more than 8 calls", "mail.send(to='z', n=5)")),
        ("        store.read(3)", "        pass", "host call", 13, ("store.read(x=3)", "no call")),
        ("total = 0", "total = 1", "metadata.value", 7, ("0", "1")),
        ("i > 0", "i > 1", "metadata.condition_result", 9, ("True", "False")),
    ],
)
def test_the_first_divergence(old: str, new: str, what: str, line: int, sides: tuple[str, str]) -> None:
    made = ReplayEngine.re_execute(recorded(), MAIL.replace(old, new))
    assert not made
    assert not made.is_same_program
    assert made.divergence is not None
    assert (made.divergence.what, made.divergence.line, made.divergence.sides()) == (what, line, sides)
    assert made.message.startswith(f"First divergence at event {made.divergence.index} (line {line}): {what}: ")


def test_arguments_inputs_and_limits_are_kept(tmp_path: Path) -> None:
    text = """
class Order:
    name: str
    prices: list[float]

def total(order: Order, tags: dict[str, int], rate: float | None = None) -> float:
    return sum(order.prices) * (rate or 1.0) + len(tags)
"""
    recording = Recording(belljar.compile(text))
    order = {"name": "\ud800\N{EURO SIGN}", "prices": [1.5, float("inf")]}
    with saved(recording.call("total", order, {"a": 1}), tmp_path / "a.jsonl") as trace:
        assert ReplayEngine.re_execute(trace, text)
    context = belljar.ExecutionContext()
    for name, value in (("n", 2**70), ("names", ["x"]), ("size", 2.5)):
        context.set(name, value)
    collector = TraceCollector()
    belljar.RuntimeExecutor(collector).execute("m = n * size + len(names)\n", context)
    with saved(collector, tmp_path / "b.jsonl") as trace:
        assert ReplayEngine.re_execute(trace, "m = n * size + len(names)\n")
    loop = "i = 0\nwhile True:\n    i += 1\n"
    limited = Recording(belljar.compile(loop, limits={"fuel": 500})).run()
    assert limited.outcome.error is not None
    assert limited.outcome.error.code == "E0801"
    with saved(limited, tmp_path / "c.jsonl") as trace:
        assert ReplayEngine.re_execute(trace, loop)
    quiet = Recording(belljar.compile("print(1)\n"), prints=False).run()
    assert quiet.outcome.error is not None
    assert quiet.outcome.error.code == "E0901"
    assert ReplayEngine.re_execute(quiet, "print(1)\n")


def test_what_cannot_be_made_again() -> None:
    with pytest.raises(BellError, match="does not say what was run") as caught:
        ReplayEngine.re_execute([TraceEvent("MODULE", "enter"), TraceEvent("MODULE", "exit")], "x = 1\n")
    assert (caught.value.code, caught.value.exit_status) == ("E1312", 2)
    trace = recorded()
    two = TraceCollector()
    two.attach(trace)
    assert two.origin is trace.origin
    two.record(TraceEvent("PRINT", "point"))
    assert two.origin is None
    with pytest.raises(BellError) as caught:
        ReplayEngine.re_execute(trace, "def go(n: int) -> int:\n    return n +\n")
    assert caught.value.exit_status == 2
    with pytest.raises(BellError) as caught:
        ReplayEngine.re_execute(trace, "def other(n: int) -> int:\n    return n\n")
    assert caught.value.code == "E0404"
    assert trace.origin is not None
    trace.origin.arguments["n"] = ["unknown", "Connection"]
    with pytest.raises(BellError, match="'n' was an object of the host"):
        ReplayEngine.re_execute(trace, MAIL)
    trace.origin.arguments["n"] = ["int", "no"]
    with pytest.raises(BellError, match="'n' has no value that can be read"):
        ReplayEngine.re_execute(trace, MAIL)


# --- runtimes -----------------------------------------------------------------------------------------------------------------------

SHOP = """
total = 0
names = ["a"]

@on("paid")
def paid(amount: int):
    global total
    total += amount

def add(n: int) -> int:
    global total
    total += n + store.size("x" * n)
    return total

def grow(n: int) -> int:
    global total
    total = 2 ** n
    return mail.send(str(total))

def bad(n: int) -> int:
    return 1 // n
"""


def shop(level: str = "full", **how: Any) -> belljar.Runtime:
    """A runtime of which everything was asked."""
    hosts = belljar.HostFunctions()
    hosts.add("store.size", len, signature="(k: str) -> int", effect="read")
    hosts.add("mail.send", lambda to: len(to), signature="(to: str) -> int")
    options: dict[str, Any] = {"hosts": hosts, "grants": ["*"], "safe_mode": True, "trace": TraceCollector(level=level)}
    runtime = belljar.Runtime(SHOP, **{**options, **how})
    runtime.state["rate"] = 2.5
    runtime.execute_once()
    runtime.call("add", 3)
    runtime.call("add", n=2)
    runtime.call("add", "no int")
    runtime.call("bad", 0)
    runtime.emit("paid", 5)
    runtime.emit("lost", {"deep": [1, (2, 3)]})
    runtime.process_events()
    before = runtime.integrity.snapshot(runtime.state)
    runtime.state["total"] = 100
    runtime.call("add", 1)
    runtime.integrity.rollback(runtime.state, before)
    runtime.call("add", 1)
    runtime.dry_run = True
    runtime.call("grow", 5)
    runtime.dry_run = False
    runtime.grants = ["store.size"]
    runtime.call("grow", 6)
    runtime.grants = ["*"]
    runtime.call("grow", 70)
    runtime.execute("more = total + len(names)\nif more > 1:\n    done = rate\n", "more.bell")
    runtime.execute("wrong = more // (total - total)\n")
    dump = runtime.state.dump()
    runtime.state["more"] = 1
    runtime.state.load(dump)
    del runtime.state["done"]
    runtime.call("add", 4)
    return runtime


@pytest.mark.parametrize("level", ["full", "calls", "branches"])
def test_all_calls_of_a_runtime_are_made_again(level: str, tmp_path: Path) -> None:
    runtime = shop(level)
    with saved(runtime.trace, tmp_path / "t.jsonl") as trace:
        assert len(trace) == len(runtime.trace) > 20
        for one in (runtime.trace, trace):
            made = ReplayEngine.re_execute(one, SHOP)
            assert made, made.message
            assert made.is_same_program
            assert made.events == len(trace)
        assert list(trace) == [*trace]


@pytest.mark.parametrize("engine", ["vm", "jit"])
def test_a_runtime_is_made_again_on_another_engine(engine: str) -> None:
    assert ReplayEngine.re_execute(shop(engine=engine).trace, SHOP)


def test_the_first_call_of_a_runtime_that_differs_is_found() -> None:
    trace = shop().trace
    made = ReplayEngine.re_execute(trace, SHOP.replace("total += amount", "total += amount + 1"))
    assert made.divergence is not None
    assert (made.divergence.what, made.divergence.line) == ("metadata.value", 8)
    made = ReplayEngine.re_execute(trace, SHOP.replace('"x" * n', '"y" * n'))
    assert made.divergence is not None
    assert made.divergence.what == "host call"
    assert made.divergence.sides() == ("store.size(k='xxx')", "store.size(k='yyy')")


def test_a_runtime_that_gets_its_program_later_is_made_again() -> None:
    runtime = belljar.Runtime(trace=TraceCollector())
    runtime.load("x = 1\ndef f() -> int:\n    return x\n", "later.bell")
    assert runtime.call("f") == 1
    assert ReplayEngine.re_execute(runtime.trace, "x = 1\ndef f() -> int:\n    return x\n")
    assert not ReplayEngine.re_execute(runtime.trace, "x = 2\ndef f() -> int:\n    return x\n")
    program = belljar.compile("y = x * 2\n", inputs={"x": "float"})
    runtime = belljar.Runtime(program, trace=TraceCollector())
    runtime.state["x"] = 2
    runtime.execute_once()
    assert runtime.state["y"] == 4.0
    assert ReplayEngine.re_execute(runtime.trace, "y = x * 2\n")


def test_runtimes_that_cannot_be_made_again() -> None:
    trace = TraceCollector()
    for _ in range(2):
        belljar.Runtime("x = 1\n", trace=trace).execute_once()
    with pytest.raises(BellError, match="does not say what was run"):
        ReplayEngine.re_execute(trace, "x = 1\n")
    runtime = belljar.Runtime("x = 1\n", trace=TraceCollector())
    runtime.execute_once()
    runtime.trace.clear()
    runtime.execute_once()
    with pytest.raises(BellError, match="does not say what was run"):
        ReplayEngine.re_execute(runtime.trace, "x = 1\n")
    runtime = belljar.Runtime("def f(n):\n    return n\n", trace=TraceCollector())
    runtime.call("f", 1)
    assert runtime.trace.origin is not None
    for step in (["call", "f", [["unknown", "Socket"]], {}], ["call", "f"], ["what"], [7], ["return", 3], ["__init__"]):
        runtime.trace.origin.steps.append(step)
        with pytest.raises(BellError) as caught:
            ReplayEngine.re_execute(runtime.trace, "def f(n):\n    return n\n")
        assert caught.value.code == "E1312"
        runtime.trace.origin.steps.pop()
