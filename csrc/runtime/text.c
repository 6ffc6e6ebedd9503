/* The growing string of text.h. */
#include "runtime/text.h"

#include "runtime/heap.h"
#include "runtime/str.h"
#include "runtime/str_buffer.h"
#include "runtime/str_copy.h"

#define CHARACTER_WORK 4 /* nanoseconds that a character of a text takes to make */

static void grant(bell_text *text) {
  uint64_t end = text->length + BELL_BLOCK;
  text->granted = end < text->capacity ? end : text->capacity;
}

static void *characters(bell_text *text) {
  return text->buffer ? bell_at(text->ctx, text->buffer + sizeof(bell_str_buffer)) : text->start;
}

void bell_text_begin(bell_text *text, bell_ctx *ctx) {
  text->ctx = ctx;
  text->length = 0;
  text->capacity = text->granted = BELL_TEXT_START;
  text->width = 1;
  text->seen = 0;
  text->buffer = 0;
  text->failed = false;
  bell_root_push(ctx, 0);
  text->root = ctx->heap->temporary_count - 1;
}

/* Room for `more` characters of `seen`. */
static bool make_room(bell_text *text, uint64_t more, uint32_t seen) {
  if (text->failed) return false;
  uint32_t width = bell_str_width(text->seen | seen);
  uint64_t length = text->length + more;
  if (length <= text->granted && width == text->width) {
    text->seen |= seen;
    return true;
  }
  bell_ctx *ctx = text->ctx;
  uint64_t worked = more < BELL_BLOCK ? BELL_BLOCK : more;
  if (length > BELL_BLOCK && !bell_work(ctx, (int64_t)(worked < BELL_STR_LENGTH_MAX ? worked : BELL_STR_LENGTH_MAX) * CHARACTER_WORK)) return !(text->failed = true);
  if (length <= text->capacity && width == text->width) {
    text->seen |= seen;
    grant(text);
    if (text->granted < length) text->granted = length;
    return true;
  }
  if (length > BELL_STR_LENGTH_MAX) {
    bell_fault(ctx, 803);
    return !(text->failed = true);
  }
  uint64_t capacity = length <= text->capacity ? text->capacity : length < text->capacity * 2 ? text->capacity * 2 : length;
  if (!text->buffer && length * width <= BELL_TEXT_START) { /* wider, and still on the stack */
    uint8_t wide[BELL_TEXT_START];
    capacity = BELL_TEXT_START / width;
    bell_str_copy(wide, width, text->start, text->width, text->length);
    memcpy(text->start, wide, text->length * width);
  } else {
    if (!bell_reserve(ctx, bell_str_buffer_bytes(capacity * width))) return !(text->failed = true);
    bell_ref made = bell_str_buffer_alloc(ctx, capacity * width), old = text->buffer;
    if (!bell_str_copy_long(ctx, bell_at(ctx, made + sizeof(bell_str_buffer)), width, characters(text), text->width, text->length))
      return !(text->failed = true);
    text->buffer = ctx->heap->temporaries[text->root] = made;
    if (old) bell_heap_give_back(ctx, old, bell_str_buffer_bytes(((bell_str_buffer *)bell_at(ctx, old))->size - sizeof(uint64_t)));
  }
  text->capacity = capacity;
  grant(text);
  if (text->granted < length) text->granted = length;
  text->width = width;
  text->seen |= seen;
  return true;
}

void *bell_text_room(bell_text *text, uint64_t count, uint32_t seen) {
  if (!make_room(text, count, seen)) return NULL;
  text->length += count;
  return (uint8_t *)characters(text) + (text->length - count) * text->width;
}

bool bell_text_ascii(bell_text *text, const char *ascii, size_t size) {
  void *to = bell_text_room(text, size, 0);
  if (to) bell_str_copy(to, text->width, ascii, 1, size);
  return to;
}

bool bell_text_code(bell_text *text, uint32_t code) {
  void *to = bell_text_room(text, 1, code);
  if (to) bell_str_write(to, text->width, 0, code);
  return to;
}

bool bell_text_fill(bell_text *text, uint32_t code, uint64_t count) {
  if (count > BELL_STR_LENGTH_MAX) count = (uint64_t)BELL_STR_LENGTH_MAX + 1; /* refused, without wrapping */
  void *to = bell_text_room(text, count, count ? code : 0);
  return to && (bell_str_fill_blocks(text->ctx, to, text->width, count, code) || !(text->failed = true));
}

bool bell_text_slice(bell_text *text, bell_ref ref, uint64_t from, uint64_t to) {
  bell_ctx *ctx = text->ctx;
  void *place = bell_text_room(text, to - from, bell_str_seen(ctx, BELL_STR_AT(ctx, ref), from, to));
  if (place == NULL) return false;
  const bell_str *s = BELL_STR_AT(ctx, ref);
  return bell_str_copy_long(ctx, place, text->width, (const uint8_t *)bell_str_data(ctx, s) + from * s->head.aux, s->head.aux, to - from) ||
         !(text->failed = true);
}

bool bell_text_str(bell_text *text, bell_ref ref) { return bell_text_slice(text, ref, 0, BELL_STR_AT(text->ctx, ref)->length); }

bell_ref bell_text_finish(bell_text *text) {
  bell_ctx *ctx = text->ctx;
  bell_ref made = 0;
  if (!text->failed && text->length == 1) {
    made = bell_str_character(ctx, bell_str_read(characters(text), text->width, 0));
  } else if (!text->failed && text->buffer) {
    if (bell_reserve(ctx, BELL_STR_VIEW_BYTES)) {
      ((bell_str_buffer *)bell_at(ctx, text->buffer))->used = text->length * text->width;
      made = bell_str_view_alloc(ctx, text->buffer, text->buffer + sizeof(bell_str_buffer), text->length, text->seen);
    }
  } else if (!text->failed && bell_reserve(ctx, bell_str_bytes(text->length, text->width))) {
    made = bell_str_alloc(ctx, text->length, text->seen);
    bell_copy_bytes(bell_at(ctx, made + sizeof(bell_str)), text->start, text->length * text->width);
  }
  bell_text_abandon(text);
  return made;
}

void bell_text_abandon(bell_text *text) {
  bell_root_pop(text->ctx, 1);
  text->failed = true;
}
