"""Outputs appear whole or not at all.

Invariants:
- What is written goes to ``.NAME.belljar-RANDOM.tmp`` beside its final place, and is renamed there when it is complete and on disk.
- Whoever writes such a file or folder holds a lock (flock) on it; the lock dies with the process. So one without a lock was left behind
  by a run that was killed, and the next run for the same output removes it.
- An existing output is replaced by the rename only. A device, a pipe or a terminal is written to directly.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path
from typing import IO, Any

from belljar.errors import BellError, bell_error, reason_of

fcntl: Any
try:
    import fcntl
except ImportError:  # not on Windows: there files left behind are not told apart, and stay
    fcntl = None

STDOUT = "-"


def unwritable(path: str | Path, error: OSError) -> BellError:
    """The BellError of an operating system error while writing."""
    if str(path) in (STDOUT, "<stdout>"):
        path = "the standard output"
    if error.errno == errno.EPIPE:
        return bell_error("E0007")
    reason = f"there is no folder '{Path(path).parent}'" if error.errno == errno.ENOENT else reason_of(error)
    return bell_error("E0004", path=str(path), reason=reason)


class PendingFile:
    """A file being written beside its final place. :meth:`commit` puts it there; :meth:`discard` leaves no trace of it."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.file: IO[bytes]
        self._temporary: Path | None = None
        try:
            self._open()
        except OSError as error:
            raise unwritable(path, error) from None
        except BaseException:  # Ctrl-C can come at any moment
            self._forget()
            raise

    def _forget(self) -> None:
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)
            self._temporary = None

    def _open(self) -> None:
        target = Path(os.path.realpath(self.path))  # through a link: the link stays, its target is replaced
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            self.file = open(target, "wb", buffering=1 << 16)  # noqa: SIM115 - closed by commit or discard
            return
        remove_stale(target)
        self._target = target
        name = _beside(target)
        # Locked before it gets the name that others look for, so that no other run takes it for left behind.
        self._temporary = name.with_suffix(".new")
        self.file = open(self._temporary, "xb", buffering=1 << 16)  # noqa: SIM115 - closed by commit or discard
        _lock(self.file.fileno())
        if target.exists():
            os.fchmod(self.file.fileno(), stat.S_IMODE(target.stat().st_mode))
        self._temporary, fresh = name, self._temporary
        os.rename(fresh, name)

    def commit(self) -> None:
        """Flush, bring to disk, rename. Raises E0004; what stood there before is there still."""
        try:
            self.file.flush()
            if self._temporary is None:
                self.file.close()
                return
            os.fsync(self.file.fileno())
            os.replace(self._temporary, self._target)
            self._temporary = None
            self.file.close()
            sync_folder(self._target.parent)
        except OSError as error:
            self.discard()
            raise unwritable(self.path, error) from None

    def discard(self) -> None:
        """Give up. Called after commit it does nothing."""
        try:
            self.file.close()
        except OSError:
            pass  # the reason is already on its way
        self._forget()


class PendingFolder:
    """A folder being filled beside its final place; it takes the place of an earlier one that a batch wrote, and of no other."""

    MARK = ".belljar-output"
    """The file by which a folder is known as an earlier run's output, to be replaced as a whole."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        target = Path(os.path.realpath(path))
        self._target = target
        self._temporary: Path | None = None
        self._lock: int | None = None
        restore(target)
        if target.exists() and not target.is_dir():
            raise bell_error("E0004", path=str(path), reason="it is a file, and the output is a folder")
        if target.is_dir() and any(target.iterdir()) and not (target / self.MARK).exists():
            raise bell_error(
                "E0004", path=str(path), reason="it is a folder with files that no batch wrote", hint="name an empty or a new folder"
            )
        try:
            remove_stale(target)
            name = _beside(target)
            self._temporary = name.with_suffix(".new")
            self._temporary.mkdir()
            self._lock = os.open(self._temporary, os.O_RDONLY)
            _lock(self._lock)
            (self._temporary / self.MARK).touch()
            os.rename(self._temporary, name)
            self._temporary = name
        except OSError as error:
            self.discard()
            raise unwritable(path, error) from None

    @property
    def folder(self) -> Path:
        assert self._temporary is not None
        return self._temporary

    def commit(self) -> None:
        """Rename the whole folder into place. A crash between the two renames leaves the old one beside: the next run restores it."""
        assert self._temporary is not None
        try:
            sync_folder(self._temporary)
            old = _old(self._target)
            if self._target.exists():
                os.rename(self._target, old)
            os.rename(self._temporary, self._target)
            self._temporary = None
            sync_folder(self._target.parent)
            shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            self.discard()
            raise unwritable(self.path, error) from None
        self.discard()

    def discard(self) -> None:
        """Give up. Called after commit it only releases the lock."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None
            restore(self._target)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def restore(target: Path) -> None:
    """Finish what a crash while replacing a folder left undone."""
    old = _old(target)
    if old.is_dir():
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.rename(old, target)


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}.belljar-old")


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.belljar-{os.urandom(4).hex()}.tmp")


def remove_stale(target: Path) -> None:
    """Remove what killed runs left of their attempts at this output: what is named so and nobody holds a lock on."""
    if fcntl is None:
        return
    for path in target.parent.glob(f".{_escaped(target.name)}.belljar-*.tmp"):
        try:
            handle = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        except OSError:
            pass  # a run that lives holds it
        finally:
            os.close(handle)


def _escaped(name: str) -> str:
    import glob

    return glob.escape(name)


def _lock(handle: int) -> None:
    if fcntl is not None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass  # a file system without locks: the file is only not recognised as stale


def lock_folder(folder: Path) -> int | None:
    """A lock on a folder, held until the returned handle is closed; None when another process holds it."""
    handle = os.open(folder, os.O_RDONLY)
    if fcntl is None:
        return handle
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError:
        pass  # a file system without locks
    return handle


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to disk: without it a rename may be lost with the power."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass  # some file systems cannot
    finally:
        os.close(handle)


class StandardOutput:
    """Standard output with the face of a PendingFile: there is nothing to rename, and nothing to take back."""

    path = Path("<stdout>")

    def __init__(self, stream: Any = None) -> None:
        import sys

        self.file: IO[bytes] = stream if stream is not None else sys.stdout.buffer

    def commit(self) -> None:
        try:
            self.file.flush()
        except OSError as error:
            raise unwritable(self.path, error) from None

    def discard(self) -> None:
        try:
            self.file.flush()
        except OSError:
            pass  # the reason is already on its way
