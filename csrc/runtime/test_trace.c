/* The blocks of a trace, the marks in them, and previews of values. */
#include "runtime/trace.h"

#include <stdlib.h>

#include "check.h"
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/test_module.h"

#define BLOCK (2 * BELL_TRACE_MARK_MAX)

typedef struct { size_t blocks, bytes, refuse_after; uint64_t sum; } taken;

static int take(void *data, const uint8_t *bytes, size_t size) {
  taken *got = data;
  if (got->blocks >= got->refuse_after) return 1;
  got->blocks++;
  got->bytes += size;
  for (size_t i = 0; i < size; i++) got->sum += bytes[i];
  return 0;
}

static void test_without_a_trace(void) {
  bell_ctx *ctx = make_context(false);
  bell_mark_point(ctx, 1);
  bell_mark_word(ctx, 1, 2);
  bell_mark_word(ctx, BELL_TRACE_MORE, 2);
  bell_mark_value(ctx, 1, text(ctx, "a"));
  bell_mark_value(ctx, BELL_TRACE_MORE, text(ctx, "a"));
  bell_trace_flush(ctx);
  bell_trace_clear(ctx);
  CHECK(ctx->trace == NULL && ctx->trace_next == NULL && bell_trace_copy(ctx, NULL) == 0);
  bell_ctx_destroy(ctx);
}

static void test_marks(void) {
  bell_ctx *ctx = make_context(false);
  CHECK(bell_trace_open(ctx, BLOCK, 2, NULL, NULL));
  bell_mark_point(ctx, 7);
  bell_mark_word(ctx, 0x01020304, 0x1122334455667788u);
  bell_mark_word(ctx, BELL_TRACE_MORE, 5);
  bell_mark_size(ctx, 9, text(ctx, "abc"));
  bell_mark_size(ctx, 9, BELL_NONE);
  uint8_t bytes[256], wanted[] = {7, 0, 0, 0, 4, 3, 2, 1, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 5, 0, 0, 0, 0, 0, 0, 0,
                                  9, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255};
  CHECK(bell_trace_copy(ctx, bytes) == sizeof wanted && memcmp(bytes, wanted, sizeof wanted) == 0);
  bell_trace_clear(ctx);
  CHECK(bell_trace_copy(ctx, NULL) == 0);
  bell_ctx_destroy(ctx);
}

static void test_ring(void) {
  bell_ctx *ctx = make_context(false);
  CHECK(bell_trace_open(ctx, BLOCK, 3, NULL, NULL));
  uint32_t count = 0;
  for (; ctx->trace->turns < 5; count++) bell_mark_point(ctx, count);
  CHECK(ctx->trace->lost == 3);
  size_t size = bell_trace_copy(ctx, NULL);
  CHECK(size <= 3 * BLOCK && size > BLOCK);
  uint8_t *bytes = malloc(size);
  CHECK(bytes != NULL && bell_trace_copy(ctx, bytes) == size);
  uint32_t first, last;
  memcpy(&first, bytes, 4);
  memcpy(&last, bytes + size - 4, 4);
  CHECK(last == count - 1 && last - first + 1 == size / 4); /* the end of the run, whole */
  free(bytes);
  bell_ctx_destroy(ctx);
}

