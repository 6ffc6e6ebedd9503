/* The value and heap layout that the VM, native code and the runtime share. Knows no Python.
 *
 * Words. A virtual register, list element, dict entry or record slot is one 8-byte word, typed by the compiler:
 *
 *   int     int64_t                           float   the bits of a double
 *   bool    0 or 1                            str, list, dict, set, tuple, record: a reference
 *   any     a tagged word, see below
 *
 * A reference (bell_ref) is the offset of an object from ctx->base, a multiple of 16, never 0. Nothing in the region is a host
 * pointer, so the region can be moved, saved and checked.
 *
 * Tagged words (type any):
 *
 *   ...xxxxxxx1   a 63-bit int, in the upper bits          0x02  None
 *   ...xxxx0000   a reference; the object's kind says      0x12  False
 *                 what it is (str, list, ..., or a box     0x22  True
 *                 BELL_INT / BELL_FLOAT)                   0x32  the end of an iteration, 0x42 never assigned, 0x52 NotImplemented: not for programs to see
 *
 * Objects start with an 8-byte header (bell_head) and are aligned to 16 bytes:
 *
 *   BELL_STR     head | u32 length, u32 hash | u64 data | inline characters, or u64 owner when BELL_STR_VIEW is set
 *                `data` is the offset of the first character; `aux` is the bytes per character: 1 (Latin-1), 2 (UCS-2), 4 (UCS-4), always the
 *                narrowest that fits (so equal strings have equal width). BELL_STR_ASCII says that all characters are < 128. hash 0 means not
 *                computed. A view shares the characters of a BELL_BUFFER `owner`: appending to the last view of a buffer with room writes behind
 *                it in place, which makes `s += x` in a loop linear.
 *   BELL_BYTES   as BELL_STR of one byte a character, never a view; the bytes of a constant are those of the string pool (bytes.h)
 *   BELL_LIST    head | i64 length | i64 capacity | u64 data       data: offset of the payload of a BELL_BUFFER (0 when capacity is 0)
 *                `aux` is the element class (bell_class); elements are 8 bytes, or 1 byte for BELL_CLASS_BOOL.
 *   BELL_BUFFER  head | u64 size in bytes of the payload | payload
 *   BELL_TUPLE, BELL_RECORD
 *                head | slots of 8 bytes, their number and classes by the type table; a tuple of type 0 has its length in slot 0 and then words
 *                of class any (tuple.h)
 *   BELL_DICT    head | i64 live | i64 used | i64 capacity | u64 entries | u64 index      see dict.h
 *   BELL_SET     as BELL_DICT with entries of the key only
 *   BELL_FUNCTION
 *                head | u64 signature | captured words, their number and classes by the type table. `aux` is a bell_function_kind: of a bound
 *                method (type 0) two words of class any follow: self, and the function object or None; of a bound method of a built-in type
 *                self and its name
 *   BELL_INT     head | i64          a box for ints that do not fit in 63 bits
 *   BELL_FLOAT   head | double       a box
 *   BELL_BIG     head | u64 size | limbs of 8 bytes, least significant first: the magnitude of an int beyond 64 bits; `aux` is 1 for a negative
 *                one. The highest limb is not 0 (big.h)
 *
 * `type` in the header is the index of the object's type in ctx->types (0 for str and boxes), through which runtime code knows element
 * classes, field names and how to print.
 *
 * Fuel, faults and safepoints (binding for every runtime function):
 *  - A function that can fail calls bell_fault(ctx, code) and returns 0; callers test ctx->fault. The message's values are the op's first
 *    two register operands, recorded by the caller; a text of the runtime's own goes to ctx->fault_text, or by bell_raise to ctx->told.
 *  - Work beyond the op's fixed fuel is charged with bell_charge(ctx, units) BEFORE it is done; when it returns false the function returns 0.
 *    The formula for each op is in src/belljar/ir/charges.py and, in words, in runtime/ops.h.
 *  - Fuel is charged at once, work may take long: what goes on for longer than a few milliseconds looks at the clock on its way, by bell_work, which
 *    costs no fuel, and returns 0 when that returns false. What was half made by then is garbage that nobody sees.
 *  - Memory is asked for with bell_reserve(ctx, bytes) once, before the first allocation: this is the only place that collects garbage (the
 *    operands are rooted by the caller) or fails with the memory limit. bell_alloc() of what was reserved then cannot fail nor collect.
 *    A function whose need is not known beforehand keeps its temporaries rooted with bell_root_push/bell_root_pop around later reserves.
 */
#ifndef BELL_H
#define BELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t bell_word;
typedef uint64_t bell_ref;

