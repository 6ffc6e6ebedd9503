/* The heap: limits to the byte, the same addresses every time, what is reachable survives and what is not is used again. */
#include <time.h>

#include "check.h"
#include "runtime/context.h"
#include "runtime/dict.h"
#include "runtime/tuple.h"

enum { NODE = 1, LIST_ANY, PAIR, LIST_INT };

static const uint8_t node_classes[] = {BELL_CLASS_REF, BELL_CLASS_INT}, pair_classes[] = {BELL_CLASS_ANY, BELL_CLASS_ANY};
static const uint32_t node_types[] = {NODE, 0}, pair_types[] = {0, 0};
static const bell_type types[] = {
    {.kind = 0},
    {.kind = BELL_RECORD,
     .class_ = BELL_CLASS_REF,
     .slot_count = 2,
     .slot_classes = node_classes,
     .slot_types = node_types,
     .name = "Node", .told = "Node"},
    {.kind = BELL_LIST, .class_ = BELL_CLASS_REF, .item_class = BELL_CLASS_ANY, .name = "list[any]", .told = "list[any]"},
    {.kind = BELL_TUPLE,
     .class_ = BELL_CLASS_REF,
     .slot_count = 2,
     .slot_classes = pair_classes,
     .slot_types = pair_types,
     .name = "tuple[any, any]", .told = "tuple[any, any]"},
    {.kind = BELL_LIST, .class_ = BELL_CLASS_REF, .item_class = BELL_CLASS_INT, .name = "list[int]", .told = "list[int]"},
};
static const uint8_t global_classes[] = {BELL_CLASS_REF, BELL_CLASS_INT};

static bell_ctx *make(uint64_t memory_max) {
  bell_ctx *ctx = bell_ctx_create(&(bell_config){
      .memory_max = memory_max, .roots_max = 4096, .types = types, .type_count = 5, .global_classes = global_classes, .global_count = 2});
  CHECK(ctx != NULL && ctx->fault == 0);
  return ctx;
}

static uint64_t live(const bell_ctx *ctx) {
  bell_heap_stats stats;
  bell_heap_statistics(ctx, &stats);
  return stats.live_bytes;
}

static uint64_t collections(const bell_ctx *ctx) {
  bell_heap_stats stats;
  bell_heap_statistics(ctx, &stats);
  return stats.collections;
}

/* A record Node of `next` and `value`; `next` need not be rooted. 0 on a fault. */
static bell_ref new_node(bell_ctx *ctx, bell_ref next, int64_t value) {
  bell_root_push(ctx, next);
  bool done = bell_reserve(ctx, BELL_ROUND(8 + 16));
  bell_root_pop(ctx, 1);
  if (!done) return 0;
  bell_ref ref = bell_alloc(ctx, 8 + 16, BELL_RECORD, 0, NODE);
  BELL_TUPLE_AT(ctx, ref)->slots[0] = next;
  BELL_TUPLE_AT(ctx, ref)->slots[1] = (bell_word)value;
  return ref;
}

static bell_ref new_buffer(bell_ctx *ctx, uint64_t size) {
  if (!bell_reserve(ctx, BELL_ROUND(sizeof(bell_buffer) + size))) return 0;
  bell_ref ref = bell_alloc(ctx, sizeof(bell_buffer) + size, BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, ref))->size = size;
  return ref;
}

static void test_objects_are_zeroed_aligned_and_apart(void) {
  bell_ctx *ctx = make((uint64_t)1 << 20);
  bell_ref first = new_buffer(ctx, 1), second = new_buffer(ctx, 100);
  CHECK(first % 16 == 0 && second == first + 32);
  memset(ctx->base + second + 16, 0xff, 100);
  bell_heap_reset(ctx);
  CHECK(new_buffer(ctx, 100) == first);
  for (int i = 0; i < 100; i++) CHECK(ctx->base[first + 16 + i] == 0);
  bell_ctx_destroy(ctx);
}

