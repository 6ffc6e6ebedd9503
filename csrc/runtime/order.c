/* Walks over two values at once: equal, ordered; and over one: its weight. Rules in order.h. */
#include "runtime/order.h"

#include "runtime/any_sets.h"
#include "runtime/set.h"
#include "runtime/bytes.h"
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/decimal.h"
#include "runtime/number_ops.h"
#include "runtime/raise.h"
#include "runtime/ops.h"
#include "runtime/range.h"
#include "runtime/call.h"
#include "runtime/record.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

const char *const bell_order_names[4] = {"<", "<=", ">", ">="};

#define PAIR_WORK 16 /* nanoseconds for two elements that were charged for before */
#define CHUNK 1024 /* elements compared between two charges */

static inline int64_t shorter(const bell_ctx *ctx, bell_ref a, bell_ref b) {
  uint32_t x = BELL_STR_AT(ctx, a)->length, y = BELL_STR_AT(ctx, b)->length;
  return x < y ? x : y;
}

static bool strings_equal(bell_ctx *ctx, bell_ref a, bell_ref b) {
  return bell_charge(ctx, shorter(ctx, a, b) / 16) && (a == b || bell_str_equal(ctx, a, b));
}

int bell_compare_int_float(int64_t a, double b) {
  if (b != b) return 2;
  if (b >= 0x1p63) return -1;
  if (b < -0x1p63) return 1;
  int64_t whole = (int64_t)b; /* towards zero; exact in this range */
  if (a != whole) return a < whole ? -1 : 1;
  double rest = b - (double)whole; /* exact: a float with a fraction is below 2**53 */
  return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

static bool has_record(bell_value a, bell_value b) { return a.kind == BELL_RECORD || b.kind == BELL_RECORD; }

bool bell_values_equal(bell_ctx *ctx, bell_value a, bell_value b, int depth) {
  if (bell_may_call(ctx) && has_record(a, b)) return bell_special_equal(ctx, a, b, depth);
  if (a.kind == BELL_DECIMAL || b.kind == BELL_DECIMAL) {
    bell_value other = a.kind == BELL_DECIMAL ? b : a;
    return (other.kind == BELL_DECIMAL || other.kind == BELL_BIG || bell_value_is_number(other)) && bell_decimals_order(ctx, a, b) == 0;
  }
  if (bell_value_is_int(a)) {
    if (bell_value_is_int(b)) return a.i == b.i;
    return b.kind == BELL_FLOAT && bell_compare_int_float(a.i, b.f) == 0;
  }
  if (a.kind == BELL_FLOAT) {
    if (b.kind == BELL_FLOAT) return a.f == b.f;
    if (b.kind == BELL_BIG) return bell_bigs_equal(ctx, a, b);
    return bell_value_is_int(b) && bell_compare_int_float(b.i, a.f) == 0;
  }
  if (a.kind == BELL_VALUE_NONE || b.kind == BELL_VALUE_NONE) return a.kind == b.kind && a.i == b.i;
  if (a.kind == BELL_BIG) return bell_bigs_equal(ctx, a, b);
  if (bell_value_is_number(b) || b.kind == BELL_BIG) return false;
  if (a.kind == BELL_STR || b.kind == BELL_STR) return a.kind == b.kind && strings_equal(ctx, a.ref, b.ref);
  if (a.kind == BELL_BYTES || b.kind == BELL_BYTES) return a.kind == b.kind && strings_equal(ctx, a.ref, b.ref);
  return bell_objects_equal(ctx, a.ref, b.ref, depth);
}

/* As bell_values_equal, of two elements. */
static bool elements_equal(bell_ctx *ctx, bell_value a, bell_value b, int depth) {
  if (a.kind == BELL_RECORD && b.kind == BELL_RECORD && a.ref == b.ref) return true; /* its class is not asked */
  if (bell_values_equal(ctx, a, b, depth)) return true;
  return a.kind == BELL_FLOAT && b.kind == BELL_FLOAT && a.f != a.f && b.f != b.f && bell_fault(ctx, 720);
}

bool bell_items_equal(bell_ctx *ctx, uint8_t class_a, bell_word a, uint8_t class_b, bell_word b, int depth) {
  if (class_a == class_b) {
    switch (class_a) {
    case BELL_CLASS_INT:
    case BELL_CLASS_BOOL: return a == b;
    case BELL_CLASS_FLOAT: {
      double x = bell_float(a), y = bell_float(b);
      return x == y || (x != x && y != y && bell_fault(ctx, 720));
    }
    case BELL_CLASS_STR: return strings_equal(ctx, a, b);
    case BELL_CLASS_REF: return bell_objects_equal(ctx, a, b, depth);
    default: break;
    }
  }
  return elements_equal(ctx, bell_class_value(ctx, class_a, a), bell_class_value(ctx, class_b, b), depth);
}

/* Words of two classes that are equal when their bits are: the pairs can be compared many at a time. */
static bool is_plain(uint8_t class_a, uint8_t class_b) {
  return class_a == class_b && (class_a == BELL_CLASS_INT || class_a == BELL_CLASS_BOOL);
}

static bool lists_equal(bell_ctx *ctx, const bell_list *a, const bell_list *b, int depth) {
  if (a->length != b->length) return false;
  uint8_t class_a = (uint8_t)a->head.aux, class_b = (uint8_t)b->head.aux;
  if (is_plain(class_a, class_b)) {
    for (int64_t at = 0; at < a->length; at += CHUNK) {
      int64_t end = a->length - at < CHUNK ? a->length : at + CHUNK, i = at;
      while (i < end && bell_list_load(ctx, a, i) == bell_list_load(ctx, b, i)) i++;
      if (!bell_charge(ctx, i < end ? i - at + 1 : i - at) || i < end) return false;
    }
    return true;
  }
  for (int64_t i = 0; i < a->length && i < b->length; i++) { /* comparing may change them */
    if (!bell_charge(ctx, 1)) return false;
    if (!bell_items_equal(ctx, class_a, bell_list_load(ctx, a, i), class_b, bell_list_load(ctx, b, i), depth + 1)) return false;
  }
  return a->length == b->length;
}

static bool tuples_equal(bell_ctx *ctx, bell_tuple *a, bell_tuple *b, int depth) {
  int64_t length = bell_tuple_length(ctx, a);
  if (length != bell_tuple_length(ctx, b)) return false;
  const bell_word *x = bell_tuple_items(a), *y = bell_tuple_items(b);
  for (int64_t i = 0; i < length; i++) {
    if (!bell_charge(ctx, 1)) return false;
    if (!bell_items_equal(ctx, bell_tuple_class(ctx, a, i), x[i], bell_tuple_class(ctx, b, i), y[i], depth + 1)) return false;
  }
  return true;
}

/* One slot of two records. */
static bool slots_equal(bell_ctx *ctx, const bell_type *type, const bell_tuple *a, const bell_tuple *b, uint32_t slot, int depth) {
  uint8_t class_ = type->slot_classes[slot];
  return bell_charge(ctx, 1) && bell_items_equal(ctx, class_, a->slots[slot], class_, b->slots[slot], depth + 1);
}

/* A shape and its slots. What an absent optional holds is not looked at. */
static bool shapes_equal(bell_ctx *ctx, const bell_type *type, const bell_tuple *a, const bell_tuple *b, const char **shape, uint32_t *slot,
                         int depth) {
  switch (*(*shape)++) {
  case 'v': return slots_equal(ctx, type, a, b, (*slot)++, depth);
  case 'r':
    for (int i = 0; i < 3; i++) {
      if (!slots_equal(ctx, type, a, b, (*slot)++, depth)) return false;
    }
    return true;
  case '#': {
    uint32_t at = *slot;
    *slot += 3;
    bell_value x = bell_shape_number(&a->slots[at]), y = bell_shape_number(&b->slots[at]);
    return bell_charge(ctx, 3) && elements_equal(ctx, x, y, depth);
  }
  case '?': {
    uint32_t flag = (*slot)++;
    if (!slots_equal(ctx, type, a, b, flag, depth)) return false;
    if (a->slots[flag]) return shapes_equal(ctx, type, a, b, shape, slot, depth);
    return bell_charge(ctx, bell_shape_skip(shape, slot));
  }
  case '(':
    while (**shape != ')') {
      if (!shapes_equal(ctx, type, a, b, shape, slot, depth)) return false;
    }
    ++*shape;
    return true;
  default: return true; /* 'n' */
  }
}

bool bell_fields_equal(bell_ctx *ctx, bell_ref x, bell_ref y, int depth) {
  if (depth >= BELL_NESTING_MAX) return bell_fault(ctx, 804);
  const bell_tuple *a = BELL_TUPLE_AT(ctx, x), *b = BELL_TUPLE_AT(ctx, y);
  const bell_type *type = &ctx->types[a->head.type];
  if (!ctx->heap->type_shaped[a->head.type]) {
    for (uint32_t i = 0; i < type->slot_count; i++) {
      if (!slots_equal(ctx, type, a, b, i, depth)) return false;
    }
    return true;
  }
  for (uint32_t field = 0, slot = 0; field < type->field_count; field++) {
    const char *shape = bell_record_shape(type, field);
    if (!shapes_equal(ctx, type, a, b, &shape, &slot, depth)) return false;
  }
  return true;
}

/* Keep two words of these classes alive while functions of the program may run. Returns how many roots were pushed. */
static int root_words(bell_ctx *ctx, uint8_t class_a, bell_word a, uint8_t class_b, bell_word b) {
  if (!bell_may_call(ctx)) return 0;
  bell_root_push(ctx, class_a >= BELL_CLASS_STR ? a : 0);
  bell_root_push(ctx, class_b >= BELL_CLASS_STR ? b : 0);
  return 2;
}

static bool dicts_equal(bell_ctx *ctx, const bell_dict *a, const bell_dict *b, int depth) {
  if (a->live != b->live) return false;
  bool sets = a->head.kind != BELL_DICT;
  uint8_t key_class = bell_dict_key_class(a), value_a = bell_dict_value_class(a), value_b = bell_dict_value_class(b);
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, a, at)) >= 0; at++) {
    const bell_word *entry = bell_dict_entry(ctx, a, at);
    bell_word key = entry[0], value = sets ? 0 : entry[1];
    if (!bell_charge(ctx, 1) || !bell_charge_weight(ctx, key_class, key, 1, 0)) return false;
    int roots = root_words(ctx, key_class, key, value_a, value);
    int64_t found = sets ? bell_set_find(ctx, b, key_class, key, (int64_t)entry[1]) : bell_dict_lookup(ctx, b, key_class, key);
    bool same = found >= 0 && (sets || bell_items_equal(ctx, value_a, value, value_b, bell_dict_entry(ctx, b, found)[1], depth + 1));
    bell_root_pop(ctx, roots);
    if (!same) return false;
  }
  return ctx->fault == 0;
}

