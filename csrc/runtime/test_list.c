/* Lists against an array of the test's own, plain and with a collection at every allocation. */
#include <math.h>

#include "runtime/list.h"
#include "runtime/test_module.h"

static void append(bell_ctx *ctx, bell_word list, bell_word word) { /* as engines do it */
  bell_list *at = BELL_LIST_AT(ctx, list);
  if (at->length == at->capacity) CHECK(bell_list_grow(ctx, list));
  bell_list_store(ctx, at, at->length, word);
  at->length++;
}

static bool is(bell_ctx *ctx, bell_word list, const int64_t *ints, int64_t count) {
  const bell_list *at = BELL_LIST_AT(ctx, list);
  if (ctx->fault != 0 || at->length != count) return false;
  for (int64_t i = 0; i < count; i++) {
    if ((int64_t)bell_list_load(ctx, at, i) != ints[i]) return false;
  }
  return true;
}

#define IS(list, ...) is(ctx, list, (const int64_t[]){__VA_ARGS__}, (int64_t)(sizeof((const int64_t[]){__VA_ARGS__}) / 8))
#define INTS(...) list_of_ints(ctx, (const int64_t[]){__VA_ARGS__}, (int64_t)(sizeof((const int64_t[]){__VA_ARGS__}) / 8))

static void test_edits(bool stress) {
  bell_ctx *ctx = make_context(stress);
  bell_word list = INTS(1, 2, 3);
  bell_list_insert(ctx, list, 0, 10);
  bell_list_insert(ctx, list, -1, 20);
  bell_list_insert(ctx, list, 100, 30);
  bell_list_insert(ctx, list, -100, 40);
  CHECK(IS(list, 40, 10, 1, 2, 20, 3, 30));
  CHECK(bell_list_pop(ctx, list, -1) == 30 && bell_list_pop(ctx, list, 0) == 40 && bell_list_pop(ctx, list, 2) == 2);
  CHECK(IS(list, 10, 1, 20, 3));
  bell_list_delete(ctx, list, -3);
  CHECK(IS(list, 10, 20, 3));
  bell_list_extend(ctx, list, list);
  CHECK(IS(list, 10, 20, 3, 10, 20, 3));
  bell_list_reverse(ctx, list);
  CHECK(IS(list, 3, 20, 10, 3, 20, 10));
  CHECK(IS(keep(ctx, bell_list_concat(ctx, list, INTS(7))), 3, 20, 10, 3, 20, 10, 7));
  CHECK(IS(keep(ctx, bell_list_repeat(ctx, INTS(1, 2), 3)), 1, 2, 1, 2, 1, 2));
  CHECK(BELL_LIST_AT(ctx, bell_list_repeat(ctx, list, -5))->length == 0);
  bell_list_clear(ctx, list);
  CHECK(BELL_LIST_AT(ctx, list)->length == 0);
  append(ctx, list, 5);
  CHECK(IS(list, 5));
  bell_ctx_destroy(ctx);
}

static void test_bools_take_a_byte(bool stress) {
  bell_ctx *ctx = make_context(stress);
  bell_word list = keep(ctx, bell_list_new(ctx, T_LIST_BOOL, 0));
  for (int i = 0; i < 1000; i++) append(ctx, list, i % 3 == 0);
  CHECK(BELL_LIST_AT(ctx, list)->length == 1000);
  for (int i = 0; i < 1000; i++) CHECK(bell_list_load(ctx, BELL_LIST_AT(ctx, list), i) == (i % 3 == 0));
  CHECK(((bell_buffer *)bell_at(ctx, BELL_LIST_AT(ctx, list)->data - 16))->size <= 2048);
  CHECK(bell_list_find(ctx, list, 1, 1, BELL_ABSENT) == 3 && bell_list_count(ctx, list, 1) == 334);
  bell_list_insert(ctx, list, 1, 1);
  CHECK(bell_list_find(ctx, list, 1, 1, BELL_ABSENT) == 1);
  bell_list_sort(ctx, list, 1);
  CHECK(bell_list_find(ctx, list, 0, BELL_ABSENT, BELL_ABSENT) == 335);
  CHECK(bell_list_eq(ctx, list, keep(ctx, bell_list_slice(ctx, list, BELL_ABSENT, BELL_ABSENT, BELL_ABSENT))));
  bell_ctx_destroy(ctx);
}

