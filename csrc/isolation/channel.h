/* One end of a connection between two processes that wait for each other.
 *
 * Where the two share a core, who waits sleeps in the read itself: one call of the system for each message, and the core goes to the other at once; to look for the message first would only hold that up. Where they
 * run on two, waking up takes a hundred microseconds and an answer often a few: who waits looks for it first, for a while. So each message says on which core it was written. */
#ifndef BELL_CHANNEL_H
#define BELL_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BELL_CHANNEL_FOREVER INT64_MAX

/* Get a connected stream socket ready for what is below; `bounded` where a time will be given other than BELL_CHANNEL_FOREVER. False where that is refused; errno says why. */
bool bell_channel_open(int descriptor, bool bounded);

/* The core this thread runs on. */
int32_t bell_channel_core(void);

/* Up to `size` bytes, as soon as there are any: their number, 0 at the end of the stream, -1 for what errno says. Where there is nothing by `until`, in nanoseconds of the monotonic clock, errno is
 * ETIMEDOUT, up to a quarter of a second later. A signal ends it with EINTR. */
int64_t bell_channel_read(int descriptor, void *to, size_t size, int64_t until);

/* As bell_channel_read, without ever sleeping: looks for `spin_ns` nanoseconds, then errno is EAGAIN. */
int64_t bell_channel_look(int descriptor, void *to, size_t size, int64_t spin_ns);

/* Write some of the bytes, as soon as there is room for any: their number, -1 as for bell_channel_read. */
int64_t bell_channel_write(int descriptor, const void *from, size_t size, int64_t until);

#endif
