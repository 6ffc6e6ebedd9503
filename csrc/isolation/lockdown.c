#include "isolation/lockdown.h"

#include <errno.h>

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#define X32_FIRST 0x40000000u /* the x32 numbers: the same calls by other names */
#else
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* Threads only: never a process, nor a namespace. */
#define THREAD_FLAGS ((uint32_t)(CLONE_VM | CLONE_THREAD | CLONE_SIGHAND))

static const uint32_t allowed[] = {
    SYS_read, SYS_recvfrom, SYS_write, SYS_readv, SYS_writev, SYS_close, SYS_ppoll, SYS_fstat,
    SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_brk, SYS_membarrier,
    SYS_futex, SYS_set_robust_list, SYS_sched_yield, SYS_sched_getaffinity, SYS_exit, SYS_exit_group, SYS_restart_syscall,
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack,
    SYS_clock_gettime, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday,
    SYS_getpid, SYS_gettid, SYS_getrandom,
#ifdef SYS_rseq
    SYS_rseq,
#endif
#ifdef SYS_poll
    SYS_poll,
#endif
#ifdef SYS_time
    SYS_time,
#endif
};

/* What no honest mistake asks for. */
static const uint32_t deadly[] = {
    SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_init_module, SYS_finit_module, SYS_kexec_load,
    SYS_bpf, SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot,
};

enum { FILTER_MAX = 256 };

typedef struct {
  struct sock_filter code[FILTER_MAX];
  unsigned short size;
} filter_text;

static void put(filter_text *text, struct sock_filter instruction) {
  text->code[text->size++] = instruction;
}

static void load(filter_text *text, size_t offset) {
  put(text, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void answer(filter_text *text, uint32_t action) {
  put(text, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* `action` where what was loaded is `value`. */
static void answer_equal(filter_text *text, uint32_t value, uint32_t action) {
  put(text, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
  answer(text, action);
}

/* The low half of an argument: flags and process numbers are within it. */
static size_t argument(int index) {
  return offsetof(struct seccomp_data, args) + (size_t)index * sizeof(uint64_t);
}

static void write_filter(filter_text *text, uint32_t process) {
  size_t i;
  text->size = 0;
  load(text, offsetof(struct seccomp_data, arch));
  put(text, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0));
  answer(text, SECCOMP_RET_KILL_PROCESS);
  load(text, offsetof(struct seccomp_data, nr));
#ifdef X32_FIRST
  put(text, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_FIRST, 0, 1));
  answer(text, SECCOMP_RET_KILL_PROCESS);
#endif
  for (i = 0; i < sizeof allowed / sizeof *allowed; i++) answer_equal(text, allowed[i], SECCOMP_RET_ALLOW);
  for (i = 0; i < sizeof deadly / sizeof *deadly; i++) answer_equal(text, deadly[i], SECCOMP_RET_KILL_PROCESS);
#ifdef SYS_clone3 /* its flags lie in memory, where no filter sees them; without it the C library calls clone */
  answer_equal(text, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
#endif
  put(text, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 5));
  load(text, argument(0));
  put(text, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, THREAD_FLAGS));
  put(text, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THREAD_FLAGS, 0, 1));
  answer(text, SECCOMP_RET_ALLOW);
  answer(text, SECCOMP_RET_ERRNO | EPERM);
  /* Signals to this process alone: how abort() ends it. */
  put(text, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 3));
  load(text, argument(0));
  put(text, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, process, 0, 1));
  answer(text, SECCOMP_RET_ALLOW);
  answer(text, SECCOMP_RET_ERRNO | EPERM);
}

static bool bound(int what, uint64_t value) {
  struct rlimit limit;
  limit.rlim_cur = limit.rlim_max = (rlim_t)value;
  return setrlimit((__rlimit_resource_t)what, &limit) == 0;
}

const char *bell_lockdown_missing(void) {
  if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) return "seccomp";
  /* With a null filter the answer is EFAULT where filters are known, EINVAL where not. */
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) != 0 && errno != EFAULT) return "seccomp filters";
  errno = 0;
  return NULL;
}

const char *bell_lockdown(const bell_confinement *bounds) {
  filter_text text;
  struct sock_fprog program;
  if (!bound(RLIMIT_CORE, 0)) return "a limit of core files";
  if (!bound(RLIMIT_FSIZE, 0)) return "a limit of file sizes";
  if (!bound(RLIMIT_NOFILE, bounds->files)) return "a limit of open files";
  if (bounds->address_bytes && !bound(RLIMIT_AS, bounds->address_bytes)) return "a limit of the address space";
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return "not to be dumpable";
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no new privileges";
  write_filter(&text, (uint32_t)getpid());
  program.len = text.size;
  program.filter = text.code;
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0) return "a seccomp filter";
  return NULL;
}

#else

const char *bell_lockdown_missing(void) {
  errno = ENOSYS;
  return "Linux on x86-64 or AArch64";
}

const char *bell_lockdown(const bell_confinement *bounds) {
  (void)bounds;
  return bell_lockdown_missing();
}

#endif
