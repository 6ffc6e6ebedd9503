"""Liveness: which registers hold a value that may still be read.

Sets of registers are bit masks: bit ``r`` stands for register ``r``.
"""

from __future__ import annotations

from belljar.ir.cfg import Graph, graph
from belljar.ir.function import Block, Function, Instr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def mask(registers: Iterable[int]) -> int:
    """The bit mask of some registers."""
    bits = 0
    for register in registers:
        bits |= 1 << register
    return bits


def registers_of(bits: int) -> Iterator[int]:
    """The registers of a bit mask, ascending."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def live_out(function: Function, flow: Graph | None = None) -> list[int]:
    """The registers live at the end of each block, as masks. Unreachable blocks have none."""
    return live_ends(function, flow)[1]


def live_ends(function: Function, flow: Graph | None = None) -> tuple[list[int], list[int]]:
    """The registers live at the start and at the end of each block. What a handler reads is live at the end of the blocks it guards, and before their guarded instruction too."""
    flow = flow or graph(function)
    reads, writes, before = [], [], []  # per block: read before any write in it; written in it; written by all but its guarded instruction
    for block in function.blocks:
        read: set[int] = set()
        written: set[int] = set()
        spared = 0
        guarded = block.guarded
        for instr in block.instrs:
            if instr is guarded:
                spared = mask(written)
            for register in instr.op.read(instr.args):
                if register not in written:
                    read.add(register)
            written.update(instr.results)
        reads.append(mask(read))
        writes.append(mask(written))
        before.append(writes[-1] if guarded is None else spared)
    handlers = [block.handler for block in function.blocks]
    out = [0] * len(function.blocks)
    live_in = [0] * len(function.blocks)
    changed = True
    while changed:
        changed = False
        for index in reversed(flow.order):
            live = 0
            for target in flow.successors[index]:
                live |= live_in[target]
            out[index] = live
            live = reads[index] | live & ~writes[index]
            if handlers[index] >= 0:
                live |= live_in[handlers[index]] & ~before[index]
            if live != live_in[index]:
                live_in[index] = live
                changed = True
    return live_in, out


def live_after(block: Block, out: int, handled: int = 0) -> Iterator[tuple[Instr, int]]:
    """The instructions of a block from last to first, each with the mask of registers live right after it. ``out`` is live at the block's end, ``handled`` where
    its handler starts."""
    live = out
    guarded = block.guarded
    for instr in reversed(block.instrs):
        yield instr, live
        live = live & ~mask(instr.results) | mask(instr.registers_read())
        if instr is guarded:
            live |= handled
