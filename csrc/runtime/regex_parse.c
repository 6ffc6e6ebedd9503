/* Regular expressions, read: src/belljar/ir/regex_parse.py is the specification, with the same tokens, checks, messages and nodes.
 *
 * All of the parser's memory is one scratch buffer, whose size follows from the pattern's length: a character makes at most two nodes and
 * three items, those that are written out anew at most thirty-two. The descent is as deep as groups are nested, BELL_REGEX_NESTING_MAX at most. */
#include <stdio.h>

#include "runtime/regex_tokens.h"
#include "runtime/unicode.h"

#define TYPE_FLAGS (BELL_REGEX_ASCII | BELL_REGEX_LOCALE | BELL_REGEX_UNICODE)

static uint32_t branches(parser *p, uint32_t depth, uint32_t flags);

/* The name of a group, up to `end`. */
static bool group_name(parser *p, uint32_t end, uint32_t *from, uint32_t *to) {
  if (!bell_regex_until(p, end, end == '>' ? ">, unterminated name" : "), unterminated name", "group name", from, to)) return false;
  bool good = bell_code_flags(code_at(p, *from)) & BELL_CODE_IDENTIFIER_START;
  for (uint32_t i = *from + 1; good && i < *to; i++) good = bell_code_flags(code_at(p, i)) & BELL_CODE_IDENTIFIER_CONTINUE;
  if (!good) bell_regex_fail_pieces(p, 785, *from, &(piece){"bad character in group name ", *from, *to, "", true}, 1);
  return good;
}

static const bell_regex_name *find_name(const parser *p, uint32_t from, uint32_t to) {
  for (uint32_t i = 0; i < p->name_count; i++) {
    const bell_regex_name *name = &p->names[i];
    if (name->length != to - from) continue;
    if (memcmp((const uint8_t *)p->data + (uint64_t)name->start * p->width, (const uint8_t *)p->data + (uint64_t)from * p->width,
               (uint64_t)name->length * p->width) == 0) {
      return name;
    }
  }
  return NULL;
}

/* --- groups --------------------------------------------------------------------------------------------------------------------- */

/* The flag of a token, or 0. */
static uint32_t flag_of(token t) {
  if (t.length != 1) return 0;
  switch (t.first) {
  case 'i': return BELL_REGEX_IGNORECASE;
  case 'L': return BELL_REGEX_LOCALE;
  case 'm': return BELL_REGEX_MULTILINE;
  case 's': return BELL_REGEX_DOTALL;
  case 'x': return BELL_REGEX_VERBOSE;
  case 'a': return BELL_REGEX_ASCII;
  case 't': return BELL_REGEX_TEMPLATE;
  case 'u': return BELL_REGEX_UNICODE;
  default: return 0;
  }
}

static bool is_one_of(token t, uint32_t a, uint32_t b, uint32_t c) { return t.length == 1 && (t.first == a || t.first == b || t.first == c); }

/* A token that is neither a flag nor an end of them. */
static bool fail_flag(parser *p, token t, const char *missing) {
  if (t.length == 0) return fail(p, missing, 0) != NONE;
  bool alpha = t.length == 1 && (bell_code_flags(t.first) & BELL_CODE_ALPHA);
  return fail(p, alpha ? "unknown flag" : missing, t.length) != NONE;
}

