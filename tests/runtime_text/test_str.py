"""Every string op against the str method it is named after, on strings of all widths."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belljar.ir.charges import extra_fuel
from belljar.ir.ops import OPS
from tests.rounds import rounds
from tests.runtime_text.probe import ABSENT, SAME_UNICODE, Fault, Probe, library

INT_MAX, INT_MIN = 2**63 - 1, -(2**63)

ALPHABETS = [
    "ab",
    "aA bB'\"\\\t\n\r",
    " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0ab",
    "abAB019_-+ \x7f\x00",
    "aéÿßµàÀ \xa0\x85",
    "aßéΣσςİıŉǅǆǄ \u0345\u0301'.",
    "aΣ \u2028\u2029\u3000٣①½ⅧＡ",
    "a😀𝒜𐐀𐐨\U0001e922 b",
    "a\ud800\udfff\U0010ffff\uffff",
]


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "stress"])
def probe(request: pytest.FixtureRequest) -> Iterator[Probe]:
    """With `stress` every reserve collects, so a missing root shows."""
    probe = Probe(stress=request.param)
    yield probe
    probe.close()


def texts(rng: random.Random, longest: int = 12) -> str:
    length = rng.choice([0, 1, 2, 3, rng.randrange(longest + 1), rng.randrange(longest + 1)])
    if rng.random() < 0.05:
        length = rng.randrange(200, 400)
    return "".join(rng.choices(rng.choice(ALPHABETS), k=length))


def piece_of(rng: random.Random, s: str) -> str:
    """Often a part of s, so that searches find something."""
    if s and rng.random() < 0.6:
        start = rng.randrange(len(s))
        return s[start : start + rng.choice([1, 1, 2, 3, 8])]
    return texts(rng, 3)


def bound(rng: random.Random, length: int) -> int:
    return rng.choice([ABSENT, ABSENT, 0, length, rng.randrange(-length - 2, length + 3), INT_MAX, INT_MIN + 1])


def absent(value: int) -> int | None:
    return None if value == ABSENT else value


def limit(rng: random.Random) -> int:
    return rng.choice([-1, -1, 0, 1, 2, 5, INT_MAX, INT_MIN])


def with_fault(function: Callable[..., Any], *args: Any, codes: dict[type[Exception], int]) -> Any:
    try:
        return function(*args)
    except tuple(codes) as error:
        return ("fault", codes[type(error)])


def string(rng: random.Random) -> tuple[Any, ...]:
    return (texts(rng),)


def two(rng: random.Random) -> tuple[Any, ...]:
    a = texts(rng)
    return a, rng.choice([a, texts(rng), a[:-1] + "b", a + "a"])


def with_part(rng: random.Random) -> tuple[Any, ...]:
    a = texts(rng)
    return a, piece_of(rng, a)


def search(rng: random.Random) -> tuple[Any, ...]:
    a, b = with_part(rng)
    return a, b, bound(rng, len(a)), bound(rng, len(a))


def separated(rng: random.Random) -> tuple[Any, ...]:
    return (*with_part(rng), limit(rng))


def padded(rng: random.Random) -> tuple[Any, ...]:
    return texts(rng), rng.choice([0, -1, INT_MIN, rng.randrange(40)]), rng.choice(["", "ab", *" 0é€😀\ud800"])


def clamped(limit: int) -> int:
    """Counts of splits and replacements that the host's methods take."""
    return max(min(limit, 2**31), -1)


def sliced(s: str, start: int, stop: int, step: int) -> str:
    return s[slice(absent(start), absent(stop), step)]


def slices(rng: random.Random) -> tuple[Any, ...]:
    s = texts(rng)
    return s, bound(rng, len(s)), bound(rng, len(s)), rng.choice([1, 1, 1, -1, 2, -2, 3, 0, INT_MAX, INT_MIN + 1])


