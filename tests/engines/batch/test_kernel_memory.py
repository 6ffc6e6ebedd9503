"""Memory of result columns: used again when nobody holds it, never while somebody does, bounded when idle."""

from __future__ import annotations

import gc

import numpy as np
import pyarrow as pa
import pytest

from belljar.engines.batch import kernel_memory
from belljar.engines.batch.kernel_memory import HUGE_PAGE_BYTES, POOLED_BYTES_MIN, column_buffer


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_memory, "_idle", {})


def test_memory_comes_back() -> None:
    for size in (POOLED_BYTES_MIN, 1_000_000, 5_000_000):
        first = column_buffer(size)
        assert first.size >= size
        address = first.address
        column = pa.Array.from_buffers(pa.int64(), 10, [None, first])
        del first
        assert column_buffer(size).address != address  # the column still has it
        gc.collect()
        del column
        addresses = {(one := column_buffer(size)).address, (other := column_buffer(size)).address}
        assert address in addresses
        del one, other


def test_large_memory_starts_a_huge_page() -> None:
    assert column_buffer(HUGE_PAGE_BYTES).address % HUGE_PAGE_BYTES == 0


def test_what_is_idle_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_memory, "RETAINED_BYTES_MAX", 4 * POOLED_BYTES_MIN)
    held = [column_buffer(POOLED_BYTES_MIN) for _ in range(6)]
    held.clear()
    assert sum(size * len(idle) for size, idle in kernel_memory._idle.items()) == 4 * POOLED_BYTES_MIN
    large = column_buffer(3 * POOLED_BYTES_MIN)
    del large  # what was used last is kept, older sizes go
    assert len(kernel_memory._idle[3 * POOLED_BYTES_MIN]) == 1
    assert len(kernel_memory._idle[POOLED_BYTES_MIN]) == 1


def test_small_memory_is_arrows() -> None:
    buffer = column_buffer(0)
    assert buffer.size >= 1
    assert np.frombuffer(column_buffer(100), np.uint8).size >= 100
