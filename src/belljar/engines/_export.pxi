# Part of _instance.pyx: a function of a module as one that native code calls (csrc/jit/export.h).

cdef uint32_t on_native_poll(bell_ctx *ctx) noexcept nogil:
    """A slice of fuel has run out in a call from native code: the clock starts. The GIL is whoever's it was."""
    cdef Host *host = <Host *>ctx.host
    if ctx.deadline_ns == 0:
        ctx.deadline_ns = now_ns() + host.time_ns
    return 0


cdef class Export:
    """A function whose calls run in ``instances`` of one module, which have its machine code and belong to the export from now on. Must outlive all calls.

    Parameters are ints, floats, bools and lists of these, the result is an int, float or bool.
    """

    cdef bell_export *exported
    cdef list instances
    cdef list params

    def __cinit__(self, list instances, str function):
        cdef Instance instance = instances[0]
        cdef uint32_t index = instance.indices[function]
        cdef bell_export *exported
        cdef uint32_t i
        self.instances = instances
        self.params = [instance.functions[index].registers[register].type for register in instance.functions[index].params]
        exported = self.exported = <bell_export *>calloc(1, sizeof(bell_export))
        if exported == NULL:
            raise MemoryError
        exported.entry = <bell_native_fn>instance.natives[index]
        exported.fuel_max = instance.fuel_max
        exported.depth_max = instance.depth_max
        exported.restore = instance.effects[index]
        exported.result_class = <uint8_t>class_of(instance.functions[index].results[0])
        exported.param_count = len(self.params)
        exported.kinds = <uint8_t *>calloc(exported.param_count + 1, 1)
        exported.types = <uint32_t *>calloc(exported.param_count + 1, 4)
        exported.fault_words = <bell_word *>calloc(2 * exported.param_count + 1, sizeof(bell_word))
        exported.slots = <bell_export_slot *>aligned_alloc(64, len(instances) * sizeof(bell_export_slot))
        if exported.kinds == NULL or exported.types == NULL or exported.fault_words == NULL or exported.slots == NULL:
            raise MemoryError
        for i, type in enumerate(self.params):
            is_list = isinstance(type, ListType)
            (<uint8_t *>exported.kinds)[i] = <uint8_t>(BELL_EXPORT_LIST if is_list else BELL_EXPORT_WORD)
            (<uint32_t *>exported.types)[i] = <uint32_t>instance.types.tables.type_index.get(type, 0)
            exported.word_count += 2 if is_list else 1
        exported.slot_count = len(instances)
        for i, instance in enumerate(instances):
            instance.busy = True
            instance.ctx.poll = on_native_poll
            instance.ctx.write = NULL  # printing is refused
            bell_export_put(exported, i, instance.ctx)

    def __dealloc__(self):
        if self.exported != NULL:
            bell_export_forget(self.exported)
            free(<void *>self.exported.kinds)
            free(<void *>self.exported.types)
            free(self.exported.fault_words)
            free(self.exported.slots)
            free(self.exported)

    @property
    def address(self):
        """Of the ``bell_export``."""
        return <uintptr_t>self.exported

    @property
    def faulted(self):
        """Whether a call has faulted that :meth:`fault` has not told of."""
        return bell_export_faulted(self.exported)

    def fault(self):
        """What there is to tell of the first call that faulted since this was asked last: its code, site or -1, call sites, how many there were, and its arguments; or None."""
        cdef bell_export *exported = self.exported
        cdef const bell_word *word = exported.fault_words
        cdef const uint8_t *elements = exported.fault_lists
        cdef int64_t i, length
        if not bell_export_faulted(exported):
            return None
        site = -1 if exported.fault_site == BELL_EXPORT_NO_SITE else <int64_t>exported.fault_site
        unwind = [exported.unwind_sites[i] for i in range(min(exported.unwind_count, <uint32_t>BELL_UNWIND_MAX))]
        arguments = []
        for type in self.params if exported.fault != 402 else [INT]:
            if isinstance(type, ListType):
                length = <int64_t>word[1] if elements != NULL else 0
                if type.item == BOOL:
                    arguments.append([elements[i] != 0 for i in range(length)])
                elif type.item == INT:
                    arguments.append([(<const int64_t *>elements)[i] for i in range(length)])
                else:
                    arguments.append([(<const double *>elements)[i] for i in range(length)])
                elements += length * (1 if type.item == BOOL else 8)
                word += 2
                continue
            arguments.append(<int64_t>word[0] if type == INT else bell_float(word[0]) if type == FLOAT else word[0] != 0)
            word += 1
        told = (f"E{exported.fault:04}", site, unwind, exported.unwind_count, arguments)
        bell_export_forget(exported)
        return told


def export_symbols():
    """The functions of csrc/jit/export.h that call an export: name to address."""
    return {
        "bell_export_call": <uintptr_t>&bell_export_call,
        "bell_export_call_floats": <uintptr_t>&bell_export_call_floats,
        "bell_export_call_filter": <uintptr_t>&bell_export_call_filter,
    }
