/* Limits that are counted one by one: passes through loops, events that wait. */
#include "runtime/ops.h"

void bell_loop_pass(bell_ctx *ctx) {
  if (--ctx->iterations_left < 0) bell_fault(ctx, 809);
}

void bell_event_admit(bell_ctx *ctx, int64_t waiting) {
  if (waiting >= ctx->events_max) bell_fault(ctx, 808);
}
