/* The table of sets; the algorithm is CPython's, see set.h. The ops are in set_ops.c. */
#include "runtime/set.h"

#include "runtime/context.h"
#include "runtime/hash.h"
#include "runtime/hash64.h"
#include "runtime/heap.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/special.h"
#include "runtime/str.h"

#define LINEAR_PROBES 9
#define PERTURB_SHIFT 5
#define MANY 50000       /* from here on tables grow by 2 instead of 4 */
#define LONG_PROBE 32    /* groups between two counts of work: keys chosen to collide cost time that fuel does not count */
#define GROUP_WORK 16    /* nanoseconds for a group */
#define PLACE_WORK 2     /* nanoseconds for a place that is made or passed by */

typedef struct { bell_word key; int64_t hash; } place;

#define FREE_KEY ((bell_word)0)
#define REMOVED_KEY ((bell_word)1)
#define NO_HASH ((int64_t)-1)

static place *places_of(const bell_ctx *ctx, const bell_dict *set) { return (place *)(ctx->base + set->entries); }

static bool is_free(const place *at) { return at->hash == NO_HASH && at->key == FREE_KEY; }

static uint64_t mask_of(const bell_dict *set) { return (uint64_t)(set->capacity > 0 ? set->capacity : BELL_SET_PLACES) - 1; }

static uint64_t table_bytes(uint64_t places) { return sizeof(bell_buffer) + places * sizeof(place); }

/* A table of free places. It must have been reserved. Returns false when the run is to end. */
static bool take_table(bell_ctx *ctx, bell_dict *set, uint64_t places) {
  bell_ref buffer = bell_heap_take(ctx, table_bytes(places), BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, buffer))->size = table_bytes(places) - sizeof(bell_buffer);
  set->entries = buffer + sizeof(bell_buffer);
  set->capacity = (int64_t)places;
  place *table = places_of(ctx, set);
  for (uint64_t i = 0; i < places; i++) {
    table[i] = (place){FREE_KEY, NO_HASH};
    if (!bell_goes_on(ctx, i, PLACE_WORK)) return false;
  }
  return true;
}

static void give_table_back(bell_ctx *ctx, const bell_dict *set) {
  if (set->entries != 0) bell_heap_give_back(ctx, set->entries - sizeof(bell_buffer), table_bytes((uint64_t)set->capacity));
}

bell_ref bell_set_make(bell_ctx *ctx, uint8_t kind, uint32_t type, uint8_t class_) {
  if (!bell_heap_reserve(ctx, sizeof(bell_dict))) return 0;
  bell_ref ref = bell_heap_take(ctx, sizeof(bell_dict), kind, bell_dict_aux(class_, BELL_SET_VALUE_CLASS), type);
  bell_dict *set = BELL_DICT_AT(ctx, ref);
  set->live = set->used = set->capacity = 0;
  set->entries = set->index = 0;
  return ref;
}

/* Whether the place has the element of this hash. */
static inline bool holds(bell_ctx *ctx, uint8_t own, const place *at, uint8_t class_, bell_word key, int64_t hash) {
  if (at->hash != hash) return false;
  if (own == class_) {
    if (class_ == BELL_CLASS_INT || class_ == BELL_CLASS_BOOL) return at->key == key;
    if (class_ == BELL_CLASS_STR) return at->key == key || bell_str_equal(ctx, at->key, key);
  }
  return bell_keys_equal(ctx, own, at->key, class_, key);
}

/* Where probing goes on: the next group of places that stand in a row, from `at` to the result. */
static inline uint64_t group_end(uint64_t at, uint64_t mask) { return at + LINEAR_PROBES <= mask ? at + LINEAR_PROBES : at; }

static inline uint64_t next_group(uint64_t at, uint64_t mask, uint64_t *perturb) {
  *perturb >>= PERTURB_SHIFT;
  return (at * 5 + 1 + *perturb) & mask;
}

#define NO_TABLE ((int64_t)-2)

