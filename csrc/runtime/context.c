/* A context's life: limits, types, string pool, globals, shadow stack; fuel slices and polling. */
#define _GNU_SOURCE
#include "runtime/context.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "runtime/epoch.h"
#include "runtime/exc.h"
#include "runtime/profile.h"
#include "runtime/raise.h"
#include "runtime/record.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/trace.h"

static bool is_ascii(const bell_pool_text *text) {
  const uint8_t *bytes = text->data;
  if (text->width != 1) return false;
  for (uint32_t i = 0; i < text->length; i++) {
    if (bytes[i] >= 128) return false;
  }
  return true;
}

/* A permanent str object with these characters. Its room was reserved. */
static bell_ref make_permanent(bell_ctx *ctx, const bell_pool_text *text) {
  uint64_t size = (uint64_t)text->length * text->width;
  bell_ref ref = bell_alloc(ctx, sizeof(bell_str) + size, BELL_STR, text->width, 0);
  bell_str *str = BELL_STR_AT(ctx, ref);
  str->head.flags = BELL_PERMANENT | (is_ascii(text) ? BELL_STR_ASCII : 0);
  str->length = text->length;
  str->data = ref + sizeof(bell_str);
  if (size > 0) memcpy(str + 1, text->data, size);
  return ref;
}

static uint64_t pool_hash(const bell_pool_text *text) {
  uint64_t hash = text->width, size = (uint64_t)text->length * text->width;
  for (uint64_t i = 0; i < size; i++) hash = (hash ^ ((const uint8_t *)text->data)[i]) * 0x100000001b3u; /* FNV-1a */
  return hash ^ hash >> 32;
}

/* The 256 one-character strings, then the pool. Equal strings of the pool are one object. Returns false without system memory. */
static bool make_strings(bell_ctx *ctx, const bell_config *config) {
  if (!bell_reserve(ctx, 256 * BELL_CHARACTER_STRIDE)) return true; /* the fault says it */
  for (int code = 0; code < 256; code++) {
    uint8_t byte = (uint8_t)code;
    bell_ref ref = make_permanent(ctx, &(bell_pool_text){.data = &byte, .length = 1, .width = 1});
    if (code == 0) ctx->characters = ref;
  }
  uint64_t slots = 4;
  while (slots < (uint64_t)config->string_count * 2) slots *= 2;
  uint32_t *table = calloc(slots, sizeof *table); /* index into the pool and 1, by hash */
  bell_ref *refs = calloc((size_t)config->string_count + 1, sizeof *refs);
  ctx->strings = refs;
  if (table == NULL || refs == NULL) {
    free(table);
    return false;
  }
  for (uint32_t i = 0; i < config->string_count; i++) {
    const bell_pool_text *text = &config->strings[i];
    uint64_t size = (uint64_t)text->length * text->width;
    uint64_t slot = pool_hash(text) & (slots - 1);
    for (; table[slot] != 0; slot = (slot + 1) & (slots - 1)) {
      const bell_pool_text *other = &config->strings[table[slot] - 1];
      if (other->length == text->length && other->width == text->width && (size == 0 || memcmp(other->data, text->data, size) == 0)) break;
    }
    if (table[slot] != 0) {
      refs[i] = refs[table[slot] - 1];
      continue;
    }
    if (text->length == 1 && text->width == 1) {
      refs[i] = ctx->characters + (uint64_t)*(const uint8_t *)text->data * BELL_CHARACTER_STRIDE;
    } else {
      if (!bell_reserve(ctx, BELL_ROUND(sizeof(bell_str) + size))) break;
      refs[i] = make_permanent(ctx, text);
    }
    table[slot] = i + 1;
  }
  free(table);
  return true;
}

/* What the collector and set.to_list want to know of a type without looking at its slots each time. */
static void study_types(bell_ctx *ctx) {
  for (uint32_t i = 1; i < ctx->type_count; i++) {
    const bell_type *type = &ctx->types[i];
    for (uint32_t slot = 0; slot < type->slot_count; slot++) {
      if (type->slot_classes[slot] >= BELL_CLASS_STR) ctx->heap->type_scans[i] = 1;
    }
    for (uint32_t field = 0; type->kind == BELL_RECORD && field < type->field_count; field++) {
      if (strcmp(bell_record_shape(type, field), "v") != 0) ctx->heap->type_shaped[i] = 1;
    }
    if (type->kind == BELL_LIST && type->item_class != BELL_CLASS_REF) ctx->heap->class_lists[type->item_class] = i;
    if (type->kind == BELL_DICT && type->item_class == BELL_CLASS_ANY && type->value_class == BELL_CLASS_ANY) ctx->heap->any_dict = i;
    if (type->kind != BELL_SET && type->kind != BELL_DICT) continue;
    if (type->kind == BELL_SET && type->item_class == BELL_CLASS_ANY) ctx->heap->any_set = i;
    for (uint32_t j = 1; j < ctx->type_count; j++) {
      const bell_type *list = &ctx->types[j];
      if (list->kind == BELL_LIST && list->item_class == type->item_class && list->item_type == type->item_type)
        ctx->heap->list_types[i] = j;
    }
  }
  ctx->heap->type_scans[0] = 1; /* tuples made while running hold words of class any */
}

