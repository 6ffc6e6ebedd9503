"""Lookarounds in C against their specification and CPython's ``re``: programs, tables, spans, groups, fuel, messages, limits."""

from __future__ import annotations

import random
import re

import pytest

from belljar.ir.charges import CHARGES
from belljar.ir.regex import compiled
from belljar.ir.regex_parse import RegexFault
from tests.runtime_regex.regex_probe import CRegex, LookingPatterns, SettledPatterns, expected, spans, specified
from tests.runtime_regex.test_regex import MODES, as_cpython, probe
from tests.runtime_text.probe import AS_CPYTHON_311, Fault, Probe

__all__ = ["probe"]


@AS_CPYTHON_311
@pytest.mark.parametrize("seed", range(12))
def test_random_patterns_on_cpython(probe: Probe, seed: int) -> None:
    """Every answer is CPython's, and what is refused is refused by name."""
    patterns = (LookingPatterns, SettledPatterns)[seed % 2](1_000 + seed)
    taken = 0
    for _ in range(150):
        pattern, flags = patterns.pattern(), patterns.flags()
        theirs = as_cpython(pattern, flags)
        try:
            ours = CRegex(probe, pattern, flags)
        except Fault as fault:
            code, text = fault.args
            assert code == 786 or (f"E{code:04}", text) == theirs, (pattern, flags)
            continue
        assert not isinstance(theirs, tuple), (pattern, flags)
        taken += 1
        for _ in range(6):
            text = patterns.text()
            start, end = patterns.bounds(text)
            word = ours.text(text)
            table, _ = ours.look(word, end)
            for mode in MODES[:3]:
                if start > end:
                    continue
                found = ours.match(word, start, end, mode, table)[0]
                assert found == expected(theirs, text, start, end, mode), (pattern, flags, text, start, end, mode)
            ours.done()
            table, _ = ours.look(word, len(text))
            walked = spans(lambda *place, word=word, ours=ours, table=table: ours.match(word, *place, table)[0], text)
            assert walked == [match.span() for match in theirs.finditer(text)], (pattern, flags, text)
            ours.done()
            ours.done()
        probe.lib.probe_pop(probe.ctx, 2)
    assert taken > 60


