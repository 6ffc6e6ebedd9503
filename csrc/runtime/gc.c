/* Mark and sweep without moving. A bit for every 16 bytes says that a live object covers them, so sweeping is nothing but looking for runs
 * of clear bits when allocation needs a hole (the bump allocation into holes of Immix, Blackburn and McKinley 2008, with granules for
 * lines).
 *
 * Marking never recurses. An object that is reached has its first bit set and goes on a stack that has room for every object the limit allows; its
 * header is read only when it comes off it, once. Of a long container a part is looked at at a time, so that the stack grows with what is inside one another and not with the
 * length of what is beside one another: it is memory too. Marking is waiting for memory, so what comes off the stack goes through a short queue while its
 * header is on its way (Cher, Hosking and Vitek, "Software prefetching for mark-sweep garbage collection", 2004). Strings in lists and dicts do not go there. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "runtime/context.h"
#include "runtime/dict.h"
#include "runtime/heap.h"
#include "runtime/iter.h"
#include "runtime/range.h"
#include "runtime/regex.h"
#include "runtime/tuple.h"

#define MARK_STACK_KEPT (1 << 18)       /* entries: 2 MiB stay with the process after a collection */
#define RELEASE_BYTES ((uint64_t)1 << 20) /* free runs from this size on are given back to the system */
#define POLL_BYTES ((uint64_t)16 << 20) /* a collection that found more than this looks at the clock */

#define VISIT_WORK 8          /* nanoseconds to visit an object */
#define WORD_WORK 2           /* nanoseconds for each word of it */
#define RELEASED_WORK 8       /* bytes given back in a nanosecond */
#define RELEASED_MAX ((uint64_t)16 << 20) /* bytes given back by one call */
#define SCAN_MAX 1024 /* words of a container that are looked at before those found through them */

#define STRINGS_AHEAD 32 /* the same of strings, which take less time each */
#define AHEAD 16 /* objects whose headers are on their way from memory while others are looked at; a power of two */

/* --- the bitmap ----------------------------------------------------------------------------------------------------------------- */

void bell_mark_range(uint64_t *bits, uint64_t start, uint64_t end) {
  uint64_t first = start >> 4, last = (end - 1) >> 4; /* granules */
  uint64_t low = ~(uint64_t)0 << (first & 63), high = ~(uint64_t)0 >> (63 - (last & 63));
  if (first >> 6 == last >> 6) {
    bits[first >> 6] |= low & high;
    return;
  }
  bits[first >> 6] |= low;
  for (uint64_t word = (first >> 6) + 1; word < last >> 6; word++) bits[word] = ~(uint64_t)0;
  bits[last >> 6] |= high;
}

/* The first granule from here on with which `need` free ones begin, 64 at most; where there is none before `end`, the first free one behind what is in
 * use. All places of a word are tried at once, so that holes too short cost nothing. */
static uint64_t find_short_run(const uint64_t *bits, uint64_t granule, uint64_t end, uint64_t need) {
  uint64_t word = granule >> 6;
  if (granule >= end) return granule;
  uint64_t low = ~bits[word] & ~(uint64_t)0 << (granule & 63);
  for (;; low = ~bits[word]) { /* there is a word behind the last: bitmap_bytes */
    unsigned __int128 begins = (unsigned __int128)~bits[word + 1] << 64 | low;
    uint64_t length = 1;
    for (; length * 2 <= need; length *= 2) begins &= begins >> length;
    if (length < need) begins &= begins >> (need - length);
    if ((uint64_t)begins != 0) return word << 6 | (uint64_t)__builtin_ctzll((uint64_t)begins);
    if (++word << 6 >= end) return word << 6;
  }
}

