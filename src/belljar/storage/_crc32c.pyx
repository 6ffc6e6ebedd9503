# cython: language_level=3
"""CRC-32C of bytes: carries a buffer to `csrc/storage/crc32c.c`."""

from libc.stddef cimport size_t
from libc.stdint cimport uint32_t

cdef extern from "storage/crc32c.h" nogil:
    uint32_t bj_crc32c(uint32_t crc, const void *data, size_t size_bytes)


def crc32c(const unsigned char[::1] data not None, uint32_t crc=0):
    """Return the CRC-32C of `data`, continued from `crc` (0 to start)."""
    cdef size_t size_bytes = data.shape[0]
    if size_bytes == 0:
        return crc
    cdef const unsigned char *start = &data[0]
    if size_bytes < 4096:
        return bj_crc32c(crc, start, size_bytes)
    with nogil:
        crc = bj_crc32c(crc, start, size_bytes)
    return crc
