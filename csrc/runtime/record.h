/* Records: objects of slots. What a field looks like to people is its shape, a string of
 *
 *   v      one slot            ?x     a bool slot "is it there?" and then the shape x
 *   n      None, no slot       (x..)  a tuple of shapes
 *   r      a range: the three slots start, stop, step
 *   #      a number: the three slots "is it a float?", int, float
 *
 * A type without `field_shapes` has fields of one slot, optional where field_optional says so. */
#ifndef BELL_RECORD_H
#define BELL_RECORD_H

#include "runtime/any.h"

/* Whether the record is of the type, or of one that derives from it. */
static inline bool bell_record_derives(const bell_ctx *ctx, bell_ref ref, uint32_t type) {
  const bell_type *row = &ctx->types[type];
  uint32_t number = ctx->types[BELL_HEAD_AT(ctx, ref)->type].class_low;
  return number >= row->class_low && number <= row->class_high;
}

/* The shape of a field, as above. */
static inline const char *bell_record_shape(const bell_type *type, uint32_t field) {
  if (type->field_shapes != NULL) return type->field_shapes[field];
  return type->field_optional != NULL && type->field_optional[field] ? "?v" : "v";
}

/* What the slots of a number say. */
static inline bell_value bell_shape_number(const bell_word *slots) {
  return slots[0] ? (bell_value){.kind = BELL_FLOAT, .f = bell_float(slots[2])} : (bell_value){.kind = BELL_INT, .i = (int64_t)slots[1]};
}

/* Skip a shape and the slots it has: `*shape` and `*slot` move behind it. Returns the number of slots. */
uint32_t bell_shape_skip(const char **shape, uint32_t *slot);

#endif