bool bell_find_run(const bell_heap *heap, uint64_t from, uint64_t bytes, uint64_t most, bell_run *run) {
  uint64_t granule = from >> 4, end = heap->high >> 4, region = heap->region_size >> 4, need = (bytes + 15) >> 4, enough = most >> 4;
  const uint64_t *bits = heap->bits;
  if (need <= 64) granule = find_short_run(bits, granule, end, need);
  while (granule < end) {
    /* Skip what is taken. */
    uint64_t taken = ~bits[granule >> 6] >> (granule & 63);
    if (taken == 0) {
      granule = (granule | 63) + 1;
      continue;
    }
    granule += (uint64_t)__builtin_ctzll(taken);
    /* Measure what is free. */
    uint64_t start = granule;
    while (granule < end) {
      uint64_t used = bits[granule >> 6] >> (granule & 63);
      if (used != 0) {
        granule += (uint64_t)__builtin_ctzll(used);
        break;
      }
      granule = (granule | 63) + 1;
      if (granule - start >= enough) break;
    }
    if (granule - start >= enough) {
      *run = (bell_run){start << 4, (start + enough) << 4};
      return true;
    }
    if (granule >= end) {
      granule = start;
      break; /* it goes on behind `high` */
    }
    if (granule - start >= need) {
      *run = (bell_run){start << 4, granule << 4};
      return true;
    }
  }
  if (granule > region || region - granule < need) return false;
  *run = (bell_run){granule << 4, region << 4};
  return true;
}

/* --- marking -------------------------------------------------------------------------------------------------------------------- */

/* A word of any class that something holds: if it is a reference to what is not reached yet, it is now. */
static inline void reach(bell_ctx *ctx, bell_word word) {
  bell_heap *heap = ctx->heap;
  if (!bell_is_ref(word) || (heap->frozen && word < heap->image_end)) return;
  uint64_t *bits = &heap->bits[word >> 10], bit = (uint64_t)1 << ((word >> 4) & 63);
  if (*bits & bit) return;
  *bits |= bit;
  heap->marks[heap->mark_count++] = word;
}

static inline bool may_refer(uint8_t class_) { return class_ >= BELL_CLASS_STR; }

/* Count and mark an object of so many bytes. */
static inline void mark_object(bell_heap *heap, bell_head *head, bell_ref ref, uint64_t bytes) {
  bytes = BELL_ROUND(bytes);
  uint64_t granules = bytes >> 4, first = (ref >> 4) & 63;
  if (first + granules < 64) {
    heap->bits[ref >> 10] |= (((uint64_t)1 << granules) - 1) << first;
  } else {
    bell_mark_range(heap->bits, ref, ref + bytes);
  }
  if (ref >= heap->image_end) {
    heap->mark_live += bytes;
    if (ref + bytes > heap->mark_high) heap->mark_high = ref + bytes;
    if (heap->sealing) head->flags |= BELL_PERMANENT;
  }
}

/* While sealing: the program can write to these bytes later. */
static inline void note_writable(bell_heap *heap, bell_ref ref, uint64_t bytes) {
  if (heap->image_bits != NULL) bell_mark_range(heap->image_bits, ref, ref + BELL_ROUND(bytes));
}

static void visit(bell_ctx *ctx, bell_ref ref);

static void mark_buffer(bell_ctx *ctx, bell_ref buffer, bool writable) {
  bell_heap *heap = ctx->heap;
  if ((heap->bits[buffer >> 10] >> ((buffer >> 4) & 63)) & 1) return;
  bell_buffer *object = bell_at(ctx, buffer);
  uint64_t bytes = sizeof(bell_buffer) + object->size;
  mark_object(heap, &object->head, buffer, bytes);
  if (writable) note_writable(heap, buffer, bytes);
}

