/* Holds the offsets that native code uses (src/belljar/ir/abi.py) against bell.h, and the prototypes of the ops against a compiler: nothing
 * here is ever run. */
#include "runtime/ctx_offsets.h"
#include "runtime/ops.h"
#include "runtime/faults.inc"
