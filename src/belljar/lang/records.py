"""What dataclasses and named tuples offer besides their fields: ``replace``, ``asdict``, ``_make`` and their like."""

from __future__ import annotations

import ast

from belljar.lang.annotations import as_written
from belljar.lang.builtins import rule
from belljar.lang.builtins_objects import by_class
from belljar.lang.conversion import box
from belljar.lang.emit import Val
from belljar.lang.graph import CallShape
from belljar.lang.lattice import UNKNOWN, BuiltInOf, ClassOf
from belljar.lang.raising import CLASS_NAMES
from belljar.lang.resolution import only_class
from belljar.types import ANY, BOOL, INT, NEVER, STR, OptionalType, RecordType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from belljar.lang.graph import ClassDecl, FieldDecl
    from belljar.lang.transfer import Walk

PLAIN_FLAVOURS = frozenset({"IntEnum", "IntFlag", "StrEnum", "IntMixin", "StrMixin"})
"""Enumerations whose members are ints or strings, too."""
FLAGS = frozenset({"Flag", "IntFlag"})
"""Enumerations whose members are sets of bits."""
AUTO = object()
"""The value of ``auto()``: the ordinal of the member."""


def _fields(w: Walk, name: str) -> list[str]:
    """The fields that the class declares; what methods assign besides is none."""
    return [field.decl.name for field in w.world.all_fields(name) if field.decl.annotation is not None]


NOT_IN_INIT = "field {} is declared with init=False, it cannot be specified with replace()"


def _is_field(w: Walk, name: str, field: str) -> bool:
    return any(one.decl.name == field for one in w.world.made_of(name))


def replaced(w: Walk, name: str, me: Val, changes: dict[str, Val], *, certain: bool = True) -> Val:
    """An object of the class ``name`` with the fields of ``me`` but for the changes. ``certain``: no object of another class can come here."""
    own = [field.decl for field in w.world.made_of(name) if field.decl.in_init]
    values: dict[str, Val] = {}
    for decl in own:
        if decl.name in changes:
            values[decl.name] = changes[decl.name]
        elif not decl.init_only:
            values[decl.name] = w.attribute(me, decl.name)
        elif not decl.has_default:
            w.raise_error("ValueError", f"InitVar '{decl.name}' must be specified with replace()")
            return Val(NEVER)
    unknown = [key for key in changes if key not in values]
    if unknown:
        shown = w.world.flow.classes[name].shown
        raised = ("TypeError", f"{w.world.flow.classes[name].qualname}.__init__() got an unexpected keyword argument '{unknown[0]}'")
        if w.world.flow.classes[name].kind == "namedtuple":
            raised = ("ValueError", f"Got unexpected field names: {unknown!r}")
        elif _is_field(w, name, unknown[0]):
            raised = ("ValueError", NOT_IN_INIT.format(unknown[0]))
        if not certain:
            w.raise_error(*raised)
            return Val(NEVER)
        return w.problem("E0403", function=shown, name=unknown[0], python=raised)
    return w.construct_object(name, list(values.values()), tuple(values))


def replaced_by_map(w: Walk, me: Val, changes: list[Val], shape: CallShape) -> Val:
    """``replace(me, **changes)``."""
    wrong = _of_dataclass(w, "replace", me)
    if wrong is not None:
        return wrong

    def of_class(name: str, me: Val) -> Val:
        own = [field.decl for field in w.world.made_of(name) if field.decl.in_init and not field.decl.init_only]
        given = w.dict_of([(w.const(decl.name), box(w, w.attribute(me, decl.name))) for decl in own])
        for position, change in enumerate(changes):
            if position in shape.maps:
                w.call_method("update", given, [change])
            else:
                w.add_pair(given, w.const(shape.keywords[position]), box(w, change))
        return box(w, w.call_value(Val(ClassOf(name)), [given], CallShape(("",), (), (0,))))

    return by_class(w, me, ANY, of_class, lambda: me, is_of_fields)


def as_dict(w: Walk, name: str, me: Val, *, deep: bool) -> Val:
    """The fields by name; with ``deep`` those of the objects in it as well."""
    made = w.new_dict(STR, NEVER)
    for field in _fields(w, name):
        value = w.attribute(me, field)
        w.add_pair(made, w.const(field), _plain(w, "plain_value", value, None) if deep else value)
    return made


