#include "runtime/trace.h"

#include <assert.h>
#include <stdlib.h>

#include "runtime/any.h"
#include "runtime/big.h"
#include "runtime/bytes.h"
#include "runtime/call.h"
#include "runtime/decimal.h"
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/range.h"
#include "runtime/str_copy.h"
#include "runtime/tuple.h"

/* --- blocks --- */

static void begin_block(bell_ctx *ctx, size_t block) {
  bell_trace *trace = ctx->trace;
  trace->current = block;
  ctx->trace_next = trace->memory + block * trace->block_bytes;
  ctx->trace_end = ctx->trace_next + trace->block_bytes - BELL_TRACE_MARK_MAX;
}

static void begin_branches(bell_ctx *ctx, uint8_t *buffer) {
  ctx->trace_at = buffer + BELL_BRANCHES_BEFORE;
  ctx->trace_limit = ctx->trace_at + BELL_BRANCHES_LIMIT;
}

bool bell_trace_open(bell_ctx *ctx, size_t block_bytes, size_t block_count, bell_trace_sink sink, void *data) {
  bell_trace_close(ctx);
  bell_trace *trace = calloc(1, sizeof *trace);
  if (trace == NULL) return false;
  trace->block_bytes = block_bytes < 2 * BELL_TRACE_MARK_MAX ? 2 * BELL_TRACE_MARK_MAX : block_bytes;
  trace->block_count = sink != NULL || block_count == 0 ? 1 : block_count;
  trace->sink = sink;
  trace->data = data;
  trace->used = calloc(trace->block_count, sizeof *trace->used);
  trace->memory = malloc(trace->block_count * trace->block_bytes); /* pages never written cost nothing */
  ctx->trace = trace;
  trace->branches = malloc(BELL_BRANCHES_BYTES);
  if (trace->used == NULL || trace->memory == NULL || trace->branches == NULL) {
    bell_trace_close(ctx);
    return false;
  }
  begin_branches(ctx, trace->branches);
  begin_block(ctx, 0);
  ctx->trace_bits = trace->rest = 1;
  return true;
}

void bell_trace_close(bell_ctx *ctx) {
  bell_trace *trace = ctx->trace;
  ctx->trace = NULL;
  ctx->trace_next = ctx->trace_end = NULL;
  ctx->trace_bits = 0;
  ctx->trace_at = ctx->trace_limit = NULL;
  if (trace == NULL) return;
  free(trace->branches);
  free(trace->memory);
  free(trace->used);
  free(trace);
}

/* Bytes of the current block. */
static size_t written(const bell_ctx *ctx) { return (size_t)(ctx->trace_next - ctx->trace->memory) - ctx->trace->current * ctx->trace->block_bytes; }

static void hand_over(bell_ctx *ctx) {
  bell_trace *trace = ctx->trace;
  if (!trace->refused && trace->sink(trace->data, trace->memory, written(ctx)) != 0) trace->refused = true;
  if (trace->refused) trace->lost++;
  begin_block(ctx, 0);
}

uint8_t *bell_trace_turn(bell_ctx *ctx) {
  bell_trace *trace = ctx->trace;
  if (trace == NULL) return NULL;
  trace->turns++;
  if (trace->sink != NULL) {
    hand_over(ctx);
    return ctx->trace_next;
  }
  trace->used[trace->current] = written(ctx);
  size_t next = (trace->current + 1) % trace->block_count;
  if (trace->turns >= trace->block_count) trace->lost++;
  begin_block(ctx, next);
  return ctx->trace_next;
}

static void put_branches(bell_ctx *ctx, uint64_t word) {
  uint8_t *at = bell_trace_place(ctx);
  memcpy(at, &word, 8);
  ctx->trace_next = at + 8;
}

