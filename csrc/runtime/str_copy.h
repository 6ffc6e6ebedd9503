/* Copying characters between widths, and short runs of bytes without a call. */
#ifndef BELL_STR_COPY_H
#define BELL_STR_COPY_H

#include "runtime/bell.h"

/* memcpy for what is mostly below 32 bytes: overlapping moves of fixed size compile to a few loads and stores. */
static inline void bell_copy_bytes(uint8_t *to, const uint8_t *from, uint64_t size) {
  if (size > 32) {
    memcpy(to, from, size);
  } else if (size >= 16) {
    uint64_t a[2], b[2];
    memcpy(a, from, 16);
    memcpy(b, from + size - 16, 16);
    memcpy(to, a, 16);
    memcpy(to + size - 16, b, 16);
  } else if (size >= 8) {
    uint64_t a, b;
    memcpy(&a, from, 8);
    memcpy(&b, from + size - 8, 8);
    memcpy(to, &a, 8);
    memcpy(to + size - 8, &b, 8);
  } else if (size >= 4) {
    uint32_t a, b;
    memcpy(&a, from, 4);
    memcpy(&b, from + size - 4, 4);
    memcpy(to, &a, 4);
    memcpy(to + size - 4, &b, 4);
  } else if (size) {
    to[0] = from[0];
    to[size >> 1] = from[size >> 1];
    to[size - 1] = from[size - 1];
  }
}

/* Copy `count` characters of width `from_width` to `to`, where they have width `to_width`. Narrowing keeps the low bits: the caller knows
 * that the characters fit. */
void bell_str_copy_across(void *to, uint32_t to_width, const void *from, uint32_t from_width, uint64_t count);

static inline void bell_str_copy(void *to, uint32_t to_width, const void *from, uint32_t from_width, uint64_t count) {
  if (to_width == from_width) {
    bell_copy_bytes(to, from, count * to_width);
  } else {
    bell_str_copy_across(to, to_width, from, from_width, count);
  }
}

/* The same for what may be long: false when the run is to end on the way. A byte is counted as half a nanosecond: the system clears a page that is touched
 * first. */
bool bell_str_copy_blocks(bell_ctx *ctx, void *to, uint32_t to_width, const void *from, uint32_t from_width, uint64_t count);
bool bell_str_fill_blocks(bell_ctx *ctx, void *data, uint32_t width, uint64_t count, uint32_t code);

static inline bool bell_str_copy_long(bell_ctx *ctx, void *to, uint32_t to_width, const void *from, uint32_t from_width, uint64_t count) {
  if (count > BELL_BLOCK) return bell_str_copy_blocks(ctx, to, to_width, from, from_width, count);
  bell_str_copy(to, to_width, from, from_width, count);
  return true;
}

static inline void bell_str_write(void *data, uint32_t width, uint64_t index, uint32_t code) {
  if (width == 1) {
    ((uint8_t *)data)[index] = (uint8_t)code;
  } else if (width == 2) {
    ((uint16_t *)data)[index] = (uint16_t)code;
  } else {
    ((uint32_t *)data)[index] = code;
  }
}

static inline void bell_str_fill(void *data, uint32_t width, uint64_t count, uint32_t code) {
  if (count == 0) return;
  if (width == 1) {
    memset(data, (int)code, count);
  } else if (width == 2) {
    for (uint64_t i = 0; i < count; i++) ((uint16_t *)data)[i] = (uint16_t)code;
  } else {
    for (uint64_t i = 0; i < count; i++) ((uint32_t *)data)[i] = code;
  }
}

#endif
