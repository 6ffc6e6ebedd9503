"""How errors look: a full picture for people, one line each for editors, JSON for machines."""

from __future__ import annotations

import os

from belljar.commands.values import json_line
from belljar.errors import BellError
from belljar.source import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

_RED, _BLUE, _CYAN, _BOLD, _OFF = "\x1b[1;31m", "\x1b[1;34m", "\x1b[36m", "\x1b[1m", "\x1b[0m"


SHOWN_MAX = 100
"""Findings that people get to see: a source can be made to have a hundred thousand."""


def is_colored(wanted: str, format: str, stream: TextIO) -> bool:
    """Whether diagnostics on a stream have colours. ``wanted`` is ``always``, ``never`` or ``auto``: on a terminal that can show them, unless its user wants none (``NO_COLOR``)."""
    if wanted != "auto":
        return wanted == "always"
    return format != "json" and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def render(errors: Sequence[BellError], format: str, color: bool) -> str:
    """The text of the errors in one of the formats ``full``, ``short`` and ``json``."""
    if format == "json":
        return "".join(json_line(error.to_dict()) + "\n" for error in errors)
    if format == "short":
        return "".join(_short(error) for error in errors)
    text = "\n".join(_full(error, color) for error in errors[:SHOWN_MAX])
    if len(errors) > 1:
        text += f"\n{len(errors)} errors{f', the first {SHOWN_MAX} of which are shown' if len(errors) > SHOWN_MAX else ''}\n"
    return text


def _short(error: BellError) -> str:
    place = f"{error.file}:{error.line}:{error.column}: " if error.line else f"{error.file}: " if error.file else ""
    hint = f" ({error.hint})" if error.hint else ""
    notes = "".join(f" [{note}]" for note in error.notes)
    return visible(f"{place}{error.code} {error.kind}: {error.message}{hint}{notes}").replace("\n", " ").rstrip() + "\n"


def _indented(text: str, indent: str) -> str:
    """Text of several lines, those behind the first set in: none of them can pass for a diagnostic of its own."""
    return visible(text).replace("\n", "\n" + indent)


def _full(error: BellError, color: bool) -> str:
    def paint(style: str, text: str) -> str:
        return f"{style}{text}{_OFF}" if color else text

    lines = [paint(_RED, f"{error.kind} [{error.code}]") + paint(_BOLD, f": {_indented(error.message, '  ')}")]
    gutter = " " * len(str(error.line))
    bar = paint(_BLUE, "|")
    if error.file:
        place = f"{error.file}:{error.line}:{error.column}" if error.line else error.file
        lines.append(f"{gutter}{paint(_BLUE, '-->')} {visible(place)}")
    if error.excerpt:
        code, carets = visible(error.excerpt).split("\n")
        lines.append(f"{gutter} {bar}")
        lines.append(f"{paint(_BLUE, str(error.line))} {bar} {code}")
        lines.append(f"{gutter} {bar} {paint(_RED, carets)}")
    if error.hint:
        lines.append(f"{gutter} {paint(_BLUE, '=')} {paint(_CYAN, 'hint')}: {_indented(error.hint, gutter + '         ')}")
    if error.values:
        values = ", ".join(f"{name} = {value}" for name, value in error.values.items())
        lines.append(f"{gutter} {paint(_BLUE, '=')} {paint(_CYAN, 'values')}: {_indented(values, gutter + '           ')}")
    lines.extend(f"{gutter} {paint(_BLUE, '=')} note: {_indented(note, gutter + '         ')}" for note in error.notes)
    calls = error.calls()
    if calls:
        lines.append(f"{gutter} {paint(_BLUE, '=')} called from (innermost last):")
        lines.extend(f"{gutter}     {call}" for call in calls)
    return "\n".join(lines) + "\n"
