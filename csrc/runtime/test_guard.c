/* Guards: what one takes back is to the byte what it was, whether the state was copied or watched, within epochs and without. */
#include <stdlib.h>

#include "check.h"
#include "runtime/context.h"
#include "runtime/epoch.h"
#include "runtime/guard.h"

enum { NODE = 1, LIST_INT };

static const uint8_t node_classes[] = {BELL_CLASS_REF, BELL_CLASS_INT};
static const uint32_t node_types[] = {NODE, 0};
static const bell_type types[] = {
    {.kind = 0},
    {.kind = BELL_RECORD, .class_ = BELL_CLASS_REF, .slot_count = 2, .slot_classes = node_classes, .slot_types = node_types, .name = "Node", .told = "Node"},
    {.kind = BELL_LIST, .class_ = BELL_CLASS_REF, .item_class = BELL_CLASS_INT, .name = "list[int]", .told = "list[int]"},
};
static const uint8_t global_classes[] = {BELL_CLASS_REF, BELL_CLASS_REF};

/* An instance whose state is a list of `count` ints and a chain of nodes. */
static bell_ctx *make(int64_t count) {
  bell_ctx *ctx = bell_ctx_create(&(bell_config){
      .memory_max = (uint64_t)256 << 20, .roots_max = 64, .types = types, .type_count = 3, .global_classes = global_classes, .global_count = 2});
  CHECK(ctx != NULL && ctx->fault == 0);
  CHECK(bell_reserve(ctx, BELL_ROUND(sizeof(bell_list)) + BELL_ROUND(sizeof(bell_buffer) + (uint64_t)count * 8)));
  bell_ref list = bell_alloc(ctx, sizeof(bell_list), BELL_LIST, BELL_CLASS_INT, LIST_INT);
  bell_ref buffer = bell_alloc(ctx, sizeof(bell_buffer) + (uint64_t)count * 8, BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, buffer))->size = (uint64_t)count * 8;
  BELL_LIST_AT(ctx, list)->length = BELL_LIST_AT(ctx, list)->capacity = count;
  BELL_LIST_AT(ctx, list)->data = buffer + sizeof(bell_buffer);
  ctx->globals[0] = list;
  CHECK(bell_heap_seal(ctx, true));
  bell_ctx_begin(ctx, INT64_MAX);
  return ctx;
}

static int64_t *items(bell_ctx *ctx) { return bell_at(ctx, BELL_LIST_AT(ctx, ctx->globals[0])->data); }

/* A call that puts nodes in front of the chain, and drops as many as it is told. */
static void chain(bell_ctx *ctx, int64_t count, int64_t dropped) {
  bell_ctx_resume(ctx, INT64_MAX);
  for (int64_t i = 0; i < count; i++) {
    CHECK(bell_reserve(ctx, BELL_ROUND(8 + 16)));
    bell_ref ref = bell_alloc(ctx, 8 + 16, BELL_RECORD, 0, NODE);
    BELL_TUPLE_AT(ctx, ref)->slots[0] = ctx->globals[1];
    BELL_TUPLE_AT(ctx, ref)->slots[1] = (bell_word)i;
    ctx->globals[1] = ref;
  }
  for (int64_t i = 0; i < dropped && ctx->globals[1] != 0; i++) ctx->globals[1] = BELL_TUPLE_AT(ctx, ctx->globals[1])->slots[0];
}

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
