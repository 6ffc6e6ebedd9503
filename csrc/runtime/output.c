/* What print() writes: UTF-8, counted, buffered, handed to ctx->write. */
#include <stdlib.h>

#include "runtime/context.h"
#include "runtime/ops.h"

#define BUFFER_BYTES 16384
#define OUTPUT_CHARGE_CHARACTERS 16 /* one unit of fuel for so many */

bool bell_output_flush(bell_ctx *ctx) {
  bell_heap *heap = ctx->heap;
  uint32_t size = heap->output_size;
  heap->output_size = 0;
  if (size == 0 || ctx->write == NULL) return true;
  uint32_t code = ctx->write(ctx, heap->output, size);
  if (code != 0) bell_fault(ctx, code);
  return code == 0;
}

/* Bytes of a character as UTF-8. A lone surrogate is written as '?', as Python's errors="replace" does. */
static inline uint32_t utf8_size(uint32_t code) {
  return code < 0x80 || (code >= 0xd800 && code < 0xe000) ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

static inline uint32_t read_character(const void *data, uint16_t width, uint32_t index) {
  return width == 1 ? ((const uint8_t *)data)[index] : width == 2 ? ((const uint16_t *)data)[index] : ((const uint32_t *)data)[index];
}

static uint64_t encoded_size(const bell_ctx *ctx, const bell_str *str) {
  if (str->head.flags & BELL_STR_ASCII) return str->length;
  const void *data = bell_at(ctx, str->data);
  uint64_t size = 0;
  for (uint32_t i = 0; i < str->length; i++) size += utf8_size(read_character(data, str->head.aux, i));
  return size;
}

static uint32_t encode(char *out, uint32_t code) {
  switch (utf8_size(code)) {
  case 1:
    out[0] = code < 0x80 ? (char)code : '?';
    return 1;
  case 2:
    out[0] = (char)(0xc0 | code >> 6);
    out[1] = (char)(0x80 | (code & 63));
    return 2;
  case 3:
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 63));
    out[2] = (char)(0x80 | (code & 63));
    return 3;
  default:
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 63));
    out[2] = (char)(0x80 | (code >> 6 & 63));
    out[3] = (char)(0x80 | (code & 63));
    return 4;
  }
}

/* Count a piece of output. The limit is met before anything of it is written: a program's output ends with a whole piece. */
static bool admit(bell_ctx *ctx, uint64_t size) {
  if (size > ctx->output_bytes_max - ctx->output_bytes) {
    ctx->fault_a = ctx->output_bytes_max;
    bell_fault(ctx, 805);
    return false;
  }
  ctx->output_bytes += size;
  return true;
}

void bell_io_admit(bell_ctx *ctx, bell_word a0) {
  const bell_str *str = BELL_STR_AT(ctx, a0);
  if (!bell_charge(ctx, str->length / OUTPUT_CHARGE_CHARACTERS)) return;
  uint64_t size = encoded_size(ctx, str);
  if (!admit(ctx, size)) return;
  ctx->admitted_bytes += size;
  bell_output_flush(ctx);
}

void bell_io_write(bell_ctx *ctx, bell_word a0) {
  bell_heap *heap = ctx->heap;
  const bell_str *str = BELL_STR_AT(ctx, a0);
  if (!bell_charge(ctx, str->length / OUTPUT_CHARGE_CHARACTERS)) return;
  if (ctx->write == NULL) {
    bell_fault(ctx, 901);
    return;
  }
  uint64_t size = encoded_size(ctx, str);
  if (!admit(ctx, size)) return;
  if (heap->output == NULL && (heap->output = malloc(BUFFER_BYTES)) == NULL) {
    bell_fault(ctx, 803);
    return;
  }
  const void *data = bell_at(ctx, str->data);
  if (str->head.flags & BELL_STR_ASCII) {
    const char *bytes = data;
    for (uint64_t left = size; left > 0;) {
      uint64_t room = BUFFER_BYTES - heap->output_size, part = left < room ? left : room;
      memcpy(heap->output + heap->output_size, bytes, part);
      heap->output_size += (uint32_t)part;
      bytes += part;
      left -= part;
      if (heap->output_size == BUFFER_BYTES && !bell_output_flush(ctx)) return;
    }
    return;
  }
  for (uint32_t i = 0; i < str->length; i++) {
    if (heap->output_size > BUFFER_BYTES - 4 && !bell_output_flush(ctx)) return;
    heap->output_size += encode(heap->output + heap->output_size, read_character(data, str->head.aux, i));
  }
}
