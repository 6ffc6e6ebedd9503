"""Attributes: fields, methods as values, properties, class variables, members of modules."""

from __future__ import annotations

import builtins

from belljar.ir.ops import DECIMAL_METHODS
from belljar.lang import item_methods
from belljar.lang.builtins_objects import CLASS_TUPLES, by_held_class, class_tuple
from belljar.lang.calls import PROPERTY, by_receiver, call_function, dispatch, field_default, left_out_member
from belljar.lang.class_patches import PATCHED
from belljar.lang.class_variables import OWN, holders_below
from belljar.lang.conversion import box, choose, convert, parts, split, unbox_declared
from belljar.lang.declared import fits
from belljar.lang.emit import Val
from belljar.lang.function_attributes import attribute_variable
from belljar.lang.given_fields import miss
from belljar.lang.lattice import (
    UNKNOWN,
    BoundOf,
    BuiltInOf,
    CellOf,
    ClassOf,
    ClosureOf,
    GeneratorOf,
    MaybeType,
    ModuleOf,
    SuperOf,
    is_of_functions,
    resolve,
)
from belljar.lang.methods import is_method
from belljar.lang.names import CLASSES, MATH_CONSTANTS, MODULES
from belljar.lang.operations import as_int, not_optional
from belljar.lang.raising import CLASS_NAMES
from belljar.lang.scope import nearest
from belljar.lang.stand_ins import OF_DECIMALS
from belljar.types import ANY, BOOL, DECIMAL, FLOAT, INT, NEVER, NONE, NUMBER, STR, OptionalType, RangeType, RecordType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from belljar.lang.graph import MethodDecl
    from belljar.lang.transfer import Walk


BUILT_IN_CLASS = type
BUILT_IN_FUNCTION = builtins.len.__class__
OF_PROGRAMS = frozenset({"__members__", "__subclasses__"})
"""What only classes of the program have."""
OF_WRAPPED = frozenset({"__name__", "__doc__"})
RANGE_PARTS = ("start", "stop", "step")
"""The attributes of a range, in the order of its registers."""
FROZEN = "_frozen.FrozenInstanceError"
"""The class of the library that a change of a frozen dataclass raises."""


def attribute(w: Walk, target: Val, name: str) -> Val:
    """``target.name``."""
    type = target.type
    if type == UNKNOWN or not not_optional(w, target):
        return Val(UNKNOWN)
    if isinstance(type, ModuleOf):
        return module_member(w, type.name, name)
    if isinstance(type, ClassOf):
        return class_attribute(w, type.name, name)
    if isinstance(type, RecordType):
        held = _of_object(w, target, name)
        return _is_true(w, held) if name == "__suppress_context__" else held
    if isinstance(type, SuperOf):
        return _of_super(w, type, target, name)
    of_items = item_methods.as_value(w, target, name) if name.startswith("__") else None
    if of_items is not None:
        return of_items
    if type == ANY:
        if w.strict_refuses(target):
            return Val(UNKNOWN)
        held = _of_any(w, target, name)
        return _is_true(w, held) if name == "__suppress_context__" else held
    if isinstance(type, BuiltInOf) and type.name.startswith(PROPERTY):
        return _of_property(w, type.name.removeprefix(PROPERTY), name)
    if isinstance(type, (ClosureOf, BoundOf, BuiltInOf)) and name in ("__name__", "__doc__", "__qualname__"):
        given = _of_function(w, target, name) if isinstance(type, ClosureOf) else None
        if given is None:
            return w.function_text(target, name)
        return w.cell_value(given, name, "") if isinstance(given.type, CellOf) else given
    if isinstance(type, ClosureOf):
        flow = w.world.flow.functions[type.function]
        if name == "__wrapped__" and flow.wrapped:
            return split(target)[flow.environment.index(flow.wrapped)]
        own = _of_function(w, target, name)
        if own is not None:
            return w.cell_value(own, name, "") if isinstance(own.type, CellOf) else own
    if isinstance(type, BuiltInOf):
        known = getattr(builtins, type.name, None)
        if name in CLASS_TUPLES or name in OF_PROGRAMS:
            return w.problem("E0108", name=name)
        if type.name in CLASS_NAMES and isinstance(known, BUILT_IN_CLASS) and not hasattr(known, name):
            shown = f"type object '{type.name}' has no attribute '{name}'"
            return w.problem("E0203", type=type.name, what="method", name=name, nearest="", python=("AttributeError", shown))
        if isinstance(known, BUILT_IN_FUNCTION) and not hasattr(known, name):
            return _no_attribute(w, type, name)
        return Val(BuiltInOf(f"{type.name}.{name}"))
    if isinstance(type, RangeType) and name in RANGE_PARTS:
        return Val(INT, (target.regs[RANGE_PARTS.index(name)],))
    if name in ("real", "numerator") and type in (INT, BOOL):
        return as_int(w, target)
    if name in ("imag", "denominator") and type in (INT, BOOL):
        return w.const(0 if name == "imag" else 1)
    if name in ("real", "imag") and type in (FLOAT, NUMBER):
        return target if name == "real" else w.const(0.0) if type == FLOAT else _of_any(w, box(w, target), name)
    if is_method(type, name) or isinstance(type, GeneratorOf):
        return Val(BoundOf(name, type), target.regs)
    return _no_attribute(w, type, name)


