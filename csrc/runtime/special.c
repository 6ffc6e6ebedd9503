#include "runtime/special.h"

#include <stdlib.h>

#include "runtime/attribute.h"
#include "runtime/big.h"
#include "runtime/faults.inc"
#include "runtime/hash64.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/raise.h"
#include "runtime/record.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

static const char *const NAMES[BELL_SPECIAL_COUNT] = {
#define SPECIAL(name, text) text,
    BELL_SPECIALS(SPECIAL)
#undef SPECIAL
};

/* --- the table -------------------------------------------------------------------------------------------------------------------- */

static const uint8_t LENGTHS[BELL_SPECIAL_COUNT] = {
#define SPECIAL(name, text) sizeof text - 1,
    BELL_SPECIALS(SPECIAL)
#undef SPECIAL
};

/* Which special method the name is, or -1. */
static int special_of(const bell_ctx *ctx, bell_ref name) {
  const bell_str *str = BELL_STR_AT(ctx, name);
  const char *text = bell_str_data(ctx, str);
  if (str->head.aux != 1 || str->length < 5 || text[0] != '_' || text[str->length - 1] != '_') return -1;
  for (int i = 0; i < BELL_SPECIAL_COUNT; i++) {
    if (LENGTHS[i] == str->length && memcmp(NAMES[i], text, str->length) == 0) return i;
  }
  return -1;
}

uint32_t bell_record_named(const bell_ctx *ctx, const char *name) {
  for (uint32_t i = 1; i < ctx->type_count; i++) {
    if (ctx->types[i].kind == BELL_RECORD && strcmp(ctx->types[i].name, name) == 0) return i;
  }
  return 0;
}

bool bell_specials_make(bell_ctx *ctx) {
  ctx->stop_type = bell_record_named(ctx, "StopIteration");
  ctx->index_error_type = bell_record_named(ctx, "IndexError");
  ctx->attribute_error_type = bell_record_named(ctx, "AttributeError");
  uint32_t rows = 0;
  uint32_t *row_of = calloc(ctx->type_count + 1, sizeof *row_of);
  uint16_t *table = NULL;
  if (row_of == NULL) return false;
  ctx->special_rows = row_of;
  for (uint32_t i = 1; i < ctx->type_count; i++) {
    const bell_type *type = &ctx->types[i];
    for (uint32_t j = 0; type->kind == BELL_RECORD && j < type->member_count && j < UINT16_MAX; j++) {
      int special = special_of(ctx, bell_name(ctx, type->members[j].name));
      if (special < 0) continue;
      if (row_of[i] == 0) {
        uint16_t *larger = realloc(table, (rows + 1) * BELL_SPECIAL_COUNT * sizeof *table);
        if (larger == NULL) {
          free(table);
          return false;
        }
        table = larger;
        memset(table + (size_t)rows * BELL_SPECIAL_COUNT, 0, BELL_SPECIAL_COUNT * sizeof *table);
        row_of[i] = ++rows;
      }
      table[(size_t)(row_of[i] - 1) * BELL_SPECIAL_COUNT + (size_t)special] = (uint16_t)(j + 1);
    }
  }
  ctx->specials = table;
  return true;
}

/* --- calling ---------------------------------------------------------------------------------------------------------------------- */

bell_word bell_value_word(bell_ctx *ctx, bell_value value) {
  switch (value.kind) {
  case BELL_VALUE_NONE: return value.i ? BELL_NOT_IMPLEMENTED : BELL_NONE;
  case BELL_VALUE_BOOL: return bell_any_from_bool(value.i);
  case BELL_INT: return bell_any_from_int(ctx, value.i);
  case BELL_FLOAT: return bell_any_from_float(ctx, value.f);
  default: return value.ref;
  }
}

/* Call what is no function of the class but a value that it has under the name. */
static bool call_value(bell_ctx *ctx, bell_word callee, const bell_word *args, int64_t count, bell_word *result) {
  int64_t bound = bell_call_bind(ctx, callee, 0, args, count);
  if (bound == BELL_CALL_FAULT) return false;
  if (bound != BELL_CALL_DONE && !bell_invoke(ctx, ctx->signatures[bound].entry, ctx->call_words)) return false;
  *result = ctx->call_words[0];
  return true;
}

