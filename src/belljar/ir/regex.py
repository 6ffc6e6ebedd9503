"""Regular expressions, and what running one means: the specification of ``csrc/runtime/regex_match.c``. Its programs are made by ``regex_program``.

A program is a list of instructions, run by threads that all read the same character at a time (Thompson 1968, Pike; the form is Cox's, "Regular Expression Matching: the Virtual
Machine Approach"). Threads have an order; of two in the same place the later one ends, and a thread that matches ends all behind it: so the first match is the one that backtracking finds,
with the same groups, in time linear in the text.

Repeats whose body can be empty follow CPython's rule: an optional turn that consumed nothing is the last. Each such repeat has a bit in the thread that says "this turn began here"; reading a
character clears all bits. A state of a program is an instruction and the bits, ``size`` counts them all.

A lookaround is a program of its own, and whether it holds somewhere is a bit of a table that was made before (``regex_look``). Its groups depend on nothing but the place where it was
passed: a thread notes that, and they are found by running the lookaround there once the whole has matched.
"""

from __future__ import annotations

from belljar.ir.guest import GuestRegex
from belljar.ir.regex_look import looked
from belljar.ir.regex_parse import AT, BITS_MAX, LOOK, SIZE_MAX, Parsed, RegexFault, parse
from belljar.ir.regex_program import CLEAR, JUMP, LAZY_LOOP, LOOP, MATCH, SAVE, SPLIT, Program, Subject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

MODE_MATCH, MODE_SEARCH, MODE_FULLMATCH, MODE_ADVANCE = range(4)
"""From the position; from it or later; from it to the end; and a search that does not take the empty match at the position itself."""


class Regex(GuestRegex):
    """A compiled pattern: its program and those of its lookarounds."""

    __slots__ = ("bodies", "keeping", "last", "looks", "main", "parsed", "states")

    def __init__(self, pattern: str, parsed: Parsed) -> None:
        self.main: Final = Program(parsed.root)
        super().__init__(pattern, parsed.flags, parsed.groups, parsed.names, self.main.size)
        self.parsed: Final = parsed
        self.looks: Final = parsed.looks
        self.bodies: Final = [Program(look.body) for look in parsed.looks]
        self.keeping: Final = sum(look.keeps >= 0 for look in parsed.looks)
        """Lookarounds whose groups are part of the match."""
        self.states: Final = self.main.size + sum(body.size for body in self.bodies)
        self.last: tuple[tuple[str, int, int, int, bytes], tuple[list[int], int, int]] | None = None
        """The last run: its operands and what :meth:`measured` gave."""

    def run(self, text: str, start: int, end: int, mode: int, table: object = b"") -> tuple[list[int], int]:
        """The spans of the match and of its groups (-1 where unset) and the number of the group that was closed last (-1 for none), one list, empty for no match; and how many positions
        were looked at. ``start`` and ``end`` are moved into the text as CPython does it; ``table`` is what :meth:`look` gave for this text and end."""
        return self.measured(text, start, end, mode, table)[:2]

    def look(self, text: str, end: int) -> bytes:
        """The table of the lookarounds for a text up to an end."""
        return looked(self.parsed, self.bodies, text, end)

    def measured(self, text: str, start: int, end: int, mode: int, table: object) -> tuple[list[int], int, int]:
        """The same, and what it costs beyond a unit a group."""
        start, end = min(max(start, 0), len(text)), min(max(end, 0), len(text))
        operands = (text, start, end, mode, table if isinstance(table, bytes) else b"")
        if self.last is None or self.last[0] != operands:
            subject = Subject(self.parsed, text, end, operands[4])
            found, steps = _Run(self, self.main, subject, start, mode).result
            units = steps * self.cost(self.main) // 4
            if found:
                units += self.find_kept(found, subject)
                del found[2 * self.groups + 3 :]
            self.last = (operands, (found, steps, units))
        return self.last[1]

    def cost(self, program: Program) -> int:
        """Of four positions."""
        return program.size * (8 + self.groups) // 8

    def find_kept(self, slots: list[int], subject: Subject) -> int:
        """Put the groups of lookarounds that were passed into the slots. Gives what it costs."""
        last = 2 * self.groups + 2
        units = 0
        closed = [-1] * self.keeping  # the group closed last in each, or the lookaround passed last
        for number, (look, body) in enumerate(zip(self.looks, self.bodies, strict=True)):
            own = last + 1 + 2 * look.keeps
            if look.keeps < 0 or slots[own] < 0:
                continue
            start = slots[own] - (look.body.least if look.behind else 0)
            found, steps = _Run(self, body, subject, max(start, 0), MODE_MATCH).result
            units += steps * self.cost(body) // 4
            if found:
                slots[2 * look.low : 2 * look.high] = found[2 * look.low : 2 * look.high]
                for inner in self.looks[number + 1 :]:
                    if inner.keeps >= 0 and inner.high <= look.high:
                        place = last + 1 + 2 * inner.keeps
                        slots[place : place + 2] = found[place : place + 2]
                closed[look.keeps] = found[last]
        for look in reversed(self.looks):
            if look.keeps >= 0:
                closed[look.keeps] = self.closed_last(closed[look.keeps], closed, slots)
        slots[last] = self.closed_last(slots[last], closed, slots)
        return units

    def closed_last(self, group: int, closed: list[int], slots: list[int]) -> int:
        """The group that was closed last, where that may be said by the lookaround that was passed last."""
        for _ in range(self.keeping + 1):  # a wrong table could make them go round in a circle
            if group <= self.groups:
                return group
            keeps = group - self.groups - 1
            group = closed[keeps] if closed[keeps] >= 0 else slots[2 * self.groups + 4 + 2 * keeps]
        return -1


