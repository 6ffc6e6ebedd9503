"""Functions that make classes, called at several places: each place calls a function of its own, so that each makes a class of its own, as in Python.

A class statement is one class to the compiler. ``a = make(1); b = make(2)`` are two classes where methods use what ``make`` was given, so the second call is of a copy of
``make`` with a copy of the class. A place that is reached twice is found while running, by :meth:`~belljar.lang.statements.Statements.once`.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter

from belljar.lang.scope import computed_defaults, constant
from belljar.lang.symbols import all_params, bound_names
from belljar.lang.tree import all_of, forget, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

MOST_COPIES: Final = 64
"""Copies that a module may have. What is called at more places is one function for the others."""


def copy_class_makers(tree: ast.Module) -> None:
    """Give the calls of functions that make classes with state functions of their own, all over a module."""
    makers = {
        statement.name: statement
        for statement in tree.body
        if isinstance(statement, ast.FunctionDef) and not statement.decorator_list and _makes_state(statement)
    }
    if not makers:
        return
    nodes = walk(tree)
    counts = Counter(name for name, _ in bound_names(tree.body))
    counts.update(name for node in all_of(tree, ast.FunctionDef) for name in [arg.arg for arg in all_params(node.args)])
    counts.update(name for node in all_of(tree, ast.FunctionDef) for name, _ in bound_names(node.body))
    counts.update(arg.arg for node in all_of(tree, ast.Lambda) for arg in all_params(node.args))
    called: dict[str, list[ast.Name]] = {name: [] for name in makers if counts[name] == 1}
    others: dict[str, list[ast.Name]] = {name: [] for name in called}
    functions = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    functions |= {id(decorator) for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef)) for decorator in node.decorator_list}
    inside = {name: {id(node) for node in walk(makers[name])} for name in called}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in called and id(node) not in inside[node.id]:
            (called if id(node) in functions else others)[node.id].append(node)
    left = MOST_COPIES
    for name, places in called.items():
        places = places if others[name] else places[1:]
        for number, place in enumerate(places[:left], start=2):
            place.id = f"{name}#{number}"
            tree.body.insert(tree.body.index(makers[name]) + 1, _copied(makers[name], place.id))
        left -= len(places[:left])
        if places:
            forget(tree)


def _makes_state(function: ast.FunctionDef) -> bool:
    """Whether a function may make a class whose methods use its variables, or that has variables of its own. One that it may not matters little."""
    classes = [node for node in walk(function) if isinstance(node, ast.ClassDef)]
    if not classes or computed_defaults(function.args):
        return False
    scopes = [function, *(node for node in walk(function) if isinstance(node, ast.FunctionDef) and node is not function)]
    bound = {arg.arg for scope in scopes for arg in all_params(scope.args)} | {
        name for scope in scopes for name, _ in bound_names(scope.body)
    }
    for made in classes:
        for statement in made.body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None and not constant(statement.value)[0]:
                return True
            if isinstance(statement, ast.FunctionDef):
                own = {arg.arg for arg in all_params(statement.args)} | {name for name, _ in bound_names(statement.body)}
                names = {node.id for node in walk(statement) if isinstance(node, ast.Name)}
                if not (names & bound) <= own | {made.name}:
                    return True
    return False


def _copied(function: ast.FunctionDef, name: str) -> ast.FunctionDef:
    """A copy under another name, and so are its classes. People see the names of the text."""
    made = copy.deepcopy(function)
    names = {
        node.name
        for node in ast.walk(made)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and (node is made or isinstance(node, ast.ClassDef))
    }
    suffix = name.removeprefix(function.name)
    for node in ast.walk(made):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name in names and (node is made or isinstance(node, ast.ClassDef)):
            node.shown = getattr(node, "shown", node.name)  # type: ignore[union-attr]
            node.name += suffix
        elif isinstance(node, ast.Name) and node.id in names:
            node.id += suffix
        elif isinstance(node, (ast.Nonlocal, ast.Global)):
            node.names = [one + suffix if one in names else one for one in node.names]
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            for part in ast.walk(annotation) if isinstance(annotation, ast.AST) else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value in names:
                    part.value += suffix
    return made
