/* Ints of any size: 64-bit words, boxes and BELL_BIG objects seen alike, and exact results in the smallest of the three.
 *
 * A bell_integer is sign and magnitude; it points into the heap, which does not move, so it holds as long as its word is rooted. The functions that give
 * a word charge by the formulas of ir/number_charges.py, reserve result and scratch at once, and then can fail no more but by the clock; 0 with
 * a fault recorded. Operands are rooted by the caller. */
#ifndef BELL_BIG_H
#define BELL_BIG_H

#include "runtime/any.h"
#include "runtime/limbs.h"

#define BELL_INT_DIGITS_MAX 4300 /* decimal digits that str() and int() convert, as in CPython 3.11 */

typedef struct {
  const bell_limb *limbs; /* of a small one: &one */
  uint64_t size;          /* limbs; 0 for zero */
  bool negative;
  bell_limb one;
} bell_integer;

static inline void bell_integer_of(bell_integer *out, int64_t value) {
  out->one = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  out->limbs = &out->one;
  out->size = value != 0;
  out->negative = value < 0;
}

/* The int of a value that is one: bool, int or big. Returns false for all else. */
bool bell_integer_read(const bell_ctx *ctx, bell_value value, bell_integer *out);
static inline bool bell_integer_word(const bell_ctx *ctx, bell_word word, bell_integer *out) {
  return bell_integer_read(ctx, bell_any_value(ctx, word), out);
}
static inline bool bell_value_is_integer(bell_value value) { return bell_value_is_int(value) || value.kind == BELL_BIG; }

/* The value if it has 64 bits. */
static inline bool bell_integer_small(const bell_integer *a, int64_t *value) {
  if (a->size > 1 || (a->size == 1 && a->limbs[0] > (uint64_t)INT64_MAX + a->negative)) return false;
  uint64_t magnitude = a->size == 0 ? 0 : a->limbs[0];
  *value = (int64_t)(a->negative ? 0 - magnitude : magnitude);
  return true;
}

static inline uint64_t bell_integer_bits(const bell_integer *a) { return bell_limbs_bits(a->limbs, a->size); }

/* Room for a result and for scratch behind it. Between open and close nothing else is allocated. */
typedef struct { bell_ref ref; uint64_t bytes; bell_limb *limbs, *scratch; } bell_big_room;
bool bell_big_open(bell_ctx *ctx, bell_big_room *room, uint64_t limbs, uint64_t scratch);
/* The word of the int whose magnitude are the first `size` limbs. 0 where a fault is recorded. */
bell_word bell_big_close(bell_ctx *ctx, bell_big_room *room, uint64_t size, bool negative);

bell_word bell_integer_add(bell_ctx *ctx, const bell_integer *a, const bell_integer *b, bool subtract);
bell_word bell_integer_multiply(bell_ctx *ctx, const bell_integer *a, const bell_integer *b);
/* Rounded down; b is not zero. */
bell_word bell_integer_floordiv(bell_ctx *ctx, const bell_integer *a, const bell_integer *b);
bell_word bell_integer_mod(bell_ctx *ctx, const bell_integer *a, const bell_integer *b);
/* b is not negative. */
bell_word bell_integer_power(bell_ctx *ctx, const bell_integer *a, const bell_integer *b);
/* By `count` bits, not negative: to the left, or (rounded down) to the right. */
bell_word bell_integer_shift(bell_ctx *ctx, const bell_integer *a, const bell_integer *count, bool left);
/* '&', '|' or '^'. */
bell_word bell_integer_bitwise(bell_ctx *ctx, char sign, const bell_integer *a, const bell_integer *b);
bell_word bell_integer_negate(bell_ctx *ctx, const bell_integer *a);
bell_word bell_integer_invert(bell_ctx *ctx, const bell_integer *a);
/* The int itself, as a word: for a bool, its int. */
bell_word bell_integer_copy(bell_ctx *ctx, const bell_integer *a);

int bell_integer_compare(const bell_integer *a, const bell_integer *b);
/* -1, 0, 1, or 2 when the float is nan. */
int bell_integer_compare_float(const bell_integer *a, double b);
/* hash() of CPython: the value modulo 2**61 - 1, with the sign, never -1. */
int64_t bell_integer_hash(const bell_integer *a);

/* big_float.c. The nearest float, half to even; infinity when it is too large. */
double bell_integer_to_float(const bell_integer *a);
/* The quotient rounded once; b is not zero. Infinity when it is too large. `room` as from bell_quotient_room. */
double bell_integer_quotient(bell_ctx *ctx, const bell_integer *a, const bell_integer *b);
/* A finite float without its fraction, as an int. Reserves. */
bell_word bell_integer_from_float(bell_ctx *ctx, double value);
/* magnitude * 2**exponent, where `magnitude` has its highest bit set and stands for all that was below by its lowest: rounded once. */
double bell_compose_float(uint64_t magnitude, int64_t exponent);

/* big_text.c. Decimal digits of a magnitude without sign, most significant first: at most BELL_INT_DIGITS_MAX. Charges. Returns their number, or 0 with fault
 * E0719 (too many) or what charging met. `out` has BELL_INT_DIGITS_MAX + 20 bytes. */
uint64_t bell_integer_digits(bell_ctx *ctx, const bell_integer *a, char *out);
/* Digits of base 2**bits, 1 <= bits <= 5, written to end at `end`; there is room. Returns their number, at least 1. */
uint64_t bell_integer_write_bits(bell_ctx *ctx, const bell_integer *a, int bits, const char *set, char *end);
bell_word bell_integer_to_str(bell_ctx *ctx, const bell_integer *a);
bell_word bell_integer_to_base(bell_ctx *ctx, const bell_integer *a, int bits, char prefix); /* prefix 0: none */
/* The int that `count` digits of a base are, given by value through `digit`. Charges, by the digits. */
bell_word bell_integer_from_digits(bell_ctx *ctx, uint64_t count, uint32_t base, bool negative, uint32_t (*digit)(void *state), void *state);

/* big_math.c. */
bell_word bell_integer_gcd(bell_ctx *ctx, const bell_integer *a, const bell_integer *b);
/* a**e modulo m with the sign of m; e is not negative, m not zero. */
bell_word bell_integer_power_modulo(bell_ctx *ctx, const bell_integer *a, const bell_integer *e, const bell_integer *m);
/* The inverse of a modulo |m|, of either sign. Fault E0719 where there is none. */
bell_word bell_integer_inverse(bell_ctx *ctx, bell_word a, bell_word m);
bell_word bell_integer_isqrt(bell_ctx *ctx, const bell_integer *a);
bell_word bell_integer_factorial(bell_ctx *ctx, const bell_integer *a);
/* 0 <= k <= n / 2. */
bell_word bell_integer_combinations(bell_ctx *ctx, const bell_integer *n, const bell_integer *k);
/* 0 <= k <= n. */
bell_word bell_integer_permutations(bell_ctx *ctx, const bell_integer *n, const bell_integer *k);

/* str_number.c. int(text, base) of any size; `limited`: CPython's limit of digits holds. Faults E0703 and E0719 with CPython's words. */
bell_word bell_str_to_integer(bell_ctx *ctx, bell_word text, int64_t base, bool limited);

/* Fault E0719: the limit of digits. `count` digits were given; 0 where they are to be made. */
bell_word bell_fault_digits(bell_ctx *ctx, uint64_t count);

#endif
