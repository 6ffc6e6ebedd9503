"""The part "profiling": what it costs to know what each line costs, against the same run without, and against ``cProfile`` under CPython, which knows functions alone.

Every kernel runs profiled and as it is in the same rounds, its answer checked before.
"""

from __future__ import annotations

import cProfile
from collections.abc import Callable, Iterable
from typing import Any

from bench import belljar_peer
from bench.clock import Pace
from bench.gap import WrongAnswer, gap_from
from bench.kernel_table import Answer, Kernel, Size, agrees
from bench.overhead import Say, measure
from bench.section import Grid, Section

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
    grid = Grid("Profiling", "time against the run without a profile", "vm off", list(tuple(peers) or PEERS), peers_down=False)
    return measure("profiling", grid, prepared, FINDINGS, only, quick, pace, say)


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
