/* See guard.h. */
#include "runtime/guard.h"

#include <stdlib.h>

#include "runtime/context.h"
#include "runtime/epoch.h"

struct bell_guard {
  bool open, is_epoch;
  uint16_t serial;
  uint64_t start, end;   /* bytes of the region that were copied: from the globals on, up to what was in use */
  uint64_t bits_end;     /* bytes of the bitmap, from its beginning */
  uint8_t bookkeeping[offsetof(bell_heap, temporaries)];
  uint8_t copy[BELL_GUARD_COPY_MAX + BELL_GUARD_COPY_MAX / 128 + 64];
};

/* Whether a collection is likely to make what is in use small enough for a copy, and is not begun too often. */
static bool is_worth_collecting(const bell_heap *heap) {
  uint64_t since = (uint64_t)heap->spent + (heap->cursor - heap->hole_start);
  return heap->founded && since >= BELL_GUARD_COPY_MAX / 2 && heap->live < BELL_GUARD_COPY_MAX / 2;
}

static uint64_t in_use(bell_heap *heap) {
  bell_heap_reach(heap, heap->cursor);
  return heap->high;
}

/* A collection outside of any call: there is no time that it could use up. */
static void collect(bell_ctx *ctx) {
  bell_poll_fn poll = ctx->poll;
  int64_t deadline = ctx->deadline_ns;
  ctx->poll = NULL;
  ctx->deadline_ns = 0;
  ctx->fault = 0;
  ctx->roots_top = ctx->roots_base;
  ctx->fault_text = ctx->raised = ctx->iteration_value = 0;
  ctx->heap->temporary_count = 0;
  bell_collect(ctx);
  ctx->heap->high = ctx->heap->reached = ctx->heap->mark_high; /* behind it no bit is set, and what was there is nobody's */
  ctx->poll = poll;
  ctx->deadline_ns = deadline;
}

bool bell_guard_begin(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  struct bell_guard *guard = heap->guard;
  if (guard == NULL) {
    guard = heap->guard = malloc(sizeof *guard);
    if (guard == NULL) return false;
    guard->open = false;
  }
  assert(!guard->open);
  uint64_t start = (uint64_t)((uint8_t *)ctx->globals - ctx->base);
  if (in_use(heap) - start > BELL_GUARD_COPY_MAX && is_worth_collecting(heap)) collect(ctx);
  uint64_t end = in_use(heap);
  guard->is_epoch = end - start > BELL_GUARD_COPY_MAX;
  if (guard->is_epoch) return guard->open = bell_epoch_begin(ctx);
  guard->open = true;
  guard->start = start;
  guard->end = end;
  guard->bits_end = (end >> 10) * 8 + 8;
  guard->serial = ctx->serial;
  memcpy(guard->bookkeeping, heap, sizeof guard->bookkeeping);
  memcpy(guard->copy, ctx->base + start, end - start);
  memcpy(guard->copy + (end - start), heap->bits, guard->bits_end);
  return true;
}

void bell_guard_rollback(bell_ctx *ctx) {
  struct bell_guard *guard = ctx->heap->guard;
  assert(guard->open);
  guard->open = false;
  if (guard->is_epoch) {
    bell_epoch_rollback(ctx);
    return;
  }
  uint64_t bytes = guard->end - guard->start;
  memcpy(ctx->base + guard->start, guard->copy, bytes);
  memcpy(ctx->heap->bits, guard->copy + bytes, guard->bits_end);
  bell_epoch_put_back(ctx, guard->bookkeeping, guard->serial, guard->end, guard->bits_end);
}

void bell_guard_commit(bell_ctx *ctx) {
  struct bell_guard *guard = ctx->heap->guard;
  assert(guard->open);
  guard->open = false;
  if (guard->is_epoch) bell_epoch_commit(ctx);
  bell_epoch_settle(ctx);
}

void bell_guard_destroy(bell_ctx *ctx) {
  free(ctx->heap->guard);
  ctx->heap->guard = NULL;
}
