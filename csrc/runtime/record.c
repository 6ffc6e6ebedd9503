/* Records: making them, and reading the shapes of their fields. */
#include "runtime/record.h"

#include "runtime/ops.h"
#include "runtime/special.h"

/* Whether objects of the class are hashed by identity: they have a number of their own, which repeats after 65535. */
static bool is_by_identity(const bell_ctx *ctx, uint32_t type) {
  uint16_t place = ctx->specials[(ctx->special_rows[type] - 1) * BELL_SPECIAL_COUNT + BELL_SPECIAL_HASH];
  return place != 0 && ctx->types[type].members[place - 1].kind == BELL_MEMBER_OBJECT;
}

bell_word bell_record_new(bell_ctx *ctx, uint32_t type, const bell_word *words, int64_t count) {
  uint64_t bytes = sizeof(bell_head) + (uint64_t)count * 8;
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  uint16_t serial = 0;
  if (ctx->specials != NULL && ctx->special_rows[type] != 0 && is_by_identity(ctx, type)) {
    if (++ctx->serial == 0) ctx->serial = 1;
    serial = ctx->serial;
  }
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_RECORD, serial, type);
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
