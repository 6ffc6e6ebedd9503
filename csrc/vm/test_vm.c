/* The VM by hand-made programs: calls, faults with their trail, depth, roots, machine code in place of bytecode, the debug hook. */
#include "vm/vm.h"

#include "check.h"
#include "runtime/context.h"
#include "runtime/faults.inc"
#include "runtime/ops.h"
#include "vm/state.h"

enum {
#define BELL_CODE(number, name, words) OP_##name = number,
#include "vm/code.inc"
#undef BELL_CODE
};

#define I(name, a, b, c) {OP_##name, a, b, c}
#define WORDS(x0, x1, x2, x3) {x0, x1, x2, x3}

/* fib(n): if n < 2: return n; return fib(n - 1) + fib(n - 2). Then the host's stub. */
static const bell_insn FIB[] = {
    I(fuel_br_int_ge_i, 0, 2, 0), WORDS(3, 0, 7, 0), /*  0 take 7; if %0 >= 2 go to 3 */
    I(ret1, 0, 0, 0),                                /*  2 */
    I(int_sub_i, 1, 0, 1),                           /*  3 */
    I(call1, 0, 1, 0), WORDS(0, 4, 2, 0),            /*  4 %2 = fib(%1), the frame is 4 words */
    I(int_sub_i, 1, 0, 2),                           /*  6 */
    I(call1, 0, 1, 0), WORDS(0, 4, 1, 0),            /*  7 */
    I(int_add, 0, 2, 1),                             /*  9 */
    I(ret1, 0, 0, 0),                                /* 10 */
    I(calln, 0, 1, 0), WORDS(0, 0, 0, 0), WORDS(0, 3, 1, 0), I(halt, 0, 0, 0), /* 11 */
};
static const bell_vm_function FIB_FUNCTION[] = {{.entry = 0, .stub = 11, .frame = 4, .params = 1, .results = 1}};

static uint32_t fib_sites[15];

static bell_vm_program fib_program(void) {
  for (int i = 0; i < 15; i++) fib_sites[i] = BELL_VM_NO_SITE;
  fib_sites[1] = 10; /* fuel */
  fib_sites[5] = 11; /* the first call */
  fib_sites[8] = 12;
  fib_sites[9] = 13; /* the sum */
  return (bell_vm_program){.code = FIB, .sites = fib_sites, .functions = FIB_FUNCTION, .code_count = 15, .function_count = 1, .frame_max = 4};
}

typedef struct {
  bell_ctx *ctx;
  bell_vm *vm;
  void *natives[4];
  bell_vm_program program;
} machine;

static void start(machine *m, bell_vm_program program, int64_t depth) {
  memset(m, 0, sizeof *m);
  m->program = program;
  bell_config config = {.memory_max = 1 << 24, .roots_max = 64, .natives = m->natives, .function_count = program.function_count};
  m->ctx = bell_ctx_create(&config);
  CHECK(m->ctx != NULL);
  m->ctx->depth_left = depth;
  m->vm = bell_vm_new(m->ctx, &m->program);
  CHECK(m->vm != NULL);
}

static void stop(machine *m) {
  bell_vm_delete(m->vm);
  bell_ctx_destroy(m->ctx);
}

static int64_t call(machine *m, int64_t argument, int64_t depth, int64_t fuel, bell_word *result) {
  bell_word word = (bell_word)argument;
  bell_ctx_begin(m->ctx, fuel);
  m->ctx->depth_left = depth;
  return bell_vm_call(m->ctx, 0, &word, result);
}

