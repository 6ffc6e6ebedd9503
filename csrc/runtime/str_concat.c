/* Strings made of strings: concatenation, repetition, joining. */
#include "runtime/byte_scan.h"
#include "runtime/heap.h"
#include "runtime/number.h"
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/str_buffer.h"
#include "runtime/str_copy.h"

/* Results of at least this many bytes, whose left part is the longer one, get a buffer with room behind them. */
#define APPEND_BYTES_MIN 256
#define PARTS 4096    /* of a list, between two counts of work */
#define PART_WORK 8   /* nanoseconds */
#define LENGTHS_AHEAD 32 /* strings of a list whose headers are on their way while the lengths of others are added */
#define AHEAD 8 /* strings of a list that are on their way from memory while others are copied */

static inline uint32_t seen_of(const bell_str *s) { /* enough to know width and ASCII of a result */
  return s->head.flags & BELL_STR_ASCII ? 0 : s->head.aux == 1 ? 0x80 : s->head.aux == 2 ? 0x100 : 0x10000;
}

/* Bytes of room for a string of `bytes` that was just appended to: a quarter at first, as there may be no next time; as much again, or half
 * for large ones, once there was one. */
static uint64_t growth(uint64_t bytes, bool again) { return !again ? bytes / 4 : bytes < 1 << 20 ? bytes : bytes / 2; }

/* What strings are made of: `count` strs, or tagged words that are strs and ints where `tagged` is set. */
typedef struct { const bell_word *words; int64_t count; bool tagged; } bell_parts;

static inline bool part_is_int(const bell_ctx *ctx, bell_parts parts, bell_word word, int64_t *value) {
  if (!parts.tagged) return false;
  if (word & 1) {
    *value = (int64_t)word >> 1;
    return true;
  }
  if (BELL_HEAD_AT(ctx, word)->kind != BELL_INT) return false;
  *value = BELL_BOX_AT(ctx, word)->i;
  return true;
}

/* Copy a string of bytes to where all up to `end` is to be written. Returns false when the run is to end. */
static inline bool put_bytes(bell_ctx *ctx, uint8_t *to, const bell_str *s, const uint8_t *end) {
  if (s->length > BELL_BLOCK) return bell_str_copy_blocks(ctx, to, 1, bell_str_data(ctx, s), 1, s->length);
  bell_copy_over(to, bell_str_data(ctx, s), s->length, end);
  return true;
}

/* Write the parts from `first` on, one after the other, in the width of the result, at `to`; all up to `end` is theirs. Returns false when the run is
 * to end. */
static inline __attribute__((always_inline)) bool write_parts(bell_ctx *ctx, uint8_t *to, const uint8_t *end, uint32_t width, bell_parts parts, int64_t first) {
  for (int64_t i = first; i < parts.count; i++) {
    int64_t value;
    if (part_is_int(ctx, parts, parts.words[i], &value)) {
      if (width == 1) {
        to += bell_int_write((char *)to, value);
      } else {
        char digits[BELL_INT_CHARACTERS_MAX];
        size_t size = bell_int_write(digits, value);
        bell_str_copy(to, width, digits, 1, size);
        to += size * width;
      }
    } else {
      const bell_str *s = BELL_STR_AT(ctx, parts.words[i]);
      bool done = width == 1 ? put_bytes(ctx, to, s, end) : bell_str_copy_long(ctx, to, width, bell_str_data(ctx, s), s->head.aux, s->length);
      if (!done) return false;
      to += (uint64_t)s->length * width;
    }
  }
  return true;
}

/* The first part, a str of at least half the result, and the others behind it: in place where it is the last view of a buffer with room. */
static bell_ref append(bell_ctx *ctx, bell_parts parts, uint64_t length, uint32_t seen) {
  bell_word a = parts.words[0];
  const bell_str *s = BELL_STR_AT(ctx, a);
  uint32_t width = bell_str_width(seen);
  uint64_t left_bytes = (uint64_t)s->length * width, right_bytes = length * width - left_bytes;
  bool last = false;
  bell_ref buffer_ref = 0;
  if (s->head.flags & BELL_STR_VIEW && s->head.aux == width) {
    buffer_ref = ((const bell_str_view *)s)->owner;
    const bell_str_buffer *buffer = bell_at(ctx, buffer_ref);
    last = s->data + left_bytes == buffer_ref + sizeof(bell_str_buffer) + buffer->used && !(buffer->head.flags & BELL_PERMANENT);
    if (last && bell_str_buffer_room(buffer) >= right_bytes) {
      if (!bell_heap_reserve(ctx, BELL_STR_VIEW_BYTES)) return 0;
      bell_str_buffer *mine = bell_at(ctx, buffer_ref);
      uint64_t start = BELL_STR_AT(ctx, a)->data;
      if (!write_parts(ctx, ctx->base + start + left_bytes, ctx->base + buffer_ref + sizeof(bell_buffer) + mine->size, width, parts, 1)) return 0;
      mine->used += right_bytes;
      return bell_str_view_alloc(ctx, buffer_ref, start, length, seen);
    }
  }
  uint64_t capacity = left_bytes + right_bytes + growth(left_bytes + right_bytes, last);
  if (!bell_heap_reserve(ctx, bell_str_buffer_bytes(capacity) + BELL_STR_VIEW_BYTES)) return 0;
  bell_ref made = bell_str_buffer_alloc(ctx, capacity);
  if (!write_parts(ctx, bell_at(ctx, made + sizeof(bell_str_buffer)), bell_free_end(ctx), width, parts, 0)) return 0;
  ((bell_str_buffer *)bell_at(ctx, made))->used = left_bytes + right_bytes;
  return bell_str_view_alloc(ctx, made, made + sizeof(bell_str_buffer), length, seen);
}

