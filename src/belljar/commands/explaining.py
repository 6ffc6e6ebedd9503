"""Commands that say what a call did and where a value came from: explain, why."""

from __future__ import annotations

import os
from contextlib import nullcontext

from belljar.commands.programs import arguments, inputs_of
from belljar.commands.replacing import replacing
from belljar.commands.running import running
from belljar.commands.values import json_line, json_value, reading_of
from belljar.errors import bell_error
from belljar.runtime.program import compile_file
from belljar.safety.capabilities import STDOUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from belljar.commands.session import Session
    from belljar.runtime.program import Program


def why(session: Session, values: Mapping[str, Any]) -> int:
    """Show which inputs, assignments and branches made a value."""
    from belljar.runtime.why import why_call
    from belljar.trace.slices import RESULT

    how = running(values)
    given, inputs = inputs_of(values)
    program = compile_file(values["program"], inputs=inputs, limits=how.limits, hosts=how.hosts)
    prints = not values["sources"] and how.grants.allows(STDOUT)
    task, name = values["task"] or None, values["value"]
    positional: list[Any] = []
    if task is None:
        if values["args"] != NO_ARGUMENTS or values["row"] is not None:
            raise bell_error(
                "E0003", detail="--args and --row are for a call of a task, and no task is named", hint="name the task after the program"
            )
    else:
        if given:
            raise bell_error("E0003", detail="a program with inputs is run, not called", hint="leave out the task")
        positional, given = given_arguments(program, values)
    slice = why_call(program, task, name or RESULT, positional, given, hosts=how.host_run(), grants=how.grants, prints=prints)
    if task is None and not name and not slice.error:
        raise bell_error("E0003", detail="--value is missing: without a task it names a variable of the module level", hint="--value NAME")
    if session.format == "json":
        session.write_json(slice.to_dict())
    else:
        session.out.write(slice.text(color=session.color and session.out.isatty(), title=_title(values)) + "\n")
    return 0


def explain(session: Session, values: Mapping[str, Any]) -> int:
    """Explain a call in sentences; the exit status is that of the call."""
    from belljar.runtime.recording import Recording
    from belljar.trace.explain import ExplanationEngine
    from belljar.trace.formats.json_text import Array

    how = running(values)
    program = compile_file(values["program"], limits=how.limits, hosts=how.hosts)
    positional, named = given_arguments(program, values)
    engine = ExplanationEngine(values["phrases"])
    prints = not values["sources"] and how.grants.allows(STDOUT)
    recording = Recording(program, values["level"], grants=how.grants, dry_run=how.dry_run, prints=prints)
    recorded = recording.call(values["task"], *positional, **named)
    path = values["output"]
    to = values["to"] or _format_of(path) or ("json" if session.format == "json" else "text")
    with replacing(path) if path and path != "-" else nullcontext(session.out) as out:
        if to == "html":
            out.write(engine.html(recorded, title=_title(values), source=program.source))
        elif to == "json":
            with Array(out) as steps:
                for step in engine.steps(recorded):
                    steps.add(step.to_dict())
            out.write("\n")
        elif to == "jsonl":
            for step in engine.steps(recorded):
                out.write(json_line(step.to_dict()) + "\n")
        else:
            out.write(_title(values) + "\n")
            for line in engine.text(recorded):
                out.write(line + "\n")
    error = recorded.outcome.error
    if error is not None:
        raise error
    return 0


def given_arguments(program: Program, values: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of ``--args``, or those of row ``--row`` of the data. Raises E0003 where both or half of one are given."""
    sources, row = list(values["sources"]), values["row"]
    if not sources:
        if row is not None:
            raise bell_error("E0003", detail="--row is for data, and no data is named", hint="name the file after the task")
        return arguments(program, values["task"], json_value("--args", values["args"]))
    if row is None:
        raise bell_error(
            "E0003", detail="--row is missing: one row of the data is the arguments", hint="--row N; rows count from 0 over all inputs"
        )
    if values["args"] != NO_ARGUMENTS:
        raise bell_error("E0003", detail="--args and data do not go together: the row is the arguments")
    from belljar.runtime.batches import row_arguments

    return [], row_arguments(program, values["task"], sources, row, **reading_of(values))


NO_ARGUMENTS = "{}"


def _format_of(path: str | None) -> str:
    """What the suffix of a file says of its form; nothing where it says none."""
    suffix = "" if path is None else os.path.splitext(path)[1].lower()
    return {".html": "html", ".htm": "html", ".json": "json", ".jsonl": "jsonl"}.get(suffix, "")


def _title(values: Mapping[str, Any]) -> str:
    if not values["sources"]:
        return f"{values['task']}()" if values["task"] else ""
    return f"row {values['row']} of {', '.join(values['sources'])}: {values['task']}()"
