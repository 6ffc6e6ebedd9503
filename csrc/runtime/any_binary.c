/* Operators on values of class any: each is the op of the static types its operands turn out to have. */
#include "runtime/any.h"
#include "runtime/any_sets.h"
#include "runtime/bytes.h"
#include "runtime/dict.h"
#include "runtime/items.h"
#include "runtime/list.h"
#include "runtime/method.h"
#include "runtime/number_ops.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/raise.h"
#include "runtime/set.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

static const char *const names[BELL_BINARY_COUNT] = {"+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "@"};
static const char *const unary_names[] = {"-", "+", "~", "abs"};

#define JOINED_WORK 16 /* nanoseconds an item of a tuple */

/* The elements of one tuple and then of the other, `times` over, as a new tuple. Operands are rooted by the caller. */
static bell_word join_tuples(bell_ctx *ctx, bell_ref first, bell_ref second, int64_t times) {
  const bell_ref parts[2] = {first, second};
  int64_t lengths[2] = {0, 0}, count;
  for (int part = 0; part < 2; part++) {
    if (parts[part] != 0) lengths[part] = bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, parts[part]));
  }
  if (__builtin_mul_overflow(lengths[0] + lengths[1], times < 0 ? 0 : times, &count)) count = INT64_MAX;
  if (!bell_charge(ctx, count / 4)) return 0;
  bell_ref ref = bell_list_make(ctx, 0, BELL_CLASS_ANY, count); /* keeps the boxes alive while they are made */
  if (ref == 0) return 0;
  bell_root_push(ctx, ref);
  bell_list *list = BELL_LIST_AT(ctx, ref);
  if (count == 0) times = 0;
  for (int64_t time = 0; time < times && ctx->fault == 0; time++) {
    for (int part = 0; part < 2; part++) {
      bell_tuple *tuple = BELL_TUPLE_AT(ctx, parts[part]);
      for (int64_t i = 0; i < lengths[part] && ctx->fault == 0; i++) {
        bell_word word = bell_any_from_class(ctx, bell_tuple_class(ctx, tuple, i), bell_tuple_items(tuple)[i]);
        bell_list_store(ctx, list, list->length++, word);
        if ((list->length & (int64_t)(BELL_BLOCK - 1)) == 0) bell_work(ctx, (int64_t)BELL_BLOCK * JOINED_WORK);
      }
    }
  }
  bell_word made = ctx->fault == 0 ? bell_tuple_of_any(ctx, bell_at(ctx, list->data), count) : 0;
  bell_root_pop(ctx, 1);
  return made;
}

/* Two lists of elements of two types, as one of class any. Operands are rooted by the caller. */
static bell_word join_lists(bell_ctx *ctx, bell_ref first, bell_ref second) {
  const bell_ref parts[2] = {first, second};
  int64_t count = BELL_LIST_AT(ctx, first)->length + BELL_LIST_AT(ctx, second)->length;
  if (!bell_charge(ctx, count / 4)) return 0;
  bell_ref ref = bell_list_make(ctx, ctx->heap->class_lists[BELL_CLASS_ANY], BELL_CLASS_ANY, count);
  if (ref == 0) return 0;
  bell_root_push(ctx, ref);
  bool done = true;
  for (int part = 0; part < 2 && done; part++) done = bell_list_add_items(ctx, ref, (bell_value){.kind = BELL_LIST, .ref = parts[part]});
  bell_root_pop(ctx, 1);
  return done ? ref : 0;
}

static bool is_sequence(bell_value value) {
  return value.kind == BELL_STR || value.kind == BELL_LIST || value.kind == BELL_TUPLE || value.kind == BELL_BYTES;
}