/* Inline flags from token `t` on, which was passed. `*global`: they are for the whole pattern and were set. Returns false on a fault. */
static bool inline_flags(parser *p, token t, uint32_t *add, uint32_t *remove, bool *global) {
  uint32_t flag;
  if (t.first != '-') {
    do {
      flag = flag_of(t);
      if (flag == BELL_REGEX_LOCALE) return fail(p, "bad inline flags: cannot use 'L' flag with a str pattern", 0) != NONE;
      *add |= flag;
      if ((flag & TYPE_FLAGS) && (*add & TYPE_FLAGS) != flag) {
        return fail(p, "bad inline flags: flags 'a', 'u' and 'L' are incompatible", 0) != NONE;
      }
      t = ahead(p);
      if (!bell_regex_skip(p)) return false;
      if (is_one_of(t, ')', '-', ':')) break;
      if (flag_of(t) == 0) return fail_flag(p, t, "missing -, : or )");
    } while (true);
  }
  if (t.first == ')') {
    if (*add & BELL_REGEX_TEMPLATE) return refuse(p, "the flag 't' is", tell(p)) != NONE;
    p->flags |= *add;
    *global = true;
    return true;
  }
  if (*add & BELL_REGEX_TEMPLATE) return fail(p, "bad inline flags: cannot turn on global flag", 1) != NONE;
  if (t.first == '-') {
    t = ahead(p);
    if (!bell_regex_skip(p)) return false;
    if (flag_of(t) == 0) return fail_flag(p, t, "missing flag");
    do {
      flag = flag_of(t);
      if (flag & TYPE_FLAGS) return fail(p, "bad inline flags: cannot turn off flags 'a', 'u' and 'L'", 0) != NONE;
      *remove |= flag;
      t = ahead(p);
      if (!bell_regex_skip(p)) return false;
      if (t.length == 1 && t.first == ':') break;
      if (flag_of(t) == 0) return fail_flag(p, t, "missing :");
    } while (true);
  }
  if (*remove & BELL_REGEX_TEMPLATE) return fail(p, "bad inline flags: cannot turn off global flag", 1) != NONE;
  if (*add & *remove) return fail(p, "bad inline flags: flag turned on and off", 1) != NONE;
  return true;
}

static bool comment(parser *p, uint32_t start) {
  for (;;) {
    token t = ahead(p);
    if (t.length == 0) return fail(p, "missing ), unterminated comment", tell(p) - start) != NONE;
    if (!bell_regex_skip(p)) return false;
    if (t.length == 1 && t.first == ')') return true;
  }
}

/* Kinds of groups. NOTHING: a comment, or flags for the whole pattern. A lookaround is LOOKING, and with the bits NEGATED and BEHIND. */
enum { CAPTURING, PLAIN, ATOMIC, NOTHING, BROKEN, LOOKING, NEGATED = 1, BEHIND = 2 };

/* What stands behind "(?", with the name and the flags of a group. */
static int extension(parser *p, uint32_t start, bool first, uint32_t *name_from, uint32_t *name_to, uint32_t *add, uint32_t *remove) {
  bool failed = false, global = false;
  token t = ahead(p);
  if (!bell_regex_skip(p)) return BROKEN;
  if (t.length == 0) return fail(p, "unexpected end of pattern", 0), BROKEN;
  uint32_t kind = t.length == 1 ? t.first : 0;
  switch (kind) {
  case 'P':
    if (match(p, '<', &failed)) return !failed && group_name(p, '>', name_from, name_to) ? CAPTURING : BROKEN;
    if (match(p, '=', &failed)) {
      if (failed || !group_name(p, ')', name_from, name_to)) return BROKEN;
      const bell_regex_name *name = find_name(p, *name_from, *name_to);
      if (name == NULL) {
        bell_regex_fail_pieces(p, 785, *name_from, &(piece){"unknown group name ", *name_from, *name_to, "", true}, 1);
      } else if (!p->closed[name->group]) {
        fail(p, "cannot refer to an open group", tell(p) - *name_from);
      } else {
        refuse(p, "references to groups are", start);
      }
      return BROKEN;
    }
    t = ahead(p);
    if (!bell_regex_skip(p)) return BROKEN;
    if (t.length == 0) {
      fail(p, "unexpected end of pattern", 0);
    } else {
      uint32_t from = tell(p) - t.length;
      bell_regex_fail_pieces(p, 785, from - 2, &(piece){"unknown extension ?P", from, from + t.length, "", false}, 1);
    }
    return BROKEN;
  case ':': return PLAIN;
  case '#': return comment(p, start) ? NOTHING : BROKEN;
  case '<':
    t = ahead(p);
    if (!bell_regex_skip(p)) return BROKEN;
    if (t.length == 0) {
      fail(p, "unexpected end of pattern", 0);
    } else if (t.length == 1 && (t.first == '=' || t.first == '!')) {
      return LOOKING + BEHIND + (t.first == '!' ? NEGATED : 0);
    } else {
      uint32_t from = tell(p) - t.length;
      bell_regex_fail_pieces(p, 785, from - 2, &(piece){"unknown extension ?<", from, from + t.length, "", false}, 1);
    }
    return BROKEN;
  case '=': return LOOKING;
  case '!': return LOOKING + NEGATED;
  case '(': return refuse(p, "conditional groups are", start), BROKEN;
  case '>': return ATOMIC;
  default: break;
  }
  if (flag_of(t) == 0 && kind != '-') {
    uint32_t from = tell(p) - t.length;
    bell_regex_fail_pieces(p, 785, from - 1, &(piece){"unknown extension ?", from, from + t.length, "", false}, 1);
    return BROKEN;
  }
  if (!inline_flags(p, t, add, remove, &global)) return BROKEN;
  if (!global) return PLAIN;
  if (first) return NOTHING;
  return fail(p, "global flags not at the start of the expression", tell(p) - start), BROKEN;
}

