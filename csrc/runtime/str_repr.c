/* A string as a literal, as Python's repr() writes it. */
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/str_copy.h"
#include "runtime/text.h"
#include "runtime/unicode.h"

/* Characters that `code` takes in a literal with this quote: 1 means itself. */
static uint32_t literal_length(uint32_t code, uint32_t quote) {
  if (code == quote || code == '\\' || code == '\t' || code == '\n' || code == '\r') return 2;
  if (code >= ' ' && code < 127) return 1;
  if (code < 128) return 4;
  if (bell_code_is_printable(code)) return 1;
  return code < 0x100 ? 4 : code < 0x10000 ? 6 : 10;
}

#define NO_QUOTE UINT32_MAX

typedef struct { uint64_t length; uint32_t seen, quote; } literal;

static literal measure(bell_ctx *ctx, const bell_str *s) {
  const void *data = bell_str_data(ctx, s);
  literal lit = {.length = 2, .seen = 0, .quote = '\''};
  uint64_t singles = 0;
  bool doubles = false;
  for (uint32_t i = 0; i < s->length; i++) {
    if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 4)) break;
    uint32_t code = bell_str_read(data, s->head.aux, i), length = literal_length(code, NO_QUOTE);
    singles += code == '\'';
    doubles |= code == '"';
    lit.length += length;
    if (length == 1) lit.seen |= code;
  }
  if (singles && !doubles) {
    lit.quote = '"';
  } else {
    lit.length += singles; /* a backslash for each */
  }
  return lit;
}

/* Writes the literal at `to`, which has room for lit.length characters of `width` bytes. */
static void write_literal(bell_ctx *ctx, const bell_str *s, const literal *lit, void *to, uint32_t width) {
  const void *data = bell_str_data(ctx, s);
  uint64_t place = 0;
  bell_str_write(to, width, place++, lit->quote);
  for (uint32_t i = 0; i < s->length; i++) {
    if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 8)) return;
    uint32_t code = bell_str_read(data, s->head.aux, i), length = literal_length(code, lit->quote);
    if (length == 1) {
      bell_str_write(to, width, place++, code);
      continue;
    }
    bell_str_write(to, width, place++, '\\');
    if (length == 2) {
      bell_str_write(to, width, place++, code == '\t' ? 't' : code == '\n' ? 'n' : code == '\r' ? 'r' : code);
      continue;
    }
    bell_str_write(to, width, place++, length == 4 ? 'x' : length == 6 ? 'u' : 'U');
    for (uint32_t digits = length - 2; digits > 0; digits--) {
      bell_str_write(to, width, place++, (uint32_t)"0123456789abcdef"[code >> 4 * (digits - 1) & 15]);
    }
  }
  bell_str_write(to, width, place, lit->quote);
}

bell_word bell_str_repr(bell_ctx *ctx, bell_word a) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  literal lit = measure(ctx, s);
  if (ctx->fault != 0) return 0;
  if (lit.length > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  uint32_t width = bell_str_width(lit.seen);
  if (!bell_reserve(ctx, bell_str_bytes(lit.length, width))) return 0;
  bell_ref made = bell_str_alloc(ctx, lit.length, lit.seen);
  write_literal(ctx, BELL_STR_AT(ctx, a), &lit, bell_at(ctx, made + sizeof(bell_str)), width);
  return ctx->fault == 0 ? made : 0;
}

bool bell_text_repr(bell_text *text, bell_ref ref) {
  bell_ctx *ctx = text->ctx;
  literal lit = measure(ctx, BELL_STR_AT(ctx, ref));
  void *to = ctx->fault != 0 ? NULL : bell_text_room(text, lit.length, lit.seen);
  if (to == NULL) return false;
  write_literal(ctx, BELL_STR_AT(ctx, ref), &lit, to, text->width);
  return ctx->fault == 0 || !(text->failed = true);
}
