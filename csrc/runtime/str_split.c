/* Strings into lists and tuples of strings: split and its kin, splitlines, partition.
 *
 * Every op walks the string with a walker: first to count the parts and the bytes they need, which are then reserved at once; then to make
 * them. So nothing is collected in between, and nothing half-made needs a root. The places of a few parts are kept from the first walk, which
 * are all there are in most lines; where there are more, the same walk is taken again. */
#include "runtime/byte_scan.h"
#include "runtime/heap.h"
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/str_search.h"
#include "runtime/unicode.h"

#define KEPT 128 /* parts whose places are kept, a batch */
#define BLOCK 64 /* characters looked at at once */
#define CODE_WORK 1 /* nanoseconds for a character */

typedef struct { uint32_t from, to; } span;

/* A walk over the parts of a string, from the left or from the right. */
typedef struct {
  bell_ctx *ctx;
  bell_ref string, separator;
  uint64_t at;     /* from here on, or (from the right) up to here, the string is not yet split */
  uint64_t splits; /* left to do */
  uint64_t from;   /* in blocks: where the part begins that reaches to `at` */
  bool inside;     /* in blocks: there is such a part */
  bool keep_ends, done;
} walker;

typedef bool next_part(walker *w, span *part);           /* the next one; false when there is none */
typedef uint32_t next_parts(walker *w, span parts[KEPT]); /* as many as there is room for: `done` is set where they are the last */

static inline uint64_t part_bytes(const bell_ctx *ctx, const bell_str *s, span part) {
  uint64_t length = part.to - part.from;
  if (length == s->length) return 0; /* the string itself */
  if (s->head.aux == 1) return length == 1 ? 0 : bell_str_bytes(length, 1);
  if (length == 1 && bell_str_code(ctx, s, part.from) < 256) return 0;
  return bell_str_bytes(length, bell_str_width(bell_str_seen(ctx, s, part.from, part.to)));
}

/* As bell_str_part, which this spares the call for most. */
static inline bell_ref make_part(bell_ctx *ctx, bell_ref ref, span part) {
  const bell_str *s = BELL_STR_AT(ctx, ref);
  uint64_t length = part.to - part.from;
  if (s->head.aux != 1 || length == s->length || length == 1 || length > BELL_BLOCK) return bell_str_part(ctx, ref, part.from, part.to);
  return bell_str_of_bytes(ctx, (const uint8_t *)bell_str_data(ctx, s) + part.from, length, s->head.flags & BELL_STR_ASCII);
}

#define PART_WORK 16 /* nanoseconds for a part, and one for each of its characters */

/* The next parts one by one. */
static inline __attribute__((always_inline)) uint32_t one_by_one(walker *w, span parts[KEPT], next_part next) {
  for (uint32_t count = 0; count < KEPT; count++) {
    if (!next(w, &parts[count])) {
      w->done = true;
      return count;
    }
    if (!bell_work(w->ctx, PART_WORK + (int64_t)(parts[count].to - parts[count].from))) return 0;
  }
  return KEPT;
}

/* Inlined, so that each op has its walker's code in its loops. */
static inline __attribute__((always_inline)) bell_ref list_of_parts(bell_ctx *ctx, next_parts next, walker start, bool from_right) {
  uint32_t type = ctx->heap->class_lists[BELL_CLASS_STR]; /* 0 where the list becomes one of class any (method.h) */
  const bell_str *s = BELL_STR_AT(ctx, start.string);
  uint64_t count = 0, bytes = 0;
  span kept[KEPT];
  for (walker w = start; !w.done;) {
    uint32_t found = next(&w, kept);
    if (ctx->fault != 0) return 0; /* a search in vain was long, or they are many */
    for (uint32_t i = 0; i < found; i++) bytes += part_bytes(ctx, s, kept[i]);
    start.done = w.done && count == 0; /* they are all kept */
    count += found;
  }
  uint64_t payload = count * 8;
  bytes += BELL_ROUND(sizeof(bell_list)) + (count ? BELL_ROUND(sizeof(bell_buffer) + payload) : 0);
  if (!bell_heap_reserve(ctx, bytes)) return 0;
  bell_ref list_ref = bell_heap_take(ctx, sizeof(bell_list), BELL_LIST, BELL_CLASS_STR, type);
  bell_list *list = BELL_LIST_AT(ctx, list_ref);
  list->length = list->capacity = 0;
  list->data = 0;
  if (count == 0) return list_ref;
  bell_ref buffer = bell_heap_take(ctx, sizeof(bell_buffer) + payload, BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, buffer))->size = BELL_ROUND(sizeof(bell_buffer) + payload) - sizeof(bell_buffer);
  list->length = (int64_t)count;
  list->capacity = (int64_t)((BELL_ROUND(sizeof(bell_buffer) + payload) - sizeof(bell_buffer)) / 8);
  list->data = buffer + sizeof(bell_buffer);
  bell_word *words = bell_at(ctx, list->data);
  if (list->capacity > list->length) words[list->length] = 0;
  uint64_t place = from_right ? count - 1 : 0;
  if (start.done) {
    for (uint64_t i = 0; i < count; i++, place += from_right ? -(uint64_t)1 : 1) words[place] = make_part(ctx, start.string, kept[i]);
    return list_ref;
  }
  for (walker w = start; !w.done;) {
    uint32_t found = next(&w, kept);
    if (ctx->fault != 0) return 0;
    for (uint32_t i = 0; i < found; i++, place += from_right ? -(uint64_t)1 : 1) words[place] = make_part(ctx, start.string, kept[i]);
  }
  return list_ref;
}

