"""What a batch workload is: a rule in Bell, columns to run it over, and peers that run the same rule."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bench.c_compiler import PROGRAMS
from bench.python_program import task_of

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Run = Callable[[], Any]
"""One pass over all rows; gives the result column, as whatever the peer makes."""

SEED = 20130101


@dataclass(frozen=True, slots=True)
class BatchPeer:
    """One way to run the rule: ``prepare(table, threads)`` gives the pass, its input already in the peer's own form."""

    prepare: Callable[[pa.Table, int], Run]
    rows_max: int | None = None
    """Slow peers run over this many rows only; their rows/s say so."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A rule over columns. The program is ``programs/batch/PROGRAM.bell`` and ``task`` its function."""

    name: str
    title: str
    program: str
    task: str
    rows: int
    columns: Callable[[int], pa.Table]
    """The input of a given length, the same on every machine."""
    peers: Mapping[str, BatchPeer]

    @property
    def source(self) -> str:
        return (PROGRAMS / "batch" / f"{self.program}.bell").read_text(encoding="utf-8")

    def python_task(self) -> Callable[..., Any]:
        """The rule as CPython runs it."""
        return task_of(self.source, self.task)


def python_rows(source: str, task: str) -> BatchPeer:
    """CPython calling the rule row by row, on Python objects, over a part of the rows."""

    def prepare(table: pa.Table, threads: int) -> Run:
        rule = task_of(source, task)
        columns = [column.to_pylist() for column in table.columns]
        return lambda: list(map(rule, *columns))

    return BatchPeer(prepare, rows_max=100_000)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(2, os.cpu_count() or 1))


def in_slices(work: Callable[[int, int], Any], rows: int, threads: int) -> None:
    """Call ``work(begin, end)`` over equal parts of the rows, one per thread; the work releases the GIL itself."""
    if threads == 1:
        work(0, rows)
        return
    edges = [*(rows * part // threads // 8 * 8 for part in range(threads)), rows]
    for done in [_pool().submit(work, begin, end) for begin, end in pairwise(edges)]:
        done.result()


def numpy_columns(table: pa.Table) -> list[np.ndarray]:
    """The columns as NumPy arrays; only for columns without nulls."""
    return [column.combine_chunks().to_numpy(zero_copy_only=False) for column in table.columns]


def addresses(arrays: Sequence[np.ndarray | None]) -> list[int | None]:
    """Where the arrays begin, for C; None stands for a null pointer."""
    return [None if array is None else array.ctypes.data for array in arrays]


def duckdb_table(table: pa.Table, threads: int) -> Any:
    """A DuckDB connection with the rows in its own table ``rows``.

    Loaded on one thread: scanning Arrow memory on several gives the rows back in another order.
    """
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads TO 1")
    connection.register("arrow_rows", table)
    connection.execute("CREATE TEMP TABLE rows AS SELECT * FROM arrow_rows")
    connection.unregister("arrow_rows")
    connection.execute(f"SET threads TO {threads}")
    return connection