/* The place of the element, or the one where it would go: the last on the way that was removed, or the free one; -1 on a fault. The set has a
 * table. When a function of the program, which comparing may run, changed the set under the place that was looked at, all begins anew; NO_TABLE when it
 * emptied it. */
static inline int64_t look(bell_ctx *ctx, const bell_dict *set, uint8_t class_, bell_word key, int64_t hash, bool *found) {
  *found = false;
again:
  if (set->capacity == 0) return NO_TABLE;
  const place *table = places_of(ctx, set);
  uint64_t mask = mask_of(set), perturb = (uint64_t)hash, at = perturb & mask;
  uint8_t own = bell_dict_key_class(set);
  int64_t removed = -1;
  uint64_t calls = ctx->calls_made, entries = set->entries;
  for (int groups = 0;; at = next_group(at, mask, &perturb)) {
    for (uint64_t i = at, end = group_end(at, mask); i <= end; i++) {
      if (table[i].hash == NO_HASH) {
        if (table[i].key == FREE_KEY) return removed >= 0 ? removed : (int64_t)i;
        removed = (int64_t)i;
        continue;
      }
      place held = table[i];
      bool same = holds(ctx, own, &held, class_, key, hash);
      if (ctx->fault != 0) return -1;
      if (ctx->calls_made != calls) {
        if (set->entries != entries || table[i].key != held.key || table[i].hash != held.hash) goto again;
        calls = ctx->calls_made;
      }
      if (same) {
        *found = true;
        return (int64_t)i;
      }
    }
    if (++groups == LONG_PROBE) {
      groups = 0;
      if (!bell_work(ctx, LONG_PROBE * GROUP_WORK)) return -1;
    }
  }
}

/* Put an element into a table that does not have it, nor any that was removed. Returns false when the run is to end. */
static bool insert_clean(bell_ctx *ctx, place *table, uint64_t mask, place element) {
  uint64_t perturb = (uint64_t)element.hash, at = perturb & mask;
  for (int64_t groups = 1;; at = next_group(at, mask, &perturb), groups++) {
    for (uint64_t i = at, end = group_end(at, mask); i <= end; i++) {
      if (!is_free(&table[i])) continue;
      table[i] = element;
      return bell_work(ctx, groups * GROUP_WORK);
    }
  }
}

int64_t bell_set_find(bell_ctx *ctx, const bell_dict *set, uint8_t class_, bell_word key, int64_t hash) {
  if (set->live == 0) return -1;
  bool found;
  int64_t at = look(ctx, set, class_, key, hash, &found);
  return found ? at : -1;
}

bool bell_set_resize(bell_ctx *ctx, bell_ref ref, int64_t least) {
  uint64_t places = BELL_SET_PLACES;
  while (places <= (uint64_t)least && places < (uint64_t)1 << 40) places *= 2;
  bell_dict *set = BELL_DICT_AT(ctx, ref);
  if (places == BELL_SET_PLACES && mask_of(set) + 1 == places && set->used == set->live) return true;
  if (!bell_heap_reserve(ctx, BELL_ROUND(table_bytes(places)))) return false;
  bell_dict old = *set;
  if (!take_table(ctx, set, places)) return false;
  const place *from = places_of(ctx, &old);
  for (int64_t i = 0; i < old.capacity; i++) {
    if (!bell_goes_on(ctx, (uint64_t)i, PLACE_WORK)) return false;
    if (from[i].hash != NO_HASH && !insert_clean(ctx, places_of(ctx, set), places - 1, from[i])) return false;
  }
  set->used = old.live;
  give_table_back(ctx, &old);
  return true;
}

static int64_t grown(const bell_dict *set) { return set->live * (set->live > MANY ? 2 : 4); }

