/* Methods of bytes: arguments read and refused as CPython 3.11 does. */
#include "runtime/bytes.h"
#include "runtime/list.h"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/str_search.h"
#include "runtime/tuple.h"

static bool is_bytes(const bell_ctx *ctx, bell_word word) { return bell_is_kind(ctx, word, BELL_BYTES); }

static bool need_bytes(bell_ctx *ctx, bell_word word) {
  return is_bytes(ctx, word) || bell_raise(ctx, BELL_TYPE_ERROR, "a bytes-like object is required, not '%s'", bell_word_type_name(ctx, word));
}

#define BYTE_WORK 1  /* nanoseconds for a byte */
#define PART_WORK 16 /* and for an object of bytes */

/* Charge a sixteenth of the bytes. */
static bool charge(bell_ctx *ctx, bell_word bytes) { return bell_charge(ctx, (int64_t)(bell_bytes_length(ctx, bytes) / 16)); }

/* --- letters ---------------------------------------------------------------------------------------------------------------------- */

static bool is_lower(uint8_t c) { return c >= 'a' && c <= 'z'; }
static bool is_upper(uint8_t c) { return c >= 'A' && c <= 'Z'; }
static bool is_alpha(uint8_t c) { return is_lower(c) || is_upper(c); }
static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
static bool is_alnum(uint8_t c) { return is_alpha(c) || is_digit(c); }
static bool is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static bool is_ascii(uint8_t c) { return c < 128; }
static uint8_t to_lower(uint8_t c) { return is_upper(c) ? (uint8_t)(c + 32) : c; }
static uint8_t to_upper(uint8_t c) { return is_lower(c) ? (uint8_t)(c - 32) : c; }

static bell_word test_all(bell_ctx *ctx, bell_word self, bool (*test)(uint8_t), bool empty) {
  if (!charge(ctx, self)) return 0;
  uint64_t length = bell_bytes_length(ctx, self), i = 0;
  const uint8_t *data = bell_bytes_data(ctx, self);
  for (; i < length && test(data[i]); i++) {
    if (!bell_goes_on(ctx, i, BYTE_WORK)) return 0;
  }
  return bell_any_from_bool(i == length && (length > 0 || empty));
}
static bell_word isalnum_(bell_ctx *ctx, const bell_word *a) { return test_all(ctx, a[0], is_alnum, false); }
static bell_word isalpha_(bell_ctx *ctx, const bell_word *a) { return test_all(ctx, a[0], is_alpha, false); }
static bell_word isdigit_(bell_ctx *ctx, const bell_word *a) { return test_all(ctx, a[0], is_digit, false); }
static bell_word isspace_(bell_ctx *ctx, const bell_word *a) { return test_all(ctx, a[0], is_space, false); }
static bell_word isascii_(bell_ctx *ctx, const bell_word *a) { return test_all(ctx, a[0], is_ascii, true); }

/* Whether there are letters, and all are of one case. */
static bell_word test_case(bell_ctx *ctx, bell_word self, bool (*wanted)(uint8_t), bool (*other)(uint8_t)) {
  if (!charge(ctx, self)) return 0;
  bool found = false;
  const uint8_t *data = bell_bytes_data(ctx, self);
  for (uint64_t i = 0; i < bell_bytes_length(ctx, self); i++) {
    if (other(data[i])) return BELL_FALSE;
    found |= wanted(data[i]);
    if (!bell_goes_on(ctx, i, BYTE_WORK)) return 0;
  }
  return bell_any_from_bool(found);
}
static bell_word islower_(bell_ctx *ctx, const bell_word *a) { return test_case(ctx, a[0], is_lower, is_upper); }
static bell_word isupper_(bell_ctx *ctx, const bell_word *a) { return test_case(ctx, a[0], is_upper, is_lower); }

static bell_word istitle_(bell_ctx *ctx, const bell_word *a) {
  if (!charge(ctx, a[0])) return 0;
  bool found = false, inside = false;
  const uint8_t *data = bell_bytes_data(ctx, a[0]);
  for (uint64_t i = 0; i < bell_bytes_length(ctx, a[0]); i++) {
    if (is_upper(data[i]) ? inside : is_lower(data[i]) && !inside) return BELL_FALSE;
    inside = is_alpha(data[i]);
    found |= inside;
    if (!bell_goes_on(ctx, i, BYTE_WORK)) return 0;
  }
  return bell_any_from_bool(found);
}

