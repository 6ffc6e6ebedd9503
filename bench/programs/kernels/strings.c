#include "checks.h"

/* Word, hyphen, number: a string of its own, as the other languages make it. */
static text key(const char *word, int64_t i) {
    char digits[20];
    int64_t count = 0, rest = i;
    do { digits[count++] = (char)('0' + rest % 10); rest /= 10; } while (rest != 0);
    int64_t word_length = (int64_t)strlen(word);
    text out = {malloc((size_t)(word_length + 1 + count)), word_length + 1 + count};
    memcpy(out.at, word, (size_t)word_length);
    out.at[word_length] = '-';
    for (int64_t k = 0; k < count; k++) out.at[word_length + 1 + k] = digits[count - 1 - k];
    return out;
}

int64_t bench_main(int64_t n) {
    FILL_FUEL();
    static const char *const words[] = {"amber", "basil", "cedar", "dune", "ember", "fjord", "grove"};
    text *keys = malloc((size_t)n * sizeof(text));
    int64_t joined_length = n > 0 ? n - 1 : 0;
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        keys[i] = key(words[MOD(i, 7)], i);
        joined_length = ADD(joined_length, keys[i].length);
    }
    text joined = {malloc((size_t)joined_length + 1), joined_length};
    char *end = joined.at;
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        if (i > 0) *end++ = ',';
        memcpy(end, keys[i].at, (size_t)keys[i].length);
        end += keys[i].length;
    }
    int64_t total = joined.length;
    for (int64_t i = 0; i < joined.length; i++) {
        FUEL();
        if (AT(joined, i) == '7') total = ADD(total, 1);
    }
    char line[80];
    int64_t used = 0;
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        line[used] = words[MOD(i, 7)][MOD(i, 4)];
        used = ADD(used, 1);
        if (used == 80) {
            int64_t a_count = 0;
            for (int k = 0; k < 80; k++) a_count += line[k] == 'a';
            const char *r = memchr(line, 'r', 80);
            total = ADD(total, ADD(a_count, r ? r - line : -1));
            used = 0;
        }
    }
    int64_t found = 0;
    for (int64_t i = 0; i < n; i++) {
        FUEL();
        text k = keys[i];
        if ((k.length >= 2 && memcmp(k.at, "ce", 2) == 0) || (k.length >= 2 && memcmp(k.at + k.length - 2, "99", 2) == 0)) found = ADD(found, 1);
    }
    for (int64_t i = 0; i < n; i++) free(keys[i].at);
    free(keys); free(joined.at);
    return ADD(MUL(total, 10), MOD(found, 10));
}
