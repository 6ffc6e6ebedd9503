/* Programs of regular expressions, and the ops that make and show them: src/belljar/ir/regex_program.py is the specification.
 *
 * The parser has counted instructions, sets and names, so the object is reserved once and filled in. */
#include <stdlib.h>

#include "runtime/any.h"
#include "runtime/bytes.h"
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/regex.h"
#include "runtime/str.h"

#define NONE BELL_REGEX_NONE
#define PLANE 0x10000u /* code points of the BMP, the part that CPython folds one by one */

/* --- sets ----------------------------------------------------------------------------------------------------------------------- */

static void set_bits(uint64_t *bits, uint32_t low, uint32_t high) {
  for (uint32_t word = low >> 6; word <= high >> 6; word++) {
    uint64_t mask = ~(uint64_t)0;
    if (word == low >> 6) mask &= ~(uint64_t)0 << (low & 63);
    if (word == high >> 6) mask &= ~(uint64_t)0 >> (63 - (high & 63));
    bits[word] |= mask;
  }
}

static int by_low(const void *a, const void *b) {
  const bell_regex_range *x = a, *y = b;
  return x->low != y->low ? (x->low < y->low ? -1 : 1) : x->high < y->high ? -1 : x->high > y->high;
}

/* Sort ranges and join what touches. Gives how many are left. */
static uint32_t merge(bell_regex_range *ranges, uint32_t count) {
  if (count == 0) return 0;
  qsort(ranges, count, sizeof *ranges, by_low);
  uint32_t last = 0;
  for (uint32_t i = 1; i < count; i++) {
    if (ranges[i].low <= ranges[last].high + 1) {
      if (ranges[i].high > ranges[last].high) ranges[last].high = ranges[i].high;
    } else {
      ranges[++last] = ranges[i];
    }
  }
  return last + 1;
}

/* The lower case of the code points [low, high] of the BMP and its peers. */
static void fold_bits(uint64_t *bits, uint32_t low, uint32_t high, bool ascii) {
  for (uint32_t code = low; code <= high; code++) {
    if (ascii) {
      uint32_t lower = code - 'A' < 26 ? code + 32 : code;
      set_bits(bits, lower, lower);
      continue;
    }
    uint32_t lower = bell_regex_lower(code), peers[3], count = bell_regex_peers(lower, peers);
    for (uint32_t i = 0; i < count; i++) set_bits(bits, peers[i], peers[i]);
  }
}

/* The runs of a bitmap as ranges. Gives their number; `out` may be NULL. */
static uint32_t runs(const uint64_t *bits, bell_regex_range *out) {
  uint32_t count = 0, code = 0;
  while (code < PLANE) {
    uint64_t set = bits[code >> 6] >> (code & 63);
    if (set == 0) {
      code = (code | 63) + 1;
      continue;
    }
    code += (uint32_t)__builtin_ctzll(set);
    uint32_t low = code;
    while (code < PLANE) {
      uint64_t clear = ~bits[code >> 6] >> (code & 63);
      if (clear != 0) {
        code += (uint32_t)__builtin_ctzll(clear);
        break;
      }
      code = (code | 63) + 1;
    }
    if (out != NULL) out[count] = (bell_regex_range){low, code - 1};
    count++;
  }
  return count;
}

static void bitmap(const bell_regex_parser *p, const bell_regex_draft *draft, uint64_t *bits) {
  memset(bits, 0, PLANE / 8);
  for (uint32_t i = 0; i < draft->count; i++) {
    bell_regex_range item = p->items[draft->items + i];
    if (draft->fold) {
      fold_bits(bits, item.low, item.high, draft->fold == 1);
    } else {
      set_bits(bits, item.low, item.high);
    }
  }
}

/* Do the last range of the BMP and the first behind it touch? */
static bool touches(const bell_regex_parser *p, const bell_regex_draft *draft, const uint64_t *bits) {
  return draft->high_count > 0 && p->items[draft->items + draft->count].low == PLANE && bits[PLANE / 64 - 1] >> 63;
}

