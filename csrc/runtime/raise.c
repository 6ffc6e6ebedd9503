#include "runtime/raise.h"

#include <stdarg.h>
#include <stdio.h>

#include "runtime/str.h"

bell_word bell_raise(bell_ctx *ctx, uint32_t code, const char *format, ...) {
  if (ctx->fault != 0) return 0;
  bell_fault(ctx, code);
  ctx->fault_text = 0;
  va_list values;
  va_start(values, format);
  int written = vsnprintf(ctx->told, BELL_RAISE_MAX, format, values);
  va_end(values);
  size_t size = written < 0 ? 0 : (size_t)written;
  if (size >= BELL_RAISE_MAX) { /* whole characters only: the last one may have been cut */
    size = BELL_RAISE_MAX - 1;
    size_t last = size - 1;
    while (last > 0 && ((uint8_t)ctx->told[last] & 0xc0) == 0x80) last--;
    uint8_t lead = (uint8_t)ctx->told[last];
    size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (last + length > size) size = last;
  }
  ctx->told[size] = 0;
  ctx->told_size = (uint32_t)size;
  return 0;
}

const char *bell_told(const bell_ctx *ctx, bell_ref ref, uint32_t from, uint32_t to, char text[BELL_RAISE_MAX]) {
  const bell_str *str = BELL_STR_AT(ctx, ref);
  size_t size = 0;
  for (uint32_t i = from; i < to && size < BELL_RAISE_MAX - 1; i++) {
    uint32_t code = bell_str_code(ctx, str, i);
    uint8_t bytes[4];
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t place = length; place-- > 1; code >>= 6) bytes[place] = (uint8_t)(0x80 | (code & 0x3f));
    bytes[0] = (uint8_t)(leads[length] | code);
    /* What does not fit whole is beyond what a message holds in any case, which cuts the part of it off again. */
    for (size_t place = 0; place < length && size < BELL_RAISE_MAX - 1; place++) text[size++] = (char)bytes[place];
  }
  text[size] = 0;
  return text;
}

const char *bell_told_str(const bell_ctx *ctx, bell_ref str, char text[BELL_RAISE_MAX]) {
  return bell_told(ctx, str, 0, BELL_STR_AT(ctx, str)->length, text);
}

bool bell_told_begins(const bell_ctx *ctx, char first) {
  if (ctx->fault_text == 0) return ctx->told_size > 0 && ctx->told[0] == first;
  const bell_str *text = BELL_STR_AT(ctx, ctx->fault_text);
  return text->length > 0 && bell_str_code(ctx, text, 0) == (uint32_t)first;
}
