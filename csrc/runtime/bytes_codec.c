/* Text to bytes and back, as CPython 3.11's codecs do it, with what is wrong found where they find it. Each codec runs twice: to measure, then to
 * write what it makes; faults come in the first run. */
#include "runtime/bytes.h"

#include <stdio.h>

#include "runtime/method.h"
#include "runtime/str_copy.h"

enum codec { UTF_8, UTF_8_SIG, ASCII, LATIN_1, UTF_16, UTF_16_LE, UTF_16_BE, UTF_32, UTF_32_LE, UTF_32_BE };
enum handler { STRICT, IGNORE, REPLACE, BACKSLASHREPLACE, XMLCHARREFREPLACE, SURROGATEPASS, UNKNOWN };

static const struct { const char *alias; enum codec codec; } aliases[] = {
    {"utf_8", UTF_8}, {"utf8", UTF_8}, {"u8", UTF_8}, {"utf", UTF_8}, {"utf8_ucs2", UTF_8}, {"utf8_ucs4", UTF_8}, {"cp65001", UTF_8},
    {"utf_8_sig", UTF_8_SIG}, {"ascii", ASCII}, {"us_ascii", ASCII}, {"646", ASCII}, {"us", ASCII}, {"iso646_us", ASCII},
    {"latin_1", LATIN_1}, {"latin1", LATIN_1}, {"latin", LATIN_1}, {"iso_8859_1", LATIN_1}, {"iso8859_1", LATIN_1}, {"8859", LATIN_1},
    {"iso8859", LATIN_1}, {"l1", LATIN_1}, {"cp819", LATIN_1},
    {"utf_16", UTF_16}, {"utf16", UTF_16}, {"u16", UTF_16}, {"utf_16_le", UTF_16_LE}, {"utf_16le", UTF_16_LE}, {"utf_16_be", UTF_16_BE},
    {"utf_16be", UTF_16_BE}, {"utf_32", UTF_32}, {"utf32", UTF_32}, {"u32", UTF_32}, {"utf_32_le", UTF_32_LE}, {"utf_32le", UTF_32_LE},
    {"utf_32_be", UTF_32_BE}, {"utf_32be", UTF_32_BE},
};
static const char *const handlers[] = {"strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "surrogatepass"};

#define NAME_MAX_BYTES 64
#define CODE_WORK 8 /* nanoseconds for a character */

static const char *utf8_of(const bell_ctx *ctx, bell_word name, char *out) {
  size_t size = bell_str_to_utf8(ctx, name, out, NAME_MAX_BYTES - 1);
  out[size < NAME_MAX_BYTES ? size : 0] = 0;
  return out;
}

/* Letters in lower case, and one underscore for each run of what is no letter, digit or point. */
static bool codec_of(bell_ctx *ctx, bell_word name, enum codec *codec) {
  char utf8[NAME_MAX_BYTES], normal[NAME_MAX_BYTES];
  size_t size = 0;
  bool gap = false;
  *codec = UTF_8;
  if (name == 0) return true;
  for (const char *at = utf8_of(ctx, name, utf8); *at != 0; at++) {
    char c = *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.') {
      if (gap && size > 0) normal[size++] = '_';
      gap = false;
      normal[size++] = c;
    } else {
      gap = true;
    }
  }
  normal[size] = 0;
  for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
    if (strcmp(aliases[i].alias, normal) == 0) {
      *codec = aliases[i].codec;
      return true;
    }
  }
  return bell_raise(ctx, BELL_LOOKUP_ERROR, "unknown encoding: %s", utf8);
}

static enum handler handler_of(const bell_ctx *ctx, bell_word name) {
  char utf8[NAME_MAX_BYTES];
  if (name == 0) return STRICT;
  utf8_of(ctx, name, utf8);
  for (int i = STRICT; i < UNKNOWN; i++) {
    if (strcmp(handlers[i], utf8) == 0) return (enum handler)i;
  }
  return UNKNOWN;
}

static bool unknown_handler(bell_ctx *ctx, bell_word name) {
  char utf8[NAME_MAX_BYTES];
  return bell_raise(ctx, BELL_LOOKUP_ERROR, "unknown error handler name '%s'", utf8_of(ctx, name, utf8));
}

/* --- encoding --------------------------------------------------------------------------------------------------------------------- */

typedef struct { uint8_t *bytes; uint64_t size; } sink; /* bytes NULL: measured only */

static void put(sink *out, uint32_t byte) {
  if (out->bytes != NULL) out->bytes[out->size] = (uint8_t)byte;
  out->size++;
}

