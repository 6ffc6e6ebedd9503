/* The nodes of regular expressions, and atomic groups and possessive repeats written out as others: src/belljar/ir/regex_parse.py.
 *
 * Children are linked, so a node that is wanted in a second place stands there in a group that captures nothing. */
#include "runtime/regex_tokens.h"

#define RUNS_MAX 16         /* runs in an atomic group that may have to be shorter */
#define ALTERNATIVES_MAX 32 /* in an atomic group */
#define NODES_LEFT 256      /* more than what one part is written out with */

static bell_regex_node *at(parser *p, uint32_t node) { return &p->nodes[node]; }

/* Widths, bounded so that one without an end is never the least. */
static void widen(bell_regex_node *node, uint64_t least, uint64_t most) {
  node->least = least < BELL_REGEX_WIDTH_MAX ? least : BELL_REGEX_WIDTH_MAX - 1;
  node->most = most < BELL_REGEX_WIDTH_MAX ? most : BELL_REGEX_WIDTH_MAX;
}

void bell_regex_join(parser *p, uint32_t sequence) {
  bell_regex_node *node = at(p, sequence);
  uint64_t size = 0, least = 0, most = 0;
  node->nullable = node->sure = true;
  for (uint32_t i = node->first; i != NONE; i = at(p, i)->next) {
    const bell_regex_node *item = at(p, i);
    size += item->size;
    least += item->least;
    most += item->most;
    node->nullable &= item->nullable;
    node->sure &= item->sure;
    node->loose |= item->loose;
    node->choice |= item->choice;
    if (item->bits > node->bits) node->bits = item->bits;
    if (item->groups > node->groups) node->groups = item->groups;
    if (item->rank > node->rank) node->rank = item->rank;
  }
  node->size = bell_regex_bounded(size);
  widen(node, least, most);
}

void bell_regex_alternate(parser *p, uint32_t branch) {
  bell_regex_node *node = at(p, branch);
  uint64_t size = 0;
  node->nullable = false;
  node->least = UINT64_MAX;
  node->most = 0;
  for (uint32_t i = node->first; i != NONE; i = at(p, i)->next) {
    const bell_regex_node *child = at(p, i);
    size += (uint64_t)child->size + (i == node->first ? 0 : 2);
    node->nullable |= child->nullable;
    node->sure |= child->sure;
    node->loose |= child->loose;
    if (child->groups) node->groups = BELL_REGEX_SOME_SET;
    if (child->bits > node->bits) node->bits = child->bits;
    if (child->rank > node->rank) node->rank = child->rank;
    if (child->least < node->least) node->least = child->least;
    if (child->most > node->most) node->most = child->most;
  }
  node->choice = true;
  node->size = bell_regex_bounded(size);
}

uint32_t bell_regex_grouped(parser *p, uint32_t body, uint32_t number) {
  uint32_t made = new_node(p, BELL_REGEX_GROUP, number);
  bell_regex_node *node = at(p, made);
  const bell_regex_node *child = at(p, body);
  node->first = body;
  node->size = bell_regex_bounded((uint64_t)child->size + (number ? 2 : 0));
  node->nullable = child->nullable;
  node->bits = child->bits;
  node->least = child->least;
  node->most = child->most;
  node->groups = number && child->groups == BELL_REGEX_NO_GROUPS ? BELL_REGEX_ALL_SET : child->groups;
  node->rank = child->rank;
  node->loose = child->loose;
  node->choice = child->choice;
  node->sure = child->sure;
  return made;
}

uint32_t bell_regex_repeated(parser *p, uint32_t body, uint32_t low, uint32_t high, bool lazy) {
  uint32_t made = new_node(p, BELL_REGEX_REPEAT, 0);
  bell_regex_node *node = at(p, made);
  const bell_regex_node *child = at(p, body);
  node->first = body;
  node->low = low;
  node->high = high;
  node->lazy = lazy;
  node->nullable = low == 0 || child->nullable;
  node->guarded = child->nullable && child->size > 0 && high - low >= 2;
  node->bits = high == 0 ? 0 : (uint8_t)(child->bits + node->guarded);
  uint64_t size = child->size;
  if (size == 0 || high == 0) {
    node->size = 0;
  } else if (high == BELL_REGEX_ENDLESS) {
    node->size = bell_regex_bounded(low == 0 ? size + 2 : low * size + 1);
  } else {
    node->size = bell_regex_bounded(low * size + (high - low) * (size + 1) + node->guarded);
  }
  uint64_t least = child->least, most = child->most; /* both at most 2^32, and the numbers below it: their products are not too large */
  widen(node, low * least, high == BELL_REGEX_ENDLESS && most ? BELL_REGEX_WIDTH_MAX : high * most);
  node->groups = child->groups && high ? (low ? child->groups : BELL_REGEX_SOME_SET) : BELL_REGEX_NO_GROUPS;
  node->rank = child->rank;
  node->loose = child->loose;
  node->choice = node->size > 0 && (low < high || child->choice);
  node->sure = low == 0 || child->sure;
  node->quantified = true;
  return made;
}

