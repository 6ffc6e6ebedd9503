"""Enumerations whose methods set what their members are: ``_value_`` as ``value``, and a ``__new__`` that makes a member and gives it attributes as the ``__init__`` it stands for."""

from __future__ import annotations

import ast

from belljar.lang.tree import all_of, forget, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

BASES: Final = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"})
PLAIN_NAMES: Final = {"_value_": "value", "_name_": "name"}
MAKERS: Final = frozenset({"object", "int", "str"})


def expand_enum_forms(tree: ast.Module) -> None:
    """Replace them all over a module."""
    known = set(BASES)
    for cls in all_of(tree, ast.ClassDef):
        if any(_last(base) in known for base in cls.bases):
            known.add(cls.name)
            _expand(tree, cls)


def _last(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _expand(tree: ast.Module, cls: ast.ClassDef) -> None:
    methods = [one for one in cls.body if isinstance(one, ast.FunctionDef)]
    made = next((one for one in methods if one.name == "__new__"), None)
    makes = made is not None and all(one.name != "__init__" for one in methods) and _as_init(made)
    if makes:
        forget(tree)
    for method in methods:
        for node in walk(method):
            named = isinstance(node, ast.Attribute) and node.attr in PLAIN_NAMES and isinstance(node.value, ast.Name)
            if named and (isinstance(node.ctx, ast.Load) or (makes and method is made)):  # type: ignore[attr-defined]
                node.attr = PLAIN_NAMES[node.attr]  # type: ignore[attr-defined]


def _as_init(method: ast.FunctionDef) -> bool:
    """Make it an ``__init__``. Whether that is what it does: it makes one object, of the class it is given, and gives that back."""
    if not method.args.args or not method.body:
        return False
    cls = method.args.args[0].arg
    at, start = next(((at, one) for at, one in enumerate(method.body) if _maker(one, cls) is not None), (0, None))
    end = method.body[-1]
    if not isinstance(start, ast.Assign) or not isinstance(start.targets[0], ast.Name):
        return False
    call = _maker(start, cls)
    assert call is not None
    name = start.targets[0].id
    if not isinstance(end, ast.Return) or not isinstance(end.value, ast.Name) or end.value.id != name:
        return False
    rest = [*method.body[:at], *method.body[at + 1 : -1]]
    if any((isinstance(node, ast.Name) and node.id == cls) or isinstance(node, ast.Return) for one in rest for node in ast.walk(one)):
        return False
    given = {
        ast.unparse(one.value)
        for one in rest
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Attribute) and one.targets[0].attr == "_value_"
    }
    made_of = {ast.unparse(one) for one in call.args[1:]}
    if len(made_of) > 1 or (given and made_of and given != made_of):
        return False  # what it is, and what its value says, are two things
    if made_of and not given:
        value = ast.Assign([ast.Attribute(ast.Name(name, ast.Load()), "_value_", ast.Store())], call.args[1])
        rest.insert(at, ast.fix_missing_locations(ast.copy_location(value, start)))
    method.name = "__init__"
    method.args.args[0].arg = name
    method.body = rest or [ast.copy_location(ast.Pass(), start)]
    return True


def _maker(node: ast.stmt, cls: str) -> ast.Call | None:
    """``object.__new__(cls)`` or ``int.__new__(cls, value)``, where that is what the statement assigns."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.value, ast.Call) or node.value.keywords:
        return None
    call = node.value
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "__new__" or _last(call.func.value) not in MAKERS:
        return None
    return call if call.args and isinstance(call.args[0], ast.Name) and call.args[0].id == cls else None
