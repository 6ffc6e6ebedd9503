/* Parts of one string: slices, stripping, prefixes and suffixes. All are copies: a part that shared the characters of the whole would keep
 * the whole alive. */
#include "runtime/byte_scan.h"
#include "runtime/heap.h"
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/str_copy.h"
#include "runtime/unicode.h"

/* Clamp the bounds as slice.indices() does and give the number of selected characters; step is not 0. */
static int64_t clamp(int64_t length, int64_t *start, int64_t *stop, int64_t step) {
  if (step > 0) {
    *start = *start == BELL_ABSENT ? 0 : *start < 0 ? (*start + length < 0 ? 0 : *start + length) : *start > length ? length : *start;
    *stop = *stop == BELL_ABSENT ? length : *stop < 0 ? (*stop + length < 0 ? 0 : *stop + length) : *stop > length ? length : *stop;
    return *start >= *stop ? 0 : (int64_t)((uint64_t)(*stop - *start - 1) / (uint64_t)step + 1);
  }
  int64_t last = length - 1;
  *start = *start == BELL_ABSENT ? last : *start < 0 ? (*start + length < 0 ? -1 : *start + length) : *start > last ? last : *start;
  *stop = *stop == BELL_ABSENT ? -1 : *stop < 0 ? (*stop + length < 0 ? -1 : *stop + length) : *stop > last ? last : *stop;
  return *start <= *stop ? 0 : (int64_t)((uint64_t)(*start - *stop - 1) / (0 - (uint64_t)step) + 1);
}

bell_word bell_str_slice(bell_ctx *ctx, bell_word a, int64_t start, int64_t stop, int64_t step) {
  if (step == 0) return bell_fault(ctx, 714);
  const bell_str *s = BELL_STR_AT(ctx, a);
  int64_t count = clamp(s->length, &start, &stop, step);
  if (!bell_charge(ctx, count / 16)) return 0;
  if (step == 1 || count <= 1) return bell_str_substring(ctx, a, count ? (uint64_t)start : 0, count ? (uint64_t)(start + count) : 0);
  const void *data = bell_str_data(ctx, s);
  uint32_t seen = 0, from_width = s->head.aux;
  if (!(s->head.flags & BELL_STR_ASCII)) {
    for (int64_t i = 0; i < count; i++) {
      seen |= bell_str_read(data, from_width, (uint64_t)(start + i * step));
      if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 1)) return 0;
    }
  }
  uint32_t width = bell_str_width(seen);
  if (!bell_reserve(ctx, bell_str_bytes((uint64_t)count, width))) return 0;
  bell_ref made = bell_str_alloc(ctx, (uint64_t)count, seen);
  data = bell_str_data(ctx, BELL_STR_AT(ctx, a));
  void *to = bell_at(ctx, made + sizeof(bell_str));
  if (from_width == 1) {
    for (int64_t i = 0; i < count; i++) {
      ((uint8_t *)to)[i] = ((const uint8_t *)data)[start + i * step];
      if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 1)) return 0;
    }
  } else {
    for (int64_t i = 0; i < count; i++) {
      if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 2)) return 0;
      bell_str_write(to, width, (uint64_t)i, bell_str_read(data, from_width, (uint64_t)(start + i * step)));
    }
  }
  return made;
}

/* --- stripping ------------------------------------------------------------------------------------------------------------------ */

enum { LEFT = 1, RIGHT = 2 };

/* A set of characters. Up to WIDE_FEW beyond Latin-1 are looked for one by one, more in a bitmap of all code points, so that every test
 * takes bounded time. */
#define WIDE_FEW 16
#define WIDE_BYTES (BELL_CODE_POINT_MAX / 8 + 1)

typedef struct {
  uint64_t latin1[4];
  uint32_t wide[WIDE_FEW], wide_count;
  bell_ref bitmap; /* a BELL_BUFFER, or 0 */
} character_set;

