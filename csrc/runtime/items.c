#include "runtime/items.h"

#include "runtime/dict.h"
#include "runtime/iter.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/range.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

bool bell_is_iterable(const bell_ctx *ctx, bell_value value) {
  switch (value.kind) {
  case BELL_STR:
  case BELL_LIST:
  case BELL_TUPLE:
  case BELL_DICT:
  case BELL_SET:
  case BELL_FROZENSET:
  case BELL_BYTES:
  case BELL_RANGE: return true;
  case BELL_ITER: return bell_is_view(BELL_ITER_AT(ctx, value.ref));
  default: return false;
  }
}

bool bell_iterable(bell_ctx *ctx, bell_value value) {
  return bell_is_iterable(ctx, value) || bell_raise(ctx, 780, "'%.200s' object is not iterable", bell_value_type_name(ctx, value));
}

bell_word bell_next_item(bell_ctx *ctx, bell_value value, int64_t *place) {
  int64_t at = *place;
  *place = at + 1;
  switch (value.kind) {
  case BELL_STR: {
    const bell_str *str = BELL_STR_AT(ctx, value.ref);
    return at < str->length ? bell_str_character(ctx, bell_str_code(ctx, str, (uint64_t)at)) : BELL_END;
  }
  case BELL_LIST: {
    const bell_list *list = BELL_LIST_AT(ctx, value.ref);
    return at < list->length ? bell_any_from_class(ctx, (uint8_t)list->head.aux, bell_list_load(ctx, list, at)) : BELL_END;
  }
  case BELL_TUPLE: {
    bell_tuple *tuple = BELL_TUPLE_AT(ctx, value.ref);
    if (at >= bell_tuple_length(ctx, tuple)) return BELL_END;
    return bell_any_from_class(ctx, bell_tuple_class(ctx, tuple, at), bell_tuple_items(tuple)[at]);
  }
  case BELL_RANGE: {
    const bell_range *range = BELL_RANGE_AT(ctx, value.ref);
    return (uint64_t)at < bell_range_count(range) ? bell_any_from_int(ctx, bell_range_value(range, (uint64_t)at)) : BELL_END;
  }
  case BELL_BYTES: {
    const bell_str *bytes = BELL_STR_AT(ctx, value.ref);
    return at < bytes->length ? bell_any_from_int(ctx, bell_str_code(ctx, bytes, (uint64_t)at)) : BELL_END;
  }
  case BELL_ITER: { /* a view */
    const bell_iter *view = BELL_ITER_AT(ctx, value.ref);
    const bell_dict *dict = BELL_DICT_AT(ctx, view->source);
    at = bell_dict_next_live(ctx, dict, at);
    if (at < 0) return ctx->fault == 0 ? BELL_END : 0;
    *place = at + 1;
    return bell_iter_entry(ctx, dict, at, view->head.aux - BELL_VIEW_KEYS);
  }
  default: { /* dict, set */
    const bell_dict *dict = BELL_DICT_AT(ctx, value.ref);
    at = bell_dict_next_live(ctx, dict, at);
    if (at < 0) return ctx->fault == 0 ? BELL_END : 0;
    *place = at + 1;
    return bell_any_from_class(ctx, bell_dict_key_class(dict), bell_dict_entry(ctx, dict, at)[0]);
  }
  }
}

#define ITEM_WORK 8 /* nanoseconds to take an item */

bool bell_list_add_items(bell_ctx *ctx, bell_ref ref, bell_value value) {
  if (!bell_iterable(ctx, value)) return false;
  int64_t length = bell_any_len(ctx, value.ref);
  bell_list *list = BELL_LIST_AT(ctx, ref);
  if (ctx->fault != 0 || !bell_list_ensure(ctx, ref, list->length + length)) return false;
  bell_word word;
  for (int64_t place = 0; place < INT64_MAX && length > 0 && (word = bell_next_item(ctx, value, &place)) != BELL_END; length--) {
    if (word == 0 || !bell_goes_on(ctx, (uint64_t)length, ITEM_WORK)) return false;
    bell_list_store(ctx, list, list->length++, word);
  }
  return true;
}

bell_word bell_any_to_list(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  if (!bell_iterable(ctx, value)) return 0;
  int64_t length = bell_any_len(ctx, a0);
  if (ctx->fault != 0 || !bell_charge(ctx, length / 4)) return 0;
  bell_ref ref = bell_list_make(ctx, ctx->heap->class_lists[BELL_CLASS_ANY], BELL_CLASS_ANY, length);
  if (ref == 0) return 0;
  bell_root_push(ctx, ref);
  bool done = bell_list_add_items(ctx, ref, value);
  bell_root_pop(ctx, 1);
  return done ? ref : 0;
}

bell_word bell_tuple_from_list(bell_ctx *ctx, bell_word a0) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  return bell_charge(ctx, list->length / 4) ? bell_tuple_of_any(ctx, bell_at(ctx, list->data), list->length) : 0;
}
