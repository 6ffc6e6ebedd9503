#include "runtime/exc.h"

#include "runtime/faults.inc"
#include "runtime/heap.h"
#include "runtime/ops.h"

static bool is_catchable(uint32_t code) {
  switch (code) {
#define BELL_CATCHABLE(number) case number:
    BELL_CATCHABLE_CODES
#undef BELL_CATCHABLE
    return true;
  default: return false;
  }
}

int64_t bell_exc_caught(bell_ctx *ctx) {
  if (!is_catchable(ctx->fault)) return 0;
  ctx->heap->temporary_count = ctx->temporaries;
  return 1;
}

void bell_exc_clear(bell_ctx *ctx) {
  ctx->fault = ctx->fault_site = 0;
  ctx->fault_text = 0;
  ctx->fault_name = NULL;
  ctx->fault_inside = 0;
  ctx->unwind_count = 0;
  ctx->raised = 0;
}

bell_word bell_exc_current(bell_ctx *ctx) {
  bell_word raised = ctx->raised;
  if (raised == 0 && ctx->explain != NULL) return ctx->explain(ctx);
  bell_exc_clear(ctx);
  return raised == 0 ? BELL_NONE : raised;
}
