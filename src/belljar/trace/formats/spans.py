"""What the exports share: events that are known to nest, and what they are called there.

A trace has no clock, as programs have none. Its time is the number of the event: what is between two events takes one unit, and that is what viewers show.
"""

from __future__ import annotations

from belljar.errors import ReplayError
from belljar.source import NOWHERE, Span
from belljar.trace.events import TraceEvent
from belljar.trace.nesting import Nesting
from belljar.trace.node_types import EXIT, POINT
from belljar.trace.reading import dropped_by, events_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final

    from belljar.trace.reading import Trace

NAME_KEYS: Final = {
    "TASKDEF": "task",
    "FLOWDEF": "flow",
    "STEP": "step",
    "CALL": "function",
    "HOST": "name",
    "MODULE": "file",
    "EVENT": "event",
}
NAME_MAX: Final = 200


def nested(trace: Trace) -> Iterator[tuple[int, TraceEvent]]:
    """The events with their numbers, for a format that has no snapshots. Raises :class:`~belljar.errors.ReplayError` for one that does not nest, and at the end for what is open. Exits and iterations of what began
    before the oldest event that was kept are left out."""
    nesting = Nesting(partial=dropped_by(trace) > 0)
    index = -1
    for index, event in enumerate(events_of(trace, snapshots=False)):
        checked(index, event)
        if not nesting.open and event.phase == EXIT and nesting.partial:
            continue
        wrong = nesting.take(index, event)
        if wrong is not None:
            raise ReplayError(wrong.code, span=_span(event), notes=[f"event {index:,}"], event=index, **dict(wrong.parameters))
        yield index, event
    if nesting.open:
        raise ReplayError("E1301", span=_span(nesting.open[-1].event), event=index + 1, names=nesting.names())


def checked(index: int, event: Any) -> TraceEvent:
    """The event, if it is one: texts for node type and phase, mappings for metadata and snapshot. Raises E1310."""
    if isinstance(event, TraceEvent):
        if (
            event.node_type.__class__ is event.phase.__class__ is str
            and event.metadata.__class__ is dict
            and event.context_snapshot is None
        ):
            return event
        snapshot = event.context_snapshot
        texts = isinstance(event.node_type, str) and isinstance(event.phase, str)
        if texts and hasattr(event.metadata, "items") and (snapshot is None or hasattr(snapshot, "items")):
            return event
        found = "one with fields of other types"
    else:
        found = f"a {type(event).__name__}"
    raise ReplayError("E1310", found=found, event=index, notes=[f"event {index:,}"])


def _span(event: TraceEvent) -> Span:
    return Span(event.line, 1, event.line, 2) if event.line > 0 else NOWHERE


def is_call(event: TraceEvent) -> bool:
    """Whether a point is shown as if it had a duration, up to the next event: a call of a function of the host."""
    return event.phase == POINT and event.node_type == "HOST"


def name_of(event: TraceEvent) -> str:
    """What the event is called in a viewer: the function, or the construct with its line."""
    key = NAME_KEYS.get(event.node_type)
    named = event.metadata.get(key) if key is not None else None
    if isinstance(named, str) and named:
        return unicode_text(named[:NAME_MAX])
    word = unicode_text(event.node_type[:NAME_MAX].lower())
    return f"{word}, line {event.line}" if event.line else word


def unicode_text(text: str) -> str:
    """Text without halves of surrogate pairs, for which the formats of others have no place."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
