"""What passes do to instructions again and again: renaming operands, counting definitions and uses, copying."""

from __future__ import annotations

from belljar.ir.function import Function, Instr, Scope
from belljar.ir.ops import Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_REGISTER_OPERANDS: dict[str, tuple[tuple[int, ...], int]] = {}


def register_operands(op: Op) -> tuple[tuple[int, ...], int]:
    """(positions of fixed register operands, first position of a variadic register tail or a large number)."""
    found = _REGISTER_OPERANDS.get(op.name)
    if found is None:
        fixed = tuple(i for i, kind in enumerate(op.operands) if not kind.startswith("#") and not kind.endswith("..."))
        tail = len(op.operands) - 1 if op.variadic else 1 << 30
        found = _REGISTER_OPERANDS[op.name] = (fixed, tail)
    return found


def reads(instr: Instr) -> Sequence[int]:
    """The register operands of an instruction, in order."""
    places = instr.op.reads
    args = instr.args
    return args[places] if isinstance(places, slice) else [args[i] for i in places]


def rename(instr: Instr, name: Callable[[int], int]) -> None:
    """Replace every register operand by what ``name`` gives for it, in place."""
    fixed, tail = register_operands(instr.op)
    args = list(instr.args)
    for i in fixed:
        args[i] = name(args[i])
    for i in range(tail, len(args)):
        args[i] = name(args[i])
    instr.args = tuple(args)


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
