/* Number theory on ints of any size: common divisors, roots, modular powers, factorials and their kin. */
#include "runtime/big.h"

#include "runtime/context.h"
#include "runtime/number_ops.h"
#include "runtime/ops.h"
#include "runtime/raise.h"

/* --- gcd ------------------------------------------------------------------------------------------------------------------------ */

/* Bits [from, from + 62) of a number. */
static int64_t window(const bell_limb *a, uint64_t n, uint64_t from) {
  uint64_t limb = from / 64, shift = from % 64;
  uint64_t bits = limb < n ? a[limb] >> shift : 0;
  if (shift && limb + 1 < n) bits |= a[limb + 1] << (64 - shift);
  return (int64_t)(bits & (((uint64_t)1 << 62) - 1));
}

#define COMBINE_WORK 3 /* nanoseconds a limb */

/* r = x * a - y * b, not negative; n limbs. Returns the size. */
static uint64_t combine(bell_limb *r, const bell_limb *a, const bell_limb *b, uint64_t n, int64_t x, int64_t y) {
  unsigned __int128 plus = 0, minus = 0;
  bell_limb borrow = 0;
  for (uint64_t i = 0; i < n; i++) {
    plus += (unsigned __int128)a[i] * (uint64_t)x;
    minus += (unsigned __int128)b[i] * (uint64_t)y;
    bell_limb one = (bell_limb)plus, other = (bell_limb)minus;
    r[i] = one - other - borrow;
    borrow = one < other || (one == other && borrow);
    plus >>= 64;
    minus >>= 64;
  }
  return bell_limbs_normal(r, n);
}

/* Lehmer's algorithm (Knuth, TAOCP 2, 4.5.2 L), with 62 leading bits as in CPython. */
bell_word bell_integer_gcd(bell_ctx *ctx, const bell_integer *x, const bell_integer *y) {
  uint64_t n = x->size > y->size ? x->size : y->size;
  if (n > 1 && !bell_charge(ctx, bell_cost_plus(bell_cost_times((int64_t)(6 * n), (int64_t)n), (int64_t)(256 * n)))) return 0;
  bell_big_room room;
  if (!bell_big_open(ctx, &room, n + 1, 8 * n + 8)) return 0;
  bell_limb *a = room.scratch, *b = a + n + 1, *c = b + n + 1, *d = c + n + 1, *scratch = d + n + 1;
  uint64_t size_a = x->size, size_b = y->size;
  memset(a, 0, 4 * (n + 1) * sizeof(bell_limb));
  memcpy(a, x->limbs, size_a * sizeof(bell_limb));
  memcpy(b, y->limbs, size_b * sizeof(bell_limb));
  while (ctx->fault == 0) {
    if (bell_limbs_compare(a, size_a, b, size_b) < 0) {
      bell_limb *limbs = a;
      uint64_t size = size_a;
      a = b;
      size_a = size_b;
      b = limbs;
      size_b = size;
    }
    if (size_b == 0 || size_a <= 1) break;
    uint64_t bits = bell_limbs_bits(a, size_a), from = bits - 62;
    int64_t high = window(a, size_a, from), low = window(b, size_b, from), A = 1, B = 0, C = 0, D = 1;
    int steps = 0;
    for (; low != C; steps++) {
      int64_t q = (high + (A - 1)) / (low - C), s = B + q * D, t = high - q * low;
      if (s > t) break;
      high = low;
      low = t;
      t = A + q * C;
      A = D;
      B = C;
      C = s;
      D = t;
    }
    if (steps == 0) { /* one step of Euclid's */
      uint64_t quotient = size_a - size_b + 1;
      bell_limb *q = size_a - size_b + 1 <= n + 1 ? c : scratch;
      bell_limbs_divide(ctx, q, a, size_a, b, size_b, scratch);
      memset(c, 0, quotient * sizeof(bell_limb));
      size_a = bell_limbs_normal(a, size_b);
      continue;
    }
    bool odd = steps & 1;
    uint64_t m = size_a;
    if (!bell_work(ctx, (int64_t)(2 * m * COMBINE_WORK))) break;
    for (uint64_t i = size_b; i < m; i++) b[i] = 0;
    uint64_t size_c = odd ? combine(c, b, a, m, A, B) : combine(c, a, b, m, A, B);
    uint64_t size_d = odd ? combine(d, a, b, m, D, C) : combine(d, b, a, m, D, C);
    bell_limb *old_a = a, *old_b = b;
    a = c;
    b = d;
    c = old_a;
    d = old_b;
    size_a = size_c;
    size_b = size_d;
  }
  if (size_b > 0 && ctx->fault == 0) { /* one limb each */
    a[0] = bell_limb_gcd(a[0], b[0]);
  }
  memmove(room.limbs, a, size_a * sizeof(bell_limb));
  return bell_big_close(ctx, &room, size_a, false);
}

