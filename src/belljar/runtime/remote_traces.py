"""Traces of what runs in a worker process: the worker sends the marks as they are left, the other side keeps them and makes the events.

So a trace is bounded here as it is elsewhere, and of a worker that is lost there is what it had sent. Marks are sent when a block is full, and before anything that the other side sees happens: output, and
calls of functions of the host. These are heard where they are answered; the worker only tells of those that it did not ask for.

What a worker sends is hostile input: points are rebuilt from plain values, each of the type that it has; marks are read as :mod:`belljar.trace.recorded` reads all, within bounds.
"""

from __future__ import annotations

from belljar.engines.contract import Marks
from belljar.errors import BellError
from belljar.runtime import wire
from belljar.safety.journal import HostCall
from belljar.trace.around import around
from belljar.trace.blocks import BLOCK_BYTES
from belljar.trace.index import table_of
from belljar.trace.points import KINDS, Point, Points, Site
from belljar.trace.recorded import told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, Final

    from belljar.engines.contract import Outcome
    from belljar.ir.function import Module
    from belljar.runtime.hosts import HostRun
    from belljar.trace.blocks import Reel

INT_MAX: Final = 2**31 - 1


# --- in a worker --------------------------------------------------------------------------------------------------------------------


class SentReel:
    """The reel of a worker: what a run leaves goes to the other side as it is left."""

    def __init__(self, send: Callable[..., object]) -> None:
        self._send = send
        self._known: Points | None = None
        self._running: Any = None
        self._is_live = False
        self.was_begun = False
        """Whether the run that goes on began before, so that this is its second time."""

    def begin(self, points: Points, instance: Any, again: bool) -> None:
        """A run begins, or begins once more."""
        if points is not self._known:
            self._send("points", wire.to_wire(row_of(points)))
            self._known = points
        self._send("begun", again)
        self.was_begun = self._is_live = True
        self._running = instance if points.level != "branches" else None  # whose bits make words, which a part of one is not

    def take(self, block: bytes) -> None:
        """The next block of the run; between runs nobody wants it."""
        if self._is_live and block:
            self._send("marks", block)

    def flush(self) -> None:
        """Send what there is."""
        if self._running is not None:
            self._running.marks()

    def end(self, left: bytes, error: Mapping[str, Any] | None, lost: int, fuel: int) -> None:
        """The run is over."""
        self.take(left)
        self.pause()
        self.was_begun = False
        facts = None if error is None else [error["code"], error["exception"], error["message"], error["line"], error["is_limit"]]
        self._send("ended", [wire.to_wire(facts), lost, fuel])

    def pause(self) -> None:
        """The run will begin once more."""
        self._is_live, self._running = False, None

    def missed(self, call: HostCall) -> None:
        """A call of a function of the host that ended before anybody was asked."""
        if self._is_live:
            self._send("missed", [call.name, wire.to_wire(call.error), call.capability, call.code])


class SentTape:
    """As :class:`belljar.runtime.tape.Tape`, for a runtime in a worker. Where blocks are not sent when they are full, ``blocks`` of them are kept, the newest, until a call ends."""

    asked: Final = None
    """Kept where the runtime is asked."""

    def __init__(
        self, reel: SentReel, traces: str, kept: tuple[int, int] | None, line_of: Callable[[], Callable[[int], int] | None]
    ) -> None:
        self.reel = reel
        self.traces: Final = traces
        self.kept = kept
        self.line_of: Final = line_of
        self._placed: tuple[Points, Any, Points] | None = None

    def marks(self) -> Marks:
        if self.kept is not None:
            return Marks(self.kept[0], self.kept[1])
        return Marks(BLOCK_BYTES, 2, self.reel.take)

    def note(self, node_type: str, phase: str, facts: Mapping[str, Any]) -> None:
        self.reel._send("event", [node_type, phase, wire.to_wire(dict(facts))])

    def around(self, node_type: str, facts: Mapping[str, Any]) -> AbstractContextManager[None]:
        return around(self.note, node_type, facts)

    def begin(self, instance: Any, module: Module, again: bool) -> None:
        instance.forget_marks()
        points, line_of = module.traces or Points(self.traces), self.line_of()
        if self._placed is None or self._placed[0] is not points or self._placed[1] != line_of:
            self._placed = points, line_of, points.placed(line_of)
        self.reel.begin(self._placed[2], None if self.kept is not None else instance, again)

    def end(self, instance: Any, module: Module, outcome: Outcome, is_dry: bool, calls: Sequence[HostCall] = ()) -> None:
        self.reel.end(instance.marks(), told(outcome.error, self.line_of()), instance.marks_lost, outcome.fuel_used)


# --- on the other side --------------------------------------------------------------------------------------------------------------


