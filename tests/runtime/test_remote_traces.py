"""Traces of what runs in a worker process: the events of a run in this one, within the same bounds, and as far as it came where the worker is lost."""

from __future__ import annotations

import io
import os
import random
import signal
from collections.abc import Iterator
from typing import Any

import pytest

import belljar
from belljar import BellError, ExecutionContext, HostFunctions, ReplayEngine, ResourceLimits, Runtime, RuntimeExecutor, TraceCollector
from belljar.runtime.recording import Recording
from belljar.runtime.remote_traces import Reception, points_from, row_of
from belljar.runtime.workers import WorkerPool
from belljar.safety._lockdown import missing
from belljar.safety.limits import Limits
from belljar.trace import recorded
from belljar.trace.blocks import Reel
from belljar.trace.index import TraceIndex
from belljar.trace.points import Points
from belljar.trace.recorded import RecordedTrace
from tests.corpus import Case, by_program, is_one_in
from tests.runtime.test_replay import SHOP as ALL_ASKED
from tests.runtime.test_replay import shop
from tests.trace.test_index import EVERYTHING

pytestmark = [pytest.mark.skipif(bool(missing()), reason=missing()), pytest.mark.xdist_group("isolation")]
SAMPLE = [case for case in by_program() if is_one_in(80, case.id)]
EVENTS_MAX = 20_000

SHOP = """
total = 0
log: list[str] = []

@on("paid")
def paid(amount: int):
    global total
    if amount < 0:
        raise ValueError("less than nothing")
    total += amount

def add(n: int) -> int:
    global total
    total += n
    log.append(str(n))
    return total

def grow(n: int) -> int:
    x = 2
    for _ in range(n):
        x *= x
    return x

def ask(k: str) -> int:
    found = 0
    for word in (k, "b", k):
        try:
            found += store.get(word)
        except ValueError as problem:
            print(problem)
    mail.send(k)
    x = 2
    for _ in range(7):
        x *= x
    mail.send(str(x))
    return found

def spin(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
        if i == 3:
            stop.here()
    return total
"""


def hosts_of() -> HostFunctions:
    hosts = HostFunctions()

    def get(k: str) -> int:
        if k == "b":
            raise ValueError("no b")
        return len(k)

    hosts.add("store.get", get, effect="read")
    hosts.add("mail.send", lambda to: None, signature="(to: str) -> None")
    hosts.add("stop.here", lambda: None, signature="() -> None", effect="read")
    return hosts


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(1) as made:
        yield made


def steps(runtime: Runtime) -> None:
    """What is asked of both runtimes."""
    asked: list[Any] = [
        runtime.execute_once,
        lambda: runtime.call("add", 7),
        lambda: runtime.call("add", "x"),
        lambda: runtime.call("grow", 7),
        lambda: runtime.emit("paid", 5),
        lambda: runtime.emit("paid", -5),
        runtime.process_events,
        lambda: runtime.call("ask", "a"),
        lambda: runtime.execute("import_me = 1\nseen = total + 1\nif seen > 1:\n    more = 1 // (seen - seen)\n"),
        lambda: runtime.execute("kept = 1\n\ndef late() -> int:\n    return kept + total\n"),
        lambda: runtime.call("late"),
    ]
    for one in asked:
        one()


@pytest.mark.parametrize("level", ["full", "calls", "branches"])
@pytest.mark.parametrize("grants", [("*",), ("store.get", "io.stdout")])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_runtime_in_a_worker_records_the_same_events(pool: WorkerPool, level: str, grants: tuple[str, ...], dry_run: bool) -> None:
    found: list[list[Any]] = []
    for isolation in (None, pool):
        trace = TraceCollector(level=level)
        how: dict[str, Any] = {"hosts": hosts_of(), "grants": grants, "safe_mode": True, "write": lambda text: None, "dry_run": dry_run}
        steps(Runtime(SHOP, trace=trace, isolation=isolation, **how))
        ReplayEngine().replay(trace)
        found.append(list(trace))
    assert found[0] == found[1]
    assert len(found[0]) > 20


@pytest.mark.parametrize("case", SAMPLE)
def test_a_recording_in_a_worker_has_the_same_events(pool: WorkerPool, case: Case) -> None:
    program = belljar.compile(case.text, case.name)
    here, there = (Recording(program, isolation=isolation).run() for isolation in (None, pool))
    assert here.outcome.output == there.outcome.output
    assert here.outcome.fuel_used == there.outcome.fuel_used
    mine, other = [
        one.outcome.error and (one.outcome.error.code, one.outcome.error.line, one.outcome.error.message) for one in (here, there)
    ]
    assert mine == other
    if not here.lost:
        assert len(here) == len(there)
        for one, two, _ in zip(here, there, range(EVENTS_MAX), strict=False):
            assert repr(one) == repr(two)  # a nan is not equal to itself


