"""What is known about one version of a text: findings, types of places, and what each name stands for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from belljar.editor.positions import contains
from belljar.errors import BellError, bell_error
from belljar.lang.guard import guard
from belljar.lang.lattice import ClassOf, MaybeType, ModuleOf
from belljar.lang.library import LIBRARY, internal_names, library_names, read_library
from belljar.lang.survey import Survey, survey
from belljar.lang.symbols import Body, Symbol, Symbols
from belljar.lang.syntax import parse, span_of
from belljar.source import Source, Span
from belljar.structs import Struct
from belljar.types import OptionalType, RecordType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.lang.graph import ClassDecl


class Occurrence(Struct):
    """A name as it stands in the text. ``binds``: whether it gets its value there."""

    __slots__ = ("binds", "span", "symbol")

    def __init__(self, span: Span, symbol: Symbol, binds: bool) -> None:
        self.span = span
        self.symbol = symbol
        self.binds = binds


class Target(Struct):
    """Where something is defined: a place in this text, or, where ``path`` is set, in a module of the library."""

    __slots__ = ("path", "span")

    def __init__(self, span: Span, path: Path | None = None) -> None:
        self.span = span
        self.path = path


class Analysis:
    """One version of a text. ``tree`` is None where it does not parse: then only the findings say anything."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.source = Source(name, text)
        self.survey = Survey()
        self.tree: ast.Module | None = None
        self.symbols: Symbols | None = None
        self.occurrences: list[Occurrence] = []
        self.attributes: list[tuple[Span, ast.Attribute]] = []
        """Attributes by the place of their name."""
        self.definitions: dict[Symbol, ast.FunctionDef | ast.ClassDef] = {}
        """Functions and classes by the variable they bind."""
        try:
            self.survey = survey(text, name)
        except Exception as problem:  # a bug of ours must not end the conversation with an editor
            self.survey.diagnostics = [bell_error("E1201", file=name, detail=f"{type(problem).__name__}: {problem}")]
        try:
            tree = parse(guard(text, name))
            self.symbols = Symbols(tree, self.source, ())
            self._read(tree, self.symbols)
            self.tree = tree
        except (BellError, RecursionError):
            pass

    @property
    def findings(self) -> list[BellError]:
        return self.survey.diagnostics

    # --- names --------------------------------------------------------------------------------------------------------------------

    def _read(self, tree: ast.Module, symbols: Symbols) -> None:
        for node in ast.walk(tree):
            symbol = symbols.of.get(id(node))
            if symbol is not None:
                self.occurrences.append(
                    Occurrence(self.name_span(node), symbol, not isinstance(getattr(node, "ctx", None), (ast.Load, ast.Del)))
                )
            if symbol is not None and isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self.definitions.setdefault(symbol, node)
            if isinstance(node, ast.Attribute):
                whole = span_of(node, self.source)
                self.attributes.append((Span(whole.end_line, whole.end_column - len(node.attr), whole.end_line, whole.end_column), node))
            elif isinstance(node, ast.Call):
                self._keywords(node, symbols)
        for body in symbols.bodies.values():
            for statement in ast.walk(body.node) if body.lent else ():
                if isinstance(statement, (ast.Global, ast.Nonlocal)):
                    for name in statement.names:
                        if name in body.lent:
                            self._declared(statement, name, body.lent[name])
        known: dict[tuple[int, int], Occurrence] = {}
        for one in self.occurrences:
            known.setdefault((one.span.line, one.span.column), one)
        self.occurrences = sorted(known.values(), key=lambda one: (one.span.line, one.span.column))

    def _keywords(self, node: ast.Call, symbols: Symbols) -> None:
        """Names of arguments are those of the parameters they go to."""
        symbol = symbols.of.get(id(node.func))
        if symbol is None or symbol.function is None:
            return
        for keyword in node.keywords:
            param = symbol.function.symbols.get(keyword.arg or "")
            if param is not None and keyword.arg:
                start = span_of(keyword, self.source)
                self.occurrences.append(
                    Occurrence(Span(start.line, start.column, start.line, start.column + len(keyword.arg)), param, False)
                )

    def _declared(self, node: ast.stmt, name: str, symbol: Symbol) -> None:
        span = span_of(node, self.source)
        found = re.search(rf"\b{re.escape(name)}\b", self.source.line(span.line)[span.column + 5 :])
        if found is not None:
            column = span.column + 5 + found.start() + 1
            self.occurrences.append(Occurrence(Span(span.line, column, span.line, column + len(name)), symbol, False))

    def name_span(self, node: ast.AST) -> Span:
        """The place of the name that a node names or binds."""
        span = span_of(node, self.source)
        name = getattr(node, "name", None)
        word = ""
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            word, pattern = node.name, rf"(?:def|class)\s+({re.escape(node.name)})\b"
        elif isinstance(node, ast.alias):
            word = node.asname or node.name
            pattern = rf"({re.escape(word)})(?!.*\b{re.escape(word)}\b)" if node.asname else rf"({re.escape(word)})"
        elif isinstance(node, ast.arg):
            return Span(span.line, span.column, span.line, span.column + len(node.arg))
        elif isinstance(name, str) and isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
            word, pattern = name, rf"(?:as\s+|\*\s*|\b)({re.escape(name)})\b"
        if not word:
            return span
        for number in range(span.line, min(span.end_line, span.line + 20) + 1):
            start = span.column - 1 if number == span.line else 0
            found = re.search(pattern, self.source.line(number)[start:])
            if found is not None:
                column = start + found.start(1) + 1
                return Span(number, column, number, column + len(word))
        return span

    def span(self, node: ast.AST) -> Span:
        return span_of(node, self.source)

    def imports(self, one: Occurrence) -> bool:
        """Whether a name is bound by an import under the name it has in its module."""
        return any(
            isinstance(node, ast.alias) and node.asname is None and self.symbols is not None and self.symbols.of.get(id(node)) is one.symbol
            for node in ast.walk(self.tree or ast.Module([], []))
        )

    def occurrence_at(self, line: int, column: int) -> Occurrence | None:
        return next((one for one in self.occurrences if contains(one.span, line, column)), None)

    def occurrences_of(self, symbol: Symbol) -> list[Occurrence]:
        return [one for one in self.occurrences if one.symbol is symbol]

    def attribute_at(self, line: int, column: int) -> ast.Attribute | None:
        return next((node for span, node in self.attributes if contains(span, line, column)), None)

    def visible(self, line: int, column: int) -> dict[str, Symbol]:
        """The variables that a name at a place may mean, the innermost first."""
        if self.symbols is None:
            return {}
        found: dict[str, Symbol] = {}
        body: Body | None = self.symbols.bodies[id(self.tree)]
        for candidate in self.symbols.bodies.values():
            if candidate.kind != "module" and self._holds(candidate.node, line, column):
                body = candidate
        while body is not None:
            for name, symbol in (*body.symbols.items(), *body.lent.items()):
                if "." not in name:
                    found.setdefault(name, symbol)
            body = body.parent
        return found

    def _holds(self, node: ast.AST, line: int, column: int) -> bool:
        """Whether a place is in the body of a function: up to the next line that is not indented as deep."""
        span = span_of(node, self.source)
        if isinstance(node, ast.Lambda):
            return contains(span, line, column)
        if not span.line < line:
            return False
        last = span.end_line
        while last < line and (not self.source.line(last + 1).strip() or _indent(self.source.line(last + 1)) >= span.column):
            last += 1
        return line <= last and (
            line <= span.end_line or not self.source.line(line).strip() or _indent(self.source.line(line)) >= span.column
        )

    # --- types ------------------------------------------------------------------------------------------------------------------------

    def types_at(self, span: Span) -> list[Type]:
        return self.survey.types.get(span, [])

    def types_of(self, node: ast.AST) -> list[Type]:
        return self.types_at(span_of(node, self.source))

    def types_of_symbol(self, symbol: Symbol) -> list[Type]:
        """All types a variable was seen with."""
        types: list[Type] = []
        for one in self.occurrences_of(symbol):
            types += [type for type in self.types_at(one.span) if type not in types]
        return types

    def expression_at(self, line: int, column: int) -> tuple[Span, list[Type]] | None:
        """The smallest place with a known type around a cursor."""
        around = [span for span, types in self.survey.types.items() if types and contains(span, line, column)]
        if not around:
            return None
        smallest = min(around, key=lambda s: (s.end_line - s.line, (s.end_column - s.column) if s.line == s.end_line else 0))
        return smallest, self.survey.types[smallest]

    def receivers_of(self, node: ast.Attribute) -> list[Type]:
        """The types of what stands before the dot."""
        return self.types_of(node.value)

    def class_of(self, type: Type) -> ClassDecl | None:
        """The class of an object, or the class that a value is."""
        while isinstance(type, (OptionalType, MaybeType)):
            type = type.item
        return self.survey.class_named(type.name) if isinstance(type, (RecordType, ClassOf)) else None

    def lineage(self, decl: ClassDecl) -> list[ClassDecl]:
        found: list[ClassDecl] = []
        current: ClassDecl | None = decl
        while current is not None and current not in found:
            found.append(current)
            current = self.survey.class_named(current.base) if current.base else None
        return found

    # --- definitions --------------------------------------------------------------------------------------------------------------------

    def definition(self, line: int, column: int) -> Target | None:
        """Where what stands at a place is defined."""
        node = self.attribute_at(line, column)
        if node is not None:
            return self._member_target(node)
        one = self.occurrence_at(line, column)
        if one is None:
            return None
        for alias in ast.walk(self.tree) if self.tree is not None else ():
            if isinstance(alias, (ast.Import, ast.ImportFrom)):
                for name in alias.names:
                    if self.symbols is not None and self.symbols.of.get(id(name)) is one.symbol:
                        module = alias.module or "" if isinstance(alias, ast.ImportFrom) else name.name
                        target = library_target(module, name.name if isinstance(alias, ast.ImportFrom) else "")
                        if target is not None:
                            return target
        bound = next((other for other in self.occurrences if other.symbol is one.symbol and other.binds), None)
        return Target((bound or one).span)

    def _member_target(self, node: ast.Attribute) -> Target | None:
        for type in self.receivers_of(node):
            if isinstance(type, ModuleOf):
                return library_target(type.name, node.attr)
            decl = self.class_of(type)
            for one in self.lineage(decl) if decl is not None else ():
                span = self._member_span(one, node.attr)
                if span is not None and span.line:
                    module = one.name.split(".")[0]
                    if module in library_names() or module in internal_names():
                        return library_target(module, one.name.split(".")[-1])
                    return Target(self._precise(span, node.attr))
        return None

    def _member_span(self, decl: ClassDecl, name: str) -> Span | None:
        field = next((field for field in decl.fields if field.name == name), None)
        if field is not None:
            return field.span
        if name in decl.methods:
            function = self.survey.function_named(decl.methods[name].function)
            return function.span if function is not None else None
        if name in decl.variables and self.tree is not None:
            for node in ast.walk(self.tree):
                if isinstance(node, ast.ClassDef) and node.name == decl.shown:
                    for target in ast.walk(node):
                        if isinstance(target, ast.Name) and target.id == name and isinstance(target.ctx, ast.Store):
                            return span_of(target, self.source)
        return None

    def _precise(self, span: Span, name: str) -> Span:
        """The place of the name within the place of its definition."""
        for number in range(span.line, min(max(span.end_line, span.line), span.line + 20) + 1):
            start = span.column - 1 if number == span.line else 0
            found = re.search(rf"\b{re.escape(name)}\b", self.source.line(number)[start:])
            if found is not None:
                return Span(number, start + found.start() + 1, number, start + found.end() + 1)
        return span


def library_target(module: str, name: str) -> Target | None:
    """Where a module of the library, or a name in it, is defined."""
    if module not in library_names() and module not in internal_names():
        return None
    path = Path(LIBRARY) / f"{module}.bell"
    if name:
        for node in read_library(module)[0].body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
                return Target(Span(node.lineno, node.col_offset + 1, node.lineno, node.col_offset + 1), path)
            if isinstance(node, ast.ImportFrom) and node.module and any((alias.asname or alias.name) == name for alias in node.names):
                original = next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
                return library_target(node.module, original)
    return Target(Span(1, 1, 1, 1), path)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
