"""The flow graph of a program as data: what :mod:`belljar.lang.flow` builds and :mod:`belljar.lang.infer` walks.

A function is blocks of untyped three-address steps; block 0 is the entry. Temporaries are numbered, assigned once and live within one block; variables have names and cross
blocks.
"""

from __future__ import annotations

from belljar.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Final

    from belljar.errors import BellError
    from belljar.lang.marks import Mark
    from belljar.safety.host_signature import HostSignature
    from belljar.source import Source, Span
    from belljar.types import Type


HOST: Final = "host:"
"""What the name begins with under which the compiler knows a function of the host among built-in ones."""


class Step(Struct):
    """``out := kind(args)``; ``args`` are temporaries, ``data`` what the kind needs besides (a name, an operator, keyword names)."""

    __slots__ = ("args", "data", "kind", "out", "span")

    def __init__(self, kind: str, out: int, args: tuple[int, ...], data: Any, span: Span) -> None:
        self.kind = kind
        self.out = out
        self.args = args
        self.data = data
        self.span = span


class Jump(Struct):
    __slots__ = ("target",)

    def __init__(self, target: int) -> None:
        self.target = target


class Branch(Struct):
    """Go to ``then`` when the temporary is true, narrowing what its computation says about variables. ``on_then`` and ``on_else`` are marks of the ways there: a block of their own would narrow what the way does not."""

    __slots__ = ("cond", "on_else", "on_then", "orelse", "span", "then")

    def __init__(self, cond: int, then: int, orelse: int, span: Span, on_then: Sequence[Mark] = (), on_else: Sequence[Mark] = ()) -> None:
        self.cond = cond
        self.then = then
        self.orelse = orelse
        self.span = span
        self.on_then = on_then
        self.on_else = on_else

    def marks_to(self, target: int) -> Sequence[Mark]:
        """The marks of the way to one of its blocks."""
        return self.on_then if target == self.then else self.on_else


class Return(Struct):
    """``is_unforeseen``: it is behind a ``match`` that the function ends with, which readers take for complete."""

    __slots__ = ("is_unforeseen", "span", "value")

    def __init__(self, value: int | None, span: Span, is_unforeseen: bool = False) -> None:
        self.value = value
        self.span = span
        self.is_unforeseen = is_unforeseen


class Raise(Struct):
    """End with an exception of the class named; ``value`` is its message. ``code`` is E0705, or E0704 for assertions."""

    __slots__ = ("code", "name", "span", "value")

    def __init__(self, name: str, value: int | None, code: str, span: Span) -> None:
        self.name = name
        self.value = value
        self.code = code
        self.span = span


class Throw(Struct):
    """End with an exception object (or class) that was computed; ``value`` None raises the one being handled again. ``handled`` is the exception being handled, where the
    program asks for contexts."""

    __slots__ = ("cause", "handled", "span", "value")

    def __init__(self, value: int, cause: int | None, span: Span, handled: int | None = None) -> None:
        self.value = value
        self.cause = cause
        self.span = span
        self.handled = handled


class Stop(Struct):
    """The end of code that is not reached, or was refused."""

    __slots__ = ()


End = Jump | Branch | Return | Raise | Throw | Stop


class FlowBlock(Struct):
    """``handler`` is the block that goes on with an exception raised in this one, -1 for none; ``last_uses`` is what inference works out about the steps, once."""

    __slots__ = ("end", "handler", "last_uses", "steps")

    def __init__(self, steps: list[Step] | None = None, end: End | None = None, handler: int = -1) -> None:
        self.steps: list[Step] = [] if steps is None else steps
        self.end: End = Stop() if end is None else end
        self.handler = handler
        self.last_uses: dict[int, int] | None = None

    def targets(self) -> list[int]:
        """Where control may go from here."""
        end = self.end
        found = [end.target] if isinstance(end, Jump) else [end.then, end.orelse] if isinstance(end, Branch) else []
        if self.handler >= 0:
            found.append(self.handler)
        return found


