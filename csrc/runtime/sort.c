/* list.sort: as CPython 3.11's, comparison by comparison.
 *
 * Ints, and floats without -0.0 and nan, are sorted by radix: equal ones cannot be told apart. All else is merged as CPython merges (Tim Peters'
 * Objects/listsort.txt, with the order of powersort), on pairs of a key and the word; the key orders most pairs without looking at the objects. So what depends
 * on the pairs that are compared is the same: where a nan stands, what functions of the program see that compare, what comes of comparisons that contradict each
 * other, and how the items stand after one that ended with a fault.
 *
 * Descending is: reverse, sort, reverse. */
#include "runtime/call.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/raise.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/str_copy.h"
#include "runtime/tuple.h"

#define RUN_MAX 64    /* runs shorter than a number between half of this and this are made longer */
#define GALLOP_MIN 7  /* wins in a row of one run after which a merge looks for its next place by leaps */
#define RUNS_MAX 64   /* powers on the stack grow from bottom to top, and are at most 63 */
#define RADIX_MIN 128 /* shorter lists are sorted by insertion and merging */

#define BLOCK 4096    /* items that are moved, or counted, between two counts of work */
#define LOOKED_AT 1024 /* objects between two looks at the clock where each is looked into, which waits for memory: */
#define LOOK_WORK 64
#define STR_WORK 64    /* nanoseconds for comparing two strings, beyond their characters */
#define ITEM_WORK 8   /* nanoseconds that take an item where it belongs, next to what comparing takes */

typedef struct { uint64_t key; bell_word word; } item; /* a key is less only where its word is */

typedef enum { BY_KEY, BY_KEY_THEN_STR, BY_KEY_THEN_VALUE } ordering; /* BY_KEY: words of equal keys are equal */

typedef struct {
  bell_ctx *ctx;
  ordering by;
  uint8_t class_;
  bool faulted;
  const bell_word *words; /* list.argsort: what the words of items are places in; else NULL */
} sorter;

#define SIGN ((uint64_t)1 << 63)

static uint64_t int_key(int64_t value) { return (uint64_t)value ^ SIGN; }

/* Floats without nan in the order of the result; -0.0 and 0.0 alike. */
static uint64_t float_key(double value) {
  uint64_t bits = bell_bits(value == 0 ? 0 : value);
  return bits & SIGN ? ~bits : bits | SIGN;
}

/* The first eight characters, most significant first; only of strings of one byte a character. */
static uint64_t str_key(const bell_ctx *ctx, bell_ref ref) {
  const bell_str *str = BELL_STR_AT(ctx, ref);
  const uint8_t *data = bell_str_data(ctx, str);
  uint64_t key = 0;
  uint32_t length = str->length < 8 ? str->length : 8;
  for (uint32_t i = 0; i < length; i++) key |= (uint64_t)data[i] << (56 - 8 * i);
  return key;
}

/* Whether a word has a key of its class; str_key has no meaning next to wider strings. */
static bool has_key(const bell_ctx *ctx, uint8_t class_, bell_word word) {
  switch (class_) {
  case BELL_CLASS_INT:
  case BELL_CLASS_BOOL: return true;
  case BELL_CLASS_FLOAT: return bell_float(word) == bell_float(word);
  case BELL_CLASS_STR: return BELL_STR_AT(ctx, word)->head.aux <= 1;
  default: return false;
  }
}

static uint64_t key_of(const bell_ctx *ctx, uint8_t class_, bell_word word) {
  switch (class_) {
  case BELL_CLASS_FLOAT: return float_key(bell_float(word));
  case BELL_CLASS_STR: return str_key(ctx, word);
  default: return int_key((int64_t)word);
  }
}

/* So many items were moved. Returns false when sorting is over: a fault, or the run is to end. */
static bool go_on(sorter *sort, int64_t items) {
  if (!sort->faulted && !bell_work(sort->ctx, items * ITEM_WORK)) sort->faulted = true;
  return !sort->faulted;
}

