"""What columns a source has, of which types, and which parameters of a task they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from belljar.engines.batch.contract import Column
from belljar.engines.batch.fit import ACCEPTED, ARROW_TYPE, bell_type, fits
from belljar.engines.batch.options import BatchOptions, options_of
from belljar.engines.batch.plan import wanted_of
from belljar.engines.batch.selection import nearest
from belljar.engines.batch.source import Input, inputs_of


@dataclass(frozen=True)
class FoundColumn:
    """A column of a source. ``type`` is the Arrow type it has, or in text (CSV, JSON lines) seems to have; ``bell`` the Bell types it fits.

    ``twice`` says that its name stands more than once, so that no parameter can take it.
    """

    name: str
    type: str
    bell: tuple[str, ...]
    twice: bool = False


@dataclass(frozen=True)
class Match:
    """A parameter (or record field) of a task and the column it takes. ``fits`` is False with the reason in ``note``."""

    column: Column
    found: str
    fits: bool
    note: str


@dataclass(frozen=True)
class InputSchema:
    """The columns of one input, and how a task's parameters match them."""

    name: str
    format: str
    columns: tuple[FoundColumn, ...]
    matches: tuple[Match, ...] = ()

    @property
    def fits(self) -> bool:
        return all(match.fits for match in self.matches)

    def to_dict(self) -> dict[str, Any]:
        """The schema as JSON-compatible data."""
        return {
            "name": self.name,
            "format": self.format,
            "columns": [{"name": c.name, "type": c.type, "fits": list(c.bell), "twice": c.twice} for c in self.columns],
            "parameters": [
                {"name": m.column.name, "type": bell_type(m.column), "found": m.found, "fits": m.fits, "note": m.note} for m in self.matches
            ],
        }

    def __str__(self) -> str:
        rows = [("column", "type", "fits")]
        rows += [(c.name, c.type, "stands twice" if c.twice else ", ".join(c.bell) or "nothing") for c in self.columns]
        text = f"{self.name} ({self.format})\n" + _table(rows)
        if self.matches:
            rows = [("parameter", "type", "column")]
            rows += [(m.column.name, bell_type(m.column), m.note if not m.fits else f"ok: {m.note}") for m in self.matches]
            text += "\n" + _table(rows)
        return text


def describe(source: Any, columns: Sequence[Column] = (), **given: Any) -> list[InputSchema]:
    """The schema of each input of a source, matched against a task's input columns where they are given.

    ``given`` are options that say how to read (``input_format``, ``types``, ``nulls``, ``delimiter``, ``encoding``). Raises E0001, E0002, E1004.
    """
    options = options_of(given)
    return [_describe(item, tuple(columns), options) for item in inputs_of(source, options.input_format)]


def columns_text(columns: Sequence[Column]) -> str:
    """The input or output columns of a task as a table for people."""
    return _table([("column", "type"), *((column.name, bell_type(column)) for column in columns)])


def columns_dict(columns: Sequence[Column]) -> list[dict[str, str]]:
    """The same as JSON-compatible data."""
    return [{"name": column.name, "type": bell_type(column)} for column in columns]


def _describe(item: Input, wanted_columns: tuple[Column, ...], options: BatchOptions) -> InputSchema:
    wanted = wanted_of((), options).changed(keep=("*",), describe=True)
    opened = item.open(wanted)
    try:
        names = opened.columns.names
        found = tuple(
            FoundColumn(
                field.name,
                str(field.type),
                tuple(name for name in ARROW_TYPE if fits(Column(field.name, name, True), field.type)),
                names.count(field.name) > 1,
            )
            for field in opened.columns
        )
    finally:
        opened.close()
    matches = tuple(_match(column, found, opened.text) for column in wanted_columns)
    return InputSchema(item.name, item.format, found, matches)


def _match(column: Column, found: Sequence[FoundColumn], text: bool) -> Match:
    named = [other for other in found if other.name == column.name]
    if not named:
        hint = nearest(column.name, [other.name for other in found])
        return Match(column, "", False, f"missing; {hint}" if hint else "missing")
    if len(named) > 1:
        return Match(column, named[0].type, False, "stands twice")
    if column.type in named[0].bell:
        return Match(column, named[0].type, True, named[0].type)
    if text:
        # Text is read as the parameter's type; that it looked like another is worth saying, and no refusal.
        return Match(column, named[0].type, True, f"read as {column.type}, though its first rows look like {named[0].type}")
    return Match(
        column, named[0].type, False, f"{named[0].type}, expected {ACCEPTED[column.type]}; try --types {column.name}={column.type}"
    )


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return "".join("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows)
