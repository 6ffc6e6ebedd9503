#include "checks.h"

static int64_t escape(double cx, double cy) {
    double x = 0.0, y = 0.0;
    for (int64_t i = 0; i < 50; i++) {
        FUEL();
        double xx = x * x, yy = y * y;
        if (xx + yy > 4.0) return i;
        y = 2.0 * x * y + cy;
        x = xx - yy + cx;
    }
    return 50;
}

int64_t bench_main(int64_t n) {
    FILL_FUEL();
    int64_t total = 0;
    for (int64_t row = 0; row < n; row++) {
        FUEL();
        double cy = FDIV(2.0 * (double)row, (double)n) - 1.0;
        for (int64_t column = 0; column < n; column++) {
            FUEL();
            total = ADD(total, escape(FDIV(3.0 * (double)column, (double)n) - 2.0, cy));
        }
    }
    return total;
}
