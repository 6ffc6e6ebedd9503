"""Operations whose result can be far larger than their operands are charged, and refused, before they work: with little fuel or memory they fall at once, and the heap never holds more than the limit.

Nothing here looks at a clock. That the work was not done shows in what was counted: an op that worked first would have taken terabytes.
"""

from __future__ import annotations

from typing import Any

import pytest

import belljar
from belljar.engines.jit import Engine as JitEngine
from belljar.engines.reference import ReferenceEngine
from belljar.engines.vm import Engine as VmEngine
from belljar.ir.function import Module
from belljar.safety.limits import Limits

HUGE = 1 << 40
MEMORY = 1 << 20

GROWING = {
    "repetition of a string": ('len("ab" * n)', HUGE),
    "repetition, count first": ('len(n * "ab")', HUGE),
    "repetition of a list": ("len([1, 2] * n)", HUGE),
    "repetition of a list of strings": ('len(["a"] * n)', HUGE),
    "a list of a range": ("len(list(range(n)))", HUGE),
    "a width": ('len(f"{5:>{n}}")', 1 << 31),
    "a width with zeros": ('len(f"{5:0{n}d}")', 1 << 31),
    "a width with separators": ('len(f"{5:0{n},}")', 1 << 31),
    "a width of a string": ('len(f"{text:*^{n}}")', 1 << 31),
    "a precision": ('len(f"{2.5:.{n}f}")', 1 << 30),
    "ljust": ("len(text.ljust(n))", HUGE),
    "rjust": ('len(text.rjust(n, "é"))', HUGE),
    "center": ("len(text.center(n))", HUGE),
    "zfill": ("len(text.zfill(n))", HUGE),
    "expandtabs": ('len("a\\tb".expandtabs(n))', 1 << 30),
}
"""Expressions of a parameter n, and the n that is too large for anything."""

STEPS = {
    "replace": ('text = text.replace("a", "aaaaaaaa")', 40),
    "join": ("text = text.join([text, text, text])", 40),
    "concatenation": ("text = text + text", 60),
    "formatting": ('text = f"{text}{text}{text}"', 60),
    "repr": ("text = repr(text + \"'\" + '\"')", 60),
    "split and join": ('text = "aa".join(text.split("a")) + text', 60),
    "upper": ("text = text.upper().lower() * 2", 60),
    "list concatenation": ("xs = xs + xs", 60),
    "list extension": ("xs.extend(xs)", 60),
    "list in place": ("xs += xs[:]", 60),
    "list repetition": ("xs = xs * 3", 60),
    "slices": ("xs = xs[::-1] + xs[:]", 60),
    "sorted": ("xs = sorted(xs + xs)", 60),
    "str of a list": ("text = str([text, text])", 60),
}
"""Statements that make what they work on about twice as large, and how often they are run."""


def expression(text: str) -> Module:
    return belljar.compile(f"def f(n: int, text: str) -> int:\n    return {text}\n").signature_module("f")


def loop(text: str) -> Module:
    return belljar.compile(
        f"def f(n: int, text: str) -> int:\n    xs: list[int] = [1, 2, 3]\n    for i in range(n):\n        {text}\n    return len(text) + len(xs)\n"
    ).signature_module("f")


def outcome(engine: Any, module: Module, limits: Limits, *arguments: Any) -> tuple[Any, Any]:
    instance = engine.load(module, limits)
    return instance.call(module.tasks["f"].function, arguments), instance


ENGINES = (VmEngine(), JitEngine())
CASES = [(name, expression, text, n) for name, (text, n) in GROWING.items()] + [(name, loop, text, n) for name, (text, n) in STEPS.items()]


@pytest.mark.parametrize(("name", "shape", "text", "n"), CASES, ids=[case[0] for case in CASES])
def test_fuel_falls_before_the_work(name: str, shape: Any, text: str, n: int) -> None:
    module = shape(text)
    seen = set()
    for engine in (*ENGINES, ReferenceEngine()):
        found, instance = outcome(engine, module, Limits(fuel=10_000), n, "a")
        assert (found.error.code, found.fuel_used) == ("E0801", 10_000)
        seen.add((found.error.line, found.error.message))
        if engine.name != "reference":
            assert instance.statistics()["peak_bytes"] < 8 << 20
    assert len(seen) == 1


@pytest.mark.parametrize(("name", "shape", "text", "n"), CASES, ids=[case[0] for case in CASES])
def test_memory_falls_before_the_work(name: str, shape: Any, text: str, n: int) -> None:
    """The limit is asked before anything is taken: the heap's peak stays below it."""
    module = shape(text)
    seen = set()
    for engine in ENGINES:
        found, instance = outcome(engine, module, Limits(memory=MEMORY), n, "a")
        assert found.error.code == "E0803"
        assert instance.statistics()["peak_bytes"] <= MEMORY
        seen.add((found.error.line, found.error.message, found.fuel_used, instance.statistics()["peak_bytes"]))
        assert instance.call(module.tasks["f"].function, (2, "a")).error is None  # it lives on
    assert len(seen) == 1


@pytest.mark.parametrize("text", ["2 ** n", "n ** n", "(0 - n) ** n", "1 << n", "n * n * n * n"])
def test_ints_cannot_grow(text: str) -> None:
    for engine in (*ENGINES, ReferenceEngine()):
        found, _ = outcome(engine, expression(text), Limits(fuel=1_000), 1 << 20, "")
        assert found.error.code == "E0502"
        assert found.fuel_used < 100
