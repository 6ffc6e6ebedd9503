/* Strings of one byte a character, which nearly all are: looked through 64 characters at a time, and copied by words.
 *
 * What is here reads up to 31 bytes beyond a text: behind the region are BELL_TAIL_BYTES that may be read. */
#ifndef BELL_BYTE_SCAN_H
#define BELL_BYTE_SCAN_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "runtime/heap.h"
#include "runtime/str.h"
#include "runtime/str_copy.h"

typedef uint8_t bell_bytes_16 __attribute__((vector_size(16)));

enum bell_scan { BELL_SCAN_CODE, BELL_SCAN_SPACE, BELL_SCAN_BREAK, BELL_SCAN_HIGH };

/* Bit i: the highest bit of byte i. */
static inline uint64_t bell_mask_of(bell_bytes_16 bytes) {
#ifdef __SSE2__
  return (uint32_t)_mm_movemask_epi8((__m128i)bytes);
#else
  uint64_t halves[2];
  memcpy(halves, &bytes, 16);
  /* The product puts bit 7 of byte i at bit 56 + i; no two of its terms meet. */
  uint64_t low = ((halves[0] & 0x8080808080808080u) * 0x0002040810204081u) >> 56, high = ((halves[1] & 0x8080808080808080u) * 0x0002040810204081u) >> 56;
  return low | high << 8;
#endif
}

/* Bit i: character i of the 16 at p is white space, a line break, the code, or not ASCII. */
static inline uint64_t bell_scan_16(const uint8_t *p, enum bell_scan scan, uint8_t code) {
  bell_bytes_16 c;
  memcpy(&c, p, 16);
  switch (scan) {
    case BELL_SCAN_CODE: return bell_mask_of((bell_bytes_16)(c == code));
    case BELL_SCAN_SPACE: /* 9 to 13, 28 to 32, next line, no-break space */
      return bell_mask_of((bell_bytes_16)((c - 9 < 5) | (c - 28 < 5) | (c == 0x85) | (c == 0xA0)));
    case BELL_SCAN_BREAK: return bell_mask_of((bell_bytes_16)((c - 10 < 4) | (c - 28 < 3) | (c == 0x85)));
    default: return bell_mask_of(c);
  }
}

/* The same for as many as 64 of the `left` characters at p. */
static inline uint64_t bell_scan_64(const uint8_t *p, uint64_t left, enum bell_scan scan, uint8_t code) {
  uint64_t mask = bell_scan_16(p, scan, code);
  if (left > 16) mask |= bell_scan_16(p + 16, scan, code) << 16;
  if (left > 32) mask |= bell_scan_16(p + 32, scan, code) << 32;
  if (left > 48) mask |= bell_scan_16(p + 48, scan, code) << 48;
  return left < 64 ? mask & (((uint64_t)1 << left) - 1) : mask;
}

/* Whether all characters are ASCII. */
static inline bool bell_scan_ascii(const uint8_t *p, uint64_t length) {
  for (; length > 16; p += 16, length -= 16) {
    if (bell_scan_16(p, BELL_SCAN_HIGH, 0) != 0) return false;
  }
  return (bell_scan_16(p, BELL_SCAN_HIGH, 0) & (((uint64_t)1 << length) - 1)) == 0;
}

/* The characters of a string object have room for 8 + 16k bytes, its own 24 being 8 + 16: they are copied by whole words, which is no longer than the object. */
static inline void bell_copy_into(uint8_t *to, const uint8_t *from, uint64_t length) {
  if (length > 120) {
    memcpy(to, from, length);
    return;
  }
  memcpy(to, from, 8);
  for (uint64_t at = 8; at < length; at += 16) {
    bell_bytes_16 word;
    memcpy(&word, from + at, 16);
    memcpy(to + at, &word, 16);
  }
}

/* Copy bytes to where all up to `end` is yet to be written: what is short is copied with more behind it. */
static inline void bell_copy_over(uint8_t *to, const uint8_t *from, uint64_t size, const uint8_t *end) {
  if (__builtin_expect(size <= 32 && to + 32 <= end, 1)) {
    bell_bytes_16 word;
    memcpy(&word, from, 16);
    memcpy(to, &word, 16);
    if (size <= 16) return;
    memcpy(&word, from + 16, 16);
    memcpy(to + 16, &word, 16);
  } else {
    bell_copy_bytes(to, from, size);
  }
}

/* Where nothing is yet from the object on that was made last. */
static inline const uint8_t *bell_free_end(const bell_ctx *ctx) { return ctx->base + ctx->heap->hole_end; }

/* A string of characters below 256 that stand anywhere in the region, 2 or more or none; bell_str_bytes() must have been reserved. `ascii`: all are
 * known to be; else they are looked at. */
static inline bell_ref bell_str_of_bytes(bell_ctx *ctx, const uint8_t *from, uint64_t length, bool ascii) {
  bell_ref made = bell_heap_take(ctx, sizeof(bell_str) + length, BELL_STR, 1, 0);
  bell_str *s = BELL_STR_AT(ctx, made);
  s->head.flags = ascii || bell_scan_ascii(from, length) ? BELL_STR_ASCII : 0;
  s->length = (uint32_t)length;
  s->hash = 0;
  s->data = made + sizeof(bell_str);
  bell_copy_into((uint8_t *)(s + 1), from, length);
  return made;
}

#endif
