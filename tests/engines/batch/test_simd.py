"""Rows in lanes give what the exact kernel gives: every column type, nulls, lengths, offsets, faults, loops, strings."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

import belljar
from belljar.engines.batch.simd_plan import NotVectorisable
from belljar.runtime.batches import kernel
from tests.engines.batch.both_kernels import Pair

SCORE = """\
def rule(income: float, debt: float, age: int, late: int) -> float:
    points = 700.0 - 250.0 * (debt / income)
    if age < 25:
        points -= 4.0 * (25 - age)
    elif age > 60:
        points += 15.0
    if late > 0:
        points -= 35.0 * late
    if points < 300.0:
        return 300.0
    if points > 850.0:
        return 850.0
    return points
"""

NEWTON = """\
def rule(paid: float, first: float, second: float, third: float) -> float:
    x = 1.0 / 1.1
    for _ in range(50):
        value = ((third * x + second) * x + first) * x - paid
        slope = (3.0 * third * x + 2.0 * second) * x + first
        change = value / slope
        x -= change
        if abs(change) < 1e-12:
            break
    return 1.0 / x - 1.0
"""

EDGES = [0, 1, -1, 2, 7, -8, 63, 64, 255, 2**31, -(2**31), 2**52, 2**53, 2**53 + 1, -(2**53) - 1, 2**62, 2**63 - 1, -(2**63), -(2**63) + 1]
FLOATS = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.1,
    2.5,
    3.5,
    -2.5,
    1e16,
    -1e16,
    9.3e18,
    -9.3e18,
    2.0**63,
    -(2.0**63),
    1e308,
    -1e308,
    5e-324,
    float("inf"),
    float("-inf"),
    float("nan"),
]


def columns(*pairs: list[object]) -> list[pa.Array]:
    return [pa.array(values) for values in pairs]


def product(*values: list[object]) -> list[list[object]]:
    """Every combination, as columns."""
    rows: list[tuple[object, ...]] = [()]
    for column in values:
        rows = [(*row, value) for row in rows for value in column]
    return [list(column) for column in zip(*rows, strict=True)]


def test_a_score_at_every_length() -> None:
    pair = Pair(SCORE)
    chance = np.random.default_rng(1)
    for length in range(71):
        arrays = [
            pa.array(chance.uniform(-1, 9, length).round(), pa.float64()),  # some incomes are 0
            pa.array(chance.uniform(0, 9, length), pa.float64()),
            pa.array(chance.integers(0, 99, length), pa.int64()),
            pa.array(chance.integers(-3, 9, length), pa.int32()),
        ]
        pair.check(arrays, again=sum(value == 0 for value in arrays[0].to_pylist()))


def test_sliced_columns_at_every_offset() -> None:
    pair = Pair(
        "def rule(a: int | None, b: bool, c: bool | None) -> bool | None:\n    if a is None:\n        return c\n    return b and a > 3\n"
    )
    chance = random.Random(2)
    whole = [
        pa.array([chance.choice([None, 1, 5]) for _ in range(200)], pa.int16()),
        pa.array([chance.random() < 0.5 for _ in range(200)]),
        pa.array([chance.choice([None, True, False]) for _ in range(200)]),
    ]
    for start in range(20):
        for length in (1, 7, 8, 9, 40, 71, 137):
            pair.check([array.slice(start + place, length) for place, array in enumerate(whole)], again=0)


@pytest.mark.parametrize("type", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"])
def test_every_int_type(type: str) -> None:
    pair = Pair("def rule(a: int, b: int | None) -> int:\n    if b is None:\n        return -a\n    return a * 3 - b\n")
    info = np.iinfo(type)
    values = [info.min, info.max, 0, 1, info.max // 2]
    a, b = product(list(map(int, values)), [None, *map(int, values)])
    pair.check([pa.array(a, type), pa.array(b, type)])


@pytest.mark.parametrize("type", ["float32", "float64"])
def test_every_float_type(type: str) -> None:
    pair = Pair("def rule(a: float, b: float | None) -> float | None:\n    if b is None:\n        return None\n    return a / b\n")
    a, b = product(
        [float(np.dtype(type).type(min(max(x, -1e38), 1e38))) if x == x else x for x in FLOATS], [None, 0.0, -0.0, 3.0, float("nan")]
    )
    pair.check([pa.array(a, type), pa.array(b, type)], again=2 * len(FLOATS))


INT_OPS = [
    "a + b",
    "a - b",
    "a * b",
    "a // b",
    "a % b",
    "a & b",
    "a | b",
    "a ^ b",
    "min(a, b)",
    "max(a, b)",
    "abs(a)",
    "-a",
    "~a",
    "a << b",
    "a >> b",
    "a ** b",
]


@pytest.mark.parametrize(
    "expression",
    [
        *INT_OPS,
        "int(a == b)",
        "a + 5",
        "a - 5",
        "7 - a",
        "a + -5",
        "a * 3",
        "a * -3",
        "a // 8",
        "a // -8",
        "a // 10",
        "a % 8",
        "a % 10",
        "a % -7",
        "1 // a",
    ],
)
def test_int_arithmetic_at_its_edges(expression: str) -> None:
    if "**" in expression or "<<" in expression or ">>" in expression:
        a, b = product(EDGES, [0, 1, 2, 3, 31, 32, 62, 63, 64, 65, -1, -(2**63), 2**63 - 1])
    else:
        a, b = product(EDGES, EDGES)
    Pair(f"def rule(a: int, b: int) -> int:\n    return {expression}\n").check([pa.array(a, pa.int64()), pa.array(b, pa.int64())])


@pytest.mark.parametrize("expression", ["a / b", "a + b * 0.5", "a < b", "a == b"])
def test_ints_and_floats_meet(expression: str) -> None:
    result = "bool" if "<" in expression or "=" in expression else "float"
    a, b = product(EDGES, EDGES)
    Pair(f"def rule(a: int, b: int) -> {result}:\n    return {expression}\n").check([pa.array(a, pa.int64()), pa.array(b, pa.int64())])
    a, b = product(EDGES, [*FLOATS, 2.0**53, 2.0**53 + 2, -(2.0**53) - 2])
    Pair(f"def rule(a: int, b: float) -> {result}:\n    return {expression}\n").check([pa.array(a, pa.int64()), pa.array(b, pa.float64())])


@pytest.mark.parametrize(
    "expression",
    ["a + b", "a - b", "a * b", "a / b", "a // b", "a % b", "a ** b", "-a", "abs(a)", "float(int(a))", "float(math.floor(a))", "float(math.ceil(a))", "float(round(a))", "math.sqrt(a)", "math.exp(a)", "math.log(a)", "math.sin(a)", "math.atan2(a, b)", "math.copysign(a, b)", "round(a, 1)", "math.hypot(a, b)", "math.fmod(a, b)", "float(math.isnan(a))", "float(math.isinf(a))", "float(math.isfinite(a))", "float(a.is_integer())", "float(a < b)", "float(a >= b)", "float(a != b)"],
)  # fmt: skip
def test_float_arithmetic_at_its_edges(expression: str) -> None:
    a, b = product(FLOATS, FLOATS)
    pair = Pair(f"import math\n\ndef rule(a: float, b: float) -> float:\n    return {expression}\n")
    pair.check([pa.array(a, pa.float64()), pa.array(b, pa.float64())])


def test_a_loop_runs_until_no_lane_is_left() -> None:
    pair = Pair(NEWTON)
    chance = np.random.default_rng(3)
    for length in (1, 8, 15, 16, 17, 100):
        paid = chance.uniform(50, 150, length)
        parts = [paid * chance.uniform(0.1, 0.6, length) for _ in range(3)]
        arrays = [pa.array(values) for values in (paid, *parts)]
        pair.check(arrays, again=0)
    pair.check(
        [
            pa.array([1.0, 0.0, float("nan"), 5.0]),
            pa.array([0.0, 0.0, 1.0, 2.0]),
            pa.array([0.0, 0.0, 1.0, 2.0]),
            pa.array([0.0, 0.0, 1.0, 2.0]),
        ]
    )


LOOPS = {
    "nested, with continue and break": """\
