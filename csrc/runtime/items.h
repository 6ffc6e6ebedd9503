/* What a container gives to whoever walks it, whatever its kind: elements of lists, tuples and sets, keys of dicts, characters of strings, bytes, values of ranges, what
 * a view of a dict shows. */
#ifndef BELL_ITEMS_H
#define BELL_ITEMS_H

#include "runtime/any.h"

bool bell_is_iterable(const bell_ctx *ctx, bell_value value);
/* The same, with fault E0780 where it is not. */
bool bell_iterable(bell_ctx *ctx, bell_value value);

/* The next item as a word of class any, and *place moved behind it: 0 to begin with. BELL_END when there is none; 0 on a fault. May reserve: the
 * container must be rooted, which does not change meanwhile. */
bell_word bell_next_item(bell_ctx *ctx, bell_value value, int64_t *place);

/* Add what the container gives to the end of a list of class any. Both are rooted. Charges nothing. Returns false on a fault: E0780 for what is no
 * container. */
bool bell_list_add_items(bell_ctx *ctx, bell_ref ref, bell_value value);

#endif
