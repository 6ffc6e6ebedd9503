"""Containers and arrays across the boundary: the same in every engine, by the quick way and by the long one."""

from __future__ import annotations

import array
import enum
import math
from collections import OrderedDict
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import belljar
from belljar.errors import BellError
from belljar.runtime.engine import engine_of
from belljar.values import Record

TEXT = """
class Point:
    x: float
    label: str | None = None
    tags: list[str] = []

class Node:
    value: int
    after: Node | None = None

class Odd:
    pair: tuple[int, str]
    span: int | float
    limit: int | None = None

def floats(v: list[float]) -> list[float]:
    return v

def ints(v: list[int]) -> list[int]:
    return v

def bools(v: list[bool]) -> list[bool]:
    return v

def texts(v: list[str]) -> list[str]:
    return v

def rows(v: list[list[float]]) -> list[list[float]]:
    return v

def table(v: dict[str, int]) -> dict[str, int]:
    return v

def chosen(v: set[int]) -> set[int]:
    return v

def points(v: list[Point]) -> list[Point]:
    return v

def odd(v: list[Odd]) -> list[Odd]:
    return v

def chain(v: Node) -> Node:
    return v

def perhaps(v: list[int] | None = None) -> int:
    return -1 if v is None else len(v)

def some(v: list[float | None]) -> int:
    return len([x for x in v if x is not None])

def mixed(v: list[int | str | None]) -> int:
    return len(v)

def whatever(v) -> int:
    return len(v)

def text(v: str) -> str:
    return v

def raw(v: bytes) -> bytes:
    return v

def both(v: list[float]) -> tuple[list[float], dict[str, list[int]]]:
    return v, {"n": [len(v)], "none": []}

def doubled(v: list[int]) -> list[int]:
    return [x * 2 for x in v]
"""
PROGRAM = belljar.compile(TEXT, "crossing.bell")
ENGINES = ("vm", "jit", "reference")


def results(task: str, value: Any, **options: Any) -> Any:
    """What all engines give, which is the same."""
    first, *others = [PROGRAM.call(task, value, engine=engine, **options) for engine in ENGINES]
    for other in others:
        assert repr(other) == repr(first)
    return first


def refused(task: str, value: Any) -> BellError:
    """The error of all engines, which is the same."""
    found = []
    for engine in ENGINES:
        with pytest.raises(BellError) as caught:
            PROGRAM.call(task, value, engine=engine)
        found.append(caught.value)
    assert len({(error.code, str(error)) for error in found}) == 1
    return found[0]


# --- arrays in --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i2", ">i4", ">i8", ">u8"])
def test_arrays_of_ints(dtype: str) -> None:
    values = np.array([0, 1, 100, 7], dtype)
    assert results("ints", values) == [0, 1, 100, 7]
    assert results("floats", values) == [0.0, 1.0, 100.0, 7.0]
    assert results("ints", values[::-2]) == [7, 1]
    assert results("whatever", values) == 4


@pytest.mark.parametrize("dtype", ["f4", "f8", ">f4", ">f8", "f2"])
def test_arrays_of_floats(dtype: str) -> None:
    values = np.array([0.5, -0.0, math.inf, 7.25], dtype)
    assert str(results("floats", values)) == "[0.5, -0.0, inf, 7.25]"
    assert results("floats", values[1::2]) == [-0.0, 7.25]
    assert math.isnan(results("floats", np.array([math.nan], dtype))[0])


@pytest.mark.parametrize("letter", "bBhHiIlLqQfd")
def test_arrays_of_the_standard_library(letter: str) -> None:
    values = array.array(letter, [1, 2, 3])
    task = "floats" if letter in "fd" else "ints"
    assert results(task, values) == [1, 2, 3]
    assert results(task, memoryview(values)[::2]) == [1, 3]
    assert results(task, memoryview(values)[3:]) == []


def test_arrays_of_other_shapes() -> None:
    assert results("bools", np.array([True, False])) == [True, False]
    assert results("rows", np.arange(6.0).reshape(2, 3)) == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert results("rows", [np.arange(2.0), [3], (4.5,)]) == [[0.0, 1.0], [3.0], [4.5]]
    assert results("some", np.array([1.0, 2.0])) == 2
    assert results("floats", np.broadcast_to(1.5, 3)) == [1.5] * 3
    read_only = np.arange(3)
    read_only.flags.writeable = False
    assert results("ints", read_only) == [0, 1, 2]
    assert results("ints", bytearray(b"ab")) == [97, 98]
    unaligned = np.frombuffer(b"\0" + np.arange(3.0).tobytes(), np.uint8)[1:].view("f8")
    assert results("floats", unaligned) == [0.0, 1.0, 2.0]


