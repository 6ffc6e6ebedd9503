/* Look-ups in the Unicode tables. */
#include "runtime/unicode.h"

#include "runtime/unicode.inc"

const bell_unicode_row *bell_unicode_row_of(uint32_t code) {
  uint32_t block = bell_unicode_index[code >> BELL_UNICODE_BLOCK_BITS], within = code & ((1u << BELL_UNICODE_BLOCK_BITS) - 1);
  return &bell_unicode_rows[bell_unicode_blocks[(block << BELL_UNICODE_BLOCK_BITS) + within]];
}

uint32_t bell_code_map(uint32_t code, enum bell_case mapping, uint32_t out[3]) {
  const bell_unicode_row *row = bell_unicode_row_of(code);
  int32_t value = row->mappings[mapping];
  if (!(row->expands >> mapping & 1)) {
    out[0] = (uint32_t)((int32_t)code + value);
    return 1;
  }
  const uint32_t *expansion = bell_unicode_expansions[value];
  for (uint32_t i = 0; i < expansion[0]; i++) out[i] = expansion[1 + i];
  return expansion[0];
}
