/* The heap of one instance: a reserved address range, bump allocation into its holes, mark and sweep without moving.
 *
 *   offset 0        never an object
 *   globals         the module's variables, 8 bytes each
 *   image           permanent objects: characters, string pool, and after bell_heap_seal() all that `init` left alive
 *   image_end ...   what a call allocates
 *   region_size     bytes that may be read, as texts are looked at many characters at a time, and then a guard that faults
 *
 * Allocation bumps `cursor` through the current hole. Before the first collection that hole is everything behind the image; afterwards
 * holes are the runs of clear bits in the bitmap, which has a bit for every 16 bytes that a live object covers. Addresses, the moments
 * of collection and the place of the memory limit depend on the sequence of calls alone, never on the machine.
 *
 * Counting. `live` is what the last collection found (before the first: the image); what was allocated since is added to it.
 * A collection is due when more than max(4 MiB, 2 * live) were allocated since the last one, or when the limit would be passed.
 *
 * Rules for callers, beyond those of bell.h:
 *  - A BELL_BUFFER belongs to one list, dict or set, or is shared by string views. Only an owner of the first kind may give it back.
 *  - Nothing may write into an object marked BELL_PERMANENT except through an op with the flag `writes`; a cached string hash is the
 *    exception. So a string is never grown in place in a permanent buffer.
 *  - What is resident is to stay within the limit, as what is counted does. Allocation passes by holes that are too small for it, so pages that hold nothing add up: once more was touched than
 *    the limit allows, free runs and buffers that are given back go to the system at once (bell_release_all). From then on `touched` is counted as well, and what would take it beyond
 *    the limit (heap.c: touched_max) ends the run as what is counted does: objects that live on between holes which nothing fits cost the memory of both.
 *  - After a collection that ended with the run (the time was used up) all that was there counts as alive, with no holes; the next one finds out.
 *  - Slots of class str, ref or any that hold nothing are 0. */
#ifndef BELL_HEAP_H
#define BELL_HEAP_H

#include <assert.h>

#include "runtime/bell.h"

#define BELL_COLLECT_MIN ((uint64_t)4 << 20)  /* bytes allocated before the first collection is due */
#define BELL_MEMORY_MAX ((uint64_t)256 << 30) /* largest memory limit; larger ones are taken as this */
#define BELL_NESTING_MAX 200 /* containers inside one another where values are compared, hashed or printed; as ir/guest.py */
#define BELL_TEMPORARIES_MAX 16384 /* sixteen for each of the calls that may be under way from the runtime: BELL_INVOKED_MAX */
#define BELL_PAGE_BYTES ((uint64_t)65536) /* the largest page of x86-64 and aarch64: what is given back to the system comes in these */
#define BELL_TAIL_BYTES BELL_PAGE_BYTES /* behind the region, no object's; zeros */
#define BELL_EPOCHS_MAX 1024 /* inside one another, of one instance */
#define BELL_SPARES 8
#define BELL_SMALL_CLASS 14 /* log2 of the smallest hole looked for on behalf of a request that is not small */
#define BELL_CLASSES 49
#define BELL_TIGHT_CLASSES (BELL_CLASSES * 8) /* eighths of a power of two: a hole that is passed by for one request is not lost to one a little smaller */

typedef struct { uint64_t start, end; } bell_run; /* bytes [start, end) of the region */