@pytest.mark.parametrize("engine", ["vm", "jit", "auto", "reference"])
@pytest.mark.parametrize("level", ["full", "calls", "branches"])
def test_a_call_in_a_worker_has_the_same_events_on_every_engine(pool: WorkerPool, engine: str, level: str) -> None:
    program = belljar.compile(SHOP, hosts=hosts_of())
    made = [
        Recording(program, level, engine=engine, grants=["*"], isolation=isolation, limits=Limits(fuel=10**9)).call("ask", "a")
        for isolation in (None, pool)
    ]
    assert list(made[0]) == list(made[1])
    assert made[0].outcome.result == made[1].outcome.result == 2
    assert made[0].outcome.output == made[1].outcome.output == "no b\n"
    assert made[0].origin is not None
    assert made[1].origin is not None
    assert list(made[0].origin.calls.rows()) == list(made[1].origin.calls.rows())


def test_memory_is_bounded_and_the_rest_spills(pool: WorkerPool) -> None:
    program = "def f(n: int) -> int:\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n"
    for when_full in ("spill", "drop_oldest"):
        found = []
        for isolation in (None, pool):
            trace = TraceCollector(max_bytes=1 << 18, when_full=when_full)
            runtime = Runtime(program, trace=trace, isolation=isolation)
            assert runtime.call("f", 40_000) == sum(range(40_000))
            assert runtime._tape is not None
            assert runtime._tape.reel.held <= 1 << 18
            found.append(list(trace))
        assert found[0] == found[1]
        assert (len(found[0]) > 80_000) == (when_full == "spill")


def test_a_recording_keeps_the_end_where_it_has_no_file(pool: WorkerPool) -> None:
    program = belljar.compile("def f(n: int) -> int:\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n")
    made: Any = Recording(program, max_bytes=1 << 18, isolation=pool).call("f", 100_000)
    assert made.lost
    assert sum(len(made.blocks[place]) for place in range(len(made.blocks))) <= 1 << 20  # one block, which is that large
    events = list(made)
    assert events[-1].metadata["result"] == made.outcome.result == sum(range(100_000))
    with io.BytesIO() as file:
        whole = Recording(program, max_bytes=1 << 18, isolation=pool, spill=file).call("f", 100_000)
        assert whole.lost == 0
        assert len(file.getvalue()) > 1 << 20
        assert len(whole) == 200_006


def test_a_killed_worker_leaves_the_trace_as_far_as_it_came(pool: WorkerPool) -> None:
    workers: list[int] = []
    hosts = hosts_of()
    del hosts.functions["stop.here"]
    hosts.add("stop.here", lambda: os.kill(workers[0], signal.SIGKILL), signature="() -> None", effect="read")
    trace = TraceCollector()
    runtime: Any = Runtime(SHOP, trace=trace, isolation=pool, hosts=hosts, grants=["*"])
    runtime.execute_once()
    workers.append(runtime.link.worker.process.pid)
    before = len(trace)
    with pytest.raises(BellError) as caught:
        runtime.call("spin", 100)
    assert caught.value.code == "E1203"
    ReplayEngine().replay(trace)
    shown = list(trace)[before:]
    assert [event.metadata["value"] for event in shown if event.node_type == "EXPRESSION"][-1] == 6
    assert "E1203" in str(shown[-1].metadata["error"])
    with pytest.raises(BellError, match="does not say what was run"):
        ReplayEngine.re_execute(trace, SHOP)
    runtime.execute_once()
    assert runtime.call("add", 1) == 1
    assert trace[len(trace) - 1].metadata["result"] == 1
    ReplayEngine().replay(trace)


def test_a_killed_worker_of_a_recording(pool: WorkerPool) -> None:
    hosts = hosts_of()
    del hosts.functions["stop.here"]
    own = WorkerPool(1)
    own.warm()
    (worker,) = own.pids
    hosts.add("stop.here", lambda: os.kill(worker, signal.SIGKILL), signature="() -> None", effect="read")
    program = belljar.compile(SHOP, hosts=hosts)
    with own:
        made = Recording(program, grants=["*"], isolation=own).call("spin", 100)
    assert made.outcome.error is not None
    assert made.outcome.error.code == "E1203"
    assert "FOR enter" in [f"{event.node_type} {event.phase}" for event in made]
    ReplayEngine().replay(made)


