"""Dead code: instructions without effect whose results nobody reads.

Law: what is removed neither faults nor is visible; every value that is read is computed as before.
"""

from __future__ import annotations

from belljar.ir.cfg import graph
from belljar.ir.function import Function, Instr, Module
from belljar.ir.liveness import live_out, mask
from belljar.ir.rewrite import reads

_EFFECTS = frozenset({"writes", "io", "terminator"})


def removable(instr: Instr) -> bool:
    """Whether the instruction may go when its results are not read: it cannot fault and changes nothing."""
    op = instr.op
    return bool(instr.results) and not op.faults and not op.flags & _EFFECTS


def run(module: Module) -> None:
    for function in module.functions.values():
        eliminate(function)


def eliminate(function: Function) -> None:
    """Remove the dead instructions of one function, until none is left."""
    flow = graph(function)
    while True:
        out = live_out(function, flow)
        removed = False
        for index in flow.order:
            live = out[index]
            kept: list[Instr] = []
            for instr in reversed(function.blocks[index].instrs):
                written = mask(instr.results)
                if removable(instr) and not written & live:
                    removed = True
                    continue
                live = live & ~written | mask(list(reads(instr)))
                kept.append(instr)
            kept.reverse()
            function.blocks[index].instrs = kept
        if not removed:
            return
