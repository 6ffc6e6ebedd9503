/* Strings into lists and tuples of strings: split and its kin, splitlines, partition.
 *
 * Every op walks the string with a walker: first to count the parts and the bytes they need, which are then reserved at once; then to make
 * them. So nothing is collected in between, and nothing half-made needs a root. The places of a few parts are kept from the first walk, which
 * are all there are in most lines; where there are more, the same walk is taken again. */
#include "runtime/heap.h"
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/str_copy.h"
#include "runtime/str_search.h"
#include "runtime/unicode.h"

#define KEPT 32 /* parts whose places are kept */
#define NEAR 16 /* characters looked at one by one for a separator */

typedef struct { uint64_t from, to; } span;

/* A walk over the parts of a string. A `next_part` gives them one after the other, from the left or from the right, until it returns false. */
typedef struct {
  bell_ctx *ctx;
  bell_ref string, separator;
  uint64_t at;     /* from here on, or (from the right) up to here, the string is not yet split */
  uint64_t splits; /* left to do */
  bool keep_ends, done;
} walker;

typedef bool next_part(walker *w, span *part);

static inline uint64_t part_bytes(const bell_ctx *ctx, const bell_str *s, span part) {
  uint64_t length = part.to - part.from;
  if (length == s->length) return 0; /* the string itself */
  if (s->head.flags & BELL_STR_ASCII) return length == 1 ? 0 : bell_str_bytes(length, 1);
  if (length == 1 && bell_str_code(ctx, s, part.from) < 256) return 0;
  return bell_str_bytes(length, bell_str_width(bell_str_seen(ctx, s, part.from, part.to)));
}

/* As bell_str_part, which this spares the call for most. */
static inline bell_ref make_part(bell_ctx *ctx, bell_ref ref, span part) {
  const bell_str *s = BELL_STR_AT(ctx, ref);
  uint64_t length = part.to - part.from;
  if (!(s->head.flags & BELL_STR_ASCII) || length == s->length || length == 1) return bell_str_part(ctx, ref, part.from, part.to);
  bell_ref made = bell_heap_take(ctx, sizeof(bell_str) + length, BELL_STR, 1, 0);
  bell_str *t = BELL_STR_AT(ctx, made);
  t->head.flags = BELL_STR_ASCII;
  t->length = (uint32_t)length;
  t->hash = 0;
  t->data = made + sizeof(bell_str);
  bell_copy_bytes((uint8_t *)(t + 1), (const uint8_t *)bell_str_data(ctx, s) + part.from, length);
  return made;
}

#define PART_WORK 16 /* nanoseconds for a part, and one for each of its characters */

static bool work_on(bell_ctx *ctx, span part) { return bell_work(ctx, PART_WORK + (int64_t)(part.to - part.from)); }

/* Inlined, so that each op has its walker's code in its loops. */
static inline __attribute__((always_inline)) bell_ref list_of_parts(bell_ctx *ctx, next_part next, walker start, bool from_right) {
  uint32_t type = ctx->heap->class_lists[BELL_CLASS_STR]; /* 0 where the list becomes one of class any (method.h) */
  const bell_str *s = BELL_STR_AT(ctx, start.string);
  uint64_t count = 0, bytes = 0;
  span part, kept[KEPT];
  for (walker w = start; next(&w, &part); count++) {
    bytes += part_bytes(ctx, s, part);
    if (count < KEPT) kept[count] = part;
    if (!work_on(ctx, part)) return 0;
  }
  if (ctx->fault != 0) return 0; /* a search in vain was long */
  uint64_t payload = count * 8;
  bytes += BELL_ROUND(sizeof(bell_list)) + (count ? BELL_ROUND(sizeof(bell_buffer) + payload) : 0);
  if (!bell_reserve(ctx, bytes)) return 0;
  bell_ref list_ref = bell_alloc(ctx, sizeof(bell_list), BELL_LIST, BELL_CLASS_STR, type);
  bell_list *list = BELL_LIST_AT(ctx, list_ref);
  if (count == 0) return list_ref;
  bell_ref buffer = bell_heap_take(ctx, sizeof(bell_buffer) + payload, BELL_BUFFER, 0, 0);
  ((bell_buffer *)bell_at(ctx, buffer))->size = BELL_ROUND(sizeof(bell_buffer) + payload) - sizeof(bell_buffer);
  list->length = (int64_t)count;
  list->capacity = (int64_t)((BELL_ROUND(sizeof(bell_buffer) + payload) - sizeof(bell_buffer)) / 8);
  list->data = buffer + sizeof(bell_buffer);
  bell_word *words = bell_at(ctx, list->data);
  if (list->capacity > list->length) words[list->length] = 0;
  s = BELL_STR_AT(ctx, start.string);
  uint64_t place = from_right ? count - 1 : 0;
  if (count <= KEPT) {
    for (uint64_t i = 0; i < count; i++, place += from_right ? -(uint64_t)1 : 1) words[place] = make_part(ctx, start.string, kept[i]);
    return list_ref;
  }
  for (walker w = start; next(&w, &part); place += from_right ? -(uint64_t)1 : 1) {
    words[place] = make_part(ctx, start.string, part);
    if (!work_on(ctx, part)) return 0;
  }
  return list_ref;
}

