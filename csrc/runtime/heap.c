/* The region: reserving it and allocating in it. Layout and rules in heap.h. */
#define _GNU_SOURCE
#include "runtime/heap.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "runtime/epoch.h"
#include "runtime/guard.h"

#define GUARD_BYTES ((uint64_t)64 << 10)
#define SMALL_BYTES 512          /* a request beyond this does not make the rest of a hole useless to small ones */
#define HOLE_BYTES 256          /* shorter holes are passed by while less than half the limit is in use */
#define CHUNK_BYTES ((uint64_t)256 << 10) /* taken at once behind all objects */
#define LARGE_PAGES_LIMIT ((uint64_t)64 << 20) /* a large page of 2 MiB is a thirtieth of it */
#define SPARE_BYTES 4096         /* buffers given back from this size on are used again before the next collection */

/* What may be resident: the ends of holes, and pages that are used in part, come on top of what is counted. */
static uint64_t touched_max(const bell_heap *heap) { return heap->limit + heap->limit / 64 + 2 * BELL_PAGE_BYTES; }

static void *reserve_range(uint64_t bytes) {
  void *range = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return range == MAP_FAILED ? NULL : range;
}

/* Bytes of the bitmap for so many bytes of region, and one word more: bell_mark_range and bell_find_run look at whole words; in whole pages, as epochs
 * watch it. */
static uint64_t bitmap_bytes(uint64_t region_size) { return (region_size / 128 + 8 + BELL_PAGE_BYTES - 1) & ~(BELL_PAGE_BYTES - 1); }

/* What is touched beyond the first collection's worth comes in large pages, unless the limit is so low that one would count: faults for pages of 4 KiB
 * and for their translation were a seventh of the time of programs that build large texts. */
static void ask_for_large_pages(uint8_t *base, uint64_t region_size, uint64_t limit) {
#ifdef MADV_HUGEPAGE
  if (limit >= LARGE_PAGES_LIMIT) (void)madvise(base + BELL_COLLECT_MIN, region_size - BELL_COLLECT_MIN, MADV_HUGEPAGE);
#else
  (void)base, (void)region_size, (void)limit;
#endif
}

/* Four times the limit: large objects may leave gaps, and what is not touched costs nothing. */
static uint64_t region_bytes(uint64_t limit) { return (limit * 4 + ((uint64_t)64 << 20)) & ~(uint64_t)65535; }

/* Where objects may begin. Offset 0 is no object, and what is read through reference 0 must be zeros: room for the largest record. */
static uint64_t first_offset(const bell_ctx *ctx) {
  uint64_t first = 64;
  for (uint32_t i = 1; i < ctx->type_count; i++) {
    uint64_t bytes = BELL_ROUND(sizeof(bell_head) + (uint64_t)ctx->types[i].slot_count * 8);
    if (bytes > first) first = bytes;
  }
  return first;
}

static uint64_t mark_stack_bytes(uint64_t limit) { return limit / 2 + 4096; } /* every object at most once, each has 16 bytes */

/* How far the current hole may be used without asking: its end, the next collection, the limit. */
static void set_soft_end(bell_heap *heap) {
  uint64_t since = (uint64_t)heap->spent + (heap->cursor - heap->hole_start);
  uint64_t counted = heap->live + since;
  uint64_t room = (int64_t)since > (int64_t)heap->threshold ? 0 : heap->threshold - since;
  uint64_t left = counted > heap->limit ? 0 : heap->limit - counted;
  if (left < room) room = left;
  if (heap->stress) room = 0;
  if (!heap->released && heap->cursor + room > heap->limit) room = heap->cursor < heap->limit ? heap->limit - heap->cursor : 0; /* beyond, bell_reserve_slow looks */
  room &= ~(uint64_t)15;
  heap->soft_end = room < heap->hole_end - heap->cursor ? heap->cursor + room : heap->hole_end;
}

void bell_restart_scans(bell_heap *heap) {
  heap->scan = heap->image_end;
  for (int i = 0; i < BELL_CLASSES; i++) heap->scan_large[i] = heap->image_end;
  for (int i = 0; i < BELL_TIGHT_CLASSES; i++) heap->scan_tight[i] = heap->image_end;
  heap->stash = (bell_run){0, 0};
  heap->spare_count = 0;
}

