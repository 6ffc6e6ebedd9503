"""A conversation with a program: entries typed one after another, each seeing what the ones before it made.

State is kept as the *text* of the entries that went well. A new entry is compiled together with all of them and the whole is run from the top, without what it printed before: a program
does the same thing each time, so what is run again ends where it ended, with every value, alias, closure and half-walked iterator in its place, and nothing happens twice that anybody could see. Hence

1. An entry that is refused, fails, reaches a limit or is interrupted leaves no trace: the next one starts from where it started.
2. What entries print is shown once. That it is printed again the same is checked (E1201).
3. Limits hold for each entry: what the entries before it use comes on top. Fuel and time, that is; memory is what all of them hold.
4. An expression whose value took long to compute, and that changes nothing (the IR says so), is not run again unless a later entry names ``_``.

The price is time: an entry costs what the entries before it cost, those of 4 excepted. Anything a host answers (a clock, a random source) would have to be recorded and given back; nothing is granted here but
the standard output.
"""

from __future__ import annotations

import ast
import time
from zlib import crc32

from belljar.engines.faults import use_of
from belljar.errors import BellError, Frame, bell_error
from belljar.lang.guard import guard
from belljar.lang.library import internal_names, library_names
from belljar.lang.survey import survey
from belljar.lang.syntax import parse, span_of
from belljar.runtime.engine import engine_of
from belljar.runtime.program import CAPABILITIES, Program, compile
from belljar.runtime.promotion import is_overflow
from belljar.safety.capabilities import grants_of
from belljar.safety.limits import INT64_MAX, Limits
from belljar.source import NOWHERE, Source, Span
from belljar.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Final

    from belljar.engines.contract import Instance, Write
    from belljar.safety.capabilities import Grants

NAME: Final = "<session>"
VALUE: Final = "_"
"""The variable that holds the last value shown."""
PROBE: Final = "_probe"
SLOW_S: Final = 0.05
"""Seconds from which on it is worth while to find out whether an entry has to be run again."""


class Piece(Struct):
    """A statement of an entry: its text, where it stands, and whether its value is shown."""

    __slots__ = ("is_shown", "span", "text")

    def __init__(self, text: str, span: Span, is_shown: bool) -> None:
        self.text = text
        self.span = span
        self.is_shown = is_shown


class Entry:
    """One entry: its statements in order, whether it names ``_``, and, once it has run, what it took and printed (characters, CRC-32)."""

    __slots__ = ("forgotten", "fuel", "is_wide", "names_value", "passes", "pieces", "printed", "seconds", "source")

    def __init__(self, source: Source, pieces: list[Piece], names_value: bool) -> None:
        self.source = source
        self.pieces = pieces
        self.names_value = names_value
        self.forgotten = False
        """Whether it is left out when entries are run again."""
        self.is_wide = False
        """Whether an int left 64 bits in it: it then runs with ints of any size, and so does what is run together with it."""
        self.printed = (0, 0)
        self.fuel = 0
        self.passes = 0
        """Passes through its loops, where they are counted."""
        self.seconds = 0.0

    @property
    def has_value(self) -> bool:
        return any(piece.is_shown for piece in self.pieces)


class Line(Struct):
    """A line of the text that is compiled: the entry and statement it is from, whether it was typed, its number in the entry, and the columns cut off before it."""

    __slots__ = ("entry", "number", "piece", "shift", "text", "typed")

    def __init__(self, text: str, entry: Entry, piece: Piece, typed: bool, number: int, shift: int) -> None:
        self.text = text
        self.entry = entry
        self.piece = piece
        self.typed = typed
        self.number = number
        self.shift = shift


class Done(Struct):
    """How an entry went: seconds it took to compile, seconds and fuel it ran, and seconds that went into what came before."""

    __slots__ = ("again_s", "compile_s", "fuel", "run_s")

    def __init__(self, compile_s: float, run_s: float, again_s: float, fuel: int) -> None:
        self.compile_s = compile_s
        self.run_s = run_s
        self.again_s = again_s
        self.fuel = fuel


