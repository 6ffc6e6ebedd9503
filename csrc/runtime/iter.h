/* Iterators: what any.iter makes of a container, and the views of dicts.
 *
 * BELL_ITER   head | word source | i64 place | i64 length | i64 left
 *             `aux` is what it walks, or which view it is (bell_walk). `source` is the container, a tagged word; 0 once there is nothing left: an iterator
 *             that has ended stays at its end. `place` is where the next item is looked for: an index, of a range the number of its value, of a dict
 *             or set an entry; backwards it goes down to -1. Of dicts and sets `length` is how many entries there were in the beginning, -1 once
 *             that was seen to have changed; of dicts `left` is how many items are still expected, of a str it says that all characters are ASCII. A view has its source alone.
 *
 * Walking a dict or set whose size changed is RuntimeError, as in CPython. Where keys of a dict were removed and as many added, it goes on, and an item more than
 * there were is RuntimeError "dictionary keys changed during iteration". */
#ifndef BELL_ITER_H
#define BELL_ITER_H

#include "runtime/any.h"

typedef struct { bell_head head; bell_word source; int64_t place, length, left; } bell_iter; /* 40 bytes */
#define BELL_ITER_AT(ctx, ref) ((bell_iter *)bell_at(ctx, ref))

/* Keys, values and items come together and in this order, forwards, backwards and as views. */
enum bell_walk {
  BELL_WALK_LIST = 0, BELL_WALK_TUPLE, BELL_WALK_STR, BELL_WALK_RANGE, BELL_WALK_SET, BELL_WALK_BYTES,
  BELL_WALK_KEYS, BELL_WALK_VALUES, BELL_WALK_ITEMS,
  BELL_WALK_LIST_BACK, BELL_WALK_TUPLE_BACK, BELL_WALK_STR_BACK, BELL_WALK_RANGE_BACK, BELL_WALK_BYTES_BACK,
  BELL_WALK_KEYS_BACK, BELL_WALK_VALUES_BACK, BELL_WALK_ITEMS_BACK,
  BELL_WALK_RECORD, BELL_WALK_RECORD_BACK, /* by __getitem__ with 0, 1, 2 ... until IndexError; from __len__() - 1 down to 0 */
  BELL_VIEW_KEYS, BELL_VIEW_VALUES, BELL_VIEW_ITEMS,
};

static inline bool bell_is_view(const bell_iter *iter) { return iter->head.aux >= BELL_VIEW_KEYS; }

/* The name of its type in CPython. */
const char *bell_iter_type_name(const bell_ctx *ctx, bell_ref ref);

/* Whether any.iter makes an iterator over it. */
bool bell_has_iterator(bell_ctx *ctx, bell_value value);

/* The next item, BELL_END, or 0 on a fault. Reserves: the iterator must be rooted. */
bell_word bell_iter_next(bell_ctx *ctx, bell_ref ref);

/* What is at an entry of a dict, by a walk or view of keys, values or items. Reserves: the dict must be rooted. 0 on a fault. */
bell_word bell_iter_entry(bell_ctx *ctx, const bell_dict *dict, int64_t entry, int which);

#endif
