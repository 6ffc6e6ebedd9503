"""Five hundred random programs: reference, VM, machine code and CPython do the same. ``make nightly`` runs twenty thousand others.

Compared are output, result, class, text and line of the exception that ends a program, and between engines fuel. Numbers are fixed: the programs are the same in every run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.agreement.comparison import PLAIN, compare
from tests.agreement.cpython import CPython
from tests.agreement.hierarchies import hierarchy
from tests.agreement.programs import program
from tests.agreement.reduction import reduced

PROGRAMS = 500
CHUNK = 25
"""Programs of one test, so that processes share the work evenly."""
HIERARCHIES = 75
"""Programs about classes."""
MACHINE_CODE_EVERY = 10
"""Machine code is made of one program about classes in so many."""
OPTIMISED_EVERY = 50
"""The machine code of one program in so many is optimised by LLVM, ten of them: that takes several times as long as all else."""
REFUSED_MAX = 7
"""Programs of one test that may be refused before running though CPython runs them, or fails elsewhere. They are written to be valid: about one in sixteen is not."""
OPEN: dict[int, str] = {}
"""Programs that are known to differ, and in what: a bug each, and its program leaves this table when it is mended."""

pytestmark = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="texts of exceptions are those of CPython 3.11")


@pytest.fixture(scope="module")
def cpython() -> Iterator[CPython]:
    judge = CPython()
    yield judge
    judge.close()


@pytest.mark.parametrize("first", range(0, PROGRAMS, CHUNK))
def test_random_programs_agree(first: int, cpython: CPython) -> None:
    refused = 0
    for number in range(first, first + CHUNK):
        text = program(number)
        engines = ("reference", "vm", "jit" if number % OPTIMISED_EVERY == 0 else PLAIN)
        verdict = compare(text, engines, cpython)
        differs = verdict.kind if verdict.is_difference else ""
        assert differs == OPEN.get(number, ""), f"program {number}: {verdict.kind}\n{text}\n{verdict.detail}"
        refused += verdict.kind == "strict"
    assert refused <= REFUSED_MAX


@pytest.mark.parametrize("first", range(0, HIERARCHIES, CHUNK))
def test_random_classes_agree(first: int, cpython: CPython) -> None:
    """They are written to be valid: none is refused."""
    for number in range(first, first + CHUNK):
        text = hierarchy(number)
        engines = ("reference", "vm", PLAIN) if number % MACHINE_CODE_EVERY == 0 else ("reference", "vm")
        verdict = compare(text, engines, cpython)
        assert verdict.kind == "same", f"program {number}: {verdict.kind}\n{text}\n{verdict.detail}"


def test_a_program_is_written_by_its_number_alone() -> None:
    assert hierarchy(7) == hierarchy(7)
    assert program(7) == program(7)
    assert program(7) != program(8)
    assert len(program(12, size=4)) > 100


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("print(1)\n", "same"),
        ("def main():\n    return [1, 2.5, None]\n", "same"),
        ("print(2**70)\n", "same"),
        ("print([1, 2][2])\n", "same"),
        ("raise ValueError('no', 1)\n", "same"),
        ("x = 1 + 'a'\n", "refused"),
        ("def f(x: int):\n    return x\n\n\nprint(f('a'))\n", "strict"),
        ("print(float('nan') in [float('nan')])\n", "ours"),
        ("while True:\n    pass\n", "lost"),
        ("class C:\n    pass\n\n\nprint(C())\n", "output"),  # an address
    ],
)
def test_verdicts(text: str, kind: str, cpython: CPython) -> None:
    assert compare(text, ("reference", "vm"), cpython).kind == kind


def test_a_program_is_made_smaller_as_long_as_it_goes_wrong() -> None:
    text = "import math\n\n\ndef f(x):\n    for i in range(3):\n        if x > i:\n            print(max(i, x + 2))\n    return x\n\n\nprint(f(4), math.pi)\n"
    assert reduced(text, lambda tried: "max(" in tried and compile(tried, "p", "exec") is not None) in (
        "max(i)\n",
        "max\n",
        "max()\n",
        "print(max(0))\n",
        "max(0)\n",
    )