def rule(n: int, m: int) -> int:
    total = 0
    for i in range(n):
        if i == 3:
            continue
        for j in range(m):
            if j * i > 20:
                break
            total += i + j
            if total > 200:
                return -total
        else:
            total += 1000
    return total
""",
    "while, returning from inside": """\
def rule(n: int, m: int) -> int:
    steps = 0
    while n != 1:
        if n <= 0:
            return -1
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        steps += 1
        if steps > m * 10:
            break
    return steps
""",
    "loops after loops, values carried over": """\
def rule(n: int, m: int) -> int:
    last = -5
    for i in range(n):
        last = i * 2
    square = 0
    while square * square < m:
        square += 1
    for k in range(square):
        last += k
    return last * 100 + square
""",
    "a fault in some rounds": """\
def rule(n: int, m: int) -> int:
    total = 0
    for i in range(m):
        total += 100 // (n - i)
    return total
""",
}


@pytest.mark.parametrize("name", LOOPS)
def test_loops(name: str) -> None:
    a, b = product(list(range(-2, 30)), list(range(12)))
    Pair(LOOPS[name]).check([pa.array(a, pa.int64()), pa.array(b, pa.int64())])


def test_many_results_and_raises() -> None:
    text = """\
class Out:
    kind: int
    share: float | None
    good: bool

