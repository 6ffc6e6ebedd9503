"""Walking a syntax tree: what :mod:`ast` offers, without looking at operators, contexts and plain values, which takes most of its time.

A node remembers its children from the first time they are asked for, a module all its nodes, also by class. What changes a tree tells it to :func:`forget`.
"""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, TypeVar

    Node = TypeVar("Node", bound=ast.AST)

_LEAVES: Final = (
    frozenset({"ctx", "op", "ops", "id", "attr", "arg", "asname", "module", "level", "kind", "type_comment", "simple", "conversion"})
    | frozenset({"is_async", "rest", "kwd_attrs"})
)  # fmt: skip


class _Fields(dict["type[ast.AST]", "tuple[str, ...]"]):
    """By class of node, the fields in which other nodes can stand."""

    def __missing__(self, cls: type[ast.AST]) -> tuple[str, ...]:
        leaves = _LEAVES | {"value"} if cls is ast.Constant else _LEAVES - {"arg"} if cls is ast.arguments else _LEAVES
        found = self[cls] = tuple(field for field in cls._fields if field not in leaves)
        return found


FIELDS: Final = _Fields()


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below, in the order of the text; no operators and contexts. Not to be changed."""
    try:
        return node.below  # type: ignore[attr-defined, no-any-return]
    except AttributeError:
        node.below = found = _children(node)  # type: ignore[attr-defined]
        return found


def _children(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for field in FIELDS[node.__class__]:
        child = getattr(node, field, None)
        if child.__class__ is list:
            found.extend([item for item in child if isinstance(item, ast.AST)])
        elif isinstance(child, ast.AST):
            found.append(child)
    return found


def walk(node: ast.AST) -> list[ast.AST]:
    """The node and all below it, the nearest first; no operators and contexts. Not to be changed."""
    found: list[ast.AST] | None = getattr(node, "all", None)
    if found is None:
        found = [node]
        for one in found:
            found += children(one)
        if node.__class__ is ast.Module:
            node.all = found  # type: ignore[attr-defined]
    return found


def all_of(tree: ast.Module, cls: type[Node]) -> list[Node]:
    """The nodes of a class in a module, the nearest to its root first. Not to be changed."""
    known: dict[type[ast.AST], list[ast.AST]] | None = getattr(tree, "by_class", None)
    if known is None:
        known = tree.by_class = {}  # type: ignore[attr-defined]
        for node in walk(tree):
            known.setdefault(node.__class__, []).append(node)
    return known.get(cls, [])  # type: ignore[return-value]


def forget(tree: ast.Module) -> None:
    """Let a module that was changed forget its nodes."""
    for node in walk(tree):
        node.__dict__.pop("below", None)
    del tree.all  # type: ignore[attr-defined]
    tree.__dict__.pop("by_class", None)


def walk_changing(node: ast.AST) -> list[ast.AST]:
    """As :func:`walk`, of a tree that is going to be changed."""
    found = [node]
    for one in found:
        found += _children(one)
    return found
