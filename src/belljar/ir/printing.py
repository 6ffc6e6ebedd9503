"""The text of values of class ``any``: ``str`` and ``repr``, containers that hold themselves included."""

from __future__ import annotations

from itertools import count

from belljar.ir import integers
from belljar.ir.class_names import signature_text
from belljar.ir.class_names import type_name as record_type_name
from belljar.ir.guest import (
    GuestDict,
    GuestFault,
    GuestIter,
    GuestList,
    GuestRecord,
    GuestRegex,
    GuestSet,
    GuestTuple,
    assemble,
    int_text,
    is_decimal,
    is_written,
    pay,
    special,
    special_text,
    type_name,
)
from belljar.ir.guest_functions import GuestBuiltIn, GuestFunction, GuestMethod
from belljar.types import NEVER, NONE, NUMBER, OptionalType, RangeType, TupleType, Type, components
from belljar.values import NESTING_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final


def literal(value: Any) -> tuple[str, int]:
    """The value as ``repr`` shows it, and how many values stand nested in it (keys, values, elements and fields, at every depth), what the digits of
    ints beyond 64 bits cost included.

    A container that is inside itself is shown as ``[...]``, ``{...}``, ``(...)`` or ``...`` there. Costs one unit for each nested value, and a sixteenth of the length of the text.
    """
    writer = _Writer()
    writer.put_value(value)
    writer.pay_characters(0)
    return "".join(writer.parts), writer.nested


class _Writer:
    """A text that grows, paid for as C pays (``repr.c``): a nested value before it is written, characters before a string and behind a container."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = self.units = self.nested = 0
        self.open: list[Any] = []  # the containers being written, outermost first

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def pay_characters(self, more: int) -> None:
        units = (self.length + more) // 16
        if units > self.units:
            self.units += pay(units - self.units)

    def put_item(self, value: Any) -> None:
        self.nested += pay(1)
        self.put_value(value)

    def put_value(self, value: Any) -> None:
        if isinstance(value, (str, bytes)):
            self.pay_characters(len(value))
        if isinstance(value, bytes):
            self.put(repr(value))
            self.pay_characters(0)
            return
        if is_decimal(value):
            self.put(repr(value))
            self.pay_characters(0)
            return
        if isinstance(value, int) and not isinstance(value, bool):
            self.nested += pay(integers.digits_cost(value))
            self.put(int_text(value))
            if integers.limbs(value) > 1 or not -(2**63) <= value < 2**63:
                self.pay_characters(0)
            return
        if value is None or value is NotImplemented or isinstance(value, (int, float, str, range)):
            self.put(repr(value))
            return
        if isinstance(value, GuestRegex):
            self.put("<regex>")
            return
        if isinstance(value, GuestIter) and not value.is_view:
            self.put(f"<{value.name} object>")
            return
        if isinstance(value, GuestFunction):
            self.put(signature_text(value.signature))
            return
        if isinstance(value, GuestMethod):
            self.put(f"<bound method {value.signature.title}>")
            return
        if isinstance(value, GuestBuiltIn):
            self.put(f"<built-in method {value.name}>")
            return
        member = special(value, "__repr__")
        if member is not None and is_written(member):
            text = special_text(value, member, depth=len(self.open))
            self.pay_characters(len(text))
            self.put(text)
            return
        if any(other is value for other in self.open):
            self.put(INSIDE_ITSELF.get(type_name(value), "..."))
        else:
            if len(self.open) >= NESTING_MAX:
                raise GuestFault("E0804")
            self.open.append(value)
            self.put_contents(value)
            self.open.pop()
        self.pay_characters(0)

    def put_shape(self, type: Type, slots: Iterator[Any]) -> None:
        """What a field's type makes of its slots. A tuple kept in slots is no container of its own."""
        if isinstance(type, OptionalType):
            present = next(slots)
            if present:
                self.put_shape(type.item, slots)
            else:
                self.put("None")
                for _ in components(type.item):
                    next(slots)
        elif isinstance(type, TupleType):
            self.put("(")
            for position, item in enumerate(type.items):
                if position:
                    self.put(", ")
                self.nested += pay(1)
                self.put_shape(item, slots)
            self.put(",)" if len(type.items) == 1 else ")")
        elif isinstance(type, RangeType) or type in (NONE, NEVER, NUMBER):
            self.put(repr(assemble(type, slots)))
        else:
            self.put_value(next(slots))

    def put_view(self, view: GuestIter) -> None:
        """A view of a dict, as the list of what it gives."""
        self.put(f"{view.name}([")
        place = -1
        for position in count():
            if (place := view.source.next(place + 1)) < 0:
                break
            key, item = view.source.entry(place)
            if position:
                self.put(", ")
            if view.walk == "items":
                self.nested += pay(1)
                self.put("(")
                self.put_item(key)
                self.put(", ")
                self.put_item(item)
                self.put(")")
            else:
                self.put_item(key if view.walk == "keys" else item)
        self.put("])")

    def put_contents(self, value: Any) -> None:
        if isinstance(value, GuestRecord) and value.layout.entry:
            kind, function = type_name(value), value.layout.generator.partition("(")[0]
            self.put(f"<generator object {function}>" if kind == "generator" else f"<{kind} object>")
        elif (
            isinstance(value, GuestRecord) and special(value, "__repr__") is not None and value.layout.specials["__repr__"].kind == "object"
        ):
            self.put(f"<{record_type_name(value.layout.name)} object>")
        elif isinstance(value, GuestRecord):
            self.put(f"{value.layout.name.rpartition('.')[2]}(")
            slots = iter(value.slots)
            for position, (name, type) in enumerate(value.layout.fields):
                self.put(f", {name}=" if position else f"{name}=")
                self.nested += pay(1)
                self.put_shape(type, slots)
            self.put(")")
        elif isinstance(value, GuestIter):
            self.put_view(value)
        elif isinstance(value, GuestDict):
            self.put("{")
            place = -1
            for position in count():
                if (place := value.next(place + 1)) < 0:
                    break
                key, item = value.entry(place)
                if position:
                    self.put(", ")
                self.put_item(key)
                self.put(": ")
                self.put_item(item)
            self.put("}")
        elif isinstance(value, GuestSet) and not len(value):
            self.put(f"{type_name(value)}()")
        else:
            start, end = "[]" if isinstance(value, GuestList) else "{}" if isinstance(value, GuestSet) else "()"
            if isinstance(value, GuestSet) and value.is_frozen:
                start, end = "frozenset({", "})"
            self.put(start)
            for position, item in enumerate(_live(value)):
                if position:
                    self.put(", ")
                self.put_item(item)
            self.put(f",{end}" if isinstance(value, GuestTuple) and len(value) == 1 else end)


def _live(value: Any) -> Iterator[Any]:
    """The elements as they are when each is reached."""
    if isinstance(value, GuestSet):
        place = -1
        while (place := value.table.next(place + 1)) >= 0:
            yield value.at(place)
    else:
        yield from value


INSIDE_ITSELF: Final = {"list": "[...]", "dict": "{...}", "tuple": "(...)"}
"""How a container that is inside itself is shown there, by the name of its type; others as ``...``."""
