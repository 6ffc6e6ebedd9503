/* Strings where a sanitizer should look: views and their buffers, permanent ones, collection at every reserve, limits to the character.
 * What the ops answer is compared with CPython by tests/runtime_text. */
#include "runtime/str.h"

#include "check.h"
#include "runtime/context.h"
#include "runtime/ops.h"
#include "runtime/str_buffer.h"
#include "runtime/text.h"
#include "runtime/tuple.h"

static const uint8_t three_classes[] = {BELL_CLASS_STR, BELL_CLASS_STR, BELL_CLASS_STR};
static const uint32_t three_types[] = {0, 0, 0};
static const bell_type types[] = {
  {.kind = 0},
  {.kind = BELL_LIST, .class_ = BELL_CLASS_REF, .item_class = BELL_CLASS_STR, .name = "list[str]", .told = "list[str]"},
  {.kind = BELL_TUPLE, .class_ = BELL_CLASS_REF, .slot_count = 3, .slot_classes = three_classes, .slot_types = three_types,
   .name = "tuple[str, str, str]", .told = "tuple[str, str, str]"},
};
static const uint8_t global_classes[] = {BELL_CLASS_STR};

static bell_ctx *make(uint64_t memory_max, uint32_t type_count) {
  bell_ctx *ctx = bell_ctx_create(&(bell_config){.memory_max = memory_max, .roots_max = 64, .types = types, .type_count = type_count,
                                                 .global_classes = global_classes, .global_count = 1});
  CHECK(ctx != NULL && ctx->fault == 0);
  bell_ctx_begin(ctx, (int64_t)1 << 60);
  return ctx;
}

static bell_ref str(bell_ctx *ctx, const char *utf8) {
  bell_ref ref = bell_str_from_utf8(ctx, utf8, strlen(utf8));
  CHECK(ref != 0);
  return ref;
}

static bool is(bell_ctx *ctx, bell_ref ref, const char *utf8) {
  char out[4096];
  size_t size = bell_str_to_utf8(ctx, ref, out, sizeof out);
  return size == strlen(utf8) && memcmp(out, utf8, size) == 0;
}

static bool is_view(bell_ctx *ctx, bell_ref ref) { return BELL_STR_AT(ctx, ref)->head.flags & BELL_STR_VIEW; }

/* 300 characters x in a view with room behind them. */
static bell_ref long_view(bell_ctx *ctx) {
  bell_ref whole = bell_str_repeat(ctx, str(ctx, "x"), 299);
  bell_root_push(ctx, whole);
  bell_ref view = bell_str_concat(ctx, whole, str(ctx, "x"));
  bell_root_pop(ctx, 1);
  CHECK(is_view(ctx, view));
  return view;
}

static void test_only_the_last_view_is_appended_to_in_place(void) {
  bell_ctx *ctx = make(1 << 20, 3);
  bell_ref s = long_view(ctx), one = bell_str_concat(ctx, s, str(ctx, "1")), two = bell_str_concat(ctx, s, str(ctx, "2"));
  CHECK(BELL_STR_AT(ctx, one)->data == BELL_STR_AT(ctx, s)->data);
  CHECK(BELL_STR_AT(ctx, two)->data != BELL_STR_AT(ctx, s)->data);
  CHECK(bell_str_code(ctx, BELL_STR_AT(ctx, one), 300) == '1' && bell_str_code(ctx, BELL_STR_AT(ctx, two), 300) == '2');
  bell_ref wide = bell_str_concat(ctx, one, str(ctx, "\xcf\x80")); /* a wider character moves it */
  CHECK(BELL_STR_AT(ctx, wide)->head.aux == 2 && bell_str_code(ctx, BELL_STR_AT(ctx, wide), 301) == 0x3C0);
  bell_ref wider = bell_str_concat(ctx, wide, str(ctx, "z")); /* and then stays */
  CHECK(BELL_STR_AT(ctx, wider)->data == BELL_STR_AT(ctx, wide)->data && BELL_STR_AT(ctx, wider)->head.aux == 2);
  CHECK(bell_str_code(ctx, BELL_STR_AT(ctx, wider), 302) == 'z');
  bell_ctx_destroy(ctx);
}

