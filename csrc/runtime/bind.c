/* Arguments bound to parameters, as CPython's _PyEval_MakeFrameVector does (Python/ceval.c of 3.11): in its order, so with its messages. */
#include <stdio.h>

#include "runtime/attribute.h"
#include "runtime/dict.h"
#include "runtime/generator.h"
#include "runtime/items.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

/* The arguments of one call. */
typedef struct {
  const bell_signature *signature;
  bell_word function; /* the function object, or None */
  bell_word self;     /* of a bound method, else 0 */
  const bell_word *words; /* by position */
  int64_t count;
  bell_ref names; /* of the words behind them, or 0 */
  bell_ref dict;  /* of names, or 0 */
} arguments;

/* A name given with a call: a part of a str. */
typedef struct { bell_ref str; uint32_t from, to; bell_word value; } given_name;

/* The next argument by name; `*at` starts as 0 and `index` counts. Returns false at the end. */
static bool next_name(bell_ctx *ctx, const arguments *call, int64_t *at, int64_t index, given_name *name) {
  if (call->dict != 0) {
    const bell_dict *dict = BELL_DICT_AT(ctx, call->dict);
    int64_t place = bell_dict_next_live(ctx, dict, *at);
    if (place < 0) return false;
    const bell_word *entry = bell_dict_entry(ctx, dict, place);
    *name = (given_name){entry[0], 0, BELL_STR_AT(ctx, entry[0])->length, entry[1]};
    *at = place + 1;
    return true;
  }
  if (call->names == 0) return false;
  const bell_str *names = BELL_STR_AT(ctx, call->names);
  uint32_t from = (uint32_t)*at, to = from;
  if (from >= names->length) return false;
  while (to < names->length && bell_str_code(ctx, names, to) != ',') to++;
  *name = (given_name){call->names, from, to, call->words[call->count + index]};
  *at = (int64_t)to + 1;
  return true;
}

static bool same_name(const bell_ctx *ctx, const given_name *name, bell_ref param) {
  const bell_str *given = BELL_STR_AT(ctx, name->str), *wanted = BELL_STR_AT(ctx, param);
  if (name->to - name->from != wanted->length) return false;
  for (uint32_t i = 0; i < wanted->length; i++) {
    if (bell_str_code(ctx, given, name->from + i) != bell_str_code(ctx, wanted, i)) return false;
  }
  return true;
}

/* --- messages ------------------------------------------------------------------------------------------------------------------- */

static const char *told_name(const bell_ctx *ctx, const given_name *name, char *text) {
  return bell_told(ctx, name->str, name->from, name->to, text);
}

static const char *title(const bell_ctx *ctx, const arguments *call, char *text) {
  return bell_told_str(ctx, bell_name(ctx, call->signature->title), text);
}

static const char *plural(int64_t count) { return count == 1 ? "" : "s"; }

static bool missing(bell_ctx *ctx, const arguments *call, const char *kind, bool keyword) {
  const bell_signature *signature = call->signature;
  uint32_t names[64];
  int64_t count = 0;
  char text[BELL_RAISE_MAX], name[BELL_RAISE_MAX];
  size_t size = 0;
  for (uint32_t i = 0; i < signature->param_count; i++) {
    const bell_param *param = &signature->params[i];
    bool of_kind = keyword ? param->kind == BELL_PARAM_KEYWORD : param->kind <= BELL_PARAM_PLAIN;
    if (!of_kind || ctx->call_words[1 + i] != 0 || param->fallback >= 0) continue;
    if (count < 64) names[count] = param->name;
    count++;
  }
  text[0] = 0;
  for (int64_t i = 0; i < count && i < 64; i++) {
    const char *before = i == 0 ? "" : i < count - 1 ? ", " : count == 2 ? " and " : ", and ";
    int more = snprintf(text + size, sizeof text - size, "%s'%s'", before, bell_told_str(ctx, bell_name(ctx, names[i]), name));
    if (more < 0 || (size += (size_t)more) >= sizeof text) break;
  }
  char whose[BELL_RAISE_MAX];
  return bell_raise(ctx, 750, "%s() missing %lld required %s argument%s: %s", title(ctx, call, whose), (long long)count, kind, plural(count),
                    text);
}

