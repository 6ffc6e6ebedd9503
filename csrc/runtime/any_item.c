/* Elements of containers whose kind is known only while running: read, assigned and removed, with the messages CPython has. */
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/raise.h"
#include "runtime/range.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

/* What messages about an index call the container. */
static const char *noun(bell_value value) {
  switch (value.kind) {
  case BELL_STR: return "string";
  case BELL_RANGE: return "range object";
  case BELL_TUPLE: return "tuple";
  default: return "list";
  }
}

static bell_word wrong_index(bell_ctx *ctx, bell_value value, bell_value index) {
  const char *name = bell_value_type_name(ctx, index);
  if (index.kind == BELL_BIG) {
    return bell_raise(ctx, 701, value.kind == BELL_RANGE ? "range object index out of range" : "cannot fit 'int' into an index-sized integer");
  }
  if (value.kind == BELL_STR) return bell_raise(ctx, 308, "string indices must be integers, not '%.200s'", name);
  return bell_raise(ctx, 308, "%s indices must be integers or slices, not %.200s", value.kind == BELL_RANGE ? "range" : value.kind == BELL_BYTES ? "byte" : noun(value), name);
}

/* The place that an index means, or -1 and fault E0701. */
static int64_t place_of(bell_ctx *ctx, bell_value value, int64_t index, int64_t length, const char *why) {
  if (index < 0) index += length;
  if (index >= 0 && index < length) return index;
  bell_raise(ctx, 701, why, noun(value));
  return -1;
}

static bell_word index_range(bell_ctx *ctx, bell_value value, int64_t index) {
  const bell_range *range = BELL_RANGE_AT(ctx, value.ref);
  uint64_t length = bell_range_count(range), place = index < 0 ? length - (0 - (uint64_t)index) : (uint64_t)index;
  if (index < 0 ? (0 - (uint64_t)index) > length : place >= length) return bell_raise(ctx, 701, "range object index out of range");
  return bell_any_from_int(ctx, bell_range_value(range, place));
}

static bell_word index_dict(bell_ctx *ctx, bell_value table, bell_word key) {
  const bell_dict *dict = BELL_DICT_AT(ctx, table.ref);
  if (!bell_charge_weight(ctx, BELL_CLASS_ANY, key, 1, 0)) return 0;
  int64_t found = bell_dict_lookup(ctx, dict, BELL_CLASS_ANY, key);
  if (found < 0) return bell_fault(ctx, 702);
  return bell_any_from_class(ctx, bell_dict_value_class(dict), bell_dict_entry(ctx, dict, found)[1]);
}

static bell_word index_record(bell_ctx *ctx, bell_value value, bell_word index) {
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_GETITEM);
  bell_word result;
  if (member == NULL) return bell_raise(ctx, 308, "'%.200s' object is not subscriptable", bell_value_type_name(ctx, value));
  return bell_call_special(ctx, member, value.ref, &index, 1, 0, &result) ? result : 0;
}

bell_word bell_any_index(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a0), index = bell_any_value(ctx, a1);
  switch (value.kind) {
  case BELL_DICT: return index_dict(ctx, value, a1);
  case BELL_RECORD: return index_record(ctx, value, a1);
  case BELL_STR:
  case BELL_LIST:
  case BELL_TUPLE:
  case BELL_BYTES:
  case BELL_RANGE: break;
  default: return bell_raise(ctx, 308, "'%.200s' object is not subscriptable", bell_value_type_name(ctx, value));
  }
  if (index.kind == BELL_RECORD) {
    a1 = bell_special_index(ctx, a1);
    if (a1 == 0) return 0;
    index = bell_any_value(ctx, a1);
  }
  if (!bell_value_is_int(index)) return wrong_index(ctx, value, index);
  if (value.kind == BELL_RANGE) return index_range(ctx, value, index.i);
  int64_t place = place_of(ctx, value, index.i, bell_any_len(ctx, a0), value.kind == BELL_BYTES ? "index out of range" : "%s index out of range");
  if (place < 0) return 0;
  if (value.kind == BELL_BYTES) return bell_any_from_int(ctx, bell_str_code(ctx, BELL_STR_AT(ctx, value.ref), (uint64_t)place));
  if (value.kind == BELL_STR) return bell_str_character(ctx, bell_str_code(ctx, BELL_STR_AT(ctx, value.ref), (uint64_t)place));
  if (value.kind == BELL_LIST) {
    const bell_list *list = BELL_LIST_AT(ctx, value.ref);
    return bell_any_from_class(ctx, (uint8_t)list->head.aux, bell_list_load(ctx, list, place));
  }
  bell_tuple *tuple = BELL_TUPLE_AT(ctx, value.ref);
  return bell_any_from_class(ctx, bell_tuple_class(ctx, tuple, place), bell_tuple_items(tuple)[place]);
}

