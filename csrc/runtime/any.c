/* Values of class any: boxes, tests, conversions. Elements are in any_item.c and any_slice.c, operators in any_binary.c, printing in repr.c, comparing in order.c. */
#include "runtime/any.h"

#include "runtime/any_sets.h"
#include "runtime/big.h"
#include "runtime/bytes.h"
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
#include "runtime/special.h"
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
  case BELL_RECORD: return ctx->types[BELL_HEAD_AT(ctx, value.ref)->type].told;
  case BELL_DECIMAL: return "decimal.Decimal";
  default: return value.i ? "NotImplementedType" : "NoneType";
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

/* By __bool__, else by __len__; else it is true. */
static int64_t record_truth(bell_ctx *ctx, bell_value value) {
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_BOOL);
  if (member == NULL) {
    member = bell_special(ctx, value, BELL_SPECIAL_LEN);
    return member == NULL || bell_special_length(ctx, value.ref, member) > 0;
  }
  bell_word result;
  if (!bell_call_special(ctx, member, value.ref, NULL, 0, 0, &result)) return 0;
  if (result == BELL_TRUE || result == BELL_FALSE) return result == BELL_TRUE;
  return (int64_t)bell_raise(ctx, 780, "__bool__ should return bool, returned %.200s", bell_value_type_name(ctx, bell_any_value(ctx, result)));
}

int64_t bell_any_truth(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  switch (value.kind) {
  case BELL_VALUE_NONE:
  case BELL_VALUE_BOOL:
  case BELL_INT: return value.i != 0;
  case BELL_FLOAT: return value.f != 0;
  case BELL_DECIMAL: return !bell_decimal_is_zero(ctx, value.ref);
  case BELL_FUNCTION:
  case BELL_REGEX:
  case BELL_BIG: return 1;
  case BELL_RECORD: return record_truth(ctx, value);
  case BELL_RANGE: return bell_range_count(BELL_RANGE_AT(ctx, value.ref)) != 0;
  case BELL_ITER: return !bell_is_view(BELL_ITER_AT(ctx, value.ref)) || bell_any_len(ctx, a0) != 0;
  default: return bell_any_len(ctx, a0) != 0;
  }
}

int64_t bell_any_len(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  switch (value.kind) {
  case BELL_BYTES:
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
  case BELL_RECORD: {
    const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_LEN);
    if (member == NULL) break;
    int64_t length = bell_special_length(ctx, a0, member);
    return length < 0 ? 0 : length;
  }
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

/* An item of what can only be walked is equal to it. */
static int64_t found_walking(bell_ctx *ctx, bell_word walk, bell_word item) {
  for (;;) {
    if (!bell_charge(ctx, 1)) return 0;
    bell_word word = bell_any_next(ctx, walk);
    if (word == 0 || word == BELL_END) return 0;
    bell_root_push(ctx, word);
    bool equal = bell_items_equal(ctx, BELL_CLASS_ANY, word, BELL_CLASS_ANY, item, 0);
    bell_root_pop(ctx, 1);
    if (equal || ctx->fault != 0) return equal;
  }
}

/* By __contains__, else by walking. */
static int64_t other_contains(bell_ctx *ctx, bell_word container, bell_word item) {
  bell_value value = bell_any_value(ctx, container);
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_CONTAINS);
  if (member != NULL) {
    bell_word result;
    return bell_call_special(ctx, member, container, &item, 1, 0, &result) && bell_special_truth(ctx, result) > 0;
  }
  if (!bell_has_iterator(ctx, value)) return (int64_t)bell_raise(ctx, 308, "argument of type '%.200s' is not iterable", bell_value_type_name(ctx, value));
  bell_word walk = bell_any_iter(ctx, container);
  if (ctx->fault == 780 && !ctx->fault_inside) {
    ctx->fault = 0;
    return (int64_t)bell_raise(ctx, 308, "argument of type '%.200s' is not iterable", bell_value_type_name(ctx, value));
  }
  bell_root_push(ctx, walk);
  int64_t found = walk != 0 && found_walking(ctx, walk, item);
  bell_root_pop(ctx, 1);
  return found;
}

