/* Functions as values: how arguments are bound, attributes found, functions and generators of the program called. A C function stands for the VM. */
#include "runtime/call.h"

#include "check.h"
#include "runtime/attribute.h"
#include "runtime/context.h"
#include "runtime/dict.h"
#include "runtime/heap.h"
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

#define STRINGS(X) \
  X(empty, "") X(f, "f") X(g, "Point.g") X(a, "a") X(b, "b") X(c, "c") X(rest, "rest") X(k, "k") X(d, "d") X(others, "others") X(point, "Point") \
  X(x, "x") X(m, "m") X(p, "p") X(s, "s") X(v, "v") X(q, "q") X(names_k, "k") X(names_bk, "b,k") X(names_ka, "k,a") X(names_kzb, "k,z,b") X(names_x, "x") X(dunder, "__class__")
enum {
#define NAME(name, text) S_##name,
  STRINGS(NAME)
#undef NAME
  S_COUNT
};
static const bell_pool_text pool[] = {
#define TEXT(name, text) {text, sizeof text - 1, 1},
  STRINGS(TEXT)
#undef TEXT
};

enum { T_ANY = 1, T_LIST, T_DICT, T_F, T_G, T_POINT, T_FRAME, T_CLASS, T_COUNT };
enum { F_F, F_G, F_NAME, F_SPIN, F_RESUME, F_COUNT }; /* functions of the program */
enum { SIG_F, SIG_G, SIG_CLASS, SIG_COUNT };
enum { GLOBAL_POINT, GLOBAL_V, GLOBAL_COUNT };

/* def f(a, /, b, c=<slot 0>, *rest, k, d=<slot 1>, **others) */
static const bell_param f_params[] = {{S_a, -1, BELL_PARAM_POSITIONAL}, {S_b, -1, BELL_PARAM_PLAIN},   {S_c, 0, BELL_PARAM_PLAIN},      {S_rest, -1, BELL_PARAM_ARGS},
                                      {S_k, -1, BELL_PARAM_KEYWORD},    {S_d, 1, BELL_PARAM_KEYWORD},  {S_others, -1, BELL_PARAM_KWARGS}};
static const bell_param g_params[] = {{S_x, -1, BELL_PARAM_PLAIN}, {S_k, -1, BELL_PARAM_PLAIN}};
static const bell_signature signatures[] = {
    [SIG_F] = {.entry = F_F, .param_count = 7, .plain_count = -1, .wraps = -1, .title = S_f, .params = f_params},
    [SIG_G] = {.entry = F_G, .param_count = 2, .plain_count = 2, .wraps = -1, .title = S_g, .params = g_params},
    [SIG_CLASS] = {.entry = F_NAME, .param_count = 0, .plain_count = 0, .wraps = -1, .title = S_point, .record = S_point, .record_type = T_POINT},
};

