/* Guards: what one takes back is to the byte what it was, whether the state was copied or watched, within epochs and without. */
#include <stdlib.h>

#include "check.h"
#include "runtime/context.h"
#include "runtime/epoch.h"
#include "runtime/guard.h"
#include "runtime/test_state.h"

/* What a guard has to give back. */
typedef struct { uint8_t *region; uint64_t bytes, live, cursor; } copy;

static copy take(const bell_ctx *ctx) {
  const bell_heap *heap = ctx->heap;
  uint64_t high = heap->cursor > heap->high ? heap->cursor : heap->high;
  copy made = {malloc(high), high, bell_heap_counted(heap), heap->cursor};
  CHECK(made.region != NULL);
  memcpy(made.region, ctx->base, high);
  return made;
}

static bool is_as(const bell_ctx *ctx, copy before) {
  const bell_heap *heap = ctx->heap;
  return heap->cursor == before.cursor && bell_heap_counted(heap) == before.live && memcmp(ctx->base, before.region, before.bytes) == 0;
}

static void guarded(bell_ctx *ctx, int64_t count, int64_t dropped, bool fails) {
  CHECK(bell_guard_begin(ctx));
  copy before = take(ctx);
  chain(ctx, count, dropped);
  items(ctx)[3]++;
  if (fails) {
    bell_guard_rollback(ctx);
    CHECK(is_as(ctx, before));
  } else {
    bell_guard_commit(ctx);
  }
  free(before.region);
}

static void test_what_a_call_did_is_taken_back(void) {
  for (int64_t size = 100; size <= 1000000; size *= 100) {
    bell_ctx *ctx = make(size);
    for (int64_t i = 0; i < 200; i++) guarded(ctx, 50 + i, 40 + i, i % 3 == 0);
    guarded(ctx, 400000, 399000, true); /* with collections in between */
    guarded(ctx, 400000, 399000, false);
    guarded(ctx, 10, 0, true);
    CHECK(ctx->fault == 0 && items(ctx)[3] == 134);
    bell_ctx_destroy(ctx);
  }
}

static void test_a_small_state_stays_small(void) {
  bell_ctx *ctx = make(100);
  for (int i = 0; i < 2000; i++) guarded(ctx, 100, 100, false);
  CHECK(ctx->heap->high < 4 * BELL_GUARD_COPY_MAX && ctx->heap->collections > 10 && ctx->heap->watch == NULL);
  bell_ctx_destroy(ctx);
}

static void test_epochs_see_what_guards_do(void) {
  bell_ctx *ctx = make(100);
  chain(ctx, 20, 0);
  copy before = take(ctx);
  CHECK(bell_epoch_begin(ctx));
  for (int i = 0; i < 300; i++) guarded(ctx, 100, 90, i % 4 == 0);
  CHECK(bell_epoch_begin(ctx));
  guarded(ctx, 5, 0, true);
  guarded(ctx, 5, 0, false);
  CHECK(bell_epoch_rollback(ctx) && bell_epoch_rollback(ctx) && is_as(ctx, before));
  free(before.region);
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_what_a_call_did_is_taken_back();
  test_a_small_state_stays_small();
  test_epochs_see_what_guards_do();
  return 0;
}
