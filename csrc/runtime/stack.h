/* The stack guest code runs on.
 *
 * Native code counts calls and never looks at the stack pointer, so the stack is made large enough beforehand for every depth the limits
 * allow: depth x the largest frame of the module, and BELL_STACK_HOST for what guest code calls: runtime functions, and through
 * ctx->poll and ctx->write the host. Address space is reserved, memory is used page by page as it is touched. A page without access
 * lies below, so that a mistake in the sizes ends in a fault of the processor and not in a corrupted heap. */
#ifndef BELL_STACK_H
#define BELL_STACK_H

#include "runtime/bell.h"

#define BELL_STACK_HOST ((uint64_t)1 << 20)        /* bytes for runtime functions and callbacks */
#define BELL_STACK_INVOKED ((uint64_t)8 << 20)     /* bytes for runtime functions that call guest code, inside one another */
#define BELL_STACK_MAX ((uint64_t)1 << 38)         /* more than that is refused */

/* Entry of native code: takes parameters as words from `words` and leaves the results there. Starts with ctx->fuel and ctx->depth_left;
 * leaves what remains in ctx->fuel, and a fault, if any, in ctx->fault. */
typedef void (*bell_native_fn)(bell_ctx *ctx, bell_word *words);

typedef struct bell_stack {
  uint8_t *start; /* of the mapping, guard page included; NULL when closed */
  size_t size;    /* bytes of the mapping */
} bell_stack;

/* Reserve a stack for `depth` calls of at most `frame_bytes` each. Returns false, errno set, when the system refuses. */
bool bell_stack_open(bell_stack *stack, uint64_t depth, uint64_t frame_bytes);

/* Give it back. A closed (zeroed) stack may be closed again. */
void bell_stack_close(bell_stack *stack);

/* Give the memory of deep calls back to the system; the stack stays usable. Not to be called from code that runs on it. */
void bell_stack_trim(bell_stack *stack);

/* Call entry(ctx, words) on the stack; code that runs on it already goes on where it is. */
void bell_stack_call(const bell_stack *stack, bell_native_fn entry, bell_ctx *ctx, bell_word *words);

/* Call work(ctx, words) on the stack of the host, where that of the code that runs goes on. Guest code must not run before it returns. */
void bell_stack_leave(bell_ctx *ctx, bell_native_fn work, bell_word *words);

#endif
