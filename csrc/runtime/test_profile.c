/* Accounts of segments: what is counted adds up, paths of calls, recursion, frames that were left, samples of native code. */
#include "runtime/profile.h"

#include "check.h"
#include "runtime/heap.h"
#include "runtime/test_module.h"

/* Function 0: segments 0 (taken 10, cost 2), 1 (cost 3); function 1: segment 2 (taken 5, cost 5); function 2: segment 3 (taken 1, cost 1). */
static const bell_profile_segment segments[] = {
    {0, BELL_PROFILE_ENTRY, 2, 10}, {0, 0, 3, 0}, {1, BELL_PROFILE_ENTRY, 5, 5}, {2, BELL_PROFILE_ENTRY, 1, 1}};

static bell_ctx *opened(bool counts) {
  bell_ctx *ctx = make_context(false);
  bell_ctx_begin(ctx, 1000000);
  CHECK(bell_profile_open(ctx, segments, 4, counts, 50000000));
  CHECK(bell_profile_start(ctx));
  return ctx;
}

static bell_profile_row row(const bell_ctx *ctx, uint32_t node, uint32_t segment) {
  uint32_t count;
  const bell_profile_node *nodes = bell_profile_nodes(ctx, &count);
  CHECK(node < count);
  return bell_profile_rows(ctx, &count)[nodes[node].first_row + segment];
}

static void test_counting(void) {
  bell_ctx *ctx = opened(true);
  bell_word stack[64];
  bell_profile_at(ctx, 0, stack);
  ctx->fuel -= 10;
  bell_profile_at(ctx, 1, stack);
  ctx->fuel -= 4; /* charged besides */
  CHECK(bell_reserve(ctx, 64));
  bell_alloc(ctx, 64, BELL_BUFFER, 0, 0);
  bell_profile_at(ctx, 2, stack + 8);
  ctx->fuel -= 5;
  bell_profile_at(ctx, 1, stack);
  bell_profile_at(ctx, 2, stack + 8);
  ctx->fuel -= 5;
  bell_profile_at(ctx, 2, stack + 16); /* calls itself: the same node */
  ctx->fuel -= 5;
  bell_profile_at(ctx, 1, stack); /* a fault led out of both */
  bell_profile_stop(ctx);
  bell_profile_total total = bell_profile_totals(ctx);
  CHECK(total.fuel == 29 && total.bytes == 64 && total.time >= 0 && !total.failed);
  uint32_t count;
  const bell_profile_node *nodes = bell_profile_nodes(ctx, &count);
  CHECK(count == 3 && nodes[1].parent == 0 && nodes[1].function == 0 && nodes[2].parent == 1 && nodes[2].site == 1 && nodes[2].function == 1);
  CHECK(row(ctx, 1, 0).count == 1 && row(ctx, 1, 0).fuel == 2 && row(ctx, 1, 0).ahead == 10 - 2 - 3 * 3);
  CHECK(row(ctx, 1, 1).count == 3 && row(ctx, 1, 1).fuel == 9 + 4 && row(ctx, 1, 1).bytes == 64);
  CHECK(row(ctx, 2, 0).count == 3 && row(ctx, 2, 0).fuel == 15 && row(ctx, 2, 0).ahead == 0);
  int64_t fuel = 0;
  const bell_profile_row *rows = bell_profile_rows(ctx, &count);
  for (uint32_t i = 0; i < count; i++) fuel += rows[i].fuel + rows[i].ahead;
  CHECK(fuel == total.fuel);
  uint64_t calls = 0;
  const bell_profile_edge *edges = bell_profile_edges(ctx, &count);
  for (uint32_t i = 0; i < count; i++) calls += edges[i].node == 2 ? edges[i].count : 0;
  CHECK(calls == 3);
  bell_ctx_destroy(ctx);
}

static void test_many_paths(void) {
  bell_ctx *ctx = opened(true);
  bell_word stack[64];
  for (int i = 0; i < 1000; i++) {
    bell_profile_at(ctx, 0, stack);
    for (int j = 1; j < 50; j++) bell_profile_at(ctx, (i >> j % 9 & 1) ? 2 : 3, stack + j);
  }
  bell_profile_stop(ctx);
  uint32_t count;
  bell_profile_nodes(ctx, &count);
  CHECK(count <= 6); /* no function twice on a path */
  bell_ctx_destroy(ctx);
}

static void test_sampling(void) {
  bell_ctx *ctx = opened(false);
  bell_profile_frame outer = {NULL, 1}, inner = {&outer, 2}, begun = {&inner, 3};
  ctx->profile_frames = &inner;
  ctx->profile_segment = 2;
  bell_profile_sample(ctx, false);
  ctx->profile_frames = &begun; /* a call has only begun: its caller was running */
  bell_profile_sample(ctx, true);
  ctx->profile_frames = &outer; /* the inner call has ended */
  bell_profile_sample(ctx, false);
  ctx->profile_segment = 1;
  bell_profile_sample(ctx, false);
  bell_profile_stop(ctx);
  CHECK(bell_profile_totals(ctx).samples == 4);
  CHECK(row(ctx, 2, 0).samples == 3 && row(ctx, 1, 1).samples == 1);
  bell_ctx_destroy(ctx);
}

static void test_the_thread(void) {
  bell_ctx *ctx = make_context(false);
  bell_ctx_begin(ctx, 1000);
  CHECK(bell_profile_open(ctx, segments, 4, false, 100000));
  CHECK(bell_profile_start(ctx));
  while (__atomic_load_n(&ctx->profile_flag, __ATOMIC_RELAXED) == 0) {}
  bell_profile_sample(ctx, false);
  bell_profile_stop(ctx);
  CHECK(bell_profile_start(ctx)); /* once more, and ended with the context */
  bell_ctx_destroy(ctx);
}

static void test_without_a_profile(void) {
  bell_ctx *ctx = make_context(false);
  bell_word stack[4];
  bell_profile_at(ctx, 0, stack);
  bell_profile_sample(ctx, false);
  bell_profile_stop(ctx);
  uint32_t count;
  CHECK(bell_profile_nodes(ctx, &count) == NULL && count == 0 && bell_profile_rows(ctx, &count) == NULL && bell_profile_edges(ctx, &count) == NULL);
  CHECK(bell_profile_totals(ctx).fuel == 0);
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_counting();
  test_many_paths();
  test_sampling();
  test_the_thread();
  test_without_a_profile();
  return 0;
}
