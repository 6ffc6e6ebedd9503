/* What the C tests check with: CHECK(condition) prints the place and ends the test with status 1.
 * Unlike assert it is on in every build type. */
#ifndef BELLJAR_CHECK_H
#define BELLJAR_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                               \
    do {                                                                               \
        if (!(condition)) {                                                            \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);    \
            exit(1);                                                                   \
        }                                                                              \
    } while (0)

#endif