/* `count` branches, at most 63, of which the first is the highest bit. */
static void take_bits(bell_ctx *ctx, uint64_t bits, unsigned count) {
  bell_trace *trace = ctx->trace;
  unsigned waiting = 63 - (unsigned)__builtin_clzll(trace->rest);
  if (waiting + count < 63) {
    trace->rest = trace->rest << count | bits;
    return;
  }
  unsigned over = waiting + count - 63;
  put_branches(ctx, trace->rest << (count - over) | bits >> over);
  trace->rest = (uint64_t)1 << over | (bits & (((uint64_t)1 << over) - 1));
}

/* Eight bytes, each 0 or 1, as eight bits, of which the first is the highest: each byte is moved to its place in the highest one, and no two meet. */
static uint64_t gathered(const uint8_t *bytes) {
  uint64_t eight;
  memcpy(&eight, bytes, 8);
  return eight * UINT64_C(0x8040201008040201) >> 56;
}

static void take_bytes(bell_ctx *ctx, const uint8_t *from, const uint8_t *to) {
  for (; to - from >= 56; from += 56) {
    uint64_t bits = 0;
    for (int i = 0; i < 56; i += 8) bits = bits << 8 | gathered(from + i);
    take_bits(ctx, bits, 56);
  }
  for (; to - from >= 8; from += 8) take_bits(ctx, gathered(from), 8);
  for (; from < to; from++) take_bits(ctx, *from, 1);
}

void bell_mark_full(bell_ctx *ctx) {
  bell_trace *trace = ctx->trace;
  if (ctx->trace_limit != NULL) {
    uint8_t *end = ctx->trace_at, *start = ctx->trace_limit - BELL_BRANCHES_LIMIT;
    assert(end >= start && end <= start + BELL_BRANCHES_LIMIT + BELL_FUEL_SLICE + BELL_BRANCHES_PAID);
    ctx->trace_at = start;
    if (trace != NULL && end > start) take_bytes(ctx, start, end);
  }
  uint64_t bits = ctx->trace_bits;
  ctx->trace_bits = 1;
  if (trace == NULL || bits <= 1) return;
  unsigned count = 63 - (unsigned)__builtin_clzll(bits);
  take_bits(ctx, bits ^ (uint64_t)1 << count, count);
}

uint8_t *bell_mark_begin(bell_ctx *ctx) {
  static uint8_t nowhere[BELL_BRANCHES_BYTES]; /* what nobody asked for: written by all threads and read by none */
  if (ctx->trace_limit == NULL) begin_branches(ctx, nowhere);
  bell_mark_full(ctx);
  return ctx->trace_at;
}

void bell_mark_run(bell_ctx *ctx, uint64_t count, bool first) {
  while (count > 0) {
    if (ctx->trace_at >= ctx->trace_limit) bell_mark_full(ctx);
    uint64_t room = (uint64_t)(ctx->trace_limit - ctx->trace_at), some = count < room ? count : room;
    memset(ctx->trace_at, first, some);
    ctx->trace_at += some;
    count -= some;
  }
}

void bell_trace_flush(bell_ctx *ctx) {
  if (ctx->trace == NULL || ctx->trace->sink == NULL) return;
  bell_mark_full(ctx);
  if (ctx->trace->rest > 1) put_branches(ctx, ctx->trace->rest);
  ctx->trace->rest = 1;
  if (written(ctx) > 0) hand_over(ctx);
}

void bell_trace_clear(bell_ctx *ctx) {
  bell_trace *trace = ctx->trace;
  if (trace == NULL) return;
  bell_mark_full(ctx);
  trace->turns = trace->lost = 0;
  trace->refused = false;
  begin_block(ctx, 0);
  ctx->trace_bits = trace->rest = 1;
}

