/* See profile.h. */
#define _GNU_SOURCE
#include "runtime/profile.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "runtime/context.h"
#include "runtime/heap.h"

typedef struct { const bell_word *fp; uint32_t node, segment, region; } vm_frame; /* region: row of the segment that took the fuel being used */
typedef bell_profile_edge edge;

struct bell_profile {
  bell_profile_segment *segments;
  uint32_t *firsts; /* per segment the first of its function */
  uint32_t *sizes;  /* per segment the number of its function's segments */
  uint32_t segment_count;
  bell_profile_node *nodes;
  uint32_t node_count, node_room;
  bell_profile_row *rows;
  uint32_t row_count, row_room;
  edge *edges; /* open addressing */
  uint32_t edge_count, edge_room;
  vm_frame *frames;
  uint32_t frame_count, frame_room;
  uint32_t current, segment; /* the row being charged, and its segment */
  int64_t used, allocated, clock;
  int64_t looks; /* so many segments more read the clock, the others when the flag is raised */
  bell_profile_total total;
  int64_t interval_ns;
  bool counts, running, sampled; /* sampled: the thread runs */
  pthread_t sampler;
  pthread_mutex_t lock;
  pthread_cond_t ended;
};

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What counts time in the VM. A look takes longer than most instructions, so only the first ones of a run are of each segment. */
#define LOOKS ((int64_t)1 << 20)
static inline int64_t ticks(void) {
#if defined(__x86_64__)
  return (int64_t)__builtin_ia32_rdtsc();
#else
  return now_ns();
#endif
}

/* --- the tree of calls ------------------------------------------------------------------------------------------------------------ */

/* Room for one more element. Returns false, and says that rows are missing, when the system gives no memory. */
static bool grow(bell_profile *profile, void **items, uint32_t count, uint32_t *room, uint32_t more, size_t size) {
  if (count + more <= *room) return true;
  uint32_t wanted = *room * 2 > count + more ? *room * 2 : count + more;
  void *grown = realloc(*items, wanted * size);
  if (grown == NULL) {
    profile->total.failed = true;
    return false;
  }
  *items = grown;
  *room = wanted;
  return true;
}

static uint32_t new_node(bell_profile *profile, uint32_t parent, uint32_t site, uint32_t entry) {
  uint32_t size = entry == BELL_PROFILE_NONE ? 1 : profile->sizes[entry];
  if (!grow(profile, (void **)&profile->nodes, profile->node_count, &profile->node_room, 1, sizeof *profile->nodes)) return 0;
  if (!grow(profile, (void **)&profile->rows, profile->row_count, &profile->row_room, size, sizeof *profile->rows)) return 0;
  memset(profile->rows + profile->row_count, 0, size * sizeof *profile->rows);
  uint32_t function = entry == BELL_PROFILE_NONE ? BELL_PROFILE_NONE : profile->segments[entry].function;
  profile->nodes[profile->node_count] = (bell_profile_node){parent, site, function, profile->row_count};
  profile->row_count += size;
  return profile->node_count++;
}

/* The edge of a call from a segment of a path to a function, or the free place where it belongs. */
static edge *edge_of(const bell_profile *profile, edge *edges, uint32_t room, uint32_t parent, uint32_t site, uint32_t function) {
  uint64_t hash = (((uint64_t)parent << 32 | site) * 0x9e3779b97f4a7c15u ^ function) * 0xff51afd7ed558ccdu;
  uint32_t at = (uint32_t)(hash >> 32) & (room - 1);
  while (edges[at].node != 0 && (edges[at].parent != parent || edges[at].site != site || profile->nodes[edges[at].node].function != function)) at = (at + 1) & (room - 1);
  return &edges[at];
}

static void widen_edges(bell_profile *profile) {
  uint32_t room = profile->edge_room * 2;
  edge *edges = calloc(room, sizeof *edges);
  if (edges == NULL) {
    profile->total.failed = true;
    return;
  }
  for (uint32_t i = 0; i < profile->edge_room; i++) {
    const edge *old = &profile->edges[i];
    if (old->node != 0) *edge_of(profile, edges, room, old->parent, old->site, profile->nodes[old->node].function) = *old;
  }
  free(profile->edges);
  profile->edges = edges;
  profile->edge_room = room;
}