bool bell_set_insert(bell_ctx *ctx, bell_ref ref, bell_word key, int64_t hash) {
  bell_dict *set = BELL_DICT_AT(ctx, ref);
  if (ref == 0) return bell_fault(ctx, 1201);
  bool found;
  int64_t at;
  do {
    if (set->capacity == 0) {
      if (!bell_heap_reserve(ctx, BELL_ROUND(table_bytes(BELL_SET_PLACES)))) return false;
      take_table(ctx, set, BELL_SET_PLACES);
    }
    at = look(ctx, set, bell_dict_key_class(set), key, hash, &found);
  } while (at == NO_TABLE);
  if (found || ctx->fault != 0) return ctx->fault == 0;
  bool again = places_of(ctx, set)[at].key == REMOVED_KEY && places_of(ctx, set)[at].hash == NO_HASH;
  places_of(ctx, set)[at] = (place){key, hash};
  set->live++;
  if (again) return true;
  set->used++;
  return (uint64_t)set->used * 5 < mask_of(set) * 3 || bell_set_resize(ctx, ref, grown(set));
}

static void remove_at(const bell_ctx *ctx, bell_dict *set, int64_t at) {
  places_of(ctx, set)[at] = (place){REMOVED_KEY, NO_HASH};
  set->live--;
}

bool bell_set_discard(bell_ctx *ctx, bell_dict *set, uint8_t class_, bell_word key, int64_t hash) {
  int64_t at = bell_set_find(ctx, set, class_, key, hash);
  if (at < 0) return false;
  remove_at(ctx, set, at);
  return true;
}

void bell_set_empty(bell_ctx *ctx, bell_dict *set) {
  if (set->capacity == 0) return;
  give_table_back(ctx, set);
  set->live = set->used = set->capacity = 0;
  set->entries = 0;
}

bool bell_set_presize(bell_ctx *ctx, bell_ref ref, int64_t count) {
  const bell_dict *set = BELL_DICT_AT(ctx, ref);
  return (uint64_t)(set->used + count) * 5 < mask_of(set) * 3 || bell_set_resize(ctx, ref, (set->live + count) * 2);
}

/* The element as a root: a function of the program may take it out of its set. */
static bell_word root_of(const bell_dict *set, place element) { return bell_dict_key_class(set) >= BELL_CLASS_STR ? element.key : 0; }

bool bell_set_merge(bell_ctx *ctx, bell_ref ref, bell_ref other) {
  bell_dict *set = BELL_DICT_AT(ctx, ref);
  const bell_dict *from = BELL_DICT_AT(ctx, other);
  if (ref == other || from->live == 0) return true;
  if (ref == 0) return bell_fault(ctx, 1201);
  if (!bell_set_presize(ctx, ref, from->live)) return false;
  if (set->capacity == 0) {
    if (!bell_heap_reserve(ctx, BELL_ROUND(table_bytes(BELL_SET_PLACES)))) return false;
    take_table(ctx, set, BELL_SET_PLACES);
  }
  const place *table = places_of(ctx, from);
  if (set->used == 0) { /* nothing can be there twice */
    bool same = set->capacity == from->capacity && from->used == from->live;
    if (same) {
      bell_move_long(ctx, (uint8_t *)places_of(ctx, set), (const uint8_t *)table, (uint64_t)from->capacity * sizeof(place));
    } else {
      for (int64_t i = 0; i < from->capacity; i++) {
        if (!bell_goes_on(ctx, (uint64_t)i, PLACE_WORK)) return false;
        if (table[i].hash != NO_HASH && !insert_clean(ctx, places_of(ctx, set), mask_of(set), table[i])) return false;
      }
    }
    set->used = set->live = from->live;
    return true;
  }
  for (int64_t i = 0; i < from->capacity; i++) { /* nothing is moved: only the first of two can be given back */
    place element = places_of(ctx, from)[i];
    if (!bell_goes_on(ctx, (uint64_t)i, PLACE_WORK)) return false;
    if (element.hash == NO_HASH) continue;
    bell_root_push(ctx, root_of(from, element));
    bool added = bell_set_insert(ctx, ref, element.key, element.hash);
    bell_root_pop(ctx, 1);
    if (!added) return false;
  }
  return true;
}

