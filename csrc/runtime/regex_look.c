/* Where the lookarounds of a pattern match: src/belljar/ir/regex_look.py is the specification; and their groups, regex.py.
 *
 * For each position from the end of the text on backwards there is the set of instructions from which the end of the program can be reached:
 * `now`, from `behind`, that of the next position. It is gathered along the edges turned round: instructions that read lead to the place after
 * them alone, `edges` are those that lead somewhere without reading. Programs that are nothing but characters one after the other are compared
 * as they stand. */
#include "runtime/any.h"
#include "runtime/bytes.h"
#include "runtime/ops.h"
#include "runtime/regex.h"
#include "runtime/str.h"

#define NONE BELL_REGEX_NONE
#define CHUNK_WORK 16384 /* instructions and positions charged for at once */
#define SMALL_SLOTS 128

typedef struct { uint32_t from, next; } edge;

typedef struct {
  bell_regex_run *run;
  const bell_regex_instr *code;
  uint32_t count, generation, now_count, behind_count;
  uint32_t *first, *marks, *now, *behind; /* each has an entry for each instruction */
  edge *edges;
  uint64_t work, charged; /* of all lookarounds so far */
} scanner;

static bool pay(scanner *s, uint64_t positions) {
  s->work += positions * s->count;
  uint64_t more = s->work / 4 - s->charged;
  s->charged += more;
  return bell_charge(s->run->ctx, (int64_t)more) && bell_work(s->run->ctx, (int64_t)(positions * s->count));
}

static inline bool reads(const bell_regex_run *run, const bell_regex_instr *instr, uint32_t code) {
  switch (instr->op) {
  case BELL_REGEX_CHAR: return code == instr->x;
  case BELL_REGEX_SET: return bell_regex_set_has(run->regex, &bell_regex_sets(run->regex)[instr->x], code);
  case BELL_REGEX_ANY: return code != '\n';
  default: return true;
  }
}

/* Link the instructions that lead somewhere without reading. */
static void link_edges(scanner *s) {
  uint32_t used = 0;
  for (uint32_t i = 0; i < s->count; i++) s->first[i] = NONE;
  for (uint32_t i = 0; i < s->count; i++) {
    const bell_regex_instr *instr = &s->code[i];
    if (instr->op <= BELL_REGEX_ALL || instr->op == BELL_REGEX_MATCH) continue;
    bool forks = instr->op == BELL_REGEX_SPLIT || instr->op == BELL_REGEX_LOOP || instr->op == BELL_REGEX_LAZY_LOOP;
    uint32_t targets[2] = {forks || instr->op == BELL_REGEX_JUMP ? instr->x : i + 1, instr->y};
    for (int j = 0; j < 1 + forks; j++) {
      s->edges[used] = (edge){i, s->first[targets[j]]};
      s->first[targets[j]] = used++;
    }
  }
}

static inline void reach(scanner *s, uint32_t place) {
  if (s->marks[place] == s->generation) return;
  s->marks[place] = s->generation;
  s->now[s->now_count++] = place;
}

/* The set of a position. */
static void step(scanner *s, uint32_t position) {
  const bell_regex_run *run = s->run;
  uint32_t *other = s->behind;
  s->behind = s->now;
  s->behind_count = s->now_count;
  s->now = other;
  s->now_count = 0;
  s->generation++;
  reach(s, s->count - 1);
  if (position < run->end) {
    uint32_t code = bell_str_read(run->data, run->width, position);
    for (uint32_t i = 0; i < s->behind_count; i++) {
      uint32_t place = s->behind[i];
      if (place > 0 && s->code[place - 1].op <= BELL_REGEX_ALL && reads(run, &s->code[place - 1], code)) reach(s, place - 1);
    }
  }
  for (uint32_t i = 0; i < s->now_count; i++) {
    for (uint32_t at = s->first[s->now[i]]; at != NONE; at = s->edges[at].next) {
      uint32_t from = s->edges[at].from;
      const bell_regex_instr *instr = &s->code[from];
      if (s->marks[from] == s->generation) continue;
      if (instr->op == BELL_REGEX_AT && !bell_regex_holds(run, instr->x, position)) continue;
      if (instr->op == BELL_REGEX_LOOK && !bell_regex_look_holds(run, instr->x, position)) continue;
      reach(s, from);
    }
  }
}

