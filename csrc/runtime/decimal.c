/* Decimals in hand: coefficients, rounding, sums, products, quotients. The rules are those of the General Decimal Arithmetic specification as CPython's
 * decimal module follows it. See decimal.h. */
#include "runtime/decimal.h"

#include <stddef.h>

#include "runtime/number.h"
#include "runtime/ops.h"
#include "runtime/raise.h"

#define TEN_19 ((bell_limb)10000000000000000000u)

void bell_dec_load(const bell_ctx *ctx, bell_ref ref, bell_dec *out) {
  const bell_decimal_object *object = bell_at(ctx, ref);
  uint32_t aux = object->head.aux;
  out->exponent = object->exponent;
  out->size = aux & BELL_DEC_SIZE;
  out->negative = (aux & BELL_DEC_NEGATIVE) != 0;
  out->infinite = (aux & BELL_DEC_INFINITE) != 0;
  out->nan = (aux & BELL_DEC_NAN) != 0;
  if (out->size == 1) out->limbs[0] = object->limbs[0]; /* most: without a call */
  else memcpy(out->limbs, object->limbs, out->size * sizeof(bell_limb));
}

bell_word bell_dec_store(bell_ctx *ctx, const bell_dec *value) {
  if (value->size > 2 && bell_dec_digits(value) > BELL_DECIMAL_DIGITS_MAX) {
    return bell_raise(ctx, 770, "a Decimal of more than %d digits", BELL_DECIMAL_DIGITS_MAX);
  }
  uint64_t bytes = sizeof(bell_decimal_object) + value->size * sizeof(bell_limb);
  if (ctx->fault != 0 || !bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  uint32_t aux = value->size | (value->negative ? BELL_DEC_NEGATIVE : 0) | (value->infinite ? BELL_DEC_INFINITE : 0) | (value->nan ? BELL_DEC_NAN : 0);
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_DECIMAL, (uint16_t)aux, 0);
  bell_decimal_object *object = bell_at(ctx, ref);
  object->exponent = value->exponent;
  if (value->size == 1) object->limbs[0] = value->limbs[0];
  else memcpy(object->limbs, value->limbs, value->size * sizeof(bell_limb));
  return ref;
}

void bell_decimal_context(bell_ctx *ctx, int64_t precision, int64_t rounding) {
  ctx->heap->decimal_precision = precision < 1 ? 1 : precision > BELL_DECIMAL_DIGITS_MAX ? BELL_DECIMAL_DIGITS_MAX : (uint32_t)precision;
  ctx->heap->decimal_rounding = rounding < 0 || rounding >= BELL_ROUNDINGS ? BELL_ROUND_HALF_EVEN : (uint32_t)rounding;
}

bell_word bell_dec_invalid(bell_ctx *ctx, const char *condition) { return bell_raise(ctx, 772, "[<class 'decimal.%s'>]", condition); }

bool bell_decimal_is_zero(const bell_ctx *ctx, bell_ref ref) {
  return (BELL_HEAD_AT(ctx, ref)->aux & (BELL_DEC_SIZE | BELL_DEC_INFINITE | BELL_DEC_NAN)) == 0;
}

/* --- coefficients --------------------------------------------------------------------------------------------------------------- */

void bell_dec_from_u64(bell_dec *a, uint64_t value) {
  a->exponent = 0;
  a->negative = a->infinite = a->nan = false;
  a->size = value != 0;
  a->limbs[0] = value;
}

static void multiply_add(bell_dec *a, bell_limb factor, bell_limb more) {
  bell_limb carry = bell_limbs_scale(a->limbs, a->limbs, a->size, factor, more);
  if (carry) a->limbs[a->size++] = carry;
}

/* All of it but the limbs it does not have: a bell_dec is mostly room. */
static inline void copy_dec(bell_dec *to, const bell_dec *from) {
  memcpy(to, from, offsetof(bell_dec, limbs) + from->size * sizeof(bell_limb));
}

void bell_dec_scale(bell_dec *a, uint64_t digits) {
  if (a->size == 0) return;
  for (; digits > 0; digits -= digits < 19 ? digits : 19) multiply_add(a, digits < 19 ? bell_powers_of_ten[digits] : TEN_19, 0);
}

