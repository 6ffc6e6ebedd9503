/* Decimals from strings, floats and tuples, and as text. */
#include <stdio.h>

#include "runtime/decimal_small.h"
#include "runtime/number.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/str.h"
#include "runtime/tuple.h"
#include "runtime/unicode.h"

#define EXPONENT_LIMIT ((int64_t)999999999999999999)

uint32_t bell_dec_write(const bell_dec *a, char *digits) {
  if (a->size == 0) {
    digits[0] = '0';
    return 1;
  }
  bell_limb rest[BELL_DEC_LIMBS], parts[BELL_DEC_LIMBS + 8];
  uint64_t size = a->size, count = 0;
  memcpy(rest, a->limbs, size * sizeof *rest);
  while (size > 0) {
    parts[count++] = bell_limbs_divide_1(rest, rest, size, (bell_limb)10000000000000000000u);
    size = bell_limbs_normal(rest, size);
  }
  char *to = digits + bell_digits_write(digits, parts[count - 1]);
  for (uint64_t i = count - 1; i-- > 0; to += 19) {
    bell_limb part = parts[i];
    for (int j = 19; j-- > 0; part /= 10) to[j] = (char)('0' + part % 10);
  }
  return (uint32_t)(to - digits);
}

uint32_t bell_dec_text(const bell_dec *a, char *out) {
  char *to = out;
  if (a->negative) *to++ = '-';
  if (a->nan || a->infinite) {
    const char *word = a->nan ? "NaN" : "Infinity";
    memcpy(to, word, strlen(word));
    return (uint32_t)(to - out + (ptrdiff_t)strlen(word));
  }
  char digits[BELL_DECIMAL_DIGITS_MAX + 40];
  int64_t count = bell_dec_write(a, digits), left = a->exponent + count;
  int64_t point = a->exponent <= 0 && left > -6 ? left : 1;
  if (point <= 0) {
    *to++ = '0';
    *to++ = '.';
    for (int64_t i = point; i < 0; i++) *to++ = '0';
    memcpy(to, digits, (size_t)count);
    to += count;
  } else {
    for (int64_t i = 0; i < count; i++) {
      if (i == point) *to++ = '.';
      *to++ = digits[i];
    }
    for (int64_t i = count; i < point; i++) *to++ = '0';
  }
  if (left != point) to += snprintf(to, 24, "E%+lld", (long long)(left - point));
  return (uint32_t)(to - out);
}

bell_word bell_decimal_to_str(bell_ctx *ctx, bell_ref ref) {
  char text[BELL_DECIMAL_DIGITS_MAX + 40];
  bell_dec value;
  bell_dec_load(ctx, ref, &value);
  return bell_str_from_ascii(ctx, text, bell_dec_text(&value, text));
}

uint32_t bell_decimal_write(const bell_ctx *ctx, bell_ref ref, char *out) {
  bell_dec value;
  bell_dec_load(ctx, ref, &value);
  return bell_dec_text(&value, out);
}

/* --- reading -------------------------------------------------------------------------------------------------------------------- */

/* Characters without underscores, white space at the ends gone: digits of all scripts as ASCII, all else outside it as '?'. */
typedef struct { const bell_str *str; const void *data; uint64_t at, end; } reader;

static char peek(reader *r) {
  while (r->at < r->end && bell_str_read(r->data, r->str->head.aux, r->at) == '_') r->at++;
  if (r->at >= r->end) return 0;
  uint32_t code = bell_str_read(r->data, r->str->head.aux, r->at);
  if (code < 127) return code == 0 ? '?' : (char)code;
  return bell_code_flags(code) & BELL_CODE_DECIMAL ? (char)('0' + bell_code_decimal(code)) : '?';
}

static bool is_space(uint32_t code) { return code < 128 ? code == ' ' || (code >= 9 && code <= 13) || (code >= 28 && code <= 31) : (bell_code_flags(code) & BELL_CODE_SPACE) != 0; }

static bool take_word(reader *r, const char *word) {
  uint64_t start = r->at;
  for (; *word; word++, r->at++) {
    char c = peek(r);
    if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != *word) {
      r->at = start;
      return false;
    }
  }
  return true;
}

static bool syntax(bell_ctx *ctx) { return bell_dec_invalid(ctx, "ConversionSyntax"); }

static bool add_digit(bell_ctx *ctx, bell_dec *out, uint32_t *count, uint32_t digit) {
  if (out->size == 0 && digit == 0) return true;
  if (++*count > BELL_DECIMAL_DIGITS_MAX) return bell_raise(ctx, 770, "a Decimal of more than %d digits", BELL_DECIMAL_DIGITS_MAX);
  bell_limb carry = bell_limbs_scale(out->limbs, out->limbs, out->size, 10, digit);
  if (carry) out->limbs[out->size++] = carry;
  return true;
}