void bell_regex_set_finish(bell_regex_parser *p, bell_regex_draft *draft) {
  bell_regex_range *items = p->items + draft->items;
  uint32_t count = draft->count, end = count;
  for (int upper = 0; upper < 2; upper++) { /* copies of what is behind the BMP, behind the items */
    uint32_t start = end;
    for (uint32_t i = 0; i < count; i++) {
      bool in_upper = draft->fold && items[i].low < items[i].high;
      if (items[i].high < PLANE || in_upper != upper) continue;
      items[end++] = (bell_regex_range){items[i].low < PLANE && !in_upper ? PLANE : items[i].low, items[i].high};
    }
    end = start + merge(items + start, end - start);
    if (upper) {
      draft->upper_count = end - start;
    } else {
      draft->high_count = end - start;
    }
  }
  uint32_t kept = 0; /* the parts in the BMP, without the others */
  for (uint32_t i = 0; i < count; i++) {
    if (items[i].low < PLANE) items[kept++] = (bell_regex_range){items[i].low, items[i].high < PLANE ? items[i].high : PLANE - 1};
  }
  memmove(items + kept, items + count, (draft->high_count + draft->upper_count) * sizeof *items);
  draft->count = kept;
  p->item_count = draft->items + kept + draft->high_count + draft->upper_count;
  uint64_t bits[PLANE / 64];
  bitmap(p, draft, bits);
  draft->range_count = runs(bits, NULL) + draft->high_count - touches(p, draft, bits);
}

void bell_regex_set_write(const bell_regex_parser *p, const bell_regex_draft *draft, bell_regex_range *out) {
  uint64_t bits[PLANE / 64];
  bitmap(p, draft, bits);
  uint32_t count = runs(bits, out);
  const bell_regex_range *high = p->items + draft->items + draft->count;
  uint32_t joined = touches(p, draft, bits);
  if (joined) out[count - 1].high = high[0].high;
  memcpy(out + count, high + joined, (draft->high_count - joined + draft->upper_count) * sizeof *out);
}

/* --- instructions --------------------------------------------------------------------------------------------------------------- */

typedef struct { const bell_regex_parser *p; bell_regex_instr *code; uint32_t count; } emitter; /* of one program */

static uint32_t put(emitter *e, uint8_t op, uint32_t x) {
  e->code[e->count] = (bell_regex_instr){.op = op, .x = x};
  return e->count++;
}

/* Where a repeat goes on or ends. */
static void fork_at(emitter *e, uint32_t place, uint32_t body, uint32_t out, const bell_regex_node *node, uint8_t depth) {
  bell_regex_instr *instr = &e->code[place];
  if (node->guarded) {
    *instr = (bell_regex_instr){.op = node->lazy ? BELL_REGEX_LAZY_LOOP : BELL_REGEX_LOOP, .bit = depth, .x = body, .y = out};
  } else {
    *instr = (bell_regex_instr){.op = BELL_REGEX_SPLIT, .x = node->lazy ? out : body, .y = node->lazy ? body : out};
  }
}

static void emit(emitter *e, uint32_t index, uint8_t depth);

static void emit_repeat(emitter *e, const bell_regex_node *node, uint8_t depth) {
  if (node->size == 0) return;
  uint8_t inner = (uint8_t)(depth + node->guarded);
  bool endless = node->high == BELL_REGEX_ENDLESS;
  for (uint32_t i = endless && node->low ? 1 : 0; i < node->low; i++) emit(e, node->first, inner);
  if (endless && node->low) {
    uint32_t start = e->count;
    emit(e, node->first, inner);
    uint32_t fork = put(e, 0, 0);
    fork_at(e, fork, start, e->count, node, depth);
  } else if (endless) {
    uint32_t fork = put(e, 0, 0);
    emit(e, node->first, inner);
    put(e, BELL_REGEX_JUMP, fork);
    fork_at(e, fork, fork + 1, e->count, node, depth);
  } else {
    uint32_t turns = node->high - node->low, start = e->count, step = e->p->nodes[node->first].size + 1;
    for (uint32_t i = 0; i < turns; i++) {
      put(e, 0, 0);
      emit(e, node->first, inner);
    }
    for (uint32_t i = 0; i < turns; i++) fork_at(e, start + i * step, start + i * step + 1, e->count, node, depth);
    if (node->guarded) e->code[put(e, BELL_REGEX_CLEAR, 0)].bit = depth;
  }
}