struct bell_heap {
  uint64_t cursor;     /* next free byte of the current hole */
  uint64_t soft_end;   /* up to here bell_reserve needs no thought: never beyond hole_end, never below cursor */
  uint64_t hole_start; /* where counting in the current hole began */
  uint64_t hole_end;
  uint64_t image_end;      /* end of the permanent part */
  uint64_t image_soft_end; /* soft_end of a heap just reset */
  uint64_t image_live;     /* bytes of permanent objects */
  uint64_t live;           /* bytes found alive by the last collection */
  int64_t spent;           /* bytes allocated since in holes already left, less what was given back */
  uint64_t threshold;      /* a collection is due when more than this was allocated since the last */
  uint64_t limit;          /* the memory limit in bytes */
  uint64_t capacity;       /* the largest limit the region was reserved for */
  uint64_t high;           /* nothing behind this was touched, apart from the current hole up to cursor */
  uint64_t reached;        /* the same, of what was touched since the last reset: what is decided by it is the same in every call */
  uint64_t peak;
  uint64_t region_size;
  uint64_t scan;                     /* where the search for the next hole for small objects begins */
  uint64_t scan_large[BELL_CLASSES]; /* where the search for the next hole of 2**i bytes begins */
  uint64_t scan_tight[BELL_TIGHT_CLASSES]; /* where the search for the next hole that just holds a request begins, by its size */
  bell_run stash;            /* rest of a hole that was left for a large request */
  bell_run spares[BELL_SPARES]; /* large buffers given back */
  uint32_t spare_count;
  /* What bell_dict_find found last, a string: most keys that are looked up are assigned next. Until addresses may be used again. */
  bell_ref sought_dict, sought_key, sought_held;
  int64_t sought_entry;
  uint32_t decimal_precision, decimal_rounding; /* what Decimals are computed with (decimal.h) */
  uint32_t image_decimal_precision, image_decimal_rounding; /* the same when `init` was done */
  bool founded;   /* bell_heap_found was called: from now on garbage may be collected */
  bool irregular; /* the bitmap has bits behind the image, or holes were changed: a reset has more to do */
  bool released;  /* more was touched since the last collection than the limit allows: what is free was given back to the system, and so is what becomes free */
  uint64_t touched; /* while released: bytes of the region that may be resident */
  bool frozen;    /* no code of the module can write into the image: marking stops there */
  bool sealing;   /* what is marked now becomes permanent */
  bool stress;    /* tests: collect at every reserve and overwrite what is free */
  uint64_t collections;
  uint64_t *bits;  /* one bit per 16 bytes of the region */
  uint64_t *marks; /* stack of objects that were reached and not yet looked at */
  uint64_t mark_count, mark_peak;
  int64_t mark_work; /* of the collection under way: nanoseconds since its last look at the clock */
  bool mark_stopped; /* it looked, and the run is to end */
  uint64_t mark_live, mark_high; /* of the collection under way: bytes behind the image; end of the last object */
  bell_word temporaries[BELL_TEMPORARIES_MAX]; /* bell_root_push; an epoch keeps what is before it */
  uint32_t temporary_count;
  uint8_t *type_scans;  /* [type_count] objects of this type hold words that may be references */
  uint8_t *type_shaped; /* [type_count] a record with fields that are not one slot each */
  uint32_t *list_types; /* [type_count] of a set or dict: the list type of its elements or keys, or 0 */
  uint32_t class_lists[BELL_CLASS_ANY + 1]; /* the list type of a scalar element class, or 0 */
  uint32_t any_set, any_dict; /* the types set[any] and dict[any, any], or 0 */
  uint8_t *image_copy;  /* bytes of image_runs, one after the other */
  bell_run *image_runs;
  uint64_t image_run_count;
  uint64_t *image_bits; /* while sealing: 16-byte pieces the program can write to */
  char *output;         /* output.c: bytes not yet handed to ctx->write; made at the first write */
  uint32_t output_size;
  struct bell_watch *watch; /* epoch.h; NULL before the first epoch */
  struct bell_epoch *epochs[BELL_EPOCHS_MAX]; /* the innermost last */
  uint32_t epoch_count;
  struct bell_guard *guard; /* guard.h; NULL before the first */
  uint32_t *sites;      /* NULL unless asked for: per 16 bytes of the region the site that what begins there was allocated at (bell_heap_note_sites) */
  uint32_t site;        /* that allocates now */
  uint64_t site_from;   /* what lies between here and the cursor was allocated, and is not noted yet: by that site, and in `allocated` */
  int64_t allocated;    /* bytes of all objects made, but for what lies between site_from and the cursor (bell_heap_allocated) */
  uint64_t watched_end; /* no page before this may be given back to the system: an epoch watches it */
};

