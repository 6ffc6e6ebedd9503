"""Limits fall at the same place in the VM and in machine code: with exactly what a program needs it runs, with one less it stops, at the same line, after the same fuel and the same output.

The programs are written in Bell, each with what one part of the runtime does; they run at module level and as a call. The reference takes part where its limits are exact: fuel, depth, output.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import belljar
from belljar.engines.contract import Outcome
from belljar.engines.jit import Engine as JitEngine
from belljar.engines.reference import ReferenceEngine
from belljar.engines.vm import Engine as VmEngine
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.safety.limits import Limits

VM, JIT, REFERENCE = VmEngine(), JitEngine(), ReferenceEngine()

PROGRAMS = {
    "strings": '''
def f(n: int) -> str:
    """Joins, repetition, replacement, formats and slices."""
    text = ""
    for i in range(n):
        text += f"{i:>5}|" + str(i) * 3
    print(text[:40])
    parts = text.replace("|", ", ").split(", ")
    print(len(parts), parts[-1].strip().center(20, "*"))
    return "-".join(sorted(parts, reverse=True))[::-2].upper()
''',
    "lists": '''
def f(n: int) -> list[int]:
    """Growing, slicing, sorting and concatenating lists."""
    xs: list[int] = []
    for i in range(n):
        xs.append((i * 7919) % 1009)
    ys = sorted(xs) + xs[::-3] * 2
    ys.sort(reverse=True)
    for i in range(0, n, 5):
        ys.insert(i // 2, i)
        ys.pop()
    print(sum(ys), max(ys), ys.count(3), 5 in ys, xs < ys, xs == ys)
    return ys
''',
    "dicts": '''
def f(n: int) -> dict[str, int]:
    """Dicts and sets of strings and tuples."""
    counts: dict[str, int] = {}
    pairs: set[tuple[int, str]] = set()
    for i in range(n):
        word = "w" + str(i * i % 97)
        counts[word] = counts.get(word, 0) + i
        pairs.add((i % 13, word))
    for word in list(counts):
        if counts[word] % 2 == 0:
            counts.pop(word)
    print(len(pairs), sorted(counts.items())[:2])
    return counts
''',
    "records": '''
class Node:
    value: int
    label: str

def build(n: int) -> list[Node]:
    nodes: list[Node] = []
    for i in range(n):
        nodes.append(Node(i, "n" + str(i)))
    return nodes

def f(n: int) -> int:
    """Records in lists, and printing them."""
    total = 0
    for round in range(3):
        nodes = build(n)
        for node in nodes:
            total += node.value
        total += len(str(nodes))
        print(nodes[:2], nodes[0] == nodes[-1])
    return total
''',
    "recursion": '''
def depth(n: int, text: str) -> int:
    if n == 0:
        return len(text)
    return depth(n - 1, text + "ab") + 1

def even(n: int) -> bool:
    return True if n == 0 else odd(n - 1)

def odd(n: int) -> bool:
    return False if n == 0 else even(n - 1)

def f(n: int) -> int:
    """Calls inside calls, with strings alive in every frame."""
    print(even(n))
    return depth(n, "")
''',
    "any": '''
def f(n: int) -> str:
    """Values of any type: nested, compared, printed."""
    values = [1, "a", 2.5, None]
    deep = values
    for i in range(n):
        values.append(i if i % 3 else str(i))
        if i % 8 == 0:
            deep = [deep[:2], values[-1]]
    print(deep, deep == [deep[0], 1], values.count("3"))
    return repr(values) + str(deep)
''',
}  # fmt: skip
SIZES = {"strings": 60, "lists": 120, "dicts": 90, "records": 25, "recursion": 30, "any": 40}


def compiled(name: str) -> tuple[Module, str]:
    program = belljar.compile(PROGRAMS[name], f"{name}.bell")
    module = program.signature_module("f")
    return module, module.tasks["f"].function


def observed(engine: Any, module: Module, function: str, limits: Limits, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """(results, code, line, message, stack, fuel used, output) of one call in a fresh instance."""
    output: list[str] = []
    try:
        outcome = engine.load(module, limits, output.append).call(function, arguments)
    except BellError as error:
        outcome = Outcome((), error, -1)
    error = outcome.error
    told = (error.code, error.line, error.message, tuple(error.stack), error.exit_status) if error else None
    return repr(outcome.results), told, outcome.fuel_used, "".join(output)


def code_of(seen: tuple[Any, ...]) -> str | None:
    return seen[1][0] if seen[1] else None


def alike(name: str, limits: Limits, *, reference: bool) -> tuple[Any, ...]:
    module, function = compiled(name)
    arguments = (SIZES[name],)
    seen = observed(VM, module, function, limits, arguments)
    assert observed(JIT, module, function, limits, arguments) == seen
    if reference:
        assert observed(REFERENCE, module, function, limits, arguments) == seen
    return seen


def least(name: str, limit: str, low: int, high: int) -> int:
    """The least limit with which the VM runs the program: ``high`` is enough, ``low`` is not."""
    module, function = compiled(name)
    while high - low > 1:
        middle = (low + high) // 2
        seen = observed(VM, module, function, Limits(**{limit: middle}), (SIZES[name],))
        low, high = (low, middle) if seen[1] is None else (middle, high)
    return high


@pytest.mark.parametrize("name", PROGRAMS)
def test_fuel_is_exact(name: str) -> None:
    whole = alike(name, Limits(), reference=True)
    used = whole[2]
    assert whole[1] is None
    assert alike(name, Limits(fuel=used), reference=True) == whole
    for units in (used - 1, used - 2, used * 2 // 3, used // 7, 3, 1):
        seen = alike(name, Limits(fuel=units), reference=True)
        assert code_of(seen) == "E0801"
        assert seen[2] == units
        assert whole[3].startswith(seen[3])


@pytest.mark.parametrize("name", PROGRAMS)
def test_output_is_exact(name: str) -> None:
    whole = alike(name, Limits(), reference=True)
    size = len(whole[3].encode())
    assert alike(name, Limits(output=size), reference=True) == whole
    for limit in (size - 1, size // 2, 1):
        seen = alike(name, Limits(output=limit), reference=True)
        assert code_of(seen) == "E0805"
        assert len(seen[3].encode()) <= limit
        assert whole[3].startswith(seen[3])


@pytest.mark.parametrize("name", ["recursion", "records"])
def test_depth_is_exact(name: str) -> None:
    whole = alike(name, Limits(), reference=True)
    needed = least(name, "depth", 0, 1_000)
    if needed > 1:
        assert alike(name, Limits(depth=needed), reference=True) == whole
        assert code_of(alike(name, Limits(depth=needed - 1), reference=True)) == "E0804"
    else:
        assert name == "records"  # whose one call may be inlined


@pytest.mark.parametrize("name", PROGRAMS)
def test_memory_is_exact(name: str) -> None:
    """The least limit that is enough, and below it: one byte, a few, half."""
    whole = alike(name, Limits(), reference=False)
    needed = least(name, "memory", 1, 1 << 22)
    assert alike(name, Limits(memory=needed), reference=False) == whole
    falls = set()
    for limit in (needed - 1, needed - 16, needed - 1_000, needed * 3 // 4, 9_000, 8_300, 1_000):
        seen = alike(name, Limits(memory=limit), reference=False)
        assert code_of(seen) == "E0803"
        assert whole[3].startswith(seen[3])
        falls.add(seen)
    assert len(falls) > 2


LIMITS = (Limits(fuel=200), Limits(depth=3), Limits(memory=9_000), Limits(output=5))


@pytest.mark.parametrize("engine", [VM, JIT], ids=lambda engine: engine.name)
@pytest.mark.parametrize("name", PROGRAMS)
def test_an_instance_lives_on_after_a_limit(name: str, engine: Any) -> None:
    """What fits still runs, with the same answer as before, and what does not falls as before."""
    module, function = compiled(name)
    needed = observed(engine, module, function, Limits(), (2,))
    fuel = needed[2] + 10
    output: list[str] = []
    instance = engine.load(module, Limits(fuel=fuel, memory=1 << 20), output.append)
    failures = set()
    for _ in range(3):
        output.clear()
        outcome = instance.call(function, (2,))
        assert (repr(outcome.results), outcome.error, outcome.fuel_used, "".join(output)) == (*needed[:1], None, *needed[2:])
        outcome = instance.call(function, (SIZES[name],))
        assert outcome.error is not None
        failures.add((outcome.error.code, outcome.error.line, outcome.fuel_used))
    assert len(failures) == 1


def accepted(text: str) -> belljar.Program | None:
    """The program; None when it is refused, which must be with a finding and not with a limit."""
    problem: BellError | None = None
    try:
        return belljar.compile(text)
    except BellError as refused:
        problem = refused
    assert problem.exit_status == 2
    return None


CATCHING = """
def work(n: int) -> int:
    total = 0
    for i in range(n):
        total += len("x" * i)
    return total

