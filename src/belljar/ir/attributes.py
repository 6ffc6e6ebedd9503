"""Attributes by name, as ``csrc/runtime/attribute.c`` finds them: fields of records, and what their classes have besides.

CPython's order: a property comes before a field, a field that is assigned before what the class has.
"""

from __future__ import annotations

from belljar.errors import CODES
from belljar.ir import class_names
from belljar.ir.calls import Bound, BuiltIn, Done, bind, bind_named, bound
from belljar.ir.crossing import disassemble
from belljar.ir.function import Layout, Member, Signature
from belljar.ir.guest import (
    UNSET,
    GuestFault,
    GuestRecord,
    cut,
    fields_of,
    is_kind,
    is_written,
    pay,
    type_name,
    type_of,
)
from belljar.ir.guest_functions import GuestBuiltIn, GuestFunction, GuestMethod
from belljar.ir.host import host
from belljar.ir.methods import has_method, method
from belljar.structs import Struct
from belljar.types import ANY, FUNCTION, ClosureType, OptionalType, components

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final


class Method(Struct):
    """A function found by name: what comes before its arguments, and whether it is the getter of a property."""

    __slots__ = ("first", "function", "is_getter", "signature")

    def __init__(self, signature: Signature, function: GuestFunction | None, first: tuple[Any, ...] = (), is_getter: bool = False) -> None:
        self.signature = signature
        self.function = function
        self.first = first
        self.is_getter = is_getter


def call_function(signature: Signature, function: GuestFunction | None, *args: Any, bound_count: int = 0) -> Any:
    """Call a function with arguments by position, of which the first may have been bound to it, which costs nothing; gives its result."""
    if signature.plain_count == len(args):
        taken = list(args)
    else:
        pay(len(args) - bound_count + len(signature.params))
        taken = bound(signature, function, args, ())
    return host().invoke(signature.entry, [function, *taken])[0]


def _target(target: str | int) -> tuple[Any, Signature | None]:
    """What a member is in a signature or a global, and its signature when it is a function; UNSET when nothing is there yet."""
    if isinstance(target, str):
        return (None, host().module.signatures[target]) if target else (UNSET, None)
    value = host().globals[target]
    if value is None and host().module.globals[target][1] != ANY:
        return UNSET, None
    return value, value.signature if isinstance(value, GuestFunction) else None


def class_layout(value: Any) -> Layout | None:
    """The layout of what a class object makes, None for all else: built-in classes make no records."""
    return host().module.records.get(value.signature.record) if isinstance(value, GuestFunction) else None


def _member(layout: Layout, name: str) -> Member | None:
    return next((member for member in layout.members if member.name == name), None)


def _resolved(member: Member, receiver: tuple[Any, ...], class_: Any) -> Any:
    """A member seen through an object of the class, or through the class."""
    value, signature = _target(member.target)
    if value is UNSET or signature is None:
        return value
    if member.kind == "property":
        return Method(signature, value, receiver if not receiver else (), bool(receiver))
    if member.kind == "classmethod":
        return Method(signature, value, () if class_ is None else (class_,))
    if member.kind == "variable":
        return value if not receiver or signature.record else Method(signature, value, receiver)
    return Method(signature, value, receiver if member.kind == "method" else ())


def find(value: Any, name: str) -> Any:
    """A :class:`Method`, another value, or UNSET for what is not there."""
    if isinstance(value, GuestRecord):
        layout = value.layout
        member = _member(layout, name)
        if member is None or member.kind != "property":
            for field, found in fields_of(value):
                if field == name and found is not UNSET:
                    return found
        if member is None or not is_written(member):
            return UNSET
        class_ = _member(layout, "__class__") if member.kind == "classmethod" else None
        return _resolved(member, (value,), host().globals[class_.target] if class_ is not None and isinstance(class_.target, int) else None)
    made = class_layout(value)
    member = _member(made, name) if made is not None else None
    return _resolved(member, (), value) if member is not None and is_written(member) else UNSET


def special_target(member: Member, receiver: GuestRecord) -> Any:
    """What a call of a special method is bound to: its signature, function object and first arguments; or another value, None where nothing is yet."""
    class_ = _member(receiver.layout, "__class__") if member.kind == "classmethod" else None
    found = _resolved(member, (receiver,), host().globals[class_.target] if class_ is not None and isinstance(class_.target, int) else None)
    if isinstance(found, Method):
        return found.signature, found.function, found.first
    return None if found is UNSET else found


def call_member(member: Member, receiver: GuestRecord, args: Sequence[Any]) -> Any:
    """Call a special method."""
    found = special_target(member, receiver)
    if isinstance(found, tuple):
        signature, function, first = found
        return call_function(signature, function, *first, *args, bound_count=len(first))
    made = bind("", found, *args)
    if isinstance(made, Bound):
        return host().invoke(made.entry, made.args)[0]
    return method(*made.args) if isinstance(made, BuiltIn) else made.value


WRAPS_MAX: Final = 200
"""So many functions, one around another, are asked for a name; E0804 for one more."""