def _is_true(w: Walk, held: Val) -> Val:
    """Whether an attribute is True, which is None where nothing assigned it."""
    return w.compare_values("is", held, box(w, w.const(True))) if held.type == ANY else held


def _of_property(w: Walk, path: str, name: str) -> Val:
    """``Class.prop.fget``, ``fset`` and ``fdel``: the functions of a property; and its docstring."""
    cls, _, own = path.rpartition(".")
    owner = next(decl for decl in w.world.order(cls) if own in decl.methods)
    part = {"fget": owner.methods, "fset": owner.setters, "fdel": owner.deleters, "__doc__": owner.methods}.get(name, {}).get(own)
    if part is None:
        return w.refuse(f"the attribute {name} of a property", "call its fget, fset or fdel", later=False)
    function = Val(ClosureOf(part.function)) if not w.world.flow.functions[part.function].environment else Val(UNKNOWN)
    return w.function_text(function, name) if name == "__doc__" else function


def _of_any(w: Walk, target: Val, name: str) -> Val:
    """An attribute of a value known only while running. Functions that the library made of others answer for those."""
    if name in CLASS_TUPLES:
        return by_held_class(w, target, lambda kind: class_tuple(w, kind, name, True))
    makers = [cls for cls in w.world.dynamic if w.world.find_field(cls, "__wrapped__") is not None] if name in OF_WRAPPED else []

    def asked() -> Val:
        return Val(ANY, (w.e.emit("any.get_attr", target.reg, name),))

    def plain() -> Val:
        has_decimals = "@decimal" in w.world.flow.functions and name in DECIMAL_METHODS
        of_decimal = w.world.built_in_object(OF_DECIMALS + name) if has_decimals else None
        if of_decimal is None:
            return asked()
        function = box(w, of_decimal)
        test = w.e.emit("any.is", target.reg, DECIMAL, type=BOOL)
        return choose(w, test, ANY, lambda: box(w, w.call_library("bound_to", [function, target], "_bound")), asked)

    def chain(position: int) -> Val:
        if position == len(makers):
            return w.member_of_any(target, name, ANY, lambda member: box(w, member), plain)
        cls = makers[position]
        test = w.e.emit("any.is", target.reg, RecordType(cls), type=BOOL)
        return choose(w, test, ANY, lambda: box(w, _of_object(w, w.downcast(target, cls), name)), lambda: chain(position + 1))

    return chain(0)


def _of_function(w: Walk, target: Val, name: str) -> Val | None:
    """The variable that holds an attribute of a function, or the box it is in; None for what nothing assigns."""
    assert isinstance(target.type, ClosureOf)
    flow = w.world.flow.functions[target.type.function]
    variable = attribute_variable(flow.source_name.rsplit(".", 1)[-1], name)
    for position, brought in enumerate(flow.environment):
        if brought.split("$")[0] == variable:
            return split(target)[position]
    known = attribute_variable(flow.name, name)
    return w.global_value(known) if known in w.world.flow.globals else None


