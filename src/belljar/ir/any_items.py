"""Elements and slices of containers whose kind is only known while running, with CPython's exact messages: the meaning of ``any.index``, ``any.slice`` and their kin.

:data:`ITEM_MEANINGS` is part of :data:`belljar.ir.semantics.MEANINGS`.
"""

from __future__ import annotations

from belljar.ir.formulas import moved
from belljar.ir.guest import (
    ABSENT,
    INT_MAX,
    INT_MIN,
    GuestDict,
    GuestFault,
    GuestIter,
    GuestList,
    GuestRecord,
    GuestSet,
    GuestTuple,
    call_special,
    pay,
    special,
    special_index,
    special_length,
    type_name,
    weight,
)
from belljar.types import ANY, DictType, ListType, TupleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

ANYS: Final = ListType(ANY)
OPEN_DICT: Final = DictType(ANY, ANY)
PAIR: Final = TupleType((ANY, ANY))
SEQUENCES: Final = (str, GuestList, GuestTuple, range, bytes)


def is_iterable(value: Any) -> bool:
    """Whether a value is a container that gives items, or a view of one."""
    return isinstance(value, (str, GuestList, GuestTuple, GuestDict, GuestSet, range, bytes)) or (
        isinstance(value, GuestIter) and value.is_view
    )


def items_of(value: Any) -> list[Any]:
    """What a container gives to whoever walks it."""
    if not is_iterable(value):
        raise GuestFault("E0780", f"'{type_name(value)}' object is not iterable")
    length_of(value)
    if isinstance(value, GuestIter):
        return view_items(value)
    return [key for key, _ in value.items()] if isinstance(value, GuestDict) else list(value)


def view_items(view: GuestIter) -> list[Any]:
    """What a view of a dict shows."""
    if view.walk == "items":
        return [GuestTuple(PAIR, entry) for entry in view.source.items()]
    return [entry[view.walk == "values"] for entry in view.source.items()]


def length_of(value: Any) -> int:
    """``len(value)``."""
    if isinstance(value, GuestIter) and value.is_view:
        return len(value)
    member = special(value, "__len__")
    if member is not None:
        return special_length(value, member)
    if not is_iterable(value):
        raise GuestFault("E0309", f"object of type '{type_name(value)}' has no len()")
    try:
        return len(value)
    except OverflowError:
        raise GuestFault("E0783", "Python int too large to convert to C ssize_t") from None


TOO_LARGE: Final = "cannot fit 'int' into an index-sized integer"
RANGE_INDEX: Final = "range object index out of range"


def _is_index(value: Any) -> bool:
    return isinstance(value, int) and INT_MIN <= value <= INT_MAX


def underlying(sign: str, a: Any, b: Any) -> str:
    """The op of the static types that a binary operator of two sequences, or of one and a count, is: ``str.concat``, ``str.repeat``; ``""`` when it has no meaning for them. A
    bool counts as an int; a repetition has the sequence first. Tuples are joined and repeated as lists are."""
    if sign == "+" and isinstance(a, str) and isinstance(b, str):
        return "str.concat"
    if sign == "+" and isinstance(a, bytes) and isinstance(b, bytes):
        return "str.concat"
    if sign == "+" and isinstance(a, GuestList) and isinstance(b, GuestList):
        return "list.concat"
    if sign == "+" and isinstance(a, GuestTuple) and isinstance(b, GuestTuple):
        return "list.concat"
    if sign == "*":
        sequence, count = (b, a) if isinstance(a, int) else (a, b)
        if isinstance(count, int) and isinstance(sequence, (str, bytes, GuestList, GuestTuple)):
            return "str.repeat" if isinstance(sequence, (str, bytes)) else "list.repeat"
    return ""


# --- one element ------------------------------------------------------------------------------------------------------------------


def _wrong_index(value: Any, index: Any) -> GuestFault:
    if isinstance(index, int):
        return GuestFault("E0701", RANGE_INDEX if isinstance(value, range) else TOO_LARGE)
    if isinstance(value, str):
        return GuestFault("E0308", f"string indices must be integers, not '{type_name(index)}'")
    name = "byte" if isinstance(value, bytes) else type_name(value)
    return GuestFault("E0308", f"{name} indices must be integers or slices, not {type_name(index)}")


