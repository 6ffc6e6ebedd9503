/* Methods of Decimal, and what built-in functions do with one. */
#include <math.h>

#include "runtime/decimal_small.h"
#include "runtime/number.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/str.h"

enum { QUANTIZE, TO_INTEGRAL_VALUE, NORMALIZE, SQRT, AS_TUPLE, ADJUSTED, COPY_SIGN, COPY_ABS, COPY_NEGATE, COMPARE, MIN, MAX, IS_FINITE, IS_INFINITE,
       IS_NAN, IS_SIGNED, IS_ZERO, IS_NORMAL, IS_SUBNORMAL, SAME_QUANTUM, SCALEB, LOGB, FMA, AS_INTEGER_RATIO, TO_INT, FLOOR, CEIL, ROUND,
       EXP, LN, LOG10, METHODS }; /* DECIMAL_METHODS of ir/ops.py */

static const char *const roundings[BELL_ROUNDINGS] = {"ROUND_HALF_EVEN", "ROUND_HALF_UP", "ROUND_HALF_DOWN", "ROUND_DOWN",
                                                      "ROUND_UP",        "ROUND_FLOOR",   "ROUND_CEILING",   "ROUND_05UP"};

/* The rounding mode that the word names; None is that of the context. */
static bool rounding_of(bell_ctx *ctx, bell_word word, enum bell_rounding *rounding) {
  *rounding = bell_dec_rounding(ctx);
  if (word == BELL_NONE) return true;
  bell_value value = bell_any_value(ctx, word);
  if (value.kind == BELL_STR && BELL_STR_AT(ctx, value.ref)->head.flags & BELL_STR_ASCII) {
    const bell_str *name = BELL_STR_AT(ctx, value.ref);
    for (int i = 0; i < BELL_ROUNDINGS; i++) {
      if (strlen(roundings[i]) == name->length && memcmp(roundings[i], bell_at(ctx, name->data), name->length) == 0) {
        *rounding = (enum bell_rounding)i;
        return true;
      }
    }
  }
  return bell_raise(ctx, 771, "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]");
}

static bool quantize(bell_ctx *ctx, bell_dec *a, const bell_dec *b, enum bell_rounding rounding) {
  if (a->nan || b->nan) {
    if (!a->nan) *a = *b;
    return true;
  }
  if (a->infinite || b->infinite) return (a->infinite && b->infinite) || bell_dec_invalid(ctx, "InvalidOperation");
  return bell_dec_quantize(ctx, a, b->exponent, rounding);
}

/* Without digits behind the point. */
static void to_whole(bell_dec *a, enum bell_rounding rounding) {
  if (a->nan || a->infinite || a->exponent >= 0) return;
  int lost = bell_dec_drop(a, (uint64_t)-a->exponent);
  bell_dec_round(a, lost, rounding);
  a->exponent = 0;
}

