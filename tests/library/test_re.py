from __future__ import annotations

import re
import warnings
from typing import Any

import pytest

from tests.library.shelf import bell, outcome, same
from tests.runtime_regex.regex_probe import Patterns
from tests.runtime_text.probe import AS_CPYTHON_311

OURS = bell("re")

pytestmark = AS_CPYTHON_311


def told(match: Any) -> Any:
    """All that a match says."""
    if match is None:
        return None
    numbers = range(match.re.groups + 1)
    return (
        match.span(),
        match.group(),
        match.groups(),
        match.groupdict(),
        match.regs,
        [(match.start(number), match.end(number), match[number]) for number in numbers],
        (match.lastindex, match.lastgroup, match.pos, match.endpos, match.string, match.re.pattern, repr(match)),
    )


def shown(value: Any) -> Any:
    """Matches in a result as what they say."""
    if type(value).__name__ == "Match":
        return told(value)
    if isinstance(value, (str, int, list, tuple)) or value is None:
        return value
    return [told(match) for match in value]


def both(call: Any) -> None:
    """The call on our module and on CPython's comes to the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found, expected = outcome(lambda: shown(call(OURS))), outcome(lambda: shown(call(re)))
    assert same(found, expected), f"found {found!r}, expected {expected!r}"


@pytest.mark.parametrize("seed", range(4))
def test_random_patterns(seed: int) -> None:
    patterns = Patterns(1_000 + seed)
    rng = patterns.random
    for _ in range(120):
        pattern, flags, text = patterns.pattern(), patterns.flags(), patterns.text()
        start, end = patterns.bounds(text)
        count = rng.choice([0, 0, 1, 2, -1])
        template = rng.choice(["", "x", "-", "<\\g<0>>", "\\\\n\\n"])
        for name in ("match", "search", "fullmatch", "findall", "finditer"):
            both(lambda module, name=name: getattr(module, name)(pattern, text, flags))
            both(lambda module, name=name: getattr(module.compile(pattern, flags), name)(text, start, end))
        both(lambda module: module.split(pattern, text, count, flags))
        both(lambda module: module.sub(pattern, template, text, count, flags))
        both(lambda module: module.subn(pattern, lambda match: f"[{match.group()}{match.lastindex}]", text, count, flags))
        both(lambda module: repr(module.compile(pattern, flags)))


TEXT = "Ann: 31, Bob: 27\nEve: 5"
NAMED = r"(?P<name>\w+): (?P<age>\d+)(?P<rest>x)?"


@pytest.mark.parametrize(
    "template",
    [
        *(
            r"\1",
            r"\2\1",
            r"\g<name>=\g<age>",
            r"\g<0>",
            r"\g<1>0",
            r"\0",
            r"\07",
            r"\012",
            r"\101",
            r"\18",
            r"\3|",
            r"a\n\t\\\.",
            "\\é",
            "plain",
        ),
        *(
            "\\",
            r"\q",
            r"\4",
            r"\99",
            r"\g",
            r"\g<",
            r"\g<>",
            r"\g<name",
            r"\g<nobody>",
            r"\g<9>",
            r"\g<-1>",
            r"\g< 1>",
            r"\g<1 >",
            r"\g<+1>",
        ),
        *(
            r"\g<a b>",
            r"\400",
            r"\377",
            r"\8",
            r"\g<99999999999999999999>",
            r"\g<1073741823>",
            r"\q" + "\\",
            r"\00",
            r"\0007",
            "\n\\q",
            r"\g<é>",
            r"\g<1_0>",
        ),
    ],
)
def test_templates(template: str) -> None:
    both(lambda module: module.sub(NAMED, template, TEXT))
    both(lambda module: module.search(NAMED, TEXT).expand(template))
    both(lambda module: module.sub("no match", template, TEXT))


def test_groups() -> None:
    for call in (
        lambda match: match.group(1, "age", 0),
        lambda match: match["name"],
        lambda match: match.group("rest"),
        lambda match: match.groups("none"),
        lambda match: match.groupdict(0),
        lambda match: match.span("age"),
        lambda match: match.start("rest"),
        lambda match: match.end(True),
        lambda match: match.group(4),
        lambda match: match.group(-1),
        lambda match: match["nobody"],
        lambda match: match.group(1.5),
        lambda match: match[None],
        lambda match: match.span(9),
        lambda match: match.regs,
        lambda match: match.lastgroup,
    ):
        both(lambda module, call=call: call(module.compile(NAMED).search(TEXT)))


def test_functions_as_replacements() -> None:
    both(lambda module: module.sub(r"\d+", lambda match: str(int(match[0]) + 1), TEXT))
    both(lambda module: module.sub(r"\d", lambda match: None, TEXT))
    both(lambda module: module.sub(r"\d", lambda match: 5, TEXT))
    both(lambda module: module.sub("", lambda match: f"({match.start()},{match.pos},{match.endpos})", "ab"))


EMPTY = (
    (r"\b", "a bc"),
    ("", "ab"),
    ("x*", "axbc"),
    (r"\s*", " a  b "),
    ("a|", "aab"),
    ("(a)?", "ab"),
    ("a*?", "aa"),
    ("(?m)^", "a\nb\n"),
    ("$", "a\n"),
)


@pytest.mark.parametrize(("pattern", "text"), EMPTY)
def test_empty_matches(pattern: str, text: str) -> None:
    both(lambda module: module.findall(pattern, text))
    both(lambda module: module.split(pattern, text))
    both(lambda module: module.sub(pattern, "-", text))
    both(lambda module: module.finditer(pattern, text))


@pytest.mark.parametrize(
    "call",
    [
        lambda module: module.compile("a", 4096).flags,
        lambda module: repr(module.compile("a'\"", 2 | 8 | 16 | 64 | 256)),
        lambda module: repr(module.compile("a", 1 << 20)),
        lambda module: repr(module.compile("é" * 300)),
        lambda module: repr(module.search("a+", "b" + "a" * 100)),
        lambda module: dict(module.compile(NAMED).groupindex),
        lambda module: module.compile(module.compile("a")).pattern,
        lambda module: module.compile(module.compile("a"), 2),
        lambda module: module.compile("a") == module.compile("a"),
        lambda module: module.compile("a") == module.compile("a", 2),
        lambda module: module.compile("a") == "a",
        lambda module: len({module.compile("a"), module.compile("a"), module.compile("b")}),
        lambda module: module.compile(5),
        lambda module: module.match("a", 5),
        lambda module: module.match("a", None),
        lambda module: module.compile("a").search(b"a"),
        lambda module: module.compile("a").findall(["a"]),
        lambda module: module.compile("a").finditer(1.5),
        lambda module: module.sub("a", 5, "a"),
        lambda module: module.sub("a", "b", 5),
        lambda module: module.split("a", {}),
        lambda module: module.compile("a", 4),
        lambda module: module.compile("(?a)a", 32),
        lambda module: module.compile("a{9999999999}"),
        lambda module: module.compile("(?P<a>x)(?P<a>y)"),
        lambda module: module.compile("a\n(\nb"),
        lambda module: module.escape("a.b*c\n-é_#&~ x"),
        lambda module: module.purge(),
        lambda module: module.fullmatch("a|ab", "ab").span(),
        lambda module: module.split(r"(\W+)", "a, b; c", maxsplit=1),
        lambda module: module.split(r"(x)|(,)", "axb,c"),
        lambda module: module.sub("a", "b", "aaaa", count=2, flags=0),
        lambda module: module.subn("(?i)A", "b", "aA"),
        lambda module: module.findall(r"(\w)(\d)?", "a1b"),
        lambda module: module.compile("b").search("abab", pos=2).span(),
        lambda module: module.compile("^b").search("ab", 1),
        lambda module: module.compile("b$").search("abab", 0, 2).span(),
        lambda module: module.compile("").match("abc", 2, 1).span(),
        lambda module: module.findall(r'"(?:[^"\\]|\\.)*+"|\d++(?!\.)|(?>\w+\.)', r'"a\"b" 12 3.5 x.y'),
        lambda module: module.sub(r"(?<!^)(?=[A-Z])", "_", "someCamelName"),
        lambda module: module.findall(r"(?=(\w)(\d)?)", "a1b"),
        lambda module: [m.span() for m in module.compile(r"(?<=a)b|(?=c)").finditer("abcabcabc", 1, 6)],
        lambda module: module.split(r"(?<=,)(?!$)", "a,b,c,"),
        lambda module: (lambda p: [p.match(text, place).span() for text in ("aab", "ab") for place in (0, 0)])(module.compile("a(?=a*b)")),
        lambda module: [module.compile("(?=a*$)").search("", *place).span() for place in ((), (0, 0), (0, -1))],
        lambda module: (lambda p: [bool(p.search("aab", 0, end)) for end in (3, 2, 3, 99, -1)])(module.compile("a(?=b)")),
        lambda module: (int(module.I | module.M | module.S | module.X | module.A | module.U), int(module.NOFLAG)),
    ],
)
def test_calls(call: Any) -> None:
    both(call)


@pytest.mark.parametrize("pattern", ["(", "a\n**", "[", "(?P<1>a)", "\\", "(?P=x)", "(?=", "(?<=a|bc)\nd", "(?<"])
def test_errors(pattern: str) -> None:
    with pytest.raises(OURS.error) as ours:
        OURS.compile(pattern)
    with pytest.raises(re.error) as theirs:
        re.compile(pattern)
    for name in ("msg", "pattern", "pos", "lineno", "colno"):
        assert getattr(ours.value, name) == getattr(theirs.value, name)
    assert str(ours.value) == str(theirs.value)
    assert ours.value.args == theirs.value.args
    assert str(OURS.error("a")) == str(re.error("a"))


@pytest.mark.parametrize(
    "pattern",
    ["(?:(?=(a)|b).)*", "(a)\\1", "(?P<x>a)(?P=x)", "(a)?(?(1)b|c)", "(?:a*)*+", "(?>(?:a|ab)*c)", "(?:(a)|b)++", "\\N{DIGIT ONE}"],
)
def test_what_is_refused_is_no_error_of_the_pattern(pattern: str) -> None:
    re.compile(pattern)
    with pytest.raises(NotImplementedError, match="not supported in regular expressions at position"):
        OURS.compile(pattern)


def test_the_cache_forgets_the_oldest() -> None:
    OURS.purge()
    first = OURS.compile("a0")
    assert OURS.compile("a0") is first
    for number in range(1, 513):
        OURS.compile(f"a{number}")
    assert OURS.compile("a0") is not first
    assert OURS.compile("a512") is OURS.compile("a512")


@pytest.mark.parametrize(
    ("pattern", "found"), [("", True), ("x+", False), ("a*", None), ("x?", None), ("(?=)", None), ("(?!a)", None), ("(?<=)", None)]
)
def test_a_match_behind_its_end(pattern: str, found: bool | None) -> None:
    compiled = OURS.compile(pattern)
    if found is None:
        with pytest.raises(NotImplementedError, match="a match behind its end"):
            compiled.match("abca", 2, 1)
    else:
        assert (compiled.match("abca", 2, 1) is not None) is found
        assert (re.compile(pattern).match("abca", 2, 1) is not None) is found
    assert compiled.search("abca", 2, 1) is None
    assert compiled.fullmatch("abca", 2, 1) is None
