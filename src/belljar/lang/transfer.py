"""The walk over one specialisation of a function: what every step does to types, and the IR it becomes.

One :class:`Walk` executes the steps of a flow block on abstract values. During inference its emitter is silent; for lowering it writes IR and reports what is wrong.
Because both are the same walk, a type and the code for it cannot disagree.
"""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.ir.integers import literal
from belljar.lang import (  # the rules of math are declared by the module that holds them
    builtins_attributes,
    builtins_math,  # noqa: F401
    builtins_objects,
)
from belljar.lang.absence import needed
from belljar.lang.annotations import satisfies
from belljar.lang.attributes import (
    attribute,
    class_attribute,
    delete_attribute,
    field_value,
    module_member,
    set_attribute,
    set_field,
    unless_frozen,
)
from belljar.lang.builtins import add_pair, append, formatted, representation, text, to_list
from belljar.lang.calls import FRESH, blank, call_function, call_method, call_value, construct, dispatch, field_default, new_exception
from belljar.lang.conversion import (
    Display,
    box,
    choose,
    convert,
    from_slot,
    join_items,
    nowhere,
    parts,
    slot_type,
    to_slot,
    unbox_declared,
    variable_parts,
)
from belljar.lang.declared import fits
from belljar.lang.emit import NullEmitter, Val
from belljar.lang.enums import Enumerations
from belljar.lang.environment import Env
from belljar.lang.graph import COMPUTED, Branch, CallShape, Jump, Raise, Return, Step, Throw, object_name
from belljar.lang.import_once import run_once
from belljar.lang.iteration import advance, begin, each, element_type, more, value
from belljar.lang.lattice import (
    FUNCTIONAL,
    OF_THE_MODULE,
    UNBOUND,
    UNKNOWN,
    VIEWS,
    BuiltInOf,
    Cell,
    CellOf,
    ClassOf,
    ClosureOf,
    DictOf,
    GeneratorOf,
    IteratorOf,
    ListOf,
    MaybeType,
    ModuleOf,
    SetOf,
    SuperOf,
    is_hashable,
    key_type,
    resolve,
    too_large,
)
from belljar.lang.marking import Marking
from belljar.lang.methods import call_builtin_method, in_place
from belljar.lang.names import INTERNAL_MODULES
from belljar.lang.objects import Objects
from belljar.lang.operations import (
    binary,
    compare,
    delete_index,
    dynamic_binary,
    dynamic_compare,
    in_constants,
    index,
    negate,
    not_optional,
    orderable,
    set_index,
    truth,
    unary,
    unpack,
)
from belljar.lang.operators import has
from belljar.lang.raising import CATCHABLE, PYTHON_ERRORS, raise_told
from belljar.lang.scope import nearest
from belljar.lang.slices import Slices
from belljar.lang.type_names import type_name
from belljar.types import ANY, BOOL, FLOAT, INT, NEVER, NONE, NUMBER, STR, OptionalType, RecordType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from belljar.lang.infer import Specialisation, World


UNDECIDED = frozenset({"E0106", "E0306"})
"""Codes of problems that only say that a rule has no answer: values of type ``any`` may have one."""