static bool entered_equal(bell_ctx *ctx, uint8_t kind, bell_ref a, bell_ref b, int depth) {
  switch (kind) {
  case BELL_LIST: return lists_equal(ctx, BELL_LIST_AT(ctx, a), BELL_LIST_AT(ctx, b), depth);
  case BELL_TUPLE: return tuples_equal(ctx, BELL_TUPLE_AT(ctx, a), BELL_TUPLE_AT(ctx, b), depth);
  case BELL_RECORD: return BELL_HEAD_AT(ctx, a)->type == BELL_HEAD_AT(ctx, b)->type && bell_fields_equal(ctx, a, b, depth);
  case BELL_DICT:
  case BELL_SET: return dicts_equal(ctx, BELL_DICT_AT(ctx, a), BELL_DICT_AT(ctx, b), depth);
  case BELL_FUNCTION: return bell_functions_equal(ctx, a, b);
  default: return false;
  }
}

bool bell_objects_equal(bell_ctx *ctx, bell_ref a, bell_ref b, int depth) {
  if (a == b) return true;
  uint8_t kind = BELL_HEAD_AT(ctx, a)->kind, other = BELL_HEAD_AT(ctx, b)->kind;
  if (kind == BELL_BYTES || other == BELL_BYTES) return kind == other && strings_equal(ctx, a, b);
  if (bell_may_call(ctx) && (kind == BELL_RECORD || other == BELL_RECORD))
    return bell_special_equal(ctx, (bell_value){.kind = kind, .ref = a}, (bell_value){.kind = other, .ref = b}, depth);
  if (kind == BELL_RANGE || other == BELL_RANGE) return kind == other && bell_ranges_equal(BELL_RANGE_AT(ctx, a), BELL_RANGE_AT(ctx, b));
  if (depth >= BELL_NESTING_MAX) return bell_raise(ctx, 784, "maximum recursion depth exceeded in comparison");
  if (kind == BELL_ITER || other == BELL_ITER) {
    bell_value x = {.kind = kind, .ref = a}, y = {.kind = other, .ref = b};
    return bell_is_set_like(ctx, x) && bell_is_set_like(ctx, y) && bell_views_equal(ctx, x, y, depth);
  }
  if (kind == BELL_FROZENSET) kind = BELL_SET; /* the two compare alike */
  if (kind != (other == BELL_FROZENSET ? BELL_SET : other)) return false;
  int roots = root_words(ctx, BELL_CLASS_REF, a, BELL_CLASS_REF, b);
  bool equal = entered_equal(ctx, kind, a, b, depth);
  bell_root_pop(ctx, roots);
  return equal;
}

