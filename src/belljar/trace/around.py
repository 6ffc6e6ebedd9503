"""Events around what happens within: one at its beginning, one at its end, which tells of the error that ended it."""

from __future__ import annotations

from contextlib import contextmanager

from belljar.errors import BellError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any


@contextmanager
def around(note: Callable[[str, str, Mapping[str, Any]], object], node_type: str, facts: Mapping[str, Any]) -> Iterator[None]:
    """Have ``note`` told of the node's enter and exit. Errors of programs pass through."""
    note(node_type, "enter", facts)
    try:
        yield
    except BellError as error:
        note(node_type, "exit", {**facts, "error": {"code": error.code, "message": error.message}})
        raise
    note(node_type, "exit", facts)