static void emit_branch(emitter *e, const bell_regex_node *node, uint8_t depth) {
  uint32_t jump = NONE; /* the last one; each holds the one before until all know where to go */
  for (uint32_t child = node->first; child != NONE; child = e->p->nodes[child].next) {
    if (e->p->nodes[child].next == NONE) {
      emit(e, child, depth);
      break;
    }
    uint32_t split = put(e, BELL_REGEX_SPLIT, e->count + 1);
    emit(e, child, depth);
    jump = put(e, BELL_REGEX_JUMP, jump);
    e->code[split].y = e->count;
  }
  while (jump != NONE) {
    uint32_t before = e->code[jump].x;
    e->code[jump].x = e->count;
    jump = before;
  }
}

/* The instructions of a node inside `depth` guarded repeats. */
static void emit(emitter *e, uint32_t index, uint8_t depth) {
  const bell_regex_node *node = &e->p->nodes[index];
  switch (node->kind) {
  case BELL_REGEX_SEQUENCE:
    for (uint32_t child = node->first; child != NONE; child = e->p->nodes[child].next) emit(e, child, depth);
    break;
  case BELL_REGEX_GROUP:
    if (node->value) put(e, BELL_REGEX_SAVE, 2 * node->value);
    emit(e, node->first, depth);
    if (node->value) put(e, BELL_REGEX_SAVE, 2 * node->value + 1);
    break;
  case BELL_REGEX_BRANCH: emit_branch(e, node, depth); break;
  case BELL_REGEX_REPEAT: emit_repeat(e, node, depth); break;
  default: put(e, node->kind, node->value);
  }
}

/* Mark the instructions that more than one leads to. */
static void mark_joins(bell_regex_instr *code, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint8_t op = code[i].op;
    uint32_t targets[2] = {i + 1, NONE};
    if (op == BELL_REGEX_MATCH) continue;
    if (op == BELL_REGEX_JUMP) targets[0] = code[i].x;
    if (op == BELL_REGEX_SPLIT || op == BELL_REGEX_LOOP || op == BELL_REGEX_LAZY_LOOP) {
      targets[0] = code[i].x;
      targets[1] = code[i].y;
    }
    for (int j = 0; j < 2; j++) {
      if (targets[j] != NONE && code[targets[j]].join < 2) code[targets[j]].join++;
    }
  }
  for (uint32_t i = 0; i < count; i++) code[i].join = code[i].join == 2;
}

/* The characters below 256 that an instruction reads, added to `latin`, and whether it may read others. */
static bool add_reads(const bell_regex *regex, const bell_regex_instr *instr, uint32_t *latin) {
  if (instr->op == BELL_REGEX_CHAR) {
    if (instr->x < 256) latin[instr->x >> 5] |= 1u << (instr->x & 31);
    return instr->x >= 256;
  }
  if (instr->op == BELL_REGEX_SET) {
    const bell_regex_set *set = &bell_regex_sets(regex)[instr->x];
    for (int i = 0; i < 8; i++) latin[i] |= set->latin[i];
    bool low = set->range_count == 0 || bell_regex_ranges(regex)[set->ranges + set->range_count - 1].high < 256;
    return set->negated || set->categories || set->fold == 2 || set->upper_count > 0 || !low;
  }
  for (int i = 0; i < 8; i++) latin[i] |= i == 0 && instr->op == BELL_REGEX_ANY ? ~(1u << '\n') : ~0u;
  return true;
}

