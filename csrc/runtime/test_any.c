/* Values of class any: operators, comparing, indexing, conversions, and what print shows. */
#include "runtime/list.h"
#include "runtime/order.h"
#include "runtime/test_module.h"
#include "runtime/tuple.h"

enum { ADD, SUB, MUL, TRUEDIV, FLOORDIV, MOD, POW, SHL, SHR, AND, OR, XOR };

static bell_ctx *ctx; /* of the test that runs */

static bell_word i(int64_t value) { return keep(ctx, bell_any_from_int(ctx, value)); }
static bell_word f(double value) { return keep(ctx, bell_any_from_float(ctx, value)); }
static bell_word s(const char *utf8) { return text(ctx, utf8); }

static bell_word list(const bell_word *words, int64_t count) { return keep(ctx, bell_list_of(ctx, T_LIST_ANY, words, count)); }
#define L(...) list((const bell_word[]){__VA_ARGS__}, (int64_t)(sizeof((const bell_word[]){__VA_ARGS__}) / 8))

/* repr() of the word, compared. */
static bool shows(bell_word word, const char *expected) {
  if (ctx->fault != 0) fprintf(stderr, "fault %u\n", ctx->fault);
  CHECK(ctx->fault == 0);
  return reads(ctx, keep(ctx, bell_any_repr(ctx, keep(ctx, word))), expected);
}

static bool faults(bell_word word, uint32_t code) {
  bool did = word == 0 && ctx->fault == code;
  ctx->fault = 0;
  ctx->fault_text = 0;
  return did;
}

static bell_word binary(int operator_, bell_word a, bell_word b) { return bell_any_binary(ctx, operator_, a, b); }

static void test_boxes(void) {
  CHECK(bell_any_from_int(ctx, 5) == 11 && bell_any_from_int(ctx, -1) == UINT64_MAX);
  const int64_t edges[] = {0, INT64_MAX, INT64_MIN, INT64_MAX >> 1, INT64_MIN >> 1, (INT64_MAX >> 1) + 1, (INT64_MIN >> 1) - 1};
  for (size_t k = 0; k < sizeof edges / sizeof *edges; k++) {
    bell_value value = bell_any_value(ctx, i(edges[k]));
    CHECK(value.kind == BELL_INT && value.i == edges[k]);
    CHECK((i(edges[k]) & 1) == (edges[k] <= INT64_MAX >> 1 && edges[k] >= INT64_MIN >> 1));
    CHECK((int64_t)bell_any_to(ctx, i(edges[k]), T_INT) == edges[k]);
  }
  CHECK(bell_float(bell_any_to(ctx, f(-0.0), T_FLOAT)) == 0 && bell_any_to(ctx, f(-0.0), T_FLOAT) == bell_bits(-0.0));
  CHECK(bell_any_to(ctx, BELL_TRUE, T_BOOL) == 1 && bell_any_to(ctx, BELL_NONE, T_ANY) == BELL_NONE);
  CHECK(faults(bell_any_to(ctx, BELL_TRUE, T_INT), 309) && faults(bell_any_to(ctx, i(1), T_FLOAT), 309));
  CHECK(faults(bell_any_to(ctx, BELL_NONE, T_STR), 309));
  CHECK(faults(bell_any_to(ctx, f(NAN), T_INT), 309) && faults(bell_any_to(ctx, f(-0.0), T_INT), 309));
  bell_word anys = L(i(1)), ints = list_of_ints(ctx, (int64_t[]){1}, 1);
  CHECK(bell_any_to(ctx, ints, T_LIST_INT) == ints && faults(bell_any_to(ctx, anys, T_LIST_INT), 309));
  CHECK(bell_any_is(ctx, anys, T_LIST_INT) && !bell_any_is(ctx, anys, T_DICT_INT) && !bell_any_is(ctx, i(1), T_LIST_INT));
  CHECK(bell_any_is(ctx, BELL_NONE, T_NONE) && !bell_any_is(ctx, BELL_FALSE, T_NONE));
  CHECK(!bell_any_is(ctx, BELL_TRUE, T_INT) && bell_any_is(ctx, s("a"), T_STR));
  CHECK(bell_any_is_same(ctx, i(INT64_MIN), i(INT64_MIN)) && !bell_any_is_same(ctx, i(1), f(1)));
  CHECK(!bell_any_is_same(ctx, anys, L(i(1))) && bell_any_is_same(ctx, anys, anys));
}

