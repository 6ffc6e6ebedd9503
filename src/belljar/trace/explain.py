"""Explanations: a trace in sentences, one for each event.

The sentence of an event depends on its node type, its phase and its metadata, and on what its enter said: the iteration of a loop knows the size of the collection. Which words it has is
the phrasebook's matter (:mod:`belljar.trace.phrasebook`). Nothing is refused here: an event that no phrase fits is told by its node type and phase.
"""

from __future__ import annotations

from collections.abc import Mapping

from belljar.source import visible
from belljar.structs import Struct
from belljar.trace.nesting import Nesting
from belljar.trace.node_types import COMMON, ENTER, EXIT, NODE_TYPES, POINT
from belljar.trace.phrase_keys import phrase_key
from belljar.trace.phrasebook import Count, phrasebook
from belljar.trace.plain_data import to_json
from belljar.trace.reading import dropped_by, events_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Final, Protocol

    from belljar.trace.events import TraceEvent
    from belljar.trace.phrasebook import Phrasebook
    from belljar.trace.reading import Trace

    class FromTrace(Protocol):
        def __call__(self, trace: Trace, phrasebook: str | Phrasebook | None = None) -> list[ExplanationStep]: ...


NAME_MAX: Final = 60
"""Longest name in a sentence, in characters."""
_COMMON = {key.name: key for key in COMMON}


class ExplanationStep(Struct):
    """One event explained: its number, its node type, the sentence, and its facts (``phase`` and the metadata). ``depth`` is how many events and iterations are open around it."""

    __slots__ = ("depth", "details", "index", "node_type", "summary")

    def __init__(self, index: int, node_type: str, summary: str, details: Mapping[str, Any] | None = None, depth: int = 0) -> None:
        self.index = index
        self.node_type = node_type
        self.summary = summary
        self.details: Mapping[str, Any] = {} if details is None else details
        self.depth = depth

    def __str__(self) -> str:
        return self.summary

    @property
    def line(self) -> int:
        """The line of the source, 0 where it is not known."""
        line = self.details.get("line")
        return line if isinstance(line, int) else 0

    def to_dict(self) -> dict[str, Any]:
        """The step as JSON-compatible data."""
        return {
            "index": self.index,
            "node_type": self.node_type,
            "summary": self.summary,
            "depth": self.depth,
            "details": to_json(self.details)[0],
        }


class _FromTrace:
    """``from_trace`` of the class explains in English for developers, that of an instance by its phrasebook."""

    def __get__(self, engine: ExplanationEngine | None, owner: type[ExplanationEngine]) -> FromTrace:
        chosen = owner() if engine is None else engine

        def from_trace(trace: Trace, phrasebook: str | Phrasebook | None = None) -> list[ExplanationStep]:
            """A step for each event of the trace."""
            return list((chosen if phrasebook is None else owner(phrasebook)).steps(trace))

        return from_trace


