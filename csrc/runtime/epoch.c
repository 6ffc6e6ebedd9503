/* See epoch.h. */
#define _GNU_SOURCE
#include "runtime/epoch.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#define WATCHED_MAX 4096 /* instances with epochs open at one time */
#define GAP_MAX 32 /* read-only pages between two that were written to: one call for all costs less than two */

enum { REGION, BITMAP, AREAS };

/* Memory that is watched from the first epoch on: the pages of `writable` have been written to since they were last made read-only. */
struct bell_watch {
  struct { uint8_t *start; uint64_t pages, *writable; } areas[AREAS];
};

/* What an epoch keeps of an area: page i as it was when the epoch began, where `kept` has its bit. */
typedef struct {
  uint64_t pages;
  uint8_t *images;
  uint64_t *kept;
} kept_area;

struct bell_epoch {
  kept_area areas[AREAS];
  uint64_t kept_pages;
  uint16_t serial;
  uint8_t bookkeeping[offsetof(bell_heap, temporaries)]; /* of the heap; behind it is what does not change, or is empty between calls */
};

/* The memory of each heap that is watched. The handler looks at no heap but the one whose memory the address is in: others may go away meanwhile. */
static struct { _Atomic bool taken; _Atomic(bell_heap *) heap; _Atomic(uintptr_t) start[AREAS], end[AREAS]; } watched[WATCHED_MAX];
static _Atomic uint32_t watched_count; /* entries in use are before it */
static struct sigaction handler_before;

static inline bool has(const uint64_t *bits, uint64_t page) { return bits[page >> 6] >> (page & 63) & 1; }
static inline void set(uint64_t *bits, uint64_t page) { bits[page >> 6] |= (uint64_t)1 << (page & 63); }

/* The first page from *page on that has its bit, before `pages`. */
static bool next_set(const uint64_t *bits, uint64_t pages, uint64_t *page) {
  while (*page < pages && !has(bits, *page)) *page = bits[*page >> 6] >> (*page & 63) == 0 ? (*page | 63) + 1 : *page + 1;
  return *page < pages;
}

static bool protect(uint8_t *start, uint64_t page, uint64_t count, int access) {
  return count == 0 || mprotect(start + page * BELL_PAGE_BYTES, count * BELL_PAGE_BYTES, access) == 0;
}

static void keep(struct bell_epoch *epoch, const struct bell_watch *watch, int i, uint64_t page) {
  kept_area *area = &epoch->areas[i];
  if (page >= area->pages || has(area->kept, page)) return;
  memcpy(area->images + page * BELL_PAGE_BYTES, watch->areas[i].start + page * BELL_PAGE_BYTES, BELL_PAGE_BYTES);
  set(area->kept, page);
  epoch->kept_pages++;
}

/* --- the handler ---------------------------------------------------------------------------------------------------------------- */

/* Whether the address is in memory that the heap watches: then it can be written to from now on. */
static bool admit(bell_heap *heap, uint8_t *address) {
  struct bell_watch *watch = heap->watch;
  struct bell_epoch *epoch = heap->epoch_count > 0 ? heap->epochs[heap->epoch_count - 1] : NULL;
  for (int i = 0; i < AREAS; i++) {
    uint8_t *start = watch->areas[i].start;
    uint64_t pages = watch->areas[i].pages, *writable = watch->areas[i].writable;
    if (address < start || address >= start + pages * BELL_PAGE_BYTES) continue;
    uint64_t page = (uint64_t)(address - start) / BELL_PAGE_BYTES;
    if (has(writable, page)) return false; /* not for writing, then */
    if (epoch != NULL) keep(epoch, watch, i, page);
    set(writable, page);
    if (protect(start, page, 1, PROT_READ | PROT_WRITE)) return true;
    /* The system allows no more mappings: keep all pages, and the area is one mapping again. */
    for (page = 0; page < pages; page++) {
      if (epoch != NULL && !has(writable, page)) keep(epoch, watch, i, page);
      set(writable, page);
    }
    return protect(start, 0, pages, PROT_READ | PROT_WRITE);
  }
  return false;
}

