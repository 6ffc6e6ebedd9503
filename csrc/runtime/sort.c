/* list.sort: stable, as CPython's, so with the same result wherever the elements are totally ordered.
 *
 * Ints, and floats without -0.0, are sorted by radix: equal ones cannot be told apart. All else goes through a merge sort of the runs that
 * are there (natural merge sort, Knuth 5.2.4; runs shorter than RUN_MIN are made longer by insertion) on pairs of a key and the word; the
 * key orders most pairs without looking at the objects.
 *
 * Where nan stands in CPython's result depends on the pairs its sort compares. Here a comparison that a nan decides is fault E0721. Whether
 * there is one does not depend on the pairs: a sort cannot end without comparing what will be neighbours.
 *
 * The list itself is not touched before the end, so a comparison that faults leaves it as it was. Descending is: reverse, sort, reverse. */
#include "runtime/call.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/raise.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/str_copy.h"
#include "runtime/tuple.h"

#define RUN_MIN 24
#define RADIX_MIN 128 /* shorter lists are sorted by insertion and merging */
#define RUNS_MAX 64   /* lengths on the stack at least double from top to bottom */

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
  if (sort->ctx->fault == 720) sort->ctx->fault = 721; /* two nans, or one: a sort may see either pair first */
  sort->faulted = sort->ctx->fault != 0;
  return answer;
}

/* Length of the run that starts at items[0]; a strictly descending one is turned round. */
static int64_t find_run(sorter *sort, item *items, int64_t count) {
  if (count < 2) return count;
  int64_t end = 2;
  if (less(sort, items[1], items[0])) {
    while (end < count && less(sort, items[end], items[end - 1])) {
      if ((++end & (BLOCK - 1)) == 0 && !go_on(sort, BLOCK)) return end;
    }
    for (int64_t i = 0, j = end - 1; i < j; i++, j--) {
      item swapped = items[i];
      items[i] = items[j];
      items[j] = swapped;
    }
  } else {
    while (end < count && !less(sort, items[end], items[end - 1])) {
      if ((++end & (BLOCK - 1)) == 0 && !go_on(sort, BLOCK)) return end;
    }
  }
  return end;
}

/* Extend a sorted run of `sorted` items to `count` by binary insertion. */
static void insert(sorter *sort, item *items, int64_t sorted, int64_t count) {
  for (int64_t i = sorted; i < count; i++) {
    item moved = items[i];
    int64_t low = 0, high = i;
    while (low < high) {
      int64_t middle = (low + high) / 2;
      if (less(sort, moved, items[middle])) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    memmove(items + low + 1, items + low, (uint64_t)(i - low) * sizeof(item));
    items[low] = moved;
  }
}

/* Merge items[0..middle) with items[middle..count), stably; `spare` has room for the shorter. */
static void merge(sorter *sort, item *items, int64_t middle, int64_t count, item *spare) {
  if (!less(sort, items[middle], items[middle - 1])) return;
  if (middle <= count - middle) {
    memcpy(spare, items, (uint64_t)middle * sizeof(item));
    int64_t left = 0, right = middle, to = 0;
    while (left < middle && right < count) {
      items[to++] = less(sort, items[right], spare[left]) ? items[right++] : spare[left++];
      if ((to & (BLOCK - 1)) == 0 && !go_on(sort, BLOCK)) return;
    }
    memcpy(items + to, spare + left, (uint64_t)(middle - left) * sizeof(item));
  } else {
    int64_t right = count - middle, left = middle, to = count;
    memcpy(spare, items + middle, (uint64_t)right * sizeof(item));
    while (left > 0 && right > 0) {
      items[--to] = less(sort, spare[right - 1], items[left - 1]) ? items[--left] : spare[--right];
      if ((to & (BLOCK - 1)) == 0 && !go_on(sort, BLOCK)) return;
    }
    memcpy(items + left, spare, (uint64_t)right * sizeof(item));
  }
}

static void merge_sort(sorter *sort, item *items, int64_t count, item *spare) {
  struct { int64_t start, length; } runs[RUNS_MAX];
  int depth = 0;
  for (int64_t at = 0; at < count && !sort->faulted;) {
    int64_t length = find_run(sort, items + at, count - at);
    if (length < RUN_MIN) {
      int64_t wanted = count - at < RUN_MIN ? count - at : RUN_MIN;
      insert(sort, items + at, length, wanted);
      if (!go_on(sort, wanted)) return;
      length = wanted;
    }
    runs[depth].start = at;
    runs[depth++].length = length;
    at += length;
    /* Keep every run more than twice as long as the one above it: the stack stays low and no item is moved often. */
    while (depth > 1 && runs[depth - 2].length <= 2 * runs[depth - 1].length) {
      merge(sort, items + runs[depth - 2].start, runs[depth - 2].length, runs[depth - 2].length + runs[depth - 1].length, spare);
      runs[depth - 2].length += runs[depth - 1].length;
      depth--;
    }
  }
  for (; depth > 1 && !sort->faulted; depth--) {
    merge(sort, items + runs[depth - 2].start, runs[depth - 2].length, runs[depth - 2].length + runs[depth - 1].length, spare);
    runs[depth - 2].length += runs[depth - 1].length;
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
  default: sort->by = BY_KEY;
  }
}

/* What the list's words are sorted by is written to `items`, for a descending order from the last to the first: (key, word), or with `places` (key,
 * place). */
static void fill(sorter *sort, const bell_list *list, item *items, bool descending, bool places) {
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
      if ((i & (BLOCK - 1)) == BLOCK - 1 && !go_on(sort, BLOCK)) return;
    } else if ((i & (LOOKED_AT - 1)) == LOOKED_AT - 1 && !go_on(sort, LOOKED_AT * LOOK_WORK / ITEM_WORK)) {
      return;
    }
  }
}

