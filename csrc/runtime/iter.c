/* See iter.h. */
#include "runtime/iter.h"

#include "runtime/attribute.h"
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/exc.h"
#include "runtime/generator.h"
#include "runtime/range.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

static const char *const NAMES[] = {
  [BELL_WALK_LIST] = "list_iterator", [BELL_WALK_TUPLE] = "tuple_iterator", [BELL_WALK_STR] = "str_iterator", [BELL_WALK_RANGE] = "range_iterator",
  [BELL_WALK_SET] = "set_iterator", [BELL_WALK_BYTES] = "bytes_iterator", [BELL_WALK_BYTES_BACK] = "reversed", [BELL_WALK_KEYS] = "dict_keyiterator", [BELL_WALK_VALUES] = "dict_valueiterator",
  [BELL_WALK_ITEMS] = "dict_itemiterator", [BELL_WALK_LIST_BACK] = "list_reverseiterator", [BELL_WALK_TUPLE_BACK] = "reversed",
  [BELL_WALK_STR_BACK] = "reversed", [BELL_WALK_RANGE_BACK] = "range_iterator", [BELL_WALK_KEYS_BACK] = "dict_reversekeyiterator",
  [BELL_WALK_VALUES_BACK] = "dict_reversevalueiterator", [BELL_WALK_ITEMS_BACK] = "dict_reverseitemiterator", [BELL_WALK_RECORD] = "iterator", [BELL_WALK_RECORD_BACK] = "reversed",
  [BELL_VIEW_KEYS] = "dict_keys",
  [BELL_VIEW_VALUES] = "dict_values", [BELL_VIEW_ITEMS] = "dict_items",
};

const char *bell_iter_type_name(const bell_ctx *ctx, bell_ref ref) {
  const bell_iter *iter = BELL_ITER_AT(ctx, ref);
  return iter->head.aux == BELL_WALK_STR && iter->left ? "str_ascii_iterator" : NAMES[iter->head.aux];
}

/* Reserves: the source must be rooted. 0 on a fault. */
static bell_word make(bell_ctx *ctx, enum bell_walk walk, bell_word source, int64_t place, int64_t length, int64_t left) {
  if (!bell_heap_reserve(ctx, BELL_ROUND(sizeof(bell_iter)))) return 0;
  bell_ref ref = bell_heap_take(ctx, sizeof(bell_iter), BELL_ITER, (uint16_t)walk, 0);
  bell_iter *iter = BELL_ITER_AT(ctx, ref);
  iter->source = source;
  iter->place = place;
  iter->length = length;
  iter->left = left;
  return ref;
}

static bell_word walk_dict(bell_ctx *ctx, int walk, bell_ref ref, bool back) {
  const bell_dict *dict = BELL_DICT_AT(ctx, ref);
  return make(ctx, (enum bell_walk)walk, ref, back ? dict->used - 1 : 0, dict->live, dict->live);
}

/* Whether a special method is there, and not None in its place. */
static bool has(bell_ctx *ctx, bell_value value, const bell_member *member) {
  bell_attribute found;
  if (member == NULL) return false;
  bell_find_member(ctx, member, value.ref, &found);
  return found.kind == BELL_ATTRIBUTE_METHOD || (found.kind == BELL_ATTRIBUTE_VALUE && found.value != BELL_NONE);
}

static bool is_iterator(const bell_ctx *ctx, bell_value value) {
  if (value.kind == BELL_ITER) return !bell_is_view(BELL_ITER_AT(ctx, value.ref));
  return bell_resumed_by(ctx, value) != UINT32_MAX || bell_special(ctx, value, BELL_SPECIAL_NEXT) != NULL;
}

bool bell_has_iterator(bell_ctx *ctx, bell_value value) {
  if (value.kind == BELL_ITER || bell_resumed_by(ctx, value) != UINT32_MAX) return true;
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_ITER);
  return member != NULL ? has(ctx, value, member) : bell_special(ctx, value, BELL_SPECIAL_GETITEM) != NULL;
}

static bell_word iter_record(bell_ctx *ctx, bell_value value) {
  if (bell_resumed_by(ctx, value) != UINT32_MAX) return value.ref;
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_ITER);
  if (!bell_has_iterator(ctx, value)) return bell_raise(ctx, 780, "'%.200s' object is not iterable", bell_value_type_name(ctx, value));
  if (member == NULL) return make(ctx, BELL_WALK_RECORD, value.ref, 0, 0, 0);
  bell_word result;
  if (!bell_call_special(ctx, member, value.ref, NULL, 0, 0, &result)) return 0;
  bell_value walk = bell_any_value(ctx, result);
  return is_iterator(ctx, walk) ? result : bell_raise(ctx, 780, "iter() returned non-iterator of type '%.100s'", bell_value_type_name(ctx, walk));
}