/* The heap is used by the thread that faulted and by no other. */
static void on_fault(int number, siginfo_t *info, void *context) {
  int error = errno;
  uint32_t count = atomic_load(&watched_count);
  uintptr_t address = (uintptr_t)info->si_addr;
  bool ours = false;
  for (uint32_t i = 0; i < count && !ours; i++) {
    bell_heap *heap = atomic_load(&watched[i].heap);
    for (int area = 0; area < AREAS && heap != NULL && !ours; area++) {
      if (address >= watched[i].start[area] && address < watched[i].end[area]) ours = admit(heap, info->si_addr);
    }
  }
  errno = error;
  if (ours) return;
  if (handler_before.sa_flags & SA_SIGINFO) {
    handler_before.sa_sigaction(number, info, context);
  } else if (handler_before.sa_handler != SIG_DFL && handler_before.sa_handler != SIG_IGN) {
    handler_before.sa_handler(number);
  } else { /* it happens again, and ends the process as it would have without us */
    signal(number, SIG_DFL);
  }
}

void bell_epoch_guard(void) {
  struct sigaction now, mine = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  if (sigaction(SIGSEGV, NULL, &now) != 0 || ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_fault)) return;
  sigemptyset(&mine.sa_mask);
  handler_before = now;
  sigaction(SIGSEGV, &mine, NULL);
}

static bool enlist(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  uintptr_t starts[AREAS] = {(uintptr_t)ctx->base, (uintptr_t)heap->bits}, sizes[AREAS] = {heap->region_size, heap->region_size / 128};
  for (uint32_t i = 0; i < WATCHED_MAX; i++) {
    if (atomic_exchange(&watched[i].taken, true)) continue;
    for (int area = 0; area < AREAS; area++) {
      watched[i].start[area] = starts[area];
      watched[i].end[area] = starts[area] + sizes[area];
    }
    atomic_store(&watched[i].heap, heap);
    uint32_t count = atomic_load(&watched_count);
    while (count <= i && !atomic_compare_exchange_weak(&watched_count, &count, i + 1)) continue;
    return true;
  }
  return false;
}

static void delist(bell_heap *heap) {
  for (uint32_t i = 0; i < WATCHED_MAX; i++) {
    if (atomic_load(&watched[i].heap) != heap) continue;
    atomic_store(&watched[i].heap, NULL);
    atomic_store(&watched[i].taken, false);
    return;
  }
}

/* --- beginning and ending ------------------------------------------------------------------------------------------------------- */

static void discard_watch(struct bell_watch *watch) {
  for (int i = 0; i < AREAS; i++) free(watch->areas[i].writable);
  free(watch);
}

/* The heap's watch, made the first time. NULL when the system refuses. */
static struct bell_watch *watch_of(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  if (heap->watch != NULL) return heap->watch;
  struct bell_watch *watch = calloc(1, sizeof *watch);
  if (watch == NULL) return NULL;
  watch->areas[REGION].start = ctx->base;
  watch->areas[BITMAP].start = (uint8_t *)heap->bits;
  watch->areas[REGION].writable = calloc(heap->region_size / BELL_PAGE_BYTES / 64 + 1, 8);
  watch->areas[BITMAP].writable = calloc(heap->region_size / 128 / BELL_PAGE_BYTES / 64 + 2, 8);
  heap->watch = watch;
  if (watch->areas[REGION].writable != NULL && watch->areas[BITMAP].writable != NULL && enlist(ctx)) return watch;
  heap->watch = NULL;
  discard_watch(watch);
  return NULL;
}

