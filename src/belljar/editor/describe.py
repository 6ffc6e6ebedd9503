"""Names in words: signatures, types and documentation, for hovers, signature help and completion."""

from __future__ import annotations

import ast
import builtins
import inspect
import math

from belljar.editor.analysis import Analysis
from belljar.lang.lattice import BoundOf, BuiltInOf, ClassOf, ClosureOf, MaybeType, ModuleOf, resolve
from belljar.lang.library import internal_names, library_names, read_library
from belljar.lang.names import BUILTINS, EXCEPTIONS, MODULES
from belljar.lang.syntax import span_of
from belljar.source import Span
from belljar.structs import Struct
from belljar.types import OptionalType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

HOSTS: Final[dict[str, type]] = {kind.__name__: kind for kind in (str, list, dict, set, tuple, int, float, bool, bytes, frozenset)}
"""Types whose methods are those Python has, and documented as there."""


class Described(Struct):
    """``code``: a line or more of Bell; ``text``: what people wrote about it; ``params``: the parameters as written in a signature."""

    __slots__ = ("code", "params", "text")

    def __init__(self, code: str, text: str = "", params: list[str] | None = None) -> None:
        self.code = code
        self.text = text
        self.params: list[str] = [] if params is None else params

    @property
    def markdown(self) -> str:
        return f"```python\n{self.code}\n```" + (f"\n\n{self.text}" if self.text else "")


def hover(analysis: Analysis, line: int, column: int) -> tuple[Described, Span] | None:
    """What stands at a place, and its extent."""
    attribute = analysis.attribute_at(line, column)
    if attribute is not None:
        place = next(span for span, node in analysis.attributes if node is attribute)
        for type in analysis.receivers_of(attribute):
            found = member(analysis, type, attribute.attr)
            if found is not None:
                return found, place
        return _typed(analysis, attribute.attr, analysis.types_of(attribute), place)
    one = analysis.occurrence_at(line, column)
    if one is not None:
        node = analysis.definitions.get(one.symbol)
        if isinstance(node, ast.FunctionDef):
            return function(analysis, node), one.span
        if isinstance(node, ast.ClassDef):
            return klass(node), one.span
        types = analysis.types_at(one.span) or analysis.types_of_symbol(one.symbol)
        for type in types:
            if isinstance(type, (ModuleOf, BuiltInOf)) or (
                isinstance(type, (ClosureOf, ClassOf)) and _module_of(type.function if isinstance(type, ClosureOf) else type.name)
            ):
                found = value(analysis, type)
                if found is not None:
                    return found, one.span
        return _typed(analysis, one.symbol.name, types, one.span)
    around = analysis.expression_at(line, column)
    if around is None:
        return None
    span, types = around
    for type in types:
        if isinstance(type, BuiltInOf):
            found = built_in(type.name)
            if found is not None:
                return found, span
    shown = analysis.survey.show(types)
    return (Described(shown), span) if shown else None


def _typed(analysis: Analysis, name: str, types: list[Type], span: Span) -> tuple[Described, Span] | None:
    shown = analysis.survey.show(types)
    return (Described(f"{name}: {shown}" if shown else name), span)


def value(analysis: Analysis, type: Type) -> Described | None:
    """A function, class or module as a value."""
    if isinstance(type, BuiltInOf):
        return built_in(type.name)
    if isinstance(type, ModuleOf):
        return module(type.name)
    if isinstance(type, (ClosureOf, ClassOf)):
        name = type.function if isinstance(type, ClosureOf) else type.name
        text = _module_of(name)
        if text:
            return library(text, name.removeprefix(f"{text}."))
        for node in ast.walk(analysis.tree) if analysis.tree is not None else ():
            flow = analysis.survey.function_named(name)
            if isinstance(node, ast.FunctionDef) and flow is not None and span_of(node, analysis.source) == flow.span:
                return function(analysis, node)
            if isinstance(node, ast.ClassDef) and isinstance(type, ClassOf) and node.name == name.split(".")[-1]:
                return klass(node)
    if isinstance(type, BoundOf):
        return member(analysis, type.receiver, type.name)
    return None


def member(analysis: Analysis, type: Type, name: str) -> Described | None:
    """An attribute of a value of this type."""
    if isinstance(type, ModuleOf):
        return module_member(type.name, name)
    decl = analysis.class_of(type)
    for one in analysis.lineage(decl) if decl is not None else ():
        field = next((field for field in one.fields if field.name == name), None)
        if field is not None:
            shown = analysis.survey.show(analysis.survey.types.get(field.span, []))
            annotation = ast.unparse(field.annotation) if field.annotation is not None else shown
            return Described(
                f"{one.shown}.{name}{': ' + annotation if annotation else ''}", "" if _module_of(one.name) else one.doc.split("\n")[0]
            )
        if name in one.methods:
            flow = analysis.survey.function_named(one.methods[name].function)
            text = _module_of(one.name)
            if text:
                return library(text, f"{one.name.removeprefix(text + '.')}.{name}")
            for node in ast.walk(analysis.tree) if analysis.tree is not None and flow is not None else ():
                if isinstance(node, ast.FunctionDef) and flow is not None and span_of(node, analysis.source) == flow.span:
                    return function(analysis, node, owner=one.shown)
        if name in one.variables:
            return Described(f"{one.shown}.{name}")
    while isinstance(type, (OptionalType, MaybeType)):
        type = type.item
    host = host_of(type)
    if host is not None and hasattr(host, name):
        return _of_host(getattr(host, name), f"{host.__name__}.{name}")
    return None


