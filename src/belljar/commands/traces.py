"""The commands trace and replay: programs traced, traces shown, checked, converted, compared, made again and walked through."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager

from belljar.commands.replacing import replacing
from belljar.commands.values import json_line
from belljar.errors import ReplayError, bell_error, counted
from belljar.source import open_bytes, visible
from belljar.trace.formats.json_lines import TraceFile, read
from belljar.trace.formats.table import FORMATS
from belljar.trace.replay import Validation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, Final, TextIO, TypeAlias

    from belljar.commands.session import Session
    from belljar.trace.compare import Divergence
    from belljar.trace.events import TraceCollector
    from belljar.trace.replay import Replay

    Recorded: TypeAlias = "TraceFile | TraceCollector | Any"

STDIN: Final = "<stdin>"


def trace(session: Session, values: Mapping[str, Any]) -> int:
    """Do with a trace, or with that of a program, what is asked for; show it where nothing is. 1 if a check or a comparison found something."""
    wanted = [option for option in ("to", "check", "diff") if values[option]]
    if len(wanted) > 1:
        raise bell_error("E0003", detail=f"--{wanted[0]} and --{wanted[1]} do not go together")
    if values["output"] and not values["to"]:
        suffix = next((name for name, row in FORMATS.items() if row.suffix != ".json" and values["output"].endswith(row.suffix)), "")
        to = "html" if values["output"].endswith((".html", ".htm")) else suffix
        if not to:
            raise bell_error("E0003", detail="--output needs a format", hint=f"give one with --to: {', '.join((*FORMATS, 'html', 'text'))}")
        values = {**values, "to": to}
    if is_program(values["trace"]):
        from belljar.commands.recording import recorded_run

        with recorded_run(session, values) as recorded:
            status = _convert(session, recorded, {**values, "source": values["source"] or values["trace"]})
            if (error := recorded.outcome.error) is not None:
                raise error
        return status
    if values["task"]:
        raise bell_error("E0003", detail=f"{values['trace']} is a trace, of which no task can be called", hint="belljar trace PROGRAM TASK")
    with opened(values["trace"]) as recorded:
        if values["check"]:
            return _check(session, recorded, values["trace"])
        if values["diff"]:
            return _diff(session, recorded, values)
        return _convert(session, recorded, values)


def replay(session: Session, values: Mapping[str, Any]) -> int:
    """Validate a trace; with another one compare the two, with its program run it again. 1 if something is wrong, or differs."""
    wanted = [name for name in ("--diff", "PROGRAM") if values[name.strip("-").lower()]]
    if len(wanted) > 1:
        raise bell_error(
            "E0003", detail="a trace is compared with another trace, or with what its program does now", hint="give one of both"
        )
    path, program = values["trace"], values["program"]
    source = _source(program)
    with opened(path) as recorded:
        if values["step"]:
            from belljar.commands.stepping import step_through

            if path == "-":
                raise bell_error("E0003", detail="--step reads commands from the standard input, so the trace cannot come from there")
            return step_through(session, recorded, source.splitlines(), session.format == "json")
        if session.format == "json" and (status := _findings(session, recorded)):
            return status
        found = Validation.replay(recorded)
        if values["diff"]:
            return _diff(session, recorded, values)
        if program:
            return _again(session, recorded, source)
        _valid(session, found, path)
    return 0


def _findings(session: Session, recorded: Recorded) -> int:
    """Show what is wrong with a trace as JSON; 1 where anything is."""
    try:
        Validation.replay(recorded)
    except ReplayError as error:
        session.write_json({"valid": False, "findings": error.findings})
        return 1
    return 0


def _again(session: Session, recorded: Recorded, source: str) -> int:
    """Run the program again with what the host answered then."""
    from belljar.runtime.replay import ReplayEngine

    made = ReplayEngine.re_execute(recorded, source)
    found = made.divergence
    if session.format == "json":
        told = {"valid": True, "same": found is None, "events": made.events, "same_program": made.is_same_program}
        session.write_json({**told, "divergence": None if found is None else found.to_dict()})
        return 0 if made else 1
    if found is None:
        session.out.write(made.message + "\n")
    else:
        _differ(session, found, ("trace", "run"))
        lines = source.splitlines()
        if 0 < found.line <= len(lines):
            session.out.write(f"  {found.line:>4} | {visible(lines[found.line - 1].rstrip())}\n")
    if not made.is_same_program:
        session.say("The program is not the one that was traced: its text has changed.")
    return 0 if made else 1


def is_program(path: str) -> bool:
    """Whether a file is a program rather than a trace: by its suffix, or else by whether it begins as JSON does."""
    if path == "-" or path.endswith((".jsonl", ".json")):
        return False
    if path.endswith(".bell"):
        return True
    try:
        with open_bytes(path) as file:
            return file.read(1) != b"{"
    except OSError:
        return False


@contextmanager
def opened(path: str) -> Iterator[Recorded]:
    if path != "-":
        with TraceFile(path) as file:
            yield file
        return
    from belljar.trace.events import TraceCollector

    if sys.stdin is None:
        raise bell_error("E0002", path="the standard input", reason="it is closed")
    yield TraceCollector(read(sys.stdin.buffer, STDIN))


def _check(session: Session, recorded: Recorded, path: str) -> int:
    _valid(session, Validation.replay(recorded), path)
    return 0


def _valid(session: Session, found: Replay, path: str) -> None:
    """Tell of a trace in which nothing is wrong."""
    if session.format == "json":
        session.write_json({"valid": True, "events": found.events, "depth": found.depth, "counts": found.counts})
    else:
        name = STDIN if path == "-" else path
        session.out.write(f"{name}: {counted(found.events, 'event')}, nothing wrong\n")
        width = max(map(len, found.counts), default=0)
        for kind, count in sorted(found.counts.items()):
            session.out.write(f"  {kind:<{width}}  {count:>12,}\n")


def _diff(session: Session, recorded: Recorded, values: Mapping[str, Any]) -> int:
    from belljar.trace.compare import compare

    if values["trace"] == values["diff"] == "-":
        raise bell_error("E0003", detail="one trace can come from the standard input, not two")
    with opened(values["diff"]) as other:
        comparison = compare(recorded, other)
    found = comparison.divergence
    if session.format == "json":
        session.write_json({"same": found is None, "events": comparison.events, "divergence": None if found is None else found.to_dict()})
    elif found is None:
        session.out.write(comparison.message + "\n")
    else:
        _differ(session, found, [STDIN if name == "-" else name for name in (values["trace"], values["diff"])])
    return 0 if comparison else 1


def _differ(session: Session, found: Divergence, names: Sequence[str]) -> None:
    """Tell of the first event that differs."""
    left, right = found.sides()
    place = f"event {found.index:,}" + (f" (line {found.line})" if found.line else "")
    width = max(map(len, names))
    session.out.write(f"First divergence at {place}: {found.what}\n  {names[0]:<{width}}  {left}\n  {names[1]:<{width}}  {right}\n")


def _convert(session: Session, recorded: Recorded, values: Mapping[str, Any]) -> int:
    path = values["output"]
    if path and path != "-":
        with replacing(path) as out:
            _write(session, recorded, values, out)
    else:
        _write(session, recorded, values, session.out)
    return 0


def _write(session: Session, recorded: Recorded, values: Mapping[str, Any], out: TextIO) -> None:
    from belljar.trace.explain import ExplanationEngine

    to = values["to"] or "text"
    name = os.path.basename(values["trace"]) if values["trace"] != "-" else ""
    if to in FORMATS:
        FORMATS[to].write(recorded, out, name)
        return
    engine = ExplanationEngine(values["phrases"])
    if to == "html":
        out.write(engine.html(recorded, source=_source(values["source"])))
    elif session.format == "json":
        for step in engine.steps(recorded):
            out.write(json_line(step.to_dict()) + "\n")
    else:
        for line in engine.text(recorded):
            out.write(line + "\n")


def _source(path: str | None) -> str:
    from belljar.runtime.program import read_source

    return read_source(path) if path else ""
