/* The register VM: bytecode programs, and instances' stacks that run them.
 *
 * A program is immutable and may be run by any number of VMs at once. Its code is one array of 8-byte words holding the instructions of
 * src/belljar/engines/vm/opcodes.py (code.inc). The encoder made it from verified IR: nothing here checks it again.
 *
 * A frame is `frame` words of the VM's own stack; the C stack does not grow with guest calls.
 *
 *   fp[-1]                the address of the instruction to return to
 *   fp[0 .. params-1]     parameters
 *   fp[params ..]         rooted registers that are no parameters (zeroed by `enter`), then all other slots, shared by what does not live at
 *                         the same time
 *
 * The word before a return address is the last of its call: a = slots of the caller's frame (so the caller's fp is fp - a), b = destination.
 *
 * A host call runs the callee's stub: a frame with the parameters and room for the results, from which `call` and `halt` are run.
 */
#ifndef BELL_VM_H
#define BELL_VM_H

#include "runtime/bell.h"
#include "runtime/stack.h"

typedef struct { uint16_t op, a, b, c; } bell_insn;

#define BELL_VM_NO_SITE UINT32_MAX
#define BELL_VM_FRAME_MAX 65535

typedef struct {
  uint32_t entry, stub;              /* words of the code where it and the host's stub of it start */
  uint32_t roots_first, roots_count; /* its part of `roots` */
  uint16_t frame, params, results;   /* the frame with the word below fp */
} bell_vm_function;

typedef struct {
  const bell_insn *code;
  const uint32_t *sites;             /* per word of code: site of the fault or call there, or BELL_VM_NO_SITE */
  const bell_word *constants;
  const bell_vm_function *functions; /* in order of `entry`; the stubs stand behind all functions */
  const uint16_t *roots;             /* slots the collector scans */
  const uint32_t *handlers;          /* pairs of words of code, in order of the first: where a fault leads to a handler, and the handler */
  uint32_t code_count, function_count, gather_max, frame_max; /* gather_max: longest operand list */
  uint32_t handler_count;            /* words of `handlers` */
  bool records_branches;             /* conditional jumps leave a bit each in the trace; the debug loop does without */
} bell_vm_program;

typedef struct bell_vm bell_vm;

/* Debug build only: called before each instruction with its word index. Nonzero ends the run with that fault code. */
typedef uint32_t (*bell_vm_hook)(bell_ctx *ctx, void *data, uint32_t word, bell_word *fp);

/* A VM for the instance `ctx`, with a stack for ctx->depth_left nested calls; sets ctx->vm and ctx->vm_roots. NULL when the system gives no
 * memory. The program must outlive it. */
bell_vm *bell_vm_new(bell_ctx *ctx, const bell_vm_program *program);
void bell_vm_delete(bell_vm *vm);

/* Run a function. Returns 0 with `results` filled, or nonzero with ctx->fault, its site, its operands and the unwind trail.
 * ctx->fuel and ctx->depth_left are read and (fuel) written back. May be called by what the VM called: a runtime function, native code. */
int64_t bell_vm_call(bell_ctx *ctx, uint32_t function, const bell_word *args, bell_word *results);

/* From now on calls of the function enter ctx->natives[function], a bell_native_fn, on the given stack. */
void bell_vm_adopt(bell_ctx *ctx, uint32_t function, const bell_stack *stack);

/* Run with the hook (NULL: without one, at full speed). */
void bell_vm_watch(bell_ctx *ctx, bell_vm_hook hook, void *data);
#endif
