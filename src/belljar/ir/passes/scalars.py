"""Scalar replacement: a record or tuple that never leaves the function becomes one register per slot.

An object qualifies when its register is assigned once and every use reads or writes a slot of it. What remains are moves, which value numbering removes. This is what lets
a rule that takes a record run over columns.

Law: every slot read gives the value last written; nothing else can see the object.
"""

from __future__ import annotations

from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.rewrite import definitions, reads

MOVE = OPS["move"]
_MAKERS = frozenset({"record.new", "tuple.new"})
_GETS = frozenset({"record.get", "tuple.get"})


def run(module: Module) -> None:
    for function in module.functions.values():
        replace(function)


def replace(function: Function) -> None:
    """Replace the objects of one function that qualify."""
    counts = definitions(function)
    slots: dict[int, list[int]] = {}
    for block in function.blocks:
        for instr in block.instrs:
            if instr.op.name in _MAKERS and counts[instr.results[0]] == 1:
                slots[instr.results[0]] = []
    if not slots:
        return
    for block in function.blocks:
        for instr in block.instrs:
            name = instr.op.name
            operands = reads(instr)
            if name in _GETS:
                operands = []
            elif name == "record.set":
                operands = [instr.args[2]]
            for register in operands:
                slots.pop(register, None)
    if not slots:
        return
    for block in function.blocks:
        kept: list[Instr] = []
        for instr in block.instrs:
            name = instr.op.name
            if name in _MAKERS and instr.results[0] in slots:
                made = slots[instr.results[0]]
                values = instr.args[1:]
                made += [function.new_register(function.registers[value].type) for value in values]
                kept += [Instr(MOVE, (slot,), (value,), instr.span, instr.scope) for slot, value in zip(made, values, strict=True)]
            else:
                kept.append(instr)
        block.instrs = kept
    for block in function.blocks:
        for position, instr in enumerate(block.instrs):
            name = instr.op.name
            if name in _GETS and instr.args[0] in slots:
                block.instrs[position] = Instr(MOVE, instr.results, (slots[instr.args[0]][instr.args[1]],), instr.span, instr.scope)
            elif name == "record.set" and instr.args[0] in slots:
                block.instrs[position] = Instr(MOVE, (slots[instr.args[0]][instr.args[1]],), (instr.args[2],), instr.span, instr.scope)
