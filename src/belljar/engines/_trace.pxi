# Part of _instance.pyx: the marks that a traced program leaves (csrc/runtime/trace.h), on their way to Python.

cdef int on_marks(void *data, const uint8_t *marks, size_t size) noexcept nogil:
    """Hand a block of marks to the sink of the instance."""
    cdef int code = 0
    with gil:
        instance = <Instance><object>data
        try:
            instance.marks_sink((<const char *>marks)[:size])
        except BaseException as error:
            instance.marks_error = error
            code = 1
    return code