/* The group whose parenthesis was just passed, into `*node`, which stays NONE for what is none. Returns false on a fault. */
static bool group(parser *p, uint32_t depth, uint32_t flags, bool first, uint32_t *node) {
  uint32_t start = tell(p) - 1, name_from = 0, name_to = 0, add = 0, remove = 0, number_ = 0;
  bool failed = false;
  int kind = CAPTURING;
  if (match(p, '?', &failed)) kind = failed ? BROKEN : extension(p, start, first, &name_from, &name_to, &add, &remove);
  if (failed || kind == BROKEN) return false;
  if (kind == NOTHING) return true;
  if (kind == CAPTURING) {
    if (p->group_count > BELL_REGEX_GROUPS_MAX) return refuse(p, "more than 4096 groups are", start) != NONE;
    number_ = p->group_count++;
    p->closed[number_] = false;
    if (name_to > name_from) {
      const bell_regex_name *name = find_name(p, name_from, name_to);
      if (name != NULL) {
        char text[64];
        snprintf(text, sizeof text, " as group %u; was group %u", number_, name->group);
        return bell_regex_fail_pieces(p, 785, name_from, &(piece){"redefinition of group name ", name_from, name_to, text, true}, 1) != NONE;
      }
      p->names[p->name_count++] = (bell_regex_name){name_from, name_to - name_from, number_};
    }
  }
  if (depth >= BELL_REGEX_NESTING_MAX) return refuse(p, "more than 100 nested groups are", start) != NONE;
  if (kind >= LOOKING) number_ = bell_regex_open_look(p, (kind - LOOKING) & BEHIND, (kind - LOOKING) & NEGATED);
  if (add & TYPE_FLAGS) flags &= ~(uint32_t)TYPE_FLAGS;
  uint32_t body = branches(p, depth + 1, (flags | add) & ~remove);
  if (body == NONE) return false;
  if (!match(p, ')', &failed)) return fail(p, "missing ), unterminated subpattern", tell(p) - start) != NONE;
  if (failed) return false;
  if (kind >= LOOKING) {
    *node = bell_regex_close_look(p, number_, body);
    return true;
  }
  if (number_) p->closed[number_] = true;
  if (kind == ATOMIC) body = bell_regex_settled(p, body, start, false);
  if (body == NONE) return false;
  *node = bell_regex_grouped(p, body, number_);
  return true;
}

/* --- repeats -------------------------------------------------------------------------------------------------------------------- */

static bool count(parser *p, uint32_t from, uint32_t to, uint32_t *value) {
  *value = bell_regex_number(p, from, to, 10);
  if (*value < BELL_REGEX_ENDLESS) return true;
  return fail_plain(p, 787, "the repetition number is too large") != NONE;
}