bool bell_call_special(bell_ctx *ctx, const bell_member *member, bell_word self, const bell_word *args, int64_t count, int depth, bell_word *result) {
  bell_attribute found;
  bell_find_member(ctx, member, self, &found);
  bell_root_push(ctx, self);
  for (int64_t i = 0; i < count; i++) bell_root_push(ctx, args[i]);
  ctx->invoked += (uint32_t)depth;
  bool done, unpaid = ctx->unpaid;
  if (unpaid) bell_paid_again(ctx);
  if (found.kind == BELL_ATTRIBUTE_METHOD) done = bell_call_function(ctx, found.signature, found.value, found.self, args, count, result);
  else done = call_value(ctx, found.kind == BELL_ATTRIBUTE_VALUE ? found.value : BELL_NONE, args, count, result);
  if (unpaid) bell_unpaid(ctx);
  ctx->invoked -= (uint32_t)depth;
  bell_root_pop(ctx, (int)count + 1);
  return done;
}

bool bell_try_special(bell_ctx *ctx, int special, bell_word self, bell_word other, int depth, bell_word *result) {
  const bell_member *member = bell_special(ctx, bell_any_value(ctx, self), special);
  *result = BELL_NOT_IMPLEMENTED;
  return member == NULL || bell_call_special(ctx, member, self, &other, 1, depth, result);
}

/* --- operators -------------------------------------------------------------------------------------------------------------------- */

static bool same_member(const bell_member *a, const bell_member *b) { return a->signature == b->signature && a->global == b->global; }

/* Whether the class of `b` derives from that of `a`, and is another. */
static bool derives(const bell_ctx *ctx, bell_value b, bell_value a) {
  if (a.kind != BELL_RECORD || b.kind != BELL_RECORD) return false;
  uint32_t type = BELL_HEAD_AT(ctx, a.ref)->type;
  return type != BELL_HEAD_AT(ctx, b.ref)->type && bell_record_derives(ctx, b.ref, type);
}

bool bell_special_binary(bell_ctx *ctx, int plain, int reflected, bell_word a, bell_word b, bell_word *result) {
  bell_value x = bell_any_value(ctx, a), y = bell_any_value(ctx, b);
  const bell_member *own = bell_special(ctx, x, reflected), *others = bell_special(ctx, y, reflected);
  bool has = own != NULL || bell_special(ctx, x, plain) != NULL;
  bool alike = x.kind == y.kind && x.kind == BELL_RECORD && BELL_HEAD_AT(ctx, a)->type == BELL_HEAD_AT(ctx, b)->type;
  bool asks = !alike && (others != NULL || bell_special(ctx, y, plain) != NULL);
  *result = BELL_NOT_IMPLEMENTED;
  if (has) {
    if (asks && derives(ctx, y, x) && others != NULL && (own == NULL || !same_member(own, others))) {
      if (!bell_try_special(ctx, reflected, b, a, 0, result)) return false;
      if (*result != BELL_NOT_IMPLEMENTED) return true;
      asks = false;
    }
    if (!bell_try_special(ctx, plain, a, b, 0, result)) return false;
    if (*result != BELL_NOT_IMPLEMENTED || alike) return true;
  }
  return !asks || bell_try_special(ctx, reflected, b, a, 0, result);
}

/* --- comparing -------------------------------------------------------------------------------------------------------------------- */

/* The fields of two records of one class in order, as dataclasses compare them: as tuples. */
static bool compare_fields(bell_ctx *ctx, int comparison, bell_word self, bell_word other, int depth, bell_word *result) {
  bell_word x = bell_fields_tuple(ctx, self);
  bell_root_push(ctx, x);
  bell_word y = x == 0 ? 0 : bell_fields_tuple(ctx, other);
  bell_root_push(ctx, y);
  bool answer = y != 0 && bell_ordered(ctx, comparison, bell_any_value(ctx, x), bell_any_value(ctx, y), depth, true);
  bell_root_pop(ctx, 2);
  *result = bell_any_from_bool(answer);
  return ctx->fault == 0;
}