static void test_arithmetic(void) {
  CHECK(shows(binary(ADD, i(2), i(3)), "5") && shows(binary(ADD, i(2), f(0.5)), "2.5") && shows(binary(SUB, BELL_TRUE, i(3)), "-2"));
  CHECK(shows(binary(FLOORDIV, i(-7), i(2)), "-4") && shows(binary(MOD, i(-7), i(2)), "1") && shows(binary(MOD, i(7), i(-2)), "-1"));
  CHECK(shows(binary(FLOORDIV, i(7), i(-1)), "-7") && shows(binary(MOD, i(INT64_MIN), i(-1)), "0"));
  CHECK(shows(binary(FLOORDIV, i(INT64_MIN), i(-1)), "9223372036854775808"));
  CHECK(shows(binary(TRUEDIV, i(1), i(3)), "0.3333333333333333") && shows(binary(POW, i(3), i(4)), "81"));
  CHECK(shows(binary(POW, i(2), f(0.5)), "1.4142135623730951"));
  CHECK(shows(binary(SHL, i(-1), i(63)), "-9223372036854775808") && shows(binary(SHL, i(0), i(999)), "0"));
  CHECK(shows(binary(SHL, i(1), i(63)), "9223372036854775808"));
  CHECK(shows(binary(SHL, i(INT64_MAX >> 3), i(3)), "9223372036854775800") && shows(binary(SHL, i((INT64_MAX >> 3) + 1), i(3)), "9223372036854775808"));
  CHECK(shows(binary(SHR, i(-5), i(100)), "-1") && shows(binary(AND, BELL_TRUE, BELL_FALSE), "False"));
  CHECK(shows(binary(AND, BELL_TRUE, i(3)), "1"));
  CHECK(shows(binary(XOR, BELL_TRUE, BELL_FALSE), "True") && shows(binary(OR, i(4), i(1)), "5"));
  CHECK(shows(binary(ADD, i(INT64_MAX), i(1)), "9223372036854775808") && shows(binary(MUL, i(INT64_MAX), i(2)), "18446744073709551614"));
  CHECK(shows(binary(SUB, i(INT64_MIN), i(1)), "-9223372036854775809"));
  CHECK(faults(binary(TRUEDIV, i(1), i(0)), 501) && faults(binary(FLOORDIV, f(1), i(0)), 501));
  CHECK(faults(binary(MOD, i(1), BELL_FALSE), 501) && faults(binary(TRUEDIV, f(1), f(-0.0)), 501));
  CHECK(faults(binary(SHL, i(1), i(-1)), 505) && faults(binary(SHR, i(1), i(-1)), 505) && shows(binary(POW, i(2), i(-1)), "0.5"));
  CHECK(faults(binary(XOR, f(1), i(1)), 308) && faults(binary(SHL, f(1), i(1)), 308) && faults(binary(SUB, BELL_NONE, i(1)), 308));
  CHECK(shows(bell_any_unary(ctx, 0, BELL_TRUE), "-1") && shows(bell_any_unary(ctx, 1, f(-2.5)), "-2.5"));
  CHECK(shows(bell_any_unary(ctx, 2, i(5)), "-6"));
  CHECK(shows(bell_any_unary(ctx, 3, i(-5)), "5") && shows(bell_any_unary(ctx, 3, f(-0.0)), "0.0"));
  CHECK(shows(bell_any_unary(ctx, 0, f(0.0)), "-0.0"));
  CHECK(shows(bell_any_unary(ctx, 0, i(INT64_MIN)), "9223372036854775808"));
  CHECK(shows(bell_any_unary(ctx, 3, i(INT64_MIN)), "9223372036854775808") && faults(bell_any_unary(ctx, 2, f(1)), 308));
}

