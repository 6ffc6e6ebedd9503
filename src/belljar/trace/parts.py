"""Where a collector keeps its events: packed chunks in memory, then in a temporary file, and recorded traces beside them.

A *part* is a run of consecutive events: a chunk that was sealed (one msgpack array), a chunk that went to the file (its place there), or a recorded trace. Parts stand in order;
``starts`` has the number of the first event of each, so an event is found by bisection and costs one chunk to read. Behind the parts is the open chunk, which takes events.

The file has no name: it is gone with the process. Chunks are written whole before what they replace in memory is let go.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from bisect import bisect_right
from weakref import finalize

from belljar.trace.blocks import FileBlocks
from belljar.trace.plain_data import pack_parts, unpack
from belljar.trace.reading import events_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Final, TypeAlias

    from belljar.trace.events import RecordedTrace, TraceEvent

    Chunk: TypeAlias = "bytes | tuple[int, int]"

CHUNK_EVENTS_MAX: Final = 1024
CHUNK_BYTES_MAX: Final = 256 << 10
CHUNKS_KEPT: Final = 4
"""Chunks that were read last and are kept as events."""


class Parts:
    """The store. Not for two threads at a time."""

    def __init__(self, max_bytes: int, spills: bool, folder: str | os.PathLike[str] | None, make: Callable[..., TraceEvent]) -> None:
        self.max_bytes = max_bytes
        self.chunk_bytes = min(CHUNK_BYTES_MAX, max_bytes // 8)  # of few bytes as well only the oldest eighth goes at once
        self.spills = spills
        self.folder = folder
        self.make = make
        """Makes an event of its four fields."""
        self.dropped = 0
        self.held = 0
        self.spilled = 0
        self.starts = array("q")
        self.parts: list[Chunk | RecordedTrace] = []
        self.open: list[bytes] = []
        self.open_bytes = 0
        self.open_start = 0
        self.in_memory: list[int] = []
        """Which parts are chunks in memory, oldest first; those before ``first_in_memory`` were let go."""
        self.first_in_memory = 0
        self.first = 0
        """The number, counted over all that were recorded, of the first event there is."""
        self.first_part = 0
        self.read: dict[int, list[TraceEvent]] = {}
        self.tail: RecordedTrace | None = None
        """A recorded trace at the end whose events were not counted yet."""
        self.file = -1
        self.closing: finalize[[int], Parts] | None = None
        self.lost = self.attached_held = self.attached_spilled = 0
        """Of recorded traces: blocks that were overwritten, bytes of the others in memory and in files."""

    def __len__(self) -> int:
        self.settle()
        return self.open_start + len(self.open) - self.first

    def record(self, event: TraceEvent) -> None:
        self.settle()
        data = pack_parts(event.node_type, event.phase, event.context_snapshot, event.metadata)
        self.open.append(data)
        self.open_bytes += len(data)
        self.held += len(data)
        if len(self.open) >= CHUNK_EVENTS_MAX or self.open_bytes >= self.chunk_bytes or self.held > self.max_bytes:
            self._seal()
            self._make_room()

    def attach(self, trace: RecordedTrace) -> None:
        self.settle()
        self._seal()
        self.tail = list(trace) if isinstance(trace, tuple) else trace  # a tuple is the place of a chunk
        self.lost += getattr(trace, "lost", 0)
        blocks = getattr(trace, "blocks", ())
        if isinstance(blocks, FileBlocks):
            self.attached_spilled += blocks.starts[-1]
        else:
            self.attached_held += sum(map(len, blocks))

    def settle(self, length: int = -1) -> None:
        """Make the tail a part. To count its events may mean to read it all, so that is left until somebody must know."""
        if self.tail is not None:
            tail, self.tail = self.tail, None
            count = len(tail) if length < 0 else length
            if count:
                self._add(tail, count)

    def _seal(self) -> None:
        """Make the open chunk a part."""
        if not self.open:
            return
        count = len(self.open)
        data = b"\xdd" + count.to_bytes(4, "big") + b"".join(self.open)
        self.held += len(data) - self.open_bytes
        self.open, self.open_bytes = [], 0
        self.in_memory.append(len(self.parts))
        self._add(data, count)

    def _add(self, part: Chunk | RecordedTrace, count: int) -> None:
        self.starts.append(self.open_start)
        self.parts.append(part)
        self.open_start += count

    def _make_room(self) -> None:
        """Let go of the oldest chunks, down to three quarters of the bound: what is let go at once is written at once."""
        if self.held <= self.max_bytes:
            return
        goal = self.max_bytes * 3 // 4
        going: list[int] = []
        freed = 0
        while self.held - freed > goal and self.first_in_memory + len(going) < len(self.in_memory):
            number = self.in_memory[self.first_in_memory + len(going)]
            going.append(number)
            freed += len(self._chunk(number))
        if self.spills:
            self._spill(going)
        else:
            self._drop(going[-1])
        self.first_in_memory += len(going)
        self.held -= freed
        if self.first_in_memory > 4096:
            del self.in_memory[: self.first_in_memory]
            self.first_in_memory = 0

    def _chunk(self, number: int) -> bytes:
        data = self.parts[number]
        assert isinstance(data, bytes)
        return data

    def _spill(self, going: list[int]) -> None:
        if self.file < 0:
            self._create()
        data = memoryview(b"".join([self._chunk(number) for number in going]))
        written = 0
        while written < len(data):
            written += os.pwrite(self.file, data[written:], self.spilled + written)
        for number in going:
            size = len(self._chunk(number))
            self.parts[number] = (self.spilled, size)
            self.spilled += size

    def _create(self) -> None:
        handle, path = tempfile.mkstemp(prefix="belljar-trace-", dir=self.folder)
        os.unlink(path)
        self.file = handle
        self.closing = finalize(self, os.close, handle)

    def _drop(self, last: int) -> None:
        """Forget all parts up to one."""
        following = self._end(last)
        for number in range(self.first_part, last + 1):
            self.parts[number] = b""
            self.read.pop(number, None)
        self.dropped += following - self.first
        self.first, self.first_part = following, last + 1

    def event(self, index: int) -> TraceEvent:
        """The event of a number from 0 on. Raises IndexError where there is none."""
        at = index + self.first
        if at >= self.open_start + len(self.open) and self.tail is not None:
            return self.tail[at - self.open_start]
        if at >= self.open_start:
            return self.make(*unpack(self.open[at - self.open_start]))
        number = bisect_right(self.starts, at) - 1
        part = self.parts[number]
        offset = at - self.starts[number]
        return self._events(number)[offset] if isinstance(part, (bytes, tuple)) else part[offset]

    def _events(self, number: int) -> list[TraceEvent]:
        """The events of a chunk."""
        found = self.read.get(number)
        if found is None:
            part = self.parts[number]
            data = part if isinstance(part, bytes) else self._read(part)  # type: ignore[arg-type]
            found = [self.make(*row) for row in unpack(data)]
            if len(self.read) >= CHUNKS_KEPT:
                del self.read[next(iter(self.read))]
            self.read[number] = found
        return found

    def _read(self, place: tuple[int, int]) -> bytes:
        offset, size = place
        data = os.pread(self.file, size, offset)
        while len(data) < size:  # a read is cut at 2 GiB, or by a file that somebody cut
            more = os.pread(self.file, size - len(data), offset + len(data))
            if not more:
                raise OSError("the temporary file of a trace was cut")
            data += more
        return data

    def window(self, start: int, stop: int) -> list[TraceEvent]:
        found: list[TraceEvent] = []
        at, end = start + self.first, stop + self.first
        while at < end:
            if at >= self.open_start:
                found += [self.make(*unpack(data)) for data in self.open[at - self.open_start : end - self.open_start]]
                break
            number = bisect_right(self.starts, at) - 1
            begin = self.starts[number]
            upto = min(end, self._end(number))
            part = self.parts[number]
            if isinstance(part, (bytes, tuple)):
                found += self._events(number)[at - begin : upto - begin]
            else:
                found += [part[offset] for offset in range(at - begin, upto - begin)]
            at = upto
        return found

    def __iter__(self) -> Iterator[TraceEvent]:
        at = self.first
        while True:
            at = max(at, self.first)  # what was dropped meanwhile is passed over
            if at >= self.open_start + len(self.open):
                if (tail := self.tail) is None:
                    return
                start = at
                for event in events_of(tail):
                    yield event
                    at += 1
                if self.tail is tail:
                    self.settle(at - start)
                continue
            number = bisect_right(self.starts, at) - 1
            part = self.parts[number] if 0 <= number and at < self.open_start else b""
            if not isinstance(part, (bytes, tuple)) and at == self.starts[number]:
                for event in events_of(part):
                    yield event
                    at += 1
                continue
            stop = min(at + CHUNK_EVENTS_MAX, self._end(number) if part else len(self) + self.first)
            for event in self.window(at - self.first, stop - self.first):
                yield event
                at += 1

    def _end(self, number: int) -> int:
        """The number of the first event behind a part."""
        return self.starts[number + 1] if number + 1 < len(self.starts) else self.open_start

    def close(self) -> None:
        """Give the file back."""
        if self.closing is not None:
            self.closing()
