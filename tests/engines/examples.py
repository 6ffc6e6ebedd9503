"""What an example of an op is made of.

An example becomes a function whose parameters are the op's register operands, and which returns the op's result, or, for an op that changes its first operand, that operand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from belljar.ir.function import Block, Function, Instr, Layout, Module, Register, Signature, SignatureParam
from belljar.ir.ops import OPS
from belljar.ir.passes import fuel
from belljar.ir.text import parse_type
from belljar.types import ANY, INT, STR, OptionalType, Type
from belljar.values import Record

MAX, MIN = 2**63 - 1, -(2**63)
INF, NAN = math.inf, math.nan
NOTHING = object()

RECORDS = {
    "Point": Layout("Point", (("x", INT), ("y", INT))),
    "Spot": Layout("Spot", (("x", INT), ("y", INT), ("z", INT)), bases=("Point",)),
    "Flight": Layout("Flight", (("carrier", STR), ("delay", OptionalType(parse_type("float"))))),
}


@dataclass(frozen=True)
class V:
    """A register operand of a type that the op's row leaves open."""

    type: str
    value: Any


@dataclass(frozen=True)
class Fn:
    """A register operand that is a function: one of the type that captured these values."""

    type: str
    captured: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Rx:
    """A register operand that is a compiled pattern."""

    pattern: str
    flags: int = 0


SIGNATURES = {"same": Signature("same", (SignatureParam("value"),), "same.call", "outer.<locals>.same")}
"""Each with an entry that gives its first argument."""


def entry_of(signature: Signature) -> Function:
    """A function that gives its first argument."""
    registers = [Register(ANY) for _ in range(1 + len(signature.params))]
    return Function(
        signature.entry, list(range(len(registers))), (ANY,), registers, [Block([Instr(OPS["ret"], (), (min(1, len(registers) - 1),))])]
    )


@dataclass(frozen=True)
class Example:
    op: str
    operands: tuple[Any, ...]
    gives: Any
    fault: str
    to: str
    extra: int | None

    def __str__(self) -> str:
        values = [operand.value if isinstance(operand, V) else operand for operand in self.operands]
        return f"{self.op}({', '.join(shown(value)[:24] for value in values)})"


def shown(value: Any) -> str:
    """The value for the name of a test, the same in every process: the elements of a set in the order of their texts."""
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__}({', '.join(sorted(map(shown, value)))})"
    return hex(value) if type(value) is int and value > 2**64 else repr(value)


def ok(op: str, *operands: Any, gives: Any = NOTHING, to: str = "", extra: int | None = None) -> Example:
    """The op gives this value (of type ``to`` where the row leaves it open), or leaves its first operand like this. ``extra`` is its extra fuel."""
    return Example(op, operands, gives, "", to, extra)


def bad(op: str, *operands: Any, fault: str, to: str = "") -> Example:
    return Example(op, operands, NOTHING, fault, to, None)


def ints(*values: int) -> V:
    return V("list[int]", list(values))


def floats(*values: float) -> V:
    return V("list[float]", list(values))


def strs(*values: str) -> V:
    return V("list[str]", list(values))


def anys(*values: Any) -> V:
    return V("list[any]", list(values))


def point(x: int, y: int) -> V:
    return V("Point", Record("Point", {"x": x, "y": y}))


def type_of_operand(notation: str, operand: Any) -> Type:
    return parse_type(operand.type if isinstance(operand, V) else notation)


def module_of(example: Example) -> Module:
    """A module whose function ``f`` runs the example's op on its parameters; ``arguments_of`` are the values to give it."""
    op = OPS[example.op]
    registers: list[Register] = []
    args: list[Any] = []
    makers: list[Instr] = []
    functions = [operand for operand in example.operands if isinstance(operand, Fn)]
    registers += [Register(item) for operand in functions for item in closure_of(operand).items]
    params = list(range(len(registers)))
    first = 0
    for operand in functions:
        registers.append(Register(closure_of(operand)))
        captured = params[first : first + len(operand.captured)]
        makers.append(Instr(OPS["fn.new"], (len(registers) - 1,), (closure_of(operand), *captured)))
        first += len(operand.captured)
    for position, operand in enumerate(example.operands):
        notation = op.kind(position)
        if notation.startswith("#"):
            args.append(operand)
        elif isinstance(operand, Rx):
            registers += [Register(STR), Register(INT), Register(ANY)]
            text, flags, made = range(len(registers) - 3, len(registers))
            makers.append(Instr(OPS["const.str"], (text,), (operand.pattern,)))
            makers.append(Instr(OPS["const.int"], (flags,), (operand.flags,)))
            makers.append(Instr(OPS["regex.compile"], (made,), (text, flags)))
            args.append(made)
        elif isinstance(operand, Fn):
            made = makers[functions.index(operand)].results[0]
            if notation == "any":
                registers.append(Register(ANY))
                makers.append(Instr(OPS["any.from"], (len(registers) - 1,), (made,)))
                made = len(registers) - 1
            args.append(made)
        else:
            registers.append(Register(type_of_operand(notation, operand)))
            params.append(len(registers) - 1)
            args.append(len(registers) - 1)
    if op.is_terminator:
        instrs, results = [Instr(op, (), tuple(args))], ()
    elif op.result:
        type = parse_type(example.to or op.result)
        registers.append(Register(type))
        result = len(registers) - 1
        instrs = [Instr(op, (result,), tuple(args)), Instr(OPS["ret"], (), (result,))]
        results = (type,)
    else:
        changed = next(arg for position, arg in enumerate(args) if not op.kind(position).startswith("#"))
        instrs = [Instr(op, (), tuple(args)), Instr(OPS["ret"], (), (changed,))]
        results = (registers[changed].type,)
    function = Function("f", params, results, registers, [Block([*makers, *instrs])], "f")
    entries = {signature.entry: entry_of(signature) for signature in SIGNATURES.values()} if functions or op.name == "fn.new" else {}
    module = Module("example", functions={"f": function, **entries}, records=dict(RECORDS), signatures=dict(SIGNATURES) if entries else {})
    fuel.run(module)
    return module


def closure_of(operand: Fn) -> Any:
    return parse_type(operand.type)


def arguments_of(example: Example) -> list[Any]:
    """The host values of the register operands, what functions captured first."""
    op = OPS[example.op]
    captured = [value for operand in example.operands if isinstance(operand, Fn) for value in operand.captured]
    return captured + [
        operand.value if isinstance(operand, V) else operand
        for position, operand in enumerate(example.operands)
        if not op.kind(position).startswith("#") and not isinstance(operand, (Fn, Rx))
    ]


def same(a: Any, b: Any) -> bool:
    """Whether two host values are the same, to the bit: -0.0 is not 0.0, nan is nan, True is not 1."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return math.copysign(1, a) == math.copysign(1, b) and (a == b or (a != a and b != b)) if a == a else b != b
    if isinstance(a, Decimal):
        return str(a) == str(b)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, range):
        return (a.start, a.stop, a.step) == (b.start, b.stop, b.step)
    return bool(a == b)
