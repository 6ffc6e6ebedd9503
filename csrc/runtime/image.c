/* The permanent image: sealing it after `init`, going back to it before each call, putting back what a call wrote into it. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "runtime/heap.h"

#define IMAGE_GAP 64     /* between the image and what follows, so that no buffer of the image ends at the cursor */
#define MERGE_BYTES 256  /* gaps shorter than this are copied too: one longer memcpy costs less than two */

/* Begin to allocate behind `end`. */
static void end_image(bell_heap *heap, uint64_t end) {
  heap->image_end = ((end + 63) & ~(uint64_t)63) + IMAGE_GAP;
  if (heap->high < heap->image_end) heap->high = heap->image_end;
}

void bell_heap_found(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  heap->founded = true;
  heap->image_live = bell_heap_counted(heap);
  end_image(heap, heap->cursor);
  bell_heap_start(heap);
}

/* List the runs the program can write to and copy them. */
static bool copy_image(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  uint64_t granules = heap->image_end >> 4, bytes = 0;
  for (int pass = 0; pass < 2; pass++) { /* count the runs, then list them */
    bell_run run = {0, 0};
    heap->image_run_count = bytes = 0;
    for (uint64_t granule = 0; granule <= granules; granule++) {
      bool set = granule < granules && (heap->image_bits[granule >> 6] >> (granule & 63)) & 1;
      if (set && run.end != 0 && (granule << 4) - run.end < MERGE_BYTES) {
        run.end = (granule + 1) << 4;
      } else if (set || granule == granules) {
        if (run.end != 0) {
          if (pass == 1) heap->image_runs[heap->image_run_count] = run;
          heap->image_run_count++;
          bytes += run.end - run.start;
        }
        run = (bell_run){granule << 4, (granule + 1) << 4};
      }
    }
    if (pass == 0) heap->image_runs = calloc(heap->image_run_count + 1, sizeof(bell_run));
    if (heap->image_runs == NULL) return false;
  }
  heap->image_copy = malloc(bytes + 1);
  if (heap->image_copy == NULL) return false;
  uint8_t *copy = heap->image_copy;
  for (uint64_t i = 0; i < heap->image_run_count; i++) {
    uint64_t size = heap->image_runs[i].end - heap->image_runs[i].start;
    memcpy(copy, ctx->base + heap->image_runs[i].start, size);
    copy += size;
  }
  return true;
}

bool bell_heap_seal(bell_ctx *ctx, bool restorable) {
  bell_heap *heap = ctx->heap;
  if (restorable) {
    uint64_t high = heap->cursor > heap->high ? heap->cursor : heap->high;
    heap->image_bits = calloc(high / 1024 + 2, 8);
    if (heap->image_bits == NULL) return false;
    uint64_t globals = (uint64_t)((uint8_t *)ctx->globals - ctx->base);
    if (ctx->global_count > 0) bell_mark_range(heap->image_bits, globals, globals + (uint64_t)ctx->global_count * 8);
  }
  ctx->iteration_value = 0;
  ctx->image_serial = ctx->serial;
  heap->image_decimal_precision = heap->decimal_precision;
  heap->image_decimal_rounding = heap->decimal_rounding;
  heap->sealing = true;
  bell_collect(ctx);
  heap->sealing = false;
  heap->image_live += heap->mark_live;
  end_image(heap, heap->mark_high);
  heap->frozen = !restorable;
  bool done = !restorable || copy_image(ctx);
  free(heap->image_bits);
  heap->image_bits = NULL;
  bell_heap_reset_irregular(ctx);
  return done;
}

void bell_heap_reset_irregular(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  memset(heap->bits, 0, (heap->high >> 10) * 8 + 8);
  /* Calls resemble one another: what this one touched the next will touch, and to make a page takes the system as long as it takes most programs to fill it. */
  uint64_t kept = heap->image_end + bell_heap_kept(heap);
  if (heap->high > kept + 3 * BELL_COLLECT_MIN) {
    uint64_t start = ((kept > heap->watched_end ? kept : heap->watched_end) + BELL_PAGE_BYTES - 1) & ~(BELL_PAGE_BYTES - 1);
    if (heap->high > start) madvise(ctx->base + start, heap->high - start, MADV_DONTNEED);
    heap->high = kept;
  }
  heap->irregular = false;
  bell_heap_start(heap);
}

void bell_heap_restore_image(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  const uint8_t *copy = heap->image_copy;
  for (uint64_t i = 0; i < heap->image_run_count; i++) {
    uint64_t size = heap->image_runs[i].end - heap->image_runs[i].start;
    memcpy(ctx->base + heap->image_runs[i].start, copy, size);
    copy += size;
  }
  bell_heap_reset(ctx);
}
