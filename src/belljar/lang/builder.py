"""What building the graph of one function takes: blocks and steps, variables, values that outlive a block.

Temporaries are numbered, assigned once and live within one block. Variables have names and cross blocks; names that begin with a dot are the
compiler's own (``.t3`` carries a value across blocks, ``.it2`` is the state of a loop).
"""

from __future__ import annotations

import ast

from belljar.errors import bell_error
from belljar.lang.event_handlers import EMIT, EVENTS
from belljar.lang.graph import HOST, Branch, CallShape, FlowBlock, Jump, Step
from belljar.lang.marks import Marks
from belljar.lang.names import BUILTINS, EXCEPTIONS, MATH_FUNCTIONS, MODULES
from belljar.lang.scope import check_name, nearest
from belljar.lang.symbols import Body, Symbol
from belljar.lang.syntax import refusal, span_of
from belljar.lang.tree import walk
from belljar.source import NOWHERE, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final

    from belljar.lang.flow import ModuleBuilder
    from belljar.lang.marks import Mark

FROM_THE_LIBRARY = {"Ellipsis": ("_ellipsis", "Ellipsis"), "id": ("_identity", "identity_of")}
"""By name of a built-in the module of the library that has it, and its name there."""
HINTS_MAX = 100
"""Findings after which undefined names are no longer compared with all others: nobody reads so many hints, and to find one takes longer than the rest of the finding."""


HOSTS_SHOWN_MAX = 5
"""Functions of the host that a hint names."""


class Exit:
    """What leaving a ``try`` or ``with`` on the way out of it takes: ``leave`` writes it, ``depth`` are the loops open around it."""

    __slots__ = ("depth", "handler", "leave")

    def __init__(self, leave: Callable[[], None], depth: int, handler: int) -> None:
        self.leave: Final = leave
        self.depth: Final = depth
        self.handler: Final = handler
        """The handler that is in force outside."""


