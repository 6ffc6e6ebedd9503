"""Regular expressions, read: the syntax of CPython 3.11's ``re`` for str, with its messages.

What cannot be matched in linear time (references back, conditionals) is refused by name, with another code than a pattern that is
wrong for CPython too, so that a program that asks whether a pattern is right is never told something else than CPython says.

Possessive repeats and atomic groups are written out as what they say: that the first way to match is the only one. A lookahead in front of every other way says that the ways before it
do not match there (:meth:`_Parser.settled`). Where that would need more than a lookahead for each part they are refused, too.

This is the specification of ``csrc/runtime/regex_parse.c``, which follows it step by step: the same tokens, the same order of checks, the same nodes.
"""

from __future__ import annotations

from belljar.ir.regex_case import PEERS, ascii_lower, is_ascii_cased, is_cased, simple_lower

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

IGNORECASE: Final = 2
LOCALE: Final = 4
MULTILINE: Final = 8
DOTALL: Final = 16
UNICODE: Final = 32
VERBOSE: Final = 64
ASCII: Final = 256
TEMPLATE_AND_DEBUG: Final = 1 | 128

REPEAT_MAX: Final = 0xFFFFFFFF
"""No upper bound of a repeat."""
SIZE_MAX: Final = 1 << 16
"""Largest program, in states."""
NESTING_MAX: Final = 100
"""Deepest nesting of groups."""
GROUPS_MAX: Final = 4096
BITS_MAX: Final = 16
"""Deepest nesting of repeats whose body can be empty."""

WIDTH_MAX: Final = 1 << 32
"""Widths from here on are not told apart."""

# Kinds of nodes. The first five and the last are also instructions.
CHAR, SET, ANY, ALL, AT, GROUP, SEQUENCE, BRANCH, REPEAT = range(1, 10)
LOOK: Final = 13
# What a match of a node leaves of the groups in it: there are none; all are set; some may not be.
NO_GROUPS, ALL_SET, SOME_SET = range(3)
# Assertions.
AT_START, AT_LINE_START, AT_END, AT_LINE_END, AT_STRING_END, AT_WORD_EDGE, AT_NO_WORD_EDGE, AT_ASCII_EDGE, AT_NO_ASCII_EDGE = range(9)
# Categories of characters: a bit each.
CATEGORIES: Final = {letter: 1 << bit for bit, letter in enumerate("dDsSwW")}
ASCII_CATEGORY: Final = 6
"""The categories of ASCII alone stand so many bits higher."""

RUNS_MAX: Final = 16
"""Runs of characters in an atomic group that may have to be shorter for the rest of it to match."""
ALTERNATIVES_MAX: Final = 32
"""Alternatives in an atomic group that are written out."""
TRIED_AGAIN: Final = "atomic groups and possessive repeats of which a part may be tried again are"

FLAG_LETTERS: Final = {
    "i": IGNORECASE, "L": LOCALE, "m": MULTILINE, "s": DOTALL, "x": VERBOSE, "a": ASCII, "t": 1, "u": UNICODE,
}  # fmt: skip
TYPE_FLAGS: Final = ASCII | LOCALE | UNICODE
SPECIAL: Final = ".\\[{()*+?^$|"
ESCAPES: Final = {"\\a": 7, "\\b": 8, "\\f": 12, "\\n": 10, "\\r": 13, "\\t": 9, "\\v": 11, "\\\\": 92}


