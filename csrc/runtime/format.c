/* format() of ints, floats, strings and bools by a spec, with CPython's results and refusals. */
#include <limits.h>
#include <math.h>
#include <stdio.h>

#include "runtime/big.h"
#include "runtime/decimal.h"
#include "runtime/format_spec.h"
#include "runtime/number.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/str.h"
#include "runtime/str_copy.h"

/* A number in parts: sign, prefix, digits with a point among them, tail. Digit i is digits[i] for 0 <= i < count, and '0' elsewhere; those from `start`
 * to `point` stand before the point, those from `point` to `end` behind it. */
typedef struct {
  bool negative, dot;
  char prefix; /* of 0x, 0o, 0b, or 0 */
  const char *digits;
  int64_t count, start, point, end;
  uint32_t tail[16];
  uint32_t tail_size;
} parts;

static inline uint32_t digit_at(const parts *p, int64_t i) { return i >= 0 && i < p->count ? (uint32_t)(uint8_t)p->digits[i] : '0'; }

/* Digits, zeros in front included, and separators of the grouped whole part: `digits` of them are there, and zeros are added until it
 * has `width_min` characters. A separator is never first, so it may become one longer. */
typedef struct { int64_t digits, length; } grouped;

static grouped group(int64_t digits, int64_t width_min, int64_t size) {
  grouped g = {0, 0};
  if (width_min > 16 * (size + 1)) { /* most of the zeros at once: so many full groups, each with its separator */
    int64_t groups = width_min / (size + 1) - 2;
    if (groups > digits / size) { /* and no digit beyond them */
      g.digits = groups * size;
      g.length = groups * (size + 1);
      digits = 0;
      width_min -= g.length;
    }
  }
  while (true) {
    int64_t wanted = digits > width_min ? digits : width_min, count = wanted < 1 ? 1 : wanted < size ? wanted : size;
    g.digits += count;
    g.length += count;
    digits -= count < digits ? count : digits;
    width_min -= count;
    if (digits <= 0 && width_min <= 0) return g;
    width_min -= 1;
    g.length += 1; /* a separator, and more digits before it */
  }
}

/* Write the parts at `to`, `width` bytes a character: `left` fills, sign, prefix, `inner` fills, the whole part in `digits` digits and their
 * separators, point, fraction, tail, `right` fills. Returns false when the run is to end. */
static inline __attribute__((always_inline)) bool write_parts(bell_ctx *ctx, const bell_format_spec *spec, const parts *p, uint32_t sign, int64_t digits,
                                                              int64_t group_size, int64_t left, int64_t inner, int64_t right, uint8_t *to,
                                                              uint32_t width) {
  uint64_t at = (uint64_t)left;
  if (!bell_str_fill_blocks(ctx, to, width, at, spec->fill)) return false;
  if (sign) bell_str_write(to, width, at++, sign);
  if (p->prefix) {
    bell_str_write(to, width, at++, '0');
    bell_str_write(to, width, at++, (uint32_t)p->prefix);
  }
  if (!bell_str_fill_blocks(ctx, to + at * width, width, (uint64_t)inner, spec->fill)) return false;
  at += (uint64_t)inner;
  for (int64_t i = p->point - digits; i < p->point; i++) {
    if ((at & (BELL_BLOCK - 1)) == 0 && at > 0 && !bell_work(ctx, (int64_t)BELL_BLOCK * 4)) return false;
    bell_str_write(to, width, at++, i < p->start ? '0' : digit_at(p, i));
    if (group_size && i + 1 < p->point && (p->point - i - 1) % group_size == 0) bell_str_write(to, width, at++, (uint32_t)spec->grouping);
  }
  if (p->dot) bell_str_write(to, width, at++, '.');
  int64_t i = p->point;
  for (; i < p->end && i < p->count; i++) bell_str_write(to, width, at++, digit_at(p, i));
  if (!bell_str_fill_blocks(ctx, to + at * width, width, (uint64_t)(p->end - i), '0')) return false;
  at += (uint64_t)(p->end - i);
  for (uint32_t j = 0; j < p->tail_size; j++) bell_str_write(to, width, at++, p->tail[j]);
  return bell_str_fill_blocks(ctx, to + at * width, width, (uint64_t)right, spec->fill);
}

