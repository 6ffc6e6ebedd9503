/* The format-spec mini-language of Python: [[fill]align][sign][z][#][0][width][grouping][.precision][type]. */
#ifndef BELL_FORMAT_SPEC_H
#define BELL_FORMAT_SPEC_H

#include "runtime/bell.h"

typedef struct {
  uint32_t fill, type; /* code points; type 0: none given */
  char align;          /* < > = ^ */
  char sign;           /* + - blank, or 0 */
  char grouping;       /* , _ or 0 */
  bool no_negative_zero, alternate;
  int64_t width, precision; /* -1: not given */
} bell_format_spec;

#define BELL_FORMAT_SPEC_MAX 1000 /* longer ones are refused */

/* Read the spec for a value of the type `type_name`, after charging (length + width + precision)/16. Returns false with a fault: E0710 with
 * CPython's words in ctx->fault_text, or what charging met. Only for ops that are safepoints. `align` and `type` are what is meant when none is
 * given. */
bool bell_format_parse(bell_ctx *ctx, bell_ref spec, const char *type_name, char align, uint32_t type, uint32_t length, bell_format_spec *out);

/* Fault E0710 with a message made of a text, the character as CPython shows it in such messages, and a text. Returns false. */
bool bell_format_refuse_code(bell_ctx *ctx, const char *before, uint32_t code, const char *after);

/* format() of an int beyond 64 bits, a BELL_BIG. */
bell_word bell_big_format(bell_ctx *ctx, bell_ref big, bell_ref spec);

#endif
