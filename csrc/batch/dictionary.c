#include "batch/dictionary.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
  SHORT_MAX = 16,         /* bytes of a text that an entry holds whole */
  PROBES_MAX = 64,        /* longest run of taken entries that is searched */
  FIRST_BITS = 10,        /* entries at the start: 2**10 */
  TRIED_ROWS = 1 << 14,   /* rows before the share of new texts counts */
};

/* A text: its first 16 bytes, or 8 bytes and a hash of all of it when it is longer. `number` is -1 in a free entry. */
typedef struct { uint64_t low, high; uint32_t length; int32_t number; } entry;

struct bell_dictionary {
  entry *entries;
  unsigned bits; /* there are 2**bits entries, at most half of them taken */
  uint32_t count, texts_max;
  uint64_t *ends; /* [count] where texts end in `bytes` */
  uint32_t ends_room;
  uint8_t *bytes;
  uint64_t bytes_used, bytes_room, bytes_max;
};

static const uint64_t MIX_LOW = 0x9E3779B97F4A7C15u, MIX_HIGH = 0xC2B2AE3D27D4EB4Fu;

static entry *new_entries(unsigned bits) {
  size_t count = (size_t)1 << bits;
  entry *entries = calloc(count, sizeof(entry));
  for (size_t i = 0; entries != NULL && i < count; i++) entries[i].number = -1;
  return entries;
}

bell_dictionary *bell_dictionary_create(uint32_t texts_max, uint64_t bytes_max) {
  bell_dictionary *d = calloc(1, sizeof *d);
  if (d == NULL) return NULL;
  d->texts_max = texts_max < 1u << 24 ? texts_max : 1u << 24;
  d->bytes_max = bytes_max;
  d->bits = FIRST_BITS;
  d->entries = new_entries(d->bits);
  if (d->entries == NULL) {
    free(d);
    return NULL;
  }
  return d;
}

void bell_dictionary_free(bell_dictionary *d) {
  if (d == NULL) return;
  free(d->entries);
  free(d->ends);
  free(d->bytes);
  free(d);
}

uint32_t bell_dictionary_count(const bell_dictionary *d) { return d->count; }

const uint8_t *bell_dictionary_text(const bell_dictionary *d, uint32_t number, uint32_t *length) {
  uint64_t start = number == 0 ? 0 : d->ends[number - 1];
  *length = (uint32_t)(d->ends[number] - start);
  return d->bytes == NULL ? (const uint8_t *)"" : d->bytes + start;
}

__extension__ typedef unsigned __int128 wide;

/* Where the search for a key starts: the upper bits of a product, folded, into which every bit of the key went. */
static inline size_t place_of(uint64_t low, uint64_t high, uint32_t length, unsigned bits) {
  wide product = (wide)(low ^ MIX_LOW) * (high ^ MIX_HIGH ^ length);
  return (size_t)(((uint64_t)product ^ (uint64_t)(product >> 64)) >> (64 - bits));
}

static bool grow_entries(bell_dictionary *d) {
  unsigned bits = d->bits + 1;
  entry *entries = new_entries(bits);
  if (entries == NULL) return false;
  size_t mask = ((size_t)1 << bits) - 1;
  for (size_t i = 0; i < (size_t)1 << d->bits; i++) {
    entry *old = &d->entries[i];
    if (old->number < 0) continue;
    size_t place = place_of(old->low, old->high, old->length, bits);
    while (entries[place].number >= 0) place = (place + 1) & mask;
    entries[place] = *old;
  }
  free(d->entries);
  d->entries = entries;
  d->bits = bits;
  return true;
}

static bool has_room(bell_dictionary *d, uint32_t length) {
  if (d->count >= d->texts_max || length > d->bytes_max - d->bytes_used) return false;
  if (d->count == d->ends_room) {
    uint32_t room = d->ends_room == 0 ? 256 : d->ends_room * 2;
    uint64_t *ends = realloc(d->ends, room * sizeof *ends);
    if (ends == NULL) return false;
    d->ends = ends;
    d->ends_room = room;
  }
  if (length > d->bytes_room - d->bytes_used) {
    uint64_t room = d->bytes_room * 2 + length + 1024;
    uint8_t *bytes = realloc(d->bytes, room);
    if (bytes == NULL) return false;
    d->bytes = bytes;
    d->bytes_room = room;
  }
  return (uint64_t)d->count * 2 < (uint64_t)1 << d->bits || grow_entries(d);
}