static void test_sequences(void) {
  CHECK(shows(binary(ADD, s("ab"), s("c\xc3\xa9")), "'abc\xc3\xa9'"));
  CHECK(shows(binary(MUL, s("ab"), i(3)), "'ababab'") && shows(binary(MUL, i(2), s("x")), "'xx'"));
  CHECK(shows(binary(ADD, L(i(1)), L(s("a"))), "[1, 'a']"));
  CHECK(shows(binary(MUL, BELL_TRUE, L(i(1), BELL_NONE)), "[1, None]"));
  CHECK(shows(binary(MUL, L(i(1)), i(-1)), "[]"));
  CHECK(bell_any_len(ctx, binary(ADD, L(i(1)), list_of_ints(ctx, (int64_t[]){1}, 1))) == 2);
  CHECK(faults(binary(ADD, s("a"), i(1)), 308) && faults(binary(MUL, s("a"), f(2)), 308));
  bell_word pair = keep(ctx, bell_tuple_new(ctx, T_PAIR, (bell_word[]){7, s("x")}, 2)),
            one = keep(ctx, bell_tuple_new(ctx, T_ONE, (bell_word[]){bell_bits(0.5)}, 1)),
            empty = keep(ctx, bell_tuple_new(ctx, T_EMPTY, NULL, 0));
  CHECK(shows(one, "(0.5,)") && shows(empty, "()"));
  bell_word three = keep(ctx, binary(ADD, pair, one)), six = keep(ctx, binary(MUL, i(2), three));
  CHECK(shows(three, "(7, 'x', 0.5)") && shows(six, "(7, 'x', 0.5, 7, 'x', 0.5)"));
  CHECK(BELL_HEAD_AT(ctx, six)->type == 0 && bell_any_len(ctx, six) == 6);
  bell_word same = keep(ctx, binary(ADD, empty, pair));
  CHECK(BELL_HEAD_AT(ctx, same)->type == 0 && bell_any_eq(ctx, same, pair));
  CHECK(shows(bell_any_index(ctx, six, i(-2)), "'x'") && bell_any_contains(ctx, six, f(7.0)));
  CHECK(bell_any_eq(ctx, six, keep(ctx, binary(ADD, three, three))));
  bell_word parts[] = {s("k"), i(INT64_MIN)};
  bell_word loose = keep(ctx, bell_tuple_of_any(ctx, parts, 2)); /* of type 0, whatever types the module has */
  CHECK(BELL_HEAD_AT(ctx, loose)->type == 0 && shows(loose, "('k', -9223372036854775808)"));
  CHECK(shows(binary(MUL, empty, i(INT64_MAX)), "()") && faults(binary(MUL, pair, i(INT64_MAX)), 803));
}

