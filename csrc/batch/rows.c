#include "batch/rows.h"

#include <stdlib.h>

#include "runtime/context.h"
#include "runtime/str.h"
#include "vm/vm.h"

static inline bool bit(const uint8_t *bits, int64_t place) { return bits[place >> 3] >> (place & 7) & 1; }

static inline void set_bit(uint8_t *bits, int64_t place, bool on) {
  uint8_t mask = (uint8_t)(1u << (place & 7));
  bits[place >> 3] = (uint8_t)(on ? bits[place >> 3] | mask : bits[place >> 3] & ~mask);
}

/* The bytes of a row's text; false where its offsets lead out of them. */
static bool text_of(const bell_rows_input *in, int64_t row, const uint8_t **text, size_t *size) {
  int64_t start, end;
  if (in->kind == BELL_ROWS_STRING) {
    const int32_t *offsets = in->values;
    start = offsets[row];
    end = offsets[row + 1];
  } else if (in->kind == BELL_ROWS_LARGE_STRING) {
    const int64_t *offsets = in->values;
    start = offsets[row];
    end = offsets[row + 1];
  } else {
    int64_t code = in->kind == BELL_ROWS_CODES8    ? ((const int8_t *)in->values)[row]
                   : in->kind == BELL_ROWS_CODES16 ? ((const int16_t *)in->values)[row]
                                                   : ((const int32_t *)in->values)[row];
    if (code < 0 || code >= in->text_count) return false;
    start = in->texts[code];
    end = in->texts[code + 1];
  }
  if (start < 0 || end < start || (uint64_t)end > in->size) return false;
  *text = in->bytes + start;
  *size = (size_t)(end - start);
  return true;
}

static bell_word number_of(const bell_rows_input *in, int64_t row) {
  switch (in->kind) {
    case BELL_ROWS_INT8: return (bell_word)(int64_t)((const int8_t *)in->values)[row];
    case BELL_ROWS_INT16: return (bell_word)(int64_t)((const int16_t *)in->values)[row];
    case BELL_ROWS_INT32: return (bell_word)(int64_t)((const int32_t *)in->values)[row];
    case BELL_ROWS_INT64: return (bell_word)((const int64_t *)in->values)[row];
    case BELL_ROWS_UINT8: return ((const uint8_t *)in->values)[row];
    case BELL_ROWS_UINT16: return ((const uint16_t *)in->values)[row];
    case BELL_ROWS_UINT32: return ((const uint32_t *)in->values)[row];
    case BELL_ROWS_FLOAT: return bell_bits(((const float *)in->values)[row]);
    case BELL_ROWS_DOUBLE: return bell_bits(((const double *)in->values)[row]);
    default: return bit(in->values, row);
  }
}

/* The row as parameters. Texts are kept alive until all are there; the callee roots its own. */
static enum bell_rows_end read_row(bell_ctx *ctx, const bell_rows *rows, int64_t row) {
  bell_word *word = rows->words;
  enum bell_rows_end end = BELL_ROWS_DONE;
  int kept = 0;
  for (int32_t i = 0; i < rows->input_count && end == BELL_ROWS_DONE; i++) {
    const bell_rows_input *in = &rows->inputs[i];
    int64_t place = in->offset + row;
    bool there = in->valid == NULL || bit(in->valid, place);
    if (in->nullable) *word++ = there;
    if (in->kind < BELL_ROWS_STRING) {
      *word++ = there ? number_of(in, place) : 0;
      continue;
    }
    const uint8_t *text = (const uint8_t *)"";
    size_t size = 0;
    if (there && !text_of(in, place, &text, &size)) end = BELL_ROWS_BAD_TEXT;
    bell_ref ref = end == BELL_ROWS_DONE ? bell_str_from_utf8(ctx, (const char *)text, size) : 0;
    if (ref == 0 && end == BELL_ROWS_DONE) end = ctx->fault != 0 ? BELL_ROWS_TOO_LARGE : BELL_ROWS_BAD_TEXT;
    if (ref != 0) {
      bell_root_push(ctx, ref);
      kept++;
    }
    *word++ = ref;
  }
  bell_root_pop(ctx, kept);
  return end;
}

