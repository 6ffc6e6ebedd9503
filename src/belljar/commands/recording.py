"""Programs traced on the command line: ``belljar trace PROGRAM [TASK]``."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager

from belljar.commands.programs import arguments, inputs_of
from belljar.commands.running import running
from belljar.commands.values import json_value
from belljar.runtime.program import compile_file
from belljar.runtime.recording import Recording
from belljar.safety.capabilities import STDOUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from belljar.commands.session import Session


@contextmanager
def recorded_run(session: Session, values: Mapping[str, Any]) -> Iterator[Any]:
    """The trace of a run of the program, or of a call of its task. What is printed goes to the standard output, unless the trace goes there."""
    how = running({**values, "program": values["trace"], "trace": ""})
    given, inputs = inputs_of(values)
    program = compile_file(values["trace"], inputs=inputs, limits=how.limits, hosts=how.hosts)
    is_beside = values["output"] not in (None, "-")
    with how.pool() as pool, tempfile.TemporaryFile(prefix="belljar-trace-") as spill:
        recording = Recording(
            program,
            values["level"],
            engine="vm" if values["engine"] == "auto" else values["engine"],
            limits=program.limits,
            spill=spill,
            write=session.out.write if is_beside else None,
            isolation=pool,
            hosts=how.hosts,
            grants=how.grants,
            dry_run=how.dry_run,
            prints=how.grants.allows(STDOUT),
        )
        if values["task"]:
            positional, named = arguments(program, values["task"], json_value("--args", values["args"]))
            yield recording.call(values["task"], *positional, **named)
        else:
            yield recording.run(given)
