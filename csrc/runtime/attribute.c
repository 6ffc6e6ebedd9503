#include "runtime/attribute.h"

#include "runtime/big.h"
#include "runtime/list.h"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/range.h"
#include "runtime/record.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

static const bell_type *record_type(const bell_ctx *ctx, bell_ref ref) { return &ctx->types[BELL_HEAD_AT(ctx, ref)->type]; }

/* The signature of a class object, or NULL. */
static const bell_signature *class_of(const bell_ctx *ctx, bell_value value) {
  if (value.kind != BELL_FUNCTION || BELL_FUNCTION_AT(ctx, value.ref)->head.aux != BELL_FUNCTION_PLAIN) return NULL;
  const bell_signature *signature = &ctx->signatures[BELL_FUNCTION_AT(ctx, value.ref)->signature];
  return bell_is_class(ctx, signature) ? signature : NULL;
}

/* The type of the records that a class makes: the row of that name. */
static const bell_type *type_of_class(const bell_ctx *ctx, const bell_signature *signature) {
  return signature->record_type == 0 ? NULL : &ctx->types[signature->record_type];
}

static const bell_member *find_member(const bell_ctx *ctx, const bell_type *type, bell_ref name) {
  for (uint32_t i = 0; i < type->member_count; i++) {
    if (bell_name(ctx, type->members[i].name) == name) return &type->members[i];
  }
  return NULL;
}

static uint32_t find_field(const bell_ctx *ctx, const bell_type *type, bell_ref name) {
  uint32_t i = 0;
  while (i < type->field_count && bell_name(ctx, type->field_strings[i]) != name) i++;
  return i;
}

/* --- fields --------------------------------------------------------------------------------------------------------------------- */

