/* The last line of an exception that nothing took is told by its class's `__str__`, a function of the program, played by this file: whatever it does, the fault stays what it was, unless it is ended by what no program can catch. */
#include "runtime/exc.h"
#include "runtime/raise.h"
#include "runtime/special.h"
#include "runtime/test_module.h"

#include <stddef.h>

enum { STR, ENTRIES };
enum { EMPTY = ENTRIES, STRINGS };
enum { SAYS, SAYS_NOTHING, IS_NO_TEXT, RAISES, USES_ALL, TELLS_A_FAULT };
static const bell_pool_text NAMES[STRINGS] = {{"__str__", 7, 1}, {"", 0, 1}};

static const uint8_t classes[] = {BELL_CLASS_ANY};
static const uint32_t slot_types[] = {T_ANY}, field_slots[] = {0}, field_strings[] = {EMPTY};
static const char *const field_names[] = {"args"};
static const uint8_t optional[] = {0};
static const bell_member members[ENTRIES] = {
    {.name = STR, .kind = BELL_MEMBER_METHOD, .signature = STR, .global = UINT32_MAX, .set_signature = BELL_NO_SIGNATURE, .set_global = UINT32_MAX},
};
static const bell_param params[] = {{.name = EMPTY, .fallback = -1, .kind = BELL_PARAM_PLAIN}};
static const bell_signature signatures[ENTRIES] = {
    {.entry = STR, .param_count = 1, .plain_count = 1, .title = STR, .record = EMPTY, .params = params},
};

static bell_type table[T_COUNT + 1];
static int does, calls;

static int64_t play(bell_ctx *ctx, uint32_t function, const bell_word *args, bell_word *results) {
  CHECK(function == STR && BELL_HEAD_AT(ctx, args[1])->type == T_COUNT);
  CHECK(ctx->trace == NULL && ctx->profile == NULL && ctx->trace_next == NULL && ctx->fault == 0 && ctx->unwind_count == 0);
  calls++;
  ctx->fuel -= 1000;
  ctx->iterations_left -= 10;
  ctx->trace_bits = 5;
  ctx->depth_left -= 7;
  if (ctx->depth_least != 0) ctx->depth_least -= 7;
  for (int i = 0; i < 50; i++) bell_str_from_utf8(ctx, "garbage", 7);
  switch (does) {
  case SAYS: results[0] = bell_str_from_utf8(ctx, "it went wrong", 13); break;
  case SAYS_NOTHING: results[0] = ctx->empty_string; break;
  case IS_NO_TEXT: results[0] = bell_any_from_int(ctx, 7); break;
  case USES_ALL: ctx->fuel = -1, bell_fault(ctx, 801); break;
  case TELLS_A_FAULT: bell_raise(ctx, 751, "another"); break;
  default: ctx->raised = args[1], bell_fault(ctx, 705); break;
  }
  if (ctx->fault != 0) {
    ctx->fault_site = 99, ctx->fault_a = 1, ctx->fault_b = 2, ctx->fault_name = "other", ctx->fault_inside = 1;
    for (int i = 0; i < 3; i++) ctx->unwind_sites[ctx->unwind_count++] = 90;
    return 1;
  }
  ctx->depth_left += 7;
  return 0;
}

static bell_ctx *begin(bool has_str) {
  memcpy(table, types, sizeof types);
  table[T_COUNT] = (bell_type){.kind = BELL_RECORD, .class_ = BELL_CLASS_REF, .slot_count = 1, .slot_classes = classes, .slot_types = slot_types, .name = "Wrong", .told = "Wrong",
                               .field_count = 1, .field_names = field_names, .field_slots = field_slots, .field_optional = optional,
                               .class_low = 1, .class_high = 1, .field_strings = field_strings, .member_count = has_str ? ENTRIES : 0, .members = members};
  bell_ctx *ctx = bell_ctx_create(&(bell_config){.memory_max = (uint64_t)64 << 20, .roots_max = 65536, .types = table, .type_count = T_COUNT + 1,
                                                 .strings = NAMES, .string_count = STRINGS, .signatures = signatures, .signature_count = ENTRIES,
                                                 .function_count = ENTRIES});
  CHECK(ctx != NULL);
  bell_ctx_begin(ctx, 1000000);
  bell_heap_set_stress(ctx, true);
  ctx->depth_left = ctx->depth_least = 100;
  ctx->iterations_max = ctx->iterations_left = 500;
  ctx->call = play;
  ctx->explain = NULL;
  calls = 0;
  return ctx;
}

