"""Walking values whose kind is only known while running: the meaning of ``any.iter``, ``any.next`` and their kin, with CPython's exact messages.

:data:`ITERATOR_MEANINGS` is part of :data:`belljar.ir.semantics.MEANINGS`. The rules of walks of what changes meanwhile stand in ``csrc/runtime/iter.h``.
"""

from __future__ import annotations

from belljar.ir.any_items import ANYS, is_iterable, items_of
from belljar.ir.generator import NEXT
from belljar.ir.guest import GuestDict, GuestFault, GuestIter, GuestList, GuestRecord, GuestSet, GuestTuple, pay, type_name
from belljar.ir.host import host
from belljar.ir.ops import DICT_VIEWS
from belljar.types import ANY, TupleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

PAIR: Final = TupleType((ANY, ANY))


class _End:
    """The end of an iteration, which no program sees."""

    def __repr__(self) -> str:
        return "end"


END: Final = _End()
SEQUENCES: Final[dict[type, str]] = {str: "str", bytes: "bytes", GuestList: "list", GuestTuple: "tuple", range: "range"}


def _range_length(value: range) -> int:
    """Its length, which may be more than ``len`` can say."""
    step = 1 if value.step > 0 else -1
    return max(0, (value.stop - value.start + value.step - step) // value.step)


def _length(value: Any) -> int:
    return _range_length(value) if isinstance(value, range) else len(value)


def _walk_dict(which: str, table: GuestDict, is_back: bool) -> GuestIter:
    used = len(table.entries)
    return GuestIter(which, table, used - 1 if is_back else 0, length=len(table), used=used, is_back=is_back)


def iterator(value: Any) -> GuestIter | GuestRecord:
    """``iter(value)``."""
    walk = SEQUENCES.get(type(value))
    if walk is not None:
        return GuestIter(walk, value)
    if isinstance(value, GuestDict):
        return _walk_dict("keys", value, False)
    if isinstance(value, GuestSet):
        return GuestIter("set", value, length=len(value))
    if isinstance(value, GuestIter):
        return _walk_dict(value.walk, value.source, False) if value.is_view else value
    if isinstance(value, GuestRecord) and value.layout.entry:
        return value
    raise GuestFault("E0780", f"'{type_name(value)}' object is not iterable")


def reversed_iterator(value: Any) -> GuestIter:
    """``reversed(value)``."""
    walk = SEQUENCES.get(type(value))
    if walk is not None:
        return GuestIter(walk, value, _length(value) - 1, is_back=True)
    if isinstance(value, GuestDict):
        return _walk_dict("keys", value, True)
    if isinstance(value, GuestIter) and value.is_view:
        return _walk_dict(value.walk, value.source, True)
    raise GuestFault("E0780", f"'{type_name(value)}' object is not reversible")


def view(which: int, table: GuestDict) -> GuestIter:
    """``dict.keys()`` and its kin."""
    return GuestIter(DICT_VIEWS[which], table, is_view=True)


def _changed(walk: GuestIter, text: str) -> GuestFault:
    """The dict or set is not as it was when the walk began; every further step says so again."""
    walk.length = -1
    return GuestFault("E0766", text)


def _next_entry(walk: GuestIter) -> Any:
    table: GuestDict = walk.source
    if len(table) != walk.length:
        raise _changed(walk, "dictionary changed size during iteration")
    if len(table.entries) != walk.used:
        raise _changed(walk, "dictionary keys changed during iteration")
    place = walk.place
    if walk.is_back:
        while place >= 0 and table.entries[place] is None:
            place -= 1
    else:
        place = table.next(place)
    if place < 0:
        walk.source = None
        return END
    walk.place = place - 1 if walk.is_back else place + 1
    entry = table.entry(place)
    return GuestTuple(PAIR, entry) if walk.walk == "items" else entry[DICT_VIEWS.index(walk.walk)]


def _next_element(walk: GuestIter) -> Any:
    if len(walk.source) != walk.length:
        raise _changed(walk, "Set changed size during iteration")
    place = walk.source.table.next(walk.place)
    if place < 0:
        walk.source = None
        return END
    walk.place = place + 1
    return walk.source.at(place)


def next_item(walk: Any) -> Any:
    """The next item of an iterator, or END."""
    if isinstance(walk, GuestRecord) and walk.layout.entry:
        more, item = host().invoke(walk.layout.entry, (walk, NEXT, None))
        return item if more else END
    if not isinstance(walk, GuestIter) or walk.is_view:
        raise GuestFault("E0780", f"'{type_name(walk)}' object is not an iterator")
    if walk.source is None:
        return END
    if walk.walk in DICT_VIEWS:
        return _next_entry(walk)
    if walk.walk == "set":
        return _next_element(walk)
    place = walk.place
    if not 0 <= place < _length(walk.source):
        walk.source = None
        return END
    walk.place += -1 if walk.is_back else 1
    return walk.source[place]


# --- what takes items from anything that can be walked ----------------------------------------------------------------------------


def _take(walk: Any) -> Any:
    pay(1)
    return next_item(walk)


def extend(items: GuestList, value: Any) -> None:
    """``items.extend(value)``. An iterator costs one for each item, before it is taken."""
    if is_iterable(value):
        items.extend(items_of(value))
        return
    walk = iterator(value)
    while (item := _take(walk)) is not END:
        items.append(item)


def unpack(value: Any, before: int, star: bool, after: int) -> GuestList:
    """``a, b, *c, d = value``: the items for the names in order, those for the starred one as a list. Each item costs one, before it is taken."""
    try:
        walk = iterator(value)
    except GuestFault as fault:
        if fault.code == "E0780":
            raise GuestFault("E0780", f"cannot unpack non-iterable {type_name(value)} object") from None
        raise
    items = GuestList(ANYS)
    least = f"at least {before + after}" if star else str(before)
    for found in range(before):
        item = _take(walk)
        if item is END:
            raise GuestFault("E0768", f"not enough values to unpack (expected {least}, got {found})")
        items.append(item)
    if not star:
        if _take(walk) is not END:
            raise GuestFault("E0768", f"too many values to unpack (expected {before})")
        return items
    middle = GuestList(ANYS)
    while (item := _take(walk)) is not END:
        middle.append(item)
    if len(middle) < after:
        raise GuestFault("E0768", f"not enough values to unpack (expected {least}, got {before + len(middle)})")
    last = len(middle) - after
    items += [middle, *middle[last:]]
    del middle[last:]
    return items


ITERATOR_MEANINGS: Final[dict[str, Callable[..., Any]]] = {
    "any.iter": iterator,
    "any.next": next_item,
    "any.is_end": lambda value: value is END,
    "any.view": view,
    "any.reversed": reversed_iterator,
    "list.extend_any": extend,
    "any.unpack": unpack,
}
