"""What checking a program found out, kept for those who ask about places in it: editors, and people at a prompt.

Nothing is compiled. A survey never raises for what the text is like: what is wrong is in its ``diagnostics``, and what is known is known.
"""

from __future__ import annotations

from belljar.errors import BellError
from belljar.lang.compile import FrontEnd
from belljar.lang.emit import NullEmitter, Val
from belljar.lang.graph import Step
from belljar.lang.infer import World
from belljar.lang.lattice import (
    UNBOUND,
    UNKNOWN,
    VIEWS,
    BoundOf,
    BuiltInOf,
    CellOf,
    ClassOf,
    ClosureOf,
    DictView,
    EnumerateOf,
    FilterOf,
    GeneratorOf,
    MapOf,
    MaybeType,
    ModuleOf,
    ReversedOf,
    ZipOf,
    resolve,
)
from belljar.lang.library import internal_names, library_names
from belljar.lang.transfer import Walk
from belljar.structs import Struct
from belljar.types import ANY, NEVER, OptionalType, RecordType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from belljar.lang.graph import ClassDecl, FlowFunction, FlowModule
    from belljar.source import Span

TYPES_SHOWN_MAX = 4
"""Types named of a place that has several; one with more is shown as ``any``."""

_SILENT = (
    "publish",
    "made",
    "cell_new",
    "unbind",
    "clear_global",
    "unpack",
    "iter_",
    "set_",
    "delete",
    "del_",
    "declare",
    "module",
    "class",
    "function",
)
"""Beginnings of the kinds of steps whose place says nothing about a value that people see there."""

_TEXTS = library_names() | internal_names()
_VIEWS: dict[type, str] = {EnumerateOf: "enumerate", ZipOf: "zip", ReversedOf: "reversed", MapOf: "map", FilterOf: "filter"}


class Survey(Struct):
    """The findings about one text. ``flow`` is None where it does not parse.

    ``types``: for each place of an expression, or of a name that is bound, the types it was seen with. ``receivers``: for each place of an attribute or method call, the types before the dot.
    ``results`` and ``params``: by flow name of a function, the types of its result and of its parameters.
    """

    __slots__ = ("diagnostics", "flow", "params", "receivers", "results", "types")

    def __init__(self) -> None:
        self.diagnostics: list[BellError] = []
        self.flow: FlowModule | None = None
        self.types: dict[Span, list[Type]] = {}
        self.receivers: dict[Span, list[Type]] = {}
        self.results: dict[str, list[Type]] = {}
        self.params: dict[str, list[list[Type]]] = {}

    def see(self, span: Span, type: Type) -> None:
        """One more type of a place."""
        if span.line:
            _add(self.types.setdefault(span, []), type)

    def show(self, types: Sequence[Type]) -> str:
        """Types as people read them, ``""`` where nothing is known."""
        texts = list(dict.fromkeys(text for type in types if (text := self.shown(type))))
        if len(texts) > 1 and "None" in texts:  # seen as None on one path, as a value on another
            texts = [*(text for text in texts if text != "None" and not text.endswith(" | None")), "None"] if len(texts) > 1 else texts
        return "any" if len(texts) > TYPES_SHOWN_MAX else " | ".join(texts)

    def shown(self, type: Type) -> str:
        """One type as people read it."""
        if type in (UNKNOWN, UNBOUND, NEVER):
            return ""
        if isinstance(type, MaybeType):
            return self.shown(type.item)
        if isinstance(type, OptionalType):
            inner = self.shown(type.item)
            return f"{inner} | None" if inner else "None"
        if isinstance(type, RecordType):
            decl = self.class_named(type.name)
            return decl.shown if decl is not None else type.name
        if isinstance(type, ClassOf):
            decl = self.class_named(type.name)
            return f"type[{decl.shown if decl is not None else type.name}]"
        if isinstance(type, ClosureOf):
            function = self.function_named(type.function)
            return f"function {function.source_name if function is not None else type.function}"
        if isinstance(type, BoundOf):
            return f"method {type.name} of {self.shown(type.receiver)}"
        if isinstance(type, GeneratorOf):
            inner = self.shown(type.items.find().type)
            return f"generator[{inner}]" if inner else "generator"
        if isinstance(type, (BuiltInOf, ModuleOf)):
            return str(type)
        if isinstance(type, VIEWS):
            return f"dict_{type.which}" if isinstance(type, DictView) else _VIEWS[type.__class__]
        if isinstance(type, CellOf):
            return self.shown(type.item.type)
        text = str(resolve(type))
        return text if text.isprintable() else ""

    def class_named(self, name: str) -> ClassDecl | None:
        return self.flow.classes.get(name) if self.flow is not None else None

    def function_named(self, name: str) -> FlowFunction | None:
        return self.flow.functions.get(name) if self.flow is not None else None

    def result(self, function: str) -> str:
        """The result type of a function, by flow name."""
        return self.show(self.results.get(function, []))


