/* See any_sets.h. What CPython does is in Objects/setobject.c and, of views, Objects/dictobject.c: the order of additions, which decides the order of the result, is theirs. */
#include "runtime/any_sets.h"

#include "runtime/hash64.h"
#include "runtime/iter.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/set.h"
#include "runtime/tuple.h"

static bool is_set(bell_value value) { return value.kind == BELL_SET || value.kind == BELL_FROZENSET; }

/* The view is of keys, or of items. */
static bool is_view_of(const bell_ctx *ctx, bell_value value, enum bell_walk which) {
  return value.kind == BELL_ITER && BELL_ITER_AT(ctx, value.ref)->head.aux == which;
}
static bool is_keys(const bell_ctx *ctx, bell_value value) { return is_view_of(ctx, value, BELL_VIEW_KEYS); }
static bool is_items(const bell_ctx *ctx, bell_value value) { return is_view_of(ctx, value, BELL_VIEW_ITEMS); }

bool bell_is_set_like(const bell_ctx *ctx, bell_value value) { return is_set(value) || is_keys(ctx, value) || is_items(ctx, value); }

/* The dict of a view, or the set itself. */
static const bell_dict *table_of(const bell_ctx *ctx, bell_value value) {
  return BELL_DICT_AT(ctx, value.kind == BELL_ITER ? BELL_ITER_AT(ctx, value.ref)->source : value.ref);
}

/* --- membership ------------------------------------------------------------------------------------------------------------------- */

/* Whether the dict has the key with the value. */
static bool has_pair(bell_ctx *ctx, const bell_dict *dict, uint8_t key_class, bell_word key, uint8_t value_class, bell_word value, int depth) {
  if (!bell_charge_weight(ctx, key_class, key, 1, 0)) return false;
  int64_t found = bell_dict_lookup(ctx, dict, key_class, key);
  return found >= 0 && bell_items_equal(ctx, bell_dict_value_class(dict), bell_dict_entry(ctx, dict, found)[1], value_class, value, depth + 1);
}

/* Whether what is set-like has the item, a word of a class. */
static bool has(bell_ctx *ctx, bell_value in, uint8_t class_, bell_word item, int depth) {
  const bell_dict *table = table_of(ctx, in);
  if (is_items(ctx, in)) {
    bell_value pair = bell_class_value(ctx, class_, item);
    if (pair.kind != BELL_TUPLE) return false;
    bell_tuple *tuple = BELL_TUPLE_AT(ctx, pair.ref);
    if (bell_tuple_length(ctx, tuple) != 2) return false;
    const bell_word *words = bell_tuple_items(tuple);
    return has_pair(ctx, table, bell_tuple_class(ctx, tuple, 0), words[0], bell_tuple_class(ctx, tuple, 1), words[1], depth);
  }
  return bell_charge_weight(ctx, class_, item, 1, 0) && bell_dict_lookup(ctx, table, class_, item) >= 0;
}

/* Whether a pair that is no object is in a set or a view of keys: by looking at all of them, since a tuple cannot be made here to be looked up. */
static bool has_loose_pair(bell_ctx *ctx, const bell_dict *table, const bell_dict *from, const bell_word *entry, int depth) {
  uint8_t key_class = bell_dict_key_class(from), value_class = bell_dict_value_class(from), class_ = bell_dict_key_class(table);
  if (!bell_charge_weight(ctx, key_class, entry[0], 1, 0) || !bell_charge_weight(ctx, value_class, entry[1], 1, 0)) return false;
  bell_hash64_word(ctx, value_class, entry[1]); /* what cannot be hashed is in no set */
  for (int64_t at = 0; ctx->fault == 0 && (at = bell_dict_next_live(ctx, table, at)) >= 0; at++) {
    if (!bell_charge(ctx, 1)) return false;
    bell_value pair = bell_class_value(ctx, class_, bell_dict_entry(ctx, table, at)[0]);
    if (pair.kind != BELL_TUPLE) continue;
    bell_tuple *tuple = BELL_TUPLE_AT(ctx, pair.ref);
    if (bell_tuple_length(ctx, tuple) != 2) continue;
    const bell_word *words = bell_tuple_items(tuple);
    if (bell_items_equal(ctx, bell_tuple_class(ctx, tuple, 0), words[0], key_class, entry[0], depth + 1) &&
        bell_items_equal(ctx, bell_tuple_class(ctx, tuple, 1), words[1], value_class, entry[1], depth + 1)) {
      return true;
    }
  }
  return false;
}

