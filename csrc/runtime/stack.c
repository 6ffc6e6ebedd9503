#include "runtime/stack.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* bell_stack_switch(ctx, words, entry, top): keep the host's stack pointer in the frame pointer, which every callee preserves, and call
 * on the other stack. Unwinders find the host's frames through the frame pointer. */
void bell_stack_switch(bell_ctx *ctx, bell_word *words, bell_native_fn entry, void *top) __attribute__((visibility("hidden")));

#if defined(__x86_64__)
__asm__(
    ".text\n"
    ".p2align 4\n"
    ".globl bell_stack_switch\n"
    ".hidden bell_stack_switch\n"
    ".type bell_stack_switch, @function\n"
    "bell_stack_switch:\n"
    "  .cfi_startproc\n"
    "  endbr64\n"
    "  pushq %rbp\n"
    "  .cfi_def_cfa_offset 16\n"
    "  .cfi_offset %rbp, -16\n"
    "  movq %rsp, %rbp\n"
    "  .cfi_def_cfa_register %rbp\n"
    "  movq %rcx, %rsp\n"
    "  callq *%rdx\n"
    "  movq %rbp, %rsp\n"
    "  popq %rbp\n"
    "  .cfi_def_cfa %rsp, 8\n"
    "  retq\n"
    "  .cfi_endproc\n"
    ".size bell_stack_switch, . - bell_stack_switch\n");
#elif defined(__aarch64__)
__asm__(
    ".text\n"
    ".p2align 4\n"
    ".globl bell_stack_switch\n"
    ".hidden bell_stack_switch\n"
    ".type bell_stack_switch, %function\n"
    "bell_stack_switch:\n"
    "  .cfi_startproc\n"
    "  hint #34\n" /* bti c */
    "  stp x29, x30, [sp, #-16]!\n"
    "  .cfi_def_cfa_offset 16\n"
    "  .cfi_offset w30, -8\n"
    "  .cfi_offset w29, -16\n"
    "  mov x29, sp\n"
    "  .cfi_def_cfa w29, 16\n"
    "  mov sp, x3\n"
    "  blr x2\n"
    "  mov sp, x29\n"
    "  .cfi_def_cfa wsp, 16\n"
    "  ldp x29, x30, [sp], #16\n"
    "  .cfi_def_cfa_offset 0\n"
    "  .cfi_restore w30\n"
    "  .cfi_restore w29\n"
    "  ret\n"
    "  .cfi_endproc\n"
    ".size bell_stack_switch, . - bell_stack_switch\n");
#else
#error "guest code runs on x86-64 and aarch64"
#endif

/* More than the frames of bell_stack_call and bell_stack_switch take, those of sanitizers included: below them the host's stack is free. */
#define HOST_FRAME_BYTES ((uintptr_t)4096)

static size_t page_bytes(void) { return (size_t)sysconf(_SC_PAGESIZE); }

bool bell_stack_open(bell_stack *stack, uint64_t depth, uint64_t frame_bytes) {
  *stack = (bell_stack){0};
  if (frame_bytes != 0 && depth > BELL_STACK_MAX / frame_bytes) {
    errno = ENOMEM;
    return false;
  }
  size_t page = page_bytes();
  size_t size = (size_t)(depth * frame_bytes + BELL_STACK_INVOKED + BELL_STACK_HOST);
  size = (size + page - 1) / page * page + page;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
#ifdef MAP_STACK
  flags |= MAP_STACK;
#endif
  uint8_t *start = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (start == MAP_FAILED) return false;
  if (mprotect(start, page, PROT_NONE) != 0) {
    int error = errno;
    munmap(start, size);
    errno = error;
    return false;
  }
  *stack = (bell_stack){start, size};
  return true;
}

void bell_stack_close(bell_stack *stack) {
  if (stack->start != NULL) munmap(stack->start, stack->size);
  *stack = (bell_stack){0};
}

void bell_stack_trim(bell_stack *stack) {
  size_t page = page_bytes();
  if (stack->size > page + BELL_STACK_HOST) (void)madvise(stack->start + page, stack->size - page - BELL_STACK_HOST, MADV_DONTNEED);
}

void bell_stack_call(const bell_stack *stack, bell_native_fn entry, bell_ctx *ctx, bell_word *words) {
  if (ctx->on_stack) {
    entry(ctx, words);
    return;
  }
  ctx->on_stack = true;
  ctx->host_top = (void *)(((uintptr_t)__builtin_frame_address(0) - HOST_FRAME_BYTES) & ~(uintptr_t)15);
  bell_stack_switch(ctx, words, entry, stack->start + stack->size);
  ctx->on_stack = false;
  ctx->host_top = NULL;
}

void bell_stack_leave(bell_ctx *ctx, bell_native_fn work, bell_word *words) {
  if (ctx->host_top == NULL) {
    work(ctx, words);
    return;
  }
  void *top = ctx->host_top;
  ctx->host_top = NULL;
  bell_stack_switch(ctx, words, work, top);
  ctx->host_top = top;
}
