/* Making, reading, comparing and hashing strings; see str.h for the invariants. */
#include "runtime/str.h"

#include "runtime/byte_scan.h"
#include "runtime/heap.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/str_buffer.h"
#include "runtime/str_copy.h"
#include "runtime/str_equal.h"

/* --- making ------------------------------------------------------------------------------------------------------------------- */

bell_ref bell_str_alloc(bell_ctx *ctx, uint64_t length, uint32_t seen) {
  uint32_t width = bell_str_width(seen);
  bell_ref ref = bell_heap_take(ctx, sizeof(bell_str) + length * width, BELL_STR, (uint16_t)width, 0);
  bell_str *s = BELL_STR_AT(ctx, ref);
  if (seen < 128) s->head.flags |= BELL_STR_ASCII;
  s->length = (uint32_t)length;
  s->hash = 0;
  s->data = ref + sizeof(bell_str);
  return ref;
}

bell_ref bell_str_buffer_alloc(bell_ctx *ctx, uint64_t capacity) {
  uint64_t bytes = bell_str_buffer_bytes(capacity);
  bell_ref ref = bell_heap_take(ctx, bytes, BELL_BUFFER, 0, 0);
  bell_str_buffer *buffer = bell_at(ctx, ref);
  buffer->size = bytes - sizeof(bell_buffer);
  buffer->used = 0;
  return ref;
}

bell_ref bell_str_view_alloc(bell_ctx *ctx, bell_ref buffer, uint64_t data, uint64_t length, uint32_t seen) {
  bell_ref ref = bell_heap_take(ctx, sizeof(bell_str_view), BELL_STR, (uint16_t)bell_str_width(seen), 0);
  bell_str_view *view = bell_at(ctx, ref);
  view->str.head.flags |= seen < 128 ? BELL_STR_VIEW | BELL_STR_ASCII : BELL_STR_VIEW;
  view->str.length = (uint32_t)length;
  view->str.hash = 0;
  view->str.data = data;
  view->owner = buffer;
  return ref;
}

bell_ref bell_str_character(bell_ctx *ctx, uint32_t code) {
  if (code < 256) return ctx->characters + (uint64_t)code * BELL_CHARACTER_STRIDE;
  uint32_t width = bell_str_width(code);
  if (!bell_heap_reserve(ctx, bell_str_bytes(1, width))) return 0;
  bell_ref ref = bell_str_alloc(ctx, 1, code);
  bell_str_write((void *)bell_str_data(ctx, BELL_STR_AT(ctx, ref)), width, 0, code);
  return ref;
}

void bell_str_copy_across(void *to, uint32_t to_width, const void *from, uint32_t from_width, uint64_t count) {
#define COPY(TO, FROM)                                                                            \
  do {                                                                                            \
    TO *restrict out = to;                                                                        \
    const FROM *restrict in = from;                                                               \
    for (uint64_t i = 0; i < count; i++) out[i] = (TO)in[i];                                      \
  } while (0)
  switch (to_width << 4 | from_width) {
    case 0x11: case 0x22: case 0x44: memcpy(to, from, count * to_width); break;
    case 0x12: COPY(uint8_t, uint16_t); break;
    case 0x14: COPY(uint8_t, uint32_t); break;
    case 0x21: COPY(uint16_t, uint8_t); break;
    case 0x24: COPY(uint16_t, uint32_t); break;
    case 0x41: COPY(uint32_t, uint8_t); break;
    default: COPY(uint32_t, uint16_t); break;
  }
#undef COPY
}

bool bell_str_copy_blocks(bell_ctx *ctx, void *to, uint32_t to_width, const void *from, uint32_t from_width, uint64_t count) {
  for (uint64_t at = 0; at < count; at += BELL_BLOCK) {
    uint64_t size = count - at < BELL_BLOCK ? count - at : BELL_BLOCK;
    bell_str_copy((uint8_t *)to + at * to_width, to_width, (const uint8_t *)from + at * from_width, from_width, size);
    if (!bell_work(ctx, (int64_t)(size * to_width) / 2)) return false;
  }
  return true;
}

bool bell_str_fill_blocks(bell_ctx *ctx, void *data, uint32_t width, uint64_t count, uint32_t code) {
  for (uint64_t at = 0; at < count; at += BELL_BLOCK) {
    uint64_t size = count - at < BELL_BLOCK ? count - at : BELL_BLOCK;
    bell_str_fill((uint8_t *)data + at * width, width, size, code);
    if (!bell_work(ctx, (int64_t)(size * width) / 2)) return false;
  }
  return true;
}

