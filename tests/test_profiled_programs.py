"""The laws of profiles over the corpus: a profiled run ends as the other, with the same output and fuel; what it counts adds up; functions are called as often as CPython says."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections import Counter
from types import CodeType, FrameType
from typing import Any

import pytest

import belljar
from belljar.errors import BellError
from belljar.runtime.profiler import profile
from tests.corpus import Case, by_program, cases, compiled, is_one_in

OPTIMIZED, GENERATOR = 0x1, 0x20
SAMPLE = {case.name for case in cases() if is_one_in(18, case.name)}
"""All of them take minutes."""
OPEN = {"everyday/enumerations_with_init.bell", "collections/mutation_in_callbacks.bell", "control/class_patterns_in_full.bell"}
"""Programs whose calls differ: an `__eq__` that adds to the dict it is asked for is asked again where the dict's table grows, which is at other sizes here; a property that a class pattern names is run to
see whether it is there, and again for its value."""
CALLED = {case.name for case in cases() if is_one_in(8, case.name)} - OPEN
COMPREHENSIONS = ("<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>")
"""What is a function in CPython and a loop here."""
IN_COMPREHENSIONS = re.compile(r"<(listcomp|genexpr|dictcomp|setcomp)>\.(<locals>\.)?")
"""What CPython puts before the name of a function that stands in one."""
NAMED_OTHERWISE = (".__len__", ".<lambda>")
"""CPython asks `__len__` for a hint of how much `list()` will take; a lambda in a class carries the name of the property it is made for."""


def profiled(case: Case, engine: str) -> tuple[belljar.RuntimeProfile, BellError | None, str]:
    pieces: list[str] = []
    program = compiled(case)
    made, error = profile(
        program,
        None,
        (),
        {},
        engine=engine,
        limits=program.limits,
        write=pieces.append,
        grants=("io.stdout",),
        hosts=None,
        inputs={},
        interval=0.0002,
    )
    return made, error, "".join(pieces)


@pytest.mark.parametrize("case", [case for case in by_program() if case.id in SAMPLE])
def test_a_profile_changes_nothing_and_adds_up(case: Case) -> None:
    pieces: list[str] = []
    plain: BellError | None = None
    try:
        compiled(case).run(engine="vm", write=pieces.append)
    except BellError as error:
        plain = error
    made, error, output = profiled(case, "vm")
    assert output == "".join(pieces)
    assert str(error) == str(plain)
    total = made.total
    for rows in (made.lines, made.functions, made.paths):
        assert sum(row.fuel for row in rows) == total.fuel
        assert sum(row.bytes for row in rows) == total.bytes
        assert sum(row.seconds for row in rows) == pytest.approx(total.seconds)
        assert min((row.bytes for row in rows), default=0) >= 0
    if error is None:
        assert min(row.fuel for row in made.paths) >= 0
        assert min(row.ahead for row in made.paths) >= 0
    assert sum(row.calls for row in made.functions) == total.calls


def named(code: CodeType) -> str:
    """The qualified name of a function as Bell tells it."""
    return IN_COMPREHENSIONS.sub("", code.co_qualname)


def functions_of(code: CodeType) -> dict[str, int]:
    """The functions of a code object by their qualified names, with their flags."""
    found = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= functions_of(constant)
            if constant.co_flags & OPTIMIZED:
                found[named(constant)] = constant.co_flags
    return found


@pytest.mark.skipif(sys.version_info < (3, 11), reason="code objects have no qualified names")
@pytest.mark.parametrize("case", [case for case in by_program() if case.id in CALLED])
def test_calls_are_those_of_cpython(case: Case) -> None:
    counts: Counter[str] = Counter()
    code = compile(case.text, str(case.path), "exec", dont_inherit=True)
    functions = functions_of(code)

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename == str(case.path) and frame.f_code.co_flags & OPTIMIZED:
            counts[named(frame.f_code)] += 1

    namespace: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(BaseException):
        before = sys.getprofile()
        sys.setprofile(note)
        try:
            exec(code, namespace)
        finally:
            sys.setprofile(before)
    # What is left of a generator when it is thrown away is a call in CPython.
    compared = [name for name, flags in functions.items() if not flags & GENERATOR and not name.endswith(COMPREHENSIONS + NAMED_OTHERWISE)]
    made = profiled(case, "vm")[0]
    assert {name: made.calls.get(name, 0) for name in compared} == {name: counts[name] for name in compared}
