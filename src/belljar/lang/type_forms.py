"""Expressions that make types: what annotations say, where a program gives it a name or calls it."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from belljar.lang.flow import ModuleBuilder

GENERIC: Final = frozenset({"dict", "frozenset", "list", "set", "tuple", "type"})
MODULES: Final = ("typing.", "collections.abc.")


def is_type_form(m: ModuleBuilder, node: ast.expr) -> bool:
    """Whether an expression is ``list[int]``, ``Optional[A]``, ``A | list[int]`` or ``typing.Any``: an object that only annotations have a use for. Classes, and unions of classes, are values like any other."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.BitOr):
            waiting += (one.left, one.right)
        elif isinstance(one, ast.Subscript):
            full = m.static_name(one.value)
            classes = union_classes(m, one)
            if classes is not None:
                waiting += classes
            elif full in GENERIC or full.startswith(MODULES):
                return True
        elif m.static_name(one).startswith(MODULES):
            return True
    return False


def union_classes(m: ModuleBuilder, node: ast.Subscript) -> list[ast.expr] | None:
    """What ``Union[A, B]`` and ``Optional[A]`` are unions of, for ``isinstance`` may be asked about them."""
    full = m.static_name(node.value)
    items = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    if full == "typing.Union":
        return items
    return [*items, ast.copy_location(ast.Constant(None), node)] if full == "typing.Optional" else None
