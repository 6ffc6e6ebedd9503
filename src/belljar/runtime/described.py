"""What is in a runtime as plain data, for ``json.dumps``: of values the beginning, however large or entangled they are.

Lists are lists, and dicts with texts for keys are objects. What JSON has no form for is an object with one name: ``{"set": [...]}``, ``{"dict": [[key, value], ...]}``, ``{"class": "Point", "fields": {...}}``,
``{"Decimal": "1.5"}``, ``{"bytes": "00ff"}``, ``{"float": "nan"}``, ``{"function": "f"}``. What is cut is ``{"cut": "list", "length": 1000000, "first": [...]}``, a container inside itself ``{"cycle": "list"}``.
"""

from __future__ import annotations

import math
from itertools import islice

from belljar.engines.preview import CutText
from belljar.runtime.boundary import from_components
from belljar.types import ANY
from belljar.values import Callable, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable as Function
    from collections.abc import Mapping
    from typing import Any, Final

    from belljar.engines.preview import Opened
    from belljar.runtime.runtime import Runtime
    from belljar.runtime.state import Generation

ITEMS_MAX: Final = 100
"""Items of a container that are shown."""
VALUES_MAX: Final = 1_000
"""Values of a name that are shown, those in containers included."""
DEPTH_MAX: Final = 8
TEXT_MAX: Final = 1_000
"""Characters of a text that are shown, and bytes of bytes."""
ROWS_MAX: Final = 50
"""Rows of a report of memory."""


