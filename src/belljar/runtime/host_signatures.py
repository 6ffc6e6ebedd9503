"""The signature of a function of the host, from its annotations or from text."""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.lang.annotations import Names, known, read_annotation
from belljar.lang.lattice import resolve
from belljar.safety.host_signature import HostParam
from belljar.types import ANY, STR, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

EXAMPLE = "example: signature='(to: str, body: str = \"\") -> None'"
SECRET = "secret"
TYPE_NAMES = frozenset({"int", "float", "str", "bool", "bytes", "any", "Any", "Decimal", "list", "dict", "set", "tuple", SECRET})
"""What a parameter of a signature is not called: a name alone is a type."""
CO_VARARGS = 4 | 8
CO_COROUTINE = 128


def is_async(fn: object) -> bool:
    """Whether calling it gives what is awaited."""
    inner = getattr(fn, "__func__", fn)
    code = getattr(inner, "__code__", None)
    if code is None:  # an object with a method __call__
        code = getattr(vars(type(fn)).get("__call__"), "__code__", None)
    return bool(getattr(code, "co_flags", 0) & CO_COROUTINE)


def read_signature(name: str, text: str, fn: Callable[..., Any] | None = None) -> tuple[tuple[HostParam, ...], Type]:
    """Parameters and result of a text such as ``(to: str, body: str = "") -> None``, or of types alone, ``(str, list[int]) -> None``, whose parameters are called as those of ``fn``. What has no annotation is ``any``.
    Raises E0003."""
    import ast

    body = text.strip()
    types = _types_alone(name, body)
    if types is not None:
        given, result = types
        own = getattr(getattr(fn, "__func__", fn), "__code__", None)
        names: Sequence[str] = () if own is None else own.co_varnames[1 if getattr(fn, "__func__", fn) is not fn else 0 : own.co_argcount]
        if len(names) != len(given):
            names = [f"argument{place}" for place in range(1, len(given) + 1)]
        return tuple([_param(name, one, type, None, False) for one, type in zip(names, given, strict=True)]), result
    try:
        node = ast.parse(f"def f{body}: ...").body[0]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _wrong(name, f"the signature {text!r} is none") from None
    if not isinstance(node, ast.FunctionDef) or len(body) > 10_000:
        raise _wrong(name, f"the signature {text!r} is none")
    args = node.args
    if args.vararg or args.kwarg:
        raise _wrong(name, "its parameters are not of a fixed number")
    plain = [*args.posonlyargs, *args.args]
    if len({arg.arg for arg in (*plain, *args.kwonlyargs)}) < len(plain) + len(args.kwonlyargs):
        raise _wrong(name, f"two parameters of the signature {text!r} have one name")
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
    params = []
    for arg, default in [*zip(plain, defaults, strict=True), *zip(args.kwonlyargs, args.kw_defaults, strict=True)]:
        annotation = None if arg.annotation is None else ast.unparse(arg.annotation)
        value: Any = None
        if default is not None:
            try:
                value = ast.literal_eval(default)
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                raise _wrong(name, f"the default of '{arg.arg}' is no constant") from None
        params.append(_param(name, arg.arg, annotation, value, default is not None))
    return tuple(params), ANY if node.returns is None else read_type(name, "its result", ast.unparse(node.returns))


