"""The part "profiling": what it costs to know what each line costs, against the same run without, and against ``cProfile`` under CPython, which knows functions alone.

Every kernel runs profiled and as it is in the same rounds, its answer checked before.
"""

from __future__ import annotations

import cProfile
from collections.abc import Callable, Iterable
from typing import Any

from bench import belljar_peer
from bench.clock import FULL, QUICK, Pace, geometric_mean, interleave
from bench.gap import Gap, WrongAnswer, gap_from
from bench.kernel_table import KERNELS, Answer, Kernel, Size, agrees
from bench.section import Cell, Grid, Section

Say = Callable[[str], None]
ENGINES = ("vm", "jit")
PEERS = (*(f"{engine} {how}" for engine in ENGINES for how in ("off", "profiled")), "cpython", "cpython cProfile")
FINDINGS = {"profiling.vm": ("vm profiled", "vm off"), "profiling.jit": ("jit profiled", "jit off")}


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the kernels named in ``only`` (all by default) in the ways named in ``peers`` (all by default)."""
    kernels = [KERNELS[name] for name in only or KERNELS]
    chosen = tuple(peers) or PEERS
    pace = pace or (QUICK if quick else FULL)
    section = Section("profiling")
    grid = Grid("Profiling", "time against the run without a profile", "vm off", list(chosen), peers_down=False)
    section.grids.append(grid)
    for kernel in kernels:
        say(kernel.name)
        size: Size = kernel.quick if quick else kernel.small
        cases: dict[str, Callable[[], object]] = {}
        cells: dict[str, Cell] = {}
        for name in chosen:
            try:
                cases[name] = prepared(name, kernel, size)
            except Gap as gap:
                cells[name] = gap
        grid.rows[kernel.name] = {**cells, **interleave(cases, pace)}
        grid.inputs[kernel.name] = f"n = {size.n:,}"
    for key, (profiled, plain) in FINDINGS.items():
        ratios = [ratio for name in grid.rows if (ratio := grid.ratio(name, profiled, plain)) is not None]
        if ratios:
            section.findings[key] = geometric_mean(ratios)
        else:
            section.unfound[key] = "not in this run"
    return section


def prepared(name: str, kernel: Kernel, size: Size) -> Callable[[], Answer]:
    """A call of the kernel in one of the ways, its answer already checked; raises Gap, or WrongAnswer."""
    engine, _, how = name.partition(" ")
    try:
        if engine == "cpython":
            main = on_cpython(kernel, how == "cProfile")
        elif how == "off":
            main = belljar_peer.traced_kernel(kernel.source, engine, "off")
        else:
            main = belljar_peer.profiled_kernel(kernel.source, engine)
        got = main(size.n)
    except Exception as error:
        raise gap_from(error) from error
    if not agrees(got, size.answer, exact=engine in ENGINES):
        raise WrongAnswer(f"answers {got!r}, not {size.answer!r}")
    return lambda: main(size.n)


def on_cpython(kernel: Kernel, profiled: bool) -> Callable[[int], Any]:
    """``main`` under CPython, with its own profiler."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(kernel.source, str(kernel.path(".bell")), "exec"), namespace)
    main: Callable[[int], Any] = namespace["main"]
    return (lambda n: cProfile.Profile().runcall(main, n)) if profiled else main
