# cython: language_level=3
"""Locking down this process: `csrc/isolation/lockdown.c`."""

from libc.errno cimport errno
from libc.stdint cimport uint64_t

cdef extern from "isolation/lockdown.h" nogil:
    ctypedef struct bell_confinement:
        uint64_t address_bytes
        uint64_t files
    const char *bell_lockdown(const bell_confinement *bounds)
    const char *bell_lockdown_missing()


def lockdown(uint64_t address_bytes, uint64_t files):
    """Take away from this process, for good, all but computing and the files it has open. Raises OSError, which names what the system refused."""
    cdef bell_confinement bounds
    bounds.address_bytes, bounds.files = address_bytes, files
    cdef const char *refused = bell_lockdown(&bounds)
    if refused != NULL:
        raise OSError(errno, refused.decode())


def missing():
    """What this system lacks for it, or the empty string."""
    cdef const char *what = bell_lockdown_missing()
    return what.decode() if what != NULL else ""