/* Digits of 10**k and what follows it are more than k; bits * log10(2) is k, or one less. */
static inline uint32_t digits_of(unsigned __int128 value, uint32_t bits) {
  uint32_t k = bits * 1233 >> 12;
  unsigned __int128 power = k < 20 ? bell_powers_of_ten[k] : (unsigned __int128)TEN_19 * bell_powers_of_ten[k - 19];
  return k + (value >= power);
}

uint32_t bell_dec_digits(const bell_dec *a) {
  if (a->size == 0) return 0;
  uint32_t top = 64 - (uint32_t)__builtin_clzll(a->limbs[a->size - 1]);
  if (a->size == 1) {
    uint32_t k = top * 1233 >> 12; /* at most 19 */
    return k + (a->limbs[0] >= bell_powers_of_ten[k]);
  }
  if (a->size == 2) return digits_of((unsigned __int128)a->limbs[1] << 64 | a->limbs[0], 64 + top);
  /* Divided by 10**19 until two limbs are left. */
  bell_dec rest;
  uint32_t count = 0;
  copy_dec(&rest, a);
  for (; rest.size > 2; count += 19) {
    bell_limbs_divide_1(rest.limbs, rest.limbs, rest.size, TEN_19);
    rest.size = (uint32_t)bell_limbs_normal(rest.limbs, rest.size);
  }
  return count + bell_dec_digits(&rest);
}

int bell_dec_drop(bell_dec *a, uint64_t digits) {
  if (digits == 0 || a->size == 0) return 0;
  if (digits > 20 * (uint64_t)a->size) { /* all of it, and not half */
    a->size = 0;
    return 1;
  }
  if (a->size == 1 && digits < 20) {
    bell_limb power = bell_powers_of_ten[digits], rest = a->limbs[0] % power;
    a->limbs[0] /= power;
    a->size = a->limbs[0] != 0;
    return rest > power / 2 ? 3 : rest == power / 2 ? 2 : rest != 0;
  }
  bool below = false; /* something behind the last digit that was dropped */
  for (; digits > 19; digits -= 19) {
    below |= bell_limbs_divide_1(a->limbs, a->limbs, a->size, TEN_19) != 0;
    a->size = (uint32_t)bell_limbs_normal(a->limbs, a->size);
  }
  bell_limb unit = digits == 19 ? TEN_19 : bell_powers_of_ten[digits];
  bell_limb rest = bell_limbs_divide_1(a->limbs, a->limbs, a->size, unit);
  a->size = (uint32_t)bell_limbs_normal(a->limbs, a->size);
  bell_limb half = unit / 2;
  return rest > half ? 3 : rest == half ? (below ? 3 : 2) : rest != 0 || below ? 1 : 0;
}

void bell_dec_round(bell_dec *a, int lost, enum bell_rounding rounding) {
  bool odd = a->size > 0 && (a->limbs[0] & 1), up = false;
  switch (rounding) {
  case BELL_ROUND_HALF_EVEN: up = lost == 3 || (lost == 2 && odd); break;
  case BELL_ROUND_HALF_UP: up = lost >= 2; break;
  case BELL_ROUND_HALF_DOWN: up = lost == 3; break;
  case BELL_ROUND_UP: up = lost > 0; break;
  case BELL_ROUND_FLOOR: up = lost > 0 && a->negative; break;
  case BELL_ROUND_CEILING: up = lost > 0 && !a->negative; break;
  case BELL_ROUND_05UP: {
    bell_limb copy[BELL_DEC_LIMBS];
    memcpy(copy, a->limbs, a->size * sizeof *copy);
    bell_limb last = bell_limbs_divide_1(copy, copy, a->size, 10);
    up = lost > 0 && (last == 0 || last == 5);
    break;
  }
  default: break;
  }
  if (up) multiply_add(a, 1, 1);
}

static bool overflow(bell_ctx *ctx) { return bell_raise(ctx, 774, "[<class 'decimal.Overflow'>]"); }

static bool fix(bell_ctx *ctx, bell_dec *a, uint32_t precision, bool context, enum bell_rounding rounding) {
  const int64_t most = BELL_DEC_EXPONENT_MAX, least = -BELL_DEC_EXPONENT_MAX - (int64_t)precision + 1; /* Emax, Etiny */
  if (a->nan || a->infinite) return true;
  if (a->size == 0) {
    if (context) a->exponent = a->exponent < least ? least : a->exponent > most ? most : a->exponent;
    return true;
  }
  int64_t digits = bell_dec_digits(a), lowest = digits + a->exponent - precision;
  if (context && lowest > most - (int64_t)precision + 1) return overflow(ctx);
  if (context && lowest < least) lowest = least;
  if (a->exponent >= lowest) return true;
  int lost = bell_dec_drop(a, (uint64_t)(lowest - a->exponent));
  a->exponent = lowest;
  bell_dec_round(a, lost, rounding);
  if (bell_dec_digits(a) > precision) {
    bell_dec_drop(a, 1);
    a->exponent++;
    if (context && a->exponent > most - (int64_t)precision + 1) return overflow(ctx);
  }
  return true;
}

