#include "runtime/exc.h"

#include <math.h>

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

/* Whether the first operand of the faulting op, a float or a word of class any, is an infinity: it has no int in CPython either, as large floats have. */
static bool is_of_infinity(const bell_ctx *ctx) {
  bell_word word = ctx->fault_a;
  if (word == bell_bits(INFINITY) || word == bell_bits(-INFINITY)) return true;
  return bell_is_ref(word) && word < ctx->heap->region_size && BELL_HEAD_AT(ctx, word)->kind == BELL_FLOAT && isinf(BELL_BOX_AT(ctx, word)->f);
}

int64_t bell_exc_caught(bell_ctx *ctx) {
  if (!is_catchable(ctx->fault) && !(ctx->fault == BELL_E0504 && is_of_infinity(ctx))) return 0;
  ctx->heap->temporary_count = ctx->temporaries;
  return 1;
}

void bell_exc_clear(bell_ctx *ctx) {
  ctx->fault = ctx->fault_site = 0;
  ctx->fault_text = 0;
  ctx->told_size = 0;
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
