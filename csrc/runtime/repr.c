/* Values as people read them: what print, repr and format show. A container that is inside itself is shown as [...], {...} or ... there.
 *
 * Charged while it is written: one for every value inside another, and a sixteenth of the characters of the result. */
#include "runtime/any.h"
#include "runtime/big.h"
#include "runtime/bytes.h"
#include "runtime/call.h"
#include "runtime/decimal.h"
#include "runtime/dict.h"
#include "runtime/format_spec.h"
#include "runtime/iter.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/order.h"
#include "runtime/range.h"
#include "runtime/record.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/text.h"
#include "runtime/tuple.h"


typedef struct {
  bell_ctx *ctx;
  bell_text text;
  int64_t charged;                     /* for characters */
  bell_ref open[BELL_NESTING_MAX];     /* the containers being written, outermost first */
  int depth;
} writer;

/* Charge for the characters there are, and `more` about to be written. */
static bool charge_characters(writer *out, uint64_t more) {
  int64_t units = (int64_t)((out->text.length + more) / 16);
  if (units <= out->charged) return true;
  int64_t due = units - out->charged;
  out->charged = units;
  return bell_charge(out->ctx, due);
}

static bool put(writer *out, const char *ascii) { return bell_text_ascii(&out->text, ascii, strlen(ascii)); }

/* A name of the module, up to a character: UTF-8 that was checked when the module was made. */
static bool put_name_until(writer *out, const char *utf8, char end) {
  const uint8_t *at = (const uint8_t *)utf8;
  while (*at != 0 && *at != (uint8_t)end) {
    uint32_t code = *at++;
    int more = code < 0x80 ? 0 : code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3;
    if (more > 0) code &= 0x3fu >> more;
    for (; more > 0 && *at != 0; more--) code = code << 6 | (*at++ & 0x3f);
    if (!bell_text_code(&out->text, code)) return false;
  }
  return true;
}

static bool put_name(writer *out, const char *utf8) { return put_name_until(out, utf8, 0); }

static bool put_value(writer *out, bell_value value);

/* A value inside another. */
static bool put_item(writer *out, uint8_t class_, bell_word word) {
  return bell_charge(out->ctx, 1) && put_value(out, bell_class_value(out->ctx, class_, word));
}

static bool put_list(writer *out, const bell_list *list) {
  if (!put(out, "[")) return false;
  for (int64_t i = 0; i < list->length; i++) {
    if ((i > 0 && !put(out, ", ")) || !put_item(out, (uint8_t)list->head.aux, bell_list_load(out->ctx, list, i))) return false;
  }
  return put(out, "]");
}

static bool put_tuple(writer *out, bell_tuple *tuple) {
  int64_t length = bell_tuple_length(out->ctx, tuple);
  if (!put(out, "(")) return false;
  for (int64_t i = 0; i < length; i++) {
    if ((i > 0 && !put(out, ", ")) || !put_item(out, bell_tuple_class(out->ctx, tuple, i), bell_tuple_items(tuple)[i])) return false;
  }
  return put(out, length == 1 ? ",)" : ")");
}

/* A value that is shown after its key: __repr__ of that may take it out of the dict. Returns how many roots were pushed. */
static int keep_value(writer *out, const bell_dict *dict, bell_word value) {
  if (!bell_may_call(out->ctx) || bell_dict_value_class(dict) < BELL_CLASS_STR) return 0;
  bell_root_push(out->ctx, value);
  return 1;
}

static bool put_dict(writer *out, const bell_dict *dict) {
  bool set = dict->head.kind != BELL_DICT, frozen = dict->head.kind == BELL_FROZENSET, first = true;
  if (set && dict->live == 0) return put(out, frozen ? "frozenset()" : "set()");
  if (!put(out, frozen ? "frozenset({" : "{")) return false;
  for (int64_t at = 0; (at = bell_dict_next_live(out->ctx, dict, at)) >= 0; at++) {
    bell_word key = bell_dict_entry(out->ctx, dict, at)[0], value = bell_dict_entry(out->ctx, dict, at)[1];
    int roots = set ? 0 : keep_value(out, dict, value);
    bool done = (first || put(out, ", ")) && put_item(out, bell_dict_key_class(dict), key);
    if (!set) done = done && put(out, ": ") && put_item(out, bell_dict_value_class(dict), value);
    bell_root_pop(out->ctx, roots);
    if (!done) return false;
    first = false;
  }
  return put(out, frozen ? "})" : "}");
}

