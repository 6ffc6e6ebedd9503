"""What every name of a program means: one :class:`Symbol` per variable, one :class:`Body` per piece of code that runs by itself.

Names are resolved as in CPython: a name that a function binds anywhere is local to it, ``global`` and ``nonlocal`` say otherwise, a comprehension has variables of its own, the
body of a class is seen by nothing inside its methods. A variable that an inner function uses is *captured*: by value where it is bound once, before the function that
captures it is made; else it lives in a *cell*, a box on the heap that all who use it share. Module-level variables are never captured: they are global.
"""

from __future__ import annotations

import ast
from collections import Counter

from belljar.errors import BellError, bell_error
from belljar.lang.names import BUILTINS
from belljar.lang.scope import computed_defaults
from belljar.lang.syntax import span_of
from belljar.lang.tree import all_of, children, walk
from belljar.source import NOWHERE, Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, Final, TypeAlias

    FunctionNode: TypeAlias = ast.FunctionDef | ast.Lambda | ast.GeneratorExp

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Symbol:
    """One variable. ``flow`` is its name in flow graphs: the name in the text, with a suffix for the variables of comprehensions."""

    __slots__ = (
        "captured_at", "first_bound", "flow", "function", "in_loop", "klass", "name", "nonlocal_write", "owner", "sites", "span", "unbound",
    )  # fmt: skip

    def __init__(self, name: str, flow: str, owner: Body, span: Span) -> None:
        self.name: Final = name
        self.flow: Final = flow
        self.owner: Final = owner
        self.span = span
        self.sites = 0
        """Places that bind it."""
        self.first_bound = -1
        self.in_loop = False
        """Whether a loop may bind it more than once."""
        self.captured_at = -1
        """The place where the first inner function that uses it is made; -1: none is."""
        self.nonlocal_write = False
        """Whether a function binds it that it does not belong to."""
        self.unbound = False
        """Whether ``del``, or the end of an ``except`` clause, unbinds it."""
        self.function: Body | None = None
        """The function that its one ``def`` binds."""
        self.klass: ast.ClassDef | None = None
        """The class statement of a function that alone binds it: methods and functions inside name the class itself, and capture nothing."""

    @property
    def is_global(self) -> bool:
        return self.owner.kind == "module" and self.flow == self.name

    @property
    def is_cell(self) -> bool:
        """Whether it lives in a box on the heap that several functions share."""
        if self.captured_at < 0 or self.is_global:
            return False
        return self.nonlocal_write or self.unbound or self.sites > 1 or self.in_loop or self.captured_at < self.first_bound


class Body:
    """A module, function, lambda or generator expression: code that runs in a frame of its own."""

    __slots__ = (
        "captures",
        "children",
        "class_name",
        "flow_name",
        "hidden",
        "is_generator",
        "kind",
        "label",
        "lent",
        "name",
        "node",
        "parent",
        "symbols",
        "uses",
    )

    def __init__(self, kind: str, name: str, node: ast.AST, parent: Body | None) -> None:
        self.kind: Final = kind
        """``module``, ``function``, ``lambda`` or ``generator``."""
        self.name: Final = name
        """As people see it: ``outer.<locals>.inner``."""
        self.label = name
        self.node: Final = node
        self.parent: Final = parent
        self.symbols: dict[str, Symbol] = {}
        self.captures: dict[Symbol, None] = {}
        """Variables of the functions around that it uses, in order of appearance."""
        self.uses: dict[Body, None] = {}
        """Functions around it that it names from inside them: their closures are made anew from what they captured."""
        self.lent: dict[str, Symbol] = {}
        """Names that ``global`` and ``nonlocal`` declare."""
        self.children: list[Body] = []
        self.class_name = ""
        """The class whose method this is."""
        self.is_generator = False
        self.flow_name = ""
        self.hidden = 0


class ClassBody:
    """A class statement: the names its body binds, in the order they are bound, and where it stands."""

    __slots__ = ("bound", "name", "node", "owner")

    def __init__(self, name: str, node: ast.ClassDef, owner: Body) -> None:
        self.name: Final = name
        self.node: Final = node
        self.owner: Final = owner
        self.bound: set[str] = set()


