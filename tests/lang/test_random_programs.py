"""Random programs of annotated functions, numbers, strings and optionals that are narrowed (tests/agreement has the whole language): every engine agrees with CPython on the output, and on the exception and its line where one ends the program.

Where Bell ends with an error of its own (64-bit overflow, an operation on a value whose type is only known while running), what was printed until then is the same.
"""

from __future__ import annotations

import builtins
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hypothesis import Phase, given, settings

import belljar
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.runtime.engine import engine_of
from belljar.safety.limits import Limits
from tests.corpus import Case, run_on_cpython
from tests.lang.program_strategies import programs

EXAMPLES = int(os.environ.get("BELL_RANDOM_PROGRAMS", "60"))
NATIVE_EVERY = 5
"""One program in so many runs as machine code, too: compiling it takes longer than all else."""
OURS = frozenset({"E0308", "E0309", "E0502", "E0504", "E0508", "E0510", "E0720", "E0721", "E0801", "E0803", "E0804", "E0805"})
"""Errors a program can end with where CPython goes on."""


class Ran(NamedTuple):
    """What a program did: its output, what ended it, and the fuel of ``main`` where it got there."""

    output: str
    error: BellError | None
    fuel: int = -1

    def told(self) -> tuple[str, str, int, int]:
        return self.output, str(self.error), self.error.column if self.error else 0, self.fuel


def ran(module: Module, engine: str) -> Ran:
    """Run the module level on an engine, then ``main``."""
    pieces: list[str] = []
    try:
        instance = engine_of(engine).load(module, Limits(), pieces.append)
    except BellError as problem:
        return Ran("".join(pieces), problem)
    if "main" not in module.tasks:
        return Ran("".join(pieces), None)
    outcome = instance.call(module.tasks["main"].function, [])
    return Ran("".join(pieces), outcome.error, outcome.fuel_used)


def compiled(text: str) -> tuple[Module | None, str]:
    """The module, or None and the code it is refused with before it runs."""
    try:
        program = belljar.compile(text)
        return program.module("main" if "main" in program.tasks else None, ()), ""
    except BellError as problem:
        return None, problem.code


def disagreement(text: str, engines: Sequence[str]) -> str:
    """What the first of the engines does otherwise than the rest or than CPython, ``""`` where all is well."""
    module, refusal = compiled(text)
    if module is None:
        return f"refused with {refusal}" if refusal in ("E0101", "E1102", "E1201") else ""
    first = ran(module, engines[0])
    for engine in engines[1:]:
        other = ran(module, engine)
        if other.told() != first.told():
            return f"{engine}: {other.told()}\n{engines[0]}: {first.told()}"
    called = text + "main()\n" if "main" in module.tasks else text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected, error, line = run_on_cpython(Case(Path("program"), called, "", "", 0))
    problem = first.error
    fine = (
        (first.output, error) == (expected, "")
        if problem is None
        else expected.startswith(first.output)
        if problem.code in OURS
        else (first.output, line) == (expected, problem.line)
        and error != ""
        and issubclass(getattr(builtins, error), getattr(builtins, problem.python))
    )
    return "" if fine else f"CPython: {(expected, error, line)}\n{engines[0]}: {first.told()}"


@settings(max_examples=EXAMPLES, phases=(Phase.explicit, Phase.generate))  # programs are small enough to read; shrinking them takes minutes
@given(text=programs())
def test_random_programs_agree(text: str) -> None:
    native = ("jit",) if len(text) % NATIVE_EVERY == 0 else ()
    assert not disagreement(text, ("reference", "vm", *native))
