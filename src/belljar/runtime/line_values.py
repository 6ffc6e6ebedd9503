"""The values that names had on the line of an error.

An engine knows the operands of the operation that failed. What else stands on the line is found by making the call again, as for :mod:`belljar.runtime.why`, where that is short and asks nobody outside.
"""

from __future__ import annotations

import re

from belljar.errors import BellError
from belljar.runtime.slicing import variables_of
from belljar.runtime.why import LIMIT_STATUS, call_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Final

    from belljar.engines.reference import _Frame
    from belljar.runtime.program import Program
    from belljar.runtime.slicing import Slicing

FUEL_MAX: Final = 50_000
"""Units that a call is made again for: some tenths of a second."""
NODES_MAX: Final = 200_000
NAMES_MAX: Final = 8
"""Names that are shown."""
_NAME: Final = re.compile(r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\#.*|(?<![\w.])([A-Za-z_]\w*)(?!\s*=[^=]))""")


def add_line_values(
    error: BellError, program: Program, task: str | None, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
) -> None:
    """Give an error that ended a call, or a run of the module level with ``kwargs`` as its inputs, the values of the names on its line. Leaves it as it is where it is none of a running program, where
    functions of the host are called, and where the call is long."""
    if error.exit_status != 1 or error.span.line < 1 or error.source is None or error.source.text != program.source:
        return
    try:
        call = call_of(program, task, args, kwargs or {})
        if call.asks_host():
            return
        slicing = call.followed(None, False, NODES_MAX, "return", FUEL_MAX)
    except BellError:
        return
    found = slicing.error
    if found is None or (found.code, found.span) != (error.code, error.span) or found.exit_status == LIMIT_STATUS:
        return
    values = _values(slicing, error.span.line, error.source.line(error.span.line))
    if values:
        error.line_values = values


def _values(slicing: Slicing, line: int, text: str) -> dict[str, str]:
    """The names on a line with their values, in the order they stand there."""
    watch = slicing.watch
    frames = [frame for frame in reversed(watch.failing) if _line(frame) == line]
    if not frames:
        return {}
    known = [(frame, variables_of(frame)) for frame in (frames[0], watch.module_level) if frame is not None]
    found: dict[str, str] = {}
    for match in _NAME.finditer(text):
        name = match[1]
        if not name or name in found or len(found) == NAMES_MAX:
            continue
        for frame, variables in known:
            if name in variables:
                value = slicing.value_of(frame, variables[name])
                if value != UNASSIGNED:
                    found[name] = value
                break
    return found


UNASSIGNED: Final = "not assigned"


def _line(frame: _Frame) -> int:
    return frame.instrs[frame.place - 1].span.line
