"""The operators of Bell: for every combination of operand types the result type and the IR, stated once.

Python's meaning throughout. ``bool`` counts as ``int`` in arithmetic; int and float mix as in Python (the int becomes the nearest float in arithmetic and is compared
exactly); where a type is only known while running, the ``any`` ops decide.
"""

from __future__ import annotations

from functools import partial

from belljar.ir.ops import BINARY_OPERATORS, COMPARISONS, ORDER_OPERATORS, UNARY_OPERATORS
from belljar.lang.absence import must_be_tested
from belljar.lang.comparisons import COMPARE_METHODS
from belljar.lang.conversion import box, choose, convert, from_slot, holds_function, join_items, slot_type, split, to_slot, unbox
from belljar.lang.emit import Val
from belljar.lang.function_equality import equal_function, same_function
from belljar.lang.lattice import (
    FUNCTIONAL,
    OF_THE_MODULE,
    UNKNOWN,
    VIEWS,
    BuiltInOf,
    Cell,
    ClassOf,
    DictOf,
    DictView,
    EnumerateOf,
    GeneratorOf,
    ListOf,
    ModuleOf,
    ReversedOf,
    SetOf,
    ZipOf,
    is_hashable,
    key_type,
    resolve,
    too_large,
)
from belljar.lang.operators import (
    BINARY_METHODS,
    call,
    formatted,
    has,
    is_partial,
    object_binary,
    object_compare,
    object_contains,
    object_delete,
    object_index,
    object_set_index,
    object_truth,
    object_unary,
)
from belljar.types import ANY, BOOL, FLOAT, INT, NEVER, NONE, NUMBER, STR, ListType, OptionalType, RangeType, RecordType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final

    from belljar.lang.transfer import Walk

_INT_OPS = {
    "+": "int.add",
    "-": "int.sub",
    "*": "int.mul",
    "//": "int.floordiv",
    "%": "int.mod",
    "<<": "int.shl",
    ">>": "int.shr",
    "&": "int.and",
    "|": "int.or",
    "^": "int.xor",
    "/": "int.truediv",
}
_FLOAT_OPS = {
    "+": "float.add",
    "-": "float.sub",
    "*": "float.mul",
    "/": "float.div",
    "//": "float.floordiv",
    "%": "float.mod",
    "**": "float.pow",
}
_ORDER = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
_SWAPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
CHAIN_MAX = 3
"""A constant display of at most this many strings is tested by comparing with each; a longer one by a set made once."""


def as_int(w: Walk, value: Val) -> Val:
    """A bool as the int it counts as; ints as they are."""
    return Val(INT, (w.e.emit("bool.to_int", value.reg, type=INT),)) if value.type == BOOL else value


def as_float(w: Walk, value: Val) -> Val:
    """A number as a float, as Python's arithmetic converts it."""
    if value.type == FLOAT:
        return value
    if value.type == NUMBER:
        if not w.e.live:
            return Val(FLOAT, (-1,))
        flag, whole, real = value.regs
        return Val(FLOAT, (w.e.emit("select", flag, real, w.e.emit("int.to_float", whole, type=FLOAT), type=FLOAT),))
    if value.is_const:
        return w.const(float(value.const))
    return Val(FLOAT, (w.e.emit("int.to_float", as_int(w, value).reg, type=FLOAT),))


def operand_error(w: Walk, op: str, left: Val, right: Val) -> Val:
    advice = ""
    kinds = {str(resolve(left.type)), str(resolve(right.type))}
    if op == "+" and "str" in kinds and kinds & {"int", "float", "bool"}:
        advice = "make both strings: str(...) or an f-string"
    elif op == "%" and left.type == STR:
        advice = "use an f-string to format"
    elif op == "in":
        advice = "`in` needs a string, list, tuple, dict, set or range on its right"
    return w.problem("E0301", op=op, left=resolve(left.type), right=resolve(right.type), advice=advice)


def not_optional(w: Walk, *values: Val) -> bool:
    """Report E0307 for operands that may be None. False if one was."""
    for value in values:
        if isinstance(value.type, OptionalType):
            if w.trying and not must_be_tested(w, value):
                w.failed |= {"E0306"}  # a rule for values of any class knows what CPython does
                return False
            name = value.origin.replace(OF_THE_MODULE, "")
            if name:
                w.problem("E0307", what=f"'{name}'", name=name)
            else:
                w.problem("E0307", what="the value", hint="give it a name and test that: x = ..., then if x is not None: ...")
            return False
    return True


# --- arithmetic -------------------------------------------------------------------------------------------------------------------


def binary(w: Walk, op: str, left: Val, right: Val) -> Val:
    """``left op right`` for an arithmetic or bitwise operator."""
    a, b = left.type, right.type
    if UNKNOWN in (a, b):
        return Val(UNKNOWN)
    if not not_optional(w, left, right):
        return Val(UNKNOWN)
    if isinstance(a, RecordType) or isinstance(b, RecordType):
        found = object_binary(w, op, left, right)
        if found is not None:
            return found
        method = f"__{BINARY_METHODS[op]}__"
        left, right = named_as_tuple(w, left, method), named_as_tuple(w, right, method)
        if ANY in (left.type, right.type):  # which may be an object of a class that says something about it
            return dynamic_binary(w, op, left, right)
        if isinstance(left.type, RecordType) or isinstance(right.type, RecordType):
            return operand_error(w, op, left, right)
        return binary(w, op, left, right)
    if op == "@":
        return dynamic_binary(w, op, left, right) if ANY in (a, b) else operand_error(w, op, left, right)
    if op == "|" and is_class(a) and is_class(b):
        classes = [*(split(left) if isinstance(a, TupleType) else [left]), *(split(right) if isinstance(b, TupleType) else [right])]
        return join_items([Val(BuiltInOf("NoneType")) if one.type == NONE else one for one in classes])
    numbers = (INT, FLOAT, BOOL)
    if a in numbers and b in numbers:
        return number_binary(w, op, left, right)
    if a in (*numbers, NUMBER) and b in (*numbers, NUMBER):
        return mixed_number_binary(w, op, left, right)
    if a == ANY or b == ANY:
        return dynamic_binary(w, op, left, w.tuple_if_named(right) if op == "%" and a == STR else right)
    if op == "+":
        if a == STR and b == STR:
            return Val(STR, (w.e.emit("str.concat", left.reg, right.reg, type=STR),))
        if isinstance(a, ListOf) and isinstance(b, ListOf):
            w.lattice.unify(a.item, b.item)
            type = slot_type(a)
            return Val(a, (w.e.emit("list.concat", left.reg, right.reg, type=type),))
        if isinstance(a, TupleType) and isinstance(b, TupleType):
            joined = join_items(split(left) + split(right))
            return w.refuse("a tuple of so many parts", "use a list") if too_large(joined.type) else joined
    if op == "*":
        if a in (INT, BOOL) and (b == STR or isinstance(b, (ListOf, TupleType))):
            left, right, a, b = right, left, b, a
        if b in (INT, BOOL):
            count = as_int(w, right)
            if a == STR:
                return Val(STR, (w.e.emit("str.repeat", left.reg, count.reg, type=STR),))
            if isinstance(a, ListOf):
                return Val(a, (w.e.emit("list.repeat", left.reg, count.reg, type=slot_type(a)),))
            if isinstance(a, TupleType) and right.is_const and 0 <= int(right.const) * len(a.items) <= 64:
                return join_items(split(left) * int(right.const))
    if isinstance(a, SetOf) and isinstance(b, SetOf) and op in SET_OPS:
        w.lattice.unify(a.item, b.item)
        type = slot_type(a)
        return Val(a, (w.e.emit(SET_OPS[op], left.reg, right.reg, type=type),))
    if isinstance(a, DictOf) and isinstance(b, DictOf) and op == "|":
        w.lattice.unify(a.item, b.item)
        w.lattice.unify(a.value, b.value)
        type = slot_type(a)
        return Val(a, (w.e.emit("dict.merge", left.reg, right.reg, type=type),))
    if op == "*" and isinstance(a, TupleType) and b in (INT, BOOL):
        return w.refuse("repeating a tuple so often, or a number of times known only while running", "use a list")
    if a == STR and op == "%":
        return formatted(w, left, right)
    return operand_error(w, op, left, right)


