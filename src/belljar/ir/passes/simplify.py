"""Control-flow clean-up: branches on constants and negations, jumps to jumps, straight-line joins, unreachable blocks, guards of what cannot fault.

Law: every execution makes the same instructions other than ``jump``, ``br`` on a constant and ``guard`` of what cannot fault, in the same order.
"""

from __future__ import annotations

from belljar.ir.cfg import graph
from belljar.ir.exceptions import GUARD, can_raise
from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.rewrite import definitions, retarget

JUMP, BR, CONST, NOT = OPS["jump"], OPS["br"], OPS["const.bool"], OPS["bool.not"]
UNREACHABLE = OPS["unreachable"]


def run(module: Module) -> None:
    for function in module.functions.values():
        simplify(function)


def simplify(function: Function) -> None:
    """Clean one function up; block numbers change."""
    _drop_guards(function)
    _drop_unreachable(function)
    _decide_branches(function)
    _thread_jumps(function)
    _join_blocks(function)
    _drop_unreachable(function)


def _drop_guards(function: Function) -> None:
    """A guard of what cannot fault is a jump."""
    for block in function.blocks:
        last = block.instrs[-1]
        if last.op is GUARD and (len(block.instrs) < 2 or not can_raise(block.instrs[-2])):
            block.instrs[-1] = Instr(JUMP, (), (last.args[0],), last.span, last.scope)


def _decide_branches(function: Function) -> None:
    """Branches on constants become jumps, those on ``not x`` branch on ``x`` the other way round."""
    counts = definitions(function)
    known: dict[int, bool] = {}
    negated: dict[int, int] = {}
    for block in function.blocks:
        for instr in block.instrs:
            if instr.op is CONST and counts[instr.results[0]] == 1:
                known[instr.results[0]] = instr.args[0]
            elif instr.op is NOT and counts[instr.results[0]] == 1 and counts[instr.args[0]] == 1:
                negated[instr.results[0]] = instr.args[0]
    for block in function.blocks:
        last = block.instrs[-1]
        if last.op is BR:
            cond, then, orelse = last.args
            if then == orelse:
                block.instrs[-1] = Instr(JUMP, (), (then,), last.span, last.scope)
                continue
            while cond in negated:
                cond, then, orelse = negated[cond], orelse, then
            if cond in known:
                block.instrs[-1] = Instr(JUMP, (), (then if known[cond] else orelse,), last.span, last.scope)
            elif cond != last.args[0]:
                block.instrs[-1] = Instr(BR, (), (cond, then, orelse), last.span, last.scope)


def _thread_jumps(function: Function) -> None:
    """Edges to a block that only jumps go to where it jumps; a branch whose ways then meet at once is a jump itself."""
    blocks = function.blocks
    final = list(range(len(blocks)))
    order = graph(function).order
    # From the ends backwards, so that a nest of empty branches folds in one walk; again for the edges of loops, whose ends come later.
    for walk in (order[::-1], order):
        is_threading = False
        for number in walk:
            block = blocks[number]
            last = block.instrs[-1]
            if is_threading or walk is order:
                retarget(last, final.__getitem__)
            if last.op is BR and last.args[1] == last.args[2]:
                last = block.instrs[-1] = Instr(JUMP, (), (last.args[1],), last.span, last.scope)
            if len(block.instrs) == 1 and last.op is JUMP:
                final[number] = last.args[0]
                is_threading = True
        if not is_threading:
            break


def _join_blocks(function: Function) -> None:
    """A block whose only successor has no other predecessor continues with it."""
    flow = graph(function)
    blocks = function.blocks
    entries = [0] * len(blocks)
    entries[0] = 2  # nothing may join the entry
    for number in flow.order:
        for target in flow.successors[number]:
            entries[target] += 1
    for number in flow.order:
        block = blocks[number]
        while block.instrs[-1].op is JUMP:
            target = block.instrs[-1].args[0]
            if target == number or entries[target] != 1:
                break
            if blocks[target].handler >= 0 and any(map(can_raise, block.instrs)):
                break  # the guard is for its own block alone
            block.instrs.pop()
            block.instrs.extend(blocks[target].instrs)
            blocks[target].instrs = [Instr(UNREACHABLE, (), ())]
            entries[target] = 0


def _drop_unreachable(function: Function) -> None:
    """Keep the blocks that can be reached, in the order they stand."""
    found = {0}
    pending = [0]
    while pending:
        for target in function.blocks[pending.pop()].successors():
            if target not in found:
                found.add(target)
                pending.append(target)
    if len(found) == len(function.blocks):
        return
    kept = sorted(found)
    number = {old: new for new, old in enumerate(kept)}
    function.blocks = [function.blocks[old] for old in kept]
    for block in function.blocks:
        retarget(block.instrs[-1], number.__getitem__)