enum bell_kind {
  BELL_FREE = 0, BELL_STR, BELL_LIST, BELL_DICT, BELL_SET, BELL_TUPLE, BELL_RECORD, BELL_INT, BELL_FLOAT, BELL_BUFFER,
  BELL_BIG, BELL_FUNCTION, BELL_ITER, BELL_BYTES, BELL_FROZENSET, BELL_RANGE, BELL_DECIMAL, BELL_REGEX,
  BELL_KINDS
};

/* What a word of a container is, for copying, comparing, hashing and marking it. */
enum bell_class { BELL_CLASS_INT = 0, BELL_CLASS_FLOAT, BELL_CLASS_BOOL, BELL_CLASS_STR, BELL_CLASS_REF, BELL_CLASS_ANY };

enum bell_function_kind { BELL_FUNCTION_PLAIN = 0, BELL_FUNCTION_BOUND, BELL_FUNCTION_METHOD };

enum { BELL_STR_ASCII = 1, BELL_STR_VIEW = 2, BELL_PERMANENT = 4, BELL_MARK = 128 }; /* bell_head.flags */

typedef struct { uint8_t kind, flags; uint16_t aux; uint32_t type; } bell_head;

typedef struct { bell_head head; uint32_t length, hash; uint64_t data; } bell_str;            /* 24 bytes, then characters or owner */
typedef struct { bell_head head; int64_t length, capacity; uint64_t data; } bell_list;        /* 32 bytes */
typedef struct { bell_head head; uint64_t size; } bell_buffer;                                /* 16 bytes, then payload */
typedef struct { bell_head head; int64_t live, used, capacity; uint64_t entries, index; } bell_dict; /* 48 bytes */
typedef struct { bell_head head; bell_word slots[]; } bell_tuple;                             /* also records */
typedef struct { bell_head head; uint64_t signature; bell_word slots[]; } bell_function;      /* 16 bytes, then slots */
typedef struct { bell_head head; union { int64_t i; double f; }; } bell_box;                  /* 16 bytes */
typedef struct { bell_head head; uint64_t size; uint64_t limbs[]; } bell_big;

#define BELL_NONE ((bell_word)0x02)
#define BELL_FALSE ((bell_word)0x12)
#define BELL_TRUE ((bell_word)0x22)
#define BELL_END ((bell_word)0x32)
#define BELL_UNSET ((bell_word)0x42)
#define BELL_NOT_IMPLEMENTED ((bell_word)0x52)
#define BELL_ABSENT INT64_MIN /* an absent slice bound */

/* One type of the module, made by the host from the IR's types. Row 0 is unused. */
typedef struct bell_type {
  uint8_t kind;           /* bell_kind of its objects, or 0 for a scalar */
  uint8_t class_;         /* bell_class of a word of this type */
  uint8_t item_class;     /* list and set: of the elements; dict: of the keys */
  uint8_t value_class;    /* dict: of the values */
  uint32_t item_type;     /* type index of elements or keys, 0 for scalars and any */
  uint32_t value_type;    /* dict */
  uint32_t slot_count;    /* tuple, record */
  const uint8_t *slot_classes;   /* [slot_count] */
  const uint32_t *slot_types;    /* [slot_count] type indices */
  const char *name;              /* as people write it: "list[int]", "Flight" (UTF-8) */
  const char *told;              /* what messages call a value of the type */
  /* record only: the fields as people see them; without field_shapes a field is one slot or, when optional, a bool slot and then its value */
  uint32_t field_count;
  const char *const *field_names;
  const uint32_t *field_slots;   /* first slot of each field */
  const uint8_t *field_optional; /* 1: first slot is "is it there?" */
  const char *const *field_shapes; /* how each field is made of slots, see record.h; NULL: no field is a tuple, None or a range */
  uint32_t signature;            /* function: index of its signature, BELL_NO_SIGNATURE for any function */
  uint32_t class_low, class_high; /* record: numbers of itself and of all that derive from it, itself first; from 1 on, 0 for all else */
  const uint32_t *field_strings; /* record: [field_count] the names in the string pool */
  uint32_t member_count;         /* record */
  const struct bell_member *members;
  uint32_t resume;               /* record: of the frames of a generator 1 + the function by which runtime code resumes them, else 0 */
} bell_type;

#define BELL_NO_SIGNATURE UINT32_MAX

/* What a class has besides the fields of its records. A function is in a signature, when it captures nothing, or in a global; BELL_NO_SIGNATURE
 * and UINT32_MAX where it is not. */
