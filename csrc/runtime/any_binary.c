/* Operators on values of class any: each is the op of the static types its operands turn out to have. */
#include "runtime/any.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

enum { ADD, SUB, MUL, TRUEDIV, FLOORDIV, MOD, POW, SHL, SHR, AND, OR, XOR, OPERATORS }; /* BINARY_OPERATORS of ir/ops.py */
static const char *const names[OPERATORS] = {"+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"};

enum { NEG, POS, INVERT, ABS }; /* UNARY_OPERATORS */
static const char *const unary_names[] = {"-", "+", "~", "abs"};

static bell_word int_result(bell_ctx *ctx, int64_t value) { return ctx->fault != 0 ? 0 : bell_any_from_int(ctx, value); }
static bell_word float_result(bell_ctx *ctx, double value) { return ctx->fault != 0 ? 0 : bell_any_from_float(ctx, value); }

static int64_t floor_divide(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient;
}

static bell_word binary_ints(bell_ctx *ctx, int operator_, int64_t a, int64_t b) {
  int64_t result;
  switch (operator_) {
  case ADD: return __builtin_add_overflow(a, b, &result) ? bell_fault(ctx, 502) : int_result(ctx, result);
  case SUB: return __builtin_sub_overflow(a, b, &result) ? bell_fault(ctx, 502) : int_result(ctx, result);
  case MUL: return __builtin_mul_overflow(a, b, &result) ? bell_fault(ctx, 502) : int_result(ctx, result);
  case TRUEDIV:
    if (b == 0) return bell_fault(ctx, 501);
    return float_result(ctx, bell_int_truediv(ctx, a, b));
  case FLOORDIV:
    if (b == 0) return bell_fault(ctx, 501);
    if (b == -1) return __builtin_sub_overflow((int64_t)0, a, &result) ? bell_fault(ctx, 502) : int_result(ctx, result);
    return int_result(ctx, floor_divide(a, b));
  case MOD:
    if (b == 0) return bell_fault(ctx, 501);
    return int_result(ctx, b == -1 ? 0 : a - floor_divide(a, b) * b);
  case POW:
    if (b < 0) return float_result(ctx, bell_float_pow(ctx, (double)a, (double)b)); /* here the result may have either type */
    return int_result(ctx, bell_int_pow(ctx, a, b));
  case SHL:
    if (b < 0) return bell_fault(ctx, 505);
    if (a == 0) return int_result(ctx, 0);
    if (b > 62 || a > INT64_MAX >> b || a < INT64_MIN >> b) {
      return b == 63 && a == -1 ? int_result(ctx, INT64_MIN) : bell_fault(ctx, 502);
    }
    return int_result(ctx, a * ((int64_t)1 << b));
  case SHR:
    if (b < 0) return bell_fault(ctx, 505);
    return int_result(ctx, a >> (b > 63 ? 63 : b));
  case AND: return int_result(ctx, a & b);
  case OR: return int_result(ctx, a | b);
  default: return int_result(ctx, a ^ b);
  }
}

static bell_word binary_floats(bell_ctx *ctx, int operator_, double a, double b) {
  switch (operator_) {
  case ADD: return float_result(ctx, a + b);
  case SUB: return float_result(ctx, a - b);
  case MUL: return float_result(ctx, a * b);
  case TRUEDIV: return b == 0 ? bell_fault(ctx, 501) : float_result(ctx, a / b);
  case FLOORDIV: return float_result(ctx, bell_float_floordiv(ctx, a, b));
  case MOD: return float_result(ctx, bell_float_mod(ctx, a, b));
  default: return float_result(ctx, bell_float_pow(ctx, a, b));
  }
}

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
      }
    }
  }
  bell_word made = ctx->fault == 0 ? bell_tuple_of_any(ctx, bell_at(ctx, list->data), count) : 0;
  bell_root_pop(ctx, 1);
  return made;
}

/* Sequences: joined, and repeated. Returns false when the operator has no meaning for the two. */
static bool binary_sequences(bell_ctx *ctx, int operator_, bell_value a, bell_value b, bell_word *result) {
  if (operator_ == ADD && a.kind == b.kind) {
    switch (a.kind) {
    case BELL_STR: *result = bell_str_concat(ctx, a.ref, b.ref); return true;
    case BELL_TUPLE: *result = join_tuples(ctx, a.ref, b.ref, 1); return true;
    case BELL_LIST: /* of one type: a list of two types of elements would be of a third */
      if (BELL_HEAD_AT(ctx, a.ref)->type != BELL_HEAD_AT(ctx, b.ref)->type ||
          BELL_HEAD_AT(ctx, a.ref)->aux != BELL_HEAD_AT(ctx, b.ref)->aux)
        return false;
      *result = bell_list_concat(ctx, a.ref, b.ref);
      return true;
    default: return false;
    }
  }
  if (operator_ != MUL) return false;
  if (bell_value_is_int(a)) {
    bell_value swapped = a;
    a = b;
    b = swapped;
  }
  if (!bell_value_is_int(b)) return false;
  switch (a.kind) {
  case BELL_STR: *result = bell_str_repeat(ctx, a.ref, b.i); return true;
  case BELL_LIST: *result = bell_list_repeat(ctx, a.ref, b.i); return true;
  case BELL_TUPLE: *result = join_tuples(ctx, a.ref, 0, b.i); return true;
  default: return false;
  }
}

bell_word bell_any_binary(bell_ctx *ctx, int64_t a0, bell_word a1, bell_word a2) {
  bell_value a = bell_any_value(ctx, a1), b = bell_any_value(ctx, a2);
  int operator_ = (int)a0;
  if (bell_value_is_int(a) && bell_value_is_int(b)) {
    if (a.kind == BELL_VALUE_BOOL && b.kind == BELL_VALUE_BOOL && operator_ >= AND) {
      return bell_any_from_bool(operator_ == AND ? a.i & b.i : operator_ == OR ? a.i | b.i : a.i ^ b.i);
    }
    return binary_ints(ctx, operator_, a.i, b.i);
  }
  if (bell_value_is_number(a) && bell_value_is_number(b) && operator_ < SHL) {
    return binary_floats(ctx, operator_, a.kind == BELL_FLOAT ? a.f : (double)a.i, b.kind == BELL_FLOAT ? b.f : (double)b.i);
  }
  bell_word result;
  if (binary_sequences(ctx, operator_, a, b, &result)) return result;
  return bell_fault_operands(ctx, 308, names[operator_], &a, &b);
}

bell_word bell_any_unary(bell_ctx *ctx, int64_t a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a1);
  int operator_ = (int)a0;
  if (value.kind == BELL_FLOAT && operator_ != INVERT) {
    double result = operator_ == NEG || (operator_ == ABS && (bell_bits(value.f) >> 63) != 0) ? -value.f : value.f;
    return bell_any_from_float(ctx, result);
  }
  if (!bell_value_is_int(value)) return bell_fault_operands(ctx, 308, unary_names[operator_], &value, NULL);
  if (operator_ == INVERT) return bell_any_from_int(ctx, ~value.i);
  if (operator_ == POS || (operator_ == ABS && value.i >= 0)) return bell_any_from_int(ctx, value.i);
  return value.i == INT64_MIN ? bell_fault(ctx, 502) : bell_any_from_int(ctx, -value.i);
}