/* Where a call from a segment of a path leads, counted: `entry` is the first segment of the function. 0 when there is no memory. */
static uint32_t called(bell_profile *profile, uint32_t parent, uint32_t site, uint32_t entry) {
  uint32_t function = profile->segments[entry].function;
  edge *found = edge_of(profile, profile->edges, profile->edge_room, parent, site, function);
  if (found->node != 0) {
    found->count++;
    return found->node;
  }
  uint32_t node = 0;
  for (uint32_t above = parent; above != 0; above = profile->nodes[above].parent) {
    if (profile->nodes[above].function == function) node = above;
  }
  if (node == 0 && parent != 0 && (profile->node_count >= BELL_PROFILE_NODES_MAX || profile->row_count >= BELL_PROFILE_ROWS_MAX)) {
    node = called(profile, 0, 0, entry); /* too many paths: what is left has one node for each function */
    found = edge_of(profile, profile->edges, profile->edge_room, parent, site, function);
  }
  if (node == 0) node = new_node(profile, parent, site, entry);
  if (node == 0 || profile->edge_count * 2 >= profile->edge_room) return node; /* no memory */
  *found = (edge){parent, site, node, 1};
  if (++profile->edge_count * 2 >= profile->edge_room) widen_edges(profile);
  return node;
}

static uint32_t row_of(const bell_profile *profile, uint32_t node, uint32_t segment) {
  if (node == 0) return 0;
  return profile->nodes[node].first_row + segment - profile->firsts[segment];
}

/* --- counting, in the VM ------------------------------------------------------------------------------------------------------------ */

static inline int64_t fuel_used(const bell_ctx *ctx) {
  int64_t left = (ctx->unpaid ? ctx->fuel_aside : ctx->fuel) + ctx->fuel_reserve;
  return left < 0 ? ctx->fuel_max : ctx->fuel_max - left;
}

/* Close the account of the current segment. */
static inline void settle(const bell_ctx *ctx, bell_profile *profile) {
  bell_profile_row *row = &profile->rows[profile->current];
  int64_t used = fuel_used(ctx), allocated = bell_heap_allocated(ctx->heap);
  row->fuel += used - profile->used;
  row->bytes += allocated - profile->allocated;
  profile->used = used;
  profile->allocated = allocated;
}

static inline void clock_row(bell_profile *profile) {
  int64_t clock = ticks();
  profile->rows[profile->current].time += clock - profile->clock;
  profile->clock = clock;
}

static bool start_sampler(bell_ctx *ctx);

/* The time of the current segment: always at first, then by sampling. */
static inline void clock_segment(bell_ctx *ctx, bell_profile *profile) {
  if (profile->looks > 0) {
    clock_row(profile);
    if (--profile->looks == 0 && !start_sampler(ctx)) profile->looks = LOOKS;
  } else if (__atomic_load_n(&ctx->profile_flag, __ATOMIC_RELAXED) != 0) {
    __atomic_store_n(&ctx->profile_flag, 0, __ATOMIC_RELAXED);
    clock_row(profile);
    profile->rows[profile->current].samples++;
    profile->total.samples++;
  }
}

void bell_profile_at(bell_ctx *ctx, uint32_t segment, const bell_word *fp) {
  bell_profile *profile = ctx->profile;
  if (profile == NULL || !profile->running) return;
  settle(ctx, profile);
  clock_segment(ctx, profile);
  const bell_profile_segment *at = &profile->segments[segment];
  if (at->flags & BELL_PROFILE_ENTRY) {
    /* Frames from here on up are of calls that ended. */
    while (profile->frame_count > 1 && profile->frames[profile->frame_count - 1].fp >= fp) profile->frame_count--;
    const vm_frame *caller = &profile->frames[profile->frame_count - 1];
    uint32_t node = called(profile, caller->node, caller->segment, segment);
    if (!grow(profile, (void **)&profile->frames, profile->frame_count, &profile->frame_room, 1, sizeof *profile->frames)) return;
    profile->frames[profile->frame_count++] = (vm_frame){fp, node, segment, 0};
  } else {
    while (profile->frame_count > 1 && profile->frames[profile->frame_count - 1].fp > fp) profile->frame_count--;
  }
  vm_frame *frame = &profile->frames[profile->frame_count - 1];
  frame->segment = segment;
  profile->current = row_of(profile, frame->node, segment);
  bell_profile_row *row = &profile->rows[profile->current];
  row->count++;
  if (at->taken != 0) {
    frame->region = profile->current;
    row->fuel -= at->taken; /* settled later as used here, it is had by those that use it */
    row->ahead += at->taken;
  }
  row->fuel += at->cost;
  profile->rows[frame->region].ahead -= at->cost;
}

