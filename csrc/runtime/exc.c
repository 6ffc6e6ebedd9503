#include "runtime/exc.h"

#include <math.h>
#include <stdlib.h>

#include "runtime/any.h"
#include "runtime/decimal.h"
#include "runtime/faults.inc"
#include "runtime/heap.h"
#include "runtime/ops.h"
#include "runtime/raise.h"
#include "runtime/special.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

static bool is_catchable(uint32_t code) {
  switch (code) {
#define BELL_CATCHABLE(number) case number:
    BELL_CATCHABLE_CODES
#undef BELL_CATCHABLE
    return true;
  default: return false;
  }
}

/* Whether the first operand of the faulting op, a float or a word of class any, is an infinity: it has no int in CPython either, as large floats have. */
static bool is_of_infinity(const bell_ctx *ctx) {
  bell_word word = ctx->fault_a;
  if (word == bell_bits(INFINITY) || word == bell_bits(-INFINITY)) return true;
  if (!bell_is_ref(word) || word >= ctx->heap->region_size) return false;
  const bell_head *head = BELL_HEAD_AT(ctx, word);
  if (head->kind == BELL_DECIMAL) return (head->aux & BELL_DEC_INFINITE) != 0;
  return head->kind == BELL_FLOAT && isinf(BELL_BOX_AT(ctx, word)->f);
}

bool bell_exc_is_catchable(const bell_ctx *ctx) { return is_catchable(ctx->fault) || (ctx->fault == BELL_E0504 && is_of_infinity(ctx)); }

int64_t bell_exc_caught(bell_ctx *ctx) {
  if (!bell_exc_is_catchable(ctx)) return 0;
  ctx->heap->temporary_count = ctx->temporaries;
  return 1;
}

void bell_exc_clear(bell_ctx *ctx) {
  ctx->fault = ctx->fault_site = 0;
  ctx->fault_text = 0;
  ctx->told_size = 0;
  ctx->fault_name = NULL;
  ctx->fault_inside = 0;
  ctx->unwind_count = 0;
  ctx->raised = 0;
}

void bell_exc_note(bell_ctx *ctx, const bell_exc_recipe *recipe) {
  if (ctx->recipes == NULL) ctx->recipes = calloc(BELL_EXC_RECIPES, sizeof *ctx->recipes);
  if (ctx->recipes == NULL) return;
  bell_exc_recipe *noted = &ctx->recipes[recipe->site % BELL_EXC_RECIPES];
  char *text = malloc((size_t)recipe->text_size + 1);
  if (text == NULL) return;
  if (recipe->text_size > 0) memcpy(text, recipe->text, recipe->text_size);
  free(noted->text);
  *noted = *recipe;
  noted->text = text;
}

void bell_exc_forget_all(bell_ctx *ctx) {
  for (uint32_t i = 0; ctx->recipes != NULL && i < BELL_EXC_RECIPES; i++) free(ctx->recipes[i].text);
  free(ctx->recipes);
  ctx->recipes = NULL;
}

bell_word bell_exc_make(bell_ctx *ctx, uint32_t type, bell_word argument) {
  const bell_type *row = &ctx->types[type];
  bell_root_push(ctx, argument);
  bell_ref args = bell_tuple_of_any(ctx, &argument, 1), ref = 0;
  uint64_t bytes = sizeof(bell_head) + (uint64_t)row->slot_count * 8;
  bell_root_push(ctx, args);
  if (args != 0 && bell_heap_reserve(ctx, BELL_ROUND(bytes))) {
    ref = bell_heap_take(ctx, bytes, BELL_RECORD, 0, type);
    bell_word *slots = BELL_TUPLE_AT(ctx, ref)->slots;
    slots[0] = args;
    for (uint32_t i = 1; i < row->slot_count; i++)
      slots[i] = row->slot_classes[i] != BELL_CLASS_ANY ? 0 : i < BELL_EXC_NOTES ? BELL_NONE : BELL_UNSET;
  }
  bell_root_pop(ctx, 2);
  return ref;
}

/* By the recipe of the recorded fault, which this ends. */
static bell_word make_by(bell_ctx *ctx, const bell_exc_recipe *recipe) {
  bell_word word = recipe->operand == 0 ? ctx->fault_a : ctx->fault_b;
  uint32_t told_size = ctx->told_size;
  bell_exc_clear(ctx);
  if (recipe->operand == BELL_EXC_TOLD) word = bell_str_from_utf8(ctx, ctx->told, told_size);
  else if (recipe->operand == BELL_EXC_TEXT) word = bell_str_from_utf8(ctx, recipe->text, recipe->text_size);
  else word = bell_any_from_class(ctx, (uint8_t)recipe->class_, word);
  return ctx->fault == 0 ? bell_exc_make(ctx, recipe->type, word) : 0;
}

/* Write down where an exception object was raised first, for the error it becomes if it is raised again and nothing takes it. */
static bell_word sited(bell_ctx *ctx, bell_word error, uint32_t site) {
  if (error != 0 && bell_is_ref(error) && BELL_HEAD_AT(ctx, error)->kind == BELL_RECORD) {
    const bell_type *row = &ctx->types[BELL_HEAD_AT(ctx, error)->type];
    bell_word *slots = BELL_TUPLE_AT(ctx, error)->slots;
    if (row->slot_count > BELL_EXC_SITE && row->slot_classes[BELL_EXC_SITE] == BELL_CLASS_ANY && slots[BELL_EXC_SITE] == BELL_NONE) {
      slots[BELL_EXC_SITE] = bell_any_from_int(ctx, site); /* of 32 bits: no box */
    }
  }
  return error;
}