bool bell_dec_fix(bell_ctx *ctx, bell_dec *a, uint32_t precision) {
  if (precision != BELL_DEC_CONTEXT) return fix(ctx, a, precision, false, BELL_ROUND_HALF_EVEN); /* an intermediate result, whose exponent has no bounds */
  return fix(ctx, a, bell_dec_precision(ctx), true, bell_dec_rounding(ctx));
}

bool bell_dec_fix_half_even(bell_ctx *ctx, bell_dec *a) { return fix(ctx, a, bell_dec_precision(ctx), true, BELL_ROUND_HALF_EVEN); }

/* The digits that a precision stands for. */
static uint32_t digits_for(const bell_ctx *ctx, uint32_t precision) { return precision == BELL_DEC_CONTEXT ? bell_dec_precision(ctx) : precision; }

/* --- comparing ------------------------------------------------------------------------------------------------------------------ */

int bell_dec_compare_magnitude(const bell_dec *a, const bell_dec *b) {
  if (a->infinite || b->infinite) return (int)a->infinite - (int)b->infinite;
  if (a->size == 0 || b->size == 0) return (a->size != 0) - (b->size != 0);
  int64_t top_a = bell_dec_digits(a) + a->exponent, top_b = bell_dec_digits(b) + b->exponent;
  if (top_a != top_b) return top_a < top_b ? -1 : 1;
  if (a->exponent == b->exponent) return bell_limbs_compare(a->limbs, a->size, b->limbs, b->size);
  bell_dec scaled;
  if (a->exponent > b->exponent) {
    copy_dec(&scaled, a);
    bell_dec_scale(&scaled, (uint64_t)(a->exponent - b->exponent));
    return bell_limbs_compare(scaled.limbs, scaled.size, b->limbs, b->size);
  }
  copy_dec(&scaled, b);
  bell_dec_scale(&scaled, (uint64_t)(b->exponent - a->exponent));
  return bell_limbs_compare(a->limbs, a->size, scaled.limbs, scaled.size);
}

int bell_dec_compare(const bell_dec *a, const bell_dec *b) {
  bool zero_a = a->size == 0 && !a->infinite, zero_b = b->size == 0 && !b->infinite;
  if (zero_a && zero_b) return 0;
  if (zero_a) return b->negative ? 1 : -1;
  if (zero_b) return a->negative ? -1 : 1;
  if (a->negative != b->negative) return a->negative ? -1 : 1;
  int order = bell_dec_compare_magnitude(a, b);
  return a->negative ? -order : order;
}

/* --- arithmetic ----------------------------------------------------------------------------------------------------------------- */

/* One of the two is nan: the result. */
static bool take_nan(bell_dec *a, const bell_dec *b) {
  if (!a->nan && !b->nan) return false;
  if (!a->nan) copy_dec(a, b);
  return true;
}

/* The sign of a sum that is zero: of numbers with different signs it is negative where rounding goes down. */
static bool zero_sign(const bell_ctx *ctx, bool a, bool b, uint32_t precision) {
  return (a && b) || (a != b && precision == BELL_DEC_CONTEXT && bell_dec_rounding(ctx) == BELL_ROUND_FLOOR);
}

