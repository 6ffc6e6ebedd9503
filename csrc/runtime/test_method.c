/* Methods by name, formatting and %, with a collection at every reserve: what they make and what they refuse. */
#include "runtime/method.h"

#include "runtime/any_sets.h"
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/test_module.h"
#include "runtime/tuple.h"

static bell_ctx *ctx;

static bell_word str(const char *ascii) {
  bell_word made = bell_str_from_utf8(ctx, ascii, strlen(ascii)); /* not from the pool, so rooted by the test */
  bell_root_push(ctx, made);
  return made;
}

static bell_word rooted(bell_word word) {
  bell_root_push(ctx, word);
  return word;
}

static bell_word number(int64_t value) { return rooted(bell_any_from_int(ctx, value)); }

static bell_word list(const bell_word *words, int64_t count) {
  bell_word made = bell_list_of(ctx, T_LIST_ANY, words, count);
  bell_root_push(ctx, made);
  return made;
}

static bell_word call(bell_word receiver, const char *name, const char *keywords, const bell_word *words, int64_t count) {
  bell_word made = bell_any_method(ctx, str(name), str(keywords), receiver, words, count);
  bell_root_push(ctx, made);
  return made;
}

/* The value is shown like this; with a fault, its code and text are. */
static bool shows(bell_word value, const char *text) {
  char utf8[256];
  bell_ref shown = value == 0 ? ctx->fault_text : bell_any_repr(ctx, value);
  if (value == 0) {
    bool lost = ctx->fault != 0 && shown == 0 && ctx->heap->stress; /* bell_raise does not collect to make room for its text */
    ctx->fault = 0;
    if (lost) return true;
  }
  size_t size = shown == 0 ? 0 : bell_str_to_utf8(ctx, shown, utf8, sizeof utf8 - 1);
  utf8[size] = 0;
  ctx->fault_text = 0;
  if (strcmp(utf8, text) != 0) fprintf(stderr, "%s, not %s\n", utf8, text);
  return strcmp(utf8, text) == 0;
}

static void test_strings(void) {
  bell_word s = str("a-b-\xc3\xa9");
  CHECK(shows(call(s, "upper", "", NULL, 0), "'A-B-\xc3\x89'"));
  CHECK(shows(call(s, "split", "maxsplit", (bell_word[]){str("-"), number(1)}, 2), "['a', 'b-\xc3\xa9']"));
  CHECK(shows(call(s, "partition", "", (bell_word[]){str("b")}, 1), "('a-', 'b', '-\xc3\xa9')"));
  bell_word parts = call(s, "rsplit", "", (bell_word[]){str("-")}, 1);
  CHECK(BELL_HEAD_AT(ctx, parts)->aux == BELL_CLASS_ANY && BELL_HEAD_AT(ctx, parts)->type == T_LIST_ANY);
  CHECK(shows(call(str(", "), "join", "", (bell_word[]){parts}, 1), "'a, b, \xc3\xa9'"));
  CHECK(shows(call(str("\xc3\xa9"), "join", "", (bell_word[]){str("abc")}, 1), "'a\xc3\xa9" "b\xc3\xa9" "c'"));
  CHECK(shows(call(s, "foo", "", NULL, 0), "'str' object has no attribute 'foo'"));
  CHECK(shows(call(s, "split", "sep", (bell_word[]){str("-"), str("-")}, 2), "argument for split() given by name ('sep') and position (1)"));
  CHECK(shows(call(s, "split", "x", (bell_word[]){str("-")}, 1), "'x' is an invalid keyword argument for split()"));
}

static void test_containers(void) {
  bell_word items = list((bell_word[]){number(3), str("x"), BELL_NONE}, 3);
  CHECK(shows(call(items, "extend", "", (bell_word[]){str("\xc3\xa9z")}, 1), "None") && shows(items, "[3, 'x', None, '\xc3\xa9', 'z']"));
  CHECK(shows(call(items, "index", "", (bell_word[]){str("nowhere")}, 1), "'nowhere' is not in list"));
  CHECK(shows(call(items, "pop", "", (bell_word[]){number(9)}, 1), "pop index out of range"));
  bell_word table = call(rooted(bell_dict_new(ctx, T_DICT_ANY, 0)), "fromkeys", "", (bell_word[]){str("ab"), number(1)}, 2);
  bell_word pair = list((bell_word[]){str("k"), items}, 2), pairs = list((bell_word[]){pair, str("xy")}, 2);
  CHECK(shows(call(table, "update", "z", (bell_word[]){pairs, number(INT64_MAX)}, 2), "None"));
  CHECK(shows(call(table, "pop", "", (bell_word[]){str("k")}, 1), "[3, 'x', None, '\xc3\xa9', 'z']"));
  CHECK(shows(table, "{'a': 1, 'b': 1, 'x': 'y', 'z': 9223372036854775807}"));
  CHECK(shows(call(items, "extend", "", (bell_word[]){call(table, "items", "", NULL, 0)}, 1), "None"));
  CHECK(BELL_LIST_AT(ctx, items)->length == 9);
  CHECK(shows(call(table, "popitem", "", NULL, 0), "('z', 9223372036854775807)"));
  CHECK(shows(call(table, "get", "", (bell_word[]){items}, 1), "unhashable type: 'list'"));
}

