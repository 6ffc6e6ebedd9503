/* Dicts and sets against an array searched from its start, plain and with a collection at every allocation. */
#include "runtime/dict.h"
#include "runtime/hash.h"
#include "runtime/list.h"
#include "runtime/order.h"
#include "runtime/test_module.h"

enum { MAX = 2000 };
typedef struct { int64_t key, value; } entry;
typedef struct { entry entries[MAX]; int64_t count; } model;

static int64_t place_in(const model *m, int64_t key) {
  for (int64_t i = 0; i < m->count; i++) {
    if (m->entries[i].key == key) return i;
  }
  return -1;
}

/* The whole dict in order, as iteration sees it. */
static void check_order(bell_ctx *ctx, bell_word dict, const model *m, bool strings) {
  CHECK(BELL_DICT_AT(ctx, dict)->live == m->count);
  int64_t seen = 0;
  for (int64_t at = 0; (at = bell_dict_next(ctx, dict, at)) >= 0; at++, seen++) {
    CHECK(seen < m->count);
    bell_word key = bell_dict_key_at(ctx, dict, at), value = bell_dict_value_at(ctx, dict, at);
    char digits[32];
    if (strings) {
      snprintf(digits, sizeof digits, "key %lld", (long long)m->entries[seen].key);
      CHECK(reads(ctx, key, digits));
      snprintf(digits, sizeof digits, "%lld", (long long)m->entries[seen].value);
      CHECK(reads(ctx, value, digits));
    } else {
      CHECK((int64_t)key == m->entries[seen].key && (int64_t)value == m->entries[seen].value);
    }
  }
  CHECK(seen == m->count && ctx->fault == 0);
}

static void test_model(bool stress, bool strings) {
  static model m;
  m.count = 0;
  bell_ctx *ctx = make_context(stress);
  bell_word dict = keep(ctx, bell_dict_new(ctx, strings ? T_DICT_STR : T_DICT_INT, 0)), *mark = ctx->roots_top;
  uint64_t seed = 3;
  for (int step = 0; step < (stress ? 2500 : 40000); step++) {
    uint64_t pick = next_random(&seed);
    /* Growing, shrinking and churning phases; keys that share low bits. */
    int64_t key = (int64_t)((pick >> 8) % (step / 4000 % 2 ? 60 : 600)) << (step / 8000 % 3 * 16);
    bool add = pick % 8 < (step / 2000 % 3 == 0 ? 6u : 4u);
    bell_word word = (bell_word)key, value = (bell_word)step;
    char digits[32];
    if (strings) {
      snprintf(digits, sizeof digits, "key %lld", (long long)key);
      word = text(ctx, digits);
      snprintf(digits, sizeof digits, "%d", step);
      value = text(ctx, digits);
    }
    int64_t place = place_in(&m, key);
    if (add) {
      bell_dict_set(ctx, dict, word, value);
      if (place < 0) {
        CHECK(m.count < MAX);
        place = m.count++;
        m.entries[place].key = key;
      }
      m.entries[place].value = step;
    } else {
      CHECK(bell_dict_remove(ctx, dict, word) == (place >= 0));
      if (place >= 0) memmove(&m.entries[place], &m.entries[place + 1], (size_t)(--m.count - place) * sizeof(entry));
    }
    CHECK((bell_dict_find(ctx, dict, word) >= 0) == (place_in(&m, key) >= 0));
    ctx->roots_top = mark;
    if (step % 64 == 0) check_order(ctx, dict, &m, strings);
    if (step % 1111 == 0) {
      bell_word copy = keep(ctx, bell_dict_copy(ctx, dict));
      check_order(ctx, copy, &m, strings);
      CHECK(bell_dict_eq(ctx, dict, copy));
      if (m.count > 0) {
        bell_dict_remove(ctx, copy, bell_dict_key_at(ctx, copy, bell_dict_next(ctx, copy, 0)));
        CHECK(!bell_dict_eq(ctx, dict, copy));
      }
      bell_dict_clear(ctx, copy);
      CHECK(BELL_DICT_AT(ctx, copy)->live == 0 && bell_dict_next(ctx, copy, 0) == -1);
      ctx->roots_top = mark;
    }
  }
  bell_ctx_destroy(ctx);
}

