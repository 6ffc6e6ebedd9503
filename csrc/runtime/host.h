/* Calls of functions of the host (op host.call): the words of the arguments go to ctx->host_call, a word comes back.
 *
 * The host runs on its own stack, not on that of guest code, however deep that is: what it calls needs as much of it as it likes. It may allocate in the heap
 * for its answer, so the operands are rooted by the caller; nothing of the program runs before it has returned. */
#ifndef BELL_HOST_H
#define BELL_HOST_H

#include "runtime/bell.h"

/* Calls function `function` of the module's table of host functions. Returns 0 and leaves the answer in `result`, or returns the fault code; a message of the
 * fault's own is told by bell_raise before. */
typedef uint32_t (*bell_host_fn)(bell_ctx *ctx, uint32_t function, const bell_word *words, uint32_t count, bell_word *result);

#endif