/* The number of a key, appended when it is new; -1 when there is no room for it. */
static int32_t find(bell_dictionary *d, uint64_t low, uint64_t high, const uint8_t *text, uint32_t length) {
  size_t mask = ((size_t)1 << d->bits) - 1, place = place_of(low, high, length, d->bits);
  for (int probes = 0; d->entries[place].number >= 0; probes++, place = (place + 1) & mask) {
    entry *e = &d->entries[place];
    if (e->low == low && e->high == high && e->length == length) {
      uint32_t known_length;
      if (length <= SHORT_MAX || memcmp(bell_dictionary_text(d, (uint32_t)e->number, &known_length), text, length) == 0) return e->number;
    }
    if (probes == PROBES_MAX) return -1;
  }
  unsigned bits = d->bits;
  if (!has_room(d, length)) return -1;
  if (bits != d->bits) {
    mask = ((size_t)1 << d->bits) - 1;
    place = place_of(low, high, length, d->bits);
    while (d->entries[place].number >= 0) place = (place + 1) & mask;
  }
  if (length > 0) memcpy(d->bytes + d->bytes_used, text, length);
  d->bytes_used += length;
  d->ends[d->count] = d->bytes_used;
  d->entries[place] = (entry){low, high, length, (int32_t)d->count};
  return (int32_t)d->count++;
}

/* Which of 16 bytes count, by length. */
static const uint64_t MASKS[SHORT_MAX + 1][2] = {
  {0, 0}, {0xff, 0}, {0xffff, 0}, {0xffffff, 0}, {0xffffffff, 0}, {0xffffffffff, 0}, {0xffffffffffff, 0}, {0xffffffffffffff, 0},
  {UINT64_MAX, 0}, {UINT64_MAX, 0xff}, {UINT64_MAX, 0xffff}, {UINT64_MAX, 0xffffff}, {UINT64_MAX, 0xffffffff}, {UINT64_MAX, 0xffffffffff},
  {UINT64_MAX, 0xffffffffffff}, {UINT64_MAX, 0xffffffffffffff}, {UINT64_MAX, UINT64_MAX},
};

static void long_key(const uint8_t *text, uint32_t length, uint64_t *low, uint64_t *high) {
  memcpy(low, text, 8);
  uint64_t hash = length, word;
  uint32_t i = 8;
  for (; i + 8 <= length; i += 8) {
    memcpy(&word, text + i, 8);
    hash = (hash ^ word) * MIX_LOW;
    hash ^= hash >> 31;
  }
  memcpy(&word, text + length - 8, 8); /* the rest, and some of it again */
  hash = (hash ^ word) * MIX_HIGH;
  *high = hash ^ hash >> 29;
}

static inline int32_t encode(bell_dictionary *d, const uint8_t *text, uint32_t length, bool readable) {
  uint64_t low, high;
  if (length > SHORT_MAX) {
    long_key(text, length, &low, &high);
    return find(d, low, high, text, length);
  }
  if (readable) {
    memcpy(&low, text, 8);
    memcpy(&high, text + 8, 8);
    low &= MASKS[length][0];
    high &= MASKS[length][1];
  } else {
    uint64_t words[2] = {0, 0};
    if (length > 0) memcpy(words, text, length);
    low = words[0];
    high = words[1];
  }
  const entry *e = &d->entries[place_of(low, high, length, d->bits)];
  if (e->low == low && e->high == high && e->length == length && e->number >= 0) return e->number;
  return find(d, low, high, text, length);
}

/* The loop for one width of offsets. `safe` is the last place at which 16 bytes can be read. */
#define ENCODE(name, offset_type)                                                                                                          \
  int64_t name(bell_dictionary *d, const offset_type *offsets, const uint8_t *bytes, uint64_t size, int64_t rows, int32_t *numbers) {      \
    int64_t safe = size >= SHORT_MAX ? (int64_t)(size - SHORT_MAX) : -1;                                                                   \
    int64_t allowed = (int64_t)d->count + TRIED_ROWS / 4;                                                                                  \
    offset_type start = offsets[0];                                                                                                        \
    if (start < 0) return 0;                                                                                                               \
    for (int64_t i = 0; i < rows; i++) {                                                                                                   \
      offset_type end = offsets[i + 1];                                                                                                    \
      if (end < start || (uint64_t)end > size || (uint64_t)(end - start) > UINT32_MAX) return i;                                           \
      int32_t number = encode(d, bytes + start, (uint32_t)(end - start), start <= safe);                                                   \
      if (number < 0) return i;                                                                                                            \
      numbers[i] = number;                                                                                                                 \
      if (number >= allowed) { /* new, and beyond what any start may bring */                                                              \
        if (i > TRIED_ROWS && (number - allowed) * 4 > i) return i;                                                                        \
      }                                                                                                                                    \
      start = end;                                                                                                                         \
    }                                                                                                                                      \
    return rows;                                                                                                                           \
  }

ENCODE(bell_dictionary_encode32, int32_t)
ENCODE(bell_dictionary_encode64, int64_t)

int32_t bell_numbers_dense(int32_t *numbers, int64_t rows, int32_t *renumbered, int32_t *order) {
  int32_t found = 0;
  for (int64_t i = 0; i < rows; i++) {
    int32_t old = numbers[i];
    if (renumbered[old] < 0) {
      renumbered[old] = found;
      order[found++] = old;
    }
    numbers[i] = renumbered[old];
  }
  return found;
}
