/* Scans of marks: what is counted and remembered, and that no bytes whatever lead outside of a block. Blocks are in memory of exactly their size, so that the sanitizers see. */
#include "trace/scan.h"

#include <string.h>

#include "check.h"

enum { MODULE_SITE, FUNCTION_SITE, LOOP_SITE, PASS_SITE, ASSIGN_SITE, ITEM_SITE, CHANGED_SITE, DONE_SITE, TRY_SITE, CAUGHT_SITE, YIELD_SITE, RESUME_SITE, RETURN_SITE, HOST_SITE, SITE_COUNT };

static const int32_t TABLE[] = {
    /* kind, frame, construct, flags, path, words, effects */
    BELL_SCAN_BEGIN, 0, 0, 2, 0, 0, 0,
    BELL_SCAN_BEGIN, 1, 0, 2 | 4, 0, 2, 'i', 'v', 2, BELL_SCAN_SET, 0, -1, 0, BELL_SCAN_SET, 1, 1, 0,
    BELL_SCAN_OPENING, 1, 1, 2, 0, 1, 'z', 0,
    BELL_SCAN_PASS, 1, 1, 2, 1, 1, 2, 1, 'v', 2, BELL_SCAN_SET_IF, 2, 0, 2, BELL_SCAN_SET_IF, 3, 0, 2,
    BELL_SCAN_POINT, 1, 0, 2, 1, 1, 2, 1, 'v', 1, BELL_SCAN_SET, 1, 0, 0,
    BELL_SCAN_POINT, 1, 0, 2, 1, 1, 2, 2, 'i', 'i', 1, BELL_SCAN_ITEM, 1, -1, 0,
    BELL_SCAN_CHANGED, 1, 0, 2, 1, 1, 2, 2, 'z', 'i', 1, BELL_SCAN_SIZE, 1, 0, 1,
    BELL_SCAN_DONE, 1, 1, 2, 1, 1, 2, 0, 0,
    BELL_SCAN_OPENING, 1, 2, 2 | 8, 0, 0, 0,
    BELL_SCAN_CAUGHT, 1, 2, 2 | 16 | 32, 1, 2, 8, 1, 'v', 0,
    BELL_SCAN_YIELD, 1, 0, 2, 0, 1, 'v', 0,
    BELL_SCAN_RESUME, 1, 0, 2, 0, 0, 0,
    BELL_SCAN_RETURN, 1, 0, 2, 0, 1, 'f', 0,
    BELL_SCAN_HOST, -1, 0, 0, 0, 0, 0,
};

typedef struct marks {
  uint8_t bytes[4096];
  size_t size;
} marks;

static void add(marks *to, uint32_t site) {
  memcpy(to->bytes + to->size, &site, 4);
  to->size += 4;
}

static void word(marks *to, uint64_t value) {
  memcpy(to->bytes + to->size, &value, 8);
  to->size += 8;
}

/* A preview of a list of ints. */
static void list(marks *to, uint32_t length, uint8_t shown, char tag) {
  to->bytes[to->size++] = (uint8_t)tag;
  memcpy(to->bytes + to->size, &length, 4);
  to->bytes[to->size + 4] = shown;
  to->size += 5;
  for (uint8_t index = 0; index < shown; index++) {
    to->bytes[to->size++] = 'i';
    word(to, index);
  }
}

static marks some(void) {
  marks made = {.size = 0};
  add(&made, MODULE_SITE);
  add(&made, FUNCTION_SITE), word(&made, 7), list(&made, 3, 3, 'l');
  add(&made, LOOP_SITE), word(&made, 2);
  add(&made, PASS_SITE), list(&made, 2, 2, 'T');
  add(&made, ITEM_SITE), word(&made, 5), word(&made, 1);
  add(&made, CHANGED_SITE), word(&made, 4), word(&made, 9);
  add(&made, HOST_SITE);
  add(&made, ASSIGN_SITE), list(&made, 300, 4, 'l');
  add(&made, ITEM_SITE), word(&made, 5), word(&made, 1);
  add(&made, DONE_SITE);
  add(&made, TRY_SITE);
  add(&made, CAUGHT_SITE), list(&made, 0, 0, 'D');
  add(&made, YIELD_SITE), list(&made, 1, 1, 'S');
  add(&made, RESUME_SITE);
  add(&made, RETURN_SITE), word(&made, 0);
  return made;
}