/* Whether all of the first are in the second. */
static bool is_within(bell_ctx *ctx, bell_value a, bell_value b, int depth) {
  const bell_dict *from = table_of(ctx, a), *to = table_of(ctx, b);
  bool pairs = is_items(ctx, a);
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, from, at)) >= 0; at++) {
    const bell_word *entry = bell_dict_entry(ctx, from, at);
    if (!bell_charge(ctx, 1)) return false;
    bool hashed = from->head.kind != BELL_DICT && to->head.kind != BELL_DICT; /* the elements of a set keep theirs */
    bool found = hashed ? bell_charge_weight(ctx, bell_dict_key_class(from), entry[0], 1, 0) &&
                              bell_set_find(ctx, to, bell_dict_key_class(from), entry[0], (int64_t)entry[1]) >= 0
                 : !pairs ? has(ctx, b, bell_dict_key_class(from), entry[0], depth)
                 : is_items(ctx, b)
                     ? has_pair(ctx, to, bell_dict_key_class(from), entry[0], bell_dict_value_class(from), entry[1], depth)
                     : has_loose_pair(ctx, to, from, entry, depth);
    if (!found) return false;
  }
  return true;
}

bool bell_sets_ordered(bell_ctx *ctx, int operator_, bell_value a, bell_value b, int depth) {
  if (operator_ == BELL_GT || operator_ == BELL_GE) {
    bell_value larger = a;
    a = b;
    b = larger;
  }
  int64_t less = table_of(ctx, a)->live, more = table_of(ctx, b)->live;
  bool strict = operator_ == BELL_LT || operator_ == BELL_GT;
  return (strict ? less < more : less <= more) && is_within(ctx, a, b, depth);
}

bool bell_views_equal(bell_ctx *ctx, bell_value a, bell_value b, int depth) {
  if (is_set(a)) {
    bell_value view = b;
    b = a;
    a = view;
  }
  return table_of(ctx, a)->live == table_of(ctx, b)->live && is_within(ctx, a, b, depth);
}

bool bell_view_contains(bell_ctx *ctx, bell_ref view, bell_word item) {
  bell_value value = {.kind = BELL_ITER, .ref = view};
  if (bell_is_set_like(ctx, value)) return has(ctx, value, BELL_CLASS_ANY, item, 0);
  const bell_dict *dict = table_of(ctx, value);
  if (!bell_charge(ctx, dict->live / 4)) return false;
  for (int64_t at = 0; ctx->fault == 0 && (at = bell_dict_next_live(ctx, dict, at)) >= 0; at++) {
    if (bell_items_equal(ctx, bell_dict_value_class(dict), bell_dict_entry(ctx, dict, at)[1], BELL_CLASS_ANY, item, 0)) return true;
  }
  return false;
}

/* --- operators -------------------------------------------------------------------------------------------------------------------- */

/* Both may be in one set: their elements are of class any, or of one type. */
static bool are_alike(const bell_ctx *ctx, bell_ref a, bell_ref b) {
  const bell_dict *x = BELL_DICT_AT(ctx, a), *y = BELL_DICT_AT(ctx, b);
  bool any = bell_dict_key_class(x) == BELL_CLASS_ANY && (x->head.kind != BELL_DICT || bell_dict_value_class(x) == BELL_CLASS_ANY);
  return x->head.aux == y->head.aux && (any || x->head.type == y->head.type);
}

/* Add to the set, rooted, the items of a list that are in what is given, or that are not. Charges a quarter for each and what looking costs. */
static bool add_those(bell_ctx *ctx, bell_ref set, bell_word of, bell_word in, bool present) {
  bell_word list = bell_any_to_list(ctx, of);
  if (list == 0) return false;
  bell_root_push(ctx, list);
  for (int64_t i = 0; i < BELL_LIST_AT(ctx, list)->length && ctx->fault == 0; i++) {
    bell_word item = bell_list_load(ctx, BELL_LIST_AT(ctx, list), i);
    bool found = bell_any_contains(ctx, in, item);
    if (ctx->fault == 0 && found == present) bell_set_add(ctx, set, item);
  }
  bell_root_pop(ctx, 1);
  return ctx->fault == 0;
}

/* Change the set by an operator and what is given, as a set of its own where the two cannot be in one. */
static bool change_by(bell_ctx *ctx, bell_set_operator change, bell_ref set, bell_word items) {
  bell_word other = is_set(bell_any_value(ctx, items)) && are_alike(ctx, set, items) ? items : bell_any_to_set(ctx, items);
  if (other == 0) return false;
  bell_root_push(ctx, other);
  bool done = bell_set_charge_change(ctx, change, set, other) && bell_set_change(ctx, change, set, other);
  bell_root_pop(ctx, 1);
  return done;
}

