/* str.format and format_map: replacement fields, as CPython 3.11 reads them (Objects/stringlib/unicode_format.h). */
#include "runtime/format_fields.h"

#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/record.h"
#include "runtime/str.h"
#include "runtime/text.h"
#include "runtime/unicode.h"

#define RECURSION_MAX 2 /* a spec may have fields, whose specs may not */

enum numbering { UNDECIDED, AUTOMATIC, MANUAL };

typedef struct {
  bell_ctx *ctx;
  const bell_format_values *values;
  enum numbering numbering;
  int64_t next;
} formatter;

typedef struct { uint32_t from, to; } span;

static uint32_t code_at(const formatter *f, bell_ref s, uint32_t at) { return bell_str_code(f->ctx, BELL_STR_AT(f->ctx, s), at); }

static bool refuse(formatter *f, const char *message) { return bell_raise(f->ctx, BELL_VALUE_ERROR, "%s", message); }

static bool build(formatter *f, bell_text *out, bell_ref s, span part, int depth);

/* --- the value of a field --------------------------------------------------------------------------------------------------------- */

/* The number these characters write, -1 when they write none. Returns false with a fault where it is beyond 64 bits. */
static bool read_number(formatter *f, bell_ref s, span part, int64_t *number) {
  *number = part.from < part.to ? 0 : -1;
  for (uint32_t i = part.from; i < part.to; i++) {
    uint32_t digit = bell_code_decimal(code_at(f, s, i));
    if (digit == BELL_NO_DIGIT) {
      *number = -1;
      return true;
    }
    if (*number > (INT64_MAX - (int64_t)digit) / 10) return refuse(f, "Too many decimal digits in format string");
    *number = *number * 10 + digit;
  }
  return true;
}

static bell_word raise_key(formatter *f, bell_ref name) {
  bell_fault(f->ctx, BELL_KEY_ERROR);
  f->ctx->fault_text = name;
  return 0;
}

static bell_word named_value(formatter *f, bell_ref name) {
  const bell_format_values *values = f->values;
  bell_ctx *ctx = f->ctx;
  if (values->mapping != 0 && !bell_is_kind(ctx, values->mapping, BELL_DICT)) {
    bell_root_push(ctx, name);
    bell_word value = bell_any_index(ctx, values->mapping, name);
    bell_explain_index(ctx, name);
    bell_root_pop(ctx, 1);
    return value;
  }
  if (values->mapping != 0) {
    const bell_dict *dict = BELL_DICT_AT(ctx, values->mapping);
    int64_t found = bell_dict_lookup(ctx, dict, BELL_CLASS_ANY, name);
    if (found < 0) return ctx->fault != 0 ? 0 : raise_key(f, name);
    return bell_any_from_class(ctx, bell_dict_value_class(dict), bell_dict_entry(ctx, dict, found)[1]);
  }
  const bell_str *names = values->names == 0 ? NULL : BELL_STR_AT(ctx, values->names), *wanted = BELL_STR_AT(ctx, name);
  uint32_t at = 0;
  for (int64_t i = 0; names != NULL && at < names->length; i++) {
    uint32_t from = at;
    while (at < names->length && bell_str_code(ctx, names, at) != ',') at++;
    bool same = at - from == wanted->length;
    for (uint32_t j = 0; same && j < wanted->length; j++) same = bell_str_code(ctx, names, from + j) == bell_str_code(ctx, wanted, j);
    if (same) return values->words[values->count + i];
    at++;
  }
  return raise_key(f, name);
}

static bell_word numbered_value(formatter *f, int64_t number) {
  const bell_format_values *values = f->values;
  if (!values->positional) return refuse(f, "Format string contains positional fields");
  if (number >= values->count) {
    return bell_raise(f->ctx, BELL_INDEX_ERROR, "Replacement index %lld out of range for positional args tuple", (long long)number);
  }
  return values->words[number];
}

/* Decide what the first part of a name means: the number of an argument, or -1 for a name. */
static bool count_field(formatter *f, bell_ref s, span first, int64_t *number) {
  if (!read_number(f, s, first, number)) return false;
  bool empty = first.from == first.to;
  if (!empty && *number < 0) return true;
  if (f->numbering == UNDECIDED) f->numbering = empty ? AUTOMATIC : MANUAL;
  if (f->numbering == MANUAL && empty) return refuse(f, "cannot switch from manual field specification to automatic field numbering");
  if (f->numbering == AUTOMATIC && !empty) return refuse(f, "cannot switch from automatic field numbering to manual field specification");
  if (empty) *number = f->next++;
  return true;
}

