/* Dicts and sets: entries in the order they were added, and a table of places that finds them by hash (the compact dict of Hettinger).
 *
 * One BELL_BUFFER holds, from `index` on, 2**k places of 8 bytes, then, from `entries` on, `capacity` entries, then a bit for each entry, set
 * when it was removed. `index` is 0 as long as nothing was added.
 *
 *   place   0 when free, else (hash << 32) | (entry + 1); probing is linear from the top k bits of the hash, and removing moves what
 *           follows back, so that no place is ever spoiled
 *   entry   key and value, for sets only the key: words of the classes in `aux`; all words of a removed entry are 0
 *
 * `used` counts entries with the removed ones, `live` without. An entry keeps its position until an addition finds all `capacity` entries used: then
 * they move together. Positions given by bell_dict_find and bell_dict_next hold until the dict is changed. */
#ifndef BELL_DICT_H
#define BELL_DICT_H

#include "runtime/bell.h"

#define BELL_SET_VALUE_CLASS 0 /* sets have no values: as if they were ints */

static inline uint16_t bell_dict_aux(uint8_t key_class, uint8_t value_class) { return (uint16_t)(key_class | value_class << 8); }
static inline uint8_t bell_dict_key_class(const bell_dict *dict) { return (uint8_t)dict->head.aux; }
static inline uint8_t bell_dict_value_class(const bell_dict *dict) { return (uint8_t)(dict->head.aux >> 8); }
static inline int64_t bell_dict_stride(const bell_dict *dict) { return dict->head.kind == BELL_SET ? 1 : 2; } /* words of an entry */

#endif
