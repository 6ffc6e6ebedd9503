#define _GNU_SOURCE /* sched_getcpu */
#include "isolation/channel.h"

#include <errno.h>

#if defined(__linux__)

#include <sched.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { BEAT_US = 250000 }; /* how often a wait looks whether its time is up */

bool bell_channel_open(int descriptor, bool bounded) {
  struct timeval beat = {0, BEAT_US};
  if (!bounded) return true;
  return setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &beat, sizeof beat) == 0 &&
         setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &beat, sizeof beat) == 0;
}

#if defined(__x86_64__)
#define RELAX() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define RELAX() __asm__ volatile("yield")
#else
#define RELAX() ((void)0)
#endif

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int32_t bell_channel_core(void) { return sched_getcpu(); }

/* Whether a call that ended with errno is to be made again: its beat is over, its time is not. */
static bool again(int64_t until) {
  if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
  if (until == BELL_CHANNEL_FOREVER) return true;
  if (now() < until) return true;
  errno = ETIMEDOUT;
  return false;
}

int64_t bell_channel_look(int descriptor, void *to, size_t size, int64_t spin_ns) {
  int64_t spun = now() + spin_ns;
  do {
    int64_t count = recv(descriptor, to, size, MSG_DONTWAIT);
    if (count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return count;
    RELAX();
  } while (now() < spun);
  errno = EAGAIN;
  return -1;
}

int64_t bell_channel_read(int descriptor, void *to, size_t size, int64_t until) {
  int64_t count;
  do count = read(descriptor, to, size);
  while (count < 0 && again(until));
  return count;
}

int64_t bell_channel_write(int descriptor, const void *from, size_t size, int64_t until) {
  int64_t count;
  do count = write(descriptor, from, size);
  while (count < 0 && again(until));
  return count;
}

#else

bool bell_channel_open(int descriptor, bool bounded) {
  (void)descriptor, (void)bounded;
  errno = ENOSYS;
  return false;
}

int32_t bell_channel_core(void) { return 0; }

int64_t bell_channel_read(int descriptor, void *to, size_t size, int64_t until) {
  (void)to, (void)size, (void)until;
  return bell_channel_open(descriptor, true) ? 0 : -1;
}

int64_t bell_channel_look(int descriptor, void *to, size_t size, int64_t spin_ns) { return bell_channel_read(descriptor, to, size, spin_ns); }

int64_t bell_channel_write(int descriptor, const void *from, size_t size, int64_t until) {
  (void)from, (void)size, (void)until;
  return bell_channel_open(descriptor, true) ? 0 : -1;
}

#endif