static bell_word current(bell_ctx *ctx) {
  bell_word raised = ctx->raised;
  if (raised == 0 && ctx->recipes != NULL && ctx->fault_text == 0) {
    const bell_exc_recipe *recipe = &ctx->recipes[ctx->fault_site % BELL_EXC_RECIPES];
    bool is_told = recipe->operand == BELL_EXC_TOLD;
    if (recipe->code == ctx->fault && recipe->site == ctx->fault_site && is_told == (ctx->told_size > 0)) return make_by(ctx, recipe);
  }
  if (raised == 0 && ctx->explain != NULL) return ctx->explain(ctx);
  bell_exc_clear(ctx);
  return raised == 0 ? BELL_NONE : raised;
}

bell_word bell_exc_current(bell_ctx *ctx) {
  uint32_t site = ctx->fault_site;
  return sited(ctx, current(ctx), site);
}

/* --- exceptions that nothing took ------------------------------------------------------------------------------------------------- */

/* "Name: text" of an exception, "Name" where the text is empty; 0 on a fault. */
static bell_ref last_line(bell_ctx *ctx, const bell_member *member, bell_word error, const char *name) {
  bell_word text = bell_special_text(ctx, member, error, 0, "__str__", 0);
  if (ctx->fault != 0) return 0;
  bell_root_push(ctx, text);
  bell_word line = bell_str_from_utf8(ctx, name, strlen(name));
  if (ctx->fault == 0 && BELL_STR_AT(ctx, text)->length > 0) {
    bell_root_push(ctx, line);
    bell_word mark = bell_str_from_utf8(ctx, ": ", 2);
    bell_root_push(ctx, mark);
    if (ctx->fault == 0) line = bell_str_concat(ctx, line, mark);
    bell_root_pop(ctx, 1);
    if (ctx->fault == 0) {
      bell_root_push(ctx, line);
      line = bell_str_concat(ctx, line, text);
      bell_root_pop(ctx, 1);
    }
    bell_root_pop(ctx, 1);
  }
  bell_root_pop(ctx, 1);
  return ctx->fault == 0 ? line : 0;
}

/* What no program can catch ended the telling: a limit, a refused capability. Then that is how the run ends, in the calls below the one that raised the exception. */
static void ends_there(bell_ctx *ctx, uint32_t raised_at) {
  if (!ctx->fault_inside) ctx->fault_site = raised_at;
  else {
    if (ctx->unwind_count < BELL_UNWIND_MAX) ctx->unwind_sites[ctx->unwind_count] = raised_at;
    ctx->unwind_count++;
  }
  ctx->fault_inside = 0;
  ctx->raised = 0;
}

void bell_exc_tell(bell_ctx *ctx) {
  bell_word error = ctx->raised;
  if (ctx->fault != BELL_E0705 || error == 0) return;
  const bell_member *member = bell_special(ctx, bell_any_value(ctx, error), BELL_SPECIAL_STR);
  if (member == NULL || member->kind >= BELL_MEMBER_OBJECT) return;
  bell_ctx before = *ctx; /* of which what a call of the program changes is put back */
  ctx->roots_top = ctx->roots_base;
  ctx->invoked = ctx->temporaries = 0;
  ctx->heap->temporary_count = 0;
  ctx->trace_next = ctx->trace_end = ctx->trace_at = ctx->trace_limit = NULL;
  ctx->trace_bits = 1;
  ctx->trace = NULL;
  ctx->profile = NULL;
  bell_exc_clear(ctx);
  bell_root_push(ctx, error); /* what the error shows of it is read later: nothing is collected until then */
  const char *name = ctx->types[BELL_HEAD_AT(ctx, error)->type].told;
  bell_ref line = last_line(ctx, member, error, name);
  ctx->heap->temporary_count = 0;
  ctx->trace_next = before.trace_next;
  ctx->trace_end = before.trace_end;
  ctx->trace_at = before.trace_at;
  ctx->trace_limit = before.trace_limit;
  ctx->trace_bits = before.trace_bits;
  ctx->trace = before.trace;
  ctx->profile = before.profile;
  if (line == 0 && ctx->fault != 0 && !bell_exc_is_catchable(ctx)) {
    ends_there(ctx, before.fault_site);
    return;
  }
  bell_exc_clear(ctx);
  if (line == 0) bell_raise(ctx, BELL_E0705, "%.200s: <exception str() failed>", name);
  ctx->fuel = before.fuel;
  ctx->fuel_reserve = before.fuel_reserve;
  ctx->iterations_left = before.iterations_left;
  ctx->depth_left = before.depth_left;
  ctx->depth_least = before.depth_least;
  ctx->fault = before.fault;
  ctx->fault_site = before.fault_site;
  ctx->fault_a = before.fault_a;
  ctx->fault_b = before.fault_b;
  ctx->fault_name = before.fault_name;
  ctx->fault_inside = before.fault_inside;
  ctx->raised = error;
  ctx->unwind_count = before.unwind_count;
  memcpy(ctx->unwind_sites, before.unwind_sites, sizeof before.unwind_sites);
  ctx->fault_text = line;
}