/* The strings of an array: they hold nothing, so each is marked where it is met, its header on its way from memory while others are. */
static void mark_strings(bell_ctx *ctx, const bell_word *words, int64_t count, int64_t stride) {
  bell_heap *heap = ctx->heap;
  for (int64_t i = 0; i < count; i++, words += stride) {
    if (i + STRINGS_AHEAD < count) __builtin_prefetch(ctx->base + words[STRINGS_AHEAD * stride]); /* whatever it is */
    bell_ref ref = *words;
    if (!bell_is_ref(ref) || (heap->frozen && ref < heap->image_end) || (heap->bits[ref >> 10] >> ((ref >> 4) & 63)) & 1) continue;
    bell_str *str = BELL_STR_AT(ctx, ref);
    if (str->head.flags & BELL_STR_VIEW) {
      visit(ctx, ref);
    } else {
      mark_object(heap, &str->head, ref, sizeof(bell_str) + (uint64_t)str->length * str->head.aux);
    }
  }
}

static void scan_slots(bell_ctx *ctx, const bell_type *type, const bell_word *slots) {
  for (uint32_t i = 0; i < type->slot_count; i++) {
    if (may_refer(type->slot_classes[i])) reach(ctx, slots[i]);
  }
}

/* Where looking at `count` words from `from` on ends for now; where it goes on then is on the stack, below what will be found: the place, and the object with its lowest bit set. */
static int64_t scan_end(bell_heap *heap, bell_ref ref, int64_t from, int64_t count) {
  heap->mark_work += (count - from <= SCAN_MAX ? count - from : SCAN_MAX) * WORD_WORK;
  if (count - from <= SCAN_MAX) return count;
  heap->marks[heap->mark_count++] = (uint64_t)(from + SCAN_MAX);
  heap->marks[heap->mark_count++] = ref | 1;
  return from + SCAN_MAX;
}

static void scan_words(bell_ctx *ctx, bell_ref ref, const bell_word *words, int64_t from, int64_t count, bool strings) {
  int64_t end = scan_end(ctx->heap, ref, from, count);
  if (strings) {
    mark_strings(ctx, words + from, end - from, 1);
    return;
  }
  for (int64_t i = from; i < end; i++) reach(ctx, words[i]);
}

static void scan_entries(bell_ctx *ctx, bell_ref ref, int64_t from) {
  const bell_dict *dict = BELL_DICT_AT(ctx, ref);
  bool keys = may_refer(bell_dict_key_class(dict)), values = may_refer(bell_dict_value_class(dict));
  if (dict->live == 0 || !(keys || values)) return;
  int64_t end = scan_end(ctx->heap, ref, from, dict->head.kind == BELL_DICT ? dict->used : dict->capacity);
  const bell_word *entries = (const bell_word *)bell_at(ctx, dict->entries) + from * BELL_DICT_STRIDE;
  if (keys && bell_dict_key_class(dict) == BELL_CLASS_STR) {
    mark_strings(ctx, entries, end - from, BELL_DICT_STRIDE);
    keys = false;
  }
  for (int64_t i = from; i < end; i++, entries += BELL_DICT_STRIDE) { /* the words of removed entries are no references */
    if (keys) reach(ctx, entries[0]);
    if (values) reach(ctx, entries[1]);
  }
}

/* Look at the words of a long container, from one on. */
static void scan_from(bell_ctx *ctx, bell_ref ref, int64_t from) {
  switch (BELL_HEAD_AT(ctx, ref)->kind) {
  case BELL_LIST: {
    const bell_list *list = BELL_LIST_AT(ctx, ref);
    if (list->length > 0) scan_words(ctx, ref, bell_at(ctx, list->data), from, list->length, list->head.aux == BELL_CLASS_STR);
    return;
  }
  case BELL_TUPLE: scan_words(ctx, ref, BELL_TUPLE_AT(ctx, ref)->slots, from, (int64_t)bell_tuple_words(ctx, BELL_TUPLE_AT(ctx, ref)), false); return;
  default: scan_entries(ctx, ref, from);
  }
}