WIDENING = frozenset({"+", "-", "*", "**", "<<", "//"})
"""Operators whose result may need more bits than the operands."""
SET_OPS = {"|": "set.union", "&": "set.intersection", "-": "set.difference", "^": "set.symmetric_difference"}


def is_class(type: Type) -> bool:
    """Whether values of the type are classes, None, or several of these: what ``int | str`` is made of."""
    if isinstance(type, TupleType):
        return bool(type.items) and all(map(is_class, type.items))
    return isinstance(type, (ClassOf, BuiltInOf)) or type == NONE


def number_binary(w: Walk, op: str, left: Val, right: Val) -> Val:
    if left.type == BOOL and right.type == BOOL and op in "&|^":
        name = {"&": "bool.and", "|": "bool.or", "^": "bool.ne"}[op]
        return Val(BOOL, (w.e.emit(name, left.reg, right.reg, type=BOOL),))
    if FLOAT in (left.type, right.type):
        if op not in _FLOAT_OPS:
            return operand_error(w, op, left, right)
        return Val(FLOAT, (w.e.emit(_FLOAT_OPS[op], as_float(w, left).reg, as_float(w, right).reg, type=FLOAT),))
    left, right = as_int(w, left), as_int(w, right)
    if w.world.wide and op in WIDENING:
        return dynamic_binary(w, op, left, right)
    if op == "**":
        if right.is_const and int(right.const) < 0:
            return Val(FLOAT, (w.e.emit("float.pow", as_float(w, left).reg, w.const(float(right.const)).reg, type=FLOAT),))
        if right.is_const and int(right.const) == 2:
            return Val(INT, (w.e.emit("int.mul", left.reg, left.reg, type=INT),))
        return Val(INT, (w.e.emit("int.pow", left.reg, right.reg, type=INT),))
    result = FLOAT if op == "/" else INT
    return Val(result, (w.e.emit(_INT_OPS[op], left.reg, right.reg, type=result),))


def number_parts(value: Val) -> tuple[int, Val, Val]:
    """Of a ``number``: the register that says whether it is a float, and the value as int and as float."""
    flag, whole, real = value.regs
    return flag, Val(INT, (whole,)), Val(FLOAT, (real,))


def by_number(w: Walk, value: Val, type: Type, rule: Callable[[Val], Val]) -> Val:
    """``rule`` applied to the int or to the float that a ``number`` is. Where ints may be of any size, what it makes of one need be no ``number``."""
    flag, whole, real = number_parts(value)
    if w.world.wide and type == NUMBER:
        type = ANY
    return choose(w, flag, type, lambda: rule(real), lambda: rule(whole))


def mixed_number_binary(w: Walk, op: str, left: Val, right: Val) -> Val:
    """Operands of which at least one is an int or a float, known only while running which."""
    if op not in _FLOAT_OPS:
        return dynamic_binary(w, op, left, right)
    if FLOAT in (left.type, right.type):
        return Val(FLOAT, (w.e.emit(_FLOAT_OPS[op], as_float(w, left).reg, as_float(w, right).reg, type=FLOAT),))
    result = FLOAT if op == "/" else NUMBER
    if left.type == NUMBER:
        return by_number(w, left, result, lambda part: binary(w, op, part, right))
    return by_number(w, right, result, lambda part: binary(w, op, left, part))


def dynamic_binary(w: Walk, op: str, left: Val, right: Val) -> Val:
    if w.strict_refuses(left, right):
        return Val(UNKNOWN)
    w.forget_fields()
    return Val(ANY, (w.e.emit("any.binary", BINARY_OPERATORS.index(op), box(w, left).reg, box(w, right).reg),))


def dynamic_compare(w: Walk, op: str, left: Val, right: Val) -> Val:
    """A comparison of values of type ``any``."""
    if w.world.compares_freely:
        return Val(ANY, (w.e.emit("any.comparison", COMPARISONS.index(op), left.reg, right.reg),))
    if op in ("==", "!="):
        same = w.e.emit("any.eq", left.reg, right.reg, type=BOOL)
        return Val(BOOL, (same if op == "==" else w.e.emit("bool.not", same, type=BOOL),))
    return Val(BOOL, (w.e.emit("any.compare", ORDER_OPERATORS.index(op), left.reg, right.reg, type=BOOL),))


def unary(w: Walk, op: str, value: Val) -> Val:
    """``-x``, ``+x``, ``~x``."""
    type = value.type
    if type == UNKNOWN or not not_optional(w, value):
        return Val(UNKNOWN)
    if isinstance(type, RecordType):
        found = object_unary(w, op, value)
        return found if found is not None else w.problem("E0313", detail=f"unsupported operand type for unary {op}: {resolve(type)}")
    if type in (INT, BOOL) and w.world.wide and op == "-":
        return Val(ANY, (w.e.emit("any.unary", UNARY_OPERATORS.index(op), box(w, value).reg),))
    if type in (INT, BOOL):
        value = as_int(w, value)
        if op == "+":
            return Val(INT, value.regs)
        return Val(INT, (w.e.emit("int.neg" if op == "-" else "int.invert", value.reg, type=INT),))
    if type == FLOAT and op != "~":
        return Val(FLOAT, value.regs) if op == "+" else Val(FLOAT, (w.e.emit("float.neg", value.reg, type=FLOAT),))
    if type == NUMBER and op != "~":
        return by_number(w, value, NUMBER, lambda part: unary(w, op, part))
    if type in (ANY, NUMBER):
        if w.strict_refuses(value):
            return Val(UNKNOWN)
        return Val(ANY, (w.e.emit("any.unary", UNARY_OPERATORS.index(op), box(w, value).reg),))
    return w.problem("E0313", detail=f"unsupported operand type for unary {op}: {resolve(type)}")


# --- truth ------------------------------------------------------------------------------------------------------------------------


