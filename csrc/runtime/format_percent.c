/* str % values, as CPython 3.11 reads it (Objects/unicodeobject.c). */
#include <math.h>
#include <limits.h>

#include "runtime/faults.inc"
#include "runtime/format_fields.h"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/text.h"
#include "runtime/tuple.h"

#define SCAN_WORK 2 /* nanoseconds a character of the format */

typedef struct {
  bell_ctx *ctx;
  bell_ref format;
  uint32_t at;
  bell_word values;
  int64_t count, next; /* arguments; -1 and -2 for one that is no tuple, as CPython counts them */
  bool mapping;
  bell_word keyed; /* the value of the key in parentheses, 0 when there is none */
} formatter;

typedef struct {
  bool left, sign, blank, alternate, zero;
  int64_t width, precision; /* -1: not given */
  uint32_t type;
} conversion;

static bool refuse(formatter *f, uint32_t code, const char *message) { return bell_raise(f->ctx, code, "%s", message); }

static uint32_t length_of(const formatter *f) { return BELL_STR_AT(f->ctx, f->format)->length; }
static bool ended(const formatter *f) { return f->at >= length_of(f); }
static uint32_t peek(const formatter *f) { return ended(f) ? 0 : bell_str_code(f->ctx, BELL_STR_AT(f->ctx, f->format), f->at); }

/* The next value, or 0 with a fault. What it refers to stays rooted by the operands, a number that is boxed here by the caller. */
static bell_word next_value(formatter *f) {
  if (f->keyed != 0) {
    bell_word value = f->keyed;
    if (f->next != -2) return refuse(f, BELL_TYPE_ERROR, "not enough arguments for format string");
    f->next = -1;
    return value;
  }
  if (f->count < 0) {
    if (f->next != -2) return refuse(f, BELL_TYPE_ERROR, "not enough arguments for format string");
    f->next = -1;
    return f->values;
  }
  if (f->next >= f->count) return refuse(f, BELL_TYPE_ERROR, "not enough arguments for format string");
  bell_tuple *tuple = BELL_TUPLE_AT(f->ctx, f->values);
  int64_t place = f->next++;
  return bell_any_from_class(f->ctx, bell_tuple_class(f->ctx, tuple, place), bell_tuple_items(tuple)[place]);
}

/* "(key)" behind the percent sign. */
static bool read_key(formatter *f) {
  bell_ctx *ctx = f->ctx;
  if (!f->mapping) return refuse(f, BELL_TYPE_ERROR, "format requires a mapping");
  uint32_t from = ++f->at;
  int open = 1;
  for (; !ended(f) && open > 0; f->at++) {
    uint32_t code = peek(f);
    open += code == '(' ? 1 : code == ')' ? -1 : 0;
  }
  if (open > 0) return refuse(f, BELL_VALUE_ERROR, "incomplete format key");
  bell_ref key = bell_str_substring(ctx, f->format, from, f->at - 1);
  if (key == 0) return false;
  bell_root_push(ctx, key);
  bell_word value = bell_any_index(ctx, f->values, key);
  bell_explain_index(ctx, key);
  bell_root_pop(ctx, 1);
  if (ctx->fault != 0) return false;
  bell_root_pop(ctx, 1);
  bell_root_push(ctx, value); /* in its place on the stack of roots: see bell_str_percent */
  f->keyed = value;
  f->next = -2;
  return true;
}

/* A width or precision: digits, or * for the next value. */
static bool read_size(formatter *f, int64_t most, const char *beyond, int64_t *size, bool *negative) {
  *negative = false;
  if (peek(f) == '*') {
    f->at++;
    bell_word word = next_value(f);
    if (word == 0) return false;
    bell_value value = bell_any_value(f->ctx, word);
    if (value.kind != BELL_BIG && !bell_value_is_int(value)) return refuse(f, BELL_TYPE_ERROR, "* wants int");
    if (value.kind == BELL_BIG || value.i > most || value.i < -most - 1) {
      return refuse(f, BELL_OVERFLOW_ERROR, most == INT_MAX ? "Python int too large to convert to C int" : "Python int too large to convert to C ssize_t");
    }
    *negative = value.i < 0;
    *size = value.i == INT64_MIN ? INT64_MAX : value.i < 0 ? -value.i : value.i;
    return true;
  }
  while (peek(f) >= '0' && peek(f) <= '9') {
    int64_t digit = (int64_t)peek(f) - '0';
    if (*size < 0) *size = 0;
    if (*size > (most - digit) / 10) return refuse(f, BELL_VALUE_ERROR, beyond);
    *size = *size * 10 + digit;
    f->at++;
  }
  return true;
}