bell_word bell_integer_inverse(bell_ctx *ctx, bell_word a, bell_word m) {
  bell_word modulus = bell_any_unary(ctx, BELL_UNARY_ABS, m), zero = bell_any_from_int(ctx, 0), one = bell_any_from_int(ctx, 1);
  bell_word r0 = modulus, r1 = 0, t0 = zero, t1 = one;
  if (modulus == one) return zero;
  if (ctx->fault != 0) return 0;
  bell_root_push(ctx, modulus);
  r1 = bell_any_binary(ctx, BELL_BINARY_MOD, a, modulus);
  while (ctx->fault == 0 && r1 != zero) {
    bell_root_push(ctx, r0);
    bell_root_push(ctx, r1);
    bell_root_push(ctx, t0);
    bell_root_push(ctx, t1);
    bell_word q = bell_any_binary(ctx, BELL_BINARY_FLOORDIV, r0, r1);
    bell_root_push(ctx, q);
    bell_word product = ctx->fault == 0 ? bell_any_binary(ctx, BELL_BINARY_MUL, q, r1) : 0;
    bell_root_push(ctx, product);
    bell_word r2 = ctx->fault == 0 ? bell_any_binary(ctx, BELL_BINARY_SUB, r0, product) : 0;
    bell_root_push(ctx, r2);
    product = ctx->fault == 0 ? bell_any_binary(ctx, BELL_BINARY_MUL, q, t1) : 0;
    bell_root_push(ctx, product);
    bell_word t2 = ctx->fault == 0 ? bell_any_binary(ctx, BELL_BINARY_SUB, t0, product) : 0;
    bell_root_pop(ctx, 8);
    r0 = r1;
    r1 = r2;
    t0 = t1;
    t1 = t2;
  }
  bell_root_pop(ctx, 1);
  if (ctx->fault != 0) return 0;
  if (r0 != one) return bell_raise(ctx, 719, "base is not invertible for the given modulus");
  return t0;
}

/* --- modular powers ------------------------------------------------------------------------------------------------------------- */

static bell_word power_modulo_limb(bell_ctx *ctx, const bell_integer *a, const bell_integer *e, bell_limb m, bool negative) {
  bell_limb scratch, base = 0;
  for (uint64_t i = a->size; i-- > 0;) base = (bell_limb)(((unsigned __int128)base << 64 | a->limbs[i]) % m);
  if (a->negative && base != 0) base = m - base;
  scratch = 1 % m;
  uint64_t bits = bell_integer_bits(e);
  for (uint64_t i = bits; i-- > 0;) {
    if (!bell_work(ctx, 64)) return 0;
    scratch = (bell_limb)((unsigned __int128)scratch * scratch % m);
    if (e->limbs[i / 64] >> (i % 64) & 1) scratch = (bell_limb)((unsigned __int128)scratch * base % m);
  }
  if (negative && scratch != 0) scratch = m - scratch;
  bell_integer result = {.one = scratch, .size = scratch != 0, .negative = negative};
  result.limbs = &result.one;
  return bell_integer_copy(ctx, &result);
}