static void test_sets(bool stress) {
  bell_ctx *ctx = make_context(stress);
  bell_word set = keep(ctx, bell_set_new(ctx, T_SET_STR, 0)), other = keep(ctx, bell_set_new(ctx, T_SET_STR, 10));
  const char *names[] = {"UA", "AA", "DL", "AA", "B6", "UA"};
  for (int i = 0; i < 6; i++) bell_set_add(ctx, set, text(ctx, names[i]));
  for (int i = 5; i >= 0; i--) bell_set_add(ctx, other, text(ctx, names[i]));
  CHECK(BELL_DICT_AT(ctx, set)->live == 4 && bell_set_contains(ctx, set, text(ctx, "DL")) && !bell_set_contains(ctx, set, text(ctx, "XX")));
  CHECK(bell_set_eq(ctx, set, other));
  CHECK(bell_set_remove(ctx, set, text(ctx, "AA")) && !bell_set_remove(ctx, set, text(ctx, "AA")) && !bell_set_eq(ctx, set, other));
  bell_word list = keep(ctx, bell_set_to_list(ctx, set));
  CHECK(BELL_HEAD_AT(ctx, list)->type == T_LIST_STR && BELL_LIST_AT(ctx, list)->length == 3);
  const char *left[] = {"DL", "UA", "B6"}; /* in the order of CPython with PYTHONHASHSEED=0 */
  for (int i = 0; i < 3; i++) CHECK(reads(ctx, bell_list_load(ctx, BELL_LIST_AT(ctx, list), i), left[i]));
  bell_ctx_destroy(ctx);
}

static bell_word boxed(bell_ctx *ctx, double value) { return keep(ctx, bell_any_from_float(ctx, value)); }

static void test_keys_of_any_class(bool stress) {
  bell_ctx *ctx = make_context(stress);
  bell_word dict = keep(ctx, bell_dict_new(ctx, T_DICT_ANY, 0)), one = bell_any_from_int(ctx, 1);
  bell_dict_set(ctx, dict, one, bell_any_from_int(ctx, 10));
  bell_dict_set(ctx, dict, boxed(ctx, 1.0), bell_any_from_int(ctx, 20)); /* 1 == 1.0 == True: one key, the first */
  bell_dict_set(ctx, dict, BELL_TRUE, bell_any_from_int(ctx, 30));
  CHECK(BELL_DICT_AT(ctx, dict)->live == 1 && bell_dict_key_at(ctx, dict, 0) == one);
  CHECK(bell_dict_get(ctx, dict, one) == bell_any_from_int(ctx, 30));
  bell_dict_set(ctx, dict, text(ctx, "1"), BELL_NONE);
  bell_dict_set(ctx, dict, BELL_NONE, BELL_FALSE);
  bell_dict_set(ctx, dict, boxed(ctx, 0.5), BELL_FALSE);
  bell_word big = keep(ctx, bell_any_from_int(ctx, INT64_MIN));
  CHECK(big % 16 == 0);
  bell_dict_set(ctx, dict, big, BELL_TRUE);
  CHECK(bell_dict_find(ctx, dict, boxed(ctx, -0x1p63)) >= 0);
  CHECK(bell_dict_find(ctx, dict, keep(ctx, bell_any_from_int(ctx, INT64_MIN))) >= 0);
  CHECK(bell_dict_find(ctx, dict, boxed(ctx, 0.25)) == -1 && bell_dict_find(ctx, dict, BELL_FALSE) == -1);
  bell_word pair[] = {7, text(ctx, "x")}, same[] = {7, text(ctx, "x")};
  bell_dict_set(ctx, dict, keep(ctx, bell_tuple_new(ctx, T_PAIR, pair, 2)), BELL_NONE);
  CHECK(bell_dict_find(ctx, dict, keep(ctx, bell_tuple_new(ctx, T_PAIR, same, 2))) == 5);
  CHECK(BELL_DICT_AT(ctx, dict)->live == 6);
  bell_word nan = boxed(ctx, __builtin_nan(""));
  bell_dict_set(ctx, dict, nan, BELL_NONE);
  CHECK(BELL_DICT_AT(ctx, dict)->live == 7 && ctx->fault == 0); /* alone */
  bell_word minus = boxed(ctx, -__builtin_nan(""));
  CHECK(bell_dict_find(ctx, dict, minus) == -1 && ctx->fault == 720);
  ctx->fault = 0;
  CHECK(!bell_dict_remove(ctx, dict, nan) && ctx->fault == 720);
  ctx->fault = 0;
  bell_dict_set(ctx, dict, nan, BELL_NONE);
  CHECK(BELL_DICT_AT(ctx, dict)->live == 7 && ctx->fault == 720);
  ctx->fault = 0;
  bell_word list = keep(ctx, bell_list_new(ctx, T_LIST_INT, 0));
  CHECK(bell_dict_find(ctx, dict, list) == -1 && ctx->fault == 309 && tells(ctx, "unhashable type: 'list'"));
  CHECK(bell_dict_get(ctx, dict, bell_any_from_int(ctx, 99)) == 0 && ctx->fault == 702);
  bell_ctx_destroy(ctx);
}