static void test_permanent_buffers_stay_as_they_are(void) {
  bell_ctx *ctx = make(1 << 20, 3);
  ctx->globals[0] = long_view(ctx);
  CHECK(bell_heap_seal(ctx, false));
  bell_ctx_begin(ctx, 1 << 20);
  bell_ref s = ctx->globals[0], owner = ((bell_str_view *)bell_at(ctx, s))->owner;
  uint64_t used = ((bell_str_buffer *)bell_at(ctx, owner))->used;
  bell_ref longer = bell_str_concat(ctx, s, str(ctx, "y"));
  CHECK(BELL_STR_AT(ctx, longer)->data != BELL_STR_AT(ctx, s)->data);
  CHECK(((bell_str_buffer *)bell_at(ctx, owner))->used == used);
  bell_ctx_destroy(ctx);
}

static void test_a_buffer_lives_as_long_as_a_view(void) {
  bell_ctx *ctx = make(1 << 20, 3);
  bell_heap_set_stress(ctx, true);
  bell_ref letters = str(ctx, "abcdefghij");
  bell_root_push(ctx, letters);
  bell_ref s = long_view(ctx);
  for (int i = 0; i < 200; i++) {
    bell_root_push(ctx, s);
    s = bell_str_concat(ctx, s, letters);
    bell_root_pop(ctx, 1);
  }
  CHECK(BELL_STR_AT(ctx, s)->length == 2300 && bell_str_code(ctx, BELL_STR_AT(ctx, s), 2299) == 'j');
  CHECK(bell_str_count(ctx, s, letters, BELL_ABSENT, BELL_ABSENT) == 200);
  bell_ctx_destroy(ctx);
}

static void test_hashes(void) {
  bell_ctx *ctx = make(1 << 20, 3);
  char text[64];
  uint32_t seen[64];
  for (int size = 0; size < 64; size++) { /* all lengths: none alike, the same for a view */
    memset(text, 'a', sizeof text);
    bell_ref s = bell_str_from_ascii(ctx, text, (size_t)size), t = bell_str_from_ascii(ctx, text, (size_t)size);
    seen[size] = bell_str_hash(ctx, s);
    CHECK(seen[size] != 0 && seen[size] == bell_str_hash(ctx, t) && bell_str_equal(ctx, s, t));
    for (int i = 0; i < size; i++) CHECK(seen[i] != seen[size]);
    for (int i = 0; i < size; i++) { /* every byte counts */
      text[i] = 'b';
      bell_ref other = bell_str_from_ascii(ctx, text, (size_t)size);
      CHECK(bell_str_hash(ctx, other) != seen[size] && !bell_str_equal(ctx, other, s));
      CHECK(bell_str_compare(ctx, s, other) < 0 && bell_str_compare(ctx, other, s) > 0);
      text[i] = 'a';
    }
  }
  bell_ref view = long_view(ctx), copy = bell_str_repeat(ctx, str(ctx, "x"), 300);
  CHECK(!is_view(ctx, copy) && bell_str_hash(ctx, copy) == bell_str_hash(ctx, view) && bell_str_equal(ctx, copy, view));
  bell_ctx_destroy(ctx);
}

static void test_the_limit_is_met_before_anything_is_made(void) {
  bell_ctx *ctx = make(64 << 10, 3);
  bell_ref s = str(ctx, "0123456789abcdef");
  CHECK(bell_str_repeat(ctx, s, 1 << 20) == 0 && ctx->fault == 803);
  bell_ctx_begin(ctx, 1 << 20);
  s = str(ctx, "0123456789abcdef");
  CHECK(bell_str_repeat(ctx, s, (int64_t)1 << 40) == 0 && ctx->fault == 801); /* the charge comes first */
  bell_ctx_begin(ctx, (int64_t)1 << 60);
  s = str(ctx, "0123456789abcdef");
  CHECK(bell_str_repeat(ctx, s, (int64_t)1 << 40) == 0 && ctx->fault == 803);
  bell_ctx_destroy(ctx);
}

static void test_types_are_found_or_done_without(void) {
  bell_ctx *ctx = make(1 << 20, 3);
  bell_word parts = bell_str_partition(ctx, str(ctx, "a=b"), str(ctx, "="));
  CHECK(parts != 0 && BELL_HEAD_AT(ctx, parts)->type == 2 && is(ctx, BELL_TUPLE_AT(ctx, parts)->slots[2], "b"));
  bell_ctx_destroy(ctx);
  ctx = make(1 << 20, 1);
  parts = bell_str_split(ctx, str(ctx, "a b"), -1);
  CHECK(parts != 0 && BELL_HEAD_AT(ctx, parts)->type == 0 && BELL_HEAD_AT(ctx, parts)->aux == BELL_CLASS_STR);
  parts = bell_str_partition(ctx, str(ctx, "a=b"), str(ctx, "="));
  CHECK(parts != 0 && bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, parts)) == 3 && is(ctx, bell_tuple_items(BELL_TUPLE_AT(ctx, parts))[2], "b"));
  bell_ctx_destroy(ctx);
}

