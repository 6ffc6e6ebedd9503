"""The fuel pass: the dearest path is charged, no cycle is free, and doing it again changes nothing."""

from __future__ import annotations

from hypothesis import given

from belljar.ir.cfg import graph
from belljar.ir.function import Function
from belljar.ir.passes.fuel import FUEL, charge_fuel
from belljar.ir.text import parse_module, print_function
from tests.ir.test_cfg import edges, function_of


def charged(function: Function) -> dict[int, int]:
    return {number: block.instrs[0].args[0] for number, block in enumerate(function.blocks) if block.instrs[0].op is FUEL}


def test_the_dearest_path_is_charged() -> None:
    text = """
    module "m"
    func @f(%0: bool, %1: int) -> (int) {
    ^0:
      br %0, ^1, ^2                ; 1:1
    ^1:
      %1 = int.gcd %1, %1
      %1 = int.add %1, %1
      jump ^3
    ^2:
      %1 = int.add %1, %1
      jump ^3
    ^3:
      br %0, ^4, ^5                ; 5:1
    ^4:
      %1 = int.mul %1, %1
      jump ^3
    ^5:
      %1 = int.neg %1
      ret %1
    }
    """
    function = parse_module(text).functions["f"]
    charge_fuel(function)
    # Entry: branch, gcd (8), addition, up to the loop. Header: branch and the dearer of body and way out.
    assert charged(function) == {0: 10, 3: 3}
    assert function.blocks[3].instrs[0].span.line == 5
    once = print_function(function)
    charge_fuel(function)
    assert print_function(function) == once


@given(edges)
def test_no_cycle_is_free_and_no_path_is_dearer(targets: list[list[int]]) -> None:
    function = function_of(targets)
    before = [list(block.instrs) for block in function.blocks]
    charge_fuel(function)
    flow = graph(function)
    fuel = charged(function)
    assert set(fuel) == {0, *flow.headers}
    assert [[instr for instr in block.instrs if instr.op is not FUEL] for block in function.blocks] == before
    # Walk every path from each point to the next one.
    for point, units in fuel.items():
        dearest = 0
        paths = [(point, 0)]
        while paths:
            block, cost = paths.pop()
            cost += sum(instr.op.fuel for instr in function.blocks[block].instrs)
            dearest = max(dearest, cost)
            paths += [(target, cost) for target in flow.successors[block] if target not in fuel]
        assert units == max(1, dearest)
    again = print_function(function)
    charge_fuel(function)
    assert print_function(function) == again
