/* Methods of set and frozenset, and of views of dicts, in the order of additions that CPython has (set.h). Where other values than sets are taken they
 * are walked; what is removed is made a set of first, since the order of removals is nothing to see. */
#include "runtime/any_sets.h"
#include "runtime/list.h"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/set.h"

static bool is_set(const bell_ctx *ctx, bell_word word) { return bell_is_kind(ctx, word, BELL_SET) || bell_is_kind(ctx, word, BELL_FROZENSET); }
static bell_word done(const bell_ctx *ctx) { return ctx->fault == 0 ? BELL_NONE : 0; }

/* Elements of class any, as in all sets that are reached through any. */
static bool is_open(bell_ctx *ctx, bell_word set) {
  return bell_dict_key_class(BELL_DICT_AT(ctx, set)) == BELL_CLASS_ANY || bell_fault(ctx, 1201);
}

/* What is walked: a set, a dict or the list itself, else a new list. */
static bell_word walked(bell_ctx *ctx, bell_word word) {
  if (is_set(ctx, word)) return is_open(ctx, word) ? word : 0;
  return bell_is_kind(ctx, word, BELL_DICT) ? word : bell_as_list(ctx, word);
}

/* The set itself, or a new set of what a value gives. */
static bell_word as_set(bell_ctx *ctx, bell_word word) {
  if (is_set(ctx, word)) return is_open(ctx, word) ? word : 0;
  bell_word items = walked(ctx, word);
  if (items == 0) return 0;
  bell_root_push(ctx, items);
  bell_word made = bell_any_to_set(ctx, items);
  bell_root_pop(ctx, 1);
  return made;
}

/* --- elements --------------------------------------------------------------------------------------------------------------------- */

static bell_word add(bell_ctx *ctx, const bell_word *a) {
  if (is_open(ctx, a[0])) bell_set_add(ctx, a[0], a[1]);
  return done(ctx);
}

static bell_word discard(bell_ctx *ctx, const bell_word *a) {
  bell_set_remove(ctx, a[0], a[1]);
  return done(ctx);
}

static bell_word remove_element(bell_ctx *ctx, const bell_word *a) {
  bool there = bell_set_remove(ctx, a[0], a[1]);
  return ctx->fault != 0 ? 0 : there ? BELL_NONE : bell_fault(ctx, 702);
}

static bell_word pop(bell_ctx *ctx, const bell_word *a) {
  if (BELL_DICT_AT(ctx, a[0])->live == 0) return bell_raise(ctx, BELL_KEY_ERROR, "pop from an empty set");
  return is_open(ctx, a[0]) ? bell_set_pop(ctx, a[0]) : 0;
}

static bell_word clear(bell_ctx *ctx, const bell_word *a) {
  bell_set_clear(ctx, a[0]);
  return BELL_NONE;
}

static bell_word copy(bell_ctx *ctx, const bell_word *a) { return bell_set_copy(ctx, a[0]); }
static bell_word copy_frozen(bell_ctx *ctx, const bell_word *a) {
  (void)ctx;
  return a[0];
}

/* --- combining -------------------------------------------------------------------------------------------------------------------- */

/* Each of the arguments in turn, of which `*set` becomes a new set or stays itself; both are rooted. */
typedef bool (*step_fn)(bell_ctx *ctx, bell_word *set, bell_word other);

static bool add_all(bell_ctx *ctx, bell_word *set, bell_word other) {
  bell_word items = walked(ctx, other);
  if (items == 0) return false;
  bell_root_push(ctx, items);
  bell_set_add_items(ctx, *set, items);
  bell_root_pop(ctx, 1);
  return ctx->fault == 0;
}

static bell_word empty_like(bell_ctx *ctx, bell_word set) {
  const bell_head *head = BELL_HEAD_AT(ctx, set);
  return bell_set_make(ctx, head->kind, head->type, BELL_CLASS_ANY);
}

