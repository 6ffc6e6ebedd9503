/* Whether two strings have the same characters, without a call for what is short. */
#ifndef BELL_STR_EQUAL_H
#define BELL_STR_EQUAL_H

#include "runtime/byte_scan.h"
#include "runtime/str.h"

static inline uint64_t bell_load_8(const uint8_t *p) {
  uint64_t word;
  memcpy(&word, p, 8);
  return word;
}

static inline uint32_t bell_load_4(const uint8_t *p) {
  uint32_t word;
  memcpy(&word, p, 4);
  return word;
}

/* Of two strings that may be one, whatever their hashes are. Equal ones have equal width. */
static inline bool bell_str_same(bell_ctx *ctx, const bell_str *s, const bell_str *t) {
  if (s->length != t->length || s->head.aux != t->head.aux) return false;
  const uint8_t *a = bell_str_data(ctx, s), *b = bell_str_data(ctx, t);
  uint64_t size = (uint64_t)s->length * s->head.aux;
  if (size > 32) return bell_compare_long(ctx, a, b, size) == 0;
  bell_bytes_16 x, y;
  memcpy(&x, a, 16);
  memcpy(&y, b, 16);
  uint64_t same = bell_mask_of((bell_bytes_16)(x == y)), all = 0xffff;
  if (size > 16) {
    memcpy(&x, a + 16, 16);
    memcpy(&y, b + 16, 16);
    same |= bell_mask_of((bell_bytes_16)(x == y)) << 16;
    all = 0xffffffff;
  }
  return ((same ^ all) & (((uint64_t)1 << size) - 1)) == 0;
}

#endif
