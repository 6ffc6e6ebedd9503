/* Lists: the ops list.* except comparing and sorting. Extra fuel is charged as ir/charges.py says, before the work. */
#include "runtime/list.h"

#include "runtime/order.h"
#include "runtime/ops.h"
#include "runtime/str.h"

#define COMPARED_WORK 8 /* nanoseconds for an element that is not what is looked for */
#define GENTLE_BYTES ((uint64_t)1 << 20) /* buffers double up to this size, then grow by a quarter */
#define CAPACITY_MIN 4
#define KEPT_MAX 8 /* elements that a list keeps room for when it is cleared */
#define REPEATED_MAX 2048 /* elements copied at once by list.repeat */
#define ITEM_WORK 4 /* nanoseconds to copy one into memory that is new */

static uint64_t payload_bytes(uint64_t width, int64_t capacity) { return BELL_ROUND((uint64_t)capacity * width); }

bell_ref bell_list_make(bell_ctx *ctx, uint32_t type, uint8_t class_, int64_t capacity) {
  if (capacity > BELL_LIST_MAX) capacity = BELL_LIST_MAX; /* beyond every limit */
  uint64_t width = class_ == BELL_CLASS_BOOL ? 1 : 8, payload = capacity > 0 ? payload_bytes(width, capacity) : 0;
  if (!bell_heap_reserve(ctx, sizeof(bell_list) + (payload ? sizeof(bell_buffer) + payload : 0))) return 0;
  bell_ref ref = bell_heap_take(ctx, sizeof(bell_list), BELL_LIST, class_, type);
  bell_list *list = BELL_LIST_AT(ctx, ref);
  list->length = list->capacity = 0;
  list->data = 0;
  if (payload) {
    bell_ref buffer = bell_heap_take(ctx, sizeof(bell_buffer) + payload, BELL_BUFFER, 0, 0);
    ((bell_buffer *)bell_at(ctx, buffer))->size = payload;
    list->data = buffer + sizeof(bell_buffer);
    list->capacity = (int64_t)(payload / width);
  }
  return ref;
}

bool bell_list_ensure(bell_ctx *ctx, bell_ref ref, int64_t needed) {
  bell_list *list = BELL_LIST_AT(ctx, ref);
  if (ref == 0) return bell_fault(ctx, 1201);
  if (needed <= list->capacity) return true;
  if (needed > BELL_LIST_MAX) needed = BELL_LIST_MAX;
  uint64_t width = bell_list_width(list), old = payload_bytes(width, list->capacity), least = payload_bytes(width, needed);
  uint64_t payload = old + (old < GENTLE_BYTES ? old : old / 4), first = payload_bytes(width, CAPACITY_MIN);
  if (payload < first) payload = first;
  payload = BELL_ROUND(payload < least ? least : payload);
  bell_ref buffer = list->data - sizeof(bell_buffer);
  if (list->data == 0 || !bell_heap_extend(ctx, buffer, sizeof(bell_buffer) + old, sizeof(bell_buffer) + payload)) {
    if (!bell_heap_reserve(ctx, sizeof(bell_buffer) + payload)) return false;
    bell_ref made = bell_heap_take(ctx, sizeof(bell_buffer) + payload, BELL_BUFFER, 0, 0);
    if (list->data != 0) {
      bell_move_long(ctx, ctx->base + made + sizeof(bell_buffer), ctx->base + list->data, (uint64_t)list->length * width);
      bell_heap_give_back(ctx, buffer, sizeof(bell_buffer) + old);
    }
    buffer = made;
  }
  ((bell_buffer *)bell_at(ctx, buffer))->size = payload;
  list->data = buffer + sizeof(bell_buffer);
  list->capacity = (int64_t)(payload / width);
  return true;
}

bool bell_list_grow(bell_ctx *ctx, bell_ref ref) { return bell_list_ensure(ctx, ref, BELL_LIST_AT(ctx, ref)->length + 1); }

/* The place an index means, or -1 when there is none. */
static int64_t place_of(const bell_list *list, int64_t index) {
  if (index < 0) index += list->length; /* cannot overflow: the length is not negative */
  return index >= 0 && index < list->length ? index : -1;
}

/* A bound of a slice or search of step 1, clamped to 0..length. */
static int64_t clamp(int64_t bound, int64_t absent, int64_t length) {
  if (bound == BELL_ABSENT) return absent;
  if (bound < 0) bound += length;
  return bound < 0 ? 0 : bound > length ? length : bound;
}