static void test_comparing(void) {
  const bell_word ordered[] = {f(-1.0 / 0.0), i(INT64_MIN), f(-1e18),         i(-1),        f(-0.5),   i(0),        f(0.5),
                               BELL_TRUE,     f(1.5),       i(INT64_MAX - 1), i(INT64_MAX), f(0x1p63), f(1.0 / 0.0)};
  int count = sizeof ordered / sizeof *ordered;
  for (int a = 0; a < count; a++) {
    for (int b = 0; b < count; b++) {
      CHECK(bell_any_compare(ctx, BELL_LT, ordered[a], ordered[b]) == (a < b));
      CHECK(bell_any_compare(ctx, BELL_LE, ordered[a], ordered[b]) == (a <= b));
      CHECK(bell_any_compare(ctx, BELL_GT, ordered[a], ordered[b]) == (a > b));
      CHECK(bell_any_compare(ctx, BELL_GE, ordered[a], ordered[b]) == (a >= b));
      CHECK(bell_any_eq(ctx, ordered[a], ordered[b]) == (a == b));
    }
  }
  bell_word nan = f(__builtin_nan(""));
  for (int operator_ = 0; operator_ < 4; operator_++)
    CHECK(!bell_any_compare(ctx, operator_, nan, i(1)) && !bell_any_compare(ctx, operator_, i(1), nan) &&
          !bell_any_compare(ctx, operator_, nan, nan));
  CHECK(!bell_any_eq(ctx, nan, nan) && bell_any_eq(ctx, i(1), BELL_TRUE));
  CHECK(bell_any_eq(ctx, f(0.0), BELL_FALSE) && !bell_any_eq(ctx, BELL_NONE, BELL_FALSE));
  CHECK(!bell_any_eq(ctx, i(((int64_t)1 << 53) + 1), f(0x1p53)) && bell_any_compare(ctx, BELL_GT, i(((int64_t)1 << 53) + 1), f(0x1p53)));
  bell_word same = L(nan);
  CHECK(bell_any_eq(ctx, same, same) && !bell_any_eq(ctx, L(nan), L(i(1))));
  bell_word nans[] = {L(nan), L(i(1), nan)};
  CHECK(faults((bell_word)bell_any_eq(ctx, same, nans[0]), 720) && faults((bell_word)bell_any_contains(ctx, nans[1], nan), 720));
  CHECK(faults((bell_word)bell_any_compare(ctx, BELL_LE, same, nans[0]), 720) && bell_any_compare(ctx, BELL_GT, nans[1], L(i(0), nan)));
  CHECK(bell_any_eq(ctx, L(i(1), L(i(2), s("a"))), L(f(1), L(i(2), s("a")))));
  CHECK(!bell_any_eq(ctx, L(i(1)), i(1)) && !bell_any_eq(ctx, s("1"), i(1)));
  CHECK(bell_any_eq(ctx, list_of_ints(ctx, (int64_t[]){1, 2}, 2), L(i(1), f(2))));
  CHECK(bell_any_compare(ctx, BELL_LT, L(i(1), s("a")), L(i(1), s("b"))));
  CHECK(bell_any_compare(ctx, BELL_LT, L(i(1)), L(i(1), i(0))));
  CHECK(bell_any_compare(ctx, BELL_GE, s("b"), s("a\xc3\xa9")));
  CHECK(faults((bell_word)bell_any_compare(ctx, BELL_LT, i(1), s("a")), 308));
  CHECK(faults((bell_word)bell_any_compare(ctx, BELL_LT, BELL_NONE, BELL_NONE), 308));
  CHECK(faults((bell_word)bell_any_compare(ctx, BELL_LT, L(i(1)), L(s("a"))), 308));
  CHECK(bell_any_compare(ctx, BELL_LT, L(i(1), i(1)), L(i(2), s("a"))));
  bell_word point = keep(ctx, bell_record_new(ctx, T_POINT, (bell_word[]){1, bell_bits(2.5)}, 2)),
            equal = keep(ctx, bell_record_new(ctx, T_POINT, (bell_word[]){1, bell_bits(2.5)}, 2));
  CHECK(bell_any_eq(ctx, point, equal) && faults((bell_word)bell_any_compare(ctx, BELL_LT, point, equal), 308));
  /* What an optional without a value holds is not looked at. */
  bell_word a = keep(ctx, bell_record_new(ctx, T_NODE, (bell_word[]){0, 0, 3}, 3)),
            b = keep(ctx, bell_record_new(ctx, T_NODE, (bell_word[]){0, a, 3}, 3)),
            c = keep(ctx, bell_record_new(ctx, T_NODE, (bell_word[]){1, a, 3}, 3)),
            d = keep(ctx, bell_record_new(ctx, T_NODE, (bell_word[]){1, b, 3}, 3));
  CHECK(bell_any_eq(ctx, a, b) && !bell_any_eq(ctx, a, c) && bell_any_eq(ctx, c, d) && !bell_any_eq(ctx, a, point));
}

