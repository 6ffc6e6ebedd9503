/* Reading format specs; what is refused, and with which words, is as in CPython 3.11. */
#include "runtime/format_spec.h"

#include "runtime/str.h"
#include "runtime/text.h"
#include "runtime/unicode.h"

typedef struct { const void *data; uint32_t width, length, at; } reader; /* read at once: nothing moves meanwhile */

static inline uint32_t peek(const reader *r, uint32_t ahead) {
  uint32_t place = r->at + ahead;
  if (place >= r->length) return 0;
  return r->width == 1 ? ((const uint8_t *)r->data)[place] : bell_str_read(r->data, r->width, place);
}

static bool is_align(uint32_t c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

/* Digits of any script. Returns false when the number is beyond 64 bits; without digits *value stays. */
static inline bool take_number(reader *r, int64_t *value) {
  uint32_t digit;
  for (int64_t number = 0; r->at < r->length && (digit = bell_code_decimal(peek(r, 0))) != BELL_NO_DIGIT; r->at++) {
    if (number > (INT64_MAX - (int64_t)digit) / 10) return false;
    *value = number = number * 10 + digit;
  }
  return true;
}

static bool refuse(bell_ctx *ctx, const char *message) {
  bell_fault_with(ctx, 710, message);
  return false;
}

static bool refuse_spec(bell_ctx *ctx, bell_ref spec, const char *type_name) {
  bell_text text;
  bell_text_begin(&text, ctx);
  bell_text_ascii(&text, "Invalid format specifier '", 26);
  bell_text_str(&text, spec);
  bell_text_ascii(&text, "' for object of type '", 22);
  bell_text_ascii(&text, type_name, strlen(type_name));
  bell_text_ascii(&text, "'", 1);
  bell_ref message = bell_text_finish(&text);
  if (message) ctx->fault_text = message;
  bell_fault(ctx, 710);
  return false;
}

bool bell_format_refuse_code(bell_ctx *ctx, const char *before, uint32_t code, const char *after) {
  char message[120], *end = message;
  size_t size = strlen(before);
  memcpy(end, before, size);
  end += size;
  if (code > 32 && code < 128) {
    *end++ = (char)code;
  } else {
    *end++ = '\\';
    *end++ = 'x';
    int digits = code < 0x10 ? 1 : code < 0x100 ? 2 : code < 0x1000 ? 3 : code < 0x10000 ? 4 : code < 0x100000 ? 5 : 6;
    while (digits--) *end++ = "0123456789abcdef"[code >> 4 * digits & 15];
  }
  size = strlen(after);
  memcpy(end, after, size);
  bell_ref text = bell_str_from_ascii(ctx, message, (size_t)(end + size - message));
  if (text) ctx->fault_text = text;
  bell_fault(ctx, 710);
  return false;
}

static bool refuse_grouping(bell_ctx *ctx, char grouping, uint32_t type) {
  return bell_format_refuse_code(ctx, grouping == ',' ? "Cannot specify ',' with '" : "Cannot specify '_' with '", type, "'.");
}

/* The charge: (length + width + precision)/16. The two are what a spec says that has the shape of one (behind the width at most one of , and _, a
 * precision, one character), so a spec that is refused later for what it says is charged with them, and one that is none is not. */
static bool charge(bell_ctx *ctx, reader r, int64_t width, int64_t length) {
  int64_t precision = 0;
  if (width < 0) width = 0;
  if (peek(&r, 0) == ',' || peek(&r, 0) == '_') r.at++;
  bool good = true;
  if (peek(&r, 0) == '.' && bell_code_decimal(peek(&r, 1)) != BELL_NO_DIGIT) {
    r.at++;
    good = take_number(&r, &precision);
  }
  __int128 units = length;
  if (good && r.length - r.at <= 1) units += (__int128)width + precision;
  units /= 16;
  return bell_charge(ctx, units > INT64_MAX ? INT64_MAX : (int64_t)units);
}

bool bell_format_parse(bell_ctx *ctx, bell_ref spec, const char *type_name, char align, uint32_t type, uint32_t length, bell_format_spec *out) {
  const bell_str *s = BELL_STR_AT(ctx, spec);
  if (s->length >= BELL_FORMAT_SPEC_MAX) {
    return bell_charge(ctx, length / 16) && refuse(ctx, "Format specifier too long");
  }
  reader r = {bell_str_data(ctx, s), s->head.aux, s->length, 0};
  bool fill_given = false, align_given = true;
  *out = (bell_format_spec){.fill = ' ', .align = align, .type = type, .width = -1, .precision = -1};
  if (r.length >= 2 && is_align(peek(&r, 1))) {
    out->fill = peek(&r, 0);
    out->align = (char)peek(&r, 1);
    fill_given = true;
    r.at += 2;
  } else if (is_align(peek(&r, 0))) {
    out->align = (char)peek(&r, 0);
    r.at++;
  } else {
    align_given = false;
  }
  uint32_t c = peek(&r, 0);
  if (c == '+' || c == '-' || c == ' ') out->sign = (char)c, r.at++;
  if (peek(&r, 0) == 'z') out->no_negative_zero = true, r.at++;
  if (peek(&r, 0) == '#') out->alternate = true, r.at++;
  if (!fill_given && peek(&r, 0) == '0') {
    out->fill = '0';
    if (!align_given && align == '>') out->align = '=';
    r.at++;
  }
  if (!take_number(&r, &out->width)) return bell_charge(ctx, length / 16) && refuse(ctx, "Too many decimal digits in format string");
  if (!charge(ctx, r, out->width, length)) return false;
  if (peek(&r, 0) == ',') out->grouping = ',', r.at++;
  if (peek(&r, 0) == '_') {
    if (out->grouping) return refuse(ctx, "Cannot specify both ',' and '_'.");
    out->grouping = '_';
    r.at++;
  }
  if (peek(&r, 0) == ',' && out->grouping == '_') return refuse(ctx, "Cannot specify both ',' and '_'.");
  if (peek(&r, 0) == '.') {
    r.at++;
    if (!take_number(&r, &out->precision)) return refuse(ctx, "Too many decimal digits in format string");
    if (out->precision < 0) return refuse(ctx, "Format specifier missing precision");
  }
  if (r.length - r.at > 1) return refuse_spec(ctx, spec, type_name);
  if (r.length - r.at == 1) out->type = peek(&r, 0);
  if (out->grouping) {
    switch (out->type) {
      case 'd': case 'e': case 'f': case 'g': case 'E': case 'G': case '%': case 'F': case 0: break;
      case 'b': case 'o': case 'x': case 'X':
        if (out->grouping == '_') break;
        return refuse_grouping(ctx, out->grouping, out->type);
      default: return refuse_grouping(ctx, out->grouping, out->type);
    }
  }
  return true;
}