static bool too_many(bell_ctx *ctx, const arguments *call, int64_t given, int64_t positional) {
  const bell_signature *signature = call->signature;
  char whose[BELL_RAISE_MAX], takes[64], named[96] = "";
  if (bell_is_class(ctx, signature) && !signature->made_first) return bell_raise(ctx, 750, "%s() takes no arguments", title(ctx, call, whose));
  int64_t fallbacks = 0, keywords = 0, more = signature->made_first;
  for (uint32_t i = 0; i < signature->param_count; i++) {
    if (signature->params[i].kind <= BELL_PARAM_PLAIN && signature->params[i].fallback >= 0) fallbacks++;
    if (signature->params[i].kind == BELL_PARAM_KEYWORD && ctx->call_words[1 + i] != 0) keywords++;
  }
  given += more;
  positional += more;
  if (fallbacks > 0) snprintf(takes, sizeof takes, "from %lld to %lld", (long long)(positional - fallbacks), (long long)positional);
  else snprintf(takes, sizeof takes, "%lld", (long long)positional);
  if (keywords > 0) {
    snprintf(named, sizeof named, " positional argument%s (and %lld keyword-only argument%s)", plural(given), (long long)keywords,
             plural(keywords));
  }
  return bell_raise(ctx, 750, "%s() takes %s positional argument%s but %lld%s %s given", title(ctx, call, whose), takes,
                    fallbacks > 0 || positional != 1 ? "s" : "", (long long)given, named, given == 1 && keywords == 0 ? "was" : "were");
}

/* A name that no parameter takes: it may be that of parameters that are taken by position only. */
static bool unexpected(bell_ctx *ctx, const arguments *call, const given_name *unknown) {
  const bell_signature *signature = call->signature;
  char whose[BELL_RAISE_MAX], text[BELL_RAISE_MAX], name[BELL_RAISE_MAX];
  size_t size = 0;
  if (bell_is_class(ctx, signature) && !signature->made_first) return bell_raise(ctx, 750, "%s() takes no arguments", title(ctx, call, whose));
  for (uint32_t i = 0; i < signature->param_count && size < sizeof text; i++) {
    if (signature->params[i].kind != BELL_PARAM_POSITIONAL) break;
    given_name given;
    bell_ref param = bell_name(ctx, signature->params[i].name);
    for (int64_t at = 0, index = 0; next_name(ctx, call, &at, index, &given); index++) {
      if (!same_name(ctx, &given, param)) continue;
      int more = snprintf(text + size, sizeof text - size, "%s%s", size > 0 ? ", " : "", bell_told_str(ctx, param, name));
      if (more > 0) size += (size_t)more;
      break;
    }
  }
  title(ctx, call, whose);
  if (size > 0) return bell_raise(ctx, 750, "%s() got some positional-only arguments passed as keyword arguments: '%s'", whose, text);
  return bell_raise(ctx, 750, "%s() got an unexpected keyword argument '%s'", whose, told_name(ctx, unknown, name));
}

/* --- binding -------------------------------------------------------------------------------------------------------------------- */

/* A tuple of any length: its length, then its words (tuple.h). */
static bell_tuple *make_rest(bell_ctx *ctx, int64_t count, bell_word *ref) {
  uint64_t bytes = sizeof(bell_head) + (uint64_t)(count + 1) * 8;
  if (!bell_heap_reserve(ctx, BELL_ROUND(bytes))) return NULL;
  *ref = bell_heap_take(ctx, bytes, BELL_TUPLE, 0, 0);
  bell_tuple *tuple = BELL_TUPLE_AT(ctx, *ref);
  memset(tuple->slots, 0, (uint64_t)(count + 1) * 8);
  tuple->slots[0] = (bell_word)count;
  return tuple;
}