static void test_reading_through_reference_zero_gives_zeros(void) {
  bell_ctx *ctx = make((uint64_t)1 << 20);
  for (int i = 0; i < 64; i++) CHECK(ctx->base[i] == 0);
  CHECK((uint8_t *)ctx->globals >= ctx->base + 64 && ctx->globals[0] == 0);
  bell_ctx_destroy(ctx);
}

static void test_characters_and_pool(void) {
  static const uint16_t wide[] = {0x416, 0x41d};
  const bell_pool_text pool[] = {{"hello", 5, 1}, {"a", 1, 1}, {"hello", 5, 1}, {"", 0, 1}, {wide, 2, 2}, {"\xe9", 1, 1}};
  bell_ctx *ctx = bell_ctx_create(&(bell_config){.memory_max = 1 << 20, .strings = pool, .string_count = 6});
  CHECK(ctx != NULL && ctx->fault == 0);
  CHECK(ctx->strings[0] == ctx->strings[2]);
  CHECK(ctx->strings[1] == ctx->characters + 'a' * BELL_CHARACTER_STRIDE);
  CHECK(BELL_STR_AT(ctx, ctx->strings[0])->length == 5 && memcmp(ctx->base + BELL_STR_AT(ctx, ctx->strings[0])->data, "hello", 5) == 0);
  CHECK(BELL_HEAD_AT(ctx, ctx->strings[0])->flags == (BELL_PERMANENT | BELL_STR_ASCII));
  CHECK(BELL_HEAD_AT(ctx, ctx->strings[3])->flags == (BELL_PERMANENT | BELL_STR_ASCII) && BELL_STR_AT(ctx, ctx->strings[3])->length == 0);
  CHECK(BELL_HEAD_AT(ctx, ctx->strings[4])->aux == 2 && BELL_HEAD_AT(ctx, ctx->strings[5])->flags == BELL_PERMANENT);
  for (int code = 0; code < 256; code++) {
    const bell_str *str = BELL_STR_AT(ctx, ctx->characters + (uint64_t)code * BELL_CHARACTER_STRIDE);
    CHECK(str->head.kind == BELL_STR && str->length == 1 && ctx->base[str->data] == code);
    CHECK(!!(str->head.flags & BELL_STR_ASCII) == (code < 128));
  }
  bell_ctx_destroy(ctx);
  ctx = bell_ctx_create(&(bell_config){.memory_max = 8000, .strings = pool, .string_count = 6}); /* the characters need 8 KiB */
  CHECK(ctx != NULL && ctx->fault == 803);
  bell_ctx_destroy(ctx);
}

static void test_the_limit_is_exact(void) {
  bell_ctx *ctx = make((uint64_t)1 << 20);
  uint64_t room = ((uint64_t)1 << 20) - live(ctx);
  CHECK(room % 16 == 0);
  CHECK(new_buffer(ctx, room - 16) != 0); /* all of it */
  CHECK(live(ctx) == 1 << 20 && collections(ctx) == 0);
  bell_heap_reset(ctx);
  CHECK(new_buffer(ctx, room - 15) == 0); /* one byte more */
  CHECK(ctx->fault == 803 && ctx->fault_a == 1 << 20);
  CHECK(new_buffer(ctx, 16) == 0); /* nothing more after a fault */
  ctx->fault = 0;
  bell_heap_reset(ctx);
  CHECK(new_buffer(ctx, UINT64_MAX - 64) == 0 && ctx->fault == 803);
  ctx->fault = 0;
  bell_heap_reset(ctx);
  /* Garbage does not count: only what is rooted must fit. */
  uint64_t half = (room / 2) & ~(uint64_t)15;
  *ctx->roots_top++ = new_buffer(ctx, half - 16);
  for (int i = 0; i < 100; i++) CHECK(new_buffer(ctx, room - half - 16) != 0);
  CHECK(collections(ctx) == 1 + 99); /* one for the request that was a byte too large */
  CHECK(new_buffer(ctx, room - half - 15) == 0 && ctx->fault == 803);
  bell_ctx_destroy(ctx);
}