/* --- by white space --------------------------------------------------------------------------------------------------------------- */

static inline bool next_word(walker *w, span *part) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string);
  const void *data = bell_str_data(w->ctx, s);
  uint32_t width = s->head.aux, length = s->length;
  uint64_t at = w->at;
  for (; at < length && bell_code_is_space(bell_str_read(data, width, at)); at++) {
    if (!bell_goes_on(w->ctx, at, CODE_WORK)) return false;
  }
  if (at == length) return false;
  uint64_t from = at, to = length;
  if (w->splits) {
    w->splits--;
    for (; at < length && !bell_code_is_space(bell_str_read(data, width, at)); at++) {
      if (!bell_goes_on(w->ctx, at, CODE_WORK)) return false;
    }
    w->at = to = at;
  } else { /* the rest, white space at its end included */
    w->at = length;
  }
  *part = (span){(uint32_t)from, (uint32_t)to};
  return true;
}

static uint32_t next_words(walker *w, span parts[KEPT]) { return one_by_one(w, parts, next_word); }

/* Words of a string of bytes, all of them. Where one begins or ends, a character and the one before differ in whether they are space. */
static uint32_t words_in_blocks(walker *w, span parts[KEPT]) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string);
  const uint8_t *data = bell_str_data(w->ctx, s);
  uint64_t length = s->length, at = w->at;
  uint32_t edges[2 * KEPT], count = 0; /* beginnings and ends by turns */
  bool inside = w->inside;
  if (inside) edges[count++] = (uint32_t)w->from;
  while (at < length && count < 2 * KEPT - BLOCK && at - w->at < BELL_BLOCK) {
    uint64_t left = length - at, word = ~bell_scan_64(data + at, left, BELL_SCAN_SPACE, 0);
    if (left < BLOCK) word &= ((uint64_t)1 << left) - 1;
    for (uint64_t changes = word ^ (word << 1 | inside); changes != 0; changes &= changes - 1) {
      edges[count++] = (uint32_t)at + (uint32_t)__builtin_ctzll(changes);
    }
    inside = word >> 63;
    at += BLOCK;
  }
  w->done = at >= length;
  if (w->done && inside) edges[count++] = (uint32_t)length;
  w->inside = inside && !w->done;
  if (w->inside) w->from = edges[count - 1];
  memcpy(parts, edges, (count & ~1u) * sizeof edges[0]);
  if (!bell_work(w->ctx, PART_WORK / 2 * (int64_t)count + (int64_t)(at - w->at))) return 0;
  w->at = at;
  return count / 2;
}

static inline bool next_word_back(walker *w, span *part) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string);
  const void *data = bell_str_data(w->ctx, s);
  uint32_t width = s->head.aux;
  uint64_t at = w->at;
  for (; at > 0 && bell_code_is_space(bell_str_read(data, width, at - 1)); at--) {
    if (!bell_goes_on(w->ctx, at, CODE_WORK)) return false;
  }
  if (at == 0) return false;
  uint64_t from = 0, to = at;
  if (w->splits) {
    w->splits--;
    for (; at > 0 && !bell_code_is_space(bell_str_read(data, width, at - 1)); at--) {
      if (!bell_goes_on(w->ctx, at, CODE_WORK)) return false;
    }
    w->at = from = at;
  } else {
    w->at = 0;
  }
  *part = (span){(uint32_t)from, (uint32_t)to};
  return true;
}

static uint32_t next_words_back(walker *w, span parts[KEPT]) { return one_by_one(w, parts, next_word_back); }

static uint64_t split_limit(int64_t max) { return max < 0 ? UINT64_MAX : (uint64_t)max; }

bell_word bell_str_split(bell_ctx *ctx, bell_word a, int64_t max) {
  if (!bell_charge(ctx, BELL_STR_AT(ctx, a)->length / 16)) return 0;
  walker start = {.ctx = ctx, .string = a, .splits = split_limit(max)};
  if (max < 0 && BELL_STR_AT(ctx, a)->head.aux == 1) return list_of_parts(ctx, words_in_blocks, start, false);
  return list_of_parts(ctx, next_words, start, false);
}

