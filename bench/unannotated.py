"""The part "unannotated": every program with and without its annotations, as a function is compiled for the types it is called with.

The version without is made from the other one, so that both stay the same program. Fields of classes keep their annotations:
there they are what a dataclass has for its fields.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from bench import belljar_peer
from bench.clock import FULL, QUICK, Pace, geometric_mean, interleave
from bench.gap import Gap, WrongAnswer, gap_from
from bench.kernel_table import EVERYDAY, KERNELS, Kernel, Size, agrees
from bench.section import Cell, Grid, Section

Say = Callable[[str], None]
PROGRAMS = {**KERNELS, **EVERYDAY}
ENGINES = {"belljar vm": "vm", "belljar jit": "jit"}
WITH, WITHOUT = "annotated", "unannotated"


class _Strip(ast.NodeTransformer):
    """Takes annotations away from parameters, results and variables, not from the fields of classes."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        node.body = [part if isinstance(part, ast.AnnAssign) else self.visit(part) for part in node.body]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.returns = None
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        made = ast.Assign([node.target], node.value) if node.value is not None else ast.Pass()
        return ast.copy_location(made, node)


def without_annotations(source: str) -> str:
    """The text of a program without its annotations."""
    return ast.unparse(ast.fix_missing_locations(_Strip().visit(ast.parse(source)))) + "\n"


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the programs named in ``only`` (all by default) on the engines named in ``peers`` (both by default)."""
    programs = [PROGRAMS[name] for name in only or PROGRAMS]
    pace = pace or (QUICK if quick else FULL)
    section = Section("unannotated")
    for peer in peers or ENGINES:
        engine = ENGINES[peer]
        grid = Grid(
            f"Without annotations, {peer}", "time over that of the same program with annotations", WITH, [WITH, WITHOUT], peers_down=False
        )
        for kernel in programs:
            say(f"{peer}: {kernel.name}")
            size = kernel.quick if quick else kernel.small
            grid.rows[kernel.name] = _row(kernel, size, engine, pace)
            grid.inputs[kernel.name] = f"n = {size.n:,}"
        section.grids.append(grid)
        ratios = [ratio for name in grid.rows if (ratio := grid.ratio(name, WITHOUT, WITH)) is not None]
        if ratios and len(ratios) == len(grid.rows):
            section.findings |= {f"unannotated.{engine}.mean": geometric_mean(ratios), f"unannotated.{engine}.worst": max(ratios)}
        else:
            reason = next(gap.reason for _, _, gap in grid.gaps())
            section.unfound |= {f"unannotated.{engine}.mean": reason, f"unannotated.{engine}.worst": reason}
    return section


def _row(kernel: Kernel, size: Size, engine: str, pace: Pace) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    cases: dict[str, Callable[[], object]] = {}
    for name, text in ((WITH, kernel.source), (WITHOUT, without_annotations(kernel.source))):
        try:
            cases[name] = checked(text, engine, size)
        except Gap as gap:
            cells[name] = gap
    return {**cells, **interleave(cases, pace)}


def checked(text: str, engine: str, size: Size) -> Callable[[], object]:
    """``main`` of a text at one size, its answer already checked to the bit; raises Gap, or WrongAnswer."""
    main = belljar_peer.kernel(text, engine)
    try:
        got = main(size.n)
    except Exception as error:
        raise gap_from(error) from error
    if not agrees(got, size.answer, exact=True):
        raise WrongAnswer(f"answers {got!r}, not {size.answer!r}")
    return lambda: main(size.n)
