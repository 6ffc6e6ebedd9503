/* Regular expressions: reading them (regex_parse.c), their programs (regex_compile.c), running those (regex_match.c, regex_backtrack.c) and
 * those of lookarounds (regex_look.c). The specification is src/belljar/ir/regex_parse.py, regex_program.py, regex.py and regex_look.py; what
 * stands here follows it step by step, down to the size of a program, which is what matching is charged by.
 *
 * A compiled pattern is one object, BELL_REGEX, that refers to its pattern and holds, behind the header,
 *
 *   bell_regex_instr code[code_count] | bell_regex_set sets[set_count] | bell_regex_range ranges[range_count] | bell_regex_name names[name_count]
 *   | bell_regex_lookaround looks[look_count]
 *
 * The code is the program of the pattern and behind it those of its lookarounds, each with places that count from its own start. The object is
 * never written after it was made. */
#ifndef BELL_REGEX_H
#define BELL_REGEX_H

#include "runtime/heap.h"

#define BELL_REGEX_SIZE_MAX 65536u    /* states of a program */
#define BELL_REGEX_NESTING_MAX 100    /* groups inside one another */
#define BELL_REGEX_BITS_MAX 16        /* repeats with a body that can be empty inside one another */
#define BELL_REGEX_GROUPS_MAX 4096u
#define BELL_REGEX_ENDLESS UINT32_MAX /* a repeat without an upper bound */

enum { BELL_REGEX_IGNORECASE = 2, BELL_REGEX_LOCALE = 4, BELL_REGEX_MULTILINE = 8, BELL_REGEX_DOTALL = 16, BELL_REGEX_UNICODE = 32,
       BELL_REGEX_VERBOSE = 64, BELL_REGEX_DEBUG = 128, BELL_REGEX_ASCII = 256, BELL_REGEX_TEMPLATE = 1 };

/* Kinds of nodes; CHAR to AT and LOOK are instructions, too. */
enum { BELL_REGEX_CHAR = 1, BELL_REGEX_SET, BELL_REGEX_ANY, BELL_REGEX_ALL, BELL_REGEX_AT,
       BELL_REGEX_GROUP, BELL_REGEX_SEQUENCE, BELL_REGEX_BRANCH, BELL_REGEX_REPEAT, BELL_REGEX_LOOK = 13 };

/* What a match of a node leaves of the groups in it: there are none; all are set; some may not be. */
enum { BELL_REGEX_NO_GROUPS, BELL_REGEX_ALL_SET, BELL_REGEX_SOME_SET };

/* The other instructions: SPLIT first, second; JUMP target; SAVE slot; LOOP body, out, bit; CLEAR bit; and of the nodes LOOK number. */
enum { BELL_REGEX_SPLIT = 6, BELL_REGEX_JUMP, BELL_REGEX_SAVE, BELL_REGEX_LOOP, BELL_REGEX_LAZY_LOOP, BELL_REGEX_CLEAR, BELL_REGEX_MATCH };

enum { BELL_REGEX_AT_START, BELL_REGEX_AT_LINE_START, BELL_REGEX_AT_END, BELL_REGEX_AT_LINE_END, BELL_REGEX_AT_STRING_END,
       BELL_REGEX_AT_WORD_EDGE, BELL_REGEX_AT_NO_WORD_EDGE, BELL_REGEX_AT_ASCII_EDGE, BELL_REGEX_AT_NO_ASCII_EDGE };

/* Categories: a bit each, those of ASCII alone BELL_REGEX_ASCII_CATEGORY higher. */
enum { BELL_REGEX_DIGIT = 1, BELL_REGEX_NO_DIGIT = 2, BELL_REGEX_SPACE = 4, BELL_REGEX_NO_SPACE = 8, BELL_REGEX_WORD = 16,
       BELL_REGEX_NO_WORD = 32 };
#define BELL_REGEX_ASCII_CATEGORY 6

enum { BELL_REGEX_MODE_MATCH, BELL_REGEX_MODE_SEARCH, BELL_REGEX_MODE_FULLMATCH, BELL_REGEX_MODE_ADVANCE };

