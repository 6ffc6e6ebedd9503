/* Which faults a program catches, and what catching one leaves. */
#include "runtime/exc.h"

#include <math.h>

#include "check.h"
#include "runtime/any.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/test_module.h"
#include "runtime/tuple.h"

static bool is_caught(bell_ctx *ctx, uint32_t code) {
  ctx->fault = code;
  bool caught = bell_exc_caught(ctx) != 0;
  ctx->fault = 0;
  return caught;
}

static void test_what_is_caught(void) {
  bell_ctx *ctx = make_context(false);
  const uint32_t errors[] = {308, 309, 501, 503, 505, 701, 702, 703, 705, 750, 751, 766, 780, 790, 798};
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) CHECK(is_caught(ctx, errors[i]));
  const uint32_t limits[] = {6, 801, 802, 803, 804, 805, 901, 1201}; /* limits, interrupts, what is refused, mistakes of ours */
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) CHECK(!is_caught(ctx, limits[i]));
  bell_ctx_destroy(ctx);
}

static void test_infinities_are_caught(void) {
  bell_ctx *ctx = make_context(false);
  ctx->fault_a = bell_bits(1e300); /* no int of 64 bits: the host runs such a program otherwise */
  CHECK(!is_caught(ctx, 504));
  ctx->fault_a = bell_bits(-INFINITY);
  CHECK(is_caught(ctx, 504));
  ctx->fault_a = keep(ctx, bell_any_from_float(ctx, INFINITY));
  CHECK(is_caught(ctx, 504));
  ctx->fault_a = keep(ctx, bell_any_from_float(ctx, 1e300));
  CHECK(!is_caught(ctx, 504));
  ctx->fault_a = bell_any_from_int(ctx, 1);
  CHECK(!is_caught(ctx, 504));
  bell_ctx_destroy(ctx);
}

static void test_roots_of_ended_functions_are_dropped(void) {
  bell_ctx *ctx = make_context(false);
  bell_root_push(ctx, BELL_NONE);
  ctx->temporaries = 1;
  bell_root_push(ctx, BELL_TRUE);
  bell_root_push(ctx, BELL_FALSE);
  ctx->fault = 803;
  CHECK(!bell_exc_caught(ctx) && ctx->heap->temporary_count == 3); /* not caught: others drop them */
  ctx->fault = 0;
  CHECK(is_caught(ctx, 701) && ctx->heap->temporary_count == 1);
  bell_root_pop(ctx, 1);
  bell_ctx_destroy(ctx);
}

static bell_word explained(bell_ctx *ctx) {
  uint32_t code = ctx->fault;
  bell_exc_clear(ctx);
  return bell_any_from_int(ctx, code);
}

static void test_the_object_is_made_once(void) {
  bell_ctx *ctx = make_context(false);
  bell_raise(ctx, 751, "no such thing");
  ctx->unwind_count = 2, ctx->fault_inside = 1, ctx->fault_site = 5;
  ctx->explain = explained;
  CHECK(bell_exc_current(ctx) == bell_any_from_int(ctx, 751)); /* the host makes it */
  CHECK(ctx->fault == 0 && ctx->told_size == 0 && ctx->unwind_count == 0 && ctx->fault_inside == 0 && ctx->fault_site == 0);
  bell_word raised = text(ctx, "raised"); /* an object that was raised is it */
  ctx->raised = raised;
  ctx->fault = 705;
  CHECK(bell_exc_current(ctx) == raised && ctx->raised == 0 && ctx->fault == 0);
  ctx->explain = NULL;
  ctx->fault = 701;
  CHECK(bell_exc_current(ctx) == BELL_NONE && ctx->fault == 0);
  bell_raise(ctx, 751, "again");
  bell_exc_clear(ctx);
  CHECK(ctx->fault == 0 && ctx->fault_text == 0 && ctx->told_size == 0);
  bell_ctx_destroy(ctx);
}

static void test_recipes(bool stress) {
  bell_ctx *ctx = make_context(stress);
  ctx->explain = explained;
  char text_[] = "list index out of range";
  bell_exc_note(ctx, &(bell_exc_recipe){.site = 3, .code = 701, .type = T_ERROR, .operand = BELL_EXC_TEXT, .text = text_, .text_size = sizeof text_ - 1});
  text_[0] = 'x'; /* it is copied */
  ctx->fault = 701, ctx->fault_site = 3;
  CHECK(reads(ctx, keep(ctx, bell_any_repr(ctx, BELL_TUPLE_AT(ctx, keep(ctx, bell_exc_current(ctx)))->slots[0])), "('list index out of range',)"));
  ctx->fault = 501, ctx->fault_site = 3; /* another fault of the op */
  CHECK(bell_exc_current(ctx) == bell_any_from_int(ctx, 501));
  ctx->fault = 701, ctx->fault_site = 3 + BELL_EXC_RECIPES; /* another site of the same place */
  CHECK(bell_exc_current(ctx) == bell_any_from_int(ctx, 701));
  bell_exc_note(ctx, &(bell_exc_recipe){.site = 3, .code = 702, .type = T_ERROR, .operand = 1, .class_ = BELL_CLASS_FLOAT});
  ctx->fault = 702, ctx->fault_site = 3, ctx->fault_b = bell_bits(2.5);
  bell_word made = keep(ctx, bell_exc_current(ctx));
  CHECK(BELL_HEAD_AT(ctx, made)->type == T_ERROR && BELL_TUPLE_AT(ctx, made)->slots[1] == BELL_NONE);
  CHECK(reads(ctx, keep(ctx, bell_any_repr(ctx, BELL_TUPLE_AT(ctx, made)->slots[0])), "(2.5,)"));
  bell_exc_note(ctx, &(bell_exc_recipe){.site = 4, .code = 751, .type = T_ERROR, .operand = BELL_EXC_TOLD});
  ctx->fault_site = 4;
  bell_raise(ctx, 751, "no %s", "x");
  CHECK(reads(ctx, keep(ctx, bell_any_repr(ctx, BELL_TUPLE_AT(ctx, keep(ctx, bell_exc_current(ctx)))->slots[0])), "('no x',)"));
  ctx->fault = 751, ctx->fault_site = 4; /* without a message */
  CHECK(bell_exc_current(ctx) == bell_any_from_int(ctx, 751));
  bell_ctx_destroy(ctx);
}

int main(void) {
  test_recipes(false);
  test_recipes(true);

  test_what_is_caught();
  test_infinities_are_caught();
  test_roots_of_ended_functions_are_dropped();
  test_the_object_is_made_once();
  return 0;
}
