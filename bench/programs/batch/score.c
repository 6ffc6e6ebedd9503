#include <stdbool.h>
#include <stdint.h>

static inline double points_of(double income, double debt, int64_t age, int32_t late) {
    double points = 700.0 - 250.0 * (debt / income);
    if (age < 25) points -= 4.0 * (double)(25 - age);
    else if (age > 60) points += 15.0;
    if (late > 0) points -= 35.0 * (double)late;
    if (points < 300.0) points = 300.0;
    if (points > 850.0) points = 850.0;
    return points;
}

/* Rows begin..end (begin included) of plain code, as one writes it. */
int64_t plain(const double *restrict income, const double *restrict debt, const int64_t *restrict age, const int32_t *restrict late,
              double *restrict out, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) out[i] = points_of(income[i], debt[i], age[i], late[i]);
    return 0;
}

/* One block: the rows and, OR-ed into one word, whether any of them would divide by zero or overflow. */
static int64_t block(const double *restrict income, const double *restrict debt, const int64_t *restrict age,
                     const int32_t *restrict late, double *restrict out, int64_t rows) {
    int64_t faults = 0;
    for (int64_t i = 0; i < rows; i++) {
        int64_t years = (int64_t)(25u - (uint64_t)age[i]);
        out[i] = points_of(income[i], debt[i], age[i], late[i]);
        faults |= -(int64_t)(income[i] == 0.0) | ((25 ^ age[i]) & (25 ^ years)) >> 63;
    }
    return faults;
}

/* Rows begin..end in blocks; gives the number of blocks that would have to run again row by row. */
int64_t checked(const double *restrict income, const double *restrict debt, const int64_t *restrict age, const int32_t *restrict late,
                double *restrict out, int64_t begin, int64_t end) {
    int64_t again = 0;
    for (int64_t i = begin; i < end; i += 2048) {
        int64_t rows = end - i < 2048 ? end - i : 2048;
        again += block(income + i, debt + i, age + i, late + i, out + i, rows) != 0;
    }
    return again;
}
