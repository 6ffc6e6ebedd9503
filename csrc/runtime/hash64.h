/* The hashes CPython 3.11 gives under PYTHONHASHSEED=0: what hash() answers, and what the order of a set depends on. Values that are equal have
 * equal hashes whatever their classes. None, whose hash is an address in CPython, has a constant, and so has every nan.
 *
 * Dicts, whose order is that of their additions, use the shorter ones of hash.h. */
#ifndef BELL_HASH64_H
#define BELL_HASH64_H

#include "runtime/any.h"
#include "runtime/str.h"

#define BELL_HASH_MODULUS (((uint64_t)1 << 61) - 1)
#define BELL_HASH_NONE ((int64_t)0xfca86420)

static inline int64_t bell_hash64_int(int64_t value) {
  uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, rest = size % BELL_HASH_MODULUS;
  int64_t hash = value < 0 ? -(int64_t)rest : (int64_t)rest;
  return hash == -1 ? -2 : hash;
}

int64_t bell_hash64_float(double value);

/* SipHash-1-3 with the key 0. -1 when the run is to end. */
int64_t bell_hash64_bytes(bell_ctx *ctx, const void *bytes, uint64_t size);

static inline int64_t bell_hash64_str(bell_ctx *ctx, bell_ref ref) {
  const bell_str *str = BELL_STR_AT(ctx, ref);
  return bell_hash64_bytes(ctx, bell_at(ctx, str->data), (uint64_t)str->length * str->head.aux);
}

/* Of any value, `depth` containers deep. -1 on a fault: E0309 for what has no hash. Charges nothing. */
int64_t bell_hash64_value(bell_ctx *ctx, bell_value value, int depth);

static inline int64_t bell_hash64_word(bell_ctx *ctx, uint8_t class_, bell_word word) {
  switch (class_) {
  case BELL_CLASS_INT:
  case BELL_CLASS_BOOL: return bell_hash64_int((int64_t)word);
  case BELL_CLASS_FLOAT: return bell_hash64_float(bell_float(word));
  case BELL_CLASS_STR: return bell_hash64_str(ctx, word);
  default: return bell_hash64_value(ctx, bell_class_value(ctx, class_, word), 0);
  }
}

/* Of what is looked for in a set: a set among frozensets has the hash of the frozenset that equals it. */
int64_t bell_hash64_sought(bell_ctx *ctx, uint8_t class_, bell_word word);

#endif
