/* Numbers of texts: the same as a plain search gives, within bounds, whatever the lengths and places of the texts. */
#include "batch/dictionary.h"

#include <string.h>

#include "check.h"

enum { ROWS = 6000 };

static uint32_t seed = 1;
static uint32_t chance(uint32_t below) {
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 8) % below;
}

/* Rows with texts of up to 40 bytes, over few letters so that they repeat; the buffer ends with the last text. */
static void make(int32_t *offsets, uint8_t *bytes) {
  offsets[0] = 0;
  for (int i = 0; i < ROWS; i++) {
    uint32_t length = chance(4) == 0 ? chance(41) : chance(5), letters = 1 + chance(3);
    for (uint32_t k = 0; k < length; k++) bytes[offsets[i] + (int32_t)k] = (uint8_t)(length > 16 && k < 12 ? 'a' : 'a' + chance(letters));
    offsets[i + 1] = offsets[i] + (int32_t)length;
  }
}

static void test_the_same_as_a_search(void) {
  int32_t *offsets = malloc((ROWS + 1) * sizeof *offsets), *numbers = malloc(ROWS * sizeof *numbers), *again = malloc(ROWS * sizeof *again);
  int64_t *wide = malloc((ROWS + 1) * sizeof *wide);
  uint8_t *room = malloc(ROWS * 40);
  make(offsets, room);
  uint64_t size = (uint64_t)offsets[ROWS];
  uint8_t *bytes = malloc(size); /* exactly, for the address sanitizer */
  memcpy(bytes, room, size);
  for (int i = 0; i <= ROWS; i++) wide[i] = offsets[i];
  bell_dictionary *d = bell_dictionary_create(1u << 16, 1u << 20);
  CHECK(bell_dictionary_encode32(d, offsets, bytes, size, ROWS, numbers) == ROWS);
  uint32_t count = bell_dictionary_count(d);
  CHECK(bell_dictionary_encode64(d, wide, bytes, size, ROWS, again) == ROWS);
  CHECK(bell_dictionary_count(d) == count && memcmp(numbers, again, ROWS * sizeof *numbers) == 0);
  uint32_t next = 0;
  for (int i = 0; i < ROWS; i++) {
    uint32_t length;
    const uint8_t *text = bell_dictionary_text(d, (uint32_t)numbers[i], &length);
    CHECK(length == (uint32_t)(offsets[i + 1] - offsets[i]) && memcmp(text, bytes + offsets[i], length) == 0);
    CHECK((uint32_t)numbers[i] <= next);
    next += (uint32_t)numbers[i] == next;
  }
  CHECK(next == count);
  for (uint32_t a = 0; a < count; a++)
    for (uint32_t b = 0; b < a; b++) {
      uint32_t one, other;
      const uint8_t *x = bell_dictionary_text(d, a, &one), *y = bell_dictionary_text(d, b, &other);
      CHECK(one != other || memcmp(x, y, one) != 0);
    }
  bell_dictionary_free(d);
  free(bytes);
  free(room);
  free(wide);
  free(again);
  free(numbers);
  free(offsets);
}

static void test_bounds(void) {
  const uint8_t bytes[] = "aabbaaccaa";
  const int32_t offsets[] = {0, 2, 4, 6, 8, 10}, backwards[] = {0, 4, 2}, beyond[] = {0, 2, 11}, negative[] = {-2, 2};
  int32_t numbers[5];
  const struct { uint32_t texts; uint64_t size; int64_t done; } cases[] = {{2, 100, 3}, {9, 5, 3}, {9, 6, 5}, {0, 100, 0}, {9, 0, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bell_dictionary *d = bell_dictionary_create(cases[i].texts, cases[i].size);
    CHECK(bell_dictionary_encode32(d, offsets, bytes, 10, 5, numbers) == cases[i].done);
    bell_dictionary_free(d);
  }
  bell_dictionary *d = bell_dictionary_create(9, 100);
  CHECK(bell_dictionary_encode32(d, backwards, bytes, 10, 2, numbers) == 1);
  CHECK(bell_dictionary_encode32(d, beyond, bytes, 10, 2, numbers) == 1);
  CHECK(bell_dictionary_encode32(d, negative, bytes, 10, 1, numbers) == 0);
  bell_dictionary_free(d);
  bell_dictionary_free(NULL);
}

static void test_mostly_new_rows_end_it(void) {
  enum { MANY = 40000 };
  int32_t *offsets = malloc((MANY + 1) * sizeof *offsets), *numbers = malloc(MANY * sizeof *numbers);
  uint8_t *bytes = malloc(MANY * 4);
  for (int32_t i = 0; i < MANY; i++) {
    offsets[i] = i * 4;
    memcpy(bytes + i * 4, &i, 4);
  }
  offsets[MANY] = MANY * 4;
  bell_dictionary *d = bell_dictionary_create(1u << 20, 1u << 24);
  int64_t done = bell_dictionary_encode32(d, offsets, bytes, MANY * 4, MANY, numbers);
  CHECK(done > 1 << 14 && done < MANY);
  bell_dictionary_free(d);
  free(bytes);
  free(numbers);
  free(offsets);
}

static void test_dense_numbers(void) {
  int32_t numbers[] = {7, 2, 7, 0, 2, 9}, renumbered[10], order[10];
  const int32_t expected[] = {0, 1, 0, 2, 1, 3}, olds[] = {7, 2, 0, 9};
  memset(renumbered, 0xff, sizeof renumbered);
  CHECK(bell_numbers_dense(numbers, 6, renumbered, order) == 4);
  CHECK(memcmp(numbers, expected, sizeof expected) == 0 && memcmp(order, olds, sizeof olds) == 0);
}

int main(void) {
  test_the_same_as_a_search();
  test_bounds();
  test_mostly_new_rows_end_it();
  test_dense_numbers();
  return 0;
}