size_t bell_trace_copy(bell_ctx *ctx, uint8_t *to) {
  const bell_trace *trace = ctx->trace;
  if (trace == NULL) return 0;
  bell_mark_full(ctx);
  size_t size = 0, older = trace->turns < trace->block_count ? (size_t)trace->turns : trace->block_count - 1;
  for (size_t back = older; back > 0; back--) {
    size_t block = (trace->current + trace->block_count - back) % trace->block_count;
    if (to != NULL) memcpy(to + size, trace->memory + block * trace->block_bytes, trace->used[block]);
    size += trace->used[block];
  }
  size_t last = written(ctx);
  if (to != NULL) memcpy(to + size, trace->memory + trace->current * trace->block_bytes, last);
  size += last;
  if (trace->rest > 1) {
    if (to != NULL) memcpy(to + size, &trace->rest, 8);
    size += 8;
  }
  return size;
}

/* --- previews --- */

typedef struct {
  bell_ctx *ctx;
  uint8_t *start, *at;
  int parts, depth;
} preview;

static void put8(preview *out, uint32_t value) { *out->at++ = (uint8_t)value; }
static void put16(preview *out, uint32_t value) {
  uint16_t half = (uint16_t)value;
  memcpy(out->at, &half, 2);
  out->at += 2;
}
static void put32(preview *out, uint64_t value) {
  uint32_t whole = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
  memcpy(out->at, &whole, 4);
  out->at += 4;
}
static void put64(preview *out, uint64_t value) {
  memcpy(out->at, &value, 8);
  out->at += 8;
}

