/* Ops on whole dicts, and on their ends. */
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/str.h"

static bool charge_key(bell_ctx *ctx, uint8_t class_, bell_word key) {
  return class_ < BELL_CLASS_STR || bell_charge_weight(ctx, class_, key, 1, 0);
}

static bool charge_keys(bell_ctx *ctx, const bell_dict *dict) {
  uint8_t class_ = bell_dict_key_class(dict);
  if (class_ < BELL_CLASS_STR) return true;
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, dict, at)) >= 0; at++) {
    if (!charge_key(ctx, class_, bell_dict_entry(ctx, dict, at)[0])) return false;
  }
  return true;
}

int64_t bell_dict_prev(bell_ctx *ctx, bell_word a0, int64_t a1) {
  const bell_dict *dict = BELL_DICT_AT(ctx, a0);
  int64_t at = a1 < dict->used ? a1 : dict->used - 1;
  if (dict->live == 0) return -1;
  if (dict->live != dict->used) {
    const uint64_t *removed = bell_dict_removed(ctx, dict);
    while (at >= 0 && (removed[at >> 6] >> (at & 63) & 1)) at--;
  }
  return at < 0 ? -1 : at;
}

/* Add the entries of one dict to another of the same classes, both rooted. */
static bool put_all(bell_ctx *ctx, bell_ref to, bell_ref from) {
  const bell_dict *dict = BELL_DICT_AT(ctx, from);
  if (to == from) return true;
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, dict, at)) >= 0; at++) {
    const bell_word *entry = bell_dict_entry(ctx, dict, at);
    if (!bell_put_rooted(ctx, to, dict, entry[0], entry[1])) return false;
  }
  return true;
}

void bell_dict_update(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_dict *from = BELL_DICT_AT(ctx, a1);
  if (bell_charge(ctx, from->live) && charge_keys(ctx, from)) put_all(ctx, a0, a1);
}

bell_word bell_dict_merge(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_dict *from = BELL_DICT_AT(ctx, a1);
  if (!bell_charge(ctx, from->live) || !charge_keys(ctx, from)) return 0;
  bell_ref ref = bell_dict_copy(ctx, a0); /* which charges for the first */
  if (ref == 0) return 0;
  bell_root_push(ctx, ref);
  bool done = put_all(ctx, ref, a1);
  bell_root_pop(ctx, 1);
  return done ? ref : 0;
}

bell_word bell_dict_set_default(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2) {
  if (!charge_key(ctx, bell_dict_key_class(BELL_DICT_AT(ctx, a0)), a1)) return 0;
  int64_t found = bell_dict_put_default(ctx, a0, a1, a2);
  return found < 0 ? 0 : bell_dict_entry(ctx, BELL_DICT_AT(ctx, a0), found)[1];
}

bell_word bell_dict_from_keys(bell_ctx *ctx, uint32_t type, bell_word a1, bell_word a2) {
  const bell_list *keys = BELL_LIST_AT(ctx, a1);
  uint8_t class_ = ctx->types[type].item_class;
  if (!bell_charge(ctx, keys->length)) return 0;
  for (int64_t i = 0; class_ >= BELL_CLASS_STR && i < keys->length; i++) {
    if (!charge_key(ctx, class_, bell_list_load(ctx, keys, i))) return 0;
  }
  bell_ref ref = bell_dict_make(ctx, type, bell_dict_aux(class_, ctx->types[type].value_class), 0);
  if (ref == 0) return 0;
  bell_root_push(ctx, ref);
  for (int64_t i = 0; i < keys->length && ctx->fault == 0; i++) {
    bell_word key = bell_list_load(ctx, keys, i);
    bell_put_rooted(ctx, ref, BELL_DICT_AT(ctx, ref), key, a2);
  }
  bell_root_pop(ctx, 1);
  return ctx->fault == 0 ? ref : 0;
}
