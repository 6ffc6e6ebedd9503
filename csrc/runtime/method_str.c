/* Methods of str: arguments read and refused as CPython 3.11 does, then the ops of str. */
#include "runtime/bytes.h"
#include "runtime/format_fields.h"
#include "runtime/list.h"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

#define PLAIN(action) \
  static bell_word action##_(bell_ctx *ctx, const bell_word *a) { return bell_str_##action(ctx, a[0]); }
#define TEST(action) \
  static bell_word action##_(bell_ctx *ctx, const bell_word *a) { return bell_any_from_bool(bell_str_##action(ctx, a[0])); }

PLAIN(upper) PLAIN(lower) PLAIN(title) PLAIN(capitalize) PLAIN(casefold) PLAIN(swapcase)
TEST(isalpha) TEST(isdigit) TEST(isalnum) TEST(isspace) TEST(isupper) TEST(islower) TEST(istitle) TEST(isnumeric) TEST(isdecimal)
TEST(isascii) TEST(isidentifier) TEST(isprintable)

static bool is_str(const bell_ctx *ctx, bell_word word) { return bell_is_kind(ctx, word, BELL_STR); }

/* "must be str, not int" */
static bool need_str(bell_ctx *ctx, bell_word word) {
  return is_str(ctx, word) || bell_raise(ctx, BELL_TYPE_ERROR, "must be str, not %s", bell_word_type_name(ctx, word));
}

/* As clinic words it, which calls None by its own name. */
static bool need_argument(bell_ctx *ctx, bell_word word, const char *which) {
  const char *name = word == BELL_NONE ? "None" : bell_word_type_name(ctx, word);
  return is_str(ctx, word) || bell_raise(ctx, BELL_TYPE_ERROR, "%s must be str, not %s", which, name);
}

/* --- ends ------------------------------------------------------------------------------------------------------------------------- */

typedef bell_word (*strip_fn)(bell_ctx *ctx, bell_word s);
typedef bell_word (*strip_chars_fn)(bell_ctx *ctx, bell_word s, bell_word characters);

static bell_word strip_by(bell_ctx *ctx, const bell_word *a, const char *name, strip_fn spaces, strip_chars_fn characters) {
  if (a[1] == 0 || a[1] == BELL_NONE) return spaces(ctx, a[0]);
  if (!is_str(ctx, a[1])) return bell_raise(ctx, BELL_TYPE_ERROR, "%s arg must be None or str", name);
  return characters(ctx, a[0], a[1]);
}
static bell_word strip(bell_ctx *ctx, const bell_word *a) { return strip_by(ctx, a, "strip", bell_str_strip, bell_str_strip_chars); }
static bell_word lstrip(bell_ctx *ctx, const bell_word *a) { return strip_by(ctx, a, "lstrip", bell_str_lstrip, bell_str_lstrip_chars); }
static bell_word rstrip(bell_ctx *ctx, const bell_word *a) { return strip_by(ctx, a, "rstrip", bell_str_rstrip, bell_str_rstrip_chars); }

static bell_word removeprefix(bell_ctx *ctx, const bell_word *a) {
  return need_argument(ctx, a[1], "removeprefix() argument") ? bell_str_removeprefix(ctx, a[0], a[1]) : 0;
}
static bell_word removesuffix(bell_ctx *ctx, const bell_word *a) {
  return need_argument(ctx, a[1], "removesuffix() argument") ? bell_str_removesuffix(ctx, a[0], a[1]) : 0;
}

/* Whether the affix stands at that end of the characters [from, to) of s. */
static bool has_affix(bell_ctx *ctx, bell_word s, bell_word affix, int64_t from, int64_t to, bool at_end) {
  const bell_str *whole = BELL_STR_AT(ctx, s), *part = BELL_STR_AT(ctx, affix);
  if (!bell_charge(ctx, part->length / 16)) return false;
  if (to - from < part->length || part->head.aux > whole->head.aux) return false;
  uint64_t place = (uint64_t)(at_end ? to - part->length : from), width = part->head.aux;
  const uint8_t *data = bell_str_data(ctx, whole);
  if (width == whole->head.aux) return bell_compare_long(ctx, data + place * width, bell_str_data(ctx, part), part->length * width) == 0;
  for (uint32_t i = 0; i < part->length; i++) {
    if (bell_str_code(ctx, whole, place + i) != bell_str_code(ctx, part, i) || !bell_goes_on(ctx, i, 2)) return false;
  }
  return true;
}

