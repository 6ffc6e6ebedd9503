"""The tables people read: what was measured beside the base it is compared with, gaps by their reason, budgets met or missed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.budgets import AHEAD, BUDGETS, MILLION, Budget
from bench.clock import Timing, geometric_mean
from bench.gap import Gap, WrongAnswer
from bench.section import Cell, Grid, Section

UNITS = {"ms": 1e3, "us": 1e6, "ns": 1e9}
OURS = "belljar"
SPREAD_SHOWN = 0.05
"""Where peers are columns there is room for a spread only if it matters."""


def number(value: float) -> str:
    """Three figures, whatever the size."""
    if value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def times(value: float) -> str:
    """A ratio: two places, or as a fraction where they would say nothing."""
    return f"{value:.2f}x" if value >= 0.05 else f"1/{number(1 / value)}x" if value > 0 else "0x"


def spread(timing: Timing) -> str:
    return f"±{timing.spread * 100:.0f}%"


def amount(grid: Grid, row: str, column: str, timing: Timing) -> str:
    """A cell in the unit of its table, without the unit."""
    if grid.unit == "rows/s":
        return number(grid.rows_per_call[row, column] / timing.median_s / MILLION)
    return number(timing.median_s * UNITS[grid.unit])


def ratio(grid: Grid, row: str, column: str) -> float | None:
    """How a cell compares with the base of its row, in the direction the table has; per row where cells ran over different lengths."""
    over = grid.ratio(row, column, grid.base)
    if over is None:
        return None
    if grid.rows_per_call:
        over *= grid.rows_per_call[row, grid.base] / grid.rows_per_call[row, column]
    return 1 / over if grid.faster else over


def cells_of(grid: Grid) -> tuple[list[str], list[list[str]]]:
    """A grid as plain text: the head of the table and its lines, the first entry of each being its name."""
    marks = _marks(grid)
    if grid.peers_down:
        head = ["peer"]
        for row in grid.rows:
            head += [f"{row}, {'M rows/s' if grid.unit == 'rows/s' else grid.unit}", f"x {grid.base}"]
        return head, [[column, *_across(grid, column, marks)] for column in grid.columns]
    shown = [grid.base, *(column for column in grid.columns if column != grid.base)] if grid.base in grid.columns else grid.columns
    head = ["kernel", *(f"{column}, {grid.unit}" if column == grid.base else column for column in shown)]
    lines = [[row, *(_one(grid, row, column, marks) for column in shown)] for row in grid.rows]
    if len(grid.rows) > 1:
        means = []
        for column in shown:
            ratios = [value for row in grid.rows if (value := ratio(grid, row, column)) is not None]
            means.append(f"{times(geometric_mean(ratios))} of {len(ratios)}" if ratios and column != grid.base else "")
        lines.append(["geometric mean", *means])
    return head, lines


def gap_notes(grid: Grid) -> list[str]:
    """Each reason once, with its mark and the cells it stands for."""
    where: dict[str, list[str]] = {}
    for row, column, gap in grid.gaps():
        where.setdefault(gap.reason, []).append(column if len(grid.rows) == 1 else f"{column} ({row})")
    notes = []
    for mark, (reason, cells) in enumerate(where.items(), 1):
        whole = {column for column in grid.columns if all(f"{column} ({row})" in cells for row in grid.rows)}
        short = [*sorted(whole), *(cell for cell in cells if cell.partition(" (")[0] not in whole)]
        notes.append(f"[{mark}] {', '.join(short)}: {reason}")
    return notes


ELSEWHERE = "not in this run"


def verdicts(sections: Iterable[Section]) -> list[tuple[Budget, float | None, str]]:
    """Every budget with what was found and "met", "missed by ...", or why there is no number."""
    found: dict[str, float] = {}
    unfound: dict[str, str] = {}
    for section in sections:
        found |= section.findings
        unfound |= section.unfound
    lines: list[tuple[Budget, float | None, str]] = []
    for budget in BUDGETS:
        value = found.get(budget.key)
        if value is None:
            lines.append((budget, None, unfound.get(budget.key) or AHEAD.get(budget.key) or ELSEWHERE))
        elif budget.met(value):
            lines.append((budget, value, "met"))
        else:
            over = budget.bound / value if budget.at_least else value / budget.bound
            lines.append((budget, value, f"missed by {over:.2f}x"))
    return lines


def quantity(value: float, unit: str) -> str:
    """A value with its unit, as budgets are written."""
    if unit == "rows/s":
        return f"{number(value / MILLION)}M rows/s"
    return f"{value:.2f}x" if unit == "x" else f"{number(value)} {unit}"


def show(console: Console, sections: Iterable[Section], about: Mapping[str, str], pace: str, judge: bool = True) -> None:
    """Print the machine, all tables and, unless the inputs were too small to ``judge``, the budgets."""
    sections = list(sections)
    console.print(Text("Belljar benchmarks", style="bold"))
    for name, value in about.items():
        console.print(Text(f"  {name:<15} {value}", style="dim"))
    console.print(Text(f"  {pace}", style="dim"))
    for section in sections:
        for grid in section.grids:
            show_grid(console, grid)
    if judge:
        show_budgets(console, sections)


def show_grid(console: Console, grid: Grid) -> None:
    """One table with the inputs above and the gaps below it."""
    head, lines = cells_of(grid)
    table = Table(
        title=Text(grid.title, style="bold"),
        title_justify="left",
        header_style="bold",
        row_styles=("", "on grey11"),
        pad_edge=False,
    )
    for place, word in enumerate(head):
        table.add_column(word, justify="left" if place == 0 else "right", no_wrap=place == 0, overflow="fold")
    for line in lines:
        ours = [line[0].startswith(OURS) or word.startswith(OURS) for word in head]
        table.add_row(
            *map(_styled, line, ours),
            end_section=line is lines[-2] if len(lines) > 1 and lines[-1][0] == "geometric mean" else False,
        )
    console.print()
    console.print(table)
    direction = "more is better" if grid.faster or grid.unit == "rows/s" else "less is better"
    console.print(
        Text(
            f"{grid.says}; {direction}; ± is half the distance of the quartiles{'' if grid.peers_down else ', where it is 5% or more'}",
            style="dim",
        )
    )
    inputs = [f"{row}: {what}" for row, what in grid.inputs.items()]
    if grid.inputs and len(set(grid.inputs.values())) == 1:
        inputs = inputs[:1] and [next(iter(grid.inputs.values()))]
    console.print(Text("; ".join(inputs), style="dim"))
    for note in gap_notes(grid):
        console.print(Text(note, style="yellow"))


def show_budgets(console: Console, sections: Iterable[Section]) -> None:
    """The budgets of this run, met or missed or without a number; the others are counted."""
    table = Table(title=Text("Budgets", style="bold"), title_justify="left", header_style="bold", pad_edge=False)
    for word, justify in (
        ("what", "left"),
        ("budget", "right"),
        ("found", "right"),
        ("", "left"),
        ("best peers when it was set", "left"),
    ):
        table.add_column(word, justify=justify)
    others = 0
    for budget, value, verdict in verdicts(sections):
        if verdict == ELSEWHERE or (value is None and budget.key in AHEAD):
            others += 1
            continue
        style = "green" if verdict == "met" else "yellow" if value is None else "red"
        bound = f"{'>=' if budget.at_least else '<='} {quantity(budget.bound, budget.unit)}"
        table.add_row(
            budget.says,
            bound,
            "" if value is None else quantity(value, budget.unit),
            Text(verdict, style=style),
            Text(budget.peers, style="dim"),
        )
    console.print()
    console.print(table)
    if others:
        console.print(Text(f"{others} budgets belong to parts that were not run, or that are ahead", style="dim"))


def markdown(section: Section) -> str:
    """The same tables for a page, and the budgets they belong to."""
    lines = []
    for grid in section.grids:
        head, rows = cells_of(grid)
        lines += [
            f"### {grid.title}",
            "",
            f"{grid.says[0].upper()}{grid.says[1:]}.",
            "",
            _line(head),
            _line(["---", *["---:"] * (len(head) - 1)]),
        ]
        lines += [_line(row) for row in rows]
        notes = [f"- {note}" for note in gap_notes(grid)]
        lines += ["", *notes, *([""] if notes else [])]
    budgets = [one for one in verdicts([section]) if one[1] is not None or one[0].key in section.unfound]
    if budgets:
        lines += [_line(["budget", "", "found", "verdict"]), _line(["---", "---:", "---:", "---"])]
    for budget, value, verdict in budgets:
        bound = f"{'>=' if budget.at_least else '<='} {quantity(budget.bound, budget.unit)}"
        lines.append(_line([budget.says, bound, "" if value is None else quantity(value, budget.unit), verdict]))
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _marks(grid: Grid) -> dict[str, int]:
    return {reason: mark for mark, reason in enumerate(dict.fromkeys(gap.reason for _, _, gap in grid.gaps()), 1)}


def _gap(gap: Gap, marks: Mapping[str, int]) -> str:
    return f"{'WRONG' if isinstance(gap, WrongAnswer) else 'gap'} [{marks[gap.reason]}]"


def _across(grid: Grid, column: str, marks: Mapping[str, int]) -> list[str]:
    """The cells of one peer's line: the amount with its spread and the ratio, for each row of the grid."""
    line = []
    for row in grid.rows:
        cell: Cell | None = grid.rows[row].get(column)
        if isinstance(cell, Timing):
            compared = ratio(grid, row, column)
            line += [
                f"{amount(grid, row, column, cell)} {spread(cell)}",
                "" if compared is None else times(compared),
            ]
        else:
            line += ["" if cell is None else _gap(cell, marks), ""]
    return line


def _one(grid: Grid, row: str, column: str, marks: Mapping[str, int]) -> str:
    """One cell where peers are columns: the ratio, or the amount for the base itself."""
    cell = grid.rows[row].get(column)
    if not isinstance(cell, Timing):
        return "" if cell is None else _gap(cell, marks)
    compared = ratio(grid, row, column)
    if column == grid.base or compared is None:
        return f"{amount(grid, row, column, cell)}{'' if column == grid.base else ' ' + grid.unit}" + (
            f" {spread(cell)}" if cell.spread >= SPREAD_SHOWN else ""
        )
    return times(compared) + (f" {spread(cell)}" if cell.spread >= SPREAD_SHOWN else "")


def _styled(cell: str, ours: bool) -> Text:
    if cell.startswith("WRONG"):
        return Text(cell, style="bold red")
    if cell.startswith("gap"):
        return Text(cell, style="yellow")
    return Text(cell, style="bold cyan" if ours else "")
