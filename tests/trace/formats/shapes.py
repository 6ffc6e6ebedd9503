"""Shapes of JSON, strict: what may be there, what must, and of which type. Written from the public definitions of the formats, for the tests of what we write in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

Shape: TypeAlias = "type | str | dict[str, Any] | list[Any] | set[Any] | Callable[[Any], bool]"


def fits(value: Any, shape: Shape, place: str = "$") -> None:
    """Hold that a value has a shape: a type; a regular expression of the whole text; a dict of keys, of which those that end in ``?`` may be missing; a list of one shape; a set of allowed
    values; a function that says so."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), f"{place} is no object"
        known = {key.rstrip("?"): inner for key, inner in shape.items()}
        assert not value.keys() - known.keys(), f"{place} has {sorted(value.keys() - known.keys())}"
        missing = {key for key in shape if not key.endswith("?")} - value.keys()
        assert not missing, f"{place} lacks {sorted(missing)}"
        for key, item in value.items():
            fits(item, known[key], f"{place}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), f"{place} is no array"
        for number, item in enumerate(value):
            fits(item, shape[0], f"{place}[{number}]")
    elif isinstance(shape, set):
        assert any(value == one and type(value) is type(one) for one in shape), f"{place} is {value!r}"
    elif isinstance(shape, str):
        assert isinstance(value, str), f"{place} is no text"
        assert re.fullmatch(shape, value, re.DOTALL), f"{place} is {value!r}"
    elif isinstance(shape, type):
        assert type(value) is shape, f"{place} is {value!r}"
    else:
        assert shape(value), f"{place} is {value!r}"


def any_value(value: Any) -> bool:
    """An AnyValue of OTLP: at most one of its kinds."""
    if not value:
        return value == {}
    ((kind, content),) = value.items()
    if kind == "arrayValue":
        return set(content) == {"values"} and all(map(any_value, content["values"]))
    if kind == "kvlistValue":
        return set(content) == {"values"} and all(map(key_value, content["values"]))
    fits(
        content,
        {
            "stringValue": str,
            "boolValue": bool,
            "intValue": r"-?\d{1,19}",
            "doubleValue": lambda number: isinstance(number, float) or number in ("NaN", "Infinity", "-Infinity"),
            "bytesValue": r"[A-Za-z0-9+/]*={0,2}",
        }[kind],
    )
    return True


def key_value(value: Any) -> bool:
    fits(value, {"key": str, "value": any_value})
    return True


OTLP = {
    "resourceSpans": [
        {
            "resource": {"attributes": [key_value]},
            "scopeSpans": [
                {
                    "scope": {"name": str, "version": str},
                    "spans": [
                        {
                            "traceId": r"(?!0{32})[0-9a-f]{32}",
                            "spanId": r"(?!0{16})[0-9a-f]{16}",
                            "parentSpanId?": r"(?!0{16})[0-9a-f]{16}",
                            "name": r".+",
                            "kind": {1, 2, 3, 4, 5},
                            "startTimeUnixNano": r"[1-9]\d*",
                            "endTimeUnixNano": r"[1-9]\d*",
                            "attributes": [key_value],
                            "events": [{"timeUnixNano": r"[1-9]\d*", "name": r".+", "attributes": [key_value]}],
                            "droppedEventsCount?": int,
                            "status": {"code": {0, 1, 2}, "message?": str},
                        }
                    ],
                }
            ],
        }
    ]
}

SPEEDSCOPE = {
    "$schema": {"https://www.speedscope.app/file-format-schema.json"},
    "name": str,
    "exporter": str,
    "activeProfileIndex": int,
    "shared": {"frames": [{"name": r".+", "file?": str, "line?": int, "col?": int}]},
    "profiles": [
        {
            "type": {"evented"},
            "name": str,
            "unit": {"none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"},
            "startValue": int,
            "endValue": int,
            "events": [{"type": {"O", "C"}, "frame": int, "at": int}],
        }
    ],
}

SAMPLED = {
    **SPEEDSCOPE,
    "profiles": [
        {
            "type": {"sampled"},
            "name": str,
            "unit": {"none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"},
            "startValue": int,
            "endValue": lambda value: type(value) in (int, float),
            "samples": [[int]],
            "weights": [lambda value: type(value) in (int, float) and value > 0],
        }
    ],
}

_CHROME_EVENT = {"name": r".+", "pid": int, "tid": int, "ts": int, "args": dict}
CHROME_KINDS: dict[str, Shape] = {
    "B": {**_CHROME_EVENT, "ph": str, "cat": r".+"},
    "E": {**_CHROME_EVENT, "ph": str, "cat": r".+"},
    "i": {**_CHROME_EVENT, "ph": str, "cat": r".+", "s": {"g", "p", "t"}},
    "M": {**_CHROME_EVENT, "ph": str, "args": {"name": str}},
}
CHROME = {"displayTimeUnit": {"ms", "ns"}, "otherData": dict, "traceEvents": [lambda event: fits(event, CHROME_KINDS[event["ph"]]) is None]}
