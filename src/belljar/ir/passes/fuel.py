"""Fuel: the last pass. Puts ``fuel N`` at the function's entry and at each loop header.

N is the cost of the dearest path from there to the next ``fuel`` or the end of the function, so fuel is taken before the work it pays for, once per
region, and a limit falls at the same op in every engine. N is at least 1: no cycle is free.

Law: the pass changes nothing but ``fuel`` ops, and running it again gives the same function.
"""

from __future__ import annotations

from belljar.ir.cfg import graph
from belljar.ir.exceptions import HANDLING
from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.source import NOWHERE

FUEL = OPS["fuel"]


def charge_fuel(function: Function) -> None:
    """Replace the ``fuel`` ops of one function."""
    for block in function.blocks:
        block.instrs = [instr for instr in block.instrs if instr.op is not FUEL]
    flow = graph(function)
    points = {0, *flow.headers}
    dearest = [0] * len(function.blocks)
    # Edges that do not enter a point go forward in the order, so one walk from its end meets every successor first.
    for index in reversed(flow.order):
        rest = max((0 if target in points else dearest[target] for target in flow.successors[index]), default=0)
        dearest[index] = rest + sum(instr.op.fuel for instr in function.blocks[index].instrs)
    for point in sorted(points):
        instrs = function.blocks[point].instrs
        place = next((instr for instr in instrs if instr.span != NOWHERE), None)
        span = place.span if place else function.span
        first = 1 if instrs[0].op in HANDLING else 0  # no fuel is taken while a fault is on its way
        instrs.insert(first, Instr(FUEL, (), (max(1, dearest[point]),), span, place.scope if place else None))


def run(module: Module) -> None:
    """Charge every function of the module."""
    for function in module.functions.values():
        charge_fuel(function)
