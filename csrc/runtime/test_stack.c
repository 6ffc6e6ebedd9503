/* The guest stack: calls run on it, come back to the host's, go as deep as it was reserved for, and stop at the guard page. */
#include "runtime/stack.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static bell_stack stack;

static bool is_on_stack(const void *place) {
  const uint8_t *at = place;
  return at > stack.start && at < stack.start + stack.size;
}

static void add(bell_ctx *ctx, bell_word *words) {
  volatile double local = (double)words[1]; /* an aligned spill slot of this frame */
  CHECK(is_on_stack((const void *)&local));
  CHECK(((uintptr_t)&local & 7) == 0);
  ctx->fuel -= 1;
  words[0] += (bell_word)local;
}

/* A frame of about 300 bytes that the compiler cannot turn into a loop. */
static uint64_t descend(uint64_t depth, volatile uint8_t *above) {
  volatile uint8_t frame[256];
  frame[0] = (uint8_t)depth;
  if (above != NULL) frame[1] = above[0];
  return depth == 0 ? 1 : descend(depth - 1, frame) + frame[0] - (uint8_t)depth + 1;
}

static void deep(bell_ctx *ctx, bell_word *words) {
  (void)ctx;
  words[0] = descend(words[0], NULL);
}

static void test_call_and_return(void) {
  CHECK(bell_stack_open(&stack, 100, 256));
  bell_ctx ctx = {.fuel = 10};
  bell_word words[2] = {40, 2};
  CHECK(!is_on_stack(words));
  for (int round = 0; round < 1000; round++) {
    words[0] = 40;
    bell_stack_call(&stack, add, &ctx, words);
    CHECK(words[0] == 42);
  }
  CHECK(ctx.fuel == 10 - 1000);
  bell_stack_trim(&stack);
  words[0] = 1;
  bell_stack_call(&stack, add, &ctx, words);
  CHECK(words[0] == 3);
  bell_stack_close(&stack);
  CHECK(stack.start == NULL);
  bell_stack_close(&stack);
}

static void test_depth(void) {
  /* Frames under a sanitizer are larger than in a plain build. */
  CHECK(bell_stack_open(&stack, 100000, 1024));
  bell_ctx ctx = {0};
  bell_word words[1] = {100000};
  bell_stack_call(&stack, deep, &ctx, words);
  CHECK(words[0] == 100001);
  bell_stack_trim(&stack);
  words[0] = 50000;
  bell_stack_call(&stack, deep, &ctx, words);
  CHECK(words[0] == 50001);
  bell_stack_close(&stack);
}

static void test_guard_page(void) {
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    CHECK(bell_stack_open(&stack, 1, 64));
    volatile uint8_t *guard = stack.start;
    guard[0] = 1;
    _exit(0); /* reached only without the guard */
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(!(WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

static void test_absurd_sizes(void) {
  CHECK(!bell_stack_open(&stack, UINT64_MAX, 4096));
  CHECK(stack.start == NULL);
  CHECK(!bell_stack_open(&stack, 1 << 20, BELL_STACK_MAX));
  CHECK(bell_stack_open(&stack, 0, 0));
  CHECK(stack.size >= BELL_STACK_HOST);
  bell_stack_close(&stack);
}

int main(void) {
  test_call_and_return();
  test_depth();
  test_guard_page();
  test_absurd_sizes();
  return 0;
}