class ParamDecl(Struct):
    """``kind``: ``""``, ``"*"`` for the one that gathers positional arguments, ``"**"`` for keywords. ``default`` is a constant, or, where ``default_name`` is set,
    the variable of the function's environment that holds what was computed when the function was made. ``receiver`` is the class of the objects that are given where
    nothing else is."""

    __slots__ = (
        "annotation",
        "default",
        "default_name",
        "has_default",
        "is_tested",
        "keyword_only",
        "kind",
        "name",
        "positional_only",
        "receiver",
        "span",
    )

    def __init__(
        self,
        name: str,
        annotation: ast.expr | None,
        default: Any,
        has_default: bool,
        span: Span,
        keyword_only: bool = False,
        positional_only: bool = False,
        kind: str = "",
        default_name: str = "",
    ) -> None:
        self.name = name
        self.annotation = annotation
        self.default = default
        self.default_name = default_name
        self.has_default = has_default
        self.span = span
        self.keyword_only = keyword_only
        self.positional_only = positional_only
        self.kind = kind
        self.receiver = ""
        self.is_tested = False
        """Whether the function asks by isinstance() what it was given, so that it takes values its annotation does not allow, too."""


class FlowFunction(Struct):
    """One function as a graph; block 0 is the entry. ``returns`` is the return annotation.

    ``environment`` names the variables that its closure brings along: computed defaults, then what it captured. ``cells`` are its own variables that live in boxes.
    ``source_name`` is what people see; ``method_of`` the class whose body it stands in. ``live``, by block, and ``mentions`` are what inference works out about the names it reads, once.
    """

    __slots__ = (
        "blocks", "cells", "doc", "docstring", "environment", "is_generator", "is_init", "live", "mentions", "method_of", "name", "of_library", "params", "returns", "source_name", "span", "temps", "wrapped",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        params: list[ParamDecl],
        returns: ast.expr | None,
        blocks: list[FlowBlock],
        temps: int,
        span: Span,
        doc: str = "",
        is_init: bool = False,
        environment: tuple[str, ...] = (),
        cells: tuple[str, ...] = (),
        is_generator: bool = False,
        source_name: str = "",
        method_of: str = "",
    ) -> None:
        self.name = name
        self.params = params
        self.returns = returns
        self.blocks = blocks
        self.temps = temps
        self.span = span
        self.doc = doc
        self.is_init = is_init
        self.environment = environment
        self.cells = cells
        self.is_generator = is_generator
        self.source_name = source_name or name
        self.method_of = method_of
        self.live: list[frozenset[str]] | None = None
        self.mentions: frozenset[str] | None = None
        self.of_library = False
        self.docstring: str | None = None
        """As it stands in the text."""
        self.wrapped = ""
        """The variable of its environment that holds the function whose name and docstring it has, by ``functools.wraps``."""

    def of_objects(self, cls: str) -> FlowFunction:
        """The same method for objects of this class alone."""
        made, me = FlowFunction.__new__(FlowFunction), ParamDecl.__new__(ParamDecl)
        for name in ParamDecl.__slots__:
            setattr(me, name, getattr(self.params[0], name))
        me.receiver = cls
        for name in FlowFunction.__slots__:
            setattr(made, name, getattr(self, name))
        made.name = f"{self.name}.{cls}"
        made.params = [me, *self.params[1:]]
        return made

    @property
    def title(self) -> str:
        """The qualified name that the program reads: without what a form of it adds for people, as in ``C.area (property)``."""
        return self.source_name.partition(" (")[0]

    @property
    def is_stub(self) -> bool:
        """Whether there is nothing to run but marks of a trace, as in the methods of a protocol: what the annotation promises, others keep."""
        return len(self.blocks) == 1 and all(step.kind == "mark" for step in self.blocks[0].steps)


class Bindings(Struct):
    """What functions assign by name: how often each module-level variable (``counts``), the scalar constant it was given (``constants``), and which ``attributes``."""

    __slots__ = ("attributes", "constants", "counts")

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.constants: dict[str, Any] = {}
        self.attributes: set[str] = set()

    def add(self, other: Bindings) -> None:
        for name, count in other.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        self.constants.update(other.constants)
        self.attributes |= other.attributes


def bindings_of(functions: Iterable[FlowFunction]) -> Bindings:
    """What these functions assign."""
    found = Bindings()
    for function in functions:
        for block in function.blocks:
            constants: dict[int, Any] = {}
            for step in block.steps:
                kind = step.kind
                if kind == "const":
                    constants[step.out] = step.data
                elif kind == "set_attr":
                    found.attributes.add(step.data)
                elif kind == "publish" or kind == "set_global" or kind == "clear_global":
                    found.counts[step.data] = found.counts.get(step.data, 0) + 1
                    value = constants.get(step.args[0]) if step.args else None
                    if value.__class__ in (int, float, bool, str) and not (value.__class__ is int and value.bit_length() > 63):
                        found.constants[step.data] = value
    return found


