"""The part "tracing": what it costs to record a run, against the same run without, and against ``sys.settrace`` under CPython.

Every kernel runs traced and untraced in the same rounds, its answer checked before. Marks go to a ring of fixed size, as they do where a trace is kept in memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from bench import belljar_peer
from bench.clock import Pace
from bench.gap import WrongAnswer, gap_from
from bench.kernel_table import Answer, Kernel, Size, agrees
from bench.overhead import Say, measure
from bench.section import Grid, Section

LEVELS = ("off", "branches", "calls", "full")
CASES = {
    **{f"vm {level}": ("vm", level) for level in LEVELS},
    **{f"jit {level}": ("jit", level) for level in ("off", "branches", "full")},
}
PEERS = (*CASES, "cpython", "cpython settrace")
FINDINGS = {"trace.everything": ("vm full", "vm off"), "trace.branches": ("jit branches", "jit off")}


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the kernels named in ``only`` (all by default) in the ways named in ``peers`` (all by default)."""
    grid = Grid("Tracing", "time against the run without a trace", "vm off", list(tuple(peers) or PEERS), peers_down=False)
    return measure("tracing", grid, prepared, FINDINGS, only, quick, pace, say)


def prepared(name: str, kernel: Kernel, size: Size) -> Callable[[], Answer]:
    """A call of the kernel in one of the ways, its answer already checked; raises Gap, or WrongAnswer."""
    try:
        main = belljar_peer.traced_kernel(kernel.source, *CASES[name]) if name in CASES else on_cpython(kernel, name.endswith("settrace"))
        got = main(size.n)
    except Exception as error:
        raise gap_from(error) from error
    if not agrees(got, size.answer, exact=name in CASES):
        raise WrongAnswer(f"answers {got!r}, not {size.answer!r}")
    return lambda: main(size.n)


def on_cpython(kernel: Kernel, traced: bool) -> Callable[[int], Any]:
    """``main`` under CPython, with a tracer that keeps the line of every event and the variables of every frame, bounded as ours."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(kernel.source, str(kernel.path(".bell")), "exec"), namespace)
    main: Callable[[int], Any] = namespace["main"]
    if not traced:
        return main
    kept: list[Any] = [None] * 65_536
    place = 0

    def tracer(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal place
        kept[place & 65_535] = event, frame.f_lineno, argument
        place += 1
        return tracer

    def run_traced(n: int) -> Any:
        sys.settrace(tracer)
        try:
            return main(n)
        finally:
            sys.settrace(None)

    return run_traced
