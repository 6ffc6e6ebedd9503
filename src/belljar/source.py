"""Source text and places in it.

A :class:`Source` is one named text, split into lines once. A :class:`Span` is a half-open range of it: lines are 1-based,
columns are 1-based and count code points, so a caret stands under the character a person sees.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a source text: ``line``/``column`` to ``end_line``/``end_column`` (end exclusive), all 1-based."""

    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


NOWHERE = Span(0, 0, 0, 0)
"""The span of what has no place in the source (made by the compiler, or an error outside any program)."""


@dataclass(frozen=True, slots=True)
class Source:
    """One named source text. ``name`` is what errors print as the file."""

    name: str
    text: str
    lines: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Python's own notion of a line: \n, \r\n and \r, but not the form feeds and exotic separators of splitlines().
        normal = self.text.replace("\r\n", "\n").replace("\r", "\n")
        object.__setattr__(self, "lines", tuple(normal.split("\n")))

    def line(self, number: int) -> str:
        """The text of 1-based line ``number`` without its end, or ``""`` when there is no such line."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""