def pad(method: Callable[[str, int, str], str]) -> Callable[..., Any]:
    return lambda s, width, fill: with_fault(method, s, max(width, -(2**62)), fill, codes={TypeError: 717})


def split(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda s, sep, *limit: with_fault(method, s, sep, *map(clamped, limit), codes={ValueError: 715})


CASES: dict[str, tuple[Callable[[random.Random], tuple[Any, ...]], Callable[..., Any]]] = {
    "str.slice": (slices, lambda *a: with_fault(sliced, *a, codes={ValueError: 714})),
    "str.concat": (two, lambda a, b: a + b),
    "str.build": (lambda rng: tuple(texts(rng) for _ in range(rng.randrange(5))), lambda *parts: "".join(parts)),
    "str.repeat": (lambda rng: (texts(rng), rng.choice([-1, 0, 1, 2, 3, 7, INT_MIN])), lambda s, n: s * n),
    "str.eq": (two, lambda a, b: a == b),
    "str.ne": (two, lambda a, b: a != b),
    "str.lt": (two, lambda a, b: a < b),
    "str.le": (two, lambda a, b: a <= b),
    "str.gt": (two, lambda a, b: a > b),
    "str.ge": (two, lambda a, b: a >= b),
    "str.contains": (with_part, lambda a, b: b in a),
    "str.ord": (string, lambda s: with_fault(ord, s, codes={TypeError: 716})),
    "str.from_code": (
        lambda rng: (rng.choice([0, 65, 255, 256, 0xD800, 0xFFFF, 0x10FFFF, 0x110000, -1, INT_MAX, rng.randrange(0x110000)]),),
        lambda code: with_fault(chr, min(code, 2**30), codes={ValueError: 711}),
    ),
    "str.repr": (string, repr),
    "str.strip_chars": (with_part, str.strip),
    "str.lstrip_chars": (with_part, str.lstrip),
    "str.rstrip_chars": (with_part, str.rstrip),
    "str.removeprefix": (with_part, str.removeprefix),
    "str.removesuffix": (with_part, str.removesuffix),
    "str.replace": (
        lambda rng: (*with_part(rng), texts(rng, 4), limit(rng)),
        lambda s, old, new, count: s.replace(old, new, clamped(count)),
    ),
    "str.startswith": (with_part, str.startswith),
    "str.endswith": (with_part, str.endswith),
    "str.find": (search, lambda s, part, start, stop: s.find(part, absent(start), absent(stop))),
    "str.rfind": (search, lambda s, part, start, stop: s.rfind(part, absent(start), absent(stop))),
    "str.count": (search, lambda s, part, start, stop: s.count(part, absent(start), absent(stop))),
    "str.split": (lambda rng: (texts(rng), limit(rng)), lambda s, count: s.split(None, clamped(count))),
    "str.rsplit": (lambda rng: (texts(rng), limit(rng)), lambda s, count: s.rsplit(None, clamped(count))),
    "str.split_by": (separated, split(str.split)),
    "str.rsplit_by": (separated, split(str.rsplit)),
    "str.splitlines": (lambda rng: (texts(rng), rng.randrange(2)), lambda s, keep: s.splitlines(bool(keep))),
    "str.join": (lambda rng: (texts(rng, 3), [texts(rng, 5) for _ in range(rng.randrange(5))]), lambda s, parts: s.join(parts)),
    "str.partition": (with_part, split(str.partition)),
    "str.rpartition": (with_part, split(str.rpartition)),
    "str.center": (padded, pad(str.center)),
    "str.ljust": (padded, pad(str.ljust)),
    "str.rjust": (padded, pad(str.rjust)),
    "str.zfill": (lambda rng: (rng.choice(["", "+", "-"]) + texts(rng), rng.randrange(-2, 30)), str.zfill),
    "str.expandtabs": (lambda rng: (texts(rng).replace("a", "\t"), rng.choice([0, -1, 1, 2, 4, 8, 13])), str.expandtabs),
} | {
    f"str.{name}": (string, getattr(str, name))
    for name in (
        *("upper", "lower", "title", "capitalize", "casefold", "swapcase", "strip", "lstrip", "rstrip"),
        *("isalpha", "isdigit", "isalnum", "isspace", "isupper", "islower", "istitle", "isnumeric", "isdecimal", "isascii"),
        *("isidentifier", "isprintable"),
    )
}


def test_every_string_op_has_a_case() -> None:
    # test_number.py, test_format.py, tests/engines/op_examples.py, tests/engines/test_methods.py
    elsewhere = {"str.to_int", "str.to_float", "str.format", "str.compose", "str.percent", "str.format_args"}
    assert set(CASES) | elsewhere == {op.name for op in OPS.values() if op.name.startswith("str.") and not op.is_inline}


@pytest.mark.parametrize("name", CASES)
def test_as_cpython(probe: Probe, name: str) -> None:
    make, reference = CASES[name]
    rng = random.Random(name)
    for _ in range(rounds(400 if probe.stress else 3_000)):
        args = make(rng)
        assert probe.outcome(name, *args) == reference(*args), args


@pytest.mark.parametrize("name", [name for name in CASES if "charges" in OPS[name].flags])
def test_charges(probe: Probe, name: str) -> None:
    """The extra fuel is the formula's, whether the op goes on or faults."""
    make, _ = CASES[name]
    rng = random.Random(name)
    for _ in range(rounds(100 if probe.stress else 600)):
        args = make(rng)
        if INT_MAX in args or INT_MIN in args:
            continue
        probe.outcome(name, *args)
        assert probe.fuel_used == extra_fuel(OPS[name], args), args


@SAME_UNICODE
@settings(max_examples=300)
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=30), st.text(max_size=3), st.text(max_size=3))
def test_any_text(s: str, a: str, b: str) -> None:
    probe = Probe(1 << 20)
    for name in ("upper", "lower", "title", "capitalize", "casefold", "swapcase", "strip"):
        assert probe.call(f"str.{name}", s) == getattr(s, name)()
    assert probe.call("str.repr", s) == repr(s)
    assert probe.call("str.replace", s, a, b, -1) == s.replace(a, b)
    assert probe.call("str.build", s, a, b) == s + a + b
    probe.close()


