"""The sort of ``csrc/runtime/sort.c``, comparison by comparison: where comparing runs functions of the program, how often and in which order can be seen."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

RUN_MIN: Final = 24


def merge_sorted(items: list[Any], less: Callable[[Any, Any], bool]) -> list[Any]:
    """The items in order: a natural merge sort of the runs that are there, shorter ones made longer by insertion. Stable."""
    items = list(items)
    runs: list[tuple[int, int]] = []
    at = 0
    while at < len(items):
        length = _find_run(items, at, less)
        if length < RUN_MIN:
            wanted = min(len(items) - at, RUN_MIN)
            _insert(items, at, length, wanted, less)
            length = wanted
        runs.append((at, length))
        at += length
        while len(runs) > 1 and runs[-2][1] <= 2 * runs[-1][1]:
            _merge_last(items, runs, less)
    while len(runs) > 1:
        _merge_last(items, runs, less)
    return items


def _find_run(items: list[Any], start: int, less: Callable[[Any, Any], bool]) -> int:
    """Length of the run that begins there; a strictly descending one is turned round."""
    count = len(items) - start
    if count < 2:
        return count
    end = start + 2
    if less(items[start + 1], items[start]):
        while end < len(items) and less(items[end], items[end - 1]):
            end += 1
        items[start:end] = items[start:end][::-1]
    else:
        while end < len(items) and not less(items[end], items[end - 1]):
            end += 1
    return end - start


def _insert(items: list[Any], start: int, ordered: int, count: int, less: Callable[[Any, Any], bool]) -> None:
    """Extend a sorted run to ``count`` items by binary insertion."""
    for place in range(start + ordered, start + count):
        moved = items[place]
        low, high = start, place
        while low < high:
            middle = start + (low - start + high - start) // 2
            if less(moved, items[middle]):
                high = middle
            else:
                low = middle + 1
        del items[place]
        items.insert(low, moved)


def _merge_last(items: list[Any], runs: list[tuple[int, int]], less: Callable[[Any, Any], bool]) -> None:
    (start, first), (_, second) = runs[-2:]
    runs[-2:] = [(start, first + second)]
    left, right = items[start : start + first], items[start + first : start + first + second]
    if not less(right[0], left[-1]):
        return
    merged: list[Any] = []
    if first <= second:
        i = j = 0
        while i < first and j < second:
            if less(right[j], left[i]):
                merged.append(right[j])
                j += 1
            else:
                merged.append(left[i])
                i += 1
        merged += left[i:] + right[j:]
    else:
        while left and right:
            merged.append(left.pop() if less(right[-1], left[-1]) else right.pop())
        merged = left + right + merged[::-1]
    items[start : start + first + second] = merged
