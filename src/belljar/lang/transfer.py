"""The walk over one specialisation of a function: what every step does to types, and the IR it becomes.

One :class:`Walk` executes the steps of a flow block on abstract values. During inference its emitter is silent; for lowering it writes IR and reports what is wrong.
Because both are the same walk, a type and the code for it cannot disagree.
"""

from __future__ import annotations

import ast

from belljar.errors import bell_error
from belljar.lang.annotations import known, satisfies
from belljar.lang.builtins import call_builtin, formatted, instance_test, representation, text
from belljar.lang.conversion import convert, join_items, parts, slot_type, to_slot, unbox
from belljar.lang.emit import NullEmitter, Val
from belljar.lang.graph import Branch, Jump, Raise, Return, Step
from belljar.lang.iteration import advance, begin, more, value
from belljar.lang.lattice import (
    OF_THE_MODULE,
    UNBOUND,
    UNKNOWN,
    Cell,
    DictOf,
    ListOf,
    MaybeType,
    SetOf,
    is_hashable,
    lift,
    resolve,
    too_large,
)
from belljar.lang.methods import call_method, in_place, is_method
from belljar.lang.operations import (
    binary,
    compare,
    in_constants,
    index,
    negate,
    not_optional,
    set_index,
    slice_of,
    truth,
    unary,
    unpack,
)
from belljar.lang.scope import REFUSED_VALUE, nearest
from belljar.structs import Frozen
from belljar.types import ANY, BOOL, FLOAT, INT, NEVER, NONE, NUMBER, STR, OptionalType, RecordType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

    from belljar.lang.infer import Specialisation, World

Env = dict[str, Type]
"""Variable (or ``x.f`` path that was narrowed) to type, at one point of a function."""


class Display(Frozen):
    """The constants of a display that is only asked for membership."""

    __slots__ = ("kind", "values")

    def __init__(self, kind: str, values: tuple[Any, ...]) -> None:
        self.kind: Final = kind
        self.values: Final = values


