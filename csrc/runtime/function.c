/* Function objects. */
#include "runtime/call.h"
#include "runtime/hash64.h"
#include "runtime/ops.h"
#include "runtime/str.h"

bell_word bell_fn_new(bell_ctx *ctx, uint32_t type, const bell_word *words, int64_t count) {
  uint64_t bytes = sizeof(bell_function) + (uint64_t)count * 8;
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_FUNCTION, BELL_FUNCTION_PLAIN, type);
  bell_function *function = BELL_FUNCTION_AT(ctx, ref);
  function->signature = ctx->types[type].signature;
  if (count > 0) memcpy(function->slots, words, (uint64_t)count * 8);
  return ref;
}

static uint32_t captured(const bell_ctx *ctx, const bell_function *function) { return ctx->types[function->head.type].slot_count; }

/* So many functions are compared to see whether two are one. */
enum { COMPARED_MAX = 64 };

static bool same_function(const bell_ctx *ctx, bell_ref a, bell_ref b, int *left);

/* Whether two function objects of one type captured the same: a function that is boxed twice is still one. */
static bool same_captured(const bell_ctx *ctx, const bell_function *one, const bell_function *other, int *left) {
  const uint8_t *classes = ctx->types[one->head.type].slot_classes;
  for (uint32_t i = 0, count = captured(ctx, one); i < count; i++) {
    if (one->slots[i] == other->slots[i]) continue;
    if (classes[i] != BELL_CLASS_ANY && classes[i] != BELL_CLASS_REF) return false;
    bell_value x = bell_class_value(ctx, classes[i], one->slots[i]), y = bell_class_value(ctx, classes[i], other->slots[i]);
    if (x.kind != y.kind) return false;
    if (x.kind == BELL_FUNCTION ? !same_function(ctx, x.ref, y.ref, left) : (x.kind != BELL_INT && x.kind != BELL_FLOAT) || x.i != y.i) return false;
  }
  return true;
}

static bool same_function(const bell_ctx *ctx, bell_ref a, bell_ref b, int *left) {
  const bell_function *one = BELL_FUNCTION_AT(ctx, a), *other = BELL_FUNCTION_AT(ctx, b);
  if (a == b) return true;
  if (one->head.aux != other->head.aux || one->signature != other->signature || --*left < 0) return false;
  switch (one->head.aux) {
  case BELL_FUNCTION_PLAIN: /* one that an attribute gave is of type 0, and captures nothing */
    return one->head.type == other->head.type ? same_captured(ctx, one, other, left) : captured(ctx, one) == 0 && captured(ctx, other) == 0;
  case BELL_FUNCTION_BOUND: return one->slots[0] == other->slots[0] && one->slots[1] == other->slots[1];
  default: /* which strings are one object is nothing a program should see */
    return one->slots[0] == other->slots[0] && one->slots[1] == other->slots[1] && BELL_HEAD_AT(ctx, one->slots[0])->kind != BELL_STR;
  }
}

bool bell_functions_equal(const bell_ctx *ctx, bell_ref a, bell_ref b) {
  int left = COMPARED_MAX;
  return same_function(ctx, a, b, &left);
}

int64_t bell_function_hash(bell_ctx *ctx, bell_ref ref) {
  const bell_function *function = BELL_FUNCTION_AT(ctx, ref);
  return function->head.aux == BELL_FUNCTION_METHOD ? bell_hash64_str(ctx, function->slots[1]) : (int64_t)function->signature + 1;
}

const char *bell_function_type_name(const bell_ctx *ctx, bell_ref ref) {
  const bell_function *function = BELL_FUNCTION_AT(ctx, ref);
  if (function->head.aux == BELL_FUNCTION_BOUND) return "method";
  if (function->head.aux == BELL_FUNCTION_METHOD) return "builtin_function_or_method";
  return bell_is_class(ctx, &ctx->signatures[function->signature]) ? "type" : ctx->signatures[function->signature].built_in ? "builtin_function_or_method" : "function";
}
