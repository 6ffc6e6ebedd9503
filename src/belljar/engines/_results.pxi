# Part of _instance.pyx: values of results on their way out, and what is hashed or held more than once among them; what was used of limits that were reached.


cdef double seconds_of(Instance self) noexcept:
    """Seconds that the call has taken; 0.0 where it never came to look at the clock."""
    return 0.0 if self.ctx.deadline_ns == 0 else (now_ns() - self.ctx.deadline_ns + (<Host *>self.host_block).time_ns) / 1e9


cdef object used_of(Instance self, int code):
    """What was used of a limit that was reached; None of one that is used up one by one."""
    cdef bell_heap_stats stats
    if code == 802:
        return seconds_of(self)
    if code == 803:
        bell_heap_statistics(self.ctx, &stats)
        return stats.live_bytes
    return self.ctx.output_bytes if code == 805 else None


cdef object too_large(Instance self):
    """The error of what did not fit into the memory limit beside what is there."""
    from belljar.engines.faults import use_of

    error = bell_error("E0803", a=self.limits.memory)
    error.tell_use(use_of("E0803", self.limits, used_of(self, 803)))
    return error


cdef object shared_value(Instance self, bell_ref ref, int kind):
    """A text, bytes or big int of a result: a long one once, wherever it is seen."""
    cdef bell_ctx *ctx = self.ctx
    cdef int64_t size
    if kind == BELL_BIG:
        size = BELL_BIG_AT(ctx, ref).size * 9
    else:
        size = <int64_t>BELL_STR_AT(ctx, ref).length * BELL_STR_AT(ctx, ref).head.aux
    if size < SHARED_MIN:
        self.take(size + OBJECT_BYTES if size > 1 else 0)
        return self.single_value(ref, kind)
    known = self.made.get(ref)
    if known is None:
        self.take(size + OBJECT_BYTES)
        self.foresee(size)
        known = self.made[ref] = (self.single_value(ref, kind), 0, 0)
    return known[0]


cdef object record_value(Instance self, bell_ref ref):
    cdef uint32_t type = BELL_HEAD_AT(self.ctx, ref).type
    cdef const bell_type *row = &self.types.rows[type]
    cdef bell_word *slots = BELL_TUPLE_AT(self.ctx, ref).slots
    cdef tuple layout = self.types.layouts[type]
    cdef bytes shapes = self.types.shapes[type]
    cdef const char *shape = shapes
    cdef dict fields = {}
    cdef Py_ssize_t i
    cdef uint32_t slot = 0
    self.take(RECORD_BYTES + 32 * len(layout))
    for i in range(len(layout)):
        field, source_type = <tuple>layout[i]
        if shape[i] == FIELD_PARTS:
            values = [self.part(slots[slot + place], row.slot_classes[slot + place], row.slot_types[slot + place]) for place in range(slots_of(source_type))]
            slot += len(values)
            fields[field] = assembled(iter(values), source_type)
            continue
        if shape[i] == FIELD_OPTIONAL:
            self.show(1)
            slot += 1
        value = self.part(slots[slot], row.slot_classes[slot], row.slot_types[slot])
        fields[field] = value if shape[i] == FIELD_PLAIN or slots[slot - 1] else None
        slot += 1
    return record_of(self.types.names[type], fields)


cdef object key_value(Instance self, bell_word word, int class_, uint32_t type):
    """A key of a dict or set: what follows hashes all that it shows, and compares it with keys of the same hash."""
    cdef int64_t shown = self.shown
    value = self.part(word, class_, type)
    self.take(ENTRY_BYTES)
    self.foresee(INSERT_NS if class_ < BELL_CLASS_STR else INSERT_NS + (self.shown - shown) * HASH_NS)
    return value


cdef object contents_of(Instance self, bell_ref ref, int kind):
    """A container as Python has it."""
    cdef bell_ctx *ctx = self.ctx
    cdef uint32_t type = BELL_HEAD_AT(ctx, ref).type
    cdef const bell_type *row = &self.types.rows[type]
    cdef bell_word *words
    cdef int64_t i, length
    if kind == BELL_LIST:
        return list_value(self, ref)
    if kind == BELL_DICT:
        result = {}
        i = bell_dict_next(ctx, ref, 0)
        while i >= 0:
            key = key_value(self, bell_dict_key_at(ctx, ref, i), row.item_class, row.item_type)
            result[key] = self.part(bell_dict_value_at(ctx, ref, i), row.value_class, row.value_type)
            i = bell_dict_next(ctx, ref, i + 1)
        return result
    if kind == BELL_SET or kind == BELL_FROZENSET:
        found = set() if kind == BELL_SET else PyFrozenSet_New(NULL)
        i = bell_dict_next(ctx, ref, 0)
        while i >= 0:
            PySet_Add(found, key_value(self, bell_dict_key_at(ctx, ref, i), <uint8_t>BELL_HEAD_AT(ctx, ref).aux, row.item_type))
            i = bell_dict_next(ctx, ref, i + 1)
        return found
    if kind == BELL_TUPLE:
        length = bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, ref))
        words = bell_tuple_items(BELL_TUPLE_AT(ctx, ref))
        self.take(OBJECT_BYTES + 8 * length)
        return tuple([self.part(words[i], bell_tuple_class(ctx, BELL_TUPLE_AT(ctx, ref), i), 0) for i in range(length)])
    return record_value(self, ref)
