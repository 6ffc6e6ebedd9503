/* What the tests of the runtime's texts and numbers call through ctypes, beside the ops themselves: making a context, strings in and
 * out, and the bulk comparisons that would be slow one call at a time. Built as the shared library belljar_probe (csrc/CMakeLists.txt). */
#include <stdlib.h>

#include "runtime/any.h"
#include "runtime/big.h"
#include "runtime/bytes.h"
#include "runtime/context.h"
#include "runtime/number.h"
#include "runtime/ops.h"
#include "runtime/regex.h"
#include "runtime/str.h"
#include "runtime/text.h"
#include "runtime/tuple.h"

static const uint8_t three_classes[] = {BELL_CLASS_STR, BELL_CLASS_STR, BELL_CLASS_STR};
static const uint32_t three_types[] = {0, 0, 0};
static const bell_type types[] = {
  {.kind = 0},
  {.kind = BELL_LIST, .class_ = BELL_CLASS_REF, .item_class = BELL_CLASS_INT, .name = "list[int]"},
  {.kind = BELL_LIST, .class_ = BELL_CLASS_REF, .item_class = BELL_CLASS_STR, .name = "list[str]"},
  {.kind = BELL_TUPLE, .class_ = BELL_CLASS_REF, .slot_count = 3, .slot_classes = three_classes, .slot_types = three_types,
   .name = "tuple[str, str, str]"},
};

bell_ctx *probe_open(uint64_t memory_max) {
  return bell_ctx_create(&(bell_config){.memory_max = memory_max, .roots_max = 64, .types = types, .type_count = 4});
}

void probe_close(bell_ctx *ctx) { bell_ctx_destroy(ctx); }
void probe_begin(bell_ctx *ctx, int64_t fuel_max) { bell_ctx_begin(ctx, fuel_max); }
int64_t probe_fuel_used(bell_ctx *ctx) { return bell_fuel_used(ctx); }
uint32_t probe_fault(bell_ctx *ctx) { return ctx->fault; }
bell_ref probe_fault_text(bell_ctx *ctx) { return ctx->fault_text; }
const char *probe_told(bell_ctx *ctx) { return ctx->told_size > 0 ? ctx->told : ""; }
const char *probe_fault_name(bell_ctx *ctx) { return ctx->fault_name; }
void probe_stress(bell_ctx *ctx, int on) { bell_heap_set_stress(ctx, on != 0); }
void probe_push(bell_ctx *ctx, bell_word word) { bell_root_push(ctx, word); }
void probe_pop(bell_ctx *ctx, int count) { bell_root_pop(ctx, count); }

bell_ref probe_str(bell_ctx *ctx, const uint32_t *codes, uint64_t count) { return bell_str_from_code_points(ctx, codes, count); }
uint32_t probe_length(bell_ctx *ctx, bell_ref ref) { return BELL_STR_AT(ctx, ref)->length; }

/* Characters into `out`. Returns 0, or the number of the invariant of str.h that does not hold. */
int probe_read(bell_ctx *ctx, bell_ref ref, uint32_t *out) {
  const bell_str *s = BELL_STR_AT(ctx, ref);
  uint32_t seen = 0;
  if (s->head.kind != BELL_STR) return 1;
  for (uint32_t i = 0; i < s->length; i++) seen |= out[i] = bell_str_code(ctx, s, i);
  if (s->head.aux != bell_str_width(seen)) return 2;
  if (((s->head.flags & BELL_STR_ASCII) != 0) != (seen < 128)) return 3;
  if (seen > 0x1FFFFF) return 4;
  uint32_t cached = s->hash;
  if (cached && cached != bell_str_hash_of(ctx, ref)) return 5;
  if (bell_str_hash(ctx, ref) == 0) return 6;
  return 0;
}

int64_t probe_list_length(bell_ctx *ctx, bell_ref ref) {
  const bell_list *list = BELL_LIST_AT(ctx, ref);
  return list->head.kind == BELL_LIST && list->head.type == 2 && list->head.aux == BELL_CLASS_STR ? list->length : -1;
}

bell_word probe_list_item(bell_ctx *ctx, bell_ref ref, int64_t index) {
  return ((const bell_word *)bell_at(ctx, BELL_LIST_AT(ctx, ref)->data))[index];
}

bell_word probe_tuple_item(bell_ctx *ctx, bell_ref ref, int64_t index) {
  return BELL_HEAD_AT(ctx, ref)->type == 3 ? BELL_TUPLE_AT(ctx, ref)->slots[index] : 0;
}

