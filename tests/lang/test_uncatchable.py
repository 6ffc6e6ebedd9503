"""Where CPython goes on and Bell cannot follow, a program ends with an error that it cannot catch."""

from __future__ import annotations

import pytest

import belljar

DROPPED = """
def kept():
    try:
        yield 1
    finally:
        print("over")


walker = kept()
next(walker)
"""
UNFIT = """
def twice(n: int):
    return n * 2


for value in (2, "a"):
    try:
        print(twice(value))
    except TypeError:
        print("caught")
"""


def end_of(text: str, engine: str) -> tuple[str, belljar.BellError]:
    """What a program printed before the error it ends with."""
    printed: list[str] = []
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile(text, "program").run(engine=engine, write=printed.append)
    return "".join(printed), caught.value


@pytest.mark.parametrize("engine", ["reference", "vm", "jit"])
def test_dropped_generator(engine: str) -> None:
    printed, error = end_of(DROPPED, engine)
    assert (printed, error.code, error.line) == ("", "E0722", 4)


@pytest.mark.parametrize("engine", ["reference", "vm", "jit"])
def test_closed_generator(engine: str) -> None:
    printed: list[str] = []
    belljar.compile(DROPPED + "walker.close()\n", "program").run(engine=engine, write=printed.append)
    assert "".join(printed) == "over\n"


@pytest.mark.parametrize("engine", ["reference", "vm", "jit"])
def test_value_that_does_not_fit(engine: str) -> None:
    printed, error = end_of(UNFIT, engine)
    assert (printed, error.code) == ("4\n", "E0723")
    assert error.message == "argument 'n' of twice() must be int, got str"
