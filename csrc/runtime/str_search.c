/* Finding, counting and replacing strings in strings. */
#include "runtime/str_search.h"

#include "runtime/byte_scan.h"
#include "runtime/ops.h"
#include "runtime/str_copy.h"

/* A needle is never wider than what it is found in: widths are the narrowest. */
#define WORKED(i, nanoseconds) (((i) & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * (nanoseconds)))
#define JOINED(a, b) a##b
#define HAY uint8_t
#define NEEDLE uint8_t
#define BACK 0
#define NAME(x) JOINED(x, _1_1)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#define BACK 1
#define NAME(x) JOINED(x, _1_1_back)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#undef HAY
#define HAY uint16_t
#define BACK 0
#define NAME(x) JOINED(x, _2_1)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#define BACK 1
#define NAME(x) JOINED(x, _2_1_back)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#undef HAY
#define HAY uint32_t
#define BACK 0
#define NAME(x) JOINED(x, _4_1)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#define BACK 1
#define NAME(x) JOINED(x, _4_1_back)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#undef NEEDLE
#define NEEDLE uint16_t
#define BACK 0
#define NAME(x) JOINED(x, _4_2)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#define BACK 1
#define NAME(x) JOINED(x, _4_2_back)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#undef HAY
#define HAY uint16_t
#define BACK 0
#define NAME(x) JOINED(x, _2_2)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#define BACK 1
#define NAME(x) JOINED(x, _2_2_back)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#undef HAY
#undef NEEDLE
#define HAY uint32_t
#define NEEDLE uint32_t
#define BACK 0
#define NAME(x) JOINED(x, _4_4)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#define BACK 1
#define NAME(x) JOINED(x, _4_4_back)
#include "runtime/str_search_template.h"
#undef NAME
#undef BACK
#undef HAY
#undef NEEDLE

static uint64_t find_code(bell_ctx *ctx, const void *data, uint32_t width, uint64_t n, uint32_t code) {
  if (width == 1) {
    const uint8_t *found = memchr(data, (int)code, n);
    return found ? (uint64_t)(found - (const uint8_t *)data) : BELL_NOT_FOUND;
  }
  if (width == 2) {
    const uint16_t *p = data;
    for (uint64_t i = 0; i < n && !WORKED(i, 1); i++) if (p[i] == code) return i;
  } else {
    const uint32_t *p = data;
    for (uint64_t i = 0; i < n && !WORKED(i, 1); i++) if (p[i] == code) return i;
  }
  return BELL_NOT_FOUND;
}

static uint64_t find_code_back(bell_ctx *ctx, const void *data, uint32_t width, uint64_t n, uint32_t code) {
  for (uint64_t i = n; i > 0 && !WORKED(i, 1); i--) if (bell_str_read(data, width, i - 1) == code) return i - 1;
  return BELL_NOT_FOUND;
}

uint64_t bell_str_search(bell_ctx *ctx, const bell_str *haystack, const bell_str *needle, uint64_t from, uint64_t to) {
  uint64_t n = to - from, m = needle->length, found;
  uint32_t width = haystack->head.aux;
  if (m > n || needle->head.aux > width) return BELL_NOT_FOUND;
  if (m == 0) return from;
  const uint8_t *hay = (const uint8_t *)bell_str_data(ctx, haystack) + from * width;
  const void *what = bell_str_data(ctx, needle);
  if (m == 1) {
    found = find_code(ctx, hay, width, n, bell_str_read(what, needle->head.aux, 0));
  } else {
    switch (width << 4 | needle->head.aux) {
      case 0x11: found = search_1_1(ctx, hay, n, what, m); break;
      case 0x21: found = search_2_1(ctx, (const void *)hay, n, what, m); break;
      case 0x22: found = search_2_2(ctx, (const void *)hay, n, what, m); break;
      case 0x41: found = search_4_1(ctx, (const void *)hay, n, what, m); break;
      case 0x42: found = search_4_2(ctx, (const void *)hay, n, what, m); break;
      default: found = search_4_4(ctx, (const void *)hay, n, what, m); break;
    }
  }
  return found == BELL_NOT_FOUND ? found : from + found;
}