/* An exception was raised three calls deep, of which nothing is left but this. */
static bell_word fail(bell_ctx *ctx) {
  bell_word none = BELL_NONE;
  bell_word error = bell_record_new(ctx, T_COUNT, &none, 1);
  ctx->raised = error;
  bell_fault(ctx, 705);
  ctx->fault_site = 12, ctx->fault_a = error, ctx->fault_b = 34, ctx->fault_name = "raise", ctx->fault_inside = 0;
  ctx->unwind_count = 2, ctx->unwind_sites[0] = 5, ctx->unwind_sites[1] = 6;
  ctx->trace_bits = 9;
  return error;
}

#define FIELD(name) {offsetof(bell_ctx, name), sizeof(((bell_ctx *)0)->name)}
/* What a call of the program may change for good: where the work is counted that is not given back, what the heap and the message are made of. */
static const struct { size_t at, size; } CHANGED[] = {
    FIELD(fault_text), FIELD(told), FIELD(told_size), FIELD(roots_top), FIELD(calls_made), FIELD(unpolled), FIELD(polls), FIELD(deadline_ns),
    FIELD(iteration_value), FIELD(serial), FIELD(invoked), FIELD(temporaries), FIELD(call_words), FIELD(recipes),
};

/* Every byte of the context but those is as before: a field that is added is restored, or stands in the list. */
static void check_same(const bell_ctx *before, const bell_ctx *after) {
  for (size_t at = 0; at < sizeof *before; at++) {
    bool may_change = false;
    for (size_t i = 0; i < sizeof CHANGED / sizeof *CHANGED; i++) may_change |= at - CHANGED[i].at < CHANGED[i].size;
    if (((const uint8_t *)before)[at] == ((const uint8_t *)after)[at] || may_change) continue;
    fprintf(stderr, "byte %zu of the context has changed\n", at);
    CHECK(false);
  }
}

static void test_tells(int doing, const char *text) {
  bell_ctx *ctx = begin(true);
  does = doing;
  bell_word error = fail(ctx);
  bell_ctx before;
  memcpy(&before, ctx, sizeof before);
  bell_exc_tell(ctx);
  CHECK(calls == 1 && ctx->raised == error && ctx->fault == 705);
  check_same(&before, ctx);
  if (ctx->fault_text != 0) CHECK(strlen(text) == BELL_STR_AT(ctx, ctx->fault_text)->length && memcmp(bell_at(ctx, BELL_STR_AT(ctx, ctx->fault_text)->data), text, strlen(text)) == 0);
  else CHECK(ctx->told_size == strlen(text) && memcmp(ctx->told, text, ctx->told_size) == 0);
  CHECK(BELL_TUPLE_AT(ctx, error)->slots[0] == BELL_NONE); /* nothing of it was collected */
  bell_ctx_destroy(ctx);
}

/* What it used is not given back, and the trail leads from where it ended to where the exception was raised. */
static void test_ends_with_a_limit(void) {
  bell_ctx *ctx = begin(true);
  does = USES_ALL;
  fail(ctx);
  ctx->profile = (void *)&calls; /* looked at by nobody */
  bell_exc_tell(ctx);
  CHECK(calls == 1 && ctx->fault == 801 && ctx->raised == 0 && ctx->fault_text == 0 && ctx->fuel < 0);
  CHECK(ctx->fault_site == 99 && ctx->fault_inside == 0 && ctx->unwind_count == 4 && ctx->unwind_sites[2] == 90 && ctx->unwind_sites[3] == 12);
  CHECK(ctx->profile == (void *)&calls && ctx->trace_bits == 9);
  ctx->profile = NULL;
  bell_ctx_destroy(ctx);
  ctx = begin(true); /* with no depth left it is not even called */
  does = SAYS;
  fail(ctx);
  ctx->depth_left = 0;
  bell_exc_tell(ctx);
  CHECK(calls == 0 && ctx->fault == 804 && ctx->raised == 0);
  bell_ctx_destroy(ctx);
}

static void test_says_nothing_of_others(void) {
  bell_ctx *ctx = begin(false); /* a class without the method */
  fail(ctx);
  bell_ctx before;
  memcpy(&before, ctx, sizeof before);
  bell_exc_tell(ctx);
  CHECK(calls == 0 && memcmp(&before, ctx, sizeof before) == 0);
  bell_ctx_destroy(ctx);
  ctx = begin(true); /* another fault */
  fail(ctx);
  ctx->fault = 803;
  memcpy(&before, ctx, sizeof before);
  bell_exc_tell(ctx);
  CHECK(calls == 0 && memcmp(&before, ctx, sizeof before) == 0);
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_tells(SAYS, "Wrong: it went wrong");
  test_tells(SAYS_NOTHING, "Wrong");
  test_tells(IS_NO_TEXT, "Wrong: <exception str() failed>");
  test_tells(RAISES, "Wrong: <exception str() failed>");
  test_tells(TELLS_A_FAULT, "Wrong: <exception str() failed>");
  test_ends_with_a_limit();
  test_says_nothing_of_others();
  return 0;
}
