/* What kind of characters a string is made of: the is... methods. */
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/unicode.h"

/* Has every character one of the flags? `empty` is the answer for the empty string. */
static int64_t all_have(bell_ctx *ctx, bell_word a, uint32_t flags, bool empty) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  if (s->length == 0) return empty;
  const void *data = bell_str_data(ctx, s);
  for (uint32_t i = 0; i < s->length; i++) {
    if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 2)) return false;
    if (!(bell_code_flags(bell_str_read(data, s->head.aux, i)) & flags)) return false;
  }
  return true;
}

int64_t bell_str_isalpha(bell_ctx *ctx, bell_word a) { return all_have(ctx, a, BELL_CODE_ALPHA, false); }
int64_t bell_str_isdigit(bell_ctx *ctx, bell_word a) { return all_have(ctx, a, BELL_CODE_DIGIT, false); }
int64_t bell_str_isnumeric(bell_ctx *ctx, bell_word a) { return all_have(ctx, a, BELL_CODE_NUMERIC, false); }
int64_t bell_str_isdecimal(bell_ctx *ctx, bell_word a) { return all_have(ctx, a, BELL_CODE_DECIMAL, false); }
int64_t bell_str_isspace(bell_ctx *ctx, bell_word a) { return all_have(ctx, a, BELL_CODE_SPACE, false); }
int64_t bell_str_isprintable(bell_ctx *ctx, bell_word a) { return all_have(ctx, a, BELL_CODE_PRINTABLE, true); }

int64_t bell_str_isalnum(bell_ctx *ctx, bell_word a) {
  return all_have(ctx, a, BELL_CODE_ALPHA | BELL_CODE_DECIMAL | BELL_CODE_DIGIT | BELL_CODE_NUMERIC, false);
}

int64_t bell_str_isascii(bell_ctx *ctx, bell_word a) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  return bell_charge(ctx, s->length / 16) && s->head.flags & BELL_STR_ASCII;
}

/* Is some character of `wanted` and none of `refused`? */
static int64_t some_and_none(bell_ctx *ctx, bell_word a, uint32_t wanted, uint32_t refused) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  const void *data = bell_str_data(ctx, s);
  bool some = false;
  for (uint32_t i = 0; i < s->length; i++) {
    if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 2)) return false;
    uint32_t flags = bell_code_flags(bell_str_read(data, s->head.aux, i));
    if (flags & refused) return false;
    some |= (flags & wanted) != 0;
  }
  return some;
}

int64_t bell_str_isupper(bell_ctx *ctx, bell_word a) { return some_and_none(ctx, a, BELL_CODE_UPPER, BELL_CODE_LOWER | BELL_CODE_TITLE); }
int64_t bell_str_islower(bell_ctx *ctx, bell_word a) { return some_and_none(ctx, a, BELL_CODE_LOWER, BELL_CODE_UPPER | BELL_CODE_TITLE); }

int64_t bell_str_istitle(bell_ctx *ctx, bell_word a) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  const void *data = bell_str_data(ctx, s);
  bool cased = false, after_cased = false;
  for (uint32_t i = 0; i < s->length; i++) {
    if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 2)) return false;
    uint32_t flags = bell_code_flags(bell_str_read(data, s->head.aux, i));
    bool begins = flags & (BELL_CODE_UPPER | BELL_CODE_TITLE), goes_on = flags & BELL_CODE_LOWER;
    if (begins ? after_cased : goes_on && !after_cased) return false;
    after_cased = begins || goes_on;
    cased |= after_cased;
  }
  return cased;
}

int64_t bell_str_isidentifier(bell_ctx *ctx, bell_word a) {
  const bell_str *s = BELL_STR_AT(ctx, a);
  if (!bell_charge(ctx, s->length / 16)) return 0;
  if (s->length == 0 || !(bell_code_flags(bell_str_code(ctx, s, 0)) & BELL_CODE_IDENTIFIER_START)) return false;
  const void *data = bell_str_data(ctx, s);
  for (uint32_t i = 1; i < s->length; i++) {
    if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 2)) return false;
    if (!(bell_code_flags(bell_str_read(data, s->head.aux, i)) & BELL_CODE_IDENTIFIER_CONTINUE)) return false;
  }
  return true;
}