#define EXITS_MAX 48

/* Whether a repeat of `reader` that is left for `out` never has to end before it must: at an earlier place each reader behind it fails. */
static bool is_run(const bell_regex *regex, const bell_regex_instr *code, const bell_regex_instr *reader, uint32_t out) {
  uint32_t own[8] = {0}, behind[8] = {0}, places[EXITS_MAX] = {out}, count = 1;
  bool other = add_reads(regex, reader, own), asserts = false, ends = false;
  for (uint32_t i = 0; i < count; i++) {
    const bell_regex_instr *instr = &code[places[i]];
    uint32_t targets[2] = {places[i] + 1, NONE};
    if (instr->op <= BELL_REGEX_ALL) {
      if (add_reads(regex, instr, behind) && other) return false;
      continue;
    }
    if (instr->op == BELL_REGEX_MATCH) {
      ends = true;
      continue;
    }
    if (instr->op == BELL_REGEX_AT || instr->op == BELL_REGEX_LOOK) asserts = true;
    if (instr->op == BELL_REGEX_JUMP) targets[0] = instr->x;
    if (instr->op == BELL_REGEX_SPLIT) {
      targets[0] = instr->x;
      targets[1] = instr->y;
    }
    for (int j = 0; j < 2; j++) {
      bool known = targets[j] == NONE;
      for (uint32_t k = 0; k < count && !known; k++) known = places[k] == targets[j];
      if (known) continue;
      if (count == EXITS_MAX) return false;
      places[count++] = targets[j];
    }
  }
  if (asserts && ends) return false; /* an earlier end may be one where the assertion holds */
  for (int i = 0; i < 8; i++) {
    if (own[i] & behind[i]) return false;
  }
  return true;
}

/* Mark the repeats of a program that are runs. */
static void mark_runs(const bell_regex *regex, bell_regex_instr *code, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    bell_regex_instr *split = &code[i];
    if (split->op != BELL_REGEX_SPLIT || split->y <= i) continue;
    bool star = split->x == i + 1 && code[i + 1].op <= BELL_REGEX_ALL && code[i + 2].op == BELL_REGEX_JUMP && code[i + 2].x == i;
    bool plus = i > 0 && split->x == i - 1 && code[i - 1].op <= BELL_REGEX_ALL;
    if ((star || plus) && is_run(regex, code, &code[split->x], split->y)) split->run = star ? 1 : -1;
  }
}

/* Find the characters below 256 that a match can begin with, unless it can be empty. `stack` has room for all instructions, and `seen`. */
static void find_first(bell_regex *regex, uint32_t *stack, uint8_t *seen) {
  const bell_regex_instr *code = bell_regex_code(regex);
  uint32_t waiting = 0, chars = 0;
  memset(seen, 0, regex->main.count);
  regex->first_char = NONE;
  stack[waiting++] = 0;
  seen[0] = 1;
  while (waiting > 0) {
    uint32_t place = stack[--waiting], targets[2] = {place + 1, NONE};
    const bell_regex_instr *instr = &code[place];
    switch (instr->op) {
    case BELL_REGEX_MATCH: return;
    case BELL_REGEX_CHAR:
      if (instr->x < 256) regex->first[instr->x >> 5] |= 1u << (instr->x & 31);
      regex->first_char = chars++ == 0 || regex->first_char == instr->x ? instr->x : NONE;
      continue;
    case BELL_REGEX_SET:
      for (int i = 0; i < 8; i++) regex->first[i] |= bell_regex_sets(regex)[instr->x].latin[i];
      chars = 2;
      regex->first_char = NONE;
      continue;
    case BELL_REGEX_ANY:
    case BELL_REGEX_ALL: return;
    case BELL_REGEX_JUMP: targets[0] = instr->x; break;
    case BELL_REGEX_SPLIT:
    case BELL_REGEX_LOOP:
    case BELL_REGEX_LAZY_LOOP:
      targets[0] = instr->x;
      targets[1] = instr->y;
      break;
    default: break;
    }
    for (int i = 0; i < 2; i++) {
      if (targets[i] == NONE || seen[targets[i]]) continue;
      seen[targets[i]] = 1;
      stack[waiting++] = targets[i];
    }
  }
  regex->first_known = 1;
}

