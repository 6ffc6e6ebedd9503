/* Running a regular expression one path after the other, in the order of their priority: for short matches many times faster than all
 * threads side by side, and as linear, since a state that failed at a position is never tried there again (the bit-state search of RE2).
 *
 * `visited` has a row of bits for each position from `base` on, one for each state; only states that more than one instruction leads to are
 * looked up. Rows are cleared when they are first used, and moved when the search goes on far from `base`. A match that needs more rows, or
 * more choices at once than `stack` holds, is left to the other machine: BELL_REGEX_UNDECIDED.
 *
 * A repeat of one character that never has to give any back (bell_regex_instr.run) is passed at once. The last such run of a repeat is
 * remembered: who comes into it again would leave it at the same end, where nothing was found. Where runs are read again and again all the same,
 * the other machine goes on.
 *
 * What is counted as looked at is the same as there: the last position at which an instruction that reads, or the end, was reached. */
#include "runtime/regex.h"
#include "runtime/str.h"

#define VISITED_WORDS 4096
#define STACK_MAX 4096
#define SLOTS_MAX 64
#define ROWS_MIN 64
#define UNSET UINT32_MAX
#define RESTORE ((uint64_t)1 << 31)
#define CHARGED_AT_ONCE 4096
#define RUNS 8 /* that are remembered */

typedef struct {
  bell_regex_run *run;
  const bell_regex_instr *code;
  const bell_regex_set *sets;
  uint32_t row_words, rows, base, cleared; /* cleared: rows from `base` on that are in use */
  uint32_t reach;
  uint64_t run_work; /* characters of runs that may still be read */
  struct { uint32_t place, low, high; } runs[RUNS];
  uint32_t slots[SLOTS_MAX];
  uint64_t stack[STACK_MAX];
  uint64_t visited[VISITED_WORDS];
} search;

/* Was the state at the position tried before? Else it is noted. Negative when there is no row for it. */
static inline int visit(search *s, uint32_t state, uint32_t position) {
  uint32_t row = position - s->base;
  if (row >= s->cleared) {
    if (row >= s->rows) return -1;
    memset(s->visited + (uint64_t)s->cleared * s->row_words, 0, (uint64_t)(row + 1 - s->cleared) * s->row_words * sizeof *s->visited);
    s->cleared = row + 1;
  }
  uint64_t *word = &s->visited[(uint64_t)row * s->row_words + (state >> 6)], bit = (uint64_t)1 << (state & 63);
  if (*word & bit) return 1;
  *word |= bit;
  return 0;
}

static inline void reached(search *s, uint32_t position) {
  if (position > s->reach) s->reach = position;
}

/* Where a run of characters that the instruction reads ends. */
static inline __attribute__((always_inline)) uint32_t run_end(search *s, const bell_regex_instr *reader, uint32_t at, uint32_t width) {
  const void *data = s->run->data;
  uint32_t end = s->run->end;
  if (at >= end || reader->op == BELL_REGEX_ALL) return at >= end ? at : end;
  if (reader->op == BELL_REGEX_ANY && width == 1) {
    const uint8_t *from = (const uint8_t *)data + at, *found = memchr(from, '\n', end - at);
    return found == NULL ? end : at + (uint32_t)(found - from);
  }
  if (reader->op == BELL_REGEX_SET) {
    const bell_regex_set *set = &s->sets[reader->x];
    for (; at < end; at++) {
      uint32_t c = bell_str_read(data, width, at);
      if (!(width == 1 ? set->latin[c >> 5] >> (c & 31) & 1 : bell_regex_set_has(s->run->regex, set, c))) break;
    }
    return at;
  }
  for (; at < end; at++) {
    uint32_t c = bell_str_read(data, width, at);
    if (reader->op == BELL_REGEX_CHAR ? c != reader->x : c == '\n') break;
  }
  return at;
}

