"""Compaction: registers that nothing names any more go, the others close ranks.

Law: the function is the same up to the numbers of its registers; parameters keep their order.
"""

from __future__ import annotations

from belljar.ir.function import Function, Module
from belljar.ir.rewrite import reads, rename


def run(module: Module) -> None:
    for function in module.functions.values():
        compact(function)


def compact(function: Function) -> None:
    """Renumber the registers of one function."""
    used = dict.fromkeys(function.params)
    for block in function.blocks:
        for instr in block.instrs:
            for register in reads(instr):
                used[register] = None
            for register in instr.results:
                used[register] = None
    number = {old: new for new, old in enumerate(used)}
    if len(number) == len(function.registers):
        return
    function.registers = [function.registers[old] for old in used]
    function.params = [number[old] for old in function.params]
    for block in function.blocks:
        for instr in block.instrs:
            rename(instr, number.__getitem__)
            instr.results = tuple([number[old] for old in instr.results])
