/* Ops of class any that make numbers: int(), divmod(), pow() of three, round(), bin() and its kin. What takes several steps takes them as operators of class any,
 * so each is charged as such. */
#include <math.h>

#include "runtime/big.h"
#include "runtime/decimal.h"
#include "runtime/fault_text.h"
#include "runtime/list.h"
#include "runtime/number_ops.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

bell_word bell_const_big(bell_ctx *ctx, bell_word a0) { return bell_str_to_integer(ctx, a0, 0, false); }

/* By __int__, __index__ or __trunc__; 0 without a fault where the class has none. */
static bell_word record_to_int(bell_ctx *ctx, bell_value value) {
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_INT);
  bell_word result;
  if (member != NULL) {
    if (!bell_call_special(ctx, member, value.ref, NULL, 0, 0, &result)) return 0;
    bell_value number = bell_any_value(ctx, result);
    if (bell_value_is_integer(number)) return number.kind == BELL_BIG ? result : bell_any_from_int(ctx, number.i);
    return bell_raise(ctx, 780, "__int__ returned non-int (type %.200s)", bell_value_type_name(ctx, number));
  }
  result = bell_special_index(ctx, value.ref);
  if (result == BELL_TRUE || result == BELL_FALSE) return bell_any_from_int(ctx, result == BELL_TRUE);
  if (result != value.ref) return result;
  member = bell_special(ctx, value, BELL_SPECIAL_TRUNC);
  if (member == NULL || !bell_call_special(ctx, member, value.ref, NULL, 0, 0, &result)) return 0;
  bell_root_push(ctx, result);
  bell_word index = bell_special_index(ctx, result);
  bell_root_pop(ctx, 1);
  if (index == 0 || bell_value_is_integer(bell_any_value(ctx, index))) return index;
  return bell_raise(ctx, 780, "__trunc__ returned non-Integral (type %.200s)", bell_value_type_name(ctx, bell_any_value(ctx, index)));
}

bell_word bell_any_to_int(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  switch (value.kind) {
  case BELL_VALUE_BOOL:
  case BELL_INT: return bell_any_from_int(ctx, value.i);
  case BELL_BIG: return a0;
  case BELL_FLOAT: return bell_float_as_int(ctx, value.f);
  case BELL_STR:
  case BELL_BYTES: return bell_str_to_integer(ctx, a0, 10, true);
  case BELL_DECIMAL: return bell_decimal_call(ctx, 24, &a0, 1);
  case BELL_RECORD: {
    bell_word made = record_to_int(ctx, value);
    if (made != 0 || ctx->fault != 0) return made;
    break;
  }
  default: break;
  }
  return bell_raise(ctx, 771, "int() argument must be a string, a bytes-like object or a real number, not '%s'", bell_value_type_name(ctx, value));
}

bell_word bell_any_to_int_base(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a0), base = bell_any_value(ctx, a1);
  if (!bell_number_index(ctx, base)) return 0;
  if (value.kind != BELL_STR && value.kind != BELL_BYTES) return bell_raise(ctx, 771, "int() can't convert non-string with explicit base");
  if (base.kind == BELL_BIG || (base.i != 0 && (base.i < 2 || base.i > 36))) {
    return bell_raise(ctx, 719, "int() base must be >= 2 and <= 36, or 0");
  }
  return bell_str_to_integer(ctx, a0, base.i, true);
}

/* A tuple of class any. The words are rooted. */
static bell_word pair(bell_ctx *ctx, bell_word first, bell_word second) {
  uint64_t bytes = sizeof(bell_head) + 3 * sizeof(bell_word);
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_TUPLE, 0, 0);
  bell_tuple *tuple = BELL_TUPLE_AT(ctx, ref);
  tuple->slots[0] = 2;
  tuple->slots[1] = first;
  tuple->slots[2] = second;
  return ref;
}

bell_word bell_any_divmod(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_value a = bell_any_value(ctx, a0), b = bell_any_value(ctx, a1);
  bool floats = a.kind == BELL_FLOAT || b.kind == BELL_FLOAT;
  if (bell_may_call(ctx) && (a.kind == BELL_RECORD || b.kind == BELL_RECORD)) {
    bell_word result;
    if (!bell_special_binary(ctx, BELL_SPECIAL_DIVMOD, BELL_SPECIAL_RDIVMOD, a0, a1, &result)) return 0;
    if (result != BELL_NOT_IMPLEMENTED) return result;
  }
  if (!(bell_value_is_integer(a) || a.kind == BELL_FLOAT) || !(bell_value_is_integer(b) || b.kind == BELL_FLOAT)) {
    return bell_fault_operands(ctx, 308, "divmod()", &a, &b);
  }
  if ((b.kind == BELL_FLOAT && b.f == 0) || (bell_value_is_int(b) && b.i == 0)) {
    double ignored; /* a large int is refused first */
    if (floats && !bell_number_to_float(ctx, a, &ignored)) return 0;
    return bell_raise(ctx, 501, floats ? "float divmod()" : "integer division or modulo by zero");
  }
  bell_word quotient = bell_any_binary(ctx, BELL_BINARY_FLOORDIV, a0, a1), made = 0;
  if (ctx->fault != 0) return 0;
  bell_root_push(ctx, quotient);
  bell_word rest = bell_any_binary(ctx, BELL_BINARY_MOD, a0, a1);
  if (ctx->fault == 0) {
    bell_root_push(ctx, rest);
    made = pair(ctx, quotient, rest);
    bell_root_pop(ctx, 1);
  }
  bell_root_pop(ctx, 1);
  return made;
}