uint64_t bell_str_search_back(bell_ctx *ctx, const bell_str *haystack, const bell_str *needle, uint64_t from, uint64_t to) {
  uint64_t n = to - from, m = needle->length, found;
  uint32_t width = haystack->head.aux;
  if (m > n || needle->head.aux > width) return BELL_NOT_FOUND;
  if (m == 0) return to;
  const uint8_t *hay = (const uint8_t *)bell_str_data(ctx, haystack) + from * width;
  const void *what = bell_str_data(ctx, needle);
  if (m == 1) {
    found = find_code_back(ctx, hay, width, n, bell_str_read(what, needle->head.aux, 0));
    return found == BELL_NOT_FOUND ? found : from + found;
  }
  switch (width << 4 | needle->head.aux) {
    case 0x11: found = search_1_1_back(ctx, hay, n, what, m); break;
    case 0x21: found = search_2_1_back(ctx, (const void *)hay, n, what, m); break;
    case 0x22: found = search_2_2_back(ctx, (const void *)hay, n, what, m); break;
    case 0x41: found = search_4_1_back(ctx, (const void *)hay, n, what, m); break;
    case 0x42: found = search_4_2_back(ctx, (const void *)hay, n, what, m); break;
    default: found = search_4_4_back(ctx, (const void *)hay, n, what, m); break;
  }
  return found == BELL_NOT_FOUND ? found : to - m - found;
}

/* --- ops ------------------------------------------------------------------------------------------------------------------------ */

#define FOUND_WORK 8 /* nanoseconds for each place where a string is found */

static bool charge_search(bell_ctx *ctx, bell_word a, bell_word b) {
  return bell_charge(ctx, ((int64_t)BELL_STR_AT(ctx, a)->length + BELL_STR_AT(ctx, b)->length) / 16);
}

/* Python's bounds: negative ones count from the end. Returns false when nothing, not even "", can stand between them. */
static bool clamp(int64_t length, int64_t *start, int64_t *stop) {
  if (*start == BELL_ABSENT) *start = 0;
  if (*stop == BELL_ABSENT || *stop > length) *stop = length;
  if (*stop < 0) *stop = *stop + length < 0 ? 0 : *stop + length;
  if (*start < 0) *start = *start + length < 0 ? 0 : *start + length;
  return *start <= *stop;
}

int64_t bell_str_contains(bell_ctx *ctx, bell_word a, bell_word b) {
  if (!charge_search(ctx, a, b)) return 0;
  const bell_str *s = BELL_STR_AT(ctx, a);
  return bell_str_search(ctx, s, BELL_STR_AT(ctx, b), 0, s->length) != BELL_NOT_FOUND;
}

int64_t bell_str_find(bell_ctx *ctx, bell_word a, bell_word b, int64_t start, int64_t stop) {
  if (!charge_search(ctx, a, b)) return 0;
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (!clamp(s->length, &start, &stop)) return -1;
  return (int64_t)bell_str_search(ctx, s, BELL_STR_AT(ctx, b), (uint64_t)start, (uint64_t)stop); /* not found is -1 */
}

int64_t bell_str_rfind(bell_ctx *ctx, bell_word a, bell_word b, int64_t start, int64_t stop) {
  if (!charge_search(ctx, a, b)) return 0;
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (!clamp(s->length, &start, &stop)) return -1;
  return (int64_t)bell_str_search_back(ctx, s, BELL_STR_AT(ctx, b), (uint64_t)start, (uint64_t)stop);
}

int64_t bell_str_count(bell_ctx *ctx, bell_word a, bell_word b, int64_t start, int64_t stop) {
  if (!charge_search(ctx, a, b)) return 0;
  const bell_str *s = BELL_STR_AT(ctx, a), *t = BELL_STR_AT(ctx, b);
  if (!clamp(s->length, &start, &stop)) return 0;
  if (t->length == 0) return stop - start + 1;
  int64_t count = 0;
  if (t->length == 1 && s->head.aux == 1 && t->head.aux == 1) { /* where there are many, calling the search for each is slow */
    const uint8_t *data = bell_str_data(ctx, s), code = *(const uint8_t *)bell_str_data(ctx, t);
    for (int64_t at = start; at < stop; at += (int64_t)BELL_BLOCK) {
      int64_t end = stop - at < (int64_t)BELL_BLOCK ? stop : at + (int64_t)BELL_BLOCK;
      for (int64_t i = at; i < end; i++) count += data[i] == code;
      if (!bell_work(ctx, end - at)) return 0;
    }
    return count;
  }
  uint64_t at = (uint64_t)start;
  while ((at = bell_str_search(ctx, s, t, at, (uint64_t)stop)) != BELL_NOT_FOUND) {
    count++;
    at += t->length;
    if (!bell_work(ctx, FOUND_WORK)) return 0;
  }
  return count;
}

