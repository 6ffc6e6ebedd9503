"""The order of a set display whose elements are all constants.

CPython 3.11 folds the elements and keeps them as a frozenset, which it makes anew when it merges the constants of a function; the display then merges that into an empty set
(``compile.c``: ``starunpack_helper``, ``merge_consts_recursive``), a loop walks it as it is (``ast_opt.c``: ``fold_iter``). So the elements do not stand as if added one by one.
"""

from __future__ import annotations

import ast
import operator

from belljar.ir.guest import GuestTuple, hash_of
from belljar.ir.set_table import SetTable
from belljar.types import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final

FOLDED_FROM: Final = 3
"""Elements from which on a display of constants is kept as one."""
COPIED_FROM: Final = 5
"""Elements from which on merging them into an empty set gives a table of another size."""
BITS_MAX: Final = 128
"""Longest int that CPython folds a product, power or shift to."""

_OPERATORS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
    ast.LShift: operator.lshift, ast.RShift: operator.rshift, ast.BitOr: operator.or_, ast.BitAnd: operator.and_, ast.BitXor: operator.xor,
}  # fmt: skip
_SIGNS: Final[dict[type[ast.unaryop], Callable[[Any], Any]]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}


class _NotConstant(Exception):
    """The expression is not folded."""


def _folded(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str, bytes, type(None))):
        return node.value
    if isinstance(node, ast.Tuple):
        return tuple(map(_folded, node.elts))
    if isinstance(node, ast.UnaryOp):
        value = _folded(node.operand)
        if isinstance(value, (int, float)) or isinstance(node.op, ast.Not):
            return _SIGNS[type(node.op)](value)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _folded(node.left), _folded(node.right)
        if isinstance(left, (int, float)) and isinstance(right, (int, float)) and _is_small(node.op, left, right):
            return _OPERATORS[type(node.op)](left, right)
        if isinstance(left, str) and isinstance(right, str) and isinstance(node.op, ast.Add):
            return left + right
    raise _NotConstant


def _is_small(op: ast.operator, left: float, right: float) -> bool:
    if not (isinstance(left, int) and isinstance(right, int)):
        return True
    size = {
        ast.Mult: left.bit_length() + right.bit_length(),
        ast.Pow: left.bit_length() * max(right, 0),
        ast.LShift: left.bit_length() + max(right, 0),
    }
    return size.get(type(op), 0) <= BITS_MAX


def _guest(value: Any) -> Any:
    return GuestTuple(ANY, map(_guest, value)) if isinstance(value, tuple) else value


def constant_order(elements: Sequence[ast.expr]) -> list[int] | None:
    """The positions of the elements in the order in which they have to be added for a set to be as CPython's constant is, without those that equal an earlier one; None where one of them
    is no constant."""
    try:
        values = [_folded(element) for element in elements]
        table = SetTable(lambda one, other: bool(values[one] == values[other]))
        for position, value in enumerate(values):
            table.add(hash_of(_guest(value)), position)
    except (_NotConstant, ArithmeticError, TypeError, ValueError):
        return None
    return [position for _, position in table.places()]