bool bell_dec_add(bell_ctx *ctx, bell_dec *a, const bell_dec *other, uint32_t precision) {
  if (take_nan(a, other)) return true;
  if (a->infinite || other->infinite) {
    if (a->infinite && other->infinite && a->negative != other->negative) return bell_dec_invalid(ctx, "InvalidOperation");
    if (!a->infinite) copy_dec(a, other);
    return true;
  }
  bell_dec b;
  copy_dec(&b, other);
  int64_t lower = a->exponent < b.exponent ? a->exponent : b.exponent;
  if (a->size == 0 && b.size == 0) {
    a->negative = zero_sign(ctx, a->negative, b.negative, precision);
    a->exponent = lower;
    return bell_dec_fix(ctx, a, precision);
  }
  if (a->size == 0 || b.size == 0) { /* the other, with as many zeros as the exponents and the precision allow */
    if (a->size == 0) copy_dec(a, &b);
    int64_t least = (int64_t)bell_dec_digits(a) + a->exponent - digits_for(ctx, precision) - 1;
    if (lower < least) lower = least;
    if (a->exponent > lower) {
      bell_dec_scale(a, (uint64_t)(a->exponent - lower));
      a->exponent = lower;
    }
    return bell_dec_fix(ctx, a, precision);
  }
  /* `high` has the larger exponent. A number far below the last digit that counts is as good as any other there. */
  bell_dec *high = a->exponent >= b.exponent ? a : &b, *low = high == a ? &b : a;
  int64_t length = bell_dec_digits(high), room = length - digits_for(ctx, precision) - 2, limit = high->exponent + (room < -1 ? room : -1);
  if (bell_dec_digits(low) + low->exponent - 1 < limit) {
    low->limbs[0] = 1;
    low->size = 1;
    low->exponent = limit;
  }
  if (high->exponent > low->exponent) {
    bell_dec_scale(high, (uint64_t)(high->exponent - low->exponent));
    high->exponent = low->exponent;
  }
  if (a->negative == b.negative) {
    const bell_dec *longer = a->size >= b.size ? a : &b, *shorter = longer == a ? &b : a;
    uint32_t size = longer->size;
    bell_limb carry = bell_limbs_add(a->limbs, longer->limbs, size, shorter->limbs, shorter->size);
    a->size = size;
    if (carry) a->limbs[a->size++] = carry;
  } else {
    int order = bell_limbs_compare(a->limbs, a->size, b.limbs, b.size);
    if (order == 0) {
      a->size = 0;
      a->negative = zero_sign(ctx, false, true, precision);
    } else if (order > 0) {
      bell_limbs_sub(a->limbs, a->limbs, a->size, b.limbs, b.size);
    } else {
      bell_limbs_sub(a->limbs, b.limbs, b.size, a->limbs, a->size);
      a->size = b.size;
      a->negative = b.negative;
    }
    a->size = (uint32_t)bell_limbs_normal(a->limbs, a->size);
  }
  return bell_dec_fix(ctx, a, precision);
}

bool bell_dec_multiply(bell_ctx *ctx, bell_dec *a, const bell_dec *b, uint32_t precision) {
  bool negative = a->negative != b->negative;
  if (take_nan(a, b)) return true;
  if (a->infinite || b->infinite) {
    if ((a->size == 0 && !a->infinite) || (b->size == 0 && !b->infinite)) return bell_dec_invalid(ctx, "InvalidOperation");
    a->infinite = true;
    a->size = 0;
    a->exponent = 0;
    a->negative = negative;
    return true;
  }
  a->exponent += b->exponent;
  a->negative = negative;
  if (a->size == 0 || b->size == 0) {
    a->size = 0;
    return bell_dec_fix(ctx, a, precision);
  }
  if (a->size == 1 && b->size == 1) {
    unsigned __int128 product = (unsigned __int128)a->limbs[0] * b->limbs[0];
    a->limbs[0] = (bell_limb)product;
    a->limbs[1] = (bell_limb)(product >> 64);
    a->size = a->limbs[1] != 0 ? 2 : 1;
    return bell_dec_fix(ctx, a, precision);
  }
  bell_limb copy[BELL_DEC_LIMBS], scratch[10 * 48 + 256];
  memcpy(copy, a->limbs, a->size * sizeof *copy);
  bell_limbs_multiply(ctx, a->limbs, copy, a->size, b->limbs, b->size, scratch);
  a->size = (uint32_t)bell_limbs_normal(a->limbs, a->size + b->size);
  return bell_dec_fix(ctx, a, precision);
}

/* Take zeros off the end until the exponent is `ideal` or none is left: by large powers first. */
static void take_zeros(bell_dec *a, int64_t ideal) {
  bell_limb quotient[BELL_DEC_LIMBS];
  for (int64_t step = 16; step > 0;) {
    if (a->size == 0 || ideal - a->exponent < step || bell_limbs_divide_1(quotient, a->limbs, a->size, bell_powers_of_ten[step]) != 0) {
      step /= 2;
      continue;
    }
    memcpy(a->limbs, quotient, a->size * sizeof *quotient);
    a->size = (uint32_t)bell_limbs_normal(a->limbs, a->size);
    a->exponent += step;
  }
}

