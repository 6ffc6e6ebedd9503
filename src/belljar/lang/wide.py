"""Built-in functions in a program that is compiled anew because an int left 64 bits: their ints may be of any size, so they are ``any``."""

from __future__ import annotations

from belljar.ir.ops import MATH_FUNCTIONS, UNARY_OPERATORS
from belljar.lang.conversion import box
from belljar.lang.emit import Val
from belljar.lang.lattice import UNKNOWN, ContainerOf, DictOf, ListOf, SetOf
from belljar.types import ANY, INT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final, TypeAlias

    from belljar.lang.transfer import Walk

    Rule: TypeAlias = Callable[[Walk, list[Val], dict[str, Val]], "Val | None"]


def wide_built_in(w: Walk, name: str, args: Sequence[Val], named: dict[str, Val]) -> Val | None:
    """What a built-in gives where ints may be of any size; None where its own rule says it."""
    rule = _RULES.get(name)
    if rule is None:
        return None
    if any(arg.type == UNKNOWN for arg in (*args, *named.values())):
        return Val(UNKNOWN)
    return rule(w, list(args), named)


def _emitted(w: Walk, op: str, *operands: int | Val) -> Val:
    words = [operand if isinstance(operand, int) else box(w, operand).reg for operand in operands]
    return Val(ANY, (w.e.emit(op, *words),))


def _int(w: Walk, args: list[Val], named: dict[str, Val]) -> Val | None:
    if len(args) + len(named) == 2 and args:
        return _emitted(w, "any.to_int_base", args[0], *args[1:], *named.values())
    return _emitted(w, "any.to_int", args[0]) if len(args) == 1 and not named and w.is_number_or_text(args[0]) else None


def _abs(w: Walk, args: list[Val], named: dict[str, Val]) -> Val | None:
    return _emitted(w, "any.unary", UNARY_OPERATORS.index("abs"), args[0]) if args and args[0].type == INT else None


def _round(w: Walk, args: list[Val], named: dict[str, Val]) -> Val | None:
    digits = args[1] if len(args) == 2 else named.get("ndigits", w.const(None))
    return _emitted(w, "any.round", args[0], digits) if args and w.is_number_or_text(args[0]) else None


def _loosened(w: Walk, args: list[Val], named: dict[str, Val]) -> None:
    """The elements of containers become ``any``; then the function's own rule holds."""
    for arg in args:
        if isinstance(arg.type, (ListOf, SetOf, DictOf, ContainerOf)):
            w.world.escape(arg.type)


def _math(name: str) -> Rule:
    counts = {"comb": (2,), "perm": (1, 2)}.get(name, (1,))

    def rule(w: Walk, args: list[Val], named: dict[str, Val]) -> Val | None:
        if named or not args or (len(args) not in counts and name not in ("gcd", "lcm")):
            return None
        return _emitted(w, "any.math", MATH_FUNCTIONS.index(name), *args)

    return rule


_RULES: Final[dict[str, Rule]] = {
    "int": _int,
    "abs": _abs,
    "round": _round,
    "sum": _loosened,
    "math.prod": _loosened,
    **{f"math.{name}": _math(name) for name in MATH_FUNCTIONS if not name.startswith("log")},
}
