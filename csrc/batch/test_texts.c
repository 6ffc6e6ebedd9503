/* Texts by number: every row's text in its place, nulls empty, nothing read beyond the texts, numbers that lead nowhere refused. */
#include "batch/texts.h"

#include <string.h>

#include "check.h"

enum { TEXTS = 4, ROWS = 100 };

static const int32_t OFFSETS[TEXTS + 1] = {0, 0, 3, 24, 29};
static const char BYTES[] = "abcdefghijklmnopqrstuvwx12345";

static void test_written_and_counted(int64_t first, int64_t rows, int nulls) {
  size_t size = sizeof BYTES - 1;
  uint8_t *bytes = malloc(size), *valid = malloc((size_t)(first + rows + 7) / 8 + 1);
  int32_t *codes = malloc((size_t)rows * sizeof *codes + 1), *offsets = malloc((size_t)(rows + 1) * sizeof *offsets);
  memcpy(bytes, BYTES, size);
  for (int64_t i = 0; i < (first + rows + 7) / 8; i++) valid[i] = 0xB6;
  for (int64_t i = 0; i < rows; i++) {
    int there = !nulls || (valid[(first + i) / 8] >> (first + i) % 8 & 1);
    codes[i] = there ? (int32_t)(i * 7 % TEXTS) : 1 << 30;
  }
  bell_texts texts = {codes, nulls ? valid : NULL, first, rows, OFFSETS, bytes, size, TEXTS};
  int64_t counts[TEXTS + 1], total = bell_texts_count(&texts, counts), sum = 0, expected = 0;
  for (int i = 0; i <= TEXTS; i++) sum += counts[i];
  CHECK(sum == rows && total >= 0);
  uint8_t *out = malloc((size_t)total + BELL_TEXTS_SLACK);
  bell_texts_write(&texts, offsets, out);
  for (int64_t i = 0; i < rows; i++) {
    CHECK(offsets[i] == expected);
    if (codes[i] >= TEXTS) continue;
    int32_t length = OFFSETS[codes[i] + 1] - OFFSETS[codes[i]];
    CHECK(memcmp(out + expected, BYTES + OFFSETS[codes[i]], (size_t)length) == 0);
    expected += length;
  }
  CHECK(offsets[rows] == expected && expected == total);
  free(out);
  free(offsets);
  free(codes);
  free(valid);
  free(bytes);
}

static void test_numbers_that_lead_nowhere(void) {
  const int32_t good[] = {0, 3}, beyond[] = {0, 4}, negative[] = {-1, 0}, backwards[] = {0, 5, 3}, outside[] = {0, 3, 99};
  int64_t counts[TEXTS + 1];
  bell_texts texts = {good, NULL, 0, 2, OFFSETS, (const uint8_t *)BYTES, 29, TEXTS};
  CHECK(bell_texts_count(&texts, counts) == 5 && counts[0] == 1 && counts[3] == 1 && counts[TEXTS] == 0);
  texts.codes = beyond;
  CHECK(bell_texts_count(&texts, counts) == -1);
  texts.codes = negative;
  CHECK(bell_texts_count(&texts, counts) == -1);
  texts = (bell_texts){good, NULL, 0, 1, backwards, (const uint8_t *)BYTES, 29, 2};
  CHECK(bell_texts_count(&texts, counts) == -1);
  texts.offsets = outside;
  CHECK(bell_texts_count(&texts, counts) == -1);
}

int main(void) {
  for (int64_t rows = 0; rows < ROWS; rows += 1 + rows / 9)
    for (int64_t first = 0; first < 10; first++) {
      test_written_and_counted(first, rows, 0);
      test_written_and_counted(first, rows, 1);
    }
  test_numbers_that_lead_nowhere();
  return 0;
}
