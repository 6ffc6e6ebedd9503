"""Marks of traced programs in flow graphs: where the front end is asked for a trace, each construct says what it does by steps of the kind ``mark``.

A mark reads what was just computed and changes nothing. It stands in no block of its own but where a branch has none, and such blocks vanish with the marks: the graph without
them is that of the program which is not traced. So both have the same types, and cost the same (:mod:`belljar.ir.passes.traced`).

Each construct that encloses others, a loop, an ``if``, has a number within its function; ``nest`` are those that are open where the builder is. A mark carries them, so that
who reads the trace knows by any mark what was left before it, on whatever way: marks of leaving are not needed.
"""

from __future__ import annotations

import ast

from belljar.source import NOWHERE, Span
from belljar.structs import Struct
from belljar.trace.points import CALLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from belljar.lang.flow import ModuleBuilder


class Mark(Struct):
    """The data of a step ``mark``: see :class:`belljar.trace.points.Point`. Its values are the step's temporaries, or, where there are ``variables``, those. The place is its own, as the
    step has none: what stands behind it without a place is where it would be without it."""

    __slots__ = ("construct", "frame", "kind", "names", "path", "span", "told", "variables")

    def __init__(
        self,
        kind: str,
        span: Span,
        frame: int,
        path: tuple[int, ...],
        construct: int,
        names: tuple[str, ...],
        variables: tuple[str, ...],
        told: tuple[tuple[str, Any], ...],
    ) -> None:
        self.kind = kind
        self.span = span
        self.frame = frame
        self.path = path
        self.construct = construct
        self.names = names
        self.variables = variables
        self.told = told


class Inside:
    """``with builder.inside(construct):`` what is built there is inside of it."""

    __slots__ = ("construct", "marks", "outer")

    def __init__(self, marks: Marks, construct: int) -> None:
        self.marks = marks
        self.construct = construct

    def __enter__(self) -> None:
        self.outer = self.marks.nest
        self.marks.nest = (*self.outer, self.construct)

    def __exit__(self, *problem: object) -> None:
        self.marks.nest = self.outer


class Marks:
    """What building a function with marks takes. ``traces`` is the level; of the library nothing is traced."""

    m: ModuleBuilder
    traces: str
    frame: int
    """A number of the function."""
    nest: tuple[int, ...] = ()
    constructs = 0
    quiet = 0
    """Within how many targets the builder is whose assignment is told by another mark."""

    def step(self, kind: str, args: Sequence[int] = (), data: Any = None, node: ast.AST | Span = NOWHERE, outs: int = 1) -> int:
        raise NotImplementedError

    def get(self, name: str, node: ast.AST | Span = NOWHERE) -> int:
        raise NotImplementedError

    def marks(self, kind: str) -> bool:
        """Whether points of the kind are marked."""
        return (self.traces == "full" and not self.quiet) or (self.traces == "calls" and kind in CALLS)

    def construct(self) -> int:
        """A number for a construct."""
        self.constructs += 1
        return self.constructs

    def inside(self, construct: int) -> Inside:
        return Inside(self, construct)

    def mark(
        self,
        kind: str,
        node: ast.AST | Span,
        /,
        args: Sequence[int] = (),
        names: tuple[str, ...] = (),
        *,
        construct: int = 0,
        variables: tuple[str, ...] = (),
        **told: Any,
    ) -> None:
        """Mark this point, if points of the kind are."""
        if self.marks(kind):
            span = node if isinstance(node, Span) else self.m.span(node)
            self.step("mark", args, Mark(kind, span, self.frame, self.nest, construct, names, variables, tuple(told.items())))

    def mark_variable(self, kind: str, node: ast.AST | Span, variable: str, name: str, /, *, construct: int = 0, **told: Any) -> None:
        """The same with the value of a hidden variable."""
        if self.marks(kind):
            self.mark(kind, node, (self.get(variable),), (name,), construct=construct, **told)


def written(node: ast.AST, characters_max: int = 80) -> str:
    """The text of an expression for the trace, cut where it is long."""
    text = ast.unparse(node)
    return text if len(text) <= characters_max else text[: characters_max - 1] + "…"


def bound_names(target: ast.expr) -> tuple[str, ...]:
    """The names that a target binds one by one, ``""`` where one is no plain name; none for a target that is not a list of targets."""

    def parts() -> Iterator[str]:
        for item in target.elts:  # type: ignore[attr-defined]
            yield item.id if isinstance(item, ast.Name) else ""

    return tuple(parts()) if isinstance(target, (ast.Tuple, ast.List)) else ()