/* Every slice of a short list with every bound and step in a range, against the definition. */
static void test_slices(bool stress) {
  bell_ctx *ctx = make_context(stress);
  bell_word list = INTS(0, 1, 2, 3, 4);
  bell_word *mark = ctx->roots_top;
  for (int64_t start = -8; start <= 8; start++) {
    for (int64_t stop = -8; stop <= 8; stop++) {
      for (int64_t step = -3; step <= 3; step++) {
        int64_t from = start == -8 ? BELL_ABSENT : start, to = stop == -8 ? BELL_ABSENT : stop;
        if (step == 0) continue;
        /* PySlice_AdjustIndices, in the words of the language reference */
        int64_t first = start == -8 ? (step < 0 ? 4 : 0)
                        : start < 0 ? start + 5
                                    : start,
                last = stop == -8 ? (step < 0 ? -1 : 5)
                       : stop < 0 ? stop + 5
                                  : stop;
        if (start != -8) first = first < 0 ? (step < 0 ? -1 : 0) : first > 4 ? (step < 0 ? 4 : 5) : first;
        if (stop != -8) last = last < 0 ? (step < 0 ? -1 : 0) : last > 4 ? (step < 0 ? 4 : 5) : last;
        int64_t expected[8], count = 0;
        for (int64_t i = first; step > 0 ? i < last : i > last; i += step) expected[count++] = i;
        CHECK(is(ctx, bell_list_slice(ctx, list, from, to, step), expected, count));
        ctx->roots_top = mark;
      }
    }
  }
  CHECK(IS(bell_list_slice(ctx, list, INT64_MIN + 1, INT64_MAX, INT64_MAX), 0));
  CHECK(IS(bell_list_slice(ctx, list, INT64_MAX, INT64_MIN + 1, INT64_MIN + 1), 4));
  CHECK(bell_list_slice(ctx, list, 0, 1, 0) == 0 && ctx->fault == 714);
  bell_ctx_destroy(ctx);
}

static void test_searching(bool stress) {
  bell_ctx *ctx = make_context(stress);
  bell_word list = INTS(5, 6, 5, 7);
  CHECK(bell_list_contains(ctx, list, 7) && !bell_list_contains(ctx, list, 8));
  CHECK(bell_list_find(ctx, list, 5, 1, BELL_ABSENT) == 2 && bell_list_find(ctx, list, 5, 1, 2) == -1);
  CHECK(bell_list_find(ctx, list, 7, -1, 100) == 3);
  CHECK(bell_list_count(ctx, list, 5) == 2);
  bell_word floats[] = {bell_bits(0.0), bell_bits(-0.0), bell_bits(__builtin_nan("")), bell_bits(2.5)};
  bell_word reals = keep(ctx, bell_list_of(ctx, T_LIST_FLOAT, floats, 4));
  CHECK(bell_list_count(ctx, reals, bell_bits(0.0)) == 2);
  CHECK(bell_list_contains(ctx, reals, bell_bits(2.5)) && bell_list_find(ctx, reals, floats[2], 0, 2) == -1 && ctx->fault == 0);
  CHECK(bell_list_find(ctx, reals, floats[2], 0, 9) == -1 && ctx->fault == 720);
  ctx->fault = 0;
  bell_word words[] = {text(ctx, "alpha"), text(ctx, "beta"), text(ctx, "a\xc3\xa9\xf0\x9f\x98\x80")};
  bell_word names = keep(ctx, bell_list_of(ctx, T_LIST_STR, words, 3));
  CHECK(bell_list_find(ctx, names, text(ctx, "beta"), 0, 9) == 1 && bell_list_contains(ctx, names, text(ctx, "a\xc3\xa9\xf0\x9f\x98\x80")));
  CHECK(!bell_list_contains(ctx, names, text(ctx, "gamma")));
  CHECK(bell_list_eq(ctx, list, INTS(5, 6, 5, 7)) && !bell_list_eq(ctx, list, INTS(5, 6, 5)) && bell_list_eq(ctx, reals, reals));
  CHECK(bell_list_lt(ctx, INTS(1, 2), INTS(1, 2, 0)) && bell_list_le(ctx, INTS(1, 2), INTS(1, 2)));
  CHECK(!bell_list_lt(ctx, INTS(1, 3), INTS(1, 2, 9)));
  bell_word nested[] = {INTS(1, 2), INTS(3)}, same[] = {INTS(1, 2), INTS(3)}, other[] = {INTS(1, 2), INTS(4)};
  bell_word a = keep(ctx, bell_list_of(ctx, T_LIST_LIST, nested, 2)), b = keep(ctx, bell_list_of(ctx, T_LIST_LIST, same, 2)),
            c = keep(ctx, bell_list_of(ctx, T_LIST_LIST, other, 2));
  CHECK(bell_list_eq(ctx, a, b) && !bell_list_eq(ctx, a, c) && bell_list_lt(ctx, a, c));
  CHECK(!bell_list_lt(ctx, c, a) && bell_list_contains(ctx, a, INTS(3)));
  bell_ctx_destroy(ctx);
}

