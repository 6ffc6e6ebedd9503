"""What code may write, found without running it: the objects and module-level variables that a function, or the region of a branch, may change.

An *effect* is one of

======================  ==============================================================================
``(REG, r, what)``      the object that register r refers to; of a function r counts its parameters
``(KIND, key)``         any object of a kind: of a container type, a field of records by its slot, ``*``
``(GLOBAL, i)``         a module-level variable
======================  ==============================================================================

``what`` is ``shape`` (its length alone), ``all`` or the number of a record's slot. Objects that the code made itself are left out: nobody else has seen them when it begins.
"""

from __future__ import annotations

from belljar.ir.calling import may_call
from belljar.ir.function import Function, Instr, Module
from belljar.types import ANY, RecordType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any, Final, TypeAlias

    Effect: TypeAlias = "tuple[Any, ...]"

REG: Final = "reg"
KIND: Final = "kind"
GLOBAL: Final = "global"
SHAPE: Final = "shape"
ALL: Final = "all"
EVERYTHING: Final = "*"
"""The kind of what is written by code that works on any value."""

SAME: Final = frozenset({"move", "any.from", "any.to", "record.to"})
"""Ops that give the object they are given."""

NEW: Final = frozenset(
    {
        *("list.new", "list.of", "list.concat", "list.repeat", "list.slice", "list.from_str", "list.range", "list.reverse_copy"),
        *("list.argsort", "list.gather", "dict.new", "dict.copy", "dict.merge", "dict.from_keys", "set.new", "set.copy", "set.to_list"),
        *("set.union", "set.intersection", "set.difference", "set.symmetric_difference", "any.to_list", "any.to_set", "record.new"),
        *("str.split", "str.split_by", "str.rsplit", "str.rsplit_by", "str.splitlines", "regex.match", "tuple.new", "fn.new"),
    }
)
"""Ops whose result is an object that was not there before."""

CALLED: Final = frozenset({"any.call", "any.call_method", "any.call_spread"})
"""Ops that call functions that are only known then."""


def kind_of(type: Type) -> str:
    """The kind of the objects of a type."""
    return EVERYTHING if type == ANY else "record" if isinstance(type, RecordType) else str(type)


def slot_kind(slot: int) -> str:
    """The kind of a field of records."""
    return f"record.{slot}"


class Writes:
    """The effects of the functions of a module."""

    def __init__(self, module: Module) -> None:
        self.module: Final = module
        self._definitions: dict[str, dict[int, list[tuple[int, Instr]]]] = {}
        self._functions: dict[str, frozenset[Effect]] = {}
        self.dynamic: frozenset[Effect] = frozenset()
        """Those of all functions that are called without being named."""
        self._find()

    def of_region(self, function: Function, blocks: Collection[int]) -> frozenset[Effect]:
        """What the blocks may write. The object of a register is the one it has when they begin."""
        return frozenset(self._effects(function, blocks, False))

    def _find(self) -> None:
        """The least effects that fit together."""
        functions = self.module.functions
        self._functions = dict.fromkeys(functions, frozenset())
        dynamic = [functions[name] for name in unnamed(self.module)]
        changed = True
        while changed:
            changed = False
            for name, function in functions.items():
                found = frozenset(self._effects(function, range(len(function.blocks)), True))
                if found != self._functions[name]:
                    self._functions[name], changed = found, True
            unknown = frozenset(
                [general for one in dynamic for effect in self._functions[one.name] for general in self._general(one, effect)]
            )
            if unknown != self.dynamic:
                self.dynamic, changed = unknown, True

    def _general(self, function: Function, effect: Effect) -> Iterable[Effect]:
        """An effect of a function on who knows which arguments."""
        if effect[0] != REG:
            return (effect,)
        return (_kind_effect(function.registers[function.params[effect[1]]].type, effect[2]),)

    def _defined(self, function: Function) -> dict[int, list[tuple[int, Instr]]]:
        """Where each register is assigned: block and instruction."""
        found = self._definitions.get(function.name)
        if found is None:
            found = self._definitions[function.name] = {}
            for number, block in enumerate(function.blocks):
                for instr in block.instrs:
                    for register in instr.results:
                        found.setdefault(register, []).append((number, instr))
        return found

    def _effects(self, function: Function, blocks: Collection[int], is_whole: bool) -> Iterable[Effect]:
        made: set[Effect] = set()
        for number in blocks:
            for instr in function.blocks[number].instrs:
                name, flags = instr.op.name, instr.op.flags
                if name == "call":
                    args = instr.args[1:]
                    for effect in self._functions[instr.args[0]]:
                        if effect[0] == REG:
                            made.update(self._of_object(function, blocks, is_whole, args[effect[1]], effect[2]))
                        else:
                            made.add(effect)
                elif name == "global.set":
                    made.add((GLOBAL, instr.args[0]))
                elif name in CALLED:
                    made.update(self.dynamic)
                    if name == "any.call_method":
                        made.update(self._of_object(function, blocks, is_whole, instr.registers_read()[0], ALL))
                    else:
                        made.add((KIND, EVERYTHING))  # a method of a built-in type may be what is called
                else:
                    if "calls" in flags or ("compares" in flags and may_call(function, instr)):
                        made.update(self.dynamic)
                    if "writes" in flags:
                        what = SHAPE if name == "list.append" else instr.args[1] if name == "record.set" else ALL
                        made.update(self._of_object(function, blocks, is_whole, instr.registers_read()[0], what))
        return made

    def _of_object(
        self, function: Function, blocks: Collection[int], is_whole: bool, register: int, what: Any, depth: int = 0
    ) -> Iterable[Effect]:
        """The effects of writing to the object that a register refers to somewhere in the blocks."""
        type = function.registers[register].type
        definitions = self._defined(function).get(register, [])
        inside = [instr for number, instr in definitions if number in blocks]
        if not inside:
            if not is_whole:
                return [(REG, register, what)]
            return [(REG, function.params.index(register), what)] if register in function.params else [_kind_effect(type, what)]
        if len(inside) == len(definitions) and register not in function.params and depth < DEPTH_MAX:
            made: set[Effect] = set()
            for instr in inside:
                if instr.op.name in NEW:
                    continue
                if instr.op.name not in SAME:
                    break
                made.update(self._of_object(function, blocks, is_whole, instr.args[0], what, depth + 1))
            else:
                return made
        return [_kind_effect(type, what)]


def unnamed(module: Module) -> list[str]:
    """The functions that may be called without being named."""
    starts = {signature.entry for signature in module.signatures.values()}
    for layout in module.records.values():
        starts |= {layout.entry, layout.resume}
    return sorted(name for name in starts if name in module.functions)


def calls_unnamed(function: Function, instr: Instr) -> bool:
    """Whether an instruction may call a function without naming it."""
    flags = instr.op.flags
    return instr.op.name in CALLED or "calls" in flags or ("compares" in flags and may_call(function, instr))


DEPTH_MAX: Final = 8
"""Moves from register to register that are followed."""


def _kind_effect(type: Type, what: Any) -> Effect:
    return KIND, slot_kind(what) if isinstance(what, int) else kind_of(type)
