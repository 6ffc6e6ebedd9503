"""Whole-program inference: one specialisation of a function per tuple of argument types, walked until nothing changes.

The state is a :class:`World`: cells of container elements, types of module-level variables and record fields, and the result of every specialisation. All of them only
grow, in a lattice of finite height, so the rounds end. A round walks the specialisations that are *stale*: not walked yet, or a fact changed that they are known to look at.
It goes from the last discovered to the first, so that results flow from callees to callers and a program without recursion settles in a few rounds. Who looks at what is
only partly written down. So the last walk is over everything, and is the one that reports: what it finds different from the round before is stale, and the rounds go on.
"""

from __future__ import annotations

import ast
from heapq import heappop, heappush

from belljar.errors import BellError, bell_error
from belljar.ir.class_names import class_text
from belljar.ir.exceptions import BASES
from belljar.ir.function import IN_PLACE, PLAIN, REFLECTED, SPECIAL_METHODS, UNARY, HostFunction
from belljar.lang.annotations import Names, known, read_annotation, stands_in
from belljar.lang.comparisons import COMPARE_METHODS, declines, gives_bool
from belljar.lang.conversion import convert, parts, slot_type
from belljar.lang.emit import NullEmitter, Val
from belljar.lang.environment import Env, alive, enter
from belljar.lang.exceptions import RAISED_BY_OPERATIONS
from belljar.lang.given_fields import are_missing
from belljar.lang.graph import (
    COMPUTED,
    HOST,
    ClassDecl,
    FieldDecl,
    FlowBlock,
    FlowFunction,
    FlowModule,
    MethodDecl,
    ParamDecl,
    object_name,
)
from belljar.lang.growth import GROWTH_MAX, combinations_max, growth, maker
from belljar.lang.hosting import caller_of_host
from belljar.lang.late_methods import LateMethods
from belljar.lang.lattice import (
    FUNCTIONAL,
    NAMES_OF_TYPES,
    UNKNOWN,
    BoundOf,
    BuiltInOf,
    Cell,
    CellOf,
    ClassOf,
    ClosureOf,
    ContainerOf,
    DictOf,
    DictView,
    EnumerateOf,
    GeneratorOf,
    Lattice,
    ListOf,
    MaybeType,
    ModuleOf,
    ReversedOf,
    ZipOf,
    extent,
    is_of_functions,
    lift,
    pieces_of,
    resolve,
    shape,
)
from belljar.lang.stand_ins import caller_of, constructor, stand_in, with_computed_default
from belljar.lang.syntax import span_of
from belljar.lang.transfer import Walk
from belljar.lang.uses import last_uses, live_in, mentions
from belljar.source import Span
from belljar.structs import Frozen
from belljar.types import ANY, NEVER, NONE, ClosureType, OptionalType, RecordType, ScalarType, TupleType, Type, widened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Final

    from belljar.lang.marks import Mark
    from belljar.trace.points import Point, Points

ROUNDS_MAX = 200

MEETINGS_MAX = 40
"""Calls within calls that are followed at once, on the host's stack; deeper ones wait for the next round."""

WALKS_MAX = 3
"""Walks of a callee that gives nothing yet, each time a call of it is met."""

STEPS_MAX = 3_000_000
"""Steps walked until types are settled: it bounds the time of compiling whatever the program is made of."""


class Specialisation:
    """A function for one tuple of argument types: those of its parameters, then of what its closure brings along.

    ``entries`` are the states at the start of the blocks that can be reached, as the last walk found them; ``callees`` is what that walk called, in order, and ``callers``
    who ever called this one, first ``within``. ``walked``: at least once; ``stale``: facts changed since. Of a generator, ``yields`` is the cell of what it yields, ``result``
    what it returns in the end. ``growth``: how often there was more in the arguments than in the call around it.
    """

    __slots__ = (
        "callees", "callers", "declared", "entries", "extent", "flow", "growth", "live", "name", "params", "result", "source_name", "stale", "walked", "within", "yields",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        source_name: str,
        flow: FlowFunction,
        params: list[Type],
        declared: Type | None,
        live: list[frozenset[str]],
        within: Specialisation | None = None,
        growth: int = 0,
    ) -> None:
        self.name = name
        self.source_name = source_name
        self.flow = flow
        self.params = params
        self.declared = declared
        self.live = live
        self.result: Type = NEVER
        self.entries: dict[int, Env] = {}
        self.callees: dict[Specialisation, None] = {}
        self.callers: dict[Specialisation, None] = {}
        self.walked = False
        self.stale = True
        self.yields = Cell(NEVER, (name,))
        self.within = within
        self.growth = growth
        self.extent = sum(map(extent, params))


class Field(Frozen):
    """A field as seen from a class: its declaration, and the class that declares it."""

    __slots__ = ("decl", "owner")

    def __init__(self, decl: FieldDecl, owner: str) -> None:
        self.decl: Final = decl
        self.owner: Final = owner


