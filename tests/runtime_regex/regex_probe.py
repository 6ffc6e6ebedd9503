"""The C machine for regular expressions as Python functions, beside its specification and CPython's ``re``."""

from __future__ import annotations

import ctypes
import random
import re
from ctypes import c_int, c_int64, c_uint32, c_uint64, c_void_p
from typing import Any

from belljar.ir.regex import MODE_ADVANCE, MODE_FULLMATCH, MODE_MATCH, MODE_SEARCH, Regex
from tests.runtime_text.probe import Probe

ROOM = 1 << 17


class CRegex:
    """A pattern compiled by C, in a runtime of its own. Raises the runtime's Fault."""

    def __init__(self, runtime: Probe, pattern: str, flags: int = 0, fuel_max: int = 1 << 60) -> None:
        self.runtime = runtime
        self.lib = lib = runtime.lib
        for name, result, arguments in (
            ("bell_regex_compile", c_uint64, [c_void_p, c_uint64, c_int64]),
            ("bell_regex_match", c_uint64, [c_void_p, c_uint64, c_uint64, c_int64, c_int64, c_int64, c_uint64]),
            ("bell_regex_look", c_uint64, [c_void_p, c_uint64, c_uint64, c_int64]),
            ("bell_regex_looks", c_int64, [c_void_p, c_uint64]),
            ("bell_regex_groups", c_int64, [c_void_p, c_uint64]),
            ("bell_regex_flags", c_int64, [c_void_p, c_uint64]),
            ("bell_regex_pattern", c_uint64, [c_void_p, c_uint64]),
            ("probe_ints", c_int64, [c_void_p, c_uint64, c_void_p, c_int64]),
            ("probe_regex", c_uint32, [c_void_p, c_uint64, c_void_p, c_void_p, c_uint32]),
            ("probe_regex_set", None, [c_void_p, c_uint64, c_uint32, c_void_p, c_uint32]),
            ("probe_regex_look", None, [c_void_p, c_uint64, c_uint32, c_void_p]),
            ("probe_bytes", c_uint64, [c_void_p, c_uint64, c_void_p, c_uint64]),
            ("probe_pike", c_int, [c_void_p, c_uint64, c_uint64, c_uint32, c_uint32, c_uint32, c_uint64, c_void_p, c_void_p]),
        ):
            function = getattr(lib, name)
            function.restype, function.argtypes = result, arguments
        runtime.begin(fuel_max)
        text = runtime.str(pattern)
        self.ref = int(lib.bell_regex_compile(runtime.ctx, text, flags))
        runtime.check()
        lib.probe_push(runtime.ctx, self.ref)
        self.fuel = runtime.fuel_used
        self.groups = int(lib.bell_regex_groups(runtime.ctx, self.ref))
        self.flags = int(lib.bell_regex_flags(runtime.ctx, self.ref))
        self.looks = int(lib.bell_regex_looks(runtime.ctx, self.ref))

    def program(self) -> Any:
        """Size, width, instructions, sets and lookarounds, as :func:`specified` gives them."""
        numbers, code = (c_uint32 * 5)(), (c_uint32 * (4 * ROOM))()
        count = self.lib.probe_regex(self.runtime.ctx, self.ref, numbers, code, ROOM)
        instrs = [(code[4 * i], code[4 * i + 2], code[4 * i + 3], code[4 * i + 1]) for i in range(count)]
        sets = []
        out = (c_uint32 * (5 + 2 * ROOM))()
        for number in range(numbers[2]):
            self.lib.probe_regex_set(self.runtime.ctx, self.ref, number, out, 2 * ROOM)
            ranges = [(out[5 + 2 * i], out[6 + 2 * i]) for i in range(out[3] + out[4])]
            sets.append((out[0], bool(out[1]), out[2], ranges[: out[3]], ranges[out[3] :]))
        looks = []
        main = count
        for number in range(self.looks):
            self.lib.probe_regex_look(self.runtime.ctx, self.ref, number, out)
            keeps, low, high, back, negated, start, instructions, bits, size = out[:9]
            assert size == instructions << bits
            looks.append(
                (-1 if keeps == 2**32 - 1 else keeps, low, high, back, bool(negated), instrs[start : start + instructions], 1 << bits)
            )
            main = min(main, start)
        return numbers[0], 1 << numbers[1], instrs[:main], sets, looks

    def text(self, text: str) -> int:
        return self.runtime.str(text)

    def done(self) -> None:
        """The last text is not needed any more."""
        self.lib.probe_pop(self.runtime.ctx, 1)

    def look(self, text: int, end: int) -> tuple[int, int]:
        """What regex.look gives, rooted, and its extra fuel. :meth:`done` is to be called for it."""
        runtime = self.runtime
        before = runtime.fuel_used
        ref = int(self.lib.bell_regex_look(runtime.ctx, self.ref, text, end))
        runtime.check()
        self.lib.probe_push(runtime.ctx, ref)
        return ref, runtime.fuel_used - before

    def bytes(self, ref: int) -> bytes:
        size = self.lib.probe_bytes(self.runtime.ctx, ref, None, 0)
        out = (ctypes.c_uint8 * size)()
        self.lib.probe_bytes(self.runtime.ctx, ref, out, size)
        return bytes(out)

    def match(self, text: int, start: int, end: int, mode: int, table: int = 0) -> tuple[list[int], int]:
        """What regex.match gives, and its extra fuel."""
        runtime = self.runtime
        before = runtime.fuel_used
        ref = self.lib.bell_regex_match(runtime.ctx, self.ref, text, start, end, mode, table)
        runtime.check()
        out = (c_int64 * (2 * self.groups + 3))()
        count = self.lib.probe_ints(runtime.ctx, ref, out, len(out))
        assert count in (0, len(out))
        return list(out)[:count], runtime.fuel_used - before

    def pike(self, text: int, start: int, end: int, mode: int, table: int = 0) -> tuple[list[int], int]:
        """The same from the machine that runs all threads at once; and the positions it looked at."""
        found, steps = (c_uint32 * (2 * self.groups + 3))(), c_uint64()
        outcome = self.lib.probe_pike(self.runtime.ctx, self.ref, text, start, end, mode, table, found, ctypes.byref(steps))
        self.runtime.check()
        return [-1 if slot == 2**32 - 1 else slot for slot in found] if outcome else [], steps.value


