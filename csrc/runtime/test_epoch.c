/* Epochs: rolled back, region and bookkeeping are to the byte what they were, whatever was written, allocated and collected in between. */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "runtime/context.h"
#include "runtime/epoch.h"
#include "runtime/test_state.h"

static uint64_t pages_kept(const bell_ctx *ctx) {
  bell_epoch_stats stats;
  bell_epoch_statistics(ctx, &stats);
  return stats.kept_pages;
}

/* What an epoch has to give back. */
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

static void test_what_was_written_is_taken_back(void) {
  bell_ctx *ctx = make(1000000);
  chain(ctx, 1000, 10);
  copy before = take(ctx);
  CHECK(bell_epoch_begin(ctx) && pages_kept(ctx) == 0);
  items(ctx)[0] = 5;
  items(ctx)[1] = 6; /* the same page */
  CHECK(pages_kept(ctx) == 1);
  items(ctx)[999999] = 7;
  CHECK(pages_kept(ctx) == 2);
  chain(ctx, 900000, 899000); /* more than a collection is due for */
  CHECK(ctx->fault == 0 && ctx->heap->collections > 1);
  CHECK(bell_epoch_rollback(ctx) && is_as(ctx, before));
  CHECK(!bell_epoch_rollback(ctx) && !bell_epoch_commit(ctx));
  items(ctx)[0] = 8; /* nothing is watched any more */
  free(before.region);
  bell_ctx_destroy(ctx);
}

static void test_what_comes_after_is_as_if_it_had_not_been(void) {
  bell_ctx *one = make(1000), *other = make(1000);
  CHECK(bell_epoch_begin(one));
  chain(one, 400000, 399990);
  CHECK(bell_epoch_rollback(one));
  for (int i = 0; i < 5; i++) {
    chain(one, 70000, 69000);
    chain(other, 70000, 69000);
    CHECK(one->globals[1] == other->globals[1] && bell_heap_counted(one->heap) == bell_heap_counted(other->heap));
  }
  bell_ctx_destroy(one);
  bell_ctx_destroy(other);
}

static void test_epochs_nest(void) {
  bell_ctx *ctx = make(200000);
  CHECK(bell_epoch_begin(ctx));
  items(ctx)[0] = 1;
  CHECK(bell_epoch_begin(ctx));
  items(ctx)[0] = 2;
  items(ctx)[100000] = 2;
  CHECK(bell_epoch_rollback(ctx) && items(ctx)[0] == 1 && items(ctx)[100000] == 0);
  CHECK(bell_epoch_begin(ctx));
  items(ctx)[100000] = 3;
  items(ctx)[199999] = 3;
  CHECK(bell_epoch_commit(ctx) && items(ctx)[100000] == 3 && pages_kept(ctx) == 3);
  items(ctx)[50000] = 4;
  CHECK(bell_epoch_rollback(ctx) && items(ctx)[0] == 0 && items(ctx)[50000] == 0 && items(ctx)[100000] == 0 && items(ctx)[199999] == 0);
  for (int i = 0; i < BELL_EPOCHS_MAX; i++) CHECK(bell_epoch_begin(ctx));
  CHECK(!bell_epoch_begin(ctx));
  bell_ctx_destroy(ctx); /* with all of them open */
}

static uint64_t random_bits(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return *state >> 33;
}

static void test_any_sequence(void) {
  for (uint64_t seed = 1; seed <= 40; seed++) {
    uint64_t state = seed;
    bell_ctx *ctx = make(300000);
    copy before[8];
    uint32_t open = 0;
    for (int step = 0; step < 60; step++) {
      switch (random_bits(&state) % 8) {
      case 0:
        if (open == 8) break;
        before[open] = take(ctx);
        CHECK(bell_epoch_begin(ctx));
        open++;
        break;
      case 1:
        if (open == 0) break;
        open--;
        CHECK(bell_epoch_rollback(ctx) && is_as(ctx, before[open]));
        free(before[open].region);
        break;
      case 2:
        if (open == 0) break;
        CHECK(bell_epoch_commit(ctx));
        free(before[--open].region);
        break;
      case 6: { /* one between the others: the ways back to their beginnings are as they were */
        if (open == 0) break;
        uint32_t gone = (uint32_t)(random_bits(&state) % open);
        CHECK(bell_epoch_forget(ctx, gone));
        free(before[gone].region);
        open--;
        memmove(&before[gone], &before[gone + 1], (open - gone) * sizeof before[0]);
        break;
      }
      case 7: {
        if (open == 0) break;
        uint32_t place = (uint32_t)(random_bits(&state) % open);
        copy now = take(ctx);
        CHECK(bell_epoch_look(ctx, place) && memcmp(ctx->base, before[place].region, before[place].bytes) == 0);
        bell_epoch_look_away(ctx, place);
        CHECK(is_as(ctx, now));
        free(now.region);
        break;
      }
      case 3: chain(ctx, (int64_t)(random_bits(&state) % 20000), (int64_t)(random_bits(&state) % 20000)); break;
      default:
        for (int i = 0; i < 5; i++) items(ctx)[random_bits(&state) % 300000] = (int64_t)state;
      }
      CHECK(ctx->fault == 0);
    }
    while (open > 0) free(before[--open].region);
    bell_ctx_destroy(ctx);
  }
}

static void test_what_is_no_epoch_is_refused(void) {
  bell_ctx *ctx = make(1000);
  CHECK(!bell_epoch_forget(ctx, 0) && !bell_epoch_look(ctx, 0));
  CHECK(bell_epoch_begin(ctx) && !bell_epoch_forget(ctx, 1) && !bell_epoch_look(ctx, 1));
  bell_ctx_destroy(ctx);
}

static void test_much_that_was_written_is_settled_at_once(void) {
  bell_ctx *ctx = make(4000000);
  CHECK(bell_epoch_begin(ctx) && bell_epoch_commit(ctx));
  for (int64_t i = 0; i < 4000000; i++) items(ctx)[i] = i;
  bell_epoch_settle(ctx);
  CHECK(bell_epoch_begin(ctx) && pages_kept(ctx) == 0);
  items(ctx)[5] = 1;
  bell_epoch_settle(ctx); /* nothing while one is open */
  CHECK(pages_kept(ctx) == 1 && bell_epoch_rollback(ctx) && items(ctx)[5] == 5);
  bell_ctx_destroy(ctx);
}

static void other_handler(int number) { (void)number; }

static void test_the_handler_is_put_back(void) {
  bell_ctx *ctx = make(100000);
  CHECK(bell_epoch_begin(ctx));
  struct sigaction other = {.sa_handler = other_handler};
  sigemptyset(&other.sa_mask);
  CHECK(sigaction(SIGSEGV, &other, NULL) == 0);
  chain(ctx, 10, 0);
  items(ctx)[5] = 5;
  CHECK(bell_epoch_rollback(ctx) && items(ctx)[5] == 0);
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_what_was_written_is_taken_back();
  test_what_comes_after_is_as_if_it_had_not_been();
  test_epochs_nest();
  test_any_sequence();
  test_what_is_no_epoch_is_refused();
  test_much_that_was_written_is_settled_at_once();
  test_the_handler_is_put_back();
  return 0;
}