class Walk(Objects, Enumerations, Slices, Marking):
    """Executes steps of one specialisation. ``env`` is the state at the current point."""

    rules: dict[str, Callable[[Walk, Step, list[Val]], Val]]
    """By kind of step: the method that executes it."""

    def __init__(self, world: World, spec: Specialisation, emitter: NullEmitter, reporting: bool) -> None:
        self.world = world
        self.spec = spec
        self.e = emitter
        self.reporting = reporting
        self.asking = False
        self.has_raised = False
        """Whether the rule at hand raised what the program can catch, instead of reporting it."""
        self.trying = 0
        self.failed: frozenset[str] = NOTHING  # the codes of the problems that the rule at hand met
        self.silence = NullEmitter(world.names_met)
        self.handler = -1
        self.lattice = world.lattice
        self.env: Env = {}
        self.knows_fields = False  # whether env may know more of a field than its type says
        self.temps: dict[int, Val] = {}
        self.last_use: dict[int, int] = {}
        self.span = spec.flow.span
        self.site = 0
        self.cells = 0
        self.named: set[str] = set()
        """The attributes (``.name``, ``=.name``), module-level variables and what else was looked at by a name so far."""
        self.registers: dict[tuple[str, Type], int] = {}
        self.owned: dict[str, set[int]] = {}
        """By variable: the registers it lives in under any of its types."""

    # --- rules that may not fit -----------------------------------------------------------------------------------------------------

    def attempt(self, rule: Callable[[], Val], fallback: Callable[[], Val], undecided: frozenset[str] = UNDECIDED) -> Val:
        """The result of ``rule``; of ``fallback``, on values of type ``any``, where the rule has no answer for these types but a run may have one."""
        failed, self.failed = self.failed, NOTHING
        self.trying += 1
        emitter = self.e
        cells = self.cells
        known = dict(self.env) if self.knows_fields else None  # which a call in the rule makes forgotten
        if emitter.live:
            self.e = self.silence
        try:
            result = rule()
        finally:
            self.trying -= 1
            self.e = emitter
        codes, self.failed = self.failed, failed
        if not codes and not emitter.live:
            return result
        self.env = self.env if known is None else known
        if not codes:
            self.cells = cells
            return rule()
        self.cells = cells + 500
        if codes <= undecided or (self.world.flow.catches and not self.world.flow.strict and codes <= CATCHABLE):
            return fallback()
        self.cells = cells
        return rule()

    def unless_raised(self, rule: Callable[[], Val]) -> Val:
        """The result of ``rule``: where it has none because it raised, nothing is reached behind it."""
        before, self.has_raised = self.has_raised, False
        result = rule()
        if self.has_raised and result.type == UNKNOWN:
            result = Val(NEVER)
        self.has_raised = before
        return result

    # --- what rules use -------------------------------------------------------------------------------------------------------

    def const(self, value: Any) -> Val:
        """A constant of the language."""
        if value is None:
            return Val(NONE, const=None)
        if isinstance(value, bool):
            return Val(BOOL, (self.e.emit("const.bool", value, type=BOOL),), value)
        if isinstance(value, int) and value.bit_length() > 63 and value != -(2**63):
            return Val(ANY, (self.e.emit("const.big", literal(value)),))
        if isinstance(value, bytes):
            return Val(ANY, (self.e.emit("const.bytes", value.decode("latin-1")),))
        if value is COMPUTED:
            return Val(ANY, (self.e.emit("const.unset"),))
        if isinstance(value, int):
            return Val(INT, (self.e.emit("const.int", value, type=INT),), value)
        if isinstance(value, float):
            return Val(FLOAT, (self.e.emit("const.float", value, type=FLOAT),), value)
        if isinstance(value, str):
            return Val(STR, (self.e.emit("const.str", value, type=STR),), value)
        items = join_items([self.const(item) for item in value])
        return Val(items.type, items.regs, value)

    def cell(self, type: Type) -> Cell:
        """The cell of a container made by the current step: the same one each time the step is walked."""
        self.cells += 1
        return self.world.site_cell((self.spec.name, self.site, self.cells), type)

    def problem(self, code: str, **parameters: Any) -> Val:
        """Report an error at the current step; the result absorbs whatever is done with it."""
        python, whose = parameters.pop("python", None), parameters.pop("whose", None)
        if self.trying:
            self.failed |= {code}
            return Val(UNKNOWN)
        if python is None and code in PYTHON_ERRORS and self.world.flow.catches:
            python = PYTHON_ERRORS[code](self, parameters)
        if python is not None and self.world.flow.catches and not self.world.flow.strict:
            # The program can catch it: it is raised where it happens.
            raise_told(self, python[0], python[1], whose)
            self.e.at(self.e.block())
            self.has_raised = True
            return Val(NEVER)
        if not self.asking:
            if code in ("E0302", "E0303") and "advice" not in parameters:
                parameters["advice"] = mending(
                    str(parameters.get("expected", "")), str(parameters.get("found", parameters.get("type", "")))
                )
            parameters = {name: _told(value) if isinstance(value, Type) else value for name, value in parameters.items()}
            error = bell_error(code, source=self.world.flow.source, span=self.span, **parameters)
            (self.world.report if self.reporting else self.world.suspect)(error)
        return Val(UNKNOWN)

    def refuse(self, construct: str, instead: str = "", *, later: bool = True) -> Val:
        """E0106 at the current step."""
        return self.problem(
            "E0106",
            construct=construct if "(" in construct.split()[0] else construct[0].upper() + construct[1:],
            version=" yet" if later else "",
            instead=instead,
        )

    def silent(self) -> Walk:
        """A walk at the same point that neither emits nor reports: to ask for a type."""
        other = Walk(self.world, self.spec, self.silence, False)
        other.asking = True
        other.site, other.cells, other.span = self.site, self.cells + 1000, self.span
        return other

    def strict_refuses(self, *values: Val) -> bool:
        """Under ``# strict``, report E0306 for operands of type ``any``."""
        if self.world.flow.strict and any(value.type == ANY for value in values):
            self.problem("E0306", what="an operand", advice="annotate it, or keep one type per name")
            return True
        return False

    def slot(self, made: Type) -> Type:
        """The type of the words that hold a container just made. Nobody asks while nothing is emitted, and what it holds is not looked at."""
        return slot_type(made) if self.e.live else made

    def constant_set(self, item: Type, values: tuple[Any, ...]) -> int:
        """A register with a set of constants that the module makes once."""
        made = SetOf((Cell(item),))
        slot = self.world.constant_global("set", slot_type(made), values)
        return self.e.emit("global.get", slot, type=slot_type(made))

    def absent_key(self, key: Val) -> Val:
        """A look-up that can only fail: the dict is empty, or holds keys of another type."""
        if key.type == ANY:  # what cannot be hashed is no key
            self.e.emit("any.hash", key.reg, type=INT)
        self.e.emit("fault", "E0702", key.reg)
        self.e.at(self.e.block())
        return Val(NEVER)

    def has_known_class(self, type: Type) -> bool:
        """Whether values of the type are all of one class, a built-in one."""
        return type in (INT, FLOAT, BOOL, STR, NONE) or isinstance(type, (ListOf, DictOf, SetOf, TupleType))

    def is_number_or_text(self, value: Val) -> bool:
        return value.type in (INT, FLOAT, BOOL, NUMBER, STR, ANY)

    def raise_error(self, name: str, *args: object) -> None:
        """Raise a built-in exception with constant arguments; nothing is emitted behind it in this block."""
        self.raise_with(name, [self.const(arg) for arg in args])

    def raise_with(self, name: str, args: list[Val]) -> None:
        """Raise a built-in exception."""
        if self.world.flow.catches:
            self.throw(new_exception(self, name, args))
            return
        shown = self.const("") if not args else representation(self, args[0]) if name == "KeyError" else text(self, args[0])
        self.e.emit("raise", name, shown.reg)

    def raise_value_error(self, value: Val, suffix: str) -> None:
        """ValueError with the value as a literal and what is wrong with it."""
        whole = self.e.emit("str.build", representation(self, value).reg, self.const(suffix).reg, type=STR)
        self.raise_with("ValueError", [Val(STR, (whole,))])

    def raise_key_error(self, key: Val) -> None:
        self.raise_with("KeyError", [key])

    def throw(self, exception: Val) -> None:
        """End the current block with an exception object."""
        self.e.emit("raise.any", box(self, exception).reg)

    def forget_fields(self) -> None:
        """A call may have changed any field: drop what was known of them."""
        if self.world.sets_fields and self.knows_fields:
            for path in [p for p in self.env if "." in p and not p.startswith(".") and not p.endswith(OF_THE_MODULE)]:
                del self.env[path]

    def is_display(self, value: Val) -> bool:
        return value.const.__class__ is Display

    def tuple_of(self, values: Sequence[Val]) -> Val:
        return join_items([self.settled(one) for one in values])

    def dict_of(self, pairs: Sequence[tuple[Val, Val]]) -> Val:
        """A dict with these keys and values; str keys where there are none."""
        key: Type = STR if not pairs else NEVER
        held: Type = NEVER
        for one, other in pairs:
            key, held = self.lattice.join(key, one.type), self.lattice.join(held, other.type)
        made = DictOf((self.cell(key_type(key)), self.cell(held)))
        type = self.slot(made)
        reg = self.e.emit("dict.new", type, self.const(len(pairs)).reg, type=type)
        for one, other in pairs:
            self.e.emit("dict.set", reg, to_slot(self, one, made.held(0)), to_slot(self, other, made.held(1)))
        return Val(made, (reg,))

    def new_list(self, item: Type) -> Val:
        made = ListOf((self.cell(item),))
        type = self.slot(made)
        return Val(made, (self.e.emit("list.new", type, self.const(0).reg, type=type),))

    def new_dict(self, key: Type, value: Type) -> Val:
        made = DictOf((self.cell(key_type(key)), self.cell(value)))
        type = self.slot(made)
        return Val(made, (self.e.emit("dict.new", type, self.const(0).reg, type=type),))

    def extend_any(self, made: Val, iterable: Val) -> None:
        """Append every element of an iterable, as ``any``, to a list of ``any``."""

        def add(item: Val) -> None:
            self.e.emit("list.append", made.reg, box(self, item).reg)

        each(self, iterable, add)

    def downcast(self, value: Val, name: str) -> Val:
        """An object as one of the class that a test found it to be of."""
        type = RecordType(name)
        if value.type == type:
            return value
        if value.type == ANY:
            return Val(type, (self.e.emit("any.to", value.reg, type, type=type),))
        return Val(type, (self.e.emit("record.to", value.reg, type, type=type),))

    # --- variables ------------------------------------------------------------------------------------------------------------

    def variable(self, name: str, type: Type) -> tuple[int, ...]:
        """The registers of a variable while it has this type. A narrowed optional shares its payload's registers."""
        if not self.e.live:
            return nowhere(type)
        found = tuple(self._register(key, part) for key, part in variable_parts(name, type))
        self.owned.setdefault(name, set()).update(found)
        return found

    def pending(self, handler: int) -> int:
        """The register in which the block that handles exceptions finds the one that led to it."""
        return self._register(f".pending{handler}", ANY) if self.e.live else -1

    def _register(self, key: str, part: Type) -> int:
        found = self.registers.get((key, part))
        if found is None:
            found = self.registers[key, part] = self.e.register(part, "" if key.startswith(".") else key)
        return found

    def store(self, name: str, value: Val) -> None:
        if self.e.live:
            self._free(name)
            self.e.assign(self.variable(name, value.type), value.regs)
        self.env[name] = value.type
        self._forget(name)

    def _free(self, name: str) -> None:
        """Copy what later steps still need out of the variable's registers before they are overwritten."""
        mine = self.owned.get(name)
        if not mine:
            return
        for temp, held in self.temps.items():
            if self.last_use.get(temp, -1) > self.position and mine.intersection(held.regs):
                copies: list[int] = []
                for register, part in zip(held.regs, parts(held.type), strict=True):
                    if register in mine:
                        copy = self.e.register(part)
                        self.e.move(copy, register)
                        register = copy
                    copies.append(register)
                self.temps[temp] = Val(held.type, tuple(copies), held.const, "", held.facts)

    def _forget(self, name: str) -> None:
        """Drop what was known about the fields of a variable that was assigned."""
        if self.knows_fields:
            for path in [p for p in self.env if p.startswith(name + ".") and not p.startswith(".")]:
                del self.env[path]

    def load(self, name: str) -> Val:
        type = self.env.get(name, UNBOUND)
        if type == UNBOUND:
            return self.unassigned(name, "" if self.spec.flow.is_init else "local")
        if isinstance(type, MaybeType):
            flag, *rest = self.variable(name, type)
            self._require(flag, name, "" if self.spec.flow.is_init else "local")
            return Val(type.item, tuple(rest), origin=name)
        return Val(type, self.variable(name, type), origin=name)

    def unassigned(self, name: str, kind: str = "") -> Val:
        """E0205, or the NameError that the program could catch. What follows is not reached, unless the world is asked to look for more errors there."""
        if self.world.flow.catches_unbound and not self.world.flow.strict and not self.trying:
            self._unset(name, kind)
            self.e.at(self.e.block())
            return Val(NEVER)
        self.problem("E0205", name=_written(name))
        return Val(UNKNOWN if self.world.lenient else NEVER)

    def _unset(self, name: str, kind: str) -> None:
        """Fault E0202. CPython tells variables of the function itself, ``local``, those of one around it, ``free``, and those of modules and classes apart."""
        self.e.emit("fault", "E0202", self.const(_written(name)).reg, self.const(kind).reg)

    def _require(self, flag: int, name: str, kind: str) -> None:
        """Fault E0202 where the flag of a variable that may be unassigned is not set."""
        bound, unbound = self.e.block(), self.e.block()
        self.e.emit("br", flag, bound, unbound)
        self.e.at(unbound)
        self._unset(name, kind)
        self.e.at(bound)

    # --- blocks ---------------------------------------------------------------------------------------------------------------

    def run(self, number: int, env: Env) -> list[tuple[int, Env]]:
        """Execute one flow block from ``env``. The edges that can be taken, with the state each carries; lowering emits the end itself."""
        block = self.spec.flow.blocks[number]
        self.env = dict(env)
        self.number = number
        self.handler = block.handler
        self.left: list[tuple[int, Env]] = [] if block.handler < 0 else [(block.handler, dict(env))]
        self.knows_fields = any("." in path and not path.startswith(".") for path in env)
        self.temps = {}
        self.last_use = self.world.last_uses(block)
        temps, is_live, is_handled = self.temps, self.e.live, block.handler >= 0
        for position, step in enumerate(block.steps):
            self.position = position
            self.site, self.cells = step.out, 0
            span = step.span
            if span.line:
                self.span = self.e.span = span
            result = self.step(step)
            type = result.type
            if is_handled and step.kind in CHANGES:
                self.left.append((block.handler, dict(self.env)))
            if type is NEVER:
                self.e.emit("unreachable")
                return self.left
            if type is UNKNOWN and self.reporting:
                self.world.met_unknown, self.world.unknown_at = True, self.span.line
            temps[step.out] = result
            if is_live:  # what is still needed may have to be copied out of the way
                for used in (*step.args, step.out):
                    if self.last_use.get(used, -1) <= position:
                        temps.pop(used, None)
        self.position = len(block.steps)
        self.site, self.cells = -1 - number, 0
        return [*self.end(block.end), *self.left]

    def end(self, end: object) -> list[tuple[int, Env]]:
        if isinstance(end, Jump):
            return [(end.target, self.env)]
        if isinstance(end, Branch):
            self.span = self.e.span = end.span
            test = truth(self, self.temps[end.cond])
            if test.is_const:
                taken = [(end.then, True)] if test.const else [(end.orelse, False)]
            else:
                taken = [(end.then, True), (end.orelse, False)]
            edges: list[tuple[int, Env]] = []
            for target, outcome in taken:
                narrowed = self.narrowed(test, outcome)
                if narrowed is not None:
                    edges.append((target, narrowed))
            self.test = test
            return edges
        if isinstance(end, Return):
            if end.span.line:
                self.span = self.e.span = end.span
            result = Val(NONE) if end.value is None else self.temps[end.value]
            declared = self.spec.declared
            if end.is_unforeseen and declared is not None and not satisfies(NONE, declared):
                told = self.const(f"the result of {self.spec.source_name}() must be {resolve(declared)}")
                self.e.emit("fault", "E0723", told.reg, self.const("None").reg)
                return []
            self.finish(result)
        elif isinstance(end, Throw):
            self.span = self.e.span = end.span
            self.throw_value(end)
        elif isinstance(end, Raise):
            self.span = self.e.span = end.span
            self.fail(end)
        else:
            self.e.emit("unreachable")
        return []

    def narrowed(self, test: Val, outcome: bool) -> Env | None:
        """The state after the test came out so, None where it cannot."""
        env = self.env
        if not test.facts:
            return env
        env = dict(env)
        for path, if_true, if_false in test.facts:
            type = if_true if outcome else if_false
            if type == NEVER:
                return None
            if type != UNKNOWN and not (path in env and isinstance(env[path], MaybeType)):
                if type == env.get(path) or (env.get(path) == ANY and (type not in NARROWED_FROM_ANY and not isinstance(type, RecordType))):
                    continue
                env[path] = type
        return env

    def finish(self, result: Val) -> None:
        spec = self.spec
        if spec.flow.is_generator:
            if result.type != UNKNOWN:
                self.e.emit("ret", box(self, result).reg)
            return
        if (
            spec.declared is not None
            and not spec.flow.is_stub
            and not fits(self, result, spec.declared, f"the result of {spec.source_name}()")
        ):
            return
        result = self.settled(result)
        if result.type == UNKNOWN:
            return
        if spec.declared is not None and result.type == ANY and spec.declared in (INT, BOOL, STR) and not self.world.wide:
            result = unbox_declared(self, result.reg, spec.declared, f"the result of {spec.source_name}() must be {spec.declared}")
        joined = self.lattice.join(spec.result, result.type)
        if joined != spec.result:
            spec.result = joined
            self.world.result_changed(spec)
        if self.e.live and joined != UNKNOWN and result.type != UNKNOWN:
            self.e.emit("ret", *convert(self, result, joined).regs)

    def fail(self, end: Raise) -> None:
        message = Val(NONE) if end.value is None else self.temps[end.value]
        if message.type == UNKNOWN:
            return
        if end.value is None:
            shown = self.const("")
        elif end.name == "KeyError":
            shown = representation(self, message)
        else:
            shown = text(self, message)
        if end.code == "E0704":
            self.e.emit("fault", "E0704", *((shown.reg,) if end.value is not None else ()))
        else:
            self.e.emit("raise", end.name, shown.reg)

    # --- steps ----------------------------------------------------------------------------------------------------------------

    def step(self, step: Step) -> Val:
        temps = self.temps
        args = [temps[arg] for arg in step.args]
        for arg in args:
            if arg.type.__class__ in LOOKED_AT:
                args = needed(self, step, self.kept(step, args))
                break
        self.has_raised = False
        result = self.rules[step.kind](self, step, args)
        return Val(NEVER) if self.has_raised and result.type is UNKNOWN else result

    def do_refused(self, step: Step, args: list[Val]) -> Val:
        return Val(UNKNOWN)

    def do_const(self, step: Step, args: list[Val]) -> Val:
        return self.const(step.data)

    def do_const_display(self, step: Step, args: list[Val]) -> Val:
        """A display of constants on the right of ``in``: a value without registers until somebody needs them."""
        kind, values = step.data
        item = {bool: BOOL, int: INT, float: FLOAT, str: STR}
        types = {item[type(value)] for value in values}
        joined = types.pop() if len(types) == 1 else NUMBER
        container: Type = (
            TupleType((joined,) * len(values))
            if kind == "tuple"
            else ListOf((self.cell(joined),))
            if kind == "list"
            else SetOf((self.cell(joined),))
        )
        return Val(container, (), Display(kind, values))

    def materialised(self, container: Val) -> Val:
        """A constant display as a real value."""
        display: Display = container.const
        items = [self.const(value) for value in display.values]
        if display.kind == "tuple":
            return join_items(items)
        return self._list(items) if display.kind == "list" else self._set(items)

    def do_load(self, step: Step, args: list[Val]) -> Val:
        return self.load(step.data)

    def settled(self, value: Val) -> Val:
        """A value that is kept: views become the objects CPython makes, constant displays real values."""
        if self.is_display(value):
            return self.materialised(value)
        if isinstance(value.type, VIEWS):
            return self.as_object(value)
        return value

    def do_part_of_told(self, step: Step, args: list[Val]) -> Val:
        """What a pattern binds beside a value that tells what it is."""
        return box(self, self.settled(args[0])) if self.world.flow.is_loose and args[0].type != UNKNOWN else args[0]

    def do_store(self, step: Step, args: list[Val]) -> Val:
        args = [self.settled(args[0])]
        if args[0].type != UNKNOWN or self.env.get(step.data) is None:
            self.store(step.data, args[0])
        return Val(NONE)

    def do_publish(self, step: Step, args: list[Val]) -> Val:
        self.world.publish(self, step.data, self.settled(args[0]))
        return Val(NONE)

    def do_global(self, step: Step, args: list[Val]) -> Val:
        name: str = step.data
        self.named.add(name)
        held = self.global_value(name)
        type, regs = held.type, held.regs
        if type in (UNKNOWN, NEVER) or name in self.world.constants or name not in self.world.globals:
            return held
        # While a function runs the module level stands still, so what a test says of the name holds until the function ends.
        if name in self.world.flow.shared:
            return Val(type, regs)
        path = f"{name}{OF_THE_MODULE}"
        narrowed = self.env.get(path)
        if isinstance(type, OptionalType) and narrowed in (type.item, NONE):
            return Val(NONE, origin=path) if narrowed == NONE else Val(type.item, regs[1:], origin=path)
        return Val(type, regs, origin=path)

    def do_declare(self, step: Step, args: list[Val]) -> Val:
        name, annotation = step.data
        wanted = self.world.annotation(annotation)
        if not fits(self, args[0], wanted, f"'{name}'"):
            return Val(UNKNOWN)
        if args[0].type == ANY and wanted in (INT, BOOL, STR):
            return unbox_declared(self, args[0].reg, wanted, f"'{name}' must be {wanted}")
        return args[0]

    def do_binary(self, step: Step, args: list[Val]) -> Val:
        left, right = map(self.settled, args)
        return self.attempt(
            lambda: binary(self, step.data, left, right), lambda: binary(self, step.data, box(self, left), box(self, right))
        )

    def do_inplace(self, step: Step, args: list[Val]) -> Val:
        left, right = args[0], self.settled(args[1])
        return self.attempt(
            lambda: in_place(self, step.data, left, right), lambda: in_place(self, step.data, box(self, left), box(self, right))
        )

    def do_unary(self, step: Step, args: list[Val]) -> Val:
        return self.attempt(lambda: unary(self, step.data, args[0]), lambda: unary(self, step.data, box(self, args[0])))

    def do_not(self, step: Step, args: list[Val]) -> Val:
        return args[0] if args[0].type == UNKNOWN else negate(self, args[0])

    def do_also(self, step: Step, args: list[Val]) -> Val:
        """The first value, with what the truth of the second one tells besides."""
        if args[0].type == UNKNOWN:
            return args[0]
        first, second = truth(self, args[0]), self.silently(lambda: truth(self, args[1]))
        return Val(BOOL, first.regs, second.const, facts=[*first.facts, *second.facts])

    def do_compare(self, step: Step, args: list[Val]) -> Val:
        if isinstance(args[1].const, Display):
            if args[0].type == UNKNOWN:
                return args[0]
            found = in_constants(self, args[1].const.values, args[0])
            if found is not None:
                return found if step.data == "in" else negate(self, found)
            args = [args[0], self.materialised(args[1])]
        left, right = map(self.settled, args)
        return self.attempt(
            lambda: compare(self, step.data, left, right), lambda: compare(self, step.data, box(self, left), box(self, right))
        )

    def do_tuple(self, step: Step, args: list[Val]) -> Val:
        args = [self.settled(arg) for arg in args]
        if any(arg.type == UNKNOWN for arg in args):
            return Val(UNKNOWN)
        made = join_items(args)
        if too_large(made.type):  # as one that grows in a loop
            return Val(UNKNOWN) if self.strict_refuses(Val(ANY)) else box(self, made)
        if args and all(arg.is_const for arg in args):
            made.const = tuple(arg.const for arg in args)
        return made

    def do_list(self, step: Step, args: list[Val]) -> Val:
        return self._list(args)

    def _list(self, args: list[Val]) -> Val:
        args = [self.settled(arg) for arg in args]
        item: Type = NEVER
        for arg in args:
            item = self.lattice.join(item, arg.type)
        if item == UNKNOWN:
            return Val(UNKNOWN)
        made = ListOf((self.cell(item),))
        type = self.slot(made)
        if not args:
            return Val(made, (self.e.emit("list.new", type, self.const(0).reg, type=type),))
        words = [to_slot(self, arg, made.held(0)) for arg in args]
        return Val(made, (self.e.emit("list.of", type, *words, type=type),))

    def do_set(self, step: Step, args: list[Val]) -> Val:
        return self._set(args)

    def _set(self, args: list[Val]) -> Val:
        item: Type = NEVER
        for arg in args:
            if not is_hashable(arg.type) and arg.type != ANY:
                return self.problem("E0310", type=resolve(arg.type))
            item = self.lattice.join(item, arg.type)
        if item == UNKNOWN:
            return Val(UNKNOWN)
        made = SetOf((self.cell(key_type(item)),))
        type = self.slot(made)
        reg = self.e.emit("set.new", type, self.const(len(args)).reg, type=type)
        for arg in args:
            self.e.emit("set.add", reg, to_slot(self, arg, made.held(0)))
        return Val(made, (reg,))

    def do_dict(self, step: Step, args: list[Val]) -> Val:
        args = [self.settled(arg) for arg in args]
        key: Type = NEVER
        held: Type = NEVER
        for position in range(0, len(args), 2):
            if not is_hashable(args[position].type):
                return self.problem("E0310", type=resolve(args[position].type))
            key = self.lattice.join(key, args[position].type)
            held = self.lattice.join(held, args[position + 1].type)
        if UNKNOWN in (key, held):
            return Val(UNKNOWN)
        made = DictOf((self.cell(key_type(key)), self.cell(held)))
        type = self.slot(made)
        reg = self.e.emit("dict.new", type, self.const(len(args) // 2).reg, type=type)
        for position in range(0, len(args), 2):
            self.e.emit("dict.set", reg, to_slot(self, args[position], made.held(0)), to_slot(self, args[position + 1], made.held(1)))
        return Val(made, (reg,))

    def do_index(self, step: Step, args: list[Val]) -> Val:
        return self.attempt(lambda: index(self, *args), lambda: index(self, box(self, args[0]), box(self, args[1])))

    def do_set_index(self, step: Step, args: list[Val]) -> Val:
        target, key, value = args[0], args[1], self.settled(args[2])
        if value.type == UNKNOWN:
            return value
        return self.attempt(
            lambda: set_index(self, target, key, value), lambda: set_index(self, box(self, target), box(self, key), box(self, value))
        )

    def do_unpack(self, step: Step, args: list[Val]) -> Val:
        count, star = step.data
        for position, item in enumerate(unpack(self, self.settled(args[0]), count, star)):
            if item.type == NEVER:
                return item
            self.temps[step.out + position] = item
        return self.temps[step.out] if count else Val(NONE)

    def do_del_index(self, step: Step, args: list[Val]) -> Val:
        return Val(UNKNOWN) if any(arg.type == UNKNOWN for arg in args) else delete_index(self, args[0], args[1])

    def do_format(self, step: Step, args: list[Val]) -> Val:
        return formatted(self, args[0], step.data, args[1] if len(args) > 1 else None)

    def do_concat(self, step: Step, args: list[Val]) -> Val:
        if any(arg.type == UNKNOWN for arg in args):
            return Val(UNKNOWN)
        if all(arg.is_const for arg in args):
            return self.const("".join(arg.const for arg in args))
        if len(args) == 1:
            return args[0]
        return Val(STR, (self.e.emit("str.build", *(arg.reg for arg in args), type=STR),))

    # --- loops ----------------------------------------------------------------------------------------------------------------

    def do_iter_new(self, step: Step, args: list[Val]) -> Val:
        if isinstance(args[0].type, OptionalType):
            not_optional(self, args[0])
            args = [Val(UNKNOWN)]
        state = begin(self, args[0])
        if state.type == NEVER:
            return state
        self.store(step.data, state)
        return Val(NONE)

    def do_iter_taken(self, step: Step, args: list[Val]) -> Val:
        """The loop of a generator expression: an object with ``__next__`` is the iterator that was asked for where the expression stands."""
        given = args[0]
        if given.type != ANY or not any("__next__" in decl.methods for decl in self.world.flow.classes.values()):
            return self.do_iter_new(step, args)
        begun = self.e.emit("any.has_attr", given.reg, "__next__", type=BOOL)
        walk = choose(self, begun, ANY, lambda: given, lambda: Val(ANY, (self.e.emit("any.iter", given.reg),)))
        self.store(step.data, Val(IteratorOf(ANY), (walk.reg, self.e.emit("const.none"))))
        return Val(NONE)

    def do_is_fresh(self, step: Step, args: list[Val]) -> Val:
        return self.const(args[0].origin == FRESH)

    def do_iter_close(self, step: Step, args: list[Val]) -> Val:
        """Close a generator whose loop was left."""
        state = self.iterator(step.data)
        source = state.type.source if isinstance(state.type, IteratorOf) else None
        if isinstance(source, GeneratorOf):
            call_method(self, "close", Val(source, state.regs[:1]), [])
        return Val(NONE)

    def do_left_open(self, step: Step, args: list[Val]) -> Val:
        """Whether the program ends while a generator is inside a ``finally`` or ``with``."""
        if args[0].type != INT:
            return Val(NONE)
        left, fine = self.e.block(), self.e.block()
        self.e.emit("br", self.e.emit("int.gt", args[0].reg, self.const(0).reg, type=BOOL), left, fine)
        self.e.at(left)
        self.e.emit("fault", "E0722")
        self.e.at(fine)
        return Val(NONE)

    def iterator(self, name: str) -> Val:
        """The state of a loop."""
        if name not in self.env:
            return Val(UNKNOWN)
        return Val(self.env[name], self.variable(name, self.env[name]))

    def do_iter_more(self, step: Step, args: list[Val]) -> Val:
        return more(self, self.iterator(step.data))

    def do_iter_value(self, step: Step, args: list[Val]) -> Val:
        return value(self, self.iterator(step.data))

    def do_iter_step(self, step: Step, args: list[Val]) -> Val:
        self.store(step.data, advance(self, self.iterator(step.data)))
        return Val(NONE)

    # --- variables that functions share -----------------------------------------------------------------------------------------------

    def do_cell_new(self, step: Step, args: list[Val]) -> Val:
        made = CellOf((self.cell(args[0].type if args else NEVER),))
        type = self.slot(made)
        if args and args[0].type == UNKNOWN:
            return args[0]
        if args:
            return Val(made, (self.e.emit("list.of", type, to_slot(self, args[0], made.held(0)), type=type),))
        return Val(made, (self.e.emit("list.new", type, self.const(1).reg, type=type),))

    def do_cell_get(self, step: Step, args: list[Val]) -> Val:
        return self.cell_value(args[0], *step.data)

    def cell_value(self, cell: Val, name: str, kind: str) -> Val:
        """What is in the box of a variable that functions share; ``kind`` as for :meth:`_unset`."""
        if not isinstance(cell.type, CellOf):
            return Val(UNKNOWN)
        held = cell.type.item.type
        if held == NEVER:  # nothing is ever put into it
            self._unset(name, kind)
            return Val(NEVER)
        size = self.e.emit("list.len", cell.reg, type=INT)
        self._require(self.e.emit("int.to_bool", size, type=BOOL), name, kind)
        return from_slot(self, self.e.emit("list.get.nc", cell.reg, self.const(0).reg, type=slot_type(held)), held)

    def do_cell_set(self, step: Step, args: list[Val]) -> Val:
        return self.set_cell(*args)

    def set_cell(self, cell: Val, value: Val) -> Val:
        if not isinstance(cell.type, CellOf) or value.type == UNKNOWN:
            return Val(UNKNOWN)
        self.lattice.grow(cell.type.cells[0], value.type)
        self.e.emit("list.clear", cell.reg)
        self.e.emit("list.append", cell.reg, to_slot(self, value, cell.type.held(0)))
        return Val(NONE)

    def do_cell_clear(self, step: Step, args: list[Val]) -> Val:
        self.e.emit("list.clear", args[0].reg)
        return Val(NONE)

    def do_capture(self, step: Step, args: list[Val]) -> Val:
        """A variable as it is now, unassigned or not, for a closure to bring along."""
        type = self.env.get(step.data, UNBOUND)
        if type == UNBOUND:
            return Val(MaybeType(NEVER), (self.e.emit("const.bool", False, type=BOOL),))
        return Val(type, self.variable(step.data, type))

    def do_unbind(self, step: Step, args: list[Val]) -> Val:
        self.env[step.data] = UNBOUND
        self._forget(step.data)
        return Val(NONE)

    def do_set_global(self, step: Step, args: list[Val]) -> Val:
        if args[0].type != UNKNOWN:
            self.world.publish(self, step.data, args[0])
            self.env.pop(step.data + OF_THE_MODULE, None)
        return Val(NONE)

    def do_clear_global(self, step: Step, args: list[Val]) -> Val:
        name = step.data
        if name in self.world.flow.globals and isinstance(self.world.globals.get(name), MaybeType) and self.e.live:
            self.e.emit("global.set", self.world.global_slots(name)[0][0], self.const(False).reg)
        return Val(NONE)

    def global_value(self, name: str) -> Val:
        """A module-level variable."""
        if name in self.world.constants:
            return self.const(self.world.constants[name])
        type = self.world.global_type(name)
        if type == UNKNOWN:
            return Val(UNKNOWN)
        if type == NEVER and name.split(".")[0] in INTERNAL_MODULES:  # what stands outside functions of such a module is never run
            return Val(ClosureOf(name) if name in self.world.flow.functions else ClassOf(name))
        if type == NEVER:
            return self.unassigned(name)
        regs = (
            tuple(self.e.emit("global.get", slot, type=part) for slot, part in self.world.global_slots(name))
            if self.e.live
            else nowhere(type)
        )
        if isinstance(type, MaybeType):
            self._require(regs[0], name, "")
            type, regs = type.item, regs[1:]
        return Val(type, regs)

    # --- attributes -----------------------------------------------------------------------------------------------------------------

    def do_attr(self, step: Step, args: list[Val]) -> Val:
        self.named.add(f".{step.data}")
        return attribute(self, args[0], step.data)

    def do_set_attr(self, step: Step, args: list[Val]) -> Val:
        done = set_attribute(self, args[0], step.data, args[1])
        self.named.add(f"=.{step.data}")
        return done

    def do_is_unset(self, step: Step, args: list[Val]) -> Val:
        """Whether a class that is only known while running was called without an argument."""
        return Val(BOOL, (self.e.emit("any.is_unset", box(self, args[0]).reg, type=BOOL),))

    def do_default_of(self, step: Step, args: list[Val]) -> Val:
        """The default of a parameter of a class that is no constant."""
        cls, name = step.data
        init = self.world.find_method(cls, "__init__")
        if init is None:
            found = self.world.find_field(cls, name)
            assert found is not None
            return field_default(self, found.decl, cls)
        params = self.world.flow.functions[init[0].function].params
        return self.global_value(init[0].function + next(param.default_name for param in params if param.name == name))

    def do_set_field(self, step: Step, args: list[Val]) -> Val:
        """``object.__setattr__(x, "name", value)``: the way around frozen."""
        target, value = args
        if UNKNOWN in (target.type, value.type):
            return Val(UNKNOWN)
        if not isinstance(target.type, RecordType) or self.world.find_field(target.type.name, step.data) is None:
            return self.refuse(
                "object.__setattr__() here", "declare the field in the class, and set it in a method of the class", later=False
            )
        return set_field(self, target, step.data, value)

    def do_del_attr(self, step: Step, args: list[Val]) -> Val:
        self.named.add(f".{step.data}")
        if args[0].type != UNKNOWN:
            delete_attribute(self, args[0], step.data)
        return Val(NONE)

    # What rules of lower modules call.
    attribute = attribute
    construct_object = construct
    blank_object = blank
    class_attribute = class_attribute
    module_member = module_member
    call_builtin_method = call_builtin_method
    dynamic_binary = dynamic_binary
    dynamic_compare = dynamic_compare
    type_name = type_name
    negate = negate
    set_attribute = set_attribute
    delete_attribute = delete_attribute
    unless_frozen = unless_frozen
    field_value = field_value
    set_field = set_field
    dispatch = dispatch
    call_function = call_function
    call_value = call_value
    representation = representation
    formatted = formatted
    truth_of = truth
    to_list = to_list
    append = append
    each = each
    element_type = element_type

    sort = builtins_objects.sort
    has_special = builtins_attributes.has_special
    extreme_by_key = builtins_objects.extreme_by_key

    def loosened(self, value: Val) -> Val:
        """A value that a rule had no answer for, as ``any``; functions stay what they are."""
        return value if isinstance(value.type, (*FUNCTIONAL, ModuleOf)) or value.type in (NONE,) else box(self, value)

    def call_method(self, name: str, receiver: Val, args: list[Val]) -> Val:
        return call_method(self, name, receiver, args)

    def compare_values(self, op: str, left: Val, right: Val) -> Val:
        return compare(self, op, left, right)

    def call_method_shaped(self, name: str, receiver: Val, args: list[Val], shape: CallShape) -> Val:
        return call_method(self, name, receiver, args, shape)

    def unpack_values(self, value: Val, count: int) -> list[Val]:
        return unpack(self, value, count)

    def add_pair(self, made: Val, key: Val, value: Val) -> None:
        add_pair(self, made, key, value)

    def has_method(self, value: Val, name: str) -> bool:
        return has(self, value, name)

    def text_of(self, value: Val, name: str) -> Val:
        return text(self, value) if name == "__str__" else representation(self, value)

    def list_of(self, items: list[Val]) -> Val:
        return self._list(items)

    def new_set(self, item: Type) -> Val:
        made = SetOf((self.cell(key_type(item)),))
        type = self.slot(made)
        return Val(made, (self.e.emit("set.new", type, self.const(0).reg, type=type),))

    def add_to_set(self, made: Val, item: Val) -> None:
        assert isinstance(made.type, SetOf)
        self.lattice.grow(made.type.cells[0], key_type(item.type))
        self.e.emit("set.add", made.reg, to_slot(self, item, made.type.held(0)))

    def silent_call(self, callee: Val, args: list[Val]) -> Val:
        """A call that emits nothing: to ask for its type."""
        return self.silently(lambda: self.unless_raised(lambda: call_value(self, callee, args)))

    def silently(self, rule: Callable[[], Val]) -> Val:
        """What a rule gives, without emitting anything: to ask for its type."""
        emitter, asking, cells, has_raised = self.e, self.asking, self.cells, self.has_raised
        known = dict(self.env) if self.knows_fields else self.env
        self.e, self.asking, self.cells = self.silence, True, cells + 2000
        try:
            return rule()
        finally:
            self.e, self.asking, self.cells, self.has_raised, self.env = emitter, asking, cells, has_raised, known

    def nearest(self, name: str, candidates: Sequence[str]) -> str:
        return nearest(name, candidates)

    def is_certain(self, cls: str, name: str) -> bool:
        """Whether every object of the class has the attribute."""
        found = self.world.find_field(cls, name)
        if found is not None:
            return found.decl.certain
        methods = [self.world.find_method(one, name) for one in (cls, *self.world.subclasses(cls))]
        return not any(method is not None and method[0].kind == "property" and self._may_lack(method[0].function) for method in methods)

    def _may_lack(self, function: str) -> bool:
        """Whether a property says itself that there is no such attribute."""
        blocks = self.world.flow.functions[function].blocks
        ends = any(isinstance(block.end, Raise) and block.end.name == "AttributeError" for block in blocks)
        return ends or any(step.kind == "class" and step.data == "AttributeError" for block in blocks for step in block.steps)

    def sortable(self, type: Type) -> bool:
        return orderable(type) and not isinstance(type, RecordType)

    def may_run(self, type: Type) -> bool:
        """Whether elements of the type can be compared while running, as ``any``."""
        return self.world.flow.catches or type == ANY or isinstance(type, (RecordType, TupleType, *FUNCTIONAL, ListOf))

    def can_walk(self, value: Val) -> bool:
        return has(self, value, "__iter__") or has(self, value, "__getitem__")

    def empty_extreme(self, name: str, default: Val | None) -> Val:
        if default is not None:
            return default
        self.e.emit("fault", "E0708", self.const(f"{name}()").reg)
        self.e.at(self.e.block())
        return Val(NEVER)

    # --- functions, classes, calls ----------------------------------------------------------------------------------------------------

    def do_function(self, step: Step, args: list[Val]) -> Val:
        if any(arg.type == UNKNOWN for arg in args):
            return Val(UNKNOWN)
        args = [self.materialised(arg) if self.is_display(arg) else arg for arg in args]
        return Val(ClosureOf(step.data, tuple(arg.type for arg in args)), tuple(reg for arg in args for reg in arg.regs))

    def do_class(self, step: Step, args: list[Val]) -> Val:
        return Val(ClassOf(step.data))

    def do_made(self, step: Step, args: list[Val]) -> Val:
        """A class was made: where its objects are seen as ``any``, its methods with defaults are objects."""
        for method in self.world.flow.classes[step.data].methods.values():
            name = object_name(method.function)
            if name not in self.world.flow.globals or method.kind == "class":
                continue
            if self.world.late_methods.is_wanted(self.spec, step.data, method.name):
                flow = self.world.flow.functions[method.function]
                brought = [self.global_value(f"{method.function}{one}") for one in flow.environment]
                closure = ClosureOf(method.function, tuple(value.type for value in brought))
                made = box(self, Val(closure, tuple(reg for value in brought for reg in value.regs)))
                self.world.publish(self, name, made)
        return Val(NONE)

    def do_built_in(self, step: Step, args: list[Val]) -> Val:
        return Val(BuiltInOf(step.data))

    def do_marker(self, step: Step, args: list[Val]) -> Val:
        return Val(BuiltInOf("enum.EnumType" if step.data == "enum.EnumMeta" else step.data))

    def do_module(self, step: Step, args: list[Val]) -> Val:
        return Val(ModuleOf(step.data))

    def do_import(self, step: Step, args: list[Val]) -> Val:
        """Run the module level of a library module."""
        run_once(self, step.data)
        return Val(NONE)

    def do_call(self, step: Step, args: list[Val]) -> Val:
        return call_value(self, args[0], args[1:], step.data)

    def do_method(self, step: Step, args: list[Val]) -> Val:
        name, shape = step.data
        self.named.add(f".{name}")
        if not not_optional(self, args[0]):
            return Val(UNKNOWN)
        return call_method(self, name, args[0], args[1:], shape)

    def do_super(self, step: Step, args: list[Val]) -> Val:
        me = args[0]
        if me.type == UNKNOWN:
            return Val(UNKNOWN)
        if me.type == ANY and not self.world.beside(step.data):
            me = self.downcast(me, step.data)
        return Val(SuperOf(step.data, me.type), me.regs)


Walk.rules = {name.removeprefix("do_"): getattr(Walk, name) for name in dir(Walk) if name.startswith("do_")}
NARROWED_FROM_ANY = (FLOAT, STR, BOOL, NONE)
"""What a test can find a variable of type ``any`` to be, besides records, so that it is held in registers of that type. Not int: it may be a big one."""
NOTHING: frozenset[str] = frozenset()
LOOKED_AT = frozenset((OptionalType, *VIEWS))
CHANGES = frozenset({"store", "unbind", "iter_new", "iter_taken", "iter_step", "iter_more"})
"""Steps that change the variables, so that a handler may find them as they were before or after."""


def _written(variable: str) -> str:
    """A variable as the program writes it."""
    return variable.split("$")[0].replace(":", ".")


def _told(type: Type) -> str:
    """A type as a message shows it; what nothing was ever put into has no type to show."""
    return str(type).replace("[never, never]", "").replace("[never]", "")


def mending(expected: str, found: str) -> str:
    """What to write where a value of one type stands and another one is expected (an iterable, where that is empty); ``""`` where nothing is obvious."""
    if not expected:
        return "to count, walk range(n)" if found == "int" else ""
    if found == f"{expected} | None":
        return "test it first: if x is not None: ..."
    if found == "float" and expected == "int":
        return "make it whole first, with int(...) or round(...)"
    if found == "str" and expected in ("int", "float"):
        return f"read the number with {expected}(...)"
    if expected == "str" and found in ("int", "float", "bool"):
        return "convert it with str(...) or an f-string"
    return ""
