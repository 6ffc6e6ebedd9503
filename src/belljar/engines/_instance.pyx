# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=False
"""Instances: a loaded module with its heap, as the VM and native code run it, and the way of values in and out.

An instance is a ``bell_ctx`` (csrc/runtime) with a VM (csrc/vm). Values cross as components in Python form (``engines/contract.py``).

A call starts with the GIL held. When its first slice of fuel runs out, after a millisecond or two, the GIL is released for the rest of the call: a
short call pays nothing for it, and a long one lets other threads run.
"""

from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_ND, PyBUF_SIMPLE, PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release, PyObject_CheckBuffer, PyObject_GetBuffer,
)
from cpython.dict cimport PyDict_GetItemWithError
from cpython.exc cimport PyErr_CheckSignals
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact, PyFloat_FromDouble
from cpython.long cimport PyLong_CheckExact, PyLong_FromLongLong
from cpython.list cimport PyList_New, PyList_SET_ITEM
from cpython.ref cimport Py_INCREF, PyObject
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t, uintptr_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy, memset

from belljar.engines.contract import ANSWER_BYTES_MAX, ANSWERS_MAX, VALUE_BYTES, HostFault, Outcome
from belljar.engines.tables import class_numbers, parts
from belljar.errors import BellError, bell_error
from belljar.ir.class_names import called, generator_type, is_built_in, is_made_first, qualname, signature_text, type_name as record_type_name
from belljar.ir.function import MEMBER_KINDS, PARAM_KINDS
from belljar.types import (
    ANY, BOOL, BYTES, DECIMAL, FLOAT, FROZENSET, FUNCTION, INT, NEVER, NONE, NUMBER, REGEX, STR, ClosureType, DictType, ListType, OptionalType,
    RangeType, RecordType, SetType, TupleType,
)
from belljar.values import NESTING_MAX, Callable, Record


from belljar.engines._runtime cimport *

from belljar.engines._python cimport *


def runtime_symbols():
    """The functions that native code may call: name to address."""
    return {bell_symbols[i].name.decode(): bell_symbols[i].address for i in range(bell_symbol_count)}


cdef enum:
    # Bytes, about, that Python objects take, and nanoseconds that go by unseen.
    NUMBER_BYTES = 32
    OBJECT_BYTES = 56
    RECORD_BYTES = 200
    ENTRY_BYTES = 64  # of a dict or set, besides the objects
    SHARED_MIN = 256
    LOOK_NS = 1 << 20
    INSERT_NS = 1 << 14  # far more than it takes as a rule: an adversary's keys all have one hash
    ITEM_NS = 8
    HASH_NS = 16  # for each value that a key shows

cdef Py_ssize_t LOGGED_MAX = ANSWERS_MAX
cdef enum:
    SCALARS_MAX = 16  # parameters of a call that needs no list
cdef int64_t SIGNALS_EVERY_NS = 50_000_000  # how long Ctrl-C may wait


cdef int64_t now_ns() noexcept nogil:
    cdef timespec now
    clock_gettime(CLOCK_MONOTONIC, &now)
    return <int64_t>now.tv_sec * 1000000000 + now.tv_nsec


include "_type_table.pxi"
include "_conversion.pxi"
include "_callbacks.pxi"
include "_trace.pxi"
include "_profile.pxi"


cdef object preview_module = None


cdef object preview():
    """What shows containers in messages: belljar.engines.preview, loaded by the first message that has one."""
    global preview_module
    if preview_module is None:
        from belljar.engines import preview as preview_module
    return preview_module


