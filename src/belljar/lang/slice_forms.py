"""Slices of several dimensions: ``m[:, 1]`` as ``m[slice(None, None, None), 1]``."""

from __future__ import annotations

import ast

from belljar.lang.tree import all_of, forget


def expand_slice_forms(tree: ast.Module) -> None:
    """Write their slices as calls all over a module."""
    found = [node.slice for node in all_of(tree, ast.Subscript) if isinstance(node.slice, ast.Tuple)]
    several = [node for node in found if any(isinstance(part, ast.Slice) for part in node.elts)]
    if not several:
        return
    forget(tree)
    for node in several:
        node.elts = [_call(part) if isinstance(part, ast.Slice) else part for part in node.elts]


def _call(node: ast.Slice) -> ast.expr:
    bounds = [bound or ast.Constant(None) for bound in (node.lower, node.upper, node.step)]
    made = ast.copy_location(ast.Call(ast.Name("slice", ast.Load()), bounds, []), node)
    return ast.fix_missing_locations(made)
