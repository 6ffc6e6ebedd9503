/* Runs a compiled kernel over the rows of a block: whole groups in place, the last, partial one through copies. */
#ifndef BELL_GROUPS_H
#define BELL_GROUPS_H

#include "runtime/bell.h"

/* A kernel as engines/batch/simd_emit.py makes it: `rows` is a multiple of its group. Not 0 if a row failed. */
typedef int64_t (*bell_kernel_fn)(bell_ctx *ctx, void *const *args, int64_t rows);

enum { BELL_GROUP_ROWS_MAX = 64 };

/* What stands behind the pointers of `args`: first `inputs` buffers that are read row by row, then `outputs` that are written so, the last of
 * which has a bit for each failed row, then what does not move with the rows. `row_bits` are the bits a row takes in each of the buffers: 1, 8, 16, 32 or 64. */
typedef struct {
  bell_kernel_fn kernel;
  void **args;
  const uint8_t *row_bits;
  int32_t inputs, outputs, count;
  int32_t group_rows; /* a multiple of 8, at most BELL_GROUP_ROWS_MAX */
} bell_block;

/* Run `rows` rows. Inputs are not read beyond the last row; outputs must have room for whole groups, and what is behind the last row is undefined,
 * but for the failed bits, which are 0. Returns 1 if a row failed, 0 if none, -1 when there is no memory. */
int bell_block_run(const bell_block *block, int64_t rows);

/* Copy `bits` bits that start at bit `first` of `source` to the start of `target`, in whole bytes. */
void bell_bits_align(uint8_t *target, const uint8_t *source, int64_t first, int64_t bits);

#endif
