# Part of _instance.pyx: functions of an instance as callables that cost little.

cdef class Caller:
    """A function of an instance with what calling it takes, worked out beforehand."""

    cdef Instance instance
    cdef uint32_t index, param_count, result_count
    cdef uint8_t *param_classes
    cdef uint32_t *param_types
    cdef uint8_t *result_classes
    cdef uint32_t *result_types
    cdef bint scalar  # only int, float and bool cross
    cdef bint writes  # what init left may have to be put back
    cdef list names
    cdef list flags  # per parameter: the position of the bool that says whether it is there, or -1
    cdef object callable_
    cdef object otherwise  # called with the error and the arguments where a call from the callable fails
    cdef bell_word *words  # room for parameters or results

    def __cinit__(self, Instance instance, uint32_t index):
        function = instance.functions[index]
        cdef dict number = instance.types.tables.type_index
        registers = [function.registers[register] for register in function.params]
        self.instance = instance
        self.index = index
        self.param_count = len(registers)
        self.result_count = len(function.results)
        self.param_classes = <uint8_t *>calloc(self.param_count + 1, 1)
        self.param_types = <uint32_t *>calloc(self.param_count + 1, 4)
        self.result_classes = <uint8_t *>calloc(self.result_count + 1, 1)
        self.result_types = <uint32_t *>calloc(self.result_count + 1, 4)
        self.words = <bell_word *>calloc(max(self.param_count, self.result_count) + 1, sizeof(bell_word))
        if not (self.param_classes and self.param_types and self.result_classes and self.result_types and self.words):
            raise MemoryError
        self.scalar = True
        self.names = [register.name or f"#{position}" for position, register in enumerate(registers)]
        self.flags = [flag_of(self.names, position) for position in range(len(registers))]
        for position, register in enumerate(registers):
            self.param_classes[position] = <uint8_t>class_of(register.type)
            self.param_types[position] = number.get(register.type, 0)
            self.scalar = self.scalar and self.param_classes[position] <= BELL_CLASS_BOOL
        for position, type in enumerate(function.results):
            self.result_classes[position] = <uint8_t>class_of(type)
            self.result_types[position] = number.get(type, 0)
            self.scalar = self.scalar and self.result_classes[position] <= BELL_CLASS_BOOL
        self.writes = instance.effects[index]

    def __dealloc__(self):
        free(self.param_classes)
        free(self.param_types)
        free(self.result_classes)
        free(self.result_types)
        free(self.words)

    cdef object bound(self):
        if self.callable_ is None:
            self.callable_ = PyCFunction_New(&FAST_CALL, self)
        return self.callable_

    cdef int convert(self, PyObject *const *args, Py_ssize_t count) except -1:
        """The arguments as words. The instance has begun its call."""
        cdef Instance instance = self.instance
        cdef Py_ssize_t i
        cdef int class_, overflow = 0
        cdef long long number
        if count != self.param_count:
            raise bell_error("E0402", function=self.source_name(), expected=self.param_count, found=count)
        for i in range(count):
            class_ = self.param_classes[i]
            value = <object>args[i]
            if class_ == BELL_CLASS_INT and PyLong_CheckExact(value):
                number = PyLong_AsLongLongAndOverflow(value, &overflow)
                if overflow:
                    raise wrong(self.what(i), "int", value)
                self.words[i] = <bell_word>number
            elif class_ == BELL_CLASS_FLOAT and PyFloat_CheckExact(value):
                self.words[i] = bell_bits(PyFloat_AS_DOUBLE(value))
            elif value is None and class_ != BELL_CLASS_ANY and self.flags[i] >= 0 and self.words[<Py_ssize_t>self.flags[i]] == 0:
                # An optional that is not there: never read.
                self.words[i] = instance.new_str("") if class_ == BELL_CLASS_STR else 0
            else:
                self.words[i] = instance.to_word(value, class_, self.param_types[i], self.what(i))
                if class_ >= BELL_CLASS_STR:
                    instance.pin(self.words[i])
        return 0

    cdef str what(self, Py_ssize_t position):
        return f"argument '{self.names[position]}'"

    cdef str source_name(self):
        function = self.instance.functions[self.index]
        return function.source_name or function.name

    cdef int start(self, PyObject *const *args, Py_ssize_t count) except -1:
        """Begin a call and convert its arguments, which takes no fuel of the program's."""
        cdef Instance instance = self.instance
        cdef Host *host = <Host *>instance.host_block
        instance.begin()
        if self.scalar:
            try:
                self.convert(args, count)
            except:
                instance.busy = False
                raise
            return 0
        free_fuel(instance.ctx)
        host.converting = True
        try:
            self.convert(args, count)
        except:
            instance.busy = False
            raise
        finally:
            host.converting = False
            host.pin_count = 0
        grant_fuel(instance.ctx, instance.fuel_max)
        return 0

    cdef object result(self, Py_ssize_t position):
        cdef bell_word word = self.words[position]
        cdef int class_ = self.result_classes[position]
        if class_ == BELL_CLASS_INT:
            return PyLong_FromLongLong(<int64_t>word)
        if class_ == BELL_CLASS_FLOAT:
            return PyFloat_FromDouble(bell_float(word))
        if class_ == BELL_CLASS_BOOL:
            return word != 0
        return self.instance.to_python(word, class_, self.result_types[position])

    cdef tuple results(self):
        """The results, or TooMuch."""
        cdef Instance instance = self.instance
        cdef bell_ctx *ctx = instance.ctx
        cdef Host *host = <Host *>ctx.host
        cdef uint32_t i
        values = []
        instance.made = {}
        instance.taken = instance.unlooked = instance.until = 0
        host.converting = True
        try:
            for i in range(self.result_count):
                instance.nesting = 0
                instance.shown = 0
                values.append(self.result(i))
        finally:
            host.converting = False
            instance.made = None
        if ctx.fault != 0:  # a walk over a table found the time used up, and ended
            code = f"E{ctx.fault:04}"
            ctx.fault = 0
            raise TooMuch(code)
        return tuple(values)

    cdef object error_of(self, too_much):
        from belljar.engines.faults import result_error

        code = too_much.args[0]
        used = used_of(self.instance, 802) if code == "E0802" else max(self.instance.taken, self.instance.shown * VALUE_BYTES)
        return result_error(self.instance.module, self.instance.functions[self.index], code, self.instance.limits, used)

    cdef object outcome(self, args, bint arrays):
        """As Instance.call."""
        cdef Instance instance = self.instance
        cdef tuple given = tuple(args)
        cdef Py_ssize_t count = len(given)
        cdef PyObject **pointers = <PyObject **>malloc((count + 1) * sizeof(PyObject *))
        cdef int64_t failed
        cdef Py_ssize_t i
        if pointers == NULL:
            raise MemoryError
        try:
            for i in range(count):
                pointers[i] = <PyObject *>given[i]
            self.start(pointers, count)
        finally:
            free(pointers)
        try:
            failed = instance.run(self.index, self.words, self.words, self.param_count, self.result_count)
            instance.dirty = self.writes
            used = bell_fuel_used(instance.ctx)
            if failed:
                return Outcome((), instance.error(), used)
            if arrays:
                from numpy import empty

                instance.empty = empty
            try:
                return Outcome(self.results(), None, used)
            except TooMuch as too_much:
                return Outcome((), self.error_of(too_much), used)
        finally:
            instance.empty = None
            instance.busy = False

    cdef object fast(self, PyObject *const *args, Py_ssize_t count):
        """A call from the bound callable."""
        cdef Instance instance = self.instance
        cdef int64_t failed
        self.start(args, count)
        try:
            failed = instance.run(self.index, self.words, self.words, self.param_count, self.result_count)
            instance.dirty = self.writes
            if failed:
                raise instance.error()
            if self.result_count == 1 and self.scalar:
                return self.result(0)
            if self.result_count == 0:
                return None
            try:
                results = self.results()
            except TooMuch as too_much:
                raise self.error_of(too_much) from None
            return results[0] if self.result_count == 1 else results
        finally:
            instance.busy = False


