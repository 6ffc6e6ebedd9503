"""The command profile: what a run costs, as tables, pictures and files, and against an earlier run."""

from __future__ import annotations

from belljar.commands.programs import arguments, inputs_of
from belljar.commands.running import running
from belljar.commands.values import json_value, reading_of
from belljar.errors import BellError, bell_error
from belljar.safety.capabilities import STDOUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from belljar.commands.running import Running
    from belljar.commands.session import Session
    from belljar.profiling.difference import ProfileDifference
    from belljar.profiling.profile import RuntimeProfile

SAVED = ".json"


def profile(session: Session, values: Mapping[str, Any]) -> int:
    """Run a program, or read a profile that was saved, and show it, or what changed since an earlier one. An error of the program comes after its profile."""
    from belljar.profiling.formats import format_of
    from belljar.profiling.profile import RuntimeProfile

    path = values["output"]
    to = values["to"] or (format_of(path) if path and path != "-" else "json" if session.format == "json" else "text")
    before = RuntimeProfile.read(values["diff"]) if values["diff"] else None
    top = 20 if values["top"] is None else values["top"]
    if top < 1:
        raise bell_error("E0003", detail="--top is at least 1")
    error: BellError | None = None
    if values["program"].endswith(SAVED):
        if values["task"]:
            raise bell_error("E0003", detail=f"{values['program']} is a saved profile: it has no tasks", hint="leave out the task")
        made = RuntimeProfile.read(values["program"])
    else:
        made, error = _run(session, values)
    shown: RuntimeProfile | ProfileDifference = made if before is None else made.diff(before)
    _write(session, shown, to, values, top)
    if error is not None:
        raise error
    return 0


def _write(session: Session, shown: RuntimeProfile | ProfileDifference, to: str, values: Mapping[str, Any], top: int) -> None:
    from belljar.commands.replacing import replacing
    from belljar.profiling.formats import write

    path = values["output"]
    if path and path != "-":
        with replacing(path) as out:
            write(shown, out, to, values["by"] or "", top)
    else:
        write(shown, session.out, to, values["by"] or "", top)


def _run(session: Session, values: Mapping[str, Any]) -> tuple[RuntimeProfile, BellError | None]:
    from belljar.runtime.profiler import INTERVAL_S, profile
    from belljar.runtime.program import compile_file

    how = running(values)
    given, inputs = inputs_of(values)
    if values["sources"]:
        return _rows(how, values), None
    if values["rows"] is not None:
        raise bell_error("E0003", detail="--rows is for data, and no data is named", hint="name the file after the task")
    program = compile_file(values["program"], inputs=inputs, limits=how.limits, hosts=how.hosts)
    positional: list[Any] = []
    named: dict[str, Any] = {}
    if values["task"]:
        if given:
            raise bell_error("E0003", detail="a program with inputs is run, not called", hint="leave out the task")
        positional, named = arguments(program, values["task"], json_value("--args", values["args"]))
    interval = values["interval"]
    return profile(
        program,
        values["task"] or None,
        positional,
        named,
        engine=values["engine"],
        limits=program.limits,
        write=session.err.write if how.grants.allows(STDOUT) else None,
        grants=how.grants,
        hosts=how.hosts,
        inputs=given,
        interval=INTERVAL_S if interval is None else interval / 1e6,
        dry_run=how.dry_run,
    )


def _rows(how: Running, values: Mapping[str, Any]) -> RuntimeProfile:
    """The profile of a batch."""
    from belljar.runtime.batch_profile import profile_batch
    from belljar.runtime.profiler import INTERVAL_S
    from belljar.runtime.program import compile_file

    if values["args"] != "{}" or values["input"]:
        raise bell_error("E0003", detail="--args, --input and data do not go together: the rows are the arguments")
    if values["rows"] is not None and values["rows"] < 1:
        raise bell_error("E0003", detail="--rows is at least 1")
    program = compile_file(values["program"], hosts=how.hosts)
    interval = values["interval"]
    return profile_batch(
        program,
        values["task"],
        list(values["sources"]),
        engine=values["engine"],
        limits=how.limits,
        rows=values["rows"],
        interval=INTERVAL_S if interval is None else interval / 1e6,
        grants=how.grants,
        hosts=how.hosts,
        **reading_of(values),
    )
