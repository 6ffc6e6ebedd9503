"""A traced module costs what it does without its marks, where marks keep alive what passes would remove."""

from __future__ import annotations

from typing import Any

import pytest

from belljar.engines.contract import Marks
from belljar.ir.function import Module
from belljar.ir.passes import optimise
from belljar.ir.passes.traced import Placed
from belljar.ir.text import print_module
from belljar.ir.verify import verify
from belljar.lang.compile import FrontEnd
from belljar.runtime.engine import engine_of
from belljar.safety.limits import Limits
from belljar.source import NOWHERE, Span
from belljar.types import INT

PROGRAMS = {
    "unused text": "def main(n: int) -> int:\n    s = str(n)\n    t = s.upper()\n    return n\n",
    "joined text": "def main(n: int) -> str:\n    a = 'x' * n\n    b = a + '-'\n    c = b + 'z'\n    return c\n",
    "empty branches": "def main(n: int) -> int:\n    for i in range(n):\n        if i > 2:\n            pass\n        elif i < 0:\n            pass\n    return n\n",
    "inlined": "def f(k: int) -> int:\n    t = 0\n    while t < k:\n        t += 1\n    return t\ndef main(n: int) -> int:\n    return f(n) + f(n + 1)\n",
    "record": "class P:\n    x: int\n    y: int\ndef main(n: int) -> int:\n    p = P(n, 2)\n    q = P(p.x + 1, p.y)\n    return q.x\n",
    "nested": "def main(n: int) -> int:\n    k = 0\n    while True:\n        while k < n:\n            k += 1\n        if k >= n:\n            return k\n",
    "generator": "def g(n: int):\n    for i in range(n):\n        unused = i * 2\n        if i % 2:\n            yield i\ndef main(n: int) -> int:\n    return sum(g(n))\n",
    "constant": "def main(n: int) -> int:\n    a = 2 * 3\n    if a > 5:\n        return n\n    return f(a)\ndef f(x: int) -> int:\n    while x > 0:\n        x -= 1\n    return x\n",
    "caught": "def main(n: int) -> int:\n    for i in range(n):\n        try:\n            x = 10 // (i - 3)\n        except ZeroDivisionError as e:\n            y = str(e)\n        finally:\n            z = i\n    return n\n",
}  # fmt: skip


def module(text: str, traces: str) -> Module:
    made = FrontEnd(text, "t.bell", traces=traces).module({"main": [INT]})
    verify(made)
    made = optimise(made)
    verify(made)
    return made


def ended(made: Module, engine: str, fuel: int = 2**62) -> tuple[Any, ...]:
    instance = engine_of(engine).load(made, Limits(fuel=fuel), None, (), None, Marks())
    outcome = instance.call(made.tasks["main"].function, [9])
    error = outcome.error
    return outcome.results, outcome.fuel_used, None if error is None else (error.code, error.line, error.stack)


@pytest.mark.parametrize("name", PROGRAMS)
def test_fuel_is_that_of_the_plain_module(name: str) -> None:
    plain, traced = module(PROGRAMS[name], "off"), module(PROGRAMS[name], "full")
    wanted = ended(plain, "vm")
    for engine in ("vm", "reference"):
        assert ended(traced, engine) == wanted
    for fuel in range(1, wanted[1], max(1, wanted[1] // 7)):  # a limit falls at the same place
        assert ended(traced, "vm", fuel) == ended(plain, "vm", fuel)


def test_what_is_there_for_marks_alone_is_free() -> None:
    assert "trace.free" in print_module(module(PROGRAMS["unused text"], "full"))
    assert "trace.free" not in print_module(module(PROGRAMS["nested"], "full"))


def test_names_are_gone_afterwards() -> None:
    made = module(PROGRAMS["inlined"], "full")
    for function in made.functions.values():
        for block in function.blocks:
            for instr in block.instrs:
                assert instr.span.__class__ is Span
                assert instr.scope is None or instr.scope.call_span.__class__ is Span


def test_a_name_is_the_place_it_stands_for() -> None:
    span = Span(1, 2, 3, 4)
    named = Placed(span, ("f", 0, 1), ("f", 0))
    assert named == span
    assert span == named
    assert named == Placed(span, ("f", 0, 2), ("f", 1))
    assert hash(named) == hash(span)
    assert named != NOWHERE
    assert Placed(NOWHERE, ("f", 0, 0), ("f", 0)) == NOWHERE