def _of_object(w: Walk, target: Val, name: str) -> Val:
    assert isinstance(target.type, RecordType)
    world, cls = w.world, target.type.name
    if world.find_field(cls, name) is not None:
        return field(w, target, name)
    found = world.find_method(cls, name)
    if found is not None:
        if any(world.find_method(sub, name) is None for sub in world.subclasses(cls)):  # some have a variable of the class under the name
            return attribute(w, box(w, target), name)
        if found[0].kind == "property":
            return dispatch(w, target, name, lambda method, me: call_function(w, method, [me], ()))
        if found[0].kind == "static":  # the function, bound to nothing
            below = (world.find_method(sub, name) for sub in world.subclasses(cls))
            is_overridden = any(one is not None and one[0] is not found[0] for one in below)
            return attribute(w, box(w, target), name) if is_overridden else class_attribute(w, cls, name)
        return Val(BoundOf(name, target.type), target.regs)
    variable = world.find_variable(cls, name)
    if variable:
        if any(_has_own(w, sub, name, variable) for sub in world.subclasses(cls)):
            return attribute(w, box(w, target), name)
        value = _variable(w, variable, f"'{w.type_name(target.type)}' object has no attribute '{name}'")
        if isinstance(value.type, ClosureOf):
            return w.bound_function(value, target)
        if value.type == ANY:  # which may be a function, and is then bound to the object
            return attribute(w, box(w, target), name)
        return value
    if name in ("__name__", "__doc__") and world.find_field(cls, "__wrapped__") is not None:  # a function that functools.lru_cache made
        made_of = field(w, target, "__wrapped__")
        return Val(ANY, (w.e.emit("any.get_attr", made_of.reg, name),)) if made_of.type == ANY else attribute(w, made_of, name)
    special = w.object_attribute(target, name)
    if special is not None:
        return special
    if any(_has_own(w, sub, name, "") for sub in world.subclasses(cls)):
        return attribute(w, box(w, target), name)
    return _no_field(w, cls, name, target)


def _variable(w: Walk, variable: str, missing: str) -> Val:
    """A class variable; AttributeError where nothing assigned it yet."""
    if not isinstance(w.world.global_type(variable), MaybeType):
        return w.global_value(variable)
    flag, value = w.variable_if_set(variable)
    given, unset = w.e.block(), w.e.block()
    w.e.emit("br", flag, given, unset)
    w.e.at(unset)
    w.raise_error("AttributeError", missing)
    w.e.at(given)
    return value


def _has_own(w: Walk, cls: str, name: str, variable: str) -> bool:
    """Whether objects of the class have something else under the name than this class variable."""
    return (
        w.world.find_variable(cls, name) != variable
        or w.world.find_field(cls, name) is not None
        or w.world.find_method(cls, name) is not None
    )


def _no_attribute(w: Walk, type: Type, name: str) -> Val:
    """Of a value that is no object of a class of the program."""
    return w.problem(
        "E0203",
        type=resolve(type),
        what="field",
        name=name,
        nearest="",
        python=("AttributeError", f"'{w.type_name(type)}' object has no attribute '{name}'"),
    )


def _no_field(w: Walk, cls: str, name: str, target: Val) -> Val:
    lacking = left_out_member(w, cls, name)
    if lacking is not None:
        return lacking
    shown = w.world.flow.classes[cls].shown
    return w.problem(
        "E0203",
        type=shown,
        what="field",
        name=name,
        nearest=nearest(name, [one.decl.name for one in w.world.all_fields(cls)]),
        python=("AttributeError", f"'{w.type_name(RecordType(cls))}' object has no attribute '{name}'"),
        whose=target,
    )


def field(w: Walk, target: Val, name: str) -> Val:
    """A field of an object of a known class."""
    assert isinstance(target.type, RecordType)
    world, cls = w.world, target.type.name
    found = world.find_field(cls, name)
    assert found is not None
    held = world.field_cell(cls, name).type
    if held == NEVER:  # nothing is ever assigned to it
        return _shared_variable(w, target, name) if not found.decl.certain and world.find_variable(cls, name) else Val(NEVER)
    first = world.slot_of(cls, name) if w.e.live else 0
    path = f"{target.origin}.{name}" if target.origin and not target.origin.startswith(".") else ""
    wanted = held
    skip = 0
    if path in w.env and isinstance(held, OptionalType) and w.env[path] in (held.item, NONE):
        wanted = w.env[path]
        skip = 1
    if wanted == NONE:
        return Val(NONE, origin=path)
    regs = tuple(w.e.emit("record.get", target.reg, first + skip + position, type=part) for position, part in enumerate(parts(wanted)))
    if not found.decl.certain:
        variable = world.find_variable(cls, name)
        if variable and wanted == ANY:
            return _field_or_variable(w, regs, target, name)
        _require_set(w, regs[0], target, name)
    return Val(wanted, regs, origin=path)


