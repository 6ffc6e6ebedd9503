/* Epochs: snapshots of an instance by page. An epoch begins between two calls; from then on the first write to a page, by whatever code, keeps the page's old image,
 * so that the state can be rolled back to what it was. Both cost what was changed: beginning an epoch, the pages written since the last one began; rolling back, those
 * written since.
 *
 * Writes are found by page protection (Appel and Li 1991): what the heap has in use when an epoch begins is made read-only, and the handler of SIGSEGV keeps the image of
 * a page before it makes it writable. So code that runs pays nothing: not native code, not the VM, not without epochs, nor within one on the second write to a page. The first
 * epoch of a heap makes all of it read-only, which takes longer.
 *
 * Epochs are a stack. `rollback` and `commit` end the innermost: the one puts back region, bitmap, globals and the bookkeeping of the heap; the other lets what was
 * written stand, and what the epoch kept is handed to the one around it.
 *
 * Not between begin and end of a call. Calls that are to go on from the heap as the last one left it begin with bell_ctx_resume. */
#ifndef BELL_EPOCH_H
#define BELL_EPOCH_H

#include "runtime/heap.h"


typedef struct {
  uint32_t open;         /* epochs inside one another */
  uint64_t kept_pages;   /* of BELL_PAGE_BYTES, that the innermost one has kept */
  uint64_t kept_bytes;   /* of all of them, outside the memory limit: at most the heap's size for each epoch */
} bell_epoch_stats;

/* Begin an epoch. Returns false when the system refuses, or BELL_EPOCHS_MAX are open. */
bool bell_epoch_begin(bell_ctx *ctx);
/* End the innermost epoch: back to the state it began with. Returns false when none is open. */
bool bell_epoch_rollback(bell_ctx *ctx);
/* End the innermost epoch: what was written stands. Returns false when none is open. */
bool bell_epoch_commit(bell_ctx *ctx);
/* Take an epoch out from between the others, the outermost being 0: what it kept is handed to the one around it, so that only the way back to its beginning is gone. Returns false when it
 * is not open. */
bool bell_epoch_forget(bell_ctx *ctx, uint32_t epoch);
/* Make the region what it was when an epoch began, for a look at it, until bell_epoch_look_away: in between it may only be read, and no more than objects and globals, as the bookkeeping of the heap
 * is that of now. In time of what was changed since. Returns false when the system refuses, with everything as it was. */
bool bell_epoch_look(bell_ctx *ctx, uint32_t epoch);
void bell_epoch_look_away(bell_ctx *ctx, uint32_t epoch);
/* Make read-only now what the next epoch would: where much was written, so that beginning one stays cheap. */
void bell_epoch_settle(bell_ctx *ctx);
/* The bookkeeping of the heap as it was, when region and bitmap are: what is counted over the life of the heap goes on. */
void bell_epoch_put_back(bell_ctx *ctx, const uint8_t *bookkeeping, uint16_t serial, uint64_t region_end, uint64_t bits_end);
void bell_epoch_statistics(const bell_ctx *ctx, bell_epoch_stats *stats);
/* Make sure that the handler is ours: other code of the process may have set its own meanwhile. Before each call once an epoch was begun. */
void bell_epoch_guard(void);
void bell_epoch_destroy(bell_ctx *ctx);

#endif
