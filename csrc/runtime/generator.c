/* See generator.h. */
#include "runtime/generator.h"

#include "runtime/attribute.h"
#include "runtime/exc.h"
#include "runtime/faults.inc"
#include "runtime/method.h"
#include "runtime/ops.h"
#include "runtime/record.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

enum { NEXT, SEND, THROW };
enum { FINISHED = -1, RUNNING = -2 };

static bell_word *slots_of(const bell_ctx *ctx, bell_ref frame) { return BELL_TUPLE_AT(ctx, frame)->slots; }
static int64_t state_of(const bell_ctx *ctx, bell_ref frame) { return (int64_t)slots_of(ctx, frame)[BELL_GENERATOR_STATE]; }
static void set_state(const bell_ctx *ctx, bell_ref frame, int64_t state) { slots_of(ctx, frame)[BELL_GENERATOR_STATE] = (bell_word)state; }

static bool is_generator(const bell_ctx *ctx, bell_word word) { return bell_resumed_by(ctx, bell_any_value(ctx, word)) != UINT32_MAX; }

/* --- exceptions as objects -------------------------------------------------------------------------------------------------------- */

static bool derives(const bell_ctx *ctx, uint32_t type, uint32_t base) {
  if (type == 0 || base == 0) return false;
  return ctx->types[type].class_low >= ctx->types[base].class_low && ctx->types[type].class_low <= ctx->types[base].class_high;
}

static bool is_of(const bell_ctx *ctx, bell_word word, uint32_t type) {
  return type != 0 && bell_any_value(ctx, word).kind == BELL_RECORD && bell_record_derives(ctx, word, type);
}

/* The row of the records that a class makes, 0 for what is no class: a function of the name of an exception makes those, too. */
static uint32_t class_type(const bell_ctx *ctx, bell_word word) {
  bell_value value = bell_any_value(ctx, word);
  if (value.kind != BELL_FUNCTION || BELL_FUNCTION_AT(ctx, value.ref)->head.aux != BELL_FUNCTION_PLAIN) return 0;
  const bell_signature *signature = &ctx->signatures[BELL_FUNCTION_AT(ctx, value.ref)->signature];
  if (bell_is_class(ctx, signature)) return signature->record_type;
  char title[BELL_RAISE_MAX];
  title[bell_str_to_utf8(ctx, bell_name(ctx, signature->title), title, sizeof title - 1)] = 0;
  uint32_t type = bell_record_named(ctx, title);
  return derives(ctx, type, bell_record_named(ctx, "BaseException")) ? type : 0;
}

/* End with an exception object. */
static bell_word raise_object(bell_ctx *ctx, bell_word error) {
  char text[BELL_RAISE_MAX] = "";
  bell_word args = slots_of(ctx, error)[0];
  if (bell_is_kind(ctx, args, BELL_TUPLE) && bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, args)) == 1) {
    bell_word first = bell_tuple_items(BELL_TUPLE_AT(ctx, args))[0];
    if (bell_is_kind(ctx, first, BELL_STR)) text[bell_str_to_utf8(ctx, first, text, sizeof text / 2)] = 0;
  }
  const char *name = ctx->types[BELL_HEAD_AT(ctx, error)->type].name;
  bell_raise(ctx, BELL_E0705, text[0] == 0 ? "%s" : "%.200s: %s", name, text);
  ctx->raised = error;
  return 0;
}

/* An exception of a built-in class with this argument, 0 for none, which is rooted. 0 on a fault. */
static bell_word new_exception(bell_ctx *ctx, uint32_t type, bell_word argument) {
  bell_word args = bell_tuple_of_any(ctx, &argument, argument == 0 ? 0 : 1);
  uint64_t count = ctx->types[type].slot_count, bytes = sizeof(bell_head) + count * 8;
  bell_root_push(ctx, args);
  bell_ref made = args != 0 && bell_heap_reserve(ctx, BELL_ROUND(bytes)) ? bell_heap_take(ctx, bytes, BELL_RECORD, 0, type) : 0;
  bell_root_pop(ctx, 1);
  if (made == 0) return 0;
  for (uint64_t i = 0; i < count; i++) slots_of(ctx, made)[i] = i == 0 ? args : BELL_NONE;
  return made;
}

/* The generator has ended, having returned the value: StopIteration. */
static bell_word stop(bell_ctx *ctx, bell_word value) {
  if (ctx->stop_type == 0) return bell_raise(ctx, BELL_E0705, "StopIteration"); /* nothing in the program looks at one */
  bell_root_push(ctx, value);
  bell_word error = new_exception(ctx, ctx->stop_type, value == BELL_NONE ? 0 : value);
  bell_root_pop(ctx, 1);
  return error == 0 ? 0 : raise_object(ctx, error);
}