/* Copy the characters [from, to) of s behind *out, which has width `width`. Returns false when the run is to end. */
static bool take(bell_ctx *ctx, uint8_t **out, uint32_t width, const bell_str *s, uint64_t from, uint64_t to) {
  const uint8_t *start = (const uint8_t *)bell_str_data(ctx, s) + from * s->head.aux;
  if (!bell_str_copy_long(ctx, *out, width, start, s->head.aux, to - from)) return false;
  *out += (to - from) * width;
  return bell_work(ctx, FOUND_WORK + (int64_t)(to - from) / 2);
}

static inline bool has_byte(const uint8_t *data, uint64_t length, uint8_t code) {
  for (uint64_t at = 0; at < length; at += 64) {
    if (bell_scan_64(data + at, length - at, BELL_SCAN_CODE, code) != 0) return true;
  }
  return false;
}

bell_word bell_str_replace(bell_ctx *ctx, bell_word a, bell_word b, bell_word c, int64_t max) {
  const bell_str *s = BELL_STR_AT(ctx, a), *old = BELL_STR_AT(ctx, b), *new = BELL_STR_AT(ctx, c);
  uint64_t length = s->length, limit = max < 0 ? UINT64_MAX : (uint64_t)max, count = 0;
  if (!bell_charge(ctx, (int64_t)(length / 16))) return 0; /* the scan; the rest below, once the length of the result is known */
  uint32_t seen = 0;
  if (old->length == 1 && length <= BELL_BLOCK && s->head.aux == 1 && old->head.aux == 1 && !has_byte(bell_str_data(ctx, s), length, *(const uint8_t *)bell_str_data(ctx, old))) {
    return bell_charge(ctx, (int64_t)(2 * length / 16 - length / 16)) ? a : 0;
  }
  if (old->length == 0) {
    count = limit < length + 1 ? limit : length + 1;
    seen = bell_str_seen(ctx, s, 0, length);
  } else {
    uint64_t at = 0, found;
    while (count < limit && (found = bell_str_search(ctx, s, old, at, length)) != BELL_NOT_FOUND) {
      seen |= bell_str_seen(ctx, s, at, found);
      at = found + old->length;
      count++;
      if (!bell_work(ctx, FOUND_WORK)) return 0;
    }
    if (ctx->fault != 0) return 0;
    if (count) seen |= bell_str_seen(ctx, s, at, length);
  }
  __int128 total = (__int128)length + (__int128)count * ((__int128)new->length - old->length);
  if (!bell_charge(ctx, (int64_t)((length + total) / 16 - length / 16))) return 0;
  if (count == 0) return a;
  if (total > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  seen |= bell_str_seen(ctx, new, 0, new->length);
  uint32_t width = bell_str_width(seen);
  if (!bell_reserve(ctx, bell_str_bytes((uint64_t)total, width))) return 0;
  bell_ref made = bell_str_alloc(ctx, (uint64_t)total, seen);
  s = BELL_STR_AT(ctx, a), old = BELL_STR_AT(ctx, b), new = BELL_STR_AT(ctx, c);
  uint8_t *out = bell_at(ctx, made + sizeof(bell_str));
  uint64_t at = 0;
  for (uint64_t i = 0; i < count; i++) {
    if (old->length) {
      uint64_t found = bell_str_search(ctx, s, old, at, length);
      if (found == BELL_NOT_FOUND || !take(ctx, &out, width, s, at, found)) return 0; /* it is there, unless the run is to end */
      at = found + old->length;
      if (!take(ctx, &out, width, new, 0, new->length)) return 0;
    } else {
      if (!take(ctx, &out, width, new, 0, new->length)) return 0;
      if (at < length && !take(ctx, &out, width, s, at, at + 1)) return 0;
      at++;
    }
  }
  return at >= length || take(ctx, &out, width, s, at, length) ? made : 0;
}
