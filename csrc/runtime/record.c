/* Records: making them, and reading the shapes of their fields. */
#include "runtime/record.h"

#include "runtime/ops.h"

bell_word bell_record_new(bell_ctx *ctx, uint32_t type, const bell_word *words, int64_t count) {
  uint64_t bytes = sizeof(bell_head) + (uint64_t)count * 8;
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_RECORD, 0, type);
  if (count > 0) memcpy(BELL_TUPLE_AT(ctx, ref)->slots, words, (uint64_t)count * 8);
  return ref;
}

int64_t bell_record_is(bell_ctx *ctx, bell_word a0, uint32_t type) { return bell_record_derives(ctx, a0, type); }

bell_word bell_record_to(bell_ctx *ctx, bell_word a0, uint32_t type) { return bell_record_derives(ctx, a0, type) ? a0 : bell_fault(ctx, 309); }

uint32_t bell_shape_skip(const char **shape, uint32_t *slot) {
  uint32_t first = *slot;
  switch (*(*shape)++) {
  case 'v':
    ++*slot;
    break;
  case 'r':
  case '#':
    *slot += 3;
    break;
  case '?':
    ++*slot;
    bell_shape_skip(shape, slot);
    break;
  case '(':
    while (**shape != ')') bell_shape_skip(shape, slot);
    ++*shape;
    break;
  default: break; /* 'n' */
  }
  return *slot - first;
}
