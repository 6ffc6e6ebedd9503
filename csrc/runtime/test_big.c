/* Ints of any size against answers that are known, and limbs against their own laws. */
#include "runtime/big.h"

#include <math.h>

#include "runtime/heap.h"
#include "runtime/number.h"
#include "runtime/test_module.h"

static bell_ctx *ctx; /* of the test that runs */

static bell_word big(const char *digits) { return keep(ctx, bell_str_to_integer(ctx, text(ctx, digits), 10, true)); }
static bool is(bell_word word, const char *digits) { return word != 0 && reads(ctx, keep(ctx, bell_any_to_str(ctx, keep(ctx, word))), digits); }

/* The smallest form that holds it: a word, a box or limbs, the highest not 0. */
static bool is_normal(bell_word word) {
  bell_value value = bell_any_value(ctx, word);
  if (value.kind != BELL_BIG) return value.kind == BELL_INT && (word & 1) == (value.i >= INT64_MIN / 2 && value.i <= INT64_MAX / 2);
  const bell_big *object = BELL_BIG_AT(ctx, value.ref);
  int64_t small;
  bell_integer read;
  return object->limbs[object->size - 1] != 0 && bell_integer_word(ctx, word, &read) && !bell_integer_small(&read, &small);
}

static const struct { const char *a; int operator_; const char *b, *result; } ANSWERS[] = {
  {"9223372036854775807", 0, "1", "9223372036854775808"}, /* + */
  {"-9223372036854775808", 1, "1", "-9223372036854775809"}, /* - */
  {"18446744073709551616", 0, "-18446744073709551616", "0"}, /* + */
  {"340282366920938463463374607431768211455", 0, "1", "340282366920938463463374607431768211456"}, /* + */
  {"340282366920938463463374607431768211456", 1, "1", "340282366920938463463374607431768211455"}, /* - */
  {"-18446744073709551616", 0, "9223372036854775808", "-9223372036854775808"}, /* + */
  {"4294967296", 2, "2147483648", "9223372036854775808"}, /* * */
  {"-9223372036854775808", 2, "-1", "9223372036854775808"}, /* * */
  {"18446744073709551615", 2, "18446744073709551615", "340282366920938463426481119284349108225"}, /* * */
  {"10000000000000000000000000", 2, "-10000000000000000000000000", "-100000000000000000000000000000000000000000000000000"}, /* * */
  {"-10000000000000000000000000000000000000000", 4, "3", "-3333333333333333333333333333333333333334"}, /* // */
  {"-10000000000000000000000000000000000000000", 5, "3", "2"}, /* % */
  {"10000000000000000000000000000000000000000", 4, "-100000000000000000001", "-100000000000000000000"}, /* // */
  {"10000000000000000000000000000000000000000", 5, "-100000000000000000001", "-100000000000000000000"}, /* % */
  {"6277101735386680763835789423207666416102355444464034512896", 4, "170141183460469231731687303715884105729", "36893488147419103231"}, /* // */
  {"6277101735386680763835789423207666416102355444464034512896", 5, "170141183460469231731687303715884105729", "170141183460469231694793815568465002497"}, /* % */
  {"3138550867693340381917894711603833208051177722232017256447", 4, "170141183460469231740910675752738881535", "18446744073709551615"}, /* // */
  {"6277101735386680763155224689365789489194052973674207641599", 5, "340282366920938463444927863358058659841", "340282366920938463426481119284349108225"}, /* % */
  {"6277101735386680763155224689365789489194052973674207641599", 4, "340282366920938463444927863358058659841", "18446744073709551614"}, /* // */
  {"3", 6, "100", "515377520732011331036461129765621272702107522001"}, /* ** */
  {"-2", 6, "65", "-36893488147419103232"}, /* ** */
  {"-2", 6, "64", "18446744073709551616"}, /* ** */
  {"0", 6, "0", "1"}, /* ** */
  {"1", 7, "64", "18446744073709551616"}, /* << */
  {"-3", 7, "127", "-510423550381407695195061911147652317184"}, /* << */
  {"-18446744073709551617", 8, "1", "-9223372036854775809"}, /* >> */
  {"-1267650600228229401496703205376", 8, "100", "-1"}, /* >> */
  {"1267650600228229401496703205375", 8, "99", "1"}, /* >> */
  {"-1", 8, "500", "-1"}, /* >> */
  {"18446744073709551616", 8, "1", "9223372036854775808"}, /* >> */
  {"-18446744073709551616", 9, "36893488147419103231", "18446744073709551616"}, /* & */
  {"-1", 9, "1180591620717411303424", "1180591620717411303424"}, /* & */
  {"-18446744073709551616", 10, "1", "-18446744073709551615"}, /* | */
  {"18446744073709551616", 10, "-1", "-1"}, /* | */
  {"-18446744073709551616", 11, "18446744073709551615", "-1"}, /* ^ */
  {"18446744073709551616", 11, "18446744073709551616", "0"}, /* ^ */
  {"-18446744073709551617", 9, "-36893488147419103232", "-36893488147419103232"}, /* & */
};