bell_word bell_integer_power_modulo(bell_ctx *ctx, const bell_integer *a, const bell_integer *e, const bell_integer *m) {
  uint64_t n = m->size, bits = bell_integer_bits(e);
  int64_t step = bell_cost_plus(bell_limbs_multiply_cost(n, n), bell_limbs_divide_cost(2 * n, n));
  int64_t cost = bell_cost_times((int64_t)(2 * bits), bell_cost_plus(step, (int64_t)n));
  cost = bell_cost_plus(cost, bell_limbs_divide_cost(a->size, n));
  if (!bell_charge(ctx, n == 1 && bits <= 64 ? 0 : cost)) return 0;
  if (n == 1) return power_modulo_limb(ctx, a, e, m->limbs[0], m->negative);
  uint64_t longest = a->size > 2 * n ? a->size : 2 * n;
  bell_big_room room;
  if (!bell_big_open(ctx, &room, n, n + longest + (longest + 1) + (longest + n + 1) + bell_limbs_multiply_scratch(n, n))) return 0;
  bell_limb *base = room.scratch, *product = base + n, *quotient = product + longest, *scratch = quotient + longest + 1;
  bell_limb *result = room.limbs;
  uint64_t size = bell_limbs_normal(a->limbs, a->size);
  memset(base, 0, n * sizeof(bell_limb));
  memset(result, 0, n * sizeof(bell_limb));
  memcpy(product, a->limbs, size * sizeof(bell_limb));
  if (size >= n) bell_limbs_divide(ctx, quotient, product, size, m->limbs, n, scratch);
  uint64_t base_size = bell_limbs_normal(product, size < n ? size : n);
  memcpy(base, product, base_size * sizeof(bell_limb));
  if (a->negative && base_size > 0) {
    bell_limbs_sub(base, m->limbs, n, base, base_size);
    base_size = bell_limbs_normal(base, n);
  }
  result[0] = 1;
  size = 1;
  for (uint64_t i = bits; i-- > 0 && ctx->fault == 0;) {
    int times = 1 + (int)(e->limbs[i / 64] >> (i % 64) & 1);
    for (int time = 0; time < times; time++) {
      const bell_limb *factor = time == 0 ? result : base;
      uint64_t factor_size = time == 0 ? size : base_size;
      bell_limbs_multiply(ctx, product, result, size, factor, factor_size, scratch);
      uint64_t whole = bell_limbs_normal(product, size + factor_size);
      if (whole >= n) {
        bell_limbs_divide(ctx, quotient, product, whole, m->limbs, n, scratch);
        whole = bell_limbs_normal(product, n);
      }
      memcpy(result, product, whole * sizeof(bell_limb));
      size = whole;
    }
  }
  if (m->negative && size > 0) {
    bell_limbs_sub(result, m->limbs, n, result, size);
    size = n;
  }
  return bell_big_close(ctx, &room, size, m->negative);
}

/* --- square root ---------------------------------------------------------------------------------------------------------------- */

