/* str.maketrans and str.translate. */
#include "runtime/big.h"
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/str.h"
#include "runtime/text.h"

static bool is_str(const bell_ctx *ctx, bell_word word) { return bell_is_kind(ctx, word, BELL_STR); }

static bell_word open_dict(bell_ctx *ctx) {
  return bell_dict_make(ctx, bell_type_dict_of_any(ctx), bell_dict_aux(BELL_CLASS_ANY, BELL_CLASS_ANY), 0);
}

static bell_word code_at(bell_ctx *ctx, bell_word text, uint64_t at) {
  return bell_any_from_int(ctx, bell_str_code(ctx, BELL_STR_AT(ctx, text), at));
}

/* The table of a dict: one-character keys by their code. `made` is rooted. */
static bool take_dict(bell_ctx *ctx, bell_word made, bell_word from) {
  const bell_dict *dict = BELL_DICT_AT(ctx, from);
  if (!bell_charge(ctx, dict->live)) return false;
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, BELL_DICT_AT(ctx, from), at)) >= 0; at++) {
    dict = BELL_DICT_AT(ctx, from);
    bell_word key = bell_any_from_class(ctx, bell_dict_key_class(dict), bell_dict_entry(ctx, dict, at)[0]);
    bell_root_push(ctx, key);
    bell_word value = key == 0 ? 0 : bell_any_from_class(ctx, bell_dict_value_class(dict), bell_dict_entry(ctx, dict, at)[1]);
    bell_root_push(ctx, value);
    bool done = value != 0;
    if (done && is_str(ctx, key)) {
      if (BELL_STR_AT(ctx, key)->length != 1) done = bell_raise(ctx, BELL_VALUE_ERROR, "string keys in translate table must be of length 1");
      else key = code_at(ctx, key, 0);
    } else if (done && !bell_value_is_integer(bell_any_value(ctx, key))) {
      done = bell_raise(ctx, BELL_TYPE_ERROR, "keys in translate table must be strings or integers");
    }
    done = done && bell_dict_put(ctx, made, key, value);
    bell_root_pop(ctx, 2);
    if (!done) return false;
  }
  return true;
}

bell_word bell_str_maketrans(bell_ctx *ctx, const bell_word *a) {
  bell_word x = a[1], y = a[2], z = a[3];
  for (int place = 2; place < 4; place++) {
    if (a[place] == 0 || is_str(ctx, a[place])) continue;
    const char *name = a[place] == BELL_NONE ? "None" : bell_word_type_name(ctx, a[place]);
    return bell_raise(ctx, BELL_TYPE_ERROR, "maketrans() argument %d must be str, not %s", place, name);
  }
  if (y == 0 && !bell_is_kind(ctx, x, BELL_DICT)) {
    return bell_raise(ctx, BELL_TYPE_ERROR, "if you give only one argument to maketrans it must be a dict");
  }
  if (y != 0 && !is_str(ctx, x)) {
    return bell_raise(ctx, BELL_TYPE_ERROR, "first maketrans argument must be a string if there is a second argument");
  }
  uint64_t length = y == 0 ? 0 : BELL_STR_AT(ctx, y)->length;
  if (y != 0 && BELL_STR_AT(ctx, x)->length != length) {
    return bell_raise(ctx, BELL_VALUE_ERROR, "the first two maketrans arguments must have equal length");
  }
  bell_word made = open_dict(ctx);
  if (made == 0) return 0;
  bell_root_push(ctx, made);
  if (y == 0) {
    take_dict(ctx, made, x);
  } else if (bell_charge(ctx, (int64_t)length + (z == 0 ? 0 : BELL_STR_AT(ctx, z)->length))) { /* codes fit in a word: no boxes */
    for (uint64_t i = 0; i < length && ctx->fault == 0; i++) bell_dict_put(ctx, made, code_at(ctx, x, i), code_at(ctx, y, i));
    for (uint64_t i = 0; z != 0 && i < BELL_STR_AT(ctx, z)->length && ctx->fault == 0; i++) bell_dict_put(ctx, made, code_at(ctx, z, i), BELL_NONE);
  }
  bell_root_pop(ctx, 1);
  return ctx->fault == 0 ? made : 0;
}

/* What the table has for a code: 0 for nothing, or on a fault. */
static bell_word look_up(bell_ctx *ctx, bell_word table, bell_value value, uint32_t code) {
  if (value.kind == BELL_DICT) {
    const bell_dict *dict = BELL_DICT_AT(ctx, value.ref);
    int64_t found = bell_dict_lookup(ctx, dict, BELL_CLASS_INT, code);
    return found < 0 ? 0 : bell_any_from_class(ctx, bell_dict_value_class(dict), bell_dict_entry(ctx, dict, found)[1]);
  }
  bool sequence = value.kind == BELL_LIST || value.kind == BELL_TUPLE || value.kind == BELL_STR || value.kind == BELL_BYTES || value.kind == BELL_RANGE;
  if (!sequence) return bell_raise(ctx, BELL_TYPE_ERROR, "'%.200s' object is not subscriptable", bell_value_type_name(ctx, value));
  if ((int64_t)code >= bell_any_len(ctx, table)) return 0;
  return bell_any_index(ctx, table, bell_any_from_int(ctx, code));
}

bell_word bell_str_translate(bell_ctx *ctx, const bell_word *a) {
  bell_value table = bell_any_value(ctx, a[1]);
  bell_text text;
  uint64_t length = BELL_STR_AT(ctx, a[0])->length;
  if (!bell_charge(ctx, (int64_t)(length / 2))) return 0;
  bell_text_begin(&text, ctx);
  bool done = true;
  for (uint64_t i = 0; i < length && done; i++) {
    uint32_t code = bell_str_code(ctx, BELL_STR_AT(ctx, a[0]), i);
    bell_word found = look_up(ctx, a[1], table, code);
    bell_value value = bell_any_value(ctx, found);
    if (found == 0) {
      done = ctx->fault == 0 && bell_text_code(&text, code);
    } else if (value.kind == BELL_STR) {
      bell_root_push(ctx, found);
      done = bell_charge(ctx, BELL_STR_AT(ctx, found)->length / 16) && bell_text_str(&text, found);
      bell_root_pop(ctx, 1);
    } else if (value.kind == BELL_BIG || (bell_value_is_int(value) && (value.i < 0 || value.i > BELL_CODE_POINT_MAX))) {
      done = bell_raise(ctx, BELL_VALUE_ERROR, "character mapping must be in range(0x110000)");
    } else if (bell_value_is_int(value)) {
      done = bell_text_code(&text, (uint32_t)value.i);
    } else if (!bell_value_is_none(value)) {
      done = bell_raise(ctx, BELL_TYPE_ERROR, "character mapping must return integer, None or str");
    }
  }
  if (done) return bell_text_finish(&text);
  bell_text_abandon(&text);
  return 0;
}