static void write_sets(const bell_regex_parser *p, bell_regex *regex) {
  bell_regex_set *sets = bell_regex_sets(regex);
  uint32_t ranges = 0;
  for (uint32_t i = 0; i < p->set_count; i++) {
    const bell_regex_draft *draft = &p->sets[i];
    bell_regex_set *set = &sets[i];
    *set = (bell_regex_set){.ranges = ranges, .range_count = draft->range_count, .upper = ranges + draft->range_count,
                            .upper_count = draft->upper_count, .categories = draft->categories, .negated = draft->negated, .fold = draft->fold};
    bell_regex_set_write(p, draft, bell_regex_ranges(regex) + ranges);
    ranges += draft->range_count + draft->upper_count;
    for (uint32_t code = 0; code < 256; code++) {
      if (bell_regex_set_has_slow(regex, set, code)) set->latin[code >> 5] |= 1u << (code & 31);
    }
  }
}

/* The instructions of a node as a program, which begins where it says. The sets are written. */
static void write_program(const bell_regex_parser *p, const bell_regex *regex, bell_regex_program *program, uint32_t node) {
  emitter e = {p, bell_regex_code(regex) + program->start, 0};
  emit(&e, node, 0);
  put(&e, BELL_REGEX_MATCH, 0);
  program->count = e.count;
  program->bits = p->nodes[node].bits;
  program->size = e.count << program->bits;
  mark_joins(e.code, e.count);
  if (program->bits == 0) mark_runs(regex, e.code, e.count);
}

/* The object of a pattern read. Returns 0 on a fault. */
static bell_ref build(bell_regex_parser *p) {
  bell_ctx *ctx = p->ctx;
  uint64_t count = 0, states = 0;
  for (uint32_t i = 0; i <= p->look_count && states <= BELL_REGEX_SIZE_MAX; i++) {
    const bell_regex_node *root = &p->nodes[i == 0 ? p->root : p->looks[i - 1].body];
    count += (uint64_t)root->size + 1;
    states += root->bits > BELL_REGEX_BITS_MAX ? BELL_REGEX_SIZE_MAX + 1 : ((uint64_t)root->size + 1) << root->bits;
  }
  if (states > BELL_REGEX_SIZE_MAX) {
    return bell_fault_with(ctx, 786, "a pattern whose program has more than 65536 states is not supported in regular expressions");
  }
  if (!bell_charge(ctx, (int64_t)states)) return 0;
  uint64_t ranges = 0;
  for (uint32_t i = 0; i < p->set_count; i++) ranges += p->sets[i].range_count + p->sets[i].upper_count;
  uint64_t bytes = sizeof(bell_regex) + count * sizeof(bell_regex_instr) + p->set_count * sizeof(bell_regex_set) +
                   ranges * sizeof(bell_regex_range) + p->name_count * sizeof(bell_regex_name) + p->look_count * sizeof(bell_regex_lookaround);
  uint64_t scratch_bytes = BELL_ROUND(sizeof(bell_buffer) + count * (sizeof(uint32_t) + 1));
  if (!bell_reserve(ctx, BELL_ROUND(bytes) + scratch_bytes)) return 0;
  bell_ref made = bell_alloc(ctx, bytes, BELL_REGEX, 0, 0), scratch = bell_heap_take(ctx, scratch_bytes, BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, scratch))->size = scratch_bytes - sizeof(bell_buffer);
  bell_regex *regex = BELL_REGEX_AT_REF(ctx, made);
  regex->bytes = bytes;
  regex->pattern = p->pattern;
  regex->flags = p->flags;
  regex->groups = p->group_count - 1;
  regex->keeping = p->keeping;
  regex->code_count = (uint32_t)count;
  regex->set_count = p->set_count;
  regex->range_count = (uint32_t)ranges;
  regex->name_count = p->name_count;
  regex->look_count = p->look_count;
  write_sets(p, regex);
  if (p->name_count) memcpy(bell_regex_names(regex), p->names, p->name_count * sizeof(bell_regex_name));
  regex->main = (bell_regex_program){0, 0, 0, 0};
  write_program(p, regex, &regex->main, p->root);
  uint32_t end = regex->main.count;
  for (uint32_t i = 0; i < p->look_count; i++) {
    const bell_regex_look_draft *read = &p->looks[i];
    bell_regex_lookaround *look = &bell_regex_looks_of(regex)[i];
    *look = (bell_regex_lookaround){.program = {.start = end}, .keeps = read->keeps, .low = read->low, .high = read->high,
                              .back = read->behind ? (uint32_t)p->nodes[read->body].least : 0, .negated = read->negated,
                                    .rank = p->nodes[read->body].rank};
    write_program(p, regex, &look->program, read->body);
    end += look->program.count;
  }
  assert(end == regex->code_count);
  regex->look_size = end - regex->main.count;
  uint32_t *stack = bell_at(ctx, scratch + sizeof(bell_buffer));
  find_first(regex, stack, (uint8_t *)(stack + count));
  bell_heap_give_back(ctx, scratch, scratch_bytes);
  return made;
}