static void test_a_deep_chain_survives_and_is_freed(void) {
  bell_ctx *ctx = make((uint64_t)256 << 20);
  enum { LENGTH = 1000000 };
  bell_word *root = ctx->roots_top++;
  *root = 0;
  for (int64_t i = 0; i < LENGTH; i++) CHECK((*root = new_node(ctx, *root, i)) != 0);
  bell_collect(ctx);
  int64_t expected = LENGTH;
  for (bell_ref at = *root; at != 0; at = BELL_TUPLE_AT(ctx, at)->slots[0]) {
    expected--;
    CHECK((int64_t)BELL_TUPLE_AT(ctx, at)->slots[1] == expected);
  }
  CHECK(expected == 0);
  uint64_t before = live(ctx);
  *root = 0;
  bell_collect(ctx);
  CHECK(live(ctx) == before - LENGTH * (uint64_t)32);
  bell_ctx_destroy(ctx);
}

/* Allocate by a fixed pseudo-random plan, keeping 64 things alive; the trail of addresses goes into a hash. */
static uint64_t churn(bell_ctx *ctx, int steps) {
  uint64_t trail = 0, seed = 1;
  bell_word *kept = ctx->roots_top;
  ctx->roots_top += 64;
  memset(kept, 0, 64 * sizeof *kept);
  for (int i = 0; i < steps; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    uint64_t pick = seed >> 33, place = pick & 63;
    bell_ref made;
    if (pick % 100 < 80) {
      made = new_node(ctx, (pick & 1024) ? kept[(place + 1) & 63] : 0, i);
      if (pick % 7 == 0) BELL_TUPLE_AT(ctx, made)->slots[0] = 0;
    } else {
      made = new_buffer(ctx, pick % 100 < 95 ? pick >> 10 & 1023 : pick >> 10 & 262143);
      memset(ctx->base + made + 16, (int)(pick & 127), ((bell_buffer *)bell_at(ctx, made))->size);
    }
    CHECK(made != 0);
    if (BELL_HEAD_AT(ctx, made)->kind == BELL_RECORD && kept[(place + 1) & 63] != 0 &&
        BELL_HEAD_AT(ctx, kept[(place + 1) & 63])->kind == BELL_BUFFER) {
      BELL_TUPLE_AT(ctx, made)->slots[0] = 0;
    }
    kept[place] = made;
    if (pick % 50 == 0) memset(kept, 0, 64 * sizeof *kept);
    if (pick % 31 == 0 && BELL_HEAD_AT(ctx, made)->kind == BELL_BUFFER) {
      kept[place] = 0;
      bell_heap_give_back(ctx, made, sizeof(bell_buffer) + ((bell_buffer *)bell_at(ctx, made))->size);
    }
    trail = (trail ^ made) * 0x100000001b3u;
  }
  for (int i = 0; i < 64; i++) { /* nothing of what is kept was overwritten */
    if (kept[i] == 0 || BELL_HEAD_AT(ctx, kept[i])->kind != BELL_BUFFER) continue;
    const bell_buffer *buffer = bell_at(ctx, kept[i]);
    for (uint64_t b = 1; b < buffer->size; b++) CHECK(ctx->base[kept[i] + 16 + b] == ctx->base[kept[i] + 16]);
  }
  return trail ^ collections(ctx) << 48;
}

static void test_the_same_calls_give_the_same_addresses(void) {
  bell_ctx *ctx = make((uint64_t)64 << 20);
  uint64_t trail = churn(ctx, 200000), count = collections(ctx);
  CHECK(count > 10);
  bell_heap_reset(ctx);
  ctx->heap->collections = 0;
  CHECK(churn(ctx, 200000) == trail); /* after a reset */
  bell_ctx_destroy(ctx);
  ctx = make((uint64_t)64 << 20);
  CHECK(churn(ctx, 200000) == trail); /* in another context */
  bell_ctx_destroy(ctx);
  ctx = make((uint64_t)64 << 20);
  bell_heap_set_stress(ctx, true);
  churn(ctx, 3000);
  CHECK(collections(ctx) == 3000);
  bell_ctx_destroy(ctx);
}