/* --- order ---------------------------------------------------------------------------------------------------------------------- */

static bool answer(int operator_, int order) { /* order: of the first to the second; 2 for nan */
  switch (operator_) {
  case BELL_LT: return order == -1;
  case BELL_LE: return order == -1 || order == 0;
  case BELL_GT: return order == 1;
  default: return order == 1 || order == 0;
  }
}

static int compare_floats(double a, double b) { return a < b ? -1 : a > b ? 1 : a == b ? 0 : 2; }

static int compare_ints(int64_t a, int64_t b) { return a < b ? -1 : a > b; }

/* Items by items, `length` pairs: the operator on the first that differ, else on the lengths. */
typedef struct { const bell_list *list; bell_tuple *tuple; int64_t length; } sequence;

static sequence sequence_of(const bell_ctx *ctx, bell_value value) {
  if (value.kind == BELL_LIST) return (sequence){.list = BELL_LIST_AT(ctx, value.ref), .length = BELL_LIST_AT(ctx, value.ref)->length};
  return (sequence){.tuple = BELL_TUPLE_AT(ctx, value.ref), .length = bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, value.ref))};
}

static uint8_t item_class(const bell_ctx *ctx, const sequence *items, int64_t index) {
  return items->list != NULL ? (uint8_t)items->list->head.aux : bell_tuple_class(ctx, items->tuple, index);
}

