"""Events and what collects them.

A trace is a sequence of :class:`TraceEvent`. A :class:`TraceCollector` is one that is made by recording, or that shows what an engine recorded, and may be longer than memory.

Invariants of a collector:

1. Events stand in the order they were recorded in, and are read as they were when they were recorded (:mod:`belljar.trace.plain_data` copies and bounds them).
2. What it holds in memory is at most ``max_bytes`` of packed events and the few thousand that were read last, however many were recorded.
3. Recorded traces that it shows (:meth:`TraceCollector.attach`) are never copied: their events are made when they are read.
"""

from __future__ import annotations

from collections.abc import Mapping

from belljar.errors import bell_error
from belljar.trace.node_types import LEVELS, records
from belljar.trace.origin import origin_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator
    from typing import Any, Final, Protocol, overload

    from belljar.trace.origin import Origin
    from belljar.trace.parts import Parts

    class RecordedTrace(Protocol):
        """A trace that is not a collector's own: its events by their numbers."""

        def __len__(self) -> int: ...

        def __getitem__(self, index: int, /) -> TraceEvent: ...


NOTHING: Final[Mapping[str, Any]] = {}


class TraceEvent:
    """One event: what kind of piece of the program (``node_type``), whether it begins, ends or happens (``phase``: ``enter``, ``exit`` or ``point``), the names that are visible
    after it with their values, or None where that was not recorded (``context_snapshot``), and the facts of its kind (``metadata``). :data:`~belljar.trace.node_types.NODE_TYPES` is
    the table of them; nothing is checked here, :class:`~belljar.trace.replay.Validation` does that.

    >>> TraceEvent("IF", "exit", {"x": 1}, {"condition_result": True, "branch_taken": "then", "line": 3})
    TraceEvent('IF', 'exit', {'x': 1}, {'condition_result': True, 'branch_taken': 'then', 'line': 3})
    """

    __slots__ = ("context_snapshot", "metadata", "node_type", "phase")
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self,
        node_type: str,
        phase: str,
        context_snapshot: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self.node_type = node_type
        self.phase = phase
        self.context_snapshot = context_snapshot
        self.metadata: Mapping[str, Any] = NOTHING if metadata is None else metadata

    @property
    def facts(self) -> Mapping[str, Any]:
        """The metadata, or nothing where somebody gave what is no mapping."""
        return self.metadata if isinstance(self.metadata, Mapping) else NOTHING

    @property
    def line(self) -> int:
        """The line of the source it happened on, 0 where that is not known."""
        metadata = self.metadata
        line = (metadata if metadata.__class__ is dict else self.facts).get("line")
        return line if isinstance(line, int) else 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TraceEvent):
            return NotImplemented
        return (
            self.node_type == other.node_type
            and self.phase == other.phase
            and self.metadata == other.metadata
            and self.context_snapshot == other.context_snapshot
        )

    def __repr__(self) -> str:
        return f"TraceEvent({self.node_type!r}, {self.phase!r}, {self.context_snapshot!r}, {self.metadata!r})"

    def to_dict(self) -> dict[str, Any]:
        """The event as a plain dict, values as they are."""
        snapshot = self.context_snapshot
        return {
            "node_type": self.node_type,
            "phase": self.phase,
            "metadata": dict(self.metadata),
            "context_snapshot": None if snapshot is None else dict(snapshot),
        }


WHEN_FULL: Final = ("spill", "drop_oldest")


