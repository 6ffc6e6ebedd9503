/* The tokens of regular expressions, and what their faults say: src/belljar/ir/regex_parse.py. */
#include "runtime/regex_tokens.h"

#include "runtime/text.h"

#define TOKEN_WORK 16 /* nanoseconds to read a character of a pattern and make a node of it */

uint32_t bell_regex_fail_pieces(parser *p, uint32_t code, int64_t position, const piece *pieces, int count) {
  bell_ctx *ctx = p->ctx;
  bell_text text;
  bell_text_begin(&text, ctx);
  for (int i = 0; i < count; i++) {
    const piece *part = &pieces[i];
    bell_text_ascii(&text, part->before, strlen(part->before));
    if (part->literal) {
      bell_ref name = bell_str_substring(ctx, p->pattern, part->from, part->to);
      if (name != 0) {
        bell_root_push(ctx, name);
        bell_text_repr(&text, name);
        bell_root_pop(ctx, 1);
      }
    } else if (part->to > part->from) {
      bell_text_slice(&text, p->pattern, part->from, part->to);
    }
    bell_text_ascii(&text, part->after, strlen(part->after));
  }
  if (position >= 0) {
    bell_text_ascii(&text, " at position ", 13);
    bell_text_int(&text, position);
  }
  bell_ref made = bell_text_finish(&text);
  if (made != 0 && ctx->fault == 0) {
    ctx->fault_text = made;
    bell_fault(ctx, code);
  }
  return NONE;
}

/* Go on by a token. Returns false on a fault. */
bool bell_regex_skip(parser *p) {
  uint32_t index = p->index;
  if (!bell_goes_on(p->ctx, index, TOKEN_WORK)) return false;
  if (index >= p->length) {
    p->next_length = 0;
    return true;
  }
  if (code_at(p, index) == '\\') {
    if (++index >= p->length) {
      bell_regex_fail_pieces(p, 785, p->length - 1, &(piece){"bad escape (end of pattern)", 0, 0, "", false}, 1);
      return false;
    }
    p->next_length = 2;
  } else {
    p->next_length = 1;
  }
  p->index = index + 1;
  return true;
}

/* Up to `most` characters of the class. Returns false on a fault. */
bool bell_regex_digits(parser *p, uint32_t most, bool (*has)(uint32_t)) {
  for (uint32_t i = 0; i < most && sees_class(p, has); i++) {
    if (!bell_regex_skip(p)) return false;
  }
  return true;
}

uint32_t bell_regex_number(const parser *p, uint32_t from, uint32_t to, uint32_t base) {
  uint64_t value = 0;
  for (uint32_t i = from; i < to; i++) {
    uint32_t code = code_at(p, i), digit = is_decimal(code) ? code - '0' : (code | 32) - 'a' + 10;
    value = value * base + digit;
    if (value > BELL_REGEX_ENDLESS) value = BELL_REGEX_ENDLESS;
  }
  return (uint32_t)value;
}

/* The characters up to `end`, which is passed. Returns false on a fault. */
bool bell_regex_until(parser *p, uint32_t end, const char *end_name, const char *what, uint32_t *from, uint32_t *to) {
  *from = *to = tell(p);
  for (;;) {
    token t = ahead(p);
    if (!bell_regex_skip(p)) return false;
    if (t.length == 0) {
      if (*to == *from) {
        bell_regex_fail_pieces(p, 785, tell(p), &(piece){"missing ", 0, 0, what, false}, 1);
      } else {
        bell_regex_fail_pieces(p, 785, *from, &(piece){"missing ", 0, 0, end_name, false}, 1);
      }
      return false;
    }
    if (t.length == 1 && t.first == end) {
      if (*to > *from) return true;
      bell_regex_fail_pieces(p, 785, tell(p) - 1, &(piece){"missing ", 0, 0, what, false}, 1);
      return false;
    }
    *to += t.length;
  }
}