/* Mark all of an object that was reached, and reach what it holds. */
static void visit(bell_ctx *ctx, bell_ref ref) {
  bell_heap *heap = ctx->heap;
  bell_head *head = BELL_HEAD_AT(ctx, ref);
  switch (head->kind) {
  case BELL_BYTES: {
    const bell_str *bytes = BELL_STR_AT(ctx, ref);
    mark_object(heap, head, ref, sizeof(bell_str) + (bytes->data == ref + sizeof(bell_str) ? bytes->length : 0));
    return;
  }
  case BELL_STR: {
    bell_str *str = BELL_STR_AT(ctx, ref);
    if (head->flags & BELL_STR_VIEW) {
      mark_object(heap, head, ref, sizeof(bell_str) + 8);
      bell_ref owner;
      memcpy(&owner, str + 1, 8);
      mark_buffer(ctx, owner, false);
    } else {
      mark_object(heap, head, ref, sizeof(bell_str) + (uint64_t)str->length * head->aux);
    }
    return;
  }
  case BELL_LIST: {
    bell_list *list = BELL_LIST_AT(ctx, ref);
    mark_object(heap, head, ref, sizeof(bell_list));
    note_writable(heap, ref, sizeof(bell_list));
    if (list->data != 0) mark_buffer(ctx, list->data - sizeof(bell_buffer), true);
    if (may_refer((uint8_t)head->aux)) scan_from(ctx, ref, 0);
    return;
  }
  case BELL_DICT:
  case BELL_SET:
  case BELL_FROZENSET: {
    bell_dict *dict = BELL_DICT_AT(ctx, ref);
    mark_object(heap, head, ref, sizeof(bell_dict));
    note_writable(heap, ref, sizeof(bell_dict));
    bell_ref payload = head->kind == BELL_DICT ? dict->index : dict->entries;
    if (payload != 0) mark_buffer(ctx, payload - sizeof(bell_buffer), true);
    scan_from(ctx, ref, 0);
    return;
  }
  case BELL_TUPLE:
  case BELL_RECORD: {
    bell_tuple *tuple = BELL_TUPLE_AT(ctx, ref);
    int64_t words = (int64_t)bell_tuple_words(ctx, tuple);
    uint64_t bytes = sizeof(bell_head) + 8 * (uint64_t)words;
    mark_object(heap, head, ref, bytes);
    if (head->kind == BELL_RECORD) note_writable(heap, ref, bytes);
    if (!heap->type_scans[head->type]) return;
    if (head->type == 0) {
      scan_from(ctx, ref, 1);
    } else {
      scan_slots(ctx, &ctx->types[head->type], tuple->slots);
    }
    return;
  }
  case BELL_FUNCTION: {
    bell_function *function = bell_at(ctx, ref);
    const bell_type *type = &ctx->types[head->type];
    bool plain = head->aux == BELL_FUNCTION_PLAIN;
    mark_object(heap, head, ref, sizeof(bell_function) + 8 * (plain ? (uint64_t)type->slot_count : 2));
    if (plain) {
      scan_slots(ctx, type, function->slots);
    } else {
      reach(ctx, function->slots[0]);
      reach(ctx, function->slots[1]);
    }
    return;
  }
  case BELL_INT:
  case BELL_FLOAT:
    mark_object(heap, head, ref, sizeof(bell_box));
    return;
  case BELL_RANGE:
    mark_object(heap, head, ref, sizeof(bell_range));
    return;
  case BELL_ITER:
    mark_object(heap, head, ref, sizeof(bell_iter));
    note_writable(heap, ref, sizeof(bell_iter));
    reach(ctx, BELL_ITER_AT(ctx, ref)->source);
    return;
  case BELL_DECIMAL:
    mark_object(heap, head, ref, sizeof(bell_head) + sizeof(int64_t) + (head->aux & 0xff) * 8u);
    return;
  case BELL_BIG:
    mark_object(heap, head, ref, sizeof(bell_big) + BELL_BIG_AT(ctx, ref)->size * 8);
    return;
  case BELL_BUFFER:
    mark_object(heap, head, ref, sizeof(bell_buffer) + ((bell_buffer *)bell_at(ctx, ref))->size);
    return;
  case BELL_REGEX: {
    const bell_regex *regex = BELL_REGEX_AT_REF(ctx, ref);
    mark_object(heap, head, ref, regex->bytes);
    reach(ctx, regex->pattern);
    return;
  }
  default:
    assert(!"a root or slot that is no object");
    return;
  }
}