/* Sequences: joined, and repeated. Returns false when the operator has no meaning for the two. */
static bool binary_sequences(bell_ctx *ctx, int operator_, bell_value a, bell_value b, bell_word *result) {
  if (operator_ == BELL_BINARY_ADD && a.kind == b.kind) {
    switch (a.kind) {
    case BELL_STR: *result = bell_str_concat(ctx, a.ref, b.ref); return true;
    case BELL_BYTES: *result = bell_bytes_concat(ctx, a.ref, b.ref); return true;
    case BELL_TUPLE: *result = join_tuples(ctx, a.ref, b.ref, 1); return true;
    case BELL_LIST: {
      const bell_head *x = BELL_HEAD_AT(ctx, a.ref), *y = BELL_HEAD_AT(ctx, b.ref);
      bool alike = x->aux == y->aux && (x->type == y->type || x->aux == BELL_CLASS_ANY);
      *result = alike ? bell_list_concat(ctx, a.ref, b.ref) : join_lists(ctx, a.ref, b.ref);
      return true;
    }
    default: return false;
    }
  }
  if (operator_ != BELL_BINARY_MUL) return false;
  if (bell_value_is_int(a) || a.kind == BELL_BIG) {
    bell_value swapped = a;
    a = b;
    b = swapped;
  }
  if (!bell_value_is_int(b)) {
    bool repeats = b.kind == BELL_BIG && (a.kind == BELL_STR || a.kind == BELL_BYTES || a.kind == BELL_LIST || a.kind == BELL_TUPLE);
    if (repeats) *result = bell_raise(ctx, 770, "cannot fit 'int' into an index-sized integer");
    return repeats;
  }
  switch (a.kind) {
  case BELL_STR: *result = bell_str_repeat(ctx, a.ref, b.i); return true;
  case BELL_BYTES: *result = bell_bytes_repeat(ctx, a.ref, b.i); return true;
  case BELL_LIST: *result = bell_list_repeat(ctx, a.ref, b.i); return true;
  case BELL_TUPLE: *result = join_tuples(ctx, a.ref, 0, b.i); return true;
  default: return false;
  }
}

/* A count of repetitions that is a record with __index__. Returns false on a fault. */
static bool count_of(bell_ctx *ctx, bell_word *word) {
  *word = bell_special_index(ctx, *word);
  return *word != 0;
}

/* What is no matter of numbers alone. Returns false when the operator has no meaning for the two; *result is 0 with a fault. */
static bool binary(bell_ctx *ctx, int operator_, bell_word a1, bell_word a2, bell_word *result) {
  bell_value a = bell_any_value(ctx, a1), b = bell_any_value(ctx, a2);
  if (bell_numbers_binary(ctx, operator_, a, b, result)) return true;
  if (a.kind == BELL_STR && operator_ == BELL_BINARY_MOD) return *result = bell_str_percent(ctx, a1, a2), true;
  if (bell_may_call(ctx) && (a.kind == BELL_RECORD || b.kind == BELL_RECORD)) {
    *result = 0;
    if (!bell_special_binary(ctx, BELL_SPECIAL_ADD + operator_, BELL_SPECIAL_RADD + operator_, a1, a2, result)) return *result = 0, true;
    if (*result != BELL_NOT_IMPLEMENTED) return true;
    if (operator_ != BELL_BINARY_MUL) return false;
    *result = 0;
    if (is_sequence(a) ? !count_of(ctx, &a2) : is_sequence(b) && !count_of(ctx, &a1)) return true;
    a = bell_any_value(ctx, a1), b = bell_any_value(ctx, a2);
  }
  return binary_sequences(ctx, operator_, a, b, result) || bell_sets_binary(ctx, operator_, a1, a2, result);
}

/* --- in place ----------------------------------------------------------------------------------------------------------------------- */

/* What a container does in place itself. Returns false when the operator has no meaning of its own for it; *result is 0 with a fault. */
static bool changes_itself(bell_ctx *ctx, int operator_, bell_word a1, bell_word a2, bell_word *result) {
  bell_value a = bell_any_value(ctx, a1), b = bell_any_value(ctx, a2);
  bool sets = a.kind == BELL_SET && (b.kind == BELL_SET || b.kind == BELL_FROZENSET);
  *result = a1;
  switch (operator_) {
  case BELL_BINARY_SUB:
  case BELL_BINARY_AND:
  case BELL_BINARY_XOR:
  case BELL_BINARY_OR: {
    if (a.kind == BELL_DICT && operator_ == BELL_BINARY_OR) {
      bell_update_any(ctx, a1, a2);
      break;
    }
    if (!sets) return false;
    bell_set_operator change = operator_ == BELL_BINARY_SUB   ? BELL_SET_DIFFERENCE
                               : operator_ == BELL_BINARY_AND ? BELL_SET_INTERSECTION
                               : operator_ == BELL_BINARY_XOR ? BELL_SET_SYMMETRIC
                                                              : BELL_SET_UNION;
    uint16_t open = bell_dict_aux(BELL_CLASS_ANY, BELL_SET_VALUE_CLASS);
    if (BELL_HEAD_AT(ctx, a1)->aux != open || BELL_HEAD_AT(ctx, a2)->aux != open) bell_fault(ctx, 1201);
    else if (bell_set_charge_change(ctx, change, a1, a2)) bell_set_change(ctx, change, a1, a2);
    break;
  }
  default: return false;
  }
  if (ctx->fault != 0) *result = 0;
  return true;
}

