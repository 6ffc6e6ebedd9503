"""NaN in containers: the answer of CPython where identity does not matter, E0720 where it does, the same on every engine."""

from __future__ import annotations

from pathlib import Path

import pytest

import belljar
from tests.corpus import Case, run_on_cpython

ENGINES = ("reference", "vm", "jit")
HEAD = """import math
nan = float("nan")


class Reading:
    value: float
    station: int


def number(n: int):
    return nan if n else 3


def anything(n: int):
    return nan if n else "a"


def alike(x: float | None, y: float | None) -> bool:
    return (x, 1) == (y, 1)


"""

MEET = """
print(nan in [nan])
print(-nan in [nan])
print([1.0, nan].index(nan))
print([1.0, nan].count(nan))
[nan].remove(nan)
print([nan] == [nan])
print([nan] != [nan])
print([nan] < [nan])
print([1.0, nan] <= [1.0, nan])
print([[nan]] == [[nan]])
print([(1, nan)] == [(1, nan)])
print((nan, 1) == (nan, 1))
print((1, nan) < (1, nan))
print((nan, 1) in [(nan, 1)])
print(max((nan, 1), (nan, 2)))
print(nan in (nan, 1.0))
print(nan in (1.0, math.nan))
print(math.nan in (math.nan, 1.0))
print({nan: 1}[nan])
print({nan: 1}.get(nan))
print(nan in {nan: 1})
d = {nan: 1}; d[nan] = 2
d = {nan: 1}; d.pop(nan, 0)
print({nan: 1} == {nan: 1})
print({1: nan} == {1: nan})
print((nan, 1) in {(nan, 1): 2})
print(len({nan, nan}))
print(nan in {nan})
s = {nan}; s.discard(nan)
print({nan} == {nan})
print(Reading(nan, 1) == Reading(nan, 1))
print(alike(nan, nan))
print((number(1), 1) == (number(1), 1))
print(number(1) in [number(1), 1])
print((anything(1), 1) == (anything(1), 1))
print(sorted([(1, nan), (1, nan)]))
print(anything(1) in (anything(0), anything(1)))
print([anything(1)] == [anything(1)])
xs = [1.0 / 3.0] * 10000 + [nan]; print(nan in xs)
xs = [(1, 1e308 * 10.0 - 1e308 * 10.0)]; ys = [(1, 1e308 * 10.0 - 1e308 * 10.0)]; print(xs == ys)
"""

AGREE = """
print(nan == nan, nan != nan, nan < nan, anything(1) == anything(1), number(1) == number(1))
print(nan in [1.0, 2.0], [nan] == [1.0], [nan, nan] == [nan], [1.0, nan] == [2.0, nan], nan in [1, 2])
print((1.0, nan) == (2.0, nan), (1, nan) < (2, nan), (nan, 1) < (1.0, 2), (nan, 1) == (1.0, 1))
print(1 in [nan, 1.0], 1.0 in (nan, 1.0), nan in (1.0, 2.0), alike(nan, None), alike(None, None), alike(nan, 1.0))
d = {nan: 1}; d[1.0] = 2; print(len(d), d, d.get(2.0), d.copy())
print({nan: 1} == {1.0: 1}, {1: nan} == {2: nan}, (nan, 1) in {(nan, 2): 1}, len({(nan, 1), (nan, 2)}))
xs = [nan]; print(xs == xs, sorted(xs), sorted([(2, nan), (1, nan)]))
print(Reading(nan, 1) == Reading(1.0, 1), min(nan, 1.0), max([1.0, nan]))
print(sorted([2.0, nan, 1.0]), sorted([nan, nan]), sorted([number(1), number(0)]), sorted([anything(1), 3, 0.5, 1]))
xs = [0.5, nan, 0.25]; xs.sort(); print(xs); xs.sort(reverse=True); print(xs)
xs = [1.5] * 300 + [nan] + [1.0] * 100 + [-0.0, nan, 0.0, 7.5]; print(sorted(xs, reverse=True)); print(sorted(xs)); print(sorted(xs, key=lambda x: -x))
print(sorted([(1, nan), (0, 2.0), (1, 3.0)]), sorted([[1.0, 2.0], [nan, 1.0], [0.0, 1.0]]))
xs = [float(i * 7919 % 1009) for i in range(1500)]; xs[::97] = [nan] * len(xs[::97]); print(sorted(xs))
"""


def lines(programs: str) -> list[str]:
    return [HEAD + line.replace("; ", "\n") + "\n" for line in programs.strip().splitlines()]


def last(program: str) -> str:
    return program[len(HEAD) :].replace("\n", "; ")


def ran(text: str, engine: str) -> tuple[str, str, int]:
    """The output, and the code and the line of the error."""
    out: list[str] = []
    try:
        belljar.compile(text, "nan.bell", cache=False).run(engine=engine, write=out.append)
    except belljar.BellError as problem:
        return "".join(out), problem.code, problem.line
    return "".join(out), "", 0


@pytest.mark.parametrize("text", lines(MEET), ids=last)
def test_two_nans_that_meet_end_the_program(text: str) -> None:
    assert {ran(text, engine)[:2] for engine in ENGINES} == {("", "E0720")}
    assert len({ran(text, engine) for engine in ENGINES}) == 1


@pytest.mark.parametrize("text", lines(AGREE), ids=last)
def test_where_identity_does_not_matter_cpython_agrees(text: str) -> None:
    python = text.replace("class Reading:", "from dataclasses import dataclass\n\n\n@dataclass\nclass Reading:")
    output, error, _ = run_on_cpython(Case(Path("nan.py"), python, "", "", 0))
    assert output
    assert error == ""
    assert {ran(text, engine) for engine in ENGINES} == {(output, "", 0)}


def test_fuel_ends_at_the_same_place() -> None:
    """A limit just above and just below what the search costs."""
    text = (
        "def f(n: int) -> bool:\n    xs = [(0.5, 'x' * 64)] * n + [(float('nan'), 'x' * 64)]\n    return (float('nan'), 'x' * 64) in xs\n"
    )
    program = belljar.compile(text, "nan.bell", cache=False)
    for fuel in range(200, 1200, 13):
        found = set()
        for engine in ENGINES:
            with pytest.raises(belljar.BellError) as caught:
                program.call("f", 40, engine=engine, limits=belljar.Limits(fuel=fuel))
            found.add(str(caught.value))
        assert len(found) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_keys_from_outside(engine: str) -> None:
    """A dict of CPython can have two NaNs as keys."""
    program = belljar.compile("def f(d: dict[float, int]) -> int:\n    return len(d)\n", "nan.bell", cache=False)
    assert program.call("f", {float("nan"): 1, 1.0: 2}, engine=engine) == 2
    with pytest.raises(belljar.BellError) as caught:
        program.call("f", {float("nan"): 1, float("nan"): 2}, engine=engine)
    assert caught.value.code == "E0720"


def test_rows_of_a_batch() -> None:
    """Lanes leave the rows in which NaN meets NaN to the scalar kernel, which says so."""
    text = "def same(x: float, y: float) -> bool:\n    return (x, 1) == (y, 1)\n\n\ndef within(x: float, y: float) -> bool:\n    return x in (y, 2.0)\n"
    program = belljar.compile(text, "nan.bell", cache=False)
    nan = float("nan")
    columns = {"x": [1.0, nan, nan, 2.0] * 5, "y": [1.0, 1.0, nan, nan] * 5}
    for name, answers in (("same", [True, False, None, False]), ("within", [True, False, None, True])):
        result = program.batch(name, columns)
        assert result.table.column(name).to_pylist() == answers * 5
        assert result.errors == 5