uint32_t bell_str_seen(const bell_ctx *ctx, const bell_str *s, uint64_t from, uint64_t to) {
  if (s->head.flags & BELL_STR_ASCII) return 0;
  const void *data = bell_str_data(ctx, s);
  uint32_t seen = 0;
  if (s->head.aux == 1) {
    const uint8_t *in = data;
    uint8_t bits = 0;
    for (uint64_t i = from; i < to; i++) bits |= in[i];
    seen = bits;
  } else if (s->head.aux == 2) {
    const uint16_t *in = data;
    uint16_t bits = 0;
    for (uint64_t i = from; i < to; i++) bits |= in[i];
    seen = bits;
  } else {
    const uint32_t *in = data;
    for (uint64_t i = from; i < to; i++) seen |= in[i];
  }
  return seen;
}

bell_ref bell_str_part(bell_ctx *ctx, bell_ref ref, uint64_t from, uint64_t to) {
  const bell_str *s = BELL_STR_AT(ctx, ref);
  uint64_t length = to - from;
  if (length == s->length) return ref;
  const uint8_t *data = (const uint8_t *)bell_str_data(ctx, s) + from * s->head.aux;
  if (s->head.aux == 1 && length <= BELL_BLOCK) return length == 1 ? bell_str_character(ctx, *data) : bell_str_of_bytes(ctx, data, length, s->head.flags & BELL_STR_ASCII);
  uint32_t seen = bell_str_seen(ctx, s, from, to), width = bell_str_width(seen);
  if (length == 1 && width == 1) return bell_str_character(ctx, bell_str_read(data, s->head.aux, 0));
  bell_ref made = bell_str_alloc(ctx, length, seen);
  return bell_str_copy_long(ctx, bell_at(ctx, made + sizeof(bell_str)), width, data, s->head.aux, length) ? made : 0;
}

bell_ref bell_str_substring(bell_ctx *ctx, bell_ref ref, uint64_t from, uint64_t to) {
  const bell_str *s = BELL_STR_AT(ctx, ref);
  uint32_t width = s->head.aux == 1 ? 1 : bell_str_width(bell_str_seen(ctx, s, from, to));
  if (to - from != s->length && (to - from != 1 || width > 1) && !bell_heap_reserve(ctx, bell_str_bytes(to - from, width))) return 0;
  return bell_str_part(ctx, ref, from, to);
}

/* --- text from and to outside --------------------------------------------------------------------------------------------------- */

