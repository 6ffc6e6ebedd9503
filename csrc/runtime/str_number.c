/* Numbers from strings and strings from numbers. The grammars are those of Python's int(), float(), str(), bin(), oct() and hex(). */
#include <math.h>
#include <stdio.h>

#include "runtime/big.h"
#include "runtime/fault_text.h"
#include "runtime/number.h"
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/text.h"
#include "runtime/unicode.h"

/* The characters of a string as ASCII: digits of all scripts as 0-9, white space outside ASCII as a blank, all else as '?', as is what is beyond ASCII in bytes.
 * Reading at the end gives 0, which no number has in it. */
typedef struct {
  const char *ascii; /* the characters, if all are ASCII */
  const void *data;
  uint64_t width, length, at;
  bool bytes;
} reader;

static reader start_reading(const bell_ctx *ctx, bell_word a) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  const void *data = bell_str_data(ctx, s);
  return (reader){s->head.flags & BELL_STR_ASCII ? data : NULL, data, s->head.aux, s->length, 0, s->head.kind == BELL_BYTES};
}

static char peek_unicode(const reader *r, uint64_t place) {
  uint32_t code = bell_str_read(r->data, (uint32_t)r->width, place);
  if (code < 127) return (char)code;
  if (r->bytes) return '?';
  uint32_t flags = bell_code_flags(code);
  return flags & BELL_CODE_SPACE ? ' ' : flags & BELL_CODE_DECIMAL ? (char)('0' + bell_code_decimal(code)) : '?';
}

static inline char peek(const reader *r, uint64_t ahead) {
  uint64_t place = r->at + ahead;
  return place >= r->length ? 0 : r->ascii ? r->ascii[place] : peek_unicode(r, place);
}

static inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

static inline void skip_spaces(reader *r) {
  while (is_space(peek(r, 0))) r->at++;
}

static inline uint32_t digit_value(char c) {
  return is_digit(c) ? (uint32_t)(c - '0') : c >= 'a' && c <= 'z' ? (uint32_t)(c - 'a' + 10) : c >= 'A' && c <= 'Z' ? (uint32_t)(c - 'A' + 10) : 99;
}

static inline bool is_prefix(char c, int64_t base) {
  return base == 16 ? c == 'x' || c == 'X' : base == 8 ? c == 'o' || c == 'O' : base == 2 && (c == 'b' || c == 'B');
}

/* The digits of an int, found by scan_int. */
typedef struct {
  reader digits;     /* at the first of them */
  uint64_t count;    /* without underscores */
  uint32_t base;
  bool negative, good, overflow;
  unsigned __int128 value; /* unless they are beyond 64 bits */
} int_scan;

/* Read a string as an int of a base that is allowed, up to what is none of its digits. `good`: all of it was read, and is an int. */
static int_scan scan_int(bell_ctx *ctx, bell_word a, int64_t base) {
  reader r = start_reading(ctx, a);
  skip_spaces(&r);
  int_scan scan = {.negative = peek(&r, 0) == '-'};
  bool only_zero = false;
  if (scan.negative || peek(&r, 0) == '+') r.at++;
  if (base == 0) {
    base = 10;
    if (peek(&r, 0) == '0') {
      char c = peek(&r, 1);
      base = is_prefix(c, 16) ? 16 : is_prefix(c, 8) ? 8 : is_prefix(c, 2) ? 2 : 10;
      only_zero = base == 10; /* "007" looks octal and is refused */
    }
  }
  if (peek(&r, 0) == '0' && is_prefix(peek(&r, 1), base)) {
    r.at += 2;
    if (peek(&r, 0) == '_') r.at++;
  }
  scan.digits = r;
  scan.base = (uint32_t)base;
  bool after_digit = false;
  for (;; r.at++) {
    if ((r.at & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 4)) break;
    char c = peek(&r, 0);
    uint32_t digit = digit_value(c);
    if (c == '_' && after_digit) {
      after_digit = false;
      continue;
    }
    if (digit >= base) break;
    after_digit = true;
    scan.count++;
    scan.value = scan.value * (uint64_t)base + digit;
    if (scan.value >> 64) {
      scan.overflow = true;
      scan.value = 1; /* stay small, stay not zero */
    }
  }
  skip_spaces(&r);
  scan.good = after_digit && r.at == r.length && !(only_zero && scan.value);
  return scan;
}

