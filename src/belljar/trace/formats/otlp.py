"""Traces for OpenTelemetry: OTLP in its JSON form, one trace whose spans are what was entered and whose span events are what happened in them.

A trace has no clock: a microsecond stands for one event, counted from the beginning of 1970 or from ``start_ns``. Identities are digests of the trace, so the same run exports the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from belljar import __version__
from belljar.structs import Struct
from belljar.trace.formats.json_text import Array, text
from belljar.trace.formats.spans import checked, is_call, name_of, nested, unicode_text
from belljar.trace.node_types import COMMON, ENTER, EXIT, NODE_TYPES
from belljar.trace.plain_data import WORD_MAX, WORD_MIN, pack_parts, to_json
from belljar.trace.reading import events_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, TextIO

    from belljar.trace.events import TraceEvent
    from belljar.trace.reading import Trace

INTERNAL, CLIENT = 1, 3
"""Kinds of spans."""
OK, ERROR = 1, 2
"""Codes of a status."""
SPAN_EVENTS_MAX: Final = 10_000
"""Events that a span keeps; how many more there were stands in its ``droppedEventsCount``."""


class _Span(Struct):
    __slots__ = ("attributes", "dropped", "events", "identity", "kind", "name", "start")

    def __init__(self, identity: str, name: str, kind: int, start: int, attributes: dict[str, Any]) -> None:
        self.identity = identity
        self.name = name
        self.kind = kind
        self.start = start
        self.attributes = attributes
        self.events: list[dict[str, Any]] = []
        self.dropped = 0


def write(trace: Trace, out: TextIO, name: str = "", *, start_ns: int = 0) -> None:
    """Write a trace. Raises ReplayError where it does not nest."""
    if not hasattr(trace, "__len__"):
        trace = list(events_of(trace))
    _Writer(trace, unicode_text(name or "belljar"), start_ns).write(trace, out)


class _Writer:
    def __init__(self, trace: Trace, name: str, start_ns: int) -> None:
        self.digest = _digest(trace)
        self.name = name
        self.start_ns = start_ns
        self.made = 0
        self.open = [self._span(name, INTERNAL, 0, {})]
        """The spans that are open; the first one is the run as a whole."""

    def _time(self, index: int) -> str:
        return str(self.start_ns + (index + 1) * 1000)

    def _span(self, name: str, kind: int, start: int, attributes: dict[str, Any]) -> _Span:
        self.made += 1
        identity = hashlib.blake2b(self.digest + self.made.to_bytes(8, "big"), digest_size=8).hexdigest()
        return _Span(identity, name, kind, start, attributes)

    def write(self, trace: Trace, out: TextIO) -> None:
        resource = {"attributes": [_attribute("service.name", self.name)]}
        scope = {"name": "belljar", "version": __version__}
        out.write(f'{{"resourceSpans":[{{"resource":{text(resource)},"scopeSpans":[{{"scope":{text(scope)},"spans":')
        last = 0
        with Array(out) as spans:
            for last, event in nested(trace):
                if event.phase == ENTER:
                    self.open.append(self._span(name_of(event), CLIENT if event.node_type == "HOST" else INTERNAL, last, _facts(event)))
                elif event.phase == EXIT:
                    span = self.open.pop()
                    span.attributes.update(_facts(event))
                    spans.add(self._row(span, last, event.metadata.get("error")))
                elif is_call(event):
                    span = self._span(name_of(event), CLIENT, last, _facts(event))
                    spans.add(self._row(span, last + 1, event.metadata.get("error")))
                else:
                    self._point(last, event)
            spans.add(self._row(self.open.pop(), last + 1, None))
        out.write("}]}]}\n")

    def _point(self, index: int, event: TraceEvent) -> None:
        span = self.open[-1]
        if len(span.events) < SPAN_EVENTS_MAX:
            attributes = _attributes(_facts(event))
            span.events.append({"timeUnixNano": self._time(index), "name": name_of(event), "attributes": attributes})
        else:
            span.dropped += 1

    def _row(self, span: _Span, end: int, error: Any) -> dict[str, Any]:
        row: dict[str, Any] = {
            "traceId": self.digest.hex(),
            "spanId": span.identity,
            "name": span.name,
            "kind": span.kind,
            "startTimeUnixNano": self._time(span.start),
            "endTimeUnixNano": self._time(end),
            "attributes": _attributes(span.attributes),
            "events": span.events,
            "status": {"code": OK},
        }
        if self.open:
            row["parentSpanId"] = self.open[-1].identity
        if span.dropped:
            row["droppedEventsCount"] = span.dropped
        if error is not None:
            message = error.get("message", "") if isinstance(error, Mapping) else error
            row["status"] = {"code": ERROR, "message": unicode_text(str(message))}
        return row


def _digest(trace: Trace) -> bytes:
    """Sixteen bytes by which the trace is known, not all of them zero."""
    digest = hashlib.blake2b(digest_size=16)
    for index, event in enumerate(events_of(trace, snapshots=False)):
        checked(index, event)
        digest.update(pack_parts(event.node_type, event.phase, event.metadata))
    return digest.digest()


_KEYS: Final = {key.name for row in NODE_TYPES.values() for keys in row.keys.values() for key in keys} | {key.name for key in COMMON}
_NAMES: Final = {key: f"belljar.{key}" for key in _KEYS} | {
    "line": "code.line.number",
    "column": "code.column.number",
    "function": "code.function.name",
}
"""What is called what in OpenTelemetry: by the names that it has itself where it has some."""


def _facts(event: TraceEvent) -> dict[str, Any]:
    """The attributes of an event."""
    facts: dict[str, Any] = {"belljar.node_type": event.node_type}
    for key, value in event.metadata.items():
        facts[_NAMES.get(key) or f"belljar.{key}"] = value
    return facts


def _attributes(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for key, value in facts.items():
        kind = value.__class__
        if kind is int and WORD_MIN <= value <= WORD_MAX:
            made: dict[str, Any] = {"intValue": str(value)}
        elif kind is str and value.isascii():
            made = {"stringValue": value}
        else:
            made = _value(value)
        found.append({"key": key if key.isascii() else unicode_text(key), "value": made})
    return found


def _attribute(key: str, value: Any) -> dict[str, Any]:
    return {"key": unicode_text(key), "value": _value(value)}


def _value(value: Any, depth: int = 0) -> dict[str, Any]:
    """An AnyValue. What it lacks is the JSON that stands for it, as text."""
    if value is None or depth > 20:
        return {}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int) and WORD_MIN <= value <= WORD_MAX:
        return {"intValue": str(value)}
    if isinstance(value, float):
        special = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(value))
        return {"doubleValue": special or value}
    if isinstance(value, str):
        return {"stringValue": unicode_text(value)}
    if isinstance(value, bytes):
        return {"bytesValue": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return {"arrayValue": {"values": [_value(item, depth + 1) for item in value]}}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {"kvlistValue": {"values": [{"key": unicode_text(key), "value": _value(item, depth + 1)} for key, item in value.items()]}}
    return {"stringValue": text(to_json(value)[0])}