static bell_word item(const bell_ctx *ctx, const sequence *items, int64_t index) {
  return items->list != NULL ? bell_list_load(ctx, items->list, index) : bell_tuple_items(items->tuple)[index];
}

/* As bell_items_equal, without charging: what a sort has charged before it began. */
static bool items_equal_free(bell_ctx *ctx, uint8_t class_a, bell_word a, uint8_t class_b, bell_word b, int depth) {
  bool outer = bell_unpaid(ctx);
  bool equal = bell_items_equal(ctx, class_a, a, class_b, b, depth);
  if (!outer) bell_paid_again(ctx);
  return equal;
}

static bool sequences_ordered(bell_ctx *ctx, int operator_, bell_value a, bell_value b, int depth, bool charged) {
  for (int64_t i = 0;; i++) {
    sequence x = sequence_of(ctx, a), y = sequence_of(ctx, b); /* comparing may change them */
    if (i >= x.length || i >= y.length) return answer(operator_, compare_ints(x.length, y.length));
    if (charged ? !bell_charge(ctx, 1) : !bell_work(ctx, PAIR_WORK)) return false;
    uint8_t class_x = item_class(ctx, &x, i), class_y = item_class(ctx, &y, i);
    bell_word one = item(ctx, &x, i), other = item(ctx, &y, i);
    int roots = root_words(ctx, class_x, one, class_y, other);
    bool equal = charged ? bell_items_equal(ctx, class_x, one, class_y, other, depth + 1)
                         : items_equal_free(ctx, class_x, one, class_y, other, depth + 1);
    bool less = !equal && ctx->fault == 0 &&
                bell_ordered(ctx, operator_, bell_class_value(ctx, class_x, one), bell_class_value(ctx, class_y, other), depth + 1, charged);
    bell_root_pop(ctx, roots);
    if (!equal || ctx->fault != 0) return less;
  }
}

