"""Which events are open: the one stack machine behind validation, explanation, stepping and every export.

An exit closes the event that was entered last, and nothing else. A point of a loop stands directly inside that loop. Of a trace whose oldest events were dropped the enters may be
missing: where nothing is open, an exit or an iteration of what began before is no mistake.
"""

from __future__ import annotations

from belljar.structs import Frozen, Struct
from belljar.trace.node_types import ENTER, EXIT, NODE_TYPES, POINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from belljar.trace.events import TraceEvent

LOOPS: Final = frozenset(name for name, row in NODE_TYPES.items() if row.is_loop)
FRAMES: Final = frozenset(name for name, row in NODE_TYPES.items() if row.is_frame)


class Opened(Struct):
    """An event that was entered and not exited yet. ``iterations`` is how many points it had, ``iteration`` the number of the last one, -1 without."""

    __slots__ = ("event", "index", "iteration", "iterations", "node_type")

    def __init__(self, index: int, event: TraceEvent) -> None:
        self.index = index
        self.event = event
        self.node_type = event.node_type
        self.iterations = 0
        self.iteration = -1


class Misplaced(Frozen):
    """What is wrong with the place of an event: the code of the error and its parameters."""

    __slots__ = ("code", "parameters")

    def __init__(self, code: str, parameters: tuple[tuple[str, Any], ...]) -> None:
        self.code: Final = code
        self.parameters: Final = parameters


class Nesting:
    """The stack. ``partial`` where the oldest events are missing."""

    def __init__(self, partial: bool = False) -> None:
        self.open: list[Opened] = []
        self.partial = partial
        self.closed: Opened | None = None
        """What the last event that was taken closed."""

    def take(self, index: int, event: TraceEvent) -> Misplaced | None:
        """Let an event happen. What is wrong with its place is given back and mended as well as can be: an exit also closes what is still open inside, or is passed over."""
        self.closed = None
        if event.phase == ENTER:
            self.open.append(Opened(index, event))
        elif event.phase == EXIT:
            return self._exit(event.node_type)
        elif event.phase == POINT and event.node_type in LOOPS:
            return self._iteration(event.node_type)
        return None

    def _exit(self, node_type: str) -> Misplaced | None:
        stack = self.open
        if stack and stack[-1].node_type == node_type:
            self.closed = stack.pop()
            return None
        if not stack:
            return None if self.partial else Misplaced("E1303", (("node", node_type),))
        expected = stack[-1].node_type
        if any(one.node_type == node_type for one in stack):
            while stack[-1].node_type != node_type:
                stack.pop()
            self.closed = stack.pop()
        return Misplaced("E1302", (("expected", expected), ("found", node_type)))

    def _iteration(self, node_type: str) -> Misplaced | None:
        stack = self.open
        if stack and stack[-1].node_type == node_type:
            stack[-1].iterations += 1
            return None
        return None if self.partial and not stack else Misplaced("E1308", (("node", node_type),))

    def names(self) -> list[str]:
        """The node types that are open, outermost first."""
        return [one.node_type for one in self.open]
