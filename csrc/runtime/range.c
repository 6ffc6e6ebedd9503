#include "runtime/range.h"

#include "runtime/ops.h"

bell_ref bell_range_make(bell_ctx *ctx, int64_t start, int64_t stop, int64_t step) {
  if (!bell_heap_reserve(ctx, sizeof(bell_range))) return 0;
  bell_ref ref = bell_heap_take(ctx, sizeof(bell_range), BELL_RANGE, 0, 0);
  bell_range *range = BELL_RANGE_AT(ctx, ref);
  range->start = start;
  range->stop = stop;
  range->step = step;
  return ref;
}

bell_word bell_any_range(bell_ctx *ctx, int64_t a0, int64_t a1, int64_t a2) {
  return a2 == 0 ? bell_fault(ctx, 601) : bell_range_make(ctx, a0, a1, a2);
}

bool bell_range_find(const bell_range *range, int64_t value, uint64_t *place) {
  if (range->step > 0 ? value < range->start || value >= range->stop : value > range->start || value <= range->stop) return false;
  uint64_t distance = range->step > 0 ? (uint64_t)value - (uint64_t)range->start : (uint64_t)range->start - (uint64_t)value;
  uint64_t step = range->step > 0 ? (uint64_t)range->step : 0 - (uint64_t)range->step;
  *place = distance / step;
  return distance % step == 0;
}

bool bell_ranges_equal(const bell_range *a, const bell_range *b) {
  uint64_t length = bell_range_count(a);
  if (length != bell_range_count(b)) return false;
  return length == 0 || (a->start == b->start && (length == 1 || a->step == b->step));
}
