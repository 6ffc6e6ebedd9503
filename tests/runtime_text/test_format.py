"""format() by every kind of spec: CPython's text, or its refusal in its words."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rounds import rounds
from tests.runtime_text.probe import AS_CPYTHON_311, Fault, Probe
from tests.runtime_text.test_number import edge_floats, random_floats

pytestmark = AS_CPYTHON_311

INT_MAX, INT_MIN = 2**63 - 1, -(2**63)
OPS = {int: "int.format", float: "float.format", str: "str.format", bool: "bool.format"}


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    probe = Probe()
    yield probe
    probe.close()


def expected(value: Any, spec: str) -> tuple[str, str]:
    try:
        return "text", format(value, spec)
    except (ValueError, OverflowError) as error:
        return "refused", str(error)


def found(probe: Probe, value: Any, spec: str) -> tuple[str, str]:
    try:
        return "text", probe.call(OPS[type(value)], value, spec)
    except Fault as fault:
        return "refused" if fault.args[0] == 710 else f"fault {fault.args[0]}", fault.args[1]


def random_spec(rng: random.Random) -> str:
    def maybe(probability: float, *choices: str) -> str:
        return rng.choice(choices) if rng.random() < probability else ""

    fill = maybe(0.3, "*", "0", " ", "é", "€", "😀", "<", "{", "\ud800", "x")
    align = maybe(1.0 if fill else 0.3, "<", ">", "=", "^")
    return (
        fill
        + align
        + maybe(0.3, "+", "-", " ")
        + maybe(0.1, "z")
        + maybe(0.2, "#")
        + maybe(0.2, "0")
        + maybe(0.5, *map(str, range(1, 30)), "٢", "007")
        + maybe(0.3, ",", "_")
        + maybe(0.4, *(f".{n}" for n in (*range(20), 30, 60, 120, 400, 1100)))
        + maybe(0.9, *"bcdeEfFgGnosxX%")
        + maybe(0.03, "q", "{", "é", "\x01", ",", "_", ".", "0", "zz", "😀", "\0")
    )


def values(rng: random.Random) -> Any:
    kind = rng.randrange(8)
    if kind < 3:
        return next(random_floats(1, rng.getrandbits(30)))
    if kind == 3:
        return rng.choice([0.0, -0.0, math.inf, -math.inf, math.nan, 0.5, 2.5, -0.04, 999999.5, 1e16, 0.0001, 123456789.0, 9.995, 1e-5])
    if kind == 4:
        return rng.choice([True, False])
    if kind == 5:
        return "".join(rng.choices("abé€😀 ", k=rng.randrange(8)))
    return rng.choice(
        [0, 1, -1, 65, 0x20AC, 0x10FFFF, 0x110000, INT_MAX, INT_MIN, rng.getrandbits(rng.randrange(1, 63)), -rng.getrandbits(40)]
    )


def test_random_specs(probe: Probe) -> None:
    rng = random.Random(1)
    refused = 0
    for _ in range(rounds(120_000)):
        value, spec = values(rng), random_spec(rng)
        want = expected(value, spec)
        refused += want[0] == "refused"
        assert found(probe, value, spec) == want, (value, spec)
    assert rounds(10_000) < refused < rounds(80_000)


@settings(max_examples=300)
@given(
    st.one_of(st.floats(), st.integers(INT_MIN, INT_MAX), st.booleans(), st.text(max_size=5)),
    st.text("<>=^+- z#0123456789,_.bcdeEfFgGnosxX%é", max_size=8),
)
def test_any_spec(value: Any, spec: str) -> None:
    if any(int(part or "0") > 5000 for part in "".join(c if c.isdecimal() else " " for c in spec).split(" ")):
        return  # long results are test_str.py's
    probe = Probe(1 << 20)
    assert found(probe, value, spec) == expected(value, spec)
    probe.close()


@pytest.mark.parametrize("type_", ["e", "f", "g", "%"])
def test_rounding_of_digits(probe: Probe, type_: str) -> None:
    """Precisions on both sides of what the fast ways give, on numbers with short and long expansions."""
    rng = random.Random(type_)
    edges = [v for v in edge_floats() if v == v]
    for i in range(rounds(40_000)):
        value = rng.choice(edges) if i % 2 else next(random_floats(1, i))
        if i % 5 == 0:
            value = rng.randrange(10**6) / 8 ** rng.randrange(6)  # ties
        spec = f".{rng.choice([*range(20), *range(20), 25, 40, 330, 767, 768, 800, 1074, 1100, 1500])}{type_}"
        assert probe.call("float.format", value, spec) == format(value, spec), (value, spec)


SPECS_REFUSED = [
    "z", ".3d", "zd", "+c", "#c", "q", "\x01", "é", "😀", "s", "=5", "=5s", "_s", "_c", "_n", ",n", ",s", ",b", "_\x01", "_é", ".", ".f", "1x1", "5.", "zz",
    ",_d", "_,d", ",,d", "#,", "._", "\0", "1\0", "{", "z.0s", "5z", ".5n", "+s", " s", "z.3d", "99999999999999999999", ".99999999999999999999", "99999999999999999999q",
    ".3000000000f", ".2147483648e", "#s", "+zs", " z#=s",
]  # fmt: skip


@pytest.mark.parametrize("value", [1, 1.5, "ab", True, INT_MIN, -0.0])
def test_refusals_in_cpythons_words(probe: Probe, value: Any) -> None:
    for spec in SPECS_REFUSED:
        assert found(probe, value, spec) == expected(value, spec), spec


def test_a_spec_of_a_thousand_characters_is_refused(probe: Probe) -> None:
    assert found(probe, 1, "0" * 998 + "9d") == ("refused", "Format specifier too long")
    assert found(probe, 1, "0" * 997 + "9d") == ("text", "000000001")


def test_charges(probe: Probe) -> None:
    for name, args, units in (
        ("int.format", (1, "160"), 10),
        ("int.format", (1, ""), 0),
        ("float.format", (1.5, "32.32f"), 4),
        ("str.format", ("x" * 160, ""), 10),
        ("str.format", ("x" * 160, "16.16"), 12),
        ("bool.format", (True, "159"), 9),
        ("int.format", (1, "160,s"), 10),  # refused, but has the shape of a spec
        ("int.format", (1, "160."), 10),
        ("int.format", (1, "160.x1"), 0),
        ("int.format", (1, "160qq"), 0),
        ("str.format", ("x" * 160, "160qq"), 10),
        ("str.format", ("x" * 160, "9" * 30), 10),
        ("str.format", ("x" * 160, "0" * 1000), 10),
    ):
        try:
            probe.call(name, *args)
        except Fault:
            pass
        assert probe.fuel_used == units, (name, args)
