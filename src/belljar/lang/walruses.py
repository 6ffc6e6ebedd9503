"""Where ``:=`` may not stand although the grammar lets it: what CPython's compiler, and not its parser, refuses about comprehensions."""

from __future__ import annotations

import ast

from belljar.lang.tree import children, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from belljar.lang.symbols import Comprehension


def misplaced(comprehension: Comprehension, variables: set[str], in_class: bool) -> Iterator[tuple[ast.AST, str]]:
    """The assignment expressions of a comprehension that CPython refuses, each with its text. ``variables`` are those of it and of the comprehensions it is in."""
    iterables = [clause.iter for clause in comprehension.generators]
    for iterable in iterables:
        for node in walk(iterable):
            if isinstance(node, ast.NamedExpr):
                yield node, "assignment expression cannot be used in a comprehension iterable expression"
    stack: list[ast.AST] = [part for part in children(comprehension) if not isinstance(part, ast.comprehension)]
    stack += [test for clause in comprehension.generators for test in clause.ifs]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            continue  # a scope of its own, or looked at by itself
        if isinstance(node, ast.NamedExpr):
            if in_class:
                yield node, "assignment expression within a comprehension cannot be used in a class body"
            elif node.target.id in variables:
                yield node, f"assignment expression cannot rebind comprehension iteration variable '{node.target.id}'"
        stack.extend(children(node))
