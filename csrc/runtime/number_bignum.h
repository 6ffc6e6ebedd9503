/* Natural numbers of up to 4096 bits, for what does not fit 128: enough for any double and for 800 decimal digits. */
#ifndef BELL_NUMBER_BIGNUM_H
#define BELL_NUMBER_BIGNUM_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define BELL_BIGNUM_LIMBS 64

typedef struct { uint32_t size; uint64_t limbs[BELL_BIGNUM_LIMBS]; } bell_bignum; /* least significant first; the highest is not 0 */

static inline void bell_bignum_set(bell_bignum *n, uint64_t value) {
  n->size = value != 0;
  n->limbs[0] = value;
}

/* n = n * factor + more */
static inline void bell_bignum_multiply_add(bell_bignum *n, uint64_t factor, uint64_t more) {
  unsigned __int128 carry = more;
  for (uint32_t i = 0; i < n->size; i++) {
    carry += (unsigned __int128)n->limbs[i] * factor;
    n->limbs[i] = (uint64_t)carry;
    carry >>= 64;
  }
  if (carry) {
    assert(n->size < BELL_BIGNUM_LIMBS);
    n->limbs[n->size++] = (uint64_t)carry;
  }
}

static inline void bell_bignum_multiply_power_of_5(bell_bignum *n, uint32_t exponent) {
  for (; exponent >= 27; exponent -= 27) bell_bignum_multiply_add(n, 7450580596923828125u, 0); /* 5**27 */
  uint64_t rest = 1;
  while (exponent--) rest *= 5;
  bell_bignum_multiply_add(n, rest, 0);
}

static inline void bell_bignum_shift_left(bell_bignum *n, uint32_t count) {
  if (n->size == 0) return;
  uint32_t limbs = count / 64, bits = count % 64;
  assert(n->size + limbs + 1 <= BELL_BIGNUM_LIMBS);
  memmove(n->limbs + limbs, n->limbs, n->size * sizeof *n->limbs);
  memset(n->limbs, 0, limbs * sizeof *n->limbs);
  n->size += limbs;
  if (bits) {
    uint64_t carry = 0;
    for (uint32_t i = limbs; i < n->size; i++) {
      uint64_t limb = n->limbs[i];
      n->limbs[i] = limb << bits | carry;
      carry = limb >> (64 - bits);
    }
    if (carry) n->limbs[n->size++] = carry;
  }
}

/* n /= divisor; returns the remainder. */
static inline uint64_t bell_bignum_divide(bell_bignum *n, uint64_t divisor) {
  unsigned __int128 rest = 0;
  for (uint32_t i = n->size; i-- > 0;) {
    rest = rest << 64 | n->limbs[i];
    n->limbs[i] = (uint64_t)(rest / divisor);
    rest %= divisor;
  }
  while (n->size && n->limbs[n->size - 1] == 0) n->size--;
  return (uint64_t)rest;
}

static inline int bell_bignum_compare(const bell_bignum *a, const bell_bignum *b) {
  if (a->size != b->size) return a->size < b->size ? -1 : 1;
  for (uint32_t i = a->size; i-- > 0;) {
    if (a->limbs[i] != b->limbs[i]) return a->limbs[i] < b->limbs[i] ? -1 : 1;
  }
  return 0;
}

#endif
