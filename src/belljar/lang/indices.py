"""Objects with ``__index__`` where an int is needed: they are asked for the int they stand for."""

from __future__ import annotations

from belljar.lang.conversion import box, choose
from belljar.lang.emit import Val
from belljar.lang.operators import call, has, is_partial
from belljar.types import ANY, BOOL, OptionalType, RecordType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.lang.transfer import Walk


def may_be_asked_for_int(w: Walk) -> bool:
    """Whether a class of the program says what int its objects stand for."""
    return any("__index__" in decl.methods for decl in w.world.flow.classes.values())


def asked_for_int(w: Walk, value: Val) -> Val:
    """The int that an object stands for; all else is as it is."""
    if not may_be_asked_for_int(w):
        return value
    if has(w, value, "__index__") and not is_partial(w, value, "__index__"):
        return call(w, value, "__index__")
    item = value.type.item if isinstance(value.type, OptionalType) else value.type
    if item != ANY and not isinstance(item, RecordType):
        return value
    held = box(w, value)
    of_object = Val(BOOL, (w.e.emit("any.has_attr", held.reg, "__index__", type=BOOL),))
    return choose(w, of_object.reg, ANY, lambda: Val(ANY, (w.e.emit("any.call_method", "__index__", "", held.reg),)), lambda: held)
