/* Arithmetic of 64-bit ints that takes more than an instruction or two. */
#include "runtime/ops.h"
#include "runtime/limbs.h"
#include "runtime/number.h"
#include "runtime/str.h"

static inline uint64_t magnitude(int64_t a) { return a < 0 ? 0 - (uint64_t)a : (uint64_t)a; }

int64_t bell_int_pow(bell_ctx *ctx, int64_t base, int64_t exponent) {
  if (exponent < 0) return (int64_t)bell_fault(ctx, 510);
  int64_t result = 1;
  for (;;) {
    if (exponent & 1 && __builtin_mul_overflow(result, base, &result)) return (int64_t)bell_fault(ctx, 502);
    exponent >>= 1;
    if (exponent == 0) return result;
    /* A square that overflows is at least 2**63, and goes into the result. */
    if (__builtin_mul_overflow(base, base, &base)) return (int64_t)bell_fault(ctx, 502);
  }
}

double bell_int_truediv(bell_ctx *ctx, int64_t a, int64_t b) {
  if (b == 0) return (double)bell_fault(ctx, 501);
  uint64_t x = magnitude(a), y = magnitude(b);
  double quotient;
  if ((x | y) <= (uint64_t)1 << 53) {
    quotient = (double)x / (double)y; /* both exact: rounds once */
  } else if (x == 0) {
    quotient = 0;
  } else { /* a quotient of 63 or 64 bits, with its lowest bit set when there is a remainder, rounds to the right double */
    int shift = 63 + __builtin_clzll(x) - __builtin_clzll(y); /* 0 to 126 */
    unsigned __int128 wide = (unsigned __int128)x << shift;
    uint64_t bits = (uint64_t)(wide / y) | (wide % y != 0);
    quotient = (double)bits * (shift < 64 ? 1.0 / (double)((uint64_t)1 << shift) : 1.0 / 0x1p63 / (double)((uint64_t)1 << (shift - 63)));
  }
  return (a < 0) != (b < 0) && a != 0 ? -quotient : a == 0 && b < 0 ? -0.0 : quotient;
}

int64_t bell_int_round(bell_ctx *ctx, int64_t value, int64_t places) {
  if (places >= 0) return value;
  if (places < -19) return 0;
  uint64_t x = magnitude(value), unit = bell_powers_of_ten[-places], rest = x % unit, half = unit / 2;
  uint64_t quotient = x / unit + (rest > half || (rest == half && (x / unit) & 1)), rounded;
  if (__builtin_mul_overflow(quotient, unit, &rounded) || rounded > (uint64_t)INT64_MAX + (value < 0)) return (int64_t)bell_fault(ctx, 502);
  return value < 0 ? (int64_t)(0 - rounded) : (int64_t)rounded;
}

/* How many values range(start, stop, step) has; step is not 0. */
static uint64_t range_length(int64_t start, int64_t stop, int64_t step) {
  if (step > 0 ? start >= stop : start <= stop) return 0;
  uint64_t distance = step > 0 ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop;
  return (distance - 1) / magnitude(step) + 1;
}

int64_t bell_int_range_len(bell_ctx *ctx, int64_t start, int64_t stop, int64_t step) {
  if (step == 0) return (int64_t)bell_fault(ctx, 601);
  uint64_t count = range_length(start, stop, step);
  return count > INT64_MAX ? (int64_t)bell_fault(ctx, 502) : (int64_t)count;
}

int64_t bell_int_range_stop(bell_ctx *ctx, int64_t start, int64_t stop, int64_t step) {
  if (step == 0) return (int64_t)bell_fault(ctx, 601);
  return (int64_t)((uint64_t)start + (uint64_t)step * range_length(start, stop, step));
}

int64_t bell_int_gcd(bell_ctx *ctx, int64_t a, int64_t b) {
  uint64_t result = bell_limb_gcd(magnitude(a), magnitude(b));
  return result > INT64_MAX ? (int64_t)bell_fault(ctx, 502) : (int64_t)result;
}

int64_t bell_int_lcm(bell_ctx *ctx, int64_t a, int64_t b) {
  if (a == 0 || b == 0) return 0;
  uint64_t x = magnitude(a), y = magnitude(b), result;
  if (__builtin_mul_overflow(x / bell_limb_gcd(x, y), y, &result) || result > INT64_MAX) return (int64_t)bell_fault(ctx, 502);
  return (int64_t)result;
}

int64_t bell_int_isqrt(bell_ctx *ctx, int64_t n) {
  if (n < 0) return (int64_t)bell_fault_with(ctx, 719, "isqrt() argument must be nonnegative");
  uint64_t root = (uint64_t)__builtin_sqrt((double)n); /* off by one at most */
  if (root * root > (uint64_t)n) root--;
  if ((root + 1) * (root + 1) <= (uint64_t)n) root++;
  return (int64_t)root;
}

int64_t bell_int_factorial(bell_ctx *ctx, int64_t n) {
  if (n < 0) return (int64_t)bell_fault_with(ctx, 719, "factorial() not defined for negative values");
  if (n > 20) return (int64_t)bell_fault(ctx, 502);
  int64_t result = 1;
  for (int64_t i = 2; i <= n; i++) result *= i;
  return result;
}

/* math.comb and math.perm of CPython check n before k. */
static bool check_n_k(bell_ctx *ctx, int64_t n, int64_t k) {
  if (n < 0) bell_fault_with(ctx, 719, "n must be a non-negative integer");
  else if (k < 0) bell_fault_with(ctx, 719, "k must be a non-negative integer");
  return n >= 0 && k >= 0;
}

int64_t bell_int_comb(bell_ctx *ctx, int64_t n, int64_t k) {
  if (!check_n_k(ctx, n, k) || k > n) return 0;
  if (k > n - k) k = n - k;
  unsigned __int128 result = 1; /* C(n, i) for i = 0, 1, ... k: grows, so it overflows within 64 steps if at all */
  for (int64_t i = 0; i < k; i++) {
    result = result * (uint64_t)(n - i) / (uint64_t)(i + 1);
    if (result > INT64_MAX) return (int64_t)bell_fault(ctx, 502);
  }
  return (int64_t)result;
}

int64_t bell_int_perm(bell_ctx *ctx, int64_t n, int64_t k) {
  if (!check_n_k(ctx, n, k) || k > n) return 0;
  int64_t result = 1;
  for (int64_t i = 0; i < k; i++) {
    if (__builtin_mul_overflow(result, n - i, &result)) return (int64_t)bell_fault(ctx, 502);
  }
  return result;
}

int64_t bell_int_bit_length(bell_ctx *ctx, int64_t a) {
  (void)ctx;
  return a ? 64 - __builtin_clzll(magnitude(a)) : 0;
}

int64_t bell_int_bit_count(bell_ctx *ctx, int64_t a) {
  (void)ctx;
  return __builtin_popcountll(magnitude(a));
}
