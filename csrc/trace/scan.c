#include "trace/scan.h"

#include <stdlib.h>
#include <string.h>

typedef struct site {
  uint8_t kind, flags;
  int32_t frame, construct;
  size_t mark_size; /* 0 where previews are among the words */
  const int32_t *path, *words, *effects;
  int32_t path_count, word_count, effect_count;
} site;

typedef struct named {
  int32_t name;
  bool is_gone;
  uint32_t shown; /* of a list that was cut */
  uint32_t log_count, log_room;
  uint64_t value, *log;
} named;

enum { REASON_NONE, REASON_CONDITION, REASON_EXHAUSTED, REASON_BREAK, REASON_RAISE, REASON_CAUGHT };

typedef struct construct {
  int32_t number, site, case_site;
  uint32_t reason;
  uint64_t place, iterations, caught;
} construct;

typedef struct frame {
  int32_t number, site;
  uint8_t began, is_task;
  uint32_t name_count, name_room, open_count, open_room;
  named *names;
  construct *open;
} frame;

enum { BEGUN, FOUND, RESUMED };

typedef struct waiting {
  int32_t number;
  uint64_t count; /* of which only the first is kept */
  frame first;
} waiting;

struct bell_scan {
  site *sites;
  size_t site_count;
  int32_t *table;
  uint64_t events, hosts, raised, call;
  frame *frames;
  size_t frame_count, frame_room;
  waiting *waiting;
  size_t waiting_count, waiting_room;
  uint32_t log_max;
  uint32_t asked; /* the name of the last frame whose log is full, plus 1 */
  bool no_memory, is_damaged;
  size_t *offsets; /* of the words of the mark */
};

/* Room for one more. */
static bool reserve(void **items, size_t count, size_t *room, size_t size) {
  if (count < *room) return true;
  size_t wanted = *room ? *room * 2 : 4;
  void *made = realloc(*items, wanted * size);
  if (made == NULL) return false;
  *items = made;
  *room = wanted;
  return true;
}

static bool reserve_few(void **items, uint32_t count, uint32_t *room, size_t size) {
  size_t wide = *room;
  if (count == UINT32_MAX / 4 || !reserve(items, count, &wide, size)) return false;
  *room = (uint32_t)wide;
  return true;
}

/* --- marks ---------------------------------------------------------------------------------------------------------------------- */

static uint32_t get16(const uint8_t *at) { return (uint32_t)at[0] | (uint32_t)at[1] << 8; }
static uint32_t get32(const uint8_t *at) { return get16(at) | get16(at + 2) << 16; }

static uint64_t get64(const uint8_t *at) {
  uint64_t word;
  memcpy(&word, at, 8);
  return word;
}

static size_t preview_end(const uint8_t *bytes, size_t size, size_t at, int depth);

static size_t previews_end(const uint8_t *bytes, size_t size, size_t at, uint32_t count, int depth) {
  for (; count > 0 && at != 0; count--) at = preview_end(bytes, size, at, depth + 1);
  return at;
}

/* Whether so many bytes stand here, as the end of them, or 0. */
static size_t bytes_end(size_t size, size_t at, size_t count) { return count <= size - at ? at + count : 0; }

static size_t preview_end(const uint8_t *bytes, size_t size, size_t at, int depth) {
  if (at >= size || depth > BELL_SCAN_NESTING_MAX) return 0;
  uint8_t tag = bytes[at++];
  size_t left = size - at;
  const uint8_t *body = bytes + at;
  switch (tag) {
    case 'n': case 't': case 'f': case 'u': case 'e': return at;
    case 'i': case 'd': return bytes_end(size, at, 8);
    case 'r': return bytes_end(size, at, 24);
    case 'o': return bytes_end(size, at, 1);
    case 's': case 'y': return left < 6 ? 0 : bytes_end(size, at + 6, get16(body + 4));
    case 'm': return left < 3 ? 0 : bytes_end(size, at + 3, body[2]);
    case 'c': return left < 3 ? 0 : bytes_end(size, at + 3, get16(body + 1));
    case 'b': {
      if (left < 5) return 0;
      uint32_t magnitude = get32(body + 1);
      return magnitude > 64 ? at + 5 : bytes_end(size, at + 5, magnitude);
    }
    case 'l': case 'T': case 'S': case 'F': return left < 5 ? 0 : previews_end(bytes, size, at + 5, body[4], depth);
    case 'D': return left < 5 ? 0 : previews_end(bytes, size, at + 5, 2u * body[4], depth);
    case 'R': {
      if (left < 1 || left < 4u + body[0]) return 0;
      return previews_end(bytes, size, at + 4 + body[0], body[3 + body[0]], depth);
    }
    default: return 0;
  }
}

