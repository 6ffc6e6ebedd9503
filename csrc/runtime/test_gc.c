/* Collecting under programs' patterns: temporaries by the million, containers of every kind, images that calls write into, the limit. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/test_module.h"
#include "runtime/tuple.h"

static void test_ten_million_temporary_strings(void) {
  bell_ctx *ctx = make_context(false); /* 64 MiB */
  bell_word prefix = text(ctx, "temporary "), *slot = ctx->roots_top++;
  for (int64_t i = 0; i < 10000000; i++) {
    *slot = bell_int_to_str(ctx, i);
    *slot = bell_str_concat(ctx, prefix, *slot);
    CHECK(*slot != 0);
  }
  CHECK(reads(ctx, *slot, "temporary 9999999"));
  bell_heap_stats stats;
  bell_heap_statistics(ctx, &stats);
  CHECK(stats.peak_bytes < (uint64_t)6 << 20 && stats.collections > 50);
  bell_ctx_destroy(ctx);
}

/* One object of every kind, each reachable through the last only. */
static bell_word chain(bell_ctx *ctx) {
  bell_word *slot = ctx->roots_top++;
  *slot = text(ctx, "the end");
  ctx->roots_top = slot + 1;
  *slot = bell_tuple_new(ctx, T_PAIR, (bell_word[]){42, *slot}, 2);
  *slot = bell_list_of(ctx, T_LIST_PAIR, slot, 1);
  bell_word boxes[] = {keep(ctx, bell_any_from_int(ctx, INT64_MIN)), keep(ctx, bell_any_from_float(ctx, 0.5)), *slot};
  *slot = bell_list_of(ctx, T_LIST_ANY, boxes, 3);
  bell_word dict = keep(ctx, bell_dict_new(ctx, T_DICT_ANY, 0));
  bell_dict_set(ctx, dict, text(ctx, "list"), *slot);
  bell_dict_set(ctx, dict, keep(ctx, bell_any_from_float(ctx, 2.5)), BELL_NONE);
  *slot = dict;
  bell_word set = keep(ctx, bell_set_new(ctx, T_SET_STR, 0));
  bell_set_add(ctx, set, text(ctx, "element"));
  bell_dict_set(ctx, dict, BELL_NONE, set);
  *slot = bell_list_of(ctx, T_LIST_ANY, slot, 1);
  ctx->roots_top = slot + 1;
  return *slot;
}

static const char chain_shown[] = "[{'list': [-9223372036854775808, 0.5, [(42, 'the end')]], 2.5: None, None: {'element'}}]";

static bell_word outside;
static void visit_outside(bell_ctx *ctx, void (*visit)(bell_ctx *ctx, bell_word *word)) { visit(ctx, &outside); }

static void test_every_kind_survives(void) {
  for (int stress = 0; stress < 2; stress++) {
    bell_ctx *ctx = make_context(stress);
    bell_word kept = chain(ctx);
    bell_collect(ctx);
    CHECK(reads(ctx, bell_any_repr(ctx, kept), chain_shown));
    /* The same through the VM's roots and through a temporary. */
    outside = kept;
    ctx->vm_roots = visit_outside;
    ctx->roots_top = ctx->roots_base;
    bell_collect(ctx);
    CHECK(reads(ctx, bell_any_repr(ctx, kept), chain_shown));
    ctx->vm_roots = NULL;
    bell_root_push(ctx, kept);
    bell_collect(ctx);
    CHECK(reads(ctx, bell_any_repr(ctx, kept), chain_shown));
    bell_root_pop(ctx, 1);
    bell_collect(ctx);
    bell_heap_stats stats;
    bell_heap_statistics(ctx, &stats);
    CHECK(stats.live_bytes == stats.image_bytes); /* nothing is left */
    bell_ctx_destroy(ctx);
  }
}

