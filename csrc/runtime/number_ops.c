/* See number_ops.h. */
#include "runtime/number_ops.h"

#include <math.h>

#include "runtime/big.h"
#include "runtime/decimal.h"
#include "runtime/ops.h"
#include "runtime/raise.h"

static bell_word int_result(bell_ctx *ctx, int64_t value) { return ctx->fault != 0 ? 0 : bell_any_from_int(ctx, value); }
static bell_word float_result(bell_ctx *ctx, double value) { return ctx->fault != 0 ? 0 : bell_any_from_float(ctx, value); }

static bell_word divided_by_zero(bell_ctx *ctx, int operator_, bool floats) {
  static const char *const words[2][3] = {
      {"division by zero", "integer division or modulo by zero", "integer modulo by zero"},
      {"float division by zero", "float floor division by zero", "float modulo"},
  };
  return bell_raise(ctx, 501, "%s", words[floats][operator_ - BELL_BINARY_DIV]);
}

/* --- floats --------------------------------------------------------------------------------------------------------------------- */

static bell_word power_of_floats(bell_ctx *ctx, double a, double b) {
  double result = bell_float_pow(ctx, a, b);
  uint32_t code = ctx->fault;
  if (code != 506 && code != 507 && code != 508) return float_result(ctx, result);
  ctx->fault = 0;
  return bell_raise(ctx, code, "%s", code == 506 ? "(34, 'Numerical result out of range')"
                                     : code == 507 ? "0.0 cannot be raised to a negative power"
                                                   : "a negative number to a fractional power is complex");
}

static bell_word binary_floats(bell_ctx *ctx, int operator_, double a, double b) {
  if (b == 0 && operator_ >= BELL_BINARY_DIV && operator_ <= BELL_BINARY_MOD) return divided_by_zero(ctx, operator_, true);
  switch (operator_) {
  case BELL_BINARY_ADD: return bell_any_from_float(ctx, a + b);
  case BELL_BINARY_SUB: return bell_any_from_float(ctx, a - b);
  case BELL_BINARY_MUL: return bell_any_from_float(ctx, a * b);
  case BELL_BINARY_DIV: return bell_any_from_float(ctx, a / b);
  case BELL_BINARY_FLOORDIV: return float_result(ctx, bell_float_floordiv(ctx, a, b));
  case BELL_BINARY_MOD: return float_result(ctx, bell_float_mod(ctx, a, b));
  default: return power_of_floats(ctx, a, b);
  }
}

bool bell_number_to_float(bell_ctx *ctx, bell_value value, double *result) {
  if (value.kind == BELL_FLOAT) {
    *result = value.f;
  } else if (bell_value_is_int(value)) {
    *result = (double)value.i;
  } else {
    bell_integer big;
    bell_integer_read(ctx, value, &big);
    *result = bell_integer_to_float(&big);
    if (isinf(*result)) return bell_raise(ctx, 770, "int too large to convert to float");
  }
  return true;
}

bell_word bell_float_as_int(bell_ctx *ctx, double value) {
  if (value != value) return bell_raise(ctx, 509, "cannot convert float NaN to integer");
  if (isinf(value)) return bell_raise(ctx, 504, "cannot convert float infinity to integer");
  return bell_integer_from_float(ctx, value);
}

/* --- ints ----------------------------------------------------------------------------------------------------------------------- */

static int64_t floor_divide(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient;
}

/* Two ints of 64 bits, where the result has 64 bits as well. Returns false where it has not, and for powers. */
static bool binary_small(int operator_, int64_t a, int64_t b, int64_t *result) {
  switch (operator_) {
  case BELL_BINARY_ADD: return !__builtin_add_overflow(a, b, result);
  case BELL_BINARY_SUB: return !__builtin_sub_overflow(a, b, result);
  case BELL_BINARY_MUL: return !__builtin_mul_overflow(a, b, result);
  case BELL_BINARY_FLOORDIV:
    if (b == -1) return !__builtin_sub_overflow((int64_t)0, a, result);
    *result = floor_divide(a, b);
    return true;
  case BELL_BINARY_MOD: *result = b == -1 ? 0 : a - floor_divide(a, b) * b; return true;
  case BELL_BINARY_SHL:
    if (b > 62 || a > INT64_MAX >> b || a < INT64_MIN >> b) return false;
    *result = a * ((int64_t)1 << b);
    return true;
  case BELL_BINARY_SHR: *result = a >> (b > 63 ? 63 : b); return true;
  case BELL_BINARY_AND: *result = a & b; return true;
  case BELL_BINARY_OR: *result = a | b; return true;
  case BELL_BINARY_XOR: *result = a ^ b; return true;
  default: return false;
  }
}

static bell_word quotient(bell_ctx *ctx, const bell_integer *a, const bell_integer *b) {
  double value = bell_integer_quotient(ctx, a, b);
  if (isinf(value) && ctx->fault == 0) return bell_raise(ctx, 770, "integer division result too large for a float");
  return float_result(ctx, value);
}