enum bell_member_kind {
  BELL_MEMBER_METHOD = 0, BELL_MEMBER_PROPERTY, BELL_MEMBER_STATIC, BELL_MEMBER_CLASS, BELL_MEMBER_VARIABLE,
  BELL_MEMBER_OBJECT, /* a special method as `object` has it: equality and hash by identity */
  BELL_MEMBER_FIELDS  /* one as dataclasses have it: of the fields */
};

typedef struct bell_member {
  uint32_t name; /* in the string pool */
  uint32_t kind; /* bell_member_kind */
  uint32_t signature, global, set_signature, set_global;
} bell_member;

enum bell_param_kind { BELL_PARAM_POSITIONAL = 0, BELL_PARAM_PLAIN, BELL_PARAM_ARGS, BELL_PARAM_KEYWORD, BELL_PARAM_KWARGS };

typedef struct {
  uint32_t name;    /* in the string pool */
  int32_t fallback; /* the captured word that is its default, or -1 */
  uint32_t kind;    /* bell_param_kind */
} bell_param;

/* What calls of a function object are checked against. Its entry takes the function object and a word of class any for each parameter in order. */
typedef struct {
  uint32_t entry;       /* function of the module */
  uint32_t param_count;
  int64_t plain_count;  /* so many arguments by position are the parameters as they are; -1 where no number is */
  uint32_t title;       /* in the string pool: what messages about arguments call it */
  uint32_t qualname;    /* in the string pool */
  uint32_t text;        /* in the string pool: as repr shows it */
  uint32_t doc;         /* in the string pool: its docstring, where it has one */
  int32_t wraps;        /* the slot, of class any, with what it answers for when it is asked for its name; -1 for none */
  uint32_t record;      /* in the string pool: of a class the name of what it makes, else "" */
  uint32_t record_type; /* of a class the type of what it makes, else 0 */
  uint8_t made_first;   /* of a class: the object made counts as an argument in messages */
  uint8_t built_in;     /* stands in for a built-in function */
  uint8_t has_doc;
  const bell_param *params; /* [param_count] */
} bell_signature;

/* Whether the type names all objects of its kind, whatever they hold: bytes, frozenset, function ... */
static inline bool bell_type_is_kind(const bell_type *type) {
  return type->kind > BELL_BUFFER && (type->kind != BELL_FUNCTION || type->signature == BELL_NO_SIGNATURE);
}

typedef struct bell_heap bell_heap; /* heap.h */
typedef struct bell_ctx bell_ctx;

/* Called when a fuel slice is used up, about every BELL_FUEL_SLICE units: polls wall time and interrupts. Returns 0, or the fault code. */
typedef uint32_t (*bell_poll_fn)(bell_ctx *ctx);
/* Receives the program's output. Returns 0, or the fault code. */
typedef uint32_t (*bell_write_fn)(bell_ctx *ctx, const char *utf8, size_t size);

/* Makes the exception object of the recorded fault, which it ends (bell_exc_clear) before it allocates. Returns 0 on a fault. */
typedef bell_word (*bell_explain_fn)(bell_ctx *ctx);

#define BELL_FUEL_SLICE ((int64_t)1 << 16)
#define BELL_UNWIND_MAX 64 /* call sites kept of the guest stack, innermost first */

/* Everything one running instance has. The first part is read and written by native code at fixed offsets: keep the order and extend at the
 * end of it; ir/generate.py gives the offsets to Python. */