bool bell_take_stop(bell_ctx *ctx) {
  bell_word word = slots_of(ctx, ctx->raised)[0]; /* `args` is the first field of exceptions */
  bell_tuple *args = BELL_TUPLE_AT(ctx, word);
  bell_exc_clear(ctx);
  ctx->iteration_value = BELL_NONE;
  if (bell_tuple_length(ctx, args) == 0) return true;
  bell_root_push(ctx, word);
  ctx->iteration_value = bell_any_from_class(ctx, bell_tuple_class(ctx, args, 0), bell_tuple_items(args)[0]);
  bell_root_pop(ctx, 1);
  return ctx->fault == 0;
}

/* The exception under way as an object, and no longer under way; 0 where no program can catch it. */
static bell_word take_exception(bell_ctx *ctx) {
  if (!bell_exc_is_catchable(ctx)) return 0;
  if (ctx->raised != 0 || ctx->fault_inside) return bell_exc_current(ctx);
  /* The fault of a runtime function that was called here: it has told its text. */
  static const char *const names[] = {"RuntimeError", "AttributeError", "ValueError", "TypeError"};
  uint32_t code = ctx->fault, which = code == BELL_E0766 ? 0 : code == BELL_E0751 || code == BELL_E0792 ? 1 : code == BELL_E0765 ? 2 : 3;
  uint32_t type = bell_record_named(ctx, names[which]);
  bell_word text = ctx->fault_text;
  if (type == 0) return 0;
  bell_exc_clear(ctx);
  bell_root_push(ctx, text);
  if (text == 0) text = bell_str_from_ascii(ctx, "generator already executing", 27);
  bell_root_push(ctx, text);
  bell_word error = text == 0 ? 0 : new_exception(ctx, type, text);
  bell_root_pop(ctx, 2);
  return error;
}

/* What a class makes of the value that is thrown with it. 0 on a fault. */
static bell_word instance_of(bell_ctx *ctx, bell_word class_, uint32_t type, bell_word value) {
  if (is_of(ctx, value, type)) return value;
  bool several = bell_any_value(ctx, value).kind == BELL_TUPLE;
  bell_word args = several ? value : bell_tuple_of_any(ctx, &value, value == BELL_NONE ? 0 : 1);
  if (args == 0) return 0;
  bell_root_push(ctx, args);
  int64_t bound = bell_call_bind_spread(ctx, class_, args, BELL_NONE);
  bool done = bound == BELL_CALL_DONE || (bound >= 0 && bell_invoke(ctx, ctx->signatures[bound].entry, ctx->call_words));
  bell_root_pop(ctx, 1);
  return done ? ctx->call_words[0] : 0;
}

/* The exception that the arguments of throw() stand for, 0 for those that were not passed: a class and a value, or an object. 0 on a fault. */
static bell_word exception_of(bell_ctx *ctx, const bell_word *thrown) {
  uint32_t base = bell_record_named(ctx, "BaseException"), type = class_type(ctx, thrown[0]);
  bell_word value = thrown[1] == 0 ? BELL_NONE : thrown[1];
  if (derives(ctx, type, base)) return instance_of(ctx, thrown[0], type, value);
  if (!is_of(ctx, thrown[0], base)) {
    const char *name = bell_word_type_name(ctx, thrown[0]);
    return bell_raise(ctx, BELL_E0780, "exceptions must be classes or instances deriving from BaseException, not %.200s", name);
  }
  if (value != BELL_NONE) return bell_raise(ctx, BELL_E0780, "instance exception may not have a separate value");
  return thrown[0];
}

static bell_word raise_thrown(bell_ctx *ctx, const bell_word *thrown) {
  bell_word error = exception_of(ctx, thrown);
  return error == 0 ? 0 : raise_object(ctx, error);
}

/* --- resuming --------------------------------------------------------------------------------------------------------------------- */

static bell_word refuse_running(bell_ctx *ctx) { return bell_raise(ctx, BELL_E0765, "generator already executing"); }

/* Run on from where the frame waits. The item, BELL_END, or 0 on a fault. What is passed is taken over. */
static bell_word run(bell_ctx *ctx, bell_ref frame, int mode, bell_word sent) {
  uint32_t temporaries = ctx->heap->temporary_count;
  bool refused = state_of(ctx, frame) == RUNNING;
  bell_word words[3] = {frame, (bell_word)mode, sent};
  bell_root_push(ctx, frame);
  bool done = bell_invoke(ctx, bell_resumed_by(ctx, bell_any_value(ctx, frame)), words);
  ctx->heap->temporary_count = temporaries;
  if (done) return words[0] ? words[1] : BELL_END;
  if (!refused) set_state(ctx, frame, FINISHED);
  if (!refused && bell_is_stop(ctx)) {
    bell_exc_clear(ctx);
    bell_raise(ctx, BELL_E0766, "generator raised StopIteration");
  }
  return 0;
}

