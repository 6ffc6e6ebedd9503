/* Faults with a message of CPython's own, word for word without the name of the class: what str(error) gives a program that catches one.
 *
 * The message stands in ctx->told, outside the heap: it needs no room there, so it is never lost and nothing is collected for it. */
#ifndef BELL_RAISE_H
#define BELL_RAISE_H

#include "runtime/any.h"

/* Record fault `code`, unless one is recorded already, with a message. `format` is printf's; what it prints is UTF-8, cut before the character
 * that goes beyond BELL_RAISE_MAX - 1 bytes. Never collects. Returns 0. ir/guest.py cuts what it tells alike. */
#define BELL_RAISE_MAX 512
bell_word bell_raise(bell_ctx *ctx, uint32_t code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The characters [from, to) of a str as UTF-8 with a NUL, as much of them as a message can hold. Gives `text`. */
const char *bell_told(const bell_ctx *ctx, bell_ref str, uint32_t from, uint32_t to, char text[BELL_RAISE_MAX]);
const char *bell_told_str(const bell_ctx *ctx, bell_ref str, char text[BELL_RAISE_MAX]);

/* Whether the fault's message begins with this ASCII character. */
bool bell_told_begins(const bell_ctx *ctx, char first);

#endif
