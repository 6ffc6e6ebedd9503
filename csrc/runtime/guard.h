/* A guard around one call: what the call did can be taken back. Epochs (epoch.h) do that for states of any size, but take some 30 microseconds for the pages that every call writes to; a small state is
 * copied instead, which takes one or two. What few words are alive is looked at by collecting garbage, so that a small state stays small.
 *
 * Copies know nothing of epochs, and epochs see every write as ever: what a guard puts back is written like all else. A guard that is too large for a copy is an epoch, the innermost. Guards do not nest. */
#ifndef BELL_GUARD_H
#define BELL_GUARD_H

#include "runtime/heap.h"

#define BELL_GUARD_COPY_MAX ((uint64_t)96 << 10) /* bytes of a state that is copied */

/* Begin a guard, between two calls. Returns false when the system has no memory. */
bool bell_guard_begin(bell_ctx *ctx);
/* End it: all is as it was when it began. */
void bell_guard_rollback(bell_ctx *ctx);
/* End it: what was written stands. */
void bell_guard_commit(bell_ctx *ctx);
void bell_guard_destroy(bell_ctx *ctx);

#endif
