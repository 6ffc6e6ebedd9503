/* Operators on Decimals, comparing them with other numbers, their hash. */
#include <math.h>

#include "runtime/decimal_small.h"
#include "runtime/number.h"
#include "runtime/ops.h"
#include "runtime/raise.h"

#define SMALL_QUOTIENT_DIGITS 4 /* digits that are tried behind those of the dividend */

bool bell_dec_from_value(bell_ctx *ctx, bell_value value, bell_dec *out) {
  if (value.kind == BELL_DECIMAL) {
    bell_dec_load(ctx, value.ref, out);
    return true;
  }
  bell_integer integer;
  if (!bell_integer_read(ctx, value, &integer)) return false;
  out->exponent = 0;
  out->infinite = out->nan = false;
  out->negative = integer.negative;
  out->size = integer.size > 48 ? 48 : (uint32_t)integer.size; /* more are refused by who made sure of it */
  memcpy(out->limbs, integer.limbs, out->size * sizeof(bell_limb));
  return true;
}

/* One of the two is nan, and so is the result, with its sign. */
static void set_nan(bell_dec *a, const bell_dec *b) {
  if (!a->nan) a->negative = b->negative;
  a->nan = true;
  a->infinite = false;
  a->size = 0;
  a->exponent = 0;
}

/* The whole quotient towards zero and the remainder, of finite numbers or with an infinite divisor. false: fault. */
static bool divide_whole(bell_ctx *ctx, bell_dec *a, const bell_dec *b, bell_dec *quotient) {
  bool negative = a->negative != b->negative;
  int64_t ideal = b->infinite || a->exponent < b->exponent ? a->exponent : b->exponent;
  int64_t gap = bell_dec_adjusted(a) - (b->infinite ? 0 : bell_dec_adjusted(b));
  bell_dec_from_u64(quotient, 0);
  quotient->negative = negative;
  if (a->size == 0 || b->infinite || gap <= -2) {
    if (a->exponent > ideal) {
      if (a->size > 0 && a->exponent - ideal + bell_dec_digits(a) > 1600) return true; /* rounds to the same below */
      bell_dec_scale(a, (uint64_t)(a->exponent - ideal));
      a->exponent = ideal;
    }
    return true;
  }
  if (gap > (int64_t)bell_dec_precision(ctx)) return bell_dec_invalid(ctx, "DivisionImpossible");
  bell_dec divisor = *b;
  if (a->exponent >= b->exponent) {
    bell_dec_scale(a, (uint64_t)(a->exponent - b->exponent));
    a->exponent = b->exponent;
  } else {
    bell_dec_scale(&divisor, (uint64_t)(b->exponent - a->exponent));
  }
  bell_limb scratch[2 * BELL_DEC_LIMBS + 1];
  if (a->size >= divisor.size) {
    bell_limbs_divide(ctx, quotient->limbs, a->limbs, a->size, divisor.limbs, divisor.size, scratch);
    quotient->size = (uint32_t)bell_limbs_normal(quotient->limbs, a->size - divisor.size + 1);
    a->size = (uint32_t)bell_limbs_normal(a->limbs, divisor.size);
  }
  if (bell_dec_digits(quotient) > bell_dec_precision(ctx)) return bell_dec_invalid(ctx, "DivisionImpossible");
  return true;
}

static bool floor_divide(bell_ctx *ctx, bell_dec *a, const bell_dec *b) {
  bool negative = a->negative != b->negative;
  if (a->nan || b->nan) {
    set_nan(a, b);
    return true;
  }
  if (a->infinite) {
    if (b->infinite) return bell_dec_invalid(ctx, "InvalidOperation");
    a->negative = negative;
    return true;
  }
  if (b->size == 0 && !b->infinite) {
    if (a->size == 0) return bell_dec_invalid(ctx, "DivisionUndefined");
    return bell_raise(ctx, 773, "[<class 'decimal.DivisionByZero'>]");
  }
  bell_dec quotient;
  if (!divide_whole(ctx, a, b, &quotient)) return false;
  *a = quotient;
  return true;
}

