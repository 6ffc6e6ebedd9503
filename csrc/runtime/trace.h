/* The marks that a traced program leaves, in native memory of a fixed size.
 *
 * A mark is the number of its site, 4 bytes, and then the words of its values as the table of points says (src/belljar/trace/points.py): 8 bytes for an
 * int, a float (every nan is one), a bool or a number of elements, a preview for a reference. All bytes are little-endian and stand without gaps.
 *
 * Marks go to blocks, and no mark lies in two. A full block is handed to the sink, whose memory is then used again; without a sink there are several,
 * of which the oldest is overwritten: what remains is the end of the run. A mark has room when the place of the next one is before ctx->trace_end:
 * BELL_TRACE_MARK_MAX bytes follow, more than any mark takes.
 *
 * Where only branches are recorded, engines write a bit for each `br` of the IR, 1 for its first way, instead of marks: into ctx->trace_bits, from the lowest up,
 * behind a 1 that tells how many there are. Words of 63 bits go to the blocks; the last one, with fewer, behind them when the marks are taken. An engine may hand over what is in
 * ctx->trace_bits before it is full: it waits in `rest` until a word is.
 *
 * Native code writes a byte for each `br`, 0 or 1, to ctx->trace_at, which it keeps in a register, into a buffer from which they are taken with each slice of fuel, by everybody who calls bell_mark_full, and before
 * and after native code is called from here: of trace_bits and the buffer one is always empty. A branch costs a unit of fuel at least, taken before it, so that between two slices there are no more than one has units, and those
 * that the running function had paid for before. After a call native code looks whether the place is beyond ctx->trace_limit, as every function that waits for another has paid ahead.
 *
 * Previews (bell_trace_preview) are bounded and need neither fuel nor memory of the heap:
 *
 *   n t f u       None, True, False, unset              e            the empty string, or the reference 0; within a record a slot of class any that is 0 is unset
 *   i d           8 bytes: an int, a float              r            24 bytes: start, stop, step
 *   b             a big int: u8 is it negative, u32 bytes, and the bytes of the magnitude, least first, if at most BELL_TRACE_BIG_MAX
 *   s             a str: u32 length, u16 bytes shown, UTF-8 (surrogates as three bytes)
 *   y             bytes: u32 length, u16 shown, those
 *   m             a Decimal: u16 length of its text, u8 shown, ASCII
 *   l T S F       list, tuple, set, frozenset: u32 length, u8 shown, previews
 *   D             dict: u32 length, u8 pairs shown, previews of keys and values by turns
 *   R             record: u8 length of its name, the name, u16 slots, u8 shown, previews
 *   c             function: u8 bell_function_kind, u16 length of its name, the name
 *   o             another object: u8 bell_kind */
#ifndef BELL_TRACE_H
#define BELL_TRACE_H

#include "runtime/bell.h"

enum {
  BELL_TRACE_MARK_MAX = 1 << 16,  /* bytes of a mark, at most */
  BELL_TRACE_PARTS_MAX = 64,      /* values in a preview */
  BELL_TRACE_BYTES_MAX = 1600,    /* bytes of a preview after which nothing is added to a container */
  BELL_TRACE_DEPTH_MAX = 6,       /* containers in one another that are shown */
  BELL_TRACE_TEXT_MAX = 400,      /* characters of a string that is shown by itself, */
  BELL_TRACE_INNER_TEXT_MAX = 100, /* and in a container */
  BELL_TRACE_BIG_MAX = 64,        /* bytes of a big int */
  BELL_TRACE_DECIMAL_MAX = 200,   /* characters of a Decimal */
  BELL_BRANCHES_BEFORE = 64,      /* bytes before the buffer: native code may be some steps behind with the place */
  BELL_BRANCHES_LIMIT = 1 << 15,
  BELL_BRANCHES_PAID = 1 << 13,   /* a function has no more branches than this without a look (engines/jit/branch_bits.py), */
  BELL_BRANCHES_OVER = 192,       /* and what is written at once */
  BELL_BRANCHES_BYTES = BELL_BRANCHES_BEFORE + BELL_BRANCHES_LIMIT + (int)BELL_FUEL_SLICE + BELL_BRANCHES_PAID + BELL_BRANCHES_OVER,
};

