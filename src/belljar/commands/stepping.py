"""Stepping through a trace by hand, forwards and backwards: ``belljar replay TRACE --step``.

Lines come from a terminal or from a pipe, one command each; an empty one repeats the last. The end of the input ends it.
"""

from __future__ import annotations

import sys

from belljar.commands.prompting import Prompting
from belljar.source import visible
from belljar.structs import Frozen
from belljar.trace.explain import ExplanationEngine
from belljar.trace.formats.json_lines import line_of
from belljar.trace.node_types import ENTER, EXIT
from belljar.trace.plain_data import to_json
from belljar.trace.reading import events_back
from belljar.trace.stepper import Stepper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final

    from belljar.commands.session import Session
    from belljar.trace.events import RecordedTrace, TraceEvent

PROMPT: Final = "(replay) "
SHOWN_MAX: Final = 200
"""Longest text of a value, in characters."""
AROUND: Final = 3
"""Lines of the source that are shown on each side."""


class Move(Frozen):
    """A command: its names, the shortest first, what it does, and, of a move, how."""

    __slots__ = ("about", "go", "names")

    def __init__(self, names: str, about: str, go: Callable[[Stepper, int], TraceEvent | None] | None = None) -> None:
        self.names: Final = tuple(names.split())
        self.about: Final = about
        self.go: Final = go

    def __hash__(self) -> int:
        return hash(self.names)


def _times(step: Callable[[Stepper], TraceEvent | None]) -> Callable[[Stepper, int], TraceEvent | None]:
    """A move, made several times, as often as there is somewhere to go."""

    def go(walk: Stepper, count: int) -> TraceEvent | None:
        last = None
        for _ in range(count):
            found = step(walk)
            if found is None:
                break
            last = found
        return last

    return go


MOVES: Final = (
    Move(
        "n next",
        "the next event; n 5: the fifth from here",
        lambda walk, count: walk.forward(min(count, len(walk) - 1 - walk.position) or 1),
    ),
    Move("p back b", "the event before", lambda walk, count: walk.back(min(count, walk.position) or 1)),
    Move("l line", "the next event on another line", _times(Stepper.next_line)),
    Move("pl", "the last one before on another line", _times(Stepper.previous_line)),
    Move("o over", "the next line, calls passed over", _times(Stepper.over)),
    Move("po", "the same backwards", _times(Stepper.back_over)),
    Move("c call", "the next call", _times(Stepper.next_call)),
    Move("pc", "the call before", _times(Stepper.previous_call)),
    Move("i iteration", "the next iteration of the loop", _times(Stepper.next_iteration)),
    Move("pi", "the iteration before", _times(Stepper.previous_iteration)),
    Move("u out", "the end of the function", _times(Stepper.out)),
    Move("pu", "its beginning", _times(Stepper.back_out)),
    Move("s skip", "the end of the innermost loop, branch or call", _times(Stepper.skip)),
    Move("ps", "its beginning", _times(Stepper.back_skip)),
    Move("first", "the first event", lambda walk, count: walk.to(0)),
    Move("last", "the last event", lambda walk, count: walk.to(-1)),
)
OTHERS: Final = (
    Move("g goto", "g 120: event 120, counted from 0; from the end where it is negative"),
    Move("f find", "f mail.send: the next event whose sentence has these words"),
    Move("v vars", "the names that are visible, with their values; v x y: these"),
    Move("w stack", "what is open here"),
    Move("e event", "all that is known of the event"),
    Move("src list", "the source around the line"),
    Move("h help ?", "this list"),
    Move("q quit", "end"),
)
NAMES: Final = {name: move for move in (*MOVES, *OTHERS) for name in move.names}


def step_through(session: Session, trace: RecordedTrace, source: Sequence[str], as_json: bool) -> int:
    """Take commands until there are no more. ``source`` are the lines of the program, where it is known."""
    walk = Stepping(session, trace, source, as_json)
    read = _reader(session, as_json)
    if walk.stepper.position < 0:
        walk.tell("the trace has no events")
        return 0
    walk.show()
    last = ""
    while (line := read()) is not None:
        line = line.strip() or last
        last = line
        if line and not walk.do(line):
            break
    return 0


def _reader(session: Session, as_json: bool) -> Callable[[], str | None]:
    """The next line, None at the end."""
    editor = None if as_json else session.terminal(Prompting(lambda text: False, lambda text: (), "", False))

    def read() -> str | None:
        session.out.flush()
        if editor is None:
            line = sys.stdin.readline(1 << 16) if sys.stdin is not None else ""
            return line or None
        try:
            return editor.read(PROMPT)
        except EOFError:
            return None

    return read


