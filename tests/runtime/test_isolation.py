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
from belljar.runtime._channel import Channel
from belljar.runtime.hosts import HostFunctions
from belljar.runtime.wire import MESSAGE_BYTES_MAX
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
    core = bytes(4)
    for said in (
        b"\xff\xff\xff\xff" + core,
        b"\x01\x00\x00\x00" + core + b"\xc1",
        b"\x02\x00\x00\x00" + core + b"\x91\xc0",
        b"\x07\x00\x00\x00" + core + b"\x92\xa4done",
        b"",
    ):
        ours, theirs = socket.socketpair()
        worker = pool._take()
        worker.start()
        own, worker.connection = worker.connection, ours  # the process waits at its own: it must be there when the pool looks
        worker.channel = Channel(ours.fileno(), True, MESSAGE_BYTES_MAX)
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


HOSTED = """
def total(n: int) -> int:
    return sum(shop.price(i, "eur") for i in range(n))

def sell(item: str) -> int:
    print("selling", item)
    return shop.sell(item, 2) + shop.price(1, "eur")

def careful(item: str) -> str:
    try:
        shop.sell(item, 0)
    except ValueError as e:
        return f"refused: {e}"
    return "sold"

def post(text: str) -> str:
    return mail.send(secret("TOKEN"), text)

def stored(n: int) -> list[int]:
    return shop.all(n)
"""


def _shop() -> tuple[HostFunctions, list[Any]]:
    hosts, made = HostFunctions(), []

    def sell(item: str, count: int) -> int:
        if count == 0:
            raise ValueError("nothing to sell")
        made.append((item, count))
        return count

    def send(token: str, text: str) -> str:
        made.append((token, text))
        return f"{token} took {text}"

    hosts.add("shop.price", lambda item, currency: item * 10, signature="(item: int, currency: str) -> int", effect="read")
    hosts.add("shop.sell", sell, dry_answer=7)
    hosts.add("mail.send", send, signature="(token: secret, text: str) -> str")
    hosts.add("shop.all", lambda n: list(range(n)), signature="(n: int) -> list[int]", effect="read", max_bytes=1000)
    hosts.secret("TOKEN", "t0ps3cret")
    return hosts, made


@pytest.fixture(scope="module")
def hosted() -> belljar.Program:
    return belljar.compile(HOSTED, "shop.bell", cache=False, hosts=_shop()[0])


def test_functions_of_the_host_are_called_from_a_worker(hosted: belljar.Program, pool: WorkerPool) -> None:
    hosts, made = _shop()
    said: list[str] = []
    run = hosts.begin(["shop.*", "io.stdout"])
    how: dict[str, Any] = {"isolation": pool, "hosts": run, "write": said.append}
    assert hosted.call("total", 50, **how) == 12_250
    assert hosted.call("sell", "tea", **how) == 12
    assert made == [("tea", 2)]
    assert "".join(said) == "selling tea\n"
    assert hosted.call("careful", "tea", **how) == "refused: nothing to sell"
    assert run.settle() == {"shop.price", "shop.sell", "io.stdout"}
    assert hosted.call("stored", 3, **how) == [0, 1, 2]
    for isolation in (None, pool):
        with pytest.raises(BellError, match=r"shop\.all") as caught:
            hosted.call("stored", 1000, hosts=run, isolation=isolation)
        assert (caught.value.code, caught.value.span.line) == ("E0906", 20)


def test_what_is_not_granted_is_refused_by_this_side(hosted: belljar.Program, pool: WorkerPool) -> None:
    hosts, made = _shop()
    for grants in ([], ["io.stdout"], ["io.stdout", "shop.sell"], ["io.stdout", "shop.*"]):
        codes = []
        for isolation in (None, pool):
            try:
                hosted.call("sell", "tea", hosts=hosts, grants=grants, isolation=isolation, write=lambda _: None)
                codes.append("")
            except BellError as error:
                codes.append(f"{error.code} {error.message} {error.span.line}")
        assert codes[0] == codes[1]
    assert made == [("tea", 2)] * 4  # the last two lists of grants, twice each
    with pytest.raises(BellError) as caught:
        hosted.call("post", "hello", hosts=hosts, grants=["mail.send"], isolation=pool)
    assert caught.value.code == "E0901"
    assert "secret.TOKEN" in str(caught.value)


def test_a_secret_stays_on_this_side(hosted: belljar.Program, pool: WorkerPool) -> None:
    hosts, made = _shop()
    calls: list[Any] = []
    hosts.on_call = calls.append
    answer = hosted.call("post", "hello", hosts=hosts, grants=["mail.send", "secret.TOKEN"], isolation=pool)
    assert answer == "[secret TOKEN] took hello"
    assert made == [("t0ps3cret", "hello")]
    assert [call.name for call in calls] == ["secret", "mail.send"]
    assert not any("t0ps3cret" in f"{call.text()} {call.arguments} {call.answer}" for call in calls)


def test_a_dry_run_writes_nothing_from_a_worker(hosted: belljar.Program, pool: WorkerPool) -> None:
    from belljar.safety.journal import Journal

    answers = []
    for isolation in (None, pool):
        hosts, made = _shop()
        journal = Journal()
        run = hosts.begin(["shop.*", "io.stdout"], dry_run=True, journal=journal)
        answers.append(
            (
                hosted.call("sell", "tea", hosts=run, isolation=isolation, write=lambda _: None),
                [(call.name, call.dry_run) for call in journal],
            )
        )
        assert made == []
    assert answers[0] == answers[1] == (17, [("shop.sell", True), ("shop.price", False)])