static void test_making(bool stress) {
  bell_ctx *ctx = make_context(stress);
  CHECK(IS(bell_list_range(ctx, 0, 5, 2), 0, 2, 4) && IS(bell_list_range(ctx, 5, 0, -2), 5, 3, 1));
  CHECK(BELL_LIST_AT(ctx, bell_list_range(ctx, 5, 0, 1))->length == 0);
  CHECK(IS(bell_list_range(ctx, INT64_MIN, INT64_MAX, INT64_MAX), INT64_MIN, -1, INT64_MAX - 1));
  CHECK(IS(bell_list_range(ctx, INT64_MAX, INT64_MIN, INT64_MIN), INT64_MAX, -1));
  bell_word characters = keep(ctx, bell_list_from_str(ctx, text(ctx, "a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80")));
  CHECK(BELL_HEAD_AT(ctx, characters)->type == T_LIST_STR && BELL_LIST_AT(ctx, characters)->length == 4);
  CHECK(reads(ctx, bell_list_load(ctx, BELL_LIST_AT(ctx, characters), 1), "\xc3\xa9"));
  CHECK(reads(ctx, bell_list_load(ctx, BELL_LIST_AT(ctx, characters), 2), "\xe4\xb8\xad"));
  CHECK(reads(ctx, bell_list_load(ctx, BELL_LIST_AT(ctx, characters), 3), "\xf0\x9f\x98\x80"));
  CHECK(bell_list_load(ctx, BELL_LIST_AT(ctx, characters), 0) == ctx->characters + 'a' * BELL_CHARACTER_STRIDE);
  CHECK(bell_list_sum_int(ctx, INTS(1, 2, -5)) == -2);
  double thirds[] = {0.1, 0.2, 0.3};
  CHECK(bell_list_sum_float(ctx, keep(ctx, bell_list_of(ctx, T_LIST_FLOAT, (bell_word *)thirds, 3))) == 0.1 + 0.2 + 0.3);
  CHECK(bell_list_fsum(ctx, keep(ctx, bell_list_of(ctx, T_LIST_FLOAT, (bell_word *)thirds, 3))) == 0.6);
  /* Many parts: bits too far apart for one float, largest first; then all taken away again but the smallest. */
  double apart[77];
  for (int i = 0; i < 38; i++) apart[76 - i] = -(apart[i] = ldexp(1.0, 1000 - 54 * i));
  apart[38] = 5e-324;
  CHECK(bell_list_fsum(ctx, keep(ctx, bell_list_of(ctx, T_LIST_FLOAT, (bell_word *)apart, 77))) == 5e-324);
  bell_word point = keep(ctx, bell_list_of(ctx, T_LIST_FLOAT, (bell_word *)thirds, 2));
  CHECK(bell_list_dist(ctx, point, point) == 0.0);
  bell_ctx_destroy(ctx);
}

static uint32_t fault_of(bell_ctx *ctx) {
  uint32_t fault = ctx->fault;
  ctx->fault = 0;
  return fault;
}

static void test_faults(void) {
  bell_ctx *ctx = make_context(false);
  bell_word list = INTS(1, 2), empty = keep(ctx, bell_list_new(ctx, T_LIST_INT, 0));
  CHECK((bell_list_pop(ctx, list, 2), fault_of(ctx)) == 701 && (bell_list_pop(ctx, list, -3), fault_of(ctx)) == 701);
  CHECK((bell_list_pop(ctx, empty, 0), fault_of(ctx)) == 706 && (bell_list_delete(ctx, list, 2), fault_of(ctx)) == 701);
  CHECK((bell_list_range(ctx, 0, 1, 0), fault_of(ctx)) == 601 && (bell_list_sum_int(ctx, INTS(INT64_MAX, 1)), fault_of(ctx)) == 502);
  CHECK((bell_list_new(ctx, T_LIST_INT, INT64_MAX), fault_of(ctx)) == 803);
  CHECK((bell_list_repeat(ctx, list, INT64_MAX), fault_of(ctx)) == 803);
  bell_ctx_begin(ctx, INT64_MAX);
  CHECK((bell_list_range(ctx, INT64_MIN, INT64_MAX, 1), fault_of(ctx)) == 803);
  CHECK((bell_list_grow(ctx, 0), fault_of(ctx)) == 1201 && (bell_list_insert(ctx, 0, 0, 5), fault_of(ctx)) == 1201);
  CHECK(BELL_LIST_AT(ctx, 0)->length == 0);
  /* The limit: a list that fits to the byte, and one element more. */
  bell_ctx_begin(ctx, INT64_MAX);
  bell_heap_stats stats;
  bell_heap_statistics(ctx, &stats);
  int64_t most = (int64_t)((((uint64_t)64 << 20) - stats.live_bytes - sizeof(bell_list) - sizeof(bell_buffer)) / 8 & ~(uint64_t)1);
  CHECK(bell_list_new(ctx, T_LIST_INT, most) != 0 && ctx->fault == 0);
  bell_ctx_begin(ctx, INT64_MAX);
  CHECK(bell_list_new(ctx, T_LIST_INT, most + 1) == 0 && ctx->fault == 803);
  bell_ctx_destroy(ctx);
}

