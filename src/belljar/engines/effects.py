"""What calling a function may do beyond its own frame, its callees included. An op that calls back may call every function that can be a value, and resume every generator whose frames can."""

from __future__ import annotations

from belljar.ir.calling import may_call
from belljar.ir.function import Module

_A_VALUE = ""
"""Stands for all functions that can be values, between them and what may call any of them."""


def functions_with(module: Module, flag: str) -> set[str]:
    """The functions in which, or below which, an op with the flag may run."""
    callers: dict[str, list[str]] = {name: [] for name in (_A_VALUE, *module.functions)}
    for value in {one.entry for one in module.signatures.values()} | {one.entry for one in module.records.values() if one.entry}:
        callers[value].append(_A_VALUE)
    found: set[str] = set()
    for name, function in module.functions.items():
        for block in function.blocks:
            for instr in block.instrs:
                if instr.op.name == "call":
                    callers[instr.args[0]].append(name)
                    continue
                if may_call(function, instr):
                    callers[_A_VALUE].append(name)
                if flag in instr.op.flags:
                    found.add(name)
    waiting = list(found)
    while waiting:
        for caller in callers[waiting.pop()]:
            if caller not in found:
                found.add(caller)
                waiting.append(caller)
    return found - {_A_VALUE}