static bool square_root(bell_ctx *ctx, bell_dec *a) {
  if (a->nan || (a->infinite && !a->negative)) return true;
  if (a->size == 0 && !a->infinite) {
    a->exponent = (a->exponent - (a->exponent & 1)) / 2;
    return bell_dec_fix_half_even(ctx, a);
  }
  if (a->negative) return bell_dec_invalid(ctx, "InvalidOperation");
  int64_t precision = (int64_t)bell_dec_precision(ctx) + 1, e = (a->exponent - (a->exponent & 1)) / 2, length = bell_dec_digits(a);
  if (a->exponent & 1) {
    bell_dec_scale(a, 1);
    length = (length >> 1) + 1;
  } else {
    length = (length + 1) >> 1;
  }
  int64_t shift = precision - length;
  bool exact = true;
  if (shift >= 0) bell_dec_scale(a, (uint64_t)(2 * shift));
  else exact = bell_dec_drop(a, (uint64_t)(-2 * shift)) == 0;
  e -= shift;
  /* Newton from above: a one with as many zeros as the root has digits is not below it. */
  bell_dec n, q;
  bell_dec_from_u64(&n, 1);
  bell_dec_scale(&n, (uint64_t)precision);
  bell_limb scratch[2 * BELL_DEC_LIMBS + 1], rest[BELL_DEC_LIMBS];
  for (;;) {
    memcpy(rest, a->limbs, a->size * sizeof *rest);
    q.size = 0;
    if (a->size >= n.size) {
      bell_limbs_divide(ctx, q.limbs, rest, a->size, n.limbs, n.size, scratch);
      q.size = (uint32_t)bell_limbs_normal(q.limbs, a->size - n.size + 1);
    }
    if (bell_limbs_compare(n.limbs, n.size, q.limbs, q.size) <= 0) break;
    n.limbs[n.size] = bell_limbs_add(n.limbs, n.limbs, n.size, q.limbs, q.size);
    bell_limbs_shift_right(n.limbs, n.limbs, n.size + 1, 1);
    n.size = (uint32_t)bell_limbs_normal(n.limbs, n.size + 1);
  }
  bell_limb square[2 * BELL_DEC_LIMBS];
  bell_limbs_multiply(ctx, square, n.limbs, n.size, n.limbs, n.size, scratch);
  exact = exact && bell_limbs_compare(square, bell_limbs_normal(square, 2 * n.size), a->limbs, a->size) == 0;
  *a = n;
  a->exponent = e;
  if (exact) {
    if (shift >= 0) bell_dec_drop(a, (uint64_t)shift);
    else bell_dec_scale(a, (uint64_t)-shift);
    a->exponent = e + shift;
  } else {
    bell_limb copy[BELL_DEC_LIMBS];
    memcpy(copy, a->limbs, a->size * sizeof *copy);
    if (bell_limbs_divide_1(copy, copy, a->size, 5) == 0) a->limbs[a->size] = bell_limbs_scale(a->limbs, a->limbs, a->size, 1, 1), a->size += a->limbs[a->size] != 0;
  }
  return bell_dec_fix_half_even(ctx, a);
}

static bell_word tuple_of(bell_ctx *ctx, const bell_word *words, int64_t count) { /* words are tagged ints, or rooted */
  uint64_t bytes = sizeof(bell_head) + (uint64_t)(count + 1) * sizeof(bell_word);
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_TUPLE, 0, 0);
  BELL_TUPLE_AT(ctx, ref)->slots[0] = (bell_word)count;
  memcpy(BELL_TUPLE_AT(ctx, ref)->slots + 1, words, (uint64_t)count * sizeof(bell_word));
  return ref;
}

static bell_word as_tuple(bell_ctx *ctx, const bell_dec *a) {
  char digits[BELL_DECIMAL_DIGITS_MAX + 40];
  bell_word words[BELL_DECIMAL_DIGITS_MAX + 40], parts[3];
  bool special = a->nan || a->infinite;
  uint32_t count = a->nan ? 0 : bell_dec_write(a, digits);
  for (uint32_t i = 0; i < count; i++) words[i] = (bell_word)(digits[i] - '0') << 1 | 1;
  parts[0] = (bell_word)a->negative << 1 | 1;
  parts[1] = tuple_of(ctx, words, count);
  if (parts[1] == 0) return 0;
  bell_root_push(ctx, parts[1]);
  parts[2] = special ? bell_str_character(ctx, a->nan ? 'n' : 'F') : (bell_word)a->exponent << 1 | 1;
  bell_word made = tuple_of(ctx, parts, 3);
  bell_root_pop(ctx, 1);
  return made;
}