/* What the class of `self`, a record, says. */
static bool compare_one_way(bell_ctx *ctx, int comparison, bell_word self, bell_word other, int depth, bell_word *result) {
  bell_value value = bell_any_value(ctx, other);
  const bell_member *member = bell_special(ctx, bell_any_value(ctx, self), BELL_SPECIAL_LT + comparison);
  *result = BELL_NOT_IMPLEMENTED;
  if (member != NULL && member->kind < BELL_MEMBER_OBJECT) return bell_call_special(ctx, member, self, &other, 1, depth, result);
  bool alike = value.kind == BELL_RECORD && BELL_HEAD_AT(ctx, self)->type == BELL_HEAD_AT(ctx, other)->type;
  if (comparison == BELL_NE) {
    if (!compare_one_way(ctx, BELL_EQ, self, other, depth, result)) return false;
    if (*result == BELL_NOT_IMPLEMENTED) return true;
    int truth = bell_special_truth(ctx, *result);
    *result = bell_any_from_bool(truth == 0);
    return truth >= 0;
  }
  if (comparison == BELL_EQ) {
    bool object = member != NULL && member->kind == BELL_MEMBER_OBJECT;
    if (self == other) *result = BELL_TRUE;
    else if (!object && alike) *result = bell_any_from_bool(bell_fields_equal(ctx, self, other, depth));
    return ctx->fault == 0;
  }
  if (member == NULL || member->kind != BELL_MEMBER_FIELDS || !alike) return true;
  return compare_fields(ctx, comparison, self, other, depth, result);
}

bool bell_special_compare(bell_ctx *ctx, int comparison, bell_word a, bell_word b, int depth, bell_word *result) {
  static const int swapped[] = {BELL_GT, BELL_GE, BELL_LT, BELL_LE, BELL_EQ, BELL_NE};
  bell_value x = bell_any_value(ctx, a), y = bell_any_value(ctx, b);
  bool first = derives(ctx, y, x);
  *result = BELL_NOT_IMPLEMENTED;
  if (first && !compare_one_way(ctx, swapped[comparison], b, a, depth, result)) return false;
  if (*result != BELL_NOT_IMPLEMENTED) return true;
  if (x.kind == BELL_RECORD && !compare_one_way(ctx, comparison, a, b, depth, result)) return false;
  if (*result != BELL_NOT_IMPLEMENTED) return true;
  return first || y.kind != BELL_RECORD || compare_one_way(ctx, swapped[comparison], b, a, depth, result);
}

static bell_ref ref_of(bell_value value) {
  return bell_value_is_number(value) || value.kind == BELL_VALUE_NONE ? 0 : value.ref;
}

bool bell_root_values(bell_ctx *ctx, bell_value a, bell_value b, bell_word words[2]) {
  bell_root_push(ctx, ref_of(a));
  bell_root_push(ctx, ref_of(b));
  words[0] = bell_value_word(ctx, a);
  bell_root_push(ctx, words[0]);
  words[1] = ctx->fault == 0 ? bell_value_word(ctx, b) : 0;
  bell_root_push(ctx, words[1]);
  return ctx->fault == 0;
}

bool bell_special_equal(bell_ctx *ctx, bell_value a, bell_value b, int depth) {
  bell_word words[2], result;
  bool equal = false;
  if (bell_root_values(ctx, a, b, words) && bell_special_compare(ctx, BELL_EQ, words[0], words[1], depth, &result))
    equal = result == BELL_NOT_IMPLEMENTED ? words[0] == words[1] : bell_special_truth(ctx, result) > 0;
  bell_root_pop(ctx, 4);
  return equal && ctx->fault == 0;
}

/* --- conversions ------------------------------------------------------------------------------------------------------------------ */

int bell_special_truth(bell_ctx *ctx, bell_word word) {
  if (word == BELL_TRUE || word == BELL_FALSE) return word == BELL_TRUE;
  if (word == BELL_NOT_IMPLEMENTED) return 1;
  bell_root_push(ctx, word);
  int truth = bell_any_truth(ctx, word) != 0;
  bell_root_pop(ctx, 1);
  return ctx->fault == 0 ? truth : -1;
}

