# Part of _instance.pyx: the type table and the string pool of a module as C sees them.

cdef dict KINDS = {BYTES: BELL_BYTES, FROZENSET: BELL_FROZENSET, FUNCTION: BELL_FUNCTION, DECIMAL: BELL_DECIMAL, REGEX: BELL_REGEX}


cdef int class_of(type) except -1:
    if type == INT:
        return BELL_CLASS_INT
    if type == FLOAT:
        return BELL_CLASS_FLOAT
    if type == BOOL:
        return BELL_CLASS_BOOL
    if type == STR:
        return BELL_CLASS_STR
    if isinstance(type, (ListType, SetType, DictType, TupleType, RecordType, ClosureType)) or type in KINDS:
        return BELL_CLASS_REF
    return BELL_CLASS_ANY


cdef int kind_of(type) except -1:
    if type == STR:
        return BELL_STR
    if isinstance(type, ListType):
        return BELL_LIST
    if isinstance(type, SetType):
        return BELL_SET
    if isinstance(type, DictType):
        return BELL_DICT
    if isinstance(type, TupleType):
        return BELL_TUPLE
    if isinstance(type, RecordType):
        return BELL_RECORD
    if isinstance(type, ClosureType):
        return BELL_FUNCTION
    return KINDS.get(type, 0)


cdef str shape_of(type):
    """How a record field is made of slots: csrc/runtime/record.h."""
    if isinstance(type, OptionalType):
        return "?" + shape_of(type.item)
    if isinstance(type, TupleType):
        return f"({''.join([shape_of(item) for item in type.items])})"
    if isinstance(type, RangeType):
        return "r"
    if type == NUMBER:
        return "#"
    return "n" if type in (NONE, NEVER) else "v"


cdef enum:
    # How a record field crosses: one slot, a slot that says whether the next is there, or several slots.
    FIELD_PLAIN = 0
    FIELD_OPTIONAL = 1
    FIELD_PARTS = 2


cdef int slots_of(type) except -1:
    """How many slots a record field of a source type has."""
    if isinstance(type, OptionalType):
        return 1 + slots_of(type.item)
    if isinstance(type, TupleType):
        return sum([slots_of(item) for item in type.items])
    if isinstance(type, RangeType) or type == NUMBER:
        return 3
    return 0 if type in (NONE, NEVER) else 1


cdef int crossing_of(type) except -1:
    if isinstance(type, OptionalType):
        return FIELD_OPTIONAL if crossing_of(type.item) == FIELD_PLAIN else FIELD_PARTS
    return FIELD_PARTS if isinstance(type, (TupleType, RangeType)) or type in (NUMBER, NONE, NEVER) else FIELD_PLAIN


