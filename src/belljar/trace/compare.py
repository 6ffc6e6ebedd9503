"""Two traces, event by event: the same to the bit, or the first event in which they are not.

Values are compared exactly: 1, 1.0 and True are three values, 0.0 and -0.0 two, a NaN is one; the order of a dict counts, as a program can see it, but not that of metadata and of the
names in a snapshot. Both traces are read once, side by side, so their length does not matter.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from itertools import zip_longest

from belljar.errors import ReplayError
from belljar.structs import Frozen
from belljar.trace.events import TraceEvent
from belljar.trace.plain_data import pack
from belljar.trace.reading import events_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from belljar.trace.reading import Trace

SHOWN_MAX: Final = 200
"""Longest text of a value in a message."""
_NOTHING: Any = object()


class Divergence(Frozen):
    """The first event that differs: its number from 0, the line of the source (the left side's, or where it has none the right one's), what differs (``node_type``, ``phase``, ``metadata.KEY``,
    ``context_snapshot.NAME``, or ``length`` where one trace has ended), and the events of both sides, None behind the end."""

    __slots__ = ("index", "left", "line", "right", "told", "what")

    def __init__(
        self, index: int, what: str, left: TraceEvent | None, right: TraceEvent | None, told: tuple[str, str] | None = None
    ) -> None:
        self.index: Final = index
        self.what: Final = what
        self.left: Final = left
        self.right: Final = right
        self.told: Final = told
        """What each side has, where the events do not say it."""
        lines = [event.line for event in (left, right) if event is not None and event.line]
        self.line: Final = lines[0] if lines else 0

    def __hash__(self) -> int:
        return hash((self.index, self.what))

    def sides(self) -> tuple[str, str]:
        """What each side has, as texts."""
        if self.told is not None:
            return self.told
        return _side(self.left, self.what), _side(self.right, self.what)

    @property
    def message(self) -> str:
        """One line: which event, where, what differs, both sides."""
        left, right = self.sides()
        place = f"event {self.index:,}" + (f" (line {self.line})" if self.line else "")
        return f"First divergence at {place}: {self.what}: {left} against {right}"

    def to_dict(self) -> dict[str, Any]:
        """The divergence as JSON-compatible data."""
        left, right = self.sides()
        return {"event": self.index, "line": self.line, "what": self.what, "left": left, "right": right}


class Comparison(Frozen):
    """Two traces compared: how many ``events`` are the same from the beginning, and the ``divergence`` behind them, None where there is none. True where the traces are the same."""

    __slots__ = ("divergence", "events")

    def __init__(self, events: int, divergence: Divergence | None) -> None:
        self.events: Final = events
        self.divergence: Final = divergence

    def __bool__(self) -> bool:
        return self.divergence is None

    @property
    def message(self) -> str:
        """One line for people."""
        if self.divergence is not None:
            return self.divergence.message
        return f"The traces are the same: {self.events:,} event{'s' if self.events != 1 else ''}"


def compare(a: Trace, b: Trace) -> Comparison:
    """Compare two traces of any length. Raises E1310 for what is no event."""
    index = 0
    for left, right in zip_longest(events_of(a), events_of(b)):
        if left is None or right is None:
            return Comparison(index, Divergence(index, "length", left, right))
        for event in (left, right):
            if not isinstance(event, TraceEvent):
                raise ReplayError("E1310", found=f"a {type(event).__name__}", event=index, notes=[f"event {index:,}"])
        if not _same(left, right) and (what := _difference(left, right)):
            return Comparison(index, Divergence(index, what, left, right))
        index += 1
    return Comparison(index, None)


def _same(left: TraceEvent, right: TraceEvent) -> bool:
    """Whether two events are the same beyond doubt, at the speed of C. Version 0 of marshal writes values by their types and what they are, and nothing about how they are kept."""
    if left is right:
        return True
    try:
        return _form(left) == _form(right)
    except ValueError:  # what marshal lacks, or values nested too deep for it
        return False


def _form(event: TraceEvent) -> bytes:
    fields: Any = (event.node_type, event.phase, event.metadata, event.context_snapshot)
    return marshal.dumps(fields, 0)


def _difference(left: TraceEvent, right: TraceEvent) -> str:
    """In what two events differ, ``""`` where they do not."""
    for name in ("node_type", "phase"):
        if pack(getattr(left, name)) != pack(getattr(right, name)):
            return name
    for name in ("metadata", "context_snapshot"):
        one, other = getattr(left, name), getattr(right, name)
        if not (isinstance(one, Mapping) and isinstance(other, Mapping)):
            if pack(one) != pack(other):
                return name
            continue
        for key in (*one, *(key for key in other if key not in one)):
            if key not in one or key not in other or pack(one[key]) != pack(other[key]):
                return f"{name}.{key}"
    return ""


def _side(event: TraceEvent | None, what: str) -> str:
    if event is None:
        return "the end of the trace"
    name, _, key = what.partition(".")
    if name == "length":
        return f"{event.node_type} {event.phase}"
    value: Any = getattr(event, name)
    if key and isinstance(value, Mapping):
        value = value.get(key, _NOTHING)
    text = "nothing" if value is _NOTHING else repr(value)
    return text if len(text) <= SHOWN_MAX else text[: SHOWN_MAX - 1] + "…"
