"""Methods of set and frozenset, and of the views of dicts, as ``any.method`` calls them: in the order of additions that CPython has, and paying for what they do as ``csrc/runtime/method_set.c`` does.

Where other values than sets are taken they are walked; what is removed is made a set of first, since the order of removals is nothing to see.
"""

from __future__ import annotations

from belljar.ir.any_items import ANYS, is_iterable, items_of
from belljar.ir.any_sets import OPEN_SET, add_items, changed, changed_cost, combined, combined_cost, made_cost, set_from, toggle, weights
from belljar.ir.generator_methods import END
from belljar.ir.guest import GuestDict, GuestFault, GuestIter, GuestList, GuestSet, equal_items, has_item, is_set_like, pay, weight
from belljar.ir.iterators import contains, next_item
from belljar.types import FROZENSET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final


def _walked(value: Any) -> Any:
    """What is walked: a set, a dict or a list itself, else a new list, which costs a fourth of its length."""
    if isinstance(value, GuestSet) and value.type not in (OPEN_SET, FROZENSET):
        raise GuestFault("E1201")
    if isinstance(value, (GuestSet, GuestDict, GuestList)):
        return value
    if isinstance(value, GuestIter) and not value.is_view:
        found = []
        while (item := next_item(value)) is not END:
            found.append(item)
    elif is_iterable(value):
        found = items_of(value)
    else:
        from belljar.ir.guest import type_name

        raise TypeError(f"'{type_name(value)}' object is not iterable")
    pay(len(found) // 4)
    return GuestList(ANYS, found)


def _as_set(value: Any) -> GuestSet:
    items = _walked(value)
    if isinstance(items, GuestSet):
        return items
    made_cost(items)
    return set_from(OPEN_SET, items)


def _copy(items: GuestSet) -> GuestSet:
    pay(len(items))
    return combined("union", items, items)


def _list_of(items: Any) -> list[Any]:
    """The items of what :func:`_walked` gave; a fourth of their number where it is no list."""
    if isinstance(items, GuestList):
        return items
    pay(len(items) // 4)
    return items_of(items)


# --- combining --------------------------------------------------------------------------------------------------------------------


def _add_all(made: GuestSet, other: Any) -> GuestSet:
    items = _walked(other)
    made_cost(items)
    add_items(made, items)
    return made


def _keep_common(items: GuestSet, other: Any) -> GuestSet:
    found = _walked(other)
    if isinstance(found, GuestSet):
        combined_cost(items, found)
        return combined("intersection", items, found)
    made = GuestSet(items.type)
    for item in _list_of(found):
        weight(item)
        if items.contains(item):
            weight(item)
            made.add(item)
    return made


def _remove_all(items: GuestSet, other: Any) -> GuestSet:
    found = _as_set(other)
    changed_cost("difference", items, found)
    changed("difference", items, found)
    return items


def _take_others(items: GuestSet, other: Any) -> GuestSet:
    if not isinstance(other, (GuestSet, GuestDict)):
        return _remove_all(_copy(items), other)
    found = _as_set(other)
    combined_cost(items, found)
    return combined("difference", items, found)


def _union(items: GuestSet, *others: Any) -> GuestSet:
    made = _copy(items)
    for other in others:
        _add_all(made, other)
    return made


def _intersection(items: GuestSet, *others: Any) -> GuestSet:
    made = items if others else _copy(items)
    for other in others:
        made = _keep_common(made, other)
    return made


def _difference(items: GuestSet, *others: Any) -> GuestSet:
    made = _take_others(items, others[0]) if others else _copy(items)
    for other in others[1:]:
        _remove_all(made, other)
    return made


def _symmetric_difference(items: GuestSet, other: Any) -> GuestSet:
    found = _walked(other)
    if isinstance(found, GuestSet):
        combined_cost(items, found)
        return combined("symmetric_difference", items, found)
    made_cost(found)
    made = set_from(items.type, found)
    changed_cost("symmetric_difference", made, items)
    changed("symmetric_difference", made, items)
    return made


# --- in place ---------------------------------------------------------------------------------------------------------------------


def _add(items: GuestSet, item: Any) -> None:
    weight(item)
    items.add(item)


def _discard(items: GuestSet, item: Any) -> None:
    weight(item)
    items.remove(item)


def _remove(items: GuestSet, item: Any) -> None:
    weight(item)
    if not items.remove(item):
        raise GuestFault("E0702")


def _pop(items: GuestSet) -> Any:
    if not len(items):
        raise KeyError("pop from an empty set")
    return items.table.pop()


def _update(items: GuestSet, *others: Any) -> None:
    for other in others:
        _add_all(items, other)


def _difference_update(items: GuestSet, *others: Any) -> None:
    for other in others:
        _remove_all(items, other)


def _intersection_update(items: GuestSet, *others: Any) -> None:
    items.table = _intersection(items, *others).table


def _symmetric_difference_update(items: GuestSet, other: Any) -> None:
    toggle(items, _walked(other))


# --- tests ------------------------------------------------------------------------------------------------------------------------


def _is_within(a: GuestSet, b: GuestSet) -> bool:
    pay(len(a)) + weights(a)
    return a is b or (len(a) <= len(b) and all(b.table.find(*place) >= 0 for place in a.table.places()))


def _issubset(items: GuestSet, other: Any) -> bool:
    return _is_within(items, _as_set(other))


def _any_in(items: list[Any], value: Any, present: bool) -> bool:
    """Whether there is an item that is in the value, or that is not."""
    for item in items:
        found = has_item(value, item)[0] if is_set_like(value) else _contains(value, item)
        if found == present:
            return True
    return False


def _contains(value: Any, item: Any) -> bool:
    if isinstance(value, (GuestList, tuple)):
        pay(len(value) // 4)
        return any(equal_items(other, item)[0] for other in value)
    return bool(contains(value, item))


def _issuperset(items: GuestSet, other: Any) -> bool:
    found = _walked(other)
    return _is_within(found, items) if isinstance(found, GuestSet) else not _any_in(_list_of(found), items, False)


def _isdisjoint(items: GuestSet, other: Any) -> bool:
    found = _walked(other)
    if not isinstance(found, GuestSet):
        return not _any_in(_list_of(found), items, True)
    walked, asked = (items, found) if len(found) > len(items) else (found, items)
    pay(len(walked)) + weights(walked)
    return not len(items) if items is found else not any(asked.table.find(*place) >= 0 for place in walked.table.places())


def _view_isdisjoint(view: GuestIter, other: Any) -> bool:
    if view is other:
        return not len(view)
    walk, within = (view, other) if is_set_like(other) and len(other) > len(view) else (other, view)
    if isinstance(walk, (GuestSet, GuestDict)):
        pay(len(walk) // 4)
        walk = GuestList(ANYS, items_of(walk))
    return not _any_in(_list_of(_walked(walk)), within, True)


FROZEN_METHODS: Final[dict[str, Callable[..., Any]]] = {
    "difference": _difference,
    "intersection": _intersection,
    "isdisjoint": _isdisjoint,
    "issubset": _issubset,
    "issuperset": _issuperset,
    "symmetric_difference": _symmetric_difference,
    "union": _union,
}
SET_METHODS: Final[dict[str, Callable[..., Any]]] = {
    **FROZEN_METHODS,
    "add": _add,
    "clear": lambda items: items.table.clear(),
    "copy": _copy,
    "difference_update": _difference_update,
    "discard": _discard,
    "intersection_update": _intersection_update,
    "pop": _pop,
    "remove": _remove,
    "symmetric_difference_update": _symmetric_difference_update,
    "update": _update,
}
VIEW_METHODS: Final[dict[str, Callable[..., Any]]] = {"isdisjoint": _view_isdisjoint}
