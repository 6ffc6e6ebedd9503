"""Which phrase an event is told by: the key of a phrasebook that fits its node type, its phase and what it says of itself."""

from __future__ import annotations

from belljar.trace.node_types import ENTER, EXIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from belljar.trace.events import TraceEvent

FAILED: Final = frozenset({"MODULE", "TASKDEF", "FLOWDEF", "STEP", "CALL", "HOST", "EVENT"})
"""What ends with an error instead of a result."""


def phrase_key(event: TraceEvent, told: Mapping[str, Any], entered: TraceEvent | None = None) -> str:
    """The key of the phrase that fits what an event tells of itself. ``entered`` is the enter of its own node type that it closes or is in."""
    node_type, phase = event.node_type, event.phase
    if phase == EXIT and node_type in FAILED and told.get("error") is not None:
        return f"{node_type}.failed"
    if node_type == "IF" and phase == EXIT and entered is not None and phrase_key(entered, entered.facts) != "IF.enter":
        return "IF.exit"  # that it was evaluated is told
    choose = _CHOICES.get(node_type)
    return f"{node_type}.{(choose(phase, told) if choose is not None else None) or phase}"


def _if(phase: str, told: Mapping[str, Any]) -> str | None:
    if "branch_taken" in told:
        return "none" if told["branch_taken"] is None else "branch"
    return "condition" if "condition_result" in told else None


def _loop(phase: str, told: Mapping[str, Any]) -> str | None:
    if phase != ENTER:
        return None
    return "resumed" if told.get("resumed") is True else "point" if told.get("iteration") is not None else None


def _match(phase: str, told: Mapping[str, Any]) -> str | None:
    if phase == EXIT and "case" in told:
        return "none" if told["case"] is None else "case"
    return None


def _with(phase: str, told: Mapping[str, Any]) -> str | None:
    return "failed" if phase == EXIT and told.get("exception") is not None else None


def _call(phase: str, told: Mapping[str, Any]) -> str | None:
    if phase == ENTER:
        return "resumed" if told.get("resumed") else None
    return "yielded" if told.get("suspended") is True else None


def _host(phase: str, told: Mapping[str, Any]) -> str | None:
    if told.get("error") is not None:
        return "failed"
    would = told.get("dry_run") is True and told.get("effect") != "read"
    return "would" if would and phase != EXIT else None


def _expression(phase: str, told: Mapping[str, Any]) -> str | None:
    if phase == ENTER and "value" not in told:
        return None
    if told.get("variable") is None:
        return "yielded" if told.get("expression") == "yield" else "value"
    return "would" if told.get("dry_run") is True else "set"


def _choice(phase: str, told: Mapping[str, Any]) -> str | None:
    kind = told.get("kind")
    if kind == "filter":
        return "left" if told.get("condition_result") is False else "kept"
    return "arm" if kind == "if" else "operand" if "condition_result" in told else None


def _print(phase: str, told: Mapping[str, Any]) -> str | None:
    return "would" if told.get("dry_run") is True else None


def _assert(phase: str, told: Mapping[str, Any]) -> str | None:
    condition = told.get("condition_result")
    return "held" if condition is True else "failed" if condition is False else None


_CHOICES: Final = {
    "IF": _if,
    "FOR": _loop,
    "WHILE": _loop,
    "MATCH": _match,
    "WITH": _with,
    "CALL": _call,
    "HOST": _host,
    "CHOICE": _choice,
    "EXPRESSION": _expression,
    "PRINT": _print,
    "ASSERT": _assert,
}