cdef class Types:
    """The type table and the string pool of a module as C sees them. Immutable, shared by instances."""

    cdef readonly object module
    cdef readonly object tables
    cdef bell_type *rows
    cdef uint32_t count
    cdef bell_pool_text *strings
    cdef uint8_t *global_classes
    cdef bell_signature *signatures
    cdef uint32_t signature_count
    cdef dict signature_index
    cdef dict lineages  # (class_low, class_high) of each record
    cdef list owned  # the bytes that rows point into
    cdef list layouts  # per type: ((field, source type), ...) of a record, item types of a tuple, or None
    cdef list names  # per type: of a record, as Record has it
    cdef list shapes  # per type: of a record, how each field crosses
    cdef tuple global_rows  # per module-level variable its class, and the index of its type; None before they are asked for

    def __cinit__(self, module, tables):
        self.module = module
        self.tables = tables
        self.owned = []
        self.layouts = [None]
        self.names = [None]
        self.shapes = [None]
        self.count = len(tables.types)
        self.rows = <bell_type *>calloc(self.count + 1, sizeof(bell_type))
        self.strings = <bell_pool_text *>calloc(len(tables.strings) + 1, sizeof(bell_pool_text))
        self.global_classes = <uint8_t *>calloc(len(module.globals) + 1, 1)
        if self.rows == NULL or self.strings == NULL or self.global_classes == NULL:
            raise MemoryError
        self.fill_signatures()
        self.lineages = class_numbers(self.module.records)
        for index in range(1, self.count):
            self.layouts.append(None)
            self.names.append(None)
            self.shapes.append(None)
            self.fill(index, tables.types[index])
        for index, text in enumerate(tables.strings):
            self.strings[index].data = PyUnicode_DATA(text)
            self.strings[index].length = <uint32_t>len(text)
            self.strings[index].width = <uint8_t>PyUnicode_KIND(text)
        for index, (_, type) in enumerate(module.globals):
            self.global_classes[index] = <uint8_t>class_of(type)

    def __dealloc__(self):
        free(self.rows)
        free(self.strings)
        free(self.global_classes)
        free(self.signatures)

    cdef const void *keep(self, bytes data):
        self.owned.append(data)
        return <const void *><const char *>data

    cdef int fill_signatures(self) except -1:
        cdef dict strings = self.tables.string_index
        cdef bell_signature *row
        cdef bell_param *params
        cdef bytes packed
        functions = {name: index for index, name in enumerate(self.module.functions)}
        self.signature_index = {name: index for index, name in enumerate(self.module.signatures)}
        self.signature_count = len(self.signature_index)
        self.signatures = <bell_signature *>calloc(self.signature_count + 1, sizeof(bell_signature))
        if self.signatures == NULL:
            raise MemoryError
        for index, signature in enumerate(self.module.signatures.values()):
            row = &self.signatures[index]
            row.entry = functions[signature.entry]
            row.param_count = len(signature.params)
            row.plain_count = signature.plain_count
            row.title = strings[called(signature)]
            row.qualname = strings[qualname(signature)]
            row.text = strings[signature_text(signature)]
            row.doc = strings[signature.doc or ""]
            row.has_doc = signature.doc is not None
            row.wraps = signature.wraps
            row.made_first = is_made_first(signature)
            row.built_in = is_built_in(signature)
            row.record = strings[signature.record]
            row.record_type = self.tables.type_index.get(RecordType(signature.record), 0) if signature.record else 0
            packed = bytes(sizeof(bell_param) * row.param_count)
            row.params = params = <bell_param *>self.keep(packed)
            for place, param in enumerate(signature.params):
                params[place].name = strings[param.name]
                params[place].fallback = param.default
                params[place].kind = PARAM_KINDS.index(param.kind)
        return 0

    cdef uint32_t place_of(self, target, bint in_global) except? 0:
        """The index of a signature or a global, where the function is in one of those."""
        if isinstance(target, int) is not in_global or target == "":
            return BELL_NO_SIGNATURE
        return target if in_global else self.signature_index[target]

    cdef int fill_members(self, bell_type *row, members) except -1:
        cdef bell_member *made
        row.member_count = len(members)
        row.members = made = <bell_member *>self.keep(bytes(sizeof(bell_member) * (row.member_count + 1)))
        for place, member in enumerate(members):
            made[place].name = self.tables.string_index[member.name]
            made[place].kind = MEMBER_KINDS.index(member.kind)
            made[place].signature = self.place_of(member.target, False)
            made[place].global_ = self.place_of(member.target, True)
            made[place].set_signature = self.place_of(member.setter, False)
            made[place].set_global = self.place_of(member.setter, True)
        return 0

    cdef int fill(self, uint32_t index, type) except -1:
        cdef bell_type *row = &self.rows[index]
        cdef dict number = self.tables.type_index
        row.kind = <uint8_t>kind_of(type)
        row.class_ = <uint8_t>class_of(type)
        row.name = <const char *>self.keep(str(type).encode())
        row.told = row.name
        words = [] if isinstance(type, (OptionalType, RangeType)) else list(parts(self.module, type))
        if isinstance(type, (ListType, SetType, DictType)):
            row.item_class = <uint8_t>class_of(words[0])
            row.item_type = number.get(words[0], 0)
            if isinstance(type, DictType):
                row.value_class = <uint8_t>class_of(words[1])
                row.value_type = number.get(words[1], 0)
        elif isinstance(type, (TupleType, RecordType, ClosureType)):
            row.slot_count = len(words)
            row.slot_classes = <const uint8_t *>self.keep(bytes(class_of(word) for word in words))
            row.slot_types = <const uint32_t *>self.keep(b"".join(int(number.get(word, 0)).to_bytes(4, "little") for word in words))
        row.signature = self.signature_index[type.name] if isinstance(type, ClosureType) else BELL_NO_SIGNATURE
        if isinstance(type, TupleType):
            self.layouts[index] = type.items
        elif isinstance(type, RecordType):
            layout = self.module.records[type.name]
            row.class_low, row.class_high = self.lineages[type.name]
            if layout.entry:
                row.resume = 1 + list(self.module.functions).index(layout.entry)
                row.name = <const char *>self.keep(layout.generator.encode())
            row.told = <const char *>self.keep((generator_type(layout.generator) if layout.entry else record_type_name(layout.name)).encode())
            self.layouts[index] = tuple(layout.fields)
            self.names[index] = layout.generator if layout.entry else type.name
            self.shapes[index] = bytes([crossing_of(field) for _, field in layout.fields])
            names = [<uintptr_t>self.keep(name.encode()) for name, _ in layout.fields]
            slots = [layout.slot_of(name) for name, _ in layout.fields]
            row.field_count = len(names)
            row.field_names = <const char *const *>self.keep(b"".join(int(name).to_bytes(8, "little") for name in names))
            row.field_slots = <const uint32_t *>self.keep(b"".join(int(slot).to_bytes(4, "little") for slot in slots))
            strings = self.tables.string_index
            row.field_strings = <const uint32_t *>self.keep(b"".join(int(strings[name]).to_bytes(4, "little") for name, _ in layout.fields))
            self.fill_members(row, layout.members)
            shapes = [<uintptr_t>self.keep(shape_of(field).encode()) for _, field in layout.fields]
            row.field_shapes = <const char *const *>self.keep(b"".join(int(shape).to_bytes(8, "little") for shape in shapes))
        return 0