/* join: more than one instruction leads here. run: a SPLIT that goes back to the instruction so many places away, which reads a character,
 * as often as it can, and never has to try fewer: nothing behind the repeat can begin with what it reads. */
typedef struct { uint8_t op, bit, join; int8_t run; uint32_t x, y; } bell_regex_instr;
typedef struct { uint32_t low, high; } bell_regex_range;
typedef struct { uint32_t start, length, group; } bell_regex_name; /* characters of the pattern */

/* A run of instructions that ends with MATCH, in the code from `start` on. */
typedef struct { uint32_t start, count, bits, size; } bell_regex_program; /* size: states, which are count << bits */

/* A lookaround: `keeps` is its number among those whose groups, [low, high), are part of the match, or NONE; `back` how many characters before
 * the place its match begins. Those that keep groups stand before those in them. Tables are made by rank: inner ones have a lower one. */
typedef struct { bell_regex_program program; uint32_t keeps, low, high, back, negated, rank; } bell_regex_lookaround;

/* Ranges are in order and apart from one another. `upper` are those a folded character may also be in in upper case; `latin` is the answer
 * for characters below 256. */
typedef struct {
  uint32_t latin[8];
  uint32_t ranges, range_count, upper, upper_count;
  uint16_t categories;
  uint8_t negated, fold; /* fold: 1 ASCII, 2 Unicode */
} bell_regex_set;

typedef struct {
  bell_head head;
  uint64_t bytes;
  bell_ref pattern;
  uint32_t flags, groups, keeping, look_size; /* keeping: lookarounds that keep groups; look_size: instructions of all lookarounds */
  bell_regex_program main;
  uint32_t code_count, set_count, range_count, name_count, look_count;
  uint32_t first[8];      /* Latin-1 characters a match can begin with */
  uint32_t first_known;   /* 1: a match begins with a character of `first` or one above 255 */
  uint32_t first_char;    /* the only character a match can begin with, or UINT32_MAX */
} bell_regex;

#define BELL_REGEX_AT_REF(ctx, ref) ((bell_regex *)bell_at(ctx, ref))

static inline bell_regex_instr *bell_regex_code(const bell_regex *regex) { return (bell_regex_instr *)(regex + 1); }
static inline bell_regex_set *bell_regex_sets(const bell_regex *regex) {
  return (bell_regex_set *)(bell_regex_code(regex) + regex->code_count);
}
static inline bell_regex_range *bell_regex_ranges(const bell_regex *regex) {
  return (bell_regex_range *)(bell_regex_sets(regex) + regex->set_count);
}
static inline bell_regex_name *bell_regex_names(const bell_regex *regex) {
  return (bell_regex_name *)(bell_regex_ranges(regex) + regex->range_count);
}
static inline bell_regex_lookaround *bell_regex_looks_of(const bell_regex *regex) {
  return (bell_regex_lookaround *)(bell_regex_names(regex) + regex->name_count);
}

/* --- a pattern read ------------------------------------------------------------------------------------------------------------- */

#define BELL_REGEX_NONE UINT32_MAX

typedef struct {
  uint8_t kind, lazy, nullable, bits, guarded;
  uint8_t groups, loose; /* what a match leaves of its groups; whether a lookaround in it may leave some of its own unset */
  uint8_t choice, sure;  /* whether there may be several ways to match at a place; and whether there is one at every place */
  uint16_t rank;         /* how deep lookarounds are nested in it */
  uint8_t quantified;    /* a repeat, or what one was written out as */
  uint32_t value;     /* character, set, assertion, group (0: captures nothing) or lookaround */
  uint32_t low, high; /* repeat */
  uint32_t size;      /* instructions; BELL_REGEX_SIZE_MAX + 1 for all that is more */
  uint32_t first, next; /* first child, next sibling */
  uint64_t least, most; /* characters a match has, BELL_REGEX_WIDTH_MAX for all that is more */
} bell_regex_node;

#define BELL_REGEX_WIDTH_MAX ((uint64_t)1 << 32)

typedef struct { uint32_t body, keeps, low, high; uint8_t behind, negated; } bell_regex_look_draft;