class LibraryModule(Struct):
    """A module of the library as it is built, the same for every program.

    ``needs`` is what it asks of a program, in order: the name of a method of :class:`~belljar.lang.program.Program` and its argument. ``functions`` by flow name are graphs,
    or bytes that ``read`` makes one of. ``members`` are the names of its module level, each with what it imports under that name, ``""`` for what it makes itself.
    """

    __slots__ = ("bindings", "classes", "functions", "globals", "init", "late", "members", "name", "needs", "read", "sends", "shared")

    def __init__(
        self,
        name: str,
        needs: tuple[tuple[str, str], ...],
        init: FlowFunction,
        functions: Mapping[str, FlowFunction | bytes],
        classes: dict[str, ClassDecl],
        globals: tuple[str, ...],
        shared: frozenset[str],
        late: frozenset[str],
        members: dict[str, str],
        sends: bool,
        bindings: Bindings,
        *,
        read: Callable[[bytes], FlowFunction] | None = None,
    ) -> None:
        self.name = name
        self.needs = needs
        self.init = init
        self.functions = dict(functions)
        self.classes = classes
        self.globals = globals
        self.shared = shared
        self.late = late
        self.members = members
        self.sends = sends
        self.bindings = bindings
        self.read = read

    def function(self, name: str) -> FlowFunction:
        found = self.functions[name]
        if isinstance(found, bytes):
            assert self.read is not None
            self.functions[name] = found = self.read(found)
        return found


class Functions(dict[str, FlowFunction]):
    """The functions of a program by flow name; those of the library are taken from their module when somebody asks for them."""

    def __init__(self) -> None:
        super().__init__()
        self._shelved: dict[str, LibraryModule] = {}

    def add_shelved(self, module: LibraryModule) -> None:
        for name in module.functions:
            self._shelved[name] = module

    def __missing__(self, name: str) -> FlowFunction:
        self[name] = found = self._shelved[name].function(name)
        return found

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._shelved


class CallShape(Struct):
    """How the arguments of a call are given: ``keywords`` name the last of them; ``stars`` are the positions of those written ``*x``, ``maps`` of those written ``**x``.
    ``walked``: the result is walked at once."""

    __slots__ = ("keywords", "maps", "stars", "walked")

    def __init__(
        self, keywords: tuple[str, ...] = (), stars: tuple[int, ...] = (), maps: tuple[int, ...] = (), walked: bool = False
    ) -> None:
        self.keywords = keywords
        self.stars = stars
        self.maps = maps
        self.walked = walked

    @property
    def is_plain(self) -> bool:
        return not self.stars and not self.maps


class FieldDecl(Struct):
    """A field of a class. ``annotation`` is None for one that only methods assign; ``factory``: the function that makes its default, ``default_global`` the module-level
    variable that holds a default that is no constant. ``certain``: every object has it from its making on. ``is_copy``: it is one of a base that does not begin the objects.
    ``init_only``: an InitVar, which no object has."""

    __slots__ = (
        "annotation", "certain", "default", "default_global", "factory", "has_default", "in_compare", "in_init", "in_repr", "init_only", "is_copy", "keyword_only", "name", "span",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        annotation: ast.expr | None,
        default: Any,
        has_default: bool,
        span: Span,
        factory: str = "",
        default_global: str = "",
        certain: bool = True,
        in_init: bool = True,
        in_repr: bool = True,
    ) -> None:
        self.name = name
        self.annotation = annotation
        self.default = default
        self.default_global = default_global
        self.factory = factory
        self.has_default = has_default
        self.span = span
        self.certain = certain
        self.in_init = in_init
        self.in_repr = in_repr
        self.in_compare = True
        self.keyword_only = False
        self.is_copy = False
        self.init_only = False

    def copied(self) -> FieldDecl:
        """The same field of another class."""
        made = FieldDecl.__new__(FieldDecl)
        for name in FieldDecl.__slots__:
            setattr(made, name, getattr(self, name))
        made.is_copy = True
        return made


