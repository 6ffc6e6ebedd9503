/* Characters as regular expressions compare them: categories, case, and the lower-case letters that share an upper-case one. */
#include "runtime/regex.h"
#include "runtime/unicode.h"

#include "runtime/regex_case.inc"

uint32_t bell_regex_lower(uint32_t code) {
  if (code < 128) return code - 'A' < 26 ? code + 32 : code;
  uint32_t mapped[3];
  bell_code_map(code, BELL_CASE_LOWER, mapped);
  return mapped[0];
}

uint32_t bell_regex_upper(uint32_t code) {
  if (code < 128) return code - 'a' < 26 ? code - 32 : code;
  uint32_t mapped[3];
  bell_code_map(code, BELL_CASE_UPPER, mapped);
  return mapped[0];
}

bool bell_regex_is_cased(uint32_t code) { return bell_regex_lower(code) != code || bell_regex_upper(code) != code; }

uint32_t bell_regex_peers(uint32_t lower, uint32_t out[3]) {
  for (size_t i = 0; i < sizeof bell_regex_case_peers / sizeof *bell_regex_case_peers; i++) {
    const uint32_t *peers = bell_regex_case_peers[i];
    uint32_t count = peers[2] ? 3 : 2;
    for (uint32_t j = 0; j < count; j++) {
      if (peers[j] == lower) {
        memcpy(out, peers, count * sizeof *out);
        return count;
      }
    }
  }
  out[0] = lower;
  return 1;
}

bool bell_regex_in_categories(uint32_t categories, uint32_t code) {
  if (categories == 0) return false;
  uint32_t flags = bell_code_flags(code);
  bool digit = flags & BELL_CODE_DECIMAL, space = flags & BELL_CODE_SPACE, ascii = code < 128;
  bool word = (flags & (BELL_CODE_ALPHA | BELL_CODE_DECIMAL | BELL_CODE_DIGIT | BELL_CODE_NUMERIC)) || code == '_';
  uint32_t has = (digit ? BELL_REGEX_DIGIT : BELL_REGEX_NO_DIGIT) | (space ? BELL_REGEX_SPACE : BELL_REGEX_NO_SPACE) |
                 (word ? BELL_REGEX_WORD : BELL_REGEX_NO_WORD);
  bool ascii_space = code == ' ' || code - 9 < 5;
  uint32_t ascii_has = (ascii && digit ? BELL_REGEX_DIGIT : BELL_REGEX_NO_DIGIT) | (ascii_space ? BELL_REGEX_SPACE : BELL_REGEX_NO_SPACE) |
                       (ascii && word ? BELL_REGEX_WORD : BELL_REGEX_NO_WORD);
  return categories & (has | ascii_has << BELL_REGEX_ASCII_CATEGORY);
}

static bool in_ranges(const bell_regex_range *ranges, uint32_t count, uint32_t code) {
  uint32_t low = 0, high = count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (ranges[middle].high < code) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < count && ranges[low].low <= code;
}

bool bell_regex_set_has_slow(const bell_regex *regex, const bell_regex_set *set, uint32_t code) {
  if (set->fold == 2) code = bell_regex_lower(code);
  if (set->fold == 1 && code - 'A' < 26) code += 32;
  const bell_regex_range *ranges = bell_regex_ranges(regex);
  bool found = in_ranges(ranges + set->ranges, set->range_count, code) || bell_regex_in_categories(set->categories, code);
  if (!found && set->upper_count > 0) {
    const bell_regex_range *upper = ranges + set->upper;
    found = in_ranges(upper, set->upper_count, code) || in_ranges(upper, set->upper_count, bell_regex_upper(code));
  }
  return found != set->negated;
}
