"""Programs that are executed one after another on one state: what a later one is compiled with of the earlier ones, and where in them its lines stand.

Of an earlier program its functions, classes and imports go before the text of the next, so that they are there with the meaning they have now: a function that calls one which was defined again calls the new
one, as in Python. Its other statements ran, and do not run again.
"""

from __future__ import annotations

import ast

from belljar.errors import BellError, Frame
from belljar.lang.guard import guard
from belljar.lang.syntax import parse
from belljar.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

KEPT: Final = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


class Passage:
    """Lines of a program that later ones are compiled with: a definition or import, and the names that it binds."""

    __slots__ = ("first", "last", "names", "source")

    def __init__(self, source: Source, first: int, last: int, names: frozenset[str]) -> None:
        self.source: Final = source
        self.first: Final = first
        self.last: Final = last
        self.names: Final = names


class Composed:
    """The text of a program behind what it is compiled with, and where each of its lines is from."""

    __slots__ = ("lines", "name", "text")

    def __init__(self, passages: Sequence[Passage], source: Source) -> None:
        first = _future_lines(source) if passages else []
        lines = [(source, number) for number in first]
        lines += [(passage.source, number) for passage in passages for number in range(passage.first, passage.last + 1)]
        lines += [(source, number) for number in range(1, len(source.lines) + 1) if number not in first]
        self.lines: Final = lines
        self.name: Final = source.name
        self.text: Final = "\n".join(origin.line(number) for origin, number in lines)

    def placed(self, error: BellError) -> BellError:
        """The error with all its findings where they stand in the programs as they were given."""
        for one in error.diagnostics:
            if one.source is None or one.source.text != self.text:
                continue
            last = len(self.lines)
            one.stack = [self._frame(frame) for frame in one.stack]
            if 1 <= one.span.line <= last:
                origin, line = self.lines[one.span.line - 1]
                end = self.lines[min(one.span.end_line, last) - 1][1]
                one.span = Span(line, one.span.column, end, one.span.end_column)
                one.source, one.file = origin, origin.name
        return error

    def _frame(self, frame: Frame) -> Frame:
        if not 1 <= frame.line <= len(self.lines):
            return frame
        origin, line = self.lines[frame.line - 1]
        where = "" if origin.name == self.name or frame.function.startswith("@") else f"{origin.name} "
        return Frame(where + frame.function, line, frame.calls)


def _future_lines(source: Source) -> list[int]:
    """The lines of the imports from ``__future__`` at the beginning of a program, which must stay there."""
    if "__future__" not in source.text:
        return []
    try:
        body = parse(source).body
    except BellError:  # which compiling it will tell of
        return []
    found: list[int] = []
    others: set[int] = set()
    for place, node in enumerate(body):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            found += range(node.lineno, (node.end_lineno or node.lineno) + 1)
            continue
        is_doc = place == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        others |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        if not is_doc:
            break
    return [] if others & set(found) else found


def passages_of(text: str, name: str) -> list[Passage]:
    """What later programs are compiled with of one that was checked."""
    source = guard(text, name)
    found: list[Passage] = []
    for node in parse(source).body:
        if not isinstance(node, KEPT) or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            continue
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        names = (
            frozenset(alias.asname or alias.name.split(".")[0] for alias in node.names)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            else frozenset({node.name})
        )
        found.append(Passage(source, first, node.end_lineno or node.lineno, names))
    return found


def joined(earlier: Sequence[Passage], later: Sequence[Passage]) -> list[Passage]:
    """The passages of programs one after another: one whose names are all bound again by later ones is left out."""
    again = frozenset().union(*(passage.names for passage in later)) if later else frozenset()
    return [*(passage for passage in earlier if not passage.names <= again), *later]