/* A list that is appended to grows in place where it can: two thirds of the limit are reached without a copy beside it. */
static void test_growing_to_the_limit(void) {
  bell_ctx *ctx = make_context(false);
  bell_word list = keep(ctx, bell_list_new(ctx, T_LIST_INT, 0));
  for (int64_t i = 0; i < 5000000; i++) {
    append(ctx, list, (bell_word)i);
    if (i % 100 == 0) CHECK(bell_any_from_float(ctx, 1.5) != 0); /* garbage in between */
  }
  for (int64_t i = 0; i < 5000000; i += 997) CHECK((int64_t)bell_list_load(ctx, BELL_LIST_AT(ctx, list), i) == i);
  bell_ctx_destroy(ctx);
}

/* Random edits of a list of strings against an array. */
static void test_model(bool stress) {
  bell_ctx *ctx = make_context(stress);
  enum { MAX = 300 };
  bell_word list = keep(ctx, bell_list_new(ctx, T_LIST_STR, 0)), model[MAX];
  int64_t length = 0;
  uint64_t seed = 7;
  bell_word *mark = ctx->roots_top;
  for (int step = 0; step < (stress ? 3000 : 60000); step++) {
    uint64_t pick = next_random(&seed);
    int64_t place = length == 0 ? 0 : (int64_t)(pick >> 8) % length;
    if (length < MAX && (pick % 5 < 3 || length == 0)) {
      char digits[32];
      snprintf(digits, sizeof digits, "string %d", step);
      bell_word made = text(ctx, digits);
      if (pick % 5 == 0) {
        bell_list_insert(ctx, list, place, made);
        memmove(model + place + 1, model + place, (size_t)(length - place) * 8);
        model[place] = made;
      } else {
        append(ctx, list, made);
        model[length] = made;
      }
      length++;
    } else if (length > 0) {
      CHECK(bell_list_pop(ctx, list, place) == model[place]);
      memmove(model + place, model + place + 1, (size_t)(length - place - 1) * 8);
      length--;
    }
    ctx->roots_top = mark; /* only the list holds them */
    if (step % 512 == 0) {
      bell_list_clear(ctx, list);
      length = 0;
    }
    CHECK(BELL_LIST_AT(ctx, list)->length == length);
    for (int64_t i = 0; i < length; i++) {
      CHECK(bell_list_load(ctx, BELL_LIST_AT(ctx, list), i) == model[i]);
      CHECK(BELL_HEAD_AT(ctx, model[i])->kind == BELL_STR && ctx->base[BELL_STR_AT(ctx, model[i])->data] == 's');
    }
  }
  bell_ctx_destroy(ctx);
}

static void test_fuel(void) {
  bell_ctx *ctx = make_context(false);
  bell_word list = keep(ctx, bell_list_range(ctx, 0, 1000, 1)), other = keep(ctx, bell_list_range(ctx, 0, 1000, 1));
  struct {
    int64_t expected;
    const char *name;
  } cases[] = {{250, "contains"}, {250, "eq"}, {125, "reverse"}, {999 / 16, "pop"}, {1000 * 10 / 2 - 5, "sort"}, {500, "concat"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t before = bell_fuel_used(ctx);
    switch (i) {
    case 0: bell_list_contains(ctx, list, 3); break;
    case 1: bell_list_eq(ctx, list, other); break;
    case 2: bell_list_reverse(ctx, list); break;
    case 3: bell_list_pop(ctx, list, 0); break;
    case 4: bell_list_sort(ctx, list, 0); break;
    default: bell_list_concat(ctx, list, other);
    }
    if (bell_fuel_used(ctx) - before != cases[i].expected && i != 5)
      fprintf(stderr, "%s: %lld\n", cases[i].name, (long long)(bell_fuel_used(ctx) - before));
    CHECK(bell_fuel_used(ctx) - before == (i == 5 ? 1999 / 4 : cases[i].expected));
  }
  bell_ctx_begin(ctx, 249);
  list = keep(ctx, bell_list_make(ctx, T_LIST_INT, BELL_CLASS_INT, 1000));
  BELL_LIST_AT(ctx, list)->length = 1000;
  CHECK(!bell_list_contains(ctx, list, 5) && ctx->fault == 801);
  bell_ctx_destroy(ctx);
}

int main(void) {
  for (int stress = 0; stress < 2; stress++) {
    test_edits(stress);
    test_bools_take_a_byte(stress);
    test_slices(stress);
    test_searching(stress);
    test_making(stress);
    test_model(stress);
  }
  test_faults();
  test_growing_to_the_limit();
  test_fuel();
  return 0;
}