class RegexFault(Exception):
    """The pattern is wrong (E0785), not supported (E0786), has too large a number (E0787) or flags that exclude one another (E0788)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text
        self.folded = 0
        """Code points that were folded before."""


class Node:
    """A part of a pattern. ``size``: instructions. ``bits``: how many repeats with a body that can be empty are nested in it. ``least`` and ``most``: characters a match has.
    ``groups``: what a match leaves of its groups. ``loose``: there is a lookaround in it whose match may leave some of its groups unset. ``choice``: there may be several ways to match at
    a place. ``sure``: there is one at every place. ``rank``: how deep lookarounds are nested in it. ``quantified``: a repeat, or what one was written out as."""

    __slots__ = (
        *("bits", "children", "choice", "groups", "high", "kind", "lazy", "least", "loose", "low"),
        *("most", "nullable", "quantified", "rank", "size", "sure", "value"),
    )

    def __init__(
        self, kind: int, value: int = 0, children: list[Node] | None = None, size: int = 1, nullable: bool = False, bits: int = 0
    ) -> None:
        self.kind = kind
        self.value = value
        """The character, the number of the set, the assertion, the number of the group (0 for one that captures nothing) or of the lookaround."""
        self.children = children or []
        self.size = size
        self.nullable = nullable
        self.bits = bits
        self.low = self.high = 0
        self.lazy = False
        self.least = self.most = 1 if kind < AT else 0
        self.groups = NO_GROUPS
        self.rank = 0
        self.loose = self.choice = self.sure = self.quantified = False

    @property
    def guarded(self) -> bool:
        """A repeat that must end where its body was empty."""
        body = self.children[0]
        return body.nullable and body.size > 0 and self.high - self.low >= 2


class Look:
    """A lookaround: a body that matches (or, ``negated``, does not) from here on, or ``behind``: from as many characters before as it has. ``keeps``: the number among those whose
    groups are part of the match, or -1. ``low`` and ``high``: the groups in it, the first and one behind the last."""

    __slots__ = ("behind", "body", "high", "keeps", "low", "negated")
    # Its body's rank says when its table is made: behind those of the lookarounds in it.

    def __init__(self, behind: bool, negated: bool, low: int) -> None:
        self.behind = behind
        self.negated = negated
        self.low = self.high = low
        self.keeps = -1
        self.body = Node(SEQUENCE)


class Set:
    """A set of characters: ranges in order, apart from one another; categories; all compared with the character in lower case where ``fold`` is not 0 (1: of ASCII only).
    ``upper`` are ranges in which the lower-case character may also be in upper case."""

    __slots__ = ("categories", "fold", "negated", "ranges", "upper")

    def __init__(self, negated: bool, fold: int, categories: int, ranges: list[tuple[int, int]], upper: list[tuple[int, int]]) -> None:
        self.negated = negated
        self.fold = fold
        self.categories = categories
        self.ranges = merged(ranges)
        self.upper = merged(upper)


def merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return result


class Parsed:
    """A pattern read: its nodes, sets, lookarounds (an outer one before those in it), flags, groups (without the whole match), names, and how many code points were folded for its sets."""

    __slots__ = ("flags", "folded", "groups", "looks", "names", "root", "sets")

    def __init__(self, root: Node, sets: list[Set], looks: list[Look], flags: int, groups: int, names: dict[str, int], folded: int) -> None:
        self.root = root
        self.sets = sets
        self.looks = looks
        self.flags = flags
        self.groups = groups
        self.names = names
        self.folded = folded


def parse(pattern: str, flags: int) -> Parsed:
    """Read a pattern. Raises :class:`RegexFault`."""
    flags &= 0xFFFFFFFF
    if flags & LOCALE:
        raise RegexFault("E0788", "cannot use LOCALE flag with a str pattern")
    if flags & TEMPLATE_AND_DEBUG:
        raise RegexFault("E0786", "the flags TEMPLATE and DEBUG are not supported")
    parser = _Parser(pattern, flags)
    try:
        parser.get()
        root = parser.branches(0, flags)
        if not parser.flags & ASCII:
            parser.flags |= UNICODE
        elif parser.flags & UNICODE:
            raise RegexFault("E0788", "ASCII and UNICODE flags are incompatible")
        if parser.next is not None:
            raise parser.error("unbalanced parenthesis")
        if any(look.behind and look.body.least != look.body.most for look in parser.looks):
            raise RegexFault("E0785", "look-behind requires fixed-width pattern")
    except RegexFault as fault:
        fault.folded = parser.folded
        raise
    return Parsed(root, parser.sets, parser.looks, parser.flags, len(parser.closed) - 1, parser.names, parser.folded)


class _Parser:
    """The pattern as tokens, a character or an escape of two each, one of them ahead; and what was found so far."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.flags = flags
        self.names: dict[str, int] = {}
        self.closed = [False]  # per group: is it complete? the whole match never is
        self.sets: list[Set] = []
        self.looks: list[Look] = []
        self.keeping = 0
        self.folded = 0
        self.index = 0
        self.next: str | None = None

    # --- tokens ---

    def get(self) -> str | None:
        this = self.next
        index = self.index
        if index >= len(self.pattern):
            self.next = None
            return this
        token = self.pattern[index]
        if token == "\\":
            index += 1
            if index >= len(self.pattern):
                raise RegexFault("E0785", f"bad escape (end of pattern) at position {len(self.pattern) - 1}")
            token += self.pattern[index]
        self.index = index + 1
        self.next = token
        return this

    def match(self, token: str) -> bool:
        if token == self.next:
            self.get()
            return True
        return False

    def tell(self) -> int:
        return self.index - len(self.next or "")

    def error(self, text: str, offset: int = 0) -> RegexFault:
        return RegexFault("E0785", f"{text} at position {self.tell() - offset}")

    def refused(self, what: str, position: int) -> RegexFault:
        return RegexFault("E0786", f"{what} not supported in regular expressions at position {position}")

    def digits(self, most: int, allowed: str) -> str:
        found = ""
        while len(found) < most and self.next is not None and self.next in allowed:
            found += self.next
            self.get()
        return found

    def until(self, end: str, what: str) -> str:
        found = ""
        while True:
            token = self.get()
            if token is None:
                if not found:
                    raise self.error(f"missing {what}")
                raise self.error(f"missing {end}, unterminated name", len(found))
            if token == end:
                if not found:
                    raise self.error(f"missing {what}", 1)
                return found
            found += token

    def name(self, end: str) -> str:
        name = self.until(end, "group name")
        if not name.isidentifier():
            raise self.error(f"bad character in group name {name!r}", len(name) + 1)
        return name

    # --- branches and sequences ---

    def branches(self, depth: int, flags: int) -> Node:
        children: list[Node] = []
        while True:
            children.append(self.sequence(depth, flags, depth == 0 and not children))
            if not self.match("|"):
                break
            if depth == 0:
                flags = self.flags
        return children[0] if len(children) == 1 else alternatives(children)

    def sequence(self, depth: int, flags: int, first: bool) -> Node:
        items: list[Node] = []
        while self.next is not None and self.next not in ("|", ")"):
            this = self.get()
            assert this is not None
            if flags & VERBOSE:
                if this in " \t\n\r\v\f":
                    continue
                if this == "#":
                    while True:
                        token = self.get()
                        if token is None or token == "\n":
                            break
                    continue
            if this[0] == "\\":
                items.append(self.escape(this, flags))
            elif this not in SPECIAL:
                items.append(self.literal(ord(this), flags))
            elif this == "[":
                items.append(self.bracket(flags))
            elif this in "*+?{":
                self.repeat(this, items, flags)
            elif this == ".":
                items.append(Node(ALL if flags & DOTALL else ANY))
            elif this == "(":
                group = self.group(depth, flags, first and not items)
                if group is None:  # a comment, or flags for the whole pattern
                    flags = self.flags if depth == 0 and first else flags
                else:
                    items.append(group)
            elif this == "^":
                items.append(Node(AT, AT_LINE_START if flags & MULTILINE else AT_START, nullable=True))
            else:
                items.append(Node(AT, AT_LINE_END if flags & MULTILINE else AT_END, nullable=True))
        return joined(items)

    def repeat(self, this: str, items: list[Node], flags: int) -> None:
        here = self.tell()
        low, high = {"?": (0, 1), "*": (0, REPEAT_MAX), "+": (1, REPEAT_MAX), "{": (0, REPEAT_MAX)}[this]
        if this == "{":
            if self.next == "}":
                items.append(self.literal(ord(this), flags))
                return
            start = self.index, self.next
            first = second = self.digits(len(self.pattern), "0123456789")
            if self.match(","):
                second = self.digits(len(self.pattern), "0123456789")
            if not self.match("}"):
                items.append(self.literal(ord(this), flags))
                self.index, self.next = start
                return
            if first:
                low = self.count(first)
            if second:
                high = self.count(second)
                if high < low:
                    raise self.error("min repeat greater than max repeat", self.tell() - here)
        if not items or items[-1].kind == AT:
            raise self.error("nothing to repeat", self.tell() - here + len(this))
        body = items[-1]
        if body.quantified:
            raise self.error("multiple repeat", self.tell() - here + len(this))
        lazy = self.match("?")
        possessive = not lazy and self.match("+")
        if high >= 2 and body.loose:
            raise self.refused("groups that a repeated lookaround may leave unset are", here - len(this))
        items[-1] = repeated(body, low, high, lazy)
        if possessive:
            if high >= 2 and body.groups == SOME_SET:  # CPython does not put them back as it does elsewhere
                raise self.refused("groups that a possessive repeat may leave unset are", here - len(this))
            items[-1] = self.settled(items[-1], here - len(this), True)

    def count(self, digits: str) -> int:
        value = 0
        for digit in digits:
            value = min(value * 10 + ord(digit) - 48, REPEAT_MAX)
        if value >= REPEAT_MAX:
            raise RegexFault("E0787", "the repetition number is too large")
        return value

    # --- groups ---

    def group(self, depth: int, flags: int, first: bool) -> Node | None:
        start = self.tell() - 1
        captures = True
        name = None
        look = None
        atomic = False
        add = remove = 0
        if self.match("?"):
            token = self.get()
            if token is None:
                raise self.error("unexpected end of pattern")
            if token == "P":
                if self.match("<"):
                    name = self.name(">")
                elif self.match("="):
                    name = self.name(")")
                    if name not in self.names:
                        raise self.error(f"unknown group name {name!r}", len(name) + 1)
                    if not self.closed[self.names[name]]:
                        raise self.error("cannot refer to an open group", len(name) + 1)
                    raise self.refused("references to groups are", start)
                else:
                    token = self.get()
                    if token is None:
                        raise self.error("unexpected end of pattern")
                    raise self.error(f"unknown extension ?P{token}", len(token) + 2)
            elif token == ":":
                captures = False
            elif token == "#":
                while True:
                    if self.next is None:
                        raise self.error("missing ), unterminated comment", self.tell() - start)
                    if self.get() == ")":
                        return None
            elif token in ("=", "!", "<"):
                behind = token == "<"
                if behind:
                    token = self.get()
                    if token is None:
                        raise self.error("unexpected end of pattern")
                    if token not in ("=", "!"):
                        raise self.error(f"unknown extension ?<{token}", len(token) + 2)
                captures = False
                look = Look(behind, token == "!", len(self.closed))
            elif token == "(":
                raise self.refused("conditional groups are", start)
            elif token == ">":
                captures = False
                atomic = True
            elif token in FLAG_LETTERS or token == "-":
                changes = self.inline_flags(token)
                if changes is None:
                    if not first:
                        raise self.error("global flags not at the start of the expression", self.tell() - start)
                    return None
                add, remove = changes
                captures = False
            else:
                raise self.error(f"unknown extension ?{token}", len(token) + 1)
        number = 0
        if captures:
            number = len(self.closed)
            if number > GROUPS_MAX:
                raise self.refused(f"more than {GROUPS_MAX} groups are", start)
            self.closed.append(False)
            if name is not None:
                if name in self.names:
                    text = f"redefinition of group name {name!r} as group {number}; was group {self.names[name]}"
                    raise self.error(text, len(name) + 1)
                self.names[name] = number
        if depth >= NESTING_MAX:
            raise self.refused(f"more than {NESTING_MAX} nested groups are", start)
        number = self.open(look) if look else number
        if add & TYPE_FLAGS:
            flags &= ~TYPE_FLAGS
        body = self.branches(depth + 1, (flags | add) & ~remove)
        if not self.match(")"):
            raise self.error("missing ), unterminated subpattern", self.tell() - start)
        if look:
            return self.close(look, number, body)
        self.closed[number] = number > 0
        return grouped(number, self.settled(body, start) if atomic else body)

    def open(self, look: Look) -> int:
        self.looks.append(look)
        return len(self.looks) - 1

    def close(self, look: Look, number: int, body: Node) -> Node:
        look.body = body
        look.high = len(self.closed)
        node = Node(LOOK, number, [], nullable=True)
        node.rank = body.rank + 1
        if not look.negated:
            node.groups = body.groups
            node.loose = body.loose or body.groups == SOME_SET
            if body.groups:
                look.keeps = self.keeping
                self.keeping += 1
        return node

    def settled(self, node: Node, start: int, possessive: bool = False, depth: int = 0) -> Node:
        """What matches as the node does, but in one way only: that which is tried first. A ``possessive`` repeat is settled turn by turn."""
        if not node.choice:
            return node
        if node.kind == GROUP:
            return grouped(node.value, self.settled(node.children[0], start))
        if node.kind == BRANCH:
            made = self.settled_branch(node, start)
        elif node.kind == REPEAT:
            made = self.settled_repeat(node, start, possessive)
        else:
            made = self.settled_sequence(node, start, depth)
        made.least, made.most = node.least, node.most  # those of all ways: CPython asks for them where it looks behind
        return made

    def settled_branch(self, node: Node, start: int) -> Node:
        if len(node.children) > ALTERNATIVES_MAX:
            raise self.refused(TRIED_AGAIN, start)
        ways: list[Node] = []
        others: list[Node] = []
        for child in node.children:
            ways.append(joined([*others, self.settled(child, start)]))
            if child is not node.children[-1]:
                others.append(self.unless(child))
        made = certain(alternatives(ways))
        made.sure = node.sure
        return made

    def settled_repeat(self, node: Node, start: int, possessive: bool) -> Node:
        body, low, high = node.children[0], node.low, node.high
        if body.nullable or (low >= 2 and ends_differ(body) and not possessive):
            raise self.refused(TRIED_AGAIN, start)
        one = self.settled(body, start)
        if node.lazy or low == high:
            made = repeated(one, low, low, False)
        elif high == REPEAT_MAX:
            made = joined([repeated(one, low, high, False), self.unless(body)])
        else:
            made = alternatives([repeated(one, high, high, False), joined([repeated(one, low, high - 1, False), self.unless(body)])])
        made.sure = low == 0
        made.quantified = True
        return certain(made)

    def settled_sequence(self, node: Node, start: int, depth: int) -> Node:
        """What is behind a part that may end at several places must match wherever it ended, so that nothing is tried again. Or the part is a run of something with one way to match: it ends
        at the last place where the rest matches, or if it is lazy at the first, which a lookahead finds."""
        items = node.children
        at = next((place for place, item in enumerate(items) if ends_differ(item)), len(items))
        if all(item.sure for item in items[at + 1 :]):
            made = joined([self.settled(item, start) for item in items])
            made.sure = node.sure
            return certain(made)
        run = core(items[at])
        body = run.children[0] if run.kind == REPEAT else run
        if run.kind != REPEAT or run.high != REPEAT_MAX or body.choice or body.nullable or (run.lazy and run.low) or depth >= RUNS_MAX:
            raise self.refused(TRIED_AGAIN, start)
        rest = joined(items[at + 1 :])
        before = [self.settled(item, start) for item in items[:at]]
        if run.lazy:
            run = repeated(joined([self.unless(rest), body]), 0, REPEAT_MAX, False)
        else:
            run = joined([run, self.unless(joined([repeated(body, 1, REPEAT_MAX, False), rest]))])
        return certain(joined([*before, instead(items[at], run), self.settled(rest, start, False, depth + 1)]))

    def unless(self, body: Node) -> Node:
        """A lookahead that holds where the node does not match."""
        look = Look(False, True, len(self.closed))
        return self.close(look, self.open(look), body)

    def inline_flags(self, token: str) -> tuple[int, int] | None:
        add = remove = 0
        current: str | None = token
        if token != "-":
            while True:
                assert current is not None
                flag = FLAG_LETTERS[current]
                if current == "L":
                    raise self.error("bad inline flags: cannot use 'L' flag with a str pattern")
                add |= flag
                if flag & TYPE_FLAGS and add & TYPE_FLAGS != flag:
                    raise self.error("bad inline flags: flags 'a', 'u' and 'L' are incompatible")
                current = self.get()
                if current is None:
                    raise self.error("missing -, : or )")
                if current in (")", "-", ":"):
                    break
                if current not in FLAG_LETTERS:
                    raise self.error("unknown flag" if current.isalpha() else "missing -, : or )", len(current))
        if current == ")":
            if add & 1:
                raise self.refused("the flag 't' is", self.tell())
            self.flags |= add
            return None
        if add & 1:
            raise self.error("bad inline flags: cannot turn on global flag", 1)
        if current == "-":
            current = self.get()
            if current is None:
                raise self.error("missing flag")
            if current not in FLAG_LETTERS:
                raise self.error("unknown flag" if current.isalpha() else "missing flag", len(current))
            while True:
                flag = FLAG_LETTERS[current]
                if flag & TYPE_FLAGS:
                    raise self.error("bad inline flags: cannot turn off flags 'a', 'u' and 'L'")
                remove |= flag
                current = self.get()
                if current is None:
                    raise self.error("missing :")
                if current == ":":
                    break
                if current not in FLAG_LETTERS:
                    raise self.error("unknown flag" if current.isalpha() else "missing :", len(current))
        if remove & 1:
            raise self.error("bad inline flags: cannot turn off global flag", 1)
        if add & remove:
            raise self.error("bad inline flags: flag turned on and off", 1)
        return add, remove

    # --- characters and sets ---

    def literal(self, code: int, flags: int) -> Node:
        """A character by itself."""
        if flags & IGNORECASE and (is_ascii_cased(code) if flags & ASCII else is_cased(code)):
            return self.one(code, flags, False)
        return Node(CHAR, code)

    def one(self, code: int, flags: int, negated: bool) -> Node:
        """A set of one character (or all but one), case aside where the flags say so."""
        fold = 0
        codes: tuple[int, ...] = (code,)
        if flags & IGNORECASE and flags & ASCII and is_ascii_cased(code):
            fold, codes = 1, (ascii_lower(code),)
        elif flags & IGNORECASE and not flags & ASCII and is_cased(code):
            lower = simple_lower(code)
            fold, codes = 2, PEERS.get(lower, (lower,))
        self.sets.append(Set(negated, fold, 0, [(one, one) for one in codes], []))
        return Node(SET, len(self.sets) - 1)

    def category(self, letter: str, flags: int) -> int:
        return CATEGORIES[letter] << (ASCII_CATEGORY if flags & ASCII else 0)

    def escape(self, token: str, flags: int) -> Node:
        letter = token[1]
        if letter in CATEGORIES:
            self.sets.append(Set(False, 0, self.category(letter, flags), [], []))
            return Node(SET, len(self.sets) - 1)
        if letter in "AbBZ":
            edge = {"A": AT_START, "Z": AT_STRING_END, "b": AT_WORD_EDGE, "B": AT_NO_WORD_EDGE}[letter]
            return Node(AT, edge + (AT_ASCII_EDGE - AT_WORD_EDGE if edge >= AT_WORD_EDGE and flags & ASCII else 0), nullable=True)
        if letter == "0":
            return self.literal(int(token[1:] + self.digits(2, "01234567"), 8), flags)
        if letter in "123456789":
            return self.literal(self.octal_or_reference(token), flags)
        return self.literal(self.character(token), flags)

    def octal_or_reference(self, token: str) -> int:
        """Three octal digits are a character, all else is a reference to a group."""
        if self.next is not None and self.next in "0123456789":
            token += self.digits(1, "0123456789")
            if token[1] in "01234567" and token[2] in "01234567" and self.next is not None and self.next in "01234567":
                token += self.digits(1, "01234567")
                return self.octal(token)
        group = int(token[1:])
        if group >= len(self.closed):
            raise self.error(f"invalid group reference {group}", len(token) - 1)
        if not self.closed[group]:
            raise self.error("cannot refer to an open group", len(token))
        raise self.refused("references to groups are", self.tell() - len(token))

    def octal(self, token: str) -> int:
        code = int(token[1:], 8)
        if code > 0o377:
            raise self.error(f"octal escape value {token} outside of range 0-0o377", len(token))
        return code

    def character(self, token: str) -> int:
        """The code point of an escape that stands for one, in a set or out of it."""
        if token in ESCAPES:
            return ESCAPES[token]
        letter = token[1]
        size = {"x": 2, "u": 4, "U": 8}.get(letter, 0)
        if size:
            token += self.digits(size, "0123456789abcdefABCDEF")
            if len(token) != size + 2:
                raise self.error(f"incomplete escape {token}", len(token))
            code = int(token[2:], 16)
            if code > 0x10FFFF:
                raise self.error(f"bad escape {token}", len(token))
            return code
        if letter == "N":
            if not self.match("{"):
                raise self.error("missing {")
            name = self.until("}", "character name")
            raise self.refused("names of characters are", self.tell() - len(name) - 4)
        if letter in "0123456789" or (letter.isascii() and letter.isalpha()):
            raise self.error(f"bad escape {token}", len(token))
        return ord(letter)

    def member(self, token: str, flags: int) -> tuple[int, int]:
        """A member of a set: a code point, or -1 and a category."""
        if token[0] != "\\":
            return ord(token), 0
        letter = token[1]
        if letter in CATEGORIES:
            return -1, self.category(letter, flags)
        if letter in "01234567":
            return self.octal(token + self.digits(2, "01234567")), 0
        return self.character(token), 0

    def bracket(self, flags: int) -> Node:
        here = self.tell() - 1
        negated = self.match("^")
        ranges: list[tuple[int, int]] = []
        single: set[tuple[int, int]] = set()
        categories = 0
        while True:
            this = self.get()
            if this is None:
                raise self.error("unterminated character set", self.tell() - here)
            if this == "]" and (ranges or categories):
                break
            low, category = self.member(this, flags)
            if not self.match("-"):
                categories |= category
                if low >= 0:
                    ranges.append((low, low))
                    single.add((low, low))
                continue
            that = self.get()
            if that is None:
                raise self.error("unterminated character set", self.tell() - here)
            if that == "]":
                categories |= category
                if low >= 0:
                    ranges.append((low, low))
                    single.add((low, low))
                ranges.append((45, 45))
                single.add((45, 45))
                break
            high, category = self.member(that, flags)
            if low < 0 or high < low:
                raise self.error(f"bad character range {this}-{that}", len(this) + 1 + len(that))
            ranges.append((low, high))
            single.add((low, high + 1))  # a range, even of one character
        if not categories and len(single) == 1 and (ranges[0][0],) * 2 in single:
            return self.one(ranges[0][0], flags, negated) if negated else self.literal(ranges[0][0], flags)
        self.sets.append(self.folded_set(ranges, flags, negated, categories))
        return Node(SET, len(self.sets) - 1)

    def folded_set(self, ranges: list[tuple[int, int]], flags: int, negated: bool, categories: int) -> Set:
        """The set, case aside where the flags say so. Members beyond the BMP are compared as CPython does it: a character with itself, a range also with its upper case."""
        if not flags & IGNORECASE:
            return Set(negated, 0, categories, ranges, [])
        unicode = not flags & ASCII
        cased = False
        codes: set[int] = set()
        more: list[tuple[int, int]] = []
        upper: list[tuple[int, int]] = []
        for low, high in ranges:
            if high >= 0x10000:
                cased = True
                (upper if low < high else more).append((low, high))
            self.folded += max(min(high, 0xFFFF) - low + 1, 0)
            for code in range(low, min(high, 0xFFFF) + 1):
                if is_cased(code) if unicode else is_ascii_cased(code):
                    cased = True
                lower = simple_lower(code) if unicode else ascii_lower(code)
                codes.update(PEERS.get(lower, (lower,)) if unicode else (lower,))
        if not cased:
            return Set(negated, 0, categories, ranges, [])
        return Set(negated, 2 if unicode else 1, categories, more + [(code, code) for code in codes], upper)


