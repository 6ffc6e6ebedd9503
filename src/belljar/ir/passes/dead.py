"""Dead code: instructions without effect whose results no effect depends on, values that only feed themselves included.

Strong liveness: a register is live where it may still be read by an instruction that stays, and what may go makes its operands live only where its result is. So one analysis finds
whole chains, across blocks and around loops. An exception object that nobody
looks at is not made.

Law: what is removed neither faults, limits aside, nor is visible; every value that is read is computed as before. Running it again removes nothing.
"""

from __future__ import annotations

from belljar.ir.cfg import Graph, graph
from belljar.ir.function import Block, Function, Instr, Module
from belljar.ir.ops import CHANGES, OPS

CURRENT, CLEAR = OPS["exc.current"], OPS["exc.clear"]
_EFFECTS = CHANGES | {"terminator", "handles"}
_GROWING = frozenset(
    OPS[name] for name in "list.concat list.repeat str.build str.concat str.expandtabs str.join str.repeat str.replace str.zfill".split()
)
"""What they give may be larger than memory, at once or when it is done again and again: a program that asks for it is to meet its limit, whether it looks at the answer or not."""
_QUIET = frozenset(op for op in OPS.values() if not op.faults and not op.flags & _EFFECTS) - _GROWING


def removable(instr: Instr) -> bool:
    """Whether the instruction may go when its results are not read: it cannot fault, changes nothing and takes no more than was there."""
    return bool(instr.results) and instr.op in _QUIET


def run(module: Module) -> None:
    for function in module.functions.values():
        eliminate(function)


def eliminate(function: Function) -> None:
    """Remove the dead instructions of one function."""
    flow = graph(function)
    bits = _crossing(function)
    starts, outs = _strong_live_ends(function, flow, bits)
    for index in flow.order:
        kept: list[Instr] = []
        handler = function.blocks[index].handler
        _live_in(function.blocks[index], bits, outs[index], starts[handler] if handler >= 0 else 0, kept)
        kept.reverse()
        if kept[0].op is CURRENT and not _is_read(kept[0].results[0], kept, bits, outs[index]):
            kept[0] = Instr(CLEAR, (), (), kept[0].span, kept[0].scope)
        function.blocks[index].instrs = kept


def _crossing(function: Function) -> dict[int, int]:
    """A bit for each register that is read in a block before it is assigned there: only these can be live between blocks."""
    bits: dict[int, int] = {}
    for block in function.blocks:
        written: set[int] = set()
        for instr in block.instrs:
            for register in instr.op.read(instr.args):
                if register not in written and register not in bits:
                    bits[register] = 1 << len(bits)
            written.update(instr.results)
    return bits


def _strong_live_ends(function: Function, flow: Graph, bits: dict[int, int]) -> tuple[list[int], list[int]]:
    """The registers live at the start and at the end of each block, as masks of their bits."""
    out = [0] * len(function.blocks)
    live_in = [0] * len(function.blocks)
    seen: list[tuple[int, int] | None] = [None] * len(function.blocks)
    handlers = [block.handler for block in function.blocks]
    changed = True
    while changed:
        changed = False
        for index in reversed(flow.order):
            live = 0
            for target in flow.successors[index]:
                live |= live_in[target]
            handled = live_in[handlers[index]] if handlers[index] >= 0 else 0
            if seen[index] == (live, handled):
                continue
            seen[index] = live, handled
            out[index] = live
            live = _live_in(function.blocks[index], bits, live, handled, None)
            if live != live_in[index]:
                live_in[index] = live
                changed = True
    return live_in, out


def _is_read(register: int, instrs: list[Instr], bits: dict[int, int], out: int) -> bool:
    """Whether a block's first result is read, there or where ``out`` is live."""
    return bool(out & bits.get(register, 0)) or any(register in instr.registers_read() for instr in instrs)


def _live_in(block: Block, bits: dict[int, int], live: int, handled: int, kept: list[Instr] | None) -> int:
    """What is live before a block's instructions, where ``live`` is after them and ``handled`` where its handler starts. ``kept`` receives those that stay, from last to first."""
    local: set[int] = set()  # live registers that do not cross blocks
    guarded = block.guarded
    for instr in reversed(block.instrs):
        wanted = not instr.results or instr.op not in _QUIET
        for register in instr.results:
            bit = bits.get(register)
            if bit is None:
                if register in local:
                    wanted = True
                    local.discard(register)
            elif live & bit:
                wanted = True
                live ^= bit
        if instr is guarded:
            live |= handled
        if not wanted:
            continue
        for register in instr.op.read(instr.args):
            bit = bits.get(register)
            if bit is None:
                local.add(register)
            else:
                live |= bit
        if kept is not None:
            kept.append(instr)
    return live
