/* Strings made longer: justification, zero filling, tab stops. */
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/str_copy.h"

/* The string with so many fill characters on both sides. */
static bell_word pad(bell_ctx *ctx, bell_word a, uint64_t left, uint64_t right, uint32_t fill) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  uint64_t length = s->length;
  uint32_t seen = fill | (s->head.flags & BELL_STR_ASCII ? 0 : s->head.aux == 1 ? 0x80 : s->head.aux == 2 ? 0x100 : 0x10000);
  uint32_t width = bell_str_width(seen);
  if (left + length + right > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  if (!bell_reserve(ctx, bell_str_bytes(left + length + right, width))) return 0;
  bell_ref made = bell_str_alloc(ctx, left + length + right, seen);
  s = BELL_STR_AT(ctx, a);
  uint8_t *to = bell_at(ctx, made + sizeof(bell_str));
  bool done = bell_str_fill_blocks(ctx, to, width, left, fill) &&
              bell_str_copy_long(ctx, to + left * width, width, bell_str_data(ctx, s), s->head.aux, length) &&
              bell_str_fill_blocks(ctx, to + (left + length) * width, width, right, fill);
  return done ? made : 0;
}

enum side { CENTER, LEFT, RIGHT };

static bell_word justify(bell_ctx *ctx, bell_word a, int64_t width, bell_word c, enum side side) {
  const bell_str *s = BELL_STR_AT(ctx, a), *fill = BELL_STR_AT(ctx, c);
  if (fill->length != 1) return bell_fault(ctx, 717);
  if (!bell_charge(ctx, (width > s->length ? width : s->length) / 16)) return 0;
  if (width <= s->length) return a;
  uint64_t margin = (uint64_t)width - s->length, left = 0;
  if (side == CENTER) left = margin / 2 + (margin & (uint64_t)width & 1); /* an odd one goes left when the width is odd */
  if (side == RIGHT) left = margin;
  return pad(ctx, a, left, margin - left, bell_str_code(ctx, fill, 0));
}

bell_word bell_str_center(bell_ctx *ctx, bell_word a, int64_t width, bell_word fill) { return justify(ctx, a, width, fill, CENTER); }
bell_word bell_str_ljust(bell_ctx *ctx, bell_word a, int64_t width, bell_word fill) { return justify(ctx, a, width, fill, LEFT); }
bell_word bell_str_rjust(bell_ctx *ctx, bell_word a, int64_t width, bell_word fill) { return justify(ctx, a, width, fill, RIGHT); }

bell_word bell_str_zfill(bell_ctx *ctx, bell_word a, int64_t width) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (!bell_charge(ctx, (width > s->length ? width : s->length) / 16)) return 0;
  if (width <= s->length) return a;
  uint32_t sign = s->length ? bell_str_code(ctx, s, 0) : 0;
  uint64_t zeros = (uint64_t)width - s->length;
  bell_word made = pad(ctx, a, zeros, 0, '0');
  if (made && (sign == '+' || sign == '-')) {
    const bell_str *t = BELL_STR_AT(ctx, made);
    void *data = bell_at(ctx, t->data);
    bell_str_write(data, t->head.aux, zeros, '0');
    bell_str_write(data, t->head.aux, 0, sign);
  }
  return made;
}

/* The length with tabs expanded to `size` columns; UINT64_MAX when it is beyond any limit, or the run is to end. */
static uint64_t expanded_length(bell_ctx *ctx, const void *data, uint32_t width, uint32_t length, int64_t size) {
  unsigned __int128 total = 0;
  uint64_t column = 0;
  for (uint32_t i = 0; i < length; i++) {
    uint32_t code = bell_str_read(data, width, i);
    uint64_t step = 1;
    if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 4)) return UINT64_MAX;
    if (code == '\t') step = size > 0 ? (uint64_t)size - column % (uint64_t)size : 0;
    total += step;
    column = code == '\n' || code == '\r' ? 0 : column % (uint64_t)(size > 0 ? size : 1) + step; /* only its place between stops matters */
  }
  return total > INT64_MAX ? UINT64_MAX : (uint64_t)total;
}

bell_word bell_str_expandtabs(bell_ctx *ctx, bell_word a, int64_t size) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  const void *data = bell_str_data(ctx, s);
  uint32_t width = s->head.aux, count = s->length;
  uint64_t length = expanded_length(ctx, data, width, count, size);
  if (ctx->fault != 0 || !bell_charge(ctx, length > INT64_MAX ? INT64_MAX : (int64_t)((count + length) / 16))) return 0;
  if (length > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  uint32_t seen = 0;
  if (!(s->head.flags & BELL_STR_ASCII)) seen = bell_str_seen(ctx, s, 0, count); /* tabs and blanks are ASCII: no change of width */
  if (!bell_reserve(ctx, bell_str_bytes(length, width))) return 0;
  bell_ref made = bell_str_alloc(ctx, length, seen);
  data = bell_str_data(ctx, BELL_STR_AT(ctx, a));
  uint8_t *to = bell_at(ctx, made + sizeof(bell_str));
  uint64_t place = 0, column = 0;
  for (uint32_t i = 0; i < count; i++) {
    if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 4)) return 0;
    uint32_t code = bell_str_read(data, width, i);
    if (code == '\t') {
      uint64_t step = size > 0 ? (uint64_t)size - column % (uint64_t)size : 0;
      if (!bell_str_fill_blocks(ctx, to + place * width, width, step, ' ')) return 0;
      place += step;
      column += step;
    } else {
      bell_str_write(to, width, place++, code);
      column = code == '\n' || code == '\r' ? 0 : column + 1;
    }
  }
  return made;
}