/* Begin behind the image with nothing else there. */
void bell_heap_start(bell_heap *heap) {
  heap->cursor = heap->hole_start = heap->site_from = heap->reached = heap->image_end;
  heap->hole_end = heap->region_size;
  heap->live = heap->image_live;
  heap->spent = 0;
  heap->released = false;
  heap->threshold = bell_heap_threshold(heap);
  bell_restart_scans(heap);
  heap->scan = heap->region_size; /* the current hole is all there is */
  set_soft_end(heap);
  heap->image_soft_end = heap->soft_end;
}

bool bell_heap_create(bell_ctx *ctx, uint64_t limit_bytes) {
  uint64_t limit = limit_bytes < BELL_MEMORY_MAX ? limit_bytes : BELL_MEMORY_MAX;
  bell_heap *heap = malloc(sizeof *heap);
  if (heap == NULL) return false;
  /* Temporaries are written before they are read: clearing them takes longer than all else here. */
  memset(heap, 0, offsetof(bell_heap, temporaries));
  memset((uint8_t *)heap + offsetof(bell_heap, temporary_count), 0, sizeof *heap - offsetof(bell_heap, temporary_count));
  ctx->heap = heap;
  heap->decimal_precision = heap->image_decimal_precision = 28;
  heap->limit = heap->capacity = limit;
  heap->region_size = region_bytes(limit);
  ctx->base = reserve_range(heap->region_size + BELL_TAIL_BYTES + GUARD_BYTES);
  /* One range of the system for both: making and ending ranges is much of what an instance costs. */
  heap->bits = reserve_range(bitmap_bytes(heap->region_size) + mark_stack_bytes(limit));
  if (heap->bits != NULL) heap->marks = heap->bits + bitmap_bytes(heap->region_size) / 8;
  uint64_t first = first_offset(ctx), globals_end = first + (uint64_t)ctx->global_count * 8;
  heap->type_scans = calloc(ctx->type_count + 1, 1);
  heap->type_shaped = calloc(ctx->type_count + 1, 1);
  heap->list_types = calloc(ctx->type_count + 1, sizeof(uint32_t));
  if (ctx->base == NULL || heap->bits == NULL || heap->type_scans == NULL || heap->type_shaped == NULL ||
      heap->list_types == NULL || globals_end > heap->region_size || mprotect(ctx->base + heap->region_size + BELL_TAIL_BYTES, GUARD_BYTES, PROT_NONE) != 0) {
    bell_heap_destroy(ctx);
    return false;
  }
  ask_for_large_pages(ctx->base, heap->region_size, limit);
  ctx->globals = (bell_word *)(ctx->base + first);
  heap->image_end = heap->high = BELL_ROUND(globals_end);
  heap->image_live = heap->image_end;
  bell_heap_start(heap);
  return true;
}

bool bell_heap_begin_sites(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  if (heap->sites == NULL) heap->sites = reserve_range(heap->region_size / 16 * sizeof(uint32_t));
  heap->site_from = heap->cursor;
  return heap->sites != NULL;
}

void bell_heap_note_sites(bell_heap *heap) {
  heap->allocated = bell_heap_allocated(heap);
  uint64_t from = heap->site_from;
  heap->site_from = heap->cursor;
  if (heap->sites == NULL) return;
  /* The cursor went back where an object was made smaller, or given back. */
  for (uint64_t granule = from >> 4; granule < heap->cursor >> 4; granule++) heap->sites[granule] = heap->site;
}

void bell_heap_destroy(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  if (heap == NULL) return;
  bell_epoch_destroy(ctx);
  bell_guard_destroy(ctx);
  if (ctx->base != NULL) munmap(ctx->base, heap->region_size + BELL_TAIL_BYTES + GUARD_BYTES);
  if (heap->bits != NULL) munmap(heap->bits, bitmap_bytes(heap->region_size) + mark_stack_bytes(heap->capacity));
  if (heap->sites != NULL) munmap(heap->sites, heap->region_size / 16 * sizeof(uint32_t));
  free(heap->type_scans);
  free(heap->type_shaped);
  free(heap->list_types);
  free(heap->image_copy);
  free(heap->image_runs);
  free(heap->output);
  free(heap);
  ctx->heap = NULL;
  ctx->base = NULL;
}

/* --- reserving ------------------------------------------------------------------------------------------------------------------ */

/* Leave the current hole: what was used of it is counted, the rest forgotten or stashed. */
static void leave_hole(bell_ctx *ctx, bool stash) {
  bell_heap *heap = ctx->heap;
  bell_heap_note_sites(heap);
  heap->spent += (int64_t)(heap->cursor - heap->hole_start);
  bell_heap_reach(heap, heap->cursor);
  if (heap->released) bell_release_given_back(ctx, (bell_run){heap->cursor, heap->hole_end}); /* what was made smaller, or given back, was there */
  if (stash && heap->hole_end - heap->cursor > heap->stash.end - heap->stash.start) heap->stash = (bell_run){heap->cursor, heap->hole_end};
  heap->hole_start = heap->hole_end = heap->cursor;
}