enum casing { LOWER, UPPER, SWAP, TITLE, CAPITALIZE };

static bell_word cased(bell_ctx *ctx, bell_word self, enum casing casing) {
  uint8_t *out;
  if (!charge(ctx, self)) return 0;
  bell_ref made = bell_bytes_make(ctx, bell_bytes_length(ctx, self), &out);
  if (made == 0) return 0;
  const uint8_t *data = bell_bytes_data(ctx, self);
  bool inside = false;
  for (uint64_t i = 0; i < bell_bytes_length(ctx, self); i++) {
    uint8_t c = data[i];
    bool up = casing == UPPER || (casing == SWAP && is_lower(c)) || (casing == TITLE && !inside) || (casing == CAPITALIZE && i == 0);
    out[i] = up ? to_upper(c) : to_lower(c);
    inside = is_alpha(c);
    if (!bell_goes_on(ctx, i, BYTE_WORK)) return 0;
  }
  return bell_bytes_finish(ctx, made);
}
static bell_word lower(bell_ctx *ctx, const bell_word *a) { return cased(ctx, a[0], LOWER); }
static bell_word upper(bell_ctx *ctx, const bell_word *a) { return cased(ctx, a[0], UPPER); }
static bell_word swapcase(bell_ctx *ctx, const bell_word *a) { return cased(ctx, a[0], SWAP); }
static bell_word title(bell_ctx *ctx, const bell_word *a) { return cased(ctx, a[0], TITLE); }
static bell_word capitalize(bell_ctx *ctx, const bell_word *a) { return cased(ctx, a[0], CAPITALIZE); }

/* --- ends ------------------------------------------------------------------------------------------------------------------------- */

/* Which bytes there are. Returns false when the run is to end. */
static bool note_bytes(bell_ctx *ctx, bell_word bytes, bool seen[256]) {
  const uint8_t *data = bell_bytes_data(ctx, bytes);
  for (uint64_t i = 0; i < bell_bytes_length(ctx, bytes); i++) {
    seen[data[i]] = true;
    if (!bell_goes_on(ctx, i, BYTE_WORK)) return false;
  }
  return true;
}

static bell_word strip_by(bell_ctx *ctx, const bell_word *a, bool left, bool right) {
  bool drop[256] = {false};
  if (a[1] == 0 || a[1] == BELL_NONE) {
    for (int c = 0; c < 256; c++) drop[c] = is_space((uint8_t)c);
  } else {
    if (!need_bytes(ctx, a[1])) return 0;
    if (!bell_charge(ctx, (int64_t)(bell_bytes_length(ctx, a[1]) / 16))) return 0;
    if (!note_bytes(ctx, a[1], drop)) return 0;
  }
  if (!charge(ctx, a[0])) return 0;
  const uint8_t *data = bell_bytes_data(ctx, a[0]);
  uint64_t from = 0, to = bell_bytes_length(ctx, a[0]);
  for (; left && from < to && drop[data[from]]; from++) {
    if (!bell_goes_on(ctx, from, BYTE_WORK)) return 0;
  }
  for (; right && to > from && drop[data[to - 1]]; to--) {
    if (!bell_goes_on(ctx, to, BYTE_WORK)) return 0;
  }
  return bell_bytes_part(ctx, a[0], from, to);
}
static bell_word strip(bell_ctx *ctx, const bell_word *a) { return strip_by(ctx, a, true, true); }
static bell_word lstrip(bell_ctx *ctx, const bell_word *a) { return strip_by(ctx, a, true, false); }
static bell_word rstrip(bell_ctx *ctx, const bell_word *a) { return strip_by(ctx, a, false, true); }

/* Whether the affix stands at that end of the bytes [from, to). */
static bool has_affix(bell_ctx *ctx, bell_word self, bell_word affix, int64_t from, int64_t to, bool at_end) {
  int64_t length = (int64_t)bell_bytes_length(ctx, affix);
  if (!charge(ctx, affix) || to - from < length) return false;
  return bell_compare_long(ctx, bell_bytes_data(ctx, self) + (at_end ? to - length : from), bell_bytes_data(ctx, affix), (uint64_t)length) == 0;
}

