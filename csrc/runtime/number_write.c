/* Writing ints and floats in their shortest form. */
#include <math.h>
#include <string.h>

#include "runtime/number.h"

static const char PAIRS[201] =
  "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
  "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

static inline int count_digits(uint64_t value) {
  int estimate = ((64 - __builtin_clzll(value | 1)) * 1233) >> 12; /* bits * log10(2) */
  return estimate + (value >= bell_powers_of_ten[estimate < 19 ? estimate : 19] || (value == 0 && estimate == 0));
}

static inline void write_pair(char *out, uint32_t value) { memcpy(out, PAIRS + value * 2, 2); }

/* Exactly `count` digits, leading zeros included. */
static inline void write_digits(char *out, uint64_t value, int count) {
  while (count >= 8) { /* the divisions of eight digits do not wait for one another */
    uint64_t rest = value / 100000000;
    uint32_t low = (uint32_t)(value - rest * 100000000), high_4 = low / 10000, low_4 = low % 10000;
    count -= 8;
    write_pair(out + count, high_4 / 100);
    write_pair(out + count + 2, high_4 % 100);
    write_pair(out + count + 4, low_4 / 100);
    write_pair(out + count + 6, low_4 % 100);
    value = rest;
  }
  while (count >= 2) {
    uint64_t rest = value / 100;
    write_pair(out + (count -= 2), (uint32_t)(value - rest * 100));
    value = rest;
  }
  if (count) out[0] = (char)('0' + value);
}

size_t bell_digits_write(char *out, uint64_t value) {
  int count = count_digits(value);
  write_digits(out, value, count);
  return (size_t)count;
}

size_t bell_int_characters(int64_t value) {
  return value >= 0 ? (size_t)count_digits((uint64_t)value) : 1 + (size_t)count_digits(0 - (uint64_t)value);
}

size_t bell_int_write(char *out, int64_t value) {
  if (value >= 0) return bell_digits_write(out, (uint64_t)value);
  out[0] = '-';
  return 1 + bell_digits_write(out + 1, 0 - (uint64_t)value);
}

/* floor((g * x) / 2**127) with its lowest bit set when a fraction was dropped ("rounded to odd"); g has 126 bits, x 63. */
static inline uint64_t round_to_odd(unsigned __int128 g, uint64_t x) {
  uint64_t g1 = (uint64_t)(g >> 63), g0 = (uint64_t)g & INT64_MAX;
  uint64_t x1 = (uint64_t)(((unsigned __int128)g0 * x) >> 64);
  unsigned __int128 y = (unsigned __int128)g1 * x;
  uint64_t z = ((uint64_t)y >> 1) + x1, w = (uint64_t)(y >> 64) + (z >> 63);
  return w | (((z & INT64_MAX) + INT64_MAX) >> 63);
}

/* The algorithm is Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles", 2021); names follow the paper. */
bell_shortest bell_float_shortest(double value) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  uint64_t c = bits & (((uint64_t)1 << 52) - 1);
  int32_t biased = (int32_t)(bits >> 52 & 2047), q = biased ? biased - 1075 : -1074;
  if (biased) c |= (uint64_t)1 << 52;
  uint64_t digits;
  int32_t k;
  if (q <= 0 && q >= -52 && (c & (((uint64_t)1 << -q) - 1)) == 0) { /* an integer below 2**53 is its own shortest form */
    digits = c >> -q;
    k = 0;
  } else {
    bool regular = c != (uint64_t)1 << 52 || biased <= 1; /* a power of two is nearer to its lower neighbour */
    uint64_t out = c & 1, cb = c << 2, cbl = regular ? cb - 2 : cb - 1, cbr = cb + 2;
    k = regular ? (q * 315653) >> 20 : (q * 631305 - 261663) >> 21; /* floor(log10(2**q)), floor(log10(3/4 * 2**q)) */
    int32_t h = q + bell_log2_of_power(-k) + 2;
    const uint64_t *power = bell_powers[-k - BELL_POWER_MIN];
    unsigned __int128 g = (((unsigned __int128)power[0] << 64 | power[1]) >> 2) + 1;
    uint64_t vb = round_to_odd(g, cb << h), vbl = round_to_odd(g, cbl << h), vbr = round_to_odd(g, cbr << h), s = vb >> 2;
    uint64_t below = s / 10 * 10, above = below + 10;
    bool below_in = vbl + out <= below << 2, above_in = (above << 2) + out <= vbr;
    if (s >= 10 && below_in != above_in) {
      digits = below_in ? below : above;
    } else {
      bool s_in = vbl + out <= s << 2, t_in = ((s + 1) << 2) + out <= vbr;
      uint64_t middle = (s << 2) + 2;
      digits = s_in != t_in ? s + t_in : vb < middle || (vb == middle && (s & 1) == 0) ? s : s + 1;
    }
  }
  while (digits % 100000000 == 0) digits /= 100000000, k += 8;
  while (digits % 10 == 0) digits /= 10, k += 1;
  return (bell_shortest){digits, k};
}

size_t bell_float_write_fixed(char *out, double value, int places) {
  uint64_t whole, fraction;
  if (!bell_float_split(value, places, &whole, &fraction)) return 0;
  char *start = out;
  if (signbit(value)) *out++ = '-';
  out += bell_digits_write(out, whole);
  if (places == 0) return (size_t)(out - start);
  *out = '.';
  write_digits(out + 1, fraction, places);
  return (size_t)(out + 1 + places - start);
}

size_t bell_float_write(char *out, double value) {
  char *start = out;
  if (signbit(value) && !isnan(value)) {
    *out++ = '-';
    value = -value;
  }
  if (!isfinite(value)) {
    memcpy(out, isnan(value) ? "nan" : "inf", 3);
    return (size_t)(out + 3 - start);
  }
  if (value == 0) {
    memcpy(out, "0.0", 3);
    return (size_t)(out + 3 - start);
  }
  bell_shortest shortest = bell_float_shortest(value);
  int count = count_digits(shortest.digits), point = count + shortest.exponent;
  if (point > 16 || point < -3) {
    write_digits(out + 1, shortest.digits, count);
    out[0] = out[1];
    out += 1;
    if (count > 1) {
      *out = '.';
      out += count;
    }
    int exponent = point - 1;
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    if (exponent < 0) exponent = -exponent;
    int exponent_digits = exponent < 100 ? 2 : 3;
    write_digits(out, (uint64_t)exponent, exponent_digits);
    out += exponent_digits;
  } else if (point <= 0) {
    memset(out, '0', (size_t)(2 - point));
    out[1] = '.';
    write_digits(out + 2 - point, shortest.digits, count);
    out += 2 - point + count;
  } else if (point < count) {
    uint64_t unit = bell_powers_of_ten[count - point], whole = shortest.digits / unit;
    write_digits(out, whole, point);
    out[point] = '.';
    write_digits(out + point + 1, shortest.digits - whole * unit, count - point);
    out += count + 1;
  } else {
    write_digits(out, shortest.digits, count);
    memset(out + count, '0', (size_t)(point - count));
    memcpy(out + point, ".0", 2);
    out += point + 2;
  }
  return (size_t)(out - start);
}
