# Part of _instance.pyx: the values of module-level variables as bytes, and back, in another instance or another process.
#
# What is written is a graph: roots, then objects in the order they were found from them. A value is a tag byte and what the tag says; a container, or a text that is worth it, is a TAG_OBJECT with the
# number of an object, so that what was one object is one again, and what is inside itself as well. Nothing is written of types: reading goes by the types of where a value is put, so that a program in
# which the same names have wider types takes it, and one that has other types refuses it (E0302). Bytes are checked before they are believed: numbers are bounded by what is there (E1104).
#
#   value    TAG_NONE FALSE TRUE | INT zigzag | BIG sign size bytes | FLOAT 8 bytes | STR size utf-8 | BYTES size bytes | DECIMAL size text | RANGE start stop step (zigzag) | TUPLE count values
#            | OBJECT number | UNSET
#   object   kind, then  LIST count values | INTS count 8 bytes each | FLOATS, BOOLS alike | DICT count pairs | SET and FROZENSET capacity, finger, live, (place value)..., removed, place... |
#            TUPLE count values | RECORD name serial count (field value)... | TEXT size utf-8 | BINARY size bytes
#
# Sizes, counts and numbers are LEB128.

cdef enum:
    TAG_NONE = 0
    TAG_FALSE = 1
    TAG_TRUE = 2
    TAG_INT = 3
    TAG_BIG = 4
    TAG_FLOAT = 5
    TAG_STR = 6
    TAG_BYTES = 7
    TAG_DECIMAL = 8
    TAG_RANGE = 9
    TAG_TUPLE = 10
    TAG_OBJECT = 11
    TAG_UNSET = 12
    OBJECT_LIST = 32
    OBJECT_INTS = 33
    OBJECT_FLOATS = 34
    OBJECT_BOOLS = 35
    OBJECT_DICT = 36
    OBJECT_SET = 37
    OBJECT_FROZENSET = 38
    OBJECT_TUPLE = 39
    OBJECT_RECORD = 40
    OBJECT_TEXT = 41
    OBJECT_BINARY = 42
    SHORT_MAX = 16  # bytes of a text that is written again wherever it is met