uint32_t bell_regex_open_look(parser *p, bool behind, bool negated) {
  p->looks[p->look_count] = (bell_regex_look_draft){.keeps = NONE, .low = p->group_count, .behind = behind, .negated = negated};
  return p->look_count++;
}

uint32_t bell_regex_close_look(parser *p, uint32_t number, uint32_t body) {
  bell_regex_look_draft *look = &p->looks[number];
  uint32_t made = new_node(p, BELL_REGEX_LOOK, number);
  bell_regex_node *node = at(p, made);
  const bell_regex_node *child = at(p, body);
  look->body = body;
  look->high = p->group_count;
  node->rank = (uint16_t)(child->rank + 1);
  if (look->negated) return made;
  node->groups = child->groups;
  node->loose = child->loose || child->groups == BELL_REGEX_SOME_SET;
  if (child->groups) look->keeps = p->keeping++;
  return made;
}

/* --- one way to match --------------------------------------------------------------------------------------------------------------- */

static uint32_t settled(parser *p, uint32_t node, uint32_t start, bool possessive, uint32_t depth);

static uint32_t tried_again(parser *p, uint32_t start) {
  return refuse(p, "atomic groups and possessive repeats of which a part may be tried again are", start);
}

/* Whether there is no room to write out one part more, and that is refused. */
static bool is_full(parser *p, uint32_t start) {
  if (p->node_count + NODES_LEFT <= p->node_max && p->look_count + 2 <= p->look_max) return false;
  tried_again(p, start);
  return true;
}

/* A sequence of up to four items; those from the first NONE on do not count. */
static uint32_t sequence_of(parser *p, const uint32_t items[4]) {
  uint32_t made = new_node(p, BELL_REGEX_SEQUENCE, 0), last = NONE;
  for (int i = 0; i < 4 && items[i] != NONE; i++) {
    uint32_t item = bell_regex_grouped(p, items[i], 0);
    if (last == NONE) {
      at(p, made)->first = item;
    } else {
      at(p, last)->next = item;
    }
    last = item;
  }
  bell_regex_join(p, made);
  return made;
}

static uint32_t either(parser *p, uint32_t first, uint32_t second) {
  uint32_t made = new_node(p, BELL_REGEX_BRANCH, 0), item = bell_regex_grouped(p, first, 0);
  at(p, made)->first = item;
  uint32_t other = bell_regex_grouped(p, second, 0);
  at(p, item)->next = other;
  bell_regex_alternate(p, made);
  return made;
}

static uint32_t unless(parser *p, uint32_t body) { return bell_regex_close_look(p, bell_regex_open_look(p, false, true), body); }

static bool ends_differ(const bell_regex_node *node) { return node->choice && node->least != node->most; }

/* Each way behind lookaheads that say that those before it do not match. */
static uint32_t settled_branch(parser *p, uint32_t node, uint32_t start) {
  uint32_t made = new_node(p, BELL_REGEX_BRANCH, 0), last = NONE, others[ALTERNATIVES_MAX], ranks[ALTERNATIVES_MAX], count = 0;
  for (uint32_t child = at(p, node)->first; child != NONE; child = at(p, child)->next, count++) {
    if (count == ALTERNATIVES_MAX) return tried_again(p, start);
    uint32_t own = settled(p, child, start, false, 0);
    if (own == NONE || is_full(p, start)) return NONE;
    uint32_t kept = bell_regex_grouped(p, own, 0), way = new_node(p, BELL_REGEX_SEQUENCE, 0), *link = &at(p, way)->first;
    for (uint32_t i = 0; i < count; i++) {
      uint32_t other = new_node(p, BELL_REGEX_LOOK, others[i]);
      at(p, other)->rank = (uint16_t)ranks[i];
      *link = other;
      link = &at(p, other)->next;
    }
    *link = kept;
    bell_regex_join(p, way);
    if (last == NONE) {
      at(p, made)->first = way;
    } else {
      at(p, last)->next = way;
    }
    last = way;
    if (at(p, child)->next == NONE) break;
    uint32_t look = unless(p, child);
    others[count] = at(p, look)->value;
    ranks[count] = at(p, look)->rank;
  }
  bell_regex_alternate(p, made);
  at(p, made)->sure = at(p, node)->sure;
  return made;
}

static uint32_t settled_repeat(parser *p, uint32_t node, uint32_t start, bool possessive) {
  uint32_t body = at(p, node)->first, low = at(p, node)->low, high = at(p, node)->high, made;
  if (at(p, body)->nullable || (low >= 2 && ends_differ(at(p, body)) && !possessive)) return tried_again(p, start);
  uint32_t one = settled(p, body, start, false, 0);
  if (one == NONE || is_full(p, start)) return NONE;
  if (at(p, node)->lazy || low == high) {
    made = bell_regex_repeated(p, one, low, low, false);
  } else if (high == BELL_REGEX_ENDLESS) {
    made = sequence_of(p, (uint32_t[4]){bell_regex_repeated(p, one, low, high, false), unless(p, body), NONE, NONE});
  } else {
    uint32_t all = bell_regex_repeated(p, one, high, high, false), some = bell_regex_repeated(p, one, low, high - 1, false);
    made = either(p, all, sequence_of(p, (uint32_t[4]){some, unless(p, body), NONE, NONE}));
  }
  at(p, made)->sure = low == 0;
  at(p, made)->quantified = true;
  return made;
}