static void enter_hole(bell_heap *heap, bell_run run) {
  heap->cursor = heap->hole_start = heap->site_from = run.start;
  heap->hole_end = run.end;
  heap->irregular = true;
}

/* Bytes of a run that are not resident: of one that may have been given back all, else what was never in use. */
static uint64_t untouched(const bell_heap *heap, bell_run run, bool given_back) {
  if (given_back) return run.end - run.start;
  return run.end <= heap->reached ? 0 : run.end - (run.start > heap->reached ? run.start : heap->reached);
}

/* Make a run that was found the one to use: at most `most` bytes of it, and no more than the `bytes` that are asked for where more could not be touched. Returns false where these cannot. */
static bool take_run(bell_heap *heap, bell_run *run, uint64_t most, uint64_t bytes) {
  bool given_back = run->end - run->start >= BELL_PAGE_BYTES;
  if (most < run->end - run->start) run->end = run->start + most;
  if (!heap->released) return true; /* where that begins, all is counted */
  uint64_t max = touched_max(heap), room = heap->touched < max ? max - heap->touched : 0;
  if (untouched(heap, *run, given_back) > room) run->end = run->start + bytes;
  uint64_t more = untouched(heap, *run, given_back);
  if (more > room) return false;
  heap->touched += more;
  return true;
}

/* Requests of nearly the same size: eighths of a power of two. */
static uint32_t tight_class(uint64_t bytes) {
  uint32_t power = 63 - (uint32_t)__builtin_clzll(bytes);
  return power * 8 + (uint32_t)(bytes >> (power - 3) & 7);
}

/* Make the current hole one that has `bytes`. The order of the search is fixed: addresses depend on it. */
static bool find_hole(bell_ctx *ctx, uint64_t bytes) {
  bell_heap *heap = ctx->heap;
  bool small = bytes <= SMALL_BYTES;
  leave_hole(ctx, !small);
  bell_run run = heap->stash;
  if (run.end - run.start >= bytes && take_run(heap, &run, UINT64_MAX, bytes)) {
    heap->stash = (bell_run){0, 0};
    enter_hole(heap, run);
    return true;
  }
  if (small) {
    /* Short holes cost more to find than they are worth, as long as what they waste is memory that the limit would give anyway. */
    uint64_t least = heap->reached < heap->image_end + heap->limit / 2 && bytes < HOLE_BYTES ? HOLE_BYTES : bytes;
    if (!bell_find_run(heap, heap->scan, least, UINT64_MAX, &run)) return false;
    if (run.end - run.start > SMALL_BYTES && run.end > heap->limit) { /* what is not small is to look for holes before the limit first */
      uint64_t most = run.start < heap->limit ? heap->limit - run.start : SMALL_BYTES;
      run.end = run.start + (most > SMALL_BYTES ? BELL_ROUND(most) : SMALL_BYTES);
      if (run.end > heap->region_size) run.end = heap->region_size;
    }
    if (!take_run(heap, &run, heap->released ? CHUNK_BYTES : UINT64_MAX, bytes)) return false;
    heap->scan = run.end;
    enter_hole(heap, run);
    return true;
  }
  for (uint32_t i = 0; i < heap->spare_count; i++) {
    if (heap->spares[i].end - heap->spares[i].start < bytes) continue;
    run = heap->spares[i];
    if (!take_run(heap, &run, UINT64_MAX, bytes)) continue;
    heap->spares[i] = heap->spares[--heap->spare_count];
    enter_hole(heap, run);
    return true;
  }
  /* Holes are looked for by powers of two, so that one that was passed by need not be looked at again for this class. */
  int power_ = 64 - __builtin_clzll(bytes - 1), class_ = power_ < BELL_SMALL_CLASS ? BELL_SMALL_CLASS : power_;
  uint64_t from = heap->scan_large[class_] > heap->scan ? heap->scan_large[class_] : heap->scan;
  uint64_t wanted = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES, power = (uint64_t)1 << class_, most = power > wanted ? power : wanted;
  bool roomy = bell_find_run(heap, from, power, most, &run);
  heap->scan_large[class_] = roomy ? run.start : heap->region_size;
  if (!roomy || run.start + bytes > heap->image_end + heap->limit / 2) {
    /* Once half of the limit was touched, holes that just fit are looked for, each by itself: what lives shorter and fits them is not to lie between what lives longer. A search goes on
     * where the last one for the size ended: between two collections they look at the bitmap once. */
    uint64_t *tight = &heap->scan_tight[tight_class(bytes)];
    from = *tight > heap->scan ? *tight : heap->scan;
    if (!bell_find_run(heap, from, bytes, wanted, &run)) return false;
    *tight = run.start;
    wanted = bytes;
  }
  if (!take_run(heap, &run, wanted, bytes)) return false;
  bell_mark_range(heap->bits, run.start, run.end); /* so that no other search finds it */
  bell_heap_reach(heap, run.end);
  enter_hole(heap, run);
  return true;
}