/* Whether marking goes on. When the run is to end it does not: bell_collect puts that right. What is sealed was run before. */
static bool goes_on(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  int64_t work = heap->mark_work;
  heap->mark_work = 0;
  if (heap->sealing || bell_work(ctx, work)) return true;
  heap->mark_stopped = true;
  return false;
}

/* Visit all that was reached, and what is reached by that. */
static void drain(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  if (heap->mark_stopped) return;
  bell_ref queue[AHEAD];
  uint64_t first = 0, behind = 0; /* of the queue: the next to visit, the next free place */
  for (;;) {
    if (heap->mark_count > heap->mark_peak) heap->mark_peak = heap->mark_count;
    while (heap->mark_count > 0 && behind - first < AHEAD) {
      bell_ref ref = heap->marks[--heap->mark_count];
      if (ref & 1) {
        scan_from(ctx, ref & ~(bell_ref)1, (int64_t)heap->marks[--heap->mark_count]);
        if (heap->mark_work >= (int64_t)BELL_BLOCK && !goes_on(ctx)) return;
        continue;
      }
      __builtin_prefetch(ctx->base + ref);
      __builtin_prefetch(ctx->base + ref + 48); /* the end of it, or its buffer, which was allocated with it */
      queue[behind++ % AHEAD] = ref;
    }
    if (first == behind) return;
    visit(ctx, queue[first++ % AHEAD]);
    heap->mark_work += VISIT_WORK;
    if (heap->mark_work >= (int64_t)BELL_BLOCK && !goes_on(ctx)) return;
  }
}

static void visit_root(bell_ctx *ctx, bell_word *word) {
  reach(ctx, *word);
  drain(ctx);
}

static void mark_roots(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  for (uint32_t i = 0; i < ctx->global_count; i++) {
    if (may_refer(ctx->global_classes[i])) visit_root(ctx, &ctx->globals[i]);
  }
  for (bell_word *root = ctx->roots_base; root < ctx->roots_top; root++) visit_root(ctx, root);
  visit_root(ctx, &ctx->iteration_value);
  for (uint32_t i = 0; i < heap->temporary_count; i++) visit_root(ctx, &heap->temporaries[i]);
  if (ctx->vm_roots != NULL) ctx->vm_roots(ctx, visit_root);
  if (ctx->fault_text != 0) visit_root(ctx, &ctx->fault_text);
}

/* --- after marking -------------------------------------------------------------------------------------------------------------- */

/* Give the whole pages of a free run back to the system, of which there are `least` bytes. Returns false when the run is to end. */
static bool release_run(bell_ctx *ctx, bell_run run, uint64_t least) {
  bell_heap *heap = ctx->heap;
  if (run.start < heap->watched_end) run.start = heap->watched_end;
  uint64_t start = (run.start + BELL_PAGE_BYTES - 1) & ~(BELL_PAGE_BYTES - 1), end = run.end & ~(BELL_PAGE_BYTES - 1);
  if (end <= start || end - start < least) return true;
  for (uint64_t next; start < end; start = next) {
    next = end - start < RELEASED_MAX ? end : start + RELEASED_MAX;
    madvise(ctx->base + start, next - start, MADV_DONTNEED);
    if (heap->released && start < heap->reached) bell_untouch(heap, (next < heap->reached ? next : heap->reached) - start);
    if (!heap->sealing && !bell_work(ctx, (int64_t)(next - start) / RELEASED_WORK)) return false;
  }
  return true;
}

