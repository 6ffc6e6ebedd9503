"""A program while its modules are read: the main one, and those of the library that it imports. :func:`build` gives its flow graphs."""

from __future__ import annotations

import ast
import re

from belljar.errors import bell_error
from belljar.ir.exceptions import BASES
from belljar.lang.asked_properties import expand_asked_properties
from belljar.lang.class_calls import expand_class_calls
from belljar.lang.class_forms import expand_class_forms
from belljar.lang.class_makers import copy_class_makers
from belljar.lang.class_patches import expand_class_patches
from belljar.lang.dispatch_forms import expand_dispatch_forms
from belljar.lang.enum_forms import expand_enum_forms
from belljar.lang.event_handlers import EMIT, EVENTS, take_handlers
from belljar.lang.exception_forms import expand_exception_forms
from belljar.lang.exceptions import MODULE, RAISED_BY_OPERATIONS, declare_exception, yield_to_fields
from belljar.lang.flow import ModuleBuilder, may_send
from belljar.lang.function_attributes import expand_function_attributes
from belljar.lang.graph import Bindings, FlowBlock, FlowFunction, FlowModule, Functions, bindings_of
from belljar.lang.guard import INDENT_DEPTH_MAX
from belljar.lang.handlers import HANDLING, OPEN, takes_exit
from belljar.lang.hosting import namespaces
from belljar.lang.import_forms import drop_checking, expand_stars, import_built_ins, name_submodules
from belljar.lang.library import read_library
from belljar.lang.moment_forms import expand_moment_forms
from belljar.lang.names import CLASSES, INTERNAL, MODULES
from belljar.lang.namespaces import expand_namespaces
from belljar.lang.operator_forms import expand_operator_forms
from belljar.lang.scope import field_attributes
from belljar.lang.shelf import keep_module, kept_module
from belljar.lang.slice_forms import expand_slice_forms
from belljar.lang.symbols import may_stop
from belljar.lang.syntax import span_of
from belljar.lang.task_wrappers import SUFFIX, add_task_wrappers
from belljar.lang.tree import FIELDS, all_of, walk
from belljar.source import NOWHERE, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from belljar.errors import BellError
    from belljar.lang.graph import ClassDecl, LibraryModule
    from belljar.safety.host_signature import HostSignature

TREE_DEPTH_MAX = 150
"""Deepest syntax tree accepted, left spines of binary operators and elif chains not counted."""


def build(
    tree: ast.Module,
    source: Source,
    inputs: Sequence[str] = (),
    run_name: str = "__main__",
    held: Sequence[str] | None = None,
    counted: bool = False,
    traces: str = "off",
    hosts: Mapping[str, HostSignature] | None = None,
) -> FlowModule:
    """The flow graphs of a parsed module. ``inputs`` are module-level names given from outside; ``held`` are those that are there before, of a program whose state lasts from call to call, and None of all
    others; ``counted``: passes through loops are counted; ``traces`` is the level of the trace that is marked (:mod:`belljar.lang.marks`); ``hosts`` are the functions of the host by name. Findings are
    collected, never raised."""
    return Program(tree, source, inputs, run_name, held, counted, traces, hosts or {}).flow


