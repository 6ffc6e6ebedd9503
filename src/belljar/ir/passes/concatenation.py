"""Concatenation: chains of strings put together two by two are put together at once.

``a + "-" + str(i)`` makes a string for ``a + "-"`` and one for the digits, only to copy them. Where the result of a ``str.concat``, ``str.build`` or ``int.to_str`` is read once, by
another concatenation of the same block, and what it was made of is still the same there, its parts take its place. Parts that are ints go to ``str.compose`` as they are.

A string that grows at its end is not copied each time: the runtime appends all parts to a buffer where the first is the larger part of the result.

Law: the same string on every input. Only limits are met later, or not at all: fuel and memory of the strings that are no longer made.
"""

from __future__ import annotations

from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.rewrite import definitions, reads, uses
from belljar.types import ANY, INT

BUILD, COMPOSE, TO_STR, ANY_FROM = OPS["str.build"], OPS["str.compose"], OPS["int.to_str"], OPS["any.from"]
_JOINED = frozenset({OPS["str.concat"], BUILD})
WANTS = _JOINED
"""Ops without which there is nothing to do."""
PARTS_MAX = 32
"""Parts of one concatenation: what is longer stays in pieces."""


def run(module: Module) -> bool:
    """Whether anything changed."""
    return sum(put_together(function) for function in module.functions.values()) > 0


def put_together(function: Function) -> bool:
    """Flatten the concatenations of one function."""
    if not any(instr.op in _JOINED for block in function.blocks for instr in block.instrs):
        return False
    counts, read = definitions(function), uses(function)
    changed = False
    for block in function.blocks:
        pieces: dict[int, tuple[Instr, tuple[int, ...]]] = {}  # result -> what makes it, and the registers it is made of
        gone: set[int] = set()
        made: list[Instr] = []
        for instr in block.instrs:
            if instr.op in _JOINED:
                parts: list[int] = []
                taken: list[Instr] = []
                for register in reads(instr):
                    piece = pieces.get(register)
                    if piece is not None and len(parts) + len(piece[1]) < PARTS_MAX:
                        taken.append(piece[0])
                        parts += piece[1]
                    else:
                        parts.append(register)
                if taken:
                    changed = True
                    gone.update(id(other) for other in taken)
                    instr = Instr(BUILD, instr.results, tuple(parts), instr.span, instr.scope)
            for result in instr.results if pieces else ():
                pieces = {register: piece for register, piece in pieces.items() if register != result and result not in piece[1]}
            if (instr.op in _JOINED or instr.op is TO_STR) and counts[instr.results[0]] == 1 and read[instr.results[0]] == 1:
                pieces[instr.results[0]] = instr, tuple(reads(instr))
            made.append(instr)
        if gone:
            block.instrs = [other for instr in made if id(instr) not in gone for other in _composed(function, instr)]
    return changed


def _composed(function: Function, instr: Instr) -> list[Instr]:
    """A ``str.build`` with ints among its parts as a ``str.compose``."""
    if instr.op is not BUILD or not any(function.registers[register].type == INT for register in instr.args):
        return [instr]
    words = [function.new_register(ANY) for _ in instr.args]
    tagged = [Instr(ANY_FROM, (word,), (register,), instr.span, instr.scope) for word, register in zip(words, instr.args, strict=True)]
    return [*tagged, Instr(COMPOSE, instr.results, tuple(words), instr.span, instr.scope)]
