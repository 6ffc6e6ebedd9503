"""One event of a trace."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class TraceEvent:
    """One event: what kind of piece of the program (``node_type``), whether it begins, ends or happens (``phase``: ``enter``, ``exit`` or ``point``), the names that are visible after it with
    their values, or None where that was not recorded (``context_snapshot``), and the facts of its kind (``metadata``)."""

    __slots__ = ("context_snapshot", "metadata", "node_type", "phase")

    def __init__(
        self,
        node_type: str,
        phase: str,
        context_snapshot: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self.node_type = node_type
        self.phase = phase
        self.context_snapshot = context_snapshot
        self.metadata: Mapping[str, Any] = {} if metadata is None else metadata

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TraceEvent):
            return NotImplemented
        return (self.node_type, self.phase, self.metadata, self.context_snapshot) == (
            other.node_type,
            other.phase,
            other.metadata,
            other.context_snapshot,
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"TraceEvent({self.node_type!r}, {self.phase!r}, {self.context_snapshot!r}, {self.metadata!r})"
