"""Walking through a trace, forwards and backwards: what a debugger of recorded runs moves by.

The stepper stands *at* an event: it has just happened. A move goes to another event and gives it, or gives None and stays where there is no such event. Nothing is read but what a
move passes, so traces longer than memory can be walked as well; :attr:`Stepper.stack` reads back to the beginning where nothing nearer tells what is open.
"""

from __future__ import annotations

from belljar.trace.nesting import FRAMES, LOOPS
from belljar.trace.node_types import ENTER, EXIT, POINT
from belljar.trace.reading import events_back, events_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, Final, TypeAlias

    from belljar.trace.events import RecordedTrace, TraceEvent

    Found: TypeAlias = "Callable[[TraceEvent], bool]"

CALLS: Final = FRAMES | {"HOST"}
_SHIFT: Final = {ENTER: 1, EXIT: -1}


class Stepper:
    """Stands at the first event of ``trace``, at none where it has none (``position`` is -1 then)."""

    def __init__(self, trace: RecordedTrace) -> None:
        self.trace = trace
        self.position = 0 if len(trace) else -1

    def __len__(self) -> int:
        return len(self.trace)

    @property
    def event(self) -> TraceEvent | None:
        """The event it stands at."""
        return self.trace[self.position] if self.position >= 0 else None

    @property
    def line(self) -> int:
        """The line of that event, or of the last one before it that has one; 0 where none has."""
        return next((event.line for _, event in events_back(self.trace, self.position) if event.line), 0)

    @property
    def is_at_start(self) -> bool:
        return self.position <= 0

    @property
    def is_at_end(self) -> bool:
        return self.position == len(self.trace) - 1

    # --- state ----------------------------------------------------------------------------------------------------------------------

    @property
    def state(self) -> Mapping[str, Any]:
        """The names that are visible here with their values: the last snapshot of the frame the event is in. Empty where there is none."""
        for event in self._in_frame():
            if event.context_snapshot is not None:
                return event.context_snapshot
        return {}

    @property
    def function(self) -> str:
        """The function, task or flow the event is in, ``""`` on the module level."""
        for event in self._in_frame():
            if event.phase == ENTER and event.node_type in FRAMES:
                named = event.facts.get("function") or event.facts.get("task") or event.facts.get("flow")
                return str(named) if named else ""
        return ""

    def _in_frame(self) -> Iterator[TraceEvent]:
        """Events from here back to the enter of the frame: those of its calls are passed over, but for the event itself."""
        inner = 0
        for number, event in events_back(self.trace, self.position):
            is_frame = event.node_type in FRAMES
            if is_frame and event.phase == EXIT and number != self.position:
                inner += 1
            elif is_frame and event.phase == ENTER and inner:
                inner -= 1
                continue
            if not inner:
                yield event
                if is_frame and event.phase == ENTER:
                    return

    @property
    def stack(self) -> list[tuple[int, TraceEvent]]:
        """What is open here, outermost first: the enters, with their numbers. Reads back to the beginning."""
        found = []
        closed = 0
        for number, event in events_back(self.trace, self.position):
            if event.phase == EXIT:
                closed += 1
            elif event.phase == ENTER:
                if closed:
                    closed -= 1
                else:
                    found.append((number, event))
        return found[::-1]

    # --- moves ----------------------------------------------------------------------------------------------------------------------

    def to(self, number: int) -> TraceEvent:
        """Go to an event by its number, from the end where it is negative. Raises IndexError where there is none."""
        self.position = range(len(self.trace))[number]
        return self.trace[self.position]

    def forward(self, count: int = 1) -> TraceEvent | None:
        """The event ``count`` further on."""
        target = self.position + count
        return self.to(target) if 0 <= target < len(self.trace) else None

    def back(self, count: int = 1) -> TraceEvent | None:
        """The event ``count`` before."""
        return self.forward(-count)

    def next_line(self) -> TraceEvent | None:
        """The next event on another line, inside of what is called as well."""
        line = self.line
        return self._search(lambda event: event.line not in (0, line))

    def previous_line(self) -> TraceEvent | None:
        line = self.line
        return self._search(lambda event: event.line not in (0, line), backwards=True)

    def next_call(self) -> TraceEvent | None:
        """The next call that begins: of a function, a task or the host."""
        return self._search(_is_call)

    def previous_call(self) -> TraceEvent | None:
        return self._search(_is_call, backwards=True)

    def next_iteration(self) -> TraceEvent | None:
        """The next iteration of the innermost loop that is open; where none is, of the next one there is. None when the loop has no more."""
        return self._iteration(backwards=False)

    def previous_iteration(self) -> TraceEvent | None:
        return self._iteration(backwards=True)

    def over(self) -> TraceEvent | None:
        """The next event on another line that is not inside of a call made meanwhile; the exit of the frame where it has no more lines."""
        return self._over(backwards=False)

    def back_over(self) -> TraceEvent | None:
        """The same backwards, to the enter of the frame at last."""
        return self._over(backwards=True)

    def out(self) -> TraceEvent | None:
        """The exit of the frame: of the function, task or flow the event is in. At an exit, that of the frame around it."""
        return self._leave(FRAMES, backwards=False)

    def back_out(self) -> TraceEvent | None:
        """The enter of the frame. At an enter, that of the frame around it."""
        return self._leave(FRAMES, backwards=True)

    def skip(self) -> TraceEvent | None:
        """The exit of the innermost thing that is open: of the loop, branch or call. At an exit, that of what is around it."""
        return self._leave(None, backwards=False)

    def back_skip(self) -> TraceEvent | None:
        """Its enter. At an enter, that of what is around it."""
        return self._leave(None, backwards=True)

    def _events(self, backwards: bool) -> Iterator[tuple[int, TraceEvent]]:
        if backwards:
            return events_back(self.trace, self.position - 1)
        return events_from(self.trace, self.position + 1)

    def _search(self, found: Found, *, backwards: bool = False) -> TraceEvent | None:
        for number, event in self._events(backwards):
            if found(event):
                self.position = number
                return event
        return None

    def _leave(self, kinds: frozenset[str] | None, *, backwards: bool) -> TraceEvent | None:
        """To the exit, or backwards the enter, of the innermost of these kinds that is open."""
        leaving = ENTER if backwards else EXIT
        inner = 0
        for number, event in self._events(backwards):
            if event.phase not in _SHIFT or (kinds is not None and event.node_type not in kinds):
                continue
            if event.phase != leaving:
                inner += 1
            elif inner:
                inner -= 1
            else:
                self.position = number
                return event
        return None

    def _over(self, *, backwards: bool) -> TraceEvent | None:
        line = self.line
        leaving = ENTER if backwards else EXIT
        inner = 0
        for number, event in self._events(backwards):
            if event.node_type in FRAMES and event.phase in _SHIFT:
                if event.phase != leaving:
                    inner += 1
                    continue
                if inner:
                    inner -= 1
                    continue
            elif inner or event.line in (0, line):
                continue
            self.position = number
            return event
        return None

    def _iteration(self, *, backwards: bool) -> TraceEvent | None:
        event = self.event
        if event is None:
            return None
        enters_loop = event.phase == ENTER and event.node_type in LOOPS
        in_loop = enters_loop or any(one.node_type in LOOPS for _, one in self.stack)
        leaving = ENTER if backwards else EXIT
        if enters_loop and backwards:
            return None
        inner = 0
        for number, following in self._events(backwards):
            if following.node_type not in LOOPS:
                continue
            if following.phase == POINT and (not inner or not in_loop):
                self.position = number
                return following
            if in_loop and following.phase in _SHIFT:
                if following.phase != leaving:
                    inner += 1
                elif inner:
                    inner -= 1
                else:
                    return None
        return None


def _is_call(event: TraceEvent) -> bool:
    return event.node_type in CALLS and (event.phase == ENTER or (event.phase == POINT and event.node_type == "HOST"))
