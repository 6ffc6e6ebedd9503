"""Walking values whose kind is only known while running: the meaning of ``any.iter``, ``any.next`` and their kin, with CPython's exact messages.

:data:`ITERATOR_MEANINGS` is part of :data:`belljar.ir.semantics.MEANINGS`. The rules of walks of what changes meanwhile stand in ``csrc/runtime/iter.h``.
"""

from __future__ import annotations

from belljar.errors import CODES
from belljar.ir.any_items import ANYS, is_iterable, items_of, length_of, view_items
from belljar.ir.generator import VALUE
from belljar.ir.generator_methods import END, next_of
from belljar.ir.guest import (
    GuestDict,
    GuestFault,
    GuestIter,
    GuestList,
    GuestRecord,
    GuestSet,
    GuestTuple,
    call_special,
    equal_items,
    has_item,
    has_special,
    is_decimal,
    pay,
    special,
    special_length,
    truth,
    type_name,
    weight,
)
from belljar.ir.host import host
from belljar.ir.ops import DICT_VIEWS
from belljar.types import ANY, TupleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from belljar.ir.function import Member

PAIR: Final = TupleType((ANY, ANY))


SEQUENCES: Final[dict[type, str]] = {str: "str", bytes: "bytes", GuestList: "list", GuestTuple: "tuple", range: "range"}


