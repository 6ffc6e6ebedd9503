/* What takes its items from anything that can be walked: extending a list, unpacking into names. A container is read by place, since nothing can change
 * it meanwhile; all else through its iterator, which may run code of the program. Each item of an iterator costs one, before it is taken. */
#include "runtime/call.h"
#include "runtime/items.h"
#include "runtime/iter.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/raise.h"

typedef struct {
  bell_value container; /* walked by place; kind BELL_VALUE_NONE: by the iterator */
  bell_word iterator;   /* rooted by bell_root_push */
  int64_t place;
} walk;

/* Begin to walk a value, which is rooted. Returns false on a fault. One root is pushed in any case. */
static bool begin(bell_ctx *ctx, walk *it, bell_word word) {
  it->container = bell_any_value(ctx, word);
  it->place = 0;
  it->iterator = word;
  if (!bell_is_iterable(ctx, it->container)) {
    it->container = (bell_value){.kind = BELL_VALUE_NONE, .i = 0};
    it->iterator = bell_any_iter(ctx, word);
  }
  bell_root_push(ctx, it->iterator);
  return ctx->fault == 0;
}

/* The next item, BELL_END, or 0 on a fault. */
static bell_word take(bell_ctx *ctx, walk *it) {
  if (!bell_charge(ctx, 1)) return 0;
  return it->container.kind == BELL_VALUE_NONE ? bell_any_next(ctx, it->iterator) : bell_next_item(ctx, it->container, &it->place);
}

/* Add an item to a list of class any; both need no root before. Returns false on a fault. */
static bool add(bell_ctx *ctx, bell_ref ref, bell_word item) {
  bell_list *list = BELL_LIST_AT(ctx, ref);
  if (list->length == list->capacity) {
    bell_root_push(ctx, item);
    bool grown = bell_list_grow(ctx, ref);
    bell_root_pop(ctx, 1);
    if (!grown) return false;
  }
  bell_list_store(ctx, list, list->length++, item);
  return true;
}

/* Take what is left into the list. Returns false on a fault. */
static bool take_all(bell_ctx *ctx, walk *it, bell_ref ref) {
  bell_word item;
  while ((item = take(ctx, it)) != BELL_END) {
    if (item == 0 || !add(ctx, ref, item)) return false;
  }
  return true;
}

void bell_list_extend_any(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a1);
  if (bell_is_iterable(ctx, value)) {
    int64_t length = bell_any_len(ctx, a1);
    if (ctx->fault == 0 && bell_charge(ctx, length / 4)) bell_list_add_items(ctx, a0, value);
    return;
  }
  walk it;
  if (begin(ctx, &it, a1)) take_all(ctx, &it, a0);
  bell_root_pop(ctx, 1);
}

static bell_ref new_list(bell_ctx *ctx, int64_t capacity) {
  return bell_list_make(ctx, ctx->heap->class_lists[BELL_CLASS_ANY], BELL_CLASS_ANY, capacity);
}

static bool too_few(bell_ctx *ctx, int64_t least, bool exact, int64_t found) {
  return bell_raise(ctx, 768, "not enough values to unpack (expected %s%lld, got %lld)", exact ? "" : "at least ", (long long)least, (long long)found);
}

/* Take exactly so many items into the list. Returns false on a fault. */
static bool unpack_exactly(bell_ctx *ctx, walk *it, bell_ref ref, int64_t count) {
  bell_word item;
  for (int64_t i = 0; i < count; i++) {
    if ((item = take(ctx, it)) == BELL_END) return too_few(ctx, count, true, i);
    if (item == 0 || !add(ctx, ref, item)) return false;
  }
  item = take(ctx, it);
  return item == BELL_END || (item != 0 && bell_raise(ctx, 768, "too many values to unpack (expected %lld)", (long long)count));
}

/* Take so many items into the list, then a list of those in the middle, then the last ones. Returns false on a fault. */
static bool unpack_starred(bell_ctx *ctx, walk *it, bell_ref ref, int64_t before, int64_t after) {
  for (int64_t i = 0; i < before; i++) {
    bell_word item = take(ctx, it);
    if (item == BELL_END) return too_few(ctx, before + after, false, i);
    if (item == 0 || !add(ctx, ref, item)) return false;
  }
  bell_ref middle = new_list(ctx, 0);
  if (middle == 0 || !add(ctx, ref, middle) || !take_all(ctx, it, middle)) return false;
  bell_list *rest = BELL_LIST_AT(ctx, middle);
  if (rest->length < after) return too_few(ctx, before + after, false, before + rest->length);
  for (int64_t i = rest->length - after; i < rest->length; i++) {
    if (!add(ctx, ref, bell_list_load(ctx, rest, i))) return false;
  }
  rest->length -= after;
  return true;
}

bell_word bell_any_unpack(bell_ctx *ctx, bell_word a0, int64_t a1, int64_t a2, int64_t a3) {
  walk it;
  bool done = false;
  bell_ref ref = 0;
  if (!bell_charge(ctx, (a1 + a3) / 4)) return 0;
  if (begin(ctx, &it, a0)) {
    ref = new_list(ctx, a1 + a3 + 1);
    bell_root_push(ctx, ref);
    if (ref != 0) done = a2 ? unpack_starred(ctx, &it, ref, a1, a3) : unpack_exactly(ctx, &it, ref, a1);
    bell_root_pop(ctx, 1);
  } else if (ctx->fault == 780 && !bell_has_iterator(ctx, bell_any_value(ctx, a0))) {
    ctx->fault = 0;
    bell_raise(ctx, 780, "cannot unpack non-iterable %.200s object", bell_value_type_name(ctx, bell_any_value(ctx, a0)));
  }
  bell_root_pop(ctx, 1);
  return done ? ref : 0;
}
