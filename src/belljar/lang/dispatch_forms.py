"""``functools.singledispatchmethod``: a method that calls one of several by the class of its argument, as the tests it stands for."""

from __future__ import annotations

import ast
import copy

from belljar.lang.class_forms import names_of
from belljar.lang.tree import all_of, forget, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard


def expand_dispatch_forms(tree: ast.Module) -> None:
    """Replace such methods all over a module."""
    markers = names_of(walk(tree), "singledispatchmethod") if all_of(tree, ast.ClassDef) else set()
    classes = all_of(tree, ast.ClassDef) if markers else []
    if classes:
        forget(tree)
    for node in classes:
        for statement in list(node.body):
            if isinstance(statement, ast.FunctionDef) and _marked(statement, markers) and len(_plain(statement)) > 1:
                _expand(node, statement, markers)


def _marked(function: ast.FunctionDef, markers: set[str]) -> bool:
    return any(ast.unparse(one) in markers for one in function.decorator_list)


def _plain(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args]


def _registers(decorator: ast.expr, name: str) -> TypeGuard[ast.Attribute | ast.Call]:
    """Whether it is ``@name.register`` or ``@name.register(cls)``."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (
        isinstance(called, ast.Attribute) and called.attr == "register" and isinstance(called.value, ast.Name) and called.value.id == name
    )


def _expand(cls: ast.ClassDef, default: ast.FunctionDef, markers: set[str]) -> None:
    name, others = default.name, [one for one in default.decorator_list if ast.unparse(one) not in markers]
    cases: dict[str, tuple[ast.expr, str]] = {}
    for statement in cls.body:
        if not isinstance(statement, ast.FunctionDef):
            continue
        registering = [one for one in statement.decorator_list if _registers(one, name)]
        if not registering:
            continue
        statement.decorator_list = [one for one in statement.decorator_list if one not in registering]
        if statement.name == "_":
            statement.name, statement.shown = f"_{name}_{len(cases)}", "_"  # type: ignore[attr-defined]
        for one in registering:
            annotation = _plain(statement)[1].annotation if len(_plain(statement)) > 1 else None
            kind = one.args[0] if isinstance(one, ast.Call) and one.args else annotation
            for part in [] if kind is None else _parts(kind):
                cases.pop(ast.unparse(part), None)  # what is registered later takes its place
                cases[ast.unparse(part)] = part, statement.name
    dispatcher = ast.FunctionDef(name, copy.deepcopy(default.args), [], others, default.returns, None)
    dispatcher.body = [ast.Expr(copy.deepcopy(one.value)) for one in default.body[:1] if isinstance(one, ast.Expr) and _is_text(one.value)]
    for arg in (*_plain(dispatcher), *dispatcher.args.kwonlyargs):
        arg.annotation = None
    for kind, method in cases.values():
        rivals = [other for other, _ in cases.values() if other is not kind]
        dispatcher.body.append(ast.If(_test(dispatcher, kind, rivals), [ast.Return(_call(dispatcher, method))], []))
    default.name, default.decorator_list = f"_{name}_default", copy.deepcopy(others)
    default.shown, dispatcher.shown = name, f"{name} (dispatch)"  # type: ignore[attr-defined]
    dispatcher.body.append(ast.Return(_call(dispatcher, default.name)))
    for node in ast.walk(dispatcher):
        if not hasattr(node, "lineno"):
            ast.copy_location(node, default)
    cls.body.insert(cls.body.index(default) + 1, ast.fix_missing_locations(dispatcher))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _parts(kind: ast.expr) -> list[ast.expr]:
    """The classes of a union."""
    if isinstance(kind, ast.BinOp) and isinstance(kind.op, ast.BitOr):
        return [*_parts(kind.left), *_parts(kind.right)]
    return [kind]


def _asked(function: str, *args: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(function, ast.Load()), [copy.deepcopy(arg) for arg in args], [])


def _test(function: ast.FunctionDef, kind: ast.expr, rivals: list[ast.expr]) -> ast.expr:
    """Whether the argument is of the class, and of none derived from it that has a method of its own."""
    value = ast.Name(_plain(function)[1].arg, ast.Load())
    nearer = [ast.BoolOp(ast.And(), [_asked("issubclass", rival, kind), _asked("isinstance", value, rival)]) for rival in rivals]
    return ast.BoolOp(ast.And(), [_asked("isinstance", value, kind), *(ast.UnaryOp(ast.Not(), one) for one in nearer)])


def _call(function: ast.FunctionDef, method: str) -> ast.expr:
    """The call of another method with the arguments of this one."""
    me, *params = _plain(function)
    args: list[ast.expr] = [ast.Name(param.arg, ast.Load()) for param in params]
    if function.args.vararg is not None:
        args.append(ast.Starred(ast.Name(function.args.vararg.arg, ast.Load()), ast.Load()))
    keywords = [ast.keyword(param.arg, ast.Name(param.arg, ast.Load())) for param in function.args.kwonlyargs]
    if function.args.kwarg is not None:
        keywords.append(ast.keyword(None, ast.Name(function.args.kwarg.arg, ast.Load())))
    return ast.Call(ast.Attribute(ast.Name(me.arg, ast.Load()), method, ast.Load()), args, keywords)
