/* Methods of int (bool too), float and range. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/big.h"
#include "runtime/bytes.h"
#include "runtime/items.h"
#include "runtime/list.h"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/range.h"
#include "runtime/tuple.h"

/* (first, second), of which the second needs no root. */
static bell_word pair(bell_ctx *ctx, bell_word first, bell_word second) {
  if (first == 0 || second == 0) return 0;
  bell_word words[2] = {first, second};
  bell_root_push(ctx, first);
  bell_root_push(ctx, second);
  bell_word made = bell_tuple_of_any(ctx, words, 2);
  bell_root_pop(ctx, 2);
  return made;
}

/* --- int -------------------------------------------------------------------------------------------------------------------------- */

static bell_word bit_length(bell_ctx *ctx, const bell_word *a) {
  bell_integer n;
  bell_integer_word(ctx, a[0], &n);
  return bell_any_from_int(ctx, (int64_t)bell_integer_bits(&n));
}

static bell_word bit_count(bell_ctx *ctx, const bell_word *a) {
  bell_integer n;
  int64_t count = 0;
  bell_integer_word(ctx, a[0], &n);
  if (!bell_charge(ctx, (int64_t)(n.size / 4))) return 0;
  for (uint64_t i = 0; i < n.size; i++) count += __builtin_popcountll(n.limbs[i]);
  return bell_any_from_int(ctx, count);
}

static bell_word as_int(bell_ctx *ctx, const bell_word *a) {
  bell_value value = bell_any_value(ctx, a[0]);
  return value.kind == BELL_BIG ? a[0] : bell_any_from_int(ctx, value.i);
}

static bell_word int_ratio(bell_ctx *ctx, const bell_word *a) { return pair(ctx, as_int(ctx, a), bell_any_from_int(ctx, 1)); }

/* 'little' or 'big', which is meant where none is given. */
static bool byte_order(bell_ctx *ctx, bell_word word, const char *name, bool *little) {
  char text[16];
  *little = false;
  if (word == 0) return true;
  if (!bell_is_kind(ctx, word, BELL_STR)) {
    const char *type = word == BELL_NONE ? "None" : bell_word_type_name(ctx, word);
    return bell_raise(ctx, BELL_TYPE_ERROR, "%s() argument 'byteorder' must be str, not %s", name, type);
  }
  size_t size = bell_str_to_utf8(ctx, word, text, sizeof text - 1);
  text[size < sizeof text ? size : 0] = 0;
  *little = strcmp(text, "little") == 0;
  return true;
}

static bool is_byte_order(bell_ctx *ctx, bell_word word, bool little) {
  char text[16];
  if (word == 0 || little) return true;
  size_t size = bell_str_to_utf8(ctx, word, text, sizeof text - 1);
  text[size < sizeof text ? size : 0] = 0;
  return strcmp(text, "big") == 0 || bell_raise(ctx, BELL_VALUE_ERROR, "byteorder must be either 'little' or 'big'");
}

static bell_word to_bytes(bell_ctx *ctx, const bell_word *a) {
  int64_t length = 1;
  bool little, negative;
  uint8_t *out;
  bell_integer n;
  if (a[1] != 0 && !bell_take_index(ctx, a[1], &length)) return 0;
  if (!byte_order(ctx, a[2], "to_bytes", &little)) return 0;
  bool is_signed = a[3] != 0 && bell_any_truth(ctx, a[3]);
  if (ctx->fault != 0 || !is_byte_order(ctx, a[2], little)) return 0;
  if (length < 0) return bell_raise(ctx, BELL_VALUE_ERROR, "length argument must be non-negative");
  bell_integer_word(ctx, a[0], &n);
  negative = n.negative;
  if (negative && !is_signed) return bell_raise(ctx, BELL_OVERFLOW_ERROR, "can't convert negative int to unsigned");
  uint64_t bits = bell_integer_bits(&n);
  bool power = negative; /* -2**k needs no bit for the sign */
  for (uint64_t i = 0; i < n.size && power; i++) power = i + 1 < n.size ? n.limbs[i] == 0 : (n.limbs[i] & (n.limbs[i] - 1)) == 0;
  uint64_t needed = is_signed && bits > 0 ? bits + !power : bits;
  if (is_signed && negative && power && bits == 0) needed = 0;
  if (needed > 8 * (uint64_t)length) return bell_raise(ctx, BELL_OVERFLOW_ERROR, "int too big to convert");
  if (!bell_charge(ctx, length / 16)) return 0;
  bell_ref ref = bell_bytes_make(ctx, (uint64_t)length, &out);
  if (ref == 0) return 0;
  bell_integer_word(ctx, a[0], &n);
  unsigned carry = 1;
  for (int64_t i = 0; i < length; i++) {
    uint64_t limb = (uint64_t)i / 8 < n.size ? n.limbs[i / 8] : 0;
    unsigned byte = (unsigned)(limb >> 8 * (i % 8)) & 255;
    if (negative) { /* two's complement: inverted, and one more */
      byte = (byte ^ 255) + carry;
      carry = byte >> 8;
    }
    out[little ? i : length - 1 - i] = (uint8_t)byte;
  }
  return bell_bytes_finish(ctx, ref);
}

