/* Regular expressions where a sanitizer should look: wrong patterns of all kinds, collection at every reserve, both machines on random
 * patterns, hostile ones. What patterns mean is compared with CPython by tests/runtime_regex. */
#include "runtime/bytes.h"
#include "runtime/regex.h"

#include "runtime/test_module.h"

static bell_word compile(bell_ctx *ctx, const char *pattern, int64_t flags) { return bell_regex_compile(ctx, text(ctx, pattern), flags); }

/* Whether the pattern matches the text in this mode with these spans, the last number being the group closed last. */
static bool spans(bell_ctx *ctx, const char *pattern, const char *subject, int64_t mode, const int64_t *expected, int64_t count) {
  bell_word regex = keep(ctx, compile(ctx, pattern, 0)), given = keep(ctx, text(ctx, subject));
  bell_word table = keep(ctx, bell_regex_look(ctx, regex, given, 1 << 20)), list = bell_regex_match(ctx, regex, given, 0, 1 << 20, mode, table);
  CHECK(ctx->fault == 0 && list != 0);
  const bell_list *found = BELL_LIST_AT(ctx, list);
  return found->length == count && (count == 0 || memcmp(bell_at(ctx, found->data), expected, (size_t)count * 8) == 0);
}

#define SPANS(pattern, subject, mode, ...) \
  spans(ctx, pattern, subject, mode, (int64_t[]){__VA_ARGS__}, (int64_t)(sizeof((int64_t[]){__VA_ARGS__}) / 8))

static void test_matches(bool stress) {
  bell_ctx *ctx = make_context(stress);
  CHECK(SPANS("(a+)(b)?", "xaab", 1, 1, 4, 1, 3, 3, 4, 2));
  CHECK(SPANS("a|ab", "ab", 0, 0, 1, -1) && SPANS("a|ab", "ab", 2, 0, 2, -1));
  CHECK(SPANS("(a*)*", "b", 0, 0, 0, 0, 0, 1) && SPANS("(a|b*)*", "ab", 0, 0, 2, 2, 2, 1));
  CHECK(SPANS("a??", "a", 3, 0, 1, -1) && SPANS("a*?", "ba", 3, 1, 1, -1));
  CHECK(SPANS("(?i)\xc3\x84[k-l]", "\xc3\xa4\xe2\x84\xaa", 0, 0, 2, -1)); /* the Kelvin sign */
  CHECK(spans(ctx, "a{3}", "aa", 1, NULL, 0) && spans(ctx, "\\Bx", "", 1, NULL, 0));
  CHECK(SPANS("(?<!^)(?=[A-Z])", "aBcD", 1, 1, 1, -1) && SPANS("(?<=a)b|(?!b).(?=(c))", "abc", 1, 1, 2, -1, -1, -1));
  CHECK(SPANS("(?=(a+))(?<!(b))a", "aab", 0, 0, 1, 0, 2, -1, -1, 1) && SPANS("(?=(?=(a)).(b))(a)", "ab", 1, 0, 1, 0, 1, 1, 2, 0, 1, 3));
  CHECK(SPANS("(?>a*b|a)a++", "aaab", 0, 0, 1, -2) == false && SPANS("(?>a|ab)(b)", "ab", 0, 0, 2, 1, 2, 1) && SPANS("\"(?>.*?\")", "\"a\"\"", 0, 0, 3, -1));
  CHECK(spans(ctx, "a*+a", "aaa", 1, NULL, 0) && SPANS("a{1,2}+a", "aaa", 0, 0, 3, -1) && SPANS("(?:[^b]|b.)*+", "abba", 0, 0, 4, -1));
  CHECK(SPANS("(?:(?=(.)).)*", "abc", 0, 0, 3, 2, 3, 1) && SPANS("(x)(?=(a)?)", "xb", 1, 0, 1, 0, 1, -1, -1, 1));
  CHECK(SPANS("^b$", "a\nb\n", 1, -2) == false && SPANS("(?m)^b$", "a\nb\n", 1, 2, 3, -1));
  bell_ctx_destroy(ctx);
}

