/* What goes through a channel: as it was written, or an end, or a time that is up. */
#include "isolation/channel.h"

#include "check.h"

#if defined(__linux__)

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGE = 1 << 20 };

static int ours, theirs;

static void open_both(void) {
  int ends[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  ours = ends[0], theirs = ends[1];
  CHECK(bell_channel_open(ours, true) && bell_channel_open(theirs, false));
}

static void *answer_all(void *unused) {
  static uint8_t data[LARGE];
  size_t had = 0, gone = 0;
  (void)unused;
  while (had < sizeof data) {
    int64_t count = bell_channel_read(theirs, data + had, sizeof data - had, BELL_CHANNEL_FOREVER);
    CHECK(count > 0);
    if (count <= 0) return NULL;
    had += (size_t)count;
  }
  while (gone < sizeof data) {
    int64_t count = bell_channel_write(theirs, data + gone, sizeof data - gone, BELL_CHANNEL_FOREVER);
    CHECK(count > 0);
    if (count <= 0) return NULL;
    gone += (size_t)count;
  }
  return NULL;
}

static void test_all_bytes_come_back(void) {
  static uint8_t sent[LARGE], got[LARGE];
  size_t gone = 0, had = 0;
  pthread_t other;
  open_both();
  for (size_t i = 0; i < sizeof sent; i++) sent[i] = (uint8_t)(i * 7 + (i >> 8));
  CHECK(pthread_create(&other, NULL, answer_all, NULL) == 0);
  while (gone < sizeof sent) {
    int64_t count = bell_channel_write(ours, sent + gone, sizeof sent - gone, BELL_CHANNEL_FOREVER);
    CHECK(count > 0);
    if (count <= 0) break;
    gone += (size_t)count;
  }
  while (had < sizeof got) {
    int64_t count = bell_channel_read(ours, got + had, sizeof got - had, BELL_CHANNEL_FOREVER);
    CHECK(count > 0);
    if (count <= 0) break;
    had += (size_t)count;
  }
  CHECK(pthread_join(other, NULL) == 0 && memcmp(sent, got, sizeof sent) == 0);
  close(ours), close(theirs);
}

static void test_time_is_up_and_the_end_is_seen(void) {
  static uint8_t data[LARGE];
  int64_t count;
  open_both();
  CHECK(bell_channel_look(ours, data, sizeof data, 1000) == -1 && errno == EAGAIN);
  CHECK(bell_channel_write(theirs, "abc", 3, BELL_CHANNEL_FOREVER) == 3);
  CHECK(bell_channel_look(ours, data, sizeof data, 1000) == 3 && data[2] == 'c');
  CHECK(bell_channel_read(ours, data, sizeof data, 1) == -1 && errno == ETIMEDOUT);
  do count = bell_channel_write(ours, data, sizeof data, 1); /* until there is no room */
  while (count > 0);
  CHECK(count == -1 && errno == ETIMEDOUT);
  close(theirs);
  do count = bell_channel_read(ours, data, sizeof data, BELL_CHANNEL_FOREVER);
  while (count > 0 || (count == -1 && errno == ECONNRESET));
  CHECK(count == 0);
  close(ours);
}

int main(void) {
  test_all_bytes_come_back();
  test_time_is_up_and_the_end_is_seen();
  return 0;
}

#else

int main(void) { return 0; }

#endif
