"""Operators on objects of the program's classes: the methods whose names CPython looks up for them."""

from __future__ import annotations

from belljar.ir.ops import UNARY_OPERATORS
from belljar.lang.comparisons import COMPARE_METHODS
from belljar.lang.conversion import box, unbox
from belljar.lang.emit import Val
from belljar.lang.lattice import UNKNOWN, BuiltInOf, ListOf
from belljar.types import ANY, BOOL, INT, NEVER, NONE, STR, OptionalType, RecordType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from belljar.lang.transfer import Walk

BINARY_METHODS: Final = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "<<": "lshift", ">>": "rshift", "&": "and", "|": "or", "^": "xor",
    "@": "matmul",
}  # fmt: skip
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
    if is_partial(w, value, method):
        return _asked_of_any(w, value, method, [box(w, arg).reg for arg in args])
    return w.dispatch(value, method, lambda found, me: w.call_function(found, [me, *args], ()))


def is_partial(w: Walk, value: Val, method: str) -> bool:
    """Whether only some of the classes that the object may be of have the method."""
    assert isinstance(value.type, RecordType)
    world, name = w.world, value.type.name
    return world.find_method(name, method) is None and any(world.find_method(sub, method) is None for sub in world.subclasses(name))


def _asked_of_any(w: Walk, value: Val, method: str, args: list[int]) -> Val:
    """What an object does whose class may not have the method: the op on values of class any says what CPython says of such objects, or does what all objects do."""
    word = box(w, value).reg
    if method in ANY_UNARY:
        return Val(ANY, (w.e.emit("any.unary", UNARY_OPERATORS.index(ANY_UNARY[method]), word),))
    op, gives = ANY_OPS.get(method, ("", None))
    if method == "__round__" and not args:
        args = [box(w, w.const(None)).reg]
    if method == "__format__":
        return Val(STR, (w.e.emit(op, word, *(unbox(w, arg, STR).reg for arg in args), type=STR),))
    if op and gives is None:
        w.e.emit(op, word, *args)
        return Val(NONE)
    if gives is not None:
        return Val(gives, (w.e.emit(op, word, *args, type=gives),))
    return Val(ANY, (w.e.emit("any.call_method", method, "", word, *args),))


ANY_UNARY: Final = {**{method: op for op, method in UNARY_METHODS.items()}, "__abs__": "abs"}
ANY_OPS: Final[dict[str, tuple[str, Type | None]]] = {
    "__len__": ("any.len", INT), "__bool__": ("any.truth", BOOL), "__contains__": ("any.contains", BOOL), "__getitem__": ("any.index", ANY), "__setitem__": ("any.set_index", None),
    "__delitem__": ("any.del_index", None), "__hash__": ("any.hash", INT), "__iter__": ("any.iter", ANY), "__reversed__": ("any.reversed", ANY), "__format__": ("any.format", STR),
    "__int__": ("any.to_int", ANY), "__round__": ("any.round", ANY),
}  # fmt: skip
"""By special method: the op on values of class any, and the type of what it gives."""


def asked(w: Walk, value: Val, method: str, wanted: Type) -> Val | None:
    """What the method of an object gives, where that is certain to be of the type; None, and nothing is called, where only a run can tell: then an op on
    values of class any asks it, with what CPython says to what is not."""
    if w.silently(lambda: call(w, value, method)).type not in (wanted, UNKNOWN):
        return None
    return call(w, value, method)


def _is_asked_first(w: Walk, left: Val, right: Val, method: str = "") -> bool:
    """Whether the right object can be of a class derived from that of the left one, which is then asked before it; with ``method``, only where it has another."""
    if not isinstance(left.type, RecordType) or not isinstance(right.type, RecordType):
        return False
    world = w.world
    for theirs in (right.type.name, *world.subclasses(right.type.name)):
        for base in world.order(theirs)[1:]:
            if left.type.name in base.order and (
                not method or world.find_method(theirs, method) not in (None, world.find_method(base.name, method))
            ):
                return True
    return False


