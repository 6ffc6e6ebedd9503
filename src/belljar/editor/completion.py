"""Proposals for where a cursor stands, in texts that are whole and in texts that are not yet."""

from __future__ import annotations

import ast
import builtins
import keyword
from functools import lru_cache

from belljar.editor import describe, unfinished
from belljar.editor.analysis import Analysis
from belljar.lang.lattice import ClassOf, ClosureOf, ModuleOf
from belljar.lang.names import BUILTINS, EXCEPTIONS, FORMS, MODULES
from belljar.source import Source
from belljar.structs import Struct
from belljar.types import Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from belljar.editor.describe import Described

KEYWORDS: Final = tuple(word for word in keyword.kwlist if word not in ("async", "await"))
NEAR, FAR, GIVEN, WORDS = "0", "1", "2", "3"
"""Ranks of proposals: bound in the function, in the module, built in, keywords."""


class Item(Struct):
    """One proposal. ``kind``: ``variable``, ``function``, ``class``, ``module``, ``keyword``, ``method``, ``field``, ``property``, ``constant``."""

    __slots__ = ("detail", "kind", "label", "rank")

    def __init__(self, label: str, kind: str, detail: str = "", rank: str = NEAR) -> None:
        self.label = label
        self.kind = kind
        self.detail = detail
        self.rank = rank


def complete(source: Source, good: Analysis | None, line: int, column: int) -> tuple[str, list[Item]]:
    """The word before the cursor, and what may stand in its place. ``good`` is the last analysis of a text that parsed, of this version or an earlier one."""
    at = unfinished.cursor(source.lines, line, column)
    items: list[Item] = []
    if at.kind == "module":
        beginning = at.word.rpartition(".")[0]
        items = [
            Item(name[len(beginning) + 1 :] if beginning else name, "module")
            for name in MODULES
            if not name.startswith("_") and name.startswith(beginning)
        ]
        return at.word.rpartition(".")[2], items
    if at.kind == "imported":
        names = describe.module_names(at.before) if at.before in MODULES else {}
        items = [Item(name, kind) for name, kind in names.items()] + [
            Item(name, "function") for name in FORMS.get(at.before, ()) if name not in names
        ]
    elif at.kind == "member":
        items = _members(source, good, line, column, at.before)
    elif at.kind == "name":
        items = _names(source, good, line, column)
    return at.word, items


def _members(source: Source, good: Analysis | None, line: int, column: int, before: str) -> list[Item]:
    analysis, types = types_before(source, good, line, column, before)
    found: dict[str, Item] = {}
    for type in types:
        for name, kind in describe.members(analysis, type).items() if analysis is not None else ():
            found.setdefault(name, Item(name, kind))
    if not found and before in MODULES and good is None:
        found = {name: Item(name, kind) for name, kind in describe.module_names(before).items()}
    return list(found.values())


def types_before(source: Source, good: Analysis | None, line: int, column: int, expression: str) -> tuple[Analysis | None, list[Type]]:
    """The types of an expression that stands before the cursor, and the analysis that knows them."""
    if good is not None and expression.isidentifier():
        symbol = good.visible(line, column).get(expression)
        known = good.types_of_symbol(symbol) if symbol is not None else []
        if known:
            return good, known
    for lines in (source.lines, source.lines[:line]):  # the second where the text is broken further down
        text, at_line, at_column = unfinished.with_expression(lines, line, expression)
        whole = _analysed(text, source.name)
        if whole.tree is None:
            continue
        around = [span for span in whole.survey.types if (span.line, span.column) == (at_line, at_column)]
        for span in sorted(around, key=lambda s: (s.end_line, s.end_column), reverse=True):
            if whole.survey.types[span]:
                return whole, whole.survey.types[span]
        return whole, []
    return good, []


@lru_cache(maxsize=4)
def _analysed(text: str, name: str) -> Analysis:
    """The analysis of a text that was completed: it stays the same while a word behind a dot is typed."""
    return Analysis(text, name)


def _names(source: Source, good: Analysis | None, line: int, column: int) -> list[Item]:
    found: dict[str, Item] = {}
    if good is not None:
        module = good.symbols.module if good.symbols is not None else None
        for name, symbol in good.visible(line, column).items():
            types = good.types_of_symbol(symbol)
            node = good.definitions.get(symbol)
            kind = (
                "function"
                if isinstance(node, ast.FunctionDef)
                else "class"
                if node is not None
                else next((_kind(type) for type in types), "variable")
            )
            found[name] = Item(name, kind, good.survey.show(types), FAR if symbol.owner is module else NEAR)
    for name in unfinished.names(source.lines, line):
        found.setdefault(name, Item(name, "variable", "", NEAR))
    for name, row in BUILTINS.items():
        if not row.refused:
            found.setdefault(
                name, Item(name, "class" if isinstance(getattr(builtins, name, None), type) else "function", "built-in", GIVEN)
            )
    for name in EXCEPTIONS:
        found.setdefault(name, Item(name, "class", "exception", GIVEN))
    for name in KEYWORDS:
        found.setdefault(name, Item(name, "keyword", "", WORDS))
    return list(found.values())


def _kind(type: Type) -> str:
    return (
        "module"
        if isinstance(type, ModuleOf)
        else "class"
        if isinstance(type, ClassOf)
        else "function"
        if isinstance(type, ClosureOf)
        else "variable"
    )


def signature(source: Source, good: Analysis | None, line: int, column: int) -> tuple[Described, int] | None:
    """The signature of the call whose arguments are being typed, and which parameter it is at (-1: none)."""
    found = unfinished.call(source.lines, line, column)
    if found is None:
        return None
    called, commas, named = found
    analysis, types = types_before(source, good, line, column, called)
    known = next((made for type in types if analysis is not None and (made := describe.value(analysis, type)) is not None), None)
    if known is None and "." in called and analysis is not None:
        before, _, name = called.rpartition(".")
        analysis, types = types_before(source, good, line, column, before)
        known = next((made for type in types if analysis is not None and (made := describe.member(analysis, type, name)) is not None), None)
        if known is not None and known.params[:1] in (["self"], ["cls"]):
            known = describe.Described(known.code, known.text, known.params[1:])
    if known is None:
        known = describe.built_in(called)
    if known is None:
        return None
    return known, parameter(known.params, commas, named)


def parameter(params: Sequence[str], commas: int, named: str) -> int:
    """Which parameter an argument goes to: by name, else by position; -1 where there is none."""
    if named:
        return next((i for i, param in enumerate(params) if param.lstrip("*").split(":")[0].split("=")[0].strip() == named), -1)
    position = -1
    left = commas
    for i, param in enumerate(params):
        if param in ("/", "*"):
            if param == "*":
                break
            continue
        if param.startswith("**"):
            break
        position = i
        if param.startswith("*") or left == 0:
            return position
        left -= 1
    return -1
