"""Regular expressions as programs, and what running one means: the specification of ``csrc/runtime/regex_compile.c`` and ``regex_match.c``.

A program is a list of instructions, run by threads that all read the same character at a time (Thompson 1968, Pike; the form is Cox's, "Regular Expression Matching: the Virtual
Machine Approach"). Threads have an order; of two in the same place the later one ends, and a thread that matches ends all behind it: so the first match is the one that backtracking finds,
with the same groups, in time linear in the text.

Repeats whose body can be empty follow CPython's rule: an optional turn that consumed nothing is the last. Each such repeat has a bit in the thread that says "this turn began here"; reading a
character clears all bits. A state of a program is an instruction and the bits, ``size`` counts them all.
"""

from __future__ import annotations

from belljar.ir.guest import GuestRegex
from belljar.ir.regex_case import ascii_lower, simple_lower, simple_upper
from belljar.ir.regex_parse import (
    ALL,
    ASCII_CATEGORY,
    AT,
    AT_ASCII_EDGE,
    AT_END,
    AT_LINE_END,
    AT_LINE_START,
    AT_START,
    AT_STRING_END,
    AT_WORD_EDGE,
    BITS_MAX,
    BRANCH,
    CATEGORIES,
    CHAR,
    GROUP,
    REPEAT,
    REPEAT_MAX,
    SEQUENCE,
    SET,
    SIZE_MAX,
    Node,
    Parsed,
    RegexFault,
    Set,
    parse,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# Instructions: CHAR, SET, ANY and ALL read one character, then those that read nothing, and the end. The operands:
#   CHAR code   SET number   AT assertion   SPLIT first, second   JUMP target   SAVE slot   LOOP body, out, bit   CLEAR bit
SPLIT, JUMP, SAVE, LOOP, LAZY_LOOP, CLEAR, MATCH = range(6, 13)
MODE_MATCH, MODE_SEARCH, MODE_FULLMATCH, MODE_ADVANCE = range(4)
"""From the position; from it or later; from it to the end; and a search that does not take the empty match at the position itself."""


class Regex(GuestRegex):
    """A compiled pattern and its program."""

    __slots__ = ("code", "folded", "last", "sets", "width")

    def __init__(self, pattern: str, parsed: Parsed) -> None:
        root = parsed.root
        super().__init__(pattern, parsed.flags, parsed.groups, parsed.names, (root.size + 1) << root.bits)
        self.sets = parsed.sets
        self.folded = parsed.folded
        self.width: Final = 1 << root.bits
        """Values the bits of a thread can have."""
        self.code: Final[list[tuple[int, int, int, int]]] = []
        """Operation, two operands and a bit."""
        self.emit(root, 0)
        self.put(MATCH)
        assert len(self.code) == root.size + 1
        self.last: tuple[tuple[str, int, int, int], tuple[list[int], int]] | None = None
        """The last run: its operands and what :meth:`run` gave."""

    def put(self, operation: int, x: int = 0, y: int = 0, bit: int = 0) -> int:
        self.code.append((operation, x, y, bit))
        return len(self.code) - 1

    def emit(self, node: Node, depth: int) -> None:
        """The instructions of a node inside ``depth`` guarded repeats."""
        kind = node.kind
        if kind == SEQUENCE:
            for child in node.children:
                self.emit(child, depth)
        elif kind == GROUP:
            if node.value:
                self.put(SAVE, 2 * node.value)
            self.emit(node.children[0], depth)
            if node.value:
                self.put(SAVE, 2 * node.value + 1)
        elif kind == BRANCH:
            jumps = []
            for child in node.children[:-1]:
                split = self.put(SPLIT)
                self.emit(child, depth)
                jumps.append(self.put(JUMP))
                self.code[split] = (SPLIT, split + 1, len(self.code), 0)
            self.emit(node.children[-1], depth)
            for jump in jumps:
                self.code[jump] = (JUMP, len(self.code), 0, 0)
        elif kind == REPEAT:
            self.emit_repeat(node, depth)
        else:
            self.put(kind, node.value)

    def emit_repeat(self, node: Node, depth: int) -> None:
        body = node.children[0]
        if not node.size:
            return
        inner = depth + node.guarded
        endless = node.high == REPEAT_MAX
        for _ in range(node.low - (1 if endless and node.low else 0)):
            self.emit(body, inner)
        if endless and node.low:
            start = len(self.code)
            self.emit(body, inner)
            self.fork(self.put(SPLIT), start, len(self.code), node, depth)
        elif endless:
            fork = self.put(SPLIT)
            self.emit(body, inner)
            self.put(JUMP, fork)
            self.fork(fork, fork + 1, len(self.code), node, depth)
        else:
            forks = []
            for _ in range(node.high - node.low):
                forks.append(self.put(SPLIT))
                self.emit(body, inner)
            for fork in forks:
                self.fork(fork, fork + 1, len(self.code), node, depth)
            if node.guarded:
                self.put(CLEAR, bit=depth)

    def fork(self, place: int, body: int, out: int, node: Node, depth: int) -> None:
        """Where a repeat goes on or ends."""
        if node.guarded:
            self.code[place] = (LAZY_LOOP if node.lazy else LOOP, body, out, depth)
        else:
            self.code[place] = (SPLIT, out, body, 0) if node.lazy else (SPLIT, body, out, 0)

    def run(self, text: str, start: int, end: int, mode: int) -> tuple[list[int], int]:
        """The spans of the match and of its groups (-1 where unset) and the number of the group that was closed last (-1 for none), one list, empty for no match; and how many positions
        were looked at. ``start`` and ``end`` are moved into the text as CPython does it."""
        start, end = min(max(start, 0), len(text)), min(max(end, 0), len(text))
        operands = (text, start, end, mode)
        if self.last is None or self.last[0] != operands:
            self.last = (operands, _Run(self, text, start, end, mode).result)
        return self.last[1]


class _Run:
    """One search. A thread is an instruction and its slots, of which the last is the group closed last."""

    def __init__(self, regex: Regex, text: str, start: int, end: int, mode: int) -> None:
        self.code = regex.code
        self.sets = regex.sets
        self.text = text
        self.end = end
        searches = mode in (MODE_SEARCH, MODE_ADVANCE)
        slots = 2 * regex.groups + 3
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
                if position < end and self.reads(operation, operand, ord(text[position])):
                    self.add(following, seen, place + 1, groups, position + 1)
            threads = following
            if position >= end:
                break
            position += 1
        self.result: Final = (found, steps)

    def reads(self, operation: int, operand: int, code: int) -> bool:
        if operation == CHAR:
            return code == operand
        if operation == SET:
            return contains(self.sets[operand], code)
        return operation == ALL or code != 10

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
                    groups[-1] = x >> 1
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
                if self.holds(x, position):
                    waiting.append((place + 1, bits, groups))
            elif (place, -1) not in seen:  # the bits of a thread that reads do not matter any more
                seen.add((place, -1))
                threads.append((place, groups))

    def holds(self, assertion: int, position: int) -> bool:
        text, end = self.text, self.end
        if assertion == AT_START:
            return position == 0
        if assertion == AT_LINE_START:
            return position == 0 or text[position - 1] == "\n"
        if assertion == AT_STRING_END:
            return position == end
        if assertion == AT_END:
            return position == end or (position + 1 == end and text[position] == "\n")
        if assertion == AT_LINE_END:
            return position == end or (position < end and text[position] == "\n")
        if end == 0:
            return False  # CPython 3.11: an empty text has no place at all between characters
        word = CATEGORIES["w"] << (ASCII_CATEGORY if assertion >= AT_ASCII_EDGE else 0)
        before = position > 0 and in_categories(word, ord(text[position - 1]))
        behind = position < end and in_categories(word, ord(text[position]))
        return (before != behind) == (assertion in (AT_WORD_EDGE, AT_ASCII_EDGE))


def in_categories(categories: int, code: int) -> bool:
    """Whether one of the categories has the character."""
    character = chr(code)
    ascii = code < 128
    is_digit, is_space, is_word = character.isdecimal(), character.isspace(), character.isalnum() or code == 95
    has = 0
    for letter, unicode_has, ascii_has in (
        ("d", is_digit, ascii and is_digit),
        ("s", is_space, code in (9, 10, 11, 12, 13, 32)),
        ("w", is_word, ascii and is_word),
    ):
        has |= CATEGORIES[letter if unicode_has else letter.upper()]
        has |= CATEGORIES[letter if ascii_has else letter.upper()] << ASCII_CATEGORY
    return categories & has != 0


def contains(set: Set, code: int) -> bool:
    """Whether a set has the character."""
    if set.fold:
        code = simple_lower(code) if set.fold == 2 else ascii_lower(code)
    found = any(low <= code <= high for low, high in set.ranges) or in_categories(set.categories, code)
    if set.upper and not found:
        other = simple_upper(code)
        found = any(low <= code <= high or low <= other <= high for low, high in set.upper)
    return found != set.negated


def compiled(pattern: str, flags: int) -> Regex:
    """The program of a pattern. Raises :class:`RegexFault`."""
    parsed = parse(pattern, flags)
    if parsed.root.bits > BITS_MAX or (parsed.root.size + 1) << parsed.root.bits > SIZE_MAX:
        raise RegexFault("E0786", f"a pattern whose program has more than {SIZE_MAX} states is not supported in regular expressions")
    return Regex(pattern, parsed)
