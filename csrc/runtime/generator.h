/* Generators as values: what send(), throw(), close() and next() do with the frame of one. What a frame is says src/belljar/ir/generator.py; the functions of
 * the program that resume frames do no more than run on from the yield that waits. Here is what Python has besides: a generator that has not begun or is
 * finished, one that is running, and one that waits in `yield from`, whose inner iterator gets what is sent and thrown. */
#ifndef BELL_GENERATOR_H
#define BELL_GENERATOR_H

#include "runtime/any.h"

enum { BELL_GENERATOR_STATE, BELL_GENERATOR_VALUE, BELL_GENERATOR_INNER }; /* the slots STATE, VALUE and INNER */

/* The function of the program by which the frame of a generator is resumed, UINT32_MAX for all else. */
static inline uint32_t bell_resumed_by(const bell_ctx *ctx, bell_value value) {
  return value.kind == BELL_RECORD ? ctx->types[BELL_HEAD_AT(ctx, value.ref)->type].resume - 1 : UINT32_MAX;
}

/* Run the generator on to its next item; it must be rooted. The item, BELL_END, or 0 on a fault. */
bell_word bell_generator_next(bell_ctx *ctx, bell_ref frame);

/* The fault is StopIteration: end it, and keep its value for any.iter_value. Returns false on another fault. */
bool bell_take_stop(bell_ctx *ctx);

#endif
