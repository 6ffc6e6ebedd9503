/* Methods of dict. */
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

static bell_word value_at(bell_ctx *ctx, const bell_dict *dict, int64_t position) {
  return bell_any_from_class(ctx, bell_dict_value_class(dict), bell_dict_entry(ctx, dict, position)[1]);
}

/* The position of the key, or -1: not there, or a fault. */
static int64_t find(bell_ctx *ctx, bell_word dict, bell_word key) {
  if (!bell_charge_weight(ctx, BELL_CLASS_ANY, key, 1, 0)) return -1;
  return bell_dict_lookup(ctx, BELL_DICT_AT(ctx, dict), BELL_CLASS_ANY, key);
}

static bool put(bell_ctx *ctx, bell_word dict, bell_word key, bell_word value) {
  return bell_charge_weight(ctx, BELL_CLASS_ANY, key, 1, 0) && bell_dict_put(ctx, dict, key, value);
}

static bell_word get(bell_ctx *ctx, const bell_word *a) {
  int64_t found = find(ctx, a[0], a[1]);
  if (ctx->fault != 0) return 0;
  return found >= 0 ? value_at(ctx, BELL_DICT_AT(ctx, a[0]), found) : a[2] != 0 ? a[2] : BELL_NONE;
}

static bell_word setdefault(bell_ctx *ctx, const bell_word *a) {
  if (!bell_writable(ctx, a[0])) return 0;
  if (!bell_charge_weight(ctx, BELL_CLASS_ANY, a[1], 1, 0)) return 0;
  int64_t found = bell_dict_put_default(ctx, a[0], a[1], a[2] != 0 ? a[2] : BELL_NONE);
  return found < 0 ? 0 : value_at(ctx, BELL_DICT_AT(ctx, a[0]), found);
}

static bell_word pop(bell_ctx *ctx, const bell_word *a) {
  if (!bell_writable(ctx, a[0])) return 0;
  const bell_dict *dict = BELL_DICT_AT(ctx, a[0]);
  int64_t found = dict->live == 0 ? -1 : find(ctx, a[0], a[1]); /* an empty dict asks no key for its hash */
  if (ctx->fault != 0) return 0;
  if (found < 0) return a[2] != 0 ? a[2] : bell_fault(ctx, 702);
  bell_word value = value_at(ctx, dict, found);
  bell_dict_erase(ctx, a[0], found);
  return value;
}

static bell_word popitem(bell_ctx *ctx, const bell_word *a) {
  if (!bell_writable(ctx, a[0])) return 0;
  bell_dict *dict = BELL_DICT_AT(ctx, a[0]);
  if (dict->live == 0) return bell_raise(ctx, BELL_KEY_ERROR, "popitem(): dictionary is empty");
  int64_t last = bell_dict_last_live(ctx, dict, dict->used - 1);
  if (last < 0) return 0;
  const bell_word *entry = bell_dict_entry(ctx, dict, last);
  bell_word key = entry[0];
  if (!bell_charge_weight(ctx, BELL_CLASS_ANY, key, 1, 0)) return 0;
  bell_ref made = bell_tuple_of_any(ctx, entry, 2);
  if (made != 0) {
    bell_dict_erase_last(ctx, a[0], last);
    if (BELL_DICT_AT(ctx, a[0])->live == 0) bell_dict_empty(ctx, BELL_DICT_AT(ctx, a[0]));
  }
  return made;
}

static bell_word clear(bell_ctx *ctx, const bell_word *a) {
  bell_dict_clear(ctx, a[0]);
  return BELL_NONE;
}

static bell_word copy(bell_ctx *ctx, const bell_word *a) { return bell_dict_copy(ctx, a[0]); }

/* Assign the entries of another dict. */
static bool update_from_dict(bell_ctx *ctx, bell_word self, bell_word other) {
  if (!bell_charge(ctx, BELL_DICT_AT(ctx, other)->live)) return false;
  if (self == other) return true;
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, BELL_DICT_AT(ctx, other), at)) >= 0; at++) {
    const bell_dict *from = BELL_DICT_AT(ctx, other);
    const bell_word *entry = bell_dict_entry(ctx, from, at);
    bell_word key = bell_any_from_class(ctx, bell_dict_key_class(from), entry[0]);
    bell_root_push(ctx, key);
    bell_word value = ctx->fault == 0 ? bell_any_from_class(ctx, bell_dict_value_class(from), entry[1]) : 0;
    bell_root_push(ctx, value);
    bool done = ctx->fault == 0 && bell_dict_put(ctx, self, key, value);
    bell_root_pop(ctx, 2);
    if (!done) return false;
  }
  return true;
}

