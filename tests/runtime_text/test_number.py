"""Reading and writing numbers: the same text and the same bits as CPython, on edge cases and on many random inputs."""

from __future__ import annotations

import ctypes
import math
import random
import struct
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rounds import rounds
from tests.runtime_text.probe import Fault, Probe, bits, library

INT_MAX, INT_MIN = 2**63 - 1, -(2**63)


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    probe = Probe()
    yield probe
    probe.close()


def from_bits(word: int) -> float:
    return float(struct.unpack("<d", struct.pack("<Q", word))[0])


def neighbours(value: float, distance: int = 2) -> Iterator[float]:
    word = struct.unpack("<Q", struct.pack("<d", value))[0]
    for offset in range(-distance, distance + 1):
        yield from_bits((word + offset) % 2**64)


def edge_floats() -> list[float]:
    values: list[float] = [
        0.0,
        5e-324,
        1.7976931348623157e308,
        2.2250738585072014e-308,
        math.inf,
        math.nan,
        0.1,
        1 / 3,
        123456.789,
        9007199254740993.0,
    ]
    for power in range(-1074, 1024):
        values.extend(neighbours(math.ldexp(1.0, power)))
    for power in range(-324, 309):
        values.extend(neighbours(float(f"1e{power}")))
        values.extend(neighbours(float(f"5e{power}"), 1))
    for power in range(16):
        values.extend(n / 10**power for n in range(1, 130))
    values.extend(float(2**k + d) for k in range(64) for d in (-1, 0, 1))
    return values + [-value for value in values]


def random_floats(count: int, seed: int) -> Iterator[float]:
    rng = random.Random(seed)
    for i in range(count):
        kind = i % 8
        if kind < 4:
            yield from_bits(rng.getrandbits(64))
        elif kind == 4:
            yield rng.uniform(-1000, 1000)
        elif kind == 5:
            yield round(rng.uniform(-(10 ** rng.randrange(1, 17)), 10 ** rng.randrange(1, 17)), rng.randrange(6))
        elif kind == 6:
            yield from_bits(rng.getrandbits(rng.randrange(1, 53)))  # subnormals
        else:
            yield float(rng.getrandbits(rng.randrange(1, 64)))


def written(values: list[float]) -> list[str]:
    out = ctypes.create_string_buffer(len(values) * 26)
    size = library().probe_float_writes(struct.pack(f"<{len(values)}d", *values), len(values), out)
    return out.raw[:size].decode("ascii").splitlines()


def read(probe: Probe, lines: list[str]) -> list[float]:
    out = ctypes.create_string_buffer(len(lines) * 8)
    probe.begin()
    library().probe_float_reads(probe.ctx, ("\n".join(lines) + "\n").encode("ascii"), len(lines), out)
    assert library().probe_fault(probe.ctx) == 0
    return list(struct.unpack(f"<{len(lines)}d", out.raw))


def differences(pairs: Iterable[tuple[object, object, object]]) -> list[tuple[object, object, object]]:
    return [pair for pair in pairs if pair[1] != pair[2]][:5]


@pytest.mark.parametrize("values", [edge_floats(), list(random_floats(300_000, 1))], ids=["edges", "random"])
def test_shortest_digits(probe: Probe, values: list[float]) -> None:
    texts = written(values)
    assert not differences(zip(values, texts, map(repr, values), strict=True))
    back = read(probe, texts)
    assert not differences((text, bits(a), bits(b)) for text, a, b in zip(texts, back, values, strict=True))


def hard_decimals(rng: random.Random) -> str:
    """A decimal near, or exactly, half way between two floats, cut or continued anywhere."""
    value = abs(from_bits(rng.getrandbits(64) if rng.random() < 0.7 else rng.getrandbits(rng.randrange(1, 55))))
    if not math.isfinite(value) or value > 1e308:
        value = 1.5
    n, d = value.as_integer_ratio()
    un, ud = math.ulp(value).as_integer_ratio()
    numerator, denominator = 2 * n * ud + un * d, 2 * d * ud  # the middle of value and the next float
    shift = denominator.bit_length() - 1
    digits = str(numerator * 5**shift)
    exponent = -shift
    choice = rng.randrange(4)
    if choice == 0:
        more = "0" * rng.randrange(4) + str(rng.randrange(2))
        digits, exponent = digits + more, exponent - len(more)
    elif choice == 1:
        digits = str(int(digits) - 1)
    elif choice == 2:
        keep = rng.randrange(1, min(len(digits), 40) + 1)
        exponent += len(digits) - keep
        digits = digits[:keep]
    return f"{digits}e{exponent}"


def plain_decimals(rng: random.Random) -> str:
    digits = str(rng.getrandbits(rng.choice([10, 30, 53, 64, 80, 200])))
    point = rng.randrange(len(digits) + 1)
    return f"{rng.choice(['', '-', '+'])}{digits[:point]}.{digits[point:]}e{rng.randrange(-340, 320)}"


def test_reading_is_correctly_rounded(probe: Probe) -> None:
    rng = random.Random(2)
    lines = [hard_decimals(rng) for _ in range(rounds(20_000))] + [plain_decimals(rng) for _ in range(rounds(100_000))]
    lines += [
        "1e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e309",
        "1e-400",
    ]
    lines += [
        "0e999999999999999999999",
        "1e999999999999999999999",
        "1e-999999999999999999999",
        "0." + "0" * 2000 + "1e2000",
        "1" + "0" * 2000 + "e-2000",
    ]
    lines += ["9007199254740993", "9007199254740993." + "0" * 1000 + "1", "0" * 3000 + "1.5", "4.9e-324", "2" * 5000 + "e-5000"]
    got = read(probe, lines)
    assert not differences((line[:200], bits(a), bits(float(line))) for line, a in zip(lines, got, strict=True))