/* Try all paths from `from` on. `width` is a constant where this is inlined. */
static inline __attribute__((always_inline)) int attempt(search *s, uint32_t from, uint32_t width) {
  bell_regex_run *run = s->run;
  const bell_regex_instr *code = s->code;
  const void *data = run->data;
  uint32_t end = run->end, shift = run->program->bits, last = run->last, place = 0, bits = 0, position = from, *slots = s->slots;
  uint64_t *top = s->stack, *limit = s->stack + STACK_MAX - 3;
  for (uint32_t i = 0; i < run->slot_count; i++) slots[i] = UNSET;
  for (;;) {
    const bell_regex_instr *instr = &code[place];
    if (instr->join) {
      int known = visit(s, place << shift | bits, position);
      if (known < 0) return BELL_REGEX_UNDECIDED;
      if (known) {
        if (position > from) reached(s, position - 1);
        goto back;
      }
    }
    switch (instr->op) {
    case BELL_REGEX_CHAR:
      if (position < end && bell_str_read(data, width, position) == instr->x) break;
      reached(s, position);
      goto back;
    case BELL_REGEX_SET:
      if (position < end) {
        uint32_t c = bell_str_read(data, width, position);
        const bell_regex_set *set = &s->sets[instr->x];
        if (width == 1 ? set->latin[c >> 5] >> (c & 31) & 1 : bell_regex_set_has(run->regex, set, c)) break;
      }
      reached(s, position);
      goto back;
    case BELL_REGEX_ANY:
      if (position < end && bell_str_read(data, width, position) != '\n') break;
      reached(s, position);
      goto back;
    case BELL_REGEX_ALL:
      if (position < end) break;
      reached(s, position);
      goto back;
    case BELL_REGEX_AT:
      if (!bell_regex_holds(run, instr->x, position)) {
        if (position > from) reached(s, position - 1);
        goto back;
      }
      place++;
      continue;
    case BELL_REGEX_LOOK: {
      uint32_t keeps = bell_regex_looks_of(run->regex)[instr->x].keeps, slot = last + 1 + 2 * keeps;
      if (!bell_regex_look_holds(run, instr->x, position)) {
        if (position > from) reached(s, position - 1);
        goto back;
      }
      place++;
      if (keeps == BELL_REGEX_NONE) continue;
      if (top >= limit) return BELL_REGEX_UNDECIDED;
      if (top > s->stack) {
        *top++ = (uint64_t)slots[slot] << 32 | RESTORE | slot;
        *top++ = (uint64_t)slots[slot + 1] << 32 | RESTORE | (slot + 1);
        *top++ = (uint64_t)slots[last] << 32 | RESTORE | last;
      }
      slots[slot] = position;
      slots[slot + 1] = slots[last];
      slots[last] = run->regex->groups + 1 + keeps;
      continue;
    }
    case BELL_REGEX_SPLIT:
      if (instr->run) {
        uint32_t slot = place % RUNS, stop;
        if (s->runs[slot].place == place && position >= s->runs[slot].low && position <= s->runs[slot].high) goto back;
        stop = run_end(s, &code[instr->x], position, width);
        if (stop > position) {
          if (stop - position > s->run_work) return BELL_REGEX_UNDECIDED;
          s->run_work -= stop - position;
        }
        s->runs[slot].place = place;
        s->runs[slot].low = position;
        s->runs[slot].high = stop;
        position = stop;
        reached(s, position);
        place = instr->y;
        continue;
      }
      if (top >= limit) return BELL_REGEX_UNDECIDED;
      *top++ = (uint64_t)position << 32 | instr->y << shift | bits;
      place = instr->x;
      continue;
    case BELL_REGEX_JUMP: place = instr->x; continue;
    case BELL_REGEX_SAVE:
      if (top >= limit) return BELL_REGEX_UNDECIDED;
      if (top > s->stack) *top++ = (uint64_t)slots[instr->x] << 32 | RESTORE | instr->x;
      slots[instr->x] = position;
      if (instr->x & 1) {
        if (top > s->stack) *top++ = (uint64_t)slots[last] << 32 | RESTORE | last;
        slots[last] = instr->x >> 1;
      }
      place++;
      continue;
    case BELL_REGEX_LOOP:
    case BELL_REGEX_LAZY_LOOP: {
      bell_regex_paths paths = bell_regex_loop(instr, bits);
      if (paths.both) {
        if (top >= limit) return BELL_REGEX_UNDECIDED;
        *top++ = (uint64_t)position << 32 | paths.other << shift | paths.other_bits;
      }
      place = paths.place;
      bits = paths.bits;
      continue;
    }
    case BELL_REGEX_CLEAR:
      bits &= ~(1u << instr->bit);
      place++;
      continue;
    default: /* the end */
      reached(s, position);
      if (!bell_regex_may_end(run, position)) goto back;
      slots[0] = from;
      slots[1] = position;
      return BELL_REGEX_FOUND;
    }
    place++; /* a character was read */
    position++;
    bits = 0;
    continue;
  back:
    for (;;) {
      if (top == s->stack) return BELL_REGEX_FAILED;
      uint64_t entry = *--top;
      if (entry & RESTORE) {
        slots[entry & (RESTORE - 1)] = (uint32_t)(entry >> 32);
        continue;
      }
      position = (uint32_t)(entry >> 32);
      place = (uint32_t)entry >> shift;
      bits = (uint32_t)entry & ((1u << shift) - 1);
      break;
    }
  }
}