static const uint8_t any_classes[] = {BELL_CLASS_ANY, BELL_CLASS_ANY};
static const uint32_t any_types[] = {T_ANY, T_ANY};
static const char *const x_names[] = {"x"};
static const uint32_t x_strings[] = {S_x}, x_slots[] = {0};
static const bell_member members[] = {
    {S_m, BELL_MEMBER_METHOD, SIG_G, UINT32_MAX, BELL_NO_SIGNATURE, UINT32_MAX},
    {S_p, BELL_MEMBER_PROPERTY, SIG_G, UINT32_MAX, BELL_NO_SIGNATURE, UINT32_MAX},
    {S_s, BELL_MEMBER_STATIC, SIG_G, UINT32_MAX, BELL_NO_SIGNATURE, UINT32_MAX},
    {S_c, BELL_MEMBER_CLASS, SIG_G, UINT32_MAX, BELL_NO_SIGNATURE, UINT32_MAX},
    {S_v, BELL_MEMBER_VARIABLE, BELL_NO_SIGNATURE, GLOBAL_V, BELL_NO_SIGNATURE, UINT32_MAX},
    {S_dunder, BELL_MEMBER_VARIABLE, BELL_NO_SIGNATURE, GLOBAL_POINT, BELL_NO_SIGNATURE, UINT32_MAX},
};
static const bell_type types[T_COUNT] = {
    [T_ANY] = {.class_ = BELL_CLASS_ANY, .name = "any", .told = "any"},
    [T_LIST] = {.kind = BELL_LIST, .class_ = BELL_CLASS_REF, .item_class = BELL_CLASS_ANY, .item_type = T_ANY, .name = "list[any]", .told = "list[any]"},
    [T_DICT] = {.kind = BELL_DICT, .class_ = BELL_CLASS_REF, .item_class = BELL_CLASS_ANY, .value_class = BELL_CLASS_ANY, .item_type = T_ANY, .value_type = T_ANY, .name = "dict[any, any]", .told = "dict[any, any]"},
    [T_F] = {.kind = BELL_FUNCTION, .class_ = BELL_CLASS_REF, .slot_count = 2, .slot_classes = any_classes, .slot_types = any_types, .name = "fn[@f](any, any)", .told = "fn[@f](any, any)", .signature = SIG_F},
    [T_G] = {.kind = BELL_FUNCTION, .class_ = BELL_CLASS_REF, .name = "fn[@g]()", .told = "fn[@g]()", .signature = SIG_G},
    [T_POINT] = {.kind = BELL_RECORD, .class_ = BELL_CLASS_REF, .slot_count = 1, .slot_classes = any_classes, .slot_types = any_types, .name = "Point", .told = "Point", .field_count = 1,
                 .field_names = x_names, .field_slots = x_slots, .field_strings = x_strings, .member_count = 6, .members = members},
    [T_FRAME] = {.kind = BELL_RECORD, .class_ = BELL_CLASS_REF, .slot_count = 1, .slot_classes = any_classes, .slot_types = any_types, .name = "g", .told = "g", .resume = 1 + F_RESUME},
    [T_CLASS] = {.kind = BELL_FUNCTION, .class_ = BELL_CLASS_REF, .name = "fn[@Point]()", .told = "fn[@Point]()", .signature = SIG_CLASS},
};
static const uint8_t global_classes[GLOBAL_COUNT] = {BELL_CLASS_ANY, BELL_CLASS_ANY};

static bell_ctx *ctx; /* of the test that runs */
static int calls;

#define I(number) bell_any_from_int(ctx, number)
#define S(name) bell_name(ctx, S_##name)
#define WORDS(...) (const bell_word[]){__VA_ARGS__}, (int64_t)(sizeof((const bell_word[]){__VA_ARGS__}) / 8)

/* The functions of the program, called by the runtime. */
static int64_t called(bell_ctx *in, uint32_t function, const bell_word *args, bell_word *results) {
  calls++;
  if (function == F_SPIN) { /* calls itself for ever */
    bell_root_push(in, BELL_NONE);
    bell_word words[1] = {0};
    if (bell_invoke(in, F_SPIN, words)) bell_root_pop(in, 1); /* a fault leaves what was pushed */
  } else if (function == F_RESUME) { /* a generator of 0 and 1 */
    bell_word *slot = &BELL_TUPLE_AT(in, args[0])->slots[0];
    int64_t value = bell_any_value(in, *slot).i;
    CHECK(args[1] == 0 && args[2] == BELL_NONE);
    *slot = bell_any_from_int(in, value + 1);
    results[0] = value < 2;
    results[1] = bell_any_from_int(in, value);
    if (value == 3) bell_fault(in, 501);
  } else { /* g(x, k): x, or a fault where it is None */
    bell_word x = args[1];
    if (x == BELL_NONE) bell_fault(in, 751);
    results[0] = x;
  }
  return 0;
}

static bell_word keep(bell_word word) {
  CHECK(ctx->fault == 0 && word != 0);
  *ctx->roots_top++ = word;
  return word;
}

static void begin(bool stress) {
  ctx = bell_ctx_create(&(bell_config){.memory_max = (uint64_t)16 << 20, .roots_max = 4096, .types = types, .type_count = T_COUNT, .strings = pool, .string_count = S_COUNT,
                                       .global_classes = global_classes, .global_count = GLOBAL_COUNT, .function_count = F_COUNT, .signatures = signatures,
                                       .signature_count = SIG_COUNT});
  CHECK(ctx != NULL && ctx->fault == 0);
  bell_ctx_begin(ctx, INT64_MAX);
  bell_heap_set_stress(ctx, stress);
  ctx->call = called;
  ctx->depth_left = 100;
  calls = 0;
}

