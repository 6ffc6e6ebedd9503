/* Functions of the program called from the runtime: in the VM, or as machine code on its stack. */
#include "runtime/call.h"
#include "runtime/stack.h"

bool bell_invoke(bell_ctx *ctx, uint32_t function, bell_word *words) {
  if (ctx->fault != 0) return false;
  int64_t depth = ctx->depth_left;
  if (depth == 0 || ctx->invoked >= BELL_INVOKED_MAX) return bell_fault(ctx, 804);
  if (depth <= ctx->depth_least) ctx->depth_least = depth - 1;
  bell_native_fn native = ctx->natives == NULL ? NULL : (bell_native_fn)ctx->natives[function];
  bell_word *roots = ctx->roots_top;
  uint32_t temporaries = ctx->temporaries;
  bool unpaid = ctx->unpaid;
  if (unpaid) bell_paid_again(ctx); /* what the function does nobody has paid for */
  ctx->temporaries = ctx->heap->temporary_count;
  ctx->depth_left = depth - 1;
  ctx->invoked++;
  if (native != NULL && ctx->stack != NULL) bell_stack_call(ctx->stack, native, ctx, words);
  else ctx->call(ctx, function, words, words);
  ctx->invoked--;
  ctx->calls_made++;
  if (unpaid) bell_unpaid(ctx);
  ctx->temporaries = temporaries;
  ctx->depth_left = depth;
  if (ctx->fault == 0) return true;
  ctx->roots_top = roots; /* machine code that unwinds leaves its own there */
  ctx->fault_inside = 1;
  return false;
}
