"""The IR as data: modules, functions, blocks and instructions.

A function is typed three-address code over virtual registers in basic blocks. It is *not* in SSA form: a register has one storage type
for the whole function and may be assigned many times; temporaries are assigned once. Block 0 is the entry. Every block ends with exactly one
terminator. These are plain mutable containers: passes edit them in place, the verifier (:mod:`belljar.ir.verify`) says what must hold.
"""

from __future__ import annotations

from belljar.source import NOWHERE, Source, Span
from belljar.structs import Frozen, Struct
from belljar.types import BOOL, FLOAT, INT, NUMBER, OptionalType, RangeType, TupleType, Type, components

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final

    from belljar.ir.ops import Op
    from belljar.ir.passes.segments import Segment
    from belljar.trace.points import Points


class Register(Struct):
    """A virtual register: its storage type, and the source variable it holds (``""`` for a temporary).

    An optional variable ``x`` is two registers, ``x?`` (is it there?) and ``x``; the parts of a tuple variable ``t`` are ``t.0``, ``t.1``.
    """

    __slots__ = ("name", "type")

    def __init__(self, type: Type, name: str = "") -> None:
        self.type = type
        self.name = name


class Scope(Frozen):
    """Where inlined code came from: the body of ``function`` (its source name), called at ``call_span`` inside ``parent`` (None: the function
    that holds the instruction). Error reports rebuild the guest stack from it."""

    __slots__ = ("call_span", "function", "parent")

    def __init__(self, function: str, call_span: Span, parent: Scope | None = None) -> None:
        self.function: Final = function
        self.call_span: Final = call_span
        self.parent: Final = parent


class Instr(Struct):
    """One instruction: ``results := op(args)``. Register operands are indices into ``Function.registers``; immediates are the Python value itself
    (``int``, ``float``, ``bool``, ``str``, :class:`~belljar.types.Type`); ``op.kind(i)`` says which operand is what."""

    __slots__ = ("args", "op", "results", "scope", "span")

    def __init__(self, op: Op, results: tuple[int, ...], args: tuple[Any, ...], span: Span = NOWHERE, scope: Scope | None = None) -> None:
        self.op = op
        self.results = results
        self.args = args
        self.span = span
        self.scope = scope

    def registers_read(self) -> tuple[int, ...]:
        """The register operands, in order."""
        return self.op.read(self.args)

    def targets(self) -> tuple[int, ...]:
        """The blocks a terminator may go to."""
        return self.args[self.op.targets]


class Block(Struct):
    __slots__ = ("instrs",)

    def __init__(self, instrs: list[Instr] | None = None) -> None:
        self.instrs: list[Instr] = [] if instrs is None else instrs

    @property
    def terminator(self) -> Instr:
        return self.instrs[-1]

    def successors(self) -> tuple[int, ...]:
        return self.instrs[-1].targets()

    @property
    def guarded(self) -> Instr | None:
        """The instruction whose fault leads to a handler, where the block ends with a ``guard``."""
        return self.instrs[-2] if len(self.instrs) > 1 and self.instrs[-1].op.name == "guard" else None

    @property
    def handler(self) -> int:
        """Where that fault leads, -1 where the block ends otherwise."""
        last = self.instrs[-1]
        handler: int = last.args[1] if last.op.name == "guard" else -1
        return handler


class Function(Struct):
    """``name`` is unique in the module (specialisations carry a suffix: ``area$float,float``); ``source_name`` is what people wrote.

    ``generator`` is ``""``, or makes the function a generator that :mod:`belljar.ir.passes.generators` has still to split: it names the record that its frames become, ``results`` are
    the components of what it yields, and it returns nothing or one ``any``, the value of its return.
    """

    __slots__ = ("blocks", "generator", "name", "params", "registers", "results", "source_name", "span")

    def __init__(
        self,
        name: str,
        params: list[int],
        results: tuple[Type, ...],
        registers: list[Register] | None = None,
        blocks: list[Block] | None = None,
        source_name: str = "",
        span: Span = NOWHERE,
        generator: str = "",
    ) -> None:
        self.name = name
        self.generator = generator
        self.params = params
        self.results = results
        self.registers: list[Register] = [] if registers is None else registers
        self.blocks: list[Block] = [] if blocks is None else blocks
        self.source_name = source_name
        self.span = span

    def new_register(self, type: Type, name: str = "") -> int:
        self.registers.append(Register(type, name))
        return len(self.registers) - 1

    def new_block(self) -> int:
        self.blocks.append(Block())
        return len(self.blocks) - 1


