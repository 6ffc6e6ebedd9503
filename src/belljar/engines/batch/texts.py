"""Dictionary-encoded text columns written out, and counted, in C: Arrow's own way imports ``pyarrow.compute``, which takes longer than a small run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from belljar.engines.batch._columns import TEXTS_SLACK, NumberedTexts
from belljar.engines.batch.kernel_memory import column_buffer

BYTES_MAX = 2**31 - 1
"""Bytes that the offsets of a string column can tell."""


def plain_text(array: pa.Array) -> pa.Array:
    """A dictionary-encoded text column as plain strings."""
    found = _counted(array)
    if found is None or found[1] > BYTES_MAX:
        return array.cast(pa.string())
    texts, size, counts = found
    offsets, data = column_buffer(4 * len(array) + 4), column_buffer(size + TEXTS_SLACK)
    texts.write(offsets.address, data.address)
    if not counts[-1]:
        return pa.Array.from_buffers(pa.string(), len(array), [None, offsets, data.slice(0, size)])
    return pa.Array.from_buffers(pa.string(), len(array), [_aligned_valid(array), offsets, data.slice(0, size)])


def text_counts(array: pa.Array, values_max: int) -> dict[str | None, int] | None:
    """How often each text and None come in a dictionary-encoded column: at most ``values_max`` + 1 of them. None where Arrow has to count."""
    found = _counted(array)
    if found is None:
        return None
    counts = found[2]
    counted: dict[str | None, int] = {}
    for number in np.flatnonzero(counts).tolist():
        text = None if number == len(array.dictionary) else array.dictionary[number].as_py()
        counted[text] = counted.get(text, 0) + int(counts[number])
        if len(counted) > values_max:
            break
    return counted


def _counted(array: pa.Array) -> tuple[NumberedTexts, int, Any] | None:
    """The column for C, the bytes of its rows together, the rows of each number; None for an encoding of other types."""
    dictionary = array.dictionary
    if array.type.index_type != pa.int32() or dictionary.type != pa.string() or dictionary.null_count:
        return None
    valid, codes = array.buffers()[:2]
    _, offsets, data = dictionary.buffers()
    if codes is None or offsets is None:
        return None
    bytes_at, size = (data.address, data.size) if data is not None else (0, 0)
    start = offsets.address + 4 * dictionary.offset
    texts = NumberedTexts(
        codes.address + 4 * array.offset,
        0 if valid is None else valid.address,
        array.offset,
        len(array),
        start,
        bytes_at,
        size,
        len(dictionary),
    )
    counts = np.zeros(len(dictionary) + 1, np.int64)
    return texts, texts.count(counts), counts


def _aligned_valid(array: pa.Array) -> Any:
    """The validity bits of an array, the first at the start of a byte."""
    from belljar.engines.batch._columns import align_bits

    valid = array.buffers()[0]
    if array.offset == 0:
        return valid
    aligned = column_buffer(len(array) // 8 + 1)
    align_bits(aligned.address, valid.address, array.offset, len(array))
    return aligned
