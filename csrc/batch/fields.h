/* Fields of delimited text (CSV without quotes), found and converted by column.
 *
 * bell_fields_find notes where every field ends; when each row has as many as there are columns, the others read single columns out of the text by those places. What is not
 * plain (a number with a sign other than '-', a ragged row) is refused: the caller has a reader for everything. */
#ifndef BELL_FIELDS_H
#define BELL_FIELDS_H

#include <stdint.h>

typedef struct {
  const uint8_t *text;
  uint64_t size;
  uint32_t *ends; /* where fields end, row by row; one per column */
  int64_t rows, columns;
  /* Spellings of null: null_count texts, one behind the other in `nulls`, each of null_lengths[i] bytes. */
  const uint8_t *nulls;
  const uint32_t *null_lengths;
  int64_t null_count;
} bell_fields;

/* Fill in `ends`, which has room for size + 1 places, and `rows`. The last row may lack its line end. Says 0 where some row has another number of fields than `columns`; nothing else
 * may be called then. `size` is below 2**31, `columns` at least 2. */
int bell_fields_find(bell_fields *fields, uint8_t delimiter);

/* A column of ints, as int64 with validity bits. Gives the null rows, -1 where a field is neither null nor '-'? and 1 to 18 digits. */
int64_t bell_fields_ints(const bell_fields *fields, int64_t column, int64_t *values, uint8_t *valid);

/* The bytes of a column's fields together. */
uint64_t bell_fields_bytes(const bell_fields *fields, int64_t column);

/* A column of texts: rows + 1 offsets, the bytes (room for 16 more than bell_fields_bytes says), validity bits. Where `empty_is_null`, an empty field is null. Gives the null rows; `ascii` says whether all
 * bytes are below 128. */
int64_t bell_fields_texts(const bell_fields *fields, int64_t column, int empty_is_null, int32_t *offsets, uint8_t *bytes, uint8_t *valid, int *ascii);

/* The columns in `wanted`, `count` of them in the order of the text, as delimited text, each field with the delimiter behind it. Gives its bytes: `size` + rows + 1 at most. */
int64_t bell_fields_project(const bell_fields *fields, const int64_t *wanted, int64_t count, uint8_t delimiter, uint8_t *out);

#endif
