/* The ops set.* and frozenset.*: what they charge, and the table's work (set.c). */
#include "runtime/hash64.h"
#include "runtime/items.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/set.h"
#include "runtime/str.h"

#define ITEM_WORK 8 /* nanoseconds to take an element into a list */

/* Charge what hashing the element costs. */
static inline bool charge_key(bell_ctx *ctx, uint8_t class_, bell_word key) {
  if (class_ < BELL_CLASS_STR) return true;
  return class_ == BELL_CLASS_STR ? bell_charge(ctx, BELL_STR_AT(ctx, key)->length / 16) : bell_charge_weight(ctx, class_, key, 1, 0);
}

/* Charge the weights of the elements. */
static bool charge_elements(bell_ctx *ctx, const bell_dict *set) {
  uint8_t class_ = bell_dict_key_class(set);
  if (class_ < BELL_CLASS_STR) return true;
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, set, at)) >= 0; at++) {
    if (!charge_key(ctx, class_, bell_dict_entry(ctx, set, at)[0])) return false;
  }
  return ctx->fault == 0;
}

bell_word bell_set_new(bell_ctx *ctx, uint32_t type, int64_t a1) {
  return bell_charge(ctx, a1 < 0 ? 0 : a1 / 4) ? bell_set_make(ctx, BELL_SET, type, ctx->types[type].item_class) : 0;
}

void bell_set_add(bell_ctx *ctx, bell_word a0, bell_word a1) {
  uint8_t class_ = bell_dict_key_class(BELL_DICT_AT(ctx, a0));
  if (!charge_key(ctx, class_, a1)) return;
  int64_t hash = bell_hash64_word(ctx, class_, a1);
  if (ctx->fault == 0) bell_set_insert(ctx, a0, a1, hash);
}

int64_t bell_set_contains(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_dict *set = BELL_DICT_AT(ctx, a0);
  uint8_t class_ = bell_dict_key_class(set);
  if (!charge_key(ctx, class_, a1)) return 0;
  int64_t hash = bell_hash64_sought(ctx, class_, a1);
  return ctx->fault == 0 && bell_set_find(ctx, set, class_, a1, hash) >= 0;
}

int64_t bell_set_remove(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_dict *set = BELL_DICT_AT(ctx, a0);
  uint8_t class_ = bell_dict_key_class(set);
  if (!charge_key(ctx, class_, a1)) return 0;
  int64_t hash = bell_hash64_sought(ctx, class_, a1);
  return ctx->fault == 0 && bell_set_discard(ctx, set, class_, a1, hash);
}

bell_word bell_set_to_list(bell_ctx *ctx, bell_word a0) {
  const bell_dict *set = BELL_DICT_AT(ctx, a0);
  if (!bell_charge(ctx, set->live / 4)) return 0;
  bell_ref ref = bell_list_make(ctx, ctx->heap->list_types[set->head.type], bell_dict_key_class(set), set->live);
  if (ref == 0) return 0;
  bell_list *list = BELL_LIST_AT(ctx, ref);
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, set, at)) >= 0; at++) {
    bell_list_store(ctx, list, list->length++, bell_dict_entry(ctx, set, at)[0]);
    if (!bell_goes_on(ctx, (uint64_t)list->length, ITEM_WORK)) return 0;
  }
  return ref;
}

int64_t bell_set_eq(bell_ctx *ctx, bell_word a0, bell_word a1) {
  return bell_charge(ctx, 2 * BELL_DICT_AT(ctx, a0)->live) && bell_objects_equal(ctx, a0, a1, 0);
}

int64_t bell_set_next(bell_ctx *ctx, bell_word a0, int64_t a1) { return bell_dict_next(ctx, a0, a1); }
bell_word bell_set_at(bell_ctx *ctx, bell_word a0, int64_t a1) { return bell_dict_key_at(ctx, a0, a1); }
void bell_set_clear(bell_ctx *ctx, bell_word a0) { bell_set_empty(ctx, BELL_DICT_AT(ctx, a0)); }

/* --- two sets ------------------------------------------------------------------------------------------------------------------- */

bool bell_set_charge_combine(bell_ctx *ctx, bell_ref a, bell_ref b) {
  const bell_dict *x = BELL_DICT_AT(ctx, a), *y = BELL_DICT_AT(ctx, b);
  return bell_charge(ctx, x->live + y->live) && charge_elements(ctx, x) && charge_elements(ctx, y);
}

bool bell_set_charge_change(bell_ctx *ctx, bell_set_operator operator_, bell_ref a, bell_ref b) {
  if (operator_ == BELL_SET_INTERSECTION) return bell_set_charge_combine(ctx, a, b);
  return bell_charge(ctx, BELL_DICT_AT(ctx, b)->live) && charge_elements(ctx, BELL_DICT_AT(ctx, b));
}

static bell_word combine(bell_ctx *ctx, bell_set_operator operator_, bell_ref a, bell_ref b) {
  return bell_set_charge_combine(ctx, a, b) ? bell_set_combine(ctx, operator_, a, b) : 0;
}

static void change(bell_ctx *ctx, bell_set_operator operator_, bell_ref a, bell_ref b) {
  if (bell_set_charge_change(ctx, operator_, a, b)) bell_set_change(ctx, operator_, a, b);
}