bell_ref bell_str_from_ascii(bell_ctx *ctx, const char *ascii, size_t size) {
  if (size > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  if (!bell_heap_reserve(ctx, bell_str_bytes(size, 1))) return 0;
  bell_ref ref = bell_str_alloc(ctx, size, 0);
  bell_copy_bytes(bell_at(ctx, ref + sizeof(bell_str)), (const uint8_t *)ascii, size);
  return ref;
}

bell_ref bell_str_from_code_points(bell_ctx *ctx, const uint32_t *codes, size_t count) {
  if (count > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  uint32_t seen = 0;
  for (size_t i = 0; i < count; i++) seen |= codes[i];
  uint32_t width = bell_str_width(seen);
  if (!bell_heap_reserve(ctx, bell_str_bytes(count, width))) return 0;
  bell_ref ref = bell_str_alloc(ctx, count, seen);
  bell_str_copy(bell_at(ctx, ref + sizeof(bell_str)), width, codes, 4, count);
  return ref;
}

/* Bytes at the start of [p, end) that are below 128. */
static size_t ascii_prefix(const uint8_t *p, const uint8_t *end) {
  const uint8_t *start = p;
  while (end - p >= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    if (word & 0x8080808080808080u) break;
    p += 8;
  }
  while (p < end && *p < 128) p++;
  return (size_t)(p - start);
}

/* One sequence of two to four bytes at *p, which is not ASCII: its code point, with *p moved behind it, or UINT32_MAX. */
static uint32_t decode(const uint8_t **p, const uint8_t *end) {
  const uint8_t *at = *p;
  uint32_t lead = at[0], size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
  if (lead < 0xC2 || lead > 0xF4 || end - at < (ptrdiff_t)size) return UINT32_MAX;
  uint32_t code = lead & (0x7Fu >> size);
  for (uint32_t i = 1; i < size; i++) {
    if ((at[i] & 0xC0) != 0x80) return UINT32_MAX;
    code = code << 6 | (at[i] & 0x3F);
  }
  *p = at + size;
  return code < smallest[size] || code > BELL_CODE_POINT_MAX ? UINT32_MAX : code;
}

bell_ref bell_str_from_utf8(bell_ctx *ctx, const char *utf8, size_t size) {
  const uint8_t *start = (const uint8_t *)utf8, *end = start + size, *p = start;
  size_t prefix = ascii_prefix(start, end);
  if (prefix == size) return size == 1 ? bell_str_character(ctx, start[0]) : bell_str_from_ascii(ctx, utf8, size);
  uint64_t length = prefix;
  uint32_t seen = 0;
  for (p = start + prefix; p < end; length++) {
    uint32_t code = *p < 128 ? *p++ : decode(&p, end);
    if (code == UINT32_MAX) return 0;
    seen |= code;
  }
  if (length > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  if (length == 1) return bell_str_character(ctx, seen);
  uint32_t width = bell_str_width(seen);
  if (!bell_heap_reserve(ctx, bell_str_bytes(length, width))) return 0;
  bell_ref ref = bell_str_alloc(ctx, length, seen);
  void *data = bell_at(ctx, ref + sizeof(bell_str));
  bell_str_copy(data, width, start, 1, prefix);
  p = start + prefix;
  for (uint64_t i = prefix; i < length; i++) bell_str_write(data, width, i, *p < 128 ? *p++ : decode(&p, end));
  return ref;
}

size_t bell_str_utf8_size(const bell_ctx *ctx, bell_ref ref) {
  const bell_str *s = BELL_STR_AT(ctx, ref);
  size_t size = s->length;
  if (s->head.flags & BELL_STR_ASCII) return size;
  const void *data = bell_str_data(ctx, s);
  for (uint32_t i = 0; i < s->length; i++) {
    uint32_t code = bell_str_read(data, s->head.aux, i);
    size += (code >= 0x80) + (code >= 0x800) + (code >= 0x10000);
  }
  return size;
}

size_t bell_str_to_utf8(const bell_ctx *ctx, bell_ref ref, char *out, size_t capacity) {
  const bell_str *s = BELL_STR_AT(ctx, ref);
  const void *data = bell_str_data(ctx, s);
  size_t size = bell_str_utf8_size(ctx, ref);
  if (size > capacity) return size;
  if (s->head.flags & BELL_STR_ASCII) {
    bell_copy_bytes((uint8_t *)out, data, size);
    return size;
  }
  uint8_t *p = (uint8_t *)out;
  for (uint32_t i = 0; i < s->length; i++) {
    uint32_t code = bell_str_read(data, s->head.aux, i);
    if (code < 0x80) {
      *p++ = (uint8_t)code;
    } else if (code < 0x800) {
      *p++ = (uint8_t)(0xC0 | code >> 6);
      *p++ = (uint8_t)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      *p++ = (uint8_t)(0xE0 | code >> 12);
      *p++ = (uint8_t)(0x80 | (code >> 6 & 0x3F));
      *p++ = (uint8_t)(0x80 | (code & 0x3F));
    } else {
      *p++ = (uint8_t)(0xF0 | code >> 18);
      *p++ = (uint8_t)(0x80 | (code >> 12 & 0x3F));
      *p++ = (uint8_t)(0x80 | (code >> 6 & 0x3F));
      *p++ = (uint8_t)(0x80 | (code & 0x3F));
    }
  }
  return size;
}

/* --- comparing and hashing ------------------------------------------------------------------------------------------------------ */

bool bell_str_equal(bell_ctx *ctx, bell_ref a, bell_ref b) {
  if (a == b) return true;
  const bell_str *s = BELL_STR_AT(ctx, a), *t = BELL_STR_AT(ctx, b);
  if (s->hash != t->hash && s->hash && t->hash) return false;
  return bell_str_same(ctx, s, t);
}

int bell_str_compare(bell_ctx *ctx, bell_ref a, bell_ref b) {
  if (a == b) return 0;
  const bell_str *s = BELL_STR_AT(ctx, a), *t = BELL_STR_AT(ctx, b);
  const void *left = bell_str_data(ctx, s), *right = bell_str_data(ctx, t);
  uint32_t length = s->length < t->length ? s->length : t->length;
  if (s->head.aux == 1 && t->head.aux == 1) {
    int order = bell_compare_long(ctx, left, right, length);
    if (order) return order;
  } else {
    for (uint32_t i = 0; i < length; i++) {
      uint32_t x = bell_str_read(left, s->head.aux, i), y = bell_str_read(right, t->head.aux, i);
      if (x != y) return x < y ? -1 : 1;
      if (!bell_goes_on(ctx, i, 1)) return 0;
    }
  }
  return (s->length > t->length) - (s->length < t->length);
}

/* Folds the 128-bit product of two words; the mixing step of the wyhash family (Wang Yi, public domain). */
static inline uint64_t mix(uint64_t a, uint64_t b) {
  unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint32_t bell_str_hash_of(bell_ctx *ctx, bell_ref ref) {
  const uint64_t k0 = 0x9E3779B97F4A7C15u, k1 = 0xC2B2AE3D27D4EB4Fu, k2 = 0x165667B19E3779F9u; /* odd, about half of the bits set */
  bell_str *s = BELL_STR_AT(ctx, ref);
  const uint8_t *p = bell_str_data(ctx, s);
  uint64_t size = (uint64_t)s->length * s->head.aux, seed = k0, a = 0, b = 0;
  if (size > 16) {
    uint64_t left = size;
    for (; left > BELL_BLOCK; left -= BELL_BLOCK) {
      for (const uint8_t *end = p + BELL_BLOCK; p < end; p += 16) seed = mix(bell_load_8(p) ^ k1, bell_load_8(p + 8) ^ seed);
      if (!bell_work(ctx, (int64_t)BELL_BLOCK / 4)) return 1;
    }
    for (; left > 16; left -= 16, p += 16) seed = mix(bell_load_8(p) ^ k1, bell_load_8(p + 8) ^ seed);
    a = bell_load_8(p + left - 16);
    b = bell_load_8(p + left - 8);
  } else if (size >= 8) {
    a = bell_load_8(p);
    b = bell_load_8(p + size - 8);
  } else if (size >= 4) {
    a = bell_load_4(p);
    b = bell_load_4(p + size - 4);
  } else if (size) {
    a = (uint64_t)p[0] << 16 | (uint64_t)p[size >> 1] << 8 | p[size - 1];
  }
  uint64_t bits = mix(k2 ^ size, mix(a ^ k1, b ^ seed));
  uint32_t hash = (uint32_t)(bits ^ bits >> 32);
  return s->hash = hash ? hash : 1;
}

/* --- faults and types ----------------------------------------------------------------------------------------------------------- */

bell_word bell_fault_with(bell_ctx *ctx, uint32_t code, const char *ascii) {
  if (ctx->fault) return 0;
  ctx->fault_name = ascii;
  return bell_raise(ctx, code, "%s", ascii);
}

uint32_t bell_type_tuple_of_3_str(const bell_ctx *ctx) {
  for (uint32_t i = 1; i < ctx->type_count; i++) {
    const bell_type *type = &ctx->types[i];
    if (type->kind == BELL_TUPLE && type->slot_count == 3 && type->slot_classes[0] == BELL_CLASS_STR &&
        type->slot_classes[1] == BELL_CLASS_STR && type->slot_classes[2] == BELL_CLASS_STR) {
      return i;
    }
  }
  return 0;
}

/* --- ops ------------------------------------------------------------------------------------------------------------------------ */

static inline uint32_t shorter(bell_ctx *ctx, bell_word a, bell_word b) {
  uint32_t x = BELL_STR_AT(ctx, a)->length, y = BELL_STR_AT(ctx, b)->length;
  return x < y ? x : y;
}

int64_t bell_str_eq(bell_ctx *ctx, bell_word a, bell_word b) {
  return bell_charge(ctx, shorter(ctx, a, b) / 16) && bell_str_equal(ctx, a, b);
}

int64_t bell_str_ne(bell_ctx *ctx, bell_word a, bell_word b) {
  return bell_charge(ctx, shorter(ctx, a, b) / 16) && !bell_str_equal(ctx, a, b);
}

int64_t bell_str_lt(bell_ctx *ctx, bell_word a, bell_word b) {
  return bell_charge(ctx, shorter(ctx, a, b) / 16) && bell_str_compare(ctx, a, b) < 0;
}

int64_t bell_str_le(bell_ctx *ctx, bell_word a, bell_word b) {
  return bell_charge(ctx, shorter(ctx, a, b) / 16) && bell_str_compare(ctx, a, b) <= 0;
}

int64_t bell_str_gt(bell_ctx *ctx, bell_word a, bell_word b) {
  return bell_charge(ctx, shorter(ctx, a, b) / 16) && bell_str_compare(ctx, a, b) > 0;
}

int64_t bell_str_ge(bell_ctx *ctx, bell_word a, bell_word b) {
  return bell_charge(ctx, shorter(ctx, a, b) / 16) && bell_str_compare(ctx, a, b) >= 0;
}

int64_t bell_str_ord(bell_ctx *ctx, bell_word a) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (s->length != 1) return (int64_t)bell_fault(ctx, 716);
  return bell_str_code(ctx, s, 0);
}

bell_word bell_str_from_code(bell_ctx *ctx, int64_t code) {
  if (code < 0 || code > BELL_CODE_POINT_MAX) return bell_fault(ctx, 711);
  return bell_str_character(ctx, (uint32_t)code);
}
