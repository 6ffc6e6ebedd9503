/* What a module does only where it was compiled for it: passes through loops and events that wait are counted against their limits, and sites of allocations noted. */
#include "runtime/heap.h"
#include "runtime/ops.h"

void bell_loop_pass(bell_ctx *ctx) {
  if (--ctx->iterations_left < 0) bell_fault(ctx, 809);
}

void bell_event_admit(bell_ctx *ctx, int64_t waiting) {
  if (waiting >= ctx->events_max) bell_fault(ctx, 808);
}

void bell_alloc_at(bell_ctx *ctx, int64_t site) {
  bell_heap_note_sites(ctx->heap);
  ctx->heap->site = (uint32_t)site;
}
