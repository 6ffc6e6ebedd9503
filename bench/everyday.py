"""The part "everyday": programs of dicts, strings, objects and functions, every peer that can say them against CPython."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bench.clock import FULL, QUICK, Pace, geometric_mean
from bench.kernel_peers import PEERS
from bench.kernel_table import EVERYDAY
from bench.kernels import measured, note
from bench.section import Grid, Section

Say = Callable[[str], None]
PEERS_HERE = ("cpython", "clang", "clang checked", "numba", "luajit", "lua 5.4", "belljar jit", "belljar vm")
DICTS = ("word_count",)
RECORDS = ("binary_trees", "json_records", "simulation")


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the programs named in ``only`` (all by default) with the peers named (all by default)."""
    programs = [EVERYDAY[name] for name in only or EVERYDAY]
    chosen = [PEERS[name] for name in peers or PEERS_HERE]
    pace = pace or (QUICK if quick else FULL)
    section = Section("everyday")
    for size in ("quick",) if quick else ("small", "large"):
        title = f"Everyday programs, {'tiny' if quick else size} inputs"
        section.grids.append(measured(title, "speed against CPython", "cpython", size, programs, chosen, pace, say))
    _find(section, section.grids[-1])
    return section


def _speeds(grid: Grid, peer: str, base: str, names: Iterable[str] = ()) -> list[float]:
    """How many times as fast as the base a peer is, for the programs (all by default) that have both."""
    return [ratio for name in names or grid.rows if name in grid.rows and (ratio := grid.ratio(name, base, peer)) is not None]


def _find(section: Section, grid: Grid) -> None:
    """The findings, from the larger inputs."""
    for engine in ("vm", "jit"):
        speeds = _speeds(grid, f"belljar {engine}", "cpython")
        summary = {"mean": geometric_mean(speeds), "worst": min(speeds, default=0.0)}
        findings = {f"everyday.{engine}_over_cpython.{name}": value for name, value in summary.items()}
        note(section, grid, f"belljar {engine}", findings, bool(speeds))
    for key, names in (("kernels.jit_over_cpython.dicts", DICTS), ("kernels.jit_over_cpython.records", RECORDS)):
        speeds = _speeds(grid, "belljar jit", "cpython", names)
        note(section, grid, "belljar jit", {key: min(speeds, default=0.0)}, bool(speeds))
    against = _speeds(grid, "belljar jit", "luajit")
    note(section, grid, "luajit", {"everyday.jit_over_luajit.worst": 1 / min(against, default=1.0)}, bool(against))
