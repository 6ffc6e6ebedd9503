/* See vm.h. The loops are in loop_plain.c, loop_debug.c and loop_branches.c. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "vm/vm.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/exc.h"
#include "runtime/trace.h"
#include "vm/state.h"

enum {
#define BELL_CODE(number, name, words) CODE_##name = number,
#include "vm/code.inc"
#undef BELL_CODE
};

/* The function whose code holds a word. */
static const bell_vm_function *function_of(const bell_vm_program *program, uint32_t word) {
  uint32_t low = 0, high = program->function_count;
  while (high - low > 1) {
    uint32_t middle = (low + high) / 2;
    if (program->functions[middle].entry <= word) low = middle;
    else high = middle;
  }
  return &program->functions[low];
}

static void visit_roots(bell_ctx *ctx, void (*visit)(bell_ctx *ctx, bell_word *word)) {
  bell_vm *vm = ctx->vm;
  const bell_vm_program *program = vm->program;
  for (const bell_activation *run = vm->running; run != NULL; run = run->outer) {
    /* The innermost frame is at a safepoint, each outer one at its call. */
    const bell_insn *pc = run->pc;
    bell_word *fp = run->fp;
    while (fp != run->base) {
      if (pc != NULL) { /* NULL: native code has taken this frame's parameters over, and roots them itself */
        const bell_vm_function *function = function_of(program, (uint32_t)(pc - program->code));
        const uint16_t *roots = program->roots + function->roots_first;
        for (uint32_t i = 0; i < function->roots_count; i++) visit(ctx, &fp[roots[i]]);
      }
      pc = (const bell_insn *)(uintptr_t)fp[-1] - 1;
      fp -= pc->a;
    }
  }
}

/* Where a fault at a word of the code leads, NULL where no handler is. */
static const bell_insn *handler_of(const bell_vm_program *program, uint32_t word) {
  uint32_t low = 0, high = program->handler_count / 2;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (program->handlers[2 * middle] < word) low = middle + 1;
    else high = middle;
  }
  if (low == program->handler_count / 2 || program->handlers[2 * low] != word) return NULL;
  return program->code + program->handlers[2 * low + 1];
}

const bell_insn *bell_vm_unwind(bell_ctx *ctx, const bell_activation *run, const bell_insn *pc, bell_word **frame, int64_t *depth) {
  const bell_vm_program *program = ((bell_vm *)ctx->vm)->program;
  bool caught = program->handler_count > 0 && bell_exc_caught(ctx);
  const bell_insn *handler = NULL;
  bell_word *fp = *frame;
  if (pc != NULL) { /* NULL: native code has recorded its own site */
    uint32_t word = (uint32_t)(pc - program->code);
    if (ctx->fault_inside) { /* in a function that this op called: the op is a call of the trail */
      ctx->fault_inside = 0;
      if (ctx->unwind_count < BELL_UNWIND_MAX) ctx->unwind_sites[ctx->unwind_count] = program->sites[word];
      ctx->unwind_count++;
    } else {
      ctx->fault_site = program->sites[word];
      ctx->unwind_count = 0;
    }
    if (caught) handler = handler_of(program, word);
  }
  while (handler == NULL && fp != run->base) {
    pc = (const bell_insn *)(uintptr_t)fp[-1] - 1;
    fp -= pc->a;
    ++*depth;
    if (fp == run->base) break;
    if (ctx->unwind_count < BELL_UNWIND_MAX) ctx->unwind_sites[ctx->unwind_count] = program->sites[pc - program->code];
    ctx->unwind_count++;
    if (caught) handler = handler_of(program, (uint32_t)(pc - program->code));
  }
  *frame = fp;
  return handler;
}

bell_vm *bell_vm_new(bell_ctx *ctx, const bell_vm_program *program) {
  bell_vm *vm = calloc(1, sizeof *vm);
  if (vm == NULL) return NULL;
  uint32_t count = program->function_count;
  vm->program = program;
  vm->entries = malloc((count + 1) * sizeof *vm->entries);
  vm->native_insns = calloc(count + 1, sizeof *vm->native_insns);
  vm->gather = malloc((program->gather_max + 1) * sizeof *vm->gather);
  /* One frame for each call that may be nested below the host's, one for the host's, one for the stub; native code may start anew, which
   * takes a stub's frame for each. Pages never touched cost nothing. */
  uint64_t words = ((uint64_t)ctx->depth_left + 2) * program->frame_max * 2 + 64;
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  vm->stack_bytes = (words * sizeof(bell_word) + page - 1) / page * page;
  void *stack = mmap(NULL, vm->stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  vm->stack = stack == MAP_FAILED ? NULL : stack;
  if (!vm->entries || !vm->native_insns || !vm->gather || !vm->stack) {
    bell_vm_delete(vm);
    return NULL;
  }
  for (uint32_t i = 0; i < count; i++) {
    vm->entries[i] = program->code + program->functions[i].entry;
    vm->native_insns[i] = (bell_insn){.op = CODE_native, .a = (uint16_t)i};
  }
  ctx->vm = vm;
  ctx->vm_roots = visit_roots;
  ctx->call = bell_vm_call;
  return vm;
}

void bell_vm_delete(bell_vm *vm) {
  if (vm == NULL) return;
  if (vm->stack != NULL) munmap(vm->stack, vm->stack_bytes);
  free((void *)vm->entries);
  free(vm->native_insns);
  free(vm->gather);
  free(vm);
}

void bell_vm_adopt(bell_ctx *ctx, uint32_t function, const bell_stack *stack) {
  bell_vm *vm = ctx->vm;
  vm->native_stack = ctx->stack = stack;
  /* Another thread may be running: it sees either entry, and with the new one what was stored before. */
  __atomic_store_n(&vm->entries[function], &vm->native_insns[function], __ATOMIC_RELEASE);
}

void bell_vm_watch(bell_ctx *ctx, bell_vm_hook hook, void *data) {
  bell_vm *vm = ctx->vm;
  vm->hook = hook;
  vm->hook_data = data;
}

/* Where frames of a run inside the innermost one may start. */
static bell_word *free_words(const bell_vm *vm) {
  const bell_activation *run = vm->running;
  if (run == NULL) return vm->stack + 1;
  if (run->pc == NULL) return run->top;
  return run->fp + function_of(vm->program, (uint32_t)(run->pc - vm->program->code))->frame;
}

int64_t bell_vm_call(bell_ctx *ctx, uint32_t index, const bell_word *args, bell_word *results) {
  bell_vm *vm = ctx->vm;
  const bell_vm_program *program = vm->program;
  const bell_vm_function *function = &program->functions[index];
  bell_word *fp = free_words(vm);
  for (uint32_t i = 0; i < function->params; i++) fp[i] = args[i];
  bell_activation run = {.outer = vm->running, .pc = NULL, .fp = fp, .base = fp};
  vm->running = &run;
  if (program->records_branches && ctx->trace_limit != NULL) bell_mark_full(ctx);
  bell_vm_loop *loop = vm->hook != NULL ? bell_vm_loop_debug : program->records_branches ? bell_vm_loop_branches : bell_vm_loop_plain;
  int64_t status = loop(ctx, &run, program->code + function->stub, fp);
  vm->running = run.outer;
  if (status == 0) {
    for (uint32_t i = 0; i < function->results; i++) results[i] = fp[function->params + i];
  }
  return status;
}
