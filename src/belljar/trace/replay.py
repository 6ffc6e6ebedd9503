"""Validation of traces without running anything: whether what was recorded can have happened.

:meth:`Validation.replay` reads a trace once, in order, whatever its length, and finds

- events that are none, node types and phases that are not in the table (E1310, E1304, E1305),
- exits without enters, enters without exits, and those that cross (E1301, E1302, E1303), exits that name something else than their enters (E1311),
- metadata and snapshots of the wrong type, and snapshots that contradict an assignment (E1306, E1307),
- iterations outside of their loop, or not counted right (E1308, E1309).

:meth:`Validation.validate_determinism` compares two traces (:mod:`belljar.trace.compare`), :class:`belljar.trace.stepper.Stepper` walks through one.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from belljar.errors import ReplayError
from belljar.source import NOWHERE, Span
from belljar.structs import Struct
from belljar.trace.compare import compare
from belljar.trace.events import TraceEvent
from belljar.trace.nesting import Nesting
from belljar.trace.node_types import COMMON, EXIT, NODE_TYPES, PHASES, POINT
from belljar.trace.reading import dropped_by, events_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final

    from belljar.trace.compare import Comparison
    from belljar.trace.events import RecordedTrace
    from belljar.trace.nesting import Opened
    from belljar.trace.reading import Trace
    from belljar.trace.stepper import Stepper

__all__ = ["Replay", "ReplayError", "Validation", "findings"]

FINDINGS_MAX: Final = 100
"""Findings that are kept; a trace with more is not one that somebody reads finding by finding."""
NAMED: Final = {"TASKDEF": "task", "FLOWDEF": "flow", "STEP": "step", "HOST": "name"}
"""The key by which enter and exit name the same thing."""
SCALARS: Final = (bool, int, float, type(None))


class Replay(Struct):
    """What a valid trace holds: how many ``events``, how deep they nest, and ``counts`` of each node type and phase, as ``IF enter``."""

    __slots__ = ("counts", "depth", "events")

    def __init__(self, events: int = 0, depth: int = 0, counts: dict[str, int] | None = None) -> None:
        self.events = events
        self.depth = depth
        self.counts: dict[str, int] = {} if counts is None else counts


class Validation:
    """Validates and compares traces. Has no state: its methods can be called on the class as well."""

    @staticmethod
    def replay(trace: Trace) -> Replay:
        """Check a trace as a whole. Raises :class:`~belljar.errors.ReplayError` for the first finding, with all of them in its ``diagnostics`` and ``findings``."""
        found = Replay()
        errors: list[ReplayError] = []
        more = 0
        for error in findings(trace, found):
            if len(errors) < FINDINGS_MAX:
                errors.append(error)
            else:
                more += 1
        if errors:
            if more:
                errors[-1].notes.append(f"and {more:,} more findings")
            errors[0].diagnostics[:] = errors
            raise errors[0]
        return found

    @staticmethod
    def validate_determinism(a: Trace, b: Trace) -> Comparison:
        """Compare two traces event by event, to the bit. The answer is true where they are the same; else its ``divergence`` says which event is the first that differs, on
        which line, in what, and what both sides have there."""
        return compare(a, b)

    @staticmethod
    def stepper(trace: RecordedTrace) -> Stepper:
        """What walks through a trace, forwards and backwards, from its first event on."""
        from belljar.trace.stepper import Stepper

        return Stepper(trace)


def findings(trace: Trace, summary: Replay | None = None) -> Iterator[ReplayError]:
    """What is wrong with a trace, in order. ``summary`` is filled on the way."""
    nesting = Nesting(partial=dropped_by(trace) > 0)
    counts: dict[str, int] = {}
    index = depth = 0
    events: Iterator[Any] = events_of(trace)
    for index, event in enumerate(events, 1):
        number = index - 1
        if not isinstance(event, TraceEvent):
            yield _error("E1310", number, found=f"a {type(event).__name__}")
            continue
        inner = nesting.open[-1] if nesting.open else None
        misplaced = nesting.take(number, event) if isinstance(event.node_type, str) else None
        wrong = list(_wrong(event))
        for code, parameters in wrong:
            yield _error(code, number, event, **parameters)
        if misplaced is not None:
            yield _error(misplaced.code, number, event, **dict(misplaced.parameters))
        elif not wrong:
            for code, parameters in _counting(event, inner, nesting):
                yield _error(code, number, event, **parameters)
            depth = max(depth, len(nesting.open))
            name = f"{event.node_type} {event.phase}"
            counts[name] = counts.get(name, 0) + 1
    if nesting.open:
        last = nesting.open[-1]
        yield _error("E1301", index, last.event, names=nesting.names())
    if summary is not None:
        summary.events, summary.depth, summary.counts = index, depth, counts


def _error(code: str, number: int, event: TraceEvent | None = None, **parameters: Any) -> ReplayError:
    line = 0 if event is None else event.line
    span = Span(line, 1, line, 2) if line > 0 else NOWHERE
    place = f"event {number:,}" if code != "E1301" else f"at the end, behind {number:,} event{'s' if number != 1 else ''}"
    notes = [f"{place}, line {line}" if line > 0 else place]
    return ReplayError(code, span=span, notes=notes, event=number, **parameters)


def _wrong(event: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is wrong with an event by itself."""
    row = NODE_TYPES.get(event.node_type) if isinstance(event.node_type, str) else None
    if row is None:
        close = get_close_matches(event.node_type.upper(), NODE_TYPES, n=1) if isinstance(event.node_type, str) else []
        yield "E1304", {"found": repr(event.node_type), "nearest": f"did you mean '{close[0]}'?" if close else ""}
    known = PHASES if row is None else row.phases
    phase = event.phase if isinstance(event.phase, str) else ""
    if phase not in known:
        yield "E1305", {"node": event.node_type, "found": repr(event.phase), "phases": ", ".join(known)}
    metadata = event.metadata
    if not isinstance(metadata, Mapping):
        yield "E1306", {"key": "metadata", "node": event.node_type, "expected": "a mapping", "found": _type(metadata)}
    else:
        for name, value in metadata.items():
            key = (row.key(phase, name) if row is not None else None) or _COMMON.get(name)
            if key is not None and not key.admits(value):
                yield "E1306", {"key": name, "node": event.node_type, "expected": key.expected, "found": _type(value)}
            elif not isinstance(name, str):
                yield (
                    "E1306",
                    {"key": repr(name), "node": event.node_type, "expected": "a text, as keys of metadata are", "found": _type(name)},
                )
    yield from _wrong_snapshot(event)


