/* The dispatch loop that calls the VM's hook before each instruction. */
#define LOOP bell_vm_loop_debug
#define BELL_VM_DEBUG 1
#include "vm/loop.inc"