/* By __reversed__, else by __len__ and __getitem__; 0 without a fault where the class has neither. */
static bell_word reversed_record(bell_ctx *ctx, bell_value value) {
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_REVERSED), *length = bell_special(ctx, value, BELL_SPECIAL_LEN);
  bell_word result;
  if (member != NULL) {
    if (!has(ctx, value, member)) return 0;
    return bell_call_special(ctx, member, value.ref, NULL, 0, 0, &result) ? result : 0;
  }
  if (bell_special(ctx, value, BELL_SPECIAL_GETITEM) == NULL) return 0;
  if (length == NULL) return bell_raise(ctx, 309, "object of type '%.200s' has no len()", bell_value_type_name(ctx, value));
  int64_t count = bell_special_length(ctx, value.ref, length);
  return count < 0 ? 0 : make(ctx, BELL_WALK_RECORD_BACK, value.ref, count - 1, 0, 0);
}

bell_word bell_any_iter(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  switch (value.kind) {
  case BELL_LIST: return make(ctx, BELL_WALK_LIST, a0, 0, 0, 0);
  case BELL_TUPLE: return make(ctx, BELL_WALK_TUPLE, a0, 0, 0, 0);
  case BELL_STR: return make(ctx, BELL_WALK_STR, a0, 0, 0, (BELL_STR_AT(ctx, a0)->head.flags & BELL_STR_ASCII) != 0);
  case BELL_BYTES: return make(ctx, BELL_WALK_BYTES, a0, 0, 0, 0);
  case BELL_RANGE: return make(ctx, BELL_WALK_RANGE, a0, 0, 0, 0);
  case BELL_DICT: return walk_dict(ctx, BELL_WALK_KEYS, a0, false);
  case BELL_SET:
  case BELL_FROZENSET: return make(ctx, BELL_WALK_SET, a0, 0, BELL_DICT_AT(ctx, a0)->live, 0);
  case BELL_ITER: {
    const bell_iter *iter = BELL_ITER_AT(ctx, a0);
    return bell_is_view(iter) ? walk_dict(ctx, BELL_WALK_KEYS + iter->head.aux - BELL_VIEW_KEYS, iter->source, false) : a0;
  }
  case BELL_RECORD: return iter_record(ctx, value);
  default: return bell_raise(ctx, 780, "'%.200s' object is not iterable", bell_value_type_name(ctx, value));
  }
}

bell_word bell_any_reversed(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  switch (value.kind) {
  case BELL_LIST: return make(ctx, BELL_WALK_LIST_BACK, a0, BELL_LIST_AT(ctx, a0)->length - 1, 0, 0);
  case BELL_TUPLE: return make(ctx, BELL_WALK_TUPLE_BACK, a0, bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, a0)) - 1, 0, 0);
  case BELL_STR: return make(ctx, BELL_WALK_STR_BACK, a0, (int64_t)BELL_STR_AT(ctx, a0)->length - 1, 0, 0);
  case BELL_BYTES: return make(ctx, BELL_WALK_BYTES_BACK, a0, (int64_t)BELL_STR_AT(ctx, a0)->length - 1, 0, 0);
  case BELL_RANGE: return make(ctx, BELL_WALK_RANGE_BACK, a0, (int64_t)(bell_range_count(BELL_RANGE_AT(ctx, a0)) - 1), 0, 0);
  case BELL_DICT: return walk_dict(ctx, BELL_WALK_KEYS_BACK, a0, true);
  case BELL_ITER: {
    const bell_iter *iter = BELL_ITER_AT(ctx, a0);
    if (bell_is_view(iter)) return walk_dict(ctx, BELL_WALK_KEYS_BACK + iter->head.aux - BELL_VIEW_KEYS, iter->source, true);
    break;
  }
  case BELL_RECORD: {
    bell_word made = reversed_record(ctx, value);
    if (made != 0 || ctx->fault != 0) return made;
    break;
  }
  default: break;
  }
  return bell_raise(ctx, 780, "'%.200s' object is not reversible", bell_value_type_name(ctx, value));
}

