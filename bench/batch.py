"""The part "batch": one rule over millions of rows, on one thread and on two, in rows per second."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from bench import belljar_peer
from bench.clock import FULL, QUICK, Pace, Timing, interleave
from bench.gap import Gap, WrongAnswer, gap_from
from bench.section import Cell, Grid, Section
from bench.workloads import mixed, newton, score
from bench.workloads.workload import BatchPeer, Run, Workload

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

WORKLOADS: dict[str, Workload] = {w.name: w for w in (score.WORKLOAD, mixed.PLAIN, mixed.DICTIONARY, newton.WORKLOAD)}
PEERS: tuple[str, ...] = tuple(dict.fromkeys([*(peer for w in WORKLOADS.values() for peer in w.peers), "belljar"]))
THREADS = (1, 2)
ROWS_QUICK = 3_000
SAMPLE_ROWS = 20_000
"""Rows that CPython runs to say what the answer is; the other peers must also agree on every row among themselves."""

Say = Callable[[str], None]


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the workloads named in ``only`` (all by default) with the peers named (all by default)."""
    section = Section("batch")
    wanted = set(peers) or set(PEERS)
    for name in only or WORKLOADS:
        workload = WORKLOADS[name]
        table = workload.columns(ROWS_QUICK if quick else workload.rows)
        grid = Grid(
            f"{workload.title}, {table.num_rows:,} rows",
            "million rows a second, and speed against clang on as many threads",
            "clang",
            [peer for peer in (*workload.peers, "belljar") if peer in wanted],
            unit="rows/s",
            faster=True,
        )
        for threads in THREADS:
            say(f"{grid.title}: {threads} thread{'s' if threads > 1 else ''}")
            _measure(grid, workload, table, threads, pace or (QUICK if quick else FULL))
            cell = grid.rows[_row(threads)].get("belljar")
            if isinstance(cell, Timing):
                section.findings[f"batch.{name}.{threads}"] = table.num_rows / cell.median_s
            elif cell is not None:
                section.unfound[f"batch.{name}.{threads}"] = cell.reason
        section.grids.append(grid)
    return section


def belljar(workload: Workload) -> BatchPeer:
    """Belljar's way to run a workload: a table in, a table out, one result column."""

    def prepare(table: pa.Table, threads: int) -> Run:
        batch = belljar_peer.batch_table(workload.source, workload.task, threads)
        return lambda: batch(table).column(0)

    return BatchPeer(prepare)


def checked(peer: str, workload: Workload, table: pa.Table, threads: int, expected: Expected) -> tuple[Run, int]:
    """A peer's pass over the rows, its answers already checked, and how many rows it works through."""
    how = belljar(workload) if peer == "belljar" else workload.peers[peer]
    part = table if how.rows_max is None else table.slice(0, how.rows_max)
    try:
        run = how.prepare(part, threads)
        got = as_array(run())
    except Exception as error:
        raise gap_from(error) from error
    expected.check(peer, got)
    return run, part.num_rows


class Expected:
    """What the rows of a table should give: CPython's word on a sample, and one peer's on all the others' rows."""

    def __init__(self, workload: Workload, table: pa.Table) -> None:
        import numpy as np

        self.places = np.unique(np.linspace(0, table.num_rows - 1, min(SAMPLE_ROWS, table.num_rows)).astype(np.int64))
        rule = workload.python_task()
        self.sample = np.array(list(map(rule, *(column.to_pylist() for column in table.take(self.places).columns))))
        self.all: tuple[str, np.ndarray] | None = None

    def check(self, peer: str, got: np.ndarray) -> None:
        """Raises WrongAnswer. Belljar is held to CPython's bits; the others may differ by a fused multiply-add."""
        import numpy as np

        places = self.places[self.places < len(got)]
        sample, found = self.sample[: len(places)], got[places]
        same = sample == found if peer == "belljar" else np.isclose(sample, found, rtol=1e-9, atol=1e-12)
        if not same.all():
            at = int(np.flatnonzero(~same)[0])
            raise WrongAnswer(f"row {places[at]}: {found[at]!r}, not {sample[at]!r}")
        if self.all is None:
            self.all = peer, got.copy()
            return
        other, whole = self.all
        rows = min(len(got), len(whole))
        for begin in range(0, rows, 1 << 20):
            end = min(rows, begin + (1 << 20))
            close = np.isclose(got[begin:end], whole[begin:end], rtol=1e-9, atol=1e-12)
            if not close.all():
                at = begin + int(np.flatnonzero(~close)[0])
                raise WrongAnswer(f"row {at}: {got[at]!r}, where {other} has {whole[at]!r}")


def as_array(result: Any) -> np.ndarray:
    """A result column of any peer as a NumPy array of floats."""
    import numpy as np

    if hasattr(result, "combine_chunks"):
        result = result.combine_chunks()
        result = result.to_numpy(zero_copy_only=False)
    elif hasattr(result, "to_numpy"):
        result = result.to_numpy()
    return np.asarray(result, dtype=np.float64)


def _row(threads: int) -> str:
    return "1 thread" if threads == 1 else f"{threads} threads"


def _measure(grid: Grid, workload: Workload, table: pa.Table, threads: int, pace: Pace) -> None:
    expected = Expected(workload, table)
    cases: dict[str, Callable[[], object]] = {}
    cells: dict[str, Cell] = {}
    for peer in grid.columns:
        if peer == "cpython" and threads > 1:
            cells[peer] = Gap("one thread at a time holds the interpreter")
            continue
        try:
            cases[peer], grid.rows_per_call[_row(threads), peer] = checked(peer, workload, table, threads, expected)
        except Gap as gap:
            cells[peer] = gap
    grid.rows[_row(threads)] = {**cells, **interleave(cases, pace)}
    grid.inputs[_row(threads)] = f"{table.num_rows:,} rows of " + ", ".join(f"{field.name} {field.type}" for field in table.schema)


def measured(grid: Grid) -> Iterator[tuple[str, str, float, Timing]]:
    """Row, column, rows a second and timing of every cell that has one."""
    for row, cells in grid.rows.items():
        for column, cell in cells.items():
            if isinstance(cell, Timing):
                yield row, column, grid.rows_per_call[row, column] / cell.median_s, cell
