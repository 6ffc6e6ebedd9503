"""Name the sites of allocations: an ``alloc.at`` before each op that allocates, so that the heap can note where objects come from. For modules that are to say so; nothing else changes.

What the library allocates has no place of its own: it comes from the call that led there, so calls are named as well.

Law: results, output, errors and fuel are those of the module without it. It comes last: fuel was counted before, and what it adds is free.
"""

from __future__ import annotations

from belljar.ir.function import Instr
from belljar.ir.ops import OPS
from belljar.source import NOWHERE, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.ir.function import Function, Module

ALLOC_AT, CALL = OPS["alloc.at"], OPS["call"]


def run(module: Module) -> list[tuple[str, Span]]:
    """Edit the module in place. By number, from 1 on: the function and the place; site 0 is everything else."""
    places: dict[tuple[str, Span], int] = {}
    for function in module.functions.values():
        for block in function.blocks:
            instrs: list[Instr] = []
            for instr in block.instrs:
                if "allocates" in instr.op.flags or instr.op is CALL:
                    place = _place(function, instr)
                    if place[1] != NOWHERE:
                        number = places.setdefault(place, len(places) + 1)
                        instrs.append(Instr(ALLOC_AT, (), (number,), instr.span, instr.scope))
                instrs.append(instr)
            block.instrs = instrs
    return list(places)


def _place(function: Function, instr: Instr) -> tuple[str, Span]:
    """The function and the place of an instruction, in the program's own text."""
    span, scope = instr.span, instr.scope
    name = function.source_name or function.name
    while scope is not None and span == NOWHERE:
        span, scope = scope.call_span, scope.parent
    return scope.function if scope is not None else name, span