static bool make_room(bell_ctx *ctx, uint64_t bytes) {
  return bytes <= ctx->heap->hole_end - ctx->heap->cursor || find_hole(ctx, bytes);
}

/* All up to `end` is about to be touched. Returns false where that is more than may be resident. */
static bool stay_resident(bell_ctx *ctx, uint64_t end) {
  bell_heap *heap = ctx->heap;
  if (end > heap->limit && !heap->released && heap->founded) {
    bell_heap_reach(heap, heap->cursor);
    uint64_t counted = heap->reached > end ? heap->reached : end;
    if (heap->hole_end > counted) { /* the rest of the hole is to be asked for */
      heap->hole_end = counted;
      if (heap->scan > counted) heap->scan = counted;
    }
    bell_release_all(ctx, counted);
  }
  return !heap->released || heap->touched <= touched_max(heap);
}

bool bell_reserve_slow(bell_ctx *ctx, uint64_t bytes) {
  bell_heap *heap = ctx->heap;
  if (ctx->fault != 0) return false;
  bool done = false;
  if (bytes <= heap->limit) { /* else no collection can help */
    bytes = BELL_ROUND(bytes);
    int64_t since = heap->spent + (int64_t)(heap->cursor - heap->hole_start);
    bool wanted = heap->stress || since > (int64_t)heap->threshold || bell_heap_counted(heap) + bytes > heap->limit;
    bool collected = wanted && heap->founded; /* before, nothing is rooted and all is permanent */
    if (collected) bell_collect(ctx);
    if (bell_heap_counted(heap) + bytes <= heap->limit) {
      done = make_room(ctx, bytes) && stay_resident(ctx, heap->cursor + bytes);
      if (!done && !collected && heap->founded) {
        bell_collect(ctx);
        done = make_room(ctx, bytes) && stay_resident(ctx, heap->cursor + bytes);
      }
    }
  }
  set_soft_end(heap);
  if (done && heap->soft_end < heap->cursor + bytes) heap->soft_end = heap->cursor + bytes;
  if (!done) {
    ctx->fault_a = heap->limit;
    bell_fault(ctx, 803);
  }
  return done && ctx->fault == 0; /* polling after a collection may have found the time used up */
}

bool bell_reserve(bell_ctx *ctx, uint64_t bytes) { return bell_heap_reserve(ctx, bytes); }

bell_ref bell_alloc(bell_ctx *ctx, uint64_t bytes, uint8_t kind, uint16_t aux, uint32_t type) {
  bell_ref ref = bell_heap_take(ctx, bytes, kind, aux, type);
  memset(ctx->base + ref + sizeof(bell_head), 0, BELL_ROUND(bytes) - sizeof(bell_head));
  return ref;
}

bool bell_heap_extend(bell_ctx *ctx, bell_ref ref, uint64_t old_bytes, uint64_t new_bytes) {
  bell_heap *heap = ctx->heap;
  if (ref < heap->image_end || new_bytes > heap->limit) return false;
  uint64_t end = ref + BELL_ROUND(old_bytes), more = BELL_ROUND(new_bytes) - BELL_ROUND(old_bytes);
  if (heap->stress || bell_heap_counted(heap) + more > heap->limit) return false;
  bool newest = end == heap->cursor && ref >= heap->hole_start;
  if (newest && more <= heap->hole_end - heap->cursor) {
    if (!stay_resident(ctx, heap->cursor + more)) return false;
    heap->cursor += more;
    if (heap->soft_end < heap->cursor) heap->soft_end = heap->cursor;
    return true;
  }
  /* Behind the object there may be a hole that nothing has claimed: beyond `scan` all that is in use has its bits set. */
  uint64_t claimed = newest ? heap->hole_end : end;
  uint64_t need = end + more - claimed;
  bell_run run;
  if (claimed < heap->scan || claimed == heap->region_size || !bell_find_run(heap, claimed, need, need, &run) || run.start != claimed)
    return false;
  bool counting = heap->released;
  if (!stay_resident(ctx, end + more) || (counting && heap->touched + need > touched_max(heap))) return false;
  if (counting) heap->touched += need;
  bell_mark_range(heap->bits, claimed, end + more);
  bell_heap_reach(heap, end + more);
  heap->irregular = true;
  if (newest) {
    heap->cursor = heap->hole_end = end + more;
  } else {
    heap->spent += (int64_t)more;
    heap->allocated += (int64_t)more;
  }
  set_soft_end(heap);
  return true;
}