def index_item(value: Any, index: Any) -> Any:
    """``value[index]``."""
    if isinstance(value, GuestDict):
        position = value.find(index)
        if position < 0:
            raise GuestFault("E0702")
        return value.entry(position)[1]
    member = special(value, "__getitem__")
    if member is not None:
        return call_special(member, value, index)
    if not isinstance(value, SEQUENCES):
        raise GuestFault("E0308", f"'{type_name(value)}' object is not subscriptable")
    index = special_index(index)
    if not _is_index(index):
        raise _wrong_index(value, index)
    try:
        return value[index]
    except IndexError:
        if isinstance(value, bytes):
            raise GuestFault("E0701", "index out of range") from None
        noun = "string" if isinstance(value, str) else "range object" if isinstance(value, range) else type_name(value)
        raise GuestFault("E0701", f"{noun} index out of range") from None


def _checked(value: GuestList, index: Any) -> int:
    """The index of a list that can be changed through ``any`` there."""
    index = special_index(index)
    if value.type != ANYS:
        raise GuestFault("E1201")
    if not _is_index(index):
        raise _wrong_index(value, index)
    if not -len(value) <= index < len(value):
        raise GuestFault("E0701", "list assignment index out of range")
    return int(index)


def _change(value: Any, name: str, *args: Any) -> None:
    """Assigning and deleting are one in CPython: a class that has one method of the two lacks the other by its name."""
    member = special(value, name)
    if member is None:
        raise GuestFault("E0751", name)
    call_special(member, value, *args)


def _changes(value: Any) -> bool:
    return special(value, "__setitem__") is not None or special(value, "__delitem__") is not None


def _sequence_index(value: Any, index: Any) -> bool:
    """Whether a sequence that cannot be changed is given an int, which must be one of 64 bits."""
    if not isinstance(value, (str, bytes, GuestTuple, GuestSet, range)) or not isinstance(index, int):
        return False
    if not _is_index(index):
        raise GuestFault("E0701", TOO_LARGE)
    return True


def set_item(value: Any, index: Any, item: Any) -> None:
    """``value[index] = item``."""
    if isinstance(value, GuestList):
        value[_checked(value, index)] = item
    elif isinstance(value, GuestDict):
        if value.type != OPEN_DICT:
            raise GuestFault("E1201")
        value.set(index, item)
    elif _changes(value):
        _change(value, "__setitem__", index, item)
    else:
        _sequence_index(value, index)
        raise GuestFault("E0780", f"'{type_name(value)}' object does not support item assignment")