static bell_word lay_out(bell_ctx *ctx, const bell_format_spec *spec, const parts *p) {
  uint32_t sign = p->negative ? '-' : spec->sign == '+' ? '+' : spec->sign == ' ' ? ' ' : 0;
  int64_t whole = p->point - p->start, fraction = p->end - p->point;
  int64_t others = (sign != 0) + (p->prefix ? 2 : 0) + p->dot + fraction + p->tail_size, group_size = 0;
  if (spec->width > BELL_STR_LENGTH_MAX || others + whole > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  grouped g = {whole, whole};
  if (spec->grouping && whole) {
    bool in_hex = spec->type == 'b' || spec->type == 'o' || spec->type == 'x' || spec->type == 'X';
    group_size = in_hex ? 4 : 3;
    g = group(whole, spec->fill == '0' && spec->align == '=' ? spec->width - others : 0, group_size);
  }
  int64_t length = others + g.length, pad = spec->width > length ? spec->width - length : 0;
  int64_t left = spec->align == '>' ? pad : spec->align == '^' ? pad / 2 : 0, inner = spec->align == '=' ? pad : 0;
  if (length + pad > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  uint32_t seen = pad ? spec->fill : 0;
  for (uint32_t i = 0; i < p->tail_size; i++) seen |= p->tail[i];
  uint32_t width = bell_str_width(seen);
  if (length + pad == 1) return bell_str_character(ctx, p->tail_size ? p->tail[0] : digit_at(p, p->start));
  if (!bell_reserve(ctx, bell_str_bytes((uint64_t)(length + pad), width))) return 0;
  bell_ref made = bell_str_alloc(ctx, (uint64_t)(length + pad), seen);
  uint8_t *to = bell_at(ctx, made + sizeof(bell_str));
  bool done = width == 1 /* so that the compiler makes a version for bytes */
                  ? write_parts(ctx, spec, p, sign, g.digits, group_size, left, inner, pad - left - inner, to, 1)
                  : write_parts(ctx, spec, p, sign, g.digits, group_size, left, inner, pad - left - inner, to, width);
  return done ? made : 0;
}

static bell_word refuse(bell_ctx *ctx, const char *message) { return bell_fault_with(ctx, 710, message); }

static bell_word refuse_type(bell_ctx *ctx, uint32_t type, const char *after) {
  bell_format_refuse_code(ctx, "Unknown format code '", type, after);
  return 0;
}

/* --- floats ------------------------------------------------------------------------------------------------------------------------- */

static void add_tail(parts *p, const char *ascii) {
  for (; *ascii; ascii++) p->tail[p->tail_size++] = (uint8_t)*ascii;
}

static void add_exponent(parts *p, int64_t exponent, bool capital) {
  uint64_t size = (uint64_t)(exponent < 0 ? -exponent : exponent);
  p->tail[p->tail_size++] = capital ? 'E' : 'e';
  p->tail[p->tail_size++] = exponent < 0 ? '-' : '+';
  if (size >= 100) p->tail[p->tail_size++] = '0' + (uint32_t)(size / 100);
  p->tail[p->tail_size++] = '0' + (uint32_t)(size / 10 % 10);
  p->tail[p->tail_size++] = '0' + (uint32_t)(size % 10);
}

static bell_word format_float(bell_ctx *ctx, double value, const bell_format_spec *spec) {
  if (spec->precision > INT_MAX) return refuse(ctx, "precision too big");
  uint32_t type = spec->type;
  bool capital = type == 'E' || type == 'F' || type == 'G', percent = type == '%', add_point_zero = type == 0;
  if (capital) type += 'a' - 'A';
  if (type == 'n') type = 'g';
  if (percent) {
    type = 'f';
    value *= 100;
  }
  int64_t precision = spec->precision;
  if (type == 0) {
    type = precision < 0 ? 'r' : 'g';
  } else if (precision < 0) {
    precision = 6;
  }
  if (type == 'g' && precision == 0) precision = 1;
  parts p = {.negative = signbit(value) && !isnan(value)};
  if (!isfinite(value)) {
    add_tail(&p, isnan(value) ? (capital ? "NAN" : "nan") : capital ? "INF" : "inf");
    if (percent) add_tail(&p, "%");
    return lay_out(ctx, spec, &p);
  }
  bell_decimal decimal;
  if (type == 'r') {
    decimal.count = 0;
    decimal.point = 1;
    if (value != 0) {
      bell_shortest shortest = bell_float_shortest(fabs(value));
      decimal.count = (int32_t)bell_digits_write(decimal.digits, shortest.digits);
      decimal.point = decimal.count + shortest.exponent;
    }
  } else if (type == 'f') {
    bell_decimal_fixed(&decimal, value, precision);
  } else {
    bell_decimal_significant(&decimal, value, type == 'e' ? precision + 1 : precision);
  }
  if (spec->no_negative_zero && decimal.count == 0) p.negative = false;
  int64_t point = decimal.point, exponent = point - 1;
  bool exponential = type == 'e' || (type == 'g' && (point <= -4 || point > precision - add_point_zero)) || (type == 'r' && (point <= -4 || point > 16));
  p.digits = decimal.digits;
  p.count = decimal.count;
  p.end = type == 'e' ? precision + 1 : type == 'f' ? point + precision : type == 'g' && spec->alternate ? precision : decimal.count;
  if (type != 'f' && type != 'e' && p.end == 0) p.end = 1; /* zero has one digit */
  if (exponential) point = 1;
  p.point = point;
  p.start = point <= 0 ? point - 1 : 0;
  int64_t end_min = !exponential && add_point_zero ? point + 1 : point;
  if (p.end < end_min) p.end = end_min;
  p.dot = p.end > point || spec->alternate;
  if (exponential) add_exponent(&p, exponent, capital);
  if (percent) add_tail(&p, "%");
  return lay_out(ctx, spec, &p);
}

/* Of a spec like ".2f", as most are, the number of places; else -1. */
static inline int plain_places(const bell_ctx *ctx, const bell_str *spec) {
  if (spec->length != 3 || spec->head.aux != 1) return -1;
  const uint8_t *c = bell_str_data(ctx, spec);
  return c[0] == '.' && c[2] == 'f' && (uint8_t)(c[1] - '0') < 10 ? c[1] - '0' : -1;
}

bell_word bell_float_format(bell_ctx *ctx, double value, bell_word a) {
  if (BELL_STR_AT(ctx, a)->length == 0) return bell_float_to_str(ctx, value);
  int places = plain_places(ctx, BELL_STR_AT(ctx, a));
  if (places >= 0) {
    char text[BELL_FIXED_CHARACTERS_MAX];
    size_t size = bell_float_write_fixed(text, value, places);
    if (size > 1) return bell_str_from_ascii(ctx, text, size);
  }
  bell_format_spec spec;
  if (!bell_format_parse(ctx, a, "float", '>', 0, 0, &spec)) return 0;
  switch (spec.type) {
    case 0: case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': case 'n': case '%': return format_float(ctx, value, &spec);
    default: return refuse_type(ctx, spec.type, "' for object of type 'float'");
  }
}

/* --- ints --------------------------------------------------------------------------------------------------------------------------- */

static bell_word format_int(bell_ctx *ctx, int64_t value, const bell_format_spec *spec) {
  if (spec->precision >= 0) return refuse(ctx, "Precision not allowed in integer format specifier");
  if (spec->no_negative_zero) return refuse(ctx, "Negative zero coercion (z) not allowed in integer format specifier");
  parts p = {.negative = value < 0};
  if (spec->type == 'c') {
    if (spec->sign) return refuse(ctx, "Sign not allowed with integer format specifier 'c'");
    if (spec->alternate) return refuse(ctx, "Alternate form (#) not allowed with integer format specifier 'c'");
    if (value < 0 || value > BELL_CODE_POINT_MAX) return refuse(ctx, "%c arg not in range(0x110000)");
    p.tail[p.tail_size++] = (uint32_t)value;
    return lay_out(ctx, spec, &p);
  }
  char digits[64];
  uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  int bits = spec->type == 'b' ? 1 : spec->type == 'o' ? 3 : spec->type == 'x' || spec->type == 'X' ? 4 : 0;
  if (bits) {
    const char *set = spec->type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    for (uint64_t rest = size; p.count == 0 || rest; rest >>= bits) digits[63 - p.count++] = set[rest & (((uint64_t)1 << bits) - 1)];
    p.digits = digits + 64 - p.count;
    if (spec->alternate) p.prefix = (char)spec->type;
  } else {
    p.count = (int64_t)bell_digits_write(digits, size);
    p.digits = digits;
  }
  p.point = p.end = p.count;
  return lay_out(ctx, spec, &p);
}

static bell_word format_integral(bell_ctx *ctx, int64_t value, bell_word a, const char *type_name, const char *after) {
  bell_format_spec spec;
  if (!bell_format_parse(ctx, a, type_name, '>', 'd', 0, &spec)) return 0;
  switch (spec.type) {
    case 'b': case 'c': case 'd': case 'n': case 'o': case 'x': case 'X': return format_int(ctx, value, &spec);
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': case '%': return format_float(ctx, (double)value, &spec);
    default: return refuse_type(ctx, spec.type, after);
  }
}

bell_word bell_int_format(bell_ctx *ctx, int64_t value, bell_word a) {
  if (BELL_STR_AT(ctx, a)->length == 0) return bell_int_to_str(ctx, value);
  return format_integral(ctx, value, a, "int", "' for object of type 'int'");
}

bell_word bell_bool_format(bell_ctx *ctx, int64_t value, bell_word a) {
  if (BELL_STR_AT(ctx, a)->length == 0) return bell_bool_to_str(ctx, value);
  return format_integral(ctx, value, a, "bool", "' for object of type 'bool'");
}

/* --- ints beyond 64 bits ------------------------------------------------------------------------------------------------------------ */

static bell_word format_big(bell_ctx *ctx, const bell_integer *value, const bell_format_spec *spec) {
  if (spec->precision >= 0) return refuse(ctx, "Precision not allowed in integer format specifier");
  if (spec->no_negative_zero) return refuse(ctx, "Negative zero coercion (z) not allowed in integer format specifier");
  if (spec->type == 'c') {
    if (spec->sign) return refuse(ctx, "Sign not allowed with integer format specifier 'c'");
    if (spec->alternate) return refuse(ctx, "Alternate form (#) not allowed with integer format specifier 'c'");
    return bell_raise(ctx, 770, "Python int too large to convert to C long");
  }
  parts p = {.negative = value->negative};
  int bits = spec->type == 'b' ? 1 : spec->type == 'o' ? 3 : spec->type == 'x' || spec->type == 'X' ? 4 : 0;
  if (bits == 0) {
    char digits[BELL_INT_DIGITS_MAX + 20];
    p.point = p.end = p.count = (int64_t)bell_integer_digits(ctx, value, digits);
    p.digits = digits;
    return p.count == 0 ? 0 : lay_out(ctx, spec, &p);
  }
  uint64_t count = (bell_integer_bits(value) + (uint64_t)bits - 1) / (uint64_t)bits;
  if (!bell_charge(ctx, (int64_t)(count / 16)) || !bell_heap_reserve(ctx, BELL_ROUND(sizeof(bell_buffer) + count))) return 0;
  bell_ref scratch = bell_heap_take(ctx, sizeof(bell_buffer) + count, BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, scratch))->size = count;
  bell_root_push(ctx, scratch);
  char *digits = (char *)bell_at(ctx, scratch + sizeof(bell_buffer));
  bell_integer_write_bits(ctx, value, bits, spec->type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef", digits + count);
  p.digits = digits;
  p.point = p.end = p.count = (int64_t)count;
  if (spec->alternate) p.prefix = (char)spec->type;
  bell_word made = lay_out(ctx, spec, &p);
  bell_root_pop(ctx, 1);
  return made;
}

bell_word bell_big_format(bell_ctx *ctx, bell_ref big, bell_ref a) {
  bell_format_spec spec;
  bell_integer value;
  bell_integer_word(ctx, big, &value);
  if (BELL_STR_AT(ctx, a)->length == 0) return bell_integer_to_str(ctx, &value);
  if (!bell_format_parse(ctx, a, "int", '>', 'd', 0, &spec)) return 0;
  switch (spec.type) {
    case 'b': case 'c': case 'd': case 'n': case 'o': case 'x': case 'X': return format_big(ctx, &value, &spec);
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': case '%': {
      double nearest = bell_integer_to_float(&value);
      if (isinf(nearest)) return bell_raise(ctx, 770, "int too large to convert to float");
      return format_float(ctx, nearest, &spec);
    }
    default: return refuse_type(ctx, spec.type, "' for object of type 'int'");
  }
}

/* --- decimals ------------------------------------------------------------------------------------------------------------------- */

static bell_word refuse_decimal(bell_ctx *ctx) {
  if (ctx->fault != 710) return 0;
  ctx->fault = 0;
  return bell_raise(ctx, 710, "invalid format string");
}

static bool is_align(uint32_t code) { return code == '<' || code == '>' || code == '=' || code == '^'; }

/* Whether a spec has both an alignment and the 0 that stands for one: decimal refuses that. */
static bool aligns_twice(const bell_ctx *ctx, bell_ref ref) {
  const bell_str *s = BELL_STR_AT(ctx, ref);
  uint64_t at = 0;
  if (s->length >= 2 && is_align(bell_str_code(ctx, s, 1))) at = 2;
  else if (is_align(bell_str_code(ctx, s, 0))) at = 1;
  if (at == 0) return false;
  uint32_t code = at < s->length ? bell_str_code(ctx, s, at) : 0;
  if (code == '+' || code == '-' || code == ' ') code = ++at < s->length ? bell_str_code(ctx, s, at) : 0;
  return code == '0';
}

bell_word bell_decimal_format(bell_ctx *ctx, bell_ref ref, bell_ref a) {
  bell_format_spec spec;
  if (BELL_STR_AT(ctx, a)->length == 0) return bell_decimal_to_str(ctx, ref);
  if (!bell_format_parse(ctx, a, "decimal.Decimal", '>', 0, 0, &spec)) return refuse_decimal(ctx);
  uint32_t type = spec.type == 0 ? 'G' : spec.type == 'n' ? 'g' : spec.type;
  bool exponential = type == 'e' || type == 'E', fixed = type == 'f' || type == 'F' || type == '%', general = type == 'g' || type == 'G';
  if ((!exponential && !fixed && !general) || aligns_twice(ctx, a) || spec.alternate || spec.grouping == '_' || spec.no_negative_zero) {
    bell_raise(ctx, 710, "invalid format string");
    return 0;
  }
  bell_dec value;
  char digits[2 * BELL_DECIMAL_DIGITS_MAX + 40];
  bell_dec_load(ctx, ref, &value);
  parts p = {.negative = value.negative};
  if (value.nan || value.infinite) {
    const bell_str *text = BELL_STR_AT(ctx, a);
    bool aligned = is_align(bell_str_code(ctx, text, 0)) || (text->length >= 2 && is_align(bell_str_code(ctx, text, 1)));
    if (!aligned && spec.fill == '0') spec.fill = ' ', spec.align = '>'; /* no zeros before what has no digits */
    add_tail(&p, value.nan ? "NaN" : "Infinity");
    if (type == '%') add_tail(&p, "%");
    return lay_out(ctx, &spec, &p);
  }
  if (type == '%') value.exponent += 2;
  int64_t precision = spec.precision, count = value.size == 0 ? 1 : bell_dec_digits(&value);
  if (precision >= 0) {
    int64_t keep = exponential ? precision + 1 : general ? (precision == 0 ? 1 : precision) : INT64_MAX;
    int64_t lowest = fixed ? -precision : count > keep ? value.exponent + count - keep : value.exponent;
    if (value.exponent < lowest) {
      int lost = bell_dec_drop(&value, (uint64_t)(lowest - value.exponent));
      bell_dec_round(&value, lost, bell_dec_rounding(ctx));
      value.exponent = lowest;
      if (!fixed && bell_dec_digits(&value) > keep) {
        bell_dec_drop(&value, 1);
        value.exponent++;
      }
    }
  }
  if (value.size == 0 && value.exponent > 0 && fixed) value.exponent = 0;
  count = bell_dec_write(&value, digits);
  int64_t left = value.exponent + count, point;
  if (exponential) point = value.size == 0 && precision >= 0 ? 1 - precision : 1;
  else if (fixed) point = left;
  else point = value.exponent <= 0 && left > -6 ? left : 1;
  p.digits = digits;
  p.count = count;
  p.point = point;
  p.start = point <= 0 ? point - 1 : 0;
  p.end = fixed && precision >= 0 ? point + precision : exponential && precision >= 0 ? point + precision : count;
  if (p.end < point) p.end = point;
  p.dot = p.end > point;
  if (exponential || left != point) {
    char text[24];
    snprintf(text, sizeof text, "%c%+lld", type == 'e' || type == 'g' ? 'e' : 'E', (long long)(left - point));
    add_tail(&p, text);
  }
  if (type == '%') add_tail(&p, "%");
  return lay_out(ctx, &spec, &p);
}

/* --- strings ------------------------------------------------------------------------------------------------------------------------ */

bell_word bell_str_format(bell_ctx *ctx, bell_word a, bell_word b) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (BELL_STR_AT(ctx, b)->length == 0) return bell_charge(ctx, s->length / 16) ? a : 0;
  bell_format_spec spec;
  if (!bell_format_parse(ctx, b, "str", '<', 's', s->length, &spec)) return 0;
  if (spec.type != 's') return refuse_type(ctx, spec.type, "' for object of type 'str'");
  if (spec.sign == ' ') return refuse(ctx, "Space not allowed in string format specifier");
  if (spec.sign) return refuse(ctx, "Sign not allowed in string format specifier");
  if (spec.no_negative_zero) return refuse(ctx, "Negative zero coercion (z) not allowed in string format specifier");
  if (spec.alternate) return refuse(ctx, "Alternate form (#) not allowed in string format specifier");
  if (spec.align == '=') return refuse(ctx, "'=' alignment not allowed in string format specifier");
  int64_t length = spec.precision >= 0 && spec.precision < s->length ? spec.precision : s->length;
  if (spec.width <= length) return bell_str_substring(ctx, a, 0, (uint64_t)length);
  if (spec.width > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  uint64_t pad = (uint64_t)(spec.width - length), left = spec.align == '>' ? pad : spec.align == '^' ? pad / 2 : 0;
  uint32_t seen = bell_str_seen(ctx, s, 0, (uint64_t)length) | spec.fill, width = bell_str_width(seen);
  if (!bell_reserve(ctx, bell_str_bytes((uint64_t)spec.width, width))) return 0;
  bell_ref made = bell_str_alloc(ctx, (uint64_t)spec.width, seen);
  s = BELL_STR_AT(ctx, a);
  uint8_t *to = bell_at(ctx, made + sizeof(bell_str));
  bool done = bell_str_fill_blocks(ctx, to, width, left, spec.fill) &&
              bell_str_copy_long(ctx, to + left * width, width, bell_str_data(ctx, s), s->head.aux, (uint64_t)length) &&
              bell_str_fill_blocks(ctx, to + (left + (uint64_t)length) * width, width, pad - left, spec.fill);
  return done ? made : 0;
}
