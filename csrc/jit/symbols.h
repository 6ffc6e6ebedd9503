/* The runtime functions that native code calls, by name and address. */
#ifndef BELL_SYMBOLS_H
#define BELL_SYMBOLS_H

#include "jit/object.h"

extern const bell_symbol bell_symbols[];
extern const size_t bell_symbol_count;

#endif
