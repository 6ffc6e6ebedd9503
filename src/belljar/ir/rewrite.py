"""What passes do to instructions again and again: renaming operands, counting definitions and uses, copying."""

from __future__ import annotations

from belljar.ir.function import Function, Instr, Scope
from belljar.ir.ops import Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def reads(instr: Instr) -> tuple[int, ...]:
    """The register operands of an instruction, in order."""
    return instr.op.read(instr.args)


def rename(instr: Instr, name: Callable[[int], int]) -> None:
    """Replace every register operand by what ``name`` gives for it, in place."""
    args = list(instr.args)
    rename_operands(instr.op, args, name)
    instr.args = tuple(args)


def rename_operands(op: Op, args: list[Any], name: Callable[[int], int]) -> None:
    """Replace the registers among the operands of an op, in place."""
    places = op.reads
    if isinstance(places, slice):
        args[places] = map(name, args[places])
    else:
        for place in places:
            args[place] = name(args[place])


def retarget(instr: Instr, block: Callable[[int], int]) -> None:
    """Replace every block operand of a terminator."""
    args, places = instr.args, instr.op.targets
    targets = args[places]
    if targets:
        moved = tuple([block(target) for target in targets])
        if moved != targets:
            instr.args = args[: places.start] + moved + args[places.start + len(moved) :]


def definitions(function: Function) -> list[int]:
    """How often each register is assigned; a parameter counts once."""
    counts = [0] * len(function.registers)
    for register in function.params:
        counts[register] += 1
    for block in function.blocks:
        for instr in block.instrs:
            for register in instr.results:
                counts[register] += 1
    return counts


def uses(function: Function) -> list[int]:
    """How often each register is read."""
    counts = [0] * len(function.registers)
    for block in function.blocks:
        for instr in block.instrs:
            for register in reads(instr):
                counts[register] += 1
    return counts


def nested(scope: Scope | None, outer: Scope) -> Scope:
    """``scope`` of a callee's instruction after the callee was inlined at ``outer``."""
    if scope is None:
        return outer
    return Scope(scope.function, scope.call_span, nested(scope.parent, outer))
