/* Hashes of keys. Values that are equal have equal hashes whatever their classes: 1, 1.0, True and the same in class any. The same in every
 * run.
 *
 * Keys are None, bool, int, float, str, ranges, frozensets and tuples of these. All else is fault E0309. Equal is meant as in order.h. All nans have
 * one hash: so two that meet as the same key are found out, fault E0720. */
#ifndef BELL_HASH_H
#define BELL_HASH_H

#include "runtime/any.h"
#include "runtime/str.h"

/* The upper half of a product with the golden ratio: its top bits, by which tables are indexed, depend on all bits of the key. */
static inline uint32_t bell_hash_bits(uint64_t bits) { return (uint32_t)(((bits ^ bits >> 32) * 0x9e3779b97f4a7c15u) >> 32); }
static inline uint32_t bell_hash_int(int64_t value) { return bell_hash_bits((uint64_t)value); }

static inline uint32_t bell_hash_float(double value) {
  if (value >= -0x1p63 && value < 0x1p63 && (double)(int64_t)value == value) return bell_hash_int((int64_t)value);
  return value == value ? bell_hash_bits(bell_bits(value)) : 0x6e616e;
}

/* Where __hash__ of a class may give what is the hash of a str, that is as CPython has it; kept in the object as the other is. */
uint32_t bell_hash_str_as_cpython(bell_ctx *ctx, bell_ref str);
static inline uint32_t bell_hash_str(bell_ctx *ctx, bell_ref str) {
  uint32_t hash = BELL_STR_AT(ctx, str)->hash;
  if (ctx->specials != NULL) return hash ? hash : bell_hash_str_as_cpython(ctx, str);
  return (hash ? hash : bell_str_hash_of(ctx, str)) * 0x9e3779b1u;
}

/* Of a value of class ref or any. 0 on a fault. */
uint32_t bell_hash_value(bell_ctx *ctx, bell_value value, int depth);

static inline uint32_t bell_hash_word(bell_ctx *ctx, uint8_t class_, bell_word word) {
  switch (class_) {
  case BELL_CLASS_INT:
  case BELL_CLASS_BOOL:
    if (ctx->specials == NULL) return bell_hash_int((int64_t)word);
    return bell_hash_value(ctx, (bell_value){.kind = BELL_INT, .i = (int64_t)word}, 0);
  case BELL_CLASS_FLOAT:
    if (ctx->specials == NULL) return bell_hash_float(bell_float(word));
    return bell_hash_value(ctx, (bell_value){.kind = BELL_FLOAT, .f = bell_float(word)}, 0);
  case BELL_CLASS_STR: return bell_hash_str(ctx, word);
  default: return bell_hash_value(ctx, bell_class_value(ctx, class_, word), 0);
  }
}

/* Whether two keys are the same key: as bell_items_equal for keys, but charges nothing, and E0720 is only for keys that differ in nothing but
 * their nans. */
bool bell_keys_equal(bell_ctx *ctx, uint8_t class_a, bell_word a, uint8_t class_b, bell_word b);

#endif