class ExplanationEngine:
    """Explains traces in the sentences of a phrasebook, given itself or by its name: ``en``, ``en-business`` or ``de``, or one that was registered. Raises E0003 for another name.

    >>> from belljar.trace.events import TraceEvent
    >>> print(*ExplanationEngine.from_trace([TraceEvent("IF", "exit", None, {"condition_result": True, "branch_taken": "then"})]))
    Condition evaluated to true → entered then branch
    """

    from_trace = _FromTrace()

    def __init__(self, phrasebook: str | Phrasebook = "en") -> None:
        self.book = _phrasebook(phrasebook)

    def steps(self, trace: Trace) -> Iterator[ExplanationStep]:
        """The steps one after another, for traces of any length."""
        nesting = Nesting(partial=dropped_by(trace) > 0)
        for index, event in enumerate(events_of(trace)):
            inner = nesting.open[-1].event if nesting.open else None
            around = (
                nesting.open[:-1] if event.phase == POINT and inner is not None and inner.node_type == event.node_type else nesting.open
            )
            depth = len(nesting.open) + sum(1 for one in around if one.iterations)
            nesting.take(index, event)
            if event.phase == EXIT:
                inner = None if nesting.closed is None else nesting.closed.event
                depth = len(nesting.open) + sum(1 for one in nesting.open if one.iterations)
            details = {"phase": event.phase, **event.facts}
            yield ExplanationStep(index, event.node_type, self.sentence(event, inner), details, depth)

    def sentence(self, event: TraceEvent, entered: TraceEvent | None = None) -> str:
        """The sentence of an event. ``entered`` is the event that is open around it, or that it closes: one of its own node type tells of it as well."""
        own = event.facts
        told = own
        if entered is None or entered.node_type != event.node_type or event.phase == ENTER:
            entered = None
        else:
            told = {**entered.facts, **own}
        key = phrase_key(event, own, entered)
        return self.book.phrase(key, self._parameters(event, told, key))

    def _parameters(self, event: TraceEvent, told: Mapping[str, Any], key: str) -> dict[str, Count]:
        row = NODE_TYPES.get(event.node_type)
        made = {"node_type": Count(event.node_type), "phase": Count(event.phase)}
        for name, value in told.items():
            known = None if row is None else row.key(event.phase, name) or row.key(ENTER, name) or _COMMON.get(name)
            kind = "value" if known is None else known.type
            if kind == "value" or value is not None:
                text = self._text(kind, value)
                if text:
                    made[name] = Count(text)
        self._worded(made, told, key)
        return made

    def _text(self, kind: str, value: Any) -> str:
        if kind == "arguments":
            return self.book.arguments(value)
        if kind == "error" and isinstance(value, Mapping):
            return _name(str(value.get("message", "")))
        if kind in ("text", "error") and isinstance(value, str):
            return _name(value)
        return self.book.value(value)

    def _worded(self, made: dict[str, Count], told: Mapping[str, Any], key: str) -> None:
        """Parameters that are words of the book."""
        condition = told.get("condition_result")
        if isinstance(condition, bool):
            made["condition"] = Count(self.book.word("condition.true" if condition else "condition.false"))
        branch = told.get("branch_taken")
        if isinstance(branch, str) and branch:
            word, _, number = branch.partition(" ")
            made["branch"] = Count(f"{self.book.word('branch.' + word)} {_name(number)}".rstrip())
        reason = told.get("reason")
        if reason is None and told.get("final_condition_result") is False:
            reason = "condition"
        if isinstance(reason, str) and reason:
            made["reason"] = Count(_name(self.book.word(f"reason.{reason}")))
        if key.startswith("PRINT.") and isinstance(told.get("text"), str):
            made["text"] = Count(self.book.value(told["text"]))

    # --- whole explanations ----------------------------------------------------------------------------------------------------------

    def text(self, trace: Trace) -> Iterator[str]:
        """The explanation as lines for people: the line of the source, and the sentence, set in by what is around it. That a condition is behind is not told."""
        silent = self.book.phrase("IF.exit", {})
        return text_of(step for step in self.steps(trace) if step.node_type != "IF" or step.summary != silent)

    def html(self, trace: Trace, *, title: str = "", source: str = "") -> str:
        """The explanation as one HTML page that needs nothing else. ``source`` is the text of the program, shown beside it where it is given."""
        from belljar.trace.page import page

        return page(self, trace, title=title, source=source)


def _phrasebook(given: str | Phrasebook) -> Phrasebook:
    return phrasebook(given)


def _name(text: str) -> str:
    """A name in a sentence: on one line, bounded."""
    line = visible(text[: 2 * NAME_MAX]).replace("\n", " ")
    return line if len(text) <= NAME_MAX else line[: NAME_MAX - 1] + "…"


def text_of(steps: Iterable[ExplanationStep]) -> Iterator[str]:
    """Steps as lines for people."""
    for step in steps:
        place = f"line {step.line}" if step.line else ""
        yield f"{place:<10}{'  ' * min(step.depth, 40)}{step.summary}"
