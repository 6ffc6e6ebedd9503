"""Places as editors count them.

A :class:`~belljar.source.Span` counts lines and characters from 1. Editors count from 0, and columns in units of the encoding that client and server agreed on: UTF-16 unless said otherwise, so that a
character beyond the basic plane is two.
"""

from __future__ import annotations

from belljar.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

Place: TypeAlias = "tuple[int, int]"
"""Line and column, both from 0, the column in units of the encoding."""


def units(text: str, encoding: str = "utf-16") -> int:
    """How many units a text is long."""
    if text.isascii() or encoding == "utf-32":
        return len(text)
    if encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(char > "\uffff" for char in text)


def to_place(source: Source, line: int, column: int, encoding: str = "utf-16") -> Place:
    """Where a line and column (from 1) are for an editor; what is behind the end of a line or of the text is at the end."""
    if line > len(source.lines):
        return len(source.lines) - 1, units(source.lines[-1], encoding)
    return max(line, 1) - 1, units(source.line(max(line, 1))[: max(column, 1) - 1], encoding)


def from_place(source: Source, line: int, column: int, encoding: str = "utf-16") -> tuple[int, int]:
    """The line and column (from 1) of an editor's place. Between the halves of a character is before it; beyond an end is at it."""
    if line >= len(source.lines):
        return len(source.lines), len(source.lines[-1]) + 1
    text = source.lines[max(line, 0)]
    if text.isascii() or encoding == "utf-32":
        return max(line, 0) + 1, min(max(column, 0), len(text)) + 1
    at = 0
    for number, char in enumerate(text):
        at += units(char, encoding)
        if at > column:
            return max(line, 0) + 1, number + 1
    return max(line, 0) + 1, len(text) + 1


def contains(span: Span, line: int, column: int) -> bool:
    """Whether a place is in a span, or right behind it, where a cursor stands at the end of a word."""
    return (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)
