/* Taking away from this process what running a program does not need: for good, and before the program is read.
 *
 * Linux only (x86-64 and AArch64). After bell_lockdown the process, with all its threads, can compute, take and give back memory, make threads, sleep, read the clock,
 * and read and write the files and connections it has open. It cannot open files, make sockets, start processes, trace, or get any of that back: no new privileges, a seccomp filter.
 * What is refused ends with EPERM, so that Python code which asks for a file sees an error; what only an attack asks for (execve, ptrace ...) ends the process. */
#ifndef BELL_LOCKDOWN_H
#define BELL_LOCKDOWN_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint64_t address_bytes; /* of the address space, 0: as it is */
  uint64_t files;         /* open descriptors, at least one more than the highest in use */
} bell_confinement;

/* Returns NULL when done, else what the system refused (a text that lives for ever); errno says why. Nothing is given back then. */
const char *bell_lockdown(const bell_confinement *bounds);

/* Whether this system has what bell_lockdown takes; NULL, or what is missing. Changes nothing. */
const char *bell_lockdown_missing(void);

#endif
