# cython: language_level=3
"""Columns in C: runs compiled kernels over blocks, numbers the texts of string columns, realigns bitmaps. Without the GIL; addresses are the caller's to keep alive."""

from array import array

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t, uintptr_t
from libc.stdlib cimport calloc, free

cdef extern from "batch/groups.h" nogil:
    ctypedef struct bell_ctx:
        pass
    ctypedef int64_t (*bell_kernel_fn)(bell_ctx *ctx, void *const *args, int64_t rows)
    ctypedef struct bell_block:
        bell_kernel_fn kernel
        void **args
        const uint8_t *row_bits
        int32_t inputs, outputs, count, group_rows
    int bell_block_run(const bell_block *block, int64_t rows)
    void bell_bits_align(uint8_t *target, const uint8_t *source, int64_t first, int64_t bits)

cdef extern from "batch/dictionary.h" nogil:
    ctypedef struct bell_dictionary:
        pass
    bell_dictionary *bell_dictionary_create(uint32_t texts_max, uint64_t bytes_max)
    void bell_dictionary_free(bell_dictionary *dictionary)
    uint32_t bell_dictionary_count(const bell_dictionary *dictionary)
    const uint8_t *bell_dictionary_text(const bell_dictionary *dictionary, uint32_t number, uint32_t *length)
    int64_t bell_dictionary_encode32(bell_dictionary *dictionary, const int32_t *offsets, const uint8_t *bytes, uint64_t size, int64_t rows, int32_t *numbers)
    int64_t bell_dictionary_encode64(bell_dictionary *dictionary, const int64_t *offsets, const uint8_t *bytes, uint64_t size, int64_t rows, int32_t *numbers)
    int32_t bell_numbers_dense(int32_t *numbers, int64_t rows, int32_t *renumbered, int32_t *order)

cdef extern from "batch/texts.h" nogil:
    ctypedef struct bell_texts:
        const int32_t *codes
        const uint8_t *valid
        int64_t first, rows
        const int32_t *offsets
        const uint8_t *bytes
        uint64_t size
        int64_t count
    int64_t bell_texts_count(const bell_texts *texts, int64_t *counts)
    void bell_texts_write(const bell_texts *texts, int32_t *offsets, uint8_t *bytes)
    int BELL_TEXTS_SLACK

cdef extern from "batch/fields.h" nogil:
    ctypedef struct bell_fields:
        const uint8_t *text
        uint64_t size
        uint32_t *ends
        int64_t rows, columns
        const uint8_t *nulls
        const uint32_t *null_lengths
        int64_t null_count
    int bell_fields_find(bell_fields *fields, uint8_t delimiter)
    int64_t bell_fields_ints(const bell_fields *fields, int64_t column, int64_t *values, uint8_t *valid)
    uint64_t bell_fields_bytes(const bell_fields *fields, int64_t column)
    int64_t bell_fields_texts(const bell_fields *fields, int64_t column, int empty_is_null, int32_t *offsets, uint8_t *bytes, uint8_t *valid, int *ascii)
    int64_t bell_fields_project(const bell_fields *fields, const int64_t *wanted, int64_t count, uint8_t delimiter, uint8_t *out)

cdef extern from "batch/rows.h" nogil:
    ctypedef struct bell_rows_input:
        uint8_t kind, nullable
        const void *values
        const uint8_t *valid
        int64_t offset
        const int32_t *texts
        int64_t text_count
        const uint8_t *bytes
        uint64_t size
    ctypedef struct bell_rows_output:
        uint8_t kind, nullable
        void *values
        uint8_t *valid
        uint8_t *bytes
        uint64_t used, room
    ctypedef struct bell_rows:
        bell_rows_input *inputs
        bell_rows_output *outputs
        uint64_t *words
        int32_t input_count, output_count
        int64_t rows


