"""The law of slices of runtimes by brute force: what was given to any call of a history, or answered by the host, is changed, and a value it is not in stays."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import belljar
from belljar import HostFunctions, Runtime
from belljar.errors import BellError
from belljar.safety.limits import ResourceLimits
from belljar.trace.slices import Slice, covers
from tests.runtime.test_why_law import DEFINITIONS, VARIABLES, Writer, changed, drawn_inputs

CALLS = 3
ASKED = ("G", "H", "H[0]", "return", "x1", "early.k", "risky.k", "setg.k", "pick.l", "bump.q", "f.add.k", "early.l", "q.x", "l0", "w['k']")
HOSTS = "def hosted(k: int) -> int:\n    if k > 1:\n        return ask.one(k)\n    return k\n"


class StateWriter(Writer):
    """Writes programs that ask the host as well."""

    def number(self, depth: int = 0) -> str:
        if depth < 2 and self.random.random() < 0.08:
            return f"hosted({super().number(depth + 1)})"
        return super().number(depth)


def drawn_program(random: Random) -> tuple[str, int]:
    """A program, and a line of its task."""
    writer = StateWriter(random)
    body = [line for _ in range(random.randrange(3, 8)) for line in writer.statement(0, "    ")]
    head = HOSTS + DEFINITIONS
    return head + "\n".join([*body, f"    return {writer.number()}"]) + "\n", head.count("\n") + 1 + random.randrange(len(body))


class Histories:
    """Makes histories of one program, which is compiled once."""

    def __init__(self, text: str) -> None:
        self.factor = 3
        hosts = HostFunctions()
        hosts.add("ask.one", lambda k: k * self.factor, signature="(k: int) -> int", capability="ask.one")
        self.program = belljar.compile(text, hosts=hosts, cache=False)

    def made(self, calls: list[dict[str, Any]], start: int, factor: int) -> tuple[Runtime, list[bool]]:
        """A runtime after these calls, and which of them ended well. ``start`` is what the host sets, ``factor`` makes what it answers."""
        self.factor = factor
        runtime = Runtime(self.program, grants={"ask.one"}, limits=ResourceLimits(max_fuel=20_000), safe_mode=True)
        runtime.execute_once()
        runtime.state["G"] = start
        ended = []
        for inputs in calls:
            runtime.call("f", **copy.deepcopy(inputs))
            ended.append(runtime.last_error is None)
        return runtime, ended


def slice_of(runtime: Runtime, name: str) -> Slice | None:
    try:
        return runtime.why(name)
    except BellError as error:
        assert error.code in ("E1331", "E0801"), error  # noqa: PT017
        return None


def is_within(part: str, found: Slice) -> bool:
    return any(part == other or covers(other, part) for other in (*found.inputs, *found.checked))


def check(seed: int) -> tuple[int, int]:
    random = Random(seed)
    text, line = drawn_program(random)
    calls = [drawn_inputs(random) for _ in range(CALLS)]
    try:
        histories = Histories(text)
    except BellError:
        return 0, 0
    runtime, ended = histories.made(calls, 2, 3)
    if not ended[-1]:
        return 0, 0
    outside = total = 0
    for name in [*random.sample(ASKED, 4), f"{random.choice(VARIABLES)}@{line}"]:
        found = slice_of(runtime, name)
        if found is None:
            continue
        others: list[tuple[tuple[str, ...], list[dict[str, Any]], int, int]] = [(("G",), calls, 5, 3), (("ask.one()",), calls, 2, 4)]
        number = random.randrange(CALLS)
        order = sum(ended[: number + 1])
        if ended[number]:
            prefix = "" if number == CALLS - 1 else f"f#{order}."
            for parts, inputs in changed(random, calls[number]):
                named = tuple(prefixed(part, prefix) for part in parts)
                others.append((named, [*calls[:number], inputs, *calls[number + 1 :]], 2, 3))
        for parts, given_, start, answers in others:
            total += 1
            if any(is_within(part, found) for part in parts):
                continue
            outside += 1
            again, ends = histories.made(given_, start, answers)
            if ends != ended:
                continue
            other = slice_of(again, name)
            if other is not None:
                assert other.value == found.value, (
                    f"{parts} is not in the slice of {name}: {found.inputs}, {found.checked}\n{calls}\n{given_}\n{text}"
                )
    return outside, total


def prefixed(part: str, prefix: str) -> str:
    """The name of a part of an input of a call: ``len(f#1.xs)``."""
    head, bracket, rest = part.partition("(")
    return f"{head}({prefix}{rest}" if bracket else prefix + part


@settings(max_examples=30)
@given(st.integers(100, 10**9))
def test_what_is_outside_can_be_changed_in_any_history(seed: int) -> None:
    check(seed)


def test_slices_of_histories_are_not_everything() -> None:
    found = [check(seed) for seed in range(1000, 1006)]
    outside, total = (sum(column) for column in zip(*found, strict=True))
    assert outside > total / 2
