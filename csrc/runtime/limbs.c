/* See limbs.h. */
#include "runtime/limbs.h"

#include "runtime/context.h"

#define LIMB_DIVISION_WORK 8           /* nanoseconds for a limb of a quotient, beyond the products */
#define BLOCK ((uint64_t)1 << 15)      /* limbs of a long factor that are multiplied at a time */

typedef unsigned __int128 wide;

int bell_limbs_compare(const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m) {
  if (n != m) return n < m ? -1 : 1;
  while (n > 0) {
    n--;
    if (a[n] != b[n]) return a[n] < b[n] ? -1 : 1;
  }
  return 0;
}

bell_limb bell_limbs_add(bell_limb *r, const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m) {
  wide carry = 0;
  uint64_t i = 0;
  for (; i < m; i++) {
    carry += (wide)a[i] + b[i];
    r[i] = (bell_limb)carry;
    carry >>= 64;
  }
  for (; i < n; i++) {
    carry += a[i];
    r[i] = (bell_limb)carry;
    carry >>= 64;
  }
  return (bell_limb)carry;
}

/* As bell_limbs_sub; returns the borrow. */
static bell_limb subtract(bell_limb *r, const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m) {
  bell_limb borrow = 0;
  uint64_t i = 0;
  for (; i < m; i++) {
    wide difference = (wide)a[i] - b[i] - borrow;
    r[i] = (bell_limb)difference;
    borrow = (bell_limb)(difference >> 64) & 1;
  }
  for (; i < n; i++) {
    wide difference = (wide)a[i] - borrow;
    r[i] = (bell_limb)difference;
    borrow = (bell_limb)(difference >> 64) & 1;
  }
  return borrow;
}

void bell_limbs_sub(bell_limb *r, const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m) { subtract(r, a, n, b, m); }

bell_limb bell_limbs_scale(bell_limb *r, const bell_limb *a, uint64_t n, bell_limb factor, bell_limb more) {
  wide carry = more;
  for (uint64_t i = 0; i < n; i++) {
    carry += (wide)a[i] * factor;
    r[i] = (bell_limb)carry;
    carry >>= 64;
  }
  return (bell_limb)carry;
}

/* The quotient of high:low by a divisor greater than high. */
static inline bell_limb divide_wide(bell_limb high, bell_limb low, bell_limb divisor, bell_limb *rest) {
#if defined(__x86_64__)
  bell_limb quotient;
  __asm__("divq %4" : "=a"(quotient), "=d"(*rest) : "0"(low), "1"(high), "rm"(divisor) : "cc");
  return quotient;
#else
  wide dividend = (wide)high << 64 | low;
  *rest = (bell_limb)(dividend % divisor);
  return (bell_limb)(dividend / divisor);
#endif
}

/* With `rest` above the n limbs. */
static bell_limb divide_by_limb(bell_limb *r, const bell_limb *a, uint64_t n, bell_limb divisor, bell_limb rest) {
  for (uint64_t i = n; i-- > 0;) r[i] = divide_wide(rest, a[i], divisor, &rest);
  return rest;
}

bell_limb bell_limbs_divide_1(bell_limb *r, const bell_limb *a, uint64_t n, bell_limb divisor) { return divide_by_limb(r, a, n, divisor, 0); }

void bell_limbs_shift_left(bell_limb *r, const bell_limb *a, uint64_t n, uint64_t count) {
  uint64_t whole = count / 64;
  int bits = (int)(count % 64);
  bell_limb high = 0;
  for (uint64_t i = n; i-- > 0;) {
    bell_limb low = a[i];
    r[i + whole + 1] = bits ? high << bits | low >> (64 - bits) : high;
    high = low;
  }
  r[whole] = bits ? high << bits : high;
  memset(r, 0, whole * sizeof *r);
}

bool bell_limbs_shift_right(bell_limb *r, const bell_limb *a, uint64_t n, uint64_t count) {
  uint64_t whole = count / 64;
  int bits = (int)(count % 64);
  bell_limb lost = 0;
  for (uint64_t i = 0; i < whole; i++) lost |= a[i];
  if (bits) lost |= a[whole] << (64 - bits);
  for (uint64_t i = whole; i < n; i++) {
    bell_limb low = a[i], high = i + 1 < n ? a[i + 1] : 0;
    r[i - whole] = bits ? low >> bits | high << (64 - bits) : low;
  }
  return lost != 0;
}