/* CPython's: each step doubles the bits of the root that are right. */
bell_word bell_integer_isqrt(bell_ctx *ctx, const bell_integer *x) {
  if (x->negative) return bell_raise(ctx, 719, "isqrt() argument must be nonnegative");
  int64_t small;
  if (bell_integer_small(x, &small)) return bell_any_from_int(ctx, bell_int_isqrt(ctx, small));
  uint64_t n = x->size;
  if (!bell_charge(ctx, bell_cost_times((int64_t)n, (int64_t)n))) return 0;
  bell_big_room room;
  if (!bell_big_open(ctx, &room, n + 2, 4 * (n + 2) + 2 * n + 8 + bell_limbs_multiply_scratch(n, n))) return 0;
  bell_limb *a = room.limbs, *shifted = room.scratch, *quotient = shifted + n + 2, *scratch = quotient + 2 * (n + 2);
  uint64_t c = (bell_integer_bits(x) - 1) / 2, size = 1, d = 0;
  a[0] = 1;
  for (int s = 64 - __builtin_clzll(c) - 1; s >= 0 && ctx->fault == 0; s--) {
    uint64_t e = d;
    d = c >> s;
    uint64_t down = 2 * c - e - d + 1;
    bell_limbs_shift_right(shifted, x->limbs, n, down);
    uint64_t shifted_size = bell_limbs_normal(shifted, n - down / 64), quotient_size = 0;
    if (shifted_size >= size) {
      quotient_size = shifted_size - size + 1;
      bell_limbs_divide(ctx, quotient, shifted, shifted_size, a, size, scratch);
      quotient_size = bell_limbs_normal(quotient, quotient_size);
    }
    uint64_t up = d - e - 1;
    bell_limbs_shift_left(a, a, size, up);
    size = bell_limbs_normal(a, size + up / 64 + 1);
    if (quotient_size > size) {
      memset(a + size, 0, (quotient_size - size) * sizeof(bell_limb));
      size = quotient_size;
    }
    a[size] = bell_limbs_add(a, a, size, quotient, quotient_size);
    size += a[size] != 0;
  }
  bell_limbs_multiply(ctx, quotient, a, size, a, size, scratch);
  uint64_t square = bell_limbs_normal(quotient, 2 * size);
  if (bell_limbs_compare(quotient, square, x->limbs, n) > 0) {
    const bell_limb one = 1;
    bell_limbs_sub(a, a, size, &one, 1);
  }
  return bell_big_close(ctx, &room, size, false);
}

/* --- products ------------------------------------------------------------------------------------------------------------------- */

#define FACTORS_MIN 8 /* products of fewer are made one by one */

/* The product of `count` ints from `low` on, each of at most `bits` bits, to `out` of count * bits / 64 + 3 limbs; half by half, so that the factors of the large
 * products are alike. Returns its size. `arena`: 8 times as many limbs and 8192. */
static uint64_t product_of_range(bell_ctx *ctx, uint64_t low, uint64_t count, uint64_t bits, bell_limb *out, bell_limb *arena) {
  if (count <= FACTORS_MIN) {
    uint64_t size = 1;
    out[0] = 1;
    for (uint64_t i = 0; i < count; i++) {
      bell_limb carry = bell_limbs_scale(out, out, size, low + i, 0);
      if (carry) out[size++] = carry;
    }
    return size;
  }
  if (ctx->fault != 0) return 0;
  uint64_t half = count / 2;
  bell_limb *left = arena;
  uint64_t n = product_of_range(ctx, low, half, bits, left, arena + half * bits / 64 + 3);
  bell_limb *right = arena + n;
  uint64_t m = product_of_range(ctx, low + half, count - half, bits, right, right + (count - half) * bits / 64 + 3);
  bell_limbs_multiply(ctx, out, left, n, right, m, right + m);
  return bell_limbs_normal(out, n + m);
}

/* low * (low + 1) * ..., `count` factors. */
static bell_word range_product(bell_ctx *ctx, uint64_t low, uint64_t count) {
  uint64_t bits = 64 - (uint64_t)__builtin_clzll((low + count - 1) | 1);
  unsigned __int128 wide = ((unsigned __int128)count * bits + 63) / 64;
  uint64_t limbs = wide > UINT64_MAX >> 8 ? UINT64_MAX >> 8 : (uint64_t)wide;
  if (limbs > 1 && !bell_charge(ctx, bell_limbs_multiply_cost(limbs, limbs))) return 0;
  bell_big_room room;
  if (!bell_big_open(ctx, &room, limbs + 3, 8 * limbs + 8192)) return 0;
  uint64_t size = product_of_range(ctx, low, count, bits, room.limbs, room.scratch);
  return bell_big_close(ctx, &room, size, false);
}