/* Of two values of which one is a record. */
static bool special_ordered(bell_ctx *ctx, int operator_, bell_value a, bell_value b, int depth) {
  bell_word words[2], result;
  bool answer = false;
  if (bell_root_values(ctx, a, b, words) && bell_special_compare(ctx, operator_, words[0], words[1], depth, &result)) {
    if (result == BELL_NOT_IMPLEMENTED) bell_fault_operands(ctx, 308, bell_order_names[operator_], &a, &b);
    else answer = bell_special_truth(ctx, result) > 0;
  }
  bell_root_pop(ctx, 4);
  return answer && ctx->fault == 0;
}

bool bell_ordered(bell_ctx *ctx, int operator_, bell_value a, bell_value b, int depth, bool charged) {
  if (bell_may_call(ctx) && has_record(a, b)) return special_ordered(ctx, operator_, a, b, depth);
  if (bell_value_is_number(a) && bell_value_is_number(b)) {
    if (a.kind == BELL_FLOAT && b.kind == BELL_FLOAT) return answer(operator_, compare_floats(a.f, b.f));
    if (a.kind != BELL_FLOAT && b.kind != BELL_FLOAT) return answer(operator_, compare_ints(a.i, b.i));
    if (a.kind != BELL_FLOAT) return answer(operator_, bell_compare_int_float(a.i, b.f));
    int order = bell_compare_int_float(b.i, a.f);
    return answer(operator_, order == 2 ? 2 : -order);
  }
  if (a.kind == BELL_DECIMAL || b.kind == BELL_DECIMAL) {
    bell_value other = a.kind == BELL_DECIMAL ? b : a;
    if (other.kind == BELL_DECIMAL || other.kind == BELL_BIG || bell_value_is_number(other)) {
      int order = bell_decimals_order(ctx, a, b);
      if (order == 2) return bell_dec_invalid(ctx, "InvalidOperation");
      return answer(operator_, order);
    }
  }
  bool big = a.kind == BELL_BIG || b.kind == BELL_BIG;
  if (big && (a.kind == BELL_BIG || bell_value_is_number(a)) && (b.kind == BELL_BIG || bell_value_is_number(b))) {
    int order = bell_bigs_order(ctx, a, b, charged);
    return ctx->fault == 0 && answer(operator_, order);
  }
  if (a.kind == BELL_STR && b.kind == BELL_STR) {
    if (charged && !bell_charge(ctx, shorter(ctx, a.ref, b.ref) / 16)) return false;
    int order = bell_str_compare(ctx, a.ref, b.ref);
    return answer(operator_, compare_ints(order, 0));
  }
  if (a.kind == BELL_BYTES && b.kind == BELL_BYTES) {
    if (charged && !bell_charge(ctx, shorter(ctx, a.ref, b.ref) / 16)) return false;
    return answer(operator_, compare_ints(bell_bytes_compare(ctx, a.ref, b.ref), 0));
  }
  if (bell_is_set_like(ctx, a) && bell_is_set_like(ctx, b)) {
    bool outer = charged || bell_unpaid(ctx);
    bool ordered = bell_sets_ordered(ctx, operator_, a, b, depth);
    if (!outer) bell_paid_again(ctx);
    return ordered;
  }
  if (a.kind != b.kind || (a.kind != BELL_LIST && a.kind != BELL_TUPLE))
    return bell_fault_operands(ctx, 308, bell_order_names[operator_], &a, &b);
  if (depth >= BELL_NESTING_MAX) return bell_raise(ctx, 784, "maximum recursion depth exceeded in comparison");
  int roots = root_words(ctx, BELL_CLASS_REF, a.ref, BELL_CLASS_REF, b.ref);
  bool ordered = sequences_ordered(ctx, operator_, a, b, depth, charged);
  bell_root_pop(ctx, roots);
  return ordered;
}