/* A view of a dict, as the list of what it gives. */
static bool put_view(writer *out, bell_ref ref) {
  bell_ctx *ctx = out->ctx;
  const bell_iter *view = BELL_ITER_AT(ctx, ref);
  const bell_dict *dict = BELL_DICT_AT(ctx, view->source);
  int which = view->head.aux - BELL_VIEW_KEYS;
  bool first = true;
  if (!put(out, bell_iter_type_name(ctx, ref)) || !put(out, "([")) return false;
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, dict, at)) >= 0; at++, first = false) {
    bell_word key = bell_dict_entry(ctx, dict, at)[0], value = bell_dict_entry(ctx, dict, at)[1];
    int roots = keep_value(out, dict, value);
    bool done = (first || put(out, ", ")) && (which != 2 || (bell_charge(ctx, 1) && put(out, "(")));
    if (which != 1) done = done && put_item(out, bell_dict_key_class(dict), key);
    if (which == 2) done = done && put(out, ", ");
    if (which != 0) done = done && put_item(out, bell_dict_value_class(dict), value);
    if (which == 2) done = done && put(out, ")");
    bell_root_pop(ctx, roots);
    if (!done) return false;
  }
  return put(out, "])");
}

static bool put_iterator(writer *out, const char *name) { return put(out, "<") && put(out, name) && put(out, " object>"); }

static bool put_range(writer *out, int64_t start, int64_t stop, int64_t step) {
  bell_text *text = &out->text;
  if (!put(out, "range(") || !bell_text_int(text, start) || !put(out, ", ") || !bell_text_int(text, stop)) return false;
  return (step == 1 || (put(out, ", ") && bell_text_int(text, step))) && put(out, ")");
}

/* What a shape makes of the slots from *slot on; each value in a tuple of the shape is one inside another. */
static bool put_shape(writer *out, const bell_type *type, const bell_tuple *record, const char **shape, uint32_t *slot) {
  bool first = true;
  switch (*(*shape)++) {
  case 'v': {
    uint32_t at = (*slot)++;
    return put_value(out, bell_class_value(out->ctx, type->slot_classes[at], record->slots[at]));
  }
  case '?':
    if (record->slots[(*slot)++]) return put_shape(out, type, record, shape, slot);
    bell_shape_skip(shape, slot);
    return put(out, "None");
  case '(': {
    int64_t count = 0;
    if (!put(out, "(")) return false;
    for (; **shape != ')'; first = false, count++) {
      if ((!first && !put(out, ", ")) || !bell_charge(out->ctx, 1) || !put_shape(out, type, record, shape, slot)) return false;
    }
    ++*shape;
    return put(out, count == 1 ? ",)" : ")");
  }
  case 'r': {
    const bell_word *range = &record->slots[*slot];
    *slot += 3;
    return put_range(out, (int64_t)range[0], (int64_t)range[1], (int64_t)range[2]);
  }
  case '#': {
    const bell_word *number = &record->slots[*slot];
    *slot += 3;
    return put_value(out, bell_shape_number(number));
  }
  default: return put(out, "None");
  }
}

/* What __repr__ gives. */
static bool put_special(writer *out, bell_value value, const bell_member *member) {
  bell_word text = bell_special_text(out->ctx, member, value.ref, 0, "__repr__", out->depth);
  if (text == 0 || !charge_characters(out, BELL_STR_AT(out->ctx, text)->length)) return false;
  bell_root_push(out->ctx, text);
  bool done = bell_text_str(&out->text, text);
  bell_root_pop(out->ctx, 1);
  return done;
}

static bool put_record(writer *out, const bell_tuple *record) {
  const bell_member *member = bell_special(out->ctx, (bell_value){.kind = BELL_RECORD, .ref = (bell_ref)((const uint8_t *)record - out->ctx->base)}, BELL_SPECIAL_REPR);
  const bell_type *type = &out->ctx->types[record->head.type];
  if (member != NULL && member->kind == BELL_MEMBER_OBJECT) return put(out, "<") && put_name(out, type->told) && put(out, " object>");
  if (type->resume && strcmp(type->told, "generator") != 0) return put(out, "<") && put_name(out, type->told) && put(out, " object>");
  if (type->resume) return put(out, "<generator object ") && put_name_until(out, type->name, '(') && put(out, ">");
  const char *module = strrchr(type->name, '.'); /* before the name of a class of the library */
  if (!put_name(out, module == NULL ? type->name : module + 1) || !put(out, "(")) return false;
  for (uint32_t field = 0, slot = 0; field < type->field_count; field++) {
    const char *shape = bell_record_shape(type, field);
    if ((field > 0 && !put(out, ", ")) || !put_name(out, type->field_names[field]) || !put(out, "=")) return false;
    if (!bell_charge(out->ctx, 1) || !put_shape(out, type, record, &shape, &slot)) return false;
  }
  return put(out, ")");
}