/* --- sampling, in native code ------------------------------------------------------------------------------------------------------- */

static void *sample(void *data) {
  bell_ctx *ctx = data;
  bell_profile *profile = ctx->profile;
  int64_t next = now_ns() + profile->interval_ns;
  pthread_mutex_lock(&profile->lock);
  while (profile->sampled) {
    struct timespec until = {next / 1000000000, next % 1000000000};
    pthread_cond_timedwait(&profile->ended, &profile->lock, &until);
    int64_t now = now_ns();
    if (now < next) continue;
    __atomic_store_n(&ctx->profile_flag, 1, __ATOMIC_RELAXED);
    next += profile->interval_ns;
    if (next <= now) next = now + profile->interval_ns; /* late: what was missed is missed */
  }
  pthread_mutex_unlock(&profile->lock);
  return NULL;
}

static bool start_sampler(bell_ctx *ctx) {
  bell_profile *profile = ctx->profile;
  profile->sampled = true;
  ctx->profile_flag = 0;
  if (pthread_create(&profile->sampler, NULL, sample, ctx) == 0) return true;
  profile->sampled = false;
  return false;
}

static void stop_sampler(bell_profile *profile) {
  if (!profile->sampled) return;
  pthread_mutex_lock(&profile->lock);
  profile->sampled = false;
  pthread_cond_signal(&profile->ended);
  pthread_mutex_unlock(&profile->lock);
  pthread_join(profile->sampler, NULL);
}

/* The path of a frame. */
static uint32_t path_of(bell_profile *profile, const bell_profile_frame *frame) {
  /* From the outermost in. The list is turned round in place of a recursion as deep as the program's. */
  uint32_t depth = 0;
  for (const bell_profile_frame *at = frame; at != NULL; at = at->outer) depth++;
  vm_frame *frames = profile->frames;
  if (depth > profile->frame_room) {
    if (!grow(profile, (void **)&profile->frames, 0, &profile->frame_room, depth, sizeof *profile->frames)) return 0;
    frames = profile->frames;
  }
  uint32_t place = depth;
  for (const bell_profile_frame *at = frame; at != NULL; at = at->outer) frames[--place].segment = at->segment;
  uint32_t node = 0, site = 0;
  for (uint32_t i = 0; i < depth; i++) {
    node = called(profile, node, site, profile->firsts[frames[i].segment]);
    site = frames[i].segment;
  }
  return node;
}

/* The time since the last sample goes to where native code was; `count` is 0 at the end of the run, which is no sample. */
static void note_sample(bell_ctx *ctx, bell_profile *profile, const bell_profile_frame *frame, uint32_t count) {
  int64_t now = now_ns();
  uint32_t node = path_of(profile, frame), at = ctx->profile_segment;
  if (at != BELL_PROFILE_NONE && (frame == NULL || profile->segments[at].function != profile->segments[frame->segment].function)) { /* in a call of this frame's that has ended since */
    node = called(profile, node, frame == NULL ? 0 : frame->segment, profile->firsts[at]);
  }
  bell_profile_row *row = &profile->rows[at == BELL_PROFILE_NONE ? 0 : row_of(profile, node, at)];
  row->samples += count;
  row->time += now - profile->clock;
  profile->total.samples += count;
  profile->clock = now;
}

void bell_profile_sample(bell_ctx *ctx, bool entered) {
  bell_profile *profile = ctx->profile;
  const bell_profile_frame *frame = ctx->profile_frames;
  if (entered && frame != NULL) frame = frame->outer; /* has only begun: what ran is the call */
  __atomic_store_n(&ctx->profile_flag, 0, __ATOMIC_RELAXED);
  if (profile != NULL && profile->running) note_sample(ctx, profile, frame, 1);
}

/* --- life --------------------------------------------------------------------------------------------------------------------------- */

