"""The context of Decimals is part of a runtime's state: it lasts, and what takes the state back takes it back."""

from __future__ import annotations

import pytest

import belljar
from belljar import BellError, Runtime
from belljar.safety.integrity import Integrity

PROGRAM = """
from decimal import ROUND_DOWN, Decimal, getcontext, localcontext

getcontext().prec = 6

def third() -> str:
    return str(Decimal(2) / 3)

def change(digits: int) -> str:
    getcontext().prec = digits
    getcontext().rounding = ROUND_DOWN
    return third()

def fail() -> int:
    change(3)
    return 1 // int(Decimal(0))

def within(digits: int) -> str:
    with localcontext() as context:
        context.prec = digits
        return third()
"""
ENGINES = ("vm", "jit", "reference")


@pytest.mark.parametrize("engine", ENGINES)
def test_it_lasts_and_a_failed_call_leaves_it(engine: str) -> None:
    runtime = Runtime(PROGRAM, engine=engine)
    assert runtime.call("third") == "0.666667"
    with pytest.raises(BellError):
        runtime.call("fail")
    assert runtime.call("third") == "0.666667"
    assert runtime.call("within", 2) == "0.67"
    assert runtime.call("change", 4) == "0.6666"
    assert runtime.call("third") == "0.6666"


def test_rollback_takes_it_back() -> None:
    runtime, integrity = Runtime(PROGRAM), Integrity()
    runtime.execute_once()
    before = integrity.snapshot(runtime.state)
    runtime.call("change", 4)
    integrity.rollback(runtime.state, before)
    assert runtime.call("third") == "0.666667"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_program_that_is_called_begins_anew(engine: str) -> None:
    program = belljar.compile(PROGRAM)
    assert program.call("change", 3, engine=engine) == "0.666"
    assert program.call("third", engine=engine) == "0.666667"
