/* Reading and writing numbers. Knows nothing of strings, memory or faults: everything works on ASCII and plain words. */
#ifndef BELL_NUMBER_H
#define BELL_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BELL_INT_CHARACTERS_MAX 20   /* -9223372036854775808 */
#define BELL_FLOAT_CHARACTERS_MAX 24 /* -2.2250738585072014e-308 */

/* Decimal digits of a magnitude; returns their number, at most 20. No sign, no NUL. */
size_t bell_digits_write(char *out, uint64_t value);
/* At most BELL_INT_CHARACTERS_MAX characters; their number beforehand, sign included. */
size_t bell_int_characters(int64_t value);
size_t bell_int_write(char *out, int64_t value);
/* repr(): the shortest digits that read back as the same float, the closest of these; at most BELL_FLOAT_CHARACTERS_MAX characters. */
size_t bell_float_write(char *out, double value);
/* With `places` 0..19 digits behind the point, rounded half to even; 0 where bell_float_split gives none. At most BELL_FIXED_CHARACTERS_MAX. */
#define BELL_FIXED_CHARACTERS_MAX 40
size_t bell_float_write_fixed(char *out, double value, int places);

/* digits * 10**exponent, the shortest that reads back as `value`, which is finite and positive. `digits` has no trailing zero. */
typedef struct { uint64_t digits; int32_t exponent; } bell_shortest;
bell_shortest bell_float_shortest(double value);

/* The decimal digits of a finite float, d1 d2 d3 ... with value = 0.d1d2d3... * 10**point. Not all need be written: those that are missing
 * are zeros. A value of zero has count 0 and point 1. */
#define BELL_DECIMAL_MAX 800 /* a double has at most 767 significant decimal digits */
typedef struct { int32_t count, point; char digits[BELL_DECIMAL_MAX]; } bell_decimal;

/* |value| rounded half to even to `places` digits behind the point (before it when negative). */
void bell_decimal_fixed(bell_decimal *decimal, double value, int64_t places);
/* |value| rounded half to even to `significant` >= 1 digits. */
void bell_decimal_significant(bell_decimal *decimal, double value, int64_t significant);
/* All digits of |value|. */
void bell_decimal_exact(bell_decimal *decimal, double value);

/* The double nearest to 0.d1d2...dn * 10**point, half to even; infinity beyond the largest, never negative. `sticky`: more digits follow, not all
 * zero. Any count of digits. */
double bell_decimal_read(const char *digits, size_t count, int64_t point, bool sticky);

/* |value| with `places` 0..19 decimals as two integers: `whole`, and `fraction` in units of 10**-places, rounded half to even. Returns false when it
 * is too large (2**53 and more) or not finite. */
bool bell_float_split(double value, int places, uint64_t *whole, uint64_t *fraction);

extern const uint64_t bell_powers_of_ten[20]; /* 10**0 .. 10**19 */

/* The 128 leading bits of 10**q, high word first, rounded down: 10**q = (row + r) * 2**(bell_log2_of_power(q) - 127), 0 <= r < 1, and r = 0 for q
 * from 0 to 55. */
#define BELL_POWER_MIN (-342)
#define BELL_POWER_MAX 340
extern const uint64_t bell_powers[BELL_POWER_MAX - BELL_POWER_MIN + 1][2];
/* floor(q * log2(10)) for the powers of the table. */
static inline int32_t bell_log2_of_power(int32_t q) { return (q * 217706) >> 16; }
static inline bool bell_power_is_exact(int32_t q) { return q >= 0 && q <= 55; }

#endif
