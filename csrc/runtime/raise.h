/* Faults with a message of CPython's own, word for word without the name of the class: what str(error) gives a program that catches one. */
#ifndef BELL_RAISE_H
#define BELL_RAISE_H

#include "runtime/any.h"

/* Record fault `code`, unless one is recorded already, with the text in ctx->fault_text where there is room for it. `format` is printf's; what it
 * prints is UTF-8, cut at BELL_RAISE_MAX bytes. Never collects. Returns 0. */
#define BELL_RAISE_MAX 512
bell_word bell_raise(bell_ctx *ctx, uint32_t code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