/* Whether the characters from the position on are those of the program, which is nothing else. */
static bool follows(const scanner *s, uint32_t position) {
  const bell_regex_run *run = s->run;
  if (run->end - position < s->count - 1) return false;
  for (uint32_t i = 0; i + 1 < s->count; i++) {
    if (!reads(run, &s->code[i], bell_str_read(run->data, run->width, position + i))) return false;
  }
  return true;
}

/* Fill the row of a lookaround, which is zero. Returns false on a fault. */
static bool fill_row(scanner *s, const bell_regex_program *program, uint8_t *row) {
  s->code = bell_regex_code(s->run->regex) + program->start;
  s->count = program->count;
  bool plain = true;
  for (uint32_t i = 0; i + 1 < s->count && plain; i++) plain = s->code[i].op <= BELL_REGEX_ALL;
  if (!plain) {
    link_edges(s);
    memset(s->marks, 0, s->count * sizeof *s->marks);
    s->generation = s->now_count = 0;
  }
  uint64_t left = (uint64_t)s->run->end + 1, chunk = CHUNK_WORK / s->count + 1;
  while (left > 0) {
    uint64_t down_to = left < chunk ? 0 : left - chunk;
    if (!pay(s, left - down_to)) return false;
    while (left > down_to) {
      uint32_t position = (uint32_t)--left;
      if (!plain) step(s, position);
      if (plain ? follows(s, position) : s->marks[0] == s->generation) row[position >> 3] |= (uint8_t)(1u << (position & 7));
    }
  }
  return true;
}

bell_word bell_regex_look(bell_ctx *ctx, bell_word a0, bell_word a1, int64_t a2) {
  const bell_regex *regex = bell_regex_of(ctx, a0);
  if (regex == NULL) return 0;
  const bell_str *text = BELL_STR_AT(ctx, a1);
  int64_t length = text->length;
  if (length >= UINT32_MAX - 1) return bell_fault(ctx, 803);
  bell_regex_run run = {.ctx = ctx, .regex = regex, .data = bell_str_data(ctx, text), .width = text->head.aux,
                        .end = (uint32_t)(a2 < 0 ? 0 : a2 > length ? length : a2)};
  uint64_t row_bytes = bell_regex_row_bytes(run.end), most = 0;
  uint8_t *table;
  bell_ref made = bell_bytes_make(ctx, regex->look_count * row_bytes, &table);
  if (made == 0) return 0;
  memset(table, 0, regex->look_count * row_bytes);
  const bell_regex_lookaround *looks = bell_regex_looks_of(regex);
  for (uint32_t i = 0; i < regex->look_count; i++) most = looks[i].program.count > most ? looks[i].program.count : most;
  uint64_t scratch_bytes = BELL_ROUND(sizeof(bell_buffer) + most * (4 * sizeof(uint32_t) + 2 * sizeof(edge)));
  bell_root_push(ctx, made);
  bool done = bell_reserve(ctx, scratch_bytes);
  if (done) {
    bell_ref scratch = bell_heap_take(ctx, scratch_bytes, BELL_BUFFER, 0, 0);
    ((bell_buffer *)bell_at(ctx, scratch))->size = scratch_bytes - sizeof(bell_buffer);
    scanner s = {.run = &run, .edges = bell_at(ctx, scratch + sizeof(bell_buffer))};
    s.first = (uint32_t *)(s.edges + 2 * most);
    s.marks = s.first + most;
    s.now = s.marks + most;
    s.behind = s.now + most;
    run.table = table;
    run.table_bytes = regex->look_count * row_bytes;
    for (uint32_t rank = 0, left = regex->look_count; left > 0 && done; rank++) {
      for (uint32_t i = 0; i < regex->look_count && done; i++) {
        if (looks[i].rank != rank) continue;
        done = fill_row(&s, &looks[i].program, table + i * row_bytes);
        left--;
      }
    }
    bell_heap_give_back(ctx, scratch, scratch_bytes);
  }
  bell_root_pop(ctx, 1);
  return done ? bell_bytes_finish(ctx, made) : 0;
}

