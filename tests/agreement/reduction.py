"""Makes a program smaller that goes wrong, for as long as it goes wrong in the same way: statements go, blocks take the place of what holds them, parts of expressions that of the whole."""

from __future__ import annotations

import ast
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 240.0
"""Longest that one reduction takes."""
PLAIN = ("0", "None", '"a"', "[]")
"""What may stand for an expression."""


def reduced(text: str, is_wrong: Callable[[str], bool], seconds: float = SECONDS) -> str:
    """The smallest program found that is still wrong, in the form in which syntax trees are written."""
    deadline = time.monotonic() + seconds
    best = ast.unparse(ast.parse(text)) + "\n"
    if not is_wrong(best):
        return text
    changed = True
    while changed and time.monotonic() < deadline:
        changed = False
        for pass_ in (_without_statements, _blocks_alone, _plainer_expressions):
            at = 0
            while time.monotonic() < deadline:
                smaller = next(_from(pass_(ast.parse(best)), at), None)
                if smaller is None:
                    break
                if len(smaller) < len(best) and is_wrong(smaller):
                    best, changed = smaller, True
                else:
                    at += 1
    return best


def _from(found: Iterator[str], start: int) -> Iterator[str]:
    for place, text in enumerate(found):
        if place >= start:
            yield text


def _text(tree: ast.AST) -> str:
    try:
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    except (ValueError, RecursionError):
        return ""


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            found = getattr(node, name, None)
            if isinstance(found, list) and found:
                yield found
        if isinstance(node, ast.Try) and len(node.handlers) > 1:
            yield node.handlers  # type: ignore[misc]
        if isinstance(node, ast.Match) and len(node.cases) > 1:
            yield node.cases  # type: ignore[misc]


def _without_statements(tree: ast.Module) -> Iterator[str]:
    """The program without some statements that follow one another: many first, then fewer."""
    for body in list(_bodies(tree)):
        size = len(body)
        while size >= 1:
            for start in range(0, len(body), size):
                kept = list(body)
                gone = body[start : start + size]
                if len(gone) == 1 and isinstance(gone[0], ast.Pass):
                    continue
                body[start : start + size] = [] if len(gone) < len(kept) or body is tree.body else [ast.Pass()]
                yield _text(tree)
                body[:] = kept
            size //= 2


def _blocks_alone(tree: ast.Module) -> Iterator[str]:
    """The program with the statements of one block where the statement was that held it."""
    for body in list(_bodies(tree)):
        for place, statement in enumerate(list(body)):
            for name in ("body", "orelse", "finalbody"):
                inner = getattr(statement, name, None)
                if isinstance(inner, list) and inner and isinstance(inner[0], ast.stmt) and not isinstance(statement, ast.ClassDef):
                    kept = list(body)
                    body[place : place + 1] = inner
                    yield _text(tree)
                    body[:] = kept
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.decorator_list:
            kept_decorators, node.decorator_list = node.decorator_list, []
            yield _text(tree)
            node.decorator_list = kept_decorators


def _plainer_expressions(tree: ast.Module) -> Iterator[str]:
    """The program with one expression replaced by a part of it, or by a constant; with one element, argument or parameter less."""
    for node in list(ast.walk(tree)):
        for name, value in list(ast.iter_fields(node)):
            if isinstance(value, ast.expr) and not isinstance(value, (ast.Constant, ast.Name)):
                for part in [child for child in ast.walk(value) if child is not value and isinstance(child, ast.expr)][:12]:
                    setattr(node, name, part)
                    yield _text(tree)
                for plain in PLAIN:
                    setattr(node, name, ast.parse(plain, mode="eval").body)
                    yield _text(tree)
                setattr(node, name, value)
            elif isinstance(value, list) and value and isinstance(value[0], (ast.expr, ast.keyword, ast.arg, ast.comprehension)):
                for place, part in enumerate(list(value)):
                    kept = list(value)
                    del value[place]
                    yield _text(tree)
                    value[:] = kept
                    if isinstance(part, ast.expr) and not isinstance(part, (ast.Constant, ast.Name)):
                        for plain in (
                            *(child for child in ast.iter_child_nodes(part) if isinstance(child, ast.expr)),
                            *map(_constant, PLAIN),
                        ):
                            value[place] = plain
                            yield _text(tree)
                        value[:] = kept


def _constant(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
