"""Classes derived from those of ``datetime``: what they make of themselves (``day + timedelta(1)``) is of their own class, and they are shown by their own name."""

from __future__ import annotations

import ast

from belljar.lang.tree import all_of, forget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

MADE_ALIKE: Final = {
    "date": ("_date_alike", "year, month, day"),
    "datetime": ("_moment_alike", "year, month, day, hour, minute, second, microsecond, tzinfo"),
    "time": ("_time_alike", "hour, minute, second, microsecond, tzinfo"),
    "timedelta": ("", ""),
}
"""By class of the library, the method by which its other methods make objects of the class of theirs, and what it takes."""


def expand_moment_forms(tree: ast.Module) -> None:
    """Give each such class of a module the method and the name it is shown by."""
    known = _names(tree)
    if not known:
        return
    outermost = {id(statement) for statement in tree.body}
    for cls in all_of(tree, ast.ClassDef):
        base = next((known[one] for one in map(ast.unparse, cls.bases) if one in known), None)
        if base is None:
            continue
        known[cls.name] = base
        method, params = MADE_ALIKE[base]
        lines = [f"_shown_as = {cls.name!r}"]
        if method:
            maker = cls.name if id(cls) in outermost else "type(self)"  # a name of a function would be captured
            lines += [f"def {method}(self, {params}):", f"    return {maker}({params})"]
        cls.body = [_initialising(one) or one for one in cls.body]
        for made in ast.parse("\n".join(lines)).body:
            for node in ast.walk(made):
                if hasattr(node, "lineno") or isinstance(node, (ast.expr, ast.stmt, ast.arg)):
                    ast.copy_location(node, cls)
            cls.body.append(made)
        forget(tree)


def _names(tree: ast.Module) -> dict[str, str]:
    """How the module writes those classes."""
    found: dict[str, str] = {}
    for one in all_of(tree, ast.ImportFrom):
        if one.module == "datetime":
            found.update((alias.asname or alias.name, alias.name) for alias in one.names if alias.name in MADE_ALIKE)
    for other in all_of(tree, ast.Import):
        for alias in other.names:
            if alias.name == "datetime":
                found.update((f"{alias.asname or alias.name}.{name}", name) for name in MADE_ALIKE)
    return found


def _initialising(statement: ast.stmt) -> ast.stmt | None:
    """``made = super().__new__(cls, ...)``, attributes given to it, ``return made``: the ``__init__`` that says the same, as objects here are made before they are given what they hold."""
    if not isinstance(statement, ast.FunctionDef) or statement.name != "__new__" or len(statement.body) < 2 or not statement.args.args:
        return None
    first, last = statement.body[0], statement.body[-1]
    if not isinstance(first, ast.Assign) or not isinstance(first.targets[0], ast.Name) or not isinstance(first.value, ast.Call):
        return None
    cls, made, call = statement.args.args[0].arg, first.targets[0].id, first.value
    if ast.unparse(call.func) != "super().__new__" or not call.args or ast.unparse(call.args[0]) != cls:
        return None
    others = [node for one in statement.body[1:-1] for node in ast.walk(one)]
    uses_class = [node for node in others if isinstance(node, ast.Return) or (isinstance(node, ast.Name) and node.id == cls)]
    if not isinstance(last, ast.Return) or last.value is None or ast.unparse(last.value) != made or uses_class:
        return None
    statement.name, statement.args.args[0].arg, statement.returns = "__init__", made, None
    assert isinstance(call.func, ast.Attribute)
    call.func.attr = "__init__"
    call.args.pop(0)
    statement.body[:] = [ast.copy_location(ast.Expr(call), first), *statement.body[1:-1]]
    return statement
