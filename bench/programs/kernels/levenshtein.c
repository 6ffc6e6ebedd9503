#include "checks.h"

static text letters(int64_t n, int64_t seed) {
    static const char alphabet[] = "acgt";
    text out = {malloc((size_t)n + 1), n};
    int64_t state = seed;
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        state = MOD(MUL(state, 16807), 2147483647);
        out.at[i] = alphabet[MOD(state, 4)];
    }
    return out;
}

static int64_t distance(text a, text b) {
    ints previous = new_ints(ADD(b.length, 1)), current = new_ints(ADD(b.length, 1));
    for (int64_t j = 0; j <= b.length; j++) { FUEL(); AT(previous, j) = j; }
    for (int64_t i = 1; i <= a.length; i++) {
        FUEL();
        AT(current, 0) = i;
        for (int64_t j = 1; j <= b.length; j++) {
            FUEL();
            int64_t best = AT(previous, SUB(j, 1));
            if (AT(a, SUB(i, 1)) != AT(b, SUB(j, 1))) best = ADD(best, 1);
            if (ADD(AT(previous, j), 1) < best) best = ADD(AT(previous, j), 1);
            if (ADD(AT(current, SUB(j, 1)), 1) < best) best = ADD(AT(current, SUB(j, 1)), 1);
            AT(current, j) = best;
        }
        ints held = previous;
        previous = current;
        current = held;
    }
    int64_t result = AT(previous, b.length);
    free(previous.at); free(current.at);
    return result;
}

int64_t bench_main(int64_t n) {
    FILL_FUEL();
    text a = letters(n, 1), b = letters(n, 2);
    int64_t result = distance(a, b);
    free(a.at); free(b.at);
    return result;
}
