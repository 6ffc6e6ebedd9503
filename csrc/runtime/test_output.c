/* Output: UTF-8, the limit to the byte, buffering, what the host answers. */
#include "runtime/test_module.h"

static char received[1 << 20];
static size_t received_size;
static int calls;
static uint32_t host_answer;

static uint32_t receive(bell_ctx *ctx, const char *utf8, size_t size) {
  (void)ctx;
  calls++;
  CHECK(received_size + size <= sizeof received);
  memcpy(received + received_size, utf8, size);
  received_size += size;
  return host_answer;
}

static bell_ctx *make_writer(uint64_t output_max) {
  bell_ctx *ctx = make_context(false);
  ctx->write = receive;
  ctx->output_bytes_max = output_max;
  received_size = 0;
  calls = 0;
  host_answer = 0;
  return ctx;
}

static void test_utf8(void) {
  bell_ctx *ctx = make_writer(UINT64_MAX);
  bell_io_write(ctx, text(ctx, "a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80\n"));
  const uint32_t codes[] = {'<', 0xd800, 0xdfff, 0x10ffff, '>'};
  bell_io_write(ctx, keep(ctx, bell_str_from_code_points(ctx, codes, 5)));
  CHECK(calls == 0 && bell_output_flush(ctx) && calls == 1); /* buffered until then */
  static const char expected[] = "a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80\n<??\xf4\x8f\xbf\xbf>";
  CHECK(received_size == sizeof expected - 1 && memcmp(received, expected, received_size) == 0 && ctx->output_bytes == received_size);
  CHECK(bell_output_flush(ctx) && calls == 1);
  bell_ctx_destroy(ctx);
}

static void test_much(void) {
  bell_ctx *ctx = make_writer(UINT64_MAX);
  bell_word line = text(ctx, "0123456789 abc\n"), wide = text(ctx, "\xc3\xa9\xe4\xb8\xad\n");
  for (int i = 0; i < 20000; i++) bell_io_write(ctx, i % 2 ? line : wide);
  CHECK(bell_output_flush(ctx) && received_size == 10000 * (15 + 6) && calls > 5 && calls < 100);
  for (size_t at = 0; at < received_size; at += 21) CHECK(memcmp(received + at, "\xc3\xa9\xe4\xb8\xad\n0123456789 abc\n", 21) == 0);
  received_size = 0;
  bell_word long_line = keep(ctx, bell_str_repeat(ctx, line, 10000));
  bell_io_write(ctx, long_line);
  CHECK(bell_output_flush(ctx) && received_size == 150000 && memcmp(received + 149985, "0123456789 abc\n", 15) == 0);
  bell_ctx_destroy(ctx);
}

static void test_limits_and_faults(void) {
  bell_ctx *ctx = make_writer(10);
  bell_io_write(ctx, text(ctx, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9")); /* 8 bytes */
  bell_io_write(ctx, text(ctx, "ab"));
  CHECK(ctx->fault == 0 && ctx->output_bytes == 10);
  bell_io_write(ctx, text(ctx, ""));
  CHECK(ctx->fault == 0);
  bell_io_write(ctx, keep(ctx, bell_str_character(ctx, 'c')));
  CHECK(ctx->fault == 805 && ctx->fault_a == 10 && ctx->output_bytes == 10);
  CHECK(bell_output_flush(ctx) && received_size == 10); /* what came before is still written */
  bell_ctx_destroy(ctx);
  ctx = make_writer(UINT64_MAX);
  host_answer = 7;
  bell_io_write(ctx, text(ctx, "x"));
  CHECK(ctx->fault == 0 && !bell_output_flush(ctx) && ctx->fault == 7);
  bell_ctx_destroy(ctx);
  ctx = make_context(false);
  bell_io_write(ctx, text(ctx, "x"));
  CHECK(ctx->fault == 901);
  bell_ctx_begin(ctx, 2);
  bell_io_write(ctx, keep(ctx, bell_str_repeat(ctx, text(ctx, "x"), 31)));
  CHECK(ctx->fault == 901 && bell_fuel_used(ctx) == 2); /* one for the repetition, one to write */
  bell_ctx_destroy(ctx);
}

static void test_admitted(void) {
  bell_ctx *ctx = make_writer(10);
  bell_io_write(ctx, text(ctx, "abc"));
  bell_io_admit(ctx, text(ctx, "\xc3\xa9xy")); /* 4 bytes, which go another way */
  CHECK(ctx->fault == 0 && calls == 1 && received_size == 3 && ctx->output_bytes == 7 && ctx->admitted_bytes == 4);
  bell_io_admit(ctx, text(ctx, "wxyz"));
  CHECK(ctx->fault == 805 && ctx->fault_a == 10 && ctx->output_bytes == 7);
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_admitted();
  test_utf8();
  test_much();
  test_limits_and_faults();
  return 0;
}