/* Branches come one by one, in words that are not full, as bytes of native code and in runs; the words that leave are the same. */
static void test_branches(void) {
  bell_ctx *one = make_context(false), *other = make_context(false);
  CHECK(bell_trace_open(one, BLOCK, 2, NULL, NULL) && bell_trace_open(other, BLOCK, 2, NULL, NULL));
  uint32_t seed = 5;
  for (unsigned round = 0; round < 3000; round++) {
    seed = seed * 1664525u + 1013904223u;
    unsigned count = (seed >> 8) % (round % 7 ? 64 : 300);
    bool first = seed >> 31;
    for (unsigned i = 0; i < count; i++) bell_trace_branch(one, first);
    if (count < 20 && round % 3) {
      bell_mark_full(other);
      for (unsigned i = 0; i < count; i++) bell_trace_branch(other, first);
      if (round % 2) bell_mark_full(other);
    } else {
      uint8_t *at = bell_mark_begin(other);
      CHECK(other->trace_bits == 1 && other->trace_limit - at == BELL_BRANCHES_LIMIT);
      for (unsigned i = 0; i < count / 2; i++) *at++ = first;
      other->trace_at = at;
      bell_mark_run(other, count - count / 2, first);
      if (round % 5) bell_mark_full(other);
    }
    size_t size = bell_trace_copy(one, NULL);
    if (round % 100 && round > 70) continue;
    uint8_t *bytes = malloc(2 * size + 1);
    CHECK(bytes != NULL && bell_trace_copy(one, bytes) == size && bell_trace_copy(other, bytes + size) == size);
    CHECK(memcmp(bytes, bytes + size, size) == 0);
    free(bytes);
  }
  taken got = {.refuse_after = SIZE_MAX};
  CHECK(bell_trace_open(one, 0, 1, take, &got));
  bell_mark_run(one, 64, false);
  bell_trace_flush(one);
  bell_trace_flush(one);
  CHECK(got.bytes == 16 && got.sum == 128 + 2); /* a word of 63, and one of 1 */
  got = (taken){.refuse_after = SIZE_MAX};
  bell_mark_run(one, 63 * 5000, false); /* more than the buffer has room for */
  bell_trace_flush(one);
  CHECK(got.bytes == 8 * 5000 && got.sum == 128 * 5000);
  bell_trace_close(one);
  bell_mark_begin(one); /* nobody asked for them */
  bell_mark_run(one, 200000, true);
  bell_mark_full(one);
  CHECK(one->trace_bits == 1 && one->trace_at + BELL_BRANCHES_LIMIT == one->trace_limit);
  bell_ctx_destroy(one);
  bell_ctx_destroy(other);
}

static void test_sink(void) {
  bell_ctx *ctx = make_context(false);
  taken got = {.refuse_after = SIZE_MAX};
  CHECK(bell_trace_open(ctx, 0, 9, take, &got));
  for (uint32_t i = 0; i < 100000; i++) bell_mark_word(ctx, 1, 1);
  bell_trace_flush(ctx);
  bell_trace_flush(ctx);
  CHECK(got.bytes == 1200000 && got.sum == 200000 && got.blocks > 10 && ctx->trace->lost == 0);
  got = (taken){.refuse_after = 1};
  for (uint32_t i = 0; i < 100000; i++) bell_mark_word(ctx, 1, 1);
  CHECK(got.blocks == 1 && ctx->trace->refused && ctx->trace->lost > 5);
  bell_ctx_destroy(ctx);
}

/* A preview as bytes. */
static bool shows(bell_ctx *ctx, bell_word word, const char *bytes, size_t size) {
  uint8_t out[4096];
  return (size_t)(bell_trace_preview(ctx, word, out) - out) == size && memcmp(out, bytes, size) == 0;
}
#define SHOWS(word, bytes) CHECK(shows(ctx, word, bytes, sizeof bytes - 1))

