"""Control-flow clean-up: branches on constants, jumps to jumps, straight-line joins, unreachable blocks.

Law: every execution makes the same instructions other than ``jump`` and ``br`` on a constant, in the same order.
"""

from __future__ import annotations

from belljar.ir.cfg import graph
from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.rewrite import definitions, retarget

JUMP, BR, CONST = OPS["jump"], OPS["br"], OPS["const.bool"]


def run(module: Module) -> None:
    for function in module.functions.values():
        simplify(function)


def simplify(function: Function) -> None:
    """Clean one function up; block numbers change."""
    _constant_branches(function)
    _thread_jumps(function)
    _join_blocks(function)
    _drop_unreachable(function)


def _constant_branches(function: Function) -> None:
    counts = definitions(function)
    known: dict[int, bool] = {}
    for block in function.blocks:
        for instr in block.instrs:
            if instr.op is CONST and counts[instr.results[0]] == 1:
                known[instr.results[0]] = instr.args[0]
    for block in function.blocks:
        last = block.instrs[-1]
        if last.op is BR:
            cond, then, orelse = last.args
            if then == orelse:
                block.instrs[-1] = Instr(JUMP, (), (then,), last.span, last.scope)
            elif cond in known:
                block.instrs[-1] = Instr(JUMP, (), (then if known[cond] else orelse,), last.span, last.scope)


def _thread_jumps(function: Function) -> None:
    """Edges to a block that only jumps go to where it jumps."""
    final: list[int] = list(range(len(function.blocks)))
    for number in range(len(function.blocks)):
        seen = {number}
        target = number
        while len(function.blocks[target].instrs) == 1 and function.blocks[target].instrs[0].op is JUMP:
            following = function.blocks[target].instrs[0].args[0]
            if following in seen:
                break
            seen.add(following)
            target = following
        final[number] = target
    for block in function.blocks:
        retarget(block.instrs[-1], final.__getitem__)
        last = block.instrs[-1]
        if last.op is BR and last.args[1] == last.args[2]:
            block.instrs[-1] = Instr(JUMP, (), (last.args[1],), last.span, last.scope)


def _join_blocks(function: Function) -> None:
    """A block whose only successor has no other predecessor continues with it."""
    flow = graph(function)
    blocks = function.blocks
    gone: set[int] = set()
    for number in flow.order:
        if number in gone:
            continue
        block = blocks[number]
        while block.instrs[-1].op is JUMP:
            target = block.instrs[-1].args[0]
            if target == 0 or target == number or len(flow.predecessors[target]) != 1 or target in gone:
                break
            if any(flow.position[p] < 0 for p in flow.predecessors[target]):
                break
            block.instrs.pop()
            block.instrs.extend(blocks[target].instrs)
            blocks[target].instrs = [Instr(OPS["unreachable"], (), ())]
            gone.add(target)


def _drop_unreachable(function: Function) -> None:
    """Keep the blocks that can be reached, in an order that follows the program."""
    flow = graph(function)
    kept = sorted(flow.order) if list(flow.order[:1]) == [0] else list(flow.order)
    number = {old: new for new, old in enumerate(kept)}
    function.blocks = [function.blocks[old] for old in kept]
    for block in function.blocks:
        retarget(block.instrs[-1], number.__getitem__)