static bell_word affix_by(bell_ctx *ctx, const bell_word *a, const char *name, bool at_end) {
  int64_t from, to;
  if (!bell_take_bound(ctx, a[2], true, &from) || !bell_take_bound(ctx, a[3], true, &to)) return 0;
  bell_clamp_bounds(&from, &to, (int64_t)bell_bytes_length(ctx, a[0]));
  if (is_bytes(ctx, a[1])) return bell_any_from_bool(has_affix(ctx, a[0], a[1], from, to, at_end));
  if (!bell_is_kind(ctx, a[1], BELL_TUPLE)) {
    return bell_raise(ctx, BELL_TYPE_ERROR, "%s first arg must be bytes or a tuple of bytes, not %s", name, bell_word_type_name(ctx, a[1]));
  }
  bell_tuple *tuple = BELL_TUPLE_AT(ctx, a[1]);
  int64_t length = bell_tuple_length(ctx, tuple);
  for (int64_t i = 0; i < length && ctx->fault == 0; i++) {
    bell_value item = bell_class_value(ctx, bell_tuple_class(ctx, tuple, i), bell_tuple_items(tuple)[i]);
    if (item.kind != BELL_BYTES) return bell_raise(ctx, BELL_TYPE_ERROR, "a bytes-like object is required, not '%s'", bell_value_type_name(ctx, item));
    if (has_affix(ctx, a[0], item.ref, from, to, at_end)) return BELL_TRUE;
  }
  return BELL_FALSE;
}
static bell_word startswith(bell_ctx *ctx, const bell_word *a) { return affix_by(ctx, a, "startswith", false); }
static bell_word endswith(bell_ctx *ctx, const bell_word *a) { return affix_by(ctx, a, "endswith", true); }

static bell_word remove_by(bell_ctx *ctx, const bell_word *a, bool at_end) {
  if (!need_bytes(ctx, a[1]) || !charge(ctx, a[0])) return 0;
  uint64_t length = bell_bytes_length(ctx, a[0]), part = bell_bytes_length(ctx, a[1]);
  bool there = part <= length && bell_compare_long(ctx, bell_bytes_data(ctx, a[0]) + (at_end ? length - part : 0), bell_bytes_data(ctx, a[1]), part) == 0;
  uint64_t cut = there ? part : 0;
  return bell_bytes_part(ctx, a[0], at_end ? 0 : cut, at_end ? length - cut : length);
}
static bell_word removeprefix(bell_ctx *ctx, const bell_word *a) { return remove_by(ctx, a, false); }
static bell_word removesuffix(bell_ctx *ctx, const bell_word *a) { return remove_by(ctx, a, true); }

/* --- searching -------------------------------------------------------------------------------------------------------------------- */

typedef int64_t (*find_fn)(bell_ctx *ctx, bell_word s, bell_word part, int64_t from, int64_t to);

/* What is looked for: bytes, or a byte as an int, for which the one-character string serves. */
static bell_word needle(bell_ctx *ctx, bell_word word) {
  bell_value value = bell_any_value(ctx, word);
  if (value.kind == BELL_BYTES) return word;
  if (value.kind == BELL_BIG || bell_value_is_int(value)) {
    if (value.kind == BELL_BIG || value.i < 0 || value.i > 255) return bell_raise(ctx, BELL_VALUE_ERROR, "byte must be in range(0, 256)");
    return bell_str_character(ctx, (uint32_t)value.i);
  }
  return bell_raise(ctx, BELL_TYPE_ERROR, "argument should be integer or bytes-like object, not '%s'", bell_value_type_name(ctx, value));
}

static bell_word find_by(bell_ctx *ctx, const bell_word *a, find_fn function, bool must) {
  int64_t from, to;
  if (!bell_take_bound(ctx, a[2], true, &from) || !bell_take_bound(ctx, a[3], true, &to)) return 0;
  bell_word part = needle(ctx, a[1]);
  if (part == 0) return 0;
  int64_t found = function(ctx, a[0], part, from, to);
  if (ctx->fault != 0) return 0;
  if (must && found < 0) return bell_raise(ctx, BELL_VALUE_ERROR, "subsection not found");
  return bell_any_from_int(ctx, found);
}
static bell_word find(bell_ctx *ctx, const bell_word *a) { return find_by(ctx, a, bell_str_find, false); }
static bell_word rfind(bell_ctx *ctx, const bell_word *a) { return find_by(ctx, a, bell_str_rfind, false); }
static bell_word index_of(bell_ctx *ctx, const bell_word *a) { return find_by(ctx, a, bell_str_find, true); }
static bell_word rindex_of(bell_ctx *ctx, const bell_word *a) { return find_by(ctx, a, bell_str_rfind, true); }
static bell_word count(bell_ctx *ctx, const bell_word *a) { return find_by(ctx, a, bell_str_count, false); }

