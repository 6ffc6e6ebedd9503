/* Equality and order of values, as CPython has them, on words of any two classes.
 *
 * Numbers compare by value, exactly, bool among them; strings by code point; lists, tuples and records element by element; dicts and sets
 * by their keys. A container equals itself. nan equals nothing; where two meet as elements or keys, CPython's answer is whether they are
 * one object, which Bell's floats are not: fault E0720.
 *
 * Walks charge fuel as they go (ir/guest.py: `equal`, `less`): a string comparison a sixteenth of the shorter length, each pair inside a
 * container 1. They end with fault E0784, a RecursionError, beyond BELL_NESTING_MAX
 * containers (charging weights with E0804), with E0308 where values have no order. After a fault the
 * answer is false.
 *
 * Records whose classes have special methods are compared by them (special.h): then functions of the program run, which may change what is being walked and
 * collect garbage. The containers that a walk has entered are rooted meanwhile; the two values it begins with are the caller's to root. */
#ifndef BELL_ORDER_H
#define BELL_ORDER_H

#include "runtime/any.h"

enum { BELL_LT, BELL_LE, BELL_GT, BELL_GE, BELL_EQ, BELL_NE }; /* ORDER_OPERATORS and COMPARISONS of ir/ops.py */
extern const char *const bell_order_names[4];

/* Elements: as words of their classes, `depth` containers deep. Two nans are fault E0720. */
bool bell_items_equal(bell_ctx *ctx, uint8_t class_a, bell_word a, uint8_t class_b, bell_word b, int depth);
/* Of two objects that are no numbers and no strings. */
bool bell_objects_equal(bell_ctx *ctx, bell_ref a, bell_ref b, int depth);
/* Of two records of one class: field by field. */
bool bell_fields_equal(bell_ctx *ctx, bell_ref a, bell_ref b, int depth);
/* As values whose kinds are known, which are in no container: two nans differ. */
bool bell_values_equal(bell_ctx *ctx, bell_value a, bell_value b, int depth);

/* a `operator_` b. `charged` false: sorting, where what the comparison costs was charged before. */
bool bell_ordered(bell_ctx *ctx, int operator_, bell_value a, bell_value b, int depth, bool charged);

/* Charge for walking a key or an element `times` times (ir/guest.py: `weight`), level by level as the walk goes down: values that share their
 * parts can be too large to walk even once. Returns false on a fault, which may be E0804. */
bool bell_charge_weight(bell_ctx *ctx, uint8_t class_, bell_word word, int64_t times, int depth);

#endif