def specified(regex: Regex) -> Any:
    sets = [(s.categories, s.negated, s.fold, s.ranges, s.upper) for s in regex.parsed.sets]
    looks = [
        (look.keeps, look.low, look.high, look.body.least if look.behind else 0, look.negated, body.code, body.width)
        for look, body in zip(regex.looks, regex.bodies, strict=True)
    ]
    return regex.main.size, regex.main.width, regex.main.code, sets, looks


def expected(pattern: re.Pattern[str], text: str, start: int, end: int, mode: int) -> list[int]:
    """What CPython says, as regex.match gives it."""
    find = {MODE_MATCH: pattern.match, MODE_SEARCH: pattern.search, MODE_FULLMATCH: pattern.fullmatch}[mode]
    match = find(text, start, end)
    if match is None:
        return []
    return [bound for span in match.regs for bound in span] + [match.lastindex or -1]


def spans(run: Any, text: str) -> list[tuple[int, ...]]:
    """Spans of all matches one after the other, as finditer finds them with the modes search and advance."""
    found: list[tuple[int, ...]] = []
    position, mode = 0, MODE_SEARCH
    while True:
        slots = run(position, len(text), mode)
        if not slots:
            return found
        found.append(tuple(slots[:2]))
        position, mode = slots[1], MODE_ADVANCE if slots[0] == slots[1] else MODE_SEARCH


# --- random patterns --------------------------------------------------------------------------------------------------------------

