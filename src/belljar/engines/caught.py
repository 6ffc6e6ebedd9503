"""From a fault to the exception object that a program catches: its class, and CPython 3.11's exact message. The same for every engine.

An engine asks when ``exc.current`` runs, with what :func:`belljar.engines.faults.fault_error` would get, and makes the object in its own heap.
"""

from __future__ import annotations

from belljar.engines.preview import Preview
from belljar.errors import CODES
from belljar.ir.guest import type_name
from belljar.ir.ops import BINARY_OPERATORS, COMPARISONS, OPS, ORDER_OPERATORS, UNARY_OPERATORS
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Final

    from belljar.ir.function import Layout, Module
    from belljar.ir.sites import Site

DIGITS_SHOWN_MAX: Final = 200
"""Characters of a literal that int() refuses which its message shows."""


class Caught(Frozen):
    """An exception object to be made: of the record ``name``, its ``args`` the ``texts``, or the value of the op's register operand ``operand`` where that is not -1."""

    __slots__ = ("name", "operand", "texts")

    def __init__(self, name: str, texts: tuple[Any, ...] = (), operand: int = -1) -> None:
        self.name: Final = name
        self.texts: Final = texts
        self.operand: Final = operand


def foreseen(module: Module, place: Site, code: str, text: str) -> Caught | None:
    """What a fault becomes whatever the values of its operands are; None where they have a say."""
    name = place.instr.op.name
    if name == "raise" or code in ("E0202", "E0704", "E0710", "E0711", "E0905"):
        return None
    if text:
        told = (name, code) not in MESSAGES and ("", code) not in MESSAGES
        return Caught(_nearest(module.records, CODES[code].python), (text,)) if told else None
    if code == "E0702":
        return Caught(_nearest(module.records, "KeyError"), (), 0 if name == "fault" else 1)
    if code == "E0506" and name in ("float.pow", "any.binary"):
        return Caught(_nearest(module.records, CODES[code].python), (34, "Numerical result out of range"))
    message = MESSAGES.get((name, code)) or MESSAGES.get(("", code))
    return Caught(_nearest(module.records, CODES[code].python), (message,)) if isinstance(message, str) else None


def caught(module: Module, place: Site, code: str, operands: Sequence[Any], text: str) -> Caught:
    """What a fault of this code at a site becomes. ``operands`` and ``text`` are as for :func:`belljar.engines.faults.fault_error`."""
    instr = place.instr
    name = instr.op.name
    found = foreseen(module, place, code, text)
    if found is not None:
        return found
    if name == "raise":
        return Caught(_nearest(module.records, instr.args[0]), (operands[0],) if operands[0] else ())
    a, b = [*operands, None, None][:2]
    cls, texts = CODES[code].python, None
    if code == "E0905":
        cls, _, raised = text.partition(" ")
        message = raised.partition(": ")[2]
        return Caught(_nearest(module.records, cls), (message,) if message else ())
    if code == "E0202":
        cls = "UnboundLocalError" if b == "local" else "NameError"
        texts = UNBOUND.get(b, "name '{}' is not defined").format(a)
    elif code == "E0704":
        return Caught(_nearest(module.records, cls), () if a is None else (str(a).removeprefix(": "),))
    elif code == "E0711" and isinstance(a, int) and not -(2**31) <= a < 2**31:
        cls, texts = "OverflowError", "Python int too large to convert to C int"
    elif code == "E0710" and (text.startswith("%c arg") or not isinstance(a, (int, float, str))):
        cls = "OverflowError" if text.startswith("%c arg") else "TypeError"
        texts = text or f"unsupported format string passed to {_type(a)}.__format__"
    elif code == "E0506" and name in ("float.pow", "any.binary", "any.in_place"):
        return Caught(_nearest(module.records, cls), (34, "Numerical result out of range"))
    if texts is None:
        make = MESSAGES.get((name, code)) or MESSAGES.get(("", code))
        told = text if isinstance(make, str) and _is_whole(text) else make
        texts = told if isinstance(told, str) else make(instr.args, a, b, text) if make is not None else text or CODES[code].message
    return Caught(_nearest(module.records, cls), (texts,))


UNBOUND: Final = {
    "local": "cannot access local variable '{}' where it is not associated with a value",
    "free": "cannot access free variable '{}' where it is not associated with a value in enclosing scope",
}
"""By kind of variable (``lang``'s), what is said of one that has no value."""


def _nearest(records: Mapping[str, Layout], name: str) -> str:
    """The class itself, or the nearest of its bases that the module has."""
    from belljar.ir.exceptions import BASES

    while name not in records and name:
        name = (
            "ArithmeticError"
            if name.startswith("decimal.")
            else BASES.get(name, "Exception" if name != "Exception" else "BaseException")
            if name != "BaseException"
            else ""
        )
    return name


def _type(value: Any) -> str:
    return value.name if isinstance(value, Preview) else type_name(value)


