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
WANTS = frozenset(OPS[name] for name in _MAKERS)
"""Ops without which there is nothing to do."""
_GETS = frozenset({"record.get", "tuple.get"})


def run(module: Module) -> bool:
    """Whether anything changed."""
    return sum(replace(function) for function in module.functions.values()) > 0


def replace(function: Function) -> bool:
    """Replace the objects of one function that qualify."""
    slots = _qualifying(function)
    if not slots:
        return False
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
    return True


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
    for block in function.blocks:
        for instr in block.instrs:
            name = instr.op.name
            operands = reads(instr)
            if instr.op is MOVE:
                moves.append((instr.results[0], instr.args[0]))
                if function.registers[instr.results[0]].type != function.registers[instr.args[0]].type:
                    unfit.update((instr.results[0], instr.args[0]))  # a record and one it derives from: their slots differ
                continue
            if name in _MAKERS:
                shapes[instr.results[0]] = [function.registers[value].type for value in instr.args[1:]]
            elif name in _GETS:
                operands = ()
            elif name == "record.set":
                operands = (instr.args[2],)
                changed.add(instr.args[0])
            elif instr.op is not ABSENT:
                unfit.update(instr.results)
            unfit.update(operands)
    if not shapes:
        return {}
    # Registers that moves connect share their fate, and what is changed afterwards must not be shared.
    connected: dict[int, list[int]] = {register: [] for register in shapes}
    for target, source in moves:
        connected.setdefault(target, []).append(source)
        connected.setdefault(source, []).append(target)
        unfit.update(register for register in (target, source) if register in changed)
    slots: dict[int, list[int]] = {}
    met: set[int] = set()
    for register, types in shapes.items():
        if register in met:
            continue
        group = [register]
        met.add(register)
        for member in group:
            for other in connected[member]:
                if other not in met:
                    met.add(other)
                    group.append(other)
        if unfit.isdisjoint(group):
            slots.update({member: [function.new_register(type) for type in types] for member in group})
    return slots
