"""Writes programs from rules: what a type can be made by, and what can be done.

A rule is a template. Its holes:

======================  ==============================================================================================
``<int>``               an expression of the type; ``<int!>`` one that has no parts, ``<^int>`` one outside the names
                        that the template makes, ``<~int>`` one that can stand in an f-string
``<T>``                 the same of a type that matching the rule, or chance, has chosen: variables are one capital letter
``<?list[T]>``          a variable that holds such a value and may be changed; where there is none, the rule is not for now
``<new x:T>``           a new name, known in the rest of the template; ``<let x:T>`` one that is known after it
``<re x:T>``            a variable of another type until now, which has this one after it
``<fresh x>``           a new name that nothing else uses; ``<x>`` is a name again
``<$word>``             one of the words of that list
``<show>``              an expression of any type that has a text
``<block>``             statements, indented as the hole is; ``<block x:T>`` where the name x has the type T
======================  ==============================================================================================

``⏎`` ends a line of a template. ``# T ordered, 3 times`` at its end says what the types must be able to do and how often the rule stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tests.agreement.kinds import Bindings, Kind, Traits, filled, kind, matches, satisfied, variables

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

HOLE = re.compile(r"<(\^|~|\?|\$|new |let |re |fresh |block )?([A-Za-z]\w*(?:\[[\w\[\],]*\])?)(?::([A-Za-z]\w*(?:\[[\w\[\],]*\])?))?(!)?>")
DEPTH = 2
"""How deep expressions are nested."""
TRIES = 8
"""Rules that are tried before something plain is written."""
LOOPS_MAX = 2
"""Loops within loops of one function."""


class Hole(NamedTuple):
    """One hole of a template: where it stands, its mark, the name or word, the type if it tells one, and whether it wants no parts."""

    start: int
    end: int
    mark: str
    word: str
    kind: Kind | None
    is_atom: bool


class Rule:
    """A template read: its holes, and the type it is for."""

    __slots__ = ("constraints", "holes", "is_atom", "is_loop", "result", "text", "unbound", "weight")

    def __init__(self, result: str, line: str) -> None:
        text, _, notes = line.partition("  # ")
        self.text = text.replace("⏎", "\n").rstrip()
        self.result = kind(result)
        self.weight = 1
        self.constraints: dict[str, str] = {}
        for note in filter(None, notes.strip().split(", ")):
            first, second = note.split(" ")
            if second == "times":
                self.weight = int(first)
            else:
                self.constraints[first] = second
        self.holes: list[Hole] = []
        made: set[str] = set()
        for found in HOLE.finditer(self.text):
            mark, word, told = (found[1] or "").strip(), found[2], found[3]
            if mark == "" and word in ("block", "show"):
                mark, word = word, ""
            elif mark == "" and word in made:
                mark = "again"
            elif mark in ("new", "let", "re", "fresh"):
                made.add(word)
            type = kind(told) if told else kind(word) if mark in ("", "^", "~", "?") else None
            self.holes.append(Hole(found.start(), found.end(), mark, word, type, found[4] is not None))
        self.is_atom = all(hole.is_atom or hole.mark in ("$", "new", "again", "fresh") for hole in self.holes)
        self.is_loop = self.text.startswith("for ") or "while " in self.text
        self.unbound: set[str] = set()
        for hole in self.holes:
            if hole.kind is not None:
                self.unbound |= variables(hole.kind)

    @property
    def has_block(self) -> bool:
        return any(hole.mark == "block" for hole in self.holes)


def read_rules(table: str) -> list[Rule]:
    """The rules of a table: a line without indent names the types, the indented ones below are templates."""
    rules: list[Rule] = []
    results: list[str] = []
    for line in table.splitlines():
        if line.strip() and not line.startswith(" "):
            results = line.rstrip(":").split(" ")
        elif line.strip():
            rules += [Rule(result, line.strip()) for result in results]
    return rules


class NotNow(Exception):
    """The rule needs something that is not there."""


class Writer:
    """One program in the making.

    ``scope``: what is surely assigned, by the expression it is read with (``v1``, ``self.f0``), and its type; ``frozen``: those of it that may not be changed now; ``rules``: what makes
    values of a type, by the type's name; ``statements``: what can be done. Definitions of the program add to both. ``returns``: what the function being written gives.
    """

    def __init__(
        self,
        rng: random.Random,
        rules: Sequence[Rule],
        statements: Sequence[Rule],
        words: Mapping[str, Sequence[str]],
        kinds: Sequence[Kind],
    ) -> None:
        self.rng = rng
        self.words = dict(words)
        self.kinds = list(kinds)
        self.rules: dict[str, list[Rule]] = {}
        self.anywhere: list[Rule] = []
        self.statements = [rule for rule in statements for _ in range(rule.weight)]
        self.traits = Traits()
        self.scope: dict[str, Kind] = {}
        self.frozen: set[str] = set()
        self.names = self.loops = 0
        self.returns: Kind | None = None
        for rule in rules:
            self.add(rule)

    # --- choices ----------------------------------------------------------------------------------------------------------------------

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def pick(self, items: Sequence[str]) -> str:
        return items[self.rng.randrange(len(items))]

    def fresh(self, letter: str = "v") -> str:
        self.names += 1
        return f"{letter}{self.names}"

    def add(self, rule: Rule) -> None:
        """Make a rule known."""
        place = self.anywhere if rule.result.is_variable else self.rules.setdefault(rule.result.name, [])
        place += [rule] * rule.weight

    def add_rules(self, table: str) -> None:
        for rule in read_rules(table):
            self.add(rule)

    def add_statements(self, *texts: str) -> None:
        self.statements += [Rule("T", text) for text in texts for _ in range(3)]

    def some_kind(self, trait: str = "") -> Kind:
        """A type, by chance; with the trait, if one is asked for."""
        for _ in range(50):
            found = self.kinds[self.rng.randrange(len(self.kinds))]
            if not trait or self.traits.test(trait)(found):
                return found
        return kind("int")

    # --- expressions ------------------------------------------------------------------------------------------------------------------

    def expr(self, wanted: Kind, depth: int = DEPTH) -> str:
        """An expression of the type. Raises NotNow where nothing makes one."""
        held = [name for name, found in self.scope.items() if found == wanted]
        if held and self.chance(50 if depth > 0 else 70):
            return self.pick(held)
        own = self.rules.get(wanted.name, [])
        candidates = self.anywhere if self.anywhere and depth > 0 and self.chance(20) else own
        if depth <= 0:
            candidates = [rule for rule in own if rule.is_atom]
        for _ in range(TRIES if candidates else 0):
            try:
                return self.made(candidates[self.rng.randrange(len(candidates))], wanted, depth)
            except NotNow:
                pass
        atoms = [rule for rule in own if rule.is_atom]
        start = self.rng.randrange(len(atoms)) if atoms else 0
        for rule in [*atoms[start:], *atoms[:start]]:
            try:
                return self.made(rule, wanted, 0)
            except NotNow:
                pass
        if held:
            return self.pick(held)
        raise NotNow(str(wanted))

    def made(self, rule: Rule, wanted: Kind, depth: int) -> str:
        """What a rule makes of a type. Raises NotNow where it is not for that type, or lacks a variable."""
        bindings: Bindings = {}
        if not matches(rule.result, wanted, bindings):
            raise NotNow(rule.text)
        outer = dict(self.scope)
        try:
            return self.fill(rule, bindings, depth)
        finally:
            self.scope = outer

    def bound(self, rule: Rule, bindings: Bindings) -> dict[int, str]:
        """Choose what a rule leaves open: its changeable variables, by hole, and its types. Raises NotNow where there is none."""
        chosen: dict[int, str] = {}
        for place, hole in enumerate(rule.holes):
            if hole.mark == "?" and hole.kind is not None:
                fitting: list[tuple[str, Bindings]] = []
                for name, held in self.scope.items():
                    extra = dict(bindings)
                    if name not in self.frozen and matches(hole.kind, held, extra) and satisfied(rule.constraints, extra, self.traits):
                        fitting.append((name, extra))
                if not fitting:
                    raise NotNow(rule.text)
                chosen[place], extra = fitting[self.rng.randrange(len(fitting))]
                bindings.update(extra)
            elif hole.mark == "re":
                free = [name for name in self.scope if name not in self.frozen and "." not in name]
                if not free or self.loops:
                    raise NotNow(rule.text)
                chosen[place] = self.pick(free)
        if not satisfied(rule.constraints, bindings, self.traits):
            raise NotNow(rule.text)
        for name in sorted(rule.unbound - set(bindings)):
            bindings[name] = self.some_kind(rule.constraints.get(name, "shown"))
        return chosen

    def fill(self, rule: Rule, bindings: Bindings, depth: int) -> str:
        """The template with its holes filled; names it makes are in scope afterwards."""
        found = self.bound(rule, bindings)
        names: dict[str, str] = {}
        for place, hole in enumerate(rule.holes):
            if hole.mark == "^":
                found[place] = self.part(hole, bindings, depth)
        later: dict[str, Kind] = {}
        for place, hole in enumerate(rule.holes):
            if hole.mark in ("new", "let", "re", "fresh"):
                names[hole.word] = found[place] = found.get(place) or self.fresh()
                if hole.kind is not None and hole.mark != "new":
                    later[found[place]] = filled(hole.kind, bindings)
                elif hole.kind is not None and not rule.has_block:  # a comprehension speaks of its names before it makes them
                    self.scope[found[place]] = filled(hole.kind, bindings)
        case = 0
        for place, hole in enumerate(rule.holes):
            if case != (case := rule.text.count("case ", 0, hole.start)):
                self.scope = {name: held for name, held in self.scope.items() if name not in names.values()}
            if hole.mark == "new" and hole.kind is not None and rule.has_block:
                self.scope[found[place]] = filled(hole.kind, bindings)
            if place in found:
                continue
            if hole.mark == "again":
                found[place] = names[hole.word]
            elif hole.mark == "$":
                found[place] = self.pick(self.words[hole.word])
            elif hole.mark == "block":
                extra = {names[hole.word]: filled(hole.kind, bindings)} if hole.kind is not None else {}
                head = " ".join(text for before, text in found.items() if before < place)
                column = hole.start - (rule.text.rfind("\n", 0, hole.start) + 1)
                inside = rule.is_loop and "\nelse:" not in rule.text[: hole.start]
                found[place] = self.block(inside, depth, extra, head).replace("\n", "\n" + " " * column)
            elif hole.mark == "show":
                found[place] = self.expr(self.some_kind("shown"), depth - 1)
            else:
                found[place] = self.part(hole, bindings, depth)
        for hole in rule.holes:
            if hole.mark == "new":
                self.scope.pop(names[hole.word], None)
        self.scope.update(later)
        text, end = "", 0
        for place, hole in enumerate(rule.holes):
            text += rule.text[end : hole.start] + found[place]
            end = hole.end
        return text + rule.text[end:]

    def part(self, hole: Hole, bindings: Bindings, depth: int) -> str:
        """The expression of a hole."""
        assert hole.kind is not None
        wanted = filled(hole.kind, bindings)
        text = self.expr(wanted, 0 if hole.is_atom else depth - 1)
        if hole.mark == "~" and re.search(r"[\"'\\{}:!=]", text):  # an f-string of Python 3.11 holds no quotes of its own kind
            held = [name for name, found in self.scope.items() if found == wanted]
            text = self.pick(held) if held else self.pick(("1", "25", "7 - 2"))
        return text

    # --- statements -------------------------------------------------------------------------------------------------------------------

    def block(self, is_loop: bool, depth: int, extra: Mapping[str, Kind], head: str) -> str:
        """The statements of a block. What it assigns is unknown after it; what its loop walks is left alone in it."""
        outer, frozen = dict(self.scope), self.frozen
        self.scope.update(extra)
        if is_loop:
            self.loops += 1
            self.frozen = frozen | set(re.findall(r"\b[a-z]+\d+\b|self\.\w+", head))
        text = "\n".join(self.statement(depth - 1) for _ in range(1 + self.rng.randrange(2)))
        self.loops -= is_loop
        self.frozen = frozen
        self.scope = {name: held if self.scope.get(name, held) == held else kind("any") for name, held in outer.items()}
        return text

    def statement(self, depth: int) -> str:
        """One statement, maybe of several lines, without indent."""
        for _ in range(TRIES * 8):
            rule = self.statements[self.rng.randrange(len(self.statements))]
            if rule.has_block and (depth <= 0 or (rule.is_loop and self.loops >= LOOPS_MAX)):
                continue
            if ("R" in rule.unbound and self.returns is None) or (self.loops == 0 and re.search(r"break$|continue$", rule.text)):
                continue
            outer = dict(self.scope)
            try:
                text = self.fill(rule, {"R": self.returns} if self.returns is not None else {}, depth if rule.has_block else DEPTH)
            except NotNow:
                self.scope = outer
                continue
            if rule.has_block:
                self.scope = {name: held for name, held in self.scope.items() if name in outer}
            return text
        return "pass"

    def statements_of(self, count: int, depth: int, indent: int) -> str:
        """Statements that stand one after the other, as lines."""
        return indented("\n".join(self.statement(depth) for _ in range(count)), indent)


def indented(text: str, indent: int) -> str:
    """The lines of a text moved to the right, each ended."""
    return "".join(" " * indent + line + "\n" if line else "\n" for line in text.split("\n"))