static bool keep_common(bell_ctx *ctx, bell_word *set, bell_word other) {
  bell_word items = walked(ctx, other);
  if (items == 0) return false;
  if (is_set(ctx, items)) {
    *set = bell_set_charge_combine(ctx, *set, items) ? bell_set_combine(ctx, BELL_SET_INTERSECTION, *set, items) : 0;
    return *set != 0;
  }
  bell_root_push(ctx, items);
  bell_word list = bell_is_kind(ctx, items, BELL_DICT) ? bell_any_to_list(ctx, items) : items;
  bell_root_push(ctx, list);
  bell_word made = list == 0 ? 0 : empty_like(ctx, *set);
  bell_root_push(ctx, made);
  for (int64_t i = 0; made != 0 && i < BELL_LIST_AT(ctx, list)->length && ctx->fault == 0; i++) {
    bell_word item = bell_list_load(ctx, BELL_LIST_AT(ctx, list), i);
    if (bell_set_contains(ctx, *set, item)) bell_set_add(ctx, made, item);
  }
  bell_root_pop(ctx, 3);
  *set = ctx->fault == 0 ? made : 0;
  return *set != 0;
}

static bool remove_all(bell_ctx *ctx, bell_word *set, bell_word other) {
  bell_word items = as_set(ctx, other);
  if (items == 0) return false;
  bell_root_push(ctx, items);
  bool removed = bell_set_charge_change(ctx, BELL_SET_DIFFERENCE, *set, items) && bell_set_change(ctx, BELL_SET_DIFFERENCE, *set, items);
  bell_root_pop(ctx, 1);
  return removed;
}

/* The first argument of difference(): a new set. */
static bool take_others(bell_ctx *ctx, bell_word *set, bell_word other) {
  if (!is_set(ctx, other) && !bell_is_kind(ctx, other, BELL_DICT)) {
    *set = bell_set_copy(ctx, *set);
    bell_root_push(ctx, *set);
    bool removed = *set != 0 && remove_all(ctx, set, other);
    bell_root_pop(ctx, 1);
    return removed;
  }
  bell_word items = as_set(ctx, other);
  if (items == 0) return false;
  bell_root_push(ctx, items);
  *set = bell_set_charge_combine(ctx, *set, items) ? bell_set_combine(ctx, BELL_SET_DIFFERENCE, *set, items) : 0;
  bell_root_pop(ctx, 1);
  return *set != 0;
}

/* The receiver combined with all arguments: the first by one step, the others by another; a copy where there is none, or `copied` first. */
static bell_word combine(bell_ctx *ctx, const bell_word *a, bool copied, step_fn first, step_fn others) {
  const bell_passed *passed = (const bell_passed *)(uintptr_t)a[1];
  bell_word set = a[0];
  if (!is_open(ctx, set)) return 0;
  if (copied || passed->count == 0) set = bell_set_copy(ctx, set);
  for (int64_t i = 0; i < passed->count && set != 0; i++) {
    bell_root_push(ctx, set);
    bool combined = (i == 0 ? first : others)(ctx, &set, passed->words[i]);
    bell_root_pop(ctx, 1);
    if (!combined) return 0;
  }
  return set;
}

static bool no_names(bell_ctx *ctx, const bell_word *a, const char *name) {
  const bell_passed *passed = (const bell_passed *)(uintptr_t)a[1];
  return passed->named == 0 || bell_raise(ctx, BELL_TYPE_ERROR, "%s.%s() takes no keyword arguments", bell_word_type_name(ctx, a[0]), name);
}

static bell_word union_(bell_ctx *ctx, const bell_word *a) { return no_names(ctx, a, "union") ? combine(ctx, a, true, add_all, add_all) : 0; }
static bell_word intersection(bell_ctx *ctx, const bell_word *a) {
  return no_names(ctx, a, "intersection") ? combine(ctx, a, false, keep_common, keep_common) : 0;
}
static bell_word difference(bell_ctx *ctx, const bell_word *a) {
  return no_names(ctx, a, "difference") ? combine(ctx, a, false, take_others, remove_all) : 0;
}

