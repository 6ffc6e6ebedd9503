/* A function of a module as one that any native code may call, on any thread, at any time: no interpreter is entered (but to make an exception that the
 * function itself catches and whose text is the host's to find), no lock is held.
 *
 * An export owns a few contexts. A call takes one that is free, runs the function in it from the state that `init` left and with whole limits, as every call does, and gives it back. Where all are
 * in use it waits for one. There is no way to throw through the caller, so a call that faults gives a value that says so and leaves its arguments here, where the host finds them: of all calls
 * since it last asked, those of the first one that faulted. */
#ifndef BELL_EXPORT_H
#define BELL_EXPORT_H

#include <stdatomic.h>

#include "runtime/bell.h"
#include "runtime/stack.h"

/* How a parameter is passed: a word; or a list as two words, the address of its elements (8 bytes each, bool 1) and their number. */
enum bell_export_kind { BELL_EXPORT_WORD = 0, BELL_EXPORT_LIST };

/* What a call that faulted gives: a float that is not a number, the least int, False. */
#define BELL_EXPORT_NO_INT INT64_MIN

#define BELL_EXPORT_PARAMS_MAX 16
#define BELL_EXPORT_NO_SITE UINT32_MAX /* the fault was in passing the arguments */

typedef struct {
  _Alignas(64) _Atomic(bell_ctx *) ctx; /* NULL while a call has it */
} bell_export_slot;

typedef struct bell_export {
  bell_native_fn entry;
  int64_t fuel_max, depth_max;
  bool restore;              /* the function may write what init left */
  uint8_t result_class;      /* bell_class of the result: int, float or bool */
  uint32_t param_count, word_count; /* word_count: words of a call's arguments, two for a list */
  const uint8_t *kinds;      /* [param_count] bell_export_kind */
  const uint32_t *types;     /* [param_count] type of a list, in the module */
  uint32_t slot_count;
  bell_export_slot *slots;
  /* the first call that faulted: 0 none, 1 being written, 2 there */
  _Atomic(uint32_t) faulted;
  uint32_t fault, fault_site, unwind_count, unwind_sites[BELL_UNWIND_MAX];
  bell_word *fault_words;    /* [word_count, at least 1] the arguments; the elements of lists are in fault_lists */
  uint8_t *fault_lists;      /* malloc, or NULL */
} bell_export;

/* Call the function: `words` are its arguments, and the first of them becomes its result (room for one at least). Returns 0, or 1 when it faulted: the result is then as said above. */
int32_t bell_export_call(bell_export *exported, bell_word *words);

/* The same for functions of floats alone, as quadrature calls them: the arguments in an array. A wrong number of them is fault E0402. */
double bell_export_call_floats(bell_export *exported, int32_t count, const double *values);

/* The same for functions from a list of floats to a float, as filters of images are called. Returns 1, or 0 when it faulted. */
int32_t bell_export_call_filter(bell_export *exported, const double *values, int64_t count, double *result);

/* Whether there is a fault to tell of. Waits until it is written down. */
bool bell_export_faulted(bell_export *exported);

/* Give the export a context of its own, at a place below slot_count. */
void bell_export_put(bell_export *exported, uint32_t place, bell_ctx *ctx);

/* The host has read what the first fault left, or does not want it. */
void bell_export_forget(bell_export *exported);

#endif
