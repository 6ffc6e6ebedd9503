"""The part "kernels": every peer on every kernel, compiled ones at the large size against clang, all at the small one against CPython."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bench import belljar_peer
from bench.clock import FULL, QUICK, Pace, geometric_mean, interleave
from bench.gap import Gap, WrongAnswer, gap_from
from bench.kernel_peers import PEERS, Main, Peer
from bench.kernel_table import KERNELS, Answer, Kernel, Size, agrees
from bench.section import Cell, Grid, Section

Say = Callable[[str], None]


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the kernels named in ``only`` (all by default) with the peers named (all by default)."""
    kernels = [KERNELS[name] for name in only or KERNELS]
    chosen = [PEERS[name] for name in peers or PEERS]
    pace = pace or (QUICK if quick else FULL)
    section = Section("kernels")
    if not quick:
        compiled = [peer for peer in chosen if peer.compiled]
        section.grids.append(
            measured(
                "Compiled, large inputs",
                "time against clang -O3 without checks",
                "clang",
                "large",
                kernels,
                compiled,
                pace,
                say,
            )
        )
    section.grids.append(
        measured(
            "Everyone, tiny inputs" if quick else "Everyone, small inputs",
            "speed against CPython",
            "cpython",
            "quick" if quick else "small",
            kernels,
            chosen,
            pace,
            say,
        )
    )
    _find(section)
    if not quick:
        _find_cost_of_fuel(section, kernels, pace)
    return section


def prepared(peer: Peer, kernel: Kernel, size: Size) -> Callable[[], Answer]:
    """The peer's call for one size, its answer already checked; raises Gap, or WrongAnswer."""
    if peer.language in kernel.gaps:
        raise Gap(kernel.gaps[peer.language])
    try:
        main: Main = peer.prepare(kernel)
        got = main(size.n)
    except Exception as error:
        raise gap_from(error) from error
    if not agrees(got, size.answer, peer.exact):
        raise WrongAnswer(f"answers {got!r}, not {size.answer!r}")
    return lambda: main(size.n)


def measured(title: str, says: str, base: str, size_name: str, kernels: list[Kernel], peers: list[Peer], pace: Pace, say: Say) -> Grid:
    """The peers on the kernels at one size (``"quick"``, ``"small"``, ``"large"``), a line for each kernel."""
    grid = Grid(title, says, base, [peer.name for peer in peers], peers_down=False, faster=base == "cpython")
    for kernel in kernels:
        say(f"{title}: {kernel.name}")
        size: Size = getattr(kernel, size_name)
        cases: dict[str, Callable[[], object]] = {}
        cells: dict[str, Cell] = {}
        for peer in peers:
            try:
                cases[peer.name] = prepared(peer, kernel, size)
            except Gap as gap:
                cells[peer.name] = gap
        grid.rows[kernel.name] = {**cells, **interleave(cases, pace)}
        grid.inputs[kernel.name] = f"n = {size.n:,}"
    return grid


def _ratios(grid: Grid, column: str, base: str, compute_only: bool) -> list[float]:
    """Times of a column over those of another, for the kernels that have both."""
    names = [name for name in grid.rows if KERNELS[name].compute or not compute_only]
    return [ratio for name in names if (ratio := grid.ratio(name, column, base)) is not None]


def _find(section: Section) -> None:
    """The findings of the grids; where Belljar is missing, its reason instead."""
    for grid in section.grids:
        if grid.base == "clang":
            over = _ratios(grid, "belljar jit", "clang", compute_only=True)
            summary = {"mean": geometric_mean(over), "worst": max(over, default=0.0)}
            note(
                section,
                grid,
                "belljar jit",
                {f"kernels.jit_over_clang.{name}": value for name, value in summary.items()},
                bool(over),
            )
        if grid.base == "cpython":
            under = _ratios(grid, "cpython", "belljar vm", compute_only=False)
            summary = {"mean": geometric_mean(under), "worst": min(under, default=0.0)}
            note(
                section,
                grid,
                "belljar vm",
                {f"kernels.vm_over_cpython.{name}": value for name, value in summary.items()},
                bool(under),
            )
            ratio = grid.ratio("strings", "cpython", "belljar jit") if "strings" in grid.rows else None
            note(section, grid, "belljar jit", {"kernels.jit_over_cpython.strings": ratio or 0.0}, ratio is not None)


def note(section: Section, grid: Grid, peer: str, findings: dict[str, float], found: bool) -> None:
    """Put findings into the section; where there are none, the reason of the peer's first gap."""
    if found:
        section.findings |= findings
        return
    reasons = [gap.reason for _, column, gap in grid.gaps() if column == peer]
    section.unfound |= dict.fromkeys(findings, reasons[0] if reasons else "not in this run")


def _find_cost_of_fuel(section: Section, kernels: list[Kernel], pace: Pace) -> None:
    """Fuel on against off, engine by engine; machine code at the large size, where a call's own cost is nothing."""
    for engine in ("vm", "jit"):
        ratios = []
        try:
            for kernel in kernels:
                size = kernel.large if engine == "jit" else kernel.small
                on, off = belljar_peer.kernel_with_and_without_fuel(kernel.source, engine)
                for main in (on, off):
                    if not agrees(got := main(size.n), size.answer, exact=True):
                        raise WrongAnswer(f"{kernel.name} on {engine} answers {got!r}, not {size.answer!r}")
                timed = interleave({"on": lambda on=on, n=size.n: on(n), "off": lambda off=off, n=size.n: off(n)}, pace)
                ratios.append(timed["on"].median_s / timed["off"].median_s)
        except Gap as gap:
            section.unfound[f"limits.{engine}.mean"] = section.unfound[f"limits.{engine}.worst"] = gap.reason
            continue
        section.findings[f"limits.{engine}.mean"] = geometric_mean(ratios)
        section.findings[f"limits.{engine}.worst"] = max(ratios)