static bool read_conversion(formatter *f, conversion *c) {
  *c = (conversion){.width = -1, .precision = -1};
  bool negative;
  if (peek(f) == '(' && !read_key(f)) return false;
  for (bool flags = true; flags && !ended(f);) {
    switch (peek(f)) {
    case '-': c->left = true; break;
    case '+': c->sign = true; break;
    case ' ': c->blank = true; break;
    case '#': c->alternate = true; break;
    case '0': c->zero = true; break;
    default: flags = false; continue;
    }
    f->at++;
  }
  if (!read_size(f, INT64_MAX, "width too big", &c->width, &negative)) return false;
  c->left |= negative;
  if (peek(f) == '.') {
    f->at++;
    c->precision = 0;
    if (!read_size(f, INT_MAX, "precision too big", &c->precision, &negative)) return false;
    if (negative) c->precision = 0;
  }
  if (peek(f) == 'h' || peek(f) == 'l' || peek(f) == 'L') f->at++;
  if (ended(f)) return refuse(f, BELL_VALUE_ERROR, "incomplete format");
  c->type = peek(f);
  f->at++;
  return true;
}

/* --- one value -------------------------------------------------------------------------------------------------------------------- */

/* The int that an object is by its class, as the type of the conversion asks for it, or a Decimal cut to one; of all else, and of what fails to be one, the word
 * itself. 0 on a fault. */
static bell_word number_of(bell_ctx *ctx, bell_word word, uint32_t type) {
  bell_value value = bell_any_value(ctx, word);
  bool cuts = type == 'd' || type == 'i' || type == 'u', has = bell_special(ctx, value, BELL_SPECIAL_INDEX) != NULL;
  has |= cuts && (value.kind == BELL_DECIMAL || bell_special(ctx, value, BELL_SPECIAL_INT) != NULL || bell_special(ctx, value, BELL_SPECIAL_FLOAT) != NULL);
  if (!has) return word;
  bell_word number = cuts ? bell_any_to_int(ctx, word) : bell_special_index(ctx, word);
  if ((ctx->fault != BELL_E0771 && ctx->fault != BELL_E0780) || ctx->fault_inside) return number;
  bell_exc_clear(ctx);
  return word;
}

/* The digits of an int, or of a float cut to one, in the base of the type, with a sign if it is negative. Not rooted. */
static bell_ref int_digits(formatter *f, bell_word word, uint32_t type) {
  bell_ctx *ctx = f->ctx;
  bell_value value = bell_any_value(ctx, word);
  bool decimal = type == 'd' || type == 'i' || type == 'u';
  if (value.kind == BELL_FLOAT && decimal) {
    if (isnan(value.f)) return refuse(f, BELL_VALUE_ERROR, "cannot convert float NaN to integer");
    if (isinf(value.f)) return refuse(f, BELL_OVERFLOW_ERROR, "cannot convert float infinity to integer");
    bell_ref spec = bell_str_from_ascii(ctx, ".0f", 3);
    if (spec == 0) return 0;
    bell_root_push(ctx, spec);
    double whole = trunc(value.f);
    bell_ref made = bell_float_format(ctx, whole == 0 ? 0 : whole, spec);
    bell_root_pop(ctx, 1);
    return made;
  }
  if (!bell_value_is_int(value) && value.kind != BELL_BIG) {
    return bell_raise(ctx, BELL_TYPE_ERROR, "%%%c format: %s is required, not %s", (int)type, decimal ? "a real number" : "an integer",
                      bell_value_type_name(ctx, value));
  }
  return bell_any_format(ctx, word, ctx->characters + (uint64_t)(decimal ? 'd' : type) * BELL_CHARACTER_STRIDE);
}