/* Scan bytes in a block of their own. Returns why it stopped for good. */
static int scanned(bell_scan *scan, const uint8_t *bytes, size_t size) {
  uint8_t *block = malloc(size ? size : 1);
  CHECK(block != NULL);
  if (size) memcpy(block, bytes, size);
  size_t at = 0;
  int why = BELL_SCAN_DUE;
  uint64_t due = 3;
  while (why == BELL_SCAN_DUE || why == BELL_SCAN_ASKING) {
    why = bell_scan_block(scan, block, size, 0, &at, due);
    CHECK(at <= size);
    if (why == BELL_SCAN_ASKING) {
      CHECK(bell_scan_asked(scan, NULL) == 3 + 2);
      bell_scan_settle(scan, 5, 0);
      CHECK(bell_scan_asked(scan, NULL) == 0);
    }
    if (why == BELL_SCAN_DUE) due = bell_scan_events(scan) + 3;
    size_t count = bell_scan_state(scan, NULL);
    uint64_t *state = malloc(count * sizeof *state);
    CHECK(state != NULL && bell_scan_state(scan, state) == count);
    free(state);
  }
  free(block);
  return why;
}

static bell_scan *made_scan(void) {
  bell_scan *scan = bell_scan_new(TABLE, SITE_COUNT, 2);
  CHECK(scan != NULL);
  return scan;
}

static void test_events_are_counted(void) {
  marks made = some();
  bell_scan *scan = made_scan();
  CHECK(scanned(scan, made.bytes, made.size) == BELL_SCAN_DONE_BLOCK);
  /* module, function; loop in, pass, item, host, assign, item, loop out; try in, caught, try out, yield and out; in again, return and out */
  CHECK(bell_scan_events(scan) == 2 + 7 + 3 + 2 + 1 + 2);
  CHECK(bell_scan_hosts(scan) == 1);
  uint64_t state[64];
  CHECK(bell_scan_state(scan, NULL) == 4 + 5);
  bell_scan_state(scan, state);
  CHECK(state[0] == 1 && state[1] == 0 && state[3] == 1);
  CHECK(state[4] == MODULE_SITE && state[7] == 0 && state[8] == 0);
  bell_scan_free(scan);
}

static void test_names_are_remembered(void) {
  marks made = some();
  bell_scan *scan = made_scan();
  size_t at = 0;
  uint64_t state[64];
  CHECK(bell_scan_block(scan, made.bytes, made.size, 3, &at, 5) == BELL_SCAN_DUE);
  CHECK(bell_scan_block(scan, made.bytes, made.size, 3, &at, 6) == BELL_SCAN_ASKING); /* an item, and one more */
  CHECK(bell_scan_asked(scan, state) == 5);
  CHECK(state[0] == 1 && state[1] == ((uint64_t)3 << 32 | 4) + 1 && state[2] == 2 && state[3] < state[4]);
  bell_scan_settle(scan, 11, 0);
  CHECK(bell_scan_block(scan, made.bytes, made.size, 3, &at, 8) == BELL_SCAN_DUE); /* of a list that is cut items are not told of */
  size_t count = bell_scan_state(scan, state);
  CHECK(count > 24 && state[4] == MODULE_SITE && state[9] == FUNCTION_SITE && state[10] == 0 && state[11] == 0 && state[12] == 4);
  CHECK(state[13] == 0 && state[15] == 0);                                         /* an argument */
  CHECK(state[16] == 1 && !(state[17] & BELL_SCAN_MADE) && state[18] == 0);        /* what was assigned again, with no part changed */
  CHECK(state[19] == 2 && state[22] == 3 && state[20] == state[23]);               /* two names that one mark set */
  bell_scan_free(scan);
}

