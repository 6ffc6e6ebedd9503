"""Random programs: every engine agrees with CPython on the output, and on the exception and its line where one ends the program.

Where Bell ends with an error of its own (64-bit overflow, an operation on a value whose type is only known while running), what was printed until then is the same.
"""

from __future__ import annotations

import builtins
import os
import warnings
from pathlib import Path

from hypothesis import Phase, given, settings

import belljar
from belljar.errors import BellError
from tests.corpus import Case, run_on_cpython
from tests.lang.program_strategies import programs

EXAMPLES = int(os.environ.get("BELL_RANDOM_PROGRAMS", "120"))
ENGINES = ("vm",)
"""The engines compared with the reference."""
OURS = frozenset({"E0308", "E0309", "E0502", "E0504", "E0508", "E0510", "E0801", "E0803", "E0804", "E0805"})
"""Errors a program can end with where CPython goes on."""


def outcome(program: belljar.Program, engine: str) -> tuple[str, BellError | None]:
    """(output, error) of the program on an engine."""
    pieces: list[str] = []
    try:
        program.run(engine=engine, write=pieces.append)
    except BellError as problem:
        return "".join(pieces), problem
    return "".join(pieces), None


def compiled(text: str) -> tuple[belljar.Program | None, str]:
    """The program, or None and the code it is refused with before it runs."""
    try:
        program = belljar.compile(text)
        program.module(None, ())
    except BellError as problem:
        return None, problem.code
    return program, ""


@settings(max_examples=EXAMPLES, phases=(Phase.explicit, Phase.generate))  # programs are small enough to read; shrinking them takes minutes
@given(text=programs())
def test_random_programs_agree(text: str) -> None:
    program, refusal = compiled(text)
    if program is None:
        assert refusal not in ("E1201", "E1102"), refusal
        return
    output, problem = outcome(program, "reference")
    for engine in ENGINES:
        same, other = outcome(program, engine)
        assert (same, str(other), other and other.column) == (output, str(problem), problem and problem.column)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected, error, line = run_on_cpython(Case(Path("program"), text, "", "", 0))
    if problem is None:
        assert (output, error) == (expected, "")
    elif problem.code in OURS:
        assert expected.startswith(output)
    else:
        assert (output, line) == (expected, problem.line)
        assert error, str(problem)
        assert issubclass(getattr(builtins, error), getattr(builtins, problem.python))
