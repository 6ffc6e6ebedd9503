"""What the names of a module mean: its functions, records, imports and variables, and when each of them is bound.

Functions and records are known wherever they stand, but are looked up as in CPython: only once their statement has run.
"""

from __future__ import annotations

import ast

from belljar.errors import BellError, bell_error
from belljar.lang.graph import FieldDecl, RecordDecl
from belljar.lang.names import BUILTINS, MATH_REFUSED, MODULES
from belljar.lang.syntax import refusal, span_of
from belljar.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

INT_MIN, INT_MAX = -(2**63), 2**63 - 1

REFUSED_VALUE = object()
"""Stands for a default that was refused, so that its use is not refused again."""


class Scope:
    """What the names of a module mean: functions, records, imported modules and functions, and module-level variables."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.functions: dict[str, ast.FunctionDef] = {}
        self.records: dict[str, ast.ClassDef] = {}
        self.variables: dict[str, Span] = {}
        self.modules: dict[str, str] = {}
        self.imported: dict[str, str] = {}
        self.read_by_functions: set[str] = set()
        self.bound_at: dict[str, int] = {}
        """Of functions, records and imported names: the position of the statement that binds them among those of the module."""
        self.late: set[str] = set()
        """Those of them that a function may look up before they are bound."""
        self.refused: set[str] = set()
        """Names that only a refused statement binds: nothing more is said about them."""
        self.diagnostics: list[BellError] = []
        self.splitting: dict[int, bool] = {}
        """By id of a syntax node: whether evaluating it may end a block."""

    def report(self, error: BellError) -> None:
        self.diagnostics.append(error)

    def candidates(self) -> Iterable[str]:
        yield from self.variables
        yield from self.functions
        yield from self.records
        yield from self.modules
        yield from self.imported
        yield from BUILTINS


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The hint ``did you mean 'x'?`` for a name that is not there, or ``""``."""
    from difflib import get_close_matches

    found = get_close_matches(name, [c for c in candidates if not c.startswith(".")], n=1, cutoff=0.6)
    return f"did you mean '{found[0]}'?" if found else ""


def declare(body: list[ast.stmt], scope: Scope) -> None:
    """First walk over the module level: what every name means, wherever it stands."""
    source = scope.source
    seen: dict[str, Span] = {}
    for position, statement in enumerate(body):
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            span = span_of(statement, source)
            if statement.name in seen:
                scope.report(bell_error("E0204", source=source, span=span, name=statement.name, line=seen[statement.name].line))
            seen[statement.name] = span
            scope.bound_at[statement.name] = position
            check_name(statement.name, statement, scope)
            if isinstance(statement, ast.FunctionDef):
                scope.functions[statement.name] = statement
            else:
                scope.records[statement.name] = statement
    for name, node in assigned(body):
        if name in seen:
            scope.report(
                refusal(
                    node,
                    source,
                    f"assigning to '{name}', which is a {'function' if name in scope.functions else 'record'}",
                    "use another name",
                    later=False,
                )
            )
        else:
            scope.variables.setdefault(name, span_of(node, source))
    imports: dict[str, tuple[str, Span]] = {}
    for position, statement in enumerate(body):
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        span = span_of(statement, source)
        for name, full in _import(statement, position == _first_code(body, position), scope):
            if name in seen:
                scope.report(bell_error("E0204", source=source, span=span, name=name, line=seen[name].line))
            elif name in imports and imports[name][0] != full:
                scope.report(bell_error("E0204", source=source, span=span, name=name, line=imports[name][1].line))
            if name in scope.variables:
                node = next((node for known, node in assigned(body) if known == name), statement)
                scope.report(refusal(node, source, f"assigning to '{name}', which is imported", "use another name", later=False))
            imports[name] = full, span
            scope.bound_at.setdefault(name, position)


def _first_code(body: list[ast.stmt], position: int) -> int:
    """Where the first statement stands that no ``from __future__`` may follow, or ``position`` where that is later."""
    for number, statement in enumerate(body[:position]):
        doc = (
            number == 0
            and isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        )
        if not doc and not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            return number
    return position


