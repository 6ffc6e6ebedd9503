/* Elements of arrays as words: every width, both orders of bytes, any distance, and the ones that do not fit. */
#include "runtime/elements.h"

#include <math.h>

#include "check.h"

static int64_t ints[8];
static double floats[8];
static uint8_t bools[8];

static bell_elements array(const void *data, int64_t length, int64_t stride, uint8_t kind) {
  return (bell_elements){.data = data, .length = length, .stride = stride, .kind = kind};
}

static void test_widths(void) {
  const int8_t i8[] = {-128, 0, 127};
  const uint16_t u16[] = {0, 1, 65535};
  const int32_t i32[] = {INT32_MIN, -1, INT32_MAX};
  const int64_t i64[] = {INT64_MIN, 0, INT64_MAX};
  const float f32[] = {0.5f, -0.0f, INFINITY};
  bell_elements from = array(i8, 3, 1, BELL_ELEMENT_INT8);
  CHECK(bell_elements_read(&from, BELL_CLASS_INT, ints) == 3 && ints[0] == -128 && ints[2] == 127);
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 3 && floats[0] == -128.0);
  from = array(u16, 3, 2, BELL_ELEMENT_UINT16);
  CHECK(bell_elements_read(&from, BELL_CLASS_INT, ints) == 3 && ints[2] == 65535);
  from = array(i32, 3, 4, BELL_ELEMENT_INT32);
  CHECK(bell_elements_read(&from, BELL_CLASS_INT, ints) == 3 && ints[0] == INT32_MIN && ints[1] == -1);
  from = array(i64, 3, 8, BELL_ELEMENT_INT64);
  CHECK(bell_elements_read(&from, BELL_CLASS_INT, ints) == 3 && memcmp(ints, i64, sizeof i64) == 0);
  from = array(f32, 3, 4, BELL_ELEMENT_FLOAT);
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 3 && floats[0] == 0.5 && signbit(floats[1]) && isinf(floats[2]));
}

static void test_distances(void) {
  const double f64[] = {1, 2, 3, 4, 5};
  bell_elements from = array(f64, 3, 16, BELL_ELEMENT_DOUBLE);
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 3 && floats[2] == 5.0);
  from = array(f64 + 4, 5, -8, BELL_ELEMENT_DOUBLE);
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 5 && floats[0] == 5.0 && floats[4] == 1.0);
  from = array(f64 + 1, 8, 0, BELL_ELEMENT_DOUBLE);
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 8 && floats[7] == 2.0);
  uint8_t bytes[25]; /* not aligned */
  memcpy(bytes + 1, f64, 24);
  from = array(bytes + 1, 3, 8, BELL_ELEMENT_DOUBLE);
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 3 && floats[1] == 2.0);
  from = array(NULL, 0, 8, BELL_ELEMENT_DOUBLE);
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 0);
}

static void test_byte_order(void) {
  const uint8_t swapped[] = {0x01, 0x02, 0xff, 0xfe};
  bell_elements from = array(swapped, 2, 2, BELL_ELEMENT_INT16);
  from.swapped = true;
  CHECK(bell_elements_read(&from, BELL_CLASS_INT, ints) == 2 && ints[0] == 0x0102 && ints[1] == -2);
  const uint8_t large[] = {0xff, 0, 0, 0, 0, 0, 0, 0};
  from = array(large, 1, 8, BELL_ELEMENT_UINT64);
  from.swapped = true;
  CHECK(bell_elements_read(&from, BELL_CLASS_INT, ints) == 0);
  const uint8_t half[] = {0x3f, 0xe0, 0, 0, 0, 0, 0, 0};
  from = array(half, 1, 8, BELL_ELEMENT_DOUBLE);
  from.swapped = true;
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 1 && floats[0] == 0.5);
}

static void test_what_does_not_fit(void) {
  const uint64_t u64[] = {1, INT64_MAX, (uint64_t)1 << 63};
  bell_elements from = array(u64, 3, 8, BELL_ELEMENT_UINT64);
  CHECK(bell_elements_read(&from, BELL_CLASS_INT, ints) == 2);
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 1);
  const uint64_t edges[] = {(uint64_t)1 << 63, UINT64_MAX};
  from = array(edges, 2, 8, BELL_ELEMENT_UINT64);
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 1 && floats[0] == 9223372036854775808.0);
  const int64_t i64[] = {INT64_MIN, (int64_t)1 << 53, ((int64_t)1 << 53) + 1};
  from = array(i64, 3, 8, BELL_ELEMENT_INT64);
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 2);
  const int64_t most[] = {INT64_MAX};
  from = array(most, 1, 8, BELL_ELEMENT_INT64);
  CHECK(bell_elements_read(&from, BELL_CLASS_FLOAT, floats) == 0);
}

static void test_kinds(void) {
  const uint8_t truths[] = {0, 1, 2};
  bell_elements from = array(truths, 3, 1, BELL_ELEMENT_BOOL);
  CHECK(bell_elements_fit(&from, BELL_CLASS_BOOL) && !bell_elements_fit(&from, BELL_CLASS_INT) && !bell_elements_fit(&from, BELL_CLASS_FLOAT));
  CHECK(bell_elements_read(&from, BELL_CLASS_BOOL, bools) == 3 && bools[0] == 0 && bools[1] == 1 && bools[2] == 1);
  from.kind = BELL_ELEMENT_DOUBLE;
  CHECK(!bell_elements_fit(&from, BELL_CLASS_INT) && bell_elements_fit(&from, BELL_CLASS_FLOAT) && !bell_elements_fit(&from, BELL_CLASS_STR));
  from.kind = BELL_ELEMENT_INT8;
  CHECK(bell_elements_fit(&from, BELL_CLASS_INT) && bell_elements_fit(&from, BELL_CLASS_FLOAT) && !bell_elements_fit(&from, BELL_CLASS_BOOL));
}

int main(void) {
  test_widths();
  test_distances();
  test_byte_order();
  test_what_does_not_fit();
  test_kinds();
  return 0;
}