/* The items of a list[int] into `out`, as many as there is room for. Returns how many there are. */
int64_t probe_ints(bell_ctx *ctx, bell_ref ref, int64_t *out, int64_t room) {
  const bell_list *list = BELL_LIST_AT(ctx, ref);
  if (list->head.kind != BELL_LIST || list->head.type != 1) return -1;
  for (int64_t i = 0; i < list->length && i < room; i++) out[i] = ((const int64_t *)bell_at(ctx, list->data))[i];
  return list->length;
}

/* A regex: its numbers and, for each instruction, operation, bit and operands. Returns the instructions. */
uint32_t probe_regex(bell_ctx *ctx, bell_ref ref, uint32_t numbers[5], uint32_t *code, uint32_t room) {
  const bell_regex *regex = BELL_REGEX_AT_REF(ctx, ref);
  numbers[0] = regex->main.size;
  numbers[1] = regex->main.bits;
  numbers[2] = regex->set_count;
  numbers[3] = regex->range_count;
  numbers[4] = regex->name_count;
  for (uint32_t i = 0; i < regex->code_count && i < room; i++, code += 4) {
    const bell_regex_instr *instr = &bell_regex_code(regex)[i];
    code[0] = instr->op, code[1] = instr->bit, code[2] = instr->x, code[3] = instr->y;
  }
  return regex->code_count;
}

/* A set of a regex: its categories, negated, fold, ranges and upper ranges, then their bounds. */
void probe_regex_set(bell_ctx *ctx, bell_ref ref, uint32_t number, uint32_t *out, uint32_t room) {
  const bell_regex *regex = BELL_REGEX_AT_REF(ctx, ref);
  const bell_regex_set *set = &bell_regex_sets(regex)[number];
  uint32_t head[] = {set->categories, set->negated, set->fold, set->range_count, set->upper_count};
  memcpy(out, head, sizeof head);
  for (uint32_t i = 0; i < set->range_count + set->upper_count && 2 * i < room; i++) {
    out[5 + 2 * i] = bell_regex_ranges(regex)[set->ranges + i].low;
    out[6 + 2 * i] = bell_regex_ranges(regex)[set->ranges + i].high;
  }
}

/* regex.match by the machine that runs all threads at once, whatever the other one says. Returns 1 when it matched, into `found`. */
int probe_pike(bell_ctx *ctx, bell_ref ref, bell_ref text, uint32_t start, uint32_t end, uint32_t mode, bell_ref table, uint32_t *found,
               uint64_t *steps) {
  const bell_regex *regex = BELL_REGEX_AT_REF(ctx, ref);
  const bell_str *s = BELL_STR_AT(ctx, text);
  uint32_t slots[4096];
  bell_regex_run run = {.ctx = ctx, .regex = regex, .program = &regex->main, .data = bell_str_data(ctx, s), .width = s->head.aux, .start = start,
                        .end = end, .mode = mode, .last = 2 * regex->groups + 2, .cost = regex->main.size, .found = slots};
  run.slot_count = run.last + 1 + 2 * regex->keeping;
  if (run.slot_count > sizeof slots / sizeof *slots) return BELL_REGEX_FAULT;
  if (table != 0) {
    run.table = bell_bytes_data(ctx, table);
    run.table_bytes = bell_bytes_length(ctx, table);
  }
  int outcome = bell_regex_pike(&run, start, steps);
  if (outcome == BELL_REGEX_FOUND && regex->keeping && !bell_regex_find_kept(&run)) outcome = BELL_REGEX_FAULT;
  memcpy(found, slots, (run.last + 1) * sizeof *slots);
  return outcome;
}

/* A lookaround of a regex: its groups and place, where its program begins, and instructions, bits and states of that. */
void probe_regex_look(bell_ctx *ctx, bell_ref ref, uint32_t number, uint32_t out[9]) {
  const bell_regex_lookaround *look = &bell_regex_looks_of(BELL_REGEX_AT_REF(ctx, ref))[number];
  uint32_t numbers[] = {look->keeps, look->low, look->high, look->back, look->negated, look->program.start, look->program.count, look->program.bits, look->program.size};
  memcpy(out, numbers, sizeof numbers);
}

