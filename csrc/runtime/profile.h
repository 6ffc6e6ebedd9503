/* What a run costs, by segment of the program and by the path of calls that led there.
 *
 * A profiled module has an op `profile.at` at the start of each of its segments: a stretch of one block on one line of the source, in one inlined body, in which
 * no function of the program is called (src/belljar/ir/passes/segments.py). In the VM each of them closes the account of the segment before: fuel and bytes
 * since are its own, and so is the time in the first million segments of a run; a look at the clock takes longer than most of them, so from then on time is sampled. Native code only says where it is; a thread raises a flag every so often, and the next segment that sees it notes a sample for
 * the segment that was running when it was raised (that before it, as this one has only begun).
 *
 * Accounts are rows: a node for each path of calls, and in it a row for each segment of its function. A function that is on the path already has no
 * second node below: calls go back to the first (Ammons, Ball and Larus, "Exploiting hardware performance counters with flow and context sensitive profiling", 1997).
 *
 * Fuel. A `fuel` op takes at once what the dearest way from there costs. A row has the ops of its segment (`fuel`), what they charged besides, and, where its segment takes
 * fuel, what was taken and not used on the way that was gone (`ahead`). All rows together are what the run used, to the unit. */
#ifndef BELL_PROFILE_H
#define BELL_PROFILE_H

#include "runtime/bell.h"

enum { BELL_PROFILE_ENTRY = 1 }; /* bell_profile_segment.flags: the function is entered here */

typedef struct {
  uint32_t function, flags;
  int64_t cost;  /* units of the ops in it, without its `fuel` op */
  int64_t taken; /* units of its `fuel` op, 0 for none */
} bell_profile_segment;

typedef struct {
  uint64_t count; /* how often it was reached */
  int64_t fuel, ahead, bytes, time; /* bytes allocated; time in units of which all rows together are the total's nanoseconds */
  uint64_t samples;
} bell_profile_row;

/* A path of calls: that of the parent and the segment there that called the function. Node 0 is the host. */
typedef struct { uint32_t parent, site, function, first_row; } bell_profile_node;

/* A call of native code that is running, in its own frame: its first segment, then the last one that could call. */
typedef struct bell_profile_frame { struct bell_profile_frame *outer; uint32_t segment; } bell_profile_frame;

/* Calls of a node from a segment of another; of those that were sampled there is no count. Node 0: nothing. */
typedef struct { uint32_t parent, site, node; uint64_t count; } bell_profile_edge;

#define BELL_PROFILE_NONE UINT32_MAX
#define BELL_PROFILE_NODES_MAX 65536u
#define BELL_PROFILE_ROWS_MAX ((uint32_t)1 << 20)

typedef struct bell_profile bell_profile;

typedef struct { uint64_t samples; int64_t fuel, bytes, time; bool failed; /* the system gave no memory: rows are missing */ } bell_profile_total;

/* Profile the runs of the instance from now on. Segments are in order of their functions and copied. `counts`: as the VM does; `interval_ns` is the time between samples. Returns
 * false when the system gives no memory. */
bool bell_profile_open(bell_ctx *ctx, const bell_profile_segment *segments, uint32_t count, bool counts, int64_t interval_ns);
void bell_profile_close(bell_ctx *ctx);
/* Around each run: what happens between is its cost. Start returns false when the system gives no thread. */
bool bell_profile_start(bell_ctx *ctx);
void bell_profile_stop(bell_ctx *ctx);
bell_profile_total bell_profile_totals(const bell_ctx *ctx);
/* Everything so far: arrays of `*count` nodes and rows, valid until the next run. The rows of a node are those of its function's segments, in order. */
const bell_profile_node *bell_profile_nodes(const bell_ctx *ctx, uint32_t *count);
const bell_profile_row *bell_profile_rows(const bell_ctx *ctx, uint32_t *count);

/* Calls, in no order: `*count` places, of which some are nothing. */
const bell_profile_edge *bell_profile_edges(const bell_ctx *ctx, uint32_t *count);

/* The VM reached a segment in the frame at `fp`. */
void bell_profile_at(bell_ctx *ctx, uint32_t segment, const bell_word *fp);
/* Native code reached a segment and saw the flag; ctx->profile_segment is still the one before. `entered`: the innermost frame begins with it. */
void bell_profile_sample(bell_ctx *ctx, bool entered);

#endif
