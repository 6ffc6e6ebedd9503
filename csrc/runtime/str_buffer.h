/* Views and the buffers they own: what makes appending linear. See str.h for the layout and its invariant. */
#ifndef BELL_STR_BUFFER_H
#define BELL_STR_BUFFER_H

#include "runtime/str.h"

typedef struct { bell_head head; uint64_t size, used; } bell_str_buffer; /* 24 bytes, then characters; size counts `used` too */
typedef struct { bell_str str; uint64_t owner; } bell_str_view;           /* 32 bytes */

#define BELL_STR_VIEW_BYTES BELL_ROUND(sizeof(bell_str_view))

static inline uint64_t bell_str_buffer_bytes(uint64_t capacity) { return BELL_ROUND(sizeof(bell_str_buffer) + capacity); }

/* A buffer for `capacity` bytes of characters, a little more by rounding; bell_str_buffer_bytes() must have been reserved. */
bell_ref bell_str_buffer_alloc(bell_ctx *ctx, uint64_t capacity);

static inline uint64_t bell_str_buffer_room(const bell_str_buffer *buffer) { return buffer->size - sizeof(uint64_t) - buffer->used; }

/* A view of `length` characters that begin at `data`, inside `buffer`; BELL_STR_VIEW_BYTES must have been reserved. */
bell_ref bell_str_view_alloc(bell_ctx *ctx, bell_ref buffer, uint64_t data, uint64_t length, uint32_t seen);

#endif
