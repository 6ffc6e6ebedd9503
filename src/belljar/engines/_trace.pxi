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


cdef object taken_marks(Instance instance):
    """The marks that an instance keeps, oldest first; a sink gets what is left instead. Raises what the sink raised."""
    if instance.marks_sink is not None:
        bell_trace_flush(instance.ctx)
        if instance.marks_error is not None:
            error, instance.marks_error = instance.marks_error, None
            raise error
        return b""
    made = bytes(bell_trace_copy(instance.ctx, NULL))
    bell_trace_copy(instance.ctx, <uint8_t *><char *>made)
    return made