/* The value of a shape as a word of class any. The record is rooted. 0 on a fault. */
static bell_word shape_value(bell_ctx *ctx, bell_ref ref, const char **shape, uint32_t *slot) {
  const bell_type *type = record_type(ctx, ref);
  const bell_word *slots = BELL_TUPLE_AT(ctx, ref)->slots;
  uint32_t at = *slot;
  switch (**shape) {
  case 'v':
    ++*shape;
    ++*slot;
    return bell_any_from_class(ctx, type->slot_classes[at], slots[at]);
  case '?':
    if (slots[at]) {
      ++*shape;
      ++*slot;
      return shape_value(ctx, ref, shape, slot);
    }
    bell_shape_skip(shape, slot);
    return BELL_NONE;
  case 'r':
    bell_shape_skip(shape, slot);
    return bell_range_make(ctx, (int64_t)slots[at], (int64_t)slots[at + 1], (int64_t)slots[at + 2]);
  case '#': {
    bell_value number = bell_shape_number(&slots[at]);
    bell_shape_skip(shape, slot);
    return number.kind == BELL_FLOAT ? bell_any_from_float(ctx, number.f) : bell_any_from_int(ctx, number.i);
  }
  case '(': {
    const char *part = *shape + 1;
    uint32_t skipped = at;
    int64_t count = 0;
    for (; *part != ')'; count++) bell_shape_skip(&part, &skipped);
    bell_word none = BELL_NONE, tuple = bell_tuple_of_any(ctx, &none, 0);
    if (count > 0) {
      uint64_t bytes = sizeof(bell_head) + (uint64_t)(count + 1) * 8;
      if (tuple == 0 || !bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
      tuple = bell_heap_take(ctx, bytes, BELL_TUPLE, 0, 0);
      memset(BELL_TUPLE_AT(ctx, tuple)->slots, 0, bytes - sizeof(bell_head));
      BELL_TUPLE_AT(ctx, tuple)->slots[0] = (bell_word)count;
    }
    if (tuple == 0) return 0;
    bell_root_push(ctx, tuple);
    ++*shape;
    for (int64_t i = 0; i < count && ctx->fault == 0; i++) {
      bell_word word = shape_value(ctx, ref, shape, slot);
      BELL_TUPLE_AT(ctx, tuple)->slots[1 + i] = word;
    }
    ++*shape;
    bell_root_pop(ctx, 1);
    return ctx->fault == 0 ? tuple : 0;
  }
  default: /* 'n' */
    bell_shape_skip(shape, slot);
    return BELL_NONE;
  }
}

static bell_word field_value(bell_ctx *ctx, bell_ref ref, uint32_t field) {
  const bell_type *type = record_type(ctx, ref);
  const char *shape = bell_record_shape(type, field);
  uint32_t slot = type->field_slots[field];
  return shape_value(ctx, ref, &shape, &slot);
}

/* The word as a slot of this class and type holds it. Returns false when it is of another type. */
static bool unboxed(const bell_ctx *ctx, bell_word *word, uint8_t class_, uint32_t type) {
  bell_value value = bell_any_value(ctx, *word);
  switch (class_) {
  case BELL_CLASS_INT:
  case BELL_CLASS_FLOAT:
    *word = (bell_word)value.i; /* the bits, of a float too */
    return value.kind == (class_ == BELL_CLASS_INT ? BELL_INT : BELL_FLOAT);
  case BELL_CLASS_BOOL: *word = (bell_word)value.i; return value.kind == BELL_VALUE_BOOL;
  case BELL_CLASS_STR: return value.kind == BELL_STR;
  case BELL_CLASS_REF:
    return bell_is_ref(*word) && value.kind == ctx->types[type].kind && (bell_type_is_kind(&ctx->types[type]) || BELL_HEAD_AT(ctx, *word)->type == type);
  default: return true;
  }
}

static void set_field(bell_ctx *ctx, bell_ref ref, uint32_t field, bell_word word) {
  const bell_type *type = record_type(ctx, ref);
  const char *shape = bell_record_shape(type, field);
  bell_word *slots = BELL_TUPLE_AT(ctx, ref)->slots;
  uint32_t slot = type->field_slots[field];
  bell_value value = bell_any_value(ctx, word);
  if (strcmp(shape, "?v") == 0) {
    if (bell_value_is_none(value)) {
      slots[slot] = 0;
      return;
    }
    if (!unboxed(ctx, &word, type->slot_classes[slot + 1], type->slot_types[slot + 1])) {
      bell_fault_operands(ctx, 309, "a value of the field's type", &value, NULL);
      return;
    }
    slots[slot] = 1;
    slots[slot + 1] = word;
  } else if (strcmp(shape, "v") != 0) {
    bell_fault(ctx, 1201);
  } else if (unboxed(ctx, &word, type->slot_classes[slot], type->slot_types[slot])) {
    slots[slot] = word;
  } else {
    bell_fault_operands(ctx, 309, "a value of the field's type", &value, NULL);
  }
}

/* --- members -------------------------------------------------------------------------------------------------------------------- */

/* What a member's function is: in a signature or in a global. Returns false when nothing is there yet. */
static bool target(const bell_ctx *ctx, uint32_t signature, uint32_t global, bell_attribute *found) {
  found->value = BELL_NONE;
  found->signature = signature == BELL_NO_SIGNATURE ? NULL : &ctx->signatures[signature];
  if (found->signature != NULL) return true;
  if (global == UINT32_MAX) return false;
  found->value = ctx->globals[global];
  if (found->value == 0 || found->value == BELL_UNSET) return false;
  bell_value value = bell_any_value(ctx, found->value);
  if (value.kind == BELL_FUNCTION && BELL_FUNCTION_AT(ctx, value.ref)->head.aux == BELL_FUNCTION_PLAIN)
    found->signature = &ctx->signatures[BELL_FUNCTION_AT(ctx, value.ref)->signature];
  return true;
}

/* A member seen through an object of the class (`self`), or through the class (0); `class_` is the class object. */
static void resolve_member(const bell_ctx *ctx, const bell_member *member, bell_word self, bell_word class_, bell_attribute *found) {
  if (!target(ctx, member->signature, member->global, found)) return;
  found->kind = found->signature == NULL ? BELL_ATTRIBUTE_VALUE : BELL_ATTRIBUTE_METHOD;
  switch (member->kind) {
  case BELL_MEMBER_METHOD: found->self = self; return;
  case BELL_MEMBER_CLASS: found->self = class_; return;
  case BELL_MEMBER_STATIC: return;
  case BELL_MEMBER_PROPERTY:
    if (found->kind == BELL_ATTRIBUTE_METHOD && self != 0) found->kind = BELL_ATTRIBUTE_PROPERTY;
    return;
  default: /* a function that is a class variable becomes a method, a class does not */
    if (self == 0 || found->signature == NULL || bell_is_class(ctx, found->signature)) found->kind = BELL_ATTRIBUTE_VALUE;
    else found->self = self;
  }
}

/* The class object of a record: its class variable __class__, 0 where it has none. */
static bell_word class_object(const bell_ctx *ctx, const bell_type *type) {
  static const char name[] = "__class__";
  for (uint32_t i = 0; i < type->member_count; i++) {
    const bell_str *str = BELL_STR_AT(ctx, bell_name(ctx, type->members[i].name));
    if (str->length == sizeof name - 1 && str->head.aux == 1 && memcmp(bell_str_data(ctx, str), name, sizeof name - 1) == 0)
      return ctx->globals[type->members[i].global];
  }
  return 0;
}

bool bell_find_attribute(bell_ctx *ctx, bell_word object, bell_ref name, bell_attribute *found) {
  bell_value value = bell_any_value(ctx, object);
  *found = (bell_attribute){0};
  if (value.kind == BELL_RECORD) {
    const bell_type *type = record_type(ctx, object);
    const bell_member *member = find_member(ctx, type, name);
    uint32_t field = member != NULL && member->kind == BELL_MEMBER_PROPERTY ? type->field_count : find_field(ctx, type, name);
    if (field < type->field_count) {
      bell_word word = field_value(ctx, object, field);
      if (word == 0) return false;
      if (word != BELL_UNSET) {
        *found = (bell_attribute){.kind = BELL_ATTRIBUTE_VALUE, .value = word};
        return true;
      }
    }
    if (member != NULL && member->kind < BELL_MEMBER_OBJECT) bell_find_member(ctx, member, object, found);
    return true;
  }
  const bell_signature *class_ = class_of(ctx, value);
  const bell_type *type = class_ == NULL ? NULL : type_of_class(ctx, class_);
  const bell_member *member = type == NULL ? NULL : find_member(ctx, type, name);
  if (member != NULL && member->kind < BELL_MEMBER_OBJECT) resolve_member(ctx, member, 0, object, found);
  return true;
}

void bell_find_member(const bell_ctx *ctx, const bell_member *member, bell_word self, bell_attribute *found) {
  *found = (bell_attribute){0};
  resolve_member(ctx, member, self, member->kind == BELL_MEMBER_CLASS ? class_object(ctx, record_type(ctx, self)) : 0, found);
}

bell_word bell_fields_tuple(bell_ctx *ctx, bell_ref record) {
  const bell_type *type = record_type(ctx, record);
  bell_ref ref = bell_list_make(ctx, 0, BELL_CLASS_ANY, type->field_count);
  if (ref == 0) return 0;
  bell_root_push(ctx, ref);
  bell_list *list = BELL_LIST_AT(ctx, ref);
  for (uint32_t i = 0; i < type->field_count && ctx->fault == 0; i++) {
    bell_word word = field_value(ctx, record, i);
    bell_list_store(ctx, list, list->length++, word);
  }
  bell_word made = ctx->fault == 0 ? bell_tuple_of_any(ctx, bell_at(ctx, list->data), list->length) : 0;
  bell_root_pop(ctx, 1);
  return made;
}

bell_word bell_no_attribute(bell_ctx *ctx, bell_word object, bell_ref name) {
  char text[BELL_RAISE_MAX], whose[BELL_RAISE_MAX];
  bell_value value = bell_any_value(ctx, object);
  const bell_signature *class_ = class_of(ctx, value);
  if (class_ != NULL) {
    return bell_raise(ctx, 751, "type object '%s' has no attribute '%s'",
                      class_->record_type != 0 ? ctx->types[class_->record_type].told : bell_told_str(ctx, bell_name(ctx, class_->record), whose),
                      bell_told_str(ctx, name, text));
  }
  return bell_raise(ctx, 751, "'%s' object has no attribute '%s'", bell_value_type_name(ctx, value), bell_told_str(ctx, name, text));
}

/* A method as a value: bound to its object, or the function. The parts are rooted. */
static bell_word method_object(bell_ctx *ctx, const bell_attribute *found) {
  if (found->self == 0 && found->value != BELL_NONE) return found->value;
  uint64_t bytes = sizeof(bell_function) + (found->self == 0 ? 0 : 16);
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_FUNCTION, found->self == 0 ? BELL_FUNCTION_PLAIN : BELL_FUNCTION_BOUND, 0);
  bell_function *function = BELL_FUNCTION_AT(ctx, ref);
  function->signature = (uint64_t)(found->signature - ctx->signatures);
  if (found->self != 0) {
    function->slots[0] = found->self;
    function->slots[1] = found->value;
  }
  return ref;
}

