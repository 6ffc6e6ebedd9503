"""A numeric score: 28 bytes in and 8 out per row, so that memory bandwidth is the wall."""

from __future__ import annotations

import ctypes
from functools import partial
from typing import TYPE_CHECKING, Any

from bench import c_compiler
from bench.gap import Gap
from bench.python_program import task_of
from bench.workloads.workload import (
    SEED,
    BatchPeer,
    Run,
    Workload,
    addresses,
    duckdb_table,
    in_slices,
    numpy_columns,
    python_rows,
)

if TYPE_CHECKING:
    import pyarrow as pa

SOURCE = (c_compiler.PROGRAMS / "batch" / "score.bell").read_text(encoding="utf-8")


def columns(rows: int) -> pa.Table:
    """Incomes, debts, ages 18 to 90, and late payments as 32-bit integers; no nulls."""
    import numpy as np
    import pyarrow as pa

    chance = np.random.default_rng(SEED)
    income = chance.uniform(12_000, 180_000, rows)
    return pa.table(
        {
            "income": income,
            "debt": income * chance.uniform(0.0, 1.5, rows),
            "age": chance.integers(18, 91, rows),
            "late": np.maximum(chance.integers(-6, 5, rows, dtype=np.int32), 0),
        }
    )


def c(function: str, compiler: str, table: pa.Table, threads: int) -> Run:
    import numpy as np

    arrays = numpy_columns(table)
    out = np.zeros(table.num_rows)
    work = getattr(c_compiler.library(c_compiler.PROGRAMS / "batch" / "score.c", compiler), function)
    work.argtypes = [ctypes.c_void_p] * 5 + [ctypes.c_int64] * 2
    work.restype = ctypes.c_int64
    pointers = addresses([*arrays, out])

    def run() -> Any:
        in_slices(lambda begin, end: work(*pointers, begin, end), len(out), threads)
        return out

    run.inputs = arrays  # kept alive as long as their addresses are used
    return run


def numba_vectorize(table: pa.Table, threads: int) -> Run:
    import numba
    import numpy as np

    @numba.vectorize("float64(float64, float64, int64, int32)")
    def score(income, debt, age, late):
        points = 700.0 - 250.0 * (debt / income)
        if age < 25:
            points -= 4.0 * (25 - age)
        elif age > 60:
            points += 15.0
        if late > 0:
            points -= 35.0 * late
        if points < 300.0:
            points = 300.0
        if points > 850.0:
            points = 850.0
        return points

    arrays = numpy_columns(table)
    out = np.zeros(table.num_rows)

    def part(begin: int, end: int) -> None:
        score(*(array[begin:end] for array in arrays), out=out[begin:end])

    def run() -> Any:
        in_slices(part, len(out), threads)
        return out

    return run


def numba_rows(table: pa.Table, threads: int) -> Run:
    import numba
    import numpy as np

    score = numba.njit(task_of(SOURCE, "score"))

    @numba.njit(nogil=True)
    def loop(income, debt, age, late, out):
        for i in range(len(out)):
            out[i] = score(income[i], debt[i], age[i], late[i])

    arrays = numpy_columns(table)
    out = np.zeros(table.num_rows)

    def run() -> Any:
        in_slices(lambda begin, end: loop(*(array[begin:end] for array in arrays), out[begin:end]), len(out), threads)
        return out

    return run


def numpy(table: pa.Table, threads: int) -> Run:
    import numpy as np

    if threads > 1:
        raise Gap("NumPy runs on one thread")
    income, debt, age, late = numpy_columns(table)

    def run() -> Any:
        points = 700.0 - 250.0 * (debt / income)
        points -= np.where(age < 25, 4.0 * (25 - age), np.where(age > 60, -15.0, 0.0))
        points -= np.where(late > 0, 35.0 * late, 0.0)
        return np.clip(points, 300.0, 850.0)

    return run


def polars(table: pa.Table, threads: int) -> Run:
    import polars as pl

    if threads != pl.thread_pool_size():
        raise Gap(f"its pool is fixed at import to {pl.thread_pool_size()} threads")
    frame = pl.from_arrow(table)
    income, debt, age, late = (pl.col(name) for name in table.column_names)
    points = 700.0 - 250.0 * (debt / income)
    points = points - pl.when(age < 25).then(4.0 * (25 - age)).when(age > 60).then(-15.0).otherwise(0.0)
    points = points - pl.when(late > 0).then(35.0 * late).otherwise(0.0)
    query = frame.lazy().select(points.clip(300.0, 850.0).alias("score"))
    return lambda: query.collect()["score"]


def duckdb(table: pa.Table, threads: int) -> Run:
    connection = duckdb_table(table, threads)
    query = """
        SELECT greatest(300.0::DOUBLE, least(850.0::DOUBLE, 700.0::DOUBLE - 250.0::DOUBLE * (debt / income)
            - CASE WHEN age < 25 THEN 4.0::DOUBLE * (25 - age) WHEN age > 60 THEN -15.0::DOUBLE ELSE 0.0::DOUBLE END
            - CASE WHEN late > 0 THEN 35.0::DOUBLE * late ELSE 0.0::DOUBLE END)) AS score FROM rows
    """
    return lambda: connection.sql(query).to_arrow_table()["score"]


def pyarrow(table: pa.Table, threads: int) -> Run:
    import pyarrow.compute as pc

    if threads > 1:
        raise Gap("pyarrow.compute runs a kernel on one thread")
    income, debt, age, late = (column.combine_chunks() for column in table.columns)

    def run() -> Any:
        points = pc.subtract(700.0, pc.multiply(250.0, pc.divide(debt, income)))
        young = pc.multiply(4.0, pc.subtract(25, age))
        points = pc.subtract(points, pc.if_else(pc.less(age, 25), young, pc.if_else(pc.greater(age, 60), -15.0, 0.0)))
        points = pc.subtract(points, pc.if_else(pc.greater(late, 0), pc.multiply(35.0, late), 0.0))
        return pc.max_element_wise(300.0, pc.min_element_wise(850.0, points))

    return run


WORKLOAD = Workload(
    name="score",
    title="Numeric score",
    program="score",
    task="score",
    rows=10_000_000,
    columns=columns,
    peers={
        "clang": BatchPeer(partial(c, "plain", "clang")),
        "clang checked": BatchPeer(partial(c, "checked", "clang")),
        "gcc": BatchPeer(partial(c, "plain", "gcc")),
        "numba vectorize": BatchPeer(numba_vectorize),
        "numba njit": BatchPeer(numba_rows),
        "numpy": BatchPeer(numpy),
        "polars": BatchPeer(polars),
        "duckdb": BatchPeer(duckdb),
        "pyarrow": BatchPeer(pyarrow),
        "cpython": python_rows(SOURCE, "score"),
    },
)