/* A set as it was written, from `items` on: `count` ranges of the BMP as they came, then ranges behind it, merged: `high_count` of them and
 * `upper_count` that are compared in upper case, too. `fold` is 0 where case does not matter. `range_count` counts the first two, merged. */
typedef struct { uint32_t items, count, high_count, upper_count, range_count; uint16_t categories; uint8_t negated, fold; } bell_regex_draft;

/* What reading gives. The arrays are in one scratch buffer, which is rooted by one bell_root_push. */
typedef struct {
  bell_ctx *ctx;
  bell_ref pattern, scratch;
  uint64_t scratch_bytes;
  bell_regex_node *nodes;
  bell_regex_range *items;
  bell_regex_draft *sets;
  bell_regex_name *names;
  bell_regex_look_draft *looks;
  uint8_t *closed; /* per group */
  uint32_t node_count, node_max, item_count, set_count, name_count, look_count, look_max, keeping;
  uint32_t group_count; /* with the whole match */
  uint32_t flags, root;
  uint64_t folded; /* code points whose lower case was looked up */
  /* the tokens */
  const void *data;
  uint32_t width, length, index, next_length; /* next_length: characters of the token ahead, 0 at the end; it ends at index */
} bell_regex_parser;

/* Read the pattern, a str that is rooted. Returns false on a fault. Either way bell_regex_parse_end is to be called. */
bool bell_regex_parse(bell_regex_parser *parser, bell_ctx *ctx, bell_ref pattern, uint32_t flags);
void bell_regex_parse_end(bell_regex_parser *parser);

/* --- nodes: regex_nodes.c --------------------------------------------------------------------------------------------------------- */

static inline uint32_t bell_regex_bounded(uint64_t size) { return size > BELL_REGEX_SIZE_MAX ? BELL_REGEX_SIZE_MAX + 1 : (uint32_t)size; }

/* Find out what is to be known of a sequence or a branch whose children are linked. */
void bell_regex_join(bell_regex_parser *parser, uint32_t sequence);
void bell_regex_alternate(bell_regex_parser *parser, uint32_t branch);
uint32_t bell_regex_grouped(bell_regex_parser *parser, uint32_t body, uint32_t number);
uint32_t bell_regex_repeated(bell_regex_parser *parser, uint32_t body, uint32_t low, uint32_t high, bool lazy);
/* A lookaround, and its node once its body is known. */
uint32_t bell_regex_open_look(bell_regex_parser *parser, bool behind, bool negated);
uint32_t bell_regex_close_look(bell_regex_parser *parser, uint32_t number, uint32_t body);
/* What matches as the node does, but in one way only: that which is tried first. `start` is where it is said to be if that is refused: NONE. */
uint32_t bell_regex_settled(bell_regex_parser *parser, uint32_t node, uint32_t start, bool possessive);

/* Put a draft whose last `count` items are those of the pattern in the order above and count its ranges. */
void bell_regex_set_finish(bell_regex_parser *parser, bell_regex_draft *draft);
/* Write a finished draft's ranges, range_count and then upper_count of them. */
void bell_regex_set_write(const bell_regex_parser *parser, const bell_regex_draft *draft, bell_regex_range *out);

/* --- characters ----------------------------------------------------------------------------------------------------------------- */

uint32_t bell_regex_lower(uint32_t code); /* simple mappings */
uint32_t bell_regex_upper(uint32_t code);
bool bell_regex_is_cased(uint32_t code);
/* The characters that are the lower-case one, case aside, itself included. Gives their number, at most 3. */
uint32_t bell_regex_peers(uint32_t lower, uint32_t out[3]);
bool bell_regex_in_categories(uint32_t categories, uint32_t code);
bool bell_regex_set_has_slow(const bell_regex *regex, const bell_regex_set *set, uint32_t code);

static inline bool bell_regex_set_has(const bell_regex *regex, const bell_regex_set *set, uint32_t code) {
  return code < 256 ? set->latin[code >> 5] >> (code & 31) & 1 : bell_regex_set_has_slow(regex, set, code);
}