static void put_code(preview *out, uint32_t code) {
  if (code < 0x80) {
    put8(out, code);
  } else if (code < 0x800) {
    put8(out, 0xc0 | code >> 6);
    put8(out, 0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put8(out, 0xe0 | code >> 12);
    put8(out, 0x80 | (code >> 6 & 0x3f));
    put8(out, 0x80 | (code & 0x3f));
  } else {
    put8(out, 0xf0 | code >> 18);
    put8(out, 0x80 | (code >> 12 & 0x3f));
    put8(out, 0x80 | (code >> 6 & 0x3f));
    put8(out, 0x80 | (code & 0x3f));
  }
}

/* The first characters of a string as UTF-8, behind the 16 bits of their size. */
static void put_text(preview *out, bell_ref ref, uint32_t characters_max) {
  const bell_str *text = BELL_STR_AT(out->ctx, ref);
  const uint8_t *data = out->ctx->base + text->data;
  uint32_t shown = text->length < characters_max ? text->length : characters_max;
  uint8_t *size = out->at;
  out->at += 2;
  if (text->head.flags & BELL_STR_ASCII) {
    bell_copy_bytes(out->at, data, shown);
    out->at += shown;
  } else {
    for (uint32_t i = 0; i < shown; i++) {
      uint32_t code = text->head.aux == 1 ? data[i] : text->head.aux == 2 ? ((const uint16_t *)(const void *)data)[i] : ((const uint32_t *)(const void *)data)[i];
      put_code(out, code);
    }
  }
  uint16_t bytes = (uint16_t)(out->at - size - 2);
  memcpy(size, &bytes, 2);
}

static void put_value(preview *out, bell_value value);

/* A word of a container or record. */
static void put_word(preview *out, uint8_t class_, bell_word word) {
  if (class_ >= BELL_CLASS_STR && word == 0) {
    out->parts--;
    put8(out, class_ == BELL_CLASS_ANY && out->depth > 0 ? 'u' : 'e');
    return;
  }
  if (class_ == BELL_CLASS_ANY && !(word & 1) && !bell_is_ref(word) && word != BELL_NONE && word != BELL_TRUE && word != BELL_FALSE) {
    out->parts--;
    put8(out, 'u');
    return;
  }
  put_value(out, bell_class_value(out->ctx, class_, word));
}

static bool has_room(const preview *out) { return out->parts > 0 && out->at - out->start <= BELL_TRACE_BYTES_MAX && out->depth <= BELL_TRACE_DEPTH_MAX; }

/* The head of a container; returns where the number of its parts that are shown goes. */
static uint8_t *put_head(preview *out, uint32_t tag, int64_t length) {
  put8(out, tag);
  put32(out, (uint64_t)length);
  uint8_t *shown = out->at++;
  *shown = 0;
  out->depth++;
  return shown;
}

/* As many of the elements of a list of numbers as have room, each of which takes `size` bytes: what has_room would say of one after another. */
static int64_t take_numbers(preview *out, const bell_list *list, int64_t size) {
  int64_t left = BELL_TRACE_BYTES_MAX - (out->at - out->start), count = list->length;
  if (out->depth > BELL_TRACE_DEPTH_MAX || left < 0 || out->parts <= 0) return 0;
  if (count > left / size + 1) count = left / size + 1;
  if (count > out->parts) count = out->parts;
  out->parts -= (int)count;
  return count;
}

/* Lists of numbers are what most functions are called with that have lists at all: without a look at each element. */
#define LOWEST UINT64_C(0x0101010101010101)
static uint8_t put_bools(preview *out, const bell_list *list) {
  const uint8_t *data = out->ctx->base + list->data;
  int64_t count = take_numbers(out, list, 1);
  for (int64_t i = 0; i < count; i += 8) { /* eight at once: what is written beyond is written over, and what is read there is in the region */
    uint64_t bools;
    memcpy(&bools, data + i, 8);
    bools = (bools & LOWEST) * ('t' - 'f') + LOWEST * 'f';
    memcpy(out->at + i, &bools, 8);
  }
  out->at += count;
  return (uint8_t)count;
}

static uint8_t put_words(preview *out, const bell_list *list, uint32_t tag) {
  const uint8_t *data = out->ctx->base + list->data;
  int64_t count = take_numbers(out, list, 9);
  uint8_t *at = out->at;
  for (int64_t i = 0; i < count; i++, at += 9) {
    bell_word word = ((const bell_word *)(const void *)data)[i];
    if (tag == 'd') word = bell_bits(bell_trace_number(bell_float(word)));
    *at = (uint8_t)tag;
    memcpy(at + 1, &word, 8);
  }
  out->at = at;
  return (uint8_t)count;
}

static void put_list(preview *out, const bell_list *list) {
  uint8_t *shown = put_head(out, 'l', list->length);
  switch (list->head.aux) {
  case BELL_CLASS_BOOL: *shown = put_bools(out, list); break;
  case BELL_CLASS_INT: *shown = put_words(out, list, 'i'); break;
  case BELL_CLASS_FLOAT: *shown = put_words(out, list, 'd'); break;
  default:
    for (int64_t i = 0; i < list->length && has_room(out); i++, ++*shown) put_word(out, (uint8_t)list->head.aux, bell_list_load(out->ctx, list, i));
  }
  out->depth--;
}

static void put_tuple(preview *out, bell_tuple *tuple) {
  int64_t length = bell_tuple_length(out->ctx, tuple);
  uint8_t *shown = put_head(out, 'T', length);
  for (int64_t i = 0; i < length && has_room(out); i++, ++*shown) put_word(out, bell_tuple_class(out->ctx, tuple, i), bell_tuple_items(tuple)[i]);
  out->depth--;
}

/* The first position from here on that is in use, or -1. A preview takes no time that counts, and passes by no more places than this. */
#define PASSED_MAX 4096
static int64_t next_live(const bell_ctx *ctx, const bell_dict *dict, int64_t position) {
  bool is_set = dict->head.kind != BELL_DICT;
  int64_t end = is_set ? dict->capacity : dict->used;
  if (dict->live == 0) return -1;
  for (int64_t i = 0; position < end && i < PASSED_MAX; position++, i++) {
    if (is_set ? bell_dict_entry(ctx, dict, position)[1] != UINT64_MAX
               : dict->live == dict->used || !(bell_dict_removed(ctx, dict)[position >> 6] >> (position & 63) & 1))
      return position;
  }
  return -1;
}

static void put_dict(preview *out, const bell_dict *dict) {
  bool is_set = dict->head.kind != BELL_DICT;
  uint8_t *shown = put_head(out, !is_set ? 'D' : dict->head.kind == BELL_SET ? 'S' : 'F', dict->live);
  for (int64_t at = 0; has_room(out) && (at = next_live(out->ctx, dict, at)) >= 0; at++, ++*shown) {
    const bell_word *entry = bell_dict_entry(out->ctx, dict, at);
    put_word(out, bell_dict_key_class(dict), entry[0]);
    if (!is_set) put_word(out, bell_dict_value_class(dict), entry[1]);
  }
  out->depth--;
}

static void put_record(preview *out, const bell_tuple *record) {
  const bell_type *type = &out->ctx->types[record->head.type];
  size_t size = strlen(type->name);
  if (type->resume || (size > 6 && strcmp(type->name + size - 6, ".frame") == 0)) { /* of a generator */
    put8(out, 'o');
    put8(out, BELL_ITER);
    return;
  }
  if (size > 255) size = 255;
  put8(out, 'R');
  put8(out, (uint32_t)size);
  memcpy(out->at, type->name, size);
  out->at += size;
  put16(out, type->slot_count);
  uint8_t *shown = out->at++;
  *shown = 0;
  out->depth++;
  for (uint32_t i = 0; i < type->slot_count && has_room(out); i++, ++*shown) put_word(out, type->slot_classes[i], record->slots[i]);
  out->depth--;
}

static void put_function(preview *out, bell_ref ref) {
  const bell_function *function = BELL_FUNCTION_AT(out->ctx, ref);
  put8(out, 'c');
  put8(out, function->head.aux);
  bell_ref name = function->head.aux == BELL_FUNCTION_METHOD ? (bell_ref)function->slots[1]
                                                             : bell_name(out->ctx, out->ctx->signatures[function->signature].qualname);
  put_text(out, name, BELL_TRACE_INNER_TEXT_MAX);
}

static void put_big(preview *out, bell_ref ref) {
  const bell_big *big = BELL_BIG_AT(out->ctx, ref);
  uint64_t bytes = big->size * 8;
  while (bytes > 0 && (big->limbs[(bytes - 1) / 8] >> ((bytes - 1) % 8 * 8) & 0xff) == 0) bytes--;
  put8(out, 'b');
  put8(out, big->head.aux & 1);
  put32(out, bytes);
  if (bytes > BELL_TRACE_BIG_MAX) return;
  for (uint64_t i = 0; i < bytes; i++) put8(out, (uint32_t)(big->limbs[i / 8] >> (i % 8 * 8)) & 0xff);
}

static void put_decimal(preview *out, bell_ref ref) {
  char text[BELL_DECIMAL_DIGITS_MAX + 80];
  uint32_t size = bell_decimal_write(out->ctx, ref, text), shown = size < BELL_TRACE_DECIMAL_MAX ? size : BELL_TRACE_DECIMAL_MAX;
  put8(out, 'm');
  put16(out, size);
  put8(out, shown);
  memcpy(out->at, text, shown);
  out->at += shown;
}

static void put_bytes(preview *out, bell_ref ref) {
  uint64_t length = bell_bytes_length(out->ctx, ref), max = out->depth > 0 ? BELL_TRACE_INNER_TEXT_MAX : BELL_TRACE_TEXT_MAX;
  uint64_t shown = length < max ? length : max;
  put8(out, 'y');
  put32(out, length);
  put16(out, (uint32_t)shown);
  memcpy(out->at, bell_bytes_data(out->ctx, ref), shown);
  out->at += shown;
}

static void put_value(preview *out, bell_value value) {
  bell_ctx *ctx = out->ctx;
  out->parts--;
  switch (value.kind) {
  case BELL_VALUE_NONE: put8(out, 'n'); break;
  case BELL_VALUE_BOOL: put8(out, value.i ? 't' : 'f'); break;
  case BELL_INT:
    put8(out, 'i');
    put64(out, (uint64_t)value.i);
    break;
  case BELL_FLOAT:
    put8(out, 'd');
    put64(out, bell_bits(bell_trace_number(value.f)));
    break;
  case BELL_STR:
    if (BELL_STR_AT(ctx, value.ref)->length == 0) {
      put8(out, 'e');
      break;
    }
    put8(out, 's');
    put32(out, BELL_STR_AT(ctx, value.ref)->length);
    put_text(out, value.ref, out->depth > 0 ? BELL_TRACE_INNER_TEXT_MAX : BELL_TRACE_TEXT_MAX);
    break;
  case BELL_BYTES: put_bytes(out, value.ref); break;
  case BELL_LIST: put_list(out, BELL_LIST_AT(ctx, value.ref)); break;
  case BELL_TUPLE: put_tuple(out, BELL_TUPLE_AT(ctx, value.ref)); break;
  case BELL_DICT:
  case BELL_SET:
  case BELL_FROZENSET: put_dict(out, BELL_DICT_AT(ctx, value.ref)); break;
  case BELL_RECORD: put_record(out, BELL_TUPLE_AT(ctx, value.ref)); break;
  case BELL_FUNCTION: put_function(out, value.ref); break;
  case BELL_BIG: put_big(out, value.ref); break;
  case BELL_DECIMAL: put_decimal(out, value.ref); break;
  case BELL_RANGE: {
    const bell_range *range = BELL_RANGE_AT(ctx, value.ref);
    put8(out, 'r');
    put64(out, (uint64_t)range->start);
    put64(out, (uint64_t)range->stop);
    put64(out, (uint64_t)range->step);
    break;
  }
  default:
    put8(out, 'o');
    put8(out, value.kind);
  }
}

uint8_t *bell_trace_preview(bell_ctx *ctx, bell_word word, uint8_t *to) {
  preview out = {.ctx = ctx, .start = to, .at = to, .parts = BELL_TRACE_PARTS_MAX};
  put_word(&out, BELL_CLASS_ANY, word);
  return out.at;
}

/* --- ops --- */

void bell_mark_point(bell_ctx *ctx, uint32_t site) { bell_trace_point(ctx, site); }

void bell_mark_word(bell_ctx *ctx, uint32_t site, bell_word word) {
  if (site == BELL_TRACE_MORE) bell_trace_more(ctx, word);
  else bell_trace_word(ctx, site, word);
}

void bell_mark_value(bell_ctx *ctx, uint32_t site, bell_word word) {
  uint8_t *at;
  if (site == BELL_TRACE_MORE) {
    at = ctx->trace_next;
    if (at == NULL) return;
  } else {
    at = bell_trace_place(ctx);
    if (at == NULL) return;
    memcpy(at, &site, 4);
    at += 4;
  }
  ctx->trace_next = bell_trace_preview(ctx, word, at);
}

void bell_mark_size(bell_ctx *ctx, uint32_t site, bell_word word) {
  int64_t size = -1;
  if (bell_is_ref(word) && word != 0) {
    switch (BELL_HEAD_AT(ctx, word)->kind) {
    case BELL_STR: size = BELL_STR_AT(ctx, word)->length; break;
    case BELL_BYTES: size = (int64_t)bell_bytes_length(ctx, word); break;
    case BELL_LIST: size = BELL_LIST_AT(ctx, word)->length; break;
    case BELL_TUPLE: size = bell_tuple_length(ctx, BELL_TUPLE_AT(ctx, word)); break;
    case BELL_DICT:
    case BELL_SET:
    case BELL_FROZENSET: size = BELL_DICT_AT(ctx, word)->live; break;
    default: break;
    }
  }
  bell_mark_word(ctx, site, (bell_word)size);
}

void bell_mark_free(bell_ctx *ctx, uint32_t on) {
  if (on) bell_unpaid(ctx);
  else bell_paid_again(ctx);
}
