/* Lists for the rest of the runtime and the slow paths of engines. Layout in bell.h: elements are words, of class bool bytes. */
#ifndef BELL_LIST_H
#define BELL_LIST_H

#include "runtime/heap.h"

#define BELL_LIST_MAX ((int64_t)1 << 40) /* elements: more are asked for only to fail */

static inline uint64_t bell_list_width(const bell_list *list) { return list->head.aux == BELL_CLASS_BOOL ? 1 : 8; }

static inline bell_word bell_list_load(const bell_ctx *ctx, const bell_list *list, int64_t index) {
  const uint8_t *data = ctx->base + list->data;
  return list->head.aux == BELL_CLASS_BOOL ? data[index] : ((const bell_word *)data)[index];
}

static inline void bell_list_store(const bell_ctx *ctx, const bell_list *list, int64_t index, bell_word word) {
  uint8_t *data = ctx->base + list->data;
  if (list->head.aux == BELL_CLASS_BOOL) {
    data[index] = (uint8_t)word;
  } else {
    ((bell_word *)data)[index] = word;
  }
}

/* Copy elements from one list to another of the same class, or within one. When the run is to end, what is long stays half done: the fault says it. */
static inline void bell_list_move(bell_ctx *ctx, const bell_list *to, int64_t at, const bell_list *from, int64_t first, int64_t count) {
  uint64_t width = bell_list_width(to);
  if (count > 0)
    bell_move_long(ctx, ctx->base + to->data + (uint64_t)at * width, ctx->base + from->data + (uint64_t)first * width, (uint64_t)count * width);
}

/* Bounds of a slice, BELL_ABSENT where there is none, as slice.indices() makes them; gives how many elements it selects. `step` is not 0. */
static inline int64_t bell_slice_clamp(int64_t length, int64_t *start, int64_t *stop, int64_t step) {
  int64_t low = step < 0 ? -1 : 0, high = step < 0 ? length - 1 : length; /* a negative step walks from high to low */
  if (*start == BELL_ABSENT) {
    *start = step < 0 ? high : low;
  } else {
    if (*start < 0) *start += length;
    *start = *start < low ? low : *start > high ? high : *start;
  }
  if (*stop == BELL_ABSENT) {
    *stop = step < 0 ? low : high;
  } else {
    if (*stop < 0) *stop += length;
    *stop = *stop < low ? low : *stop > high ? high : *stop;
  }
  if (step > 0) return *start < *stop ? (*stop - *start - 1) / step + 1 : 0;
  return *start > *stop ? (int64_t)((uint64_t)(*start - *stop - 1) / (0 - (uint64_t)step) + 1) : 0;
}

/* The first place from `from` on, before `to`, whose element equals the word of the list's class; -1 if there is none, or on a fault. Charges what
 * comparing costs beyond the elements themselves. */
int64_t bell_list_search(bell_ctx *ctx, const bell_list *list, bell_word word, int64_t from, int64_t to);

/* Room for `needed` elements. The list must be rooted. Returns false on a fault. */
bool bell_list_ensure(bell_ctx *ctx, bell_ref ref, int64_t needed);

/* Replace the slice of a list by the elements of another of its class, which may be the list itself; both are rooted. Charges nothing. A slice with
 * a step other than 1 takes as many elements as it selects: fault E0719. Returns false on a fault. */
bool bell_list_splice(bell_ctx *ctx, bell_ref ref, bell_ref values, int64_t start, int64_t stop, int64_t step);
/* Remove the slice. Charges nothing. */
void bell_list_cut(bell_ctx *ctx, bell_ref ref, int64_t start, int64_t stop, int64_t step);
/* What list.set_slice and list.del_slice charge: for elements that move. `count` is the number of new elements. */
int64_t bell_splice_units(const bell_list *list, int64_t count, int64_t start, int64_t stop, int64_t step);
int64_t bell_cut_units(const bell_list *list, int64_t start, int64_t stop, int64_t step);

/* Repeat the elements in place. The list is rooted. */
void bell_list_repeat_itself(bell_ctx *ctx, bell_ref ref, int64_t times);

/* Room for one more element, which list.append stores itself. The list must be rooted. Returns false on a fault. */
bool bell_list_grow(bell_ctx *ctx, bell_ref ref);

/* An empty list with room for `capacity` elements, of a type of the module or (0) of an element class only. Reserves. 0 on a fault. */
bell_ref bell_list_make(bell_ctx *ctx, uint32_t type, uint8_t class_, int64_t capacity);

#endif