/* The first byte from `at` on that is below `bound`, which is at most 128, or `length`; eight at a time. Bytes from 128 on are not below it. */
static inline uint64_t first_below(const uint8_t *data, uint64_t at, uint64_t length, uint8_t bound) {
  const uint64_t low = 0x0101010101010101u, high = 0x8080808080808080u;
  for (; at + 8 <= length; at += 8) {
    uint64_t word;
    memcpy(&word, data + at, 8);
    word = (word - low * bound) & ~word & high; /* the lowest bit is exact */
    if (word) return at + ((uint64_t)__builtin_ctzll(word) >> 3);
  }
  while (at < length && data[at] >= bound) at++;
  return at;
}

/* --- by white space --------------------------------------------------------------------------------------------------------------- */

static inline bool next_word(walker *w, span *part) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string);
  const void *data = bell_str_data(w->ctx, s);
  uint32_t width = s->head.aux, length = s->length;
  uint64_t at = w->at;
  if (s->head.flags & BELL_STR_ASCII && w->splits) { /* white space is at most ' ' */
    const uint8_t *ascii = data;
    while (at < length && bell_ascii_flags[ascii[at]] & BELL_CODE_SPACE) at++;
    if (at == length) return false;
    part->from = at;
    do at = first_below(ascii, at + 1, length, ' ' + 1);
    while (at < length && !(bell_ascii_flags[ascii[at]] & BELL_CODE_SPACE));
    w->splits--;
    w->at = part->to = at;
    return true;
  }
  while (at < length && bell_code_is_space(bell_str_read(data, width, at))) at++;
  if (at == length) return false;
  uint64_t from = at, to = length;
  if (w->splits) {
    w->splits--;
    while (at < length && !bell_code_is_space(bell_str_read(data, width, at))) at++;
    w->at = to = at;
  } else { /* the rest, white space at its end included */
    w->at = length;
  }
  *part = (span){from, to};
  return true;
}

static inline bool next_word_back(walker *w, span *part) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string);
  const void *data = bell_str_data(w->ctx, s);
  uint32_t width = s->head.aux;
  uint64_t at = w->at;
  while (at > 0 && bell_code_is_space(bell_str_read(data, width, at - 1))) at--;
  if (at == 0) return false;
  uint64_t from = 0, to = at;
  if (w->splits) {
    w->splits--;
    while (at > 0 && !bell_code_is_space(bell_str_read(data, width, at - 1))) at--;
    w->at = from = at;
  } else {
    w->at = 0;
  }
  *part = (span){from, to};
  return true;
}

static uint64_t split_limit(int64_t max) { return max < 0 ? UINT64_MAX : (uint64_t)max; }

bell_word bell_str_split(bell_ctx *ctx, bell_word a, int64_t max) {
  if (!bell_charge(ctx, BELL_STR_AT(ctx, a)->length / 16)) return 0;
  return list_of_parts(ctx, next_word, (walker){.ctx = ctx, .string = a, .splits = split_limit(max)}, false);
}

bell_word bell_str_rsplit(bell_ctx *ctx, bell_word a, int64_t max) {
  uint32_t length = BELL_STR_AT(ctx, a)->length;
  if (!bell_charge(ctx, length / 16)) return 0;
  return list_of_parts(ctx, next_word_back, (walker){.ctx = ctx, .string = a, .at = length, .splits = split_limit(max)}, true);
}

/* --- by a separator --------------------------------------------------------------------------------------------------------------- */