static bell_word replace(bell_ctx *ctx, const bell_word *a) {
  int64_t times = -1;
  if (!need_bytes(ctx, a[1]) || !need_bytes(ctx, a[2])) return 0;
  if (a[3] != 0 && !bell_take_index(ctx, a[3], &times)) return 0;
  return bell_bytes_from_str(ctx, bell_str_replace(ctx, a[0], a[1], a[2], times));
}

static bell_word translate(bell_ctx *ctx, const bell_word *a) {
  bool drop[256] = {false}, plain = a[1] == BELL_NONE;
  uint8_t *out;
  uint64_t length = bell_bytes_length(ctx, a[0]), size = 0;
  if (!plain && !need_bytes(ctx, a[1])) return 0;
  if (!plain && bell_bytes_length(ctx, a[1]) != 256) return bell_raise(ctx, BELL_VALUE_ERROR, "translation table must be 256 characters long");
  if (a[2] != 0) {
    if (!need_bytes(ctx, a[2]) || !charge(ctx, a[2])) return 0;
    if (!note_bytes(ctx, a[2], drop)) return 0;
  }
  if (!charge(ctx, a[0])) return 0;
  const uint8_t *source = bell_bytes_data(ctx, a[0]);
  for (uint64_t i = 0; i < length; i++) {
    size += !drop[source[i]];
    if (!bell_goes_on(ctx, i, BYTE_WORK)) return 0;
  }
  bell_ref made = bell_bytes_make(ctx, size, &out);
  if (made == 0) return 0;
  const uint8_t *data = bell_bytes_data(ctx, a[0]), *table = plain ? NULL : bell_bytes_data(ctx, a[1]);
  for (uint64_t i = 0; i < length; i++) {
    if (!drop[data[i]]) *out++ = plain ? data[i] : table[data[i]];
    if (!bell_goes_on(ctx, i, BYTE_WORK)) return 0;
  }
  return bell_bytes_finish(ctx, made);
}

static bell_word maketrans(bell_ctx *ctx, const bell_word *a) {
  uint8_t *out;
  if (!need_bytes(ctx, a[1]) || !need_bytes(ctx, a[2])) return 0;
  if (bell_bytes_length(ctx, a[1]) != bell_bytes_length(ctx, a[2])) {
    return bell_raise(ctx, BELL_VALUE_ERROR, "maketrans arguments must have same length");
  }
  if (!charge(ctx, a[1])) return 0;
  bell_ref made = bell_bytes_make(ctx, 256, &out);
  if (made == 0) return 0;
  for (int c = 0; c < 256; c++) out[c] = (uint8_t)c;
  for (uint64_t i = 0; i < bell_bytes_length(ctx, a[1]); i++) {
    out[bell_bytes_data(ctx, a[1])[i]] = bell_bytes_data(ctx, a[2])[i];
    if (!bell_goes_on(ctx, i, BYTE_WORK)) return 0;
  }
  return bell_bytes_finish(ctx, made);
}

/* --- parts ------------------------------------------------------------------------------------------------------------------------ */

/* Add bytes [from, to) to a list of class any; both are rooted. */
static bool add_part(bell_ctx *ctx, bell_ref list, bell_word self, uint64_t from, uint64_t to) {
  bell_word part = bell_bytes_part(ctx, self, from, to);
  if (part == 0) return false;
  bell_root_push(ctx, part);
  bool grown = bell_list_grow(ctx, list);
  bell_root_pop(ctx, 1);
  if (!grown || !bell_work(ctx, PART_WORK)) return false;
  bell_list *items = BELL_LIST_AT(ctx, list);
  bell_list_store(ctx, items, items->length++, part);
  return true;
}

