"""Expressions that make types: what annotations say, where a program gives it a name or calls it."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from belljar.lang.flow import ModuleBuilder

GENERIC: Final = frozenset({"dict", "frozenset", "list", "set", "tuple", "type"})
MODULES: Final = ("typing.", "collections.abc.")
COLLECTIONS: Final = frozenset(
    {"collections.ChainMap", "collections.Counter", "collections.OrderedDict", "collections.defaultdict", "collections.deque"}
)


def is_type_form(m: ModuleBuilder, node: ast.expr) -> bool:
    """Whether an expression is ``list[int]``, ``Optional[A]``, ``A | list[int]`` or ``typing.Any``: an object that only annotations have a use for. Classes, and unions of classes, are values like any other."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.BitOr):
            waiting += (one.left, one.right)
        elif isinstance(one, ast.Subscript):
            full = m.static_name(one.value)
            if full in GENERIC or full.startswith(MODULES):
                return True
        elif m.static_name(one).startswith(MODULES):
            return True
    return False


def generic_class(m: ModuleBuilder, node: ast.Subscript) -> ast.expr | None:
    """The class that ``Stack[int]`` names, called as ``Stack`` is; None where the subscript is one of a value."""
    if m.static_name(node.value) in COLLECTIONS:
        return node.value
    decl = m.class_named(node.value) if isinstance(node.value, (ast.Name, ast.Attribute)) else None
    while decl is not None:
        if decl.is_generic:
            return node.value
        decl = m.find_class(decl.base) if decl.base else None
    return None