/* Every second of many objects stays alive. Gives where the region ended then. */
static uint64_t leave_holes(bell_ctx *ctx, int count, uint64_t bytes) {
  for (int i = 0; i < count; i++) {
    bell_ref kept = new_buffer(ctx, 48);
    CHECK(kept != 0 && new_buffer(ctx, bytes - 16) != 0);
    *ctx->roots_top++ = kept;
  }
  bell_collect(ctx);
  return ctx->heap->high;
}

/* Memory between live objects is used again: the region does not grow. Short holes are passed by as long as less than half the limit is in use. */
static void test_holes_are_used(void) {
  bell_ctx *ctx = make((uint64_t)960 << 10);
  uint64_t high = leave_holes(ctx, 4000, 64);
  CHECK(high > (uint64_t)480 << 10);
  for (int i = 0; i < 3000; i++) CHECK(new_buffer(ctx, 48) < high);
  bell_ctx_destroy(ctx);
  ctx = make((uint64_t)16 << 20);
  high = leave_holes(ctx, 2000, 256);
  for (int i = 0; i < 3000; i++) CHECK(new_buffer(ctx, 48) < high);
  bell_ctx_destroy(ctx);
  ctx = make((uint64_t)16 << 20);
  high = leave_holes(ctx, 4000, 240);
  CHECK(new_buffer(ctx, 48) >= high - 512);
  bell_ctx_destroy(ctx);
}

/* Small objects that live between large ones that do not: what becomes free is used again before memory behind the limit is, and no search looks at the same holes twice. */
static void test_holes_that_just_fit_are_used_before_memory_behind_the_limit(void) {
  uint64_t limit = (uint64_t)4 << 20;
  bell_ctx *ctx = make(limit);
  CHECK(bell_heap_seal(ctx, false));
  bell_ref chain = 0;
  *ctx->roots_top++ = 0;
  for (int64_t i = 0; i < 60000 && ctx->fault == 0; i++) {
    chain = new_node(ctx, chain, i);
    ctx->roots_top[-1] = chain;
    CHECK(new_buffer(ctx, i % 2 == 0 ? 840 : 600) != 0);
  }
  bell_heap_stats stats;
  bell_heap_statistics(ctx, &stats);
  CHECK(ctx->fault == 0 && stats.live_bytes > limit * 2 / 5);
  CHECK(stats.touched_bytes < limit * 5 / 4);
  bell_ctx_destroy(ctx);
}

static void test_extending_the_newest_object(void) {
  bell_ctx *ctx = make((uint64_t)64 << 20);
  bell_ref buffer = new_buffer(ctx, 1000);
  CHECK(bell_heap_extend(ctx, buffer, 1016, 2016));
  CHECK(new_buffer(ctx, 0) == buffer + 2016);
  CHECK(!bell_heap_extend(ctx, buffer, 2016, 3016)); /* not the newest any more */
  buffer = new_buffer(ctx, 1008);
  CHECK(!bell_heap_extend(ctx, buffer, 1024, (uint64_t)65 << 20)); /* beyond the limit */
  uint64_t room = ((uint64_t)64 << 20) - live(ctx);
  CHECK(!bell_heap_extend(ctx, buffer, 1024, 1024 + room + 16));
  CHECK(bell_heap_extend(ctx, buffer, 1024, 1024 + room) && live(ctx) == (uint64_t)64 << 20);
  bell_collect(ctx);
  new_buffer(ctx, 4000);
  buffer = new_buffer(ctx, 1 << 20);
  uint64_t size = 1 << 20;
  while (size < (uint64_t)3 << 20) {
    CHECK(bell_heap_extend(ctx, buffer, 16 + size, 16 + size + 65536));
    size += 65536;
  }
  *ctx->roots_top++ = buffer;
  ((bell_buffer *)bell_at(ctx, buffer))->size = size;
  bell_collect(ctx);
  bell_ref small = new_buffer(ctx, 64); /* before the large one */
  CHECK(small < buffer);
  CHECK(bell_heap_extend(ctx, buffer, 16 + size, 16 + size + 4096)); /* not the newest, but nothing is behind it */
  ((bell_buffer *)bell_at(ctx, buffer))->size = size + 4096;
  for (int i = 0; i < 100; i++) {
    bell_ref other = new_buffer(ctx, 60000);
    CHECK(other + 60016 <= buffer || other >= buffer + size + 4096 + 16);
  }
  bell_ctx_destroy(ctx);
}