/* The arguments by position into their places, and what is left over into a tuple. */
static bool bind_positions(bell_ctx *ctx, const arguments *call, int64_t positional, int64_t rest) {
  bell_word *words = ctx->call_words + 1;
  int64_t bound = call->self != 0, given = bound + call->count, taken = given < positional ? given : positional;
  for (int64_t i = 0; i < taken; i++) words[i] = i < bound ? call->self : call->words[i - bound];
  if (rest < 0) return true;
  bell_tuple *tuple = make_rest(ctx, given - taken, &words[rest]);
  if (tuple == NULL) return false;
  for (int64_t i = taken; i < given; i++) tuple->slots[1 + i - taken] = i < bound ? call->self : call->words[i - bound];
  return true;
}

static bool bind_names(bell_ctx *ctx, const arguments *call, int64_t others) {
  const bell_signature *signature = call->signature;
  bell_word *words = ctx->call_words + 1;
  given_name name;
  char whose[BELL_RAISE_MAX], text[BELL_RAISE_MAX];
  for (int64_t at = 0, index = 0; next_name(ctx, call, &at, index, &name); index++) {
    uint32_t place = 0;
    for (; place < signature->param_count; place++) {
      const bell_param *param = &signature->params[place];
      if ((param->kind == BELL_PARAM_PLAIN || param->kind == BELL_PARAM_KEYWORD) && same_name(ctx, &name, bell_name(ctx, param->name))) break;
    }
    if (place < signature->param_count) {
      if (words[place] != 0) {
        title(ctx, call, whose);
        return bell_raise(ctx, 750, "%s() got multiple values for argument '%s'", whose, told_name(ctx, &name, text));
      }
      words[place] = name.value;
      continue;
    }
    if (others < 0) return unexpected(ctx, call, &name);
    bell_ref key = bell_str_substring(ctx, name.str, name.from, name.to);
    if (key == 0) return false;
    bell_root_push(ctx, key);
    bool put = bell_dict_put(ctx, words[others], key, name.value);
    bell_root_pop(ctx, 1);
    if (!put) return false;
  }
  return true;
}

static bool bind_fallbacks(bell_ctx *ctx, const arguments *call) {
  const bell_signature *signature = call->signature;
  bell_word *words = ctx->call_words + 1;
  bool lacks[2] = {false, false};
  for (uint32_t i = 0; i < signature->param_count; i++) {
    const bell_param *param = &signature->params[i];
    if (words[i] != 0) continue;
    if (param->fallback < 0) lacks[param->kind == BELL_PARAM_KEYWORD] = true;
    else words[i] = BELL_FUNCTION_AT(ctx, call->function)->slots[param->fallback];
  }
  if (lacks[0]) return missing(ctx, call, "positional", false);
  return !lacks[1] || missing(ctx, call, "keyword-only", true);
}

static bool bind(bell_ctx *ctx, const arguments *call) {
  const bell_signature *signature = call->signature;
  int64_t positional = 0, rest = -1, others = -1;
  for (uint32_t i = 0; i < signature->param_count; i++) {
    if (signature->params[i].kind <= BELL_PARAM_PLAIN) positional++;
    if (signature->params[i].kind == BELL_PARAM_ARGS) rest = i;
    if (signature->params[i].kind == BELL_PARAM_KWARGS) others = i;
  }
  memset(ctx->call_words, 0, (signature->param_count + 1) * sizeof(bell_word));
  ctx->call_words[0] = call->function;
  int roots = 0;
  if (others >= 0) {
    bell_ref dict = bell_dict_make(ctx, ctx->heap->any_dict, bell_dict_aux(BELL_CLASS_ANY, BELL_CLASS_ANY), 0);
    if (dict == 0) return false;
    ctx->call_words[1 + others] = dict;
    bell_root_push(ctx, dict);
    roots++;
  }
  bool bound = bind_positions(ctx, call, positional, rest);
  if (bound && rest >= 0) {
    bell_root_push(ctx, ctx->call_words[1 + rest]);
    roots++;
  }
  int64_t given = call->count + (call->self != 0);
  bound = bound && bind_names(ctx, call, others);
  if (bound && given > positional && rest < 0) bound = too_many(ctx, call, given, positional);
  bound = bound && bind_fallbacks(ctx, call);
  bell_root_pop(ctx, roots);
  return bound;
}

