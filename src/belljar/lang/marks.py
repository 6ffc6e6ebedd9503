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
    from typing import Any, Final

    from belljar.lang.flow import ModuleBuilder
    from belljar.lang.symbols import Symbol


DELTAS: Final = {"append": 1, "pop": 0}
"""Methods of lists, with how many arguments, of which not the list is noted but what they change."""


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
    walking = 0
    """The comprehension that the builder is in, 0 for none."""
    quiet = 0
    """Within how many targets the builder is whose assignment is told by another mark."""

    def step(self, kind: str, args: Sequence[int] = (), data: Any = None, node: ast.AST | Span = NOWHERE, outs: int = 1) -> int:
        raise NotImplementedError

    is_module: bool

    def symbol(self, node: ast.Name) -> Symbol | None:
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

    def choice(self, node: ast.expr, kind: str, **told: Any) -> tuple[Mark, ...]:
        """The mark of a way from a branch: what ``node`` came to. None where such points are not marked."""
        if not self.marks("choice"):
            return ()
        facts = {"kind": kind, "expression": written(node), **told}
        return (Mark("choice", self.m.span(node), self.frame, self.nest, 0, (), (), tuple(facts.items())),)

    def mark_changed(self, holder: ast.expr, attr: str, node: ast.AST, items: Sequence[int] = ()) -> None:
        """Mark that the variable at the root of an expression may have been changed in place: by the method ``attr`` with the arguments ``items``, ``""`` for something else. What is no variable of this
        function is left out."""
        if attr in PURE or not self.marks("changed"):
            return
        root = root_of(holder)
        symbol = None if root is None else self.symbol(root)
        if root is None or symbol is None or symbol.is_cell or symbol.function is not None or symbol in self.m.imports:
            return
        if symbol.is_global and not self.is_module:
            return
        is_direct = root is holder and attr in DELTAS and len(items) == DELTAS[attr]
        variables = () if symbol.nonlocal_write else (symbol.flow,)  # what lasts, or functions assign, is in no register
        self.mark("changed", node, items if is_direct else (), (root.id,), variables=variables, by=attr if is_direct else "")

    def mark_shared(self, called: ast.expr, node: ast.AST) -> None:
        """Mark, at the module level, the variables that functions of the program change: a call may have led to one of these."""
        if not self.is_module or not self.marks("changed"):
            return
        if self.symbol(called) is None if isinstance(called, ast.Name) else isinstance(called, ast.Attribute) and called.attr in PURE:
            return
        for name in self.m.changed_by_functions:
            self.mark("changed", node, (), (name,), by="", shared=True)

    def mark_variable(self, kind: str, node: ast.AST | Span, variable: str, name: str, /, *, construct: int = 0, **told: Any) -> None:
        """The same with the value of a hidden variable."""
        if self.marks(kind):
            self.mark(kind, node, (self.get(variable),), (name,), construct=construct, **told)


PURE: Final = frozenset(
    "as_integer_ratio bit_count bit_length capitalize casefold center copy count decode difference encode end endswith expandtabs find findall finditer format format_map fromkeys fullmatch get group "
    "groupdict groups hex index intersection is_integer isalnum isalpha isascii isdecimal isdigit isdisjoint isidentifier islower isnumeric isprintable isspace issubset issuperset istitle isupper "
    "items join keys ljust lower lstrip match most_common partition quantize removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip search span split splitlines start startswith "
    "strip sub swapcase symmetric_difference title to_bytes translate union upper values zfill".split()
)
"""Methods of built-in types that leave what they are called on as it is."""


def root_of(node: ast.expr) -> ast.Name | None:
    """The name that an attribute, an item, or one of these in turn, begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def changed_in_functions(tree: ast.AST) -> frozenset[str]:
    """The names that are assigned as globals in functions, or may be changed in place there, as far as the text tells."""
    found: set[str] = set()
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.Lambda)):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Global):
                found.update(node.names)
            elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
                root = root_of(node)
                found.update(() if root is None else (root.id,))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr not in PURE:
                root = root_of(node.func.value)
                found.update(() if root is None else (root.id,))
    return frozenset(found)


def changed_parameters(function: ast.AST) -> frozenset[int]:
    """The positional parameters of a function whose values it may change in place, as far as its text tells: what they hold has attributes or items assigned, or methods called, or is handed on."""
    if not isinstance(function, (ast.FunctionDef, ast.Lambda)):
        return frozenset()
    changed: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            root = root_of(node)
        elif isinstance(node, ast.Call):
            root = root_of(node.func.value) if isinstance(node.func, ast.Attribute) and node.func.attr not in PURE else None
            if not (isinstance(node.func, ast.Name) and node.func.id in READING):
                changed.update(arg.id for arg in node.args if isinstance(arg, ast.Name))
        else:
            continue
        if root is not None:
            changed.add(root.id)
    names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    return frozenset(place for place, name in enumerate(names) if name in changed)


READING: Final = frozenset(
    "abs all any bool dict divmod enumerate filter float format frozenset hash int isinstance len list max min print range repr reversed round set sorted str sum tuple type zip".split()
)
"""Built-in functions that leave their arguments as they are."""


def written(node: ast.AST, characters_max: int = 80) -> str:
    """The text of an expression for the trace, cut where it is long."""
    text = ast.unparse(node)
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store) and node.elts:
        text = text.removeprefix("(").removesuffix(")")  # targets stand without parentheses
    return text if len(text) <= characters_max else text[: characters_max - 1] + "…"


def bound_names(target: ast.expr) -> tuple[str, ...]:
    """The names that a target binds one by one, ``""`` where one is no plain name; none for a target that is not a list of targets."""

    def parts() -> Iterator[str]:
        for item in target.elts:  # type: ignore[attr-defined]
            yield item.id if isinstance(item, ast.Name) else ""

    return tuple(parts()) if isinstance(target, (ast.Tuple, ast.List)) else ()
