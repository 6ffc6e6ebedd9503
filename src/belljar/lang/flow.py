"""From syntax to control-flow graphs of untyped three-address steps, one module at a time.

Everything that is control in Python becomes blocks and ends here: ``and``/``or``, conditional expressions, chained comparisons, loops with ``else``, handlers, patterns.
What is left, a :class:`~belljar.lang.graph.Step`, is straight-line and says only *what* is done; types are the business of :mod:`belljar.lang.infer`.

Every construct Bell does not run is refused by name, and building goes on, so that one compilation reports all of them.
"""

from __future__ import annotations

import ast
from functools import cached_property

from belljar.errors import bell_error
from belljar.ir.exceptions import BASES
from belljar.lang.annotations import with_default
from belljar.lang.class_variables import class_stores, hold_variables
from belljar.lang.classes import METHOD_MARKERS, PROPERTY_PARTS, body_of, other_name, read_class
from belljar.lang.event_handlers import EVENTS
from belljar.lang.exceptions import COMPUTED
from belljar.lang.function_attributes import is_dotted
from belljar.lang.graph import FieldDecl, FlowFunction, LibraryModule, ParamDecl, Return, bindings_of, captured_name
from belljar.lang.handlers import HANDLING, OPEN
from belljar.lang.import_forms import bound
from belljar.lang.made_names import open_fields
from belljar.lang.marks import changed_in_functions
from belljar.lang.names import CLASSES, FORMS, IMPLIED, INTERNAL, MATH_CONSTANTS, MEMBERS_REFUSED, MODULES, MOVED
from belljar.lang.patterns import Patterns
from belljar.lang.scope import check_name, computed_defaults, constant, nearest
from belljar.lang.shown_identities import shown_identities
from belljar.lang.symbols import FIRST_ITERABLE, Body, Symbols, all_params
from belljar.lang.syntax import REFUSED, refusal, span_of
from belljar.lang.task_wrappers import wrapped_name
from belljar.lang.tree import all_of, children, walk
from belljar.source import NOWHERE, Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from belljar.errors import BellError
    from belljar.lang.builder import Builder
    from belljar.lang.graph import ClassDecl
    from belljar.lang.program import Program
    from belljar.lang.symbols import Symbol


class FunctionBuilder(Patterns):
    """Builds the graph of one function, or of the module level."""

    def function(self, node: ast.FunctionDef | ast.Lambda | ast.GeneratorExp) -> FlowFunction:
        body = self.b
        span = span_of(node, self.source)
        name = self.m.flow_name(body)
        captured = tuple(symbol.flow for symbol in body.captures)
        is_published = isinstance(node, ast.FunctionDef) and bool(body.class_name) and self.m.has_plain_decorators(node)
        if isinstance(node, ast.GeneratorExp):
            params = [ParamDecl(FIRST_ITERABLE, None, None, False, span, positional_only=True)]
            self.mark("function", node)
            self.generator_expression(node)
            end, returns, doc = NOWHERE, None, ""
            defaults: tuple[str, ...] = ()
        else:
            params, defaults = self.m.params(node.args, name)
            named = tuple(param.name for param in params)
            self.mark("function", node, names=named, variables=named)
            if is_published:
                for symbol in body.captures:
                    self.step("store", (self.step("global", (), captured_name(name, symbol.flow), span),), symbol.flow, span)
            self.own_cells(node)
            if isinstance(node, ast.Lambda):
                end, returns, doc = span, None, ""
                value = self.value(node.body)
                self.mark("return", node, (value,), ("value",))
                self.blocks[self.at].end = Return(value, span)
                self.at = self.block()
            else:
                end = NOWHERE if self.m.prefix else Span(node.end_lineno or 0, 1, node.end_lineno or 0, 2)
                returns, doc = node.returns, ast.get_docstring(node) or ""
                self.body(node.body)
        for param in params:
            param.is_tested = param.name in self.tested
        self.mark("end", end)
        self.blocks[self.at].end = Return(None, end, isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Match))
        made = FlowFunction(
            name,
            params,
            returns,
            self.blocks,
            self.temps,
            span,
            doc,
            environment=defaults if is_published else (*defaults, *captured),
            is_generator=body.is_generator,
            source_name=body.name,
            method_of=self.m.prefix + body.class_name if body.class_name else "",
        )
        if isinstance(node, ast.FunctionDef):
            made.docstring = ast.get_docstring(node, clean=False)
            made.wrapped = next((name for name in map(self.wrapped_by, node.decorator_list) if name in captured), "")
        return made

    def wrapped_by(self, decorator: ast.expr) -> str:
        """The variable that ``@functools.wraps(variable)`` names."""
        if not isinstance(decorator, ast.Call) or not decorator.args or self.m.static_name(decorator.func) != "functools.wraps":
            return ""
        symbol = self.symbol(decorator.args[0])
        return "" if symbol is None else symbol.flow

    def own_cells(self, node: ast.AST) -> None:
        """Boxes for the variables of this function that inner functions share; parameters move into theirs."""
        params = {arg.arg for arg in all_params(node.args)}  # type: ignore[attr-defined]
        for symbol in self.b.symbols.values():
            if symbol.owner is not self.b or not symbol.is_cell:
                continue
            if symbol.name in params:
                given = self.step("load", (), symbol.flow, symbol.span)
                cell = self.step("cell_new", (given,), symbol.name, symbol.span)
            else:
                cell = self.step("cell_new", (), symbol.name, symbol.span)
            self.step("store", (cell,), symbol.flow, symbol.span)

    def init(self, body: list[ast.stmt], name: str) -> FlowFunction:
        self.mark("module", NOWHERE, (), self.m.names_before() if name == "@init" and self.traces == "full" else ())
        for flag in self.m.flags:
            self.step("publish", (self.const(False),), flag)
        self.new_cells([symbol for symbol in self.b.symbols.values() if not symbol.is_global], NOWHERE)
        cleans = self.program.cleans if name == "@init" else None
        if cleans is not None:
            self.step("publish", (self.const(0),), OPEN)
        if name == "@init" and self.program.emits and self.program.held is None:
            self.step("import", (), f"@{EVENTS}")
        if name == "@init":
            for member, moved in MOVED.items():
                if (
                    member.rpartition(".")[2] in self.m.source.text
                ):  # what is printed before the program comes to the import looks there, too
                    home = moved.rpartition(".")[0]
                    self.m.library(home)
                    self.step("import", (), f"@{home}")
        if self.follows_handling():
            self.step("publish", (self.const(None),), HANDLING)
        if name == "@init" and self.program.exits:
            self.until_exit(body)
        else:
            self.body(body)
        if cleans is not None:
            self.step("left_open", (self.step("global", (), OPEN),), None, cleans)
        self.mark("end", NOWHERE)
        self.blocks[self.at].end = Return(None, NOWHERE)
        return FlowFunction(name, [], None, self.blocks, self.temps, NOWHERE, is_init=True)