/* All parts as one string of `length` characters. */
static inline bell_word put_together(bell_ctx *ctx, bell_parts parts, uint64_t length, uint32_t seen) {
  if (length > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  uint32_t width = bell_str_width(seen);
  int64_t value;
  if (length * width >= APPEND_BYTES_MIN && !part_is_int(ctx, parts, parts.words[0], &value) &&
      BELL_STR_AT(ctx, parts.words[0])->length >= length - BELL_STR_AT(ctx, parts.words[0])->length)
    return append(ctx, parts, length, seen);
  if (!bell_heap_reserve(ctx, bell_str_bytes(length, width))) return 0;
  bell_ref made = bell_str_alloc(ctx, length, seen);
  return write_parts(ctx, bell_at(ctx, made + sizeof(bell_str)), bell_free_end(ctx), width, parts, 0) ? made : 0;
}

bell_word bell_str_concat(bell_ctx *ctx, bell_word a, bell_word b) {
  const bell_str *s = BELL_STR_AT(ctx, a), *t = BELL_STR_AT(ctx, b);
  uint64_t length = (uint64_t)s->length + t->length;
  if (!bell_charge(ctx, (int64_t)(length / 16))) return 0;
  if (t->length == 0) return a;
  if (s->length == 0) return b;
  bell_word words[] = {a, b};
  return put_together(ctx, (bell_parts){words, 2, false}, length, seen_of(s) | seen_of(t));
}

bell_word bell_str_build(bell_ctx *ctx, const bell_word *words, int64_t count) {
  uint64_t length = 0;
  uint32_t seen = 0;
  for (int64_t i = 0; i < count; i++) {
    const bell_str *s = BELL_STR_AT(ctx, words[i]);
    length += s->length;
    seen |= seen_of(s);
  }
  if (!bell_charge(ctx, (int64_t)(length / 16))) return 0;
  if (count == 1) return words[0];
  return put_together(ctx, (bell_parts){words, count, false}, length, seen);
}

bell_word bell_str_compose(bell_ctx *ctx, const bell_word *words, int64_t count) {
  bell_parts parts = {words, count, true};
  uint64_t length = 0;
  uint32_t seen = 0;
  for (int64_t i = 0; i < count; i++) {
    int64_t value;
    if (!(words[i] & 1) && (!bell_is_ref(words[i]) || (BELL_HEAD_AT(ctx, words[i])->kind != BELL_STR && BELL_HEAD_AT(ctx, words[i])->kind != BELL_INT)))
      return bell_fault(ctx, 1201);
    if (part_is_int(ctx, parts, words[i], &value)) {
      length += bell_int_characters(value);
    } else {
      const bell_str *s = BELL_STR_AT(ctx, words[i]);
      length += s->length;
      seen |= seen_of(s);
    }
  }
  if (!bell_charge(ctx, (int64_t)(length / 16))) return 0;
  return put_together(ctx, parts, length, seen);
}

bell_word bell_str_repeat(bell_ctx *ctx, bell_word a, int64_t count) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  unsigned __int128 length = count > 0 ? (unsigned __int128)s->length * (uint64_t)count : 0;
  unsigned __int128 units = length / 16;
  if (!bell_charge(ctx, units > INT64_MAX ? INT64_MAX : (int64_t)units)) return 0;
  if (count == 1 || s->length == 0) return a;
  if (length > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  uint32_t width = s->head.aux, seen = seen_of(s);
  if (length == 0) width = 1, seen = 0;
  if (!bell_heap_reserve(ctx, bell_str_bytes((uint64_t)length, width))) return 0;
  bell_ref made = bell_str_alloc(ctx, (uint64_t)length, seen);
  s = BELL_STR_AT(ctx, a);
  uint8_t *to = bell_at(ctx, made + sizeof(bell_str));
  uint64_t bytes = (uint64_t)length * width, done = (uint64_t)s->length * width;
  if (bytes == 0) return made;
  if (done == 1) {
    return bell_str_fill_blocks(ctx, to, 1, bytes, *(const uint8_t *)bell_str_data(ctx, s)) ? made : 0;
  }
  if (!bell_str_copy_long(ctx, to, width, bell_str_data(ctx, s), width, s->length)) return 0;
  while (done < bytes) { /* doubling what is there */
    uint64_t step = done < bytes - done ? done : bytes - done;
    bell_move_long(ctx, to + done, to, step);
    if (ctx->fault != 0) return 0;
    done += step;
  }
  return made;
}

/* Write strings of bytes with a separator between them. Returns false when the run is to end. */
static bool join_bytes(bell_ctx *ctx, const bell_str *separator, const bell_word *words, int64_t count, uint8_t *to) {
  const uint8_t *end = bell_free_end(ctx), *base = ctx->base, *between = base + separator->data;
  uint64_t between_size = separator->length;
  bool one = between_size == 1;
  uint8_t code = one ? *between : 0;
  for (int64_t i = 0; i < count; i++) {
    if (i + AHEAD < count) { /* the header is there, but for long lists; the characters begin beside it */
      const uint8_t *coming = base + words[i + AHEAD];
      __builtin_prefetch(coming);
      __builtin_prefetch(coming + 64);
      __builtin_prefetch(coming + 128);
    }
    const bell_str *s = (const bell_str *)(base + words[i]);
    uint64_t size = s->length;
    if (i > 0) {
      if (one) {
        *to++ = code;
      } else {
        if (!put_bytes(ctx, to, separator, end)) return false;
        to += between_size;
      }
    }
    if (!put_bytes(ctx, to, s, end)) return false;
    to += size;
    if ((i & (PARTS - 1)) == PARTS - 1 && !bell_work(ctx, PARTS * PART_WORK)) return false;
  }
  return true;
}

bell_word bell_str_join(bell_ctx *ctx, bell_word a, bell_word b) {
  const bell_str *separator = BELL_STR_AT(ctx, a);
  const bell_list *list = BELL_LIST_AT(ctx, b);
  const bell_word *words = list->length ? bell_at(ctx, list->data) : NULL;
  int64_t count = list->length;
  uint64_t length = count > 1 ? (uint64_t)separator->length * (uint64_t)(count - 1) : 0;
  uint32_t seen = count > 1 ? seen_of(separator) : 0;
  for (int64_t i = 0; i < count; i++) {
    if (i + LENGTHS_AHEAD < count) __builtin_prefetch(bell_at(ctx, words[i + LENGTHS_AHEAD]));
    const bell_str *s = BELL_STR_AT(ctx, words[i]);
    length += s->length;
    seen |= seen_of(s);
    if ((i & (PARTS - 1)) == PARTS - 1 && !bell_work(ctx, PARTS * PART_WORK)) return 0;
  }
  if (!bell_charge(ctx, (int64_t)(length / 16) + count / 4)) return 0;
  if (count == 1) return words[0];
  if (length > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  uint32_t width = bell_str_width(seen);
  if (!bell_heap_reserve(ctx, bell_str_bytes(length, width))) return 0;
  bell_ref made = bell_str_alloc(ctx, length, seen);
  separator = BELL_STR_AT(ctx, a);
  list = BELL_LIST_AT(ctx, b);
  words = count ? bell_at(ctx, list->data) : NULL;
  uint8_t *to = bell_at(ctx, made + sizeof(bell_str));
  if (width == 1) return join_bytes(ctx, separator, words, count, to) ? made : 0;
  for (int64_t i = 0; i < count; i++) {
    if (i) {
      if (!bell_str_copy_long(ctx, to, width, bell_str_data(ctx, separator), separator->head.aux, separator->length)) return 0;
      to += (uint64_t)separator->length * width;
    }
    if (i + AHEAD < count) __builtin_prefetch(bell_at(ctx, words[i + AHEAD]));
    const bell_str *s = BELL_STR_AT(ctx, words[i]);
    if (!bell_str_copy_long(ctx, to, width, bell_str_data(ctx, s), s->head.aux, s->length)) return 0;
    if ((i & (PARTS - 1)) == PARTS - 1 && !bell_work(ctx, PARTS * PART_WORK)) return 0;
    to += (uint64_t)s->length * width;
  }
  return made;
}
