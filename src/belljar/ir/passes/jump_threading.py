"""Jump threading: an edge on which a later branch is decided already goes straight to where that branch goes.

A block qualifies when it only copies, makes constants and branches: what ``if a and b`` comes to when the value of ``a and b`` is also kept, or a flag that was just set. The edge gets a
copy of the block that ends with a jump. Loop headers are left alone, so that loops keep one entry.

Law: every execution makes the same instructions other than branches whose outcome its path decides, in the same order.
"""

from __future__ import annotations

from belljar.ir.cfg import graph
from belljar.ir.function import Block, Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.rewrite import retarget

JUMP, BR, MOVE, CONST = OPS["jump"], OPS["br"], OPS["move"], OPS["const.bool"]
_COPIED = frozenset(OPS[name] for name in ("move", "const.bool", "const.int", "const.float", "const.str", "const.none", "const.absent"))
SIZE_MAX = 8
"""Largest block that is copied, in instructions."""
WANTS = frozenset({BR})
"""Ops without which there is nothing to do."""


def run(module: Module) -> bool:
    """Whether anything changed."""
    return sum(thread(function) for function in module.functions.values()) > 0


def thread(function: Function) -> bool:
    """Thread the edges of one function."""
    blocks = function.blocks
    deciding = {number: cond for number, block in enumerate(blocks) if number and (cond := _condition(block)) >= 0}
    if not deciding:
        return False
    flow = graph(function)
    copies: dict[tuple[int, bool], int] = {}

    def copy(number: int, value: bool) -> int:
        made = copies.get((number, value))
        if made is None:
            *body, last = blocks[number].instrs
            jump = Instr(JUMP, (), (last.args[1] if value else last.args[2],), last.span, last.scope)
            made = copies[number, value] = len(blocks)
            blocks.append(Block([*(Instr(i.op, i.results, i.args, i.span, i.scope) for i in body), jump]))
        return made

    for number in flow.order:
        last = blocks[number].instrs[-1]
        for target in flow.successors[number]:
            if target in deciding and target not in flow.headers and target != number:
                value = _known(blocks[number].instrs, deciding[target], target)
                if value is not None:
                    made = copy(target, value)
                    retarget(last, lambda block, target=target, made=made: made if block == target else block)  # type: ignore[misc]
    return bool(copies)


def _condition(block: Block) -> int:
    """The register whose value at the block's start decides its branch, -1 if the block does not qualify."""
    if len(block.instrs) > SIZE_MAX or block.instrs[-1].op is not BR:
        return -1
    cond: int = block.instrs[-1].args[0]
    for instr in reversed(block.instrs[:-1]):
        if instr.op not in _COPIED:
            return -1
        if instr.results[0] == cond:
            if instr.op is not MOVE:
                return -1  # a constant: the branch is decided whatever the edge
            cond = instr.args[0]
    return cond


LOOKBACK_MAX = 64
"""How far back a value is followed, in instructions."""


def _known(instrs: list[Instr], register: int, target: int) -> bool | None:
    """The value of the register on the edge from the end of these instructions to the target, where it is plain to see."""
    last = instrs[-1]
    place, register, constant = _origin(instrs, register)
    if constant is not None:
        return constant
    if last.op is BR and last.args[1] != last.args[2]:
        tested_place, tested, decided = _origin(instrs, last.args[0])
        if decided is not None:
            return None  # the edge may never be taken; simplify removes it
        if (tested_place, tested) == (place, register):
            return bool(target == last.args[1])
    return None


def _origin(instrs: list[Instr], register: int) -> tuple[int, int, bool | None]:
    """Where the register's value at the end of the instructions comes from: (place of the definition, or -1 for before; register; constant, if it is one)."""
    for place in range(len(instrs) - 2, max(-1, len(instrs) - 2 - LOOKBACK_MAX), -1):
        instr = instrs[place]
        if register in instr.results:
            if instr.op is CONST:
                return place, register, instr.args[0]
            if instr.op is not MOVE:
                return place, register, None
            register = instr.args[0]
    return -1, register, None