def _field_or_variable(w: Walk, regs: tuple[int, ...], target: Val, name: str) -> Val:
    """What an object has under the name of a class variable: its own value, where it was given one."""
    shared = _shared_variable(w, target, name)
    if shared.type in (UNKNOWN, NEVER):
        return Val(ANY, regs) if shared.type == UNKNOWN else shared
    test = w.e.emit("any.is_unset", regs[0], type=BOOL)
    return choose(w, test, ANY, lambda: box(w, shared), lambda: Val(ANY, regs))


def _shared_variable(w: Walk, target: Val, name: str) -> Val:
    """The variable of the class that the object turns out to be of."""
    assert isinstance(target.type, RecordType)
    world, cls = w.world, target.type.name
    cases = {sub: world.find_variable(sub, name) for sub in sorted(world.subclasses(cls), key=lambda one: -len(world.lineage(one)))}
    others = [(sub, variable) for sub, variable in cases.items() if variable != world.find_variable(cls, name)]

    def chain(position: int) -> Val:
        if position == len(others):
            return box(w, w.global_value(world.find_variable(cls, name)))
        sub, variable = others[position]
        test = w.e.emit("record.is", target.reg, RecordType(sub), type=BOOL)
        return choose(w, test, ANY, lambda: box(w, w.global_value(variable)), lambda: chain(position + 1))

    return chain(0) if others else w.global_value(world.find_variable(cls, name))


def _require_set(w: Walk, reg: int, target: Val, name: str) -> None:
    """AttributeError where the field was never assigned."""
    assert isinstance(target.type, RecordType)
    fine, unset = w.e.block(), w.e.block()
    test = w.e.emit("any.is_unset", reg, type=BOOL)
    w.e.emit("br", test, unset, fine)
    w.e.at(unset)
    for cls in sorted(w.world.subclasses(target.type.name), key=lambda one: -len(w.world.lineage(one))):
        if cls == target.type.name:
            continue
        found, other = w.e.block(), w.e.block()
        w.e.emit("br", w.e.emit("record.is", target.reg, RecordType(cls), type=BOOL), found, other)
        w.e.at(found)
        w.raise_error("AttributeError", f"'{w.type_name(RecordType(cls))}' object has no attribute '{name}'")
        w.e.at(other)
    w.raise_error("AttributeError", f"'{w.type_name(target.type)}' object has no attribute '{name}'")
    w.e.at(fine)


def _is_own_field(w: Walk, target: Val, name: str) -> bool:
    """Whether a method assigns a field, or a property, of its class to the object it is called for, of which no more is known where decorators hand the method on: no other class needs the field."""
    flow = w.spec.flow
    if not flow.method_of or not flow.params or target.origin != flow.params[0].name:
        return False
    world, own = w.world, flow.method_of
    return own in world.flow.classes and (world.find_field(own, name) is not None or world.find_setter(own, name) is not None)


