"""The specification of regular expressions by itself: examples of each rule. tests/runtime_regex compares it with C and CPython at large."""

from __future__ import annotations

import pytest

from belljar.ir.regex import MODE_ADVANCE, MODE_FULLMATCH, MODE_MATCH, MODE_SEARCH, compiled
from belljar.ir.regex_case import CASE_PEERS, simple_lower, simple_upper
from belljar.ir.regex_parse import CATEGORIES, RegexFault, merged, parse
from belljar.ir.regex_program import contains, in_categories


def spans(pattern: str, text: str, mode: int = MODE_SEARCH, flags: int = 0) -> list[int]:
    return compiled(pattern, flags).run(text, 0, len(text), mode)[0]


@pytest.mark.parametrize(
    ("pattern", "text", "mode", "found"),
    [
        ("(a+)(b)?", "xaab", MODE_SEARCH, [1, 4, 1, 3, 3, 4, 2]),
        ("a|ab", "ab", MODE_MATCH, [0, 1, -1]),
        ("a|ab", "ab", MODE_FULLMATCH, [0, 2, -1]),
        ("a??", "a", MODE_ADVANCE, [0, 1, -1]),
        ("a*", "ba", MODE_ADVANCE, [1, 2, -1]),
        ("(a|b*)*", "ab", MODE_MATCH, [0, 2, 2, 2, 1]),
        ("(a*)*", "b", MODE_MATCH, [0, 0, 0, 0, 1]),
        ("(?:(a)|b)*", "ab", MODE_MATCH, [0, 2, 0, 1, 1]),
        ("(?:()|(a))*", "a", MODE_FULLMATCH, [0, 1, 1, 1, 0, 1, 1]),
        ("a$", "a\n", MODE_MATCH, [0, 1, -1]),
        ("a\\Z", "a\n", MODE_MATCH, []),
        ("\\B", "", MODE_SEARCH, []),
        ("x{2,3}?", "xxx", MODE_MATCH, [0, 2, -1]),
    ],
)
def test_matches(pattern: str, text: str, mode: int, found: list[int]) -> None:
    assert spans(pattern, text, mode) == found


def test_size_is_known_before_the_program() -> None:
    for pattern, size in (
        ("", 1),
        ("abc", 4),
        ("a|b|c", 8),
        ("a*", 4),
        ("a+", 3),
        ("a{3}", 4),
        ("a{2,4}", 7),
        ("(a)", 4),
        ("(a*)*", 16),
        ("(?:)*", 1),
        ("a{0}", 1),
    ):
        regex = compiled(pattern, 0)
        assert (regex.size, len(regex.main.code) * regex.main.width) == (size, size), pattern


def test_positions_looked_at() -> None:
    regex = compiled("a*b|a", 0)
    assert regex.run("aaaa", 0, 4, MODE_MATCH) == ([0, 1, -1], 5)
    assert regex.run("xxxx", 0, 4, MODE_MATCH) == ([], 1)
    assert regex.run("xxxx", 0, 4, MODE_SEARCH) == ([], 5)
    assert regex.run("xxxx", 3, 1, MODE_SEARCH) == ([], 0)


def test_sets() -> None:
    assert merged([(5, 7), (1, 2), (3, 3), (6, 9)]) == [(1, 3), (5, 9)]
    (letters,) = parse("[a-c]", 2).sets
    assert [chr(code) for code in range(128) if contains(letters, code)] == ["A", "B", "C", "a", "b", "c"]
    (kelvin,) = parse("k", 2).sets
    assert contains(kelvin, 0x212A)
    assert not contains(parse("k", 2 | 256).sets[0], 0x212A)
    assert in_categories(CATEGORIES["d"], 0x663)
    assert not in_categories(CATEGORIES["d"] << 6, 0x663)


def test_peers_have_one_upper_case() -> None:
    for peers in CASE_PEERS:
        assert len({chr(code).upper() for code in peers}) == 1
        assert all(simple_lower(code) == code for code in peers)
        assert (
            all(simple_upper(code) == simple_upper(peers[0]) for code in peers)
            or 0x345 in peers
            or 0xFB05 in peers
            or 0x390 in peers
            or 0x3B0 in peers
        )


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("(", "E0785"),
        ("(?=a", "E0785"),
        ("(?<=a*)", "E0785"),
        ("(?>(?:a|ab)c)", "E0786"),
        ("(?:(?=(a)|b))*", "E0786"),
        ("a{4294967295}", "E0787"),
        ("(?a)(?u)", "E0788"),
        ("a{65536}", "E0786"),
    ],
)
def test_refusals(pattern: str, code: str) -> None:
    with pytest.raises(RegexFault) as caught:
        compiled(pattern, 0)
    assert caught.value.code == code