static void test_calls_fuel_and_depth(void) {
  machine m;
  bell_word result = 0;
  start(&m, fib_program(), 100);
  CHECK(call(&m, 15, 100, INT64_MAX, &result) == 0);
  CHECK(result == 610);
  int64_t used = bell_fuel_used(m.ctx);
  CHECK(used == 7 * 1973);
  CHECK(call(&m, 15, 100, used, &result) == 0);
  CHECK(call(&m, 15, 100, used - 1, &result) != 0);
  CHECK(m.ctx->fault == BELL_E0801 && m.ctx->fault_site == 10);
  /* fib(15) nests 14 calls below the host's. */
  CHECK(call(&m, 15, 14, INT64_MAX, &result) == 0);
  CHECK(call(&m, 15, 13, INT64_MAX, &result) != 0);
  CHECK(m.ctx->fault == BELL_E0804 && m.ctx->fault_site == 11);
  CHECK(m.ctx->unwind_count == 13 && m.ctx->unwind_sites[0] == 11 && m.ctx->unwind_sites[12] == 11);
  /* And again after the fault. */
  CHECK(call(&m, 10, 100, INT64_MAX, &result) == 0 && result == 55);
  stop(&m);
}

static void test_a_fault_keeps_its_operands(void) {
  /* f(n) = INT64_MAX + n */
  static const bell_word constants[] = {INT64_MAX};
  static const bell_insn code[] = {
      I(const_k, 1, 0, 0), I(int_add, 0, 1, 0), I(ret1, 0, 0, 0),
      I(calln, 0, 1, 0), WORDS(0, 0, 0, 0), WORDS(0, 3, 1, 0), I(halt, 0, 0, 0),
  };
  static const uint32_t sites[] = {BELL_VM_NO_SITE, 5, BELL_VM_NO_SITE, BELL_VM_NO_SITE, BELL_VM_NO_SITE, BELL_VM_NO_SITE, BELL_VM_NO_SITE};
  static const bell_vm_function functions[] = {{.entry = 0, .stub = 3, .frame = 3, .params = 1, .results = 1}};
  machine m;
  bell_word result;
  start(&m, (bell_vm_program){.code = code, .sites = sites, .constants = constants, .functions = functions, .code_count = 7,
                              .function_count = 1, .frame_max = 3}, 10);
  CHECK(call(&m, 0, 10, 100, &result) == 0 && result == INT64_MAX);
  CHECK(call(&m, 1, 10, 100, &result) != 0);
  CHECK(m.ctx->fault == BELL_E0502 && m.ctx->fault_site == 5 && m.ctx->unwind_count == 0);
  CHECK(m.ctx->fault_a == INT64_MAX && m.ctx->fault_b == 1);
  stop(&m);
}

/* f(n): s = str(n); loop n times: str(n) again, which collects; return len(s): s lives in a rooted slot. */
static void test_the_collector_sees_rooted_slots(void) {
  static const bell_insn code[] = {
      I(enter, 1, 1, 0),
      I(int_to_str, 1, 0, 0),           /* 1 rooted */
      I(int_to_str, 2, 0, 0),           /* 2 garbage each time */
      I(int_sub_i, 0, 0, 1),            /* 3 */
      I(br_int_gt_i, 0, 0, (uint16_t)-2), /* 4 */
      I(str_len, 0, 1, 0), I(ret1, 0, 0, 0),
      I(calln, 0, 1, 0), WORDS(0, 0, 0, 0), WORDS(0, 3, 1, 0), I(halt, 0, 0, 0),
  };
  static uint32_t sites[11];
  static const uint16_t roots[] = {1};
  static const bell_vm_function functions[] = {
      {.entry = 0, .stub = 7, .roots_first = 0, .roots_count = 1, .frame = 4, .params = 1, .results = 1}};
  machine m;
  bell_word result;
  start(&m, (bell_vm_program){.code = code, .sites = sites, .functions = functions, .roots = roots, .code_count = 11, .function_count = 1,
                              .frame_max = 4}, 10);
  bell_heap_set_stress(m.ctx, true);
  CHECK(call(&m, 200, 10, INT64_MAX, &result) == 0 && result == 3);
  stop(&m);
}

static uint32_t seen_words[64];
static uint32_t seen_count;

static uint32_t record_word(bell_ctx *ctx, void *data, uint32_t word, bell_word *fp) {
  (void)ctx;
  (void)fp;
  if (seen_count < 64) seen_words[seen_count] = word;
  return ++seen_count == *(uint32_t *)data ? BELL_E0006 : 0;
}