def set_attribute(w: Walk, target: Val, name: str, value: Val) -> Val:
    """``target.name = value``."""
    type = target.type
    if type == UNKNOWN or value.type == UNKNOWN or not not_optional(w, target):
        return Val(UNKNOWN)
    if name == "__cause__" and (type == ANY or (isinstance(type, RecordType) and w.world.is_subclass(type.name, "BaseException"))):
        set_attribute(w, target, "__suppress_context__", w.const(True))
    if type == ANY:
        w.world.set_seen(name)
        if not w.spec.flow.of_library and not _is_own_field(w, target, name):
            w.world.flow.set_on_any.add(name)
        _set_of_class(
            w,
            target,
            name,
            value,
            lambda: unless_frozen(
                w, target, w.const(name), "assign to", lambda: w.e.emit("any.set_attr", target.reg, name, box(w, value).reg)
            ),
        )
        w.forget_fields()
        return Val(NONE)
    if isinstance(type, ClassOf) and name in PATCHED:  # which operators would not find
        return w.refuse(
            f"assigning {name} to a class here", "define it in the class, or assign it in a decorator of the class", later=False
        )
    if isinstance(type, ClassOf) and name in w.world.flow.classes[type.name].members:
        return fixed_member(w, type.name, name, f"cannot reassign member '{name}'")
    if isinstance(type, ClassOf) and name in w.world.flow.classes[type.name].holds:
        return _set_held(w, type.name, name, value)
    if isinstance(type, ClassOf):
        variable = w.world.find_variable(type.name, name)
        if variable and name not in w.world.flow.classes[type.name].variables:
            return w.refuse(
                f"{type.name.rsplit('.', 1)[-1]}.{name}, which would become a variable of its own beside the one it inherits",
                f"assign {name} in the body of {type.name.rsplit('.', 1)[-1]} as well",
            )
        if variable:
            w.world.publish(w, variable, value)
            return Val(NONE)
        return w.problem(
            "E0203", type=f"class {type.name}", what="variable", name=name, nearest="", advice="assign it in the body of the class"
        )
    if isinstance(type, ClosureOf):
        known = attribute_variable(type.function, name)
        if known in w.world.flow.globals:
            w.world.publish(w, known, value)
            return Val(NONE)
        held = _of_function(w, target, name)
        if held is not None and isinstance(held.type, CellOf):
            w.set_cell(held, value)
            return Val(NONE)
        return w.refuse(f"an attribute {name} of this function", "assign it where the function is defined", later=False)
    if isinstance(type, ModuleOf):
        return w.refuse(f"changing the module {type.name}", "give what you make a name of its own", later=False)
    if not isinstance(type, RecordType):
        return _no_attribute(w, type, name)
    world, cls = w.world, type.name
    if world.flow.classes[cls].frozen:  # before its properties
        return _frozen(w, world.flow.classes[cls].shown, name, "assign to")
    setter = world.find_setter(cls, name)
    if any(world.find_setter(sub, name) != setter for sub in world.subclasses(cls)):
        return set_attribute(w, box(w, target), name, value)
    if setter is not None:
        call_function(w, setter, [target, value], ())
        return Val(NONE)
    decl = world.flow.classes[cls]
    if decl.kind == "enum" and name in OF_MEMBERS and not _makes_members(w):
        return fixed_member(w, cls, name, CANNOT_SET.format(name))
    found = world.find_method(cls, name)
    if found is not None and found[0].kind == "property":
        return w.problem(
            "E0203",
            type=decl.shown,
            what="setter",
            name=name,
            nearest="",
            python=("AttributeError", f"property '{name}' of '{w.type_name(type)}' object has no setter"),
        )
    if found is not None:
        return w.refuse(
            f"assigning to the method {name} of an object", "keep a function in an attribute of its own, and call that", later=False
        )
    if decl.kind == "namedtuple" and world.find_field(cls, name) is not None:
        return w.problem(
            "E0203",
            type=decl.shown,
            what="field that can be assigned",
            name=name,
            nearest="",
            advice=f"make another one: x._replace({name}=...)",
            python=("AttributeError", "can't set attribute"),
        )
    if any(one.frozen for one in world.order(cls)):
        return _frozen(w, decl.shown, name, "assign to")
    if world.find_field(cls, name) is None:
        if any(world.find_field(sub, name) is not None for sub in world.subclasses(cls)):
            return set_attribute(w, box(w, target), name, value)
        miss(world, cls, name, w.span)
        return _no_field(w, cls, name, target)
    return set_field(w, target, name, value)


OF_MEMBERS = frozenset({"name", "value"})
"""What every member of an enumeration has, and keeps."""
CANNOT_SET = "<enum 'Enum'> cannot set attribute '{}'"


def _makes_members(w: Walk) -> bool:
    """Whether this is the library, which makes members, or an ``__init__``, which may set ``_value_``: both are told what ``value`` is."""
    return w.spec.flow.of_library or w.spec.flow.name.endswith(".__init__")


