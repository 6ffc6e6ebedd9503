/* Faults that a program catches. A fault is recorded in the context (bell.h) and unwinds to the innermost handler, if bell_exc_caught says that a program
 * can catch it; the handler begins with exc.current or exc.clear, which end it. Nothing is allocated in between: the operands that the fault tells of, and
 * the exception object in ctx->raised, are in no root. */
#ifndef BELL_EXC_H
#define BELL_EXC_H

#include "runtime/bell.h"

/* How the exception object of a fault is made where it depends on no more than the site, the code and one operand, or the message of bell_raise: the host
 * notes it when it has made one (engines/caught.py says what is so), and exc.current goes by it from then on. */
typedef struct bell_exc_recipe {
  uint32_t site, code; /* code 0: none is noted here */
  uint32_t type;       /* of the record: its first slot takes the tuple of arguments */
  int32_t operand;     /* the argument is the first (0) or second (1) operand of the op, or one of the two below */
  uint32_t class_;     /* bell_class of the operand */
  uint32_t text_size;
  char *text;          /* UTF-8, owned */
} bell_exc_recipe;

enum { BELL_EXC_TEXT = -1, BELL_EXC_TOLD = -2 }; /* the recipe's text; what bell_raise told */

enum { BELL_EXC_SITE = 3, BELL_EXC_NOTES = 5 }; /* the slots of an exception object that hold where it was raised first, None or the number of the site, and its notes; those from the notes on are unset in a new one (ir/exceptions.py) */

#define BELL_EXC_RECIPES 64 /* a site has one place, by the lowest bits of its number */

/* Note a recipe, whose text is copied; forgotten where there is no memory for it. */
void bell_exc_note(bell_ctx *ctx, const bell_exc_recipe *recipe);
void bell_exc_forget_all(bell_ctx *ctx);

/* The exception object of a type with one argument, a word of class any. Reserves. 0 on a fault. */
bell_word bell_exc_make(bell_ctx *ctx, uint32_t type, bell_word argument);

/* Whether a program can catch the recorded fault. */
bool bell_exc_is_catchable(const bell_ctx *ctx);

/* Where the recorded fault is an exception object whose class has a `__str__` of the program, or of the library: say in ctx->fault_text what the last line of a traceback does, "Name: text". The method
 * runs on what is left of the limits, and what it takes of them is given back; no trace and no profile has it. A fault in it that a program cannot catch is recorded in the place of the exception. */
void bell_exc_tell(bell_ctx *ctx);

/* Whether a handler takes the recorded fault; drops what the runtime functions it ended had pushed as roots. */
int64_t bell_exc_caught(bell_ctx *ctx);

#endif