static bool read_text(bell_ctx *ctx, bell_word text, bell_dec *out) {
  const bell_str *s = BELL_STR_AT(ctx, text);
  reader r = {s, bell_str_data(ctx, s), 0, s->length};
  while (r.at < r.end && is_space(bell_str_read(r.data, s->head.aux, r.at))) r.at++;
  while (r.end > r.at && is_space(bell_str_read(r.data, s->head.aux, r.end - 1))) r.end--;
  bell_dec_from_u64(out, 0);
  char c = peek(&r);
  if (c == '-' || c == '+') {
    out->negative = c == '-';
    r.at++;
  }
  if (take_word(&r, "inf")) {
    take_word(&r, "inity");
    out->infinite = true;
    return peek(&r) == 0 || syntax(ctx);
  }
  if (take_word(&r, "nan")) {
    out->nan = true;
    return peek(&r) == 0 || syntax(ctx);
  }
  bool point = false, any = false;
  uint32_t count = 0;
  for (;; r.at++) {
    c = peek(&r);
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      any = true;
      out->exponent -= point;
      if (!add_digit(ctx, out, &count, (uint32_t)(c - '0'))) return false;
    } else {
      break;
    }
  }
  if (!any) return syntax(ctx);
  if (c == 'e' || c == 'E') {
    r.at++;
    c = peek(&r);
    bool minus = c == '-';
    if (c == '-' || c == '+') r.at++;
    int64_t exponent = 0;
    if (peek(&r) < '0' || peek(&r) > '9') return syntax(ctx);
    for (; (c = peek(&r)) >= '0' && c <= '9'; r.at++) {
      if (exponent <= EXPONENT_LIMIT) exponent = exponent * 10 + (c - '0');
    }
    if (exponent > EXPONENT_LIMIT) return bell_dec_invalid(ctx, "InvalidOperation");
    out->exponent += minus ? -exponent : exponent;
  }
  return peek(&r) == 0 || syntax(ctx);
}

static bool read_tuple(bell_ctx *ctx, bell_word word, bell_dec *out) {
  bell_tuple *tuple = BELL_TUPLE_AT(ctx, word);
  bell_value parts[3];
  if (bell_tuple_length(ctx, tuple) != 3) return bell_raise(ctx, 719, "argument must be a sequence of length 3");
  for (int64_t i = 0; i < 3; i++) parts[i] = bell_class_value(ctx, bell_tuple_class(ctx, tuple, i), bell_tuple_items(tuple)[i]);
  bell_dec_from_u64(out, 0);
  if (!bell_value_is_int(parts[0]) || (parts[0].i != 0 && parts[0].i != 1)) {
    return bell_raise(ctx, 719, "sign must be an integer with the value 0 or 1");
  }
  out->negative = parts[0].i;
  if (parts[2].kind == BELL_STR) {
    const bell_str *s = BELL_STR_AT(ctx, parts[2].ref);
    uint32_t code = s->length == 1 ? bell_str_code(ctx, s, 0) : 0;
    out->infinite = code == 'F';
    out->nan = code == 'n';
    if (out->infinite || out->nan) return true;
    return bell_raise(ctx, 719, "string argument in the third position must be 'F', 'n' or 'N'");
  }
  if (!bell_value_is_int(parts[2])) return bell_raise(ctx, 719, "exponent must be an integer");
  out->exponent = parts[2].i;
  if (parts[1].kind != BELL_TUPLE) return bell_raise(ctx, 719, "coefficient must be a tuple of digits");
  bell_tuple *digits = BELL_TUPLE_AT(ctx, parts[1].ref);
  uint32_t count = 0;
  for (int64_t i = 0, length = bell_tuple_length(ctx, digits); i < length; i++) {
    bell_value digit = bell_class_value(ctx, bell_tuple_class(ctx, digits, i), bell_tuple_items(digits)[i]);
    if (!bell_value_is_int(digit) || digit.i < 0 || digit.i > 9) return bell_raise(ctx, 719, "coefficient must be a tuple of digits");
    if (!add_digit(ctx, out, &count, (uint32_t)digit.i)) return false;
  }
  if (out->exponent > EXPONENT_LIMIT || out->exponent < -EXPONENT_LIMIT) return bell_dec_invalid(ctx, "InvalidOperation");
  return true;
}

bell_word bell_decimal_new(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  bell_dec made;
  switch (value.kind) {
  case BELL_DECIMAL: return a0;
  case BELL_INT: {
    bell_small small;
    bell_small_take(ctx, value, &small);
    return bell_small_store(ctx, small);
  }
  case BELL_STR:
    if (!bell_charge(ctx, BELL_STR_AT(ctx, a0)->length / 4) || !read_text(ctx, a0, &made)) return 0;
    break;
  case BELL_FLOAT: bell_dec_from_float(&made, value.f); break;
  case BELL_TUPLE:
    if (!read_tuple(ctx, a0, &made)) return 0;
    break;
  case BELL_BIG:
    if (BELL_BIG_AT(ctx, a0)->size > 40) return bell_raise(ctx, 770, "a Decimal of more than %d digits", BELL_DECIMAL_DIGITS_MAX);
    bell_dec_from_value(ctx, value, &made);
    break;
  default:
    if (!bell_dec_from_value(ctx, value, &made)) {
      return bell_raise(ctx, 771, "conversion from %s to Decimal is not supported", bell_value_type_name(ctx, value));
    }
  }
  return bell_dec_store(ctx, &made);
}
