"""A trace as it was recorded: its events are made when they are read.

The marks of a run lie in blocks, in memory or in a file. Every few thousand events the state of the builder is kept (a *checkpoint*), so that an event is found by building those
since the last checkpoint before it. Checkpoints are made on the way: how far a trace was read is how far its events are counted.

Invariants: blocks are never changed; no mark lies in two; at most ``BLOCKS_READ_MAX`` blocks of a file are in memory; event ``i`` is the same however it is come to.
"""

from __future__ import annotations

from bisect import bisect_right

from belljar.trace.building import EventBuilder
from belljar.trace.events import TraceEvent
from belljar.trace.marks import MarkReader
from belljar.trace.points import Points

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, BinaryIO, Final, Protocol, overload

    from belljar.trace.building import Event, HostCall
    from belljar.trace.origin import Origin

    class Blocks(Protocol):
        """Blocks of marks by number."""

        def __len__(self) -> int: ...

        def __getitem__(self, number: int, /) -> bytes: ...


CHECKPOINT_EVENTS: Final = 4096
"""Events between two checkpoints, about."""
BLOCKS_READ_MAX: Final = 4


class FileBlocks:
    """Blocks that were written to a file one after another. ``append`` is the sink of the engine."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.starts = [0]
        self._read: dict[int, bytes] = {}

    def append(self, block: bytes) -> None:
        self.file.seek(self.starts[-1])
        self.file.write(block)
        self.starts.append(self.starts[-1] + len(block))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> bytes:
        found = self._read.pop(number, None)
        if found is None:
            if not 0 <= number < len(self):
                raise IndexError(number)
            self.file.seek(self.starts[number])
            found = self.file.read(self.starts[number + 1] - self.starts[number])
        self._read[number] = found  # the one read last stands last
        while len(self._read) > BLOCKS_READ_MAX:
            del self._read[next(iter(self._read))]
        return found


class _Cursor:
    """A place in the trace: ``index`` is the number of the next event, ``pending`` are those that the last mark made and nobody took."""

    __slots__ = ("at", "block", "builder", "index", "is_finished", "pending")

    def __init__(self, builder: EventBuilder, block: int = 0, at: int = 0, index: int = 0) -> None:
        self.builder = builder
        self.block = block
        self.at = at
        self.index = index
        self.pending: list[Event] = []
        self.is_finished = False


class RecordedTrace:
    """The events of one run, as a sequence that is read.

    ``outcome`` says how it ended: ``result``, ``error``, ``fuel_used``, ``output``. ``lost`` counts blocks of marks that were overwritten: then the trace is the end of the run.
    ``calls`` are those of functions of the host, ``origin`` is what it was made from.
    """

    def __init__(
        self,
        points: Points,
        blocks: Blocks,
        *,
        outcome: Any = None,
        error: dict[str, Any] | None = None,
        lost: int = 0,
        calls: Sequence[HostCall] = (),
        origin: Origin | None = None,
    ) -> None:
        self.points = points
        self.origin = origin
        self.blocks = blocks
        self.outcome = outcome
        self.lost = lost
        self._error = error
        self._reader = MarkReader(points)
        self._length = -1
        builder = EventBuilder(points, calls, ended="" if error is None else f"{error['exception']}: {error['message']}")
        self._checkpoints: list[tuple[int, int, int, EventBuilder]] = [(0, 0, 0, builder)]
        """Number of the next event, block and place of the next mark, and the state there; in order."""
        if lost and calls:  # the marks of the first calls are lost with the beginning
            builder.asked = max(0, len(calls) - self._asked())
        self._cursor = self._at_checkpoint(0)

    def _asked(self) -> int:
        """How many marks tell of calls of functions of the host."""
        asking = {number for number, site in enumerate(self.points.sites) if site.point.kind == "host"}
        count = 0
        for number in range(len(self.blocks)):
            data, at = self.blocks[number], 0
            while at < len(data):
                count += self._reader.site(data, at) in asking
                at = self._reader.end(data, at)
        return count

    @property
    def level(self) -> str:
        """What was recorded."""
        return self.points.level

    def __len__(self) -> int:
        if self._length < 0:
            start, block, at, builder = self._checkpoints[-1]
            cursor = _Cursor(builder.copy(), block, at, start)
            cursor.builder.is_counting = True
            while self._step(cursor):
                cursor.index += len(cursor.pending)
                cursor.pending.clear()
            self._length = cursor.index
        return self._length

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int, /) -> TraceEvent: ...

        @overload
        def __getitem__(self, index: slice, /) -> list[TraceEvent]: ...

    def __getitem__(self, index: int | slice) -> TraceEvent | list[TraceEvent]:
        """Event ``index``, or a list of those of a slice. Raises IndexError beyond the end."""
        if isinstance(index, slice):
            places = range(*index.indices(len(self)))
            return [self[place] for place in places]
        if index < 0:
            index += len(self)
        if index < 0 or (0 <= self._length <= index):
            raise IndexError("there is no such event")
        if index < self._cursor.index or index - self._cursor.index > CHECKPOINT_EVENTS:
            place = bisect_right(self._checkpoints, index, key=lambda checkpoint: checkpoint[0]) - 1
            if index < self._cursor.index or self._checkpoints[place][0] > self._cursor.index:
                self._cursor = self._at_checkpoint(place)
        while True:
            found = self._next(self._cursor)
            if found is None:
                raise IndexError("there is no such event")
            if self._cursor.index > index:
                return self._event(found, index)

    def __iter__(self) -> Iterator[TraceEvent]:
        cursor = self._at_checkpoint(0)
        while (found := self._next(cursor)) is not None:
            yield self._event(found, cursor.index - 1)

    def _at_checkpoint(self, place: int) -> _Cursor:
        index, block, at, builder = self._checkpoints[place]
        return _Cursor(builder.copy(), block, at, index)

    def _next(self, cursor: _Cursor) -> Event | None:
        """The next event, None at the end."""
        while not cursor.pending:
            if not self._step(cursor):
                return None
        cursor.index += 1
        return cursor.pending.pop(0)

    def _step(self, cursor: _Cursor) -> bool:
        """Take the next mark; False at the end."""
        if cursor.is_finished:
            return False
        last = self._checkpoints[-1][0]
        if cursor.index - last >= CHECKPOINT_EVENTS and not cursor.pending:
            self._checkpoints.append((cursor.index, cursor.block, cursor.at, cursor.builder.copy()))
        builder = cursor.builder
        while cursor.block < len(self.blocks):
            data = self.blocks[cursor.block]
            if cursor.at < len(data):
                number = self._reader.site(data, cursor.at)
                values, cursor.at = self._reader.values(data, cursor.at)
                builder.feed(number, values)
                break
            cursor.block, cursor.at = cursor.block + 1, 0
        else:
            builder.finish(self._error)
            cursor.is_finished = True
        cursor.pending, builder.events = builder.events, []
        return True

    def _event(self, event: Event, index: int) -> TraceEvent:
        node_type, phase, metadata, names = event
        metadata["index"] = index
        return TraceEvent(node_type, phase, names, metadata)