static bool remainder_of(bell_ctx *ctx, bell_dec *a, const bell_dec *b) {
  if (a->nan || b->nan) {
    set_nan(a, b);
    return true;
  }
  if (a->infinite) return bell_dec_invalid(ctx, "InvalidOperation");
  if (b->size == 0 && !b->infinite) return bell_dec_invalid(ctx, a->size == 0 ? "DivisionUndefined" : "InvalidOperation");
  bell_dec quotient;
  return divide_whole(ctx, a, b, &quotient) && bell_dec_fix(ctx, a, BELL_DEC_CONTEXT);
}

/* --- powers --------------------------------------------------------------------------------------------------------------------- */

static bool is_whole(const bell_dec *a) {
  if (a->infinite) return false;
  if (a->exponent >= 0 || a->size == 0) return true;
  bell_dec part = *a;
  return (uint64_t)-a->exponent <= 20 * (uint64_t)a->size && bell_dec_drop(&part, (uint64_t)-a->exponent) == 0;
}

static void set_small(bell_dec *a, uint64_t value, bool negative) {
  bell_dec_from_u64(a, value);
  a->negative = negative;
}

static void set_infinite(bell_dec *a, bool negative) {
  set_small(a, 0, negative);
  a->infinite = true;
}

/* As libmpdec: squares and products from the highest bit of the exponent down, with some digits more. */
static bool power(bell_ctx *ctx, bell_dec *base, const bell_dec *exponent) {
  if (base->nan || exponent->nan) {
    set_nan(base, exponent);
    return true;
  }
  bool whole = is_whole(exponent), zero = base->size == 0 && !base->infinite, exponent_zero = exponent->size == 0 && !exponent->infinite;
  bell_dec count = *exponent;
  bool huge = false;
  if (whole && !exponent_zero) {
    if (count.exponent < 0) bell_dec_drop(&count, (uint64_t)-count.exponent);
    else if (count.exponent > 40) huge = true;
    else bell_dec_scale(&count, (uint64_t)count.exponent);
    huge = huge || count.size > 1;
  }
  bool odd = whole && !exponent_zero && !huge && (count.limbs[0] & 1);
  if (whole && huge && count.exponent <= 40 && count.size > 0) odd = count.limbs[0] & 1;
  bool negative = base->negative && odd;
  if (zero) {
    if (exponent_zero) return bell_dec_invalid(ctx, "InvalidOperation");
    if (exponent->negative) set_infinite(base, negative);
    else set_small(base, 0, negative);
    return true;
  }
  if (base->negative && (!whole || exponent->infinite)) return bell_dec_invalid(ctx, "InvalidOperation");
  bell_dec one;
  bell_dec_from_u64(&one, 1);
  int order = bell_dec_compare_magnitude(base, &one);
  if (exponent->infinite) {
    if (order == 0) { /* 1, inexactly */
      set_small(base, 1, false);
      bell_dec_scale(base, bell_dec_precision(ctx) - 1);
      base->exponent = 1 - (int64_t)bell_dec_precision(ctx);
    } else if ((order > 0) == exponent->negative) {
      set_small(base, 0, false);
    } else {
      set_infinite(base, false);
    }
    return true;
  }
  if (base->infinite) {
    if (exponent_zero) set_small(base, 1, negative);
    else if (exponent->negative) set_small(base, 0, negative);
    else set_infinite(base, negative);
    return true;
  }
  if (exponent_zero) {
    set_small(base, 1, negative);
    return true;
  }
  if (!whole && order != 0) return bell_dec_power_of_fraction(ctx, base, exponent);
  if (!whole) { /* 1, inexactly */
    set_small(base, 1, false);
    bell_dec_scale(base, bell_dec_precision(ctx) - 1);
    base->exponent = 1 - (int64_t)bell_dec_precision(ctx);
    return true;
  }
  if (order == 0) { /* zeros behind the point multiply */
    int64_t zeros = base->exponent < 0 ? -base->exponent : 0;
    bool many = huge || (zeros > 0 && count.limbs[0] > (uint64_t)(bell_dec_precision(ctx) - 1) / (uint64_t)zeros);
    int64_t shown = exponent->negative || zeros == 0 ? 0 : many ? (int64_t)bell_dec_precision(ctx) - 1 : zeros * (int64_t)count.limbs[0];
    set_small(base, 1, negative);
    bell_dec_scale(base, (uint64_t)shown);
    base->exponent = -shown;
    return true;
  }
  bool shrinks = (order > 0) == exponent->negative;
  uint64_t n = huge ? UINT64_MAX : count.limbs[0];
  if (huge || (double)n > 1e19) {
    if (shrinks) {
      set_small(base, 0, negative);
      base->exponent = -BELL_DEC_EXPONENT_MAX - (int64_t)bell_dec_precision(ctx) + 1;
      return true;
    }
    return bell_raise(ctx, 774, "[<class 'decimal.Overflow'>]");
  }
  uint32_t digits = bell_dec_digits(&count), precision = bell_dec_precision(ctx) + digits + 2;
  bell_dec factor = *base;
  factor.negative = false;
  if (exponent->negative) {
    precision++;
    bell_dec inverse = one;
    if (!bell_dec_divide(ctx, &inverse, &factor, precision)) return false;
    factor = inverse;
  }
  bell_dec result = factor;
  for (int bit = 62 - __builtin_clzll(n); bit >= 0; bit--) {
    bell_dec square = result;
    bell_dec_multiply(ctx, &result, &square, precision);
    if (n >> bit & 1) bell_dec_multiply(ctx, &result, &factor, precision);
    int64_t top = bell_dec_adjusted(&result);
    if (top > 4 * BELL_DEC_EXPONENT_MAX) return bell_raise(ctx, 774, "[<class 'decimal.Overflow'>]");
    if (top < -4 * BELL_DEC_EXPONENT_MAX) {
      set_small(&result, 0, false);
      result.exponent = -BELL_DEC_EXPONENT_MAX - (int64_t)bell_dec_precision(ctx) + 1;
      break;
    }
  }
  if (bell_dec_adjusted(&result) < -BELL_DEC_EXPONENT_MAX - (int64_t)precision) { /* vanishes whichever way the context rounds */
    set_small(&result, 0, false);
    result.exponent = -BELL_DEC_EXPONENT_MAX - (int64_t)bell_dec_precision(ctx) + 1;
  }
  *base = result;
  base->negative = negative;
  return bell_dec_fix(ctx, base, BELL_DEC_CONTEXT);
}