bool bell_profile_open(bell_ctx *ctx, const bell_profile_segment *segments, uint32_t count, bool counts, int64_t interval_ns) {
  bell_profile_close(ctx);
  bell_profile *profile = calloc(1, sizeof *profile);
  if (profile == NULL) return false;
  ctx->profile = profile;
  profile->segment_count = count;
  profile->counts = counts;
  profile->interval_ns = interval_ns;
  profile->segments = malloc((count + 1) * sizeof *segments);
  profile->firsts = calloc((size_t)count + 1, sizeof *profile->firsts);
  profile->sizes = calloc((size_t)count + 1, sizeof *profile->sizes);
  profile->edge_room = 256;
  profile->edges = calloc(profile->edge_room, sizeof *profile->edges);
  profile->frame_room = 64;
  profile->frames = calloc(profile->frame_room, sizeof *profile->frames);
  pthread_mutex_init(&profile->lock, NULL);
  pthread_condattr_t clock;
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_cond_init(&profile->ended, &clock);
  pthread_condattr_destroy(&clock);
  bool whole = profile->segments && profile->firsts && profile->sizes && profile->edges && profile->frames;
  if (whole) {
    memcpy(profile->segments, segments, count * sizeof *segments);
    new_node(profile, 0, 0, BELL_PROFILE_NONE);
  }
  if (!whole || profile->total.failed) {
    bell_profile_close(ctx);
    return false;
  }
  for (uint32_t first = 0, end; first < count; first = end) {
    for (end = first; end < count && segments[end].function == segments[first].function;) end++;
    for (uint32_t i = first; i < end; i++) {
      profile->firsts[i] = first;
      profile->sizes[i] = end - first;
    }
  }
  return true;
}

void bell_profile_close(bell_ctx *ctx) {
  bell_profile *profile = ctx->profile;
  if (profile == NULL) return;
  bell_profile_stop(ctx);
  ctx->profile = NULL;
  pthread_cond_destroy(&profile->ended);
  pthread_mutex_destroy(&profile->lock);
  free(profile->segments);
  free(profile->firsts);
  free(profile->sizes);
  free(profile->nodes);
  free(profile->rows);
  free(profile->edges);
  free(profile->frames);
  free(profile);
}

bool bell_profile_start(bell_ctx *ctx) {
  bell_profile *profile = ctx->profile;
  if (profile == NULL || profile->running) return true;
  profile->frames[0] = (vm_frame){0};
  profile->frame_count = 1;
  profile->current = 0;
  profile->used = fuel_used(ctx);
  profile->allocated = bell_heap_allocated(ctx->heap);
  ctx->profile_frames = NULL;
  ctx->profile_segment = BELL_PROFILE_NONE;
  ctx->profile_flag = 0;
  profile->total.fuel -= profile->used;
  profile->total.bytes -= profile->allocated;
  profile->total.time -= now_ns();
  profile->looks = LOOKS;
  profile->clock = profile->counts ? ticks() : now_ns();
  profile->running = profile->counts || start_sampler(ctx);
  return profile->running;
}

void bell_profile_stop(bell_ctx *ctx) {
  bell_profile *profile = ctx->profile;
  if (profile == NULL || !profile->running) return;
  if (profile->counts) {
    settle(ctx, profile);
    clock_row(profile);
  } else {
    note_sample(ctx, profile, NULL, 0); /* what is left of the frames is of calls that ended with a fault */
  }
  profile->total.fuel += fuel_used(ctx);
  profile->total.bytes += bell_heap_allocated(ctx->heap);
  profile->total.time += now_ns();
  profile->running = false;
  stop_sampler(profile);
}

bell_profile_total bell_profile_totals(const bell_ctx *ctx) { return ctx->profile == NULL ? (bell_profile_total){0} : ctx->profile->total; }

const bell_profile_node *bell_profile_nodes(const bell_ctx *ctx, uint32_t *count) {
  *count = ctx->profile == NULL ? 0 : ctx->profile->node_count;
  return ctx->profile == NULL ? NULL : ctx->profile->nodes;
}

const bell_profile_row *bell_profile_rows(const bell_ctx *ctx, uint32_t *count) {
  *count = ctx->profile == NULL ? 0 : ctx->profile->row_count;
  return ctx->profile == NULL ? NULL : ctx->profile->rows;
}

const bell_profile_edge *bell_profile_edges(const bell_ctx *ctx, uint32_t *count) {
  *count = ctx->profile == NULL ? 0 : ctx->profile->edge_room;
  return ctx->profile == NULL ? NULL : ctx->profile->edges;
}
