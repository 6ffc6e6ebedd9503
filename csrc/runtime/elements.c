#include "runtime/elements.h"

#define TWO_TO_63 9223372036854775808.0

static const uint8_t BYTES[BELL_ELEMENTS] = {1, 2, 4, 8, 1, 2, 4, 8, 4, 8, 1};

static inline bool int64_of_int64(int64_t from, int64_t *to) { *to = from; return true; }

static inline bool int64_of_uint64(uint64_t from, int64_t *to) { *to = (int64_t)from; return from <= INT64_MAX; }

static inline bool double_of_int64(int64_t from, double *to) {
  *to = (double)from;
  return *to < TWO_TO_63 && (int64_t)*to == from;
}

static inline bool double_of_uint64(uint64_t from, double *to) {
  *to = (double)from;
  return *to < 2 * TWO_TO_63 && (uint64_t)*to == from;
}

static inline bool double_of_double(double from, double *to) { *to = from; return true; }

/* A function that reads elements of one type. Where they are next to each other the distance is known, so that the loop can work on several at once. */
#define READER(NAME, FROM, TO, CONVERT)                                            \
  static inline int64_t NAME##_at(const uint8_t *data, int64_t length, int64_t stride, TO *to) { \
    for (int64_t i = 0; i < length; i++) {                                         \
      FROM element;                                                                \
      memcpy(&element, data + i * stride, sizeof element);                         \
      if (!CONVERT(element, &to[i])) return i;                                     \
    }                                                                              \
    return length;                                                                 \
  }                                                                                \
  static int64_t NAME(const uint8_t *data, int64_t length, int64_t stride, void *to) { \
    if (stride == sizeof(FROM)) return NAME##_at(data, length, sizeof(FROM), to);  \
    return NAME##_at(data, length, stride, to);                                    \
  }

READER(int_int8, int8_t, int64_t, int64_of_int64)
READER(int_int16, int16_t, int64_t, int64_of_int64)
READER(int_int32, int32_t, int64_t, int64_of_int64)
READER(int_int64, int64_t, int64_t, int64_of_int64)
READER(int_uint8, uint8_t, int64_t, int64_of_int64)
READER(int_uint16, uint16_t, int64_t, int64_of_int64)
READER(int_uint32, uint32_t, int64_t, int64_of_int64)
READER(int_uint64, uint64_t, int64_t, int64_of_uint64)
READER(float_int8, int8_t, double, double_of_double)
READER(float_int16, int16_t, double, double_of_double)
READER(float_int32, int32_t, double, double_of_double)
READER(float_int64, int64_t, double, double_of_int64)
READER(float_uint8, uint8_t, double, double_of_double)
READER(float_uint16, uint16_t, double, double_of_double)
READER(float_uint32, uint32_t, double, double_of_double)
READER(float_uint64, uint64_t, double, double_of_uint64)
READER(float_float, float, double, double_of_double)
READER(float_double, double, double, double_of_double)

static inline bool truth(uint8_t from, uint8_t *to) { *to = from != 0; return true; }

READER(bool_bool, uint8_t, uint8_t, truth)

typedef int64_t (*reader)(const uint8_t *data, int64_t length, int64_t stride, void *to);

static const reader READERS[BELL_CLASS_BOOL + 1][BELL_ELEMENTS] = {
    [BELL_CLASS_INT] = {int_int8, int_int16, int_int32, int_int64, int_uint8, int_uint16, int_uint32, int_uint64, NULL, NULL, NULL},
    [BELL_CLASS_FLOAT] = {float_int8, float_int16, float_int32, float_int64, float_uint8, float_uint16, float_uint32, float_uint64,
                          float_float, float_double, NULL},
    [BELL_CLASS_BOOL] = {[BELL_ELEMENT_BOOL] = bool_bool},
};

/* One at a time: each is turned around first. */
static int64_t read_swapped(const bell_elements *from, reader read, uint64_t word_bytes, uint8_t *to) {
  int64_t bytes = BYTES[from->kind];
  for (int64_t i = 0; i < from->length; i++) {
    uint8_t element[8];
    for (int64_t byte = 0; byte < bytes; byte++) element[byte] = from->data[i * from->stride + bytes - 1 - byte];
    if (read(element, 1, bytes, to + (uint64_t)i * word_bytes) != 1) return i;
  }
  return from->length;
}

bool bell_elements_fit(const bell_elements *from, uint8_t class_) { return class_ <= BELL_CLASS_BOOL && READERS[class_][from->kind] != NULL; }

int64_t bell_elements_read(const bell_elements *from, uint8_t class_, void *to) {
  reader read = READERS[class_][from->kind];
  uint64_t word_bytes = class_ == BELL_CLASS_BOOL ? 1 : 8;
  if (from->swapped && BYTES[from->kind] > 1) return read_swapped(from, read, word_bytes, to);
  bool same = from->kind == (class_ == BELL_CLASS_INT ? BELL_ELEMENT_INT64 : BELL_ELEMENT_DOUBLE) && from->stride == 8;
  if (same && class_ != BELL_CLASS_BOOL) {
    if (from->length > 0) memcpy(to, from->data, (size_t)from->length * 8);
    return from->length;
  }
  return read(from->data, from->length, from->stride, to);
}