/* The first position from `from` on at which a match may begin, or end + 1. */
static inline __attribute__((always_inline)) uint32_t candidate(const bell_regex_run *run, uint32_t from, uint32_t width) {
  const bell_regex *regex = run->regex;
  const uint32_t *first = regex->first;
  uint32_t end = run->end;
  if (width == 1 && regex->first_char < 256) {
    const uint8_t *data = run->data, *found = from < end ? memchr(data + from, (int)regex->first_char, end - from) : NULL;
    return found == NULL ? end + 1 : (uint32_t)(found - data);
  }
  for (; from < end; from++) {
    uint32_t code = bell_str_read(run->data, width, from);
    if ((width > 1 && code > 255) || (first[code >> 5] >> (code & 31) & 1)) return from;
  }
  return end + 1;
}

/* The first position from `from` on at which the lookarounds hold that the program begins with, or end + 1. */
static uint32_t seen_candidate(const search *s, uint32_t from) {
  for (; from <= s->run->end; from++) {
    const bell_regex_instr *instr = s->code;
    while (instr->op == BELL_REGEX_LOOK && bell_regex_look_holds(s->run, instr->x, from)) instr++;
    if (instr->op != BELL_REGEX_LOOK) break;
  }
  return from;
}

/* Begin the rows near `from`; what is known of later positions moves along. */
static void move_rows(search *s, uint32_t from) {
  uint32_t gone = from - s->base;
  if (gone < s->cleared) {
    s->cleared -= gone;
    memmove(s->visited, s->visited + (uint64_t)gone * s->row_words, (uint64_t)s->cleared * s->row_words * sizeof *s->visited);
  } else {
    s->cleared = 0;
  }
  s->base = from;
}

static inline __attribute__((always_inline)) int look(search *s, uint32_t *from, uint32_t width) {
  bell_regex_run *run = s->run;
  bool searches = run->mode == BELL_REGEX_MODE_SEARCH || run->mode == BELL_REGEX_MODE_ADVANCE;
  uint64_t often = 1 + CHARGED_AT_ONCE * 4 / run->cost, paid = run->start;
  uint32_t at = *from;
  for (;; at++) {
    if (searches && run->regex->first_known) at = candidate(run, at, width);
    if (searches && s->code->op == BELL_REGEX_LOOK) at = seen_candidate(s, at);
    if (searches && at > run->end) {
      s->reach = run->end;
      return BELL_REGEX_FAILED;
    }
    *from = at;
    reached(s, at);
    if (at - s->base >= s->rows / 2) move_rows(s, at);
    int outcome = attempt(s, at, width);
    if (outcome != BELL_REGEX_FAILED || !searches) return outcome;
    if (s->reach - paid >= often) {
      paid = s->reach;
      if (!bell_regex_charge(run, paid - run->start + 1)) return BELL_REGEX_FAULT;
    }
  }
}

int bell_regex_backtrack(bell_regex_run *run, uint32_t *from, uint64_t *steps) {
  uint32_t row_words = (run->program->size + 63) / 64;
  *steps = 0;
  if (run->slot_count > SLOTS_MAX || VISITED_WORDS / row_words < ROWS_MIN) return BELL_REGEX_UNDECIDED;
  search s; /* not initialised: rows are cleared when they are used */
  s.run = run;
  s.code = bell_regex_code(run->regex) + run->program->start;
  s.sets = bell_regex_sets(run->regex);
  s.row_words = row_words;
  s.rows = VISITED_WORDS / row_words;
  s.base = s.reach = run->start;
  s.cleared = 0;
  s.run_work = 16 * ((uint64_t)run->end - run->start) + 4096;
  for (int i = 0; i < RUNS; i++) s.runs[i].place = UNSET;
  int outcome = run->width == 1 ? look(&s, from, 1) : run->width == 2 ? look(&s, from, 2) : look(&s, from, 4);
  *steps = (uint64_t)s.reach - run->start + 1;
  if (outcome == BELL_REGEX_FOUND) memcpy(run->found, s.slots, run->slot_count * sizeof *s.slots);
  return outcome;
}
