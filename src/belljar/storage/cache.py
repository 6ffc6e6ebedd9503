"""What was made once and would cost time to make again, on disk: machine code, programs ready to run.

What is cached here is run, so whoever can write an entry can run anything. So

1. The directory and every entry belong to this user, and nobody else may write to them; symbolic links are not followed.
2. An entry's name is the SHA-256 of all that its contents depend on, and a suffix that says what it is.
3. An entry holds its format and the SHA-256 of its contents. What is truncated, damaged, foreign or of another format is a miss, never an error.
4. Entries are written beside and renamed, so a reader sees a whole entry or none.
5. The directory is bounded: past :data:`CACHE_BYTES_MAX` or :data:`ENTRIES_MAX` the entries used longest ago go. A process looks at its first write and every :data:`SWEEP_EVERY` after.

``BELLJAR_CACHE`` names another directory; empty, it turns the cache off. Imports nothing that a bare Python has not loaded.
"""

from __future__ import annotations

import os
import stat
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

CACHE_BYTES_MAX: Final = 256 << 20
ENTRY_BYTES_MAX: Final = 64 << 20
ENTRIES_MAX: Final = 4_096
SWEEP_EVERY: Final = 64
"""Writes of a process between two looks at the whole directory, which take some microseconds for each entry."""
LEFT_BEHIND_S: Final = 3600
"""Age at which a file that is no entry was left behind by a writer that was interrupted."""
SOURCES: Final = (".py", ".pyc", ".so", ".bell")
SUFFIXES: Final = (".code", ".library", ".program")


def sha256(data: bytes = b"") -> Any:
    """A SHA-256 as ``hashlib`` gives it. hashlib loads all of OpenSSL, which takes longer than what is to be hashed: so first Python's own."""
    try:
        from _sha2 import sha256 as made  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        try:
            from _sha256 import sha256 as made  # type: ignore[import-not-found, unused-ignore]
        except ImportError:
            from hashlib import sha256 as made
    return made(data)


def key(parts: Iterable[str | bytes]) -> str:
    """The name of an entry: SHA-256 over the parts, each with its length, so that no two lists of parts look alike."""
    digest = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    name: str = digest.hexdigest()
    return name


def stamp(folders: Iterable[str]) -> str:
    """What tells one state of the source in these folders from another: name, size and time of change of every file. ``""`` where they cannot be listed."""
    parts: list[str] = []
    try:
        for folder in folders:
            with os.scandir(folder) as files:
                for file in sorted(files, key=lambda file: file.name):
                    if file.name.endswith(SOURCES):
                        status = file.stat()
                        parts.append(f"{folder}/{file.name} {status.st_size} {status.st_mtime_ns}")
    except OSError:
        return ""
    return key(parts)


def directory() -> str:
    """The directory of the cache, ``""`` when it is turned off."""
    named = os.environ.get("BELLJAR_CACHE")
    if named is not None:
        return named
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "belljar") if os.path.isabs(base) else ""


def _open_directory(create: bool) -> int | None:
    """A descriptor of the cache directory; None when there is none that is ours alone."""
    path = directory()
    if not path:
        return None
    try:
        if create:
            os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
            try:
                os.mkdir(path, 0o700)
            except FileExistsError:
                pass
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    if _is_private(os.fstat(descriptor)):
        return descriptor
    os.close(descriptor)
    return None


def _is_private(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def read(name: str, format: bytes) -> bytes | None:
    """The contents of the entry called ``name``, suffix included, or None when there is none of this format that can be trusted."""
    place = _open_directory(create=False)
    if place is None:
        return None
    try:
        data = _read(place, name)
        body = len(format) + 32
        if data is None or len(data) <= body or not data.startswith(format) or sha256(data[body:]).digest() != data[len(format) : body]:
            return None
        try:
            os.utime(name, dir_fd=place, follow_symlinks=False)
        except OSError:
            pass
        return data[body:]
    finally:
        os.close(place)


def _read(place: int, name: str) -> bytes | None:
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=place)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or not _is_private(status) or status.st_size > ENTRY_BYTES_MAX:
            return None
        with open(descriptor, "rb", closefd=False) as file:
            return file.read()
    except OSError:
        return None
    finally:
        os.close(descriptor)


def write(name: str, format: bytes, contents: bytes) -> None:
    """Keep an entry. Where that is not possible (no space, no permission, no home) nothing is kept."""
    global _writes
    if len(contents) > ENTRY_BYTES_MAX:
        return
    place = _open_directory(create=True)
    if place is None:
        return
    temporary = f".{name}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=place)
        try:
            with open(descriptor, "wb") as file:
                file.write(format + sha256(contents).digest() + contents)
            os.replace(temporary, name, src_dir_fd=place, dst_dir_fd=place)
        except OSError:
            try:
                os.unlink(temporary, dir_fd=place)
            except OSError:
                pass
        if _writes % SWEEP_EVERY == 0:
            _evict(place)
        _writes += 1
    except OSError:
        pass
    finally:
        os.close(place)


_writes = 0


def _evict(place: int) -> None:
    """Remove the entries used longest ago until three quarters of the bound are left, and what interrupted writers left behind."""
    entries: list[tuple[float, int, str]] = []
    for name in os.listdir(place):
        try:
            status = os.stat(name, dir_fd=place, follow_symlinks=False)
            if name.endswith(SUFFIXES):
                entries.append((status.st_mtime, status.st_size, name))
            elif status.st_mtime < time.time() - LEFT_BEHIND_S:
                os.unlink(name, dir_fd=place)
        except OSError:
            pass
    total = sum(size for _, size, _ in entries)
    left = len(entries)
    if total <= CACHE_BYTES_MAX and left <= ENTRIES_MAX:
        return
    for _, size, name in sorted(entries):
        try:
            os.unlink(name, dir_fd=place)
            total -= size
            left -= 1
        except OSError:
            pass
        if total <= CACHE_BYTES_MAX * 3 // 4 and left <= ENTRIES_MAX * 3 // 4:
            break


def survey() -> tuple[int, int, str]:
    """How many entries the cache has, their bytes, and why it cannot be used, ``""`` where it can (or was never used)."""
    path = directory()
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return 0, 0, ""
    except OSError as problem:
        return 0, 0, problem.strerror or str(problem)
    if not stat.S_ISDIR(status.st_mode) or not _is_private(status):
        return 0, 0, "it is not a directory that only this user may write to"
    count = size = 0
    try:
        with os.scandir(path) as files:
            for file in files:
                if file.name.endswith(SUFFIXES):
                    count += 1
                    size += file.stat(follow_symlinks=False).st_size
    except OSError as problem:
        return count, size, problem.strerror or str(problem)
    return count, size, ""
