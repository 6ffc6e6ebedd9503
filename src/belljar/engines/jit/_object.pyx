# cython: language_level=3
"""Machine code in memory: carries an object file to `csrc/jit/object.c`."""

from libc.stdint cimport uint8_t, uint64_t, uintptr_t
from libc.stdlib cimport free, malloc

cdef extern from "<string.h>" nogil:
    void *memcpy(void *, const void *, size_t)
    void *memmove(void *, const void *, size_t)
    void *memset(void *, int, size_t)

cdef extern from "<math.h>" nogil:
    double ceil(double)
    double floor(double)
    double rint(double)

cdef extern from "jit/object.h" nogil:
    ctypedef struct bell_symbol:
        const char *name
        uint64_t address
    ctypedef struct bell_object:
        pass
    enum: BELL_OBJECT_REASON_MAX
    bell_object *bell_object_load(const uint8_t *data, size_t size, const bell_symbol *symbols, size_t count, char *reason)
    void *bell_object_address(const bell_object *object, const uint8_t *data, size_t size, const char *name)
    size_t bell_object_bytes(const bell_object *object)
    void bell_object_free(bell_object *object)


# What LLVM calls of itself: fills and copies it finds in loops, and roundings that old processors have no instruction for. rint is
# roundeven here, as nothing changes the rounding mode.
cdef dict LIBRARY = {
    "memcpy": <uintptr_t>memcpy,
    "memmove": <uintptr_t>memmove,
    "memset": <uintptr_t>memset,
    "ceil": <uintptr_t>ceil,
    "floor": <uintptr_t>floor,
    "roundeven": <uintptr_t>rint,
}


cdef class Code:
    """An object file loaded into executable memory for as long as this lives.

    `symbols` gives the addresses of what the object does not define. Raises ValueError with the reason when it cannot be loaded.
    """

    cdef bell_object *object
    cdef bytes image

    def __cinit__(self, bytes image not None, dict symbols not None):
        cdef char reason[BELL_OBJECT_REASON_MAX]
        symbols = {**symbols, **LIBRARY}
        cdef size_t count = len(symbols), index = 0
        cdef list names = [name.encode() for name in symbols]
        cdef bell_symbol *table = <bell_symbol *>malloc((count + 1) * sizeof(bell_symbol))
        if table == NULL:
            raise MemoryError
        try:
            for index, address in enumerate(symbols.values()):
                table[index].name = <bytes>names[index]
                table[index].address = address
            self.object = bell_object_load(image, len(image), table, count, reason)
        finally:
            free(table)
        if self.object == NULL:
            raise ValueError(reason.decode("utf-8", "replace"))
        self.image = image

    def __dealloc__(self):
        bell_object_free(self.object)

    def address(self, str name not None):
        """The address of a global symbol of the object. Raises KeyError when it defines none of that name."""
        cdef void *found = bell_object_address(self.object, self.image, len(self.image), name.encode())
        if found == NULL:
            raise KeyError(name)
        return <uintptr_t>found

    def addresses(self, str name not None, Py_ssize_t count):
        """The first ``count`` addresses of a table of the object. Raises KeyError when it defines none of that name."""
        cdef const uintptr_t *table = <const uintptr_t *><uintptr_t>self.address(name)
        cdef Py_ssize_t i
        return [table[i] for i in range(count)]

    @property
    def size_bytes(self):
        """Bytes of memory the code takes."""
        return bell_object_bytes(self.object)
