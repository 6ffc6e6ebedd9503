/* A module's type table for the tests of the runtime, and a few ways to make values of it. */
#ifndef BELL_TEST_MODULE_H
#define BELL_TEST_MODULE_H

#include "check.h"
#include "runtime/any.h"
#include "runtime/context.h"
#include "runtime/ops.h"
#include "runtime/str.h"

enum {
  T_NONE = 1, T_INT, T_FLOAT, T_BOOL, T_STR, T_ANY,
  T_LIST_INT, T_LIST_FLOAT, T_LIST_BOOL, T_LIST_STR, T_LIST_ANY, T_LIST_LIST,
  T_DICT_INT, T_DICT_STR, T_DICT_ANY, T_DICT_FLOAT, T_DICT_TUPLE, T_SET_INT, T_SET_STR,
  T_PAIR, T_ONE, T_EMPTY, T_POINT, T_NODE, T_SHAPED, T_LIST_PAIR, T_LOOSE, T_ERROR, T_COUNT
};

#define SCALAR(c, n) {.kind = 0, .class_ = c, .name = n}
#define LIST(c, t, n) {.kind = BELL_LIST, .class_ = BELL_CLASS_REF, .item_class = c, .item_type = t, .name = n}
#define DICT(k, v, kt, vt, n) \
  {.kind = BELL_DICT, .class_ = BELL_CLASS_REF, .item_class = k, .value_class = v, .item_type = kt, .value_type = vt, .name = n}

static const uint8_t pair_classes[] = {BELL_CLASS_INT, BELL_CLASS_STR}, one_classes[] = {BELL_CLASS_FLOAT};
static const uint32_t pair_types[] = {T_INT, T_STR}, one_types[] = {T_FLOAT};
/* tuple[str, any]: takes what no exact type does */
static const uint8_t loose_classes[] = {BELL_CLASS_STR, BELL_CLASS_ANY};
static const uint32_t loose_types[] = {T_STR, T_ANY};
static const uint8_t point_classes[] = {BELL_CLASS_INT, BELL_CLASS_FLOAT};
static const uint32_t point_types[] = {T_INT, T_FLOAT};
static const char *const point_names[] = {"x", "y"};
static const uint32_t point_slots[] = {0, 1};
static const uint8_t point_optional[] = {0, 0};
/* args: any, cause: any */
static const uint8_t error_classes[] = {BELL_CLASS_ANY, BELL_CLASS_ANY};
static const uint32_t error_types[] = {T_ANY, T_ANY};
static const char *const error_names[] = {"args", "cause"};
static const uint32_t error_slots[] = {0, 1};
static const uint8_t node_classes[] = {BELL_CLASS_BOOL, BELL_CLASS_REF, BELL_CLASS_INT};
static const uint32_t node_types[] = {T_BOOL, T_NODE, T_INT};
static const char *const node_names[] = {"next", "n\xc3\xa4me"};
static const uint32_t node_slots[] = {0, 2};
static const uint8_t node_optional[] = {1, 0};
/* t: tuple[int, tuple[str | None]], nothing: None, r: range */
static const uint8_t shaped_classes[] = {BELL_CLASS_INT, BELL_CLASS_BOOL, BELL_CLASS_STR, BELL_CLASS_INT, BELL_CLASS_INT, BELL_CLASS_INT};
static const uint32_t shaped_types[] = {T_INT, T_BOOL, T_STR, T_INT, T_INT, T_INT};
static const char *const shaped_names[] = {"t", "nothing", "r"};
static const char *const shaped_shapes[] = {"(v(?v))", "n", "r"};
static const uint32_t shaped_slots[] = {0, 3, 3};