def fixed_member(w: Walk, cls: str, name: str, shown: str) -> Val:
    """A member of an enumeration, or what it has, is assigned or deleted."""
    if not w.world.flow.catches or w.world.flow.strict:
        return w.problem("E0203", type=cls, what="variable that can be assigned", name=name, nearest="")
    w.raise_error("AttributeError", shown)  # whatever the operands are: seen as values of class any they would be told less of
    w.e.at(w.e.block())
    w.has_raised = True
    return Val(NEVER)


def _set_held(w: Walk, cls: str, name: str, value: Val) -> Val:
    """Assign a class variable, and hand it down to the classes that were not assigned it themselves."""
    classes = w.world.flow.classes
    variable = classes[cls].variables[name]
    w.world.publish(w, variable, value)
    w.world.publish(w, variable + OWN, w.const(True))
    for below, between in holders_below(classes[cls], name, classes):
        if w.world.global_type(below.variables[name] + OWN) == NEVER:
            continue  # a class that is never made
        on = w.e.block()
        for holder in between:
            if w.world.global_type(classes[holder].variables[name] + OWN) != NEVER:
                inherits = w.e.block()
                w.e.emit("br", w.global_value(classes[holder].variables[name] + OWN).reg, on, inherits)
                w.e.at(inherits)
        w.world.publish(w, below.variables[name], value)
        w.e.emit("jump", on)
        w.e.at(on)
    return Val(NONE)


def _set_of_class(w: Walk, target: Val, name: str, value: Val, otherwise: Callable[[], object]) -> None:
    """Assign an attribute of a value only known while running, which may be a class that holds a variable of that name, or an enumeration with such a member."""
    done = w.e.block()
    for decl in [decl for decl in w.world.flow.classes.values() if decl.kind == "enum" and name in OF_MEMBERS and not _makes_members(w)]:
        w.world.class_seen(decl.name)
        own, on = w.e.block(), w.e.block()
        w.e.emit("br", w.e.emit("any.is", target.reg, RecordType(decl.name), type=BOOL), own, on)
        w.e.at(own)
        w.raise_error("AttributeError", CANNOT_SET.format(name))
        w.e.at(on)
    concerned = [decl for decl in w.world.flow.classes.values() if name in decl.holds or name in decl.members]
    for decl in [decl for decl in concerned if w.world.is_held(f"{decl.name}.new")]:
        own, on = w.e.block(), w.e.block()
        made = box(w, Val(ClassOf(decl.name)))
        w.e.emit("br", w.compare_values("is", target, Val(ANY, made.regs)).reg, own, on)
        w.e.at(own)
        if name in decl.members:
            w.raise_error("AttributeError", f"cannot reassign member '{name}'")
        else:
            _set_held(w, decl.name, name, value)
            w.e.emit("jump", done)
        w.e.at(on)
    otherwise()
    w.e.emit("jump", done)
    w.e.at(done)


def _frozen(w: Walk, shown: str, name: str, done: str) -> Val:
    """A frozen dataclass is changed."""
    w.world.flow.need(FROZEN.rpartition(".")[0])
    return w.problem(
        "E0203",
        type=shown,
        what="field that can be assigned",
        name=name,
        nearest="",
        python=(FROZEN, f"cannot {done} field '{name}'"),
    )


def unless_frozen(w: Walk, target: Val, name: Val, done: str, change: Callable[[], object]) -> None:
    """``change`` an attribute of a value known only while running, but of no object of a frozen dataclass."""
    for cls in [decl.name for decl in w.world.flow.classes.values() if decl.frozen]:
        w.world.class_seen(cls)
        refused, on = w.e.block(), w.e.block()
        w.e.emit("br", w.e.emit("any.is", target.reg, RecordType(cls), type=BOOL), refused, on)
        w.e.at(refused)
        w.world.flow.need(FROZEN.rpartition(".")[0])
        w.raise_with(
            FROZEN, [Val(STR, (w.e.emit("str.build", w.const(f"cannot {done} field '").reg, name.reg, w.const("'").reg, type=STR),))]
        )
        w.e.at(on)
    change()


