"""The IR as data: modules, functions, blocks and instructions.

A function is typed three-address code over virtual registers in basic blocks. It is *not* in SSA form: a register has one storage type
for the whole function and may be assigned many times; temporaries are assigned once. Block 0 is the entry. Every block ends with exactly one
terminator. These are plain mutable containers: passes edit them in place, the verifier (:mod:`belljar.ir.verify`) says what must hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from belljar.ir.ops import Op
from belljar.source import NOWHERE, Source, Span
from belljar.types import BOOL, FLOAT, INT, NUMBER, OptionalType, RangeType, TupleType, Type, components


@dataclass(slots=True)
class Register:
    """A virtual register: its storage type, and the source variable it holds (``""`` for a temporary).

    An optional variable ``x`` is two registers, ``x?`` (is it there?) and ``x``; the parts of a tuple variable ``t`` are ``t.0``, ``t.1``.
    """

    type: Type
    name: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where inlined code came from: the body of ``function`` (its source name), called at ``call_span`` inside ``parent`` (None: the function
    that holds the instruction). Error reports rebuild the guest stack from it."""

    function: str
    call_span: Span
    parent: Scope | None = None


@dataclass(slots=True)
class Instr:
    """One instruction: ``results := op(args)``. Register operands are indices into ``Function.registers``; immediates are the Python value itself
    (``int``, ``float``, ``bool``, ``str``, :class:`~belljar.types.Type`); ``op.kind(i)`` says which operand is what."""

    op: Op
    results: tuple[int, ...]
    args: tuple[Any, ...]
    span: Span = NOWHERE
    scope: Scope | None = None

    def registers_read(self) -> tuple[int, ...]:
        """The register operands, in order."""
        reads = self.op.reads
        args = self.args
        return args[reads] if isinstance(reads, slice) else tuple([args[place] for place in reads])

    def targets(self) -> tuple[int, ...]:
        """The blocks a terminator may go to."""
        return tuple([self.args[place] for place in self.op.targets])


@dataclass(slots=True)
class Block:
    instrs: list[Instr] = field(default_factory=list)

    @property
    def terminator(self) -> Instr:
        return self.instrs[-1]

    def successors(self) -> tuple[int, ...]:
        return self.instrs[-1].targets()


@dataclass(slots=True)
class Function:
    """``name`` is unique in the module (specialisations carry a suffix: ``area$float,float``); ``source_name`` is what people wrote."""

    name: str
    params: list[int]
    results: tuple[Type, ...]
    registers: list[Register] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    source_name: str = ""
    span: Span = NOWHERE

    def new_register(self, type: Type, name: str = "") -> int:
        self.registers.append(Register(type, name))
        return len(self.registers) - 1

    def new_block(self) -> int:
        self.blocks.append(Block())
        return len(self.blocks) - 1


@dataclass(frozen=True, slots=True)
class Layout:
    """A record type's fields in order: (name, source type)."""

    name: str
    fields: tuple[tuple[str, Type], ...]

    slots: tuple[tuple[str, Type], ...] = field(init=False, repr=False, compare=False)
    """The words of the object in order: (name, storage type). An optional field ``f`` is ``f?`` and ``f``, a tuple field ``f.0``, ``f.1`` ..."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "slots", tuple(slot for name, type in self.fields for slot in named_components(name, type)))

    def slot_of(self, field: str) -> int:
        """Index of the field's first slot. Raises KeyError for a name that is no field."""
        position = 0
        for name, type in self.fields:
            if name == field:
                return position
            position += len(components(type))
        raise KeyError(field)


def named_components(name: str, type: Type) -> Iterator[tuple[str, Type]]:
    """The components of a variable of ``type`` with the names their registers carry."""
    if isinstance(type, OptionalType):
        yield f"{name}?", BOOL
        yield from named_components(name, type.item)
    elif isinstance(type, TupleType):
        for position, item in enumerate(type.items):
            yield from named_components(f"{name}.{position}", item)
    elif isinstance(type, RangeType):
        yield from ((f"{name}.start", INT), (f"{name}.stop", INT), (f"{name}.step", INT))
    elif type == NUMBER:
        yield from ((f"{name}~", BOOL), (f"{name}.int", INT), (f"{name}.float", FLOAT))
    else:
        for part in components(type):
            yield name, part


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a task as people see it: its source type (an optional or record is one parameter)."""

    name: str
    type: Type
    default: Any = None
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A function callable from outside. ``function`` takes the components of each parameter and gives those of ``result``."""

    name: str
    function: str
    params: tuple[Param, ...]
    result: Type
    doc: str = ""


@dataclass(slots=True)
class Module:
    """A program compiled as one unit. ``globals`` are the storage types and names of module-level variables; ``init`` names the function that runs
    the module-level statements (its parameters are the module's inputs, it has no results), ``""`` if there is nothing to run."""

    name: str
    source: Source | None = None
    functions: dict[str, Function] = field(default_factory=dict)
    records: dict[str, Layout] = field(default_factory=dict)
    globals: list[tuple[str, Type]] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    init: str = ""
