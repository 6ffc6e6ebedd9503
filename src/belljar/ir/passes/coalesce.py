"""Coalescing: a value computed into a temporary and moved at once into a variable is computed into the variable.

``t = int.add i, 1; ...; move i, t`` becomes ``i = int.add i, 1`` when ``t`` has no other reader and nothing in between touches ``i``.

Law: the variable holds the same value at every point where it is read.
"""

from __future__ import annotations

from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.rewrite import definitions, reads, uses

MOVE = OPS["move"]
WINDOW_MAX = 64
"""How far back a definition is looked for, in instructions."""


def run(module: Module) -> None:
    for function in module.functions.values():
        coalesce(function)


def coalesce(function: Function) -> None:
    made, read = definitions(function), uses(function)
    for block in function.blocks:
        kept: list[Instr] = []
        for instr in block.instrs:
            if instr.op is MOVE:
                source, target = instr.args[0], instr.results[0]
                same_type = function.registers[source].type == function.registers[target].type
                if same_type and made[source] == 1 and read[source] == 1 and source not in function.params:
                    definer = _definition(kept, source, target)
                    if definer is not None:
                        definer.results = tuple(target if r == source else r for r in definer.results)
                        made[source] = read[source] = 0
                        continue
            kept.append(instr)
        block.instrs = kept


def _definition(before: list[Instr], source: int, target: int) -> Instr | None:
    """The last instruction that defines ``source``, if ``target`` is neither read nor written since."""
    for back in range(len(before) - 1, max(-1, len(before) - 1 - WINDOW_MAX), -1):
        instr = before[back]
        if source in instr.results:
            # A call with several results must not assign one register twice.
            return instr if target not in instr.results else None
        if target in instr.results or target in reads(instr):
            return None
    return None
