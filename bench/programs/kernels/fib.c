#include "checks.h"

static int64_t fib(int64_t n DEPTH_PARAMETER) {
    FUEL();
    DEPTH_CHECK();
    if (n < 2) return n;
    return ADD(fib(SUB(n, 1) DEPTH_NEXT), fib(SUB(n, 2) DEPTH_NEXT));
}

int64_t bench_main(int64_t n) {
    FILL_FUEL();
    return fib(n DEPTH_FIRST);
}