size_t bell_scan_preview(const uint8_t *bytes, size_t size, size_t at) { return preview_end(bytes, size, at, 0); }

/* Where the words of a mark stand, to scan->offsets. Returns where it ends, or 0. */
static size_t locate(bell_scan *scan, const site *here, const uint8_t *bytes, size_t size, size_t at) {
  if (size - at < 4) return 0;
  at += 4;
  for (int32_t word = 0; word < here->word_count; word++) {
    scan->offsets[word] = at;
    at = here->words[word] == 'v' ? bell_scan_preview(bytes, size, at) : bytes_end(size, at, 8);
    if (at == 0) return 0;
  }
  return at;
}

/* --- names ---------------------------------------------------------------------------------------------------------------------- */

static named *find(frame *in, int32_t name) {
  for (uint32_t index = 0; index < in->name_count; index++) {
    if (in->names[index].name == name) return &in->names[index];
  }
  return NULL;
}

static void set(bell_scan *scan, frame *in, int32_t name, uint64_t place, uint32_t shown) {
  named *found = find(in, name);
  if (found == NULL) {
    if (!reserve_few((void **)&in->names, in->name_count, &in->name_room, sizeof(named))) {
      scan->no_memory = true;
      return;
    }
    found = &in->names[in->name_count++];
    *found = (named){.name = name};
  }
  found->value = place;
  found->shown = shown;
  found->log_count = 0;
}

static void delete_name(frame *in, int32_t name) {
  named *found = find(in, name);
  if (found == NULL) return;
  free(found->log);
  size_t index = (size_t)(found - in->names);
  memmove(found, found + 1, (in->name_count - index - 1) * sizeof *found);
  in->name_count--;
}

static void change(bell_scan *scan, frame *in, named *found, uint64_t place) {
  if (!reserve_few((void **)&found->log, found->log_count, &found->log_room, sizeof(uint64_t))) {
    scan->no_memory = true;
    return;
  }
  found->log[found->log_count++] = place;
  if (found->log_count >= scan->log_max) scan->asked = (uint32_t)(found - in->names) + 1;
}

/* How many items of a list are shown, if others are not; else 0. */
static uint32_t cut(const uint8_t *preview) {
  return preview[0] == 'l' && preview[5] < get32(preview + 1) ? preview[5] : 0;
}

static void affect(bell_scan *scan, frame *in, const site *here, const uint8_t *bytes, uint64_t place) {
  for (int32_t index = 0; index < here->effect_count; index++) {
    const int32_t *effect = here->effects + 4 * (size_t)index;
    int32_t name = effect[1];
    const uint8_t *word = effect[2] < 0 ? NULL : bytes + scan->offsets[effect[2]];
    int32_t operation = effect[0];
    if (operation == BELL_SCAN_ONLY_IF) {
      if ((get64(word) != 0) != (effect[3] != 0)) index++;
      continue;
    }
    if (operation == BELL_SCAN_SET_CHANGED) {
      operation = word[0] == 'i' || word[0] == 't' || word[0] == 'f' || word[0] == 'b' ? BELL_SCAN_PART : BELL_SCAN_SET;
    }
    if (operation == BELL_SCAN_SET) {
      set(scan, in, name, place, word == NULL ? 0 : cut(word));
      continue;
    }
    if (operation == BELL_SCAN_SET_IF) {
      if (word[0] != 'T' && word[0] != 'l') continue;
      uint32_t shown = word[5] + (word[5] < get32(word + 1) ? 1u : 0u);
      if (shown == (uint32_t)effect[3]) set(scan, in, name, place, 0);
      continue;
    }
    if (operation == BELL_SCAN_DELETE) {
      delete_name(in, name);
      continue;
    }
    named *found = find(in, name);
    if (found == NULL) continue;
    if (found->shown > 0) { /* what is behind the items that are shown is not told of */
      if (operation == BELL_SCAN_ITEM) continue;
      if (operation == BELL_SCAN_SIZE) {
        uint64_t size = get64(word);
        bool is_next = effect[3] != 0 && size - 1 == found->shown && found->shown < 64;
        if (size < (uint64_t)1 << 62 && size > found->shown && !is_next) continue;
      }
      if (operation != BELL_SCAN_PART) found->shown = 0;
    }
    change(scan, in, found, place);
  }
}