bool bell_dec_divide(bell_ctx *ctx, bell_dec *a, const bell_dec *b, uint32_t precision) {
  bool negative = a->negative != b->negative;
  if (take_nan(a, b)) return true;
  if (a->infinite && b->infinite) return bell_dec_invalid(ctx, "InvalidOperation");
  if (a->infinite) {
    a->negative = negative;
    return true;
  }
  if (b->infinite) {
    bell_dec_from_u64(a, 0);
    a->negative = negative;
    a->exponent = -BELL_DEC_EXPONENT_MAX - (int64_t)bell_dec_precision(ctx) + 1;
    return true;
  }
  if (b->size == 0) {
    if (a->size == 0) return bell_dec_invalid(ctx, "DivisionUndefined");
    return bell_raise(ctx, 773, "[<class 'decimal.DivisionByZero'>]");
  }
  int64_t ideal = a->exponent - b->exponent;
  a->negative = negative;
  if (a->size == 0) {
    a->exponent = ideal;
    return bell_dec_fix(ctx, a, precision);
  }
  uint32_t digits = bell_dec_digits(b);
  if (b->size == 1 && digits <= 20 && b->limbs[0] == bell_powers_of_ten[digits - 1] && bell_dec_digits(a) <= digits_for(ctx, precision)) {
    a->exponent = ideal - (int64_t)(digits - 1); /* by a power of ten: the digits stay */
    take_zeros(a, ideal);
    return bell_dec_fix(ctx, a, precision);
  }
  int64_t shift = (int64_t)digits - bell_dec_digits(a) + digits_for(ctx, precision) + 1;
  bell_dec divisor;
  copy_dec(&divisor, b);
  if (shift >= 0) bell_dec_scale(a, (uint64_t)shift);
  else bell_dec_scale(&divisor, (uint64_t)-shift);
  bell_limb quotient[BELL_DEC_LIMBS + 1], scratch[2 * BELL_DEC_LIMBS + 1];
  uint64_t size = 0;
  bool exact = false;
  if (a->size >= divisor.size) {
    bell_limbs_divide(ctx, quotient, a->limbs, a->size, divisor.limbs, divisor.size, scratch);
    size = bell_limbs_normal(quotient, a->size - divisor.size + 1);
    exact = bell_limbs_normal(a->limbs, divisor.size) == 0;
  }
  memcpy(a->limbs, quotient, size * sizeof *quotient);
  a->size = (uint32_t)size;
  a->exponent = ideal - shift;
  if (!exact) { /* a last digit that is neither 0 nor 5 stands for what follows */
    bell_limb copy[BELL_DEC_LIMBS];
    memcpy(copy, a->limbs, size * sizeof *copy);
    if (bell_limbs_divide_1(copy, copy, size, 5) == 0) multiply_add(a, 1, 1);
  } else {
    take_zeros(a, ideal); /* as near to the ideal exponent as may be */
  }
  return bell_dec_fix(ctx, a, precision);
}

bool bell_dec_quantize(bell_ctx *ctx, bell_dec *a, int64_t exponent, enum bell_rounding rounding) {
  const int64_t most = BELL_DEC_EXPONENT_MAX, least = -BELL_DEC_EXPONENT_MAX - (int64_t)bell_dec_precision(ctx) + 1;
  if (exponent < least || exponent > most) return bell_dec_invalid(ctx, "InvalidOperation");
  if (a->size == 0) {
    a->exponent = exponent;
    return true;
  }
  int64_t digits = bell_dec_digits(a), adjusted = digits + a->exponent - 1;
  if (adjusted > most || adjusted - exponent + 1 > (int64_t)bell_dec_precision(ctx)) return bell_dec_invalid(ctx, "InvalidOperation");
  if (a->exponent > exponent) {
    bell_dec_scale(a, (uint64_t)(a->exponent - exponent));
  } else {
    int lost = bell_dec_drop(a, (uint64_t)(exponent - a->exponent));
    bell_dec_round(a, lost, rounding);
  }
  a->exponent = exponent;
  if (bell_dec_digits(a) > bell_dec_precision(ctx) || (a->size > 0 && bell_dec_digits(a) + exponent - 1 > most)) {
    return bell_dec_invalid(ctx, "InvalidOperation");
  }
  return true;
}
