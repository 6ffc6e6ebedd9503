#include "checks.h"

static double entry(int64_t i, int64_t j) {
    return FDIV(1.0, (double)ADD(ADD(DIV(MUL(ADD(i, j), ADD(ADD(i, j), 1)), 2), i), 1));
}

static void times(int64_t n, floats u, floats out) {
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        double total = 0.0;
        for (int64_t j = 0; j < n; j++) {
            FUEL();
            total += entry(i, j) * AT(u, j);
        }
        AT(out, i) = total;
    }
}

static void times_transposed(int64_t n, floats u, floats out) {
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        double total = 0.0;
        for (int64_t j = 0; j < n; j++) {
            FUEL();
            total += entry(j, i) * AT(u, j);
        }
        AT(out, i) = total;
    }
}

double bench_main(int64_t n) {
    FILL_FUEL();
    floats u = new_floats(n), v = new_floats(n), middle = new_floats(n);
    for (int64_t i = 0; i < n; i++) AT(u, i) = 1.0;
    for (int turn = 0; turn < 10; turn++) {
        FUEL();
        times(n, u, middle);
        times_transposed(n, middle, v);
        times(n, v, middle);
        times_transposed(n, middle, u);
    }
    double uv = 0.0, vv = 0.0;
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        uv += AT(u, i) * AT(v, i);
        vv += AT(v, i) * AT(v, i);
    }
    free(u.at); free(v.at); free(middle.at);
    return sqrt(FDIV(uv, vv));
}
