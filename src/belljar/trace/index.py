"""The index of a recorded trace: how many events there are, and the state of the builder at places all along, so that a window is made from the place before it.

Marks are scanned in C (``csrc/trace/scan.h``), which counts events and remembers where the marks lie that gave the names of open frames their values; only of a place that is asked for are
those values read. This module has the table that the scan goes by, and makes builders of its states.

Invariants: a builder made here is as the one that read all marks before, so events are the same however they are come to; states take at most about a byte an event.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right

from belljar.errors import bell_error
from belljar.trace.building import MODULE_LEVEL, NODE_OF, Construct, EventBuilder, Frame, note, opening_facts, raised_by
from belljar.trace.marks import NO_MARKS
from belljar.trace.points import ABSENT, words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final

    from belljar.errors import BellError
    from belljar.trace.blocks import Blocks
    from belljar.trace.marks import MarkReader
    from belljar.trace.points import Point, Points, Shape, Site

CHECKPOINT_EVENTS: Final = 4096
"""Events between two places of the index, about."""
LOG_MAX: Final = 1024
"""Marks that changed a part of what a name has before its value is made."""
MADE: Final = 1 << 63
"""What a name has that is none any more."""

# The names of scan.h.
_KINDS: Final = {
    "host": 0, "resume": 1, "module": 2, "function": 2, "pass": 4, "item": 4, "done": 5, "break": 6, "case": 7, "made": 8, "raise": 9, "caught": 10,
    "except": 11, "return": 12, "end": 13, "yield": 14, "asks": 15, "changed": 17,
}  # fmt: skip
_OPENING, _POINT = 3, 16
_HIDDEN, _FULL, _TASK, _TRY, _TELLS, _VALUES = (1 << place for place in range(6))
_SET, _SET_IF, _SET_CHANGED, _ITEM, _PART, _SIZE, _DELETE, _ONLY_IF = range(8)
_REASONS: Final = ("", "condition", "exhausted", "break", "raise", "caught")
_FOUND, _RESUMED = 1, 2


class _Names:
    """Numbers of names."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        number = self._numbers.setdefault(name, len(self.names))
        if number == len(self.names):
            self.names.append(name)
        return number


def table_of(points: Points) -> tuple[array[int], list[str]]:
    """The table of sites for the scan, and the names in it by number."""
    names = _Names()
    openings = {(site.point.frame, site.point.construct): number for number, site in enumerate(points.sites) if site.point.kind in NODE_OF}
    table = array("i")
    for site in points.sites:
        point = site.point
        kind = _OPENING if point.kind in NODE_OF else _KINDS.get(point.kind, _POINT)
        words = "".join(map(words_of, site.shapes))
        effects = list(_effects(site, names))
        table.extend((kind, point.frame, point.construct, _flags(points, site), len(point.path)))
        for construct in point.path:
            table.extend((construct, openings.get((point.frame, construct), -1)))
        table.extend((len(words), *map(ord, words), len(effects)))
        for effect in effects:
            table.extend(effect)
    return table, names.names


def _flags(points: Points, site: Site) -> int:
    point = site.point
    flags = 0
    if point.kind in NODE_OF and ("hidden", True) in point.told:
        flags |= _HIDDEN
    if points.level == "full":
        flags |= _FULL
    if point.kind == "function" and point.function in points.tasks:
        flags |= _TASK
    if point.kind == "try":
        flags |= _TRY
    if point.facts.get("handler") or points.level == "calls":
        flags |= _TELLS
    return flags | (_VALUES if site.shapes else 0)


def _effects(site: Site, names: _Names) -> Iterator[tuple[int, int, int, int]]:
    """What :func:`~belljar.trace.building.note` does with the marks of a site, as the scan knows it."""
    point, shapes = site.point, site.shapes
    kind, facts = point.kind, point.facts
    if kind in ("module", "function"):
        word = 0
        for name, shape in zip(point.names, shapes, strict=True):
            yield _set(names(name), shape[1], word + 1) if shape[0] == "!" else _set(names(name), shape, word)
            word += len(words_of(shape))
    elif kind == "assign" and not facts.get("inner"):
        variable: str = facts["variable"]
        if len(shapes) > 1:
            yield _ITEM, names(variable.partition("[")[0]), -1, 0
        else:
            yield from _assigned(variable, shapes[0], names)
    elif kind == "pass" and shapes:
        bound = facts.get("bound")
        if not bound:
            yield from _assigned(facts["loop_var"], shapes[0], names)
            return
        for name in filter(None, bound):
            yield from _unpacked(names(name), shapes[0], 0, len(bound))
    elif kind == "changed":
        (name,) = point.names
        yield from _changed(names(name), shapes[0], 0, bool(facts["by"]), int(len(shapes) > 1))
    elif kind == "delete":
        yield _DELETE, names(facts["variable"]), -1, 0