def missing(value: Any, name: str) -> GuestFault:
    """The fault of an attribute that is not there."""
    name_of_class = value.signature.record if isinstance(value, GuestFunction) else ""
    whose = f"type object '{class_names.type_name(name_of_class)}'" if name_of_class else f"'{type_name(value)}' object"
    return GuestFault("E0751", cut(f"{whose} has no attribute '{name}'"))


def _function_attribute(value: Any, name: str) -> Any:
    """What every function has: its name; and what a range and a number have."""
    if isinstance(value, range) and name in ("start", "stop", "step"):
        return getattr(value, name)
    if isinstance(value, int) and name in ("real", "imag", "numerator", "denominator"):
        return getattr(value, name)
    if isinstance(value, float) and name in ("real", "imag"):
        return getattr(value, name)
    if not isinstance(value, (GuestFunction, GuestMethod)) or name not in ("__name__", "__qualname__", "__doc__"):
        return UNSET
    followed = 0
    while isinstance(value, GuestFunction) and value.signature.wraps >= 0:
        value, followed = value.captured[value.signature.wraps], followed + 1
        if not isinstance(value, (GuestFunction, GuestMethod)):
            return get_attr(value, name)
        if followed > WRAPS_MAX:
            raise GuestFault("E0804")
    if name == "__doc__":
        return value.signature.doc
    title = class_names.qualname(value.signature)
    return title.rpartition(".")[2] if name == "__name__" else title


def get_attr(value: Any, name: str) -> Any:
    found = find(value, name)
    if isinstance(found, Method):
        if found.is_getter:
            return call_function(found.signature, found.function, value)
        if found.first:
            return GuestMethod(found.signature, found.first[0], found.function)
        return found.function or GuestFunction(found.signature, ClosureType(found.signature.name))
    if found is UNSET:
        found = _function_attribute(value, name)
    if found is UNSET and has_method(value, name):
        return GuestBuiltIn(value, name)
    if found is UNSET:
        raise missing(value, name)
    return found


def has_attr(value: Any, name: str) -> bool:
    found = find(value, name)
    if found is UNSET:
        return _function_attribute(value, name) is not UNSET or has_method(value, name)
    if isinstance(found, Method) and found.is_getter:
        try:
            call_function(found.signature, found.function, value)
        except GuestFault as fault:
            if CODES[fault.code].python != "AttributeError" and not host().raised(fault, "AttributeError"):
                raise
            host().forget()
            return False
    return True


def set_attr(target: Any, name: str, value: Any) -> None:
    if isinstance(target, GuestRecord):
        member = _member(target.layout, name)
        if member is not None and member.kind == "property":
            function, signature = _target(member.setter)
            if signature is None:
                raise GuestFault("E0751", cut(f"property '{name}' of '{type_name(target)}' object has no setter"))
            call_function(signature, function, target, value)
            return
        for field, type in target.layout.fields:
            if field == name:
                _set_field(target, name, type, value)
                return
    made = class_layout(target)
    member = _member(made, name) if made is not None else None
    if member is None or member.kind != "variable":
        raise missing(target, name)
    assert isinstance(member.target, int)
    if host().module.globals[member.target][1] != ANY:
        raise GuestFault("E1201")
    host().globals[member.target] = value


def _set_field(record: GuestRecord, name: str, type: Any, value: Any) -> None:
    slot = record.layout.slot_of(name)
    inner = type.item if isinstance(type, OptionalType) else type
    if len(components(inner)) != 1:
        raise GuestFault("E1201")
    if not (isinstance(type, OptionalType) and value is None):
        kind = components(inner)[0]
        if not (kind == ANY or (is_kind(value, kind) if kind == FUNCTION else type_of(value) == kind)):
            raise GuestFault("E0309")
    parts = list(disassemble(value, type))
    if value is None and isinstance(type, OptionalType):
        parts = parts[:1]
    record.slots[slot : slot + len(parts)] = parts


def del_attr(value: Any, name: str) -> None:
    if isinstance(value, GuestRecord):
        member = _member(value.layout, name)
        if member is not None and member.kind == "property":
            raise GuestFault("E0751", cut(f"property '{name}' of '{type_name(value)}' object has no deleter"))
        for field, type in value.layout.fields:
            if field == name:
                if components(type) != (ANY,):
                    raise GuestFault("E1201")
                slot = value.layout.slot_of(name)
                if value.slots[slot] is UNSET:
                    break
                value.slots[slot] = UNSET
                return
    raise missing(value, name)


def bind_method(name: str, names: str, value: Any, *args: Any) -> Bound | BuiltIn | Done:
    """``any.call_method``."""
    found = find(value, name)
    if isinstance(found, Method):
        if found.is_getter:
            return bind(names, call_function(found.signature, found.function, value), *args)
        return bind_named(names, found.signature, found.function, found.first, args)
    if found is UNSET:
        if isinstance(value, (GuestRecord, GuestFunction, GuestMethod)) and not has_method(value, name):
            raise missing(value, name)
        return BuiltIn((name, names, value, *args))
    return bind(names, found, *args)
