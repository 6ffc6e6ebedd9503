"""What values depend on: a graph of dynamic events, and for every object which event made which part of it.

A *dependence* is the number of a node, 0 for what depends on nothing. A node has the dependences it came from, all with smaller numbers; some nodes are *events*, things that people know: an input, an
assignment, a branch. A dependence is *tainted* if an input is among what it came from: only then could the value have been another one.

An object's dependences (:class:`Shadow`) are by part. ``slots`` holds the parts that were certainly assigned: list items by index, dict entries by position, fields by slot. ``whole`` stands for the parts
that nobody assigned since, ``shape`` for length, keys and order, and ``maybe`` for writes that could have met any part: through an index that depends on an input, or in the arm of a branch that was
not taken. Of an input the parts are inputs themselves, made when they are first looked at: ``path`` says which.
"""

from __future__ import annotations

from belljar.ir.guest import CLASSES, GuestDict, GuestIter, GuestList, GuestRecord, GuestSet, GuestTuple
from belljar.ir.guest_functions import GuestFunction, GuestMethod
from belljar.structs import Struct
from belljar.types import ListType, SetType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final

    from belljar.source import Span

CONTAINERS: Final = (GuestList, GuestTuple, GuestDict, GuestSet, GuestRecord, GuestIter, GuestFunction, GuestMethod)


class TooManyNodes(Exception):
    """The graph would have more nodes than it may."""


class Event(Struct):
    """A node that people know. ``kind`` is ``input``, ``host``, ``assign``, ``write``, ``branch``, ``return`` or ``raise``; ``what`` a name or a part, ``value`` what it was, a container as text. ``around`` is
    what it ran because of, ``depth`` how many calls are open, ``parts`` what the first parts of a container came from."""

    __slots__ = ("around", "depth", "function", "kind", "parts", "span", "value", "what")

    def __init__(
        self, kind: str, span: Span, function: str, what: str, value: Any, around: int = 0, depth: int = 0, parts: tuple[int, ...] = ()
    ) -> None:
        self.kind = kind
        self.span = span
        self.function = function
        self.what = what
        self.value = value
        self.around = around
        self.depth = depth
        self.parts = parts


class Dependences:
    """The graph. Raises TooManyNodes beyond ``nodes_max``."""

    def __init__(self, nodes_max: int) -> None:
        self.nodes_max: Final = nodes_max
        self.sources: list[tuple[int, ...]] = [()]
        self.tainted = bytearray(1)
        self.events: dict[int, Event] = {}
        self._joined: dict[tuple[int, ...], int] = {}

    def _node(self, sources: tuple[int, ...], is_input: bool = False) -> int:
        if len(self.sources) >= self.nodes_max:
            raise TooManyNodes
        self.sources.append(sources)
        self.tainted.append(is_input or any(self.tainted[source] for source in sources))
        return len(self.sources) - 1

    def join(self, *dependences: int) -> int:
        """What depends on all of them."""
        found = tuple(sorted({one for one in dependences if one}))
        if len(found) < 2:
            return found[0] if found else 0
        made = self._joined.get(found)
        if made is None:
            if len(self._joined) >= JOINED_MAX:
                self._joined.clear()
            made = self._joined[found] = self._node(found)
        return made

    def event(self, event: Event, *dependences: int) -> int:
        """An event that came from these."""
        made = self._node(tuple(sorted({one for one in dependences if one})), event.kind in ("input", "host"))
        self.events[made] = event
        return made

    def reached(self, start: int) -> list[int]:
        """All that a dependence came from, itself included, oldest first."""
        seen = {start} if start else set()
        waiting = list(seen)
        while waiting:
            for source in self.sources[waiting.pop()]:
                if source not in seen:
                    seen.add(source)
                    waiting.append(source)
        return sorted(seen)


JOINED_MAX: Final = 1 << 16
"""Joins that are remembered, so that the same one is made once."""


class Shadow:
    """The dependences of one object: see the module. ``born`` is when they began to be kept, by the count of the world's writes."""

    __slots__ = ("born", "maybe", "object", "path", "shape", "slots", "whole")

    def __init__(self, object: Any, whole: int, born: int, path: str = "") -> None:
        self.object = object  # which keeps its identity from being another's
        self.whole = whole
        self.shape = 0
        self.maybe = 0
        self.born = born
        self.path = path
        self.slots: dict[int, int] = {}


def parts_of(value: Any) -> Iterator[Any]:
    """What is in a container, as far as that may be containers."""
    if isinstance(value, GuestList):
        return iter(()) if isinstance(value.type, ListType) and value.type.item in CLASSES else iter(value)
    if isinstance(value, GuestTuple):
        return iter(value)
    if isinstance(value, GuestDict):
        return (part for entry in value.items() for part in entry)
    if isinstance(value, GuestSet):
        return iter(()) if isinstance(value.type, SetType) and value.type.item in CLASSES else iter(value)
    if isinstance(value, GuestRecord):
        return iter(value.slots)
    if isinstance(value, GuestIter):
        return iter((value.source,))
    if isinstance(value, GuestFunction):
        return iter(value.captured)
    if isinstance(value, GuestMethod):
        return iter((value.receiver, value.function))
    return iter(())
