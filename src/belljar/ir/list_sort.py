"""The sort of CPython 3.11, comparison by comparison: where comparing runs functions of the program, which pairs are compared, and what comes of comparisons that contradict each other, can be seen.

The algorithm is Tim Peters' (``Objects/listsort.txt`` of CPython): natural runs, short ones made longer by binary insertion, are merged by the order of Munro and Wild's powersort (ESA 2018), and
merging leaps ahead ("gallops") where one run wins often. ``csrc/runtime/sort.c`` is the same in C.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

GALLOP_MIN: Final = 7
"""Wins in a row of one run after which a merge looks for its next place by leaps."""
RUN_MAX: Final = 64
"""Runs shorter than a number between half of this and this are made longer."""


def list_sort(items: list[Any], less: Callable[[Any, Any], bool]) -> None:
    """Sort in place, stably. What ``less`` raises leaves all items there, in the order in which CPython's sort leaves them."""
    sort = _Sort(items, less)
    at, count = 0, len(items)
    shortest = shortest_run(count)
    while at < count:
        length = sort.find_run(at)
        if length < shortest:
            wanted = min(count - at, shortest)
            sort.insert(at, length, wanted)
            length = wanted
        sort.push(at, length)
        at += length
    sort.merge_all()


def shortest_run(count: int) -> int:
    """So that ``count`` over it is a power of two, or a little less: merges are then even."""
    odd = 0
    while count >= RUN_MAX:
        odd |= count & 1
        count >>= 1
    return count + odd


def power(start: int, first: int, second: int, count: int) -> int:
    """The depth, in the tree of a perfectly even merge, of the border between two runs that lie side by side from ``start`` on: the first bit in which their middles differ as fractions of ``count``."""
    left = 2 * start + first
    right = left + first + second
    depth = 1
    while left >= count or right < count:
        if left >= count:
            left, right = left - count, right - count
        left, right, depth = 2 * left, 2 * right, depth + 1
    return depth


def _boundary(is_before: Callable[[int], bool], start: int, end: int, hint: int) -> int:
    """The first place of ``start`` to ``end`` (exclusive) that is not before the one looked for: found by leaps of 1, 3, 7 ... from ``hint``, then by halving."""
    near, far = 0, 1
    if is_before(hint):
        most = end - hint
        while far < most and is_before(hint + far):
            near, far = far, 2 * far + 1
        low, high = hint + near + 1, hint + min(far, most)
    else:
        most = hint - start + 1
        while far < most and not is_before(hint - far):
            near, far = far, 2 * far + 1
        low, high = hint - min(far, most) + 1, hint - near
    while low < high:
        middle = (low + high) // 2
        if is_before(middle):
            low = middle + 1
        else:
            high = middle
    return high