@pytest.mark.parametrize("special", ["", "é", "ß", "ÿ", "µ", "Σ", "😀", "\x1f", " ", "\n", "\r\n", "\x85", "\x00"])
def test_runs_of_eight_characters(probe: Probe, special: str) -> None:
    """Where eight ASCII characters are taken at once: something else at every place of a run, parts of every length, few parts and many."""
    for at in range(20):
        for repeats in (1, 40):
            text = ("Abcdefghijklmnopqrst"[:at] + special + "uVwxyz0123456789 ,Ab"[at:]) * repeats
            for name in ("upper", "lower", "casefold", "title", "capitalize", "swapcase"):
                assert probe.call(f"str.{name}", text) == getattr(text, name)(), text
            assert probe.call("str.split", text, -1) == text.split(), text
            assert probe.call("str.split", text, 3) == text.split(None, 3), text
            assert probe.call("str.split_by", text, ",", -1) == text.split(","), text
            assert probe.call("str.splitlines", text, 0) == text.splitlines(), text
            assert probe.call("str.splitlines", text, 1) == text.splitlines(True), text


@pytest.mark.parametrize("special", [" ", ",", "\n", "\r\n", "\x1c", "\x85", "\xa0", "é", "\r"])
def test_blocks_of_many_characters(probe: Probe, special: str) -> None:
    """Where 16 or 64 characters are looked at together: something else at every place around their ends, parts of every length, more parts than are kept."""
    texts = [
        ("x" * at + special) * repeats + tail
        for at in (*range(20), 31, 62, 63, 64, 65, 127, 128)
        for repeats in (1, 3, 140)
        for tail in ("", "y" * 9)
    ]
    for text in texts[:: 5 if probe.stress else 1]:
        assert probe.call("str.split", text, -1) == text.split(), text
        assert probe.call("str.split_by", text, special[0], -1) == text.split(special[0]), text
        assert probe.call("str.splitlines", text, 0) == text.splitlines(), text
        assert probe.call("str.splitlines", text, 1) == text.splitlines(True), text
        assert probe.call("str.strip", text) == text.strip(), text
        assert probe.call("str.strip_chars", text, special[0]) == text.strip(special[0]), text
        assert probe.call("str.upper", text) == text.upper(), text
        assert probe.call("str.replace", text, special[0], "+-", -1) == text.replace(special[0], "+-"), text
        assert probe.call("str.find", text, "x" + special, ABSENT, ABSENT) == text.find("x" + special), text
        assert probe.call("str.join", special, text.split(special)) == text, text
        assert probe.call("str.build", text, special, text) == text + special + text, text