/* What a name means: an argument, and then its elements and fields. The result is not rooted. */
static bell_word value_of(formatter *f, bell_ref s, span name) {
  bell_ctx *ctx = f->ctx;
  uint32_t at = name.from;
  while (at < name.to && code_at(f, s, at) != '.' && code_at(f, s, at) != '[') at++;
  span first = {name.from, at};
  int64_t number;
  if (!count_field(f, s, first, &number)) return 0;
  bell_word value;
  if (number >= 0) {
    value = numbered_value(f, number);
  } else {
    bell_ref key = bell_str_substring(ctx, s, first.from, first.to);
    value = key == 0 ? 0 : named_value(f, key);
  }
  while (value != 0 && at < name.to) {
    uint32_t opening = code_at(f, s, at++);
    if (opening != '.' && opening != '[') return refuse(f, "Only '.' or '[' may follow ']' in format field specifier");
    span part = {at, at};
    if (opening == '.') {
      while (at < name.to && code_at(f, s, at) != '.' && code_at(f, s, at) != '[') at++;
      part.to = at;
    } else {
      while (at < name.to && code_at(f, s, at) != ']') at++;
      if (at == name.to) return refuse(f, "Missing ']' in format string");
      part.to = at++;
      if (!read_number(f, s, part, &number)) return 0;
    }
    if (part.from == part.to) return refuse(f, "Empty attribute in format string");
    bell_root_push(ctx, value);
    bell_word key = opening == '[' && number >= 0 ? bell_any_from_int(ctx, number) : bell_str_substring(ctx, s, part.from, part.to);
    bell_root_push(ctx, key);
    value = key == 0 ? 0 : opening == '.' ? bell_any_get_named(ctx, value, key) : bell_any_index(ctx, value, key);
    if (opening == '[' && value == 0) {
      bell_ref shown = ctx->fault == 702 && number >= 0 ? bell_str_substring(ctx, s, part.from, part.to) : key;
      bell_explain_index(ctx, shown);
    }
    bell_root_pop(ctx, 2);
  }
  return value;
}

/* --- fields ----------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  span name, spec;
  uint32_t conversion;
  bool nested; /* the spec has fields */
} field;

/* Read a field, whose `{` is behind; *at goes behind its `}`. */
static bool read_field(formatter *f, bell_ref s, uint32_t *at, uint32_t end, field *found) {
  uint32_t code = 0;
  *found = (field){.name = {*at, *at}};
  while (*at < end) {
    code = code_at(f, s, (*at)++);
    if (code == '{') return refuse(f, "unexpected '{' in field name");
    if (code == '[') {
      while (*at < end && code_at(f, s, *at) != ']') (*at)++;
      continue;
    }
    if (code == '}' || code == ':' || code == '!') break;
  }
  found->name.to = *at - 1;
  if (code == '}') return true;
  if (code != '!' && code != ':') return refuse(f, "expected '}' before end of string");
  if (code == '!') {
    if (*at >= end) return refuse(f, "end of string while looking for conversion specifier");
    found->conversion = code_at(f, s, (*at)++);
    if (*at < end) {
      code = code_at(f, s, (*at)++);
      if (code == '}') return true;
      if (code != ':') return refuse(f, "expected ':' after conversion specifier");
    }
  }
  found->spec.from = *at;
  for (int open = 1; *at < end;) {
    code = code_at(f, s, (*at)++);
    if (code == '{') {
      found->nested = true;
      open++;
    } else if (code == '}' && --open == 0) {
      found->spec.to = *at - 1;
      return true;
    }
  }
  return refuse(f, "unmatched '{' in format spec");
}

static bell_word converted(formatter *f, bell_word value, uint32_t conversion) {
  switch (conversion) {
  case 'r': return bell_any_repr(f->ctx, value);
  case 's': return bell_any_to_str(f->ctx, value);
  case 'a': return bell_any_ascii(f->ctx, value);
  default: break;
  }
  if (conversion > 32 && conversion < 127) return bell_raise(f->ctx, BELL_VALUE_ERROR, "Unknown conversion specifier %c", (int)conversion);
  return bell_raise(f->ctx, BELL_VALUE_ERROR, "Unknown conversion specifier \\x%x", conversion);
}

void bell_explain_index(bell_ctx *ctx, bell_ref key) {
  if (ctx->fault == 308) ctx->fault = BELL_TYPE_ERROR;
  if (ctx->fault == 701) ctx->fault = BELL_INDEX_ERROR;
  if (ctx->fault != 702 || key == 0) return;
  ctx->fault = BELL_KEY_ERROR;
  ctx->fault_text = key;
}

void bell_explain_format(bell_ctx *ctx, bell_word value) {
  if (ctx->fault != 710) return;
  if (!bell_value_is_number(bell_any_value(ctx, value)) && !bell_is_kind(ctx, value, BELL_STR)) {
    ctx->fault = 0;
    bell_raise(ctx, BELL_TYPE_ERROR, "unsupported format string passed to %s.__format__", bell_word_type_name(ctx, value));
    return;
  }
  ctx->fault = bell_told_begins(ctx, '%') ? BELL_OVERFLOW_ERROR : BELL_VALUE_ERROR; /* what was told stays */
}

#define SCAN_WORK 2 /* nanoseconds a character of the format */