class ModuleBuilder:
    """One source text: its symbols, classes and functions. What a module of the library makes is its own (:meth:`library_module`), what the main one makes the program's."""

    def __init__(self, program: Program, tree: ast.Module, source: Source, prefix: str, inputs: Sequence[str]) -> None:
        self.program = program
        self.tree = tree
        self.source = source
        self.prefix = prefix
        self.run_name = program.run_name if not prefix else prefix.rstrip(".")
        self.symbols = Symbols(tree, source, inputs)
        self.inputs = tuple(inputs)
        self.diagnostics = program.diagnostics
        self.diagnostics.extend(self.symbols.diagnostics)
        self.splitting: dict[int, bool] = {}
        """By id of a syntax node: whether evaluating it may end a block."""
        self.names: dict[Body, str] = {}
        self.named: dict[str, Body] = {}
        self.functions: dict[str, FlowFunction] = {} if prefix else program.functions
        self.classes: dict[str, ClassDecl] = {} if prefix else program.classes
        self.globals: dict[str, None] = {} if prefix else program.globals
        self.shared: set[str] = set() if prefix else program.shared
        self.late: set[str] = set() if prefix else program.late
        self.needs: dict[tuple[str, str], None] = {}
        """What was asked of the program on the way, by the name of its method, in order."""
        self.imports: dict[Symbol, str] = {}
        """What imported names stand for: ``math``, ``math.sqrt``, ``dataclasses.dataclass``."""
        self.class_decls: dict[int, ClassDecl] = {}
        self.class_nodes = {prefix + made.name: made.node for made in self.symbols.class_order}
        self.factories: dict[str, list[tuple[str, ast.expr]]] = {}
        """By class: module-level variables that hold the functions fields' defaults are made by, with what computes them."""
        self.flags: list[str] = []
        """Module-level variables that say whether a class with state has been made by its function."""
        self.positions = {id(statement): position for position, statement in enumerate(tree.body)}

    def build(self, name: str) -> FlowFunction:
        self._imports()
        for made in self.symbols.class_order:
            self.class_decls[id(made.node)] = read_class(self, made.node, self.prefix + made.name)
        self._stray_fields(hold_variables(self))
        open_fields(self)
        for body in self.symbols.bodies.values():
            if body.kind != "module":
                node = body.node
                assert isinstance(node, (ast.FunctionDef, ast.Lambda, ast.GeneratorExp))
                made_function = FunctionBuilder(self, body).function(node)
                made_function.of_library = bool(self.prefix)
                self.functions[made_function.name] = made_function
        state = self._state()
        init = FunctionBuilder(self, self.symbols.module).init(self.tree.body, name)
        init.of_library = bool(self.prefix)
        late = self._late()
        module = self.symbols.module
        for symbol in module.symbols.values():
            if not symbol.is_global:
                continue
            known = self.global_name(symbol)
            lasts = known in state
            if symbol in self.symbols.read_by_functions or symbol.nonlocal_write or is_dotted(symbol.name) or self.prefix or lasts:
                self.globals[known] = None
            if symbol.nonlocal_write or lasts:
                self.shared.add(known)
            if symbol.name in late or symbol.nonlocal_write or symbol.unbound or lasts:
                self.late.add(known)
        return init

    def _state(self) -> dict[str, None]:
        """The names of the module level that are the state of a program whose state lasts: not functions, classes and imports. What is there before it runs is not found in registers."""
        held = self.program.held
        if held is None or self.prefix:
            return {}
        for name in held:
            self.symbols.module.symbols[name].nonlocal_write = True
        self.program.state = dict.fromkeys(self.variables())
        return self.program.state

    def variables(self) -> list[str]:
        """The names of the module level that are no functions, classes or imports alone."""
        definitions = {node.name for node in self.tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        return [
            symbol.name
            for symbol in self.symbols.module.symbols.values()
            if symbol.is_global
            and not is_dotted(symbol.name)
            and symbol not in self.imports
            and (symbol.sites > 1 or symbol.name not in definitions)
        ]

    def declared(self, names: Sequence[str]) -> dict[str, ast.expr]:
        """The annotations of names of the module level."""
        found: dict[str, ast.expr] = {}
        for statement in self.tree.body:
            target = statement.target if isinstance(statement, ast.AnnAssign) else None
            if isinstance(target, ast.Name) and target.id in names and isinstance(statement, ast.AnnAssign):
                annotation = with_default(statement.annotation, statement.value)
                if annotation is not None:
                    found.setdefault(target.id, annotation)
        return found

    def library_module(self, name: str) -> LibraryModule:
        """Build a module of the library, and take it out of the program at hand."""
        init = self.build(f"@{name}")
        members = {known: self.imports.get(symbol, "") for known, symbol in self.symbols.module.symbols.items() if not is_dotted(known)}
        return LibraryModule(
            name,
            tuple(self.needs),
            init,
            self.functions,
            self.classes,
            tuple(self.globals),
            frozenset(self.shared),
            frozenset(self.late),
            members,
            may_send(self.tree),
            bindings_of((init, *self.functions.values())),
        )

    # --- findings ---------------------------------------------------------------------------------------------------------------------

    def report(self, error: BellError) -> None:
        self.program.diagnostics.append(error)

    def report_at(self, code: str, node: ast.AST, **parameters: Any) -> None:
        self.report(bell_error(code, source=self.source, span=span_of(node, self.source), **parameters))

    def refuse(self, node: ast.AST, construct: str = "", instead: str = "", *, later: bool = True) -> None:
        self.report(refusal(node, self.source, construct, instead, later=later))

    def span(self, node: ast.AST) -> Span:
        """The place of a step; what the library does has none of its own: it is the caller's."""
        return NOWHERE if self.prefix else span_of(node, self.source)

    # --- names ------------------------------------------------------------------------------------------------------------------------

    def global_name(self, symbol: Symbol) -> str:
        return self.prefix + symbol.flow

    def class_global(self, class_name: str, name: str) -> str:
        """The module-level variable that holds a class attribute."""
        known = class_name if class_name.startswith(self.prefix) else self.prefix + class_name
        return f"{known}.{name}"

    def class_variable(self, class_name: str, name: str) -> ClassDecl:
        """Declare a class attribute that the body assigns; the class."""
        decl = self.classes[self.prefix + class_name]
        decl.variables[name] = self.class_global(class_name, name)
        return decl

    def flow_name(self, body: Body) -> str:
        """The name of a function in flow graphs, unique in the program."""
        found = self.names.get(body)
        if found is None:
            base = found = self.prefix + body.name
            number = 2
            # A class of the program may be called as a module of the library is.
            is_taken = not self.prefix and "." in base and base.partition(".")[0] in _LIBRARY
            while is_taken or found in self.named:
                found, number, is_taken = f"{base}#{number}", number + 1, False
            self.names[body] = found
            self.named[found] = body
        return found

    def need(self, kind: str, name: str) -> None:
        """Ask something of the program: a ``library`` module, an ``internal`` one, an exception class (``need_exception``), an ``imported_class``."""
        self.needs[kind, name] = None
        getattr(self.program, kind)(name)

    def library(self, name: str) -> LibraryModule:
        self.needs["library", name] = None
        return self.program.library(name)

    def find_class(self, name: str) -> ClassDecl | None:
        """A class by its full name."""
        return self.classes.get(name) or self.program.classes.get(name)

    def bases_of(self, decl: ClassDecl) -> list[ClassDecl]:
        """The classes that one derives from, in the order in which attributes are looked up."""
        return [base for name in decl.order[1:] if (base := self.find_class(name)) is not None]

    def _imported_class(self, full: str) -> ClassDecl | None:
        self.needs["imported_class", full] = None
        return self.program.imported_class(full)

    def tasks(self) -> dict[str, str]:
        """The functions that can be called from outside: those of the module level, without decorators."""
        found: dict[str, str] = {}
        for statement in self.tree.body:
            if isinstance(statement, ast.FunctionDef):
                name = wrapped_name(statement.name)
                is_own = not hasattr(statement, "shown") or name != statement.name
                found.pop(name, None)
                if not any(not self.is_marker(d) for d in statement.decorator_list) and is_own:
                    body = self.symbols.bodies[id(statement)]
                    function = self.functions[self.flow_name(body)]
                    if not body.is_generator and not function.environment and not any(param.kind for param in function.params):
                        found[name] = function.name
        return found

    def aliases(self) -> dict[str, ast.expr]:
        """Names of the module level that are assigned once: an annotation that names one means what was assigned."""
        found: dict[str, ast.expr] = {}
        for statement in self.tree.body:
            target = (
                statement.targets[0]
                if isinstance(statement, ast.Assign)
                else statement.target
                if isinstance(statement, ast.AnnAssign)
                else None
            )
            if isinstance(target, ast.Name) and isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                symbol = self.symbols.of.get(id(target))
                if symbol is not None and symbol.sites == 1:
                    found[target.id] = statement.value
        return found

    def static_name(self, node: ast.expr) -> str:
        """What an expression names, known without running anything: a built-in (``property``), or something imported (``enum.Enum``); else ``""``."""
        if isinstance(node, ast.Name):
            symbol = self.symbols.of.get(id(node))
            if symbol is None:
                return node.id
            return self.imports.get(symbol, "")
        if isinstance(node, ast.Attribute):
            inner = self.static_name(node.value)
            return f"{inner}.{node.attr}" if inner else ""
        return ""

    def annotated_name(self, node: ast.expr) -> str:
        """What an annotation names of what the module level imports, as :meth:`static_name`; names in annotations have no symbols."""
        if isinstance(node, ast.Attribute):
            inner = self.annotated_name(node.value)
            return f"{inner}.{node.attr}" if inner else ""
        symbol = self.symbols.module.symbols.get(node.id) if isinstance(node, ast.Name) else None
        return "" if symbol is None else self.imports.get(symbol, "")

    def class_named(self, node: ast.expr) -> ClassDecl | None:
        """The class of the program, or of the library, that an expression names."""
        if isinstance(node, ast.Name):
            symbol = self.symbols.of.get(id(node))
            if symbol is not None and symbol in self.imports:
                return self._imported_class(self.imports[symbol])
            if symbol is not None and symbol.klass is not None:
                return self.class_decls.get(id(symbol.klass))
            return self.find_class(self._class_meant(node))
        if isinstance(node, ast.Attribute):
            full = self.static_name(node)
            if full:
                return self._imported_class(full)
            inner = self.class_named(node.value)
            return None if inner is None else self.find_class(f"{inner.name}.{node.attr}")
        return None

    def _class_meant(self, node: ast.Name) -> str:
        """The class that a name of the module level stands for where it is read: of several class statements for one name the last one before that."""
        statements = [made for made in self.symbols.class_order if made.node.name == node.id and made.owner is self.symbols.module]
        before = [made.name for made in statements if made.node.lineno < node.lineno and "." not in made.name]
        return self.prefix + (before[-1] if before else node.id)

    def is_marker(self, node: ast.expr) -> bool:
        """Whether a decorator of a function says something only to readers and type checkers."""
        return self.static_name(node) in (
            "typing.final",
            "typing.override",
            "typing.no_type_check",
            "abc.abstractmethod",
            "typing.overload",
        )

    def is_class_marker(self, node: ast.expr) -> bool:
        full = self.static_name(node.func if isinstance(node, ast.Call) else node)
        return full in ("dataclasses.dataclass", "functools.total_ordering", "typing.final", "typing.runtime_checkable", "enum.unique")

    def has_plain_decorators(self, node: ast.FunctionDef) -> bool:
        """Whether all decorators of a method are read statically."""
        return all(
            self.static_name(d) in METHOD_MARKERS or (isinstance(d, ast.Attribute) and d.attr in PROPERTY_PARTS)
            for d in node.decorator_list
        )

    # --- imports ----------------------------------------------------------------------------------------------------------------------

    def _imports(self) -> None:
        """Bind what every import of the module provides, before anything is built. Names that something else binds as well stay variables."""
        found: dict[Symbol, list[str]] = {}
        for node in walk(self.tree):
            if not isinstance(node, (ast.Import, ast.ImportFrom)) or getattr(node, "module", "") == "__future__":
                continue
            for alias in node.names:
                symbol = self.symbols.of.get(id(alias))
                if symbol is not None:
                    found.setdefault(symbol, []).append(bound(node, alias)[1])
        for symbol, names in found.items():
            if len(names) == symbol.sites and len(set(names)) == 1:
                self.imports[symbol] = names[0]

    def import_modules(self, builder: Builder, node: ast.Import) -> None:
        for alias in node.names:
            if not self.offers(alias.name) or alias.name == "__future__":
                self.report_at("E0110", node, name=alias.name, available=", ".join(sorted(MODULES)))
                value = builder.step("refused", (), None, node)
            else:
                self._need(builder, alias.name, node)
                if alias.name == "dataclasses":
                    self.need("internal", "_field")
                value = builder.step("module", (), alias.name, node)
            builder.store(alias.asname or alias.name.split(".")[0], value, alias)

    def import_names(self, builder: Builder, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if module == "__future__":
            self._future(node)
            return
        if not node.level and not self.offers(module) and all(f"{module}.{alias.name}" in MODULES for alias in node.names):  # of a package
            for alias in node.names:
                self._need(builder, f"{module}.{alias.name}", node)
                builder.store(alias.asname or alias.name, builder.step("module", (), f"{module}.{alias.name}", node), alias)
            return
        if node.level or not self.offers(module):
            self.report_at("E0110", node, name="." * node.level + module, available=", ".join(sorted(MODULES)))
            for alias in node.names if node.names[0].name != "*" else ():
                builder.store(alias.asname or alias.name, builder.step("refused", (), None, node), alias)
            return
        if node.names[0].name == "*":
            self.report_at("E0101", node, detail="import * only allowed at module level")
            return
        self._need(builder, module, node)
        for alias in node.names:
            if alias.name == "*":
                self.refuse(node, "import *", "name what is used: from module import name", later=False)
                return
            builder.store(alias.asname or alias.name, self.member(builder, module, alias.name, node), alias)

    def offers(self, module: str) -> bool:
        """Whether there is a module of that name for this one to import."""
        return module in MODULES or ((bool(self.prefix) or module in IMPLIED.values()) and module in INTERNAL)

    def offered(self, module: str) -> frozenset[str] | None:
        """What a module offers: names, None where it is written in Bell."""
        return MODULES[module] if module in MODULES else INTERNAL[module]

    def has_member(self, module: str, name: str) -> bool:
        """Whether a module provides a name here: programs that ask do without what is not there."""
        full = f"{module}.{name}"
        if full in MOVED or full in MODULES or name in FORMS.get(module, ()):
            return True
        offered = self.offered(module)
        return name in offered if offered is not None else name in self.library(module).members and not name.startswith("_")

    def _future(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name != "annotations":
                self.report_at("E0110", node, name=f"__future__.{alias.name}", available="annotations")
        position = self.positions.get(id(node), 0)
        before = [
            statement
            for statement in self.tree.body[:position]
            if not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__")
        ]
        is_doc = (
            bool(before)
            and isinstance(before[0], ast.Expr)
            and isinstance(before[0].value, ast.Constant)
            and isinstance(before[0].value.value, str)
        )
        if before[1 if is_doc else 0 :]:
            self.report_at("E0101", node, detail="from __future__ imports must occur at the beginning of the file")

    def _need(self, builder: Builder, module: str, node: ast.AST) -> None:
        """Run the module level of a library module where it is imported first."""
        if self.offered(module) is None and self.prefix != f"{module}.":  # a module takes from itself what is built in
            self.library(module)
            builder.step("import", (), f"@{module}", node)

    def member(self, builder: Builder, module: str, name: str, node: ast.AST) -> int:
        """The value of a name that a module offers."""
        offered = self.offered(module)
        if f"{module}.{name}" in MOVED:
            home, _, name = MOVED[f"{module}.{name}"].rpartition(".")
            self.library(home)
            builder.step("import", (), f"@{home}", node)
            return builder.step("global", (), f"{home}.{name}", node)
        if (module, name) == ("collections", "abc"):
            return builder.step("module", (), f"{module}.{name}", node)
        if name in FORMS.get(module, ()):
            if offered is None and module == "decimal" and self.prefix != "decimal.":
                self.library(module)
            return builder.step("built_in" if module == "decimal" else "marker", (), f"{module}.{name}", node)
        if offered is None:
            library = self.library(module)
            found = library.members.get(name)
            if found:
                inner, _, member = found.partition(".")
                return self.member(builder, inner, member, node) if member else builder.step("module", (), inner, node)
            if found is not None and not name.startswith("_"):
                return builder.step("global", (), f"{module}.{name}", node)
            names = [known for known in library.members if not known.startswith("_")]
        elif name in offered:
            if module == "dataclasses" and name == "fields":
                self.need("internal", "_field")
            if module == "math" and name in MATH_CONSTANTS:
                return builder.const(MATH_CONSTANTS[name], node)
            if f"{module}.{name}" in CLASSES:
                known = CLASSES[f"{module}.{name}"]
                self.need("internal", known.rpartition(".")[0])
                return builder.step("class", (), known, node)
            return builder.step("built_in" if module in ("math", "_bell") else "marker", (), f"{module}.{name}", node)
        else:
            names = list(offered)
        if name in MEMBERS_REFUSED.get(module, ()):
            return builder.refuse(node, f"'{module}.{name}'", MEMBERS_REFUSED[module][name], later=False)
        near = nearest(name, names)
        self.report_at("E0110", node, name=f"{module}.{name}", available=", ".join(sorted(names)), hint=near or None)
        return builder.step("refused", (), None, node)

    # --- functions --------------------------------------------------------------------------------------------------------------------

    def params(self, args: ast.arguments, function: str) -> tuple[list[ParamDecl], tuple[str, ...]]:
        """The parameters, and the names of the variables of the function's environment that hold computed defaults."""
        plain = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
        pairs = list(zip(plain, defaults, strict=True)) + list(zip(args.kwonlyargs, args.kw_defaults, strict=True))
        params: list[ParamDecl] = []
        computed: list[str] = []
        for index, (arg, default) in enumerate(pairs):
            value: Any = None
            default_name = ""
            if default is not None:
                ok, value = constant(default)
                if not ok:
                    default_name = f".d{len(computed)}"
                    computed.append(default_name)
            check_name(arg.arg, arg, self)
            if any(param.name == arg.arg for param in params):
                self.report_at("E0101", arg, detail=f"duplicate argument '{arg.arg}' in function definition")
                continue
            params.append(
                ParamDecl(
                    arg.arg,
                    with_default(arg.annotation, default),
                    value,
                    default is not None,
                    span_of(arg, self.source),
                    index >= len(plain),
                    index < len(args.posonlyargs),
                    default_name=default_name,
                )
            )
        for kind, extra in (("*", args.vararg), ("**", args.kwarg)):
            if extra is not None:
                check_name(extra.arg, extra, self)
                params.append(
                    ParamDecl(extra.arg, extra.annotation, None, False, span_of(extra, self.source), keyword_only=True, kind=kind)
                )
        return params, tuple(computed)

    def factory(self, decl: ClassDecl, field: str, node: ast.expr) -> str:
        """The module-level variable that holds the function a field's default is made by."""
        decl.variables[f"{field}.factory"] = name = f"{decl.name}.{field}.factory"
        self.globals[name] = None
        self.factories.setdefault(decl.name, []).append((name, node))
        return name

    def has_defaults(self, function: str) -> bool:
        """Whether a function of this module has defaults."""
        if function not in self.named:  # of another module
            return False
        node = self.named[function].node
        return bool(node.args.defaults or any(default is not None for default in node.args.kw_defaults))  # type: ignore[attr-defined]

    # --- classes ----------------------------------------------------------------------------------------------------------------------

    def class_of(self, node: ast.ClassDef) -> ClassDecl:
        return self.class_decls[id(node)]

    def has_state(self, node: ast.ClassDef) -> bool:
        """Whether two runs of a class statement in a function would make classes that are not alike: what methods capture, and variables that hold more than a constant."""
        if self.class_of(node).kind in ("enum", "namedtuple"):
            return False
        methods = [statement for statement in node.body if isinstance(statement, ast.FunctionDef)]
        if any(self.symbols.bodies[id(one)].captures or computed_defaults(one.args) for one in methods):
            return True
        for statement in self.class_statements(node):
            targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
            value = getattr(statement, "value", None)
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            if value is None or not constant(value)[0] or not names.isdisjoint(self.symbols.set_attributes):
                return True
        return False

    def class_statements(self, node: ast.ClassDef) -> list[ast.stmt]:
        """What of a class body runs: all but fields with constant defaults and methods that are read statically."""
        decl = self.class_of(node)
        # Where the name is a variable of the class, a field of that name is one that objects may be given besides.
        fields = {field.name: field for field in decl.fields if field.annotation is not None or field.has_default}
        found: list[ast.stmt] = []
        for statement in body_of(node):
            if isinstance(statement, ast.FunctionDef) and (self.has_plain_decorators(statement)):
                continue
            if other_name(statement, decl) is not None:
                continue
            target = statement.target if isinstance(statement, ast.AnnAssign) else None
            is_field = isinstance(target, ast.Name) and target.id in fields and decl.kind != "enum"
            if is_field and isinstance(target, ast.Name) and not fields[target.id].default_global:
                continue
            if isinstance(statement, ast.AnnAssign) and statement.value is None:
                continue
            found.append(statement)
        return found

    @cached_property
    def shown_identities(self) -> frozenset[int]:
        return shown_identities(self.tree)

    @cached_property
    def stores_through_classes(self) -> list[tuple[ast.Attribute, str]]:
        return class_stores(self)

    @cached_property
    def set_through_classes(self) -> frozenset[str]:
        """The attributes that are assigned through a class of this module."""
        return frozenset(node.attr for node, _ in self.stores_through_classes)

    @cached_property
    def overridden(self) -> dict[str, set[str]]:
        """By class: the names with values in its body that a class above or below it gives a value as well."""
        nodes = self.class_nodes
        given = {
            name: {
                target.id
                for statement in node.body
                if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None
                for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
                if isinstance(target, ast.Name)
            }
            for name, node in nodes.items()
        }
        bases_of = {
            name: [self._class_meant(base) for base in node.bases if isinstance(base, ast.Name) and self._class_meant(base) in nodes]
            for name, node in nodes.items()
        }
        found: dict[str, set[str]] = {}
        for name in nodes:
            lineage = [name]
            for known in lineage:
                lineage += [base for base in bases_of[known] if base not in lineage]
            for other in lineage[1:]:
                for one in (name, other):
                    found.setdefault(one, set()).update(given[name] & given[other])
        return found

    def _stray_fields(self, of_classes: set[int]) -> None:
        """What is assigned to attributes of anything but ``self`` and no class declares may be a field of every class; ``of_classes``: but for these assignments."""
        known = {field.name for decl in self.class_decls.values() for field in decl.fields}
        known.update(name for decl in self.class_decls.values() for name in decl.setters)
        bound = {self.class_decls[id(made.node)].name: made.bound for made in self.symbols.class_order}
        variables = {name for names in bound.values() for name in names}
        shadowing: dict[str, ast.Attribute] = {}
        by_name = {made.name: self.class_decls[id(made.node)] for made in self.symbols.class_order}
        stray: dict[str, ast.Attribute] = {}
        deleted: set[str] = set()
        for node in all_of(self.tree, ast.Attribute):
            if isinstance(node.ctx, ast.Del):
                deleted.add(node.attr)
            if id(node) in of_classes:
                continue
            if isinstance(node.ctx, ast.Store) and not (node.attr.startswith("__") and node.attr.endswith("__")):
                decl = by_name.get(node.value.id) if isinstance(node.value, ast.Name) else None
                if decl is not None and decl.kind == "enum" and node.attr in decl.members:
                    continue
                if decl is not None and node.attr not in decl.methods:
                    is_bound = node.attr in bound[decl.name]
                    if is_bound or not any(node.attr in bound[base.name] for base in self._lineage(decl)[1:]):
                        self.set_variable_later(decl, node.attr, is_bound)
                elif node.attr not in known and node.attr not in variables:
                    stray[node.attr] = node
                elif node.attr in variables and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
                    shadowing[node.attr] = node
        self._exception_fields(variables)
        for decl in self.class_decls.values():
            for field in decl.fields:
                field.certain = field.certain and field.name not in deleted
            undecorated = (
                decl.kind == "record" and not decl.is_dataclass and all(field.has_default or not field.in_init for field in decl.fields)
            )
            if (undecorated or decl.kind in ("plain", "exception")) and not decl.base.startswith("enum"):
                above = {name for base in self._lineage(decl)[1:] for name in bound.get(base.name, ())} if shadowing else set()
                own = {name: node for name, node in shadowing.items() if name in bound.get(decl.name, ()) and name not in above}
                given = {**stray, **own}
                methods = self._related_methods(decl) if given else set()
                for name, node in given.items():
                    if (
                        name in methods
                        or self._has_slots_without(decl, name)
                        or any(f.name == name for b in self._lineage(decl) for f in b.fields)
                    ):
                        continue
                    for derived in self.class_decls.values() if name in own else ():  # whose own field is this one
                        if decl in self._lineage(derived)[1:]:
                            derived.fields = [field for field in derived.fields if field.name != name or field.annotation is not None]
                    decl.fields.append(
                        FieldDecl(name, None, None, False, span_of(node, self.source), certain=False, in_init=False, in_repr=False)
                    )

    def _exception_fields(self, variables: set[str]) -> None:
        """What is assigned to attributes of exceptions that a handler or a name has, and neither their classes nor the ``variables`` of any class are called, may be a field of
        every exception."""
        if self.prefix:
            return
        known = {"args", *variables}
        for decl in self.class_decls.values():
            known.update((*(field.name for field in decl.fields), *decl.setters) if decl.kind == "exception" else ())
        exceptions = {handler.name for handler in all_of(self.tree, ast.ExceptHandler) if self._takes_built_in(handler)}
        for made in all_of(self.tree, ast.Assign):
            if isinstance(made.value, ast.Call) and self.static_name(made.value.func) in BASES:
                exceptions.update(target.id for target in made.targets if isinstance(target, ast.Name))
        given = {
            node.attr: node
            for node in all_of(self.tree, ast.Attribute)
            if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id in exceptions
        }
        for name, node in given.items():
            if name in known or name.startswith("__"):
                continue
            if name in COMPUTED:
                self.refuse(
                    node, f"an attribute {name!r} that a built-in exception is given", "derive a class that has one, or take another name"
                )
            else:
                self.need("need_exception", "BaseException")
                base = self.program.classes["BaseException"]
                base.fields.append(
                    FieldDecl(name, None, None, False, span_of(node, self.source), certain=False, in_init=False, in_repr=False)
                )

    def _takes_built_in(self, handler: ast.ExceptHandler) -> bool:
        """Whether a handler names a built-in class of exceptions."""
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        return any(kind is not None and self.static_name(kind) in BASES for kind in kinds)

    def _has_slots_without(self, decl: ClassDecl, name: str) -> bool:
        """Whether ``__slots__`` say that objects of the class have no such attribute."""
        order = [self.classes.get(one) for one in decl.order]
        return all(one is not None and one.slots is not None and name not in one.slots for one in order)

    def _related_methods(self, decl: ClassDecl) -> set[str]:
        """The methods and properties of a class, of those it derives from and of those derived from it."""
        related = [*self._lineage(decl), *(one for one in self.class_decls.values() if decl.name in one.order)]
        return {name for one in related for name in one.methods}

    def _lineage(self, decl: ClassDecl) -> list[ClassDecl]:
        """A class and those of this module that it derives from."""
        return [one for name in decl.order if (one := self.classes.get(name)) is not None]

    def set_variable_later(self, decl: ClassDecl, name: str, is_bound: bool) -> None:
        """``Class.name = value``, which the body of the class need not do (``is_bound``: it does)."""
        variable = self.class_global(decl.name, name)
        self.globals[variable] = None
        self.shared.add(variable)
        if not is_bound:
            decl.variables[name] = variable
            self.late.add(variable)

    # --- when module-level names are bound ------------------------------------------------------------------------------------------------

    def _late(self) -> set[str]:
        """The module-level names that a function may look up while the module level has not bound them yet."""
        mentions: dict[str, set[str]] = {}
        sure: dict[str, int] = {}
        own: list[set[str]] = []
        for position, statement in enumerate(self.tree.body):
            named = {node.id for node in walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
            own.append(named)
            for name in _surely_bound(statement):
                sure.setdefault(name, position)
            for name in _bound_here(statement):
                mentions.setdefault(name, set()).update(named)
        late = {symbol.name for symbol in self.symbols.module.symbols.values() if symbol.name not in sure and not is_dotted(symbol.name)}
        reached_before: set[str] = set()
        for position, statement in enumerate(self.tree.body):
            if isinstance(statement, (ast.Import, ast.ImportFrom)) or (
                isinstance(statement, ast.FunctionDef) and not statement.decorator_list
            ):
                continue
            if isinstance(statement, ast.ClassDef) and not any(isinstance(node, ast.Call) for node in own_calls(statement)):
                continue
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
                continue
            pending = list(own[position])
            for function in [
                node for call in own_calls(statement) for node in walk(call) if isinstance(node, (ast.Lambda, ast.GeneratorExp))
            ]:
                # What is called may call it.
                reached_before.update(node.id for node in walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
            while pending:
                name = pending.pop()
                for inner in mentions.get(name, ()):
                    if inner not in reached_before:
                        reached_before.add(inner)
                        pending.append(inner)
            late.update(name for name in reached_before if sure.get(name, -1) >= position)
        return late.difference(self.inputs)

    @cached_property
    def changed_by_functions(self) -> tuple[str, ...]:
        """The variables of the module level that functions change."""
        known = changed_in_functions(self.tree)
        return tuple(name for name in self.variables() if name in known)

    def names_before(self) -> tuple[str, ...]:
        """The names that can have a value before the module level runs: inputs, and what lasts from call to call."""
        return tuple(self.program.state) or self.inputs


def own_calls(statement: ast.stmt) -> list[ast.AST]:
    """The calls that a statement makes when it runs: of a class those of its body and its decorators."""
    found: list[ast.AST] = []
    pending: list[ast.AST] = [*statement.body, *statement.decorator_list] if isinstance(statement, ast.ClassDef) else [statement]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            pending.extend(node.decorator_list if isinstance(node, ast.FunctionDef) else ())
            continue
        if isinstance(node, ast.Call):
            found.append(node)
        pending.extend(children(node))
    return found


def _surely_bound(statement: ast.stmt) -> list[str]:
    """The names that a statement of the module level binds whatever happens."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.split(".")[0] for alias in statement.names]
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = list(statement.targets)
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    elif isinstance(statement, ast.With):
        targets = [item.optional_vars for item in statement.items if item.optional_vars is not None]
    return [node.id for target in targets for node in walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _bound_here(statement: ast.stmt) -> set[str]:
    names = set(_surely_bound(statement))
    if not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        names.update(node.id for node in walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
        # What is called on a variable may keep what it is given.
        names.update(
            node.value.id
            for node in walk(statement)
            if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.value, ast.Name)
        )
    return names


def may_send(tree: ast.Module) -> bool:
    """Whether a module may send something to a generator, or throw."""
    return any(node.attr in ("send", "throw", "close") for node in all_of(tree, ast.Attribute))


_LIBRARY = frozenset({*MODULES, *INTERNAL})
HANDLED: frozenset[str] = frozenset(name.split("_", 1)[1] for name in dir(FunctionBuilder) if name.startswith(("do_", "on_"))) | frozenset(
    REFUSED
)
"""Syntax node classes this module handles or the table refuses (a house test compares them with ``ast``)."""