static inline bool less(sorter *sort, item a, item b) {
  if (a.key != b.key) return a.key < b.key;
  if (sort->by == BY_KEY) return false;
  if (sort->words != NULL) {
    a.word = sort->words[a.word];
    b.word = sort->words[b.word];
  }
  if (sort->faulted) return false;
  if (sort->by == BY_KEY_THEN_STR) {
    if (a.word == b.word) return false;
    if (!bell_work(sort->ctx, STR_WORK + (int64_t)BELL_STR_AT(sort->ctx, a.word)->length / 16)) sort->faulted = true;
    return bell_str_compare(sort->ctx, a.word, b.word) < 0;
  }
  bool answer = bell_ordered(sort->ctx, BELL_LT, bell_class_value(sort->ctx, sort->class_, a.word),
                             bell_class_value(sort->ctx, sort->class_, b.word), 0, false);
  sort->faulted = sort->ctx->fault != 0;
  return answer;
}

/* Runs that wait to be merged: `power` is that of the border behind them. */
typedef struct { int64_t start, length; int power; } run;

/* A sort by merging under way (ir/list_sort.py, function by function). `spare` has room for the shorter of two runs; a merge leaps when one run has won
 * `patience` times in a row. */
typedef struct {
  sorter *sort;
  item *items, *spare;
  int64_t count, patience, moved;
  run runs[RUNS_MAX];
  int depth;
} merging;

/* Items were moved. False when sorting is over. */
static bool moved(merging *m, int64_t items) {
  m->moved += items;
  if (m->moved < BLOCK) return !m->sort->faulted;
  items = m->moved;
  m->moved = 0;
  return go_on(m->sort, items);
}

static void move_items(merging *m, item *to, const item *from, int64_t count) {
  bell_move_long(m->sort->ctx, (uint8_t *)to, (const uint8_t *)from, (uint64_t)count * sizeof(item));
}

/* So that the count over it is a power of two, or a little less: merges are then even. */
static int64_t shortest_run(int64_t count) {
  int64_t odd = 0;
  for (; count >= RUN_MAX; count >>= 1) odd |= count & 1;
  return count + odd;
}

/* The depth, in the tree of a perfectly even merge, of the border between two runs side by side: the first bit in which their middles differ as fractions of
 * the count (Munro and Wild, "Nearly-Optimal Mergesorts", ESA 2018). */
static int border_power(int64_t start, int64_t first, int64_t second, int64_t count) {
  int64_t left = 2 * start + first, right = left + first + second;
  for (int depth = 1;; depth++) {
    if (left >= count) {
      left -= count;
      right -= count;
    } else if (right >= count) {
      return depth;
    }
    left *= 2;
    right *= 2;
  }
}

/* Length of the run that starts at items[start]; a strictly descending one is turned round. 0 when sorting is over. */
static int64_t find_run(merging *m, int64_t start) {
  sorter *sort = m->sort;
  item *items = m->items + start;
  int64_t count = m->count - start;
  if (count < 2) return count;
  int64_t end = 2;
  bool descending = less(sort, items[1], items[0]);
  while (end < count && less(sort, items[end], items[end - 1]) == descending) {
    if ((++end & (BLOCK - 1)) == 0 && !go_on(sort, BLOCK)) return 0;
  }
  if (sort->faulted) return 0;
  if (descending) {
    for (int64_t i = 0, j = end - 1; i < j; i++, j--) {
      item swapped = items[i];
      items[i] = items[j];
      items[j] = swapped;
    }
  }
  return end;
}