def f(n: int) -> int:
    try:
        return work(n)
    except {name}:
        return -1
    finally:
        print("finally")
"""


@pytest.mark.parametrize(
    "name", ["Exception", "BaseException", "RuntimeError", "MemoryError", "RecursionError", "TimeoutError", "BellRuntimeError"]
)
def test_a_limit_cannot_be_caught(name: str) -> None:
    """Either the program is refused, or the limit passes through: no handler and no ``finally`` runs."""
    program = accepted(CATCHING.format(name=name))
    if program is None:
        return
    for engine in ("reference", "vm", "jit"):
        for limits in ({"fuel": 500}, {"memory": 20_000}):
            output: list[str] = []
            with pytest.raises(BellError) as caught:
                program.call("f", 100_000, engine=engine, limits=limits, write=output.append)
            assert caught.value.exit_status == 3
            assert output == []


@pytest.mark.parametrize(
    "raised", ["MemoryError", "RecursionError", "RuntimeError", "TimeoutError", "BellMemoryError", "SystemError", "KeyboardInterrupt"]
)
def test_a_limit_cannot_be_forged(raised: str) -> None:
    """What a program raises is the program's error, with its own exit status, whatever it is called and whatever it says."""
    program = accepted(
        f'def f(n: int) -> int:\n    if n > 0:\n        raise {raised}("E0801: Fuel limit reached: 1 units")\n    return n\n'
    )
    if program is None:
        return
    for engine in ("reference", "vm", "jit"):
        with pytest.raises(BellError) as caught:
            program.call("f", 1, engine=engine)
        assert caught.value.exit_status == 1
        assert caught.value.code not in ("E0801", "E0802", "E0803", "E0804", "E0805")