/* --- calls and constructs ------------------------------------------------------------------------------------------------------- */

static void emit(bell_scan *scan) {
  scan->events++;
  scan->call = 0;
}

static void drop_frame(frame *gone) {
  for (uint32_t index = 0; index < gone->name_count; index++) free(gone->names[index].log);
  free(gone->names);
  free(gone->open);
}

/* Another frame on top, empty, or NULL. */
static frame *push(bell_scan *scan, const frame *like) {
  if (!reserve((void **)&scan->frames, scan->frame_count, &scan->frame_room, sizeof(frame))) {
    scan->no_memory = true;
    return NULL;
  }
  frame *made = &scan->frames[scan->frame_count++];
  *made = *like;
  return made;
}

static bool is_hidden(const bell_scan *scan, const construct *one) { return (scan->sites[one->site].flags & BELL_SCAN_IS_HIDDEN) != 0; }

static void close_one(bell_scan *scan, frame *in) {
  if (!is_hidden(scan, &in->open[--in->open_count])) emit(scan);
}

static void open_one(bell_scan *scan, frame *in, int32_t number, int32_t opening, uint64_t place) {
  if (!reserve_few((void **)&in->open, in->open_count, &in->open_room, sizeof(construct))) {
    scan->no_memory = true;
    return;
  }
  in->open[in->open_count++] = (construct){.number = number, .site = opening, .case_site = -1, .place = place};
  if (!is_hidden(scan, &in->open[in->open_count - 1])) emit(scan);
}

static void end_frame(bell_scan *scan) {
  frame *in = &scan->frames[scan->frame_count - 1];
  while (in->open_count > 0) close_one(scan, in);
  emit(scan);
  drop_frame(in);
  scan->frame_count--;
}

/* Enter a frame, and what is open in it, once more. */
static frame *reenter(bell_scan *scan, const frame *again) {
  frame *in = push(scan, again);
  if (in == NULL) return NULL;
  emit(scan);
  for (uint32_t index = 0; index < in->open_count; index++) {
    if (!is_hidden(scan, &in->open[index])) emit(scan);
  }
  return in;
}

static bool has_open(const frame *in, int32_t number) {
  for (uint32_t index = 0; index < in->open_count; index++) {
    if (in->open[index].number == number) return true;
  }
  return false;
}

/* The frame that a mark is of, on top then; NULL without memory. */
static frame *frame_of(bell_scan *scan, const site *here, uint64_t place) {
  bool is_caught = here->kind == BELL_SCAN_CAUGHT;
  for (size_t index = scan->frame_count; index-- > 0;) {
    frame *in = &scan->frames[index];
    if (in->number != here->frame || (is_caught && !has_open(in, here->construct))) continue;
    if (index < scan->frame_count - 1 && is_caught && (here->flags & BELL_SCAN_HAS_VALUES)) scan->raised = place;
    while (scan->frame_count - 1 > index) end_frame(scan);
    return in;
  }
  return reenter(scan, &(frame){.number = here->frame, .site = (int32_t)(here - scan->sites), .began = FOUND});
}

/* Close what is open and not around the mark, open what is around it and was not seen. */
static void leave_to(bell_scan *scan, frame *in, const site *here) {
  uint32_t common = 0, count = (uint32_t)here->path_count;
  while (common < in->open_count && common < count && in->open[common].number == here->path[2 * common]) common++;
  while (in->open_count > common) close_one(scan, in);
  for (; common < count; common++) {
    int32_t opening = here->path[2 * common + 1];
    if (opening >= 0) open_one(scan, in, here->path[2 * common], opening, 0);
  }
}