/* --- multiplication ------------------------------------------------------------------------------------------------------------- */

static void multiply_plainly(bell_limb *r, const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m) {
  memset(r, 0, (n + m) * sizeof *r);
  for (uint64_t j = 0; j < m; j++) {
    wide carry = 0;
    bell_limb factor = b[j];
    bell_limb *to = r + j;
    for (uint64_t i = 0; i < n; i++) {
      carry += (wide)a[i] * factor + to[i];
      to[i] = (bell_limb)carry;
      carry >>= 64;
    }
    to[n] = (bell_limb)carry;
  }
}

/* r = |a - b| of n and m limbs, n >= m; returns whether a < b. */
static bool difference(bell_limb *r, const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m) {
  uint64_t size_a = bell_limbs_normal(a, n), size_b = bell_limbs_normal(b, m);
  bool less = bell_limbs_compare(a, size_a, b, size_b) < 0;
  if (less) {
    subtract(r, b, m, a, size_a);
    memset(r + m, 0, (n - m) * sizeof *r);
  } else {
    subtract(r, a, n, b, size_b);
  }
  return less;
}

/* Two factors of n limbs (Karatsuba and Ofman 1962, with differences). `scratch`: 4 * n + 128 limbs. */
static void multiply_equal(bell_ctx *ctx, bell_limb *r, const bell_limb *a, const bell_limb *b, uint64_t n, bell_limb *scratch) {
  if (n < BELL_KARATSUBA_MIN) {
    multiply_plainly(r, a, n, b, n);
    return;
  }
  if (ctx->fault != 0 || (n >= 1024 && !bell_poll(ctx))) return;
  uint64_t half = n - n / 2, rest = n / 2;
  bool one = difference(r, a, half, a + half, rest), other = difference(r + half, b, half, b + half, rest);
  bell_limb *cross = scratch, *middle = scratch + 2 * half;
  multiply_equal(ctx, cross, r, r + half, half, middle);
  multiply_equal(ctx, r, a, b, half, middle);
  multiply_equal(ctx, r + 2 * half, a + half, b + half, rest, middle);
  /* (a0 + a1) (b0 + b1) - the outer products = outer products - (a0 - a1) (b0 - b1) */
  middle[2 * half] = bell_limbs_add(middle, r, 2 * half, r + 2 * half, 2 * rest);
  if (one == other) {
    subtract(middle, middle, 2 * half + 1, cross, 2 * half);
  } else {
    middle[2 * half] += bell_limbs_add(middle, middle, 2 * half, cross, 2 * half);
  }
  uint64_t size = bell_limbs_normal(middle, 2 * half + 1);
  bell_limbs_add(r + half, r + half, 2 * n - half, middle, size);
}

uint64_t bell_limbs_multiply_scratch(uint64_t n, uint64_t m) {
  uint64_t shorter = n < m ? n : m, longer = n < m ? m : n;
  if (shorter < BELL_KARATSUBA_MIN) return longer <= BLOCK ? 0 : BLOCK + BELL_KARATSUBA_MIN;
  return 10 * shorter + 256;
}

void bell_limbs_multiply(bell_ctx *ctx, bell_limb *r, const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m, bell_limb *scratch) {
  if (n < m) {
    const bell_limb *swapped = a;
    a = b;
    b = swapped;
    uint64_t size = n;
    n = m;
    m = size;
  }
  if (m == 0) {
    memset(r, 0, n * sizeof *r);
    return;
  }
  if (m <= BLOCK && n <= BLOCK && !bell_work(ctx, (int64_t)(n * m / 2))) return;
  bool plain = m < BELL_KARATSUBA_MIN;
  if (plain && n <= BLOCK) {
    multiply_plainly(r, a, n, b, m);
    return;
  }
  if (n == m) {
    multiply_equal(ctx, r, a, b, n, scratch);
    return;
  }
  /* The long factor in blocks. */
  uint64_t block = plain ? BLOCK : m;
  memset(r, 0, (n + m) * sizeof *r);
  for (uint64_t at = 0; at < n && ctx->fault == 0; at += block) {
    uint64_t size = n - at < block ? n - at : block;
    if (size == m && !plain) {
      multiply_equal(ctx, scratch, a + at, b, m, scratch + 2 * m);
    } else if (plain) {
      if (!bell_poll(ctx)) return;
      multiply_plainly(scratch, a + at, size, b, m);
    } else {
      bell_limbs_multiply(ctx, scratch, b, m, a + at, size, scratch + m + size);
    }
    bell_limb carry = bell_limbs_add(r + at, r + at, size + m, scratch, size + m);
    for (uint64_t i = at + size + m; carry != 0; i++) carry = ++r[i] == 0;
  }
}