static void test_reading(void) {
  bell_word dict = keep(ctx, bell_dict_new(ctx, T_DICT_ANY, 0));
  bell_dict_set(ctx, dict, s("k"), f(2.5));
  bell_dict_set(ctx, dict, f(2.0), s("two"));
  CHECK(shows(bell_any_index(ctx, dict, i(2)), "'two'") && shows(bell_any_index(ctx, dict, s("k")), "2.5"));
  CHECK(faults(bell_any_index(ctx, dict, i(3)), 702) && faults(bell_any_index(ctx, dict, L(i(1))), 309));
  bell_word ints = keep(ctx, bell_dict_new(ctx, T_DICT_INT, 0));
  bell_dict_set(ctx, ints, 1, 100);
  CHECK(shows(bell_any_index(ctx, ints, BELL_TRUE), "100"));
  CHECK(shows(bell_any_index(ctx, ints, f(1.0)), "100") && faults(bell_any_index(ctx, ints, s("1")), 702));
  CHECK(shows(bell_any_index(ctx, L(i(1), s("a")), i(-1)), "'a'"));
  CHECK(shows(bell_any_index(ctx, s("h\xc3\xa9y"), BELL_TRUE), "'\xc3\xa9'"));
  CHECK(shows(bell_any_index(ctx, s("\xe4\xb8\xad"), i(0)), "'\xe4\xb8\xad'"));
  CHECK(faults(bell_any_index(ctx, L(i(1)), i(1)), 701) && faults(bell_any_index(ctx, L(i(1)), i(-2)), 701));
  CHECK(faults(bell_any_index(ctx, L(i(1)), s("a")), 308) && faults(bell_any_index(ctx, i(1), i(1)), 308));
  CHECK(bell_any_contains(ctx, s("hello"), s("ell")) && bell_any_contains(ctx, ints, f(1.0)));
  CHECK(!bell_any_contains(ctx, ints, s("1")) && bell_any_contains(ctx, L(i(1), BELL_NONE), BELL_NONE));
  CHECK(faults((bell_word)bell_any_contains(ctx, s("a"), i(1)), 308));
  CHECK(faults((bell_word)bell_any_contains(ctx, i(5), i(1)), 308));
  CHECK(faults((bell_word)bell_any_contains(ctx, ints, L(i(1))), 309));
  CHECK(!bell_any_truth(ctx, BELL_NONE) && !bell_any_truth(ctx, f(-0.0)));
  CHECK(bell_any_truth(ctx, f(__builtin_nan(""))) && !bell_any_truth(ctx, s("")));
  CHECK(!bell_any_truth(ctx, i(0)) && bell_any_truth(ctx, L(i(0))));
  CHECK(bell_any_truth(ctx, keep(ctx, bell_record_new(ctx, T_POINT, (bell_word[]){0, 0}, 2))));
  CHECK(bell_any_len(ctx, dict) == 2 && faults((bell_word)bell_any_len(ctx, i(5)), 309));
  CHECK((int64_t)bell_any_to_number(ctx, s(" 7 "), T_INT) == 7);
  CHECK(bell_float(bell_any_to_number(ctx, s("1e3"), T_FLOAT)) == 1000);
  CHECK((int64_t)bell_any_to_number(ctx, f(-2.9), T_INT) == -2);
  CHECK(bell_float(bell_any_to_number(ctx, BELL_TRUE, T_FLOAT)) == 1);
  CHECK(faults(bell_any_to_number(ctx, BELL_NONE, T_INT), 309));
  CHECK(faults(bell_any_to_number(ctx, f(0x1p63), T_INT), 504));
  CHECK(faults(bell_any_to_number(ctx, f(__builtin_nan("")), T_INT), 509));
  CHECK(faults(bell_any_to_number(ctx, s("x"), T_INT), 703));
  CHECK((int64_t)bell_any_to_number(ctx, f(-0x1p63), T_INT) == INT64_MIN);
  CHECK(reads(ctx, bell_any_type_name(ctx, BELL_NONE), "NoneType"));
  CHECK(reads(ctx, bell_any_type_name(ctx, dict), "dict"));
  CHECK(reads(ctx, bell_any_type_name(ctx, f(1)), "float"));
}