COMPUTED: Final = object()
"""The default of a parameter that is no constant, and is computed by the function that makes objects of a class."""


def captured_name(function: str, variable: str) -> str:
    """The module-level variable with what a method takes from the function around its class."""
    return f"{function}.{variable}:captured"


def object_name(function: str) -> str:
    """The module-level variable that holds the object of a method with defaults, for calls that are only known while running."""
    return f"{function}.object"


class MethodDecl(Struct):
    """A function of a class. ``kind``: ``method``, ``static``, ``class``, ``property``, ``setter``; ``function`` is its flow name."""

    __slots__ = ("function", "kind", "name")

    def __init__(self, name: str, kind: str, function: str) -> None:
        self.name = name
        self.kind = kind
        self.function = function


class ClassDecl(Struct):
    """A class. ``fields`` are its own, those of its base come first in objects. ``variables`` maps class attributes to the module-level variables that hold them.
    ``kind``: ``record`` (annotated fields, made by position or keyword), ``plain``, ``exception``, ``enum`` or ``namedtuple``."""

    __slots__ = (
        "above", "abstract", "aliases", "base", "bases", "completes_order", "deleters", "doc", "fields", "flavour", "frozen", "has_eq", "has_hash", "has_repr", "holds", "is_checked", "is_dataclass", "is_generic", "is_marked", "is_protocol", "keyword_only", "kind", "match_args", "members", "methods",
        "name", "order", "ordered", "qualname", "setters", "shown", "skips_init", "slots", "span", "uses_super", "variables",
    )  # fmt: skip

    def __init__(self, name: str, span: Span, base: str = "", doc: str = "", shown: str = "") -> None:
        self.name = name
        self.shown = shown or name
        self.qualname = self.shown
        self.span = span
        self.base = base
        self.doc = doc
        self.kind = "plain"
        self.is_dataclass = False
        self.skips_init = False
        """Whether it is a dataclass that is made as its bases are: ``init=False``."""
        self.is_generic = False
        """Whether it can be written with what it is a class of: ``Stack[int]``."""
        self.is_marked = False
        self.above: tuple[str, ...] = ()
        """The classes it names as its bases, with ``abc.ABC``."""
        """Whether it names a base that only says something to readers: ``ABC``, ``Generic``."""
        self.is_protocol = False
        """Whether it says what objects of other classes have, so that it is no base of theirs."""
        self.is_checked = False
        """Whether objects may be asked whether they are of the protocol: ``@runtime_checkable``."""
        self.flavour = ""
        """Of an enumeration: ``Enum``, ``IntEnum``, ..."""
        self.frozen = False
        self.ordered = False
        self.completes_order = False
        self.has_eq = True
        self.has_hash = False
        self.has_repr = True
        self.keyword_only = False
        self.fields: list[FieldDecl] = []
        self.methods: dict[str, MethodDecl] = {}
        self.bases: tuple[str, ...] = (base,) if base else ()
        """All the classes it derives from, as it names them. ``base`` is the one whose fields come first in its objects; it has copies of those of the others."""
        self.order: tuple[str, ...] = (name,)
        """The names of the class and of those it derives from in the order in which attributes are looked up."""
        self.uses_super = False
        self.abstract: set[str] = set()
        """Its methods that classes derived from it have to define."""
        self.setters: dict[str, MethodDecl] = {}
        self.deleters: dict[str, MethodDecl] = {}
        self.variables: dict[str, str] = {}
        self.holds: dict[str, bool] = {}
        """The class variables that may be assigned through this class and others of its family, with whether its body assigns them."""
        self.aliases: dict[str, str] = {}
        """Names of an enumeration that are other names of its members."""
        self.members: list[str] = []
        """Names of an enumeration's members, in order."""
        self.match_args: tuple[str, ...] | None = None
        """The attributes that its positional patterns are matched with, where it says so."""
        self.slots: tuple[str, ...] | None = None
        """The attributes that it names in ``__slots__``, where that is there."""


