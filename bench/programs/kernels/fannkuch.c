#include "checks.h"

int64_t bench_main(int64_t n) {
    FILL_FUEL();
    ints perm = new_ints(n), start = new_ints(n), count = new_ints(n);
    for (int64_t i = 0; i < n; i++) { FUEL(); AT(start, i) = i; }
    int64_t checksum = 0, flips_max = 0, r = n;
    bool even = true;
    for (;;) {
        FUEL();
        while (r > 1) { FUEL(); AT(count, SUB(r, 1)) = r; r = SUB(r, 1); }
        for (int64_t i = 0; i < n; i++) { FUEL(); AT(perm, i) = AT(start, i); }
        int64_t flips = 0, first = AT(perm, 0);
        while (first != 0) {
            FUEL();
            int64_t low = 0, high = first;
            while (low < high) {
                FUEL();
                int64_t held = AT(perm, low);
                AT(perm, low) = AT(perm, high);
                AT(perm, high) = held;
                low = ADD(low, 1);
                high = SUB(high, 1);
            }
            flips = ADD(flips, 1);
            first = AT(perm, 0);
        }
        if (flips > flips_max) flips_max = flips;
        checksum = even ? ADD(checksum, flips) : SUB(checksum, flips);
        even = !even;
        for (;;) {
            FUEL();
            if (r == n) {
                free(perm.at); free(start.at); free(count.at);
                return ADD(MUL(checksum, 100), flips_max);
            }
            int64_t lead = AT(start, 0);
            for (int64_t i = 0; i < r; i++) { FUEL(); AT(start, i) = AT(start, ADD(i, 1)); }
            AT(start, r) = lead;
            AT(count, r) = SUB(AT(count, r), 1);
            if (AT(count, r) > 0) break;
            r = ADD(r, 1);
        }
    }
}