static void test_printing(void) {
  CHECK(shows(L(i(1), s("a'b"), BELL_NONE, BELL_TRUE, f(2.5), f(1e16), i(INT64_MIN)),
              "[1, \"a'b\", None, True, 2.5, 1e+16, -9223372036854775808]"));
  bell_word dict = keep(ctx, bell_dict_new(ctx, T_DICT_ANY, 0));
  CHECK(shows(dict, "{}"));
  bell_dict_set(ctx, dict, s("k"), L(i(1)));
  bell_dict_set(ctx, dict, i(2), keep(ctx, bell_tuple_new(ctx, T_PAIR, (bell_word[]){7, s("x")}, 2)));
  CHECK(shows(dict, "{'k': [1], 2: (7, 'x')}"));
  bell_word set = keep(ctx, bell_set_new(ctx, T_SET_INT, 0));
  CHECK(shows(set, "set()"));
  bell_set_add(ctx, set, 3);
  bell_set_add(ctx, set, 1);
  CHECK(shows(set, "{1, 3}"));
  CHECK(shows(keep(ctx, bell_record_new(ctx, T_POINT, (bell_word[]){1, bell_bits(2.5)}, 2)), "Point(x=1, y=2.5)"));
  bell_word node = keep(ctx, bell_record_new(ctx, T_NODE, (bell_word[]){0, 0, 3}, 3));
  CHECK(shows(node, "Node(next=None, n\xc3\xa4me=3)"));
  BELL_TUPLE_AT(ctx, node)->slots[0] = 1;
  BELL_TUPLE_AT(ctx, node)->slots[1] = node;
  CHECK(shows(node, "Node(next=..., n\xc3\xa4me=3)"));
  CHECK(shows(keep(ctx, bell_record_new(ctx, T_SHAPED, (bell_word[]){1, 1, s("in"), 0, 9, 1}, 6)),
              "Shaped(t=(1, ('in',)), nothing=None, r=range(0, 9))"));
  CHECK(shows(keep(ctx, bell_record_new(ctx, T_SHAPED, (bell_word[]){1, 0, 0, 9, 0, (bell_word)-2}, 6)),
              "Shaped(t=(1, (None,)), nothing=None, r=range(9, 0, -2))"));
  bell_word ring = L(i(1), BELL_NONE);
  bell_list_store(ctx, BELL_LIST_AT(ctx, ring), 1, ring);
  CHECK(shows(ring, "[1, [...]]"));
  bell_word inner = L(dict);
  bell_dict_set(ctx, dict, i(2), inner);
  CHECK(shows(dict, "{'k': [1], 2: [{...}]}") && shows(inner, "[{'k': [1], 2: [...]}]"));
  CHECK(reads(ctx, bell_any_to_str(ctx, s("plain")), "plain"));
  CHECK(reads(ctx, bell_any_repr(ctx, s("plain")), "'plain'"));
  CHECK(reads(ctx, bell_any_to_str(ctx, f(3)), "3.0"));
  CHECK(reads(ctx, bell_any_format(ctx, f(2.5), s("6.2f")), "  2.50"));
  CHECK(reads(ctx, bell_any_format(ctx, L(i(1)), s("")), "[1]"));
  CHECK(faults(bell_any_format(ctx, L(i(1)), s("5")), 710));
  CHECK(reads(ctx, bell_any_format(ctx, i(255), s("x")), "ff"));
  CHECK(reads(ctx, bell_any_format(ctx, s("a"), s(">3")), "  a"));
  CHECK(reads(ctx, bell_any_format(ctx, BELL_TRUE, s("")), "True"));
}

/* A list in a list in a list, `depth` times. */
static bell_word nest(int depth) {
  bell_word inner = L(i(1)), *mark = ctx->roots_top;
  for (int level = 1; level < depth; level++) {
    inner = L(inner);
    ctx->roots_top = mark;
    keep(ctx, inner);
  }
  return inner;
}

