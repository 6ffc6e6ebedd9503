/* Attributes by name: fields of records, and what their classes have besides. */
#ifndef BELL_ATTRIBUTE_H
#define BELL_ATTRIBUTE_H

#include "runtime/call.h"

enum bell_attribute_kind { BELL_ATTRIBUTE_NONE = 0, BELL_ATTRIBUTE_VALUE, BELL_ATTRIBUTE_METHOD, BELL_ATTRIBUTE_PROPERTY };

/* What a name stands for: a value; a method, with what comes before its arguments (0: nothing); a property with its getter. */
typedef struct {
  enum bell_attribute_kind kind;
  bell_word value;                 /* of a method and a property the function object, or None where it captures nothing */
  const bell_signature *signature; /* of a method and a property */
  bell_word self;
} bell_attribute;

/* Find an attribute of a record or a class; `name` is a str of the pool. What it gives is rooted by the object or a global, but for a value that had
 * to be boxed. May reserve. Returns false on a fault; what is not there is BELL_ATTRIBUTE_NONE. */
bool bell_find_attribute(bell_ctx *ctx, bell_word object, bell_ref name, bell_attribute *found);

/* What a member of the class of `self`, a record, is to it; BELL_ATTRIBUTE_NONE where it holds nothing yet. */
void bell_find_member(const bell_ctx *ctx, const bell_member *member, bell_word self, bell_attribute *found);

/* The values of a record's fields in order, as a tuple of class any. The record is rooted. 0 on a fault. */
bell_word bell_fields_tuple(bell_ctx *ctx, bell_ref record);

/* The fault of an attribute that is not there: E0751. Returns 0. */
bell_word bell_no_attribute(bell_ctx *ctx, bell_word object, bell_ref name);

/* Call a function with words of class any, rooted by the caller: `function` is its object or None, `self` comes first unless it is 0. Returns
 * false on a fault. */
bool bell_call_function(bell_ctx *ctx, const bell_signature *signature, bell_word function, bell_word self, const bell_word *args, int64_t count,
                        bell_word *result);

#endif