/* The whole part as an int. */
static bell_word to_int(bell_ctx *ctx, bell_dec *a, enum bell_rounding rounding) {
  if (a->nan) return bell_raise(ctx, 509, "cannot convert NaN to integer");
  if (a->infinite) return bell_raise(ctx, 504, "cannot convert Infinity to integer");
  to_whole(a, rounding);
  bell_integer whole = {.limbs = a->limbs, .size = a->size, .negative = a->negative};
  bell_word word = bell_integer_copy(ctx, &whole);
  if (a->exponent == 0 || ctx->fault != 0 || a->size == 0) return word;
  bell_root_push(ctx, word);
  bell_word unit = bell_any_binary(ctx, BELL_BINARY_POW, 10 << 1 | 1, bell_any_from_int(ctx, a->exponent));
  bell_root_push(ctx, unit);
  bell_word made = ctx->fault == 0 ? bell_any_binary(ctx, BELL_BINARY_MUL, word, unit) : 0;
  bell_root_pop(ctx, 2);
  return made;
}

static bell_word integer_ratio(bell_ctx *ctx, bell_dec *a) {
  if (a->nan) return bell_raise(ctx, 719, "cannot convert NaN to integer ratio");
  if (a->infinite) return bell_raise(ctx, 770, "cannot convert Infinity to integer ratio");
  if (a->exponent >= 0 || a->size == 0) {
    bell_word parts[2] = {to_int(ctx, a, BELL_ROUND_DOWN), 3};
    if (ctx->fault != 0) return 0;
    bell_root_push(ctx, parts[0]);
    bell_word made = tuple_of(ctx, parts, 2);
    bell_root_pop(ctx, 1);
    return made;
  }
  bell_integer whole = {.limbs = a->limbs, .size = a->size, .negative = a->negative};
  bell_word numerator = bell_integer_copy(ctx, &whole), made = 0;
  if (ctx->fault != 0) return 0;
  bell_root_push(ctx, numerator);
  bell_word unit = bell_any_binary(ctx, BELL_BINARY_POW, 10 << 1 | 1, bell_any_from_int(ctx, -a->exponent));
  bell_root_push(ctx, unit);
  bell_word common = ctx->fault == 0 ? bell_any_math(ctx, 0, (bell_word[]){numerator, unit}, 2) : 0;
  bell_root_push(ctx, common);
  bell_word parts[2] = {0, 0};
  if (ctx->fault == 0) parts[0] = bell_any_binary(ctx, BELL_BINARY_FLOORDIV, numerator, common);
  bell_root_push(ctx, parts[0]);
  if (ctx->fault == 0) parts[1] = bell_any_binary(ctx, BELL_BINARY_FLOORDIV, unit, common);
  bell_root_push(ctx, parts[1]);
  if (ctx->fault == 0) made = tuple_of(ctx, parts, 2);
  bell_root_pop(ctx, 5);
  return made;
}

/* The larger (sign 1) or smaller (-1): of equal ones by sign, then by exponent. */
static bool extreme(bell_ctx *ctx, bell_dec *a, const bell_dec *b, int sign) {
  if (a->nan || b->nan) {
    if (a->nan && !b->nan) *a = *b;
    return bell_dec_fix(ctx, a, BELL_DEC_CONTEXT);
  }
  int order = bell_dec_compare(a, b);
  if (order == 0) {
    if (a->negative != b->negative) order = a->negative ? -1 : 1;
    else if (a->exponent != b->exponent) order = (a->exponent < b->exponent) != a->negative ? -1 : 1;
  }
  if (order * sign < 0) *a = *b;
  return bell_dec_fix(ctx, a, BELL_DEC_CONTEXT);
}