static bell_word from_bytes(bell_ctx *ctx, const bell_word *a) {
  bool little;
  bell_big_room room;
  if (!byte_order(ctx, a[2], "from_bytes", &little)) return 0;
  bool is_signed = a[3] != 0 && bell_any_truth(ctx, a[3]);
  if (ctx->fault != 0 || !is_byte_order(ctx, a[2], little)) return 0;
  bell_word source = a[1];
  bell_value value = bell_any_value(ctx, source);
  if (value.kind != BELL_BYTES) {
    bool walks = value.kind != BELL_STR && (bell_is_iterable(ctx, value) || value.kind == BELL_ITER);
    if (!walks) return bell_raise(ctx, BELL_TYPE_ERROR, "cannot convert '%.200s' object to bytes", bell_value_type_name(ctx, value));
    source = bell_any_bytes(ctx, &source, 1);
    if (source == 0) return 0;
  }
  uint64_t length = bell_bytes_length(ctx, source), limbs = length / 8 + 1;
  if (!bell_charge(ctx, (int64_t)(length / 8))) return 0;
  bell_root_push(ctx, source);
  bool opened = bell_big_open(ctx, &room, limbs, 0);
  bell_root_pop(ctx, 1);
  if (!opened) return 0;
  const uint8_t *data = bell_bytes_data(ctx, source);
  bool negative = is_signed && length > 0 && (data[little ? length - 1 : 0] & 128);
  uint64_t carry = 1;
  for (uint64_t i = 0; i < limbs; i++) {
    uint64_t limb = 0;
    for (uint64_t j = 0; j < 8; j++) {
      uint64_t at = i * 8 + j;
      uint64_t byte = at < length ? data[little ? at : length - 1 - at] : negative ? 255 : 0;
      limb |= byte << 8 * j;
    }
    if (negative) {
      limb = ~limb + carry;
      carry = carry && limb == 0;
    }
    room.limbs[i] = limb;
  }
  bell_word made = bell_big_close(ctx, &room, limbs, negative);
  bool of_bool = a[0] == BELL_TRUE || a[0] == BELL_FALSE; /* bool.from_bytes gives a bool */
  return of_bool && made != 0 ? bell_any_from_bool(made != bell_any_from_int(ctx, 0)) : made;
}

static const bell_method int_methods[] = {
    {"as_integer_ratio", int_ratio, BELL_TAKES_NONE, 0, 0, NULL},
    {"bit_count", bit_count, BELL_TAKES_NONE, 0, 0, NULL},
    {"bit_length", bit_length, BELL_TAKES_NONE, 0, 0, NULL},
    {"conjugate", as_int, BELL_TAKES_NONE, 0, 0, NULL},
    {"from_bytes", from_bytes, BELL_TAKES_KEYWORDS, 1, 3, "bytes,byteorder,*signed"},
    {"to_bytes", to_bytes, BELL_TAKES_KEYWORDS, 0, 3, "length,byteorder,*signed"},
};
const bell_method_table bell_int_methods = {int_methods, sizeof int_methods / sizeof int_methods[0]};

/* --- float ------------------------------------------------------------------------------------------------------------------------ */

static double float_of(const bell_ctx *ctx, bell_word word) { return bell_any_value(ctx, word).f; }

static bell_word is_integer(bell_ctx *ctx, const bell_word *a) {
  double x = float_of(ctx, a[0]);
  return bell_any_from_bool(isfinite(x) && floor(x) == x);
}

