/* Special methods that change what is being walked: nothing is read that is gone. The program's functions are played by this file. */
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/set.h"
#include "runtime/special.h"
#include "runtime/test_module.h"

enum { EQ, HASH, LT, REPR, ENTRIES };
enum { EMPTY = ENTRIES, STRINGS };
static const bell_pool_text NAMES[STRINGS] = {{"__eq__", 6, 1}, {"__hash__", 8, 1}, {"__lt__", 6, 1}, {"__repr__", 8, 1}, {"", 0, 1}};

static const uint8_t classes[] = {BELL_CLASS_ANY};
static const uint32_t slot_types[] = {T_ANY}, field_slots[] = {0}, field_strings[] = {EMPTY};
static const char *const field_names[] = {"x"};
static const uint8_t optional[] = {0};
static const bell_member members[ENTRIES] = {
    {.name = EQ, .kind = BELL_MEMBER_METHOD, .signature = EQ, .global = UINT32_MAX, .set_signature = BELL_NO_SIGNATURE, .set_global = UINT32_MAX},
    {.name = HASH, .kind = BELL_MEMBER_METHOD, .signature = HASH, .global = UINT32_MAX, .set_signature = BELL_NO_SIGNATURE, .set_global = UINT32_MAX},
    {.name = LT, .kind = BELL_MEMBER_METHOD, .signature = LT, .global = UINT32_MAX, .set_signature = BELL_NO_SIGNATURE, .set_global = UINT32_MAX},
    {.name = REPR, .kind = BELL_MEMBER_METHOD, .signature = REPR, .global = UINT32_MAX, .set_signature = BELL_NO_SIGNATURE, .set_global = UINT32_MAX},
};
static const bell_param params[] = {{.name = EMPTY, .fallback = -1, .kind = BELL_PARAM_PLAIN}, {.name = EMPTY, .fallback = -1, .kind = BELL_PARAM_PLAIN}};
static const bell_signature signatures[ENTRIES] = {
    {.entry = EQ, .param_count = 2, .plain_count = 2, .title = EQ, .record = EMPTY, .params = params},
    {.entry = HASH, .param_count = 1, .plain_count = 1, .title = HASH, .record = EMPTY, .params = params},
    {.entry = LT, .param_count = 2, .plain_count = 2, .title = LT, .record = EMPTY, .params = params},
    {.entry = REPR, .param_count = 1, .plain_count = 1, .title = REPR, .record = EMPTY, .params = params},
};

static bell_type table[T_COUNT + 1];
static bell_word container; /* what the methods change */
static int calls;

static void append(bell_ctx *ctx, bell_word ref, bell_word word) {
  bell_root_push(ctx, word);
  if (bell_list_grow(ctx, ref)) bell_list_store(ctx, BELL_LIST_AT(ctx, ref), BELL_LIST_AT(ctx, ref)->length++, word);
  bell_root_pop(ctx, 1);
}

/* Empty the container or fill it with garbage, every other time. */
static void disturb(bell_ctx *ctx) {
  calls++;
  if (!bell_is_ref(container)) return;
  switch (BELL_HEAD_AT(ctx, container)->kind) {
  case BELL_LIST:
    if (calls % 2) bell_list_clear(ctx, container);
    else append(ctx, container, bell_any_from_int(ctx, calls));
    break;
  case BELL_DICT:
    if (calls % 2) bell_dict_clear(ctx, container);
    else bell_dict_set(ctx, container, bell_any_from_int(ctx, calls), BELL_NONE);
    break;
  default:
    if (calls % 2) bell_set_clear(ctx, container);
    else bell_set_add(ctx, container, bell_any_from_int(ctx, calls));
  }
  for (int i = 0; i < 3; i++) bell_str_from_utf8(ctx, "garbage", 7);
}

static int64_t play(bell_ctx *ctx, uint32_t function, const bell_word *args, bell_word *results) {
  bell_word self = args[1], other = function == EQ || function == LT ? args[2] : 0;
  disturb(ctx);
  if (ctx->fault != 0) return 0;
  switch (function) {
  case HASH: results[0] = bell_any_from_int(ctx, 7); break;
  case EQ: results[0] = BELL_FALSE; break;
  case LT: results[0] = bell_any_from_bool(BELL_TUPLE_AT(ctx, self)->slots[0] < BELL_TUPLE_AT(ctx, other)->slots[0]); break;
  default: results[0] = bell_str_from_utf8(ctx, "shown", 5);
  }
  return 0;
}

