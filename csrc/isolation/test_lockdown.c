/* What a process can and cannot do once it is locked down: each in a child, as there is no way back. */
#include "isolation/lockdown.h"

#include "check.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The status of a child that is locked down and then does `work`: its exit status, or 1000 and the signal that ended it. */
static int locked(int (*work)(void)) {
  int status;
  pid_t child = fork();
  if (child == 0) {
    bell_confinement bounds = {0, 64};
    if (bell_lockdown(&bounds) != NULL) _exit(200);
    _exit(work());
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int opens_a_file(void) { return open("/dev/null", O_RDONLY) == -1 && errno == EPERM ? 7 : 1; }
static int makes_a_socket(void) { return socket(AF_INET, SOCK_STREAM, 0) == -1 && errno == EPERM ? 7 : 1; }
static int forks(void) { return fork() == -1 ? 7 : 1; }
static int signals_its_parent(void) { return kill(getppid(), 0) == -1 && errno == EPERM ? 7 : 1; }
static int raises_its_limits(void) {
  return syscall(SYS_prlimit64, 0, 7, NULL, NULL) == -1 && errno == EPERM ? 7 : 1;
}
static int executes(void) {
  char *arguments[] = {(char *)"true", NULL};
  execv("/bin/true", arguments);
  return 1;
}
static int traces(void) { return (int)syscall(SYS_ptrace, 0, 0, 0, 0); }
static int takes_memory(void) {
  char *block = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return 1;
  block[4096] = 1;
  return munmap(block, 1 << 20) == 0 ? 7 : 2;
}
static void *counts(void *number) {
  ++*(int *)number;
  return NULL;
}
static int makes_a_thread(void) {
  pthread_t thread;
  int number = 6;
  if (pthread_create(&thread, NULL, counts, &number) != 0) return 1;
  return pthread_join(thread, NULL) == 0 ? number : 2;
}

static void test_what_is_refused(void) {
  CHECK(locked(opens_a_file) == 7);
  CHECK(locked(makes_a_socket) == 7);
  CHECK(locked(forks) == 7);
  CHECK(locked(signals_its_parent) == 7);
  CHECK(locked(raises_its_limits) == 7);
}

static void test_what_ends_the_process(void) {
  CHECK(locked(executes) == 1000 + SIGSYS);
  CHECK(locked(traces) == 1000 + SIGSYS);
}

static void test_what_is_left(void) {
  CHECK(locked(takes_memory) == 7);
  CHECK(locked(makes_a_thread) == 7);
}

int main(void) {
  CHECK(bell_lockdown_missing() == NULL);
  test_what_is_refused();
  test_what_ends_the_process();
  test_what_is_left();
  return 0;
}

#else

int main(void) {
  CHECK(bell_lockdown_missing() != NULL);
  return 0;
}

#endif