MEMBER_KINDS: Final = ("method", "property", "staticmethod", "classmethod", "variable", "object", "fields")


_BINARY: Final = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor", "matmul")
PLAIN, REFLECTED, IN_PLACE = (tuple(f"__{prefix}{name}__" for name in _BINARY) for prefix in ("", "r", "i"))
"""The methods of the binary operators, in the order of ``BINARY_OPERATORS``."""
UNARY: Final = ("__neg__", "__pos__", "__invert__", "__abs__")
"""Those of ``UNARY_OPERATORS``."""
COMPARING: Final = ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__")
"""Those of ``COMPARISONS``."""
SPECIAL_METHODS: Final = frozenset(
    {
        *(*PLAIN, *REFLECTED, *IN_PLACE, *UNARY, *COMPARING),
        *(
            "__bool__",
            "__len__",
            "__contains__",
            "__getitem__",
            "__setitem__",
            "__delitem__",
            "__str__",
            "__repr__",
            "__format__",
            "__hash__",
        ),
        *(
            "__call__",
            "__iter__",
            "__next__",
            "__reversed__",
            "__round__",
            "__divmod__",
            "__rdivmod__",
            "__int__",
            "__float__",
            "__index__",
        ),
        *("__trunc__", "__floor__", "__ceil__"),
    }
)
"""Methods that operators, built-in functions and containers look for: BELL_SPECIALS of ``csrc/runtime/special.h``."""


class Member(Frozen):
    """What a class has besides the fields of its records, those it inherits included: its kind, one of ``MEMBER_KINDS``, and where it is.

    ``object`` and ``fields`` are special methods that nobody wrote, without a target: as ``object`` has them (``__eq__`` and ``__hash__`` by identity, ``__repr__``), and as dataclasses
    do, of the fields (``__eq__``, ``__hash__``, ``__lt__`` and its kin, ``__repr__``). A class that says neither has ``__eq__`` and ``__repr__`` of its fields and no hash.

    ``target`` is the name of a signature, for a function that captures nothing, or the index of the module-level variable that holds the function object or the
    class variable. ``setter`` is that of a property, ``""`` where it has none. A class that is a value, or has class methods, has its class object as the variable ``__class__``.
    """

    __slots__ = ("kind", "name", "setter", "target")

    def __init__(self, name: str, kind: str, target: str | int, setter: str | int = "") -> None:
        self.name: Final = name
        self.kind: Final = kind
        self.target: Final = target
        self.setter: Final = setter


