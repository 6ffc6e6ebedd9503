#include "../kernels/checks.h"

#define SWAP(i, j) do { int64_t held = AT(values, i); AT(values, i) = AT(values, j); AT(values, j) = held; } while (0)

static void sort(ints values, int64_t low, int64_t high DEPTH_PARAMETER) {
    FUEL();
    DEPTH_CHECK();
    while (SUB(high, low) > 16) {
        FUEL();
        int64_t middle = DIV(ADD(low, high), 2);
        if (AT(values, middle) < AT(values, low)) SWAP(low, middle);
        if (AT(values, high) < AT(values, low)) SWAP(low, high);
        if (AT(values, high) < AT(values, middle)) SWAP(middle, high);
        int64_t pivot = AT(values, middle), i = low, j = high;
        while (i <= j) {
            FUEL();
            while (AT(values, i) < pivot) { FUEL(); i = ADD(i, 1); }
            while (AT(values, j) > pivot) { FUEL(); j = SUB(j, 1); }
            if (i <= j) {
                SWAP(i, j);
                i = ADD(i, 1);
                j = SUB(j, 1);
            }
        }
        if (SUB(j, low) < SUB(high, i)) {
            sort(values, low, j DEPTH_NEXT);
            low = i;
        } else {
            sort(values, i, high DEPTH_NEXT);
            high = j;
        }
    }
    for (int64_t i = ADD(low, 1); i <= high; i++) {
        FUEL();
        int64_t value = AT(values, i), j = i;
        while (j > low && AT(values, SUB(j, 1)) > value) {
            FUEL();
            AT(values, j) = AT(values, SUB(j, 1));
            j = SUB(j, 1);
        }
        AT(values, j) = value;
    }
}

int64_t bench_main(int64_t n) {
    FILL_FUEL();
    ints values = new_ints(n);
    int64_t state = 42;
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        state = MOD(MUL(state, 16807), 2147483647);
        AT(values, i) = state;
    }
    sort(values, 0, SUB(n, 1) DEPTH_FIRST);
    int64_t total = 0;
    for (int64_t i = 1; i < n; i++) {
        FUEL();
        if (AT(values, SUB(i, 1)) > AT(values, i)) { total = -1; break; }
        total = MOD(ADD(MUL(total, 31), AT(values, i)), 1000000007);
    }
    free(values.at);
    return total;
}