static void test_the_hook_sees_each_instruction_and_can_stop(void) {
  machine m;
  bell_word result;
  start(&m, fib_program(), 100);
  uint32_t stop_at = 0;
  bell_vm_watch(m.ctx, record_word, &stop_at);
  seen_count = 0;
  CHECK(call(&m, 2, 100, 1000, &result) == 0 && result == 1);
  static const uint32_t expected[] = {0, 3, 4, 0, 2, 6, 7, 0, 2, 9, 10};
  CHECK(seen_count == 11 && memcmp(seen_words, expected, sizeof expected) == 0);
  stop_at = 4;
  seen_count = 0;
  CHECK(call(&m, 2, 100, 1000, &result) != 0 && m.ctx->fault == BELL_E0006);
  CHECK(m.ctx->unwind_count == 1 && m.ctx->unwind_sites[0] == 11);
  bell_vm_watch(m.ctx, NULL, NULL);
  seen_count = 0;
  CHECK(call(&m, 2, 100, 1000, &result) == 0 && seen_count == 0);
  stop(&m);
}

/* Machine code for fib: takes 7 units, counts a call in `depth_left`, gives n times 1000, and faults for 3. */
static void native_fib(bell_ctx *ctx, bell_word *words) {
  ctx->fuel -= 7;
  if (words[0] == 3) {
    ctx->fault_site = 99;
    ctx->unwind_count = 0;
    bell_fault(ctx, BELL_E0501);
    return;
  }
  words[0] *= 1000;
}

static void test_machine_code_takes_over(void) {
  /* main(n) = fib(n) + fib(n - 1), of which only fib becomes machine code */
  static const bell_insn code[] = {
      I(int_sub_i, 1, 0, 1), I(call1, 1, 0, 0), WORDS(0, 4, 2, 0), I(call1, 1, 1, 0), WORDS(0, 4, 1, 0), I(int_add, 0, 2, 1), I(ret1, 0, 0, 0),
      I(ret1, 0, 0, 0), /* 7: fib as bytecode: n */
      I(calln, 0, 1, 0), WORDS(0, 0, 0, 0), WORDS(0, 3, 1, 0), I(halt, 0, 0, 0),
      I(calln, 1, 1, 0), WORDS(0, 0, 0, 0), WORDS(0, 3, 1, 0), I(halt, 0, 0, 0),
  };
  static uint32_t sites[16];
  sites[2] = 20;
  sites[4] = 21;
  static const bell_vm_function functions[] = {
      {.entry = 0, .stub = 8, .frame = 4, .params = 1, .results = 1},
      {.entry = 7, .stub = 12, .frame = 2, .params = 1, .results = 1},
  };
  machine m;
  bell_word result;
  start(&m, (bell_vm_program){.code = code, .sites = sites, .functions = functions, .code_count = 16, .function_count = 2, .frame_max = 4}, 100);
  CHECK(call(&m, 10, 100, 1000, &result) == 0 && result == 19);
  bell_stack stack = {0};
  CHECK(bell_stack_open(&stack, 100, 256));
  m.natives[1] = (void *)(uintptr_t)native_fib;
  bell_vm_adopt(m.ctx, 1, &stack);
  CHECK(call(&m, 10, 100, 1000, &result) == 0 && result == 19000);
  CHECK(bell_fuel_used(m.ctx) == 14);
  CHECK(call(&m, 4, 100, 1000, &result) != 0);
  CHECK(m.ctx->fault == BELL_E0501 && m.ctx->fault_site == 99);
  CHECK(m.ctx->unwind_count == 1 && m.ctx->unwind_sites[0] == 21);
  bell_stack_close(&stack);
  stop(&m);
}

int main(void) {
  test_calls_fuel_and_depth();
  test_a_fault_keeps_its_operands();
  test_the_collector_sees_rooted_slots();
  test_the_hook_sees_each_instruction_and_can_stop();
  test_machine_code_takes_over();
  return 0;
}