/* Words that look like references but are ints, floats and bools keep nothing alive. */
static void test_numbers_are_not_references(void) {
  bell_ctx *ctx = make_context(false);
  bell_ref target = bell_list_new(ctx, T_LIST_INT, 1000);
  bell_word words[] = {target, target};
  keep(ctx, bell_list_of(ctx, T_LIST_INT, words, 2));
  bell_word dict = keep(ctx, bell_dict_new(ctx, T_DICT_INT, 0));
  bell_dict_set(ctx, dict, target, target);
  keep(ctx, bell_record_new(ctx, T_POINT, words, 2));
  bell_heap_stats before, after;
  bell_heap_statistics(ctx, &before);
  bell_collect(ctx);
  bell_heap_statistics(ctx, &after);
  CHECK(after.live_bytes < before.live_bytes - 8000);
  bell_ctx_destroy(ctx);
}

/* Calls that change what init made: everything is as it was for the next. */
static void test_an_image_of_containers(void) {
  static const uint8_t classes[] = {BELL_CLASS_REF, BELL_CLASS_REF, BELL_CLASS_ANY, BELL_CLASS_STR, BELL_CLASS_INT};
  bell_ctx *ctx = bell_ctx_create(&(bell_config){.memory_max = (uint64_t)64 << 20,
                                                 .roots_max = 4096,
                                                 .types = types,
                                                 .type_count = T_COUNT,
                                                 .global_classes = classes,
                                                 .global_count = 5});
  bell_ctx_begin(ctx, INT64_MAX);
  ctx->globals[0] = bell_list_range(ctx, 0, 100, 1);
  ctx->globals[1] = bell_dict_new(ctx, T_DICT_STR, 0);
  for (int i = 0; i < 20; i++) {
    bell_word name = bell_int_to_str(ctx, i);
    bell_dict_set(ctx, ctx->globals[1], name, name);
    bell_list_new(ctx, T_LIST_INT, 1000); /* garbage between */
  }
  ctx->globals[2] = chain(ctx);
  ctx->roots_top = ctx->roots_base;
  ctx->globals[3] = bell_str_from_ascii(ctx, "begun", 5);
  ctx->globals[4] = 17;
  CHECK(bell_heap_seal(ctx, true));
  bell_word globals[5];
  memcpy(globals, ctx->globals, sizeof globals);
  uint64_t first = 0;
  for (int call = 0; call < 200; call++) {
    bell_ctx_begin(ctx, INT64_MAX);
    bell_heap_set_stress(ctx, call % 3 == 2);
    bell_word list = ctx->globals[0], dict = ctx->globals[1];
    for (int i = 0; i < 60; i++) {
      CHECK(bell_list_grow(ctx, list));
      bell_list_store(ctx, BELL_LIST_AT(ctx, list), BELL_LIST_AT(ctx, list)->length++, 5);
      bell_word name = text(ctx, i % 2 ? "new" : "7");
      bell_dict_set(ctx, dict, name, ctx->globals[3]);
      ctx->globals[3] = bell_str_concat(ctx, ctx->globals[3], name);
    }
    bell_dict_remove(ctx, dict, text(ctx, "3"));
    bell_list_sort(ctx, list, 1);
    bell_dict_clear(ctx, bell_list_load(ctx, BELL_LIST_AT(ctx, ctx->globals[2]), 0));
    ctx->globals[2] = BELL_NONE;
    ctx->globals[4] = 18;
    bell_heap_set_stress(ctx, false);
    bell_heap_restore_image(ctx);
    CHECK(memcmp(ctx->globals, globals, sizeof globals) == 0);
    bell_ctx_begin(ctx, INT64_MAX);
    bell_word shown = bell_any_repr(ctx, ctx->globals[2]);
    CHECK(reads(ctx, shown, chain_shown) && reads(ctx, ctx->globals[3], "begun"));
    CHECK(first == 0 || shown == first);
    first = shown;
    CHECK(BELL_LIST_AT(ctx, list)->length == 100 && bell_list_sum_int(ctx, list) == 4950 && BELL_DICT_AT(ctx, dict)->live == 20);
    for (int i = 0; i < 20; i++) {
      char digits[16];
      snprintf(digits, sizeof digits, "%d", i);
      CHECK(reads(ctx, bell_dict_get(ctx, dict, text(ctx, digits)), digits));
    }
  }
  bell_ctx_destroy(ctx);
}