/* What is called. Returns false on a fault. */
static bool find_callee(bell_ctx *ctx, bell_word callee, arguments *call) {
  bell_value value = bell_any_value(ctx, callee);
  if (value.kind == BELL_FUNCTION) {
    const bell_function *function = BELL_FUNCTION_AT(ctx, value.ref);
    if (function->head.aux == BELL_FUNCTION_PLAIN) {
      call->signature = &ctx->signatures[function->signature];
      call->function = callee;
      return true;
    }
    if (function->head.aux == BELL_FUNCTION_BOUND) {
      call->signature = &ctx->signatures[function->signature];
      call->self = function->slots[0];
      call->function = function->slots[1];
      return true;
    }
  }
  const bell_member *member = bell_special(ctx, value, BELL_SPECIAL_CALL);
  bell_attribute found;
  if (member != NULL) {
    bell_find_member(ctx, member, callee, &found);
    if (found.kind == BELL_ATTRIBUTE_METHOD) {
      call->signature = found.signature;
      call->self = found.self;
      call->function = found.value;
      return true;
    }
    if (found.kind == BELL_ATTRIBUTE_VALUE) return find_callee(ctx, found.value, call);
  }
  return bell_raise(ctx, 750, "'%s' object is not callable", bell_value_type_name(ctx, value));
}

static int64_t finish(bell_ctx *ctx, const arguments *call, int64_t named) {
  if (!bell_charge(ctx, call->count + named + (int64_t)call->signature->param_count)) return BELL_CALL_FAULT;
  return bind(ctx, call) ? call->signature - ctx->signatures : BELL_CALL_FAULT;
}

/* Bind the words to a function that was found; the last of them have `names`. */
static int64_t bind_words(bell_ctx *ctx, arguments *call, bell_ref names) {
  int64_t named = 0, first = call->self != 0;
  if (names == 0 || BELL_STR_AT(ctx, names)->length == 0) {
    if (call->signature->plain_count == call->count + first) {
      ctx->call_words[0] = call->function;
      if (first) ctx->call_words[1] = call->self;
      if (call->count > 0) memcpy(ctx->call_words + 1 + first, call->words, (uint64_t)call->count * 8);
      return call->signature - ctx->signatures;
    }
  } else {
    const bell_str *text = BELL_STR_AT(ctx, names);
    call->names = names;
    named = 1;
    for (uint32_t i = 0; i < text->length; i++) named += bell_str_code(ctx, text, i) == ',';
  }
  call->count -= named;
  return finish(ctx, call, named);
}

/* Whether what is called is a method of a built-in type. */
static bool is_method(const bell_ctx *ctx, bell_word callee) {
  bell_value value = bell_any_value(ctx, callee);
  return value.kind == BELL_FUNCTION && BELL_FUNCTION_AT(ctx, value.ref)->head.aux == BELL_FUNCTION_METHOD;
}

/* Call one: the call is done then. */
static int64_t call_method(bell_ctx *ctx, bell_word callee, bell_ref names, const bell_word *words, int64_t count) {
  const bell_function *function = BELL_FUNCTION_AT(ctx, callee);
  if (names == 0) names = ctx->empty_string;
  bell_word result = bell_any_method(ctx, function->slots[1], names, function->slots[0], words, count);
  if (ctx->fault != 0) return BELL_CALL_FAULT;
  ctx->call_words[0] = result;
  return BELL_CALL_DONE;
}

int64_t bell_call_bind(bell_ctx *ctx, bell_word callee, bell_ref names, const bell_word *words, int64_t count) {
  if (is_method(ctx, callee)) return call_method(ctx, callee, names, words, count);
  arguments call = {.words = words, .count = count};
  return find_callee(ctx, callee, &call) ? bind_words(ctx, &call, names) : BELL_CALL_FAULT;
}