/* --- a run ---------------------------------------------------------------------------------------------------------------------- */

/* One run of a program. Slots are positions, UINT32_MAX where unset: the bounds of groups, at `last` the group closed last, and behind it for
 * each lookaround that keeps groups where it was passed, and what was at `last` before. There such a lookaround is a number behind those of
 * groups. `table` is what regex.look made: a row of bits for each lookaround. */
typedef struct {
  bell_ctx *ctx;
  const bell_regex *regex;
  const bell_regex_program *program;
  const void *data;
  const uint8_t *table;
  uint64_t table_bytes;
  uint32_t width, start, end, mode, slot_count, last;
  uint64_t cost;    /* of 4 positions, in units of fuel */
  uint64_t charged; /* units so far */
  uint32_t *found;  /* [slot_count] */
} bell_regex_run;

/* Whether a match may end at the position, as the mode has it. */
static inline bool bell_regex_may_end(const bell_regex_run *run, uint32_t position) {
  if (run->mode == BELL_REGEX_MODE_FULLMATCH) return position == run->end;
  return run->mode != BELL_REGEX_MODE_ADVANCE || position != run->start;
}

/* Where a path goes on, and with `both` the one of lower priority. */
typedef struct { uint32_t place, bits, other, other_bits; bool both; } bell_regex_paths;

/* A loop whose body can match nothing: once more or out, as it is greedy or not; out where its bit says that the last time read nothing. */
static inline bell_regex_paths bell_regex_loop(const bell_regex_instr *instr, uint32_t bits) {
  uint32_t bit = (uint32_t)1 << instr->bit, in = bits | bit, out = bits & ~bit;
  if (bits & bit) return (bell_regex_paths){.place = instr->y, .bits = out};
  if (instr->op == BELL_REGEX_LOOP) return (bell_regex_paths){instr->x, in, instr->y, out, true};
  return (bell_regex_paths){instr->y, out, instr->x, in, true};
}

enum { BELL_REGEX_FAILED, BELL_REGEX_FOUND, BELL_REGEX_FAULT, BELL_REGEX_UNDECIDED };

bool bell_regex_holds(const bell_regex_run *run, uint32_t assertion, uint32_t position);

static inline uint64_t bell_regex_row_bytes(uint32_t end) { return (uint64_t)end / 8 + 1; }

/* Whether a lookaround holds at the position. */
static inline bool bell_regex_look_holds(const bell_regex_run *run, uint32_t number, uint32_t position) {
  const bell_regex_lookaround *look = &bell_regex_looks_of(run->regex)[number];
  uint32_t start = position - look->back;
  uint64_t byte = number * bell_regex_row_bytes(run->end) + (start >> 3);
  bool found = position >= look->back && start <= run->end && byte < run->table_bytes && (run->table[byte] >> (start & 7) & 1);
  return found != look->negated;
}

/* Of 4 positions. */
static inline uint64_t bell_regex_cost(const bell_regex *regex, const bell_regex_program *program) {
  return (uint64_t)program->size * (8 + regex->groups) / 8;
}

/* The first match of the program, charged for: BELL_REGEX_FAILED, _FOUND or _FAULT. */
int bell_regex_find(bell_regex_run *run);
/* Put the groups of lookarounds that a match passed into the slots that were found. Charges. Returns false on a fault. */
bool bell_regex_find_kept(bell_regex_run *run);
/* The regex a tagged word is, or NULL and fault E0309. */
const bell_regex *bell_regex_of(bell_ctx *ctx, bell_word word);
/* Charge for looking at so many positions from the start on, less what was charged. Returns false on a fault. */
bool bell_regex_charge(bell_regex_run *run, uint64_t steps);
/* Both give BELL_REGEX_FAILED, _FOUND or _FAULT and the positions looked at in `steps`. The second tries one path after the other and gives
 * BELL_REGEX_UNDECIDED where that would take too much memory; `from` is then where the search is to go on. */
int bell_regex_pike(bell_regex_run *run, uint32_t from, uint64_t *steps);
int bell_regex_backtrack(bell_regex_run *run, uint32_t *from, uint64_t *steps);

#endif
