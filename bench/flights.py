"""The part "flights": a rule with strings and nulls from a CSV file to a CSV or Parquet file, in one process and from the shell."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

from bench import belljar_peer, flights_peers
from bench.c_compiler import cache_folder
from bench.clock import FULL, QUICK, Pace, Timing, interleave
from bench.data import FLIGHTS_ROWS, flights_csv
from bench.flights_peers import PROGRAM, TASK, THREADS
from bench.gap import Gap, WrongAnswer, gap_from
from bench.process import run_process
from bench.section import Cell, Grid, Section

ROWS_QUICK = 2_000
SUFFIXES = {"csv to csv": ".csv", "csv to parquet": ".parquet"}
ROWS = (*SUFFIXES, "process")

Convert = Callable[[Path, Path], Any]
"""From the input file to an output file of one text column, CSV or Parquet by its suffix."""

Say = Callable[[str], None]


@cache
def _belljar_convert() -> Convert:
    """Belljar's conversion, compiled once as a warm process would have it."""
    return belljar_peer.batch_file(PROGRAM.read_text(encoding="utf-8"), TASK, THREADS)


def belljar(source: Path, output: Path) -> None:
    _belljar_convert()(source, output)


PEERS: dict[str, Convert] = {
    "polars": flights_peers.polars,
    "duckdb": flights_peers.duckdb,
    "pyarrow": flights_peers.pyarrow,
    "pandas": flights_peers.pandas,
    "cpython": flights_peers.cpython,
    "clang": flights_peers.c,
    "numba": flights_peers.numba,
    "belljar": belljar,
}


def expected(source: Path) -> list[str]:
    """What CPython answers, row by row."""
    folder = cache_folder()
    flights_peers.cpython(source, folder / "flights-expected.csv")
    return read(folder / "flights-expected.csv")


def read(output: Path) -> list[str]:
    """The one column of an output file."""
    if output.suffix == ".parquet":
        import pyarrow.parquet as pq

        return pq.read_table(output).column(0).to_pylist()
    with output.open(encoding="utf-8", newline="") as lines:
        return [row[0] for row in csv.reader(lines)][1:]


def check(output: Path, answers: list[str]) -> None:
    """Raises WrongAnswer unless the file holds the answers in the order of the rows."""
    got = read(output)
    if got != answers:
        at = next((row for row, (a, b) in enumerate(zip(got, answers, strict=False)) if a != b), min(len(got), len(answers)))
        raise WrongAnswer(f"{len(got):,} rows of {len(answers):,}; first difference in row {at}")


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure CSV to CSV and to Parquet in this process, and the whole process from the shell."""
    section = Section("flights")
    try:
        source = flights_csv(ROWS_QUICK if quick else None)
    except Gap as gap:
        section.unfound["flights.csv_to_csv"] = section.unfound["flights.process"] = gap.reason
        return section
    rows = ROWS_QUICK if quick else FLIGHTS_ROWS
    pace = pace or (QUICK if quick else FULL)
    answers = expected(source)
    chosen = [name for name in PEERS if not set(peers) or name in set(peers)]
    wanted = set(only)
    grid = Grid(f"Flights, {rows:,} rows of 19 columns", "a rule over five columns; time against Polars", "polars", chosen)
    for name, suffix in SUFFIXES.items():
        if not wanted or name in wanted:
            say(f"{grid.title}: {name}")
            grid.rows[name] = _in_process(chosen, source, suffix, answers, pace)
            grid.inputs[name] = f"{source.stat().st_size / 1e6:.1f} MB, this process, warm"
    if not wanted or "process" in wanted:
        say(f"{grid.title}: whole process")
        grid.rows["process"] = _whole_process(chosen, source, answers, pace)
        grid.inputs["process"] = "csv to csv from the shell, Python's start included"
    section.grids.append(grid)
    for row, key in (("csv to csv", "flights.csv_to_csv"), ("process", "flights.process")):
        cell = grid.rows.get(row, {}).get("belljar")
        if isinstance(cell, Timing):
            section.findings[key] = cell.median_s * 1e3
        elif cell is not None:
            section.unfound[key] = cell.reason
    return section


def _in_process(peers: list[str], source: Path, suffix: str, answers: list[str], pace: Pace) -> dict[str, Cell]:
    cases: dict[str, Callable[[], object]] = {}
    cells: dict[str, Cell] = {}
    for peer in peers:
        output = cache_folder() / f"flights-out-{peer}{suffix}"
        output.unlink(missing_ok=True)
        try:
            PEERS[peer](source, output)
            check(output, answers)
        except Exception as error:
            cells[peer] = gap_from(error)
        else:
            cases[peer] = partial(PEERS[peer], source, output)
    return {**cells, **interleave(cases, pace)}


def _whole_process(peers: list[str], source: Path, answers: list[str], pace: Pace) -> dict[str, Cell]:
    cases: dict[str, Callable[[], object]] = {}
    cells: dict[str, Cell] = {}
    for peer in peers:
        output = cache_folder() / f"flights-process-{peer}.csv"
        output.unlink(missing_ok=True)
        try:
            command = _command(peer, source, output)
            run_process(command)
            check(output, answers)
        except Exception as error:
            cells[peer] = gap_from(error)
        else:
            cases[peer] = partial(run_process, command)
    return {**cells, **interleave(cases, pace)}


def _command(peer: str, source: Path, output: Path) -> list[str]:
    if peer == "belljar":
        return belljar_peer.batch_command(PROGRAM, TASK, source, output)
    if peer in ("clang", "numba"):
        PEERS[peer](source, output)  # says why it takes no part
    script = f"import sys; from pathlib import Path; from bench.flights_peers import {peer} as go; go(Path(sys.argv[1]), Path(sys.argv[2]))"
    return [sys.executable, "-c", script, str(source), str(output)]