def truth(w: Walk, value: Val) -> Val:
    """Whether the value is true, as a bool with the facts that its truth tells."""
    type = value.type
    facts = list(value.facts)
    if value.origin and isinstance(type, OptionalType):
        facts.append((value.origin, type.item, type))
    if type == BOOL:
        return Val(BOOL, value.regs, value.const, facts=facts)
    if value.is_const and not isinstance(value.const, tuple):
        return Val(BOOL, w.const(bool(value.const)).regs, bool(value.const), facts=facts)
    if isinstance(type, RecordType):
        found = object_truth(w, value)
        if found is not None:
            return Val(BOOL, found.regs, facts=facts)
    if isinstance(type, (*FUNCTIONAL, GeneratorOf, ModuleOf)):
        return Val(BOOL, w.const(True).regs, True, facts=facts)
    if isinstance(type, VIEWS):
        return truth(w, w.as_object(value))
    if type == NONE or isinstance(type, (TupleType, RecordType)):  # the type says it
        known = isinstance(type, RecordType) or (isinstance(type, TupleType) and bool(type.items))
        return Val(BOOL, w.const(known).regs, known, facts=facts)
    return Val(BOOL, (_truth(w, value),), facts=facts)


def _truth(w: Walk, value: Val) -> int:
    type = value.type
    emit = w.e.emit
    if type in (UNKNOWN, NEVER):
        return -1
    if type == BOOL:
        return value.reg
    if type == INT:
        return emit("int.to_bool", value.reg, type=BOOL)
    if type == FLOAT:
        return emit("float.to_bool", value.reg, type=BOOL)
    if type == STR:
        return emit("str.to_bool", value.reg, type=BOOL)
    if type == NONE or isinstance(type, (TupleType, RecordType)):
        return truth(w, value).reg
    if isinstance(type, (ListOf, DictOf, SetOf)):
        name = "list.len" if isinstance(type, ListOf) else "dict.len" if isinstance(type, DictOf) else "set.len"
        return emit("int.to_bool", emit(name, value.reg, type=INT), type=BOOL)
    if isinstance(type, RangeType):
        return emit("int.to_bool", range_length(w, value).reg, type=BOOL)
    if isinstance(type, OptionalType):
        payload = Val(type.item, value.regs[1:])
        if type.item in (INT, FLOAT, BOOL, STR):
            return emit("bool.and", value.regs[0], _truth(w, payload), type=BOOL)
        there, done = w.e.block(), w.e.block()
        result = w.e.register(BOOL)
        w.e.emit_to(result, "const.bool", False)
        emit("br", value.regs[0], there, done)
        w.e.at(there)
        w.e.move(result, _truth(w, payload))
        emit("jump", done)
        w.e.at(done)
        return result
    if type == NUMBER:
        flag, whole, real = number_parts(value)
        return emit("select", flag, _truth(w, real), _truth(w, whole), type=BOOL)
    if type == ANY:
        return emit("any.truth", value.reg, type=BOOL)
    if isinstance(type, (*FUNCTIONAL, GeneratorOf, ModuleOf, VIEWS)):
        return truth(w, value).reg
    raise AssertionError(f"the truth of {type}")


def negate(w: Walk, value: Val) -> Val:
    """``not value``."""
    test = truth(w, value)
    facts = [(path, no, yes) for path, yes, no in test.facts]
    if test.is_const:
        return Val(BOOL, w.const(not test.const).regs, not test.const, facts=facts)
    return Val(BOOL, (w.e.emit("bool.not", test.reg, type=BOOL),), facts=facts)


def range_length(w: Walk, value: Val) -> Val:
    start, stop, step = value.regs
    return Val(INT, (w.e.emit("int.range_len", start, stop, step, type=INT),))


# --- comparison -------------------------------------------------------------------------------------------------------------------


def compare(w: Walk, op: str, left: Val, right: Val) -> Val:
    """``left op right`` for a comparison, identity or membership operator."""
    if UNKNOWN in (left.type, right.type):
        return Val(UNKNOWN)
    if op in ("is", "is not"):
        return identity(w, op == "is", left, right)
    if op == "in":
        return contains(w, right, left)
    if op not in ("not in",) and (isinstance(left.type, RecordType) or isinstance(right.type, RecordType)):
        left, right = named_as_tuple(w, left, COMPARE_METHODS[op]), named_as_tuple(w, right, COMPARE_METHODS[op])
        found = object_compare(w, op, left, right)
        if found is not None:
            return found
    if op in COMPARE_METHODS and w.world.compares_freely and ANY in (left.type, right.type):
        return dynamic_compare(w, op, box(w, left), box(w, right))
    if op == "not in":
        found = contains(w, right, left)
        return found if found.type in (UNKNOWN, NEVER) else negate(w, Val(BOOL, found.regs, found.const))
    if op in ("==", "!="):
        result = equal(w, left, right)
        if result.type == UNKNOWN or op == "==":
            return result
        return negate(w, result)
    return order(w, op, left, right)


def named_as_tuple(w: Walk, value: Val, method: str) -> Val:
    """A named tuple as the tuple it is, a member of an enumeration of ints or strings as its value, unless its class has the method itself."""
    if not isinstance(value.type, RecordType) or has(w, value, method):
        return value
    if w.is_plain_member(value):
        return w.attribute(value, "value")
    return w.named_tuple_values(value) or value


def identity(w: Walk, positive: bool, left: Val, right: Val) -> Val:
    if left.type == NONE and right.type != NONE:
        left, right = right, left
    a, b = left.type, right.type
    result: Val
    if b == NONE:
        if isinstance(a, OptionalType):
            facts: list[tuple[str, Type, Type]] = [(left.origin, NONE, a.item)] if left.origin else []
            result = Val(BOOL, (w.e.emit("bool.not", left.regs[0], type=BOOL),), facts=facts)
        elif a == ANY:
            result = Val(BOOL, (w.e.emit("any.is", left.reg, NONE, type=BOOL),))
        else:
            result = w.const(a == NONE)
            if left.origin:
                result.facts = [(left.origin, NONE if a == NONE else NEVER, NEVER if a == NONE else a)]
    elif a == BOOL and b == BOOL:
        result = Val(BOOL, (w.e.emit("bool.eq", left.reg, right.reg, type=BOOL),))
    elif isinstance(a, (*FUNCTIONAL, ModuleOf)) or isinstance(b, (*FUNCTIONAL, ModuleOf)):
        result = same_function(w, left, right)
    elif isinstance(a, RecordType) and isinstance(b, RecordType) and a != b:
        shared = w.world.common_base(a.name, b.name)
        if not shared:
            return w.const(not positive)
        either = RecordType(shared)
        result = Val(BOOL, (w.e.emit("ref.is", convert(w, left, either).reg, convert(w, right, either).reg, type=BOOL),))
    elif (
        (isinstance(a, OptionalType) and isinstance(b, OptionalType))
        or ANY in (a, b)
        or isinstance(a, OptionalType)
        or isinstance(b, OptionalType)
        or (isinstance(a, RecordType) and a == b and w.is_flag(a.name))
    ):
        result = w.same_member(box(w, left), box(w, right))
    elif (isinstance(a, (ListOf, DictOf, SetOf)) and type(a) is type(b)) or (isinstance(a, RecordType) and a == b):
        result = Val(BOOL, (w.e.emit("ref.is", left.reg, right.reg, type=BOOL),))
    else:
        return w.refuse(f"`is` between {resolve(a)} and {resolve(b)}", "use == to compare values", later=False)
    return result if positive else negate(w, result)