bell_word bell_decimal_call(bell_ctx *ctx, int64_t a0, const bell_word *words, int64_t count) {
  bell_dec a, b, c;
  int method = (int)a0;
  enum bell_rounding rounding;
  const int64_t most = BELL_DEC_EXPONENT_MAX;
  if (count < 1 || bell_any_value(ctx, words[0]).kind != BELL_DECIMAL) return bell_fault_with(ctx, 1201, "decimal.call of no Decimal");
  if (!bell_charge(ctx, 16 + bell_dec_work(ctx))) return 0;
  bell_small small, unit;
  if (method == QUANTIZE && count > 1 && bell_small_suffices(ctx) && bell_small_take(ctx, bell_any_value(ctx, words[0]), &small) && bell_small_take(ctx, bell_any_value(ctx, words[1]), &unit)) {
    if (!rounding_of(ctx, count > 2 ? words[2] : BELL_NONE, &rounding)) return 0;
    if (bell_small_quantize(&small, unit.exponent, rounding)) return bell_small_store(ctx, small);
  }
  bell_dec_load(ctx, words[0], &a);
  bool finite = !a.nan && !a.infinite, takes_other = method == QUANTIZE || (method >= COPY_SIGN && method <= MAX && method != COPY_ABS && method != COPY_NEGATE) ||
                                                     method == SAME_QUANTUM || method == SCALEB || method == FMA;
  if (takes_other) {
    if (count < 2) return bell_fault_with(ctx, 1201, "decimal.call without its operand");
    bell_value other = bell_any_value(ctx, words[1]);
    if ((other.kind == BELL_BIG && BELL_BIG_AT(ctx, other.ref)->size > 40) || !bell_dec_from_value(ctx, other, &b)) {
      return bell_raise(ctx, 771, "conversion from %s to Decimal is not supported", bell_value_type_name(ctx, other));
    }
  }
  bool done = true;
  switch (method) {
  case QUANTIZE:
    if (!rounding_of(ctx, count > 2 ? words[2] : BELL_NONE, &rounding)) return 0;
    done = quantize(ctx, &a, &b, rounding);
    break;
  case TO_INTEGRAL_VALUE:
    if (!rounding_of(ctx, count > 1 ? words[1] : BELL_NONE, &rounding)) return 0;
    to_whole(&a, rounding);
    break;
  case NORMALIZE:
    done = bell_dec_fix(ctx, &a, BELL_DEC_CONTEXT);
    if (finite && a.size == 0) a.exponent = 0;
    while (done && finite && a.size > 0 && a.exponent < most) {
      bell_dec shorter = a;
      if (bell_dec_drop(&shorter, 1) != 0) break;
      a = shorter;
      a.exponent++;
    }
    break;
  case SQRT: done = square_root(ctx, &a); break;
  case AS_TUPLE: return as_tuple(ctx, &a);
  case ADJUSTED: return bell_any_from_int(ctx, finite ? bell_dec_adjusted(&a) : 0);
  case COPY_SIGN: a.negative = b.negative; break;
  case COPY_ABS: a.negative = false; break;
  case COPY_NEGATE: a.negative = !a.negative; break;
  case COMPARE: {
    if (a.nan || b.nan) {
      if (!a.nan) a = b;
      break;
    }
    int order = bell_dec_compare(&a, &b);
    bell_dec_from_u64(&a, order != 0);
    a.negative = order < 0;
    break;
  }
  case MIN: done = extreme(ctx, &a, &b, -1); break;
  case MAX: done = extreme(ctx, &a, &b, 1); break;
  case IS_FINITE: return bell_any_from_bool(finite);
  case IS_INFINITE: return bell_any_from_bool(a.infinite);
  case IS_NAN: return bell_any_from_bool(a.nan);
  case IS_SIGNED: return bell_any_from_bool(a.negative);
  case IS_ZERO: return bell_any_from_bool(finite && a.size == 0);
  case IS_NORMAL: return bell_any_from_bool(finite && a.size > 0 && bell_dec_adjusted(&a) >= -most);
  case IS_SUBNORMAL: return bell_any_from_bool(finite && a.size > 0 && bell_dec_adjusted(&a) < -most);
  case SAME_QUANTUM:
    if (a.nan || b.nan || a.infinite || b.infinite) return bell_any_from_bool(a.nan == b.nan && a.infinite == b.infinite);
    return bell_any_from_bool(a.exponent == b.exponent);
  case SCALEB: {
    if (a.nan || b.nan) {
      if (!a.nan) a = b;
      break;
    }
    if (b.infinite || b.exponent != 0 || b.size > 1 || (b.size == 1 && b.limbs[0] > (uint64_t)(2 * (most + (int64_t)bell_dec_precision(ctx))))) {
      return bell_dec_invalid(ctx, "InvalidOperation");
    }
    if (a.infinite) break;
    int64_t by = b.size == 0 ? 0 : (int64_t)b.limbs[0];
    a.exponent += b.negative ? -by : by;
    done = bell_dec_fix(ctx, &a, BELL_DEC_CONTEXT);
    break;
  }
  case LOGB:
    if (a.nan) break;
    if (a.infinite) {
      a.negative = false;
      break;
    }
    if (a.size == 0) return bell_raise(ctx, 773, "[<class 'decimal.DivisionByZero'>]");
    {
      int64_t top = bell_dec_adjusted(&a);
      bell_dec_from_u64(&a, (uint64_t)(top < 0 ? -top : top));
      a.negative = top < 0;
    }
    break;
  case FMA: {
    bell_value third = count > 2 ? bell_any_value(ctx, words[2]) : (bell_value){.kind = BELL_VALUE_NONE};
    if ((third.kind == BELL_BIG && BELL_BIG_AT(ctx, third.ref)->size > 40) || !bell_dec_from_value(ctx, third, &c)) {
      return bell_raise(ctx, 771, "conversion from %s to Decimal is not supported", bell_value_type_name(ctx, third));
    }
    done = bell_dec_multiply(ctx, &a, &b, 4 * BELL_DECIMAL_DIGITS_MAX);
    if (done && bell_dec_digits(&a) > BELL_DECIMAL_DIGITS_MAX) return bell_raise(ctx, 770, "a Decimal of more than %d digits", BELL_DECIMAL_DIGITS_MAX);
    done = done && bell_dec_add(ctx, &a, &c, BELL_DEC_CONTEXT);
    break;
  }
  case AS_INTEGER_RATIO: return integer_ratio(ctx, &a);
  case TO_INT: return to_int(ctx, &a, BELL_ROUND_DOWN);
  case FLOOR: return to_int(ctx, &a, BELL_ROUND_FLOOR);
  case CEIL: return to_int(ctx, &a, BELL_ROUND_CEILING);
  case ROUND: {
    if (count < 2 || words[1] == BELL_NONE) return to_int(ctx, &a, BELL_ROUND_HALF_EVEN);
    bell_value places = bell_any_value(ctx, words[1]);
    if (!bell_value_is_int(places)) return bell_raise(ctx, 771, "optional arg must be an integer");
    bell_dec_from_u64(&b, 1);
    b.exponent = places.i == INT64_MIN ? INT64_MAX : -places.i;
    done = quantize(ctx, &a, &b, bell_dec_rounding(ctx));
    break;
  }
  case EXP:
  case LN:
  case LOG10:
    if (finite && a.size > 0 && !bell_charge(ctx, 8192 * (1 + bell_dec_work(ctx)))) return 0;
    done = method == EXP ? bell_dec_exp(ctx, &a) : method == LN ? bell_dec_ln(ctx, &a) : bell_dec_log10(ctx, &a);
    break;
  default: return bell_fault_with(ctx, 1201, "decimal.call of no method");
  }
  return done && ctx->fault == 0 ? bell_dec_store(ctx, &a) : 0;
}

double bell_decimal_to_float(bell_ctx *ctx, bell_ref ref) {
  char digits[BELL_DECIMAL_DIGITS_MAX + 40];
  bell_dec a;
  (void)ctx;
  bell_dec_load(ctx, ref, &a);
  double value = a.nan ? (double)NAN : a.infinite ? (double)INFINITY : 0;
  if (!a.nan && !a.infinite && a.size > 0) {
    int64_t count = bell_dec_write(&a, digits), point = a.exponent + count;
    value = point > 400 ? (double)INFINITY : point < -400 ? 0 : bell_decimal_read(digits, (size_t)count, point, false);
  }
  return a.negative ? -value : value;
}