#define FEW_DIGITS 18 /* of base ten: below 2**63 */

/* The value of a few plain digits; false for all else. */
static inline bool read_digits_only(const bell_ctx *ctx, const bell_str *s, int64_t *value) {
  if (s->length - 1 >= FEW_DIGITS || s->head.aux != 1) return false;
  const uint8_t *c = bell_str_data(ctx, s);
  int64_t number = 0;
  for (uint32_t i = 0; i < s->length; i++) {
    uint8_t digit = c[i] - '0';
    if (digit > 9) return false;
    number = number * 10 + digit;
  }
  *value = number;
  return true;
}

int64_t bell_str_to_int(bell_ctx *ctx, bell_word a, int64_t base) {
  if (!bell_charge(ctx, BELL_STR_AT(ctx, a)->length / 16)) return 0;
  int64_t value;
  if (base == 10 && read_digits_only(ctx, BELL_STR_AT(ctx, a), &value)) return value;
  if (base != 0 && (base < 2 || base > 36)) return (int64_t)bell_fault(ctx, 718);
  int_scan scan = scan_int(ctx, a, base);
  if (ctx->fault != 0) return 0;
  if (!scan.good) return (int64_t)bell_fault(ctx, 703);
  if (scan.overflow || scan.value > (uint64_t)INT64_MAX + scan.negative) return (int64_t)bell_fault(ctx, 502);
  return scan.negative ? (int64_t)(0 - (uint64_t)scan.value) : (int64_t)scan.value;
}

static uint32_t next_digit(void *state) {
  reader *r = state;
  if (peek(r, 0) == '_') r->at++;
  uint32_t digit = digit_value(peek(r, 0));
  r->at++;
  return digit;
}

bell_word bell_str_to_integer(bell_ctx *ctx, bell_word a, int64_t base, bool limited) {
  if (!bell_charge(ctx, BELL_STR_AT(ctx, a)->length / 16)) return 0;
  int_scan scan = scan_int(ctx, a, base);
  if (ctx->fault != 0) return 0;
  if (limited && scan.count > BELL_INT_DIGITS_MAX && (scan.base & (scan.base - 1)) != 0) return bell_fault_digits(ctx, scan.count);
  if (!scan.good) {
    char before[60];
    snprintf(before, sizeof before, "invalid literal for int() with base %d: ", (int)base);
    return bell_fault_quoting(ctx, 703, before, a, 200);
  }
  if (!scan.overflow && scan.value <= (uint64_t)INT64_MAX + scan.negative) {
    return bell_any_from_int(ctx, (int64_t)(scan.negative ? 0 - (uint64_t)scan.value : (uint64_t)scan.value));
  }
  return bell_integer_from_digits(ctx, scan.count, scan.base, scan.negative, next_digit, &scan.digits);
}

/* Does the (lower case) word stand here, in any case? Steps over it. */
static bool take_word(reader *r, const char *word) {
  uint64_t size = strlen(word);
  for (uint64_t i = 0; i < size; i++) {
    char c = peek(r, i);
    if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != word[i]) return false;
  }
  r->at += size;
  return true;
}

/* The decimal digits of a float, leading zeros dropped; those beyond BELL_DECIMAL_MAX - 1 only as whether there was one that is not 0. */
typedef struct {
  char digits[BELL_DECIMAL_MAX];
  uint64_t count; /* kept */
  int64_t point;
  bool sticky, any;
} read_digits;

/* Digits with single underscores between them. Returns false for an underscore elsewhere. */
static bool take_digits(bell_ctx *ctx, reader *r, read_digits *s, bool fraction) {
  bool after_digit = false;
  for (;; r->at++) {
    if ((r->at & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 8)) return false;
    char c = peek(r, 0);
    if (c == '_') {
      if (!after_digit || !is_digit(peek(r, 1))) return false;
      continue;
    }
    if (!is_digit(c)) return true;
    s->any = after_digit = true;
    if (c != '0' || s->count) {
      if (s->count < BELL_DECIMAL_MAX - 1) {
        s->digits[s->count++] = c;
      } else {
        s->sticky |= c != '0';
      }
      s->point += !fraction;
    } else {
      s->point -= fraction;
    }
  }
}

