/* Dicts. The layout is described in dict.h. */
#include "runtime/dict.h"

#include "runtime/context.h"
#include "runtime/hash.h"
#include "runtime/hash64.h"
#include "runtime/heap.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/set.h"
#include "runtime/special.h"
#include "runtime/str_copy.h"
#include "runtime/str_equal.h"

#define PLACES_MIN 8
#define PLACES_MAX ((uint64_t)1 << 32)
#define LONG_PROBE 64   /* places looked at between two counts of work: keys chosen to collide cost time that fuel does not count */
#define PROBE_WORK 4    /* nanoseconds for a place */
#define COMPARED_PLACES 16 /* what comparing a key is worth in places: it waits for memory */
#define PLACES_BLOCK 4096 /* places that are copied between two counts */

typedef struct { uint64_t *places; uint64_t mask; int shift; } probe_table;

static probe_table table_of(const bell_ctx *ctx, const bell_dict *dict) {
  uint64_t count = (dict->entries - dict->index) >> 3;
  return (probe_table){(uint64_t *)(ctx->base + dict->index), count - 1, __builtin_clz((uint32_t)(count - 1))}; /* count is 8 or more */
}

/* Entries that so many places serve: two thirds, as in CPython. */
static int64_t capacity_of(uint64_t places) { return (int64_t)(places * 2 / 3); }

static uint64_t buffer_bytes(uint64_t places, int64_t capacity) {
  return sizeof(bell_buffer) + places * 8 + (uint64_t)(capacity * BELL_DICT_STRIDE) * 8 + (uint64_t)((capacity + 63) / 64) * 8;
}

static uint64_t places_for(int64_t capacity) {
  uint64_t places = PLACES_MIN;
  while (places < PLACES_MAX && capacity_of(places) < capacity) places *= 2;
  return places;
}

/* A buffer for so many places, empty. It must have been reserved. Returns false when the run is to end. */
static bool take_buffer(bell_ctx *ctx, bell_dict *dict, uint64_t places) {
  int64_t capacity = capacity_of(places);
  uint64_t bytes = buffer_bytes(places, capacity);
  bell_ref buffer = bell_heap_take(ctx, bytes, BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, buffer))->size = bytes - sizeof(bell_buffer);
  dict->index = buffer + sizeof(bell_buffer);
  dict->entries = dict->index + places * 8;
  dict->capacity = capacity;
  memset(bell_dict_removed(ctx, dict), 0, (uint64_t)((capacity + 63) / 64) * 8);
  if (places * 8 > BELL_BLOCK) return bell_str_fill_blocks(ctx, ctx->base + dict->index, 1, places * 8, 0);
  memset(ctx->base + dict->index, 0, places * 8);
  return true;
}