def test_what_was_given_is_not_changed_by_the_program() -> None:
    values = np.arange(3)
    program = belljar.compile("def f(v: list[int]) -> int:\n    v[0] = 9\n    return v[0]\n")
    assert [program.call("f", values) for _ in range(2)] == [9, 9]
    assert values.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("task", "value", "said"),
    [
        ("ints", np.array([1.0, 2.0]), "must be list[int], got an array of float64"),
        ("ints", np.array([1.0], ">f4"), "an array of >f4"),
        ("ints", array.array("d", [1.0]), "an array of floats"),
        ("ints", np.array([True]), "an array of bool"),
        ("floats", np.array([True]), "an array of bool"),
        ("bools", np.array([1, 0]), "an array of int64"),
        ("floats", np.zeros((2, 2)), "an array of 2 dimensions"),
        ("floats", np.array(1.5), "an array of 0 dimensions"),
        ("rows", np.zeros(3), "got float"),
        ("floats", np.array([1 + 2j]), "an array of complex128"),
        ("floats", [np.complex128(1 + 2j)], "[0] must be float"),
        ("floats", [np.array([1.0])], "[0] must be float"),
        ("ints", [np.array([1])], "[0] must be int"),
        ("floats", np.array([1, 2**53 + 1]), "[1] must be float"),
        ("floats", np.array([2**63 - 1]), "[0] must be float"),
        ("floats", np.array([2**64 - 1], "u8"), "[0] must be float"),
        ("ints", np.array(["2020-01-01"], "M8[D]"), "[0] must be int"),
        ("texts", np.array([1]), "[0] must be str"),
        ("floats", b"abc", "must be list[float]"),
        ("floats", "abc", "must be list[float]"),
        ("ints", {1: 2}, "must be list[int]"),
        ("ints", 5, "must be list[int]"),
    ],
)
def test_arrays_that_do_not_fit(task: str, value: Any, said: str) -> None:
    error = refused(task, value)
    assert error.code == "E0302"
    assert said in error.message


def test_sizes_are_charged_before_the_work() -> None:
    for engine in ("vm", "jit"):
        for length in (1_000_000, 2**40, 2**60, 2**61, 2**62):  # nothing of these is in memory: all elements are one
            with pytest.raises(BellError) as caught:
                PROGRAM.call("floats", np.broadcast_to(np.int8(1), length), engine=engine, limits={"memory": "4MiB"})
            assert caught.value.code == "E0803"
        assert PROGRAM.call("floats", [1.0], engine=engine, limits={"memory": "4MiB"}) == [1.0]


# --- arrays out -------------------------------------------------------------------------------------------------------------------


def test_results_as_arrays() -> None:
    for task, value, dtype in (("floats", [0.5, 1.5], "f8"), ("ints", [1, -2], "i8"), ("bools", [True, False], "?"), ("floats", [], "f8")):
        found = results(task, value, arrays=True)
        assert isinstance(found, np.ndarray)
        assert (found.dtype, found.tolist()) == (np.dtype(dtype), value)
        found[:] = 0  # the caller's own
    lists, table = results("both", [1.0, 2.0], arrays=True)
    assert lists.tolist() == [1.0, 2.0]
    assert (table["n"].tolist(), table["none"].dtype) == ([2], np.dtype("i8"))
    assert results("texts", ["a"], arrays=True) == ["a"]
    assert results("floats", [1.0]) == [1.0]
    task = PROGRAM.task("ints", arrays=True)
    assert task(np.arange(3)).tolist() == [0, 1, 2]


def test_arrays_of_results_have_64_bits() -> None:
    assert results("doubled", [2**62]) == [2**63]
    for engine in ENGINES:
        with pytest.raises(BellError) as caught:
            PROGRAM.call("doubled", [2**62], engine=engine, arrays=True)
        assert caught.value.code == "E0502"


# --- Python's own containers ------------------------------------------------------------------------------------------------------


class Level(enum.IntEnum):
    HIGH = 3


class Colour(str, enum.Enum):
    RED = "red"


class Ratio(float):
    pass


@pytest.mark.parametrize(
    ("task", "value", "expected"),
    [
        ("floats", [1, 2.5, True, Ratio(0.5), np.float32(0.25), Decimal("1.5")], [1.0, 2.5, 1.0, 0.5, 0.25, 1.5]),
        ("floats", (1.5, 2), [1.5, 2.0]),
        ("floats", iter([1.5]), [1.5]),
        ("ints", [True, np.int16(-3), Level.HIGH], [1, -3, 3]),
        ("ints", range(3), [0, 1, 2]),
        ("ints", [-(2**63), 2**63 - 1], [-(2**63), 2**63 - 1]),
        ("bools", [True, np.bool_(False)], [True, False]),
        ("texts", ["a", "é", "€", "🎈", "", Colour.RED, "x" * 300], ["a", "é", "€", "🎈", "", "red", "x" * 300]),
        ("table", OrderedDict(b=2, a=True), {"b": 2, "a": 1}),
        ("chosen", [3, 1, 1], {1, 3}),
        ("chosen", frozenset({5}), {5}),
    ],
)
def test_what_is_not_quite_plain_goes_the_long_way(task: str, value: Any, expected: Any) -> None:
    if hasattr(value, "__next__"):
        assert PROGRAM.call(task, value) == expected
        return
    found = results(task, value)
    assert found == expected
    assert repr(found) == repr(expected)


