"""From syntax to a control-flow graph of untyped three-address steps, one graph per function.

Everything that is control in Python becomes blocks and ends here: ``and``/``or``, conditional expressions, chained comparisons, loops with ``else``, assertions.
What is left, a :class:`Step`, is straight-line and says only *what* is done; types are the business of :mod:`belljar.lang.infer`.

Temporaries are numbered, assigned once and live within one block. Variables have names and cross blocks; names that begin with a dot are the
compiler's own (``.t3`` carries a value across blocks, ``.it2`` is the state of a loop).

Every construct Bell does not run is refused by name, and building goes on, so that one compilation reports all of them.
"""

from __future__ import annotations

import ast

from belljar.errors import bell_error
from belljar.lang.graph import Branch, FlowBlock, FlowFunction, FlowModule, Jump, ParamDecl, Raise, Return, Step
from belljar.lang.names import BUILTINS, EXCEPTIONS, MATH_CONSTANTS, MATH_FUNCTIONS, MATH_REFUSED, MODULES, WALKING_MATH
from belljar.lang.scope import (
    INT_MAX,
    INT_MIN,
    REFUSED_VALUE,
    Scope,
    assigned,
    check_name,
    constant,
    declare,
    looked_up_early,
    nearest,
    record,
)
from belljar.lang.syntax import REFUSED, refusal, span_of
from belljar.source import NOWHERE, Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

HINTS_MAX = 100
"""Findings after which undefined names are no longer compared with all others: nobody reads so many hints, and to find one takes longer than the rest of the finding."""
TREE_DEPTH_MAX = 150
"""Deepest syntax tree accepted, left spines of binary operators and elif chains not counted."""


def build(tree: ast.Module, source: Source, inputs: Sequence[str] = (), run_name: str = "__main__") -> FlowModule:
    """The flow graphs of a parsed module. ``inputs`` are module-level names given from outside. Findings are collected, never raised."""
    scope = Scope(source)
    if not _check_depth(tree, scope):
        return FlowModule(source, {}, {}, FlowFunction("@init", [], None, [FlowBlock()], 0, NOWHERE), [], tuple(inputs), scope.diagnostics)
    for name in inputs:
        scope.variables[name] = NOWHERE
    declare(tree.body, scope)
    scope.late = looked_up_early(tree.body, scope)
    functions: dict[str, FlowFunction] = {}
    for name, node in scope.functions.items():
        functions[name] = _FunctionBuilder(scope, name, node, run_name).function()
    records = {name: record(node, scope) for name, node in scope.records.items()}
    init = _FunctionBuilder(scope, "@init", None, run_name).init(tree.body)
    strict = any(line.strip() == "# strict" for line in source.lines[:20])
    used = [name for name in (*scope.variables, *scope.bound_at) if name in scope.read_by_functions]
    scope.diagnostics.sort(key=lambda e: (e.span.line, e.span.column))
    return FlowModule(source, functions, records, init, used, tuple(inputs), scope.diagnostics, strict)


def _check_depth(tree: ast.Module, scope: Scope) -> bool:
    """Walk with an explicit stack; E0102 where the tree is deeper than the recursive walks can stand."""
    stack: list[tuple[ast.AST, int]] = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        if depth > TREE_DEPTH_MAX:
            scope.report(
                bell_error(
                    "E0102",
                    source=scope.source,
                    span=span_of(node, scope.source),
                    found=f"more than {TREE_DEPTH_MAX}",
                    limit=TREE_DEPTH_MAX,
                )
            )
            return False
        for name, child in ast.iter_fields(node):
            if isinstance(child, ast.AST):
                same = name == "left" and isinstance(node, ast.BinOp) and isinstance(child, ast.BinOp)
                stack.append((child, depth if same else depth + 1))
            elif isinstance(child, list):
                same = name == "orelse" and len(child) == 1 and isinstance(child[0], ast.If) and isinstance(node, ast.If)
                stack.extend((item, depth if same else depth + 1) for item in child if isinstance(item, ast.AST))
    return True


