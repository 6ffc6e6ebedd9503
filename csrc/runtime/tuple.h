/* Tuples and records: slots of words, their number and classes by the type.
 *
 * A tuple that was made while running by code that does not know its length has type 0: slot 0 is its
 * length, and the slots behind it are words of class any. */
#ifndef BELL_TUPLE_H
#define BELL_TUPLE_H

#include "runtime/bell.h"

/* Slots of the object, including the length of a tuple of type 0. */
static inline int64_t bell_tuple_words(const bell_ctx *ctx, const bell_tuple *tuple) {
  return tuple->head.type != 0 ? (int64_t)ctx->types[tuple->head.type].slot_count : (int64_t)tuple->slots[0] + 1;
}

static inline int64_t bell_tuple_length(const bell_ctx *ctx, const bell_tuple *tuple) {
  return tuple->head.type != 0 ? (int64_t)ctx->types[tuple->head.type].slot_count : (int64_t)tuple->slots[0];
}

/* The words of the elements, bell_tuple_length() of them. */
static inline bell_word *bell_tuple_items(bell_tuple *tuple) { return tuple->head.type != 0 ? tuple->slots : tuple->slots + 1; }

static inline uint8_t bell_tuple_class(const bell_ctx *ctx, const bell_tuple *tuple, int64_t index) {
  return tuple->head.type != 0 ? ctx->types[tuple->head.type].slot_classes[index] : (uint8_t)BELL_CLASS_ANY;
}

/* A tuple of type 0 of `count` words of class any, which must be rooted where they stand. Reserves. Returns 0 on a fault. */
bell_ref bell_tuple_of_any(bell_ctx *ctx, const bell_word *words, int64_t count);

#endif
