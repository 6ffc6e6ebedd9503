/* Bytes objects. They are laid out as strings of one byte a character (bell.h), never as views, so what only reads characters serves them, too:
 * searching, comparing, hashing. `aux` is 1 and BELL_STR_ASCII says that all bytes are below 128. A constant refers to the bytes of the string pool;
 * all else has its own behind the head.
 *
 * Functions that return a bell_word reserve for themselves: operands must be rooted; 0 with a fault recorded when the limit is reached. */
#ifndef BELL_BYTES_H
#define BELL_BYTES_H

#include "runtime/any.h"
#include "runtime/str.h"

static inline const uint8_t *bell_bytes_data(const bell_ctx *ctx, bell_ref ref) { return bell_str_data(ctx, BELL_STR_AT(ctx, ref)); }
static inline uint64_t bell_bytes_length(const bell_ctx *ctx, bell_ref ref) { return BELL_STR_AT(ctx, ref)->length; }

/* Bytes whose values are to be written before anything else happens, and then bell_bytes_finish called. */
bell_ref bell_bytes_make(bell_ctx *ctx, uint64_t length, uint8_t **out);
bell_word bell_bytes_finish(bell_ctx *ctx, bell_ref ref);

/* A copy of bytes, and of bytes [from, to) of an object, which is given back where that is all of it. */
bell_word bell_bytes_of(bell_ctx *ctx, const void *bytes, uint64_t length);
bell_word bell_bytes_part(bell_ctx *ctx, bell_ref ref, uint64_t from, uint64_t to);
/* A string of characters below 256 that an op of str made of bytes, as bytes. */
bell_word bell_bytes_from_str(bell_ctx *ctx, bell_word str);

/* As str.concat and str.repeat: charge. */
bell_word bell_bytes_concat(bell_ctx *ctx, bell_ref a, bell_ref b);
bell_word bell_bytes_repeat(bell_ctx *ctx, bell_ref a, int64_t count);
/* Bounds as words, not yet clamped. */
bell_word bell_bytes_slice(bell_ctx *ctx, bell_ref ref, int64_t start, int64_t stop, int64_t step);
/* in: bytes, or an int below 256. Charges. */
bool bell_bytes_contain(bell_ctx *ctx, bell_ref ref, bell_word part);
/* -1, 0, 1 */
int bell_bytes_compare(bell_ctx *ctx, bell_ref a, bell_ref b);

/* str.encode and bytes.decode. Names are strs. Charge a fourth of the length. */
bell_word bell_bytes_encode(bell_ctx *ctx, bell_ref text, bell_word encoding, bell_word errors);
bell_word bell_bytes_decode(bell_ctx *ctx, bell_ref bytes, bell_word encoding, bell_word errors);

/* The int that a word is, 0..255; else false with what CPython says of an element. */
bool bell_take_byte(bell_ctx *ctx, bell_word word, uint8_t *byte);

#endif