/* a * b, or INT64_MAX where that is too large: for charges. Neither is negative. */
static int64_t saturating_product(int64_t a, int64_t b) {
  int64_t product;
  return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

bell_word bell_list_new(bell_ctx *ctx, uint32_t type, int64_t a1) {
  int64_t capacity = a1 < 0 ? 0 : a1;
  if (!bell_charge(ctx, capacity / 4)) return 0;
  return bell_list_make(ctx, type, ctx->types[type].item_class, capacity);
}

bell_word bell_list_of(bell_ctx *ctx, uint32_t type, const bell_word *words, int64_t count) {
  bell_ref ref = bell_list_make(ctx, type, ctx->types[type].item_class, count);
  if (ref == 0) return 0;
  bell_list *list = BELL_LIST_AT(ctx, ref);
  for (int64_t i = 0; i < count; i++) bell_list_store(ctx, list, i, words[i]);
  list->length = count;
  return ref;
}

/* Take the element at a place out. */
static void close_gap(bell_ctx *ctx, bell_list *list, int64_t place) {
  bell_list_move(ctx, list, place, list, place + 1, list->length - place - 1);
  list->length--;
}

bell_word bell_list_pop(bell_ctx *ctx, bell_word a0, int64_t a1) {
  bell_list *list = BELL_LIST_AT(ctx, a0);
  if (list->length == 0) return bell_fault(ctx, 706);
  int64_t place = place_of(list, a1);
  if (place < 0) return bell_fault(ctx, 701);
  if (!bell_charge(ctx, (list->length - 1 - place) / 16)) return 0;
  bell_word word = bell_list_load(ctx, list, place);
  close_gap(ctx, list, place);
  return word;
}

void bell_list_delete(bell_ctx *ctx, bell_word a0, int64_t a1) {
  bell_list *list = BELL_LIST_AT(ctx, a0);
  int64_t place = place_of(list, a1);
  if (place < 0) {
    bell_fault(ctx, 701);
    return;
  }
  if (bell_charge(ctx, (list->length - 1 - place) / 16)) close_gap(ctx, list, place);
}

void bell_list_insert(bell_ctx *ctx, bell_word a0, int64_t a1, bell_word a2) {
  bell_list *list = BELL_LIST_AT(ctx, a0);
  int64_t place = clamp(a1, 0, list->length);
  if (!bell_charge(ctx, (list->length - place) / 16) || !bell_list_ensure(ctx, a0, list->length + 1)) return;
  bell_list_move(ctx, list, place + 1, list, place, list->length - place);
  bell_list_store(ctx, list, place, a2);
  list->length++;
}

void bell_list_extend(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_list *list = BELL_LIST_AT(ctx, a0);
  const bell_list *more = BELL_LIST_AT(ctx, a1); /* may be the same list */
  int64_t count = more->length;
  if (!bell_charge(ctx, count / 4) || !bell_list_ensure(ctx, a0, list->length + count)) return;
  bell_list_move(ctx, list, list->length, more, 0, count);
  list->length += count;
}

bell_word bell_list_concat(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_list *first = BELL_LIST_AT(ctx, a0), *second = BELL_LIST_AT(ctx, a1);
  int64_t count = first->length + second->length;
  if (!bell_charge(ctx, count / 4)) return 0;
  bell_ref ref = bell_list_make(ctx, first->head.type, (uint8_t)first->head.aux, count);
  if (ref == 0) return 0;
  bell_list *list = BELL_LIST_AT(ctx, ref);
  bell_list_move(ctx, list, 0, first, 0, first->length);
  bell_list_move(ctx, list, first->length, second, 0, second->length);
  list->length = count;
  return ref;
}

/* The first `length` items of a list with room for `count`, again and again: what is there doubles, then repeats as much as the cache holds. */
static void repeat_items(bell_ctx *ctx, bell_list *list, int64_t length, int64_t count) {
  int64_t most = length < REPEATED_MAX ? REPEATED_MAX - REPEATED_MAX % length : length;
  for (int64_t done = length; done < count;) {
    int64_t part = done < count - done ? done : count - done;
    if (part > most) part = most;
    bell_list_move(ctx, list, done, list, 0, part);
    done += part;
    if (!bell_work(ctx, part * ITEM_WORK)) return;
  }
  list->length = count;
}

bell_word bell_list_repeat(bell_ctx *ctx, bell_word a0, int64_t a1) {
  const bell_list *one = BELL_LIST_AT(ctx, a0);
  int64_t count = saturating_product(one->length, a1 < 0 ? 0 : a1);
  if (!bell_charge(ctx, count / 4)) return 0;
  bell_ref ref = bell_list_make(ctx, one->head.type, (uint8_t)one->head.aux, count);
  if (ref == 0 || count == 0) return ref;
  bell_list *list = BELL_LIST_AT(ctx, ref);
  bell_list_move(ctx, list, 0, one, 0, one->length);
  repeat_items(ctx, list, one->length, count);
  return ctx->fault == 0 ? ref : 0;
}

void bell_list_repeat_itself(bell_ctx *ctx, bell_ref ref, int64_t times) {
  bell_list *list = BELL_LIST_AT(ctx, ref);
  int64_t length = list->length, count = saturating_product(length, times < 0 ? 0 : times);
  if (!bell_charge(ctx, count / 4)) return;
  if (count == 0) {
    bell_list_clear(ctx, ref);
    return;
  }
  if (!bell_list_ensure(ctx, ref, count)) return;
  repeat_items(ctx, list, length, count);
}

bell_word bell_list_slice(bell_ctx *ctx, bell_word a0, int64_t a1, int64_t a2, int64_t a3) {
  const bell_list *whole = BELL_LIST_AT(ctx, a0);
  int64_t start = a1, stop = a2, step = a3 == BELL_ABSENT ? 1 : a3;
  if (step == 0) return bell_fault(ctx, 714);
  int64_t count = bell_slice_clamp(whole->length, &start, &stop, step);
  if (!bell_charge(ctx, count / 4)) return 0;
  bell_ref ref = bell_list_make(ctx, whole->head.type, (uint8_t)whole->head.aux, count);
  if (ref == 0) return 0;
  bell_list *list = BELL_LIST_AT(ctx, ref);
  if (step == 1) {
    bell_list_move(ctx, list, 0, whole, start, count);
  } else {
    for (int64_t i = 0; i < count; i++) {
      bell_list_store(ctx, list, i, bell_list_load(ctx, whole, start + i * step));
      if (!bell_goes_on(ctx, (uint64_t)i, 2)) return 0;
    }
  }
  list->length = count;
  return ref;
}

int64_t bell_list_search(bell_ctx *ctx, const bell_list *list, bell_word word, int64_t from, int64_t to) {
  uint8_t class_ = (uint8_t)list->head.aux;
  const bell_word *words = bell_at(ctx, list->data);
  if (class_ == BELL_CLASS_INT) {
    for (int64_t i = from; i < to; i++) {
      if (words[i] == word) return i;
      if (!bell_goes_on(ctx, (uint64_t)i, 1)) return -1;
    }
    return -1;
  }
  if (class_ == BELL_CLASS_FLOAT && bell_float(word) == bell_float(word)) { /* no nan, which could meet one */
    for (int64_t i = from; i < to; i++) {
      if (bell_float(words[i]) == bell_float(word)) return i;
      if (!bell_goes_on(ctx, (uint64_t)i, 1)) return -1;
    }
    return -1;
  }
  if (class_ == BELL_CLASS_BOOL) {
    for (int64_t at = from; at < to; at += (int64_t)BELL_BLOCK) {
      int64_t size = to - at < (int64_t)BELL_BLOCK ? to - at : (int64_t)BELL_BLOCK;
      const void *found = memchr((const uint8_t *)words + at, (int)word, (size_t)size);
      if (found != NULL) return (const uint8_t *)found - (const uint8_t *)words;
      if (!bell_work(ctx, size / 8)) return -1;
    }
    return -1;
  }
  for (int64_t i = from; i < to && i < list->length; i++) { /* comparing may change it */
    if (bell_items_equal(ctx, class_, bell_list_load(ctx, list, i), class_, word, 0)) return i;
    if (ctx->fault != 0 || !bell_work(ctx, COMPARED_WORK)) return -1;
  }
  return -1;
}

/* The end of a search: a list of what may be records can become longer meanwhile. */
static int64_t end_of(const bell_list *list) { return list->head.aux >= BELL_CLASS_REF ? INT64_MAX : list->length; }

int64_t bell_list_contains(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  return bell_charge(ctx, list->length / 4) && bell_list_search(ctx, list, a1, 0, end_of(list)) >= 0;
}

int64_t bell_list_find(bell_ctx *ctx, bell_word a0, bell_word a1, int64_t a2, int64_t a3) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  if (!bell_charge(ctx, list->length / 4)) return 0;
  return bell_list_search(ctx, list, a1, clamp(a2, 0, list->length), a3 == BELL_ABSENT ? end_of(list) : clamp(a3, list->length, list->length));
}