def equal(w: Walk, left: Val, right: Val) -> Val:
    """``left == right`` as a bool."""
    a, b = left.type, right.type
    if isinstance(a, (*FUNCTIONAL, ModuleOf)) or isinstance(b, (*FUNCTIONAL, ModuleOf)):
        return equal_function(w, left, right)
    emit = w.e.emit
    if left.is_const and right.is_const and not isinstance(left.const, tuple) and not isinstance(right.const, tuple):
        return w.const(left.const == right.const)
    if a in (INT, BOOL) and b in (INT, BOOL):
        return Val(BOOL, (emit("int.eq", as_int(w, left).reg, as_int(w, right).reg, type=BOOL),))
    if a == FLOAT and b == FLOAT:
        return Val(BOOL, (emit("float.eq", left.reg, right.reg, type=BOOL),))
    if a in (INT, BOOL) and b == FLOAT:
        return Val(BOOL, (emit("intfloat.eq", as_int(w, left).reg, right.reg, type=BOOL),))
    if a == FLOAT and b in (INT, BOOL):
        return equal(w, right, left)
    if a == STR and b == STR:
        return Val(BOOL, (emit("str.eq", left.reg, right.reg, type=BOOL),))
    if a == NONE and b == NONE:
        return w.const(True)
    if isinstance(b, OptionalType) and not isinstance(a, OptionalType):
        return equal(w, right, left)
    if b == NUMBER and a in (INT, FLOAT, BOOL):
        return equal(w, right, left)
    if a == NUMBER and b in (INT, FLOAT, BOOL, NUMBER):
        return by_number(w, left, BOOL, lambda part: equal(w, part, right))
    if isinstance(a, OptionalType):
        return _optional_equal(w, left, right)
    if isinstance(a, TupleType) and isinstance(b, TupleType):
        if len(a.items) != len(b.items):
            return w.const(False)
        pairs = list(zip(split(left), split(right), strict=True))
        if any(may_meet_nan(x.type) and may_meet_nan(y.type) for x, y in pairs):
            return _equal_in_turn(w, pairs)
        result = w.const(True)
        for x, y in pairs:
            same = equal(w, x, y)
            if same.type == UNKNOWN:
                return same
            result = same if result.const is True else Val(BOOL, (emit("bool.and", result.reg, same.reg, type=BOOL),))
        return result
    if (
        (isinstance(a, ListOf) and isinstance(b, ListOf))
        or (isinstance(a, DictOf) and isinstance(b, DictOf))
        or (isinstance(a, SetOf) and isinstance(b, SetOf))
    ):
        if slot_type(a) == slot_type(b) and all(map(_held_alike, a.cells, b.cells)):
            w.world.looked_at(a, COMPARING)
            name = "list.eq" if isinstance(a, ListOf) else "dict.eq" if isinstance(a, DictOf) else "set.eq"
            return Val(BOOL, (emit(name, left.reg, right.reg, type=BOOL),))
        return _dynamic_equal(w, left, right)
    if ANY in (a, b) or NUMBER in (a, b) or w.world.may_be_one(a, b) or has(w, left, "__eq__") or has(w, right, "__eq__"):
        return _dynamic_equal(w, left, right)
    if isinstance(a, RangeType) or isinstance(b, RangeType):
        return w.refuse("comparing ranges", "compare their bounds")
    return w.const(False)  # values of unrelated types are never equal


def _held_alike(a: Cell, b: Cell) -> bool:
    """Whether the words in two cells of one storage type mean the same: those of functions of one kind alone say nothing of which they are."""
    x, y = a.find().type, b.find().type
    return x == y or not (holds_function(x) or holds_function(y))


def _equal_in_turn(w: Walk, pairs: list[tuple[Val, Val]]) -> Val:
    """Whether all pairs of elements are equal. Behind the first that differ none is looked at."""
    result, done = w.e.register(BOOL), w.e.block()
    for position, (x, y) in enumerate(pairs):
        same = equal_items(w, x, y)
        if same.type == UNKNOWN:
            return same
        w.e.move(result, same.reg)
        if position + 1 < len(pairs):
            rest = w.e.block()
            w.e.emit("br", same.reg, rest, done)
            w.e.at(rest)
    w.e.emit("jump", done)
    w.e.at(done)
    return Val(BOOL, (result,))


def equal_items(w: Walk, left: Val, right: Val) -> Val:
    """``left == right`` of two elements, as a bool. Two NaNs end the program (E0720): CPython's answer is whether they are one object, and floats have no identity here."""
    if isinstance(left.type, RecordType) and isinstance(right.type, RecordType) and (has(w, left, "__eq__") or has(w, right, "__eq__")):
        return _equal_or_same(w, left, right)
    same = equal(w, left, right)
    if same.type == UNKNOWN or not can_be_nan(left) or not can_be_nan(right):
        return same
    differ, stop, on = w.e.block(), w.e.block(), w.e.block()
    w.e.emit("br", same.reg, on, differ)
    w.e.at(differ)
    w.e.emit("br", w.e.emit("bool.and", _is_nan(w, left), _is_nan(w, right), type=BOOL), stop, on)
    w.e.at(stop)
    w.e.emit("fault", "E0720")
    w.e.at(on)
    return same


def _equal_or_same(w: Walk, left: Val, right: Val) -> Val:
    """Whether two objects are one, or else equal: what containers ask of their elements."""
    same = identity(w, True, left, right)
    if same.const is False:
        return equal(w, left, right)
    return choose(w, same.reg, BOOL, lambda: w.const(True), lambda: equal(w, left, right))


def _found_in_turn(w: Walk, elements: Sequence[Val], item: Val) -> Val:
    """Whether one of the elements equals the item. Behind it none is looked at."""
    result, done = w.e.register(BOOL), w.e.block()
    w.e.emit_to(result, "const.bool", False)
    for element in elements:
        same = equal_items(w, element, item)
        if same.type == UNKNOWN:
            return same
        if same.const is False:
            continue
        rest = w.e.block()
        w.e.move(result, same.reg)
        w.e.emit("br", same.reg, done, rest)
        w.e.at(rest)
    w.e.emit("jump", done)
    w.e.at(done)
    return Val(BOOL, (result,))


def can_be_nan(value: Val) -> bool:
    """Whether a value itself can be NaN."""
    type = value.type.item if isinstance(value.type, OptionalType) else value.type
    return type in (NUMBER, ANY) or (type == FLOAT and not (value.is_const and value.const == value.const))


def may_meet_nan(type: Type) -> bool:
    """Whether comparing a value of the type can come upon a NaN, in it or as itself."""
    if isinstance(type, OptionalType):
        return may_meet_nan(type.item)
    return type not in (INT, BOOL, STR, NONE)


def _is_nan(w: Walk, value: Val) -> int:
    """Whether a value of which :func:`can_be_nan` holds is NaN."""
    type, emit = value.type, w.e.emit
    if type == FLOAT:
        return emit("float.ne", value.reg, value.reg, type=BOOL)
    if not w.e.live:
        return -1
    if isinstance(type, OptionalType):
        return emit("bool.and", value.regs[0], _is_nan(w, Val(type.item, value.regs[1:])), type=BOOL)
    if type == NUMBER:
        flag, _, fraction = number_parts(value)
        return emit("bool.and", flag, _is_nan(w, fraction), type=BOOL)
    real_one, done = w.e.block(), w.e.block()
    result = w.e.register(BOOL)
    w.e.emit_to(result, "const.bool", False)
    emit("br", emit("any.is", value.reg, FLOAT, type=BOOL), real_one, done)
    w.e.at(real_one)
    fraction = Val(FLOAT, (emit("any.to", value.reg, FLOAT, type=FLOAT),))
    w.e.move(result, _is_nan(w, fraction))
    emit("jump", done)
    w.e.at(done)
    return result


