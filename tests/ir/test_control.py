"""Regions of branches: where they end, what is in them, what they may assign."""

from __future__ import annotations

import belljar
from belljar.ir.control import RETURN, Regions
from belljar.ir.function import Function
from belljar.types import INT, ListType


def function_of(text: str, *types: object) -> Function:
    program = belljar.compile(text)
    module = program.fresh_module("f", types)  # type: ignore[arg-type]
    return module.functions[module.tasks["f"].function]


def branches(regions: Regions) -> list[int]:
    blocks = regions.function.blocks
    return [number for number in regions.flow.order if blocks[number].terminator.op.name == "br"]


def test_a_region_ends_where_the_ways_meet() -> None:
    regions = Regions(function_of("def f(x: int) -> int:\n    y = 0\n    if x > 5:\n        y = 1\n    return y\n", INT))
    (branch,) = branches(regions)
    assert regions.function.blocks[regions.ends[branch]].terminator.op.name == "ret"
    assert branch not in regions.blocks(branch)
    assert [regions.function.registers[register].name for register in regions.assigned(branch)] == ["y"]


def test_an_early_return_lasts_to_the_end() -> None:
    regions = Regions(function_of("def f(x: int) -> int:\n    if x > 5:\n        return 1\n    y = x\n    return y\n", INT))
    (branch,) = branches(regions)
    assert regions.ends[branch] == RETURN


def test_a_loop_is_in_its_own_region() -> None:
    regions = Regions(
        function_of("def f(xs: list[int]) -> int:\n    t = 0\n    for x in xs:\n        t += x\n    return t\n", ListType(INT))
    )
    (branch,) = branches(regions)
    assert branch in regions.blocks(branch)


def test_what_raises_is_no_way_on() -> None:
    text = "def f(x: int) -> int:\n    if x < 0:\n        raise ValueError('x')\n    return x\n"
    regions = Regions(function_of(text, INT))
    (branch,) = branches(regions)
    assert [regions.is_live[target] for target in regions.flow.successors[branch]] == [False, True]
    assert regions.blocks(branch) == frozenset()
