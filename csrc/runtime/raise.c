#include "runtime/raise.h"

#include <stdarg.h>
#include <stdio.h>

#include "runtime/str.h"
#include "runtime/str_copy.h"

bell_word bell_raise(bell_ctx *ctx, uint32_t code, const char *format, ...) {
  if (ctx->fault != 0) return 0;
  bell_fault(ctx, code);
  char utf8[BELL_RAISE_MAX];
  va_list values;
  va_start(values, format);
  int written = vsnprintf(utf8, sizeof utf8, format, values);
  va_end(values);
  if (written < 0) return 0;
  uint32_t codes[BELL_RAISE_MAX], size = 0, seen = 0;
  for (const uint8_t *at = (const uint8_t *)utf8; *at != 0;) {
    uint32_t code_point = *at++;
    int more = code_point < 0x80 ? 0 : code_point < 0xe0 ? 1 : code_point < 0xf0 ? 2 : 3;
    if (more > 0) code_point &= 0x3fu >> more;
    for (; more > 0 && *at != 0; more--) code_point = code_point << 6 | (*at++ & 0x3f);
    if (more > 0) break; /* the cut went through a character */
    codes[size++] = code_point;
    seen |= code_point;
  }
  uint32_t width = bell_str_width(seen);
  bell_ref ref = bell_heap_take_last(ctx, sizeof(bell_str) + (uint64_t)size * width, BELL_STR, (uint16_t)width, 0);
  if (ref == 0) return 0;
  bell_str *str = BELL_STR_AT(ctx, ref);
  str->head.flags = seen < 128 ? BELL_STR_ASCII : 0;
  str->length = size;
  str->hash = 0;
  str->data = ref + sizeof(bell_str);
  for (uint32_t i = 0; i < size; i++) bell_str_write(str + 1, width, i, codes[i]);
  ctx->fault_text = ref;
  return 0;
}
