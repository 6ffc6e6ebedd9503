"""``isinstance`` and ``issubclass`` of classes of ``typing.Protocol``: whether objects have what the protocol names, whatever they derive from."""

from __future__ import annotations

from belljar.lang.conversion import box
from belljar.lang.emit import Val
from belljar.lang.lattice import ClassOf
from belljar.types import BOOL, NEVER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.lang.graph import ClassDecl
    from belljar.lang.transfer import Walk
    from belljar.types import Type


_NOT_CHECKED = "Instance and class checks can only be used with @runtime_checkable protocols"
_NOT_OF_METHODS = "Protocols with non-method members don't support issubclass()"


def protocol_of(w: Walk, type: Type) -> ClassDecl | None:
    """The protocol that a class given to ``isinstance`` or ``issubclass`` is; None where it is none."""
    decl = w.world.flow.classes[type.name] if isinstance(type, ClassOf) else None
    return decl if decl is not None and decl.is_protocol else None


def has_all(w: Walk, value: Val, protocol: ClassDecl) -> Val:
    """``isinstance(value, protocol)``."""
    if not protocol.is_checked:
        return _refused(w, _NOT_CHECKED)
    result, held = w.const(True), box(w, value).reg
    for name in (*_methods(w, protocol), *_fields(w, protocol)):
        there = w.e.emit("any.has_attr", held, name, type=BOOL)
        result = Val(BOOL, (w.e.emit("bool.and", result.reg, there, type=BOOL),))
    return result


def gives_all(w: Walk, name: str, protocol: ClassDecl) -> Val:
    """``issubclass`` of the class of this name, which has to name the methods itself or by its bases."""
    if not protocol.is_checked:
        return _refused(w, _NOT_CHECKED)
    if _fields(w, protocol):
        return _refused(w, _NOT_OF_METHODS)
    return w.const(all(w.world.find_method(name, method) is not None for method in _methods(w, protocol)))


def _methods(w: Walk, protocol: ClassDecl) -> list[str]:
    return list(dict.fromkeys(name for one in w.world.order(protocol.name) if one.is_protocol for name in one.methods))


def _fields(w: Walk, protocol: ClassDecl) -> list[str]:
    """The fields that it declares: objects of any class may be given others."""
    declared = (field for one in w.world.order(protocol.name) if one.is_protocol for field in one.fields)
    return list(dict.fromkeys(field.name for field in declared if field.certain or field.annotation is not None))


def _refused(w: Walk, message: str) -> Val:
    w.raise_error("TypeError", message)
    w.e.at(w.e.block())
    w.has_raised = True
    return Val(NEVER)