/* By white space where `by` is 0. Parts come from the end where `back` is set, and are put in order afterwards. */
static bool split_into(bell_ctx *ctx, bell_ref list, bell_word self, bell_word by, uint64_t splits, bool back) {
  uint64_t from = 0, to = bell_bytes_length(ctx, self);
  for (;;) {
    const uint8_t *data = bell_bytes_data(ctx, self);
    if (by != 0) {
      const bell_str *whole = BELL_STR_AT(ctx, self), *part = BELL_STR_AT(ctx, by);
      uint64_t at = splits == 0 ? BELL_NOT_FOUND : back ? bell_str_search_back(ctx, whole, part, from, to) : bell_str_search(ctx, whole, part, from, to);
      uint64_t length = part->length;
      if (ctx->fault != 0) return false;
      if (at == BELL_NOT_FOUND) return add_part(ctx, list, self, from, to);
      if (!(back ? add_part(ctx, list, self, at + length, to) : add_part(ctx, list, self, from, at))) return false;
      if (back) to = at;
      else from = at + length;
    } else {
      for (; from < to && is_space(data[back ? to - 1 : from]); back ? (void)to-- : (void)from++) {
        if (!bell_goes_on(ctx, back ? to : from, BYTE_WORK)) return false;
      }
      if (from == to) return true;
      uint64_t end = back ? to : from;
      if (splits == 0) return add_part(ctx, list, self, from, to);
      for (; back ? end > from && !is_space(data[end - 1]) : end < to && !is_space(data[end]); back ? (void)end-- : (void)end++) {
        if (!bell_goes_on(ctx, end, BYTE_WORK)) return false;
      }
      if (!(back ? add_part(ctx, list, self, end, to) : add_part(ctx, list, self, from, end))) return false;
      if (back) to = end;
      else from = end;
    }
    splits--;
  }
}

static bell_ref new_list(bell_ctx *ctx) { return bell_list_make(ctx, ctx->heap->class_lists[BELL_CLASS_ANY], BELL_CLASS_ANY, 0); }

static bell_word split_by(bell_ctx *ctx, const bell_word *a, bool back) {
  int64_t most = -1;
  bell_word by = a[1] == BELL_NONE ? 0 : a[1];
  if (a[2] != 0 && !bell_take_index(ctx, a[2], &most)) return 0;
  if (by != 0 && !need_bytes(ctx, by)) return 0;
  if (by != 0 && bell_bytes_length(ctx, by) == 0) return bell_raise(ctx, BELL_VALUE_ERROR, "empty separator");
  if (!bell_charge(ctx, (int64_t)(bell_bytes_length(ctx, a[0]) / 2))) return 0; /* a part may be one byte and is an object */
  bell_ref list = new_list(ctx);
  if (list == 0) return 0;
  bell_root_push(ctx, list);
  bool done = split_into(ctx, list, a[0], by, most < 0 ? UINT64_MAX : (uint64_t)most, back);
  bell_list *items = BELL_LIST_AT(ctx, list);
  for (int64_t i = 0; back && done && i < items->length / 2; i++) {
    bell_word first = bell_list_load(ctx, items, i), last = bell_list_load(ctx, items, items->length - 1 - i);
    bell_list_store(ctx, items, i, last);
    bell_list_store(ctx, items, items->length - 1 - i, first);
  }
  bell_root_pop(ctx, 1);
  return done ? list : 0;
}
static bell_word split(bell_ctx *ctx, const bell_word *a) { return split_by(ctx, a, false); }
static bell_word rsplit(bell_ctx *ctx, const bell_word *a) { return split_by(ctx, a, true); }

static bell_word splitlines(bell_ctx *ctx, const bell_word *a) {
  int64_t keep = 0;
  if (a[1] != 0 && !bell_take_small(ctx, a[1], &keep)) return 0;
  if (!bell_charge(ctx, (int64_t)(bell_bytes_length(ctx, a[0]) / 2))) return 0;
  bell_ref list = new_list(ctx);
  if (list == 0) return 0;
  bell_root_push(ctx, list);
  bool done = true;
  uint64_t length = bell_bytes_length(ctx, a[0]);
  for (uint64_t from = 0; from < length && done;) {
    const uint8_t *data = bell_bytes_data(ctx, a[0]);
    uint64_t end = from;
    for (; end < length && data[end] != '\n' && data[end] != '\r'; end++) {
      if (!bell_goes_on(ctx, end, BYTE_WORK)) break;
    }
    uint64_t next = end == length ? end : data[end] == '\r' && end + 1 < length && data[end + 1] == '\n' ? end + 2 : end + 1;
    done = add_part(ctx, list, a[0], from, keep ? next : end);
    from = next;
  }
  bell_root_pop(ctx, 1);
  return done ? list : 0;
}