def test_an_executor_in_a_worker(pool: WorkerPool) -> None:
    found = []
    for isolation in (None, pool):
        trace = TraceCollector()
        executor = RuntimeExecutor(trace=trace, limits=ResourceLimits(), isolation=isolation)
        done = executor.execute("y = [x * n for n in range(3)]\n", ExecutionContext(x=2))
        assert done["y"] == [0, 2, 4]
        found.append(list(trace))
        assert ReplayEngine.re_execute(trace, "y = [x * n for n in range(3)]\n")
    assert found[0] == found[1]


def test_a_runtime_in_a_worker_is_made_again(pool: WorkerPool) -> None:
    traces = [shop(isolation=isolation).trace for isolation in (None, pool)]
    assert list(traces[0]) == list(traces[1])
    for trace in traces:
        assert ReplayEngine.re_execute(trace, ALL_ASKED)


def test_points_cross_as_plain_values() -> None:
    program = belljar.compile(SHOP, hosts=hosts_of())
    points = Recording(program, grants=["*"]).call("ask", "a").points
    made = points_from(row_of(points))
    assert row_of(made) == row_of(points)
    row = row_of(points)
    for place in range(len(row)):
        for other in (None, 7, "x", [[]], [["x"]], {"a": 1}):
            changed = [*row]
            changed[place] = other
            try:
                points_from(changed)
            except ValueError:
                continue
    sites = row[2]
    rng = random.Random(1)
    for _ in range(2_000):
        site = [*rng.choice(sites)]
        site[rng.randrange(len(site))] = rng.choice([None, -7, 2**40, "x", [1], [("variable", 3)], [()], [("=",)], ("(",), [("?", "q")]])
        try:
            found = points_from([*row[:2], [site], *row[3:]])
        except ValueError:
            continue
        assert isinstance(found, Points)


OTHERS: list[Any] = [0, 1, -1, 5, "x", "if", "pass", "item", "made", [], [1], ["a"], ["v"], ["i"], [("(", "i", "v")], [("variable", 3)]]


def test_points_that_are_not_those_of_the_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TraceIndex, "stride", lambda self, state: 8)
    monkeypatch.setattr(recorded, "CHECKPOINT_EVENTS", 8)
    calls: list[tuple[str, str, int]] = [(EVERYTHING, "main", 12), (LOOPS, "loops", 5)]
    traces: list[Any] = [Recording(belljar.compile(text)).call(task, n) for text, task, n in calls]
    rng = random.Random(5)
    ended = {"read": 0, "refused": 0, "E1321": 0}
    for _ in range(300):
        trace = rng.choice(traces)
        level, file, rows, records, tasks = row_of(trace.points)
        sites = [list(site) for site in rows]
        for _ in range(rng.randrange(1, 4)):
            one, other, part = rng.randrange(len(sites)), rng.randrange(len(sites)), rng.randrange(10)
            sites[one][part] = sites[other][part] if rng.random() < 0.5 else rng.choice(OTHERS)
        marks = bytearray(trace.blocks[0])
        marks[rng.randrange(len(marks))] = rng.randrange(256)
        try:
            made = RecordedTrace(points_from([level, file, sites, records, tasks]), [bytes(marks)])
            assert len(list(made)) == len(made)
            for _ in range(3 if len(made) else 0):
                assert made[rng.randrange(len(made))].phase
            ended["read"] += 1
        except ValueError:
            ended["refused"] += 1
        except BellError as error:
            ended[error.code] += 1
    assert min(ended.values()) > 10


LOOPS = """
def loops(n: int) -> int:
    rows = {"a": [1, 2]}
    for a, b in [(1, 2), (3, n)]:
        rows["a"].append(a if b > 2 else 0)
    try:
        return sum(x for x in rows["a"] if x or n) // (n - 5)
    except ZeroDivisionError:
        return -1
"""


def test_what_no_worker_sends_is_refused() -> None:
    reception = Reception(Reel(1 << 20), lambda: HostFunctions().begin(), lambda *ended: None)
    wrong: list[tuple[str, Any]] = [
        ("marks", b"1234"),
        ("ended", [None, 0, 0]),
        ("points", ["full", "f", [[1]], [], []]),
        ("missed", [1, 2, 3, 4]),
        ("missed", ["a"]),
    ]
    for what, answer in wrong:
        with pytest.raises((ValueError, TypeError)):
            reception.take(what, answer)
    reception.take("begun", False)
    for answer in ("text", 5, None):
        with pytest.raises(ValueError, match="marks"):
            reception.take("marks", answer)
    with pytest.raises((ValueError, TypeError)):
        reception.take("ended", [[1, 2, 3, 4, 5], 0, 0])
