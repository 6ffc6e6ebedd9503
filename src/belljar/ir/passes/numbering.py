"""Value numbering over the dominator tree: copy propagation, common subexpressions, folding, all in one walk.

A register assigned once means the same wherever its definition dominates; a register assigned often means something only within a block, until it is assigned again. So
equal computations on registers assigned once are shared down the dominator tree, others within their block. What reads mutable memory is shared within a
block until something writes.

Law: every register that is still read holds the value it held before; the instructions that remain fault where and how they did.
"""

from __future__ import annotations

import struct

from belljar.ir.calling import may_call
from belljar.ir.cfg import graph
from belljar.ir.exceptions import can_raise
from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import CHANGES, OPS
from belljar.ir.passes.fold import CONST_OF, FOLDING, INVERSE, decided, folded, same_as
from belljar.ir.rewrite import definitions, reads, rename
from belljar.types import ANY, FLOAT, NUMBER, OptionalType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOVE, NOT, DIV, DIV_PROVEN, TUPLE = OPS["move"], OPS["bool.not"], OPS["float.div"], OPS["float.div.nc"], OPS["tuple.new"]
CONST_FLOAT = OPS["const.float"]
_CONSTS = frozenset(CONST_OF.values())
_CONSTANTS = frozenset(op for op in OPS.values() if op.name.startswith("const."))
_COMMUTES = frozenset(
    OPS[name]
    for name in (
        "int.add",
        "int.mul",
        "int.and",
        "int.or",
        "int.xor",
        "int.eq",
        "int.ne",
        # not float.add and float.mul: of two NaNs the first decides the sign of the result
        "float.eq",
        "float.ne",
        "bool.and",
        "bool.or",
        "str.eq",
        "str.ne",
    )
)


def _may_hold_nan(type: Type) -> bool:
    """Whether a tuple of the type can hold a NaN itself. Two tuples of one NaN may be of two in CPython, where equal floats are different objects: they must not become one, which would be equal to itself."""
    if isinstance(type, TupleType):
        return any(map(_may_hold_nan, type.items))
    return _may_hold_nan(type.item) if isinstance(type, OptionalType) else type in (FLOAT, NUMBER, ANY)


def run(module: Module) -> None:
    for function in module.functions.values():
        number(function)


def number(function: Function) -> None:
    """Number the values of one function."""
    _Numbering(function).walk()


