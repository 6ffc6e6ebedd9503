"""A runtime in a worker process: what it answers, prints, raises and keeps is what a runtime in this process does."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import belljar
from belljar import BellError, Journal, ResourceLimits, Runtime, TransactionContext
from belljar.runtime.isolated import IsolatedRuntime
from belljar.runtime.workers import WorkerPool
from belljar.safety._lockdown import missing

pytestmark = [pytest.mark.skipif(bool(missing()), reason=missing()), pytest.mark.xdist_group("isolation")]

PROGRAM = """
total = 10
log: list[str] = []
seen = 0

def add(n: int) -> int:
    global total
    total += n
    log.append(str(n))
    print("added", n)
    return total

def fail(n: int) -> int:
    add(n)
    return n // 0

def spin() -> int:
    i = 0
    while True:
        i += 1

def get(k: str) -> int:
    mail.send(k)
    return store.get(k)

def grow(n: int) -> int:
    global total
    total = total * n
    return total

@on("order")
def handle(p):
    global seen
    seen += 1
    if seen < 3:
        emit("order", {"n": seen})
"""
KEY = b"0123456789abcdef"


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(1) as made:
        yield made


def made(isolation: Any, **how: Any) -> Runtime:
    how = {"limits": ResourceLimits(max_iterations=5000), "grants": ["io.stdout", "store.get"]} | how
    runtime = Runtime(PROGRAM, isolation=isolation, **how)
    runtime.host("store.get", len, signature="(k: str) -> int", effect="read")
    runtime.host("mail.send", lambda k: sent.append(k), signature="(k: str) -> None", capability="store.get")
    return runtime


sent: list[str] = []


def error_of(work: Any) -> str:
    with pytest.raises(BellError) as caught:
        work()
    return str(caught.value)


def story(isolation: Any) -> list[Any]:
    """All that a runtime does, as plain data."""
    told: list[Any] = []
    text: list[str] = []
    runtime = made(isolation, write=text.append)
    state, integrity = runtime.state, runtime.integrity
    runtime.execute_once()
    told += [state["total"], state["log"], runtime.call("add", 5), runtime.call("add", n=7), list(state), len(state), "total" in state]
    told += [error_of(lambda: runtime.call("fail", 3)), runtime.last_error.code, state["total"]]  # type: ignore[union-attr]
    before = integrity.snapshot(state)
    runtime.call("add", 100)
    later = integrity.snapshot(state)
    told += [integrity.diff(before, state).paths, before.to_dict()]
    integrity.rollback(state, before)
    told += [later.is_usable, error_of(later.to_dict), state["total"], before["log"]]

    def abandoned() -> None:
        with TransactionContext(state, integrity):
            runtime.call("add", 1000)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        abandoned()
    dump = before.dump(key=KEY)
    state["total"] = 1
    integrity.load(state, dump, key=KEY)
    told += [state["total"], error_of(lambda: integrity.load(state, dump[:-1] + b"x", key=KEY)).splitlines()[0]]
    runtime.emit("order", {"n": 0})
    told += [runtime.waiting(), runtime.process_events(), state["seen"], runtime.handled]
    told += [runtime.call("get", "abc"), sorted(runtime.used), error_of(lambda: runtime.call("spin"))]
    told.append({name: used for name, used in runtime.resource_tracker.used().items() if name not in ("max_execution_time", "max_memory")})
    inspector = runtime.inspector
    told += [inspector.dump_vars(), inspector.dump_functions(), inspector.format_events(), sorted(inspector.dump_memory())]
    told += [sorted(inspector.leaks(before)), runtime.call("grow", 2**62), state["total"]]
    told += [
        error_of(lambda: runtime.call("nope")),
        error_of(lambda: state.__setitem__("total", "x")),
        error_of(lambda: runtime.call("add", "x")),
    ]
    runtime.grants = []
    told += [error_of(lambda: runtime.call("add", 1)), error_of(lambda: runtime.call("get", "a"))]
    runtime.grants = ["io.stdout"]
    runtime.execute("more = add(1) + 1\n")
    told += [state["more"], runtime.tasks, runtime.handlers, state.type_of("more")]
    del state["more"]
    told += ["more" in state, runtime.state.get("more")]
    runtime.dry_run = True
    told.append(runtime.call("add", 1))
    runtime.dry_run = False
    runtime.safe_mode = True
    told += [state["total"], runtime.call("fail", 1), runtime.last_error.code]  # type: ignore[union-attr]
    return [*told, "".join(text)]


def test_a_runtime_in_a_worker_does_what_one_here_does(pool: WorkerPool) -> None:
    here, there = story(None), story(pool)
    assert len(here) == len(there)
    for ours, theirs in zip(here, there, strict=True):
        assert theirs == ours


def test_dry_runs_journals_and_awaiting(pool: WorkerPool) -> None:
    journal = Journal()
    runtime = made(pool, journal=journal, dry_run=True, grants=["*"])
    assert isinstance(runtime, IsolatedRuntime)
    sent.clear()
    assert (runtime.call("get", "abcd"), sent) == (4, [])
    assert [(call.name, call.dry_run) for call in journal] == [("mail.send", True), ("store.get", False)]
    runtime.dry_run = False

    async def slow(k: str) -> int:
        await asyncio.sleep(0)
        return len(k)

    other = Runtime("def f(k: str) -> int:\n    return slow(k)\n", isolation=pool, grants=["*"])
    other.host("slow", slow, effect="read")
    assert asyncio.run(other.acall("f", "abc")) == 3


def test_a_lost_worker_is_one_error_and_the_runtime_begins_anew(pool: WorkerPool) -> None:
    runtime = made(pool, grants=[])
    runtime.grants = ["io.stdout"]
    runtime.execute_once()
    snapshot = runtime.integrity.snapshot(runtime.state)
    assert runtime.link is not None  # type: ignore[attr-defined]
    os.kill(runtime.link.worker.process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    assert "E1203" in repr(error_of(lambda: runtime.call("add", 1)) + runtime.last_error.code)  # type: ignore[union-attr]
    assert runtime.call("add", 1) == 11
    assert "lost" in error_of(snapshot.to_dict)


def test_the_tracker_is_asked_from_another_thread(pool: WorkerPool) -> None:
    runtime = Runtime("def f() -> None:\n    pause()\n", isolation=pool, grants=["*"])
    reached, go_on = threading.Event(), threading.Event()

    def pause() -> None:
        reached.set()
        go_on.wait(30)

    runtime.host("pause", pause, effect="read")
    thread = threading.Thread(target=runtime.call, args=("f",))
    thread.start()
    assert reached.wait(60)
    used = runtime.resource_tracker.used()
    go_on.set()
    thread.join()
    assert used["max_execution_time"] > 0  # type: ignore[operator]
    assert used["max_fuel"] is None
    assert runtime.resource_tracker.used()["max_fuel"] > 0  # type: ignore[operator]


def test_the_worker_ends_with_its_runtime(pool: WorkerPool) -> None:
    runtime = made(pool)
    runtime.execute_once()
    process = runtime.link.worker.process  # type: ignore[attr-defined]
    del runtime
    gc.collect()
    until = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    assert process.poll() is not None


def test_programs_and_inputs(pool: WorkerPool) -> None:
    program = belljar.compile("y = x + 1\n", "in.bell", inputs={"x": int})
    runtime = Runtime(program, isolation=pool)
    assert "E0206" in error_of(runtime.execute_once) + str(runtime.last_error.code)  # type: ignore[union-attr]
    runtime.state["x"] = 4
    runtime.execute_once()
    assert runtime.state.to_dict() == {"x": 4, "y": 5}
    empty = Runtime(isolation=pool)
    empty.load("a = 1\n", "a.bell")
    empty.execute_once()
    empty.execute("b = a + 1\n")
    assert empty.state["b"] == 2
    wrong = Runtime("import nothing\n", isolation=pool)
    assert "import nothing" in error_of(wrong.execute_once)
    assert wrong.last_error is not None
    assert wrong.last_error.code == "E0110"


def test_who_is_called_cannot_call_back(pool: WorkerPool) -> None:
    """A function of the host, or what takes the output, that uses the runtime which is waiting for it: a clear error, as in this process, and the call goes on."""
    found: list[Any] = []

    def look(*_: object) -> int:
        for use in (
            lambda: runtime.call("ok"),
            lambda: runtime.state["n"],
            lambda: runtime.emit("e"),
            lambda: runtime.integrity.snapshot(runtime.state),
        ):
            with pytest.raises(BellError) as caught:
                use()
            found.append(caught.value.code)
        assert runtime.resource_tracker["max_execution_time"] is not None
        return 3

    text = "n = 1\ndef f() -> int:\n    print('x')\n    return h.go()\ndef ok() -> int:\n    return n\n"
    for isolation in (None, pool):
        runtime = Runtime(text, isolation=isolation, grants=["*"], write=look)
        runtime.host("h.go", look, signature="() -> int")
        assert (runtime.call("f"), runtime.call("ok")) == (3, 1)
    assert found == ["E0003"] * 16


def test_functions_without_types_and_those_that_are_interrupted(pool: WorkerPool) -> None:
    runtime = Runtime(
        "def f(n: int):\n    return any_.go(n)\ndef g() -> int:\n    return stop.now()\n", isolation=pool, grants=["*"], safe_mode=True
    )
    runtime.host("any_.go", lambda n: [n, "x", None])

    def stop() -> int:
        raise KeyboardInterrupt

    runtime.host("stop.now", stop)
    assert runtime.call("f", 3) == [3, "x", None]
    assert (runtime.call("g"), runtime.last_error.code) == (None, "E0006")  # type: ignore[union-attr]
    for use in (lambda: runtime.call("f", object()), lambda: runtime.emit("e", object())):
        assert use() is None
        assert runtime.last_error.code == "E0302"  # type: ignore[union-attr]
    assert runtime.call("f", 4) == [4, "x", None]


def test_one_call_is_awaited_at_a_time(pool: WorkerPool) -> None:
    async def slow(n: int) -> int:
        await asyncio.sleep(0.01)
        return n

    async def both(runtime: Runtime) -> list[Any]:
        return await asyncio.gather(runtime.acall("f", 1), runtime.acall("f", 2), return_exceptions=True)

    for isolation in (None, pool):
        runtime = Runtime("def f(n: int) -> int:\n    return slow(n) + slow(n)\n", isolation=isolation, grants=["*"])
        runtime.host("slow", slow)
        first, second = asyncio.run(both(runtime))
        assert (first, second.code) == (2, "E0003")