cdef class Instance:
    """A module loaded with a program for the VM, machine code for some or all of its functions, or both.

    ``module``, ``limits`` and ``write`` are as in the engines' contract. ``roots_max`` is how many words the shadow stack of native code needs
    at most, ``frame_bytes`` its largest frame; both 0 without native code. ``hosts`` are the functions of the host, a HostTable. :meth:`start` must come before the first call.
    """

    cdef readonly object module
    cdef readonly object limits
    cdef readonly object program
    cdef readonly Types types
    cdef readonly dict indices  # of the functions by name
    cdef object write
    cdef object __weakref__
    cdef object owner  # of native code
    cdef object marks_sink, marks_error
    cdef int64_t fuel_before  # used by the calls before this one
    cdef object raised  # what a callback of the host raised during a call
    cdef object on_warm  # called once, when warm_fuel has been used
    cdef int64_t warm_fuel
    cdef object sites  # of the module, by number
    cdef bell_ctx *ctx
    cdef bell_vm *vm
    cdef bell_vm_program code
    cdef Py_buffer[6] lent  # what the program's code lies in
    cdef int lent_count
    cdef bell_stack stack
    cdef void **natives
    cdef void *host_block
    cdef bint busy, dirty, restorable, started
    cdef bint goes_on  # `lasting`
    cdef int nesting  # containers around the value being converted
    cdef dict made  # containers of a result that have been converted: reference to (value, containers inside one another in it, values it shows)
    cdef int height  # tallest part of the container being converted
    cdef int64_t shown  # values that its parts show
    cdef int64_t shown_max
    cdef int64_t taken_max
    cdef int64_t taken  # bytes, about, of the Python objects of the results being converted
    cdef int64_t unlooked  # nanoseconds of converting, about, since the last look at the clock
    cdef int64_t since  # the first look
    cdef int64_t until  # when the limit of time falls; 0 before the first look
    cdef object empty  # numpy.empty while a result's lists of numbers become arrays
    cdef int64_t fuel_max, depth_max
    cdef list functions  # as Function objects, by index
    cdef list effects  # per function: may it write what init left?
    cdef list signatures  # per function: types of parameters and results
    cdef dict callers
    cdef readonly object hosts
    cdef list host_rows  # a HostRow for each function of the host; None without any
    cdef list log  # what takes the answers of this call, or None
    cdef list given  # answers to take instead of calling, or None
    cdef Py_ssize_t given_at
    cdef int64_t log_room  # bytes

    def __cinit__(self, Types types, sites, limits, write, program, list effects, uint64_t roots_max=0, uint64_t frame_bytes=0, hosts=None):
        cdef bell_config config
        module = types.module
        self.module = module
        self.types = types
        self.limits = limits
        self.program = program
        self.sites = sites
        self.effects = effects
        self.fuel_max = limits.fuel
        self.depth_max = limits.depth
        self.shown_max = limits.memory // VALUE_BYTES
        self.taken_max = limits.memory
        self.functions = list(module.functions.values())
        self.indices = {name: index for index, name in enumerate(module.functions)}
        self.callers = {}
        self.natives = <void **>calloc(len(self.functions) + 1, sizeof(void *))
        self.host_block = calloc(1, sizeof(Host) + sizeof(PyObject *))
        if self.natives == NULL or self.host_block == NULL:
            raise MemoryError
        memset(&config, 0, sizeof(config))
        config.memory_max = limits.memory
        config.roots_max = roots_max
        config.types = types.rows
        config.type_count = types.count
        config.strings = types.strings
        config.string_count = len(types.tables.strings)
        config.global_classes = types.global_classes
        config.global_count = len(module.globals)
        config.natives = self.natives
        config.function_count = len(self.functions)
        config.signatures = types.signatures
        config.signature_count = types.signature_count
        self.ctx = bell_ctx_create(&config)
        if self.ctx == NULL:
            raise MemoryError
        if self.ctx.fault != 0:
            raise bell_error("E0803", a=limits.memory, hint="the limit is too small for the module's own strings")
        (<Host *>self.host_block).time_ns = min(int(limits.time_left * 1e9), 2**62)
        (<PyObject **>(<Host *>self.host_block + 1))[0] = <PyObject *>self  # borrowed: the block does not outlive the instance
        self.ctx.host = self.host_block
        self.ctx.poll = on_poll
        self.ctx.explain = on_caught
        write_to(self, write)
        self.hosts = hosts
        if module.hosts:
            self.ctx.host_call = on_host
            if hosts is not None:
                self.host_rows = [HostRow(types, row, entry) for row, entry in zip(module.hosts, hosts.entries, strict=True)]
        self.ctx.output_bytes_max = limits.output
        self.ctx.iterations_max = limits.iterations
        self.ctx.events_max = limits.events
        self.ctx.depth_left = self.depth_max
        self.ctx.depth_least = 0 if module.variables is None else self.depth_max
        if frame_bytes and not bell_stack_open(&self.stack, self.depth_max + 1, frame_bytes):
            raise MemoryError
        if frame_bytes:
            self.ctx.stack = &self.stack
        if program is not None:
            self.load(program)
        (<Host *>self.host_block).vm_roots = self.ctx.vm_roots
        self.ctx.vm_roots = visit_roots

    def __dealloc__(self):
        if self.host_block != NULL:
            free((<Host *>self.host_block).pins)
        bell_vm_delete(self.vm)
        bell_ctx_destroy(self.ctx)
        bell_stack_close(&self.stack)
        free(self.natives)
        free(self.host_block)
        for i in range(self.lent_count):
            PyBuffer_Release(&self.lent[i])

    cdef const void *lend(self, buffer) except? NULL:
        """The bytes of a buffer, for as long as the instance lives."""
        cdef Py_buffer *view = &self.lent[self.lent_count]
        PyObject_GetBuffer(buffer, view, PyBUF_SIMPLE)
        self.lent_count += 1
        return view.buf

    cdef int load(self, program) except -1:
        # Not typed memoryviews: their support loads collections when this module is imported.
        self.code.code = <const bell_insn *>self.lend(program.code)
        self.code.sites = <const uint32_t *>self.lend(program.sites)
        self.code.constants = <const uint64_t *>self.lend(program.constants)
        self.code.roots = <const uint16_t *>self.lend(program.roots)
        self.code.functions = <const bell_vm_function *>self.lend(program.packed_functions)
        self.code.handlers = <const uint32_t *>self.lend(program.handlers)
        self.code.handler_count = <uint32_t>(self.lent[5].len // 4)
        self.code.code_count = <uint32_t>(self.lent[0].len // 8)
        self.code.function_count = len(program.functions)
        self.code.gather_max = program.gather_max
        self.code.frame_max = program.frame_max
        self.code.records_branches = program.records_branches
        self.vm = bell_vm_new(self.ctx, &self.code)
        if self.vm == NULL:
            raise MemoryError
        return 0

    def adopt(self, str function, uintptr_t entry):
        """From now on ``function`` runs as the machine code at ``entry``, a ``bell_native_fn``. May be called while another thread runs the instance."""
        cdef uint32_t index = self.indices[function]
        self.natives[index] = <void *>entry
        if self.vm != NULL:
            bell_vm_adopt(self.ctx, index, &self.stack)

    def keep(self, owner):
        """Keep what owns the code of adopted functions alive as long as this instance."""
        self.owner = owner

    def notice(self, on_warm, int64_t fuel):
        """Call ``on_warm`` once, at the first chance after all calls together have used so much fuel. It must not use the instance."""
        self.on_warm = on_warm
        self.warm_fuel = fuel

    cdef void warm(self, int64_t used) noexcept:
        if self.on_warm is not None and used >= self.warm_fuel:
            on_warm, self.on_warm = self.on_warm, None
            on_warm()

    @property
    def heat(self):
        """Fuel used by all calls so far, about; another thread may ask while one runs."""
        return self.fuel_before + (bell_fuel_used(self.ctx) if self.busy else 0)

    def redirect(self, write):
        """Let output go elsewhere from the next call on; None refuses it."""
        write_to(self, write)

    @property
    def passes(self):
        """Passes through loops that the call made which ran last, of a module that counts them."""
        return self.ctx.iterations_max - self.ctx.iterations_left

    def start(self, inputs=()):
        """Run the module's ``init`` on the inputs and make what it left the state every call starts from; where state lasts, ``init`` is a call like others. Raises the error init ended with."""
        if self.started:
            return
        self.started = True
        if self.module.init and self.module.variables is None:
            outcome = self.call(self.module.init, inputs)
            if outcome.error is not None:
                raise outcome.error
        self.restorable = bool(self.module.globals) and any(self.effects)
        self.dirty = False
        if not bell_heap_seal(self.ctx, self.restorable):
            raise MemoryError
        if self.module.variables is not None and self.restorable:
            self.lasting = True

    def call(self, str function, args, bint arrays=False):
        """Run a function on component values; see ``engines/contract.py``. What a callback of the host raised is raised here."""
        caller = self.callers.get(function)
        if caller is None:
            caller = self.prepare(function)
        return (<Caller>caller).outcome(args, arrays)

    def caller(self, str function, otherwise=None):
        """A callable for the function: takes its components by position, gives its one component, a tuple of several, or None, and raises its error;
        with ``otherwise`` a call that fails gives what that gives for the error and the tuple of the arguments. The quick way in for programs that call often."""
        caller = <Caller>self.prepare(function)
        if otherwise is not None:
            (<Caller>caller).otherwise = otherwise
        return (<Caller>caller).bound()

    @property
    def output_bytes(self):
        """What the last call printed, in bytes of UTF-8."""
        return self.ctx.output_bytes - self.ctx.admitted_bytes

    def prepare(self, str function):
        caller = self.callers.get(function)
        if caller is None:
            index = self.indices.get(function)
            if index is None:
                raise bell_error("E0404", name=function, file=self.module.name)
            caller = self.callers[function] = Caller(self, index)
        return caller

    def run_rows(self, str function, uintptr_t rows, int64_t first):
        """Run a function once per row of a ``bell_rows`` (csrc/batch/rows.h), from row ``first`` on, without the GIL.

        Gives (the row it stopped at, None) at the end or when the program has met an error: (the row, its BellError). A text that is not UTF-8 is E1004, a row too large for the memory limit E0803.
        """
        cdef bell_rows *block = <bell_rows *>rows
        cdef Host *host = <Host *>self.host_block
        cdef bell_rows_instance how
        cdef bell_rows_end end = BELL_ROWS_DONE
        cdef int64_t row
        if self.goes_on:
            raise bell_error("E0003", detail="Rows each start from what init left: not with `lasting`")
        memset(&how, 0, sizeof(how))
        how.ctx = self.ctx
        how.stack = &self.stack
        how.function = self.indices[function]
        how.restore = self.effects[how.function]
        how.fuel_max = self.fuel_max
        how.depth_max = self.depth_max
        how.looked = <int *>&host.looked
        self.begin()
        try:
            host.saved = PyEval_SaveThread()
            row = bell_rows_run(&how, block, first, &end)
            PyEval_RestoreThread(host.saved)
            host.saved = NULL
            self.dirty = how.restore
            self.fuel_before += how.fuel_used
            if end == BELL_ROWS_DONE:
                return row, None
            if end == BELL_ROWS_FAULT:
                return row, self.error()
            if end == BELL_ROWS_TOO_LARGE:
                return row, too_large(self)
            if end == BELL_ROWS_BAD_TEXT:
                return row, bell_error("E1004", file="the row", reason="a text is not UTF-8")
            raise MemoryError
        finally:
            self.busy = False

    def statistics(self):
        """Heap bytes: counted against the limit now, at most, permanent; how often garbage was collected; how often the last call looked at the clock."""
        cdef bell_heap_stats stats
        bell_heap_statistics(self.ctx, &stats)
        return {
            "live_bytes": stats.live_bytes, "peak_bytes": stats.peak_bytes, "image_bytes": stats.image_bytes, "collections": stats.collections,
            "polls": self.ctx.polls,
        }

    # --- state that lasts ---

    @property
    def lasting(self):
        """Whether calls go on from what earlier ones left behind, instead of from what init left. What a call that failed has changed stays, unless an epoch is rolled back."""
        return self.goes_on

    @lasting.setter
    def lasting(self, bint on):
        self.idle()
        if on and not self.restorable and any(self.effects):
            raise bell_error("E0003", detail="The module has no state that could last")
        self.goes_on = on
        if on:  # the first epoch of a large heap takes the longest: here, where nobody waits for it
            bell_epoch_settle(self.ctx)
        else:
            self.dirty = self.restorable
            while bell_epoch_rollback(self.ctx):
                pass

    def variables(self):
        return Variables(self)

    cdef int idle(self) except -1:
        if self.busy or not self.started:
            raise bell_error("E0003", detail="An epoch begins and ends between calls")
        return 0

    def snapshot(self):
        """Begin an epoch: :meth:`rollback` puts the state back to what it is now, :meth:`commit` keeps what became of it. Microseconds, whatever the size of the state. Epochs nest; gives how
        many are open."""
        self.idle()
        if not self.goes_on:
            raise bell_error("E0003", detail="Without `lasting` each call starts from what init left: there is nothing to roll back")
        if not bell_epoch_begin(self.ctx):
            raise MemoryError
        return self.epochs()["open"]

    def rollback(self):
        """End the innermost epoch, and put back what was written since it began: in time of what was changed."""
        self.idle()
        if not bell_epoch_rollback(self.ctx):
            raise bell_error("E0003", detail="No epoch is open")

    def commit(self):
        """End the innermost epoch; what was written stays."""
        self.idle()
        if not bell_epoch_commit(self.ctx):
            raise bell_error("E0003", detail="No epoch is open")

    def epochs(self):
        """How many epochs are open, the pages of 64 KiB that the innermost has kept, and the bytes that all of them keep."""
        cdef bell_epoch_stats stats
        bell_epoch_statistics(self.ctx, &stats)
        return {"open": stats.open, "kept_pages": stats.kept_pages, "kept_bytes": stats.kept_bytes}

    # --- the trace ---

    def trace(self, size_t block_bytes, size_t blocks, sink=None):
        """Keep the marks of a traced module from now on: the last ``blocks`` blocks of so many bytes, or, with a sink, all of them, each full block handed to it as bytes."""
        self.marks_sink, self.marks_error = sink, None
        cdef bell_trace_sink taker = NULL
        if sink is not None:
            taker = on_marks
        if not bell_trace_open(self.ctx, block_bytes, blocks, taker, <void *>self):
            raise MemoryError

    def marks(self):
        """The marks that are kept, oldest first, as bytes; with a sink it gets what is left instead. Raises what the sink raised."""
        return taken_marks(self)

    def forget_marks(self):
        """Begin anew."""
        bell_trace_clear(self.ctx)

    @property
    def marks_lost(self):
        """Blocks of marks that were overwritten, or that the sink did not take."""
        return 0 if self.ctx.trace == NULL else self.ctx.trace.lost
    @property
    def host_counts(self):
        """The calls of each function of the host that were made so far."""
        return [(<HostRow>row).calls for row in self.host_rows or ()]

    def set_stress(self, bint on):
        """For tests: collect garbage at every allocation."""
        bell_heap_set_stress(self.ctx, on)

    # --- one call ---

    cdef int begin(self) except -1:
        """Make ready for a call: the state is what init left, limits are whole."""
        cdef bell_ctx *ctx = self.ctx
        cdef Host *host = <Host *>self.host_block
        self.nesting = 0
        if self.busy:
            raise bell_error("E0003", detail="The instance is running already: each thread needs an instance of its own")
        self.busy = True
        if self.host_rows is not None:
            if self.hosts.anew:
                self.hosts.log = []
            self.log, self.given, self.given_at = self.hosts.log, self.hosts.given, 0
            self.log_room = ANSWER_BYTES_MAX
        if self.goes_on:
            bell_ctx_resume(ctx, self.fuel_max)
        else:
            bell_ctx_begin(ctx, self.fuel_max)
        if self.dirty and not self.goes_on:
            self.dirty = False
            bell_heap_restore_image(ctx)
        ctx.output_bytes = ctx.admitted_bytes = 0
        ctx.deadline_ns = 0
        ctx.depth_left = self.depth_max
        ctx.depth_least = 0 if self.module.variables is None else self.depth_max
        host.looked = False
        return 0

    cdef int64_t run(self, uint32_t index, const bell_word *args, bell_word *results, uint32_t params, uint32_t result_count) noexcept:
        """Run the function. Nonzero on a fault."""
        cdef bell_ctx *ctx = self.ctx
        cdef int64_t failed
        cdef bint profiled = ctx.profile != NULL and bell_profile_start(ctx)
        if self.natives[index] != NULL:
            if results != args:
                memcpy(results, args, params * sizeof(bell_word))
            bell_stack_call(&self.stack, <bell_native_fn>self.natives[index], ctx, results)
            failed = ctx.fault
        else:
            failed = bell_vm_call(ctx, index, args, results)
        if profiled:
            bell_profile_stop(ctx)
        failed = left_guest(self, failed)
        self.fuel_before += bell_fuel_used(ctx)
        if self.on_warm is not None:
            self.warm(self.fuel_before)
        return failed

    cdef object error(self):
        """The error of the call that failed, or raise what a callback raised."""
        cdef bell_ctx *ctx = self.ctx
        ctx.depth_left = self.depth_max
        bell_exc_tell(ctx)
        left_guest(self, 0)
        if self.raised is not None:
            raised, self.raised = self.raised, None
            raise raised
        cdef uint32_t kept = min(ctx.unwind_count, <uint32_t>BELL_UNWIND_MAX)
        from belljar.engines.faults import LIMITS, fault_error

        code = f"E{ctx.fault:04}"
        operands = []
        if code not in LIMITS:
            place = self.sites[ctx.fault_site]
            for register, word in zip(place.instr.registers_read(), (ctx.fault_a, ctx.fault_b)):
                operands.append(self.operand(word, place.function.registers[register].type, code))
        text = self.told()
        error = fault_error(
            self.module, self.sites, ctx.fault_site, code, operands, text=text, unwind=[ctx.unwind_sites[i] for i in range(kept)],
            unwind_count=ctx.unwind_count, limits=self.limits, used=used_of(self, ctx.fault),
        )
        error.seconds = seconds_of(self)
        return error

    cdef bell_word exception(self) except? 0:
        """The exception object of the fault that led to a handler: engines/caught.py, in this heap."""
        cdef bell_ctx *ctx = self.ctx
        cdef Host *host = <Host *>self.host_block
        cdef uint32_t mark = host.pin_count
        cdef uint32_t type
        cdef bell_ref args, ref
        cdef bell_word word
        cdef const bell_type *row
        cdef Py_ssize_t i
        from belljar.engines.caught import caught, foreseen

        code = f"E{ctx.fault:04}"
        place = self.sites[ctx.fault_site]
        operands = []
        types = []
        for register, word in zip(place.instr.registers_read(), (ctx.fault_a, ctx.fault_b)):
            type_ = place.function.registers[register].type
            types.append(type_)
            operands.append(self.operand(word, type_, code))
        text = self.told()
        made = foreseen(self.module, place, code, text)
        if made is not None and len(made.texts) + (made.operand >= 0) == 1 and not ctx.fault_text:
            self.note(made, ctx.fault_site, ctx.fault, types)
        made = caught(self.module, place, code, operands, text)
        word = 0
        if made.operand >= 0:
            word = ctx.fault_a if made.operand == 0 else ctx.fault_b
            if class_of(types[made.operand]) >= BELL_CLASS_STR:
                self.pin(word)
        bell_exc_clear(ctx)
        host.converting = True
        try:
            if made.operand >= 0:
                word = bell_any_from_class(ctx, class_of(types[made.operand]), word)
                if ctx.fault != 0:
                    return 0
                self.pin(word)
                args = self.any_tuple((None,), "")
                BELL_TUPLE_AT(ctx, args).slots[1] = word
            else:
                args = self.any_tuple(made.texts, "")
            self.pin(args)
            type = self.types.tables.type_index[RecordType(made.name)]
            row = &self.types.rows[type]
            if not bell_reserve(ctx, BELL_ROUND(sizeof(bell_head) + row.slot_count * 8)):
                return 0
            ref = bell_alloc(ctx, sizeof(bell_head) + row.slot_count * 8, BELL_RECORD, 0, type)
            BELL_TUPLE_AT(ctx, ref).slots[0] = args
            for i in range(1, row.slot_count):
                if row.slot_classes[i] != BELL_CLASS_ANY:
                    BELL_TUPLE_AT(ctx, ref).slots[i] = 0
                else:
                    BELL_TUPLE_AT(ctx, ref).slots[i] = BELL_NONE if i < BELL_EXC_NOTES else BELL_UNSET
            return ref
        finally:
            host.converting = False
            host.pin_count = mark

    cdef int note(self, made, uint32_t site, uint32_t code, list types) except -1:
        """What the exception objects of a site are made of, for the next one to be made without us."""
        cdef bell_exc_recipe recipe
        told = self.ctx.told_size > 0
        text = made.texts[0].encode() if made.texts and not told else b""
        recipe.site, recipe.code = site, code
        recipe.operand = made.operand if made.operand >= 0 else BELL_EXC_TOLD if told else BELL_EXC_TEXT
        recipe.type = self.types.tables.type_index[RecordType(made.name)]
        recipe.class_ = class_of(types[made.operand]) if made.operand >= 0 else 0
        recipe.text, recipe.text_size = text, len(text)
        bell_exc_note(self.ctx, &recipe)
        return 0

    cdef object told(self):
        """The message of the runtime's own, or ""."""
        cdef bell_ctx *ctx = self.ctx
        if ctx.fault_text:
            return self.to_python(ctx.fault_text, BELL_CLASS_STR, 0)
        return ctx.told[:ctx.told_size].decode("utf-8", "surrogatepass")

    cdef object operand(self, bell_word word, type, code):
        """An operand of the faulting op for its message. A container is not decoded before its text is asked for, and then only as far as that goes."""
        cdef int class_ = class_of(type)
        value = self.glimpse(word, class_, self.types.tables.type_index.get(type, 0), 0)
        return preview().Preview(value, self.opened) if isinstance(value, Glimpsed) else value

    cdef object glimpse(self, bell_word word, int class_, uint32_t type, uint32_t characters_max):
        """As to_python, but a container is only pointed at, and of a string longer than ``characters_max`` (if not 0) there are only the two ends."""
        cdef bell_ctx *ctx = self.ctx
        cdef bell_str *text
        cdef uint32_t half = characters_max // 2
        cdef int kind
        if class_ < BELL_CLASS_STR or (class_ == BELL_CLASS_ANY and (word & 15) != 0) or word == 0:
            return self.to_python(word, class_, type)
        kind = BELL_HEAD_AT(ctx, word).kind
        if kind == BELL_STR:
            text = BELL_STR_AT(ctx, word)
            if characters_max == 0 or text.length <= characters_max:
                return self.to_python(word, class_, type)
            start = PyUnicode_FromKindAndData(text.head.aux, ctx.base + text.data, half)
            end = PyUnicode_FromKindAndData(text.head.aux, ctx.base + text.data + <uint64_t>(text.length - half) * text.head.aux, half)
            return preview().CutText(start + end, text.length)
        if kind in (BELL_INT, BELL_FLOAT, BELL_BYTES, BELL_BIG, BELL_DECIMAL, BELL_FUNCTION, BELL_RANGE, BELL_REGEX, BELL_ITER):
            return self.to_python(word, class_, type)
        return Glimpsed(word)

    def opened(self, value):
        """What is in a container that :meth:`glimpse` pointed at; None for all other values."""
        cdef bell_ctx *ctx = self.ctx
        cdef bell_ref ref
        cdef uint32_t type
        cdef const bell_type *row
        cdef int kind
        if not isinstance(value, Glimpsed):
            return None
        ref = value.ref
        kind = BELL_HEAD_AT(ctx, ref).kind
        type = BELL_HEAD_AT(ctx, ref).type
        row = &self.types.rows[type]
        if kind == BELL_LIST:
            return preview().Opened("list", ref, BELL_LIST_AT(ctx, ref).length, self.list_parts(ref))
        if kind == BELL_DICT or kind == BELL_SET or kind == BELL_FROZENSET:
            return preview().Opened("dict" if kind == BELL_DICT else "set" if kind == BELL_SET else "frozenset", ref, bell_any_len(ctx, ref), self.dict_parts(ref, kind == BELL_DICT))
        if kind == BELL_TUPLE:
            return preview().Opened("tuple", ref, bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, ref)), self.tuple_parts(ref))
        slots = iter([
            UNSET_VALUE if row.slot_classes[i] == BELL_CLASS_ANY and BELL_TUPLE_AT(ctx, ref).slots[i] == BELL_UNSET else
            self.glimpse(BELL_TUPLE_AT(ctx, ref).slots[i], row.slot_classes[i], row.slot_types[i], preview().CHARACTERS_MAX) for i in range(row.slot_count)
        ])
        fields = [(field, assembled(slots, source_type)) for field, source_type in self.types.layouts[type]]
        return preview().Opened(row.told.decode(), ref, 0, [pair for pair in fields if pair[1] is not UNSET_VALUE])  # what was never assigned is no attribute

    def list_parts(self, bell_ref ref):
        cdef bell_list *items = BELL_LIST_AT(self.ctx, ref)
        cdef int64_t i = 0
        while i < items.length:
            if items.head.aux == BELL_CLASS_BOOL:
                yield (self.ctx.base + items.data)[i] != 0
            else:
                yield self.glimpse(
                    (<bell_word *>(self.ctx.base + items.data))[i], items.head.aux, self.types.rows[items.head.type].item_type, preview().CHARACTERS_MAX
                )
            i += 1

    def dict_parts(self, bell_ref ref, bint pairs):
        cdef bell_ctx *ctx = self.ctx
        cdef const bell_type *row = &self.types.rows[BELL_HEAD_AT(ctx, ref).type]
        cdef int64_t i = bell_dict_next(ctx, ref, 0)
        while i >= 0:
            key = self.glimpse(bell_dict_key_at(ctx, ref, i), <uint8_t>BELL_HEAD_AT(ctx, ref).aux, row.item_type, preview().CHARACTERS_MAX)
            if pairs:
                yield key, self.glimpse(bell_dict_value_at(ctx, ref, i), row.value_class, row.value_type, preview().CHARACTERS_MAX)
            else:
                yield key
            i = bell_dict_next(ctx, ref, i + 1)

    def tuple_parts(self, bell_ref ref):
        cdef bell_ctx *ctx = self.ctx
        cdef int64_t i, length = bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, ref))
        for i in range(length):
            yield self.glimpse(
                bell_tuple_items(BELL_TUPLE_AT(ctx, ref))[i], bell_tuple_class(ctx, BELL_TUPLE_AT(ctx, ref), i), 0, preview().CHARACTERS_MAX
            )

    # --- Python to words ---

    cdef bell_ref new_list(self, uint32_t type, int64_t length) except? 0:
        """A list, pinned: of references zeros, of numbers what the caller writes before anything else is done."""
        cdef bell_ctx *ctx = self.ctx
        cdef uint8_t item_class = self.types.rows[type].item_class
        cdef uint64_t size = length * (1 if item_class == BELL_CLASS_BOOL else 8)
        # An array of no strides may say any length.
        if length > BELL_MEMORY_MAX or not bell_reserve(ctx, BELL_ROUND(sizeof(bell_list)) + BELL_ROUND(sizeof(bell_buffer) + size)):
            self.out_of_memory()
        cdef bell_ref ref = bell_alloc(ctx, sizeof(bell_list), BELL_LIST, item_class, type)
        cdef bell_ref buffer
        cdef bell_list *made
        if length:
            if item_class < BELL_CLASS_STR:
                buffer = bell_heap_take(ctx, sizeof(bell_buffer) + size, BELL_BUFFER, 0, 0)
            else:
                buffer = bell_alloc(ctx, sizeof(bell_buffer) + size, BELL_BUFFER, 0, 0)
            (<bell_buffer *>bell_at(ctx, buffer)).size = size
            made = BELL_LIST_AT(ctx, ref)
            made.data = buffer + sizeof(bell_buffer)
            made.length = made.capacity = length
        self.pin(ref)
        return ref

    cdef int pin(self, bell_word word) except -1:
        """Keep an object alive until ``pin_count`` is set back."""
        cdef Host *host = <Host *>self.host_block
        cdef bell_word *pins
        if host.pin_count == host.pin_capacity:
            pins = <bell_word *>realloc(host.pins, (host.pin_capacity * 2 + 64) * sizeof(bell_word))
            if pins == NULL:
                raise MemoryError
            host.pins = pins
            host.pin_capacity = host.pin_capacity * 2 + 64
        host.pins[host.pin_count] = word
        host.pin_count += 1
        return 0

    cdef int out_of_memory(self) except -1:
        """An argument or result did not fit into the memory limit."""
        self.ctx.fault = 0
        raise too_large(self)

    cdef bell_ref new_str(self, str value) except? 0:
        cdef bell_ctx *ctx = self.ctx
        cdef Py_ssize_t length = PyUnicode_GET_LENGTH(value)
        cdef int width = PyUnicode_KIND(value)
        if length == 1 and width == 1:
            return ctx.characters + <uint64_t>(<uint8_t *>PyUnicode_DATA(value))[0] * BELL_CHARACTER_STRIDE
        if length > 0xffffffff or not bell_reserve(ctx, BELL_ROUND(sizeof(bell_str) + length * width)):
            self.out_of_memory()
        cdef bell_ref ref = bell_heap_take(ctx, sizeof(bell_str) + length * width, BELL_STR, width, 0)
        cdef bell_str *made = BELL_STR_AT(ctx, ref)
        if PyUnicode_IS_ASCII(value):
            made.head.flags = <uint8_t>BELL_STR_ASCII
        made.hash = 0
        made.length = <uint32_t>length
        made.data = ref + sizeof(bell_str)
        memcpy(ctx.base + made.data, PyUnicode_DATA(value), length * width)
        return ref

    cdef bell_ref new_bytes(self, bytes value) except? 0:
        cdef bell_ref ref = bell_bytes_of(self.ctx, <const char *>value, len(value))
        self.check_made()
        return ref

    cdef bell_word to_word(self, value, int class_, uint32_t type, what) except? 0:
        """A Python value as a word of a storage type. Nothing may be allocated before a reference is pinned or stored in what is."""
        cdef int overflow = 0
        cdef int64_t number
        if class_ == BELL_CLASS_INT:
            if PyLong_CheckExact(value):
                number = PyLong_AsLongLongAndOverflow(value, &overflow)
                if not overflow:
                    return <bell_word>number
            return <bell_word>int_of(value, what)
        if class_ == BELL_CLASS_FLOAT:
            return bell_bits(PyFloat_AS_DOUBLE(value) if PyFloat_CheckExact(value) else float_of(value, what))
        if class_ == BELL_CLASS_BOOL:
            if value is True:
                return 1
            if value is False:
                return 0
            if type_name(value) == "bool":  # NumPy's
                return bool(value)
            raise wrong(what, "bool", value)
        if class_ == BELL_CLASS_STR:
            if not isinstance(value, str):
                raise wrong(what, "str", value)
            return self.new_str(exact_str(value))
        if class_ == BELL_CLASS_ANY:
            return self.any_word(value, what)
        return self.object_word(value, type, what)

    cdef bell_word any_word(self, value, what) except? 0:
        """A value as a tagged word."""
        cdef int64_t number
        cdef bell_ref ref
        if isinstance(value, HeldWord):
            return self.ctx.globals[(<HeldWord>value).slot]
        if value is None:
            return BELL_NONE
        if value is True:
            return BELL_TRUE
        if value is False:
            return BELL_FALSE
        if isinstance(value, str):
            return self.new_str(exact_str(value))
        if isinstance(value, bytes):
            return self.new_bytes(value)
        if isinstance(value, float):
            if not bell_reserve(self.ctx, BELL_ROUND(sizeof(bell_box))):
                self.out_of_memory()
            ref = bell_alloc(self.ctx, sizeof(bell_box), BELL_FLOAT, 0, 0)
            BELL_BOX_AT(self.ctx, ref).f = value
            return ref
        if isinstance(value, frozenset):
            self.deeper(what)
            ref = bell_set_make(self.ctx, BELL_FROZENSET, 0, BELL_CLASS_ANY)
            self.check_made()
            self.pin(ref)
            self.fill_set(ref, value, BELL_CLASS_ANY, 0, what)
            self.nesting -= 1
            return ref
        if isinstance(value, range):
            ref = bell_range_make(self.ctx, int_of(value.start, what), int_of(value.stop, what), int_of(value.step, what))
            self.check_made()
            return ref
        if type(value).__name__ == "Decimal":
            return self.decimal_word(value)
        index = self.types.tables.type_index.get(type_of_any(value))
        if index is not None:
            return self.object_word(value, index, what)
        if isinstance(value, tuple):
            return self.any_tuple(value, what)
        if hasattr(value, "__index__"):
            whole = value.__index__()
            if not -(1 << 63) <= whole < 1 << 63:
                return self.big_word(whole)
            number = whole
            if -(1 << 62) <= number < 1 << 62:
                return <uint64_t>number << 1 | 1
            if not bell_reserve(self.ctx, BELL_ROUND(sizeof(bell_box))):
                self.out_of_memory()
            ref = bell_alloc(self.ctx, sizeof(bell_box), BELL_INT, 0, 0)
            BELL_BOX_AT(self.ctx, ref).i = number
            return ref
        raise wrong(what, "a value the program knows", value)

    cdef bell_word decimal_word(self, value) except? 0:
        """A decimal.Decimal."""
        cdef Host *host = <Host *>self.host_block
        cdef uint32_t mark = host.pin_count
        cdef bell_word text = self.new_str(str(value))
        self.pin(text)
        cdef bell_word word = bell_decimal_new(self.ctx, text)
        host.pin_count = mark
        self.check_made()
        return word

    cdef bell_ref big_word(self, value) except? 0:
        """An int beyond 64 bits."""
        cdef uint64_t size = (value.bit_length() + 63) // 64
        cdef bytes limbs = abs(value).to_bytes(size * 8, "little")
        if not bell_reserve(self.ctx, BELL_ROUND(sizeof(bell_big) + size * 8)):
            self.out_of_memory()
        cdef bell_ref ref = bell_alloc(self.ctx, sizeof(bell_big) + size * 8, BELL_BIG, value < 0, 0)
        BELL_BIG_AT(self.ctx, ref).size = size
        memcpy(BELL_BIG_AT(self.ctx, ref).limbs, <const char *>limbs, size * 8)
        return ref

    cdef bell_ref object_word(self, value, uint32_t type, what) except? 0:
        """A list, dict, set, tuple or record of the type. Nothing may be allocated before it is pinned or stored in what is."""
        cdef Host *host = <Host *>self.host_block
        cdef uint32_t mark = host.pin_count
        self.deeper(what)
        cdef bell_ref ref = self.make_object(value, type, what)
        self.nesting -= 1
        host.pin_count = mark
        return ref

    cdef int deeper(self, what) except -1:
        self.nesting += 1
        if self.nesting > NESTING_MAX:
            raise bell_error("E0302", what=what, expected=f"nested at most {NESTING_MAX} deep", found="more")
        return 0

    cdef bell_ref make_object(self, value, uint32_t type, what) except? 0:
        cdef Host *host = <Host *>self.host_block
        cdef uint32_t mark
        cdef bell_ctx *ctx = self.ctx
        cdef const bell_type *row = &self.types.rows[type]
        cdef bell_ref ref
        cdef bell_word key, word
        cdef Py_ssize_t i
        if row.kind == BELL_LIST:
            return list_word(self, value, type, what)
        if row.kind == BELL_DICT:
            if not isinstance(value, dict):
                raise wrong(what, row.name.decode(), value)
            ref = bell_dict_new(ctx, type, len(value))
            self.check_made()
            self.pin(ref)
            mark = host.pin_count
            for item_key, item in (<dict>value).items():
                key = self.to_word(item_key, row.item_class, row.item_type, what)
                if row.item_class >= BELL_CLASS_STR:
                    self.pin(key)
                word = self.to_word(item, row.value_class, row.value_type, what)
                if row.value_class >= BELL_CLASS_STR:
                    self.pin(word)
                bell_dict_set(ctx, ref, key, word)
                self.check_made()
                host.pin_count = mark
            return ref
        if row.kind == BELL_SET:
            if not isinstance(value, (set, frozenset)):
                raise wrong(what, row.name.decode(), value)
            ref = bell_set_make(ctx, BELL_SET, type, row.item_class)
            self.check_made()
            self.pin(ref)
            self.fill_set(ref, value, row.item_class, row.item_type, what)
            return ref
        if row.kind == BELL_BYTES:
            if not isinstance(value, bytes):
                raise wrong(what, row.name.decode(), value)
            return self.new_bytes(value)
        if row.kind == BELL_RECORD:
            return self.make_record(value, type, what)
        if row.kind != BELL_TUPLE or not isinstance(value, tuple) or len(value) != row.slot_count:
            raise wrong(what, row.name.decode() if row.name != NULL else "a value", value)
        ref = self.new_slots(type)
        for i in range(row.slot_count):
            part = value[i]
            if part is None and row.slot_classes[i] == BELL_CLASS_REF:
                continue  # what an optional without a value holds: never looked at
            word = self.to_word(part, row.slot_classes[i], row.slot_types[i], what)
            BELL_TUPLE_AT(ctx, ref).slots[i] = word
        return ref

    cdef bell_ref new_slots(self, uint32_t type) except? 0:
        """A tuple or record of zeros, pinned."""
        cdef const bell_type *row = &self.types.rows[type]
        if not bell_reserve(self.ctx, BELL_ROUND(sizeof(bell_head) + row.slot_count * 8)):
            self.out_of_memory()
        cdef bell_ref ref = bell_alloc(self.ctx, sizeof(bell_head) + row.slot_count * 8, row.kind, 0, type)
        self.pin(ref)
        return ref

    cdef bell_ref make_record(self, value, uint32_t type, what) except? 0:
        """A record from a Record or a dict."""
        cdef const bell_type *row = &self.types.rows[type]
        cdef dict given
        cdef uint32_t slot = 0
        cdef bell_word word
        cdef Py_ssize_t i
        cdef tuple layout = self.types.layouts[type]
        cdef bytes shapes = self.types.shapes[type]
        cdef const char *shape = shapes
        if isinstance(value, Record):
            if value._name != self.types.names[type]:
                raise wrong(what, row.name.decode(), value)
            given = value._fields
        elif isinstance(value, dict):
            given = value
        else:
            raise wrong(what, row.name.decode(), value)
        if len(given) != len(layout):
            self.wrong_fields(given, layout, row.name.decode(), what)
        cdef bell_ref ref = self.new_slots(type)
        for i in range(len(layout)):
            field, source_type = <tuple>layout[i]
            found = PyDict_GetItemWithError(given, field)
            if found == NULL:
                self.wrong_fields(given, layout, row.name.decode(), what)
            part = <object>found
            if shape[i] == FIELD_OPTIONAL:
                BELL_TUPLE_AT(self.ctx, ref).slots[slot] = part is not None
                slot += 1
                if part is None:  # never looked at
                    slot += 1
                    continue
            elif shape[i] == FIELD_PARTS or (part is None and row.slot_classes[slot] == BELL_CLASS_REF):
                slot = self.take_parts(ref, slot, part, field, source_type, what)
                continue
            word = self.to_word(part, row.slot_classes[slot], row.slot_types[slot], what)
            BELL_TUPLE_AT(self.ctx, ref).slots[slot] = word
            slot += 1
        return ref

    cdef uint32_t take_parts(self, bell_ref ref, uint32_t slot, part, field, source_type, what) except? 0:
        """A field that is several slots. Returns the slot behind them."""
        cdef const bell_type *row = &self.types.rows[BELL_HEAD_AT(self.ctx, ref).type]
        cdef bell_word word
        from belljar.ir.crossing import disassemble

        if not fits(part, source_type):
            raise wrong(f"{what}, field '{field}'", str(source_type), part)
        for item in disassemble(part, source_type):
            if item is not None or row.slot_classes[slot] != BELL_CLASS_REF:
                word = self.to_word(item, row.slot_classes[slot], row.slot_types[slot], what)
                BELL_TUPLE_AT(self.ctx, ref).slots[slot] = word
            slot += 1
        return slot

    cdef int wrong_fields(self, dict given, tuple layout, str name, what) except -1:
        for field, _ in layout:
            if field not in given:
                raise bell_error("E0302", what=what, expected=name, found=f"a value without '{field}'")
        extra = next(key for key in given if key not in dict(layout))
        raise bell_error("E0302", what=what, expected=name, found=f"a value with '{extra}'")

    cdef int fill_set(self, bell_ref ref, value, int class_, uint32_t type, what) except -1:
        """Add the elements of a host's set, by their hashes: its own order may be another in each process."""
        cdef Host *host = <Host *>self.host_block
        cdef uint32_t mark = host.pin_count
        cdef bell_word key
        elements = []
        for item in value:
            key = self.to_word(item, class_, type, what)
            if class_ >= BELL_CLASS_STR:
                self.pin(key)
            elements.append((bell_hash64_word(self.ctx, class_, key), len(elements), key))
            self.check_made()
        elements.sort()
        for hash, _, word in elements:
            bell_set_insert(self.ctx, ref, word, hash)
            self.check_made()
        host.pin_count = mark
        return 0

    cdef bell_ref any_tuple(self, tuple value, what) except? 0:
        """A tuple whose type the module does not name: its length, then tagged words (csrc/runtime/tuple.h)."""
        cdef bell_ctx *ctx = self.ctx
        cdef Py_ssize_t i, length = len(value)
        cdef bell_word word
        if not bell_reserve(ctx, BELL_ROUND(sizeof(bell_head) + (length + 1) * 8)):
            self.out_of_memory()
        cdef bell_ref ref = bell_alloc(ctx, sizeof(bell_head) + (length + 1) * 8, BELL_TUPLE, 0, 0)
        BELL_TUPLE_AT(ctx, ref).slots[0] = length
        self.pin(ref)
        self.deeper(what)
        for i in range(length):
            word = self.any_word(value[i], what)
            BELL_TUPLE_AT(ctx, ref).slots[i + 1] = word
        self.nesting -= 1
        return ref

    cdef int check_made(self) except -1:
        """After a runtime function that makes or fills a container for an argument."""
        if self.ctx.fault == 0:
            return 0
        code = self.ctx.fault
        self.ctx.fault = 0
        if code == 803:
            self.out_of_memory()
        if code == 802:
            raise bell_error("E0802", a=f"{self.limits.time:g}")
        raise bell_error(f"E{code:04}", a="the argument", b="")

    # --- words to Python ---

    cdef object to_python(self, bell_word word, int class_, uint32_t type):
        """The Python value of a word of a storage type."""
        cdef bell_ctx *ctx = self.ctx
        cdef int kind
        if class_ == BELL_CLASS_INT:
            return PyLong_FromLongLong(<int64_t>word)
        if class_ == BELL_CLASS_FLOAT:
            return PyFloat_FromDouble(bell_float(word))
        if class_ == BELL_CLASS_BOOL:
            return word != 0
        if class_ == BELL_CLASS_ANY:
            if word & 1:
                return <int64_t>word >> 1
            if word == BELL_NONE:
                return None
            if word == BELL_TRUE:
                return True
            if word == BELL_FALSE:
                return False
        if word == 0 or (word & 15) != 0:
            return None  # what an optional without a value holds, a field that was never assigned
        kind = BELL_HEAD_AT(ctx, word).kind
        if self.made is not None and (kind == BELL_STR or kind == BELL_BYTES or kind == BELL_BIG):
            return shared_value(self, word, kind)
        return self.single_value(word, kind)

    cdef object single_value(self, bell_ref word, int kind):
        cdef bell_ctx *ctx = self.ctx
        cdef bell_str *text
        if kind == BELL_STR:
            text = BELL_STR_AT(ctx, word)
            if text.head.flags & BELL_STR_ASCII and text.length > 1:
                made = PyUnicode_New(text.length, 127)
                memcpy(PyUnicode_DATA(made), ctx.base + text.data, text.length)
                return made
            return PyUnicode_FromKindAndData(text.head.aux, ctx.base + text.data, text.length)
        if kind == BELL_BYTES:
            text = BELL_STR_AT(ctx, word)
            return (<const char *>(ctx.base + text.data))[: text.length]
        if kind == BELL_INT:
            return BELL_BOX_AT(ctx, word).i
        if kind == BELL_FLOAT:
            return BELL_BOX_AT(ctx, word).f
        if kind == BELL_FUNCTION:
            return self.function_value(word)
        if kind == BELL_RANGE:
            return range(BELL_RANGE_AT(ctx, word).start, BELL_RANGE_AT(ctx, word).stop, BELL_RANGE_AT(ctx, word).step)
        if kind == BELL_REGEX:
            pattern = self.to_python(bell_regex_pattern(ctx, word), BELL_CLASS_STR, 0)
            return Record("regex", {"pattern": pattern, "flags": bell_regex_flags(ctx, word)})
        if kind == BELL_RECORD and self.types.rows[BELL_HEAD_AT(ctx, word).type].resume:
            return Callable("generator object", self.types.rows[BELL_HEAD_AT(ctx, word).type].name.decode())
        if kind == BELL_ITER:
            return Callable(bell_iter_type_name(ctx, word).decode(), "object")
        if kind == BELL_DECIMAL:
            return decimal_value(ctx, word)
        if kind == BELL_BIG:
            return big_value(BELL_BIG_AT(ctx, word))
        return self.object_value(word, kind)

    cdef object function_value(self, bell_ref ref):
        """A function on its way out: the host cannot call it."""
        cdef bell_ctx *ctx = self.ctx
        cdef bell_function *function = <bell_function *>bell_at(ctx, ref)
        kind = bell_function_type_name(ctx, ref).decode()
        if function.head.aux == BELL_FUNCTION_METHOD:
            return Callable(kind, self.to_python(function.slots[1], BELL_CLASS_ANY, 0))
        cdef const bell_signature *signature = &ctx.signatures[function.signature]
        return Callable(kind, self.to_python(ctx.strings[signature.record if kind == "type" else signature.title], BELL_CLASS_STR, 0))

    cdef object object_value(self, bell_ref ref, int kind):
        """A container on its way out: as :func:`belljar.ir.guest.leave`, once for each object. Raises TooMuch."""
        cdef int height = self.height
        cdef int64_t shown = self.shown
        if self.nesting > NESTING_MAX:
            raise TooMuch("E0804")
        known = self.made.get(ref)
        if known is None:
            self.nesting += 1
            self.height = 0
            self.shown = 0
            value = contents_of(self, ref, kind)
            self.nesting -= 1
            known = self.made[ref] = (value, self.height + 1, self.shown)
        elif self.nesting + <int>known[1] > NESTING_MAX + 1:
            raise TooMuch("E0804")
        self.height = max(height, <int>known[1])
        self.shown = shown
        self.show(<int64_t>known[2])
        return known[0]

    cdef int show(self, int64_t count) except -1:
        """So many values more are shown by the container being converted."""
        self.shown += count
        if self.shown > self.shown_max:
            raise TooMuch("E0803")
        return 0

    cdef int take(self, int64_t size) except -1:
        """So many bytes of Python's memory are taken for a result, or about to be: they are under the limit of memory, on their own, and making them under that of time."""
        self.taken += size
        if self.taken > self.taken_max:
            raise TooMuch("E0803")
        self.unlooked += size
        if self.unlooked >= LOOK_NS:
            self.foresee(0)
        return 0

    cdef int foresee(self, int64_t nanoseconds) except -1:
        """What comes next takes so long and cannot be stopped: it is done where it ends in time."""
        cdef int64_t now
        if nanoseconds + self.unlooked < LOOK_NS:
            self.unlooked += nanoseconds
            return 0
        now = now_ns()
        self.unlooked = 0
        if self.until == 0:
            self.until = self.ctx.deadline_ns if self.ctx.deadline_ns != 0 else now + (<Host *>self.host_block).time_ns
            self.since = now
        if now + nanoseconds + (now - self.since) // 2 >= self.until:  # what was made has to be dropped in time as well
            raise TooMuch("E0802")
        return 0

    cdef object part(self, bell_word word, int class_, uint32_t type):
        """A value inside another."""
        self.show(1)
        if is_number_made(word, class_):
            self.take(NUMBER_BYTES)
        return self.to_python(word, class_, type)


include "_results.pxi"
include "_hosts.pxi"
include "_elements.pxi"
include "_caller.pxi"
include "_census.pxi"
include "_graph.pxi"
include "_state.pxi"
include "_export.pxi"
