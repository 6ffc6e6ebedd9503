/* Case mappings of whole strings, by the full rules of Unicode: one character may become up to three, and a capital sigma depends on its
 * neighbours. */
#include "runtime/byte_scan.h"
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/str_copy.h"
#include "runtime/unicode.h"

enum mapping { UPPER, LOWER, FOLD, TITLE, CAPITALIZE, SWAP };

#define CAPITAL_SIGMA 0x3A3u
#define SMALL_SIGMA 0x3C3u
#define FINAL_SIGMA 0x3C2u

typedef struct {
  const void *data;
  uint32_t width, length;
  enum mapping mapping;
} mapper;

/* A capital sigma at `at` is final when a cased character stands before it and none behind it, not counting ignorable ones. */
static uint32_t lower_sigma(const mapper *m, uint32_t at) {
  uint32_t flags = 0, i = at;
  while (i > 0 && (flags = bell_code_flags(bell_str_read(m->data, m->width, i - 1))) & BELL_CODE_IGNORABLE) i--;
  if (i == 0 || !(flags & BELL_CODE_CASED)) return SMALL_SIGMA;
  i = at + 1;
  while (i < m->length && (flags = bell_code_flags(bell_str_read(m->data, m->width, i))) & BELL_CODE_IGNORABLE) i++;
  return i == m->length || !(flags & BELL_CODE_CASED) ? FINAL_SIGMA : SMALL_SIGMA;
}

/* What the character at `at` becomes: 1 to 3 code points. `after_cased`: the character before is cased. */
static uint32_t map_one(const mapper *m, uint32_t at, bool after_cased, uint32_t out[3]) {
  uint32_t code = bell_str_read(m->data, m->width, at);
  enum bell_case to = BELL_CASE_LOWER;
  switch (m->mapping) {
    case UPPER: to = BELL_CASE_UPPER; break;
    case LOWER: break;
    case FOLD: to = BELL_CASE_FOLD; break;
    case TITLE: if (!after_cased) to = BELL_CASE_TITLE; break;
    case CAPITALIZE: if (at == 0) to = BELL_CASE_TITLE; break;
    case SWAP:
      if (bell_code_flags(code) & BELL_CODE_UPPER) break;
      if (bell_code_flags(code) & BELL_CODE_LOWER) {
        to = BELL_CASE_UPPER;
        break;
      }
      out[0] = code;
      return 1;
  }
  if (code == CAPITAL_SIGMA && to == BELL_CASE_LOWER) {
    out[0] = lower_sigma(m, at);
    return 1;
  }
  return bell_code_map(code, to, out);
}

static inline uint8_t ascii_upper(uint8_t c) { return c - (uint8_t)((uint8_t)(c - 'a') < 26 ? 32 : 0); }
static inline uint8_t ascii_lower(uint8_t c) { return c + (uint8_t)((uint8_t)(c - 'A') < 26 ? 32 : 0); }

/* map_one, without a look at the tables for the ASCII characters of a string that has others. */
static inline uint32_t map_next(const mapper *m, uint32_t at, bool after_cased, uint32_t out[3]) {
  uint32_t code = bell_str_read(m->data, m->width, at);
  if (code >= 128) return map_one(m, at, after_cased, out);
  uint8_t upper = ascii_upper((uint8_t)code), lower = ascii_lower((uint8_t)code);
  switch (m->mapping) {
    case UPPER: out[0] = upper; break;
    case LOWER: case FOLD: out[0] = lower; break;
    case TITLE: out[0] = after_cased ? lower : upper; break;
    case CAPITALIZE: out[0] = at == 0 ? upper : lower; break;
    case SWAP: out[0] = code == lower ? upper : lower; break;
  }
  return 1;
}

/* Sixteen ASCII characters in one case; others stay as they are. */
static inline bell_bytes_16 in_case(bell_bytes_16 c, bool upper) {
  return c ^ ((bell_bytes_16)(c - (uint8_t)(upper ? 'a' : 'A') < 26) & 32);
}

static inline void case_16(uint8_t *out, const uint8_t *in, bool upper) {
  bell_bytes_16 c;
  memcpy(&c, in, 16);
  c = in_case(c, upper);
  memcpy(out, &c, 16);
}

/* ASCII by a mapping that looks at nothing but the character, by whole words: there is room for 8 + 16k. Returns false when the run is to end. */
static bool map_plain(bell_ctx *ctx, uint8_t *out, const uint8_t *in, uint64_t length, bool upper) {
  bell_bytes_16 c;
  memcpy(&c, in, 16);
  c = in_case(c, upper);
  memcpy(out, &c, 8);
  for (uint64_t at = 8; at < length;) {
    uint64_t end = length - at < BELL_BLOCK ? length : at + BELL_BLOCK;
    if (!bell_work(ctx, (int64_t)(end - at))) return false;
    for (; at < end; at += 16) case_16(out + at, in + at, upper);
  }
  return true;
}

