/* Range objects: BELL_RANGE, three ints. The values are start, start + step, ... before stop. */
#ifndef BELL_RANGE_H
#define BELL_RANGE_H

#include "runtime/heap.h"

typedef struct { bell_head head; int64_t start, stop, step; } bell_range; /* 32 bytes; step is not 0 */
#define BELL_RANGE_AT(ctx, ref) ((bell_range *)bell_at(ctx, ref))

/* How many values range(start, stop, step) has: up to 2**64 - 1. */
static inline uint64_t bell_range_length(int64_t start, int64_t stop, int64_t step) {
  if (step > 0) return start < stop ? ((uint64_t)stop - (uint64_t)start - 1) / (uint64_t)step + 1 : 0;
  return start > stop ? ((uint64_t)start - (uint64_t)stop - 1) / (0 - (uint64_t)step) + 1 : 0;
}
static inline uint64_t bell_range_count(const bell_range *range) { return bell_range_length(range->start, range->stop, range->step); }

/* The value at a place below the length. */
static inline int64_t bell_range_value(const bell_range *range, uint64_t place) {
  return (int64_t)((uint64_t)range->start + place * (uint64_t)range->step);
}

/* Whether the range has the value; its place in *place. */
bool bell_range_find(const bell_range *range, int64_t value, uint64_t *place);

/* The same values in the same order. */
bool bell_ranges_equal(const bell_range *a, const bell_range *b);

/* Reserves; 0 on a fault. */
bell_ref bell_range_make(bell_ctx *ctx, int64_t start, int64_t stop, int64_t step);

#endif