def rule(a: int, b: int | None) -> Out:
    if a > 90:
        raise ValueError(f"too large: {a}")
    if b is None:
        return Out(0, None, False)
    return Out(a % 3, a / b, a > b)
"""
    pair = Pair(text)
    a, b = product(list(range(100)), [None, 0, 1, 7])
    pair.check([pa.array(a), pa.array(b)], again=9 * 4 + 91)


def test_rows_null_where_none_may_be_are_not_run_again() -> None:
    pair = Pair("def rule(a: int, b: int) -> int:\n    return a // b\n")
    arrays = [pa.array([7] * 100), pa.array([None] * 90 + [2] * 9 + [0], pa.int64())]
    pair.counting.rows = 0
    _, faults = pair.lanes.run(arrays, 100)
    assert [fault.row for fault in faults] == [99]
    assert pair.counting.rows == 1


def test_fuel_is_exact_in_lanes() -> None:
    text = "def rule(n: int) -> int:\n    total = 0\n    for i in range(n):\n        total += i % 7\n    return total\n"
    pair = Pair(text, limits={"fuel": 200})
    pair.check([pa.array(list(range(80)))])
    _, faults = pair.lanes.run([pa.array(list(range(80)))], 80)
    assert {fault.code for fault in faults} == {"E0801"}
    straight = Pair("def rule(n: int) -> int:\n    return n * n + 1\n", limits={"fuel": 1})
    straight.check([pa.array(list(range(80)))])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def rule(a: int) -> int:\n    return len([a, a])\n", "list[int]"),
        ("def rule(a: str, b: str) -> str:\n    return a + b\n", "text of each row"),
        ("def rule(a: int) -> str:\n    return str(a)\n", "int.to_str"),
        (
            "def twice(n: int) -> int:\n    return n if n < 2 else twice(n - 1) + 1\n\ndef rule(n: int) -> int:\n    return twice(n)\n",
            "call",
        ),
    ],
)
def test_what_has_no_lanes_says_why(text: str, reason: str) -> None:
    with pytest.raises(NotVectorisable) as caught:
        Pair(text)
    assert reason in str(caught.value)
    assert caught.value.line > 0


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_number_of_threads_and_the_size_of_blocks_change_nothing(threads: int) -> None:
    text = PRICE_AND_CLASS
    program = belljar.compile(text)
    chance = np.random.default_rng(7)
    rows = 5_000
    words = np.array(["gold", "trial", "free", "", "a longer text than sixteen bytes"])
    table = pa.table(
        {
            "amount": pa.array(chance.uniform(-5, 5, rows).round(), mask=chance.random(rows) < 0.1),
            "plan": pa.array(words[chance.integers(0, 5, rows)]),
            "n": pa.array(chance.integers(0, 6, rows)),
        }
    )
    want = program.batch("rule", table, threads=1, block_rows=rows)
    for block_rows in (rows, 1000, 77):
        got = program.batch("rule", table, threads=threads, block_rows=block_rows)
        assert got.table.to_pydict() == want.table.to_pydict()
        assert got.error_table.equals(want.error_table)
    assert want.errors > 0


PRICE_AND_CLASS = """\
RATES = {"gold": 0.5, "trial": 2.0, "free": 0.0}

class Out:
    price: float | None
    kind: str

def rule(amount: float | None, plan: str, n: int) -> Out:
    if amount is None:
        return Out(None, "none")
    total = 0.0
    for i in range(n):
        total += amount / (i + 1)
    if plan in RATES:
        return Out(total / RATES[plan], "known")
    return Out(10.0 / total, plan)
"""


def test_a_kernel_says_why_it_has_no_lanes() -> None:
    lanes, rows = "def rule(n: int) -> int:\n    return n + 1\n", "def rule(n: int) -> str:\n    return str(n)\n"
    assert kernel(belljar.compile(lanes), "rule").reason is None  # type: ignore[attr-defined]
    made = kernel(belljar.compile(rows), "rule")
    assert "text of each row" in str(made.reason)  # type: ignore[attr-defined]
    assert made.reason.line == 2  # type: ignore[attr-defined]