class _Numbering:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.types = [register.type for register in function.registers]
        self.once = [count == 1 for count in definitions(function)]
        self.same: dict[int, int] = {}  # register assigned once -> the register it is equal to
        self.known: dict[int, Any] = {}  # register assigned once -> its constant
        self.maker: dict[int, Instr] = {}  # register assigned once -> its definition
        self.table: dict[Any, int] = {}  # expression -> register assigned once that holds it

    def walk(self) -> None:
        """Visit blocks down the dominator tree, undoing on the way up what a block added to the table."""
        flow = graph(self.function)
        children: dict[int, list[int]] = {block: [] for block in flow.order}
        for block in flow.order[1:]:
            children[flow.idom[block]].append(block)
        stack: list[tuple[int, list[Any] | None]] = [(0, None)]
        while stack:
            block, added = stack.pop()
            if added is not None:
                for key in added:
                    del self.table[key]
                continue
            keys = self.block(block)
            stack.append((block, keys))
            stack.extend((child, None) for child in reversed(children[block]))

    def block(self, index: int) -> list[Any]:
        """Rewrite one block; the keys it added to the table."""
        once, same, known, table = self.once, self.same, self.known, self.table
        copies: dict[int, int] = {}  # register assigned often -> the register it is equal to now
        constants: dict[int, Any] = {}  # register assigned often -> its constant now
        values = _Both(known, constants)
        local: dict[Any, int] = {}
        dependents: dict[int, list[Any]] = {}  # register assigned often -> keys of `local` and `copies` that hold only while it does
        memory = 0
        added: list[Any] = []
        kept: list[Instr] = []

        def name(register: int) -> int:
            register = same.get(register, register)
            return copies.get(register, register)

        def forget(register: int) -> None:
            """A register assigned often gets a new value."""
            copies.pop(register, None)
            constants.pop(register, None)
            for key in dependents.pop(register, ()):
                if isinstance(key, int):
                    copies.pop(key, None)
                else:
                    local.pop(key, None)

        guarded = self.function.blocks[index].guarded
        for instr in self.function.blocks[index].instrs:
            op = instr.op
            is_guarded = instr is guarded
            operands = op.read(instr.args)
            if same or copies:
                for register in operands:
                    if register in same or register in copies:
                        rename(instr, name)
                        operands = op.read(instr.args)
                        break
            results = instr.results
            if op is MOVE and self.types[instr.args[0]] == self.types[results[0]]:
                source, target = instr.args[0], results[0]
                if source == target:
                    continue
                if once[target]:
                    if once[source]:
                        same[target] = source
                        if source in known:
                            known[target] = known[source]
                        continue
                    if source in constants:
                        value = known[target] = constants[source]
                        instr = Instr(CONST_OF[value.__class__], results, (value,), instr.span, instr.scope)
                else:
                    forget(target)
                    copies[target] = source
                    if not once[source]:
                        dependents.setdefault(source, []).append(target)
                    held = known.get(source) if once[source] else constants.get(source)
                    if held is not None:
                        constants[target] = held
                kept.append(instr)
                continue
            if len(results) == 1 and (op.is_pure or op in _READS) and not (op is TUPLE and _may_hold_nan(instr.args[0])):
                target = results[0]
                if op in _CONSTS:
                    value = instr.args[0]
                else:
                    value = _computed(instr, operands, values)
                    if value is not None:
                        instr = Instr(CONST_OF[value.__class__], results, (value,), instr.span, instr.scope)
                        op = instr.op
                    elif (other := self.equal(instr, values)) is not None and self.types[other] == self.types[target]:
                        instr = Instr(MOVE, results, (other,), instr.span, instr.scope)
                        if once[target] and once[other]:
                            same[target] = other
                            continue
                        if not once[target]:
                            forget(target)
                            if other != target:
                                copies[target] = other
                                if not once[other]:
                                    dependents.setdefault(other, []).append(target)
                        kept.append(instr)
                        continue
                    elif op is NOT:
                        instr = self.inverted(instr)
                        op = instr.op
                    elif op is DIV and values.get(instr.args[1]):
                        instr = Instr(DIV_PROVEN, results, instr.args, instr.span, instr.scope)
                        op = instr.op
                operands = op.read(instr.args)
                key = self.key(instr, memory if op in _READS else -1)
                stable = op.is_pure
                for register in operands:
                    stable = stable and once[register]
                found = table.get(key) if stable else None
                if found is None:
                    found = local.get(key)
                if found is not None and found != target and self.types[found] == self.types[target]:
                    if once[target] and once[found]:
                        same[target] = found
                        if found in known:
                            known[target] = known[found]
                        continue
                    replaced = Instr(MOVE, results, (found,), instr.span, instr.scope)
                    if not once[target]:
                        forget(target)
                        copies[target] = found
                        if not once[found]:
                            dependents.setdefault(found, []).append(target)
                        if value is not None:
                            constants[target] = value
                    kept.append(replaced)
                    continue
                kept.append(instr)
                if once[target]:
                    self.maker[target] = instr
                    if value is not None:
                        known[target] = value
                    if stable:
                        # What a guarded op gives is there where it did not fault, and this block leads to where it did.
                        if key not in table and not (is_guarded and can_raise(instr)):
                            table[key] = target
                            added.append(key)
                    else:
                        local[key] = target
                        for register in operands:
                            if not once[register]:
                                dependents.setdefault(register, []).append(key)
                else:
                    reads_itself = target in operands
                    forget(target)
                    if value is not None:
                        constants[target] = value
                    if not reads_itself:
                        local[key] = target
                        dependents.setdefault(target, []).append(key)
                        for register in operands:
                            if not once[register]:
                                dependents.setdefault(register, []).append(key)
                continue
            kept.append(instr)
            for register in results:
                if not once[register]:
                    forget(register)
            if op in _CHANGING or (op in _COMPARING and may_call(self.function, instr)):
                memory += 1
        self.function.blocks[index].instrs = kept
        return added

    def equal(self, instr: Instr, values: _Both) -> int | None:
        """The register whose value the instruction gives again, or None."""
        if instr.op is NOT:
            made = self.maker.get(instr.args[0])
            return made.args[0] if made is not None and made.op is NOT and self.once[made.args[0]] else None
        return same_as(instr.op, instr.args, values)

    def inverted(self, instr: Instr) -> Instr:
        """``not (a < b)`` as ``a >= b`` where that is the same."""
        made = self.maker.get(instr.args[0])
        if made is None:
            return instr
        inverse = INVERSE.get(made.op.name)
        if inverse is None or not all(self.once[register] for register in reads(made)):
            return instr
        return Instr(OPS[inverse], instr.results, made.args, instr.span, instr.scope)

    def key(self, instr: Instr, memory: int) -> Any:
        """What two instructions must share to give the same value. Floats are told apart by their bits (0.0 and -0.0 differ, and NaNs)."""
        args, op = instr.args, instr.op
        if op in _CONSTANTS:
            return (op, struct.pack("<d", args[0]) if op is CONST_FLOAT else args, memory)
        if op in _COMMUTES and args[0] > args[1]:
            args = (args[1], args[0])
        return (op, args, memory, self.types[instr.results[0]])


def _computed(instr: Instr, operands: tuple[int, ...], constants: _Both) -> Any:
    """The constant the instruction comes to, or None."""
    decision = decided(instr.op, instr.args, constants)
    if decision is not None or instr.op not in FOLDING or not operands:
        return decision
    values = []
    for register in operands:
        value = constants.get(register)
        if value is None:
            return None
        values.append(value)
    return folded(instr.op, values)


_CHANGING = frozenset(op for op in OPS.values() if op.flags & CHANGES)
_COMPARING = frozenset(op for op in OPS.values() if "compares" in op.flags)
_READS = frozenset(op for op in OPS.values() if op.flags >= {"reads"} and not op.flags & (CHANGES | {"allocates", "charges"}) and op.result)


class _Both:
    """Constants of registers assigned once, and of the others at this point."""

    __slots__ = ("known", "local")

    def __init__(self, known: dict[int, Any], local: dict[int, Any]) -> None:
        self.known, self.local = known, local

    def get(self, register: Any) -> Any:
        found = self.known.get(register)
        return self.local.get(register) if found is None else found
