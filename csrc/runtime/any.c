/* Values of class any: boxes, tests, conversions. Elements are in any_item.c and any_slice.c, operators in any_binary.c, printing in repr.c, comparing in order.c. */
#include "runtime/any.h"

#include "runtime/big.h"
#include "runtime/decimal.h"
#include "runtime/call.h"
#include "runtime/dict.h"
#include "runtime/iter.h"
#include "runtime/list.h"
#include "runtime/number_ops.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/raise.h"
#include "runtime/range.h"
#include "runtime/record.h"
#include "runtime/str.h"
#include "runtime/str_copy.h"
#include "runtime/tuple.h"

bell_word bell_any_box_int(bell_ctx *ctx, int64_t value) {
  if (!bell_heap_reserve(ctx, sizeof(bell_box))) return 0;
  bell_ref ref = bell_heap_take(ctx, sizeof(bell_box), BELL_INT, 0, 0);
  BELL_BOX_AT(ctx, ref)->i = value;
  return ref;
}

const char *bell_value_type_name(const bell_ctx *ctx, bell_value value) {
  switch (value.kind) {
  case BELL_VALUE_BOOL: return "bool";
  case BELL_INT: return "int";
  case BELL_FLOAT: return "float";
  case BELL_STR: return "str";
  case BELL_LIST: return "list";
  case BELL_DICT: return "dict";
  case BELL_SET: return "set";
  case BELL_REGEX: return "regex";
  case BELL_TUPLE: return "tuple";
  case BELL_FUNCTION: return bell_function_type_name(ctx, value.ref);
  case BELL_FROZENSET: return "frozenset";
  case BELL_RANGE: return "range";
  case BELL_ITER: return bell_iter_type_name(ctx, value.ref);
  case BELL_BYTES: return "bytes";
  case BELL_BIG: return "int";
  case BELL_RECORD: {
    const bell_type *type = &ctx->types[BELL_HEAD_AT(ctx, value.ref)->type];
    return type->resume ? "generator" : type->name;
  }
  case BELL_DECIMAL: return "decimal.Decimal";
  default: return "NoneType";
  }
}

bell_word bell_fault_operands(bell_ctx *ctx, uint32_t code, const char *name, const bell_value *a, const bell_value *b) {
  if (ctx->fault != 0) return 0;
  ctx->fault_name = name;
  return bell_raise(ctx, code, "%s%s%s", bell_value_type_name(ctx, *a), b == NULL ? "" : " and ", b == NULL ? "" : bell_value_type_name(ctx, *b));
}

/* Whether the value is of exactly this type; *word becomes the word a register of the type holds. */
static bool is_of(const bell_ctx *ctx, bell_word *word, uint32_t type) {
  const bell_type *row = &ctx->types[type];
  bell_value value = bell_any_value(ctx, *word);
  switch (row->class_) {
  case BELL_CLASS_INT:
  case BELL_CLASS_FLOAT:
    *word = (bell_word)value.i; /* the bits, of a float too */
    return value.kind == (row->class_ == BELL_CLASS_INT ? BELL_INT : BELL_FLOAT);
  case BELL_CLASS_BOOL:
    *word = (bell_word)value.i;
    return value.kind == BELL_VALUE_BOOL;
  case BELL_CLASS_STR: return value.kind == BELL_STR;
  case BELL_CLASS_REF:
    if (row->kind == BELL_RECORD) return value.kind == BELL_RECORD && bell_record_derives(ctx, value.ref, type);
    return value.kind == row->kind && (bell_type_is_kind(row) || BELL_HEAD_AT(ctx, *word)->type == type);
  default: return strcmp(row->name, "None") != 0 || value.kind == BELL_VALUE_NONE;
  }
}

bell_word bell_any_to(bell_ctx *ctx, bell_word a0, uint32_t type) {
  bell_word word = a0;
  if (is_of(ctx, &word, type)) return word;
  bool too_large = ctx->types[type].class_ == BELL_CLASS_INT && bell_any_value(ctx, a0).kind == BELL_BIG;
  return bell_fault(ctx, too_large ? 502 : 309);
}

int64_t bell_any_is(bell_ctx *ctx, bell_word a0, uint32_t type) {
  uint8_t kind = ctx->types[type].kind;
  if (kind == BELL_LIST || kind == BELL_DICT || kind == BELL_SET || kind == BELL_TUPLE) return bell_any_value(ctx, a0).kind == kind;
  if (ctx->types[type].class_ == BELL_CLASS_INT && bell_any_value(ctx, a0).kind == BELL_BIG) return 1;
  return is_of(ctx, &a0, type);
}

int64_t bell_any_truth(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  switch (value.kind) {
  case BELL_VALUE_NONE: return 0;
  case BELL_VALUE_BOOL:
  case BELL_INT: return value.i != 0;
  case BELL_FLOAT: return value.f != 0;
  case BELL_DECIMAL: return !bell_decimal_is_zero(ctx, value.ref);
  case BELL_FUNCTION:
  case BELL_REGEX:
  case BELL_BIG:
  case BELL_RECORD: return 1;
  case BELL_RANGE: return bell_range_count(BELL_RANGE_AT(ctx, value.ref)) != 0;
  case BELL_ITER: return !bell_is_view(BELL_ITER_AT(ctx, value.ref)) || bell_any_len(ctx, a0) != 0;
  default: return bell_any_len(ctx, a0) != 0;
  }
}