static bool is_big_endian(enum codec codec) { return codec == UTF_16_BE || codec == UTF_32_BE; }
static bool is_16(enum codec codec) { return codec == UTF_16 || codec == UTF_16_LE || codec == UTF_16_BE; }
static bool is_32(enum codec codec) { return codec == UTF_32 || codec == UTF_32_LE || codec == UTF_32_BE; }
static bool is_surrogate(uint32_t code) { return code >= 0xd800 && code < 0xe000; }

static void put_unit(sink *out, enum codec codec, uint32_t unit, int size) {
  for (int i = 0; i < size; i++) put(out, unit >> 8 * (is_big_endian(codec) ? size - 1 - i : i));
}

/* A character that the codec has; surrogates too, where they are let pass. */
static void put_code(sink *out, enum codec codec, uint32_t code) {
  if (is_32(codec)) {
    put_unit(out, codec, code, 4);
  } else if (is_16(codec)) {
    if (code >= 0x10000) put_unit(out, codec, 0xd7c0 + (code >> 10), 2);
    put_unit(out, codec, code >= 0x10000 ? 0xdc00 + (code & 0x3ff) : code, 2);
  } else if (code < 0x80 || codec == LATIN_1) {
    put(out, code);
  } else {
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    put(out, code >> 6 * more | (more == 1 ? 0xc0u : more == 2 ? 0xe0u : 0xf0u));
    while (more-- > 0) put(out, 0x80 | (code >> 6 * more & 0x3f));
  }
}

static bool has(enum codec codec, uint32_t code) {
  if (codec == ASCII) return code < 128;
  if (codec == LATIN_1) return code < 256;
  return !is_surrogate(code);
}

static void put_ascii(sink *out, enum codec codec, const char *text) {
  while (*text != 0) put_code(out, codec, (uint8_t)*text++);
}