/* UTF-8 has no surrogates: each, of three bytes here, becomes a question mark, as Python's "replace" has it. Returns the new size. */
static size_t without_surrogates(uint8_t *text, size_t size) {
  size_t to = 0;
  for (size_t from = 0; from < size; to++) {
    bool surrogate = text[from] == 0xED && from + 2 < size && text[from + 1] >= 0xA0;
    text[to] = surrogate ? '?' : text[from];
    from += surrogate ? 3 : 1;
  }
  return to;
}

static bool write_text(bell_ctx *ctx, bell_rows_output *out, bell_ref ref) {
  size_t size = bell_str_to_utf8(ctx, ref, (char *)out->bytes + out->used, (size_t)(out->room - out->used));
  if (size > out->room - out->used) {
    uint64_t room = out->room * 2 + size + 4096;
    uint8_t *bytes = realloc(out->bytes, room);
    if (bytes == NULL) return false;
    out->bytes = bytes;
    out->room = room;
    bell_str_to_utf8(ctx, ref, (char *)out->bytes + out->used, size);
  }
  if (BELL_STR_AT(ctx, ref)->head.aux == 2 || BELL_STR_AT(ctx, ref)->head.aux == 4) size = without_surrogates(out->bytes + out->used, size);
  out->used += size;
  return out->used <= INT32_MAX;
}

/* The results, or nulls where there are none. False when the host has no memory. */
static bool write_row(bell_ctx *ctx, bell_rows *rows, int64_t row, bool failed) {
  const bell_word *word = rows->words;
  bool written = true;
  for (int32_t i = 0; i < rows->output_count; i++) {
    bell_rows_output *out = &rows->outputs[i];
    bool there = !failed && (!out->nullable || word[0] != 0);
    if (out->nullable) word++;
    set_bit(out->valid, row, there);
    if (out->kind == BELL_ROWS_STRING) {
      if (there && written) written = write_text(ctx, out, *word);
      ((int32_t *)out->values)[row + 1] = (int32_t)(written ? out->used : (uint64_t)((int32_t *)out->values)[row]);
    } else if (out->kind == BELL_ROWS_BOOL) {
      set_bit(out->values, row, there && *word != 0);
    } else {
      ((bell_word *)out->values)[row] = there ? *word : 0;
    }
    word++;
  }
  return written;
}

int64_t bell_rows_run(bell_rows_instance *instance, bell_rows *rows, int64_t first, enum bell_rows_end *end) {
  bell_ctx *ctx = instance->ctx;
  for (int64_t row = first; row < rows->rows; row++) {
    bell_ctx_begin(ctx, instance->fuel_max);
    if (instance->restore && row > first) bell_heap_restore_image(ctx);
    ctx->output_bytes = ctx->admitted_bytes = 0;
    ctx->deadline_ns = 0;
    ctx->depth_left = instance->depth_max;
    *instance->looked = 0;
    ctx->fuel = (int64_t)1 << 62; /* reading the row takes no fuel of the program's */
    *end = read_row(ctx, rows, row);
    if (*end != BELL_ROWS_DONE) {
      write_row(ctx, rows, row, true);
      return row;
    }
    ctx->fuel = instance->fuel_max < BELL_FUEL_SLICE ? instance->fuel_max : BELL_FUEL_SLICE;
    ctx->fuel_reserve = instance->fuel_max - ctx->fuel;
    bell_native_fn native = (bell_native_fn)ctx->natives[instance->function];
    if (native != NULL) bell_stack_call(instance->stack, native, ctx, rows->words);
    else bell_vm_call(ctx, instance->function, rows->words, rows->words);
    instance->fuel_used += bell_fuel_used(ctx);
    bool failed = ctx->fault != 0;
    if (!write_row(ctx, rows, row, failed)) {
      *end = BELL_ROWS_NO_MEMORY;
      return row;
    }
    if (failed) {
      *end = BELL_ROWS_FAULT;
      return row;
    }
  }
  *end = BELL_ROWS_DONE;
  return rows->rows;
}