int64_t bell_list_count(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  if (!bell_charge(ctx, list->length / 4)) return 0;
  int64_t count = 0;
  for (int64_t at = 0; (at = bell_list_search(ctx, list, a1, at, end_of(list))) >= 0; at++, count++) {
    if (!bell_work(ctx, COMPARED_WORK)) break;
  }
  return count;
}

void bell_list_reverse(bell_ctx *ctx, bell_word a0) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  if (!bell_charge(ctx, list->length / 8)) return;
  for (int64_t i = 0, j = list->length - 1; i < j; i++, j--) {
    bell_word word = bell_list_load(ctx, list, i);
    bell_list_store(ctx, list, i, bell_list_load(ctx, list, j));
    bell_list_store(ctx, list, j, word);
    if (!bell_goes_on(ctx, (uint64_t)i, 2)) return;
  }
}

void bell_list_clear(bell_ctx *ctx, bell_word a0) {
  bell_list *list = BELL_LIST_AT(ctx, a0);
  if (list->data == 0) return;
  list->length = 0;
  if (list->capacity <= KEPT_MAX) return; /* what holds a variable of a closure is cleared and appended to at each assignment */
  bell_heap_give_back(ctx, list->data - sizeof(bell_buffer), sizeof(bell_buffer) + payload_bytes(bell_list_width(list), list->capacity));
  list->capacity = 0;
  list->data = 0;
}

