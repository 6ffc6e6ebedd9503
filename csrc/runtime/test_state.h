/* A state for the tests of epochs and guards: a list of ints and a chain of nodes, and calls that change it. */
#ifndef BELL_TEST_STATE_H
#define BELL_TEST_STATE_H

#include "check.h"
#include "runtime/context.h"
#include "runtime/heap.h"

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

#endif