/* A class as CPython shows it; what else can be called without the address that CPython adds. */
static bool put_function(writer *out, bell_ref ref) {
  const bell_ctx *ctx = out->ctx;
  const bell_function *function = BELL_FUNCTION_AT(ctx, ref);
  if (function->head.aux == BELL_FUNCTION_METHOD)
    return put(out, "<built-in method ") && bell_text_str(&out->text, (bell_ref)function->slots[1]) && put(out, ">");
  const bell_signature *signature = &ctx->signatures[function->signature];
  if (function->head.aux != BELL_FUNCTION_BOUND) return bell_text_str(&out->text, bell_name(ctx, signature->text));
  return put(out, "<bound method ") && bell_text_str(&out->text, bell_name(ctx, signature->title)) && put(out, ">");
}

static bool put_container(writer *out, bell_value value) {
  bell_ctx *ctx = out->ctx;
  for (int i = 0; i < out->depth; i++) {
    if (out->open[i] == value.ref)
      return put(out, value.kind == BELL_LIST ? "[...]" : value.kind == BELL_DICT ? "{...}" : value.kind == BELL_TUPLE ? "(...)" : "...");
  }
  if (out->depth == BELL_NESTING_MAX) return bell_fault(ctx, 804);
  out->open[out->depth++] = value.ref;
  bool done = false;
  int roots = bell_may_call(ctx) ? 1 : 0;
  if (roots > 0) bell_root_push(ctx, value.ref);
  switch (value.kind) {
  case BELL_LIST: done = put_list(out, BELL_LIST_AT(ctx, value.ref)); break;
  case BELL_TUPLE: done = put_tuple(out, BELL_TUPLE_AT(ctx, value.ref)); break;
  case BELL_DICT:
  case BELL_SET:
  case BELL_FROZENSET: done = put_dict(out, BELL_DICT_AT(ctx, value.ref)); break;
  case BELL_RECORD: done = put_record(out, BELL_TUPLE_AT(ctx, value.ref)); break;
  case BELL_ITER: done = put_view(out, value.ref); break;
  default: done = put(out, "None"); /* reference 0: an optional without a value */
  }
  bell_root_pop(ctx, roots);
  out->depth--;
  return done;
}

/* b'...': what is no printable ASCII as escapes. */
static bool put_bytes(writer *out, bell_ref ref) {
  const uint8_t *data = bell_bytes_data(out->ctx, ref);
  uint64_t length = bell_bytes_length(out->ctx, ref);
  if (!charge_characters(out, length)) return false;
  char quote = memchr(data, '\'', length) != NULL && memchr(data, '"', length) == NULL ? '"' : '\'';
  if (!put(out, quote == '"' ? "b\"" : "b'")) return false;
  for (uint64_t i = 0; i < length; i++) {
    static const char hex[] = "0123456789abcdef";
    char byte = (char)bell_bytes_data(out->ctx, ref)[i], text[4] = {'\\', byte, 0, 0};
    size_t size = 2;
    if (byte == '\t' || byte == '\n' || byte == '\r') {
      text[1] = byte == '\t' ? 't' : byte == '\n' ? 'n' : 'r';
    } else if ((uint8_t)byte < ' ' || (uint8_t)byte > '~') {
      text[1] = 'x';
      text[2] = hex[(uint8_t)byte >> 4];
      text[3] = hex[byte & 15];
      size = 4;
    } else if (byte != quote && byte != '\\') {
      text[0] = byte;
      size = 1;
    }
    if (!bell_text_ascii(&out->text, text, size)) return false;
  }
  return put(out, quote == '"' ? "\"" : "'") && charge_characters(out, 0);
}