static bell_ref float_digits(formatter *f, bell_word word, const conversion *c) {
  bell_ctx *ctx = f->ctx;
  double real = bell_any_float(ctx, word);
  if (ctx->fault == BELL_E0309 && !ctx->fault_inside) {
    bell_exc_clear(ctx);
    return bell_raise(ctx, BELL_TYPE_ERROR, "must be real number, not %s", bell_value_type_name(ctx, bell_any_value(ctx, word)));
  }
  if (ctx->fault != 0) return 0;
  char spec[24];
  int size = 0;
  if (c->alternate) spec[size++] = '#';
  spec[size++] = '.';
  char digits[20];
  int count = 0;
  for (int64_t rest = c->precision < 0 ? 6 : c->precision; count == 0 || rest > 0; rest /= 10) digits[count++] = (char)('0' + rest % 10);
  while (count > 0) spec[size++] = digits[--count];
  spec[size++] = (char)c->type;
  bell_ref text = bell_str_from_ascii(ctx, spec, (size_t)size);
  if (text == 0) return 0;
  bell_root_push(ctx, text);
  bell_ref made = bell_float_format(ctx, real, text);
  bell_root_pop(ctx, 1);
  bell_explain_format(ctx, word);
  return ctx->fault == 0 ? made : 0;
}

static bell_ref character(formatter *f, bell_word word) {
  word = number_of(f->ctx, word, 'c');
  if (word == 0) return 0;
  bell_value value = bell_any_value(f->ctx, word);
  if (value.kind == BELL_STR && BELL_STR_AT(f->ctx, word)->length == 1) return word;
  if (value.kind == BELL_BIG || (bell_value_is_int(value) && (value.i < 0 || value.i > BELL_CODE_POINT_MAX))) {
    return refuse(f, BELL_OVERFLOW_ERROR, "%c arg not in range(0x110000)");
  }
  if (!bell_value_is_int(value)) return refuse(f, BELL_TYPE_ERROR, "%c requires int or char");
  return bell_str_character(f->ctx, (uint32_t)value.i);
}

/* Characters [from, to) of a number's digits, with zeros before them up to a precision, padded to a width behind sign and prefix. */
static bool put_padded(bell_text *out, bell_ref text, uint64_t from, uint64_t to, const char *before, const conversion *c, bool zero) {
  uint64_t head = strlen(before), zeros = 0;
  bool number = c->type == 'd' || c->type == 'o' || c->type == 'x' || c->type == 'X';
  if (number && c->precision > 0 && (uint64_t)c->precision > to - from) zeros = (uint64_t)c->precision - (to - from);
  uint64_t size = head + zeros + (to - from), pad = c->width > 0 && (uint64_t)c->width > size ? (uint64_t)c->width - size : 0;
  if (!c->left && !zero && !bell_text_fill(out, ' ', pad)) return false;
  if (!bell_text_ascii(out, before, head)) return false;
  if (!c->left && zero && !bell_text_fill(out, '0', pad)) return false;
  if (!bell_text_fill(out, '0', zeros) || !bell_text_slice(out, text, from, to)) return false;
  return !c->left || bell_text_fill(out, ' ', pad);
}

static bool put_number(formatter *f, bell_text *out, bell_ref text, const conversion *c) {
  bell_ctx *ctx = f->ctx;
  char before[4] = {0};
  int size = 0;
  bool negative = bell_str_code(ctx, BELL_STR_AT(ctx, text), 0) == '-';
  if (negative || c->sign || c->blank) before[size++] = negative ? '-' : c->sign ? '+' : ' ';
  if (c->alternate && (c->type == 'o' || c->type == 'x' || c->type == 'X')) {
    before[size++] = '0';
    before[size++] = (char)c->type;
  }
  bell_root_push(ctx, text);
  bool done = put_padded(out, text, negative, BELL_STR_AT(ctx, text)->length, before, c, c->zero);
  bell_root_pop(ctx, 1);
  return done;
}