/* Extend a sorted run to `count` items by binary insertion. False when sorting is over. */
static bool insert(merging *m, item *items, int64_t sorted, int64_t count) {
  for (int64_t i = sorted; i < count; i++) {
    item taken = items[i];
    int64_t low = 0, high = i;
    while (low < high) {
      int64_t middle = low + (high - low) / 2;
      if (less(m->sort, taken, items[middle])) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    if (m->sort->faulted) return false;
    memmove(items + low + 1, items + low, (uint64_t)(i - low) * sizeof(item));
    items[low] = taken;
  }
  return moved(m, count);
}

/* Whether an item stands before the place of the key: before those that equal it, or behind them. */
static inline bool is_before(sorter *sort, item key, item other, bool behind) { return behind ? !less(sort, key, other) : less(sort, other, key); }

/* The place of the key in a run: found by leaps of 1, 3, 7 ... from `hint`, then by halving. -1 when sorting is over. */
static inline int64_t place_of(merging *m, item key, const item *items, int64_t count, int64_t hint, bool behind) {
  sorter *sort = m->sort;
  int64_t near = 0, far = 1, low, high;
  if (is_before(sort, key, items[hint], behind)) {
    int64_t most = count - hint;
    for (; far < most && !sort->faulted && is_before(sort, key, items[hint + far], behind); far = 2 * far + 1) near = far;
    low = hint + near + 1;
    high = hint + (far < most ? far : most);
  } else {
    int64_t most = hint + 1;
    for (; far < most && !sort->faulted && !is_before(sort, key, items[hint - far], behind); far = 2 * far + 1) near = far;
    low = hint - (far < most ? far : most) + 1;
    high = hint - near;
  }
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (is_before(sort, key, items[middle], behind)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return sort->faulted ? -1 : high;
}

static int64_t before_equals(merging *m, item key, const item *items, int64_t count, int64_t hint) { return place_of(m, key, items, count, hint, false); }
static int64_t behind_equals(merging *m, item key, const item *items, int64_t count, int64_t hint) { return place_of(m, key, items, count, hint, true); }

/* Merge items[0..first) with the `second` ones behind them from the low end. The first of the second run is known to come first and the last of the first one
 * last, unless comparisons contradict each other. Whatever happens, all items are there in the end, as they stand where CPython's sort ends. */
static void merge_up(merging *m, item *items, int64_t first, int64_t second) {
  sorter *sort = m->sort;
  const item *left = m->spare, *right = items + first;
  item *to = items;
  move_items(m, m->spare, items, first);
  *to++ = *right++;
  second--;
  while (second > 0 && first > 1) {
    int64_t wins_left = 0, wins_right = 0;
    while (wins_left < m->patience && wins_right < m->patience) {
      bool is_less = less(sort, *right, *left);
      if (sort->faulted || !moved(m, 1)) goto end;
      if (is_less) {
        *to++ = *right++;
        wins_right++;
        wins_left = 0;
        if (--second == 0) goto end;
      } else {
        *to++ = *left++;
        wins_left++;
        wins_right = 0;
        if (--first == 1) goto end;
      }
    }
    m->patience++;
    do {
      m->patience -= m->patience > 1;
      wins_left = behind_equals(m, *right, left, first, 0);
      if (wins_left < 0 || !moved(m, wins_left + 2)) goto end;
      move_items(m, to, left, wins_left);
      to += wins_left;
      left += wins_left;
      first -= wins_left;
      if (wins_left > 0 && first <= 1) goto end;
      *to++ = *right++;
      if (--second == 0) goto end;
      wins_right = before_equals(m, *left, right, second, 0);
      if (wins_right < 0 || !moved(m, wins_right)) goto end;
      move_items(m, to, right, wins_right);
      to += wins_right;
      right += wins_right;
      second -= wins_right;
      if (second == 0) goto end;
      *to++ = *left++;
      if (--first == 1) goto end;
    } while (wins_left >= GALLOP_MIN || wins_right >= GALLOP_MIN);
    m->patience++; /* leaping did not pay */
  }
end:
  if (first == 1) { /* it belongs behind all the others */
    move_items(m, to, right, second);
    to[second] = *left;
  } else {
    move_items(m, to, left, first);
  }
}

/* The same from the high end. */
static void merge_down(merging *m, item *items, int64_t first, int64_t second) {
  sorter *sort = m->sort;
  const item *left = items + first, *right = m->spare + second; /* behind what is left of both */
  item *to = items + first + second;
  move_items(m, m->spare, items + first, second);
  *--to = *--left;
  first--;
  while (first > 0 && second > 1) {
    int64_t wins_left = 0, wins_right = 0;
    while (wins_left < m->patience && wins_right < m->patience) {
      bool is_less = less(sort, right[-1], left[-1]);
      if (sort->faulted || !moved(m, 1)) goto end;
      if (is_less) {
        *--to = *--left;
        wins_left++;
        wins_right = 0;
        if (--first == 0) goto end;
      } else {
        *--to = *--right;
        wins_right++;
        wins_left = 0;
        if (--second == 1) goto end;
      }
    }
    m->patience++;
    do {
      m->patience -= m->patience > 1;
      int64_t place = behind_equals(m, right[-1], left - first, first, first - 1);
      if (place < 0) goto end;
      wins_left = first - place;
      to -= wins_left;
      left -= wins_left;
      move_items(m, to, left, wins_left);
      first = place;
      if (!moved(m, wins_left + 2) || first == 0) goto end;
      *--to = *--right;
      if (--second == 1) goto end;
      place = before_equals(m, left[-1], right - second, second, second - 1);
      if (place < 0) goto end;
      wins_right = second - place;
      to -= wins_right;
      right -= wins_right;
      move_items(m, to, right, wins_right);
      second = place;
      if (!moved(m, wins_right) || (wins_right > 0 && second <= 1)) goto end;
      *--to = *--left;
      if (--first == 0) goto end;
    } while (wins_left >= GALLOP_MIN || wins_right >= GALLOP_MIN);
    m->patience++;
  }
end:
  if (second == 1) { /* it belongs before all the others */
    move_items(m, to - first, left - first, first);
    to[-first - 1] = right[-1];
  } else {
    move_items(m, to - second, right - second, second);
  }
}

/* Merge a run with the next one. What of the first is in place already, and what of the second, stays out of it. */
static void merge_at(merging *m, int at) {
  run *a = &m->runs[at], b = m->runs[at + 1];
  item *start = m->items + a->start, *middle = m->items + b.start;
  int64_t first = a->length;
  a->length += b.length;
  for (int i = at + 1; i + 1 < m->depth; i++) m->runs[i] = m->runs[i + 1];
  m->depth--;
  int64_t in_place = behind_equals(m, *middle, start, first, 0);
  if (in_place < 0 || in_place == first) return;
  start += in_place;
  first -= in_place;
  int64_t second = before_equals(m, middle[-1], middle, b.length, b.length - 1);
  if (second <= 0) return;
  if (first <= second) {
    merge_up(m, start, first, second);
  } else {
    merge_down(m, start, first, second);
  }
}

/* Sort items, comparing the pairs that CPython 3.11 compares, in its order; `spare` has room for half of them. After a fault the items stand as CPython's do. */
static void merge_sort(sorter *sort, item *items, int64_t count, item *spare) {
  merging merge = {.sort = sort, .items = items, .spare = spare, .count = count, .patience = GALLOP_MIN}, *m = &merge;
  int64_t shortest = shortest_run(count);
  for (int64_t at = 0; at < count;) {
    int64_t length = find_run(m, at);
    if (length == 0) return;
    if (length < shortest) {
      int64_t wanted = count - at < shortest ? count - at : shortest;
      if (!insert(m, items + at, length, wanted)) return;
      length = wanted;
    }
    if (m->depth > 0) {
      const run *before = &m->runs[m->depth - 1];
      int power = border_power(before->start, before->length, length, count);
      while (m->depth > 1 && m->runs[m->depth - 2].power > power) {
        merge_at(m, m->depth - 2);
        if (sort->faulted) return;
      }
      m->runs[m->depth - 1].power = power;
    }
    m->runs[m->depth++] = (run){at, length, 0};
    at += length;
  }
  while (m->depth > 1 && !sort->faulted) {
    int at = m->depth - 2;
    if (at > 0 && m->runs[at - 1].length < m->runs[at + 1].length) at--;
    merge_at(m, at);
  }
}

/* Sort unsigned words by bytes, the least significant first; a byte that all have in common is passed over. Returns false when the run is to end. */
static bool radix_sort(bell_ctx *ctx, uint64_t *words, int64_t count, uint64_t *spare) {
  static const int DIGITS = 8;
  int64_t counts[8][256];
  memset(counts, 0, sizeof counts);
  for (int64_t i = 0; i < count; i++) {
    for (int digit = 0; digit < DIGITS; digit++) counts[digit][words[i] >> (8 * digit) & 255]++;
    if ((i & (BLOCK - 1)) == BLOCK - 1 && !bell_work(ctx, BLOCK * ITEM_WORK)) return false;
  }
  uint64_t *from = words, *to = spare;
  for (int digit = 0; digit < DIGITS; digit++) {
    int64_t *places = counts[digit];
    if (places[words[0] >> (8 * digit) & 255] == count) continue;
    int64_t sum = 0;
    for (int value = 0; value < 256; value++) {
      int64_t here = places[value];
      places[value] = sum;
      sum += here;
    }
    for (int64_t at = 0; at < count; at += BLOCK) {
      int64_t end = count - at < BLOCK ? count : at + BLOCK;
      for (int64_t i = at; i < end; i++) to[places[from[i] >> (8 * digit) & 255]++] = from[i];
      if (!bell_work(ctx, (end - at) * ITEM_WORK)) return false;
    }
    uint64_t *swapped = from;
    from = to;
    to = swapped;
  }
  if (from != words) bell_move_long(ctx, (uint8_t *)words, (const uint8_t *)from, (uint64_t)count * 8);
  return ctx->fault == 0;
}

static void reverse_words(bell_ctx *ctx, bell_word *words, int64_t count) {
  for (int64_t i = 0, j = count - 1; i < j; i++, j--) {
    bell_word swapped = words[i];
    words[i] = words[j];
    words[j] = swapped;
    if (!bell_goes_on(ctx, (uint64_t)i, 2)) return;
  }
}

static bool is_sorted(bell_ctx *ctx, const uint64_t *words, int64_t count) {
  for (int64_t i = 1; i < count; i++) {
    if (words[i] < words[i - 1] || !bell_goes_on(ctx, (uint64_t)i, 1)) return false;
  }
  return true;
}

/* Temporary memory, counted against the limit; the list is rooted by the caller. 0 on a fault. */
static bell_ref take_temporary(bell_ctx *ctx, uint64_t bytes) {
  if (!bell_heap_reserve(ctx, BELL_ROUND(sizeof(bell_buffer) + bytes))) return 0;
  bell_ref buffer = bell_heap_take(ctx, sizeof(bell_buffer) + bytes, BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, buffer))->size = bytes;
  return buffer;
}

static void sort_bools(bell_ctx *ctx, const bell_list *list, bool descending) {
  uint8_t *bytes = bell_at(ctx, list->data);
  int64_t trues = 0;
  for (int64_t i = 0; i < list->length; i++) {
    trues += bytes[i];
    if (!bell_goes_on(ctx, (uint64_t)i, 1)) return;
  }
  int64_t first = descending ? trues : list->length - trues;
  (void)(bell_str_fill_blocks(ctx, bytes, 1, (uint64_t)first, descending) && bell_str_fill_blocks(ctx, bytes + first, 1, (uint64_t)(list->length - first), !descending));
}

/* Words whose keys say all about them: keys in, sorted, words out. */
static void sort_by_radix(bell_ctx *ctx, const bell_list *list, bool descending) {
  uint64_t *words = bell_at(ctx, list->data);
  int64_t count = list->length;
  bool floats = list->head.aux == BELL_CLASS_FLOAT;
  for (int64_t i = 0; i < count; i++) {
    words[i] = floats ? float_key(bell_float(words[i])) : int_key((int64_t)words[i]);
    if ((i & (BLOCK - 1)) == BLOCK - 1 && !bell_work(ctx, BLOCK)) return; /* the list is spoilt, and nobody sees it any more */
  }
  if (!is_sorted(ctx, words, count)) {
    bell_ref buffer = take_temporary(ctx, (uint64_t)count * 8);
    if (buffer != 0) {
      if (!radix_sort(ctx, words, count, bell_at(ctx, buffer + sizeof(bell_buffer)))) return;
      bell_heap_give_back(ctx, buffer, sizeof(bell_buffer) + (uint64_t)count * 8);
    }
  }
  for (int64_t i = 0; i < count; i++) { /* also after a fault that a program can catch */
    if ((i & (BLOCK - 1)) == BLOCK - 1) bell_work(ctx, BLOCK);
    words[i] = floats ? (words[i] & SIGN ? words[i] ^ SIGN : ~words[i]) : words[i] ^ SIGN;
  }
  if (descending && ctx->fault == 0) reverse_words(ctx, words, count);
}

/* How to order the list's words: sets sort->by, and *slot to the tuple slot the keys are taken from, -1 for the words themselves, -2 for no
 * keys. */
static void choose(sorter *sort, const bell_list *list, int *slot) {
  const bell_ctx *ctx = sort->ctx;
  const bell_word *words = bell_at(ctx, list->data);
  uint8_t class_ = sort->class_;
  *slot = -1;
  bool all = true;
  if (class_ >= BELL_CLASS_REF && bell_may_call(ctx)) { /* the order of comparisons can be seen: the words themselves are compared */
    sort->by = BY_KEY_THEN_VALUE;
    *slot = -2;
    return;
  }
  switch (class_) {
  case BELL_CLASS_REF: {
    /* Tuples of one type are ordered by their first slot, mostly. */
    sort->by = BY_KEY_THEN_VALUE;
    *slot = -2;
    const bell_head *first = BELL_HEAD_AT(ctx, words[0]);
    if (first->kind != BELL_TUPLE || first->type == 0 || ctx->types[first->type].slot_count == 0) return;
    uint8_t slot_class = ctx->types[first->type].slot_classes[0];
    for (int64_t i = 0; i < list->length && all; i++) {
      all = BELL_HEAD_AT(ctx, words[i])->type == first->type && has_key(ctx, slot_class, BELL_TUPLE_AT(ctx, words[i])->slots[0]);
      if ((i & (LOOKED_AT - 1)) == LOOKED_AT - 1 && !go_on(sort, LOOKED_AT * LOOK_WORK / ITEM_WORK)) return;
    }
    if (all) *slot = 0;
    return;
  }
  case BELL_CLASS_STR:
    sort->by = BY_KEY_THEN_STR;
    for (int64_t i = 0; i < list->length && all; i++) {
      all = has_key(ctx, class_, words[i]);
      if ((i & (LOOKED_AT - 1)) == LOOKED_AT - 1 && !go_on(sort, LOOKED_AT * LOOK_WORK / ITEM_WORK)) return;
    }
    if (!all) *slot = -2;
    return;
  case BELL_CLASS_ANY:
    sort->by = BY_KEY_THEN_VALUE;
    *slot = -2;
    return;
  case BELL_CLASS_FLOAT:
    for (int64_t i = 0; i < list->length && all; i++) {
      all = has_key(ctx, class_, words[i]);
      if ((i & (BLOCK - 1)) == BLOCK - 1 && !go_on(sort, BLOCK)) return;
    }
    sort->by = all ? BY_KEY : BY_KEY_THEN_VALUE;
    if (!all) *slot = -2;
    return;
  default: sort->by = BY_KEY;
  }
}

/* What the list's words are sorted by is written to `items`, for a descending order from the last to the first: (key, word), or with `places` (key,
 * place). False when the run is to end. */
static bool fill(sorter *sort, const bell_list *list, item *items, bool descending, bool places) {
  const bell_ctx *ctx = sort->ctx;
  int64_t count = list->length;
  int slot;
  choose(sort, list, &slot);
  for (int64_t i = 0; i < count; i++) {
    int64_t place = descending ? count - 1 - i : i;
    bell_word word = bell_list_load(ctx, list, place);
    uint64_t key = 0;
    if (slot == -1) {
      key = key_of(ctx, sort->class_, word);
    } else if (slot >= 0) {
      const bell_tuple *tuple = BELL_TUPLE_AT(ctx, word);
      key = key_of(ctx, ctx->types[tuple->head.type].slot_classes[slot], tuple->slots[slot]);
    }
    items[i] = (item){key, places ? (bell_word)place : word};
    if (slot == -2 || sort->class_ < BELL_CLASS_STR) {
      if ((i & (BLOCK - 1)) == BLOCK - 1 && !go_on(sort, BLOCK)) return false;
    } else if ((i & (LOOKED_AT - 1)) == LOOKED_AT - 1 && !go_on(sort, LOOKED_AT * LOOK_WORK / ITEM_WORK)) {
      return false;
    }
  }
  return !sort->faulted;
}

static uint64_t items_bytes(int64_t count) { return (uint64_t)(count + count / 2 + 1) * sizeof(item); }

static void sort_by_merging(bell_ctx *ctx, const bell_list *list, bool descending) {
  int64_t count = list->length;
  sorter sort = {.ctx = ctx, .class_ = (uint8_t)list->head.aux};
  bell_ref buffer = take_temporary(ctx, items_bytes(count));
  if (buffer == 0) return;
  bell_word *words = bell_at(ctx, list->data);
  item *items = bell_at(ctx, buffer + sizeof(bell_buffer));
  if (fill(&sort, list, items, descending, false)) {
    merge_sort(&sort, items, count, items + count);
    for (int64_t i = 0; i < count; i++) words[descending ? count - 1 - i : i] = items[i].word;
  }
  bell_heap_give_back(ctx, buffer, sizeof(bell_buffer) + items_bytes(count));
}

/* The same where comparing may run functions of the program. Those see an empty list, as in CPython; when they have put anything into it, that is lost and a
 * ValueError, and the list is sorted all the same. */
static void sort_calling(bell_ctx *ctx, bell_ref ref, bool descending) {
  bell_list *list = BELL_LIST_AT(ctx, ref);
  int64_t count = list->length;
  sorter sort = {.ctx = ctx, .class_ = (uint8_t)list->head.aux};
  bell_ref held = bell_list_make(ctx, list->head.type, (uint8_t)list->head.aux, 0);
  bell_root_push(ctx, held);
  bell_ref buffer = held == 0 ? 0 : take_temporary(ctx, items_bytes(count));
  bell_root_push(ctx, buffer);
  if (buffer != 0) {
    bell_list *kept = BELL_LIST_AT(ctx, held);
    kept->length = count;
    kept->capacity = list->capacity;
    kept->data = list->data;
    list->length = list->capacity = 0;
    list->data = 0;
    bell_word *words = bell_at(ctx, kept->data);
    item *items = bell_at(ctx, buffer + sizeof(bell_buffer));
    if (fill(&sort, kept, items, descending, false)) {
      bell_unpaid(ctx); /* the functions pay for themselves */
      merge_sort(&sort, items, count, items + count);
      bell_paid_again(ctx);
      for (int64_t i = 0; i < count; i++) words[descending ? count - 1 - i : i] = items[i].word;
    }
    bool changed = list->length != 0;
    list->length = kept->length;
    list->capacity = kept->capacity;
    list->data = kept->data;
    kept->length = kept->capacity = 0; /* a buffer has one owner */
    kept->data = 0;
    if (changed) bell_raise(ctx, 791, "list modified during sort");
  }
  bell_root_pop(ctx, 2);
}

/* n*b/2 units and b times the weights of the elements, b the bits of n: what no comparison charges again. */
static bool charge(bell_ctx *ctx, const bell_list *list) {
  int64_t count = list->length, bits = count > 0 ? 64 - __builtin_clzll((uint64_t)count) : 0;
  uint8_t class_ = (uint8_t)list->head.aux;
  if (!bell_charge(ctx, count * bits / 2)) return false;
  if (class_ < BELL_CLASS_STR) return true;
  const bell_word *words = bell_at(ctx, list->data);
  for (int64_t i = 0; i < count; i++) {
    if (!bell_charge_weight(ctx, class_, words[i], bits, 0)) return false;
    if ((i & (LOOKED_AT - 1)) == LOOKED_AT - 1 && !bell_work(ctx, LOOKED_AT * LOOK_WORK)) return false;
  }
  return true;
}

/* A float whose key does not say all about it: -0.0, or nan. */
static bool has_odd_floats(bell_ctx *ctx, const bell_list *list) {
  const bell_word *words = bell_at(ctx, list->data);
  for (int64_t i = 0; i < list->length; i++) {
    if (words[i] == SIGN || bell_float(words[i]) != bell_float(words[i]) || !bell_goes_on(ctx, (uint64_t)i, 1)) return true;
  }
  return false;
}

void bell_list_sort(bell_ctx *ctx, bell_word a0, int64_t a1) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  if (!charge(ctx, list) || list->length < 2) return;
  uint8_t class_ = (uint8_t)list->head.aux;
  if (class_ == BELL_CLASS_BOOL) {
    sort_bools(ctx, list, a1 != 0);
  } else if (class_ >= BELL_CLASS_REF && bell_may_call(ctx)) {
    sort_calling(ctx, a0, a1 != 0);
  } else if (list->length >= RADIX_MIN && (class_ == BELL_CLASS_INT || (class_ == BELL_CLASS_FLOAT && !has_odd_floats(ctx, list)))) {
    sort_by_radix(ctx, list, a1 != 0);
  } else {
    sort_by_merging(ctx, list, a1 != 0);
  }
}

