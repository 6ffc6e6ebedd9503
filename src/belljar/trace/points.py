"""The table of points: what the marks that a traced program leaves stand for.

A *point* is a place of the source where something happens that the trace tells of: a function begins, a branch is taken, a variable gets a value. A *site* is a point in one
specialisation of its function, with the shapes its values have there; a mark is the number of a site, then the words of its values (:mod:`belljar.trace.marks`). The front end
fills the table while it lowers, the module keeps it beside its code, and whoever reads marks needs nothing else.

A *shape* says how words make a value:

==============  ==============================================================================
``i f b``       one word: an int, a float, a bool
``v``           the preview of what a reference or an ``any`` refers to
``z``           one word: the number of elements of a container, -1 for what has none
``("?", s)``    a bool "is it there?", then the words of shape s; else None
``("!", s)``    the same; else the name has no value
``("(", ...)``  a tuple of shapes
``r``           a range: start, stop, step
``#``           a number: a bool "is it a float?", an int, a float
``("=", x)``    no word: always x
==============  ==============================================================================
"""

from __future__ import annotations

from belljar.structs import Frozen, Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final, TypeAlias

Shape: TypeAlias = "str | tuple[Any, ...]"

ABSENT: Final = object()
"""Stands for the value of a name that has none."""
KINDS: Final[dict[str, str]] = {
    "module": "the module level begins",
    "function": "a function begins; its parameters",
    "return": "`return`; the value",
    "end": "the end of a function or of the module level is reached",
    "yield": "a generator hands out a value and waits",
    "resume": "a generator goes on",
    "raise": "an exception is raised",
    "try": "what has a handler begins",
    "caught": "a handler begins: what was raised inside is looked at",
    "except": "an `except` clause takes the exception",
    "if": "a branch of an `if` is taken, or none",
    "while": "a loop begins",
    "for": "a loop begins; the size of what it walks",
    "pass": "an iteration begins; the value",
    "done": "a loop ends because there is nothing more to do",
    "break": "`break`",
    "comprehension": "a comprehension begins",
    "item": "an iteration of a comprehension begins; the value",
    "made": "a comprehension ends; what it made",
    "choice": "an operand of `and` or `or` decides, an arm of a conditional expression or what a condition of a comprehension comes to is known",
    "match": "a `match` begins; the subject",
    "case": "a case of it is taken, or none",
    "with": "a `with` begins",
    "assign": "a variable, attribute or item gets a value",
    "expression": "an expression that is a statement; its value",
    "print": "something is printed; the text",
    "assert": "the condition of an `assert`",
    "delete": "`del`",
    "changed": "what a variable holds was changed in place; all of it, or of a list its size and what was added",
    "asks": "what may call a function of the host is called",
    "host": "a function of the host is called, from wherever",
}
"""What points can be."""
ANY_FRAME: Final = -1
"""The frame of a point that says nothing of where it is."""

CALLS: Final = frozenset({"module", "function", "return", "end", "yield", "resume", "raise", "try", "caught", "asks", "host"})
"""The kinds of level ``calls``; ``full`` has all. Of ``try`` only those that a handler names."""


class Point(Frozen):
    """A place of the source. ``names`` are those of its values, in order. ``path`` are the constructs of the function that are open here, outermost first, by numbers of the function's own,
    and ``construct`` is the one that begins or ends here, or goes on; 0 for none. ``told`` is what else is known of it without running. ``frame`` is a number of the function,
    whose name others may have, too."""

    __slots__ = ("column", "construct", "facts", "frame", "function", "kind", "line", "names", "path", "told")

    def __init__(
        self,
        kind: str,
        function: str,
        line: int,
        column: int,
        path: tuple[int, ...] = (),
        construct: int = 0,
        names: tuple[str, ...] = (),
        told: tuple[tuple[str, Any], ...] = (),
        frame: int = 0,
    ) -> None:
        self.kind: Final = kind
        self.function: Final = function
        self.line: Final = line
        self.column: Final = column
        self.path: Final = path
        self.construct: Final = construct
        self.names: Final = names
        self.told: Final = told
        self.facts: Final = dict(told)
        self.frame: Final = frame


class Site(Frozen):
    """A point with the shapes of its values."""

    __slots__ = ("point", "shapes")

    def __init__(self, point: Point, shapes: tuple[Shape, ...] = ()) -> None:
        self.point: Final = point
        self.shapes: Final = shapes


class Points(Struct):
    """The sites of a module by number. ``records`` has the fields of each record with their shapes; ``tasks`` are the functions that are tasks."""

    __slots__ = ("file", "level", "records", "sites", "tasks")

    def __init__(
        self,
        level: str = "full",
        file: str = "",
        sites: list[Site] | None = None,
        records: dict[str, tuple[tuple[str, Shape], ...]] | None = None,
        tasks: frozenset[str] = frozenset(),
    ) -> None:
        self.level = level
        self.file = file
        self.sites: list[Site] = [] if sites is None else sites
        self.records: dict[str, tuple[tuple[str, Shape], ...]] = {} if records is None else records
        self.tasks = tasks

    def placed(self, line_of: Callable[[int], int] | None) -> Points:
        """The same points on other lines, such as those of the program's own text where another was compiled."""
        if line_of is None:
            return self
        sites: list[Site] = []
        for site in self.sites:
            old = site.point
            line = line_of(old.line)
            path, told = old.path, old.told
            point = (
                old
                if line == old.line
                else Point(old.kind, old.function, line, old.column, path, old.construct, old.names, told, old.frame)
            )
            sites.append(site if point is old else Site(point, site.shapes))
        return Points(self.level, self.file, sites, self.records, self.tasks)


def words_of(shape: Shape) -> str:
    """The words of a shape in order, each ``i``, ``f``, ``b``, ``z`` or ``v``."""
    if isinstance(shape, str):
        return {"r": "iii", "#": "bif"}.get(shape, shape)
    if shape[0] in ("?", "!"):
        return "b" + words_of(shape[1])
    return "".join(map(words_of, shape[1:])) if shape[0] == "(" else ""
