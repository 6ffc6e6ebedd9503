/* From decimal digits to the nearest double.
 *
 * Up to 19 digits are one word; its product with a power of ten of 128 bits bounds the value from below and above. If both bounds round to the
 * same double, that is the answer; this is the idea of Eisel and Lemire ("Number parsing at a gigabyte per second", 2021). Otherwise the
 * value is compared with the middle of the two candidates in big integers. */
#include <math.h>
#include <string.h>

#include "runtime/number.h"
#include "runtime/number_bignum.h"

/* Round (high.low) * 2**exponent, high with its top bit at 126 or 127 and low the 64 bits below it, to the nearest double, half to even. */
static double round_bits(unsigned __int128 high, uint64_t low, int32_t exponent) {
  int32_t top = 127 - __builtin_clzll((uint64_t)(high >> 64)), scale = exponent + top; /* 2**scale <= value < 2**(scale + 1) */
  if (scale > 1023) return INFINITY;
  int32_t kept = scale >= -1022 ? 53 : 53 - (-1022 - scale); /* bits of the significand, fewer for subnormals */
  if (kept < 0) return 0;
  int32_t s = top + 1 - kept; /* 74 to 128 */
  uint64_t m = s < 128 ? (uint64_t)(high >> s) : 0;
  unsigned __int128 rest = s < 128 ? high & (((unsigned __int128)1 << s) - 1) : high, half = (unsigned __int128)1 << (s - 1);
  m += rest > half || (rest == half && (low || m & 1));
  uint64_t bits = kept == 53 ? ((uint64_t)(exponent + s + 1074) << 52) + m : m; /* m brings its own top bit: a carry moves the exponent */
  double value;
  memcpy(&value, &bits, 8);
  return value;
}

static double next_above(double value) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  bits++;
  memcpy(&value, &bits, 8);
  return value;
}

/* Digits and sticky as for bell_decimal_read; the value is between `below` and the next double: which is nearer? */
static double decide(const char *digits, size_t count, int64_t point, bool sticky, double below) {
  if (count > BELL_DECIMAL_MAX - 1) { /* no middle of two doubles has so many digits: the rest can only tell more from equal */
    count = BELL_DECIMAL_MAX - 1;
    sticky = true; /* the last digit is not 0 */
  }
  bell_bignum left, right;
  bell_bignum_set(&left, 0);
  size_t at = 0;
  while (at < count) {
    uint64_t chunk = 0;
    size_t end = at + 19 < count ? at + 19 : count, length = end - at;
    for (; at < end; at++) chunk = chunk * 10 + (uint64_t)(digits[at] - '0');
    if (left.size == 0) {
      bell_bignum_set(&left, chunk);
    } else {
      bell_bignum_multiply_add(&left, bell_powers_of_ten[length], chunk);
    }
  }
  int64_t q = point - (int64_t)count;
  if (sticky) {
    bell_bignum_multiply_add(&left, 10, 1);
    q--;
  }
  uint64_t bits, m;
  memcpy(&bits, &below, 8);
  int32_t biased = (int32_t)(bits >> 52 & 2047), e = biased ? biased - 1075 : -1074;
  m = bits & (((uint64_t)1 << 52) - 1);
  if (biased) m |= (uint64_t)1 << 52;
  bell_bignum_set(&right, 2 * m + 1); /* the middle is (2m + 1) * 2**(e - 1) */
  e -= 1;
  if (q >= 0) {
    bell_bignum_multiply_power_of_5(&left, (uint32_t)q);
  } else {
    bell_bignum_multiply_power_of_5(&right, (uint32_t)-q);
  }
  int64_t twos = q - e; /* left * 2**q against right * 2**e */
  if (twos >= 0) {
    bell_bignum_shift_left(&left, (uint32_t)twos);
  } else {
    bell_bignum_shift_left(&right, (uint32_t)-twos);
  }
  int order = bell_bignum_compare(&left, &right);
  return order > 0 || (order == 0 && m & 1) ? next_above(below) : below;
}

double bell_decimal_read(const char *digits, size_t count, int64_t point, bool sticky) {
  while (count && *digits == '0') digits++, count--, point--;
  while (count && !sticky && digits[count - 1] == '0') count--;
  if (count == 0) return 0; /* sticky digits are never all there is */
  if (point > 310) return INFINITY;
  if (point < -323) return 0; /* below 10**-324, which is below half the smallest subnormal */
  uint64_t w = 0;
  size_t taken = count < 19 ? count : 19;
  for (size_t i = 0; i < taken; i++) w = w * 10 + (uint64_t)(digits[i] - '0');
  bool cut = sticky || taken < count;
  int32_t q = (int32_t)(point - (int64_t)taken);
  static const double exact[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (!cut && w <= (uint64_t)1 << 53 && q >= -22 && q <= 22) { /* one operation on exact operands rounds once (Clinger) */
    return q < 0 ? (double)w / exact[-q] : (double)w * exact[q];
  }
  int shift = __builtin_clzll(w);
  uint64_t m = w << shift;
  const uint64_t *power = bell_powers[q - BELL_POWER_MIN];
  unsigned __int128 product = (unsigned __int128)m * power[1];
  unsigned __int128 high = (unsigned __int128)m * power[0] + (uint64_t)(product >> 64);
  uint64_t low = (uint64_t)product;
  int32_t exponent = bell_log2_of_power(q) - 127 - shift + 64;
  double below = round_bits(high, low, exponent);
  if (!cut && bell_power_is_exact(q)) return below;
  /* From above: (m + d) * (power + 1), d = 2**shift if digits were cut, else 0; rounded up to a multiple of 2**64. */
  unsigned __int128 full = (unsigned __int128)power[0] << 64 | power[1];
  unsigned __int128 above = high + 1 + (cut ? (full >> (64 - shift)) + 2 : 0); /* cut: w >= 10**18, so shift <= 4 */
  if (above > high && round_bits(above, UINT64_MAX, exponent) == below) return below;
  return decide(digits, count, point, sticky, below);
}
