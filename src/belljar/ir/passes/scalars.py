"""Scalar replacement: a record or tuple that never leaves the function becomes one register per slot.

An object qualifies when every use of a register that holds it reads or writes a slot of it, or moves it on to a register of which the same is true, and all that these registers
ever hold is made in the function. Objects that are moved on must not change afterwards, since two names would see it. What remains are moves, which value numbering
removes. This is what lets a rule that takes or gives a record run over columns.

Law: every slot read gives the value last written; nothing else can see the object.
"""

from __future__ import annotations

from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.rewrite import reads
from belljar.types import BOOL, Type

MOVE, ABSENT = OPS["move"], OPS["const.absent"]
_MAKERS = frozenset({"record.new", "tuple.new"})
_GETS = frozenset({"record.get", "tuple.get"})


def run(module: Module) -> None:
    for function in module.functions.values():
        replace(function)


def replace(function: Function) -> None:
    """Replace the objects of one function that qualify."""
    slots = _qualifying(function)
    if not slots:
        return
    for block in function.blocks:
        kept: list[Instr] = []
        for instr in block.instrs:
            name, args = instr.op.name, instr.args
            target = instr.results[0] if instr.results else -1
            if name in _GETS and args[0] in slots:
                kept.append(Instr(MOVE, instr.results, (slots[args[0]][args[1]],), instr.span, instr.scope))
            elif name == "record.set" and args[0] in slots:
                kept.append(Instr(MOVE, (slots[args[0]][args[1]],), (args[2],), instr.span, instr.scope))
            elif target not in slots:
                kept.append(instr)
            elif name == "const.absent":
                kept += [_absent(function, slot, instr) for slot in slots[target]]
            else:
                values = slots[args[0]] if instr.op is MOVE else args[1:]
                kept += [Instr(MOVE, (slot,), (value,), instr.span, instr.scope) for slot, value in zip(slots[target], values, strict=True)]
        block.instrs = kept


def _absent(function: Function, slot: int, instr: Instr) -> Instr:
    type = function.registers[slot].type
    op, value = (OPS["const.bool"], False) if type == BOOL else (ABSENT, type)
    return Instr(op, (slot,), (value,), instr.span, instr.scope)


def _qualifying(function: Function) -> dict[int, list[int]]:
    """The new slot registers of each register whose object is replaced."""
    shapes: dict[int, list[Type]] = {}  # register an object is made into -> the types of its slots
    moves: list[tuple[int, int]] = []
    unfit: set[int] = set(function.params)
    changed: set[int] = set()  # slots are assigned after the object was made
    absent: set[int] = set()
    for block in function.blocks:
        for instr in block.instrs:
            name = instr.op.name
            operands = list(reads(instr))
            if name in _MAKERS:
                shapes[instr.results[0]] = [function.registers[value].type for value in instr.args[1:]]
            elif instr.op is MOVE:
                moves.append((instr.results[0], instr.args[0]))
                continue
            elif name in _GETS:
                operands = []
            elif name == "record.set":
                operands = [instr.args[2]]
                changed.add(instr.args[0])
            elif instr.op is ABSENT:
                absent.add(instr.results[0])
            else:
                unfit.update(instr.results)
            unfit.update(operands)
    if not shapes:
        return {}
    # A variable that takes over another's object shares its fate; what is changed afterwards must not be shared.
    for target, source in moves:
        unfit.update(register for register in (target, source) if register in changed)
    while True:
        known = len(shapes)
        for target, source in moves:
            if source in shapes:
                shapes.setdefault(target, shapes[source])
            elif source in absent and target in shapes:
                shapes[source] = shapes[target]
        if len(shapes) == known:
            break
    while True:
        known = len(unfit)
        for target, source in moves:
            if source not in shapes or source in unfit or target in unfit:
                unfit.update((target, source))
        if len(unfit) == known:
            break
    return {register: [function.new_register(type) for type in types] for register, types in shapes.items() if register not in unfit}