/* Make the pages of an area read-only, up to `pages`: those that were written to, and those that were not watched so far. */
static bool close_area(struct bell_watch *watch, int i, uint64_t pages) {
  uint8_t *start = watch->areas[i].start;
  uint64_t *writable = watch->areas[i].writable, before = watch->areas[i].pages;
  for (uint64_t page = before; page < pages; page++) set(writable, page);
  if (pages > before) watch->areas[i].pages = pages;
  for (uint64_t page = 0, end; next_set(writable, pages, &page); page = end) {
    end = page + 1;
    for (uint64_t next = end; next_set(writable, pages, &next) && next - end <= GAP_MAX; next++) end = next + 1;
    if (!protect(start, page, end - page, PROT_READ)) return false;
    for (uint64_t done = page; done < end; done++) writable[done >> 6] &= ~((uint64_t)1 << (done & 63));
  }
  return true;
}

static void discard(struct bell_epoch *epoch) {
  for (int i = 0; i < AREAS; i++) {
    kept_area *area = &epoch->areas[i];
    if (area->images != NULL) munmap(area->images, area->pages * BELL_PAGE_BYTES);
    free(area->kept);
  }
  free(epoch);
}

static bool open_area(kept_area *area, uint64_t bytes) {
  area->pages = (bytes + BELL_PAGE_BYTES - 1) / BELL_PAGE_BYTES;
  void *images = mmap(NULL, area->pages * BELL_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (images == MAP_FAILED) return false;
  area->images = images;
  area->kept = calloc(area->pages / 64 + 1, 8);
  return area->kept != NULL;
}

static bell_heap *settled(bell_ctx *ctx) { /* with `high` up to date */
  bell_heap *heap = ctx->heap;
  bell_heap_reach(heap, heap->cursor);
  return heap;
}

static bool next_kept(const kept_area *area, uint64_t *page) { return next_set(area->kept, area->pages, page); }

static void note_innermost(bell_heap *heap) {
  heap->watched_end = heap->epoch_count > 0 ? heap->epochs[heap->epoch_count - 1]->areas[REGION].pages * BELL_PAGE_BYTES : 0;
}

bool bell_epoch_begin(bell_ctx *ctx) {
  bell_heap *heap = settled(ctx);
  struct bell_watch *watch = watch_of(ctx);
  struct bell_epoch *epoch = watch == NULL || heap->epoch_count == BELL_EPOCHS_MAX ? NULL : calloc(1, sizeof *epoch);
  if (epoch == NULL) return false;
  bell_epoch_guard();
  if (!open_area(&epoch->areas[REGION], heap->high) || !open_area(&epoch->areas[BITMAP], (heap->high >> 10) * 8 + 8) ||
      !close_area(watch, REGION, epoch->areas[REGION].pages) || !close_area(watch, BITMAP, epoch->areas[BITMAP].pages)) {
    discard(epoch);
    return false;
  }
  epoch->serial = ctx->serial;
  memcpy(epoch->bookkeeping, heap, sizeof epoch->bookkeeping);
  heap->epochs[heap->epoch_count++] = epoch;
  note_innermost(heap);
  return true;
}

bool bell_epoch_rollback(bell_ctx *ctx) {
  bell_heap *heap = settled(ctx);
  if (heap->epoch_count == 0) return false;
  struct bell_watch *watch = heap->watch;
  struct bell_epoch *epoch = heap->epochs[heap->epoch_count - 1], *outer = heap->epoch_count > 1 ? heap->epochs[heap->epoch_count - 2] : NULL;
  /* While the epoch is the innermost: an epoch inside it may have made a page read-only again. */
  for (int i = 0; i < AREAS; i++) {
    for (uint64_t page = 0; next_kept(&epoch->areas[i], &page); page++) {
      memcpy(watch->areas[i].start + page * BELL_PAGE_BYTES, epoch->areas[i].images + page * BELL_PAGE_BYTES, BELL_PAGE_BYTES);
    }
  }
  heap->epoch_count--;
  for (int i = 0; outer != NULL && i < AREAS; i++) { /* the epoch around it is to see the next write to a page that it has not kept */
    for (uint64_t page = 0; next_kept(&epoch->areas[i], &page); page++) {
      if (page >= outer->areas[i].pages || has(outer->areas[i].kept, page)) continue;
      if (protect(watch->areas[i].start, page, 1, PROT_READ)) watch->areas[i].writable[page >> 6] &= ~((uint64_t)1 << (page & 63));
      else keep(outer, watch, i, page);
    }
  }
  bell_epoch_put_back(ctx, epoch->bookkeeping, epoch->serial, epoch->areas[REGION].pages * BELL_PAGE_BYTES, epoch->areas[BITMAP].pages * BELL_PAGE_BYTES);
  /* What was put back is as the next epoch will find it: read-only now, where time is counted by what was changed, and not when the epoch begins. It may fail: then it is done there. */
  if (outer == NULL) (void)(close_area(watch, REGION, epoch->areas[REGION].pages) && close_area(watch, BITMAP, epoch->areas[BITMAP].pages));
  discard(epoch);
  note_innermost(heap);
  return true;
}

void bell_epoch_put_back(bell_ctx *ctx, const uint8_t *bookkeeping, uint16_t serial, uint64_t region_end, uint64_t bits_end) {
  bell_heap *heap = settled(ctx);
  /* The bitmap of what was allocated behind what was kept, and the memory there. */
  uint64_t used = (heap->high >> 10) * 8 + 8;
  if (used > bits_end) memset((uint8_t *)heap->bits + bits_end, 0, used - bits_end);
  uint64_t behind = region_end + BELL_COLLECT_MIN, high = heap->high & ~(BELL_PAGE_BYTES - 1);
  behind = (behind + BELL_PAGE_BYTES - 1) & ~(BELL_PAGE_BYTES - 1);
  if (behind < heap->watched_end) behind = heap->watched_end;
  if (high > behind) madvise(ctx->base + behind, high - behind, MADV_DONTNEED);
  uint64_t limit = heap->limit, peak = heap->peak, collections = heap->collections;
  bool stress = heap->stress;
  memcpy(heap, bookkeeping, offsetof(bell_heap, temporaries));
  heap->collections = collections;
  heap->peak = peak;
  heap->stress = stress;
  heap->site_from = heap->cursor;
  ctx->serial = serial;
  ctx->iteration_value = 0;
  ctx->roots_top = ctx->roots_base;
  heap->temporary_count = 0;
  bell_heap_set_limit(ctx, limit);
}

/* What an epoch kept, to the one around it, which it had not: unchanged between the two beginnings, the image is that of both. */
static void hand_over(const struct bell_epoch *epoch, struct bell_epoch *outer) {
  for (int i = 0; i < AREAS; i++) {
    const kept_area *area = &epoch->areas[i];
    kept_area *to = &outer->areas[i];
    for (uint64_t page = 0; next_kept(area, &page); page++) {
      if (page >= to->pages || has(to->kept, page)) continue;
      memcpy(to->images + page * BELL_PAGE_BYTES, area->images + page * BELL_PAGE_BYTES, BELL_PAGE_BYTES);
      set(to->kept, page);
      outer->kept_pages++;
    }
  }
}

bool bell_epoch_commit(bell_ctx *ctx) {
  bell_heap *heap = settled(ctx);
  if (heap->epoch_count == 0) return false;
  struct bell_epoch *epoch = heap->epochs[--heap->epoch_count];
  if (heap->epoch_count > 0) hand_over(epoch, heap->epochs[heap->epoch_count - 1]);
  discard(epoch);
  note_innermost(heap);
  return true;
}

bool bell_epoch_forget(bell_ctx *ctx, uint32_t index) {
  bell_heap *heap = settled(ctx);
  if (index >= heap->epoch_count) return false;
  if (index + 1 == heap->epoch_count) return bell_epoch_commit(ctx);
  struct bell_epoch *epoch = heap->epochs[index];
  if (index > 0) hand_over(epoch, heap->epochs[index - 1]);
  heap->epoch_count--;
  memmove(&heap->epochs[index], &heap->epochs[index + 1], (heap->epoch_count - index) * sizeof heap->epochs[0]);
  discard(epoch);
  return true;
}

static void exchange_page(uint8_t *a, uint8_t *b) {
  uint64_t held[512];
  for (uint64_t done = 0; done < BELL_PAGE_BYTES; done += sizeof held) {
    memcpy(held, a + done, sizeof held);
    memcpy(a + done, b + done, sizeof held);
    memcpy(b + done, held, sizeof held);
  }
}

/* Exchange the pages of an epoch with what is there. They can be written to. */
static void exchange(bell_heap *heap, uint32_t index) {
  const kept_area *area = &heap->epochs[index]->areas[REGION];
  uint8_t *start = heap->watch->areas[REGION].start;
  for (uint64_t page = 0; next_kept(area, &page); page++) exchange_page(start + page * BELL_PAGE_BYTES, area->images + page * BELL_PAGE_BYTES);
}

/* Read-only pages that the epochs from `index` on have kept: made writable, and not by way of the handler, which would keep their images once more; or read-only again. */
static bool open_pages(bell_heap *heap, uint32_t index, bool open) {
  struct bell_watch *watch = heap->watch;
  bool done = true;
  for (uint32_t i = index; i < heap->epoch_count; i++) {
    const kept_area *area = &heap->epochs[i]->areas[REGION];
    for (uint64_t page = 0; next_kept(area, &page); page++) {
      if (has(watch->areas[REGION].writable, page) || protect(watch->areas[REGION].start, page, 1, open ? PROT_READ | PROT_WRITE : PROT_READ)) continue;
      done = false;
      if (open) continue;
      keep(heap->epochs[heap->epoch_count - 1], watch, REGION, page); /* it stays writable, so now is the time */
      set(watch->areas[REGION].writable, page);
    }
  }
  return done;
}

bool bell_epoch_look(bell_ctx *ctx, uint32_t index) {
  bell_heap *heap = ctx->heap;
  if (index >= heap->epoch_count) return false;
  if (!open_pages(heap, index, true)) {
    open_pages(heap, index, false);
    return false;
  }
  for (uint32_t i = heap->epoch_count; i-- > index;) exchange(heap, i);
  return true;
}

void bell_epoch_look_away(bell_ctx *ctx, uint32_t index) {
  for (uint32_t i = index; i < ctx->heap->epoch_count; i++) exchange(ctx->heap, i);
  open_pages(ctx->heap, index, false);
}

#define SETTLED_PAGES 16 /* pages that beginning an epoch can make read-only without being slow */

void bell_epoch_settle(bell_ctx *ctx) {
  bell_heap *heap = settled(ctx);
  struct bell_watch *watch = heap->watch;
  if (heap->epoch_count > 0) return;
  uint64_t pages = (heap->high + BELL_PAGE_BYTES - 1) / BELL_PAGE_BYTES;
  if (watch == NULL) {
    if (pages > SETTLED_PAGES && bell_epoch_begin(ctx)) bell_epoch_commit(ctx);
    return;
  }
  uint64_t written = pages > watch->areas[REGION].pages ? pages - watch->areas[REGION].pages : 0;
  for (uint64_t word = 0; word <= pages / 64; word++) written += (uint64_t)__builtin_popcountll(watch->areas[REGION].writable[word]);
  if (written <= SETTLED_PAGES) return;
  (void)(close_area(watch, REGION, pages) && close_area(watch, BITMAP, ((heap->high >> 10) * 8 + 8 + BELL_PAGE_BYTES - 1) / BELL_PAGE_BYTES));
}

void bell_epoch_statistics(const bell_ctx *ctx, bell_epoch_stats *stats) {
  const bell_heap *heap = ctx->heap;
  *stats = (bell_epoch_stats){.open = heap->epoch_count};
  for (uint32_t i = 0; i < heap->epoch_count; i++) {
    stats->kept_pages = heap->epochs[i]->kept_pages;
    stats->kept_bytes += stats->kept_pages * BELL_PAGE_BYTES;
  }
}

void bell_epoch_destroy(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  if (heap->watch == NULL) return;
  delist(heap);
  while (heap->epoch_count > 0) discard(heap->epochs[--heap->epoch_count]);
  discard_watch(heap->watch);
  heap->watch = NULL;
}