def _dynamic_equal(w: Walk, left: Val, right: Val) -> Val:
    return Val(BOOL, (w.e.emit("any.eq", box(w, left).reg, box(w, right).reg, type=BOOL),))


def _optional_equal(w: Walk, left: Val, right: Val) -> Val:
    """``left`` is optional, ``right`` may be."""
    a, b = left.type, right.type
    assert isinstance(a, OptionalType)
    emit = w.e.emit
    if b == NONE:
        facts: list[tuple[str, Type, Type]] = [(left.origin, NONE, a.item)] if left.origin else []
        return Val(BOOL, (emit("bool.not", left.regs[0], type=BOOL),), facts=facts)
    payload = Val(a.item, left.regs[1:])
    other = Val(b.item, right.regs[1:]) if isinstance(b, OptionalType) else right
    scalars = (INT, FLOAT, BOOL, STR)
    if payload.type in scalars and other.type in scalars:
        same = equal(w, payload, other)
        both = emit("bool.and", left.regs[0], right.regs[0], type=BOOL) if isinstance(b, OptionalType) else left.regs[0]
        result = emit("bool.and", both, same.reg, type=BOOL)
        if isinstance(b, OptionalType):
            neither = emit("bool.not", emit("bool.or", left.regs[0], right.regs[0], type=BOOL), type=BOOL)
            result = emit("bool.or", result, neither, type=BOOL)
        facts = [(left.origin, a.item, a)] if left.origin and not isinstance(b, OptionalType) else []
        return Val(BOOL, (result,), facts=facts)
    return _dynamic_equal(w, left, right)


def order(w: Walk, op: str, left: Val, right: Val) -> Val:
    """``<``, ``<=``, ``>``, ``>=``."""
    if isinstance(left.type, RecordType) or isinstance(right.type, RecordType):
        left, right = named_as_tuple(w, left, COMPARE_METHODS[op]), named_as_tuple(w, right, COMPARE_METHODS[op])
        found = object_compare(w, op, left, right)
        if found is not None:
            if found.type == NEVER:  # the method does not return: what goes by the answer is not reached
                return Val(BOOL, w.const(False).regs)
            return found if found.type in (BOOL, UNKNOWN) else truth(w, found)
    a, b = left.type, right.type
    if not not_optional(w, left, right):
        return Val(UNKNOWN)
    emit = w.e.emit
    name = _ORDER[op]
    if a in (INT, BOOL) and b in (INT, BOOL):
        return Val(BOOL, (emit(f"int.{name}", as_int(w, left).reg, as_int(w, right).reg, type=BOOL),))
    if a == FLOAT and b == FLOAT:
        return Val(BOOL, (emit(f"float.{name}", left.reg, right.reg, type=BOOL),))
    if a == FLOAT and b in (INT, BOOL):
        if right.is_const and abs(int(right.const)) <= 2**53:
            return Val(BOOL, (emit(f"float.{name}", left.reg, w.const(float(right.const)).reg, type=BOOL),))
        return order(w, _SWAPPED[op], right, left)
    if a in (INT, BOOL) and b == FLOAT:
        if left.is_const and abs(int(left.const)) <= 2**53:
            return Val(BOOL, (emit(f"float.{name}", w.const(float(left.const)).reg, right.reg, type=BOOL),))
        return Val(BOOL, (emit(f"intfloat.{name}", as_int(w, left).reg, right.reg, type=BOOL),))
    if a == STR and b == STR:
        return Val(BOOL, (emit(f"str.{name}", left.reg, right.reg, type=BOOL),))
    if isinstance(a, ListOf) and isinstance(b, ListOf) and slot_type(a) == slot_type(b) and orderable(a.item.type):
        if op in (">", ">="):
            left, right = right, left
        return Val(BOOL, (emit("list.lt" if op in ("<", ">") else "list.le", left.reg, right.reg, type=BOOL),))
    if isinstance(a, ListOf) and isinstance(b, ListOf) and _comparable(a, b):
        return Val(BOOL, (emit("any.compare", ORDER_OPERATORS.index(op), box(w, left).reg, box(w, right).reg, type=BOOL),))
    if isinstance(a, TupleType) and isinstance(b, TupleType):
        return _tuple_order(w, op, left, right)
    if isinstance(a, SetOf) and isinstance(b, SetOf):
        return w.refuse(f"the set operator {op}", "test the elements in a for loop")
    if isinstance(a, RangeType) and isinstance(b, RangeType):
        return operand_error(w, op, left, right)
    numbers = (INT, FLOAT, BOOL, NUMBER)
    if a == NUMBER and b in numbers:
        return by_number(w, left, BOOL, lambda part: order(w, op, part, right))
    if b == NUMBER and a in numbers:
        return by_number(w, right, BOOL, lambda part: order(w, op, left, part))
    dynamic = (ANY, NUMBER)
    if (a in dynamic or b in dynamic) and all(
        one in (*dynamic, INT, FLOAT, BOOL, STR) or isinstance(one, (ListOf, SetOf, TupleType)) for one in (a, b)
    ):
        if ANY in (a, b) and w.strict_refuses(left, right):
            return Val(UNKNOWN)
        return Val(BOOL, (emit("any.compare", ORDER_OPERATORS.index(op), box(w, left).reg, box(w, right).reg, type=BOOL),))
    return operand_error(w, op, left, right)


def _comparable(a: Type, b: Type) -> bool:
    """Whether a value of the one type can come before a value of the other: lists of different elements are compared one by one while running."""
    if isinstance(a, ListOf) and isinstance(b, ListOf):
        return NEVER in (a.item.type, b.item.type) or _comparable(a.item.type, b.item.type)
    numbers = (INT, FLOAT, BOOL, NUMBER)
    return (a in numbers and b in numbers) or (a == b and (orderable(a) or isinstance(a, RecordType))) or ANY in (a, b)


def orderable(type: Type) -> bool:
    """Whether two values of the type can be ordered (``any``: decided while running)."""
    if isinstance(type, TupleType):
        return all(map(orderable, type.items))
    if isinstance(type, ListOf):
        return orderable(type.item.type)
    return type in (INT, FLOAT, BOOL, STR, ANY, NUMBER, NEVER, UNKNOWN)


def _tuple_order(w: Walk, op: str, left: Val, right: Val) -> Val:
    """The first items that differ decide; Python compares with == until then."""
    xs, ys = split(left), split(right)
    result, done = w.e.register(BOOL), w.e.block()
    for x, y in zip(xs, ys):  # noqa: B905  (the shorter one decides the rest)
        differ, rest = w.e.block(), w.e.block()
        same = equal_items(w, x, y)
        if same.type == UNKNOWN:
            return same
        w.e.emit("br", same.reg, rest, differ)
        w.e.at(differ)
        decided = order(w, op, x, y)
        if decided.type == UNKNOWN:
            return decided
        w.e.move(result, decided.reg)
        w.e.emit("jump", done)
        w.e.at(rest)
    sizes = {"<": len(xs) < len(ys), "<=": len(xs) <= len(ys), ">": len(xs) > len(ys), ">=": len(xs) >= len(ys)}
    w.e.emit_to(result, "const.bool", sizes[op])
    w.e.emit("jump", done)
    w.e.at(done)
    return Val(BOOL, (result,))


