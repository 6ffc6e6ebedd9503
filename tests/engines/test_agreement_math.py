"""The functions of ``math`` that CPython computes itself, on every engine and in batches: CPython's bits, or the error that stands for its exception."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import belljar
from belljar.errors import BellError
from belljar.lang.names import MATH_CONSTANTS, MATH_FUNCTIONS
from belljar.runtime import batches
from tests.engines.examples import same
from tests.runtime_text.probe import AS_CPYTHON_311

pytestmark = AS_CPYTHON_311

ENGINES = ("reference", "vm", "jit")
PROGRAM = belljar.compile("""\
import math

def gamma(x: float) -> float:
    return math.gamma(x)

def lgamma(x: float) -> float:
    return math.lgamma(x)

def mantissa(x: float) -> float:
    return math.frexp(x)[0]

def exponent(x: float) -> int:
    return math.frexp(x)[1]

def hypot(x: float, y: float, z: float, n: int) -> float:
    return math.hypot(x, y, z, n)

def distance(x: float, y: float, z: float, n: int) -> float:
    return math.dist((x, y, 1), (z, n, x))

def total(x: float, y: float, z: float, n: int) -> float:
    return math.fsum((x, y, z, n, 0.1))

def fsum(xs: list[float]) -> float:
    return math.fsum(xs)

def dist(p: list[float], q: list[float]) -> float:
    return math.dist(p, q)
""")
CODES = {ValueError: "E0503", OverflowError: "E0506"}
FLOATS = st.floats() | st.floats(-200, 200) | st.floats(-2, 2) | st.integers(-180, 180).map(float)
INTS = st.integers(-(2**63), 2**63 - 1)


def test_all_of_math_is_there() -> None:
    assert {name for name in dir(math) if not name.startswith("_")} == MATH_FUNCTIONS | set(MATH_CONSTANTS)


def outcome(function: Callable[..., Any], *args: Any) -> Any:
    try:
        return function(*args)
    except BellError as problem:
        return problem.code
    except (ValueError, OverflowError) as problem:
        return "E0719" if "dimensions" in str(problem) else CODES[type(problem)]


def hold(task: str, function: Callable[..., Any], *args: Any) -> None:
    expected = outcome(function, *args)
    for engine in ENGINES:
        found = outcome(partial(PROGRAM.call, task, engine=engine), *args)
        assert same(found, expected), (engine, task, args, found, expected)


@given(FLOATS)
def test_of_one_float(x: float) -> None:
    hold("gamma", math.gamma, x)
    hold("lgamma", math.lgamma, x)
    hold("mantissa", lambda x: math.frexp(x)[0], x)
    hold("exponent", lambda x: math.frexp(x)[1], x)


@given(FLOATS, FLOATS, FLOATS, INTS)
@example(5e-324, 1e-323, 0.0, 0)
@example(1.7e308, 1.7e308, -1.7e308, 0)
@example(math.nan, math.inf, 1.0, 1)
def test_of_four_numbers(x: float, y: float, z: float, n: int) -> None:
    hold("hypot", math.hypot, x, y, z, n)
    hold("distance", lambda x, y, z, n: math.dist((x, y, 1), (z, n, x)), x, y, z, n)
    hold("total", lambda x, y, z, n: math.fsum((x, y, z, n, 0.1)), x, y, z, n)


@given(st.lists(FLOATS) | st.lists(st.floats(-1e16, 1e16)) | st.lists(st.integers(-1074, 1000).map(lambda e: 2.0**e)))
@example([1.0, 2.0**-53, 2.0**-106])
@example([1e308, 1e308, -1e308])
@example([2.0**e * s for e in range(-1000, 1000, 3) for s in (1, -3)])
def test_exact_sum(xs: list[float]) -> None:
    hold("fsum", math.fsum, xs)


@given(st.lists(FLOATS, max_size=4), st.lists(FLOATS, max_size=4))
@example([1.0], [])
def test_distance_of_lists(p: list[float], q: list[float]) -> None:
    hold("dist", math.dist, p, q)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("patience", [0, batches.ROWS_BEFORE_LANES], ids=["lanes", "row by row"])
@pytest.mark.parametrize("task", ["gamma", "lgamma", "mantissa", "exponent", "hypot", "distance", "total"])
@given(rows=st.lists(st.tuples(FLOATS, FLOATS, FLOATS, INTS), min_size=1, max_size=30))
def test_batches(task: str, patience: int, rows: list[tuple[float, float, float, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A column is what the calls give; a row that fails is in the table of errors."""
    monkeypatch.setattr(batches, "ROWS_BEFORE_LANES", patience)
    batches._MADE.pop(PROGRAM, None)
    count = 4 if task in ("hypot", "distance", "total") else 1
    columns = {name: [row[place] for row in rows] for place, name in enumerate(("x", "y", "z", "n")[:count])}
    expected = [outcome(partial(PROGRAM.call, task, engine="reference"), *row[:count]) for row in rows]
    result = PROGRAM.batch(task, pa.table(columns), progress="off")
    assert result.table is not None
    assert result.error_table is not None
    errors = {row["row"]: row["code"] for row in result.error_table.to_pylist()}
    found = [errors.get(place, value) for place, value in enumerate(result.table.column(0).to_pylist())]
    assert same(found, expected), (rows, found, expected)