static uint64_t items_bytes(int64_t count) { return (uint64_t)(count + count / 2 + 1) * sizeof(item); }

static void sort_by_merging(bell_ctx *ctx, const bell_list *list, bool descending) {
  int64_t count = list->length;
  sorter sort = {.ctx = ctx, .class_ = (uint8_t)list->head.aux};
  bell_ref buffer = take_temporary(ctx, items_bytes(count));
  if (buffer == 0) return;
  bell_word *words = bell_at(ctx, list->data);
  item *items = bell_at(ctx, buffer + sizeof(bell_buffer));
  fill(&sort, list, items, descending, false);
  merge_sort(&sort, items, count, items + count);
  if (!sort.faulted) {
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
    fill(&sort, kept, items, descending, false);
    bell_unpaid(ctx); /* the functions pay for themselves */
    merge_sort(&sort, items, count, items + count);
    bell_paid_again(ctx);
    if (!sort.faulted) {
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

/* A float whose key is not its own: -0.0. */
static bool has_twins(bell_ctx *ctx, const bell_list *list) {
  const bell_word *words = bell_at(ctx, list->data);
  for (int64_t i = 0; i < list->length; i++) {
    if (words[i] == SIGN || !bell_goes_on(ctx, (uint64_t)i, 1)) return true;
  }
  return false;
}

static bool has_nan(bell_ctx *ctx, const bell_list *list) {
  const bell_word *words = bell_at(ctx, list->data);
  bool any = false;
  for (int64_t i = 0; i < list->length; i++) {
    any |= bell_float(words[i]) != bell_float(words[i]);
    if (!bell_goes_on(ctx, (uint64_t)i, 1)) break;
  }
  return any;
}

void bell_list_sort(bell_ctx *ctx, bell_word a0, int64_t a1) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  if (!charge(ctx, list) || list->length < 2) return;
  uint8_t class_ = (uint8_t)list->head.aux;
  if (class_ == BELL_CLASS_FLOAT && has_nan(ctx, list)) {
    bell_fault(ctx, 721);
  } else if (class_ == BELL_CLASS_BOOL) {
    sort_bools(ctx, list, a1 != 0);
  } else if (class_ >= BELL_CLASS_REF && bell_may_call(ctx)) {
    sort_calling(ctx, a0, a1 != 0);
  } else if (list->length >= RADIX_MIN && (class_ == BELL_CLASS_INT || (class_ == BELL_CLASS_FLOAT && !has_twins(ctx, list)))) {
    sort_by_radix(ctx, list, a1 != 0);
  } else {
    sort_by_merging(ctx, list, a1 != 0);
  }
}

bell_word bell_list_argsort(bell_ctx *ctx, bell_word a0, int64_t a1) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  int64_t count = list->length;
  if (!charge(ctx, list)) return 0;
  if (count > 1 && list->head.aux == BELL_CLASS_FLOAT && has_nan(ctx, list)) return bell_fault(ctx, 721);
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
    if (count > 0) fill(&sort, list, items, a1 != 0, true);
    if (calling) bell_unpaid(ctx);
    merge_sort(&sort, items, count, items + count);
    if (calling) bell_paid_again(ctx);
    for (int64_t i = 0; i < count; i++) bell_list_store(ctx, places, a1 ? count - 1 - i : i, items[i].word);
    places->length = count;
    bell_heap_give_back(ctx, buffer, sizeof(bell_buffer) + items_bytes(count));
  }
  bell_root_pop(ctx, 3);
  return ctx->fault == 0 ? ref : 0;
}