class Transcript:
    """The entries so far. Not to be used by two threads at once."""

    def __init__(self, limits: Limits | None = None, engine: str = "auto", grants: Collection[str] | Grants = CAPABILITIES) -> None:
        self.limits = limits or Limits()
        self.engine = engine
        self.grants = grants_of(grants)
        self.number = 0
        """Entries read since the beginning, those that failed included."""
        self.reset()

    def reset(self) -> None:
        """Forget everything but the count of entries."""
        self.entries: list[Entry] = []

    # --- entries ------------------------------------------------------------------------------------------------------------------

    def enter(self, text: str, write: Write, name: str = "", shows: bool = True) -> Done:
        """Run an entry after all that came before. Raises what it was refused for or ended with, at its place in the entry; the transcript is then as it was."""
        self.number += 1
        entry = self._entry(text, name or f"<entry {self.number}>", shows)
        before = self._kept(entry)
        lines = _lines([*before, entry])
        fuel_before, again_s = sum(old.fuel for old in before), sum(old.seconds for old in before)
        output = _Rest(write, [old.printed for old in before])
        limits = Limits(
            fuel=min(INT64_MAX, self.limits.fuel + fuel_before),
            time=self.limits.time + 2 * again_s,
            memory=self.limits.memory,
            depth=self.limits.depth,
            output=min(INT64_MAX, self.limits.output + 4 * output.before),
            iterations=min(INT64_MAX, self.limits.iterations + sum(old.passes for old in before)),
            events=self.limits.events,
            variables=self.limits.variables,
            functions=self.limits.functions,
        )
        entry.is_wide = any(old.is_wide for old in before)
        began = time.perf_counter()
        try:
            try:
                instance, ready = self._run(lines, entry.is_wide, limits, output)
            except BellError as error:
                if entry.is_wide or not is_overflow(error):
                    raise
                entry.is_wide = True
                output.begin_again()
                began = time.perf_counter()
                instance, ready = self._run(lines, True, limits.after(error.seconds), output)
        except BellError as error:
            for code, name in (("E0801", "fuel"), ("E0809", "iterations")):
                if error.code == code:  # of what this entry may use, without what those before it did
                    error.message = error.message.replace(str(getattr(limits, name)), str(getattr(self.limits, name)))
            raise self._placed(error, lines, entry) from None
        done = time.perf_counter()
        output.finish()
        used = getattr(instance, "heat", fuel_before)  # the reference engine does not say
        entry.fuel = max(0, used - fuel_before)
        entry.passes = max(0, instance.passes - sum(old.passes for old in before))
        entry.seconds = max(0.0, done - ready - again_s)
        entry.printed = output.own
        for old in before:
            old.forgotten = False
        self.entries.append(entry)
        entry.forgotten = entry.seconds >= SLOW_S and self._changes_nothing(entry)
        return Done(ready - began, entry.seconds, again_s, entry.fuel)

    def _run(self, lines: Sequence[Line], wide: bool, limits: Limits, write: Write) -> tuple[Instance, float]:
        """Compile and run what was typed: the instance as it ended, and when it was ready to run."""
        program = compile(_joined(lines), NAME, cache=False).under(limits)
        module = (program.widened() if wide else program).runnable(None, (), self.engine)
        ready = time.perf_counter()
        return engine_of(self.engine).load(module, limits, write if self.grants.allows("io.stdout") else None, ()), ready

    def type_of(self, text: str) -> str:
        """The static type of an expression here, without running it. Raises what is wrong with it."""
        entry = self._entry(text, "<expression>", True)
        if len(entry.pieces) != 1 or not entry.pieces[0].is_shown:
            raise bell_error("E0003", detail=":type takes one expression", hint="example: :type [1, 2.5]")
        lines = _lines([*self._kept(entry), entry], printing=False)
        found = survey(_joined(lines), NAME)
        if found.diagnostics:
            first = found.diagnostics[0]
            first.diagnostics = found.diagnostics
            raise self._placed(first, lines, entry)
        at = next(number for number, line in enumerate(lines, 1) if line.entry is entry and line.typed)
        whole = max(
            (span for span in found.types if (span.line, span.column) == (at, 1)), key=lambda s: (s.end_line, s.end_column), default=None
        )
        return (found.show(found.types[whole]) if whole is not None else "") or "never"

    def program(self) -> Program:
        """All entries as one program."""
        return compile(self.text(), NAME, cache=False)

    def text(self) -> str:
        """All entries as the text of one program. Expressions are written as they were typed, or as values of ``_`` where a later entry names it."""
        names_value = any(entry.names_value for entry in self.entries)
        parts = []
        for entry in self.entries:
            if names_value and entry.has_value:
                parts.append("\n".join(f"{VALUE} = ({piece.text})" if piece.is_shown else piece.text for piece in entry.pieces))
            else:
                parts.append(entry.source.text.strip("\n"))
        return "\n".join(parts) + "\n" if parts else ""

    def context(self) -> str:
        """What an editor has to know of the entries before the one that is being typed: a text that is analysed, never run."""
        return _joined(_lines(self.entries, printing=False))

    # --- the text that is compiled ------------------------------------------------------------------------------------------------

    def _entry(self, text: str, name: str, shows: bool) -> Entry:
        source = guard(text, name)
        tree = parse(source)
        pieces: list[Piece] = []
        for node in tree.body:
            span = span_of(node, source)
            first = min([span.line, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
            if first != span.line:
                span = Span(first, 1, span.end_line, span.end_column)
            pieces.append(Piece(_cut(source, span), span, shows and isinstance(node, ast.Expr) and not _prints(node.value)))
        names_value = any(isinstance(node, ast.Name) and node.id == VALUE and isinstance(node.ctx, ast.Load) for node in ast.walk(tree))
        return Entry(source, pieces, names_value)

    def _kept(self, new: Entry) -> list[Entry]:
        """The entries that are run before a new one: those that are not forgotten, and the one that made the value of ``_`` where it is named."""
        last = next((entry for entry in reversed(self.entries) if entry.has_value), None) if new.names_value else None
        return [entry for entry in self.entries if not entry.forgotten or entry is last]

    # --- places -------------------------------------------------------------------------------------------------------------------

    def _placed(self, error: BellError, lines: Sequence[Line], new: Entry) -> BellError:
        """The error with all its findings moved to where they stand in the entries."""
        for one in error.diagnostics:
            if one.code in ("E0801", "E0802", "E0805", "E0809"):  # of an entry it is not known how much of time and output were its own
                one.notes = []
                one.use = None
                one.tell_use(use_of(one.code, self.limits, None))
            limit = {"E0801": self.limits.fuel, "E0802": self.limits.time, "E0805": self.limits.output}.get(one.code)
            if limit is not None:  # the limit of an entry, not that of all that was run
                one.message = one.row.message.format(a=f"{limit:g}" if one.code == "E0802" else limit)
                one.hint = ""
            if one.file != NAME:
                continue
            one.stack = [self._frame(frame, lines, new) for frame in one.stack]
            if not 1 <= one.span.line <= len(lines):
                one.source, one.file, one.span = None, new.source.name, NOWHERE
                continue
            line = lines[one.span.line - 1]
            end = lines[min(one.span.end_line, len(lines)) - 1]
            one.source, one.file = line.entry.source, line.entry.source.name
            one.span = (
                Span(line.number, one.span.column + line.shift, end.number, one.span.end_column + end.shift)
                if line.typed and end.typed
                else line.piece.span
            )
        return error

    def _frame(self, frame: Frame, lines: Sequence[Line], new: Entry) -> Frame:
        module = frame.function.removeprefix("@").split(".")[0]
        if not 1 <= frame.line <= len(lines) or module in library_names() or module in internal_names():
            return frame
        line = lines[frame.line - 1]
        where = "" if line.entry is new or frame.function.startswith("@") else f"{line.entry.source.name} "
        return Frame(where + frame.function, line.number, frame.calls)

    # --- running less ---------------------------------------------------------------------------------------------------------------

    def _changes_nothing(self, entry: Entry) -> bool:
        """Whether an entry is one expression that reads, computes, and leaves everything as it was."""
        from belljar.engines.effects import functions_with

        if len(entry.pieces) != 1 or not entry.pieces[0].is_shown:
            return False
        if any(isinstance(node, ast.NamedExpr) for node in ast.walk(parse(entry.source))):
            return False
        before = _joined(_lines([old for old in self._kept(entry) if old is not entry]))
        try:
            module = compile(f"{before}def {PROBE}():\n return (\n{entry.pieces[0].text}\n)\n", NAME, cache=False).module(PROBE, ())
        except BellError:
            return False
        return not any(module.tasks[PROBE].function in functions_with(module, flag) for flag in ("writes", "io", "calls"))


class _Rest:
    """Lets pass what is printed beyond what earlier entries printed, and makes sure that they print it again."""

    def __init__(self, write: Write, expected: Sequence[tuple[int, int]]) -> None:
        self.write = write
        self.before = sum(length for length, _ in expected)
        self._all = [row for row in reversed(expected) if row[0]]
        self._passed = 0
        self.begin_again()

    def begin_again(self) -> None:
        """The run is made once more: what has passed is not written a second time."""
        self._expected = list(self._all)
        self._seen = (0, 0)
        self.own = (0, 0)
        """What this run printed itself: characters, CRC-32."""

    def __call__(self, text: str) -> None:
        while self._expected and text:
            length, check = self._expected[-1]
            seen, old = self._seen[0], text[: length - self._seen[0]]
            self._seen = seen + len(old), crc32(_bytes(old), self._seen[1])
            text = text[len(old) :]
            if self._seen[0] == length:
                if self._seen[1] != check:
                    raise _changed()
                self._expected.pop()
                self._seen = (0, 0)
        if text:
            start = self.own[0]
            self.own = start + len(text), crc32(_bytes(text), self.own[1])
            text = text[max(0, self._passed - start) :]
            if text:
                self._passed = self.own[0]
                self.write(text)

    def finish(self) -> None:
        """Raises E1201 where earlier entries printed less than before."""
        if self._expected:
            raise _changed()


def _changed() -> BellError:
    return bell_error("E1201", detail="an earlier entry printed something else when it was run again")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _prints(node: ast.expr) -> bool:
    """Whether an expression is a call of ``print``, whose value is not worth keeping: ``_`` stays what it was."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _cut(source: Source, span: Span) -> str:
    """The text of a place."""
    lines = list(source.lines[span.line - 1 : span.end_line])
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def _lines(entries: Sequence[Entry], printing: bool = True) -> list[Line]:
    """The lines of the text that is compiled. Without ``printing`` values are named and not shown: what is printed is seen as ``any``."""
    lines: list[Line] = []
    for entry in entries:
        for piece in entry.pieces:
            first = piece.span.line
            if piece.is_shown:
                lines.append(Line(f"{VALUE} = (", entry, piece, False, first, 0))
            for number, text in enumerate(piece.text.split("\n")):
                lines.append(Line(text, entry, piece, True, first + number, piece.span.column - 1 if number == 0 else 0))
            if piece.is_shown:
                for text in (")", f"if {VALUE} is not None:", f"    print(repr({VALUE}))") if printing else (")",):
                    lines.append(Line(text, entry, piece, False, first, 0))
    return lines


def _joined(lines: Sequence[Line]) -> str:
    return "".join(f"{line.text}\n" for line in lines)