def _set(name: int, shape: Shape, word: int) -> tuple[int, int, int, int]:
    return _SET, name, word if shape == "v" else -1, 0


def _assigned(variable: str, shape: Shape, names: _Names) -> Iterator[tuple[int, int, int, int]]:
    owner, dot, field = variable.partition(".")
    if variable.isidentifier():
        yield _set(names(variable), shape, 0)
    elif dot and field.isidentifier():
        yield _PART, names(owner), -1, 0


def _unpacked(name: int, shape: Shape, word: int, count: int) -> Iterator[tuple[int, int, int, int]]:
    """The name is set if the value is a list or tuple of so many items."""
    if shape == "v":
        yield _SET_IF, name, word, count
    elif shape[0] == "?":
        for effect in _unpacked(name, shape[1], word + 1, count):
            yield _ONLY_IF, name, word, 1
            yield effect
    elif (shape[0] == "(" and len(shape) - 1 == count) or (
        shape[0] == "=" and isinstance(shape[1], (tuple, list)) and len(shape[1]) == count
    ):
        yield _SET, name, -1, 0


def _changed(name: int, shape: Shape, word: int, by: bool, more: int) -> Iterator[tuple[int, int, int, int]]:
    """The name is set, unless the value is an int and ``by`` says that this is a size then."""
    if shape[0] == "!":
        yield _ONLY_IF, name, word, 1
        yield _set(name, shape[1], word + 1)
    elif not by:
        yield _set(name, shape, word)
    elif shape in ("z", "i"):
        yield _SIZE, name, word, more
    elif shape == "v":
        yield _SET_CHANGED, name, word, 0
    elif shape == "#":
        yield _ONLY_IF, name, word, 0
        yield _PART, name, -1, 0
        yield _ONLY_IF, name, word, 1
        yield _SET, name, -1, 0
    elif shape[0] == "?":
        for effect in _changed(name, shape[1], word + 1, by, more):
            if effect[0] == _ONLY_IF:  # an optional number: the value is made when it is read
                yield _PART, name, -1, 0
                return
            yield _ONLY_IF, name, word, 1
            yield effect
        yield _ONLY_IF, name, word, 0
        yield _SET, name, -1, 0
    elif shape == "b" or (shape[0] == "=" and isinstance(shape[1], int)):
        yield _PART, name, -1, 0
    else:
        yield _SET, name, -1, 0