static void test_seal_reset_and_restore(void) {
  bell_ctx *ctx = make((uint64_t)64 << 20);
  for (int i = 0; i < 1000; i++) new_buffer(ctx, 1000); /* garbage of init */
  ctx->globals[0] = new_node(ctx, new_node(ctx, 0, 1), 2);
  ctx->globals[1] = 77;
  uint64_t before = live(ctx);
  CHECK(bell_heap_seal(ctx, true));
  CHECK(live(ctx) < before - 1000 * 1000);
  CHECK(ctx->globals[1] == 77 && BELL_HEAD_AT(ctx, ctx->globals[0])->flags & BELL_PERMANENT);
  uint64_t sealed = live(ctx);
  bell_ref first = new_buffer(ctx, 16), head = ctx->globals[0];
  for (int call = 0; call < 100; call++) {
    /* A call writes into the image and hangs new objects on it; they live as long as the call does. */
    BELL_TUPLE_AT(ctx, head)->slots[1] = 1000;
    ctx->globals[1] = 5;
    bell_ref hung = new_node(ctx, 0, 4711);
    BELL_TUPLE_AT(ctx, head)->slots[0] = hung;
    for (int i = 0; i < 100; i++) new_buffer(ctx, 100000);
    bell_collect(ctx);
    CHECK((int64_t)BELL_TUPLE_AT(ctx, BELL_TUPLE_AT(ctx, head)->slots[0])->slots[1] == 4711);
    bell_heap_restore_image(ctx);
    CHECK(ctx->globals[0] == head && ctx->globals[1] == 77 && live(ctx) == sealed);
    CHECK(BELL_TUPLE_AT(ctx, head)->slots[1] == 2 && BELL_TUPLE_AT(ctx, BELL_TUPLE_AT(ctx, head)->slots[0])->slots[1] == 1);
    CHECK(new_buffer(ctx, 16) == first);
  }
  bell_ctx_destroy(ctx);
}

static void test_a_frozen_image_is_not_walked_and_not_freed(void) {
  bell_ctx *ctx = make((uint64_t)64 << 20);
  for (int i = 0; i < 10000; i++) ctx->globals[0] = new_node(ctx, ctx->globals[0], i);
  CHECK(bell_heap_seal(ctx, false));
  uint64_t sealed = live(ctx);
  new_node(ctx, ctx->globals[0], 5);
  bell_collect(ctx);
  CHECK(live(ctx) == sealed && ctx->heap->mark_peak == 0);
  int count = 0;
  for (bell_ref at = ctx->globals[0]; at != 0; at = BELL_TUPLE_AT(ctx, at)->slots[0]) count++;
  CHECK(count == 10000);
  bell_ctx_destroy(ctx);
}

static void test_a_large_call_gives_its_memory_back(void) {
  bell_ctx *ctx = make((uint64_t)256 << 20);
  CHECK(bell_heap_seal(ctx, false));
  bell_ref buffer = new_buffer(ctx, (uint64_t)160 << 20);
  memset(ctx->base + buffer + 16, 1, (uint64_t)160 << 20);
  bell_heap_stats stats;
  bell_heap_statistics(ctx, &stats);
  CHECK(stats.touched_bytes > (uint64_t)160 << 20);
  bell_heap_reset(ctx);
  bell_heap_statistics(ctx, &stats);
  CHECK(stats.touched_bytes < (uint64_t)72 << 20 && stats.peak_bytes > (uint64_t)160 << 20);
  CHECK(ctx->base[buffer + ((uint64_t)100 << 20)] == 0);                                        /* the system took the page */
  CHECK(ctx->base[buffer + ((uint64_t)40 << 20)] == 1 && bell_heap_kept(ctx->heap) == (uint64_t)64 << 20); /* and left what the next call may want */
  bell_ctx_destroy(ctx);
}

static uint32_t poll_count, poll_answer;
static uint32_t poll(bell_ctx *ctx) {
  (void)ctx;
  poll_count++;
  return poll_answer;
}