_COMMON = {key.name: key for key in COMMON}


def _wrong_snapshot(event: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    snapshot = event.context_snapshot
    if snapshot is None:
        return
    if not isinstance(snapshot, Mapping):
        yield "E1307", {"reason": f"a mapping of names to values is needed, got {_type(snapshot)}"}
        return
    for name in snapshot:
        if not isinstance(name, str):
            yield "E1307", {"reason": f"names are texts, got {_type(name)}"}
            return
    if event.node_type == "EXPRESSION" and event.phase in (POINT, EXIT):
        variable, value = event.facts.get("variable"), event.facts.get("value")
        if "value" in event.facts and isinstance(variable, str) and variable in snapshot and not event.facts.get("dry_run"):
            held = snapshot[variable]
            # Values of containers are previews, cut where they are large: only what is whole is compared.
            if (
                isinstance(value, SCALARS)
                and isinstance(held, SCALARS)
                and (type(held) is not type(value) or (held != value and value == value))
            ):
                yield "E1307", {"reason": f"'{variable}' was set to {value!r} and is {held!r}"}


def _counting(event: TraceEvent, inner: Opened | None, nesting: Nesting) -> Iterator[tuple[str, dict[str, Any]]]:
    """What contradicts what is open: names of exits, and numbers of iterations. A loop that goes on may be at any of them."""
    if event.phase == EXIT and nesting.closed is not None:
        closed = nesting.closed
        named = NAMED.get(event.node_type)
        if named is not None:
            entered, exited = closed.event.facts.get(named), event.facts.get(named)
            if entered is not None and exited is not None and entered != exited:
                yield "E1311", {"node": event.node_type, "expected": repr(entered), "found": repr(exited)}
        told = event.facts.get("iterations")
        if told is not None and closed.iterations and told != closed.iterations and not closed.event.facts.get("resumed"):
            yield "E1309", {"node": event.node_type, "reason": f"the exit tells of {told:,}, the trace has {closed.iterations:,}"}
    elif event.phase == POINT and inner is not None and inner.node_type == event.node_type:
        number = event.facts.get("iteration")
        if number is not None:
            if inner.iteration < 0 and number not in (0, 1) and not inner.event.facts.get("resumed"):
                yield "E1309", {"node": event.node_type, "reason": f"the first one is number {number:,}"}
            elif inner.iteration >= 0 and number != inner.iteration + 1:
                yield "E1309", {"node": event.node_type, "reason": f"number {number:,} follows number {inner.iteration:,}"}
            inner.iteration = number


def _type(value: Any) -> str:
    """A value in a message: its type, as the table calls it."""
    if value is None:
        return "None"
    for kind, name in (
        (bool, "a bool"),
        (int, "an int"),
        (float, "a float"),
        (str, "a text"),
        (Mapping, "a mapping"),
        ((list, tuple), "a list"),
    ):
        if isinstance(value, kind):
            return name
    return f"a {type(value).__name__}"