cdef class Writer:
    """Writes values of an instance."""

    cdef Instance instance
    cdef uint8_t *data
    cdef uint64_t size, capacity
    cdef dict numbers  # of objects, by reference
    cdef list objects

    def __cinit__(self, Instance instance):
        self.instance = instance
        self.numbers = {}
        self.objects = []

    def __dealloc__(self):
        free(self.data)

    cdef int room(self, uint64_t bytes) except -1:
        cdef uint64_t wanted
        cdef uint8_t *more
        if self.size + bytes > self.capacity:
            wanted = 2 * self.capacity + bytes + 1024
            more = <uint8_t *>realloc(self.data, wanted)
            if more == NULL:
                raise MemoryError
            self.data = more
            self.capacity = wanted
        return 0

    cdef int byte(self, uint8_t value) except -1:
        self.room(1)
        self.data[self.size] = value
        self.size += 1
        return 0

    cdef int number(self, uint64_t value) except -1:
        self.room(10)
        while value >= 128:
            self.data[self.size] = <uint8_t>(value | 128)
            self.size += 1
            value >>= 7
        self.data[self.size] = <uint8_t>value
        self.size += 1
        return 0

    cdef int signed(self, int64_t value) except -1:
        return self.number((<uint64_t>value << 1) ^ <uint64_t>(value >> 63))

    cdef int copy(self, const void *bytes, uint64_t size) except -1:
        self.room(size)
        if size:
            memcpy(self.data + self.size, bytes, size)
        self.size += size
        return 0

    cdef int text(self, bytes value) except -1:
        self.number(len(value))
        return self.copy(<const char *>value, len(value))

    cdef int object_number(self, bell_ref ref) except -1:
        number = self.numbers.get(ref)
        if number is None:
            number = self.numbers[ref] = len(self.objects)
            self.objects.append(ref)
        self.byte(TAG_OBJECT)
        return self.number(<uint64_t>number)

    cdef int word(self, bell_word word, int class_) except -1:
        """A value of a storage type."""
        cdef bell_ctx *ctx = self.instance.ctx
        cdef bell_str *string
        cdef int kind
        cdef double real
        if class_ == BELL_CLASS_INT:
            self.byte(TAG_INT)
            return self.signed(<int64_t>word)
        if class_ == BELL_CLASS_FLOAT:
            self.byte(TAG_FLOAT)
            return self.copy(&word, 8)
        if class_ == BELL_CLASS_BOOL:
            return self.byte(TAG_TRUE if word else TAG_FALSE)
        if class_ == BELL_CLASS_ANY:
            if word & 1:
                self.byte(TAG_INT)
                return self.signed(<int64_t>word >> 1)
            if word == BELL_NONE or word == BELL_FALSE or word == BELL_TRUE:
                return self.byte(TAG_NONE if word == BELL_NONE else TAG_TRUE if word == BELL_TRUE else TAG_FALSE)
        if word == 0 or (word & 15) != 0:
            return self.byte(TAG_UNSET)
        kind = BELL_HEAD_AT(ctx, word).kind
        if kind == BELL_STR or kind == BELL_BYTES:
            string = BELL_STR_AT(ctx, word)
            if <uint64_t>string.length * string.head.aux > SHORT_MAX:
                return self.object_number(word)
            self.byte(TAG_STR if kind == BELL_STR else TAG_BYTES)
            return self.characters(word, kind)
        if kind == BELL_INT:
            self.byte(TAG_INT)
            return self.signed(BELL_BOX_AT(ctx, word).i)
        if kind == BELL_FLOAT:
            real = BELL_BOX_AT(ctx, word).f
            self.byte(TAG_FLOAT)
            return self.copy(&real, 8)
        if kind == BELL_BIG:
            self.byte(TAG_BIG)
            self.byte(1 if BELL_BIG_AT(ctx, word).head.aux else 0)
            self.number(BELL_BIG_AT(ctx, word).size * 8)
            return self.copy(BELL_BIG_AT(ctx, word).limbs, BELL_BIG_AT(ctx, word).size * 8)
        if kind == BELL_DECIMAL:
            self.byte(TAG_DECIMAL)
            return self.text(str(decimal_value(ctx, word)).encode())
        if kind == BELL_RANGE:
            self.byte(TAG_RANGE)
            self.signed(BELL_RANGE_AT(ctx, word).start)
            self.signed(BELL_RANGE_AT(ctx, word).stop)
            return self.signed(BELL_RANGE_AT(ctx, word).step)
        if kind in (BELL_LIST, BELL_DICT, BELL_SET, BELL_FROZENSET, BELL_TUPLE) or (kind == BELL_RECORD and not self.instance.types.rows[BELL_HEAD_AT(ctx, word).type].resume):
            return self.object_number(word)
        raise bell_error("E1105", what=f"{self.instance.single_value(word, kind)!r}")

    cdef int characters(self, bell_ref ref, int kind) except -1:
        value = self.instance.single_value(ref, kind)
        return self.text(value.encode("utf-8", "surrogatepass") if kind == BELL_STR else value)

    cdef int value(self, type, slots) except -1:
        """A value of a source type from its components: pairs of a word and its class."""
        if isinstance(type, OptionalType):
            if not next(slots)[0]:
                self.byte(TAG_NONE)
                self.skip(type.item, slots)
                return 0
            return self.value(type.item, slots)
        if isinstance(type, TupleType):
            self.byte(TAG_TUPLE)
            self.number(len(type.items))
            for item in type.items:
                self.value(item, slots)
            return 0
        if isinstance(type, RangeType):
            self.byte(TAG_RANGE)
            for _ in range(3):
                self.signed(<int64_t><bell_word>next(slots)[0])
            return 0
        if type == NUMBER:
            is_float, whole, real = next(slots), next(slots), next(slots)
            return self.word(<bell_word>(real if is_float[0] else whole)[0], BELL_CLASS_FLOAT if is_float[0] else BELL_CLASS_INT)
        if type in (NONE, NEVER):
            return self.byte(TAG_NONE)
        word, class_ = next(slots)
        return self.word(<bell_word>word, <int>class_)

    cdef int skip(self, type, slots) except -1:
        for _ in range(slots_of(type)):
            next(slots)
        return 0

    cdef int object(self, bell_ref ref) except -1:
        """An object, and all that it holds as values."""
        cdef bell_ctx *ctx = self.instance.ctx
        cdef int kind = BELL_HEAD_AT(ctx, ref).kind
        cdef const bell_type *row = &self.instance.types.rows[BELL_HEAD_AT(ctx, ref).type]
        cdef bell_list *items
        cdef bell_dict *dict_
        cdef bell_word *words
        cdef int64_t i, length
        cdef int class_
        if kind == BELL_STR or kind == BELL_BYTES:
            self.byte(OBJECT_TEXT if kind == BELL_STR else OBJECT_BINARY)
            return self.characters(ref, kind)
        if kind == BELL_LIST:
            items = BELL_LIST_AT(ctx, ref)
            class_ = items.head.aux
            self.byte(OBJECT_INTS if class_ == BELL_CLASS_INT else OBJECT_FLOATS if class_ == BELL_CLASS_FLOAT else OBJECT_BOOLS if class_ == BELL_CLASS_BOOL else OBJECT_LIST)
            self.number(items.length)
            if class_ <= BELL_CLASS_BOOL:
                return self.copy(ctx.base + items.data, items.length * (1 if class_ == BELL_CLASS_BOOL else 8))
            words = <bell_word *>(ctx.base + items.data)
            for i in range(items.length):
                self.word(words[i], class_)
            return 0
        if kind == BELL_DICT:
            self.byte(OBJECT_DICT)
            self.number(bell_any_len(ctx, ref))
            i = bell_dict_next(ctx, ref, 0)
            while i >= 0:
                self.word(bell_dict_key_at(ctx, ref, i), row.item_class)
                self.word(bell_dict_value_at(ctx, ref, i), row.value_class)
                i = bell_dict_next(ctx, ref, i + 1)
            return 0
        if kind == BELL_SET or kind == BELL_FROZENSET:
            dict_ = BELL_DICT_AT(ctx, ref)
            class_ = <uint8_t>dict_.head.aux
            self.byte(OBJECT_SET if kind == BELL_SET else OBJECT_FROZENSET)
            self.number(dict_.capacity)
            self.number(dict_.index)
            self.number(dict_.live)
            words = <bell_word *>(ctx.base + dict_.entries)
            for i in range(dict_.capacity):
                if <int64_t>words[2 * i + 1] != -1:
                    self.number(i)
                    self.word(words[2 * i], class_)
            self.number(dict_.used - dict_.live)
            for i in range(dict_.capacity):
                if <int64_t>words[2 * i + 1] == -1 and words[2 * i] == 1:
                    self.number(i)
            return 0
        if kind == BELL_TUPLE:
            length = bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, ref))
            words = bell_tuple_items(BELL_TUPLE_AT(ctx, ref))
            self.byte(OBJECT_TUPLE)
            self.number(length)
            for i in range(length):
                self.word(words[i], bell_tuple_class(ctx, BELL_TUPLE_AT(ctx, ref), i))
            return 0
        layout = self.instance.types.layouts[BELL_HEAD_AT(ctx, ref).type]
        self.byte(OBJECT_RECORD)
        self.text(self.instance.types.names[BELL_HEAD_AT(ctx, ref).type].encode())
        self.number(BELL_HEAD_AT(ctx, ref).aux)
        self.number(len(layout))
        words = BELL_TUPLE_AT(ctx, ref).slots
        slots = iter([(words[i], row.slot_classes[i]) for i in range(row.slot_count)])
        for field, type in layout:
            self.text(field.encode())
            self.value(type, slots)
        return 0

    cdef bytes finished(self):
        return (<const char *>self.data)[: self.size] if self.size else b""