typedef struct {
  uint64_t live_bytes;     /* counted against the limit now */
  uint64_t peak_bytes;     /* most ever counted */
  uint64_t image_bytes;    /* of permanent objects */
  uint64_t touched_bytes;  /* of the region, from its start to the last byte ever written and not given back */
  uint64_t collections;
} bell_heap_stats;

/* Reserve the region for `limit_bytes`. Returns false when the system refuses. Sets ctx->base and ctx->heap. */
bool bell_heap_create(bell_ctx *ctx, uint64_t limit_bytes);
void bell_heap_destroy(bell_ctx *ctx);
/* Make everything allocated so far permanent without looking at it: characters and string pool. */
void bell_heap_found(bell_ctx *ctx);
/* Make everything alive permanent, once, after `init`. `restorable`: code of the module may write into it, so keep a copy for
 * bell_heap_restore_image. Returns false when the system has no memory for the copy. */
bool bell_heap_seal(bell_ctx *ctx, bool restorable);
/* Put image and globals back as they were when sealed. Only after bell_heap_seal(ctx, true). Reset as well: references from the image
 * to what is gone are overwritten. */
void bell_heap_restore_image(bell_ctx *ctx);
void bell_heap_reset_irregular(bell_ctx *ctx);
void bell_heap_statistics(const bell_ctx *ctx, bell_heap_stats *stats);
/* Tests: collect at every bell_reserve and overwrite free memory, so that a missing root shows at once. */
void bell_heap_set_stress(bell_ctx *ctx, bool on);
/* From now on note where objects are allocated: at the site that bell_alloc_at named last, 0 before. Returns false when the system has no memory. */
bool bell_heap_begin_sites(bell_ctx *ctx);
/* Note the site of what was allocated in the current hole. Before the cursor goes elsewhere, and before another site allocates. */
void bell_heap_note_sites(bell_heap *heap);
/* Change the memory limit for what follows; it cannot be more than the one the heap was created for. */
void bell_heap_set_limit(bell_ctx *ctx, uint64_t limit_bytes);

bool bell_reserve_slow(bell_ctx *ctx, uint64_t bytes);
void bell_heap_start(bell_heap *heap);    /* begin to allocate behind the image, with nothing there */
void bell_restart_scans(bell_heap *heap); /* after the bitmap has changed */
/* gc.c: mark what the roots reach and begin to allocate in the holes between. */
void bell_collect(bell_ctx *ctx);
/* Give the whole pages of what is known to be free back to the system, and from now on those of buffers given back; all before `end` counts as touched. */
void bell_release_all(bell_ctx *ctx, uint64_t end);
void bell_release_given_back(bell_ctx *ctx, bell_run run);
void bell_mark_range(uint64_t *bits, uint64_t start, uint64_t end); /* set the bits of bytes [start, end) */
/* The next run of clear bits that has `bytes`, from byte `from` on; the run behind `high` reaches to the end of the region. Of a run that has `most` (a
 * multiple of 16, `bytes` or more) the first so many are given: whoever takes no more need not wait until the end of it is found. */
bool bell_find_run(const bell_heap *heap, uint64_t from, uint64_t bytes, uint64_t most, bell_run *run);

static inline uint64_t bell_heap_counted(const bell_heap *heap) {
  return heap->live + (uint64_t)heap->spent + (heap->cursor - heap->hole_start);
}

/* All bytes that were allocated, whatever became of them: what a call took is the difference. */
static inline int64_t bell_heap_allocated(const bell_heap *heap) {
  return heap->allocated + (int64_t)heap->cursor - (int64_t)heap->site_from;
}