bell_word bell_any_pow_mod(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2) {
  bell_value a = bell_any_value(ctx, a0), b = bell_any_value(ctx, a1), m = bell_any_value(ctx, a2);
  if (bell_value_is_none(m)) return bell_any_binary(ctx, BELL_BINARY_POW, a0, a1);
  if (!bell_value_is_integer(a) || !bell_value_is_integer(b) || !bell_value_is_integer(m)) {
    const bell_value *all[] = {&a, &b, &m};
    bool floats = false; /* float is asked first, whatever the others are */
    for (int i = 0; i < 3; i++) floats |= all[i]->kind == BELL_FLOAT;
    if (floats) return bell_raise(ctx, 771, "pow() 3rd argument not allowed unless all arguments are integers");
    return bell_raise(ctx, 771, "unsupported operand type(s) for ** or pow(): '%s', '%s', '%s'", bell_value_type_name(ctx, a),
                      bell_value_type_name(ctx, b), bell_value_type_name(ctx, m));
  }
  bell_integer x, y, z;
  bell_integer_read(ctx, a, &x);
  bell_integer_read(ctx, b, &y);
  bell_integer_read(ctx, m, &z);
  if (z.size == 0) return bell_raise(ctx, 719, "pow() 3rd argument cannot be 0");
  if (!y.negative) return bell_integer_power_modulo(ctx, &x, &y, &z);
  /* The inverse to the positive power. */
  bell_word inverse = bell_integer_inverse(ctx, a0, a2);
  if (ctx->fault != 0) return 0;
  bell_root_push(ctx, inverse);
  bell_integer_word(ctx, inverse, &x);
  y.negative = false;
  bell_word made = bell_integer_power_modulo(ctx, &x, &y, &z);
  bell_root_pop(ctx, 1);
  return made;
}

/* An int rounded to a multiple of 10**places, half to even. */
static bell_word round_integer(bell_ctx *ctx, bell_word word, const bell_integer *a, uint64_t places) {
  if (places > bell_integer_bits(a) * 1233 / 4096 + 2) return bell_any_from_int(ctx, 0); /* log10(2) is a little less */
  bell_word ten = bell_any_from_int(ctx, 10), made = 0;
  bell_word unit = bell_any_binary(ctx, BELL_BINARY_POW, ten, bell_any_from_int(ctx, (int64_t)places));
  if (ctx->fault != 0) return 0;
  bell_root_push(ctx, unit);
  bell_word quotient = bell_any_binary(ctx, BELL_BINARY_FLOORDIV, word, unit);
  bell_root_push(ctx, quotient);
  bell_word whole = ctx->fault == 0 ? bell_any_binary(ctx, BELL_BINARY_MUL, quotient, unit) : 0;
  bell_root_push(ctx, whole);
  bell_word rest = ctx->fault == 0 ? bell_any_binary(ctx, BELL_BINARY_SUB, word, whole) : 0;
  bell_root_push(ctx, rest);
  bell_word twice = ctx->fault == 0 ? bell_any_binary(ctx, BELL_BINARY_ADD, rest, rest) : 0;
  bell_root_push(ctx, twice);
  if (ctx->fault == 0) {
    bell_integer x, y, q;
    bell_integer_word(ctx, twice, &x);
    bell_integer_word(ctx, unit, &y);
    bell_integer_word(ctx, quotient, &q);
    int order = bell_integer_compare(&x, &y);
    bool up = order > 0 || (order == 0 && q.size > 0 && (q.limbs[0] & 1));
    made = up ? bell_any_binary(ctx, BELL_BINARY_ADD, whole, unit) : whole;
  }
  bell_root_pop(ctx, 5);
  return made;
}

