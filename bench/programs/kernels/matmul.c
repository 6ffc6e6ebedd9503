#include "checks.h"

double bench_main(int64_t n) {
    FILL_FUEL();
    floats a = new_floats(MUL(n, n)), b = new_floats(MUL(n, n)), c = new_floats(MUL(n, n));
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        for (int64_t j = 0; j < n; j++) {
            FUEL();
            AT(a, ADD(MUL(i, n), j)) = (double)MOD(ADD(MUL(i, 3), MUL(j, 7)), 11) * 0.25 - 1.0;
            AT(b, ADD(MUL(i, n), j)) = (double)MOD(ADD(MUL(i, 5), MUL(j, 2)), 13) * 0.125 - 0.5;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        for (int64_t j = 0; j < n; j++) {
            FUEL();
            double total = 0.0;
            for (int64_t k = 0; k < n; k++) {
                FUEL();
                total += AT(a, ADD(MUL(i, n), k)) * AT(b, ADD(MUL(k, n), j));
            }
            AT(c, ADD(MUL(i, n), j)) = total;
        }
    }
    double result = 0.0;
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        for (int64_t j = 0; j < n; j++) {
            FUEL();
            result += AT(c, ADD(MUL(i, n), j)) * (double)MOD(ADD(i, MUL(2, j)), 5);
        }
    }
    free(a.at); free(b.at); free(c.at);
    return result;
}