static bell_word partition_by(bell_ctx *ctx, const bell_word *a, bool back) {
  if (!need_bytes(ctx, a[1])) return 0;
  if (bell_bytes_length(ctx, a[1]) == 0) return bell_raise(ctx, BELL_VALUE_ERROR, "empty separator");
  if (!charge(ctx, a[0])) return 0;
  const bell_str *whole = BELL_STR_AT(ctx, a[0]), *part = BELL_STR_AT(ctx, a[1]);
  uint64_t length = whole->length, size = part->length;
  uint64_t at = back ? bell_str_search_back(ctx, whole, part, 0, length) : bell_str_search(ctx, whole, part, 0, length);
  bool found = at != BELL_NOT_FOUND;
  bell_word empty = bell_bytes_of(ctx, "", 0);
  bell_root_push(ctx, empty);
  bell_word words[3] = {empty, empty, empty};
  words[back && !found ? 2 : 0] = ctx->fault != 0 ? 0 : found ? bell_bytes_part(ctx, a[0], 0, at) : a[0];
  bell_root_push(ctx, words[0]);
  if (ctx->fault == 0 && found) {
    words[1] = a[1];
    words[2] = bell_bytes_part(ctx, a[0], at + size, length);
  }
  bell_root_push(ctx, words[2]);
  bell_word made = ctx->fault == 0 ? bell_tuple_of_any(ctx, words, 3) : 0;
  bell_root_pop(ctx, 3);
  return made;
}
static bell_word partition(bell_ctx *ctx, const bell_word *a) { return partition_by(ctx, a, false); }
static bell_word rpartition(bell_ctx *ctx, const bell_word *a) { return partition_by(ctx, a, true); }

static bell_word join(bell_ctx *ctx, const bell_word *a) {
  bell_ref ref = bell_as_list(ctx, a[1]);
  if (ref == 0) {
    if (ctx->fault != BELL_TYPE_ERROR) return 0;
    ctx->fault = 0;
    return bell_raise(ctx, BELL_TYPE_ERROR, "can only join an iterable");
  }
  const bell_list *list = BELL_LIST_AT(ctx, ref);
  uint64_t between = bell_bytes_length(ctx, a[0]), size = list->length > 1 ? between * (uint64_t)(list->length - 1) : 0;
  for (int64_t i = 0; i < list->length; i++) {
    bell_value item = bell_class_value(ctx, (uint8_t)list->head.aux, bell_list_load(ctx, list, i));
    if (item.kind != BELL_BYTES) {
      return bell_raise(ctx, BELL_TYPE_ERROR, "sequence item %lld: expected a bytes-like object, %s found", (long long)i, bell_value_type_name(ctx, item));
    }
    size += bell_bytes_length(ctx, item.ref);
    if (!bell_goes_on(ctx, (uint64_t)i, PART_WORK)) return 0;
  }
  if (!bell_charge(ctx, (int64_t)(size / 16) + list->length / 4)) return 0;
  if (list->length == 1) return bell_list_load(ctx, list, 0);
  uint8_t *out;
  bell_root_push(ctx, ref);
  bell_ref made = bell_bytes_make(ctx, size, &out);
  bell_root_pop(ctx, 1);
  if (made == 0) return 0;
  list = BELL_LIST_AT(ctx, ref);
  for (int64_t i = 0; i < list->length; i++) {
    bell_word item = bell_list_load(ctx, list, i);
    if (i > 0) bell_move_long(ctx, out, bell_bytes_data(ctx, a[0]), between);
    if (i > 0) out += between;
    bell_move_long(ctx, out, bell_bytes_data(ctx, item), bell_bytes_length(ctx, item));
    out += bell_bytes_length(ctx, item);
    if (!bell_work(ctx, PART_WORK + (int64_t)between / 2)) return 0;
  }
  return bell_bytes_finish(ctx, made);
}

/* --- widths ----------------------------------------------------------------------------------------------------------------------- */

typedef bell_word (*pad_fn)(bell_ctx *ctx, bell_word s, int64_t width, bell_word fill);

static bell_word pad_by(bell_ctx *ctx, const bell_word *a, const char *name, pad_fn function) {
  int64_t width;
  bell_word fill = ctx->characters + (uint64_t)' ' * BELL_CHARACTER_STRIDE;
  if (!bell_take_index(ctx, a[1], &width)) return 0;
  if (a[2] != 0) {
    fill = a[2];
    if (!is_bytes(ctx, fill) || bell_bytes_length(ctx, fill) != 1) {
      return bell_raise(ctx, BELL_TYPE_ERROR, "%s() argument 2 must be a byte string of length 1, not %s", name,
                        fill == BELL_NONE ? "None" : bell_word_type_name(ctx, fill));
    }
  }
  return bell_bytes_from_str(ctx, function(ctx, a[0], width, fill));
}
static bell_word center(bell_ctx *ctx, const bell_word *a) { return pad_by(ctx, a, "center", bell_str_center); }
static bell_word ljust(bell_ctx *ctx, const bell_word *a) { return pad_by(ctx, a, "ljust", bell_str_ljust); }
static bell_word rjust(bell_ctx *ctx, const bell_word *a) { return pad_by(ctx, a, "rjust", bell_str_rjust); }

