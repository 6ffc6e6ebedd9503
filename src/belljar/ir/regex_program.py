"""Programs of regular expressions, and what single instructions ask of a text: the specification of ``csrc/runtime/regex_compile.c``."""

from __future__ import annotations

from belljar.ir.regex_case import ascii_lower, simple_lower, simple_upper
from belljar.ir.regex_parse import (
    ALL,
    ASCII_CATEGORY,
    AT_ASCII_EDGE,
    AT_END,
    AT_LINE_END,
    AT_LINE_START,
    AT_START,
    AT_STRING_END,
    AT_WORD_EDGE,
    BRANCH,
    CATEGORIES,
    CHAR,
    GROUP,
    REPEAT,
    REPEAT_MAX,
    SEQUENCE,
    SET,
    Node,
    Parsed,
    Set,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# Instructions: CHAR, SET, ANY and ALL read one character, then those that read nothing, and the end. The operands:
#   CHAR code   SET number   AT assertion   SPLIT first, second   JUMP target   SAVE slot   LOOP body, out, bit   CLEAR bit   LOOK number
SPLIT, JUMP, SAVE, LOOP, LAZY_LOOP, CLEAR, MATCH = range(6, 13)


class Program:
    """The instructions of a pattern, or of one of its lookarounds."""

    __slots__ = ("code", "size", "width")

    def __init__(self, root: Node) -> None:
        self.width: Final = 1 << root.bits
        """Values the bits of a thread can have."""
        self.code: Final[list[tuple[int, int, int, int]]] = []
        """Operation, two operands and a bit."""
        self.emit(root, 0)
        self.put(MATCH)
        assert len(self.code) == root.size + 1
        self.size: Final = len(self.code) * self.width
        """States."""

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


class Subject:
    """A text up to an end, and what is known of the lookarounds in it: a row of bits for each, whether it matches from a position on."""

    def __init__(self, parsed: Parsed, text: str, end: int, table: bytes | bytearray) -> None:
        self.parsed = parsed
        self.text = text
        self.end = end
        self.table = table

    def reads(self, operation: int, operand: int, code: int) -> bool:
        if operation == CHAR:
            return code == operand
        if operation == SET:
            return contains(self.parsed.sets[operand], code)
        return operation == ALL or code != 10

    def looks(self, number: int, position: int) -> bool:
        """Whether a lookaround holds."""
        look = self.parsed.looks[number]
        start = position - (look.body.least if look.behind else 0)
        found = False
        if 0 <= start <= self.end:
            byte = number * (self.end // 8 + 1) + start // 8
            found = byte < len(self.table) and self.table[byte] >> start % 8 & 1 != 0
        return found != look.negated

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
