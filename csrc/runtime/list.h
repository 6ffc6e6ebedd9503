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

/* Room for one more element, which list.append stores itself. The list must be rooted. Returns false on a fault. */
bool bell_list_grow(bell_ctx *ctx, bell_ref ref);

/* An empty list with room for `capacity` elements, of a type of the module or (0) of an element class only. Reserves. 0 on a fault. */
bell_ref bell_list_make(bell_ctx *ctx, uint32_t type, uint8_t class_, int64_t capacity);

#endif
