"""Events: ``@on("name")`` is read statically, and makes a function of the module level a handler of the event. What ``emit`` does stands in the library."""

from __future__ import annotations

import ast

from belljar.errors import bell_error
from belljar.lang.syntax import span_of
from belljar.lang.tree import all_of, forget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from belljar.errors import BellError
    from belljar.source import Source

EVENTS: Final = "_events"
"""The module of the library that holds the queue."""
EMIT: Final = "emit"
DECORATOR: Final = "on"
PARAMETERS_MAX: Final = 1


def take_handlers(tree: ast.Module, source: Source, diagnostics: list[BellError]) -> dict[str, tuple[str, ...]]:
    """Take the decorators ``@on(...)`` out of a tree: the functions for each event, in source order. A program that gives the name ``on`` a meaning of its own has none."""
    found: dict[str, tuple[str, ...]] = {}
    functions = [node for node in all_of(tree, ast.FunctionDef) if any(map(_is_on, node.decorator_list))]
    if not functions or _binds_on(tree):
        return found
    forget(tree)
    top = {id(statement) for statement in tree.body}

    def report(node: ast.AST, detail: str, hint: str = "") -> None:
        diagnostics.append(bell_error("E0101", source=source, span=span_of(node, source), detail=detail, hint=hint))

    for function in functions:
        for decorator in filter(_is_on, list(function.decorator_list)):
            function.decorator_list.remove(decorator)
            if not isinstance(decorator, ast.Call) or len(decorator.args) != 1 or decorator.keywords:
                report(decorator, "@on takes the name of one event", 'example: @on("paid")')
                continue
            name = decorator.args[0]
            if not isinstance(name, ast.Constant) or not isinstance(name.value, str) or not name.value:
                report(name, "the name of an event is a literal string: it is known before the program runs", 'example: @on("paid")')
            elif id(function) not in top:
                report(decorator, "handlers of events are functions of the module level")
            elif function.decorator_list:
                report(decorator, "a handler of an event has no other decorators")
            elif not _takes_payload(function.args):
                report(function, f"{function.name}() handles an event: it takes the payload, or nothing")
            else:
                found[name.value] = (*found.get(name.value, ()), function.name)
    return found


def _is_on(node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else node
    return isinstance(called, ast.Name) and called.id == DECORATOR


def _binds_on(tree: ast.Module) -> bool:
    """Whether the program binds the name itself, anywhere."""
    return (
        any(node.id == DECORATOR and not isinstance(node.ctx, ast.Load) for node in all_of(tree, ast.Name))
        or any(node.name == DECORATOR for node in all_of(tree, ast.FunctionDef))
        or any(node.name == DECORATOR for node in all_of(tree, ast.ClassDef))
        or any((alias.asname or alias.name) == DECORATOR for alias in all_of(tree, ast.alias))
        or any(arg.arg == DECORATOR for arg in all_of(tree, ast.arg))
    )


def _takes_payload(args: ast.arguments) -> bool:
    """Whether a function can be called with one argument, or has no parameters."""
    plain = [*args.posonlyargs, *args.args]
    needed = len(plain) - len(args.defaults)
    return (
        needed <= PARAMETERS_MAX and args.vararg is None and args.kwarg is None and all(default is not None for default in args.kw_defaults)
    )
