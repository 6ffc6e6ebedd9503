"""Machine code on disk, so that a program that was compiled once starts without LLVM.

Cached code is code: whoever can write an entry can run anything. So

1. The directory and every entry belong to this user, and nobody else may write to them; symbolic links are not followed.
2. An entry's name is the SHA-256 of all that its contents depend on: the LLVM text (which holds the layout of the runtime's structures), the
   processor, the versions of Belljar and LLVM.
3. An entry holds the SHA-256 of its contents. What is truncated, damaged, foreign or of another format is a miss, never an error.
4. Entries are written beside and renamed, so a reader sees a whole entry or none.
5. The directory is bounded: past :data:`CACHE_BYTES_MAX` the entries used longest ago go.

``BELLJAR_CACHE`` names another directory; empty, it turns the cache off.
"""

from __future__ import annotations

import os
import stat
import struct
import time
from contextlib import suppress
from functools import lru_cache

from belljar.engines.jit.native import Native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

CACHE_BYTES_MAX: Final = 256 << 20
ENTRY_BYTES_MAX: Final = 64 << 20
LEFT_BEHIND_S: Final = 3600
"""Age at which a file that is no entry was left behind by a writer that was interrupted."""
FORMAT: Final = b"belljar code 1\n"
SUFFIX: Final = ".code"
_HEADER: Final = struct.Struct(f"<{len(FORMAT)}s32sQ")  # format, digest of what follows it, frame_bytes


def key(parts: Iterable[str | bytes]) -> str:
    """The name of an entry: SHA-256 over the parts, each with its length, so that no two lists of parts look alike."""
    from hashlib import sha256

    digest = sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(struct.pack("<Q", len(data)))
        digest.update(data)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def processor() -> str:
    """What code for this processor depends on: model and features, as the kernel tells them. ``""`` when it does not."""
    wanted = (
        "vendor_id",
        "cpu family",
        "model",
        "stepping",
        "flags",
        "CPU implementer",
        "CPU architecture",
        "CPU variant",
        "CPU part",
        "Features",
    )
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            text = file.read(16384)
    except OSError:
        return ""
    lines = text.split("\n\n")[0].splitlines()
    return "\n".join([os.uname().machine, *(line for line in lines if line.partition("\t")[0].partition(":")[0].strip() in wanted)])


@lru_cache(maxsize=1)
def llvm_version() -> str:
    """What stands in llvmlite's version file, read without importing llvmlite."""
    from importlib.util import find_spec

    found = find_spec("llvmlite")
    if found is None or found.origin is None:
        return ""
    try:
        with open(os.path.join(os.path.dirname(found.origin), "_version.py"), encoding="utf-8") as file:
            return file.read()
    except OSError:
        return found.origin


def key_of(text: str) -> str:
    """The name of the entry that holds the machine code of LLVM text."""
    return key([text, processor(), llvm_version()])


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
            with suppress(FileExistsError):
                os.mkdir(path, 0o700)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    if _is_private(os.fstat(descriptor)):
        return descriptor
    os.close(descriptor)
    return None


def _is_private(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def load(name: str) -> Native | None:
    """The entry, or None when there is none that can be trusted."""
    place = _open_directory(create=False)
    if place is None:
        return None
    try:
        data = _read(place, name + SUFFIX)
        if data is None or len(data) <= _HEADER.size:
            return None
        from hashlib import sha256

        format, digest, frame_bytes = _HEADER.unpack_from(data)
        if format != FORMAT or sha256(data[len(FORMAT) + 32 :]).digest() != digest:
            return None
        with suppress(OSError):
            os.utime(name + SUFFIX, dir_fd=place, follow_symlinks=False)
        return Native(data[_HEADER.size :], frame_bytes)
    finally:
        os.close(place)


def _read(place: int, file_name: str) -> bytes | None:
    try:
        descriptor = os.open(file_name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=place)
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


def store(name: str, native: Native) -> None:
    """Keep an entry. Where that is not possible (no space, no permission, no home) nothing is kept."""
    if len(native.image) > ENTRY_BYTES_MAX:
        return
    place = _open_directory(create=True)
    if place is None:
        return
    from hashlib import sha256

    body = struct.pack("<Q", native.frame_bytes) + native.image
    temporary = f".{name}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=place)
        try:
            with open(descriptor, "wb") as file:
                file.write(FORMAT + sha256(body).digest() + body)
            os.replace(temporary, name + SUFFIX, src_dir_fd=place, dst_dir_fd=place)
        except OSError:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=place)
        _evict(place)
    except OSError:
        pass
    finally:
        os.close(place)


def _evict(place: int) -> None:
    """Remove the entries used longest ago until three quarters of the bound are left, and what interrupted writers left behind."""
    entries: list[tuple[float, int, str]] = []
    for name in os.listdir(place):
        with suppress(OSError):
            status = os.stat(name, dir_fd=place, follow_symlinks=False)
            if name.endswith(SUFFIX):
                entries.append((status.st_mtime, status.st_size, name))
            elif status.st_mtime < time.time() - LEFT_BEHIND_S:
                os.unlink(name, dir_fd=place)
    total = sum(size for _, size, _ in entries)
    if total <= CACHE_BYTES_MAX:
        return
    for _, size, name in sorted(entries):
        with suppress(OSError):
            os.unlink(name, dir_fd=place)
            total -= size
        if total <= CACHE_BYTES_MAX * 3 // 4:
            break
