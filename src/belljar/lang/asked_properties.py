"""``hasattr`` and ``getattr`` with a default, of names under which a class of the program has a property: they run it, and an AttributeError from inside it says that there is none."""

from __future__ import annotations

import ast

from belljar.lang.tree import all_of, forget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_PROPERTIES: Final = frozenset({"property", "cached_property"})

_ASKED: Final = """
def asked(value):
    if isinstance(value, type):
        return hasattr(value, {name!r})
    try:
        value.{name}
    except AttributeError:
        return False
    return True
"""

_FOUND: Final = """
def found(value, default):
    if isinstance(value, type):
        return getattr(value, {name!r}, default)
    try:
        return value.{name}
    except AttributeError:
        return default
"""


def expand_asked_properties(tree: ast.Module) -> None:
    """Make such a call one of a function that asks, which stands at the top of the module."""
    names = {name for cls in all_of(tree, ast.ClassDef) for statement in cls.body for name in _properties(statement)}
    if not names:
        return
    made: dict[str, ast.FunctionDef] = {}
    for call in all_of(tree, ast.Call):
        asks = isinstance(call.func, ast.Name) and (call.func.id, len(call.args)) in (("hasattr", 2), ("getattr", 3))
        name = call.args[1] if asks else None
        if not isinstance(name, ast.Constant) or name.value not in names or call.keywords:
            continue
        assert isinstance(call.func, ast.Name)
        kind = "asked" if call.func.id == "hasattr" else "found"
        shown = f"_{name.value}#{kind}"
        if shown not in made:
            function = ast.parse((_ASKED if kind == "asked" else _FOUND).format(name=name.value)).body[0]
            assert isinstance(function, ast.FunctionDef)
            function.name = shown
            function.shown = call.func.id  # type: ignore[attr-defined]
            for node in ast.walk(function):
                ast.copy_location(node, call)
            made[shown] = function
        call.func.id = shown
        del call.args[1]
    if made:
        after_head = len(_head(tree.body))
        tree.body[after_head:after_head] = made.values()
        forget(tree)


def _properties(statement: ast.stmt) -> list[str]:
    """The name of a property that a statement of a class body makes."""
    if isinstance(statement, ast.FunctionDef):
        written = [ast.unparse(one).rpartition(".")[2] for one in statement.decorator_list]
        return [statement.name] if not _PROPERTIES.isdisjoint(written) else []
    return []


def _head(body: list[ast.stmt]) -> list[ast.stmt]:
    """The docstring and the imports that a module begins with."""
    found = []
    for statement in body:
        is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not is_text and not isinstance(statement, (ast.Import, ast.ImportFrom)):
            break
        found.append(statement)
    return found