# --- membership -------------------------------------------------------------------------------------------------------------------


def contains(w: Walk, container: Val, item: Val) -> Val:
    """``item in container``."""
    type = container.type
    emit = w.e.emit
    if type == UNKNOWN or item.type == UNKNOWN:
        return Val(UNKNOWN)
    if not not_optional(w, container):
        return Val(UNKNOWN)
    if type == STR:
        if item.type == STR:
            return Val(BOOL, (emit("str.contains", container.reg, item.reg, type=BOOL),))
        value = w.attribute(item, "value") if w.is_plain_member(item) else item
        if value.type == STR:
            return contains(w, container, value)
        if item.type != ANY:
            return operand_error(w, "in", item, container)
        return Val(BOOL, (emit("any.contains", box(w, container).reg, _text_of_member(w, item).reg, type=BOOL),))
    if isinstance(type, RangeType):
        return _in_range(w, container, item)
    if isinstance(type, ClassOf) and isinstance(item.type, RecordType):
        members = w.enum_members(type)
        return operand_error(w, "in", item, container) if members is None else contains(w, members, item)
    if isinstance(type, TupleType):
        if container.is_const and (found := in_constants(w, container.const, item)) is not None:
            return found
        others = split(container)
        if any(isinstance(one.type, RecordType) and has(w, one, "__eq__") for one in (item, *others)):
            return _found_in_turn(w, others, item)
        result = w.const(False)
        for other in others:
            same = equal_items(w, item, other)
            if same.type == UNKNOWN:
                return same
            if same.const is False:
                continue
            result = same if result.const is False else Val(BOOL, (emit("bool.or", result.reg, same.reg, type=BOOL),))
        if isinstance(item.type, OptionalType) and item.origin and all(t != NONE and not isinstance(t, OptionalType) for t in type.items):
            result.facts = [(item.origin, item.type.item, item.type)]
        return result
    if isinstance(type, (ListOf, SetOf, DictOf)):
        return _in_container(w, container, item)
    if isinstance(type, RecordType):
        found = object_contains(w, container, item)
        return operand_error(w, "in", item, container) if found is None else found
    if isinstance(type, DictView) and type.which == "keys":
        return contains(w, Val(type.dict, container.regs), item)
    if isinstance(type, (DictView, GeneratorOf, EnumerateOf, ZipOf, ReversedOf)):
        return contains(w, box(w, container), item)
    if type == ANY:
        boxed = box(w, item)
        if w.has_plain_members() and item.type != STR:
            is_text = emit("any.is", container.reg, STR, type=BOOL)
            boxed = choose(w, is_text, ANY, lambda: _text_of_member(w, boxed), partial(Val, ANY, boxed.regs))
        return Val(BOOL, (emit("any.contains", container.reg, boxed.reg, type=BOOL),))
    return operand_error(w, "in", item, container)


def _text_of_member(w: Walk, item: Val) -> Val:
    """A value only known while running: of a member of an enumeration of strings the string that it is, where it is looked for in one."""
    text = w.plain_any(item)
    if text is item:
        return item
    return choose(w, w.e.emit("any.is", text.reg, STR, type=BOOL), ANY, partial(Val, ANY, text.regs), partial(Val, ANY, item.regs))


def in_constants(w: Walk, constants: tuple[object, ...], item: Val) -> Val | None:
    """Membership in a display of constants; None where the general way is as good."""
    if item.type == STR and all(isinstance(c, str) for c in constants):
        if len(constants) > CHAIN_MAX:
            table = w.constant_set(STR, tuple(dict.fromkeys(constants)))
            return Val(BOOL, (w.e.emit("set.contains", table, item.reg, type=BOOL),))
    elif not (item.type in (INT, BOOL, FLOAT) and all(isinstance(c, (int, float)) for c in constants) and len(constants) <= 16):
        return None
    result = w.const(False)
    for constant in dict.fromkeys(constants):
        same = equal_items(w, item, w.const(constant))
        result = same if result.const is False else Val(BOOL, (w.e.emit("bool.or", result.reg, same.reg, type=BOOL),))
    return result


COMPARING = ("__eq__",)
"""What the runtime asks the classes of elements for when it compares containers, or looks for something in one."""


def _in_container(w: Walk, container: Val, item: Val) -> Val:
    type = container.type
    assert isinstance(type, (ListOf, SetOf, DictOf))
    held = type.item.type
    w.world.looked_at(held, COMPARING)
    name = "list.contains" if isinstance(type, ListOf) else "set.contains" if isinstance(type, SetOf) else "dict.find"
    if not isinstance(type, ListOf) and not is_hashable(item.type) and item.type != ANY:
        return w.problem("E0310", type=resolve(item.type))
    if isinstance(item.type, OptionalType) and not isinstance(held, OptionalType) and held not in (ANY, NEVER):
        # None is in no container of plain values.
        there, done = w.e.block(), w.e.block()
        result = w.e.register(BOOL)
        w.e.emit_to(result, "const.bool", False)
        w.e.emit("br", item.regs[0], there, done)
        w.e.at(there)
        found = _in_container(w, container, Val(item.type.item, item.regs[1:]))
        if found.type == UNKNOWN:
            return found
        w.e.move(result, found.reg)
        w.e.emit("jump", done)
        w.e.at(done)
        facts: list[tuple[str, Type, Type]] = [(item.origin, item.type.item, item.type)] if item.origin else []
        return Val(BOOL, (result,), facts=facts)
    if held == NEVER:
        return w.const(False)
    word = member_word(w, item, held)
    if word is None:
        if item.type == held:
            return w.const(False)
        return _mixed_membership(w, container, item)
    found_reg = w.e.emit(name, container.reg, word, type=INT if name == "dict.find" else BOOL)
    if name == "dict.find":
        found_reg = w.e.emit("int.ge", found_reg, w.const(0).reg, type=BOOL)
    return Val(BOOL, (found_reg,))


NUMBERS: Final = (INT, FLOAT, BOOL, NUMBER)
"""Types whose values can be equal to those of one another."""


def member_word(w: Walk, item: Val, held: Type) -> int | None:
    """The word to look for among elements of type ``held``, or None where only a comparison across types can tell."""
    if item.type == held or w.lattice.join(item.type, held) == held:
        return to_slot(w, item, held)
    if item.type == BOOL and held == INT:
        return as_int(w, item).reg
    if item.type in (INT, BOOL) and held == FLOAT and item.is_const and abs(int(item.const)) <= 2**53:
        return as_float(w, item).reg
    return None


