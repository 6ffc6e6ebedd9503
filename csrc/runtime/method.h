/* Methods of built-in types, called by name on values of class any. What a method takes is a row of its type's table; what is passed is bound to
 * it, or refused, in CPython's words. */
#ifndef BELL_METHOD_H
#define BELL_METHOD_H

#include "runtime/any.h"
#include "runtime/raise.h"

/* Faults that carry the whole message of the exception they are (bell_raise). */
enum {
  BELL_TYPE_ERROR = 790, BELL_VALUE_ERROR, BELL_ATTRIBUTE_ERROR, BELL_INDEX_ERROR, BELL_LOOKUP_ERROR, BELL_DECODE_ERROR, BELL_ENCODE_ERROR,
  BELL_OVERFLOW_ERROR, BELL_KEY_ERROR
};

#define BELL_ARGUMENTS_MAX 8

/* How CPython reads the arguments of a method, which decides how it words what is wrong with them. */
enum bell_method_style {
  BELL_TAKES_NONE,       /* METH_NOARGS */
  BELL_TAKES_ONE,        /* METH_O */
  BELL_TAKES_POSITIONS,  /* by position only: _PyArg_CheckPositional */
  BELL_TAKES_TUPLE,      /* by position only: PyArg_ParseTuple */
  BELL_TAKES_KEYWORDS,   /* by position or name: _PyArg_UnpackKeywords */
  BELL_TAKES_NAMES_ONLY, /* the same, by name only */
  BELL_TAKES_ANYTHING,   /* reads what was passed itself: gets self, then a bell_passed */
};

/* What was passed to a method that reads it itself. */
typedef struct {
  const bell_word *words; /* positional arguments, then those with names */
  int64_t count;          /* of both */
  bell_ref keywords;      /* the names of the last ones, with commas between */
  int64_t named;
} bell_passed;

/* `a` is the receiver and then the arguments, 0 for one that was not passed. All are rooted by the caller. */
typedef bell_word (*bell_method_fn)(bell_ctx *ctx, const bell_word *a);

typedef struct {
  const char *name;
  bell_method_fn function;
  uint8_t style, least, most;
  const char *parameters; /* of styles with names: "sep,maxsplit"; one without a name is passed by position, those from the first with a * on by name */
} bell_method;

typedef struct { const bell_method *methods; int64_t count; } bell_method_table; /* in the order of strcmp */
extern const bell_method_table bell_str_methods, bell_list_methods, bell_tuple_methods, bell_dict_methods, bell_bytes_methods,
  bell_set_methods, bell_frozenset_methods, bell_view_methods, bell_int_methods, bell_float_methods, bell_range_methods, bell_generator_methods;

/* str.maketrans and str.translate. */
bell_word bell_str_maketrans(bell_ctx *ctx, const bell_word *a);
bell_word bell_str_translate(bell_ctx *ctx, const bell_word *a);

/* --- arguments -------------------------------------------------------------------------------------------------------------------- */

const char *bell_word_type_name(const bell_ctx *ctx, bell_word word);
static inline bool bell_is_kind(const bell_ctx *ctx, bell_word word, uint8_t kind) { return bell_any_value(ctx, word).kind == kind; }

/* An argument as C's ssize_t, or as its int. Returns false with a fault. */
bool bell_take_index(bell_ctx *ctx, bell_word word, int64_t *value);
bool bell_take_small(bell_ctx *ctx, bell_word word, int64_t *value);
/* A bound of a slice, BELL_ABSENT when it was not passed or (`none`: that may be) is None. Returns false with a fault. */
bool bell_take_bound(bell_ctx *ctx, bell_word word, bool none, int64_t *value);
/* Bounds of a search as PySlice_AdjustIndices makes them of a sequence of this length. */
void bell_clamp_bounds(int64_t *from, int64_t *to, int64_t length);

/* The values of an iterable as a new list of class any, which is not rooted. Charges a quarter for each; 0 with a fault, a TypeError for what cannot be iterated over. */
bell_ref bell_list_from_iterable(bell_ctx *ctx, bell_word iterable);
/* The list of class any that the elements are read from where the iterable is one, else bell_list_from_iterable(). */
bell_ref bell_as_list(bell_ctx *ctx, bell_word iterable);

/* dict.update(other). Both are rooted. Returns false on a fault. */
bool bell_update_any(bell_ctx *ctx, bell_word self, bell_word other);

/* Whether a built-in type has the method; `name` is a str. */
bool bell_has_method(const bell_ctx *ctx, bell_word receiver, bell_ref name);

/* Row of the type table for dict[any, any], or 0. */
uint32_t bell_type_dict_of_any(const bell_ctx *ctx);
/* A list of strings of class str, as ops of str make them, becomes one of class any. */
bell_word bell_list_as_any(bell_ctx *ctx, bell_ref ref);
/* A ValueError whose message is all of the value as a literal, and what stands behind it. */
bell_word bell_refuse_value(bell_ctx *ctx, bell_word word, const char *behind);
/* The container is one of class any, as all are that are reached through any; else fault E1201. */
bool bell_writable(bell_ctx *ctx, bell_ref ref);

#endif