class TraceIndex:
    """Places of a trace with the state of the builder there. ``first`` is the builder at the beginning; ``events`` are those counted so far, ``is_whole`` says that this is all."""

    def __init__(self, points: Points, blocks: Blocks, reader: MarkReader, first: EventBuilder) -> None:
        from belljar.trace._scan import Scan

        self.points = points
        self.blocks = blocks
        self.first = first
        self._reader = reader
        table, self._names = table_of(points)
        self._scan = Scan(table, len(points.sites), LOG_MAX)
        self._places: list[tuple[int, int, int, bytes]] = [(0, 0, 0, self._scan.state())]
        self._block = self._at = 0
        self._made: dict[int, Any] = {}
        self._next_made = self._kept_made = 0
        self.is_whole = False

    @property
    def events(self) -> int:
        return self._scan.events

    @property
    def hosts(self) -> int:
        """The marks of functions of the host counted so far."""
        return self._scan.hosts

    def advance(self) -> bool:
        """Scan up to the next place; False at the end. Raises E1321 for what is no mark."""
        from belljar.trace import _scan

        if self.is_whole:
            return False
        scan = self._scan
        events, _, _, state = self._places[-1]
        due = events + self.stride(state)
        while self._block < len(self.blocks):
            why, self._at = scan.block(self.blocks[self._block], self._block, self._at, due)
            if why == _scan.DAMAGED:
                raise damaged(self._block, self._at)
            if why == _scan.ASKING:
                self._make()
            elif why == _scan.DUE:
                self._keep()
                return True
            else:
                self._block, self._at = self._block + 1, 0
        self._keep()
        self.is_whole = True
        return False

    def stride(self, state: bytes) -> int:
        """How many events lie between a place and the next."""
        return max(CHECKPOINT_EVENTS, len(state))

    def finish(self) -> EventBuilder:
        """The builder after the last mark."""
        while self.advance():
            pass
        return self._last()[3]

    def _last(self) -> tuple[int, int, int, EventBuilder]:
        """The last place."""
        number, block, at, state = self._places[-1]
        return number, block, at, self.builder(state)

    def before(self, event: int) -> tuple[int, int, int, EventBuilder]:
        """The last place that is known not to be behind an event: the number of the event there, block and offset of its mark, the builder."""
        number, block, at, state = self._places[bisect_right(self._places, event, key=lambda place: place[0]) - 1]
        return number, block, at, self.builder(state)

    def known(self, event: int) -> int:
        """The number of the event at the last place that is not behind an event."""
        return self._places[bisect_right(self._places, event, key=lambda place: place[0]) - 1][0]

    def _keep(self) -> None:
        """Make this a place. Values that were made since the last one are kept if its state has them."""
        state = self._scan.state()
        self._places.append((self._scan.events, self._block, self._at, state))
        if self._next_made > self._kept_made:
            used = {word - MADE for word in array("Q", state) if word >= MADE}
            for number in range(self._kept_made, self._next_made):
                if number not in used:
                    self._made.pop(number, None)
            self._kept_made = self._next_made

    def _make(self) -> None:
        """Make the value that the scan asks for."""
        try:
            _, value, _ = self._named(iter(array("Q", self._scan.asked())))
        except NO_MARKS as problem:
            raise damaged(self._block, self._at) from problem
        number, self._next_made = self._next_made, self._next_made + 1
        self._made[number] = value
        is_cut = isinstance(value, list) and value[-1:] == ["..."]
        self._scan.settle(number, len(value) - 1 if is_cut else 0)

    # --- builders from states -------------------------------------------------------------------------------------------------------

    def builder(self, state: bytes) -> EventBuilder:
        """The builder that a state stands for. Raises E1321 where its marks are not those of the points."""
        try:
            return self._builder(state)
        except NO_MARKS as problem:
            raise damaged(self._block, self._at) from problem

    def _builder(self, state: bytes) -> EventBuilder:
        made = self.first.copy()
        words = iter(array("Q", state))
        made.asked += next(words)
        raised, call, count = next(words), next(words), next(words)
        if raised:
            made.raised = raised_by(*self._mark(raised))
        if call:
            point = self._mark(call)[0]
            made.place = point.line, point.column
        made.frames = [self._frame(words) for _ in range(count)]
        for number in words:
            waiting = next(words)
            frame = self._frame(words)
            made.suspended[number] = [frame, *([frame] * min(waiting - 1, 1))]  # of several none goes on by itself
        return made

    def _mark(self, place: int) -> tuple[Point, list[Any]]:
        """The mark at a place."""
        block, at = (place - 1) >> 32, (place - 1) & 0xFFFFFFFF
        data = self.blocks[block]
        try:
            return self.points.sites[self._reader.site(data, at)].point, self._reader.values(data, at)[0]
        except NO_MARKS as problem:
            raise damaged(block, at) from problem

    def _frame(self, words: Iterator[int]) -> Frame:
        site, began, is_task = next(words), next(words), next(words)
        point = self.points.sites[site].point
        node_type = "TASKDEF" if is_task else "CALL"
        if point.kind == "module" or (began == _FOUND and point.function == MODULE_LEVEL):
            node_type = "MODULE"
        frame = Frame(point.frame, point.function, node_type, 0 if began == _FOUND else point.line, {})
        for _ in range(next(words)):
            name, value, _ = self._named(words)
            if value is not ABSENT:
                frame.names[name] = value
        frame.open = [self._construct(words) for _ in range(next(words))]
        return frame

    def _named(self, words: Iterator[int]) -> tuple[str, Any, int]:
        """A name, its value, and how many marks changed parts of that."""
        name, base, count = self._names[next(words)], next(words), next(words)
        names: dict[str, Any] = {}
        if base < MADE:
            note(names, *self._mark(base))
        elif self._made[base - MADE] is not ABSENT:
            names[name] = self._made[base - MADE]
        for _ in range(count):
            note(names, *self._mark(next(words)))
        return name, names.get(name, ABSENT), count

    def _construct(self, words: Iterator[int]) -> Construct:
        site, place, iterations, reason, case, caught = (next(words) for _ in range(6))
        point = self.points.sites[site].point
        made = Construct(point, point.construct, dict(point.facts))
        if place:
            made.facts = opening_facts(*self._mark(place))
        if case:
            made.facts.update(self.points.sites[case - 1].point.facts)
        if caught:
            made.facts["exception"] = raised_by(*self._mark(caught))[0]
        made.iterations, made.reason = iterations, _REASONS[reason]
        return made


def damaged(block: int, at: int) -> BellError:
    """What stands there is no mark."""
    return bell_error("E1321", reason=f"block {block + 1:,} of the marks has none at byte {at:,}")
