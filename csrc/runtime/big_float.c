/* Ints of any size and floats: exact where a float is taken apart, rounded once (half to even) where one is made. */
#include <math.h>

#include "runtime/big.h"

double bell_compose_float(uint64_t magnitude, int64_t exponent) {
  int64_t top = exponent + 63; /* of the highest bit */
  if (top > 1023) return INFINITY;
  if (top >= -1022) return ldexp((double)magnitude, (int)exponent);
  int64_t drop = -1074 - exponent; /* bits below the smallest float: 12 and more */
  if (drop > 64) return 0;
  uint64_t kept = drop == 64 ? 0 : magnitude >> drop, half = (uint64_t)1 << (drop - 1), rest = drop == 64 ? magnitude : magnitude & (2 * half - 1);
  if (rest > half || (rest == half && (kept & 1))) kept++;
  return ldexp((double)kept, -1074);
}

/* The 64 highest bits of a number that is not zero; the lowest of them also stands for all that is below. *exponent is what they are to be multiplied with. */
static uint64_t leading_bits(const bell_limb *limbs, uint64_t size, int64_t *exponent) {
  int shift = __builtin_clzll(limbs[size - 1]);
  uint64_t high = limbs[size - 1] << shift;
  if (size > 1 && shift) high |= limbs[size - 2] >> (64 - shift);
  bool more = size > 1 && shift && (limbs[size - 2] << shift) != 0;
  if (size > 1 && !shift) more = limbs[size - 2] != 0;
  for (uint64_t i = 0; i + 2 < size && !more; i++) more = limbs[i] != 0;
  *exponent = (int64_t)(size - 1) * 64 - shift;
  return high | more;
}

double bell_integer_to_float(const bell_integer *a) {
  if (a->size == 0) return 0;
  int64_t exponent;
  uint64_t bits = leading_bits(a->limbs, a->size, &exponent);
  double value = bell_compose_float(bits, exponent);
  return a->negative ? -value : value;
}

bell_word bell_integer_from_float(bell_ctx *ctx, double value) {
  if (value >= -0x1p63 && value < 0x1p63) return bell_any_from_int(ctx, (int64_t)value);
  int exponent;
  bell_limb mantissa = (bell_limb)ldexp(frexp(fabs(value), &exponent), 53);
  uint64_t shift = (uint64_t)(exponent - 53), size = shift / 64 + 2;
  bell_big_room room;
  if (!bell_big_open(ctx, &room, size, 0)) return 0;
  bell_limbs_shift_left(room.limbs, &mantissa, 1, shift);
  return bell_big_close(ctx, &room, size, value < 0);
}

int bell_integer_compare_float(const bell_integer *a, double b) {
  int64_t small;
  if (b != b) return 2;
  if (bell_integer_small(a, &small)) return bell_compare_int_float(small, b);
  int sign = a->negative ? -1 : 1;
  if ((b < 0) != a->negative || fabs(b) < 0x1p63) return sign;
  if (isinf(b)) return -sign;
  int exponent;
  bell_limb mantissa = (bell_limb)ldexp(frexp(fabs(b), &exponent), 53), limbs[18];
  uint64_t shift = (uint64_t)(exponent - 53);
  bell_limbs_shift_left(limbs, &mantissa, 1, shift);
  int order = bell_limbs_compare(a->limbs, a->size, limbs, bell_limbs_normal(limbs, shift / 64 + 2));
  return sign * order;
}

double bell_integer_quotient(bell_ctx *ctx, const bell_integer *a, const bell_integer *b) {
  bool negative = a->negative != b->negative;
  uint64_t n = a->size, m = b->size;
  if (!bell_charge(ctx, n > 1 || m > 1 ? (int64_t)(n + m) : 0)) return 0;
  if (n == 0) return negative ? -0.0 : 0;
  /* Shifted so that the quotient has 65 or 66 bits. */
  int64_t shift = 65 - ((int64_t)bell_integer_bits(a) - (int64_t)bell_integer_bits(b));
  uint64_t size = shift >= 0 ? n + (uint64_t)shift / 64 + 1 : n - (uint64_t)-shift / 64;
  bell_big_room room;
  if (!bell_big_open(ctx, &room, size, (size > m ? size - m + 1 : 1) + size + m + 1)) return 0;
  bool inexact = false;
  if (shift >= 0) {
    bell_limbs_shift_left(room.limbs, a->limbs, n, (uint64_t)shift);
  } else {
    inexact = bell_limbs_shift_right(room.limbs, a->limbs, n, (uint64_t)-shift);
  }
  size = bell_limbs_normal(room.limbs, size);
  uint64_t quotient_size = size - m + 1; /* the quotient is at least 2**64, so size > m or they are equal */
  bell_limbs_divide(ctx, room.scratch, room.limbs, size, b->limbs, m, room.scratch + quotient_size);
  inexact |= bell_limbs_normal(room.limbs, m) != 0;
  int64_t exponent;
  uint64_t bits = leading_bits(room.scratch, bell_limbs_normal(room.scratch, quotient_size), &exponent) | inexact;
  bell_heap_shrink_last(ctx, room.ref, room.bytes, 0);
  double value = bell_compose_float(bits, exponent - shift);
  return negative ? -value : value;
}