static void test_float_and_tuple_keys(bool stress) {
  bell_ctx *ctx = make_context(stress);
  bell_word dict = keep(ctx, bell_dict_new(ctx, T_DICT_FLOAT, 0));
  bell_dict_set(ctx, dict, bell_bits(0.0), 1);
  CHECK(bell_dict_find(ctx, dict, bell_bits(-0.0)) == 0 && bell_dict_find(ctx, dict, bell_bits(0.1)) == -1);
  for (int i = 1; i < 1000; i++) bell_dict_set(ctx, dict, bell_bits(i * 0.1), i % 2);
  CHECK(BELL_DICT_AT(ctx, dict)->live == 1000);
  for (int i = 1; i < 1000; i++) CHECK(bell_dict_get(ctx, dict, bell_bits(i * 0.1)) == (bell_word)(i % 2));
  bell_word tuples = keep(ctx, bell_dict_new(ctx, T_DICT_TUPLE, 0)), *mark = ctx->roots_top;
  for (int64_t i = 0; i < 500; i++) {
    bell_word pair[] = {(bell_word)(i % 100), text(ctx, i % 2 ? "odd" : "even")};
    bell_dict_set(ctx, tuples, keep(ctx, bell_tuple_new(ctx, T_PAIR, pair, 2)), (bell_word)i);
    ctx->roots_top = mark;
  }
  CHECK(BELL_DICT_AT(ctx, tuples)->live == 100);
  bell_word pair[] = {42, text(ctx, "even")};
  CHECK(bell_dict_get(ctx, tuples, keep(ctx, bell_tuple_new(ctx, T_PAIR, pair, 2))) == 442);
  bell_ctx_destroy(ctx);
}

static void test_equal_values_have_equal_hashes(void) {
  bell_ctx *ctx = make_context(false);
  for (int64_t i = -70; i < 70; i++) {
    for (int shift = 0; shift < 62; shift += 7) {
      int64_t value = i * ((int64_t)1 << (shift > 55 ? 55 : shift));
      if ((int64_t)(double)value != value) continue;
      uint32_t hash = bell_hash_int(value);
      CHECK(bell_hash_float((double)value) == hash);
      CHECK(bell_hash_word(ctx, BELL_CLASS_ANY, bell_any_from_int(ctx, value)) == hash);
      CHECK(bell_hash_word(ctx, BELL_CLASS_ANY, bell_any_from_float(ctx, (double)value)) == hash);
    }
  }
  CHECK(bell_hash_word(ctx, BELL_CLASS_ANY, BELL_TRUE) == bell_hash_int(1) && bell_hash_float(0x1p63) != 0);
  bell_ctx_destroy(ctx);
}

/* Dicts of different classes are equal when their entries are. */
static void test_equality_across_classes(void) {
  bell_ctx *ctx = make_context(false);
  bell_word ints = keep(ctx, bell_dict_new(ctx, T_DICT_INT, 0)), anys = keep(ctx, bell_dict_new(ctx, T_DICT_ANY, 0));
  for (int64_t i = 0; i < 50; i++) {
    bell_dict_set(ctx, ints, (bell_word)i, (bell_word)(i * i));
    bell_dict_set(ctx, anys, bell_any_from_float(ctx, (double)(49 - i)), bell_any_from_int(ctx, (49 - i) * (49 - i)));
  }
  CHECK(bell_any_eq(ctx, ints, anys) && bell_any_eq(ctx, anys, ints));
  bell_dict_set(ctx, anys, bell_any_from_int(ctx, 7), BELL_NONE);
  CHECK(!bell_any_eq(ctx, ints, anys) && !bell_any_eq(ctx, anys, ints) && ctx->fault == 0);
  bell_ctx_destroy(ctx);
}