static void test_fuel_is_exact(void) {
  bell_ctx *ctx = make((uint64_t)1 << 20);
  ctx->poll = poll;
  for (int64_t max = BELL_FUEL_SLICE * 3 - 1; max <= BELL_FUEL_SLICE * 3 + 1; max++) {
    bell_ctx_begin(ctx, max);
    poll_count = 0;
    for (int64_t i = 0; i < max; i++) CHECK(bell_charge(ctx, 1));
    CHECK(bell_fuel_used(ctx) == max && ctx->fault == 0 && poll_count >= 2);
    CHECK(!bell_charge(ctx, 1) && ctx->fault == 801 && (int64_t)ctx->fault_a == max && bell_fuel_used(ctx) == max);
  }
  bell_ctx_begin(ctx, INT64_MAX);
  CHECK(bell_charge(ctx, (int64_t)1 << 61) && bell_fuel_used(ctx) == (int64_t)1 << 61);
  CHECK(bell_charge(ctx, INT64_MAX - ((int64_t)1 << 61)) && !bell_charge(ctx, 1) && ctx->fault == 801);
  bell_ctx_begin(ctx, 10);
  CHECK(!bell_charge(ctx, INT64_MAX) && ctx->fault == 801);
  bell_ctx_begin(ctx, BELL_FUEL_SLICE * 2);
  poll_answer = 6;
  CHECK(!bell_charge(ctx, BELL_FUEL_SLICE + 1) && ctx->fault == 6);
  poll_answer = 0;
  bell_ctx_begin(ctx, BELL_FUEL_SLICE * 2);
  ctx->deadline_ns = 1;
  CHECK(!bell_charge(ctx, BELL_FUEL_SLICE + 1) && ctx->fault == 802);
  bell_ctx_destroy(ctx);
}

/* The pool is made before anything is rooted: neither its size nor a limit just short of it may collect what was made of it. */
static void test_a_pool_of_any_size(void) {
  enum { LARGE = 3 << 20, TEXTS = 4 };
  static uint8_t data[TEXTS][LARGE];
  bell_pool_text strings[TEXTS];
  for (int i = 0; i < TEXTS; i++) {
    memset(data[i], 'a' + i, LARGE);
    strings[i] = (bell_pool_text){.data = data[i], .length = LARGE, .width = 1};
  }
  bell_config config = {.memory_max = (uint64_t)64 << 20, .types = types, .type_count = 5, .strings = strings, .string_count = TEXTS};
  bell_ctx *ctx = bell_ctx_create(&config);
  CHECK(ctx != NULL && ctx->fault == 0 && collections(ctx) == 0 && live(ctx) > (uint64_t)TEXTS * LARGE);
  for (int i = 0; i < TEXTS; i++) CHECK(memcmp(bell_at(ctx, BELL_STR_AT(ctx, ctx->strings[i])->data), data[i], LARGE) == 0);
  uint64_t needed = live(ctx);
  bell_ctx_destroy(ctx);
  for (uint64_t limit = needed - 64; limit <= needed; limit++) {
    config.memory_max = limit;
    ctx = bell_ctx_create(&config);
    CHECK(ctx != NULL && ctx->fault == (limit < needed ? 803 : 0));
    CHECK(*(uint8_t *)bell_at(ctx, BELL_STR_AT(ctx, ctx->characters + 65 * BELL_CHARACTER_STRIDE)->data) == 65);
    bell_ctx_destroy(ctx);
  }
}

int main(void) {
  test_objects_are_zeroed_aligned_and_apart();
  test_reading_through_reference_zero_gives_zeros();
  test_characters_and_pool();
  test_a_pool_of_any_size();
  test_the_limit_is_exact();
  test_a_deep_chain_survives_and_is_freed();
  test_the_same_calls_give_the_same_addresses();
  test_holes_are_used();
  test_holes_that_just_fit_are_used_before_memory_behind_the_limit();
  test_extending_the_newest_object();
  test_seal_reset_and_restore();
  test_a_frozen_image_is_not_walked_and_not_freed();
  test_a_large_call_gives_its_memory_back();
  test_fuel_is_exact();
  return 0;
}
