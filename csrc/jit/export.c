#define _GNU_SOURCE
#include "jit/export.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "runtime/context.h"

#define YIELDS 64          /* times that a call without a context gives way before it sleeps */
#define SLEEP_NS 50000

/* Stacks of threads are megabytes apart: their addresses spread the threads over the slots, so that each finds the context it had before, in its cache. */
static uint32_t slot_hint(const bell_export *exported, const void *stack) {
  uint64_t hash = ((uint64_t)(uintptr_t)stack >> 20) * 0x9e3779b97f4a7c15u;
  return (uint32_t)((hash >> 32) * exported->slot_count >> 32);
}

static bell_export_slot *take_slot(bell_export *exported, const void *stack, bell_ctx **ctx) {
  uint32_t first = slot_hint(exported, stack);
  for (uint32_t tries = 0;; tries++) {
    for (uint32_t i = 0, at = first; i < exported->slot_count; i++) {
      bell_export_slot *slot = &exported->slots[at];
      *ctx = atomic_exchange_explicit(&slot->ctx, NULL, memory_order_acquire);
      if (*ctx != NULL) return slot;
      if (++at == exported->slot_count) at = 0;
    }
    if (tries < YIELDS) sched_yield();
    else nanosleep(&(struct timespec){0, SLEEP_NS}, NULL);
  }
}

/* The lists among the arguments, made in the context. `from` are the words of the caller, `to` those of the function. They take no fuel of the program's. */
static bool enter(bell_export *exported, bell_ctx *ctx, const bell_word *from, bell_word *to) {
  int64_t fuel = ctx->fuel;
  uint32_t roots = 0;
  ctx->fuel = (int64_t)1 << 62;
  for (uint32_t i = 0; i < exported->param_count && ctx->fault == 0; i++) {
    if (exported->kinds[i] == BELL_EXPORT_WORD) {
      to[i] = *from++;
      continue;
    }
    const void *elements = (const void *)(uintptr_t)from[0];
    int64_t length = (int64_t)from[1];
    from += 2;
    const bell_type *type = &ctx->types[exported->types[i]];
    uint64_t size = (uint64_t)length * (type->item_class == BELL_CLASS_BOOL ? 1 : 8);
    if (length < 0 || (uint64_t)length > BELL_MEMORY_MAX) {
      bell_fault(ctx, 803);
    } else if (bell_heap_reserve(ctx, BELL_ROUND(sizeof(bell_list)) + BELL_ROUND(sizeof(bell_buffer) + size))) {
      bell_ref ref = bell_alloc(ctx, sizeof(bell_list), BELL_LIST, type->item_class, exported->types[i]);
      if (length > 0) {
        bell_ref buffer = bell_heap_take(ctx, sizeof(bell_buffer) + size, BELL_BUFFER, 0, 0);
        bell_list *list = BELL_LIST_AT(ctx, ref);
        ((bell_buffer *)bell_at(ctx, buffer))->size = size;
        list->data = buffer + sizeof(bell_buffer);
        list->length = list->capacity = length;
        memcpy(ctx->base + list->data, elements, size);
      }
      bell_root_push(ctx, ref);
      roots++;
      to[i] = ref;
    }
  }
  bell_root_pop(ctx, (int)roots);
  ctx->fuel = fuel;
  return ctx->fault == 0;
}