static void test_wrong_patterns(bool stress) {
  static const struct { const char *pattern; uint32_t fault; const char *message; } wrong[] = {
    {"(", 785, "missing ), unterminated subpattern at position 0"},
    {"a)", 785, "unbalanced parenthesis at position 1"},
    {"[a", 785, "unterminated character set at position 0"},
    {"*", 785, "nothing to repeat at position 0"},
    {"a**", 785, "multiple repeat at position 2"},
    {"a{2,1}", 785, "min repeat greater than max repeat at position 2"},
    {"\\", 785, "bad escape (end of pattern) at position 0"},
    {"\\q", 785, "bad escape \\q at position 0"},
    {"[\\x4]", 785, "incomplete escape \\x4 at position 1"},
    {"[z-a]", 785, "bad character range z-a at position 1"},
    {"(?P<\xc3\xa9'>a)", 785, "bad character in group name \"\xc3\xa9'\" at position 4"},
    {"(?P<a>)(?P<a>)", 785, "redefinition of group name 'a' as group 2; was group 1 at position 11"},
    {"a(?i)", 785, "global flags not at the start of the expression at position 1"},
    {"(?z)", 785, "unknown extension ?z at position 1"},
    {"(?<", 785, "unexpected end of pattern at position 3"},
    {"(a)\\1", 786, "references to groups are not supported in regular expressions at position 3"},
    {"(?=a", 785, "missing ), unterminated subpattern at position 0"},
    {"x(?<!a|bc)", 785, "look-behind requires fixed-width pattern"},
    {"(?:(?=(a)|b).)*", 786, "groups that a repeated lookaround may leave unset are not supported in regular expressions at position 14"},
    {"(?=(a{1,999}){99})", 786, "a pattern whose program has more than 65536 states is not supported in regular expressions"},
    {"(a)(?(1)b)", 786, "conditional groups are not supported in regular expressions at position 3"},
    {"x(?>(?:a|ab)c)", 786, "atomic groups and possessive repeats of which a part may be tried again are not supported in regular expressions at position 1"},
    {"(?:a*)*+", 786, "atomic groups and possessive repeats of which a part may be tried again are not supported in regular expressions at position 6"},
    {"(?:(a)b|.)++", 786, "groups that a possessive repeat may leave unset are not supported in regular expressions at position 10"},
    {"a*+*", 785, "multiple repeat at position 3"},
    {"\\N{DASH}", 786, "names of characters are not supported in regular expressions at position 0"},
    {"(a{1,999}){99}", 786, "a pattern whose program has more than 65536 states is not supported in regular expressions"},
    {"a{5000000000}", 787, "the repetition number is too large"},
    {"(?a)(?u)", 788, "ASCII and UNICODE flags are incompatible"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    bell_ctx *ctx = make_context(stress);
    CHECK(compile(ctx, wrong[i].pattern, 0) == 0 && ctx->fault == wrong[i].fault && ctx->heap->temporary_count == 0);
    CHECK(tells(ctx, wrong[i].message));
    bell_ctx_destroy(ctx);
  }
  bell_ctx *ctx = make_context(stress); /* not nested too deep, and too deep */
  char deep[256];
  memset(deep, '(', 100);
  memset(deep + 100, ')', 100);
  deep[200] = 0;
  CHECK(compile(ctx, deep, 0) != 0);
  memset(deep, '(', 101);
  memset(deep + 101, ')', 101);
  deep[202] = 0;
  CHECK(compile(ctx, deep, 0) == 0 && ctx->fault == 786);
  bell_ctx_destroy(ctx);
}

/* Texts out of the pieces of patterns: each is refused, or a program on which both machines agree. */
static void test_random_patterns(uint64_t seed, int count, bool stress) {
  static const char *const pieces[] = {
    "a", "b", "A", "\xc3\xa9", ".", "\\d", "\\w", "\\S", "[ab]", "[^a]", "[a-", "]", "^", "$", "\\b", "\\B", "(", "(", ")", ")", ")", "(?:", "(?P<n",
    ">", "|", "|", "*", "+", "?", "{2}", "{0,3}", "{1,}", "{", "(?i)", "(?x: ", "(?s-i:", "\\", "\\x41", "\\1", "-", "\xf0\x90\x90\x80", "(|a)*", "(a*?)+",
    "(?>", "*+", "?+", "{1,2}+", "(?>a*b|.*?a)", "(?=", "(?!", "(?<=", "(?<!", "(?=a)", "(?<!b)", "(?<=(a))",
  };
  static const char *const subjects[] = {"", "a", "ab", "aab\n", "bA\xc3\xa9 a", "\xf0\x90\x90\xa8""ab", "abababab"};
  uint64_t compiled = 0;
  bell_ctx *ctx = make_context(stress);
  for (int i = 0; i < count; i++) {
    char pattern[256] = "";
    for (uint64_t left = 1 + next_random(&seed) % 9; left > 0; left--) strcat(pattern, pieces[next_random(&seed) % (sizeof pieces / sizeof *pieces)]);
    bell_ctx_begin(ctx, INT64_MAX);
    bell_heap_set_stress(ctx, stress);
    bell_word regex = compile(ctx, pattern, (int64_t)(next_random(&seed) & 2 ? 2 : 0));
    if (regex == 0) {
      CHECK(ctx->fault >= 785 && ctx->fault <= 788 && (ctx->fault_text != 0 || ctx->told_size > 0));
      continue;
    }
    compiled++;
    keep(ctx, regex);
    for (size_t j = 0; j < sizeof subjects / sizeof *subjects; j++) {
      bell_word subject = text(ctx, subjects[j]);
      int64_t length = BELL_STR_AT(ctx, subject)->length;
      keep(ctx, subject);
      bell_word table = keep(ctx, bell_regex_look(ctx, regex, subject, next_random(&seed) % 8 == 0 ? length / 2 : length)); /* sometimes a wrong one */
      CHECK(table != 0);
      for (int64_t mode = 0; mode < 4; mode++) {
        bell_word list = bell_regex_match(ctx, regex, subject, 0, length, mode, table);
        CHECK(ctx->fault == 0);
        const bell_regex *object = BELL_REGEX_AT_REF(ctx, regex);
        const bell_str *s = BELL_STR_AT(ctx, subject);
        uint32_t found[128];
        uint64_t steps;
        bell_regex_run run = {.ctx = ctx, .regex = object, .program = &object->main, .data = bell_str_data(ctx, s), .table = bell_bytes_data(ctx, table),
                              .table_bytes = bell_bytes_length(ctx, table), .width = s->head.aux, .end = (uint32_t)length, .mode = (uint32_t)mode,
                              .last = 2 * object->groups + 2, .cost = object->main.size, .found = found};
        run.slot_count = run.last + 1 + 2 * object->keeping;
        CHECK(run.slot_count <= 128);
        keep(ctx, list);
        int outcome = bell_regex_pike(&run, 0, &steps);
        if (outcome == BELL_REGEX_FOUND && object->keeping) CHECK(bell_regex_find_kept(&run));
        CHECK(outcome != BELL_REGEX_FAULT && (outcome == BELL_REGEX_FOUND) == (BELL_LIST_AT(ctx, list)->length > 0));
        for (uint32_t k = 0; outcome == BELL_REGEX_FOUND && k <= run.last; k++) {
          int64_t slot = ((int64_t *)bell_at(ctx, BELL_LIST_AT(ctx, list)->data))[k];
          CHECK(slot == (found[k] == UINT32_MAX ? -1 : (int64_t)found[k]));
        }
      }
    }
  }
  CHECK(compiled > (uint64_t)count / 20);
  bell_ctx_destroy(ctx);
}

static void test_hostile_patterns(void) {
  static const char *const patterns[] = {"(a+)+$", "(a|a)*b", "(a*)*b", "((a*)*)*b", "(.*)(.*)(.*)(.*)(.*)x", "(a?){50}a{50}c", "(?:a{0,50}){50}b",
                                         "(?:(?=(a+)+)a)*b", "(?=(?=(?=(a|aa)*c)a*)a*)a", "(?:(?<!(?=a*c)a)a){50}b|(?<=a{50}b)"};
  bell_ctx *ctx = make_context(false);
  static char many[50001];
  memset(many, 'a', 50000);
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
    bell_ctx_begin(ctx, INT64_MAX);
    bell_word regex = keep(ctx, compile(ctx, patterns[i], 0)), subject = keep(ctx, text(ctx, many));
    bell_word table = keep(ctx, bell_regex_look(ctx, regex, subject, i == 0 ? 49999 : 3000));
    bell_word list = bell_regex_match(ctx, regex, subject, 0, i == 0 ? 49999 : 3000, 1, table);
    CHECK(ctx->fault == 0 && (BELL_LIST_AT(ctx, list)->length > 0) == (i == 0));
  }
  bell_ctx_begin(ctx, INT64_MAX); /* fuel ends it on the way */
  bell_word regex = keep(ctx, compile(ctx, "(?:a|b|[cd])*x", 0)), subject = text(ctx, many);
  bell_ctx_begin(ctx, 1000);
  CHECK(bell_regex_match(ctx, regex, subject, 0, 50000, 1, BELL_NONE) == 0 && ctx->fault == 801);
  bell_ctx_begin(ctx, INT64_MAX);
  regex = keep(ctx, compile(ctx, "(?=(?:a|b|[cd])*x)", 0)), subject = keep(ctx, text(ctx, many));
  ctx->fuel = 1000, ctx->fuel_reserve = 0;
  CHECK(bell_regex_look(ctx, regex, subject, 50000) == 0 && ctx->fault == 801);
  bell_ctx_destroy(ctx);
}