class _Run:
    """One search. A thread is an instruction and its slots: the bounds of the groups, the group closed last, and for each lookaround whose groups are kept where it was passed and
    what was the group closed last before. That lookarounds were passed last is said by numbers behind those of groups."""

    def __init__(self, regex: Regex, program: Program, subject: Subject, start: int, mode: int) -> None:
        self.code = program.code
        self.looks = regex.looks
        self.last = 2 * regex.groups + 2
        self.groups = regex.groups
        self.subject = subject
        end = subject.end
        text = subject.text
        searches = mode in (MODE_SEARCH, MODE_ADVANCE)
        slots = 2 * regex.groups + 3 + 2 * regex.keeping
        found: list[int] = []
        steps = 0
        threads: list[tuple[int, list[int]]] = []
        seen: set[tuple[int, int]] = set()
        position = start
        while not searches or start <= end:
            if not found and (searches or position == start):
                self.add(threads, seen, 0, [position, *[-1] * (slots - 1)], position)
            elif not threads:
                break
            steps += 1
            following: list[tuple[int, list[int]]] = []
            seen = set()
            for place, groups in threads:
                operation, operand = self.code[place][:2]
                if operation == MATCH:
                    if position != end if mode == MODE_FULLMATCH else mode == MODE_ADVANCE and position == start:
                        continue
                    found = [groups[0], position, *groups[2:]]
                    break
                if position < end and subject.reads(operation, operand, ord(text[position])):
                    self.add(following, seen, place + 1, groups, position + 1)
            threads = following
            if position >= end:
                break
            position += 1
        self.result: Final = (found, steps)

    def add(self, threads: list[tuple[int, list[int]]], seen: set[tuple[int, int]], place: int, groups: list[int], position: int) -> None:
        """Follow the instructions that read nothing, in order, to those that do."""
        waiting = [(place, 0, groups)]
        while waiting:
            place, bits, groups = waiting.pop()
            if (place, bits) in seen:
                continue
            seen.add((place, bits))
            operation, x, y, bit = self.code[place]
            if operation == JUMP:
                waiting.append((x, bits, groups))
            elif operation == SPLIT:
                waiting += [(y, bits, groups), (x, bits, groups)]
            elif operation == SAVE:
                groups = list(groups)
                groups[x] = position
                if x & 1:
                    groups[self.last] = x >> 1
                waiting.append((place + 1, bits, groups))
            elif operation in (LOOP, LAZY_LOOP):
                out = (y, bits & ~(1 << bit), groups)
                if bits >> bit & 1:
                    waiting.append(out)
                else:
                    body = (x, bits | 1 << bit, groups)
                    waiting += [out, body] if operation == LOOP else [body, out]
            elif operation == CLEAR:
                waiting.append((place + 1, bits & ~(1 << bit), groups))
            elif operation == AT:
                if self.subject.holds(x, position):
                    waiting.append((place + 1, bits, groups))
            elif operation == LOOK:
                if self.subject.looks(x, position):
                    keeps = self.looks[x].keeps
                    if keeps >= 0:
                        groups = list(groups)
                        groups[self.last + 1 + 2 * keeps : self.last + 3 + 2 * keeps] = position, groups[self.last]
                        groups[self.last] = self.groups + 1 + keeps
                    waiting.append((place + 1, bits, groups))
            elif (place, -1) not in seen:  # the bits of a thread that reads do not matter any more
                seen.add((place, -1))
                threads.append((place, groups))


def compiled(pattern: str, flags: int) -> Regex:
    """The program of a pattern. Raises :class:`RegexFault`."""
    parsed = parse(pattern, flags)
    nodes = [parsed.root, *[look.body for look in parsed.looks]]
    if any(node.bits > BITS_MAX for node in nodes) or sum((node.size + 1) << node.bits for node in nodes) > SIZE_MAX:
        raise RegexFault("E0786", f"a pattern whose program has more than {SIZE_MAX} states is not supported in regular expressions")
    return Regex(pattern, parsed)
