"""Programs traced on the command line: ``belljar trace PROGRAM [TASK]``."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager

from belljar.commands.capabilities import granted, hosts_of
from belljar.commands.programs import arguments, inputs_of
from belljar.commands.values import json_value, pairs
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
    given, inputs = inputs_of(values)
    hosts = hosts_of(values)
    program = compile_file(values["trace"], inputs=inputs, limits=pairs("--limit", values["limit"]), hosts=hosts)
    grants = granted(values)
    is_beside = values["output"] not in (None, "-")
    with tempfile.TemporaryFile(prefix="belljar-trace-") as spill:
        recording = Recording(
            program,
            values["level"],
            spill=spill,
            write=session.out.write if is_beside else None,
            hosts=hosts,
            grants=grants,
            dry_run=values["dry_run"],
            prints=grants.allows(STDOUT),
        )
        if values["task"]:
            positional, named = arguments(program, values["task"], json_value("--args", values["args"]))
            yield recording.call(values["task"], *positional, **named)
        else:
            yield recording.run(given)
