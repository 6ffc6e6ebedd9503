/* What the runtime knows about characters. The tables are unicode.inc, written by `python -m belljar.ir.unicode_tables`. */
#ifndef BELL_UNICODE_H
#define BELL_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/* Flags of a code point, in the order of FLAGS in the generator. Digit, title and so on are what str.isdigit ... say of one character. */
enum bell_code_flag {
  BELL_CODE_ALPHA = 1 << 0,
  BELL_CODE_DECIMAL = 1 << 1,
  BELL_CODE_DIGIT = 1 << 2,
  BELL_CODE_NUMERIC = 1 << 3,
  BELL_CODE_SPACE = 1 << 4,
  BELL_CODE_LOWER = 1 << 5,
  BELL_CODE_UPPER = 1 << 6,
  BELL_CODE_TITLE = 1 << 7,
  BELL_CODE_CASED = 1 << 8,
  BELL_CODE_IGNORABLE = 1 << 9, /* and what str.lower() does not see around a sigma */
  BELL_CODE_PRINTABLE = 1 << 10,
  BELL_CODE_IDENTIFIER_START = 1 << 11,
  BELL_CODE_IDENTIFIER_CONTINUE = 1 << 12,
  BELL_CODE_LINE_BREAK = 1 << 13,
};

enum bell_case { BELL_CASE_UPPER, BELL_CASE_LOWER, BELL_CASE_TITLE, BELL_CASE_FOLD };

typedef struct {
  uint16_t flags;
  uint8_t expands; /* bit per bell_case: the mapping is an index into the expansions, not a difference */
  uint8_t decimal; /* value of a decimal digit, or BELL_NO_DIGIT */
  int32_t mappings[4];
} bell_unicode_row;

#define BELL_NO_DIGIT 255

/* `code` is at most 0x10FFFF. */
const bell_unicode_row *bell_unicode_row_of(uint32_t code);

extern const uint16_t bell_ascii_flags[128];

static inline uint32_t bell_code_flags(uint32_t code) { return code < 128 ? bell_ascii_flags[code] : bell_unicode_row_of(code)->flags; }
static inline bool bell_code_is_space(uint32_t code) { return bell_code_flags(code) & BELL_CODE_SPACE; }
static inline bool bell_code_is_line_break(uint32_t code) { return bell_code_flags(code) & BELL_CODE_LINE_BREAK; }
static inline bool bell_code_is_printable(uint32_t code) { return bell_code_flags(code) & BELL_CODE_PRINTABLE; }

/* Value of a decimal digit of any script, or BELL_NO_DIGIT. */
static inline uint32_t bell_code_decimal(uint32_t code) {
  return code >= 128 ? bell_unicode_row_of(code)->decimal : code - '0' < 10 ? code - '0' : BELL_NO_DIGIT;
}

/* The full case mapping of one character by itself, into `out`: 1 to 3 code points, whose number is returned. */
uint32_t bell_code_map(uint32_t code, enum bell_case mapping, uint32_t out[3]);

#endif