bell_word bell_any_view(bell_ctx *ctx, int64_t a0, bell_word a1) {
  if (a0 < 0 || a0 > BELL_VIEW_ITEMS - BELL_VIEW_KEYS) return bell_fault(ctx, 1201);
  return make(ctx, (enum bell_walk)(BELL_VIEW_KEYS + a0), a1, 0, 0, 0);
}

/* --- walking -------------------------------------------------------------------------------------------------------------------- */

bell_word bell_iter_entry(bell_ctx *ctx, const bell_dict *dict, int64_t entry, int which) {
  const bell_word *words = bell_dict_entry(ctx, dict, entry);
  if (which == 0) return bell_any_from_class(ctx, bell_dict_key_class(dict), words[0]);
  if (which == 1) return bell_any_from_class(ctx, bell_dict_value_class(dict), words[1]);
  /* Room for two boxes and the tuple at once: nothing made here is rooted. */
  if (!bell_heap_reserve(ctx, 2 * sizeof(bell_box) + BELL_ROUND(sizeof(bell_head) + 3 * 8))) return 0;
  bell_word pair[2] = {bell_any_from_class(ctx, bell_dict_key_class(dict), words[0]), bell_any_from_class(ctx, bell_dict_value_class(dict), words[1])};
  return bell_tuple_of_any(ctx, pair, 2);
}

/* A dict or set is not as it was when the walk began; every further step says so again. */
static bell_word changed(bell_ctx *ctx, bell_iter *iter, const char *text) {
  iter->length = -1;
  return bell_raise(ctx, 766, "%s", text);
}

static bell_word next_entry(bell_ctx *ctx, bell_iter *iter, int which, bool back) {
  const bell_dict *dict = BELL_DICT_AT(ctx, iter->source);
  if (dict->live != iter->length) return changed(ctx, iter, "dictionary changed size during iteration");
  int64_t entry = back ? bell_dict_last_live(ctx, dict, iter->place) : bell_dict_next_live(ctx, dict, iter->place);
  if (ctx->fault != 0) return 0;
  if (entry < 0) {
    iter->source = 0;
    return BELL_END;
  }
  if (iter->left == 0 && !back) {
    iter->source = 0;
    return bell_raise(ctx, 766, "dictionary keys changed during iteration");
  }
  bell_word item = bell_iter_entry(ctx, dict, entry, which);
  if (item != 0) {
    iter->place = back ? entry - 1 : entry + 1;
    iter->left--;
  }
  return item;
}

static bell_word next_element(bell_ctx *ctx, bell_iter *iter) {
  const bell_dict *set = BELL_DICT_AT(ctx, iter->source);
  if (set->live != iter->length) return changed(ctx, iter, "Set changed size during iteration");
  int64_t entry = bell_dict_next_live(ctx, set, iter->place);
  if (ctx->fault != 0) return 0;
  if (entry < 0) {
    iter->source = 0;
    return BELL_END;
  }
  iter->place = entry + 1;
  return bell_any_from_class(ctx, bell_dict_key_class(set), bell_dict_entry(ctx, set, entry)[0]);
}

static bell_word next_of_record(bell_ctx *ctx, bell_ref ref) {
  bell_iter *iter = BELL_ITER_AT(ctx, ref);
  bool back = iter->head.aux == BELL_WALK_RECORD_BACK;
  const bell_member *member = bell_special(ctx, bell_any_value(ctx, iter->source), BELL_SPECIAL_GETITEM);
  if (member != NULL && iter->place >= 0) {
    bell_word place = bell_any_from_int(ctx, iter->place), result;
    if (place == 0) return 0;
    bool done = bell_call_special(ctx, member, iter->source, &place, 1, 0, &result);
    if (done) {
      iter->place += back ? -1 : 1;
      return result;
    }
    if (!bell_is_index_error(ctx) && !bell_is_stop(ctx)) return 0;
    bell_exc_clear(ctx);
  }
  iter->source = 0;
  return BELL_END;
}