struct bell_ctx {
  uint8_t *base;            /*   0  start of the region; offset 0 is never an object */
  int64_t fuel;             /*   8  left in this slice, whenever it is not in a register */
  bell_word *roots_top;     /*  16  next free slot of the shadow stack of rooted references */
  bell_word *roots_limit;   /*  24  its end */
  bell_word *globals;       /*  32  module-level variables, inside the region */
  const bell_ref *strings;  /*  40  the module's string pool as str objects */
  uint32_t fault;           /*  48  0, or the number of an error code: E0501 is 501 */
  uint32_t fault_site;      /*  52  site of the faulting op: an index into the host's table of sites */
  bell_word fault_a;        /*  56  first register operand of the faulting op */
  bell_word fault_b;        /*  64  second */
  bell_ref characters;      /*  72  256 one-character strings (Latin-1), BELL_CHARACTER_STRIDE apart */
  int64_t depth_left;       /*  80  calls that may still be nested below the host's call */
  const bell_type *types;   /*  88 */
  void *const *natives;     /*  96  per function: native entry, or NULL while only the VM has it */
  uint32_t unwind_count;    /* 104  call sites recorded while a fault unwinds */
  uint32_t unwind_sites[BELL_UNWIND_MAX]; /* 108 */
  uint32_t fault_inside;    /* 364  not 0: the fault was in a function that a runtime function called; site and trail tell of it */
  bell_word *call_words;    /* 368  what a call was bound to: the function object, then the arguments (call.h) */
  bell_word raised;         /* 376  the exception object of the fault under way, 0 where it has none yet (exc.h) */
  uint8_t *trace_next;      /* 384  where the next mark of the trace goes, NULL where nobody asks for it (trace.h) */
  uint8_t *trace_end;       /* 392  from here on the block of marks is as good as full */
  uint64_t trace_bits;      /* 400  branches since the last word of them, behind a 1 (trace.h) */
  struct bell_profile_frame *profile_frames; /* 408  the innermost call of profiled native code (profile.h) */
  uint32_t profile_flag;    /* 416  set by another thread: the next segment is to note a sample */
  uint32_t profile_segment; /* 420  that runs now */
  uint8_t *trace_at;        /* 424  where native code that records branches writes the next one, NULL where there was none (trace.h) */
  uint8_t *trace_limit;     /* 432  beyond it the buffer of branches is to be emptied */
  int64_t depth_least;      /* 440  least depth_left that a call of this run has had, where that is asked for; else 0 */
  /* below: not touched by native code */
  bell_ref fault_text;      /* a str with a message of the runtime's own, or 0 */
  const char *fault_name;   /* raise: exception class name; any-typed faults: the operator (static text) */
  int64_t fuel_reserve;     /* granted fuel beyond the current slice; total left = fuel + fuel_reserve */
  int64_t fuel_max;         /* the limit, for messages */
  uint64_t output_bytes, output_bytes_max;
  uint64_t admitted_bytes;  /* of output_bytes those that do not go to write (io.admit) */
  int64_t deadline_ns;      /* CLOCK_MONOTONIC, 0 for none */
  uint32_t type_count, string_count, global_count, function_count;
  const uint8_t *global_classes; /* [global_count] bell_class */
  bell_word *roots_base;
  bell_poll_fn poll;
  bell_write_fn write;
  bell_explain_fn explain;
  void *host;               /* the binding's own */
  bell_heap *heap;
  const bell_signature *signatures;
  uint32_t signature_count;
  uint32_t invoked;         /* functions that runtime functions are calling now, inside one another */
  uint32_t temporaries;     /* roots pushed by those runtime functions: a handler inside drops all pushed after them */
  bool on_stack;            /* running on the stack of native code */
  const struct bell_stack *stack; /* of native code, if there is any */
  int64_t (*call)(bell_ctx *ctx, uint32_t function, const bell_word *args, bell_word *results); /* the VM's, or NULL */
  void *vm;                 /* the VM's frames, scanned by the collector through vm_roots */
  void (*vm_roots)(bell_ctx *ctx, void (*visit)(bell_ctx *ctx, bell_word *word));
  /* special.h */
  const uint32_t *special_rows; /* [type_count] 1 + the row of the type in `specials`, or 0 */
  const uint16_t *specials;     /* per row and special method 1 + the index of the member, or 0; NULL: the module has none */
  uint32_t stop_type, index_error_type, attribute_error_type; /* the records StopIteration, IndexError and AttributeError, or 0 */
  uint64_t calls_made;      /* functions that runtime functions have called: who sees another number than before looks again */
  bell_word iteration_value; /* what the iterator that ended last came to: a root */
  bool unpaid;              /* a walk is under way that was paid for: `fuel` has no end, the true one is set aside */
  int64_t fuel_aside;
  bell_ref empty_string;    /* a permanent "" */
  uint16_t serial, image_serial; /* of the last object made that is hashed by identity; when `init` was done */
  char *told;               /* the message of the fault in UTF-8, where it is not in fault_text (raise.h) */
  uint32_t told_size;       /* bytes */
  struct bell_exc_recipe *recipes; /* of exception objects made before (exc.h) */
  int64_t unpolled;         /* nanoseconds of work, about, since the last look at the clock: bell_work */
  uint64_t polls;           /* looks at the clock since bell_ctx_begin */
  int64_t iterations_max, iterations_left; /* passes through loops of a module that counts them: the limit; what is left of it in this call */
  int64_t events_max;       /* events that may wait */
  struct bell_trace *trace; /* NULL: none (trace.h) */
  struct bell_profile *profile; /* NULL: none (profile.h) */
  /* host.h: calls a function of the host; NULL where there are none */
  uint32_t (*host_call)(bell_ctx *ctx, uint32_t function, const bell_word *words, uint32_t count, bell_word *result);
  void *host_top;           /* while guest code runs on its own stack: the end of what the host's is in use of */
};

