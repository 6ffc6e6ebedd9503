/* Bytes, with a collection at every reserve: what is made of them, by operators, methods and codecs, and what is refused. */
#include "runtime/bytes.h"

#include "runtime/method.h"
#include "runtime/test_module.h"

static bell_ctx *ctx;

static bell_word rooted(bell_word word) {
  bell_root_push(ctx, word);
  return word;
}

static bell_word str(const char *utf8) { return rooted(bell_str_from_utf8(ctx, utf8, strlen(utf8))); }
static bell_word bytes(const char *text, size_t size) { return rooted(bell_bytes_of(ctx, text, size)); }
static bell_word number(int64_t value) { return rooted(bell_any_from_int(ctx, value)); }

static bell_word call(bell_word receiver, const char *name, const char *keywords, const bell_word *words, int64_t count) {
  return rooted(bell_any_method(ctx, str(name), str(keywords), receiver, words, count));
}

/* The value is shown like this; with a fault, its text is. */
static bool shows(bell_word value, const char *text) {
  char utf8[256];
  bell_ref shown = value == 0 ? ctx->fault_text : bell_any_repr(ctx, value);
  if (value == 0) ctx->fault = 0;
  size_t size = shown == 0 ? 0 : bell_str_to_utf8(ctx, shown, utf8, sizeof utf8 - 1);
  utf8[size] = 0;
  if (shown == 0 && ctx->told_size < sizeof utf8) memcpy(utf8, ctx->told, ctx->told_size + 1);
  ctx->fault_text = 0;
  ctx->told_size = 0;
  if (strcmp(utf8, text) != 0) fprintf(stderr, "%s, not %s\n", utf8, text);
  return strcmp(utf8, text) == 0;
}

static void test_operators(void) {
  bell_word a = bytes("ab\xff\0", 4), b = bytes("it's", 4);
  CHECK(shows(a, "b'ab\\xff\\x00'") && shows(b, "b\"it's\""));
  CHECK(shows(rooted(bell_any_binary(ctx, BELL_BINARY_ADD, a, b)), "b\"ab\\xff\\x00it's\""));
  CHECK(shows(rooted(bell_any_binary(ctx, BELL_BINARY_MUL, number(3), b)), "b\"it'sit'sit's\""));
  CHECK(shows(bell_any_index(ctx, a, number(-2)), "255"));
  CHECK(shows(rooted(bell_any_slice(ctx, a, BELL_NONE, BELL_NONE, number(-1))), "b'\\x00\\xffba'"));
  CHECK(bell_any_contains(ctx, a, number(0)) && !bell_any_contains(ctx, a, number(1)) && bell_any_contains(ctx, a, bytes("b\xff", 2)));
  CHECK(bell_any_compare(ctx, 0, a, b) && bell_any_eq(ctx, a, bytes("ab\xff\0", 4)) && !bell_any_eq(ctx, b, str("it's")));
  CHECK(shows(rooted(bell_any_to_list(ctx, a)), "[97, 98, 255, 0]"));
  CHECK(bell_any_hash(ctx, bytes("abc", 3)) == -4594863902769663758);
}

static void test_making(void) {
  bell_word constant = rooted(bell_const_bytes(ctx, str("b\xc3\xbf")));
  CHECK(shows(constant, "b'b\\xff'"));
  CHECK(shows(rooted(bell_any_bytes(ctx, (bell_word[]){number(2)}, 1)), "b'\\x00\\x00'"));
  CHECK(shows(rooted(bell_any_bytes(ctx, (bell_word[]){bytes("", 0)}, 1)), "b''"));
  CHECK(shows(bell_any_bytes(ctx, (bell_word[]){number(-1)}, 1), "negative count"));
  CHECK(shows(bell_any_bytes(ctx, (bell_word[]){str("a")}, 1), "string argument without an encoding"));
  CHECK(shows(rooted(bell_any_bytes(ctx, (bell_word[]){str("\xe2\x82\xac"), str("UTF-16 BE")}, 2)), "b' \\xac'"));
}

