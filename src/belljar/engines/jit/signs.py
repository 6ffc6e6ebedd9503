"""Which int registers are never negative.

A register is never negative when everything assigned to it is: constants, lengths, sums and products of such (their overflow is a fault), and
so on. The analysis begins with all registers and takes away those with another assignment until none is left to take, so counters that go round
a loop stay in. It looks at no branches. An index that is in the set needs one comparison with the length instead of three steps.
"""

from __future__ import annotations

from typing import Final

from belljar.ir.function import Function, Instr
from belljar.types import INT

ALWAYS: Final = frozenset(
    "list.len dict.len set.len str.len any.len str.code_at str.ord str.count bool.to_int int.abs int.abs.nw int.range_len int.gcd int.lcm "
    "int.isqrt int.factorial int.comb int.perm int.bit_length int.bit_count list.count".split()
)
"""Ops whose result is never negative."""
IF_ALL: Final = frozenset("move int.add int.add.nw int.mul int.mul.nw int.floordiv int.floordiv.nw int.min int.or int.xor".split())
"""Ops whose result is never negative when no operand is."""


def never_negative(function: Function) -> frozenset[int]:
    """The int registers that hold no negative value at any time."""
    found = {index for index, register in enumerate(function.registers) if register.type == INT} - set(function.params)
    assignments = [
        instr
        for block in function.blocks
        for instr in block.instrs
        if instr.results and any(register in found for register in instr.results)
    ]
    changed = True
    while changed:
        changed = False
        for instr in assignments:
            for register in instr.results:
                if register in found and not _is_never_negative(instr, found):
                    found.discard(register)
                    changed = True
    return frozenset(found)


def _is_never_negative(instr: Instr, found: set[int]) -> bool:
    name, args = instr.op.name, instr.args
    if name == "const.int":
        return bool(args[0] >= 0)
    if name in ALWAYS:
        return True
    if name in IF_ALL:
        return all(register in found for register in args)
    if name in ("int.max", "int.and"):
        return any(register in found for register in args)
    if name in ("int.mod", "int.mod.nw"):
        return args[1] in found
    if name in ("int.shr", "int.shr.nw", "int.shl", "int.shl.nw"):
        return args[0] in found
    if name == "select":
        return args[1] in found and args[2] in found
    return False