def delete_attribute(w: Walk, target: Val, name: str) -> None:
    """``del target.name``."""
    type = target.type
    if isinstance(type, ClassOf) and name in w.world.flow.classes[type.name].members:
        fixed_member(w, type.name, name, f"'{w.type_name(RecordType(type.name))}' cannot delete member '{name}'.")
        return
    if isinstance(type, RecordType) and any(one.frozen for one in w.world.order(type.name)):
        _frozen(w, w.world.flow.classes[type.name].shown, name, "delete")
        return
    if isinstance(type, RecordType):
        deleter = w.world.find_deleter(type.name, name)
        if deleter is not None and all(w.world.find_deleter(sub, name) == deleter for sub in w.world.subclasses(type.name)):
            call_function(w, deleter, [target], ())
            return
    w.world.set_seen(name)
    target = box(w, target)
    done = w.e.block()
    for decl in sorted((decl for decl in w.world.flow.classes.values() if name in decl.deleters), key=lambda decl: -len(decl.order)):
        w.world.class_seen(decl.name)
        own, on = w.e.block(), w.e.block()
        w.e.emit("br", w.e.emit("any.is", target.reg, RecordType(decl.name), type=BOOL), own, on)
        w.e.at(own)
        call_function(w, decl.deleters[name], [w.downcast(target, decl.name)], ())
        w.e.emit("jump", done)
        w.e.at(on)
    unless_frozen(w, target, w.const(name), "delete", lambda: w.e.emit("any.del_attr", target.reg, name))
    w.e.emit("jump", done)
    w.e.at(done)


def set_field(w: Walk, target: Val, name: str, value: Val) -> Val:
    """Assign a field of an object of a known class."""
    assert isinstance(target.type, RecordType)
    checked = field_value(w, target.type.name, name, value)
    if checked is None:
        return Val(UNKNOWN)
    first = w.world.slot_of(target.type.name, name) if w.e.live else 0
    for position, reg in enumerate(checked.regs):
        w.e.emit("record.set", target.reg, first + position, reg)
    for path in [p for p in w.env if p.endswith("." + name) and not p.startswith(".")]:
        del w.env[path]
    held = checked.type
    if target.origin and not target.origin.startswith(".") and isinstance(held, OptionalType) and value.type in (held.item, NONE):
        w.env[f"{target.origin}.{name}"] = value.type
        w.knows_fields = True
    return Val(NONE)


def field_value(w: Walk, record: str, name: str, val: Val) -> Val | None:
    """A value checked against a field's annotation and converted to its type; the field's type grows to hold it."""
    if val.type == UNKNOWN:
        return None
    wanted = w.world.field_annotation(record, name)
    if not fits(w, val, wanted, f"field '{name}' of {w.world.flow.classes[record].shown}"):
        return None
    if val.type == ANY and wanted in (INT, BOOL) and not w.world.wide:
        val = unbox_declared(w, val.reg, wanted, f"field '{name}' of {w.world.flow.classes[record].shown} must be {wanted}")
    cell = w.world.field_cell(record, name)
    w.lattice.grow(cell, val.type)
    if record in w.world.dynamic:
        if is_of_functions(cell.find().type):
            w.lattice.grow(cell, ANY)
        w.world.escape(cell.find().type)
    return convert(w, val, cell.find().type)


