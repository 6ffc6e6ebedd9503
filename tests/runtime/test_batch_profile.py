"""Profiles of batches: the rows as calls, counted together."""

from __future__ import annotations

from pathlib import Path

import pytest

import belljar
from belljar.errors import BellError
from belljar.runtime.batch_profile import profile_batch

TEXT = """class Flight:
    delay: float | None
    carrier: str
    dist: int
def classify(f: Flight) -> str:
    if f.delay is None:
        return "unknown"
    score = 0
    for i in range(f.dist):
        score += i % 7
    return str(100 // (f.dist - 5))
"""
ROWS = "delay,carrier,dist\n1.0,AA,3\n20.0,BB,40\nNA,CC,5\n2.0,DD,5\n1.5,EE,7\n"


@pytest.fixture
def data(tmp_path: Path) -> str:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    return str(path)


def test_rows_are_counted_together(data: str) -> None:
    program = belljar.compile(TEXT)
    profile = profile_batch(program, "classify", data, nulls=("NA",))
    assert (profile.rows, profile.failed, profile.total.calls) == (5, 1, 5)
    assert profile.error.startswith("row 3: BellMathError")
    hits = {line.line: line.hits for line in profile.lines}
    assert (hits[6], hits[7], hits[10]) == (5, 1, 3 + 40 + 5 + 7)
    assert sum(line.fuel for line in profile.lines) == profile.total.fuel
    assert "on 5 rows" in profile.text()
    assert "1 row failed, the first is row 3" in profile.text()
    again = belljar.RuntimeProfile.from_dict(profile.to_dict())
    assert (again, again.rows, again.failed) == (profile, 5, 1)


def test_fuel_is_that_of_the_calls(data: str) -> None:
    program = belljar.compile(TEXT)
    first = profile_batch(program, "classify", data, nulls=("NA",), rows=2)
    assert first.rows == 2
    rows = [{"delay": 1.0, "carrier": "AA", "dist": 3}, {"delay": 20.0, "carrier": "BB", "dist": 40}]
    assert first.total.fuel == sum(program.profile("classify", row).total.fuel for row in rows)


def test_limits_hold_for_each_row(data: str) -> None:
    profile = profile_batch(belljar.compile(TEXT), "classify", data, nulls=("NA",), limits={"fuel": 200})
    assert (profile.rows, profile.failed) == (5, 2)
    assert "row 1: BellRuntimeError: Fuel limit" in profile.error


def test_machine_code(data: str) -> None:
    profile = profile_batch(belljar.compile(TEXT), "classify", data, nulls=("NA",), engine="jit")
    assert (profile.rows, profile.measures) == (5, ("time",))


@pytest.mark.parametrize(
    ("task", "how", "code"),
    [("classify", {"engine": "auto"}, "E0003"), ("classify", {"interval": 0}, "E0003"), ("nope", {}, "E0404"), ("classify", {}, "E1001")],
)
def test_what_is_refused(data: str, task: str, how: dict[str, object], code: str) -> None:
    with pytest.raises(BellError) as problem:
        profile_batch(belljar.compile(TEXT), task, data if how or task == "nope" else data + ".none.csv", nulls=("NA",), **how)  # type: ignore[arg-type]
    assert problem.value.code in (code, "E0001")


def test_a_task_that_prints_and_one_without_annotations(data: str) -> None:
    program = belljar.compile("def noisy(dist: int) -> int:\n    print(dist)\n    return dist\ndef bare(dist):\n    return dist\n")
    assert profile_batch(program, "noisy", data).failed == 5
    with pytest.raises(BellError) as problem:
        profile_batch(program, "bare", data)
    assert problem.value.code == "E0313"
