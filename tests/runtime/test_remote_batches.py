"""Batches in worker processes: the same tables and failed rows as in this process, and nothing believed that a worker sends."""

from __future__ import annotations

import mmap
import os
import signal
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

import belljar
from belljar import BellError, Journal
from belljar.engines.batch.contract import Column
from belljar.runtime import remote_batches
from belljar.runtime.sharing import HALF, REGION_BYTES
from belljar.runtime.workers import WorkerPool
from belljar.safety._lockdown import missing

pytestmark = [pytest.mark.skipif(bool(missing()), reason=missing()), pytest.mark.xdist_group("isolation")]

PROGRAM = """
def score(x: float, n: int, s: str | None) -> tuple[float, str, bool]:
    if s is None:
        return (x, "none", False)
    return (100.0 / (n - 7) + x, s.upper(), n > 3)

def plain(x: float, n: int) -> float:
    return x * n + 1.0

def shout(s: str) -> str:
    return s + "!"

def found(n: int) -> int:
    return store.get(n)

def spin(n: int) -> int:
    while n == 3:
        pass
    return n
"""
ROWS = 500
TABLE = pa.table(
    {
        "x": [i / 7 for i in range(ROWS)],
        "n": [i % 11 for i in range(ROWS)],
        "s": [None if i % 13 == 0 else f"w{i % 50}é" for i in range(ROWS)],
    }
)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2) as made:
        yield made


@pytest.fixture(scope="module")
def program() -> belljar.Program:
    hosts = belljar.HostFunctions()
    hosts.add("store.get", lambda n: n * 10, signature="(n: int) -> int", effect="read")
    return belljar.compile(PROGRAM, "rows.bell", hosts=hosts)


@pytest.mark.parametrize("task", ["score", "plain", "shout"])
def test_tables_and_failed_rows_are_the_same(program: belljar.Program, pool: WorkerPool, task: str) -> None:
    table = TABLE if task != "shout" else pa.table({"s": TABLE["s"].fill_null("").dictionary_encode()})
    here = program.batch(task, table, progress="off", block_rows=100)
    there = program.batch(task, table, progress="off", block_rows=100, isolation=pool)
    assert there.table.equals(here.table)
    assert there.table.schema == here.table.schema
    assert there.error_table.equals(here.error_table)
    assert there.errors == here.errors


def test_rows_call_functions_of_the_host(program: belljar.Program, pool: WorkerPool) -> None:
    done = program.batch("found", {"n": [1, 2, 3]}, grants=["store.get"], isolation=pool, progress="off")
    assert done.table["found"].to_pylist() == [10, 20, 30]
    refused = program.batch("found", {"n": [1, 2]}, isolation=pool, progress="off")
    assert refused.error_table["code"].to_pylist() == ["E0901", "E0901"]
    journal = Journal()
    assert program.hosts is not None
    run = program.hosts.begin(["*"], journal=journal)
    program.batch("found", {"n": [1, 2, 3]}, hosts=run, isolation=pool, progress="off")
    assert [call.arguments["n"] for call in journal] == [1, 2, 3]


def test_limits_and_lost_workers(program: belljar.Program, pool: WorkerPool) -> None:
    slow = program.batch("spin", {"n": [1, 3, 5]}, limits={"fuel": 10_000}, isolation=pool, progress="off")
    assert slow.table["spin"].to_pylist() == [1, None, 5]
    assert slow.error_table["code"].to_pylist() == ["E0801"]
    pool.warm()
    for worker in pool._idle:
        worker.process.kill()
        worker.process.wait()
    assert program.batch("spin", {"n": [1]}, isolation=pool, progress="off").table["spin"].to_pylist() == [1]
    hosts = belljar.HostFunctions()
    hosts.add("end", lambda: os.kill(pid_of(pool), signal.SIGKILL), signature="() -> None")
    lethal = belljar.compile("def f(n: int) -> int:\n    end()\n    return n\n", hosts=hosts)
    with pytest.raises(BellError) as caught:
        lethal.batch("f", {"n": [1]}, grants=["end"], isolation=pool, progress="off")
    assert caught.value.code == "E1203"
    assert program.batch("spin", {"n": [1]}, isolation=pool, progress="off").rows == 1


def pid_of(pool: WorkerPool) -> int:
    (kernel,) = BUSY
    return next(iter(kernel._busy)).process.pid


BUSY: list[Any] = []


@pytest.fixture(autouse=True)
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the kernel that runs, so that its worker can be found."""
    begin = remote_batches.RemoteKernel.__init__

    def noting(self: Any, *args: Any) -> None:
        begin(self, *args)
        BUSY[:] = [self]

    monkeypatch.setattr(remote_batches.RemoteKernel, "__init__", noting)


def test_columns_too_many_for_the_shared_memory_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    region = mmap.mmap(-1, REGION_BYTES)
    column = pa.array(range(1000))
    assert remote_batches.read(region, remote_batches.written(region, [column], 1000)) == [column]
    monkeypatch.setattr(remote_batches, "HALF", 1 << 20)
    sent = remote_batches.written(region, [column], 1000)
    assert isinstance(sent, bytes)
    assert remote_batches.read(region, sent) == [column]


INT, TEXT = Column("n", "int", True), Column("s", "str", True)


@pytest.mark.parametrize(
    ("column", "answer"),
    [
        (INT, []),
        (INT, [["double", [None, [HALF, 80]], 0]]),
        (INT, [["int64", [None, [0, 80]], 0]]),
        (INT, [["int64", [None, [HALF, 8]], 0]]),
        (INT, [["int64", [None, None], 0]]),
        (INT, [["int64", [None, [REGION_BYTES - 8, 80]], 0]]),
        (INT, [["int64", [None], 0]]),
        (TEXT, [["string", [None, [HALF, 44], None], 0]]),
        (TEXT, [["string", [None, [HALF + 64, 44], [HALF, 4]], 0]]),
        (TEXT, [["dictionary<int8>", [None, [HALF + 64, 10], [HALF, 8], [HALF, 0]], 1]]),
        (TEXT, [["dictionary<int8>", [None, [HALF, 10], [HALF, 8], [HALF, 0]], -1]]),
    ],
)
def test_what_no_worker_answers_is_refused(column: Column, answer: Any) -> None:
    region = mmap.mmap(-1, REGION_BYTES)
    region[HALF + 64 : HALF + 192] = b"\x7f" * 128
    with pytest.raises((ValueError, TypeError)):
        remote_batches.results(region, [column], answer, 10)


@pytest.mark.parametrize(
    "row", [[10, "E0501", "m", 1], [0, "E9999", "m", 1], [0, "E0501", 3, 1], [-1, "E0501", "m", 1], [0, "E0501", "m", None]]
)
def test_failed_rows_that_are_none(row: Any) -> None:
    with pytest.raises(ValueError, match="none"):
        remote_batches.faults_from([row], 10)
