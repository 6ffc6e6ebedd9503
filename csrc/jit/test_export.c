/* Exports: calls from several threads through a few contexts, what a fault leaves, lists by address and count. */
#include "jit/export.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "runtime/test_module.h"

enum { CONTEXTS = 2, THREADS = 4, CALLS = 5000 };

static bell_stack stacks[CONTEXTS];
static bell_ctx *contexts[CONTEXTS];
static bell_export_slot slots[CONTEXTS];
static bell_word fault_words[8];

/* a // b in a way: faults where b is 0 */
static void divide(bell_ctx *ctx, bell_word *words) {
  if (words[1] == 0) {
    ctx->fault_site = 7;
    bell_fault(ctx, 501);
    return;
  }
  words[0] = (bell_word)((int64_t)words[0] / (int64_t)words[1]);
}

static void product(bell_ctx *ctx, bell_word *words) {
  (void)ctx;
  words[0] = bell_bits(bell_float(words[0]) * bell_float(words[1]));
}

/* The sum of a list, which it changes: no call sees what another has written. */
static void drain(bell_ctx *ctx, bell_word *words) {
  bell_list *list = BELL_LIST_AT(ctx, words[0]);
  double *elements = (double *)(void *)(ctx->base + list->data), sum = 0;
  CHECK(list->head.type == T_LIST_FLOAT && list->capacity == list->length);
  for (int64_t i = 0; i < list->length; i++) {
    sum += elements[i];
    elements[i] = 0;
  }
  words[0] = bell_bits(sum);
  if (list->length == 3) bell_fault(ctx, 711);
}

static void export_of(bell_export *exported, bell_native_fn entry, uint8_t result_class, uint32_t param_count, const uint8_t *kinds, const uint32_t *list_types) {
  *exported = (bell_export){.entry = entry, .fuel_max = 1000, .depth_max = 10, .result_class = result_class, .param_count = param_count,
                            .kinds = kinds, .types = list_types, .slot_count = CONTEXTS, .slots = slots, .fault_words = fault_words};
  for (uint32_t i = 0; i < param_count; i++) exported->word_count += kinds[i] == BELL_EXPORT_LIST ? 2 : 1;
  for (uint32_t i = 0; i < CONTEXTS; i++) bell_export_put(exported, i, contexts[i]);
}

static void *many_calls(void *given) {
  for (int64_t i = 1; i <= CALLS; i++) {
    bell_word words[2] = {(bell_word)(i * 6), 2};
    CHECK(bell_export_call(given, words) == 0 && words[0] == (bell_word)(i * 3));
  }
  return NULL;
}

static void test_threads(void) {
  const uint8_t kinds[] = {BELL_EXPORT_WORD, BELL_EXPORT_WORD};
  const uint32_t none[] = {0, 0};
  bell_export exported;
  export_of(&exported, divide, BELL_CLASS_INT, 2, kinds, none);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, many_calls, &exported) == 0);
  for (int i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(!bell_export_faulted(&exported));
  for (uint32_t i = 0; i < CONTEXTS; i++) CHECK(atomic_load(&slots[i].ctx) == contexts[i]);
}

static void test_the_first_fault_is_kept(void) {
  const uint8_t kinds[] = {BELL_EXPORT_WORD, BELL_EXPORT_WORD};
  const uint32_t none[] = {0, 0};
  bell_export exported;
  export_of(&exported, divide, BELL_CLASS_INT, 2, kinds, none);
  bell_word first[] = {5, 0}, second[] = {6, 0}, good[] = {6, 3};
  CHECK(bell_export_call(&exported, first) == 1 && (int64_t)first[0] == BELL_EXPORT_NO_INT);
  CHECK(bell_export_call(&exported, second) == 1);
  CHECK(bell_export_call(&exported, good) == 0 && good[0] == 2);
  CHECK(bell_export_faulted(&exported) && exported.fault == 501 && exported.fault_site == 7 && fault_words[0] == 5 && fault_words[1] == 0);
  bell_export_forget(&exported);
  CHECK(!bell_export_faulted(&exported));
  second[0] = 6, second[1] = 0;
  CHECK(bell_export_call(&exported, second) == 1 && bell_export_faulted(&exported) && fault_words[0] == 6);
  exported.result_class = BELL_CLASS_BOOL;
  second[1] = 0;
  CHECK(bell_export_call(&exported, second) == 1 && second[0] == 0);
}

static void test_floats_in_an_array(void) {
  const uint8_t kinds[] = {BELL_EXPORT_WORD, BELL_EXPORT_WORD};
  const uint32_t none[] = {0, 0};
  const double values[] = {1.5, 4.0};
  bell_export exported;
  export_of(&exported, product, BELL_CLASS_FLOAT, 2, kinds, none);
  CHECK(bell_export_call_floats(&exported, 2, values) == 6.0 && values[0] == 1.5);
  CHECK(isnan(bell_export_call_floats(&exported, 3, values)) && exported.fault == 402 && fault_words[0] == 3);
  bell_export_forget(&exported);
  CHECK(isnan(bell_export_call_floats(&exported, -1, values)) && (int64_t)fault_words[0] == -1);
}

static void test_lists(void) {
  const uint8_t kinds[] = {BELL_EXPORT_LIST};
  const uint32_t list_types[] = {T_LIST_FLOAT};
  const double values[] = {1, 2, 3, 4};
  double result;
  bell_export exported;
  export_of(&exported, drain, BELL_CLASS_FLOAT, 1, kinds, list_types);
  CHECK(bell_export_call_filter(&exported, values, 4, &result) == 1 && result == 10.0 && values[3] == 4);
  CHECK(bell_export_call_filter(&exported, values, 4, &result) == 1 && result == 10.0);
  CHECK(bell_export_call_filter(&exported, values, 0, &result) == 1 && result == 0.0);
  CHECK(!bell_export_faulted(&exported));
  CHECK(bell_export_call_filter(&exported, values, 3, &result) == 0 && isnan(result));
  CHECK(exported.fault == 711 && fault_words[1] == 3 && memcmp(exported.fault_lists, values, 24) == 0);
  bell_export_forget(&exported);
  CHECK(exported.fault_lists == NULL);
  CHECK(bell_export_call_filter(&exported, values, -1, &result) == 0 && exported.fault == 803 && exported.fault_site == BELL_EXPORT_NO_SITE);
  bell_export_forget(&exported);
  CHECK(bell_export_call_filter(&exported, values, INT64_MAX / 8, &result) == 0 && exported.fault == 803 && exported.fault_lists == NULL);
}

int main(void) {
  for (int i = 0; i < CONTEXTS; i++) {
    contexts[i] = make_context(false);
    CHECK(bell_stack_open(&stacks[i], 10, 4096));
    contexts[i]->stack = &stacks[i];
  }
  test_threads();
  test_the_first_fault_is_kept();
  test_floats_in_an_array();
  test_lists();
  for (int i = 0; i < CONTEXTS; i++) {
    bell_ctx_destroy(contexts[i]);
    bell_stack_close(&stacks[i]);
  }
  return 0;
}
