#include "runtime/hash64.h"

#include <math.h>

#include "runtime/big.h"
#include "runtime/call.h"
#include "runtime/decimal.h"
#include "runtime/dict.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/raise.h"
#include "runtime/range.h"
#include "runtime/special.h"
#include "runtime/tuple.h"

#define HASH_INFINITY 314159

int64_t bell_hash64_float(double value) {
  if (value != value) return 0;
  if (isinf(value)) return value > 0 ? HASH_INFINITY : -HASH_INFINITY;
  if (value >= -0x1p60 && value <= 0x1p60 && (double)(int64_t)value == value) return bell_hash64_int((int64_t)value);
  /* The value modulo 2**61 - 1, a fraction as a product with inverses of 2: 28 bits at a time. */
  int exponent;
  double rest = frexp(fabs(value), &exponent);
  uint64_t hash = 0;
  while (rest != 0) {
    hash = (hash << 28 & BELL_HASH_MODULUS) | hash >> 33;
    rest *= 0x1p28;
    exponent -= 28;
    uint64_t part = (uint64_t)rest;
    rest -= (double)part;
    hash += part;
    if (hash >= BELL_HASH_MODULUS) hash -= BELL_HASH_MODULUS;
  }
  exponent = exponent >= 0 ? exponent % 61 : 60 - (-1 - exponent) % 61;
  if (exponent != 0) hash = (hash << exponent & BELL_HASH_MODULUS) | hash >> (61 - exponent);
  int64_t signed_hash = value < 0 ? -(int64_t)hash : (int64_t)hash;
  return signed_hash == -1 ? -2 : signed_hash;
}

static inline uint64_t rotated(uint64_t word, int count) { return word << count | word >> (64 - count); }

typedef struct { uint64_t a, b, c, d; } sip_state;

static inline sip_state sip_round(sip_state s) {
  s.a += s.b;
  s.c += s.d;
  s.b = rotated(s.b, 13) ^ s.a;
  s.d = rotated(s.d, 16) ^ s.c;
  s.a = rotated(s.a, 32);
  s.c += s.b;
  s.a += s.d;
  s.b = rotated(s.b, 17) ^ s.c;
  s.d = rotated(s.d, 21) ^ s.a;
  s.c = rotated(s.c, 32);
  return s;
}

int64_t bell_hash64_bytes(bell_ctx *ctx, const void *bytes, uint64_t size) {
  if (size == 0) return 0;
  sip_state state = {0x736f6d6570736575u, 0x646f72616e646f6du, 0x6c7967656e657261u, 0x7465646279746573u};
  const uint8_t *at = bytes;
  uint64_t last = size << 56, word;
  for (; size >= 8; size -= 8, at += 8) {
    memcpy(&word, at, 8);
    state.d ^= word;
    state = sip_round(state);
    state.a ^= word;
    if ((size & (BELL_BLOCK - 8)) == 0 && size > 8 && !bell_work(ctx, (int64_t)BELL_BLOCK / 2)) return -1;
  }
  word = 0;
  memcpy(&word, at, size);
  last |= word;
  state.d ^= last;
  state = sip_round(state);
  state.a ^= last;
  state.c ^= 0xff;
  for (int i = 0; i < 3; i++) state = sip_round(state);
  int64_t hash = (int64_t)(state.a ^ state.b ^ state.c ^ state.d);
  return hash == -1 ? -2 : hash;
}

/* Tuples: the xxHash variant of CPython. */
#define PRIME_1 11400714785074694791u
#define PRIME_2 14029467366897019727u
#define PRIME_5 2870177450012600261u

static uint64_t with_lane(uint64_t sum, int64_t hash) { return rotated(sum + (uint64_t)hash * PRIME_2, 31) * PRIME_1; }

static int64_t closed(uint64_t sum, uint64_t length) {
  sum += length ^ (PRIME_5 ^ 3527539u);
  return sum == UINT64_MAX ? 1546275796 : (int64_t)sum;
}