/* A property gives what is called. Its getter's calls may use the buffer that the words lie in. */
static int64_t bind_property(bell_ctx *ctx, const bell_attribute *getter, bell_word object, bell_ref names, const bell_word *words, int64_t count) {
  bell_word callee, kept = bell_tuple_of_any(ctx, words, count);
  if (kept == 0) return BELL_CALL_FAULT;
  bell_root_push(ctx, kept);
  int64_t bound = BELL_CALL_FAULT;
  if (bell_call_function(ctx, getter->signature, getter->value, object, NULL, 0, &callee)) {
    bell_root_push(ctx, callee);
    bound = bell_call_bind(ctx, callee, names, bell_tuple_items(BELL_TUPLE_AT(ctx, kept)), count);
    bell_root_pop(ctx, 1);
  }
  bell_root_pop(ctx, 1);
  return bound;
}

int64_t bell_call_bind_method(bell_ctx *ctx, bell_word object, bell_ref name, bell_ref names, const bell_word *words, int64_t count) {
  bell_attribute found;
  if (!bell_find_attribute(ctx, object, name, &found)) return BELL_CALL_FAULT;
  switch (found.kind) {
  case BELL_ATTRIBUTE_METHOD: {
    arguments call = {.signature = found.signature, .function = found.value, .self = found.self, .words = words, .count = count};
    return bind_words(ctx, &call, names);
  }
  case BELL_ATTRIBUTE_VALUE: {
    bell_root_push(ctx, found.value); /* a box, if it was made for this */
    int64_t bound = bell_call_bind(ctx, found.value, names, words, count);
    bell_root_pop(ctx, 1);
    return bound;
  }
  case BELL_ATTRIBUTE_PROPERTY: return bind_property(ctx, &found, object, names, words, count);
  default: break;
  }
  bell_value value = bell_any_value(ctx, object);
  if ((value.kind == BELL_RECORD && bell_resumed_by(ctx, value) == UINT32_MAX) || value.kind == BELL_FUNCTION) {
    bell_no_attribute(ctx, object, name);
    return BELL_CALL_FAULT;
  }
  bell_word result = bell_any_method(ctx, name, names, object, words, count);
  if (ctx->fault != 0) return BELL_CALL_FAULT;
  ctx->call_words[0] = result;
  return BELL_CALL_DONE;
}

bool bell_call_function(bell_ctx *ctx, const bell_signature *signature, bell_word function, bell_word self, const bell_word *args, int64_t count,
                        bell_word *result) {
  arguments call = {.signature = signature, .function = function, .self = self, .words = args, .count = count};
  if (bind_words(ctx, &call, 0) < 0) return false;
  /* The callee takes its arguments before anything else is bound, and its result comes behind all that was. */
  if (!bell_invoke(ctx, signature->entry, ctx->call_words)) return false;
  *result = ctx->call_words[0];
  return true;
}

/* The elements of a tuple whose type the module names, as words of class any in one that has none. 0 on a fault. */
static bell_ref boxed(bell_ctx *ctx, bell_ref from) {
  bell_word ref = 0;
  int64_t count = bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, from));
  if (make_rest(ctx, count, &ref) == NULL) return 0;
  bell_root_push(ctx, ref);
  for (int64_t i = 0; i < count && ctx->fault == 0; i++) {
    bell_tuple *tuple = BELL_TUPLE_AT(ctx, from);
    bell_word word = bell_any_from_class(ctx, bell_tuple_class(ctx, tuple, i), bell_tuple_items(tuple)[i]);
    BELL_TUPLE_AT(ctx, ref)->slots[1 + i] = word;
  }
  bell_root_pop(ctx, 1);
  return ctx->fault == 0 ? ref : 0;
}

/* The names of a dict, all of which must be strings; how many, or -1 on a fault. */
static int64_t take_names(bell_ctx *ctx, arguments *call, bell_word kwargs) {
  if (kwargs == BELL_NONE) return 0;
  if (bell_any_value(ctx, kwargs).kind != BELL_DICT || BELL_HEAD_AT(ctx, kwargs)->aux != bell_dict_aux(BELL_CLASS_ANY, BELL_CLASS_ANY)) {
    bell_fault(ctx, 1201);
    return -1;
  }
  const bell_dict *dict = BELL_DICT_AT(ctx, kwargs);
  call->dict = kwargs;
  for (int64_t at = 0; (at = bell_dict_next_live(ctx, dict, at)) >= 0; at++) {
    if (bell_any_value(ctx, bell_dict_entry(ctx, dict, at)[0]).kind == BELL_STR) continue;
    bell_raise(ctx, 750, "keywords must be strings");
    return -1;
  }
  return dict->live;
}

