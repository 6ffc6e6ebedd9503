"""Doing something again whenever one of some files changes.

What decides is the state of the files (there or not, which one, when written, how long), looked at whenever the system tells of a change in their folders, and every second besides: so files that are
deleted and made again, replaced by rename, or in folders that come and go, are all the same case.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from belljar.errors import bell_error, counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Final, TypeAlias

    from belljar.commands.session import Session

State: TypeAlias = "tuple[tuple[int, ...], ...]"

SETTLE_MS: Final = 50
"""How long a file must be left alone before it is looked at: editors write in several steps."""
LOOK_MS: Final = 1_000
"""How often files are looked at when the system says nothing."""
CLEAR: Final = "\x1b[H\x1b[2J\x1b[3J"


def watch(session: Session, paths: Sequence[str], work: Callable[[], int]) -> int:
    """Do the work now and after every change of a file, until a signal ends it. For people each round begins on an empty screen and ends with a line saying when it was."""
    for _ in changes(paths):
        if session.format == "full" and session.out.isatty():
            session.out.write(CLEAR)
        status = work()
        session.out.flush()
        if session.format != "json":
            found = "no errors" if status == 0 else "errors found"
            session.say(f"[{time.strftime('%H:%M:%S')}] {found}; watching {counted(len(paths), 'file')}, Ctrl-C ends")
            session.err.flush()
    return 0


def changes(paths: Sequence[str]) -> Iterator[State]:
    """The state of the files at first, then each time it is another one. Raises E0008 where the library that watches is not installed."""
    try:
        import watchfiles
    except ImportError:
        raise bell_error("E0008", what="--watch", package="watchfiles", extra="editor") from None
    seen = state(paths)
    yield seen
    while True:
        folders = _folders(paths)
        held = state(folders, inside=False)
        for _ in watchfiles.watch(
            *folders,
            watch_filter=None,
            recursive=False,
            debounce=20 * SETTLE_MS,
            step=SETTLE_MS,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
        ):
            if (now := state(paths)) != seen:
                seen = now
                yield now
            if state(folders, inside=False) != held or _folders(paths) != folders:
                break


def state(paths: Sequence[str], inside: bool = True) -> State:
    """What tells one state of files from another; of folders (``inside`` false) only which ones they are."""
    found: list[tuple[int, ...]] = []
    for path in paths:
        try:
            one = os.stat(path)
        except OSError as problem:
            found.append((problem.errno or 0,))
        else:
            found.append((one.st_dev, one.st_ino, *((one.st_mtime_ns, one.st_size, one.st_mode) if inside else ())))
    return tuple(found)


def _folders(paths: Sequence[str]) -> list[str]:
    """The folders the files are in, and those of the files that links lead to; where one is not there, the nearest around it."""
    found: dict[str, None] = {}
    for path in paths:
        for name in (os.path.abspath(path), os.path.realpath(path)):
            folder = Path(name).parent
            while not folder.is_dir() and folder != folder.parent:
                folder = folder.parent
            found[str(folder)] = None
    return list(found)
