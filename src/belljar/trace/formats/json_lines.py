"""Traces as JSON lines: one event a line, written and read without loss.

The first line is a header, ``{"belljar_trace": 1, "dropped": 0}``: the version of the format, and how many events were forgotten before the first one. Of a trace that knows what it was made
from it has a ``"run"`` (:class:`belljar.trace.origin.Origin`) and the number of its ``"calls"`` of functions of the host and of its ``"steps"``, which follow, ``{"call": [...]}`` and ``{"step": [...]}``, a line each. The last line is
``{"end": N}``, N being the number of events, so that a file that was cut is seen. Between them each line is an event: ``{"node_type": ..., "phase": ..., "metadata": {...},
"context_snapshot": {...}}``, without the snapshot where there is none. Values that JSON lacks are written as :mod:`belljar.trace.plain_data` says.

Files are read as untrusted input: line by line, each bounded, and what does not fit is E1321 with its line.
"""

from __future__ import annotations

import os
from array import array
from itertools import chain, islice
from typing import Any, Final

import msgspec

from belljar.errors import bell_error, missing_file, reason_of
from belljar.source import Span, open_bytes
from belljar.trace.events import TraceEvent
from belljar.trace.formats.spans import checked
from belljar.trace.origin import KeptRows, Origin, origin_of
from belljar.trace.plain_data import NESTING_MAX, from_json, to_json
from belljar.trace.reading import dropped_by, events_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO, TextIO, TypeVar, overload

    from belljar.errors import BellError
    from belljar.trace.reading import Trace

    Read = TypeVar("Read")

