"""Forms of class bodies that stand for others: a class in a class for one before it, a ``cached_property`` for a property with a field."""

from __future__ import annotations

import ast
from collections import Counter

from belljar.lang.tree import all_of, forget, walk


def expand_class_forms(tree: ast.Module) -> None:
    """Replace them all over a module."""
    classes = all_of(tree, ast.ClassDef)
    if not classes:
        return
    nodes = walk(tree)
    for statement in tree.body:
        _qualify(statement, "")
    if any(_is_private(name) for node in nodes for name in _names_in(node)):
        _mangle(tree, "")
    if any(isinstance(statement, ast.ClassDef) for node in classes for statement in node.body):
        counts = Counter(node.name for node in nodes if isinstance(node, (ast.ClassDef, ast.FunctionDef)))
        counts.update(node.id for node in nodes if isinstance(node, ast.Name))
        forget(tree)
        for node in nodes:
            for field in ("body", "orelse", "finalbody"):
                statements = getattr(node, field, None)
                if isinstance(statements, list) and not isinstance(node, ast.ClassDef):
                    statements[:] = [made for statement in statements for made in _lifted(statement, counts)]
    markers = _names_of(nodes, "cached_property")
    if markers:
        forget(tree)
    for node in classes if markers else ():
        node.body = [made for statement in node.body for made in _with_cache(statement, markers)]


def _qualify(node: ast.AST, prefix: str) -> None:
    """Note with every class its ``__qualname__``."""
    if isinstance(node, ast.ClassDef):
        node.qualname = prefix + node.name  # type: ignore[attr-defined]
        prefix += f"{node.name}."
    elif isinstance(node, ast.FunctionDef):
        prefix += f"{node.name}.<locals>."
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        inner = getattr(node, field, None)
        if isinstance(inner, list):
            for child in inner:
                _qualify(child, prefix)


# --- private names ----------------------------------------------------------------------------------------------------------------------


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def _names_in(node: ast.AST) -> tuple[str, ...]:
    """The names that stand in a node itself and that a class makes private."""
    if isinstance(node, ast.Attribute):
        return (node.attr,)
    return (node.id,) if isinstance(node, ast.Name) else (node.name,) if isinstance(node, ast.FunctionDef) else ()


def _mangle(node: ast.AST, cls: str) -> None:
    """In a class ``A``, ``__name`` is ``_A__name``."""
    if isinstance(node, ast.ClassDef):
        for outside in (*node.bases, *node.keywords, *node.decorator_list):
            _mangle(outside, cls)
        for inside in node.body:
            _mangle(inside, node.name.lstrip("_"))
        return
    if cls:
        for field in ("attr", "id", "name", "arg"):
            name = getattr(node, field, None)
            if isinstance(name, str) and _is_private(name):
                setattr(node, field, f"_{cls}{name}")
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            node.names = [f"_{cls}{name}" if _is_private(name) else name for name in node.names]
    for child in ast.iter_child_nodes(node):
        _mangle(child, cls)


# --- classes in classes -----------------------------------------------------------------------------------------------------------------


def _lifted(statement: ast.stmt, counts: Counter[str]) -> list[ast.stmt]:
    """The classes in the body of a class, made before it; the class then has a variable for each."""
    if not isinstance(statement, ast.ClassDef):
        return [statement]
    before: list[ast.stmt] = []
    for position, inner in enumerate(statement.body):
        if not isinstance(inner, ast.ClassDef):
            continue
        before += _lifted(inner, counts)
        shown = inner.name
        if counts[shown] > 1:  # a name that something else has as well
            inner.name = _free(f"{statement.name}_{shown}", counts)
            inner.shown = shown  # type: ignore[attr-defined]
        named = ast.Assign([ast.Name(shown, ast.Store())], ast.Name(inner.name, ast.Load()))
        statement.body[position] = ast.fix_missing_locations(ast.copy_location(named, inner))
    return [*before, statement]


def _free(name: str, counts: Counter[str]) -> str:
    while counts[name]:
        name += "_"
    counts[name] += 1
    return name


# --- cached properties ------------------------------------------------------------------------------------------------------------------


def _names_of(nodes: list[ast.AST], function: str) -> set[str]:
    """How a module of these nodes writes a function of ``functools``."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "functools":
            found.update(alias.asname or alias.name for alias in node.names if alias.name == function)
        elif isinstance(node, ast.Import):
            found.update(f"{alias.asname or alias.name}.{function}" for alias in node.names if alias.name == "functools")
    return found


_FORM = """
@property
def {name}(self):
    if not hasattr(self, "_{name}_cached"):
        self._{name}_cached = self._{name}_computed()
    return self._{name}_cached

@{name}.setter
def {name}(self, value):
    self._{name}_cached = value
"""


def _with_cache(statement: ast.stmt, markers: set[str]) -> list[ast.stmt]:
    if not isinstance(statement, ast.FunctionDef) or [ast.unparse(one) in markers for one in statement.decorator_list] != [True]:
        return [statement]
    name = statement.name
    made = ast.parse(_FORM.format(name=name)).body
    for form in made:
        for node in ast.walk(form):
            if hasattr(node, "lineno"):
                ast.copy_location(node, statement)
    assert isinstance(made[0], ast.FunctionDef)
    made[0].returns = statement.returns
    statement.name = f"_{name}_computed"
    statement.decorator_list = []
    return [statement, *made]