static bool shows(bell_word word, const char *text) {
  char utf8[200];
  bell_ref shown = bell_any_repr(ctx, keep(word));
  size_t size = bell_str_to_utf8(ctx, shown, utf8, sizeof utf8 - 1);
  utf8[size] = 0;
  if (strcmp(utf8, text) != 0) fprintf(stderr, "%s, not %s\n", utf8, text);
  return strcmp(utf8, text) == 0;
}

/* The fault's code and message; forgets both. */
static bool fails(uint32_t code, const char *message) {
  bool same = ctx->fault == code && ctx->told_size == strlen(message) && strcmp(ctx->told, message) == 0;
  if (!same) fprintf(stderr, "%u: %s, not %s\n", ctx->fault, ctx->told, message);
  ctx->fault = 0;
  return same;
}

/* The words that f is to be called with, behind the function object, as a tuple. */
static bell_word bound(int64_t signature) {
  CHECK(signature == SIG_F && ctx->fault == 0);
  for (int i = 1; i <= 7; i++) keep(ctx->call_words[i]);
  return bell_tuple_of_any(ctx, ctx->call_words + 1, 7);
}

static void test_binding(bool stress) {
  begin(stress);
  bell_word f = keep(bell_fn_new(ctx, T_F, WORDS(I(10), I(20)))), empty = S(empty);
  CHECK(bell_call_plain(ctx, f, 7) == NULL && bell_call_plain(ctx, BELL_NONE, 0) == NULL);
  CHECK(shows(bound(bell_call_bind(ctx, f, S(names_k), WORDS(I(1), I(2), I(3)))), "(1, 2, 10, (), 3, 20, {})"));
  CHECK(shows(bound(bell_call_bind(ctx, f, S(names_bk), WORDS(I(1), I(2), I(3)))), "(1, 2, 10, (), 3, 20, {})"));
  CHECK(shows(bound(bell_call_bind(ctx, f, S(names_k), WORDS(I(1), I(2), I(3), I(4), I(5), I(6)))), "(1, 2, 3, (4, 5), 6, 20, {})"));
  /* The name of a parameter by position only is free for **others. */
  CHECK(shows(bound(bell_call_bind(ctx, f, S(names_ka), WORDS(I(1), I(2), I(3), I(4)))), "(1, 2, 10, (), 3, 20, {'a': 4})"));
  CHECK(shows(bound(bell_call_bind(ctx, f, S(names_kzb), WORDS(I(1), I(7), I(8), I(9)))), "(1, 9, 10, (), 7, 20, {'z': 8})"));
  CHECK(bell_call_bind(ctx, f, empty, NULL, 0) == BELL_CALL_FAULT && fails(750, "f() missing 2 required positional arguments: 'a' and 'b'"));
  CHECK(bell_call_bind(ctx, f, empty, WORDS(I(1), I(2))) == BELL_CALL_FAULT && fails(750, "f() missing 1 required keyword-only argument: 'k'"));
  CHECK(bell_call_bind(ctx, f, S(names_bk), WORDS(I(1), I(2), I(3), I(4))) == BELL_CALL_FAULT && fails(750, "f() got multiple values for argument 'b'"));
  bell_word g = keep(bell_fn_new(ctx, T_G, NULL, 0));
  CHECK(bell_call_plain(ctx, g, 2) == &signatures[SIG_G] && bell_call_plain(ctx, g, 1) == NULL);
  CHECK(bell_call_bind(ctx, g, 0, WORDS(I(1), I(2))) == SIG_G && ctx->call_words[0] == g && ctx->call_words[1] == I(1) && ctx->call_words[2] == I(2));
  CHECK(bell_call_bind(ctx, g, 0, WORDS(I(1), I(2), I(3))) == BELL_CALL_FAULT && fails(750, "Point.g() takes 2 positional arguments but 3 were given"));
  CHECK(bell_call_bind(ctx, g, S(names_bk), WORDS(I(1), I(2), I(3))) == BELL_CALL_FAULT && fails(750, "Point.g() got an unexpected keyword argument 'b'"));
  CHECK(bell_call_bind(ctx, I(1), 0, NULL, 0) == BELL_CALL_FAULT && fails(750, "'int' object is not callable"));
  bell_ctx_destroy(ctx);
}

