/* Texts with replacement fields, str.format, and with conversions, str %. */
#ifndef BELL_FORMAT_FIELDS_H
#define BELL_FORMAT_FIELDS_H

#include "runtime/bell.h"

/* What fields name. */
typedef struct {
  const bell_word *words; /* by number, and behind them those by name */
  int64_t count;          /* by number */
  bell_ref names;         /* with commas between, or 0 */
  bell_word mapping;      /* in place of names, or 0 */
  bool positional;        /* fields may have numbers */
} bell_format_values;

#define BELL_FIELD_UNITS 8 /* charged for each field or conversion; as ir/formatting.py */

/* Charges a sixteenth of the characters of `s`, and for each field BELL_FIELD_UNITS and what any.format, any.to_str or any.repr do. 0 with a fault. */
bell_word bell_format_fields(bell_ctx *ctx, bell_ref s, const bell_format_values *values);

/* In place of fault E0710 of any.format the exception CPython raises. */
void bell_explain_format(bell_ctx *ctx, bell_word value);

/* The same for any.index: its operands are not the op's. `key`: what a KeyError says. */
void bell_explain_index(bell_ctx *ctx, bell_ref key);

#endif
