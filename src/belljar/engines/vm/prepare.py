"""Before selection: what makes a function's graph and copies simpler without changing an op that can fault, call or take fuel.

Jumps to jumps go to where they end; a block that only one jump leads to joins it; ``not`` of a comparison becomes the opposite comparison; a register that is only ever a copy of
another while that one keeps its value becomes the other.
"""

from __future__ import annotations

from belljar.ir.exceptions import GUARD, can_raise
from belljar.ir.function import Block, Function, Instr
from belljar.ir.liveness import live_ends
from belljar.ir.ops import OPS, Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Final

COMPARISONS: Final[dict[Op, tuple[str, str]]] = {
    **{OPS[f"int.{name}"]: ("int", name) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    **{OPS[f"float.{name}"]: ("float", name) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    OPS["bool.eq"]: ("int", "eq"),
    OPS["bool.ne"]: ("int", "ne"),
    OPS["ref.is"]: ("int", "eq"),
    OPS["any.is_end"]: ("end", "eq"),
    OPS["str.eq"]: ("str", "eq"),
    OPS["str.ne"]: ("str", "ne"),
}
"""Comparisons the VM has a branch for: what is compared, and how."""
NOT_INT: Final = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "le": "gt", "gt": "le"}
_OPPOSITE: Final = {
    **{OPS[f"int.{name}"]: OPS[f"int.{other}"] for name, other in NOT_INT.items()},
    # Of floats only these: not less is not greater or equal when one is NaN.
    OPS["float.eq"]: OPS["float.ne"],
    OPS["float.ne"]: OPS["float.eq"],
    OPS["bool.eq"]: OPS["bool.ne"],
    OPS["bool.ne"]: OPS["bool.eq"],
}
_NOT, _BR, _JUMP, _MOVE = OPS["bool.not"], OPS["br"], OPS["jump"], OPS["move"]


def prepared(function: Function, rooted: Collection[int]) -> tuple[Function, dict[int, int], set[int]]:
    """The function made simpler, as new blocks; the registers that are to be read in place of some others, whose moves are gone; and, by their identity, the branches whose targets were
    exchanged. Instructions that have a site stay the same objects."""
    made = Function(function.name, function.params, function.results, function.registers, [], function.source_name, function.span)
    made.blocks = [Block(instrs) for instrs in straightened(function)]
    names = coalesce(made, rooted)
    return made, names, negate(made, names)


def straightened(function: Function) -> list[list[Instr]]:
    """The instructions by block, with jumps to jumps led to where they end, and each block that only one jump leads to joined to it. Blocks keep their
    numbers; what is no longer reached is ``unreachable``."""
    blocks = [block.instrs for block in function.blocks]

    def through(target: int) -> int:
        for _ in blocks:
            if len(blocks[target]) != 1 or blocks[target][0].op is not _JUMP:
                break
            target = blocks[target][0].args[0]
        return target

    entries = [0] * len(blocks)
    entries[0] = 1
    for number, instrs in enumerate(blocks):
        last = instrs[-1]
        args = tuple(through(value) if last.op.kind(place) == "#block" else value for place, value in enumerate(last.args))
        if args != last.args:
            blocks[number] = [*instrs[:-1], Instr(last.op, last.results, args, last.span, last.scope)]
    reached = [0]
    seen = {0}
    for number in reached:
        for target in blocks[number][-1].targets():
            entries[target] += 1
            if target not in seen:
                seen.add(target)
                reached.append(target)
    for number in reached:
        instrs = blocks[number]
        while instrs[-1].op is _JUMP and entries[instrs[-1].args[0]] == 1 and instrs[-1].args[0] != number:
            target = instrs[-1].args[0]
            if blocks[target][-1].op is GUARD and any(map(can_raise, instrs)):
                break  # the guard is for its own block alone
            instrs = [*instrs[:-1], *blocks[target]]
            entries[target] = 0
        blocks[number] = instrs
    kept = {0}
    waiting = [0]
    for number in waiting:
        for target in blocks[number][-1].targets():
            if target not in kept:
                kept.add(target)
                waiting.append(target)
    return [instrs if number in kept else [_UNREACHABLE] for number, instrs in enumerate(blocks)]


_UNREACHABLE: Final = Instr(OPS["unreachable"], (), ())


def coalesce(function: Function, rooted: Collection[int]) -> dict[int, int]:
    """Remove moves ``d = move s`` that are the only assignment of d: where d is not live after any assignment of s, the two never differ while d is
    read, and s can be read for it. Gives s by d.

    Not where the collector looks: a rooted register has a slot of its own.
    """
    defs: dict[int, int] = dict.fromkeys(function.params, 1)
    moves: dict[int, int] = {}
    for block in function.blocks:
        for instr in block.instrs:
            for register in instr.results:
                defs[register] = defs.get(register, 0) + 1
            if instr.op is _MOVE:
                moves[instr.results[0]] = instr.args[0]
    copies = {d: s for d, s in moves.items() if defs[d] == 1 and d not in rooted and s not in rooted and d != s}
    if not copies:
        return {}
    sources = 0
    for s in copies.values():
        sources |= 1 << s
    of: dict[int, list[int]] = {}
    for d, s in copies.items():
        of.setdefault(s, []).append(d)
    starts, ends = live_ends(function)
    for block, live in zip(function.blocks, ends, strict=True):
        guarded = block.guarded
        for instr in reversed(block.instrs):
            for result in instr.results:
                if sources >> result & 1:
                    for d in of[result]:
                        if live >> d & 1:
                            copies.pop(d, None)
            for result in instr.results:
                live &= ~(1 << result)
            for register in instr.registers_read():
                live |= 1 << register
            if instr is guarded:
                live |= starts[block.handler]
    # A copy of a copy stays: its source's source may be assigned while it is live.
    copies = {d: s for d, s in copies.items() if s not in copies}
    for block in function.blocks:
        instrs = []
        for instr in block.instrs:
            if instr.op is _MOVE and copies.get(instr.results[0]) == instr.args[0]:
                continue
            instrs.append(instr)
        block.instrs = instrs
    return copies


def negate(function: Function, names: dict[int, int]) -> set[int]:
    """``not`` of a comparison that nothing else reads as the opposite comparison; a branch on ``not`` with its targets exchanged. Gives the identities of those."""
    exchanged: set[int] = set()
    uses: dict[int, int] = {}
    for block in function.blocks:
        for instr in block.instrs:
            for register in instr.registers_read():
                register = names.get(register, register)
                uses[register] = uses.get(register, 0) + 1
    for block in function.blocks:
        instrs: list[Instr] = []
        for instr in block.instrs:
            if instrs:
                last = instrs[-1]
                if instr.op is _NOT and last.op in _OPPOSITE and last.results == instr.args and uses[last.results[0]] == 1:
                    instrs[-1] = Instr(_OPPOSITE[last.op], instr.results, last.args, last.span, last.scope)
                    continue
                if instr.op is _BR and last.op is _NOT and last.results[0] == instr.args[0] and uses[last.results[0]] == 1:
                    instrs.pop()
                    instr = Instr(_BR, (), (last.args[0], instr.args[2], instr.args[1]), instr.span, instr.scope)
                    exchanged.add(id(instr))
            instrs.append(instr)
        block.instrs = instrs
    return exchanged