/* The group that was closed last, where that may be said by the lookaround that was passed last. */
static uint32_t closed_last(const bell_regex_run *run, uint32_t group, const uint32_t *closed) {
  const bell_regex *regex = run->regex;
  for (uint32_t i = 0; i <= regex->keeping; i++) { /* a wrong table could make them go round in a circle */
    if (group == NONE || group <= regex->groups) return group;
    uint32_t keeps = group - regex->groups - 1;
    group = closed[keeps] != NONE ? closed[keeps] : run->found[run->last + 2 + 2 * keeps];
  }
  return NONE;
}

static bool find_kept(bell_regex_run *run, uint32_t *found, uint32_t *closed) {
  const bell_regex *regex = run->regex;
  const bell_regex_lookaround *looks = bell_regex_looks_of(regex);
  for (uint32_t i = 0; i < regex->keeping; i++) closed[i] = NONE; /* the group closed last in each, or the lookaround passed last */
  for (uint32_t i = 0; i < regex->look_count; i++) {
    const bell_regex_lookaround *look = &looks[i];
    uint32_t place = look->keeps == NONE ? NONE : run->found[run->last + 1 + 2 * look->keeps];
    if (place == NONE) continue;
    bell_regex_run again = *run;
    again.program = &look->program;
    again.start = place < look->back ? 0 : place - look->back;
    again.mode = BELL_REGEX_MODE_MATCH;
    again.cost = bell_regex_cost(regex, again.program);
    again.charged = 0;
    again.found = found;
    int outcome = bell_regex_find(&again);
    if (outcome == BELL_REGEX_FAULT) return false;
    if (outcome != BELL_REGEX_FOUND) continue;
    memcpy(run->found + 2 * look->low, found + 2 * look->low, 2 * (look->high - look->low) * sizeof *found);
    for (uint32_t j = i + 1; j < regex->look_count; j++) { /* those in it */
      if (looks[j].keeps == NONE || looks[j].high > look->high) continue;
      uint32_t slot = run->last + 1 + 2 * looks[j].keeps;
      memcpy(run->found + slot, found + slot, 2 * sizeof *found);
    }
    closed[look->keeps] = found[run->last];
  }
  for (uint32_t i = regex->look_count; i-- > 0;) {
    if (looks[i].keeps != NONE) closed[looks[i].keeps] = closed_last(run, closed[looks[i].keeps], closed);
  }
  run->found[run->last] = closed_last(run, run->found[run->last], closed);
  return true;
}

bool bell_regex_find_kept(bell_regex_run *run) {
  bell_ctx *ctx = run->ctx;
  uint32_t small[SMALL_SLOTS], *memory = small;
  uint64_t slots = (uint64_t)run->slot_count + run->regex->keeping, bytes = BELL_ROUND(sizeof(bell_buffer) + slots * sizeof *memory);
  if (slots <= SMALL_SLOTS) return find_kept(run, memory, memory + run->slot_count);
  if (!bell_reserve(ctx, bytes)) return false;
  bell_ref buffer = bell_heap_take(ctx, bytes, BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, buffer))->size = bytes - sizeof(bell_buffer);
  bell_root_push(ctx, buffer);
  memory = bell_at(ctx, buffer + sizeof(bell_buffer));
  bool done = find_kept(run, memory, memory + run->slot_count);
  bell_root_pop(ctx, 1);
  bell_heap_give_back(ctx, buffer, bytes);
  return done;
}
