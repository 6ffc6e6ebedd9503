"""Slices: which inputs, assignments and branches made a value, in the order they happened.

:func:`belljar.runtime.why.why_call` makes them; here is what they are and how they look.
"""

from __future__ import annotations

from belljar.source import visible
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final

KINDS: Final = ("input", "host", "assign", "write", "branch", "check", "return", "raise")
"""What steps can be."""

RESULT: Final = "return"
"""The name of what a call gives."""
REPEATS_MAX: Final = 4
"""Steps of one place that a text shows: of more the first and the last."""
INPUTS_MAX: Final = 40
"""Inputs that a text shows: of more the first half and the last."""
USES_MAX: Final = 6
"""Numbers of earlier steps that a line of a text shows."""


class SliceStep(Frozen):
    """One thing that made the value.

    ``kind`` is one of :data:`KINDS`: a part of an input, an answer of a function of the host, an assignment, a write to a part of a container or record, a branch, a branch whose other way ends the call
    with an exception, a return, an exception that was caught. ``name`` is what was assigned or decided, ``value`` what it was then, containers as text. ``uses`` are the numbers of the steps it came from directly,
    ``because`` that of the branch it ran because of, 0 for none. ``depth`` is how many calls were open.
    """

    __slots__ = ("because", "depth", "function", "kind", "line", "name", "number", "source", "uses", "value")

    def __init__(
        self,
        number: int,
        kind: str,
        line: int,
        name: str,
        value: Any,
        source: str = "",
        function: str = "",
        depth: int = 0,
        uses: tuple[int, ...] = (),
        because: int = 0,
    ) -> None:
        self.number: Final = number
        self.kind: Final = kind
        self.line: Final = line
        self.name: Final = name
        self.value: Final = value
        self.source: Final = source
        self.function: Final = function
        self.depth: Final = depth
        self.uses: Final = uses
        self.because: Final = because

    def to_dict(self) -> dict[str, Any]:
        """The step as JSON-compatible data."""
        return {
            name: _jsonable(getattr(self, name)) for name in ("number", "kind", "line", "name", "value", "source", "function", "depth")
        } | {
            "uses": list(self.uses),
            "because": self.because,
        }

    def __str__(self) -> str:
        if self.kind == "branch":
            return f"{self.name} is {'true' if self.value is True else 'false' if self.value is False else self.value}"
        if self.kind == "check":
            return f"{self.name} is {'true' if self.value else 'false'}: no exception"
        if self.kind == "raise":
            return f"{self.name} raised an exception"
        return f"{self.name} = {_shown(self.value)}"