/* How many allocations a program gets to make before it meets the limit, with garbage and with lists that grow; always the same number. */
static int64_t steps_to_the_limit(uint64_t memory_max, uint64_t *trail) {
  bell_ctx *ctx = bell_ctx_create(&(bell_config){.memory_max = memory_max, .roots_max = 4096, .types = types, .type_count = T_COUNT});
  bell_ctx_begin(ctx, INT64_MAX);
  bell_word list = keep(ctx, bell_list_new(ctx, T_LIST_ANY, 0)), dict = keep(ctx, bell_dict_new(ctx, T_DICT_INT, 0));
  int64_t steps = 0;
  for (; ctx->fault == 0; steps++) {
    bell_word *mark = ctx->roots_top;
    bell_word number = bell_int_to_str(ctx, steps);
    if (number == 0) break;
    keep(ctx, number);
    if (steps % 3 == 0) {
      if (!bell_list_grow(ctx, list)) break;
      bell_list_store(ctx, BELL_LIST_AT(ctx, list), BELL_LIST_AT(ctx, list)->length++, number);
    } else if (steps % 7 == 0) {
      bell_dict_set(ctx, dict, (bell_word)steps, 1);
    }
    ctx->roots_top = mark;
    *trail = (*trail ^ number) * 0x100000001b3u;
  }
  CHECK(ctx->fault == 803 && ctx->fault_a == memory_max);
  bell_heap_stats stats;
  bell_heap_statistics(ctx, &stats);
  CHECK(stats.live_bytes <= memory_max && stats.live_bytes > memory_max / 2);
  bell_ctx_destroy(ctx);
  return steps;
}

static void test_the_limit_falls_at_the_same_place(void) {
  uint64_t first_trail = 1, second_trail = 1, larger_trail = 1;
  int64_t steps = steps_to_the_limit((uint64_t)20 << 20, &first_trail);
  CHECK(steps_to_the_limit((uint64_t)20 << 20, &second_trail) == steps && first_trail == second_trail);
  CHECK(steps_to_the_limit((uint64_t)30 << 20, &larger_trail) > steps);
}

/* Pages of the region that are in memory, in bytes. */
static uint64_t resident(const bell_ctx *ctx) {
  static unsigned char pages[(uint64_t)1 << 17];
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), count = ctx->heap->high / page + 1, total = 0;
  CHECK(count <= sizeof pages && mincore(ctx->base, count * page, pages) == 0);
  for (uint64_t i = 0; i < count; i++) total += (pages[i] & 1) * page;
  return total;
}

/* Strings of changing sizes that live for a while: no hole is ever of the next one's size. */
static void test_what_is_resident_stays_within_the_limit(void) {
  bell_ctx *ctx = make_context(false); /* 64 MiB */
  uint64_t limit = ctx->heap->limit;
  bell_word part = text(ctx, "x");
  bell_word *slots = ctx->roots_top;
  ctx->roots_top += 6;
  for (int64_t i = 0; i < 200; i++) {
    slots[i % 6] = 0;
    slots[i % 6] = bell_str_repeat(ctx, part, (int64_t)(limit / 64) * (1 + i * 7 % 9));
    CHECK(slots[i % 6] != 0 && resident(ctx) <= limit + limit / 20);
  }
  bell_ctx_destroy(ctx);
}