static const char *encoding_name(enum codec codec) {
  static const char *const names[] = {"utf-8", "utf-8", "ascii", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"};
  return names[codec];
}

/* Characters [from, to) that the codec does not have. */
static bool refuse_encoding(bell_ctx *ctx, enum codec codec, uint32_t code, uint64_t from, uint64_t to) {
  const char *why = codec == ASCII ? "ordinal not in range(128)" : codec == LATIN_1 ? "ordinal not in range(256)" : "surrogates not allowed";
  const char *name = encoding_name(codec);
  if (to > from + 1) {
    return bell_raise(ctx, BELL_ENCODE_ERROR, "'%s' codec can't encode characters in position %llu-%llu: %s", name, (unsigned long long)from,
                      (unsigned long long)(to - 1), why);
  }
  int digits = code < 0x100 ? 2 : code < 0x10000 ? 4 : 8;
  return bell_raise(ctx, BELL_ENCODE_ERROR, "'%s' codec can't encode character '\\%c%0*x' in position %llu: %s", name,
                    digits == 2 ? 'x' : digits == 4 ? 'u' : 'U', digits, code, (unsigned long long)from, why);
}

static bool encode(bell_ctx *ctx, const bell_str *text, enum codec codec, enum handler handler, bell_word errors, sink *out) {
  const void *data = bell_str_data(ctx, text);
  if (codec == UTF_8_SIG || codec == UTF_16 || codec == UTF_32) put_code(out, codec, 0xfeff);
  for (uint64_t i = 0; i < text->length; i++) {
    uint32_t code = bell_str_read(data, text->head.aux, i);
    char escape[16];
    if (!bell_goes_on(ctx, i, CODE_WORK)) return false;
    if (has(codec, code)) {
      put_code(out, codec, code);
      continue;
    }
    switch (handler) {
    case IGNORE: break;
    case REPLACE: put_code(out, codec, '?'); break;
    case BACKSLASHREPLACE:
      snprintf(escape, sizeof escape, code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
      put_ascii(out, codec, escape);
      break;
    case XMLCHARREFREPLACE:
      snprintf(escape, sizeof escape, "&#%u;", code);
      put_ascii(out, codec, escape);
      break;
    case UNKNOWN: return unknown_handler(ctx, errors);
    case SURROGATEPASS:
      if (is_surrogate(code) && codec != ASCII && codec != LATIN_1) {
        put_code(out, codec, code);
        break;
      }
      /* fall through */
    default: {
      uint64_t to = i + 1;
      bool alone = is_16(codec) || is_32(codec);
      while (!alone && to < text->length && !has(codec, bell_str_read(data, text->head.aux, to))) to++;
      return refuse_encoding(ctx, codec, code, i, to);
    }
    }
  }
  return true;
}

bell_word bell_bytes_encode(bell_ctx *ctx, bell_ref text, bell_word encoding, bell_word errors) {
  enum codec codec;
  enum handler handler = handler_of(ctx, errors);
  uint8_t *bytes;
  sink out = {.bytes = NULL, .size = 0};
  if (!codec_of(ctx, encoding, &codec) || !bell_charge(ctx, BELL_STR_AT(ctx, text)->length / 4)) return 0;
  if (!encode(ctx, BELL_STR_AT(ctx, text), codec, handler, errors, &out)) return 0;
  bell_ref ref = bell_bytes_make(ctx, out.size, &bytes);
  if (ref == 0) return 0;
  out = (sink){.bytes = bytes, .size = 0};
  if (!encode(ctx, BELL_STR_AT(ctx, text), codec, handler, errors, &out)) return 0;
  return bell_bytes_finish(ctx, ref);
}

/* --- decoding --------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  bell_ctx *ctx;
  const uint8_t *bytes;
  uint64_t size;
  enum codec codec;
  enum handler handler;
  bell_word errors;
  const char *name; /* of the encoding, in messages */
  void *out;        /* NULL: measured only */
  uint32_t width, seen;
  uint64_t length;
  uint64_t counted; /* bytes whose work was counted */
} reader;

/* Before what is at a byte: false when the run is to end. */
static bool goes_on(reader *in, uint64_t at) {
  if (at - in->counted < BELL_BLOCK) return true;
  in->counted = at;
  return bell_work(in->ctx, (int64_t)BELL_BLOCK * CODE_WORK);
}

static void take(reader *in, uint32_t code) {
  if (in->out != NULL) bell_str_write(in->out, in->width, in->length, code);
  in->seen |= code;
  in->length++;
}

/* Bytes [from, to) are wrong. */
static bool wrong(reader *in, uint64_t from, uint64_t to, const char *why) {
  char escape[8];
  switch (in->handler) {
  case IGNORE: return true;
  case REPLACE: take(in, 0xfffd); return true;
  case BACKSLASHREPLACE:
    for (uint64_t i = from; i < to; i++) {
      snprintf(escape, sizeof escape, "\\x%02x", in->bytes[i]);
      for (const char *at = escape; *at != 0; at++) take(in, (uint8_t)*at);
    }
    return true;
  case XMLCHARREFREPLACE:
    return bell_raise(in->ctx, BELL_TYPE_ERROR, "don't know how to handle UnicodeDecodeError in error callback");
  case UNKNOWN: return unknown_handler(in->ctx, in->errors);
  default: break;
  }
  if (to == from + 1) {
    return bell_raise(in->ctx, BELL_DECODE_ERROR, "'%s' codec can't decode byte 0x%02x in position %llu: %s", in->name, in->bytes[from],
                      (unsigned long long)from, why);
  }
  return bell_raise(in->ctx, BELL_DECODE_ERROR, "'%s' codec can't decode bytes in position %llu-%llu: %s", in->name, (unsigned long long)from,
                    (unsigned long long)(to - 1), why);
}

static bool is_tail(uint8_t byte) { return (byte & 0xc0) == 0x80; }

static bool decode_utf8(reader *in, uint64_t at) {
  while (at < in->size) {
    if (!goes_on(in, at)) return false;
    const uint8_t *s = in->bytes + at;
    uint64_t left = in->size - at;
    uint8_t lead = *s;
    if (lead < 0x80) {
      take(in, lead);
      at++;
      continue;
    }
    uint64_t need = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    if (need == 0) {
      if (!wrong(in, at, at + 1, "invalid start byte")) return false;
      at++;
      continue;
    }
    uint64_t good = 1; /* bytes that fit */
    for (; good < need && good < left; good++) {
      uint8_t next = s[good];
      if (!is_tail(next)) break;
      if (good == 1 && ((lead == 0xe0 && next < 0xa0) || (lead == 0xf0 && next < 0x90) || (lead == 0xf4 && next >= 0x90))) break;
      if (good == 1 && lead == 0xed && next >= 0xa0) break;
    }
    if (good == need) {
      uint32_t code = lead & (need == 2 ? 0x1fu : need == 3 ? 0x0fu : 0x07u);
      for (uint64_t i = 1; i < need; i++) code = code << 6 | (s[i] & 0x3f);
      take(in, code);
      at += need;
      continue;
    }
    if (in->handler == SURROGATEPASS && lead == 0xed && left >= 3 && is_tail(s[1]) && is_tail(s[2])) {
      take(in, 0xd000u | (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f));
      at += 3;
      continue;
    }
    bool ended = good == left;
    if (!wrong(in, at, at + good, ended ? "unexpected end of data" : "invalid continuation byte")) return false;
    at += good;
  }
  return true;
}

static bool decode_plain(reader *in) {
  for (uint64_t i = 0; i < in->size; i++) {
    if (!goes_on(in, i)) return false;
    if (in->bytes[i] < 128 || in->codec == LATIN_1) take(in, in->bytes[i]);
    else if (!wrong(in, i, i + 1, "ordinal not in range(128)")) return false;
  }
  return true;
}

static uint32_t unit_at(const reader *in, uint64_t at, int size) {
  uint32_t unit = 0;
  for (int i = 0; i < size; i++) unit |= (uint32_t)in->bytes[at + (uint64_t)i] << 8 * (is_big_endian(in->codec) ? size - 1 - i : i);
  return unit;
}

/* Without a mark the order is the machine's, little-endian; a mark is no part of the text. */
static uint64_t skip_mark(reader *in, int size) {
  if (in->codec != UTF_16 && in->codec != UTF_32) return 0;
  bool wide = in->codec == UTF_32;
  uint32_t first = in->size < (uint64_t)size ? 0 : unit_at(in, 0, size);
  bool swapped = first == (wide ? 0xfffe0000u : 0xfffeu);
  in->codec = wide ? (swapped ? UTF_32_BE : UTF_32_LE) : swapped ? UTF_16_BE : UTF_16_LE;
  in->name = encoding_name(in->codec);
  return swapped || first == 0xfeff ? (uint64_t)size : 0;
}

static bool decode_utf16(reader *in) {
  for (uint64_t at = skip_mark(in, 2); at < in->size;) {
    uint64_t left = in->size - at;
    if (!goes_on(in, at)) return false;
    if (left == 1) return wrong(in, at, at + 1, "truncated data");
    uint32_t unit = unit_at(in, at, 2);
    if (!is_surrogate(unit)) {
      take(in, unit);
      at += 2;
      continue;
    }
    bool pass = in->handler == SURROGATEPASS;
    if (unit >= 0xdc00) {
      if (pass) take(in, unit);
      else if (!wrong(in, at, at + 2, "illegal encoding")) return false;
      at += 2;
      continue;
    }
    if (left < 4) {
      if (pass && left >= 2) {
        take(in, unit);
        at += 2;
        continue;
      }
      return wrong(in, at, in->size, "unexpected end of data");
    }
    uint32_t low = unit_at(in, at + 2, 2);
    if (low >= 0xdc00 && low < 0xe000) {
      take(in, 0x10000u + ((unit - 0xd800u) << 10) + (low - 0xdc00u));
      at += 4;
      continue;
    }
    if (pass) take(in, unit);
    else if (!wrong(in, at, at + 2, "illegal UTF-16 surrogate")) return false;
    at += 2;
  }
  return true;
}

static bool decode_utf32(reader *in) {
  for (uint64_t at = skip_mark(in, 4); at < in->size;) {
    if (!goes_on(in, at)) return false;
    if (in->size - at < 4) return wrong(in, at, in->size, "truncated data");
    uint32_t code = unit_at(in, at, 4);
    if (is_surrogate(code) && in->handler != SURROGATEPASS) {
      if (!wrong(in, at, at + 4, "code point in surrogate code point range(0xd800, 0xe000)")) return false;
    } else if (code > BELL_CODE_POINT_MAX) {
      if (!wrong(in, at, at + 4, "code point not in range(0x110000)")) return false;
    } else {
      take(in, code);
    }
    at += 4;
  }
  return true;
}

static bool decode(reader *in) {
  if (in->codec == ASCII || in->codec == LATIN_1) return decode_plain(in);
  if (is_16(in->codec)) return decode_utf16(in);
  if (is_32(in->codec)) return decode_utf32(in);
  bool marked = in->codec == UTF_8_SIG && in->size >= 3 && memcmp(in->bytes, "\xef\xbb\xbf", 3) == 0;
  if (marked) { /* its messages count from behind the mark */
    in->bytes += 3;
    in->size -= 3;
  }
  return decode_utf8(in, 0);
}

bell_word bell_bytes_decode(bell_ctx *ctx, bell_ref bytes, bell_word encoding, bell_word errors) {
  enum codec codec;
  if (bell_bytes_length(ctx, bytes) == 0) return bell_str_from_ascii(ctx, "", 0); /* whatever the names */
  if (!codec_of(ctx, encoding, &codec) || !bell_charge(ctx, (int64_t)(bell_bytes_length(ctx, bytes) / 4))) return 0;
  reader first = {.ctx = ctx, .bytes = bell_bytes_data(ctx, bytes), .size = bell_bytes_length(ctx, bytes), .codec = codec,
                  .handler = handler_of(ctx, errors), .errors = errors, .name = encoding_name(codec)};
  reader in = first;
  if (!decode(&in)) return 0;
  if (in.length > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  uint32_t width = bell_str_width(in.seen);
  if (!bell_reserve(ctx, bell_str_bytes(in.length, width))) return 0;
  bell_ref made = bell_str_alloc(ctx, in.length, in.seen);
  in = first;
  in.bytes = bell_bytes_data(ctx, bytes);
  in.out = bell_at(ctx, made + sizeof(bell_str));
  in.width = width;
  return decode(&in) ? made : 0;
}