def class_attribute(w: Walk, cls: str, name: str) -> Val:
    """``Class.name``."""
    world = w.world
    decl = world.flow.classes[cls]
    if name == "__name__":
        return w.const(decl.shown.rsplit(".", 1)[-1])
    if name == "__qualname__":
        return w.const(decl.qualname)
    if name == "__doc__":
        if decl.is_dataclass and not decl.doc:
            return w.refuse("The __doc__ that a dataclass makes up", "write a docstring", later=False)
        return w.const(decl.doc or None)
    if name in CLASS_TUPLES:
        return class_tuple(w, RecordType(cls), name)
    if name == "__members__" and decl.kind == "enum":
        return w.members_by_name(decl)
    variable = world.find_variable(cls, name)
    if variable:
        return _variable(w, variable, f"type object '{w.type_name(RecordType(cls))}' has no attribute '{name}'")
    found = world.find_method(cls, name)
    if found is not None:
        method: MethodDecl = found[0]
        flow = world.flow.functions[method.function]
        if method.kind == "class":
            return Val(BoundOf(name, ClassOf(cls)))
        if method.kind == "property" and not w.spec.flow.of_library:
            return Val(BuiltInOf(f"{PROPERTY}{cls}.{name}"))
        brought = [w.global_value(f"{method.function}{one}") for one in flow.environment]
        return Val(ClosureOf(method.function, tuple(val.type for val in brought)), tuple(reg for val in brought for reg in val.regs))
    if f"{cls}.{name}" in world.flow.classes:
        return Val(ClassOf(f"{cls}.{name}"))
    if decl.kind == "namedtuple" and name == "_fields":
        return w.tuple_of([w.const(one.decl.name) for one in world.all_fields(cls)])
    if decl.kind == "namedtuple" and name == "_make":
        return w.call_library("maker", [Val(ClassOf(cls))], "_named")
    if world.is_subclass(cls, "BaseException") and name in ("__init__", "__str__", "__repr__"):
        return Val(BuiltInOf(f"BaseException.{name}"))
    default = next(
        (one.decl for one in world.all_fields(cls) if one.decl.name == name and one.decl.has_default and not one.decl.factory), None
    )
    if default is not None:
        return w.const(default.default)
    if decl.kind == "namedtuple" and name == "_field_defaults":
        given = [one.decl for one in world.all_fields(cls) if one.decl.has_default]
        return w.dict_of([(w.const(one.name), field_default(w, one, cls)) for one in given])
    known = [*decl.methods, *decl.variables]
    lacking = left_out_member(w, cls, name)
    if lacking is not None:
        return lacking
    if decl.kind == "namedtuple" and world.find_field(cls, name) is not None:
        return w.refuse(f"the attribute '{name}' of a class of named tuples", "ask an object of it", later=False)
    return w.problem(
        "E0203",
        type=f"class {decl.shown}",
        what="attribute",
        name=name,
        nearest=nearest(name, known),
        python=(
            "AttributeError",
            name if decl.kind == "enum" else f"type object '{w.type_name(RecordType(cls))}' has no attribute '{name}'",
        ),
    )


def module_member(w: Walk, module: str, name: str) -> Val:
    """``module.name``."""
    offered = MODULES[module]
    if offered is None:
        return w.library_member(module, name)
    if module == "math" and name in MATH_CONSTANTS:
        return w.const(MATH_CONSTANTS[name])
    if f"{module}.{name}" in CLASSES:
        known = CLASSES[f"{module}.{name}"]
        w.world.flow.need(known.rpartition(".")[0])
        return Val(ClassOf(known))
    if name in offered:
        return Val(BuiltInOf(f"{module}.{name}"))
    return w.problem(
        "E0203",
        type=f"module {module}",
        what="function",
        name=name,
        nearest=nearest(name, offered),
        python=("AttributeError", f"module '{module}' has no attribute '{name}'") if w.world.flow.handles else None,
    )


def _of_super(w: Walk, type: SuperOf, target: Val, name: str) -> Val:
    if type.receiver == ANY:
        return by_receiver(w, type, target, lambda narrowed, seen: _of_super(w, narrowed, seen, name))
    me = Val(type.receiver, target.regs)
    cls = type.receiver.name if isinstance(type.receiver, (RecordType, ClassOf)) else type.name
    found = w.world.find_method(cls, name, behind=type.name)
    if found is not None and found[0].kind == "property":
        return call_function(w, found[0], [me], ())
    if isinstance(type.receiver, RecordType) and w.world.find_field(cls, name) is not None:
        return field(w, me, name)
    held = variable_behind(w, type, me, name) if found is None else None
    return Val(BoundOf(name, type), target.regs) if held is None else held


def variable_behind(w: Walk, type: SuperOf, me: Val, name: str) -> Val | None:
    """What ``super()`` finds in a class variable, be it a method that a decorator made; None where there is none."""
    cls = type.receiver.name if isinstance(type.receiver, (RecordType, ClassOf)) else type.name
    variable = w.world.find_variable(cls, name, behind=type.name)
    if not variable:
        return None
    value = _variable(w, variable, f"'super' object has no attribute '{name}'")
    if not isinstance(me.type, RecordType):
        return value
    if isinstance(value.type, ClosureOf):
        return w.bound_function(value, me)
    return w.call_library("bound_if_function", [value, me]) if value.type == ANY else value
