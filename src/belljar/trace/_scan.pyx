# cython: language_level=3
"""Scans of marks: carries blocks to `csrc/trace/scan.c`."""

from libc.stddef cimport size_t
from libc.stdint cimport int32_t, uint32_t, uint64_t, uint8_t

cdef extern from "trace/scan.h" nogil:
    enum:
        BELL_SCAN_DAMAGED
        BELL_SCAN_NO_MEMORY
        BELL_SCAN_DONE_BLOCK
        BELL_SCAN_DUE
        BELL_SCAN_ASKING
    ctypedef struct bell_scan:
        pass
    bell_scan *bell_scan_new(const int32_t *table, size_t site_count, uint32_t log_max)
    void bell_scan_free(bell_scan *scan)
    int bell_scan_block(bell_scan *scan, const uint8_t *bytes, size_t size, uint32_t block, size_t *at, uint64_t due)
    uint64_t bell_scan_events(const bell_scan *scan)
    uint64_t bell_scan_hosts(const bell_scan *scan)
    size_t bell_scan_asked(const bell_scan *scan, uint64_t *to)
    void bell_scan_settle(bell_scan *scan, uint64_t made, uint32_t shown)
    size_t bell_scan_state(const bell_scan *scan, uint64_t *to)

DONE_BLOCK = BELL_SCAN_DONE_BLOCK
DUE = BELL_SCAN_DUE
ASKING = BELL_SCAN_ASKING
DAMAGED = BELL_SCAN_DAMAGED


cdef class Scan:
    """A scan by the table of sites that `scan.h` tells of, numbers of 32 bits."""

    cdef bell_scan *scan

    def __cinit__(self, const int32_t[::1] table not None, size_t sites, uint32_t log_max):
        self.scan = bell_scan_new(&table[0] if table.shape[0] else NULL, sites, log_max)
        if self.scan == NULL:
            raise MemoryError

    def __dealloc__(self):
        bell_scan_free(self.scan)

    def block(self, bytes data not None, uint32_t number, size_t at, uint64_t due):
        """Read on in a block; why it stopped, and where."""
        cdef const uint8_t *start = data
        cdef size_t size = len(data)
        cdef int why
        with nogil:
            why = bell_scan_block(self.scan, start, size, number, &at, due)
        if why == BELL_SCAN_NO_MEMORY:
            raise MemoryError
        return why, at

    @property
    def events(self):
        return bell_scan_events(self.scan)

    @property
    def hosts(self):
        return bell_scan_hosts(self.scan)

    def asked(self):
        """The name whose value is asked for."""
        made = bytearray(8 * bell_scan_asked(self.scan, NULL))
        if made:
            bell_scan_asked(self.scan, <uint64_t *><char *>made)
        return bytes(made)

    def settle(self, uint64_t made, uint32_t shown):
        bell_scan_settle(self.scan, made, shown)

    def state(self):
        made = bytearray(8 * bell_scan_state(self.scan, NULL))
        bell_scan_state(self.scan, <uint64_t *><char *>made)
        return bytes(made)