class World:
    """Everything inference knows about a program. ``lenient``: go on behind a variable that nothing assigned, to find more errors; ``wide``: every int result may be
    beyond 64 bits (a run met one), so that arithmetic on ints gives ``any``."""

    def __init__(self, flow: FlowModule, inputs: dict[str, Type], lenient: bool = False, wide: bool = False) -> None:
        self.flow = flow
        self.lenient = lenient
        self.wide = wide
        self.lattice = Lattice()
        self.lattice.escape = self.escape
        self.lattice.touched = self.touched
        self.lattice.common_base = self.common_base  # type: ignore[method-assign]
        self.inputs = inputs
        self.input_types = {name: lift(type) for name, type in inputs.items()}
        self.specialisations: dict[tuple[str, tuple[str, ...]], Specialisation] = {}
        self.named: dict[str, Specialisation] = {}
        """All specialisations by name."""
        self.mentioning: dict[str, dict[Specialisation, None]] = {}
        """By attribute (``.name``, ``=.name`` where it is assigned) and module-level variable: the specialisations whose text names it; and those that look at what stands under
        other names (:meth:`_asked`)."""
        self.reached: dict[str, Specialisation] = {}
        self.counts: dict[str, int] = {}
        self.sites: dict[tuple[str, int, int], Cell] = {}
        self.fields: dict[tuple[str, str], Cell] = {}
        self.field_types: dict[tuple[str, str], Type] = {}
        self.globals: dict[str, Type] = {name: type for name, type in self.input_types.items() if name in flow.globals}
        self.globals.update({name: MaybeType(lift(widened(type) if wide else type)) for name, type in flow.held.items()})
        self.annotations: dict[int, Type] = {}
        self.imported_again: frozenset[str] = frozenset()
        self.annotation_names = Names(flow.classes, flow.imported, flow.aliases)
        self.names: set[str] = set()
        self.diagnostics: list[BellError] = []
        self.reported: set[tuple[str, Span]] = set()
        self.declared_names: dict[str, frozenset[str]] = {}
        self.suspected: dict[tuple[str, Span], BellError] = {}
        self.provisional: list[BellError] | None = None
        """What the walk that may be the last one reports, while it is going on."""
        self.points: Points | None = None
        self.marked: dict[int, Point] = {}  # the points of the trace that were lowered, by mark
        self.site_numbers: dict[tuple[int, str], int] = {}
        self.host_marks: dict[str, Mark] = {}
        self.met_unknown = False
        self.unknown_at = 0
        self.is_hurried = False
        """Whether :meth:`settle` ends as soon as a field is missing that the classes are then given."""
        self.steps = 0
        self.met = 0
        self.walking: dict[Specialisation, Walk] = {}
        """The walks that are going on, each begun by a call within the one before."""
        self.open_fields: set[tuple[str, str]] = set()
        self.constant_globals: dict[tuple[str, Type, tuple[str, ...]], tuple[int, tuple[Any, ...]]] = {}
        self.host_rows: dict[HostFunction, int] = {}
        self.slots: list[tuple[str, Type]] = []
        self.slots_of: dict[str, list[tuple[int, Type]]] = {}
        self.has_names_of_types = not NAMES_OF_TYPES.isdisjoint(flow.classes)
        first = {name: flow.classes[name] for name in flow.first_classes}
        of_decimals = (name for name, decl in first.items() if name.startswith("decimal.") and decl.kind == "exception")
        raising = BASES if flow.hosts else RAISED_BY_OPERATIONS  # what a function of the host raises may be any of them
        self.instantiated: dict[str, None] = dict.fromkeys(name for name in (*raising, *of_decimals) if flow.catches and name in first)
        """Classes of which there are objects, in the order they were met."""
        self.dynamic: dict[str, None] = {}
        """Classes with objects that are seen as ``any``."""
        self.set_dynamically: set[str] = set()
        """Names of attributes that are assigned to values of type ``any``."""
        self.objects: dict[str, tuple[ClosureOf, Specialisation]] = {}
        """Functions that are seen as ``any``: by closure shape, the closure and the specialisation for arguments of type ``any``."""
        self._noted: dict[int, ClosureOf] = {}
        self._noted_at = 0
        """The functions that :meth:`function_seen` was told of since the lattice changed to this version."""
        self._met_in: Specialisation | None = None
        """Whose result is being seen as ``any``."""
        self.extra_starts: dict[Specialisation, None] = {}
        self.kept: frozenset[Specialisation] = frozenset()
        """Specialisations that were settled when :meth:`keep` was called."""
        self.late_methods = LateMethods(self)
        self.methods: dict[tuple[str, str, str], Specialisation] = {}
        """Methods of classes that are seen as ``any``: by class, name and kind, the specialisation for arguments of type ``any``."""
        self.generators: dict[str, Specialisation] = {}
        """Specialisations of generator functions, by name."""
        self._declining: dict[str, bool] = {}
        self._compares_freely: bool | None = None
        self.sets_fields = bool(flow.bindings.attributes)
        self._constants: dict[str, Any] = {}
        self._bound = 0
        self.names_met: set[str] = set()
        self.any_name = False  # whether attributes are asked for by names that are only known while running
        """What values of type ``any`` are asked for: names of attributes, and ``op:i`` of operators."""
        self.enum_values: dict[tuple[str, str], Any] = {}
        """By enumeration and member: its value, None where that is no constant."""
        self._lineages: dict[str, list[ClassDecl]] = {}
        self._fields_found: dict[tuple[str, str], Field] = {}
        self._bases: dict[str, frozenset[str]] = {}
        self._orders: dict[str, list[ClassDecl]] = {}
        self._crooked: tuple[int, list[str]] = 0, []
        """How many classes there were when they were last asked for, and those of them that are not straight."""
        self._subclasses: dict[str, tuple[tuple[str, ...], int]] = {}
        for decl in flow.classes.values():
            self._add_fields(decl)
        # What an object may have a value of its own for is found by name while running, too.
        own = {field.name for decl in flow.classes.values() for field in decl.fields if not field.certain}
        for cls in flow.classes if own else ():
            for name, held in [item for base in self.order(cls) for item in base.variables.items()]:
                if name in own and self.find_field(cls, name) is not None:
                    self.held_as_any(held)
        for name, node in flow.declared.items():
            wanted = self.annotation(node)
            if known(wanted):
                self.globals[name] = self.lattice.join(self.globals.get(name, NEVER), MaybeType(lift(wanted)))
        if ANY in flow.held.values():  # any of them may be an object of any class
            for name in [name for name in flow.classes if name not in BASES and "." not in name]:
                self.instantiate(name)
                for field in self.all_fields(name):
                    annotated = self.field_annotation(name, field.decl.name)
                    self.lattice.grow(self.field_cell(name, field.decl.name), lift(annotated) if known(annotated) else ANY)
                self.escape(RecordType(name))

    def _add_fields(self, decl: ClassDecl) -> None:
        for field in decl.fields:
            if field.annotation is None or (decl.name, field.name) in self.flow.tested:
                self.field_types[decl.name, field.name] = UNKNOWN
            else:
                self.field_types[decl.name, field.name] = self.annotation(field.annotation)
            self.fields[decl.name, field.name] = Cell(NEVER if field.certain and decl.name != "BaseException" else ANY, (f".{field.name}",))

    # --- facts --------------------------------------------------------------------------------------------------------------------

    def report(self, error: BellError) -> None:
        """Keep an error unless the same one (another specialisation found it) is there already."""
        if self.provisional is not None:
            self.provisional.append(error)
        elif (error.code, error.span) not in self.reported:
            self.reported.add((error.code, error.span))
            self.diagnostics.append(error)

    def suspect(self, error: BellError) -> None:
        """Keep an error met while types were not settled yet."""
        self.suspected.setdefault((error.code, error.span), error)

    def hidden(self) -> list[BellError]:
        """The errors whose effect is in the types although the last walk did not meet them: what went wrong made the operands unknown on the way round a loop or recursion."""
        return list(self.suspected.values()) if self.met_unknown and not self.diagnostics else []

    def derived_from_built_in(self, name: str) -> list[str]:
        """The classes of the program whose objects are, in CPython, objects of this built-in class as well."""
        made = [(cls, self.flow.classes[cls]) for cls in self.instantiated if cls in self.flow.classes]
        if name == "tuple":
            return [cls for cls, decl in made if decl.kind == "namedtuple"]
        if name in ("int", "str"):
            return [cls for cls, decl in made if decl.kind == "enum" and decl.flavour.startswith(name.capitalize())]
        return [cls for cls, decl in made if stands_in(decl.order, name)]

    def annotation(self, node: ast.expr) -> Type:
        found = self.annotations.get(id(node))
        if found is None:
            found = read_annotation(node, self.annotation_names, self._bad_annotation)
            self.annotations[id(node)] = found = widened(found) if self.wide else found
        return found

    def _bad_annotation(self, node: ast.expr, detail: str) -> None:
        provisional, self.provisional = self.provisional, None  # what an annotation says never changes, and is read once
        self.report(
            bell_error(
                "E0313",
                source=self.flow.source,
                span=span_of(node, self.flow.source),
                detail=f"this annotation is not a type: {detail}",
                advice="types are int, float, bool, str, None, list[...], dict[..., ...], set[...], tuple[...], records, and unions with None",
            )
        )
        self.provisional = provisional

    def site_cell(self, key: tuple[str, int, int], type: Type) -> Cell:
        cell = self.sites.get(key)
        if cell is None:
            cell = self.sites[key] = Cell(NEVER, key[:1])
        self.lattice.grow(cell, type)
        return cell.find()

    # --- classes ------------------------------------------------------------------------------------------------------------------

    def lineage(self, name: str) -> list[ClassDecl]:
        """A class and those it derives from, itself first."""
        known = self._lineages.get(name)
        if known is not None:
            return known
        asked = name
        found: list[ClassDecl] = []
        while name and name in self.flow.classes and len(found) < 100:
            decl = self.flow.classes[name]
            found.append(decl)
            name = decl.base
        self._lineages[asked] = found
        self._bases[asked] = frozenset(decl.name for decl in found)
        return found

    def common_base(self, a: str, b: str) -> str:
        """The nearest class that both derive from, ``""`` for none."""
        over_a = [decl.name for decl in self.lineage(a)]
        return next((decl.name for decl in self.lineage(b) if decl.name in over_a), "")

    def order(self, name: str) -> list[ClassDecl]:
        """A class and those it derives from in the order in which attributes are looked up."""
        found = self._orders.get(name)
        if found is None:
            classes = self.flow.classes
            found = self._orders[name] = [classes[one] for one in classes[name].order if one in classes] if name in classes else []
        return found

    def is_straight(self, name: str) -> bool:
        """Whether a class derives from others through one base each, so that its objects begin with the fields of all of them."""
        return len(self.flow.classes[name].order) == len(self.lineage(name))

    def beside(self, name: str) -> list[str]:
        """The classes whose objects are of a class although they do not begin with its fields."""
        if self._crooked[0] != len(self.flow.classes):
            self._crooked = len(self.flow.classes), [one for one in self.flow.classes if not self.is_straight(one)]
        return [one for one in self._crooked[1] if name in self.flow.classes[one].order and not self.is_subclass(one, name)]

    def receiver_class(self, name: str, decl: ClassDecl) -> str:
        """The class of the objects for which a method that ``decl`` defines is compiled, for objects of the class ``name`` that are seen as ``any``: its own, unless
        these do not begin with its fields, or ``super`` leads elsewhere."""
        return decl.name if self.is_straight(name) or (self.is_subclass(name, decl.name) and not decl.uses_super) else name

    def is_subclass(self, name: str, base: str) -> bool:
        if name not in self._bases:
            self.lineage(name)
        return base in self._bases[name]

    def subclasses(self, name: str) -> list[str]:
        """The classes with objects that a value of the class may be, itself included."""
        self._asked(f"<{name}>")
        found, count = self._subclasses.get(name, ((), 0))
        if count < len(self.instantiated):
            fresh = list(self.instantiated)[count:]
            found = (*found, *(made for made in fresh if self.is_subclass(made, name)))
            self._subclasses[name] = found, len(self.instantiated)
        return list(found)

    def may_be_one(self, a: Type, b: Type) -> bool:
        """Whether two types are those of objects, and one class has objects of both."""
        if not isinstance(a, RecordType) or not isinstance(b, RecordType):
            return False
        return a == b or not set(self.subclasses(a.name)).isdisjoint(self.subclasses(b.name))

    def instantiate(self, name: str) -> None:
        if name not in self.instantiated:
            self.instantiated[name] = None
            self.changed()
            for decl in self.lineage(name):
                self._name_changed(f"<{decl.name}>")

    def all_fields(self, name: str) -> list[Field]:
        """The fields of objects of a class in the order of their slots: those of its bases first."""
        return [field for field in self.made_of(name) if not field.decl.init_only]

    def made_of(self, name: str) -> list[Field]:
        """The fields of a class, with what only its making takes (InitVar). One that a derived class declares again is where its base has it."""
        found: dict[str, Field] = {}
        for decl in reversed(self.lineage(name)):
            for field in decl.fields:
                before = found.get(field.name)
                found[field.name] = Field(field, decl.name if before is None else before.owner)
        return list(found.values())

    def taken_by_init(self, name: str) -> list[FieldDecl]:
        """The fields that the making of an object takes."""
        maker = next((decl.name for decl in self.order(name) if not decl.skips_init), "")
        fields = [field for field in self.made_of(name) if field.decl.in_init]
        return [field.decl for field in fields if maker == name or self.is_subclass(maker, field.owner)]

    def find_field(self, record: str, field: str) -> Field | None:
        found = self._fields_found.get((record, field))
        if found is None:
            for decl in reversed(self.lineage(record)):
                for one in decl.fields:
                    if one.name == field and not one.init_only:
                        found = self._fields_found[record, field] = Field(one, decl.name)
                        return found
        return found

    def order_behind(self, name: str, behind: str) -> Sequence[ClassDecl]:
        """The classes that ``super`` looks through: those of the order of a class that come after another; all of them for ``""``."""
        order = self.order(name)
        return order[next((i for i, decl in enumerate(order) if decl.name == behind), -1) + 1 :] if behind else order

    def find_method(self, name: str, method: str, behind: str = "") -> tuple[MethodDecl, str] | None:
        """The method that a class has under a name, with the class it stands in; ``behind``: looked up behind that class (``super``)."""
        for decl in self.order_behind(name, behind):
            if method in decl.methods:
                return decl.methods[method], decl.name
            if method in decl.variables or (method == "__init__" and decl.is_dataclass and not decl.skips_init):
                return None
        return None

    def find_setter(self, name: str, field: str) -> MethodDecl | None:
        return next((decl.setters.get(field) for decl in self.order(name) if field in decl.methods or field in decl.setters), None)

    def find_deleter(self, name: str, field: str) -> MethodDecl | None:
        return next((decl.deleters.get(field) for decl in self.order(name) if field in decl.methods or field in decl.deleters), None)

    def find_variable(self, name: str, variable: str, behind: str = "") -> str:
        """The module-level variable that holds a class attribute, ``""`` for none."""
        return next((decl.variables[variable] for decl in self.order_behind(name, behind) if variable in decl.variables), "")

    def field_annotation(self, record: str, field: str) -> Type:
        found = self.find_field(record, field)
        assert found is not None
        if (found.owner, field) not in self.field_types:
            self._add_fields(self.flow.classes[found.owner])
        return self.field_types[found.owner, field]

    def field_cell(self, record: str, field: str) -> Cell:
        found = self.find_field(record, field)
        assert found is not None
        if (found.owner, field) not in self.fields:  # of a class of the library that a rule asked for
            self._add_fields(self.flow.classes[found.owner])
        return self.fields[found.owner, field].seen()

    def seeded(self, record: str, field: str) -> bool:
        """Whether a field was opened to values from outside before; remembers that it is now."""
        if (record, field) in self.open_fields:
            return True
        self.open_fields.add((record, field))
        return False

    def slot_of(self, record: str, field: str) -> int:
        position = 0
        for one in self.all_fields(record):
            if one.decl.name == field:
                break
            position += len(parts(self.field_cell(record, one.decl.name).type))
        return position

    def orders(self, name: str) -> bool:
        """Whether objects of the class are compared by a rule of their own without defining the operator: ordered dataclasses, named tuples, enumerations of ints."""
        return any(
            decl.ordered or decl.kind == "namedtuple" or decl.completes_order or decl.flavour.startswith("Int") for decl in self.order(name)
        )

    def abstract_methods(self, name: str) -> list[str]:
        """The methods that a class leaves to classes derived from it, in alphabetical order."""
        open_ones: set[str] = set()
        for decl in reversed(self.order(name)):
            given = {field.name for field in decl.fields if field.has_default}
            open_ones = (open_ones - decl.methods.keys() - decl.variables.keys() - given) | decl.abstract
        return sorted(open_ones)

    def class_text(self, name: str) -> str:
        """``repr`` of a class."""
        decl = self.flow.classes.get(name)
        if decl is None or name in BASES:
            return class_text(name, name)
        return class_text(name, decl.qualname, ("flag" if "Flag" in decl.flavour else "enum") if decl.kind == "enum" else "")

    def may_decline(self, function: str) -> bool:
        """Whether an operator method may answer NotImplemented, as far as its text and that of what it calls tell."""
        found = self._declining.get(function)
        if found is None:
            found = self._declining[function] = declines(self.flow, function)
        return found

    @property
    def compares_freely(self) -> bool:
        """Whether a comparison of objects may give something that is no bool: what a method of the program says is not known, from its text, to be one."""
        if self._compares_freely is None:
            self._compares_freely = any(
                method.name in COMPARE_METHODS.values() and not gives_bool(self.flow.functions[method.function])
                for decl in map(self.flow.classes.__getitem__, self.flow.first_classes)
                for method in decl.methods.values()
            )
        return self._compares_freely

    @property
    def constants(self) -> dict[str, Any]:
        """The module-level variables that hold one constant, those of modules that rules asked for included."""
        counts = self.flow.bindings.counts
        if len(counts) > self._bound:
            fresh = set(list(counts)[self._bound :])
            self._bound = len(counts)
            self._constants.update({name: value for name, value in self.flow.constants().items() if name in fresh})
        return self._constants

    def closure_type(self, closure: ClosureOf) -> ClosureType:
        """The type of the objects of a function: what its closure brings along, then its constant defaults."""
        key = str(closure)
        if key not in self.objects:
            self.function_seen(closure)
        found, spec = self.objects[key]
        constants = sum(1 for param in spec.flow.params if param.has_default and not param.default_name)
        return ClosureType(spec.name, (*self.closure_slots(found), *(ANY,) * constants))

    def closure_slots(self, closure: ClosureOf) -> list[Type]:
        """What the slots of a function's object hold of what its closure brings along: defaults as ``any``, from where a call that is only known while running takes them."""
        names = self.flow.functions[closure.function].environment
        return [ANY if name.startswith(DEFAULT) else slot_type(item) for name, item in zip(names, closure.items, strict=True)]

    def class_object(self, walk: Walk, name: str) -> Val:
        """The function that makes objects of a class, for where the class is an object."""
        return Val(ClosureOf(self.class_maker(name)))

    def class_maker(self, name: str) -> str:
        """The name of that function."""
        made = f"{name}.new"
        if made not in self.flow.functions:
            decl = self.flow.classes[name]
            init = self.find_method(name, "__init__") or self.find_method(name, "__new__")
            params: list[ParamDecl]
            if decl.kind == "enum":
                params = [ParamDecl("value", None, None, False, decl.span)]
            elif init is not None:
                params = [
                    with_computed_default(param) if param.default_name else param
                    for param in self.flow.functions[init[0].function].params[1:]
                ]
            elif decl.kind == "exception":
                params = [ParamDecl("args", None, None, False, decl.span, keyword_only=True, kind="*")]
            else:
                fields = self.taken_by_init(name) if decl.kind in ("record", "namedtuple") else []
                fields.sort(key=lambda field: field.keyword_only)
                params = [
                    ParamDecl(
                        field.name,
                        None,
                        COMPUTED if field.factory or field.default_global else field.default,
                        field.has_default,
                        field.span,
                        field.keyword_only,
                    )
                    for field in fields
                ]
            self.flow.functions[made] = constructor(made, decl, params)
        return made

    def method_of(self, function: str, cls: str) -> str:
        """The name of a method for objects of this class alone, for where it is an object: what ``super`` finds depends on their class."""
        flow = self.flow.functions[function]
        made = f"{function}.{cls}"
        if made not in self.flow.functions:
            self.flow.functions[made] = flow.of_objects(cls)
        return made

    def built_in_object(self, name: str) -> Val | None:
        """The function that calls a built-in, for where that is an object; None for those that can only be called."""
        self.flow.need("_builtins")
        found = stand_in(name)
        if found not in self.flow.functions:
            made = caller_of_host(found, self.flow.hosts[name[len(HOST) :]]) if name.startswith(HOST) else caller_of(found, name)
            if made is not None:
                self.flow.functions[found] = made
        return Val(ClosureOf(found)) if found in self.flow.functions else None

    # --- what becomes any -----------------------------------------------------------------------------------------------------------

    def escape(self, type: Type) -> None:
        """A value of the type is seen as ``any``: so is all that can be reached through it."""
        pending = [type]
        while pending:
            current = pending.pop()
            if current.__class__ is ScalarType:
                continue
            if isinstance(current, ContainerOf):
                for cell in current.cells:
                    held = cell.find()
                    if held.type != ANY:
                        pending.append(held.type)
                        held.type = ANY
                        self._opened(held)
            elif isinstance(current, (TupleType, ClosureOf)):
                pending.extend(current.items)
                if isinstance(current, ClosureOf):
                    self.function_seen(current)
            elif isinstance(current, (OptionalType, MaybeType)):
                pending.append(current.item)
            elif isinstance(current, BoundOf):
                self.names_met.add(current.name)  # the object is made by looking the method up
                pending.append(current.receiver)
            elif isinstance(current, ClassOf):
                self.function_seen(ClosureOf(self.class_maker(current.name)))
            elif isinstance(current, BuiltInOf):
                caller = self.built_in_object(current.name)
                if caller is not None and isinstance(caller.type, ClosureOf):
                    self.function_seen(caller.type)
            elif isinstance(current, RecordType):
                self.class_seen(current.name)
            elif isinstance(current, GeneratorOf):
                self.generator_seen(current)
            elif isinstance(current, (EnumerateOf, ReversedOf)):
                pending.append(current.inner)
            elif isinstance(current, ZipOf):
                pending.extend(current.inners)
            elif isinstance(current, DictView):
                pending.append(current.dict)

    def looked_at(self, type: Type, methods: Sequence[str] = ("__repr__", "__str__", "__format__")) -> bool:
        """A value of the type is shown by the runtime, or compared, which changes nothing: only classes with one of the methods are seen as ``any``. False where it may
        hold functions or classes, whose words in containers of one kind alone do not say which they are."""
        pending: list[Type] = [type]
        met: set[tuple[object, ...]] = set()
        while pending:
            current = pending.pop()
            if current.__class__ is ScalarType:
                continue
            if isinstance(current, FUNCTIONAL):
                return False
            if isinstance(current, ContainerOf):
                key = tuple(id(cell.find()) for cell in current.cells)
                if key not in met:
                    met.add(key)
                    pending.extend(cell.find().type for cell in current.cells)
            elif isinstance(current, TupleType):
                pending.extend(current.items)
            elif isinstance(current, (OptionalType, MaybeType)):
                pending.append(current.item)
            elif isinstance(current, RecordType):
                if (current.name,) in met:
                    continue
                met.add((current.name,))
                classes = (current.name, *self.subclasses(current.name))
                if any(self.find_method(one, method) for one in classes for method in methods):
                    self.class_seen(current.name)
                else:
                    pending.extend(self.field_cell(one, field.decl.name).type for one in classes for field in self.all_fields(one))
            else:
                self.escape(current)
        return True

    def class_seen(self, name: str) -> None:
        """Objects of a class are seen as ``any``: their fields that are assigned dynamically become ``any``, their methods are compiled for ``any``."""
        for made in (name, *self.subclasses(name)):
            if made not in self.dynamic and made in self.flow.classes:
                self.dynamic[made] = None
                self.changed()
                self._open_fields(made)
                self._members_seen(made)

    def _members_seen(self, name: str) -> None:
        """Compile for ``any`` the methods of a class that its objects are asked for where their class is not known."""
        for members in ("methods", "setters"):
            taken: set[str] = set()
            for decl in self.order(name):
                for method in getattr(decl, members).values():
                    if method.name not in taken and self.is_met(method.name):
                        if method.kind == "class":
                            self.class_method_seen(name, method)
                        else:
                            self.method_seen(self.receiver_class(name, decl), method)
                    taken.add(method.name)

    def _variables_seen(self, name: str) -> None:
        """Class variables that a value of type ``any`` may be asked for are held as ``any``."""
        for decl in self.order(name):
            for variable, held in decl.variables.items() if decl.kind != "enum" else ():
                if "." not in variable and (self.any_name or variable in self.names_met) and self.held_as_any(held):
                    self.changed()

    def held_as_any(self, variable: str) -> bool:
        """Hold a module-level variable as ``any``. Whether that is new."""
        found = self.constants.pop(variable, None) is not None
        wanted = MaybeType(ANY) if variable in self.flow.late else ANY
        if self.globals.get(variable) != wanted:
            self.lattice.escape(self.globals.get(variable, NEVER))
            self.globals[variable] = wanted
            found = True
        if found:
            self._variable_changed(variable)
        return found

    def is_met(self, method: str) -> bool:
        """Whether a value of type ``any`` may be asked for the method."""
        if self.any_name or method in self.names_met or method in ALWAYS_MET:
            return True
        return any(op in self.names_met for op in ASKED_BY.get(method, ()))

    def class_method_seen(self, name: str, method: MethodDecl) -> None:
        """A class method may be called through an object of the class ``name`` that is seen as ``any``."""
        key = (name, method.name, method.kind)
        flow = self.flow.functions[method.function]
        if key in self.methods or flow.environment:
            return
        types = [ClassOf(name), *(self.dynamic_type(param) for param in flow.params[1:])]
        self.methods[key] = spec = self.specialise(method.function, types)
        self.extra_starts[spec] = None
        self.function_seen(ClosureOf(self.class_maker(name)))
        self.changed()

    def method_seen(self, receiver: str, method: MethodDecl) -> None:
        """Objects of the class are seen as ``any``: so may the method be called."""
        key = (receiver, method.name, method.kind)
        if key in self.methods or object_name(method.function) in self.flow.globals:
            return
        flow = self.flow.functions[method.function]
        types = [self.dynamic_type(param) for param in flow.params]
        if method.kind != "static" and types:
            types[0] = RecordType(receiver)
        brought = [self.globals.get(f"{method.function}{name}", NEVER) for name in flow.environment]
        spec = self.specialise(method.function, [*types, *(type.item if isinstance(type, MaybeType) else type for type in brought)])
        self.methods[key] = spec
        self.extra_starts[spec] = None
        self.changed()

    def _open_fields(self, name: str) -> None:
        """Containers that can be reached through a field must be readable, and writable, as ``any``."""
        for field in self.all_fields(name):
            cell = self.field_cell(name, field.decl.name)
            if field.decl.name in self.set_dynamically or (cell.type != ANY and is_of_functions(cell.type)):
                self.lattice.grow(cell, ANY)  # a function alone is kept as what its closure brings along, which does not say what it is
            elif cell.type not in (NEVER, UNKNOWN):
                self.escape(cell.type)

    def set_seen(self, name: str) -> None:
        """An attribute of this name is assigned to a value of type ``any``."""
        if name not in self.set_dynamically:
            self.set_dynamically.add(name)
            self.changed()
        for record in self.dynamic:
            if self.find_field(record, name) is not None:
                self.lattice.grow(self.field_cell(record, name), ANY)

    def any_name_met(self) -> None:
        """An attribute is asked for by a name that is only known while running."""
        if not self.any_name:
            self.any_name = True
            self.changed()

    def any_name_set(self) -> None:
        """One is assigned so: it may be any field of the program's own classes."""
        self.any_name_met()
        for name, decl in list(self.flow.classes.items()):
            for field in decl.fields if "." not in name else ():
                self.set_seen(field.name)

    def function_seen(self, closure: ClosureOf) -> None:
        """A function is seen as ``any``: it is compiled for arguments of type ``any``, too. What that says about the world is said once, until something changes: functions
        that give functions, which bring functions along, are come to on more ways than can be gone."""
        if self._noted_at != self.lattice.version:
            self._noted, self._noted_at = {}, self.lattice.version
        if id(closure) in self._noted:
            return
        self._noted[id(closure)] = closure
        key = str(closure)
        found = self.objects.get(key)
        if found is None:
            flow = self.flow.functions[closure.function]
            types = [*(self.dynamic_type(param) for param in flow.params), *closure.items]
            spec = self.specialise(closure.function, types, maker(closure, self._met_in or next(reversed(self.walking), None)))
            self.objects[key] = closure, spec
            self.extra_starts[spec] = None
            self.changed()
            found = self.objects[key]
        for own, given in zip(found[1].params[len(found[1].flow.params) :], closure.items, strict=True):
            self.lattice.join(own, given)
        self._fill_cells(closure)
        if not found[1].flow.is_generator:
            self._escape_result(found[1], found[1].result)

    def _escape_result(self, spec: Specialisation, result: Type) -> None:
        """What a function that is seen as ``any`` gives is seen as ``any``."""
        outer, self._met_in = self._met_in, spec
        self.escape(result)
        self._met_in = outer

    def _fill_cells(self, closure: ClosureOf) -> None:
        """The same function may have been seen before anything was put into the boxes that it shares: what it finds there now is there, too."""
        for seen, spec in list(self.objects.values()):
            if seen.function == closure.function:
                for own, given in zip(spec.params[len(spec.flow.params) :], closure.items, strict=False):
                    if isinstance(own, CellOf) and isinstance(given, CellOf) and own.item.type == NEVER:
                        self.lattice.join(own, given)

    def is_held(self, function: str) -> bool:
        """Whether a function is seen as ``any``, without what a closure brings along."""
        return str(ClosureOf(function)) in self.objects

    def dynamic_type(self, param: ParamDecl) -> Type:
        """What a parameter is when the call is only known while running."""
        if param.kind == "**":
            return DictOf((Cell(ANY), Cell(ANY)))
        return RecordType(param.receiver) if param.receiver else ANY

    def generator_seen(self, type: GeneratorOf) -> None:
        cell = type.items.find()
        if cell.type != ANY:
            before, cell.type = cell.type, ANY
            self._opened(cell)
            self.escape(before)

    # --- globals --------------------------------------------------------------------------------------------------------------------

    def global_type(self, name: str) -> Type:
        return self.globals.get(name, NEVER)

    def publish(self, walk: Walk, name: str, val: Val) -> None:
        """A module-level variable that functions read was assigned."""
        if name not in self.flow.globals or name in self.constants:
            return
        held = ANY if val.type == NONE and self.flow.state and name in self.flow.state and name not in self.flow.declared else val.type
        type = MaybeType(held) if name in self.flow.late else held
        joined = self.lattice.join(self.globals.get(name, NEVER), type)
        if joined != self.globals.get(name, NEVER):
            self.globals[name] = joined
            self.changed()
            self._variable_changed(name)
        if walk.e.live and val.type != UNKNOWN:
            for (slot, _), reg in zip(self.global_slots(name), convert(walk, val, self.globals[name]).regs, strict=True):
                walk.e.emit("global.set", slot, reg)

    def global_slots(self, name: str) -> list[tuple[int, Type]]:
        """The module slots a global's components live in: (index, storage type)."""
        found = self.slots_of.get(name)
        if found is None:
            found = []
            for position, part in enumerate(parts(self.globals[name])):
                found.append((len(self.slots), part))
                self.slots.append((name if position == 0 else f"{name}:{position}", part))
            self.slots_of[name] = found
        return found

    def constant_global(self, kind: str, type: Type, values: tuple[Any, ...], held: Type | None = None) -> int:
        """The module slot of a constant object, made before anything runs; ``held`` is the slot's type where it is not ``type``."""
        key = (kind, type, tuple(map(repr, values)))
        found = self.constant_globals.get(key)
        if found is None:
            found = self.constant_globals[key] = (len(self.slots), values)
            self.slots.append((f".{kind}{found[0]}", held or type))
        return found[0]

    # --- specialisations ------------------------------------------------------------------------------------------------------------

    def specialise(self, name: str, types: Sequence[Type], within: Specialisation | None = None) -> Specialisation:
        """The specialisation of a function for these argument types, asked for by a call in ``within``. Beyond those that are compiled apart there is one for all other
        combinations: its parameters are ``any``."""
        key = (name, self._shapes(types))
        spec = self.specialisations.get(key)
        if spec is not None:
            return spec
        flow = self.flow.init if name == "@init" else self.flow.functions[name]
        grown = growth(flow, types, within)
        if grown > GROWTH_MAX or self.counts.get(name, 0) >= combinations_max(flow):
            count = len(flow.params)
            for type in types[:count]:
                self.escape(type)
            types = [*(self.dynamic_type(param) for param in flow.params), *types[count:]]
            key, grown = (name, self._shapes(types)), 0
            spec = self.specialisations.get(key)
            if spec is not None:
                return spec
        declared = self._declared_result(name, flow)
        params = [UNKNOWN if type == UNKNOWN else self._own(type) for type in types]
        spec = Specialisation(self._ir_name(name, key[1]), flow.source_name, flow, params, declared, self.live_names(flow), within, grown)
        self.specialisations[key] = spec
        self.counts[name] = self.counts.get(name, 0) + 1
        self._introduce(spec)
        return spec

    def _shapes(self, types: Sequence[Type]) -> tuple[str, ...]:
        """What tells combinations of argument types apart."""
        return tuple([type.name if type.__class__ is ScalarType else shape(type, self.has_names_of_types) for type in types])

    def _declared_result(self, name: str, flow: FlowFunction) -> Type | None:
        """The type that a function says its results are of; what may answer NotImplemented says it of the others."""
        if flow.returns is None or flow.is_generator or (name in self.flow.functions and self.may_decline(name)):
            return None
        return self.annotation(flow.returns)

    def _introduce(self, spec: Specialisation) -> None:
        """Write down what a new specialisation looks at."""
        self.named[spec.name] = spec
        for name in self.mentions(spec.flow):
            self.mentioning.setdefault(name, {})[spec] = None
        pending = list(spec.params)
        while pending:
            type = pending.pop()
            if isinstance(type, ContainerOf):
                for cell in map(Cell.find, type.cells):
                    cell.know((spec.name,))
                    pending.append(cell.type)
            elif isinstance(type, OptionalType):
                pending.append(type.item)
            else:
                pending.extend(pieces_of(type) or ())

    def mentions(self, flow: FlowFunction) -> frozenset[str]:
        """The attributes (``.name``) and module-level variables that the text of a function names."""
        if flow.mentions is None:
            flow.mentions = mentions(flow.blocks)
        return flow.mentions

    # --- what is stale --------------------------------------------------------------------------------------------------------------

    def touched(self, known_to: Iterable[str], type: Type) -> None:
        """A cell grew that these know: it holds ``type``."""
        for name in known_to:
            spec = self.named.get(name)
            if spec is None:
                self._name_changed(name)
                if isinstance(type, OptionalType):  # who assigns the attribute may know which of the two it is
                    self._name_changed(f"={name}")
            else:
                spec.stale = True
                self._callers_stale(spec)

    def result_changed(self, spec: Specialisation) -> None:
        self.lattice.version += 1
        self.lattice.disturbed = self.lattice.disturbed or spec in self.kept
        self._callers_stale(spec)

    def _callers_stale(self, spec: Specialisation) -> None:
        """Walk those again that called a specialisation, but for one that is being walked and has not come to the call."""
        for caller in spec.callers:
            if caller not in self.walking or spec in caller.callees:
                caller.stale = True

    def changed(self) -> None:
        """A fact changed that anything may look at."""
        self.lattice.version += 1
        self.lattice.disturbed = True

    def _opened(self, cell: Cell) -> None:
        """A cell now holds anything."""
        self.lattice.version += 1
        self.lattice.disturbed = self.lattice.disturbed or id(cell) in self.lattice.kept
        self.lattice.changed(cell)

    def _asked(self, name: str) -> None:
        """Who is being walked looks at what stands under a name that is not in its text."""
        spec = next(reversed(self.walking), None)
        if spec is not None:
            self.mentioning.setdefault(name, {})[spec] = None
            self.walking[spec].named.add(name)

    def _name_changed(self, name: str) -> None:
        """What is found under a name has changed: who names it is walked again, but for who is being walked and has not come to it."""
        for spec in self.mentioning.get(name, ()):
            walk = self.walking.get(spec)
            if walk is None or name in walk.named:
                spec.stale = True

    def _variable_changed(self, name: str) -> None:
        self._name_changed(name)
        self._name_changed(f".{name.rpartition('.')[2]}")  # it may be that of a class

    # --- rounds ---------------------------------------------------------------------------------------------------------------------

    def _own(self, type: Type) -> Type:
        """The type of a parameter: with cells of the function's own, which calls join to those of the arguments."""
        return type if isinstance(type, GeneratorOf) else lift(resolve(type))

    def _ir_name(self, name: str, shapes: tuple[str, ...]) -> str:
        base = name if not shapes else f"{name}({','.join(s.replace(' ', '') for s in shapes)})"
        candidate, number = base, 2
        while candidate in self.names:
            candidate, number = f"{base}#{number}", number + 1
        self.names.add(candidate)
        return candidate

    def live_names(self, flow: FlowFunction) -> list[frozenset[str]]:
        if flow.live is None:
            flow.live = live_in(flow.blocks)
        return flow.live

    def last_uses(self, block: FlowBlock) -> dict[int, int]:
        """The position of the last step of the block that uses each temporary; one past the steps for those the end uses."""
        if block.last_uses is None:
            block.last_uses = last_uses(block.steps, block.end)
        return block.last_uses

    def settle(self, entries: Iterable[tuple[str, Sequence[Type]]]) -> list[Specialisation]:
        """Walk rounds from the entries until nothing changes, and report; the specialisations of the entries."""
        starts = [self.specialise(name, types) for name, types in entries]
        order: list[Specialisation] = []
        for _ in range(ROUNDS_MAX):
            for spec in reversed(order):  # last discovered first
                self.analyse(spec)
            order = self._discover(starts)
            if self.is_hurried and are_missing(self):
                return starts
            version = self.lattice.version
            for name in list(self.dynamic):
                self._members_seen(name)
                self._variables_seen(name)
            self._escape_results()
            is_done = version == self.lattice.version and not any(spec.stale for spec in order) and self.extra_starts.keys() <= set(order)
            if is_done and not self.late_methods.are_stale() and self._confirm(order):
                self.reached = {spec.name: spec for spec in order}
                return starts
        raise self._too_much()

    def keep(self) -> None:
        """What is settled now is relied on: ``lattice.disturbed`` tells from here on whether it still holds."""
        self.kept = frozenset(self.reached.values())
        specialisations = self.specialisations.values()
        self.lattice.keep(
            (
                *self.globals.values(),
                *self.field_types.values(),
                *(ListOf((cell,)) for cells in (self.sites, self.fields) for cell in cells.values()),
                *(type for spec in specialisations for type in (*spec.params, spec.result, ListOf((spec.yields,)))),
                *(type for spec in specialisations for env in spec.entries.values() for type in env.values()),
            )
        )

    def _confirm(self, order: Sequence[Specialisation]) -> bool:
        """Walk everything once more, reporting. Whether nothing is different from what the rounds found; else what is, is stale."""
        version, asked, unknown = self.lattice.version, len(self.names_met), self.met_unknown
        found: list[BellError] = []
        self.provisional = found
        confirmed = frozenset() if self.lattice.disturbed else self.kept
        for spec in order:
            if spec in confirmed:
                continue
            walk = Walk(self, spec, NullEmitter(self.names_met), True)
            for number in sorted(spec.entries):
                self.steps += 1 + len(spec.flow.blocks[number].steps)
                for target, env in walk.run(number, spec.entries[number]):
                    known = spec.entries.get(target)
                    env = alive(env, spec.live[target])
                    if known is None or (env != known and enter(self.lattice, known, env, target <= number) != known):
                        spec.stale = True
        self.provisional = None
        reached = set(order)
        is_same = version == self.lattice.version and asked == len(self.names_met) and reached.issuperset(self.extra_starts)
        if is_same and not any(spec.stale or not reached.issuperset(spec.callees) for spec in order):
            for error in found:
                self.report(error)
            return True
        self.met_unknown = unknown
        for error in found:
            self.suspect(error)
        return False

    def open_result(self, spec: Specialisation) -> bool:
        """Let a function that is called from outside give ``any`` where its result has no plain type (a function, a class, a generator). Whether that is new."""
        pending = [spec.result]
        while pending:
            type = pending.pop()
            if isinstance(type, ModuleOf):
                raise bell_error(
                    "E0106",
                    source=self.flow.source,
                    span=spec.flow.span,
                    construct="A module as the result of a task",
                    version="",
                    instead="return what it gives",
                )
            if isinstance(type, (*FUNCTIONAL, GeneratorOf)):
                self.escape(spec.result)
                spec.result, spec.stale = ANY, True
                self.result_changed(spec)
                return True
            if isinstance(type, TupleType):
                pending.extend(type.items)
            elif isinstance(type, OptionalType):
                pending.append(type.item)
        return False

    def _escape_results(self) -> None:
        """What functions that are seen as ``any`` give is seen as ``any``."""
        for spec in (*self.methods.values(), *(spec for _, spec in self.objects.values())):
            self._escape_result(spec, GeneratorOf(spec.name, spec.yields) if spec.flow.is_generator else spec.result)

    def _discover(self, starts: Sequence[Specialisation]) -> list[Specialisation]:
        """Every specialisation the entries lead to, breadth first; what was never walked is walked."""
        order = list(dict.fromkeys((*starts, *self.extra_starts)))
        seen = set(order)
        for spec in order:
            if not spec.walked:
                self.analyse(spec)
            for callee in (*spec.callees, *self._generators_given(spec)):
                if callee not in seen:
                    seen.add(callee)
                    order.append(callee)
        return order

    def _generators_given(self, spec: Specialisation) -> list[Specialisation]:
        """The specialisations whose generators a function is compiled for: it may be called, and resume them, although nothing makes such a generator any more."""
        found: list[Specialisation] = []
        pending = list(spec.params) if self.generators else []
        while pending:
            type = pending.pop()
            if isinstance(type, GeneratorOf):
                found += [self.generators[type.name]] if type.name in self.generators else []
            elif isinstance(type, OptionalType):
                pending.append(type.item)
            elif not isinstance(type, ContainerOf):
                pending.extend(pieces_of(type) or ())
        return found

    def meet(self, caller: Specialisation, callee: Specialisation) -> None:
        """Walk a callee when its first call is met, so that the caller can go on behind the call; again where it did not come to a result for want of what is
        known since: every caller that stops there would take a round of its own. Only then the call is noted: what the walk found the caller sees."""
        for _ in range(WALKS_MAX):
            if self.met >= MEETINGS_MAX or callee in self.walking or (callee.walked and not (callee.stale and callee.result == NEVER)):
                break
            self.met += 1
            self.analyse(callee)
            self.met -= 1
        caller.callees[callee] = None
        callee.callers[caller] = None

    def _too_much(self) -> BellError:
        return bell_error("E0103", source=self.flow.source, found="too many", unit="steps of type inference", limit=STEPS_MAX)

    def analyse(self, spec: Specialisation) -> None:
        """Walk the blocks of one specialisation until their entry states are stable; nothing where it is not stale."""
        if not spec.stale:
            return
        spec.walked, spec.stale = True, False
        spec.callees = {}
        walk = self.walking[spec] = Walk(self, spec, NullEmitter(self.names_met), False)
        start = dict(zip(names_of(spec.flow), spec.params, strict=True))
        if spec.flow.is_init and not spec.flow.of_library:
            start.update(self.input_types)
        spec.entries = {0: start}
        pending, waiting = [0], {0}
        while pending:
            number = heappop(pending)  # blocks are numbered roughly in program order
            waiting.discard(number)
            self.steps += 1 + len(spec.flow.blocks[number].steps)
            if self.steps > STEPS_MAX:
                raise self._too_much()
            for target, env in walk.run(number, spec.entries[number]):
                env = alive(env, spec.live[target])
                known = spec.entries.get(target)
                if known is not None:
                    if env == known:
                        continue
                    env = enter(self.lattice, known, env, target <= number)
                    if env == known:
                        continue
                spec.entries[target] = env
                if target not in waiting:
                    waiting.add(target)
                    heappush(pending, target)
        del self.walking[spec]


ASKED_BY: dict[str, tuple[str, ...]] = {
    **{method: (f"any.unary:{index}",) for index, method in enumerate(UNARY)},
    **{
        method: (f"any.binary:{index}", f"any.in_place:{index}")
        for forms in (PLAIN, REFLECTED, IN_PLACE)
        for index, method in enumerate(forms)
    },
}
"""The operator methods, each with the ops that ask for it."""
ALWAYS_MET = (SPECIAL_METHODS - set(ASKED_BY)) | {"__missing__", "__enter__", "__exit__"}
"""Methods that containers, texts, loops and calls ask for without naming them."""
DEFAULT = ".d"
"""How the names begin under which a closure brings along defaults that are no constants."""


def names_of(flow: FlowFunction) -> list[str]:
    """The variables a function starts with: its parameters, then what its closure brings along."""
    return [*(param.name for param in flow.params), *flow.environment]