static bell_word affix_by(bell_ctx *ctx, const bell_word *a, const char *name, bool at_end) {
  int64_t from, to;
  if (!bell_take_bound(ctx, a[2], true, &from) || !bell_take_bound(ctx, a[3], true, &to)) return 0;
  bell_clamp_bounds(&from, &to, BELL_STR_AT(ctx, a[0])->length);
  if (is_str(ctx, a[1])) return bell_any_from_bool(has_affix(ctx, a[0], a[1], from, to, at_end));
  if (!bell_is_kind(ctx, a[1], BELL_TUPLE)) {
    return bell_raise(ctx, BELL_TYPE_ERROR, "%s first arg must be str or a tuple of str, not %s", name, bell_word_type_name(ctx, a[1]));
  }
  bell_tuple *tuple = BELL_TUPLE_AT(ctx, a[1]);
  int64_t length = bell_tuple_length(ctx, tuple);
  for (int64_t i = 0; i < length && ctx->fault == 0; i++) {
    bell_value item = bell_class_value(ctx, bell_tuple_class(ctx, tuple, i), bell_tuple_items(tuple)[i]);
    if (item.kind != BELL_STR) {
      return bell_raise(ctx, BELL_TYPE_ERROR, "tuple for %s must only contain str, not %s", name, bell_value_type_name(ctx, item));
    }
    if (has_affix(ctx, a[0], item.ref, from, to, at_end)) return BELL_TRUE;
  }
  return BELL_FALSE;
}
static bell_word startswith(bell_ctx *ctx, const bell_word *a) { return affix_by(ctx, a, "startswith", false); }
static bell_word endswith(bell_ctx *ctx, const bell_word *a) { return affix_by(ctx, a, "endswith", true); }

/* --- searching -------------------------------------------------------------------------------------------------------------------- */

typedef int64_t (*find_fn)(bell_ctx *ctx, bell_word s, bell_word part, int64_t from, int64_t to);

static bell_word find_by(bell_ctx *ctx, const bell_word *a, find_fn function, bool must) {
  int64_t from, to;
  if (!bell_take_bound(ctx, a[2], true, &from) || !bell_take_bound(ctx, a[3], true, &to) || !need_str(ctx, a[1])) return 0;
  int64_t found = function(ctx, a[0], a[1], from, to);
  if (ctx->fault != 0) return 0;
  if (must && found < 0) return bell_raise(ctx, BELL_VALUE_ERROR, "substring not found");
  return bell_any_from_int(ctx, found);
}
static bell_word find(bell_ctx *ctx, const bell_word *a) { return find_by(ctx, a, bell_str_find, false); }
static bell_word rfind(bell_ctx *ctx, const bell_word *a) { return find_by(ctx, a, bell_str_rfind, false); }
static bell_word index_of(bell_ctx *ctx, const bell_word *a) { return find_by(ctx, a, bell_str_find, true); }
static bell_word rindex_of(bell_ctx *ctx, const bell_word *a) { return find_by(ctx, a, bell_str_rfind, true); }
static bell_word count(bell_ctx *ctx, const bell_word *a) { return find_by(ctx, a, bell_str_count, false); }

static bell_word replace(bell_ctx *ctx, const bell_word *a) {
  int64_t times = -1;
  if (!need_argument(ctx, a[1], "replace() argument 1") || !need_argument(ctx, a[2], "replace() argument 2")) return 0;
  if (a[3] != 0 && !bell_take_index(ctx, a[3], &times)) return 0;
  return bell_str_replace(ctx, a[0], a[1], a[2], times);
}

/* --- parts ------------------------------------------------------------------------------------------------------------------------ */

static bell_word split_by(bell_ctx *ctx, const bell_word *a, bool from_right) {
  int64_t most = -1;
  if (a[2] != 0 && !bell_take_index(ctx, a[2], &most)) return 0;
  if (a[1] == 0 || a[1] == BELL_NONE) return bell_list_as_any(ctx, from_right ? bell_str_rsplit(ctx, a[0], most) : bell_str_split(ctx, a[0], most));
  if (!is_str(ctx, a[1])) return bell_raise(ctx, BELL_TYPE_ERROR, "must be str or None, not %s", bell_word_type_name(ctx, a[1]));
  if (BELL_STR_AT(ctx, a[1])->length == 0) return bell_raise(ctx, BELL_VALUE_ERROR, "empty separator");
  return bell_list_as_any(ctx, from_right ? bell_str_rsplit_by(ctx, a[0], a[1], most) : bell_str_split_by(ctx, a[0], a[1], most));
}
static bell_word split(bell_ctx *ctx, const bell_word *a) { return split_by(ctx, a, false); }
static bell_word rsplit(bell_ctx *ctx, const bell_word *a) { return split_by(ctx, a, true); }