static void begin(bell_scan *scan, const site *here, const uint8_t *bytes, uint64_t place) {
  scan->raised = 0;
  bool is_task = scan->frame_count == 0 && (here->flags & BELL_SCAN_IS_TASK);
  frame *in = push(scan, &(frame){.number = here->frame, .site = (int32_t)(here - scan->sites), .is_task = is_task});
  if (in == NULL) return;
  emit(scan);
  affect(scan, in, here, bytes, place);
}

static void resume(bell_scan *scan, const site *here) {
  waiting *found = NULL;
  for (size_t index = 0; index < scan->waiting_count && found == NULL; index++) {
    if (scan->waiting[index].number == here->frame) found = &scan->waiting[index];
  }
  frame made = {.number = here->frame, .site = (int32_t)(here - scan->sites), .began = RESUMED};
  if (found != NULL && found->count == 1) {
    made = found->first;
    found->count = 0;
    found->first = (frame){0};
  }
  frame *in = reenter(scan, &made);
  if (in == NULL) drop_frame(&made);
  else leave_to(scan, in, here);
}

/* A copy of a frame that shares nothing; false without memory, and then there is none. */
static bool copy_frame(const frame *in, frame *made) {
  *made = *in;
  made->name_count = 0;
  made->name_room = in->name_count;
  made->open_room = in->open_count;
  made->names = in->name_count ? malloc(in->name_count * sizeof(named)) : NULL;
  made->open = in->open_count ? malloc(in->open_count * sizeof(construct)) : NULL;
  bool is_whole = (made->names != NULL || in->name_count == 0) && (made->open != NULL || in->open_count == 0);
  if (is_whole && in->open_count) memcpy(made->open, in->open, in->open_count * sizeof(construct));
  for (uint32_t index = 0; is_whole && index < in->name_count; index++) {
    named *copy = &made->names[index];
    *copy = in->names[index];
    copy->log_room = copy->log_count;
    copy->log = copy->log_count ? malloc(copy->log_count * sizeof(uint64_t)) : NULL;
    is_whole = copy->log != NULL || copy->log_count == 0;
    if (is_whole && copy->log_count) memcpy(copy->log, in->names[index].log, copy->log_count * sizeof(uint64_t));
    made->name_count++;
  }
  if (!is_whole) drop_frame(made);
  return is_whole;
}

static void suspend(bell_scan *scan, const frame *in) {
  waiting *found = NULL;
  for (size_t index = 0; index < scan->waiting_count && found == NULL; index++) {
    if (scan->waiting[index].number == in->number) found = &scan->waiting[index];
  }
  if (found == NULL) {
    if (!reserve((void **)&scan->waiting, scan->waiting_count, &scan->waiting_room, sizeof(waiting))) {
      scan->no_memory = true;
      return;
    }
    found = &scan->waiting[scan->waiting_count++];
    *found = (waiting){.number = in->number};
  }
  if (found->count == 0 && !copy_frame(in, &found->first)) {
    found->first = (frame){0};
    scan->no_memory = true;
    return;
  }
  found->count++;
}

/* A handler begins. */
static void caught(bell_scan *scan, construct *one, const site *here, uint64_t place) {
  scan->raised = place;
  one->caught = place;
  if (!(scan->sites[one->site].flags & BELL_SCAN_IS_TRY)) return;
  one->reason = REASON_RAISE;
  if ((here->flags & BELL_SCAN_TELLS) && !is_hidden(scan, one)) emit(scan);
}

