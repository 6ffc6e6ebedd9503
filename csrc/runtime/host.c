#include "runtime/host.h"

#include "runtime/faults.inc"
#include "runtime/ops.h"
#include "runtime/stack.h"

typedef struct {
  uint32_t function, count;
  const bell_word *words;
  bell_word result;
} host_call;

static void call_host(bell_ctx *ctx, bell_word *place) {
  host_call *call = (host_call *)(void *)place;
  uint32_t code = ctx->host_call(ctx, call->function, call->words, call->count, &call->result);
  if (code != 0) bell_fault(ctx, code);
}

bell_word bell_host_call(bell_ctx *ctx, int64_t a0, const bell_word *words, int64_t count) {
  if (ctx->host_call == NULL) return bell_fault(ctx, BELL_E0901);
  host_call call = {.function = (uint32_t)a0, .count = (uint32_t)count, .words = words};
  bell_stack_leave(ctx, call_host, (bell_word *)(void *)&call);
  return ctx->fault == 0 ? call.result : 0;
}
