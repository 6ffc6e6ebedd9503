/* Fields: found at every place of a text, converted as they stand, refused where they are not plain. Buffers have their exact size, for the address sanitizer. */
#include "batch/fields.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

enum { TEXT_MAX = 8000 };

static const uint8_t NULLS[] = "NA";
static const uint32_t NULL_LENGTHS[] = {0, 2};

static bell_fields fields_of(const char *text, int64_t columns) {
  size_t size = strlen(text);
  uint8_t *copy = malloc(size + (size == 0));
  memcpy(copy, text, size);
  return (bell_fields){copy, size, malloc((size + 1) * sizeof(uint32_t)), 0, columns, NULLS, NULL_LENGTHS, 2};
}

static void end(bell_fields *fields) {
  free((void *)(uintptr_t)fields->text);
  free(fields->ends);
}

static int refused(const char *text, int64_t columns) {
  bell_fields fields = fields_of(text, columns);
  int good = bell_fields_find(&fields, ',');
  end(&fields);
  return !good;
}

static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz";

/* Rows of a number (or NA), a text of up to 25 letters, and nothing. */
static void test_columns_of_any_length(int rows, int open) {
  char text[TEXT_MAX] = "";
  size_t used = 0;
  for (int row = 0; row < rows; row++) {
    used += (size_t)(row % 5 == 3 ? sprintf(text + used, "NA") : sprintf(text + used, "%d", -row * 1001));
    used += (size_t)sprintf(text + used, ",%.*s,\n", row % 26, LETTERS);
  }
  if (open) text[used - 1] = 0;
  bell_fields fields = fields_of(text, 3);
  CHECK(bell_fields_find(&fields, ',') == 1 && fields.rows == rows);
  int64_t *values = malloc((size_t)rows * 8);
  int32_t *offsets = malloc((size_t)(rows + 1) * 4);
  uint8_t *valid = malloc((size_t)(rows + 7) / 8), *bytes = malloc(bell_fields_bytes(&fields, 1) + 16), *out = malloc(fields.size + (size_t)rows + 1);
  CHECK(bell_fields_ints(&fields, 0, values, valid) == (rows + 1) / 5);
  for (int row = 0; row < rows; row++) {
    CHECK((valid[row / 8] >> row % 8 & 1) == (row % 5 != 3));
    CHECK(values[row] == (row % 5 == 3 ? 0 : -row * 1001));
  }
  int ascii;
  CHECK(bell_fields_texts(&fields, 1, 0, offsets, bytes, valid, &ascii) == 0 && ascii == 1);
  for (int row = 0; row < rows; row++) {
    CHECK(offsets[row + 1] - offsets[row] == row % 26 && memcmp(bytes + offsets[row], LETTERS, (size_t)row % 26) == 0);
    CHECK(valid[row / 8] >> row % 8 & 1);
  }
  CHECK(bell_fields_texts(&fields, 2, 1, offsets, bytes, valid, &ascii) == rows && offsets[rows] == 0);
  const int64_t wanted[] = {0, 2};
  int64_t size = bell_fields_project(&fields, wanted, 2, ',', out);
  uint8_t *at = out;
  for (int row = 0; row < rows; row++) {
    char line[40];
    int length = row % 5 == 3 ? sprintf(line, "NA,,\n") : sprintf(line, "%d,,\n", -row * 1001);
    CHECK(at + length <= out + size && memcmp(at, line, (size_t)length) == 0);
    at += length;
  }
  CHECK(at == out + size);
  free(out);
  free(bytes);
  free(valid);
  free(offsets);
  free(values);
  end(&fields);
}

static void test_what_is_not_plain(void) {
  CHECK(refused("", 2) && refused("a\n", 2) && refused("a,b,c\n", 2) && refused("a,b\n\n", 2) && refused("\na,b\n", 2));
  CHECK(refused("a\nb,c,d\n", 2) && refused("a,b,c\nd\n", 2) && refused("a,b,c\nd", 2));
  CHECK(!refused("a,b\nc,d", 2) && !refused(",\n", 2) && !refused(",", 2) && !refused("a,b,c\nd,e,f\n", 3));
  const char *const good[] = {"1", "-0", "007", "123456789012345678", "-999999999999999999", "", "NA"};
  const char *const bad[] = {"+1", " 1", "1 ", "-", "--1", "1.0", "1e3", "0x1", "1234567890123456789", "N", "NAN", "\xef\xbc\x91"};
  for (size_t i = 0; i < sizeof good / sizeof *good + sizeof bad / sizeof *bad; i++) {
    int plain = i < sizeof good / sizeof *good;
    char text[60];
    sprintf(text, "%s,x\n", plain ? good[i] : bad[i - sizeof good / sizeof *good]);
    bell_fields fields = fields_of(text, 2);
    CHECK(bell_fields_find(&fields, ',') == 1 && fields.rows == 1);
    int64_t value;
    uint8_t valid;
    CHECK((bell_fields_ints(&fields, 0, &value, &valid) >= 0) == plain);
    end(&fields);
  }
}

static void test_other_than_ascii(void) {
  bell_fields fields = fields_of("\xc3\xa9,1\n", 2);
  int32_t offsets[2];
  uint8_t bytes[32], valid;
  int ascii;
  CHECK(bell_fields_find(&fields, ',') == 1);
  CHECK(bell_fields_texts(&fields, 0, 1, offsets, bytes, &valid, &ascii) == 0 && ascii == 0);
  CHECK(bell_fields_texts(&fields, 1, 1, offsets, bytes, &valid, &ascii) == 0 && ascii == 1);
  end(&fields);
}

int main(void) {
  for (int rows = 1; rows < 200; rows += 1 + rows / 7)
    for (int open = 0; open < 2; open++) test_columns_of_any_length(rows, open);
  test_what_is_not_plain();
  test_other_than_ascii();
  return 0;
}
