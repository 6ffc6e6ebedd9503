/* bell_text: a growing string under construction, for results whose length is not known beforehand.
 *
 *   bell_text text;
 *   bell_text_begin(&text, ctx);
 *   bell_text_ascii(&text, "[", 1);
 *   bell_text_repr(&text, s);
 *   return bell_text_finish(&text);           // a str, or 0 with a fault recorded
 *
 * The first BELL_TEXT_START bytes are on the C stack; beyond, a BELL_BUFFER of the heap that doubles, so that all of it counts against the
 * memory limit. The buffer is rooted by one bell_root_push from begin to finish: pushes and pops in between must balance.
 * Appending may collect: operands and whatever else the caller holds must be rooted. After a failure every append does nothing and finish
 * returns 0, so that only finish needs a test. Nothing is charged: callers charge by their op's formula.
 */
#ifndef BELL_TEXT_H
#define BELL_TEXT_H

#include "runtime/bell.h"

#define BELL_TEXT_START 192

typedef struct {
  bell_ctx *ctx;
  uint64_t length, capacity; /* characters */
  uint64_t granted;          /* characters that fit before the clock is to be looked at: never more than capacity */
  uint32_t width;            /* bytes per character: the narrowest for what was appended */
  uint32_t seen;             /* OR of the characters */
  bell_ref buffer;           /* 0 while the characters are in `start` */
  uint32_t root;             /* its place among the heap's temporaries */
  bool failed;
  _Alignas(8) uint8_t start[BELL_TEXT_START];
} bell_text;

void bell_text_begin(bell_text *text, bell_ctx *ctx);
/* All return false once a limit was reached (E0803, or E0802: appending looks at the clock). */
bool bell_text_ascii(bell_text *text, const char *ascii, size_t size);
bool bell_text_code(bell_text *text, uint32_t code);
bool bell_text_fill(bell_text *text, uint32_t code, uint64_t count);
bool bell_text_str(bell_text *text, bell_ref s);
bool bell_text_slice(bell_text *text, bell_ref s, uint64_t from, uint64_t to);
bool bell_text_repr(bell_text *text, bell_ref s); /* as str.repr */
bool bell_text_int(bell_text *text, int64_t value);
bool bell_text_float(bell_text *text, double value); /* as float.to_str */
/* Room for `count` characters whose OR is `seen`, counted as appended: the caller writes them at the place returned, text->width bytes each,
 * before anything else happens. NULL after a failure. */
void *bell_text_room(bell_text *text, uint64_t count, uint32_t seen);
/* The text as a str. Either finish or abandon ends it, exactly once. */
bell_ref bell_text_finish(bell_text *text);
void bell_text_abandon(bell_text *text);

#endif