bell_word bell_iter_next(bell_ctx *ctx, bell_ref ref) {
  bell_iter *iter = BELL_ITER_AT(ctx, ref);
  if (iter->source == 0) return BELL_END;
  int64_t place = iter->place;
  switch ((enum bell_walk)iter->head.aux) {
  case BELL_WALK_LIST:
  case BELL_WALK_LIST_BACK: {
    const bell_list *list = BELL_LIST_AT(ctx, iter->source);
    if (place < 0 || place >= list->length) break;
    iter->place += iter->head.aux == BELL_WALK_LIST ? 1 : -1;
    return bell_any_from_class(ctx, (uint8_t)list->head.aux, bell_list_load(ctx, list, place));
  }
  case BELL_WALK_TUPLE:
  case BELL_WALK_TUPLE_BACK: {
    bell_tuple *tuple = BELL_TUPLE_AT(ctx, iter->source);
    if (place < 0 || place >= bell_tuple_length(ctx, tuple)) break;
    iter->place += iter->head.aux == BELL_WALK_TUPLE ? 1 : -1;
    return bell_any_from_class(ctx, bell_tuple_class(ctx, tuple, place), bell_tuple_items(tuple)[place]);
  }
  case BELL_WALK_STR:
  case BELL_WALK_STR_BACK: {
    const bell_str *str = BELL_STR_AT(ctx, iter->source);
    if (place < 0 || place >= (int64_t)str->length) break;
    iter->place += iter->head.aux == BELL_WALK_STR ? 1 : -1;
    return bell_str_character(ctx, bell_str_code(ctx, str, (uint64_t)place));
  }
  case BELL_WALK_RANGE:
  case BELL_WALK_RANGE_BACK: { /* numbers of values are unsigned; the one behind the first going back is not below any length */
    const bell_range *range = BELL_RANGE_AT(ctx, iter->source);
    if ((uint64_t)place >= bell_range_count(range)) break;
    iter->place = (int64_t)((uint64_t)place + (iter->head.aux == BELL_WALK_RANGE ? 1 : UINT64_MAX));
    return bell_any_from_int(ctx, bell_range_value(range, (uint64_t)place));
  }
  case BELL_WALK_BYTES:
  case BELL_WALK_BYTES_BACK: {
    const bell_str *bytes = BELL_STR_AT(ctx, iter->source);
    if (place < 0 || place >= (int64_t)bytes->length) break;
    iter->place += iter->head.aux == BELL_WALK_BYTES ? 1 : -1;
    return bell_any_from_int(ctx, bell_str_code(ctx, bytes, (uint64_t)place));
  }
  case BELL_WALK_SET: return next_element(ctx, iter);
  case BELL_WALK_KEYS:
  case BELL_WALK_VALUES:
  case BELL_WALK_ITEMS: return next_entry(ctx, iter, iter->head.aux - BELL_WALK_KEYS, false);
  case BELL_WALK_KEYS_BACK:
  case BELL_WALK_VALUES_BACK:
  case BELL_WALK_ITEMS_BACK: return next_entry(ctx, iter, iter->head.aux - BELL_WALK_KEYS_BACK, true);
  case BELL_WALK_RECORD:
  case BELL_WALK_RECORD_BACK: return next_of_record(ctx, ref);
  case BELL_VIEW_KEYS:
  case BELL_VIEW_VALUES:
  case BELL_VIEW_ITEMS: return bell_raise(ctx, 780, "'%s' object is not an iterator", bell_iter_type_name(ctx, ref));
  }
  iter->source = 0;
  return BELL_END;
}

/* By __next__, which ends with StopIteration; its value is kept for any.iter_value. */
static bell_word next_by_method(bell_ctx *ctx, bell_value value, const bell_member *member) {
  bell_word result;
  if (bell_call_special(ctx, member, value.ref, NULL, 0, 0, &result)) return result;
  if (!bell_is_stop(ctx)) return 0;
  return bell_take_stop(ctx) ? BELL_END : 0;
}

bell_word bell_any_iter_value(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  if (bell_resumed_by(ctx, value) != UINT32_MAX) return BELL_TUPLE_AT(ctx, value.ref)->slots[BELL_GENERATOR_VALUE];
  if (bell_special(ctx, value, BELL_SPECIAL_NEXT) == NULL) return BELL_NONE;
  bell_word kept = ctx->iteration_value == 0 ? BELL_NONE : ctx->iteration_value;
  ctx->iteration_value = 0;
  return kept;
}

bell_word bell_any_next(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  if (value.kind == BELL_ITER) return bell_iter_next(ctx, value.ref);
  if (bell_resumed_by(ctx, value) != UINT32_MAX) return bell_generator_next(ctx, value.ref);
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_NEXT);
  if (member != NULL) return next_by_method(ctx, value, member);
  return bell_raise(ctx, 780, "'%.200s' object is not an iterator", bell_value_type_name(ctx, value));
}