/* --- operators ------------------------------------------------------------------------------------------------------------------ */

/* Quotients that end after a few digits, as those by powers of ten do. The fewer digits, the nearer to the exponent that is asked for. */
static inline bool divide_small(bell_small *a, bell_small b) {
  if (a->limb == 0 || b.limb == 0) return false;
  for (int digits = 0; digits <= SMALL_QUOTIENT_DIGITS; digits++) {
    bell_limb scaled;
    if (__builtin_mul_overflow(a->limb, bell_powers_of_ten[digits], &scaled)) return false;
    if (scaled % b.limb != 0) continue;
    *a = (bell_small){a->exponent - b.exponent - digits, scaled / b.limb, a->negative != b.negative};
    return true;
  }
  return false;
}

/* What has a coefficient of one limb, as most have: too few digits to be rounded. Returns false where it is not so, with *a spoilt. */
static inline bool combine_small(int operator_, bell_small *a, bell_small b) {
  if (operator_ == BELL_BINARY_DIV) return divide_small(a, b);
  if (operator_ == BELL_BINARY_MUL) {
    a->negative = a->negative != b.negative;
    a->exponent += b.exponent;
    return !__builtin_mul_overflow(a->limb, b.limb, &a->limb);
  }
  if (operator_ == BELL_BINARY_SUB) b.negative = !b.negative;
  else if (operator_ != BELL_BINARY_ADD) return false;
  int64_t gap = a->exponent - b.exponent;
  if (gap > BELL_SMALL_GAP_MAX || gap < -BELL_SMALL_GAP_MAX) return false;
  if (gap > 0) {
    if (__builtin_mul_overflow(a->limb, bell_powers_of_ten[gap], &a->limb)) return false;
    a->exponent = b.exponent;
  } else if (gap < 0 && __builtin_mul_overflow(b.limb, bell_powers_of_ten[-gap], &b.limb)) {
    return false;
  }
  if (a->negative == b.negative) return !__builtin_add_overflow(a->limb, b.limb, &a->limb);
  if (a->limb < b.limb) {
    a->limb = b.limb - a->limb;
    a->negative = b.negative;
  } else {
    a->limb -= b.limb;
    if (a->limb == 0) a->negative = false;
  }
  return true;
}