static const bell_type types[T_COUNT] = {
    [T_NONE] = SCALAR(BELL_CLASS_ANY, "None"),
    [T_INT] = SCALAR(BELL_CLASS_INT, "int"),
    [T_FLOAT] = SCALAR(BELL_CLASS_FLOAT, "float"),
    [T_BOOL] = SCALAR(BELL_CLASS_BOOL, "bool"),
    [T_STR] = SCALAR(BELL_CLASS_STR, "str"),
    [T_ANY] = SCALAR(BELL_CLASS_ANY, "any"),
    [T_LIST_INT] = LIST(BELL_CLASS_INT, T_INT, "list[int]"),
    [T_LIST_FLOAT] = LIST(BELL_CLASS_FLOAT, T_FLOAT, "list[float]"),
    [T_LIST_BOOL] = LIST(BELL_CLASS_BOOL, T_BOOL, "list[bool]"),
    [T_LIST_STR] = LIST(BELL_CLASS_STR, T_STR, "list[str]"),
    [T_LIST_ANY] = LIST(BELL_CLASS_ANY, T_ANY, "list[any]"),
    [T_LIST_LIST] = LIST(BELL_CLASS_REF, T_LIST_INT, "list[list[int]]"),
    [T_DICT_INT] = DICT(BELL_CLASS_INT, BELL_CLASS_INT, T_INT, T_INT, "dict[int, int]"),
    [T_DICT_STR] = DICT(BELL_CLASS_STR, BELL_CLASS_STR, T_STR, T_STR, "dict[str, str]"),
    [T_DICT_ANY] = DICT(BELL_CLASS_ANY, BELL_CLASS_ANY, T_ANY, T_ANY, "dict[any, any]"),
    [T_DICT_FLOAT] = DICT(BELL_CLASS_FLOAT, BELL_CLASS_BOOL, T_FLOAT, T_BOOL, "dict[float, bool]"),
    [T_DICT_TUPLE] = DICT(BELL_CLASS_REF, BELL_CLASS_INT, T_PAIR, T_INT, "dict[tuple[int, str], int]"),
    [T_SET_INT] = {.kind = BELL_SET, .class_ = BELL_CLASS_REF, .item_class = BELL_CLASS_INT, .item_type = T_INT, .name = "set[int]", .told = "set[int]"},
    [T_SET_STR] = {.kind = BELL_SET, .class_ = BELL_CLASS_REF, .item_class = BELL_CLASS_STR, .item_type = T_STR, .name = "set[str]", .told = "set[str]"},
    [T_PAIR] = {.kind = BELL_TUPLE,
                .class_ = BELL_CLASS_REF,
                .slot_count = 2,
                .slot_classes = pair_classes,
                .slot_types = pair_types,
                .name = "tuple[int, str]", .told = "tuple[int, str]"},
    [T_ONE] = {.kind = BELL_TUPLE,
               .class_ = BELL_CLASS_REF,
               .slot_count = 1,
               .slot_classes = one_classes,
               .slot_types = one_types,
               .name = "tuple[float]", .told = "tuple[float]"},
    [T_EMPTY] = {.kind = BELL_TUPLE, .class_ = BELL_CLASS_REF, .name = "tuple[()]", .told = "tuple[()]"},
    [T_POINT] = {.kind = BELL_RECORD,
                 .class_ = BELL_CLASS_REF,
                 .slot_count = 2,
                 .slot_classes = point_classes,
                 .slot_types = point_types,
                 .name = "Point", .told = "Point",
                 .field_count = 2,
                 .field_names = point_names,
                 .field_slots = point_slots,
                 .field_optional = point_optional},
    [T_NODE] = {.kind = BELL_RECORD,
                .class_ = BELL_CLASS_REF,
                .slot_count = 3,
                .slot_classes = node_classes,
                .slot_types = node_types,
                .name = "Node", .told = "Node",
                .field_count = 2,
                .field_names = node_names,
                .field_slots = node_slots,
                .field_optional = node_optional},
    [T_SHAPED] = {.kind = BELL_RECORD,
                  .class_ = BELL_CLASS_REF,
                  .slot_count = 6,
                  .slot_classes = shaped_classes,
                  .slot_types = shaped_types,
                  .name = "Shaped", .told = "Shaped",
                  .field_count = 3,
                  .field_names = shaped_names,
                  .field_slots = shaped_slots,
                  .field_shapes = shaped_shapes},
    [T_LOOSE] = {.kind = BELL_TUPLE,
                 .class_ = BELL_CLASS_REF,
                 .slot_count = 2,
                 .slot_classes = loose_classes,
                 .slot_types = loose_types,
                 .name = "tuple[str, any]", .told = "tuple[str, any]"},
    [T_ERROR] = {.kind = BELL_RECORD,
                 .class_ = BELL_CLASS_REF,
                 .slot_count = 2,
                 .slot_classes = error_classes,
                 .slot_types = error_types,
                 .name = "Error", .told = "Error",
                 .field_count = 2,
                 .field_names = error_names,
                 .field_slots = error_slots,
                 .field_optional = point_optional},
    [T_LIST_PAIR] = LIST(BELL_CLASS_REF, T_PAIR, "list[tuple[int, str]]"),
};

/* A context with 64 MiB and fuel without end. */
static inline bell_ctx *make_context(bool stress) {
  bell_ctx *ctx =
      bell_ctx_create(&(bell_config){.memory_max = (uint64_t)64 << 20, .roots_max = 65536, .types = types, .type_count = T_COUNT});
  CHECK(ctx != NULL && ctx->fault == 0);
  bell_ctx_begin(ctx, INT64_MAX);
  bell_heap_set_stress(ctx, stress);
  return ctx;
}

/* Root a word until the test's end. Returns it. */
static inline bell_word keep(bell_ctx *ctx, bell_word word) {
  CHECK(ctx->fault == 0 && ctx->roots_top < ctx->roots_limit);
  *ctx->roots_top++ = word;
  return word;
}

static inline bell_word text(bell_ctx *ctx, const char *utf8) {
  bell_ref ref = bell_str_from_utf8(ctx, utf8, strlen(utf8));
  CHECK(ref != 0);
  return keep(ctx, ref);
}

/* Whether a str has these characters. */
static inline bool reads(bell_ctx *ctx, bell_word str, const char *utf8) {
  char bytes[4096];
  if (str == 0 || ctx->fault != 0) return false;
  size_t size = bell_str_to_utf8(ctx, str, bytes, sizeof bytes);
  bool same = size == strlen(utf8) && memcmp(bytes, utf8, size) == 0;
  if (!same) fprintf(stderr, "got      %.*s\nexpected %s\n", (int)size, bytes, utf8);
  return same;
}

/* Whether this is the fault's message; forgets the fault. */
static inline bool tells(bell_ctx *ctx, const char *utf8) {
  bool is_fault = ctx->fault != 0;
  ctx->fault = 0;
  if (ctx->fault_text != 0) return is_fault && reads(ctx, ctx->fault_text, utf8);
  bool same = ctx->told_size == strlen(utf8) && memcmp(ctx->told, utf8, ctx->told_size) == 0;
  if (!same) fprintf(stderr, "told     %.*s\nexpected %s\n", (int)ctx->told_size, ctx->told, utf8);
  return is_fault && same;
}

static inline bell_word list_of_ints(bell_ctx *ctx, const int64_t *ints, int64_t count) {
  return keep(ctx, bell_list_of(ctx, T_LIST_INT, (const bell_word *)ints, count));
}

static inline uint64_t next_random(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return *seed >> 33;
}

#endif
