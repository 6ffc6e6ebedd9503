/* Dicts: entries in the order they were added, and a table of places that finds them by hash (the compact dict of Hettinger). What is inline here
 * serves sets as well, whose table is described in set.h: an entry is a place, its second word a hash.
 *
 * One BELL_BUFFER holds, from `index` on, 2**k places of 8 bytes, then, from `entries` on, `capacity` entries, then a bit for each entry,
 * set when it was removed. `index` is 0 as long as nothing was added.
 *
 *   place   0 when free, else (hash << 32) | (entry + 1); probing is linear from the top k bits of the hash, and removing moves what
 *           follows back, so that no place is ever spoiled
 *   entry   key and value: words of the classes in `aux`; both are 0 in a removed entry
 *
 * `used` counts entries with the removed ones, `live` without. An entry keeps its position until an addition finds all `capacity` entries
 * used: then they move together. Capacities are CPython's, so that a loop that exchanges keys meets the entries that it meets there. Positions given by bell_dict_find and bell_dict_next hold until the dict is changed. */
#ifndef BELL_DICT_H
#define BELL_DICT_H

#include "runtime/bell.h"

#define BELL_SET_VALUE_CLASS 0 /* sets have no values: as if they were ints */

static inline uint16_t bell_dict_aux(uint8_t key_class, uint8_t value_class) { return (uint16_t)(key_class | value_class << 8); }
static inline uint8_t bell_dict_key_class(const bell_dict *dict) { return (uint8_t)dict->head.aux; }
static inline uint8_t bell_dict_value_class(const bell_dict *dict) { return (uint8_t)(dict->head.aux >> 8); }
#define BELL_DICT_STRIDE 2 /* words of an entry */

static inline bell_word *bell_dict_entry(const bell_ctx *ctx, const bell_dict *dict, int64_t position) {
  return (bell_word *)(ctx->base + dict->entries) + position * BELL_DICT_STRIDE;
}

/* Bit i of the words behind the entries: entry i was removed. */
static inline uint64_t *bell_dict_removed(const bell_ctx *ctx, const bell_dict *dict) {
  return (uint64_t *)(ctx->base + dict->entries) + dict->capacity * BELL_DICT_STRIDE;
}

#define BELL_PASSED_WORK 1 /* nanoseconds for a position that is not in use */

/* The last position up to here that is in use, or -1; also when the run is to end. */
static inline int64_t bell_dict_last_live(bell_ctx *ctx, const bell_dict *dict, int64_t position) {
  if (position >= dict->used) position = dict->used - 1;
  if (dict->live == dict->used) return position;
  const uint64_t *removed = bell_dict_removed(ctx, dict);
  for (; position >= 0 && (removed[position >> 6] >> (position & 63) & 1); position--) {
    if (!bell_goes_on(ctx, (uint64_t)position, BELL_PASSED_WORK)) return -1;
  }
  return position;
}

/* The first position from here on that is in use, or -1; also when the run is to end, as passing by what was removed takes long. */
static inline int64_t bell_dict_next_live(bell_ctx *ctx, const bell_dict *dict, int64_t position) {
  if (position < 0) position = 0;
  if (dict->head.kind != BELL_DICT) { /* a set: no hash of an element is -1 */
    if (dict->live == 0) return -1;
    for (; position < dict->capacity && bell_dict_entry(ctx, dict, position)[1] == UINT64_MAX; position++) {
      if (!bell_goes_on(ctx, (uint64_t)position, BELL_PASSED_WORK)) return -1;
    }
    return position < dict->capacity ? position : -1;
  }
  if (dict->live != dict->used) {
    const uint64_t *removed = bell_dict_removed(ctx, dict);
    for (; position < dict->used && (removed[position >> 6] >> (position & 63) & 1); position++) {
      if (!bell_goes_on(ctx, (uint64_t)position, BELL_PASSED_WORK)) return -1;
    }
  }
  return position < dict->used ? position : -1;
}

/* The same of the dict of a reference. */
int64_t bell_dict_next(bell_ctx *ctx, bell_word ref, int64_t position);

/* An empty dict with room for `capacity` entries; type 0 for one known by its classes only. Reserves. 0 on a fault. */
bell_ref bell_dict_make(bell_ctx *ctx, uint32_t type, uint16_t aux, int64_t capacity);

/* The position of the key in a dict or of the element in a set, a word of any class, or -1: not there, or a fault (E0309 for what cannot be a key,
 * E0720 where a nan meets another). Charges nothing. */
int64_t bell_dict_lookup(bell_ctx *ctx, const bell_dict *dict, uint8_t class_, bell_word key);

/* Assign the key of the dict's own class, which must be rooted with the value and the dict. Returns false on a fault. Charges nothing. */
bool bell_dict_put(bell_ctx *ctx, bell_ref ref, bell_word key, bell_word value);

/* The same of an entry of another dict of these classes, which a function of the program may take out of it meanwhile. */
bool bell_put_rooted(bell_ctx *ctx, bell_ref ref, const bell_dict *from, bell_word key, bell_word value);

/* The same where the key is not there, and the position of its entry; -1 on a fault. */
int64_t bell_dict_put_default(bell_ctx *ctx, bell_ref ref, bell_word key, bell_word value);

/* Remove the entry at a position that is in use. */
void bell_dict_erase(bell_ctx *ctx, bell_ref ref, int64_t position);

/* The same of the last: its position is free for the next addition then, with those of removed ones behind it. */
void bell_dict_erase_last(bell_ctx *ctx, bell_ref ref, int64_t position);

/* Remove the key of the dict's own class; was it there? Charges nothing. */
bool bell_dict_take(bell_ctx *ctx, bell_ref ref, bell_word key);

/* Empty it. */
void bell_dict_empty(bell_ctx *ctx, bell_dict *dict);

#endif
