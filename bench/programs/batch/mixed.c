#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline bool valid(const uint8_t *bits, int64_t i) { return bits == NULL || (bits[i >> 3] >> (i & 7) & 1); }

static inline bool taxed(const char *name, int32_t length) {
    switch (length) {
    case 6: return memcmp(name, "France", 6) == 0;
    case 7: return memcmp(name, "Austria", 7) == 0 || memcmp(name, "Belgium", 7) == 0 || memcmp(name, "Denmark", 7) == 0
                   || memcmp(name, "Estonia", 7) == 0 || memcmp(name, "Germany", 7) == 0;
    case 11: return memcmp(name, "Netherlands", 11) == 0 || memcmp(name, "Switzerland", 11) == 0;
    default: return false;
    }
}

static inline double price(double amount, bool country_known, bool country_taxed, bool gold, bool trial, int64_t days) {
    double value = amount;
    if (!country_known) value *= 1.1;
    else if (country_taxed) value *= 1.19;
    if (gold) value *= days > 365 ? 0.8 : 0.9;
    else if (trial) return 0.0;
    return value;
}

/* Arrow buffers: values, validity bits (NULL where all are valid), 32-bit offsets and bytes of the strings. */
void plain(const double *amount, const uint8_t *amount_bits, const int32_t *country_at, const char *country, const uint8_t *country_bits,
           const int32_t *plan_at, const char *plan, const int64_t *days, double *restrict out, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
        if (!valid(amount_bits, i)) { out[i] = 0.0; continue; }
        bool known = valid(country_bits, i);
        int32_t plan_length = plan_at[i + 1] - plan_at[i];
        const char *plan_name = plan + plan_at[i];
        out[i] = price(amount[i], known, known && taxed(country + country_at[i], country_at[i + 1] - country_at[i]),
                       plan_length == 4 && memcmp(plan_name, "gold", 4) == 0, plan_length == 5 && memcmp(plan_name, "trial", 5) == 0, days[i]);
    }
}

/* The same over dictionary-encoded strings: what holds of a name is found once per dictionary value, one byte each. */
void dictionary(const double *amount, const uint8_t *amount_bits, const int32_t *country, const uint8_t *country_bits,
                const uint8_t *country_taxed, const int32_t *plan, const uint8_t *plan_gold, const uint8_t *plan_trial, const int64_t *days,
                double *restrict out, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
        bool known = valid(country_bits, i);
        double value = price(amount[i], known, known && country_taxed[country[i]], plan_gold[plan[i]], plan_trial[plan[i]], days[i]);
        out[i] = valid(amount_bits, i) ? value : 0.0;
    }
}