static inline bool next_between(walker *w, span *part) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string), *separator = BELL_STR_AT(w->ctx, w->separator);
  if (w->done) return false;
  if (separator->length == 1 && s->head.aux == 1 && separator->head.aux == 1 && w->splits) {
    /* Parts are short: a look at the next bytes is cheaper than the call of a search. */
    const uint8_t *data = bell_str_data(w->ctx, s), code = *(const uint8_t *)bell_str_data(w->ctx, separator);
    uint64_t at = w->at, near = at + NEAR < s->length ? at + NEAR : s->length;
    while (at < near && data[at] != code) at++;
    if (at == near && at < s->length) {
      const uint8_t *found = memchr(data + at, code, s->length - at);
      at = found ? (uint64_t)(found - data) : s->length;
    }
    *part = (span){w->at, at};
    w->done = at == s->length;
    w->at = at + 1;
    w->splits--;
    return true;
  }
  uint64_t found = w->splits ? bell_str_search(w->ctx, s, separator, w->at, s->length) : BELL_NOT_FOUND;
  w->done = found == BELL_NOT_FOUND;
  *part = (span){w->at, w->done ? s->length : found};
  w->at = found + separator->length;
  w->splits--;
  return true;
}

static inline bool next_between_back(walker *w, span *part) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string), *separator = BELL_STR_AT(w->ctx, w->separator);
  if (w->done) return false;
  uint64_t found = w->splits ? bell_str_search_back(w->ctx, s, separator, 0, w->at) : BELL_NOT_FOUND;
  w->done = found == BELL_NOT_FOUND;
  *part = (span){w->done ? 0 : found + separator->length, w->at};
  w->at = found;
  w->splits--;
  return true;
}

bell_word bell_str_split_by(bell_ctx *ctx, bell_word a, bell_word b, int64_t max) {
  if (!bell_charge(ctx, BELL_STR_AT(ctx, a)->length / 16)) return 0;
  if (BELL_STR_AT(ctx, b)->length == 0) return bell_fault(ctx, 715);
  return list_of_parts(ctx, next_between, (walker){.ctx = ctx, .string = a, .separator = b, .splits = split_limit(max)}, false);
}

bell_word bell_str_rsplit_by(bell_ctx *ctx, bell_word a, bell_word b, int64_t max) {
  uint32_t length = BELL_STR_AT(ctx, a)->length;
  if (!bell_charge(ctx, length / 16)) return 0;
  if (BELL_STR_AT(ctx, b)->length == 0) return bell_fault(ctx, 715);
  walker start = {.ctx = ctx, .string = a, .separator = b, .at = length, .splits = split_limit(max)};
  return list_of_parts(ctx, next_between_back, start, true);
}

/* --- lines ------------------------------------------------------------------------------------------------------------------------ */

static inline bool next_line(walker *w, span *part) {
  const bell_str *s = BELL_STR_AT(w->ctx, w->string);
  const void *data = bell_str_data(w->ctx, s);
  uint32_t width = s->head.aux, length = s->length;
  uint64_t from = w->at, to = from;
  if (from == length) return false;
  if (s->head.flags & BELL_STR_ASCII) { /* line breaks are below ' ' */
    to = first_below(data, to, length, ' ');
    while (to < length && !(bell_ascii_flags[((const uint8_t *)data)[to]] & BELL_CODE_LINE_BREAK)) to = first_below(data, to + 1, length, ' ');
  } else {
    while (to < length && !bell_code_is_line_break(bell_str_read(data, width, to))) to++;
  }
  uint64_t end = to;
  if (end < length) end += bell_str_read(data, width, end) == '\r' && end + 1 < length && bell_str_read(data, width, end + 1) == '\n' ? 2 : 1;
  w->at = end;
  *part = (span){from, w->keep_ends ? end : to};
  return true;
}

bell_word bell_str_splitlines(bell_ctx *ctx, bell_word a, int64_t keep_ends) {
  if (!bell_charge(ctx, BELL_STR_AT(ctx, a)->length / 16)) return 0;
  return list_of_parts(ctx, next_line, (walker){.ctx = ctx, .string = a, .keep_ends = keep_ends != 0}, false);
}

/* --- partition -------------------------------------------------------------------------------------------------------------------- */

static bell_word tuple_of_parts(bell_ctx *ctx, bell_word a, bell_word b, uint64_t found, bool from_right) {
  uint32_t type = bell_type_tuple_of_3_str(ctx), own = type == 0; /* slots of a tuple's own: its length */
  const bell_str *s = BELL_STR_AT(ctx, a);
  uint64_t length = s->length;
  bool there = found != BELL_NOT_FOUND;
  uint64_t behind = there ? found + BELL_STR_AT(ctx, b)->length : 0;
  span parts[3] = {{0, found}, {0, 0}, {behind, length}}; /* the middle is the separator itself when it is there */
  if (!there) {
    span whole = {0, length}, none = {0, 0};
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
