"""One corpus of programs on every engine and on CPython: the same output, and where a program fails, the same error on the same line."""

from __future__ import annotations

import builtins
import sys

import pytest

import belljar
from tests.corpus import Case, by_program, compiled, run_on_cpython

CASES = by_program()
ENGINES = ("reference", "vm", "jit")


def run(case: Case, engine: str) -> tuple[str, belljar.BellError | None]:
    pieces: list[str] = []
    problem = None
    try:
        program = compiled(case)
        program._overflowed.clear()  # each engine finds out by itself
        program.run(engine=engine, write=pieces.append)
    except belljar.BellError as found:
        problem = found
    return "".join(pieces), problem


def test_corpus_is_not_empty() -> None:
    assert len(CASES) >= 10


MEASURED = (3, 11, 7)
"""The CPython whose texts are Bell's. Those before it say some things otherwise: programs with a line ``# since CPython`` are not compared with them."""


@pytest.mark.skipif(sys.version_info[:2] != MEASURED[:2], reason="texts of exceptions are those of CPython 3.11")
@pytest.mark.parametrize("case", CASES)
def test_cpython(case: Case) -> None:
    if "# since CPython" in case.text and sys.version_info[:3] < MEASURED:
        pytest.skip("this CPython says it otherwise")
    output, error, line = run_on_cpython(case)
    _, problem = run(case, "reference")
    assert output == case.output
    assert line == case.error_line
    if problem is None:
        assert error == ""
    else:  # the exception class the error names, or one derived from it
        assert issubclass(getattr(builtins, error), getattr(builtins, problem.python))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES)
def test_engine(case: Case, engine: str) -> None:
    output, problem = run(case, engine)
    assert output == case.output
    if problem is None:
        assert case.error == ""
    else:
        assert (problem.code, problem.line) == (case.error, case.error_line), str(problem)
