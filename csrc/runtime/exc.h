/* Faults that a program catches. A fault is recorded in the context (bell.h) and unwinds to the innermost handler, if bell_exc_caught says that a program
 * can catch it; the handler begins with exc.current or exc.clear, which end it. Nothing is allocated in between: the operands that the fault tells of, and
 * the exception object in ctx->raised, are in no root. */
#ifndef BELL_EXC_H
#define BELL_EXC_H

#include "runtime/bell.h"

/* Whether a handler takes the recorded fault; drops what the runtime functions it ended had pushed as roots. */
int64_t bell_exc_caught(bell_ctx *ctx);

#endif
