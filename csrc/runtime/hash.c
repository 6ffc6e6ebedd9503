/* Hashing and comparing keys that are not plain words. */
#include "runtime/hash.h"

#include "runtime/big.h"
#include "runtime/decimal.h"
#include "runtime/hash64.h"
#include "runtime/call.h"
#include "runtime/order.h"
#include "runtime/special.h"
#include "runtime/raise.h"
#include "runtime/range.h"
#include "runtime/tuple.h"

uint32_t bell_hash_str_as_cpython(bell_ctx *ctx, bell_ref str) {
  uint32_t hash = bell_hash_bits((uint64_t)bell_hash64_str(ctx, str));
  if (ctx->fault == 0) BELL_STR_AT(ctx, str)->hash = hash; /* 0 is worked out anew */
  return hash;
}

uint32_t bell_hash_value(bell_ctx *ctx, bell_value value, int depth) {
  if (value.kind == BELL_STR) return bell_hash_str(ctx, value.ref);
  if (bell_may_call(ctx)) { /* what __hash__ gives is a hash as CPython has it, and so may be that of a str */
    int64_t hash = bell_hash64_value(ctx, value, depth);
    return ctx->fault == 0 ? bell_hash_bits((uint64_t)hash) : 0;
  }
  switch (value.kind) {
  case BELL_VALUE_NONE: return 0x6e6f6e65;
  case BELL_INT:
  case BELL_VALUE_BOOL: return bell_hash_int(value.i);
  case BELL_FLOAT: return bell_hash_float(value.f);
  case BELL_DECIMAL: { /* as an int or a float of the same value */
    bell_dec decimal;
    bell_dec_load(ctx, value.ref, &decimal);
    if (!decimal.nan && !decimal.infinite) {
      double nearest = bell_decimal_to_float(ctx, value.ref);
      bell_value number = {.kind = BELL_FLOAT, .f = nearest};
      if (bell_decimals_order(ctx, value, number) == 0) return bell_hash_float(nearest);
    }
    return bell_hash_int(bell_decimal_hash(ctx, value.ref));
  }
  case BELL_BIG: { /* as a float of the same value */
    bell_integer big;
    bell_integer_read(ctx, value, &big);
    double nearest = bell_integer_to_float(&big);
    return bell_integer_compare_float(&big, nearest) == 0 ? bell_hash_float(nearest) : bell_hash_int(bell_integer_hash(&big));
  }
  case BELL_BYTES: return bell_hash_str(ctx, value.ref);
  case BELL_TUPLE: {
    if (depth >= BELL_NESTING_MAX) return (uint32_t)bell_fault(ctx, 804);
    bell_tuple *tuple = BELL_TUPLE_AT(ctx, value.ref);
    int64_t length = bell_tuple_length(ctx, tuple);
    const bell_word *items = bell_tuple_items(tuple);
    uint64_t hash = (uint64_t)length + 0x9e3779b97f4a7c15u;
    for (int64_t i = 0; i < length; i++) {
      uint32_t item = bell_hash_value(ctx, bell_class_value(ctx, bell_tuple_class(ctx, tuple, i), items[i]), depth + 1);
      if (ctx->fault != 0) return 0;
      hash = (hash ^ item) * 0xff51afd7ed558ccdu;
      hash ^= hash >> 32;
    }
    return bell_hash_bits(hash);
  }
  case BELL_FROZENSET: return bell_hash_bits((uint64_t)bell_hash64_value(ctx, value, depth));
  case BELL_RANGE: {
    const bell_range *range = BELL_RANGE_AT(ctx, value.ref);
    uint64_t length = bell_range_count(range), hash = length * 0xff51afd7ed558ccdu;
    if (length > 0) hash = (hash ^ (uint64_t)range->start) * 0xff51afd7ed558ccdu;
    return bell_hash_bits(length > 1 ? hash ^ (uint64_t)range->step : hash);
  }
  case BELL_FUNCTION: return bell_hash_bits((uint64_t)bell_hash64_value(ctx, value, depth));
  default: return (uint32_t)bell_raise(ctx, 309, "unhashable type: '%s'", bell_value_type_name(ctx, value));
  }
}

/* Whether two keys are the same if all nans are; *nan is set where two met. */
static bool alike(bell_ctx *ctx, bell_value x, bell_value y, bool *nan, int depth) {
  bool record = x.kind == BELL_RECORD || y.kind == BELL_RECORD; /* its __eq__ decides */
  if (!record && (x.kind == BELL_STR || y.kind == BELL_STR)) return x.kind == y.kind && (x.ref == y.ref || bell_str_equal(ctx, x.ref, y.ref));
  if (!record && (x.kind == BELL_BYTES || y.kind == BELL_BYTES)) return x.kind == y.kind && bell_str_equal(ctx, x.ref, y.ref);
  if (x.kind == BELL_BIG && y.kind == BELL_BIG) {
    bell_integer one, other;
    return bell_integer_read(ctx, x, &one) && bell_integer_read(ctx, y, &other) && bell_integer_compare(&one, &other) == 0;
  }
  if (x.kind != BELL_TUPLE || y.kind != BELL_TUPLE) {
    if (x.kind == BELL_RECORD && y.kind == BELL_RECORD && x.ref == y.ref) return true;
    bool outer = bell_unpaid(ctx); /* two frozensets: to hash them was charged */
    bool equal = bell_values_equal(ctx, x, y, depth);
    if (!outer) bell_paid_again(ctx);
    if (equal) return true;
    if (x.kind != BELL_FLOAT || y.kind != BELL_FLOAT || x.f == x.f || y.f == y.f) return false;
    return *nan = true;
  }
  bell_tuple *one = BELL_TUPLE_AT(ctx, x.ref), *other = BELL_TUPLE_AT(ctx, y.ref);
  int64_t length = bell_tuple_length(ctx, one);
  if (length != bell_tuple_length(ctx, other)) return false;
  for (int64_t i = 0; i < length; i++) { /* nested as deep as keys that have a hash */
    if (!alike(ctx, bell_class_value(ctx, bell_tuple_class(ctx, one, i), bell_tuple_items(one)[i]),
               bell_class_value(ctx, bell_tuple_class(ctx, other, i), bell_tuple_items(other)[i]), nan, depth + 1)) {
      return false;
    }
  }
  return true;
}

bool bell_keys_equal(bell_ctx *ctx, uint8_t class_a, bell_word a, uint8_t class_b, bell_word b) {
  bool nan = false;
  return alike(ctx, bell_class_value(ctx, class_a, a), bell_class_value(ctx, class_b, b), &nan, 0) && ctx->fault == 0 && (!nan || bell_fault(ctx, 720));
}