bell_word bell_str_rsplit(bell_ctx *ctx, bell_word a, int64_t max) {
  uint32_t length = BELL_STR_AT(ctx, a)->length;
  if (!bell_charge(ctx, length / 16)) return 0;
  return list_of_parts(ctx, next_words_back, (walker){.ctx = ctx, .string = a, .at = length, .splits = split_limit(max)}, true);
}

/* --- by a separator --------------------------------------------------------------------------------------------------------------- */

static inline bool next_between(walker *w, span *part) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string), *separator = BELL_STR_AT(w->ctx, w->separator);
  if (w->at > s->length) return false;
  uint64_t found = w->splits ? bell_str_search(w->ctx, s, separator, w->at, s->length) : BELL_NOT_FOUND;
  bool last = found == BELL_NOT_FOUND;
  *part = (span){(uint32_t)w->at, last ? s->length : (uint32_t)found};
  w->at = last ? (uint64_t)s->length + 1 : found + separator->length;
  w->splits--;
  return true;
}

static uint32_t next_parts_between(walker *w, span parts[KEPT]) { return one_by_one(w, parts, next_between); }

/* The same for a string of bytes and a separator of one, all of it. */
static uint32_t between_in_blocks(walker *w, span parts[KEPT]) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string);
  const uint8_t *data = bell_str_data(w->ctx, s), code = *(const uint8_t *)bell_str_data(w->ctx, BELL_STR_AT(w->ctx, w->separator));
  uint64_t length = s->length, at = w->at;
  uint32_t from = (uint32_t)w->from, count = 0;
  while (at < length && count < KEPT - BLOCK && at - w->at < BELL_BLOCK) {
    for (uint64_t found = bell_scan_64(data + at, length - at, BELL_SCAN_CODE, code); found != 0; found &= found - 1) {
      uint32_t to = (uint32_t)at + (uint32_t)__builtin_ctzll(found);
      parts[count++] = (span){from, to};
      from = to + 1;
    }
    at += BLOCK;
  }
  w->done = at >= length;
  if (w->done) parts[count++] = (span){from, (uint32_t)length};
  w->from = from;
  if (!bell_work(w->ctx, PART_WORK * (int64_t)count + (int64_t)(at - w->at))) return 0;
  w->at = at;
  return count;
}

static inline bool next_between_back(walker *w, span *part) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string), *separator = BELL_STR_AT(w->ctx, w->separator);
  if (w->at == BELL_NOT_FOUND) return false;
  uint64_t found = w->splits ? bell_str_search_back(w->ctx, s, separator, 0, w->at) : BELL_NOT_FOUND;
  *part = (span){found == BELL_NOT_FOUND ? 0 : (uint32_t)found + separator->length, (uint32_t)w->at};
  w->at = found;
  w->splits--;
  return true;
}

static uint32_t next_parts_between_back(walker *w, span parts[KEPT]) { return one_by_one(w, parts, next_between_back); }

bell_word bell_str_split_by(bell_ctx *ctx, bell_word a, bell_word b, int64_t max) {
  if (!bell_charge(ctx, BELL_STR_AT(ctx, a)->length / 16)) return 0;
  if (BELL_STR_AT(ctx, b)->length == 0) return bell_fault(ctx, 715);
  walker start = {.ctx = ctx, .string = a, .separator = b, .splits = split_limit(max)};
  const bell_str *separator = BELL_STR_AT(ctx, b);
  if (max < 0 && separator->length == 1 && separator->head.aux == 1 && BELL_STR_AT(ctx, a)->head.aux == 1)
    return list_of_parts(ctx, between_in_blocks, start, false);
  return list_of_parts(ctx, next_parts_between, start, false);
}

bell_word bell_str_rsplit_by(bell_ctx *ctx, bell_word a, bell_word b, int64_t max) {
  uint32_t length = BELL_STR_AT(ctx, a)->length;
  if (!bell_charge(ctx, length / 16)) return 0;
  if (BELL_STR_AT(ctx, b)->length == 0) return bell_fault(ctx, 715);
  walker start = {.ctx = ctx, .string = a, .separator = b, .at = length, .splits = split_limit(max)};
  return list_of_parts(ctx, next_parts_between_back, start, true);
}

/* --- lines ------------------------------------------------------------------------------------------------------------------------ */