bell_word bell_list_from_str(bell_ctx *ctx, bell_word a0) {
  const bell_str *str = BELL_STR_AT(ctx, a0);
  int64_t length = str->length;
  if (!bell_charge(ctx, length / 2)) return 0;
  int64_t made = 0; /* characters that have no shared string */
  if (str->head.aux > 1) {
    for (int64_t i = 0; i < length; i++) {
      made += bell_str_code(ctx, str, (uint64_t)i) > 255;
      if (!bell_goes_on(ctx, (uint64_t)i, 1)) return 0;
    }
  }
  /* Everything at once: list, buffer, strings. What each takes is then certain to be there. */
  uint64_t payload = payload_bytes(8, length), each = bell_str_bytes(1, 4);
  if (!bell_heap_reserve(ctx, sizeof(bell_list) + sizeof(bell_buffer) + payload + (uint64_t)made * each)) return 0;
  bell_ref ref = bell_list_make(ctx, ctx->heap->class_lists[BELL_CLASS_STR], BELL_CLASS_STR, length);
  bell_list *list = BELL_LIST_AT(ctx, ref);
  for (int64_t i = 0; i < length; i++) {
    uint32_t code = bell_str_code(ctx, str, (uint64_t)i);
    bell_ref character = ctx->characters + (uint64_t)code * BELL_CHARACTER_STRIDE;
    if (code > 255) {
      character = bell_str_alloc(ctx, 1, code);
      void *data = bell_at(ctx, BELL_STR_AT(ctx, character)->data);
      if (code < 0x10000) {
        *(uint16_t *)data = (uint16_t)code;
      } else {
        *(uint32_t *)data = code;
      }
    }
    bell_list_store(ctx, list, i, character);
    if (!bell_goes_on(ctx, (uint64_t)i, 8)) return 0;
  }
  list->length = length;
  return ref;
}

bell_word bell_list_range(bell_ctx *ctx, int64_t a0, int64_t a1, int64_t a2) {
  if (a2 == 0) return bell_fault(ctx, 601);
  uint64_t count = 0;
  if (a2 > 0 && a0 < a1) count = ((uint64_t)a1 - (uint64_t)a0 - 1) / (uint64_t)a2 + 1;
  if (a2 < 0 && a0 > a1) count = ((uint64_t)a0 - (uint64_t)a1 - 1) / (0 - (uint64_t)a2) + 1;
  if (!bell_charge(ctx, (int64_t)(count / 4))) return 0;
  bell_ref ref = bell_list_make(ctx, ctx->heap->class_lists[BELL_CLASS_INT], BELL_CLASS_INT,
                                count > (uint64_t)BELL_LIST_MAX ? BELL_LIST_MAX : (int64_t)count);
  if (ref == 0) return 0;
  bell_list *list = BELL_LIST_AT(ctx, ref);
  bell_word *words = bell_at(ctx, list->data);
  for (uint64_t at = 0; at < count; at += BELL_BLOCK) {
    uint64_t end = count - at < BELL_BLOCK ? count : at + BELL_BLOCK;
    for (uint64_t i = at; i < end; i++) words[i] = (uint64_t)a0 + i * (uint64_t)a2;
    if (!bell_work(ctx, (int64_t)BELL_BLOCK * 4)) return 0;
  }
  list->length = (int64_t)count;
  return ref;
}

int64_t bell_list_sum_int(bell_ctx *ctx, bell_word a0) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  if (!bell_charge(ctx, list->length / 4)) return 0;
  const int64_t *ints = bell_at(ctx, list->data);
  int64_t total = 0;
  for (int64_t i = 0; i < list->length; i++) {
    if (!bell_goes_on(ctx, (uint64_t)i, 1)) return 0;
    if (__builtin_add_overflow(total, ints[i], &total)) return (int64_t)bell_fault(ctx, 502);
  }
  return total;
}

double bell_list_sum_float(bell_ctx *ctx, bell_word a0) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  if (!bell_charge(ctx, list->length / 4)) return 0;
  const double *floats = bell_at(ctx, list->data);
  double total = 0;
  for (int64_t i = 0; i < list->length; i++) {
    total += floats[i];
    if (!bell_goes_on(ctx, (uint64_t)i, 1)) return 0;
  }
  return total;
}
