/* Operators of class any on sets, on dicts, and on the views of dicts that are sets of their keys or items. */
#ifndef BELL_ANY_SETS_H
#define BELL_ANY_SETS_H

#include "runtime/any.h"

/* | & - ^ of two words: as in number_ops.h, false where the operator has no meaning for them. Operands are rooted by the caller. */
bool bell_sets_binary(bell_ctx *ctx, int operator_, bell_word first, bell_word second, bell_word *result);

/* Of what is walked, add what is not in a set of class any and remove what is. Both are rooted. Charges; false on a fault. */
bool bell_set_toggle(bell_ctx *ctx, bell_ref set, bell_word items);

/* A set, a frozenset, or a view of keys or items: two of them have an order, and are equal when each is within the other. */
bool bell_is_set_like(const bell_ctx *ctx, bell_value value);

/* Whether a `operator_` b, of two that are set-like. Charges as it goes; false on a fault. Allocates nothing. */
bool bell_sets_ordered(bell_ctx *ctx, int operator_, bell_value a, bell_value b, int depth);
/* Whether a view and what is set-like are equal. */
bool bell_views_equal(bell_ctx *ctx, bell_value a, bell_value b, int depth);

/* item in view. Charges; false on a fault. Allocates nothing. */
bool bell_view_contains(bell_ctx *ctx, bell_ref view, bell_word item);

#endif