int64_t bell_any_len(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  switch (value.kind) {
  case BELL_STR: return BELL_STR_AT(ctx, value.ref)->length;
  case BELL_LIST: return BELL_LIST_AT(ctx, value.ref)->length;
  case BELL_TUPLE: return bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, value.ref));
  case BELL_DICT:
  case BELL_SET:
  case BELL_FROZENSET: return BELL_DICT_AT(ctx, value.ref)->live;
  case BELL_RANGE: {
    uint64_t length = bell_range_count(BELL_RANGE_AT(ctx, value.ref));
    if (length > INT64_MAX) return (int64_t)bell_raise(ctx, 783, "Python int too large to convert to C ssize_t");
    return (int64_t)length;
  }
  case BELL_ITER:
    if (bell_is_view(BELL_ITER_AT(ctx, value.ref))) return BELL_DICT_AT(ctx, BELL_ITER_AT(ctx, value.ref)->source)->live;
    break;
  default: break;
  }
  return (int64_t)bell_raise(ctx, 309, "object of type '%.200s' has no len()", bell_value_type_name(ctx, value));
}

/* A float is in a range when it has the value of one of its ints. */
static bool range_contains(const bell_range *range, bell_value item) {
  uint64_t place;
  if (item.kind != BELL_FLOAT) return bell_value_is_int(item) && bell_range_find(range, item.i, &place);
  return item.f >= -0x1p63 && item.f < 0x1p63 && (double)(int64_t)item.f == item.f && bell_range_find(range, (int64_t)item.f, &place);
}

int64_t bell_any_contains(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a0), item = bell_any_value(ctx, a1);
  switch (value.kind) {
  case BELL_STR:
    if (item.kind == BELL_STR) return bell_str_contains(ctx, a0, a1);
    return (int64_t)bell_raise(ctx, 308, "'in <string>' requires string as left operand, not %.100s", bell_value_type_name(ctx, item));
  case BELL_LIST:
  case BELL_TUPLE: {
    int64_t length = bell_any_len(ctx, a0);
    if (!bell_charge(ctx, length / 4)) return 0;
    for (int64_t i = 0; i < length && ctx->fault == 0; i++) {
      const bell_list *list = BELL_LIST_AT(ctx, value.ref);
      bell_tuple *tuple = BELL_TUPLE_AT(ctx, value.ref);
      bool listed = value.kind == BELL_LIST;
      uint8_t class_ = listed ? (uint8_t)list->head.aux : bell_tuple_class(ctx, tuple, i);
      bell_word word = listed ? bell_list_load(ctx, list, i) : bell_tuple_items(tuple)[i];
      if (bell_items_equal(ctx, class_, word, BELL_CLASS_ANY, a1, 0)) return 1;
    }
    return 0;
  }
  case BELL_DICT:
  case BELL_SET:
  case BELL_FROZENSET:
    return bell_charge_weight(ctx, BELL_CLASS_ANY, a1, 1, 0) &&
           bell_dict_lookup(ctx, BELL_DICT_AT(ctx, value.ref), BELL_CLASS_ANY, a1) >= 0;
  case BELL_RANGE: return range_contains(BELL_RANGE_AT(ctx, value.ref), item);
  default: return (int64_t)bell_raise(ctx, 308, "argument of type '%.200s' is not iterable", bell_value_type_name(ctx, value));
  }
}

bell_word bell_any_type_name(bell_ctx *ctx, bell_word a0) {
  const char *name = bell_any_value(ctx, a0).kind == BELL_DECIMAL ? "Decimal" : bell_value_type_name(ctx, bell_any_value(ctx, a0));
  return bell_str_from_utf8(ctx, name, strlen(name));
}

bell_word bell_any_to_number(bell_ctx *ctx, bell_word a0, uint32_t type) {
  bell_value value = bell_any_value(ctx, a0);
  bool to_float = ctx->types[type].class_ == BELL_CLASS_FLOAT;
  if (value.kind == BELL_STR) return to_float ? bell_bits(bell_str_to_float(ctx, a0)) : (bell_word)bell_str_to_int(ctx, a0, 10);
  if (value.kind == BELL_DECIMAL && to_float) return bell_bits(bell_decimal_to_float(ctx, value.ref));
  if (value.kind == BELL_BIG) {
    double nearest;
    if (!to_float) return bell_fault(ctx, 502);
    return bell_number_to_float(ctx, value, &nearest) ? bell_bits(nearest) : 0;
  }
  if (!bell_value_is_number(value)) return bell_fault(ctx, 309);
  if (value.kind != BELL_FLOAT) return to_float ? bell_bits((double)value.i) : (bell_word)value.i;
  if (to_float) return bell_bits(value.f);
  if (value.f != value.f) return bell_fault(ctx, 509);
  if (!(value.f >= -0x1p63 && value.f < 0x1p63)) return bell_fault(ctx, 504);
  return (bell_word)(int64_t)value.f;
}

bell_word bell_const_unset(bell_ctx *ctx) {
  (void)ctx;
  return BELL_UNSET;
}

int64_t bell_any_is_unset(bell_ctx *ctx, bell_word a0) {
  (void)ctx;
  return a0 == BELL_UNSET;
}

int64_t bell_any_is_same(bell_ctx *ctx, bell_word a0, bell_word a1) {
  if (a0 == a1) return 1;
  /* A number has no identity of its own: which of its uses were boxed together is nothing a program should see. */
  bell_value a = bell_any_value(ctx, a0), b = bell_any_value(ctx, a1);
  if (a.kind == BELL_BIG && b.kind == BELL_BIG) {
    bell_integer x, y;
    return bell_integer_read(ctx, a, &x) && bell_integer_read(ctx, b, &y) && bell_integer_compare(&x, &y) == 0;
  }
  return a.kind == b.kind && (a.kind == BELL_INT || a.kind == BELL_FLOAT) && a.i == b.i;
}