static void test_spreads(bool stress) {
  begin(stress);
  bell_word f = keep(bell_fn_new(ctx, T_F, WORDS(I(10), I(20))));
  bell_word list = keep(bell_list_of(ctx, T_LIST, WORDS(I(1), I(2), I(3), I(4)))), tuple = keep(bell_tuple_of_any(ctx, WORDS(I(1), I(2))));
  bell_word dict = keep(bell_dict_new(ctx, T_DICT, 0));
  bell_dict_set(ctx, dict, S(k), I(5));
  CHECK(shows(bound(bell_call_bind_spread(ctx, f, list, dict)), "(1, 2, 3, (4,), 5, 20, {})"));
  CHECK(shows(bound(bell_call_bind_spread(ctx, f, tuple, dict)), "(1, 2, 10, (), 5, 20, {})"));
  bell_dict_set(ctx, dict, I(7), I(5));
  CHECK(bell_call_bind_spread(ctx, f, tuple, dict) == BELL_CALL_FAULT && fails(750, "keywords must be strings"));
  CHECK(bell_call_bind_spread(ctx, f, I(1), BELL_NONE) == BELL_CALL_FAULT && ctx->fault == 1201); /* never by right code */
  ctx->fault = 0;
  CHECK(bell_call_bind_spread(ctx, f, tuple, list) == BELL_CALL_FAULT && ctx->fault == 1201);
  bell_ctx_destroy(ctx);
}

static void test_attributes(bool stress) {
  begin(stress);
  bell_word point = keep(bell_record_new(ctx, T_POINT, WORDS(I(3)))), class_ = keep(bell_fn_new(ctx, T_CLASS, NULL, 0));
  ctx->globals[GLOBAL_POINT] = class_;
  bell_attribute found;
  CHECK(bell_find_attribute(ctx, point, S(x), &found) && found.kind == BELL_ATTRIBUTE_VALUE && found.value == I(3));
  CHECK(bell_find_attribute(ctx, point, S(m), &found) && found.kind == BELL_ATTRIBUTE_METHOD && found.self == point && found.signature == &signatures[SIG_G]);
  CHECK(bell_find_attribute(ctx, class_, S(m), &found) && found.kind == BELL_ATTRIBUTE_METHOD && found.self == 0);
  CHECK(bell_find_attribute(ctx, point, S(s), &found) && found.kind == BELL_ATTRIBUTE_METHOD && found.self == 0);
  CHECK(bell_find_attribute(ctx, point, S(c), &found) && found.self == class_ && bell_find_attribute(ctx, class_, S(c), &found) && found.self == class_);
  CHECK(bell_find_attribute(ctx, point, S(p), &found) && found.kind == BELL_ATTRIBUTE_PROPERTY);
  CHECK(bell_find_attribute(ctx, class_, S(p), &found) && found.kind == BELL_ATTRIBUTE_METHOD); /* the getter itself */
  CHECK(bell_find_attribute(ctx, point, S(v), &found) && found.kind == BELL_ATTRIBUTE_NONE); /* not assigned yet */
  ctx->globals[GLOBAL_V] = I(8);
  CHECK(bell_any_get_attr(ctx, point, S(v)) == I(8) && bell_any_get_attr(ctx, class_, S(v)) == I(8));
  bell_any_set_attr(ctx, class_, S(v), I(9));
  CHECK(ctx->fault == 0 && bell_any_get_attr(ctx, point, S(v)) == I(9));
  bell_any_set_attr(ctx, point, S(x), S(k));
  CHECK(bell_any_get_attr(ctx, point, S(x)) == S(k));
  bell_any_del_attr(ctx, point, S(x));
  CHECK(ctx->fault == 0 && bell_any_has_attr(ctx, point, S(x)) == 0);
  CHECK(bell_any_get_attr(ctx, point, S(x)) == 0 && fails(751, "'Point' object has no attribute 'x'"));
  bell_any_del_attr(ctx, point, S(x));
  CHECK(fails(751, "'Point' object has no attribute 'x'"));
  CHECK(bell_any_get_attr(ctx, class_, S(q)) == 0 && fails(751, "type object 'Point' has no attribute 'q'"));
  bell_any_set_attr(ctx, point, S(p), I(1));
  CHECK(fails(751, "property 'p' of 'Point' object has no setter"));
  /* A property's getter is g(self), which lacks an argument: no attribute error, so having it is one. */
  CHECK(bell_any_has_attr(ctx, point, S(p)) == 0 && fails(750, "Point.g() missing 1 required positional argument: 'k'"));
  CHECK(bell_call_bind_method(ctx, point, S(m), 0, WORDS(I(4))) == SIG_G && ctx->call_words[1] == point && ctx->call_words[2] == I(4));
  bell_word method = keep(bell_any_get_attr(ctx, point, S(m)));
  CHECK(bell_call_bind(ctx, method, 0, WORDS(I(4))) == SIG_G && ctx->call_words[1] == point && ctx->call_words[2] == I(4));
  CHECK(bell_call_bind_method(ctx, point, S(q), 0, NULL, 0) == BELL_CALL_FAULT && fails(751, "'Point' object has no attribute 'q'"));
  bell_word list = keep(bell_list_of(ctx, T_LIST, WORDS(I(1))));
  CHECK(bell_call_bind_method(ctx, list, S(q), 0, NULL, 0) == BELL_CALL_FAULT && fails(792, "'list' object has no attribute 'q'"));
  CHECK(calls == 0);
  bell_ctx_destroy(ctx);
}

