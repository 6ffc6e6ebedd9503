"""``match`` as tests and bindings, case by case."""

from __future__ import annotations

import ast

from belljar.lang.graph import CallShape
from belljar.lang.handlers import Handlers
from belljar.lang.marks import written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN = CallShape()


class Patterns(Handlers):
    def do_Match(self, node: ast.Match) -> None:
        given = self.value(node.subject)
        construct = self.construct()
        self.mark("match", node, (given,), ("subject",), construct=construct)
        subject = self.carry(given, node.subject)
        done = self.block()
        for number, case in enumerate(node.cases, 1):
            failed = self.block()
            bindings: list[tuple[ast.AST, str, str]] = []
            self.pattern(case.pattern, subject, failed, bindings)
            is_told = _is_told_by_value(case.pattern)
            self.program.tells_apart = self.program.tells_apart or is_told
            for place, name, value in bindings:
                part = self.get(value, place)
                part = self.step("part_of_told", (part,), None, place) if is_told else part
                with self.inside(construct):
                    self.mark("assign", place, (part,), ("value",), variable=name)
                self.store(name, part, place)
            if case.guard is not None:
                passed = self.block()
                with self.inside(construct):
                    self.condition(case.guard, passed, failed)
                self.at = passed
            with self.inside(construct):
                if self.marks("case"):
                    self.mark("case", case.pattern, construct=construct, case=number, pattern=written(case.pattern))
                self.body(case.body)
            self.go(done)
            self.at = failed
        with self.inside(construct):
            self.mark("case", node, construct=construct, case=None, pattern=None)
        self.go(done)
        self.at = done

    def pattern(self, node: ast.pattern, subject: str, failed: int, bindings: list[tuple[ast.AST, str, str]]) -> None:
        """Go on in the current block where the subject fits, to ``failed`` where it does not."""
        getattr(self, f"fit_{type(node).__name__}")(node, subject, failed, bindings)

    def need(self, test: int, failed: int, node: ast.AST) -> None:
        on = self.block()
        self.fork(test, on, failed, node)
        self.at = on

    def fit_MatchValue(self, node: ast.MatchValue, subject: str, failed: int, bindings: list[tuple[ast.AST, str, str]]) -> None:
        value = self.value(node.value)
        self.need(self.step("compare", (self.get(subject, node), value), "==", node), failed, node)

    def fit_MatchSingleton(self, node: ast.MatchSingleton, subject: str, failed: int, bindings: list[tuple[ast.AST, str, str]]) -> None:
        value = self.const(node.value, node)
        self.need(self.step("compare", (self.get(subject, node), value), "is", node), failed, node)

    def fit_MatchAs(self, node: ast.MatchAs, subject: str, failed: int, bindings: list[tuple[ast.AST, str, str]]) -> None:
        if node.pattern is not None:
            self.pattern(node.pattern, subject, failed, bindings)
        if node.name is not None:
            bindings.append((node, node.name, subject))

    def fit_MatchOr(self, node: ast.MatchOr, subject: str, failed: int, bindings: list[tuple[ast.AST, str, str]]) -> None:
        """Each alternative binds the same names: they meet in hidden variables."""
        fits = self.block()
        shared: dict[str, tuple[ast.AST, str]] = {}
        for position, alternative in enumerate(node.patterns):
            rest = failed if position == len(node.patterns) - 1 else self.block()
            bound: list[tuple[ast.AST, str, str]] = []
            self.pattern(alternative, subject, rest, bound)
            for place, name, value in bound:
                if name not in shared:
                    shared[name] = (place, self.hide("m"))
                self.put(shared[name][1], self.get(value, place), place)
            self.go(fits)
            self.at = rest
        self.at = fits
        bindings.extend((place, name, value) for name, (place, value) in shared.items())

    def fit_MatchSequence(self, node: ast.MatchSequence, subject: str, failed: int, bindings: list[tuple[ast.AST, str, str]]) -> None:
        star = next((position for position, item in enumerate(node.patterns) if isinstance(item, ast.MatchStar)), -1)
        count = len(node.patterns)
        self.need(self.step("is_sequence", (self.get(subject, node),), None, node), failed, node)
        subject = self.carry(self.step("sequence", (self.get(subject, node),), None, node), node)
        length = self.step("call", (self.step("built_in", (), "len", node), self.get(subject, node)), _PLAIN, node)
        least = self.const(count if star < 0 else count - 1, node)
        self.need(self.step("compare", (length, least), "==" if star < 0 else ">=", node), failed, node)
        self.items(node.patterns, star, subject, failed, bindings)

    def items(
        self, patterns: Sequence[ast.pattern], star: int, subject: str, failed: int, bindings: list[tuple[ast.AST, str, str]]
    ) -> None:
        count = len(patterns)
        for position, item in enumerate(patterns):
            if position == star:
                assert isinstance(item, ast.MatchStar)
                if item.name is None:
                    continue
                behind = count - 1 - star
                bounds = [self.const(star, item)] + ([self.const(-behind, item)] if behind else [])
                whole = self.step("slice", (self.get(subject, item), *bounds), (True, bool(behind), False), item)
                made = self.step("call", (self.step("built_in", (), "list", item), whole), _PLAIN, item)
                bindings.append((item, item.name, self.carry(made, item)))
            elif not _is_wildcard(item):
                index = position if star < 0 or position < star else position - count
                part = self.step("index", (self.get(subject, item), self.const(index, item)), None, item)
                self.pattern(item, self.carry(part, item), failed, bindings)

    def fit_MatchMapping(self, node: ast.MatchMapping, subject: str, failed: int, bindings: list[tuple[ast.AST, str, str]]) -> None:
        self.need(self.step("is_mapping", (self.get(subject, node),), None, node), failed, node)
        if node.keys:
            enough = self.step("mapping_fills", (self.get(subject, node), self.const(len(node.keys), node)), None, node)
            self.need(enough, failed, node)
        found: list[tuple[str, str]] = []  # all keys are looked up before what they have is matched
        for key in node.keys:
            name = self.carry(self.value(key), key)
            got = self.carry(self.step("mapping_item", (self.get(subject, key), self.get(name, key)), None, key), key)
            found.append((name, got))
            self.need(self.step("mapping_has", (self.get(got, key), self.get(subject, key), self.get(name, key)), None, key), failed, key)
        for (name, got), item in zip(found, node.patterns, strict=True):
            part = self.step("mapping_value", (self.get(got, item), self.get(subject, item), self.get(name, item)), None, item)
            self.pattern(item, self.carry(part, item), failed, bindings)
        if node.rest is not None:
            rest = self.carry(self.step("call", (self.step("built_in", (), "dict", node), self.get(subject, node)), _PLAIN, node), node)
            for name, _ in found:
                self.step("del_index", (self.get(rest, node), self.get(name, node)), None, node)
            bindings.append((node, node.rest, rest))

    def fit_MatchClass(self, node: ast.MatchClass, subject: str, failed: int, bindings: list[tuple[ast.AST, str, str]]) -> None:
        kind = self.carry(self.value(node.cls), node.cls)
        if node.patterns:  # what may be None is told from that first, and then by its class
            there = self.step("compare", (self.get(subject, node), self.const(None, node)), "is not", node)
            self.need(there, failed, node)
        built_in = self.step("built_in", (), "isinstance", node)
        self.need(self.step("call", (built_in, self.get(subject, node), self.get(kind, node)), _PLAIN, node), failed, node)
        itself = isinstance(node.cls, ast.Name) and self.symbol(node.cls) is None and node.cls.id in _SELF_MATCHING
        if itself and len(node.patterns) == 1:
            self.pattern(node.patterns[0], subject, failed, bindings)
            return
        for position, item in enumerate(node.patterns):
            stated = (position, len(node.patterns), tuple(node.kwd_attrs))
            self.need(self.step("has_match_arg", (self.get(subject, item), self.get(kind, item)), stated, item), failed, item)
            part = self.step("match_arg", (self.get(subject, item), self.get(kind, item)), position, item)
            self.pattern(item, self.carry(part, item), failed, bindings)
        for name, item in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
            self.need(self.step("has_attr", (self.get(subject, item),), name, item), failed, item)
            part = self.step("attr", (self.get(subject, item),), name, item)
            self.pattern(item, self.carry(part, item), failed, bindings)


_SELF_MATCHING = frozenset({"bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})
"""Built-in classes whose one positional pattern is matched with the whole subject."""


def _is_told_by_value(node: ast.pattern) -> bool:
    """Whether a value in a sequence decides that the pattern fits, as tags of tuples do: what its other parts are depends on it, which no type says."""
    return isinstance(node, ast.MatchSequence) and any(isinstance(item, (ast.MatchValue, ast.MatchOr)) for item in node.patterns)


def _is_wildcard(node: ast.pattern) -> bool:
    return isinstance(node, ast.MatchAs) and node.pattern is None and node.name is None