/* The quantifier that was just passed, for the node `*last` (NONE for none). Returns false on a fault; `*plain`: it is a character. */
static bool repeat(parser *p, uint32_t sign, uint32_t *last, bool *plain) {
  uint32_t here = tell(p), low = sign == '+', high = sign == '?' ? 1 : BELL_REGEX_ENDLESS;
  bool failed = false;
  if (sign == '{') {
    if (sees(p, '}')) return *plain = true;
    uint32_t index = p->index, next_length = p->next_length, low_end, high_start, high_end;
    if (!bell_regex_digits(p, p->length, is_decimal)) return false;
    low_end = high_end = tell(p);
    high_start = here;
    if (match(p, ',', &failed)) {
      high_start = tell(p);
      if (failed || !bell_regex_digits(p, p->length, is_decimal)) return false;
      high_end = tell(p);
    }
    if (!match(p, '}', &failed)) {
      p->index = index;
      p->next_length = next_length;
      return *plain = true;
    }
    if (failed) return false;
    if (low_end > here && !count(p, here, low_end, &low)) return false;
    if (high_end > high_start) {
      if (!count(p, high_start, high_end, &high)) return false;
      if (high < low) return fail(p, "min repeat greater than max repeat", tell(p) - here) != NONE;
    }
  }
  if (*last == NONE || p->nodes[*last].kind == BELL_REGEX_AT) return fail(p, "nothing to repeat", tell(p) - here + 1) != NONE;
  if (p->nodes[*last].quantified) return fail(p, "multiple repeat", tell(p) - here + 1) != NONE;
  bool lazy = match(p, '?', &failed);
  if (failed) return false;
  bool possessive = !lazy && match(p, '+', &failed);
  if (failed) return false;
  if (high >= 2 && p->nodes[*last].loose) return refuse(p, "groups that a repeated lookaround may leave unset are", here - 1) != NONE;
  uint8_t groups = p->nodes[*last].groups;
  *last = bell_regex_repeated(p, *last, low, high, lazy);
  if (!possessive) return true;
  if (high >= 2 && groups == BELL_REGEX_SOME_SET) { /* CPython does not put them back as it does elsewhere */
    return refuse(p, "groups that a possessive repeat may leave unset are", here - 1) != NONE;
  }
  *last = bell_regex_settled(p, *last, here - 1, true);
  if (*last == NONE) return false;
  return true;
}

/* --- sequences and branches ----------------------------------------------------------------------------------------------------- */

/* Skip a comment up to the end of its line. */
static bool line_comment(parser *p) {
  token t;
  do {
    t = ahead(p);
    if (!bell_regex_skip(p)) return false;
  } while (t.length != 0 && !(t.length == 1 && t.first == '\n'));
  return true;
}

static uint32_t sequence(parser *p, uint32_t depth, uint32_t flags, bool first) {
  uint32_t made = new_node(p, BELL_REGEX_SEQUENCE, 0), last = NONE, before = NONE; /* before: the item in front of the last */
  for (;;) {
    token t = ahead(p);
    if (t.length == 0 || is_one_of(t, '|', ')', ')')) break;
    if (!bell_regex_skip(p)) return NONE;
    uint32_t node = NONE, sign = t.length == 1 ? t.first : 0;
    if ((flags & BELL_REGEX_VERBOSE) && t.length == 1) {
      if (sign == ' ' || sign - 9 < 5) continue;
      if (sign == '#') {
        if (!line_comment(p)) return NONE;
        continue;
      }
    }
    if (t.length == 2) {
      node = bell_regex_escape(p, t.second, flags);
    } else if (sign == '[') {
      node = bell_regex_bracket(p, flags);
    } else if (sign == '*' || sign == '+' || sign == '?' || sign == '{') {
      bool plain = false;
      uint32_t item = last;
      if (!repeat(p, sign, &item, &plain)) return NONE;
      if (!plain) { /* in the place of the last item */
        if (before == NONE) {
          p->nodes[made].first = item;
        } else {
          p->nodes[before].next = item;
        }
        last = item;
        continue;
      }
      node = bell_regex_literal(p, sign, flags);
    } else if (sign == '.') {
      node = new_node(p, flags & BELL_REGEX_DOTALL ? BELL_REGEX_ALL : BELL_REGEX_ANY, 0);
    } else if (sign == '(') {
      if (!group(p, depth, flags, first && last == NONE, &node)) return NONE;
      if (node == NONE) {
        if (depth == 0 && first) flags = p->flags;
        continue;
      }
    } else if (sign == '^') {
      node = new_node(p, BELL_REGEX_AT, flags & BELL_REGEX_MULTILINE ? BELL_REGEX_AT_LINE_START : BELL_REGEX_AT_START);
    } else if (sign == '$') {
      node = new_node(p, BELL_REGEX_AT, flags & BELL_REGEX_MULTILINE ? BELL_REGEX_AT_LINE_END : BELL_REGEX_AT_END);
    } else {
      node = bell_regex_literal(p, sign, flags);
    }
    if (node == NONE) return NONE;
    if (last == NONE) {
      p->nodes[made].first = node;
    } else {
      p->nodes[last].next = node;
    }
    before = last;
    last = node;
  }
  bell_regex_join(p, made);
  return made;
}