class Symbols:
    """The resolved names of a module: ``of`` by syntax node that names or binds a variable, ``bodies`` and ``classes`` by the node that makes them."""

    def __init__(self, tree: ast.Module, source: Source, inputs: Sequence[str]) -> None:
        self.source = source
        self.diagnostics: list[BellError] = []
        self.module = Body("module", "", tree, None)
        self.of: dict[int, Symbol] = {}
        self.class_reads: dict[int, str] = {}
        """By id of a name read in the body of a class: the class whose attribute it is."""
        self.bodies: dict[int, Body] = {id(tree): self.module}
        self.classes: dict[int, ClassBody] = {}
        self.class_order: list[ClassBody] = []
        self.read_by_functions: dict[Symbol, None] = {}
        self.set_attributes: set[str] = set()
        """The names of attributes that something in the module assigns."""
        self.place = 0
        for name in inputs:
            self._own(self.module, name, NOWHERE)
        mark_inline(tree)
        resolver = _Resolver(self)
        resolver.body(self.module, tree.body, ())
        self._lift()

    def _own(self, body: Body, name: str, span: Span, flow: str = "") -> Symbol:
        symbol = body.symbols.get(name)
        if symbol is None:
            symbol = body.symbols[name] = Symbol(name, flow or name, body, span)
        return symbol

    def _lift(self) -> None:
        """A function that names one around it from inside needs what that one captured, to make its closure anew."""
        bodies = list(self.bodies.values())
        changed = True
        while changed:
            changed = False
            for body in bodies:
                for used in body.uses:
                    for symbol in used.captures:
                        inner: Body | None = body
                        while inner is not None and inner is not used and inner is not symbol.owner:
                            if symbol not in inner.captures:
                                inner.captures[symbol] = None
                                changed = True
                            inner = inner.parent
                for child in body.children:
                    for symbol in child.captures:
                        if symbol.owner is not body and symbol not in body.captures:
                            body.captures[symbol] = None
                            changed = True


def _keeps_class(decorator: ast.expr) -> bool:
    """Whether a decorator, by its name, gives the class back that it is given."""
    name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator).rpartition(".")[2]
    return name in ("dataclass", "total_ordering", "final", "runtime_checkable", "unique")


CONSUMERS = frozenset({"sum", "any", "all", "min", "max", "list", "tuple", "set", "frozenset", "sorted", "dict"})
"""Built-in functions that walk a generator expression to its end, or until they know: it need not be an object."""


def may_stop(tree: ast.Module) -> bool:
    """Whether something in a module can raise StopIteration by itself: what walks an iterator takes it for the end."""
    harmless = {id(inner) for node in all_of(tree, ast.ExceptHandler) if node.type for inner in walk(node.type)}
    harmless |= {id(node.func) for node in all_of(tree, ast.Call) if len(node.args) == 2}  # next(walk, default)
    return any(node.id in ("StopIteration", "next") and id(node) not in harmless for node in all_of(tree, ast.Name)) or any(
        node.attr in RESUMING for node in all_of(tree, ast.Attribute)
    )


RESUMING = frozenset({"__next__", "send", "throw"})


def _calls_program(node: ast.GeneratorExp, bound: set[str]) -> bool:
    """Whether the parts of a generator expression call something that is not known to raise no StopIteration. One that gets out of it is a RuntimeError."""
    first = node.generators[0]
    later = [inner.iter for inner in node.generators[1:]]
    for part in (node.elt, *first.ifs, *later, *(test for inner in node.generators[1:] for test in inner.ifs)):
        for inner in walk(part):
            if isinstance(inner, ast.Call) and not (
                (isinstance(inner.func, ast.Name) and inner.func.id in BUILTINS and inner.func.id not in (*bound, "next"))
                or (isinstance(inner.func, ast.Attribute) and inner.func.attr not in bound and inner.func.attr not in RESUMING)
            ):
                return True
    return False


def mark_inline(tree: ast.Module) -> None:
    """Mark the generator expressions that are walked where they stand: they become loops."""
    if not all_of(tree, ast.GeneratorExp):
        return
    bound = {node.id for node in all_of(tree, ast.Name) if isinstance(node.ctx, ast.Store)}
    bound.update(node.name for node in all_of(tree, ast.FunctionDef))
    bound.update(node.name for node in all_of(tree, ast.ClassDef))
    bound.update(node.arg for node in all_of(tree, ast.arg))
    bound.update(node.asname or node.name for node in all_of(tree, ast.alias))
    stops = may_stop(tree)
    for node in all_of(tree, ast.Call):
        if node.args and isinstance(node.args[0], ast.GeneratorExp):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            joins = isinstance(node.func, ast.Attribute) and node.func.attr == "join" and len(node.args) == 1
            if (joins or (name in CONSUMERS and name not in bound)) and not (stops and _calls_program(node.args[0], bound)):
                node.args[0].inline = True  # type: ignore[attr-defined]


