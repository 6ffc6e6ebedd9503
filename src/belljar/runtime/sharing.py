"""Memory that a worker process shares with its host, for what is too much to be sent."""

from __future__ import annotations

import mmap
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

REGION_BYTES: Final = 256 << 20
"""A half for what goes to the worker, a half for what comes back. Pages are there once they are written."""
HALF: Final = REGION_BYTES // 2


def new_region() -> int:
    """A descriptor of memory to share, all of it zeros and none of it there yet."""
    descriptor = os.memfd_create("belljar", os.MFD_CLOEXEC)
    os.ftruncate(descriptor, REGION_BYTES)
    return descriptor


def opened(descriptor: int) -> mmap.mmap:
    """The memory behind a descriptor."""
    return mmap.mmap(descriptor, REGION_BYTES)
