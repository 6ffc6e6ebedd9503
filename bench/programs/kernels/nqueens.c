#include "checks.h"

static int64_t place(int64_t row, int64_t n, bools column, bools rising, bools falling DEPTH_PARAMETER) {
    FUEL();
    DEPTH_CHECK();
    if (row == n) return 1;
    int64_t ways = 0;
    for (int64_t c = 0; c < n; c++) {
        FUEL();
        if (!AT(column, c) && !AT(rising, ADD(row, c)) && !AT(falling, ADD(SUB(row, c), n))) {
            AT(column, c) = true;
            AT(rising, ADD(row, c)) = true;
            AT(falling, ADD(SUB(row, c), n)) = true;
            ways = ADD(ways, place(ADD(row, 1), n, column, rising, falling DEPTH_NEXT));
            AT(column, c) = false;
            AT(rising, ADD(row, c)) = false;
            AT(falling, ADD(SUB(row, c), n)) = false;
        }
    }
    return ways;
}

int64_t bench_main(int64_t n) {
    FILL_FUEL();
    bools column = new_bools(n), rising = new_bools(2 * n), falling = new_bools(2 * n);
    int64_t ways = place(0, n, column, rising, falling DEPTH_FIRST);
    free(column.at); free(rising.at); free(falling.at);
    return ways;
}