class Outline:
    """Makes plain data of values. ``opened`` gives what is in a container of the heap."""

    def __init__(self, opened: Function[[object], Opened | None]) -> None:
        self._opened = opened
        self._left = VALUES_MAX
        self._inside: list[int] = []

    def of(self, value: Any) -> Any:
        self._left -= 1
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, CutText):
            return {"cut": "str", "length": value.whole, "first": value[: len(value) // 2]}
        if isinstance(value, str):
            return value if len(value) <= TEXT_MAX else {"cut": "str", "length": len(value), "first": value[:TEXT_MAX]}
        if isinstance(value, int):
            return (
                value
                if value.bit_length() <= 8 * TEXT_MAX
                else {
                    "cut": "int",
                    "length": value.bit_length(),
                    "first": f"{value >> (value.bit_length() - 64)} * 2**{value.bit_length() - 64}",
                }
            )
        if isinstance(value, float):
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, bytes):
            return (
                {"bytes": value.hex()}
                if len(value) <= TEXT_MAX
                else {"cut": "bytes", "length": len(value), "first": value[:TEXT_MAX].hex()}
            )
        if isinstance(value, range):
            return {"range": [value.start, value.stop, value.step]}
        if isinstance(value, Callable):
            return {value.kind: value.name}
        container = self._opened(value)
        if container is not None:
            return self._container(container.name, container.identity, container.length, container.parts)
        if isinstance(value, Record):
            return self._container(value._name, id(value), len(value._fields), value._fields.items())
        for kind in (list, tuple, set, frozenset, dict):
            if type(value) is kind:
                return self._container(kind.__name__, id(value), len(value), value.items() if isinstance(value, dict) else value)
        return {type(value).__name__: str(value)}

    def _container(self, name: str, identity: int, length: int, parts: Any) -> Any:
        if identity in self._inside:
            return {"cycle": name}
        if len(self._inside) == DEPTH_MAX or self._left <= 0:
            return {"cut": name, "length": length, "first": []}
        self._inside.append(identity)
        try:
            if name == "dict":
                pairs = [(self.of(key), self.of(item)) for key, item in self._some(parts)]
                if len(pairs) < length:
                    return {"cut": name, "length": length, "first": [list(pair) for pair in pairs]}
                return dict(pairs) if all(isinstance(key, str) for key, _ in pairs) else {"dict": [list(pair) for pair in pairs]}
            if name in ("list", "tuple", "set", "frozenset"):
                items = [self.of(item) for item in self._some(parts)]
                if len(items) < length:
                    return {"cut": name, "length": length, "first": items}
                return items if name in ("list", "tuple") else {name: items}
            return {"class": name, "fields": {field: self.of(item) for field, item in self._some(parts)}}
        finally:
            self._inside.pop()

    def _some(self, parts: Any) -> Any:
        for part in islice(parts, ITEMS_MAX):
            if self._left <= 0:
                return
            yield part


def value_of(generation: Generation, name: str) -> Any:
    """The value of a name that is set, as plain data."""
    variable = generation.names[name]
    if variable.type is None:
        kind, _, shown = variable.shown.partition(" ")
        return {kind: shown or "object"}
    value = from_components(iter(generation.variables.glimpse(variable.slots[1:])), variable.type)
    return Outline(generation.instance.opened).of(value)


def variables(runtime: Runtime) -> dict[str, Any]:
    """The names of the state: type and value."""
    state, generation = runtime.state, runtime.state.generation
    found: dict[str, Any] = {}
    for name in state:
        if generation is not None and name in generation.names:
            found[name] = {"type": state.type_of(name), "value": value_of(generation, name)}
        else:
            found[name] = {"type": state.type_of(name), "value": Outline(lambda value: None).of(state[name])}
    return found


def functions(runtime: Runtime) -> dict[str, Any]:
    """The functions that can be called: parameters, result, line, first line of the docstring, and the events that they handle."""
    generation = runtime.current()
    if generation is None:
        return {}
    program, flow = generation.unit.program, generation.unit.front.flow
    outline = Outline(lambda value: None)
    found: dict[str, Any] = {}
    for name in program.tasks:
        task = generation.module.tasks[name]
        result = program.declared_result(name)
        found[name] = {
            "parameters": [
                {"name": param.name, "type": "any" if type is None else str(type)}
                | ({"default": outline.of(param.default)} if param.has_default else {})
                for param, (_, type) in zip(task.params, program.parameters(name), strict=True)
            ],
            "result": str(result) if result is not None else str(task.result) if not generation.wide else str(ANY),
            "line": runtime.line_of(flow.functions[flow.tasks[name]].span.line),
            "doc": task.doc.partition("\n")[0],
            "handles": [event for event, handlers in generation.module.handlers.items() if name in handlers],
        }
    return found


def events(runtime: Runtime) -> dict[str, Any]:
    """The events that wait, in order, the handlers by event, how many were handled so far, and how many may wait."""
    generation = runtime.current()
    waiting: list[dict[str, Any]] = []
    if generation is not None and generation.queue is not None and generation.is_set(generation.queue):
        container = generation.instance.opened(generation.variables.glimpse(generation.queue.slots[-1:])[0])
        for item in () if container is None else container.parts:
            pair = generation.instance.opened(item)
            assert pair is not None
            name, payload = pair.parts
            waiting.append({"event": name, "payload": Outline(generation.instance.opened).of(payload)})
    return {
        "waiting": waiting,
        "handlers": {} if generation is None else {event: list(names) for event, names in generation.module.handlers.items()},
        "handled": runtime.handled,
        "max_events": runtime.limits.max_events,
    }


def memory(runtime: Runtime) -> dict[str, Any]:
    """Bytes of the heap, and the objects that names lead to, by type and by name; an object that several names lead to is counted with the one it is nearest to."""
    generation = runtime.current()
    if generation is None:
        return {"bytes": 0, "peak_bytes": 0, "max_memory": runtime.limits.max_memory, "objects": 0, "by_type": {}, "by_name": {}}
    rows = generation.census()
    by_type: dict[str, dict[str, int]] = {}
    by_name: dict[str, dict[str, int]] = {}
    roots: list[str] = []
    for parent, label, type, size, _ in rows:
        roots.append(QUEUE_SHOWN.get(label, label) if parent < 0 else roots[parent])
        for table, key in ((by_type, type), (by_name, roots[-1])):
            entry = table.setdefault(key, {"objects": 0, "bytes": 0})
            entry["objects"] += 1
            entry["bytes"] += size
    used = generation.variables.used()

    def largest(table: Mapping[str, dict[str, int]]) -> dict[str, dict[str, int]]:
        return dict(sorted(table.items(), key=lambda row: (-row[1]["bytes"], row[0]))[:ROWS_MAX])

    return {
        "bytes": used["memory"],
        "peak_bytes": used["memory_peak"],
        "max_memory": runtime.limits.max_memory,
        "objects": len(rows),
        "by_type": largest(by_type),
        "by_name": largest(by_name),
    }


def growth(
    before: list[tuple[int, Any, str, int, int]], after: list[tuple[int, Any, str, int, int]], show: Function[[Any], str]
) -> dict[str, Any]:
    """What grew between two censuses: bytes and objects by type, and the containers that hold more than they did, with the way to each from a name. What a container holds counts as its own."""
    old, new = _containers(before, show), _containers(after, show)
    types: dict[str, list[int]] = {}
    for sign, rows in ((-1, before), (1, after)):
        for _, _, type, size, _ in rows:
            entry = types.setdefault(type, [0, 0])
            entry[0] += sign
            entry[1] += sign * size
    grown = []
    for path, (type, length, size) in new.items():
        _, length_before, size_before = old.get(path, (type, 0, 0))
        if size > size_before and (path in old or ("[" not in path and "." not in path)):
            grown.append(
                {"path": path, "type": type, "length": [length_before, length], "bytes": [size_before, size], "grew": size - size_before}
            )
    grown.sort(key=lambda row: (-row["grew"], row["path"]))  # type: ignore[operator]
    return {
        "bytes": [sum(row[3] for row in before), sum(row[3] for row in after)],
        "by_type": {
            type: {"objects": count, "bytes": size}
            for type, (count, size) in sorted(types.items(), key=lambda row: (-row[1][1], row[0]))
            if count or size
        },
        "paths": grown[:ROWS_MAX],
    }


def _containers(rows: list[tuple[int, Any, str, int, int]], show: Function[[Any], str]) -> dict[str, tuple[str, int, int]]:
    """Containers by the way from a name: type, length, and bytes of all that was found through them."""
    held = [row[3] for row in rows]
    for position in range(len(rows) - 1, -1, -1):
        if rows[position][0] >= 0:
            held[rows[position][0]] += held[position]
    paths: list[str | None] = []
    found: dict[str, tuple[str, int, int]] = {}
    for position, (parent, label, type, _, length) in enumerate(rows):
        if parent < 0:
            path: str | None = label
        elif paths[parent] is None or len(found) >= CONTAINERS_MAX:
            path = None
        elif isinstance(label, tuple):
            path = f"{paths[parent]}[{show(label[0])}]"
        else:
            path = f"{paths[parent]}{label}" if isinstance(label, str) and label.startswith(".") else f"{paths[parent]}[{label}]"
        paths.append(path)
        if path is not None and (length >= 0 or parent < 0):
            found[path] = (type, max(length, 0), held[position])
    return found


QUEUE_SHOWN: Final = {"_events.queue": "(events that wait)", "_events.payload": "(the event handled last)"}
CONTAINERS_MAX: Final = 100_000
"""Containers that a report of growth tells apart; what is beyond them counts with what leads to it."""