def survey(text: str, name: str, inputs: Mapping[str, Type] | None = None) -> Survey:
    """Check a text and keep what was found out."""
    found = Survey()
    try:
        _Surveyor(found, text, name, inputs)
    except BellError as error:
        found.diagnostics = error.diagnostics
    except RecursionError:
        pass  # the compiler says so where the program is run
    found.diagnostics.sort(key=lambda error: (error.span.line, error.span.column))
    return found


class _Surveyor(FrontEnd):
    """The front end, where what it finds is written down."""

    def __init__(self, found: Survey, text: str, name: str, inputs: Mapping[str, Type] | None) -> None:
        self.found = found
        super().__init__(text, name, inputs)

    def check(self) -> None:
        found = self.found
        found.flow = self.flow
        world = self._checked(lenient=False)
        if any(error.code == "E0205" for error in world.diagnostics):
            world = self._checked(lenient=True)
        found.diagnostics = [*self.flow.diagnostics, *world.diagnostics]
        self.walk(world)

    def walk(self, world: World) -> None:
        """Walk everything once more, silently, to see the type of every place."""
        found = self.found
        for spec in list(world.reached.values()):
            if self.is_of_library(spec.flow.name):
                continue
            params = found.params.setdefault(spec.flow.name, [[] for _ in spec.flow.params])
            for param, types, type in zip(spec.flow.params, params, spec.params):  # noqa: B905  (captured variables follow)
                _add(types, type)
                found.see(param.span, type)
            if not spec.flow.is_init:
                _add(found.results.setdefault(spec.flow.name, []), spec.result)
            walk = _Seeing(world, spec, NullEmitter(), False)
            walk.found, walk.hidden = found, set()
            for number in sorted(spec.entries):
                walk.run(number, spec.entries[number])

    def is_of_library(self, function: str) -> bool:
        """Whether a function stands in another text than the program's."""
        name = function.removeprefix("@")
        if name.split(".")[0] in self.flow.classes:
            return False
        return any(name == module or name.startswith(f"{module}.") for module in _TEXTS)


class _Seeing(Walk):
    """A walk that writes down what it sees."""

    found: Survey
    hidden: set[int]

    def step(self, step: Step) -> Val:
        given = self.temps[step.args[0]].type if step.args else None
        hidden = bool(step.args) and step.args[0] in self.hidden
        made = super().step(step)
        if not step.span.line:
            return made
        if step.kind == "load" and step.data.startswith("."):
            self.hidden.add(step.out)  # the list a comprehension fills
        elif hidden:
            return made
        if given is not None and step.kind in ("attr", "method", "set_attr"):
            _add(self.found.receivers.setdefault(step.span, []), given)
        if given is not None and step.kind in ("store", "set_global"):
            if step.span.line == step.span.end_line:  # else it is a definition, and the place all of it
                self.found.see(step.span, given)
        elif not step.kind.startswith(_SILENT) and step.kind != "store":
            self.found.see(step.span, made.type)
        return made


def _add(types: list[Type], type: Type) -> None:
    if type not in (UNKNOWN, UNBOUND, NEVER) and type not in types:
        if ANY in types:
            return
        types.append(type)