static void test_previews(void) {
  bell_ctx *ctx = make_context(false);
  SHOWS(BELL_NONE, "n");
  SHOWS(BELL_TRUE, "t");
  SHOWS(BELL_FALSE, "f");
  SHOWS(BELL_UNSET, "u");
  SHOWS(0, "e");
  SHOWS(text(ctx, ""), "e");
  SHOWS(bell_any_from_int(ctx, -2), "i\xfe\xff\xff\xff\xff\xff\xff\xff");
  SHOWS(keep(ctx, bell_any_from_float(ctx, -__builtin_nan(""))), "d\0\0\0\0\0\0\xf8\x7f");
  SHOWS(text(ctx, "h\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80"), "s\4\0\0\0\12\0h\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80");
  const int64_t ints[] = {1, 2};
  SHOWS(list_of_ints(ctx, ints, 2), "l\2\0\0\0\2i\1\0\0\0\0\0\0\0i\2\0\0\0\0\0\0\0");
  bell_word words[] = {3, bell_bits(0.0)};
  SHOWS(keep(ctx, bell_record_new(ctx, T_POINT, words, 2)), "R\5Point\2\0\2i\3\0\0\0\0\0\0\0d\0\0\0\0\0\0\0\0");
  bell_word set = keep(ctx, bell_set_new(ctx, T_SET_INT, 0));
  bell_set_add(ctx, set, 7);
  SHOWS(set, "S\1\0\0\0\1i\7\0\0\0\0\0\0\0");
  bell_word dict = keep(ctx, bell_dict_new(ctx, T_DICT_INT, 0));
  bell_dict_set(ctx, dict, 1, 2);
  bell_dict_set(ctx, dict, 3, 4);
  bell_dict_take(ctx, dict, 1);
  SHOWS(dict, "D\1\0\0\0\1i\3\0\0\0\0\0\0\0i\4\0\0\0\0\0\0\0");
  bell_ctx_destroy(ctx);
}

static void append(bell_ctx *ctx, bell_word list, bell_word word) {
  CHECK(bell_list_grow(ctx, list));
  bell_list *items = BELL_LIST_AT(ctx, list);
  bell_list_store(ctx, items, items->length++, word);
}

static void test_bounds(void) {
  bell_ctx *ctx = make_context(false);
  uint8_t *out = malloc(BELL_TRACE_MARK_MAX);
  CHECK(out != NULL);
  bell_word list = keep(ctx, bell_list_new(ctx, T_LIST_INT, 0));
  for (int64_t i = 0; i < 1000; i++) append(ctx, list, (bell_word)i);
  CHECK(bell_trace_preview(ctx, list, out) - out == 6 + 9 * (BELL_TRACE_PARTS_MAX - 1) && out[5] == BELL_TRACE_PARTS_MAX - 1);
  /* A list in itself, and one that shows its parts again and again. */
  bell_word any = keep(ctx, bell_list_new(ctx, T_LIST_ANY, 0));
  append(ctx, any, any);
  CHECK(bell_trace_preview(ctx, any, out) - out < 64);
  bell_word wide = any;
  for (int depth = 0; depth < 20; depth++) {
    bell_word next = keep(ctx, bell_list_new(ctx, T_LIST_ANY, 0));
    for (int i = 0; i < 20; i++) append(ctx, next, wide);
    wide = next;
  }
  CHECK(bell_trace_preview(ctx, wide, out) - out < 2048);
  /* Long strings, alone and in a list. */
  bell_word longest = keep(ctx, bell_str_repeat(ctx, text(ctx, "\xf0\x9f\x98\x80"), 100000));
  CHECK(bell_trace_preview(ctx, longest, out) - out == 7 + 4 * BELL_TRACE_TEXT_MAX);
  bell_word texts = keep(ctx, bell_list_new(ctx, T_LIST_STR, 0));
  for (int i = 0; i < 100; i++) append(ctx, texts, longest);
  ptrdiff_t size = bell_trace_preview(ctx, texts, out) - out;
  CHECK(size > BELL_TRACE_BYTES_MAX && size <= BELL_TRACE_BYTES_MAX + 7 + 4 * BELL_TRACE_INNER_TEXT_MAX);
  free(out);
  bell_ctx_destroy(ctx);
}

static void test_free(void) {
  bell_ctx *ctx = make_context(false);
  bell_ctx_begin(ctx, 100);
  int64_t before = ctx->fuel;
  bell_mark_free(ctx, 1);
  for (int i = 0; i < 10; i++) CHECK(bell_charge(ctx, 1000000));
  bell_mark_free(ctx, 0);
  CHECK(ctx->fuel == before && bell_fuel_used(ctx) == 0);
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_without_a_trace();
  test_marks();
  test_ring();
  test_branches();
  test_sink();
  test_previews();
  test_bounds();
  test_free();
  return 0;
}
