"""Reading a trace, whatever it is: a collector, a list, a recorded trace, a file that is read when it is asked."""

from __future__ import annotations

from belljar.errors import bell_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Final, TypeAlias

    from belljar.trace.events import RecordedTrace, TraceEvent

    Trace: TypeAlias = "RecordedTrace | Iterable[TraceEvent]"
    """What can be read: something with events by number, or something that gives them one after another."""

WINDOW: Final = 1024
"""Events that are read at once where a trace is not read in order."""


def events_of(trace: Trace, snapshots: bool = True) -> Iterator[TraceEvent]:
    """The events in order, one at a time: of a trace that is longer than memory as well. Without ``snapshots`` those of a file need not have theirs, as to read them takes most of the time."""
    given: Any = trace
    if not snapshots and hasattr(given, "bare"):
        yield from given.bare()
        return
    if hasattr(given, "__iter__"):
        yield from given
        return
    if not hasattr(given, "__getitem__"):
        raise bell_error("E0003", detail=f"a trace is a sequence of events, got {type(given).__name__}")
    for number in range(len(given)):
        yield given[number]


def window_of(trace: RecordedTrace, start: int, stop: int) -> list[TraceEvent]:
    """The events from number ``start`` to before ``stop``."""
    if hasattr(trace, "window"):
        return trace.window(start, stop)  # type: ignore[no-any-return]
    return [trace[number] for number in range(start, stop)]


def events_from(trace: RecordedTrace, start: int) -> Iterator[tuple[int, TraceEvent]]:
    """Events with their numbers, from one on."""
    length = len(trace)
    for first in range(start, length, WINDOW):
        yield from enumerate(window_of(trace, first, min(first + WINDOW, length)), first)


def events_back(trace: RecordedTrace, start: int) -> Iterator[tuple[int, TraceEvent]]:
    """Events with their numbers, from one on backwards."""
    for stop in range(start + 1, 0, -WINDOW):
        first = max(0, stop - WINDOW)
        found = window_of(trace, first, stop)
        yield from ((first + place, found[place]) for place in range(len(found) - 1, -1, -1))


def dropped_by(trace: Trace) -> int:
    """How many events at the beginning are missing, because only the newest were kept."""
    return int(getattr(trace, "dropped", 0))
