/* Tuples: of a type of the module, or joined while running. */
#include "runtime/tuple.h"

#include "runtime/heap.h"
#include "runtime/ops.h"

bell_word bell_tuple_new(bell_ctx *ctx, uint32_t type, const bell_word *words, int64_t count) {
  uint64_t bytes = sizeof(bell_head) + (uint64_t)count * 8;
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_TUPLE, 0, type);
  if (count > 0) bell_move_long(ctx, (uint8_t *)BELL_TUPLE_AT(ctx, ref)->slots, (const uint8_t *)words, (uint64_t)count * 8);
  return ref;
}

bell_ref bell_tuple_of_any(bell_ctx *ctx, const bell_word *words, int64_t count) {
  uint64_t bytes = sizeof(bell_head) + (uint64_t)(count + 1) * 8;
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_TUPLE, 0, 0);
  bell_tuple *tuple = BELL_TUPLE_AT(ctx, ref);
  tuple->slots[0] = (bell_word)count;
  if (count > 0) bell_move_long(ctx, (uint8_t *)(tuple->slots + 1), (const uint8_t *)words, (uint64_t)count * 8);
  return ref;
}
