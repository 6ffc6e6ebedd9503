"""Operators on objects of the program's classes: the methods whose names CPython looks up for them."""

from __future__ import annotations

from belljar.lang.conversion import box, unbox
from belljar.lang.emit import Val
from belljar.lang.lattice import UNKNOWN, BuiltInOf
from belljar.types import ANY, BOOL, INT, STR, RecordType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from belljar.lang.transfer import Walk

BINARY_METHODS: Final = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "<<": "lshift", ">>": "rshift", "&": "and", "|": "or", "^": "xor",
    "@": "matmul",
}  # fmt: skip
COMPARE_METHODS: Final = {"==": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
SWAPPED: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
AS_TUPLE: Final = "_named."
"""How the functions begin by which named tuples are tuples where their class is not known."""
UNARY_METHODS: Final = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}


def has(w: Walk, value: Val, method: str) -> bool:
    """Whether objects of the value's class, or of one that derives from it, have the method."""
    type = value.type
    if not isinstance(type, RecordType):
        return False
    return _is_written(w, type.name, method) or any(_is_written(w, sub, method) for sub in w.world.subclasses(type.name))


def _is_written(w: Walk, name: str, method: str) -> bool:
    """Whether a class has the method, and not just as all named tuples have it."""
    found = w.world.find_method(name, method)
    return found is not None and not found[0].function.startswith(AS_TUPLE)


def sure(w: Walk, value: Val, method: str, *args: Val) -> bool:
    """Whether the method is there whatever the object's class is, and answers for these operands."""
    assert isinstance(value.type, RecordType)
    found = w.world.find_method(value.type.name, method)
    if found is None:
        return False
    functions = {found[0].function}
    functions.update(
        one[0].function for sub in w.world.subclasses(value.type.name) if (one := w.world.find_method(sub, method)) is not None
    )
    if not any(w.world.may_decline(function) for function in functions):
        return True
    # It may say NotImplemented, but seldom for operands of these types.
    return w.silently(lambda: call(w, value, method, *args)).type not in (ANY, BuiltInOf("NotImplemented"))


def call(w: Walk, value: Val, method: str, *args: Val) -> Val:
    return w.dispatch(value, method, lambda found, me: w.call_function(found, [me, *args], ()))


def object_binary(w: Walk, op: str, left: Val, right: Val, in_place: bool = False) -> Val | None:
    """``left op right`` where one of them is an object; None where its class says nothing about the operator."""
    name = BINARY_METHODS[op]
    if in_place and isinstance(left.type, RecordType) and has(w, left, f"__i{name}__"):
        return call(w, left, f"__i{name}__", right) if sure(w, left, f"__i{name}__", right) else None
    plain, reflected = f"__{name}__", f"__r{name}__"
    if has(w, left, plain) and sure(w, left, plain, right):
        return call(w, left, plain, right)
    if has(w, right, reflected) and not has(w, left, plain) and left.type != ANY and sure(w, right, reflected, left):
        return call(w, right, reflected, left)
    if has(w, left, plain) or has(w, right, reflected):
        return w.dynamic_binary(op, box(w, left), box(w, right))
    return None


def object_compare(w: Walk, op: str, left: Val, right: Val) -> Val | None:
    """A comparison where one of them is an object; None where its class says nothing about it."""
    plain, reflected = COMPARE_METHODS[op], COMPARE_METHODS[SWAPPED[op]]
    if op == "!=" and not has(w, left, "__ne__") and (has(w, left, "__eq__") or has(w, right, "__eq__")):
        same = object_compare(w, "==", left, right)
        if same is None:
            return None
        return w.negate(same)
    if has(w, left, plain) and sure(w, left, plain, right):
        return call(w, left, plain, right)
    if has(w, right, reflected) and not isinstance(left.type, RecordType) and left.type != ANY and sure(w, right, reflected, left):
        return call(w, right, reflected, left)
    ordered = any(isinstance(v.type, RecordType) and w.world.orders(v.type.name) for v in (left, right))
    if has(w, left, plain) or has(w, right, reflected) or ordered:
        return w.dynamic_compare(op, box(w, left), box(w, right))
    return None


def object_unary(w: Walk, op: str, value: Val) -> Val | None:
    name = UNARY_METHODS.get(op, f"__{op}__")
    return call(w, value, name) if has(w, value, name) else None


def object_truth(w: Walk, value: Val) -> Val | None:
    """Its truth, None where its class does not say: objects are true."""
    if has(w, value, "__bool__"):
        result = call(w, value, "__bool__")
    elif has(w, value, "__len__"):
        result = call(w, value, "__len__")
    else:
        return None
    if result.type == BOOL:
        return result
    if result.type == INT:
        return Val(BOOL, (w.e.emit("int.to_bool", result.reg, type=BOOL),))
    if result.type == UNKNOWN:
        return result
    return Val(BOOL, (w.e.emit("any.truth", box(w, value).reg, type=BOOL),))


def object_length(w: Walk, value: Val) -> Val | None:
    if not has(w, value, "__len__"):
        return None
    result = call(w, value, "__len__")
    return unbox(w, result.reg, INT) if result.type == ANY else result


def object_text(w: Walk, value: Val, representation: bool) -> Val | None:
    """``str`` or ``repr`` of an object, None where its class does not define it."""
    name = "__repr__" if representation or not has(w, value, "__str__") else "__str__"
    if not has(w, value, name) or not sure(w, value, name):
        return None
    result = call(w, value, name)
    if result.type == ANY:
        return Val(STR, (w.e.emit("any.to", result.reg, STR, type=STR),))
    return result if result.type in (STR, UNKNOWN) else None


def object_index(w: Walk, container: Val, key: Val) -> Val | None:
    return call(w, container, "__getitem__", key) if has(w, container, "__getitem__") else None


def object_set_index(w: Walk, container: Val, key: Val, value: Val) -> bool:
    if not has(w, container, "__setitem__"):
        return False
    call(w, container, "__setitem__", key, value)
    return True


def object_delete(w: Walk, container: Val, key: Val) -> Val | None:
    return call(w, container, "__delitem__", key) if has(w, container, "__delitem__") else None


def object_contains(w: Walk, container: Val, item: Val) -> Val | None:
    if has(w, container, "__contains__"):
        found = call(w, container, "__contains__", item)
        return found if found.type == UNKNOWN else w.truth_of(found)
    if has(w, container, "__iter__") or has(w, container, "__getitem__"):
        return Val(BOOL, (w.e.emit("any.contains", box(w, container).reg, box(w, item).reg, type=BOOL),))
    return None
