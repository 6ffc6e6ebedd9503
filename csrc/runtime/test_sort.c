/* list.sort against insertion by the definition: every class, stable, ascending and descending, runs and random. */
#include "runtime/list.h"
#include "runtime/order.h"
#include "runtime/test_module.h"

static int compare_words(const bell_word *a, const bell_word *b, uint8_t class_) {
  if (class_ == BELL_CLASS_FLOAT) return (bell_float(*a) > bell_float(*b)) - (bell_float(*a) < bell_float(*b));
  return ((int64_t)*a > (int64_t)*b) - ((int64_t)*a < (int64_t)*b);
}

/* Stable insertion: what any stable sort must give. */
static void sort_slowly(bell_word *words, int64_t count, uint8_t class_, bool descending) {
  for (int64_t i = 1; i < count; i++) {
    bell_word moved = words[i];
    int64_t j = i;
    for (; j > 0; j--) {
      int order = compare_words(&words[j - 1], &moved, class_);
      if (descending ? order >= 0 : order <= 0) break;
      words[j] = words[j - 1];
    }
    words[j] = moved;
  }
}

/* Shapes of lists: random, few values, sorted, reversed, saw, sorted with a few exchanged. */
static int64_t element(int shape, int64_t i, int64_t count, uint64_t *seed) {
  switch (shape) {
  case 0: return (int64_t)(next_random(seed) << 33 | next_random(seed));
  case 1: return (int64_t)(next_random(seed) % 7) - 3;
  case 2: return i;
  case 3: return count - i;
  case 4: return i % 40;
  default: return next_random(seed) % 20 == 0 ? -i : i;
  }
}

static void test_numbers(bool stress) {
  bell_ctx *ctx = make_context(stress);
  uint64_t seed = 1;
  static bell_word words[3000], expected[3000];
  const int64_t counts[] = {0, 1, 2, 3, 23, 24, 25, 100, 127, 128, 129, 1000, 3000};
  for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
    for (int shape = 0; shape < 6; shape++) {
      for (int kind = 0; kind < 3; kind++) { /* int, float, float with -0.0 */
        for (int descending = 0; descending < 2; descending++) {
          int64_t count = counts[c];
          for (int64_t i = 0; i < count; i++) {
            int64_t value = element(shape, i, count, &seed);
            double zero = next_random(&seed) % 2 ? 0.0 : -0.0;
            words[i] = kind == 0 ? (bell_word)value : kind == 2 && value % 3 == 0 ? bell_bits(zero) : bell_bits((double)value * 0.25);
          }
          memcpy(expected, words, sizeof words);
          uint8_t class_ = kind == 0 ? BELL_CLASS_INT : BELL_CLASS_FLOAT;
          bell_word *mark = ctx->roots_top, list = keep(ctx, bell_list_of(ctx, kind == 0 ? T_LIST_INT : T_LIST_FLOAT, words, count));
          bell_list_sort(ctx, list, descending);
          sort_slowly(expected, count, class_, descending);
          CHECK(ctx->fault == 0 && BELL_LIST_AT(ctx, list)->length == count);
          for (int64_t i = 0; i < count; i++) CHECK(bell_list_load(ctx, BELL_LIST_AT(ctx, list), i) == expected[i]);
          ctx->roots_top = mark;
        }
      }
    }
  }
  bell_ctx_destroy(ctx);
}

static void test_strings(bool stress) {
  bell_ctx *ctx = make_context(stress);
  uint64_t seed = 5;
  for (int round = 0; round < 12; round++) {
    bell_word *mark = ctx->roots_top, list = keep(ctx, bell_list_new(ctx, T_LIST_STR, 0));
    for (int i = 0; i < 200; i++) {
      uint32_t codes[24];
      uint32_t size = (uint32_t)(next_random(&seed) % 24), common = (uint32_t)(next_random(&seed) % 12);
      for (uint32_t k = 0; k < size; k++)
        codes[k] = k < common ? 'a' : (uint32_t)(next_random(&seed) % (round < 6 ? 3u : 0x11000u)) * (round < 3 ? 100u : 1u);
      bell_ref made = bell_str_from_code_points(ctx, codes, size);
      bell_root_push(ctx, made);
      CHECK(bell_list_grow(ctx, list));
      bell_root_pop(ctx, 1);
      bell_list_store(ctx, BELL_LIST_AT(ctx, list), BELL_LIST_AT(ctx, list)->length++, made);
    }
    bool descending = round % 2;
    bell_word before = keep(ctx, bell_list_slice(ctx, list, BELL_ABSENT, BELL_ABSENT, BELL_ABSENT));
    bell_list_sort(ctx, list, descending);
    CHECK(ctx->fault == 0);
    const bell_list *sorted = BELL_LIST_AT(ctx, list);
    for (int64_t i = 1; i < sorted->length; i++) {
      bell_word a = bell_list_load(ctx, sorted, i - 1), b = bell_list_load(ctx, sorted, i);
      int order = bell_str_compare(ctx, a, b);
      CHECK(descending ? order >= 0 : order <= 0);
      if (order == 0) { /* stable: which of two equal ones was first? */
        const bell_list *was = BELL_LIST_AT(ctx, before);
        for (int64_t k = 0; bell_list_load(ctx, was, k) != a; k++) CHECK(bell_list_load(ctx, was, k) != b || a == b);
      }
    }
    ctx->roots_top = mark;
  }
  bell_ctx_destroy(ctx);
}