static bell_word itself(bell_ctx *ctx, const bell_word *a) {
  (void)ctx;
  return a[0];
}

static bell_word float_ratio(bell_ctx *ctx, const bell_word *a) {
  double x = float_of(ctx, a[0]);
  int shift = 0;
  if (isinf(x)) return bell_raise(ctx, BELL_OVERFLOW_ERROR, "cannot convert Infinity to integer ratio");
  if (x != x) return bell_raise(ctx, BELL_VALUE_ERROR, "cannot convert NaN to integer ratio");
  while (floor(x) != x) { /* exact: at most 1074 times */
    x *= 2;
    shift++;
  }
  bell_word whole = bell_integer_from_float(ctx, x);
  if (whole == 0) return 0;
  bell_root_push(ctx, whole);
  bell_word unit = bell_any_binary(ctx, BELL_BINARY_SHL, bell_any_from_int(ctx, 1), bell_any_from_int(ctx, shift));
  bell_root_pop(ctx, 1);
  return pair(ctx, whole, unit);
}

static bell_word hex(bell_ctx *ctx, const bell_word *a) {
  double x = float_of(ctx, a[0]);
  char text[40];
  const char *sign = signbit(x) ? "-" : "";
  if (x != x) {
    snprintf(text, sizeof text, "nan");
  } else if (isinf(x)) {
    snprintf(text, sizeof text, "%sinf", sign);
  } else if (x == 0) {
    snprintf(text, sizeof text, "%s0x0.0p+0", sign);
  } else {
    int exponent;
    double mantissa = frexp(fabs(x), &exponent);
    int shift = 1 - (-1021 - exponent > 0 ? -1021 - exponent : 0);
    mantissa = ldexp(mantissa, shift);
    exponent -= shift;
    uint64_t whole = (uint64_t)mantissa, rest = (uint64_t)ldexp(mantissa - (double)whole, 52);
    snprintf(text, sizeof text, "%s0x%u.%013llxp%c%d", sign, (unsigned)whole, (unsigned long long)rest, exponent < 0 ? '-' : '+', abs(exponent));
  }
  return bell_str_from_ascii(ctx, text, strlen(text));
}

static const bell_method float_methods[] = {
    {"as_integer_ratio", float_ratio, BELL_TAKES_NONE, 0, 0, NULL},
    {"conjugate", itself, BELL_TAKES_NONE, 0, 0, NULL},
    {"hex", hex, BELL_TAKES_NONE, 0, 0, NULL},
    {"is_integer", is_integer, BELL_TAKES_NONE, 0, 0, NULL},
};
const bell_method_table bell_float_methods = {float_methods, sizeof float_methods / sizeof float_methods[0]};

/* --- range ------------------------------------------------------------------------------------------------------------------------ */

/* The place of a value that an element equals. */
static bool find(const bell_ctx *ctx, const bell_word *a, uint64_t *place) {
  bell_value value = bell_any_value(ctx, a[1]);
  const bell_range *range = BELL_RANGE_AT(ctx, a[0]);
  if (bell_value_is_int(value)) return bell_range_find(range, value.i, place);
  if (value.kind != BELL_FLOAT || !(value.f >= -0x1p63 && value.f < 0x1p63)) return false;
  return (double)(int64_t)value.f == value.f && bell_range_find(range, (int64_t)value.f, place);
}

static bell_word count(bell_ctx *ctx, const bell_word *a) {
  uint64_t place;
  return bell_any_from_int(ctx, find(ctx, a, &place));
}

static bell_word index_of(bell_ctx *ctx, const bell_word *a) {
  uint64_t place;
  bell_integer n;
  if (find(ctx, a, &place)) {
    bell_integer_of(&n, 0);
    n.one = place;
    n.size = place != 0;
    return bell_integer_copy(ctx, &n);
  }
  if (bell_value_is_integer(bell_any_value(ctx, a[1]))) return bell_refuse_value(ctx, a[1], " is not in range");
  return bell_raise(ctx, BELL_VALUE_ERROR, "sequence.index(x): x not in sequence");
}

static const bell_method range_methods[] = {
    {"count", count, BELL_TAKES_ONE, 1, 1, NULL},
    {"index", index_of, BELL_TAKES_ONE, 1, 1, NULL},
};
const bell_method_table bell_range_methods = {range_methods, sizeof range_methods / sizeof range_methods[0]};
