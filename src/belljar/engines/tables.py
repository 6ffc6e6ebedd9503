"""The string pool and the type table of a module, numbered the same way for every native engine.

``const.str`` is an index into the pool (``ctx->strings``); a ``#type`` immediate, and the ``type`` in an object's header, is an index into the type table
(``ctx->types``), whose row 0 is unused.
"""

from __future__ import annotations

from belljar.ir.class_names import called, qualname, signature_text
from belljar.ir.function import Module
from belljar.structs import Frozen
from belljar.types import ANY, NONE, ClosureType, DictType, ListType, RecordType, SetType, TupleType, Type, storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Final

    from belljar.ir.function import Layout


class Tables(Frozen):
    """``strings[i]`` and ``types[i]`` by index, and the indices by value. ``types[0]`` is None. Types are storage types, but for ``None``, which ``any.is`` asks for."""

    __slots__ = ("string_index", "strings", "type_index", "types")

    def __init__(
        self, strings: tuple[str, ...], string_index: dict[str, int], types: tuple[Type | None, ...], type_index: dict[Type, int]
    ) -> None:
        self.strings: Final = strings
        self.string_index: Final = string_index
        self.types: Final = types
        self.type_index: Final = type_index

    def index(self, type: Type) -> int:
        """The index of a ``#type`` immediate."""
        return self.type_index[type if type == NONE else storage(type)]


def number_tables(module: Module) -> Tables:
    """The pool: each string constant once, in order of appearance. The types: all that a register, a global, a record field or an immediate names, each before
    its parts, in order of appearance; where there is ``any``, also the containers that a host value of class ``any`` becomes."""

    strings: dict[str, int] = {}
    types: dict[Type, int] = {}

    def add(type: Type) -> None:
        waiting = [type if type == NONE else storage(type)]
        while waiting:
            found = waiting.pop()
            if found not in types:
                types[found] = len(types) + 1
                waiting.extend(reversed(tuple(parts(module, found))))

    for name in module.records:
        add(RecordType(name))
    for _, type in module.globals:
        add(type)
    for host in module.hosts:
        for type in (*host.params, host.result):
            add(type)
    for function in module.functions.values():
        for type in function.results:
            add(type)
        for register in function.registers:
            if register.type not in types:
                add(register.type)
        for block in function.blocks:
            for instr in block.instrs:
                operands = instr.op.operands
                if "#type" in operands:
                    add(instr.args[operands.index("#type")])
                if "#str" in operands and not instr.op.is_terminator:
                    for notation, value in zip(operands, instr.args, strict=False):
                        if notation == "#str":
                            strings.setdefault(value, len(strings))
    for layout in module.records.values():
        for name in (layout.name, *[field for field, _ in layout.fields], *[member.name for member in layout.members]):
            strings.setdefault(name, len(strings))
    for signature in module.signatures.values():
        for text in (
            called(signature),
            qualname(signature),
            signature.doc or "",
            signature_text(signature),
            signature.record,
            *[param.name for param in signature.params],
        ):
            strings.setdefault(text, len(strings))
    if ANY in types:
        for type in (ListType(ANY), DictType(ANY, ANY), SetType(ANY)):
            add(type)
    return Tables(tuple(strings), strings, (None, *types), types)


def class_numbers(records: Mapping[str, Layout]) -> dict[str, tuple[int, int]]:
    """Numbers of the records from 1 on, each followed by those that derive from it: its own and the last of theirs."""
    children: dict[str, list[str]] = {}
    for name, layout in records.items():
        children.setdefault(layout.base, []).append(name)
    numbers: dict[str, tuple[int, int]] = {}
    count = 0
    waiting = [(name, False) for name in reversed(children.get("", ()))]
    while waiting:
        name, done = waiting.pop()
        if done:
            numbers[name] = numbers[name][0], count
            continue
        count += 1
        numbers[name] = count, count
        waiting.append((name, True))
        waiting += [(child, False) for child in reversed(children.get(name, ()))]
    return numbers


def parts(module: Module, type: Type) -> Iterator[Type]:
    """The storage types of the words in an object of this storage type: elements, keys and values, slots."""
    if isinstance(type, (ListType, SetType)):
        yield storage(type.item)
    elif isinstance(type, DictType):
        yield storage(type.key)
        yield storage(type.value)
    elif isinstance(type, (TupleType, ClosureType)):
        yield from map(storage, type.items)
    elif isinstance(type, RecordType):
        yield from (slot for _, slot in module.records[type.name].slots)