static bell_word splitlines(bell_ctx *ctx, const bell_word *a) {
  int64_t keep = 0;
  if (a[1] != 0 && !bell_take_small(ctx, a[1], &keep)) return 0;
  return bell_list_as_any(ctx, bell_str_splitlines(ctx, a[0], keep != 0));
}

static bool need_separator(bell_ctx *ctx, bell_word word) {
  if (!need_str(ctx, word)) return false;
  return BELL_STR_AT(ctx, word)->length > 0 || bell_raise(ctx, BELL_VALUE_ERROR, "empty separator");
}

/* The tuple as one of class any. */
static bell_word parts_as_any(bell_ctx *ctx, bell_ref ref) {
  if (ref == 0 || BELL_HEAD_AT(ctx, ref)->type == 0) return ref;
  bell_root_push(ctx, ref);
  bell_ref made = bell_tuple_of_any(ctx, BELL_TUPLE_AT(ctx, ref)->slots, 3);
  bell_root_pop(ctx, 1);
  return made;
}
static bell_word partition(bell_ctx *ctx, const bell_word *a) {
  return need_separator(ctx, a[1]) ? parts_as_any(ctx, bell_str_partition(ctx, a[0], a[1])) : 0;
}
static bell_word rpartition(bell_ctx *ctx, const bell_word *a) {
  return need_separator(ctx, a[1]) ? parts_as_any(ctx, bell_str_rpartition(ctx, a[0], a[1])) : 0;
}

static bell_word join(bell_ctx *ctx, const bell_word *a) {
  bell_ref ref = bell_as_list(ctx, a[1]);
  if (ref == 0) {
    if (ctx->fault != BELL_TYPE_ERROR) return 0;
    ctx->fault = 0;
    return bell_raise(ctx, BELL_TYPE_ERROR, "can only join an iterable");
  }
  const bell_list *list = BELL_LIST_AT(ctx, ref);
  for (int64_t i = 0; list->head.aux == BELL_CLASS_ANY && i < list->length; i++) {
    bell_word word = bell_list_load(ctx, list, i);
    if (is_str(ctx, word)) continue;
    return bell_raise(ctx, BELL_TYPE_ERROR, "sequence item %lld: expected str instance, %s found", (long long)i, bell_word_type_name(ctx, word));
  }
  bell_root_push(ctx, ref);
  bell_word made = bell_str_join(ctx, a[0], ref);
  bell_root_pop(ctx, 1);
  return made;
}

/* --- widths ----------------------------------------------------------------------------------------------------------------------- */

typedef bell_word (*pad_fn)(bell_ctx *ctx, bell_word s, int64_t width, bell_word fill);

static bell_word pad_by(bell_ctx *ctx, const bell_word *a, pad_fn function) {
  int64_t width;
  bell_word fill = ctx->characters + (uint64_t)' ' * BELL_CHARACTER_STRIDE;
  if (!bell_take_index(ctx, a[1], &width)) return 0;
  if (a[2] != 0) {
    fill = a[2];
    if (!is_str(ctx, fill)) {
      return bell_raise(ctx, BELL_TYPE_ERROR, "The fill character must be a unicode character, not %s", bell_word_type_name(ctx, fill));
    }
    if (BELL_STR_AT(ctx, fill)->length != 1) return bell_raise(ctx, BELL_TYPE_ERROR, "The fill character must be exactly one character long");
  }
  return function(ctx, a[0], width, fill);
}
static bell_word center(bell_ctx *ctx, const bell_word *a) { return pad_by(ctx, a, bell_str_center); }
static bell_word ljust(bell_ctx *ctx, const bell_word *a) { return pad_by(ctx, a, bell_str_ljust); }
static bell_word rjust(bell_ctx *ctx, const bell_word *a) { return pad_by(ctx, a, bell_str_rjust); }

static bell_word zfill(bell_ctx *ctx, const bell_word *a) {
  int64_t width;
  return bell_take_index(ctx, a[1], &width) ? bell_str_zfill(ctx, a[0], width) : 0;
}

static bell_word expandtabs(bell_ctx *ctx, const bell_word *a) {
  int64_t size = 8;
  if (a[1] != 0 && !bell_take_small(ctx, a[1], &size)) return 0;
  return bell_str_expandtabs(ctx, a[0], size);
}

/* --- formatting ------------------------------------------------------------------------------------------------------------------- */

static bell_word format(bell_ctx *ctx, const bell_word *a) {
  const bell_passed *passed = (const bell_passed *)(uintptr_t)a[1];
  bell_format_values values = {.words = passed->words, .count = passed->count - passed->named, .names = passed->keywords, .positional = true};
  return bell_format_fields(ctx, a[0], &values);
}

