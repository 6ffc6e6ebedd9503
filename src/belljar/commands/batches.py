"""Commands on data: batch, schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from belljar.commands.running import Running, running
from belljar.commands.values import names, pairs, reading_of
from belljar.errors import BellError, bell_error, counted
from belljar.runtime.program import Program, compile_file
from belljar.safety.capabilities import STDERR, STDOUT
from belljar.safety.limits import parse_limit

if TYPE_CHECKING:
    from belljar.commands.session import Session


def batch(session: Session, values: Mapping[str, Any]) -> int:
    """Run a task over data and say how it went on standard error."""
    if values["rows"] is not None and values["rows"] < 0:
        raise bell_error("E0003", detail=f"--rows is a number of rows, got {values['rows']}")
    how = running(values)
    limits = _per_row(how, values["limit"])
    program = compile_file(values["program"], hosts=how.hosts)
    reading = reading_of(values)
    if values["row"] is not None:
        return _explain(session, program, values, reading, limits)
    options: dict[str, Any] = {
        **reading,
        "output_format": values["to"],
        "errors": values["errors"],
        "keep": names(values["keep"]),
        "limit": values["rows"],
        "threads": values["threads"],
        "memory": None if values["memory"] is None else int(parse_limit("memory", values["memory"])),
        "partition_by": names(values["partition_by"]),
        "max_errors": values["max_errors"],
        "strict": values["strict"],
        "resume": values["resume"],
        "dry_run": how.dry_run,
        "progress": values["progress"],
        "counts": True,
    }
    output = values["output"]
    if output is None and not how.dry_run:
        output, options["output_format"] = "-", values["to"] or "csv"
    grants = how.grants if "*" in how.grants.names else how.grants.without([STDOUT, STDERR])
    with how.pool(values["threads"]) as pool:
        sources = list(values["sources"])
        result = program.batch(values["task"], sources, output, limits=limits, grants=sorted(grants.names), isolation=pool, **options)
    if values["progress"] not in ("off", "json") and session.format != "json":
        _summary(session, values, result)
    return 0


def _summary(session: Session, values: Mapping[str, Any], result: Any) -> None:
    """Rows, errors, speed and the counts of values, for people."""
    rate = f"{result.rows_per_s / 1e6:.1f} M" if result.rows_per_s >= 1e6 else f"{result.rows_per_s:,.0f}"
    what = f"{counted(result.rows, 'row')}" + (" checked, nothing written" if result.dry_run else "")
    skipped = f" ({result.rows_skipped:,} of them in an earlier run)" if result.rows_skipped else ""
    session.say(f"{what}{skipped}, {result.errors:,} failed, {result.seconds:.2f} s ({rate} rows/s)")
    if result.errors:
        first = result.error_table.slice(0, 1).to_pylist()[0]
        line = f", line {first['line']}" if first["line"] else ""
        session.say(f"first failed: row {first['row']} of {first['file']}: {first['code']} {_one_line(first['message'])}{line}")
        if values["errors"] is None and not result.dry_run:
            session.say("--errors FILE lists all of them")
    if not result.dry_run:
        paths = [path for path in result.outputs if str(path) != "-"]
        for path in paths[:OUTPUTS_SHOWN]:
            session.say(f"wrote {path}")
        if len(paths) > OUTPUTS_SHOWN:
            session.say(f"wrote {len(paths) - OUTPUTS_SHOWN:,} more files")
    for column, counts in result.counts.items():
        shown = {"(none)" if value is None else _one_line(str(value)): count for value, count in list(counts.items())[:COUNTS_SHOWN]}
        total = sum(counts.values()) or 1
        width = max(map(len, shown), default=0)
        session.say(f"{column}:")
        for value, count in shown.items():
            bar = "#" * round(40 * count / total)
            session.say(f"  {value:<{width}}  {count:>12,}  {100 * count / total:5.1f}%  {bar}".rstrip())
        if len(counts) > COUNTS_SHOWN:
            session.say(f"  and {len(counts) - COUNTS_SHOWN} other values")


OUTPUTS_SHOWN = 10
COUNTS_SHOWN = 20


def _one_line(text: str, length_max: int = 100) -> str:
    """Text in a summary: control characters escaped, cut where it is long."""
    line = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return line if len(line) <= length_max else line[: length_max - 1] + "…"


def _per_row(how: Running, given: Sequence[str]) -> dict[str, Any]:
    """The limits of a row: those that the profile says, and those given."""
    return {**({} if how.profile is None else how.profile.limits), **pairs("--limit", given)}


def _explain(session: Session, program: Program, values: Mapping[str, Any], reading: Mapping[str, Any], limits: Mapping[str, Any]) -> int:
    from belljar.runtime.batches import explain_row

    row = values["row"]
    explanation = explain_row(program, values["task"], list(values["sources"]), row, limits=limits, **reading)
    if session.format == "json":
        session.write_json(explanation.to_dict())
        return 0 if explanation.error is None else explanation.error.exit_status
    color = session.color and session.out.isatty()
    session.out.write(explanation.text(color=color, title=f"row {row} of {', '.join(values['sources'])}: {values['task']}()") + "\n")
    if explanation.error is not None:
        return session.fail(explanation.error)
    return 0


def schema(session: Session, values: Mapping[str, Any]) -> int:
    """The columns of a task or of data, and how they fit each other."""
    from belljar.engines.batch.schema import columns_dict, columns_text, describe
    from belljar.runtime.batches import task_columns

    subject = values["subject"]
    reading = reading_of(values)
    if not subject.endswith(".bell"):
        for found in describe([subject, *values["data"]], **reading):
            _print(session, found.to_dict(), str(found).rstrip() + "\n")
        return 0
    program = compile_file(subject)
    tasks = [values["task"]] if values["task"] else list(program.tasks)
    fits = True
    shown = 0
    for task in tasks:
        try:
            inputs, outputs = task_columns(program, task)
        except BellError as problem:
            if values["task"]:
                raise
            text = f"{task}: not for batches: {problem.message}\n\n"
            _print(session, {"task": task, "error": problem.to_dict()}, text)
            continue
        shown += 1
        if values["data"]:
            for found in describe(list(values["data"]), inputs, **reading):
                _print(session, {"task": task, **found.to_dict()}, f"{task} on {str(found).rstrip()}\n\n")
                fits = fits and found.fits
        else:
            row = {"task": task, "takes": columns_dict(inputs), "gives": columns_dict(outputs)}
            _print(session, row, f"{task}\n takes\n{columns_text(inputs)} gives\n{columns_text(outputs)}\n")
    return 0 if fits and (shown or not tasks) else 2


def _print(session: Session, row: Mapping[str, Any], text: str) -> None:
    """One result, for machines or for people."""
    if session.format == "json":
        session.write_json(row)
    else:
        session.out.write(text)
