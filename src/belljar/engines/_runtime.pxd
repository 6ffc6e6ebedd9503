# cython: language_level=3
"""The C runtime and the VM (csrc/) as far as instances use them."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "runtime/bell.h" nogil:
    ctypedef uint64_t bell_word
    ctypedef uint64_t bell_ref
    ctypedef struct bell_head:
        uint8_t kind, flags
        uint16_t aux
        uint32_t type
    ctypedef struct bell_str:
        bell_head head
        uint32_t length, hash
        uint64_t data
    ctypedef struct bell_list:
        bell_head head
        int64_t length, capacity
        uint64_t data
    ctypedef struct bell_buffer:
        bell_head head
        uint64_t size
    ctypedef struct bell_dict:
        bell_head head
        int64_t live, used, capacity
        uint64_t entries, index
    ctypedef struct bell_tuple:
        bell_head head
        bell_word slots[1]
    ctypedef struct bell_function:
        bell_head head
        uint64_t signature
        bell_word slots[1]
    ctypedef struct bell_param:
        uint32_t name
        int32_t fallback
        uint32_t kind
    ctypedef struct bell_signature:
        uint32_t entry, param_count
        int64_t plain_count
        uint32_t title, qualname, text, doc
        int32_t wraps
        uint32_t record, record_type
        uint8_t made_first, built_in, has_doc
        const bell_param *params
    ctypedef struct bell_box:
        bell_head head
        int64_t i
        double f
    ctypedef struct bell_member:
        uint32_t name, kind, signature, global_ "global", set_signature, set_global
    ctypedef struct bell_big:
        bell_head head
        uint64_t size
        uint64_t limbs[1]
    ctypedef struct bell_type:
        uint8_t kind, class_, item_class, value_class
        uint32_t item_type, value_type, slot_count
        const uint8_t *slot_classes
        const uint32_t *slot_types
        const char *name
        const char *told
        uint32_t field_count
        const char *const *field_names
        const uint32_t *field_slots
        const uint8_t *field_optional
        const char *const *field_shapes
        uint32_t signature
        uint32_t class_low, class_high
        const uint32_t *field_strings
        uint32_t member_count
        const bell_member *members
        uint32_t resume
    ctypedef struct bell_trace "struct bell_trace":
        uint64_t lost
    ctypedef int (*bell_trace_sink)(void *, const uint8_t *, size_t) noexcept nogil
    ctypedef struct bell_heap
    ctypedef struct bell_stack
    ctypedef struct bell_ctx:
        uint8_t *base
        int64_t fuel, fuel_reserve, fuel_max
        uint32_t invoked
        uint32_t fault, fault_site, unwind_count
        bell_word fault_a, fault_b
        bell_ref characters, fault_text
        const char *fault_name
        int64_t depth_left, depth_least, deadline_ns
        void *const *natives
        uint32_t unwind_sites[64]
        uint64_t output_bytes, output_bytes_max, admitted_bytes
        uint32_t (*poll)(bell_ctx *) noexcept nogil
        bell_word (*explain)(bell_ctx *) noexcept nogil
        uint32_t (*write)(bell_ctx *, const char *, size_t) noexcept nogil
        void *host
        void (*vm_roots)(bell_ctx *, void (*)(bell_ctx *, bell_word *) noexcept nogil) noexcept nogil
        bell_heap *heap
        uint64_t polls
        int64_t iterations_max, iterations_left, events_max
        bell_word *globals
        uint16_t serial
        const bell_ref *strings
        const bell_signature *signatures
        const bell_stack *stack
        char *told
        uint32_t told_size
        bell_trace *trace
        void *profile
        uint32_t (*host_call)(bell_ctx *, uint32_t, const bell_word *, uint32_t, bell_word *) noexcept nogil
    int BELL_BYTES, BELL_FROZENSET, BELL_FUNCTION, BELL_DECIMAL, BELL_REGEX, BELL_FUNCTION_METHOD
    uint32_t BELL_NO_SIGNATURE
    int BELL_STR, BELL_LIST, BELL_DICT, BELL_SET, BELL_TUPLE, BELL_RECORD, BELL_INT, BELL_FLOAT, BELL_BUFFER, BELL_BIG
    int BELL_PERMANENT, BELL_STR_ASCII, BELL_UNWIND_MAX, BELL_FUEL_SLICE, BELL_CHARACTER_STRIDE
    int BELL_CLASS_INT, BELL_CLASS_FLOAT, BELL_CLASS_BOOL, BELL_CLASS_STR, BELL_CLASS_REF, BELL_CLASS_ANY
    bell_word BELL_NONE, BELL_FALSE, BELL_TRUE, BELL_UNSET
    uint64_t BELL_ROUND(uint64_t)
    double bell_float(bell_word)
    bell_word bell_bits(double)
    bint bell_reserve(bell_ctx *, uint64_t)
    bell_word bell_fault(bell_ctx *, uint32_t)
    bint bell_charge(bell_ctx *, int64_t)
    bell_ref bell_alloc(bell_ctx *, uint64_t, uint8_t, uint16_t, uint32_t)
    bell_str *BELL_STR_AT(bell_ctx *, bell_ref)
    bell_list *BELL_LIST_AT(bell_ctx *, bell_ref)
    bell_dict *BELL_DICT_AT(bell_ctx *, bell_ref)
    bell_tuple *BELL_TUPLE_AT(bell_ctx *, bell_ref)
    bell_box *BELL_BOX_AT(bell_ctx *, bell_ref)
    bell_big *BELL_BIG_AT(bell_ctx *, bell_ref)
    bell_head *BELL_HEAD_AT(bell_ctx *, bell_ref)
    void *bell_at(bell_ctx *, bell_ref)

cdef extern from "runtime/heap.h" nogil:
    uint64_t BELL_MEMORY_MAX
    bint bell_heap_begin_sites(bell_ctx *)
    void bell_heap_note_sites(bell_heap *)
    bell_ref bell_heap_take(bell_ctx *, uint64_t, uint8_t, uint16_t, uint32_t)

cdef extern from "runtime/trace.h" nogil:
    bint bell_trace_open(bell_ctx *, size_t, size_t, bell_trace_sink, void *)
    void bell_trace_flush(bell_ctx *)
    void bell_trace_clear(bell_ctx *)
    size_t bell_trace_copy(bell_ctx *, uint8_t *)

cdef extern from "runtime/profile.h" nogil:
    int BELL_PROFILE_ENTRY
    ctypedef struct bell_profile_segment:
        uint32_t function, flags
        int64_t cost, taken
    ctypedef struct bell_profile_row:
        uint64_t count
        int64_t fuel, ahead, bytes, time
        uint64_t samples
    ctypedef struct bell_profile_node:
        uint32_t parent, site, function, first_row
    ctypedef struct bell_profile_edge:
        uint32_t parent, site, node
        uint64_t count
    ctypedef struct bell_profile_total:
        uint64_t samples
        int64_t fuel, bytes, time
        bint failed
    bint bell_profile_open(bell_ctx *, const bell_profile_segment *, uint32_t, bint, int64_t)
    bint bell_profile_start(bell_ctx *)
    void bell_profile_stop(bell_ctx *)
    bell_profile_total bell_profile_totals(const bell_ctx *)
    const bell_profile_node *bell_profile_nodes(const bell_ctx *, uint32_t *)
    const bell_profile_row *bell_profile_rows(const bell_ctx *, uint32_t *)
    const bell_profile_edge *bell_profile_edges(const bell_ctx *, uint32_t *)

cdef extern from "runtime/elements.h" nogil:
    int BELL_ELEMENT_INT8, BELL_ELEMENT_UINT8, BELL_ELEMENT_FLOAT, BELL_ELEMENT_DOUBLE, BELL_ELEMENT_BOOL
    ctypedef struct bell_elements:
        const uint8_t *data
        int64_t length, stride
        uint8_t kind
        bint swapped
    bint bell_elements_fit(const bell_elements *, uint8_t)
    int64_t bell_elements_read(const bell_elements *, uint8_t, void *)

cdef extern from "runtime/epoch.h" nogil:
    ctypedef struct bell_epoch_stats:
        uint32_t open
        uint64_t kept_pages, kept_bytes
    bint bell_epoch_begin(bell_ctx *)
    bint bell_epoch_rollback(bell_ctx *)
    bint bell_epoch_commit(bell_ctx *)
    bint bell_epoch_forget(bell_ctx *, uint32_t)
    bint bell_epoch_look(bell_ctx *, uint32_t)
    void bell_epoch_look_away(bell_ctx *, uint32_t)
    void bell_epoch_guard()
    void bell_epoch_settle(bell_ctx *)
    void bell_epoch_statistics(const bell_ctx *, bell_epoch_stats *)

cdef extern from "runtime/any.h" nogil:
    bell_word bell_any_from_class(bell_ctx *, uint8_t, bell_word)

cdef extern from "runtime/bytes.h" nogil:
    bell_word bell_bytes_of(bell_ctx *, const void *, uint64_t)

cdef extern from "runtime/dict.h" nogil:
    int64_t bell_dict_next(bell_ctx *, bell_word, int64_t)


cdef extern from "runtime/ops.h" nogil:
    void bell_exc_clear(bell_ctx *)

cdef extern from "runtime/exc.h" nogil:
    enum: BELL_EXC_NOTES
    ctypedef struct bell_exc_recipe:
        uint32_t site, code, type
        int32_t operand
        uint32_t class_, text_size
        char *text
    int BELL_EXC_TEXT, BELL_EXC_TOLD
    void bell_exc_note(bell_ctx *, const bell_exc_recipe *)
    void bell_exc_tell(bell_ctx *)

cdef extern from "runtime/raise.h" nogil:
    bell_word bell_raise(bell_ctx *, uint32_t, const char *, ...)

cdef extern from "runtime/hash64.h" nogil:
    int64_t bell_hash64_word(bell_ctx *, uint8_t, bell_word)

cdef extern from "runtime/set.h" nogil:
    int BELL_FROZENSET
    bell_ref bell_set_make(bell_ctx *, uint8_t, uint32_t, uint8_t)
    int64_t bell_set_find(bell_ctx *, const bell_dict *, uint8_t, bell_word, int64_t)
    bint bell_set_insert(bell_ctx *, bell_ref, bell_word, int64_t)

cdef extern from "runtime/range.h" nogil:
    ctypedef struct bell_range:
        bell_head head
        int64_t start, stop, step
    int BELL_RANGE
    bell_range *BELL_RANGE_AT(bell_ctx *, bell_ref)
    bell_ref bell_range_make(bell_ctx *, int64_t, int64_t, int64_t)

cdef extern from "runtime/iter.h" nogil:
    int BELL_ITER
    const char *bell_iter_type_name(const bell_ctx *, bell_ref)

cdef extern from "runtime/decimal.h" nogil:
    uint32_t bell_decimal_write(const bell_ctx *, bell_ref, char *)
    bell_word bell_decimal_new(bell_ctx *, bell_word)

cdef extern from "runtime/context.h" nogil:
    ctypedef struct bell_heap:
        uint32_t output_size
        uint32_t *sites
    ctypedef struct bell_pool_text:
        const void *data
        uint32_t length
        uint8_t width
    ctypedef struct bell_config:
        uint64_t memory_max, roots_max
        const bell_type *types
        uint32_t type_count
        const bell_pool_text *strings
        uint32_t string_count
        const uint8_t *global_classes
        uint32_t global_count
        void *const *natives
        uint32_t function_count
        const bell_signature *signatures
        uint32_t signature_count
    ctypedef struct bell_heap_stats:
        uint64_t live_bytes, peak_bytes, image_bytes, collections
    bell_ctx *bell_ctx_create(const bell_config *)
    void bell_ctx_destroy(bell_ctx *)
    void bell_ctx_begin(bell_ctx *, int64_t)
    void bell_ctx_resume(bell_ctx *, int64_t)
    int64_t bell_fuel_used(const bell_ctx *)
    bint bell_output_flush(bell_ctx *)
    bint bell_heap_seal(bell_ctx *, bint)
    void bell_heap_restore_image(bell_ctx *)
    void bell_heap_statistics(const bell_ctx *, bell_heap_stats *)
    void bell_heap_set_stress(bell_ctx *, bint)

cdef extern from "runtime/guard.h" nogil:
    bint bell_guard_begin(bell_ctx *)
    void bell_guard_rollback(bell_ctx *)
    void bell_guard_commit(bell_ctx *)

cdef extern from "runtime/call.h" nogil:
    const char *bell_function_type_name(const bell_ctx *, bell_ref)

cdef extern from "runtime/tuple.h" nogil:
    int64_t bell_tuple_length(const bell_ctx *, const bell_tuple *)
    bell_word *bell_tuple_items(bell_tuple *)
    uint8_t bell_tuple_class(const bell_ctx *, const bell_tuple *, int64_t)

cdef extern from "runtime/ops.h" nogil:
    bell_word bell_dict_new(bell_ctx *, uint32_t, int64_t)
    void bell_dict_set(bell_ctx *, bell_word, bell_word, bell_word)
    int64_t bell_any_len(bell_ctx *, bell_word)
    bell_word bell_regex_pattern(bell_ctx *, bell_word)
    int64_t bell_regex_flags(bell_ctx *, bell_word)
    bell_word bell_dict_key_at(bell_ctx *, bell_word, int64_t)
    bell_word bell_dict_value_at(bell_ctx *, bell_word, int64_t)
    bell_word bell_set_new(bell_ctx *, uint32_t, int64_t)
    void bell_set_add(bell_ctx *, bell_word, bell_word)

cdef extern from "runtime/stack.h" nogil:
    ctypedef void (*bell_native_fn)(bell_ctx *, bell_word *) noexcept nogil
    ctypedef struct bell_stack:
        uint8_t *start
    bint bell_stack_open(bell_stack *, uint64_t, uint64_t)
    void bell_stack_close(bell_stack *)
    void bell_stack_call(const bell_stack *, bell_native_fn, bell_ctx *, bell_word *)

cdef extern from "jit/export.h" nogil:
    int BELL_EXPORT_WORD, BELL_EXPORT_LIST
    uint32_t BELL_EXPORT_NO_SITE
    ctypedef struct bell_export_slot:
        pass
    ctypedef struct bell_export:
        bell_native_fn entry
        int64_t fuel_max, depth_max
        bint restore
        uint8_t result_class
        uint32_t param_count, word_count
        const uint8_t *kinds
        const uint32_t *types
        uint32_t slot_count
        bell_export_slot *slots
        uint32_t fault, fault_site, unwind_count
        uint32_t unwind_sites[64]
        bell_word *fault_words
        uint8_t *fault_lists
    int32_t bell_export_call(bell_export *, bell_word *)
    double bell_export_call_floats(bell_export *, int32_t, const double *)
    int32_t bell_export_call_filter(bell_export *, const double *, int64_t, double *)
    bint bell_export_faulted(bell_export *)
    void bell_export_put(bell_export *, uint32_t, bell_ctx *)
    void bell_export_forget(bell_export *)

cdef extern from "vm/vm.h" nogil:
    ctypedef struct bell_insn:
        uint16_t op, a, b, c
    ctypedef struct bell_vm_function:
        uint32_t entry, stub, roots_first, roots_count
        uint16_t frame, params, results
    ctypedef struct bell_vm_program:
        const bell_insn *code
        const uint32_t *sites
        const bell_word *constants
        const bell_vm_function *functions
        const uint16_t *roots
        const uint32_t *handlers
        uint32_t code_count, function_count, gather_max, frame_max, handler_count
        bint records_branches
    ctypedef struct bell_vm:
        pass
    bell_vm *bell_vm_new(bell_ctx *, const bell_vm_program *)
    void bell_vm_delete(bell_vm *)
    int64_t bell_vm_call(bell_ctx *, uint32_t, const bell_word *, bell_word *)
    void bell_vm_adopt(bell_ctx *, uint32_t, const bell_stack *)

cdef extern from "batch/rows.h" nogil:
    ctypedef struct bell_rows:
        int64_t rows
    enum bell_rows_end:
        BELL_ROWS_DONE, BELL_ROWS_FAULT, BELL_ROWS_TOO_LARGE, BELL_ROWS_BAD_TEXT, BELL_ROWS_NO_MEMORY
    ctypedef struct bell_rows_instance:
        bell_ctx *ctx
        const bell_stack *stack
        uint32_t function
        bint restore
        int64_t fuel_max, depth_max
        int *looked
        int64_t fuel_used
    int64_t bell_rows_run(bell_rows_instance *, bell_rows *, int64_t, bell_rows_end *)
