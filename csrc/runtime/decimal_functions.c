/* Exponentials, logarithms and powers of Decimals: computed to some digits more than are asked for, then rounded.
 *
 * e**x is the series of x / 2**k, squared k times. ln(x) is found by Halley's iteration on e**y = x from the logarithm of a double, which triples the digits each time. */
#include <math.h>

#include "runtime/decimal.h"
#include "runtime/raise.h"

#define GUARD 14           /* digits that are computed beyond those that are kept */
#define POWER_GUARD 23    /* the same of the logarithm that a power goes through */
#define DIGITS_MOST 880    /* of a factor, so that a product fits */
#define REDUCED_BITS 9     /* the series begins below 2**-8 */
#define ADJUSTED_MOST 8    /* e**x for an x with more digits before the point is beyond all exponents */
#define DOUBLE_DIGITS 9    /* of the first approximation that are right, for any exponent */

static bool too_long(bell_ctx *ctx) { return bell_raise(ctx, 770, "a Decimal of more than %d digits", BELL_DECIMAL_DIGITS_MAX); }

/* e**x to so many digits, x finite. */
static bool exponential(bell_ctx *ctx, bell_dec *x, uint32_t digits) {
  if (digits > DIGITS_MOST - 40) return too_long(ctx);
  int64_t top = bell_dec_adjusted(x) + 1, halvings = x->size == 0 ? 0 : (int64_t)((double)top * 3.33) + REDUCED_BITS;
  if (halvings < 0) halvings = 0;
  uint32_t precision = digits + (uint32_t)halvings / 3 + 4;
  bell_dec power = *x, term, sum, divisor;
  for (int64_t i = 0; i < halvings; i++) { /* times 5, a tenth */
    bell_limb carry = bell_limbs_scale(power.limbs, power.limbs, power.size, 5, 0);
    if (carry) power.limbs[power.size++] = carry;
    power.exponent--;
    if (power.size > BELL_DEC_LIMBS - 2) bell_dec_fix(ctx, &power, precision);
  }
  bell_dec_fix(ctx, &power, precision);
  bell_dec_from_u64(&term, 1);
  bell_dec_from_u64(&sum, 1);
  for (uint64_t n = 1; power.size > 0; n++) {
    bell_dec_from_u64(&divisor, n);
    if (!bell_dec_multiply(ctx, &term, &power, precision) || !bell_dec_divide(ctx, &term, &divisor, precision)) return false;
    if (bell_dec_adjusted(&term) < -(int64_t)precision - 1) break;
    if (!bell_dec_add(ctx, &sum, &term, precision)) return false;
  }
  for (int64_t i = 0; i < halvings; i++) {
    bell_dec square = sum;
    if (!bell_dec_multiply(ctx, &sum, &square, precision)) return false;
  }
  *x = sum;
  return true;
}

/* The logarithm of a number above zero and not 1, to so many digits of its own. */
static bool logarithm(bell_ctx *ctx, bell_dec *x, uint32_t digits) {
  bell_dec one, y, apart = *x;
  bell_dec_from_u64(&one, 1);
  one.negative = true;
  if (!bell_dec_add(ctx, &apart, &one, DIGITS_MOST)) return false;
  int64_t near = apart.size > 0 && bell_dec_adjusted(&apart) < 0 ? -bell_dec_adjusted(&apart) : 0; /* digits that a logarithm near 0 begins behind */
  if (digits + near + 8 > DIGITS_MOST - 60) return too_long(ctx);
  uint32_t precision = digits + (uint32_t)near + 8;
  bell_dec leading = *x;
  bell_dec_fix(ctx, &leading, 17);
  double mantissa = 0;
  for (uint32_t i = leading.size; i-- > 0;) mantissa = mantissa * 18446744073709551616.0 + (double)leading.limbs[i];
  bell_dec_from_float(&y, log(mantissa) + (double)leading.exponent * 2.302585092994045684);
  for (uint64_t right = DOUBLE_DIGITS; right < precision; right *= 3) {
    bell_dec_fix(ctx, &y, precision);
    bell_dec reached = y, apart_from = *x, both = *x;
    if (!exponential(ctx, &reached, precision)) return false;
    if (!bell_dec_add(ctx, &both, &reached, precision)) return false;
    reached.negative = true;
    if (!bell_dec_add(ctx, &apart_from, &reached, precision)) return false;
    if (apart_from.size == 0) break;
    if (!bell_dec_divide(ctx, &apart_from, &both, precision)) return false;
    bell_dec again = apart_from;
    if (!bell_dec_add(ctx, &apart_from, &again, precision) || !bell_dec_add(ctx, &y, &apart_from, precision)) return false;
  }
  *x = y;
  return true;
}

/* Whether a number that is right to so many digits, rounded to `kept` of them, is what the exact one is rounded to. */
static bool is_settled(bell_ctx *ctx, const bell_dec *a, uint32_t digits, uint32_t kept) {
  bell_dec error, above = *a, below = *a;
  bell_dec_from_u64(&error, 1);
  error.exponent = bell_dec_adjusted(a) - (int64_t)digits + 3;
  bool done = bell_dec_add(ctx, &above, &error, digits + 4);
  error.negative = true;
  done = done && bell_dec_add(ctx, &below, &error, digits + 4) && bell_dec_fix(ctx, &above, kept) && bell_dec_fix(ctx, &below, kept);
  return !done || bell_dec_compare(&above, &below) == 0;
}