int64_t bell_any_contains(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a0), item = bell_any_value(ctx, a1);
  switch (value.kind) {
  case BELL_STR:
    if (item.kind == BELL_STR) return bell_str_contains(ctx, a0, a1);
    return (int64_t)bell_raise(ctx, 308, "'in <string>' requires string as left operand, not %.100s", bell_value_type_name(ctx, item));
  case BELL_BYTES: return bell_bytes_contain(ctx, value.ref, a1);
  case BELL_LIST:
  case BELL_TUPLE: {
    int64_t length = bell_any_len(ctx, a0);
    if (!bell_charge(ctx, length / 4)) return 0;
    for (int64_t i = 0; i < bell_any_len(ctx, a0) && ctx->fault == 0; i++) { /* comparing may change it */
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
  case BELL_ITER:
    if (bell_is_view(BELL_ITER_AT(ctx, value.ref))) return bell_view_contains(ctx, value.ref, a1);
    return other_contains(ctx, a0, a1);
  default: return other_contains(ctx, a0, a1);
  }
}

bell_word bell_any_type_name(bell_ctx *ctx, bell_word a0) {
  const char *name = bell_any_value(ctx, a0).kind == BELL_DECIMAL ? "Decimal" : bell_value_type_name(ctx, bell_any_value(ctx, a0));
  return bell_str_from_utf8(ctx, name, strlen(name));
}

/* By __float__, else by __index__. */
static double record_to_float(bell_ctx *ctx, bell_word record) {
  bell_value value = bell_any_value(ctx, record), number = value;
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_FLOAT);
  bell_word result;
  double nearest = 0;
  if (member != NULL) {
    if (!bell_call_special(ctx, member, record, NULL, 0, 0, &result)) return 0;
    number = bell_any_value(ctx, result);
    if (number.kind == BELL_FLOAT) return number.f;
    bell_raise(ctx, 780, "%.50s.__float__ returned non-float (type %.50s)", bell_value_type_name(ctx, value), bell_value_type_name(ctx, number));
    return 0;
  }
  result = bell_special_index(ctx, record);
  if (result == record) bell_fault(ctx, 309);
  else if (result != 0) bell_number_to_float(ctx, bell_any_value(ctx, result), &nearest);
  return nearest;
}

double bell_any_float(bell_ctx *ctx, bell_word word) {
  bell_value value = bell_any_value(ctx, word);
  double nearest = 0;
  switch (value.kind) {
  case BELL_FLOAT: return value.f;
  case BELL_VALUE_BOOL:
  case BELL_INT: return (double)value.i;
  case BELL_BIG: bell_number_to_float(ctx, value, &nearest); return nearest;
  case BELL_DECIMAL: return bell_decimal_to_float(ctx, value.ref);
  case BELL_RECORD: return record_to_float(ctx, word);
  default: bell_fault(ctx, 309); return 0;
  }
}

bell_word bell_any_to_number(bell_ctx *ctx, bell_word a0, uint32_t type) {
  bell_value value = bell_any_value(ctx, a0);
  bool to_float = ctx->types[type].class_ == BELL_CLASS_FLOAT;
  if (value.kind == BELL_STR || value.kind == BELL_BYTES) return to_float ? bell_bits(bell_str_to_float(ctx, a0)) : (bell_word)bell_str_to_int(ctx, a0, 10);
  if (to_float) return bell_bits(bell_any_float(ctx, a0));
  if (value.kind == BELL_BIG) return bell_fault(ctx, 502);
  if (!bell_value_is_number(value)) return bell_fault(ctx, 309);
  if (value.kind != BELL_FLOAT) return (bell_word)value.i;
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

int64_t bell_any_identity(bell_ctx *ctx, bell_word a0) {
  (void)ctx;
  return (int64_t)a0;
}

int64_t bell_any_is_same(bell_ctx *ctx, bell_word a0, bell_word a1) {
  if (a0 == a1) return 1;
  /* A number has no identity of its own: which of its uses were boxed together is nothing a program should see. */
  bell_value a = bell_any_value(ctx, a0), b = bell_any_value(ctx, a1);
  if (a.kind == BELL_BIG && b.kind == BELL_BIG) {
    bell_integer x, y;
    return bell_integer_read(ctx, a, &x) && bell_integer_read(ctx, b, &y) && bell_integer_compare(&x, &y) == 0;
  }
  /* Nor has a function: what it captured says which it is. A method is made anew each time it is read. */
  if (a.kind == BELL_FUNCTION && b.kind == BELL_FUNCTION && BELL_FUNCTION_AT(ctx, a.ref)->head.aux == BELL_FUNCTION_PLAIN) return bell_functions_equal(ctx, a.ref, b.ref);
  /* Nor have texts of no character, or of one of Latin-1, however they were made. */
  if (a.kind == BELL_STR && b.kind == BELL_STR) {
    const bell_str *x = BELL_STR_AT(ctx, a.ref), *y = BELL_STR_AT(ctx, b.ref);
    return x->length <= 1 && x->length == y->length && x->head.aux == 1 && y->head.aux == 1 && (x->length == 0 || bell_str_code(ctx, x, 0) == bell_str_code(ctx, y, 0));
  }
  return a.kind == b.kind && (a.kind == BELL_INT || a.kind == BELL_FLOAT) && a.i == b.i;
}