/* --- two sets ------------------------------------------------------------------------------------------------------------------- */

static bell_ref empty_like(bell_ctx *ctx, bell_ref ref) {
  const bell_dict *set = BELL_DICT_AT(ctx, ref);
  return bell_set_make(ctx, set->head.kind, set->head.type, bell_dict_key_class(set));
}

static bell_ref copy_of(bell_ctx *ctx, bell_ref ref) {
  bell_ref made = empty_like(ctx, ref);
  if (made == 0) return 0;
  bell_root_push(ctx, made);
  bool done = bell_set_merge(ctx, made, ref);
  bell_root_pop(ctx, 1);
  return done ? made : 0;
}

/* Add to the first what the second has and, as `wanted` says, the third has or has not. */
static bool add_matching(bell_ctx *ctx, bell_ref to, bell_ref from, bell_ref other, bool wanted) {
  uint8_t class_ = bell_dict_key_class(BELL_DICT_AT(ctx, from));
  for (int64_t i = 0; i < BELL_DICT_AT(ctx, from)->capacity; i++) {
    place element = places_of(ctx, BELL_DICT_AT(ctx, from))[i];
    if (!bell_goes_on(ctx, (uint64_t)i, PLACE_WORK)) return false;
    if (element.hash == NO_HASH) continue;
    bell_root_push(ctx, root_of(BELL_DICT_AT(ctx, from), element));
    bool there = bell_set_find(ctx, BELL_DICT_AT(ctx, other), class_, element.key, element.hash) >= 0;
    bool done = ctx->fault == 0 && (there != wanted || bell_set_insert(ctx, to, element.key, element.hash));
    bell_root_pop(ctx, 1);
    if (!done) return false;
  }
  return true;
}

static bool remove_all(bell_ctx *ctx, bell_ref ref, bell_ref other) {
  bell_dict *set = BELL_DICT_AT(ctx, ref);
  const bell_dict *from = BELL_DICT_AT(ctx, other);
  if (ref == other) {
    bell_set_empty(ctx, set);
    return true;
  }
  for (int64_t i = 0; i < from->capacity && ctx->fault == 0; i++) {
    place element = places_of(ctx, from)[i];
    if (!bell_goes_on(ctx, (uint64_t)i, PLACE_WORK)) return false;
    if (element.hash == NO_HASH) continue;
    bell_root_push(ctx, root_of(from, element));
    bell_set_discard(ctx, set, bell_dict_key_class(from), element.key, element.hash);
    bell_root_pop(ctx, 1);
  }
  if (ctx->fault != 0) return false;
  if ((uint64_t)(set->used - set->live) <= mask_of(set) / 4) return true;
  return bell_set_resize(ctx, ref, grown(set));
}

static bool toggle_all(bell_ctx *ctx, bell_ref ref, bell_ref other) {
  bell_dict *set = BELL_DICT_AT(ctx, ref);
  if (ref == other) {
    bell_set_empty(ctx, set);
    return true;
  }
  for (int64_t i = 0; i < BELL_DICT_AT(ctx, other)->capacity; i++) {
    place element = places_of(ctx, BELL_DICT_AT(ctx, other))[i];
    if (!bell_goes_on(ctx, (uint64_t)i, PLACE_WORK)) return false;
    if (element.hash == NO_HASH) continue;
    bell_root_push(ctx, root_of(set, element));
    bool there = bell_set_discard(ctx, set, bell_dict_key_class(set), element.key, element.hash);
    bool done = ctx->fault == 0 && (there || bell_set_insert(ctx, ref, element.key, element.hash));
    bell_root_pop(ctx, 1);
    if (!done) return false;
  }
  return true;
}

/* The elements of the first that are in the second: the smaller is walked, the second when they are as large. */
static bool add_common(bell_ctx *ctx, bell_ref to, bell_ref a, bell_ref b) {
  bool swapped = BELL_DICT_AT(ctx, b)->live > BELL_DICT_AT(ctx, a)->live;
  return add_matching(ctx, to, swapped ? a : b, swapped ? b : a, true);
}

