"""Decimals: Python's ``decimal`` is the reference, in the context of the instance that runs. C does the same with coefficients of at most ``DIGITS_MAX`` digits (``csrc/runtime/decimal.h``).

A guest value is a :class:`decimal.Decimal`. Signalling NaNs and the payloads of NaNs are refused where one is read.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from functools import cache

from belljar.ir import decimal_context, integers
from belljar.ir.decimal_context import DIGITS_MAX
from belljar.ir.guest import GuestFault, GuestTuple, type_name
from belljar.ir.ops import ROUNDINGS
from belljar.types import ANY, TupleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

TOO_LONG: Final = f"a Decimal of more than {DIGITS_MAX} digits"
CODES: Final[dict[type, str]] = {decimal.Overflow: "E0774", decimal.DivisionByZero: "E0773", decimal.InvalidOperation: "E0772"}
BAD_ROUNDING: Final = (
    "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n"
    "   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]"
)


@cache
def _context(digits: int, rounding: int) -> decimal.Context:
    return decimal.Context(
        prec=digits,
        rounding=ROUNDINGS[rounding],
        Emin=-999999,
        Emax=999999,
        capitals=1,
        clamp=0,
        flags=[],
        traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
    )


def computed(function: Callable[..., Any], *args: Any) -> Any:
    """What the function gives in the context that is current; its signals as codes."""
    with decimal.localcontext(_context(*decimal_context.current())):
        try:
            return function(*args)
        except decimal.DecimalException as signal:
            code = next(code for kind, code in CODES.items() if isinstance(signal, kind))
            raise GuestFault(code, str(signal)) from None


def _kept(value: Any) -> Any:
    if isinstance(value, Decimal) and value.is_finite() and value and len(value.as_tuple().digits) > DIGITS_MAX:
        raise GuestFault("E0770", TOO_LONG)
    return value


def new(value: Any) -> Decimal:
    """``Decimal(value)``, exactly."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        text = value.strip().replace("_", "").lower().lstrip("+-")
        if text.startswith("snan") or (text.startswith("nan") and text != "nan"):
            raise GuestFault("E0772", "[<class 'decimal.ConversionSyntax'>]")
    elif isinstance(value, GuestTuple):
        value = tuple(tuple(part) if isinstance(part, GuestTuple) else part for part in value)
    elif not isinstance(value, (int, float)):
        raise GuestFault("E0771", f"conversion from {type_name(value)} to Decimal is not supported")
    if isinstance(value, int) and integers.limbs(value) > 40:
        raise GuestFault("E0770", TOO_LONG)
    try:
        made: Decimal = _kept(computed(Decimal, value))
    except ValueError as problem:
        raise GuestFault("E0719", str(problem)) from None
    if isinstance(value, tuple) and not made.is_finite():
        return Decimal(made if not made.is_nan() else ("-NaN" if value[0] else "NaN"))
    return made


def _operand(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, int) or integers.limbs(value) > 40:
        raise GuestFault("E0771", f"conversion from {type_name(value)} to Decimal is not supported")
    return Decimal(int(value))


def binary(sign: str, a: Any, b: Any) -> Any:
    """An operator on two numbers of which one is a Decimal; NotImplemented where it has no meaning for them."""
    if not isinstance(a, (int, Decimal)) or not isinstance(b, (int, Decimal)) or sign in ("<<", ">>", "&", "|", "^"):
        return NotImplemented
    if any(isinstance(value, int) and integers.limbs(value) > 40 for value in (a, b)):
        raise GuestFault("E0770", TOO_LONG)
    x, y = Decimal(a), Decimal(b)
    operations: dict[str, Callable[..., Any]] = {
        "+": Decimal.__add__, "-": Decimal.__sub__, "*": Decimal.__mul__, "/": Decimal.__truediv__, "//": Decimal.__floordiv__,
        "%": Decimal.__mod__, "**": Decimal.__pow__,
    }  # fmt: skip
    return _kept(computed(operations[sign], x, y))


def is_power_of_fraction(x: Decimal, y: Decimal) -> bool:
    """Whether ``x ** y`` takes logarithms."""
    return x.is_finite() and x > 0 and x != 1 and y.is_finite() and y != y.to_integral_value()


def unary(sign: str, a: Decimal) -> Any:
    if sign == "~":
        return NotImplemented
    return computed({"-": Decimal.__neg__, "+": Decimal.__pos__, "abs": Decimal.__abs__}[sign], a)


def less(a: Any, b: Any, operator: str) -> bool:
    """An ordering operator on two numbers of which one is a Decimal."""
    compare = {"<": lambda: a < b, "<=": lambda: a <= b, ">": lambda: a > b}.get(operator, lambda: a >= b)
    return bool(computed(compare))


def to_int(value: Decimal, rounding: str = "ROUND_DOWN") -> int:
    if value.is_nan():
        raise GuestFault("E0509", "cannot convert NaN to integer")
    if value.is_infinite():
        raise GuestFault("E0504", "cannot convert Infinity to integer")
    return int(value.to_integral_value(rounding))


def rounding_of(value: Any) -> str:
    if value is None:
        return ROUNDINGS[decimal_context.current()[1]]
    if value not in ROUNDINGS:
        raise GuestFault("E0771", BAD_ROUNDING)
    return str(value)


def formatted(value: Decimal, spec: str) -> str:
    try:
        return str(computed(format, value, spec[:-1] + "g" if spec.endswith("n") else spec))
    except ValueError as problem:
        raise GuestFault("E0710", str(problem)) from None


def call(name: str, value: Decimal, *args: Any) -> Any:
    """A method of DECIMAL_METHODS."""
    if name in ("quantize", "to_integral_value"):
        fixed = 1 if name == "quantize" else 0
        if fixed:
            other = _operand(args[0])
        rounding = rounding_of(args[fixed] if len(args) > fixed else None)
        if fixed:
            return computed(value.quantize, other, rounding)
        return computed(value.to_integral_value, rounding)
    if name in ("exp", "ln", "log10"):
        return computed(getattr(value, name))
    if name == "as_tuple":
        sign, digits, exponent = value.as_tuple()
        return GuestTuple(TRIPLE, (sign, GuestTuple(TupleType((ANY,) * len(digits)), digits), exponent))
    if name == "as_integer_ratio":
        if value.is_nan():
            raise GuestFault("E0719", "cannot convert NaN to integer ratio")
        if value.is_infinite():
            raise GuestFault("E0770", "cannot convert Infinity to integer ratio")
        return GuestTuple(TupleType((ANY, ANY)), value.as_integer_ratio())
    if name in ("to_int", "floor", "ceil"):
        return to_int(value, {"to_int": "ROUND_DOWN", "floor": "ROUND_FLOOR", "ceil": "ROUND_CEILING"}[name])
    if name == "round":
        if not args or args[0] is None:
            return to_int(value, "ROUND_HALF_EVEN")
        if not isinstance(args[0], int):
            raise GuestFault("E0771", "optional arg must be an integer")
        return computed(round, value, int(args[0]))
    operands = [_operand(arg) for arg in args]
    if name == "fma":
        product = decimal.Context(prec=4 * DIGITS_MAX, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[]).multiply(value, operands[0])
        _kept(product)
    return computed(getattr(value, name), *operands)


TRIPLE: Final = TupleType((ANY, ANY, ANY))