def test_strings_that_differ_in_one_character(probe: Probe) -> None:
    for length in range(1, 70):
        text = "".join(chr(97 + i % 23) for i in range(length))
        assert probe.call("str.eq", text, text[:-1] + text[-1:]) == 1
        for at in range(length):
            other = text[:at] + "~" + text[at + 1 :]
            assert probe.call("str.eq", text, other) == 0, (length, at)
            assert probe.call("str.find", text, other[max(0, at - 1) : at + 1], ABSENT, ABSENT) == -1


@pytest.mark.parametrize("name", ["find", "rfind", "count"])
def test_searches_that_repeat(probe: Probe, name: str) -> None:
    """Needles and haystacks of few letters, where naive search is slow and two-way matching is at work."""
    rng = random.Random(name)
    for _ in range(rounds(200 if probe.stress else 3_000)):
        letters = rng.choice(["ab", "aé", "aπ", "a😀", "π😀", "aπ😀"])
        haystack = "".join(rng.choices(letters, weights=[9] + [1] * (len(letters) - 1), k=rng.randrange(1, 300)))
        needle = "".join(rng.choices(letters, weights=[9] + [1] * (len(letters) - 1), k=rng.randrange(2, 40)))
        if rng.random() < 0.3:
            start = rng.randrange(len(haystack))
            needle = haystack[start : start + rng.randrange(2, 60)]
        assert probe.call(f"str.{name}", haystack, needle, ABSENT, ABSENT) == getattr(haystack, name)(needle), (haystack, needle)


@pytest.mark.parametrize(
    ("haystack", "needle"), [("a" * 200_000, "a" * 1000 + "b"), ("a" * 200_000, "b" + "a" * 1000), ("ab" * 100_000, "ab" * 5000 + "b")]
)
def test_search_is_linear(probe: Probe, haystack: str, needle: str) -> None:
    """Quadratic search would take minutes here, not milliseconds."""
    for s, n in ((haystack, needle), (haystack + "π", needle), (haystack + "😀", needle + "😀")):
        for name in ("find", "rfind", "count"):
            assert probe.call(f"str.{name}", s, n, ABSENT, ABSENT) == getattr(s, name)(n)
        assert probe.call("str.replace", s, n, "x", -1) == s.replace(n, "x")


def test_strip_by_many_characters(probe: Probe) -> None:
    rng = random.Random(8)
    wide = "".join(map(chr, rng.sample(range(0x100, 0x3000), 400))) + "😀a"
    inside = "".join(rng.choices(wide, k=50)) + "\u4e00" + "".join(rng.choices(wide, k=50))
    assert probe.call("str.strip_chars", inside, wide) == inside.strip(wide) == "\u4e00"


