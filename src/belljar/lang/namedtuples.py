"""``Point = namedtuple("Point", "x y")`` as the class statement it stands for."""

from __future__ import annotations

import ast

from belljar.lang.tree import walk_changing

NAMED_TUPLE = "NamedTuple of a call"
"""The name, which no program can write, of the base class of the classes made here."""


def expand_named_tuples(tree: ast.Module) -> None:
    """Replace the assignments of a call of ``collections.namedtuple`` or ``typing.NamedTuple`` by class statements."""
    nodes = walk_changing(tree)
    makers: dict[str, str] = {}
    modules: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            makers.update({alias.asname or alias.name: alias.name for alias in node.names if alias.name in ("namedtuple", "NamedTuple")})
        elif isinstance(node, ast.Import):
            modules.update({alias.asname or alias.name: alias.name for alias in node.names if alias.name in ("collections", "typing")})
    if not makers and not modules:
        return
    for node in nodes:
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                statements[:] = [_expanded(statement, makers, modules) for statement in statements]


def _expanded(statement: ast.stmt, makers: dict[str, str], modules: dict[str, str]) -> ast.stmt:
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or not isinstance(statement.targets[0], ast.Name):
        return statement
    call = statement.value
    if not isinstance(call, ast.Call) or len(call.args) != 2:
        return statement
    func = call.func
    maker = makers.get(func.id, "") if isinstance(func, ast.Name) else ""
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in modules:
        maker = func.attr
    fields = _fields(call.args[1]) if maker in ("namedtuple", "NamedTuple") else None
    if fields is None:
        return statement
    defaults: list[ast.expr] = []
    for keyword in call.keywords:
        if keyword.arg != "defaults" or not isinstance(keyword.value, (ast.Tuple, ast.List)):
            return statement
        defaults = keyword.value.elts
    values: list[ast.expr | None] = [None] * (len(fields) - len(defaults)) + list(defaults)
    body: list[ast.stmt] = [
        ast.AnnAssign(ast.Name(name, ast.Store()), annotation, value, 1) for (name, annotation), value in zip(fields, values, strict=True)
    ]
    made = ast.ClassDef(statement.targets[0].id, [ast.Name(NAMED_TUPLE, ast.Load())], [], body or [ast.Pass()], [])
    ast.copy_location(made, statement)
    for child in walk_changing(made):
        if not hasattr(child, "lineno"):
            ast.copy_location(child, statement)
    return made


def _fields(node: ast.expr) -> list[tuple[str, ast.expr]] | None:
    """Names and annotations of the fields."""
    anything = ast.Name("object", ast.Load())
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [(name, anything) for name in node.value.replace(",", " ").split()]
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    found: list[tuple[str, ast.expr]] = []
    for item in node.elts:
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            found.append((item.value, anything))
        elif (
            isinstance(item, ast.Tuple)
            and len(item.elts) == 2
            and isinstance(item.elts[0], ast.Constant)
            and isinstance(item.elts[0].value, str)
        ):
            found.append((item.elts[0].value, item.elts[1]))
        else:
            return None
    return found
