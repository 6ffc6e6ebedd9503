"""What watching a run costs: every kernel in several ways in the same rounds, and the ratios of some of them. The parts "tracing" and "profiling" are made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bench.clock import FULL, QUICK, Pace, geometric_mean, interleave
from bench.gap import Gap
from bench.kernel_table import KERNELS, Answer, Kernel, Size
from bench.section import Cell, Grid, Section

Say = Callable[[str], None]
Prepare = Callable[[str, Kernel, Size], Callable[[], Answer]]


def measure(
    part: str,
    grid: Grid,
    prepare: Prepare,
    findings: Mapping[str, tuple[str, str]],
    only: Iterable[str],
    quick: bool,
    pace: Pace | None,
    say: Say,
) -> Section:
    """Measure the kernels named in ``only`` (all where it is empty) in the ways that the grid lists. ``prepare`` makes the call of a kernel in one way, its answer checked, or raises Gap; ``findings`` names ratios: the way that
    watches, and the one without."""
    pace = pace or (QUICK if quick else FULL)
    section = Section(part)
    section.grids.append(grid)
    for kernel in [KERNELS[name] for name in only or KERNELS]:
        say(kernel.name)
        size: Size = kernel.quick if quick else kernel.small
        cases: dict[str, Callable[[], object]] = {}
        cells: dict[str, Cell] = {}
        for name in grid.columns:
            try:
                cases[name] = prepare(name, kernel, size)
            except Gap as gap:
                cells[name] = gap
        grid.rows[kernel.name] = {**cells, **interleave(cases, pace)}
        grid.inputs[kernel.name] = f"n = {size.n:,}"
    for key, (watched, plain) in findings.items():
        ratios = [ratio for name in grid.rows if (ratio := grid.ratio(name, watched, plain)) is not None]
        if ratios:
            section.findings[key] = geometric_mean(ratios)
        else:
            section.unfound[key] = "not in this run"
    return section