static bool combine_into(bell_ctx *ctx, bell_set_operator operator_, bell_ref made, bell_ref a, bell_ref b) {
  switch (operator_) {
  case BELL_SET_UNION: return bell_set_merge(ctx, made, a) && (a == b || bell_set_merge(ctx, made, b));
  case BELL_SET_INTERSECTION: return a == b ? bell_set_merge(ctx, made, a) : add_common(ctx, made, a, b);
  case BELL_SET_SYMMETRIC: return bell_set_merge(ctx, made, b) && toggle_all(ctx, made, a);
  default:
    if (BELL_DICT_AT(ctx, a)->live / 4 > BELL_DICT_AT(ctx, b)->live) return bell_set_merge(ctx, made, a) && remove_all(ctx, made, b);
    return add_matching(ctx, made, a, b, false);
  }
}

bell_ref bell_set_combine(bell_ctx *ctx, bell_set_operator operator_, bell_ref a, bell_ref b) {
  bell_ref made = empty_like(ctx, a);
  if (made == 0) return 0;
  bell_root_push(ctx, made);
  bool done = combine_into(ctx, operator_, made, a, b);
  bell_root_pop(ctx, 1);
  return done ? made : 0;
}

bool bell_set_change(bell_ctx *ctx, bell_set_operator operator_, bell_ref a, bell_ref b) {
  switch (operator_) {
  case BELL_SET_UNION: return bell_set_merge(ctx, a, b);
  case BELL_SET_DIFFERENCE: return remove_all(ctx, a, b);
  case BELL_SET_SYMMETRIC: return toggle_all(ctx, a, b);
  default: {
    bell_ref made = bell_set_combine(ctx, BELL_SET_INTERSECTION, a, b);
    if (made == 0) return false;
    bell_set_take_table(ctx, a, made);
    return true;
  }
  }
}

void bell_set_take_table(bell_ctx *ctx, bell_ref a, bell_ref b) {
  bell_dict *set = BELL_DICT_AT(ctx, a), *from = BELL_DICT_AT(ctx, b);
  give_table_back(ctx, set);
  set->live = from->live;
  set->used = from->used;
  set->capacity = from->capacity;
  set->entries = from->entries;
  from->live = from->used = from->capacity = 0;
  from->entries = 0;
}

bool bell_set_within(bell_ctx *ctx, const bell_dict *a, const bell_dict *b) {
  if (a->live > b->live) return false;
  for (int64_t i = 0; i < a->capacity; i++) {
    place element = places_of(ctx, a)[i];
    if (!bell_goes_on(ctx, (uint64_t)i, PLACE_WORK)) return false;
    if (element.hash == NO_HASH) continue;
    bell_root_push(ctx, root_of(a, element));
    bool there = bell_set_find(ctx, b, bell_dict_key_class(a), element.key, element.hash) >= 0;
    bell_root_pop(ctx, 1);
    if (!there) return false;
  }
  return true;
}

bell_word bell_set_pop(bell_ctx *ctx, bell_word a0) {
  bell_dict *set = BELL_DICT_AT(ctx, a0);
  if (set->live == 0) return bell_raise(ctx, 781, "pop from an empty set");
  const place *table = places_of(ctx, set);
  uint64_t mask = mask_of(set), at = set->index & mask;
  for (; table[at].hash == NO_HASH; at = (at + 1) & mask) {
    if (!bell_goes_on(ctx, at, PLACE_WORK)) return 0;
  }
  bell_word key = table[at].key;
  remove_at(ctx, set, (int64_t)at);
  set->index = at + 1; /* places before were seen to be empty */
  return key;
}

bell_word bell_set_copy(bell_ctx *ctx, bell_word a0) { return bell_charge(ctx, BELL_DICT_AT(ctx, a0)->live) ? copy_of(ctx, a0) : 0; }