bell_word bell_list_argsort(bell_ctx *ctx, bell_word a0, int64_t a1) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  int64_t count = list->length;
  if (!charge(ctx, list)) return 0;
  bell_ref ref = bell_list_make(ctx, ctx->heap->class_lists[BELL_CLASS_INT], BELL_CLASS_INT, count);
  if (ref == 0) return 0;
  bell_root_push(ctx, ref);
  bool calling = list->head.aux >= BELL_CLASS_REF && bell_may_call(ctx);
  bell_ref held = calling ? bell_list_make(ctx, list->head.type, (uint8_t)list->head.aux, count) : a0; /* functions of the program may change the list */
  bell_root_push(ctx, held);
  bell_ref buffer = held == 0 ? 0 : take_temporary(ctx, items_bytes(count));
  bell_root_push(ctx, buffer);
  if (buffer != 0) {
    if (calling) {
      bell_list_move(ctx, BELL_LIST_AT(ctx, held), 0, list, 0, count);
      BELL_LIST_AT(ctx, held)->length = count;
    }
    list = BELL_LIST_AT(ctx, held);
    sorter sort = {.ctx = ctx, .class_ = (uint8_t)list->head.aux, .words = bell_at(ctx, list->data)};
    bell_list *places = BELL_LIST_AT(ctx, ref);
    item *items = bell_at(ctx, buffer + sizeof(bell_buffer));
    if (count > 0 && fill(&sort, list, items, a1 != 0, true)) {
      if (calling) bell_unpaid(ctx);
      merge_sort(&sort, items, count, items + count);
      if (calling) bell_paid_again(ctx);
      for (int64_t i = 0; i < count; i++) bell_list_store(ctx, places, a1 ? count - 1 - i : i, items[i].word);
      places->length = count;
    }
    bell_heap_give_back(ctx, buffer, sizeof(bell_buffer) + items_bytes(count));
  }
  bell_root_pop(ctx, 3);
  return ctx->fault == 0 ? ref : 0;
}