static void test_operators(bool stress) {
  ctx = make_context(stress);
  for (size_t k = 0; k < sizeof ANSWERS / sizeof *ANSWERS; k++) {
    bell_word result = keep(ctx, bell_any_binary(ctx, ANSWERS[k].operator_, big(ANSWERS[k].a), big(ANSWERS[k].b)));
    CHECK(is(result, ANSWERS[k].result) && is_normal(result));
  }
  CHECK(bell_any_binary(ctx, 4, big("18446744073709551616"), bell_any_from_int(ctx, 0)) == 0 && ctx->fault == 501);
  ctx->fault = 0;
  bell_ctx_destroy(ctx);
}

static void test_order_and_hash(void) {
  ctx = make_context(false);
  const char *rising[] = {"-36893488147419103232", "-18446744073709551616", "-9223372036854775809", "-9223372036854775808", "-1", "0", "1",
                          "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616"};
  int count = (int)(sizeof rising / sizeof *rising);
  for (int a = 0; a < count; a++) {
    for (int b = 0; b < count; b++) {
      bell_word x = big(rising[a]), y = big(rising[b]);
      CHECK(bell_any_compare(ctx, 0, x, y) == (a < b) && bell_any_compare(ctx, 3, x, y) == (a >= b) && bell_any_eq(ctx, x, y) == (a == b));
    }
  }
  /* hash() of CPython: modulo 2**61 - 1, -2 for -1. */
  CHECK(bell_any_hash(ctx, big("18446744073709551616")) == 8 && bell_any_hash(ctx, big("-18446744073709551616")) == -8);
  CHECK(bell_any_hash(ctx, big("10000000000000000000000000000000000000000")) == 1388497483929617590);
  CHECK(bell_any_hash(ctx, big("-11529215046068469756")) == -2);
  CHECK(bell_any_hash(ctx, big("1298074214633706907132624082305024")) == bell_any_hash(ctx, keep(ctx, bell_any_from_float(ctx, 0x1p110))));
  bell_ctx_destroy(ctx);
}

static void test_floats(void) {
  ctx = make_context(false);
  bell_integer a, b;
  CHECK(bell_integer_word(ctx, big("18446744073709553664"), &a) && bell_integer_to_float(&a) == 0x1p64); /* half way: to even */
  CHECK(bell_integer_word(ctx, big("18446744073709553665"), &a) && bell_integer_to_float(&a) == 0x1.0000000000001p64); /* above half way */
  CHECK(bell_integer_word(ctx, big("-18446744073709557760"), &a) && bell_integer_to_float(&a) == -0x1.0000000000002p64);
  CHECK(bell_integer_compare_float(&a, -INFINITY) == 1 && bell_integer_compare_float(&a, NAN) == 2);
  CHECK(bell_integer_word(ctx, big("18446744073709551617"), &a) && bell_integer_compare_float(&a, 0x1p64) == 1 && bell_integer_compare_float(&a, 0x1.0000000000001p64) == -1);
  CHECK(bell_integer_word(ctx, bell_any_from_int(ctx, 3), &b) && bell_integer_quotient(ctx, &a, &b) == 6.148914691236517e+18);
  CHECK(is(bell_integer_from_float(ctx, -0x1.8p70), "-1770887431076116955136") && is(bell_integer_from_float(ctx, -1.75), "-1"));
  bell_ctx_destroy(ctx);
}

static void test_mathematics(void) {
  ctx = make_context(false);
  bell_integer a, b, m;
  CHECK(bell_integer_word(ctx, big("10000000000000000000000000000000000000005"), &a) && is(bell_integer_isqrt(ctx, &a), "100000000000000000000"));
  CHECK(bell_integer_word(ctx, big("9999999999999999999999999999999999999999"), &a) && is(bell_integer_isqrt(ctx, &a), "99999999999999999999"));
  CHECK(bell_integer_word(ctx, bell_any_from_int(ctx, 3), &a) && bell_integer_word(ctx, big("100000000000000000000"), &b) &&
        bell_integer_word(ctx, big("1000000000000000000000000000000"), &m));
  CHECK(is(bell_integer_power_modulo(ctx, &a, &b, &m), "427865522000000000000000000001"));
  CHECK(is(bell_any_pow_mod(ctx, bell_any_from_int(ctx, 3), bell_any_from_int(ctx, -1), big("1000000000000000000000000000057")), "666666666666666666666666666705"));
  CHECK(bell_integer_word(ctx, big("11408855402054064613470328848384"), &a) && bell_integer_word(ctx, big("847544348798892439652940749688313000363032576"), &b));
  CHECK(is(bell_integer_gcd(ctx, &a, &b), "10625324586456701730816"));
  CHECK(bell_integer_word(ctx, bell_any_from_int(ctx, 25), &a) && is(bell_integer_factorial(ctx, &a), "15511210043330985984000000"));
  CHECK(is(bell_any_to_base(ctx, 16, big("-340282366920938463463374607431768211456")), "-0x100000000000000000000000000000000"));
  bell_ctx_destroy(ctx);
}

