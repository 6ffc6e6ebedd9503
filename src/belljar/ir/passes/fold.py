"""Constant folding and algebra: what an instruction with known operands comes to.

Law: the replacement has the same value on every input. Meanings come from :mod:`belljar.ir.semantics`; an operation that would fault is left to fault.
"""

from __future__ import annotations

import math

from belljar.ir.guest import GuestFault
from belljar.ir.ops import OPS, Op
from belljar.ir.semantics import meaning
from belljar.types import BOOL, FLOAT, INT, STR, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, Protocol
else:
    Protocol = object

CONST_OF: Final[dict[type, Op]] = {bool: OPS["const.bool"], int: OPS["const.int"], float: OPS["const.float"], str: OPS["const.str"]}


class Constants(Protocol):
    """Registers whose value is known: ``get`` gives it, or None."""

    def get(self, register: Any) -> Any: ...


FOLDED_TEXT_MAX: Final = 4096
"""Longest string folding makes: what is larger is left to the running program and its limits."""

_SCALAR_RESULTS: Final[dict[str, Type]] = {"int": INT, "float": FLOAT, "bool": BOOL, "str": STR}
_EXACT_MATH: Final = frozenset({"math.copysign", "math.isnan", "math.isinf", "math.isfinite"})
_LEFT_TO_RUN: Final = frozenset(
    {"float.pow", "str.repeat", "str.center", "str.ljust", "str.rjust", "str.zfill", "str.expandtabs", "str.replace"}
) | {f"{kind}.format" for kind in ("int", "float", "str", "bool")}
"""The host's libm decides the bits, or a small operand makes much text."""
_BY_UNICODE_TABLES: Final = frozenset(
    f"str.{action}"
    for action in (
        "repr to_int to_float upper lower title capitalize casefold swapcase strip lstrip rstrip "
        "isalpha isdigit isalnum isspace isupper islower istitle isnumeric isdecimal isidentifier isprintable"
    ).split()
)
"""What depends on the Unicode tables of the Python that compiles: folded for ASCII, on which all tables agree."""


def folds(op: Op) -> bool:
    """Whether an op may be computed while compiling: pure, of scalars, and the same on every machine."""
    if not op.is_pure or op.result not in _SCALAR_RESULTS or op.name.startswith(("const.", "any.")):
        return False
    if op.name.startswith("math.") and op.name not in _EXACT_MATH:
        return False  # the host's libm decides these bits
    return op.name not in _LEFT_TO_RUN and all(kind in ("int", "float", "bool", "str", "str...") for kind in op.operands)


FOLDING: Final = frozenset(op for op in OPS.values() if folds(op))


def folded(op: Op, values: list[Any]) -> Any:
    """The constant an op of ``FOLDING`` gives for constant operands, or None where it is better left to run."""
    for value in values:
        if isinstance(value, str) and (len(value) > FOLDED_TEXT_MAX or (op.name in _BY_UNICODE_TABLES and not value.isascii())):
            return None
    return _computed(op, values)


def _computed(op: Op, values: list[Any]) -> Any:
    try:
        result = meaning(op)(*values)
    except (GuestFault, ArithmeticError, ValueError):
        return None
    if isinstance(result, str) and len(result) > FOLDED_TEXT_MAX:
        return None
    if isinstance(result, float) and result != result:
        return None  # the sign of a NaN that arithmetic makes is the processor's
    return result


_LEAVING: Final = frozenset(
    op
    for op in OPS.values()
    if op.name in ("select", "float.mul", "float.div", "float.sub", "bool.and", "bool.or")
    or op.name.removesuffix(".nw").removesuffix(".wrap")
    in ("int.add", "int.sub", "int.mul", "int.floordiv", "int.or", "int.xor", "int.shl", "int.shr")
)
"""Ops of which one operand may leave the other as it is."""


def same_as(op: Op, args: tuple[Any, ...], known: Constants) -> int | None:
    """The operand register an instruction's result is equal to, whatever its other operand holds: x+0, x*1, and their kin."""
    if op not in _LEAVING:
        return None
    name = op.name
    if name == "select":
        flag = known.get(args[0])
        if flag is not None:
            return int(args[1] if flag else args[2])
        if known.get(args[1]) is True and known.get(args[2]) is False:
            return int(args[0])
        return int(args[1]) if args[1] == args[2] else None
    left, right = known.get(args[0]), known.get(args[1])
    if name in ("int.add", "int.add.nw", "int.add.wrap", "int.or", "int.xor"):
        return int(args[0]) if _is(right, 0) else int(args[1]) if _is(left, 0) else None
    if name in ("int.sub", "int.sub.nw", "int.shl", "int.shr", "int.shl.nw", "int.shr.nw"):
        return int(args[0]) if _is(right, 0) else None
    if name in ("int.mul", "int.mul.nw"):
        return int(args[0]) if _is(right, 1) else int(args[1]) if _is(left, 1) else None
    if name in ("int.floordiv", "int.floordiv.nw"):
        return int(args[0]) if _is(right, 1) else None
    if name in ("float.mul", "float.div"):
        return int(args[0]) if _is_one(right) else int(args[1]) if name == "float.mul" and _is_one(left) else None
    if name == "float.sub":  # x - 0.0 is x, also for -0.0; x + 0.0 is not
        return int(args[0]) if isinstance(right, float) and right == 0.0 and math.copysign(1.0, right) > 0 else None
    if name == "bool.and":
        return int(args[0]) if right is True or args[0] == args[1] else int(args[1]) if left is True else None
    if name == "bool.or":
        return int(args[0]) if right is False or args[0] == args[1] else int(args[1]) if left is False else None
    return None


def _is(value: Any, number: int) -> bool:
    return type(value) is int and value == number


def _is_one(value: Any) -> bool:
    return type(value) is float and value == 1.0


def decided(op: Op, args: tuple[Any, ...], known: Constants) -> Any:
    """The constant an instruction comes to although not all operands are known (x and False, x - x), or None."""
    name = op.name
    if name == "bool.and" and (known.get(args[0]) is False or known.get(args[1]) is False):
        return False
    if name == "bool.or" and (known.get(args[0]) is True or known.get(args[1]) is True):
        return True
    if len(args) == 2 and args[0] == args[1]:
        if name in ("int.eq", "int.le", "int.ge", "bool.eq"):
            return True
        if name in ("int.ne", "int.lt", "int.gt", "bool.ne"):
            return False
        if name in ("int.sub", "int.xor"):
            return 0
    return None


INVERSE: Final[dict[str, str]] = {
    "int.eq": "int.ne",
    "int.ne": "int.eq",
    "int.lt": "int.ge",
    "int.ge": "int.lt",
    "int.gt": "int.le",
    "int.le": "int.gt",
    "float.eq": "float.ne",
    "float.ne": "float.eq",
    "bool.eq": "bool.ne",
    "bool.ne": "bool.eq",
    "str.eq": "str.ne",
    "str.ne": "str.eq",
}
"""The comparison that is true exactly when the other is false (orders of floats have none: NaN)."""
