# Part of _instance.pyx: calls of functions of the host (op host.call). Arguments and answers cross as those of calls do; numbers and texts without a detour.

cdef class HostRow:
    """A function of the host with what calling it takes, worked out beforehand."""

    cdef object call
    cdef object giver
    cdef object missed
    cdef str refusal  # what a call ends with that is refused, or None
    cdef uint32_t refused
    cdef tuple takers
    cdef Py_ssize_t count
    cdef uint8_t *classes
    cdef uint32_t *types
    cdef uint8_t result_class
    cdef uint32_t result_type
    cdef bint is_exact, takes, gives_none
    cdef int64_t calls, max_bytes

    def __cinit__(self, Types types, host, entry):
        cdef dict number = types.tables.type_index
        cdef Py_ssize_t i
        self.count = len(host.params)
        self.classes = <uint8_t *>calloc(self.count + 1, 1)
        self.types = <uint32_t *>calloc(self.count + 1, 4)
        if self.classes == NULL or self.types == NULL:
            raise MemoryError
        for i in range(self.count):
            self.classes[i] = <uint8_t>class_of(host.params[i])
            self.types[i] = number.get(host.params[i], 0)
        self.result_class = <uint8_t>class_of(host.result)
        self.result_type = number.get(host.result, 0)
        self.gives_none = host.gives == NONE
        self.call = entry.call
        self.giver = entry.giver
        self.missed = entry.missed
        self.refusal = None if entry.refusal is None else entry.refusal.text
        self.refused = 0 if entry.refusal is None else int(entry.refusal.code[1:])
        self.takers = entry.takers
        self.takes = any([taker is not None for taker in entry.takers])
        self.is_exact = entry.is_exact
        self.max_bytes = entry.max_bytes

    def __dealloc__(self):
        free(self.classes)
        free(self.types)


cdef object hosting_module = None


cdef object hosting():
    """What says how calls of the host end: belljar.engines.hosting, loaded by the first that does not end well."""
    global hosting_module
    if hosting_module is None:
        from belljar.engines import hosting as hosting_module
    return hosting_module


cdef int64_t size_of(value, int64_t room, int depth) except -1:
    """As belljar.ir.host_values.measure."""
    cdef int64_t size
    cdef Py_ssize_t i
    cdef PyObject **items
    kind = type(value)
    if kind is int:
        if is_word(value):
            return 8
        size = 8 + int.bit_length(value) // 64 * 8
    elif kind is float or kind is bool or value is None:
        return 8
    elif kind is str:
        size = 8 + PyUnicode_GET_LENGTH(value)
    elif kind is bytes:
        size = 8 + len(<bytes>value)
    elif kind is list or kind is tuple:
        if depth > NESTING_MAX:
            from belljar.ir.host_values import Unfit

            raise Unfit(f"containers nested more than {NESTING_MAX} deep")
        size = 16
        i = 0
        while i < PySequence_Fast_GET_SIZE(value) and size <= room:
            items = PySequence_Fast_ITEMS(value)
            if PyFloat_CheckExact(<object>items[i]):
                size += 8
            else:
                item = <object>items[i]
                size += size_of(item, room - size, depth + 1)
            i += 1
    elif kind is dict:
        if depth > NESTING_MAX:
            from belljar.ir.host_values import Unfit

            raise Unfit(f"containers nested more than {NESTING_MAX} deep")
        size = 16
        for key, item in (<dict>value).items():
            if size > room:
                break
            size += size_of(key, room - size, depth + 1)
            size += size_of(item, room - size, depth + 1)
    else:
        from belljar.ir.host_values import size_within

        return size_within(value, room, depth)
    if size > room:
        from belljar.ir.host_values import TooLarge

        raise TooLarge
    return size


cdef bint is_word(value):
    """Whether an int has at most 63 bits and a sign."""
    cdef int overflow = 0
    PyLong_AsLongLongAndOverflow(value, &overflow)
    return overflow == 0


