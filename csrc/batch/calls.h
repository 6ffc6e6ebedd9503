/* The runtime functions that kernels call for one lane after the other (engines/batch/lanes_calls.py), by name and address. */
#ifndef BELL_CALLS_H
#define BELL_CALLS_H

#include "jit/object.h"

extern const bell_symbol bell_lane_calls[];
extern const size_t bell_lane_call_count;

#endif
