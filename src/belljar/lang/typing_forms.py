"""What ``typing`` makes while a program runs, as the plain forms it stands for: a typed dict is a dict, a new type its values, a cast the value itself."""

from __future__ import annotations

import ast

from belljar.lang.library import read_library
from belljar.lang.names import FORMS as LIBRARY_FORMS
from belljar.lang.names import MODULES
from belljar.lang.tree import walk_changing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

FORMS: Final = frozenset({"NewType", "TypedDict", "cast"})
_VALUE: Final = ".value"
"""The parameter of the functions made here, which no program can name."""


def expand_typing_forms(tree: ast.Module) -> dict[str, str]:
    """Replace them all over a module that imports them. What is imported under ``if TYPE_CHECKING:`` goes, and is given: names with what they stand for."""
    named: dict[str, str] = {}
    for node in walk_changing(tree):
        if isinstance(node, ast.ImportFrom):
            if node.module == "typing":
                named.update({alias.asname or alias.name: alias.name for alias in node.names if alias.name in FORMS})
        elif isinstance(node, ast.Import):
            named.update({f"{alias.asname or alias.name}.{form}": form for alias in node.names if alias.name == "typing" for form in FORMS})
    unseen: dict[str, str] = {}
    tree.body = _without_checking(tree.body, unseen)
    if named:
        _Expander(named).visit(tree)
    return unseen


def expand_stars(statements: list[ast.stmt]) -> None:
    """Replace each ``import *`` of the module level by the names that it brings."""
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and [alias.name for alias in statement.names] == ["*"] and not statement.level:
            found = _public(statement.module or "")
            if found:
                statement.names = [ast.copy_location(ast.alias(name), statement.names[0]) for name in sorted(found)]
        elif not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            for name in ("body", "orelse", "finalbody"):
                expand_stars(getattr(statement, name, []))
            for handler in getattr(statement, "handlers", ()):
                expand_stars(handler.body)


def _public(module: str) -> set[str]:
    """The names that a module offers."""
    if module not in MODULES or module == "__future__":
        return set()
    offered = MODULES[module]
    if offered is not None:
        return set(offered)
    found = set(LIBRARY_FORMS.get(module, ()))
    for statement in read_library(module)[0].body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            found.add(statement.name)
        elif isinstance(statement, ast.ImportFrom):
            found.update(alias.asname or alias.name for alias in statement.names)
        elif isinstance(statement, ast.Assign):
            found.update(target.id for target in statement.targets if isinstance(target, ast.Name))
    return {name for name in found if not name.startswith("_")}


def _without_checking(statements: list[ast.stmt], unseen: dict[str, str]) -> list[ast.stmt]:
    """The statements of the module level without those that only type checkers see."""
    kept: list[ast.stmt] = []
    for statement in statements:
        if not (isinstance(statement, ast.If) and ast.unparse(statement.test).rpartition(".")[2] == "TYPE_CHECKING"):
            kept.append(statement)
            continue
        for node in walk_changing(statement):
            if isinstance(node, ast.ImportFrom):
                unseen.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
            elif isinstance(node, ast.Import):
                unseen.update(
                    {
                        alias.asname or alias.name.partition(".")[0]: (alias.asname and alias.name) or alias.name.partition(".")[0]
                        for alias in node.names
                    }
                )
        kept += _without_checking(statement.orelse, unseen)
    return kept


def meant_by(node: ast.expr) -> ast.expr | None:
    """The type that a value made here stands for in annotations."""
    return getattr(node, "means", None)


class _Expander(ast.NodeTransformer):
    def __init__(self, named: dict[str, str]) -> None:
        self.named = named
        self.dicts: set[str] = set()
        """Names of the typed dicts so far: others may derive from them."""

    def form(self, node: ast.expr) -> str:
        return self.named.get(ast.unparse(node), "") if isinstance(node, (ast.Name, ast.Attribute)) else ""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        form = self.form(node.func)
        if not form or len(node.args) < 2:
            return node
        made: ast.expr
        if form == "cast" and len(node.args) == 2 and not node.keywords:
            return node.args[1]
        if form == "NewType" and len(node.args) == 2 and not node.keywords:
            made = ast.Lambda(ast.arguments([], [ast.arg(_VALUE)], None, [], [], None, []), ast.Name(_VALUE, ast.Load()))
            made.means = node.args[1]  # type: ignore[attr-defined]
        elif form == "TypedDict":
            made = ast.Name("dict", ast.Load())
        else:
            return node
        return ast.fix_missing_locations(ast.copy_location(made, node))

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        if node.bases and all(
            self.form(base) == "TypedDict" or (isinstance(base, ast.Name) and base.id in self.dicts) for base in node.bases
        ):
            self.dicts.add(node.name)
            made = ast.Assign([ast.Name(node.name, ast.Store())], ast.Name("dict", ast.Load()))
            return ast.fix_missing_locations(ast.copy_location(made, node))
        self.generic_visit(node)
        return node
