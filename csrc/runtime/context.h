/* Making, running and ending an instance: everything around a bell_ctx that the host binding calls. */
#ifndef BELL_CONTEXT_H
#define BELL_CONTEXT_H

#include "runtime/heap.h"

/* A string of the module, in the narrowest width that fits: what PyUnicode_DATA, PyUnicode_GET_LENGTH and PyUnicode_KIND give. */
typedef struct { const void *data; uint32_t length; uint8_t width; /* bytes per character: 1, 2, 4 */ } bell_pool_text;

/* Everything a context is made of. What the pointers `types`, `global_classes`, `natives` and `signatures` point to must outlive the context;
 * `strings` is copied. */
typedef struct {
  uint64_t memory_max;  /* bytes */
  uint64_t roots_max;   /* words of the shadow stack: the depth limit times the most rooted registers of a function */
  const bell_type *types;
  uint32_t type_count;
  const bell_pool_text *strings;
  uint32_t string_count;
  const uint8_t *global_classes; /* bell_class each */
  uint32_t global_count;
  void *const *natives;
  uint32_t function_count;
  const bell_signature *signatures;
  uint32_t signature_count;
} bell_config;

/* NULL when the system has no memory. ctx->fault is 803 when the limit is too small for the string pool. */
bell_ctx *bell_ctx_create(const bell_config *config);
void bell_ctx_destroy(bell_ctx *ctx);

/* Before a call: forget the last fault, reset the heap, grant fuel. Output, depth and deadline are the host's to set. */
void bell_ctx_begin(bell_ctx *ctx, int64_t fuel_max);
/* The same, but the heap goes on from what the last call left: its roots are the globals. */
void bell_ctx_resume(bell_ctx *ctx, int64_t fuel_max);
/* Units used since bell_ctx_begin; when fuel ran out, fuel_max. */
int64_t bell_fuel_used(const bell_ctx *ctx);

/* Hand buffered output to ctx->write. Returns false on a fault. To be called when the program has ended, whichever way. */
bool bell_output_flush(bell_ctx *ctx);

#endif