bell_ctx *bell_ctx_create(const bell_config *config) {
  bell_ctx *ctx = calloc(1, sizeof *ctx);
  if (ctx == NULL) return NULL;
  ctx->types = config->types;
  ctx->type_count = config->type_count;
  ctx->string_count = config->string_count;
  ctx->global_classes = config->global_classes;
  ctx->global_count = config->global_count;
  ctx->natives = config->natives;
  ctx->function_count = config->function_count;
  ctx->signatures = config->signatures;
  ctx->signature_count = config->signature_count;
  ctx->output_bytes_max = UINT64_MAX;
  ctx->iterations_max = ctx->events_max = INT64_MAX;
  uint64_t roots_bytes = config->roots_max * sizeof(bell_word);
  if (!bell_heap_create(ctx, config->memory_max)) {
    bell_ctx_destroy(ctx);
    return NULL;
  }
  if (roots_bytes > 0) {
    void *roots = mmap(NULL, roots_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (roots == MAP_FAILED) {
      bell_ctx_destroy(ctx);
      return NULL;
    }
    ctx->roots_base = ctx->roots_top = roots;
    ctx->roots_limit = ctx->roots_base + config->roots_max;
  }
  study_types(ctx);
  uint32_t params_max = 0;
  for (uint32_t i = 0; i < config->signature_count; i++) {
    if (config->signatures[i].param_count > params_max) params_max = config->signatures[i].param_count;
  }
  ctx->call_words = calloc((size_t)params_max + 1, sizeof *ctx->call_words);
  ctx->told = calloc(BELL_RAISE_MAX, 1);
  if (ctx->call_words == NULL || ctx->told == NULL || !make_strings(ctx, config)) {
    bell_ctx_destroy(ctx);
    return NULL;
  }
  if (ctx->fault != 0) return ctx; /* the pool did not fit: there are no names to look at, and nothing may run */
  if (!bell_specials_make(ctx)) {
    bell_ctx_destroy(ctx);
    return NULL;
  }
  ctx->empty_string = bell_str_from_ascii(ctx, "", 0);
  bell_heap_found(ctx);
  return ctx;
}

void bell_ctx_destroy(bell_ctx *ctx) {
  if (ctx == NULL) return;
  if (ctx->roots_base != NULL) munmap(ctx->roots_base, (size_t)(ctx->roots_limit - ctx->roots_base) * sizeof(bell_word));
  bell_exc_forget_all(ctx);
  bell_trace_close(ctx);
  bell_profile_close(ctx);
  bell_heap_destroy(ctx);
  free((void *)ctx->strings);
  free(ctx->call_words);
  free((void *)ctx->special_rows);
  free((void *)ctx->specials);
  free(ctx->told);
  free(ctx);
}

static void begin(bell_ctx *ctx, int64_t fuel_max) {
  ctx->fault = ctx->fault_site = 0;
  ctx->fault_a = ctx->fault_b = 0;
  ctx->fault_text = 0;
  ctx->told_size = 0;
  ctx->fault_name = NULL;
  ctx->unwind_count = 0;
  ctx->fault_inside = 0;
  ctx->invoked = ctx->temporaries = 0;
  ctx->raised = 0;
  ctx->iteration_value = 0;
  ctx->unpaid = false;
  ctx->unpolled = 0;
  ctx->polls = 0;
  ctx->iterations_left = ctx->iterations_max;
  ctx->fuel_max = fuel_max;
  ctx->fuel = fuel_max < BELL_FUEL_SLICE ? fuel_max : BELL_FUEL_SLICE;
  ctx->fuel_reserve = fuel_max - ctx->fuel;
}

void bell_ctx_begin(bell_ctx *ctx, int64_t fuel_max) {
  if (ctx->heap->watch != NULL) bell_epoch_guard();
  bell_heap_reset(ctx);
  ctx->serial = ctx->image_serial;
  ctx->heap->decimal_precision = ctx->heap->image_decimal_precision;
  ctx->heap->decimal_rounding = ctx->heap->image_decimal_rounding;
  begin(ctx, fuel_max);
}

void bell_ctx_resume(bell_ctx *ctx, int64_t fuel_max) {
  ctx->roots_top = ctx->roots_base;
  ctx->heap->temporary_count = 0;
  if (ctx->heap->watch != NULL) bell_epoch_guard();
  begin(ctx, fuel_max);
}

int64_t bell_fuel_used(const bell_ctx *ctx) {
  int64_t left = ctx->fuel + ctx->fuel_reserve;
  return left < 0 ? ctx->fuel_max : ctx->fuel_max - left;
}

/* Look at the clock and ask the host. Records E0802 or what the host said when the run is to end. */
bool bell_poll(bell_ctx *ctx) {
  ctx->unpolled = 0;
  ctx->polls++;
  if (ctx->fault != 0) return false;
  if (ctx->deadline_ns != 0) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec >= ctx->deadline_ns) {
      bell_fault(ctx, 802);
      return false;
    }
  }
  if (ctx->poll != NULL) {
    uint32_t code = ctx->poll(ctx);
    if (code != 0) {
      bell_fault(ctx, code);
      return false;
    }
  }
  return true;
}

bool bell_fuel_slice(bell_ctx *ctx) {
  if (ctx->trace_limit != NULL) bell_mark_full(ctx);
  if (ctx->unpaid) { /* there is no end to it, but to the time it may take */
    ctx->fuel = BELL_FUEL_SLICE;
    return bell_poll(ctx);
  }
  int64_t left = ctx->fuel + ctx->fuel_reserve; /* cannot overflow: fuel is negative here, or a slice */
  if (left < 0) {
    ctx->fuel = left;
    ctx->fuel_reserve = 0;
    ctx->fault_a = (bell_word)ctx->fuel_max;
    bell_fault(ctx, 801);
    return false;
  }
  ctx->fuel = left < BELL_FUEL_SLICE ? left : BELL_FUEL_SLICE;
  ctx->fuel_reserve = left - ctx->fuel;
  return bell_poll(ctx);
}