class Builder(Marks):
    """The graph of one function while it grows."""

    def __init__(self, module: ModuleBuilder, body: Body) -> None:
        self.m = module
        self.program = module.program
        self.source = module.source
        self.symbols = module.symbols
        self.b = body
        self.is_module = body.kind == "module"
        self.traces = "" if module.prefix else module.program.traces
        self.program.built += 1
        self.frame = self.program.built
        self.blocks: list[FlowBlock] = [FlowBlock()]
        self.at = 0
        self.temps = 0
        self.hidden = 0
        self.handler = -1
        self.loops: list[tuple[int, int]] = []
        self.looping: list[int] = []
        """The constructs that the loops are."""
        self.exits: list[Exit] = []
        self.handling: list[str] = []
        """Hidden variables that hold the exceptions being handled, innermost last."""
        self.tested: set[str] = set()
        """The names that the function asks isinstance() about."""
        self.klass = ""
        """The class whose body is being built."""

    # --- blocks and steps ---------------------------------------------------------------------------------------------------------

    def report(self, code: str, node: ast.AST | Span, **parameters: Any) -> None:
        span = node if isinstance(node, Span) else span_of(node, self.source)
        self.m.report(bell_error(code, source=self.source, span=span, **parameters))

    def refuse(self, node: ast.AST, construct: str = "", instead: str = "", *, later: bool = True) -> int:
        """E0106; the value stands for whatever the construct would have given."""
        self.m.report(refusal(node, self.source, construct, instead, later=later))
        return self.step("refused", (), None, node)

    def step(self, kind: str, args: Sequence[int] = (), data: Any = None, node: ast.AST | Span = NOWHERE, outs: int = 1) -> int:
        span = node if isinstance(node, Span) else self.m.span(node)
        out = self.temps
        self.temps += outs
        self.blocks[self.at].steps.append(Step(kind, out, tuple(args), data, span))
        return out

    def block(self) -> int:
        self.blocks.append(FlowBlock(handler=self.handler))
        return len(self.blocks) - 1

    def go(self, target: int) -> None:
        """End the current block with a jump."""
        self.blocks[self.at].end = Jump(target)

    def fork(
        self, test: int, then: int, orelse: int, node: ast.AST | Span, on_then: Sequence[Mark] = (), on_else: Sequence[Mark] = ()
    ) -> None:
        self.blocks[self.at].end = Branch(test, then, orelse, node if isinstance(node, Span) else self.m.span(node), on_then, on_else)

    def count_pass(self, node: ast.AST) -> None:
        """A pass through a loop begins."""
        if self.program.counted and not self.m.prefix:
            self.step("call", (self.step("built_in", (), "_bell.loop_pass", node),), CallShape(), node)

    def hide(self, prefix: str) -> str:
        self.hidden += 1
        return f".{prefix}{self.hidden}"

    def const(self, value: Any, node: ast.AST | Span = NOWHERE) -> int:
        return self.step("const", (), value, node)

    # --- values that cross blocks -----------------------------------------------------------------------------------------------------

    def put(self, name: str, value: int, node: ast.AST | Span = NOWHERE) -> None:
        """Assign a hidden variable."""
        self.step("store", (value,), name, node)

    def get(self, name: str, node: ast.AST | Span = NOWHERE) -> int:
        return self.step("load", (), name, node)

    def carry(self, value: int, node: ast.AST | Span) -> str:
        """Put a temporary into a hidden variable so that it crosses blocks."""
        name = self.hide("t")
        self.put(name, value, node)
        return name

    def keep(self, value: int, *before_use: ast.AST) -> Kept:
        """A temporary that is used after ``before_use`` were evaluated: carried in a variable if their evaluation may end the block."""
        return self.keep_if(any(map(self.splits, before_use)), value, before_use[0] if before_use else NOWHERE)

    def keep_if(self, block_may_end: bool, value: int, node: ast.AST | Span) -> Kept:
        return Kept(self, self.carry(value, node), -1) if block_may_end else Kept(self, "", value)

    def splits(self, node: ast.AST) -> bool:
        """Whether evaluating the expression may end the current block: it holds control flow."""
        found = self.m.splitting.get(id(node))
        if found is None:
            found = self.m.splitting[id(node)] = any(
                isinstance(child, _SPLITTING) or (isinstance(child, ast.Compare) and len(child.ops) > 1) for child in walk(node)
            )
        return found

    def last_split(self, nodes: Sequence[ast.AST]) -> int:
        """The position of the last of the expressions whose evaluation may end the current block, 0 for none after the first."""
        return next((position for position in range(len(nodes) - 1, 0, -1) if self.splits(nodes[position])), 0)

    # --- variables ----------------------------------------------------------------------------------------------------------------

    def symbol(self, node: ast.AST) -> Symbol | None:
        return self.symbols.of.get(id(node))

    def variable(self, symbol: Symbol, node: ast.AST | Span) -> int:
        """The value of a variable."""
        if symbol.is_global:
            if self.is_module and not symbol.nonlocal_write:
                return self.step("load", (), symbol.flow, node)
            return self.step("global", (), self.m.global_name(symbol), node)
        if symbol.klass is not None and symbol.owner is not self.b:
            return self.step("class", (), self.m.class_of(symbol.klass).name, node)
        function = symbol.function
        if function is not None and function in self.b.uses:
            return self.step("function", self.captured(function, node), self.m.flow_name(function), node)
        if symbol.is_cell:
            cell = self.step("load", (), symbol.flow, node)
            return self.step("cell_get", (cell,), (symbol.name, "local" if symbol.owner is self.b else "free"), node)
        return self.step("load", (), symbol.flow, node)

    def captured(self, function: Body, node: ast.AST | Span) -> list[int]:
        """What a function's closure brings along from here, behind its defaults."""
        return [self.step("capture", (), symbol.flow, node) for symbol in function.captures]

    def assign_symbol(self, symbol: Symbol, value: int, node: ast.AST | Span) -> None:
        if symbol.is_global:
            name = self.m.global_name(symbol)
            if not self.is_module:
                self.step("set_global", (value,), name, node)
                return
            if not symbol.nonlocal_write:
                self.step("store", (value,), symbol.flow, node)
            self.step("publish", (value,), name, node)
        elif symbol.is_cell:
            cell = self.step("load", (), symbol.flow, node)
            self.step("cell_set", (cell, value), symbol.name, node)
        else:
            self.step("store", (value,), symbol.flow, node)

    def new_cells(self, symbols: Sequence[Symbol], node: ast.AST | Span) -> None:
        """Empty boxes for variables that functions share."""
        for symbol in symbols:
            if symbol.is_cell:
                self.step("store", (self.step("cell_new", (), symbol.name, node),), symbol.flow, node)

    def store(self, name: str, value: int, node: ast.AST) -> None:
        """Bind a name where ``node`` binds it."""
        if self.klass and id(node) in self.symbols.class_reads:
            decl = self.m.class_variable(self.klass, name)
            if name in decl.aliases:
                value = self.step("global", (), self.m.class_global(self.klass, decl.aliases[name]), node)
            elif decl.kind == "enum" and name in decl.members:
                value = self.step("enum_member", (value,), (decl.name, name, decl.members.index(name) + 1), node)
            self.step("publish", (value,), self.m.class_global(self.klass, name), node)
            return
        check_name(name, node, self.m)
        symbol = self.symbol(node)
        assert symbol is not None, name
        self.assign_symbol(symbol, value, node)

    def unbind(self, symbol: Symbol, node: ast.AST | Span) -> None:
        if symbol.is_cell:
            self.step("cell_clear", (self.step("load", (), symbol.flow, node),), symbol.name, node)
        elif symbol.is_global and (symbol.nonlocal_write or not self.is_module):
            self.step("clear_global", (), self.m.global_name(symbol), node)
        else:
            self.step("unbind", (), symbol.flow, node)
            if symbol.is_global:
                self.step("clear_global", (), self.m.global_name(symbol), node)

    def load(self, node: ast.Name) -> int:
        """The value of a name."""
        name = node.id
        if self.klass and id(node) in self.symbols.class_reads:
            decl = self.m.find_class(self.m.prefix + self.klass)
            assert decl is not None
            if name in decl.methods and name not in decl.variables and decl.methods[name].kind in ("method", "static"):
                return self.step("attr", (self.step("class", (), decl.name, node),), name, node)  # as a decorator in the body itself
            held = self.step("global", (), self.m.class_global(self.klass, name), node)
            # In the body of an enumeration its members are still their values.
            return (
                self.step("attr", (held,), "value", node)
                if decl.kind == "enum" and (name in decl.members or name in decl.aliases)
                else held
            )
        symbol = self.symbol(node)
        if symbol is not None:
            return self.variable(symbol, node)
        if name == "__name__":
            return self.const(self.m.run_name, node)
        if name == "__doc__" and self.symbol(node) is None:
            return self.const(ast.get_docstring(self.m.tree, clean=False), node)
        if name.startswith("__") and name.endswith("__"):
            check_name(name, node, self.m)
            return self.step("refused", (), None, node)
        return self.built_in(name, node)

    def built_in(self, name: str, node: ast.AST) -> int:
        """A name that the program does not bind."""
        if name in self.program.hosts and not self.m.prefix:
            return self.step("built_in", (), HOST + name, node)
        if name in EXCEPTIONS:
            self.m.need("need_exception", name)
            return self.step("class", (), name, node)
        if name == EMIT:
            return self.step("function", (), f"{EVENTS}.{EMIT}", node)
        if name in FROM_THE_LIBRARY:
            if id(node) in self.m.shown_identities:
                return self.refuse(node, "The number of id()", "programs have no addresses: compare with `is`", later=False)
            module, member = FROM_THE_LIBRARY[name]
            self.m.library(module)
            self.step("import", (), f"@{module}", node)
            return self.m.member(self, module, member, node)
        row = BUILTINS.get(name)
        if row is None:
            self.undefined(name, node)
            return self.step("refused", (), None, node)
        if row.refused:
            return self.refuse(node, f"'{name}'", row.refused, later=row.later)
        return self.step("built_in", (), name, node)

    def undefined(self, name: str, node: ast.AST) -> None:
        candidates = {*self.symbols.module.symbols, *BUILTINS, *EXCEPTIONS, EMIT, *self.program.namespaces, *self.program.hosts}
        body: Body | None = self.b
        while body is not None:
            candidates.update(body.symbols)
            body = body.parent
        near = nearest(name, candidates) if len(self.m.diagnostics) < HINTS_MAX else ""
        if name in MODULES:
            near = f"write `import {name}` at the top"
        elif name in MATH_FUNCTIONS:
            near = f"write `from math import {name}` at the top"
        elif name in self.program.namespaces:
            found = [host for host in self.program.hosts if host.startswith(f"{name}.")]
            near = f"the host has {', '.join(found[:HOSTS_SHOWN_MAX])}"
        self.report("E0201", node, name=name, nearest=near)


class Kept:
    """A value to be used later: the temporary itself, or the hidden variable that carries it."""

    __slots__ = ("builder", "name", "temp")

    def __init__(self, builder: Builder, name: str, temp: int) -> None:
        self.builder, self.name, self.temp = builder, name, temp

    def __call__(self) -> int:
        return self.temp if not self.name else self.builder.get(self.name)


_SPLITTING = (ast.BoolOp, ast.IfExp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.YieldFrom)
