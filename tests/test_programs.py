"""One corpus of programs on every engine and on CPython: the same output, and where a program fails, the same error on the same line."""

from __future__ import annotations

import pytest

import belljar
from belljar.errors import CODES
from tests.corpus import Case, cases, run_on_cpython

CASES = cases()
ENGINES = ("reference", "vm", "jit")


def ids(case: Case) -> str:
    return case.name


def test_corpus_is_not_empty() -> None:
    assert len(CASES) >= 10


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_cpython(case: Case) -> None:
    output, error, line = run_on_cpython(case)
    assert output == case.output
    if case.error:
        assert error == CODES[case.error].python or (case.error == "E0705" and error)
        assert line == case.error_line
    else:
        assert error == ""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=ids)
def test_engine(case: Case, engine: str) -> None:
    pieces: list[str] = []
    program = belljar.compile(case.text, case.name)
    found = ("", 0)
    try:
        program.run(engine=engine, write=pieces.append)
    except belljar.BellError as problem:
        found = (problem.code, problem.line)
    assert found == (case.error, case.error_line)
    assert "".join(pieces) == case.output