/* Returns false with a fault when there is no memory. May collect. */
static bool collect_set(character_set *set, bell_ctx *ctx, bell_ref ref) {
  memset(set, 0, sizeof *set);
  const bell_str *s = BELL_STR_AT(ctx, ref);
  const void *data = bell_str_data(ctx, s);
  for (uint32_t i = 0; i < s->length; i++) {
    uint32_t code = bell_str_read(data, s->head.aux, i);
    if (code < 256) {
      set->latin1[code >> 6] |= (uint64_t)1 << (code & 63);
      continue;
    }
    if (!set->bitmap && set->wide_count < WIDE_FEW) {
      set->wide[set->wide_count++] = code;
      continue;
    }
    if (!set->bitmap) {
      if (!bell_reserve(ctx, BELL_ROUND(sizeof(bell_buffer) + WIDE_BYTES))) return false;
      set->bitmap = bell_alloc(ctx, sizeof(bell_buffer) + WIDE_BYTES, BELL_BUFFER, 0, 0);
      ((bell_buffer *)bell_at(ctx, set->bitmap))->size = WIDE_BYTES;
      data = bell_str_data(ctx, BELL_STR_AT(ctx, ref));
      i = UINT32_MAX; /* from the start again, with the bitmap */
      continue;
    }
    ((uint8_t *)bell_at(ctx, set->bitmap + sizeof(bell_buffer)))[code >> 3] |= (uint8_t)(1 << (code & 7));
  }
  return true;
}

static bool in_set(const character_set *set, const bell_ctx *ctx, uint32_t code) {
  if (code < 256) return set->latin1[code >> 6] >> (code & 63) & 1;
  if (set->bitmap) return ((const uint8_t *)bell_at(ctx, set->bitmap + sizeof(bell_buffer)))[code >> 3] >> (code & 7) & 1;
  for (uint32_t i = 0; i < set->wide_count; i++) {
    if (set->wide[i] == code) return true;
  }
  return false;
}

static __attribute__((noinline)) bell_word strip_wide_space(bell_ctx *ctx, bell_word a, int sides) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  const void *data = bell_str_data(ctx, s);
  uint64_t from = 0, to = s->length;
  if (sides & LEFT) while (from < to && bell_code_is_space(bell_str_read(data, s->head.aux, from))) from++;
  if (sides & RIGHT) while (from < to && bell_code_is_space(bell_str_read(data, s->head.aux, to - 1))) to--;
  return bell_str_substring(ctx, a, from, to);
}

/* The characters [from, to) of an ASCII string. */
static inline bell_word stripped(bell_ctx *ctx, bell_word a, uint64_t from, uint64_t to) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  uint64_t length = to - from;
  if (length == s->length) return a;
  if (length == 1) return bell_str_character(ctx, ((const uint8_t *)bell_str_data(ctx, s))[from]);
  if (!bell_heap_reserve(ctx, bell_str_bytes(length, 1))) return 0;
  return bell_str_of_bytes(ctx, (const uint8_t *)bell_str_data(ctx, s) + from, length, true);
}

static inline __attribute__((always_inline)) bell_word strip_space(bell_ctx *ctx, bell_word a, int sides) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  if (!(s->head.flags & BELL_STR_ASCII)) return strip_wide_space(ctx, a, sides);
  const uint8_t *ascii = bell_str_data(ctx, s);
  uint64_t from = 0, to = s->length;
  if (sides & LEFT) while (from < to && bell_ascii_flags[ascii[from]] & BELL_CODE_SPACE) from++;
  if (sides & RIGHT) while (from < to && bell_ascii_flags[ascii[to - 1]] & BELL_CODE_SPACE) to--;
  return stripped(ctx, a, from, to);
}

static __attribute__((noinline)) bell_word strip_set(bell_ctx *ctx, bell_word a, bell_word b, int sides) {
  const bell_str *s = BELL_STR_AT(ctx, a), *t = BELL_STR_AT(ctx, b);
  uint64_t from = 0, to = s->length;
  character_set set;
  if (t->length == 0 || to == 0) return a;
  if (!collect_set(&set, ctx, b)) return 0;
  s = BELL_STR_AT(ctx, a);
  const void *data = bell_str_data(ctx, s);
  if (sides & LEFT) {
    for (; from < to && in_set(&set, ctx, bell_str_read(data, s->head.aux, from)); from++) {
      if ((from & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 2)) return 0;
    }
  }
  if (sides & RIGHT) {
    for (; from < to && in_set(&set, ctx, bell_str_read(data, s->head.aux, to - 1)); to--) {
      if ((to & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 2)) return 0;
    }
  }
  if (set.bitmap) bell_heap_give_back(ctx, set.bitmap, BELL_ROUND(sizeof(bell_buffer) + WIDE_BYTES));
  return bell_str_substring(ctx, a, from, to);
}