bell_word bell_generator_next(bell_ctx *ctx, bell_ref frame) { return run(ctx, frame, NEXT, BELL_NONE); }

/* The name as a str of the pool, 0 where the program has it nowhere. */
static bell_ref pooled(const bell_ctx *ctx, const char *name) {
  for (uint32_t i = 0; i < ctx->string_count; i++) {
    const bell_str *str = BELL_STR_AT(ctx, ctx->strings[i]);
    if (str->length == strlen(name) && str->head.aux == 1 && memcmp(bell_str_data(ctx, str), name, str->length) == 0) return ctx->strings[i];
  }
  return 0;
}

/* Whether an iterator that is no generator has the method; `name` comes to be its name. */
static bool has_named(bell_ctx *ctx, bell_word walk, const char *text, bell_ref *name) {
  *name = pooled(ctx, text);
  return *name != 0 && bell_any_has_attr(ctx, walk, *name);
}

/* Call it: what it gives, or 0 on a fault. */
static bell_word call_named(bell_ctx *ctx, bell_word walk, bell_ref name, const bell_word *args, int64_t count) {
  int64_t bound = bell_call_bind_method(ctx, walk, name, 0, args, count);
  if (bound == BELL_CALL_FAULT) return 0;
  if (bound != BELL_CALL_DONE && !bell_invoke(ctx, ctx->signatures[bound].entry, ctx->call_words)) return 0;
  return ctx->call_words[0];
}

static bell_word send(bell_ctx *ctx, bell_ref frame, bell_word value);
static bell_word throw_in(bell_ctx *ctx, bell_ref frame, const bell_word *thrown);
static bool close_frame(bell_ctx *ctx, bell_ref frame);

/* Send or throw into an iterator: its next item, BELL_END, or 0 on a fault. */
static bell_word pass(bell_ctx *ctx, bell_word walk, int mode, const bell_word *sent) {
  bell_ref name;
  if (is_generator(ctx, walk)) return mode == THROW ? throw_in(ctx, walk, sent) : send(ctx, walk, sent[0]);
  if (mode == SEND && sent[0] == BELL_NONE) return bell_any_next(ctx, walk);
  if (!has_named(ctx, walk, mode == THROW ? "throw" : "send", &name)) {
    if (ctx->fault != 0) return 0;
    if (mode == THROW) return raise_thrown(ctx, sent);
    return bell_raise(ctx, BELL_E0751, "'%.200s' object has no attribute 'send'", bell_word_type_name(ctx, walk));
  }
  bell_word item = call_named(ctx, walk, name, sent, mode == SEND || sent[1] == 0 ? 1 : sent[2] == 0 ? 2 : 3);
  if (ctx->fault == 0 || !bell_is_stop(ctx)) return item;
  return bell_take_stop(ctx) ? BELL_END : 0;
}

/* Close an iterator, if it can be. Returns false on a fault. */
static bool close_walk(bell_ctx *ctx, bell_word walk) {
  bell_ref name;
  if (is_generator(ctx, walk)) return close_frame(ctx, walk);
  if (has_named(ctx, walk, "close", &name)) call_named(ctx, walk, name, NULL, 0);
  return ctx->fault == 0;
}

/* Go on with the fault of an inner iterator: it is raised where the generator waits. */
static bell_word raise_inside(bell_ctx *ctx, bell_ref frame) {
  bell_word error = take_exception(ctx);
  if (error == 0) {
    set_state(ctx, frame, FINISHED);
    return 0;
  }
  return run(ctx, frame, THROW, error);
}

/* Send or throw into the iterator in which a generator waits. What is sent is rooted. */
static bell_word delegate(bell_ctx *ctx, bell_ref frame, int mode, const bell_word *sent) {
  uint32_t temporaries = ctx->heap->temporary_count;
  int64_t state = state_of(ctx, frame);
  bell_root_push(ctx, frame);
  set_state(ctx, frame, RUNNING);
  bell_word item = pass(ctx, slots_of(ctx, frame)[BELL_GENERATOR_INNER], mode, sent);
  set_state(ctx, frame, state);
  if (item == BELL_END) item = run(ctx, frame, SEND, BELL_END);
  else if (item == 0) item = raise_inside(ctx, frame);
  ctx->heap->temporary_count = temporaries;
  return item;
}

