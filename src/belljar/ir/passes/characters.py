"""Comparisons of single characters as comparisons of code points.

``s[i] == "x"`` asks for a string of one character only to compare it. Where every use of the result of a ``str.index`` is a comparison with another
such character, or asks for its code point, the character is never made: the op becomes ``str.code_at``, and comparisons of strings become those of ints,
since strings of one character are ordered by their code points.

Law: the same result, and the same error at the same place, on every input. Fewer objects are made: a string index may allocate, a code point does not.
"""

from __future__ import annotations

from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS, Op
from belljar.ir.rewrite import definitions, reads
from belljar.types import INT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

INDEX, CODE_AT, ORD, CONST_STR, CONST_INT, MOVE = (
    OPS[name] for name in ("str.index", "str.code_at", "str.ord", "const.str", "const.int", "move")
)
_COMPARED: Final[dict[Op, Op]] = {OPS[f"str.{name}"]: OPS[f"int.{name}"] for name in ("eq", "ne", "lt", "le", "gt", "ge")}

WANTS = frozenset({INDEX})
"""Ops without which there is nothing to do."""


def run(module: Module) -> bool:
    """Whether anything changed."""
    return sum(compare_codes(function) for function in module.functions.values()) > 0


def compare_codes(function: Function) -> bool:
    """Rewrite the characters of one function."""
    instrs = [instr for block in function.blocks for instr in block.instrs]
    indexed = {instr.results[0] for instr in instrs if instr.op is INDEX}
    if not indexed:
        return False
    counts = definitions(function)
    indexed = {register for register in indexed if counts[register] == 1}
    constants = {
        instr.results[0]: ord(instr.args[0])
        for instr in instrs
        if instr.op is CONST_STR and len(instr.args[0]) == 1 and counts[instr.results[0]] == 1
    }
    _leave_what_is_used_otherwise(instrs, indexed, constants)
    if not indexed:
        return False
    codes = {register: function.new_register(INT) for register in sorted(indexed)}
    for block in function.blocks:
        made: list[Instr] = []
        for instr in block.instrs:
            op = instr.op
            if op is INDEX and instr.results[0] in codes:
                instr = Instr(CODE_AT, (codes[instr.results[0]],), instr.args, instr.span, instr.scope)
            elif op is ORD and instr.args[0] in codes:
                instr = Instr(MOVE, instr.results, (codes[instr.args[0]],), instr.span, instr.scope)
            elif op in _COMPARED and not codes.keys().isdisjoint(instr.args):
                operands = []
                for register in instr.args:
                    if register not in codes:
                        number = function.new_register(INT)
                        made.append(Instr(CONST_INT, (number,), (constants[register],), instr.span, instr.scope))
                        operands.append(number)
                    else:
                        operands.append(codes[register])
                instr = Instr(_COMPARED[op], instr.results, tuple(operands), instr.span, instr.scope)
            made.append(instr)
        block.instrs = made
    return True


def _leave_what_is_used_otherwise(instrs: list[Instr], indexed: set[int], constants: dict[int, int]) -> None:
    """Take out of ``indexed`` the characters that are used as strings, and those compared with what is not known to be a character."""
    changed = True
    while changed:
        changed = False
        for instr in instrs:
            operands = reads(instr)
            if instr.op is ORD or (instr.op in _COMPARED and all(register in indexed or register in constants for register in operands)):
                continue
            for register in operands:
                if register in indexed:
                    indexed.remove(register)
                    changed = True
