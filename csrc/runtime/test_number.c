/* Reading and writing numbers under the sanitizers: what is written reads back, and the ends of every table and buffer are touched. */
#include "runtime/number.h"

#include <math.h>
#include <string.h>

#include "check.h"
#include "runtime/number_bignum.h"

static double from_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, 8);
  return value;
}

static uint64_t random_bits(void) { /* xorshift64 */
  static uint64_t state = 88172645463325252u;
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static double read_back(const bell_shortest *s) {
  char digits[20];
  size_t count = bell_digits_write(digits, s->digits);
  return bell_decimal_read(digits, count, (int64_t)count + s->exponent, false);
}

static void check_value(double value) {
  char text[BELL_FLOAT_CHARACTERS_MAX];
  CHECK(bell_float_write(text, value) <= BELL_FLOAT_CHARACTERS_MAX && bell_float_write(text, -value) <= BELL_FLOAT_CHARACTERS_MAX);
  if (!isfinite(value) || value <= 0) return;
  bell_shortest shortest = bell_float_shortest(value);
  CHECK(read_back(&shortest) == value && shortest.digits % 10 != 0);
  bell_decimal decimal, few;
  bell_decimal_exact(&decimal, value);
  CHECK(decimal.count <= 767 && bell_decimal_read(decimal.digits, (size_t)decimal.count, decimal.point, false) == value);
  for (int significant = 1; significant <= 17; significant++) { /* the fast way and the exact one agree */
    bell_decimal_significant(&few, value, significant);
    CHECK(few.count <= significant);
    if (significant == 17) CHECK(bell_decimal_read(few.digits, (size_t)few.count, few.point, false) == value);
  }
}

static void test_floats(void) {
  for (int exponent = 0; exponent < 2048; exponent++) {
    uint64_t word = (uint64_t)exponent << 52;
    for (int offset = -2; offset <= 2; offset++) check_value(from_bits(word + (uint64_t)offset));
  }
  for (int i = 0; i < 20000; i++) check_value(from_bits(random_bits() & INT64_MAX));
}

static void test_texts(void) {
  static const struct { double value; const char *text; } known[] = {
    {0.0, "0.0"}, {-0.0, "-0.0"}, {5e-324, "5e-324"}, {1e16, "1e+16"}, {9999999999999998.0, "9999999999999998.0"}, {1e-4, "0.0001"},
    {1e-5, "1e-05"}, {123456.0, "123456.0"}, {0.1, "0.1"}, {1e100, "1e+100"}, {-2.2250738585072014e-308, "-2.2250738585072014e-308"},
    {1.7976931348623157e308, "1.7976931348623157e+308"}, {9007199254740993.0, "9007199254740992.0"}, {INFINITY, "inf"}, {-INFINITY, "-inf"},
    {NAN, "nan"}, {2e-323, "2e-323"},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char text[BELL_FLOAT_CHARACTERS_MAX];
    size_t size = bell_float_write(text, known[i].value);
    CHECK(size == strlen(known[i].text) && memcmp(text, known[i].text, size) == 0);
  }
  char text[BELL_INT_CHARACTERS_MAX];
  CHECK(bell_int_write(text, INT64_MIN) == 20 && memcmp(text, "-9223372036854775808", 20) == 0);
  CHECK(bell_digits_write(text, UINT64_MAX) == 20 && memcmp(text, "18446744073709551615", 20) == 0);
  for (uint64_t power = 1, digits = 1; digits <= 20; digits++, power *= 10) {
    CHECK(bell_digits_write(text, power) == digits && text[0] == '1' && (power == 1 || bell_digits_write(text, power - 1) == digits - 1));
  }
}

static void test_halves(void) { /* between 1 and the next float, 1 + 2**-53: even, above, below */
  const char *half = "100000000000000011102230246251565404236316680908203125";
  size_t count = strlen(half);
  CHECK(bell_decimal_read(half, count, 1, false) == 1.0);
  CHECK(bell_decimal_read(half, count, 1, true) == 1.0 + 0x1p-52);
  char below[64];
  memcpy(below, half, count);
  below[count - 1] = '4';
  CHECK(bell_decimal_read(below, count, 1, true) == 1.0);
  char longest[2000]; /* more digits than matter */
  memset(longest, '0', sizeof longest);
  memcpy(longest, half, count);
  CHECK(bell_decimal_read(longest, sizeof longest, 1, false) == 1.0);
  longest[1999] = '1';
  CHECK(bell_decimal_read(longest, sizeof longest, 1, false) == 1.0 + 0x1p-52);
  memset(longest, '9', sizeof longest);
  CHECK(bell_decimal_read(longest, sizeof longest, 308, true) == 0x1.1ccf385ebc8ap+1023); /* 1e308 from below */
  CHECK(bell_decimal_read(longest, sizeof longest, 309, true) == 0x1.1ccf385ebc8ap+1023 * 0 + INFINITY);
  CHECK(bell_decimal_read(longest, sizeof longest, -323, true) == 2 * 0x1p-1074);
  CHECK(bell_decimal_read("24703282292062327", 17, -323, false) == 0 && bell_decimal_read("24703282292062328", 17, -323, false) == 0x1p-1074);
}

static void test_fixed(void) {
  bell_decimal d;
  bell_decimal_fixed(&d, 0.5, 0);
  CHECK(d.count == 0);
  bell_decimal_fixed(&d, 1.5, 0);
  CHECK(d.count == 1 && d.digits[0] == '2' && d.point == 1);
  bell_decimal_fixed(&d, 999.9996, 3);
  CHECK(d.count == 1 && d.digits[0] == '1' && d.point == 4);
  bell_decimal_fixed(&d, 1e308, INT64_MAX);
  CHECK(d.point == 309);
  bell_decimal_fixed(&d, 5e-324, 1074);
  CHECK(d.count == 751 && d.point == -323);
  bell_decimal_fixed(&d, 5e-324, 1073);
  CHECK(d.count == 750);
  bell_decimal_fixed(&d, 1e22, -22);
  CHECK(d.count == 1 && d.point == 23);
  bell_decimal_fixed(&d, 1e22, INT64_MIN);
  CHECK(d.count == 0);
  uint64_t whole, fraction;
  CHECK(bell_float_split(0x1p53 - 1, 19, &whole, &fraction) && whole == ((uint64_t)1 << 53) - 1 && fraction == 0);
  CHECK(bell_float_split(0x1.fffffffffffffp-1, 3, &whole, &fraction) && whole == 1 && fraction == 0);
  CHECK(bell_float_split(5e-324, 19, &whole, &fraction) && whole == 0 && fraction == 0);
  CHECK(!bell_float_split(0x1p53, 0, &whole, &fraction) && !bell_float_split(NAN, 0, &whole, &fraction));
}

static void test_bignum(void) {
  bell_bignum a, b;
  bell_bignum_set(&a, 1);
  bell_bignum_multiply_power_of_5(&a, 1000);
  bell_bignum_shift_left(&a, 1000);
  bell_bignum_set(&b, 1);
  for (int i = 0; i < 1000; i++) bell_bignum_multiply_add(&b, 10, 0);
  CHECK(bell_bignum_compare(&a, &b) == 0);
  bell_bignum_multiply_add(&b, 1, 7);
  CHECK(bell_bignum_compare(&a, &b) < 0 && bell_bignum_divide(&b, 1000) == 7);
  for (int i = 0; i < 332; i++) CHECK(bell_bignum_divide(&b, 1000) == 0);
  CHECK(b.size == 1 && b.limbs[0] == 10);
}

int main(void) {
  test_floats();
  test_texts();
  test_halves();
  test_fixed();
  test_bignum();
  return 0;
}