bool bell_charge_weight(bell_ctx *ctx, uint8_t class_, bell_word word, int64_t times, int depth) {
  if (class_ < BELL_CLASS_STR) return true;
  bell_value value = bell_class_value(ctx, class_, word);
  int64_t length;
  switch (value.kind) {
  case BELL_BYTES:
  case BELL_STR: return bell_charge(ctx, BELL_STR_AT(ctx, value.ref)->length / 16 * times);
  case BELL_BIG: return bell_charge(ctx, (int64_t)(BELL_BIG_AT(ctx, value.ref)->size / 4) * times);
  case BELL_LIST: {
    const bell_list *list = BELL_LIST_AT(ctx, value.ref);
    length = list->length;
    if (length > 0 && depth >= BELL_NESTING_MAX) return bell_fault(ctx, 804);
    if (!bell_charge(ctx, length * times)) return false;
    if (list->head.aux < BELL_CLASS_STR) return true;
    for (int64_t i = 0; i < length; i++) {
      if (!bell_charge_weight(ctx, (uint8_t)list->head.aux, bell_list_load(ctx, list, i), times, depth + 1)) return false;
    }
    return true;
  }
  case BELL_DICT:
  case BELL_SET:
  case BELL_FROZENSET: {
    const bell_dict *dict = BELL_DICT_AT(ctx, value.ref);
    bool set = value.kind != BELL_DICT;
    uint8_t key_class = bell_dict_key_class(dict), value_class = bell_dict_value_class(dict);
    if (dict->live > 0 && depth >= BELL_NESTING_MAX) return bell_fault(ctx, 804);
    if (!bell_charge(ctx, dict->live * (set ? 1 : 2) * times)) return false;
    if (key_class < BELL_CLASS_STR && (set || value_class < BELL_CLASS_STR)) return true;
    for (int64_t at = 0; (at = bell_dict_next_live(ctx, dict, at)) >= 0; at++) {
      const bell_word *entry = bell_dict_entry(ctx, dict, at);
      if (!bell_charge_weight(ctx, key_class, entry[0], times, depth + 1)) return false;
      if (!set && !bell_charge_weight(ctx, value_class, entry[1], times, depth + 1)) return false;
    }
    return ctx->fault == 0;
  }
  case BELL_TUPLE:
  case BELL_RECORD: {
    if (value.kind == BELL_RECORD && bell_is_opaque(ctx, value.ref)) return true;
    bell_tuple *tuple = BELL_TUPLE_AT(ctx, value.ref);
    length = bell_tuple_length(ctx, tuple);
    if (length > 0 && depth >= BELL_NESTING_MAX) return bell_fault(ctx, 804);
    if (!bell_charge(ctx, length * times)) return false;
    const bell_word *items = bell_tuple_items(tuple);
    for (int64_t i = 0; i < length; i++) {
      if (!bell_charge_weight(ctx, bell_tuple_class(ctx, tuple, i), items[i], times, depth + 1) || !bell_goes_on(ctx, (uint64_t)i, 4)) return false;
    }
    return true;
  }
  default: return true;
  }
}

/* --- ops ------------------------------------------------------------------------------------------------------------------------ */

