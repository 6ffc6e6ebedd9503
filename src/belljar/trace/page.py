"""An explanation as one HTML page that needs nothing else: no script, style, font or picture from anywhere.

What was entered can be opened and closed; the values that changed stand beside each sentence, and the source beside them all, its lines marked by how often they were passed. The page
follows the light or dark of the reader's system. All that comes from the program or its data is escaped, and a policy in the page forbids whatever is not part of it.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from html import escape
from itertools import chain

from belljar.source import visible
from belljar.structs import Struct
from belljar.trace.nesting import FRAMES, LOOPS, Nesting
from belljar.trace.node_types import ENTER, EXIT, NODE_TYPES, POINT
from belljar.trace.phrase_keys import phrase_key
from belljar.trace.phrasebook import Count
from belljar.trace.reading import dropped_by, events_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any, Final

    from belljar.trace.events import TraceEvent
    from belljar.trace.explain import ExplanationEngine
    from belljar.trace.reading import Trace

EVENTS_MAX: Final = 5_000
"""Events on a page: the first half and the last half of a longer trace."""
VALUES_MAX: Final = 12
"""Values beside one sentence."""
OPEN_DEPTH: Final = 6
"""How deep what was entered is open when the page is."""
OPEN_ITERATIONS: Final = 3
"""Iterations of a loop that are open."""
SOURCE_LINES_MAX: Final = 5_000

CLOSED: Final = "</ol></details></li>\n"

STYLE: Final = """
:root { color-scheme: light dark; --paper: #fbfaf8; --ink: #1d1f23; --quiet: #6a6f78; --rule: #dcdad5; --mark: #efece5; --yes: #1a6b45; --no: #a33a25; --accent: #2b5fab; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #e4e5e8; --quiet: #969ca6; --rule: #33373e; --mark: #23272d; --yes: #6fcf9f; --no: #ef9380; --accent: #8ab4f2; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; align-items: baseline; padding: 1.1rem 1.6rem .9rem; border-bottom: 1px solid var(--rule); }
h1 { margin: 0; font-size: 1.25rem; font-weight: 600; }
header p { margin: 0; color: var(--quiet); }
header div { margin-left: auto; }
button { font: inherit; font-size: .85rem; color: var(--accent); background: none; border: 1px solid var(--rule); border-radius: 5px; padding: .15rem .7rem; cursor: pointer; }
button:hover { background: var(--mark); }
main { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
main.alone { grid-template-columns: minmax(0, 1fr); }
section { padding: .9rem 1.6rem 3rem; min-width: 0; }
section + section { border-left: 1px solid var(--rule); }
ol { list-style: none; margin: 0; padding: 0; }
details > ol { margin-left: .45rem; padding-left: 1.05rem; border-left: 1px solid var(--rule); }
summary, .e { display: flex; gap: 0 .8rem; align-items: baseline; padding: .1rem .4rem; border-radius: 4px; }
summary { cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: "▸"; width: .8rem; margin-right: -.5rem; color: var(--quiet); }
details[open] > summary::before { content: "▾"; }
.e { padding-left: 1.55rem; }
.out { color: var(--quiet); }
summary:hover, .e:hover { background: var(--mark); }
.l { margin-left: auto; color: var(--quiet); font-size: .8rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.t { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.v { margin-left: .8rem; }
.b .s { color: var(--accent); }
.x .s { color: var(--no); }
.v { color: var(--quiet); font: 12.5px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.v b { font-weight: 500; color: var(--ink); }
.left { margin: .5rem 0; padding: .3rem 1.55rem; color: var(--quiet); background: var(--mark); border-radius: 4px; }
.code { font: 12.5px/1.6 ui-monospace, monospace; overflow-x: auto; }
.src span { white-space: pre; flex: 1 0 auto; }
.src { display: flex; gap: 1rem; padding: 0 .4rem; border-radius: 3px; }
.src i { width: 3ch; text-align: right; color: var(--quiet); font-style: normal; user-select: none; flex: none; }
.src u { width: 6ch; text-align: right; color: var(--quiet); text-decoration: none; flex: none; }
.src.ran { background: var(--mark); }
@media (max-width: 60rem) { main { grid-template-columns: minmax(0, 1fr); } section + section { border-left: 0; border-top: 1px solid var(--rule); } }
@media print { header div { display: none; } }
"""

SCRIPT: Final = """
for (const button of document.querySelectorAll("button"))
  button.onclick = () => { for (const one of document.querySelectorAll("details")) one.open = button.value === "open"; };
"""


def page(engine: ExplanationEngine, trace: Trace, *, title: str = "", source: str = "") -> str:
    """The page of a trace. A trace longer than ``EVENTS_MAX`` is shown by its beginning and its end."""
    writer = _Writer(engine)
    total = writer.write(trace)
    book = engine.book
    heading = _text(title or book.word("page.title"))
    policy = f"default-src 'none'; style-src '{_digest(STYLE)}'; script-src '{_digest(SCRIPT)}'; base-uri 'none'; form-action 'none'"
    count = format(Count(f"{total:,}" if total != 1 else "1"), book.word("page.events"))
    listing = _source(source, writer.passes) if source else ""
    return "".join(
        [
            f'<!DOCTYPE html>\n<html lang="{_text(book.language)}">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="generator" content="Belljar">\n',
            f"<title>{heading}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
            f"<header><h1>{heading}</h1><p>{_text(count)}</p><div>",
            f'<button type="button" value="open">{_text(book.word("page.expand"))}</button> ',
            f'<button type="button" value="close">{_text(book.word("page.collapse"))}</button></div></header>\n',
            f"<main{'' if listing else ' class=alone'}>\n<section><ol>\n",
            *writer.out,
            f"</ol></section>\n{listing}</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        ]
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(text: str) -> str:
    """Text as a page may show it: escaped, without characters that turn or hide what is around them, and with an encoding."""
    return escape(visible(text)).encode("utf-8", "replace").decode()


class _Opened(Struct):
    """An event that is open: how many lists of it are open on the page (none where it was left out, two where the second is an iteration), and the pieces around the sentence in its row."""

    __slots__ = ("after", "before", "lists", "place")

    def __init__(self) -> None:
        self.lists = 0
        self.place = -1
        self.before = self.after = ""


class _Writer:
    """Writes the events as nested lists. What is left out in the middle is followed all the same: it says what is open behind it."""

    def __init__(self, engine: ExplanationEngine) -> None:
        self.engine = engine
        self.out: list[str] = []
        self.passes: Counter[int] = Counter()
        self.open: list[_Opened] = []
        self.known: list[Mapping[str, Any]] = [{}]
        """The last snapshot of each frame that is open."""

    def write(self, trace: Trace) -> int:
        nesting = Nesting(partial=dropped_by(trace) > 0)
        if not hasattr(trace, "__len__"):
            trace = list(events_of(trace))
        total = len(trace)  # type: ignore[arg-type]
        half = EVENTS_MAX // 2
        left = range(half, total - half) if total > EVENTS_MAX else range(0)
        for index, event in enumerate(events_of(trace)):
            if index in left:
                self._pass_over(nesting, index, event)
                if index == left[-1]:
                    self._go_on(nesting, len(left))
            else:
                self._write(nesting, index, event)
        self._close(len(self.open))
        return total

    def _take(self, nesting: Nesting, index: int, event: TraceEvent) -> int:
        """Let an event happen; how many that were open are not any more."""
        before = len(nesting.open)
        nesting.take(index, event)
        if event.line:
            self.passes[event.line] += 1
        if event.phase == POINT and self.open and nesting.open and nesting.open[-1].node_type == event.node_type:
            self._end_iteration()
        return max(0, before - len(nesting.open))

    def _close(self, count: int) -> None:
        for _ in range(count):
            self.out.append(CLOSED * self.open.pop().lists)

    def _end_iteration(self) -> None:
        if self.open[-1].lists == 2:
            self.open[-1].lists = 1
            self.out.append(CLOSED)

    def _pass_over(self, nesting: Nesting, index: int, event: TraceEvent) -> None:
        self._close(self._take(nesting, index, event))
        if event.phase == ENTER:
            self.open.append(_Opened())
        self._frames(event)

    def _go_on(self, nesting: Nesting, count: int) -> None:
        words = self.engine.book.word("page.left_out").format(count=Count(f"{count:,}"))
        self.out.append(f'<li class="left">{_text(words)}</li>\n')
        for place, opened in enumerate(nesting.open):
            if not self.open[place].lists:
                self._begin(opened.event, None, self.open[place])

    def _write(self, nesting: Nesting, index: int, event: TraceEvent) -> None:
        inner = nesting.open[-1].event if nesting.open else None
        closed = self._take(nesting, index, event)
        if event.phase == ENTER:
            self._frames(event)
            self.open.append(_Opened())
            self._begin(event, inner, self.open[-1])
            return
        if closed:
            self._close(closed - 1)
            self._end_iteration()
        entered = nesting.closed.event if event.phase == EXIT and nesting.closed is not None else inner
        if event.phase == POINT and event.node_type in LOOPS and self.open and inner is not None and inner.node_type == event.node_type:
            self._iteration(event, inner)
        elif closed and (outcome := self._outcome(event, entered)):
            one = self.open[-1]
            self.out[one.place] = f"{one.before}{_text(outcome)}{one.after}"
        else:
            kind = "e out" if event.phase == EXIT else "e"
            before, after = self._row(event)
            self.out.append(f'<li class="{kind}{self._mood(event)}">{before}{_text(self.engine.sentence(event, entered))}{after}</li>\n')
        self._close(min(1, closed))
        self._frames(event)

    def _begin(self, event: TraceEvent, inner: TraceEvent | None, one: _Opened) -> None:
        """Open the list of what happens inside of an event."""
        before, after = self._row(event)
        one.place = len(self.out)
        one.before, one.after = f"<li>{self._details(event)}{before}", f"{after}</summary><ol>\n"
        self.out.append(f"{one.before}{_text(self.engine.sentence(event, inner))}{one.after}")
        one.lists += 1

    def _iteration(self, event: TraceEvent, loop: TraceEvent) -> None:
        """Open the list of what happens in an iteration."""
        before, after = self._row(event)
        self.out.append(f"<li>{self._details(event)}{before}{_text(self.engine.sentence(event, loop))}{after}</summary><ol>\n")
        self.open[-1].lists += 1

    def _details(self, event: TraceEvent) -> str:
        number = event.facts.get("iteration")
        is_open = sum(one.lists for one in self.open) < OPEN_DEPTH and not (isinstance(number, int) and number > OPEN_ITERATIONS)
        mood = self._mood(event).strip()
        return f"<details{' open' if is_open else ''}><summary{f' class={mood}' if mood else ''}>"

    def _outcome(self, event: TraceEvent, entered: TraceEvent | None) -> str:
        """The sentence of a condition, told where it was entered: there it says what came of it, and its exit has nothing to add. Empty for all else."""
        if event.node_type != "IF" or event.phase != EXIT or entered is None or entered.node_type != "IF" or self.open[-1].place < 0:
            return ""
        telling = event if phrase_key(entered, entered.facts) == "IF.enter" else entered
        return self.engine.sentence(telling) if phrase_key(telling, telling.facts) != "IF.exit" else ""

    def _mood(self, event: TraceEvent) -> str:
        metadata = event.facts
        if (
            event.node_type in ("RAISE", "LIMIT")
            or metadata.get("error") is not None
            or (event.node_type == "ASSERT" and metadata.get("condition_result") is False)
        ):
            return " x"
        row = NODE_TYPES.get(event.node_type)
        return " b" if row is not None and row.level == "branches" and not row.is_frame else ""

    def _row(self, event: TraceEvent) -> tuple[str, str]:
        """What stands before and behind the sentence of an event."""
        book = self.engine.book
        after = "</span>"
        changed = self._changed(event)
        if changed:
            pairs = "  ".join(f"<b>{_text(name)}</b> = {_text(book.value(value))}" for name, value in changed[:VALUES_MAX])
            after += f'<span class="v" title="{_text(book.word("page.values"))}">{pairs}{" …" if len(changed) > VALUES_MAX else ""}</span>'
        after += "</span>"
        if event.line:
            after += f'<span class="l">{_text(book.word("page.line"))} {event.line}</span>'
        return '<span class="t"><span class="s">', after

    def _changed(self, event: TraceEvent) -> list[tuple[str, Any]]:
        """The names whose values are not those of the last snapshot of the frame."""
        snapshot = event.context_snapshot
        if not isinstance(snapshot, Mapping) or (event.phase == EXIT and event.node_type in FRAMES):
            return []
        known = self.known[-1]
        told = _told(event)
        found = [
            (str(name), value)
            for name, value in snapshot.items()
            if name not in told and (name not in known or not _same(known[name], value))
        ]
        self.known[-1] = snapshot
        return found

    def _frames(self, event: TraceEvent) -> None:
        if event.node_type in FRAMES and event.phase == ENTER:
            self.known.append({})
        elif event.node_type in FRAMES and event.phase == EXIT and len(self.known) > 1:
            self.known.pop()
        elif isinstance(event.context_snapshot, Mapping):
            self.known[-1] = event.context_snapshot


def _told(event: TraceEvent) -> Collection[Any]:
    """The names whose values the sentence tells."""
    metadata = event.facts
    if event.node_type == "EXPRESSION":
        return (metadata.get("variable"),)
    arguments = metadata.get("arguments")
    return arguments if event.phase == ENTER and isinstance(arguments, Mapping) else ()


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _source(text: str, passes: Counter[int]) -> str:
    """The listing of the program, each line with how many events it has."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    rows = (
        f'<div class="src{" ran" if passes[number] else ""}"><i>{number}</i><span>{_text(line)}</span>'
        f"<u>{format(passes[number], ',') + '×' if passes[number] else ''}</u></div>"
        for number, line in enumerate(lines[:SOURCE_LINES_MAX], 1)
    )
    return "".join(chain(('<section class="code">',), rows, ("</section>\n",)))