/* A method of a built-in type as a value. The object is rooted; the name is a str of the pool. */
static bell_word bound_method(bell_ctx *ctx, bell_word object, bell_ref name) {
  uint64_t bytes = sizeof(bell_function) + 16;
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return 0;
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_FUNCTION, BELL_FUNCTION_METHOD, 0);
  bell_function *function = BELL_FUNCTION_AT(ctx, ref);
  function->signature = 0;
  function->slots[0] = object;
  function->slots[1] = name;
  return ref;
}

/* start, stop and step of a range. 0 when the name is another's. */
static bell_word range_attribute(bell_ctx *ctx, bell_value value, bell_ref name) {
  const bell_range *range = BELL_RANGE_AT(ctx, value.ref);
  const bell_str *asked = BELL_STR_AT(ctx, name);
  const char *text = bell_str_data(ctx, asked);
  if (asked->length == 5 && memcmp(text, "start", 5) == 0) return bell_any_from_int(ctx, range->start);
  if (asked->length == 4 && memcmp(text, "stop", 4) == 0) return bell_any_from_int(ctx, range->stop);
  if (asked->length == 4 && memcmp(text, "step", 4) == 0) return bell_any_from_int(ctx, range->step);
  return 0;
}

/* The parts of a number as a complex one, and of an int as a fraction. 0 when the name is another's. */
static bell_word number_attribute(bell_ctx *ctx, bell_word word, bell_value value, bell_ref name) {
  const bell_str *asked = BELL_STR_AT(ctx, name);
  const char *text = bell_str_data(ctx, asked);
  bool whole = value.kind != BELL_FLOAT;
  bool itself = asked->length == 4 && memcmp(text, "real", 4) == 0;
  if (itself || (whole && asked->length == 9 && memcmp(text, "numerator", 9) == 0)) return value.kind == BELL_VALUE_BOOL ? bell_any_from_int(ctx, value.i) : word;
  if (asked->length == 4 && memcmp(text, "imag", 4) == 0) return whole ? bell_any_from_int(ctx, 0) : bell_any_from_float(ctx, 0.0);
  return whole && asked->length == 11 && memcmp(text, "denominator", 11) == 0 ? bell_any_from_int(ctx, 1) : 0;
}