class _Resolver:
    """Walks the tree once per body: first what the body binds, then what it names."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.made_at: dict[Body, int] = {}
        """The place where each function is made."""

    # --- bodies -------------------------------------------------------------------------------------------------------------------

    def body(self, body: Body, statements: Sequence[ast.AST], params: Sequence[ast.arg]) -> None:
        for param in params:
            self.bind(body, param.arg, param, loop=False, symbol=self.symbols._own(body, param.arg, self.span(param)))
        own = list(own_nodes(statements))
        self.declare(body, own)
        if body.kind != "module":
            body.is_generator = body.is_generator or any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own)
        for name, node in bound_names(statements):
            if name not in body.lent and name not in body.symbols:
                self.symbols._own(body, name, self.span(node))
        if body.kind == "function":
            self.name_classes(body, statements)
        _Walker(self, body).walk_all(statements)

    def name_classes(self, body: Body, statements: Sequence[ast.AST]) -> None:
        """Note the classes that a function makes under names nothing else binds."""
        made = [one for one in statements if isinstance(one, ast.ClassDef) and all(map(_keeps_class, one.decorator_list))]
        if not made:
            return
        counts = Counter(name for name, _ in bound_names(statements))
        counts.update(name for node in walk(body.node) if isinstance(node, ast.Nonlocal) for name in node.names)
        counts.update(node.id for node in walk(body.node) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del))
        counts.update(arg.arg for arg in all_params(body.node.args))  # type: ignore[attr-defined]
        for one in made:
            if counts[one.name] == 1 and one.name in body.symbols:
                body.symbols[one.name].klass = one

    def declare(self, body: Body, nodes: Sequence[ast.AST]) -> None:
        """The ``global`` and ``nonlocal`` statements of a body of these nodes."""
        symbols = self.symbols
        for node in nodes:
            if isinstance(node, ast.Global):
                for name in node.names:
                    body.lent[name] = symbols._own(symbols.module, name, self.span(node))
            elif isinstance(node, ast.Nonlocal):
                for name in node.names:
                    found = self.enclosing(body.parent, name)
                    if found is None:
                        self.report("E0101", node, detail=f"no binding for nonlocal '{name}' found")
                        found = symbols._own(body, name, self.span(node))
                    body.lent[name] = found

    def enclosing(self, body: Body | None, name: str) -> Symbol | None:
        """The variable of a function around that this name means."""
        while body is not None and body.kind != "module":
            if name in body.lent:
                return body.lent[name]
            if name in body.symbols:
                return body.symbols[name]
            body = body.parent
        return None

    def report(self, code: str, node: ast.AST, **parameters: object) -> None:
        self.symbols.diagnostics.append(bell_error(code, source=self.symbols.source, span=self.span(node), **parameters))

    def span(self, node: ast.AST) -> Span:
        return span_of(node, self.symbols.source)

    # --- names --------------------------------------------------------------------------------------------------------------------

    def bind(self, body: Body, name: str, node: ast.AST, *, loop: bool, symbol: Symbol | None = None) -> Symbol:
        """A place that binds a name."""
        if symbol is None:
            symbol = body.lent.get(name) or body.symbols.get(name) or self.symbols._own(body, name, self.span(node))
        symbol.sites += 1
        symbol.in_loop = symbol.in_loop or loop
        if symbol.first_bound < 0:
            symbol.first_bound = self.symbols.place
        if symbol.owner is not body:
            symbol.nonlocal_write = True
            self.capture(body, symbol)
        self.symbols.of[id(node)] = symbol
        return symbol

    def capture(self, body: Body, symbol: Symbol) -> None:
        """``body`` uses a variable of a body around it: so does every function between."""
        if symbol.is_global:
            if body.kind != "module":
                self.symbols.read_by_functions[symbol] = None
            return
        inner = body
        while inner is not symbol.owner:
            inner.captures.setdefault(symbol)
            assert inner.parent is not None
            place = self.made_at.get(inner, self.symbols.place)
            if inner.parent is symbol.owner and symbol.captured_at < 0:
                symbol.captured_at = place
            inner = inner.parent


class _Walker:
    """Names in one body, in the order they are evaluated. ``scopes``: variables of the comprehensions around; ``klass``: the class whose body is walked."""

    def __init__(self, resolver: _Resolver, body: Body) -> None:
        self.r = resolver
        self.symbols = resolver.symbols
        self.b = body
        self.loops = 0
        self.scopes: list[dict[str, Symbol]] = []
        self.klass: ClassBody | None = None

    def walk_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.walk(node)

    def walk(self, node: ast.AST) -> None:
        self.symbols.place += 1
        method = _METHODS.get(node.__class__.__name__)
        if method is not None:
            method(self, node)
        elif isinstance(node, ast.BinOp):  # a sum of many is as deep as it is long
            rights = [node.right]
            while isinstance(node.left, ast.BinOp):
                node = node.left
                self.symbols.place += 1
                rights.append(node.right)
            self.walk(node.left)
            self.walk_all(reversed(rights))
        elif isinstance(node, ast.If):  # and so are many branches
            while True:
                self.walk(node.test)
                self.walk_all(node.body)
                if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
                    break
                node = node.orelse[0]
                self.symbols.place += 1
            self.walk_all(node.orelse)
        else:
            self.walk_all(children(node))

    def lookup(self, name: str) -> Symbol | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        if name in self.b.lent:
            return self.b.lent[name]
        if name in self.b.symbols:
            return self.b.symbols[name]
        return self.outer(name)

    def outer(self, name: str) -> Symbol | None:
        found = self.r.enclosing(self.b.parent, name)
        return found if found is not None else self.symbols.module.symbols.get(name)

    def bind(self, name: str, node: ast.AST) -> Symbol:
        if self.klass is not None and not self.scopes:
            self.klass.bound.add(name)
            self.symbols.class_reads[id(node)] = self.klass.name
            return self.symbols._own(self.symbols.module, f"{self.klass.name}.{name}", self.r.span(node))
        return self.r.bind(self.b, name, node, loop=self.loops > 0)

    def use(self, name: str, node: ast.AST) -> None:
        if self.klass is not None and name in self.klass.bound and not any(name in scope for scope in self.scopes):
            self.symbols.class_reads[id(node)] = self.klass.name
            return
        symbol = self.lookup(name)
        if symbol is None:
            return
        self.symbols.of[id(node)] = symbol
        function = symbol.function
        if function is not None and symbol.owner is not self.b and symbol.sites <= 1 and self.is_inside(function):
            # a function that names itself: its closure is made anew from what it captured
            self.b.uses[function] = None
            return
        if symbol.owner is not self.b and (symbol.klass is None or self.klass is not None):
            self.r.capture(self.b, symbol)

    def is_inside(self, function: Body) -> bool:
        body: Body | None = self.b
        while body is not None:
            if body is function:
                return not symbol_is_global(function)
            body = body.parent
        return False

    # --- binding forms --------------------------------------------------------------------------------------------------------------

    def at_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.bind(node.id, node)
        elif isinstance(node.ctx, ast.Del):
            self.use(node.id, node)
            symbol = self.symbols.of.get(id(node))
            if symbol is not None:
                symbol.unbound = True
                symbol.nonlocal_write = symbol.nonlocal_write or symbol.owner is not self.b
        else:
            self.use(node.id, node)

    def at_Assign(self, node: ast.Assign) -> None:
        self.walk(node.value)
        self.walk_all(node.targets)

    def at_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.walk(node.value)
            self.walk(node.target)
        elif not isinstance(node.target, ast.Name):
            self.walk(node.target)

    def at_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.use(node.target.id, node.target)
        else:
            self.walk(node.target)
        self.walk(node.value)
        if isinstance(node.target, ast.Name):
            self.bind(node.target.id, node.target)

    def at_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.walk(node.value)
        scopes, self.scopes = self.scopes, []
        loops, self.loops = self.loops, self.loops + len(scopes)
        self.bind(node.target.id, node.target)
        self.scopes, self.loops = scopes, loops

    def at_For(self, node: ast.For) -> None:
        self.walk(node.iter)
        self.loops += 1
        self.walk(node.target)
        self.walk_all(node.body)
        self.loops -= 1
        self.walk_all(node.orelse)

    def at_While(self, node: ast.While) -> None:
        self.loops += 1
        self.walk(node.test)
        self.walk_all(node.body)
        self.loops -= 1
        self.walk_all(node.orelse)

    def at_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.bind(alias.asname or alias.name.split(".")[0], alias)

    def at_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name != "*" and node.module != "__future__":
                self.bind(alias.asname or alias.name, alias)

    def at_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.walk(node.type)
        if node.name:
            self.bind(node.name, node).unbound = True
        self.walk_all(node.body)

    def at_MatchAs(self, node: ast.MatchAs) -> None:
        if node.pattern is not None:
            self.walk(node.pattern)
        if node.name:
            self.bind(node.name, node)

    def at_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.bind(node.name, node)

    def at_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.walk_all(node.keys)
        self.walk_all(node.patterns)
        if node.rest:
            self.bind(node.rest, node)

    def at_Attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.symbols.set_attributes.add(node.attr)
        self.walk(node.value)

    def at_Global(self, node: ast.Global) -> None:
        pass

    def at_Nonlocal(self, node: ast.Nonlocal) -> None:
        pass

    # --- functions --------------------------------------------------------------------------------------------------------------------

    def at_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.walk_all(node.decorator_list)
        self.defaults(node.args)
        body = self.child("function", getattr(node, "shown", node.name), node)
        symbol = None
        if self.klass is not None:
            body.class_name = self.klass.name
            self.bind(node.name, node)
        else:
            name = node.name
            symbol = self.b.lent.get(name) or self.symbols._own(self.b, name, self.r.span(node))
            before = symbol.sites
            made_anew = not node.decorator_list and not computed_defaults(node.args)
            if made_anew and before == 0 and symbol.owner is self.b and self.loops == 0:
                symbol.function = body
            if not made_anew:  # the name is bound to what decorators make of the function, or what its defaults belong to, once it is made
                self.symbols.place += 1
            self.bind(name, node)
            if symbol.sites > 1:
                symbol.function = None
        self.inner(body, node.body, all_params(node.args))

    def at_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.bind(node.name, node)  # refused: what is in it is not looked at

    def at_Lambda(self, node: ast.Lambda) -> None:
        self.defaults(node.args)
        self.inner(self.child("lambda", getattr(node, "shown", "<lambda>"), node), [node.body], all_params(node.args))

    def defaults(self, args: ast.arguments) -> None:
        self.walk_all(default for default in (*args.defaults, *args.kw_defaults) if default is not None)

    def child(self, kind: str, name: str, node: ast.AST) -> Body:
        qualname = getattr(self.klass.node, "qualname", self.klass.name) if self.klass is not None else ""
        around = f"{qualname}." if self.klass is not None else "" if self.b.kind == "module" else f"{self.b.name}.<locals>."
        body = Body(kind, around + name, node, self.b)
        self.symbols.bodies[id(node)] = body
        self.b.children.append(body)
        self.r.made_at[body] = self.symbols.place
        return body

    def inner(self, body: Body, statements: Sequence[ast.AST], params: Sequence[ast.arg]) -> None:
        # The variables of comprehensions around the function are the enclosing body's, under their own names.
        shadowed: dict[str, Symbol | None] = {}
        for scope in self.scopes:
            for name, symbol in scope.items():
                shadowed.setdefault(name, self.b.symbols.get(name))
                self.b.symbols[name] = symbol
        lent = {name: self.b.lent.pop(name) for name in shadowed if name in self.b.lent}
        self.r.body(body, statements, params)
        self.b.lent.update(lent)
        for name, before in shadowed.items():
            if before is None:
                del self.b.symbols[name]
            else:
                self.b.symbols[name] = before

    # --- comprehensions -----------------------------------------------------------------------------------------------------------------

    def at_ListComp(self, node: ast.ListComp | ast.SetComp) -> None:
        self.comprehension(node, [node.elt])

    at_SetComp = at_ListComp

    def at_DictComp(self, node: ast.DictComp) -> None:
        self.comprehension(node, [node.key, node.value])

    def at_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        """A generator expression is a function of its first iterable; where it is walked at once it is a comprehension (``inline``)."""
        if getattr(node, "inline", False):
            self.comprehension(node, [node.elt])
            return
        self.walk(node.generators[0].iter)
        body = self.child("generator", "<genexpr>", node)
        body.is_generator = True
        body.symbols[FIRST_ITERABLE] = Symbol(FIRST_ITERABLE, FIRST_ITERABLE, body, NOWHERE)
        self.inner(body, [_GeneratorBody(node)], [])

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, elements: Sequence[ast.expr]) -> None:
        self.walk(node.generators[0].iter)
        self.clauses(node.generators, elements, first_walked=True)

    def clauses(self, generators: Sequence[ast.comprehension], elements: Sequence[ast.expr], first_walked: bool) -> None:
        scope: dict[str, Symbol] = {}
        for clause in generators:
            for name, target in bound_names([clause.target]):
                if name not in scope:
                    self.b.hidden += 1
                    scope[name] = Symbol(name, f"{name}${self.b.hidden}", self.b, self.r.span(target))
        klass, self.klass = self.klass, None
        for position, clause in enumerate(generators):
            if position or not first_walked:
                self.walk(clause.iter)
            if position == 0:
                self.scopes.append(scope)
                self.loops += 1
            self.targets(clause.target, scope)
            self.walk_all(clause.ifs)
        self.walk_all(elements)
        self.loops -= 1
        self.scopes.pop()
        self.klass = klass

    def targets(self, target: ast.expr, scope: dict[str, Symbol]) -> None:
        for node in walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.symbols.place += 1
                self.r.bind(self.b, node.id, node, loop=True, symbol=scope[node.id])

    def at__GeneratorBody(self, node: _GeneratorBody) -> None:
        self.clauses(node.node.generators, [node.node.elt], first_walked=True)

    # --- classes --------------------------------------------------------------------------------------------------------------------------

    def at_Call(self, node: ast.Call) -> None:
        self.check_keywords(node.keywords)
        self.walk_all(children(node))

    def check_keywords(self, keywords: list[ast.keyword]) -> None:
        """Refuse names that are given twice: CPython's compiler does so, its parser does not."""
        seen: set[str] = set()
        for keyword in keywords:
            if keyword.arg in seen:
                self.r.report("E0101", keyword, detail=f"keyword argument repeated: {keyword.arg}")
            elif keyword.arg is not None:
                seen.add(keyword.arg)

    def at_ClassDef(self, node: ast.ClassDef) -> None:
        self.check_keywords(node.keywords)
        self.walk_all(node.decorator_list)
        self.walk_all(node.bases)
        self.walk_all(keyword.value for keyword in node.keywords)
        outer = self.klass
        name = f"{outer.name}.{node.name}" if outer is not None else node.name
        taken = {known.name for known in self.symbols.class_order}
        unique, number = name, 2
        while unique in taken:
            unique, number = f"{name}#{number}", number + 1
        made = ClassBody(unique, node, self.b)
        self.symbols.classes[id(node)] = made
        self.symbols.class_order.append(made)
        self.klass = made
        scopes, self.scopes = self.scopes, []
        self.walk_all(node.body)
        self.klass, self.scopes = outer, scopes
        self.bind(node.name, node)


