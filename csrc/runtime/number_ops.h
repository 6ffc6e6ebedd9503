/* What the operators of class any do with numbers. Each function is told the values and answers whether the operator has a meaning for them; *result is then
 * the word, or 0 with a fault recorded, whose text is CPython's. Operands are rooted by the caller. */
#ifndef BELL_NUMBER_OPS_H
#define BELL_NUMBER_OPS_H

#include "runtime/any.h"

/* operator_: bell_binary_operator and bell_unary_operator of ops.h. */
bool bell_numbers_binary(bell_ctx *ctx, int operator_, bell_value a, bell_value b, bell_word *result);
bool bell_number_unary(bell_ctx *ctx, int operator_, bell_value a, bell_word *result);

/* Whether two numbers of which one is beyond 64 bits are equal, and their order as of bell_integer_compare_float. Charge. */
bool bell_bigs_equal(bell_ctx *ctx, bell_value a, bell_value b);
int bell_bigs_order(bell_ctx *ctx, bell_value a, bell_value b, bool charged);

/* An int or float of any size as a float. Returns false with fault E0770 for an int that is too large. */
bool bell_number_to_float(bell_ctx *ctx, bell_value value, double *result);
/* An int as the word of its int: for a bool 0 or 1. Returns 0 with fault E0771, "'float' object cannot be interpreted as an integer", for what is none. */
bool bell_number_index(bell_ctx *ctx, bell_value value);
/* A float towards zero, as an int. Faults E0504 and E0509. */
bell_word bell_float_as_int(bell_ctx *ctx, double value);

#endif