class FlowModule(Struct):
    """A whole program before types. ``functions`` are all of them by flow name, ``tasks`` those that can be called from outside. ``globals`` are the module-level variables that
    functions read, in order of first assignment; ``shared`` those that functions assign, too."""

    __slots__ = (
        "aliases",
        "bindings",
        "catches",
        "catches_unbound",
        "classes",
        "computed",
        "declared",
        "definitions",
        "diagnostics",
        "field_names",
        "first_classes",
        "functions",
        "globals",
        "handlers",
        "handles",
        "held",
        "hosts",
        "imported",
        "init",
        "inputs",
        "is_loose",
        "late",
        "missed",
        "need",
        "sends",
        "set_on_any",
        "shared",
        "source",
        "state",
        "stops",
        "strict",
        "tasks",
        "tells_apart",
        "tested",
        "traces",
        "variables",
    )

    def __init__(
        self,
        source: Source,
        functions: Functions,
        classes: dict[str, ClassDecl],
        init: FlowFunction,
        globals: list[str],
        inputs: tuple[str, ...],
        diagnostics: list[BellError],
        strict: bool = False,
        tasks: dict[str, str] | None = None,
        shared: frozenset[str] = frozenset(),
        late: frozenset[str] = frozenset(),
        catches: bool = False,
    ) -> None:
        self.source = source
        self.functions = functions
        self.classes = classes
        self.init = init
        self.globals = globals
        self.inputs = inputs
        self.diagnostics = diagnostics
        self.strict = strict
        self.tasks: dict[str, str] = {} if tasks is None else tasks
        self.shared = shared
        self.late = late
        self.aliases: dict[str, ast.expr] = {}
        self.imported: dict[str, str] = {}
        """What annotations may name: type aliases, and imported names with what they stand for."""
        self.bindings = Bindings()
        self.hosts: Mapping[str, HostSignature] = {}
        """The functions of the host that it may call, by name."""
        self.traces = "off"
        """The level of the trace that it is marked for."""
        self.need: Callable[[str], None] = lambda module: None
        """Reads a module of the library that rules call functions of."""
        self.tested: set[tuple[str, str]] = set()
        """Fields, by class, that a method of the class tests by isinstance(), so that their annotations need not hold."""
        self.field_names: frozenset[str] | None = frozenset()
        """The attributes that replacement fields in the texts of the program name, as in ``"{0.name}"``; None where it may put such fields together."""
        self.missed: dict[tuple[str, str], Span] = {}
        """Fields that objects are given although their class has none, by class, with the place of the assignment."""
        self.set_on_any: set[str] = set()
        """Attributes that the program assigns to values known only while running."""
        self.sends = False
        self.tells_apart = False
        """Whether it has patterns in which a value tells what the other parts are."""
        self.is_loose = False
        """Whether those other parts are taken for values of any type."""
        """Whether something may be sent to a generator, or thrown."""
        self.stops = False
        """Whether functions of the main module may raise StopIteration by themselves."""
        self.handlers: dict[str, tuple[str, ...]] = {}
        """By event: the functions that are run for it, in source order."""
        self.computed: dict[str, frozenset[str]] = {}
        """The parameters of tasks whose defaults are computed."""
        self.definitions = 0
        """Functions and methods that the program's text defines."""
        self.variables = 0
        """Names of its module level that are no functions, classes or imports."""
        self.state: tuple[str, ...] | None = None
        """The names that last, of a program whose state does."""
        self.declared: dict[str, ast.expr] = {}
        """Those of them that are annotated, with the annotation."""
        self.held: dict[str, Type] = {}
        """Those that are there before it runs, with their types."""
        self.catches_unbound = False
        """Whether an ``except`` of the program may see a NameError."""
        self.handles = catches
        """Whether the main module itself may catch something, or end before what it does wrong."""
        self.catches = catches
        """Whether an ``except`` of the program may see a TypeError or AttributeError: then such findings are raised while running."""
        self.first_classes: tuple[str, ...] = ()
        """The classes that there were when the program was read. Inference loads more of the library; what it found then must not change what the same program is next time."""

    def constants(self) -> dict[str, Any]:
        """The module-level variables that are assigned before anything can read them and only ever hold one scalar constant."""
        return {
            name: value
            for name, value in self.bindings.constants.items()
            if self.bindings.counts[name] == 1
            and name not in self.late
            and name not in self.inputs
            and not (
                "." in name and name.rsplit(".", 1)[1] in self.bindings.attributes
            )  # those of classes are assigned through the class, too
        }