/* --- ops ------------------------------------------------------------------------------------------------------------------------ */

bell_word bell_regex_compile(bell_ctx *ctx, bell_word a0, int64_t a1) {
  if (!bell_charge(ctx, 8 * (int64_t)BELL_STR_AT(ctx, a0)->length)) return 0;
  bell_regex_parser parser;
  bell_ref made = bell_regex_parse(&parser, ctx, a0, (uint32_t)a1) ? build(&parser) : 0;
  bell_regex_parse_end(&parser);
  return made;
}

const bell_regex *bell_regex_of(bell_ctx *ctx, bell_word word) {
  bell_value value = bell_any_value(ctx, word);
  if (value.kind == BELL_REGEX) return BELL_REGEX_AT_REF(ctx, value.ref);
  bell_fault_operands(ctx, 309, "a compiled pattern", &value, NULL);
  return NULL;
}

int64_t bell_regex_groups(bell_ctx *ctx, bell_word a0) {
  const bell_regex *regex = bell_regex_of(ctx, a0);
  return regex == NULL ? 0 : regex->groups;
}

int64_t bell_regex_flags(bell_ctx *ctx, bell_word a0) {
  const bell_regex *regex = bell_regex_of(ctx, a0);
  return regex == NULL ? 0 : regex->flags;
}

bell_word bell_regex_pattern(bell_ctx *ctx, bell_word a0) {
  const bell_regex *regex = bell_regex_of(ctx, a0);
  return regex == NULL ? 0 : regex->pattern;
}

bell_word bell_regex_group_names(bell_ctx *ctx, bell_word a0) {
  const bell_regex *regex = bell_regex_of(ctx, a0);
  if (regex == NULL || !bell_charge(ctx, regex->name_count)) return 0;
  uint32_t type = 0;
  for (uint32_t i = 1; i < ctx->type_count && type == 0; i++) {
    const bell_type *row = &ctx->types[i];
    if (row->kind == BELL_DICT && row->item_class == BELL_CLASS_STR && row->value_class == BELL_CLASS_INT) type = i;
  }
  bell_ref dict = bell_dict_make(ctx, type, bell_dict_aux(BELL_CLASS_STR, BELL_CLASS_INT), regex->name_count);
  if (dict == 0) return 0;
  bell_root_push(ctx, dict);
  bool done = true;
  for (uint32_t i = 0; done && i < regex->name_count; i++) {
    const bell_regex_name *name = &bell_regex_names(regex)[i];
    bell_ref key = bell_str_substring(ctx, regex->pattern, name->start, (uint64_t)name->start + name->length);
    if (key == 0) {
      done = false;
    } else {
      bell_root_push(ctx, key);
      done = bell_dict_put(ctx, dict, key, name->group);
      bell_root_pop(ctx, 1);
    }
  }
  bell_root_pop(ctx, 1);
  return done ? dict : 0;
}