def _types_alone(name: str, body: str) -> tuple[list[str], Type] | None:
    """The types of the parameters and of the result of a signature that names no parameter; None of others, and of one without parameters."""
    import ast

    left, arrow, right = body.rpartition("->")
    try:
        node = ast.parse(left.strip() if arrow else body, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    texts = [ast.unparse(part) for part in parts]
    if not parts or not all(_is_type(part) for part in parts):
        return None
    return texts, read_type(name, "its result", right.strip()) if arrow else ANY


def _is_type(node: ast.expr) -> bool:
    """Whether an expression of a signature can only mean a type."""
    import ast

    if isinstance(node, ast.Name):
        return node.id in TYPE_NAMES
    return isinstance(node, (ast.Subscript, ast.BinOp)) or (isinstance(node, ast.Constant) and node.value is None)


def signature_of(name: str, fn: Callable[..., Any]) -> tuple[tuple[HostParam, ...], Type]:
    """Parameters and result as a function's annotations say. Raises E0003 for one that takes any number of arguments, or says nothing of itself."""
    inner: Any = getattr(fn, "__func__", fn)
    code = getattr(inner, "__code__", None)
    if code is None or hasattr(inner, "__wrapped__"):
        return _inspected(name, fn)
    if code.co_flags & CO_VARARGS:
        raise _wrong(name, "it takes any number of arguments")
    if code.co_kwonlyargcount:
        raise _wrong(name, "it has parameters that are given by name alone")
    names = code.co_varnames[: code.co_argcount][1 if inner is not fn else 0 :]
    defaults = (inner.__defaults__ or ())[-len(names) :] if names else ()
    first = len(names) - len(defaults)
    annotations: Mapping[str, Any] = inner.__annotations__
    params = [
        _param(name, one, annotations.get(one), defaults[place - first] if place >= first else None, place >= first)
        for place, one in enumerate(names)
    ]
    result = annotations.get("return", ANY)
    return tuple(params), ANY if "return" not in annotations else read_type(name, "its result", result)


def _inspected(name: str, fn: Callable[..., Any]) -> tuple[tuple[HostParam, ...], Type]:
    import inspect

    try:
        signature = inspect.signature(fn)
    except (TypeError, ValueError):
        raise _wrong(name, "it says nothing of its parameters") from None
    params = []
    for param in signature.parameters.values():
        if param.kind in (param.VAR_POSITIONAL, param.VAR_KEYWORD):
            raise _wrong(name, "it takes any number of arguments")
        if param.kind == param.KEYWORD_ONLY:
            raise _wrong(name, "it has parameters that are given by name alone")
        has_default = param.default is not param.empty
        annotation = None if param.annotation is param.empty else param.annotation
        params.append(_param(name, param.name, annotation, param.default if has_default else None, has_default))
    returns = signature.return_annotation
    return tuple(params), ANY if returns is signature.empty else read_type(name, "its result", returns)


def _param(name: str, param: str, annotation: object, default: Any, has_default: bool) -> HostParam:
    if has_default and not isinstance(default, (int, float, str, type(None))):
        raise _wrong(name, f"the default of '{param}' is no constant: a number, a text, a bool or None")
    if annotation == SECRET:
        return HostParam(param, STR, default, has_default, is_secret=True)
    return HostParam(param, ANY if annotation is None else read_type(name, f"parameter '{param}'", annotation), default, has_default)


def read_type(name: str, what: str, annotation: object) -> Type:
    """The type that an annotation names: text, a class, or a type form such as ``list[int]``. Raises E0003."""
    import ast

    if isinstance(annotation, Type):
        return annotation
    text = annotation if isinstance(annotation, str) else annotation.__name__ if annotation.__class__ is type else str(annotation)
    text = "None" if annotation is type(None) else text
    if text == str(ANY):  # as signatures say it themselves
        return ANY
    problems: list[str] = []
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _wrong(name, f"{what} has the type {text!r}, which is none") from None
    found = read_annotation(node, Names({}, {}, {}), lambda _, detail: problems.append(detail))
    if problems or not known(found):
        detail = problems[0] if problems else "it is none whose values are checked"
        advice = "" if problems else "leave it out, or write object: then it may be any value"
        raise _wrong(name, f"{what} has the type {text!r}: {detail}", advice or EXAMPLE)
    return resolve(found)


def _wrong(name: str, detail: str, hint: str = EXAMPLE) -> Exception:
    return bell_error("E0003", detail=f"the host function '{name}': {detail}", hint=hint)
