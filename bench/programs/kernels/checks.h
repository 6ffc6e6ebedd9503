/* One C source per kernel, compiled twice. Plain, these macros are the operators themselves. With -DCHECKED they do what
 * Bell promises: integers refuse to overflow, an index stays inside its list, work is paid for in fuel (one unit a turn of
 * a loop or a call) and calls stop at a depth. Fuel is a variable of this file whose address nobody takes, so that the
 * compiler may keep it in a register inside a loop; the depth travels as a parameter, because a counter in memory costs far more. */
#ifndef BENCH_CHECKS_H
#define BENCH_CHECKS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { int64_t *at; int64_t length; } ints;
typedef struct { double *at; int64_t length; } floats;
typedef struct { bool *at; int64_t length; } bools;
typedef struct { char *at; int64_t length; } text;

#ifdef CHECKED

#define STOP_IF(condition) do { if (__builtin_expect((condition), 0)) __builtin_trap(); } while (0)

static int64_t fuel;

static inline int64_t checked_add(int64_t a, int64_t b) { int64_t r; STOP_IF(__builtin_add_overflow(a, b, &r)); return r; }
static inline int64_t checked_sub(int64_t a, int64_t b) { int64_t r; STOP_IF(__builtin_sub_overflow(a, b, &r)); return r; }
static inline int64_t checked_mul(int64_t a, int64_t b) { int64_t r; STOP_IF(__builtin_mul_overflow(a, b, &r)); return r; }
static inline int64_t floor_div(int64_t a, int64_t b) { STOP_IF(b == 0 || (a == INT64_MIN && b == -1)); int64_t q = a / b; return q - ((a % b != 0) & ((a < 0) != (b < 0))); }
static inline int64_t floor_mod(int64_t a, int64_t b) { STOP_IF(b == 0 || (a == INT64_MIN && b == -1)); int64_t r = a % b; return r + (r != 0 && (r < 0) != (b < 0) ? b : 0); }
static inline int64_t inside(int64_t i, int64_t length) { if (i < 0) i += length; STOP_IF((uint64_t)i >= (uint64_t)length); return i; }
static inline double nonzero(double d) { STOP_IF(d == 0.0); return d; }

#define ADD(a, b) checked_add((a), (b))
#define SUB(a, b) checked_sub((a), (b))
#define MUL(a, b) checked_mul((a), (b))
#define DIV(a, b) floor_div((a), (b))
#define MOD(a, b) floor_mod((a), (b))
#define FDIV(a, b) ((a) / nonzero(b))
#define AT(list, i) ((list).at[inside((i), (list).length)])
#define FUEL() STOP_IF(--fuel < 0)
#define FILL_FUEL() do { fuel = INT64_C(1) << 60; } while (0)
#define DEPTH_PARAMETER , int64_t depth
#define DEPTH_FIRST , 1000
#define DEPTH_NEXT , depth - 1
#define DEPTH_CHECK() STOP_IF(depth <= 0)

#else

#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define MUL(a, b) ((a) * (b))
#define DIV(a, b) ((a) / (b))
#define MOD(a, b) ((a) % (b))
#define FDIV(a, b) ((a) / (b))
#define AT(list, i) ((list).at[i])
#define FUEL() ((void)0)
#define FILL_FUEL() ((void)0)
#define DEPTH_PARAMETER
#define DEPTH_FIRST
#define DEPTH_NEXT
#define DEPTH_CHECK() ((void)0)

#endif

static inline ints new_ints(int64_t length) { return (ints){calloc((size_t)length, sizeof(int64_t)), length}; }
static inline floats new_floats(int64_t length) { return (floats){calloc((size_t)length, sizeof(double)), length}; }
static inline bools new_bools(int64_t length) { return (bools){calloc((size_t)length, sizeof(bool)), length}; }

#endif