static void test_cut_blocks(void) {
  marks made = some();
  for (size_t size = 0; size < made.size; size++) {
    bell_scan *scan = made_scan();
    int why = scanned(scan, made.bytes, size);
    CHECK(why == BELL_SCAN_DONE_BLOCK || why == BELL_SCAN_DAMAGED);
    bell_scan_free(scan);
  }
}

static void test_changed_bytes(void) {
  static const uint8_t TAGS[] = "ntfueidrosymcblTSFDR";
  marks made = some();
  uint32_t seed = 7;
  for (size_t at = 0; at < made.size; at++) {
    for (unsigned bit = 0; bit < 8 + sizeof TAGS; bit++) {
      marks other = made;
      other.bytes[at] = bit < 8 ? (uint8_t)(other.bytes[at] ^ 1u << bit) : TAGS[bit - 8];
      bell_scan *scan = made_scan();
      int why = scanned(scan, other.bytes, other.size);
      CHECK(why == BELL_SCAN_DONE_BLOCK || why == BELL_SCAN_DAMAGED);
      bell_scan_free(scan);
    }
  }
  for (unsigned round = 0; round < 4000; round++) {
    marks other = made;
    for (unsigned flips = 0; flips < 1 + round % 24; flips++) {
      seed = seed * 1664525u + 1013904223u;
      other.bytes[(seed >> 8) % made.size] = seed >> 31 ? (uint8_t)(seed % SITE_COUNT) : TAGS[(seed >> 4) % sizeof TAGS];
    }
    bell_scan *scan = made_scan();
    scanned(scan, other.bytes, other.size);
    bell_scan_free(scan);
  }
}

/* Every order of three marks and more, well formed: what begins nowhere, ends twice, goes on or is caught. */
static void test_marks_in_any_order(void) {
  uint32_t seed = 11;
  for (unsigned round = 0; round < 20000; round++) {
    marks made = {.size = 0};
    for (unsigned count = 0; count < 40; count++) {
      seed = seed * 1664525u + 1013904223u;
      uint32_t site = (seed >> 8) % SITE_COUNT;
      add(&made, site);
      if (site == FUNCTION_SITE) word(&made, 1), list(&made, 2, 2, 'l');
      if (site == LOOP_SITE || site == RETURN_SITE) word(&made, 1);
      if (site == PASS_SITE || site == ASSIGN_SITE || site == CAUGHT_SITE || site == YIELD_SITE) list(&made, 2, 2, 'l');
      if (site == ITEM_SITE || site == CHANGED_SITE) word(&made, seed >> 28), word(&made, 1);
    }
    bell_scan *scan = made_scan();
    int why = scanned(scan, made.bytes, made.size);
    CHECK(why == BELL_SCAN_DONE_BLOCK || why == BELL_SCAN_DAMAGED);
    bell_scan_free(scan);
  }
}

static void test_previews(void) {
  uint8_t deep[1024];
  size_t size = 0;
  for (; size + 6 <= sizeof deep; size += 6) memcpy(deep + size, "l\1\0\0\0\1", 6);
  CHECK(bell_scan_preview(deep, size, 0) == 0);
  CHECK(bell_scan_preview((const uint8_t *)"n", 1, 0) == 1);
  CHECK(bell_scan_preview((const uint8_t *)"n", 1, 1) == 0);
  CHECK(bell_scan_preview((const uint8_t *)"?", 1, 0) == 0);
  CHECK(bell_scan_preview((const uint8_t *)"s\3\0\0\0\3\0abc", 10, 0) == 10);
  CHECK(bell_scan_preview((const uint8_t *)"s\3\0\0\0\3\0abc", 9, 0) == 0);
  CHECK(bell_scan_preview((const uint8_t *)"R\1P\2\0\2nn", 8, 0) == 8);
  CHECK(bell_scan_preview((const uint8_t *)"D\1\0\0\0\1nt", 8, 0) == 8);
  CHECK(bell_scan_preview((const uint8_t *)"b\0\377\377\0\0", 6, 0) == 6);
}

int main(void) {
  test_events_are_counted();
  test_names_are_remembered();
  test_cut_blocks();
  test_changed_bytes();
  test_marks_in_any_order();
  test_previews();
  return 0;
}