static void test_sets(void) {
  bell_word a = rooted(bell_any_to_set(ctx, list((bell_word[]){number(1), number(2), number(3)}, 3)));
  bell_word more = list((bell_word[]){number(3), number(40)}, 2), names = rooted(bell_any_to_frozenset(ctx, str("ab")));
  CHECK(bell_any_len(ctx, call(a, "union", "", (bell_word[]){more, names}, 2)) == 6);
  CHECK(shows(call(a, "intersection", "", (bell_word[]){more}, 1), "{3}") && shows(call(a, "difference", "", (bell_word[]){more}, 1), "{1, 2}"));
  CHECK(shows(call(a, "symmetric_difference", "", (bell_word[]){more}, 1), "{40, 1, 2}"));
  CHECK(shows(call(a, "issuperset", "", (bell_word[]){more}, 1), "False") && shows(call(a, "isdisjoint", "", (bell_word[]){names}, 1), "True"));
  CHECK(shows(call(a, "update", "", (bell_word[]){more, names}, 2), "None") && shows(call(a, "intersection_update", "", (bell_word[]){more}, 1), "None"));
  CHECK(shows(a, "{40, 3}") && shows(call(a, "difference_update", "", (bell_word[]){more}, 1), "None") && shows(a, "set()"));
  CHECK(shows(call(a, "pop", "", NULL, 0), "pop from an empty set"));
  CHECK(shows(call(a, "union", "x", (bell_word[]){more}, 1), "set.union() takes no keyword arguments"));
  bell_word table = rooted(bell_dict_new(ctx, T_DICT_ANY, 0));
  CHECK(shows(call(table, "update", "k,l", (bell_word[]){more, number(2)}, 2), "None"));
  bell_word keys = call(table, "keys", "", NULL, 0), items = call(table, "items", "", NULL, 0), result = 0;
  CHECK(bell_sets_binary(ctx, BELL_BINARY_AND, keys, str("kx"), &result) && shows(rooted(result), "{'k'}"));
  CHECK(bell_sets_binary(ctx, BELL_BINARY_SUB, keys, str("kx"), &result) && shows(rooted(result), "{'l'}"));
  CHECK(bell_any_eq(ctx, items, call(table, "items", "", NULL, 0)) && !bell_any_eq(ctx, keys, names));
}

static void test_numbers(void) {
  bell_word big = rooted(bell_any_binary(ctx, BELL_BINARY_SHL, number(-3), number(70)));
  bell_word bytes = call(big, "to_bytes", "signed", (bell_word[]){number(10), str("big"), BELL_TRUE}, 3);
  CHECK(shows(bytes, "b'\\xff@\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00'"));
  CHECK(bell_any_eq(ctx, call(number(0), "from_bytes", "signed", (bell_word[]){bytes, str("big"), BELL_TRUE}, 3), big));
  CHECK(shows(call(number(256), "to_bytes", "", NULL, 0), "int too big to convert"));
  CHECK(shows(call(rooted(bell_any_from_float(ctx, 0.75)), "as_integer_ratio", "", NULL, 0), "(3, 4)"));
  CHECK(shows(call(rooted(bell_any_from_float(ctx, -0.1)), "hex", "", NULL, 0), "'-0x1.999999999999ap-4'"));
  bell_word range = rooted(bell_any_range(ctx, 0, 10, 3));
  CHECK(shows(call(range, "index", "", (bell_word[]){number(9)}, 1), "3") && shows(call(range, "index", "", (bell_word[]){number(8)}, 1), "8 is not in range"));
  bell_word codes = call(str(""), "maketrans", "", (bell_word[]){str("ab"), str("xy"), str("c")}, 3);
  CHECK(shows(call(str("abcd"), "translate", "", (bell_word[]){codes}, 1), "'xyd'"));
}

static void test_formatting(void) {
  bell_word values[] = {number(5), list((bell_word[]){str("\xc3\xa9"), number(2)}, 2), number(8)};
  CHECK(shows(call(str("{0:>{w}}|{1[0]!a}|{1}"), "format", "w", values, 3), "\"       5|'\\\\xe9'|['\xc3\xa9', 2]\""));
  CHECK(shows(call(str("{} {0}"), "format", "", values, 2), "cannot switch from automatic field numbering to manual field specification"));
  CHECK(shows(call(str("{:d}"), "format", "", values + 1, 1), "unsupported format string passed to list.__format__"));
  bell_word pair[2] = {values[1], number(255)};
  bell_word tuple = bell_tuple_of_any(ctx, pair, 2);
  bell_root_push(ctx, tuple);
  CHECK(shows(bell_str_percent(ctx, str("%s is %#06x%%"), tuple), "\"['\xc3\xa9', 2] is 0x00ff%\""));
  CHECK(shows(bell_str_percent(ctx, str("%-5d|"), number(-7)), "'-7   |'"));
  CHECK(shows(bell_str_percent(ctx, str("%d"), str("a")), "%d format: a real number is required, not str"));
  CHECK(shows(bell_str_percent(ctx, str("a"), number(1)), "not all arguments converted during string formatting"));
}

int main(void) {
  void (*const tests[])(void) = {test_strings, test_containers, test_sets, test_numbers, test_formatting};
  for (int stress = 0; stress < 2; stress++) {
    for (size_t test = 0; test < sizeof tests / sizeof *tests; test++) {
      ctx = make_context(stress);
      tests[test]();
      bell_ctx_destroy(ctx);
    }
  }
  return 0;
}