class Walk:
    """Executes steps of one specialisation. ``env`` is the state at the current point."""

    def __init__(self, world: World, spec: Specialisation, emitter: NullEmitter, reporting: bool) -> None:
        self.world = world
        self.spec = spec
        self.e = emitter
        self.reporting = reporting
        self.asking = False
        self.lattice = world.lattice
        self.env: Env = {}
        self.knows_fields = False  # whether env may know more of a field than its type says
        self.temps: dict[int, Val] = {}
        self.last_use: dict[int, int] = {}
        self.span = spec.flow.span
        self.site = 0
        self.cells = 0
        self.registers: dict[tuple[str, Type], int] = {}
        self.owned: dict[str, set[int]] = {}
        """By variable: the registers it lives in under any of its types."""

    # --- what rules use -------------------------------------------------------------------------------------------------------

    def const(self, value: Any) -> Val:
        """A constant of the language."""
        if value is None:
            return Val(NONE, const=None)
        if isinstance(value, bool):
            return Val(BOOL, (self.e.emit("const.bool", value, type=BOOL),), value)
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
        other = Walk(self.world, self.spec, NullEmitter(), False)
        other.asking = True
        other.site, other.cells, other.span = self.site, self.cells + 1000, self.span
        return other

    def strict_refuses(self, *values: Val) -> bool:
        """Under ``# strict``, report E0306 for operands of type ``any``."""
        if self.world.flow.strict and any(value.type == ANY for value in values):
            self.problem("E0306", what="an operand", advice="annotate it, or keep one type per name")
            return True
        return False

    def constant_set(self, item: Type, values: tuple[Any, ...]) -> int:
        """A register with a set of constants that the module makes once."""
        made = SetOf((Cell(item),))
        slot = self.world.constant_global("set", slot_type(made), values)
        return self.e.emit("global.get", slot, type=slot_type(made))

    def absent_key(self, key: Val) -> Val:
        """A look-up that can only fail: the dict is empty, or holds keys of another type."""
        self.e.emit("fault", "E0702", key.reg)
        self.e.at(self.e.block())
        return Val(NEVER)

    def record_fields(self, name: str) -> Sequence[str]:
        return [field.name for field in self.world.flow.records[name].fields]

    # --- variables ------------------------------------------------------------------------------------------------------------

    def variable(self, name: str, type: Type) -> tuple[int, ...]:
        """The registers of a variable while it has this type. A narrowed optional shares its payload's registers."""
        if not self.e.live:
            return (-1,) * len(parts(type))
        found = tuple(self._register(key, part) for key, part in variable_parts(name, type))
        self.owned.setdefault(name, set()).update(found)
        return found

    def _register(self, key: str, part: Type) -> int:
        found = self.registers.get((key, part))
        if found is None:
            found = self.registers[key, part] = self.e.register(part, "" if key.startswith(".") else key)
        return found

    def store(self, name: str, value: Val) -> None:
        if self.e.live:
            self._free(name)
            for target, source in zip(self.variable(name, value.type), value.regs, strict=True):
                self.e.move(target, source)
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
            return self.unassigned(name)
        if isinstance(type, MaybeType):
            flag, *rest = self.variable(name, type)
            self._require(flag, name)
            return Val(type.item, tuple(rest), origin=name)
        return Val(type, self.variable(name, type), origin=name)

    def unassigned(self, name: str) -> Val:
        """E0205. What follows is not reached, unless the world is asked to look for more errors there."""
        self.problem("E0205", name=name)
        return Val(UNKNOWN if self.world.lenient else NEVER)

    def _require(self, flag: int, name: str) -> None:
        """Fault E0202 where the flag of a variable that may be unassigned is not set."""
        bound, unbound = self.e.block(), self.e.block()
        self.e.emit("br", flag, bound, unbound)
        self.e.at(unbound)
        self.e.emit("fault", "E0202", self.const(name).reg)
        self.e.at(bound)

    # --- blocks ---------------------------------------------------------------------------------------------------------------

    def run(self, number: int, env: Env) -> list[tuple[int, Env]]:
        """Execute one flow block from ``env``. The edges that can be taken, with the state each carries; lowering emits the end itself."""
        block = self.spec.flow.blocks[number]
        self.env = dict(env)
        self.knows_fields = any("." in path and not path.startswith(".") for path in env)
        self.temps = {}
        self.last_use = self.world.last_uses(block)
        for position, step in enumerate(block.steps):
            self.position = position
            self.site, self.cells = step.out, 0
            if step.span.line:
                self.span = self.e.span = step.span
            result = self.step(step)
            if result.type == NEVER:
                self.e.emit("unreachable")
                return []
            if result.type == UNKNOWN and self.reporting:
                self.world.met_unknown = True
            self.temps[step.out] = result
            for used in (*step.args, step.out):
                if self.last_use.get(used, -1) <= position:
                    self.temps.pop(used, None)
        self.position = len(block.steps)
        self.site, self.cells = -1 - number, 0
        return self.end(block.end)

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
            self.finish(result)
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
                if type == env.get(path) or env.get(path) == ANY:
                    continue
                env[path] = type
        return env

    def finish(self, result: Val) -> None:
        spec = self.spec
        if spec.declared is not None and not satisfies(result.type, spec.declared):
            self.problem("E0302", what=f"the result of {spec.source_name}()", expected=resolve(spec.declared), found=resolve(result.type))
            return
        if spec.declared is not None and result.type == ANY and spec.declared in (INT, BOOL, STR):
            result = unbox(self, result.reg, spec.declared)
        joined = self.lattice.join(spec.result, result.type)
        if joined != spec.result:
            self.lattice.version += 1
            spec.result = joined
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
        args = [self.temps[arg] for arg in step.args]
        return getattr(self, f"do_{step.kind}")(step, args)  # type: ignore[no-any-return]

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

    def do_store(self, step: Step, args: list[Val]) -> Val:
        if args[0].type != UNKNOWN or self.env.get(step.data) is None:
            self.store(step.data, args[0])
        return Val(NONE)

    def do_publish(self, step: Step, args: list[Val]) -> Val:
        self.world.publish(self, step.data, args[0])
        return Val(NONE)

    def do_global(self, step: Step, args: list[Val]) -> Val:
        name = step.data
        if name in self.world.constants:
            return self.const(self.world.constants[name])
        type = self.world.global_type(name)
        if type == UNKNOWN:
            return Val(UNKNOWN)
        if type == NEVER:
            return self.unassigned(name)
        regs = (
            tuple(self.e.emit("global.get", slot, type=part) for slot, part in self.world.global_slots(name))
            if self.e.live
            else (-1,) * len(parts(type))
        )
        if isinstance(type, MaybeType):
            self._require(regs[0], name)
            type, regs = type.item, regs[1:]
        # While a function runs the module level stands still, so what a test says of the name holds until the function ends.
        path = f"{name}{OF_THE_MODULE}"
        narrowed = self.env.get(path)
        if isinstance(type, OptionalType) and narrowed in (type.item, NONE):
            return Val(NONE, origin=path) if narrowed == NONE else Val(type.item, regs[1:], origin=path)
        return Val(type, regs, origin=path)

    def do_declare(self, step: Step, args: list[Val]) -> Val:
        name, annotation = step.data
        wanted = self.world.annotation(annotation)
        if not satisfies(args[0].type, wanted):
            return self.problem("E0302", what=f"'{name}'", expected=resolve(wanted), found=resolve(args[0].type))
        if args[0].type == ANY and wanted in (INT, BOOL, STR):
            return unbox(self, args[0].reg, wanted)
        return args[0]

    def do_binary(self, step: Step, args: list[Val]) -> Val:
        return binary(self, step.data, *args)

    def do_inplace(self, step: Step, args: list[Val]) -> Val:
        return in_place(self, step.data, *args)

    def do_unary(self, step: Step, args: list[Val]) -> Val:
        return unary(self, step.data, args[0])

    def do_not(self, step: Step, args: list[Val]) -> Val:
        return args[0] if args[0].type == UNKNOWN else negate(self, args[0])

    def do_also(self, step: Step, args: list[Val]) -> Val:
        """The first value, with what the truth of the second one tells besides."""
        if args[0].type == UNKNOWN:
            return args[0]
        first, second = truth(self, args[0]), truth(self, args[1])
        return Val(BOOL, first.regs, second.const, facts=first.facts + second.facts)

    def do_compare(self, step: Step, args: list[Val]) -> Val:
        if isinstance(args[1].const, Display):
            if args[0].type == UNKNOWN:
                return args[0]
            found = in_constants(self, args[1].const.values, args[0])
            if found is not None:
                return found if step.data == "in" else negate(self, found)
            args = [args[0], self.materialised(args[1])]
        return compare(self, step.data, *args)

    def do_tuple(self, step: Step, args: list[Val]) -> Val:
        if any(arg.type == UNKNOWN for arg in args):
            return Val(UNKNOWN)
        made = join_items(args)
        if too_large(made.type):
            return self.problem(
                "E0313", detail="this tuple is nested too deeply or has too many parts", advice="use lists, or records, for its parts"
            )
        if args and all(arg.is_const for arg in args):
            made.const = tuple(arg.const for arg in args)
        return made

    def do_list(self, step: Step, args: list[Val]) -> Val:
        return self._list(args)

    def _list(self, args: list[Val]) -> Val:
        item: Type = NEVER
        for arg in args:
            item = self.lattice.join(item, arg.type)
        if item == UNKNOWN:
            return Val(UNKNOWN)
        made = ListOf((self.cell(item),))
        type = slot_type(made)
        if not args:
            return Val(made, (self.e.emit("list.new", type, self.const(0).reg, type=type),))
        words = [to_slot(self, arg, made.item.type) for arg in args]
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
        made = SetOf((self.cell(item),))
        type = slot_type(made)
        reg = self.e.emit("set.new", type, self.const(len(args)).reg, type=type)
        for arg in args:
            self.e.emit("set.add", reg, to_slot(self, arg, made.item.type))
        return Val(made, (reg,))

    def do_dict(self, step: Step, args: list[Val]) -> Val:
        key: Type = NEVER
        held: Type = NEVER
        for position in range(0, len(args), 2):
            if not is_hashable(args[position].type) and args[position].type != ANY:
                return self.problem("E0310", type=resolve(args[position].type))
            key = self.lattice.join(key, args[position].type)
            held = self.lattice.join(held, args[position + 1].type)
        if UNKNOWN in (key, held):
            return Val(UNKNOWN)
        made = DictOf((self.cell(key), self.cell(held)))
        type = slot_type(made)
        reg = self.e.emit("dict.new", type, self.const(len(args) // 2).reg, type=type)
        for position in range(0, len(args), 2):
            self.e.emit("dict.set", reg, to_slot(self, args[position], made.item.type), to_slot(self, args[position + 1], made.value.type))
        return Val(made, (reg,))

    def do_index(self, step: Step, args: list[Val]) -> Val:
        return index(self, *args)

    def do_set_index(self, step: Step, args: list[Val]) -> Val:
        if args[2].type != UNKNOWN:
            set_index(self, *args)
        return Val(NONE)

    def do_slice(self, step: Step, args: list[Val]) -> Val:
        bounds: list[Val | None] = []
        rest = iter(args[1:])
        for present in step.data:
            bounds.append(next(rest) if present else None)
        return slice_of(self, args[0], bounds)

    def do_unpack(self, step: Step, args: list[Val]) -> Val:
        for position, item in enumerate(unpack(self, args[0], step.data)):
            if item.type == NEVER:
                return item
            self.temps[step.out + position] = item
        return self.temps[step.out] if step.data else Val(NONE)

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
        self.store(step.data, begin(self, args[0]))
        return Val(NONE)

    def _iterator(self, name: str) -> Val:
        return Val(self.env[name], self.variable(name, self.env[name]))

    def do_iter_more(self, step: Step, args: list[Val]) -> Val:
        return more(self, self._iterator(step.data))

    def do_iter_value(self, step: Step, args: list[Val]) -> Val:
        return value(self, self._iterator(step.data))

    def do_iter_step(self, step: Step, args: list[Val]) -> Val:
        self.store(step.data, advance(self, self._iterator(step.data)))
        return Val(NONE)

    # --- records --------------------------------------------------------------------------------------------------------------

    def do_new(self, step: Step, args: list[Val]) -> Val:
        name, keywords = step.data
        decl = self.world.flow.records[name]
        given = self.match(name, [(f.name, f.has_default, f.default, False, False) for f in decl.fields], args, keywords)
        if given is None:
            return Val(UNKNOWN)
        words: list[int] = []
        for field, val in zip(decl.fields, given, strict=True):
            checked = self._field_value(name, field.name, val)
            if checked is None:
                return Val(UNKNOWN)
            words += checked.regs
        type = RecordType(name)
        return Val(type, (self.e.emit("record.new", type, *words, type=type),))

    def _field_value(self, record: str, field: str, val: Val) -> Val | None:
        """A value checked against a field's annotation and converted to its type; the field's type grows to hold it."""
        if val.type == UNKNOWN:
            return None
        wanted = self.world.field_annotation(record, field)
        if not satisfies(val.type, wanted):
            self.problem("E0302", what=f"field '{field}' of {record}", expected=resolve(wanted), found=resolve(val.type))
            return None
        if val.type == ANY and wanted in (INT, BOOL, STR):
            val = unbox(self, val.reg, wanted)
        cell = self.world.field_cell(record, field)
        self.lattice.grow(cell, val.type)
        return convert(self, val, cell.find().type)

    def do_attr(self, step: Step, args: list[Val]) -> Val:
        target, name = args[0], step.data
        type = target.type
        if type == UNKNOWN or not not_optional(self, target):
            return Val(UNKNOWN)
        if not isinstance(type, RecordType):
            if type == ANY:
                return self.problem(
                    "E0306", what=f"the value whose .{name} is read", advice="test it with isinstance(), or give it one type"
                )
            if is_method(type, name):
                return self.refuse(f"the method '{name}' as a value", "call it")
            return self.problem("E0203", type=resolve(type), what="field", name=name, nearest="")
        if name not in self.record_fields(type.name):
            return self.problem("E0203", type=type, what="field", name=name, nearest=nearest(name, self.record_fields(type.name)))
        held = self.world.field_cell(type.name, name).type
        if held == NEVER:
            return Val(NEVER)
        first = self.world.slot_of(type.name, name)
        path = f"{target.origin}.{name}" if target.origin and not target.origin.startswith(".") else ""
        wanted = held
        skip = 0
        if path in self.env and isinstance(held, OptionalType) and self.env[path] in (held.item, NONE):
            wanted = self.env[path]
            skip = 1
        if wanted == NONE:
            return Val(NONE, origin=path)
        regs = tuple(
            self.e.emit("record.get", target.reg, first + skip + position, type=part) for position, part in enumerate(parts(wanted))
        )
        return Val(wanted, regs, origin=path)

    def do_set_attr(self, step: Step, args: list[Val]) -> Val:
        target, val = args
        name = step.data
        type = target.type
        if type == UNKNOWN or not not_optional(self, target):
            return Val(UNKNOWN)
        if not isinstance(type, RecordType) or name not in self.record_fields(type.name):
            known = self.record_fields(type.name) if isinstance(type, RecordType) else ()
            return self.problem("E0203", type=resolve(type), what="field", name=name, nearest=nearest(name, known))
        checked = self._field_value(type.name, name, val)
        if checked is None:
            return Val(UNKNOWN)
        first = self.world.slot_of(type.name, name)
        for position, reg in enumerate(checked.regs):
            self.e.emit("record.set", target.reg, first + position, reg)
        for path in [p for p in self.env if p.endswith("." + name) and not p.startswith(".")]:
            del self.env[path]
        held = checked.type
        if target.origin and not target.origin.startswith(".") and isinstance(held, OptionalType) and val.type in (held.item, NONE):
            self.env[f"{target.origin}.{name}"] = val.type
            self.knows_fields = True
        return Val(NONE)

    # --- calls ----------------------------------------------------------------------------------------------------------------

    def match(
        self, function: str, params: Sequence[tuple[str, bool, Any, bool, bool]], args: list[Val], keywords: tuple[str, ...]
    ) -> list[Val] | None:
        """Arguments in the order of parameters (name, has default, default, keyword only, positional only); None after reporting."""
        positional = args[: len(args) - len(keywords)]
        slots: list[Val | None] = [None] * len(params)
        accepting = [i for i, p in enumerate(params) if not p[3]]
        if len(positional) > len(accepting):
            needed = sum(1 for i in accepting if not params[i][1])
            self.problem(
                "E0402",
                function=function,
                expected=str(len(accepting)) if needed == len(accepting) else f"{needed} to {len(accepting)}",
                found=len(positional),
            )
            return None
        for slot, val in zip(accepting, positional):  # noqa: B905
            slots[slot] = val
        names = [p[0] for p in params]
        for keyword, val in zip(keywords, args[len(positional) :], strict=True):
            if keyword not in names or params[names.index(keyword)][4]:
                hint = "it takes its value by position" if keyword in names else nearest(keyword, [p[0] for p in params if not p[4]])
                self.problem("E0403", function=function, name=keyword, nearest=hint)
                return None
            at = names.index(keyword)
            if slots[at] is not None:
                self.problem("E0405", function=function, name=keyword)
                return None
            slots[at] = val
        result: list[Val] = []
        for found, (name, has_default, default, _, _) in zip(slots, params, strict=True):
            if found is None and not has_default:
                self.problem("E0401", function=function, name=name)
                return None
            result.append(found if found is not None else Val(UNKNOWN) if default is REFUSED_VALUE else self.const(default))
        return result

    def do_call(self, step: Step, args: list[Val]) -> Val:
        name, keywords = step.data
        decl = self.world.flow.functions[name]
        given = self.match(
            name, [(p.name, p.has_default, p.default, p.keyword_only, p.positional_only) for p in decl.params], args, keywords
        )
        if given is None or any(val.type == UNKNOWN for val in given):
            return Val(UNKNOWN)
        for position, (param, val) in enumerate(zip(decl.params, given, strict=True)):
            if param.annotation is None:
                continue
            wanted = self.world.annotation(param.annotation)
            if not satisfies(val.type, wanted):
                if isinstance(val.type, OptionalType) and satisfies(val.type.item, wanted):
                    not_optional(self, val)
                else:
                    self.problem("E0302", what=f"argument '{param.name}' of {name}()", expected=resolve(wanted), found=resolve(val.type))
                return Val(UNKNOWN)
            if val.type == ANY and wanted in (INT, BOOL, STR, FLOAT):
                given[position] = unbox(self, val.reg, NUMBER if wanted == FLOAT else wanted)
        callee = self.world.specialise(
            name, [self._as_declared(val.type, param.annotation) for val, param in zip(given, decl.params, strict=True)]
        )
        self.spec.callees[callee] = None
        self.world.meet(callee)
        for own, val in zip(callee.params, given, strict=True):
            self.lattice.join(own, val.type)  # containers passed in are the callee's containers
        if self.world.sets_fields:
            for path in [p for p in self.env if "." in p and not p.startswith(".") and not p.endswith(OF_THE_MODULE)]:
                del self.env[path]
        result = callee.result
        if not self.e.live:
            return Val(result, (-1,) * len(parts(result)))
        words = [reg for own, val in zip(callee.params, given, strict=True) for reg in convert(self, val, own).regs]
        return Val(result, self.e.call(callee.name, words, parts(result)))

    def _as_declared(self, type: Type, annotation: ast.expr | None) -> Type:
        """The type an argument is specialised for: where the annotation allows None, one specialisation serves both."""
        wanted = UNKNOWN if annotation is None else self.world.annotation(annotation)
        if not isinstance(wanted, OptionalType) or not known(wanted):
            return type
        return lift(wanted) if type == NONE else self.lattice.join(type, NONE)

    def do_builtin(self, step: Step, args: list[Val]) -> Val:
        name, keywords = step.data
        return call_builtin(self, name, args, keywords)

    def do_isinstance(self, step: Step, args: list[Val]) -> Val:
        return instance_test(self, args[0], [RecordType(name) if name in self.world.flow.records else name for name in step.data])

    def do_method(self, step: Step, args: list[Val]) -> Val:
        name, keywords = step.data
        return call_method(self, name, args, keywords)


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


def variable_parts(name: str, type: Type) -> list[tuple[str, Type]]:
    """The registers a variable of this type lives in: (key, storage type). Narrowing an optional or bound variable only drops its flag."""
    if isinstance(type, MaybeType):
        return [(f"{name}!", BOOL), *variable_parts(name, type.item)]
    if isinstance(type, OptionalType):
        return [(f"{name}?", BOOL), *variable_parts(name, type.item)]
    if isinstance(type, TupleType):
        return [part for position, item in enumerate(type.items) for part in variable_parts(f"{name}.{position}", item)]
    if type == NUMBER:
        return [(f"{name}~", BOOL), (f"{name}.int", INT), (f"{name}.float", FLOAT)]
    found = parts(type)
    if len(found) == 1:
        return [(name, found[0])]
    return [(f"{name}:{position}", part) for position, part in enumerate(found)]
