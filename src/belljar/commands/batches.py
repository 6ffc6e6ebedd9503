"""Commands on data: batch, schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from belljar.commands.values import names, pairs
from belljar.errors import bell_error
from belljar.runtime.program import Program, compile_file
from belljar.safety.limits import parse_limit

if TYPE_CHECKING:
    from belljar.commands.session import Session


def batch(session: Session, values: Mapping[str, Any]) -> int:
    """Run a task over data and say how it went on standard error."""
    limits, rows_max = _limits(values["limit"])
    program = compile_file(values["program"])
    reading = _reading(values)
    if values["explain"] is not None:
        return _explain(session, program, values, reading)
    options: dict[str, Any] = {
        **reading,
        "output_format": values["output_format"],
        "errors": values["errors"],
        "keep": names(values["keep"]),
        "limit": rows_max,
        "threads": values["threads"],
        "memory": None if values["memory"] is None else int(parse_limit("memory", values["memory"])),
        "partition_by": names(values["partition_by"]),
        "max_errors": values["max_errors"],
        "strict": values["strict"],
        "resume": values["resume"],
        "dry_run": values["dry_run"],
        "progress": values["progress"],
        "counts": True,
    }
    output = values["output"]
    if output is None and not values["dry_run"]:
        output, options["output_format"] = "-", values["output_format"] or "csv"
    result = program.batch(values["task"], list(values["sources"]), output, limits=limits, **options)
    if values["progress"] != "off" and session.format != "json":
        _summary(session, values["task"], result)
    return 0


def _summary(session: Session, task: str, result: Any) -> None:
    """Rows, errors, speed and the counts of values, for people."""
    done = "checked" if result.dry_run else "rows"
    session.say(f"{result.rows:,} {done}, {result.errors:,} failed, {result.seconds:.2f} s ({result.rows_per_s / 1e6:.2f} M rows/s)")
    for path in result.outputs:
        session.say(f"wrote {path}")
    for column, counts in result.counts.items():
        total = sum(counts.values()) or 1
        width = max((len(str(value)) for value in counts), default=0)
        session.say(f"{column}:")
        for value, count in list(counts.items())[:20]:
            bar = "#" * round(40 * count / total)
            session.say(f"  {'(none)' if value is None else value!s:<{width}}  {count:>12,}  {100 * count / total:5.1f}%  {bar}".rstrip())


def _limits(given: Sequence[str]) -> tuple[dict[str, str], int | None]:
    """``--limit`` is a number of rows, or NAME=VALUE for a limit of the program."""
    rows: int | None = None
    named: list[str] = []
    for text in given:
        if "=" in text:
            named.append(text)
        elif text.isdigit():
            rows = int(text)
        else:
            raise bell_error("E0003", detail=f"--limit takes a number of rows or NAME=VALUE, got '{text}'")
    return pairs("--limit", named), rows


def _reading(values: Mapping[str, Any]) -> dict[str, Any]:
    """The options that say how sources are read."""
    return {
        "input_format": values["input_format"],
        "nulls": tuple(values["null"]),
        "types": pairs("--types", names(values["types"])),
        "delimiter": values["delimiter"],
        "encoding": values["encoding"],
    }


def _explain(session: Session, program: Program, values: Mapping[str, Any], reading: Mapping[str, Any]) -> int:
    from belljar.runtime.batches import explain_row

    row = values["explain"]
    explanation = explain_row(program, values["task"], list(values["sources"]), row, **reading)
    if session.format == "json":
        import json

        session.out.write(json.dumps(explanation.to_dict(), ensure_ascii=False) + "\n")
        return 0 if explanation.error is None else explanation.error.exit_status
    color = session.color and session.out.isatty()
    session.out.write(explanation.text(color=color, title=f"row {row} of {', '.join(values['sources'])}: {values['task']}()") + "\n")
    if explanation.error is not None:
        return session.fail(explanation.error)
    return 0


def schema(session: Session, values: Mapping[str, Any]) -> int:
    """The columns of a task or of data, and how they fit each other."""
    from belljar.engines.batch.schema import columns_text, describe

    subject = values["subject"]
    reading = _reading(values)
    if not subject.endswith(".bell"):
        status = 0
        for found in describe([subject, *values["data"]], **reading):
            _show(session, found)
        return status
    program = compile_file(subject)
    tasks = [values["task"]] if values["task"] else list(program.tasks)
    fits = True
    shown = 0
    for task in tasks:
        from belljar.errors import BellError
        from belljar.runtime.batches import task_columns

        try:
            inputs, outputs = task_columns(program, task)
        except BellError as problem:
            if values["task"]:
                raise
            session.out.write(f"{task}: not for batches: {problem.message}\n\n")
            continue
        shown += 1
        if values["data"]:
            for found in describe(list(values["data"]), inputs, **reading):
                session.out.write(f"{task} on ")
                _show(session, found)
                fits = fits and found.fits
        else:
            session.out.write(f"{task}\n takes\n{columns_text(inputs)} gives\n{columns_text(outputs)}\n")
    return 0 if fits and (shown or not tasks) else 2


def _show(session: Session, found: Any) -> None:
    if session.format == "json":
        import json

        session.out.write(json.dumps(found.to_dict(), ensure_ascii=False) + "\n")
    else:
        session.out.write(str(found).rstrip("\n") + "\n")
