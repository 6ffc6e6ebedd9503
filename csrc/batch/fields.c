#include "batch/fields.h"

#include <stdbool.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 64, DIGITS_MAX = 18 };

/* Which of 64 bytes are one of two. */
static inline uint64_t either(const uint8_t *at, uint8_t one, uint8_t other) {
#ifdef __SSE2__
  const __m128i first = _mm_set1_epi8((char)one), second = _mm_set1_epi8((char)other);
  uint64_t mask = 0;
  for (int i = 0; i < 4; i++) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * i));
    __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, first), _mm_cmpeq_epi8(bytes, second));
    mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(found) << (16 * i);
  }
  return mask;
#else
  uint64_t mask = 0;
  for (int i = 0; i < BLOCK; i++) mask |= (uint64_t)(at[i] == one || at[i] == other) << i;
  return mask;
#endif
}

int bell_fields_find(bell_fields *f, uint8_t delimiter) {
  uint32_t *next = f->ends;
  uint64_t at = 0;
  for (; at + BLOCK <= f->size; at += BLOCK)
    for (uint64_t mask = either(f->text + at, delimiter, '\n'); mask != 0; mask &= mask - 1) *next++ = (uint32_t)at + (uint32_t)__builtin_ctzll(mask);
  for (; at < f->size; at++)
    if (f->text[at] == delimiter || f->text[at] == '\n') *next++ = (uint32_t)at;
  bool ended = f->size > 0 && f->text[f->size - 1] == '\n';
  if (!ended) *next++ = (uint32_t)f->size;
  int64_t count = next - f->ends, lines = 0;
  if (f->size == 0 || count % f->columns != 0) return 0;
  f->rows = count / f->columns;
  /* As many line ends as rows, and one at the end of each: all others are delimiters. */
  for (int64_t row = 0; row < f->rows; row++) {
    uint32_t end = f->ends[row * f->columns + f->columns - 1];
    if (end < f->size && f->text[end] != '\n') return 0;
  }
  const uint8_t *place = f->text, *last = f->text + f->size;
  while ((place = memchr(place, '\n', (size_t)(last - place))) != NULL) lines++, place++;
  return lines + !ended == f->rows;
}

static inline uint32_t field(const bell_fields *f, int64_t row, int64_t column, uint32_t *length) {
  int64_t index = row * f->columns + column;
  uint32_t start = index == 0 ? 0 : f->ends[index - 1] + 1;
  *length = f->ends[index] - start;
  return start;
}

static inline bool is_null(const bell_fields *f, const uint8_t *text, uint32_t length) {
  const uint8_t *null = f->nulls;
  for (int64_t i = 0; i < f->null_count; i++) {
    if (f->null_lengths[i] == length && memcmp(null, text, length) == 0) return true;
    null += f->null_lengths[i];
  }
  return false;
}

static inline void mark(uint8_t *valid, int64_t row, bool there) {
  if (row % 8 == 0) valid[row / 8] = 0;
  valid[row / 8] |= (uint8_t)(there << row % 8);
}

int64_t bell_fields_ints(const bell_fields *f, int64_t column, int64_t *values, uint8_t *valid) {
  int64_t nulls = 0;
  for (int64_t row = 0; row < f->rows; row++) {
    uint32_t length, start = field(f, row, column, &length);
    const uint8_t *text = f->text + start;
    bool null = is_null(f, text, length);
    mark(valid, row, !null);
    values[row] = 0;
    if (null) {
      nulls++;
      continue;
    }
    bool negative = length > 0 && text[0] == '-';
    text += negative;
    length -= negative;
    if (length == 0 || length > DIGITS_MAX) return -1;
    int64_t value = 0;
    for (uint32_t i = 0; i < length; i++) {
      uint8_t digit = (uint8_t)(text[i] - '0');
      if (digit > 9) return -1;
      value = value * 10 + digit;
    }
    values[row] = negative ? -value : value;
  }
  return nulls;
}

uint64_t bell_fields_bytes(const bell_fields *f, int64_t column) {
  uint64_t bytes = 0;
  for (int64_t row = 0; row < f->rows; row++) {
    uint32_t length;
    field(f, row, column, &length);
    bytes += length;
  }
  return bytes;
}

int64_t bell_fields_texts(const bell_fields *f, int64_t column, int empty_is_null, int32_t *offsets, uint8_t *bytes, uint8_t *valid, int *ascii) {
  int64_t nulls = 0;
  int32_t at = 0;
  uint8_t any = 0;
  for (int64_t row = 0; row < f->rows; row++) {
    uint32_t length, start = field(f, row, column, &length);
    const uint8_t *text = f->text + start;
    bool null = length == 0 ? empty_is_null != 0 : is_null(f, text, length);
    mark(valid, row, !null);
    offsets[row] = at;
    if (null) {
      nulls++;
      continue;
    }
    if (length <= 16 && start + 16 <= f->size)
      memcpy(bytes + at, text, 16);
    else
      memcpy(bytes + at, text, length);
    at += (int32_t)length;
  }
  offsets[f->rows] = at;
  for (int32_t i = 0; i < at; i++) any |= bytes[i];
  *ascii = any < 128;
  return nulls;
}

int64_t bell_fields_project(const bell_fields *f, const int64_t *wanted, int64_t count, uint8_t delimiter, uint8_t *out) {
  uint8_t *at = out;
  for (int64_t row = 0; row < f->rows; row++) {
    for (int64_t i = 0; i < count; i++) {
      uint32_t length, start = field(f, row, wanted[i], &length);
      memcpy(at, f->text + start, length);
      at += length;
      *at++ = delimiter;
    }
    *at++ = '\n';
  }
  return at - out;
}