LONG = {
    "an empty loop": "def f(n: int) -> int:\n    while n > 0:\n        n = n | 1\n    return n\n",
    "a sort of long lists": "def f(n: int) -> int:\n    xs: list[list[int]] = []\n    for i in range(n * 500):\n        xs.append([0] * 3000 + [i % 7])\n    while n > 0:\n        ys = sorted(xs)\n    return n\n",
    "comparisons of long strings": "def f(n: int) -> int:\n    a = 'x' * 3000000\n    b = 'x' * 3000000 + ''\n    while n > 0:\n        n += 1 if a == b[:] else 0\n    return n\n",
    "garbage": "def f(n: int) -> int:\n    keep: list[str] = []\n    for i in range(300000):\n        keep.append(str(i))\n    while n > 0:\n        keep[n % 300000] = str(n) + 'x'\n        n += 1\n    return n\n",
    "calls": "def g(n: int) -> int:\n    return n if n < 2 else g(n - 1) + g(n - 2)\n\ndef f(n: int) -> int:\n    return g(n + 90)\n",
}


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("engine", ["reference", "vm", "jit", "auto"])
def test_time_is_limited_everywhere(name: str, engine: str) -> None:
    with pytest.raises(BellError) as caught:
        belljar.compile(LONG[name]).call("f", 1, engine=engine, limits={"time": 0.02})
    assert (caught.value.code, caught.value.exit_status) == ("E0802", 3)


# --- determinism ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROGRAMS)
def test_runs_repeat_themselves(name: str) -> None:
    """In one instance and in fresh ones, one after the other and in threads side by side."""
    module, function = compiled(name)
    for engine in (VM, JIT):
        first = observed(engine, module, function, Limits(), (SIZES[name],))
        output: list[str] = []
        instance = engine.load(module, Limits(), output.append)
        for _ in range(3):
            output.clear()
            outcome = instance.call(function, (SIZES[name],))
            assert (repr(outcome.results), None, outcome.fuel_used, "".join(output)) == first
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(observed, *zip(*[(engine, module, function, Limits(), (SIZES[name],))] * 4, strict=True)))
        assert found == [first] * 4


REPORT = """
import sys
from tests.engines.test_agreement_limits import *
for name in PROGRAMS:
    module, function = compiled(name)
    for limits in (Limits(), Limits(fuel=2_000), Limits(memory=20_000)):
        print(name, observed(VM, module, function, limits, (SIZES[name],)))
"""


def test_the_seed_of_pythons_hashes_changes_nothing() -> None:
    """Nothing a program shows, uses or is compiled to depends on the order of Python's sets."""
    reports = {
        subprocess.run(
            [sys.executable, "-c", REPORT], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }  # fmt: skip
    assert len(reports) == 1
    assert "E0803" in reports.pop()
