/* Numbers for texts: encodes the strings of a column by a dictionary that grows from block to block.
 *
 * Texts are numbered 0, 1, 2 ... in the order in which they first come. Most rows repeat a text that is known: for those of up to 16 bytes that takes two loads, a multiplication and one
 * probe. A dictionary is bounded in texts, bytes and length of probes, so that no input makes it slow or large; a column that goes beyond is not for dictionaries. */
#ifndef BELL_DICTIONARY_H
#define BELL_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

typedef struct bell_dictionary bell_dictionary;

/* At most `texts_max` texts (up to 2**24) of `bytes_max` bytes together. NULL when there is no memory. */
bell_dictionary *bell_dictionary_create(uint32_t texts_max, uint64_t bytes_max);
void bell_dictionary_free(bell_dictionary *dictionary); /* NULL is allowed */

/* Texts in it. */
uint32_t bell_dictionary_count(const bell_dictionary *dictionary);
/* The text of a number below the count, and its length. */
const uint8_t *bell_dictionary_text(const bell_dictionary *dictionary, uint32_t number, uint32_t *length);

/* Give the strings between consecutive `offsets` (rows + 1 of them, into `bytes`, of which `size` may be read) their numbers. Returns how many rows are done: less than `rows` when
 * a bound was reached, or when more than a quarter of many rows were new. Offsets that decrease or lead out of `size` also end it. */
int64_t bell_dictionary_encode32(bell_dictionary *dictionary, const int32_t *offsets, const uint8_t *bytes, uint64_t size, int64_t rows, int32_t *numbers);
int64_t bell_dictionary_encode64(bell_dictionary *dictionary, const int64_t *offsets, const uint8_t *bytes, uint64_t size, int64_t rows, int32_t *numbers);

/* Renumber in place so that numbers count from 0 in the order in which they first come. `renumbered` has room for `count` entries, all -1; the old numbers
 * are left in `order`. Returns how many there are. All numbers are in 0..count-1. */
int32_t bell_numbers_dense(int32_t *numbers, int64_t rows, int32_t *renumbered, int32_t *order);

#endif
