"""Traces for speedscope: an evented profile. Frames are the functions and constructs with their lines; one unit stands for one event."""

from __future__ import annotations

from belljar import __version__
from belljar.trace.formats.json_text import Array, text
from belljar.trace.formats.spans import is_call, name_of, nested, unicode_text
from belljar.trace.node_types import ENTER, EXIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Final, TextIO

    from belljar.trace.reading import Trace

SCHEMA: Final = "https://www.speedscope.app/file-format-schema.json"


def sampled(
    name: str, frames: Sequence[Mapping[str, Any]], profiles: Sequence[tuple[str, str, Sequence[Sequence[int]], Sequence[float]]]
) -> dict[str, Any]:
    """A document of sampled profiles, each (name, unit, stacks of indices of frames, their weights). Units are those of the format: none, bytes, seconds and its parts."""
    made = [
        {"type": "sampled", "name": title, "unit": unit, "startValue": 0, "endValue": sum(weights), "samples": stacks, "weights": weights}
        for title, unit, stacks, weights in profiles
    ]
    exporter = {"exporter": f"belljar@{__version__}", "activeProfileIndex": 0}
    return {"$schema": SCHEMA, "name": unicode_text(name), **exporter, "profiles": made, "shared": {"frames": frames}}


def write(trace: Trace, out: TextIO, name: str = "") -> None:
    """Write a trace. Raises ReplayError where it does not nest."""
    name = unicode_text(name)
    frames: dict[tuple[str, int], int] = {}
    stack: list[int] = []
    end = 0
    head = {"$schema": SCHEMA, "name": name, "exporter": f"belljar@{__version__}", "activeProfileIndex": 0}
    out.write(
        text(head)[:-1] + ',"profiles":[{"type":"evented","unit":"none","startValue":0,"name":' + text(name or "belljar") + ',"events":'
    )
    with Array(out) as events:
        for index, event in nested(trace):
            end = index + 1
            if event.phase == ENTER:
                frame = frames.setdefault((name_of(event), event.line), len(frames))
                stack.append(frame)
                events.add({"type": "O", "frame": frame, "at": index})
            elif event.phase == EXIT:
                events.add({"type": "C", "frame": stack.pop(), "at": index})
            elif is_call(event):
                frame = frames.setdefault((name_of(event), event.line), len(frames))
                events.add({"type": "O", "frame": frame, "at": index})
                events.add({"type": "C", "frame": frame, "at": index + 1})
    out.write(f',"endValue":{end}' + '}],"shared":{"frames":')
    with Array(out) as rows:
        for (label, line), _ in frames.items():
            row: dict[str, Any] = {"name": label}
            if line > 0:
                row["line"] = line
            rows.add(row)
    out.write("}}\n")