#define BELL_CHARACTER_STRIDE 32

static inline void *bell_at(const bell_ctx *ctx, bell_ref ref) { return ctx->base + ref; }
#define BELL_STR_AT(ctx, ref) ((bell_str *)bell_at(ctx, ref))
#define BELL_LIST_AT(ctx, ref) ((bell_list *)bell_at(ctx, ref))
#define BELL_DICT_AT(ctx, ref) ((bell_dict *)bell_at(ctx, ref))
#define BELL_TUPLE_AT(ctx, ref) ((bell_tuple *)bell_at(ctx, ref))
#define BELL_BOX_AT(ctx, ref) ((bell_box *)bell_at(ctx, ref))
#define BELL_BIG_AT(ctx, ref) ((bell_big *)bell_at(ctx, ref))
#define BELL_HEAD_AT(ctx, ref) ((bell_head *)bell_at(ctx, ref))

static inline double bell_float(bell_word word) { double f; memcpy(&f, &word, 8); return f; }
static inline bell_word bell_bits(double f) { bell_word w; memcpy(&w, &f, 8); return w; }

/* Record the fault unless one is recorded already. Returns 0, so that `return bell_fault(ctx, 501);` reads well. */
static inline bell_word bell_fault(bell_ctx *ctx, uint32_t code) {
  if (ctx->fault == 0) {
    ctx->fault = code;
    ctx->told_size = 0;
  }
  return 0;
}

/* Native code and the VM call this when ctx->fuel went below zero: grants the next slice, or records fault E0801, E0802 or E0006.
 * Returns false on a fault. */
bool bell_fuel_slice(bell_ctx *ctx);

/* Charge `units` of extra fuel from ctx->fuel before doing the work. Returns false on a fault. */
static inline bool bell_charge(bell_ctx *ctx, int64_t units) {
  ctx->fuel -= units;
  return ctx->fuel >= 0 || bell_fuel_slice(ctx);
}

/* So much work was done within an op, in nanoseconds, about: after a millisecond of it, look at the clock. Returns false when the run is to end. Estimates are of a fast machine with the memory in its
 * cache; what takes ten times as long, as new pages do, is still looked at in time. */
#define BELL_WORK_MAX ((int64_t)1 << 20)
bool bell_poll(bell_ctx *ctx);
static inline bool bell_work(bell_ctx *ctx, int64_t nanoseconds) {
  ctx->unpolled += nanoseconds;
  return ctx->unpolled < BELL_WORK_MAX || bell_poll(ctx);
}
/* Loops over many small pieces count them in blocks, so that the loop over a block stays a plain one. */
#define BELL_BLOCK ((uint64_t)1 << 16)
/* At the end of the pass over piece `i` of many, each of so many nanoseconds: false when the run is to end. */
static inline bool bell_goes_on(bell_ctx *ctx, uint64_t i, int64_t nanoseconds) {
  return (i & (BELL_BLOCK - 1)) != BELL_BLOCK - 1 || bell_work(ctx, (int64_t)BELL_BLOCK * nanoseconds);
}

/* memcmp of what may be long: 0 when the run is to end. */
int bell_compare_blocks(bell_ctx *ctx, const uint8_t *a, const uint8_t *b, uint64_t bytes);
static inline int bell_compare_long(bell_ctx *ctx, const void *a, const void *b, uint64_t bytes) {
  return bytes <= BELL_BLOCK ? memcmp(a, b, bytes) : bell_compare_blocks(ctx, a, b, bytes);
}

/* memmove of what may be long: stops when the run is to end. */
void bell_move_blocks(bell_ctx *ctx, uint8_t *to, const uint8_t *from, uint64_t bytes);
static inline void bell_move_long(bell_ctx *ctx, uint8_t *to, const uint8_t *from, uint64_t bytes) {
  if (bytes <= BELL_BLOCK) memmove(to, from, bytes);
  else bell_move_blocks(ctx, to, from, bytes);
}

/* heap.c: see the rules at the top. `bytes` are rounded up per object to 16 by bell_alloc and must be so in the reservation
 * (BELL_ROUND). Both count against the memory limit. */
#define BELL_ROUND(bytes) (((uint64_t)(bytes) + 15) & ~(uint64_t)15)
bool bell_reserve(bell_ctx *ctx, uint64_t bytes);
bell_ref bell_alloc(bell_ctx *ctx, uint64_t bytes, uint8_t kind, uint16_t aux, uint32_t type); /* zeroed payload, header set */
void bell_root_push(bell_ctx *ctx, bell_word word);
void bell_root_pop(bell_ctx *ctx, int count);

#endif
