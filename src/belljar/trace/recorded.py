"""A trace as it was recorded: its events are made when they are read.

The marks of a run lie in blocks, in memory or in a file. An index (:mod:`belljar.trace.index`) has the state of the builder every few thousand events, so that an event is found by building
those since the last place before it. It is made on the way, in C: an event is asked for, and marks are scanned as far as that.

Invariants: blocks are never changed; no mark lies in two; event ``i`` is the same however it is come to.
"""

from __future__ import annotations

from belljar.trace.building import EventBuilder, said
from belljar.trace.events import TraceEvent
from belljar.trace.index import CHECKPOINT_EVENTS, TraceIndex, damaged
from belljar.trace.marks import NO_MARKS, MarkReader
from belljar.trace.points import Points

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, Final, overload

    from belljar.errors import BellError
    from belljar.trace.blocks import Blocks
    from belljar.trace.building import Event, HostCall
    from belljar.trace.origin import Origin

DRY_KINDS: Final = frozenset({"EXPRESSION", "HOST", "PRINT"})
"""The node types whose events say that they happened in a dry run."""


LIMIT_STATUS: Final = 3
"""The exit status of the errors that are limits."""


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
    ``calls`` are those of functions of the host, ``origin`` is what it was made from. Of a dry run (``is_dry``) what would have lasted says so.
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
        is_dry: bool = False,
    ) -> None:
        self.points = points
        self.is_dry = is_dry
        self.origin = origin
        self.blocks = blocks
        self.outcome = outcome
        self.lost = lost
        self._error = error
        self._reader = MarkReader(points)
        self._length = -1
        builder = EventBuilder(points, calls, ended="" if error is None else said(error["exception"], error["message"]))
        self._index = TraceIndex(points, blocks, self._reader, builder)
        if lost and calls:  # the marks of the first calls are lost with the beginning
            while self._index.advance():
                pass
            builder.asked = max(0, len(calls) - self._index.hosts)
        self._cursor = _Cursor(builder.copy())

    @property
    def level(self) -> str:
        """What was recorded."""
        return self.points.level

    def __len__(self) -> int:
        if self._length < 0:
            last = self._index.finish()
            last.finish(self._error)
            self._length = self._index.events + len(last.events)
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
        if not self._cursor.index <= index <= self._cursor.index + CHECKPOINT_EVENTS:
            while self._index.events <= index and self._index.advance():
                pass
            if index < self._cursor.index or self._index.known(index) > self._cursor.index:
                number, block, at, builder = self._index.before(index)
                self._cursor = _Cursor(builder, block, at, number)
        while True:
            found = self._next(self._cursor)
            if found is None:
                raise IndexError("there is no such event")
            if self._cursor.index > index:
                return self._event(found, index)

    def __iter__(self) -> Iterator[TraceEvent]:
        cursor = _Cursor(self._index.first.copy())
        while (found := self._next(cursor)) is not None:
            yield self._event(found, cursor.index - 1)

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
        builder = cursor.builder
        while cursor.block < len(self.blocks):
            data = self.blocks[cursor.block]
            if cursor.at < len(data):
                try:
                    number = self._reader.site(data, cursor.at)
                    values, at = self._reader.values(data, cursor.at)
                    builder.feed(number, values)
                except NO_MARKS as problem:
                    raise damaged(cursor.block, cursor.at) from problem
                cursor.at = at
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
        if node_type in DRY_KINDS:
            metadata["dry_run"] = self.is_dry
        return TraceEvent(node_type, phase, names, metadata)


def told(error: BellError | None, line_of: Callable[[int], int] | None = None) -> dict[str, Any] | None:
    """What the last events of a trace say of the error that ended it. ``line_of`` gives the line of the program's own text for one of the text that was compiled, None where these are the same."""
    if error is None:
        return None
    line = error.line if line_of is None else line_of(error.line)
    is_limit = error.exit_status == LIMIT_STATUS
    exception, message = error.raised
    return {"code": error.code, "exception": exception, "message": message, "line": line, "is_limit": is_limit}
