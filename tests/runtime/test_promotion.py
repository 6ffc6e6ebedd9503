"""Ints that leave 64 bits: as arguments, on the way and in results, by every way of calling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import belljar
from belljar.errors import BellError
from belljar.safety.limits import Limits

PROGRAM = belljar.compile(
    """\
class Account:
    pence: int

def product(a: int, b: int) -> int:
    return a * b

def loose(a, b):
    return a * b

def total(xs: list[int]) -> int:
    return sum(xs)

def doubled(account: Account) -> int:
    return account.pence * 2

def same(table: dict[str, int]) -> dict[str, int]:
    return table

def shown(a: int) -> int:
    print("é", a)
    return a * a

def perhaps(a: int | None = None, *, b: float = 1.0):
    return a, b
"""
)
ENGINES = ("vm", "jit", "auto", "reference")
BIG = 2**70


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("task", "args", "result"),
    [
        ("product", (BIG, 2), 2 * BIG),
        ("product", (2**62, -4), -(2**64)),
        ("loose", (BIG, 2), 2 * BIG),
        ("loose", (2, BIG), 2 * BIG),
        ("total", ([BIG, 1],), BIG + 1),
        ("total", (np.array([2**63, 1], "u8"),), 2**63 + 1),
        ("total", ([2**62] * 3,), 3 * 2**62),
        ("doubled", ({"pence": BIG},), 2 * BIG),
        ("same", ({"a": -(2**63) - 1},), {"a": -(2**63) - 1}),
        ("perhaps", (BIG,), (BIG, 1.0)),
        ("perhaps", (), (None, 1.0)),
    ],
)
def test_calls(engine: str, task: str, args: tuple[Any, ...], result: Any) -> None:
    assert PROGRAM.call(task, *args, engine=engine) == result
    assert PROGRAM.task(task, engine=engine)(*args) == result


def test_an_argument_does_not_slow_down_the_calls_after_it() -> None:
    program = belljar.compile("def twice(a: int) -> int:\n    return a * 2\n")
    assert program.call("twice", BIG) == 2 * BIG
    with pytest.raises(BellError) as caught:
        program.call("twice", 2**62, promote=False)
    assert caught.value.code == "E0502"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_printed_is_printed_once(engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    task = PROGRAM.task("shown", engine=engine)
    assert (task(3), task(2**40)) == (9, 2**80)
    assert capsys.readouterr().out == f"é 3\né {2**40}\n"


@pytest.mark.parametrize("engine", ENGINES)
def test_inputs(engine: str) -> None:
    program = belljar.compile("print(x * 2)", inputs={"x": int})
    written: list[str] = []
    program.run(inputs={"x": BIG}, engine=engine, write=written.append)
    assert "".join(written) == f"{2 * BIG}\n"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("task", "args"), [("product", (BIG, "x")), ("product", (1.5, BIG)), ("total", ([BIG, 1.5],)), ("product", (BIG, None))]
)
def test_other_misfits_are_refused(engine: str, task: str, args: tuple[Any, ...]) -> None:
    for call in (lambda: PROGRAM.call(task, *args, engine=engine), lambda: PROGRAM.task(task, engine=engine)(*args)):
        with pytest.raises(BellError) as caught:
            call()
        assert caught.value.code == "E0302", str(caught.value)


LATE = """\
def late(n: int) -> int:
    total = 1
    for i in range(n):
        total = total * 3 % 1_000_003
    return total * 2**62 + late_too(n)


def late_too(n: int) -> int:
    while n > 0:
        n += 1
    return n
"""
LEVEL = LATE + "late(2_000_000)\n"


@pytest.mark.parametrize("how", ["call", "task", "run"])
@pytest.mark.parametrize("engine", ["vm", "jit"])
def test_both_runs_together_take_the_time_of_one(engine: str, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[float] = []
    after = Limits.after

    def noted(limits: Limits, seconds: float) -> Limits:
        spent.append(seconds)
        return after(limits, limits.time)  # as if all of it had gone

    monkeypatch.setattr(Limits, "after", noted)
    program = belljar.compile(LEVEL if how == "run" else LATE, cache=False)
    call = {
        "call": lambda: program.call("late", 2_000_000, engine=engine, limits={"time": 30}),
        "task": lambda: program.task("late", engine=engine, limits={"time": 30})(2_000_000),
        "run": lambda: program.run(engine=engine, limits={"time": 30}),
    }[how]
    with pytest.raises(BellError) as caught:
        call()
    assert caught.value.code == "E0802"
    assert "30" in caught.value.message
    assert len(spent) == 1
    assert spent[0] > 0