static bell_word zfill(bell_ctx *ctx, const bell_word *a) {
  int64_t width;
  return bell_take_index(ctx, a[1], &width) ? bell_bytes_from_str(ctx, bell_str_zfill(ctx, a[0], width)) : 0;
}

static bell_word expandtabs(bell_ctx *ctx, const bell_word *a) {
  int64_t size = 8;
  if (a[1] != 0 && !bell_take_small(ctx, a[1], &size)) return 0;
  return bell_bytes_from_str(ctx, bell_str_expandtabs(ctx, a[0], size));
}

/* --- text ------------------------------------------------------------------------------------------------------------------------- */

static bool need_name(bell_ctx *ctx, bell_word word, const char *which) {
  if (word == 0 || bell_is_kind(ctx, word, BELL_STR)) return true;
  const char *name = word == BELL_NONE ? "None" : bell_word_type_name(ctx, word);
  return bell_raise(ctx, BELL_TYPE_ERROR, "decode() argument '%s' must be str, not %s", which, name);
}

static bell_word decode(bell_ctx *ctx, const bell_word *a) {
  if (!need_name(ctx, a[1], "encoding") || !need_name(ctx, a[2], "errors")) return 0;
  return bell_bytes_decode(ctx, a[0], a[1], a[2]);
}

