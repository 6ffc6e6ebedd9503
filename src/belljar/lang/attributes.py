"""Attributes: fields, methods as values, properties, class variables, members of modules."""

from __future__ import annotations

from belljar.lang.annotations import satisfies
from belljar.lang.calls import call_function, dispatch
from belljar.lang.conversion import box, choose, convert, parts, unbox
from belljar.lang.emit import Val
from belljar.lang.lattice import (
    UNKNOWN,
    BoundOf,
    BuiltInOf,
    ClassOf,
    ClosureOf,
    GeneratorOf,
    ModuleOf,
    SuperOf,
    resolve,
)
from belljar.lang.methods import is_method
from belljar.lang.names import MATH_CONSTANTS, MODULES
from belljar.lang.operations import not_optional
from belljar.lang.scope import nearest
from belljar.types import ANY, BOOL, INT, NEVER, NONE, STR, OptionalType, RecordType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.lang.graph import MethodDecl
    from belljar.lang.transfer import Walk


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
        return _of_object(w, target, name)
    if isinstance(type, SuperOf):
        return _of_super(w, type, target, name)
    if type == ANY:
        if w.strict_refuses(target):
            return Val(UNKNOWN)
        return Val(ANY, (w.e.emit("any.get_attr", target.reg, name),))
    if isinstance(type, (ClosureOf, BoundOf, BuiltInOf)) and name in ("__name__", "__doc__"):
        return w.function_text(target, name)
    if isinstance(type, BuiltInOf):
        return Val(BuiltInOf(f"{type.name}.{name}"))
    if name == "real" and type in (INT, BOOL):
        return Val(INT, target.regs)
    if is_method(type, name) or isinstance(type, GeneratorOf):
        return Val(BoundOf(name, type), target.regs)
    return _no_attribute(w, type, name)


def _of_object(w: Walk, target: Val, name: str) -> Val:
    assert isinstance(target.type, RecordType)
    world, cls = w.world, target.type.name
    if world.find_field(cls, name) is not None:
        return field(w, target, name)
    found = world.find_method(cls, name)
    if found is not None:
        if found[0].kind == "property":
            return dispatch(w, target, name, lambda method, me: call_function(w, method, [me], ()))
        return Val(BoundOf(name, target.type), target.regs)
    variable = world.find_variable(cls, name)
    if variable:
        if any(_has_own(w, sub, name, variable) for sub in world.subclasses(cls)):
            return attribute(w, box(w, target), name)
        value = w.global_value(variable)
        if isinstance(value.type, ClosureOf):
            return w.bound_function(value, target)
        return value
    special = w.object_attribute(target, name)
    if special is not None:
        return special
    if any(world.find_field(sub, name) is not None or world.find_method(sub, name) is not None for sub in world.subclasses(cls)):
        return attribute(w, box(w, target), name)
    return _no_field(w, cls, name)


def _has_own(w: Walk, cls: str, name: str, variable: str) -> bool:
    """Whether objects of the class have something else under the name of a class variable."""
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


def _no_field(w: Walk, cls: str, name: str) -> Val:
    shown = w.world.flow.classes[cls].shown
    return w.problem(
        "E0203",
        type=shown,
        what="field",
        name=name,
        nearest=nearest(name, [one.decl.name for one in w.world.all_fields(cls)]),
        python=("AttributeError", f"'{shown}' object has no attribute '{name}'"),
    )


def field(w: Walk, target: Val, name: str) -> Val:
    """A field of an object of a known class."""
    assert isinstance(target.type, RecordType)
    world, cls = w.world, target.type.name
    found = world.find_field(cls, name)
    assert found is not None
    held = world.field_cell(cls, name).type
    if held == NEVER:
        return Val(NEVER)
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
            return _field_or_variable(w, regs, variable)
        _require_set(w, regs[0], cls, name)
    return Val(wanted, regs, origin=path)


def _field_or_variable(w: Walk, regs: tuple[int, ...], variable: str) -> Val:
    """What an object has under the name of a class variable: its own value, where it was given one."""
    shared = w.global_value(variable)
    if shared.type in (UNKNOWN, NEVER):
        return Val(ANY, regs) if shared.type == UNKNOWN else shared
    test = w.e.emit("any.is_unset", regs[0], type=BOOL)
    return choose(w, test, ANY, lambda: box(w, shared), lambda: Val(ANY, regs))


def _require_set(w: Walk, reg: int, cls: str, name: str) -> None:
    """AttributeError where the field was never assigned."""
    fine, unset = w.e.block(), w.e.block()
    test = w.e.emit("any.is_unset", reg, type=BOOL)
    w.e.emit("br", test, unset, fine)
    w.e.at(unset)
    w.raise_error("AttributeError", f"'{w.world.flow.classes[cls].shown}' object has no attribute '{name}'")
    w.e.at(fine)