/* What a mark does in its frame. */
static void handle(bell_scan *scan, frame *in, const site *here, const uint8_t *bytes, uint64_t place) {
  construct *last = in->open_count ? &in->open[in->open_count - 1] : NULL;
  bool is_full = (here->flags & BELL_SCAN_IS_FULL) != 0;
  switch (here->kind) {
    case BELL_SCAN_POINT:
      emit(scan);
      affect(scan, in, here, bytes, place);
      return;
    case BELL_SCAN_CHANGED:
      affect(scan, in, here, bytes, place);
      return;
    case BELL_SCAN_ASKS:
      scan->call = place;
      return;
    case BELL_SCAN_OPENING:
      open_one(scan, in, here->construct, (int32_t)(here - scan->sites), place);
      return;
    case BELL_SCAN_RAISE:
      scan->raised = place;
      emit(scan);
      return;
    case BELL_SCAN_RETURN:
      if (is_full) emit(scan);
      scan->raised = 0;
      end_frame(scan);
      return;
    case BELL_SCAN_END:
      scan->raised = 0;
      end_frame(scan);
      return;
    case BELL_SCAN_YIELD:
      if (is_full) emit(scan);
      suspend(scan, in);
      end_frame(scan);
      return;
    case BELL_SCAN_BREAK:
      for (uint32_t index = 0; index < in->open_count; index++) {
        if (in->open[index].number == here->construct) in->open[index].reason = REASON_BREAK;
      }
      return;
    default:
      break;
  }
  if (last == NULL) {
    scan->is_damaged = true;
    return;
  }
  switch (here->kind) {
    case BELL_SCAN_PASS:
      last->iterations++;
      emit(scan);
      affect(scan, in, here, bytes, place);
      return;
    case BELL_SCAN_DONE:
    case BELL_SCAN_MADE_ONE:
      close_one(scan, in);
      return;
    case BELL_SCAN_CASE:
      last->case_site = (int32_t)(here - scan->sites);
      return;
    case BELL_SCAN_CAUGHT:
      caught(scan, last, here, place);
      return;
    case BELL_SCAN_EXCEPT:
      last->reason = REASON_CAUGHT;
      if (!is_hidden(scan, last)) emit(scan);
      scan->raised = 0;
      return;
    default:
      scan->is_damaged = true;
  }
}