/* What may be allocated until the next collection, by what is alive: twice as much, so that what is marked is at most a third of the heap. */
static inline uint64_t bell_heap_threshold(const bell_heap *heap) {
  return heap->live > BELL_COLLECT_MIN / 2 ? 2 * heap->live : BELL_COLLECT_MIN;
}

static inline void bell_heap_reach(bell_heap *heap, uint64_t end) {
  if (end > heap->high) heap->high = end;
  if (end > heap->reached) heap->reached = end;
}

static inline void bell_untouch(bell_heap *heap, uint64_t bytes) { heap->touched -= bytes < heap->touched ? bytes : heap->touched; }

/* Free bytes that stay with the process, for the next call or until the next collection: below half the limit, on which the search for holes depends. */
static inline uint64_t bell_heap_kept(const bell_heap *heap) {
  return heap->limit / 4 > BELL_COLLECT_MIN ? heap->limit / 4 : BELL_COLLECT_MIN;
}

/* Forget all that was allocated since the seal. A few ns, unless the call collected or used much memory. */
static inline void bell_heap_reset(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  uint64_t counted = bell_heap_counted(heap);
  if (counted > heap->peak) heap->peak = counted;
  if (heap->cursor > heap->high) heap->high = heap->cursor;
  ctx->roots_top = ctx->roots_base;
  heap->temporary_count = 0;
  heap->sought_dict = 0;
  if (heap->irregular || heap->high - heap->image_end > 4 * BELL_COLLECT_MIN) {
    bell_heap_reset_irregular(ctx);
    return;
  }
  heap->cursor = heap->hole_start = heap->site_from = heap->reached = heap->image_end;
  heap->hole_end = heap->region_size;
  heap->soft_end = heap->image_soft_end;
  heap->live = heap->image_live;
  heap->spent = 0;
}

/* bell_reserve and bell_alloc for code that wants them inline; bell_heap_take leaves the payload as it is. */
static inline bool bell_heap_reserve(bell_ctx *ctx, uint64_t bytes) {
  bell_heap *heap = ctx->heap;
  return bytes <= heap->soft_end - heap->cursor || bell_reserve_slow(ctx, bytes);
}

static inline bell_ref bell_heap_take(bell_ctx *ctx, uint64_t bytes, uint8_t kind, uint16_t aux, uint32_t type) {
  bell_heap *heap = ctx->heap;
  bell_ref ref = heap->cursor;
  heap->cursor = ref + BELL_ROUND(bytes);
  assert(heap->cursor <= heap->hole_end);
  __builtin_prefetch(ctx->base + ref + 1024, 1);
  bell_head *head = BELL_HEAD_AT(ctx, ref);
  *head = (bell_head){.kind = kind, .flags = 0, .aux = aux, .type = type};
  return ref;
}

/* Make an object larger in place, from `old_bytes` to `new_bytes` (header included), if there is room behind it and the limit allows. Never
 * collects. The header is the caller's to change; the new part is not zeroed. */
bool bell_heap_extend(bell_ctx *ctx, bell_ref ref, uint64_t old_bytes, uint64_t new_bytes);

/* Make the object that was allocated last smaller, or nothing (new_bytes 0). The header is the caller's to change. */
static inline void bell_heap_shrink_last(bell_ctx *ctx, bell_ref ref, uint64_t old_bytes, uint64_t new_bytes) {
  bell_heap *heap = ctx->heap;
  assert(ref + BELL_ROUND(old_bytes) == heap->cursor && new_bytes <= old_bytes);
  heap->cursor = ref + BELL_ROUND(new_bytes);
  if (heap->stress) heap->soft_end = heap->cursor;
  (void)old_bytes;
}

/* Give back an object that nothing refers to any more. Permanent ones stay. */
void bell_heap_give_back(bell_ctx *ctx, bell_ref ref, uint64_t bytes);

static inline bool bell_is_ref(bell_word word) { return (word & 15) == 0 && word != 0; }

#endif