bell_word bell_any_round(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a0), places = bell_any_value(ctx, a1);
  bool none = bell_value_is_none(places);
  bool is_int = bell_value_is_integer(value);
  if (value.kind == BELL_DECIMAL) return bell_decimal_call(ctx, 27, (bell_word[]){a0, a1}, 2);
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_ROUND);
  bell_word given;
  if (member != NULL) return bell_call_special(ctx, member, a0, &a1, none ? 0 : 1, 0, &given) ? given : 0;
  if (!is_int && value.kind != BELL_FLOAT) {
    return bell_raise(ctx, 771, "type %s doesn't define __round__ method", bell_value_type_name(ctx, value));
  }
  if (!none && !bell_number_index(ctx, places)) return 0;
  if (value.kind == BELL_FLOAT) {
    if (none) return bell_float_as_int(ctx, isfinite(value.f) ? __builtin_roundeven(value.f) : value.f);
    int64_t digits = places.kind == BELL_BIG ? (BELL_HEAD_AT(ctx, places.ref)->aux ? INT64_MIN : INT64_MAX) : places.i;
    double rounded = bell_float_round_to(ctx, value.f, digits);
    if (ctx->fault == 506) {
      ctx->fault = 0;
      return bell_raise(ctx, 770, "rounded value too large to represent");
    }
    return ctx->fault == 0 ? bell_any_from_float(ctx, rounded) : 0;
  }
  bell_integer a;
  bell_integer_read(ctx, value, &a);
  bool to_the_right = none || (places.kind == BELL_BIG ? !BELL_HEAD_AT(ctx, places.ref)->aux : places.i >= 0);
  if (to_the_right) return value.kind == BELL_BIG ? a0 : bell_any_from_int(ctx, value.i);
  return round_integer(ctx, a0, &a, places.kind == BELL_BIG || places.i == INT64_MIN ? UINT64_MAX : (uint64_t)-places.i);
}

bell_word bell_any_to_base(bell_ctx *ctx, int64_t a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a1);
  bell_integer a;
  if (!bell_number_index(ctx, value)) return 0;
  bell_integer_read(ctx, value, &a);
  return bell_integer_to_base(ctx, &a, a0 == 2 ? 1 : a0 == 8 ? 3 : 4, a0 == 2 ? 'b' : a0 == 8 ? 'o' : 'x');
}

/* --- math ----------------------------------------------------------------------------------------------------------------------- */

enum { GCD, LCM, ISQRT, FACTORIAL, COMB, PERM, FLOOR, CEIL, TRUNC, LOG, LOG2, LOG10 }; /* MATH_FUNCTIONS of ir/ops.py */

static bell_word to_whole(bell_ctx *ctx, bell_word word, int function) {
  bell_value value = bell_any_value(ctx, word);
  if (value.kind == BELL_BIG) return word;
  if (bell_value_is_int(value)) return bell_any_from_int(ctx, value.i);
  if (value.kind == BELL_DECIMAL) return bell_decimal_call(ctx, function == FLOOR ? 25 : function == CEIL ? 26 : 24, &word, 1);
  const bell_member *member = bell_special(ctx, value, function == FLOOR ? BELL_SPECIAL_FLOOR : function == CEIL ? BELL_SPECIAL_CEIL : BELL_SPECIAL_TRUNC);
  bell_word given;
  if (member != NULL) return bell_call_special(ctx, member, word, NULL, 0, 0, &given) ? given : 0;
  if (value.kind != BELL_FLOAT) {
    const char *name = bell_value_type_name(ctx, value);
    if (function == TRUNC) return bell_raise(ctx, 771, "type %s doesn't define __trunc__ method", name);
    return bell_raise(ctx, 771, "must be real number, not %s", name);
  }
  return bell_float_as_int(ctx, function == FLOOR ? floor(value.f) : function == CEIL ? ceil(value.f) : value.f);
}

static double logarithm_of(bell_ctx *ctx, int function, double x) {
  return function == LOG ? bell_math_log(ctx, x) : function == LOG2 ? bell_math_log2(ctx, x) : bell_math_log10(ctx, x);
}

/* The logarithm of a number of any size. */
static double logarithm(bell_ctx *ctx, int function, bell_value value) {
  bell_integer a;
  double result;
  if (bell_integer_read(ctx, value, &a)) {
    if (a.negative || a.size == 0) return (double)bell_raise(ctx, 503, "math domain error");
    double nearest = bell_integer_to_float(&a);
    if (isfinite(nearest)) return logarithm_of(ctx, function, nearest);
    /* x = m * 2**e with 0.5 <= m < 1, m rounded to a float */
    bell_integer top = {.limbs = a.limbs + a.size - 3, .size = 3};
    bell_limb high[3];
    memcpy(high, top.limbs, sizeof high);
    for (uint64_t i = 0; i + 3 < a.size; i++) high[0] |= a.limbs[i] != 0; /* sticky */
    top.limbs = high;
    int exponent;
    double mantissa = frexp(bell_integer_to_float(&top), &exponent);
    double e = (double)exponent + (double)((a.size - 3) * 64);
    return logarithm_of(ctx, function, mantissa) + logarithm_of(ctx, function, 2.0) * e;
  }
  if (value.kind != BELL_FLOAT) return (double)bell_raise(ctx, 771, "must be real number, not %s", bell_value_type_name(ctx, value));
  result = logarithm_of(ctx, function, value.f);
  if (ctx->fault == 503) {
    ctx->fault = 0;
    bell_raise(ctx, 503, "math domain error");
  }
  return result;
}