static void take(bell_scan *scan, const site *here, const uint8_t *bytes, uint64_t place) {
  switch (here->kind) {
    case BELL_SCAN_HOST:
      scan->hosts++;
      emit(scan);
      return;
    case BELL_SCAN_RESUME:
      resume(scan, here);
      return;
    case BELL_SCAN_BEGIN:
      begin(scan, here, bytes, place);
      return;
    default:
      break;
  }
  frame *in = scan->frame_count ? &scan->frames[scan->frame_count - 1] : NULL;
  if (in == NULL || in->number != here->frame || here->kind == BELL_SCAN_CAUGHT) in = frame_of(scan, here, place);
  if (in == NULL) return;
  uint32_t count = (uint32_t)here->path_count;
  if (in->open_count != count || (count && in->open[count - 1].number != here->path[2 * (count - 1)])) leave_to(scan, in, here);
  handle(scan, in, here, bytes, place);
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------ */

int bell_scan_block(bell_scan *scan, const uint8_t *bytes, size_t size, uint32_t block, size_t *at, uint64_t due) {
  if (size > UINT32_MAX) return BELL_SCAN_DAMAGED;
  while (*at < size) {
    if (scan->events >= due) return BELL_SCAN_DUE;
    if (size - *at < 4) return BELL_SCAN_DAMAGED;
    uint32_t number = get32(bytes + *at);
    if (number >= scan->site_count) return BELL_SCAN_DAMAGED;
    const site *here = &scan->sites[number];
    size_t end;
    if (here->mark_size == 0 || here->effect_count > 0) {
      end = locate(scan, here, bytes, size, *at);
    } else {
      end = bytes_end(size, *at, here->mark_size);
    }
    if (end == 0) return BELL_SCAN_DAMAGED;
    take(scan, here, bytes, ((uint64_t)block << 32 | *at) + 1);
    if (scan->no_memory) return BELL_SCAN_NO_MEMORY;
    if (scan->is_damaged) return BELL_SCAN_DAMAGED;
    *at = end;
    if (scan->asked != 0) return BELL_SCAN_ASKING;
  }
  return BELL_SCAN_DONE_BLOCK;
}

uint64_t bell_scan_events(const bell_scan *scan) { return scan->events; }
uint64_t bell_scan_hosts(const bell_scan *scan) { return scan->hosts; }

/* Words on their way out. */
typedef struct words {
  uint64_t *to;
  size_t count;
} words;

static void put(words *out, uint64_t word) {
  if (out->to != NULL) out->to[out->count] = word;
  out->count++;
}

static void put_name(words *out, const named *one) {
  put(out, (uint64_t)one->name);
  put(out, one->value);
  put(out, one->log_count);
  for (uint32_t index = 0; index < one->log_count; index++) put(out, one->log[index]);
}

static void put_frame(words *out, const frame *in) {
  put(out, (uint64_t)in->site);
  put(out, in->began);
  put(out, in->is_task);
  put(out, in->name_count);
  for (uint32_t index = 0; index < in->name_count; index++) put_name(out, &in->names[index]);
  put(out, in->open_count);
  for (uint32_t index = 0; index < in->open_count; index++) {
    const construct *one = &in->open[index];
    put(out, (uint64_t)one->site);
    put(out, one->place);
    put(out, one->iterations);
    put(out, one->reason);
    put(out, (uint64_t)(one->case_site + 1));
    put(out, one->caught);
  }
}

size_t bell_scan_asked(const bell_scan *scan, uint64_t *to) {
  words out = {to, 0};
  if (scan->asked != 0) put_name(&out, &scan->frames[scan->frame_count - 1].names[scan->asked - 1]);
  return out.count;
}

void bell_scan_settle(bell_scan *scan, uint64_t made, uint32_t shown) {
  if (scan->asked == 0) return;
  named *one = &scan->frames[scan->frame_count - 1].names[scan->asked - 1];
  one->value = BELL_SCAN_MADE | made;
  one->shown = shown;
  one->log_count = 0;
  scan->asked = 0;
}

size_t bell_scan_state(const bell_scan *scan, uint64_t *to) {
  words out = {to, 0};
  put(&out, scan->hosts);
  put(&out, scan->raised);
  put(&out, scan->call);
  put(&out, scan->frame_count);
  for (size_t index = 0; index < scan->frame_count; index++) put_frame(&out, &scan->frames[index]);
  for (size_t index = 0; index < scan->waiting_count; index++) {
    const waiting *one = &scan->waiting[index];
    if (one->count == 0) continue;
    put(&out, (uint64_t)one->number);
    put(&out, one->count);
    put_frame(&out, &one->first);
  }
  return out.count;
}

/* Take the counted part of a table that begins here: `width` numbers each. */
static const int32_t *part(const int32_t **at, int32_t *count, int32_t width) {
  *count = *(*at)++;
  const int32_t *begins = *at;
  *at += (size_t)*count * (size_t)width;
  return begins;
}

static size_t table_size(const int32_t *table, size_t site_count) {
  const int32_t *at = table;
  for (size_t number = 0; number < site_count; number++) {
    int32_t count;
    at += 4;
    part(&at, &count, 2);
    part(&at, &count, 1);
    part(&at, &count, 4);
  }
  return (size_t)(at - table);
}

bell_scan *bell_scan_new(const int32_t *table, size_t site_count, uint32_t log_max) {
  bell_scan *scan = calloc(1, sizeof *scan);
  if (scan == NULL) return NULL;
  size_t size = table_size(table, site_count), words_max = 1;
  scan->table = malloc((size + 1) * sizeof *table);
  scan->sites = calloc(site_count + 1, sizeof *scan->sites);
  scan->site_count = site_count;
  scan->log_max = log_max;
  if (scan->table == NULL || scan->sites == NULL) goto failed;
  memcpy(scan->table, table, size * sizeof *table);
  const int32_t *at = scan->table;
  for (size_t number = 0; number < site_count; number++) {
    site *made = &scan->sites[number];
    made->kind = (uint8_t)at[0];
    made->frame = at[1];
    made->construct = at[2];
    made->flags = (uint8_t)at[3];
    at += 4;
    made->path = part(&at, &made->path_count, 2);
    made->words = part(&at, &made->word_count, 1);
    made->effects = part(&at, &made->effect_count, 4);
    made->mark_size = 4 + 8 * (size_t)made->word_count;
    for (int32_t word = 0; word < made->word_count; word++) {
      if (made->words[word] == 'v') made->mark_size = 0;
    }
    if ((size_t)made->word_count > words_max) words_max = (size_t)made->word_count;
  }
  scan->offsets = calloc(words_max, sizeof *scan->offsets);
  if (scan->offsets != NULL) return scan;
failed:
  bell_scan_free(scan);
  return NULL;
}

void bell_scan_free(bell_scan *scan) {
  if (scan == NULL) return;
  for (size_t index = 0; index < scan->frame_count; index++) drop_frame(&scan->frames[index]);
  for (size_t index = 0; index < scan->waiting_count; index++) drop_frame(&scan->waiting[index].first);
  free(scan->frames);
  free(scan->waiting);
  free(scan->sites);
  free(scan->table);
  free(scan->offsets);
  free(scan);
}
