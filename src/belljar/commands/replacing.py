"""Files that commands write: there whole, or as they were."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager

from belljar.errors import bell_error, reason_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, TextIO


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
        raise bell_error("E0004", path=path, reason=reason_of(problem)) from None


def _as_made(out: IO[str], target: str) -> None:
    """Give the file the mode that it had, or that a new one gets."""
    try:
        mode = os.stat(target).st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    os.fchmod(out.fileno(), mode)
