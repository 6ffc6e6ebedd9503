/* Running a regular expression with all its threads side by side (Pike's simulation): linear in the text whatever the pattern, with the
 * groups of the match that backtracking would find. src/belljar/ir/regex.py is the specification.
 *
 * A thread is the place of an instruction that reads a character, or of the end, and its slots. Threads are kept in the order of their
 * priority; `seen` says which states were reached at this position. All memory is one buffer, on the C stack where it is small. */
#include "runtime/regex.h"
#include "runtime/str.h"
#include "runtime/unicode.h"

#define SMALL_BYTES 16384
#define UNSET UINT32_MAX
#define RESTORE ((uint64_t)1 << 31) /* an entry of the stack: put back the slot in the low bits */
#define CHARGED_AT_ONCE 4096        /* units of work done before they are charged for */

static bool is_word(const bell_regex_run *run, uint32_t position, bool ascii) {
  uint32_t code = bell_str_read(run->data, run->width, position);
  return bell_regex_in_categories((uint32_t)BELL_REGEX_WORD << (ascii ? BELL_REGEX_ASCII_CATEGORY : 0), code);
}

bool bell_regex_holds(const bell_regex_run *run, uint32_t assertion, uint32_t position) {
  uint32_t end = run->end;
  switch (assertion) {
  case BELL_REGEX_AT_START: return position == 0;
  case BELL_REGEX_AT_LINE_START: return position == 0 || bell_str_read(run->data, run->width, position - 1) == '\n';
  case BELL_REGEX_AT_STRING_END: return position == end;
  case BELL_REGEX_AT_END: return position == end || (position + 1 == end && bell_str_read(run->data, run->width, position) == '\n');
  case BELL_REGEX_AT_LINE_END: return position == end || (position < end && bell_str_read(run->data, run->width, position) == '\n');
  default: break;
  }
  if (end == 0) return false; /* as CPython 3.11: an empty text has no place between characters */
  bool ascii = assertion >= BELL_REGEX_AT_ASCII_EDGE;
  bool edge = (position > 0 && is_word(run, position - 1, ascii)) != (position < end && is_word(run, position, ascii));
  return edge == (assertion == BELL_REGEX_AT_WORD_EDGE || assertion == BELL_REGEX_AT_ASCII_EDGE);
}

bool bell_regex_charge(bell_regex_run *run, uint64_t steps) {
  uint64_t units = steps * run->cost / 4;
  if (units <= run->charged) return true;
  uint64_t more = units - run->charged;
  run->charged = units;
  return bell_charge(run->ctx, (int64_t)more);
}

typedef struct { uint32_t count; uint32_t *places, *slots; } threads;

typedef struct {
  bell_regex_run *run;
  const bell_regex_instr *code;
  const bell_regex_set *sets;
  uint32_t *seen, generation, *slots; /* slots: of the thread that is followed */
  uint64_t *stack;
} machine;

/* Follow the instructions that read nothing from `place` on, in order, to those that do. */
static void add(machine *m, threads *list, uint32_t place, uint32_t position) {
  uint32_t width = m->run->program->bits, slot_count = m->run->slot_count, last = m->run->last;
  uint32_t *slots = m->slots, bits = 0;
  uint64_t *top = m->stack;
  for (;;) {
    const bell_regex_instr *instr = &m->code[place];
    bool reads = instr->op <= BELL_REGEX_ALL || instr->op == BELL_REGEX_MATCH;
    uint32_t state = place << width | (reads ? 0 : bits); /* the bits of a thread that reads do not matter any more */
    if (m->seen[state] != m->generation) {
      m->seen[state] = m->generation;
      switch (instr->op) {
      case BELL_REGEX_JUMP: place = instr->x; continue;
      case BELL_REGEX_SPLIT:
        *top++ = (uint64_t)bits << 32 | instr->y;
        place = instr->x;
        continue;
      case BELL_REGEX_SAVE:
        *top++ = (uint64_t)slots[instr->x] << 32 | RESTORE | instr->x;
        slots[instr->x] = position;
        if (instr->x & 1) {
          *top++ = (uint64_t)slots[last] << 32 | RESTORE | last;
          slots[last] = instr->x >> 1;
        }
        place++;
        continue;
      case BELL_REGEX_LOOP:
      case BELL_REGEX_LAZY_LOOP: {
        bell_regex_paths paths = bell_regex_loop(instr, bits);
        if (paths.both) *top++ = (uint64_t)paths.other_bits << 32 | paths.other;
        place = paths.place;
        bits = paths.bits;
        continue;
      }
      case BELL_REGEX_CLEAR:
        bits &= ~(1u << instr->bit);
        place++;
        continue;
      case BELL_REGEX_AT:
        if (!bell_regex_holds(m->run, instr->x, position)) break;
        place++;
        continue;
      case BELL_REGEX_LOOK: {
        uint32_t keeps = bell_regex_looks_of(m->run->regex)[instr->x].keeps, slot = last + 1 + 2 * keeps;
        if (!bell_regex_look_holds(m->run, instr->x, position)) break;
        place++;
        if (keeps == BELL_REGEX_NONE) continue;
        *top++ = (uint64_t)slots[slot] << 32 | RESTORE | slot;
        *top++ = (uint64_t)slots[slot + 1] << 32 | RESTORE | (slot + 1);
        *top++ = (uint64_t)slots[last] << 32 | RESTORE | last;
        slots[slot] = position;
        slots[slot + 1] = slots[last];
        slots[last] = m->run->regex->groups + 1 + keeps;
        continue;
      }
      default:
        memcpy(list->slots + (uint64_t)list->count * slot_count, slots, slot_count * sizeof *slots);
        list->places[list->count++] = place;
        break;
      }
    }
    for (;;) { /* back to the last choice */
      if (top == m->stack) return;
      uint64_t entry = *--top;
      if (!(entry & RESTORE)) {
        place = (uint32_t)entry;
        bits = (uint32_t)(entry >> 32);
        break;
      }
      slots[entry & (RESTORE - 1)] = (uint32_t)(entry >> 32);
    }
  }
}