static bell_word symmetric_difference(bell_ctx *ctx, const bell_word *a) {
  if (!is_open(ctx, a[0])) return 0;
  if (is_set(ctx, a[1])) {
    if (!is_open(ctx, a[1]) || !bell_set_charge_combine(ctx, a[0], a[1])) return 0;
    return bell_set_combine(ctx, BELL_SET_SYMMETRIC, a[0], a[1]);
  }
  bell_word items = walked(ctx, a[1]);
  if (items == 0) return 0;
  bell_root_push(ctx, items);
  bell_word made = bell_is_kind(ctx, a[0], BELL_FROZENSET) ? bell_any_to_frozenset(ctx, items) : bell_any_to_set(ctx, items);
  bell_root_push(ctx, made);
  bool changed = made != 0 && bell_set_charge_change(ctx, BELL_SET_SYMMETRIC, made, a[0]) && bell_set_change(ctx, BELL_SET_SYMMETRIC, made, a[0]);
  bell_root_pop(ctx, 2);
  return changed ? made : 0;
}

/* --- in place --------------------------------------------------------------------------------------------------------------------- */

static bell_word change(bell_ctx *ctx, const bell_word *a, step_fn step) {
  const bell_passed *passed = (const bell_passed *)(uintptr_t)a[1];
  bell_word set = a[0];
  if (!is_open(ctx, set)) return 0;
  for (int64_t i = 0; i < passed->count; i++) {
    if (!step(ctx, &set, passed->words[i])) return 0;
  }
  return BELL_NONE;
}

static bell_word update(bell_ctx *ctx, const bell_word *a) { return no_names(ctx, a, "update") ? change(ctx, a, add_all) : 0; }
static bell_word difference_update(bell_ctx *ctx, const bell_word *a) {
  return no_names(ctx, a, "difference_update") ? change(ctx, a, remove_all) : 0;
}

static bell_word intersection_update(bell_ctx *ctx, const bell_word *a) {
  bell_word made = no_names(ctx, a, "intersection_update") ? combine(ctx, a, false, keep_common, keep_common) : 0;
  if (made == 0) return 0;
  bell_set_take_table(ctx, a[0], made);
  return BELL_NONE;
}

static bell_word symmetric_difference_update(bell_ctx *ctx, const bell_word *a) {
  if (!is_open(ctx, a[0])) return 0;
  bell_word items = walked(ctx, a[1]);
  if (items == 0) return 0;
  bell_root_push(ctx, items);
  bell_set_toggle(ctx, a[0], items);
  bell_root_pop(ctx, 1);
  return done(ctx);
}

/* --- tests ------------------------------------------------------------------------------------------------------------------------ */

static bell_word issubset(bell_ctx *ctx, const bell_word *a) {
  bell_word other = as_set(ctx, a[1]);
  if (other == 0) return 0;
  bell_root_push(ctx, other);
  bool within = bell_set_is_subset(ctx, a[0], other);
  bell_root_pop(ctx, 1);
  return ctx->fault == 0 ? bell_any_from_bool(within) : 0;
}

/* Whether the first item that is in the receiver, or (`in` false) is not, is found. */
static bool find_item(bell_ctx *ctx, bell_word self, bell_word items, bool in) {
  bell_root_push(ctx, items);
  bell_word list = bell_is_kind(ctx, items, BELL_LIST) ? items : bell_any_to_list(ctx, items);
  bell_root_push(ctx, list);
  bool found = false;
  for (int64_t i = 0; list != 0 && !found && i < BELL_LIST_AT(ctx, list)->length && ctx->fault == 0; i++) {
    bool there = bell_any_contains(ctx, self, bell_list_load(ctx, BELL_LIST_AT(ctx, list), i));
    found = ctx->fault == 0 && there == in;
  }
  bell_root_pop(ctx, 2);
  return found;
}

static bell_word issuperset(bell_ctx *ctx, const bell_word *a) {
  bell_word items = walked(ctx, a[1]);
  if (items == 0) return 0;
  bool all = is_set(ctx, items) ? bell_set_is_subset(ctx, items, a[0]) : !find_item(ctx, a[0], items, false);
  return ctx->fault == 0 ? bell_any_from_bool(all) : 0;
}

