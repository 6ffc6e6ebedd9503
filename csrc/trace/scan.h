/* Reading marks (runtime/trace.h) fast: how many events they make, and what is needed to make those behind any place of them.
 *
 * A scan follows marks as src/belljar/trace/building.py does, but makes no event and no value. What it knows of a value is where the mark with it lies. So the state at any place is
 * small: the calls under way, the constructs open in each, and by name the marks that gave its value. It is copied out as words, from which Python makes the builder that would
 * stand there.
 *
 * A place is the number of a block and an offset in it, plus 1; 0 is none. A name has the place of the mark that set it, or a value that the caller made (`BELL_SCAN_MADE` and its number),
 * and a log of marks that changed a part since. When the log is long the caller is asked to make the value, so that states stay small.
 *
 * The table of sites comes from the caller and is trusted; marks are not: whatever they are, nothing outside of the block is read, and memory grows with their number at most. */
#ifndef BELL_SCAN_H
#define BELL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  BELL_SCAN_NESTING_MAX = 64, /* previews in one another */
};
#define BELL_SCAN_MADE ((uint64_t)1 << 63)

/* What the marks of a site do. */
enum {
  BELL_SCAN_HOST, BELL_SCAN_RESUME, BELL_SCAN_BEGIN, BELL_SCAN_OPENING, BELL_SCAN_PASS, BELL_SCAN_DONE, BELL_SCAN_BREAK, BELL_SCAN_CASE,
  BELL_SCAN_MADE_ONE, BELL_SCAN_RAISE, BELL_SCAN_CAUGHT, BELL_SCAN_EXCEPT, BELL_SCAN_RETURN, BELL_SCAN_END, BELL_SCAN_YIELD, BELL_SCAN_ASKS,
  BELL_SCAN_POINT, BELL_SCAN_CHANGED,
};

/* Flags of a site. */
enum {
  BELL_SCAN_IS_HIDDEN = 1, /* what it opens makes no events */
  BELL_SCAN_IS_FULL = 2,   /* the level is "full" */
  BELL_SCAN_IS_TASK = 4,   /* the function is a task */
  BELL_SCAN_IS_TRY = 8,    /* it opens a `try` */
  BELL_SCAN_TELLS = 16,    /* a handler that an event tells of */
  BELL_SCAN_HAS_VALUES = 32,
};

/* What marks do to names: the operation, the name, and two operands. A word is an index into the words of the site, -1 for none. */
enum {
  BELL_SCAN_SET,         /* word: where the preview is that may be of a list, flag: whether parts of the name change */
  BELL_SCAN_SET_IF,      /* word: the preview of what must be a list or tuple of so many items */
  BELL_SCAN_SET_CHANGED, /* word: a preview; an int is a change of a part, anything else is the value */
  BELL_SCAN_ITEM,        /* an item is set */
  BELL_SCAN_PART,        /* something else is */
  BELL_SCAN_SIZE,        /* word: the number of elements of what has got one, or fewer; flag: an element is told */
  BELL_SCAN_DELETE,
  BELL_SCAN_ONLY_IF, /* the effect that follows is had only where the bool of this word is as the flag says */
};

/* Why a scan stops. */
enum {
  BELL_SCAN_DONE_BLOCK, /* all of the block was read */
  BELL_SCAN_DUE,        /* so many events were made as was asked */
  BELL_SCAN_ASKING,     /* a value is to be made: bell_scan_asked, then bell_scan_settle */
  BELL_SCAN_DAMAGED,    /* what stands here is no mark that can be */
  BELL_SCAN_NO_MEMORY,
};

typedef struct bell_scan bell_scan;

/* `table` has for each site: kind, frame, construct, flags, number of constructs around and for each of them its number and the site that opens it or -1, number of words and the
 * letter of each (points.py), number of effects and four numbers for each. With `log_max` marks in the log of a name its value is asked for. Returns NULL when there is no memory. */
bell_scan *bell_scan_new(const int32_t *table, size_t site_count, uint32_t log_max);
void bell_scan_free(bell_scan *scan);

/* Read on in the block of that number. Stops before the first mark at which `due` events were made. */
int bell_scan_block(bell_scan *scan, const uint8_t *bytes, size_t size, uint32_t block, size_t *at, uint64_t due);

/* Events so far. */
uint64_t bell_scan_events(const bell_scan *scan);
/* The marks of the host so far. */
uint64_t bell_scan_hosts(const bell_scan *scan);

/* The name whose value is asked for as in a state: its number, what it had, the size of its log, the log. Returns the number of words. */
size_t bell_scan_asked(const bell_scan *scan, uint64_t *to);
/* The value was made. `shown` is 0, or, of a list that was cut, how many items are there. */
void bell_scan_settle(bell_scan *scan, uint64_t made, uint32_t shown);

/* Copy the state to `to`, unless that is NULL; returns the number of words:
 * calls of the host; places of the exception and of the call under way; number of frames, and those; for each function with generators that wait: its frame, how many wait, and the
 * one that waits longest.
 * A frame: site, what began it (0 a beginning, 1 a mark inside, 2 going on), is it a task; number of names, each as above; number of constructs, each: site, place, iterations,
 * reason, site of the case plus 1, place of what was caught. */
size_t bell_scan_state(const bell_scan *scan, uint64_t *to);

/* Where the preview at `at` ends, or 0 where there is none before `size`. */
size_t bell_scan_preview(const uint8_t *bytes, size_t size, size_t at);

#endif
