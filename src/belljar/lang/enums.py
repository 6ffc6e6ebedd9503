"""Enumerations and named tuples: classes whose objects the class itself makes, or that are tuples as well."""

from __future__ import annotations

from functools import partial

from belljar.lang.calls import call_function
from belljar.lang.conversion import box, choose, convert, parts, split
from belljar.lang.emit import Val
from belljar.lang.lattice import UNKNOWN, ClassOf
from belljar.lang.operations import equal, index
from belljar.lang.part import Part
from belljar.lang.records import AUTO, FLAGS, PLAIN_FLAVOURS
from belljar.types import ANY, BOOL, NEVER, RecordType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from belljar.lang.graph import ClassDecl, Step
    from belljar.lang.transfer import Walk


GENERIC_CLASSES = frozenset({"_counter.Counter", "_deque.deque", "_ordered.OrderedDict", "collections.ChainMap", "collections.defaultdict"})
"""Classes of the library that can be written with what they are of, which is for annotations: ``deque[int]`` is ``deque``."""


def equal_values(w: Walk, name: str, left: Val, right: Val) -> Val:
    """Whether two members of an enumeration have the same value."""
    mine, others = (w.attribute(w.downcast(one, name), "value") for one in (left, right))
    same = equal(w, mine, others)
    return same if same.type == BOOL else Val(BOOL, (w.e.emit("any.truth", same.reg, type=BOOL),))


