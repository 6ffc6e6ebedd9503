/* Texts by number, written out: a dictionary-encoded column as a plain one, and how often each number comes. */
#ifndef BELL_TEXTS_H
#define BELL_TEXTS_H

#include <stdint.h>

/* A dictionary-encoded column. Row i has the number codes[i], and is null where bit first + i of `valid` (NULL: none is) is clear. Number n is the text between offsets[n] and
 * offsets[n + 1] of `bytes`, of which `size` may be read; there are `count` texts. */
typedef struct {
  const int32_t *codes;
  const uint8_t *valid;
  int64_t first, rows;
  const int32_t *offsets;
  const uint8_t *bytes;
  uint64_t size;
  int64_t count;
} bell_texts;

/* Bytes that may be written behind the end of what bell_texts_write writes. */
enum { BELL_TEXTS_SLACK = 16 };

/* Count the rows of each number, and the null rows as number `count`: `counts` has room for count + 1. Gives the bytes of all rows together; -1 when a number or an offset leads
 * nowhere. */
int64_t bell_texts_count(const bell_texts *texts, int64_t *counts);

/* Write the rows + 1 offsets and the bytes of a plain column; null rows are empty. Only after bell_texts_count said that they are INT32_MAX bytes at most; `bytes` has room for that many
 * and BELL_TEXTS_SLACK more. */
void bell_texts_write(const bell_texts *texts, int32_t *offsets, uint8_t *bytes);

#endif
