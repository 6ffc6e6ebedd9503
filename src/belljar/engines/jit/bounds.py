"""Below which value an int register never is.

Every register starts with no bound known to be too high; an assignment that may give less lowers it, until nothing changes. So a counter that
starts at 1 and only rises keeps the bound 1. A bound that keeps falling is given up. Branches are not looked at, and overflow is a fault, so sums of bounds
are bounds of sums. An index that is never negative needs one comparison with the length instead of three steps, and is the same value where the
same element is asked for again.
"""

from __future__ import annotations

from typing import Final

from belljar.ir.function import Function, Instr
from belljar.types import INT

LOWEST: Final = -(2**63)
HIGHEST: Final = 2**63 - 1
FALLS_MAX: Final = 4
"""How often a bound may fall before it is given up."""

NOT_NEGATIVE: Final = frozenset(
    "list.len dict.len set.len str.len any.len str.code_at str.code_at.nc str.ord str.count bool.to_int int.abs int.abs.nw int.range_len int.gcd int.lcm "
    "int.isqrt int.factorial int.comb int.perm int.bit_length int.bit_count list.count".split()
)
"""Ops whose result is never negative."""


def lower_bounds(function: Function) -> list[int]:
    """For each register a value that it is never below; ``LOWEST`` where none is known, and for registers that hold no int."""
    bounds = [HIGHEST if register.type == INT else LOWEST for register in function.registers]
    for register in function.params:
        bounds[register] = LOWEST
    assignments = [
        instr for block in function.blocks for instr in block.instrs if any(bounds[register] > LOWEST for register in instr.results)
    ]
    falls = [0] * len(bounds)
    constants = _constants(function)
    changed = True
    while changed:
        changed = False
        for instr in assignments:
            for register in instr.results:
                found = max(LOWEST, _bound(instr, bounds, constants))
                if found < bounds[register]:
                    falls[register] += 1
                    bounds[register] = found if falls[register] <= FALLS_MAX else LOWEST
                    changed = True
    return [LOWEST if bound == HIGHEST else bound for bound in bounds]


def _constants(function: Function) -> dict[int, int]:
    """Registers that are assigned once, an int constant."""
    found: dict[int, int] = {}
    several = set(function.params)
    for block in function.blocks:
        for instr in block.instrs:
            for register in instr.results:
                if register in found or instr.op.name != "const.int":
                    several.add(register)
                else:
                    found[register] = instr.args[0]
    return {register: value for register, value in found.items() if register not in several}


def _bound(instr: Instr, bounds: list[int], constants: dict[int, int]) -> int:
    """What the instruction's result is never below, if its operands keep to their bounds."""
    op = instr.op
    args: tuple[int, ...] = instr.args
    name = op.name.removesuffix(".nw")
    if name == "const.int":
        return int(args[0])
    if op.name in NOT_NEGATIVE:
        return 0
    if name == "move":
        return bounds[args[0]]
    if name == "select":
        return min(bounds[args[1]], bounds[args[2]])
    if name == "int.add":
        return bounds[args[0]] + bounds[args[1]]
    if name == "int.sub":
        return bounds[args[0]] - constants[args[1]] if args[1] in constants else LOWEST
    if name == "int.min":
        return min(bounds[args[0]], bounds[args[1]])
    if name == "int.max":
        return max(bounds[args[0]], bounds[args[1]])
    if name == "int.mul":
        return bounds[args[0]] * bounds[args[1]] if min(bounds[args[0]], bounds[args[1]]) >= 0 else LOWEST
    if name in ("int.floordiv", "int.or", "int.xor"):
        return 0 if min(bounds[args[0]], bounds[args[1]]) >= 0 else LOWEST
    if name == "int.and":
        return 0 if max(bounds[args[0]], bounds[args[1]]) >= 0 else LOWEST
    if name == "int.mod":
        return 0 if bounds[args[1]] >= 0 else LOWEST
    if name in ("int.shr", "int.shl"):
        return 0 if bounds[args[0]] >= 0 else LOWEST
    return LOWEST