@pytest.mark.parametrize("seed", range(8))
def test_random_patterns_as_specified(seed: int) -> None:
    """C against the specification: programs, tables, both machines, fuel; every other seed with a collection at every reserve."""
    probe = Probe(stress=seed % 2 == 1)
    patterns = (LookingPatterns, SettledPatterns)[seed // 2 % 2](2_000 + seed)
    for _ in range(100):
        pattern, flags = patterns.pattern(), patterns.flags()
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
        for turn in range(3):
            text = patterns.text()
            start, end = patterns.bounds(text)
            word = ours.text(text)
            table, charged = ours.look(word, end)
            assert (ours.bytes(table), charged) == (meant.look(text, end), CHARGES["regex.look"][1](meant, text, end)), (
                pattern,
                flags,
                text,
            )
            if turn == 2:  # bits that another text had: nothing breaks, and both do the same
                ours.done()
                end = patterns.random.randrange(9)
                table, _ = ours.look(word, patterns.random.randrange(9))
            bits = ours.bytes(table)
            for mode in MODES:
                slots = meant.run(text, start, end, mode, bits)[0]
                charged = CHARGES["regex.match"][1](meant, text, start, end, mode, bits)
                assert ours.match(word, start, end, mode, table) == (slots, charged), (pattern, flags, text, start, end, mode, bits)
                low, high = min(start, len(text)), min(end, len(text))
                if low <= high or mode in (0, 2):
                    assert ours.pike(word, low, high, mode, table)[0] == slots, (pattern, flags, text, start, end, mode, bits)
            ours.done()
            ours.done()
        probe.lib.probe_pop(probe.ctx, 2)
    probe.close()


def test_long_texts_of_every_width(probe: Probe) -> None:
    """Longer than is charged for at once, and than the backtracking machine has rows for."""
    for filler in ("x", "\u0100", "\U00010000"):
        for length in (2_048, 9_000):
            text = filler * length + "ab" + filler
            for pattern in ("(?=ab)a", f"(?<={filler})a(?=(b))", "(?=([^a]*)ab).*?(?<=(b))", f"(?=(?:{filler}|a)*(b))(?!{filler}*$)"):
                regex, theirs = CRegex(probe, pattern), re.compile(pattern)
                word = regex.text(text)
                table, _ = regex.look(word, len(text))
                for mode in MODES[:3]:
                    assert regex.match(word, 0, len(text), mode, table)[0] == expected(theirs, text, 0, len(text), mode), (pattern, length)
                regex.done()
                regex.done()


def nested(depth: int, kind: str = "(?=") -> str:
    return kind.join(["", *["a*"] * depth]) + "b" + ")" * depth


@pytest.mark.parametrize(
    "pattern",
    [
        nested(50),
        nested(50, "(?!"),
        nested(40).replace("a*", "(a*)*"),
        "(?:(?=(a+)+$)a)*",
        "(?:(?=(?:a|aa)*b)a?){50}",
        "(?:(?=.*(a)).){100}",
        "(?<=(?=(?:a|a)*$)a)*b",
        "(?=(a*)*b)(?=(a+)+b)(?=(.*)(.*)(.*)x)",
        "(?:(?<=aaaaaaaaaa)(?!a*b)a|a)*c",
    ],
)
def test_hostile_patterns_are_linear(probe: Probe, pattern: str) -> None:
    """A table costs its instructions for each position, a match its states for each, and its lookarounds theirs once more: whatever the pattern."""
    regex, meant = CRegex(probe, pattern), compiled(pattern, 0)
    length = 20_000 if meant.states < 200 else 2_000
    word = regex.text("a" * length)
    table, fuel = regex.look(word, length)
    assert fuel == sum(len(body.code) for body in meant.bodies) * (length + 1) // 4
    for mode in MODES:
        _, fuel = regex.match(word, 0, length, mode, table)
        assert fuel <= regex.groups + (length + 1) * sum(map(meant.cost, [meant.main, *meant.bodies])) // 4


def test_limits(probe: Probe) -> None:
    for pattern, says in (
        (nested(101), "more than 100 nested groups"),
        ("(?=a{40000})(?!a{40000})", "more than 65536 states"),
        ("(?=" + "(?:" * 40 + "a*" + ")*" * 40 + ")", "more than 65536 states"),
        ("(?=()" * 90 + "x{1000}" + ")" * 90 + "(a)" * 4096, "more than 4096 groups"),
    ):
        with pytest.raises(Fault) as caught:
            CRegex(probe, pattern)
        assert caught.value.args[0] == 786
        assert says in caught.value.args[1]
        with pytest.raises(RegexFault) as meant:
            compiled(pattern, 0)
        assert (int(meant.value.code[1:]), meant.value.text) == caught.value.args
    regex = CRegex(probe, "(?=(?:a|b)*c)a", fuel_max=10_000)
    word = regex.text("a" * 100_000)
    with pytest.raises(Fault) as caught:
        regex.look(word, 100_000)
    assert caught.value.args[0] == 801


def test_many_lookarounds_with_groups(probe: Probe) -> None:
    """More slots than the backtracking machine has, and than fit on the C stack."""
    pattern = "".join(f"(?=(?P<n{number}>a)(?=(b)))" for number in range(200)) + "a"
    regex, theirs = CRegex(probe, pattern), re.compile(pattern)
    word = regex.text("xab")
    table, _ = regex.look(word, 3)
    assert regex.match(word, 0, 3, 1, table)[0] == expected(theirs, "xab", 0, 3, 1)


def test_memory_is_counted() -> None:
    probe = Probe(1 << 20)
    regex = CRegex(probe, "(?=a)" * 100)
    word = regex.text("a" * 100_000)
    with pytest.raises(Fault) as caught:
        regex.look(word, 100_000)
    assert caught.value.args[0] == 803
    probe.close()


def test_random_tables(probe: Probe) -> None:
    """What a hostile program could pass for a table."""
    rng = random.Random(5)
    pattern = "(?:(?=(a))|(?<=(b)).|(?!(c)b)(?=(?=(.)).))*"
    regex, meant = CRegex(probe, pattern), compiled(pattern, 0)
    maker = CRegex(probe, "(?=a)" * 40)
    for _ in range(200):
        text = "".join(rng.choice("abc") for _ in range(rng.randrange(12)))
        word = regex.text(text)
        table, _ = maker.look(word, rng.randrange(14))
        for mode in MODES:
            found = regex.match(word, 0, len(text), mode, table)
            assert found[0] == meant.run(text, 0, len(text), mode, regex.bytes(table))[0]
        regex.done()
        regex.done()


SETTLED = [
    "(?>a|b" * 90 + ")" * 90,
    "(?:" * 99 + "a+" + ")++" * 99,
    "(?>" * 100 + "a*b" + ")" * 100,
    "(?>" + "a*b" * 16 + ")",
    "(?>" + "a*b" * 18 + ")",
    "(?>a*xb*" * 30 + "y)" * 30,
    "(?>" + "|" * 31 + ")",
    "(?>" + "|" * 32 + ")",
    "(?>" + "|".join(["(?>" + "|" * 31 + ")"] * 32) + ")",
    "(?>(?=a)|(?!(?>b|c)))" * 50,
    "a?+" * 3000,
    "(?>" + ".*?a" * 16 + ")",
    "(?:" * 98 + "(?:a+b|c)" + "|d)++" * 98,
    "(?>||||)" * 400,
    "(?:a|b){2,30}+" * 20,
    "(?>(?:a|bc)+d)",
    "(?>(?:a|b){2,}c)",
    "(?>(?:a|bc){2,})",
    "(?>a+?b{2,5}?c*d)",
    "(?<=(?>a{2,3}?))b",
]


@pytest.mark.parametrize("pattern", SETTLED, ids=range(len(SETTLED)))
def test_what_is_written_out_is_bounded(probe: Probe, pattern: str) -> None:
    """Patterns that would grow without a limit on every part: the same program or the same refusal in both."""
    try:
        meant = compiled(pattern, 0)
    except RegexFault as fault:
        told = int(fault.code[1:]), fault.text
        with pytest.raises(Fault) as caught:
            CRegex(probe, pattern)
        assert caught.value.args == told
    else:
        assert CRegex(probe, pattern).program() == specified(meant)