def host_of(type: Type) -> type[Any] | None:
    """The type of Python that values of this type are like."""
    while isinstance(type, (OptionalType, MaybeType)):
        type = type.item
    return HOSTS.get(str(resolve(type)).split("[")[0])


# --- functions and classes of the program ---------------------------------------------------------------------------------------------


def function(analysis: Analysis | None, node: ast.FunctionDef, owner: str = "") -> Described:
    """A function's signature, with inferred types where the program does not say them, and its docstring."""
    inferred: list[str] = []
    result = ""
    if analysis is not None:
        span = span_of(node, analysis.source)
        flow = (
            next((one for one in analysis.survey.flow.functions.values() if one.span == span), None)
            if analysis.survey.flow is not None
            else None
        )
        if flow is not None:
            inferred = [analysis.survey.show(types) for types in analysis.survey.params.get(flow.name, [])]
            result = analysis.survey.result(flow.name)
    arguments = node.args
    params: list[str] = []
    plain = [*arguments.posonlyargs, *arguments.args]
    ordered = [*plain, *arguments.kwonlyargs, *(arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None)]
    types = {arg.arg: text for arg, text in zip(ordered, inferred)}  # noqa: B905  (a function that is never reached has none)

    def shown(arg: ast.arg, default: ast.expr | None, mark: str = "") -> str:
        kind = (
            ast.unparse(arg.annotation)
            if arg.annotation is not None
            else ""
            if arg.arg in ("self", "cls") and owner
            else types.get(arg.arg, "")
        )
        text = f"{mark}{arg.arg}: {kind}" if kind and not mark else mark + arg.arg
        return text if default is None else f"{text} = {ast.unparse(default)}" if kind else f"{text}={ast.unparse(default)}"

    defaults: list[ast.expr | None] = [*[None] * (len(plain) - len(arguments.defaults)), *arguments.defaults]
    for position, (arg, default) in enumerate(zip(plain, defaults, strict=True)):
        params.append(shown(arg, default))
        if arguments.posonlyargs and position == len(arguments.posonlyargs) - 1:
            params.append("/")
    if arguments.vararg is not None:
        params.append(shown(arguments.vararg, None, "*"))
    elif arguments.kwonlyargs:
        params.append("*")
    params += [shown(arg, default) for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    if arguments.kwarg is not None:
        params.append(shown(arguments.kwarg, None, "**"))
    arrow = ast.unparse(node.returns) if node.returns is not None else result
    name = f"{owner}.{node.name}" if owner else node.name
    return Described(f"def {name}({', '.join(params)})" + (f" -> {arrow}" if arrow else ""), ast.get_docstring(node) or "", params)


def klass(node: ast.ClassDef) -> Described:
    """A class: its fields and docstring."""
    bases = f"({', '.join(map(ast.unparse, node.bases))})" if node.bases else ""
    fields = [ast.unparse(statement) for statement in node.body if isinstance(statement, ast.AnnAssign)]
    body = "".join(f"\n    {field}" for field in fields)
    return Described(f"class {node.name}{bases}{':' if body else ''}{body}", ast.get_docstring(node) or "", fields)


# --- what is there without being defined -------------------------------------------------------------------------------------------------


def built_in(name: str) -> Described | None:
    """A built-in function or class, or, with a dot, a function of a module."""
    if "." in name:
        before, _, after = name.rpartition(".")
        return module_member(before, after)
    row = BUILTINS.get(name)
    if row is not None and row.refused:
        return Described(name, f"Not part of Bell: {row.refused}.")
    if row is None and name not in EXCEPTIONS:
        return None
    return _of_host(getattr(builtins, name, None), name)


def module(name: str) -> Described:
    text = (
        ast.get_docstring(read_library(name)[0])
        if name in library_names()
        else _first(getattr(math, "__doc__", ""))
        if name == "math"
        else ""
    )
    return Described(f"import {name}", text or "")


def module_member(name: str, attr: str) -> Described | None:
    """``module.attr``."""
    if name == "math" and hasattr(math, attr):
        return _of_host(getattr(math, attr), f"math.{attr}")
    if name in library_names():
        return library(name, attr)
    offered = MODULES.get(name)
    return Described(f"{name}.{attr}") if offered is not None and attr in offered else None


def library(name: str, attr: str) -> Described | None:
    """A function, class or method of a module written in Bell."""
    body: list[ast.stmt] = read_library(name)[0].body
    owner = ""
    for part in attr.split("."):
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == part:
                break
            if (
                isinstance(node, ast.ImportFrom)
                and node.module
                and not owner
                and any((alias.asname or alias.name) == part for alias in node.names)
            ):
                original = next(alias.name for alias in node.names if (alias.asname or alias.name) == part)
                return library(node.module, original) if node.module in MODULES or node.module.startswith("_") else None
        else:
            return Described(f"{name}.{attr}")
        if isinstance(node, ast.FunctionDef):
            return function(None, node, owner or name)
        body, owner = node.body, part
    assert isinstance(node, ast.ClassDef)
    return klass(node)


def members(analysis: Analysis, type: Type) -> dict[str, str]:
    """What may stand behind the dot of a value of this type: name to what it is (``method``, ``field``, ``property``, ``function``, ``class``, ``constant``)."""
    if isinstance(type, ModuleOf):
        return module_names(type.name)
    found: dict[str, str] = {}
    decl = analysis.class_of(type)
    for one in analysis.lineage(decl) if decl is not None else ():
        for field in one.fields:
            found.setdefault(field.name, "field")
        for name, method in one.methods.items():
            found.setdefault(name, "property" if method.kind == "property" else "method")
        for name in one.variables:
            found.setdefault(name, "constant")
    host = host_of(type)
    if host is not None:
        found.update(dict.fromkeys(host_methods(str(resolve(_plain(type)))), "method"))
    return {name: kind for name, kind in found.items() if not name.startswith("_") and name.isidentifier()}


def _plain(type: Type) -> Type:
    while isinstance(type, (OptionalType, MaybeType)):
        type = type.item
    return type


_ACCEPTED: dict[str, list[str]] = {}


def host_methods(kind: str) -> list[str]:
    """The methods of a built-in type that Bell has: those the front end does not refuse by name."""
    found = _ACCEPTED.get(kind)
    if found is None:
        from belljar.lang.survey import survey

        names = [name for name in dir(HOSTS[kind.split("[")[0]]) if not name.startswith("_")]
        annotation = kind if "unknown" not in kind and "fn[" not in kind else kind.split("[")[0]
        text = "".join(f"def f{number}(x: {annotation}):\n    return x.{name}()\n" for number, name in enumerate(names))
        refused = {
            error.span.line
            for error in survey(text, "<methods>").diagnostics
            if error.code in ("E0106", "E0203") and error.span.line % 2 == 0
        }
        found = _ACCEPTED[kind] = [name for number, name in enumerate(names) if 2 * number + 2 not in refused]
    return found


def module_names(name: str) -> dict[str, str]:
    """What a module offers, and what each is."""
    offered = MODULES.get(name)
    if offered is not None:
        return {
            one: "constant"
            if name == "math" and isinstance(getattr(math, one, None), float)
            else "class"
            if one[:1].isupper()
            else "function"
            for one in offered
        }
    found: dict[str, str] = {}
    for node in read_library(name)[0].body if name in library_names() else ():
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = "class" if isinstance(node, ast.ClassDef) else "function"
        elif isinstance(node, ast.Assign):
            found.update({target.id: "constant" for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("_") and node.module != "_bell":
            found.update({alias.asname or alias.name: "class" if alias.name[:1].isupper() else "function" for alias in node.names})
    return {one: kind for one, kind in found.items() if not one.startswith("_")}


def _of_host(thing: Any, name: str) -> Described:
    """Something Bell has from Python, in Python's words."""
    if isinstance(thing, float):
        return Described(f"{name} = {thing!r}")
    if inspect.isclass(thing) and issubclass(thing, BaseException):
        return Described(f"class {name}", _first(thing.__doc__))
    try:
        signature = inspect.signature(thing)
    except (ValueError, TypeError):
        lines = (thing.__doc__ or "").strip().split("\n")
        heads = [
            line.strip()
            for line in lines
            if line.strip().startswith(f"{name.split('.')[-1]}(") or line.strip().startswith(f"{name.split('.')[-1].upper()}.")
        ]
        rest = next((line for line in lines if line.strip() and line.strip() not in heads), "")
        return Described("\n".join(heads[:2]) or name, rest.strip())
    params = [str(param) for param in signature.parameters.values() if param.name != "self"]
    return Described(f"{name}({', '.join(params)})", _first(inspect.getdoc(thing)), params)


def _first(text: str | None) -> str:
    """The first paragraph."""
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _module_of(name: str) -> str:
    """The library module that a flow name belongs to, ``""`` for the program's own."""
    before = name.split(".")[0]
    return before if "." in name and (before in library_names() or before in internal_names()) else ""
