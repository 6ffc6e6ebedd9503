"""The C machines against their specification and CPython's ``re``: programs, spans, groups, fuel, messages."""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Iterator

import pytest

from belljar.ir.charges import CHARGES
from belljar.ir.regex import compiled
from belljar.ir.regex_parse import RegexFault
from tests.runtime_regex.regex_probe import CRegex, Patterns, expected, nonsense, spans, specified
from tests.runtime_text.probe import AS_CPYTHON_311, Fault, Probe

MODES = range(4)


@pytest.fixture
def probe() -> Iterator[Probe]:
    runtime = Probe()
    yield runtime
    runtime.close()


def as_cpython(pattern: str, flags: int) -> re.Pattern[str] | tuple[str, str]:
    """CPython's pattern, or the class and text of its error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return re.compile(pattern, flags)
        except re.error as error:
            return "E0785", error.msg if error.pos is None else f"{error.msg} at position {error.pos}"
        except OverflowError as error:
            return "E0787", str(error)
        except ValueError as error:
            return "E0788", str(error)


@AS_CPYTHON_311
@pytest.mark.parametrize("seed", range(6))
def test_random_patterns_on_cpython(probe: Probe, seed: int) -> None:
    """C against CPython, in every mode and walking from match to match."""
    patterns = Patterns(seed)
    for turn in range(150):
        pattern, flags = patterns.runs() if turn % 4 == 0 else patterns.pattern(), patterns.flags()
        theirs = as_cpython(pattern, flags)
        if isinstance(theirs, tuple):
            with pytest.raises(Fault):
                CRegex(probe, pattern, flags)
            continue
        ours = CRegex(probe, pattern, flags)
        assert (ours.flags, ours.groups) == (theirs.flags, theirs.groups)
        for _ in range(6):
            text = patterns.text()
            start, end = patterns.bounds(text)
            word = ours.text(text)
            for mode in MODES[:3]:
                found = ours.match(word, start, end, mode)[0]
                assert found == expected(theirs, text, start, end, mode), (pattern, flags, text, start, end, mode)
            walked = spans(lambda *place, word=word, ours=ours: ours.match(word, *place)[0], text)
            assert walked == [match.span() for match in theirs.finditer(text)], (pattern, flags, text)
            ours.done()
        probe.lib.probe_pop(probe.ctx, 2)


@pytest.mark.parametrize("seed", range(4))
def test_random_patterns_as_specified(seed: int) -> None:
    """C against the specification: programs, both machines, positions looked at, fuel; every other seed with a collection at every reserve."""
    probe = Probe(stress=seed % 2 == 1)
    patterns = Patterns(100 + seed)
    for turn in range(150):
        make = (patterns.pattern, patterns.runs, lambda: nonsense(patterns.random))[turn % 3]
        pattern, flags = make(), patterns.flags()
        fuel = CHARGES["regex.compile"][1](pattern, flags)
        try:
            meant = compiled(pattern, flags)
        except RegexFault as fault:
            told = int(fault.code[1:]), fault.text
            with pytest.raises(Fault) as caught:
                CRegex(probe, pattern, flags)
            assert caught.value.args == told
            assert probe.fuel_used == fuel
            continue
        ours = CRegex(probe, pattern, flags)
        assert ours.program() == specified(meant)
        assert ours.fuel == fuel
        for _ in range(3):
            text = patterns.text()
            start, end = patterns.bounds(text)
            word = ours.text(text)
            for mode in MODES:
                slots, steps = meant.run(text, start, end, mode)
                charged = CHARGES["regex.match"][1](meant, text, start, end, mode, b"")
                assert ours.match(word, start, end, mode) == (slots, charged), (pattern, flags, text, start, end, mode)
                low, high = min(start, len(text)), min(end, len(text))
                if low <= high or mode in (0, 2):
                    assert ours.pike(word, low, high, mode) == (slots, steps), (pattern, flags, text, start, end, mode)
            ours.done()
        probe.lib.probe_pop(probe.ctx, 2)
    probe.close()


@AS_CPYTHON_311
@pytest.mark.parametrize("seed", range(4))
def test_wrong_patterns_are_told_as_by_cpython(probe: Probe, seed: int) -> None:
    rng = random.Random(seed)
    counts = {True: 0, False: 0}
    for _ in range(1_200):
        pattern, flags = nonsense(rng), rng.choice([0, 0, 0, 64, 2, 256, 32, 288])
        theirs = as_cpython(pattern, flags)
        try:
            ours = CRegex(probe, pattern, flags)
        except Fault as fault:
            code, text = f"E{fault.args[0]:04}", fault.args[1]
            assert code == "E0786" or (code, text) == theirs, (pattern, flags)
        else:
            assert not isinstance(theirs, tuple), (pattern, flags)
            assert (ours.flags, ours.groups) == (theirs.flags, theirs.groups)
        counts[isinstance(theirs, tuple)] += 1
    assert min(counts.values()) > 100


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(a*)*$", "((a*)*)*b", "(.*)(.*)(.*)x", "(a?){30}a{30}", "(?:a{0,30}){30}$", "a*b", "(a|b|ab)*c"]
)
def test_hostile_patterns_are_linear(probe: Probe, pattern: str) -> None:
    """The work is charged by positions and states, whatever the pattern, so a limit of so many units for each position holds."""
    text = "a" * 100_000
    regex = CRegex(probe, pattern)
    word = regex.text(text)
    for mode in MODES:
        size = compiled(pattern, 0).size * (8 + regex.groups) // 8
        length = len(text) if size < 200 else 2_000
        _, fuel = regex.match(word, 0, length, mode)
        assert fuel <= regex.groups + (length + 1) * size // 4


def test_long_texts_of_every_width(probe: Probe) -> None:
    """Longer than the backtracking machine has rows for, on both sides of the edge."""
    for filler in ("x", "\u0100", "\U00010000"):
        for length in (1_000, 2_048, 4_095, 4_096, 4_097, 9_000):
            text = filler * length + "ab" + filler
            for pattern in ("ab", f"{filler}*(a)b", "(?s)(.*)(b)", "[^ab]*ab", f"(?:{filler}|a)+b{filler}"):
                regex, theirs = CRegex(probe, pattern), re.compile(pattern)
                word = regex.text(text)
                for mode in MODES[:3]:
                    assert regex.match(word, 0, len(text), mode)[0] == expected(theirs, text, 0, len(text), mode), (pattern, length)


@AS_CPYTHON_311
def test_characters_of_all_kinds(probe: Probe) -> None:
    """Every code point against the classes and case-insensitive letters."""
    text = "".join(
        map(
            chr,
            [
                *range(0x300),
                *range(0x370, 0x560),
                *range(0x1C80, 0x1C90),
                *range(0x1E00, 0x2030),
                *range(0x2100, 0x2190),
                *range(0x10400, 0x10460),
            ],
        )
    )
    for pattern in (
        r"\d",
        r"\w",
        r"\s",
        r"\W",
        "[k\u00e5\u00df]",
        "[^\\d\\s]",
        "s",
        "\u0130",
        "[a-z]",
        "[\u0390-\u03d0]",
        "[^\u00c0-\u0170]",
        "[\U00010400-\U00010410]",
        "[\ufb05\u1e9e]",
    ):
        for flags in (0, re.I, re.A, re.I | re.A):
            regex, theirs = CRegex(probe, pattern, int(flags)), re.compile(pattern, flags)
            word = regex.text(text)
            found = spans(lambda *place, word=word, regex=regex: regex.match(word, *place)[0], text)
            assert found == [match.span() for match in theirs.finditer(text)], (pattern, flags)


def test_limits(probe: Probe) -> None:
    for pattern, says in (
        ("(a{1,999}){99}", "more than 65536 states"),
        ("()" * 4097, "more than 4096 groups"),
        ("(" * 101 + ")" * 101, "more than 100 nested groups"),
        ("(?:" * 40 + "a*" + ")*" * 40, "more than 65536 states"),
    ):
        with pytest.raises(Fault) as caught:
            CRegex(probe, pattern)
        assert caught.value.args[0] == 786
        assert says in caught.value.args[1]
        with pytest.raises(RegexFault) as meant:
            compiled(pattern, 0)
        assert (int(meant.value.code[1:]), meant.value.text) == caught.value.args
    assert CRegex(probe, "()" * 4096).groups == 4096
    with pytest.raises(Fault) as caught:
        CRegex(probe, "[a-z]" * 100, 2, fuel_max=4_000)
    assert caught.value.args[0] == 801


def test_memory_is_counted() -> None:
    probe = Probe(1 << 20)
    regex = CRegex(probe, "(?:a{0,100}){100}")
    word = regex.text("a" * 100)
    with pytest.raises(Fault) as caught:
        regex.match(word, 0, 100, 0)
    assert caught.value.args[0] == 803
    with pytest.raises(Fault) as caught:
        CRegex(probe, "x" * 60_000)
    assert caught.value.args[0] == 803
    probe.close()
