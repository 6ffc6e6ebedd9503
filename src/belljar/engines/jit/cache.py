"""Machine code on disk, so that a program that was compiled once starts without LLVM: entries of :mod:`belljar.storage.cache`.

An entry's name depends on the LLVM text (which holds the layout of the runtime's structures), the processor, and the version of LLVM.
"""

from __future__ import annotations

import os

from belljar.engines.jit.native import Native
from belljar.storage import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

FORMAT: Final = b"belljar code 1\n"
SUFFIX: Final = ".code"


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


def digest_of(text: str) -> str:
    """What stands for LLVM text in the name of its entry."""
    return cache.key([text])


def key_of(digest: str) -> str:
    """The name of the entry that holds the machine code of the LLVM text with this digest."""
    global _host
    if not _host:
        _host = [processor(), llvm_version()]
    return cache.key([digest, *_host])


_host: list[str] = []
"""What code depends on besides its text: it does not change while the process runs."""


def load(name: str) -> Native | None:
    """The code kept under this name, or None when there is none that can be trusted."""
    body = cache.read(name + SUFFIX, FORMAT)
    if body is None or len(body) <= 8:
        return None
    return Native(body[8:], int.from_bytes(body[:8], "little"))


def store(name: str, native: Native) -> None:
    """Keep code under a name, if that is possible."""
    cache.write(name + SUFFIX, FORMAT, native.frame_bytes.to_bytes(8, "little") + native.image)