static bell_ctx *begin(void) {
  memcpy(table, types, sizeof types);
  table[T_COUNT] = (bell_type){.kind = BELL_RECORD, .class_ = BELL_CLASS_REF, .slot_count = 1, .slot_classes = classes, .slot_types = slot_types, .name = "A", .told = "A",
                               .field_count = 1, .field_names = field_names, .field_slots = field_slots, .field_optional = optional,
                               .class_low = 1, .class_high = 1, .field_strings = field_strings, .member_count = ENTRIES, .members = members};
  bell_ctx *ctx = bell_ctx_create(&(bell_config){.memory_max = (uint64_t)64 << 20, .roots_max = 65536, .types = table, .type_count = T_COUNT + 1,
                                                 .strings = NAMES, .string_count = STRINGS, .signatures = signatures, .signature_count = ENTRIES,
                                                 .function_count = ENTRIES});
  CHECK(ctx != NULL && ctx->specials != NULL);
  bell_ctx_begin(ctx, INT64_MAX);
  bell_heap_set_stress(ctx, true);
  ctx->depth_left = 100;
  ctx->call = play;
  calls = 0;
  container = 0;
  return ctx;
}

static bell_word object(bell_ctx *ctx, int64_t x) {
  bell_word word = bell_any_from_int(ctx, x);
  return keep(ctx, bell_record_new(ctx, T_COUNT, &word, 1));
}

static void test_lists(void) {
  bell_ctx *ctx = begin();
  for (int round = 0; round < 6; round++) {
    bell_word list = keep(ctx, bell_list_new(ctx, T_LIST_ANY, 0));
    for (int i = 0; i < 20; i++) { /* the list alone keeps them */
      bell_word x = bell_any_from_int(ctx, 20 - i), made = bell_record_new(ctx, T_COUNT, &x, 1);
      bell_root_push(ctx, made);
      append(ctx, list, made);
      bell_root_pop(ctx, 1);
    }
    bell_word needle = object(ctx, round), other = keep(ctx, bell_list_slice(ctx, list, BELL_ABSENT, BELL_ABSENT, BELL_ABSENT));
    for (int i = 0; i < 20; i++) bell_list_store(ctx, BELL_LIST_AT(ctx, other), i, needle);
    container = list;
    calls = round;
    switch (round) {
    case 0: CHECK(!bell_any_contains(ctx, list, needle)); break;
    case 1: CHECK(!bell_any_eq(ctx, list, other)); break;
    case 2: bell_any_repr(ctx, list); break;
    case 3: bell_list_sort(ctx, list, 0); break;
    case 4: bell_list_count(ctx, list, needle); break;
    default: bell_any_compare(ctx, BELL_ORDER_LT, list, other);
    }
    CHECK(ctx->fault == 0 || ctx->fault == 791);
    ctx->fault = 0;
    ctx->fault_text = 0;
  }
  bell_ctx_destroy(ctx);
}

static void test_tables(void) {
  bell_ctx *ctx = begin();
  for (int start = 0; start < 4; start++) {
    bell_word dict = keep(ctx, bell_dict_new(ctx, T_DICT_ANY, 0)), set = keep(ctx, bell_any_to_set(ctx, keep(ctx, bell_list_new(ctx, T_LIST_ANY, 0))));
    calls = start;
    for (int i = 0; i < 12 && ctx->fault == 0; i++) {
      bell_word key = object(ctx, i);
      container = dict;
      bell_dict_set(ctx, dict, key, key);
      bell_dict_set_default(ctx, dict, key, key);
      bell_dict_find(ctx, dict, object(ctx, i));
      bell_dict_remove(ctx, dict, key);
      container = set;
      bell_set_add(ctx, set, key);
      bell_set_contains(ctx, set, object(ctx, i));
      bell_set_union(ctx, set, set);
      bell_set_remove(ctx, set, key);
    }
    bell_dict_copy(ctx, dict);
    bell_dict_eq(ctx, dict, keep(ctx, bell_dict_copy(ctx, dict)));
    CHECK(ctx->fault == 0);
  }
  bell_ctx_destroy(ctx);
}

/* Calls that are nested without end come to theirs, wherever the walk is. */
static int64_t nested(bell_ctx *ctx, uint32_t function, const bell_word *args, bell_word *results) {
  (void)function;
  bell_word self = args[1], one = keep(ctx, bell_list_of(ctx, T_LIST_ANY, &self, 1)), other = object(ctx, 1);
  bell_word two = keep(ctx, bell_list_of(ctx, T_LIST_ANY, &other, 1));
  results[0] = bell_any_from_bool(bell_any_eq(ctx, one, two));
  return 0;
}

static void test_nesting(void) {
  bell_ctx *ctx = begin();
  bell_heap_set_stress(ctx, false);
  ctx->call = nested;
  ctx->depth_left = 100000;
  bell_word a = object(ctx, 1), b = object(ctx, 2);
  CHECK(!bell_any_eq(ctx, a, b) && ctx->fault == 804);
  CHECK(ctx->invoked == 0 && ctx->heap->temporary_count == 0);
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_lists();
  test_tables();
  test_nesting();
  return 0;
}