static uint32_t branches(parser *p, uint32_t depth, uint32_t flags) {
  uint32_t first = sequence(p, depth, flags, depth == 0), last = first, made = NONE;
  if (first == NONE || !sees(p, '|')) return first;
  made = new_node(p, BELL_REGEX_BRANCH, 0);
  p->nodes[made].first = first;
  bool failed = false;
  while (match(p, '|', &failed)) {
    if (failed) return NONE;
    if (depth == 0) flags = p->flags;
    uint32_t item = sequence(p, depth, flags, false);
    if (item == NONE) return NONE;
    p->nodes[last].next = item;
    last = item;
  }
  if (failed) return NONE;
  bell_regex_alternate(p, made);
  return made;
}

/* Whether there may be atomic groups or possessive repeats, which are written out with more nodes than they have characters. */
static bool may_settle(const parser *p) {
  for (uint32_t i = 1; i < p->length; i++) {
    uint32_t before = code_at(p, i - 1), code = code_at(p, i);
    if ((code == '>' && before == '?') || (code == '+' && (before == '?' || before == '*' || before == '+' || before == '}'))) return true;
  }
  return false;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------ */

bool bell_regex_parse(parser *p, bell_ctx *ctx, bell_ref pattern, uint32_t flags) {
  *p = (parser){.ctx = ctx, .pattern = pattern, .flags = flags, .group_count = 1};
  const bell_str *s = BELL_STR_AT(ctx, pattern);
  p->length = s->length;
  p->width = s->head.aux;
  bell_root_push(ctx, 0);
  if (flags & BELL_REGEX_LOCALE) return fail_plain(p, 788, "cannot use LOCALE flag with a str pattern") != NONE;
  if (flags & (BELL_REGEX_TEMPLATE | BELL_REGEX_DEBUG)) return fail_plain(p, 786, "the flags TEMPLATE and DEBUG are not supported") != NONE;
  p->data = bell_str_data(ctx, s);
  bool settles = may_settle(p);
  uint64_t length = p->length, nodes = (settles ? 32 : 2) * length + 4, items = 3 * length + 4, groups = length + 2;
  if (settles) nodes += 256;
  p->node_max = (uint32_t)nodes;
  p->look_max = (uint32_t)groups;
  uint64_t bytes = nodes * sizeof(bell_regex_node) + items * sizeof(bell_regex_range) + groups * sizeof(bell_regex_draft) +
                   groups * (sizeof(bell_regex_name) + sizeof(bell_regex_look_draft)) + groups;
  p->scratch_bytes = BELL_ROUND(sizeof(bell_buffer) + bytes);
  if (!bell_reserve(ctx, p->scratch_bytes)) return false;
  p->scratch = bell_heap_take(ctx, p->scratch_bytes, BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, p->scratch))->size = p->scratch_bytes - sizeof(bell_buffer);
  ctx->heap->temporaries[ctx->heap->temporary_count - 1] = p->scratch;
  p->nodes = bell_at(ctx, p->scratch + sizeof(bell_buffer));
  p->items = (bell_regex_range *)(p->nodes + nodes);
  p->sets = (bell_regex_draft *)(p->items + items);
  p->names = (bell_regex_name *)(p->sets + groups);
  p->looks = (bell_regex_look_draft *)(p->names + groups);
  p->closed = (uint8_t *)(p->looks + groups);
  p->closed[0] = false;
  p->data = bell_str_data(ctx, BELL_STR_AT(ctx, pattern));
  if (!bell_regex_skip(p)) return false;
  p->root = branches(p, 0, flags);
  if (p->root == NONE) return false;
  if (!(p->flags & BELL_REGEX_ASCII)) {
    p->flags |= BELL_REGEX_UNICODE;
  } else if (p->flags & BELL_REGEX_UNICODE) {
    return fail_plain(p, 788, "ASCII and UNICODE flags are incompatible") != NONE;
  }
  if (p->next_length != 0) return fail(p, "unbalanced parenthesis", 0) != NONE;
  for (uint32_t i = 0; i < p->look_count; i++) {
    const bell_regex_node *body = &p->nodes[p->looks[i].body];
    if (p->looks[i].behind && body->least != body->most) return fail_plain(p, 785, "look-behind requires fixed-width pattern") != NONE;
  }
  return true;
}

void bell_regex_parse_end(parser *p) {
  if (p->scratch != 0) bell_heap_give_back(p->ctx, p->scratch, p->scratch_bytes);
  bell_root_pop(p->ctx, 1);
}