def _of_dataclass(w: Walk, function: str, value: Val) -> Val | None:
    """An error where the value is no dataclass."""
    if value.type == UNKNOWN:
        return value
    if value.type == ANY or (isinstance(value.type, RecordType) and w.world.flow.classes[value.type.name].kind == "record"):
        return None
    return w.problem(
        "E0302",
        what=f"the argument of {function}()",
        expected="a dataclass",
        found=value.type,
        python=("TypeError", f"{function}() should be called on dataclass instances"),
    )


@rule("dataclasses.replace", 1, 1, "**")
def _replace(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    wrong = _of_dataclass(w, "replace", args[0])
    if wrong is not None:
        return wrong
    if args[0].type == ANY:

        def refused(text: str) -> Val:
            w.raise_error("TypeError", text)
            return Val(NEVER)

        def of_class(name: str, me: Val) -> Val:
            decl = w.world.flow.classes[name]
            own = [field.decl.name for field in w.world.made_of(name) if field.decl.in_init]
            unknown = next((key for key in named if key not in own), "")
            if decl.kind != "record":
                return refused("replace() should be called on dataclass instances")
            if unknown and _is_field(w, name, unknown):
                w.raise_error("ValueError", NOT_IN_INIT.format(unknown))
                return Val(NEVER)
            if unknown:
                return refused(f"{decl.qualname}.__init__() got an unexpected keyword argument '{unknown}'")
            return box(w, replaced(w, name, me, named))

        return by_class(w, args[0], ANY, of_class, lambda: refused("replace() should be called on dataclass instances"), is_of_fields)
    certain = isinstance(args[0].type, RecordType) and only_class(w.world, args[0].type.name) != ""
    return by_class(w, args[0], args[0].type, lambda name, me: replaced(w, name, me, named, certain=certain), lambda: args[0])


@rule("dataclasses.asdict", 1, 1, "dict_factory")
def _asdict(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    factory = named.get("dict_factory")

    def body(name: str, me: Val) -> Val:
        if factory is None:
            return as_dict(w, name, me, deep=True)
        pairs = [w.tuple_of([w.const(field), _plain(w, "plain_value", w.attribute(me, field), factory)]) for field in _fields(w, name)]
        return box(w, w.call_value(factory, [box(w, w.list_of(pairs))]))

    return _made_plain(w, "asdict", args, body)


@rule("dataclasses.astuple", 1, 1, "tuple_factory")
def _astuple(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    factory = named.get("tuple_factory")

    def body(name: str, me: Val) -> Val:
        values = [_plain(w, "plain_tuple_value", w.attribute(me, field), factory) for field in _fields(w, name)]
        return w.tuple_of(values) if factory is None else box(w, w.call_value(factory, [w.list_of([box(w, value) for value in values])]))

    return _made_plain(w, "astuple", args, body)


def _plain(w: Walk, function: str, value: Val, factory: Val | None) -> Val:
    """The value of a field as ``asdict`` and ``astuple`` give it."""
    if factory is None:
        return w.call_library(function, [value], "_plain")
    return w.call_library(f"{function}_by", [box(w, value), box(w, factory)], "_plain")


def _made_plain(w: Walk, function: str, args: list[Val], body: Callable[[str, Val], Val]) -> Val:
    args = _perhaps_none(w, args)
    wrong = _of_dataclass(w, function, args[0])
    if wrong is not None:
        return wrong
    if isinstance(args[0].type, RecordType) and (only := only_class(w.world, args[0].type.name)):
        return body(only, w.downcast(args[0], only))
    return by_class(w, args[0], ANY, body, lambda: _no_dataclass(w, function), is_of_fields)


def _perhaps_none(w: Walk, args: list[Val]) -> list[Val]:
    """What may be None, as a value that tells while running what it is."""
    return [box(w, args[0]) if isinstance(args[0].type, OptionalType) else args[0]]


def _no_dataclass(w: Walk, function: str) -> Val:
    w.raise_error("TypeError", f"{function}() should be called on dataclass instances")
    return Val(NEVER)


@rule("dataclasses.fields", 1, 1)
def _fields_of(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    type = args[0].type
    if not isinstance(type, ClassOf):
        wrong = _of_dataclass(w, "fields", args[0])
        if wrong is not None:
            return wrong

    def told(name: str) -> Val:
        found = [field.decl for field in w.world.all_fields(name) if field.decl.annotation is not None]
        return w.tuple_of([_told(w, decl) for decl in found])

    if isinstance(type, ClassOf):
        return told(type.name)
    if isinstance(type, RecordType) and (only := only_class(w.world, type.name)):
        return told(only)
    return by_class(w, args[0], ANY, lambda name, me: told(name), lambda: args[0], is_of_fields)


def _told(w: Walk, decl: FieldDecl) -> Val:
    """What ``fields()`` tells of a field. Its type is the class that the annotation names; of any other annotation the text."""
    assert decl.annotation is not None
    shown = ast.unparse(as_written(decl.annotation))
    type = w.const(shown)
    if shown in w.world.flow.classes:
        type = Val(ClassOf(shown))
    elif shown in CLASS_NAMES:
        type = Val(BuiltInOf(shown))
    flags = [w.const(flag) for flag in (decl.in_init, decl.in_repr, decl.in_compare, decl.keyword_only)]
    return w.construct_object("_field.Field", [w.const(decl.name), box(w, type), *flags], ())


@rule("dataclasses.is_dataclass", 1, 1)
def _is_a_dataclass(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    classes = w.world.flow.classes
    if isinstance(args[0].type, ClassOf):
        return w.const(classes[args[0].type.name].kind == "record")
    return _is_dataclass(w, args, named)


@rule("_bell.fields_text", 1, 1)
def _fields_text(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    """``Point(x=1, y=2)``, of the fields that are shown."""

    def body(name: str, me: Val) -> Val:
        decl = w.world.flow.classes[name]
        pieces = [w.const(f"{decl.shown if decl.kind == 'namedtuple' else decl.qualname}(")]
        for position, field in enumerate(one.decl.name for one in w.world.all_fields(name) if one.decl.in_repr):
            pieces.append(w.const(f"{', ' if position else ''}{field}="))
            pieces.append(w.representation(w.attribute(me, field)))
        return Val(STR, (w.e.emit("str.build", *(piece.reg for piece in (*pieces, w.const(")"))), type=STR),))

    return by_class(w, args[0], STR, body, lambda: w.const(""), is_of_fields)


@rule("_bell.compared_fields", 1, 1)
def _compared_fields(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    def body(name: str, me: Val) -> Val:
        return w.tuple_of([w.attribute(me, one.decl.name) for one in w.world.all_fields(name) if one.decl.in_compare])

    return by_class(w, args[0], ANY, body, lambda: w.const(None), is_of_fields)


@rule("_bell.plain_member", 1, 1)
def _plain_member(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    """The int or str that a member of an enumeration is, any other value itself."""
    if args[0].type != ANY and not isinstance(args[0].type, RecordType):
        return args[0]
    value = box(w, args[0])

    def body(name: str, me: Val) -> Val:
        plain = w.world.flow.classes[name].flavour in PLAIN_FLAVOURS
        return box(w, w.attribute(me, "value")) if plain else value

    return by_class(w, value, ANY, body, lambda: value, lambda decl: decl.flavour in PLAIN_FLAVOURS)


@rule("_bell.enum_members", 1, 1)
def _enum_members(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    """The members of the enumeration that a member is of."""

    def body(name: str, me: Val) -> Val:
        members = w.enum_members(ClassOf(name))
        return box(w, w.new_list(ANY) if members is None else members)

    return by_class(w, args[0], ANY, body, lambda: box(w, w.new_list(ANY)), lambda decl: decl.kind == "enum")


@rule("enum.auto", 0, 0)
def _auto(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return Val(INT, w.const(0).regs, AUTO)


def is_of_fields(decl: ClassDecl) -> bool:
    """Whether the objects of a class are made of fields, which are shown and compared."""
    return decl.kind in ("record", "namedtuple") or decl.is_dataclass


def _is_of_kind(w: Walk, value: Val, kind: str) -> Val:
    """Whether a value is an object of a class of a kind."""
    classes = w.world.flow.classes
    if isinstance(value.type, RecordType):
        return w.const(classes[value.type.name].kind == kind)
    return by_class(
        w, value, BOOL, lambda name, me: w.const(classes[name].kind == kind), lambda: w.const(False), lambda decl: decl.kind == kind
    )


@rule("_bell.is_named_tuple", 1, 1)
def _is_named_tuple(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return _is_of_kind(w, args[0], "namedtuple")


@rule("_bell.is_dataclass", 1, 1)
def _is_dataclass(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    [value] = _perhaps_none(w, args)
    return _is_of_kind(w, value, "record")