/* What there is in groups around it, and nothing else. */
static uint32_t core(parser *p, uint32_t node) {
  for (;;) {
    uint8_t kind = at(p, node)->kind;
    uint32_t first = at(p, node)->first;
    if (kind != BELL_REGEX_GROUP && (kind != BELL_REGEX_SEQUENCE || first == NONE || at(p, first)->next != NONE)) return node;
    node = first;
  }
}

/* The groups around the core of a node, around another. */
static uint32_t instead(parser *p, uint32_t node, uint32_t made) {
  uint8_t kind = at(p, node)->kind;
  if (kind == BELL_REGEX_GROUP) return bell_regex_grouped(p, instead(p, at(p, node)->first, made), at(p, node)->value);
  return kind == BELL_REGEX_SEQUENCE ? instead(p, at(p, node)->first, made) : made;
}

/* What is behind a part that may end at several places must match wherever it ended, so that nothing is tried again. Or the part is a run of
 * something with one way to match: it ends at the last place where the rest matches, or if it is lazy at the first, which a lookahead finds. */
static uint32_t settled_sequence(parser *p, uint32_t node, uint32_t start, uint32_t depth) {
  uint32_t made = new_node(p, BELL_REGEX_SEQUENCE, 0), last = NONE, item = at(p, node)->first;
  bool sure = true, open = false; /* open: an item may end at several places */
  for (uint32_t i = item; i != NONE; i = at(p, i)->next) {
    if (open) sure &= at(p, i)->sure;
    open |= ends_differ(at(p, i));
  }
  for (; item != NONE; item = at(p, item)->next) {
    if (!sure && ends_differ(at(p, item))) break;
    uint32_t one = settled(p, item, start, false, 0);
    if (one == NONE || is_full(p, start)) return NONE;
    uint32_t kept = bell_regex_grouped(p, one, 0);
    if (last == NONE) {
      at(p, made)->first = kept;
    } else {
      at(p, last)->next = kept;
    }
    last = kept;
  }
  if (item == NONE) {
    bell_regex_join(p, made);
    at(p, made)->sure = at(p, node)->sure;
    return made;
  }
  uint32_t inner = core(p, item);
  const bell_regex_node *run = at(p, inner);
  uint32_t body = run->first;
  if (run->kind != BELL_REGEX_REPEAT || run->high != BELL_REGEX_ENDLESS || at(p, body)->choice || at(p, body)->nullable || (run->lazy && run->low) ||
      depth >= RUNS_MAX) {
    return tried_again(p, start);
  }
  bell_regex_join(p, made);
  uint32_t rest = new_node(p, BELL_REGEX_SEQUENCE, 0), kept;
  at(p, rest)->first = at(p, item)->next;
  bell_regex_join(p, rest);
  if (is_full(p, start)) return NONE;
  if (run->lazy) {
    kept = bell_regex_repeated(p, sequence_of(p, (uint32_t[4]){unless(p, rest), body, NONE, NONE}), 0, BELL_REGEX_ENDLESS, false);
  } else {
    uint32_t longer = sequence_of(p, (uint32_t[4]){bell_regex_repeated(p, body, 1, BELL_REGEX_ENDLESS, false), rest, NONE, NONE});
    kept = sequence_of(p, (uint32_t[4]){inner, unless(p, longer), NONE, NONE});
  }
  if (is_full(p, start)) return NONE;
  kept = instead(p, item, kept);
  uint32_t behind = settled(p, rest, start, false, depth + 1);
  if (behind == NONE || is_full(p, start)) return NONE;
  return sequence_of(p, (uint32_t[4]){made, kept, behind, NONE});
}

static uint32_t settled(parser *p, uint32_t node, uint32_t start, bool possessive, uint32_t depth) {
  bell_regex_node *given = at(p, node);
  uint32_t made = NONE;
  if (!given->choice) return node;
  if (given->kind == BELL_REGEX_GROUP) {
    made = settled(p, given->first, start, false, 0);
    return made == NONE || is_full(p, start) ? NONE : bell_regex_grouped(p, made, given->value);
  }
  if (given->kind == BELL_REGEX_BRANCH) {
    made = settled_branch(p, node, start);
  } else if (given->kind == BELL_REGEX_REPEAT) {
    made = settled_repeat(p, node, start, possessive);
  } else {
    made = settled_sequence(p, node, start, depth);
  }
  if (made == NONE) return NONE;
  at(p, made)->choice = false;
  at(p, made)->least = given->least; /* those of all ways: CPython asks for them where it looks behind */
  at(p, made)->most = given->most;
  return made;
}

uint32_t bell_regex_settled(parser *p, uint32_t node, uint32_t start, bool possessive) { return settled(p, node, start, possessive, 0); }
