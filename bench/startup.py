"""The part "startup": from nothing to a first result, from source to runnable, and what one call costs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench import belljar_peer, startup_scripts
from bench.clock import FULL, QUICK, ROUNDS_MIN, Pace, Timing, interleave, summarise
from bench.gap import WrongAnswer, gap_from
from bench.process import environment_of, run_process
from bench.section import Cell, Grid, Section
from bench.startup_peers import ADD, CACHED, CALLS, COMPILERS, lines_300

Say = Callable[[str], None]
PARTS = ("first", "compile", "call", "first batch")
PEERS = tuple(dict.fromkeys([*startup_scripts.FIRST, *COMPILERS, *CALLS, *startup_scripts.FIRST_BATCH]))
CALLS_PER_SAMPLE = 1_000
COMPILE_S_MAX = 4.0
"""A compiler that has used this much time sits out the rounds after its third."""


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the parts named in ``only`` (all by default) with the peers named (all by default)."""
    section = Section("startup")
    wanted, chosen = set(only) or set(PARTS), set(peers)
    turns = 3 if quick else 11
    pace = pace or (QUICK if quick else FULL)
    if "first" in wanted:
        say("first result of a process")
        grid = _first(_chosen(startup_scripts.FIRST, chosen), turns)
        section.grids.append(grid)
        _found(
            section,
            grid,
            {
                "belljar vm cold": "startup.vm",
                "belljar vm cached": "startup.vm_cached",
                "belljar jit cold": "startup.jit_cold",
                "belljar jit cached": "startup.jit_cached",
            },
            1e3,
        )
    if "compile" in wanted:
        say("300 lines to runnable")
        grid = _compile(_chosen(COMPILERS, chosen), turns)
        section.grids.append(grid)
        _found(section, grid, {"belljar vm": "compile.vm", "belljar jit": "compile.jit", "belljar vm cached": "compile.vm_cached"}, 1e3)
    if "call" in wanted:
        say("one call")
        grid = _call(_chosen(CALLS, chosen), pace)
        section.grids.append(grid)
        _found(section, grid, {"belljar": "call.numbers"}, 1e9)
    if "first batch" in wanted:
        say("first batch call of a process")
        grid = _first_batch(_chosen(startup_scripts.FIRST_BATCH, chosen), turns)
        section.grids.append(grid)
        _found(section, grid, {"belljar": "batch.first_call"}, 1e3)
    return section


def _chosen(table: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if not names or name in names}


def _found(section: Section, grid: Grid, keys: Mapping[str, str], scale: float) -> None:
    """Findings from the only row of a grid, by column."""
    (cells,) = grid.rows.values()
    for column, key in keys.items():
        cell = cells.get(column)
        if isinstance(cell, Timing):
            section.findings[key] = cell.median_s * scale
        elif cell is not None:
            section.unfound[key] = cell.reason


@dataclass(slots=True)
class _Child:
    """A script ready to be run again and again, with the folder its caches live in."""

    script: str
    folder: TemporaryDirectory[str]
    cold: bool
    turn: int = 0

    def __call__(self) -> str:
        # A cold process gets a folder nobody has seen; a cached one always the same.
        self.turn += 1
        cache = Path(self.folder.name) / (str(self.turn) if self.cold else "kept")
        cache.mkdir(exist_ok=True)
        return run_process(
            [sys.executable, "-c", self.script],
            belljar_peer.jit_cache_environment(cache) | {"NUMBA_CACHE_DIR": str(cache)},
        )


def _children(scripts: Mapping[str, startup_scripts.Script], cells: dict[str, Cell], right: Callable[[str], bool]) -> dict[str, _Child]:
    """The scripts that run and print what is right; the others leave a gap. Cached ones have run once when this returns."""
    ready = {}
    for name, script in scripts.items():
        try:
            child = _Child(script.text(), TemporaryDirectory(prefix="belljar-bench-"), script.cold)
            printed = child()
            if not right(printed):
                raise WrongAnswer(f"prints {printed.strip()!r}")
        except Exception as error:
            cells[name] = gap_from(error)
        else:
            ready[name] = child
    return ready