_METHODS: dict[str, Callable[[_Walker, Any], None]] = {
    name.removeprefix("at_"): getattr(_Walker, name) for name in dir(_Walker) if name.startswith("at_")
}
"""By class of node: the method that walks it."""
FIRST_ITERABLE = ".0"
"""The parameter of a generator expression: its first iterable."""


class _GeneratorBody(ast.AST):
    """What a generator expression does when it runs: everything but evaluating its first iterable."""

    def __init__(self, node: ast.GeneratorExp) -> None:
        super().__init__()
        self.node = node


def symbol_is_global(body: Body) -> bool:
    """Whether a function belongs to the module level, where it is found by its name."""
    return body.parent is not None and body.parent.kind == "module" and not body.class_name


def all_params(args: ast.arguments) -> list[ast.arg]:
    """Every parameter, in the order they are bound."""
    extra = [arg for arg in (args.vararg, args.kwarg) if arg is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *extra]


def own_nodes(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a body in order, not looking into functions, lambdas and classes."""
    stack: list[ast.AST] = list(reversed(list(statements)))
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        stack.extend(reversed(children(node)))


def bound_names(statements: Iterable[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    """Every name a body binds, with the node that does."""
    stack: list[tuple[ast.AST, bool]] = [(node, False) for node in reversed(list(statements))]
    while stack:
        node, inside = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, node
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, _COMPREHENSIONS):
            inside = True
        elif isinstance(node, ast.NamedExpr):
            yield node.target.id, node.target
            stack.append((node.value, inside))
            continue
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not inside:
            yield node.id, node
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.split(".")[0], node
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name, node
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest, node
        stack.extend((child, inside) for child in reversed(children(node)))