def bounded(size: int) -> int:
    """Sizes beyond the largest are not told apart."""
    return min(size, SIZE_MAX + 1)


def ends_differ(node: Node) -> bool:
    """Whether the ways to match may end at different places: if not, it does not matter to what follows which one was taken."""
    return node.choice and node.least != node.most


def core(node: Node) -> Node:
    """What there is in groups around it, and nothing else."""
    while node.kind == GROUP or (node.kind == SEQUENCE and len(node.children) == 1):
        node = node.children[0]
    return node


def instead(node: Node, made: Node) -> Node:
    """The groups around the core of a node, around another."""
    if node.kind == GROUP:
        return grouped(node.value, instead(node.children[0], made))
    return instead(node.children[0], made) if node.kind == SEQUENCE else made


def certain(node: Node) -> Node:
    node.choice = False
    return node


def joined(items: list[Node]) -> Node:
    node = Node(
        SEQUENCE,
        0,
        items,
        bounded(sum(item.size for item in items)),
        all(item.nullable for item in items),
        max((item.bits for item in items), default=0),
    )
    node.least, node.most = wide(sum(item.least for item in items), sum(item.most for item in items))
    node.groups = max((item.groups for item in items), default=NO_GROUPS)
    node.rank = max((item.rank for item in items), default=0)
    node.loose = any(item.loose for item in items)
    node.choice = any(item.choice for item in items)
    node.sure = all(item.sure for item in items)
    return node


