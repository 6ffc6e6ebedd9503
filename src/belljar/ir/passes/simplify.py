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


def simplify(function: Function) -> bool:
    """Clean one function up; block numbers change. Whether anything did."""
    changed = sum([step(function) for step in (_drop_guards, _drop_unreachable)]) > 0
    for step in (_decide_branches, _thread_jumps, _join_blocks):
        if step(function):
            changed = True
            _drop_unreachable(function)
    return changed


def _drop_guards(function: Function) -> bool:
    """A guard of what cannot fault is a jump."""
    changed = False
    for block in function.blocks:
        last = block.instrs[-1]
        if last.op is GUARD and (len(block.instrs) < 2 or not can_raise(block.instrs[-2])):
            block.instrs[-1] = Instr(JUMP, (), (last.args[0],), last.span, last.scope)
            changed = True
    return changed


def _decide_branches(function: Function) -> bool:
    """Branches on constants become jumps, those on ``not x`` branch on ``x`` the other way round."""
    known: dict[int, bool] = {}
    negated: dict[int, int] = {}
    telling = [instr for block in function.blocks for instr in block.instrs if instr.op is CONST or instr.op is NOT]
    counts = definitions(function) if telling else []
    for instr in telling:
        if instr.op is CONST and counts[instr.results[0]] == 1:
            known[instr.results[0]] = instr.args[0]
        elif instr.op is NOT and counts[instr.results[0]] == 1 and counts[instr.args[0]] == 1:
            negated[instr.results[0]] = instr.args[0]
    changed = False
    for block in function.blocks:
        last = block.instrs[-1]
        if last.op is BR:
            cond, then, orelse = last.args
            if then == orelse:
                block.instrs[-1] = Instr(JUMP, (), (then,), last.span, last.scope)
                changed = True
                continue
            while cond in negated:
                cond, then, orelse = negated[cond], orelse, then
            if cond in known:
                block.instrs[-1] = Instr(JUMP, (), (then if known[cond] else orelse,), last.span, last.scope)
            elif cond != last.args[0]:
                block.instrs[-1] = Instr(BR, (), (cond, then, orelse), last.span, last.scope)
            changed = changed or block.instrs[-1] is not last
    return changed


def _thread_jumps(function: Function) -> bool:
    """Edges to a block that only jumps go to where it jumps; a branch whose ways then meet at once is a jump itself."""
    blocks = function.blocks
    if not any(len(block.instrs) == 1 and block.instrs[0].op is JUMP for block in blocks):
        return False
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
            return False
    return True


def _join_blocks(function: Function) -> bool:
    """A block whose only successor has no other predecessor continues with it."""
    blocks = function.blocks
    entries = [0] * len(blocks)
    entries[0] = 2  # nothing may join the entry
    for block in blocks:
        for target in set(block.successors()):
            entries[target] += 1
    if not any(block.instrs[-1].op is JUMP and entries[block.instrs[-1].args[0]] == 1 for block in blocks):
        return False
    flow = graph(function)
    changed = False
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
            changed = True
    return changed


def _drop_unreachable(function: Function) -> bool:
    """Keep the blocks that can be reached, in the order they stand."""
    blocks = function.blocks
    found = {0}
    pending = [0]
    while pending:
        last = blocks[pending.pop()].instrs[-1]
        for target in last.args[last.op.targets]:
            if target not in found:
                found.add(target)
                pending.append(target)
    if len(found) == len(blocks):
        return False
    kept = sorted(found)
    number = {old: new for new, old in enumerate(kept)}
    function.blocks = [function.blocks[old] for old in kept]
    for block in function.blocks:
        retarget(block.instrs[-1], number.__getitem__)
    return True
