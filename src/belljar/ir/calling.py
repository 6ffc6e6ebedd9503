"""Which instructions may run functions of the program: ops that call, and those that compare or hash values that may be records with methods for it."""

from __future__ import annotations

from belljar.ir.function import Function, Instr
from belljar.types import ANY, DictType, ListType, RecordType, SetType, TupleType, Type, storage


def may_hold_records(type: Type) -> bool:
    """Whether a value of this storage type may be a record or have one in it."""
    if isinstance(type, (ListType, SetType)):
        return may_hold_records(storage(type.item))
    if isinstance(type, DictType):
        return may_hold_records(storage(type.key)) or may_hold_records(storage(type.value))
    if isinstance(type, TupleType):
        return any(may_hold_records(storage(item)) for item in type.items)
    return type == ANY or isinstance(type, RecordType)


def may_call(function: Function, instr: Instr) -> bool:
    """Whether code of the program may run inside the instruction. What an op with the flag ``compares`` compares is in its first register operand: the elements, or the keys."""
    flags = instr.op.flags
    if "compares" not in flags:
        return "calls" in flags
    type = function.registers[instr.registers_read()[0]].type
    if isinstance(type, DictType) and instr.op.name != "dict.eq":
        return may_hold_records(storage(type.key))
    return may_hold_records(type)
