"""Calls of ``id`` whose number would be seen: printed, made text or computed with. Identities are compared and kept; they have no number."""

from __future__ import annotations

import ast

from belljar.lang.tree import all_of

SHOWING = frozenset({"ascii", "bin", "bool", "chr", "divmod", "float", "format", "hex", "int", "oct", "print", "repr", "round", "str"})
"""Built-in functions that show what they are given."""
ORDERING = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def shown_identities(tree: ast.Module) -> frozenset[int]:
    """The ``id()`` of the name nodes of such calls."""
    seen: list[ast.expr] = []
    for call in all_of(tree, ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id in SHOWING:
            seen += call.args
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "format":
            seen += [*call.args, *(keyword.value for keyword in call.keywords)]
    seen += [node.value for node in all_of(tree, ast.FormattedValue)]
    for operation in all_of(tree, ast.BinOp):
        seen += [operation.left, operation.right]
        if isinstance(operation.op, ast.Mod) and isinstance(operation.right, ast.Tuple):
            seen += operation.right.elts
    for comparison in all_of(tree, ast.Compare):
        if any(isinstance(one, ORDERING) for one in comparison.ops):
            seen += [comparison.left, *comparison.comparators]
    return frozenset(
        id(node.func) for node in seen if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "id"
    )