static inline bool next_line(walker *w, span *part) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string);
  const void *data = bell_str_data(w->ctx, s);
  uint32_t width = s->head.aux, length = s->length;
  uint64_t from = w->at, to = from;
  if (from == length) return false;
  for (; to < length && !bell_code_is_line_break(bell_str_read(data, width, to)); to++) {
    if (!bell_goes_on(w->ctx, to, CODE_WORK)) return false;
  }
  uint64_t end = to;
  if (end < length) end += bell_str_read(data, width, end) == '\r' && end + 1 < length && bell_str_read(data, width, end + 1) == '\n' ? 2 : 1;
  w->at = end;
  *part = (span){(uint32_t)from, (uint32_t)(w->keep_ends ? end : to)};
  return true;
}

static uint32_t next_lines(walker *w, span parts[KEPT]) { return one_by_one(w, parts, next_line); }

/* Lines of a string of bytes. */
static uint32_t lines_in_blocks(walker *w, span parts[KEPT]) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string);
  const uint8_t *data = bell_str_data(w->ctx, s);
  uint64_t length = s->length, at = w->at, from = w->from;
  uint32_t count = 0;
  while (at < length && count < KEPT - BLOCK && at - w->at < BELL_BLOCK) {
    for (uint64_t breaks = bell_scan_64(data + at, length - at, BELL_SCAN_BREAK, 0); breaks != 0; breaks &= breaks - 1) {
      uint64_t to = at + (uint64_t)__builtin_ctzll(breaks), end = to + 1;
      if (to < from) continue; /* the second of two that are one */
      if (data[to] == '\r' && end < length && data[end] == '\n') end++;
      parts[count++] = (span){(uint32_t)from, (uint32_t)(w->keep_ends ? end : to)};
      from = end;
    }
    at += BLOCK;
  }
  w->done = at >= length;
  if (w->done && from < length) parts[count++] = (span){(uint32_t)from, (uint32_t)length};
  w->from = from;
  if (!bell_work(w->ctx, PART_WORK * (int64_t)count + (int64_t)(at - w->at))) return 0;
  w->at = at;
  return count;
}

bell_word bell_str_splitlines(bell_ctx *ctx, bell_word a, int64_t keep_ends) {
  if (!bell_charge(ctx, BELL_STR_AT(ctx, a)->length / 16)) return 0;
  walker start = {.ctx = ctx, .string = a, .keep_ends = keep_ends != 0};
  return BELL_STR_AT(ctx, a)->head.aux == 1 ? list_of_parts(ctx, lines_in_blocks, start, false) : list_of_parts(ctx, next_lines, start, false);
}

/* --- partition -------------------------------------------------------------------------------------------------------------------- */

static bell_word tuple_of_parts(bell_ctx *ctx, bell_word a, bell_word b, uint64_t found, bool from_right) {
  uint32_t type = bell_type_tuple_of_3_str(ctx), own = type == 0; /* slots of a tuple's own: its length */
  const bell_str *s = BELL_STR_AT(ctx, a);
  uint64_t length = s->length;
  bool there = found != BELL_NOT_FOUND;
  uint64_t behind = there ? found + BELL_STR_AT(ctx, b)->length : 0;
  span parts[3] = {{0, (uint32_t)found}, {0, 0}, {(uint32_t)behind, (uint32_t)length}}; /* the middle is the separator itself when it is there */
  if (!there) {
    span whole = {0, (uint32_t)length}, none = {0, 0};
    parts[0] = from_right ? none : whole;
    parts[2] = from_right ? whole : none;
  }
  uint64_t bytes = BELL_ROUND(sizeof(bell_tuple) + 24 + 8 * own);
  for (int i = 0; i < 3; i++) bytes += there && i == 1 ? 0 : part_bytes(ctx, s, parts[i]);
  if (!bell_reserve(ctx, bytes)) return 0;
  bell_ref made = bell_alloc(ctx, sizeof(bell_tuple) + 24 + 8 * own, BELL_TUPLE, 0, type);
  if (own) BELL_TUPLE_AT(ctx, made)->slots[0] = 3;
  for (int i = 0; i < 3; i++) {
    bell_word part = there && i == 1 ? b : bell_str_part(ctx, a, parts[i].from, parts[i].to);
    BELL_TUPLE_AT(ctx, made)->slots[i + (int)own] = part;
  }
  return made;
}

bell_word bell_str_partition(bell_ctx *ctx, bell_word a, bell_word b) {
  const bell_str *s = BELL_STR_AT(ctx, a), *separator = BELL_STR_AT(ctx, b);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  if (separator->length == 0) return bell_fault(ctx, 715);
  return tuple_of_parts(ctx, a, b, bell_str_search(ctx, s, separator, 0, s->length), false);
}

bell_word bell_str_rpartition(bell_ctx *ctx, bell_word a, bell_word b) {
  const bell_str *s = BELL_STR_AT(ctx, a), *separator = BELL_STR_AT(ctx, b);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  if (separator->length == 0) return bell_fault(ctx, 715);
  return tuple_of_parts(ctx, a, b, bell_str_search_back(ctx, s, separator, 0, s->length), true);
}