def _mixed_membership(w: Walk, container: Val, item: Val) -> Val:
    """Elements and item of different static types: compare dynamically, or not at all where they can never be equal."""
    assert isinstance(container.type, (ListOf, SetOf, DictOf))
    held = container.type.item.type
    if ANY in (held, item.type) or (held in NUMBERS and item.type in NUMBERS):
        return Val(BOOL, (w.e.emit("any.contains", box(w, container).reg, box(w, item).reg, type=BOOL),))
    said = has(w, item, "__eq__") or has(w, Val(held, (-1,)), "__eq__")
    if (
        said
        or w.world.may_be_one(held, item.type)
        or isinstance(held, (OptionalType, TupleType))
        or isinstance(item.type, (OptionalType, TupleType, ListOf))
    ):
        return Val(BOOL, (w.e.emit("any.contains", box(w, container).reg, box(w, item).reg, type=BOOL),))
    return w.const(False)


def _in_range(w: Walk, container: Val, item: Val) -> Val:
    if item.type not in (INT, BOOL):
        return w.refuse(f"testing whether {resolve(item.type)} is in a range", "compare with its bounds")
    emit = w.e.emit
    value = as_int(w, item).reg
    start, stop, step = container.regs
    zero = w.const(0).reg
    up = emit("int.gt", step, zero, type=BOOL)
    inside_up = emit("bool.and", emit("int.le", start, value, type=BOOL), emit("int.lt", value, stop, type=BOOL), type=BOOL)
    inside_down = emit("bool.and", emit("int.ge", start, value, type=BOOL), emit("int.gt", value, stop, type=BOOL), type=BOOL)
    inside = emit("select", up, inside_up, inside_down, type=BOOL)
    # Where the value is outside the difference may not fit, so the remainder is only taken inside.
    test, done = w.e.block(), w.e.block()
    result = w.e.register(BOOL)
    w.e.move(result, inside)
    emit("br", inside, test, done)
    w.e.at(test)
    w.e.move(result, emit("int.eq", emit("int.mod", emit("int.sub", value, start, type=INT), step, type=INT), zero, type=BOOL))
    emit("jump", done)
    w.e.at(done)
    return Val(BOOL, (result,))


# --- indexing ---------------------------------------------------------------------------------------------------------------------


def index(w: Walk, container: Val, key: Val) -> Val:
    """``container[key]``."""
    if w.is_plain_member(key) and not isinstance(container.type, (ClassOf, DictOf)):
        key = w.attribute(key, "value")
    type = container.type
    emit = w.e.emit
    if UNKNOWN in (type, key.type) or not not_optional(w, container):
        return Val(UNKNOWN)
    if isinstance(type, DictOf):
        if not (isinstance(type.item.type, OptionalType) or type.item.type == ANY or not_optional(w, key)):
            return Val(UNKNOWN)
        if type.value.type == NEVER or type.item.type == NEVER:
            return w.absent_key(box(w, key))
        word = dict_key(w, type, key)
        if word is None:
            return w.absent_key(box(w, key))
        return from_slot(w, emit("dict.get", container.reg, word, type=slot_type(type.value.type)), type.value.type)
    if isinstance(type, RecordType):
        found = object_index(w, container, key)
        if found is not None:
            return found
        named = w.named_tuple_item(container, key)
        if named is not None:
            return named
        return w.problem(
            "E0305", type=type, index=resolve(key.type), python=("TypeError", f"'{w.type_name(type)}' object is not subscriptable")
        )
    if isinstance(type, ClassOf):
        return w.enum_by_name(type, key)
    if not not_optional(w, key):
        return Val(UNKNOWN)
    if type == ANY and w.strict_refuses(container):
        return Val(UNKNOWN)
    if w.is_slice(key) and not isinstance(type, DictOf):
        return w.by_slice(container, key)
    if type != ANY and not isinstance(type, DictOf):
        key = as_position(w, key)
        if key.type == NEVER:
            return key
    if type == ANY or (key.type == ANY and (isinstance(type, (ListOf, RangeType, TupleType)) or type == STR)):
        return w.at_or_by(container, key)
    if key.type not in (INT, BOOL):
        return w.problem("E0305", type=resolve(type), index=resolve(key.type))
    position = as_int(w, key).reg
    if type == STR:
        return Val(STR, (emit("str.index", container.reg, position, type=STR),))
    if isinstance(type, ListOf):
        return from_slot(w, emit("list.get", container.reg, position, type=slot_type(type.item.type)), type.item.type)
    if isinstance(type, TupleType):
        if key.is_const:
            at = int(key.const)
            if not -len(type.items) <= at < len(type.items):
                return w.problem("E0313", detail=f"index {at} is out of range for a tuple of {len(type.items)}")
            return split(container)[at]
        item: Type = NEVER
        for part in type.items:
            item = w.lattice.join(item, part)
        elements = [to_slot(w, part, item) for part in split(container)]
        list_type = slot_type(ListOf((Cell(item),)))
        made = emit("list.of", list_type, *elements, type=list_type)
        if w.world.flow.catches:  # a list's message is another one
            count = len(type.items)
            high, low = emit("int.lt", position, w.const(count).reg, type=BOOL), emit("int.ge", position, w.const(-count).reg, type=BOOL)
            within, beyond = w.e.block(), w.e.block()
            w.e.emit("br", emit("bool.and", high, low, type=BOOL), within, beyond)
            w.e.at(beyond)
            w.raise_error("IndexError", "tuple index out of range")
            w.e.at(within)
        return from_slot(w, emit("list.get", made, position, type=slot_type(item)), item)
    if isinstance(type, RangeType):
        return w.refuse("indexing a range", "compute the value")
    return w.problem("E0305", type=resolve(type), index=resolve(key.type))


"""Built-in classes that can be written with what they are of, which is for annotations: ``list[int]`` is ``list``."""


def as_position(w: Walk, key: Val) -> Val:
    """A key of a sequence: an object with ``__index__`` is asked for its int, others are as they are."""
    if not isinstance(key.type, RecordType) or not has(w, key, "__index__"):
        return key
    if is_partial(w, key, "__index__"):
        return box(w, key)
    position = call(w, key, "__index__")
    return unbox(w, position.reg, INT) if position.type == ANY else position


def dict_key(w: Walk, type: DictOf, key: Val) -> int | None:
    """The word of a key to look up, None where no key of the dict can be equal to it."""
    held = type.item.type
    if not is_hashable(key.type) and key.type != ANY:
        w.problem("E0310", type=resolve(key.type))
        return -1
    word = member_word(w, key, held)
    if (
        (word is None and held not in (INT, FLOAT, BOOL, STR))
        or (word is None and key.type in (INT, FLOAT, BOOL, NUMBER, ANY) and held != STR)
        or (word is None and (key.type == ANY or w.is_plain_member(key) or has(w, key, "__eq__")))
    ):
        # Numbers of different types can be equal, and objects whatever their class says: let the dict's keys be of any type.
        w.lattice.grow(type.item, ANY)
        return box(w, key).reg
    return word


