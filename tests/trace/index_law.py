"""The law of the index of traces: at every place its builder is the one that has read all marks before it."""

from __future__ import annotations

from typing import Any

from belljar.trace import index as indices
from belljar.trace.building import EventBuilder, Frame
from belljar.trace.index import TraceIndex
from belljar.trace.marks import MarkReader
from belljar.trace.points import Points


class DenseIndex(TraceIndex):
    """Has a place after nearly every event, as far as there is memory."""

    every = 1

    def stride(self, state: bytes) -> int:
        return self.every


def state(builder: EventBuilder) -> Any:
    """All that a builder goes on from. Names whose value is nan are equal here."""
    waiting = {
        number: [_frame(frame) for frame in frames] if len(frames) == 1 else "several"
        for number, frames in builder.suspended.items()
        if frames
    }
    return builder.asked, builder.place, builder.raised, [_frame(frame) for frame in builder.frames], waiting


def _frame(frame: Frame) -> Any:
    opened = [(one.number, one.point.kind, one.iterations, one.reason, repr(one.facts)) for one in frame.open]
    return frame.number, frame.function, frame.node_type, frame.line, repr(sorted(frame.names.items())), opened


def disagreement(points: Points, marks: bytes, every: int = 1, log_max: int = 3) -> str:
    """The first place of the index at which its builder is another one; "" if there is none."""
    before, indices.LOG_MAX = indices.LOG_MAX, log_max
    try:
        reader = MarkReader(points)
        index = DenseIndex(points, [marks], reader, EventBuilder(points))
    finally:
        indices.LOG_MAX = before
    index.every = every
    steps, events, at, goes_on = EventBuilder(points), 0, 0, True
    while goes_on:
        goes_on = index.advance()
        number, _, place, found = index._last()
        place = place if goes_on else len(marks)
        while at < place:
            site = reader.site(marks, at)
            values, at = reader.values(marks, at)
            steps.feed(site, values)
            events += len(steps.events)
            steps.events.clear()
        if (number, state(found)) != (events, state(steps)):
            return f"at byte {at}: {number}, {state(found)} is not {events}, {state(steps)}"
    return ""
