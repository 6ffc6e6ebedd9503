"""What CPython raises where a check before running finds something wrong: for programs that can catch it."""

from __future__ import annotations

from belljar.lang.conversion import box
from belljar.lang.emit import Val
from belljar.lang.lattice import is_hashable
from belljar.lang.resolution import only_class
from belljar.types import STR, RecordType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from belljar.lang.transfer import Walk

CLASS_NAMES: Final = frozenset(
    {"bool", "bytes", "bytearray", "complex", "dict", "enumerate", "filter", "float", "frozenset", "int", "list", "map", "object", "property", "range", "reversed", "set",
     "decimal.Decimal", "slice", "staticmethod", "classmethod", "str", "super", "tuple", "type", "zip"}
)  # fmt: skip
"""Built-in names that are classes."""


def _name(w: Walk, value: Any) -> str:
    return w.type_name(value) if isinstance(value, Type) else str(value).split("[")[0].replace("None", "NoneType")


def _unhashable(type: Type) -> Type:
    """What cannot be hashed in a value that cannot: of a tuple its first such item."""
    if not isinstance(type, TupleType):
        return type
    return next((_unhashable(item) for item in type.items if not is_hashable(item)), type)


def operands(w: Walk, p: dict[str, Any]) -> tuple[str, str]:
    """Of an operator whose operands do not go together."""
    op, left, right = p["op"], _name(w, p["left"]), _name(w, p["right"])
    if op in ("<", "<=", ">", ">="):
        return "TypeError", f"'{op}' not supported between instances of '{left}' and '{right}'"
    if op == "in":
        return "TypeError", f"argument of type '{right}' is not iterable"
    if op == "+" and left in ("str", "list", "tuple", "bytes"):
        quoted = f'"{right}"'
        return "TypeError", f"can only concatenate {left} (not {quoted}) to {left}" if left != "bytes" else f"can't concat {right} to bytes"
    shown = {"**": "** or pow()"}.get(op, op)
    return "TypeError", f"unsupported operand type(s) for {shown}: '{left}' and '{right}'"


PYTHON_ERRORS: Final[dict[str, Callable[[Walk, dict[str, Any]], tuple[str, str] | None]]] = {
    "E0301": operands,
    "E0303": lambda w, p: ("TypeError", f"'{_name(w, p['type'])}' object is not iterable"),
    "E0304": lambda w, p: ("TypeError", f"'{_name(w, p['type'])}' object is not callable"),
    "E0305": lambda w, p: ("TypeError", f"'{_name(w, p['type'])}' object is not subscriptable"),
    "E0310": lambda w, p: ("TypeError", f"unhashable type: '{_name(w, _unhashable(p['type']))}'"),
}
"""By code, what the problem raises while running: the class and its message."""

CATCHABLE = frozenset(
    {
        "E0203",
        "E0301",
        "E0302",
        "E0303",
        "E0304",
        "E0305",
        "E0306",
        "E0307",
        "E0310",
        "E0311",
        "E0313",
        "E0401",
        "E0402",
        "E0403",
        "E0405",
        "E0106",
    }
)
"""Codes of problems that CPython would find while running, as exceptions."""


def raise_told(w: Walk, name: str, message: str, whose: Val | None) -> None:
    """Raise what CPython raises. Where ``whose`` class the message begins with may be one derived from the one that is known, the object says which it is."""
    shown = f"'{w.type_name(whose.type)}'" if whose is not None and isinstance(whose.type, RecordType) else ""
    several = whose is not None and isinstance(whose.type, RecordType) and only_class(w.world, whose.type.name) != whose.type.name
    if whose is None or not several or not message.startswith(shown):
        w.raise_error(name, message)
        return
    kind = w.e.emit("any.type_name", box(w, whose).reg, type=STR)
    rest = w.const(f"'{message.removeprefix(shown)}").reg
    w.raise_with(name, [Val(STR, (w.e.emit("str.build", w.const("'").reg, kind, rest, type=STR),))])