/* --- division ------------------------------------------------------------------------------------------------------------------- */

void bell_limbs_divide(bell_ctx *ctx, bell_limb *q, bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m, bell_limb *scratch) {
  if (m == 1) {
    bell_limb rest = 0;
    for (uint64_t end = n, start; end > 0; end = start) {
      start = end > BLOCK ? end - BLOCK : 0;
      rest = divide_by_limb(q + start, a + start, end - start, b[0], rest);
      if (!bell_work(ctx, (int64_t)(end - start) * LIMB_DIVISION_WORK)) return;
    }
    a[0] = rest;
    return;
  }
  uint64_t shift = (uint64_t)__builtin_clzll(b[m - 1]);
  bell_limb *u = scratch, *v = scratch + n + 1;
  u[n] = 0;
  for (uint64_t i = n; i-- > 0;) u[i] = a[i];
  for (uint64_t i = 0; i < m; i++) v[i] = b[i];
  if (shift) {
    bell_limbs_shift_left(u, a, n, shift);
    for (uint64_t i = m; i-- > 0;) v[i] = b[i] << shift | (i > 0 ? b[i - 1] >> (64 - shift) : 0);
  }
  bell_limb top = v[m - 1], next = v[m - 2];
  for (uint64_t j = n - m + 1; j-- > 0;) {
    bell_limb quotient, rest;
    bool exceeds = false;
    if (u[j + m] >= top) {
      quotient = UINT64_MAX;
      rest = u[j + m - 1] + top; /* u[j + m] equals top */
      exceeds = rest < top;
    } else {
      quotient = divide_wide(u[j + m], u[j + m - 1], top, &rest);
    }
    while (!exceeds && (wide)quotient * next > ((wide)rest << 64 | u[j + m - 2])) {
      quotient--;
      rest += top;
      exceeds = rest < top;
    }
    wide carry = 0;
    bell_limb borrow = 0;
    for (uint64_t i = 0; i < m; i++) {
      carry += (wide)v[i] * quotient;
      bell_limb low = (bell_limb)carry, before = u[i + j], after = before - low - borrow;
      borrow = before < low || (before == low && borrow);
      u[i + j] = after;
      carry >>= 64;
    }
    bell_limb high = (bell_limb)carry, before = u[j + m];
    u[j + m] = before - high - borrow;
    if (before < high || (before == high && borrow)) {
      quotient--;
      u[j + m] += bell_limbs_add(u + j, u + j, m, v, m);
    }
    q[j] = quotient;
    if (!bell_work(ctx, (int64_t)m + LIMB_DIVISION_WORK)) return;
  }
  for (uint64_t i = 0; i < m; i++) a[i] = shift ? u[i] >> shift | u[i + 1] << (64 - shift) : u[i];
}

/* --- costs ---------------------------------------------------------------------------------------------------------------------- */

static int64_t at_most(wide units) { return units > INT64_MAX ? INT64_MAX : (int64_t)units; }

/* Limb products of two factors of n limbs. */
static wide equal_products(uint64_t n) {
  if (n < BELL_KARATSUBA_MIN) return (wide)n * n;
  return 3 * equal_products(n - n / 2) + (wide)8 * n;
}

int64_t bell_limbs_multiply_cost(uint64_t n, uint64_t m) {
  wide products = 0;
  uint64_t longer = n < m ? m : n, shorter = n < m ? n : m;
  if (longer >= (uint64_t)1 << 56) return shorter == 0 ? 0 : INT64_MAX; /* beyond all memory */
  while (shorter >= BELL_KARATSUBA_MIN) {
    products += (longer / shorter) * equal_products(shorter);
    uint64_t rest = longer % shorter;
    longer = shorter;
    shorter = rest;
  }
  return at_most((products + (wide)longer * shorter) / 2);
}

int64_t bell_limbs_divide_cost(uint64_t n, uint64_t m) {
  if (n < m || n < 2) return 0;
  return at_most((wide)(n - m + 1) * (m + 8) / 2);
}

int64_t bell_cost_times(int64_t a, int64_t b) { return at_most((wide)a * (uint64_t)b); }