def test_records() -> None:
    plain = {"x": 1, "label": None, "tags": ["a"]}
    expected = Record("Point", {"x": 1.0, "label": None, "tags": ["a"]})
    assert results("points", [plain, expected, {"x": 1.0, "tags": ["a"]}]) == [expected] * 3
    assert results("points", [{"x": 2.5, "label": "ä", "tags": []}])[0].label == "ä"
    node = {"value": 1, "after": {"value": 2, "after": None}}
    assert results("chain", node).after.value == 2
    odd = {"pair": (1, "a"), "span": 2.5, "limit": None}
    assert results("odd", [odd, {**odd, "span": 3, "limit": 4}]) == [Record("Odd", odd), Record("Odd", {**odd, "span": 3, "limit": 4})]


@pytest.mark.parametrize(
    ("task", "value", "code", "said"),
    [
        ("points", [{"x": "no", "tags": []}], "E0302", "field 'x' of"),
        ("points", [{"x": None, "tags": []}], "E0302", "field 'x' of"),
        ("points", [{"x": 1.0, "tags": None}], "E0302", "field 'tags' of"),
        ("points", [{"x": 1.0, "tags": [], "more": 1}], "E0203", "more"),
        ("points", [{"x": 1.0}], "E0401", "tags"),
        ("points", [Record("Node", {"value": 1})], "E0302", "[0] must be Point"),
        ("odd", [{"pair": (1,), "span": 1}], "E0302", "field 'pair'"),
        ("table", {"a": 1.5}, "E0302", "['a'] must be int"),
        ("table", {1: 1}, "E0302", "a key of"),
        ("floats", [1.0, "x"], "E0302", "[1] must be float"),
        ("ints", [2**63, "x"], "E0302", "[1] must be int"),
        ("ints", ["x", 2**63], "E0302", "[0] must be int"),
        ("bools", [1], "E0302", "[0] must be bool"),
        ("some", [1.0, "x"], "E0302", "[1] must be"),
    ],
)
def test_places_of_what_does_not_fit(task: str, value: Any, code: str, said: str) -> None:
    error = refused(task, value)
    assert error.code == code
    assert said in error.message


def chain_of(count: int) -> Any:
    node = None
    for number in range(count):
        node = {"value": number, "after": node}
    return node


def test_values_are_nested_at_most_200_deep() -> None:
    assert results("chain", chain_of(200)).value == 199
    itself: dict[str, Any] = {"value": 1}
    itself["after"] = itself
    for value in (chain_of(201), chain_of(5_000), itself):
        error = refused("chain", value)
        assert error.code == "E0302"
        assert "argument 'v' of chain() must be nested at most 200 deep" in error.message
    endless: list[Any] = [1]
    endless.append(endless)
    for task in ("whatever", "mixed"):
        assert "nested at most 200 deep" in refused(task, endless).message


def test_optional_lists() -> None:
    assert [results("perhaps", value) for value in (None, [], [1, 2], np.arange(3))] == [-1, 0, 2, 3]
    assert refused("perhaps", [None]).code == "E0302"


def test_a_list_that_changes_while_it_is_read_is_refused() -> None:
    values: list[Any] = []

    class Shrinking:
        def __float__(self) -> float:
            values.clear()
            return 1.0

    for engine in ("vm", "jit"):
        values[:] = [0.5, Shrinking(), 0.5]
        module = PROGRAM.signature_module("floats")
        instance = engine_of(engine).load(module, PROGRAM.limits)
        with pytest.raises(BellError, match="a list that does not change"):
            instance.call(module.tasks["floats"].function, [values])
        assert instance.call(module.tasks["floats"].function, [[2.0]]).results == ([2.0],)


def test_large_values_keep_the_interpreter_locked_while_they_are_read() -> None:
    """Collections of more than 16 MiB look at the clock; while arguments are being converted that must not let go of the GIL."""
    table = {f"key {number}": number for number in range(300_000)}
    for engine in ("vm", "jit"):
        assert PROGRAM.call("table", table, engine=engine) == table


def test_strings_cross_as_they_are() -> None:
    for value in ("", "a", "\x80", "plain " * 1000, "é" * 1000, "€" * 1000, "🎈" * 1000, "\ud800", "\0" * 40):
        assert results("text", value) == value
    for data in (b"", b"\0\xff" * 500):
        assert results("raw", data) == data


FLOATS = st.lists(st.floats() | st.integers(-(2**53), 2**53), max_size=20)


@given(FLOATS)
def test_lists_and_arrays_of_floats_agree(values: list[float]) -> None:
    by_list = PROGRAM.call("floats", values, engine="vm")
    assert repr(by_list) == repr([float(value) for value in values])
    assert repr(PROGRAM.call("floats", np.array(values, "f8"), engine="vm")) == repr(by_list)
    assert repr(PROGRAM.call("floats", values, engine="vm", arrays=True).tolist()) == repr(by_list)


@given(st.lists(st.integers(-(2**64), 2**64), max_size=8))
def test_ints_of_any_size_cross_whole(values: list[int]) -> None:
    assert PROGRAM.call("ints", values, engine="vm") == values
    if not all(-(2**63) <= value < 2**63 for value in values):
        with pytest.raises(BellError, match="must be int, got int"):
            PROGRAM.call("ints", values, engine="vm", promote=False)
