#include <math.h>
#include <stdint.h>

typedef double lanes __attribute__((vector_size(64)));
typedef int64_t masks __attribute__((vector_size(64)));

static double rate_of_return(double paid, double first, double second, double third) {
    double x = 1.0 / 1.1;
    for (int i = 0; i < 50; i++) {
        double value = ((third * x + second) * x + first) * x - paid;
        double slope = (3.0 * third * x + 2.0 * second) * x + first;
        double change = value / slope;
        x -= change;
        if (fabs(change) < 1e-12) break;
    }
    return 1.0 / x - 1.0;
}

void plain(const double *restrict paid, const double *restrict first, const double *restrict second, const double *restrict third,
           double *restrict out, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) out[i] = rate_of_return(paid[i], first[i], second[i], third[i]);
}

static inline lanes load(const double *at) { lanes v; __builtin_memcpy(&v, at, sizeof v); return v; }

/* Eight rows at a time by hand: a lane that has converged keeps its x, the loop ends when no lane is left. */
void masked(const double *restrict paid, const double *restrict first, const double *restrict second, const double *restrict third,
            double *restrict out, int64_t begin, int64_t end) {
    int64_t i = begin;
    for (; i + 8 <= end; i += 8) {
        lanes p = load(paid + i), a = load(first + i), b = load(second + i), c = load(third + i);
        lanes x = (lanes){0} + 1.0 / 1.1;
        masks active = (masks){0} - 1;
        for (int k = 0; k < 50; k++) {
            lanes change = (((c * x + b) * x + a) * x - p) / ((3.0 * c * x + 2.0 * b) * x + a);
            x -= (lanes)((masks)change & active);
            active &= ~((change < 1e-12) & (change > -1e-12));
            int64_t any = 0;
            for (int lane = 0; lane < 8; lane++) any |= active[lane];
            if (!any) break;
        }
        lanes rate = 1.0 / x - 1.0;
        __builtin_memcpy(out + i, &rate, sizeof rate);
    }
    plain(paid, first, second, third, out, i, end);
}