/* Takes a full block. Returns 0; anything else says that it could not, and what comes after is lost. */
typedef int (*bell_trace_sink)(void *data, const uint8_t *bytes, size_t size);

typedef struct bell_trace {
  uint8_t *memory;
  size_t block_bytes, block_count; /* block_count is 1 with a sink */
  size_t current;                  /* the block being written */
  size_t *used;                    /* bytes of each block, of the current one as of the last turn */
  uint64_t turns;                  /* blocks that were full */
  uint64_t lost;                   /* of those that nobody has: overwritten, or refused by the sink */
  bell_trace_sink sink;
  void *data;
  bool refused;
  uint8_t *branches; /* the buffer of native code */
  uint64_t rest; /* branches before those in ctx->trace_bits that are no word yet, fewer than 63, behind a 1 */
} bell_trace;

/* Let a context leave marks from now on; NULL for `sink` keeps the last `block_count` blocks. Blocks have at least 2 * BELL_TRACE_MARK_MAX bytes.
 * Returns false when the system gives no memory. */
bool bell_trace_open(bell_ctx *ctx, size_t block_bytes, size_t block_count, bell_trace_sink sink, void *data);
/* Hand what is left to the sink. */
void bell_trace_flush(bell_ctx *ctx);
/* Forget all marks. */
void bell_trace_clear(bell_ctx *ctx);
/* No marks any more; their memory goes. */
void bell_trace_close(bell_ctx *ctx);
/* Copy what a trace without a sink holds, oldest first, to `to`, unless that is NULL. Returns the bytes. */
size_t bell_trace_copy(bell_ctx *ctx, uint8_t *to);

/* A new block. Returns where its first mark goes, or NULL where nobody asks for marks. */
uint8_t *bell_trace_turn(bell_ctx *ctx);

/* Where a mark begins, or NULL. */
static inline uint8_t *bell_trace_place(bell_ctx *ctx) {
  return __builtin_expect(ctx->trace_next < ctx->trace_end, 1) ? ctx->trace_next : bell_trace_turn(ctx);
}

/* Take the branches that are in ctx->trace_bits or in the buffer before ctx->trace_at, which are empty then. */
void bell_mark_full(bell_ctx *ctx);
/* Native code begins to record branches: where the first one goes. */
uint8_t *bell_mark_begin(bell_ctx *ctx);
/* Write so many branches of native code to the buffer that all went the same way. */
void bell_mark_run(bell_ctx *ctx, uint64_t count, bool first);

static inline void bell_trace_branch(bell_ctx *ctx, bool first) {
  uint64_t bits = ctx->trace_bits << 1 | first;
  ctx->trace_bits = bits;
  if (__builtin_expect((int64_t)bits < 0, 0)) bell_mark_full(ctx);
}

#define BELL_TRACE_MORE UINT32_MAX /* in place of a site: a further word of the mark before */

static inline double bell_trace_number(double value) { return value == value ? value : __builtin_nan(""); }

static inline void bell_trace_point(bell_ctx *ctx, uint32_t site) {
  uint8_t *at = bell_trace_place(ctx);
  if (at == NULL) return;
  memcpy(at, &site, 4);
  ctx->trace_next = at + 4;
}

static inline void bell_trace_word(bell_ctx *ctx, uint32_t site, bell_word word) {
  uint8_t *at = bell_trace_place(ctx);
  if (at == NULL) return;
  memcpy(at, &site, 4);
  memcpy(at + 4, &word, 8);
  ctx->trace_next = at + 12;
}

static inline void bell_trace_more(bell_ctx *ctx, bell_word word) {
  uint8_t *at = ctx->trace_next;
  if (at == NULL) return;
  memcpy(at, &word, 8);
  ctx->trace_next = at + 8;
}

/* Write a preview of a word of class any, or of a plain reference. Returns where it ends. */
uint8_t *bell_trace_preview(bell_ctx *ctx, bell_word word, uint8_t *to);

/* The ops, for native code; `site` may be BELL_TRACE_MORE. */
void bell_mark_point(bell_ctx *ctx, uint32_t site);
void bell_mark_word(bell_ctx *ctx, uint32_t site, bell_word word);
void bell_mark_value(bell_ctx *ctx, uint32_t site, bell_word word);
void bell_mark_size(bell_ctx *ctx, uint32_t site, bell_word word);
void bell_mark_free(bell_ctx *ctx, uint32_t on);

#endif
