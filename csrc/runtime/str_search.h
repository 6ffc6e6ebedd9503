/* Finding one string in another, for the ops that need it. Time is linear in haystack and needle, whatever they are. */
#ifndef BELL_STR_SEARCH_H
#define BELL_STR_SEARCH_H

#include "runtime/str.h"

#define BELL_NOT_FOUND UINT64_MAX

/* The lowest (highest) index i, from <= i and i + length of needle <= to, at which the needle stands; BELL_NOT_FOUND if there is none, or with a
 * fault when the run is to end on the way.
 * from <= to <= length of haystack. An empty needle stands everywhere. */
uint64_t bell_str_search(bell_ctx *ctx, const bell_str *haystack, const bell_str *needle, uint64_t from, uint64_t to);
uint64_t bell_str_search_back(bell_ctx *ctx, const bell_str *haystack, const bell_str *needle, uint64_t from, uint64_t to);

#endif
