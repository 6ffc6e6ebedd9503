/* Faults whose message quotes a string of the program. */
#ifndef BELL_FAULT_TEXT_H
#define BELL_FAULT_TEXT_H

#include "runtime/any.h"

/* Record fault `code` unless one is recorded, with `before` and at most `characters_max` characters of the string's repr in ctx->fault_text. Reserves, so the
 * string must be rooted; where there is no room for the message, that is the fault. Returns 0. */
bell_word bell_fault_quoting(bell_ctx *ctx, uint32_t code, const char *before, bell_ref str, uint64_t characters_max);

#endif