class Enumerations(Part):
    """Its part of :class:`~belljar.lang.transfer.Walk`."""

    def do_enum_member(self, step: Step, args: list[Val]) -> Val:
        """A member of an enumeration, made where its class is."""
        w = self.walk
        cls, name, ordinal = step.data
        value = args[0]
        if value.type == UNKNOWN:
            return value
        if step.kind == "enum_member" and value.is_const and value.const is AUTO:
            value = self._auto(self.world.flow.classes[cls], name, ordinal)
            if value.type == UNKNOWN:
                return value
        self.world.enum_values[cls, name] = value.const if value.is_const else None
        self.world.instantiate(cls)
        words: list[int] = []
        for field in self.world.all_fields(cls):
            given = w.const(name) if field.decl.name == "name" else value if field.decl.name == "value" else None
            cell = self.world.field_cell(cls, field.decl.name)
            if given is not None:
                w.lattice.grow(cell, given.type)
                words += convert(w, given, self.world.field_cell(cls, field.decl.name).type).regs
            elif not field.decl.certain:
                words.append(self.e.emit("const.unset"))
            elif self.e.live:
                words += [self.e.emit("const.absent", part, type=part) for part in parts(cell.find().type)]
        type = RecordType(cls)
        made = Val(type, (self.e.emit("record.new", type, *words, type=type),))
        init = self.world.find_method(cls, "__init__")
        if init is not None:
            call_function(w, init[0], [made, *(split(value) if isinstance(value.type, TupleType) else [value])], ())
        return made

    def _auto(self, decl: ClassDecl, name: str, ordinal: int) -> Val:
        """What ``auto()`` stands for: the name in lower case, the next bit, or one more than the greatest value so far."""
        w = self.walk
        if decl.flavour == "StrEnum":
            return w.const(name.lower())
        before = [self.world.enum_values.get((decl.name, member)) for member in decl.members[: ordinal - 1]]
        known = [value for value in before if isinstance(value, int)]
        if len(known) < len(before):
            return w.refuse("auto() behind a value that is no int known before running", "write the values out", later=False)
        greatest = max(known, default=0)
        return w.const(1 << greatest.bit_length() if decl.flavour in FLAGS else greatest + 1)

    def enum_members(self, type: ClassOf) -> Val | None:
        """The members of an enumeration as a list, in order; None for any other class."""
        w = self.walk
        decl = self.world.flow.classes[type.name]
        if decl.kind != "enum":
            return None
        members = w.list_of([w.global_value(decl.variables[name]) for name in decl.members if name in decl.variables])
        return w.call_enums("canonical", [members]) if decl.flavour in FLAGS and not w.spec.flow.of_library else members

    def enum_by_value(self, decl: ClassDecl, args: list[Val]) -> Val:
        """``Color(2)``."""
        w = self.walk
        shown = decl.shown
        if len(args) != 1:
            told = "EnumType.__call__() missing 1 required positional argument: 'value'"
            return w.problem("E0402", function=shown, expected="1", found=len(args), python=None if args else ("TypeError", told))
        if isinstance(args[0].type, RecordType) and args[0].type.name == decl.name:
            return args[0]
        if decl.flavour in FLAGS:
            made = w.call_enums(
                "flag_of" if decl.flavour == "Flag" else "int_flag_of", [w.global_value(decl.variables[decl.members[0]]), args[0]]
            )
            return w.downcast(made, decl.name) if made.type in (ANY, RecordType(decl.name)) else made
        return self._first(
            decl,
            lambda member: equal(w, w.attribute(member, "value"), args[0]),
            lambda: self._missing(decl, args[0]),
        )

    def _missing(self, decl: ClassDecl, value: Val) -> Val:
        """What a class says about a value that none of its members has; ValueError where it says nothing."""
        w = self.walk
        method = self.world.find_method(decl.name, "_missing_")
        if method is not None:
            found = box(w, call_function(w, method[0], [Val(ClassOf(decl.name)), value], ()))
            given, nothing = self.e.block(), self.e.block()
            self.e.emit("br", self.e.emit("any.is", found.reg, RecordType(decl.name), type=BOOL), given, nothing)
            self.e.at(nothing)
            w.raise_value_error(value, f" is not a valid {decl.shown}")
            self.e.at(given)
            return w.downcast(found, decl.name)
        w.raise_value_error(value, f" is not a valid {decl.shown}")
        return Val(NEVER)

    def members_by_name(self, decl: ClassDecl) -> Val:
        """``Color.__members__``: aliases as well."""
        w = self.walk
        names = [name for name in (*decl.members, *decl.aliases) if name in decl.variables]
        return w.dict_of([(w.const(name), w.global_value(decl.variables[name])) for name in names])

    def is_member(self, value: Val, name: str) -> bool:
        """Whether a value is an enumeration that is known to have a member of this name."""
        decl = self.world.flow.classes[value.type.name] if isinstance(value.type, ClassOf) else None
        return decl is not None and decl.kind == "enum" and name in (*decl.members, *decl.aliases, "__members__")

    def or_member(self, value: Val, name: Val, result: Type, found: Any, otherwise: Any) -> Val:
        """``found`` of the members by name, where a value is an enumeration and has one of this name that only a run can tell; else ``otherwise``."""
        decl = self.world.flow.classes[value.type.name] if isinstance(value.type, ClassOf) else None
        if decl is None or decl.kind != "enum":
            return otherwise()  # type: ignore[no-any-return]
        by_name = self.members_by_name(decl)
        return choose(self.walk, self.walk.compare_values("in", name, by_name).reg, result, lambda: found(by_name), otherwise)

    def member_of_any(self, value: Val, name: str, result: Type, found: Any, otherwise: Any) -> Val:
        """``found`` of the member of this name, where a value known only while running turns out to be an enumeration that has one; else ``otherwise``."""
        w = self.walk
        known = [
            decl
            for decl in self.world.flow.classes.values()
            if decl.kind == "enum" and name in (*decl.members, *decl.aliases) and self.world.is_held(f"{decl.name}.new")
        ]

        def chain(position: int) -> Val:
            if position == len(known):
                return otherwise()  # type: ignore[no-any-return]
            made = box(w, Val(ClassOf(known[position].name)))
            test = w.compare_values("is", value, Val(ANY, made.regs))
            member = known[position].variables[name]
            return choose(w, test.reg, result, lambda: found(w.global_value(member)), lambda: chain(position + 1))

        return chain(0)

    def enum_by_name(self, type: ClassOf, key: Val) -> Val:
        """``Color["RED"]``."""
        w = self.walk
        decl = self.world.flow.classes[type.name]
        if decl.kind != "enum" and (decl.is_generic or decl.name in GENERIC_CLASSES):
            return Val(type)  # what it is a class of is for annotations: Stack[int]() makes a Stack
        if decl.kind != "enum":
            return w.problem(
                "E0305", type=f"type[{decl.shown}]", index="a value", python=("TypeError", "'type' object is not subscriptable")
            )
        if key.is_const and (key.const in decl.members or key.const in decl.aliases):
            return w.global_value(decl.variables[key.const])

        def missing() -> Val:
            w.raise_key_error(key)
            return Val(NEVER)

        return self._first(decl, lambda member: equal(w, w.attribute(member, "name"), key), missing)

    def _first(self, decl: ClassDecl, test: Any, missing: Any) -> Val:
        """The first member that passes the test; ``missing`` raises."""
        w = self.walk
        type: Type = RecordType(decl.name)
        found = self.e.register(type)
        done = self.e.block()
        for name in decl.members:
            member = w.global_value(decl.variables[name])
            take, on = self.e.block(), self.e.block()
            self.e.emit("br", test(member).reg, take, on)
            self.e.at(take)
            self.e.move(found, member.reg)
            self.e.emit("jump", done)
            self.e.at(on)
        other = missing()
        if other.type == type:
            self.e.move(found, other.reg)
            self.e.emit("jump", done)
        self.e.at(done)
        return Val(type, (found,))

    # --- named tuples -----------------------------------------------------------------------------------------------------------------

    def is_plain_member(self, value: Val) -> bool:
        """Whether the value is a member of an enumeration whose members are ints or strings, too."""
        return isinstance(value.type, RecordType) and self.world.flow.classes[value.type.name].flavour in PLAIN_FLAVOURS

    def has_plain_members(self) -> bool:
        """Whether values only known while running may be members of an enumeration of ints or strings."""
        return any(self.world.flow.classes[name].flavour in PLAIN_FLAVOURS for name in self.world.dynamic)

    def plain_any(self, value: Val) -> Val:
        """A value only known while running, of a member of such an enumeration the int or string that it is."""
        w = self.walk
        if value.type != ANY or not self.has_plain_members():
            return value
        return w.call_enums("plain", [value])

    def is_flag(self, name: str) -> bool:
        """Whether the class is one of flags. Those made of several are one object for each value in CPython, so ``is`` compares values."""
        return self.world.flow.classes[name].flavour in FLAGS

    def same_member(self, left: Val, right: Val) -> Val:
        """``left is right`` of values only known while running."""
        w = self.walk
        flags = [name for name in self.world.dynamic if self.is_flag(name)]

        def chain(position: int) -> Val:
            if position == len(flags):
                return Val(BOOL, (self.e.emit("any.is_same", left.reg, right.reg, type=BOOL),))
            name = flags[position]
            both = self.e.emit(
                "bool.and", *(self.e.emit("any.is", one.reg, RecordType(name), type=BOOL) for one in (left, right)), type=BOOL
            )
            values = partial(equal_values, w, name, left, right)
            return choose(w, both, BOOL, values, lambda: chain(position + 1))

        return chain(0)

    def named_tuple_values(self, value: Val) -> Val | None:
        """The fields of a named tuple as a tuple; None for objects of other classes."""
        w = self.walk
        assert isinstance(value.type, RecordType)
        decl = self.world.flow.classes[value.type.name]
        if decl.kind != "namedtuple":
            return None
        return w.tuple_of([w.attribute(value, field.decl.name) for field in self.world.all_fields(decl.name)])

    def tuple_if_named(self, value: Val) -> Val:
        """A value that may be a named tuple as the tuple it is."""
        w = self.walk
        if isinstance(value.type, RecordType):
            return self.named_tuple_values(value) or value
        for name in self.world.dynamic if value.type == ANY else ():
            if self.world.flow.classes[name].kind != "namedtuple":
                continue

            def as_tuple(name: str = name, value: Val = value) -> Val:
                return box(w, w.named_tuple_values(w.downcast(value, name)) or value)

            test = self.e.emit("any.is", value.reg, RecordType(name), type=BOOL)
            value = choose(w, test, ANY, as_tuple, partial(Val, ANY, value.regs))
        return value

    def named_tuple_item(self, value: Val, key: Val) -> Val | None:
        values = self.named_tuple_values(value)
        return None if values is None else index(self.walk, values, key)

    def named_tuple_length(self, value: Val) -> Val | None:
        w = self.walk
        values = self.named_tuple_values(value)
        return None if values is None else w.const(len(values.type.items) if isinstance(values.type, TupleType) else 0)