int64_t bell_special_hash(bell_ctx *ctx, bell_ref record, int depth) {
  bell_value value = {.kind = BELL_RECORD, .ref = record};
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_HASH);
  if (member != NULL && member->kind == BELL_MEMBER_OBJECT) return BELL_HEAD_AT(ctx, record)->aux;
  if (member != NULL && member->kind == BELL_MEMBER_FIELDS) {
    bell_word fields = bell_fields_tuple(ctx, record);
    if (fields == 0) return -1;
    bell_root_push(ctx, fields);
    int64_t hash = bell_hash64_value(ctx, bell_any_value(ctx, fields), depth);
    bell_root_pop(ctx, 1);
    return hash;
  }
  bell_attribute found = {0};
  if (member != NULL) bell_find_member(ctx, member, record, &found);
  if (found.kind == BELL_ATTRIBUTE_NONE || (found.kind == BELL_ATTRIBUTE_VALUE && found.value == BELL_NONE)) {
    bell_raise(ctx, BELL_E0309, "unhashable type: '%.200s'", bell_value_type_name(ctx, value));
    return -1;
  }
  bell_word word;
  if (!bell_call_special(ctx, member, record, NULL, 0, depth, &word)) return -1;
  bell_value result = bell_any_value(ctx, word);
  if (bell_value_is_int(result)) return result.i == -1 ? -2 : result.i;
  if (result.kind == BELL_BIG) {
    bell_integer big;
    bell_integer_read(ctx, result, &big);
    return bell_integer_hash(&big);
  }
  bell_raise(ctx, BELL_E0780, "__hash__ method should return an integer");
  return -1;
}

bell_word bell_special_index(bell_ctx *ctx, bell_word word) {
  const bell_member *member = bell_special(ctx, bell_any_value(ctx, word), BELL_SPECIAL_INDEX);
  if (member == NULL) return word;
  bell_word result;
  if (!bell_call_special(ctx, member, word, NULL, 0, 0, &result)) return 0;
  bell_value value = bell_any_value(ctx, result);
  if (bell_value_is_int(value) || value.kind == BELL_BIG) return result;
  return bell_raise(ctx, BELL_E0780, "__index__ returned non-int (type %.200s)", bell_value_type_name(ctx, value));
}

int64_t bell_special_length(bell_ctx *ctx, bell_word record, const bell_member *member) {
  bell_word result;
  if (!bell_call_special(ctx, member, record, NULL, 0, 0, &result)) return -1;
  bell_root_push(ctx, result);
  bell_word word = bell_special_index(ctx, result);
  bell_root_pop(ctx, 1);
  if (word == 0) return -1;
  bell_value value = bell_any_value(ctx, word);
  bool negative = value.kind == BELL_BIG ? BELL_HEAD_AT(ctx, word)->aux != 0 : value.i < 0;
  if (value.kind != BELL_BIG && !bell_value_is_int(value))
    bell_raise(ctx, BELL_E0780, "'%.200s' object cannot be interpreted as an integer", bell_value_type_name(ctx, value));
  else if (negative) bell_raise(ctx, BELL_E0791, "__len__() should return >= 0");
  else if (value.kind == BELL_BIG) bell_raise(ctx, BELL_E0770, "cannot fit 'int' into an index-sized integer");
  return ctx->fault == 0 ? value.i : -1;
}

bell_word bell_special_text(bell_ctx *ctx, const bell_member *member, bell_word record, bell_word spec, const char *asked, int depth) {
  bell_word result;
  if (!bell_call_special(ctx, member, record, &spec, spec == 0 ? 0 : 1, depth, &result)) return 0;
  bell_value value = bell_any_value(ctx, result);
  if (value.kind == BELL_STR) return result;
  const char *type = bell_value_type_name(ctx, value);
  if (spec != 0) return bell_raise(ctx, BELL_E0780, "__format__ must return a str, not %.200s", type);
  return bell_raise(ctx, BELL_E0780, "%s returned non-string (type %.200s)", asked, type);
}

/* --- faults ----------------------------------------------------------------------------------------------------------------------- */

static bool is_raised(const bell_ctx *ctx, uint32_t type) {
  return ctx->fault == BELL_E0705 && ctx->raised != 0 && type != 0 && bell_any_value(ctx, ctx->raised).kind == BELL_RECORD &&
         bell_record_derives(ctx, ctx->raised, type);
}

bool bell_is_stop(const bell_ctx *ctx) { return is_raised(ctx, ctx->stop_type); }

bool bell_is_attribute_error(const bell_ctx *ctx) {
  return ctx->fault == BELL_E0751 || ctx->fault == BELL_E0792 || is_raised(ctx, ctx->attribute_error_type);
}

bool bell_is_index_error(const bell_ctx *ctx) {
  switch (ctx->fault) {
#define BELL_INDEX_ERROR_CODE(number) case number:
    BELL_INDEX_ERROR_CODES
#undef BELL_INDEX_ERROR_CODE
    return true;
  default: return is_raised(ctx, ctx->index_error_type);
  }
}