class _Sort:
    """A sort under way: the items, the runs found (start, length, power of the border behind), and after how many wins the next merge begins to leap."""

    def __init__(self, items: list[Any], less: Callable[[Any, Any], bool]) -> None:
        self.items = items
        self.less = less
        self.runs: list[list[int]] = []
        self.patience = GALLOP_MIN

    def find_run(self, start: int) -> int:
        """Length of the run that begins there; a strictly descending one is turned round."""
        items, less = self.items, self.less
        if len(items) - start < 2:
            return len(items) - start
        end = start + 2
        if less(items[start + 1], items[start]):
            while end < len(items) and less(items[end], items[end - 1]):
                end += 1
            items[start:end] = items[start:end][::-1]
        else:
            while end < len(items) and not less(items[end], items[end - 1]):
                end += 1
        return end - start

    def insert(self, start: int, ordered: int, count: int) -> None:
        """Make a sorted run longer by binary insertion."""
        items, less = self.items, self.less
        for place in range(start + ordered, start + count):
            moved = items[place]
            low, high = start, place
            while low < high:
                middle = (low + high) // 2
                if less(moved, items[middle]):
                    high = middle
                else:
                    low = middle + 1
            del items[place]
            items.insert(low, moved)

    def push(self, start: int, length: int) -> None:
        """A run was found: those before it that lie deeper than its border are merged."""
        runs = self.runs
        if runs:
            before, first, _ = runs[-1]
            depth = power(before, first, length, len(self.items))
            while len(runs) > 1 and runs[-2][2] > depth:
                self.merge_at(len(runs) - 2)
            runs[-1][2] = depth
        runs.append([start, length, 0])

    def merge_all(self) -> None:
        runs = self.runs
        while len(runs) > 1:
            at = len(runs) - 2
            if at > 0 and runs[at - 1][1] < runs[at + 1][1]:
                at -= 1
            self.merge_at(at)

    def merge_at(self, at: int) -> None:
        """Merge a run with the next one. What of the first is in place already, and what of the second, stays out of it."""
        (start, first, _), (middle, second, _) = self.runs[at], self.runs[at + 1]
        self.runs[at][1] = first + second
        del self.runs[at + 1]
        items = self.items
        start = self.behind_equals(items[middle], items, start, middle, start)
        if start == middle:
            return
        end = self.before_equals(items[middle - 1], items, middle, middle + second, middle + second - 1)
        if end == middle:
            return
        if middle - start <= end - middle:
            self.merge_up(start, middle, end)
        else:
            self.merge_down(start, middle, end)

    def before_equals(self, key: Any, run: list[Any], start: int, end: int, hint: int) -> int:
        """Where in a run, which is ``run[start:end]``, what is less than the key ends."""
        less = self.less
        return _boundary(lambda place: less(run[place], key), start, end, hint)

    def behind_equals(self, key: Any, run: list[Any], start: int, end: int, hint: int) -> int:
        """Where what is not greater than the key ends."""
        less = self.less
        return _boundary(lambda place: not less(key, run[place]), start, end, hint)

    def merge_up(self, start: int, middle: int, end: int) -> None:
        """Merge from the low end. The first of the second run is known to come first and the last of the first one last, unless comparisons contradict each other."""
        items, less = self.items, self.less
        left = items[start:middle]
        i, j, to, last = 0, middle, start, middle - start - 1

        def take_left(count: int = 1) -> None:
            nonlocal i, to
            items[to : to + count] = left[i : i + count]
            i, to = i + count, to + count

        def take_right(count: int = 1) -> None:
            nonlocal j, to
            items[to : to + count] = items[j : j + count]
            j, to = j + count, to + count

        try:
            take_right()
            while j < end and i < last:
                wins_left = wins_right = 0
                while j < end and i < last and max(wins_left, wins_right) < self.patience:
                    if less(items[j], left[i]):
                        take_right()
                        wins_left, wins_right = 0, wins_right + 1
                    else:
                        take_left()
                        wins_left, wins_right = wins_left + 1, 0
                if j == end or i == last:
                    return
                self.patience += 1
                leaping = True
                while leaping:
                    self.patience -= self.patience > 1
                    wins_left = self.behind_equals(items[j], left, i, last + 1, i) - i
                    take_left(wins_left)
                    if wins_left and i >= last:
                        return
                    take_right()
                    if j == end:
                        return
                    wins_right = self.before_equals(left[i], items, j, end, j) - j
                    take_right(wins_right)
                    if j == end:
                        return
                    take_left()
                    if i == last:
                        return
                    leaping = wins_left >= GALLOP_MIN or wins_right >= GALLOP_MIN
                self.patience += 1
        finally:
            if i == last:  # it belongs behind all the others
                take_right(end - j)
            take_left(last + 1 - i)

    def merge_down(self, start: int, middle: int, end: int) -> None:
        """Merge from the high end. The last of the first run is known to come last, and the first of the second one first."""
        items, less = self.items, self.less
        right = items[middle:end]
        i, j, to = middle, end - middle, end  # behind what is left of both

        def take_left(count: int = 1) -> None:
            nonlocal i, to
            i, to = i - count, to - count
            items[to : to + count] = items[i : i + count]

        def take_right(count: int = 1) -> None:
            nonlocal j, to
            j, to = j - count, to - count
            items[to : to + count] = right[j : j + count]

        try:
            take_left()
            while i > start and j > 1:
                wins_left = wins_right = 0
                while i > start and j > 1 and max(wins_left, wins_right) < self.patience:
                    if less(right[j - 1], items[i - 1]):
                        take_left()
                        wins_left, wins_right = wins_left + 1, 0
                    else:
                        take_right()
                        wins_left, wins_right = 0, wins_right + 1
                if i == start or j == 1:
                    return
                self.patience += 1
                leaping = True
                while leaping:
                    self.patience -= self.patience > 1
                    wins_left = i - self.behind_equals(right[j - 1], items, start, i, i - 1)
                    take_left(wins_left)
                    if i == start:
                        return
                    take_right()
                    if j == 1:
                        return
                    wins_right = j - self.before_equals(items[i - 1], right, 0, j, j - 1)
                    take_right(wins_right)
                    if wins_right and j <= 1:
                        return
                    take_left()
                    if i == start:
                        return
                    leaping = wins_left >= GALLOP_MIN or wins_right >= GALLOP_MIN
                self.patience += 1
        finally:
            if j == 1:  # it belongs before all the others
                take_left(i - start)
            take_right(j)
