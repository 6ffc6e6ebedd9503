"""Arrow arrays from NumPy and back, by their buffers.

``pyarrow.array`` looks whether its argument is a pandas object and imports pandas to find out, and the methods of arrays import
``pyarrow.compute``: a fifth of a second that a run which needs neither must not wait for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray


def int_array(values: Sequence[int]) -> pa.Array:
    """int64 without nulls."""
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(np.asarray(values, np.int64))])


def str_array(values: Sequence[str]) -> pa.Array:
    """Strings without nulls; large strings where they do not fit in 2 GiB. What UTF-8 cannot say becomes a question mark."""
    texts = [value.encode("utf-8", "replace") for value in values]
    ends = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=ends[1:])
    data = pa.py_buffer(b"".join(texts))
    if ends[-1] > np.iinfo(np.int32).max:
        return pa.Array.from_buffers(pa.large_string(), len(texts), [None, pa.py_buffer(ends), data])
    return pa.Array.from_buffers(pa.string(), len(texts), [None, pa.py_buffer(ends.astype(np.int32)), data])


def present(array: pa.Array) -> NDArray[np.bool_]:
    """True where the array is not null."""
    validity = array.buffers()[0]
    if validity is None:
        return np.full(len(array), not pa.types.is_null(array.type))
    first = array.offset // 8
    bits = np.unpackbits(np.frombuffer(validity, np.uint8)[first:], count=array.offset - 8 * first + len(array), bitorder="little")
    return bits[array.offset - 8 * first :].astype(np.bool_)


def nulled(array: pa.Array, mask: NDArray[np.bool_]) -> pa.Array:
    """The array, null also where the mask is True."""
    if array.offset or pa.types.is_nested(array.type) or pa.types.is_dictionary(array.type):
        import pyarrow.compute as pc

        return pc.if_else(pa.array(mask), pa.scalar(None, array.type), array)
    validity = np.packbits(present(array) & ~mask, bitorder="little")
    return pa.Array.from_buffers(array.type, len(array), [pa.py_buffer(validity), *array.buffers()[1:]])