static bell_word format_map(bell_ctx *ctx, const bell_word *a) {
  bell_format_values values = {.mapping = a[1]};
  return bell_format_fields(ctx, a[0], &values);
}

/* --- bytes ------------------------------------------------------------------------------------------------------------------------ */

static bell_word encode(bell_ctx *ctx, const bell_word *a) {
  if ((a[1] != 0 && !need_argument(ctx, a[1], "encode() argument 'encoding'")) || (a[2] != 0 && !need_argument(ctx, a[2], "encode() argument 'errors'"))) {
    return 0;
  }
  return bell_bytes_encode(ctx, a[0], a[1], a[2]);
}

static const bell_method methods[] = {
    {"capitalize", capitalize_, BELL_TAKES_NONE, 0, 0, NULL},
    {"casefold", casefold_, BELL_TAKES_NONE, 0, 0, NULL},
    {"center", center, BELL_TAKES_POSITIONS, 1, 2, NULL},
    {"count", count, BELL_TAKES_TUPLE, 1, 3, NULL},
    {"encode", encode, BELL_TAKES_KEYWORDS, 0, 2, "encoding,errors"},
    {"endswith", endswith, BELL_TAKES_TUPLE, 1, 3, NULL},
    {"expandtabs", expandtabs, BELL_TAKES_KEYWORDS, 0, 1, "tabsize"},
    {"find", find, BELL_TAKES_TUPLE, 1, 3, NULL},
    {"format", format, BELL_TAKES_ANYTHING, 0, 0, NULL},
    {"format_map", format_map, BELL_TAKES_ONE, 1, 1, NULL},
    {"index", index_of, BELL_TAKES_TUPLE, 1, 3, NULL},
    {"isalnum", isalnum_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isalpha", isalpha_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isascii", isascii_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isdecimal", isdecimal_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isdigit", isdigit_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isidentifier", isidentifier_, BELL_TAKES_NONE, 0, 0, NULL},
    {"islower", islower_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isnumeric", isnumeric_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isprintable", isprintable_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isspace", isspace_, BELL_TAKES_NONE, 0, 0, NULL},
    {"istitle", istitle_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isupper", isupper_, BELL_TAKES_NONE, 0, 0, NULL},
    {"join", join, BELL_TAKES_ONE, 1, 1, NULL},
    {"ljust", ljust, BELL_TAKES_POSITIONS, 1, 2, NULL},
    {"lower", lower_, BELL_TAKES_NONE, 0, 0, NULL},
    {"lstrip", lstrip, BELL_TAKES_POSITIONS, 0, 1, NULL},
    {"maketrans", bell_str_maketrans, BELL_TAKES_POSITIONS, 1, 3, NULL},
    {"partition", partition, BELL_TAKES_ONE, 1, 1, NULL},
    {"removeprefix", removeprefix, BELL_TAKES_ONE, 1, 1, NULL},
    {"removesuffix", removesuffix, BELL_TAKES_ONE, 1, 1, NULL},
    {"replace", replace, BELL_TAKES_POSITIONS, 2, 3, NULL},
    {"rfind", rfind, BELL_TAKES_TUPLE, 1, 3, NULL},
    {"rindex", rindex_of, BELL_TAKES_TUPLE, 1, 3, NULL},
    {"rjust", rjust, BELL_TAKES_POSITIONS, 1, 2, NULL},
    {"rpartition", rpartition, BELL_TAKES_ONE, 1, 1, NULL},
    {"rsplit", rsplit, BELL_TAKES_KEYWORDS, 0, 2, "sep,maxsplit"},
    {"rstrip", rstrip, BELL_TAKES_POSITIONS, 0, 1, NULL},
    {"split", split, BELL_TAKES_KEYWORDS, 0, 2, "sep,maxsplit"},
    {"splitlines", splitlines, BELL_TAKES_KEYWORDS, 0, 1, "keepends"},
    {"startswith", startswith, BELL_TAKES_TUPLE, 1, 3, NULL},
    {"strip", strip, BELL_TAKES_POSITIONS, 0, 1, NULL},
    {"swapcase", swapcase_, BELL_TAKES_NONE, 0, 0, NULL},
    {"title", title_, BELL_TAKES_NONE, 0, 0, NULL},
    {"translate", bell_str_translate, BELL_TAKES_ONE, 1, 1, NULL},
    {"upper", upper_, BELL_TAKES_NONE, 0, 0, NULL},
    {"zfill", zfill, BELL_TAKES_ONE, 1, 1, NULL},
};
const bell_method_table bell_str_methods = {methods, sizeof methods / sizeof methods[0]};
