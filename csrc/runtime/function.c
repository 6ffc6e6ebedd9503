/* Function objects. */
#include "runtime/call.h"
#include "runtime/ops.h"

bell_word bell_fn_new(bell_ctx *ctx, uint32_t type, const bell_word *words, int64_t count) {
  uint64_t bytes = sizeof(bell_function) + (uint64_t)count * 8;
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_FUNCTION, BELL_FUNCTION_PLAIN, type);
  bell_function *function = BELL_FUNCTION_AT(ctx, ref);
  function->signature = ctx->types[type].signature;
  if (count > 0) memcpy(function->slots, words, (uint64_t)count * 8);
  return ref;
}

const char *bell_function_type_name(const bell_ctx *ctx, bell_ref ref) {
  const bell_function *function = BELL_FUNCTION_AT(ctx, ref);
  if (function->head.aux == BELL_FUNCTION_BOUND) return "method";
  if (function->head.aux == BELL_FUNCTION_METHOD) return "builtin_function_or_method";
  return bell_is_class(ctx, &ctx->signatures[function->signature]) ? "type" : "function";
}