cdef class Reader:
    """Reads what a Writer wrote into an instance that has begun a conversion. Every object that is made stays pinned until that ends."""

    cdef Instance instance
    cdef const uint8_t *data
    cdef uint64_t size, at
    cdef list places  # of the objects in the bytes
    cdef list made  # references, 0 where it was not made yet
    cdef list types  # that they were made as: of a type, -1 for what has none of the module's
    cdef list waiting  # objects that were made and are empty
    cdef list keyed  # dicts and sets with what they will hold
    cdef dict others  # tuples that were made once more, as another type: by number and type
    cdef bint is_field  # what is being read is held by a record, in which fields may be unassigned
    cdef object what

    cdef int bad(self, str reason) except -1:
        raise bell_error("E1104", reason=reason)

    cdef uint8_t byte(self) except? 255:
        if self.at >= self.size:
            self.bad("it ends too early")
        self.at += 1
        return self.data[self.at - 1]

    cdef uint64_t number(self) except? 0xffffffff:
        cdef uint64_t value = 0
        cdef int shift = 0
        cdef uint8_t byte
        while True:
            byte = self.byte()
            if shift == 63 and byte > 1:
                self.bad("a number is too large")
            value |= <uint64_t>(byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            if shift > 63:
                self.bad("a number is too large")

    cdef uint64_t count(self, uint64_t least) except? 0xffffffff:
        """A number of things that each take so many bytes at least."""
        cdef uint64_t value = self.number()
        if value > (self.size - self.at) // least:
            self.bad("a count is larger than what follows")
        return value

    cdef int64_t signed(self) except? -1:
        cdef uint64_t value = self.number()
        return <int64_t>(value >> 1) ^ -<int64_t>(value & 1)

    cdef bytes span(self):
        cdef uint64_t size = self.count(1)
        self.at += size
        return (<const char *>self.data)[self.at - size : self.at]

    cdef str text(self):
        cdef bytes found = self.span()
        try:
            return found.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            self.bad("a text is not UTF-8")

    cdef int skip(self) except -1:
        """Pass by a value; what it needs to be one is looked at."""
        cdef uint8_t tag = self.byte()
        if tag == TAG_INT:
            self.number()
        elif tag == TAG_BIG:
            self.byte()
            self.span()
        elif tag == TAG_FLOAT:
            if self.size - self.at < 8:
                self.bad("it ends too early")
            self.at += 8
        elif tag in (TAG_STR, TAG_BYTES, TAG_DECIMAL):
            self.span()
        elif tag == TAG_RANGE:
            self.number()
            self.number()
            self.number()
        elif tag == TAG_TUPLE:
            self.instance.deeper(self.what)
            for _ in range(self.count(1)):
                self.skip()
            self.instance.nesting -= 1
        elif tag == TAG_OBJECT:
            self.number()
        elif tag > TAG_UNSET:
            self.bad(f"there is no value {tag}")
        return 0

    cdef int skip_object(self) except -1:
        cdef uint8_t kind = self.byte()
        cdef uint64_t count
        if kind == OBJECT_LIST or kind == OBJECT_TUPLE:
            for _ in range(self.count(1)):
                self.skip()
        elif kind in (OBJECT_INTS, OBJECT_FLOATS, OBJECT_BOOLS):
            count = self.count(1 if kind == OBJECT_BOOLS else 8)
            self.at += count * (1 if kind == OBJECT_BOOLS else 8)
        elif kind == OBJECT_DICT:
            for _ in range(self.count(2)):
                self.skip()
                self.skip()
        elif kind == OBJECT_SET or kind == OBJECT_FROZENSET:
            self.number()
            self.number()
            for _ in range(self.count(2)):
                self.number()
                self.skip()
            for _ in range(self.count(1)):
                self.number()
        elif kind == OBJECT_RECORD:
            self.text()
            self.number()
            for _ in range(self.count(2)):
                self.text()
                self.skip()
        elif kind == OBJECT_TEXT or kind == OBJECT_BINARY:
            self.span()
        else:
            self.bad(f"there is no object {kind}")
        return 0

    cdef object root(self):
        """A value that is no container as itself, one that is one as an Object."""
        cdef uint8_t tag = self.byte()
        cdef double real
        if tag == TAG_NONE:
            return None
        if tag == TAG_TRUE or tag == TAG_FALSE:
            return tag == TAG_TRUE
        if tag == TAG_INT:
            return self.signed()
        if tag == TAG_BIG:
            negative = self.byte()
            value = int.from_bytes(self.span(), "little")
            return -value if negative else value
        if tag == TAG_FLOAT:
            if self.size - self.at < 8:
                self.bad("it ends too early")
            memcpy(&real, self.data + self.at, 8)
            self.at += 8
            return real
        if tag == TAG_STR:
            return self.text()
        if tag == TAG_BYTES:
            return self.span()
        if tag == TAG_DECIMAL:
            from decimal import Decimal, InvalidOperation

            try:
                return Decimal(self.text())
            except InvalidOperation:
                self.bad("a text is no decimal")
        if tag == TAG_RANGE:
            start, stop, step = self.signed(), self.signed(), self.signed()
            if step == 0:
                self.bad("a range has no step")
            return range(start, stop, step)
        if tag == TAG_TUPLE:
            self.instance.deeper(self.what)
            items = tuple([self.root() for _ in range(self.count(1))])
            self.instance.nesting -= 1
            return items
        if tag == TAG_OBJECT:
            return Object(self, self.reference())
        if tag == TAG_UNSET:
            return UNSET_VALUE
        self.bad(f"there is no value {tag}")

    cdef uint64_t reference(self) except? 0xffffffff:
        cdef uint64_t number = self.number()
        if number >= <uint64_t>len(self.places):
            self.bad(f"there is no object number {number}")
        return number

    cdef bell_word word(self, int class_, uint32_t type) except? 0:
        """The value that follows as a word of a storage type, pinned if it is a reference."""
        cdef uint8_t tag
        cdef int64_t whole
        cdef bell_word word = 0
        if self.at >= self.size:
            self.bad("it ends too early")
        tag = self.data[self.at]
        if tag == TAG_INT and class_ == BELL_CLASS_INT:
            self.at += 1
            return <bell_word>self.signed()
        if tag == TAG_FLOAT and class_ == BELL_CLASS_FLOAT and self.size - self.at >= 9:
            memcpy(&word, self.data + self.at + 1, 8)
            self.at += 9
            return word
        if tag == TAG_INT and class_ == BELL_CLASS_ANY:
            self.at += 1
            whole = self.signed()
            if -(1 << 62) <= whole < 1 << 62:
                return <uint64_t>whole << 1 | 1
            return self.pinned(self.instance.any_word(whole, self.what))
        if tag == TAG_OBJECT:
            self.at += 1
            return self.object_word(self.reference(), class_, type)
        return self.part(self.root(), class_, type)

    cdef bell_word pinned(self, bell_word word) except? 0:
        self.instance.pin(word)
        return word

    cdef bell_word object_word(self, uint64_t number, int class_, uint32_t type) except? 0:
        """Object number so-and-so for a place of a storage type: made, if it was not yet, and filled later."""
        cdef bell_word word
        cdef int64_t index
        if class_ < BELL_CLASS_STR:
            raise wrong(self.what, ("int", "float", "bool")[class_], [])
        self.at, at = self.places[number], self.at
        try:
            kind = self.byte()
            index = self.type_of(kind, class_, type)
            word = self.made[number]
            if word != 0:
                if self.types[number] != index and kind == OBJECT_TUPLE:  # which of them it is nobody can tell
                    number = self.again(number, index)
                    if self.made[number]:
                        return self.made[number]
                    word = 0
                elif self.types[number] != index:
                    raise bell_error(
                        "E0302", what=self.what, expected=self.type_text(index), found=f"a {self.type_text(self.types[number])} that it shares with another name",
                    )
                if word:
                    return word
            word = self.make(number, kind, index)
        finally:
            self.at = at
        self.made[number] = word
        self.types[number] = index
        return self.pinned(word)

    cdef uint64_t again(self, uint64_t number, int64_t index) except? 0xffffffff:
        """The number of the same object as another type."""
        known = self.others.get((number, index))
        if known is None:
            known = self.others[number, index] = len(self.places)
            self.places.append(self.places[number])
            self.made.append(0)
            self.types.append(index)
        return known

    cdef str type_text(self, int64_t index):
        return "a value of any type" if index < 0 else str(self.instance.types.rows[index].name.decode())

    cdef int64_t type_of(self, int kind, int class_, uint32_t type) except? -2:
        """The index of the type by which an object of a kind is made for a place; -1 for what has none. Raises E0302."""
        cdef const bell_type *row
        cdef dict known = self.instance.types.tables.type_index
        cdef uint8_t wanted
        if kind == OBJECT_TEXT:
            if class_ != BELL_CLASS_STR and class_ != BELL_CLASS_ANY:
                raise wrong(self.what, self.type_text(type), "")
            return -1
        if class_ == BELL_CLASS_STR:
            raise wrong(self.what, "str", [])
        if class_ == BELL_CLASS_REF:
            row = &self.instance.types.rows[type]
            wanted = row.kind
            if (
                (wanted == BELL_LIST and OBJECT_LIST <= kind <= OBJECT_BOOLS) or (wanted == BELL_DICT and kind == OBJECT_DICT) or (wanted == BELL_SET and kind == OBJECT_SET)
                or (wanted == BELL_TUPLE and kind == OBJECT_TUPLE) or (wanted == BELL_RECORD and kind == OBJECT_RECORD)
            ):
                return self.record_type(type) if kind == OBJECT_RECORD else type
            if (wanted == BELL_FROZENSET and kind == OBJECT_FROZENSET) or (wanted == BELL_BYTES and kind == OBJECT_BINARY):
                return -1
            raise wrong(self.what, self.type_text(type), {OBJECT_DICT: {}, OBJECT_SET: set(), OBJECT_TUPLE: (), OBJECT_BINARY: b""}.get(kind, []))
        if kind in (OBJECT_FROZENSET, OBJECT_BINARY, OBJECT_TUPLE):
            return -1
        if kind == OBJECT_RECORD:
            return self.record_type(0)
        found = known.get(DictType(ANY, ANY) if kind == OBJECT_DICT else SetType(ANY) if kind == OBJECT_SET else ListType(ANY))
        if found is None:
            raise wrong(self.what, "a value the program knows", {} if kind == OBJECT_DICT else set() if kind == OBJECT_SET else [])
        return found

    cdef int64_t record_type(self, uint32_t wanted) except? -2:
        """The type of the record that follows, which is one of the wanted type or derives from it."""
        cdef const bell_type *row
        name = self.text()
        found = self.instance.types.tables.type_index.get(RecordType(name))
        if found is None:
            raise bell_error("E0302", what=self.what, expected="a class of the program", found=name)
        row = &self.instance.types.rows[<int64_t>found]
        if row.resume or (wanted and not (self.instance.types.rows[wanted].class_low <= row.class_low <= self.instance.types.rows[wanted].class_high)):
            raise bell_error("E0302", what=self.what, expected=self.type_text(wanted) if wanted else "a class of the program", found=name)
        return found

    cdef bell_word make(self, uint64_t number, int kind, int64_t type) except? 0:
        """An empty object; ``at`` is behind its kind, of a record behind its name."""
        cdef Instance instance = self.instance
        cdef bell_ctx *ctx = instance.ctx
        cdef bell_ref ref
        cdef uint64_t count
        if kind == OBJECT_TEXT:
            return instance.new_str(self.text())
        if kind == OBJECT_BINARY:
            return instance.new_bytes(self.span())
        self.waiting.append(number)
        if kind == OBJECT_RECORD:
            return instance.new_slots(<uint32_t>type)
        if kind == OBJECT_SET or kind == OBJECT_FROZENSET:
            ref = bell_set_make(ctx, BELL_SET if kind == OBJECT_SET else BELL_FROZENSET, <uint32_t>type if type > 0 else 0, instance.types.rows[type].item_class if type > 0 else BELL_CLASS_ANY)
            instance.check_made()
            return ref
        count = self.count(1 if kind in (OBJECT_LIST, OBJECT_BOOLS, OBJECT_TUPLE) else 2 if kind == OBJECT_DICT else 8)
        if kind == OBJECT_DICT:
            ref = bell_dict_new(ctx, <uint32_t>type, count)
            instance.check_made()
            return ref
        if kind == OBJECT_TUPLE:
            if type > 0:
                if count != instance.types.rows[type].slot_count:
                    raise bell_error("E0302", what=self.what, expected=self.type_text(type), found=f"a tuple of {count}")
                return instance.new_slots(<uint32_t>type)
            if not bell_reserve(ctx, BELL_ROUND(sizeof(bell_head) + (count + 1) * 8)):
                instance.out_of_memory()
            ref = bell_alloc(ctx, sizeof(bell_head) + (count + 1) * 8, BELL_TUPLE, 0, 0)
            BELL_TUPLE_AT(ctx, ref).slots[0] = count
            return ref
        ref = instance.new_list(<uint32_t>type, count)
        if count:
            memset(ctx.base + BELL_LIST_AT(ctx, ref).data, 0, count * (1 if BELL_LIST_AT(ctx, ref).head.aux == BELL_CLASS_BOOL else 8))
        return ref

    cdef int fill(self, uint64_t number) except -1:
        """What an object holds. Dicts and sets get it later, when all that it holds is whole, as it is hashed then."""
        cdef Instance instance = self.instance
        cdef bell_ctx *ctx = instance.ctx
        cdef bell_ref ref = self.made[number]
        cdef int64_t type = self.types[number]
        cdef const bell_type *row = &instance.types.rows[type if type > 0 else 0]
        cdef int kind
        cdef uint64_t i, count
        cdef bell_word word
        cdef uint8_t class_
        self.at = self.places[number]
        kind = self.byte()
        if kind == OBJECT_RECORD:
            return self.fill_record(ref, row, <uint32_t>type)
        if kind == OBJECT_SET or kind == OBJECT_FROZENSET:
            class_ = <uint8_t>BELL_HEAD_AT(ctx, ref).aux
            capacity, finger = self.number(), self.number()
            entries = []
            for i in range(self.count(2)):
                place = self.number()
                entries.append((place, self.word(class_, row.item_type if type > 0 else 0)))
            removed = [self.number() for _ in range(self.count(1))]
            self.keyed.append((number, kind, capacity, finger, entries, removed))
            return 0
        if kind == OBJECT_DICT:
            entries = []
            for i in range(self.count(2)):
                word = self.word(row.item_class, row.item_type)
                entries.append((word, self.word(row.value_class, row.value_type)))
            self.keyed.append((number, kind, 0, 0, entries, None))
            return 0
        if kind == OBJECT_TUPLE:
            for i in range(self.count(1)):
                word = self.word(row.slot_classes[i], row.slot_types[i]) if type > 0 else self.word(BELL_CLASS_ANY, 0)
                BELL_TUPLE_AT(ctx, ref).slots[i if type > 0 else i + 1] = word
            return 0
        class_ = <uint8_t>BELL_HEAD_AT(ctx, ref).aux
        count = self.count(1 if kind in (OBJECT_LIST, OBJECT_BOOLS) else 8)
        if kind == OBJECT_LIST:
            for i in range(count):
                word = self.word(class_, row.item_type)
                if class_ == BELL_CLASS_BOOL:
                    (ctx.base + BELL_LIST_AT(ctx, ref).data)[i] = word != 0
                else:
                    (<bell_word *>(ctx.base + BELL_LIST_AT(ctx, ref).data))[i] = word
            return 0
        return self.fill_numbers(ref, kind, class_, count)

    cdef int fill_numbers(self, bell_ref ref, int kind, uint8_t class_, uint64_t count) except -1:
        """A list of numbers from one that was written as such: of the same class, or of class any."""
        cdef bell_ctx *ctx = self.instance.ctx
        cdef uint64_t i
        cdef uint8_t own = BELL_CLASS_INT if kind == OBJECT_INTS else BELL_CLASS_FLOAT if kind == OBJECT_FLOATS else BELL_CLASS_BOOL
        cdef uint64_t width = 1 if kind == OBJECT_BOOLS else 8
        cdef bell_word word
        cdef int64_t whole
        cdef double real
        if class_ == own:
            if kind == OBJECT_BOOLS:
                for i in range(count):
                    if self.data[self.at + i] > 1:
                        self.bad("a bool is neither")
            if count:
                memcpy(ctx.base + BELL_LIST_AT(ctx, ref).data, self.data + self.at, count * width)
            return 0
        if class_ != BELL_CLASS_ANY:
            raise bell_error("E0302", what=self.what, expected=self.type_text(BELL_HEAD_AT(ctx, ref).type), found=f"a list of {('ints', 'floats', 'bools')[own]}")
        for i in range(count):
            if own == BELL_CLASS_BOOL:
                word = BELL_TRUE if self.data[self.at + i] else BELL_FALSE
            elif own == BELL_CLASS_FLOAT:
                memcpy(&real, self.data + self.at + i * 8, 8)
                word = self.instance.any_word(real, self.what)
            else:
                memcpy(&whole, self.data + self.at + i * 8, 8)
                word = self.instance.any_word(whole, self.what)
            (<bell_word *>(ctx.base + BELL_LIST_AT(ctx, ref).data))[i] = word
        return 0

    cdef int fill_record(self, bell_ref ref, const bell_type *row, uint32_t type) except -1:
        cdef bell_ctx *ctx = self.instance.ctx
        cdef uint32_t slot = 0
        cdef uint64_t serial
        cdef bell_word word
        cdef tuple layout = self.instance.types.layouts[type]
        cdef bytes shapes = self.instance.types.shapes[type]
        cdef const char *shape = shapes
        cdef Py_ssize_t i
        self.text()
        serial = self.number()
        if serial > 0xffff or self.count(2) != <uint64_t>len(layout):
            raise bell_error("E0302", what=self.what, expected=self.type_text(type), found="a value with other fields")
        BELL_HEAD_AT(ctx, ref).aux = <uint16_t>serial
        for i in range(len(layout)):
            field, source_type = <tuple>layout[i]
            if self.text() != field:
                raise bell_error("E0302", what=self.what, expected=self.type_text(type), found=f"a value without '{field}'")
            if shape[i] == FIELD_PLAIN:
                self.is_field = True
                word = self.word(row.slot_classes[slot], row.slot_types[slot])
                self.is_field = False
                BELL_TUPLE_AT(ctx, ref).slots[slot] = word
                slot += 1
                continue
            for item in self.parts(source_type):
                if item is not None or row.slot_classes[slot] == BELL_CLASS_ANY:
                    word = self.part(item, row.slot_classes[slot], row.slot_types[slot])
                    BELL_TUPLE_AT(ctx, ref).slots[slot] = word
                slot += 1
        return 0

    cdef list parts(self, type):
        """The components of the value that follows as one of a source type. Raises E0302."""
        found = []
        self.spread(self.root(), type, found)
        return found

    cdef int spread(self, value, type, list found) except -1:
        if isinstance(type, OptionalType):
            found.append(value is not None)
            if value is None:
                found.extend([None] * slots_of(type.item))
                return 0
            return self.spread(value, type.item, found)
        if isinstance(type, TupleType):
            if isinstance(value, Object):
                value = (<Object>value).items()
            if not isinstance(value, tuple) or len(value) != len(type.items):
                raise wrong(self.what, str(type), value)
            for item, part in zip(value, type.items):
                self.spread(item, part, found)
            return 0
        if isinstance(type, RangeType):
            if not isinstance(value, range):
                raise wrong(self.what, "range", value)
            found.extend((value.start, value.stop, value.step))
            return 0
        if type == NUMBER:
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                raise wrong(self.what, "number", value)
            found.extend((isinstance(value, float), 0 if isinstance(value, float) else value, value if isinstance(value, float) else 0.0))
            return 0
        if type in (NONE, NEVER):
            if value is not None:
                raise wrong(self.what, "None", value)
            return 0
        if value is None and type != ANY:
            raise wrong(self.what, str(type), value)
        found.append(value)
        return 0

    cdef bell_word part(self, item, int class_, uint32_t type) except? 0:
        """A component as a word, pinned."""
        cdef bell_word word
        if isinstance(item, Object):
            return self.object_word((<Object>item).number, class_, type)
        if item is UNSET_VALUE:
            if class_ < BELL_CLASS_STR or not self.is_field:
                self.bad("a value is missing")
            return BELL_UNSET if class_ == BELL_CLASS_ANY else 0
        if isinstance(item, tuple) and class_ == BELL_CLASS_ANY:
            return self.any_tuple(item)
        word = self.instance.to_word(item, class_, type, self.what)
        return self.pinned(word) if class_ >= BELL_CLASS_STR else word

    cdef bell_word any_tuple(self, tuple items) except? 0:
        cdef bell_ctx *ctx = self.instance.ctx
        cdef bell_ref ref
        cdef uint64_t i, count = len(items)
        cdef bell_word word
        if not bell_reserve(ctx, BELL_ROUND(sizeof(bell_head) + (count + 1) * 8)):
            self.instance.out_of_memory()
        ref = bell_alloc(ctx, sizeof(bell_head) + (count + 1) * 8, BELL_TUPLE, 0, 0)
        BELL_TUPLE_AT(ctx, ref).slots[0] = count
        self.pinned(ref)
        for i in range(count):
            word = self.part(items[i], BELL_CLASS_ANY, 0)
            BELL_TUPLE_AT(ctx, ref).slots[i + 1] = word
        return ref

    cdef int fill_all(self) except -1:
        """Fill all that was made, and what that makes, but for what is hashed."""
        while self.waiting:
            self.fill(self.waiting.pop())
        return 0

    cdef int hash_all(self) except -1:
        """Fill what is hashed, frozensets first, those inside before those around. To hash runs special methods of the program, so all else is as it was by then, the names as well."""
        frozen = {entry[0]: entry for entry in self.keyed if entry[1] == OBJECT_FROZENSET}
        numbers = {self.made[number]: number for number in frozen}
        done = set()
        stack = list(frozen)
        while stack:
            number = stack[len(stack) - 1]
            if number in done:
                stack.pop()
                continue
            inner = []
            for _, word in frozen[number][4]:
                self.frozen_in(<bell_word>word, numbers, inner, 0)
            inner = [other for other in inner if other not in done and other not in stack]
            if inner:
                stack.extend(inner)
                continue
            self.enter(frozen[number])
            done.add(number)
            stack.pop()
        for entry in reversed(self.keyed):
            if entry[1] != OBJECT_FROZENSET:
                self.enter(entry)
        return 0

    cdef int frozen_in(self, bell_word word, dict numbers, list found, int depth) except -1:
        """The frozensets that an element is made of."""
        cdef bell_ctx *ctx = self.instance.ctx
        cdef int64_t i
        if depth > NESTING_MAX or word == 0 or (word & 15) != 0:
            return 0
        if word in numbers:
            found.append(numbers[word])
        elif BELL_HEAD_AT(ctx, word).kind == BELL_TUPLE:
            for i in range(bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, word))):
                if bell_tuple_class(ctx, BELL_TUPLE_AT(ctx, word), i) >= BELL_CLASS_REF:
                    self.frozen_in(bell_tuple_items(BELL_TUPLE_AT(ctx, word))[i], numbers, found, depth + 1)
        return 0

    cdef int enter(self, tuple entry) except -1:
        cdef Instance instance = self.instance
        cdef bell_ctx *ctx = instance.ctx
        cdef bell_ref ref = self.made[entry[0]]
        if entry[1] == OBJECT_DICT:
            for key, value in entry[4]:
                bell_dict_set(ctx, ref, <bell_word>key, <bell_word>value)
                instance.check_made()
            if bell_any_len(ctx, ref) != len(entry[4]):
                self.bad("a dict has a key twice")
            return 0
        return self.enter_set(ref, entry[2], entry[3], entry[4], entry[5])

    cdef int enter_set(self, bell_ref ref, uint64_t capacity, uint64_t finger, list entries, list removed) except -1:
        """The table as it was: a walk gives the elements in the order of old, and elements added later find the places they would have found."""
        cdef bell_ctx *ctx = self.instance.ctx
        cdef bell_dict *set_
        cdef bell_ref buffer
        cdef bell_word *words
        cdef uint64_t i
        cdef int64_t hash
        cdef uint8_t class_ = <uint8_t>BELL_HEAD_AT(ctx, ref).aux
        cdef uint64_t used = <uint64_t>len(entries) + <uint64_t>len(removed)
        if capacity == 0:
            if used:
                self.bad("a set has more elements than places")
            return 0
        if capacity & (capacity - 1) or capacity < 8 or used * 5 > capacity * 3 + 5 or used >= capacity or finger > capacity:
            self.bad("the table of a set is none")
        if capacity > <uint64_t>self.instance.taken_max // 16:
            self.instance.out_of_memory()
        hashes = []
        for _, word in entries:
            hashes.append(bell_hash64_word(ctx, class_, <bell_word>word))
            self.instance.check_made()
        set_ = BELL_DICT_AT(ctx, ref)
        if set_.capacity or not bell_reserve(ctx, BELL_ROUND(sizeof(bell_buffer) + capacity * 16)):
            self.bad("a set changes while it is filled") if set_.capacity else self.instance.out_of_memory()
        buffer = bell_alloc(ctx, sizeof(bell_buffer) + capacity * 16, BELL_BUFFER, 0, 0)
        (<bell_buffer *>bell_at(ctx, buffer)).size = capacity * 16
        words = <bell_word *>(ctx.base + buffer + sizeof(bell_buffer))
        for i in range(capacity):
            words[2 * i + 1] = <bell_word>-1
        set_.capacity = <int64_t>capacity
        set_.entries = buffer + sizeof(bell_buffer)
        set_.index = finger
        for (place, word), found in zip(entries, hashes):
            hash = <int64_t>found
            if place >= capacity or <int64_t>words[2 * <uint64_t>place + 1] != -1:
                self.bad("two elements of a set have one place")
            words[2 * <uint64_t>place] = <bell_word>word
            words[2 * <uint64_t>place + 1] = <bell_word>hash
        for place in removed:
            if place >= capacity or <int64_t>words[2 * <uint64_t>place + 1] != -1 or words[2 * <uint64_t>place]:
                self.bad("two elements of a set have one place")
            words[2 * <uint64_t>place] = 1
        set_.live = len(entries)
        set_.used = <int64_t>used
        for (place, word), found in zip(entries, hashes):
            if bell_set_find(ctx, set_, class_, <bell_word>word, <int64_t>found) != <int64_t>place:
                self.instance.check_made()
                self.bad("an element of a set is not where it is looked for")
        if set_.live != <int64_t>len(entries):
            self.bad("a set changes while it is filled")
        return 0