/* So many functions, one around another, are asked for a name. */
enum { WRAPS_MAX = 200 };

static bool is_asked(const bell_ctx *ctx, const bell_str *asked, const char *name) {
  size_t length = strlen(name);
  return asked->head.aux == 1 && asked->length == length && memcmp(bell_str_data(ctx, asked), name, length) == 0;
}

/* What every function has: its name and docstring, or those of the function that it wraps; and what a range and a number have. 0 when it is another's. */
static bell_word function_attribute(bell_ctx *ctx, bell_word word, bell_ref name) {
  bell_value value = bell_any_value(ctx, word);
  if (value.kind == BELL_RANGE) return range_attribute(ctx, value, name);
  if (value.kind == BELL_FLOAT || bell_value_is_integer(value)) return number_attribute(ctx, word, value, name);
  if (value.kind != BELL_FUNCTION || BELL_FUNCTION_AT(ctx, value.ref)->head.aux == BELL_FUNCTION_METHOD) return 0;
  const bell_str *asked = BELL_STR_AT(ctx, name);
  bool is_name = is_asked(ctx, asked, "__name__"), is_doc = is_asked(ctx, asked, "__doc__");
  if (!is_name && !is_doc && !is_asked(ctx, asked, "__qualname__")) return 0;
  const bell_signature *signature = &ctx->signatures[BELL_FUNCTION_AT(ctx, value.ref)->signature];
  for (int followed = 1; BELL_FUNCTION_AT(ctx, value.ref)->head.aux == BELL_FUNCTION_PLAIN && signature->wraps >= 0; followed++) {
    word = BELL_FUNCTION_AT(ctx, value.ref)->slots[signature->wraps];
    value = bell_any_value(ctx, word);
    if (value.kind != BELL_FUNCTION || BELL_FUNCTION_AT(ctx, value.ref)->head.aux == BELL_FUNCTION_METHOD) return bell_any_get_attr(ctx, word, name);
    if (followed > WRAPS_MAX) return (bell_word)bell_fault(ctx, 804);
    signature = &ctx->signatures[BELL_FUNCTION_AT(ctx, value.ref)->signature];
  }
  if (is_doc) return signature->has_doc ? bell_name(ctx, signature->doc) : BELL_NONE;
  bell_ref title = bell_name(ctx, signature->qualname);
  if (!is_name) return title;
  const bell_str *str = BELL_STR_AT(ctx, title);
  uint32_t from = str->length;
  while (from > 0 && bell_str_code(ctx, str, from - 1) != '.') from--;
  return bell_str_substring(ctx, title, from, str->length);
}

