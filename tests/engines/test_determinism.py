"""The same program does the same: output, result, error and fuel of a hundred runs, in processes of other hash seeds, and in threads beside one another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import belljar
from belljar.engines.contract import Engine
from belljar.runtime.engine import engine_of
from belljar.safety.limits import Limits

RUNS = 100
SEEDS = ("0", "1", "12345", "random")
THREADS = (1, 2, 8)

PROGRAMS = {
    "sets": """
words = "the quick brown fox jumps over the lazy dog and the cat".split()
seen = set(words)
print(seen, {len(word) for word in words}, frozenset(words) - {"the"}, seen & {"fox", "cat", "emu"})
seen.discard("fox")
print(seen.pop(), list(seen), hash("fox"), hash((1, "a", 2.5)), hash(frozenset(words)))


def main():
    return [sorted(seen), {word: hash(word) for word in words}]
""",
    "dicts": """
groups = {}
for number in range(50):
    groups.setdefault(str(number * 7 % 10), []).append(number)
print(groups, list(groups.keys() & {"1", "5", "x"}), groups.popitem())


def main():
    return {key: sum(numbers) for key, numbers in groups.items()}
""",
    "objects": """
class Thing:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"Thing({self.name})"


things = {Thing(letter) for letter in "abcdefghij"}
table = {thing: len(table_name) for thing, table_name in zip(things, ["a", "bb", "ccc"])}
print(things, table, sorted(hash(thing) for thing in things))


def main():
    return [thing.name for thing in things]
""",
    "errors": """
def find(items, key):
    try:
        return {item: place for place, item in enumerate(items)}[key]
    finally:
        print("looked for", key)


print(find({"a", "b", "c"}, "b"))


def main():
    return find({"x", "y", "z"}, "missing")
""",
    "strings": """
def main():
    text = "".join(chr(97 + n * n % 26) for n in range(200))
    counts = {}
    for letter in text:
        counts[letter] = counts.get(letter, 0) + 1
    print(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])), f"{2**40:,} {1 / 3:.5e}")
    return [len(set(text)), list(set(text)), text[::-3]]
""",
    "generators": """
def walk(n):
    if n:
        yield n
        yield from walk(n - 1)
        yield {n, n * 8, n * 16}


def main():
    return [repr(found) for found in walk(6)]
""",
}
"""Where an order, a hash or an address could show."""


def did(text: str, engine: Engine) -> Any:
    """What one run of a program comes to: output, result, error and fuel."""
    program = belljar.compile(text, "program", cache=False)
    return run(program.module("main", ()), engine)


def run(module: Any, engine: Engine) -> Any:
    pieces: list[str] = []
    instance = engine.load(module, Limits(), pieces.append)
    outcome = instance.call(module.tasks["main"].function, [])
    return ["".join(pieces), repr(outcome.results), str(outcome.error), outcome.fuel_used]


SCRIPT = """
import json, sys
from tests.engines.test_determinism import PROGRAMS, did
from belljar.runtime.engine import engine_of
print(json.dumps({name: did(text, engine_of(sys.argv[1])) for name, text in PROGRAMS.items()}))
"""


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return {name: did(text, engine_of("reference")) for name, text in PROGRAMS.items()}


def test_programs_come_to_something(expected: dict[str, Any]) -> None:
    assert all(fuel > 0 for *_, fuel in expected.values())
    assert [name for name, (_, _, error, _) in expected.items() if error != "None"] == ["errors"]
    assert all(output or result for output, result, _, _ in expected.values())


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_hundred_runs(name: str, expected: dict[str, Any]) -> None:
    """New instances each time, and one instance called again and again."""
    module = belljar.compile(PROGRAMS[name], "program", cache=False).module("main", ())
    assert all(run(module, engine_of("vm")) == expected[name] for _ in range(RUNS))
    pieces: list[str] = []
    instance = engine_of("vm").load(module, Limits(), pieces.append)
    started = "".join(pieces)
    for _ in range(RUNS):
        pieces.clear()
        outcome = instance.call(module.tasks["main"].function, [])
        assert [started + "".join(pieces), repr(outcome.results), str(outcome.error), outcome.fuel_used] == expected[name]


@pytest.mark.parametrize("seed", SEEDS)
def test_processes_of_other_hash_seeds(root: Path, seed: str, expected: dict[str, Any]) -> None:
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])}
    for engine in ("vm", "jit") if seed == "random" else ("vm",):
        done = subprocess.run([sys.executable, "-c", SCRIPT, engine], capture_output=True, text=True, check=True, env=environment, cwd=root)
        assert json.loads(done.stdout) == expected


@pytest.mark.parametrize("count", THREADS)
def test_threads_side_by_side(count: int, expected: dict[str, Any]) -> None:
    """Each thread runs every program, beginning with another one; all of them share the modules."""
    modules = {name: belljar.compile(text, "program", cache=False).module("main", ()) for name, text in PROGRAMS.items()}
    found: list[tuple[str, Any]] = []
    start = threading.Barrier(count)

    def work(first: int) -> None:
        names = list(modules)
        start.wait()
        for _ in range(max(1, RUNS // (count * len(names)))):
            for name in names[first % len(names) :] + names[: first % len(names)]:
                found.append((name, run(modules[name], engine_of("vm"))))

    threads = [threading.Thread(target=work, args=(first,)) for first in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) >= count * len(modules)
    assert all(answer == expected[name] for name, answer in found)