cdef class Rows:
    """The columns of a block for `Instance.run_rows`: `address` is that of a `bell_rows`. Addresses are the caller's to keep alive."""

    cdef bell_rows rows

    def __cinit__(self, int inputs, int outputs, int64_t rows):
        self.rows.inputs = <bell_rows_input *>calloc(inputs + 1, sizeof(bell_rows_input))
        self.rows.outputs = <bell_rows_output *>calloc(outputs + 1, sizeof(bell_rows_output))
        self.rows.words = <uint64_t *>calloc(2 * max(inputs, outputs) + 1, 8)
        self.rows.rows = rows
        if self.rows.inputs == NULL or self.rows.outputs == NULL or self.rows.words == NULL:
            raise MemoryError

    def __dealloc__(self):
        cdef int32_t place
        for place in range(self.rows.output_count):
            free(self.rows.outputs[place].bytes)
        free(self.rows.inputs)
        free(self.rows.outputs)
        free(self.rows.words)

    @property
    def address(self):
        return <uintptr_t>&self.rows

    def add_input(self, int kind, bint nullable, uint64_t values, uint64_t valid, int64_t offset, uint64_t texts=0, int64_t text_count=0, uint64_t data=0, uint64_t size=0):
        """The next parameter; 0 for what there is none of."""
        cdef bell_rows_input *column = &self.rows.inputs[self.rows.input_count]
        column.kind, column.nullable = <uint8_t>kind, nullable
        column.values, column.valid, column.offset = <const void *><uintptr_t>values, <const uint8_t *><uintptr_t>valid, offset
        column.texts, column.text_count = <const int32_t *><uintptr_t>texts, text_count
        column.bytes, column.size = <const uint8_t *><uintptr_t>data, size
        self.rows.input_count += 1

    def add_output(self, int kind, bint nullable, uint64_t values, uint64_t valid):
        """The next result."""
        cdef bell_rows_output *column = &self.rows.outputs[self.rows.output_count]
        column.kind, column.nullable = <uint8_t>kind, nullable
        column.values, column.valid = <void *><uintptr_t>values, <uint8_t *><uintptr_t>valid
        self.rows.output_count += 1

    def text(self, int place):
        """The bytes of a result column of texts."""
        cdef bell_rows_output *column = &self.rows.outputs[place]
        if column.bytes == NULL:
            return b""
        return <bytes>column.bytes[:column.used]


def run_block(uint64_t kernel, uint64_t[::1] args not None, const uint8_t[::1] row_bits not None, int inputs, int group_rows, int64_t rows):
    """Run `rows` rows of a kernel; says whether a row failed. `row_bits` are those of the input streams, of which there are `inputs`, and of the outputs."""
    cdef bell_block block
    cdef int failed
    block.kernel = <bell_kernel_fn><uintptr_t>kernel
    block.args = <void **>&args[0]
    block.row_bits = &row_bits[0]
    block.inputs = inputs
    block.outputs = <int32_t>(row_bits.shape[0] - inputs)
    block.count = <int32_t>args.shape[0]
    block.group_rows = group_rows
    with nogil:
        failed = bell_block_run(&block, rows)
    if failed < 0:
        raise MemoryError
    return failed != 0


def align_bits(uint64_t target, uint64_t source, int64_t first, int64_t bits):
    """Copy a bitmap that starts at bit `first` so that it starts at a byte."""
    with nogil:
        bell_bits_align(<uint8_t *><uintptr_t>target, <const uint8_t *><uintptr_t>source, first, bits)


def dense_numbers(uint64_t numbers, int64_t rows, int32_t[::1] renumbered not None, int32_t[::1] order not None):
    """Renumber in place from 0 in the order of first appearance; `renumbered` holds -1 for each old number. Leaves the old numbers in `order` and says how many."""
    cdef int32_t found
    with nogil:
        found = bell_numbers_dense(<int32_t *><uintptr_t>numbers, rows, &renumbered[0], &order[0])
    return found


cdef class Dictionary:
    """Numbers for the texts of a column, the same from block to block. For one thread at a time."""

    cdef bell_dictionary *dictionary

    def __cinit__(self, uint32_t texts_max, uint64_t bytes_max):
        self.dictionary = bell_dictionary_create(texts_max, bytes_max)
        if self.dictionary == NULL:
            raise MemoryError

    def __dealloc__(self):
        bell_dictionary_free(self.dictionary)

    def __len__(self):
        return bell_dictionary_count(self.dictionary)

    def text(self, uint32_t number):
        """The text of a number, in UTF-8 as it came."""
        cdef uint32_t length = 0
        if number >= bell_dictionary_count(self.dictionary):
            raise IndexError(number)
        cdef const uint8_t *start = bell_dictionary_text(self.dictionary, number, &length)
        return <bytes>start[:length]

    def encode(self, uint64_t offsets, bint wide, uint64_t data, uint64_t size, int64_t rows, uint64_t numbers):
        """Number the strings between `rows` + 1 offsets, 8 bytes each if `wide`, else 4. Gives how many rows are done: fewer when the dictionary will not hold more."""
        cdef int64_t done
        cdef const uint8_t *start = <const uint8_t *><uintptr_t>data
        with nogil:
            if wide:
                done = bell_dictionary_encode64(self.dictionary, <const int64_t *><uintptr_t>offsets, start, size, rows, <int32_t *><uintptr_t>numbers)
            else:
                done = bell_dictionary_encode32(self.dictionary, <const int32_t *><uintptr_t>offsets, start, size, rows, <int32_t *><uintptr_t>numbers)
        return done


TEXTS_SLACK = BELL_TEXTS_SLACK
"""Bytes behind the texts that `NumberedTexts.write` may write."""


