/*
 * Preloaded into one process: lets one system call on files below a folder fail, or kills the process there.
 *
 *   FAULT_FOLDER  what lies below it counts
 *   FAULT_LOG     a file that gets a line for every such call: its kind, its number among its kind, its path
 *   FAULT_CALL    the kind that is met; nothing is met without it
 *   FAULT_NTH     which of that kind, from 1; 0 for each of them
 *   FAULT_PATH    only calls whose path contains this text, or ends in it before a `$`, are counted and met
 *   FAULT_ERRNO   the number of the error that it gets; 0 to be killed instead
 *   FAULT_ROUND   a number; when it changes, counting begins anew
 *
 * The program may change these variables between two rounds.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind {
  OPEN, READ, WRITE, SYNC, RENAME, LINK, UNLINK, MKDIR, RMDIR, TRUNCATE, CHMOD, UTIME, LOCK, KINDS
};
static const char *const names[KINDS] = {
  "open", "read", "write", "sync", "rename", "link", "unlink", "mkdir", "rmdir", "truncate", "chmod", "utime", "lock",
};
static atomic_int counts[KINDS];
static atomic_int current;

/* Without the functions below, which would come back here. */
static void note(enum kind kind, int nth, const char *path) {
  const char *log = getenv("FAULT_LOG");
  if (log == NULL) return;
  char line[PATH_MAX + 64];
  int length = snprintf(line, sizeof line, "%s %d %s\n", names[kind], nth, path);
  int fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  syscall(SYS_write, fd, line, (size_t)length);
  syscall(SYS_close, fd);
}

/* A part that ends in a dollar sign is what the path must end in. */
static int contains(const char *path, const char *part) {
  size_t length = strlen(part);
  if (length == 0 || part[length - 1] != '$') return strstr(path, part) != NULL;
  size_t whole = strlen(path);
  return whole >= length - 1 && strncmp(path + whole - (length - 1), part, length - 1) == 0;
}

/* True, with errno set, when this call is the one to fail. */
static int fails(enum kind kind, const char *path) {
  const char *folder = getenv("FAULT_FOLDER");
  if (folder == NULL || path == NULL || strncmp(path, folder, strlen(folder)) != 0) return 0;
  const char *part = getenv("FAULT_PATH");
  if (part != NULL && !contains(path, part)) return 0;
  const char *round = getenv("FAULT_ROUND");
  int number = round == NULL ? 0 : atoi(round);
  if (atomic_exchange(&current, number) != number) {
    for (int i = 0; i < KINDS; i += 1) atomic_store(&counts[i], 0);
  }
  int nth = atomic_fetch_add(&counts[kind], 1) + 1;
  note(kind, nth, path);
  const char *call = getenv("FAULT_CALL");
  if (call == NULL || strcmp(call, names[kind]) != 0) return 0;
  const char *wanted = getenv("FAULT_NTH");
  int only = wanted == NULL ? 0 : atoi(wanted);
  if (only != 0 && only != nth) return 0;
  const char *error = getenv("FAULT_ERRNO");
  int code = error == NULL ? 0 : atoi(error);
  if (code == 0) kill(getpid(), SIGKILL);
  errno = code;
  return 1;
}

static int fails_at(enum kind kind, int fd) {
  char link[64];
  char path[PATH_MAX];
  int saved = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  errno = saved;
  if (length < 0) return 0;
  path[length] = '\0';
  return fails(kind, path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define BY_PATH(kind, result, name, parameters, arguments, path) \
  result name parameters { \
    if (fails(kind, path)) return -1; \
    return REAL(name) arguments; \
  }
#define BY_FD(kind, result, name, parameters, arguments) \
  result name parameters { \
    if (fails_at(kind, fd)) return -1; \
    return REAL(name) arguments; \
  }
#define OPENER(name) \
  int name(const char *path, int flags, ...) { \
    va_list more; \
    va_start(more, flags); \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0; \
    va_end(more); \
    if (fails(OPEN, path)) return -1; \
    return REAL(name)(path, flags, mode); \
  }
#define LOCKER(name) \
  int name(int fd, int command, ...) { \
    va_list more; \
    va_start(more, command); \
    void *argument = va_arg(more, void *); \
    va_end(more); \
    int takes = (command == F_SETLK || command == F_SETLKW) && ((struct flock *)argument)->l_type != F_UNLCK; \
    if (takes && fails_at(LOCK, fd)) return -1; \
    return REAL(name)(fd, command, argument); \
  }

OPENER(open)
OPENER(open64)
LOCKER(fcntl)
LOCKER(fcntl64)

BY_PATH(RENAME, int, rename, (const char *from, const char *to), (from, to), to)
BY_PATH(LINK, int, link, (const char *from, const char *to), (from, to), to)
BY_PATH(UNLINK, int, unlink, (const char *path), (path), path)
BY_PATH(MKDIR, int, mkdir, (const char *path, mode_t mode), (path, mode), path)
BY_PATH(RMDIR, int, rmdir, (const char *path), (path), path)
BY_PATH(CHMOD, int, chmod, (const char *path, mode_t mode), (path, mode), path)
BY_PATH(UTIME, int, utimensat, (int at, const char *path, const struct timespec times[2], int flags),
  (at, path, times, flags), path)

BY_FD(SYNC, int, fsync, (int fd), (fd))
BY_FD(SYNC, int, fdatasync, (int fd), (fd))
BY_FD(TRUNCATE, int, ftruncate, (int fd, off_t length), (fd, length))
BY_FD(TRUNCATE, int, ftruncate64, (int fd, off64_t length), (fd, length))
BY_FD(CHMOD, int, fchmod, (int fd, mode_t mode), (fd, mode))
BY_FD(UTIME, int, futimens, (int fd, const struct timespec times[2]), (fd, times))
BY_FD(READ, ssize_t, read, (int fd, void *bytes, size_t count), (fd, bytes, count))
BY_FD(READ, ssize_t, pread, (int fd, void *bytes, size_t count, off_t at), (fd, bytes, count, at))
BY_FD(READ, ssize_t, pread64, (int fd, void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
BY_FD(WRITE, ssize_t, write, (int fd, const void *bytes, size_t count), (fd, bytes, count))
BY_FD(WRITE, ssize_t, pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at))
BY_FD(WRITE, ssize_t, pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
BY_FD(WRITE, ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
BY_FD(WRITE, ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
BY_FD(WRITE, ssize_t, pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at))