static uint32_t stop(bell_ctx *ctx) {
  (void)ctx;
  return 6;
}

/* Keys made to collide cost time that fuel does not count: the host is asked now and then, and can stop it. */
static void test_long_probes_look_at_the_clock(void) {
  bell_ctx *ctx = make_context(false);
  bell_word dict = keep(ctx, bell_dict_new(ctx, T_DICT_INT, 20000));
  uint64_t inverse = 0xf1de83e19937733du; /* of the multiplier, modulo 2**64 */
  int64_t added = 0;
  for (uint64_t low = 0; added < 10000; low++) { /* hashes that all begin with the same bits */
    uint64_t mixed = ((uint64_t)5 << 60 | low) * inverse, key = mixed ^ mixed >> 32;
    if ((key ^ key >> 32) != mixed) continue;
    bell_dict_set(ctx, dict, key, 0);
    added++;
  }
  uint64_t hash_a = bell_hash_int((int64_t)bell_dict_key_at(ctx, dict, 0)),
           hash_b = bell_hash_int((int64_t)bell_dict_key_at(ctx, dict, 9999));
  CHECK(hash_a >> 8 == hash_b >> 8 && ctx->fault == 0);
  ctx->poll = stop;
  uint64_t mixed = ((uint64_t)5 << 60 | 0xfffffff) * inverse;
  for (int i = 0; i < 200 && ctx->fault == 0; i++) CHECK(bell_dict_find(ctx, dict, mixed ^ mixed >> 32) == -1); /* two million places */
  CHECK(ctx->fault == 6);
  bell_ctx_destroy(ctx);
}

static void test_faults_and_fuel(void) {
  bell_ctx *ctx = make_context(false);
  CHECK(bell_dict_new(ctx, T_DICT_INT, INT64_MAX) == 0 && ctx->fault == 803);
  bell_ctx_begin(ctx, INT64_MAX);
  bell_dict_set(ctx, 0, 1, 1);
  CHECK(ctx->fault == 1201 && BELL_DICT_AT(ctx, 0)->live == 0);
  bell_ctx_begin(ctx, INT64_MAX);
  CHECK(bell_dict_find(ctx, 0, 1) == -1 && bell_dict_next(ctx, 0, 0) == -1 && ctx->fault == 0);
  bell_word dict = keep(ctx, bell_dict_new(ctx, T_DICT_STR, 0));
  char name[101];
  memset(name, 'x', 100);
  name[100] = 0;
  bell_word key = text(ctx, name);
  int64_t before = bell_fuel_used(ctx);
  bell_dict_set(ctx, dict, key, key);
  CHECK(bell_fuel_used(ctx) - before == 100 / 16);
  before = bell_fuel_used(ctx);
  bell_word copy = keep(ctx, bell_dict_copy(ctx, dict));
  CHECK(bell_fuel_used(ctx) - before == 1);
  before = bell_fuel_used(ctx);
  CHECK(bell_dict_eq(ctx, dict, copy));
  CHECK(bell_fuel_used(ctx) - before == 2 + (1 + 6) + 6); /* 2*len, the entry and its key, the values */
  CHECK(bell_dict_key_at(ctx, dict, 5) == 0 && ctx->fault == 701);
  bell_ctx_destroy(ctx);
}

int main(void) {
  for (int stress = 0; stress < 2; stress++) {
    test_model(stress, false);
    test_model(stress, true);
    test_sets(stress);
    test_keys_of_any_class(stress);
    test_float_and_tuple_keys(stress);
  }
  test_equal_values_have_equal_hashes();
  test_equality_across_classes();
  test_long_probes_look_at_the_clock();
  test_faults_and_fuel();
  return 0;
}
