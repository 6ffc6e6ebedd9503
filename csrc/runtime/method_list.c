/* Methods of list and tuple. */
#include "runtime/call.h"
#include "runtime/list.h"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

static bell_word append(bell_ctx *ctx, const bell_word *a) {
  if (!bell_writable(ctx, a[0]) || !bell_list_grow(ctx, a[0])) return 0;
  bell_list *list = BELL_LIST_AT(ctx, a[0]);
  bell_list_store(ctx, list, list->length++, a[1]);
  return BELL_NONE;
}

static bell_word done(const bell_ctx *ctx) { return ctx->fault == 0 ? BELL_NONE : 0; }

static bell_word extend(bell_ctx *ctx, const bell_word *a) {
  if (!bell_writable(ctx, a[0])) return 0;
  bool listed = bell_is_kind(ctx, a[1], BELL_LIST) && BELL_HEAD_AT(ctx, a[1])->aux == BELL_CLASS_ANY;
  bell_ref more = listed ? a[1] : bell_list_from_iterable(ctx, a[1]);
  if (more == 0) return 0;
  bell_root_push(ctx, more);
  bell_list_extend(ctx, a[0], more);
  bell_root_pop(ctx, 1);
  return done(ctx);
}

static bell_word insert(bell_ctx *ctx, const bell_word *a) {
  int64_t place;
  if (!bell_writable(ctx, a[0]) || !bell_take_index(ctx, a[1], &place)) return 0;
  bell_list_insert(ctx, a[0], place == BELL_ABSENT ? BELL_ABSENT + 1 : place, a[2]);
  return done(ctx);
}

static bell_word pop(bell_ctx *ctx, const bell_word *a) {
  int64_t place = -1;
  if (a[1] != 0 && !bell_take_index(ctx, a[1], &place)) return 0;
  bell_list *list = BELL_LIST_AT(ctx, a[0]);
  if (list->length == 0) return bell_raise(ctx, BELL_INDEX_ERROR, "pop from empty list");
  if (place >= list->length || place < -list->length) return bell_raise(ctx, BELL_INDEX_ERROR, "pop index out of range");
  uint8_t class_ = (uint8_t)list->head.aux;
  bell_word word = bell_list_pop(ctx, a[0], place);
  return ctx->fault == 0 ? bell_any_from_class(ctx, class_, word) : 0;
}

static bell_word clear(bell_ctx *ctx, const bell_word *a) {
  bell_list_clear(ctx, a[0]);
  return BELL_NONE;
}

static bell_word copy(bell_ctx *ctx, const bell_word *a) { return bell_list_slice(ctx, a[0], BELL_ABSENT, BELL_ABSENT, BELL_ABSENT); }

static bell_word reverse(bell_ctx *ctx, const bell_word *a) {
  bell_list_reverse(ctx, a[0]);
  return done(ctx);
}

/* What the function gives for the word. 0 on a fault. */
static bell_word call(bell_ctx *ctx, bell_word function, bell_word word) {
  int64_t bound = bell_call_bind(ctx, function, 0, &word, 1);
  if (bound == BELL_CALL_FAULT) return 0;
  if (bound != BELL_CALL_DONE && !bell_invoke(ctx, ctx->signatures[bound].entry, ctx->call_words)) return 0;
  return ctx->call_words[0];
}

/* While the keys are made the list is empty, as in CPython; its elements are put back whatever happens. */
static void sort_by_key(bell_ctx *ctx, bell_word self, bell_word function, bool descending) {
  if (!bell_writable(ctx, self) || BELL_LIST_AT(ctx, self)->length == 0) return;
  bell_word items = bell_list_slice(ctx, self, BELL_ABSENT, BELL_ABSENT, BELL_ABSENT);
  if (items == 0) return;
  bell_root_push(ctx, items);
  int64_t count = BELL_LIST_AT(ctx, items)->length;
  bell_word keys = bell_list_make(ctx, ctx->heap->class_lists[BELL_CLASS_ANY], BELL_CLASS_ANY, count), sorted = items;
  bell_root_push(ctx, keys);
  if (keys != 0) bell_list_clear(ctx, self);
  for (int64_t i = 0; i < count && ctx->fault == 0; i++) {
    bell_word key = call(ctx, function, bell_list_load(ctx, BELL_LIST_AT(ctx, items), i));
    if (key == 0) break;
    bell_list *list = BELL_LIST_AT(ctx, keys);
    bell_list_store(ctx, list, list->length++, key);
  }
  if (ctx->fault == 0) {
    bell_word places = bell_list_argsort(ctx, keys, descending);
    bell_root_push(ctx, places);
    if (places != 0) sorted = bell_list_gather(ctx, items, places);
    bell_root_pop(ctx, 1);
  }
  bell_list *list = BELL_LIST_AT(ctx, self), *made = BELL_LIST_AT(ctx, sorted == 0 ? items : sorted);
  bool modified = keys != 0 && list->length > 0;
  if (keys != 0) { /* the list takes the elements over */
    list->data = made->data;
    list->length = made->length;
    list->capacity = made->capacity;
    made->data = 0;
    made->length = made->capacity = 0;
  }
  bell_root_pop(ctx, 2);
  if (modified) bell_raise(ctx, BELL_VALUE_ERROR, "list modified during sort");
}