/* The list's place that the index means, of a list that may be changed through `any`; -1 on a fault. */
static int64_t list_place(bell_ctx *ctx, bell_value value, bell_word index) {
  const bell_list *list = BELL_LIST_AT(ctx, value.ref);
  index = bell_special_index(ctx, index);
  if (index == 0) return -1;
  bell_value place = bell_any_value(ctx, index);
  if (list->head.aux != BELL_CLASS_ANY) bell_fault(ctx, 1201);
  if (!bell_value_is_int(place)) wrong_index(ctx, value, place);
  return ctx->fault != 0 ? -1 : place_of(ctx, value, place.i, list->length, "%s assignment index out of range");
}

/* Whether the dict may be changed through `any`. */
static bool open_dict(bell_ctx *ctx, bell_value value) {
  return BELL_DICT_AT(ctx, value.ref)->head.aux == bell_dict_aux(BELL_CLASS_ANY, BELL_CLASS_ANY) || bell_fault(ctx, 1201);
}

/* Sequences without item assignment say so in other words when they are given an int. */
static bool is_sequence(const bell_ctx *ctx, bell_value value) {
  if (value.kind == BELL_RECORD) return ctx->types[BELL_HEAD_AT(ctx, value.ref)->type].resume == 0;
  return value.kind == BELL_STR || value.kind == BELL_TUPLE || value.kind == BELL_RANGE || value.kind == BELL_SET ||
         value.kind == BELL_FROZENSET || value.kind == BELL_BYTES;
}

/* Assigning and deleting are one in CPython: a class that has one method of the two lacks the other by its name. */
static void change_record(bell_ctx *ctx, bell_value value, int special, const char *name, const bell_word *args, int64_t count) {
  const bell_member *member = bell_special(ctx, value, special);
  bell_word nothing;
  if (member == NULL) bell_raise(ctx, 751, "%s", name);
  else bell_call_special(ctx, member, value.ref, args, count, 0, &nothing);
}

void bell_any_set_index(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2) {
  bell_value value = bell_any_value(ctx, a0);
  if (value.kind == BELL_LIST) {
    int64_t place = list_place(ctx, value, a1);
    if (place >= 0) bell_list_store(ctx, BELL_LIST_AT(ctx, value.ref), place, a2);
  } else if (value.kind == BELL_DICT) {
    if (open_dict(ctx, value)) bell_dict_set(ctx, value.ref, a1, a2);
  } else if (bell_special(ctx, value, BELL_SPECIAL_SETITEM) != NULL || bell_special(ctx, value, BELL_SPECIAL_DELITEM) != NULL) {
    change_record(ctx, value, BELL_SPECIAL_SETITEM, "__setitem__", (bell_word[]){a1, a2}, 2);
  } else if (is_sequence(ctx, value) && bell_any_value(ctx, a1).kind == BELL_BIG) {
    bell_raise(ctx, 701, "cannot fit 'int' into an index-sized integer");
  } else {
    bell_raise(ctx, 780, "'%.200s' object does not support item assignment", bell_value_type_name(ctx, value));
  }
}

void bell_any_del_index(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a0);
  if (value.kind == BELL_LIST) {
    int64_t place = list_place(ctx, value, a1);
    if (place >= 0 && bell_charge(ctx, (BELL_LIST_AT(ctx, value.ref)->length - 1 - place) / 16)) bell_list_cut(ctx, value.ref, place, place + 1, 1);
  } else if (value.kind == BELL_DICT) {
    if (open_dict(ctx, value) && !bell_dict_remove(ctx, value.ref, a1)) bell_fault(ctx, 702);
  } else if (bell_special(ctx, value, BELL_SPECIAL_SETITEM) != NULL || bell_special(ctx, value, BELL_SPECIAL_DELITEM) != NULL) {
    change_record(ctx, value, BELL_SPECIAL_DELITEM, "__delitem__", &a1, 1);
  } else if (is_sequence(ctx, value) && bell_any_value(ctx, a1).kind == BELL_BIG) {
    bell_raise(ctx, 701, "cannot fit 'int' into an index-sized integer");
  } else {
    bool sequence = is_sequence(ctx, value) && bell_value_is_int(bell_any_value(ctx, a1));
    bell_raise(ctx, 780, sequence ? "'%.200s' object doesn't support item deletion" : "'%.200s' object does not support item deletion",
               bell_value_type_name(ctx, value));
  }
}
