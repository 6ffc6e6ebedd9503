/* Tuples: of a type of the module, or joined while running. */
#include "runtime/tuple.h"

#include "runtime/any.h"
#include "runtime/ops.h"

bell_word bell_tuple_new(bell_ctx *ctx, uint32_t type, const bell_word *words, int64_t count) {
  uint64_t bytes = sizeof(bell_head) + (uint64_t)count * 8;
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_TUPLE, 0, type);
  if (count > 0) memcpy(BELL_TUPLE_AT(ctx, ref)->slots, words, (uint64_t)count * 8);
  return ref;
}

/* The word as a slot of this class and type has it. Returns false when it is not of that type. */
static bool unbox(const bell_ctx *ctx, bell_word word, uint8_t class_, uint32_t type, bell_word *slot) {
  bell_value value = bell_any_value(ctx, word);
  *slot = word;
  switch (class_) {
  case BELL_CLASS_INT:
  case BELL_CLASS_FLOAT:
    *slot = (bell_word)value.i; /* the bits, of a float too */
    return value.kind == (class_ == BELL_CLASS_INT ? BELL_INT : BELL_FLOAT);
  case BELL_CLASS_BOOL:
    *slot = (bell_word)value.i;
    return value.kind == BELL_VALUE_BOOL;
  case BELL_CLASS_STR: return value.kind == BELL_STR;
  case BELL_CLASS_REF: return bell_is_ref(word) && BELL_HEAD_AT(ctx, word)->type == type && value.kind == ctx->types[type].kind;
  default: return true;
  }
}

/* `exact`: no slot of class any. */
static bool fits(const bell_ctx *ctx, const bell_type *type, const bell_word *words, int64_t count, bool exact) {
  bell_word slot;
  if (type->kind != BELL_TUPLE || type->slot_count != count) return false;
  for (int64_t i = 0; i < count; i++) {
    if (exact && type->slot_classes[i] == BELL_CLASS_ANY) return false;
    if (!unbox(ctx, words[i], type->slot_classes[i], type->slot_types[i], &slot)) return false;
  }
  return true;
}

bell_ref bell_tuple_of_any(bell_ctx *ctx, const bell_word *words, int64_t count) {
  uint32_t found = 0;
  for (int exact = 1; exact >= 0 && found == 0; exact--) {
    for (uint32_t i = 1; i < ctx->type_count && found == 0; i++) {
      if (fits(ctx, &ctx->types[i], words, count, exact != 0)) found = i;
    }
  }
  uint64_t bytes = sizeof(bell_head) + (uint64_t)(count + (found == 0)) * 8;
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_TUPLE, 0, found);
  bell_tuple *tuple = BELL_TUPLE_AT(ctx, ref);
  if (found == 0) {
    tuple->slots[0] = (bell_word)count;
    memcpy(tuple->slots + 1, words, (uint64_t)count * 8);
  } else {
    for (int64_t i = 0; i < count; i++)
      unbox(ctx, words[i], ctx->types[found].slot_classes[i], ctx->types[found].slot_types[i], &tuple->slots[i]);
  }
  return ref;
}