/* The arguments of a list or tuple and of a dict or None to a method of a built-in type: the names become one str, parted by commas. */
static int64_t spread_method(bell_ctx *ctx, bell_word callee, bell_word args, bell_word kwargs) {
  arguments call = {0};
  int64_t named = take_names(ctx, &call, kwargs);
  bell_value given = bell_any_value(ctx, args);
  if (named >= 0 && given.kind != BELL_LIST && given.kind != BELL_TUPLE) bell_fault(ctx, 1201);
  if (ctx->fault != 0) return BELL_CALL_FAULT;
  bell_ref words = bell_list_make(ctx, 0, BELL_CLASS_ANY, 0), names = 0;
  bell_root_push(ctx, words);
  bell_ref parts = words == 0 ? 0 : bell_list_make(ctx, 0, BELL_CLASS_STR, named);
  bell_root_push(ctx, parts);
  bool done = parts != 0 && bell_list_add_items(ctx, words, given) && bell_charge(ctx, BELL_LIST_AT(ctx, words)->length + named) &&
              bell_list_ensure(ctx, words, BELL_LIST_AT(ctx, words)->length + named + 1);
  for (int64_t at = 0; done && named > 0 && (at = bell_dict_next_live(ctx, BELL_DICT_AT(ctx, kwargs), at)) >= 0; at++) {
    const bell_word *entry = bell_dict_entry(ctx, BELL_DICT_AT(ctx, kwargs), at);
    bell_list *names_list = BELL_LIST_AT(ctx, parts), *values = BELL_LIST_AT(ctx, words);
    bell_list_store(ctx, names_list, names_list->length++, entry[0]);
    bell_list_store(ctx, values, values->length++, entry[1]);
  }
  int64_t bound = BELL_CALL_FAULT;
  if (done) {
    bell_ref comma = bell_str_from_ascii(ctx, ",", 1);
    bell_root_push(ctx, comma);
    bell_unpaid(ctx); /* the names are the call's own */
    if (comma != 0) names = bell_str_join(ctx, comma, parts);
    bell_paid_again(ctx);
    bell_root_pop(ctx, 1);
    bell_root_push(ctx, names);
    if (names != 0) bound = call_method(ctx, callee, names, bell_at(ctx, BELL_LIST_AT(ctx, words)->data), BELL_LIST_AT(ctx, words)->length);
    bell_root_pop(ctx, 1);
  }
  bell_root_pop(ctx, 2);
  return bound;
}

int64_t bell_call_bind_spread(bell_ctx *ctx, bell_word callee, bell_word args, bell_word kwargs) {
  arguments call = {0};
  if (is_method(ctx, callee)) return spread_method(ctx, callee, args, kwargs);
  if (!find_callee(ctx, callee, &call)) return BELL_CALL_FAULT;
  int64_t named = take_names(ctx, &call, kwargs), bound = BELL_CALL_FAULT;
  if (named < 0) return BELL_CALL_FAULT;
  bell_value given = bell_any_value(ctx, args);
  if (given.kind == BELL_LIST && BELL_HEAD_AT(ctx, args)->aux == BELL_CLASS_ANY) {
    call.words = bell_at(ctx, BELL_LIST_AT(ctx, args)->data);
    call.count = BELL_LIST_AT(ctx, args)->length;
    return finish(ctx, &call, named);
  }
  if (given.kind != BELL_TUPLE) {
    bell_fault(ctx, 1201);
    return BELL_CALL_FAULT;
  }
  bell_ref tuple = BELL_HEAD_AT(ctx, args)->type == 0 ? args : boxed(ctx, args);
  if (tuple == 0) return BELL_CALL_FAULT;
  bell_root_push(ctx, tuple);
  call.words = bell_tuple_items(BELL_TUPLE_AT(ctx, tuple));
  call.count = bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, tuple));
  bound = finish(ctx, &call, named);
  bell_root_pop(ctx, 1);
  return bound;
}
