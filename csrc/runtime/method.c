/* Calling methods by name: finding the row, binding arguments to it, and the conversions that methods share. */
#include "runtime/method.h"

#include "runtime/any_sets.h"
#include "runtime/dict.h"
#include "runtime/generator.h"
#include "runtime/items.h"
#include "runtime/iter.h"
#include "runtime/list.h"
#include "runtime/special.h"
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/tuple.h"


/* --- names ------------------------------------------------------------------------------------------------------------------------ */

const char *bell_word_type_name(const bell_ctx *ctx, bell_word word) { return bell_value_type_name(ctx, bell_any_value(ctx, word)); }

static const bell_method_table *table_of(const bell_ctx *ctx, bell_value value) {
  switch (value.kind) {
  case BELL_SET: return &bell_set_methods;
  case BELL_FROZENSET: return &bell_frozenset_methods;
  case BELL_RANGE: return &bell_range_methods;
  case BELL_VALUE_BOOL:
  case BELL_INT:
  case BELL_BIG: return &bell_int_methods;
  case BELL_FLOAT: return &bell_float_methods;
  case BELL_ITER: return bell_is_set_like(ctx, value) ? &bell_view_methods : NULL;
  case BELL_STR: return &bell_str_methods;
  case BELL_LIST: return &bell_list_methods;
  case BELL_TUPLE: return &bell_tuple_methods;
  case BELL_DICT: return &bell_dict_methods;
  case BELL_BYTES: return &bell_bytes_methods;
  case BELL_RECORD: return bell_resumed_by(ctx, value) == UINT32_MAX ? NULL : &bell_generator_methods;
  default: return NULL;
  }
}

/* -1, 0, 1: the ASCII string against the name. */
static int compare_name(const uint8_t *text, uint32_t length, const char *name) {
  for (uint32_t i = 0; i < length; i++) {
    if (text[i] != (uint8_t)name[i]) return text[i] < (uint8_t)name[i] ? -1 : 1; /* the NUL at its end differs, too */
  }
  return name[length] == 0 ? 0 : -1;
}