static void test_invoking(void) {
  begin(false);
  bell_word result = 0;
  CHECK(bell_call_function(ctx, &signatures[SIG_G], BELL_NONE, 0, WORDS(I(6), I(7)), &result) && result == I(6) && ctx->depth_left == 100);
  CHECK(!bell_call_function(ctx, &signatures[SIG_G], BELL_NONE, BELL_NONE, WORDS(I(6)), &result) && ctx->fault == 751 && ctx->fault_inside == 1 && ctx->invoked == 0);
  CHECK(!bell_invoke(ctx, F_G, (bell_word[]){0, 0, 0}) && calls == 2); /* no call while a fault is under way */
  ctx->fault = ctx->fault_inside = 0;
  calls = 0;
  CHECK(!bell_invoke(ctx, F_SPIN, (bell_word[]){0}) && ctx->fault == 804 && calls == 100 && ctx->depth_left == 100 && ctx->invoked == 0 && ctx->temporaries == 0);
  ctx->heap->temporary_count = 0;
  ctx->fault = 0;
  calls = 0;
  ctx->depth_left = 1 << 20;
  CHECK(!bell_invoke(ctx, F_SPIN, (bell_word[]){0}) && ctx->fault == 804 && calls == BELL_INVOKED_MAX);
  bell_ctx_destroy(ctx);
}

static void test_generators(bool stress) {
  begin(stress);
  bell_word frame = keep(bell_record_new(ctx, T_FRAME, WORDS(I(0))));
  CHECK(bell_any_iter(ctx, frame) == frame);
  CHECK(bell_any_next(ctx, frame) == I(0) && bell_any_next(ctx, frame) == I(1) && bell_any_next(ctx, frame) == BELL_END && calls == 3);
  CHECK(bell_any_next(ctx, frame) == 0 && ctx->fault == 501); /* its fault is that of next */
  ctx->fault = ctx->fault_inside = 0;
  bell_word point = keep(bell_record_new(ctx, T_POINT, WORDS(I(3))));
  CHECK(bell_any_iter(ctx, point) == 0 && fails(780, "'Point' object is not iterable"));
  CHECK(bell_any_next(ctx, point) == 0 && fails(780, "'Point' object is not an iterator"));
  frame = keep(bell_record_new(ctx, T_FRAME, WORDS(I(0))));
  bell_word list = keep(bell_list_of(ctx, T_LIST, WORDS(I(5))));
  bell_list_extend_any(ctx, list, frame);
  CHECK(shows(list, "[5, 0, 1]"));
  bell_ctx_destroy(ctx);
}

int main(void) {
  for (int stress = 0; stress < 2; stress++) {
    test_binding(stress);
    test_spreads(stress);
    test_attributes(stress);
    test_generators(stress);
  }
  test_invoking();
  return 0;
}