static bell_word isdisjoint(bell_ctx *ctx, const bell_word *a) {
  bell_word items = walked(ctx, a[1]);
  if (items == 0) return 0;
  bool apart = is_set(ctx, items) ? bell_set_is_disjoint(ctx, a[0], items) : !find_item(ctx, a[0], items, true);
  return ctx->fault == 0 ? bell_any_from_bool(apart) : 0;
}

/* Of a view of keys or items: CPython walks the smaller of two that have a length. */
static bell_word view_isdisjoint(bell_ctx *ctx, const bell_word *a) {
  if (a[0] == a[1]) return bell_any_from_bool(bell_any_len(ctx, a[0]) == 0);
  bell_value other = bell_any_value(ctx, a[1]);
  bell_word walk = a[1], in = a[0];
  if (bell_is_set_like(ctx, other) && bell_any_len(ctx, a[1]) > bell_any_len(ctx, a[0])) {
    walk = a[0];
    in = a[1];
  }
  bell_word items = bell_is_kind(ctx, walk, BELL_LIST) ? walk : bell_list_from_iterable(ctx, walk);
  bool apart = items != 0 && !find_item(ctx, in, items, true);
  return ctx->fault == 0 ? bell_any_from_bool(apart) : 0;
}

#define SHARED(name, function, style, least, most) {name, function, style, least, most, NULL}
static const bell_method methods[] = {
    SHARED("add", add, BELL_TAKES_ONE, 1, 1),
    SHARED("clear", clear, BELL_TAKES_NONE, 0, 0),
    SHARED("copy", copy, BELL_TAKES_NONE, 0, 0),
    SHARED("difference", difference, BELL_TAKES_ANYTHING, 0, 0),
    SHARED("difference_update", difference_update, BELL_TAKES_ANYTHING, 0, 0),
    SHARED("discard", discard, BELL_TAKES_ONE, 1, 1),
    SHARED("intersection", intersection, BELL_TAKES_ANYTHING, 0, 0),
    SHARED("intersection_update", intersection_update, BELL_TAKES_ANYTHING, 0, 0),
    SHARED("isdisjoint", isdisjoint, BELL_TAKES_ONE, 1, 1),
    SHARED("issubset", issubset, BELL_TAKES_ONE, 1, 1),
    SHARED("issuperset", issuperset, BELL_TAKES_ONE, 1, 1),
    SHARED("pop", pop, BELL_TAKES_NONE, 0, 0),
    SHARED("remove", remove_element, BELL_TAKES_ONE, 1, 1),
    SHARED("symmetric_difference", symmetric_difference, BELL_TAKES_ONE, 1, 1),
    SHARED("symmetric_difference_update", symmetric_difference_update, BELL_TAKES_ONE, 1, 1),
    SHARED("union", union_, BELL_TAKES_ANYTHING, 0, 0),
    SHARED("update", update, BELL_TAKES_ANYTHING, 0, 0),
};
const bell_method_table bell_set_methods = {methods, sizeof methods / sizeof methods[0]};

static const bell_method frozen_methods[] = {
    SHARED("copy", copy_frozen, BELL_TAKES_NONE, 0, 0),
    SHARED("difference", difference, BELL_TAKES_ANYTHING, 0, 0),
    SHARED("intersection", intersection, BELL_TAKES_ANYTHING, 0, 0),
    SHARED("isdisjoint", isdisjoint, BELL_TAKES_ONE, 1, 1),
    SHARED("issubset", issubset, BELL_TAKES_ONE, 1, 1),
    SHARED("issuperset", issuperset, BELL_TAKES_ONE, 1, 1),
    SHARED("symmetric_difference", symmetric_difference, BELL_TAKES_ONE, 1, 1),
    SHARED("union", union_, BELL_TAKES_ANYTHING, 0, 0),
};
const bell_method_table bell_frozenset_methods = {frozen_methods, sizeof frozen_methods / sizeof frozen_methods[0]};

static const bell_method view_methods[] = {SHARED("isdisjoint", view_isdisjoint, BELL_TAKES_ONE, 1, 1)};
const bell_method_table bell_view_methods = {view_methods, 1};
