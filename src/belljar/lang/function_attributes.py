"""Attributes of functions, ``f.calls = 0``: variables beside the function, which it takes along where it goes.

``wrapper.calls`` becomes the variable ``wrapper:calls`` of the scope in which ``def wrapper`` stands, and the function captures it.
"""

from __future__ import annotations

import ast

from belljar.lang.tree import all_of, forget, walk, walk_changing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

NAMED = frozenset({"__name__", "__doc__", "__qualname__"})
"""Attributes with two leading underscores that may be assigned; the others are refused where they stand."""


def expand_function_attributes(tree: ast.Module) -> None:
    """Replace them all over a module."""
    functions = {node.name for node in all_of(tree, ast.FunctionDef)}
    if any(not isinstance(node.ctx, ast.Load) and _owner(node) in functions for node in all_of(tree, ast.Attribute)):
        nodes = walk(tree)
        forget(tree)
        decorators = _by_name(nodes)
        for scope in [node for node in nodes if isinstance(node, (ast.Module, ast.FunctionDef))]:
            for function in [statement for statement in scope.body if isinstance(statement, ast.FunctionDef)]:
                _expand(scope, function, decorators)


def attribute_variable(function: str, name: str) -> str:
    """The variable that holds an attribute of a function. A dot would make it a field of the function, to who reads names of variables."""
    return f"{function}:{name}"


def is_dotted(variable: str) -> bool:
    """Whether a variable holds an attribute, of a class or a function."""
    return "." in variable or ":" in variable


def _owner(node: ast.Attribute) -> str:
    return node.value.id if isinstance(node.value, ast.Name) else ""


def _by_name(nodes: Iterable[ast.AST]) -> dict[str, ast.FunctionDef | None]:
    """The functions of a program by name, methods too; None for names that several have."""
    found: dict[str, ast.FunctionDef | None] = {}
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = None if node.name in found else node
    return found


def _is_kept(decorator: ast.expr, decorators: dict[str, ast.FunctionDef | None]) -> bool:
    """Whether what stands above a function leaves it the function that it is: ``wraps``, or a decorator of the program that gives back what it is given."""
    made = isinstance(decorator, ast.Call)
    name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator).rpartition(".")[2]
    found = decorators.get(name)
    if found is None:
        return made and name == "wraps"
    if not made:
        return _gives_back(found)
    inner = {one.name: one for one in found.body if isinstance(one, ast.FunctionDef)}
    return all(isinstance(value, ast.Name) and value.id in inner and _gives_back(inner[value.id]) for value in _returned(found))


def _gives_back(decorator: ast.FunctionDef) -> bool:
    """Whether a function returns one of its parameters, always the same."""
    names = {value.id if isinstance(value, ast.Name) else "" for value in _returned(decorator)}
    params = {arg.arg for arg in decorator.args.args}
    return len(names) == 1 and names <= params and sum(_binds(node, *names) for node in walk_changing(decorator)) == 1


def _returned(function: ast.FunctionDef) -> list[ast.expr | None]:
    """What the ``return`` statements of a function give, without those of functions in it; nothing where it can end without one."""
    found: list[ast.expr | None] = [] if isinstance(function.body[-1], ast.Return) else [None]
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Return):
            found.append(node.value)
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))
    return found


def _expand(scope: ast.Module | ast.FunctionDef, function: ast.FunctionDef, decorators: dict[str, ast.FunctionDef | None]) -> None:
    if not all(_is_kept(one, decorators) for one in function.decorator_list):
        return
    nodes = walk_changing(scope)
    used = [node for node in nodes if isinstance(node, ast.Attribute) and _owner(node) == function.name]
    names = {node.attr for node in used if isinstance(node.ctx, ast.Store) and (not node.attr.startswith("__") or node.attr in NAMED)}
    if not names or sum(_binds(node, function.name) for node in nodes) != 1:
        return
    assigned_here = _assigned_in(scope.body, function.name)
    _rename(scope, function.name, names, scope)
    if isinstance(scope, ast.FunctionDef) and names - assigned_here:  # variables of this function all the same
        bound: list[ast.stmt] = [
            ast.Assign([ast.Name(attribute_variable(function.name, name), ast.Store())], ast.Constant(None))
            for name in sorted(names - assigned_here)
        ]
        scope.body.insert(0, ast.fix_missing_locations(ast.copy_location(ast.If(ast.Constant(False), bound, []), scope.body[0])))
    loads: list[ast.stmt] = [ast.Expr(ast.Name(attribute_variable(function.name, name), ast.Load())) for name in sorted(names)]
    taken = ast.If(ast.Constant(False), loads, [])
    function.body.append(ast.fix_missing_locations(ast.copy_location(taken, function.body[-1])))


def _assigned_in(statements: Iterable[ast.AST], function: str) -> set[str]:
    """The attributes of a function that statements assign themselves, not the functions in them."""
    found: set[str] = set()
    pending = list(statements)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _owner(node) == function:
            found.add(node.attr)
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))
    return found


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name and not isinstance(node.ctx, ast.Load)
    return (isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name) or (isinstance(node, ast.arg) and node.arg == name)


def _rename(node: ast.AST, function: str, names: set[str], scope: ast.AST) -> set[str]:
    """Make variables of the attributes below a node; those that are assigned there, for the functions around it to declare."""
    assigned: set[str] = set()
    for field, value in ast.iter_fields(node):
        for position, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST):
                continue
            if isinstance(child, ast.Attribute) and child.attr in names and _owner(child) == function:
                made = ast.copy_location(ast.Name(attribute_variable(function, child.attr), child.ctx), child)
                if isinstance(value, list):
                    value[position] = made
                else:
                    setattr(node, field, made)
                if not isinstance(child.ctx, ast.Load):
                    assigned.add(made.id)
            else:
                assigned |= _rename(child, function, names, scope)
    if isinstance(node, ast.FunctionDef) and node is not scope and assigned:
        kind = ast.Global if isinstance(scope, ast.Module) else ast.Nonlocal
        node.body.insert(0, ast.copy_location(kind(sorted(assigned)), node.body[0]))
        return set()
    return assigned