def set_attribute(w: Walk, target: Val, name: str, value: Val) -> Val:
    """``target.name = value``."""
    type = target.type
    if type == UNKNOWN or value.type == UNKNOWN or not not_optional(w, target):
        return Val(UNKNOWN)
    if type == ANY:
        w.world.set_seen(name)
        w.e.emit("any.set_attr", target.reg, name, box(w, value).reg)
        w.forget_fields()
        return Val(NONE)
    if isinstance(type, ClassOf):
        variable = w.world.find_variable(type.name, name)
        if variable:
            w.world.publish(w, variable, value)
            return Val(NONE)
        return w.problem(
            "E0203", type=f"class {type.name}", what="variable", name=name, nearest="", advice="assign it in the body of the class"
        )
    if not isinstance(type, RecordType):
        return _no_attribute(w, type, name)
    world, cls = w.world, type.name
    setter = world.find_setter(cls, name)
    if setter is not None:
        call_function(w, setter, [target, value], ())
        return Val(NONE)
    decl = world.flow.classes[cls]
    found = world.find_method(cls, name)
    if found is not None and found[0].kind == "property":
        return w.problem(
            "E0203",
            type=decl.shown,
            what="setter",
            name=name,
            nearest="",
            python=("AttributeError", f"property '{name}' of '{decl.shown}' object has no setter"),
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
    if decl.frozen and not w.spec.flow.name.endswith(("__init__", "__post_init__")):
        return w.problem(
            "E0203",
            type=decl.shown,
            what="field that can be assigned",
            name=name,
            nearest="",
            python=("AttributeError", f"cannot assign to field '{name}'"),
        )
    if world.find_field(cls, name) is None:
        if any(world.find_field(sub, name) is not None for sub in world.subclasses(cls)):
            return set_attribute(w, box(w, target), name, value)
        return _no_field(w, cls, name)
    return set_field(w, target, name, value)


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
    if not satisfies(val.type, wanted):
        shown = w.world.flow.classes[record].shown
        w.problem("E0302", what=f"field '{name}' of {shown}", expected=resolve(wanted), found=resolve(val.type))
        return None
    if val.type == ANY and wanted in (INT, BOOL, STR) and not w.world.wide:
        val = unbox(w, val.reg, wanted)
    cell = w.world.field_cell(record, name)
    w.lattice.grow(cell, val.type)
    if record in w.world.dynamic:
        w.world.escape(cell.find().type)
    return convert(w, val, cell.find().type)


def class_attribute(w: Walk, cls: str, name: str) -> Val:
    """``Class.name``."""
    world = w.world
    decl = world.flow.classes[cls]
    if name == "__name__":
        return w.const(decl.shown.rsplit(".", 1)[-1])
    if name == "__doc__":
        return w.const(decl.doc or None)
    variable = world.find_variable(cls, name)
    if variable:
        return w.global_value(variable)
    found = world.find_method(cls, name)
    if found is not None:
        method: MethodDecl = found[0]
        flow = world.flow.functions[method.function]
        if method.kind == "class":
            return Val(BoundOf(name, ClassOf(cls)))
        brought = [w.global_value(f"{method.function}{one}") for one in flow.environment]
        return Val(ClosureOf(method.function, tuple(val.type for val in brought)), tuple(reg for val in brought for reg in val.regs))
    if f"{cls}.{name}" in world.flow.classes:
        return Val(ClassOf(f"{cls}.{name}"))
    if decl.kind == "namedtuple" and name == "_fields":
        return w.tuple_of([w.const(one.decl.name) for one in world.all_fields(cls)])
    if world.is_subclass(cls, "BaseException") and name in ("__init__", "__str__", "__repr__"):
        return Val(BuiltInOf(f"BaseException.{name}"))
    default = next(
        (one.decl for one in world.all_fields(cls) if one.decl.name == name and one.decl.has_default and not one.decl.factory), None
    )
    if default is not None:
        return w.const(default.default)
    known = [*decl.methods, *decl.variables]
    return w.problem(
        "E0203",
        type=f"class {decl.shown}",
        what="attribute",
        name=name,
        nearest=nearest(name, known),
        python=("AttributeError", f"type object '{decl.shown}' has no attribute '{name}'"),
    )


def module_member(w: Walk, module: str, name: str) -> Val:
    """``module.name``."""
    offered = MODULES[module]
    if offered is None:
        return w.library_member(module, name)
    if module == "math" and name in MATH_CONSTANTS:
        return w.const(MATH_CONSTANTS[name])
    if name in offered:
        return Val(BuiltInOf(f"{module}.{name}"))
    return w.problem(
        "E0203",
        type=f"module {module}",
        what="function",
        name=name,
        nearest=nearest(name, offered),
        python=("AttributeError", f"module '{module}' has no attribute '{name}'"),
    )


def _of_super(w: Walk, type: SuperOf, target: Val, name: str) -> Val:
    me = Val(type.receiver, target.regs)
    cls = type.receiver.name if isinstance(type.receiver, RecordType) else type.name
    found = w.world.find_method(cls, name, behind=type.name)
    if found is not None and found[0].kind == "property":
        return call_function(w, found[0], [me], ())
    if isinstance(type.receiver, RecordType) and w.world.find_field(cls, name) is not None:
        return field(w, me, name)
    return Val(BoundOf(name, type), target.regs)