static const bell_method *find_method(const bell_ctx *ctx, bell_value value, bell_ref name) {
  const bell_method_table *table = table_of(ctx, value);
  const bell_str *text = BELL_STR_AT(ctx, name);
  if (table == NULL || !(text->head.flags & BELL_STR_ASCII)) return NULL;
  int64_t low = 0, high = table->count;
  while (low < high) {
    int64_t middle = (low + high) / 2;
    int order = compare_name(bell_str_data(ctx, text), text->length, table->methods[middle].name);
    if (order == 0) return &table->methods[middle];
    if (order < 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return NULL;
}

/* --- binding ---------------------------------------------------------------------------------------------------------------------- */

static const char *plural(int64_t count) { return count == 1 ? "" : "s"; }

static bool refuse_count(bell_ctx *ctx, const bell_method *method, const char *type, int64_t given) {
  int64_t limit = given < method->least ? method->least : method->most;
  const char *how = method->least == method->most ? "" : given < method->least ? "at least " : "at most ";
  long long shown = (long long)limit, got = (long long)given;
  switch (method->style) {
  case BELL_TAKES_NONE: bell_raise(ctx, BELL_TYPE_ERROR, "%s.%s() takes no arguments (%lld given)", type, method->name, got); break;
  case BELL_TAKES_ONE: bell_raise(ctx, BELL_TYPE_ERROR, "%s.%s() takes exactly one argument (%lld given)", type, method->name, got); break;
  case BELL_TAKES_POSITIONS:
    bell_raise(ctx, BELL_TYPE_ERROR, "%s expected %s%lld argument%s, got %lld", method->name, how, shown, plural(limit), got);
    break;
  default:
    if (*how == 0) how = "exactly ";
    bell_raise(ctx, BELL_TYPE_ERROR, "%s() takes %s%lld argument%s (%lld given)", method->name, how, shown, plural(limit), got);
  }
  return false;
}

/* The next name of a list with commas between: its first character and its length; *at goes behind it. */
static uint32_t next_name(const bell_ctx *ctx, bell_ref names, uint32_t *at) {
  const bell_str *text = BELL_STR_AT(ctx, names);
  uint32_t from = *at, to = from;
  while (to < text->length && bell_str_code(ctx, text, to) != ',') to++;
  *at = to + 1;
  return to - from;
}

static int64_t count_names(const bell_ctx *ctx, bell_ref names) {
  uint32_t at = 0, length = BELL_STR_AT(ctx, names)->length;
  int64_t count = 0;
  for (; at < length; count++) next_name(ctx, names, &at);
  return count;
}

/* The place of a name in "sep,maxsplit", or -1. */
static int64_t place_of_name(const bell_ctx *ctx, bell_ref names, uint32_t from, uint32_t length, const char *parameters) {
  const bell_str *text = BELL_STR_AT(ctx, names);
  int64_t place = 0;
  for (const char *at = parameters; at != NULL && *at != 0; place++) {
    const char *end = strchr(at, ',');
    if (*at == '*') at++;
    size_t size = end == NULL ? strlen(at) : (size_t)(end - at);
    bool same = size == length;
    for (uint32_t i = 0; same && i < length; i++) same = bell_str_code(ctx, text, from + i) == (uint32_t)at[i];
    if (same) return place;
    at = end == NULL ? NULL : end + 1;
  }
  return -1;
}

/* Arguments with names, into their places. `passed` were bound by position. */
static bool bind_names(bell_ctx *ctx, const bell_method *method, bell_ref names, const bell_word *words, int64_t passed, bell_word *a) {
  uint32_t at = 0, length = BELL_STR_AT(ctx, names)->length;
  int64_t unknown_from = -1, unknown_length = 0, twice = -1;
  for (int64_t i = 0; at < length; i++) {
    uint32_t from = at, size = next_name(ctx, names, &at);
    int64_t place = place_of_name(ctx, names, from, size, method->parameters);
    if (place >= 0 && place < passed) {
      if (twice < 0 || place < twice) twice = place;
    } else if (place >= 0) {
      a[place] = words[passed + i];
    } else if (unknown_from < 0) {
      unknown_from = from;
      unknown_length = size;
    }
  }
  if (twice >= 0) {
    const char *from = method->parameters;
    for (int64_t i = 0; i < twice; i++) from = strchr(from, ',') + 1;
    bell_raise(ctx, BELL_TYPE_ERROR, "argument for %s() given by name ('%.*s') and position (%lld)", method->name, (int)strcspn(from, ","), from,
               (long long)twice + 1);
    return false;
  }
  const char *missing = method->parameters;
  for (int64_t i = 0; i < method->least; i++, missing += strcspn(missing, ",") + 1) {
    if (a[i] != 0) continue;
    bell_raise(ctx, BELL_TYPE_ERROR, "%s() missing required argument '%.*s' (pos %lld)", method->name, (int)strcspn(missing, ","), missing,
               (long long)i + 1);
    return false;
  }
  if (unknown_from < 0) return true;
  char whole[BELL_RAISE_MAX];
  bell_ref name = bell_str_substring(ctx, names, (uint64_t)unknown_from, (uint64_t)(unknown_from + unknown_length));
  if (name == 0) return false;
  bell_raise(ctx, BELL_TYPE_ERROR, "'%s' is an invalid keyword argument for %s()", bell_told_str(ctx, name, whole), method->name);
  return false;
}

/* How many arguments of a style with names may be passed by position. */
static int64_t positions_of(const bell_method *method) {
  const char *star = strchr(method->parameters, '*');
  int64_t commas = 0;
  if (method->style == BELL_TAKES_NAMES_ONLY) return 0;
  if (star == NULL) return method->most;
  for (const char *at = method->parameters; at < star; at++) commas += *at == ',';
  return commas;
}

static bool bind(bell_ctx *ctx, const bell_method *method, const char *type, bell_ref names, const bell_word *words, int64_t count, bell_word *a) {
  int64_t named = count_names(ctx, names), passed = count - named;
  bool by_name = method->style == BELL_TAKES_KEYWORDS || method->style == BELL_TAKES_NAMES_ONLY;
  if (named > 0 && !by_name) {
    bell_raise(ctx, BELL_TYPE_ERROR, "%s.%s() takes no keyword arguments", type, method->name);
    return false;
  }
  if (!by_name) {
    if (count < method->least || count > method->most) return refuse_count(ctx, method, type, count);
  } else if (count > method->most) {
    bell_raise(ctx, BELL_TYPE_ERROR, "%s() takes at most %d %sargument%s (%lld given)", method->name, method->most, passed == 0 ? "keyword " : "",
               plural(method->most), (long long)count);
    return false;
  } else if (passed > 0 && method->style == BELL_TAKES_NAMES_ONLY) {
    bell_raise(ctx, BELL_TYPE_ERROR, "%s() takes no positional arguments", method->name);
    return false;
  } else if (passed > positions_of(method)) {
    long long most = (long long)positions_of(method);
    bell_raise(ctx, BELL_TYPE_ERROR, "%s() takes at most %lld positional argument%s (%lld given)", method->name, most, plural(most), (long long)passed);
    return false;
  } else if (method->parameters[0] == ',' && passed == 0) {
    bell_raise(ctx, BELL_TYPE_ERROR, "%s() takes at least 1 positional argument (0 given)", method->name);
    return false;
  }
  for (int64_t i = 0; i < passed; i++) a[i] = words[i];
  return !by_name || bind_names(ctx, method, names, words, passed, a);
}

bool bell_has_method(const bell_ctx *ctx, bell_word receiver, bell_ref name) {
  return find_method(ctx, bell_any_value(ctx, receiver), name) != NULL;
}

bell_word bell_any_method(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2, const bell_word *words, int64_t count) {
  const char *type = bell_word_type_name(ctx, a2);
  const bell_method *method = find_method(ctx, bell_any_value(ctx, a2), a0);
  if (method == NULL) {
    char name[BELL_RAISE_MAX];
    return bell_raise(ctx, BELL_ATTRIBUTE_ERROR, "'%s' object has no attribute '%s'", type, bell_told_str(ctx, a0, name));
  }
  if (a2 == BELL_TRUE || a2 == BELL_FALSE) type = "int"; /* whose methods they are */
  bell_word a[BELL_ARGUMENTS_MAX + 1] = {a2};
  if (method->style == BELL_TAKES_ANYTHING) {
    bell_ref kept = 0;
    if (bell_may_call(ctx)) { /* the words may lie in a buffer that functions of the program use, too */
      kept = bell_tuple_of_any(ctx, words, count);
      if (kept == 0) return 0;
      words = bell_tuple_items(BELL_TUPLE_AT(ctx, kept));
    }
    bell_root_push(ctx, kept);
    bell_passed passed = {.words = words, .count = count, .keywords = a1, .named = count_names(ctx, a1)};
    a[1] = (bell_word)(uintptr_t)&passed;
    bell_word made = method->function(ctx, a);
    bell_root_pop(ctx, 1);
    return made;
  }
  return bind(ctx, method, type, a1, words, count, a + 1) ? method->function(ctx, a) : 0;
}

/* --- arguments -------------------------------------------------------------------------------------------------------------------- */

bool bell_take_index(bell_ctx *ctx, bell_word word, int64_t *value) {
  bell_value found = bell_any_value(ctx, word);
  *value = found.i;
  if (bell_value_is_int(found)) return true;
  if (found.kind == BELL_BIG) return bell_raise(ctx, BELL_OVERFLOW_ERROR, "Python int too large to convert to C ssize_t");
  return bell_raise(ctx, BELL_TYPE_ERROR, "'%s' object cannot be interpreted as an integer", bell_value_type_name(ctx, found));
}

bool bell_take_small(bell_ctx *ctx, bell_word word, int64_t *value) {
  if (bell_any_value(ctx, word).kind != BELL_BIG) {
    if (!bell_take_index(ctx, word, value)) return false;
    if (*value >= INT32_MIN && *value <= INT32_MAX) return true;
  }
  return bell_raise(ctx, BELL_OVERFLOW_ERROR, "Python int too large to convert to C int");
}

bool bell_take_bound(bell_ctx *ctx, bell_word word, bool none, int64_t *value) {
  *value = BELL_ABSENT;
  if (word == 0 || (none && word == BELL_NONE)) return true;
  bell_value found = bell_any_value(ctx, word);
  if (bell_value_is_int(found)) {
    *value = found.i == BELL_ABSENT ? BELL_ABSENT + 1 : found.i;
    return true;
  }
  if (none) return bell_raise(ctx, BELL_TYPE_ERROR, "slice indices must be integers or None or have an __index__ method");
  return bell_raise(ctx, BELL_TYPE_ERROR, "slice indices must be integers or have an __index__ method");
}

void bell_clamp_bounds(int64_t *from, int64_t *to, int64_t length) {
  if (*from == BELL_ABSENT) *from = 0;
  if (*to == BELL_ABSENT || *to > length) *to = length;
  if (*to < 0) *to = *to + length < 0 ? 0 : *to + length;
  if (*from < 0) *from = *from + length < 0 ? 0 : *from + length;
}

/* What an iterator or a view gives. Charged when it is known how much that is: a list of it is in memory by then. */
static bell_ref list_from_iterator(bell_ctx *ctx, bell_word iterable) {
  bell_word walk = bell_any_iter(ctx, iterable);
  bell_root_push(ctx, walk);
  bell_ref ref = walk == 0 ? 0 : bell_list_make(ctx, ctx->heap->class_lists[BELL_CLASS_ANY], BELL_CLASS_ANY, 0);
  bell_root_push(ctx, ref);
  for (bell_word word; ref != 0 && (word = bell_any_next(ctx, walk)) != BELL_END;) {
    bell_root_push(ctx, word);
    bool grown = word != 0 && bell_list_grow(ctx, ref);
    bell_root_pop(ctx, 1);
    if (!grown) break;
    bell_list *list = BELL_LIST_AT(ctx, ref);
    bell_list_store(ctx, list, list->length++, word);
  }
  bell_root_pop(ctx, 2);
  return ctx->fault == 0 && bell_charge(ctx, BELL_LIST_AT(ctx, ref)->length / 4) ? ref : 0;
}

bell_ref bell_list_from_iterable(bell_ctx *ctx, bell_word iterable) {
  bell_value value = bell_any_value(ctx, iterable);
  if (!bell_is_iterable(ctx, value) && bell_has_iterator(ctx, value)) return list_from_iterator(ctx, iterable);
  if (!bell_is_iterable(ctx, value)) return bell_raise(ctx, BELL_TYPE_ERROR, "'%s' object is not iterable", bell_value_type_name(ctx, value));
  int64_t length = bell_any_len(ctx, iterable);
  if (ctx->fault != 0 || !bell_charge(ctx, length / 4)) return 0;
  bell_ref ref = bell_list_make(ctx, ctx->heap->class_lists[BELL_CLASS_ANY], BELL_CLASS_ANY, length);
  if (ref == 0) return 0;
  bell_root_push(ctx, ref);
  bool done = bell_list_add_items(ctx, ref, value);
  bell_root_pop(ctx, 1);
  return done ? ref : 0;
}

bell_ref bell_as_list(bell_ctx *ctx, bell_word iterable) {
  if (!bell_is_kind(ctx, iterable, BELL_LIST)) return bell_list_from_iterable(ctx, iterable);
  uint16_t class_ = BELL_HEAD_AT(ctx, iterable)->aux;
  return class_ == BELL_CLASS_ANY || class_ == BELL_CLASS_STR ? iterable : bell_list_from_iterable(ctx, iterable);
}

uint32_t bell_type_dict_of_any(const bell_ctx *ctx) {
  for (uint32_t i = 1; i < ctx->type_count; i++) {
    const bell_type *type = &ctx->types[i];
    if (type->kind == BELL_DICT && type->item_class == BELL_CLASS_ANY && type->value_class == BELL_CLASS_ANY) return i;
  }
  return 0;
}

bell_word bell_list_as_any(bell_ctx *ctx, bell_ref ref) {
  if (ref == 0) return 0;
  bell_head *head = BELL_HEAD_AT(ctx, ref);
  head->aux = BELL_CLASS_ANY;
  head->type = ctx->heap->class_lists[BELL_CLASS_ANY];
  return ref;
}

bell_word bell_refuse_value(bell_ctx *ctx, bell_word word, const char *behind) {
  bell_word shown = bell_any_repr(ctx, word);
  if (shown == 0) return 0;
  bell_root_push(ctx, shown);
  bell_ref rest = bell_str_from_ascii(ctx, behind, strlen(behind));
  bell_root_push(ctx, rest);
  bell_ref text = rest == 0 ? 0 : bell_str_build(ctx, (const bell_word[]){shown, rest}, 2);
  bell_root_pop(ctx, 2);
  if (text == 0) return 0;
  ctx->fault_text = text;
  return bell_fault(ctx, BELL_VALUE_ERROR);
}

bool bell_writable(bell_ctx *ctx, bell_ref ref) {
  const bell_head *head = BELL_HEAD_AT(ctx, ref);
  uint16_t any = head->kind == BELL_DICT ? bell_dict_aux(BELL_CLASS_ANY, BELL_CLASS_ANY)
                 : head->kind == BELL_SET ? bell_dict_aux(BELL_CLASS_ANY, BELL_SET_VALUE_CLASS)
                                          : (uint16_t)BELL_CLASS_ANY;
  return head->aux == any || bell_fault(ctx, 1201);
}