int64_t bell_list_eq(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_list *a = BELL_LIST_AT(ctx, a0), *b = BELL_LIST_AT(ctx, a1);
  if (!bell_charge(ctx, (a->length < b->length ? a->length : b->length) / 4)) return 0;
  if (a0 == a1) return 1;
  if (a->length != b->length) return 0;
  uint8_t class_a = (uint8_t)a->head.aux, class_b = (uint8_t)b->head.aux;
  if (is_plain(class_a, class_b))
    return a->length == 0 || memcmp(bell_at(ctx, a->data), bell_at(ctx, b->data), (uint64_t)a->length * bell_list_width(a)) == 0;
  int64_t i = 0;
  if (class_a == BELL_CLASS_FLOAT && class_b == BELL_CLASS_FLOAT) {
    const bell_word *x = bell_at(ctx, a->data), *y = bell_at(ctx, b->data);
    while (i < a->length && bell_float(x[i]) == bell_float(y[i])) i++; /* the first that differ may be two nans */
  }
  for (; i < a->length && i < b->length; i++) {
    if (!bell_items_equal(ctx, class_a, bell_list_load(ctx, a, i), class_b, bell_list_load(ctx, b, i), 1)) return 0;
  }
  return a->length == b->length;
}

static int64_t lists_ordered(bell_ctx *ctx, int operator_, bell_word a0, bell_word a1) {
  const bell_list *a = BELL_LIST_AT(ctx, a0), *b = BELL_LIST_AT(ctx, a1);
  if (!bell_charge(ctx, (a->length < b->length ? a->length : b->length) / 4)) return 0;
  uint8_t class_a = (uint8_t)a->head.aux, class_b = (uint8_t)b->head.aux;
  for (int64_t i = 0; i < a->length && i < b->length; i++) {
    bell_word x = bell_list_load(ctx, a, i), y = bell_list_load(ctx, b, i);
    int roots = root_words(ctx, class_a, x, class_b, y);
    bool equal = bell_items_equal(ctx, class_a, x, class_b, y, 1);
    bool less = !equal && ctx->fault == 0 && bell_ordered(ctx, operator_, bell_class_value(ctx, class_a, x), bell_class_value(ctx, class_b, y), 1, true);
    bell_root_pop(ctx, roots);
    if (!equal || ctx->fault != 0) return less;
  }
  return answer(operator_, compare_ints(a->length, b->length));
}

int64_t bell_list_lt(bell_ctx *ctx, bell_word a0, bell_word a1) { return lists_ordered(ctx, BELL_LT, a0, a1); }
int64_t bell_list_le(bell_ctx *ctx, bell_word a0, bell_word a1) { return lists_ordered(ctx, BELL_LE, a0, a1); }

int64_t bell_any_eq(bell_ctx *ctx, bell_word a0, bell_word a1) {
  return bell_values_equal(ctx, bell_any_value(ctx, a0), bell_any_value(ctx, a1), 0);
}

bell_word bell_any_comparison(bell_ctx *ctx, int64_t a0, bell_word a1, bell_word a2) {
  bell_value a = bell_any_value(ctx, a1), b = bell_any_value(ctx, a2);
  bell_word result;
  if (bell_may_call(ctx) && has_record(a, b)) {
    if (!bell_special_compare(ctx, (int)a0, a1, a2, 0, &result)) return 0;
    if (result != BELL_NOT_IMPLEMENTED) return result;
    if (a0 < BELL_EQ) return bell_fault_operands(ctx, 308, bell_order_names[a0], &a, &b);
    return bell_any_from_bool((a1 == a2) == (a0 == BELL_EQ));
  }
  bool answer = a0 < BELL_EQ ? bell_ordered(ctx, (int)a0, a, b, 0, true) : bell_values_equal(ctx, a, b, 0) == (a0 == BELL_EQ);
  return ctx->fault == 0 ? bell_any_from_bool(answer) : 0;
}

int64_t bell_any_compare(bell_ctx *ctx, int64_t a0, bell_word a1, bell_word a2) {
  return bell_ordered(ctx, (int)a0, bell_any_value(ctx, a1), bell_any_value(ctx, a2), 0, true);
}