def formatted(w: Walk, left: Val, right: Val) -> Val:
    """``left % right``, of a str."""
    named = any(decl.kind == "namedtuple" for decl in w.world.flow.classes.values())
    if named and (right.type == ANY or isinstance(right.type, (RecordType, OptionalType))):
        right = w.call_library("formatted", [box(w, right)], "_named")
    return Val(STR, (w.e.emit("str.percent", left.reg, box(w, right).reg, type=STR),))


def object_binary(w: Walk, op: str, left: Val, right: Val, in_place: bool = False) -> Val | None:
    """``left op right`` where one of them is an object; None where its class says nothing about the operator."""
    name = BINARY_METHODS[op]
    if in_place and isinstance(left.type, RecordType) and has(w, left, f"__i{name}__"):
        return call(w, left, f"__i{name}__", right) if sure(w, left, f"__i{name}__", right) else None
    plain, reflected = f"__{name}__", f"__r{name}__"
    if has(w, left, plain) and sure(w, left, plain, right) and not _is_asked_first(w, left, right, reflected):
        return call(w, left, plain, right)
    if op == "%" and left.type == STR:  # which formats whatever it is given
        return formatted(w, left, right)
    if has(w, right, reflected) and not has(w, left, plain) and left.type != ANY and sure(w, right, reflected, left):
        return call(w, right, reflected, left)
    repeats = op == "*" and any(
        has(w, count, "__index__") and (value.type == STR or isinstance(value.type, (ListOf, TupleType)))
        for value, count in ((left, right), (right, left))
    )
    if repeats or has(w, left, plain) or has(w, right, reflected):
        return w.dynamic_binary(op, box(w, left), box(w, right))
    return None


def object_compare(w: Walk, op: str, left: Val, right: Val) -> Val | None:
    """A comparison where one of them is an object; None where its class says nothing about it."""
    plain, reflected = COMPARE_METHODS[op], COMPARE_METHODS[SWAPPED[op]]
    if op == "!=" and not has(w, left, "__ne__") and not has(w, right, "__ne__") and (has(w, left, "__eq__") or has(w, right, "__eq__")):
        same = object_compare(w, "==", left, right)
        if same is None:
            return None
        return w.negate(same)
    if has(w, left, plain) and sure(w, left, plain, right) and not _is_asked_first(w, left, right):
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
        found = asked(w, value, "__bool__", BOOL)
        return found if found is not None else Val(BOOL, (w.e.emit("any.truth", box(w, value).reg, type=BOOL),))
    size = object_length(w, value, "any.truth", BOOL)
    return size if size is None or size.type != INT else Val(BOOL, (w.e.emit("int.to_bool", size.reg, type=BOOL),))


def object_length(w: Walk, value: Val, otherwise: str = "any.len", type: Type = INT) -> Val | None:
    """What ``__len__`` gives, None where the class has none; what the op ``otherwise`` gives where it may be no int."""
    if not has(w, value, "__len__"):
        return None
    size = asked(w, value, "__len__", INT)
    if size is None:
        return Val(type, (w.e.emit(otherwise, box(w, value).reg, type=type),))
    if size.type == INT and not size.is_const:
        negative, fine = w.e.block(), w.e.block()
        w.e.emit("br", w.e.emit("int.lt", size.reg, w.const(0).reg, type=BOOL), negative, fine)
        w.e.at(negative)
        w.raise_error("ValueError", "__len__() should return >= 0")
        w.e.at(fine)
    return size


def object_text(w: Walk, value: Val, representation: bool) -> Val | None:
    """``str`` or ``repr`` of an object, None where only an op on values of class any can tell."""
    name = "__repr__" if representation or not has(w, value, "__str__") else "__str__"
    return asked(w, value, name, STR) if has(w, value, name) and sure(w, value, name) else None


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
        return found if found.type in (UNKNOWN, NEVER) else w.truth_of(found)
    if has(w, container, "__iter__") or has(w, container, "__getitem__"):
        return Val(BOOL, (w.e.emit("any.contains", box(w, container).reg, box(w, item).reg, type=BOOL),))
    return None