def _import(node: ast.Import | ast.ImportFrom, at_the_top: bool, scope: Scope) -> Iterable[tuple[str, str]]:
    """Bind what an import provides; yields each name with what it stands for."""
    span = span_of(node, scope.source)
    available = ", ".join(sorted(MODULES))
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name not in MODULES or alias.name == "__future__":
                scope.report(bell_error("E0110", source=scope.source, span=span, name=alias.name, available=available))
                scope.refused.add(alias.asname or alias.name.split(".")[0])
            else:
                scope.modules[alias.asname or alias.name] = alias.name
                yield alias.asname or alias.name, alias.name
        return
    module = node.module or ""
    if node.level or module not in MODULES:
        scope.report(bell_error("E0110", source=scope.source, span=span, name="." * node.level + module, available=available))
        scope.refused.update(alias.asname or alias.name for alias in node.names)
        return
    if module == "__future__" and not at_the_top:
        scope.report(
            bell_error("E0101", source=scope.source, span=span, detail="from __future__ imports must occur at the beginning of the file")
        )
    for alias in node.names:
        if alias.name not in MODULES[module]:
            if module == "math" and alias.name in MATH_REFUSED:
                scope.report(refusal(node, scope.source, f"math.{alias.name}()", MATH_REFUSED[alias.name]))
                scope.refused.add(alias.asname or alias.name)
                continue
            scope.refused.add(alias.asname or alias.name)
            near = nearest(alias.name, MODULES[module])
            scope.report(
                bell_error(
                    "E0110",
                    source=scope.source,
                    span=span,
                    name=f"{module}.{alias.name}",
                    available=", ".join(sorted(MODULES[module])),
                    hint=near or None,
                )
            )
        else:
            scope.imported[alias.asname or alias.name] = f"{module}.{alias.name}"
            yield alias.asname or alias.name, f"{module}.{alias.name}"


def looked_up_early(body: list[ast.stmt], scope: Scope) -> set[str]:
    """The functions, records and imports that a function may look up while the module level has not bound them yet: CPython knows them from their statement on."""
    mentions: dict[str, set[str]] = {}
    late: set[str] = set()
    for statement in body:
        named = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id in scope.bound_at}
        if isinstance(statement, ast.FunctionDef):
            mentions[statement.name] = named
    last = max(scope.bound_at.values(), default=0)
    for position, statement in enumerate(body[:last]):
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
            continue
        pending = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id in scope.bound_at]
        reached: set[str] = set()
        while pending:
            name = pending.pop()
            if name not in reached:
                reached.add(name)
                pending.extend(mentions.get(name, ()))
        late.update(name for name in reached if scope.bound_at[name] > position)
    return late


def assigned(body: Iterable[ast.AST]) -> Iterable[tuple[str, ast.AST]]:
    """Every name a body binds as a variable, not looking into functions and classes."""
    stack: list[ast.AST] = list(reversed(list(body)))
    while stack:
        node = stack.pop()
        if isinstance(
            node,
            (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
        ):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def check_name(name: str, node: ast.AST, scope: Scope) -> bool:
    """Whether the name may be used; E0108 where it is reserved."""
    reserved = name.startswith("__") and name.endswith("__")
    if reserved:
        scope.report(bell_error("E0108", source=scope.source, span=span_of(node, scope.source), name=name))
    return not reserved


def constant(node: ast.expr) -> tuple[bool, Any]:
    """(is it a constant?, its value): literals, signed numbers and tuples of these."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str, type(None))):
        return (not isinstance(node.value, int) or INT_MIN <= node.value <= INT_MAX), node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = -value if isinstance(node.op, ast.USub) else value
            return (not isinstance(value, int) or INT_MIN <= value <= INT_MAX), value
    if isinstance(node, ast.Tuple):
        items = [constant(item) for item in node.elts]
        return all(ok for ok, _ in items), tuple(value for _, value in items)
    return False, None


def record(node: ast.ClassDef, scope: Scope) -> RecordDecl:
    source = scope.source
    fields: list[FieldDecl] = []
    if node.bases or node.keywords:
        scope.report(refusal(node, source, "a base class", "repeat the fields"))
    for decorator in node.decorator_list:
        if not (isinstance(decorator, ast.Name) and scope.imported.get(decorator.id) == "dataclasses.dataclass"):
            scope.report(refusal(decorator, source, "this class decorator", "only @dataclass is known"))
    body = list(node.body)
    doc = ast.get_docstring(node) or ""
    if doc:
        body = body[1:]
    for statement in body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            span = span_of(statement, source)
            check_name(name, statement, scope)
            if any(f.name == name for f in fields):
                scope.report(
                    bell_error("E0204", source=source, span=span, name=name, line=next(f.span.line for f in fields if f.name == name))
                )
                continue
            default: Any = None
            if statement.value is not None:
                ok, default = constant(statement.value)
                if not ok:
                    scope.report(
                        refusal(statement.value, source, "a field default that is not a constant", "pass the value when the record is made")
                    )
                    default = REFUSED_VALUE
            elif any(f.has_default for f in fields):
                scope.report(
                    bell_error("E0101", source=source, span=span, detail=f"field '{name}' without a default follows a field with one")
                )
            fields.append(FieldDecl(name, statement.annotation, default, statement.value is not None, span))
        elif isinstance(statement, ast.FunctionDef):
            scope.report(refusal(statement, source, f"a method ('{statement.name}')", "write a function that takes the record"))
        elif isinstance(statement, ast.Assign):
            scope.report(refusal(statement, source, "a class attribute", "annotate it to make it a field: name: type = value"))
        elif isinstance(statement, ast.Pass) or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            pass
        else:
            scope.report(refusal(statement, source, f"{type(statement).__name__} in a class body"))
    return RecordDecl(node.name, fields, span_of(node, source), doc)
