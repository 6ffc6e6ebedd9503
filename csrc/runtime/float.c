/* Arithmetic of floats that takes more than an instruction, and exact comparison with ints. */
#include <errno.h>
#include <math.h>

#include "runtime/number.h"
#include "runtime/ops.h"

/* Quotient and remainder as CPython computes them: fmod is exact, what follows may round. */
static double divide_floor(double x, double y, double *mod) {
  double rest = fmod(x, y), quotient = (x - rest) / y;
  if (rest != 0) {
    if ((y < 0) != (rest < 0)) {
      rest += y;
      quotient -= 1.0;
    }
  } else {
    rest = copysign(0.0, y);
  }
  *mod = rest;
  if (quotient == 0) return copysign(0.0, x / y);
  double floored = floor(quotient);
  return quotient - floored > 0.5 ? floored + 1.0 : floored;
}

double bell_float_floordiv(bell_ctx *ctx, double x, double y) {
  double mod;
  return y == 0 ? (double)bell_fault(ctx, 501) : divide_floor(x, y, &mod);
}

double bell_float_mod(bell_ctx *ctx, double x, double y) {
  if (y == 0) return (double)bell_fault(ctx, 501);
  double rest = fmod(x, y);
  if (rest == 0) return copysign(0.0, y);
  return (y < 0) != (rest < 0) ? rest + y : rest;
}

static bool is_odd(double x) { return fmod(fabs(x), 2.0) == 1.0; }

double bell_float_pow(bell_ctx *ctx, double x, double y) {
  if (y == 0) return 1.0;
  if (isnan(x)) return x;
  if (isnan(y)) return x == 1.0 ? 1.0 : y;
  if (isinf(y)) {
    double size = fabs(x);
    return size == 1.0 ? 1.0 : (y > 0) == (size > 1.0) ? INFINITY : 0.0;
  }
  if (isinf(x)) {
    bool odd = is_odd(y);
    return y > 0 ? (odd ? x : fabs(x)) : odd ? copysign(0.0, x) : 0.0;
  }
  if (x == 0) {
    if (y < 0) return (double)bell_fault(ctx, 507);
    return is_odd(y) ? x : 0.0;
  }
  bool negate = false;
  if (x < 0) {
    if (y != floor(y)) return (double)bell_fault(ctx, 508);
    x = -x;
    negate = is_odd(y);
  }
  if (x == 1.0) return negate ? -1.0 : 1.0;
  errno = 0;
  double result = pow(x, y);
  /* As CPython: an infinite result is an error, and so is a range error of the library that did not underflow to zero. */
  if (isinf(result) || (errno != 0 && result != 0)) return (double)bell_fault(ctx, 506);
  return negate ? -result : result;
}

double bell_float_round_to(bell_ctx *ctx, double value, int64_t places) {
  if (!isfinite(value) || places > 323) return value;
  if (places < -308) return 0.0 * value;
  uint64_t whole, fraction;
  double rounded;
  if (places >= 0 && places <= 15 && bell_float_split(value, (int)places, &whole, &fraction)) {
    unsigned __int128 scaled = (unsigned __int128)whole * bell_powers_of_ten[places] + fraction;
    if (scaled <= (uint64_t)1 << 53) { /* both exact: the division rounds once */
      return copysign((double)(uint64_t)scaled / (double)bell_powers_of_ten[places], value);
    }
  }
  bell_decimal decimal;
  bell_decimal_fixed(&decimal, value, places);
  rounded = bell_decimal_read(decimal.digits, (size_t)decimal.count, decimal.point, false);
  if (isinf(rounded)) return (double)bell_fault(ctx, 506);
  return copysign(rounded, value);
}

int64_t bell_float_is_integer(bell_ctx *ctx, double value) {
  (void)ctx;
  return isfinite(value) && floor(value) == value;
}

/* -1, 0, 1 for i <, ==, > f; 2 for NaN. */
static int compare(int64_t i, double f) {
  if (isnan(f)) return 2;
  if (f >= 0x1p63) return -1;
  if (f < -0x1p63) return 1;
  int64_t whole = (int64_t)f;
  if (i != whole) return i < whole ? -1 : 1;
  double rest = f - (double)whole; /* exact: where f has a fraction, whole is below 2**53 */
  return rest > 0 ? -1 : rest < 0;
}

int64_t bell_intfloat_eq(bell_ctx *ctx, int64_t i, double f) { return (void)ctx, compare(i, f) == 0; }
int64_t bell_intfloat_ne(bell_ctx *ctx, int64_t i, double f) { return (void)ctx, compare(i, f) != 0; }
int64_t bell_intfloat_lt(bell_ctx *ctx, int64_t i, double f) { return (void)ctx, compare(i, f) == -1; }
int64_t bell_intfloat_le(bell_ctx *ctx, int64_t i, double f) { return (void)ctx, compare(i, f) <= 0; }
int64_t bell_intfloat_gt(bell_ctx *ctx, int64_t i, double f) { return (void)ctx, compare(i, f) == 1; }

int64_t bell_intfloat_ge(bell_ctx *ctx, int64_t i, double f) {
  (void)ctx;
  int order = compare(i, f);
  return order == 0 || order == 1;
}