static bool put_value(writer *out, bell_value value) {
  switch (value.kind) {
  case BELL_VALUE_NONE: return put(out, value.i ? "NotImplemented" : "None");
  case BELL_VALUE_BOOL: return put(out, value.i ? "True" : "False");
  case BELL_INT: return bell_text_int(&out->text, value.i);
  case BELL_FLOAT: return bell_text_float(&out->text, value.f);
  case BELL_DECIMAL: {
    char text[BELL_DECIMAL_DIGITS_MAX + 40];
    bell_dec decimal;
    bell_dec_load(out->ctx, value.ref, &decimal);
    return put(out, "Decimal('") && bell_text_ascii(&out->text, text, bell_dec_text(&decimal, text)) && put(out, "')") && charge_characters(out, 0);
  }
  case BELL_BIG: {
    char digits[BELL_INT_DIGITS_MAX + 20];
    bell_integer big;
    bell_integer_read(out->ctx, value, &big);
    uint64_t count = bell_integer_digits(out->ctx, &big, digits);
    return count > 0 && (!big.negative || put(out, "-")) && bell_text_ascii(&out->text, digits, count) && charge_characters(out, 0);
  }
  case BELL_STR: return charge_characters(out, BELL_STR_AT(out->ctx, value.ref)->length) && bell_text_repr(&out->text, value.ref);
  case BELL_BYTES: return put_bytes(out, value.ref);
  case BELL_RANGE: {
    const bell_range *range = BELL_RANGE_AT(out->ctx, value.ref);
    return put_range(out, range->start, range->stop, range->step);
  }
  case BELL_REGEX: return put(out, "<regex>");
  case BELL_FUNCTION: return put_function(out, value.ref);
  case BELL_ITER:
    if (!bell_is_view(BELL_ITER_AT(out->ctx, value.ref))) return put_iterator(out, bell_iter_type_name(out->ctx, value.ref));
    return put_container(out, value) && charge_characters(out, 0);
  case BELL_RECORD: {
    const bell_member *member = bell_special(out->ctx, value, BELL_SPECIAL_REPR);
    if (member != NULL && member->kind < BELL_MEMBER_OBJECT) return put_special(out, value, member);
    return put_container(out, value) && charge_characters(out, 0);
  }
  default: return put_container(out, value) && charge_characters(out, 0);
  }
}

static bell_word literal(bell_ctx *ctx, bell_value value) {
  writer out; /* not zeroed: most of it is never used */
  out.ctx = ctx;
  out.charged = 0;
  out.depth = 0;
  bell_text_begin(&out.text, ctx);
  if (put_value(&out, value) && charge_characters(&out, 0)) return bell_text_finish(&out.text);
  bell_text_abandon(&out.text);
  return 0;
}

bell_word bell_any_repr(bell_ctx *ctx, bell_word a0) { return literal(ctx, bell_any_value(ctx, a0)); }

/* What __str__ or __format__ gives, charged like a str that is shown. */
static bell_word special_str(bell_ctx *ctx, bell_word record, bell_word spec, const bell_member *member) {
  bell_word text = bell_special_text(ctx, member, record, spec, "__str__", 0);
  return text != 0 && bell_charge(ctx, BELL_STR_AT(ctx, text)->length / 16) ? text : 0;
}

bell_word bell_any_to_str(bell_ctx *ctx, bell_word a0) {
  bell_value value = bell_any_value(ctx, a0);
  if (value.kind == BELL_DECIMAL) {
    bell_word made = bell_decimal_to_str(ctx, value.ref);
    return made != 0 && bell_charge(ctx, BELL_STR_AT(ctx, made)->length / 16) ? made : 0;
  }
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_STR);
  if (member == NULL) member = bell_special(ctx, value, BELL_SPECIAL_REPR);
  if (member != NULL && member->kind < BELL_MEMBER_OBJECT) return special_str(ctx, a0, 0, member);
  if (value.kind != BELL_STR) return literal(ctx, value);
  return bell_charge(ctx, BELL_STR_AT(ctx, a0)->length / 16) ? a0 : 0;
}

bell_word bell_any_format(bell_ctx *ctx, bell_word a0, bell_word a1) {
  bell_value value = bell_any_value(ctx, a0);
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_FORMAT);
  if (member != NULL) return special_str(ctx, a0, a1, member);
  if (BELL_STR_AT(ctx, a1)->length == 0) return bell_any_to_str(ctx, a0);
  switch (value.kind) {
  case BELL_INT: return bell_int_format(ctx, value.i, a1);
  case BELL_DECIMAL: return bell_decimal_format(ctx, value.ref, a1);
  case BELL_BIG: return bell_big_format(ctx, value.ref, a1);
  case BELL_VALUE_BOOL: return bell_bool_format(ctx, value.i, a1);
  case BELL_FLOAT: return bell_float_format(ctx, value.f, a1);
  case BELL_STR: return bell_str_format(ctx, a0, a1);
  default: return bell_fault(ctx, 710);
  }
}
