"""The part "tiers": what the choice of an engine costs and brings, from source to the first result and from then on.

Machine code must never run slower than the VM, so that a program loses by it no more than the time to compile. The engine
``auto`` must answer first calls as fast as the VM does, and later ones as fast as machine code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter

from bench import belljar_peer
from bench.clock import FULL, QUICK, ROUNDS_MIN, Pace, geometric_mean, interleave, summarise
from bench.gap import Gap, WrongAnswer
from bench.kernel_table import Size, agrees
from bench.process import environment_of
from bench.section import Cell, Grid, Section
from bench.unannotated import PROGRAMS, checked

Say = Callable[[str], None]
ENGINES = {"belljar vm": "vm", "belljar auto": "auto", "belljar jit": "jit"}
WARM_S = 1.0
"""How long a program runs before its steady calls are timed: ``auto`` has moved to machine code by then."""


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the programs named in ``only`` (all by default) on the engines named in ``peers`` (all by default)."""
    engines = {name: ENGINES[name] for name in peers or ENGINES}
    pace = pace or (QUICK if quick else FULL)
    section = Section("tiers")
    first = Grid("Source to first result", "time over the VM's; nothing cached", "belljar vm", list(engines), peers_down=False)
    steady = Grid("Later calls", f"time over the VM's, after {WARM_S:g} s of calls", "belljar vm", list(engines), peers_down=False)
    section.grids += [first, steady]
    for name in only or PROGRAMS:
        say(name)
        kernel = PROGRAMS[name]
        size = kernel.quick if quick else kernel.small
        first.rows[name] = _first(kernel.source, size, engines, pace)
        steady.rows[name] = _steady(kernel.source, size, engines, 0.0 if quick else WARM_S, pace)
        for grid in (first, steady):
            grid.inputs[name] = f"n = {size.n:,}"
    _find(section, first, "belljar auto", "tiers.first_auto_over_vm")
    _find(section, steady, "belljar jit", "tiers.jit_over_vm")
    _find(section, steady, "belljar auto", "tiers.auto_over_vm")
    return section


def _first(source: str, size: Size, engines: dict[str, str], pace: Pace) -> dict[str, Cell]:
    """Source to result, a program of its own each time."""
    samples: dict[str, list[float]] = {name: [] for name in engines}
    cells: dict[str, Cell] = {}
    for turn in range(min(pace.rounds, ROUNDS_MIN)):
        for place, (name, engine) in enumerate(engines.items()):
            if name in cells:
                continue
            text = f"# {turn} {place}\n{source}"  # programs are told apart by their text
            begin = perf_counter()
            try:
                with environment_of(belljar_peer.NO_CACHES):
                    got = belljar_peer.kernel(text, engine)(size.n)
            except Gap as gap:
                cells[name] = gap
                continue
            samples[name].append(perf_counter() - begin)
            if not agrees(got, size.answer, exact=True):
                cells[name] = WrongAnswer(f"answers {got!r}, not {size.answer!r}")
    return {**{name: summarise(taken) for name, taken in samples.items() if name not in cells}, **cells}


def _steady(source: str, size: Size, engines: dict[str, str], warm_s: float, pace: Pace) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    cases: dict[str, Callable[[], object]] = {}
    for name, engine in engines.items():
        try:
            case = checked(source, engine, size)
        except Gap as gap:
            cells[name] = gap
            continue
        if engine == "auto":
            until = perf_counter() + warm_s
            while perf_counter() < until:
                case()
        cases[name] = case
    return {**cells, **interleave(cases, pace)}


def _find(section: Section, grid: Grid, column: str, key: str) -> None:
    ratios = [ratio for name in grid.rows if (ratio := grid.ratio(name, column, "belljar vm")) is not None]
    if ratios:
        section.findings |= {f"{key}.mean": geometric_mean(ratios), f"{key}.worst": max(ratios)}