def test_utf8(probe: Probe) -> None:
    rng = random.Random(9)
    lib = library()
    for _ in range(rounds(2_000)):
        probe.begin()
        text = texts(rng)
        data = text.encode("utf-8", "surrogatepass")
        ref = lib.bell_str_from_utf8(probe.ctx, data, len(data))
        assert ref
        assert probe.read(ref) == text
        out = bytes(len(data))
        assert lib.bell_str_to_utf8(probe.ctx, ref, out, len(out)) == len(data)
        assert out == data
        assert lib.bell_str_to_utf8(probe.ctx, ref, bytes(0), 0) == len(data)


def test_bytes_that_are_not_utf8_are_refused(probe: Probe) -> None:
    rng = random.Random(10)
    lib = library()
    for _ in range(rounds(20_000)):
        probe.begin()
        data = bytes(
            rng.choice([0x41, 0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF, 0x90, 0xA0])
            for _ in range(rng.randrange(6))
        )
        try:
            expected = data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            expected = None
        ref = lib.bell_str_from_utf8(probe.ctx, data, len(data))
        assert (probe.read(ref) if ref else None) == expected, data
        probe.check()


@pytest.mark.parametrize("piece", ["x", "ab" * 40, "é", "π", "😀"])
def test_appending_in_a_loop(probe: Probe, piece: str) -> None:
    """Views of one buffer: each of them keeps its own text, also where two are made from the same one."""
    probe.begin()
    lib = library()
    part = probe.str(piece)
    other = probe.str("y" * 3)
    concat = lib.bell_str_concat
    text, ref, kept = "", probe.str(""), []
    for step in range(600):
        ref = concat(probe.ctx, ref, part)
        text += piece
        lib.probe_push(probe.ctx, ref)
        if step % 97 == 0:
            fork = concat(probe.ctx, ref, other)
            lib.probe_push(probe.ctx, fork)
            kept += [(ref, text), (fork, text + "yyy")]
    assert probe.read(ref) == text
    for made, expected in kept:
        assert probe.read(made) == expected


def test_appending_is_linear() -> None:
    """With copies, 200,000 appends would move 20 GB through a 4 MB heap."""
    probe = Probe(4 << 20)
    probe.begin()
    lib = library()
    part, ref = probe.str("abcde"), probe.str("")
    lib.probe_push(probe.ctx, ref)
    for _ in range(200_000):
        lib.probe_pop(probe.ctx, 1)
        lib.probe_push(probe.ctx, ref)
        ref = lib.bell_str_concat(probe.ctx, ref, part)
    probe.check()
    assert probe.read(ref) == "abcde" * 200_000
    probe.close()


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("str.repeat", ("ab", 2**31)),
        ("str.repeat", ("ab", INT_MAX)),
        ("str.repeat", ("x", 2**28)),
        ("str.center", ("ab", 2**33, " ")),
        ("str.ljust", ("ab", INT_MAX, "é")),
        ("str.rjust", ("ab", 2**28, "😀")),
        ("str.zfill", ("-1", 2**40)),
        ("str.expandtabs", ("a\tb\t\t", 2**60)),
        ("str.expandtabs", ("\t" * 4000, 2**20)),
        ("str.replace", ("a" * 100_000, "a", "b" * 100_000, -1)),
        ("str.join", ("x" * 1_000_000, ["a"] * 200)),
        ("str.format", ("x", "1000000000")),
        ("int.format", (1, "99999999999")),
        ("int.format", (1, "01000000000,")),
        ("float.format", (1.5, ".2147483647f")),
    ],
)
def test_too_long_is_the_memory_limit(name: str, args: tuple[Any, ...]) -> None:
    probe = Probe(64 << 20)
    with pytest.raises(Fault) as caught:
        probe.call(name, *args, fuel_max=2**62)
    assert caught.value.args[0] in (801, 803)
    if name != "str.repeat" or args[1] != INT_MAX:
        assert caught.value.args[0] == 803 or args[1:2] == (2**60,) or args[1:2] == (INT_MAX,)
    assert probe.call("str.upper", "ok") == "OK"
    probe.close()
