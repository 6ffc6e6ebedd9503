"""Dead code: instructions without effect whose results no effect depends on, values that only feed themselves included.

Strong liveness: a register is live where it may still be read by an instruction that stays, and what may go makes its operands live only where its result is. So one analysis finds
whole chains, across blocks and around loops.

Law: what is removed neither faults, limits aside, nor is visible; every value that is read is computed as before. Running it again removes nothing.
"""

from __future__ import annotations

from belljar.ir.cfg import Graph, graph
from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import CHANGES
from belljar.ir.rewrite import reads

_EFFECTS = CHANGES | {"terminator"}


def removable(instr: Instr) -> bool:
    """Whether the instruction may go when its results are not read: it cannot fault and changes nothing."""
    op = instr.op
    return bool(instr.results) and not op.faults and not op.flags & _EFFECTS


def run(module: Module) -> None:
    for function in module.functions.values():
        eliminate(function)


def eliminate(function: Function) -> None:
    """Remove the dead instructions of one function."""
    flow = graph(function)
    bits = _crossing(function)
    outs = _strong_live_out(function, flow, bits)
    for index in flow.order:
        kept: list[Instr] = []
        _live_in(function.blocks[index].instrs, bits, outs[index], kept)
        kept.reverse()
        function.blocks[index].instrs = kept


def _crossing(function: Function) -> dict[int, int]:
    """A bit for each register that is read in a block before it is assigned there: only these can be live between blocks."""
    bits: dict[int, int] = {}
    for block in function.blocks:
        written: set[int] = set()
        for instr in block.instrs:
            for register in reads(instr):
                if register not in written and register not in bits:
                    bits[register] = 1 << len(bits)
            written.update(instr.results)
    return bits


def _strong_live_out(function: Function, flow: Graph, bits: dict[int, int]) -> list[int]:
    """The registers live at the end of each block, as masks of their bits."""
    out = [0] * len(function.blocks)
    live_in = [0] * len(function.blocks)
    visited = [False] * len(function.blocks)
    changed = True
    while changed:
        changed = False
        for index in reversed(flow.order):
            live = 0
            for target in flow.successors[index]:
                live |= live_in[target]
            if visited[index] and live == out[index]:
                continue
            visited[index] = True
            out[index] = live
            live = _live_in(function.blocks[index].instrs, bits, live, None)
            if live != live_in[index]:
                live_in[index] = live
                changed = True
    return out


def _live_in(instrs: list[Instr], bits: dict[int, int], live: int, kept: list[Instr] | None) -> int:
    """What is live before the instructions, where ``live`` is after them. ``kept`` receives those that stay, from last to first."""
    local: set[int] = set()  # live registers that do not cross blocks
    for instr in reversed(instrs):
        wanted = False
        for register in instr.results:
            bit = bits.get(register)
            if bit is None:
                if register in local:
                    wanted = True
                    local.discard(register)
            elif live & bit:
                wanted = True
                live ^= bit
        if not wanted and removable(instr):
            continue
        for register in reads(instr):
            bit = bits.get(register)
            if bit is None:
                local.add(register)
            else:
                live |= bit
        if kept is not None:
            kept.append(instr)
    return live
