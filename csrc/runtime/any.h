/* Words of any class, seen as values; tagged words and their boxes. The ops of class any are in any.c, any_binary.c and repr.c. */
#ifndef BELL_ANY_H
#define BELL_ANY_H

#include "runtime/heap.h"

/* Kinds of bell_value besides bell_kind, of which BELL_INT and BELL_FLOAT also stand for ints and floats that are in no box. */
enum { BELL_VALUE_NONE = 32, BELL_VALUE_BOOL };

typedef struct {
  uint8_t kind;
  union { int64_t i; double f; bell_ref ref; }; /* i: also bool */
} bell_value;

/* A word of class any for an int. A box is made for what does not fit in 63 bits: reserves. Returns 0 on a fault. */
bell_word bell_any_box_int(bell_ctx *ctx, int64_t value);
static inline bell_word bell_any_from_int(bell_ctx *ctx, int64_t value) {
  bell_word shifted = (bell_word)value << 1;
  return (int64_t)shifted >> 1 == value ? shifted | 1 : bell_any_box_int(ctx, value);
}

/* Reserves. Returns 0 on a fault. */
static inline bell_word bell_any_from_float(bell_ctx *ctx, double value) {
  if (!bell_heap_reserve(ctx, sizeof(bell_box))) return 0;
  bell_ref ref = bell_heap_take(ctx, sizeof(bell_box), BELL_FLOAT, 0, 0);
  BELL_BOX_AT(ctx, ref)->f = value;
  return ref;
}

static inline bell_word bell_any_from_bool(int64_t value) { return value ? BELL_TRUE : BELL_FALSE; }

/* A word of a class as a word of class any; may reserve for a box: a reference must be rooted. */
static inline bell_word bell_any_from_class(bell_ctx *ctx, uint8_t class_, bell_word word) {
  switch (class_) {
  case BELL_CLASS_INT: return bell_any_from_int(ctx, (int64_t)word);
  case BELL_CLASS_FLOAT: return bell_any_from_float(ctx, bell_float(word));
  case BELL_CLASS_BOOL: return bell_any_from_bool((int64_t)word);
  default: return word;
  }
}

static inline bell_value bell_any_value(const bell_ctx *ctx, bell_word word) {
  if (word & 1) return (bell_value){.kind = BELL_INT, .i = (int64_t)word >> 1};
  if (!bell_is_ref(word)) {
    if (word == BELL_TRUE || word == BELL_FALSE) return (bell_value){.kind = BELL_VALUE_BOOL, .i = word == BELL_TRUE};
    return (bell_value){.kind = BELL_VALUE_NONE, .i = word == BELL_NOT_IMPLEMENTED}; /* which is kept as None is, but told apart */
  }
  uint8_t kind = BELL_HEAD_AT(ctx, word)->kind;
  if (kind == BELL_INT || kind == BELL_FLOAT) return (bell_value){.kind = kind, .i = BELL_BOX_AT(ctx, word)->i};
  return (bell_value){.kind = kind, .ref = word};
}

static inline bell_value bell_class_value(const bell_ctx *ctx, uint8_t class_, bell_word word) {
  switch (class_) {
  case BELL_CLASS_INT: return (bell_value){.kind = BELL_INT, .i = (int64_t)word};
  case BELL_CLASS_FLOAT: return (bell_value){.kind = BELL_FLOAT, .f = bell_float(word)};
  case BELL_CLASS_BOOL: return (bell_value){.kind = BELL_VALUE_BOOL, .i = (int64_t)word};
  case BELL_CLASS_STR: return (bell_value){.kind = BELL_STR, .ref = word};
  case BELL_CLASS_REF: return (bell_value){.kind = BELL_HEAD_AT(ctx, word)->kind, .ref = word};
  default: return bell_any_value(ctx, word);
  }
}

static inline bool bell_value_is_int(bell_value value) { return value.kind == BELL_INT || value.kind == BELL_VALUE_BOOL; }
static inline bool bell_value_is_number(bell_value value) { return bell_value_is_int(value) || value.kind == BELL_FLOAT; }

/* The name CPython gives the value's type: "int", "NoneType", "list", a record's name (UTF-8). */
const char *bell_value_type_name(const bell_ctx *ctx, bell_value value);

/* Record fault `code`, E0308 or E0309, with ctx->fault_name = `name` (static text: the operator, or what was expected) and the
 * types of one or two values (`b` NULL) as its message: "int and str". Never collects. Returns 0. */
bell_word bell_fault_operands(bell_ctx *ctx, uint32_t code, const char *name, const bell_value *a, const bell_value *b);

/* The exact int against the exact float: -1, 0, 1, or 2 when the float is nan. */
int bell_compare_int_float(int64_t a, double b);

/* A number, or an object that its class makes one, as a float: E0309 for all else. */
double bell_any_float(bell_ctx *ctx, bell_word word);

#endif