class Stepping:
    """A walk that is shown."""

    def __init__(self, session: Session, trace: RecordedTrace, source: Sequence[str], as_json: bool) -> None:
        self.session = session
        self.stepper = Stepper(trace)
        self.source = source
        self.as_json = as_json
        self.engine = ExplanationEngine()

    def tell(self, text: str) -> None:
        if self.as_json:
            self.session.write_json({"message": text})
        else:
            self.session.out.write(text + "\n")

    def do(self, line: str) -> bool:
        """Do what a line says; False where that is to end."""
        word, _, rest = line.partition(" ")
        move = NAMES.get(word)
        rest = rest.strip()
        if move is None:
            self.tell(f"unknown command '{word[:40]}': h lists them")
        elif move.go is not None:
            self.move(move, rest)
        else:
            return bool(getattr(self, f"do_{move.names[1]}")(rest))
        return True

    def move(self, move: Move, rest: str) -> None:
        if rest and not (rest.isascii() and rest.isdigit() and 0 < len(rest) < 12 and int(rest) > 0):
            self.tell(f"'{move.names[0]}' takes a number from 1 on")
            return
        assert move.go is not None
        if move.go(self.stepper, int(rest or 1)) is None:
            self.tell("there is nothing further on that way")
            return
        self.show()

    def do_goto(self, rest: str) -> bool:
        try:
            self.stepper.to(int(rest[:20]))
        except (ValueError, IndexError):
            self.tell(f"events go from 0 to {len(self.stepper) - 1:,}")
        else:
            self.show()
        return True

    def do_find(self, rest: str) -> bool:
        walk, start = self.stepper, self.stepper.position
        wanted = rest.casefold()
        while (event := walk.forward()) is not None:
            if wanted in self.sentence(event).casefold() or wanted in event.node_type.casefold():
                self.show()
                return True
        walk.to(start)
        self.tell(f"nothing behind event {start:,} says '{rest[:80]}'")
        return True

    def do_vars(self, rest: str) -> bool:
        state = self.stepper.state
        names = rest.replace(",", " ").split() or list(state)
        if self.as_json:
            self.session.write_json({"vars": {name: to_json(state[name])[0] for name in names if name in state}})
            return True
        for name in names:
            self.tell(f"  {name} = {_text(state[name])}" if name in state else f"  {name} has no value here")
        if not names:
            self.tell("  no names are visible here")
        return True

    def do_stack(self, rest: str) -> bool:
        opened = self.stepper.stack
        if self.as_json:
            self.session.write_json(
                {"stack": [{"event": number, "node_type": event.node_type, "line": event.line} for number, event in opened]}
            )
            return True
        for number, event in opened:
            place = f"line {event.line}" if event.line else ""
            self.tell(f"  {number:>6,}  {place:<10} {self.engine.sentence(event)}")
        if not opened:
            self.tell("  nothing is open here")
        return True

    def do_event(self, rest: str) -> bool:
        event = self.stepper.event
        assert event is not None
        if self.as_json:
            self.session.out.write(line_of(event))
            return True
        self.tell(f"  {event.node_type} {event.phase}")
        for name, value in event.facts.items():
            self.tell(f"  {name}: {_text(value)}")
        return True

    def do_list(self, rest: str) -> bool:
        line = self.stepper.line
        if not self.source:
            self.tell("  the source is not there: name the program, belljar replay TRACE PROGRAM --step")
            return True
        for number in range(max(1, line - AROUND), min(len(self.source), line + AROUND) + 1):
            self.tell(f"  {'>' if number == line else ' '} {number:>4} | {visible(self.source[number - 1])}")
        return True

    def do_help(self, rest: str) -> bool:
        for move in (*MOVES, *OTHERS):
            self.tell(f"  {', '.join(move.names):<14} {move.about}")
        self.tell("  an empty line repeats the last command; moves take how often as a number")
        return True

    def do_quit(self, rest: str) -> bool:
        return False

    # --- what is shown --------------------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """The event it stands at."""
        walk, event = self.stepper, self.stepper.event
        assert event is not None
        sentence = self.sentence(event)
        if self.as_json:
            place = {"event": walk.position, "events": len(walk), "line": event.line}
            self.session.write_json({**place, "node_type": event.node_type, "phase": event.phase, "summary": sentence})
            return
        line = f"line {event.line}" if event.line else ""
        self.tell(f"[{walk.position:,}/{len(walk) - 1:,}] {line:<9} {sentence}")
        if 0 < event.line <= len(self.source):
            self.tell(f"    {event.line:>4} | {visible(self.source[event.line - 1].rstrip())}")

    def sentence(self, event: TraceEvent) -> str:
        return self.engine.sentence(event, None if event.phase == ENTER else self.around())

    def around(self) -> TraceEvent | None:
        """The innermost enter that is open, that of an exit being its own."""
        closed = 0
        for number, event in events_back(self.stepper.trace, self.stepper.position):
            if event.phase == EXIT and number != self.stepper.position:
                closed += 1
            elif event.phase == ENTER:
                if not closed:
                    return event
                closed -= 1
        return None


def _text(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_MAX else text[: SHOWN_MAX - 3] + "..."
