/* Functions as values: function objects, and calling functions of the program from the runtime. */
#ifndef BELL_CALL_H
#define BELL_CALL_H

#include "runtime/any.h"

#define BELL_FUNCTION_AT(ctx, ref) ((bell_function *)bell_at(ctx, ref))

static inline bell_ref bell_name(const bell_ctx *ctx, uint32_t string) { return ctx->strings[string]; }
static inline bool bell_is_class(const bell_ctx *ctx, const bell_signature *signature) {
  return BELL_STR_AT(ctx, bell_name(ctx, signature->record))->length > 0;
}

/* Whether two function objects are one: the same object, or of one function that captures nothing, or methods of one object and function. */
bool bell_functions_equal(const bell_ctx *ctx, bell_ref a, bell_ref b);
/* Equal ones have the same. */
int64_t bell_function_hash(bell_ctx *ctx, bell_ref ref);

/* Calls of functions of the program that runtime functions have under way, inside one another, at most: the machine's stack grows with them. */
#define BELL_INVOKED_MAX 1000

/* The name of its type in messages: "function", "method", "builtin_function_or_method", "type" for a class. */
const char *bell_function_type_name(const bell_ctx *ctx, bell_ref ref);

/* Call a function of the program: its parameters are in `words`, as its registers have them, and its results come to be there. What is live in the
 * caller must be rooted; an operand list (`words`, `count` of an op) lies in a buffer of the VM's and is lost. Counts as a call: E0804 beyond the depth
 * limit or BELL_INVOKED_MAX. Only for ops with the flag `calls`: before them an engine stores its fuel and depth in the context. Returns false on a
 * fault. */
bool bell_invoke(bell_ctx *ctx, uint32_t function, bell_word *words);

/* A walk that was paid for before begins: what it charges counts for nothing but looking at the clock, save what functions of the program take. Returns whether
 * one was under way already; else bell_paid_again ends it. */
static inline bool bell_unpaid(bell_ctx *ctx) {
  if (ctx->unpaid) return true;
  ctx->unpaid = true;
  ctx->fuel_aside = ctx->fuel;
  ctx->fuel = BELL_FUEL_SLICE; /* and another when it is used up: bell_fuel_slice */
  return false;
}
static inline void bell_paid_again(bell_ctx *ctx) {
  ctx->unpaid = false;
  ctx->fuel = ctx->fuel_aside;
}

/* What binding the arguments of a call came to, when it is not the index of a signature: a fault; or the call is done, its result is
 * ctx->call_words[0]. Else the entry of the signature is to be called with ctx->call_words, one word more than it has parameters. */
enum { BELL_CALL_FAULT = -2, BELL_CALL_DONE = -1 };

/* The signature whose entry takes the object and these arguments as they are; NULL when it takes a look at them. */
static inline const bell_signature *bell_call_plain(const bell_ctx *ctx, bell_word callee, int64_t count) {
  if ((callee & 15) != 0) return NULL;
  const bell_function *function = bell_at(ctx, callee);
  if (function->head.kind != BELL_FUNCTION || function->head.aux != BELL_FUNCTION_PLAIN) return NULL;
  const bell_signature *signature = &ctx->signatures[function->signature];
  return signature->plain_count == count ? signature : NULL;
}

/* Bind the arguments of a call as CPython does. `names`: a str, the names of the last arguments parted by commas; all operands are rooted by the
 * caller. What is bound is not rooted: nothing may be allocated before the callee has it. */
int64_t bell_call_bind(bell_ctx *ctx, bell_word callee, bell_ref names, const bell_word *words, int64_t count);
/* A call of a method by its name, a str of the pool; `words` are the arguments behind the object. */
int64_t bell_call_bind_method(bell_ctx *ctx, bell_word object, bell_ref name, bell_ref names, const bell_word *words, int64_t count);
/* `args` is a list or tuple, `kwargs` a dict or None. */
int64_t bell_call_bind_spread(bell_ctx *ctx, bell_word callee, bell_word args, bell_word kwargs);

#endif
