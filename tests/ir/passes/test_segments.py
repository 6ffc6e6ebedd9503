"""Profiled modules: where segments begin, what they say of their place, and that the module is otherwise the one that is not profiled."""

from __future__ import annotations

import pytest

from belljar.ir.function import Module
from belljar.ir.ops import OPS
from belljar.ir.passes import optimise, optimise_profiled
from belljar.ir.passes.segments import Segment
from belljar.ir.verify import verify
from belljar.lang.compile import FrontEnd
from belljar.runtime.engine import engine_of
from belljar.runtime.recording import without_init
from belljar.safety.limits import Limits

PROGRAM = """\
def area(w: int, h: int) -> int:
    return w * h


def deep(n: int) -> int:
    if n > 0:
        return deep(n - 1) + 1
    return 0


def several(n: int):
    for i in range(n):
        yield i


total = 0
for i in range(4):
    total += area(i, i)
print(total, deep(3), sum(several(3)))
try:
    print([1, 2][total])
except IndexError:
    print("no")
"""


def profiled(text: str = PROGRAM) -> Module:
    module = FrontEnd(text, "program.bell").module({})
    verify(module)
    module = optimise_profiled(module)
    verify(module)
    return module


def segments(module: Module) -> tuple[Segment, ...]:
    assert module.segments is not None
    return module.segments


def test_each_segment_begins_once() -> None:
    module = profiled()
    numbers = [
        instr.args[0]
        for function in module.functions.values()
        for block in function.blocks
        for instr in block.instrs
        if instr.op is OPS["profile.at"]
    ]
    assert numbers == list(range(len(segments(module))))
    assert not any(instr.op is OPS["trace.point"] for f in module.functions.values() for b in f.blocks for instr in b.instrs)
    functions = [segment.function for segment in segments(module)]
    assert functions == sorted(functions)


def test_each_function_is_entered_at_its_first_segment() -> None:
    module = profiled()
    for number in range(len(module.functions)):
        own = [segment for segment in segments(module) if segment.function == number]
        assert [segment.is_entry for segment in own] == [True] + [False] * (len(own) - 1)


def test_costs_are_those_of_the_ops() -> None:
    module = profiled()
    instrs = [instr for f in module.functions.values() for b in f.blocks for instr in b.instrs]
    taken = sum(instr.args[0] for instr in instrs if instr.op is OPS["fuel"])
    assert sum(segment.taken for segment in segments(module)) == taken
    assert sum(segment.cost for segment in segments(module)) == sum(instr.op.fuel for instr in instrs if instr.op is not OPS["fuel"])


def test_inlined_calls_are_told() -> None:
    (found,) = {segment.frames for segment in segments(profiled()) if segment.calls and segment.frames[-1][0] == "area"}
    assert found == (("@init", 18), ("area", 1))


def test_behind_a_call_a_segment_goes_on() -> None:
    lines = [segment.frames[-1] for segment in segments(profiled()) if segment.is_continued]
    assert ("deep", 7) in lines


@pytest.mark.parametrize("engine", ["reference", "vm"])
def test_nothing_changes(engine: str) -> None:
    told = []
    for module in (profiled(), optimise(FrontEnd(PROGRAM, "program.bell").module({}))):
        out: list[str] = []
        instance = engine_of(engine).load(without_init(module), Limits(), out.append)
        outcome = instance.call(module.init, ())
        told.append(("".join(out), outcome.fuel_used, outcome.error))
    assert told[0] == told[1]
    assert told[0][0] == "14 3 3\nno\n"