static bell_word binary_integers(bell_ctx *ctx, int operator_, bell_value x, bell_value y) {
  bell_integer a, b;
  bell_integer_read(ctx, x, &a);
  bell_integer_read(ctx, y, &b);
  if (b.size == 0 && operator_ >= BELL_BINARY_DIV && operator_ <= BELL_BINARY_MOD) return divided_by_zero(ctx, operator_, false);
  if (b.negative && (operator_ == BELL_BINARY_SHL || operator_ == BELL_BINARY_SHR)) return bell_raise(ctx, 505, "negative shift count");
  int64_t small_a, small_b, small;
  bool both_small = bell_integer_small(&a, &small_a) && bell_integer_small(&b, &small_b);
  if (both_small && binary_small(operator_, small_a, small_b, &small)) return bell_any_from_int(ctx, small);
  switch (operator_) {
  case BELL_BINARY_ADD:
  case BELL_BINARY_SUB: return bell_integer_add(ctx, &a, &b, operator_ == BELL_BINARY_SUB);
  case BELL_BINARY_MUL: return bell_integer_multiply(ctx, &a, &b);
  case BELL_BINARY_DIV: return both_small ? float_result(ctx, bell_int_truediv(ctx, small_a, small_b)) : quotient(ctx, &a, &b);
  case BELL_BINARY_FLOORDIV: return bell_integer_floordiv(ctx, &a, &b);
  case BELL_BINARY_MOD: return bell_integer_mod(ctx, &a, &b);
  case BELL_BINARY_POW: {
    if (!b.negative) return bell_integer_power(ctx, &a, &b);
    double base, exponent;
    if (!bell_number_to_float(ctx, x, &base) || !bell_number_to_float(ctx, y, &exponent)) return 0;
    return power_of_floats(ctx, base, exponent);
  }
  case BELL_BINARY_SHL:
  case BELL_BINARY_SHR: return bell_integer_shift(ctx, &a, &b, operator_ == BELL_BINARY_SHL);
  default: return bell_integer_bitwise(ctx, operator_ == BELL_BINARY_AND ? '&' : operator_ == BELL_BINARY_OR ? '|' : '^', &a, &b);
  }
}

bool bell_numbers_binary(bell_ctx *ctx, int operator_, bell_value a, bell_value b, bell_word *result) {
  if (operator_ == BELL_BINARY_MATMUL) return false;
  bool a_is_int = bell_value_is_integer(a), b_is_int = bell_value_is_integer(b);
  if (a_is_int && b_is_int) {
    if (a.kind == BELL_VALUE_BOOL && b.kind == BELL_VALUE_BOOL && operator_ >= BELL_BINARY_AND) {
      *result = bell_any_from_bool(operator_ == BELL_BINARY_AND ? a.i & b.i : operator_ == BELL_BINARY_OR ? a.i | b.i : a.i ^ b.i);
    } else {
      *result = binary_integers(ctx, operator_, a, b);
    }
    return true;
  }
  if (a.kind == BELL_DECIMAL || b.kind == BELL_DECIMAL) return bell_decimals_binary(ctx, operator_, a, b, result);
  if (!(a_is_int || a.kind == BELL_FLOAT) || !(b_is_int || b.kind == BELL_FLOAT) || operator_ >= BELL_BINARY_SHL) return false;
  double x, y;
  *result = bell_number_to_float(ctx, a, &x) && bell_number_to_float(ctx, b, &y) ? binary_floats(ctx, operator_, x, y) : 0;
  return true;
}

bool bell_number_unary(bell_ctx *ctx, int operator_, bell_value value, bell_word *result) {
  if (value.kind == BELL_FLOAT && operator_ != BELL_UNARY_INVERT) {
    bool negate = operator_ == BELL_UNARY_NEG || (operator_ == BELL_UNARY_ABS && (bell_bits(value.f) >> 63) != 0);
    *result = bell_any_from_float(ctx, negate ? -value.f : value.f);
    return true;
  }
  if (bell_value_is_int(value) && value.i != INT64_MIN) {
    int64_t i = value.i;
    *result = int_result(ctx, operator_ == BELL_UNARY_INVERT ? ~i : operator_ == BELL_UNARY_NEG || (operator_ == BELL_UNARY_ABS && i < 0) ? -i : i);
    return true;
  }
  if (value.kind == BELL_DECIMAL) return bell_decimal_unary(ctx, operator_, value, result);
  bell_integer a;
  if (!bell_integer_read(ctx, value, &a)) return false;
  if (operator_ == BELL_UNARY_INVERT) {
    *result = bell_integer_invert(ctx, &a);
  } else if (operator_ == BELL_UNARY_NEG || (operator_ == BELL_UNARY_ABS && a.negative)) {
    *result = bell_integer_negate(ctx, &a);
  } else {
    *result = value.kind == BELL_BIG ? value.ref : bell_any_from_int(ctx, value.i);
  }
  return true;
}

/* --- comparing ------------------------------------------------------------------------------------------------------------------ */

bool bell_bigs_equal(bell_ctx *ctx, bell_value a, bell_value b) {
  if (a.kind == BELL_BIG && b.kind == BELL_BIG) return bell_bigs_order(ctx, a, b, true) == 0 && ctx->fault == 0;
  if (a.kind == BELL_FLOAT || b.kind == BELL_FLOAT) return bell_bigs_order(ctx, a, b, false) == 0;
  return false;
}

int bell_bigs_order(bell_ctx *ctx, bell_value a, bell_value b, bool charged) {
  bell_integer x, y;
  if (a.kind == BELL_FLOAT) {
    bell_integer_read(ctx, b, &y);
    int order = bell_integer_compare_float(&y, a.f);
    return order == 2 ? 2 : -order;
  }
  bell_integer_read(ctx, a, &x);
  if (b.kind == BELL_FLOAT) return bell_integer_compare_float(&x, b.f);
  bell_integer_read(ctx, b, &y);
  if (charged && !bell_charge(ctx, (int64_t)((x.size < y.size ? x.size : y.size) / 4))) return 0;
  if (!bell_work(ctx, (int64_t)(x.size < y.size ? x.size : y.size))) return 0;
  return bell_integer_compare(&x, &y);
}

bool bell_number_index(bell_ctx *ctx, bell_value value) {
  if (bell_value_is_integer(value)) return true;
  return bell_raise(ctx, 771, "'%s' object cannot be interpreted as an integer", bell_value_type_name(ctx, value));
}