/* Assign the pairs of an iterable of pairs. */
static bool update_from_pairs(bell_ctx *ctx, bell_word self, bell_word pairs) {
  bell_ref list = bell_as_list(ctx, pairs);
  if (list == 0) return false;
  bell_root_push(ctx, list);
  for (int64_t i = 0; i < BELL_LIST_AT(ctx, list)->length && ctx->fault == 0; i++) {
    bell_word pair = bell_list_load(ctx, BELL_LIST_AT(ctx, list), i);
    bell_ref parts = bell_list_from_iterable(ctx, pair);
    if (ctx->fault == BELL_TYPE_ERROR) {
      ctx->fault = 0;
      bell_raise(ctx, BELL_TYPE_ERROR, "cannot convert dictionary update sequence element #%lld to a sequence", (long long)i);
    }
    if (parts == 0) break;
    bell_root_push(ctx, parts);
    const bell_list *two = BELL_LIST_AT(ctx, parts);
    if (two->length != 2) {
      bell_raise(ctx, BELL_VALUE_ERROR, "dictionary update sequence element #%lld has length %lld; 2 is required", (long long)i, (long long)two->length);
    } else {
      put(ctx, self, bell_list_load(ctx, two, 0), bell_list_load(ctx, two, 1));
    }
    bell_root_pop(ctx, 1);
  }
  bell_root_pop(ctx, 1);
  return ctx->fault == 0;
}

bool bell_update_any(bell_ctx *ctx, bell_word self, bell_word other) {
  if (!bell_writable(ctx, self)) return false;
  return bell_is_kind(ctx, other, BELL_DICT) ? update_from_dict(ctx, self, other) : update_from_pairs(ctx, self, other);
}

static bell_word update(bell_ctx *ctx, const bell_word *a) {
  const bell_passed *passed = (const bell_passed *)(uintptr_t)a[1];
  int64_t positions = passed->count - passed->named;
  if (!bell_writable(ctx, a[0])) return 0;
  if (positions > 1) return bell_raise(ctx, BELL_TYPE_ERROR, "update expected at most 1 argument, got %lld", (long long)positions);
  if (positions == 1) {
    if (!bell_update_any(ctx, a[0], passed->words[0])) return 0;
  }
  uint32_t at = 0, length = BELL_STR_AT(ctx, passed->keywords)->length;
  for (int64_t i = positions; at < length; i++) {
    uint32_t from = at;
    while (at < length && bell_str_code(ctx, BELL_STR_AT(ctx, passed->keywords), at) != ',') at++;
    bell_ref key = bell_str_substring(ctx, passed->keywords, from, at++);
    if (key == 0) return 0;
    bell_root_push(ctx, key);
    bool done = put(ctx, a[0], key, passed->words[i]);
    bell_root_pop(ctx, 1);
    if (!done) return 0;
  }
  return BELL_NONE;
}

static bell_word fromkeys(bell_ctx *ctx, const bell_word *a) {
  bell_ref keys = bell_as_list(ctx, a[1]);
  if (keys == 0) return 0;
  bell_root_push(ctx, keys);
  bell_ref made = bell_dict_make(ctx, bell_type_dict_of_any(ctx), bell_dict_aux(BELL_CLASS_ANY, BELL_CLASS_ANY), 0);
  bell_root_push(ctx, made);
  for (int64_t i = 0; ctx->fault == 0 && i < BELL_LIST_AT(ctx, keys)->length; i++) {
    put(ctx, made, bell_list_load(ctx, BELL_LIST_AT(ctx, keys), i), a[2] != 0 ? a[2] : BELL_NONE);
  }
  bell_root_pop(ctx, 2);
  return ctx->fault == 0 ? made : 0;
}

static bell_word keys(bell_ctx *ctx, const bell_word *a) { return bell_any_view(ctx, 0, a[0]); }
static bell_word values(bell_ctx *ctx, const bell_word *a) { return bell_any_view(ctx, 1, a[0]); }
static bell_word items(bell_ctx *ctx, const bell_word *a) { return bell_any_view(ctx, 2, a[0]); }

static const bell_method methods[] = {
    {"clear", clear, BELL_TAKES_NONE, 0, 0, NULL},
    {"copy", copy, BELL_TAKES_NONE, 0, 0, NULL},
    {"fromkeys", fromkeys, BELL_TAKES_POSITIONS, 1, 2, NULL},
    {"get", get, BELL_TAKES_POSITIONS, 1, 2, NULL},
    {"items", items, BELL_TAKES_NONE, 0, 0, NULL},
    {"keys", keys, BELL_TAKES_NONE, 0, 0, NULL},
    {"pop", pop, BELL_TAKES_POSITIONS, 1, 2, NULL},
    {"popitem", popitem, BELL_TAKES_NONE, 0, 0, NULL},
    {"setdefault", setdefault, BELL_TAKES_POSITIONS, 1, 2, NULL},
    {"update", update, BELL_TAKES_ANYTHING, 0, 0, NULL},
    {"values", values, BELL_TAKES_NONE, 0, 0, NULL},
};
const bell_method_table bell_dict_methods = {methods, sizeof methods / sizeof methods[0]};