cdef class Object:
    """An object of a graph that is being read."""

    cdef Reader reader
    cdef uint64_t number

    def __init__(self, Reader reader, number):
        self.reader = reader
        self.number = number

    cdef object items(self):
        """Of a tuple its items, else the object itself."""
        cdef Reader reader = self.reader
        at, reader.at = reader.at, reader.places[self.number]
        try:
            if reader.byte() != OBJECT_TUPLE:
                return self
            return tuple([reader.root() for _ in range(reader.count(1))])
        finally:
            reader.at = at


cdef object UNSET_VALUE = object()


cdef bytes written_graph(Variables variables, named):
    """The values of variables, pairs of a name and a Variable, as bytes."""
    cdef Instance instance = variables.instance
    cdef Writer writer = Writer(instance)
    cdef bell_ref ref
    cdef uint64_t done = 0
    instance.idle()
    named = list(named)
    writer.number(len(named))
    for name, variable in named:
        writer.text(name.encode())
        slots = iter([(instance.ctx.globals[<uint32_t>slot], variables.classes[slot]) for slot in variable.slots[1:]])
        writer.value(variable.type, slots)
    roots = writer.finished()
    writer.size = 0
    while done < <uint64_t>len(writer.objects):
        ref = writer.objects[done]
        writer.object(ref)
        done += 1
    objects = writer.finished()
    writer.size = 0
    writer.number(len(roots))
    writer.copy(<const char *>roots, len(roots))
    writer.number(done)
    writer.copy(<const char *>objects, len(objects))
    writer.number(instance.ctx.serial)
    return writer.finished()