/* Between the texts that are kept lie others, of which none fits the next one: what is alive and counted is less than the limit, what is resident is not to be more. */
static void test_what_lies_between_what_lives_on_costs_memory(void) {
  bell_ctx *ctx = make_context(false); /* 64 MiB */
  uint64_t limit = ctx->heap->limit;
  bell_word part = text(ctx, "x"), *kept = ctx->roots_top++, *slot = ctx->roots_top++;
  *kept = BELL_NONE;
  int64_t i;
  for (i = 0; ctx->fault == 0; i++) {
    *slot = bell_str_repeat(ctx, part, 1000);
    *slot = ctx->fault != 0 ? 0 : bell_str_repeat(ctx, part, 1300 + i % 100);
    if (ctx->fault == 0) *kept = bell_list_of(ctx, T_LIST_ANY, (bell_word[]){*kept, *slot}, 2);
    if (i % 1000 == 0) CHECK(resident(ctx) <= limit + limit / 20);
  }
  CHECK(ctx->fault == 803 && i > (int64_t)(limit / 2 / 1400) && resident(ctx) <= limit + limit / 20);
  bell_ctx_destroy(ctx);
}

/* Buffers that are given back and are of no more use, as there are larger ones, are free memory again after a collection: it comes as soon as if they had not been given back. */
static void test_buffers_given_back_are_not_lost(void) {
  bell_ctx *ctx = make_context(false); /* 64 MiB */
  uint64_t limit = ctx->heap->limit;
  for (int64_t i = 0; i < 4000; i++) {
    bell_ref refs[3];
    uint64_t bytes = 4096 + (uint64_t)(i * 7919 % 97) * 4096;
    for (int k = 0; k < 3; k++) {
      CHECK(bell_reserve(ctx, bytes));
      refs[k] = bell_alloc(ctx, bytes, BELL_BUFFER, 0, 0);
      ((bell_buffer *)bell_at(ctx, refs[k]))->size = bytes - sizeof(bell_buffer);
    }
    for (int k = 0; k < 3; k++) bell_heap_give_back(ctx, refs[k], bytes);
    CHECK(resident(ctx) <= limit);
  }
  bell_ctx_destroy(ctx);
}

/* What is beside one another takes no room on the collector's stack. */
static void test_long_containers_are_marked_in_parts(void) {
  bell_ctx *ctx = make_context(false);
  bell_word list = keep(ctx, bell_list_new(ctx, T_LIST_ANY, 0)), dict = keep(ctx, bell_dict_new(ctx, T_DICT_ANY, 0));
  for (int64_t i = 0; i < 300000; i++) {
    bell_word *slot = ctx->roots_top++;
    *slot = bell_any_from_float(ctx, (double)i + 0.5);
    CHECK(*slot != 0 && bell_list_grow(ctx, list));
    bell_list_store(ctx, BELL_LIST_AT(ctx, list), BELL_LIST_AT(ctx, list)->length++, *slot);
    if (i % 3 == 0) bell_dict_set(ctx, dict, *slot, *slot);
    ctx->roots_top--;
  }
  bell_word tuple = keep(ctx, bell_tuple_from_list(ctx, list));
  bell_collect(ctx);
  CHECK(ctx->fault == 0 && ctx->heap->mark_peak < 8192 && bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, tuple)) == 300000);
  for (int64_t i = 0; i < 300000; i++) {
    bell_word word = bell_list_load(ctx, BELL_LIST_AT(ctx, list), i);
    CHECK(BELL_BOX_AT(ctx, word)->f == (double)i + 0.5);
    if (i % 3 == 0) CHECK(bell_dict_get(ctx, dict, word) == word);
  }
  bell_ctx_destroy(ctx);
}

