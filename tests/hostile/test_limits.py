"""A few of the hostile programs under every limit but that of time, on each engine: how they end, that they end alike, within what was counted, and with the state as it was."""

from __future__ import annotations

from typing import Any

import pytest

from belljar.engines.reference import ReferenceEngine
from belljar.runtime.engine import engine_of
from belljar.safety.limits import Limits
from tests.hostile.huge import programs as huge_programs
from tests.hostile.measure import Counted, compiled, told
from tests.hostile.programs import CATEGORIES, LARGE, text_of

MEMORY = 3 << 20
OUTPUT = 10_000
LIMITS = {
    "fuel": Limits(fuel=50_000, output=1 << 30),
    "memory": Limits(fuel=3_000_000, memory=MEMORY, output=1 << 30),
    "depth": Limits(fuel=50_000, depth=20, output=1 << 30),
    "output": Limits(fuel=300_000, output=OUTPUT),
}

SAMPLE: dict[tuple[str, str], dict[str, str]] = {
    ("strings", "append kept"): {},
    ("strings", "repeat"): {"fuel": "E0801", "memory": "E0801"},
    ("strings", "print"): {"output": "E0805"},
    ("formatting", "percent many"): {"fuel": "E0801"},
    ("formatting", "template grows"): {"memory": "E0803"},
    ("ints", "gcd once"): {"fuel": "E0801"},
    ("ints", "square"): {"fuel": "E0801"},
    ("sorts", "lt inconsistent"): {"fuel": "E0801"},
    ("shared", "list eq"): {"fuel": "E0801"},
    ("shared", "tuple hash"): {"fuel": "E0801"},
    ("shared", "record repr"): {"fuel": "E0801"},
    ("deep", "list made"): {},
    ("recursion", "plain"): {"depth": "E0804"},
    ("recursion", "call"): {"depth": "E0804"},
    ("recursion", "caught"): {"depth": "E0804"},
    ("lists", "append any"): {"memory": "E0803"},
    ("lists", "double"): {"memory": "E0803"},
    ("tables", "set grows"): {"memory": "E0803"},
    ("objects", "texts between texts"): {"memory": "E0803"},
    ("iteration", "generator list"): {"memory": "E0803"},
    ("exceptions", "finally loop"): {"fuel": "E0801"},
}
"""With the codes that are certain; all others may end by fuel."""

LIMIT_CODES = {"E0801", "E0803", "E0804", "E0805"}


def ended(engine: Any, module: Any, limits: Limits, size: int = LARGE) -> tuple[Any, ...]:
    """How the call ended and what it printed; everything that must hold in one engine is checked here."""
    output = Counted()
    instance = engine.load(module, limits, output)
    probe, hostile = module.tasks["probe"].function, module.tasks["f"].function
    before = instance.call(probe, ())
    seen = []
    for _ in range(2):
        output.bytes = 0
        outcome = instance.call(hostile, (size,))
        assert outcome.fuel_used <= limits.fuel
        assert output.bytes <= limits.output
        seen.append((told(outcome), output.bytes))
        after = instance.call(probe, ())
        assert (after.results, after.error, after.fuel_used) == (before.results, None, before.fuel_used)
    assert seen[0] == seen[1]
    if engine.name != "reference":
        assert instance.statistics()["peak_bytes"] <= limits.memory
    return seen[0]


@pytest.mark.parametrize("program", SAMPLE, ids=" ".join)
def test_hostile_programs_end_at_their_limits(program: tuple[str, str]) -> None:
    category, name = program
    module = compiled(text_of(CATEGORIES[category][name]), name)
    for limit, limits in LIMITS.items():
        seen = ended(engine_of("vm"), module, limits)
        assert ended(engine_of("jit"), module, limits) == seen
        code = seen[0][0][0]
        assert code in LIMIT_CODES
        assert code == SAMPLE[program].get(limit, code)
    fuel = Limits(fuel=5_000)
    assert ended(ReferenceEngine(), module, fuel) == ended(engine_of("vm"), module, fuel)


SIZE = 1 << 31
HUGE = {name: text for name, text in list(huge_programs().items())[::13] if "to_bytes" not in name and "_update" not in name}
"""Ints have no method to_bytes where they are known to be of 64 bits, nor sets those that change them."""


@pytest.mark.parametrize("name", HUGE)
def test_one_operation_on_a_large_value_ends_alike(name: str) -> None:
    module = compiled(text_of(HUGE[name]), "huge")
    for limits in (Limits(fuel=50_000, output=1 << 30), Limits(fuel=3_000_000, memory=MEMORY, output=1 << 30)):
        assert ended(engine_of("vm"), module, limits, SIZE) == ended(engine_of("jit"), module, limits, SIZE)