static void test_nesting(void) {
  bell_word deep = nest(BELL_NESTING_MAX), same = nest(BELL_NESTING_MAX), deeper = nest(BELL_NESTING_MAX + 1),
            other = nest(BELL_NESTING_MAX + 1);
  CHECK(bell_any_repr(ctx, deep) != 0 && bell_any_eq(ctx, deep, same) && !bell_any_compare(ctx, BELL_LT, deep, same) && ctx->fault == 0);
  CHECK(faults(bell_any_repr(ctx, deeper), 804) && faults((bell_word)bell_any_eq(ctx, deeper, other), 784));
  CHECK(faults((bell_word)bell_any_compare(ctx, BELL_LE, deeper, other), 784));
  bell_word ring = L(BELL_NONE), loop = L(BELL_NONE);
  bell_list_store(ctx, BELL_LIST_AT(ctx, ring), 0, ring);
  bell_list_store(ctx, BELL_LIST_AT(ctx, loop), 0, loop);
  CHECK(faults((bell_word)bell_any_eq(ctx, ring, loop), 784) && bell_any_eq(ctx, ring, ring));
  bell_word dict = keep(ctx, bell_dict_new(ctx, T_DICT_ANY, 0));
  CHECK((bell_dict_find(ctx, dict, nest(BELL_NESTING_MAX)), faults(0, 309)) && (bell_dict_find(ctx, dict, ring), faults(0, 804)));
}

static int64_t fuel_of(bell_word a, bell_word b) {
  int64_t before = bell_fuel_used(ctx);
  if (b == 0) {
    CHECK(bell_any_repr(ctx, a) != 0);
  } else {
    bell_any_eq(ctx, a, b);
  }
  return bell_fuel_used(ctx) - before;
}

static void test_fuel(void) {
  bell_word a = L(i(1), L(i(2), s("a"))), b = L(f(1), L(i(2), s("a")));
  CHECK(fuel_of(a, b) == 4 && fuel_of(a, a) == 0 && fuel_of(L(i(1)), L(i(1), i(2))) == 0 && fuel_of(L(i(1), i(2)), L(i(3), i(2))) == 1);
  bell_word words = L(s("0123456789012345678901234567890123456789"));
  CHECK(fuel_of(words, L(s("0123456789012345678901234567890123456789"))) == 1 + 40 / 16);
  CHECK(fuel_of(L(i(1), s("a"), BELL_NONE, f(2.5), BELL_TRUE), 0) == 24 / 16 + 5);
  CHECK(fuel_of(words, 0) == 44 / 16 + 1 && fuel_of(s("plain"), 0) == 0);
  bell_word many = keep(ctx, bell_list_range(ctx, 0, 5000, 1)), more = keep(ctx, bell_list_range(ctx, 0, 5000, 1));
  CHECK(fuel_of(many, more) == 5000);
  bell_list_store(ctx, BELL_LIST_AT(ctx, more), 2500, 0);
  CHECK(fuel_of(many, more) == 2501);
  /* Text is charged before it is written: the limit falls before the memory is used. */
  bell_word megabyte = keep(ctx, bell_str_repeat(ctx, s("x"), 1 << 20)), wide = keep(ctx, bell_list_repeat(ctx, L(megabyte), 1000));
  ctx->fuel = 100000;
  ctx->fuel_reserve = 0;
  CHECK(faults(bell_any_repr(ctx, wide), 801));
}

int main(void) {
  void (*const tests[])(void) = {test_boxes,   test_arithmetic, test_sequences, test_comparing,
                                 test_reading, test_printing,   test_nesting,   test_fuel};
  for (int stress = 0; stress < 2; stress++) {
    for (size_t test = 0; test < sizeof tests / sizeof *tests; test++) {
      ctx = make_context(stress);
      tests[test]();
      bell_ctx_destroy(ctx);
    }
  }
  return 0;
}