static bell_word hex(bell_ctx *ctx, const bell_word *a) {
  static const char digits[] = "0123456789abcdef";
  int64_t group = 1;
  uint64_t length = bell_bytes_length(ctx, a[0]);
  uint32_t mark = 0;
  if (a[2] != 0 && !bell_take_small(ctx, a[2], &group)) return 0;
  if (a[1] != 0) {
    bell_value sep = bell_any_value(ctx, a[1]);
    if (sep.kind != BELL_STR && sep.kind != BELL_BYTES) {
      static const char unsized[] = "object of type '%s' has no len()";
      bool sized = sep.kind == BELL_LIST || sep.kind == BELL_TUPLE || sep.kind == BELL_DICT || sep.kind == BELL_SET || sep.kind == BELL_FROZENSET ||
                   sep.kind == BELL_RANGE;
      if (!sized) return bell_raise(ctx, BELL_TYPE_ERROR, unsized, bell_value_type_name(ctx, sep));
      if (bell_any_len(ctx, a[1]) == 1) return bell_raise(ctx, BELL_TYPE_ERROR, "sep must be str or bytes.");
    }
    if (ctx->fault != 0) return 0;
    if (bell_any_len(ctx, a[1]) != 1) return bell_raise(ctx, BELL_VALUE_ERROR, "sep must be length 1.");
    mark = bell_str_code(ctx, BELL_STR_AT(ctx, sep.ref), 0);
    if (mark > 127) return bell_raise(ctx, BELL_VALUE_ERROR, "sep must be ASCII.");
  }
  uint64_t size = group < 0 ? (uint64_t)-group : (uint64_t)group;
  bool grouped = a[1] != 0 && size > 0 && size < length;
  uint64_t marks = grouped ? (length - 1) / size : 0, total = 2 * length + marks;
  if (!bell_charge(ctx, (int64_t)(total / 16))) return 0;
  if (total > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  if (!bell_reserve(ctx, bell_str_bytes(total, 1))) return 0;
  bell_ref made = bell_str_alloc(ctx, total, 0);
  char *out = bell_at(ctx, made + sizeof(bell_str));
  const uint8_t *data = bell_bytes_data(ctx, a[0]);
  for (uint64_t i = 0; i < length; i++) { /* groups are counted from the right, with a negative size from the left */
    if (grouped && i > 0 && (group < 0 ? i : length - i) % size == 0) *out++ = (char)mark;
    *out++ = digits[data[i] >> 4];
    *out++ = digits[data[i] & 15];
    if (!bell_goes_on(ctx, i, 2)) return 0;
  }
  return made;
}

static int digit_of(uint32_t code) {
  return code >= '0' && code <= '9' ? (int)code - '0' : code >= 'a' && code <= 'f' ? (int)code - 'a' + 10 : code >= 'A' && code <= 'F' ? (int)code - 'A' + 10 : -1;
}

static bell_word fromhex(bell_ctx *ctx, const bell_word *a) {
  if (!bell_is_kind(ctx, a[1], BELL_STR)) {
    const char *name = a[1] == BELL_NONE ? "None" : bell_word_type_name(ctx, a[1]);
    return bell_raise(ctx, BELL_TYPE_ERROR, "fromhex() argument must be str, not %s", name);
  }
  uint64_t length = BELL_STR_AT(ctx, a[1])->length;
  bell_ref ref = 0;
  uint8_t *out = NULL; /* the first pass counts */
  if (!bell_charge(ctx, (int64_t)(length / 16))) return 0;
  for (int pass = 0; pass < 2; pass++) {
    const bell_str *text = BELL_STR_AT(ctx, a[1]);
    uint64_t made = 0;
    for (uint64_t i = 0; i < length;) {
      uint32_t code = bell_str_code(ctx, text, i);
      if (code < 128 && is_space((uint8_t)code)) {
        i++;
        continue;
      }
      int high = digit_of(code), low = i + 1 < length ? digit_of(bell_str_code(ctx, text, i + 1)) : -1;
      if (high < 0 || low < 0) {
        return bell_raise(ctx, BELL_VALUE_ERROR, "non-hexadecimal number found in fromhex() arg at position %llu", (unsigned long long)(high < 0 ? i : i + 1));
      }
      if (out != NULL) out[made] = (uint8_t)(high << 4 | low);
      made++;
      i += 2;
      if ((made & (BELL_BLOCK - 1)) == 0 && !bell_work(ctx, (int64_t)BELL_BLOCK * 4)) return 0;
    }
    if (pass == 1) break;
    ref = bell_bytes_make(ctx, made, &out);
    if (ref == 0) return 0;
  }
  return bell_bytes_finish(ctx, ref);
}

static const bell_method methods[] = {
    {"capitalize", capitalize, BELL_TAKES_NONE, 0, 0, NULL},
    {"center", center, BELL_TAKES_POSITIONS, 1, 2, NULL},
    {"count", count, BELL_TAKES_TUPLE, 1, 3, NULL},
    {"decode", decode, BELL_TAKES_KEYWORDS, 0, 2, "encoding,errors"},
    {"endswith", endswith, BELL_TAKES_TUPLE, 1, 3, NULL},
    {"expandtabs", expandtabs, BELL_TAKES_KEYWORDS, 0, 1, "tabsize"},
    {"find", find, BELL_TAKES_TUPLE, 1, 3, NULL},
    {"fromhex", fromhex, BELL_TAKES_ONE, 1, 1, NULL},
    {"hex", hex, BELL_TAKES_KEYWORDS, 0, 2, "sep,bytes_per_sep"},
    {"index", index_of, BELL_TAKES_TUPLE, 1, 3, NULL},
    {"isalnum", isalnum_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isalpha", isalpha_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isascii", isascii_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isdigit", isdigit_, BELL_TAKES_NONE, 0, 0, NULL},
    {"islower", islower_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isspace", isspace_, BELL_TAKES_NONE, 0, 0, NULL},
    {"istitle", istitle_, BELL_TAKES_NONE, 0, 0, NULL},
    {"isupper", isupper_, BELL_TAKES_NONE, 0, 0, NULL},
    {"join", join, BELL_TAKES_ONE, 1, 1, NULL},
    {"ljust", ljust, BELL_TAKES_POSITIONS, 1, 2, NULL},
    {"lower", lower, BELL_TAKES_NONE, 0, 0, NULL},
    {"lstrip", lstrip, BELL_TAKES_POSITIONS, 0, 1, NULL},
    {"maketrans", maketrans, BELL_TAKES_POSITIONS, 2, 2, NULL},
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
    {"swapcase", swapcase, BELL_TAKES_NONE, 0, 0, NULL},
    {"title", title, BELL_TAKES_NONE, 0, 0, NULL},
    {"translate", translate, BELL_TAKES_KEYWORDS, 1, 2, ",delete"},
    {"upper", upper, BELL_TAKES_NONE, 0, 0, NULL},
    {"zfill", zfill, BELL_TAKES_ONE, 1, 1, NULL},
};
const bell_method_table bell_bytes_methods = {methods, sizeof methods / sizeof methods[0]};