int64_t bell_regex_looks(bell_ctx *ctx, bell_word a0) {
  const bell_regex *regex = bell_regex_of(ctx, a0);
  return regex == NULL ? 0 : regex->look_count;
}

/* The first match of a program: with the machine that is good for it. Charges for all positions. */
int bell_regex_find(bell_regex_run *run) {
  uint32_t from = run->start;
  uint64_t steps = 0;
  int outcome = bell_regex_backtrack(run, &from, &steps);
  if (outcome == BELL_REGEX_UNDECIDED) {
    uint64_t before = steps;
    outcome = bell_regex_pike(run, from, &steps);
    if (steps < before) steps = before;
  }
  return outcome != BELL_REGEX_FAULT && bell_regex_charge(run, steps) ? outcome : BELL_REGEX_FAULT;
}

bell_word bell_regex_match(bell_ctx *ctx, bell_word a0, bell_word a1, int64_t a2, int64_t a3, int64_t a4, bell_word a5) {
  const bell_regex *regex = bell_regex_of(ctx, a0);
  if (regex == NULL || !bell_charge(ctx, regex->groups)) return 0;
  const bell_str *text = BELL_STR_AT(ctx, a1);
  int64_t length = text->length;
  if (length >= UINT32_MAX - 1) return bell_fault(ctx, 803); /* positions, one behind the end and "unset" are numbers of 32 bits */
  bell_regex_run run = {.ctx = ctx, .regex = regex, .program = &regex->main, .data = bell_str_data(ctx, text), .width = text->head.aux,
                        .start = (uint32_t)(a2 < 0 ? 0 : a2 > length ? length : a2), .end = (uint32_t)(a3 < 0 ? 0 : a3 > length ? length : a3),
                        .mode = a4 < 0 || a4 > BELL_REGEX_MODE_ADVANCE ? BELL_REGEX_MODE_MATCH : (uint32_t)a4, .last = 2 * regex->groups + 2};
  run.slot_count = run.last + 1 + 2 * regex->keeping;
  run.cost = bell_regex_cost(regex, run.program);
  bell_value table = bell_any_value(ctx, a5);
  if (table.kind == BELL_BYTES) {
    run.table = bell_bytes_data(ctx, table.ref);
    run.table_bytes = bell_bytes_length(ctx, table.ref);
  }
  bell_ref list = bell_list_make(ctx, ctx->heap->class_lists[BELL_CLASS_INT], BELL_CLASS_INT, run.slot_count);
  if (list == 0) return 0;
  int64_t *words = bell_at(ctx, BELL_LIST_AT(ctx, list)->data);
  run.found = (uint32_t *)words; /* widened from the end below: 4 bytes each fit in the words of 8 */
  int outcome = BELL_REGEX_FAILED;
  bool searches = run.mode == BELL_REGEX_MODE_SEARCH || run.mode == BELL_REGEX_MODE_ADVANCE;
  if (!searches || run.start <= run.end) {
    bell_root_push(ctx, list);
    outcome = bell_regex_find(&run);
    if (outcome == BELL_REGEX_FOUND && regex->keeping && !bell_regex_find_kept(&run)) outcome = BELL_REGEX_FAULT;
    bell_root_pop(ctx, 1);
  }
  if (outcome == BELL_REGEX_FAULT) return 0;
  if (outcome == BELL_REGEX_FOUND) {
    for (uint32_t i = run.last + 1; i-- > 0;) words[i] = run.found[i] == UINT32_MAX ? -1 : (int64_t)run.found[i];
    BELL_LIST_AT(ctx, list)->length = run.last + 1;
  }
  return list;
}