class Program:
    """A program while its modules are read: the main one, and those of the library that it imports."""

    def __init__(
        self,
        tree: ast.Module,
        source: Source,
        inputs: Sequence[str],
        run_name: str,
        held: Sequence[str] | None = None,
        counted: bool = False,
        traces: str = "off",
        hosts: Mapping[str, HostSignature] | None = None,
    ) -> None:
        self.run_name = run_name
        self.traces = traces
        self.built = 0
        """Functions that were begun."""
        self.hosts = hosts or {}
        self.namespaces = namespaces(self.hosts)
        self.held = held
        self.counted = counted
        self.state: dict[str, None] = {}
        """The names that last, of a program whose state does."""
        self.diagnostics: list[BellError] = []
        self.functions = Functions()
        self.classes: dict[str, ClassDecl] = {}
        self.modules: dict[str, LibraryModule] = {}
        self.globals: dict[str, None] = {}
        self.shared: set[str] = set()
        self.late: set[str] = set()
        self.bindings = Bindings()
        self.catches = self.sends = self.exits = self.tells_apart = self.chains = False
        self.cleans: ast.AST | None = None
        self.tested: set[tuple[str, str]] = set()
        if not _check_depth(tree, source, self.diagnostics):
            empty = FlowFunction("@init", [], None, [FlowBlock()], 0, NOWHERE, is_init=True)
            self.flow = FlowModule(source, Functions(), {}, empty, [], tuple(inputs), self.diagnostics)
            return
        expand_stars(tree.body)
        unseen = drop_checking(tree)
        has_implied = import_built_ins(tree)
        name_submodules(tree)
        expand_namespaces(tree)
        expand_class_calls(tree)
        expand_enum_forms(tree)
        expand_exception_forms(tree)
        expand_moment_forms(tree)
        expand_class_forms(tree)
        expand_asked_properties(tree)
        expand_class_patches(tree)
        expand_dispatch_forms(tree)
        expand_function_attributes(tree)
        expand_operator_forms(tree)
        expand_slice_forms(tree)
        copy_class_makers(tree)
        computed = add_task_wrappers(tree)
        handlers = take_handlers(tree, source, self.diagnostics)
        self.exits = _may_exit(tree)
        # Inference asks for `map` and `filter` that catch StopIteration when all of this is settled.
        stops = may_stop(tree)
        stops_walks = stops and any(node.id in ("map", "filter") for node in all_of(tree, ast.Name))
        handles = self.exits or stops_walks or _may_catch(tree)
        # A generator's own end is made a RuntimeError by a handler of ours.
        ends_generators = stops and any(all_of(tree, kind) for kind in (ast.Yield, ast.YieldFrom))
        self.catches = handles or ends_generators
        self.sends = may_send(tree)
        self.cleans = _cleaning(tree)
        if self.cleans is not None:
            self.sends = True
            self.globals[OPEN] = None
            self.shared.add(OPEN)
        self.chains = self.catches and _asks_for_contexts(tree)
        if self.chains:
            self.globals[HANDLING] = None
            self.shared.add(HANDLING)
        if self.catches:
            for name in RAISED_BY_OPERATIONS:
                self.need_exception(name)
        if has_implied or _makes_slices(tree):
            self.internal("_slice")
        self.emits = any(node.id == EMIT for node in all_of(tree, ast.Name))
        if self.emits or held is not None:
            self.library(EVENTS)
        main = ModuleBuilder(self, tree, source, "", (*inputs, *(held or ())))
        init = main.build("@init")
        yield_to_fields(self.classes)
        self.bindings.add(bindings_of((init, *(self.functions[name] for name in main.named))))
        strict = any(line.strip() == "# strict" for line in source.lines[:20])
        self.diagnostics.sort(key=lambda e: (e.span.line, e.span.column))
        self.flow = FlowModule(
            source,
            self.functions,
            self.classes,
            init,
            list(self.globals),
            tuple(inputs),
            self.diagnostics,
            strict,
            main.tasks(),
            frozenset(self.shared),
            frozenset(self.late),
            self.catches,
        )
        self.flow.hosts = self.hosts
        self.flow.traces = traces
        self.flow.handles = handles
        self.flow.sends = self.sends
        self.flow.tells_apart = self.tells_apart
        self.flow.stops = stops
        self.flow.catches_unbound = _may_catch_unbound(tree)
        self.flow.tested = self.tested
        self.flow.bindings = self.bindings
        self.flow.need = self.internal
        self.flow.handlers = handlers
        self.flow.computed = computed
        self.flow.definitions = sum(1 for node in all_of(tree, ast.FunctionDef) if not node.name.endswith(SUFFIX))
        self.flow.variables = len(main.variables())
        if held is not None:
            self.flow.state = tuple(self.state)
            self.flow.declared = main.declared(self.flow.state)
        self.flow.field_names = _field_names(tree)
        self.flow.imported = unseen | {symbol.name: full for symbol, full in main.imports.items()}
        self.flow.aliases = main.aliases()
        self.flow.first_classes = tuple(self.classes)

    def internal(self, name: str) -> None:
        """A module of functions that the compiler itself calls; what stands outside its functions is never run."""
        if name in self.modules:
            return
        self._add(name)
        if hasattr(self, "flow"):  # asked for by inference: modules that its functions import have variables
            known = set(self.flow.globals)
            self.flow.globals += [one for one in self.globals if one not in known]

    def is_exception(self, name: str) -> bool:
        return name in BASES

    def need_exception(self, name: str) -> None:
        """Make a built-in exception class, and those it derives from, classes of the program."""
        if name and name not in self.classes:
            self.need_exception(BASES[name])
            self.classes[name] = declare_exception(name)
            self.internal(MODULE)

    def imported_class(self, full: str) -> ClassDecl | None:
        """A class by the name it is imported under; its module is read where it was not yet."""
        full = CLASSES.get(full, full)
        module, _, name = full.rpartition(".")
        known = MODULES if module in MODULES else INTERNAL
        if full in self.classes or known.get(module, frozenset()) is not None:
            return self.classes.get(full)
        inner = self.library(module).members.get(name)
        if full not in self.classes and inner and inner != full:
            return self.imported_class(inner)
        return self.classes.get(full)

    def library(self, name: str) -> LibraryModule:
        """A module of the library, read at its first import."""
        found = self.modules.get(name)
        if found is None:
            self.catches = True
            for exception in RAISED_BY_OPERATIONS:
                self.need_exception(exception)
            found = self._add(name)
            self.sends = self.sends or found.sends
        self.functions.setdefault(f"@{name}", found.init)
        return found

    def _add(self, name: str) -> LibraryModule:
        """Take a module of the library into the program, behind those that it needs itself."""
        found = kept_module(name, self.catches)
        if found is None:
            catches = self.catches
            tree, source = read_library(name)
            expand_class_calls(tree)
            expand_class_forms(tree)
            found = ModuleBuilder(self, tree, source, f"{name}.", ()).library_module(name)
            keep_module(found, catches)
        else:
            for kind, wanted in found.needs:
                getattr(self, kind)(wanted)
        self.modules[name] = found
        self.functions.add_shelved(found)
        self.classes.update(found.classes)
        self.globals.update(dict.fromkeys(found.globals))
        self.shared |= found.shared
        self.late |= found.late
        self.bindings.add(found.bindings)
        return found


