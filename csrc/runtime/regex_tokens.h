/* Inside the parser of regular expressions: its tokens and its faults. Only regex_tokens.c, regex_class.c, regex_nodes.c
 * and regex_parse.c include this. */
#ifndef BELL_REGEX_TOKENS_H
#define BELL_REGEX_TOKENS_H

#include "runtime/regex.h"
#include "runtime/str.h"

typedef bell_regex_parser parser;

#define NONE BELL_REGEX_NONE

/* --- faults --------------------------------------------------------------------------------------------------------------------- */

typedef struct { const char *before; uint32_t from, to; const char *after; bool literal; } piece; /* characters [from, to) of the pattern */

/* Record fault `code`: the pieces one after the other, and the position unless it is negative. All that fails gives NONE, so that what gives
 * true for success may say `return fail(...) != NONE`. */
uint32_t bell_regex_fail_pieces(parser *p, uint32_t code, int64_t position, const piece *pieces, int count);

static inline uint32_t tell(const parser *p) { return p->index - p->next_length; }

/* The error of the pattern `offset` characters before the token ahead. */
static inline uint32_t fail(parser *p, const char *message, uint32_t offset) {
  return bell_regex_fail_pieces(p, 785, tell(p) - offset, &(piece){message, 0, 0, "", false}, 1);
}

/* The same about the characters from `from` up to the token ahead. */
static inline uint32_t fail_about(parser *p, const char *before, uint32_t from, const char *after) {
  return bell_regex_fail_pieces(p, 785, from, &(piece){before, from, tell(p), after, false}, 1);
}

static inline uint32_t refuse(parser *p, const char *what, uint32_t position) {
  return bell_regex_fail_pieces(p, 786, position, &(piece){what, 0, 0, " not supported in regular expressions", false}, 1);
}

static inline uint32_t fail_plain(parser *p, uint32_t code, const char *message) {
  return bell_regex_fail_pieces(p, code, -1, &(piece){message, 0, 0, "", false}, 1);
}

/* --- tokens --------------------------------------------------------------------------------------------------------------------- */

/* A token is a character or an escape, a backslash and a character; the empty one ends the pattern. */
typedef struct { uint32_t first, second, length; } token;

static inline uint32_t code_at(const parser *p, uint32_t index) { return bell_str_read(p->data, p->width, index); }

static inline token ahead(const parser *p) {
  token t = {0, 0, p->next_length};
  if (t.length) t.first = code_at(p, p->index - t.length);
  if (t.length == 2) t.second = code_at(p, p->index - 1);
  return t;
}

/* Is the token ahead this character? */
static inline bool sees(const parser *p, uint32_t code) { return p->next_length == 1 && code_at(p, p->index - 1) == code; }

/* Go on by a token. Returns false on a fault. */
bool bell_regex_skip(parser *p);

/* Is the token ahead this character? Then go on. On a fault `*failed` becomes true. */
static inline bool match(parser *p, uint32_t code, bool *failed) {
  if (!sees(p, code)) return false;
  if (!bell_regex_skip(p)) *failed = true;
  return true;
}

static inline bool is_octal(uint32_t code) { return code - '0' < 8; }
static inline bool is_decimal(uint32_t code) { return code - '0' < 10; }
static inline bool is_hex(uint32_t code) { return is_decimal(code) || (code | 32) - 'a' < 6; }
static inline bool is_ascii_alpha(uint32_t code) { return (code | 32) - 'a' < 26; }

static inline bool sees_class(const parser *p, bool (*has)(uint32_t)) { return p->next_length == 1 && has(code_at(p, p->index - 1)); }

/* Up to `most` characters of the class. Returns false on a fault. */
bool bell_regex_digits(parser *p, uint32_t most, bool (*has)(uint32_t));
/* The number of the characters [from, to), at most BELL_REGEX_ENDLESS. */
uint32_t bell_regex_number(const parser *p, uint32_t from, uint32_t to, uint32_t base);
/* The characters up to `end`, which is passed. Returns false on a fault. */
bool bell_regex_until(parser *p, uint32_t end, const char *end_name, const char *what, uint32_t *from, uint32_t *to);

/* --- nodes ---------------------------------------------------------------------------------------------------------------------- */

static inline uint32_t new_node(parser *p, uint8_t kind, uint32_t value) {
  bell_regex_node *node = &p->nodes[p->node_count];
  *node = (bell_regex_node){.kind = kind, .value = value, .size = 1, .first = NONE, .next = NONE};
  node->nullable = kind == BELL_REGEX_AT || kind == BELL_REGEX_LOOK;
  node->least = node->most = kind < BELL_REGEX_AT;
  return p->node_count++;
}

/* regex_class.c: a character by itself; the escape of this letter, or the set, that was just passed. NONE on a fault. */
uint32_t bell_regex_literal(parser *p, uint32_t code, uint32_t flags);
uint32_t bell_regex_escape(parser *p, uint32_t letter, uint32_t flags);
uint32_t bell_regex_bracket(parser *p, uint32_t flags);

#endif
