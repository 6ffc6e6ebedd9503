/* Messages of faults: whole, cut at one length, and there where the heap is full. */
#include "runtime/raise.h"

#include "check.h"
#include "runtime/exc.h"
#include "runtime/test_module.h"

static void test_what_is_told(void) {
  bell_ctx *ctx = make_context(false);
  CHECK(bell_raise(ctx, 750, "%s() takes %d", "f", 2) == 0 && ctx->fault == 750 && ctx->told_size == 11);
  CHECK(bell_raise(ctx, 751, "later") == 0 && ctx->fault == 750); /* the first fault stays */
  CHECK(tells(ctx, "f() takes 2"));
  bell_fault(ctx, 501);
  CHECK(ctx->told_size == 0); /* no message of an earlier fault */
  ctx->fault = 0;
  bell_word name = text(ctx, "h\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80");
  char utf8[BELL_RAISE_MAX];
  CHECK(strcmp(bell_told_str(ctx, name, utf8), "h\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80") == 0);
  CHECK(strcmp(bell_told(ctx, name, 1, 3, utf8), "\xc3\xa9\xe4\xb8\xad") == 0 && strcmp(bell_told(ctx, name, 2, 2, utf8), "") == 0);
  bell_raise(ctx, 751, "%%c arg");
  CHECK(bell_told_begins(ctx, '%') && !bell_told_begins(ctx, 'c'));
  bell_ctx_destroy(ctx);
}

static void test_cuts(void) {
  bell_ctx *ctx = make_context(false);
  char letters[BELL_RAISE_MAX + 8];
  for (size_t size = BELL_RAISE_MAX - 6; size <= BELL_RAISE_MAX + 2; size++) {
    /* Letters, then a character of four bytes: there if all of it fits. */
    memset(letters, 'x', size);
    memcpy(letters + size, "\xf0\x9f\x98\x80", 5);
    bell_raise(ctx, 750, "%s", letters);
    bool fits = size + 4 <= BELL_RAISE_MAX - 1;
    uint32_t wanted = fits ? (uint32_t)size + 4 : size < BELL_RAISE_MAX - 1 ? (uint32_t)size : BELL_RAISE_MAX - 1;
    CHECK(ctx->told_size == wanted && ctx->told[wanted] == 0 && memcmp(ctx->told, letters, wanted) == 0);
    ctx->fault = 0;
    /* The same where it is a name inside the message. */
    char utf8[BELL_RAISE_MAX];
    bell_raise(ctx, 750, "%s.", bell_told_str(ctx, text(ctx, letters), utf8));
    wanted = fits && wanted < BELL_RAISE_MAX - 1 ? wanted + 1 : wanted;
    CHECK(ctx->told_size == (size < BELL_RAISE_MAX - 1 ? wanted : BELL_RAISE_MAX - 1));
    ctx->fault = 0;
  }
  bell_ctx_destroy(ctx);
}

static void test_no_room_is_no_reason(void) {
  bell_ctx *ctx = make_context(false);
  bell_word first = 0;
  while (ctx->fault == 0) { /* a list of lists, until nothing fits */
    bell_word made = bell_list_new(ctx, T_LIST_ANY, 2000);
    if (made == 0) break;
    first = keep(ctx, made);
  }
  CHECK(first != 0 && ctx->fault == 803);
  ctx->fault = 0;
  bell_raise(ctx, 751, "'%s' object has no attribute '%s'", "list", "x");
  CHECK(tells(ctx, "'list' object has no attribute 'x'"));
  bell_exc_clear(ctx);
  CHECK(ctx->told_size == 0);
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_what_is_told();
  test_cuts();
  test_no_room_is_no_reason();
  return 0;
}
