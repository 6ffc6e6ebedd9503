"""Process isolation: the same answers, errors and limits as in this process, and a pool that outlives its workers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

import belljar
from belljar.errors import BellError
from belljar.runtime.worker import PROGRAMS_MAX
from belljar.runtime.workers import WorkerPool, pool_of
from belljar.safety._lockdown import missing
from tests.corpus import Case, cases

pytestmark = [pytest.mark.skipif(bool(missing()), reason=missing()), pytest.mark.xdist_group("isolation")]

PROGRAM = """
from dataclasses import dataclass
from decimal import Decimal

@dataclass
class Point:
    x: int
    tags: list[str]

def add(a: int, b: int) -> int:
    return a + b

def echo(p: Point) -> Point:
    print("at", p.x)
    return Point(p.x + 1, p.tags + ["é"])

def everything(n: int):
    return {"big": 2**n, (1, "a"): {1, 2}, "f": frozenset({3}), "b": b"\\x00", "n": None, "d": Decimal("1.10"), "r": range(3)}

def item(n: int) -> int:
    values = [1, 2]
    return values[n]

def spin() -> int:
    while True:
        pass

def hoard() -> int:
    found = []
    while True:
        found.append("x" * 1000)

def deep(n: int) -> int:
    return deep(n + 1) + 1

def say(n: int) -> int:
    for i in range(n):
        print("line", i)
    return n
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(1) as made:
        yield made


@pytest.fixture(scope="module")
def program() -> belljar.Program:
    return belljar.compile(PROGRAM, "points.bell")


def ending(program: belljar.Program, *args: Any, **kwargs: Any) -> tuple[Any, str, list[str]]:
    """Result or error of a call, and what it wrote."""
    written: list[str] = []
    try:
        return program.call(*args, write=written.append, **kwargs), "", ["".join(written)]
    except BellError as error:
        return None, f"{error.code}\n{error}\n{error.stack}", ["".join(written)]


@pytest.mark.parametrize("engine", ["vm", "jit", "auto", "reference"])
@pytest.mark.parametrize(
    "call",
    [
        ("add", 2, 3),
        ("echo", {"x": 1, "tags": ["ü", "\ud800"]}),
        ("everything", 100),
        ("item", 5),
        ("add", 2**62, 2**62),
        ("deep", 0),
        ("say", 30),
        ("add", "x", 1),
    ],
)
def test_a_worker_says_what_this_process_says(program: belljar.Program, pool: WorkerPool, engine: str, call: tuple[Any, ...]) -> None:
    assert ending(program, *call, engine=engine, isolation=pool) == ending(program, *call, engine=engine)


@pytest.mark.parametrize(
    ("task", "limits", "code"),
    [("spin", {"time": 0.2}, "E0802"), ("spin", {"fuel": 10_000}, "E0801"), ("hoard", {"memory": 4 << 20}, "E0803")],
)
def test_limits_hold_in_a_worker(program: belljar.Program, pool: WorkerPool, task: str, limits: dict[str, Any], code: str) -> None:
    with pytest.raises(BellError) as caught:
        program.call(task, limits=limits, isolation=pool)
    assert caught.value.code == code
    assert program.call("add", 1, 1, isolation=pool) == 2


def _small(case: Case) -> bool:
    return len(case.text) < 1500


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in list(filter(_small, cases()))[::8]])
def test_programs_of_the_corpus(case: Case, pool: WorkerPool) -> None:
    written: list[str] = []
    code, line = "", 0
    try:
        belljar.compile(case.text, case.name).run(write=written.append, isolation=pool)
    except BellError as error:
        code, line = error.code, error.line
    assert ("".join(written), code, line) == (case.output, case.error, case.error_line)


def test_inputs_and_grants_reach_a_worker(pool: WorkerPool) -> None:
    program = belljar.compile("print(x * 2)", inputs={"x": int})
    written: list[str] = []
    program.run(inputs={"x": 21}, write=written.append, isolation=pool)
    assert "".join(written) == "42\n"
    with pytest.raises(belljar.BellCapabilityError):
        program.run(inputs={"x": 21}, grants=(), isolation=pool)
    with pytest.raises(BellError, match="No value given"):
        program.run(isolation=pool)


def test_a_worker_that_waits_and_is_killed_is_replaced(program: belljar.Program) -> None:
    with WorkerPool(1) as pool:
        pool.warm()
        os.kill(pool.pids[0], signal.SIGKILL)
        os.waitid(os.P_PID, pool.pids[0], os.WEXITED | os.WNOWAIT)
        assert program.call("add", 1, 2, isolation=pool) == 3


