"""Dependences of objects, read and written as ops do: see :mod:`belljar.engines.dependences`."""

from __future__ import annotations

from belljar.engines.dependences import CONTAINERS, Dependences, Event, Shadow, parts_of
from belljar.engines.preview import Preview, from_outside, opened
from belljar.ir.guest import CLASSES, GuestDict, GuestList, GuestRecord, GuestTuple
from belljar.ir.writes import EVERYTHING, slot_kind
from belljar.source import NOWHERE
from belljar.types import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Final

    from belljar.engines.preview import Opened

PARTS_MAX: Final = 8
"""Parts of a container that are glimpsed at."""
TEXT_MAX: Final = 70
"""Characters of a value in a step."""


def shown(value: Any) -> Any:
    """A value as an event keeps it: numbers and short texts as they are, the rest as text."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value if len(value) <= TEXT_MAX else value[: TEXT_MAX - 1] + "…"
    text = repr(from_outside(value) if opened(value) is None else Preview(value, _seen))
    return Shown(text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1] + "…")


def _seen(value: Any) -> Opened | None:
    """What is in a value, without what exceptions have besides what they were given."""
    found = opened(value)
    if found is not None and isinstance(value, GuestRecord):
        found.parts = [(name, part) for name, part in found.parts if not name.startswith("__")]
    return found


class Shown(str):
    """The text that stands for a container."""

    __slots__ = ()


class HeapDependences:
    """The shadows of the objects of a run. ``world`` are writes that could have met any object of a kind, counted by ``writes``."""

    def __init__(self, graph: Dependences) -> None:
        self.graph: Final = graph
        self.join: Final = graph.join
        self._shadows: dict[int, Shadow] = {}
        self._inputs: dict[str, int] = {}
        self._world: dict[str, tuple[int, int]] = {}
        self._writes = 0

    # --- inputs ---------------------------------------------------------------------------------------------------------------------

    def input(self, path: str, value: Any) -> int:
        """The event of an input, or of a part of one."""
        found = self._inputs.get(path)
        if found is None:
            found = self._inputs[path] = self.graph.event(Event("input", NOWHERE, "", path, shown(value)))
        return found

    def give(self, value: Any, path: str, type: Any = None, whole: Any = ...) -> int:
        """A value from outside; gives the dependence of the value itself, what is in a container not included. ``whole`` is the value that people know, where this is a component of one."""
        if not isinstance(value, CONTAINERS):
            return self.input(path, value if whole is ... else whole)
        if id(value) not in self._shadows:
            self._shadows[id(value)] = Shadow(value, 0, self._writes, path)
        return self.input(path, value) if type == ANY else 0

    def answer(self, value: Any, dependence: int) -> None:
        """What a function of the host answered."""
        if isinstance(value, CONTAINERS):
            self.of(value, dependence)

    # --- reading --------------------------------------------------------------------------------------------------------------------

    def of(self, value: Any, dependence: int) -> Shadow:
        """The shadow of an object. One that has none was made by what gave the reference, which is the dependence."""
        found = self._shadows.get(id(value))
        if found is None:
            found = self._shadows[id(value)] = Shadow(value, dependence, self._writes)
        return found

    def world(self, shadow: Shadow, slot: int = -1) -> int:
        """What could have been written to the object without being seen to."""
        if not self._world:
            return 0
        value = shadow.object
        kinds = ("record", slot_kind(slot), EVERYTHING) if isinstance(value, GuestRecord) else (str(value.type), EVERYTHING)
        return self.join(*[found[1] for found in map(self._world.get, kinds) if found is not None and found[0] > shadow.born])

    def part(self, shadow: Shadow, slot: int) -> int:
        """A part as it was in the beginning, or last assigned."""
        found = shadow.slots.get(slot)
        if found is not None:
            return found
        if not shadow.path:
            return shadow.whole
        value, name, type = part_of(shadow.object, slot)
        whole = whole_of(shadow.object.layout.slots, shadow.object.slots, slot) if isinstance(shadow.object, GuestRecord) else ...
        return self.give(value, shadow.path + name, type, whole)

    def slot(self, shadow: Shadow, slot: int) -> int:
        """A part as it is now."""
        part, maybe, world = self.part(shadow, slot), shadow.maybe, self.world(shadow, slot)
        return self.join(part, maybe, world) if maybe or world else part

    def shape(self, shadow: Shadow) -> int:
        """The length, the keys, the order."""
        given = 0
        if shadow.path:
            value = shadow.object
            name = f"keys({shadow.path})" if isinstance(value, GuestDict) else f"len({shadow.path})"
            given = self.input(name, len(value) if hasattr(value, "__len__") else None)
        return self.join(shadow.whole, shadow.shape, shadow.maybe, given, self.world(shadow))

    def deep(self, value: Any, dependence: int) -> int:
        """A value with all that is in it."""
        if not isinstance(value, CONTAINERS):
            return dependence
        found = {dependence}
        seen = {id(value)}
        waiting = [(value, dependence)]
        while waiting:
            one, reference = waiting.pop()
            shadow = self._shadows.get(id(one))
            if shadow is not None:
                found.update((shadow.whole, shadow.shape, shadow.maybe, self.world(shadow), *shadow.slots.values()))
                if isinstance(one, GuestRecord) and self._world:
                    found.update([self.world(shadow, slot) for slot in range(len(one.slots))])
                if shadow.path:
                    found.add(self.input(shadow.path, one))
            for part in parts_of(one):
                if isinstance(part, CONTAINERS) and id(part) not in seen:
                    seen.add(id(part))
                    waiting.append((part, reference))
        return self.join(*found)

    def glimpse(self, value: Any) -> tuple[int, ...]:
        """What the first parts of a container came from, as far as that is known."""
        shadow = self._shadows.get(id(value))
        if shadow is None:
            return ()
        return (shadow.whole, shadow.shape, *[shadow.slots[slot] for slot in list(shadow.slots)[:PARTS_MAX]])

    # --- writing --------------------------------------------------------------------------------------------------------------------

    def set(self, shadow: Shadow, slot: int, dependence: int, place: int) -> None:
        """Assign a part. ``place`` is what the reference and the index came from: where that is tainted, other parts could have been meant."""
        shadow.slots[slot] = dependence
        if self.graph.tainted[place]:
            shadow.maybe = self.join(shadow.maybe, place)

    def grow(self, shadow: Shadow, dependence: int) -> None:
        """Change the length or the keys."""
        shadow.shape = self.join(shadow.shape, dependence)

    def clear(self, shadow: Shadow, dependence: int) -> None:
        """Remove all there is."""
        self._children(shadow)
        shadow.slots.clear()
        shadow.path, shadow.whole, shadow.maybe, shadow.shape, shadow.born = "", dependence, 0, 0, self._writes

    def change(self, shadow: Shadow, dependence: int) -> None:
        """Change the object in a way that is not looked into: all of it comes from all of it."""
        given = self.input(shadow.path, shadow.object) if shadow.path else 0
        self._children(shadow)
        shadow.whole = self.join(shadow.whole, shadow.shape, given, dependence, *shadow.slots.values())
        shadow.slots.clear()
        shadow.path, shadow.shape = "", 0

    def may_change(self, shadow: Shadow, what: Any, dependence: int) -> None:
        """The object may have been written to in a way that was not gone."""
        if isinstance(what, int):
            shadow.slots[what] = self.join(self.part(shadow, what), dependence)
        elif what == "shape":
            shadow.shape = self.join(shadow.shape, dependence)
        else:
            shadow.maybe = self.join(shadow.maybe, dependence)

    def may_change_any(self, kind: str, dependence: int) -> None:
        """Any object of a kind that there is may have been written to."""
        self._writes += 1
        self._world[kind] = self._writes, self.join(self._world.get(kind, (0, 0))[1], dependence)

    def _children(self, shadow: Shadow) -> None:
        """Give the containers in an input their own paths, before its own is forgotten."""
        if shadow.path:
            for slot in slots_of(shadow.object):
                if slot not in shadow.slots:
                    value, name, type = part_of(shadow.object, slot)
                    if isinstance(value, CONTAINERS):
                        self.give(value, shadow.path + name, type)


def slots_of(value: Any) -> Iterable[int]:
    """The numbers of the parts of a container that have any."""
    if isinstance(value, GuestList):
        return () if value.type.item in CLASSES else range(len(value))  # type: ignore[attr-defined]
    if isinstance(value, GuestTuple):
        return range(len(value))
    if isinstance(value, GuestDict):
        return [value.serial(place) for place, entry in enumerate(value.entries) if entry is not None]
    if isinstance(value, GuestRecord):
        return range(len(value.slots))
    return ()


def part_of(value: Any, slot: int) -> tuple[Any, str, Any]:
    """A part of an object from outside: what it is, what it is called after the name of the object, its storage type."""
    if isinstance(value, GuestRecord):
        name, type = value.layout.slots[slot]
        return value.slots[slot], f".{variable_of(name)}", type
    if isinstance(value, GuestDict):
        entry = value.entry(value.position(slot))
        return entry[1], f"[{shown(entry[0])!r}]", value.type.value  # type: ignore[attr-defined]
    type = value.type
    items = getattr(type, "items", None)
    item = getattr(type, "item", None) if items is None else items[slot] if slot < len(items) else ANY
    return value[slot], f"[{slot}]", item


def variable_of(name: str) -> str:
    """The variable that a register holds a component of, as people write it: ``t.0`` is ``t[0]``."""
    name = name.partition("$")[0]  # of a comprehension, whose variables are its own
    for place, character in enumerate(name):
        if character in ".?~":
            rest = name[place + 1 :].split(".")[0] if character == "." else ""
            return f"{name[:place]}[{rest}]" if rest.isdigit() else name[:place]
    return name


def whole_of(described: Sequence[tuple[str, Any]], values: Sequence[Any], place: int) -> Any:
    """The value of which the component at a place is a part, as people know it: an optional is None or what it holds. ``described`` has the name of each component first."""
    known = variable_of(described[place][0])
    return _whole([(one[0], value) for one, value in zip(described, values, strict=True) if variable_of(one[0]) == known], values[place])


def _whole(parts: list[tuple[str, Any]], part: Any) -> Any:
    first, value = parts[0]
    if first.endswith("?"):
        return None if not value else _whole(parts[1:], part) if len(parts) > 1 else Shown("not None")
    if first.endswith("~"):
        return parts[2][1] if value else parts[1][1]
    if first.endswith(".start"):
        return range(*(one for _, one in parts))
    return value if len(parts) == 1 else part


def is_item(value: Any, index: Any) -> bool:
    """Whether an index is one of a list, a tuple."""
    return isinstance(value, (GuestList, GuestTuple)) and isinstance(index, int) and -len(value) <= index < len(value)