/* A block of ASCII; `after_letter` says of a title whether a letter stands before it. */
static void map_ascii_block(uint8_t *restrict out, const uint8_t *restrict in, uint64_t length, bool title, bool *after_letter) {
  if (!title) { /* of small letters capital ones, and the other way round */
    for (uint64_t i = 0; i < length; i++) out[i] = in[i] ^ (uint8_t)((uint8_t)((in[i] | 32) - 'a') < 26 ? 32 : 0);
    return;
  }
  for (uint64_t i = 0; i < length; i++) {
    out[i] = *after_letter ? ascii_lower(in[i]) : ascii_upper(in[i]);
    *after_letter = (uint8_t)((in[i] | 32) - 'a') < 26;
  }
}

static bell_word map_ascii(bell_ctx *ctx, bell_word a, enum mapping mapping) {
  uint64_t length = BELL_STR_AT(ctx, a)->length;
  if (!bell_heap_reserve(ctx, bell_str_bytes(length, 1))) return 0;
  bell_ref made = bell_str_alloc(ctx, length, 0);
  const uint8_t *in = bell_str_data(ctx, BELL_STR_AT(ctx, a));
  uint8_t *out = bell_at(ctx, made + sizeof(bell_str));
  if (mapping != TITLE && mapping != SWAP) {
    if (!map_plain(ctx, out, in, length, mapping == UPPER)) return 0;
    if (mapping == CAPITALIZE && length) out[0] = ascii_upper(in[0]);
    return made;
  }
  bool after_letter = false;
  for (uint64_t at = 0; at < length; at += BELL_BLOCK) {
    uint64_t size = length - at < BELL_BLOCK ? length - at : BELL_BLOCK;
    map_ascii_block(out + at, in + at, size, mapping == TITLE, &after_letter);
    if (!bell_work(ctx, (int64_t)size)) return 0;
  }
  return made;
}

static bell_word map_case(bell_ctx *ctx, bell_word a, enum mapping mapping) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  if (s->head.flags & BELL_STR_ASCII) return map_ascii(ctx, a, mapping);
  mapper m = {bell_str_data(ctx, s), s->head.aux, s->length, mapping};
  uint64_t length = 0, counted = BELL_BLOCK;
  uint32_t seen = 0, out[3];
  bool after_cased = false, titles = mapping == TITLE;
  /* Mappings that look at nothing but the character take runs of sixteen ASCII ones at once. */
  bool runs = m.width == 1 && (mapping == UPPER || mapping == LOWER || mapping == FOLD), upper = mapping == UPPER;
  for (uint32_t i = 0; i < m.length; i++) {
    if (i >= counted) {
      counted = (uint64_t)i + BELL_BLOCK;
      if (!bell_work(ctx, (int64_t)BELL_BLOCK * 16)) return 0;
    }
    if (runs && m.length - i >= 16 && bell_scan_16((const uint8_t *)m.data + i, BELL_SCAN_HIGH, 0) == 0) {
      length += 16;
      i += 15;
      continue;
    }
    uint32_t count = map_next(&m, i, after_cased, out);
    length += count;
    for (uint32_t j = 0; j < count; j++) seen |= out[j];
    if (titles) after_cased = bell_code_flags(bell_str_read(m.data, m.width, i)) & BELL_CODE_CASED;
  }
  if (length > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  uint32_t width = bell_str_width(seen);
  if (!bell_reserve(ctx, bell_str_bytes(length, width))) return 0;
  bell_ref made = bell_str_alloc(ctx, length, seen);
  m.data = bell_str_data(ctx, BELL_STR_AT(ctx, a));
  void *to = bell_at(ctx, made + sizeof(bell_str));
  uint64_t place = 0;
  after_cased = false;
  counted = BELL_BLOCK;
  for (uint32_t i = 0; i < m.length; i++) {
    if (i >= counted) {
      counted = (uint64_t)i + BELL_BLOCK;
      if (!bell_work(ctx, (int64_t)BELL_BLOCK * 16)) return 0;
    }
    const uint8_t *in = (const uint8_t *)m.data + i;
    if (runs && width == 1 && m.length - i >= 16 && bell_scan_16(in, BELL_SCAN_HIGH, 0) == 0) {
      case_16((uint8_t *)to + place, in, upper);
      place += 16;
      i += 15;
      continue;
    }
    uint32_t count = map_next(&m, i, after_cased, out);
    for (uint32_t j = 0; j < count; j++) bell_str_write(to, width, place++, out[j]);
    if (titles) after_cased = bell_code_flags(bell_str_read(m.data, m.width, i)) & BELL_CODE_CASED;
  }
  return made;
}

bell_word bell_str_upper(bell_ctx *ctx, bell_word a) { return map_case(ctx, a, UPPER); }
bell_word bell_str_lower(bell_ctx *ctx, bell_word a) { return map_case(ctx, a, LOWER); }
bell_word bell_str_casefold(bell_ctx *ctx, bell_word a) { return map_case(ctx, a, FOLD); }
bell_word bell_str_title(bell_ctx *ctx, bell_word a) { return map_case(ctx, a, TITLE); }
bell_word bell_str_capitalize(bell_ctx *ctx, bell_word a) { return map_case(ctx, a, CAPITALIZE); }
bell_word bell_str_swapcase(bell_ctx *ctx, bell_word a) { return map_case(ctx, a, SWAP); }
