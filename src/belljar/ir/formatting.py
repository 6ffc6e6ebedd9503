"""``str.format`` and ``str %`` on guest values. Both pay for each value as they write it, so what a formatting costs is found by doing it."""

from __future__ import annotations

from belljar.ir.any_items import items_of
from belljar.ir.guest import (
    GuestDict,
    GuestFault,
    GuestList,
    GuestRecord,
    GuestTuple,
    is_decimal,
    paid,
    pay,
    special,
    special_index,
    type_name,
    unpaid,
)
from belljar.ir.host import host
from belljar.ir.meanings import CHARGES, MEANINGS, PAYING
from belljar.types import FLOAT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final

EXPLAINED: Final = {"E0308": "E0790", "E0701": "E0793"}
"""Faults of indexing that tell of the op's operands, as faults that tell of what was indexed."""
INT_LIMIT: Final = 2**31
SIZE_LIMIT: Final = 2**63


def _done(op: str, *operands: Any) -> Any:
    """What an op gives, paid for."""
    if op in PAYING:
        return MEANINGS[op](*operands)
    before = paid()
    units = CHARGES[op][1](*operands)
    pay(units - (paid() - before))
    return unpaid(MEANINGS[op], *operands)


def ascii_of(shown: str) -> str:
    """The text with escapes for what is not ASCII."""
    return shown.encode("ascii", "backslashreplace").decode("ascii")


def _formatted(value: Any, spec: str) -> str:
    try:
        return str(_done("any.format", value, spec))
    except GuestFault as fault:
        if fault.code != "E0710":
            raise
        if not isinstance(value, (int, float, str)):
            raise GuestFault("E0790", f"unsupported format string passed to {type_name(value)}.__format__") from None
        raise GuestFault("E0797" if fault.text.startswith("%") else "E0791", fault.text) from None


def _item(value: Any, key: Any, key_text: str = "") -> Any:
    try:
        return _done("any.index", value, key)
    except GuestFault as fault:
        if fault.code == "E0702":
            raise GuestFault("E0798", key_text or str(key)) from None
        if fault.code in EXPLAINED:
            raise GuestFault(EXPLAINED[fault.code], fault.text) from None
        raise


# --- str.format -------------------------------------------------------------------------------------------------------------------

RECURSION_MAX: Final = 2

FIELD_UNITS: Final = 8
"""What each field or conversion costs besides what it shows; as BELL_FIELD_UNITS in csrc/runtime/format_fields.h."""


