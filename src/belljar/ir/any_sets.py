"""Sets made of what containers give, and the operators ``| & - ^`` of values whose kind is only known while running: of sets, of dicts, of the views of dicts that are sets of their keys or items.

The order of additions, which decides the order of the result, is CPython's (``Objects/setobject.c``, ``Objects/dictobject.c``).
"""

from __future__ import annotations

from belljar.ir.any_items import items_of, length_of
from belljar.ir.guest import GuestDict, GuestFault, GuestIter, GuestSet, has_item, hash_of, hash_sought, is_set_like, pay, weight
from belljar.types import ANY, FROZENSET, SetType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

OPEN_SET: Final = SetType(ANY)
OPERATORS: Final = {"|": "union", "&": "intersection", "-": "difference", "^": "symmetric_difference"}


def set_from(type: Type, value: Any) -> GuestSet:
    """A set of what a container gives, as ``set(value)`` makes it."""
    made = GuestSet(type)
    add_items(made, value)
    return made


def add_items(items: GuestSet, value: Any) -> None:
    """``items.update(value)`` of a container."""
    parts = items_of(value)
    if isinstance(value, GuestSet) and value.type in (FROZENSET, OPEN_SET):
        items.table.merge(value.table)
        return
    if parts and isinstance(value, (GuestSet, GuestDict)):
        items.table.presize(len(parts))
    for item in parts:
        items.add(item)


def combined(name: str, a: GuestSet, b: GuestSet) -> GuestSet:
    """``union``, ``intersection``, ``difference`` or ``symmetric_difference`` of two sets: of the type of the first."""
    made = GuestSet(a.type)
    made.table = getattr(a.table, name)(b.table)
    return made


def changed(name: str, a: GuestSet, b: GuestSet) -> None:
    """The same in place of the first."""
    if name == "union":
        a.table.merge(b.table)
    else:
        getattr(a.table, f"{name}_update")(b.table)


# --- costs ------------------------------------------------------------------------------------------------------------------------


def weights(items: Any) -> int:
    return sum(map(weight, items))


def made_cost(value: Any) -> int:
    """Of making a set of what a container gives."""
    length = length_of(value)
    return pay(length) + weights(items_of(value))


def combined_cost(a: GuestSet, b: GuestSet) -> int:
    return pay(len(a) + len(b)) + weights(a) + weights(b)


def changed_cost(name: str, a: GuestSet, b: GuestSet) -> int:
    return combined_cost(a, b) if name == "intersection" else pay(len(b)) + weights(b)


# --- operators --------------------------------------------------------------------------------------------------------------------


def _is_view(value: Any) -> bool:
    return isinstance(value, GuestIter) and is_set_like(value)


def is_operator(sign: str, a: Any, b: Any) -> bool:
    """Whether the operator has a meaning here for the two."""
    if sign not in OPERATORS:
        return False
    if isinstance(a, GuestSet) and isinstance(b, GuestSet):
        return True
    return _is_view(a) or _is_view(b) or (sign == "|" and isinstance(a, GuestDict) and isinstance(b, GuestDict))


def _are_alike(a: Any, b: Any) -> bool:
    """Whether both may be in one set or dict."""
    types = [OPEN_SET if value.type == FROZENSET else value.type for value in (a, b)]
    return bool(types[0] == types[1])


def _set_of(value: Any) -> GuestSet:
    items_of(value)
    made_cost(value)
    return set_from(OPEN_SET, value)


def _as_set(made: GuestSet, value: Any) -> GuestSet:
    return value if isinstance(value, GuestSet) and _are_alike(made, value) else _set_of(value)


def _add(made: GuestSet, item: Any) -> None:
    weight(item)
    made.add(item)


def _list_of(value: Any) -> list[Any]:
    items = items_of(value)
    pay(len(items) // 4)
    return items


def _add_those(made: GuestSet, of: Any, within: Any, present: bool) -> None:
    for item in _list_of(of):
        if has_item(within, item)[0] == present:
            _add(made, item)


def toggle(made: GuestSet, value: Any) -> None:
    """Add of what is walked what is not in the set, and remove what is. Pays."""
    if not isinstance(value, GuestDict):
        other = _as_set(made, value)
        changed_cost("symmetric_difference", made, other)
        changed("symmetric_difference", made, other)
        return
    for item in _list_of(value):
        weight(item)
        if not made.table.discard(hash_sought(item), item):
            weight(item)
            made.table.add(hash_of(item), item)


def _intersect(made: GuestSet, a: Any, b: Any) -> None:
    if not _is_view(a):
        a, b = b, a
    smaller = isinstance(b, GuestSet) and not b.is_frozen and len(a) <= len(b)
    if smaller or (_is_view(b) and len(b) > len(a)):
        a, b = b, a
    _add_those(made, b, a, True)


def _binary_of_views(sign: str, a: Any, b: Any) -> GuestSet:
    pairs = sign == "^" and _is_view(a) and _is_view(b) and a.walk == b.walk == "items"
    if sign == "&" or pairs:
        made = GuestSet(OPEN_SET)
    else:
        made = _set_of(a.source if _is_view(a) and a.walk == "keys" else a)
    if sign == "&":
        _intersect(made, a, b)
    elif sign == "|":
        items_of(b)
        made_cost(b)
        add_items(made, b)
    elif sign == "-":
        other = _as_set(made, b)
        changed_cost("difference", made, other)
        changed("difference", made, other)
    elif not pairs:
        toggle(made, b)
    else:
        x, y = (b, a) if len(a) > len(b) else (a, b)
        _add_those(made, y, x, False)
        _add_those(made, x, y, False)
    return made


def binary(sign: str, a: Any, b: Any) -> Any:
    """The operator on two values for which :func:`is_operator` holds. Pays for what it does."""
    if isinstance(a, GuestSet) and isinstance(b, GuestSet):
        if not _are_alike(a, b):
            raise GuestFault("E1201")
        combined_cost(a, b)
        return combined(OPERATORS[sign], a, b)
    if isinstance(a, GuestDict) and isinstance(b, GuestDict) and sign == "|":
        if not _are_alike(a, b):
            raise GuestFault("E1201")
        pay(len(b)) + weights(key for key, _ in b.items()) + pay(len(a))
        made = GuestDict(a.type, a.items())
        for key, value in list(b.items()):
            made.set(key, value)
        return made
    return _binary_of_views(sign, a, b)