def _first(scripts: Mapping[str, startup_scripts.Script], turns: int) -> Grid:
    grid = Grid(
        "First result of a process",
        "time over that of a bare Python in the same round",
        "bare python",
        ["bare python", *scripts],
    )
    cells: dict[str, Cell] = {}
    ready = _children(scripts, cells, lambda printed: printed.strip() == str(startup_scripts.FIRST_ANSWER))
    bare = [sys.executable, "-c", "pass"]
    run_process(bare)
    bare_s: list[float] = []
    over_s: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(turns):
        bare_s.append(_seconds(lambda: run_process(bare)))
        for name, child in ready.items():
            over_s[name].append(_seconds(child) - bare_s[-1])
    cells["bare python"] = summarise(bare_s)
    grid.rows["over bare Python"] = {**cells, **{name: summarise(samples) for name, samples in over_s.items()}}
    grid.inputs["over bare Python"] = (
        "import, compile four lines, print the sum of 1,000 squares; the first row is the whole of a bare Python"
    )
    return grid


def _first_batch(scripts: Mapping[str, startup_scripts.Script], turns: int) -> Grid:
    grid = Grid(
        "First batch call of a process",
        "libraries imported and columns made before the clock, nothing compiled",
        "numba",
        list(scripts),
    )
    cells: dict[str, Cell] = {}
    ready = _children(scripts, cells, startup_scripts.right_batch)
    samples: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(turns):
        for name, child in ready.items():
            samples[name].append(float(child().split()[0]))
    grid.rows["first call"] = {**cells, **{name: summarise(seconds) for name, seconds in samples.items()}}
    grid.inputs["first call"] = f"the numeric score over {startup_scripts.FIRST_BATCH_ROWS:,} rows"
    return grid


def _compile(compilers: Mapping[str, Callable[[str], int]], turns: int) -> Grid:
    grid = Grid(
        "300 lines, source to runnable",
        "every round another text, and caches nobody has seen, so that none helps; the first call is included. Cached: the same text once more, found on disk",
        "cpython",
        list(compilers),
    )
    cells: dict[str, Cell] = {}
    ready = {}
    answers = {turn: COMPILERS["cpython"](lines_300(turn)) for turn in range(turns + 1)}
    for name, compiler in compilers.items():
        try:
            got = compiler(lines_300(turns))
            if got != answers[turns]:
                raise WrongAnswer(f"answers {got!r}, not {answers[turns]!r}")
        except Exception as error:
            cells[name] = gap_from(error)
        else:
            ready[name] = compiler
    samples: dict[str, list[float]] = {name: [] for name in ready}
    with TemporaryDirectory(prefix="belljar-bench-") as folder, environment_of(belljar_peer.jit_cache_environment(Path(folder))):
        _compile_rounds(ready, samples, turns)
    grid.rows["compile"] = {**cells, **{name: summarise(seconds) for name, seconds in samples.items()}}
    grid.inputs["compile"] = f"{len(lines_300(0).splitlines())} lines, 20 functions"
    return grid


def _compile_rounds(ready: Mapping[str, Callable[[str], int]], samples: dict[str, list[float]], turns: int) -> None:
    for turn in range(turns):
        # A text of its own for each compiler, as those of Belljar share a cache.
        for place, (name, compiler) in enumerate(ready.items()):
            text = lines_300(turn + 1_000 * place)
            if name in CACHED:
                compiler(text)
            if turn >= ROUNDS_MIN and sum(samples[name]) > COMPILE_S_MAX:
                continue
            samples[name].append(_seconds(lambda compiler=compiler, text=text: compiler(text)))


def _call(callers: Mapping[str, Callable[[], Callable[[int, int], int]]], pace: Pace) -> Grid:
    grid = Grid(
        "One call from Python",
        "two integers in, their sum out; the loop around it included",
        "cpython",
        list(callers),
        unit="ns",
    )
    cells: dict[str, Cell] = {}
    cases: dict[str, Callable[[], object]] = {}
    for name, prepare in callers.items():
        try:
            function = prepare()
            got = function(40, 2)
            if got != 42:
                raise WrongAnswer(f"answers {got!r}, not 42")
        except Exception as error:
            cells[name] = gap_from(error)
        else:
            cases[name] = _loop(function)
    timed = interleave(cases, pace)
    grid.rows["call"] = {**cells, **{name: timing.per(CALLS_PER_SAMPLE) for name, timing in timed.items()}}
    grid.inputs["call"] = ADD.strip().replace("\n", "; ").replace(":;     ", ": ")
    return grid


def _loop(function: Callable[[int, int], int]) -> Callable[[], None]:
    repeat = range(CALLS_PER_SAMPLE)

    def loop() -> None:
        for _ in repeat:
            function(40, 2)

    return loop


def _seconds(work: Callable[[], object]) -> float:
    begin = perf_counter()
    work()
    return perf_counter() - begin