static int64_t hash_tuple(bell_ctx *ctx, bell_ref ref, int depth) {
  bell_tuple *tuple = BELL_TUPLE_AT(ctx, ref);
  int64_t length = bell_tuple_length(ctx, tuple);
  uint64_t sum = PRIME_5;
  for (int64_t i = 0; i < length; i++) {
    int64_t item = bell_hash64_value(ctx, bell_class_value(ctx, bell_tuple_class(ctx, tuple, i), bell_tuple_items(tuple)[i]), depth + 1);
    if (ctx->fault != 0) return -1;
    sum = with_lane(sum, item);
  }
  return closed(sum, (uint64_t)length);
}

/* As the tuple of length, start and step, with None for what does not matter. */
static int64_t hash_range(const bell_range *range) {
  uint64_t length = bell_range_count(range), sum = PRIME_5;
  sum = with_lane(sum, (int64_t)(length % BELL_HASH_MODULUS));
  sum = with_lane(sum, length > 0 ? bell_hash64_int(range->start) : BELL_HASH_NONE);
  return closed(with_lane(sum, length > 1 ? bell_hash64_int(range->step) : BELL_HASH_NONE), 3);
}

/* The same for every order of the elements. */
static int64_t hash_frozenset(bell_ctx *ctx, bell_ref ref) {
  const bell_dict *set = BELL_DICT_AT(ctx, ref);
  uint64_t sum = 0;
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, set, at)) >= 0; at++) {
    uint64_t hash = bell_dict_entry(ctx, set, at)[1];
    sum ^= ((hash ^ 89869747u) ^ (hash << 16)) * 3644798167u;
  }
  sum ^= ((uint64_t)set->live + 1) * 1927868237u;
  sum ^= (sum >> 11) ^ (sum >> 25);
  sum = sum * 69069u + 907133923u;
  return sum == UINT64_MAX ? 590923713 : (int64_t)sum;
}

int64_t bell_hash64_value(bell_ctx *ctx, bell_value value, int depth) {
  switch (value.kind) {
  case BELL_VALUE_NONE: return BELL_HASH_NONE;
  case BELL_INT:
  case BELL_VALUE_BOOL: return bell_hash64_int(value.i);
  case BELL_FLOAT: return bell_hash64_float(value.f);
  case BELL_DECIMAL: return bell_decimal_hash(ctx, value.ref);
  case BELL_BIG: {
    bell_integer big;
    bell_integer_read(ctx, value, &big);
    if (!bell_work(ctx, (int64_t)big.size * 2)) return -1;
    return bell_integer_hash(&big);
  }
  case BELL_BYTES:
  case BELL_STR: return bell_hash64_str(ctx, value.ref);
  case BELL_RECORD: return bell_special_hash(ctx, value.ref, depth);
  case BELL_FUNCTION: return bell_function_hash(ctx, value.ref);
  case BELL_RANGE: return hash_range(BELL_RANGE_AT(ctx, value.ref));
  case BELL_FROZENSET: return hash_frozenset(ctx, value.ref);
  case BELL_TUPLE:
    if (depth < BELL_NESTING_MAX) return hash_tuple(ctx, value.ref, depth);
    bell_fault(ctx, 804);
    return -1;
  default: bell_raise(ctx, 309, "unhashable type: '%s'", bell_value_type_name(ctx, value)); return -1;
  }
}

int64_t bell_hash64_sought(bell_ctx *ctx, uint8_t class_, bell_word word) {
  if (class_ >= BELL_CLASS_REF) {
    bell_value value = bell_class_value(ctx, class_, word);
    if (value.kind == BELL_SET) return hash_frozenset(ctx, value.ref);
  }
  return bell_hash64_word(ctx, class_, word);
}

int64_t bell_any_hash(bell_ctx *ctx, bell_word a0) {
  return bell_charge_weight(ctx, BELL_CLASS_ANY, a0, 1, 0) ? bell_hash64_value(ctx, bell_any_value(ctx, a0), 0) : 0;
}