cdef class NumberedTexts:
    """A dictionary-encoded column, by the addresses of its parts (0 for a validity bitmap that is not there), which are the caller's to keep alive. `first` is the bit of its first row."""

    cdef bell_texts texts

    def __init__(self, uint64_t codes, uint64_t valid, int64_t first, int64_t rows, uint64_t offsets, uint64_t data, uint64_t size, int64_t count):
        self.texts.codes, self.texts.valid = <const int32_t *><uintptr_t>codes, <const uint8_t *><uintptr_t>valid
        self.texts.first, self.texts.rows, self.texts.count = first, rows, count
        self.texts.offsets, self.texts.bytes, self.texts.size = <const int32_t *><uintptr_t>offsets, <const uint8_t *><uintptr_t>data, size

    def count(self, int64_t[::1] counts not None):
        """The rows of each number and, last, the null ones, into `counts`. Gives the bytes of all rows together. Raises ValueError for a number without a text."""
        cdef int64_t found
        if counts.shape[0] != self.texts.count + 1:
            raise ValueError("expected a place for each text and one for nulls")
        with nogil:
            found = bell_texts_count(&self.texts, &counts[0])
        if found < 0:
            raise ValueError("a number or an offset leads nowhere")
        return found

    def write(self, uint64_t offsets, uint64_t data):
        """Write the plain column's offsets and bytes. Only after `count`, and where its bytes are fewer than 2**31."""
        with nogil:
            bell_texts_write(&self.texts, <int32_t *><uintptr_t>offsets, <uint8_t *><uintptr_t>data)


cdef class Fields:
    """The fields of delimited text without quotes. `data[start:end]` is the text, `ends` a buffer of 4 bytes for each byte of it and 4 more; `nulls` are spellings."""

    cdef bell_fields fields
    cdef const uint8_t[::1] data
    cdef bytes nulls
    cdef uint32_t[::1] null_lengths
    cdef uint8_t delimiter
    cdef object ends

    def __init__(self, const uint8_t[::1] data not None, int64_t start, int64_t end, int64_t columns, str delimiter not None, nulls, ends):
        cdef int good
        cdef uint64_t place = ends.address
        if not 0 <= start < end <= data.shape[0] or end - start >= 1 << 31 or columns < 2 or ends.size < 4 * (end - start) + 4:
            raise ValueError("expected a part of the data, below 2 GiB, two columns, and room for places")
        spelled = [null.encode() for null in nulls]
        self.data, self.nulls, self.delimiter = data, b"".join(spelled), <uint8_t>ord(delimiter)
        self.null_lengths = array("I", [len(null) for null in spelled] or [0])
        self.fields.text, self.fields.size, self.fields.columns = &data[start], <uint64_t>(end - start), columns
        self.fields.nulls, self.fields.null_lengths, self.fields.null_count = self.nulls, &self.null_lengths[0], len(spelled)
        self.ends, self.fields.ends = ends, <uint32_t *><uintptr_t>place
        with nogil:
            good = bell_fields_find(&self.fields, self.delimiter)
        if not good:
            raise ValueError("some row has another number of fields")

    def __len__(self):
        return self.fields.rows

    def ints(self, int64_t column, uint64_t values, uint64_t valid):
        """Write a column of ints and its validity bits. Gives the null rows; -1 where a field is no plain int."""
        cdef int64_t nulls
        with nogil:
            nulls = bell_fields_ints(&self.fields, column, <int64_t *><uintptr_t>values, <uint8_t *><uintptr_t>valid)
        return nulls

    def text_bytes(self, int64_t column):
        """The bytes of a column's fields together."""
        cdef uint64_t found
        with nogil:
            found = bell_fields_bytes(&self.fields, column)
        return found

    def texts(self, int64_t column, bint empty_is_null, uint64_t offsets, uint64_t data, uint64_t valid):
        """Write a column of texts; `data` has room for 16 bytes more than `text_bytes` says. Gives the null rows and whether all bytes are ASCII."""
        cdef int64_t nulls
        cdef int ascii = 0
        with nogil:
            nulls = bell_fields_texts(&self.fields, column, empty_is_null, <int32_t *><uintptr_t>offsets, <uint8_t *><uintptr_t>data, <uint8_t *><uintptr_t>valid, &ascii)
        return nulls, ascii != 0

    def project(self, const int64_t[::1] wanted not None, uint64_t out):
        """Write some columns as delimited text, a delimiter behind each field. Gives the bytes, as many as there were and one a row and one more at most."""
        cdef int64_t size
        with nogil:
            size = bell_fields_project(&self.fields, &wanted[0], wanted.shape[0], self.delimiter, <uint8_t *><uintptr_t>out)
        return size
