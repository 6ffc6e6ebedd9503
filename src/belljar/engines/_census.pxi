# Part of _instance.pyx: what lies in the heap of an instance: every object that variables lead to, once, by the shortest way.


cdef int64_t object_bytes(Instance self, bell_ref ref, int kind) noexcept:
    """Bytes of an object with the buffer that is its own; none of permanent texts, which are the module's."""
    cdef bell_ctx *ctx = self.ctx
    cdef bell_head *head = BELL_HEAD_AT(ctx, ref)
    cdef bell_dict *table
    cdef bell_str *text
    if kind == BELL_STR or kind == BELL_BYTES:
        text = BELL_STR_AT(ctx, ref)
        return 0 if head.flags & BELL_PERMANENT else <int64_t>BELL_ROUND(sizeof(bell_str) + <uint64_t>text.length * (head.aux if kind == BELL_STR else 1))
    if kind == BELL_LIST:
        return sizeof(bell_list) + (<int64_t>BELL_ROUND(sizeof(bell_buffer) + BELL_LIST_AT(ctx, ref).capacity * (1 if head.aux == BELL_CLASS_BOOL else 8)) if BELL_LIST_AT(ctx, ref).capacity else 0)
    if kind == BELL_DICT or kind == BELL_SET or kind == BELL_FROZENSET:
        table = BELL_DICT_AT(ctx, ref)
        buffer = table.index if kind == BELL_DICT else table.entries
        return sizeof(bell_dict) + (<int64_t>BELL_ROUND(sizeof(bell_buffer) + (<bell_buffer *>bell_at(ctx, <bell_ref>buffer - sizeof(bell_buffer))).size) if buffer else 0)
    if kind == BELL_TUPLE:
        return <int64_t>BELL_ROUND(sizeof(bell_head) + 8 * (bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, ref)) + (1 if head.type == 0 else 0)))
    if kind == BELL_RECORD:
        return <int64_t>BELL_ROUND(sizeof(bell_head) + 8 * self.types.rows[head.type].slot_count)
    if kind == BELL_BIG:
        return <int64_t>BELL_ROUND(sizeof(bell_big) + 8 * BELL_BIG_AT(ctx, ref).size)
    if kind == BELL_FUNCTION:
        return <int64_t>BELL_ROUND(16 + 8 * (2 if head.aux == BELL_FUNCTION_METHOD or head.type == 0 else self.types.rows[head.type].slot_count))
    if kind == BELL_INT or kind == BELL_FLOAT:
        return 16
    return 48


cdef str object_type(Instance self, bell_ref ref, int kind):
    cdef uint32_t type = BELL_HEAD_AT(self.ctx, ref).type
    if kind in (BELL_LIST, BELL_DICT, BELL_SET, BELL_RECORD) or (kind == BELL_TUPLE and type):
        return self.types.rows[type].name.decode()
    return {
        BELL_STR: "str", BELL_BYTES: "bytes", BELL_TUPLE: "tuple", BELL_FROZENSET: "frozenset", BELL_INT: "int", BELL_BIG: "int", BELL_FLOAT: "float", BELL_DECIMAL: "Decimal",
        BELL_FUNCTION: "function", BELL_REGEX: "regex", BELL_RANGE: "range",
    }.get(kind, "iterator")


cdef int64_t object_length(Instance self, bell_ref ref, int kind) noexcept:
    if kind == BELL_LIST:
        return BELL_LIST_AT(self.ctx, ref).length
    if kind == BELL_DICT or kind == BELL_SET or kind == BELL_FROZENSET:
        return BELL_DICT_AT(self.ctx, ref).live
    return -1


cdef list taken_census(Variables variables, named):
    """For each object, nearest to the names first: the position of the one that led to it (-1: a name), by which name, key, index or field, its type, bytes, and length (-1 for what has none)."""
    cdef Instance instance = variables.instance
    cdef bell_ctx *ctx = instance.ctx
    cdef dict positions = {}
    cdef list refs = [], found = []
    cdef bell_word word
    cdef bell_ref ref
    cdef bell_word *words
    cdef const bell_type *row
    cdef Py_ssize_t at = 0
    cdef int64_t i, length
    cdef int kind, class_
    instance.idle()

    def meet(bell_word word, int class_, parent, label):
        cdef int kind
        if class_ < BELL_CLASS_STR or word == 0 or (word & 15) != 0 or word in positions:
            return
        positions[word] = len(refs)
        refs.append(word)
        kind = BELL_HEAD_AT(ctx, word).kind
        found.append((parent, label, object_type(instance, word, kind), object_bytes(instance, word, kind), object_length(instance, word, kind)))

    for name, variable in named:
        for slot in variable.slots[1:]:
            meet(ctx.globals[<uint32_t>slot], <int>variables.classes[slot], -1, name)
    while at < len(refs):
        ref = refs[at]
        kind = BELL_HEAD_AT(ctx, ref).kind
        row = &instance.types.rows[BELL_HEAD_AT(ctx, ref).type]
        if kind == BELL_LIST:
            class_ = BELL_LIST_AT(ctx, ref).head.aux
            if class_ >= BELL_CLASS_STR:
                for i in range(BELL_LIST_AT(ctx, ref).length):
                    word = (<bell_word *>(ctx.base + BELL_LIST_AT(ctx, ref).data))[i]
                    meet(word, class_, at, i)
        elif kind == BELL_DICT or kind == BELL_SET or kind == BELL_FROZENSET:
            class_ = <uint8_t>BELL_HEAD_AT(ctx, ref).aux
            i = bell_dict_next(ctx, ref, 0)
            while i >= 0:
                word = bell_dict_key_at(ctx, ref, i)
                meet(word, class_, at, "a key")
                if kind == BELL_DICT and row.value_class >= BELL_CLASS_STR:
                    meet(bell_dict_value_at(ctx, ref, i), row.value_class, at, (instance.glimpse(word, class_, row.item_type, 40),))
                i = bell_dict_next(ctx, ref, i + 1)
        elif kind == BELL_TUPLE:
            words = bell_tuple_items(BELL_TUPLE_AT(ctx, ref))
            for i in range(bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, ref))):
                meet(words[i], bell_tuple_class(ctx, BELL_TUPLE_AT(ctx, ref), i), at, i)
        elif kind == BELL_RECORD:
            words = BELL_TUPLE_AT(ctx, ref).slots
            names = [field for field, type in instance.types.layouts[BELL_HEAD_AT(ctx, ref).type] for _ in range(slots_of(type))]
            for i in range(row.slot_count):
                meet(words[i], row.slot_classes[i], at, "." + names[i])
        elif kind == BELL_FUNCTION and BELL_HEAD_AT(ctx, ref).type:
            words = (<bell_function *>bell_at(ctx, ref)).slots
            for i in range(row.slot_count):
                meet(words[i], row.slot_classes[i], at, "a captured value")
        at += 1
    return found
