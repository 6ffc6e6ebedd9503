/* Characters, escapes and sets of regular expressions, read: src/belljar/ir/regex_parse.py. */
#include "runtime/regex_tokens.h"

static uint32_t new_set(parser *p, bell_regex_draft draft) {
  bell_regex_set_finish(p, &draft);
  p->sets[p->set_count] = draft;
  return new_node(p, BELL_REGEX_SET, p->set_count++);
}

static void put_item(parser *p, uint32_t low, uint32_t high) { p->items[p->item_count++] = (bell_regex_range){low, high}; }

static bool cased(uint32_t code, uint32_t flags) {
  if (!(flags & BELL_REGEX_IGNORECASE)) return false;
  return flags & BELL_REGEX_ASCII ? is_ascii_alpha(code) : bell_regex_is_cased(code);
}

/* A set of one character, or of all but one, case aside where the flags say so. */
static uint32_t one(parser *p, uint32_t code, uint32_t flags, bool negated) {
  bell_regex_draft draft = {.items = p->item_count, .negated = negated};
  uint32_t codes[3] = {code}, count = 1;
  if (cased(code, flags)) {
    draft.fold = flags & BELL_REGEX_ASCII ? 1 : 2;
    codes[0] = bell_regex_lower(code);
    if (draft.fold == 2) count = bell_regex_peers(codes[0], codes);
  }
  for (uint32_t i = 0; i < count; i++) put_item(p, codes[i], codes[i]);
  draft.count = count;
  return new_set(p, draft);
}

uint32_t bell_regex_literal(parser *p, uint32_t code, uint32_t flags) {
  return cased(code, flags) ? one(p, code, flags, false) : new_node(p, BELL_REGEX_CHAR, code);
}

static uint16_t category_of(uint32_t letter, uint32_t flags) {
  static const char letters[] = "dDsSwW";
  const char *found = letter < 128 ? strchr(letters, (int)letter) : NULL;
  return found == NULL || letter == 0 ? 0 : (uint16_t)(1 << ((found - letters) + (flags & BELL_REGEX_ASCII ? BELL_REGEX_ASCII_CATEGORY : 0)));
}

/* --- escapes -------------------------------------------------------------------------------------------------------------------- */

/* `from` is where the escape begins. All of these return false on a fault. */
static bool octal(parser *p, uint32_t from, uint32_t *code) {
  *code = bell_regex_number(p, from + 1, tell(p), 8);
  if (*code <= 0377) return true;
  fail_about(p, "octal escape value ", from, " outside of range 0-0o377");
  return false;
}

/* The code point of an escape that stands for one, in a set or out of it. */
static bool character(parser *p, uint32_t from, uint32_t letter, uint32_t *code) {
  static const char letters[] = "abfnrtv\\", codes[] = "\a\b\f\n\r\t\v\\";
  const char *simple = letter < 128 && letter != 0 ? strchr(letters, (int)letter) : NULL;
  if (simple != NULL) {
    *code = (uint32_t)codes[simple - letters];
    return true;
  }
  uint32_t size = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
  if (size) {
    if (!bell_regex_digits(p, size, is_hex)) return false;
    if (tell(p) - from != size + 2) return fail_about(p, "incomplete escape ", from, "") != NONE;
    *code = bell_regex_number(p, from + 2, tell(p), 16);
    return *code <= BELL_CODE_POINT_MAX || fail_about(p, "bad escape ", from, "") != NONE;
  }
  if (letter == 'N') {
    bool failed = false;
    uint32_t name, end;
    if (!match(p, '{', &failed)) return fail(p, "missing {", 0) != NONE;
    if (failed || !bell_regex_until(p, '}', "}, unterminated name", "character name", &name, &end)) return false;
    return refuse(p, "names of characters are", from) != NONE;
  }
  if (is_decimal(letter) || is_ascii_alpha(letter)) return fail_about(p, "bad escape ", from, "") != NONE;
  *code = letter;
  return true;
}

/* Three octal digits are a character, all else is a reference to a group. */
static bool octal_or_reference(parser *p, uint32_t from, uint32_t *code) {
  if (sees_class(p, is_decimal)) {
    if (!bell_regex_skip(p)) return false;
    if (is_octal(code_at(p, from + 1)) && is_octal(code_at(p, from + 2)) && sees_class(p, is_octal)) return bell_regex_skip(p) && octal(p, from, code);
  }
  uint32_t group = bell_regex_number(p, from + 1, tell(p), 10);
  if (group >= p->group_count) {
    return bell_regex_fail_pieces(p, 785, from + 1, &(piece){"invalid group reference ", from + 1, tell(p), "", false}, 1) != NONE;
  }
  if (!p->closed[group]) return fail(p, "cannot refer to an open group", tell(p) - from) != NONE;
  return refuse(p, "references to groups are", from) != NONE;
}

