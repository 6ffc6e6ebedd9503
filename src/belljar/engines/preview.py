"""Containers in messages: the first values of one, however large or entangled the whole is.

Every engine shows a value in an error by the same walk, depth first, so that the message is the same. The walk asks the engine what is in a container; only what is visited is ever decoded. What is
left out stands as ``...``, a container inside itself as CPython shows it.
"""

from __future__ import annotations

from itertools import islice

from belljar.ir.crossing import leave
from belljar.ir.guest import UNSET, GuestDict, GuestList, GuestRecord, GuestSet, GuestTuple, fields_of, type_name
from belljar.ir.guest_functions import GuestBuiltIn, GuestFunction, GuestMethod
from belljar.ir.printing import INSIDE_ITSELF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Final

VALUES_MAX: Final = 200
"""Values that are visited."""
CHARACTERS_MAX: Final = 400
"""Longest string in a container that is taken whole; of a longer one the two ends are."""


class CutText(str):
    """The two ends of a string of which ``whole`` is the length."""

    whole: int

    def __new__(cls, ends: str, whole: int) -> CutText:
        self = super().__new__(cls, ends)
        self.whole = whole
        return self


class Opened:
    """A container: its type's name as CPython gives it, its identity, its length and what it holds. Of a dict and a record ``parts`` are pairs, of a key or a field's name and a value."""

    __slots__ = ("identity", "length", "name", "parts")

    def __init__(self, name: str, identity: int, length: int, parts: Iterable[Any]) -> None:
        self.name = name
        self.identity = identity
        self.length = length
        self.parts = parts


class Preview:
    """Stands for a container in a message. ``opened`` gives what is in a container, None for all other values."""

    def __init__(self, value: Any, opened: Callable[[Any], Opened | None]) -> None:
        self.value = value
        self.opened = opened
        container = opened(value)
        assert container is not None
        self.name, self.length = container.name, container.length

    def __len__(self) -> int:
        return self.length

    def items(self) -> list[Any]:
        """The first values of a list or tuple, containers among them as previews."""
        container = self.opened(self.value)
        assert container is not None
        return [self._part(value) for value in islice(container.parts, VALUES_MAX)]

    def field(self, name: str) -> Any:
        """A field of a record, None where it has none of that name."""
        container = self.opened(self.value)
        assert container is not None
        for part in container.parts:
            if isinstance(part, tuple) and len(part) == 2 and part[0] == name:
                return self._part(part[1])
        return None

    def _part(self, value: Any) -> Any:
        return value if self.opened(value) is None else Preview(value, self.opened)

    def __repr__(self) -> str:
        walk = _Walk(self.opened)
        walk.put(self.value)
        return "".join(walk.text)


class _Walk:
    def __init__(self, opened: Callable[[Any], Opened | None]) -> None:
        self.opened = opened
        self.left = VALUES_MAX
        self.text: list[str] = []
        self.inside: list[int] = []

    def put(self, value: Any) -> None:
        self.left -= 1
        if isinstance(value, str):
            self.text.append(repr(shortened(value)))
            return
        container = self.opened(value)
        if container is None:
            if value.__class__ is tuple:  # a record's field that is kept in several slots
                self.put_all("(", value, ",)" if len(value) == 1 else ")")
            else:
                self.text.append(_literal(value))
        elif container.identity in self.inside:
            self.text.append(INSIDE_ITSELF.get(container.name, "..."))
        else:
            self.inside.append(container.identity)
            self.put_container(container)
            self.inside.pop()

    def put_container(self, container: Opened) -> None:
        name, parts = container.name, container.parts
        if name == "dict":
            self.put_pairs("{", parts, ": ", "}", keys=True)
        elif name == "set":
            self.put_all("{" if container.length else "set(", parts, "}" if container.length else ")")
        elif name == "frozenset":
            self.put_all("frozenset({" if container.length else "frozenset(", parts, "})" if container.length else ")")
        elif name in ("list", "tuple"):
            start, end = "[]" if name == "list" else "()"
            self.put_all(start, parts, f",{end}" if name == "tuple" and container.length == 1 else end)
        else:
            self.put_pairs(f"{name}(", parts, "=", ")", keys=False)

    def items(self, parts: Iterable[Any]) -> Iterator[Any]:
        """The parts, with what stands between them, as far as the walk goes."""
        for position, part in enumerate(parts):
            if position:
                self.text.append(", ")
            if self.left <= 0:
                self.text.append("...")
                return
            yield part

    def put_all(self, start: str, parts: Iterable[Any], end: str) -> None:
        self.text.append(start)
        for part in self.items(parts):
            self.put(part)
        self.text.append(end)

    def put_pairs(self, start: str, parts: Iterable[tuple[Any, Any]], between: str, end: str, *, keys: bool) -> None:
        self.text.append(start)
        for key, value in self.items(parts):
            if keys:
                self.put(key)
            else:
                self.text.append(key)
            self.text.append(between)
            self.put(value)
        self.text.append(end)


def _literal(value: Any) -> str:
    """A value that holds no others. An int of more digits than Python writes is told by its size."""
    try:
        return repr(from_outside(value))
    except ValueError:
        return f"<int of {value.bit_length()} bits>"


def from_outside(value: Any) -> Any:
    """A function as the host sees it, which has no address; all else as it is."""
    return leave(value) if isinstance(value, (GuestFunction, GuestMethod, GuestBuiltIn)) else value


def shortened(text: str) -> str:
    """The text, or the two ends of a long one."""
    half = CHARACTERS_MAX // 2
    return text if len(text) <= CHARACTERS_MAX else text[:half] + text[-half:]


def opened(value: Any) -> Opened | None:
    """What is in a guest value."""
    if isinstance(value, GuestRecord):
        return Opened(type_name(value), id(value), 0, ((name, part) for name, part in fields_of(value) if part is not UNSET))
    if isinstance(value, GuestDict):
        return Opened("dict", id(value), len(value), value.items())
    if isinstance(value, GuestSet):
        return Opened(type_name(value), id(value), len(value), value)
    for kind, name in ((GuestList, "list"), (GuestTuple, "tuple")):
        if isinstance(value, kind):
            return Opened(name, id(value), len(value), value)
    return None