bell_ref bell_dict_make(bell_ctx *ctx, uint32_t type, uint16_t aux, int64_t capacity) {
  uint64_t places = capacity > 0 ? places_for(capacity) : 0;
  uint64_t bytes = places > 0 ? buffer_bytes(places, capacity_of(places)) : 0;
  if (places >= PLACES_MAX) bytes = UINT64_MAX / 2; /* beyond every limit */
  if (!bell_heap_reserve(ctx, sizeof(bell_dict) + BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, sizeof(bell_dict), BELL_DICT, aux, type);
  bell_dict *dict = BELL_DICT_AT(ctx, ref);
  dict->live = dict->used = dict->capacity = 0;
  dict->entries = dict->index = 0;
  return places == 0 || take_buffer(ctx, dict, places) ? ref : 0;
}

/* Whether the entry has the key; `class_` is that of `key`. */
static inline bool has_key(bell_ctx *ctx, uint8_t own, const bell_word *entry, uint8_t class_, bell_word key) {
  if (own == class_) {
    if (class_ == BELL_CLASS_INT || class_ == BELL_CLASS_BOOL) return entry[0] == key;
    if (class_ == BELL_CLASS_STR) return entry[0] == key || bell_str_equal(ctx, entry[0], key);
    if (class_ == BELL_CLASS_FLOAT && bell_float(entry[0]) == bell_float(key)) return true;
  }
  return bell_keys_equal(ctx, own, entry[0], class_, key);
}

static bool is_removed(const bell_ctx *ctx, const bell_dict *dict, int64_t entry) {
  return dict->live != dict->used && (bell_dict_removed(ctx, dict)[entry >> 6] >> (entry & 63) & 1);
}

/* The place of an entry that is there. */
static uint64_t place_of(const bell_ctx *ctx, const bell_dict *dict, int64_t entry, uint32_t hash) {
  probe_table table = table_of(ctx, dict);
  uint64_t at = hash >> table.shift;
  while ((int64_t)(uint32_t)table.places[at] - 1 != entry) at = (at + 1) & table.mask;
  return at;
}

/* As probe(), where comparing keys may run functions of the program: entries of the hash are compared in the order they were added. When such a function
 * took the entry away, all begins anew. (In CPython also where the dict grew meanwhile, which it does at other sizes.) The dict may have become empty: then there is no place. */
static int64_t probe_calling(bell_ctx *ctx, const bell_dict *dict, uint8_t class_, bell_word key, uint32_t hash, uint64_t *place) {
  uint8_t own = bell_dict_key_class(dict);
  for (int64_t last = -1; dict->capacity > 0;) {
    probe_table table = table_of(ctx, dict);
    uint64_t at = hash >> table.shift, best_place = 0, index = dict->index;
    int64_t best = -1;
    for (; table.places[at] != 0; at = (at + 1) & table.mask) {
      int64_t entry = (int64_t)(uint32_t)table.places[at] - 1;
      if ((uint32_t)(table.places[at] >> 32) != hash || entry <= last || (best >= 0 && entry > best)) continue;
      best = entry;
      best_place = at;
    }
    *place = best < 0 ? at : best_place;
    if (best < 0) return -1;
    bell_word held = bell_dict_entry(ctx, dict, best)[0];
    bell_root_push(ctx, own >= BELL_CLASS_STR ? held : 0);
    bool same = has_key(ctx, own, &held, class_, key);
    bell_root_pop(ctx, 1);
    if (ctx->fault != 0) return -1;
    last = best;
    if (best >= dict->used || bell_dict_entry(ctx, dict, best)[0] != held || is_removed(ctx, dict, best)) last = -1;
    else if (same) {
      if (dict->index != index) *place = place_of(ctx, dict, best, hash);
      return best;
    }
  }
  return -1;
}

/* probe() for strings among strings, which most keys are. What has the hash is nearly always the key: the strings are compared at once. */
static inline int64_t probe_str(bell_ctx *ctx, const bell_dict *dict, bell_ref key, uint32_t hash, uint64_t *place) {
  probe_table table = table_of(ctx, dict);
  const bell_word *entries = bell_at(ctx, dict->entries);
  uint64_t at = hash >> table.shift, found;
  for (int steps = 0; (found = table.places[at]) != 0; at = (at + 1) & table.mask) {
    if ((uint32_t)(found >> 32) == hash) {
      int64_t entry = (int64_t)(uint32_t)found - 1;
      bell_ref held = entries[entry * BELL_DICT_STRIDE];
      if (held == key || bell_str_same(ctx, BELL_STR_AT(ctx, held), BELL_STR_AT(ctx, key))) {
        *place = at;
        return entry;
      }
    }
    if (++steps == LONG_PROBE) {
      steps = 0;
      if (!bell_poll(ctx)) break;
    }
  }
  *place = at;
  return -1;
}

/* The place of the key, or of the free place it would take, in *place; its entry, or -1. */
static inline int64_t probe(bell_ctx *ctx, const bell_dict *dict, uint8_t class_, bell_word key, uint32_t hash, uint64_t *place) {
  if (class_ == BELL_CLASS_STR && bell_dict_key_class(dict) == BELL_CLASS_STR) return probe_str(ctx, dict, key, hash, place);
  if (class_ >= BELL_CLASS_REF && bell_may_call(ctx)) return probe_calling(ctx, dict, class_, key, hash, place);
  probe_table table = table_of(ctx, dict);
  const bell_word *entries = bell_at(ctx, dict->entries);
  uint8_t own = bell_dict_key_class(dict);
  uint64_t at = hash >> table.shift;
  for (int64_t steps = 0;; at = (at + 1) & table.mask) {
    uint64_t found = table.places[at];
    *place = at;
    if (found == 0) return -1;
    if ((uint32_t)(found >> 32) == hash) {
      int64_t entry = (int64_t)(uint32_t)found - 1;
      if (has_key(ctx, own, entries + entry * BELL_DICT_STRIDE, class_, key)) return entry;
      steps += COMPARED_PLACES;
    }
    if (++steps >= LONG_PROBE) {
      if (!bell_work(ctx, steps * PROBE_WORK)) return -1;
      steps = 0;
    }
  }
}

int64_t bell_dict_lookup(bell_ctx *ctx, const bell_dict *dict, uint8_t class_, bell_word key) {
  if (dict->head.kind == BELL_SET || dict->head.kind == BELL_FROZENSET) {
    int64_t full = bell_hash64_sought(ctx, class_, key);
    return ctx->fault != 0 ? -1 : bell_set_find(ctx, dict, class_, key, full);
  }
  uint32_t hash = bell_hash_word(ctx, class_, key);
  if (dict->live == 0 || ctx->fault != 0) return -1;
  uint64_t place;
  return probe(ctx, dict, class_, key, hash, &place);
}

/* Put what a place of another table holds into one that has room. Returns false when the run is to end. */
static inline bool put_place(bell_ctx *ctx, probe_table table, uint64_t found) {
  uint64_t at = (found >> 32) >> table.shift;
  int64_t steps = 1;
  for (; table.places[at] != 0; steps++) at = (at + 1) & table.mask;
  table.places[at] = found;
  return bell_work(ctx, steps * PROBE_WORK);
}

/* Places that serve a dict of so many entries when it has no room for one more: three for each, as in CPython. */
static uint64_t places_to_grow(int64_t live) {
  uint64_t places = PLACES_MIN;
  while (places < (uint64_t)live * 3) places *= 2;
  return places;
}

/* Make room for an entry more. The removed ones are gone then. */
static bool rebuild(bell_ctx *ctx, bell_ref ref) {
  bell_dict *dict = BELL_DICT_AT(ctx, ref);
  uint64_t old_places = (dict->entries - dict->index) >> 3;
  uint64_t places = places_to_grow(dict->live);
  uint64_t bytes = places > PLACES_MAX ? UINT64_MAX / 2 : buffer_bytes(places, capacity_of(places));
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return false;
  bell_dict old = *dict;
  if (!take_buffer(ctx, dict, places)) return false;
  if (old.capacity == 0) return true;
  if (old.live == old.used) {
    bell_move_long(ctx, bell_at(ctx, dict->entries), bell_at(ctx, old.entries), (uint64_t)(old.used * BELL_DICT_STRIDE) * 8);
    if (ctx->fault != 0) return false;
  } else {
    dict->used = 0;
    for (int64_t at = 0; (at = bell_dict_next_live(ctx, &old, at)) >= 0; at++) {
      bell_word *entry = bell_dict_entry(ctx, &old, at);
      memcpy(bell_dict_entry(ctx, dict, dict->used), entry, BELL_DICT_STRIDE * 8);
      entry[0] = (bell_word)dict->used++; /* where it went */
      if ((at & (PLACES_BLOCK - 1)) == 0 && !bell_work(ctx, PLACES_BLOCK * PROBE_WORK)) return false;
    }
    if (ctx->fault != 0) return false;
  }
  /* The old places know the hashes. */
  probe_table table = table_of(ctx, dict);
  const uint64_t *old_table = bell_at(ctx, old.index);
  for (uint64_t i = 0; i < old_places; i++) {
    uint64_t found = old_table[i];
    if (!bell_goes_on(ctx, i, 1)) return false;
    if (found == 0) continue;
    if (old.live != old.used) {
      int64_t entry = (int64_t)(uint32_t)found - 1;
      found = (found >> 32 << 32) | (uint32_t)(bell_dict_entry(ctx, &old, entry)[0] + 1);
    }
    if (!put_place(ctx, table, found)) return false;
  }
  bell_heap_give_back(ctx, old.index - sizeof(bell_buffer), buffer_bytes(old_places, old.capacity));
  return true;
}

/* Assign the key, where it is there only if `replaces`; gives its position, or -1 on a fault. */
static inline int64_t assign(bell_ctx *ctx, bell_ref ref, bell_word key, bell_word value, bool replaces) {
  bell_dict *dict = BELL_DICT_AT(ctx, ref);
  if (ref == 0) bell_fault(ctx, 1201);
  uint8_t class_ = bell_dict_key_class(dict);
  uint32_t hash = bell_hash_word(ctx, class_, key);
  if (ctx->fault != 0) return -1;
  uint64_t place = 0;
  if (dict->capacity > 0) {
    int64_t found = probe(ctx, dict, class_, key, hash, &place);
    if (ctx->fault != 0) return -1;
    if (found >= 0) {
      if (replaces) bell_dict_entry(ctx, dict, found)[1] = value; /* the key stays the one it was */
      return found;
    }
  }
  if (dict->used == dict->capacity) {
    if (!rebuild(ctx, ref)) return -1;
    probe_table table = table_of(ctx, dict);
    place = hash >> table.shift;
    while (table.places[place] != 0) place = (place + 1) & table.mask;
  }
  bell_word *entry = bell_dict_entry(ctx, dict, dict->used);
  entry[0] = key;
  entry[1] = value;
  dict->used++;
  dict->live++;
  table_of(ctx, dict).places[place] = (uint64_t)hash << 32 | (uint64_t)dict->used;
  return dict->used - 1;
}

bool bell_dict_put(bell_ctx *ctx, bell_ref ref, bell_word key, bell_word value) { return assign(ctx, ref, key, value, true) >= 0; }

bool bell_put_rooted(bell_ctx *ctx, bell_ref ref, const bell_dict *from, bell_word key, bell_word value) {
  if (!bell_may_call(ctx)) return bell_dict_put(ctx, ref, key, value);
  bell_root_push(ctx, bell_dict_key_class(from) >= BELL_CLASS_STR ? key : 0);
  bell_root_push(ctx, bell_dict_value_class(from) >= BELL_CLASS_STR ? value : 0);
  bool done = bell_dict_put(ctx, ref, key, value);
  bell_root_pop(ctx, 2);
  return done;
}

int64_t bell_dict_put_default(bell_ctx *ctx, bell_ref ref, bell_word key, bell_word value) { return assign(ctx, ref, key, value, false); }

/* Take out the entry that the place at `hole` leads to. */
static void remove_entry(const bell_ctx *ctx, bell_dict *dict, int64_t found, uint64_t hole) {
  memset(bell_dict_entry(ctx, dict, found), 0, BELL_DICT_STRIDE * 8);
  bell_dict_removed(ctx, dict)[found >> 6] |= (uint64_t)1 << (found & 63);
  dict->live--;
  /* Close the hole: move back what could not have its own place because of what was there (Knuth, 6.4, algorithm R). */
  probe_table table = table_of(ctx, dict);
  for (uint64_t at = (hole + 1) & table.mask; table.places[at] != 0; at = (at + 1) & table.mask) {
    uint64_t home = (table.places[at] >> 32) >> table.shift;
    if (((at - home) & table.mask) < ((at - hole) & table.mask)) continue;
    table.places[hole] = table.places[at];
    hole = at;
  }
  table.places[hole] = 0;
}

/* Whether the hash of the key may be what a function of the program gives. */
static bool may_call_hash(const bell_ctx *ctx, const bell_dict *dict, bell_word key) {
  uint8_t class_ = bell_dict_key_class(dict);
  if (class_ < BELL_CLASS_REF || !bell_may_call(ctx)) return false;
  uint8_t kind = bell_class_value(ctx, class_, key).kind;
  return kind == BELL_RECORD || kind == BELL_TUPLE;
}

void bell_dict_erase(bell_ctx *ctx, bell_ref ref, int64_t position) {
  bell_dict *dict = BELL_DICT_AT(ctx, ref);
  probe_table table = table_of(ctx, dict);
  bell_word key = bell_dict_entry(ctx, dict, position)[0];
  uint64_t place = may_call_hash(ctx, dict, key) ? 0 : bell_hash_word(ctx, bell_dict_key_class(dict), key) >> table.shift;
  while ((uint32_t)table.places[place] != (uint64_t)position + 1) place = (place + 1) & table.mask;
  remove_entry(ctx, dict, position, place);
}

void bell_dict_erase_last(bell_ctx *ctx, bell_ref ref, int64_t position) {
  bell_dict *dict = BELL_DICT_AT(ctx, ref);
  bell_dict_erase(ctx, ref, position);
  uint64_t *removed = bell_dict_removed(ctx, dict);
  for (int64_t at = position; at < dict->used; at++) removed[at >> 6] &= ~((uint64_t)1 << (at & 63));
  dict->used = position;
}

bool bell_dict_take(bell_ctx *ctx, bell_ref ref, bell_word key) {
  bell_dict *dict = BELL_DICT_AT(ctx, ref);
  uint8_t class_ = bell_dict_key_class(dict);
  uint32_t hash = bell_hash_word(ctx, class_, key);
  if (dict->live == 0 || ctx->fault != 0) return false;
  uint64_t hole;
  int64_t found = probe(ctx, dict, class_, key, hash, &hole);
  if (found < 0) return false;
  remove_entry(ctx, dict, found, hole);
  return true;
}

void bell_dict_empty(bell_ctx *ctx, bell_dict *dict) {
  if (dict->capacity == 0) return;
  uint64_t places = (dict->entries - dict->index) >> 3;
  bell_heap_give_back(ctx, dict->index - sizeof(bell_buffer), buffer_bytes(places, dict->capacity));
  dict->live = dict->used = dict->capacity = 0;
  dict->entries = dict->index = 0;
}

/* --- ops ------------------------------------------------------------------------------------------------------------------------ */

/* Charge what hashing the key costs. */
static inline bool charge_key(bell_ctx *ctx, const bell_dict *dict, bell_word key) {
  uint8_t class_ = bell_dict_key_class(dict);
  if (class_ < BELL_CLASS_STR) return true;
  return class_ == BELL_CLASS_STR ? bell_charge(ctx, BELL_STR_AT(ctx, key)->length / 16) : bell_charge_weight(ctx, class_, key, 1, 0);
}

bell_word bell_dict_new(bell_ctx *ctx, uint32_t type, int64_t a1) {
  if (!bell_charge(ctx, a1 < 0 ? 0 : a1 / 4)) return 0;
  return bell_dict_make(ctx, type, bell_dict_aux(ctx->types[type].item_class, ctx->types[type].value_class), a1);
}

static __attribute__((noinline)) int64_t find_any(bell_ctx *ctx, const bell_dict *dict, bell_word key) {
  return charge_key(ctx, dict, key) ? bell_dict_lookup(ctx, dict, bell_dict_key_class(dict), key) : -1;
}

int64_t bell_dict_find(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_dict *dict = BELL_DICT_AT(ctx, a0);
  if (dict->head.kind != BELL_DICT || bell_dict_key_class(dict) != BELL_CLASS_STR) return find_any(ctx, dict, a1);
  if (!bell_charge(ctx, BELL_STR_AT(ctx, a1)->length / 16) || dict->live == 0) return -1;
  uint64_t place;
  int64_t found = probe_str(ctx, dict, a1, bell_hash_str(ctx, a1), &place);
  if (found >= 0) {
    bell_heap *heap = ctx->heap;
    heap->sought_dict = a0;
    heap->sought_key = a1;
    heap->sought_held = bell_dict_entry(ctx, dict, found)[0];
    heap->sought_entry = found;
  }
  return found;
}

bell_word bell_dict_get(bell_ctx *ctx, bell_word a0, bell_word a1) {
  int64_t found = bell_dict_find(ctx, a0, a1);
  return found >= 0 ? bell_dict_entry(ctx, BELL_DICT_AT(ctx, a0), found)[1] : bell_fault(ctx, 702);
}

static __attribute__((noinline)) void put_any(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2) {
  if (charge_key(ctx, BELL_DICT_AT(ctx, a0), a1)) bell_dict_put(ctx, a0, a1, a2);
}

void bell_dict_set(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2) {
  const bell_heap *heap = ctx->heap;
  const bell_dict *dict = BELL_DICT_AT(ctx, a0);
  if (a0 == heap->sought_dict && a1 == heap->sought_key && a0 != 0 && heap->sought_entry < dict->used) {
    bell_word *entry = bell_dict_entry(ctx, dict, heap->sought_entry);
    if (entry[0] == heap->sought_held) { /* an entry that still holds the key that was found is its entry */
      if (bell_charge(ctx, BELL_STR_AT(ctx, a1)->length / 16)) entry[1] = a2;
      return;
    }
  }
  put_any(ctx, a0, a1, a2);
}

int64_t bell_dict_next(bell_ctx *ctx, bell_word a0, int64_t a1) { return bell_dict_next_live(ctx, BELL_DICT_AT(ctx, a0), a1); }

int64_t bell_dict_walk(bell_ctx *ctx, bell_word a0, int64_t a1, int64_t a2, int64_t a3) {
  const bell_dict *dict = BELL_DICT_AT(ctx, a0);
  if (dict->live != a2) return (int64_t)bell_fault(ctx, 602);
  int64_t found = bell_dict_next_live(ctx, dict, a1);
  if (found >= 0 && a3 == 0) bell_fault(ctx, 604);
  return found;
}

/* The entry at a position that bell_dict_find or bell_dict_next gave; any other is a mistake of the compiler. */
static const bell_word *entry_at(bell_ctx *ctx, bell_word a0, int64_t position) {
  static const bell_word nothing[2];
  const bell_dict *dict = BELL_DICT_AT(ctx, a0);
  if (dict->live == dict->used && dict->head.kind == BELL_DICT && (uint64_t)position < (uint64_t)dict->used) return bell_dict_entry(ctx, dict, position);
  if (position >= 0 && bell_dict_next_live(ctx, dict, position) == position) return bell_dict_entry(ctx, dict, position);
  bell_fault(ctx, 701);
  return nothing;
}

bell_word bell_dict_key_at(bell_ctx *ctx, bell_word a0, int64_t a1) { return entry_at(ctx, a0, a1)[0]; }
bell_word bell_dict_value_at(bell_ctx *ctx, bell_word a0, int64_t a1) { return entry_at(ctx, a0, a1)[1]; }

void bell_dict_remove_at(bell_ctx *ctx, bell_word a0, int64_t a1) {
  entry_at(ctx, a0, a1);
  if (ctx->fault != 0) return;
  bool last = bell_dict_next_live(ctx, BELL_DICT_AT(ctx, a0), a1 + 1) < 0;
  if (ctx->fault != 0) return;
  if (last) {
    bell_dict_erase_last(ctx, a0, a1);
  } else {
    bell_dict_erase(ctx, a0, a1);
  }
}

int64_t bell_dict_remove(bell_ctx *ctx, bell_word a0, bell_word a1) {
  return charge_key(ctx, BELL_DICT_AT(ctx, a0), a1) && bell_dict_take(ctx, a0, a1);
}

void bell_dict_clear(bell_ctx *ctx, bell_word a0) { bell_dict_empty(ctx, BELL_DICT_AT(ctx, a0)); }

bell_word bell_dict_copy(bell_ctx *ctx, bell_word a0) {
  const bell_dict *from = BELL_DICT_AT(ctx, a0);
  if (!bell_charge(ctx, from->live)) return 0;
  bell_ref ref = bell_dict_make(ctx, from->head.type, from->head.aux, from->live);
  if (ref == 0) return 0;
  bell_dict *dict = BELL_DICT_AT(ctx, ref);
  if (from->live == from->used && from->capacity != dict->capacity && from->live > 0) { /* the places know the hashes */
    bell_move_long(ctx, bell_at(ctx, dict->entries), bell_at(ctx, from->entries), (uint64_t)(from->used * BELL_DICT_STRIDE) * 8);
    if (ctx->fault != 0) return 0;
    probe_table old = table_of(ctx, from), table = table_of(ctx, dict);
    for (uint64_t i = 0; i <= old.mask; i++) {
      if (!bell_goes_on(ctx, i, 1)) return 0;
      if (old.places[i] == 0) continue;
      if (!put_place(ctx, table, old.places[i])) return 0;
    }
    dict->live = dict->used = from->used;
    return ref;
  }
  if (from->live == from->used && from->capacity == dict->capacity) {
    bell_move_long(ctx, bell_at(ctx, dict->index), bell_at(ctx, from->index),
                   dict->entries - dict->index + (uint64_t)(from->used * BELL_DICT_STRIDE) * 8);
    dict->live = dict->used = from->used;
    return ref;
  }
  bell_root_push(ctx, ref);
  for (int64_t at = 0; ctx->fault == 0 && (at = bell_dict_next_live(ctx, from, at)) >= 0; at++) { /* there is room: nothing is reserved, so nothing moves */
    const bell_word *entry = bell_dict_entry(ctx, from, at);
    bell_put_rooted(ctx, ref, from, entry[0], entry[1]);
  }
  bell_root_pop(ctx, 1);
  return ctx->fault == 0 ? ref : 0;
}

int64_t bell_dict_eq(bell_ctx *ctx, bell_word a0, bell_word a1) {
  return bell_charge(ctx, 2 * BELL_DICT_AT(ctx, a0)->live) && bell_objects_equal(ctx, a0, a1, 0);
}
