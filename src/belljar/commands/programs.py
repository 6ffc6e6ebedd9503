"""Commands on one program: check, run, call, grants, ir."""

from __future__ import annotations

from belljar.commands.capabilities import hosts_of, listed
from belljar.commands.running import profile_of, running, watched
from belljar.commands.values import json_line, json_or_text, json_text, json_value, pairs
from belljar.errors import CODES, BellError, bell_error, counted
from belljar.runtime.program import Program, compile_file
from belljar.safety.capabilities import grants_of
from belljar.safety.limits import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from belljar.commands.session import Session
    from belljar.runtime.hosts import HostFunctions
    from belljar.runtime.profiles import Profile


def check(session: Session, values: Mapping[str, Any]) -> int:
    """Report every finding of every program; 2 if there is one. With ``--watch`` again and again."""
    declared = pairs("--input-type", values["input_type"])
    hosts, profile = hosts_of(values), profile_of(values)
    if values["watch"]:
        from belljar.commands.watching import watch

        return watch(session, values["programs"], lambda: _check(session, values["programs"], declared, hosts, profile))
    return _check(session, values["programs"], declared, hosts, profile)


def _check(
    session: Session, programs: Sequence[str], declared: Mapping[str, str], hosts: HostFunctions | None, profile: Profile | None
) -> int:
    errors: list[BellError] = []
    for path in programs:
        try:
            program = compile_file(path, inputs=declared, hosts=hosts)
            lacking = [] if profile is None else _lacking(program, profile)
        except BellError as error:
            errors += error.diagnostics
        else:
            if session.format != "json":
                session.out.write(f"{path}: no errors, {counted(len(program.tasks), 'task')}\n")
            for name in lacking:
                session.say(f"{path}: it names {name}, which the profile does not grant")
    if errors:
        session.report(*errors)
    return 2 if errors else 0


def _lacking(program: Program, profile: Profile) -> list[str]:
    """The capabilities that a program names and a profile does not grant. Raises E0806 and E0807 where the program is too large for the profile."""
    program.under(Limits().with_values(profile.limits))
    grants = grants_of(profile.capabilities)
    return sorted(name for name in program.capabilities() if not grants.allows(name))


def run(session: Session, values: Mapping[str, Any]) -> int:
    how = running(values)
    given, inputs = inputs_of(values)
    program = compile_file(values["program"], inputs=inputs, limits=how.limits, hosts=how.hosts)
    with how.pool() as pool:
        where: dict[str, Any] = {"engine": values["engine"], "write": how.write(session), "grants": how.grants, "isolation": pool}
        if how.is_watched:
            run = lambda: program.run(inputs=given, hosts=how.host_run(), **where)  # noqa: E731
            watched(session, program, how, values["engine"], pool, run, lambda recording: recording.run(given))
        else:
            try:
                program.run(inputs=given, **where)
            except BellError as error:
                _told(error, program, None, (), given)
                raise
    return 0


def call(session: Session, values: Mapping[str, Any]) -> int:
    how = running(values)
    program = compile_file(values["program"], limits=how.limits, hosts=how.hosts)
    task = values["task"]
    positional, named = arguments(program, task, json_value("--args", values["args"]))
    grants = how.grants
    if values["explain"]:
        from belljar.runtime.explain import explain_call

        write = how.write(session) if grants.allows("io.stdout") else None
        explanation = explain_call(program, task, positional, named, write=write, grants=grants, hosts=how.host_run())
        session.say(json_line(explanation.to_dict()) if session.format == "json" else explanation.text(color=session.color))
        if explanation.error is not None:
            raise explanation.error
        session.out.write(json_text(explanation.result) + "\n")
        return 0
    with how.pool() as pool:
        where = {"engine": values["engine"], "write": how.write(session), "grants": grants, "isolation": pool}
        if how.is_watched:
            call = lambda: program.call(task, *positional, hosts=how.host_run(), **where, **named)  # noqa: E731
            record = lambda recording: recording.call(task, *positional, **named)  # noqa: E731
            result = watched(session, program, how, values["engine"], pool, call, record)
        else:
            try:
                result = program.call(task, *positional, **where, **named)
            except BellError as error:
                _told(error, program, task, positional, named)
                raise
    session.out.write(json_text(result) + "\n")
    return 0


def _told(error: BellError, program: Program, task: str | None, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Give an error the values of the names on its line."""
    if error.exit_status == 1:
        from belljar.runtime.line_values import add_line_values

        add_line_values(error, program, task, args, kwargs)


def arguments(program: Program, task: str, given: Any) -> tuple[list[Any], dict[str, Any]]:
    """JSON arguments as positional and named ones; an object that fits the fields of a task's only record parameter is that record."""
    if isinstance(given, list):
        return given, {}
    if not isinstance(given, dict):
        return [given], {}
    record = program.record_parameter(task)
    if record is not None and record not in given:
        return [given], {}
    return [], given


def grants(session: Session, values: Mapping[str, Any]) -> int:
    """List the capabilities that a program names or, of a run, used."""
    from belljar.runtime.hosts import NO_HOSTS

    how = running(values)
    allowed = None if how.profile is None else how.grants
    given, inputs = inputs_of(values)
    program = compile_file(values["program"], inputs=inputs, limits=how.limits, hosts=how.hosts)
    task = values["task"]
    if not task and not values["run"]:
        return listed(session, program.capabilities(), "names", allowed)
    run = (how.hosts or NO_HOSTS).begin(["*"], dry_run=how.dry_run)
    try:
        if task:
            positional, named = arguments(program, task, json_value("--args", values["args"]))
            program.call(task, *positional, engine=values["engine"], write=lambda text: None, hosts=run, **named)
        else:
            program.run(engine=values["engine"], write=lambda text: None, hosts=run, inputs=given)
    finally:
        listed(session, run.settle(), "used", allowed)
    return 0


def inputs_of(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of ``--input``, and their types."""
    given = {name: json_or_text(text) for name, text in pairs("--input", values["input"]).items()}
    return given, {name: json_type(value) for name, value in given.items()}


def ir(session: Session, values: Mapping[str, Any]) -> int:
    session.out.write(compile_file(values["program"]).ir(values["stage"]).rstrip("\n") + "\n")
    return 0


def explain_error(session: Session, values: Mapping[str, Any]) -> int:
    code = str(values["code"]).upper()
    row = CODES.get(f"E{code.removeprefix('E'):0>4}")
    if row is None:
        raise bell_error("E0003", detail=f"there is no error code {values['code']}", hint="codes look like E0301")
    meaning = {1: "the program raised it", 2: "refused before running", 3: "a limit stopped it", 4: "a capability was refused"}[row.exit]
    message = [] if row.message_in_words == "..." else ["", f"  {row.message_in_words}"]
    lines = [f"{row.code} {row.kind}", *message, "", row.text]
    if row.hint_in_words:
        lines += ["", f"Hint: {row.hint_in_words}"]
    if row.python:
        lines += ["", f"In CPython: {row.python}"]
    lines += ["", f"Exit status {row.exit}: {meaning}."]
    session.out.write("\n".join(lines) + "\n")
    return 0


def json_type(value: Any) -> str:
    """The declared type of an input whose value came from the command line."""
    from belljar.runtime.boundary import type_of

    return str(type_of(value, "input"))
