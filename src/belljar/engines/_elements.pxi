# Part of _instance.pyx: lists, in and out. Numbers cross in loops that make no call per element where the host's list or array allows it.

cdef bint is_array(value):
    """Whether a value is looked at as an array: bytes are texts of a kind, not numbers."""
    return PyObject_CheckBuffer(value) and not isinstance(value, (bytes, bytearray))


cdef int element_kind(const char *format, Py_ssize_t size, bell_elements *elements) except -1:
    """Which numbers a buffer's format says it has, in ``elements``; -2 where they are none of those that cross."""
    cdef int code
    if format == NULL:
        format = b"B"
    elements.swapped = False
    if format[0] == b">" or format[0] == b"!":
        elements.swapped = True
    if format[0] in b"@=<>!":
        format += 1
    if format[0] == 0 or format[1] != 0:
        return -2
    code = format[0]
    if code == b"?" and size == 1:
        elements.kind = BELL_ELEMENT_BOOL
    elif code == b"f" and size == 4:
        elements.kind = BELL_ELEMENT_FLOAT
    elif code == b"d" and size == 8:
        elements.kind = BELL_ELEMENT_DOUBLE
    elif code in b"bhilqnBHILQN" and size in (1, 2, 4, 8):
        elements.kind = (BELL_ELEMENT_INT8 if code in b"bhilqn" else BELL_ELEMENT_UINT8) + (0 if size == 1 else 1 if size == 2 else 2 if size == 4 else 3)
    else:
        return -2
    return 0


cdef bell_ref list_from_array(Instance self, value, uint32_t type, what) except? 0:
    """A list of numbers from what has the buffer protocol: one dimension, at any stride, in any byte order."""
    cdef const bell_type *row = &self.types.rows[type]
    cdef bell_elements elements
    cdef Py_buffer view
    cdef bell_ref ref
    cdef int64_t read
    try:
        PyObject_GetBuffer(value, &view, PyBUF_FORMAT | PyBUF_ND | PyBUF_STRIDES)
    except (BufferError, ValueError):  # NumPy's, for elements that have no format
        raise wrong(what, row.name.decode(), value) from None
    try:
        if view.ndim != 1 or element_kind(view.format, view.itemsize, &elements) < 0 or not bell_elements_fit(&elements, row.item_class):
            raise wrong(what, row.name.decode(), value)
        elements.data = <const uint8_t *>view.buf
        elements.length = view.shape[0]
        elements.stride = view.strides[0]
        ref = self.new_list(type, elements.length)
        read = bell_elements_read(&elements, row.item_class, self.ctx.base + BELL_LIST_AT(self.ctx, ref).data)
        if read != elements.length:
            raise wrong(what, "int" if row.item_class == BELL_CLASS_INT else "float", value[read])
        return ref
    finally:
        PyBuffer_Release(&view)


cdef Py_ssize_t take_floats(value, Py_ssize_t i, double *to) except -1:
    """Elements of a list or tuple from ``i`` on, as far as they are floats, and ints that are floats as well. Runs no code of theirs."""
    cdef Py_ssize_t length = PySequence_Fast_GET_SIZE(value)
    cdef PyObject **items = PySequence_Fast_ITEMS(value)
    cdef int overflow = 0
    cdef int64_t whole
    cdef double number
    while i < length:
        if PyFloat_CheckExact(<object>items[i]):
            to[i] = PyFloat_AS_DOUBLE(<object>items[i])
        elif PyLong_CheckExact(<object>items[i]):
            whole = PyLong_AsLongLongAndOverflow(<object>items[i], &overflow)
            number = <double>whole
            if overflow or number >= 9223372036854775808.0 or <int64_t>number != whole:
                return i
            to[i] = number
        else:
            return i
        i += 1
    return i


cdef Py_ssize_t take_ints(value, Py_ssize_t i, int64_t *to) except -1:
    """As take_floats, as far as they are ints of 64 bits."""
    cdef Py_ssize_t length = PySequence_Fast_GET_SIZE(value)
    cdef PyObject **items = PySequence_Fast_ITEMS(value)
    cdef int overflow = 0
    while i < length and PyLong_CheckExact(<object>items[i]):
        to[i] = PyLong_AsLongLongAndOverflow(<object>items[i], &overflow)
        if overflow:
            return i
        i += 1
    return i