static bool delegates(const bell_ctx *ctx, bell_ref frame) {
  return state_of(ctx, frame) > 0 && slots_of(ctx, frame)[BELL_GENERATOR_INNER] != BELL_NONE;
}

static bell_word send(bell_ctx *ctx, bell_ref frame, bell_word value) {
  if (state_of(ctx, frame) == RUNNING) return refuse_running(ctx);
  if (state_of(ctx, frame) == 0 && value != BELL_NONE)
    return bell_raise(ctx, BELL_E0780, "can't send non-None value to a just-started generator");
  return delegates(ctx, frame) ? delegate(ctx, frame, SEND, &value) : run(ctx, frame, SEND, value);
}

static bell_word throw_in(bell_ctx *ctx, bell_ref frame, const bell_word *thrown) {
  if (state_of(ctx, frame) == RUNNING) return refuse_running(ctx);
  if (delegates(ctx, frame)) {
    uint32_t leaving = bell_record_named(ctx, "GeneratorExit");
    if (!is_of(ctx, thrown[0], leaving) && !derives(ctx, class_type(ctx, thrown[0]), leaving)) return delegate(ctx, frame, THROW, thrown);
    int64_t state = state_of(ctx, frame);
    set_state(ctx, frame, RUNNING);
    bool closed = close_walk(ctx, slots_of(ctx, frame)[BELL_GENERATOR_INNER]);
    set_state(ctx, frame, state);
    if (!closed) return raise_inside(ctx, frame);
  }
  bell_word error = exception_of(ctx, thrown);
  if (error == 0) return 0;
  if (state_of(ctx, frame) > 0) return run(ctx, frame, THROW, error);
  set_state(ctx, frame, FINISHED);
  return raise_object(ctx, error);
}

/* Returns false on a fault. */
static bool close_frame(bell_ctx *ctx, bell_ref frame) {
  uint32_t type = bell_record_named(ctx, "GeneratorExit");
  if (state_of(ctx, frame) == RUNNING) return refuse_running(ctx);
  if (state_of(ctx, frame) <= 0 || type == 0) { /* without the class nothing in the program looks at one */
    set_state(ctx, frame, FINISHED);
    return true;
  }
  bell_root_push(ctx, frame);
  bell_word thrown[3] = {new_exception(ctx, type, 0), 0, 0};
  bell_root_push(ctx, thrown[0]);
  bell_word item = thrown[0] == 0 ? 0 : throw_in(ctx, frame, thrown);
  bell_root_pop(ctx, 2);
  if (item == BELL_END) return true;
  if (item != 0) return bell_raise(ctx, BELL_E0766, "generator ignored GeneratorExit");
  if (ctx->fault != BELL_E0705 || ctx->raised == 0 || (!is_of(ctx, ctx->raised, type) && !bell_is_stop(ctx))) return false;
  bell_exc_clear(ctx);
  return true;
}

/* --- methods ---------------------------------------------------------------------------------------------------------------------- */

static bell_word item_or_stop(bell_ctx *ctx, bell_ref frame, bell_word item) {
  return item == BELL_END ? stop(ctx, slots_of(ctx, frame)[BELL_GENERATOR_VALUE]) : item;
}

static bell_word method_iter(bell_ctx *ctx, const bell_word *a) {
  (void)ctx;
  return a[0];
}

static bell_word method_next(bell_ctx *ctx, const bell_word *a) { return item_or_stop(ctx, a[0], run(ctx, a[0], NEXT, BELL_NONE)); }

static bell_word method_send(bell_ctx *ctx, const bell_word *a) { return item_or_stop(ctx, a[0], send(ctx, a[0], a[1])); }

static bell_word method_close(bell_ctx *ctx, const bell_word *a) { return close_frame(ctx, a[0]) ? BELL_NONE : 0; }

static bell_word method_throw(bell_ctx *ctx, const bell_word *a) { return item_or_stop(ctx, a[0], throw_in(ctx, a[0], a + 1)); }

static const bell_method METHODS[] = {
  {"__iter__", method_iter, BELL_TAKES_NONE, 0, 0, ""},
  {"__next__", method_next, BELL_TAKES_NONE, 0, 0, ""},
  {"close", method_close, BELL_TAKES_NONE, 0, 0, ""},
  {"send", method_send, BELL_TAKES_ONE, 1, 1, ""},
  {"throw", method_throw, BELL_TAKES_POSITIONS, 1, 3, ""},
};
const bell_method_table bell_generator_methods = {METHODS, sizeof METHODS / sizeof *METHODS};