cdef PyObject *fast_call(PyObject *self, PyObject *const *args, Py_ssize_t count) noexcept:
    cdef Py_ssize_t i
    try:
        result = (<Caller>self).fast(args, count)
        return Py_XNewRef(<PyObject *>result)
    except BellError as error:
        if (<Caller>self).otherwise is None:
            set_error(error)
            return NULL
        problem = error
    except BaseException as error:
        set_error(error)
        return NULL
    try:
        result = (<Caller>self).otherwise(problem, tuple([<object>args[i] for i in range(count)]))
        return Py_XNewRef(<PyObject *>result)
    except BaseException as error:
        set_error(error)
        return NULL


cdef extern from *:
    """
    static void belljar_set_error(PyObject *error) { PyErr_SetObject((PyObject *)Py_TYPE(error), error); }
    """
    void set_error "belljar_set_error"(object)


cdef PyMethodDef FAST_CALL
FAST_CALL.ml_name = b"task"
FAST_CALL.ml_meth = <void *>fast_call
FAST_CALL.ml_flags = METH_FASTCALL
FAST_CALL.ml_doc = b"A function of a program: takes its components by position."

cdef void free_fuel(bell_ctx *ctx) noexcept:
    """Fuel without end, for what the host does, in slices: the special methods of a program that are called then must end in time."""
    ctx.fuel, ctx.fuel_reserve = BELL_FUEL_SLICE, 1 << 62


cdef void grant_fuel(bell_ctx *ctx, int64_t fuel_max) noexcept:
    """As bell_ctx_begin does: what converting the arguments took is not the program's."""
    ctx.fuel = fuel_max if fuel_max < BELL_FUEL_SLICE else BELL_FUEL_SLICE
    ctx.fuel_reserve = fuel_max - ctx.fuel
    ctx.fault = 0