bell_word bell_integer_factorial(bell_ctx *ctx, const bell_integer *x) {
  int64_t n;
  if (x->negative) return bell_raise(ctx, 719, "factorial() not defined for negative values");
  if (!bell_integer_small(x, &n)) return bell_raise(ctx, 770, "factorial() argument should not exceed 9223372036854775807");
  return n <= 20 ? bell_any_from_int(ctx, bell_int_factorial(ctx, n)) : range_product(ctx, 1, (uint64_t)n);
}

/* n * (n - 1) * ... of `count` factors, each divided at once by 1, 2, ... if `divided`. */
static bell_word falling(bell_ctx *ctx, const bell_integer *n, uint64_t count, uint64_t limbs, bool divided) {
  int64_t cost = bell_cost_times(bell_cost_times((int64_t)count, (int64_t)limbs), (int64_t)(n->size + 8)) / 2;
  if (limbs > 1 && !bell_charge(ctx, cost)) return 0;
  uint64_t room_limbs = limbs + n->size + 2;
  bell_big_room room;
  if (!bell_big_open(ctx, &room, room_limbs, room_limbs + n->size + 1 + bell_limbs_multiply_scratch(room_limbs, n->size))) return 0;
  bell_limb *from = room.limbs, *to = room.scratch, *factor = to + room_limbs, *scratch = factor + n->size + 1;
  uint64_t size = 1;
  from[0] = 1;
  for (uint64_t i = 0; i < count && ctx->fault == 0; i++) {
    memcpy(factor, n->limbs, n->size * sizeof(bell_limb));
    bell_limbs_sub(factor, factor, n->size, &i, 1);
    uint64_t factor_size = bell_limbs_normal(factor, n->size);
    bell_limbs_multiply(ctx, to, from, size, factor, factor_size, scratch);
    size = bell_limbs_normal(to, size + factor_size);
    if (divided) {
      bell_limbs_divide_1(to, to, size, i + 1);
      size = bell_limbs_normal(to, size);
    }
    bell_limb *swapped = from;
    from = to;
    to = swapped;
    if ((i & 1023) == 1023 && !bell_poll(ctx)) break;
  }
  if (from != room.limbs) memcpy(room.limbs, from, size * sizeof(bell_limb));
  return bell_big_close(ctx, &room, size, false);
}

/* Limbs of a product of `count` factors of so many bits, capped. */
static uint64_t product_limbs(uint64_t count, uint64_t bits) {
  unsigned __int128 limbs = ((unsigned __int128)count * bits + 63) / 64;
  return limbs > UINT64_MAX >> 8 ? UINT64_MAX >> 8 : (uint64_t)limbs;
}

bell_word bell_integer_combinations(bell_ctx *ctx, const bell_integer *n, const bell_integer *k) {
  int64_t count, total;
  if (!bell_integer_small(k, &count)) return bell_raise(ctx, 770, "min(n - k, k) must not exceed 9223372036854775807");
  uint64_t limbs = product_limbs((uint64_t)count, bell_integer_bits(n));
  if (bell_integer_small(n, &total) && (uint64_t)total / 64 + 1 < limbs) limbs = (uint64_t)total / 64 + 1; /* below 2**n */
  return falling(ctx, n, (uint64_t)count, limbs, true);
}

bell_word bell_integer_permutations(bell_ctx *ctx, const bell_integer *n, const bell_integer *k) {
  int64_t count, total;
  if (!bell_integer_small(k, &count)) return bell_raise(ctx, 770, "k must not exceed 9223372036854775807");
  if (count == 0) return bell_any_from_int(ctx, 1);
  if (bell_integer_small(n, &total)) return range_product(ctx, (uint64_t)total - (uint64_t)count + 1, (uint64_t)count);
  return falling(ctx, n, (uint64_t)count, product_limbs((uint64_t)count, bell_integer_bits(n)), false);
}