def delete_item(value: Any, index: Any) -> None:
    """``del value[index]``."""
    if isinstance(value, GuestList):
        place = _checked(value, index)
        pay(moved(value, place) // 16)
        del value[place]
    elif isinstance(value, GuestDict):
        if value.type != OPEN_DICT:
            raise GuestFault("E1201")
        weight(index)
        if not value.remove(index):
            raise GuestFault("E0702")
    elif _changes(value):
        _change(value, "__delitem__", index)
    else:
        sequence = _sequence_index(value, index) or (isinstance(value, GuestRecord) and not value.layout.entry and isinstance(index, int))
        verb = "doesn't" if sequence else "does not"
        raise GuestFault("E0780", f"'{type_name(value)}' object {verb} support item deletion")


# --- slices -----------------------------------------------------------------------------------------------------------------------


def _bound(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int):
        raise GuestFault("E0309", "slice indices must be integers or None or have an __index__ method")
    return min(max(int(value), INT_MIN + 1), INT_MAX)


def slice_from(start: Any, stop: Any, step: Any) -> slice:
    """The slice of three values. The step is looked at first, as in CPython."""
    width = _bound(step)
    if width == 0:
        raise GuestFault("E0714", "slice step cannot be zero")
    return slice(_bound(start), _bound(stop), 1 if width is None else width)


def slice_item(value: Any, start: Any, stop: Any, step: Any) -> Any:
    """``value[start:stop:step]``."""
    if isinstance(value, GuestDict):
        raise GuestFault("E0309", "unhashable type: 'slice'")
    if not isinstance(value, SEQUENCES):
        raise GuestFault("E0780", f"'{type_name(value)}' object is not subscriptable")
    part = slice_from(start, stop, step)
    if isinstance(value, range):
        length_of(value)
        found = value[slice(part.start, part.stop, step)]  # in a range of its own a step beyond all sequences stays what it is
        if not all(INT_MIN <= bound <= INT_MAX for bound in (found.start, found.stop, found.step)):
            raise GuestFault("E0783", "a bound of the range does not fit in 64 bits")
        return found
    if isinstance(value, GuestTuple):
        return GuestTuple(ANY, value[part])
    return GuestList(value.type, value[part]) if isinstance(value, GuestList) else value[part]


def _open_list(value: Any, what: str) -> None:
    if isinstance(value, GuestDict):
        raise GuestFault("E0309", "unhashable type: 'slice'")
    if not isinstance(value, GuestList):
        raise GuestFault("E0780", f"'{type_name(value)}' object does not support item {what}")
    if value.type != ANYS:
        raise GuestFault("E1201")


def splice(items: GuestList, part: slice, values: list[Any]) -> None:
    """``items[part] = values``."""
    if part.step not in (None, 1):
        size = len(range(*part.indices(len(items))))
        if size != len(values):
            raise GuestFault("E0719", f"attempt to assign sequence of size {len(values)} to extended slice of size {size}")
        for place, value in zip(range(*part.indices(len(items))), list(values), strict=True):
            items[place] = value
    else:
        items[part.start : part.stop] = values


def set_slice(value: Any, start: Any, stop: Any, step: Any, values: Any) -> None:
    """``value[start:stop:step] = values``."""
    _open_list(value, "assignment")
    part = slice_from(start, stop, step)
    if not is_iterable(values):
        raise GuestFault("E0780", "can only assign an iterable" if part.step == 1 else "must assign iterable to extended slice")
    splice(value, part, items_of(values))


def delete_slice(value: Any, start: Any, stop: Any, step: Any) -> None:
    """``del value[start:stop:step]``."""
    _open_list(value, "deletion")
    del value[slice_from(start, stop, step)]


def make_range(start: int, stop: int, step: int) -> range:
    """The range object."""
    if step == 0:
        raise GuestFault("E0601", "range() arg 3 must not be zero")
    return range(start, stop, step)


# --- charges ----------------------------------------------------------------------------------------------------------------------


def splice_units(length: int, count: int, start: int, stop: int, step: int) -> int:
    """What assigning so many elements to a slice of a list charges; bounds as words."""
    if step not in (1, ABSENT):
        return count // 4 if step else 0
    low, high, _ = slice(None if start == ABSENT else start, None if stop == ABSENT else stop).indices(length)
    high = max(low, high)
    return count // 4 + ((length - high) // 16 if high - low != count else 0)


def cut_units(length: int, start: int, stop: int, step: int) -> int:
    """What removing a slice of a list charges; bounds as words."""
    if step == 0:
        return 0
    bounds = [None if bound == ABSENT else bound for bound in (start, stop, step)]
    places = range(*slice(*bounds).indices(length))
    return (length - min(places[0], places[-1])) // 16 if places else 0


def words_of(part: slice) -> tuple[int, int, int]:
    """The bounds of :func:`slice_from` as words."""
    return ABSENT if part.start is None else part.start, ABSENT if part.stop is None else part.stop, part.step


ITEM_MEANINGS: Final[dict[str, Callable[..., Any]]] = {
    "any.len": length_of,
    "any.index": index_item,
    "any.set_index": set_item,
    "any.del_index": delete_item,
    "any.slice": slice_item,
    "any.set_slice": set_slice,
    "any.del_slice": delete_slice,
    "any.range": make_range,
    "any.to_list": lambda value: GuestList(ANYS, items_of(value)),
    "tuple.from_list": lambda items: GuestTuple(ANY, items),
}