static bool binary_large(bell_ctx *ctx, int operator_, bell_value x, bell_value y, bell_word *result);

bool bell_decimals_binary(bell_ctx *ctx, int operator_, bell_value x, bell_value y, bell_word *result) {
  bell_small a, b;
  if (!bell_small_suffices(ctx) || !bell_small_take(ctx, x, &a) || !bell_small_take(ctx, y, &b) || !combine_small(operator_, &a, b)) {
    return binary_large(ctx, operator_, x, y, result);
  }
  *result = bell_charge(ctx, 16 + bell_dec_work(ctx)) ? bell_small_store(ctx, a) : 0;
  return true;
}

static __attribute__((noinline)) bool binary_large(bell_ctx *ctx, int operator_, bell_value x, bell_value y, bell_word *result) {
  bell_dec a, b;
  if (operator_ >= BELL_BINARY_SHL || !bell_dec_from_value(ctx, x, &a) || !bell_dec_from_value(ctx, y, &b)) return false;
  *result = 0;
  if (!bell_charge(ctx, operator_ == BELL_BINARY_POW ? 256 + 16 * bell_dec_work(ctx) : 16 + bell_dec_work(ctx))) return true;
  if ((x.kind == BELL_BIG && BELL_BIG_AT(ctx, x.ref)->size > 40) || (y.kind == BELL_BIG && BELL_BIG_AT(ctx, y.ref)->size > 40)) {
    bell_raise(ctx, 770, "a Decimal of more than %d digits", BELL_DECIMAL_DIGITS_MAX);
    return true;
  }
  bool done = false;
  switch (operator_) {
  case BELL_BINARY_SUB:
    if (!b.nan) b.negative = !b.negative;
    done = bell_dec_add(ctx, &a, &b, BELL_DEC_CONTEXT);
    break;
  case BELL_BINARY_ADD: done = bell_dec_add(ctx, &a, &b, BELL_DEC_CONTEXT); break;
  case BELL_BINARY_MUL: done = bell_dec_multiply(ctx, &a, &b, BELL_DEC_CONTEXT); break;
  case BELL_BINARY_DIV: done = bell_dec_divide(ctx, &a, &b, BELL_DEC_CONTEXT); break;
  case BELL_BINARY_FLOORDIV: done = floor_divide(ctx, &a, &b); break;
  case BELL_BINARY_MOD: done = remainder_of(ctx, &a, &b); break;
  default: done = power(ctx, &a, &b); break;
  }
  if (done && ctx->fault == 0) *result = bell_dec_store(ctx, &a);
  return true;
}

bool bell_decimal_unary(bell_ctx *ctx, int operator_, bell_value x, bell_word *result) {
  bell_dec a;
  bell_small small;
  if (operator_ == BELL_UNARY_INVERT) return false;
  if (bell_small_suffices(ctx) && bell_small_take(ctx, x, &small)) {
    small.negative = operator_ != BELL_UNARY_ABS && small.limb != 0 && small.negative != (operator_ == BELL_UNARY_NEG);
    *result = bell_small_store(ctx, small);
    return true;
  }
  bell_dec_load(ctx, x.ref, &a);
  if (!a.nan) {
    if (operator_ == BELL_UNARY_ABS) a.negative = false;
    if (operator_ == BELL_UNARY_NEG) a.negative = !a.negative;
    if (operator_ != BELL_UNARY_ABS && a.size == 0 && !a.infinite && bell_dec_rounding(ctx) != BELL_ROUND_FLOOR) a.negative = false; /* 0 - 0 and 0 + 0 are not negative */
  }
  *result = bell_dec_fix(ctx, &a, BELL_DEC_CONTEXT) ? bell_dec_store(ctx, &a) : 0;
  return true;
}

/* --- comparing ------------------------------------------------------------------------------------------------------------------ */