def _binary(args: tuple[Any, ...], a: Any, b: Any, text: str, more: str = "") -> str:
    sign = BINARY_OPERATORS[args[0]]
    if _is_whole(text):
        return text
    left, right = _type(a), _type(b)
    if sign == "+" and left in ("str", "list", "tuple"):
        return f'can only concatenate {left} (not "{right}") to {left}'
    if sign == "+" and left == "bytes":
        return f"can't concat {right} to bytes"
    if sign == "*" and (left if left in SEQUENCES else right) in SEQUENCES:
        return f"can't multiply sequence by non-int of type '{right if left in SEQUENCES else left}'"
    shown = "** or pow()" if sign == "**" and not more else sign + more
    return f"unsupported operand type(s) for {shown}: '{left}' and '{right}'"


SEQUENCES: Final = ("str", "list", "tuple", "bytes")


def _divided(args: tuple[Any, ...], a: Any, b: Any, text: str) -> str:
    if _is_whole(text):
        return text
    sign = BINARY_OPERATORS[args[0]]
    if isinstance(a, float) or isinstance(b, float):
        return {"/": "float division by zero", "//": "float floor division by zero", "%": "float modulo"}.get(sign, NEGATIVE_POWER)
    return {"/": "division by zero", "//": WHOLE_DIVISION, "%": "integer modulo by zero"}.get(sign, NEGATIVE_POWER)


WHOLE_DIVISION: Final = "integer division or modulo by zero"
NEGATIVE_POWER: Final = "0.0 cannot be raised to a negative power"


def _unary(args: tuple[Any, ...], a: Any, b: Any, text: str) -> str:
    sign = UNARY_OPERATORS[args[0]]
    return text if _is_whole(text) else f"bad operand type for {'abs()' if sign == 'abs' else f'unary {sign}'}: '{_type(a)}'"


def _ordered(sign: str, a: Any, b: Any, text: str) -> str:
    """``text`` may name the types of two parts: ``int and str``."""
    left, _, right = text.partition(" and ")
    if not right or " " in left or " " in right:
        if _is_whole(text):
            return text
        left, right = _type(a), _type(b)
    return f"'{sign}' not supported between instances of '{left}' and '{right}'"


def _is_whole(text: str) -> bool:
    """Whether the op has told a whole message, and not the names of two types."""
    left, mark, right = text.partition(" and ")
    return bool(text) and not (mark and " " not in left and " " not in right) and (" " in text)


def _indexed(args: tuple[Any, ...], a: Any, b: Any, text: str) -> str:
    return text if _is_whole(text) else f"{_type(a)} index out of range"


def _read_int(base: Any, value: Any) -> str:
    return f"invalid literal for int() with base {base}: {repr(value)[:DIGITS_SHOWN_MAX]}"


def _read_number(args: tuple[Any, ...], a: Any, b: Any, text: str) -> str:
    if _is_whole(text):
        return text
    kind = str(args[1])
    if isinstance(a, (str, bytes)):
        return _read_int(10, a) if kind == "int" else f"could not convert string to float: {a!r}"
    wanted = "a string, a bytes-like object or a real number" if kind == "int" else "a string or a real number"
    return f"{kind}() argument must be {wanted}, not '{_type(a)}'"


def _unpacked(args: tuple[Any, ...], a: Any, b: Any, text: str) -> str:
    return f"too many values to unpack (expected {b})" if a > b else f"not enough values to unpack (expected {b}, got {a})"


def _unsuitable(args: tuple[Any, ...], a: Any, b: Any, text: str) -> str:
    return text or f"unexpected type '{_type(a)}'"


def _not_of_type(args: tuple[Any, ...], a: Any, b: Any, text: str) -> str:
    """``any.to``: where an int or a float is needed."""
    wanted = {
        "int": f"'{_type(a)}' object cannot be interpreted as an integer",
        "float": f"must be real number, not {_type(a)}",
        "str": f"must be str, not {_type(a)}",
    }
    return text or wanted.get(str(args[1]), f"unexpected type '{_type(a)}'")


def _unhashable(args: tuple[Any, ...], a: Any, b: Any, text: str) -> str:
    return text if _is_whole(text) else f"unhashable type: '{text or _type(b)}'"


def _value_error(name: str) -> Callable[[tuple[Any, ...], Any, Any, str], str]:
    from belljar.engines.faults import VALUE_ERRORS

    return lambda args, a, b, text: (
        text or VALUE_ERRORS[name](a, b) if name not in ("int.isqrt", "int.factorial") else text or VALUE_ERRORS[name](a)
    )


