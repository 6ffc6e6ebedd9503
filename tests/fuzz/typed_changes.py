"""Changes of typed code: an op, an operand, a type of a module set to another one of its form. Most are seen by the verifier, and those it does not see it must be able to bear."""

from __future__ import annotations

from random import Random
from typing import Any

from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS, Op
from belljar.ir.text import parse_type
from belljar.types import ANY, BOOL, FLOAT, INT, STR

INTS = (0, 1, -1, 7, 63, 64, 255, 2**31, -(2**31), 2**62, 2**63 - 1, -(2**63))
STRINGS = ("", "a", "é" * 3, "\U0001f600", "5" * 400, "{:>9}", "\0", "\ud800")
TYPES = tuple(
    map(parse_type, ("int", "float", "bool", "str", "any", "list[int]", "list[any]", "dict[str, int]", "set[int]", "tuple[int, str]"))
)

BY_SHAPE: dict[tuple[Any, ...], list[Op]] = {}
for _op in OPS.values():
    BY_SHAPE.setdefault((_op.operands, _op.result, _op.is_terminator), []).append(_op)


def change(rnd: Random, module: Module) -> None:
    """One change anywhere in the module. What comes of it may break any rule."""
    function = rnd.choice(list(module.functions.values()))
    block = rnd.choice(function.blocks)
    place = rnd.randrange(len(block.instrs))
    instr = block.instrs[place]
    match rnd.randrange(8):
        case 0 | 1:
            instr.op = rnd.choice(BY_SHAPE[instr.op.operands, instr.op.result, instr.op.is_terminator])
        case 2 | 3:
            change_operand(rnd, function, instr)
        case 4 if instr.results:
            instr.results = tuple(rnd.randrange(len(function.registers)) for _ in instr.results)
        case 5 if not instr.op.is_terminator:
            del block.instrs[place]
        case 6 if not instr.op.is_terminator:
            other = rnd.choice(rnd.choice(function.blocks).instrs)
            block.instrs.insert(place, Instr(other.op, other.results, other.args, other.span))
        case _:
            function.registers[rnd.randrange(len(function.registers))].type = rnd.choice(TYPES)


def change_operand(rnd: Random, function: Function, instr: Instr) -> None:
    if not instr.args:
        return
    args = list(instr.args)
    position = rnd.randrange(len(args))
    kind = instr.op.kind(position)
    found = args[position]
    if not kind.startswith("#"):
        same = [number for number, register in enumerate(function.registers) if register.type == function.registers[found].type]
        args[position] = rnd.choice(same if rnd.random() < 0.8 else range(len(function.registers)))
    elif kind == "#block":
        args[position] = rnd.randrange(len(function.blocks))
    elif isinstance(found, bool):
        args[position] = not found
    elif isinstance(found, int):
        args[position] = rnd.choice(INTS)
    elif isinstance(found, float):
        args[position] = rnd.choice((0.0, -0.0, 1e300, float("inf"), float("nan")))
    elif isinstance(found, str):
        args[position] = rnd.choice(STRINGS)
    else:
        args[position] = rnd.choice((INT, FLOAT, BOOL, STR, ANY, *TYPES))
    instr.args = tuple(args)
