"""Every limit on every way to run: it is enforced, and its error names the limit, its value, the use, and how to raise it."""

from __future__ import annotations

import io
import pickle
import re
from pathlib import Path
from typing import Any

import pytest

import belljar
from belljar import ResourceLimits, Runtime
from belljar.commands.session import Session
from belljar.commands.table import COMMANDS
from belljar.errors import BellError
from belljar.safety.limits import LONG_NAMES

LOOP = "def f(n: int) -> int:\n    while True:\n        n = (n * 3) % 1000\n"
CASES: dict[str, tuple[str, str, float]] = {
    "max_variables": ("a = 1\nb = 2\nc = 3\ndef f(n: int) -> int:\n    return n\n", "E0806", 2),
    "max_functions": ("def f(n: int) -> int:\n    return n\ndef g(): pass\ndef h(): pass\n", "E0807", 2),
    "max_recursion_depth": ("def f(n: int) -> int:\n    return f(n + 1) + 1\n", "E0804", 20),
    "max_events": ("def f(n: int) -> None:\n    for i in range(9):\n        emit('e', i)\n", "E0808", 3),
    "max_execution_time": (LOOP, "E0802", 0.05),
    "max_iterations": (LOOP, "E0809", 1_000),
    "max_memory": ("def f(n: int) -> int:\n    xs = [0]\n    while True:\n        xs = xs + xs\n", "E0803", 1 << 20),
    "max_fuel": (LOOP, "E0801", 100_000),
    "max_output": ("def f(n: int) -> None:\n    while True:\n        print('hello world')\n", "E0805", 100),
}
METHODS = "class A:\n    def m(self, n):\n        return 0 if n == 0 else self.m(n - 1) + 1\ndef f(n: int):\n    return A().m(n)\n"
KEYS = "class K:\n    def __init__(self, n: int) -> None:\n        self.n = n\n    def __len__(self) -> int:\n        return 0 if self.n == 0 else len(K(self.n - 1))\ndef f(n: int) -> int:\n    return len(K(n))\n"
WAYS: dict[str, dict[str, Any]] = {"vm": {"engine": "vm"}, "jit": {"engine": "jit"}, "worker": {"isolation": "process"}}
ALL_WAYS: dict[str, dict[str, Any]] = {**WAYS, "reference": {"engine": "reference"}}


def test_no_limit_is_left_out() -> None:
    assert set(CASES) == set(ResourceLimits().to_dict())


@pytest.mark.parametrize("way", ALL_WAYS)
@pytest.mark.parametrize("name", CASES)
def test_of_a_runtime(name: str, way: str) -> None:
    text, code, value = CASES[name]
    free = {"max_iterations": 10**12} if name in ("max_execution_time", "max_fuel") else {}
    runtime = Runtime(text, limits=ResourceLimits(**{**free, name: value}), write=lambda text: None, **ALL_WAYS[way])
    with pytest.raises(BellError) as found:
        runtime.call("f", 1)
    error = found.value
    assert (error.code, error.exit_status) == (code, 3)
    assert error.hint == f"raise it with ResourceLimits({name}=...)"
    (note,) = [note for note in error.notes if note.startswith(name)]
    shown = f"{value:,}" if name != "max_execution_time" else f"{value:g} s"
    assert re.fullmatch(rf"{name} is {re.escape(shown)}, and [\d.,]+( s)? were used", note), note
    assert error.use is not None
    assert (error.use.name, error.use.limit, error.use.told) == (name, value, note)
    assert error.to_dict()["use"] == {"limit": name, "value": value, "used": error.use.used}
    copied = pickle.loads(pickle.dumps(error))
    assert (copied.use, copied.notes) == (error.use, error.notes)


@pytest.mark.parametrize("way", ALL_WAYS)
@pytest.mark.parametrize("name", CASES)
def test_of_a_program(name: str, way: str) -> None:
    text, code, value = CASES[name]
    program = belljar.compile(text, cache=False)
    with pytest.raises(BellError) as found:
        program.call("f", 1, limits={name: value}, write=lambda text: None, **ALL_WAYS[way])
    assert (found.value.code, found.value.exit_status) == (code, 3)
    assert f"{value:g}" in found.value.message or str(value) in found.value.message
    assert LONG_NAMES[name] in str(found.value.hint)
    told = [note for note in found.value.notes if note.startswith(f"{LONG_NAMES[name]} is ") and "used" in note]
    assert len(told) == (name not in ("max_variables", "max_functions")), found.value  # their messages say it
    use = found.value.use
    assert told == ([] if use is None else [use.told])
    assert use is None or (use.name, use.limit) == (LONG_NAMES[name], value)


@pytest.mark.parametrize("way", ALL_WAYS)
def test_a_result_that_is_too_large_says_what_was_used(way: str) -> None:
    text = "def f(n: int) -> list[list[int]]:\n    row = [0] * 10_000\n    return [row] * n\n"
    with pytest.raises(BellError) as found:
        belljar.compile(text).call("f", 1_000, limits={"memory": 1 << 20}, **ALL_WAYS[way])
    assert found.value.code == "E0803"
    assert found.value.use is not None
    assert found.value.use.used > found.value.use.limit == 1 << 20


@pytest.mark.parametrize("isolation", ["none", "process"])
@pytest.mark.parametrize("name", CASES)
def test_on_the_command_line(name: str, isolation: str, tmp_path: Path) -> None:
    text, code, value = CASES[name]
    path = tmp_path / "case.bell"
    path.write_text(text)
    values = {row.key: [] if row.many else False if row.kind == "flag" else row.default for row in COMMANDS["call"].arguments}
    session = Session(io.StringIO(), io.StringIO())
    limit = f"{LONG_NAMES[name]}={value}"
    status = session.run(
        "call", {**values, "program": str(path), "task": "f", "args": "[1]", "limit": [limit], "isolation": isolation, "format": "full"}
    )
    told = session.err.getvalue()  # type: ignore[attr-defined]
    assert status == 3
    assert f"[{code}]" in told
    assert f"--limit {LONG_NAMES[name]}=" in told
    assert re.search(r"[\d.,]+( s)? were used|\d+ are (needed|defined)", told), told


@pytest.mark.parametrize("way", [*WAYS, "reference"])
@pytest.mark.parametrize("text", ["def f(n: int) -> int:\n    return 0 if n == 0 else f(n - 1) + 1\n", METHODS, KEYS])
def test_how_deep_calls_were_is_told_exactly(text: str, way: str) -> None:
    how = WAYS.get(way, {"engine": "reference"})
    runtime = Runtime(text + "def flat() -> int:\n    return 1\n", limits=ResourceLimits(max_recursion_depth=30), **how)
    base = runtime.call("f", 0) or runtime.resource_tracker["max_recursion_depth"]
    for depth in (7, 3, 20):
        runtime.call("f", depth)
        assert runtime.resource_tracker["max_recursion_depth"] == base + depth
    runtime.call("flat")
    assert runtime.resource_tracker["max_recursion_depth"] == 0
    with pytest.raises(BellError):
        runtime.call("f", 31)
    assert runtime.resource_tracker.report()["max_recursion_depth"] == {"limit": 30, "used": 30, "share": 1.0}
