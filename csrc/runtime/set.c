/* Sets: dicts without values. Elements keep the order in which they were added. */
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/str.h"

bell_word bell_set_new(bell_ctx *ctx, uint32_t type, int64_t a1) {
  if (!bell_charge(ctx, a1 < 0 ? 0 : a1 / 4)) return 0;
  return bell_dict_make(ctx, BELL_SET, type, bell_dict_aux(ctx->types[type].item_class, BELL_SET_VALUE_CLASS), a1);
}

void bell_set_add(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_dict_set(ctx, a0, a1, 0); /* an entry of a set has no second word, and none is written */
}

int64_t bell_set_contains(bell_ctx *ctx, bell_word a0, bell_word a1) {
  return bell_dict_find(ctx, a0, a1) >= 0;
}

int64_t bell_set_remove(bell_ctx *ctx, bell_word a0, bell_word a1) { return bell_dict_remove(ctx, a0, a1); }

bell_word bell_set_to_list(bell_ctx *ctx, bell_word a0) {
  const bell_dict *set = BELL_DICT_AT(ctx, a0);
  if (!bell_charge(ctx, set->live / 4)) return 0;
  bell_ref ref = bell_list_make(ctx, ctx->heap->list_types[set->head.type], bell_dict_key_class(set), set->live);
  if (ref == 0) return 0;
  bell_list *list = BELL_LIST_AT(ctx, ref);
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, set, at)) >= 0; at++) {
    bell_list_store(ctx, list, list->length++, bell_dict_entry(ctx, set, at)[0]);
  }
  return ref;
}

int64_t bell_set_eq(bell_ctx *ctx, bell_word a0, bell_word a1) {
  return bell_charge(ctx, 2 * BELL_DICT_AT(ctx, a0)->live) && bell_objects_equal(ctx, a0, a1, 0);
}
