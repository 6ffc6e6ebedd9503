/* The dispatch loop that records a bit for each branch (runtime/trace.h). */
#define LOOP bell_vm_loop_branches
#define BELL_VM_BRANCHES 1
#include "vm/loop.inc"