static bool put_field(formatter *f, bell_text *out, bell_ref s, const field *part, int depth) {
  bell_ctx *ctx = f->ctx;
  bell_word value = value_of(f, s, part->name);
  if (value == 0 || !bell_charge(ctx, BELL_FIELD_UNITS)) return false;
  bell_root_push(ctx, value);
  if (part->conversion != 0) value = converted(f, value, part->conversion);
  bell_root_push(ctx, value);
  bell_ref spec = 0;
  if (value != 0 && part->nested) {
    bell_text inner;
    bell_text_begin(&inner, ctx);
    bool done = build(f, &inner, s, part->spec, depth - 1);
    if (done) {
      spec = bell_text_finish(&inner);
    } else {
      bell_text_abandon(&inner);
    }
  } else if (value != 0) {
    spec = bell_str_substring(ctx, s, part->spec.from, part->spec.to);
  }
  bell_root_push(ctx, spec);
  bell_word text = spec == 0 ? 0 : bell_any_format(ctx, value, spec);
  bell_explain_format(ctx, value);
  bell_root_push(ctx, text);
  bool done = text != 0 && ctx->fault == 0 && bell_text_str(out, text);
  bell_root_pop(ctx, 4);
  return done;
}

static bool build(formatter *f, bell_text *out, bell_ref s, span part, int depth) {
  if (depth == 0) return refuse(f, "Max string recursion exceeded");
  for (uint32_t at = part.from; at < part.to;) {
    uint32_t from = at, code = 0;
    bool markup = false;
    while (at < part.to && !markup) {
      code = code_at(f, s, at++);
      markup = code == '{' || code == '}';
      if ((at & (BELL_BLOCK - 1)) == 0 && !bell_work(f->ctx, (int64_t)BELL_BLOCK * SCAN_WORK)) return false;
    }
    bool last = at >= part.to;
    uint32_t to = at;
    if (markup) {
      if (code == '}' && (last || code_at(f, s, at) != '}')) return refuse(f, "Single '}' encountered in format string");
      if (code == '{' && last) return refuse(f, "Single '{' encountered in format string");
      if (code_at(f, s, at) == code) {
        at++; /* doubled: one of them is text */
        markup = false;
      } else {
        to--;
      }
    }
    if (!bell_text_slice(out, s, from, to)) return false;
    if (!markup) continue;
    field found;
    if (!read_field(f, s, &at, part.to, &found) || !put_field(f, out, s, &found, depth)) return false;
  }
  return true;
}

bell_word bell_format_fields(bell_ctx *ctx, bell_ref s, const bell_format_values *values) {
  uint32_t length = BELL_STR_AT(ctx, s)->length;
  if (!bell_charge(ctx, length / 16)) return 0;
  formatter f = {.ctx = ctx, .values = values};
  bell_text text;
  bell_text_begin(&text, ctx);
  if (build(&f, &text, s, (span){0, length}, RECURSION_MAX)) return bell_text_finish(&text);
  bell_text_abandon(&text);
  return 0;
}

bell_word bell_str_format_args(bell_ctx *ctx, bell_word a0, bell_word a1, bell_word a2) {
  bell_ref list = bell_as_list(ctx, a1);
  if (list == 0) return 0;
  bell_root_push(ctx, list);
  bell_format_values values = {.positional = true, .count = BELL_LIST_AT(ctx, list)->length, .mapping = a2 == BELL_NONE ? 0 : a2};
  values.words = values.count > 0 ? bell_at(ctx, BELL_LIST_AT(ctx, list)->data) : NULL; /* nobody changes the list meanwhile */
  bell_word made = bell_format_fields(ctx, a0, &values);
  bell_root_pop(ctx, 1);
  return made;
}

bell_word bell_any_ascii(bell_ctx *ctx, bell_word a0) {
  bell_ref shown = bell_any_repr(ctx, a0);
  if (shown == 0 || (BELL_STR_AT(ctx, shown)->head.flags & BELL_STR_ASCII)) return shown;
  bell_root_push(ctx, shown);
  bell_text text;
  bell_text_begin(&text, ctx);
  for (uint32_t i = 0; i < BELL_STR_AT(ctx, shown)->length; i++) {
    uint32_t code = bell_str_code(ctx, BELL_STR_AT(ctx, shown), i);
    char escape[12] = {'\\', code < 0x100 ? 'x' : code < 0x10000 ? 'u' : 'U'};
    size_t digits = code < 0x100 ? 2 : code < 0x10000 ? 4 : 8;
    for (size_t digit = 0; digit < digits; digit++) escape[2 + digit] = "0123456789abcdef"[code >> 4 * (digits - 1 - digit) & 15];
    if (!(code < 128 ? bell_text_code(&text, code) : bell_text_ascii(&text, escape, 2 + digits))) break;
  }
  bell_ref made = bell_text_finish(&text);
  bell_root_pop(ctx, 1);
  return made;
}