static void test_tuples_and_mixed_numbers(bool stress) {
  bell_ctx *ctx = make_context(stress);
  bell_word list = keep(ctx, bell_list_new(ctx, T_LIST_PAIR, 0)), one = text(ctx, "one"), two = text(ctx, "two");
  for (int64_t i = 0; i < 300; i++) {
    bell_word pair[] = {(bell_word)(i * 7 % 10), i % 2 ? one : two};
    bell_ref made = bell_tuple_new(ctx, T_PAIR, pair, 2);
    bell_root_push(ctx, made);
    CHECK(bell_list_grow(ctx, list));
    bell_root_pop(ctx, 1);
    bell_list_store(ctx, BELL_LIST_AT(ctx, list), i, made);
    BELL_LIST_AT(ctx, list)->length++;
  }
  bell_list_sort(ctx, list, 0);
  for (int64_t i = 0; i < 300; i++) {
    const bell_tuple *tuple = BELL_TUPLE_AT(ctx, bell_list_load(ctx, BELL_LIST_AT(ctx, list), i));
    CHECK((int64_t)tuple->slots[0] == i / 30 && (i % 30 == 0 || tuple->slots[1] >= one));
    if (i % 30 > 0) {
      const bell_tuple *before = BELL_TUPLE_AT(ctx, bell_list_load(ctx, BELL_LIST_AT(ctx, list), i - 1));
      CHECK(bell_str_compare(ctx, before->slots[1], tuple->slots[1]) <= 0);
    }
  }
  bell_word mixed[] = {bell_any_from_int(ctx, 3), keep(ctx, bell_any_from_float(ctx, 2.5)), BELL_TRUE, bell_any_from_int(ctx, -1),
                       keep(ctx, bell_any_from_float(ctx, 1.0))};
  bell_word anys = keep(ctx, bell_list_of(ctx, T_LIST_ANY, mixed, 5));
  bell_list_sort(ctx, anys, 0);
  CHECK(reads(ctx, keep(ctx, bell_any_repr(ctx, anys)), "[-1, True, 1.0, 2.5, 3]"));
  bell_list_sort(ctx, anys, 1);
  CHECK(reads(ctx, keep(ctx, bell_any_repr(ctx, anys)), "[3, 2.5, True, 1.0, -1]"));
  bell_ctx_destroy(ctx);
}

static void test_what_has_no_order(void) {
  bell_ctx *ctx = make_context(false);
  bell_word mixed[] = {bell_any_from_int(ctx, 3), text(ctx, "a"), bell_any_from_int(ctx, 1)};
  bell_word list = keep(ctx, bell_list_of(ctx, T_LIST_ANY, mixed, 3));
  bell_list_sort(ctx, list, 0);
  CHECK(ctx->fault == 308 && strcmp(ctx->fault_name, "<") == 0);
  CHECK(tells(ctx, "str and int") && reads(ctx, bell_any_repr(ctx, list), "[3, 'a', 1]"));
  bell_word points[] = {1, bell_bits(2), 0}, two[2];
  two[0] = keep(ctx, bell_record_new(ctx, T_POINT, points, 2));
  two[1] = keep(ctx, bell_record_new(ctx, T_POINT, points, 2));
  list = keep(ctx, bell_list_of(ctx, T_LIST_ANY, two, 2));
  bell_list_sort(ctx, list, 0);
  CHECK(ctx->fault == 308);
  bell_ctx_destroy(ctx);
}

/* A nan comes to stand where CPython's sort leaves it. */
static void test_nan(void) {
  bell_ctx *ctx = make_context(false);
  double nan = __builtin_nan(""), given[] = {3, nan, 1, 2, 0.5}, sorted[] = {3, nan, 0.5, 1, 2};
  bell_word words[5];
  for (int i = 0; i < 5; i++) words[i] = bell_bits(given[i]);
  bell_word list = keep(ctx, bell_list_of(ctx, T_LIST_FLOAT, words, 5));
  bell_list_sort(ctx, list, 0);
  for (int i = 0; i < 5; i++) CHECK(bell_list_load(ctx, BELL_LIST_AT(ctx, list), i) == bell_bits(sorted[i]));
  CHECK(ctx->fault == 0);
  bell_ctx_destroy(ctx);
}

/* The memory a sort needs counts; where it is not there the list stays as it was. */
static void test_the_limit(void) {
  bell_ctx *ctx = make_context(false);
  int64_t count = 6000000; /* 48 of 64 MB */
  bell_word list = keep(ctx, bell_list_range(ctx, 0, count, 1));
  BELL_LIST_AT(ctx, list)->length = count;
  bell_list_store(ctx, BELL_LIST_AT(ctx, list), 0, 5);
  bell_list_store(ctx, BELL_LIST_AT(ctx, list), 5, 0);
  bell_list_sort(ctx, list, 1);
  CHECK(ctx->fault == 803 && bell_list_load(ctx, BELL_LIST_AT(ctx, list), 0) == 5 && bell_list_load(ctx, BELL_LIST_AT(ctx, list), 1) == 1);
  bell_ctx_destroy(ctx);
}

int main(void) {
  for (int stress = 0; stress < 2; stress++) {
    test_numbers(stress);
    test_strings(stress);
    test_tuples_and_mixed_numbers(stress);
  }
  test_what_has_no_order();
  test_nan();
  test_the_limit();
  return 0;
}
