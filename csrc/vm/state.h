/* What the dispatch loops and vm.c share. */
#ifndef BELL_VM_STATE_H
#define BELL_VM_STATE_H

#include "vm/vm.h"

/* One run of a dispatch loop: more than one when the runtime calls functions of the program. pc and fp are those of the last safepoint or native call; of the
 * latter pc is NULL, and `top` is where the next run's frames may start. */
typedef struct bell_activation {
  struct bell_activation *outer;
  const bell_insn *pc;
  bell_word *fp, *base, *top; /* base: frame of the stub */
} bell_activation;

struct bell_vm {
  const bell_vm_program *program;
  const bell_insn **entries;   /* per function: its code, or its `native` instruction */
  bell_insn *native_insns;     /* per function, for `entries` */
  const bell_stack *native_stack;
  bell_word *gather;           /* operand lists on their way to the runtime */
  bell_word *stack;
  size_t stack_bytes;
  bell_activation *running;
  bell_vm_hook hook;
  void *hook_data;
};

typedef int64_t bell_vm_loop(bell_ctx *ctx, bell_activation *run, const bell_insn *pc, bell_word *fp);
bell_vm_loop bell_vm_loop_plain, bell_vm_loop_debug, bell_vm_loop_branches;

/* Record the fault's site, and the call sites of the frames from *fp down to the innermost that handles it: *fp becomes that frame, *depth grows by the
 * frames that are gone, and the handler is returned. NULL when no frame down to the run's stub does. */
const bell_insn *bell_vm_unwind(bell_ctx *ctx, const bell_activation *run, const bell_insn *pc, bell_word **fp, int64_t *depth);

#endif