static bool put_value(formatter *f, bell_text *out, bell_word word, conversion *c) {
  bell_ctx *ctx = f->ctx;
  bell_ref text = 0;
  switch (c->type) {
  case 's': text = bell_any_to_str(ctx, word); break;
  case 'r': text = bell_any_repr(ctx, word); break;
  case 'a': text = bell_any_ascii(ctx, word); break;
  case 'c': text = character(f, word); break;
  case 'i': case 'd': case 'u': case 'o': case 'x': case 'X':
    word = number_of(ctx, word, c->type);
    if (word == 0) return false;
    bell_root_push(ctx, word);
    text = int_digits(f, word, c->type);
    bell_root_pop(ctx, 1);
    if (c->type == 'i' || c->type == 'u') c->type = 'd';
    return text != 0 && put_number(f, out, text, c);
  case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
    text = float_digits(f, word, c);
    return text != 0 && put_number(f, out, text, c);
  default: {
    int shown = c->type > 31 && c->type < 127 ? (int)c->type : '?';
    return bell_raise(ctx, BELL_VALUE_ERROR, "unsupported format character '%c' (0x%x) at index %lld", shown, c->type, (long long)f->at - 1);
  }
  }
  if (text == 0) return false;
  uint64_t length = BELL_STR_AT(ctx, text)->length;
  if (c->type != 'c' && c->precision >= 0 && (uint64_t)c->precision < length) length = (uint64_t)c->precision;
  bell_root_push(ctx, text);
  bool done = put_padded(out, text, 0, length, "", c, false);
  bell_root_pop(ctx, 1);
  return done;
}

static bool put_conversion(formatter *f, bell_text *out) {
  conversion c;
  if (peek(f) == '%') {
    f->at++;
    return bell_text_code(out, '%');
  }
  if (!read_conversion(f, &c)) return false;
  int64_t size = BELL_FIELD_UNITS + (c.width > 0 ? c.width : 0) / 16 + (c.precision > 0 ? c.precision : 0) / 16;
  bell_word word = next_value(f);
  if (word == 0 || !bell_charge(f->ctx, size)) return false;
  bell_root_push(f->ctx, word);
  bool done = put_value(f, out, word, &c);
  bell_root_pop(f->ctx, 1);
  return done;
}

/* Whether CPython takes it for a mapping: all that has items but tuples and strings, and deques, which are not asked for them in that way. */
static bool has_items(const bell_ctx *ctx, bell_word word) {
  bell_value value = bell_any_value(ctx, word);
  if (value.kind == BELL_RECORD) return bell_special(ctx, value, BELL_SPECIAL_GETITEM) != NULL && strcmp(bell_value_type_name(ctx, value), "collections.deque") != 0;
  return value.kind == BELL_LIST || value.kind == BELL_DICT || value.kind == BELL_RANGE || value.kind == BELL_BYTES;
}

bell_word bell_str_percent(bell_ctx *ctx, bell_word a0, bell_word a1) {
  if (!bell_charge(ctx, BELL_STR_AT(ctx, a0)->length / 16)) return 0;
  bool tuple = bell_is_kind(ctx, a1, BELL_TUPLE);
  formatter f = {.ctx = ctx, .format = a0, .values = a1, .count = -1, .next = -2, .mapping = has_items(ctx, a1)};
  if (tuple) f.count = bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, a1)), f.next = 0;
  bell_text text;
  bell_text_begin(&text, ctx);
  bell_root_push(ctx, 0); /* the value of a key */
  bool done = true;
  while (done && !ended(&f)) {
    uint32_t from = f.at;
    while (!ended(&f) && peek(&f) != '%') {
      if ((++f.at & (BELL_BLOCK - 1)) == 0 && !bell_work(ctx, (int64_t)BELL_BLOCK * SCAN_WORK)) break;
    }
    done = ctx->fault == 0 && bell_text_slice(&text, a0, from, f.at);
    if (!done || ended(&f)) break;
    f.at++;
    done = put_conversion(&f, &text);
  }
  bell_root_pop(ctx, 1);
  bool left = f.count >= 0 ? f.next < f.count : f.next < -1;
  if (done && left && f.keyed == 0 && !f.mapping) done = refuse(&f, BELL_TYPE_ERROR, "not all arguments converted during string formatting");
  if (done) return bell_text_finish(&text);
  bell_text_abandon(&text);
  return 0;
}
