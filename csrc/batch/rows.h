/* Runs a function once per row of a block: reads the row out of Arrow buffers, calls the function in the VM or as machine code, writes what it gives to
 * Arrow buffers. Every row is a call of its own: the heap, fuel and what init left are as new. */
#ifndef BELL_ROWS_H
#define BELL_ROWS_H

#include "runtime/bell.h"
#include "runtime/stack.h"

/* How a column lies in memory. In the order of engines/batch/nativekernel.py. */
enum bell_rows_kind {
  BELL_ROWS_INT8, BELL_ROWS_INT16, BELL_ROWS_INT32, BELL_ROWS_INT64, BELL_ROWS_UINT8, BELL_ROWS_UINT16, BELL_ROWS_UINT32,
  BELL_ROWS_FLOAT, BELL_ROWS_DOUBLE, BELL_ROWS_BOOL,
  BELL_ROWS_STRING, BELL_ROWS_LARGE_STRING,                          /* `values` are offsets into `bytes` */
  BELL_ROWS_CODES8, BELL_ROWS_CODES16, BELL_ROWS_CODES32,            /* `values` are places in `texts`, offsets into `bytes` */
};

typedef struct {
  uint8_t kind, nullable;  /* nullable: the function takes a truth for it first */
  const void *values;
  const uint8_t *valid;    /* bits, or NULL where no row is null */
  int64_t offset;          /* where the first row is, in rows */
  const int32_t *texts;
  int64_t text_count;
  const uint8_t *bytes;
  uint64_t size;           /* of `bytes` */
} bell_rows_input;

/* What comes out: 8-byte values, bits, or for strings offsets and bytes that grow. */
typedef struct {
  uint8_t kind, nullable;  /* INT64, DOUBLE, BOOL or STRING; nullable: the function gives a truth first */
  void *values;            /* room for the rows; strings: rows + 1 offsets */
  uint8_t *valid;          /* bits; rows that fail are null */
  uint8_t *bytes;          /* malloc */
  uint64_t used, room;
} bell_rows_output;

typedef struct {
  bell_rows_input *inputs;
  bell_rows_output *outputs;
  bell_word *words;        /* room for all parameters or all results */
  int32_t input_count, output_count;
  int64_t rows;
} bell_rows;

enum bell_rows_end {
  BELL_ROWS_DONE,
  BELL_ROWS_FAULT,     /* the row failed: the context says how */
  BELL_ROWS_TOO_LARGE, /* the row's own texts are beyond the memory limit */
  BELL_ROWS_BAD_TEXT,  /* a text of the row is not UTF-8 */
  BELL_ROWS_NO_MEMORY, /* of the host */
};

/* The instance that runs them. */
typedef struct {
  bell_ctx *ctx;
  const bell_stack *stack;
  uint32_t function;
  bool restore;            /* the function may write what init left */
  int64_t fuel_max, depth_max;
  int *looked;             /* set to 0 for each row: has the clock been started? */
  int64_t fuel_used;       /* grows */
} bell_rows_instance;

/* Run rows from `first` on, until the end or a row that failed, whose results are null. Returns the row it stopped at. */
int64_t bell_rows_run(bell_rows_instance *instance, bell_rows *rows, int64_t first, enum bell_rows_end *end);

#endif