class _Fields:
    """One ``str.format``, as CPython reads it."""

    def __init__(self, positional: Sequence[Any] | None, named: dict[str, Any] | None, mapping: Any = None) -> None:
        self.positional = positional
        self.named = named
        self.mapping = mapping
        self.automatic: bool | None = None
        self.next = 0

    def refuse(self, message: str) -> GuestFault:
        return GuestFault("E0791", message)

    def build(self, s: str, depth: int) -> str:
        if depth == 0:
            raise self.refuse("Max string recursion exceeded")
        out: list[str] = []
        at = 0
        while at < len(s):
            start = at
            while at < len(s) and s[at] not in "{}":
                at += 1
            out.append(s[start:at])
            if at == len(s):
                break
            brace = s[at]
            at += 1
            if brace == "}" and s[at : at + 1] != "}":
                raise self.refuse("Single '}' encountered in format string")
            if at == len(s):
                raise self.refuse("Single '{' encountered in format string")
            if s[at] == brace:
                out.append(brace)
                at += 1
                continue
            name, conversion, spec, at = self.field(s, at)
            out.append(self.value(name, conversion, spec, depth))
        return "".join(out)

    def field(self, s: str, at: int) -> tuple[str, str, str, int]:
        """The name, the conversion and the spec of the field whose brace is behind, and the place behind it."""
        start, code = at, ""
        while at < len(s):
            code = s[at]
            at += 1
            if code == "{":
                raise self.refuse("unexpected '{' in field name")
            if code == "[":
                while at < len(s) and s[at] != "]":
                    at += 1
                continue
            if code in "}:!":
                break
        name, conversion = s[start : at - 1], ""
        if code == "}":
            return name, "", "", at
        if code not in ("!", ":"):
            raise self.refuse("expected '}' before end of string")
        if code == "!":
            if at == len(s):
                raise self.refuse("end of string while looking for conversion specifier")
            conversion = s[at]
            at += 1
            if at < len(s):
                code = s[at]
                at += 1
                if code == "}":
                    return name, conversion, "", at
                if code != ":":
                    raise self.refuse("expected ':' after conversion specifier")
        start, opened = at, 1
        while at < len(s):
            opened += 1 if s[at] == "{" else -1 if s[at] == "}" else 0
            at += 1
            if opened == 0:
                return name, conversion, s[start : at - 1], at
        raise self.refuse("unmatched '{' in format spec")

    def number(self, name: str) -> int:
        """The number that the characters write, or -1."""
        if not name or not all(character.isdecimal() for character in name):
            return -1
        if int(name) >= SIZE_LIMIT:
            raise self.refuse("Too many decimal digits in format string")
        return int(name)

    def argument(self, name: str) -> Any:
        number = self.number(name)
        if name and number < 0:
            if self.mapping is not None and not isinstance(self.mapping, GuestDict):
                return _item(self.mapping, name)
            if self.mapping is not None:
                position = self.mapping.find(name)
                if position >= 0:
                    return self.mapping.entry(position)[1]
            elif self.named and name in self.named:
                return self.named[name]
            raise GuestFault("E0798", name)
        if self.automatic is None:
            self.automatic = not name
        if self.automatic != (not name):
            manual, automatic = "manual field specification", "automatic field numbering"
            here, there = (automatic, manual) if self.automatic else (manual, automatic)
            raise self.refuse(f"cannot switch from {here} to {there}")
        if not name:
            number = self.next
            self.next += 1
        if self.positional is None:
            raise self.refuse("Format string contains positional fields")
        if number >= len(self.positional):
            raise GuestFault("E0793", f"Replacement index {number} out of range for positional args tuple")
        return self.positional[number]

    def found(self, name: str) -> Any:
        at = min([place for place in (name.find("."), name.find("[")) if place >= 0], default=len(name))
        value = self.argument(name[:at])
        while at < len(name):
            opening = name[at]
            at += 1
            if opening not in ".[":
                raise self.refuse("Only '.' or '[' may follow ']' in format field specifier")
            start, number = at, -1
            if opening == ".":
                at = min([place for place in (name.find(".", at), name.find("[", at)) if place >= 0], default=len(name))
                part = name[start:at]
            else:
                at = name.find("]", at)
                if at < 0:
                    raise self.refuse("Missing ']' in format string")
                part = name[start:at]
                at += 1
                number = self.number(part)
            if not part:
                raise self.refuse("Empty attribute in format string")
            value = MEANINGS["any.get_attr"](value, part) if opening == "." else _item(value, number if number >= 0 else part, part)
        return value

    def value(self, name: str, conversion: str, spec: str, depth: int) -> str:
        value = self.found(name)
        pay(FIELD_UNITS)
        if conversion:
            if conversion not in "rsa":
                shown = conversion if 32 < ord(conversion) < 127 else f"\\x{ord(conversion):x}"
                raise self.refuse(f"Unknown conversion specifier {shown}")
            value = _done({"r": "any.repr", "s": "any.to_str", "a": "any.ascii"}[conversion], value)
        if "{" in spec:
            spec = self.build(spec, depth - 1)
        return _formatted(value, spec)


