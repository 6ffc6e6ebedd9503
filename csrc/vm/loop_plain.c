/* The dispatch loop as it normally runs. */
#define LOOP bell_vm_loop_plain
#include "vm/loop.inc"
