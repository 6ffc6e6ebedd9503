/* Whether two strings have the same characters, without a call for what is short. */
#ifndef BELL_STR_EQUAL_H
#define BELL_STR_EQUAL_H

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
static inline bool bell_str_same(const bell_ctx *ctx, const bell_str *s, const bell_str *t) {
  if (s->length != t->length || s->head.aux != t->head.aux) return false;
  const uint8_t *a = bell_str_data(ctx, s), *b = bell_str_data(ctx, t);
  uint64_t size = (uint64_t)s->length * s->head.aux;
  if (size > 32) return memcmp(a, b, size) == 0;
  if (size >= 16) {
    uint64_t tail = (bell_load_8(a + size - 16) ^ bell_load_8(b + size - 16)) | (bell_load_8(a + size - 8) ^ bell_load_8(b + size - 8));
    return (tail | (bell_load_8(a) ^ bell_load_8(b)) | (bell_load_8(a + 8) ^ bell_load_8(b + 8))) == 0;
  }
  if (size >= 8) return ((bell_load_8(a) ^ bell_load_8(b)) | (bell_load_8(a + size - 8) ^ bell_load_8(b + size - 8))) == 0;
  if (size >= 4) return ((bell_load_4(a) ^ bell_load_4(b)) | (bell_load_4(a + size - 4) ^ bell_load_4(b + size - 4))) == 0;
  return size == 0 || ((a[0] ^ b[0]) | (a[size >> 1] ^ b[size >> 1]) | (a[size - 1] ^ b[size - 1])) == 0;
}

#endif
