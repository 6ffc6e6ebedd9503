#include "batch/groups.h"

#include <stdlib.h>

/* Bytes of the longest group of one buffer. */
enum { GROUP_BYTES = BELL_GROUP_ROWS_MAX * 8 };

static void *at_row(void *buffer, int64_t row, uint8_t row_bits) { return (uint8_t *)buffer + row * row_bits / 8; }

/* The rows of a last, partial group: inputs are copied to where a whole group can be read, outputs are written in place. */
static int run_rest(const bell_block *block, bell_ctx *ctx, int64_t first, int64_t rows) {
  size_t table_bytes = (size_t)block->count * sizeof(void *);
  uint8_t *memory = calloc(1, table_bytes + (size_t)block->inputs * GROUP_BYTES);
  if (memory == NULL) return -1;
  void **args = (void **)(void *)memory;
  memcpy(args, block->args, table_bytes);
  for (int32_t i = 0; i < block->inputs; i++) {
    uint8_t *copy = memory + table_bytes + (size_t)i * GROUP_BYTES;
    memcpy(copy, at_row(args[i], first, block->row_bits[i]), (size_t)((rows * block->row_bits[i] + 7) / 8));
    args[i] = copy;
  }
  for (int32_t i = block->inputs; i < block->inputs + block->outputs; i++) args[i] = at_row(args[i], first, block->row_bits[i]);
  block->kernel(ctx, args, block->group_rows);
  uint8_t *failed = args[block->inputs + block->outputs - 1];
  int any = 0;
  for (int64_t byte = 0; byte < block->group_rows / 8; byte++) {
    int64_t left = rows - byte * 8;
    failed[byte] &= (uint8_t)(left >= 8 ? 0xff : left <= 0 ? 0 : (1 << left) - 1);
    any |= failed[byte] != 0;
  }
  free(memory);
  return any;
}

int bell_block_run(const bell_block *block, int64_t rows) {
  bell_ctx ctx; /* numeric runtime functions only record faults in it */
  memset(&ctx, 0, sizeof ctx);
  int64_t rest = rows % block->group_rows;
  int any = rows > rest && block->kernel(&ctx, block->args, rows - rest) != 0;
  if (rest == 0) return any;
  int last = run_rest(block, &ctx, rows - rest, rest);
  return last < 0 ? last : any | last;
}

void bell_bits_align(uint8_t *target, const uint8_t *source, int64_t first, int64_t bits) {
  int64_t bytes = (bits + 7) / 8, shift = first % 8;
  if (bytes == 0) return;
  source += first / 8;
  if (shift == 0) {
    memcpy(target, source, (size_t)bytes);
    return;
  }
  int64_t source_bytes = (shift + bits + 7) / 8; /* at most one more than `bytes` */
  int64_t i = 0;
  for (; i + 9 <= source_bytes && i + 8 <= bytes; i += 8) {
    uint64_t low;
    memcpy(&low, source + i, 8);
    uint64_t word = low >> shift | (uint64_t)source[i + 8] << (64 - shift);
    memcpy(target + i, &word, 8);
  }
  for (; i < bytes; i++) {
    unsigned high = i + 1 < source_bytes ? source[i + 1] : 0u;
    target[i] = (uint8_t)(source[i] >> shift | high << (8 - shift));
  }
}