class TraceCollector:
    """Collects events, or shows those that were recorded elsewhere, as a list that cannot be changed but at its end.

    ``level``: what is recorded (:data:`~belljar.trace.node_types.LEVELS`). ``max_bytes``: packed events kept in memory; beyond it, by ``when_full``, the oldest go to a temporary file
    (``"spill"``, in the folder ``spill_to`` or the system's) or are forgotten (``"drop_oldest"``; ``dropped`` counts them, and the rest is numbered from 0). Raises E0003 for an
    unknown level or bad bounds.

    >>> trace = TraceCollector()
    >>> trace.record(TraceEvent("RETURN", "point", {"x": 1}, {"value": 2}))
    >>> len(trace), trace[0].metadata["value"]
    (1, 2)
    """

    def __init__(
        self,
        events: Iterable[TraceEvent] = (),
        *,
        level: str = "full",
        max_bytes: int = 64 << 20,
        when_full: str = "spill",
        spill_to: str | os.PathLike[str] | None = None,
    ) -> None:
        if level not in LEVELS:
            raise bell_error("E0003", detail=f"unknown trace level {level!r}", hint=f"levels are {', '.join(LEVELS)}")
        if when_full not in WHEN_FULL:
            raise bell_error("E0003", detail=f"unknown when_full={when_full!r}", hint=f"it is one of {', '.join(WHEN_FULL)}")
        if not isinstance(max_bytes, int) or max_bytes < 0:
            raise bell_error("E0003", detail=f"max_bytes={max_bytes!r} is not a number of bytes")
        self.level = level
        self.max_bytes = max_bytes
        self.when_full = when_full
        self.spill_to = spill_to
        self._parts: Parts | None = None
        self.origin: Origin | None = None
        """What the trace was made from, where it is one run and nothing else."""
        for event in events:
            self.record(event)

    def record(self, event: TraceEvent) -> None:
        """Add an event at the end, if the level takes its kind. Raises TypeError for what is no event, and OSError where the disk takes no more."""
        if not isinstance(event, TraceEvent):
            raise TypeError(f"a TraceEvent is needed, got {event.__class__.__name__}")
        if records(self.level, event.node_type):
            self.origin = None
            self._opened().record(event)

    def attach(self, trace: RecordedTrace) -> None:
        """Show the events of a recorded trace behind those that are there. It is read when they are, and counted when that must be known; it must not change any more."""
        is_first = self._parts is None
        self._opened().attach(trace)
        self.origin = origin_of(trace) if is_first else None

    def _opened(self) -> Parts:
        if self._parts is None:
            from belljar.trace.parts import Parts  # msgspec comes with it

            self._parts = Parts(self.max_bytes, self.when_full == "spill", self.spill_to, TraceEvent)
        return self._parts

    @property
    def dropped(self) -> int:
        """Events that were forgotten, all of them older than the first one there is."""
        return 0 if self._parts is None else self._parts.dropped

    @property
    def lost(self) -> int:
        """Blocks of what runs left that were forgotten, of each run the oldest. How many events they were nobody counted."""
        return 0 if self._parts is None else self._parts.lost

    @property
    def bytes_in_memory(self) -> int:
        """Bytes of packed events in memory, and of what runs left."""
        return 0 if self._parts is None else self._parts.held + self._parts.attached_held

    @property
    def bytes_spilled(self) -> int:
        """Bytes of packed events in temporary files, and of what runs left."""
        return 0 if self._parts is None else self._parts.spilled + self._parts.attached_spilled

    def window(self, start: int, stop: int) -> list[TraceEvent]:
        """The events from number ``start`` to before ``stop``, those of them that there are."""
        start, stop = max(0, start), min(stop, len(self))
        return [] if self._parts is None or start >= stop else self._parts.window(start, stop)

    def clear(self) -> None:
        """Forget everything."""
        if self._parts is not None:
            self._parts.close()
        self._parts = self.origin = None

    def __len__(self) -> int:
        return 0 if self._parts is None else len(self._parts)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> TraceEvent: ...

        @overload
        def __getitem__(self, index: slice) -> list[TraceEvent]: ...

    def __getitem__(self, index: int | slice) -> TraceEvent | list[TraceEvent]:
        if isinstance(index, slice):
            numbers = range(len(self))[index]
            if numbers.step == 1:
                return self.window(numbers.start, numbers.stop)
            return [self[number] for number in numbers]
        if index >= 0 and self._parts is not None:
            return self._parts.event(index)
        return self[range(len(self))[index]]  # IndexError, and numbers from the end

    def __iter__(self) -> Iterator[TraceEvent]:
        if self._parts is not None:
            yield from self._parts

    def __repr__(self) -> str:
        return f"<TraceCollector of {len(self):,} events>"