/* Give large free runs from byte `from` on back to the system, all but the first `keep` bytes of them. */
static void release_runs(bell_ctx *ctx, uint64_t from, uint64_t keep, uint64_t least) {
  bell_heap *heap = ctx->heap;
  uint64_t seen = 0;
  bell_run run;
  for (uint64_t at = from; bell_find_run(heap, at, least, UINT64_MAX, &run); at = run.end) {
    if (run.end > heap->high) run.end = heap->high;
    if (run.start >= run.end) return;
    uint64_t bytes = run.end - run.start, skip = seen < keep ? keep - seen : 0;
    seen += bytes;
    if (skip < bytes && !release_run(ctx, (bell_run){run.start + skip, run.end}, least)) return;
  }
}

void bell_release_given_back(bell_ctx *ctx, bell_run run) { release_run(ctx, run, BELL_PAGE_BYTES); }

void bell_release_all(bell_ctx *ctx, uint64_t end) {
  bell_heap *heap = ctx->heap;
  heap->released = heap->irregular = true;
  heap->touched = end;
  release_runs(ctx, heap->scan, 0, BELL_PAGE_BYTES); /* holes before it are in use or too small */
  release_run(ctx, heap->stash, BELL_PAGE_BYTES);
  for (uint32_t i = 0; i < heap->spare_count; i++) release_run(ctx, heap->spares[i], BELL_PAGE_BYTES);
}

/* After a collection: give back what allocation will not come to before the next. */
static void release_free(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  if (heap->reached > heap->limit) bell_release_all(ctx, heap->reached);
  else release_runs(ctx, heap->image_end, bell_heap_kept(heap) + heap->threshold, RELEASE_BYTES);
}

/* Stress: what is free is overwritten, so that using it is seen. */
static void poison_free(bell_heap *heap, uint8_t *base) {
  bell_run run;
  for (uint64_t at = heap->image_end; bell_find_run(heap, at, 16, UINT64_MAX, &run); at = run.end) {
    if (run.end > heap->high) run.end = heap->high;
    if (run.start >= run.end) return;
    memset(base + run.start, 0xd9, run.end - run.start);
  }
}

void bell_collect(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  uint64_t counted = bell_heap_counted(heap);
  bell_heap_note_sites(heap);
  if (counted > heap->peak) heap->peak = counted;
  bell_heap_reach(heap, heap->cursor);
  memset(heap->bits, 0, (heap->high >> 10) * 8 + 8);
  heap->mark_live = 0;
  heap->mark_high = heap->image_end;
  heap->mark_peak = 0;
  heap->mark_work = 0;
  heap->mark_stopped = false;
  mark_roots(ctx);
  if (heap->mark_peak > MARK_STACK_KEPT) { /* also where marking stopped */
    madvise(heap->marks + MARK_STACK_KEPT, (heap->mark_peak - MARK_STACK_KEPT) * 8, MADV_DONTNEED);
  }
  heap->collections++;
  heap->irregular = true;
  heap->live = heap->image_live + heap->mark_live;
  if (heap->mark_stopped) { /* nothing was found out: all stays, as if alive, for those who look at it after the run or go on from it */
    heap->mark_count = 0;
    heap->live = counted;
    if (heap->high > heap->image_end) bell_mark_range(heap->bits, heap->image_end, heap->high);
  }
  heap->spent = 0;
  heap->threshold = bell_heap_threshold(heap);
  heap->sought_dict = 0;
  heap->released = false;
  bell_restart_scans(heap);
  heap->cursor = heap->hole_start = heap->hole_end = heap->soft_end = heap->site_from = heap->image_end; /* no hole yet */
  if (heap->stress) {
    poison_free(heap, ctx->base);
  } else if (heap->reached > heap->limit || heap->high - heap->image_end > bell_heap_kept(heap) + heap->threshold + BELL_COLLECT_MIN) {
    release_free(ctx);
  }
  /* Near the limit collections follow one another and fuel does not count them: look at the clock. */
  if (counted > POLL_BYTES && !heap->sealing) bell_poll(ctx); /* sealing comes after the run */
}
