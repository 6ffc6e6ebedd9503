/* Natural numbers as limbs: 64 bits each, least significant first. The arithmetic of big ints (big.h), which knows no object of the heap.
 *
 * `n` limbs mean limbs[0 .. n-1]; a number is normal when its highest limb is not 0 (zero has none). Results go to memory of the caller's, whose size each
 * function names. Work is counted in units of about two limb products; the costs below are what callers charge, and ir/number_charges.py has the same
 * formulas. Long work looks at the clock: afterwards ctx->fault may be set and the result is nothing. */
#ifndef BELL_LIMBS_H
#define BELL_LIMBS_H

#include "runtime/bell.h"

typedef uint64_t bell_limb;

#define BELL_KARATSUBA_MIN 32 /* limbs of the shorter factor; as in ir/number_charges.py */

/* Limbs without the zeros on top. */
static inline uint64_t bell_limbs_normal(const bell_limb *a, uint64_t n) {
  while (n > 0 && a[n - 1] == 0) n--;
  return n;
}

/* Bits of a normal number. */
static inline uint64_t bell_limbs_bits(const bell_limb *a, uint64_t n) {
  return n == 0 ? 0 : n * 64 - (uint64_t)__builtin_clzll(a[n - 1]);
}

/* The greatest common divisor of two limbs; of 0 and a, a. Binary (Stein). */
static inline bell_limb bell_limb_gcd(bell_limb a, bell_limb b) {
  if (a == 0 || b == 0) return a | b;
  int twos = __builtin_ctzll(a | b);
  a >>= __builtin_ctzll(a);
  while (b) {
    b >>= __builtin_ctzll(b);
    if (a > b) {
      bell_limb t = a;
      a = b;
      b = t;
    }
    b -= a;
  }
  return a << twos;
}

int bell_limbs_compare(const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m); /* normal: -1, 0, 1 */

/* r = a + b, n >= m; n limbs, returns the carry. r may be a or b. */
bell_limb bell_limbs_add(bell_limb *r, const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m);
/* r = a - b, n >= m and a >= b; n limbs. r may be a or b. */
void bell_limbs_sub(bell_limb *r, const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m);
/* r = a * factor + more; n limbs, returns the carry. r may be a. */
bell_limb bell_limbs_scale(bell_limb *r, const bell_limb *a, uint64_t n, bell_limb factor, bell_limb more);
/* r = a / divisor; n limbs, returns the remainder. r may be a. */
bell_limb bell_limbs_divide_1(bell_limb *r, const bell_limb *a, uint64_t n, bell_limb divisor);
/* r = a << count; n + count / 64 + 1 limbs. r may be a. */
void bell_limbs_shift_left(bell_limb *r, const bell_limb *a, uint64_t n, uint64_t count);
/* r = a >> count, count < 64 * n; n - count / 64 limbs. Returns whether a bit that was set is gone. r may be a. */
bool bell_limbs_shift_right(bell_limb *r, const bell_limb *a, uint64_t n, uint64_t count);

/* r = a * b; n + m limbs, apart from a and b. `scratch`: bell_limbs_multiply_scratch(n, m) limbs. Karatsuba from BELL_KARATSUBA_MIN on. */
void bell_limbs_multiply(bell_ctx *ctx, bell_limb *r, const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m, bell_limb *scratch);
uint64_t bell_limbs_multiply_scratch(uint64_t n, uint64_t m);
/* q = a / b, a = a % b; b normal and not zero, n >= m. q: n - m + 1 limbs. `scratch`: n + m + 1 limbs. The remainder has m limbs in a. (Knuth, TAOCP 2,
 * algorithm D.) */
void bell_limbs_divide(bell_ctx *ctx, bell_limb *q, bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m, bell_limb *scratch);

/* What multiplying n by m limbs, and dividing n by m, costs. At most INT64_MAX. */
int64_t bell_limbs_multiply_cost(uint64_t n, uint64_t m);
int64_t bell_limbs_divide_cost(uint64_t n, uint64_t m);
/* a * b of costs, at most INT64_MAX. */
int64_t bell_cost_times(int64_t a, int64_t b);
static inline int64_t bell_cost_plus(int64_t a, int64_t b) { return a > INT64_MAX - b ? INT64_MAX : a + b; }

#endif
