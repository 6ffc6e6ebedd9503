"""What every part of the benchmarks gives back: cells that were measured or are gaps, and numbers to hold against budgets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.clock import Timing
from bench.gap import Gap, WrongAnswer

Cell = Timing | Gap


@dataclass(slots=True)
class Grid:
    """One table: rows by peers, every cell a timing or a gap."""

    title: str
    says: str
    """What was run, on what input."""
    base: str
    """The column the others are compared with."""
    columns: list[str]
    rows: dict[str, dict[str, Cell]] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    """What each row ran on."""
    faster: bool = False
    """Ratios as speed over the base (more is better) instead of time over it."""
    peers_down: bool = True
    """How it is printed: peers as the lines of the table, or as its columns."""
    unit: str = "ms"
    """How times are written: "ms", "us", "ns" a call, or "rows/s" with ``rows_per_call``."""
    rows_per_call: dict[tuple[str, str], int] = field(default_factory=dict)
    """Rows one call works through, by row and column, where the unit is rows/s."""

    def ratio(self, row: str, column: str, base: str) -> float | None:
        """Time of a column over time of another in the same row; None where either is a gap."""
        cell, under = self.rows[row].get(column), self.rows[row].get(base)
        if isinstance(cell, Timing) and isinstance(under, Timing):
            return cell.median_s / under.median_s
        return None

    def gaps(self) -> Iterator[tuple[str, str, Gap]]:
        for row, cells in self.rows.items():
            for column, cell in cells.items():
                if isinstance(cell, Gap):
                    yield row, column, cell


@dataclass(slots=True)
class Section:
    """The outcome of one part: its tables and its findings, numbers by the key of the budget they belong to."""

    name: str
    grids: list[Grid] = field(default_factory=list)
    findings: dict[str, float] = field(default_factory=dict)
    unfound: dict[str, str] = field(default_factory=dict)
    """Why a budget of this part has no number, where something more exact than "not measured" is known."""

    def wrong_answers(self) -> list[str]:
        return [
            f"{grid.title}: {row}: {column}: {gap.reason}"
            for grid in self.grids
            for row, column, gap in grid.gaps()
            if isinstance(gap, WrongAnswer)
        ]
