/* Calls of functions of the host: what goes there and comes back, faults with and without a message, and the stack they run on. */
#include "runtime/host.h"

#include "runtime/raise.h"
#include "runtime/stack.h"
#include "runtime/test_module.h"

static bell_stack stack;
static bool was_on_stack;
static uint32_t answer_code;

static bool is_on_stack(const void *place) {
  const uint8_t *at = place;
  return stack.start != NULL && at > stack.start && at < stack.start + stack.size;
}

/* The sum of the words, and 1000 for each function. */
static uint32_t sum(bell_ctx *ctx, uint32_t function, const bell_word *words, uint32_t count, bell_word *result) {
  volatile uint8_t frame[65536]; /* more than there would be left of a small guest stack */
  frame[0] = 1;
  was_on_stack = is_on_stack((const void *)&frame);
  *result = function * 1000 + frame[0] - 1;
  for (uint32_t i = 0; i < count; i++) *result += words[i];
  if (answer_code == 905) bell_raise(ctx, 905, "%s", "ValueError no");
  return answer_code;
}

static void call(bell_ctx *ctx, bell_word *words) { words[0] = bell_host_call(ctx, 7, words, 3); }

static void test_words_go_there_and_back(void) {
  bell_ctx ctx = {.host_call = sum};
  bell_word words[3] = {1, 2, 39};
  CHECK(bell_host_call(&ctx, 0, words, 3) == 42);
  CHECK(bell_host_call(&ctx, 2, NULL, 0) == 2000);
  CHECK(ctx.fault == 0 && !was_on_stack);
}

static void test_faults(void) {
  char told[BELL_RAISE_MAX];
  bell_ctx ctx = {.told = told};
  CHECK(bell_host_call(&ctx, 0, NULL, 0) == 0);
  CHECK(ctx.fault == 901); /* nothing is granted where there is no host */
  ctx.fault = 0;
  ctx.host_call = sum;
  answer_code = 907;
  CHECK(bell_host_call(&ctx, 1, NULL, 0) == 0);
  CHECK(ctx.fault == 907 && ctx.told_size == 0);
  ctx.fault = 0;
  answer_code = 905;
  CHECK(bell_host_call(&ctx, 1, NULL, 0) == 0);
  CHECK(ctx.fault == 905 && strcmp(ctx.told, "ValueError no") == 0);
  answer_code = 0;
}

static void test_the_host_runs_on_its_own_stack(void) {
  CHECK(bell_stack_open(&stack, 10, 256));
  bell_ctx ctx = {.host_call = sum};
  for (int round = 0; round < 1000; round++) {
    bell_word words[3] = {1, 2, 3};
    was_on_stack = true;
    bell_stack_call(&stack, call, &ctx, words);
    CHECK(words[0] == 7006);
    CHECK(!was_on_stack);
    CHECK(ctx.host_top == NULL && !ctx.on_stack);
  }
  bell_stack_close(&stack);
}

int main(void) {
  test_words_go_there_and_back();
  test_faults();
  test_the_host_runs_on_its_own_stack();
  return 0;
}