static inline __attribute__((always_inline)) bell_word strip_chars(bell_ctx *ctx, bell_word a, bell_word b, int sides) {
  const bell_str *s = BELL_STR_AT(ctx, a), *t = BELL_STR_AT(ctx, b);
  if (!bell_charge(ctx, ((int64_t)s->length + t->length) / 16)) return 0;
  if (t->length != 1 || !(s->head.flags & t->head.flags & BELL_STR_ASCII)) return strip_set(ctx, a, b, sides);
  const uint8_t *ascii = bell_str_data(ctx, s), code = *(const uint8_t *)bell_str_data(ctx, t);
  uint64_t from = 0, to = s->length;
  if (sides & LEFT) while (from < to && ascii[from] == code) from++;
  if (sides & RIGHT) while (from < to && ascii[to - 1] == code) to--;
  return stripped(ctx, a, from, to);
}

bell_word bell_str_strip(bell_ctx *ctx, bell_word a) { return strip_space(ctx, a, LEFT | RIGHT); }
bell_word bell_str_lstrip(bell_ctx *ctx, bell_word a) { return strip_space(ctx, a, LEFT); }
bell_word bell_str_rstrip(bell_ctx *ctx, bell_word a) { return strip_space(ctx, a, RIGHT); }
bell_word bell_str_strip_chars(bell_ctx *ctx, bell_word a, bell_word b) { return strip_chars(ctx, a, b, LEFT | RIGHT); }
bell_word bell_str_lstrip_chars(bell_ctx *ctx, bell_word a, bell_word b) { return strip_chars(ctx, a, b, LEFT); }
bell_word bell_str_rstrip_chars(bell_ctx *ctx, bell_word a, bell_word b) { return strip_chars(ctx, a, b, RIGHT); }

/* --- prefixes and suffixes ------------------------------------------------------------------------------------------------------- */

/* Does `t` stand at character `at` of `s`, where there is room for it? */
static bool stands_at(bell_ctx *ctx, const bell_str *s, const bell_str *t, uint64_t at) {
  if (t->head.aux > s->head.aux) return false;
  const void *left = bell_str_data(ctx, s), *right = bell_str_data(ctx, t);
  if (s->head.aux == t->head.aux) return bell_compare_long(ctx, (const uint8_t *)left + at * s->head.aux, right, (uint64_t)t->length * t->head.aux) == 0;
  for (uint32_t i = 0; i < t->length; i++) {
    if (bell_str_read(left, s->head.aux, at + i) != bell_str_read(right, t->head.aux, i) || !bell_goes_on(ctx, i, 2)) return false;
  }
  return true;
}

static bool starts(bell_ctx *ctx, const bell_str *s, const bell_str *t) { return t->length <= s->length && stands_at(ctx, s, t, 0); }

static bool ends(bell_ctx *ctx, const bell_str *s, const bell_str *t) {
  return t->length <= s->length && stands_at(ctx, s, t, s->length - t->length);
}

int64_t bell_str_startswith(bell_ctx *ctx, bell_word a, bell_word b) {
  const bell_str *t = BELL_STR_AT(ctx, b);
  return bell_charge(ctx, t->length / 16) && starts(ctx, BELL_STR_AT(ctx, a), t);
}

int64_t bell_str_endswith(bell_ctx *ctx, bell_word a, bell_word b) {
  const bell_str *t = BELL_STR_AT(ctx, b);
  return bell_charge(ctx, t->length / 16) && ends(ctx, BELL_STR_AT(ctx, a), t);
}

bell_word bell_str_removeprefix(bell_ctx *ctx, bell_word a, bell_word b) {
  const bell_str *s = BELL_STR_AT(ctx, a), *t = BELL_STR_AT(ctx, b);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  return t->length && starts(ctx, s, t) ? bell_str_substring(ctx, a, t->length, s->length) : a;
}

bell_word bell_str_removesuffix(bell_ctx *ctx, bell_word a, bell_word b) {
  const bell_str *s = BELL_STR_AT(ctx, a), *t = BELL_STR_AT(ctx, b);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  return t->length && ends(ctx, s, t) ? bell_str_substring(ctx, a, 0, s->length - t->length) : a;
}