/* Keep what the host needs to tell of the fault, unless it has one to tell of. */
static void record(bell_export *exported, const bell_ctx *ctx, const bell_word *words, bool entered) {
  uint32_t none = 0;
  if (!atomic_compare_exchange_strong_explicit(&exported->faulted, &none, 1, memory_order_acquire, memory_order_relaxed)) return;
  exported->fault = ctx->fault;
  exported->fault_site = entered ? ctx->fault_site : BELL_EXPORT_NO_SITE;
  exported->unwind_count = ctx->unwind_count;
  memcpy(exported->unwind_sites, ctx->unwind_sites, sizeof exported->unwind_sites);
  memcpy(exported->fault_words, words, exported->word_count * sizeof(bell_word));
  uint64_t size = 0;
  const bell_word *word = words;
  for (int pass = 0; pass < 2; pass++, word = words) { /* measure the lists, then copy them one after the other */
    uint8_t *to = exported->fault_lists;
    for (uint32_t i = 0; i < exported->param_count; i++) {
      if (exported->kinds[i] == BELL_EXPORT_WORD) {
        word++;
        continue;
      }
      bool bytes = ctx->types[exported->types[i]].item_class == BELL_CLASS_BOOL;
      uint64_t list_size = word[1] * (bytes ? 1 : 8);
      if ((int64_t)word[1] < 0 || word[1] > BELL_MEMORY_MAX) list_size = 0;
      if (pass == 0) size += list_size;
      else if (to != NULL && list_size > 0) memcpy(to, (const void *)(uintptr_t)word[0], list_size);
      if (to != NULL) to += list_size;
      word += 2;
    }
    if (pass == 0 && size > 0) exported->fault_lists = malloc(size);
    if (size == 0) break;
  }
  atomic_store_explicit(&exported->faulted, 2, memory_order_release);
}

static bell_word no_result(uint8_t result_class) {
  if (result_class == BELL_CLASS_FLOAT) return bell_bits((double)NAN);
  return result_class == BELL_CLASS_INT ? (bell_word)BELL_EXPORT_NO_INT : 0;
}

int32_t bell_export_call(bell_export *exported, bell_word *words) {
  bell_word passed[BELL_EXPORT_PARAMS_MAX + 1]; /* the caller's stay as they are until it is known that nobody needs to be told of them */
  bell_ctx *ctx;
  bell_export_slot *slot = take_slot(exported, __builtin_frame_address(0), &ctx);
  bell_ctx_begin(ctx, exported->fuel_max);
  if (exported->restore) bell_heap_restore_image(ctx);
  ctx->output_bytes = ctx->admitted_bytes = 0;
  ctx->deadline_ns = 0;
  ctx->depth_left = exported->depth_max;
  bool ready = true;
  if (exported->word_count == exported->param_count) {
    for (uint32_t i = 0; i < exported->word_count; i++) passed[i] = words[i];
  } else {
    ready = enter(exported, ctx, words, passed);
  }
  if (ready) bell_stack_call(ctx->stack, exported->entry, ctx, passed);
  int32_t failed = ctx->fault != 0;
  if (failed) {
    record(exported, ctx, words, ready);
    words[0] = no_result(exported->result_class);
  } else {
    words[0] = passed[0];
  }
  atomic_store_explicit(&slot->ctx, ctx, memory_order_release);
  return failed;
}

double bell_export_call_floats(bell_export *exported, int32_t count, const double *values) {
  bell_word words[BELL_EXPORT_PARAMS_MAX + 1] = {0};
  if (count < 0 || (uint32_t)count != exported->param_count) {
    uint32_t none = 0;
    if (atomic_compare_exchange_strong(&exported->faulted, &none, 1)) {
      exported->fault = 402;
      exported->fault_site = BELL_EXPORT_NO_SITE;
      exported->unwind_count = 0;
      exported->fault_words[0] = (bell_word)(int64_t)count;
      atomic_store_explicit(&exported->faulted, 2, memory_order_release);
    }
    return (double)NAN;
  }
  memcpy(words, values, (size_t)count * sizeof(double));
  bell_export_call(exported, words);
  return bell_float(words[0]);
}

int32_t bell_export_call_filter(bell_export *exported, const double *values, int64_t count, double *result) {
  bell_word words[2] = {(bell_word)(uintptr_t)values, (bell_word)count};
  int32_t failed = bell_export_call(exported, words);
  memcpy(result, words, sizeof *result);
  return !failed;
}

bool bell_export_faulted(bell_export *exported) {
  uint32_t state;
  while ((state = atomic_load_explicit(&exported->faulted, memory_order_acquire)) == 1) sched_yield();
  return state == 2;
}

void bell_export_put(bell_export *exported, uint32_t place, bell_ctx *ctx) { atomic_init(&exported->slots[place].ctx, ctx); }

void bell_export_forget(bell_export *exported) {
  free(exported->fault_lists);
  exported->fault_lists = NULL;
  atomic_store_explicit(&exported->faulted, 0, memory_order_release);
}
