"""A module as the VM runs it, apart from its IR: what the program cache keeps.

Running a program takes the heads of its functions, its types and strings, and the VM's code. The bodies are only needed to explain a fault and to make machine code: then
:meth:`StoredModule.full` has the whole module built from the source again, through the verifier like any other, and proves that it is the one the code was made from.
"""

from __future__ import annotations

from belljar.engines.tables import Tables
from belljar.errors import bell_error
from belljar.ir.function import Function, HostFunction, Layout, Member, Module, Param, Register, Signature, SignatureParam, Task
from belljar.source import Span
from belljar.structs import Struct
from belljar.types import ClosureType, DictType, ListType, OptionalType, RangeType, RecordType, ScalarType, SetType, TupleType, Type, scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from belljar.ir.sites import Site
    from belljar.source import Source


class StoredProgram(Struct):
    """What ``bell_vm_program`` points to, as read back: the attributes of :class:`belljar.engines.vm.encode.Program` that running takes."""

    __slots__ = ("code", "constants", "frame_max", "functions", "gather_max", "handlers", "packed_functions", "roots", "sites")
    records_branches = False

    def __init__(
        self,
        code: memoryview,
        sites: memoryview,
        constants: memoryview,
        roots: memoryview,
        handlers: memoryview,
        packed_functions: bytes,
        functions: Sequence[str],
        gather_max: int,
        frame_max: int,
    ) -> None:
        self.code = code
        self.sites = sites
        self.constants = constants
        self.roots = roots
        self.handlers = handlers
        self.packed_functions = packed_functions
        self.functions = functions
        self.gather_max = gather_max
        self.frame_max = frame_max


class StoredModule(Module):
    """A module whose functions have heads only. ``effects`` says for each whether it may write what ``init`` left, ``roots_max`` is the most rooted registers of one, ``digest`` stands
    for its LLVM text once that was made. ``rebuild`` gives the whole module."""

    __slots__ = ("_full", "digest", "effects", "program", "rebuild", "remember", "roots_max", "tables", "types")

    def __init__(
        self, name: str, source: Source | None, program: Any, tables: Tables, effects: list[bool], roots_max: int, digest: str = ""
    ) -> None:
        super().__init__(name, source)
        self.program = program
        self.tables = tables
        self.effects = effects
        self.roots_max = roots_max
        self.digest = digest
        self.types: Any = None
        """The type table as the runtime reads it, once an instance was made."""
        self.rebuild: Callable[[], Module] | None = None
        self.remember: Callable[[], None] | None = None
        """Keeps the module with what was added to it."""
        self._full: Module | None = None

    def full(self) -> Module:
        """The module with the bodies of its functions. Raises E1201 where it is not the one this was made from."""
        if self._full is None:
            from belljar.engines.vm.encode import encode

            assert self.rebuild is not None
            full = self.rebuild()
            made = encode(full)
            if made.code.tobytes() != bytes(self.program.code) or made.sites.tobytes() != bytes(self.program.sites):
                raise bell_error("E1201", detail=f"the program cache holds other code than {self.name} compiles to")
            self._full = full
        return self._full

    def note_digest(self, digest: str) -> None:
        """Remember what stands for the LLVM text, so that the next process need not make it to find its machine code."""
        if self.digest != digest:
            self.digest = digest
            if self.remember is not None:
                self.remember()


class Sites:
    """The sites of a stored module, numbered when one is asked for: nothing but a fault does."""

    def __init__(self, module: StoredModule) -> None:
        self.module = module
        self._sites: list[Site] | None = None

    def __getitem__(self, number: int) -> Site:
        if self._sites is None:
            from belljar.ir.sites import number_sites

            self._sites = number_sites(self.module.full())[0]
        return self._sites[number]


def stored(full: Module) -> StoredModule:
    """A verified, optimised module as the VM runs it. Raises E0103 for what is beyond the VM's bounds."""
    from belljar.engines.effects import functions_with
    from belljar.engines.vm.encode import encode

    program = encode(full)
    writing = functions_with(full, "writes")
    made = StoredModule(
        full.name,
        full.source,
        program,
        program.tables,
        [name in writing for name in full.functions],
        max([function.roots_count for function in program.functions], default=0),
    )
    made._full = full
    for function in full.functions.values():
        registers = [Register(function.registers[register].type, function.registers[register].name) for register in function.params]
        made.functions[function.name] = _head(function.name, function.source_name, registers, function.results, function.span)
    made.records, made.globals, made.tasks, made.init = full.records, full.globals, full.tasks, full.init
    made.signatures, made.variables, made.kept, made.hosts = full.signatures, full.variables, full.kept, full.hosts
    return made


def _head(name: str, source_name: str, registers: list[Register], results: tuple[Type, ...], span: Span) -> Function:
    return Function(name, list(range(len(registers))), results, registers, [], source_name, span)


# --- as plain values --------------------------------------------------------------------------------------------------------------


class TypePool:
    """Types as plain rows, each after its parts; elsewhere a type is the number of its row."""

    def __init__(self) -> None:
        self.rows: list[tuple[object, ...]] = []
        self._numbers: dict[Type, int] = {}

    def add(self, type: Type) -> int:
        found = self._numbers.get(type)
        if found is None:
            row = self._row(type)
            found = self._numbers[type] = len(self.rows)
            self.rows.append(row)
        return found

    def add_all(self, types: Sequence[Type]) -> tuple[int, ...]:
        return tuple(map(self.add, types))

    def _row(self, type: Type) -> tuple[object, ...]:
        if isinstance(type, ScalarType):
            return ("scalar", type.name)
        if isinstance(type, RecordType):
            return ("record", type.name)
        if isinstance(type, RangeType):
            return ("range", type.step)
        if isinstance(type, TupleType):
            return ("tuple", *self.add_all(type.items))
        if isinstance(type, ClosureType):
            return ("closure", type.name, *self.add_all(type.items))
        if isinstance(type, DictType):
            return ("dict", self.add(type.key), self.add(type.value))
        if isinstance(type, (OptionalType, ListType, SetType)):
            return (type.__class__.__name__, self.add(type.item))
        raise ValueError(f"{type} is of inference only")