cdef int read_graph(Variables variables, bytes data, dict known, missing) except -1:
    """Let variables hold the values of names in bytes. ``known``: the Variables by name; ``missing`` is called with a name that is not known and its value, or raises."""
    cdef Instance instance = variables.instance
    cdef bell_ctx *ctx = instance.ctx
    cdef Host *host = <Host *>instance.host_block
    cdef Reader reader = Reader.__new__(Reader)
    cdef uint64_t roots_end, count, place, serial
    cdef bell_word word
    reader.instance = instance
    reader.data = <const uint8_t *><const char *>data
    reader.size = len(data)
    reader.places, reader.made, reader.types, reader.waiting, reader.keyed = [], [], [], [], []
    reader.others = {}
    reader.what = "the state"
    instance.begin()
    if not bell_guard_begin(ctx):
        instance.busy = False
        raise MemoryError
    free_fuel(ctx)
    host.converting = True
    try:
        roots_end = reader.count(1)
        roots_end += reader.at
        place = reader.at
        reader.at = roots_end
        count = reader.count(1)
        for _ in range(count):
            reader.places.append(reader.at)
            reader.skip_object()
        reader.made = [0] * count
        reader.types = [0] * count
        serial = reader.number()
        if reader.at != reader.size or serial > 0xffff:
            reader.bad("something follows its end")
        reader.at = place
        found = []
        for _ in range(reader.count(2)):
            name = reader.text()
            reader.what = f"'{name}'"
            variable = known.get(name)
            if variable is None or variable.type is None:
                missing(name)
                reader.skip()
                continue
            parts = reader.parts(variable.type)
            words = [True]
            for slot, part in zip(variable.slots[1:], parts):
                if part is None and variables.classes[slot] != BELL_CLASS_ANY:
                    word = instance.new_str("") if variables.classes[slot] == BELL_CLASS_STR else 0
                    if word:
                        instance.pin(word)
                else:
                    word = reader.part(part, <int>variables.classes[slot], <uint32_t>variables.types[slot])
                words.append(word)
            found.append((variable, words))
        if reader.at != roots_end:
            reader.bad("the names end elsewhere")
        reader.fill_all()
        for variable, words in found:
            for slot, written in zip(variable.slots, words):
                ctx.globals[<uint32_t>slot] = <bell_word>written
        reader.hash_all()
        ctx.serial = <uint16_t>serial
    except:
        bell_guard_rollback(ctx)
        raise
    finally:
        host.converting = False
        host.pin_count = 0
        instance.busy = False
    bell_guard_commit(ctx)
    return 0