/* The escape that was just passed, outside of a set. */
uint32_t bell_regex_escape(parser *p, uint32_t letter, uint32_t flags) {
  uint32_t from = tell(p) - 2, code = 0;
  uint16_t category = category_of(letter, flags);
  if (category) return new_set(p, (bell_regex_draft){.items = p->item_count, .categories = category});
  uint32_t ascii = flags & BELL_REGEX_ASCII ? BELL_REGEX_AT_ASCII_EDGE - BELL_REGEX_AT_WORD_EDGE : 0;
  switch (letter) {
  case 'A': return new_node(p, BELL_REGEX_AT, BELL_REGEX_AT_START);
  case 'Z': return new_node(p, BELL_REGEX_AT, BELL_REGEX_AT_STRING_END);
  case 'b': return new_node(p, BELL_REGEX_AT, BELL_REGEX_AT_WORD_EDGE + ascii);
  case 'B': return new_node(p, BELL_REGEX_AT, BELL_REGEX_AT_NO_WORD_EDGE + ascii);
  case '0':
    if (!bell_regex_digits(p, 2, is_octal)) return NONE;
    code = bell_regex_number(p, from + 1, tell(p), 8);
    break;
  default:
    if (!(is_decimal(letter) ? octal_or_reference(p, from, &code) : character(p, from, letter, &code))) return NONE;
  }
  return bell_regex_literal(p, code, flags);
}

/* --- sets ----------------------------------------------------------------------------------------------------------------------- */

/* A member of a set: a code point, or a category. Returns false on a fault. */
static bool member(parser *p, token t, uint32_t flags, uint32_t *code, uint16_t *category) {
  *category = 0;
  *code = t.first;
  if (t.length == 1) return true;
  *category = category_of(t.second, flags);
  if (*category) return true;
  uint32_t from = tell(p) - 2;
  if (is_octal(t.second)) return bell_regex_digits(p, 2, is_octal) && octal(p, from, code);
  return character(p, from, t.second, code);
}

/* Whether a character of the items, case aside, is another than itself; then they are to be folded. Charged for. */
static bool needs_folding(parser *p, const bell_regex_draft *draft, uint32_t flags, bool *cased_any) {
  *cased_any = false;
  for (uint32_t i = 0; i < draft->count; i++) {
    bell_regex_range item = p->items[draft->items + i];
    if (item.high >= 0x10000) *cased_any = true;
    if (item.low >= 0x10000) continue;
    uint32_t high = item.high < 0xFFFF ? item.high : 0xFFFF;
    uint64_t before = p->folded / 4;
    p->folded += high - item.low + 1;
    if (!bell_charge(p->ctx, (int64_t)(p->folded / 4 - before))) return false;
    for (uint32_t code = item.low; code <= high && !*cased_any; code++) *cased_any = cased(code, flags);
  }
  return true;
}

uint32_t bell_regex_bracket(parser *p, uint32_t flags) {
  uint32_t here = tell(p) - 1, spans = 0;
  bool failed = false;
  bell_regex_draft draft = {.items = p->item_count};
  draft.negated = match(p, '^', &failed);
  while (!failed) {
    token this = ahead(p), that = {0};
    uint32_t from = tell(p), low, high;
    if (!bell_regex_skip(p)) return NONE;
    if (this.length == 0) return fail(p, "unterminated character set", tell(p) - here);
    if (this.length == 1 && this.first == ']' && (p->item_count > draft.items || draft.categories)) break;
    uint16_t category, other = 0;
    if (!member(p, this, flags, &low, &category)) return NONE;
    bool dash = match(p, '-', &failed);
    if (failed) return NONE;
    uint32_t behind = tell(p);
    if (dash) {
      that = ahead(p);
      if (!bell_regex_skip(p)) return NONE;
      if (that.length == 0) return fail(p, "unterminated character set", tell(p) - here);
    }
    bool last = dash && that.length == 1 && that.first == ']';
    if (!dash || last) {
      if (category) {
        draft.categories |= category;
      } else {
        put_item(p, low, low);
      }
      if (!last) continue;
      put_item(p, '-', '-');
      break;
    }
    if (!member(p, that, flags, &high, &other)) return NONE;
    if (category || other || high < low) {
      piece pieces[] = {{"bad character range ", from, from + this.length, "-", false}, {"", behind, behind + that.length, "", false}};
      return bell_regex_fail_pieces(p, 785, tell(p) - (this.length + 1 + that.length), pieces, 2);
    }
    put_item(p, low, high);
    spans++;
  }
  if (failed) return NONE;
  draft.count = p->item_count - draft.items;
  bool single = spans == 0 && draft.categories == 0;
  for (uint32_t i = 1; single && i < draft.count; i++) single = p->items[draft.items + i].low == p->items[draft.items].low;
  if (single) {
    uint32_t code = p->items[draft.items].low;
    p->item_count = draft.items;
    return draft.negated ? one(p, code, flags, true) : bell_regex_literal(p, code, flags);
  }
  if (flags & BELL_REGEX_IGNORECASE) {
    bool any;
    if (!needs_folding(p, &draft, flags, &any)) return NONE;
    if (any) draft.fold = flags & BELL_REGEX_ASCII ? 1 : 2;
  }
  return new_set(p, draft);
}