def _range_length(value: range) -> int:
    """Its length, which may be more than ``len`` can say."""
    step = 1 if value.step > 0 else -1
    return max(0, (value.stop - value.start + value.step - step) // value.step)


def _length(value: Any) -> int:
    return _range_length(value) if isinstance(value, range) else len(value)


def _walk_dict(which: str, table: GuestDict, is_back: bool) -> GuestIter:
    return GuestIter(which, table, len(table.entries) - 1 if is_back else 0, length=len(table), left=len(table), is_back=is_back)


def iterator(value: Any) -> Any:
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
    if not has_iterator(value):
        raise GuestFault("E0780", f"'{type_name(value)}' object is not iterable")
    member = special(value, "__iter__")
    if member is None:
        return GuestIter("record", value)
    walk = call_special(member, value)
    if not _is_iterator(walk):
        raise GuestFault("E0780", f"iter() returned non-iterator of type '{type_name(walk)}'")
    return walk


def _is_iterator(value: Any) -> bool:
    if isinstance(value, GuestIter):
        return not value.is_view
    return isinstance(value, GuestRecord) and (bool(value.layout.entry) or special(value, "__next__") is not None)


def has_iterator(value: Any) -> bool:
    """Whether :func:`iterator` makes one of what is no container."""
    if isinstance(value, GuestIter) or (isinstance(value, GuestRecord) and value.layout.entry):
        return True
    return has_special(value, "__iter__") if special(value, "__iter__") is not None else special(value, "__getitem__") is not None


def reversed_iterator(value: Any) -> Any:
    """``reversed(value)``."""
    walk = SEQUENCES.get(type(value))
    if walk is not None:
        return GuestIter(walk, value, _length(value) - 1, is_back=True)
    if isinstance(value, GuestDict):
        return _walk_dict("keys", value, True)
    if isinstance(value, GuestIter) and value.is_view:
        return _walk_dict(value.walk, value.source, True)
    member = special(value, "__reversed__")
    if member is not None:
        if has_special(value, "__reversed__"):
            return call_special(member, value)
    elif special(value, "__getitem__") is not None:
        member = special(value, "__len__")
        if member is None:
            raise GuestFault("E0309", f"object of type '{type_name(value)}' has no len()")
        return GuestIter("record", value, special_length(value, member) - 1, is_back=True)
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
    place = table.prev(walk.place) if walk.is_back else table.next(walk.place)
    if place < 0:
        walk.source = None
        return END
    if walk.left == 0 and not walk.is_back:
        walk.source = None
        raise GuestFault("E0766", "dictionary keys changed during iteration")
    walk.left -= 1
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


def _next_of_record(walk: GuestIter) -> Any:
    member = special(walk.source, "__getitem__")
    if member is not None and walk.place >= 0:
        try:
            found = call_special(member, walk.source, walk.place)
        except GuestFault as fault:
            if CODES[fault.code].python != "IndexError" and not (
                host().raised(fault, "IndexError") or host().raised(fault, "StopIteration")
            ):
                raise
            host().forget()
        else:
            walk.place += -1 if walk.is_back else 1
            return found
    walk.source = None
    return END


def _next_by_method(walk: GuestRecord, member: Member) -> Any:
    """By ``__next__``, which ends with StopIteration; its value is kept for ``any.iter_value``."""
    try:
        return call_special(member, walk)
    except GuestFault as fault:
        if not host().raised(fault, "StopIteration"):
            raise
        host().iteration_value = host().stopped()
        host().forget()
        return END


def iteration_value(walk: Any) -> Any:
    """What an iterator that :func:`next_item` found at its end came to."""
    if isinstance(walk, GuestRecord) and walk.layout.entry:
        return walk.slots[VALUE]
    if special(walk, "__next__") is None:
        return None
    host().iteration_value, kept = None, host().iteration_value
    return kept


def next_item(walk: Any) -> Any:
    """The next item of an iterator, or END."""
    if isinstance(walk, GuestRecord) and walk.layout.entry:
        return next_of(walk)
    member = special(walk, "__next__")
    if member is not None:
        return _next_by_method(walk, member)
    if not isinstance(walk, GuestIter) or walk.is_view:
        raise GuestFault("E0780", f"'{type_name(walk)}' object is not an iterator")
    if walk.source is None:
        return END
    if walk.walk in DICT_VIEWS:
        return _next_entry(walk)
    if walk.walk == "set":
        return _next_element(walk)
    if walk.walk == "record":
        return _next_of_record(walk)
    place = walk.place
    if not 0 <= place < _length(walk.source):
        walk.source = None
        return END
    walk.place += -1 if walk.is_back else 1
    return walk.source[place]


# --- membership -------------------------------------------------------------------------------------------------------------------


def _searched(value: Any) -> Any:
    """The iterator that is searched for an item; one that is none is told of in other words."""
    depth = host().depth()
    try:
        return iterator(value)
    except GuestFault as fault:
        if fault.code != "E0780" or host().depth() != depth:
            raise
        raise GuestFault("E0308", f"argument of type '{type_name(value)}' is not iterable") from None


def _found_walking(walk: Any, item: Any) -> bool:
    """An item costs one, before it is taken, and what comparing it does."""
    while True:
        pay(1)
        other = next_item(walk)
        if other is END:
            return False
        if equal_items(other, item)[0]:
            return True


def contains(value: Any, item: Any) -> bool:
    """``item in value``."""
    if isinstance(value, str):
        if not isinstance(item, str):
            raise GuestFault("E0308", f"'in <string>' requires string as left operand, not {type_name(item)}")
        pay((len(value) + len(item)) // 16)
        return item in value
    if isinstance(value, bytes):
        if not isinstance(item, (bytes, int)):
            raise GuestFault("E0308", f"a bytes-like object is required, not '{type_name(item)}'")
        if isinstance(item, int) and not 0 <= item <= 255:
            raise GuestFault("E0791", "byte must be in range(0, 256)")
        pay((len(value) + (len(item) if isinstance(item, bytes) else 0)) // 16)
        return item in value
    if isinstance(value, (GuestList, GuestTuple)):
        pay(len(value) // 4)
        return any(equal_items(other, item)[0] for other in value)
    if isinstance(value, GuestIter) and value.is_view:
        if value.walk != "values":
            return has_item(value, item)[0]
        pay(len(view_items(value)) // 4)
        return any(equal_items(other, item)[0] for other in view_items(value))
    if isinstance(value, (GuestDict, GuestSet)):
        weight(item)
        return value.find(item) >= 0 if isinstance(value, GuestDict) else value.contains(item)
    if isinstance(value, range):
        if isinstance(item, GuestRecord) or is_decimal(item):  # what can be equal to an int and is none is compared with each
            return _found_walking(_searched(value), item)
        return isinstance(item, (int, float)) and item in value
    member = special(value, "__contains__")
    if member is not None:
        return truth(call_special(member, value, item))
    if has_iterator(value):
        return _found_walking(_searched(value), item)
    raise GuestFault("E0308", f"argument of type '{type_name(value)}' is not iterable")


# --- what takes items from anything that can be walked ----------------------------------------------------------------------------


def _take(walk: Any) -> Any:
    pay(1)
    return next_item(walk)


def extend(items: GuestList, value: Any) -> None:
    """``items.extend(value)``. An iterator costs one for each item, before it is taken."""
    if is_iterable(value):
        pay(length_of(value) // 4)
        items.extend(items_of(value))
        return
    walk = iterator(value)
    while (item := _take(walk)) is not END:
        items.append(item)


def unpack(value: Any, before: int, star: bool, after: int) -> GuestList:
    """``a, b, *c, d = value``: the items for the names in order, those for the starred one as a list. Each item costs one, before it is taken."""
    pay((before + after) // 4)
    try:
        walk = iterator(value)
    except GuestFault as fault:
        if fault.code == "E0780" and not has_iterator(value):
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


def iterated(value: Any) -> list[Any]:
    """The values of an iterable."""
    if isinstance(value, GuestIter):
        walk, found = iterator(value), []
        while (item := next_item(walk)) is not END:
            found.append(item)
        return found
    if not is_iterable(value):
        raise TypeError(f"'{type_name(value)}' object is not iterable")
    return items_of(value)


ITERATOR_MEANINGS: Final[dict[str, Callable[..., Any]]] = {
    "any.iter": iterator,
    "any.next": next_item,
    "any.is_end": lambda value: value is END,
    "any.iter_value": iteration_value,
    "any.contains": contains,
    "any.view": view,
    "any.reversed": reversed_iterator,
    "list.extend_any": extend,
    "any.unpack": unpack,
}