MESSAGES: Final[dict[tuple[str, str], Any]] = {
    ("int.floordiv", "E0501"): WHOLE_DIVISION,
    ("int.mod", "E0501"): "integer modulo by zero",
    ("int.truediv", "E0501"): "division by zero",
    ("float.div", "E0501"): "float division by zero",
    ("math.logb", "E0501"): "float division by zero",
    ("float.floordiv", "E0501"): "float floor division by zero",
    ("float.mod", "E0501"): "float modulo",
    ("any.binary", "E0501"): _divided,
    ("", "E0501"): "division by zero",
    ("list.fsum", "E0503"): "-inf + inf in fsum",
    ("", "E0503"): "math domain error",
    ("", "E0505"): "negative shift count",
    ("float.round_to", "E0506"): "rounded value too large to represent",
    ("list.fsum", "E0506"): "intermediate overflow in fsum",
    ("", "E0506"): "math range error",
    ("", "E0507"): NEGATIVE_POWER,
    ("", "E0509"): "cannot convert float NaN to integer",
    ("", "E0504"): "cannot convert float infinity to integer",
    ("", "E0601"): "range() arg 3 must not be zero",
    ("", "E0602"): "dictionary changed size during iteration",
    ("", "E0604"): "dictionary keys changed during iteration",
    ("", "E0603"): "Set changed size during iteration",
    **{(f"list.{name}", "E0701"): "list assignment index out of range" for name in ("set", "delete")},
    ("list.pop", "E0701"): "pop index out of range",
    ("list.get", "E0701"): "list index out of range",
    ("list.gather", "E0701"): "list index out of range",
    **{(f"str.{name}", "E0701"): "string index out of range" for name in ("index", "code_at")},
    ("any.index", "E0701"): lambda args, a, b, text: (
        text if _is_whole(text) else f"{'string' if isinstance(a, str) else _type(a)} index out of range"
    ),
    **{(f"any.{name}_index", "E0701"): lambda args, a, b, text: text or "list assignment index out of range" for name in ("set", "del")},
    ("", "E0701"): _indexed,
    ("str.to_int", "E0703"): lambda args, a, b, text: _read_int(b, a),
    ("any.to_number", "E0703"): _read_number,
    ("any.to_number", "E0713"): _read_number,
    ("any.to_number", "E0309"): _read_number,
    ("any.to", "E0309"): _not_of_type,
    ("", "E0706"): "pop from empty list",
    ("list.remove", "E0707"): "list.remove(x): x not in list",
    ("", "E0707"): lambda args, a, b, text: text or f"{a!r} is not in list",
    ("", "E0708"): lambda args, a, b, text: f"{a} arg is an empty sequence",
    ("", "E0709"): "substring not found",
    ("", "E0711"): "chr() arg not in range(0x110000)",
    ("", "E0712"): _unpacked,
    ("", "E0713"): lambda args, a, b, text: f"could not convert string to float: {a!r}",
    ("", "E0714"): "slice step cannot be zero",
    ("", "E0715"): "empty separator",
    ("", "E0716"): lambda args, a, b, text: f"ord() expected a character, but string of length {len(a)} found",
    ("", "E0717"): "The fill character must be exactly one character long",
    ("", "E0718"): "int() base must be >= 2 and <= 36, or 0",
    **{(name, "E0719"): _value_error(name) for name in ("int.isqrt", "int.factorial", "int.comb", "int.perm", "math.isclose", "list.dist")},
    ("any.binary", "E0308"): _binary,
    ("any.in_place", "E0308"): lambda args, a, b, text: _binary(args, a, b, text, "="),
    ("any.in_place", "E0501"): _divided,
    ("any.divmod", "E0308"): lambda args, a, b, text: (
        text if _is_whole(text) else f"unsupported operand type(s) for divmod(): '{_type(a)}' and '{_type(b)}'"
    ),
    ("any.comparison", "E0308"): lambda args, a, b, text: _ordered(COMPARISONS[args[0]], a, b, text),
    **{
        (name, "E0308"): lambda args, a, b, text: _ordered("<", a, b, text)
        for name in ("any.method", "any.call_method", "any.call", "any.call_spread")
    },
    ("any.pow_mod", "E0308"): lambda args, a, b, text: f"unsupported operand type(s) for ** or pow(): '{_type(a)}' and '{_type(b)}'",
    ("any.unary", "E0308"): _unary,
    ("any.compare", "E0308"): lambda args, a, b, text: _ordered(ORDER_OPERATORS[args[0]], a, b, text),
    ("list.le", "E0308"): lambda args, a, b, text: _ordered("<=", a, b, text),
    ("list.lt", "E0308"): lambda args, a, b, text: _ordered("<", a, b, text),
    ("list.sort", "E0308"): lambda args, a, b, text: _ordered("<", a, b, text),
    ("list.argsort", "E0308"): lambda args, a, b, text: _ordered("<", a, b, text),
    ("any.len", "E0309"): lambda args, a, b, text: text or f"object of type '{_type(a)}' has no len()",
    **{(name, "E0309"): _unhashable for name, op in OPS.items() if name.startswith(("dict.", "set.")) and "E0309" in op.faults},
    ("", "E0309"): _unsuitable,
}
"""By op and code, ``""`` for all ops: the message, or what makes it of the op's immediates and operands, its first two operands and the fault's own text."""
