# Part of _instance.pyx: what a context calls back, while guest code runs and without the GIL unless it takes it.

cdef struct Host:
    # What the callbacks of a context find through ctx.host.
    PyThreadState *saved  # not NULL: the GIL was released
    int64_t signals_due_ns
    int64_t time_ns  # the limit
    bint main_thread
    bint looked
    bint converting  # values: Python's objects are being read or made, so the GIL stays
    bell_word *pins  # references the conversion of arguments holds
    uint32_t pin_count, pin_capacity
    void (*vm_roots)(bell_ctx *, void (*)(bell_ctx *, bell_word *) noexcept nogil) noexcept nogil


cdef void visit_roots(bell_ctx *ctx, void (*visit)(bell_ctx *, bell_word *) noexcept nogil) noexcept nogil:
    """What the collector must see besides native code's shadow stack: arguments being converted, and the VM's frames."""
    cdef Host *host = <Host *>ctx.host
    cdef uint32_t i
    for i in range(host.pin_count):
        visit(ctx, &host.pins[i])
    if host.vm_roots != NULL:
        host.vm_roots(ctx, visit)


cdef bint on_main_thread() noexcept with gil:
    """Whether this is the thread that signals come to."""
    import threading  # here: short calls never ask

    return PyThread_get_thread_ident() == <unsigned long>threading.main_thread().ident


cdef void warmed(bell_ctx *ctx) noexcept with gil:
    instance = <Instance>instance_of(ctx)
    instance.warm(instance.fuel_before + bell_fuel_used(ctx))


cdef uint32_t on_poll(bell_ctx *ctx) noexcept nogil:
    """A slice of fuel has run out. The first time, let go of the GIL and start the clock."""
    cdef Host *host = <Host *>ctx.host
    cdef int64_t now = now_ns()
    cdef uint32_t code = 0
    if host.converting:
        if ctx.invoked != 0 and ctx.deadline_ns == 0:  # a special method of the program, asked for by a table that is being filled: it ends in time as well
            ctx.deadline_ns = now + host.time_ns
        return 0
    if not host.looked:
        host.looked = True
        host.main_thread = on_main_thread()
        warmed(ctx)
        host.signals_due_ns = now
        if ctx.deadline_ns == 0:  # a call of the host may have started the clock
            ctx.deadline_ns = now + host.time_ns
    if host.saved == NULL:
        host.saved = PyEval_SaveThread()
    if host.main_thread and now >= host.signals_due_ns:
        host.signals_due_ns = now + SIGNALS_EVERY_NS
        with gil:
            try:
                PyErr_CheckSignals()
            except KeyboardInterrupt:
                code = 6
            except BaseException as error:
                code = 6
                (<Instance>instance_of(ctx)).raised = error
    return code


cdef uint32_t on_write(bell_ctx *ctx, const char *utf8, size_t size) noexcept nogil:
    """Hand output to the host's callback."""
    cdef uint32_t code = 0
    with gil:
        instance = <Instance>instance_of(ctx)
        try:
            instance.write(utf8[:size].decode("utf-8", "replace"))
        except BrokenPipeError:
            code = 7
        except BaseException as error:
            instance.raised = error
            code = 6
    return code


cdef bell_word on_caught(bell_ctx *ctx) noexcept nogil:
    """Make the exception object of a fault that a handler asks for."""
    cdef bell_word word = 0
    with gil:
        instance = <Instance>instance_of(ctx)
        try:
            word = instance.exception()
        except BaseException as error:
            if isinstance(error, BellError) and error.code == "E0803":
                bell_fault(ctx, 803)
            else:
                instance.raised = error
                bell_fault(ctx, 6)
    return word


cdef object instance_of(bell_ctx *ctx):
    return <object>(<PyObject **>(<Host *>ctx.host + 1))[0]


cdef class Glimpsed:
    """Points at a container in the heap of an instance, for a message: good until the next call."""

    cdef readonly bell_ref ref

    def __init__(self, bell_ref ref):
        self.ref = ref


class TooMuch(Exception):
    """A result is nested too deep (E0804) or too large (E0803) to be handed over."""


cdef void write_to(Instance instance, write):
    """Let output go to ``write``; None refuses it."""
    instance.write = write
    if write is None:
        instance.ctx.write = NULL
    else:
        instance.ctx.write = on_write


cdef int64_t left_guest(Instance self, int64_t failed) noexcept:
    """What is to be done when code of the program has run: write what it printed, and hold the interpreter's lock again. Nonzero where it failed, or the writing does."""
    cdef Host *host = <Host *>self.host_block
    if self.ctx.heap.output_size != 0 and not bell_output_flush(self.ctx):
        failed = 1
    if host.saved != NULL:
        PyEval_RestoreThread(host.saved)
        host.saved = NULL
    return failed
