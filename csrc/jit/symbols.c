#include "jit/symbols.h"

#include "runtime/any.h"
#include "runtime/call.h"
#include "runtime/exc.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/profile.h"
#include "runtime/trace.h"

#define BELL_SYMBOL(name) {#name, (uint64_t)(uintptr_t)(name)},
const bell_symbol bell_symbols[] = {
#include "jit/symbols.inc"
  /* What inline code calls out of line. */
  BELL_SYMBOL(bell_fuel_slice)
  BELL_SYMBOL(bell_exc_caught)
  BELL_SYMBOL(bell_reserve)
  BELL_SYMBOL(bell_alloc)
  BELL_SYMBOL(bell_list_grow)
  BELL_SYMBOL(bell_any_box_int)
  BELL_SYMBOL(bell_call_bind)
  BELL_SYMBOL(bell_call_bind_method)
  BELL_SYMBOL(bell_call_bind_spread)
  BELL_SYMBOL(bell_mark_point)
  BELL_SYMBOL(bell_mark_word)
  BELL_SYMBOL(bell_mark_value)
  BELL_SYMBOL(bell_mark_size)
  BELL_SYMBOL(bell_mark_free)
  BELL_SYMBOL(bell_mark_begin)
  BELL_SYMBOL(bell_mark_full)
  BELL_SYMBOL(bell_mark_run)
  BELL_SYMBOL(bell_profile_sample)
};
const size_t bell_symbol_count = sizeof bell_symbols / sizeof bell_symbols[0];