class Slice(Frozen):
    """Where a value came from.

    ``task`` is what was called, ``""`` for a name of the state of a runtime. ``value`` is what it was, as text, ``name`` what it is called. ``inputs`` are the parts of inputs that it depends on: ``order.qty``, ``prices[2]``, ``len(prices)`` for how many there are, or
    ``prices`` where all of it counts. ``checked`` are those that only decided whether the call got so far without an exception of the program. ``steps`` are in order; of very many those in the middle are
    left out, and ``skipped`` says how many. ``lines`` are those of the source, ascending. ``error`` is the code of the error that the call ended with, ``""`` for none.

    The law: an input that is neither in ``inputs`` nor in ``checked`` can be changed, and the value stays, unless an op ends the call with an error before, such as a division by zero.
    """

    __slots__ = ("checked", "error", "inputs", "lines", "name", "skipped", "steps", "task", "value")

    def __init__(
        self,
        task: str,
        name: str,
        value: str,
        inputs: tuple[str, ...],
        checked: tuple[str, ...],
        steps: tuple[SliceStep, ...],
        lines: tuple[int, ...],
        skipped: int = 0,
        error: str = "",
    ) -> None:
        self.task: Final = task
        self.name: Final = name
        self.value: Final = value
        self.inputs: Final = inputs
        self.checked: Final = checked
        self.steps: Final = steps
        self.lines: Final = lines
        self.skipped: Final = skipped
        self.error: Final = error

    def depends_on(self, name: str) -> bool:
        """Whether an input, or any part of it, made the value, or decided whether there is one.

        >>> Slice("f", "y", "1", ("xs[2]", "len(ys)"), (), (), ()).depends_on("ys")
        True
        """
        return any(part == name or covers(name, part) or covers(part, name) for part in (*self.inputs, *self.checked))

    def to_dict(self) -> dict[str, Any]:
        """The slice as JSON-compatible data."""
        return {
            "task": self.task,
            "name": self.name,
            "value": self.value,
            "inputs": list(self.inputs),
            "checked": list(self.checked),
            "lines": list(self.lines),
            "steps": [step.to_dict() for step in self.steps],
            "skipped": self.skipped,
            "error": self.error,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Slice:
        """The slice of :meth:`to_dict`, whose numbers are numbers again as far as JSON has them."""
        steps = [SliceStep(**(row | {"uses": tuple(row["uses"])})) for row in data["steps"]]
        return cls(
            data["task"],
            data["name"],
            data["value"],
            tuple(data["inputs"]),
            tuple(data["checked"]),
            tuple(steps),
            tuple(data["lines"]),
            data["skipped"],
            data["error"],
        )

    def text(self, *, color: bool = False, title: str = "") -> str:
        """The slice as a table for people."""
        return "\n".join(_lines(self, color, title))


def wholes(part: str) -> Iterator[str]:
    """The names that stand for all of an input that this is a part of: ``order.items`` and ``order`` for ``order.items[0]`` and for ``len(order.items)``."""
    if part.endswith(")") and part.startswith(("len(", "keys(")):
        part = part[part.index("(") + 1 : -1]
        yield part
    quote = ""
    places: list[int] = []
    for place, character in enumerate(part):
        if quote:
            if character == quote and part[place - 1] != "\\":
                quote = ""
        elif character in "'\"":
            quote = character
        elif character in ".[" and place:
            places.append(place)
    for place in reversed(places):
        yield part[:place]


def covers(whole: str, part: str) -> bool:
    """Whether a name of an input stands for all of another."""
    return whole in wholes(part)


def _lines(slice: Slice, color: bool, title: str) -> Iterator[str]:
    bold, dim, off = ("\x1b[1m", "\x1b[2m", "\x1b[0m") if color else ("", "", "")
    heading = title or (f"{slice.task}()" if slice.task.isidentifier() else slice.task)
    yield f"{bold}{heading + ': ' if heading else ''}why {slice.name} = {visible(slice.value)}{off}"
    steps = [step for step in slice.steps if step.kind != "input"]
    given = [step for step in slice.steps if step.kind == "input"]
    if not given:
        yield "no input made it"
    width = max((len(step.name) for step in given), default=0)
    number_width = len(str(slice.steps[-1].number)) if slice.steps else 1
    if given:
        yield f"{bold}inputs{off}"
    hidden = len(given) - INPUTS_MAX
    for position, step in enumerate(given):
        if hidden > 0 and INPUTS_MAX // 2 <= position < INPUTS_MAX // 2 + hidden:
            if position == INPUTS_MAX // 2:
                yield f"  {dim}{'':>{number_width}}  ... {hidden:,} more{off}"
            continue
        only = f"  {dim}(checked only){off}" if step.name in slice.checked else ""
        yield f"  {step.number:>{number_width}}  {visible(step.name):<{width}} = {_shown(step.value)}{only}"
    if steps:
        yield f"{bold}steps{off}"
    rows = list(_shortened(steps))
    texts = ["  " * min(row.depth, 20) + visible(str(row)) if isinstance(row, SliceStep) else "" for row in rows]
    source_width = min(max((len(row.source) for row in rows if isinstance(row, SliceStep)), default=0), 44)
    text_width = min(max(map(len, texts), default=0), 56)
    for row, text in zip(rows, texts, strict=True):
        if isinstance(row, str):
            yield f"  {dim}{'':>{number_width}}  {row}{off}"
            continue
        source = visible(row.source)
        source = source if len(source) <= source_width else source[: source_width - 1] + "…"
        place = f"line {row.line:>3}" if row.line else " " * 8
        uses = f"from {', '.join(map(str, row.uses[:USES_MAX]))}{', …' if len(row.uses) > USES_MAX else ''}" if row.uses else ""
        because = f"because of {row.because}" if row.because else ""
        end = ", ".join(part for part in (uses, because) if part)
        yield f"  {row.number:>{number_width}}  {dim}{place}  {source:<{source_width}}{off}  {text:<{text_width}}  {dim}{end}{off}".rstrip()
    if slice.error and slice.name != RESULT:
        yield f"the call ended with {slice.error}: what decided that it got so far is among the steps"


def _shortened(steps: list[SliceStep]) -> Iterator[SliceStep | str]:
    """The steps; of one place that comes again and again the first ones and the last."""
    count: dict[tuple[int, str, str], int] = {}
    for step in steps:
        key = step.line, step.kind, step.name
        count[key] = count.get(key, 0) + 1
    seen: dict[tuple[int, str, str], int] = {}
    silent = 0
    for step in steps:
        key = step.line, step.kind, step.name
        seen[key] = seen.get(key, 0) + 1
        if count[key] > REPEATS_MAX and REPEATS_MAX - 1 < seen[key] < count[key]:
            silent += 1
            continue
        if silent:
            yield f"... {silent:,} more like these"
            silent = 0
        yield step


def _shown(value: Any) -> str:
    text = str(value) if value.__class__ not in (int, float, bool, str) and value is not None else repr(value)
    return visible(text)


def _jsonable(value: Any) -> Any:
    if isinstance(value, float) and value - value != 0:
        return repr(value)
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