FLOAT_PIECES = [
    "1",
    "0",
    "12",
    "_",
    ".",
    "e",
    "E",
    "+",
    "-",
    " ",
    "\t",
    "inf",
    "INF",
    "infinity",
    "nan",
    "NaN",
    "x",
    "٣",
    "\u2003",
    "\x1c",
    "1_0",
    "e5",
    "\0",
    "é",
    "９",
]
INT_PIECES = [
    "1",
    "0",
    "7",
    "12",
    "_",
    "+",
    "-",
    " ",
    "\n",
    "0x",
    "0X",
    "0b",
    "0o",
    "b",
    "f",
    "z",
    "Z",
    "٣",
    "\u2003",
    "\x1c",
    "1_0",
    "\x85",
    "\0",
    "é",
    "９",
    "9223372036854775807",
]


def test_grammar_of_floats(probe: Probe) -> None:
    rng = random.Random(3)
    for _ in range(rounds(40_000)):
        text = "".join(rng.choices(FLOAT_PIECES, k=rng.randrange(7)))
        try:
            expected = bits(float(text))
        except ValueError:
            expected = ("fault", 713)
        assert probe.outcome("str.to_float", text) == expected, repr(text)


def test_grammar_of_ints(probe: Probe) -> None:
    rng = random.Random(4)
    for _ in range(rounds(40_000)):
        text = "".join(rng.choices(INT_PIECES, k=rng.randrange(6)))
        base = rng.choice([10, 10, 10, 0, 0, 2, 8, 16, 36, rng.randrange(2, 37), 1, 37, -1])
        expected: object
        try:
            value = int(text, base)
            expected = value if INT_MIN <= value <= INT_MAX else ("fault", 502)
        except ValueError:
            expected = ("fault", 703 if base == 0 or 2 <= base <= 36 else 718)
        assert probe.outcome("str.to_int", text, base) == expected, (text, base)


@given(st.integers(INT_MIN - 5, INT_MAX + 5), st.integers(2, 36))
def test_ints_at_the_limits(value: int, base: int) -> None:
    probe = Probe(1 << 20)
    digits, rest = "", abs(value)
    while rest or not digits:
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % base] + digits
        rest //= base
    expected = value if INT_MIN <= value <= INT_MAX else ("fault", 502)
    assert probe.outcome("str.to_int", "-" * (value < 0) + digits, base) == expected
    probe.close()


def test_long_int_texts(probe: Probe) -> None:
    assert probe.call("str.to_int", "0" * 10_000 + "12", 10) == 12
    assert probe.outcome("str.to_int", "9" * 10_000, 10) == ("fault", 502)
    assert probe.outcome("str.to_int", "9" * 10_000 + "x", 10) == ("fault", 703)
    assert probe.outcome("str.to_int", "0" * 25 + "1" * 64 + "_", 2) == ("fault", 703)


def test_writing_ints(probe: Probe) -> None:
    rng = random.Random(5)
    values = [0, INT_MIN, INT_MAX, *(s * (10**k + d) for k in range(19) for d in (-1, 0, 1) for s in (1, -1))]
    values += [rng.getrandbits(rng.randrange(1, 64)) * rng.choice((1, -1)) for _ in range(rounds(5_000))]
    for value in values:
        assert probe.call("int.to_str", value) == str(value)
        assert probe.call("int.to_base", value, 2) == bin(value)
        assert probe.call("int.to_base", value, 8) == oct(value)
        assert probe.call("int.to_base", value, 16) == hex(value)


def test_writing_one_float_or_bool(probe: Probe) -> None:
    for value in (0.0, -0.0, 1e16, 1e15, 1e-4, 1e-5, 5e-324, math.inf, -math.inf, math.nan, 1.5, 100.0, -1e100):
        assert probe.call("float.to_str", value) == repr(value)
    assert [probe.call("bool.to_str", b) for b in (False, True)] == ["False", "True"]


def rounding_cases() -> Iterator[tuple[float, int]]:
    rng = random.Random(6)
    for value in (
        0.5,
        1.5,
        2.5,
        0.125,
        2.675,
        1e22,
        5e-324,
        -0.0,
        1.7976931348623157e308,
        math.inf,
        math.nan,
        0.05,
        1.005,
        123456.5,
        9007199254740993.0,
    ):
        for places in (*range(-25, 30), -400, -309, -308, 322, 323, 324, 10**9, INT_MIN, INT_MAX):
            yield value, places
            yield -value, places
    for value in random_floats(30_000, 7):
        yield value, rng.choice([rng.randrange(0, 8), rng.randrange(-5, 20), rng.randrange(-320, 330)])
    for _ in range(rounds(20_000)):
        yield rng.randrange(10**9) / 10 ** rng.randrange(9) + 0.5 * rng.randrange(2), rng.randrange(8)


def test_rounding_floats(probe: Probe) -> None:
    for value, places in rounding_cases():
        try:
            expected = bits(round(value, places))
        except OverflowError:
            expected = ("fault", 506)
        assert probe.outcome("float.round_to", value, places) == expected, (value, places)


def test_a_fault_carries_cpythons_words(probe: Probe) -> None:
    with pytest.raises(Fault) as caught:
        probe.call("int.isqrt", -1)
    assert caught.value.args == (719, "isqrt() argument must be nonnegative")
    assert library().probe_fault_name(probe.ctx) == b"isqrt() argument must be nonnegative"