static bell_word log_of(bell_ctx *ctx, int function, const bell_word *words, int64_t count) {
  double x = logarithm(ctx, function, bell_any_value(ctx, words[0]));
  if (ctx->fault != 0) return 0;
  if (count == 1) return bell_any_from_float(ctx, x);
  double base = logarithm(ctx, function, bell_any_value(ctx, words[1]));
  if (ctx->fault != 0) return 0;
  if (base == 0) return bell_raise(ctx, 501, "float division by zero");
  return bell_any_from_float(ctx, x / base);
}

/* gcd() or lcm() of all words. */
static bell_word fold(bell_ctx *ctx, int function, const bell_word *words, int64_t count) {
  bell_word result = bell_any_from_int(ctx, function == LCM);
  for (int64_t i = 0; i < count; i++) {
    if (!bell_number_index(ctx, bell_any_value(ctx, words[i]))) return 0;
  }
  bell_root_push(ctx, result);
  for (int64_t i = 0; i < count && ctx->fault == 0; i++) {
    bell_integer a, b;
    bell_integer_word(ctx, result, &a);
    bell_integer_word(ctx, words[i], &b);
    if (function == LCM && (a.size == 0 || b.size == 0)) {
      result = bell_any_from_int(ctx, 0);
    } else {
      bell_word divisor = bell_integer_gcd(ctx, &a, &b);
      if (function == LCM && ctx->fault == 0) {
        bell_root_push(ctx, divisor);
        divisor = bell_any_binary(ctx, BELL_BINARY_FLOORDIV, result, divisor);
        bell_root_push(ctx, divisor);
        if (ctx->fault == 0) divisor = bell_any_binary(ctx, BELL_BINARY_MUL, divisor, words[i]);
        bell_root_push(ctx, divisor);
        if (ctx->fault == 0) divisor = bell_any_unary(ctx, BELL_UNARY_ABS, divisor);
        bell_root_pop(ctx, 3);
      }
      result = divisor;
    }
    bell_root_pop(ctx, 1);
    bell_root_push(ctx, result);
  }
  bell_root_pop(ctx, 1);
  return ctx->fault == 0 ? result : 0;
}

bell_word bell_any_math(bell_ctx *ctx, int64_t a0, const bell_word *words, int64_t count) {
  int function = (int)a0;
  bell_integer a, b;
  int64_t least = function <= LCM ? 0 : 1, most = function <= LCM ? INT64_MAX : function == COMB || function == PERM || function == LOG ? 2 : 1;
  if (count < least || count > most) return bell_fault_with(ctx, 1201, "any.math of as many operands");
  if (function <= LCM) return fold(ctx, function, words, count);
  if (function >= LOG) return log_of(ctx, function, words, count);
  if (function >= FLOOR) return to_whole(ctx, words[0], function);
  for (int64_t i = 0; i < count; i++) {
    if (!(i == 1 && words[i] == BELL_NONE) && !bell_number_index(ctx, bell_any_value(ctx, words[i]))) return 0;
  }
  bell_integer_word(ctx, words[0], &a);
  bool factorial = function == FACTORIAL || (function == PERM && (count == 1 || words[1] == BELL_NONE));
  if (function == ISQRT) return bell_integer_isqrt(ctx, &a);
  if (factorial) return bell_integer_factorial(ctx, &a);
  if (count < 2 || !bell_integer_word(ctx, words[1], &b)) return bell_fault_with(ctx, 1201, "any.math of as many operands");
  if (a.negative) return bell_raise(ctx, 719, "n must be a non-negative integer");
  if (b.negative) return bell_raise(ctx, 719, "k must be a non-negative integer");
  if (bell_integer_compare(&a, &b) < 0) return bell_any_from_int(ctx, 0);
  if (function == PERM) return bell_integer_permutations(ctx, &a, &b);
  bell_word rest = bell_any_binary(ctx, BELL_BINARY_SUB, words[0], words[1]);
  bell_integer other;
  if (ctx->fault != 0) return 0;
  bell_root_push(ctx, rest);
  bell_integer_word(ctx, rest, &other);
  bell_word made = bell_integer_combinations(ctx, &a, bell_integer_compare(&b, &other) <= 0 ? &b : &other);
  bell_root_pop(ctx, 1);
  return made;
}
