/* Functions as values: function objects, and calling functions of the program from the runtime. */
#ifndef BELL_CALL_H
#define BELL_CALL_H

#include "runtime/any.h"

#define BELL_FUNCTION_AT(ctx, ref) ((bell_function *)bell_at(ctx, ref))

/* Calls of functions of the program that runtime functions have under way, inside one another, at most: the machine's stack grows with them. */
#define BELL_INVOKED_MAX 1000

/* The name of its type in messages: "function", "method", "builtin_function_or_method", "type" for a class. */
const char *bell_function_type_name(const bell_ctx *ctx, bell_ref ref);

/* Call a function of the program: its parameters are in `words`, as its registers have them, and its results come to be there. What is live in the
 * caller must be rooted; an operand list (`words`, `count` of an op) lies in a buffer of the VM's and is lost. Counts as a call: E0804 beyond the depth
 * limit or BELL_INVOKED_MAX. Only for ops with the flag `calls`: before them an engine stores its fuel and depth in the context. Returns false on a
 * fault. */
bool bell_invoke(bell_ctx *ctx, uint32_t function, bell_word *words);

#endif
