"""What imports bring: the names of ``import *``, and none where only type checkers look."""

from __future__ import annotations

import ast

from belljar.lang.library import read_library
from belljar.lang.names import FORMS, IMPLIED, MODULES
from belljar.lang.tree import all_of, forget, walk, walk_changing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def bound(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> tuple[str, str]:
    """The name that a part of an import binds, and the full name of what it is bound to."""
    if isinstance(node, ast.ImportFrom):
        return alias.asname or alias.name, f"{node.module}.{alias.name}"
    return (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2


def expand_stars(statements: list[ast.stmt]) -> None:
    """Replace each ``import *`` of the module level by the names that it brings."""
    left = list(reversed(statements))
    while left:
        statement = left.pop()
        if isinstance(statement, ast.ImportFrom) and [alias.name for alias in statement.names] == ["*"] and not statement.level:
            found = _public(statement.module or "")
            if found:
                statement.names = [ast.copy_location(ast.alias(name), statement.names[0]) for name in sorted(found)]
        elif not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            for name in ("body", "orelse", "finalbody"):
                left += getattr(statement, name, [])
            for handler in getattr(statement, "handlers", ()):
                left += handler.body


def import_built_ins(tree: ast.Module) -> bool:
    """Import the built-in classes that are written in Bell and that the program names, before all else; whether there are any. A name that it binds anywhere means its own."""
    named = {node.id for node in all_of(tree, ast.Name)} & IMPLIED.keys()
    if not named:
        return False
    bound = {node.id for node in all_of(tree, ast.Name) if not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in all_of(tree, ast.arg)}
    bound |= {node.name for node in all_of(tree, ast.FunctionDef)} | {node.name for node in all_of(tree, ast.ClassDef)}
    bound |= {alias.asname or alias.name for alias in all_of(tree, ast.alias)}
    added = [ast.ImportFrom(IMPLIED[name], [ast.alias(name)], 0) for name in sorted(named - bound)]
    if not added:
        return False
    first = next((i for i, statement in enumerate(tree.body) if not _comes_first(statement)), len(tree.body))
    for statement in added:
        ast.copy_location(statement, tree.body[0])
        ast.copy_location(statement.names[0], tree.body[0])
    tree.body[first:first] = added
    forget(tree)
    return True


def _comes_first(statement: ast.stmt) -> bool:
    """A docstring, or an import from the future."""
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)


def name_submodules(tree: ast.Module) -> None:
    """Give each module of ``import a.b`` a name of its own, ``a:b``, that stands wherever the program writes ``a.b``: ``a`` may be a module beside it, or none that is provided."""
    imports = [node for node in all_of(tree, ast.Import) if any("." in alias.name and not alias.asname for alias in node.names)]
    dotted = {alias.name for node in imports for alias in node.names if not alias.asname and alias.name in MODULES and "." in alias.name}
    if not dotted:
        return
    nodes = walk(tree)
    forget(tree)
    for node in imports:
        for alias in node.names:
            if alias.name in dotted and not alias.asname:
                alias.asname = alias.name.replace(".", ":")
    for parent in nodes:
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                value[:] = [_submodule(item, dotted) for item in value]
            else:
                setattr(parent, field, _submodule(value, dotted))
    used = {node.id for node in walk(tree) if isinstance(node, ast.Name)}
    forget(tree)
    for node in imports:
        packages = {alias.name.partition(".")[0] for alias in node.names if alias.name in dotted} - {alias.name for alias in node.names}
        node.names += [ast.copy_location(ast.alias(name), node) for name in sorted(packages & used) if name in MODULES]


def _submodule(node: Any, dotted: set[str]) -> Any:
    """The name of a module in place of ``a.b``; all else as it is."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and f"{node.value.id}.{node.attr}" in dotted:
        return ast.copy_location(ast.Name(f"{node.value.id}:{node.attr}", ast.Load()), node)
    return node


def _public(module: str) -> set[str]:
    """The names that a module offers."""
    if module not in MODULES or module == "__future__":
        return set()
    offered = MODULES[module]
    if offered is not None:
        return set(offered)
    found = set(FORMS.get(module, ()))
    for statement in read_library(module)[0].body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            found.add(statement.name)
        elif isinstance(statement, ast.ImportFrom):
            found.update(alias.asname or alias.name for alias in statement.names)
        elif isinstance(statement, ast.Assign):
            found.update(target.id for target in statement.targets if isinstance(target, ast.Name))
    return {name for name in found if not name.startswith("_")}


def drop_checking(tree: ast.Module) -> dict[str, str]:
    """Take out what stands under ``if TYPE_CHECKING:`` at the module level, and give the names that it imports with what they stand for."""
    unseen: dict[str, str] = {}
    tree.body = _without_checking(tree.body, unseen)
    return unseen


def _without_checking(statements: list[ast.stmt], unseen: dict[str, str]) -> list[ast.stmt]:
    """The statements of the module level without those that only type checkers see."""
    kept: list[ast.stmt] = []
    for statement in statements:
        if not (isinstance(statement, ast.If) and ast.unparse(statement.test).rpartition(".")[2] == "TYPE_CHECKING"):
            kept.append(statement)
            continue
        for node in walk_changing(statement):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                unseen.update(bound(node, alias) for alias in node.names)
        kept += _without_checking(statement.orelse, unseen)
    return kept