/* --- ops ------------------------------------------------------------------------------------------------------------------------ */

bell_word bell_any_get_attr(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_attribute found;
  bell_word result;
  if (!bell_find_attribute(ctx, a0, a1, &found)) return 0;
  switch (found.kind) {
  case BELL_ATTRIBUTE_VALUE: return found.value;
  case BELL_ATTRIBUTE_METHOD: return method_object(ctx, &found);
  case BELL_ATTRIBUTE_PROPERTY: return bell_call_function(ctx, found.signature, found.value, a0, NULL, 0, &result) ? result : 0;
  default: break;
  }
  bell_word word = function_attribute(ctx, a0, a1);
  if (word == 0 && ctx->fault == 0 && bell_has_method(ctx, a0, a1)) return bound_method(ctx, a0, a1);
  return word != 0 || ctx->fault != 0 ? word : bell_no_attribute(ctx, a0, a1);
}

int64_t bell_any_has_attr(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_attribute found;
  bell_word result;
  if (!bell_find_attribute(ctx, a0, a1, &found)) return 0;
  if (found.kind == BELL_ATTRIBUTE_NONE) return function_attribute(ctx, a0, a1) != 0 || bell_has_method(ctx, a0, a1);
  if (found.kind != BELL_ATTRIBUTE_PROPERTY || bell_call_function(ctx, found.signature, found.value, a0, NULL, 0, &result)) return 1;
  if (bell_is_attribute_error(ctx)) bell_exc_clear(ctx); /* the getter found no attribute: there is none */
  return 0;
}

