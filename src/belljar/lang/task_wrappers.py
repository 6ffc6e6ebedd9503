"""Tasks whose defaults are computed: what the host calls is a function beside them that gives on what it was given.

The default of ``def price(n, rates=[1, 2])`` is made when the module level runs, and a call from outside cannot bring it. So ``price#task(n, rates=None)`` stands behind ``price`` and calls it without ``rates`` where it got
None. That ``None`` is not a value of the parameter is checked by who binds the arguments (:meth:`belljar.runtime.program.Program.bind`).
"""

from __future__ import annotations

import ast

from belljar.lang.scope import constant
from belljar.lang.tree import forget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SUFFIX: Final = "#task"
"""What the name of a wrapper has behind that of its function."""
COMPUTED_MAX: Final = 6
"""Computed defaults that a task can have: the wrapper has a call for each way to leave some of them out."""


def add_task_wrappers(tree: ast.Module) -> dict[str, frozenset[str]]:
    """Put the wrappers behind the functions of the module level that need one; gives their parameters with computed defaults by the name of the function."""
    found = [
        statement
        for statement in tree.body
        if isinstance(statement, ast.FunctionDef)
        and not statement.decorator_list
        and not hasattr(statement, "shown")
        and statement.args.vararg is None
        and statement.args.kwarg is None
        and 0 < len(_computed(statement.args)) <= COMPUTED_MAX
    ]
    for function in found:
        tree.body.insert(tree.body.index(function) + 1, _wrapper(function))
    if found:
        forget(tree)
    return {function.name: frozenset(_computed(function.args)) for function in found}


def wrapped_name(name: str) -> str:
    """The task that a function of the module level is called for from outside."""
    return name.removesuffix(SUFFIX)


def _computed(args: ast.arguments) -> set[str]:
    """The parameters whose defaults are computed."""
    positional = [*args.posonlyargs, *args.args]
    pairs = [
        *zip(positional[len(positional) - len(args.defaults) :], args.defaults, strict=True),
        *zip(args.kwonlyargs, args.kw_defaults, strict=True),
    ]
    return {arg.arg for arg, default in pairs if default is not None and not constant(default)[0]}


def _wrapper(function: ast.FunctionDef) -> ast.FunctionDef:
    args, computed = function.args, _computed(function.args)

    def param(arg: ast.arg) -> ast.arg:
        annotation = arg.annotation
        if annotation is not None and arg.arg in computed:
            annotation = ast.BinOp(annotation, ast.BitOr(), ast.Constant(None))
        return ast.arg(arg.arg, annotation)

    def default(value: ast.expr | None) -> ast.expr | None:
        return value if value is None or constant(value)[0] else ast.Constant(None)

    params = ast.arguments(
        posonlyargs=[param(arg) for arg in args.posonlyargs],
        args=[param(arg) for arg in args.args],
        kwonlyargs=[param(arg) for arg in args.kwonlyargs],
        defaults=[default(value) or ast.Constant(None) for value in args.defaults],
        kw_defaults=[default(value) for value in args.kw_defaults],
    )
    names = [arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs) if arg.arg in computed]
    body = [_choice(function, names, frozenset())]
    made = ast.FunctionDef(function.name + SUFFIX, params, body, [], function.returns)
    made.shown = function.name  # type: ignore[attr-defined]
    return ast.fix_missing_locations(ast.copy_location(made, function))


def _choice(function: ast.FunctionDef, names: list[str], left_out: frozenset[str]) -> ast.stmt:
    """The call without what is left out, which the parameters ``names`` may be."""
    if not names:
        return ast.Return(_call(function, left_out))
    test = ast.Compare(ast.Name(names[0], ast.Load()), [ast.Is()], [ast.Constant(None)])
    without, given = _choice(function, names[1:], left_out | {names[0]}), _choice(function, names[1:], left_out)
    return ast.If(test, [without], [given])


def _call(function: ast.FunctionDef, left_out: frozenset[str]) -> ast.Call:
    """The call of the function with its parameters as they are, but for those left out; by name behind the first of them."""
    args = function.args
    positional: list[ast.expr] = []
    keywords: list[ast.keyword] = []
    for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs):
        if arg.arg in left_out:
            continue
        value = ast.Name(arg.arg, ast.Load())
        by_name = arg in args.kwonlyargs or (arg not in args.posonlyargs and bool(left_out))
        if by_name:
            keywords.append(ast.keyword(arg.arg, value))
        else:
            positional.append(value)
    return ast.Call(ast.Name(function.name, ast.Load()), positional, keywords)
