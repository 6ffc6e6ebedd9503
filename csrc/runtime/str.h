/* Strings for the rest of the runtime and for hosts: making, reading, comparing, hashing. The layout is in bell.h; the operations
 * themselves (str.* of the op table) are declared in ops.h.
 *
 * Invariants, which every maker of a str keeps and every reader may rely on:
 *  - `aux` is the narrowest of 1, 2, 4 bytes that holds every character, so equal strings have equal width and equal bytes;
 *  - BELL_STR_ASCII is set if and only if every character is below 128 (the empty string has it);
 *  - characters are code points 0..0x10FFFF, lone surrogates included, as in Python;
 *  - a string is never written after it was made, but for its cached hash.
 *
 * A view's owner is a BELL_BUFFER whose payload is a u64, the number of bytes after it in use, and then the characters. A view that ends
 * where the used bytes end is the last view: concatenation may write behind it (bell_str_concat). Buffers with BELL_PERMANENT are
 * never appended to, so that a call leaves the image as it was.
 *
 * Every function here that returns a bell_ref reserves for itself, so may collect: its operands must be rooted, and it returns 0 with a fault
 * recorded (E0803) when the limit is reached.
 */
#ifndef BELL_STR_H
#define BELL_STR_H

#include "runtime/bell.h"

#define BELL_STR_LENGTH_MAX UINT32_MAX /* characters */
#define BELL_CODE_POINT_MAX 0x10FFFFu

/* The characters: `aux` bytes each. Valid until the region moves. */
static inline const void *bell_str_data(const bell_ctx *ctx, const bell_str *s) { return ctx->base + s->data; }

static inline uint32_t bell_str_read(const void *data, uint32_t width, uint64_t index) {
  return width == 1 ? ((const uint8_t *)data)[index] : width == 2 ? ((const uint16_t *)data)[index] : ((const uint32_t *)data)[index];
}

/* The code point at `index`, which must be below the length. */
static inline uint32_t bell_str_code(const bell_ctx *ctx, const bell_str *s, uint64_t index) {
  return bell_str_read(bell_str_data(ctx, s), s->head.aux, index);
}

/* Bytes per character for a string whose characters, OR-ed together, are `seen`: the OR crosses 0x100 or 0x10000 when one of them does. */
static inline uint32_t bell_str_width(uint32_t seen) { return seen < 0x100 ? 1 : seen < 0x10000 ? 2 : 4; }

/* The OR of the characters [from, to), enough for bell_str_width and to tell ASCII (< 128). For ASCII strings it reads nothing. */
uint32_t bell_str_seen(const bell_ctx *ctx, const bell_str *s, uint64_t from, uint64_t to);

/* Bytes to reserve for a new string of `length` characters. */
static inline uint64_t bell_str_bytes(uint64_t length, uint32_t width) { return BELL_ROUND(sizeof(bell_str) + length * width); }

/* A new string whose characters are to be written before anything else happens; bell_str_bytes() must have been reserved. `seen` as for
 * bell_str_width. Cannot fail nor collect. */
bell_ref bell_str_alloc(bell_ctx *ctx, uint64_t length, uint32_t seen);

/* The one-character string: shared for Latin-1, otherwise reserved and made. */
bell_ref bell_str_character(bell_ctx *ctx, uint32_t code);

/* Text from outside. Lone surrogates encoded in three bytes are accepted (Python's "surrogatepass"). Bytes that are not UTF-8 are refused: the
 * result is 0 and no fault is recorded. */
bell_ref bell_str_from_utf8(bell_ctx *ctx, const char *utf8, size_t size);
bell_ref bell_str_from_ascii(bell_ctx *ctx, const char *ascii, size_t size);
bell_ref bell_str_from_code_points(bell_ctx *ctx, const uint32_t *codes, size_t count);

/* Bytes of the UTF-8 form, without a terminating NUL; surrogates take three. */
size_t bell_str_utf8_size(const bell_ctx *ctx, bell_ref s);
/* Writes the UTF-8 form when it fits in `capacity` bytes, and returns its size in any case. No NUL is added. */
size_t bell_str_to_utf8(const bell_ctx *ctx, bell_ref s, char *out, size_t capacity);

/* Order by code point: negative, 0, positive. */
int bell_str_compare(bell_ctx *ctx, bell_ref a, bell_ref b);
bool bell_str_equal(bell_ctx *ctx, bell_ref a, bell_ref b);
/* Of the characters only, the same in every run; never 0; cached in the object, where modules with special methods cache another (hash.h). */
uint32_t bell_str_hash_of(bell_ctx *ctx, bell_ref s);
static inline uint32_t bell_str_hash(bell_ctx *ctx, bell_ref s) {
  uint32_t hash = BELL_STR_AT(ctx, s)->hash;
  return hash ? hash : bell_str_hash_of(ctx, s);
}

/* The characters [from, to) as a string: the same object for the whole, a shared one for one Latin-1 character. Charges nothing. */
bell_ref bell_str_substring(bell_ctx *ctx, bell_ref s, uint64_t from, uint64_t to);
/* The same where bell_str_bytes() for the part was reserved, unless it is the whole or one Latin-1 character. Cannot fail nor collect. */
bell_ref bell_str_part(bell_ctx *ctx, bell_ref s, uint64_t from, uint64_t to);

/* Record the fault `code` with the message `ascii`, a constant, unless one is recorded already. Returns 0. The message is in ctx->fault_name, too;
 * nothing is collected: ops that are no safepoints use this as well. */
bell_word bell_fault_with(bell_ctx *ctx, uint32_t code, const char *ascii);

/* Row of the module's type table for tuple[str, str, str], found by its shape; 0 when the module has no register of that type. */
uint32_t bell_type_tuple_of_3_str(const bell_ctx *ctx);

#endif
