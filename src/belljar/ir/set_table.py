"""The hash table of CPython 3.11's sets (``Objects/setobject.c``), so that a walk gives the elements in CPython's order under ``PYTHONHASHSEED=0`` whatever was done before.

A place is None when it is free, :data:`REMOVED` when its element was removed, else ``(hash, element)``. Probing looks at ten places in a row, then jumps as the upper bits of the hash say.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Final, TypeAlias
else:
    Any = object

LINEAR_PROBES: Final = 9
PERTURB_SHIFT: Final = 5
PLACES_MIN: Final = 8
MANY: Final = 50_000
"""Elements from which on tables grow by 2 instead of 4."""
REMOVED: Final = (-1, None)

Place: TypeAlias = "tuple[int, Any] | None"


def _probes(hash: int, mask: int) -> Iterator[int]:
    """The places where an element of this hash may be, in the order they are looked at; without end."""
    perturb = hash & (2**64 - 1)
    at = perturb & mask
    while True:
        yield from range(at, at + LINEAR_PROBES + 1 if at + LINEAR_PROBES <= mask else at + 1)
        perturb >>= PERTURB_SHIFT
        at = (at * 5 + 1 + perturb) & mask


class SetTable:
    """Elements by their hashes. ``same`` says whether two elements of one hash are one."""

    __slots__ = ("fill", "finger", "same", "table", "used")

    def __init__(self, same: Callable[[Any, Any], bool]) -> None:
        self.same = same
        self.finger = 0
        self.clear()

    def clear(self) -> None:
        self.table: list[Place] = [None] * PLACES_MIN
        self.fill = self.used = 0

    @property
    def mask(self) -> int:
        return len(self.table) - 1

    def places(self) -> Iterator[tuple[int, Any]]:
        """Hash and element of each place in use, in order."""
        return (place for place in self.table if place is not None and place is not REMOVED)

    def find(self, hash: int, element: Any) -> int:
        """The place of the element, or -1."""
        if not self.used:
            return -1
        at, found = self._look(hash, element)
        return at if found else -1

    def _look(self, hash: int, element: Any) -> tuple[int, bool]:
        """The place of the element and True, or the place where it would go: the last on the way that was removed, or the free one. All begins anew when comparing, which may run
        functions of the program, changed the table under the place that was looked at."""
        while True:
            table, removed, found = self.table, -1, -1
            for at in _probes(hash, self.mask):
                place = self.table[at]
                if place is None:
                    return at if removed < 0 else removed, False
                if place is REMOVED:
                    removed = at
                elif place[0] == hash:
                    same = self.same(place[1], element)
                    if self.table is not table or self.table[at] is not place:
                        break
                    if same:
                        found = at
                        break
            if found >= 0:
                return found, True

    def next(self, position: int) -> int:
        """The first place from here on that is in use, or -1."""
        for at in range(max(position, 0), len(self.table) if self.used else 0):
            if self.table[at] is not None and self.table[at] is not REMOVED:
                return at
        return -1

    def _insert_clean(self, place: tuple[int, Any]) -> None:
        self.table[next(at for at in _probes(place[0], self.mask) if self.table[at] is None)] = place

    def resize(self, least: int) -> None:
        """Rebuild the table for more than ``least`` elements."""
        size = PLACES_MIN
        while size <= least:
            size *= 2
        if size == PLACES_MIN == len(self.table) and self.fill == self.used:
            return
        old = list(self.places())
        self.table = [None] * size
        for place in old:
            self._insert_clean(place)
        self.fill = self.used

    def _grown(self) -> int:
        return self.used * (2 if self.used > MANY else 4)

    def add(self, hash: int, element: Any) -> None:
        at, found = self._look(hash, element)
        if found:
            return
        again = self.table[at] is REMOVED
        self.used += 1
        self.table[at] = (hash, element)
        if not again:
            self.fill += 1
            if self.fill * 5 >= self.mask * 3:
                self.resize(self._grown())

    def discard(self, hash: int, element: Any) -> bool:
        at = self.find(hash, element)
        if at >= 0:
            self.table[at] = REMOVED
            self.used -= 1
        return at >= 0

    def pop(self) -> Any:
        """Remove and give an element of a set that is not empty."""
        at = self.finger & self.mask
        while self.table[at] is None or self.table[at] is REMOVED:
            at = (at + 1) & self.mask
        place = self.table[at]
        assert place is not None
        self.table[at] = REMOVED
        self.used -= 1
        self.finger = at + 1
        return place[1]

    # --- two tables -----------------------------------------------------------------------------------------------------------------

    def presize(self, count: int) -> None:
        """Make room before so many elements are added at once."""
        if (self.fill + count) * 5 >= self.mask * 3:
            self.resize((self.used + count) * 2)

    def merge(self, other: SetTable) -> None:
        if other is self or not other.used:
            return
        self.presize(other.used)
        if self.fill:
            for place in list(other.places()):
                self.add(*place)
            return
        if len(self.table) == len(other.table) and other.fill == other.used:
            self.table = list(other.table)
        else:
            for place in other.places():
                self._insert_clean(place)
        self.fill = self.used = other.used

    def _like(self) -> SetTable:
        return SetTable(self.same)

    def copy(self) -> SetTable:
        made = self._like()
        made.merge(self)
        return made

    def union(self, other: SetTable) -> SetTable:
        made = self.copy()
        if other is not self:
            made.merge(other)
        return made

    def intersection(self, other: SetTable) -> SetTable:
        if other is self:
            return self.copy()
        made = self._like()
        walked, asked = (self, other) if other.used > self.used else (other, self)
        for place in walked.places():
            if asked.find(*place) >= 0:
                made.add(*place)
        return made

    def difference(self, other: SetTable) -> SetTable:
        if self.used // 4 > other.used:
            made = self.copy()
            made.difference_update(other)
            return made
        made = self._like()
        for place in self.places():
            if other.find(*place) < 0:
                made.add(*place)
        return made

    def symmetric_difference(self, other: SetTable) -> SetTable:
        made = other.copy()
        made.symmetric_difference_update(self)
        return made

    def intersection_update(self, other: SetTable) -> None:
        made = self.intersection(other)
        self.table, self.fill, self.used = made.table, made.fill, made.used

    def difference_update(self, other: SetTable) -> None:
        if other is self:
            self.clear()
            return
        for place in other.places():
            self.discard(*place)
        if self.fill - self.used > self.mask // 4:
            self.resize(self._grown())

    def symmetric_difference_update(self, other: SetTable) -> None:
        if other is self:
            self.clear()
            return
        for place in list(other.places()):
            if not self.discard(*place):
                self.add(*place)
