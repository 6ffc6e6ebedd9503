"""Scalar replacement: objects that stay inside disappear, those that are seen elsewhere or changed under two names do not."""

from __future__ import annotations

import pytest

import belljar
from belljar.engines.reference import ReferenceEngine
from belljar.ir.passes import optimise
from belljar.safety.limits import Limits
from belljar.types import INT

POINT = "class P:\n    x: int\n    y: int\n\n"


def made(body: str, a: int, b: int) -> tuple[object, set[str]]:
    """The result of ``f(a, b)`` after the passes, equal to that before, and the names of the ops that are left."""
    program = belljar.compile(POINT + "def f(a: int, b: int) -> int:\n" + "".join(f"    {line}\n" for line in body.splitlines()))
    results = []
    for optimised in (False, True):
        module = program.fresh_module("f", [INT, INT])
        if optimised:
            optimise(module)
        function = module.tasks["f"].function
        outcome = ReferenceEngine().load(module, Limits()).call(function, [a, b])
        results.append(outcome.results)
    assert results[0] == results[1]
    return results[1][0], {instr.op.name for block in module.functions[function].blocks for instr in block.instrs}


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("p = P(a, b)\nreturn p.x - p.y", -4),
        ("p = P(a, b)\nif a > b:\n    p = P(b, a)\nreturn p.x * 10 + p.y", 37),
        ("p = P(a, b) if a > b else P(b, a)\nq = p\nreturn q.x * 10 + q.y", 73),
        ("p = P(a, b)\nfor i in range(a):\n    p = P(p.y, p.x + i)\nreturn p.x * 100 + p.y", 805),
        ("p = P(a, b)\np.x = b\nif a > 2:\n    p.y += 5\nreturn p.x * 100 + p.y", 712),
        ("p = None\nif a > 2:\n    p = P(a, b)\nif p is None:\n    return -1\nreturn p.x + p.y", 10),
    ],
)
def test_what_stays_inside_disappears(body: str, result: int) -> None:
    value, names = made(body, 3, 7)
    assert value == result
    assert not names & {"record.new", "record.get", "record.set"}


@pytest.mark.parametrize(
    "body",
    [
        "p = P(a, b)\nq = p\nif a > 2:\n    q = P(b, b)\nq.x = 9\nreturn p.x * 10 + q.x",
        "p = P(a, b)\nq = p\nq.x = 9\nif a > 100:\n    q = P(b, b)\nreturn p.x * 10 + q.x",
        "ps = [P(a, b)]\nps[0].x = 5\nreturn ps[0].x",
        "p = P(a, b)\nq = P(a, b)\nif a > 9:\n    q = p\nreturn int(p is q)",
    ],
)
def test_what_two_names_can_see_stays(body: str) -> None:
    _, names = made(body, 3, 7)
    assert "record.new" in names