double bell_str_to_float(bell_ctx *ctx, bell_word a) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  reader r = start_reading(ctx, a);
  skip_spaces(&r);
  bool negative = peek(&r, 0) == '-';
  if (negative || peek(&r, 0) == '+') r.at++;
  double value;
  if (take_word(&r, "inf")) {
    take_word(&r, "inity");
    value = INFINITY;
  } else if (take_word(&r, "nan")) {
    value = NAN;
  } else {
    read_digits number;
    number.count = 0;
    number.point = 0;
    number.sticky = number.any = false;
    bool good = take_digits(ctx, &r, &number, false);
    if (good && peek(&r, 0) == '.') {
      r.at++;
      good = take_digits(ctx, &r, &number, true);
    }
    if (ctx->fault != 0) return 0;
    if (!good || !number.any) return (double)bell_fault(ctx, 713);
    char c = peek(&r, 0);
    if (c == 'e' || c == 'E') {
      char sign = peek(&r, 1);
      r.at += sign == '-' || sign == '+' ? 2 : 1;
      if (!is_digit(peek(&r, 0))) return (double)bell_fault(ctx, 713);
      int64_t exponent = 0;
      for (;; r.at++) {
        c = peek(&r, 0);
        if (c == '_' && is_digit(peek(&r, 1)) && is_digit(peek(&r, (uint64_t)-1))) continue;
        if (!is_digit(c)) break;
        if (exponent < (int64_t)1 << 40) exponent = exponent * 10 + (c - '0'); /* beyond all lengths of strings */
      }
      number.point += sign == '-' ? -exponent : exponent;
    }
    value = bell_decimal_read(number.digits, number.count, number.point, number.sticky);
  }
  skip_spaces(&r);
  if (r.at != r.length) return (double)bell_fault(ctx, 713);
  return negative ? -value : value;
}

/* --- strings from numbers ----------------------------------------------------------------------------------------------------------- */

/* Where the characters of the next string will be: room for the longest is reserved, the text is written there and then made a string of its
 * length. So it is not copied. */
static inline char *next_characters(bell_ctx *ctx) { return (char *)ctx->base + ctx->heap->cursor + sizeof(bell_str); }

bell_word bell_int_to_str(bell_ctx *ctx, int64_t value) {
  if ((uint64_t)value < 10) return bell_str_character(ctx, '0' + (uint32_t)value);
  if (!bell_heap_reserve(ctx, bell_str_bytes(BELL_INT_CHARACTERS_MAX, 1))) return 0;
  return bell_str_alloc(ctx, bell_int_write(next_characters(ctx), value), 0);
}

bell_word bell_float_to_str(bell_ctx *ctx, double value) {
  if (!bell_heap_reserve(ctx, bell_str_bytes(BELL_FLOAT_CHARACTERS_MAX, 1))) return 0;
  return bell_str_alloc(ctx, bell_float_write(next_characters(ctx), value), 0);
}

bool bell_text_int(bell_text *text, int64_t value) {
  char digits[BELL_INT_CHARACTERS_MAX];
  return bell_text_ascii(text, digits, bell_int_write(digits, value));
}

bool bell_text_float(bell_text *text, double value) {
  char digits[BELL_FLOAT_CHARACTERS_MAX];
  return bell_text_ascii(text, digits, bell_float_write(digits, value));
}

bell_word bell_bool_to_str(bell_ctx *ctx, int64_t value) {
  return value ? bell_str_from_ascii(ctx, "True", 4) : bell_str_from_ascii(ctx, "False", 5);
}

bell_word bell_int_to_base(bell_ctx *ctx, int64_t value, int64_t base) {
  char text[67], *end = text + sizeof text, *p = end;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  int bits = base == 2 ? 1 : base == 8 ? 3 : 4;
  do {
    *--p = "0123456789abcdef"[rest & (((uint64_t)1 << bits) - 1)];
    rest >>= bits;
  } while (rest);
  *--p = base == 2 ? 'b' : base == 8 ? 'o' : 'x';
  *--p = '0';
  if (value < 0) *--p = '-';
  return bell_str_from_ascii(ctx, p, (size_t)(end - p));
}
