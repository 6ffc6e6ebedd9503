/* See bytes.h. */
#include "runtime/bytes.h"

#include "runtime/items.h"
#include "runtime/list.h"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/str_copy.h"
#include "runtime/str_search.h"

bell_ref bell_bytes_make(bell_ctx *ctx, uint64_t length, uint8_t **out) {
  if (length > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  if (!bell_heap_reserve(ctx, bell_str_bytes(length, 1))) return 0;
  bell_ref ref = bell_heap_take(ctx, sizeof(bell_str) + length, BELL_BYTES, 1, 0);
  bell_str *bytes = BELL_STR_AT(ctx, ref);
  bytes->length = (uint32_t)length;
  bytes->hash = 0;
  bytes->data = ref + sizeof(bell_str);
  *out = bell_at(ctx, bytes->data);
  return ref;
}

bell_word bell_bytes_finish(bell_ctx *ctx, bell_ref ref) {
  bell_str *bytes = BELL_STR_AT(ctx, ref);
  const uint8_t *data = bell_bytes_data(ctx, ref);
  uint8_t seen = 0;
  for (uint64_t from = 0, to; from < bytes->length; from = to) {
    to = bytes->length - from < BELL_BLOCK ? bytes->length : from + BELL_BLOCK;
    for (uint64_t i = from; i < to; i++) seen |= data[i];
    if (to - from == BELL_BLOCK && !bell_work(ctx, (int64_t)BELL_BLOCK / 8)) return 0;
  }
  if (seen < 128) bytes->head.flags |= BELL_STR_ASCII;
  return ref;
}

bell_word bell_bytes_of(bell_ctx *ctx, const void *bytes, uint64_t length) {
  uint8_t *out;
  bell_ref ref = bell_bytes_make(ctx, length, &out);
  if (ref == 0) return 0;
  bell_move_long(ctx, out, bytes, length);
  return ctx->fault == 0 ? bell_bytes_finish(ctx, ref) : 0;
}

bell_word bell_bytes_part(bell_ctx *ctx, bell_ref ref, uint64_t from, uint64_t to) {
  if (from == 0 && to == bell_bytes_length(ctx, ref) && BELL_HEAD_AT(ctx, ref)->kind == BELL_BYTES) return ref;
  uint8_t *out;
  bell_ref made = bell_bytes_make(ctx, to - from, &out);
  if (made == 0) return 0;
  bell_move_long(ctx, out, bell_bytes_data(ctx, ref) + from, to - from);
  return bell_bytes_finish(ctx, made);
}

bell_word bell_bytes_from_str(bell_ctx *ctx, bell_word str) {
  if (str == 0) return 0;
  bell_root_push(ctx, str);
  bell_word made = bell_bytes_part(ctx, str, 0, bell_bytes_length(ctx, str));
  bell_root_pop(ctx, 1);
  return made;
}

bell_word bell_bytes_concat(bell_ctx *ctx, bell_ref a, bell_ref b) {
  uint64_t first = bell_bytes_length(ctx, a), second = bell_bytes_length(ctx, b);
  uint8_t *out;
  if (!bell_charge(ctx, (int64_t)((first + second) / 16))) return 0;
  if (second == 0) return a;
  if (first == 0) return b;
  bell_ref made = bell_bytes_make(ctx, first + second, &out);
  if (made == 0) return 0;
  bell_move_long(ctx, out, bell_bytes_data(ctx, a), first);
  bell_move_long(ctx, out + first, bell_bytes_data(ctx, b), second);
  return bell_bytes_finish(ctx, made);
}

bell_word bell_bytes_repeat(bell_ctx *ctx, bell_ref a, int64_t count) { return bell_bytes_from_str(ctx, bell_str_repeat(ctx, a, count)); }

bell_word bell_bytes_slice(bell_ctx *ctx, bell_ref ref, int64_t start, int64_t stop, int64_t step) {
  int64_t count = bell_slice_clamp((int64_t)bell_bytes_length(ctx, ref), &start, &stop, step);
  uint8_t *out;
  if (!bell_charge(ctx, count / 16)) return 0;
  if (step == 1) return bell_bytes_part(ctx, ref, (uint64_t)start, (uint64_t)(start + count));
  bell_ref made = bell_bytes_make(ctx, (uint64_t)count, &out);
  if (made == 0) return 0;
  const uint8_t *data = bell_bytes_data(ctx, ref);
  for (int64_t i = 0; i < count; i++) {
    out[i] = data[start + i * step];
    if ((i & (int64_t)(BELL_BLOCK - 1)) == (int64_t)(BELL_BLOCK - 1) && !bell_work(ctx, (int64_t)BELL_BLOCK * 2)) return 0;
  }
  return bell_bytes_finish(ctx, made);
}

bool bell_bytes_contain(bell_ctx *ctx, bell_ref ref, bell_word part) {
  bell_value value = bell_any_value(ctx, part);
  if (value.kind == BELL_BYTES) return bell_str_contains(ctx, ref, part);
  if (value.kind == BELL_BIG || (bell_value_is_int(value) && (value.i < 0 || value.i > 255))) {
    return bell_raise(ctx, BELL_VALUE_ERROR, "byte must be in range(0, 256)");
  }
  if (!bell_value_is_int(value)) return bell_raise(ctx, 308, "a bytes-like object is required, not '%.100s'", bell_value_type_name(ctx, value));
  uint64_t length = bell_bytes_length(ctx, ref);
  return bell_charge(ctx, (int64_t)(length / 16)) && length > 0 && memchr(bell_bytes_data(ctx, ref), (int)value.i, length) != NULL;
}

int bell_bytes_compare(bell_ctx *ctx, bell_ref a, bell_ref b) {
  uint64_t first = bell_bytes_length(ctx, a), second = bell_bytes_length(ctx, b);
  int order = bell_compare_long(ctx, bell_bytes_data(ctx, a), bell_bytes_data(ctx, b), first < second ? first : second);
  return order != 0 ? order : first < second ? -1 : first > second;
}

/* --- making bytes ----------------------------------------------------------------------------------------------------------------- */

bell_word bell_const_bytes(bell_ctx *ctx, bell_word a0) {
  const bell_str *text = BELL_STR_AT(ctx, a0);
  if (text->head.aux != 1) return bell_fault(ctx, 1201);
  if (!bell_heap_reserve(ctx, BELL_ROUND(sizeof(bell_str)))) return 0;
  bell_ref ref = bell_heap_take(ctx, sizeof(bell_str), BELL_BYTES, 1, 0);
  bell_str *bytes = BELL_STR_AT(ctx, ref);
  bytes->head.flags = text->head.flags & BELL_STR_ASCII;
  bytes->length = text->length;
  bytes->hash = 0;
  bytes->data = text->data; /* of the pool, which stays */
  return ref;
}

bool bell_take_byte(bell_ctx *ctx, bell_word word, uint8_t *byte) {
  bell_value value = bell_any_value(ctx, word);
  if (value.kind != BELL_BIG && !bell_value_is_int(value)) {
    return bell_raise(ctx, BELL_TYPE_ERROR, "'%.200s' object cannot be interpreted as an integer", bell_value_type_name(ctx, value));
  }
  if (value.kind == BELL_BIG || value.i < 0 || value.i > 255) return bell_raise(ctx, BELL_VALUE_ERROR, "bytes must be in range(0, 256)");
  *byte = (uint8_t)value.i;
  return true;
}

static bell_word bytes_of_zeros(bell_ctx *ctx, bell_value count) {
  uint8_t *out;
  if (count.kind == BELL_BIG) return bell_raise(ctx, BELL_OVERFLOW_ERROR, "cannot fit 'int' into an index-sized integer");
  if (count.i < 0) return bell_raise(ctx, BELL_VALUE_ERROR, "negative count");
  if (!bell_charge(ctx, count.i / 16)) return 0;
  bell_ref ref = bell_bytes_make(ctx, (uint64_t)count.i, &out);
  if (ref == 0) return 0;
  if (!bell_str_fill_blocks(ctx, out, 1, (uint64_t)count.i, 0)) return 0;
  return bell_bytes_finish(ctx, ref);
}

static bell_word bytes_of_items(bell_ctx *ctx, bell_word items) {
  bell_ref list = bell_list_from_iterable(ctx, items);
  if (list == 0) return 0;
  bell_root_push(ctx, list);
  uint64_t length = (uint64_t)BELL_LIST_AT(ctx, list)->length;
  uint8_t *out;
  bell_ref ref = bell_bytes_make(ctx, length, &out);
  for (uint64_t i = 0; ref != 0 && i < length; i++) {
    if (!bell_take_byte(ctx, bell_list_load(ctx, BELL_LIST_AT(ctx, list), (int64_t)i), &out[i]) || !bell_goes_on(ctx, i, 4)) ref = 0;
  }
  bell_root_pop(ctx, 1);
  return ref == 0 ? 0 : bell_bytes_finish(ctx, ref);
}

/* The name of an encoding or of an error handler. */
static bool need_name(bell_ctx *ctx, bell_word word, const char *which) {
  if (word == 0 || bell_is_kind(ctx, word, BELL_STR)) return true;
  const char *name = word == BELL_NONE ? "None" : bell_word_type_name(ctx, word);
  return bell_raise(ctx, BELL_TYPE_ERROR, "bytes() argument '%s' must be str, not %s", which, name);
}

bell_word bell_any_bytes(bell_ctx *ctx, const bell_word *words, int64_t count) {
  bell_word source = count > 0 ? words[0] : 0, encoding = count > 1 ? words[1] : 0, errors = count > 2 ? words[2] : 0;
  if (encoding == BELL_UNSET) encoding = 0;
  if (!need_name(ctx, encoding, "encoding") || !need_name(ctx, errors, "errors")) return 0;
  if (source == 0) return bell_bytes_of(ctx, "", 0);
  bell_value value = bell_any_value(ctx, source);
  bool text = value.kind == BELL_STR;
  if (encoding != 0 && !text) return bell_raise(ctx, BELL_TYPE_ERROR, "encoding without a string argument");
  if (encoding != 0) return bell_bytes_encode(ctx, value.ref, encoding, errors);
  if (errors != 0 && !text) return bell_raise(ctx, BELL_TYPE_ERROR, "errors without a string argument");
  if (text) return bell_raise(ctx, BELL_TYPE_ERROR, "string argument without an encoding");
  if (value.kind == BELL_BYTES) return source;
  if (value.kind == BELL_BIG || bell_value_is_int(value)) return bytes_of_zeros(ctx, value);
  if (!bell_is_iterable(ctx, value) && value.kind != BELL_ITER) {
    return bell_raise(ctx, BELL_TYPE_ERROR, "cannot convert '%.200s' object to bytes", bell_value_type_name(ctx, value));
  }
  return bytes_of_items(ctx, source);
}
