#include "checks.h"

int64_t bench_main(int64_t n) {
    FILL_FUEL();
    bools prime = new_bools(ADD(n, 1));
    memset(prime.at, 1, (size_t)prime.length);
    AT(prime, 0) = false;
    AT(prime, 1) = false;
    for (int64_t i = 2; MUL(i, i) <= n; i = ADD(i, 1)) {
        FUEL();
        if (AT(prime, i)) {
            for (int64_t multiple = MUL(i, i); multiple <= n; multiple += i) { FUEL(); AT(prime, multiple) = false; }
        }
    }
    int64_t total = 0;
    for (int64_t k = 0; k <= n; k++) {
        FUEL();
        if (AT(prime, k)) total = ADD(total, 1);
    }
    free(prime.at);
    return total;
}
