"""A call whose arguments are refused has run nothing, not even the module level; what can be walked only once is walked once."""

from __future__ import annotations

from typing import Any

import pytest

import belljar
from belljar.errors import BellError

SOURCE = """
print("the module level ran")


class Point:
    x: int
    names: list[str]
    near: float | None


def ints(xs: list[int]) -> int:
    total = 1
    for x in xs:
        total = total * x
    return total


def table(rows: dict[str, list[float]], marks: set[str]) -> int:
    return len(rows) + len(marks)


def points(first: Point, rest: list[Point]) -> int:
    return first.x + len(rest)


def maybe(xs: list[list[int]] | None) -> int:
    return 0 if xs is None else sum(map(sum, xs))
"""
POINT = {"x": 1, "names": ["a"], "near": None}
WRONG: list[tuple[str, tuple[Any, ...], str]] = [
    ("ints", (["a"],), "argument 'xs' of ints()[0] must be int, got str 'a'"),
    ("ints", ([1, 2, True, 2.5],), "[3] must be int, got float 2.5"),
    ("ints", ({1: 2},), "must be list[int], got dict"),
    ("table", ({"a": [1.0, "x"]}, set()), "argument 'rows' of table()['a'][1] must be float, got str 'x'"),
    ("table", ({1: [1.0]}, set()), "a key of argument 'rows' of table() must be str, got int 1"),
    ("table", ({}, {1}), "an element of argument 'marks' of table() must be str, got int 1"),
    ("points", ({**POINT, "names": [1]}, []), "field 'names' of argument 'first' of points()[0] must be str, got int 1"),
    ("points", (POINT, [3]), "argument 'rest' of points()[0] must be Point, got int 3"),
    ("points", (belljar.Record("Point", {**POINT, "near": "far"}), []), "must be float"),
    ("maybe", ([[1], ["a"]],), "argument 'xs' of maybe()[1][0] must be int"),
    ("maybe", ([[1], (y for y in [2])],), "it can be walked only once: pass a list"),
]


@pytest.mark.parametrize("engine", ["vm", "reference"])
@pytest.mark.parametrize(("task", "args", "message"), WRONG)
def test_what_is_refused_has_run_nothing(engine: str, task: str, args: tuple[Any, ...], message: str) -> None:
    written: list[str] = []
    with pytest.raises(BellError) as caught:
        belljar.compile(SOURCE).call(task, *args, engine=engine, write=written.append)
    runtime = belljar.Runtime(belljar.compile(SOURCE), engine=engine, write=written.append, safe_mode=True)
    assert runtime.call(task, *args) is None
    assert runtime.last_error is not None
    assert caught.value.code == runtime.last_error.code == "E0302"
    assert message in str(caught.value)
    assert message in str(runtime.last_error)
    assert written == []
    assert not runtime.is_executed


@pytest.mark.parametrize("engine", ["vm", "reference"])
def test_what_fits_arrives_as_it_is(engine: str) -> None:
    point = belljar.Record("Point", {"x": 1, "names": ["a"], "near": 2.5})
    for task, args, result in [
        ("ints", ([3, 4],), 12),
        ("ints", ((3, 4),), 12),
        ("ints", ([],), 1),
        ("table", ({"a": [1.0, 2], "b": []}, {"x"}), 3),
        ("points", (point, [point, POINT]), 3),
        ("maybe", (None,), 0),
        ("maybe", ([[1], (2,)],), 3),
    ]:
        assert belljar.compile(SOURCE).call(task, *args, engine=engine, write=None) == result
        runtime = belljar.Runtime(belljar.compile(SOURCE), engine=engine, write=lambda text: None)
        assert [runtime.call(task, *args), runtime.call(task, *args)] == [result, result]


def test_an_iterator_is_walked_once_though_the_call_is_made_twice() -> None:
    """An int leaves 64 bits: the call is made again with ints of any size."""
    numbers = [10**10, 10**12]
    program = belljar.compile(SOURCE)
    assert program.call("ints", iter(numbers), write=None) == 10**22
    assert program.call("ints", xs=(x for x in numbers), write=None) == 10**22
    assert belljar.compile(SOURCE).call("ints", map(int, numbers), write=None, isolation="process") == 10**22
    for traced in (None, belljar.TraceCollector()):
        runtime = belljar.Runtime(belljar.compile(SOURCE), write=lambda text: None, trace=traced)
        assert runtime.call("ints", iter(numbers)) == runtime.call("ints", xs=iter(numbers)) == 10**22