static bell_word sort(bell_ctx *ctx, const bell_word *a) {
  int64_t descending = 0;
  if (a[2] != 0 && !bell_take_small(ctx, a[2], &descending)) return 0;
  if (a[1] != 0 && a[1] != BELL_NONE) {
    sort_by_key(ctx, a[0], a[1], descending != 0);
    return done(ctx);
  }
  bell_list_sort(ctx, a[0], descending != 0);
  return done(ctx);
}

/* --- searching, tuples too -------------------------------------------------------------------------------------------------------- */

/* The element at a place, and its class. */
static bell_word element(const bell_ctx *ctx, bell_word sequence, int64_t place, uint8_t *class_) {
  if (BELL_HEAD_AT(ctx, sequence)->kind == BELL_LIST) {
    const bell_list *list = BELL_LIST_AT(ctx, sequence);
    *class_ = (uint8_t)list->head.aux;
    return bell_list_load(ctx, list, place);
  }
  bell_tuple *tuple = BELL_TUPLE_AT(ctx, sequence);
  *class_ = bell_tuple_class(ctx, tuple, place);
  return bell_tuple_items(tuple)[place];
}

/* The first place from `from` on, before `to`, whose element equals the value; -1 if there is none, or on a fault. */
static int64_t search(bell_ctx *ctx, bell_word sequence, bell_word value, int64_t from, int64_t to) {
  for (int64_t i = from; i < to && i < bell_any_len(ctx, sequence); i++) {
    uint8_t class_;
    bell_word word = element(ctx, sequence, i, &class_);
    if (bell_items_equal(ctx, class_, word, BELL_CLASS_ANY, value, 0)) return i;
    if (ctx->fault != 0) return -1;
  }
  return -1;
}

static bell_word count(bell_ctx *ctx, const bell_word *a) {
  int64_t length = bell_any_len(ctx, a[0]), found = 0;
  if (!bell_charge(ctx, length / 4)) return 0;
  for (int64_t at = 0; (at = search(ctx, a[0], a[1], at, INT64_MAX)) >= 0; at++) found++; /* comparing may make it longer */
  return ctx->fault == 0 ? bell_any_from_int(ctx, found) : 0;
}

static bell_word index_of(bell_ctx *ctx, const bell_word *a) {
  int64_t from, to, length = bell_any_len(ctx, a[0]);
  if (!bell_take_bound(ctx, a[2], false, &from) || !bell_take_bound(ctx, a[3], false, &to)) return 0;
  bell_clamp_bounds(&from, &to, length);
  if (!bell_charge(ctx, length / 4)) return 0;
  int64_t found = search(ctx, a[0], a[1], from, a[3] == 0 ? INT64_MAX : to);
  if (ctx->fault != 0) return 0;
  if (found >= 0) return bell_any_from_int(ctx, found);
  if (BELL_HEAD_AT(ctx, a[0])->kind == BELL_TUPLE) return bell_raise(ctx, BELL_VALUE_ERROR, "tuple.index(x): x not in tuple");
  return bell_refuse_value(ctx, a[1], " is not in list");
}

static bell_word remove_first(bell_ctx *ctx, const bell_word *a) {
  int64_t length = BELL_LIST_AT(ctx, a[0])->length;
  if (!bell_charge(ctx, length / 4)) return 0;
  int64_t found = search(ctx, a[0], a[1], 0, INT64_MAX);
  if (ctx->fault != 0) return 0;
  if (found < 0) return bell_raise(ctx, BELL_VALUE_ERROR, "list.remove(x): x not in list");
  if (found < BELL_LIST_AT(ctx, a[0])->length) bell_list_delete(ctx, a[0], found);
  return done(ctx);
}

static const bell_method methods[] = {
    {"append", append, BELL_TAKES_ONE, 1, 1, NULL},
    {"clear", clear, BELL_TAKES_NONE, 0, 0, NULL},
    {"copy", copy, BELL_TAKES_NONE, 0, 0, NULL},
    {"count", count, BELL_TAKES_ONE, 1, 1, NULL},
    {"extend", extend, BELL_TAKES_ONE, 1, 1, NULL},
    {"index", index_of, BELL_TAKES_POSITIONS, 1, 3, NULL},
    {"insert", insert, BELL_TAKES_POSITIONS, 2, 2, NULL},
    {"pop", pop, BELL_TAKES_POSITIONS, 0, 1, NULL},
    {"remove", remove_first, BELL_TAKES_ONE, 1, 1, NULL},
    {"reverse", reverse, BELL_TAKES_NONE, 0, 0, NULL},
    {"sort", sort, BELL_TAKES_NAMES_ONLY, 0, 2, "key,reverse"},
};
const bell_method_table bell_list_methods = {methods, sizeof methods / sizeof methods[0]};

static const bell_method tuple_methods[] = {
    {"count", count, BELL_TAKES_ONE, 1, 1, NULL},
    {"index", index_of, BELL_TAKES_POSITIONS, 1, 3, NULL},
};
const bell_method_table bell_tuple_methods = {tuple_methods, sizeof tuple_methods / sizeof tuple_methods[0]};
