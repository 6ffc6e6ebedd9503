"""Lookarounds as they are specified, by example. tests/runtime_regex compares them with C and CPython at large."""

from __future__ import annotations

import pytest

from belljar.ir.regex import MODE_MATCH, MODE_SEARCH, compiled
from belljar.ir.regex_parse import RegexFault, parse


def spans(pattern: str, text: str, start: int = 0, end: int = 99, mode: int = MODE_SEARCH) -> list[int]:
    regex = compiled(pattern, 0)
    return regex.run(text, start, end, mode, regex.look(text, end))[0]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a(?=b)", "aab", [1, 2, -1]),
        ("a(?!b)", "aba", [2, 3, -1]),
        ("(?<=a)b", "bab", [2, 3, -1]),
        ("(?<!a)b", "abb", [2, 3, -1]),
        ("(?<!^)(?=[A-Z])", "AbCd", [2, 2, -1]),
        ("(?=(a+))a", "aab", [0, 1, 0, 2, 1]),
        ("(?=(?=(a)).(b))(a)", "ab", [0, 1, 0, 1, 1, 2, 0, 1, 3]),
        ("(?<=(a)(b))c", "abc", [2, 3, 0, 1, 1, 2, 2]),
        ("(x)?(?=(a)?)", "b", [0, 0, -1, -1, -1, -1, -1]),
        ("(x)(?=(a)?)", "xb", [0, 1, 0, 1, -1, -1, 1]),
        ("(?:(?=(.)).)*", "abc", [0, 3, 2, 3, 1]),
        ("(?!(a)b)a", "ac", [0, 1, -1, -1, -1]),
        ("(?!(?!(a)))a", "ac", [0, 1, -1, -1, -1]),
        ("(?!)|a", "a", [0, 1, -1]),
        ("(?=)a", "a", [0, 1, -1]),
        ("(?=a)*b", "b", [0, 1, -1]),
    ],
)
def test_matches(pattern: str, text: str, found: list[int]) -> None:
    assert spans(pattern, text) == found


def test_lookbehind_sees_what_is_before_the_start_and_nothing_what_is_behind_the_end() -> None:
    assert spans("(?<=a)b", "ab", start=1, mode=MODE_MATCH) == [1, 2, -1]
    assert spans("a(?=b)", "ab", end=1) == []
    assert spans("a(?!b)", "ab", end=1) == [0, 1, -1]


def test_table() -> None:
    regex = compiled("(?=ab)(?<=(?!b).)(?<!^)", 0)
    assert regex.look("abab", 4) == bytes([0b00101, 0b00101, 0b01010, 0b00001])
    assert regex.look("abab", 1) == bytes([0, 0b01, 0, 0b01])
    assert len(regex.look("a" * 8, 8)) == 8
    assert compiled("a", 0).look("a", 1) == b""


def test_widths() -> None:
    for pattern, width in (("(?<=ab|cd)", 2), ("(?<=a{3}(?:))", 3), ("(?<=(?=x*)^b(?:)*)", 1), ("(?<=a{0})", 0)):
        (look,) = [look for look in parse(pattern, 0).looks if look.behind]
        assert (look.body.least, look.body.most) == (width, width)
    for pattern in ("(?<=a|bc)", "(?<=a?)", "(?<!a{2,3})", "(?<=x*)", "(?<=a{4294967294}{0}(?:a{4294967294}){2}a*)", "(?!(?<=a+))"):
        with pytest.raises(RegexFault) as caught:
            parse(pattern, 0)
        assert caught.value.code == "E0785"


def test_groups_that_may_be_unset_are_refused_in_repeats() -> None:
    for pattern in ("(?:(?=(a)|b).)*", "(?:(?=(a)?).){2}", "(?:(?<=(a)|b).)+?", "(?:(?=(?=(a)*)).)*", "(?=(?:(?=(a){0,1}).)*)"):
        with pytest.raises(RegexFault, match="groups that a repeated lookaround may leave unset are not supported"):
            parse(pattern, 0)
    for pattern in (
        "(?:(?=(a)|b).)?",
        "(?:(?=(a){0}|b).)*",
        "(?:(?!(a)|b).)*",
        "(?:(?=(a)+).)*",
        "(?:(?=(?!(a)|b)).)*",
        "(?:(?=a|b)(c)?)*",
    ):
        parse(pattern, 0)


def test_a_wrong_table_ends() -> None:
    """Bytes of a hostile program: groups whose lookaround does not match where the bits say so stay unset."""
    regex = compiled("(?:(?=(a))|(?=(b)).)*", 0)
    for table in (b"", b"\xff", b"\xff\xff\xff", bytes([255] * 100), None, 5):
        found, _ = regex.run("ccc", 0, 3, MODE_MATCH, table)
        assert found[2:] == [-1] * 5


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a*+a", "aaa", []),
        ("a{1,2}+a", "aaa", [0, 3, -1]),
        ("(?>a|ab)c", "abc", []),
        ("(?>ab|a)c", "abc", [0, 3, -1]),
        ("(?>a*ab)b", "aabb", [0, 4, -1]),
        ("(?>a+?)a", "aa", [0, 2, -1]),
        ("(?>.*?,)b", "a,,b", [2, 4, -1]),
        ("(?>(a)b|a)(b)?", "ab", [0, 2, 0, 1, -1, -1, 1]),
        ("(?:[^b]|b.)*+b", "abbb", [0, 4, -1]),
        ("(?>(?:a|b)c)", "bc", [0, 2, -1]),
        ("(?>(a+)(?:(b*?))ac)", "aabac", [0, 5, 0, 2, 2, 3, 2]),
        ("(?>(a+)ab)", "aab", [0, 3, 0, 1, 1]),
    ],
)
def test_one_way_to_match(pattern: str, text: str, found: list[int]) -> None:
    assert spans(pattern, text) == found


@pytest.mark.parametrize(
    "pattern", ["(?>(?:a|ab)c)", "(?:a*)*+", "(?>(?:a|ab){2})", "(?>(?:a|ab)*c)", "(?>a+?b{1,2}c)", "(?>" + "|" * 32 + ")", "(?:(a)|b)++"]
)
def test_more_ways_are_refused(pattern: str) -> None:
    with pytest.raises(RegexFault) as caught:
        parse(pattern, 0)
    assert caught.value.code == "E0786"