/* The bytes of an object. Returns how many there are. */
uint64_t probe_bytes(bell_ctx *ctx, bell_ref ref, uint8_t *out, uint64_t room) {
  uint64_t length = bell_bytes_length(ctx, ref);
  memcpy(out, bell_bytes_data(ctx, ref), length < room ? length : room);
  return length;
}

/* A list[str] of so many strings. */
bell_ref probe_list(bell_ctx *ctx, const bell_word *words, int64_t count) {
  uint64_t bytes = sizeof(bell_buffer) + (uint64_t)count * 8;
  if (!bell_reserve(ctx, BELL_ROUND(sizeof(bell_list)) + BELL_ROUND(bytes))) return 0;
  bell_ref made = bell_alloc(ctx, sizeof(bell_list), BELL_LIST, BELL_CLASS_STR, 2), buffer = bell_alloc(ctx, bytes, BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, buffer))->size = bytes - sizeof(bell_buffer);
  bell_list *list = BELL_LIST_AT(ctx, made);
  list->length = list->capacity = count;
  list->data = buffer + sizeof(bell_buffer);
  memcpy(bell_at(ctx, list->data), words, (size_t)count * 8);
  return made;
}

/* repr of each float, a line each. Returns the bytes written. */
uint64_t probe_float_writes(const double *values, uint64_t count, char *out) {
  char *p = out;
  for (uint64_t i = 0; i < count; i++) {
    p += bell_float_write(p, values[i]);
    *p++ = '\n';
  }
  return (uint64_t)(p - out);
}

/* float() of each line. */
void probe_float_reads(bell_ctx *ctx, const char *lines, uint64_t count, double *out) {
  for (uint64_t i = 0; i < count; i++) {
    size_t size = (size_t)(strchr(lines, '\n') - lines);
    bell_heap_reset(ctx);
    out[i] = bell_str_to_float(ctx, bell_str_from_ascii(ctx, lines, size));
    lines += size + 1;
  }
}

/* A text built from pieces: kind by kind, see test_text.py. */
bell_ref probe_text(bell_ctx *ctx, const uint32_t *kinds, const uint64_t *operands, uint64_t count) {
  bell_text text;
  bell_text_begin(&text, ctx);
  for (uint64_t i = 0; i < count; i++) {
    uint64_t operand = operands[i];
    switch (kinds[i]) {
      case 0: bell_text_code(&text, (uint32_t)operand); break;
      case 1: bell_text_fill(&text, (uint32_t)operand & 0x1FFFFF, operand >> 32); break;
      case 2: bell_text_str(&text, operand); break;
      case 3: bell_text_repr(&text, operand); break;
      case 4: bell_text_int(&text, (int64_t)operand); break;
      case 5: bell_text_float(&text, bell_float(operand)); break;
      default: bell_text_ascii(&text, "<ascii>", 7); break;
    }
  }
  return bell_text_finish(&text);
}

/* --- values of class any ---------------------------------------------------------------------------------------------------------- */

bell_word probe_any_int(bell_ctx *ctx, int64_t value) { return bell_any_from_int(ctx, value); }
bell_word probe_any_float(bell_ctx *ctx, double value) { return bell_any_from_float(ctx, value); }

/* The kind of a tagged word's value (bell_any_value), and what it holds: an int or a float's bits, or the reference. */
int probe_any_kind(bell_ctx *ctx, bell_word word) { return bell_any_value(ctx, word).kind; }
int64_t probe_any_value(bell_ctx *ctx, bell_word word) { return bell_any_value(ctx, word).i; }
const uint64_t *probe_big_limbs(bell_ctx *ctx, bell_ref ref) { return BELL_BIG_AT(ctx, ref)->limbs; }
uint64_t probe_big_size(bell_ctx *ctx, bell_ref ref) { return BELL_BIG_AT(ctx, ref)->size; }
int probe_big_negative(bell_ctx *ctx, bell_ref ref) { return BELL_BIG_AT(ctx, ref)->head.aux; }

bell_word probe_big(bell_ctx *ctx, const uint64_t *limbs, uint64_t size, int negative) {
  bell_integer value = {.limbs = limbs, .size = size, .negative = negative != 0};
  return bell_integer_copy(ctx, &value);
}

bell_word probe_any_tuple_item(bell_ctx *ctx, bell_ref ref, int64_t index) { return bell_tuple_items(BELL_TUPLE_AT(ctx, ref))[index]; }
int64_t probe_any_tuple_length(bell_ctx *ctx, bell_ref ref) { return bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, ref)); }