ATOMS = ["a", "b", "A", "1", "_", "c", "k", "é", "i"]
CLASSES = [".", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S"]
SETS = ["[ab]", "[^a]", "[a-c\\d]", "[^\\w]", "[]a]", "[a-]", "[A-Z]", "[\u0100-\u0200]", "[k\\s]", "[\u00e0-\U00010420]", "[^\\S\n]"]
EDGES = ["^", "$", "\\b", "\\B", "\\A", "\\Z"]
REPEATS = ["*", "+", "?", "{2}", "{1,2}", "{0,2}", "{1,}", "{,2}", "{0}", "*", "+", "?", "{2,3}", "{0,4}"]
CHARACTERS = "abAB1_ \n\u00e9\u0130\u017fkK\U00010400"
FLAGS = (re.I, re.M, re.S, re.A, re.X)


class Patterns:
    """Patterns and texts out of a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def atom(self, depth: int) -> str:
        rng = self.random
        choice = rng.random()
        if choice < 0.4 or depth <= 0:
            return rng.choice(ATOMS)
        if choice < 0.5:
            return rng.choice(CLASSES)
        if choice < 0.6:
            return rng.choice(SETS)
        if choice < 0.68:
            return rng.choice(EDGES)
        body = self.branches(depth - 1)
        choice = rng.random()
        if choice < 0.5:
            return f"({body})"
        if choice < 0.8:
            return f"(?:{body})"
        if choice < 0.9:
            return f"(?{rng.choice(['i', 's', 'm', 'x', 'a', '-i', 'i-s'])}:{body})"
        return f"(?P<n{rng.randrange(10**6)}>{body})"

    def sequence(self, depth: int) -> str:
        parts = []
        for _ in range(self.random.choice([0, 1, 1, 2, 2, 3])):
            atom = self.atom(depth)
            if atom not in EDGES and self.random.random() < 0.35:
                atom += self.random.choice(REPEATS) + self.random.choice(["", "", "?"])
            parts.append(atom)
        return "".join(parts)

    def branches(self, depth: int) -> str:
        return "|".join(self.sequence(depth) for _ in range(self.random.choice([1, 1, 1, 2, 2, 3])))

    def pattern(self) -> str:
        return self.branches(self.random.choice([1, 2, 3]))

    def runs(self) -> str:
        """A pattern of repeats one after the other, with groups around some."""
        rng = self.random
        parts = []
        for _ in range(rng.randint(1, 5)):
            part = rng.choice([*ATOMS[:3], *CLASSES, "[ab]", "[^a]", "(?:a|b)", "(a)", " "]) + rng.choice(
                ["", "*", "+", "+", "*", "?", "*?"]
            )
            choice = rng.random()
            if choice < 0.2:
                part = f"({part})"
            elif choice < 0.28:
                part = f"(?:{part}{rng.choice(CLASSES)}){rng.choice('*+')}"
            elif choice < 0.33:
                part += rng.choice(["$", "\\b", "|"])
            parts.append(part)
        return "".join(parts)

    def flags(self) -> int:
        return sum(int(flag) for flag in FLAGS if self.random.random() < 0.15)

    def text(self) -> str:
        rng = self.random
        return "".join(rng.choice(CHARACTERS if rng.random() < 0.3 else "ab") for _ in range(rng.choice([0, 1, 2, 3, 5, 8])))

    def bounds(self, text: str) -> tuple[int, int]:
        return self.random.choice([0, 0, 0, 1, 2]), self.random.choice([len(text), len(text), len(text), 2, 3])


class LookingPatterns(Patterns):
    """Patterns with lookarounds, also inside one another, around groups and in repeats."""

    def atom(self, depth: int) -> str:
        rng = self.random
        if depth <= 0 or rng.random() >= 0.3:
            return super().atom(depth)
        kind = rng.choice(["=", "!", "<=", "<!"])
        if kind[0] == "<" and rng.random() < 0.8:
            parts = ["a", "b", "[ab]", "\\w", "(a)", "(?=a)", "(?<!b)", "^", "\\b", "(a|b)", "(?:(a)|b)", "(?!ab)"]
            return f"(?{kind}{''.join(rng.choice(parts) for _ in range(rng.randint(0, 3)))})"
        return f"(?{kind}{self.branches(depth - 1)})"

    def pattern(self) -> str:
        while True:
            pattern = super().pattern()
            if any(start in pattern for start in ("(?=", "(?!", "(?<")):
                return pattern


class SettledPatterns(LookingPatterns):
    """Patterns with atomic groups and possessive repeats, and a few lookarounds."""

    def atom(self, depth: int) -> str:
        rng = self.random
        if depth > 0 and rng.random() < 0.25:
            return f"(?>{self.branches(depth - 1)})"
        if depth > 0 and rng.random() < 0.1:
            return rng.choice(["(a)", "(?:(a)b|a)", "(?:(a)|b)", "(a|b)", "(a?)", "(a+)b", "(?>a*b)", "(?:ab|a)"])
        return Patterns.atom(self, depth) if rng.random() < 0.9 else super().atom(depth)

    def sequence(self, depth: int) -> str:
        parts = []
        for _ in range(self.random.choice([0, 1, 1, 2, 2, 3])):
            atom = self.atom(depth)
            if atom not in EDGES and self.random.random() < 0.4:
                atom += self.random.choice(REPEATS) + self.random.choice(["", "", "?", "+", "+"])
            parts.append(atom)
        return "".join(parts)

    def pattern(self) -> str:
        while True:
            pattern = Patterns.pattern(self)
            if "(?>" in pattern or any(repeat + "+" in pattern for repeat in "*+?}"):
                return pattern


SYNTAX = [
    *"ab01(){}[]*+?|^$.\\,-<>=!:#PiLmsxatu&~ \n_'\u00e9",
    *("(?P<", "(?:", "(?", "{1,2}", "[^", "\\x", "\\u", "\\U", "\\1", "\\8", "\\0", "\\N{", "(?i)", "(?-", "(?P=", "\\d", "{,", "{2"),
    *("(?=", "(?!", "(?<=", "(?<!", "(?>", "*+", "++", "\\Z", "(?#", "|", "\\q", "(?<", "]", ")", ")", "(a)", "(?P<a>b)"),
    *("\\012", "\\400", "[a-", "\\w-", "}", "(?x)", "(?a:", "(?ai"),
]


def nonsense(rng: random.Random) -> str:
    """A text out of the pieces patterns are made of."""
    return "".join(rng.choice(SYNTAX) for _ in range(rng.randint(1, 9)))