/* The first position from `from` on at which a match may begin, or end + 1. */
static uint32_t candidate(const bell_regex_run *run, uint32_t from) {
  const bell_regex *regex = run->regex;
  for (; from < run->end; from++) {
    uint32_t code = bell_str_read(run->data, run->width, from);
    if (code > 255 || (regex->first[code >> 5] >> (code & 31) & 1)) return from;
  }
  return run->end + 1;
}

static bool reads(const machine *m, const bell_regex_instr *instr, uint32_t code) {
  switch (instr->op) {
  case BELL_REGEX_CHAR: return code == instr->x;
  case BELL_REGEX_SET: return bell_regex_set_has(m->run->regex, &m->sets[instr->x], code);
  case BELL_REGEX_ANY: return code != '\n';
  default: return true;
  }
}

static int simulate(machine *m, threads *now, threads *next, uint32_t from, uint64_t *steps) {
  bell_regex_run *run = m->run;
  uint32_t slot_count = run->slot_count, position = from, unpaid = 0;
  bool searches = run->mode == BELL_REGEX_MODE_SEARCH || run->mode == BELL_REGEX_MODE_ADVANCE, found = false;
  uint64_t often = 1 + CHARGED_AT_ONCE * 4 / run->cost;
  m->generation = 1;
  for (;;) {
    if (!found && (searches || position == from)) {
      if (now->count == 0 && searches && run->regex->first_known) {
        position = candidate(run, position);
        if (position > run->end) {
          *steps = (uint64_t)run->end - run->start + 1;
          return BELL_REGEX_FAILED;
        }
      }
      for (uint32_t i = 0; i < slot_count; i++) m->slots[i] = UNSET;
      m->slots[0] = position;
      add(m, now, 0, position);
    } else if (now->count == 0) {
      break;
    }
    *steps = (uint64_t)position - run->start + 1;
    if (++unpaid >= often) {
      if (!bell_regex_charge(run, *steps)) return BELL_REGEX_FAULT;
      unpaid = 0;
    }
    m->generation++;
    next->count = 0;
    uint32_t code = position < run->end ? bell_str_read(run->data, run->width, position) : 0;
    for (uint32_t i = 0; i < now->count; i++) {
      const bell_regex_instr *instr = &m->code[now->places[i]];
      const uint32_t *slots = now->slots + (uint64_t)i * slot_count;
      if (instr->op == BELL_REGEX_MATCH) {
        if (!bell_regex_may_end(run, position)) continue;
        memcpy(run->found, slots, slot_count * sizeof *slots);
        run->found[1] = position;
        found = true;
        break; /* what is behind it is of lower priority */
      }
      if (position < run->end && reads(m, instr, code)) {
        memcpy(m->slots, slots, slot_count * sizeof *slots);
        add(m, next, now->places[i] + 1, position + 1);
      }
    }
    threads *other = now;
    now = next;
    next = other;
    if (position >= run->end) break;
    position++;
  }
  return found ? BELL_REGEX_FOUND : BELL_REGEX_FAILED;
}

int bell_regex_pike(bell_regex_run *run, uint32_t from, uint64_t *steps) {
  bell_ctx *ctx = run->ctx;
  const bell_regex *regex = run->regex;
  uint64_t states = run->program->size, count = run->program->count, slots = run->slot_count, entries = (regex->keeping ? 3 : 2) * states + 2;
  uint64_t bytes = entries * sizeof(uint64_t) + (states + slots + 2 * count * (1 + slots)) * sizeof(uint32_t);
  _Alignas(16) uint8_t small[SMALL_BYTES];
  uint8_t *memory = small;
  bell_ref buffer = 0;
  if (bytes > sizeof small) {
    bytes = BELL_ROUND(bytes + sizeof(bell_buffer));
    if (!bell_reserve(ctx, bytes)) return BELL_REGEX_FAULT;
    buffer = bell_heap_take(ctx, bytes, BELL_BUFFER, 0, 0);
    ((bell_buffer *)bell_at(ctx, buffer))->size = bytes - sizeof(bell_buffer);
    memory = bell_at(ctx, buffer + sizeof(bell_buffer));
  }
  machine m = {.run = run, .code = bell_regex_code(regex) + run->program->start, .sets = bell_regex_sets(regex), .stack = (uint64_t *)memory};
  m.seen = (uint32_t *)(m.stack + entries);
  m.slots = m.seen + states;
  memset(m.seen, 0, states * sizeof *m.seen);
  threads now = {0, m.slots + slots, m.slots + slots + count}, next = {0, now.slots + count * slots, now.slots + count * slots + count};
  int outcome = simulate(&m, &now, &next, from, steps);
  if (buffer != 0) bell_heap_give_back(ctx, buffer, bytes);
  return outcome;
}
