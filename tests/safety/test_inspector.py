"""Looking into runtimes: plain data, tables, memory and leaks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from belljar import ResourceLimits, Runtime

TEXT = '''
from dataclasses import dataclass
from decimal import Decimal

@dataclass
class Point:
    x: int
    y: float | None = None

count = 3
nan = float("nan")
long = "x" * 5000
huge = 7 ** 5000
many = list(range(1000))
loop: list[object] = [1]
loop.append(loop)
deep: list[object] = []
for _ in range(50):
    deep = [deep]
keyed = {1: "one", (1, 2): "pair"}
named = {"a": {1, 2}, "b": frozenset({3})}
points = [Point(1), Point(2, 0.5)]
price = Decimal("1.50")
raw = b"\\x00\\xff"
span = range(1, 10, 2)
twice = lambda n: n * 2

@on("ping")
def pong(n: int = 1) -> None:
    pass

def area(w: float, h: float = 2.0) -> float:
    """The area.

    Of a rectangle."""
    return w * h

def unknown(thing):
    return thing
'''


@pytest.fixture
def runtime() -> Runtime:
    made = Runtime(TEXT)
    made.execute_once()
    return made


def value(runtime: Runtime, name: str) -> Any:
    return runtime.inspector.dump_vars()[name]["value"]


def test_everything_is_plain_data(runtime: Runtime) -> None:
    runtime.state["mine"] = {"k": [1, (2, {3})]}
    runtime.emit("ping", {"n": 1})
    full = json.loads(json.dumps(runtime.inspector.dump_full(), allow_nan=False))
    assert list(full) == ["variables", "functions", "events", "memory", "limits"]


def test_values_are_shown_as_far_as_is_useful(runtime: Runtime) -> None:
    assert value(runtime, "count") == 3
    assert value(runtime, "nan") == {"float": "nan"}
    assert value(runtime, "long") == {"cut": "str", "length": 5000, "first": "x" * 200}
    assert value(runtime, "huge")["cut"] == "int"
    many = value(runtime, "many")
    assert (many["cut"], many["length"], many["first"]) == ("list", 1000, list(range(100)))
    assert value(runtime, "loop") == [1, {"cycle": "list"}]
    assert "cut" in json.dumps(value(runtime, "deep"))
    assert value(runtime, "keyed") == {"dict": [[1, "one"], [[1, 2], "pair"]]}
    assert value(runtime, "named") == {"a": {"set": [1, 2]}, "b": {"frozenset": [3]}}
    assert value(runtime, "points") == [
        {"class": "Point", "fields": {"x": 1, "y": None}},
        {"class": "Point", "fields": {"x": 2, "y": 0.5}},
    ]
    assert value(runtime, "price") == {"Decimal": "1.50"}
    assert value(runtime, "raw") == {"bytes": "00ff"}
    assert value(runtime, "span") == {"range": [1, 10, 2]}
    assert value(runtime, "twice") == {"function": "<lambda>"}


def test_functions(runtime: Runtime) -> None:
    functions = runtime.inspector.dump_functions()
    assert list(functions) == ["pong", "area", "unknown"]
    assert functions["area"] == {
        "parameters": [{"name": "w", "type": "float"}, {"name": "h", "type": "float", "default": 2.0}],
        "result": "float",
        "line": 32,
        "doc": "The area.",
        "handles": [],
    }
    assert functions["pong"]["handles"] == ["ping"]
    assert functions["unknown"]["parameters"] == [{"name": "thing", "type": "any"}]


def test_events(runtime: Runtime) -> None:
    runtime.emit("ping", {"n": [1]})
    runtime.emit("other")
    events = runtime.inspector.dump_events()
    assert events == {
        "waiting": [{"event": "ping", "payload": {"n": [1]}}, {"event": "other", "payload": None}],
        "handlers": {"ping": ["pong"]},
        "handled": 0,
        "max_events": 500,
    }
    runtime.process_events()
    events = runtime.inspector.dump_events()
    assert (events["waiting"], events["handled"]) == ([], 2)


def test_memory_by_type_and_name() -> None:
    runtime = Runtime("xs = [str(i) * 10 for i in range(1000)]\nys = xs\nzs = {i: i for i in range(100)}\n")
    runtime.execute_once()
    memory = runtime.inspector.dump_memory()
    assert memory["by_type"]["str"]["objects"] == 1000
    assert memory["by_type"]["list[str]"]["objects"] == 1
    assert next(iter(memory["by_name"])) == "xs"
    assert memory["by_name"]["xs"]["objects"] == 1001
    assert "ys" not in memory["by_name"]
    assert 0 < sum(row["bytes"] for row in memory["by_type"].values()) <= memory["bytes"] <= memory["peak_bytes"]


def test_a_leak_is_found_with_the_way_to_it() -> None:
    text = """
class Cache:
    def __init__(self) -> None:
        self.rows: dict[str, list[str]] = {}

cache = Cache()
steady = [0] * 1000

def serve(n: int) -> int:
    cache.rows.setdefault("log", []).append("request " + str(n))
    steady[n % 1000] = n
    return n
"""
    runtime = Runtime(text)
    runtime.execute_once()
    runtime.call("serve", 0)
    before = runtime.integrity.snapshot(runtime.state)
    for n in range(500):
        runtime.call("serve", n)
    found = runtime.inspector.leaks(before)
    paths = {row["path"]: row for row in found["paths"]}
    assert paths["cache.rows['log']"]["length"] == [1, 501]
    assert paths["cache"]["grew"] >= paths["cache.rows"]["grew"] >= paths["cache.rows['log']"]["grew"] > 10_000
    assert "steady" not in paths
    assert found["by_type"]["str"]["objects"] == 500
    after = runtime.integrity.snapshot(runtime.state)
    assert runtime.inspector.leaks(before, after) == found
    assert runtime.inspector.leaks(after)["paths"] == []
    assert "cache.rows['log']" in runtime.inspector.format_leaks(before)


def test_tables(runtime: Runtime) -> None:
    runtime.emit("ping", "\x1b[31mred\nline")
    text = runtime.inspector.format_full()
    for piece in (
        "Variables",
        "Functions",
        "Events waiting (1 of 500, 0 handled)",
        "Handlers",
        "Memory",
        "By type",
        "Limits",
        "area(w: float, h: float = 2.0)",
    ):
        assert piece in text, piece
    assert "\x1b" not in text
    assert all(len(line) <= 120 for line in text.splitlines())


def test_a_runtime_without_a_program() -> None:
    runtime = Runtime(limits=ResourceLimits(max_events=5))
    full = runtime.inspector.dump_full()
    assert (full["variables"], full["functions"], full["events"]["waiting"], full["memory"]["objects"]) == ({}, {}, [], 0)
    assert "Variables: none" in runtime.inspector.format_full()
