/* Formatting under the sanitizers: long results, wide fills, every type. The texts are compared with CPython's by tests/runtime_text. */
#include <math.h>

#include "check.h"
#include "runtime/context.h"
#include "runtime/ops.h"
#include "runtime/str.h"

static bell_ctx *make(void) {
  bell_ctx *ctx = bell_ctx_create(&(bell_config){.memory_max = 1 << 20, .roots_max = 64});
  CHECK(ctx != NULL);
  bell_ctx_begin(ctx, 1 << 30);
  return ctx;
}

static bell_ref str(bell_ctx *ctx, const char *utf8) { return bell_str_from_utf8(ctx, utf8, strlen(utf8)); }

static bool is(bell_ctx *ctx, bell_ref ref, const char *utf8) {
  char out[4096];
  size_t size = ref ? bell_str_to_utf8(ctx, ref, out, sizeof out) : 0;
  return ref && size == strlen(utf8) && memcmp(out, utf8, size) == 0;
}

static void test_texts(void) {
  bell_ctx *ctx = make();
  CHECK(is(ctx, bell_float_format(ctx, 3.14159, str(ctx, ".2f")), "3.14"));
  CHECK(is(ctx, bell_float_format(ctx, -1234567.891, str(ctx, "\xe2\x82\xac^20,.1f")), "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac-1,234,567.9\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"));
  CHECK(is(ctx, bell_float_format(ctx, 0.000123, str(ctx, "g")), "0.000123"));
  CHECK(is(ctx, bell_float_format(ctx, 1e20, str(ctx, "")), "1e+20"));
  CHECK(is(ctx, bell_float_format(ctx, -0.001, str(ctx, "z.1f")), "0.0"));
  CHECK(is(ctx, bell_float_format(ctx, 0.256, str(ctx, ".1%")), "25.6%"));
  CHECK(is(ctx, bell_float_format(ctx, -INFINITY, str(ctx, "08F")), "-0000INF"));
  CHECK(is(ctx, bell_int_format(ctx, 255, str(ctx, "#010x")), "0x000000ff"));
  CHECK(is(ctx, bell_int_format(ctx, 123, str(ctx, "04,")), "0,123"));
  CHECK(is(ctx, bell_int_format(ctx, INT64_MIN, str(ctx, "_b")),
           "-1000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000"));
  CHECK(is(ctx, bell_int_format(ctx, 0x1F600, str(ctx, "<3c")), "\xf0\x9f\x98\x80  "));
  CHECK(is(ctx, bell_bool_format(ctx, 1, str(ctx, "")), "True") && is(ctx, bell_bool_format(ctx, 1, str(ctx, "3")), "  1"));
  CHECK(is(ctx, bell_str_format(ctx, str(ctx, "h\xc3\xa9llo"), str(ctx, "*^9.3")), "***h\xc3\xa9l***"));
  bell_ctx_destroy(ctx);
}

static void test_long_results(void) {
  bell_ctx *ctx = make();
  bell_ref long_digits = bell_float_format(ctx, 5e-324, str(ctx, ".1100f")), wide = bell_float_format(ctx, 1e308, str(ctx, "020000,.2000f"));
  CHECK(BELL_STR_AT(ctx, long_digits)->length == 1102 && bell_str_code(ctx, BELL_STR_AT(ctx, long_digits), 325) == '4');
  CHECK(BELL_STR_AT(ctx, wide)->length >= 20000);
  CHECK(bell_int_format(ctx, 1, str(ctx, "9999999")) == 0 && ctx->fault == 803);
  bell_ctx_destroy(ctx);
}

static void test_refusals(void) {
  bell_ctx *ctx = make();
  CHECK(bell_int_format(ctx, 1, str(ctx, "\xc3\xa9")) == 0 && ctx->fault == 710);
  CHECK(is(ctx, ctx->fault_text, "Unknown format code '\\xe9' for object of type 'int'"));
  bell_ctx_begin(ctx, 1 << 20);
  CHECK(bell_str_format(ctx, str(ctx, "a"), str(ctx, "10 10")) == 0 && ctx->fault == 710);
  CHECK(is(ctx, ctx->fault_text, "Invalid format specifier '10 10' for object of type 'str'"));
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_texts();
  test_long_results();
  test_refusals();
  return 0;
}