VERSION: Final = 1
NO_TRACE: Final = 'a trace begins with {"belljar_trace": 1, ...}; belljar trace PROGRAM -o TRACE.jsonl writes one'
LINE_BYTES_MAX: Final = 64 << 20
"""Longest line that is read, in bytes."""
QUICK_BYTES_MAX: Final = 1 << 20
"""Longest line that is read the quick way, which looks through it more than once."""
STRIDE: Final = 256
"""Every so many lines the index of a file knows where one begins."""
BLOCK_LINES: Final = 256
"""Lines that are written at once."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def write(trace: Trace, out: TextIO, name: str = "") -> None:
    """Write a trace. ``out`` must encode as UTF-8. Raises E1310 for what is no event."""
    header = {"belljar_trace": VERSION, "dropped": dropped_by(trace)}
    origin = origin_of(trace)
    lines: list[str] = []
    if origin is None:
        lines.append(_line(header))
    else:
        lines.append(_line({**header, "calls": len(origin.calls), "steps": len(origin.steps), "run": origin.to_row()}))
        rows = chain(({"call": row} for row in origin.calls.rows()), ({"step": row} for row in origin.steps))
        for row in rows:
            lines.append(_line(row))
            if len(lines) >= BLOCK_LINES:
                out.write("".join(lines))
                lines.clear()
    count = 0
    written: Any = (
        trace.lines() if isinstance(trace, TraceFile) else (line_of(checked(at, event)) for at, event in enumerate(events_of(trace)))
    )
    for line in written:
        count += 1
        lines.append(line)
        if len(lines) >= BLOCK_LINES:
            out.write("".join(lines))
            lines.clear()
    lines.append(_line({"end": count}))
    out.write("".join(lines))


def _line(row: dict[str, Any]) -> str:
    return _encode(row).decode() + "\n"


def line_of(event: TraceEvent) -> str:
    """The line of an event, with its end."""
    snapshot, given = event.context_snapshot, event.metadata
    if given.__class__ is not dict:
        given = dict(given)
    if snapshot is not None and snapshot.__class__ is not dict:
        snapshot = dict(snapshot)
    node_type, phase, metadata, names = to_json(event.node_type, event.phase, given, snapshot)
    row = {"node_type": node_type, "phase": phase, "metadata": metadata}
    if snapshot is not None:
        row["context_snapshot"] = names
    return _line(row)


def read(lines: Iterable[bytes], name: str = "") -> Iterator[TraceEvent]:
    """The events of lines that come one after another. Raises E1321 for the first that is not right. ``name`` is what errors call the file."""
    number = count = calls = steps = 0
    ended = False
    for number, line in enumerate(lines, 1):
        if ended:
            raise damaged(name, number, "there is more behind the last line")
        if number > calls + steps + 1 and (event := quick_event(line)) is not None:
            yield event
            count += 1
            continue
        row = row_of(line, name, number)
        if number == 1:
            _, calls, steps = header_of(row, name)
        elif number <= calls + steps + 1:
            part_of(row, "call" if number <= calls + 1 else "step", name, number)
        elif "end" in row:
            ended = end_of(row, count, name, number)
        else:
            yield event_of(row, name, number)
            count += 1
    if not number:
        raise damaged(name, 1, "it is empty")
    if not ended:
        raise damaged(
            name, number, "it ends in the middle: the last line is missing", hint="what wrote it was stopped, or it was not copied whole"
        )


def row_of(line: bytes, name: str, number: int) -> dict[str, Any]:
    """The object on a line."""
    if len(line) > LINE_BYTES_MAX:
        raise damaged(name, number, f"the line is longer than {LINE_BYTES_MAX:,} bytes")
    if not line.endswith(b"\n"):
        raise damaged(name, number, "the line was cut")
    try:
        row = _decode(line)
    except (msgspec.DecodeError, ValueError) as problem:
        raise damaged(name, number, f"not JSON: {problem}", hint=NO_TRACE if number == 1 else "") from None
    except RecursionError:
        raise damaged(name, number, "nested too deep") from None
    if not isinstance(row, dict):
        raise damaged(name, number, "a JSON object is needed")
    return row


def header_of(row: dict[str, Any], name: str) -> tuple[int, int, int]:
    """How many events were dropped, and how many lines of calls and of steps follow, from the first line."""
    version = row.get("belljar_trace")
    if version is None:
        raise damaged(
            name,
            1,
            'not a trace: the first line has no "belljar_trace"',
            hint=NO_TRACE,
        )
    if version is True or version != VERSION:
        raise damaged(name, 1, f"version {version!r} is not known, this is version {VERSION}")
    dropped = row.get("dropped", 0)
    if not isinstance(dropped, int) or isinstance(dropped, bool) or dropped < 0:
        raise damaged(name, 1, '"dropped" must be a number of events')
    counts: list[int] = []
    for what in ("calls", "steps"):
        count = row.get(what, 0)
        if count.__class__ is not int or not 0 <= count < 1 << 40:
            raise damaged(name, 1, f'"{what}" must be a number of {what}')
        counts.append(count)
    if "run" in row:
        run_of(row, KeptRows(), [], name)
    return dropped, counts[0], counts[1]


def run_of(row: dict[str, Any], calls: KeptRows, steps: list[Any], name: str) -> Origin:
    """What the trace was made from, from the first line."""
    try:
        return Origin.from_row(row["run"], calls, steps)
    except ValueError as problem:
        raise damaged(name, 1, str(problem)) from None


def part_of(row: dict[str, Any], what: str, name: str, number: int) -> Any:
    """The ``call`` or the ``step`` of a line."""
    part = row.get(what)
    if len(row) != 1 or not isinstance(part, list):
        raise damaged(name, number, f'a {what} of the run is needed: {{"{what}": [...]}}')
    return part


def end_of(row: dict[str, Any], count: int, name: str, number: int) -> bool:
    if row["end"] is True or row["end"] != count or len(row) != 1:
        raise damaged(name, number, f"the last line tells of {row['end']!r} events, there are {count:,}")
    return True


_FIELDS: Final = frozenset({"node_type", "phase", "metadata", "context_snapshot"})


def event_of(row: dict[str, Any], name: str, number: int) -> TraceEvent:
    """The event of a line."""
    try:
        made = {key: from_json(value) for key, value in row.items()}
    except ValueError as problem:
        raise damaged(name, number, str(problem)) from None
    for key in made:
        if key not in _FIELDS:
            raise damaged(name, number, f'an event has no "{key[:40]}"')
    for key in ("node_type", "phase"):
        if not isinstance(made.get(key), str):
            raise damaged(name, number, f'"{key}" must be a text')
    metadata, snapshot = made.get("metadata"), made.get("context_snapshot")
    if not isinstance(metadata, dict):
        raise damaged(name, number, '"metadata" must be an object')
    if snapshot is not None and not isinstance(snapshot, dict):
        raise damaged(name, number, '"context_snapshot" must be an object')
    return TraceEvent(made["node_type"], made["phase"], snapshot, metadata)


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    node_type: str
    phase: str
    metadata: dict[str, Any]
    context_snapshot: dict[str, Any] | None = None


class _BareRow(msgspec.Struct, forbid_unknown_fields=True):
    node_type: str
    phase: str
    metadata: dict[str, Any]
    context_snapshot: msgspec.Raw = msgspec.Raw(b"null")


_decode_row: Final = msgspec.json.Decoder(_Row).decode
_decode_bare: Final = msgspec.json.Decoder(_BareRow).decode
_MARK: Final = b'"$'


def quick_event(line: bytes) -> TraceEvent | None:
    """The event of a line, as of most; None for what has to be looked at closer."""
    if _is_odd(line):
        return None
    try:
        row = _decode_row(line)
        metadata, snapshot = row.metadata, row.context_snapshot
        if _MARK in line:
            metadata, snapshot = from_json(metadata), from_json(snapshot)
            if metadata.__class__ is not dict or (snapshot is not None and snapshot.__class__ is not dict):
                return None
    except ValueError:
        return None
    return TraceEvent(row.node_type, row.phase, snapshot, metadata)


def bare_event(line: bytes) -> TraceEvent | None:
    """The same without the snapshot, of which only is seen that it is JSON and an object."""
    if _is_odd(line):
        return None
    try:
        row = _decode_bare(line)
        metadata, snapshot = row.metadata, bytes(row.context_snapshot)
        if snapshot[:1] not in b"{n":
            return None
        if _MARK in line and line.count(_MARK) != snapshot.count(_MARK):
            metadata = from_json(metadata)
            if metadata.__class__ is not dict:
                return None
    except ValueError:
        return None
    return TraceEvent(row.node_type, row.phase, None, metadata)


def _is_odd(line: bytes) -> bool:
    """Whether a line may be nested too deep, may hide a ``$``, or was cut."""
    size = len(line)
    if size > 2 * NESTING_MAX and (size > min(QUICK_BYTES_MAX, LINE_BYTES_MAX) or line.count(b"[") + line.count(b"{") > NESTING_MAX):
        return True
    return b"u0024" in line or line[-1:] != b"\n"


def damaged(name: str, line: int, reason: str, hint: str = "") -> BellError:
    return bell_error("E1321", file=name, span=Span(line, 1, line, 2), hint=hint, reason=reason)


class TraceFile:
    """A trace in a file of JSON lines, read when it is asked: its events by number, in windows, or one after another.

    Opening it reads it once to find where its lines begin, and checks its first and its last line; an event that is damaged is found when it is read. Raises E0001 and E0002 where it
    cannot be read, E1321 where it is damaged.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self.starts = array("q")
        try:
            self.file: IO[bytes] = open_bytes(self.path)
        except FileNotFoundError:
            raise missing_file(self.path) from None
        except OSError as problem:
            raise bell_error("E0002", path=self.path, reason=reason_of(problem)) from None
        try:
            self.dropped = self._index()
        except OSError as problem:
            self.close()
            raise bell_error("E0002", path=self.path, reason=reason_of(problem)) from None
        except BaseException:
            self.close()
            raise

    def _index(self) -> int:
        number = at = 0
        first = last = b""
        while line := self.file.readline(LINE_BYTES_MAX + 1):
            if number % STRIDE == 0:
                self.starts.append(at)
            number += 1
            at += len(line)
            if len(line) > LINE_BYTES_MAX:
                raise damaged(self.path, number, f"the line is longer than {LINE_BYTES_MAX:,} bytes")
            if number == 1:
                first = line
            last = line
        if not number:
            raise damaged(self.path, 1, "it is empty")
        self.header = row_of(first, self.path, 1)
        dropped, calls, steps = header_of(self.header, self.path)
        row = row_of(last, self.path, number)
        self.calls, self.steps = calls, steps
        if "end" not in row or number < calls + steps + 2:
            raise damaged(
                self.path,
                number,
                "it ends in the middle: the last line is missing",
                hint="what wrote it was stopped, or it was not copied whole",
            )
        self.count = number - 2 - calls - steps
        end_of(row, self.count, self.path, number)
        return dropped

    def __len__(self) -> int:
        return self.count

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> TraceEvent: ...

        @overload
        def __getitem__(self, index: slice) -> list[TraceEvent]: ...

    def __getitem__(self, index: int | slice) -> TraceEvent | list[TraceEvent]:
        if isinstance(index, slice):
            numbers = range(self.count)[index]
            return self.window(numbers.start, numbers.stop) if numbers.step == 1 else [self[number] for number in numbers]
        number = range(self.count)[index]  # IndexError, and numbers from the end
        (event,) = self.window(number, number + 1)
        return event

    def __iter__(self) -> Iterator[TraceEvent]:
        for start, stop in self._strides():
            yield from self.window(start, stop)

    def bare(self) -> Iterator[TraceEvent]:
        """The events without their snapshots."""
        for start, stop in self._strides():
            yield from self._read(start, stop, lambda text, number: bare_event(text) or self._event(text, number))

    def lines(self) -> Iterator[str]:
        """The lines of the events, as they are where nothing about them has to be looked at closer. Raises E1321 for one that is none."""

        def line(text: bytes, number: int) -> str:
            return text.decode() if bare_event(text) is not None else line_of(self._event(text, number))

        for start, stop in self._strides():
            yield from self._read(start, stop, line)

    def _strides(self) -> Iterator[tuple[int, int]]:
        """All events, from where the index knows a line to where it knows the next."""
        start = 0
        while start < self.count:
            stop = start + STRIDE - (start + 1 + self.calls + self.steps) % STRIDE
            yield start, stop
            start = stop

    def window(self, start: int, stop: int) -> list[TraceEvent]:
        """The events from number ``start`` to before ``stop``, those of them that there are."""
        return self._read(start, stop, lambda text, number: quick_event(text) or self._event(text, number))

    def _read(self, start: int, stop: int, read: Callable[[bytes, int], Read]) -> list[Read]:
        """What is made of the lines of events."""
        start, stop = max(0, start), min(stop, self.count)
        if start >= stop:
            return []
        line = start + 1 + self.calls + self.steps  # event 0 is behind the header, the calls and the steps
        self._seek(line)
        found = [read(text, number) for number, text in enumerate(islice(self.file, stop - start), line + 1)]
        if len(found) < stop - start:
            raise damaged(self.path, line + len(found) + 1, "the file was cut while it was read")
        return found

    @property
    def origin(self) -> Origin | None:
        """What the trace was made from, None where the file does not say. Raises E1321 where that is damaged."""
        if "run" not in self.header:
            return None
        self._seek(1)
        first = self.calls + 2
        calls = [self._part("call", number) for number in range(2, first)]
        steps = [self._part("step", number) for number in range(first, first + self.steps)]
        return run_of(self.header, KeptRows(calls), steps, self.path)

    def _part(self, what: str, number: int) -> Any:
        return part_of(row_of(self.file.readline(), self.path, number), what, self.path, number)

    def _seek(self, line: int) -> None:
        """Go to a line, counted from 0."""
        self.file.seek(self.starts[line // STRIDE])
        for _ in range(line % STRIDE):
            self.file.readline()

    def _event(self, line: bytes, number: int) -> TraceEvent:
        row = row_of(line, self.path, number)
        if "end" in row:
            raise damaged(self.path, number, "there is more behind the last line")
        return event_of(row, self.path, number)

    def close(self) -> None:
        self.file.close()

    def __enter__(self) -> TraceFile:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()
