/* Decimal: exact decimal numbers with the arithmetic of Python's decimal module: to the digits and by the rounding that decimal.context set, 28 and half to even where nothing did, exponents
 * within 999999; InvalidOperation, DivisionByZero and Overflow are faults.
 *
 *   BELL_DECIMAL   head | i64 exponent | limbs of 8 bytes: the coefficient, least significant first
 *
 * `aux` of the head: the number of limbs, then flags. Results of arithmetic have at most the digits of the context; what is made from a string or float keeps its digits, up to BELL_DECIMAL_DIGITS_MAX, so that any float has an exact Decimal. */
#ifndef BELL_DECIMAL_H
#define BELL_DECIMAL_H

#include "runtime/any.h"
#include "runtime/big.h"
#include "runtime/heap.h"

#define BELL_DECIMAL_DIGITS_MAX 770 /* as in ir/decimals.py */
#define BELL_DEC_LIMBS 96           /* of a coefficient while it is worked on */

enum { BELL_DEC_SIZE = 0xff, BELL_DEC_NEGATIVE = 0x100, BELL_DEC_INFINITE = 0x200, BELL_DEC_NAN = 0x400 };

typedef struct { bell_head head; int64_t exponent; bell_limb limbs[]; } bell_decimal_object;

/* One in hand: (-1)**negative * limbs * 10**exponent. */
typedef struct {
  int64_t exponent;
  uint32_t size;
  bool negative, infinite, nan;
  bell_limb limbs[BELL_DEC_LIMBS];
} bell_dec;

enum bell_rounding {
  BELL_ROUND_HALF_EVEN, BELL_ROUND_HALF_UP, BELL_ROUND_HALF_DOWN, BELL_ROUND_DOWN, BELL_ROUND_UP, BELL_ROUND_FLOOR, BELL_ROUND_CEILING,
  BELL_ROUND_05UP, BELL_ROUNDINGS
};

void bell_dec_load(const bell_ctx *ctx, bell_ref ref, bell_dec *out);
/* Reserves. 0 on a fault; fault E0770 for a coefficient of too many digits. */
bell_word bell_dec_store(bell_ctx *ctx, const bell_dec *value);

/* decimal_arithmetic.c: operators on two of which one is a Decimal. Returns false where the operator has no meaning for them. */
bool bell_decimals_binary(bell_ctx *ctx, int operator_, bell_value a, bell_value b, bell_word *result);
bool bell_decimal_unary(bell_ctx *ctx, int operator_, bell_value a, bell_word *result);
/* -1, 0, 1, or 2 where one is nan; both are numbers, at least one a Decimal. */
int bell_decimals_order(bell_ctx *ctx, bell_value a, bell_value b);
int64_t bell_decimal_hash(const bell_ctx *ctx, bell_ref ref);
bool bell_decimal_is_zero(const bell_ctx *ctx, bell_ref ref);

/* What the files of decimals share. */
uint32_t bell_dec_digits(const bell_dec *a); /* of the coefficient; 0 for zero */
void bell_dec_from_u64(bell_dec *a, uint64_t value);
void bell_dec_scale(bell_dec *a, uint64_t digits);                 /* coefficient * 10**digits */
/* coefficient / 10**digits towards zero. Returns what is lost: 0 nothing, 1 less than half, 2 half, 3 more. */
int bell_dec_drop(bell_dec *a, uint64_t digits);
/* The coefficient, of which `lost` was dropped, rounded. */
void bell_dec_round(bell_dec *a, int lost, enum bell_rounding rounding);
/* At most `precision` digits, halves to even; BELL_DEC_CONTEXT: digits and rounding of the context, exponents within bounds. Fault E0774. */
bool bell_dec_fix(bell_ctx *ctx, bell_dec *a, uint32_t precision);
/* The same as the context has it, but with halves to even. */
bool bell_dec_fix_half_even(bell_ctx *ctx, bell_dec *a);
int bell_dec_compare_magnitude(const bell_dec *a, const bell_dec *b);
int bell_dec_compare(const bell_dec *a, const bell_dec *b); /* neither nan */
bool bell_dec_from_value(bell_ctx *ctx, bell_value value, bell_dec *out); /* int or Decimal, exact; false for all else */
bell_word bell_dec_invalid(bell_ctx *ctx, const char *condition); /* fault E0772 */
bool bell_dec_add(bell_ctx *ctx, bell_dec *a, const bell_dec *b, uint32_t precision);
bool bell_dec_multiply(bell_ctx *ctx, bell_dec *a, const bell_dec *b, uint32_t precision);
bool bell_dec_divide(bell_ctx *ctx, bell_dec *a, const bell_dec *b, uint32_t precision);
bool bell_dec_quantize(bell_ctx *ctx, bell_dec *a, int64_t exponent, enum bell_rounding rounding);
uint32_t bell_dec_write(const bell_dec *a, char *digits); /* of the coefficient, "0" for zero */
/* str(); `out` has BELL_DECIMAL_DIGITS_MAX + 40 bytes. */
uint32_t bell_dec_text(const bell_dec *a, char *out);
void bell_dec_from_float(bell_dec *out, double value); /* exact */
double bell_decimal_to_float(bell_ctx *ctx, bell_ref ref);
/* The same of one of the heap; `out` has 850 bytes. */
uint32_t bell_decimal_write(const bell_ctx *ctx, bell_ref ref, char *out);
bell_word bell_decimal_to_str(bell_ctx *ctx, bell_ref ref);
bell_word bell_decimal_format(bell_ctx *ctx, bell_ref ref, bell_ref spec);

/* decimal_functions.c: as the context has it. Faults E0770, E0772, E0774. */
bool bell_dec_exp(bell_ctx *ctx, bell_dec *a);
bool bell_dec_ln(bell_ctx *ctx, bell_dec *a);
bool bell_dec_log10(bell_ctx *ctx, bell_dec *a);
/* A base above zero, finite and not 1, to an exponent with a fraction. */
bool bell_dec_power_of_fraction(bell_ctx *ctx, bell_dec *base, const bell_dec *exponent);

static inline uint32_t bell_dec_precision(const bell_ctx *ctx) { return ctx->heap->decimal_precision; }
static inline enum bell_rounding bell_dec_rounding(const bell_ctx *ctx) { return (enum bell_rounding)ctx->heap->decimal_rounding; }
/* What more digits than those of the default context cost, for one product. */
static inline int64_t bell_dec_work(const bell_ctx *ctx) {
  int64_t digits = bell_dec_precision(ctx);
  return digits <= 28 ? 0 : digits * digits / 256;
}
static inline int64_t bell_dec_adjusted(const bell_dec *a) { return a->size == 0 ? a->exponent : (int64_t)bell_dec_digits(a) + a->exponent - 1; }

#define BELL_DEC_CONTEXT 0 /* as a precision: that of the context, and its bounds */
#define BELL_DEC_EXPONENT_MAX 999999

#endif