def types_of(rows: Sequence[Sequence[Any]]) -> list[Type]:
    """The types of a pool's rows. Raises ValueError, IndexError or KeyError for rows that are none."""
    types: list[Type] = []
    for kind, *rest in rows:
        if kind == "scalar":
            types.append(scalar(rest[0]))
        elif kind == "record":
            types.append(RecordType(rest[0]))
        elif kind == "range":
            types.append(RangeType(rest[0]))
        elif kind == "tuple":
            types.append(TupleType(tuple([types[part] for part in rest])))
        elif kind == "closure":
            types.append(ClosureType(rest[0], tuple([types[part] for part in rest[1:]])))
        elif kind == "dict":
            types.append(DictType(types[rest[0]], types[rest[1]]))
        else:
            types.append({"OptionalType": OptionalType, "ListType": ListType, "SetType": SetType}[kind](types[rest[0]]))
    return types


def plain_module(module: StoredModule) -> tuple[object, ...]:
    """The module as a plain value. Raises ValueError where it cannot be one (a default that is no scalar is found by whoever packs it)."""
    pool = TypePool()
    functions = tuple(
        (
            function.name,
            function.source_name,
            tuple((register.name, pool.add(register.type)) for register in function.registers),
            pool.add_all(function.results),
            (function.span.line, function.span.column, function.span.end_line, function.span.end_column),
        )
        for function in module.functions.values()
    )
    declarations = (
        tuple(
            (
                layout.name,
                tuple((name, pool.add(type)) for name, type in layout.fields),
                layout.resume,
                layout.entry,
                layout.bases,
                tuple((member.name, member.kind, member.target, member.setter) for member in layout.members),
            )
            for layout in module.records.values()
        ),
        tuple((name, pool.add(type)) for name, type in module.globals),
        tuple(
            (
                task.name,
                task.function,
                tuple((param.name, pool.add(param.type), param.default, param.has_default) for param in task.params),
                pool.add(task.result),
                task.doc,
            )
            for task in module.tasks.values()
        ),
        module.init,
        tuple(
            (
                signature.name,
                tuple((param.name, param.kind, param.default) for param in signature.params),
                signature.entry,
                signature.title,
                signature.record,
                signature.doc,
                signature.wraps,
            )
            for signature in module.signatures.values()
        ),
        tuple(
            (
                *(host.name, host.capability, host.effect, pool.add_all(host.params), pool.add(host.result)),
                *(pool.add_all(host.takes), pool.add(host.gives)),
            )
            for host in module.hosts
        ),
    )
    tables = (module.tables.strings, pool.add_all([type for type in module.tables.types[1:] if type is not None]))
    program = module.program
    code = tuple(bytes(part) for part in (program.code, program.sites, program.constants, program.roots, program.handlers))
    numbers = (program.packed_functions, len(program.functions), program.gather_max, program.frame_max)
    more = (bytes(module.effects), module.roots_max, module.digest)
    return (tuple(pool.rows), functions, declarations, tables, (*code, *numbers), more)


def module_of(value: Any, name: str, source: Source) -> StoredModule:
    """The module of a plain value. Raises ValueError, TypeError, IndexError or KeyError for a value that is none."""
    rows, functions, declarations, (strings, type_numbers), code, (effects, roots_max, digest) = value
    types = types_of(rows)
    numbered = [types[number] for number in type_numbers]
    tables = Tables(
        strings,
        {text: index for index, text in enumerate(strings)},
        (None, *numbered),
        {type: index for index, type in enumerate(numbered, 1)},
    )
    program = StoredProgram(
        memoryview(code[0]).cast("H"),
        memoryview(code[1]).cast("I"),
        memoryview(code[2]).cast("Q"),
        memoryview(code[3]).cast("H"),
        memoryview(code[4]).cast("I"),
        code[5],
        [row[0] for row in functions],
        code[7],
        code[8],
    )
    made = StoredModule(name, source, program, tables, list(map(bool, effects)), roots_max, digest)
    for function, source_name, registers, results, span in functions:
        heads = [Register(types[number], register) for register, number in registers]
        made.functions[function] = _head(function, source_name, heads, tuple([types[number] for number in results]), Span(*span))
    records, global_slots, tasks, made.init, signatures, hosts = declarations
    for host, capability, effect, params, result, takes, gives in hosts:
        words, declared = tuple([types[number] for number in params]), tuple([types[number] for number in takes])
        made.hosts.append(HostFunction(host, capability, effect, words, types[result], declared, types[gives]))
    for signature, parameters, *rest in signatures:
        made.signatures[signature] = Signature(signature, tuple([SignatureParam(*param) for param in parameters]), *rest)
    made.records = {
        record: Layout(
            record,
            tuple([(field, types[number]) for field, number in fields]),
            resume,
            entry,
            tuple(bases),
            tuple([Member(*member) for member in members]),
        )
        for record, fields, resume, entry, bases, members in records
    }
    made.globals = [(slot, types[number]) for slot, number in global_slots]
    for task, function, params, result, doc in tasks:
        made.tasks[task] = Task(
            task,
            function,
            tuple([Param(param, types[number], default, has_default) for param, number, default, has_default in params]),
            types[result],
            doc,
        )
    return made