def alternatives(children: list[Node]) -> Node:
    node = Node(
        BRANCH,
        0,
        children,
        bounded(sum(child.size for child in children) + 2 * (len(children) - 1)),
        any(child.nullable for child in children),
        max(child.bits for child in children),
    )
    node.least, node.most = min(child.least for child in children), max(child.most for child in children)
    node.groups = SOME_SET if any(child.groups for child in children) else NO_GROUPS
    node.rank = max(child.rank for child in children)
    node.loose = any(child.loose for child in children)
    node.choice = True
    node.sure = any(child.sure for child in children)
    return node


def grouped(number: int, body: Node) -> Node:
    node = Node(GROUP, number, [body], bounded(body.size + (2 if number else 0)), body.nullable, body.bits)
    node.least, node.most = body.least, body.most
    node.groups = max(body.groups, ALL_SET) if number else body.groups
    node.rank, node.loose, node.choice, node.sure = body.rank, body.loose, body.choice, body.sure
    return node


def repeated(body: Node, low: int, high: int, lazy: bool) -> Node:
    node = Node(REPEAT, 0, [body], 0, low == 0 or body.nullable, body.bits)
    node.low, node.high, node.lazy = low, high, lazy
    if high == 0:
        node.bits = 0
    elif node.guarded:
        node.bits += 1
    if body.size == 0 or high == 0:
        node.size = 0
    elif high == REPEAT_MAX:
        node.size = body.size + 2 if low == 0 else low * body.size + 1
    else:
        node.size = low * body.size + (high - low) * (body.size + 1) + node.guarded
    node.size = bounded(node.size)
    node.least, node.most = wide(low * body.least, WIDTH_MAX if high == REPEAT_MAX and body.most else high * body.most)
    if body.groups and high:
        node.groups = body.groups if low else SOME_SET
    node.rank, node.loose = body.rank, body.loose
    node.choice = node.size > 0 and (low < high or body.choice)
    node.sure = low == 0 or body.sure
    node.quantified = True
    return node


def wide(least: int, most: int) -> tuple[int, int]:
    """Widths, bounded so that one without an end is never the least."""
    return min(least, WIDTH_MAX - 1), min(most, WIDTH_MAX)
