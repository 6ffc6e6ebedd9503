"""A loop per row whose length depends on the row: internal rate of return by Newton steps."""

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

SOURCE = (c_compiler.PROGRAMS / "batch" / "newton.bell").read_text(encoding="utf-8")

STEPS = 7
"""Steps for the peers that have no loop: enough for every row of ``columns`` to stand still."""


def columns(rows: int) -> pa.Table:
    """Payments with three returns each, made so that rates lie between about -15 and 45 percent; no nulls."""
    import numpy as np
    import pyarrow as pa

    chance = np.random.default_rng(SEED)
    paid = chance.uniform(500.0, 5_000.0, rows)
    gain = chance.uniform(0.75, 2.0, rows)
    first, second = chance.uniform(0.15, 0.4, rows), chance.uniform(0.15, 0.4, rows)
    return pa.table(
        {
            "paid": paid,
            "first": paid * gain * first,
            "second": paid * gain * second,
            "third": paid * gain * (1.0 - first - second),
        }
    )


def c(function: str, compiler: str, table: pa.Table, threads: int) -> Run:
    import numpy as np

    arrays = numpy_columns(table)
    out = np.zeros(table.num_rows)
    work = getattr(c_compiler.library(c_compiler.PROGRAMS / "batch" / "newton.c", compiler), function)
    work.argtypes = [ctypes.c_void_p] * 5 + [ctypes.c_int64] * 2
    work.restype = None
    pointers = addresses([*arrays, out])

    def run() -> Any:
        in_slices(lambda begin, end: work(*pointers, begin, end), len(out), threads)
        return out

    run.inputs = arrays  # kept alive as long as their addresses are used
    return run


def numba_vectorize(table: pa.Table, threads: int) -> Run:
    import numba
    import numpy as np

    rate = numba.vectorize("float64(float64, float64, float64, float64)")(task_of(SOURCE, "rate_of_return"))
    arrays = numpy_columns(table)
    out = np.zeros(table.num_rows)

    def run() -> Any:
        in_slices(lambda begin, end: rate(*(array[begin:end] for array in arrays), out=out[begin:end]), len(out), threads)
        return out

    return run


def numba_rows(table: pa.Table, threads: int) -> Run:
    import numba
    import numpy as np

    rate = numba.njit(task_of(SOURCE, "rate_of_return"))

    @numba.njit(nogil=True)
    def loop(paid, first, second, third, out):
        for i in range(len(out)):
            out[i] = rate(paid[i], first[i], second[i], third[i])

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
    paid, first, second, third = numpy_columns(table)

    def run() -> Any:
        x = np.full(len(paid), 1.0 / 1.1)
        for _ in range(50):
            value = ((third * x + second) * x + first) * x - paid
            slope = (3.0 * third * x + 2.0 * second) * x + first
            change = value / slope
            x -= change
            if np.abs(change).max() < 1e-12:
                break
        return 1.0 / x - 1.0

    return run


def polars(table: pa.Table, threads: int) -> Run:
    import polars as pl

    if threads != pl.thread_pool_size():
        raise Gap(f"its pool is fixed at import to {pl.thread_pool_size()} threads")
    paid, first, second, third, x = (pl.col(name) for name in (*table.column_names, "x"))
    query = pl.from_arrow(table).lazy().with_columns(x=pl.lit(1.0 / 1.1))
    for _ in range(STEPS):
        value = ((third * x + second) * x + first) * x - paid
        query = query.with_columns(x=x - value / ((3.0 * third * x + 2.0 * second) * x + first))
    query = query.select((1.0 / x - 1.0).alias("rate"))
    return lambda: query.collect()["rate"]


def duckdb(table: pa.Table, threads: int) -> Run:
    connection = duckdb_table(table, threads)
    step = "x - (((third * x + second) * x + first) * x - paid) / ((3.0::DOUBLE * third * x + 2.0::DOUBLE * second) * x + first)"
    query = "SELECT *, 1.0::DOUBLE / 1.1::DOUBLE AS x FROM rows"
    for _ in range(STEPS):
        query = f"SELECT paid, first, second, third, {step} AS x FROM ({query})"
    query = f"SELECT 1.0::DOUBLE / x - 1.0::DOUBLE AS rate FROM ({query})"
    return lambda: connection.sql(query).to_arrow_table()["rate"]


def pyarrow(table: pa.Table, threads: int) -> Run:
    import pyarrow as pa
    import pyarrow.compute as pc

    if threads > 1:
        raise Gap("pyarrow.compute runs a kernel on one thread")
    paid, first, second, third = (column.combine_chunks() for column in table.columns)

    def run() -> Any:
        x = pa.repeat(pa.scalar(1.0 / 1.1), len(paid))
        for _ in range(STEPS):
            value = pc.subtract(pc.multiply(pc.add(pc.multiply(pc.add(pc.multiply(third, x), second), x), first), x), paid)
            slope = pc.add(pc.multiply(pc.add(pc.multiply(pc.multiply(3.0, third), x), pc.multiply(2.0, second)), x), first)
            x = pc.subtract(x, pc.divide(value, slope))
        return pc.subtract(pc.divide(1.0, x), 1.0)

    return run


WORKLOAD = Workload(
    name="newton",
    title="Newton loop per row",
    program="newton",
    task="rate_of_return",
    rows=2_000_000,
    columns=columns,
    peers={
        "clang": BatchPeer(partial(c, "plain", "clang")),
        "clang by hand": BatchPeer(partial(c, "masked", "clang")),
        "gcc": BatchPeer(partial(c, "plain", "gcc")),
        "gcc by hand": BatchPeer(partial(c, "masked", "gcc")),
        "numba vectorize": BatchPeer(numba_vectorize),
        "numba njit": BatchPeer(numba_rows),
        "numpy": BatchPeer(numpy),
        "polars": BatchPeer(polars),
        "duckdb": BatchPeer(duckdb),
        "pyarrow": BatchPeer(pyarrow),
        "cpython": python_rows(SOURCE, "rate_of_return"),
    },
)