void bell_any_set_attr(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2) {
  bell_value value = bell_any_value(ctx, a0);
  char text[BELL_RAISE_MAX];
  if (value.kind == BELL_RECORD) {
    const bell_type *type = record_type(ctx, a0);
    const bell_member *member = find_member(ctx, type, a1);
    if (member != NULL && member->kind == BELL_MEMBER_PROPERTY) {
      bell_attribute setter = {0};
      bell_word nothing;
      if (!target(ctx, member->set_signature, member->set_global, &setter) || setter.signature == NULL)
        bell_raise(ctx, 751, "property '%s' of '%s' object has no setter", bell_told_str(ctx, a1, text), type->told);
      else bell_call_function(ctx, setter.signature, setter.value, a0, &a2, 1, &nothing);
      return;
    }
    uint32_t field = find_field(ctx, type, a1);
    if (field < type->field_count) {
      set_field(ctx, a0, field, a2);
      return;
    }
  }
  const bell_signature *class_ = class_of(ctx, value);
  const bell_type *type = class_ == NULL ? NULL : type_of_class(ctx, class_);
  const bell_member *member = type == NULL ? NULL : find_member(ctx, type, a1);
  if (member != NULL && member->kind == BELL_MEMBER_VARIABLE) {
    if (ctx->global_classes[member->global] == BELL_CLASS_ANY) ctx->globals[member->global] = a2;
    else bell_fault(ctx, 1201);
    return;
  }
  bell_no_attribute(ctx, a0, a1);
}

/* The name as objects of that kind have it in the string pool: the str itself where nothing is called so. */
static bell_ref pool_name(bell_ctx *ctx, bell_word object, bell_ref name) {
  bell_value value = bell_any_value(ctx, object);
  const bell_signature *class_ = class_of(ctx, value);
  const bell_type *type = value.kind == BELL_RECORD ? record_type(ctx, object) : class_ == NULL ? NULL : type_of_class(ctx, class_);
  for (uint32_t i = 0; type != NULL && i < type->member_count; i++) {
    bell_ref known = bell_name(ctx, type->members[i].name);
    if (bell_str_equal(ctx, known, name)) return known;
  }
  for (uint32_t i = 0; type != NULL && i < type->field_count; i++) {
    bell_ref known = bell_name(ctx, type->field_strings[i]);
    if (bell_str_equal(ctx, known, name)) return known;
  }
  return name;
}

bell_word bell_any_get_named(bell_ctx *ctx, bell_word a0, bell_word a1) { return bell_any_get_attr(ctx, a0, pool_name(ctx, a0, a1)); }

void bell_any_set_named(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2) { bell_any_set_attr(ctx, a0, pool_name(ctx, a0, a1), a2); }

int64_t bell_any_has_named(bell_ctx *ctx, bell_word a0, bell_word a1) { return bell_any_has_attr(ctx, a0, pool_name(ctx, a0, a1)); }

void bell_any_del_attr(bell_ctx *ctx, bell_word a0, bell_word a1) {
  char text[BELL_RAISE_MAX];
  if (bell_any_value(ctx, a0).kind == BELL_RECORD) {
    const bell_type *type = record_type(ctx, a0);
    const bell_member *member = find_member(ctx, type, a1);
    uint32_t field = find_field(ctx, type, a1);
    if (member != NULL && member->kind == BELL_MEMBER_PROPERTY) {
      bell_raise(ctx, 751, "property '%s' of '%s' object has no deleter", bell_told_str(ctx, a1, text), type->told);
      return;
    }
    bell_word *slot = field < type->field_count ? &BELL_TUPLE_AT(ctx, a0)->slots[type->field_slots[field]] : NULL;
    if (slot != NULL && (strcmp(bell_record_shape(type, field), "v") != 0 || type->slot_classes[type->field_slots[field]] != BELL_CLASS_ANY)) {
      bell_fault(ctx, 1201);
      return;
    }
    if (slot != NULL && *slot != BELL_UNSET) {
      *slot = BELL_UNSET;
      return;
    }
  }
  bell_no_attribute(ctx, a0, a1);
}

bell_word bell_const_not_implemented(bell_ctx *ctx) {
  (void)ctx;
  return BELL_NOT_IMPLEMENTED;
}
