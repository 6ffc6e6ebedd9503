/* Decimal digits of floats, rounded exactly at any place.
 *
 * Few digits come from a product of 128 bits with a known error; where that cannot decide the rounding, and for many digits, the
 * exact expansion is made with big integers and rounded as text. */
#include <math.h>
#include <string.h>

#include "runtime/number.h"
#include "runtime/number_bignum.h"

/* |value| = m * 2**e for a finite value. */
static void take_apart(double value, uint64_t *m, int32_t *e) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  int32_t biased = (int32_t)(bits >> 52 & 2047);
  *m = bits & (((uint64_t)1 << 52) - 1);
  if (biased) *m |= (uint64_t)1 << 52;
  *e = biased ? biased - 1075 : -1074;
}

static void drop_zeros(bell_decimal *d) {
  while (d->count && d->digits[d->count - 1] == '0') d->count--;
  if (d->count == 0) d->point = 1;
}

void bell_decimal_exact(bell_decimal *d, double value) {
  uint64_t m, chunk;
  int32_t e;
  take_apart(value, &m, &e);
  d->count = 0;
  d->point = 1;
  if (m == 0) return;
  int32_t zeros = __builtin_ctzll(m); /* an odd m needs the fewest limbs */
  m >>= zeros;
  e += zeros;
  bell_bignum n;
  bell_bignum_set(&n, m);
  char reversed[BELL_DECIMAL_MAX];
  if (e >= 0) {
    bell_bignum_shift_left(&n, (uint32_t)e);
    d->point = 0;
  } else { /* m / 2**-e = m * 5**-e / 10**-e */
    bell_bignum_multiply_power_of_5(&n, (uint32_t)-e);
    d->point = e;
  }
  int32_t count = 0;
  while (n.size) {
    chunk = bell_bignum_divide(&n, bell_powers_of_ten[19]);
    for (int i = 0; i < 19 && (n.size || chunk); i++, chunk /= 10) reversed[count++] = (char)('0' + chunk % 10);
  }
  for (int32_t i = 0; i < count; i++) d->digits[i] = reversed[count - 1 - i];
  d->count = count;
  d->point += count;
  drop_zeros(d);
}

/* Keep `keep` digits of an exact decimal, half to even. */
static void round_digits(bell_decimal *d, int64_t keep) {
  if (keep >= d->count) return;
  if (keep < 0) { /* below half of the last place kept */
    d->count = 0;
    d->point = 1;
    return;
  }
  char next = d->digits[keep];
  bool up = next > '5' || (next == '5' && (d->count > keep + 1 || (keep > 0 && (d->digits[keep - 1] & 1))));
  d->count = (int32_t)keep;
  if (up) {
    while (d->count && d->digits[d->count - 1] == '9') d->count--;
    if (d->count) {
      d->digits[d->count - 1]++;
    } else {
      d->digits[0] = '1';
      d->count = 1;
      d->point++;
      return;
    }
  }
  drop_zeros(d);
}

bool bell_float_split(double value, int places, uint64_t *whole, uint64_t *fraction) {
  uint64_t m;
  int32_t e;
  if (!(fabs(value) < 0x1p53)) return false;
  take_apart(value, &m, &e);
  if (e >= 0) { /* only 2**52 <= value */
    *whole = m << e;
    *fraction = 0;
    return true;
  }
  int32_t s = -e;
  *whole = s < 64 ? m >> s : 0;
  uint64_t part = s < 64 ? m & (((uint64_t)1 << s) - 1) : m;
  unsigned __int128 product = (unsigned __int128)part * bell_powers_of_ten[places]; /* below 2**53 * 2**64 */
  if (s > 120) { /* below half */
    *fraction = 0;
    return true;
  }
  uint64_t q = (uint64_t)(product >> s);
  unsigned __int128 rest = product & (((unsigned __int128)1 << s) - 1), half = (unsigned __int128)1 << (s - 1);
  bool odd = places ? q & 1 : *whole & 1;
  if (rest > half || (rest == half && odd)) q++;
  if (q == bell_powers_of_ten[places]) {
    q = 0;
    ++*whole;
  }
  *fraction = q;
  return true;
}

/* Exactly `count` digits. */
static void append_digits(bell_decimal *d, uint64_t value, int count) {
  for (int i = count - 1; i >= 0; i--, value /= 10) d->digits[d->count + i] = (char)('0' + value % 10);
  d->count += count;
}

void bell_decimal_fixed(bell_decimal *d, double value, int64_t places) {
  uint64_t whole, fraction;
  if (places >= 0 && places <= 19 && bell_float_split(value, (int)places, &whole, &fraction)) {
    d->count = 0;
    if (whole) {
      d->count = (int32_t)bell_digits_write(d->digits, whole);
      d->point = d->count;
      append_digits(d, fraction, (int)places);
    } else {
      d->count = fraction ? (int32_t)bell_digits_write(d->digits, fraction) : 0;
      d->point = d->count - (int32_t)places;
    }
    drop_zeros(d);
    return;
  }
  bell_decimal_exact(d, value);
  if (places < 1100) round_digits(d, places < -1100 ? -1 : d->point + places);
}

/* Up to 17 digits by one product; false when the error leaves the rounding open. */
static bool few_digits(bell_decimal *d, double value, int significant) {
  uint64_t m;
  int32_t e;
  take_apart(value, &m, &e);
  int shift = __builtin_clzll(m);
  m <<= shift;
  e -= shift; /* value = m * 2**e, m >= 2**63 */
  int32_t log10 = ((e + 63) * 315653) >> 20; /* floor(log10(2**(e + 63))): that of value, or one less */
  uint64_t limit = bell_powers_of_ten[significant];
  for (int32_t k = significant - 1 - log10;; k--) {
    if (k < BELL_POWER_MIN || k > BELL_POWER_MAX) return false;
    const uint64_t *power = bell_powers[k - BELL_POWER_MIN];
    unsigned __int128 high = (unsigned __int128)m * power[0] + (((unsigned __int128)m * power[1]) >> 64);
    /* value * 10**k = (high + error) * 2**(e + log2 - 127 + 64), 0 <= error < 2 */
    int32_t s = -(e + bell_log2_of_power(k) - 63);
    if (s < 8 || s > 127) return false;
    uint64_t digits = (uint64_t)(high >> s);
    if (digits >= limit) continue;
    unsigned __int128 rest = high & (((unsigned __int128)1 << s) - 1), half = (unsigned __int128)1 << (s - 1);
    if (rest <= half && half - rest <= 2) return false;
    digits += rest > half;
    d->point = significant - k;
    if (digits == limit) {
      digits /= 10;
      d->point++;
    }
    d->count = 0;
    append_digits(d, digits, significant);
    drop_zeros(d);
    return true;
  }
}

void bell_decimal_significant(bell_decimal *d, double value, int64_t significant) {
  if (value == 0) {
    d->count = 0;
    d->point = 1;
  } else if (significant > 17 || !few_digits(d, value, (int)significant)) {
    bell_decimal_exact(d, value);
    round_digits(d, significant);
  }
}
