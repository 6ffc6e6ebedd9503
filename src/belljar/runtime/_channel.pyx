# cython: language_level=3
"""Messages over a stream socket between two processes that wait for each other: `csrc/isolation/channel.c`.

A message is its length, the core on which it was written (four bytes each, little-endian) and its bytes. What the other side writes is read within `longest`, whatever it says."""

import struct

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.exc cimport PyErr_CheckSignals
from libc.errno cimport EAGAIN, EINTR, ETIMEDOUT, errno
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.string cimport memcpy, memmove

cdef extern from "isolation/channel.h" nogil:
    int64_t FOREVER "BELL_CHANNEL_FOREVER"
    bint bell_channel_open(int descriptor, bint bounded)
    int32_t bell_channel_core()
    int64_t bell_channel_read(int descriptor, void *to, size_t size, int64_t until)
    int64_t bell_channel_look(int descriptor, void *to, size_t size, int64_t spin_ns)
    int64_t bell_channel_write(int descriptor, const void *source, size_t size, int64_t until)

cdef enum:
    HEAD = 8
    LOOK_NS = 50000  # most functions of a host, and many tasks, take less
    LONG_LOOK_NS = 250000  # more than it takes to wake up
    LOOKS = 8
    AHEAD = 16384
    PIECE = 1048576


cdef class Channel:
    """One end. `is_bounded`: whether its waits end at a time. Used by one thread at a time."""

    cdef int descriptor
    cdef int64_t longest
    cdef int32_t core  # on which the last message of the other side was written
    cdef uint32_t missed  # times in a row that looking found nothing
    cdef int64_t start
    cdef int64_t end
    cdef uint8_t ahead[AHEAD]  # what was read and not yet given: [start, end)

    def __init__(self, int descriptor, bint is_bounded, int64_t longest):
        if not bell_channel_open(descriptor, is_bounded):
            raise OSError(errno, "no connection of this kind")
        self.descriptor, self.longest, self.core = descriptor, longest, bell_channel_core()

    def close(self):
        """Use the socket no more, of which others may have the number by now: what is asked from here on is an OSError."""
        self.descriptor = -1

    cdef int64_t read(self, uint8_t *to, int64_t size, int64_t until) except -1:
        cdef int64_t count
        cdef int why
        while True:
            with nogil:
                count, why = -1, EAGAIN
                if self.core != bell_channel_core():
                    # Two that wake one another sleep whenever the other looks: one of them must now and then look for longer than that takes.
                    count = bell_channel_look(self.descriptor, to, <size_t>size, LONG_LOOK_NS if self.missed % LOOKS == 1 else LOOK_NS)
                    why = errno
                    self.missed = self.missed + 1 if count < 0 else 0
                if count < 0 and why == EAGAIN:
                    count = bell_channel_read(self.descriptor, to, <size_t>size, until)
                    why = errno
            if count > 0:
                return count
            if count == 0:
                raise EOFError
            if why == ETIMEDOUT:
                raise TimeoutError
            if why != EINTR:
                raise OSError(why, "the connection is broken")
            PyErr_CheckSignals()

    cpdef bytes receive(self, double until):
        """The next message, by `until` in seconds of time.monotonic() (inf: whenever it comes). Raises TimeoutError, EOFError at the end of the stream, ValueError for one that is longer than messages are, OSError."""
        cdef int64_t deadline = nanoseconds(until)
        cdef int64_t had = self.end - self.start
        cdef int64_t size, at
        cdef bytes made
        cdef list pieces
        cdef uint8_t *to
        while had < HEAD:
            if self.start > 0:
                memmove(self.ahead, self.ahead + self.start, <size_t>had)
                self.start, self.end = 0, had
            self.end += self.read(self.ahead + self.end, AHEAD - self.end, deadline)
            had = self.end
        size = number(self.ahead + self.start)
        if size > self.longest:
            raise ValueError("more than a message may hold")
        self.core = <int32_t>number(self.ahead + self.start + 4)
        self.start += HEAD
        had = min(self.end - self.start, size)
        if had == size:
            made = PyBytes_FromStringAndSize(<char *>self.ahead + self.start, size)
            self.start += size
            if self.start == self.end:
                self.start = self.end = 0
            return made
        # In pieces, so that nobody has memory taken by saying a length and no more.
        pieces = [PyBytes_FromStringAndSize(<char *>self.ahead + self.start, had)]
        self.start = self.end = 0
        while had < size:
            made = PyBytes_FromStringAndSize(NULL, min(size - had, PIECE))
            to = <uint8_t *>PyBytes_AS_STRING(made)
            at = 0
            while at < PyBytes_GET_SIZE(made):
                at += self.read(to + at, PyBytes_GET_SIZE(made) - at, deadline)
            pieces.append(made)
            had += at
        return b"".join(pieces)

    cpdef int send(self, bytes message, double until) except -1:
        """Send a message, for which there is room by `until`, as for `receive`. Raises TimeoutError, OSError."""
        cdef int64_t deadline = nanoseconds(until)
        cdef int64_t size = PyBytes_GET_SIZE(message)
        cdef uint8_t small[1024]
        cdef const uint8_t *data
        cdef bytes whole
        if size > self.longest:
            raise ValueError("more than a message may hold")
        if size + HEAD <= <int64_t>sizeof(small):
            write_number(small, <uint32_t>size)
            write_number(small + 4, <uint32_t>bell_channel_core())
            memcpy(small + HEAD, PyBytes_AS_STRING(message), <size_t>size)
            data = small
        else:
            whole = struct.pack("<II", size, bell_channel_core()) + message
            data = <const uint8_t *>PyBytes_AS_STRING(whole)
        self.write(data, size + HEAD, deadline)
        return 0

    cdef int write(self, const uint8_t *data, int64_t size, int64_t until) except -1:
        cdef int64_t count
        cdef int why
        while size > 0:
            with nogil:
                count = bell_channel_write(self.descriptor, data, <size_t>size, until)
                why = errno
            if count >= 0:
                data += count
                size -= count
            elif why == ETIMEDOUT:
                raise TimeoutError
            elif why != EINTR:
                raise OSError(why, "the connection is broken")
            else:
                PyErr_CheckSignals()
        return 0


cdef int64_t nanoseconds(double until):
    return <int64_t>(until * 1e9) if until < 9e9 else FOREVER


cdef int64_t number(const uint8_t *head):
    return head[0] | <int64_t>head[1] << 8 | <int64_t>head[2] << 16 | <int64_t>head[3] << 24


cdef void write_number(uint8_t *head, uint32_t value):
    head[0], head[1], head[2], head[3] = value & 0xFF, value >> 8 & 0xFF, value >> 16 & 0xFF, value >> 24