/* A collection on the way of which the time is used up ends there; all is as it was for those who go on from it. */
static void test_collecting_ends_with_the_run(void) {
  bell_ctx *ctx = make_context(false);
  bell_word list = keep(ctx, bell_list_new(ctx, T_LIST_ANY, 0)), part = text(ctx, "x");
  for (int64_t i = 0; i < 600000; i++) {
    bell_word *slot = ctx->roots_top++;
    *slot = bell_any_from_float(ctx, (double)i + 0.5);
    CHECK(*slot != 0 && bell_list_grow(ctx, list));
    bell_list_store(ctx, BELL_LIST_AT(ctx, list), BELL_LIST_AT(ctx, list)->length++, *slot);
    ctx->roots_top--;
  }
  bell_collect(ctx);
  bell_heap_stats before, stopped, after;
  bell_heap_statistics(ctx, &before);
  ctx->deadline_ns = 1; /* long ago */
  bell_collect(ctx);
  CHECK(ctx->fault == 802 && ctx->heap->mark_stopped && ctx->heap->mark_count == 0);
  CHECK(!bell_reserve(ctx, 64));
  bell_heap_statistics(ctx, &stopped);
  CHECK(stopped.live_bytes == before.live_bytes);
  ctx->fault = 0;
  ctx->deadline_ns = 0;
  for (int round = 0; round < 2; round++) {
    bell_word *slot = ctx->roots_top++;
    *slot = bell_str_repeat(ctx, part, 1000000); /* nothing it overwrites is in use */
    CHECK(*slot != 0);
    for (int64_t i = 0; i < 600000; i++) {
      CHECK(BELL_BOX_AT(ctx, bell_list_load(ctx, BELL_LIST_AT(ctx, list), i))->f == (double)i + 0.5);
    }
    ctx->roots_top--;
    bell_collect(ctx);
  }
  bell_heap_statistics(ctx, &after);
  CHECK(!ctx->heap->mark_stopped && after.live_bytes == before.live_bytes);
  bell_ctx_destroy(ctx);
}

/* The first run that has so many clear bits, bit by bit. */
static bool find_run_plainly(const bell_heap *heap, uint64_t from, uint64_t need, bell_run *run) {
  uint64_t end = heap->high >> 4, start = from >> 4, granule = start;
  for (; granule < end; granule++) {
    if (!(heap->bits[granule >> 6] >> (granule & 63) & 1)) continue;
    if (granule - start >= need) {
      *run = (bell_run){start << 4, granule << 4};
      return true;
    }
    start = granule + 1;
  }
  *run = (bell_run){start << 4, heap->region_size};
  return (heap->region_size >> 4) >= start + need;
}

static void test_runs_of_every_length_are_found(void) {
  bell_ctx *ctx = make_context(false);
  bell_heap *heap = ctx->heap;
  bell_heap as_it_was = *heap;
  uint64_t state = 42;
  for (uint64_t high = 4096; high <= 8192; high += 64 * 16 / 3 & ~(uint64_t)15) {
    heap->high = high;
    for (int density = 1; density <= 65; density += 8) { /* one granule in so many is in use */
      memset(heap->bits, 0, (high >> 7) + 16);
      for (uint64_t granule = 0; granule < high >> 4; granule++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        if ((state >> 33) % (uint64_t)density == 0) heap->bits[granule >> 6] |= (uint64_t)1 << (granule & 63);
      }
      for (uint64_t need = 1; need <= 70; need += need < 4 ? 1 : 11) {
        for (uint64_t from = 0; from < high; from += 16 * 37) {
          bell_run found, expected;
          CHECK(bell_find_run(heap, from, need * 16, UINT64_MAX, &found) && find_run_plainly(heap, from, need, &expected));
          CHECK(found.start == expected.start && found.end == expected.end);
          uint64_t most = (need + 9) * 16;
          CHECK(bell_find_run(heap, from, need * 16, most, &found) && found.start == expected.start);
          CHECK(found.end == (expected.end - expected.start < most || found.end == heap->region_size ? expected.end : expected.start + most));
        }
      }
    }
  }
  memset(heap->bits, 0, 128);
  *heap = as_it_was;
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_collecting_ends_with_the_run();
  test_what_is_resident_stays_within_the_limit();
  test_what_lies_between_what_lives_on_costs_memory();
  test_buffers_given_back_are_not_lost();
  test_long_containers_are_marked_in_parts();
  test_ten_million_temporary_strings();
  test_every_kind_survives();
  test_numbers_are_not_references();
  test_an_image_of_containers();
  test_the_limit_falls_at_the_same_place();
  test_runs_of_every_length_are_found();
  return 0;
}