def format_fields(s: str, positional: Sequence[Any] | None, named: dict[str, Any] | None, mapping: Any = None) -> str:
    """``s.format(*positional, **named)``, or with names looked up in a mapping."""
    pay(len(s) // 16)
    return _Fields(positional, named, mapping).build(s, RECURSION_MAX)


def format_args(s: str, positional: Any, mapping: Any) -> str:
    """What ``str.format_args`` gives."""
    if not isinstance(positional, GuestList):
        pay(len(positional) // 4)
    return format_fields(s, items_of(positional), None, mapping)


def format_args_cost(s: str, positional: Any, mapping: Any) -> int:
    return spent(format_args, s, positional, mapping)


def percent_cost(s: str, values: Any) -> int:
    return spent(percent, s, values)


def spent(function: Callable[..., Any], *args: Any, **named: Any) -> int:
    """What a formatting costs, up to its end or its fault."""
    before = paid()
    try:
        function(*args, **named)
    except GuestFault as fault:
        if fault.code.startswith("E08"):
            raise
    return paid() - before


# --- str % ------------------------------------------------------------------------------------------------------------------------


def _or_itself(op: Callable[[Any], Any], value: Any, *codes: str) -> Any:
    """What the op makes of the value; the value itself where it faults so, but for what a function that it calls faults with."""
    depth = host().depth() if isinstance(value, GuestRecord) else 0
    try:
        return op(value)
    except GuestFault as fault:
        if fault.code not in codes or (depth and host().depth() > depth):
            raise
        return value


def _number(value: Any, kind: str) -> Any:
    """The int that an object is by its class, as the kind of conversion asks for it, or a Decimal cut to one; the value itself for all else, and for what fails to be one."""
    cuts = kind in "diu"
    if cuts and (is_decimal(value) or any(special(value, name) is not None for name in ("__index__", "__int__", "__float__"))):
        return _or_itself(lambda value: _done("any.to_int", value), value, "E0771", "E0780")
    return value if cuts else _or_itself(special_index, value, "E0780")


class _Percent:
    """One ``str %``, as CPython reads it."""

    def __init__(self, s: str, values: Any) -> None:
        self.s = s
        self.at = 0
        self.values = list(values) if isinstance(values, GuestTuple) else [values]
        self.source = values
        self.mapping = isinstance(values, (GuestList, GuestDict, range, bytes)) or (
            special(values, "__getitem__") is not None and type_name(values) != "collections.deque"
        )
        self.next = 0

    def peek(self) -> str:
        return self.s[self.at : self.at + 1]

    def value(self) -> Any:
        if self.next >= len(self.values):
            raise GuestFault("E0790", "not enough arguments for format string")
        self.next += 1
        return self.values[self.next - 1]

    def key(self) -> None:
        if not self.mapping:
            raise GuestFault("E0790", "format requires a mapping")
        self.at += 1
        start, opened = self.at, 1
        while self.at < len(self.s) and opened:
            opened += 1 if self.peek() == "(" else -1 if self.peek() == ")" else 0
            self.at += 1
        if opened:
            raise GuestFault("E0791", "incomplete format key")
        self.values, self.next = [_item(self.source, self.s[start : self.at - 1])], 0

    def size(self, most: int, beyond: str, kind: str) -> int:
        """A width or precision, which may be negative where a value gives it; -1 when there is none."""
        if self.peek() == "*":
            self.at += 1
            value = self.value()
            if not isinstance(value, int):
                raise GuestFault("E0790", "* wants int")
            if not -most <= value < most:
                raise GuestFault("E0797", f"Python int too large to convert to C {kind}")
            return -2 - abs(value) if value < 0 else int(value)
        start = self.at
        while self.peek() and self.peek() in "0123456789":
            self.at += 1
            if int(self.s[start : self.at]) >= most:
                raise GuestFault("E0791", beyond)
        return int(self.s[start : self.at]) if self.at > start else -1

    def conversion(self) -> str:
        if self.peek() == "%":
            self.at += 1
            return "%"
        if self.peek() == "(":
            self.key()
        flags = ""
        while self.peek() and self.peek() in "-+ #0":
            flags += self.peek()
            self.at += 1
        width, precision = self.size(SIZE_LIMIT, "width too big", "ssize_t"), -1
        if width < -1:
            width, flags = min(-2 - width, SIZE_LIMIT - 1), flags + "-"
        if self.peek() == ".":
            self.at += 1
            precision = max(self.size(INT_LIMIT, "precision too big", "int"), 0)
        if self.peek() and self.peek() in "hlL":
            self.at += 1
        kind = self.peek()
        if not kind:
            raise GuestFault("E0791", "incomplete format")
        self.at += 1
        value = self.value()
        pay(FIELD_UNITS + max(width, 0) // 16 + max(precision, 0) // 16)
        return self.shown(value, kind, flags, width, precision)

    def shown(self, value: Any, kind: str, flags: str, width: int, precision: int) -> str:
        left, before = "-" in flags, ""
        if kind in "sra":
            text = _done({"r": "any.repr", "s": "any.to_str", "a": "any.ascii"}[kind], value)
            text = text[:precision] if precision >= 0 else text
        elif kind == "c":
            text = self.character(value)
        elif kind in "diuoxXeEfFgG":
            text = self.digits(value, kind, precision, "#" in flags)
            kind = "d" if kind in "iu" else kind
            if text[0] == "-" or "+" in flags or " " in flags:
                before = "-" if text[0] == "-" else "+" if "+" in flags else " "
                text = text.removeprefix("-")
            if "#" in flags and kind in "oxX":
                before += "0" + kind
            if kind in "doxX":
                text = text.rjust(precision, "0")
            if "0" in flags and not left:
                text = text.rjust(width - len(before), "0")
        else:
            shown = kind if 31 < ord(kind) < 127 else "?"
            raise GuestFault("E0791", f"unsupported format character '{shown}' (0x{ord(kind):x}) at index {self.at - 1}")
        text = before + text
        return str(text.ljust(width) if left else text.rjust(width))

    def character(self, value: Any) -> str:
        value = _number(value, "c")
        if isinstance(value, str) and len(value) == 1:
            return value
        if not isinstance(value, int):
            raise GuestFault("E0790", "%c requires int or char")
        if not 0 <= value < 0x110000:
            raise GuestFault("E0797", "%c arg not in range(0x110000)")
        return chr(value)

    def digits(self, value: Any, kind: str, precision: int, alternate: bool) -> str:
        if kind in "eEfFgG":
            real = _or_itself(lambda value: _done("any.to_number", value, FLOAT), value, "E0309") if not isinstance(value, str) else value
            if not isinstance(real, float):
                raise GuestFault("E0790", f"must be real number, not {type_name(value)}")
            return str(_done("float.format", real, f"{'#' if alternate else ''}.{6 if precision < 0 else precision}{kind}"))
        value = _number(value, kind)
        if isinstance(value, float) and kind in "diu":
            if value != value:
                raise GuestFault("E0791", "cannot convert float NaN to integer")
            if value in (float("inf"), float("-inf")):
                raise GuestFault("E0797", "cannot convert float infinity to integer")
            return str(int(value))
        if not isinstance(value, int):
            needed = "a real number" if kind in "diu" else "an integer"
            raise GuestFault("E0790", f"%{kind} format: {needed} is required, not {type_name(value)}")
        return _formatted(value, "d" if kind in "iu" else kind)


def percent(s: str, values: Any) -> str:
    """``s % values``."""
    pay(len(s) // 16)
    reader, out = _Percent(s, values), []
    while reader.at < len(s):
        start = reader.at
        while reader.at < len(s) and s[reader.at] != "%":
            reader.at += 1
        out.append(s[start : reader.at])
        if reader.at < len(s):
            reader.at += 1
            out.append(reader.conversion())
    if reader.next < len(reader.values) and not reader.mapping:
        raise GuestFault("E0790", "not all arguments converted during string formatting")
    return "".join(out)
