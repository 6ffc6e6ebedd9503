"""Strength reduction: remainder and floor division by a power of two as ``and`` and shift.

Floor semantics make both right for negative dividends, too: ``-7 % 4`` is ``-7 & 3``, ``-7 // 4`` is ``-7 >> 2``. The constants that this needs are new registers, which value numbering
shares.

Law: the same value on every input; what is replaced cannot fault.
"""

from __future__ import annotations

from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.rewrite import definitions
from belljar.types import INT

CONST = OPS["const.int"]
_REMAINDERS = frozenset({OPS["int.mod"], OPS["int.mod.nw"]})
_QUOTIENTS = frozenset({OPS["int.floordiv"], OPS["int.floordiv.nw"]})
WANTS = _REMAINDERS | _QUOTIENTS
"""Ops without which there is nothing to do."""


def run(module: Module) -> bool:
    """Whether anything changed."""
    return sum(reduce(function) for function in module.functions.values()) > 0


def reduce(function: Function) -> bool:
    """Replace the divisions of one function whose divisor is a constant power of two above 1."""
    divisors = {instr.args[1] for block in function.blocks for instr in block.instrs if instr.op in _REMAINDERS or instr.op in _QUOTIENTS}
    if not divisors:
        return False
    counts = definitions(function)
    powers = {
        instr.results[0]: instr.args[0]
        for block in function.blocks
        for instr in block.instrs
        if instr.op is CONST
        and instr.results[0] in divisors
        and counts[instr.results[0]] == 1
        and instr.args[0] > 1
        and instr.args[0].bit_count() == 1
    }
    if not powers:
        return False
    for block in function.blocks:
        made: list[Instr] = []
        for instr in block.instrs:
            power = powers.get(instr.args[1], 0) if instr.op in _REMAINDERS or instr.op in _QUOTIENTS else 0
            if power:
                number = function.new_register(INT)
                operand, op = (power - 1, "int.and") if instr.op in _REMAINDERS else (power.bit_length() - 1, "int.shr.nw")
                made.append(Instr(CONST, (number,), (operand,), instr.span, instr.scope))
                instr = Instr(OPS[op], instr.results, (instr.args[0], number), instr.span, instr.scope)
            made.append(instr)
        block.instrs = made
    return True