class Layout(Frozen):
    """A record type's fields in order: (name, source type), those of the record it derives from first; and what its class has besides. ``bases`` names the records it derives
    from, the nearest first.

    ``resume`` is ``""`` but for the frames of a generator: there it names the function that runs it on to its next yield. ``entry`` names the one by which runtime code does that,
    ``(frame, int, any) -> (bool, any)``, or is ``""`` where no frame becomes an ``any``.
    """

    __slots__ = ("bases", "entry", "fields", "members", "name", "resume", "slots", "specials")

    def __init__(
        self,
        name: str,
        fields: tuple[tuple[str, Type], ...],
        resume: str = "",
        entry: str = "",
        bases: tuple[str, ...] = (),
        members: tuple[Member, ...] = (),
    ) -> None:
        self.name: Final = name
        self.fields: Final = fields
        self.resume: Final = resume
        self.entry: Final = entry
        self.bases: Final = bases
        self.members: Final = members
        self.specials: Final = {member.name: member for member in members if member.name in SPECIAL_METHODS}
        """Its special methods by their names."""
        self.slots: Final = tuple([slot for field, type in fields for slot in named_components(field, type)])
        """The words of the object in order: (name, storage type). An optional field ``f`` is ``f?`` and ``f``, a tuple field ``f.0``, ``f.1`` ..."""

    @property
    def base(self) -> str:
        """The record it derives from, ``""`` for none."""
        return self.bases[0] if self.bases else ""

    def derives_from(self, name: str) -> bool:
        """Whether a record of this layout is one of that name: its own, or one of its bases."""
        return name == self.name or name in self.bases

    def derived(self, name: str, fields: tuple[tuple[str, Type], ...] = ()) -> Layout:
        """The layout of a record that derives from this one and has these fields besides."""
        return Layout(name, (*self.fields, *fields), bases=(self.name, *self.bases))

    @property
    def generator(self) -> str:
        """The name of the generator whose frames can be values, ``""`` for other records."""
        return self.entry.rpartition(".")[0].partition("$")[0]

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


class Param(Frozen):
    """One parameter of a task as people see it: its source type (an optional or record is one parameter)."""

    __slots__ = ("default", "has_default", "name", "type")

    def __init__(self, name: str, type: Type, default: Any = None, has_default: bool = False) -> None:
        self.name: Final = name
        self.type: Final = type
        self.default: Final = default
        self.has_default: Final = has_default


PARAM_KINDS: Final = ("positional", "plain", "args", "keyword", "kwargs")
"""How an argument reaches a parameter: by position only, by position or name, the rest of the positions as a tuple, by name only, the rest of the names as a dict."""


class SignatureParam(Frozen):
    """One parameter of a function that is a value: its kind, one of ``PARAM_KINDS``, and which captured value is its default, -1 for none."""

    __slots__ = ("default", "kind", "name")

    def __init__(self, name: str, kind: str = "plain", default: int = -1) -> None:
        self.name: Final = name
        self.kind: Final = kind
        self.default: Final = default


class Signature(Frozen):
    """A function that can be a value, called without knowing it: what calls are checked against, and the function they run.

    ``entry`` takes the function object and one ``any`` for each parameter in order, and gives one ``any``. ``title`` is the qualified name people know it by. Of a class
    ``record`` is the record that calling it makes, and ``title`` that of its ``__init__``, or the class's own where it has none. ``doc`` is its docstring. ``wraps`` says which
    captured value is the function that it answers for when it is asked for its name and docstring (``functools.wraps``), -1 for none.
    """

    __slots__ = ("doc", "entry", "name", "params", "record", "title", "wraps")

    def __init__(
        self,
        name: str,
        params: tuple[SignatureParam, ...],
        entry: str,
        title: str = "",
        record: str = "",
        doc: str | None = None,
        wraps: int = -1,
    ) -> None:
        self.name: Final = name
        self.params: Final = params
        self.entry: Final = entry
        self.title: Final = title or name
        self.record: Final = record
        self.doc: Final = doc
        self.wraps: Final = wraps

    def of_kind(self, *kinds: str) -> tuple[SignatureParam, ...]:
        """The parameters of these kinds, in order."""
        return tuple([param for param in self.params if param.kind in kinds])

    @property
    def plain_count(self) -> int:
        """How many arguments by position are the parameters just as they are, without a look at defaults and names; -1 where no number is."""
        return len(self.params) if all(param.kind in ("positional", "plain") for param in self.params) else -1


class Task(Frozen):
    """A function callable from outside. ``function`` takes the components of each parameter and gives those of ``result``."""

    __slots__ = ("doc", "function", "name", "params", "result")

    def __init__(self, name: str, function: str, params: tuple[Param, ...], result: Type, doc: str = "") -> None:
        self.name: Final = name
        self.function: Final = function
        self.params: Final = params
        self.result: Final = result
        self.doc: Final = doc