class _FunctionBuilder:
    """Builds the graph of one function, or of the module level (``node`` None)."""

    def __init__(self, scope: Scope, name: str, node: ast.FunctionDef | None, run_name: str) -> None:
        self.scope = scope
        self.source = scope.source
        self.name = name
        self.node = node
        self.run_name = run_name
        self.blocks: list[FlowBlock] = [FlowBlock()]
        self.at = 0
        self.temps = 0
        self.hidden = 0
        self.loops: list[tuple[int, int]] = []
        self.locals: set[str] = set()
        self.refused: set[str] = set()
        self.top: dict[int, int] = {}
        self.position = 0

    # --- functions ------------------------------------------------------------------------------------------------------------

    def function(self) -> FlowFunction:
        node = self.node
        assert node is not None
        for decorator in node.decorator_list:
            self.refuse(decorator, "a decorator", "leave it out: every module-level function is a task")
        params = self.params(node.args)
        for param in params:
            self.locals.add(param.name)
        for name, _ in assigned(node.body):
            self.locals.add(name)
        self.body(node.body)
        self.blocks[self.at].end = Return(None, Span(node.end_lineno or 0, 1, node.end_lineno or 0, 2))
        return FlowFunction(
            self.name, params, node.returns, self.blocks, self.temps, span_of(node, self.source), ast.get_docstring(node) or ""
        )

    def init(self, body: list[ast.stmt]) -> FlowFunction:
        self.locals.update(self.scope.variables)
        self.top = {id(statement): position for position, statement in enumerate(body)}
        for position, statement in enumerate(body):
            self.position = position
            self.statement(statement)
            for name in [name for name in self.scope.late if self.scope.bound_at[name] == position]:
                self.step("publish", (self.step("const", (), True, statement),), name, statement)
        self.blocks[self.at].end = Return(None, NOWHERE)
        return FlowFunction("@init", [], None, self.blocks, self.temps, NOWHERE, is_init=True)

    def params(self, args: ast.arguments) -> list[ParamDecl]:
        if args.vararg is not None:
            self.refuse(args.vararg, "a parameter with *", "take a list")
        if args.kwarg is not None:
            self.refuse(args.kwarg, "a parameter with **", "name the parameters")
        plain = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
        pairs = list(zip(plain, defaults, strict=True)) + list(zip(args.kwonlyargs, args.kw_defaults, strict=True))
        params: list[ParamDecl] = []
        for index, (arg, default) in enumerate(pairs):
            value: Any = None
            if default is not None:
                ok, value = constant(default)
                if not ok:
                    self.refuse(default, "a default value that is not a constant", "use None and replace it in the function")
                    value = REFUSED_VALUE
            check_name(arg.arg, arg, self.scope)
            if any(param.name == arg.arg for param in params):
                self.scope.report(
                    bell_error(
                        "E0101",
                        source=self.source,
                        span=span_of(arg, self.source),
                        detail=f"duplicate argument '{arg.arg}' in function definition",
                    )
                )
                continue
            params.append(
                ParamDecl(
                    arg.arg,
                    arg.annotation,
                    value,
                    default is not None,
                    span_of(arg, self.source),
                    index >= len(plain),
                    index < len(args.posonlyargs),
                )
            )
        return params

    # --- building blocks ------------------------------------------------------------------------------------------------------

    def refuse(self, node: ast.AST, construct: str = "", instead: str = "", *, later: bool = True) -> None:
        self.scope.report(refusal(node, self.source, construct, instead, later=later))

    def step(self, kind: str, args: Sequence[int] = (), data: Any = None, node: ast.AST | Span = NOWHERE, outs: int = 1) -> int:
        span = node if isinstance(node, Span) else span_of(node, self.source)
        out = self.temps
        self.temps += outs
        self.blocks[self.at].steps.append(Step(kind, out, tuple(args), data, span))
        return out

    def block(self) -> int:
        self.blocks.append(FlowBlock())
        return len(self.blocks) - 1

    def go(self, target: int) -> None:
        """End the current block with a jump."""
        self.blocks[self.at].end = Jump(target)

    def hide(self, prefix: str) -> str:
        self.hidden += 1
        return f".{prefix}{self.hidden}"

    # --- statements -----------------------------------------------------------------------------------------------------------

    def body(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        method = getattr(self, f"do_{type(node).__name__}", None)
        if method is None:
            self.refuse(node)
            self.after_refused(node)
        else:
            method(node)

    def after_refused(self, node: ast.stmt) -> None:
        """What a refused statement would have bound or returned is unknown, and no error of its own."""
        for child in ast.walk(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
                self.refuse_name(child.name or "")
            elif isinstance(child, ast.MatchMapping) and child.rest:
                self.refuse_name(child.rest)
            elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                self.step("store", (self.step("refused", (), None, node),), child.id, node)
        if self.node is not None and any(isinstance(child, ast.Return) for child in ast.walk(node)):
            leave, rest = self.block(), self.block()
            self.blocks[self.at].end = Branch(self.step("refused", (), None, node), leave, rest, span_of(node, self.source))
            self.at = leave
            self.blocks[self.at].end = Return(self.step("refused", (), None, node), span_of(node, self.source))
            self.at = rest

    def refuse_name(self, name: str) -> None:
        self.refused.add(name)
        if self.node is None:
            self.scope.refused.add(name)

    def is_refused(self, name: str) -> bool:
        """Whether all that binds the name was refused, so that nothing more is said about it."""
        return name in self.refused or (name in self.scope.refused and name not in self.locals and name not in self.scope.variables)

    def bound(self, name: str, node: ast.AST) -> None:
        """A function, record or imported name is looked up: it is there from its statement on."""
        scope = self.scope
        if self.node is None:
            if scope.bound_at.get(name, -1) > self.position:
                scope.report(bell_error("E0205", source=self.source, span=span_of(node, self.source), name=name))
        elif name in scope.late:
            scope.read_by_functions.add(name)
            self.step("global", (), name, node)

    def do_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def do_Pass(self, node: ast.Pass) -> None:
        pass

    def do_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        if id(node) not in self.top:
            place = "a block" if self.node is None else "a function"
            self.refuse(node, f"an import inside {place}", "import at the top of the module", later=False)
            for alias in node.names:
                self.refuse_name(alias.asname or alias.name.split(".")[0])

    do_ImportFrom = do_Import

    def do_FunctionDef(self, node: ast.FunctionDef) -> None:
        if id(node) not in self.top:
            place = "block" if self.node is None else "function"
            self.refuse(node, f"a function inside a {place} ('{node.name}')", "define it at module level")
            self.refuse_name(node.name)

    def do_ClassDef(self, node: ast.ClassDef) -> None:
        if id(node) not in self.top:
            self.refuse(node, f"a class that is not at module level ('{node.name}')", "define it at module level")
            self.refuse_name(node.name)

    def do_Assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)

    def do_AnnAssign(self, node: ast.AnnAssign) -> None:
        if not isinstance(node.target, ast.Name):
            self.refuse(node, "an annotation on a target that is not a name", "annotate the field in its class")
        if node.value is None:
            return
        value = self.value(node.value)
        value = self.step("declare", (value,), (ast.unparse(node.target), node.annotation), node.value)
        self.assign(node.target, value)

    def do_AugAssign(self, node: ast.AugAssign) -> None:
        op = _BINARY.get(type(node.op))
        if op is None:
            self.refuse(node, "the operator @")
            return
        target = node.target
        if isinstance(target, ast.Name):
            kept = self.keep(self.load(target), node.value)
            right = self.value(node.value)
            self.store(target.id, self.step("inplace", (kept(), right), op, node), target)
        elif isinstance(target, ast.Attribute):
            obj = self.keep(self.value(target.value), node.value)
            self.check_attribute(target)
            left = self.step("attr", (obj(),), target.attr, target)
            left_again = self.keep(left, node.value)
            right = self.value(node.value)
            result = self.step("inplace", (left_again(), right), op, node)
            self.step("set_attr", (obj(), result), target.attr, target)
        elif isinstance(target, ast.Subscript):
            if isinstance(target.slice, ast.Slice):
                self.refuse(target, "assigning to a slice", "build a new list")
                return
            obj = self.keep(self.value(target.value), node.value, target.slice)
            index = self.keep(self.value(target.slice), node.value)
            left = self.step("index", (obj(), index()), None, target)
            left_again = self.keep(left, node.value)
            right = self.value(node.value)
            result = self.step("inplace", (left_again(), right), op, node)
            self.step("set_index", (obj(), index(), result), None, target)

    def assign(self, target: ast.expr, value: int) -> None:
        if isinstance(target, ast.Name):
            self.store(target.id, value, target)
        elif isinstance(target, (ast.Tuple, ast.List)):
            if any(isinstance(item, ast.Starred) for item in target.elts):
                self.refuse(target, "unpacking with *", "name every element")
                for item in ast.walk(target):
                    if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
                        self.store(item.id, self.step("refused", (), None, target), item)
                return
            first = self.step("unpack", (value,), len(target.elts), target, outs=len(target.elts))
            last = self.last_split(target.elts)
            keeps = [self.keep_if(0 < position and last > 0, first + position, item) for position, item in enumerate(target.elts)]
            for item, keep in zip(target.elts, keeps, strict=True):
                self.assign(item, keep())
        elif isinstance(target, ast.Attribute):
            kept = self.keep(value, target.value)
            obj = self.value(target.value)
            self.check_attribute(target)
            self.step("set_attr", (obj, kept()), target.attr, target)
        elif isinstance(target, ast.Subscript):
            if isinstance(target.slice, ast.Slice):
                self.refuse(target, "assigning to a slice", "build a new list")
                return
            kept = self.keep(value, target.value, target.slice)
            container = self.keep(self.value(target.value), target.slice)
            index = self.value(target.slice)
            self.step("set_index", (container(), index, kept()), None, target)
        else:
            self.refuse(target)

    def store(self, name: str, value: int, node: ast.AST) -> None:
        if not name.startswith("."):
            check_name(name, node, self.scope)
        self.step("store", (value,), name, node)
        if self.node is None and name in self.scope.variables:
            self.step("publish", (value,), name, node)

    def do_If(self, node: ast.If) -> None:
        done = self.block()
        current: ast.If | None = node
        while current is not None:
            then, orelse = self.block(), self.block()
            self.condition(current.test, then, orelse)
            self.at = then
            self.body(current.body)
            self.go(done)
            self.at = orelse
            if len(current.orelse) == 1 and isinstance(current.orelse[0], ast.If):
                current = current.orelse[0]
            else:
                self.body(current.orelse)
                self.go(done)
                current = None
        self.at = done

    def do_While(self, node: ast.While) -> None:
        head, inside, orelse, done = self.block(), self.block(), self.block(), self.block()
        self.go(head)
        self.at = head
        self.condition(node.test, inside, orelse)
        self.at = inside
        self.loops.append((head, done))
        self.body(node.body)
        self.loops.pop()
        self.go(head)
        self.at = orelse
        self.body(node.orelse)
        self.go(done)
        self.at = done

    def do_For(self, node: ast.For) -> None:
        state = self.hide("it")
        self.step("iter_new", (self.iterable(node.iter),), state, node.iter)
        head, inside, latch, orelse, done = self.block(), self.block(), self.block(), self.block(), self.block()
        self.go(head)
        self.at = head
        more = self.step("iter_more", (), state, node.iter)
        self.blocks[self.at].end = Branch(more, inside, orelse, span_of(node.iter, self.source))
        self.at = inside
        self.assign(node.target, self.step("iter_value", (), state, node.target))
        self.loops.append((latch, done))
        self.body(node.body)
        self.loops.pop()
        self.go(latch)
        self.at = latch
        self.step("iter_step", (), state, node.iter)
        self.go(head)
        self.at = orelse
        self.body(node.orelse)
        self.go(done)
        self.at = done

    def do_Break(self, node: ast.Break | ast.Continue) -> None:
        word = type(node).__name__.lower()
        if not self.loops:
            self.scope.report(bell_error("E0109", source=self.source, span=span_of(node, self.source), word=word, place="a loop"))
        else:
            self.go(self.loops[-1][1 if word == "break" else 0])
        self.at = self.block()

    do_Continue = do_Break

    def do_Return(self, node: ast.Return) -> None:
        span = span_of(node, self.source)
        value = None if node.value is None else self.value(node.value)
        if self.node is None:
            self.scope.report(bell_error("E0109", source=self.source, span=span, word="return", place="a function"))
        self.blocks[self.at].end = Return(value, span)
        self.at = self.block()

    def do_Assert(self, node: ast.Assert) -> None:
        fine, failed = self.block(), self.block()
        self.condition(node.test, fine, failed)
        self.at = failed
        message = None if node.msg is None else self.value(node.msg)
        self.blocks[self.at].end = Raise("AssertionError", message, "E0704", span_of(node.test, self.source))
        self.at = fine

    def do_Raise(self, node: ast.Raise) -> None:
        if node.cause is not None:
            self.refuse(node, "raise ... from", "leave the cause out, or put it into the message")
        name, value, exc = "", None, node.exc
        if isinstance(exc, ast.Call) and isinstance(exc.func, ast.Name) and not exc.keywords and len(exc.args) <= 1:
            name = exc.func.id
            value = self.value(exc.args[0]) if exc.args else None
        elif isinstance(exc, ast.Name):
            name = exc.id
        if name not in EXCEPTIONS or name in self.locals:
            if name in BUILTINS and name not in self.locals and BUILTINS[name].refused:
                self.refuse(exc or node, f"raising '{name}'", BUILTINS[name].refused, later=BUILTINS[name].later)
            elif (
                name
                and name not in EXCEPTIONS
                and name not in self.scope.records
                and name not in self.locals
                and name not in self.scope.variables
            ):
                self.undefined(name, exc or node, EXCEPTIONS)
            else:
                self.refuse(node, "this form of raise", "raise a built-in exception with one message: raise ValueError('...')")
        self.blocks[self.at].end = Raise(name, value, "E0705", span_of(node, self.source))
        self.at = self.block()

    # --- conditions -----------------------------------------------------------------------------------------------------------

    def condition(self, node: ast.expr, then: int, orelse: int) -> None:
        """Evaluate ``node`` for its truth alone and end the current block."""
        if isinstance(node, ast.BoolOp):
            for value in node.values[:-1]:
                rest = self.block()
                if isinstance(node.op, ast.And):
                    self.condition(value, rest, orelse)
                else:
                    self.condition(value, then, rest)
                self.at = rest
            self.condition(node.values[-1], then, orelse)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.condition(node.operand, orelse, then)
        elif isinstance(node, ast.Compare) and len(node.ops) > 1:
            left = self.value(node.left)
            for position, (op, right_node) in enumerate(zip(node.ops, node.comparators, strict=True)):
                last = position == len(node.ops) - 1
                left_kept = self.keep(left, right_node)
                right = self.member_display(op, right_node) if last else self.value(right_node)
                right_kept = None if last else self.carry(right, right_node)
                test = self.compare(op, left_kept(), right, node)
                rest = then if last else self.block()
                self.blocks[self.at].end = Branch(test, rest, orelse, span_of(node, self.source))
                if right_kept is not None:
                    self.at = rest
                    left = self.step("load", (), right_kept, right_node)
        else:
            test = self.value(node)
            self.blocks[self.at].end = Branch(test, then, orelse, span_of(node, self.source))

    def carry(self, value: int, node: ast.AST | Span) -> str:
        """Put a temporary into a hidden variable so that it crosses blocks."""
        name = self.hide("t")
        self.step("store", (value,), name, node)
        return name

    def keep(self, value: int, *before_use: ast.AST) -> _Kept:
        """A temporary that is used after ``before_use`` were evaluated: carried in a variable if their evaluation may end the block."""
        return self.keep_if(any(map(self.splits, before_use)), value, before_use[0] if before_use else NOWHERE)

    def keep_if(self, block_may_end: bool, value: int, node: ast.AST | Span) -> _Kept:
        return _Kept(self, self.carry(value, node), -1) if block_may_end else _Kept(self, "", value)

    def splits(self, node: ast.AST) -> bool:
        """Whether evaluating the expression may end the current block: it holds control flow."""
        found = self.scope.splitting.get(id(node))
        if found is None:
            found = self.scope.splitting[id(node)] = any(
                isinstance(child, (ast.BoolOp, ast.IfExp)) or (isinstance(child, ast.Compare) and len(child.ops) > 1)
                for child in ast.walk(node)
            )
        return found

    def last_split(self, nodes: Sequence[ast.AST]) -> int:
        """The position of the last of the expressions whose evaluation may end the current block, 0 for none after the first."""
        return next((position for position in range(len(nodes) - 1, 0, -1) if self.splits(nodes[position])), 0)

    # --- expressions ----------------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> int:
        method = getattr(self, f"on_{type(node).__name__}", None)
        if method is not None:
            return int(method(node))
        self.refuse(node)
        return self.step("refused", (), None, node)

    def values(self, nodes: Sequence[ast.expr]) -> list[int]:
        """Evaluate in order; each result survives the evaluation of the later ones."""
        last = self.last_split(nodes)
        kept = [self.keep_if(position < last, self.value(node), node) for position, node in enumerate(nodes)]
        return [keep() for keep in kept]

    def on_Constant(self, node: ast.Constant) -> int:
        value = node.value
        if isinstance(value, int) and not isinstance(value, bool) and not INT_MIN <= value <= INT_MAX:
            self.scope.report(
                bell_error(
                    "E0313",
                    source=self.source,
                    span=span_of(node, self.source),
                    detail=f"the literal {_short(value)} does not fit in 64 bits",
                    advice="Bell's int runs from -2**63 to 2**63-1",
                )
            )
            value = 0
        if isinstance(value, (bytes, complex)) or value is Ellipsis:
            self.refuse(
                node, {bytes: "a bytes literal", complex: "a complex number"}.get(type(value), "..."), later=isinstance(value, bytes)
            )
            return self.step("refused", (), None, node)
        return self.step("const", (), value, node)

    def load(self, node: ast.Name) -> int:
        name = node.id
        scope = self.scope
        if self.is_refused(name):
            return self.step("refused", (), None, node)
        if name in self.locals:
            return self.step("load", (), name, node)
        if self.node is not None and name in scope.variables:
            scope.read_by_functions.add(name)
            return self.step("global", (), name, node)
        if name == "__name__":
            return self.step("const", (), self.run_name, node)
        if name.startswith("__") and name.endswith("__"):
            check_name(name, node, scope)
        elif name in scope.functions or name in scope.records or name in BUILTINS or name in scope.imported or name in scope.modules:
            full = scope.imported.get(name, "")
            self.bound(name, node)
            if full.startswith("math.") and full[5:] in MATH_CONSTANTS:
                return self.step("const", (), MATH_CONSTANTS[full[5:]], node)
            row = BUILTINS.get(name)
            if name in scope.modules:
                self.refuse(
                    node,
                    f"the module '{name}' as a value",
                    f"name what you need of it: {name}.sqrt(x)" if scope.modules[name] == "math" else "",
                    later=False,
                )
            elif row is not None and row.refused and name not in scope.functions and name not in scope.records and not full:
                self.refuse(node, f"'{name}'", row.refused, later=row.later)
            else:
                self.refuse(node, f"'{name}' as a value", "call it")
        else:
            self.undefined(name, node, {*scope.candidates(), *self.locals})
        return self.step("refused", (), None, node)

    def undefined(self, name: str, node: ast.AST, candidates: Iterable[str]) -> None:
        near = nearest(name, candidates) if len(self.scope.diagnostics) < HINTS_MAX else ""
        if name in MODULES:
            near = f"write `import {name}` at the top"
        elif name in MODULES["math"]:
            near = f"write `from math import {name}` at the top"
        self.scope.report(bell_error("E0201", source=self.source, span=span_of(node, self.source), name=name, nearest=near))

    def on_Name(self, node: ast.Name) -> int:
        return self.load(node)

    def on_NamedExpr(self, node: ast.NamedExpr) -> int:
        self.refuse(node)
        self.value(node.value)
        self.store(node.target.id, self.step("refused", (), None, node), node.target)
        return self.step("refused", (), None, node)

    def on_BinOp(self, node: ast.BinOp) -> int:
        spine: list[ast.BinOp] = []
        current: ast.expr = node
        while isinstance(current, ast.BinOp):
            spine.append(current)
            current = current.left
        left = self.value(current)
        for link in reversed(spine):
            op = _BINARY.get(type(link.op))
            if op is None:
                self.refuse(link, "the operator @", later=False)
                op = "*"
            kept = self.keep(left, link.right)
            right = self.value(link.right)
            left = self.step("binary", (kept(), right), op, link)
        return left

    def on_UnaryOp(self, node: ast.UnaryOp) -> int:
        ok, value = constant(node)
        if ok:
            return self.step("const", (), value, node)
        if isinstance(node.op, ast.Not):
            return self.step("not", (self.value(node.operand),), None, node)
        return self.step("unary", (self.value(node.operand),), {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}[type(node.op)], node)

    def on_BoolOp(self, node: ast.BoolOp) -> int:
        result, done = self.hide("t"), self.block()
        for value in node.values[:-1]:
            temp = self.value(value)
            more = self.block()
            # Storing before the branch lets narrowing reach the variable the result travels in.
            self.step("store", (temp,), result, value)
            test = self.step("load", (), result, value)
            origin = self.step("also", (test, temp), None, value)
            first, second = (more, done) if isinstance(node.op, ast.And) else (done, more)
            self.blocks[self.at].end = Branch(origin, first, second, span_of(value, self.source))
            self.at = more
        self.step("store", (self.value(node.values[-1]),), result, node)
        self.go(done)
        self.at = done
        return self.step("load", (), result, node)

    def on_IfExp(self, node: ast.IfExp) -> int:
        result, then, orelse, done = self.hide("t"), self.block(), self.block(), self.block()
        self.condition(node.test, then, orelse)
        for block, value in ((then, node.body), (orelse, node.orelse)):
            self.at = block
            self.step("store", (self.value(value),), result, value)
            self.go(done)
        self.at = done
        return self.step("load", (), result, node)

    def on_Compare(self, node: ast.Compare) -> int:
        if len(node.ops) == 1:
            left = self.keep(self.value(node.left), node.comparators[0])
            right = self.member_display(node.ops[0], node.comparators[0])
            return self.compare(node.ops[0], left(), right, node)
        result, then, orelse, done = self.hide("t"), self.block(), self.block(), self.block()
        self.condition(node, then, orelse)
        for block, truth in ((then, True), (orelse, False)):
            self.at = block
            self.step("store", (self.step("const", (), truth, node),), result, node)
            self.go(done)
        self.at = done
        return self.step("load", (), result, node)

    def member_display(self, op: ast.cmpop, node: ast.expr) -> int:
        """The right side of a comparison; a display of constants on the right of ``in`` is not built each time."""
        if isinstance(op, (ast.In, ast.NotIn)) and isinstance(node, (ast.Tuple, ast.List, ast.Set)) and node.elts:
            items = [constant(item) for item in node.elts]
            values = tuple(value for _, value in items)
            numbers = all(isinstance(value, (int, float)) for value in values)
            if all(ok for ok, _ in items) and (numbers or all(isinstance(value, str) for value in values)):
                return self.step("const_display", (), (type(node).__name__.lower(), values), node)
        return self.value(node)

    def compare(self, op: ast.cmpop, left: int, right: int, node: ast.AST) -> int:
        return self.step("compare", (left, right), _COMPARE[type(op)], node)

    def on_List(self, node: ast.List) -> int:
        return self.display("list", node)

    def on_Tuple(self, node: ast.Tuple) -> int:
        return self.display("tuple", node)

    def on_Set(self, node: ast.Set) -> int:
        return self.display("set", node)

    def display(self, kind: str, node: ast.List | ast.Tuple | ast.Set) -> int:
        if any(isinstance(item, ast.Starred) for item in node.elts):
            self.refuse(node, "unpacking with * in a display", "concatenate with +")
            return self.step("refused", (), None, node)
        return self.step(kind, self.values(node.elts), None, node)

    def on_Dict(self, node: ast.Dict) -> int:
        pairs: list[ast.expr] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self.refuse(node, "unpacking with ** in a dict", "assign the keys")
                return self.step("refused", (), None, node)
            pairs += (key, value)
        return self.step("dict", self.values(pairs), None, node)

    def on_Subscript(self, node: ast.Subscript) -> int:
        if isinstance(node.slice, ast.Slice):
            bounds = [b for b in (node.slice.lower, node.slice.upper, node.slice.step) if b is not None]
            temps = self.values([node.value, *bounds])
            present = tuple(b is not None for b in (node.slice.lower, node.slice.upper, node.slice.step))
            return self.step("slice", temps, present, node)
        if isinstance(node.slice, ast.Tuple) and any(isinstance(e, ast.Slice) for e in node.slice.elts):
            self.refuse(node, "a slice of several dimensions", later=False)
            return self.step("refused", (), None, node)
        return self.step("index", self.values([node.value, node.slice]), None, node)

    def check_attribute(self, node: ast.Attribute) -> bool:
        return check_name(node.attr, node, self.scope)

    def module_member(self, node: ast.expr) -> str:
        """``math.sqrt`` for an attribute of an imported module or an imported name, else ``""``."""
        if isinstance(node, ast.Name) and node.id not in self.locals and node.id not in self.scope.variables:
            return self.scope.imported.get(node.id, "")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = node.value.id
            if name in self.scope.modules and name not in self.locals and name not in self.scope.variables:
                return f"{self.scope.modules[name]}.{node.attr}"
        return ""

    def on_Attribute(self, node: ast.Attribute) -> int:
        member = self.module_member(node)
        if member:
            module, _, name = member.partition(".")
            self.bound(node.value.id if isinstance(node.value, ast.Name) else "", node)
            if module == "math" and name in MATH_CONSTANTS:
                return self.step("const", (), MATH_CONSTANTS[name], node)
            if module in MODULES and name in MODULES[module]:
                self.refuse(node, f"'{member}' as a value", "call it")
            elif module == "math" and name in MATH_REFUSED:
                self.refuse(node, f"math.{name}()", MATH_REFUSED[name])
            else:
                self.scope.report(
                    bell_error(
                        "E0203",
                        source=self.source,
                        span=span_of(node, self.source),
                        type=f"module {module}",
                        what="function",
                        name=name,
                        nearest=nearest(name, MODULES.get(module, ())),
                    )
                )
            return self.step("refused", (), None, node)
        if not self.check_attribute(node):
            return self.step("refused", (), None, node)
        return self.step("attr", (self.value(node.value),), node.attr, node)

    def on_JoinedStr(self, node: ast.JoinedStr) -> int:
        parts: list[int] = []
        kept: list[_Kept] = []
        last = self.last_split(node.values)
        for position, part in enumerate(node.values):
            if isinstance(part, ast.Constant):
                temp = self.step("const", (), part.value, part)
            else:
                assert isinstance(part, ast.FormattedValue)
                conversion = "" if part.conversion == -1 else chr(part.conversion)
                if part.format_spec is None:
                    temp = self.step("format", (self.value(part.value),), conversion, part.value)
                else:
                    subject = self.keep(self.value(part.value), part.format_spec)
                    spec = self.value(part.format_spec)
                    temp = self.step("format", (subject(), spec), conversion, part.value)
            kept.append(self.keep_if(position < last, temp, part))
        parts = [keep() for keep in kept]
        return self.step("concat", parts, None, node)

    def on_FormattedValue(self, node: ast.FormattedValue) -> int:
        return self.on_JoinedStr(ast.copy_location(ast.JoinedStr([node]), node))

    # --- calls ----------------------------------------------------------------------------------------------------------------

    def iterable(self, node: ast.expr) -> int:
        """An expression whose value is walked at once: the only place for range views, enumerate, zip, reversed and dict views."""
        if isinstance(node, ast.Call):
            return self.call(node, walked=True)
        return self.value(node)

    def on_Call(self, node: ast.Call) -> int:
        return self.call(node, walked=False)

    def call(self, node: ast.Call, walked: bool) -> int:
        scope = self.scope
        if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
            self.refuse(node, "* or ** in a call", "write the arguments out")
            return self.step("refused", (), None, node)
        names = tuple(k.arg or "" for k in node.keywords)
        operands = [*node.args, *(k.value for k in node.keywords)]
        member = self.module_member(node.func)
        kind, data = "", ""
        if member:
            module, _, name = member.partition(".")
            root = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            self.bound(root.id if isinstance(root, ast.Name) else "", root)
            if module == "math" and name in MATH_FUNCTIONS:
                kind, data = "builtin", member
                if name in WALKING_MATH:
                    return self.step(kind, self.walked_operands(operands, WALKING_MATH[name]), (data, names), node)
            elif module == "math" and name in MATH_REFUSED:
                self.refuse(node, f"math.{name}()", MATH_REFUSED[name])
                return self.step("refused", (), None, node)
            else:
                found = "is not a function Bell knows"
                scope.report(
                    bell_error(
                        "E0203",
                        source=self.source,
                        span=span_of(node.func, self.source),
                        type=f"module {module}",
                        what="function",
                        name=name,
                        nearest=nearest(name, MATH_FUNCTIONS) if module == "math" else found,
                    )
                )
                return self.step("refused", (), None, node)
        elif isinstance(node.func, ast.Name):
            name = node.func.id
            if self.is_refused(name):
                return self.step("refused", (), None, node)
            if name in self.locals or name in scope.variables:
                scope.report(bell_error("E0304", source=self.source, span=span_of(node.func, self.source), type=f"the variable '{name}'"))
                return self.step("refused", (), None, node)
            if name == "isinstance":
                return self.isinstance_call(node)
            if name in scope.functions:
                self.bound(name, node.func)
                kind, data = "call", name
            elif name in scope.records:
                self.bound(name, node.func)
                kind, data = "new", name
            elif name in BUILTINS:
                row = BUILTINS[name]
                if row.refused:
                    self.refuse(node.func, f"{name}()", row.refused, later=row.later)
                    return self.step("refused", (), None, node)
                if row.only_walked and not walked:
                    self.refuse(node, f"{name}() as a value", f"use it where it is walked: for x in {name}(...), list({name}(...))")
                    return self.step("refused", (), None, node)
                extra = next((keyword for keyword in names if keyword in row.refused_keywords), "")
                if extra or (name == "dict" and names):
                    self.refuse(node, f"{name}({extra or names[0]}=...)", row.refused_keywords.get(extra, "write {'key': value}"))
                    return self.step("refused", (), None, node)
                kind, data = "builtin", name
                if row.walks:
                    operands_temps = self.walked_operands(operands, len(node.args) if row.walks < 0 else row.walks)
                    return self.step(kind, operands_temps, (data, names), node)
            elif name in EXCEPTIONS:
                self.refuse(node.func, f"'{name}' as a value", "raise it")
                return self.step("refused", (), None, node)
            else:
                if name.startswith("__") and name.endswith("__"):
                    check_name(name, node, scope)
                else:
                    self.undefined(name, node.func, {*scope.candidates(), *self.locals})
                return self.step("refused", (), None, node)
        elif isinstance(node.func, ast.Attribute):
            if not self.check_attribute(node.func):
                return self.step("refused", (), None, node)
            if "key" in names and node.func.attr == "sort":
                self.refuse(node, "sort() with a key function", "sort tuples that begin with the key")
                return self.step("refused", (), None, node)
            if node.func.attr in ("keys", "values", "items") and not walked:
                self.refuse(
                    node,
                    f".{node.func.attr}() as a value",
                    f"use it where it is walked: for x in d.{node.func.attr}(), list(d.{node.func.attr}())",
                )
                return self.step("refused", (), None, node)
            operands = [node.func.value, *operands]
            kind, data = "method", node.func.attr
            if data in ("join", "extend"):
                return self.step(kind, self.walked_operands(operands, 2), (data, names), node)
        else:
            self.refuse(node, "calling a value", "call a function by its name")
            return self.step("refused", (), None, node)
        return self.step(kind, self.values(operands), (data, names), node)

    def isinstance_call(self, node: ast.Call) -> int:
        if len(node.args) != 2 or node.keywords:
            self.scope.report(
                bell_error(
                    "E0402",
                    source=self.source,
                    span=span_of(node, self.source),
                    function="isinstance",
                    expected="2",
                    found=len(node.args) + len(node.keywords),
                )
            )
            return self.step("refused", (), None, node)
        subject = self.value(node.args[0])
        names: list[str] = []
        for item in _alternatives(node.args[1]):
            if isinstance(item, ast.Name) and (item.id in _TYPE_NAMES or item.id in self.scope.records) and item.id not in self.locals:
                self.bound(item.id, item)
                names.append(item.id)
            elif (
                isinstance(item, ast.Name)
                and item.id not in BUILTINS
                and item.id not in self.locals
                and item.id not in self.scope.variables
            ):
                self.undefined(item.id, item, {*_TYPE_NAMES, *self.scope.records})
            else:
                self.refuse(
                    item,
                    "this as the type of isinstance()",
                    f"use one of {', '.join(sorted(_TYPE_NAMES))}, a record, or a tuple of these",
                    later=False,
                )
        return self.step("isinstance", (subject,), tuple(names), node)

    def walked_operands(self, nodes: Sequence[ast.expr], walks: int) -> list[int]:
        """Evaluate in order, the first ``walks`` of them as iterables. Views have no single value, so they cannot be carried across blocks."""
        kept: list[_Kept] = []
        last = self.last_split(nodes)
        for position, node in enumerate(nodes):
            temp = self.iterable(node) if position < walks else self.value(node)
            kept.append(self.keep_if(position < last, temp, node))
        return [keep() for keep in kept]


def _alternatives(types: ast.expr) -> list[ast.expr]:
    """The types of ``isinstance(x, (A, B))`` or ``isinstance(x, A | B)``, one by one."""
    if isinstance(types, ast.Tuple):
        return [item for part in types.elts for item in _alternatives(part)]
    if isinstance(types, ast.BinOp) and isinstance(types.op, ast.BitOr):
        return [*_alternatives(types.left), *_alternatives(types.right)]
    return [types]


class _Kept:
    """A value to be used later: the temporary itself, or the hidden variable that carries it."""

    __slots__ = ("builder", "name", "temp")

    def __init__(self, builder: _FunctionBuilder, name: str, temp: int) -> None:
        self.builder, self.name, self.temp = builder, name, temp

    def __call__(self) -> int:
        return self.temp if not self.name else self.builder.step("load", (), self.name)


_TYPE_NAMES = frozenset({"int", "float", "bool", "str", "list", "dict", "set", "tuple"})
"""Built-in types that isinstance() can ask for."""


def _short(value: int) -> str:
    return f"of {value.bit_length()} bits" if value.bit_length() > 200 else str(value)


_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}

HANDLED: frozenset[str] = frozenset(
    name.split("_", 1)[1] for name in vars(_FunctionBuilder) if name.startswith(("do_", "on_"))
) | frozenset(REFUSED)
"""Syntax node classes this module handles or the table refuses (a house test compares them with ``ast``)."""
