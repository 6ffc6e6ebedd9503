"""The command trace: recorded traces shown, checked, converted and compared."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import contextmanager

from belljar.errors import bell_error
from belljar.trace.formats.json_lines import TraceFile, read
from belljar.trace.formats.table import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import IO, Any, Final, TextIO, TypeAlias

    from belljar.commands.session import Session
    from belljar.trace.events import TraceCollector

    Recorded: TypeAlias = "TraceFile | TraceCollector"

STDIN: Final = "<stdin>"


def trace(session: Session, values: Mapping[str, Any]) -> int:
    """Do with a trace what is asked for; show it where nothing is. 1 if a check or a comparison found something."""
    wanted = [option for option in ("to", "check", "diff") if values[option]]
    if len(wanted) > 1:
        raise bell_error("E0003", detail=f"--{wanted[0]} and --{wanted[1]} do not go together")
    if values["output"] and not values["to"]:
        raise bell_error("E0003", detail="--output needs a format", hint=f"give one with --to: {', '.join((*FORMATS, 'html', 'text'))}")
    with _opened(values["trace"]) as recorded:
        if values["check"]:
            return _check(session, recorded, values["trace"])
        if values["diff"]:
            return _diff(session, recorded, values)
        return _convert(session, recorded, values)


@contextmanager
def _opened(path: str) -> Iterator[Recorded]:
    if path != "-":
        with TraceFile(path) as file:
            yield file
        return
    from belljar.trace.events import TraceCollector

    if sys.stdin is None:
        raise bell_error("E0002", path="the standard input", reason="it is closed")
    yield TraceCollector(read(sys.stdin.buffer, STDIN))


def _check(session: Session, recorded: Recorded, path: str) -> int:
    from belljar.trace.replay import ReplayEngine

    found = ReplayEngine.replay(recorded)
    if session.format == "json":
        _json(session, {"events": found.events, "depth": found.depth, "counts": found.counts})
    else:
        name = STDIN if path == "-" else path
        session.out.write(f"{name}: {found.events:,} event{'s' if found.events != 1 else ''}, nothing wrong\n")
        width = max(map(len, found.counts), default=0)
        for kind, count in sorted(found.counts.items()):
            session.out.write(f"  {kind:<{width}}  {count:>12,}\n")
    return 0


def _diff(session: Session, recorded: Recorded, values: Mapping[str, Any]) -> int:
    from belljar.trace.compare import compare

    if values["trace"] == values["diff"] == "-":
        raise bell_error("E0003", detail="one trace can come from the standard input, not two")
    with _opened(values["diff"]) as other:
        comparison = compare(recorded, other)
    found = comparison.divergence
    if session.format == "json":
        _json(session, {"same": found is None, "events": comparison.events, "divergence": None if found is None else found.to_dict()})
    elif found is None:
        session.out.write(comparison.message + "\n")
    else:
        left, right = found.sides()
        place = f"event {found.index:,}" + (f" (line {found.line})" if found.line else "")
        names = [STDIN if name == "-" else name for name in (values["trace"], values["diff"])]
        width = max(map(len, names))
        session.out.write(f"First divergence at {place}: {found.what}\n  {names[0]:<{width}}  {left}\n  {names[1]:<{width}}  {right}\n")
    return 0 if comparison else 1


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
            out.write(json.dumps(step.to_dict()) + "\n")
    else:
        for line in engine.text(recorded):
            out.write(line + "\n")


def _source(path: str | None) -> str:
    from belljar.runtime.program import read_source

    return read_source(path) if path else ""


@contextmanager
def replacing(path: str) -> Iterator[TextIO]:
    """A file that is there whole or, where writing it ends with an error, as it was. What is no plain file is written to as it is. Raises E0004."""
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "w", encoding="utf-8", newline="\n") as out:
                yield out
            return
        target = os.path.realpath(path)
        handle, beside = tempfile.mkstemp(prefix=".belljar-", dir=os.path.dirname(target))
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
                yield out
                _as_made(out, target)
            os.replace(beside, target)
        except BaseException:
            os.unlink(beside)
            raise
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise bell_error("E0004", path=path, reason=reason[:1].lower() + reason[1:]) from None


def _as_made(out: IO[str], target: str) -> None:
    """Give the file the mode that it had, or that a new one gets."""
    try:
        mode = os.stat(target).st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    os.fchmod(out.fileno(), mode)


def _json(session: Session, row: Mapping[str, Any]) -> None:
    session.out.write(json.dumps(row, ensure_ascii=False) + "\n")
