/* Decimals of one limb, as most are: worked on in registers. Their results are those of decimal.c, which has no more digits to round or bounds to look at where these are taken. */
#ifndef BELL_DECIMAL_SMALL_H
#define BELL_DECIMAL_SMALL_H

#include "runtime/decimal.h"
#include "runtime/heap.h"
#include "runtime/number.h"

/* A Decimal of one limb, or an int of a word, with an exponent far from the bounds. */
typedef struct { int64_t exponent; bell_limb limb; bool negative; } bell_small;

#define BELL_SMALL_EXPONENT_MAX 1000
#define BELL_SMALL_GAP_MAX 18
#define BELL_SMALL_DIGITS 20 /* of a limb: a context of fewer has them rounded */

static inline bool bell_small_take(const bell_ctx *ctx, bell_value value, bell_small *out) {
  if (value.kind == BELL_INT) {
    *out = (bell_small){0, value.i < 0 ? 0 - (bell_limb)value.i : (bell_limb)value.i, value.i < 0};
    return true;
  }
  if (value.kind != BELL_DECIMAL) return false;
  const bell_decimal_object *object = bell_at(ctx, value.ref);
  uint32_t aux = object->head.aux;
  if ((aux & ~(uint32_t)BELL_DEC_NEGATIVE) > 1) return false;
  *out = (bell_small){object->exponent, aux & 1 ? object->limbs[0] : 0, (aux & BELL_DEC_NEGATIVE) != 0};
  return object->exponent >= -BELL_SMALL_EXPONENT_MAX && object->exponent <= BELL_SMALL_EXPONENT_MAX;
}

/* Whether the context leaves what one limb holds as it is: it has the digits, and zeros are positive. */
static inline bool bell_small_suffices(const bell_ctx *ctx) {
  return bell_dec_precision(ctx) >= BELL_SMALL_DIGITS && bell_dec_rounding(ctx) != BELL_ROUND_FLOOR;
}

/* Reserves. 0 on a fault. */
static inline bell_word bell_small_store(bell_ctx *ctx, bell_small value) {
  uint32_t size = value.limb != 0;
  uint64_t bytes = sizeof(bell_decimal_object) + size * sizeof(bell_limb);
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_DECIMAL, (uint16_t)(size | (value.negative ? BELL_DEC_NEGATIVE : 0)), 0);
  bell_decimal_object *object = bell_at(ctx, ref);
  object->exponent = value.exponent;
  if (size) object->limbs[0] = value.limb;
  return ref;
}

/* As bell_dec_quantize. Returns false where it is not this simple, with *a as it was. */
static inline bool bell_small_quantize(bell_small *a, int64_t exponent, enum bell_rounding rounding) {
  int64_t gap = a->exponent - exponent;
  if (a->limb == 0 || gap == 0) {
    a->exponent = exponent;
    return true;
  }
  if (gap > BELL_SMALL_GAP_MAX || gap < -BELL_SMALL_GAP_MAX) return false;
  if (gap > 0) {
    bell_limb scaled;
    if (__builtin_mul_overflow(a->limb, bell_powers_of_ten[gap], &scaled)) return false;
    *a = (bell_small){exponent, scaled, a->negative};
    return true;
  }
  bell_limb unit = bell_powers_of_ten[-gap], half = unit / 2, whole = a->limb / unit, lost = a->limb % unit;
  bool up = false;
  switch (rounding) {
  case BELL_ROUND_HALF_EVEN: up = lost > half || (lost == half && (whole & 1)); break;
  case BELL_ROUND_HALF_UP: up = lost >= half; break;
  case BELL_ROUND_HALF_DOWN: up = lost > half; break;
  case BELL_ROUND_UP: up = lost > 0; break;
  case BELL_ROUND_FLOOR: up = lost > 0 && a->negative; break;
  case BELL_ROUND_CEILING: up = lost > 0 && !a->negative; break;
  case BELL_ROUND_05UP: up = lost > 0 && whole % 5 == 0; break;
  default: break;
  }
  *a = (bell_small){exponent, whole + up, a->negative};
  return true;
}

#endif
