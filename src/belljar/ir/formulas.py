"""Formulas of :mod:`belljar.ir.charges` that ops of the static types and methods of values of class any share."""

from __future__ import annotations

from belljar.ir.guest import equal_items, pay, weight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def replaced(s: Any, old: Any, new: Any, count: int) -> int:
    """Characters of the result."""
    found: int = s.count(old) if count < 0 else min(s.count(old), count)
    return len(s) + found * (len(new) - len(old))


def tabs_expanded(s: str, size: int) -> int:
    """Characters of the result."""
    column = length = 0
    for character in s:
        step = (size - column % size if size > 0 else 0) if character == "\t" else 1
        length += step
        column = 0 if character in "\r\n" else column + step
    return length


def justified(s: str | bytes, width: int, fill: str | bytes) -> int:
    """What ``str.center`` and its kin cost."""
    return max(len(s), width) // 16 if len(fill) == 1 else 0


def moved(items: list[Any], index: int) -> int:
    """Elements behind the one at the index; 0 when there is none at it."""
    place = index + len(items) if index < 0 else index
    return len(items) - 1 - place if 0 <= place < len(items) else 0


def inserted(items: list[Any], index: int) -> int:
    """Elements from the index on."""
    place = max(index + len(items), 0) if index < 0 else min(index, len(items))
    return len(items) - place


def compared(items: Any, value: Any, to_end: bool) -> int:
    """The equal cost of the value with each item, up to the first that is equal or to the end."""
    cost = 0
    for item in items:
        same, more = equal_items(item, value)
        cost += more
        if same and not to_end:
            break
    return cost


def sorting(items: list[Any]) -> int:
    """What sorting costs."""
    bits = len(items).bit_length()
    return pay(len(items) * bits // 2) + sum(weight(item, bits) for item in items)


def joined(s: str | bytes, parts: Iterable[Any]) -> int:
    """What ``str.join`` costs."""
    parts = list(parts)
    return (sum(map(len, parts)) + len(s) * max(len(parts) - 1, 0)) // 16 + len(parts) // 4
