#include "batch/texts.h"

#include <stdbool.h>
#include <string.h>

static inline bool present(const bell_texts *t, int64_t row) {
  int64_t bit = t->first + row;
  return t->valid == NULL || (t->valid[bit >> 3] >> (bit & 7) & 1) != 0;
}

int64_t bell_texts_count(const bell_texts *t, int64_t *counts) {
  memset(counts, 0, (size_t)(t->count + 1) * sizeof *counts);
  for (int64_t row = 0; row < t->rows; row++) {
    if (!present(t, row)) {
      counts[t->count]++;
      continue;
    }
    int64_t number = t->codes[row];
    if (number < 0 || number >= t->count) return -1;
    counts[number]++;
  }
  int64_t bytes = 0;
  for (int64_t number = 0; number < t->count; number++) {
    int64_t start = t->offsets[number], end = t->offsets[number + 1];
    if (start < 0 || end < start || (uint64_t)end > t->size) return -1;
    bytes += counts[number] * (end - start); /* rows are fewer than 2**31, lengths too */
  }
  return bytes;
}

void bell_texts_write(const bell_texts *t, int32_t *offsets, uint8_t *bytes) {
  int32_t at = 0;
  for (int64_t row = 0; row < t->rows; row++) {
    offsets[row] = at;
    if (!present(t, row)) continue;
    int32_t number = t->codes[row], start = t->offsets[number], length = t->offsets[number + 1] - start;
    if (length <= BELL_TEXTS_SLACK && (uint64_t)start + BELL_TEXTS_SLACK <= t->size)
      memcpy(bytes + at, t->bytes + start, BELL_TEXTS_SLACK);
    else if (length > 0)
      memcpy(bytes + at, t->bytes + start, (size_t)length);
    at += length;
  }
  offsets[t->rows] = at;
}