bell_word bell_set_union(bell_ctx *ctx, bell_word a0, bell_word a1) { return combine(ctx, BELL_SET_UNION, a0, a1); }
bell_word bell_set_intersection(bell_ctx *ctx, bell_word a0, bell_word a1) { return combine(ctx, BELL_SET_INTERSECTION, a0, a1); }
bell_word bell_set_difference(bell_ctx *ctx, bell_word a0, bell_word a1) { return combine(ctx, BELL_SET_DIFFERENCE, a0, a1); }
bell_word bell_set_symmetric_difference(bell_ctx *ctx, bell_word a0, bell_word a1) { return combine(ctx, BELL_SET_SYMMETRIC, a0, a1); }
void bell_set_update(bell_ctx *ctx, bell_word a0, bell_word a1) { change(ctx, BELL_SET_UNION, a0, a1); }
void bell_set_intersection_update(bell_ctx *ctx, bell_word a0, bell_word a1) { change(ctx, BELL_SET_INTERSECTION, a0, a1); }
void bell_set_difference_update(bell_ctx *ctx, bell_word a0, bell_word a1) { change(ctx, BELL_SET_DIFFERENCE, a0, a1); }
void bell_set_symmetric_difference_update(bell_ctx *ctx, bell_word a0, bell_word a1) { change(ctx, BELL_SET_SYMMETRIC, a0, a1); }

int64_t bell_set_is_subset(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_dict *a = BELL_DICT_AT(ctx, a0);
  return bell_charge(ctx, a->live) && charge_elements(ctx, a) && (a0 == a1 || bell_set_within(ctx, a, BELL_DICT_AT(ctx, a1)));
}

int64_t bell_set_is_disjoint(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_dict *a = BELL_DICT_AT(ctx, a0), *b = BELL_DICT_AT(ctx, a1);
  if (b->live > a->live) {
    const bell_dict *larger = b;
    b = a;
    a = larger;
  }
  if (!bell_charge(ctx, b->live) || !charge_elements(ctx, b)) return 0;
  if (a == b) return a->live == 0;
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, b, at)) >= 0; at++) {
    const bell_word *element = bell_dict_entry(ctx, b, at);
    if (bell_set_find(ctx, a, bell_dict_key_class(b), element[0], (int64_t)element[1]) >= 0) return 0;
    if (ctx->fault != 0) return 0;
  }
  return 1;
}

/* --- sets of anything ----------------------------------------------------------------------------------------------------------- */

/* Add what a container gives to a set of class any, both rooted: as CPython does, which makes room for all at once before it adds those of a
 * set or the keys of a dict. */
static bool add_items(bell_ctx *ctx, bell_ref ref, bell_value value) {
  bool table = value.kind == BELL_SET || value.kind == BELL_FROZENSET || value.kind == BELL_DICT;
  if (value.kind != BELL_DICT && table && bell_dict_key_class(BELL_DICT_AT(ctx, value.ref)) == BELL_CLASS_ANY)
    return charge_elements(ctx, BELL_DICT_AT(ctx, value.ref)) && bell_set_merge(ctx, ref, value.ref);
  bell_ref made = bell_list_make(ctx, 0, BELL_CLASS_ANY, 0);
  if (made == 0) return false;
  bell_root_push(ctx, made);
  const bell_list *list = BELL_LIST_AT(ctx, made);
  bool done = bell_list_add_items(ctx, made, value);
  for (int64_t i = 0; done && i < list->length; i++) done = charge_key(ctx, BELL_CLASS_ANY, bell_list_load(ctx, list, i));
  if (done && table && list->length > 0) done = bell_set_presize(ctx, ref, list->length);
  for (int64_t i = 0; done && i < list->length; i++) {
    bell_word word = bell_list_load(ctx, list, i);
    int64_t hash = bell_hash64_word(ctx, BELL_CLASS_ANY, word);
    done = ctx->fault == 0 && bell_set_insert(ctx, ref, word, hash);
  }
  bell_root_pop(ctx, 1);
  return done;
}

static bell_word set_of(bell_ctx *ctx, uint8_t kind, uint32_t type, bell_word items) {
  bell_value value = bell_any_value(ctx, items);
  if (!bell_iterable(ctx, value)) return 0;
  int64_t length = bell_any_len(ctx, items);
  if (ctx->fault != 0 || !bell_charge(ctx, length)) return 0;
  bell_ref ref = bell_set_make(ctx, kind, type, BELL_CLASS_ANY);
  if (ref == 0) return 0;
  bell_root_push(ctx, ref);
  bool done = add_items(ctx, ref, value);
  bell_root_pop(ctx, 1);
  return done ? ref : 0;
}

bell_word bell_any_to_set(bell_ctx *ctx, bell_word a0) { return set_of(ctx, BELL_SET, ctx->heap->any_set, a0); }

bell_word bell_any_to_frozenset(bell_ctx *ctx, bell_word a0) {
  return bell_any_value(ctx, a0).kind == BELL_FROZENSET ? a0 : set_of(ctx, BELL_FROZENSET, 0, a0);
}

void bell_set_add_items(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a1);
  if (!bell_iterable(ctx, value)) return;
  int64_t length = bell_any_len(ctx, a1);
  if (ctx->fault == 0 && bell_charge(ctx, length)) add_items(ctx, a0, value);
}
