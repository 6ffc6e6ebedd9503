"""``operator.attrgetter("a.b", "c")`` and ``methodcaller("m", 1)``: lambdas that name the attributes."""

from __future__ import annotations

import ast
import copy

from belljar.lang.tree import all_of, forget

FORMS = ("attrgetter", "methodcaller")
_BOUND = ("__getitem__", "__contains__")
_ITEM = ".item"
_OBJECT = ".object"
"""The parameter of the lambdas, which no program can name."""


def expand_operator_forms(tree: ast.Module) -> None:
    """Replace their calls all over a module that imports them."""
    called = {id(node.func) for node in all_of(tree, ast.Call)}
    items = {id(node) for node in all_of(tree, ast.Attribute) if node.attr in _BOUND and id(node) not in called}
    decorated = [node for node in all_of(tree, ast.FunctionDef) if node.decorator_list and node.args.args]
    dispatched = {node.name for node in decorated if any(_last_name(one) == "singledispatch" for one in node.decorator_list)}
    named: dict[str, str] = {}
    for taken in all_of(tree, ast.ImportFrom):
        if taken.module == "operator":
            named.update({alias.asname or alias.name: alias.name for alias in taken.names if alias.name in FORMS})
    for imported in all_of(tree, ast.Import):
        named.update(
            {f"{alias.asname or alias.name}.{form}": form for alias in imported.names if alias.name == "operator" for form in FORMS}
        )
    if items or dispatched or named:
        forget(tree)
    if items:
        _Binder(items).visit(tree)
    for function in decorated if dispatched else ():
        _register(function, function.args.args[0].annotation, dispatched)
    if named:
        _Expander(named).visit(tree)


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _register(function: ast.FunctionDef, annotation: ast.expr | None, dispatched: set[str]) -> None:
    """``@f.register`` of a function that is dispatched by the class that the annotation of its first parameter names."""
    for position, decorator in enumerate(function.decorator_list):
        if not isinstance(decorator, ast.Attribute) or decorator.attr != "register" or _last_name(decorator.value) not in dispatched:
            continue
        if isinstance(annotation, (ast.Name, ast.Attribute, ast.BinOp)):
            made = ast.Call(decorator, [copy.deepcopy(annotation)], [])
            function.decorator_list[position] = ast.fix_missing_locations(ast.copy_location(made, decorator))


class _Binder(ast.NodeTransformer):
    """``xs.__getitem__`` that is not called where it stands: ``(lambda xs: lambda i: xs[i])(xs)``."""

    def __init__(self, bound: set[int]) -> None:
        self.bound = bound

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if id(node) not in self.bound:
            return node
        held, item = ast.Name(_OBJECT, ast.Load()), ast.Name(_ITEM, ast.Load())
        made: ast.expr = ast.Compare(item, [ast.In()], [held]) if node.attr == "__contains__" else ast.Subscript(held, item, ast.Load())
        inner = ast.Lambda(ast.arguments([], [ast.arg(_ITEM)], None, [], [], None, []), made)
        outer = ast.Lambda(ast.arguments([], [ast.arg(_OBJECT)], None, [], [], None, []), inner)
        inner.shown = outer.shown = node.attr  # type: ignore[attr-defined]
        return ast.fix_missing_locations(ast.copy_location(ast.Call(outer, [node.value], []), node))


class _Expander(ast.NodeTransformer):
    def __init__(self, named: dict[str, str]) -> None:
        self.named = named

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        form = self.named.get(ast.unparse(node.func)) if isinstance(node.func, (ast.Name, ast.Attribute)) else None
        made = None if form is None else _attributes(node) if form == "attrgetter" else _call(node)
        if made is None:
            return node
        args = ast.arguments([], [ast.arg(_OBJECT)], None, [], [], None, [])
        expanded = ast.Lambda(args, made)
        expanded.shown = form  # type: ignore[attr-defined]
        return ast.fix_missing_locations(ast.copy_location(expanded, node))


def _attribute(path: str) -> ast.expr:
    found: ast.expr = ast.Name(_OBJECT, ast.Load())
    for name in path.split("."):
        found = ast.Attribute(found, name, ast.Load())
    return found


def _attributes(node: ast.Call) -> ast.expr | None:
    paths = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if not paths or len(paths) != len(node.args) or node.keywords:
        return None
    return _attribute(paths[0]) if len(paths) == 1 else ast.Tuple([_attribute(path) for path in paths], ast.Load())


def _call(node: ast.Call) -> ast.expr | None:
    """The arguments are evaluated at each call, so they have to be constants."""
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    if not given or not all(isinstance(arg, ast.Constant) for arg in given) or not isinstance(node.args[0].value, str):  # type: ignore[attr-defined]
        return None
    return ast.Call(_attribute(node.args[0].value), node.args[1:], node.keywords)  # type: ignore[attr-defined]