cdef int pay_for(Instance self, int64_t size) except -1:
    """Charge for what crosses. The clock is not looked at meanwhile: the GIL must stay."""
    if size >= 16 and not bell_charge(self.ctx, size // 16):
        code = f"E{self.ctx.fault:04}"
        raise TooMuch(code)
    return 0


cdef tuple arguments(Instance self, HostRow row, const bell_word *words):
    """The arguments of a call."""
    cdef Py_ssize_t i
    cdef int class_
    cdef int64_t size
    cdef tuple given = PyTuple_New(row.count)
    for i in range(row.count):
        class_ = row.classes[i]
        if class_ == BELL_CLASS_INT:
            value = PyLong_FromLongLong(<int64_t>words[i])
        elif class_ == BELL_CLASS_FLOAT:
            value = PyFloat_FromDouble(bell_float(words[i]))
        elif class_ == BELL_CLASS_BOOL:
            value = words[i] != 0
        else:
            if class_ == BELL_CLASS_STR:
                value = "" if words[i] == 0 else self.single_value(words[i], BELL_STR)
                size = 8 + PyUnicode_GET_LENGTH(value)
            else:
                value = container(self, words[i], class_, row.types[i])
                size = 0
            try:
                if class_ != BELL_CLASS_STR:
                    size = size_of(value, row.max_bytes, 0)
                elif size > row.max_bytes:
                    from belljar.ir.host_values import TooLarge

                    raise TooLarge
            except Exception as error:
                raise hosting().argument_fault(error, row.max_bytes, i) from None
            pay_for(self, size)
        if row.takes and row.takers[i] is not None:
            try:
                value = row.takers[i](value)
            except Exception as error:
                raise hosting().argument_fault(error, row.max_bytes, i) from None
        Py_INCREF(value)
        PyTuple_SET_ITEM(given, i, value)
    return given


cdef object container(Instance self, bell_word word, int class_, uint32_t type):
    """The Python value of a word that is no number and no text. Raises TooMuch."""
    self.made = {}
    self.taken = self.unlooked = self.until = 0
    self.nesting = 0
    self.shown = 0
    try:
        value = self.to_python(word, class_, type)
    finally:
        self.made = None
    if self.ctx.fault != 0:  # a walk over a table found the time used up, and ended
        code = f"E{self.ctx.fault:04}"
        raise TooMuch(code)
    return value


cdef object told_by_host(Instance self, HostRow row, tuple given):
    """What the function answers; or what an earlier run was answered here. Raises HostFault, and TooMuch where the run's time is used up then."""
    cdef bell_ctx *ctx = self.ctx
    cdef int64_t now
    if self.given is not None and self.given_at < len(self.given):
        answer = self.given[self.given_at]
        self.given_at += 1
        if isinstance(answer, HostFault):
            raise HostFault(answer.code, answer.text)
    else:
        if ctx.deadline_ns == 0:
            ctx.deadline_ns = now_ns() + (<Host *>self.host_block).time_ns
        try:
            answer = PyObject_Vectorcall(row.call, PySequence_Fast_ITEMS(given), row.count, NULL)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            fault = hosting().fault_of(error)
            if self.log is not None:
                note_answer(self, HostFault(fault.code, fault.text))  # the one that is raised holds the frames it came through
            raise fault from None
        now = now_ns()
        if now >= ctx.deadline_ns:
            raise TooMuch("E0802")
    if self.log is not None:
        note_answer(self, answer)
    return answer


cdef bint is_fixed(value):
    """Whether nothing can change a value."""
    kind = type(value)
    return kind is int or kind is float or kind is str or kind is bool or value is None or kind is bytes


cdef object copy_of(value):
    """As belljar.ir.host_values.plain_copy."""
    kind = type(value)
    if is_fixed(value):
        return value
    if kind is list:
        for item in <list>value:
            if not is_fixed(item):
                return [copy_of(item) for item in <list>value]
        return (<list>value)[:]
    if kind is tuple:
        return tuple([copy_of(item) for item in <tuple>value])
    if kind is dict:
        return {copy_of(key): copy_of(item) for key, item in (<dict>value).items()}
    from belljar.ir.host_values import plain_copy

    return plain_copy(value)


cdef int note_answer(Instance self, answer) except -1:
    """Keep what the host answered, as nothing changes it later; drop all of it where it becomes too much."""
    kind = type(answer)
    if kind is str or kind is bytes:
        self.log_room -= len(answer)
    elif not (is_fixed(answer) or kind is HostFault):
        try:
            self.log_room -= size_of(answer, self.log_room, 0)
            answer = copy_of(answer)
        except Exception as problem:
            if type(problem).__name__ == "TooLarge":
                self.log_room = -1
            answer = None  # it will not cross either
    if self.log_room < 0 or len(self.log) >= LOGGED_MAX:
        self.log = self.hosts.log = None
    else:
        self.log.append(answer)
    return 0


cdef bell_word answered(Instance self, HostRow row, object answer) except? 0:
    """The answer as a word. Raises HostFault."""
    cdef Host *host = <Host *>self.host_block
    cdef uint32_t mark = host.pin_count
    cdef int class_ = row.result_class
    cdef int overflow = 0
    cdef int64_t number, size, fuel = 0, reserve = 0
    cdef bint is_aside = False
    cdef bell_ctx *ctx = self.ctx
    if class_ == BELL_CLASS_INT:
        if PyLong_CheckExact(answer):
            number = PyLong_AsLongLongAndOverflow(answer, &overflow)
            if not overflow:
                return <bell_word>number
    elif class_ == BELL_CLASS_FLOAT:
        if PyFloat_CheckExact(answer):
            return bell_bits(PyFloat_AS_DOUBLE(answer))
    elif class_ == BELL_CLASS_BOOL:
        if answer is True or answer is False:
            return answer is True
    elif row.gives_none and answer is None:
        return BELL_NONE
    try:
        size = size_of(answer, row.max_bytes, 0)
        pay_for(self, size)
        # What filling tables takes is paid with the size.
        fuel, reserve, is_aside = ctx.fuel, ctx.fuel_reserve, True
        free_fuel(ctx)
        self.nesting = 0
        if row.is_exact:
            try:
                return self.to_word(answer, class_, row.result_type, "its answer")
            except BellError as refusal:
                if refusal.code != "E0302":
                    raise
                host.pin_count = mark
                self.nesting = 0
        answer = row.giver(answer)
        return self.to_word(answer, class_, row.result_type, "its answer")
    except (TooMuch, KeyboardInterrupt):
        raise
    except BaseException as error:  # whatever code of the host's objects raised
        raise hosting().answer_fault(error, row.max_bytes) from None
    finally:
        host.pin_count = mark
        if is_aside:
            ctx.fuel, ctx.fuel_reserve = fuel, reserve


cdef void told_fault(bell_ctx *ctx, uint32_t code, str text) noexcept:
    """End with a fault and a message of its own."""
    cdef bytes data
    ctx.fault = 0
    if text == "":
        bell_fault(ctx, code)
        return
    data = text.replace("\0", " ").encode("utf-8", "surrogatepass")
    bell_raise(ctx, code, b"%s", <const char *>data)


cdef void host_call(Instance self, uint32_t index, const bell_word *words, bell_word *result) noexcept:
    """Call a function of the host; how it ended is in the context."""
    cdef bell_ctx *ctx = self.ctx
    cdef Host *host = <Host *>self.host_block
    cdef HostRow row
    host.converting = True
    try:
        row = None if self.host_rows is None else <HostRow>self.host_rows[index]
        if row is None or row.refusal is not None:
            if row is not None and row.missed is not None:
                row.missed(HostFault(f"E{row.refused:04}", row.refusal))
            told_fault(ctx, 901 if row is None else row.refused, "" if row is None else row.refusal)
            host.converting = False
            return
        row.calls += 1
        try:
            given = arguments(self, row, words)
        except HostFault as fault:
            if row.missed is not None:
                row.missed(HostFault(fault.code, fault.text))
            raise
        answer = told_by_host(self, row, given)
        result[0] = answered(self, row, answer)
    except HostFault as fault:
        told_fault(ctx, int(fault.code[1:]), fault.text)
    except TooMuch as too_much:
        told_fault(ctx, int(too_much.args[0][1:]), "")
    except KeyboardInterrupt:
        told_fault(ctx, 6, "")
    except BaseException as error:
        self.raised = error
        told_fault(ctx, 6, "")
    host.converting = False


cdef uint32_t on_host(bell_ctx *ctx, uint32_t function, const bell_word *words, uint32_t count, bell_word *result) noexcept nogil:
    with gil:
        host_call(<Instance>instance_of(ctx), function, words, result)
    return ctx.fault