def test_a_worker_killed_while_it_runs_is_one_error(program: belljar.Program) -> None:
    with WorkerPool(1) as pool:
        pool.warm()
        victim = pool.pids[0]
        running = threading.Event()

        def kill(_: str) -> None:
            if not running.is_set():
                running.set()
                os.kill(victim, signal.SIGKILL)

        with pytest.raises(BellError) as caught:
            program.call("say", 1_000_000, write=kill, limits={"output": "1GB"}, isolation=pool)
        assert caught.value.code == "E1203"
        assert "SIGKILL" in caught.value.message
        assert program.call("add", 1, 2, isolation=pool) == 3


def test_what_a_writer_of_the_host_raises_ends_the_worker_and_not_the_pool(program: belljar.Program, pool: WorkerPool) -> None:
    def refuse(_: str) -> None:
        raise KeyError("full")

    with pytest.raises(KeyError):
        program.call("say", 3, write=refuse, isolation=pool)
    assert program.call("add", 1, 2, isolation=pool) == 3


def test_more_programs_than_a_worker_keeps(pool: WorkerPool) -> None:
    programs = [belljar.compile(f"def f() -> int: return {i}") for i in range(PROGRAMS_MAX + 3)]
    for _ in range(2):
        assert [program.call("f", engine="vm", isolation=pool) for program in programs] == list(range(len(programs)))


def test_calls_from_many_threads_share_the_pool(program: belljar.Program) -> None:
    with WorkerPool(2) as pool:
        found: list[int] = []
        threads = [threading.Thread(target=lambda i=i: found.append(program.call("add", i, i, isolation=pool))) for i in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == [2 * i for i in range(12)]
        assert len(pool.pids) <= 2


def test_what_is_no_plain_value_is_refused(program: belljar.Program, pool: WorkerPool) -> None:
    for value in (object(), lambda: 1, sys):
        with pytest.raises(BellError) as caught:
            program.call("everything", value, isolation=pool)
        assert caught.value.code == "E0302"
    assert program.call("everything", 64, isolation=pool)["d"] == Decimal("1.10")


def test_misuse_is_told(program: belljar.Program, pool: WorkerPool) -> None:
    for wrong in ("thread", 3):
        with pytest.raises(BellError, match="isolation="):
            program.call("add", 1, 2, isolation=wrong)
    with pytest.raises(BellError, match="arrays=True"):
        program.call("add", 1, 2, isolation=pool, arrays=True)
    with pytest.raises(BellError, match="number of workers"):
        WorkerPool(0)
    closed = WorkerPool(1)
    closed.close()
    with pytest.raises(BellError, match="closed"):
        program.call("add", 1, 2, isolation=closed)


def test_a_process_that_is_locked_down_has_no_files_sockets_or_processes() -> None:
    script = """
import os, socket, sys, threading
from belljar.safety._lockdown import lockdown
lockdown(0, 64)
for work in (lambda: open("/etc/passwd"), lambda: os.listdir("/"), lambda: socket.socket(), os.fork, lambda: os.kill(os.getppid(), 0), lambda: os.unlink("/tmp/none"), lambda: os.stat("/")):
    try:
        work()
    except PermissionError:
        os.write(1, b"refused ")
thread = threading.Thread(target=lambda: os.write(1, b"thread"))
thread.start()
thread.join()
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "refused " * 7 + "thread"


def test_what_no_worker_says_loses_it(program: belljar.Program, pool: WorkerPool) -> None:
    pool.warm()
    for said in (b"\xff\xff\xff\xff", b"\x01\x00\x00\x00\xc1", b"\x02\x00\x00\x00\x91\xc0", b"\x05\x00\x00\x00\x92\xa4done"[:9], b""):
        ours, theirs = socket.socketpair()
        worker = pool._take()
        worker.start()
        own, worker.connection = worker.connection, ours  # the process waits at its own: it must be there when the pool looks
        theirs.sendall(said)
        theirs.shutdown(socket.SHUT_WR)
        pool._give_back(worker)
        with own, theirs, pytest.raises(BellError) as caught:
            program.call("add", 1, 2, isolation=pool)
        assert caught.value.code == "E1203"
    assert program.call("add", 1, 2, isolation=pool) == 3


def test_a_system_without_seccomp_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belljar.safety._lockdown.missing", lambda: "seccomp")
    with pytest.raises(BellError) as caught:
        WorkerPool(1)
    assert caught.value.code == "E1202"


def test_the_pool_of_the_process_is_one() -> None:
    assert pool_of("process") is pool_of("process")