/* Lists come last, as in CPython: after the methods of the other operand. */
static bool extends_itself(bell_ctx *ctx, int operator_, bell_word a1, bell_word a2, bell_word *result) {
  if (bell_any_value(ctx, a1).kind != BELL_LIST || (operator_ != BELL_BINARY_ADD && operator_ != BELL_BINARY_MUL)) return false;
  *result = 0;
  if (BELL_HEAD_AT(ctx, a1)->aux != BELL_CLASS_ANY) return bell_fault(ctx, 1201), true;
  if (operator_ == BELL_BINARY_ADD) {
    if (a1 == a2) bell_list_extend(ctx, a1, a2);
    else bell_list_extend_any(ctx, a1, a2);
  } else {
    bell_word count = a2;
    if (!count_of(ctx, &count)) return true;
    bell_value times = bell_any_value(ctx, count);
    if (times.kind == BELL_BIG) return bell_raise(ctx, 770, "cannot fit 'int' into an index-sized integer"), true;
    if (!bell_value_is_int(times)) return bell_raise(ctx, 780, "can't multiply sequence by non-int of type '%.200s'", bell_value_type_name(ctx, times)), true;
    bell_list_repeat_itself(ctx, a1, times.i);
  }
  if (ctx->fault == 0) *result = a1;
  return true;
}

bell_word bell_any_in_place(bell_ctx *ctx, int64_t a0, bell_word a1, bell_word a2) {
  static const char *const signs[BELL_BINARY_COUNT] = {"+=", "-=", "*=", "/=", "//=", "%=", "**=", "<<=", ">>=", "&=", "|=", "^=", "@="};
  bell_value a = bell_any_value(ctx, a1), b = bell_any_value(ctx, a2);
  int operator_ = (int)a0;
  bell_word result;
  if (a.kind == BELL_DECIMAL && bell_numbers_binary(ctx, operator_, a, b, &result)) return result; /* numbers have nothing of their own here */
  if (!bell_try_special(ctx, BELL_SPECIAL_IADD + operator_, a1, a2, 0, &result)) return 0;
  if (result != BELL_NOT_IMPLEMENTED) return result;
  if (changes_itself(ctx, operator_, a1, a2, &result)) return result;
  bool list = a.kind == BELL_LIST && (operator_ == BELL_BINARY_ADD || operator_ == BELL_BINARY_MUL);
  if (list && b.kind == BELL_RECORD && bell_may_call(ctx)) {
    if (!bell_special_binary(ctx, BELL_SPECIAL_ADD + operator_, BELL_SPECIAL_RADD + operator_, a1, a2, &result)) return 0;
    if (result != BELL_NOT_IMPLEMENTED) return result;
  }
  if (extends_itself(ctx, operator_, a1, a2, &result)) return result;
  if (binary(ctx, operator_, a1, a2, &result)) return result;
  return bell_fault_operands(ctx, 308, signs[operator_], &a, &b);
}

bell_word bell_any_binary(bell_ctx *ctx, int64_t a0, bell_word a1, bell_word a2) {
  bell_value a = bell_any_value(ctx, a1), b = bell_any_value(ctx, a2);
  int operator_ = (int)a0;
  bell_word result;
  if (binary(ctx, operator_, a1, a2, &result)) return result;
  return bell_fault_operands(ctx, 308, names[operator_], &a, &b);
}

bell_word bell_any_unary(bell_ctx *ctx, int64_t a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a1);
  bell_word result;
  if (bell_number_unary(ctx, (int)a0, value, &result)) return result;
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_NEG + (int)a0);
  if (member != NULL) return bell_call_special(ctx, member, a1, NULL, 0, 0, &result) ? result : 0;
  return bell_fault_operands(ctx, 308, unary_names[a0], &value, NULL);
}