class Variable(Frozen):
    """A name of the module level whose value lasts: ``slots`` are the module-level variables that hold it, indices into ``Module.globals``. The first is not 0 where anything is assigned to the name: a bool, or what is always assigned itself. The others
    are the components of ``type``; of a value that no host can have, such as a function, ``type`` is None and ``shown`` says what it is."""

    __slots__ = ("name", "shown", "slots", "type")

    def __init__(self, name: str, type: Type | None, slots: tuple[int, ...], shown: str = "") -> None:
        self.name: Final = name
        self.type: Final = type
        self.slots: Final = slots
        self.shown: Final = shown

    @property
    def is_definition(self) -> bool:
        """Whether it is one function, class or built-in function alone: that it is set is all there is to it."""
        return self.type is None and len(self.slots) == 1


class HostFunction(Frozen):
    """A function of the host as a module calls it: one row of ``Module.hosts``. ``params`` and ``result`` are the storage types of the words that cross, ``takes`` and ``gives`` the
    source types that the host declared: where they say more, a value is checked against them on its way. ``effect`` is ``read`` or ``write``."""

    __slots__ = ("capability", "effect", "gives", "name", "params", "result", "takes")

    def __init__(
        self, name: str, capability: str, effect: str, params: tuple[Type, ...], result: Type, takes: tuple[Type, ...], gives: Type
    ) -> None:
        self.name: Final = name
        self.capability: Final = capability
        self.effect: Final = effect
        self.params: Final = params
        self.result: Final = result
        self.takes: Final = takes
        self.gives: Final = gives


class Module(Struct):
    """A program compiled as one unit. ``globals`` are the storage types and names of module-level variables; ``init`` names the function that runs
    the module-level statements (its parameters are the module's inputs, it has no results), ``""`` if there is nothing to run. ``signatures`` are those
    of the functions that are values, ``hosts`` the functions of the host that it calls. ``variables`` is None but for a module whose state lasts from call to call: there it holds the names of the state, and
    ``init`` is run when it is asked for. ``handlers`` names the tasks that are run for each event. ``names`` says which names of the module level ``globals`` hold. ``traces`` says what the marks of a traced module mean, ``segments`` what those of a profiled one are, None where there are none; none of the three
    is part of its binary and text forms."""

    __slots__ = (
        "functions",
        "globals",
        "handlers",
        "hosts",
        "init",
        "kept",
        "name",
        "names",
        "records",
        "segments",
        "signatures",
        "source",
        "tasks",
        "traces",
        "variables",
    )

    def __init__(
        self,
        name: str,
        source: Source | None = None,
        functions: dict[str, Function] | None = None,
        records: dict[str, Layout] | None = None,
        globals: list[tuple[str, Type]] | None = None,
        tasks: dict[str, Task] | None = None,
        init: str = "",
        signatures: dict[str, Signature] | None = None,
        hosts: list[HostFunction] | None = None,
    ) -> None:
        self.name = name
        self.source = source
        self.functions: dict[str, Function] = {} if functions is None else functions
        self.records: dict[str, Layout] = {} if records is None else records
        self.globals: list[tuple[str, Type]] = [] if globals is None else globals
        self.tasks: dict[str, Task] = {} if tasks is None else tasks
        self.init = init
        self.signatures: dict[str, Signature] = {} if signatures is None else signatures
        self.variables: dict[str, Variable] | None = None
        self.names: dict[str, Variable] = {}
        self.kept: dict[str, Variable] = {}
        """Of a module whose state lasts: what lasts besides, the variables of classes and of modules of the library. No program has a name for it that its host knows."""
        self.handlers: dict[str, tuple[str, ...]] = {}
        self.traces: Points | None = None
        self.segments: tuple[Segment, ...] | None = None
        self.hosts: list[HostFunction] = [] if hosts is None else hosts