cdef Py_ssize_t take_bools(value, Py_ssize_t i, uint8_t *to) except -1:
    """As take_floats, as far as they are bools."""
    cdef Py_ssize_t length = PySequence_Fast_GET_SIZE(value)
    cdef PyObject **items = PySequence_Fast_ITEMS(value)
    while i < length and (<object>items[i] is True or <object>items[i] is False):
        to[i] = <object>items[i] is True
        i += 1
    return i


cdef bell_ref list_word(Instance self, value, uint32_t type, what) except? 0:
    """A list from a list, a tuple or an array of numbers."""
    cdef bell_ctx *ctx = self.ctx
    cdef const bell_type *row = &self.types.rows[type]
    cdef uint8_t class_ = row.item_class
    cdef bell_ref ref
    cdef bell_word word
    cdef void *to
    cdef Py_ssize_t i = 0, length
    if not isinstance(value, (list, tuple)):
        if class_ <= BELL_CLASS_BOOL and is_array(value):
            return list_from_array(self, value, type, what)
        raise wrong(what, row.name.decode(), value)
    length = PySequence_Fast_GET_SIZE(value)
    ref = self.new_list(type, length)
    while True:
        to = ctx.base + BELL_LIST_AT(ctx, ref).data
        if class_ == BELL_CLASS_FLOAT:
            i = take_floats(value, i, <double *>to)
        elif class_ == BELL_CLASS_INT:
            i = take_ints(value, i, <int64_t *>to)
        elif class_ == BELL_CLASS_BOOL:
            i = take_bools(value, i, <uint8_t *>to)
        if i == length:
            return ref
        word = self.to_word(<object>PySequence_Fast_ITEMS(value)[i], class_, row.item_type, what)
        # Converting may have run Python code that changed the list.
        if PySequence_Fast_GET_SIZE(value) != length:
            raise wrong(what, "a list that does not change", value)
        to = ctx.base + BELL_LIST_AT(ctx, ref).data
        if class_ == BELL_CLASS_BOOL:
            (<uint8_t *>to)[i] = <uint8_t>word
        else:
            (<bell_word *>to)[i] = word
        i += 1


cdef object array_value(Instance self, const bell_list *items):
    """A list of numbers as a NumPy array of its own: int64, float64 or bool."""
    cdef Py_buffer view
    cdef int class_ = items.head.aux
    made = self.empty(items.length, "int64" if class_ == BELL_CLASS_INT else "float64" if class_ == BELL_CLASS_FLOAT else "bool")
    PyObject_GetBuffer(made, &view, PyBUF_WRITABLE)
    if items.length:
        memcpy(view.buf, self.ctx.base + items.data, items.length * (1 if class_ == BELL_CLASS_BOOL else 8))
    PyBuffer_Release(&view)
    return made


cdef object list_value(Instance self, bell_ref ref):
    """A list on its way out."""
    cdef bell_list *items = BELL_LIST_AT(self.ctx, ref)
    cdef int64_t i, numbers = 0, length = items.length
    cdef uint32_t item_type = self.types.rows[items.head.type].item_type
    cdef int class_ = items.head.aux
    cdef bell_word *words = <bell_word *>(self.ctx.base + items.data)
    cdef uint8_t *truths = self.ctx.base + items.data
    cdef list made
    if class_ < BELL_CLASS_REF:
        self.show(length)
    self.take(OBJECT_BYTES + 8 * length)
    if class_ < BELL_CLASS_STR and self.empty is not None:
        return array_value(self, items)
    made = PyList_New(length)
    for i in range(length):
        if i & 4095 == 0:
            self.take(NUMBER_BYTES * numbers)
            self.foresee(4096 * ITEM_NS)
            numbers = 0
        if class_ == BELL_CLASS_FLOAT:
            item = PyFloat_FromDouble(bell_float(words[i]))
            numbers += 1
        elif class_ == BELL_CLASS_INT:
            item = PyLong_FromLongLong(<int64_t>words[i])
            numbers += not is_small(<int64_t>words[i])
        elif class_ == BELL_CLASS_BOOL:
            item = truths[i] != 0
        elif class_ == BELL_CLASS_STR:
            item = self.to_python(words[i], BELL_CLASS_STR, 0)
        else:
            item = self.part(words[i], class_, item_type)
        Py_INCREF(item)
        PyList_SET_ITEM(made, i, item)
    return made