static void test_memory_is_counted(void) {
  bell_ctx *ctx = bell_ctx_create(&(bell_config){.memory_max = 256 << 10, .roots_max = 64, .types = types, .type_count = T_COUNT});
  CHECK(ctx != NULL);
  bell_ctx_begin(ctx, INT64_MAX);
  CHECK(compile(ctx, "a{60000}", 0) == 0 && ctx->fault == 803);
  bell_ctx_begin(ctx, INT64_MAX);
  bell_word regex = keep(ctx, compile(ctx, "(?:a{0,60}){60}", 0)); /* few states, and threads that need much */
  CHECK(bell_regex_match(ctx, regex, text(ctx, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), 0, 30, 0, BELL_NONE) == 0 && ctx->fault == 803);
  bell_ctx_destroy(ctx);
}

static void test_names(void) {
  bell_ctx *ctx = make_context(true);
  bell_word regex = keep(ctx, compile(ctx, "(?P<ab>a)(b)(?P<\xc3\xa9>c)", 0)), names = keep(ctx, bell_regex_group_names(ctx, regex));
  CHECK(bell_regex_groups(ctx, regex) == 3 && bell_regex_flags(ctx, regex) == 32 && BELL_DICT_AT(ctx, names)->live == 2);
  CHECK(reads(ctx, bell_regex_pattern(ctx, regex), "(?P<ab>a)(b)(?P<\xc3\xa9>c)"));
  CHECK(bell_regex_looks(ctx, compile(ctx, "(?=a(?!b))(?<=c)", 0)) == 3);
  CHECK(bell_regex_groups(ctx, BELL_NONE) == 0 && ctx->fault == 309);
  bell_ctx_destroy(ctx);
}

int main(void) {
  for (int stress = 0; stress < 2; stress++) {
    test_matches(stress);
    test_wrong_patterns(stress);
    test_random_patterns(stress ? 7 : 1, stress ? 400 : 4000, stress);
  }
  test_hostile_patterns();
  test_memory_is_counted();
  test_names();
  return 0;
}