static void from_float(bell_dec *out, double value) {
  int exponent;
  bell_dec_from_u64(out, 0);
  out->negative = signbit(value) != 0;
  out->nan = value != value;
  out->infinite = isinf(value) != 0;
  if (!isfinite(value) || value == 0) return;
  bell_limb mantissa = (bell_limb)ldexp(frexp(fabs(value), &exponent), 53);
  exponent -= 53;
  while ((mantissa & 1) == 0) {
    mantissa >>= 1;
    exponent++;
  }
  out->limbs[0] = mantissa;
  out->size = 1;
  if (exponent >= 0) {
    bell_limbs_shift_left(out->limbs, out->limbs, 1, (uint64_t)exponent);
    out->size = (uint32_t)bell_limbs_normal(out->limbs, 2 + (uint64_t)exponent / 64);
    return;
  }
  out->exponent = exponent; /* m / 2**e is m * 5**e / 10**e */
  for (int e = -exponent; e > 0;) {
    bell_limb factor = 1;
    for (; e > 0 && factor < UINT64_MAX / 5; e--) factor *= 5;
    bell_limb carry = bell_limbs_scale(out->limbs, out->limbs, out->size, factor, 0);
    if (carry) out->limbs[out->size++] = carry;
  }
}

void bell_dec_from_float(bell_dec *out, double value) { from_float(out, value); }

int bell_decimals_order(bell_ctx *ctx, bell_value x, bell_value y) {
  bell_dec a, b;
  bell_small first, second;
  if (bell_small_take(ctx, x, &first) && bell_small_take(ctx, y, &second) && combine_small(BELL_BINARY_SUB, &first, second)) {
    return first.limb == 0 ? 0 : first.negative ? -1 : 1;
  }
  /* Against an int of more digits than a Decimal can have: by sign and size. */
  bell_value big = x.kind == BELL_BIG ? x : y;
  if ((x.kind == BELL_BIG || y.kind == BELL_BIG) && BELL_BIG_AT(ctx, big.ref)->size > 40) {
    bell_dec_load(ctx, x.kind == BELL_DECIMAL ? x.ref : y.ref, &a);
    if (a.nan) return 2;
    bool negative = BELL_HEAD_AT(ctx, big.ref)->aux != 0;
    bell_integer integer;
    bell_integer_read(ctx, big, &integer);
    int64_t least = (int64_t)((double)bell_integer_bits(&integer) * 0.30102999), top = a.infinite ? INT64_MAX : bell_dec_adjusted(&a);
    int order = a.negative != negative || top < least ? (negative ? -1 : 1) : (negative ? 1 : -1); /* of the int; near 10**999999 only by size */
    if (a.negative == negative && top >= least) order = negative ? 1 : -1;
    return x.kind == BELL_BIG ? order : -order;
  }
  if (x.kind == BELL_FLOAT) from_float(&a, x.f);
  else bell_dec_from_value(ctx, x, &a);
  if (y.kind == BELL_FLOAT) from_float(&b, y.f);
  else bell_dec_from_value(ctx, y, &b);
  return a.nan || b.nan ? 2 : bell_dec_compare(&a, &b);
}

static uint64_t times(uint64_t a, uint64_t b) { return (uint64_t)((unsigned __int128)a * b % (((uint64_t)1 << 61) - 1)); }

int64_t bell_decimal_hash(const bell_ctx *ctx, bell_ref ref) {
  const uint64_t prime = ((uint64_t)1 << 61) - 1;
  bell_dec a;
  bell_dec_load(ctx, ref, &a);
  if (a.infinite) return a.negative ? -314159 : 314159;
  if (a.nan) return 0;
  uint64_t hash = 0, power = 1, factor = a.exponent >= 0 ? 10 : 2075258708292324556u; /* the inverse of 10 modulo the prime */
  for (uint64_t i = a.size; i-- > 0;) hash = (uint64_t)(((unsigned __int128)hash << 64 | a.limbs[i]) % prime);
  for (uint64_t e = (uint64_t)(a.exponent < 0 ? -a.exponent : a.exponent); e > 0; e >>= 1) {
    if (e & 1) power = times(power, factor);
    factor = times(factor, factor);
  }
  hash = times(hash, power);
  int64_t signed_hash = a.negative ? -(int64_t)hash : (int64_t)hash;
  return signed_hash == -1 ? -2 : signed_hash;
}