static void test_text_is_rooted_while_it_grows(void) {
  bell_ctx *ctx = make(8 << 20, 3);
  bell_heap_set_stress(ctx, true);
  bell_text text;
  bell_text_begin(&text, ctx);
  for (int i = 0; i < 20000; i++) bell_text_int(&text, i);
  bell_text_code(&text, 0x1F600);
  bell_ref made = bell_text_finish(&text);
  CHECK(made != 0 && ctx->heap->temporary_count == 0);
  CHECK(BELL_STR_AT(ctx, made)->length == 10 + 180 + 2700 + 36000 + 50000 + 1 && BELL_STR_AT(ctx, made)->head.aux == 4);
  bell_text_begin(&text, ctx);
  bell_text_fill(&text, 'x', UINT64_MAX);
  CHECK(bell_text_finish(&text) == 0 && ctx->fault == 803 && ctx->heap->temporary_count == 0);
  bell_ctx_destroy(ctx);
}

static void test_invalid_utf8_is_no_fault(void) {
  bell_ctx *ctx = make(1 << 20, 3);
  CHECK(bell_str_from_utf8(ctx, "a\xff", 2) == 0 && ctx->fault == 0);
  CHECK(bell_str_from_utf8(ctx, "\xe2\x82", 2) == 0 && bell_str_from_utf8(ctx, "\xc0\x80", 2) == 0 && ctx->fault == 0);
  CHECK(BELL_STR_AT(ctx, bell_str_from_utf8(ctx, "\xed\xa0\x80", 3))->length == 1); /* a lone surrogate */
  CHECK(BELL_STR_AT(ctx, bell_str_from_utf8(ctx, "", 0))->length == 0);
  bell_ctx_destroy(ctx);
}

static void test_stress_over_many_ops(void) {
  bell_ctx *ctx = make(4 << 20, 3);
  bell_heap_set_stress(ctx, true);
  const char *samples[] = {"", "a", "hello world", "\xc3\xa9t\xc3\xa9 \xc3\x9f", "\xcf\x80\xcf\x81 \xce\xa3", "\xf0\x9f\x98\x80 x", "a\tb\nc\r\n'\"\\"};
  for (int i = 0; i < 7; i++) {
    for (int j = 0; j < 7; j++) {
      bell_ref a = str(ctx, samples[i]);
      bell_root_push(ctx, a);
      bell_ref b = str(ctx, samples[j]);
      bell_root_push(ctx, b);
      bell_ref space = bell_str_character(ctx, ' '), spec = str(ctx, ">30");
      bell_root_push(ctx, spec);
      bell_ref results[] = {
        bell_str_upper(ctx, a), bell_str_lower(ctx, a), bell_str_title(ctx, a), bell_str_casefold(ctx, a), bell_str_swapcase(ctx, a),
        bell_str_repr(ctx, a), bell_str_replace(ctx, a, b, a, -1), bell_str_strip_chars(ctx, a, b), bell_str_center(ctx, a, 40, space),
        bell_str_zfill(ctx, a, 33), bell_str_expandtabs(ctx, a, 8), bell_str_split(ctx, a, -1), bell_str_rsplit(ctx, a, 1),
        bell_str_splitlines(ctx, a, 1), bell_str_slice(ctx, a, BELL_ABSENT, BELL_ABSENT, -1), bell_str_format(ctx, a, spec),
      };
      for (size_t k = 0; k < sizeof results / sizeof *results; k++) CHECK(results[k] != 0);
      CHECK(ctx->fault == 0);
      bell_root_pop(ctx, 3);
    }
  }
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_only_the_last_view_is_appended_to_in_place();
  test_permanent_buffers_stay_as_they_are();
  test_a_buffer_lives_as_long_as_a_view();
  test_hashes();
  test_the_limit_is_met_before_anything_is_made();
  test_types_are_found_or_done_without();
  test_text_is_rooted_while_it_grows();
  test_invalid_utf8_is_no_fault();
  test_stress_over_many_ops();
  return 0;
}