static void test_methods(void) {
  bell_word a = bytes("one two  three\r\n", 16);
  CHECK(shows(call(a, "split", "", NULL, 0), "[b'one', b'two', b'three']"));
  CHECK(shows(call(a, "rsplit", "maxsplit", (bell_word[]){number(1)}, 1), "[b'one two', b'three']"));
  CHECK(shows(call(a, "split", "", (bell_word[]){bytes(" ", 1)}, 1), "[b'one', b'two', b'', b'three\\r\\n']"));
  CHECK(shows(call(a, "splitlines", "keepends", (bell_word[]){number(1)}, 1), "[b'one two  three\\r\\n']"));
  CHECK(shows(call(a, "partition", "", (bell_word[]){bytes("two", 3)}, 1), "(b'one ', b'two', b'  three\\r\\n')"));
  CHECK(shows(call(bytes(", ", 2), "join", "", (bell_word[]){call(a, "split", "", NULL, 0)}, 1), "b'one, two, three'"));
  CHECK(shows(call(a, "replace", "", (bell_word[]){bytes("t", 1), bytes("TT", 2)}, 2), "b'one TTwo  TThree\\r\\n'"));
  CHECK(shows(call(a, "title", "", NULL, 0), "b'One Two  Three\\r\\n'"));
  CHECK(shows(call(bytes("\1\xfe", 2), "hex", "", (bell_word[]){str(":")}, 1), "'01:fe'"));
  CHECK(shows(call(a, "fromhex", "", (bell_word[]){str("01 fE")}, 1), "b'\\x01\\xfe'"));
  CHECK(shows(call(a, "fromhex", "", (bell_word[]){str("0")}, 1), "non-hexadecimal number found in fromhex() arg at position 1"));
  CHECK(shows(call(a, "translate", "delete", (bell_word[]){BELL_NONE, bytes("one\r\n", 5)}, 2), "b' tw  thr'"));
  CHECK(shows(call(a, "translate", "", NULL, 0), "translate() takes at least 1 positional argument (0 given)"));
  CHECK(shows(call(a, "find", "", (bell_word[]){str("o")}, 1), "argument should be integer or bytes-like object, not 'str'"));
}

static void test_codecs(void) {
  bell_word text = str("a\xc3\xa9\xf0\x9f\x98\x80");
  bell_word made = call(text, "encode", "", NULL, 0);
  CHECK(shows(made, "b'a\\xc3\\xa9\\xf0\\x9f\\x98\\x80'") && shows(call(made, "decode", "", NULL, 0), "'a\xc3\xa9\xf0\x9f\x98\x80'"));
  CHECK(shows(call(text, "encode", "", (bell_word[]){str("ascii"), str("backslashreplace")}, 2), "b'a\\\\xe9\\\\U0001f600'"));
  CHECK(shows(call(text, "encode", "", (bell_word[]){str("ascii")}, 1), "'ascii' codec can't encode characters in position 1-2: ordinal not in range(128)"));
  CHECK(shows(call(bytes("a\xe2\x82z", 4), "decode", "", NULL, 0), "'utf-8' codec can't decode bytes in position 1-2: invalid continuation byte"));
  CHECK(shows(call(bytes("a\xe2\x82z", 4), "decode", "errors", (bell_word[]){str("replace")}, 1), "'a\xef\xbf\xbdz'"));
  CHECK(shows(call(text, "encode", "", (bell_word[]){str("nowhere")}, 1), "unknown encoding: nowhere"));
}

int main(void) {
  void (*const tests[])(void) = {test_operators, test_making, test_methods, test_codecs};
  for (int stress = 0; stress < 2; stress++) {
    for (size_t test = 0; test < sizeof tests / sizeof *tests; test++) {
      ctx = make_context(stress);
      tests[test]();
      bell_ctx_destroy(ctx);
    }
  }
  return 0;
}