void bell_heap_give_back(bell_ctx *ctx, bell_ref ref, uint64_t bytes) {
  bell_heap *heap = ctx->heap;
  bytes = BELL_ROUND(bytes);
  if (ref < heap->image_end) return;
  if (ref + bytes == heap->cursor && ref >= heap->hole_start) {
    heap->cursor = ref;
    heap->allocated += (int64_t)bytes;
    if (heap->stress) heap->soft_end = ref;
    return;
  }
  if (bytes < SPARE_BYTES) return;
  uint32_t place = heap->spare_count;
  if (place == BELL_SPARES) {
    place = 0;
    for (uint32_t i = 1; i < BELL_SPARES; i++) {
      if (heap->spares[i].end - heap->spares[i].start < heap->spares[place].end - heap->spares[place].start) place = i;
    }
    uint64_t least = heap->spares[place].end - heap->spares[place].start;
    if (least >= bytes) return;
    heap->spent += (int64_t)least; /* nobody uses it before the next collection, as if it had not been given back */
  } else {
    heap->spare_count++;
  }
  heap->spares[place] = (bell_run){ref, ref + bytes};
  if (heap->released) bell_release_given_back(ctx, heap->spares[place]);
  bell_mark_range(heap->bits, ref, ref + bytes);
  heap->irregular = true;
  heap->spent -= (int64_t)bytes;
  set_soft_end(heap);
}

void bell_move_blocks(bell_ctx *ctx, uint8_t *to, const uint8_t *from, uint64_t bytes) {
  bool back = to > from; /* what is moved up is moved from its end on */
  for (uint64_t done = 0; done < bytes;) {
    uint64_t size = bytes - done < BELL_BLOCK ? bytes - done : BELL_BLOCK, at = back ? bytes - done - size : done;
    memmove(to + at, from + at, size);
    done += size;
    if (!bell_work(ctx, (int64_t)size / 2)) return;
  }
}

int bell_compare_blocks(bell_ctx *ctx, const uint8_t *a, const uint8_t *b, uint64_t bytes) {
  for (uint64_t done = 0; done < bytes; done += BELL_BLOCK) {
    uint64_t size = bytes - done < BELL_BLOCK ? bytes - done : BELL_BLOCK;
    int order = memcmp(a + done, b + done, size);
    if (order != 0) return order;
    if (!bell_work(ctx, (int64_t)size / 8)) break;
  }
  return 0;
}

void bell_root_push(bell_ctx *ctx, bell_word word) {
  bell_heap *heap = ctx->heap;
  if (heap->temporary_count == BELL_TEMPORARIES_MAX) abort(); /* pushes without pops: a mistake of the runtime */
  heap->temporaries[heap->temporary_count++] = word;
}

void bell_root_pop(bell_ctx *ctx, int count) {
  assert((uint32_t)count <= ctx->heap->temporary_count);
  ctx->heap->temporary_count -= (uint32_t)count;
}

void bell_heap_statistics(const bell_ctx *ctx, bell_heap_stats *stats) {
  const bell_heap *heap = ctx->heap;
  uint64_t counted = bell_heap_counted(heap);
  stats->live_bytes = counted;
  stats->peak_bytes = counted > heap->peak ? counted : heap->peak;
  stats->image_bytes = heap->image_live;
  stats->touched_bytes = heap->cursor > heap->high ? heap->cursor : heap->high;
  stats->collections = heap->collections;
}

void bell_heap_set_stress(bell_ctx *ctx, bool on) {
  ctx->heap->stress = on;
  ctx->heap->irregular = true; /* the next reset computes image_soft_end anew */
  set_soft_end(ctx->heap);
}

void bell_heap_set_limit(bell_ctx *ctx, uint64_t limit_bytes) {
  bell_heap *heap = ctx->heap;
  heap->limit = limit_bytes < heap->capacity ? limit_bytes : heap->capacity;
  heap->irregular = true; /* the next reset computes image_soft_end anew */
  set_soft_end(heap);
}
