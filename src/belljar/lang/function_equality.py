"""Whether functions, classes, modules and bound methods are the same, and whether they are equal.

A function is equal to nothing but itself, and so is a class. A bound method is an object made anew wherever it is named: ``x.m is x.m`` is False, and ``x.m == x.m`` is True, as both
are bound to the same object. What a function is compared with may have an ``__eq__`` of its own.
"""

from __future__ import annotations

from belljar.lang.conversion import box
from belljar.lang.emit import Val
from belljar.lang.lattice import FUNCTIONAL, BoundOf, ModuleOf
from belljar.lang.operators import has
from belljar.types import ANY, BOOL, OptionalType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.lang.transfer import Walk


def same_function(w: Walk, left: Val, right: Val) -> Val:
    """Whether two values, at least one of them a function, class or module, are the same."""
    if isinstance(left.type, BoundOf) and isinstance(right.type, BoundOf):
        if not left.origin or not right.origin:  # made anew where it is named
            return w.const(False)
        if left.origin == right.origin:
            return w.const(True)
        return w.refuse("`is` between bound methods that variables hold", "use == to compare them", later=False)
    return _compared(w, "any.is_same", left, right)


def equal_function(w: Walk, left: Val, right: Val) -> Val:
    """Whether two values, at least one of them a function, class or module, are equal."""
    a, b = left.type, right.type
    asked = has(w, left, "__eq__") or has(w, right, "__eq__") or ANY in (a, b) or isinstance(a, BoundOf) or isinstance(b, BoundOf)
    return _compared(w, "any.eq" if asked else "any.is_same", left, right)


def _compared(w: Walk, op: str, left: Val, right: Val) -> Val:
    a, b = left.type, right.type
    if isinstance(a, (*FUNCTIONAL, ModuleOf)) and isinstance(b, (*FUNCTIONAL, ModuleOf)) and not left.regs and not right.regs:
        return w.const(a == b)
    is_told = ANY not in (a, b) and type(a) is not type(b) and not isinstance(a, OptionalType) and not isinstance(b, OptionalType)
    if is_told and (op == "any.is_same" or not (has(w, left, "__eq__") or has(w, right, "__eq__"))):
        return w.const(False)
    return Val(BOOL, (w.e.emit(op, box(w, left).reg, box(w, right).reg, type=BOOL),))