static void test_digits(bool stress) {
  ctx = make_context(stress);
  char digits[BELL_INT_DIGITS_MAX + 3];
  for (int count = 17; count <= BELL_INT_DIGITS_MAX; count += count < 60 ? 1 : 613) {
    for (int i = 0; i < count; i++) digits[i] = (char)('0' + (i * i + 7 * i + 1) % 10);
    digits[count] = 0;
    CHECK(is(big(digits), digits));
    memset(digits, '0', (size_t)count); /* a power of ten: every chunk of digits but the first is zeros */
    digits[0] = '1';
    CHECK(is(big(digits), digits));
    bell_ctx_begin(ctx, INT64_MAX);
    bell_heap_set_stress(ctx, stress);
    ctx->roots_top = ctx->roots_base;
  }
  memset(digits, '9', BELL_INT_DIGITS_MAX + 1);
  digits[BELL_INT_DIGITS_MAX + 1] = 0;
  CHECK(bell_str_to_integer(ctx, text(ctx, digits), 10, true) == 0 && ctx->fault == 719);
  ctx->fault = 0;
  bell_ctx_destroy(ctx);
}

/* --- limbs ------------------------------------------------------------------------------------------------------------------------ */

#define LIMBS_MAX 200

static uint64_t state = 88172645463325252u;

/* Limbs of all ones and of zeros as often as any: they carry, borrow and are guessed wrong. */
static bell_limb next_limb(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state % 5 == 0 ? UINT64_MAX : state % 5 == 1 ? 0 : state % 5 == 2 ? (bell_limb)1 << 63 : state;
}

static uint64_t fill(bell_limb *limbs, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) limbs[i] = next_limb();
  if (limbs[count - 1] == 0) limbs[count - 1] = 1;
  return count;
}

static void multiply_slowly(bell_limb *r, const bell_limb *a, uint64_t n, const bell_limb *b, uint64_t m) {
  memset(r, 0, (n + m) * 8);
  for (uint64_t i = 0; i < n; i++) {
    bell_limb row[LIMBS_MAX + 1];
    row[m] = bell_limbs_scale(row, b, m, a[i], 0);
    CHECK(bell_limbs_add(r + i, r + i, n + m - i, row, m + 1) == 0);
  }
}

static void test_limbs(void) {
  static bell_limb a[LIMBS_MAX], b[LIMBS_MAX], product[2 * LIMBS_MAX], slow[2 * LIMBS_MAX], quotient[2 * LIMBS_MAX + 1], scratch[16 * LIMBS_MAX];
  ctx = make_context(false);
  for (int round = 0; round < 400; round++) {
    uint64_t m = 1 + (uint64_t)round % (round % 4 == 0 ? LIMBS_MAX : 9), n = m + state % (LIMBS_MAX - m + 1);
    fill(a, n), fill(b, m);
    CHECK(bell_limbs_multiply_scratch(n, m) <= sizeof scratch / 8);
    bell_limbs_multiply(ctx, product, a, n, b, m, scratch);
    multiply_slowly(slow, a, n, b, m);
    CHECK(memcmp(product, slow, (n + m) * 8) == 0);
    /* (a * b + c) / b is a, and c is left: c is b - 1 or less. */
    bell_limb rest[LIMBS_MAX];
    memcpy(rest, b, m * 8);
    bell_limbs_sub(rest, rest, m, (bell_limb[]){1}, 1);
    if (round % 3 == 0) rest[m - 1] = 0;
    CHECK(bell_limbs_add(product, product, n + m, rest, m) == 0);
    uint64_t size = bell_limbs_normal(product, n + m);
    bell_limbs_divide(ctx, quotient, product, size, b, m, scratch);
    CHECK(bell_limbs_normal(quotient, size - m + 1) == n && memcmp(quotient, a, n * 8) == 0 && memcmp(product, rest, m * 8) == 0);
    /* Shifts there and back; nothing is lost on the way back. */
    uint64_t count = state % 300, wide = n + count / 64 + 1;
    bell_limbs_shift_left(product, a, n, count);
    CHECK(bell_limbs_bits(product, bell_limbs_normal(product, wide)) == bell_limbs_bits(a, n) + count);
    CHECK(!bell_limbs_shift_right(product, product, wide, count) && memcmp(product, a, n * 8) == 0);
    bell_limbs_shift_left(product, a, n, 64);
    product[0] = 1;
    CHECK(bell_limbs_shift_right(product, product, n + 1, 1)); /* the 1 is gone */
    CHECK(bell_limbs_compare(a, n, a, n) == 0 && bell_limbs_compare(b, m, product, n + 1) != 0);
  }
  CHECK(bell_limb_gcd(0, 12) == 12 && bell_limb_gcd(UINT64_MAX, 255) == 255 && bell_limb_gcd((bell_limb)1 << 63, 96) == 32);
  bell_ctx_destroy(ctx);
}

int main(void) {
  for (int stress = 0; stress < 2; stress++) {
    test_operators(stress);
    test_digits(stress);
  }
  test_order_and_hash();
  test_floats();
  test_mathematics();
  test_limbs();
  return 0;
}