static bool common_logarithm(bell_ctx *ctx, bell_dec *x, uint32_t digits) {
  bell_dec ten;
  bell_dec_from_u64(&ten, 10);
  return logarithm(ctx, x, digits) && logarithm(ctx, &ten, digits) && bell_dec_divide(ctx, x, &ten, digits);
}

/* The function of *a, rounded to so many digits as if it were exact: computed to more of them until it is clear to which side it falls. No value of these functions lies in the
 * middle between two. */
static bool rounded(bell_ctx *ctx, bell_dec *a, bool (*function)(bell_ctx *, bell_dec *, uint32_t), uint32_t kept) {
  for (uint32_t digits = kept + GUARD;; digits *= 2) {
    bell_dec x = *a;
    if (!function(ctx, &x, digits)) return false;
    if (digits * 2 < DIGITS_MOST - 100 && !is_settled(ctx, &x, digits, kept)) continue;
    *a = x;
    return ctx->fault == 0 && bell_dec_fix(ctx, a, kept);
  }
}

/* All digits of an inexact result, and no more; within the bounds. */
static bool finish(bell_ctx *ctx, bell_dec *a, bool half_even) {
  uint32_t digits = bell_dec_digits(a), precision = bell_dec_precision(ctx);
  if (a->size > 0 && digits < precision) {
    bell_dec_scale(a, precision - digits);
    a->exponent -= precision - digits;
  }
  return half_even ? bell_dec_fix_half_even(ctx, a) : bell_dec_fix(ctx, a, BELL_DEC_CONTEXT);
}

/* The function of a number for which it is neither special nor exact. */
static bool inexact(bell_ctx *ctx, bell_dec *a, bool (*function)(bell_ctx *, bell_dec *, uint32_t)) {
  return rounded(ctx, a, function, bell_dec_precision(ctx)) && finish(ctx, a, true);
}

/* e**x where x is beyond all bounds. */
static bool beyond(bell_ctx *ctx, bell_dec *x) {
  if (!x->negative) return bell_raise(ctx, 774, "[<class 'decimal.Overflow'>]");
  bell_dec_from_u64(x, 0);
  x->exponent = -BELL_DEC_EXPONENT_MAX - (int64_t)bell_dec_precision(ctx) + 1;
  return true;
}

bool bell_dec_exp(bell_ctx *ctx, bell_dec *a) {
  if (a->nan || (a->infinite && !a->negative)) return true;
  if (a->infinite) {
    bell_dec_from_u64(a, 0);
    return true;
  }
  if (a->size == 0) {
    bell_dec_from_u64(a, 1);
    return true;
  }
  if (bell_dec_adjusted(a) > ADJUSTED_MOST) return beyond(ctx, a);
  return inexact(ctx, a, exponential);
}

/* What logarithms have in common: whether the result is there already. */
static bool is_special(bell_ctx *ctx, bell_dec *a, bool *done) {
  bool zero = a->size == 0 && !a->infinite && !a->nan;
  *done = true;
  if (a->nan) return true;
  if (zero) {
    a->infinite = a->negative = true;
    a->exponent = 0;
    return true;
  }
  if (a->negative) {
    *done = bell_dec_invalid(ctx, "InvalidOperation");
    return true;
  }
  return a->infinite;
}

static bool is_one(const bell_dec *a) {
  bell_dec one;
  bell_dec_from_u64(&one, 1);
  return bell_dec_compare(a, &one) == 0;
}

bool bell_dec_ln(bell_ctx *ctx, bell_dec *a) {
  bool done;
  if (is_special(ctx, a, &done)) return done;
  if (is_one(a)) {
    bell_dec_from_u64(a, 0);
    return true;
  }
  return inexact(ctx, a, logarithm);
}

bool bell_dec_log10(bell_ctx *ctx, bell_dec *a) {
  bool done;
  if (is_special(ctx, a, &done)) return done;
  bell_dec rest = *a;
  int64_t top = bell_dec_adjusted(a);
  if (bell_dec_drop(&rest, bell_dec_digits(a) - 1) == 0 && rest.limbs[0] == 1) { /* a power of ten */
    bell_dec_from_u64(a, (uint64_t)(top < 0 ? -top : top));
    a->negative = top < 0;
    return bell_dec_fix_half_even(ctx, a);
  }
  return inexact(ctx, a, common_logarithm);
}

/* Rounded as libmpdec does on its way, so that what comes close to the middle between two results falls on the same side. */
bool bell_dec_power_of_fraction(bell_ctx *ctx, bell_dec *base, const bell_dec *exponent) {
  uint32_t digits = bell_dec_digits(base) > bell_dec_precision(ctx) ? bell_dec_digits(base) : bell_dec_precision(ctx);
  digits += POWER_GUARD;
  if (!bell_charge(ctx, 16384 * (1 + bell_dec_work(ctx)))) return false;
  if (!rounded(ctx, base, logarithm, digits)) return false;
  if (!bell_dec_multiply(ctx, base, exponent, digits)) return false;
  if (bell_dec_adjusted(base) > ADJUSTED_MOST) return beyond(ctx, base);
  return rounded(ctx, base, exponential, digits) && finish(ctx, base, false);
}
