"""The flow graph of a program as data: what :mod:`belljar.lang.flow` builds and :mod:`belljar.lang.infer` walks.

A function is blocks of untyped three-address steps; block 0 is the entry. Temporaries are numbered, assigned once and live within one block; variables have names and cross
blocks.
"""

from __future__ import annotations

from belljar.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any

    from belljar.errors import BellError
    from belljar.source import Source, Span


class Step(Struct):
    """``out := kind(args)``; ``args`` are temporaries, ``data`` what the kind needs besides (a name, an operator, keyword names)."""

    __slots__ = ("args", "data", "kind", "out", "span")

    def __init__(self, kind: str, out: int, args: tuple[int, ...], data: Any, span: Span) -> None:
        self.kind = kind
        self.out = out
        self.args = args
        self.data = data
        self.span = span


class Jump(Struct):
    __slots__ = ("target",)

    def __init__(self, target: int) -> None:
        self.target = target


class Branch(Struct):
    """Go to ``then`` when the temporary is true, narrowing what its computation says about variables."""

    __slots__ = ("cond", "orelse", "span", "then")

    def __init__(self, cond: int, then: int, orelse: int, span: Span) -> None:
        self.cond = cond
        self.then = then
        self.orelse = orelse
        self.span = span


class Return(Struct):
    __slots__ = ("span", "value")

    def __init__(self, value: int | None, span: Span) -> None:
        self.value = value
        self.span = span


class Raise(Struct):
    """End with an exception of the class named; ``value`` is its message. ``code`` is E0705, or E0704 for assertions."""

    __slots__ = ("code", "name", "span", "value")

    def __init__(self, name: str, value: int | None, code: str, span: Span) -> None:
        self.name = name
        self.value = value
        self.code = code
        self.span = span


class Stop(Struct):
    """The end of code that is not reached, or was refused."""

    __slots__ = ()


End = Jump | Branch | Return | Raise | Stop


class FlowBlock(Struct):
    """``last_uses`` is what inference works out about the steps, once."""

    __slots__ = ("end", "last_uses", "steps")

    def __init__(self, steps: list[Step] | None = None, end: End | None = None) -> None:
        self.steps: list[Step] = [] if steps is None else steps
        self.end: End = Stop() if end is None else end
        self.last_uses: dict[int, int] | None = None


class ParamDecl(Struct):
    __slots__ = ("annotation", "default", "has_default", "keyword_only", "name", "positional_only", "span")

    def __init__(
        self,
        name: str,
        annotation: ast.expr | None,
        default: Any,
        has_default: bool,
        span: Span,
        keyword_only: bool = False,
        positional_only: bool = False,
    ) -> None:
        self.name = name
        self.annotation = annotation
        self.default = default
        self.has_default = has_default
        self.span = span
        self.keyword_only = keyword_only
        self.positional_only = positional_only


class FlowFunction(Struct):
    """One function as a graph; block 0 is the entry. ``returns`` is the return annotation; ``live``, by block, what inference works out about the names it reads, once."""

    __slots__ = ("blocks", "doc", "is_init", "live", "name", "params", "returns", "span", "temps")

    def __init__(
        self,
        name: str,
        params: list[ParamDecl],
        returns: ast.expr | None,
        blocks: list[FlowBlock],
        temps: int,
        span: Span,
        doc: str = "",
        is_init: bool = False,
    ) -> None:
        self.name = name
        self.params = params
        self.returns = returns
        self.blocks = blocks
        self.temps = temps
        self.span = span
        self.doc = doc
        self.is_init = is_init
        self.live: list[frozenset[str]] | None = None


class FieldDecl(Struct):
    __slots__ = ("annotation", "default", "has_default", "name", "span")

    def __init__(self, name: str, annotation: ast.expr, default: Any, has_default: bool, span: Span) -> None:
        self.name = name
        self.annotation = annotation
        self.default = default
        self.has_default = has_default
        self.span = span


class RecordDecl(Struct):
    __slots__ = ("doc", "fields", "name", "span")

    def __init__(self, name: str, fields: list[FieldDecl], span: Span, doc: str = "") -> None:
        self.name = name
        self.fields = fields
        self.span = span
        self.doc = doc


class FlowModule(Struct):
    """A whole program before types. ``globals`` are the module-level variables that functions read, in order of first assignment."""

    __slots__ = ("diagnostics", "functions", "globals", "init", "inputs", "records", "source", "strict")

    def __init__(
        self,
        source: Source,
        functions: dict[str, FlowFunction],
        records: dict[str, RecordDecl],
        init: FlowFunction,
        globals: list[str],
        inputs: tuple[str, ...],
        diagnostics: list[BellError],
        strict: bool = False,
    ) -> None:
        self.source = source
        self.functions = functions
        self.records = records
        self.init = init
        self.globals = globals
        self.inputs = inputs
        self.diagnostics = diagnostics
        self.strict = strict