bool bell_set_toggle(bell_ctx *ctx, bell_ref set, bell_word items) {
  if (bell_any_value(ctx, items).kind != BELL_DICT) return change_by(ctx, BELL_SET_SYMMETRIC, set, items);
  bell_word list = bell_any_to_list(ctx, items);
  if (list == 0) return false;
  bell_root_push(ctx, list);
  for (int64_t i = 0; i < BELL_LIST_AT(ctx, list)->length && ctx->fault == 0; i++) {
    bell_word item = bell_list_load(ctx, BELL_LIST_AT(ctx, list), i);
    if (!bell_set_remove(ctx, set, item) && ctx->fault == 0) bell_set_add(ctx, set, item);
  }
  bell_root_pop(ctx, 1);
  return ctx->fault == 0;
}

static bool remove_those(bell_ctx *ctx, bell_ref set, bell_word items) { return change_by(ctx, BELL_SET_DIFFERENCE, set, items); }

/* Of a view and whatever can be walked, as CPython chooses which of the two it walks. */
static bool intersect(bell_ctx *ctx, bell_ref set, bell_word first, bell_word second) {
  if (!bell_is_set_like(ctx, bell_any_value(ctx, first)) || is_set(bell_any_value(ctx, first))) {
    bell_word view = second;
    second = first;
    first = view;
  }
  bell_value self = bell_any_value(ctx, first), other = bell_any_value(ctx, second);
  int64_t length = table_of(ctx, self)->live;
  if (other.kind == BELL_SET && length <= table_of(ctx, other)->live) return add_those(ctx, set, first, second, true);
  if ((is_keys(ctx, other) || is_items(ctx, other)) && table_of(ctx, other)->live > length) return add_those(ctx, set, first, second, true);
  return add_those(ctx, set, second, first, true);
}

static bell_word views_binary(bell_ctx *ctx, bell_set_operator operator_, bell_word first, bell_word second) {
  bell_value a = bell_any_value(ctx, first), b = bell_any_value(ctx, second);
  bool pairs = operator_ == BELL_SET_SYMMETRIC && is_items(ctx, a) && is_items(ctx, b);
  bool empty = operator_ == BELL_SET_INTERSECTION || pairs;
  bell_ref set = empty ? bell_set_make(ctx, BELL_SET, ctx->heap->any_set, BELL_CLASS_ANY)
                       : bell_any_to_set(ctx, is_keys(ctx, a) ? BELL_ITER_AT(ctx, first)->source : first);
  if (set == 0) return 0;
  bell_root_push(ctx, set);
  switch (operator_) {
  case BELL_SET_INTERSECTION: intersect(ctx, set, first, second); break;
  case BELL_SET_UNION: bell_set_add_items(ctx, set, second); break;
  case BELL_SET_DIFFERENCE: remove_those(ctx, set, second); break;
  case BELL_SET_SYMMETRIC:
    if (!pairs) {
      bell_set_toggle(ctx, set, second);
    } else { /* those of the larger dict first */
      bool longer = table_of(ctx, a)->live > table_of(ctx, b)->live;
      bell_word x = longer ? second : first, y = longer ? first : second;
      if (add_those(ctx, set, y, x, false)) add_those(ctx, set, x, y, false);
    }
  }
  bell_root_pop(ctx, 1);
  return ctx->fault == 0 ? set : 0;
}

bool bell_sets_binary(bell_ctx *ctx, int operator_, bell_word first, bell_word second, bell_word *result) {
  bell_value a = bell_any_value(ctx, first), b = bell_any_value(ctx, second);
  bell_set_operator action;
  switch (operator_) {
  case BELL_BINARY_OR: action = BELL_SET_UNION; break;
  case BELL_BINARY_AND: action = BELL_SET_INTERSECTION; break;
  case BELL_BINARY_SUB: action = BELL_SET_DIFFERENCE; break;
  case BELL_BINARY_XOR: action = BELL_SET_SYMMETRIC; break;
  default: return false;
  }
  bool dicts = a.kind == BELL_DICT && b.kind == BELL_DICT && action == BELL_SET_UNION;
  if ((is_set(a) && is_set(b)) || dicts) {
    if (!are_alike(ctx, a.ref, b.ref)) {
      *result = bell_fault(ctx, 1201);
    } else if (dicts) {
      *result = bell_dict_merge(ctx, first, second);
    } else {
      *result = bell_set_charge_combine(ctx, a.ref, b.ref) ? bell_set_combine(ctx, action, a.ref, b.ref) : 0;
    }
    return true;
  }
  if (!is_keys(ctx, a) && !is_items(ctx, a) && !is_keys(ctx, b) && !is_items(ctx, b)) return false;
  *result = views_binary(ctx, action, first, second);
  return true;
}