def _cleaning(tree: ast.Module) -> ast.AST | None:
    """The first ``yield`` of a program that stands in a ``with``, or a ``try`` that does something on the way out: a generator that is left there has something to do."""
    if not all_of(tree, ast.With) and not all_of(tree, ast.Try):
        return None
    protected = (node for node in walk(tree) if isinstance(node, ast.With) or (isinstance(node, ast.Try) and takes_exit(node)))
    return next((inner for node in protected for inner in walk(node) if isinstance(inner, (ast.Yield, ast.YieldFrom))), None)


def _makes_slices(tree: ast.Module) -> bool:
    """Whether a program names ``slice``, or has slices that the methods of a class may be given."""
    takes = {"__getitem__", "__setitem__", "__delitem__"}
    if any(node.id == "slice" for node in all_of(tree, ast.Name)):
        return True
    lists = [base.value if isinstance(base, ast.Subscript) else base for node in all_of(tree, ast.ClassDef) for base in node.bases]
    return bool(all_of(tree, ast.Slice)) and (
        any(node.name in takes for node in all_of(tree, ast.FunctionDef))
        or any(isinstance(base, ast.Name) and base.id in ("list", "List") for base in lists)
        or any({"UserList", "array"} & {alias.name, alias.asname} for node in all_of(tree, ast.ImportFrom) for alias in node.names)
        or any(node.attr in ("UserList", "List", "array") for node in all_of(tree, ast.Attribute))
    )


def _may_catch(tree: ast.Module) -> bool:
    names = {node.id for node in all_of(tree, ast.Name)}
    if "AttributeError" in names and not names.isdisjoint({"hasattr", "getattr"}):  # which take what a property raises
        return True
    return bool(all_of(tree, ast.With)) or any(node.handlers or node.finalbody for node in all_of(tree, ast.Try))


def _may_catch_unbound(tree: ast.Module) -> bool:
    """Whether a program has a handler that takes a NameError."""
    names = {"NameError", "UnboundLocalError", "Exception", "BaseException"}
    types = [handler.type for handler in all_of(tree, ast.ExceptHandler)]
    return any(type is None or any(isinstance(node, ast.Name) and node.id in names for node in walk(type)) for type in types)


def _asks_for_contexts(tree: ast.Module) -> bool:
    """Whether a program reads what was handled when an exception was raised."""
    return any(node.attr == "__context__" for node in all_of(tree, ast.Attribute)) or any(
        node.value == "__context__" for node in all_of(tree, ast.Constant)
    )


def _field_names(tree: ast.Module) -> frozenset[str] | None:
    """The attributes that replacement fields in the texts of a program name; None where a text ends within a field, so that the names may come from anywhere."""
    names: set[str] = set()
    for node in all_of(tree, ast.Constant):
        text = node.value
        if isinstance(text, str) and "{" in text:
            names.update(field_attributes(text))
            if _OPEN_FIELD.search(text):
                return None
    return frozenset(names)


_OPEN_FIELD = re.compile(r"(?<!\{)\{[\w.\[\]]*\Z")


def _may_exit(tree: ast.Module) -> bool:
    """Whether a program may end with SystemExit, which is no error where its status is None or 0."""
    return (
        any(node.module == "sys" and any(alias.name == "exit" for alias in node.names) for node in all_of(tree, ast.ImportFrom))
        or any(node.attr == "exit" for node in all_of(tree, ast.Attribute))
        or any(node.id == "SystemExit" for node in all_of(tree, ast.Name))
    )


def _check_depth(tree: ast.Module, source: Source, diagnostics: list[BellError]) -> bool:
    """Walk with an explicit stack; E0102 where the tree is deeper than the recursive walks can stand."""
    stack: list[tuple[ast.AST, int]] = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        managers = (
            len(node.items) if isinstance(node, ast.With) else 0
        )  # each is entered within the one before it, as in a block of its own
        if depth > TREE_DEPTH_MAX or managers > INDENT_DEPTH_MAX:
            limit = INDENT_DEPTH_MAX if managers > INDENT_DEPTH_MAX else TREE_DEPTH_MAX
            diagnostics.append(bell_error("E0102", source=source, span=span_of(node, source), found=f"more than {limit}", limit=limit))
            return False
        for name in FIELDS[node.__class__]:
            child = getattr(node, name, None)
            if child.__class__ is list:
                same = name == "orelse" and len(child) == 1 and isinstance(child[0], ast.If) and isinstance(node, ast.If)
                below = depth if same else depth + 1
                stack += [(item, below) for item in child if isinstance(item, ast.AST)]
            elif isinstance(child, ast.AST):
                same = name == "left" and isinstance(node, ast.BinOp) and isinstance(child, ast.BinOp)
                stack.append((child, depth if same else depth + 1))
    return True
