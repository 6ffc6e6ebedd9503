/* Slices of containers whose kind is known only while running. Bounds are words of class any: None where there is none. */
#include "runtime/bytes.h"
#include "runtime/dict.h"
#include "runtime/items.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/range.h"
#include "runtime/tuple.h"

typedef struct { int64_t start, stop, step; } bounds; /* BELL_ABSENT where there is none */

/* A bound. Ints next to -2**63, which stands for an absent one, mean the same in every sequence. */
static bool bound_of(bell_ctx *ctx, bell_word word, int64_t *bound) {
  bell_value value = bell_any_value(ctx, word);
  *bound = BELL_ABSENT;
  if (bell_value_is_none(value)) return true;
  if (value.kind == BELL_BIG) {
    *bound = BELL_HEAD_AT(ctx, value.ref)->aux ? INT64_MIN + 1 : INT64_MAX; /* beyond all sequences */
    return true;
  }
  if (!bell_value_is_int(value)) return bell_raise(ctx, 309, "slice indices must be integers or None or have an __index__ method");
  *bound = value.i == INT64_MIN ? INT64_MIN + 1 : value.i;
  return true;
}

static bool bounds_of(bell_ctx *ctx, const bell_word words[3], bounds *found) {
  if (!bound_of(ctx, words[2], &found->step)) return false;
  if (found->step == BELL_ABSENT) found->step = 1;
  if (found->step == 0) return bell_raise(ctx, 714, "slice step cannot be zero");
  return bound_of(ctx, words[0], &found->start) && bound_of(ctx, words[1], &found->stop);
}

#define ITEM_WORK 4 /* nanoseconds to copy an item */

/* The slice of a tuple, rooted by the caller. */
static bell_word slice_tuple(bell_ctx *ctx, bell_ref ref, bounds part) {
  bell_tuple *tuple = BELL_TUPLE_AT(ctx, ref);
  int64_t count = bell_slice_clamp(bell_tuple_length(ctx, tuple), &part.start, &part.stop, part.step);
  if (!bell_charge(ctx, count / 4)) return 0;
  bell_ref made = bell_list_make(ctx, 0, BELL_CLASS_ANY, count); /* keeps the boxes alive while they are made */
  if (made == 0) return 0;
  bell_root_push(ctx, made);
  bell_list *list = BELL_LIST_AT(ctx, made);
  for (int64_t i = 0; i < count && ctx->fault == 0; i++) {
    int64_t place = part.start + i * part.step;
    bell_word word = bell_any_from_class(ctx, bell_tuple_class(ctx, tuple, place), bell_tuple_items(tuple)[place]);
    bell_list_store(ctx, list, list->length++, word);
    if (!bell_goes_on(ctx, (uint64_t)i, ITEM_WORK)) break;
  }
  bell_word result = ctx->fault == 0 ? bell_tuple_of_any(ctx, bell_at(ctx, list->data), count) : 0;
  bell_root_pop(ctx, 1);
  return result;
}

/* A bound of a range's slice in values: the value at a place from -1 to the length, which must be an int of 64 bits. */
static bool range_bound(bell_ctx *ctx, const bell_range *range, int64_t place, int64_t *bound) {
  __int128 value = (__int128)range->start + (__int128)place * range->step;
  *bound = (int64_t)value;
  return value == (int64_t)value || bell_raise(ctx, 783, "a bound of the range does not fit in 64 bits");
}

/* The slice of a range; `width` is the step as it was given, which stays in the result however far beyond the range it is. */
static bell_word slice_range(bell_ctx *ctx, const bell_range *range, bounds part, bell_value width) {
  uint64_t length = bell_range_count(range);
  int64_t start, stop, step, by = bell_value_is_none(width) ? 1 : width.i;
  if (length > INT64_MAX) return bell_raise(ctx, 783, "Python int too large to convert to C ssize_t");
  bell_slice_clamp((int64_t)length, &part.start, &part.stop, part.step);
  if (!range_bound(ctx, range, part.start, &start) || !range_bound(ctx, range, part.stop, &stop)) return 0;
  if (width.kind == BELL_BIG || __builtin_mul_overflow(range->step, by, &step)) return bell_raise(ctx, 783, "a bound of the range does not fit in 64 bits");
  return bell_range_make(ctx, start, stop, step);
}

bell_word bell_any_slice(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2, bell_word a3) {
  bell_value value = bell_any_value(ctx, a0);
  bounds part;
  switch (value.kind) {
  case BELL_STR:
  case BELL_LIST:
  case BELL_TUPLE:
  case BELL_BYTES:
  case BELL_RANGE: break;
  case BELL_DICT: return bell_raise(ctx, 309, "unhashable type: 'slice'");
  default: return bell_raise(ctx, 780, "'%.200s' object is not subscriptable", bell_value_type_name(ctx, value));
  }
  if (!bounds_of(ctx, (bell_word[]){a1, a2, a3}, &part)) return 0;
  switch (value.kind) {
  case BELL_STR: return bell_str_slice(ctx, a0, part.start, part.stop, part.step);
  case BELL_BYTES: return bell_bytes_slice(ctx, a0, part.start, part.stop, part.step);
  case BELL_LIST: return bell_list_slice(ctx, a0, part.start, part.stop, part.step);
  case BELL_TUPLE: return slice_tuple(ctx, a0, part);
  default: return slice_range(ctx, BELL_RANGE_AT(ctx, value.ref), part, bell_any_value(ctx, a3));
  }
}

/* Whether the value is a list that may be changed through `any`; else a fault. */
static bool open_list(bell_ctx *ctx, bell_value value, const char *what) {
  if (value.kind == BELL_LIST) return BELL_HEAD_AT(ctx, value.ref)->aux == BELL_CLASS_ANY || bell_fault(ctx, 1201);
  if (value.kind == BELL_DICT) return bell_raise(ctx, 309, "unhashable type: 'slice'");
  return bell_raise(ctx, 780, "'%.200s' object does not support item %s", bell_value_type_name(ctx, value), what);
}

void bell_any_set_slice(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2, bell_word a3, bell_word a4) {
  bell_value value = bell_any_value(ctx, a0), values = bell_any_value(ctx, a4);
  bounds part;
  if (!open_list(ctx, value, "assignment") || !bounds_of(ctx, (bell_word[]){a1, a2, a3}, &part)) return;
  if (!bell_is_iterable(ctx, values)) {
    bell_raise(ctx, 780, part.step == 1 ? "can only assign an iterable" : "must assign iterable to extended slice");
    return;
  }
  bell_word list = a4;
  if (values.kind != BELL_LIST || BELL_HEAD_AT(ctx, a4)->aux != BELL_CLASS_ANY) {
    list = bell_any_to_list(ctx, a4);
    if (list == 0) return;
  }
  bell_root_push(ctx, list);
  const bell_list *target = BELL_LIST_AT(ctx, a0);
  if (bell_charge(ctx, bell_splice_units(target, BELL_LIST_AT(ctx, list)->length, part.start, part.stop, part.step)))
    bell_list_splice(ctx, a0, list, part.start, part.stop, part.step);
  bell_root_pop(ctx, 1);
}

void bell_any_del_slice(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2, bell_word a3) {
  bounds part;
  if (!open_list(ctx, bell_any_value(ctx, a0), "deletion") || !bounds_of(ctx, (bell_word[]){a1, a2, a3}, &part)) return;
  if (bell_charge(ctx, bell_cut_units(BELL_LIST_AT(ctx, a0), part.start, part.stop, part.step)))
    bell_list_cut(ctx, a0, part.start, part.stop, part.step);
}
