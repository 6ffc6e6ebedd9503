"""Roots: the registers that the collector must see.

A register is rooted when its type is a reference or ``any`` and it is an operand of, or live across, an op that allocates or calls. All
engines take the set from here, so that they show the collector the same roots at the same ops (ARCHITECTURE.md, "Roots").
"""

from __future__ import annotations

from belljar.ir.function import Function
from belljar.ir.liveness import live_after, live_ends, mask, registers_of
from belljar.types import is_reference

SAFEPOINTS = frozenset({"allocates", "calls"})
"""Flags of ops during which garbage may be collected."""


def rooted(function: Function) -> tuple[int, ...]:
    """The rooted registers of a function, ascending: their order is the order of the slots in a frame."""
    bits = 0
    starts, ends = live_ends(function)
    for block, out in zip(function.blocks, ends, strict=True):
        handled = starts[block.handler] if block.handler >= 0 else 0
        guarded = block.guarded
        for instr, live in live_after(block, out, handled):
            if instr.op.flags & SAFEPOINTS:
                bits |= mask(instr.registers_read()) | live & ~mask(instr.results)
                if instr is guarded:
                    bits |= handled
    return tuple(register for register in registers_of(bits) if is_reference(function.registers[register].type))
