"""Roots: the registers that the collector must see.

A register is rooted when its type is a reference or ``any`` and it is an operand of, or live across, an op that allocates or calls. All
engines take the set from here, so that they show the collector the same roots at the same ops (ARCHITECTURE.md, "Roots").
"""

from __future__ import annotations

from belljar.ir.calling import may_call
from belljar.ir.function import Function, Instr
from belljar.ir.liveness import live_after, live_ends, mask, registers_of
from belljar.ir.ops import OPS
from belljar.types import is_reference

_ALLOCATING = frozenset(op for op in OPS.values() if "allocates" in op.flags)
_CALLING = frozenset(op for op in OPS.values() if op.flags & {"calls", "compares"})


def is_safepoint(function: Function, instr: Instr) -> bool:
    """Whether garbage may be collected during the instruction."""
    return instr.op in _ALLOCATING or (instr.op in _CALLING and may_call(function, instr))


def rooted(function: Function) -> tuple[int, ...]:
    """The rooted registers of a function, ascending: their order is the order of the slots in a frame."""
    bits = 0
    starts, ends = live_ends(function)
    for block, out in zip(function.blocks, ends, strict=True):
        handled = starts[block.handler] if block.handler >= 0 else 0
        guarded = block.guarded
        for instr, live in live_after(block, out, handled):
            if is_safepoint(function, instr):
                bits |= mask(instr.registers_read()) | live & ~mask(instr.results)
                if instr is guarded:
                    bits |= handled
    return tuple(register for register in registers_of(bits) if is_reference(function.registers[register].type))