class Reception:
    """Takes what a worker sends of its traces. ``ended`` is called with the points, what an error was, the blocks that were lost and the fuel that was used, whenever a run has ended."""

    def __init__(
        self,
        reel: Reel,
        run: Callable[[], HostRun],
        ended: Callable[[Points, dict[str, Any] | None, int, int], object],
        note: Callable[[str, str, Mapping[str, Any]], object] | None = None,
    ) -> None:
        self.reel = reel
        self.is_open = False
        """Whether a run goes on."""
        self._run = run
        self._ended = ended
        self._note = note
        self._points = Points()
        self._missed = self._missed_before = 0

    def take(self, what: str, answer: Any) -> None:
        """A message of :data:`belljar.runtime.wire.TRACED`. Raises ValueError and its kin for one that no worker sends."""
        if what == "marks":
            if answer.__class__ is not bytes or not self.is_open:
                raise ValueError("marks of no run")
            self.reel.take(answer)
        elif what == "points":
            self._points = points_from(answer)
        elif what == "begun":
            self._begun(answer is True)
        elif what == "missed":
            name, error, capability, code = map(_text, answer)
            self._miss(name, error, capability, code)
        elif what == "ended":
            facts, lost, fuel = answer
            if not self.is_open:
                raise ValueError("the end of no run")
            about = None if facts is None else _error(facts)
            self.is_open = False
            self._ended(self._points, about, _count(lost), _count(fuel))
        elif self._note is not None:
            node_type, phase, told_of = answer
            if node_type != "EVENT" or phase not in ("enter", "point", "exit") or told_of.__class__ is not dict:
                raise ValueError("an event of something else")
            self._note(node_type, phase, {_text(key): value for key, value in told_of.items()})

    def lost(self, error: BellError) -> None:
        """No more comes: the run that went on is what there is of it, and ended so."""
        if self.is_open:
            self.is_open = False
            self._ended(self._points, told(error), 0, 0)

    def _begun(self, again: bool) -> None:
        self.reel.begin()
        run = self._run()
        if again:
            self._missed_before = self._missed
        else:
            run.hear()
            self._missed = self._missed_before = 0
        self.is_open = True

    def _miss(self, name: str, error: str, capability: str, code: str) -> None:
        if self._missed_before:  # the same run once more, of which it was heard before
            self._missed_before -= 1
            return
        self._missed += 1
        run = self._run()
        function = run.hosts.function(name)
        effect = "write" if function is None else function.signature.effect
        if run.heard is not None:
            run.heard.append(HostCall(name, {}, None, error, capability, effect, False, 0, code))


# --- points -------------------------------------------------------------------------------------------------------------------------


def row_of(points: Points) -> list[Any]:
    """Points as values for :func:`points_from`."""
    sites = [
        [
            one.point.kind,
            one.point.function,
            one.point.line,
            one.point.column,
            list(one.point.path),
            one.point.construct,
            list(one.point.names),
            list(one.point.told),
            one.point.frame,
            list(one.shapes),
        ]
        for one in points.sites
    ]
    records = [[name, list(fields)] for name, fields in points.records.items()]
    return [points.level, points.file, sites, records, sorted(points.tasks)]


def points_from(row: Any) -> Points:
    """The points of :func:`row_of`. Raises ValueError for other values."""
    try:
        level, file, sites, records, tasks = row
        found = Points(
            _text(level),
            _text(file),
            [_site(*parts) for parts in sites],
            {_text(name): tuple([_field(*field) for field in fields]) for name, fields in records},
            frozenset(map(_text, tasks)),
        )
        table_of(found)  # whose rows need what is told of each kind
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError, RecursionError) as problem:
        raise ValueError(f"points that are none: {type(problem).__name__}") from None
    return found


def _site(
    kind: Any, function: Any, line: Any, column: Any, path: Any, construct: Any, names: Any, about: Any, frame: Any, shapes: Any
) -> Site:
    if kind not in KINDS:
        raise ValueError("a point of an unknown kind")
    constructs = tuple(map(_number, path))
    facts = tuple([_field_of_point(*pair) for pair in about])
    names = tuple(map(_text, names))
    point = Point(kind, _text(function), _number(line), _number(column), constructs, _number(construct), names, facts, _number(frame))
    return Site(point, tuple(map(_shape, shapes)))


def _field(name: Any, shape: Any) -> tuple[str, Any]:
    return _text(name), _shape(shape)


def _field_of_point(name: Any, value: Any) -> tuple[str, Any]:
    return _text(name), value


def _shape(shape: Any, depth: int = 0) -> Any:
    if shape.__class__ is str and shape in SIMPLE:
        return shape
    if shape.__class__ is not tuple or not shape or depth > wire.DEPTH_MAX:
        raise ValueError("a shape that is none")
    if shape[0] in ("=", "?", "!") and len(shape) == 2:
        return shape if shape[0] == "=" else (shape[0], _shape(shape[1], depth + 1))
    if shape[0] == "(":
        return ("(", *[_shape(part, depth + 1) for part in shape[1:]])
    raise ValueError("a shape that is none")


SIMPLE: Final = frozenset("ifbvzr#")
"""The shapes without parts."""


def _error(facts: Any) -> dict[str, Any]:
    code, exception, message, line, is_limit = facts
    return {
        "code": _text(code),
        "exception": _text(exception),
        "message": _text(message),
        "line": _number(line),
        "is_limit": is_limit is True,
    }


def _text(value: Any) -> str:
    if value.__class__ is not str:
        raise ValueError("a text is needed")
    return str(value)


def _number(value: Any) -> int:
    if value.__class__ is not int or not -1 <= value <= INT_MAX:
        raise ValueError("a number is needed")
    return int(value)


def _count(value: Any) -> int:
    if value.__class__ is not int or value < 0:
        raise ValueError("a number is needed")
    return int(value)
