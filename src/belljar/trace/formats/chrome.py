"""Traces for chrome://tracing and ui.perfetto.dev: the JSON object form of the Trace Event Format. What is entered is a slice (``B``, ``E``), a call of the host one of its own (``X``), what happens an instant (``i``); a microsecond
stands for one event."""

from __future__ import annotations

from belljar import __version__
from belljar.trace.formats.json_text import Array
from belljar.trace.formats.spans import is_call, name_of, nested, unicode_text
from belljar.trace.node_types import ENTER, EXIT
from belljar.trace.plain_data import to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from belljar.trace.events import TraceEvent
    from belljar.trace.reading import Trace


def write(trace: Trace, out: TextIO, name: str = "") -> None:
    """Write a trace. Raises ReplayError where it does not nest."""
    head = [
        {"name": label, "ph": "M", "pid": 1, "tid": 1, "ts": 0, "args": {"name": unicode_text(name or "belljar")}}
        for label in ("process_name", "thread_name")
    ]
    out.write(
        '{"displayTimeUnit":"ms","otherData":{"exporter":"belljar '
        + __version__
        + '","time":"one microsecond stands for one event"},"traceEvents":'
    )
    with Array(out) as events:
        for row in head:
            events.add(row)
        opened: list[str] = []
        for index, event in nested(trace):
            name = opened.pop() if event.phase == EXIT else name_of(event)  # an end has the name of its beginning
            if event.phase == ENTER:
                opened.append(name)
            events.add(_row(index, event, name))
    out.write("}\n")


def _row(index: int, event: TraceEvent, name: str) -> dict[str, Any]:
    node_type, given = event.node_type, event.metadata
    row: dict[str, Any] = {
        "name": name,
        "cat": node_type if node_type.isascii() else unicode_text(node_type),
        "pid": 1,
        "tid": 1,
        "ts": index,
    }
    if event.phase == ENTER:
        row["ph"] = "B"
    elif event.phase == EXIT:
        row["ph"] = "E"
    elif is_call(event):
        row |= {"ph": "X", "dur": 1}
    else:
        row |= {"ph": "i", "s": "t"}
    arguments = to_json(given if given.__class__ is dict else dict(given))[0]
    row["args"] = arguments if "$dict" not in arguments else {}
    return row