def set_index(w: Walk, container: Val, key: Val, value: Val) -> Val:
    """``container[key] = value``."""
    type = container.type
    if UNKNOWN in (type, key.type) or not not_optional(w, container):
        return Val(UNKNOWN)
    if isinstance(type, RecordType):
        if object_set_index(w, container, key, value):
            return Val(NONE)
        named = f"'{w.type_name(type)}' object does not support item assignment"
        return w.problem("E0305", type=type, index=resolve(key.type), python=("TypeError", named))
    if isinstance(type, DictOf):
        if not is_hashable(key.type):
            return w.problem("E0310", type=resolve(key.type))
        w.lattice.grow(type.cells[0], key_type(key.type))
        w.lattice.grow(type.cells[1], value.type)
        w.e.emit("dict.set", container.reg, to_slot(w, key, type.held(0)), to_slot(w, value, type.held(1)))
        return Val(NONE)
    if not not_optional(w, key):
        return Val(UNKNOWN)
    if w.is_slice(key):
        return w.set_slice(container, w.bounds_of(key), value)
    key = as_position(w, key)
    if key.type == NEVER:
        return key
    if isinstance(type, ListOf) and key.type in (INT, BOOL):
        w.lattice.grow(type.cells[0], value.type)
        w.e.emit("list.set", container.reg, as_int(w, key).reg, to_slot(w, value, type.held(0)))
        return Val(NONE)
    if isinstance(type, TupleType) or type == STR:
        return w.problem("E0313", detail=f"{resolve(type)} cannot be changed", advice="build a new one, or use a list")
    if type == ANY or key.type == ANY:
        return w.set_at_or_by(box(w, container), box(w, key), box(w, value))
    return w.problem("E0305", type=resolve(type), index=resolve(key.type))


def delete_index(w: Walk, container: Val, key: Val) -> Val:
    """``del container[key]``."""
    type = container.type
    if UNKNOWN in (type, key.type) or not not_optional(w, container):
        return Val(UNKNOWN)
    if w.is_slice(key) and (type == ANY or isinstance(type, ListOf)):
        return w.delete_slice(container, w.bounds_of(key))
    if isinstance(type, ListOf):
        key = as_position(w, key)
        if key.type == NEVER:
            return key
    if isinstance(type, ListOf) and key.type in (INT, BOOL):
        w.e.emit("list.delete", container.reg, as_int(w, key).reg)
        return Val(NONE)
    if isinstance(type, DictOf) and is_hashable(key.type) and not isinstance(key.type, OptionalType):
        if type.item.type == NEVER:
            return w.absent_key(box(w, key))
        word = dict_key(w, type, key)
        if word is None:
            return w.absent_key(box(w, key))
        there, missing = w.e.block(), w.e.block()
        w.e.emit("br", w.e.emit("dict.remove", container.reg, word, type=BOOL), there, missing)
        w.e.at(missing)
        w.e.emit("fault", "E0702", box(w, key).reg)
        w.e.at(there)
        return Val(NONE)
    if isinstance(type, RecordType):
        found = object_delete(w, container, key)
        if found is not None:
            return found
    w.delete_at_or_by(box(w, container), box(w, key))
    return Val(NONE)


def unpack(w: Walk, value: Val, count: int, star: int = -1) -> list[Val]:
    """The ``count`` values of an unpacking assignment, of which the one at ``star`` gathers what the others leave."""
    type = value.type
    unknown = [Val(UNKNOWN)] * count
    if type == UNKNOWN or not not_optional(w, value):
        return unknown
    if isinstance(type, RecordType) or (isinstance(type, ClassOf) and w.world.flow.classes[type.name].kind == "enum"):
        value = w.to_list(value) if isinstance(type, ClassOf) else w.named_tuple_values(value) or value
        type = value.type
    if star >= 0:
        return _unpack_star(w, value, count, star)
    if isinstance(type, TupleType):
        if len(type.items) != count:
            found = len(type.items)
            told = (
                f"too many values to unpack (expected {count})"
                if found > count
                else f"not enough values to unpack (expected {count}, got {found})"
            )
            w.problem("E0311", found=found, expected=count, python=("ValueError", told))
            return unknown
        return split(value)
    if isinstance(type, RangeType):
        value = Val(ListOf((w.cell(INT),)), (w.e.emit("list.range", *value.regs),))
        type = value.type
    if isinstance(type, (DictOf, SetOf)):
        value = w.to_list(value)
        type = value.type
    if isinstance(type, ListOf) or type == STR:
        size = w.e.emit("list.len" if type != STR else "str.len", value.reg, type=INT)
        fits, fails = w.e.block(), w.e.block()
        expected = w.const(count).reg
        w.e.emit("br", w.e.emit("int.eq", size, expected, type=BOOL), fits, fails)
        w.e.at(fails)
        w.e.emit("fault", "E0712", size, expected)
        w.e.at(fits)
        return [index(w, value, w.const(position)) for position in range(count)]
    if type == ANY or isinstance(type, (RecordType, GeneratorOf)):
        return _unpack_any(w, value, count, False, 0)
    w.problem("E0303", type=resolve(type), python=("TypeError", f"cannot unpack non-iterable {w.type_name(type)} object"))
    return unknown


def _unpack_star(w: Walk, value: Val, count: int, star: int) -> list[Val]:
    type = value.type
    behind = count - 1 - star
    if isinstance(type, TupleType):
        items = split(value)
        if len(items) < count - 1:
            told = f"not enough values to unpack (expected at least {count - 1}, got {len(items)})"
            w.problem("E0311", found=len(items), expected=f"at least {count - 1}", python=("ValueError", told))
            return [Val(UNKNOWN)] * count
        end = len(items) - behind
        return [*items[:star], w.list_of(items[star:end]), *items[end:]]
    if isinstance(type, (DictOf, SetOf, RangeType)) or type == STR:
        value = w.to_list(value)
        type = value.type
    if isinstance(type, ListOf):
        size = w.e.emit("list.len", value.reg, type=INT)
        fits, fails = w.e.block(), w.e.block()
        least = w.const(count - 1).reg
        w.e.emit("br", w.e.emit("int.ge", size, least, type=BOOL), fits, fails)
        w.e.at(fails)
        if w.world.flow.catches:
            said = w.const(f"not enough values to unpack (expected at least {count - 1}, got ").reg
            shown = w.e.emit("str.build", said, w.e.emit("int.to_str", size, type=STR), w.const(")").reg, type=STR)
            w.raise_with("ValueError", [Val(STR, (shown,))])
        else:
            w.e.emit("fault", "E0712", size, least)
        w.e.at(fits)
        stop = w.e.emit("int.sub.nw", size, w.const(behind).reg, type=INT)
        middle = w.e.emit("list.slice", value.reg, w.const(star).reg, stop, w.const(1).reg, type=slot_type(type))
        return [
            *(index(w, value, w.const(position)) for position in range(star)),
            Val(type, (middle,)),
            *(index(w, value, w.const(position - behind)) for position in range(behind)),
        ]
    found = _unpack_any(w, value, star, True, behind)
    found[star] = unbox(w, found[star].reg, ListOf((w.cell(ANY),)))
    return found


def _unpack_any(w: Walk, value: Val, before: int, star: bool, behind: int) -> list[Val]:
    """Of what is walked while running: so many items, with a star a list of those in the middle, so many last ones. No more are taken than are needed."""
    type = ListType(ANY)
    items = w.e.emit("any.unpack", box(w, value).reg, before, star, behind, type=type)
    w.forget_fields()
    return [Val(ANY, (w.e.emit("list.get", items, w.const(position).reg, type=ANY),)) for position in range(before + star + behind)]
